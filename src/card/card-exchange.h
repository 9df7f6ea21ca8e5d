/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "card.h"

G_BEGIN_DECLS

/** CardCounters: what went over the card's interface; lengths with headers and status words. */
typedef struct
{
  guint c_apdus;
  guint64 bytes_out;
  guint64 bytes_in;
} CardCounters;

/** CARD_RESPONSE_LIMIT: default limit of one command's whole response, bytes. */
#define CARD_RESPONSE_LIMIT (256 * 1024)

/**
 * CardExchange:
 * @card: borrowed
 * @response_limit: bytes of response data for one command, all GET RESPONSEs together
 *
 * Commands with the manners of ISO/IEC 7816-3 and TS 102 221 section 7.3 taken care of: 6Cxx is
 * answered by one repetition, 61xx by GET RESPONSEs.
 */
typedef struct
{
  Card *card;
  gsize response_limit;
  CardCounters counters;
} CardExchange;

/**
 * card_exchange_run:
 * @command: a C-APDU of 4 to 261 bytes
 * @response: (out) (transfer full): the response data without status words, possibly empty
 * @sw: (out): the last status word, whatever it is but 61xx
 *
 * Fails with card_transmit()'s errors, and with %KT_ERROR_LIMIT: "card.response-too-long" beyond
 * the limit, "card.endless-response" when the card keeps announcing data without giving any.
 *
 * Returns: whether the card answered; @sw tells what
 */
gboolean card_exchange_run (CardExchange *self, const guint8 *command, gsize len,
                            GBytes **response, guint16 *sw, GError **error);

/**
 * card_exchange_once:
 *
 * As card_exchange_run(), but 61xx is left to the caller: @sw may say that more waits.
 */
gboolean card_exchange_once (CardExchange *self, const guint8 *command, gsize len,
                             GBytes **response, guint16 *sw, GError **error);

/** card_sw_is_ok: 9000, or 91xx: done, and a proactive command waits (TS 102 221, 10.2.1.1). */
gboolean card_sw_is_ok (guint16 sw);

/** card_sw_is_warning: 62xx and 63xx: done, with a remark. */
gboolean card_sw_is_warning (guint16 sw);

/**
 * card_class_interindustry, card_class_proprietary:
 * @channel: logical channel, 0 to 19
 *
 * Returns: the class byte of ISO commands (0X, 4X) and of GlobalPlatform's (8X, CX) on @channel
 *   (TS 102 221 section 10.1.1): from channel 4 on the number is coded less four in four bits
 */
guint8 card_class_interindustry (guint channel);
guint8 card_class_proprietary (guint channel);

G_END_DECLS
