/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-fuzz"

#include "fuzz-target.h"

#include "rsp-vectors.h"
#include "tlv.h"

#define MAX_DEPTH 8

const gboolean fuzz_seeds_are_hex = TRUE;
const char *const fuzz_seeds[] = {
  "3003020101", "BF2081820000", "3080020101", "02090102030405060708FF", "030207 80", "0603883701",
  "9F8101 00", "1F01 00", "30820001 00", "0C03E9968B", V_PROFILES, V_EUICC_INFO2,
  /* object identifiers of 32 and of 33 arcs: what can be read can be written */
  "061F 51" V_11 "1111111111111111111111111111",
  "0620 51" V_11 "111111111111111111111111111111",
  NULL,
};

static void
try_values (const Tlv *tlv)
{
  g_autofree char *text = NULL;
  g_autofree char *oid = NULL;
  guint32 bits;
  guint64 number;
  gint64 integer;
  gboolean flag;

  text = tlv_dup_string (tlv, 64, NULL);
  if (text != NULL)
    FUZZ_CHECK (strlen (text) == tlv->len && g_utf8_validate (text, -1, NULL));
  oid = tlv_dup_oid (tlv, NULL);
  if (oid != NULL)
    {
      TlvWriter *writer = tlv_writer_new ();
      g_autoptr (GBytes) again = NULL;

      /* a dotted form that can be read is one that can be written, and the same */
      FUZZ_CHECK (kt_oid_is_valid (oid));
      tlv_put_oid (writer, tlv->tag, oid);
      again = tlv_writer_finish (writer);
      FUZZ_CHECK (g_bytes_get_size (again) == tlv->raw_len);
      FUZZ_CHECK (memcmp (g_bytes_get_data (again, NULL), tlv->raw, tlv->raw_len) == 0);
    }
  if (tlv_get_int (tlv, &integer, NULL))
    {
      TlvWriter *writer = tlv_writer_new ();
      g_autoptr (GBytes) again = NULL;

      tlv_put_int (writer, tlv->tag, integer);
      again = tlv_writer_finish (writer);
      FUZZ_CHECK (g_bytes_get_size (again) == tlv->raw_len);
      FUZZ_CHECK (memcmp (g_bytes_get_data (again, NULL), tlv->raw, tlv->raw_len) == 0);
    }
  tlv_get_uint (tlv, &number, NULL);
  tlv_get_bool (tlv, &flag, NULL);
  tlv_get_bits (tlv, &bits, NULL);
}

static void
walk (TlvReader *reader, guint depth)
{
  while (!tlv_reader_at_end (reader))
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GBytes) again = NULL;
      const guint8 *before = reader->p;
      TlvWriter *writer;
      TlvReader inner;
      Tlv tlv;

      if (!tlv_read (reader, &tlv, &error))
        {
          FUZZ_CHECK (error != NULL && error->domain == KT_ERROR);
          return;
        }
      FUZZ_CHECK (error == NULL && tlv.raw == before && reader->p == before + tlv.raw_len);
      FUZZ_CHECK (reader->p <= reader->end && tlv.value + tlv.len == reader->p);
      /* what is read is DER: written again it is the same */
      writer = tlv_writer_new ();
      tlv_put (writer, tlv.tag, tlv.value, tlv.len);
      again = tlv_writer_finish (writer);
      FUZZ_CHECK (g_bytes_get_size (again) == tlv.raw_len);
      FUZZ_CHECK (memcmp (g_bytes_get_data (again, NULL), tlv.raw, tlv.raw_len) == 0);
      try_values (&tlv);
      tlv_reader_enter (&inner, &tlv);
      if (depth < MAX_DEPTH)
        walk (&inner, depth + 1);
    }
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  TlvReader reader;
  gsize header_len;
  Tlv tlv;

  tlv_reader_init (&reader, data, size);
  walk (&reader, 0);
  if (tlv_read_header (data, size, &tlv, &header_len, NULL))
    FUZZ_CHECK (header_len <= size && tlv.value == data + header_len);
  return 0;
}
