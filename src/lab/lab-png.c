/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-lab"

#include "lab-png.h"

#include <string.h>

#include "kt-error.h"

/* PNG (ISO/IEC 15948): colour type 3, one byte a pixel, no interlace. */
#define BIT_DEPTH 8
#define COLOUR_INDEXED 3
#define FILTER_NONE 0

static const guint8 signature[8] = { 0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n' };

/* Annex D: the CRC of a chunk's type and data. */
static guint32
crc_of (const guint8 *data, gsize len)
{
  guint32 crc = 0xFFFFFFFF;

  for (gsize i = 0; i < len; i++)
    {
      crc ^= data[i];
      for (guint bit = 0; bit < 8; bit++)
        crc = (crc & 1) != 0 ? crc >> 1 ^ 0xEDB88320 : crc >> 1;
    }
  return ~crc;
}

static void
append_number (GByteArray *out, guint32 number)
{
  guint32 big = GUINT32_TO_BE (number);

  g_byte_array_append (out, (const guint8 *) &big, sizeof big);
}

static void
append_chunk (GByteArray *out, const char *type, const guint8 *data, gsize len)
{
  guint begin;

  append_number (out, (guint32) len);
  begin = out->len;
  g_byte_array_append (out, (const guint8 *) type, 4);
  if (len > 0)
    g_byte_array_append (out, data, (guint) len);
  append_number (out, crc_of (out->data + begin, out->len - begin));
}

static void
append_header (GByteArray *out, const LabPicture *picture)
{
  g_autoptr (GByteArray) header = g_byte_array_new ();
  const guint8 rest[] = { BIT_DEPTH, COLOUR_INDEXED, 0, 0, 0 };

  append_number (header, picture->width);
  append_number (header, picture->height);
  g_byte_array_append (header, rest, sizeof rest);
  append_chunk (out, "IHDR", header->data, header->len);
}

static GBytes *
compress_rows (const LabPicture *picture, GError **error)
{
  g_autoptr (GConverter) converter
      = G_CONVERTER (g_zlib_compressor_new (G_ZLIB_COMPRESSOR_FORMAT_ZLIB, 9));
  g_autoptr (GOutputStream) memory = g_memory_output_stream_new_resizable ();
  g_autoptr (GOutputStream) stream = g_converter_output_stream_new (memory, converter);
  g_autoptr (GError) local = NULL;
  const guint8 filter = FILTER_NONE;
  gboolean written = TRUE;

  for (guint y = 0; y < picture->height && written; y++)
    written = g_output_stream_write_all (stream, &filter, 1, NULL, NULL, &local)
              && g_output_stream_write_all (stream, picture->pixels + (gsize) y * picture->width,
                                            picture->width, NULL, NULL, &local);
  if (written && g_output_stream_close (stream, NULL, &local))
    return g_memory_output_stream_steal_as_bytes (G_MEMORY_OUTPUT_STREAM (memory));
  kt_error_set (error, KT_ERROR_INTERNAL, "internal", "compressing a picture: %s", local->message);
  return NULL;
}

GBytes *
lab_png_write (const LabPicture *picture, GError **error)
{
  g_autoptr (GBytes) rows = NULL;
  GByteArray *out;
  gsize len;
  const guint8 *data;

  g_return_val_if_fail (picture->n_colours >= 1 && picture->n_colours <= 256, NULL);

  rows = compress_rows (picture, error);
  if (rows == NULL)
    return NULL;
  data = g_bytes_get_data (rows, &len);
  out = g_byte_array_new ();
  g_byte_array_append (out, signature, sizeof signature);
  append_header (out, picture);
  append_chunk (out, "PLTE", picture->palette, picture->n_colours * 3);
  append_chunk (out, "IDAT", data, len);
  append_chunk (out, "IEND", NULL, 0);
  return g_byte_array_free_to_bytes (out);
}
