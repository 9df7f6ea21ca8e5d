/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** CARD_PCSC_OK: SCARD_S_SUCCESS as the 32 bits that this room handles return codes in. */
#define CARD_PCSC_OK 0u

/**
 * card_pcsc_error_set:
 * @code: a PC/SC return code, its 32 bits; callers cast a LONG to guint32, so that nothing is
 *   sign-extended where LONG has 64 bits
 * @what: what was tried, in English
 *
 * Sets the typed error for a PC/SC return code, with detail.pcsc and one of the keys
 * "pcsc.no-service", "pcsc.denied", "pcsc.no-reader", "pcsc.reader-gone", "pcsc.no-card",
 * "pcsc.removed", "pcsc.reset", "pcsc.busy", "pcsc.unresponsive", "pcsc.protocol", "pcsc.io",
 * "pcsc.too-long", "cancelled" or "pcsc.unexpected".
 *
 * Returns: %FALSE
 */
gboolean card_pcsc_error_set (GError **error, guint32 code, const char *what);

/**
 * card_pcsc_code_is_gone:
 * @code: a PC/SC return code, its 32 bits
 *
 * Returns: whether a card handle that answered @code is of no use any more
 */
gboolean card_pcsc_code_is_gone (guint32 code);

G_END_DECLS
