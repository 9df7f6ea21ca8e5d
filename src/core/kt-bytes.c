/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-core"

#include "kt-bytes.h"

#include <string.h>

#include "kt-error.h"

typedef struct
{
  gsize len;
  guint8 data[];
} SecretBlock;

static void
secret_block_free (gpointer data)
{
  SecretBlock *block = data;

  kt_wipe (block->data, block->len);
  g_free (block);
}

static int
base64_digit (char c)
{
  if (c >= 'A' && c <= 'Z')
    return c - 'A';
  if (c >= 'a' && c <= 'z')
    return c - 'a' + 26;
  if (c >= '0' && c <= '9')
    return c - '0' + 52;
  if (c == '+')
    return 62;
  if (c == '/')
    return 63;
  return -1;
}

char *
kt_hex (const guint8 *data, gsize len)
{
  static const char digits[] = "0123456789ABCDEF";
  char *hex = g_malloc (len * 2 + 1);

  for (gsize i = 0; i < len; i++)
    {
      hex[2 * i] = digits[data[i] >> 4];
      hex[2 * i + 1] = digits[data[i] & 0x0F];
    }
  hex[len * 2] = '\0';
  return hex;
}

char *
kt_hex_bytes (GBytes *bytes)
{
  gsize len;
  const guint8 *data = g_bytes_get_data (bytes, &len);

  return kt_hex (data, len);
}

GBytes *
kt_hex_parse (const char *hex, GError **error)
{
  gsize len = strlen (hex);
  g_autofree guint8 *data = NULL;

  if (len % 2 != 0)
    {
      kt_error_set (error, KT_ERROR_MALFORMED, NULL, "odd number of hexadecimal digits");
      return NULL;
    }
  data = g_malloc (len / 2 + 1);
  for (gsize i = 0; i < len; i += 2)
    {
      int hi = g_ascii_xdigit_value (hex[i]);
      int lo = g_ascii_xdigit_value (hex[i + 1]);

      if (hi < 0 || lo < 0)
        {
          kt_error_set (error, KT_ERROR_MALFORMED, NULL, "not a hexadecimal digit at place %zu",
                        hi < 0 ? i + 1 : i + 2);
          return NULL;
        }
      data[i / 2] = (guint8) (hi << 4 | lo);
    }
  return g_bytes_new_take (g_steal_pointer (&data), len / 2);
}

GBytes *
kt_base64_parse (const char *text, gsize max, GError **error)
{
  g_autoptr (GByteArray) out = g_byte_array_new ();
  guint32 group = 0;
  guint digits = 0;
  guint pads = 0;

  for (const char *p = text; *p != '\0'; p++)
    {
      int value;

      if (*p == '\r' || *p == '\n' || *p == ' ' || *p == '\t')
        continue;
      if (*p == '=')
        {
          pads++;
          if (pads > 2 || digits + pads > 4 || digits < 2)
            {
              kt_error_set (error, KT_ERROR_MALFORMED, NULL, "base64: padding at a wrong place");
              return NULL;
            }
          continue;
        }
      value = base64_digit (*p);
      if (value < 0 || pads > 0)
        {
          kt_error_set (error, KT_ERROR_MALFORMED, NULL, "base64: foreign character at place %td",
                        p - text + 1);
          return NULL;
        }
      group = group << 6 | (guint32) value;
      if (++digits == 4)
        {
          guint8 bytes[3] = { (guint8) (group >> 16), (guint8) (group >> 8), (guint8) group };

          g_byte_array_append (out, bytes, 3);
          group = 0;
          digits = 0;
        }
      if (out->len > max)
        break;
    }
  if (digits > 0 && out->len <= max)
    {
      guint8 bytes[2];

      if (digits == 1 || digits + pads != 4)
        {
          kt_error_set (error, KT_ERROR_MALFORMED, NULL, "base64: ends in the middle of a group");
          return NULL;
        }
      group <<= 6 * (4 - digits);
      if ((group & (digits == 2 ? 0xFFFF : 0xFF)) != 0)
        {
          kt_error_set (error, KT_ERROR_MALFORMED, NULL, "base64: stray bits in the last group");
          return NULL;
        }
      bytes[0] = (guint8) (group >> 16);
      bytes[1] = (guint8) (group >> 8);
      g_byte_array_append (out, bytes, digits - 1);
    }
  if (out->len > max)
    {
      kt_error_set (error, KT_ERROR_LIMIT, NULL, "base64: more than %zu bytes", max);
      return NULL;
    }
  return g_byte_array_free_to_bytes (g_steal_pointer (&out));
}

char *
kt_base64 (GBytes *bytes)
{
  gsize len;
  const guint8 *data = g_bytes_get_data (bytes, &len);

  return len == 0 ? g_strdup ("") : g_base64_encode (data, len);
}

void
kt_wipe (gpointer data, gsize len)
{
  if (data != NULL && len > 0)
    explicit_bzero (data, len);
}

void
kt_wipe_string (char *string)
{
  if (string == NULL)
    return;
  kt_wipe (string, strlen (string));
  g_free (string);
}

GBytes *
kt_secret_bytes (gconstpointer data, gsize len)
{
  SecretBlock *block = g_malloc (sizeof (SecretBlock) + len);

  block->len = len;
  if (len > 0)
    memcpy (block->data, data, len);
  return g_bytes_new_with_free_func (block->data, len, secret_block_free, block);
}

gboolean
kt_bytes_equal_data (GBytes *bytes, gconstpointer data, gsize len)
{
  gsize have = 0;
  gconstpointer own = bytes != NULL ? g_bytes_get_data (bytes, &have) : NULL;

  return have == len && (len == 0 || memcmp (own, data, len) == 0);
}
