/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kt-test.h"

/* @hex is a value alone; the TLV around it is not what is tested here. */
static Tlv
tlv_of (GBytes *bytes)
{
  Tlv tlv = { .tag = 0x80 };

  tlv.value = g_bytes_get_data (bytes, &tlv.len);
  tlv.raw = tlv.value;
  tlv.raw_len = tlv.len;
  return tlv;
}

static void
test_int (void)
{
  static const struct
  {
    const char *hex;
    gint64 value;
  } rows[] = {
    { "00", 0 },
    { "7F", 127 },
    { "0080", 128 },
    { "00C8", 200 },
    { "80", -128 },
    { "FF", -1 },
    { "FF7F", -129 },
    { "7FFFFFFFFFFFFFFF", G_MAXINT64 },
    { "8000000000000000", G_MININT64 },
  };
  static const char *const bad[] = { "", "0000", "007F", "FFFF", "FF80", "000000000000000001",
                                     "00FFFFFFFFFFFFFFFF" };
  g_autoptr (GError) error = NULL;
  gint64 out;

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GBytes) bytes = hex_bytes (rows[i].hex);
      Tlv tlv = tlv_of (bytes);

      g_assert_true (tlv_get_int (&tlv, &out, &error));
      g_assert_no_error (error);
      g_assert_cmpint (out, ==, rows[i].value);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GBytes) bytes = hex_bytes (bad[i]);
      Tlv tlv = tlv_of (bytes);

      g_assert_false (tlv_get_int (&tlv, &out, &error));
      assert_kt_error (&error, KT_ERROR_MALFORMED, NULL);
    }
}

static void
test_uint (void)
{
  static const struct
  {
    const char *hex;
    guint64 value;
  } rows[] = {
    { "00", 0 },
    { "FF", 255 },
    { "000927C0", 600000 },
    { "FFFFFFFFFFFFFFFF", G_MAXUINT64 },
  };
  static const char *const bad[] = { "", "010000000000000000" };
  g_autoptr (GError) error = NULL;
  guint64 out;

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GBytes) bytes = hex_bytes (rows[i].hex);
      Tlv tlv = tlv_of (bytes);

      g_assert_true (tlv_get_uint (&tlv, &out, &error));
      g_assert_cmpuint (out, ==, rows[i].value);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GBytes) bytes = hex_bytes (bad[i]);
      Tlv tlv = tlv_of (bytes);

      g_assert_false (tlv_get_uint (&tlv, &out, &error));
      assert_kt_error (&error, KT_ERROR_MALFORMED, NULL);
    }
}

static void
test_bool (void)
{
  static const char *const bad[] = { "", "0000", "FFFF" };
  g_autoptr (GBytes) yes = hex_bytes ("FF");
  g_autoptr (GBytes) also = hex_bytes ("01");
  g_autoptr (GBytes) no = hex_bytes ("00");
  g_autoptr (GError) error = NULL;
  gboolean out = FALSE;
  Tlv tlv = tlv_of (yes);

  g_assert_true (tlv_get_bool (&tlv, &out, &error));
  g_assert_true (out);
  tlv = tlv_of (no);
  g_assert_true (tlv_get_bool (&tlv, &out, &error));
  g_assert_false (out);
  tlv = tlv_of (also);
  g_assert_true (tlv_get_bool (&tlv, &out, &error));
  g_assert_true (out);
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GBytes) bytes = hex_bytes (bad[i]);

      tlv = tlv_of (bytes);
      g_assert_false (tlv_get_bool (&tlv, &out, &error));
      assert_kt_error (&error, KT_ERROR_MALFORMED, NULL);
    }
}

static void
test_bits (void)
{
  static const struct
  {
    const char *hex;
    guint32 bits;
  } rows[] = {
    { "00", 0 },
    { "0780", 1 << 0 },
    { "0640", 1 << 1 },
    { "0520", 1 << 2 },
    { "0410", 1 << 3 },
    { "04F0", 0xF },
    { "05E0", 0x7 },
    { "0490", 0x9 },
    { "00FF", 0xFF },
    { "07FF", 1 },                        /* bits that the count leaves out do not count */
    { "00 00000001", (guint32) 1 << 31 },
    { "07 0000000080", 0 },               /* bit 32 is beyond what is kept */
    { "00 FFFFFFFFFF", 0xFFFFFFFF },
  };
  static const char *const bad[] = { "", "01", "07", "0880", "FF80", "80FF" };
  g_autoptr (GError) error = NULL;
  guint32 out;

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GBytes) bytes = hex_bytes (rows[i].hex);
      Tlv tlv = tlv_of (bytes);

      g_assert_true (tlv_get_bits (&tlv, &out, &error));
      g_assert_no_error (error);
      g_assert_cmphex (out, ==, rows[i].bits);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GBytes) bytes = hex_bytes (bad[i]);
      Tlv tlv = tlv_of (bytes);

      g_assert_false (tlv_get_bits (&tlv, &out, &error));
      assert_kt_error (&error, KT_ERROR_MALFORMED, NULL);
    }
}

static void
test_string (void)
{
  static const char *const bad[] = {
    "C080",     /* overlong NUL */
    "EDA080",   /* surrogate */
    "F4908080", /* above U+10FFFF */
    "61FF",     /* no UTF-8 byte */
    "E381",     /* cut off */
    "610062",   /* NUL inside */
    "00",       /* NUL alone */
  };
  g_autoptr (GBytes) kanji = hex_bytes ("E9968B");
  g_autoptr (GBytes) empty = hex_bytes ("");
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;
  Tlv tlv = tlv_of (kanji);

  text = tlv_dup_string (&tlv, 3, &error);
  g_assert_cmpstr (text, ==, "開");
  g_assert_null (tlv_dup_string (&tlv, 2, &error));
  assert_kt_error (&error, KT_ERROR_LIMIT, NULL);
  g_free (text);
  tlv = tlv_of (empty);
  text = tlv_dup_string (&tlv, 0, &error);
  g_assert_cmpstr (text, ==, "");
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GBytes) bytes = hex_bytes (bad[i]);

      tlv = tlv_of (bytes);
      g_assert_null (tlv_dup_string (&tlv, 64, &error));
      assert_kt_error (&error, KT_ERROR_MALFORMED, NULL);
    }
}

static void
test_oid (void)
{
  static const struct
  {
    const char *hex;
    const char *text;
  } rows[] = {
    { "883703", "2.999.3" },
    { "88370A", "2.999.10" },
    { "678112010201 03", "2.23.146.1.2.1.3" },
    { "2B06010401 81F702", "1.3.6.1.4.1.31618" },
    { "2A8648CE3D0301 07", "1.2.840.10045.3.1.7" },
    { "00", "0.0" },
    { "27", "0.39" },
    { "28", "1.0" },
    { "4F", "1.39" },
    { "50", "2.0" },
    { "2B 8FFFFFFF7F", "1.3.4294967295" },
    { "908080804F", "2.4294967295" },
  };
  static const char *const bad[] = {
    "",               /* nothing */
    "88",             /* cut off */
    "2B80",           /* cut off, leading zeros */
    "2B8001",         /* leading zeros */
    "802B",           /* leading zeros */
    "2B9080808000",   /* 2^32 */
    "9080808050",     /* 2.(2^32) */
    "2BFFFFFFFFFFFFFFFFFF7F",
  };
  g_autoptr (GError) error = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GBytes) bytes = hex_bytes (rows[i].hex);
      Tlv tlv = tlv_of (bytes);
      g_autofree char *text = tlv_dup_oid (&tlv, &error);

      g_assert_no_error (error);
      g_assert_cmpstr (text, ==, rows[i].text);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GBytes) bytes = hex_bytes (bad[i]);
      Tlv tlv = tlv_of (bytes);

      g_assert_null (tlv_dup_oid (&tlv, &error));
      assert_kt_error (&error, KT_ERROR_MALFORMED, NULL);
    }
}

/* What can be read can be written: both know the same number of arcs. */
static void
test_oid_too_long (void)
{
  guint8 data[5 * KT_OID_MAX_ARCS];
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;
  g_autofree char *large = NULL;
  Tlv tlv = { .tag = TLV_OID, .value = data, .len = KT_OID_MAX_ARCS - 1 };

  memset (data, 1, sizeof data);
  text = tlv_dup_oid (&tlv, &error);
  g_assert_no_error (error);
  g_assert_true (kt_oid_is_valid (text));
  tlv.len = KT_OID_MAX_ARCS;
  g_assert_null (tlv_dup_oid (&tlv, &error));
  assert_kt_error (&error, KT_ERROR_MALFORMED, NULL);
  /* the longest: every arc is 2^32 - 1 */
  for (gsize i = 0; i < sizeof data; i++)
    data[i] = (const guint8[]){ 0x8F, 0xFF, 0xFF, 0xFF, 0x7F }[i % 5];
  tlv.len = 5 * (KT_OID_MAX_ARCS - 1);
  large = tlv_dup_oid (&tlv, &error);
  g_assert_no_error (error);
  g_assert_true (kt_oid_is_valid (large));
  tlv.len = sizeof data;
  g_assert_null (tlv_dup_oid (&tlv, &error));
  assert_kt_error (&error, KT_ERROR_MALFORMED, NULL);
}

static void
test_copies (void)
{
  g_autoptr (GBytes) bytes = hex_bytes ("8002AABB");
  g_autoptr (GError) error = NULL;
  Tlv tlv;

  g_assert_true (tlv_parse_bytes (bytes, 0x80, &tlv, &error));
  assert_take_hex (tlv_dup_value (&tlv), "AABB");
  assert_take_hex (tlv_dup_raw (&tlv), "8002AABB");
  g_assert_true (tlv_check_len (&tlv, 2, 2, &error));
  g_assert_false (tlv_check_len (&tlv, 3, 9, &error));
  assert_kt_error (&error, KT_ERROR_MALFORMED, NULL);
  g_assert_false (tlv_check_len (&tlv, 0, 1, &error));
  assert_kt_error (&error, KT_ERROR_MALFORMED, NULL);
}

/* Integers of more than 8 bytes and bit strings with more than 7 unused bits are refused; no shift
 * ever goes past the width of its number. */
static void
test_peer_4 (void)
{
  static const char *const bits[] = { "08", "09AA", "20AA", "FF", "FFAA" };
  g_autoptr (GError) error = NULL;
  guint32 out_bits;
  gint64 out;

  for (gsize len = 9; len < 200; len++)
    {
      g_autofree guint8 *data = g_malloc (len);
      Tlv tlv = { .tag = 0x80, .value = data, .len = len };

      memset (data, 0x7F, len);
      g_assert_false (tlv_get_int (&tlv, &out, &error));
      assert_kt_error (&error, KT_ERROR_MALFORMED, NULL);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (bits); i++)
    {
      g_autoptr (GBytes) bytes = hex_bytes (bits[i]);
      Tlv tlv = tlv_of (bytes);

      g_assert_false (tlv_get_bits (&tlv, &out_bits, &error));
      assert_kt_error (&error, KT_ERROR_MALFORMED, NULL);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/tlv/value/int", test_int);
  g_test_add_func ("/tlv/value/uint", test_uint);
  g_test_add_func ("/tlv/value/bool", test_bool);
  g_test_add_func ("/tlv/value/bits", test_bits);
  g_test_add_func ("/tlv/value/string", test_string);
  g_test_add_func ("/tlv/value/oid", test_oid);
  g_test_add_func ("/tlv/value/oid-too-long", test_oid_too_long);
  g_test_add_func ("/tlv/value/copies", test_copies);
  g_test_add_func ("/peer/4-hostile-numbers", test_peer_4);
  return g_test_run ();
}
