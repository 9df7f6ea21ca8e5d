/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * CardSecrecy:
 * @CARD_SECRECY_OPEN: nothing personal in it: may always be shown
 * @CARD_SECRECY_PERSONAL: may name a subscriber, a chip, an order or a code: shown on demand only
 * @CARD_SECRECY_NEVER: PINs, keys and authentication: not shown whatever is asked
 *
 * What of an exchange may be written down.
 */
typedef enum
{
  CARD_SECRECY_OPEN,
  CARD_SECRECY_PERSONAL,
  CARD_SECRECY_NEVER,
} CardSecrecy;

/**
 * CardSecrecyState:
 *
 * Remembers per logical channel whose response a GET RESPONSE fetches. All zero at first and after
 * a reset.
 */
typedef struct
{
  CardSecrecy response[20];
} CardSecrecyState;

/** CardSecrecyVerdict: secrecy of the command's data and of its response, and a name for it. */
typedef struct
{
  const char *name;
  CardSecrecy command;
  CardSecrecy response;
} CardSecrecyVerdict;

/**
 * card_secrecy_judge:
 * @command: a whole C-APDU, 4 bytes or more
 *
 * Commands it does not know are %CARD_SECRECY_PERSONAL.
 */
CardSecrecyVerdict card_secrecy_judge (CardSecrecyState *state, const guint8 *command, gsize len);

G_END_DECLS
