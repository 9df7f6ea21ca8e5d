/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <string.h>

#include <glib.h>

#include "kt-bytes.h"
#include "kt-error.h"
#include "tlv.h"

/* What the tests of all rooms write down in hexadecimal; blanks are for the reader's eye. */

G_GNUC_UNUSED static GBytes *
hex_bytes (const char *hex)
{
  g_autoptr (GString) tight = g_string_new (NULL);
  g_autoptr (GError) error = NULL;
  GBytes *bytes;

  for (const char *p = hex; *p != '\0'; p++)
    if (*p != ' ')
      g_string_append_c (tight, *p);
  bytes = kt_hex_parse (tight->str, &error);
  g_assert_no_error (error);
  return bytes;
}

G_GNUC_UNUSED static void
assert_bytes_hex (GBytes *bytes, const char *hex)
{
  g_autoptr (GBytes) wanted = hex_bytes (hex);
  g_autofree char *got_text = NULL;
  g_autofree char *wanted_text = kt_hex_bytes (wanted);

  g_assert_nonnull (bytes);
  got_text = kt_hex_bytes (bytes);
  g_assert_cmpstr (got_text, ==, wanted_text);
}

/* As assert_bytes_hex(), and frees what a function under test returned. */
G_GNUC_UNUSED static void
assert_take_hex (GBytes *bytes, const char *hex)
{
  assert_bytes_hex (bytes, hex);
  g_bytes_unref (bytes);
}

/* The error must be of this class with this key, has a message, and is cleared. */
G_GNUC_UNUSED static void
assert_kt_error (GError **error, KtErrorCode code, const char *key)
{
  g_assert_nonnull (*error);
  g_assert_true ((*error)->domain == KT_ERROR);
  g_assert_cmpstr (kt_error_code_name ((KtErrorCode) (*error)->code), ==, kt_error_code_name (code));
  g_assert_cmpstr (kt_error_key (*error), ==, key);
  g_assert_cmpuint (strlen ((*error)->message), >, 0);
  g_clear_error (error);
}

/* The first @len bytes, in a block of their own so that a read past the end is seen. */
G_GNUC_UNUSED static GBytes *
bytes_cut (GBytes *bytes, gsize len)
{
  return g_bytes_new (g_bytes_get_data (bytes, NULL), len);
}
