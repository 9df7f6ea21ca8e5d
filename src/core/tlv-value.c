/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-core"

#include "tlv.h"

#include <string.h>

#include "kt-error.h"

/* Arcs of an OBJECT IDENTIFIER fit 32 bits, five octets; the first octets hold two arcs. */
#define MAX_OID_BYTES (5 * (KT_OID_MAX_ARCS - 1))

gboolean
tlv_check_len (const Tlv *tlv, gsize min, gsize max, GError **error)
{
  if (tlv->len < min || tlv->len > max)
    return kt_error_set (error, KT_ERROR_MALFORMED, NULL, "TLV %X has %zu bytes", tlv->tag,
                         tlv->len);
  return TRUE;
}

gboolean
tlv_get_int (const Tlv *tlv, gint64 *out, GError **error)
{
  guint64 value;

  if (!tlv_check_len (tlv, 1, 8, error))
    return FALSE;
  if (tlv->len > 1
      && ((tlv->value[0] == 0x00 && (tlv->value[1] & 0x80) == 0)
          || (tlv->value[0] == 0xFF && (tlv->value[1] & 0x80) != 0)))
    return kt_error_set (error, KT_ERROR_MALFORMED, NULL, "TLV %X: integer not in shortest form",
                         tlv->tag);
  value = (tlv->value[0] & 0x80) != 0 ? G_MAXUINT64 : 0;
  for (gsize i = 0; i < tlv->len; i++)
    value = value << 8 | tlv->value[i];
  *out = (gint64) value;
  return TRUE;
}

gboolean
tlv_get_uint (const Tlv *tlv, guint64 *out, GError **error)
{
  guint64 value = 0;

  if (!tlv_check_len (tlv, 1, 8, error))
    return FALSE;
  for (gsize i = 0; i < tlv->len; i++)
    value = value << 8 | tlv->value[i];
  *out = value;
  return TRUE;
}

gboolean
tlv_get_bool (const Tlv *tlv, gboolean *out, GError **error)
{
  if (!tlv_check_len (tlv, 1, 1, error))
    return FALSE;
  *out = tlv->value[0] != 0;
  return TRUE;
}

gboolean
tlv_get_bits (const Tlv *tlv, guint32 *out, GError **error)
{
  guint32 bits = 0;
  gsize count;

  if (!tlv_check_len (tlv, 1, 64, error))
    return FALSE;
  if (tlv->value[0] > 7 || (tlv->len == 1 && tlv->value[0] != 0))
    return kt_error_set (error, KT_ERROR_MALFORMED, NULL, "TLV %X: %u unused bits", tlv->tag,
                         tlv->value[0]);
  count = (tlv->len - 1) * 8 - tlv->value[0];
  for (gsize i = 0; i < count && i < 32; i++)
    if ((tlv->value[1 + i / 8] & (0x80 >> (i % 8))) != 0)
      bits |= (guint32) 1 << i;
  *out = bits;
  return TRUE;
}

char *
tlv_dup_string (const Tlv *tlv, gsize max, GError **error)
{
  if (tlv->len > max)
    {
      kt_error_set (error, KT_ERROR_LIMIT, NULL, "TLV %X: text of %zu bytes, at most %zu allowed",
                    tlv->tag, tlv->len, max);
      return NULL;
    }
  /* g_utf8_validate_len() refuses NUL bytes too. */
  if (!g_utf8_validate_len ((const char *) tlv->value, tlv->len, NULL))
    {
      kt_error_set (error, KT_ERROR_MALFORMED, NULL, "TLV %X: not UTF-8", tlv->tag);
      return NULL;
    }
  return g_strndup ((const char *) tlv->value, tlv->len);
}

char *
tlv_dup_oid (const Tlv *tlv, GError **error)
{
  g_autoptr (GString) text = g_string_new (NULL);
  guint64 arc = 0;
  gboolean inside = FALSE;
  guint arcs = 2;

  if (!tlv_check_len (tlv, 1, MAX_OID_BYTES, error))
    return NULL;
  for (gsize i = 0; i < tlv->len; i++)
    {
      guint8 byte = tlv->value[i];
      guint64 top;

      arc = arc << 7 | (byte & 0x7F);
      /* The first two arcs share a number, so that one may be up to 80 larger. */
      top = text->len > 0 || arc < 40 ? 0 : arc < 80 ? 1 : 2;
      if ((!inside && byte == 0x80) || arc - 40 * top > G_MAXUINT32)
        {
          kt_error_set (error, KT_ERROR_MALFORMED, NULL, "TLV %X: object identifier", tlv->tag);
          return NULL;
        }
      inside = (byte & 0x80) != 0;
      if (inside)
        continue;
      if (text->len > 0 && ++arcs > KT_OID_MAX_ARCS)
        {
          kt_error_set (error, KT_ERROR_MALFORMED, NULL, "TLV %X: object identifier of many arcs",
                        tlv->tag);
          return NULL;
        }
      if (text->len == 0)
        g_string_printf (text, "%" G_GUINT64_FORMAT, top);
      g_string_append_printf (text, ".%" G_GUINT64_FORMAT, arc - 40 * top);
      arc = 0;
    }
  if (inside)
    {
      kt_error_set (error, KT_ERROR_MALFORMED, NULL, "TLV %X: object identifier cut off", tlv->tag);
      return NULL;
    }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

GBytes *
tlv_dup_value (const Tlv *tlv)
{
  return g_bytes_new (tlv->value, tlv->len);
}

GBytes *
tlv_dup_raw (const Tlv *tlv)
{
  return g_bytes_new (tlv->raw, tlv->raw_len);
}
