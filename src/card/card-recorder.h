/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "card-wrapper.h"
#include "kt-env.h"

G_BEGIN_DECLS

/**
 * CardRecorderFormat:
 * @CARD_RECORDER_TEXT: "> " and a C-APDU, "< " and its R-APDU, in hexadecimal; "! " and the name of
 *   an error; "# " and a remark. What #CardReplayer plays back
 * @CARD_RECORDER_JSON: one JSON object a line, with times
 */
typedef enum
{
  CARD_RECORDER_TEXT,
  CARD_RECORDER_JSON,
} CardRecorderFormat;

/**
 * CardRecorderFlags:
 * @CARD_RECORDER_FULL: the data too: whoever gets the recording learns EID, ICCIDs, codes
 *
 * Without it only headers, lengths, status words and names are written. PINs, authentication and
 * the network's applications are never written.
 */
typedef enum
{
  CARD_RECORDER_REDACTED = 0,
  CARD_RECORDER_FULL = 1 << 0,
} CardRecorderFlags;

/** CardRecorder: writes down what goes over a card's interface. */
#define KT_TYPE_CARD_RECORDER (card_recorder_get_type ())
G_DECLARE_FINAL_TYPE (CardRecorder, card_recorder, KT, CARD_RECORDER, CardWrapper)

/**
 * card_recorder_new:
 * @out: written and flushed after every exchange; kept, not closed
 * @env: borrowed; for times
 *
 * When writing fails, recording ends and the card goes on.
 */
Card *card_recorder_new (Card *inner, GOutputStream *out, CardRecorderFormat format,
                         CardRecorderFlags flags, const KtEnv *env);

/** card_recorder_has_failed: whether something could not be written. */
gboolean card_recorder_has_failed (CardRecorder *self);

G_END_DECLS
