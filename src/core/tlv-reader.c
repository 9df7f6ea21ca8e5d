/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-core"

#include "tlv.h"

#include "kt-error.h"

/* Tags of SGP.22 have at most two bytes; three leave room, four are a sign of garbage. */
#define MAX_TAG_BYTES 3
/* Nothing in RSP is larger than a BPP, and that is bounded far below 2^24. */
#define MAX_LENGTH_BYTES 3

static gboolean
read_tag (const guint8 **p, const guint8 *end, TlvTag *tag, GError **error)
{
  const guint8 *q = *p;
  TlvTag value;
  guint n = 1;

  g_assert (q < end);
  value = *q++;
  if ((value & 0x1F) == 0x1F)
    {
      do
        {
          if (q == end)
            return kt_error_set (error, KT_ERROR_MALFORMED, NULL, "TLV: tag cut off");
          if (++n > MAX_TAG_BYTES)
            return kt_error_set (error, KT_ERROR_MALFORMED, NULL, "TLV: tag too long");
          value = value << 8 | *q;
        }
      while ((*q++ & 0x80) != 0);
      /* A number below 31 has the short form, and the first octet carries no leading zeros. */
      if (((*p)[1] & 0x7F) == 0 || (n == 2 && (*p)[1] < 0x1F))
        return kt_error_set (error, KT_ERROR_MALFORMED, NULL, "TLV: tag not in shortest form");
    }
  *tag = value;
  *p = q;
  return TRUE;
}

static gboolean
read_length (const guint8 **p, const guint8 *end, gsize *len, GError **error)
{
  const guint8 *q = *p;
  gsize value = 0;
  guint n;

  if (q == end)
    return kt_error_set (error, KT_ERROR_MALFORMED, NULL, "TLV: length missing");
  if (*q < 0x80)
    {
      *len = *q;
      *p = q + 1;
      return TRUE;
    }
  n = *q++ & 0x7F;
  if (n == 0)
    return kt_error_set (error, KT_ERROR_MALFORMED, NULL, "TLV: indefinite length");
  if (n > MAX_LENGTH_BYTES)
    return kt_error_set (error, KT_ERROR_MALFORMED, NULL, "TLV: length of %u bytes", n);
  if ((gsize) (end - q) < n)
    return kt_error_set (error, KT_ERROR_MALFORMED, NULL, "TLV: length cut off");
  for (guint i = 0; i < n; i++)
    value = value << 8 | *q++;
  if (value < 0x80 || (n > 1 && value < (gsize) 1 << (8 * (n - 1))))
    return kt_error_set (error, KT_ERROR_MALFORMED, NULL, "TLV: length not in shortest form");
  *len = value;
  *p = q;
  return TRUE;
}

void
tlv_reader_init (TlvReader *reader, gconstpointer data, gsize len)
{
  static const guint8 nothing;

  reader->p = data != NULL ? data : &nothing;
  reader->end = reader->p + (data != NULL ? len : 0);
}

void
tlv_reader_init_bytes (TlvReader *reader, GBytes *bytes)
{
  gsize len;
  gconstpointer data = g_bytes_get_data (bytes, &len);

  tlv_reader_init (reader, data, len);
}

void
tlv_reader_enter (TlvReader *reader, const Tlv *parent)
{
  tlv_reader_init (reader, parent->value, parent->len);
}

gboolean
tlv_reader_at_end (const TlvReader *reader)
{
  return reader->p == reader->end;
}

gboolean
tlv_read_header (gconstpointer data, gsize len, Tlv *tlv, gsize *header_len, GError **error)
{
  const guint8 *p = data;
  const guint8 *end = p + len;

  if (len == 0)
    return kt_error_set (error, KT_ERROR_MISSING, NULL, "TLV: nothing there");
  tlv->raw = p;
  if (!read_tag (&p, end, &tlv->tag, error) || !read_length (&p, end, &tlv->len, error))
    return FALSE;
  tlv->value = p;
  *header_len = (gsize) (p - tlv->raw);
  tlv->raw_len = *header_len + tlv->len;
  return TRUE;
}

gboolean
tlv_read (TlvReader *reader, Tlv *tlv, GError **error)
{
  gsize header_len;
  gsize left = (gsize) (reader->end - reader->p);

  if (!tlv_read_header (reader->p, left, tlv, &header_len, error))
    return FALSE;
  if (tlv->len > left - header_len)
    return kt_error_set (error, KT_ERROR_MALFORMED, NULL, "TLV %X: value runs past the end",
                         tlv->tag);
  reader->p += tlv->raw_len;
  return TRUE;
}

gboolean
tlv_expect (TlvReader *reader, TlvTag tag, Tlv *tlv, GError **error)
{
  if (tlv_reader_at_end (reader))
    return kt_error_set (error, KT_ERROR_MISSING, NULL, "TLV %X is missing", tag);
  if (!tlv_read (reader, tlv, error))
    return FALSE;
  if (tlv->tag != tag)
    return kt_error_set (error, KT_ERROR_MISSING, NULL, "TLV %X stands where %X should", tlv->tag,
                         tag);
  return TRUE;
}

gboolean
tlv_next_is (TlvReader *reader, TlvTag tag, Tlv *tlv)
{
  TlvReader ahead = *reader;

  if (!tlv_read (&ahead, tlv, NULL) || tlv->tag != tag)
    return FALSE;
  *reader = ahead;
  return TRUE;
}

gboolean
tlv_expect_end (const TlvReader *reader, GError **error)
{
  if (!tlv_reader_at_end (reader))
    return kt_error_set (error, KT_ERROR_MALFORMED, NULL, "TLV: %td bytes too many",
                         reader->end - reader->p);
  return TRUE;
}

gboolean
tlv_parse (gconstpointer data, gsize len, TlvTag tag, Tlv *tlv, GError **error)
{
  TlvReader reader;

  tlv_reader_init (&reader, data, len);
  return tlv_expect (&reader, tag, tlv, error) && tlv_expect_end (&reader, error);
}

gboolean
tlv_parse_bytes (GBytes *bytes, TlvTag tag, Tlv *tlv, GError **error)
{
  gsize len;
  gconstpointer data = g_bytes_get_data (bytes, &len);

  return tlv_parse (data, len, tag, tlv, error);
}

TlvFound
tlv_find (const Tlv *parent, TlvTag tag, Tlv *child, GError **error)
{
  TlvReader reader;

  tlv_reader_enter (&reader, parent);
  while (!tlv_reader_at_end (&reader))
    {
      if (!tlv_read (&reader, child, error))
        return TLV_MALFORMED;
      if (child->tag == tag)
        return TLV_FOUND;
    }
  return TLV_ABSENT;
}

gboolean
tlv_need (const Tlv *parent, TlvTag tag, Tlv *child, GError **error)
{
  TlvFound found = tlv_find (parent, tag, child, error);

  if (found == TLV_ABSENT)
    return kt_error_set (error, KT_ERROR_MISSING, NULL, "TLV %X lacks %X", parent->tag, tag);
  return found == TLV_FOUND;
}
