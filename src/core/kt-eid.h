/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** KT_EID_BYTES: an EID is 16 bytes of BCD, not nibble-swapped: 32 digits. */
#define KT_EID_BYTES 16
#define KT_EID_DIGITS 32

/** kt_eid_is_valid: 32 decimal digits whose check digits hold (mod 97 is 1, SGP.02 section 2.2.2). */
gboolean kt_eid_is_valid (const char *eid);

/** kt_eid_check_digits: the two check digits (2..98) of the first 30 digits of @eid, -1 if not digits. */
int kt_eid_check_digits (const char *eid);

/**
 * kt_eid_from_bytes: Returns: (transfer full) (nullable): 32 digits;
 * %KT_ERROR_MALFORMED unless 16 bytes of decimal BCD. The check digits are not judged here.
 */
char *kt_eid_from_bytes (const guint8 *data, gsize len, GError **error);

/** kt_eid_to_bytes: writes 16 bytes; %KT_ERROR_INVALID_INPUT unless 32 decimal digits. */
gboolean kt_eid_to_bytes (const char *eid, guint8 out[KT_EID_BYTES], GError **error);

/** kt_eid_grouped: Returns: (transfer full): "8904 9032 …", in fours for reading aloud. */
char *kt_eid_grouped (const char *eid);

G_END_DECLS
