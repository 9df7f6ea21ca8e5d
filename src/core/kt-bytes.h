/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** kt_hex: Returns: (transfer full): upper-case hexadecimal of @len bytes, "" for none. */
char *kt_hex (const guint8 *data, gsize len);

/** kt_hex_bytes: as kt_hex() for a #GBytes. */
char *kt_hex_bytes (GBytes *bytes);

/**
 * kt_hex_parse:
 * @hex: hexadecimal digits of any case, an even number, nothing else
 *
 * Returns: (transfer full) (nullable): the bytes; %NULL with %KT_ERROR_MALFORMED otherwise
 */
GBytes *kt_hex_parse (const char *hex, GError **error);

/**
 * kt_base64_parse:
 * @text: standard base64 (RFC 4648 section 4), padded; line breaks and blanks between groups are
 *   skipped because deployed servers send them
 * @max: most bytes that the result may have
 *
 * Unlike g_base64_decode() this refuses foreign characters, bad padding and non-zero pad bits, so a
 * corrupted text never becomes a shorter valid one.
 *
 * Returns: (transfer full) (nullable): the bytes; %NULL with %KT_ERROR_MALFORMED or %KT_ERROR_LIMIT
 */
GBytes *kt_base64_parse (const char *text, gsize max, GError **error);

/** kt_base64: Returns: (transfer full): standard base64, padded, without line breaks. */
char *kt_base64 (GBytes *bytes);

/** kt_wipe: overwrites @len bytes; the compiler does not remove it. */
void kt_wipe (gpointer data, gsize len);

/** kt_wipe_string: wipes and frees a NUL-terminated string; %NULL is fine. */
void kt_wipe_string (char *string);

/**
 * kt_secret_bytes:
 * @data: (array length=len): copied
 *
 * Returns: (transfer full): a #GBytes whose memory is wiped when the last reference goes
 */
GBytes *kt_secret_bytes (gconstpointer data, gsize len);

/** kt_bytes_equal_data: whether @bytes holds exactly these @len bytes; %NULL holds none. */
gboolean kt_bytes_equal_data (GBytes *bytes, gconstpointer data, gsize len);

/** KtSecretString: an auto-wiping string: `g_autoptr (KtSecretString) code = …`. */
typedef char KtSecretString;
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KtSecretString, kt_wipe_string)

G_END_DECLS
