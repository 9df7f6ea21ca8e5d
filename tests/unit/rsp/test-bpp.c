/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-test"

#include "rsp-bpp.h"

#include "rsp-hostile.h"
#include "rsp-vectors.h"

static gboolean
decode_bpp (GBytes *bytes, GError **error)
{
  g_autoptr (RspBpp) bpp = rsp_bpp_parse (bytes, error);

  return bpp != NULL;
}

/* BF36 around @parts. */
static GBytes *
package_of (const char *parts)
{
  g_autoptr (GBytes) value = hex_bytes (parts);
  g_autoptr (TlvWriter) writer = tlv_writer_new ();

  tlv_put_bytes (writer, 0xBF36, value);
  return tlv_writer_finish (g_steal_pointer (&writer));
}

static void
assert_segment (RspBpp *bpp, guint i, RspSegmentKind kind, const char *hex)
{
  RspSegment *segment;

  g_assert_cmpuint (i, <, bpp->segments->len);
  segment = g_ptr_array_index (bpp->segments, i);
  g_assert_cmpint (segment->kind, ==, kind);
  assert_bytes_hex (segment->bytes, hex);
}

/* SGP.22 section 2.5.5: what goes in one STORE DATA chain, in this order. */
static void
test_cut (void)
{
  g_autoptr (GBytes) bytes = hex_bytes (V_BPP);
  g_autoptr (GError) error = NULL;
  g_autoptr (RspBpp) bpp = rsp_bpp_parse (bytes, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (bpp->segments->len, ==, 9);
  assert_segment (bpp, 0, RSP_SEGMENT_INITIALISE, "BF365A" V_BPP_INIT);
  assert_segment (bpp, 1, RSP_SEGMENT_CONFIGURE_ISDP, V_BPP_ISDP);
  assert_segment (bpp, 2, RSP_SEGMENT_METADATA_HEADER, "A118");
  assert_segment (bpp, 3, RSP_SEGMENT_METADATA, V_BPP_META1);
  assert_segment (bpp, 4, RSP_SEGMENT_METADATA, V_BPP_META2);
  assert_segment (bpp, 5, RSP_SEGMENT_SESSION_KEYS, V_BPP_KEYS);
  assert_segment (bpp, 6, RSP_SEGMENT_PROFILE_HEADER, "A316");
  assert_segment (bpp, 7, RSP_SEGMENT_PROFILE, V_BPP_PE1);
  assert_segment (bpp, 8, RSP_SEGMENT_PROFILE, V_BPP_PE2);
  g_assert_cmpuint (bpp->size, ==, g_bytes_get_size (bytes));
  assert_bytes_hex (bpp->transaction_id, "AABB");
  /* both pieces without the 8 bytes of their MACs */
  assert_bytes_hex (bpp->metadata, "BF250102");
}

/* Nothing is lost and nothing is added: the segments one after another are the package. */
static void
test_adds_up (void)
{
  g_autoptr (GBytes) bytes = hex_bytes (V_BPP);
  g_autoptr (RspBpp) bpp = rsp_bpp_parse (bytes, NULL);
  g_autoptr (GByteArray) all = g_byte_array_new ();

  for (guint i = 0; i < bpp->segments->len; i++)
    {
      RspSegment *segment = g_ptr_array_index (bpp->segments, i);
      gsize len;
      const guint8 *data = g_bytes_get_data (segment->bytes, &len);

      g_byte_array_append (all, data, (guint) len);
    }
  g_assert_true (kt_bytes_equal_data (bytes, all->data, all->len));
}

static void
test_outlives_its_package (void)
{
  GBytes *bytes = hex_bytes (V_BPP);
  g_autoptr (RspBpp) bpp = rsp_bpp_parse (bytes, NULL);

  g_bytes_unref (bytes);
  assert_segment (bpp, 8, RSP_SEGMENT_PROFILE, V_BPP_PE2);
  rsp_bpp_free (NULL);
}

static void
test_without_session_keys (void)
{
  g_autoptr (GBytes) bytes
      = package_of (V_BPP_INIT V_BPP_ISDP "A10C" V_BPP_META1 "A30B" V_BPP_PE1);
  g_autoptr (GError) error = NULL;
  g_autoptr (RspBpp) bpp = rsp_bpp_parse (bytes, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (bpp->segments->len, ==, 6);
  assert_segment (bpp, 4, RSP_SEGMENT_PROFILE_HEADER, "A30B");
}

/* Several 87 stay together: the sequence goes as a whole. */
static void
test_several_configure (void)
{
  g_autoptr (GBytes) bytes
      = package_of (V_BPP_INIT "A016 8709000102030405060708 8709F00102030405060708"
                                "A10C" V_BPP_META1 "A30B" V_BPP_PE1);
  g_autoptr (GError) error = NULL;
  g_autoptr (RspBpp) bpp = rsp_bpp_parse (bytes, &error);

  g_assert_no_error (error);
  assert_segment (bpp, 1, RSP_SEGMENT_CONFIGURE_ISDP,
                  "A016 8709000102030405060708 8709F00102030405060708");
}

/* A package whose profile is one 86 of @len bytes of value. */
static GBytes *
package_with_element (gsize len, guint count)
{
  g_autoptr (GBytes) head = hex_bytes (V_BPP_INIT V_BPP_ISDP "A10C" V_BPP_META1);
  g_autofree guint8 *element = g_malloc0 (len + 1);
  g_autoptr (TlvWriter) writer = tlv_writer_new ();

  tlv_begin (writer, 0xBF36);
  tlv_put_raw_bytes (writer, head);
  tlv_begin (writer, 0xA3);
  for (guint i = 0; i < count; i++)
    tlv_put (writer, 0x86, element, len);
  tlv_end (writer);
  tlv_end (writer);
  return tlv_writer_finish (g_steal_pointer (&writer));
}

/* Servers exceed the 1020 bytes of SGP.22: an 86 of 1036 bytes in all is in the field. */
static void
test_sizes (void)
{
  static const struct
  {
    gsize len;
    gboolean good;
  } rows[] = {
    { 0, FALSE },   { 7, FALSE },   { 8, FALSE },          { 9, TRUE },
    { 1008, TRUE }, { 1016, TRUE }, { 1032, TRUE },        { 4096, TRUE },
    { G_MAXUINT16, TRUE },          { G_MAXUINT16 + 1, FALSE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GBytes) bytes = package_with_element (rows[i].len, 1);
      g_autoptr (GError) error = NULL;
      g_autoptr (RspBpp) bpp = rsp_bpp_parse (bytes, &error);

      g_test_message ("86 with %zu bytes", rows[i].len);
      if (rows[i].good)
        {
          RspSegment *last;

          g_assert_no_error (error);
          g_assert_cmpuint (bpp->segments->len, ==, 6);
          last = g_ptr_array_index (bpp->segments, 5);
          g_assert_cmpuint (g_bytes_get_size (last->bytes), >, rows[i].len);
          g_assert_cmpuint (bpp->size, ==, g_bytes_get_size (bytes));
        }
      else
        assert_kt_error (&error, KT_ERROR_MALFORMED, "bpp.invalid");
    }
}

static void
test_limits (void)
{
  g_autoptr (GBytes) many = package_with_element (9, 4096);
  g_autoptr (GBytes) fewer = package_with_element (9, 4000);
  g_autoptr (GBytes) large = package_with_element (60000, 27);
  g_autoptr (GBytes) just = package_with_element (60000, 25);
  g_autoptr (GError) error = NULL;

  g_assert_null (rsp_bpp_parse (many, &error));
  assert_kt_error (&error, KT_ERROR_LIMIT, "bpp.invalid");
  g_assert_true (decode_bpp (fewer, NULL));
  g_assert_cmpuint (g_bytes_get_size (large), >, RSP_BPP_MAX);
  g_assert_null (rsp_bpp_parse (large, &error));
  assert_kt_error (&error, KT_ERROR_LIMIT, "bpp.invalid");
  g_assert_true (decode_bpp (just, NULL));
}

static void
test_bad (void)
{
  static const struct
  {
    const char *parts;
    KtErrorCode code;
  } rows[] = {
    { "", KT_ERROR_MISSING },
    { V_BPP_INIT, KT_ERROR_MISSING },
    { V_BPP_INIT V_BPP_ISDP, KT_ERROR_MISSING },
    { V_BPP_INIT V_BPP_ISDP "A10C" V_BPP_META1, KT_ERROR_MISSING },
    { V_BPP_INIT V_BPP_ISDP "A10C" V_BPP_META1 V_BPP_KEYS, KT_ERROR_MISSING },
    /* order */
    { V_BPP_ISDP V_BPP_INIT "A10C" V_BPP_META1 "A30B" V_BPP_PE1, KT_ERROR_MISSING },
    { V_BPP_INIT "A10C" V_BPP_META1 V_BPP_ISDP "A30B" V_BPP_PE1, KT_ERROR_MISSING },
    { V_BPP_INIT V_BPP_ISDP V_BPP_KEYS "A10C" V_BPP_META1 "A30B" V_BPP_PE1, KT_ERROR_MISSING },
    { V_BPP_INIT V_BPP_ISDP "A10C" V_BPP_META1 "A30B" V_BPP_PE1 V_BPP_KEYS, KT_ERROR_MALFORMED },
    { V_BPP_INIT V_BPP_ISDP "A10C" V_BPP_META1 V_BPP_KEYS V_BPP_KEYS "A30B" V_BPP_PE1,
      KT_ERROR_MISSING },
    { V_BPP_INIT V_BPP_ISDP "A10C" V_BPP_META1 "A30B" V_BPP_PE1 "A30B" V_BPP_PE1,
      KT_ERROR_MALFORMED },
    /* empty sequences */
    { V_BPP_INIT "A000 A10C" V_BPP_META1 "A30B" V_BPP_PE1, KT_ERROR_MISSING },
    { V_BPP_INIT V_BPP_ISDP "A100 A30B" V_BPP_PE1, KT_ERROR_MISSING },
    { V_BPP_INIT V_BPP_ISDP "A10C" V_BPP_META1 "A200 A30B" V_BPP_PE1, KT_ERROR_MISSING },
    { V_BPP_INIT V_BPP_ISDP "A10C" V_BPP_META1 "A300", KT_ERROR_MISSING },
    /* an element of the wrong kind */
    { V_BPP_INIT "A00B 8609000102030405060708 A10C" V_BPP_META1 "A30B" V_BPP_PE1,
      KT_ERROR_MISSING },
    { V_BPP_INIT V_BPP_ISDP "A10B" V_BPP_PE1 "A30B" V_BPP_PE1, KT_ERROR_MISSING },
    { V_BPP_INIT V_BPP_ISDP "A10C" V_BPP_META1 "A30C" V_BPP_META1, KT_ERROR_MISSING },
    /* nothing beside the MAC */
    { V_BPP_INIT "A00A 87080001020304050607 A10C" V_BPP_META1 "A30B" V_BPP_PE1,
      KT_ERROR_MALFORMED },
    { V_BPP_INIT V_BPP_ISDP "A10A 88080001020304050607 A30B" V_BPP_PE1, KT_ERROR_MALFORMED },
    { V_BPP_INIT V_BPP_ISDP "A10C" V_BPP_META1 "A20A 87080001020304050607 A30B" V_BPP_PE1,
      KT_ERROR_MALFORMED },
    { V_BPP_INIT V_BPP_ISDP "A10C" V_BPP_META1 "A30A 86080001020304050607", KT_ERROR_MALFORMED },
    /* the key exchange without, with an empty and with a long transaction id */
    { "BF2307 820101 5F3701CC" V_BPP_ISDP "A10C" V_BPP_META1 "A30B" V_BPP_PE1, KT_ERROR_MISSING },
    { "BF2309 820101 8000 5F3701CC" V_BPP_ISDP "A10C" V_BPP_META1 "A30B" V_BPP_PE1,
      KT_ERROR_MALFORMED },
    { "BF2316 820101 8011" V_16 "00" V_BPP_ISDP "A10C" V_BPP_META1 "A30B" V_BPP_PE1,
      KT_ERROR_MALFORMED },
    /* an element that reaches over the end of its sequence */
    { V_BPP_INIT V_BPP_ISDP "A10C" V_BPP_META1 "A30B 860A20010203040506070809",
      KT_ERROR_MALFORMED },
    { V_BPP_INIT V_BPP_ISDP "A10C" V_BPP_META1 "A2", KT_ERROR_MALFORMED },
    { V_BPP_INIT V_BPP_ISDP "A10C" V_BPP_META1 "A38000", KT_ERROR_MALFORMED },
  };
  static const BadRow outer[] = {
    { "", KT_ERROR_MISSING, "bpp.invalid" },
    { "BF3600", KT_ERROR_MISSING, "bpp.invalid" },
    { "BF3703810100", KT_ERROR_MISSING, "bpp.invalid" },
    { "BF3680" V_BPP_INIT "0000", KT_ERROR_MALFORMED, "bpp.invalid" },
    { "BF36850000000000", KT_ERROR_MALFORMED, "bpp.invalid" },
    { "BF3684FFFFFFFF", KT_ERROR_MALFORMED, "bpp.invalid" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GBytes) bytes = package_of (rows[i].parts);
      g_autoptr (GError) error = NULL;

      g_test_message ("row %s", rows[i].parts);
      g_assert_null (rsp_bpp_parse (bytes, &error));
      assert_kt_error (&error, rows[i].code, "bpp.invalid");
    }
  assert_bad_rows (decode_bpp, outer, G_N_ELEMENTS (outer));
}

/*
 * What must hold: a corrupt optional part is an error, not an absent part. A ReplaceSessionKeys
 * whose length is broken must not make the package one without session keys.
 */
static void
test_peer_5 (void)
{
  g_autoptr (GBytes) bytes = package_of (V_BPP_INIT V_BPP_ISDP "A10C" V_BPP_META1
                                         "A2810B 8709100102030405060708 A30B" V_BPP_PE1);
  g_autoptr (GError) error = NULL;

  g_assert_null (rsp_bpp_parse (bytes, &error));
  assert_kt_error (&error, KT_ERROR_MALFORMED, "bpp.invalid");
}

static void
test_hostile (void)
{
  assert_whole_only (decode_bpp, V_BPP);
  survive_changes (decode_bpp, V_BPP);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/rsp/bpp/cut", test_cut);
  g_test_add_func ("/rsp/bpp/adds-up", test_adds_up);
  g_test_add_func ("/rsp/bpp/outlives-its-package", test_outlives_its_package);
  g_test_add_func ("/rsp/bpp/without-session-keys", test_without_session_keys);
  g_test_add_func ("/rsp/bpp/several-configure", test_several_configure);
  g_test_add_func ("/rsp/bpp/sizes", test_sizes);
  g_test_add_func ("/rsp/bpp/limits", test_limits);
  g_test_add_func ("/rsp/bpp/bad", test_bad);
  g_test_add_func ("/rsp/bpp/hostile", test_hostile);
  g_test_add_func ("/peer/5-corrupt-session-keys-are-not-absent", test_peer_5);

  return g_test_run ();
}
