/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "card-wrapper.h"
#include "kt-env.h"
#include "kt-error.h"

G_BEGIN_DECLS

/**
 * CardFaultKind:
 * @CARD_FAULT_SW: the command does not reach the card; the answer is a status word
 * @CARD_FAULT_ERROR: the command does not reach the card; the exchange fails with an error code
 * @CARD_FAULT_LOST: the card does the command, but its answer is lost: %KT_ERROR_CARD_IO
 * @CARD_FAULT_REMOVAL: the card is gone, until it is opened again
 * @CARD_FAULT_RESET: the card is reset under us: %KT_ERROR_CARD_RESET, nothing was sent
 * @CARD_FAULT_TRUNCATE: only the first bytes of the answer come through
 * @CARD_FAULT_DELAY: the answer is right, but late
 */
typedef enum
{
  CARD_FAULT_SW,
  CARD_FAULT_ERROR,
  CARD_FAULT_LOST,
  CARD_FAULT_REMOVAL,
  CARD_FAULT_RESET,
  CARD_FAULT_TRUNCATE,
  CARD_FAULT_DELAY,
} CardFaultKind;

#define CARD_FAULT_KINDS (CARD_FAULT_DELAY + 1)

/**
 * CardFault:
 *
 * A card that fails on demand: at a chosen exchange, or at random from a seed.
 */
#define KT_TYPE_CARD_FAULT (card_fault_get_type ())
G_DECLARE_FINAL_TYPE (CardFault, card_fault, KT, CARD_FAULT, CardWrapper)

/** card_fault_new: without a fault until one is asked for. */
Card *card_fault_new (Card *inner);

/**
 * card_fault_at:
 * @n: which exchange, counted from 1 since card_fault_new()
 * @argument: the status word, the #KtErrorCode, the bytes that come through, or milliseconds;
 *   0 for the kinds without
 *
 * Several may be asked for; of two for the same exchange the first counts.
 */
void card_fault_at (CardFault *self, guint n, CardFaultKind kind, guint argument);

/**
 * card_fault_random:
 * @env: borrowed; a seeded one repeats itself
 * @one_in: each exchange fails with the probability 1/@one_in; 0 switches it off
 * @kinds: bits 1 << #CardFaultKind to choose from, not none
 *
 * Status words, error codes and lengths are then drawn, too.
 */
void card_fault_random (CardFault *self, const KtEnv *env, guint one_in, guint kinds);

/** card_fault_get_exchanges: C-APDUs seen so far. */
guint card_fault_get_exchanges (CardFault *self);
/** card_fault_get_faults: faults injected so far. */
guint card_fault_get_faults (CardFault *self);

G_END_DECLS
