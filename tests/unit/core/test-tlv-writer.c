/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kt-test.h"

static void
test_tags (void)
{
  TlvWriter *writer = tlv_writer_new ();

  tlv_put (writer, 0x5A, NULL, 0);
  tlv_put (writer, 0x9F70, "\x01", 1);
  tlv_put (writer, 0xBF38, NULL, 0);
  tlv_put (writer, 0xBF8101, NULL, 0);
  assert_take_hex (tlv_writer_finish (writer), "5A00 9F700101 BF3800 BF810100");
}

static void
test_nesting (void)
{
  TlvWriter *writer = tlv_writer_new ();

  tlv_begin (writer, 0xBF2B);
  tlv_begin (writer, 0xA0);
  tlv_put_int (writer, 0x80, 200);
  tlv_end (writer);
  tlv_end (writer);
  assert_take_hex (tlv_writer_finish (writer), "BF2B06 A004 800200C8");
}

static void
test_empty (void)
{
  TlvWriter *writer = tlv_writer_new ();

  tlv_begin (writer, 0xBF2D);
  tlv_end (writer);
  assert_take_hex (tlv_writer_finish (writer), "BF2D00");
}

/* What is written in any length form reads back, and an outer length grows with the inner one. */
static void
test_lengths (void)
{
  static const gsize sizes[] = { 0, 1, 123, 124, 125, 126, 127, 128, 251, 252, 253, 254, 255, 256,
                                 65530, 65531, 65535, 65536, 70000 };

  for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_autofree guint8 *data = g_malloc0 (sizes[i] + 1);
      TlvWriter *writer = tlv_writer_new ();
      g_autoptr (GBytes) bytes = NULL;
      g_autoptr (GError) error = NULL;
      TlvReader reader;
      Tlv outer;
      Tlv inner;

      tlv_begin (writer, 0xBF36);
      tlv_begin (writer, 0xA3);
      tlv_put (writer, 0x86, data, sizes[i]);
      tlv_end (writer);
      tlv_end (writer);
      bytes = tlv_writer_finish (writer);
      g_assert_true (tlv_parse_bytes (bytes, 0xBF36, &outer, &error));
      g_assert_no_error (error);
      tlv_reader_enter (&reader, &outer);
      g_assert_true (tlv_expect (&reader, 0xA3, &inner, &error));
      g_assert_true (tlv_expect_end (&reader, &error));
      tlv_reader_enter (&reader, &inner);
      g_assert_true (tlv_expect (&reader, 0x86, &inner, &error));
      g_assert_true (tlv_expect_end (&reader, &error));
      g_assert_cmpuint (inner.len, ==, sizes[i]);
    }
}

static void
test_int (void)
{
  static const struct
  {
    gint64 value;
    const char *hex;
  } rows[] = {
    { 0, "020100" },       { 1, "020101" },         { 127, "02017F" },   { 128, "02020080" },
    { 200, "020200C8" },   { 255, "020200FF" },     { 256, "02020100" }, { -1, "0201FF" },
    { -128, "020180" },    { -129, "0202FF7F" },    { 32767, "02027FFF" },
    { 32768, "0203008000" },
    { G_MAXINT64, "02087FFFFFFFFFFFFFFF" },
    { G_MININT64, "02088000000000000000" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      TlvWriter *writer = tlv_writer_new ();

      tlv_put_int (writer, TLV_INTEGER, rows[i].value);
      assert_take_hex (tlv_writer_finish (writer), rows[i].hex);
    }
}

static void
test_int_round_trip (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (4);

  for (guint i = 0; i < 2000; i++)
    {
      guint64 random = (guint64) g_rand_int (rand) << 32 | g_rand_int (rand);
      gint64 value = (gint64) (random >> g_rand_int_range (rand, 0, 64));
      TlvWriter *writer = tlv_writer_new ();
      g_autoptr (GBytes) bytes = NULL;
      g_autoptr (GError) error = NULL;
      gint64 out;
      Tlv tlv;

      if (i % 2 != 0)
        value = -value;
      tlv_put_int (writer, 0x80, value);
      bytes = tlv_writer_finish (writer);
      g_assert_true (tlv_parse_bytes (bytes, 0x80, &tlv, &error));
      g_assert_true (tlv_get_int (&tlv, &out, &error));
      g_assert_no_error (error);
      g_assert_cmpint (out, ==, value);
    }
}

static void
test_bits (void)
{
  static const struct
  {
    guint32 bits;
    const char *hex;
  } rows[] = {
    { 0, "810100" },         { 1 << 0, "81020780" },  { 1 << 1, "81020640" }, { 1 << 2, "81020520" },
    { 1 << 3, "81020410" },  { 0xF, "810204F0" },     { 0x7, "810205E0" },    { 0xFF, "810200FF" },
    { 1 << 8, "8103070080" },
    { (guint32) 1 << 31, "81050000000001" },
    { 0xFFFFFFFF, "810500FFFFFFFF" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      TlvWriter *writer = tlv_writer_new ();

      tlv_put_bits (writer, 0x81, rows[i].bits);
      assert_take_hex (tlv_writer_finish (writer), rows[i].hex);
    }
}

static void
test_bool_and_text (void)
{
  TlvWriter *writer = tlv_writer_new ();
  g_autoptr (GBytes) raw = hex_bytes ("3000");

  tlv_put_bool (writer, 0x81, TRUE);
  tlv_put_bool (writer, TLV_BOOLEAN, FALSE);
  tlv_put_string (writer, TLV_UTF8, "n.x");
  tlv_put_string (writer, 0x90, "");
  tlv_put_raw_bytes (writer, raw);
  tlv_put_raw (writer, NULL, 0);
  tlv_put_bytes (writer, 0x04, raw);
  assert_take_hex (tlv_writer_finish (writer), "8101FF 010100 0C036E2E78 9000 3000 04023000");
}

static void
test_oid (void)
{
  static const struct
  {
    const char *text;
    const char *hex;
  } rows[] = {
    { "2.999.10", "060388370A" },
    { "1.3.6.1.4.1.31746", "06082B0601040181F802" },
    { "2.23.146.1.2.1.3", "06076781120102 0103" },
    { "0.0", "060100" },
    { "1.39", "06014F" },
    { "2.40", "060178" },
    { "2.4294967295", "0605908080804F" },
    { "1.3.4294967295", "06062B8FFFFFFF7F" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      TlvWriter *writer = tlv_writer_new ();
      g_autoptr (GBytes) bytes = NULL;
      g_autoptr (GError) error = NULL;
      g_autofree char *back = NULL;
      Tlv tlv;

      g_assert_true (kt_oid_is_valid (rows[i].text));
      tlv_put_oid (writer, TLV_OID, rows[i].text);
      bytes = tlv_writer_finish (writer);
      assert_bytes_hex (bytes, rows[i].hex);
      g_assert_true (tlv_parse_bytes (bytes, TLV_OID, &tlv, &error));
      back = tlv_dup_oid (&tlv, &error);
      g_assert_cmpstr (back, ==, rows[i].text);
    }
}

static void
test_oid_invalid (void)
{
  static const char *const bad[] = {
    "", ".", "1", "1.", ".1", "1..2", "3.1", "0.40", "1.40", "1.2.", "1.02", "01.2", "1.2.4294967296",
    "1.2.99999999999999999999999", "1.2 ", " 1.2", "1.2.a", "1.-2", "1.2\n", "+1.2", "2.999.0x10",
  };
  g_autoptr (GString) many = g_string_new ("2");

  g_assert_false (kt_oid_is_valid (NULL));
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    g_assert_false (kt_oid_is_valid (bad[i]));
  for (guint i = 0; i < 31; i++)
    g_string_append (many, ".1");
  g_assert_true (kt_oid_is_valid (many->str));
  g_string_append (many, ".1");
  g_assert_false (kt_oid_is_valid (many->str));
}

/* A writer that is given up with elements open leaves nothing behind. */
static void
test_give_up (void)
{
  g_autoptr (TlvWriter) writer = tlv_writer_new ();

  tlv_begin (writer, 0x30);
  tlv_put_int (writer, 0x80, 1);
  tlv_writer_free (NULL);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/tlv/writer/tags", test_tags);
  g_test_add_func ("/tlv/writer/nesting", test_nesting);
  g_test_add_func ("/tlv/writer/empty", test_empty);
  g_test_add_func ("/tlv/writer/lengths", test_lengths);
  g_test_add_func ("/tlv/writer/int", test_int);
  g_test_add_func ("/tlv/writer/int-round-trip", test_int_round_trip);
  g_test_add_func ("/tlv/writer/bits", test_bits);
  g_test_add_func ("/tlv/writer/bool-and-text", test_bool_and_text);
  g_test_add_func ("/tlv/writer/oid", test_oid);
  g_test_add_func ("/tlv/writer/oid-invalid", test_oid_invalid);
  g_test_add_func ("/tlv/writer/give-up", test_give_up);
  return g_test_run ();
}
