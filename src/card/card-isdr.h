/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** AID lengths that ISO/IEC 7816-4 allows. */
#define CARD_AID_MIN 5
#define CARD_AID_MAX 16

/**
 * card_isdr_default_aids:
 *
 * Returns: (transfer full) (element-type GBytes): the AIDs under which an ISD-R is known to answer,
 *   in the order to try them: SGP.22's own first, then those of removable cards that deviate
 */
GPtrArray *card_isdr_default_aids (void);

/**
 * card_isdr_parse_aids:
 * @hex: %NULL-terminated list of AIDs in hexadecimal
 *
 * Returns: (transfer full) (element-type GBytes) (nullable): %NULL with %KT_ERROR_INVALID_INPUT,
 *   key "card.aid", for an empty list or an AID that is not hexadecimal of 5 to 16 bytes
 */
GPtrArray *card_isdr_parse_aids (const char *const *hex, GError **error);

/** card_isdr_is_known_aid: whether these bytes are one of card_isdr_default_aids(). */
gboolean card_isdr_is_known_aid (const guint8 *aid, gsize len);

/**
 * card_isdr_parse_fci:
 * @fci: what SELECT returned
 * @svn: (out): SGP.22 version that the chip supports, three numbers
 *
 * Returns: whether @fci tells a version (ISDRProprietaryApplicationTemplate, SGP.22 section
 *   5.7.1). A chip need not tell, so anything unreadable is the same as nothing.
 */
gboolean card_isdr_parse_fci (GBytes *fci, guint8 svn[3]);

G_END_DECLS
