/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kt-test.h"

typedef struct
{
  const char *hex;
  TlvTag tag;
  gsize len;
} GoodRow;

static const GoodRow good[] = {
  { "5A00", 0x5A, 0 },
  { "0203 010203", 0x02, 3 },
  { "9F70 01 01", 0x9F70, 1 },
  { "BF38 00", 0xBF38, 0 },
  { "5F37 01 AA", 0x5F37, 1 },
  { "BF8101 00", 0xBF8101, 0 },
  { "FF1F 00", 0xFF1F, 0 },
};

/* One header each; the value that the length names need not be there for the length to be wrong. */
static const char *const malformed[] = {
  "5A",                   /* no length */
  "9F",                   /* tag cut off */
  "BF81",                 /* tag cut off */
  "3080",                 /* indefinite length */
  "30800000",             /* indefinite length, with its end */
  "3081",                 /* length cut off */
  "308201",               /* length cut off */
  "30830100",             /* length cut off */
  "308100",               /* 0 in long form */
  "30817F",               /* 127 in long form */
  "30820080",             /* 128 with a leading zero */
  "308200FF",             /* 255 with a leading zero */
  "3083000100",           /* 256 with a leading zero */
  "308400000001AA",       /* four length bytes */
  "30850100000002AABB",   /* five length bytes, the low ones plausible */
  "3085000000000100",     /* five length bytes: never cut down to 32 bits */
  "30FF",                 /* reserved first length byte */
  "308880000000000000FF", /* eight length bytes */
  "0202AA",               /* value runs past the end */
  "0401",                 /* value missing */
  "3083FFFFFF00",         /* 16 MB said, one byte there */
  "9F8000",               /* number with a leading zero group */
  "9F1E00",               /* number below 31 in the long form */
  "9F0000",               /* number 0 in the long form */
  "9F81828300",           /* four tag bytes */
  "BFFFFFFF7F00",         /* a tag without end */
};

static void
test_good (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (good); i++)
    {
      g_autoptr (GBytes) bytes = hex_bytes (good[i].hex);
      g_autoptr (GError) error = NULL;
      TlvReader reader;
      Tlv tlv;

      tlv_reader_init_bytes (&reader, bytes);
      g_assert_true (tlv_read (&reader, &tlv, &error));
      g_assert_no_error (error);
      g_assert_cmphex (tlv.tag, ==, good[i].tag);
      g_assert_cmpuint (tlv.len, ==, good[i].len);
      g_assert_true (tlv.raw == g_bytes_get_data (bytes, NULL));
      g_assert_cmpuint (tlv.raw_len, ==, g_bytes_get_size (bytes));
      g_assert_true (tlv_reader_at_end (&reader));
      g_assert_true (tlv_expect_end (&reader, &error));
      g_assert_false (tlv_read (&reader, &tlv, &error));
      assert_kt_error (&error, KT_ERROR_MISSING, NULL);
    }
}

static void
test_lengths (void)
{
  static const struct
  {
    gsize len;
    const char *header;
  } rows[] = {
    { 127, "047F" },         { 128, "048180" },       { 255, "0481FF" },
    { 256, "04820100" },     { 65535, "0482FFFF" },   { 65536, "0483010000" },
    { 100000, "048301 86A0" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GBytes) header = hex_bytes (rows[i].header);
      g_autofree guint8 *data = g_malloc0 (g_bytes_get_size (header) + rows[i].len);
      gsize total = g_bytes_get_size (header) + rows[i].len;
      g_autoptr (GError) error = NULL;
      Tlv tlv;

      memcpy (data, g_bytes_get_data (header, NULL), g_bytes_get_size (header));
      g_assert_true (tlv_parse (data, total, TLV_OCTET_STRING, &tlv, &error));
      g_assert_no_error (error);
      g_assert_cmpuint (tlv.len, ==, rows[i].len);
      g_assert_false (tlv_parse (data, total - 1, TLV_OCTET_STRING, &tlv, &error));
      assert_kt_error (&error, KT_ERROR_MALFORMED, NULL);
    }
}

static void
test_malformed (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (malformed); i++)
    {
      g_autoptr (GBytes) bytes = hex_bytes (malformed[i]);
      g_autoptr (GError) error = NULL;
      TlvReader reader;
      Tlv tlv;

      tlv_reader_init_bytes (&reader, bytes);
      g_assert_false (tlv_read (&reader, &tlv, &error));
      assert_kt_error (&error, KT_ERROR_MALFORMED, NULL);
      /* a failed read does not move the cursor */
      g_assert_false (tlv_reader_at_end (&reader));
      g_assert_true (reader.p == g_bytes_get_data (bytes, NULL));
    }
}

static void
test_nothing (void)
{
  g_autoptr (GBytes) empty = g_bytes_new (NULL, 0);
  g_autoptr (GError) error = NULL;
  TlvReader reader;
  Tlv tlv;

  tlv_reader_init (&reader, NULL, 0);
  g_assert_true (tlv_reader_at_end (&reader));
  g_assert_false (tlv_read (&reader, &tlv, &error));
  assert_kt_error (&error, KT_ERROR_MISSING, NULL);
  tlv_reader_init_bytes (&reader, empty);
  g_assert_false (tlv_expect (&reader, 0x30, &tlv, &error));
  assert_kt_error (&error, KT_ERROR_MISSING, NULL);
  g_assert_false (tlv_next_is (&reader, 0x30, &tlv));
  g_assert_false (tlv_parse_bytes (empty, 0x30, &tlv, &error));
  assert_kt_error (&error, KT_ERROR_MISSING, NULL);
}

static void
test_header_alone (void)
{
  g_autoptr (GBytes) bytes = hex_bytes ("BF36 82 3000 BF23");
  g_autoptr (GError) error = NULL;
  gsize header_len = 0;
  gsize len;
  gconstpointer data = g_bytes_get_data (bytes, &len);
  Tlv tlv;

  g_assert_true (tlv_read_header (data, len, &tlv, &header_len, &error));
  g_assert_no_error (error);
  g_assert_cmphex (tlv.tag, ==, 0xBF36);
  g_assert_cmpuint (header_len, ==, 5);
  g_assert_cmpuint (tlv.len, ==, 0x3000);
  g_assert_cmpuint (tlv.raw_len, ==, 0x3005);
  g_assert_false (tlv_read_header (data, 4, &tlv, &header_len, &error));
  assert_kt_error (&error, KT_ERROR_MALFORMED, NULL);
}

static void
test_expect (void)
{
  g_autoptr (GBytes) bytes = hex_bytes ("8001AA 8101BB");
  g_autoptr (GError) error = NULL;
  TlvReader reader;
  Tlv tlv;

  tlv_reader_init_bytes (&reader, bytes);
  g_assert_false (tlv_next_is (&reader, 0x81, &tlv));
  g_assert_true (tlv_next_is (&reader, 0x80, &tlv));
  g_assert_cmphex (tlv.value[0], ==, 0xAA);
  g_assert_false (tlv_expect_end (&reader, &error));
  assert_kt_error (&error, KT_ERROR_MALFORMED, NULL);
  g_assert_false (tlv_expect (&reader, 0x82, &tlv, &error));
  assert_kt_error (&error, KT_ERROR_MISSING, NULL);

  tlv_reader_init_bytes (&reader, bytes);
  g_assert_true (tlv_expect (&reader, 0x80, &tlv, &error));
  g_assert_true (tlv_expect (&reader, 0x81, &tlv, &error));
  g_assert_true (tlv_expect_end (&reader, &error));
  g_assert_no_error (error);
}

/* A malformed element is not taken for one that is not there. */
static void
test_next_is_leaves_malformed (void)
{
  g_autoptr (GBytes) bytes = hex_bytes ("A2 05 87");
  g_autoptr (GError) error = NULL;
  TlvReader reader;
  Tlv tlv;

  tlv_reader_init_bytes (&reader, bytes);
  g_assert_false (tlv_next_is (&reader, 0xA2, &tlv));
  g_assert_false (tlv_read (&reader, &tlv, &error));
  assert_kt_error (&error, KT_ERROR_MALFORMED, NULL);
}

static void
test_trailing_bytes (void)
{
  g_autoptr (GBytes) bytes = hex_bytes ("3003 800101 00");
  g_autoptr (GError) error = NULL;
  Tlv tlv;

  g_assert_false (tlv_parse_bytes (bytes, TLV_SEQUENCE, &tlv, &error));
  assert_kt_error (&error, KT_ERROR_MALFORMED, NULL);
}

static void
test_find (void)
{
  g_autoptr (GBytes) bytes = hex_bytes ("300E 800101 9F700100 BF7F00 8102AABB");
  g_autoptr (GBytes) bad = hex_bytes ("3006 800101 81 05 AA");
  g_autoptr (GError) error = NULL;
  Tlv parent;
  Tlv child;

  g_assert_true (tlv_parse_bytes (bytes, TLV_SEQUENCE, &parent, &error));
  g_assert_no_error (error);
  g_assert_cmpint (tlv_find (&parent, 0x81, &child, &error), ==, TLV_FOUND);
  g_assert_cmpuint (child.len, ==, 2);
  g_assert_cmpint (tlv_find (&parent, 0x82, &child, &error), ==, TLV_ABSENT);
  g_assert_no_error (error);
  g_assert_false (tlv_need (&parent, 0x82, &child, &error));
  assert_kt_error (&error, KT_ERROR_MISSING, NULL);

  g_assert_true (tlv_parse_bytes (bad, TLV_SEQUENCE, &parent, &error));
  g_assert_cmpint (tlv_find (&parent, 0x80, &child, &error), ==, TLV_FOUND);
  g_assert_cmpint (tlv_find (&parent, 0x82, &child, &error), ==, TLV_MALFORMED);
  assert_kt_error (&error, KT_ERROR_MALFORMED, NULL);
}

/* The reader holds to DER: no length form but the shortest, no tag read short. */
static void
test_peer_3 (void)
{
  static const char *const rows[] = { "3080", "30850100000002", "308100", "3082007F" };
  g_autoptr (GBytes) tag3 = hex_bytes ("9F8101 01 AA");
  g_autoptr (GError) error = NULL;
  Tlv tlv;

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GBytes) bytes = hex_bytes (rows[i]);
      TlvReader reader;

      tlv_reader_init_bytes (&reader, bytes);
      g_assert_false (tlv_read (&reader, &tlv, &error));
      assert_kt_error (&error, KT_ERROR_MALFORMED, NULL);
    }
  g_assert_true (tlv_parse_bytes (tag3, 0x9F8101, &tlv, &error));
  g_assert_cmpuint (tlv.len, ==, 1);
}

/* An optional element that is corrupt is an error, never an absent one. */
static void
test_peer_5 (void)
{
  g_autoptr (GBytes) bytes = hex_bytes ("3007 800101 A2 82 0100");
  g_autoptr (GError) error = NULL;
  Tlv parent;
  Tlv child;

  g_assert_true (tlv_parse_bytes (bytes, TLV_SEQUENCE, &parent, &error));
  g_assert_cmpint (tlv_find (&parent, 0xA2, &child, &error), ==, TLV_MALFORMED);
  assert_kt_error (&error, KT_ERROR_MALFORMED, NULL);
}

/* A length of lengths up to 127 bytes is refused before anything is summed up. */
static void
test_peer_18 (void)
{
  for (guint n = 4; n <= 127; n++)
    {
      g_autofree guint8 *data = g_malloc0 (n + 3);
      g_autoptr (GError) error = NULL;
      TlvReader reader;
      Tlv tlv;

      data[0] = 0x30;
      data[1] = (guint8) (0x80 | n);
      data[n + 1] = 1;
      tlv_reader_init (&reader, data, n + 3);
      g_assert_false (tlv_read (&reader, &tlv, &error));
      assert_kt_error (&error, KT_ERROR_MALFORMED, NULL);
    }
}

/* No text of bytes, however cut, is read past its end or without end. */
static void
test_random (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (20261122);

  for (guint round = 0; round < 20000; round++)
    {
      gsize len = (gsize) g_rand_int_range (rand, 0, 24);
      g_autofree guint8 *data = g_malloc (len);
      TlvReader reader;
      gsize seen = 0;
      Tlv tlv;

      for (gsize i = 0; i < len; i++)
        data[i] = (guint8) g_rand_int (rand);
      tlv_reader_init (&reader, data, len);
      while (tlv_read (&reader, &tlv, NULL))
        {
          g_assert_true (tlv.raw == data + seen);
          g_assert_cmpuint (tlv.raw_len, ==, (gsize) (tlv.value - tlv.raw) + tlv.len);
          seen += tlv.raw_len;
          g_assert_cmpuint (seen, <=, len);
        }
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/tlv/reader/good", test_good);
  g_test_add_func ("/tlv/reader/lengths", test_lengths);
  g_test_add_func ("/tlv/reader/malformed", test_malformed);
  g_test_add_func ("/tlv/reader/nothing", test_nothing);
  g_test_add_func ("/tlv/reader/header-alone", test_header_alone);
  g_test_add_func ("/tlv/reader/expect", test_expect);
  g_test_add_func ("/tlv/reader/next-is-leaves-malformed", test_next_is_leaves_malformed);
  g_test_add_func ("/tlv/reader/trailing-bytes", test_trailing_bytes);
  g_test_add_func ("/tlv/reader/find", test_find);
  g_test_add_func ("/tlv/reader/random", test_random);
  g_test_add_func ("/peer/3-der-not-der", test_peer_3);
  g_test_add_func ("/peer/5-absent-is-not-malformed", test_peer_5);
  g_test_add_func ("/peer/18-unbounded-length", test_peer_18);
  return g_test_run ();
}
