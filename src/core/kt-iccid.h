/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** KT_ICCID_BYTES: as in EF.ICCID: 10 bytes, nibble-swapped BCD, padded with F. */
#define KT_ICCID_BYTES 10

/**
 * kt_iccid_from_bytes: Returns: (transfer full) (nullable): 18 to 20 digits;
 * %KT_ERROR_MALFORMED unless 10 bytes of swapped BCD with only trailing F. A wrong Luhn digit is
 * accepted: cards in the field have them.
 */
char *kt_iccid_from_bytes (const guint8 *data, gsize len, GError **error);

/** kt_iccid_to_bytes: 18 to 20 digits, or 19 and a trailing F; %KT_ERROR_INVALID_INPUT otherwise. */
gboolean kt_iccid_to_bytes (const char *iccid, guint8 out[KT_ICCID_BYTES], GError **error);

/** kt_iccid_luhn: whether the last digit is the Luhn check digit. */
gboolean kt_iccid_luhn (const char *iccid);

/** kt_luhn_digit: the check digit '0'..'9' for @digits (decimal digits without one). */
char kt_luhn_digit (const char *digits);

/** kt_bcd_swapped: Returns: (transfer full) (nullable): digits of swapped BCD up to the first F;
 * %KT_ERROR_MALFORMED on other non-digits or on a digit after F. */
char *kt_bcd_swapped (const guint8 *data, gsize len, GError **error);

G_END_DECLS
