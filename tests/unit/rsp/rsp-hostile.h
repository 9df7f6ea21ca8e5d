/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "kt-test.h"

/* A decoder under test, whatever it returns; TRUE if it took the message. */
typedef gboolean (*Decode) (GBytes *bytes, GError **error);

/* A decoder says it whole: taken and no error, or not taken and an error of ours with a text. */
G_GNUC_UNUSED static gboolean
decode_checked (Decode decode, GBytes *bytes)
{
  g_autoptr (GError) error = NULL;
  gboolean taken = decode (bytes, &error);

  g_assert_true (taken == (error == NULL));
  if (!taken)
    {
      g_assert_true (error->domain == KT_ERROR);
      g_assert_cmpuint (strlen (error->message), >, 0);
    }
  g_assert_true (decode (bytes, NULL) == taken);
  return taken;
}

/* A message is a whole one or none: no beginning of it and nothing behind it is taken. */
G_GNUC_UNUSED static void
assert_whole_only (Decode decode, const char *hex)
{
  g_autoptr (GBytes) whole = hex_bytes (hex);
  g_autofree char *longer_hex = g_strconcat (hex, "00", NULL);
  g_autoptr (GBytes) longer = hex_bytes (longer_hex);

  g_assert_true (decode_checked (decode, whole));
  g_assert_false (decode_checked (decode, longer));
  for (gsize len = 0; len < g_bytes_get_size (whole); len++)
    {
      g_autoptr (GBytes) cut = bytes_cut (whole, len);

      g_assert_false (decode_checked (decode, cut));
    }
}

/* Every byte replaced by values that break tags, lengths and numbers: no crash, no half answer. */
G_GNUC_UNUSED static void
survive_changes (Decode decode, const char *hex)
{
  static const guint8 values[]
      = { 0x00, 0x01, 0x1F, 0x30, 0x7F, 0x80, 0x81, 0x84, 0xA0, 0xBF, 0xFF };
  g_autoptr (GBytes) whole = hex_bytes (hex);
  gsize len;
  const guint8 *data = g_bytes_get_data (whole, &len);

  for (gsize i = 0; i < len; i++)
    for (gsize k = 0; k < G_N_ELEMENTS (values); k++)
      {
        g_autofree guint8 *copy = g_memdup2 (data, len);
        g_autoptr (GBytes) changed = NULL;

        copy[i] = values[k];
        changed = g_bytes_new (copy, len);
        decode_checked (decode, changed);
      }
}

/* One row of a table of bad messages. */
typedef struct
{
  const char *hex;
  KtErrorCode code;
  const char *key;
} BadRow;

G_GNUC_UNUSED static void
assert_bad_rows (Decode decode, const BadRow *rows, gsize count)
{
  for (gsize i = 0; i < count; i++)
    {
      g_autoptr (GBytes) bytes = hex_bytes (rows[i].hex);
      g_autoptr (GError) error = NULL;

      g_test_message ("row %s", rows[i].hex);
      g_assert_false (decode (bytes, &error));
      assert_kt_error (&error, rows[i].code, rows[i].key);
    }
}
