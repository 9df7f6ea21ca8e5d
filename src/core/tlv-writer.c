/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-core"

#include "tlv.h"

#include <string.h>

struct _TlvWriter
{
  GByteArray *out;
  /* offsets of the values of the elements that are open */
  GArray *open;
};

static void
append_tag (GByteArray *out, TlvTag tag)
{
  guint8 bytes[4] = { (guint8) (tag >> 24), (guint8) (tag >> 16), (guint8) (tag >> 8),
                      (guint8) tag };
  guint skip = 0;

  while (skip < 3 && bytes[skip] == 0)
    skip++;
  g_byte_array_append (out, bytes + skip, 4 - skip);
}

static guint
encode_length (gsize len, guint8 out[5])
{
  guint n = 0;

  if (len < 0x80)
    {
      out[0] = (guint8) len;
      return 1;
    }
  for (gsize rest = len; rest > 0; rest >>= 8)
    n++;
  g_assert (n <= 4);
  out[0] = (guint8) (0x80 | n);
  for (guint i = 0; i < n; i++)
    out[1 + i] = (guint8) (len >> (8 * (n - 1 - i)));
  return 1 + n;
}

TlvWriter *
tlv_writer_new (void)
{
  TlvWriter *writer = g_new0 (TlvWriter, 1);

  writer->out = g_byte_array_new ();
  writer->open = g_array_new (FALSE, FALSE, sizeof (guint));
  return writer;
}

void
tlv_writer_free (TlvWriter *writer)
{
  if (writer == NULL)
    return;
  g_clear_pointer (&writer->out, g_byte_array_unref);
  g_array_unref (writer->open);
  g_free (writer);
}

GBytes *
tlv_writer_finish (TlvWriter *writer)
{
  GBytes *bytes;

  g_return_val_if_fail (writer != NULL, NULL);
  g_return_val_if_fail (writer->open->len == 0, NULL);

  bytes = g_byte_array_free_to_bytes (g_steal_pointer (&writer->out));
  tlv_writer_free (writer);
  return bytes;
}

void
tlv_begin (TlvWriter *writer, TlvTag tag)
{
  append_tag (writer->out, tag);
  g_array_append_val (writer->open, writer->out->len);
}

void
tlv_end (TlvWriter *writer)
{
  guint start;
  guint size;
  guint8 length[5];
  guint n;

  g_return_if_fail (writer->open->len > 0);

  start = g_array_index (writer->open, guint, writer->open->len - 1);
  g_array_set_size (writer->open, writer->open->len - 1);
  size = writer->out->len - start;
  n = encode_length (size, length);
  g_byte_array_set_size (writer->out, writer->out->len + n);
  memmove (writer->out->data + start + n, writer->out->data + start, size);
  memcpy (writer->out->data + start, length, n);
}

void
tlv_put (TlvWriter *writer, TlvTag tag, gconstpointer data, gsize len)
{
  guint8 length[5];
  guint n = encode_length (len, length);

  append_tag (writer->out, tag);
  g_byte_array_append (writer->out, length, n);
  if (len > 0)
    g_byte_array_append (writer->out, data, (guint) len);
}

void
tlv_put_bytes (TlvWriter *writer, TlvTag tag, GBytes *bytes)
{
  gsize len;
  gconstpointer data = g_bytes_get_data (bytes, &len);

  tlv_put (writer, tag, data, len);
}

void
tlv_put_string (TlvWriter *writer, TlvTag tag, const char *utf8)
{
  tlv_put (writer, tag, utf8, strlen (utf8));
}

void
tlv_put_int (TlvWriter *writer, TlvTag tag, gint64 value)
{
  guint8 bytes[8];
  guint skip = 0;

  for (guint i = 0; i < 8; i++)
    bytes[i] = (guint8) ((guint64) value >> (8 * (7 - i)));
  while (skip < 7
         && ((bytes[skip] == 0x00 && (bytes[skip + 1] & 0x80) == 0)
             || (bytes[skip] == 0xFF && (bytes[skip + 1] & 0x80) != 0)))
    skip++;
  tlv_put (writer, tag, bytes + skip, 8 - skip);
}

void
tlv_put_bool (TlvWriter *writer, TlvTag tag, gboolean value)
{
  guint8 byte = value ? 0xFF : 0x00;

  tlv_put (writer, tag, &byte, 1);
}

void
tlv_put_bits (TlvWriter *writer, TlvTag tag, guint32 bits)
{
  guint8 bytes[5] = { 0 };
  guint count = 0;
  guint len;

  for (guint i = 0; i < 32; i++)
    if ((bits & (guint32) 1 << i) != 0)
      {
        bytes[1 + i / 8] |= (guint8) (0x80 >> (i % 8));
        count = i + 1;
      }
  len = (count + 7) / 8;
  bytes[0] = (guint8) (len * 8 - count);
  tlv_put (writer, tag, bytes, 1 + len);
}

/* The first two arcs share one subidentifier; 2.999 makes it 1079. */
static gboolean
parse_oid (const char *dotted, GArray *arcs)
{
  const char *p = dotted;

  if (p == NULL)
    return FALSE;
  for (;;)
    {
      guint64 arc = 0;
      const char *start = p;

      while (g_ascii_isdigit (*p))
        {
          arc = arc * 10 + (guint64) (*p++ - '0');
          if (arc > G_MAXUINT32)
            return FALSE;
        }
      if (p == start || (*start == '0' && p - start > 1) || arcs->len == KT_OID_MAX_ARCS)
        return FALSE;
      g_array_append_val (arcs, arc);
      if (*p == '\0')
        break;
      if (*p++ != '.')
        return FALSE;
    }
  if (arcs->len < 2 || g_array_index (arcs, guint64, 0) > 2)
    return FALSE;
  return g_array_index (arcs, guint64, 0) == 2 || g_array_index (arcs, guint64, 1) < 40;
}

gboolean
kt_oid_is_valid (const char *dotted)
{
  g_autoptr (GArray) arcs = g_array_new (FALSE, FALSE, sizeof (guint64));

  return parse_oid (dotted, arcs);
}

void
tlv_put_oid (TlvWriter *writer, TlvTag tag, const char *dotted)
{
  g_autoptr (GArray) arcs = g_array_new (FALSE, FALSE, sizeof (guint64));
  g_autoptr (GByteArray) value = g_byte_array_new ();

  g_return_if_fail (parse_oid (dotted, arcs));

  g_array_index (arcs, guint64, 1) += 40 * g_array_index (arcs, guint64, 0);
  for (guint i = 1; i < arcs->len; i++)
    {
      guint64 arc = g_array_index (arcs, guint64, i);
      guint shift = 35;

      while (shift > 0 && arc >> shift == 0)
        shift -= 7;
      for (; shift > 0; shift -= 7)
        {
          guint8 byte = (guint8) (0x80 | ((arc >> shift) & 0x7F));

          g_byte_array_append (value, &byte, 1);
        }
      {
        guint8 byte = (guint8) (arc & 0x7F);

        g_byte_array_append (value, &byte, 1);
      }
    }
  tlv_put (writer, tag, value->data, value->len);
}

void
tlv_put_raw (TlvWriter *writer, gconstpointer data, gsize len)
{
  if (len > 0)
    g_byte_array_append (writer->out, data, (guint) len);
}

void
tlv_put_raw_bytes (TlvWriter *writer, GBytes *bytes)
{
  gsize len;
  gconstpointer data = g_bytes_get_data (bytes, &len);

  tlv_put_raw (writer, data, len);
}
