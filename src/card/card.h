/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * Card:
 *
 * One card, however it is reached: a PC/SC reader, the lab's software eUICC in the same process, a
 * recording, or a decorator around another card. Calls block and belong on one thread at a time.
 */
#define KT_TYPE_CARD (card_get_type ())
G_DECLARE_DERIVABLE_TYPE (Card, card, KT, CARD, GObject)

typedef enum
{
  CARD_PROTOCOL_NONE = 0,
  CARD_PROTOCOL_T0,
  CARD_PROTOCOL_T1,
} CardProtocol;

/**
 * CardClass:
 * @open: power the card and connect; idempotent
 * @transmit: one C-APDU out, one R-APDU with its status word (2 bytes or more) back; 61xx and 6Cxx
 *   are the caller's business
 * @reset: reset the card and stay connected; every channel is gone afterwards
 * @begin, @end: exclusive use for a run of APDUs (a PC/SC transaction); optional, may nest
 * @close: disconnect, leaving the card as it is; idempotent
 */
struct _CardClass
{
  GObjectClass parent_class;

  gboolean (*open) (Card *self, GCancellable *cancellable, GError **error);
  GBytes *(*transmit) (Card *self, GBytes *command, GCancellable *cancellable, GError **error);
  gboolean (*reset) (Card *self, GError **error);
  gboolean (*begin) (Card *self, GError **error);
  void (*end) (Card *self);
  void (*close) (Card *self);
  GBytes *(*dup_atr) (Card *self);
  CardProtocol (*get_protocol) (Card *self);
  char *(*dup_name) (Card *self);
};

/**
 * card_open:
 *
 * Fails with %KT_ERROR_NO_SERVICE, %KT_ERROR_ACCESS_DENIED, %KT_ERROR_NO_READER, %KT_ERROR_NO_CARD,
 * %KT_ERROR_CARD_BUSY, %KT_ERROR_CARD_IO or %KT_ERROR_CANCELLED.
 */
gboolean card_open (Card *self, GCancellable *cancellable, GError **error);

/**
 * card_transmit:
 * @command: 4 to 261 bytes: short APDUs only
 *
 * Returns: (transfer full) (nullable): response with SW1 SW2 at its end; %NULL with
 *   %KT_ERROR_CARD_REMOVED, %KT_ERROR_CARD_RESET (nothing was sent), %KT_ERROR_CARD_IO,
 *   %KT_ERROR_MALFORMED (fewer than two bytes came back) or %KT_ERROR_CANCELLED (before sending:
 *   an exchange under way is never torn)
 */
GBytes *card_transmit (Card *self, GBytes *command, GCancellable *cancellable, GError **error);

gboolean card_reset (Card *self, GError **error);
gboolean card_begin (Card *self, GError **error);
void card_end (Card *self);
void card_close (Card *self);
/** card_dup_atr: Returns: (transfer full) (nullable): answer to reset, %NULL before card_open(). */
GBytes *card_dup_atr (Card *self);
CardProtocol card_get_protocol (Card *self);
/** card_dup_name: Returns: (transfer full): the reader's name, or what stands for it. */
char *card_dup_name (Card *self);

G_END_DECLS
