/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "card-reader.h"
#include "card.h"

G_BEGIN_DECLS

/**
 * CardPcsc:
 *
 * A card in a PC/SC reader: shared with other programs, T=0 or T=1, left powered on close. One
 * object belongs to one thread at a time.
 *
 * Another program's transaction makes PC/SC calls wait without end; here opening, resetting and
 * beginning a transaction give up after card_pcsc_set_patience() with %KT_ERROR_CARD_BUSY, and
 * opening also when cancelled.
 */
#define KT_TYPE_CARD_PCSC (card_pcsc_get_type ())
G_DECLARE_FINAL_TYPE (CardPcsc, card_pcsc, KT, CARD_PCSC, Card)

/** CARD_PCSC_PATIENCE_MS: how long another program's transaction is waited for, milliseconds. */
#define CARD_PCSC_PATIENCE_MS 15000

/**
 * card_pcsc_new:
 * @reader: a reader's name as in #CardReaderInfo
 *
 * Touches nothing until card_open().
 */
Card *card_pcsc_new (const char *reader);

/** card_pcsc_set_patience: how long to wait for other programs, milliseconds, 1 or more. */
void card_pcsc_set_patience (CardPcsc *self, guint milliseconds);

/**
 * card_pcsc_list_readers:
 *
 * Returns: (transfer full) (element-type CardReaderInfo) (nullable): the readers now, none is
 *   an empty array; %NULL with %KT_ERROR_NO_SERVICE, %KT_ERROR_ACCESS_DENIED or %KT_ERROR_CARD_IO
 */
GPtrArray *card_pcsc_list_readers (GError **error);

G_END_DECLS
