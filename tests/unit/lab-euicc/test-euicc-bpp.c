/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lab-saip.h"
#include "smdp-test.h"

/* LoadBoundProfilePackage: what installs, and what every tampering comes to. */

#define ID_A "5A0A989400000000000010F8"

typedef struct
{
  LabEuicc *euicc;
  TestSmdp *smdp;
  GBytes *upp;
  GBytes *metadata;
} Fixture;

static void
setup (Fixture *fixture, gconstpointer data)
{
  fixture->euicc = test_card_new (NULL);
  test_open_isdr (fixture->euicc);
  fixture->smdp = smdp_new (test_pki_get ());
  fixture->upp = test_upp (ICCID_A);
  fixture->metadata = test_metadata (&(TestMetadata){ .iccid = ICCID_A, .class = 2 });
}

static void
teardown (Fixture *fixture, gconstpointer data)
{
  g_object_unref (fixture->euicc);
  smdp_free (fixture->smdp);
  g_bytes_unref (fixture->upp);
  g_bytes_unref (fixture->metadata);
}

static Binding
binding (Fixture *fixture)
{
  return (Binding){ .metadata = fixture->metadata, .upp = fixture->upp };
}

/* Sends it all; the result must come at segment @at (counted from 0), -1: wherever. */
static GBytes *
load (Fixture *fixture, GPtrArray *segments, int at)
{
  GBytes *result;
  guint sent;
  guint16 sw;

  result = smdp_load (fixture->euicc, segments, &sent, &sw);
  g_assert_cmphex (sw, ==, 0x9000);
  g_assert_cmpuint (g_bytes_get_size (result), >, 0);
  if (at >= 0)
    g_assert_cmpuint (sent, ==, (guint) at + 1);
  return result;
}

/* Nothing is installed, the failure is reported as given and kept for the server, nothing goes on. */
static void
expect_failure (Fixture *fixture, const Binding *b, int command, int reason)
{
  g_autoptr (GPtrArray) segments = NULL;
  g_autoptr (GBytes) result = NULL;
  g_autoptr (GBytes) list = NULL;
  g_autoptr (GBytes) more = NULL;
  guint16 sw;

  smdp_session (fixture->smdp, fixture->euicc, NULL);
  segments = smdp_bind (fixture->smdp, b);
  result = load (fixture, segments, -1);
  assert_failed (fixture->smdp, result, command, reason);
  assert_es10 (fixture->euicc, "BF2D00", "BF2D02A000");
  list = test_es10_hex (fixture->euicc, "BF2B06 A004 81020780");
  g_assert_nonnull (memmem (g_bytes_get_data (list, NULL), g_bytes_get_size (list),
                            g_bytes_get_data (result, NULL), g_bytes_get_size (result)));
  more = test_es10 (fixture->euicc, g_ptr_array_index (segments, segments->len - 1), &sw);
  g_assert_cmphex (sw, ==, 0x6985);
}

/* As expect_failure(), with one byte of the segment that begins with @tag changed. */
static void
expect_tampered (Fixture *fixture, const Binding *b, TlvTag tag, int at, int command, int reason)
{
  g_autoptr (GPtrArray) segments = NULL;
  g_autoptr (GBytes) result = NULL;
  guint index;

  smdp_session (fixture->smdp, fixture->euicc, NULL);
  segments = smdp_bind (fixture->smdp, b);
  index = segment_index (segments, tag);
  segment_flip (segments, index, at);
  result = load (fixture, segments, (int) index);
  assert_failed (fixture->smdp, result, command, reason);
  assert_es10 (fixture->euicc, "BF2D00", "BF2D02A000");
}

static void
replace_segment (GPtrArray *segments, guint index, GBytes *segment)
{
  g_bytes_unref (g_ptr_array_index (segments, index));
  g_ptr_array_index (segments, index) = segment;
}

/* ---- success ---- */

static void
assert_one_profile (Fixture *fixture)
{
  assert_es10 (fixture->euicc, "BF2D00",
               "BF2D34A032 E330 " ID_A "4F10A0000005591010FFFFFFFF8900001000"
               " 9F700100 91034C6162 9204506C616E 950102");
}

static void
test_session_keys (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GBytes) result = smdp_install (fixture->smdp, fixture->euicc, ICCID_A, FALSE);

  assert_one_profile (fixture);
  /* the result is the first notification */
  assert_es10 (fixture->euicc, "BF2800",
               "BF282A A028 BF2F25 800101 81020780 0C10736D64702E6578616D706C652E636F6D " ID_A);
  /* what was installed is the SIM that answers once it is enabled */
  assert_es10 (fixture->euicc, "BF3111 A00C" ID_A "810100", "BF3103800100");
  assert_apdu (fixture->euicc, "00A40004022FE200", "62*");
  assert_apdu (fixture->euicc, "00B000000A", "989400000000000010F8 9000");
}

static void
test_ppk (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GBytes) result = smdp_install (fixture->smdp, fixture->euicc, ICCID_A, TRUE);

  assert_one_profile (fixture);
}

static void
test_small_pieces (Fixture *fixture, gconstpointer data)
{
  Binding b = binding (fixture);
  g_autoptr (GPtrArray) segments = NULL;
  g_autoptr (GBytes) result = NULL;

  /* the command of ConfigureISDP, too, in more than one '87' */
  b.chunk = 2;
  b.ppk = TRUE;
  b.configure = "BF2407 B805 8003 88370A";
  b.host_id = "41";
  smdp_session (fixture->smdp, fixture->euicc,
                &(PrepareTwist){ .code_required = TRUE, .send_hash = TRUE });
  segments = smdp_bind (fixture->smdp, &b);
  result = load (fixture, segments, (int) segments->len - 1);
  assert_installed (fixture->smdp, result);
  /* DpProprietaryData come back */
  assert_es10 (fixture->euicc, "BF2D03 5C01B8", "BF2D0BA009E307 B8058003 88370A");
}

/* Under T=0, in blocks, with the segments' answers by GET RESPONSE. */
static void
test_t0 (Fixture *fixture, gconstpointer data)
{
  LabEuiccOptions options = test_options ();
  g_autoptr (LabEuicc) euicc = NULL;
  g_autoptr (GBytes) result = NULL;

  options.protocol = LAB_EUICC_T0;
  euicc = test_card_new (&options);
  test_open_isdr (euicc);
  result = smdp_install (fixture->smdp, euicc, ICCID_A, TRUE);
  g_assert_cmpint (test_state (euicc, ICCID_A), ==, 0);
}

/* Install notifications go to the other addresses of the metadata; the server's own gets the result. */
static void
test_addresses (Fixture *fixture, gconstpointer data)
{
  Binding b = binding (fixture);
  g_autoptr (GBytes) metadata = test_metadata (&(TestMetadata){
      .iccid = ICCID_A,
      .class = -1,
      .addresses = "3016 80020780 8110 534D44702E6578616D706C652E636F6D"
                   "3008 80020780 81026162 3008 80020410 81026364",
  });
  g_autoptr (GPtrArray) segments = NULL;
  g_autoptr (GBytes) result = NULL;
  g_autoptr (GBytes) list = NULL;
  g_autoptr (GBytes) one = NULL;

  b.metadata = metadata;
  smdp_session (fixture->smdp, fixture->euicc, NULL);
  segments = smdp_bind (fixture->smdp, &b);
  result = load (fixture, segments, -1);
  assert_installed (fixture->smdp, result);
  assert_es10 (fixture->euicc, "BF2800",
               "BF2844 A042 BF2F25 800101 81020780 0C10736D64702E6578616D706C652E636F6D " ID_A
               "BF2F17 800102 81020780 0C026162" ID_A);
  list = test_es10_hex (fixture->euicc, "BF2B05 A003 800102");
  one = TEST_FIND (list, 0xBF2B, 0xA0, 0x30);
  g_assert_cmpuint (g_bytes_get_size (one), >, 500);
}

/* Every test profile that is at hand. */
static void
test_ts48 (Fixture *fixture, gconstpointer data)
{
  const char *fixtures = g_getenv ("KT_TEST_FIXTURES");
  g_autofree char *folder = fixtures != NULL ? g_build_filename (fixtures, "ts48", NULL) : NULL;
  g_autoptr (GDir) dir = folder != NULL ? g_dir_open (folder, 0, NULL) : NULL;
  const char *name;
  guint count = 0;

  if (dir == NULL)
    {
      g_test_skip ("no TS.48 profiles at hand");
      return;
    }
  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autoptr (LabEuicc) euicc = NULL;
      g_autoptr (GBytes) upp = NULL;
      g_autoptr (GBytes) metadata = NULL;
      g_autoptr (GPtrArray) segments = NULL;
      g_autoptr (GBytes) result = NULL;
      g_autofree char *path = g_build_filename (folder, name, NULL);
      g_autofree char *iccid = NULL;
      g_autoptr (GBytes) header = NULL;
      char *contents;
      gsize len;
      guint sent;
      guint16 sw;
      Tlv element;
      Tlv field;
      TlvReader reader;

      if (!g_str_has_suffix (name, ".der"))
        continue;
      g_assert_true (g_file_get_contents (path, &contents, &len, NULL));
      upp = g_bytes_new_take (contents, len);
      /* the header's ICCID, there not swapped */
      tlv_reader_init_bytes (&reader, upp);
      g_assert_true (tlv_expect (&reader, 0xA0, &element, NULL));
      g_assert_true (tlv_need (&element, 0x83, &field, NULL));
      iccid = kt_hex (field.value, field.len);
      if (g_str_has_suffix (iccid, "F"))
        iccid[19] = '\0';
      metadata = test_metadata (&(TestMetadata){ .iccid = iccid, .class = 0 });
      euicc = test_card_new (NULL);
      test_open_isdr (euicc);
      smdp_session (fixture->smdp, euicc, NULL);
      segments = smdp_bind (fixture->smdp,
                            &(Binding){ .metadata = metadata, .upp = upp, .ppk = count % 2 == 0 });
      result = smdp_load (euicc, segments, &sent, &sw);
      g_assert_cmphex (sw, ==, 0x9000);
      assert_installed (fixture->smdp, result);
      g_assert_cmpint (test_state (euicc, iccid), ==, 0);
      count++;
    }
  g_test_message ("%u TS.48 profiles", count);
}

/* ---- InitialiseSecureChannel ---- */

static void
test_initialise (Fixture *fixture, gconstpointer data)
{
  Binding b;

#define EXPECT(field, value, reason) \
  G_STMT_START \
  { \
    b = binding (fixture); \
    b.field = value; \
    expect_failure (fixture, &b, 0, reason); \
  } \
  G_STMT_END
  EXPECT (broken_signature, TRUE, 2);
  EXPECT (other_euicc_point, TRUE, 2);
  EXPECT (other_transaction, TRUE, 3);
  EXPECT (key_type, 0x80, 4);
  EXPECT (key_length, 0x20, 4);
  EXPECT (operation, 2, 5);
  EXPECT (point_off_curve, TRUE, 1);
#undef EXPECT
}

static void
test_initialise_malformed (Fixture *fixture, gconstpointer data)
{
  Binding b = binding (fixture);
  g_autoptr (GPtrArray) segments = NULL;
  g_autoptr (GBytes) result = NULL;
  GBytes *first;

  /* cut short, with a byte too many, without its BF23 */
  for (guint i = 0; i < 3; i++)
    {
      g_clear_pointer (&segments, g_ptr_array_unref);
      g_clear_pointer (&result, g_bytes_unref);
      smdp_session (fixture->smdp, fixture->euicc, NULL);
      segments = smdp_bind (fixture->smdp, &b);
      first = g_ptr_array_index (segments, 0);
      if (i == 0)
        replace_segment (segments, 0, bytes_cut (first, g_bytes_get_size (first) - 1));
      else if (i == 1)
        {
          g_autoptr (GByteArray) longer = g_byte_array_new ();

          g_byte_array_append (longer, g_bytes_get_data (first, NULL),
                               (guint) g_bytes_get_size (first));
          g_byte_array_append (longer, (const guint8 *) "", 1);
          replace_segment (segments, 0,
                           g_byte_array_free_to_bytes (g_steal_pointer (&longer)));
        }
      else
        replace_segment (segments, 0, bytes_cut (first, 5));
      result = load (fixture, segments, 0);
      assert_failed (fixture->smdp, result, 0, 1);
    }
}

/* ---- protected segments ---- */

static void
test_macs (Fixture *fixture, gconstpointer data)
{
  Binding b = binding (fixture);

  /* the last byte of the MAC, and the first byte of the data */
  expect_tampered (fixture, &b, 0xA0, -1, 1, 8);
  expect_tampered (fixture, &b, 0xA0, 4, 1, 8);
  expect_tampered (fixture, &b, 0x88, -1, 2, 8);
  expect_tampered (fixture, &b, 0x88, 20, 2, 8);
  expect_tampered (fixture, &b, 0x86, -1, 5, 8);
  expect_tampered (fixture, &b, 0x86, 200, 5, 8);
  b.ppk = TRUE;
  expect_tampered (fixture, &b, 0xA2, -1, 4, 8);
  expect_tampered (fixture, &b, 0x86, -1, 5, 8);
}

/* Keys of another host: the MAC of the very first segment fails. */
static void
test_other_keys (Fixture *fixture, gconstpointer data)
{
  Binding b = binding (fixture);
  g_autoptr (GPtrArray) segments = NULL;
  g_autoptr (GPtrArray) other = NULL;
  g_autoptr (GBytes) result = NULL;

  smdp_session (fixture->smdp, fixture->euicc, NULL);
  segments = smdp_bind (fixture->smdp, &b);
  b.host_id = "42";
  other = smdp_bind (fixture->smdp, &b);
  replace_segment (segments, 1, g_bytes_ref (g_ptr_array_index (other, 1)));
  result = load (fixture, segments, 1);
  assert_failed (fixture->smdp, result, 1, 8);
}

/* A segment left out, or two exchanged: the chain of MACs breaks. */
static void
test_sequence_of_segments (Fixture *fixture, gconstpointer data)
{
  Binding b = binding (fixture);
  g_autoptr (GPtrArray) segments = NULL;
  g_autoptr (GBytes) result = NULL;
  guint first;

  smdp_session (fixture->smdp, fixture->euicc, NULL);
  segments = smdp_bind (fixture->smdp, &b);
  first = segment_index (segments, 0x86);
  g_ptr_array_remove_index (segments, first);
  result = load (fixture, segments, (int) first);
  assert_failed (fixture->smdp, result, 5, 8);
}

static void
test_structure (Fixture *fixture, gconstpointer data)
{
  Binding b = binding (fixture);
  const struct
  {
    TlvTag tag;
    const char *replacement;
    int command;
  } rows[] = {
    /* A0: empty, of '86', of something cut off, with a tail */
    { 0xA0, "A000", 1 },
    { 0xA0, "A01A 8618 71863130BC09F76A252B34923192ED8F66BD06E1847DA984", 1 },
    { 0xA0, "A003 870500", 1 },
    { 0xA0, "A002 8700 00", 1 },
    /* too short for a MAC; not a whole number of blocks */
    { 0xA0, "A006 8704 01020304", 1 },
    { 0xA0, "A00B 8709 010203040506070809", 1 },
    /* headers: nothing in the list, with something behind, longer than the package */
    { 0xA1, "A100", 2 },
    { 0xA1, "A10A 88", 2 },
    { 0xA1, "A1836FFFFF", 2 },
    /* 88: cut off; longer than the list */
    { 0x88, "8820 00", 2 },
    { 0xA3, "A300", 5 },
    { 0xA3, "A310", 5 },
    { 0x86, "8620 00", 5 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GPtrArray) segments = NULL;
      g_autoptr (GBytes) result = NULL;
      guint index;

      smdp_session (fixture->smdp, fixture->euicc, NULL);
      segments = smdp_bind (fixture->smdp, &b);
      index = segment_index (segments, rows[i].tag);
      replace_segment (segments, index, hex_bytes (rows[i].replacement));
      result = load (fixture, segments, (int) index);
      assert_failed (fixture->smdp, result, rows[i].command, 7);
    }
}

/* The length in the BF36 is not that of what comes. */
static void
test_total (Fixture *fixture, gconstpointer data)
{
  Binding b = binding (fixture);

  b.total_offset = 1;
  expect_failure (fixture, &b, 5, 7);
  b.total_offset = -1;
  expect_failure (fixture, &b, 5, 7);
}

/* A segment out of order is refused and changes nothing; the right one goes on. */
static void
test_order (Fixture *fixture, gconstpointer data)
{
  Binding b = binding (fixture);
  g_autoptr (GPtrArray) segments = NULL;

  b.ppk = TRUE;
  /* without a session */
  assert_es10_sw (fixture->euicc, "A000", 0x6985);
  assert_es10_sw (fixture->euicc, "BF3600", 0x6985);
  smdp_session (fixture->smdp, fixture->euicc, NULL);
  segments = smdp_bind (fixture->smdp, &b);
  for (guint i = 0; i < segments->len; i++)
    {
      g_autoptr (GBytes) answer = NULL;
      guint16 sw;

      for (guint other = 0; other < segments->len; other++)
        {
          GBytes *wrong = g_ptr_array_index (segments, other);
          const guint8 *first = g_bytes_get_data (wrong, NULL);
          const guint8 *due = g_bytes_get_data (g_ptr_array_index (segments, i), NULL);
          g_autoptr (GBytes) refused = NULL;

          /* after the metadata either list may come */
          if (first[0] == due[0] || (due[0] == 0xA2 && first[0] == 0xA3))
            continue;
          refused = test_es10 (fixture->euicc, wrong, &sw);
          g_assert_cmphex (sw, ==, 0x6985);
        }
      answer = test_es10 (fixture->euicc, g_ptr_array_index (segments, i), &sw);
      g_assert_cmphex (sw, ==, 0x9000);
      if (i + 1 == segments->len)
        assert_installed (fixture->smdp, answer);
      else
        g_assert_cmpuint (g_bytes_get_size (answer), ==, 0);
      /* other functions wait, unless unknown */
      if (i + 1 < segments->len)
        {
          assert_es10_sw (fixture->euicc, "BF2000", 0x6985);
          assert_es10_sw (fixture->euicc, "BF2800", 0x6985);
          assert_es10_sw (fixture->euicc, "BF4400", 0x6A88);
        }
    }
}

/* ---- commands ---- */

static void
test_configure (Fixture *fixture, gconstpointer data)
{
  static const char *const wrong[] = {
    "BF2500", "BF2401", "BF2400 00", "BF2404 B802 8000", "BF2402 B800", "BF2404 B8028001",
  };

  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      Binding b = binding (fixture);

      b.configure = wrong[i];
      expect_failure (fixture, &b, 1, 1);
    }
  {
    Binding b = binding (fixture);
    g_autoptr (GString) long_one = g_string_new ("BF24818A B88187 8003 88370A 8F7F");

    for (guint i = 0; i < 127; i++)
      g_string_append (long_one, "00");
    b.configure = long_one->str;
    expect_failure (fixture, &b, 1, 1);
  }
}

static void
test_keys (Fixture *fixture, gconstpointer data)
{
  static const char *const wrong[] = {
    "BF2600",
    "BF2736 8010000102030405060708090A0B0C0D0E0F 8110101112131415161718191A1B1C1D1E1F"
    " 8210202122232425262728292A2B2C2D2E2F",
    "BF2635 8010000102030405060708090A0B0C0D0E0F 8110101112131415161718191A1B1C1D1E1F"
    " 820F202122232425262728292A2B2C2D2E",
    "BF2624 8010000102030405060708090A0B0C0D0E0F 8110101112131415161718191A1B1C1D1E1F",
  };

  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      Binding b = binding (fixture);

      b.ppk = TRUE;
      b.keys = wrong[i];
      expect_failure (fixture, &b, 4, 1);
    }
}

static void
test_metadata_values (Fixture *fixture, gconstpointer data)
{
  static const char long_33[] = "123456789012345678901234567890123";
  static const char long_65[]
      = "12345678901234567890123456789012345678901234567890123456789012345";
  const struct
  {
    TestMetadata metadata;
    int reason;
  } rows[] = {
    { { .iccid = ICCID_A, .class = 3 }, 6 },
    { { .iccid = ICCID_A, .class = 127 }, 6 },
    { { .iccid = ICCID_A, .class = 2, .provider = long_33 }, 1 },
    { { .iccid = ICCID_A, .class = 2, .name = long_65 }, 1 },
    { { .iccid = ICCID_A, .class = 2, .name = "\xC3\x28" }, 1 },
    /* an icon without type, a type without icon, an unknown type */
    { { .iccid = ICCID_A, .class = 2, .extra = "9401CA" }, 1 },
    { { .iccid = ICCID_A, .class = 2, .extra = "930101" }, 1 },
    { { .iccid = ICCID_A, .class = 2, .extra = "930102 9401CA" }, 1 },
    /* notification configuration: no address, an empty one, no events, another element */
    { { .iccid = ICCID_A, .class = 2, .addresses = "3004 80020780" }, 1 },
    { { .iccid = ICCID_A, .class = 2, .addresses = "3006 80020780 8100" }, 1 },
    { { .iccid = ICCID_A, .class = 2, .addresses = "3004 81026162" }, 1 },
    { { .iccid = ICCID_A, .class = 2, .addresses = "0400" }, 1 },
    /* owner: two bytes, a digit that is none */
    { { .iccid = ICCID_A, .class = 2, .owner = "800200F1" }, 1 },
    { { .iccid = ICCID_A, .class = 2, .owner = "8003A0F110" }, 1 },
    { { .iccid = ICCID_A, .class = 2, .owner = "8100" }, 1 },
    /* rules without owner */
    { { .iccid = ICCID_A, .class = 2, .pprs = "0640" }, 1 },
    { { .iccid = ICCID_A, .class = 2, .owner = "800300F110", .pprs = "0840" }, 1 },
    /* rules are for operational profiles */
    { { .iccid = ICCID_A, .class = 1, .owner = "800300F110", .pprs = "0640" }, 15 },
    { { .iccid = ICCID_A, .class = 0, .owner = "800300F110", .pprs = "0520" }, 15 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      Binding b = binding (fixture);
      g_autoptr (GBytes) metadata = test_metadata (&rows[i].metadata);

      b.metadata = metadata;
      expect_failure (fixture, &b, 2, rows[i].reason);
    }
}

static void
test_metadata_shapes (Fixture *fixture, gconstpointer data)
{
  static const char *const rows[] = {
    /* nothing, another command, a zero-length ICCID, no names, a tail, an icon of 1025 bytes */
    "BF2500",
    "BF2419 5A0A989400000000000010F8 91034C6162 9204506C616E",
    "BF250D 5A00 91034C6162 9204506C616E",
    "BF250C 5A0A989400000000000010F8",
    "BF2517 5A0A989400000000000010F8 91034C6162 9204506C616E 00",
  };
  g_autoptr (GString) icon = g_string_new ("BF25820421 5A0A989400000000000010F8 91034C6162"
                                           " 9204506C616E 930101 94820401");

  for (guint i = 0; i <= G_N_ELEMENTS (rows); i++)
    {
      Binding b = binding (fixture);
      g_autoptr (GBytes) metadata = NULL;

      if (i == G_N_ELEMENTS (rows))
        for (guint n = 0; n < 1025; n++)
          g_string_append (icon, "00");
      metadata = hex_bytes (i < G_N_ELEMENTS (rows) ? rows[i] : icon->str);
      b.metadata = metadata;
      expect_failure (fixture, &b, 2, 1);
    }
}

/* Longest names, an icon of 1024 bytes, members of later versions: all fine. */
static void
test_metadata_limits (Fixture *fixture, gconstpointer data)
{
  Binding b = binding (fixture);
  g_autoptr (GString) icon = g_string_new ("930101 94820400");
  g_autoptr (GPtrArray) segments = NULL;
  g_autoptr (GBytes) metadata = NULL;
  g_autoptr (GBytes) result = NULL;

  for (guint i = 0; i < 1024; i++)
    g_string_append (icon, "89");
  g_string_append (icon, "BF2203 800101 9F7E00");
  metadata = test_metadata (&(TestMetadata){
      .iccid = ICCID_A,
      .provider = "12345678901234567890123456789012",
      .name = "1234567890123456789012345678901234567890123456789012345678901234",
      .class = -1,
      .extra = icon->str,
  });
  b.metadata = metadata;
  smdp_session (fixture->smdp, fixture->euicc, NULL);
  segments = smdp_bind (fixture->smdp, &b);
  result = load (fixture, segments, (int) segments->len - 1);
  assert_installed (fixture->smdp, result);
}

static void
test_iccid_exists (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GBytes) first = smdp_install (fixture->smdp, fixture->euicc, ICCID_A, FALSE);
  Binding b = binding (fixture);
  g_autoptr (GPtrArray) segments = NULL;
  g_autoptr (GBytes) result = NULL;

  smdp_session (fixture->smdp, fixture->euicc, NULL);
  segments = smdp_bind (fixture->smdp, &b);
  result = load (fixture, segments, (int) segment_index (segments, 0x88));
  assert_failed (fixture->smdp, result, 2, 9);
  assert_take_hex (TEST_FIND (result, 0xBF37, 0xBF27, 0xBF2F, 0x5A), ID_A);
  assert_one_profile (fixture);
}

/* ---- policy ---- */

static void
load_with_rules (Fixture *fixture, const LabRatRule *rules, guint n_rules, gboolean operational,
                 const char *owner, const char *pprs, int reason)
{
  LabEuiccOptions options = test_options ();
  g_autoptr (GBytes) installed_upp = test_upp (ICCID_B);
  g_autoptr (GBytes) installed
      = test_metadata (&(TestMetadata){ .iccid = ICCID_B, .class = operational ? 2 : 1 });
  LabPreload preload = { installed_upp, installed, TRUE };
  g_autoptr (GBytes) metadata = test_metadata (
      &(TestMetadata){ .iccid = ICCID_A, .class = 2, .owner = owner, .pprs = pprs });
  Binding b = binding (fixture);
  g_autoptr (LabEuicc) euicc = NULL;
  g_autoptr (GPtrArray) segments = NULL;
  g_autoptr (GBytes) result = NULL;
  guint sent;
  guint16 sw;

  options.rules = rules;
  options.n_rules = n_rules;
  options.no_rules = rules == NULL;
  options.preloads = &preload;
  options.n_preloads = 1;
  euicc = test_card_new (&options);
  test_open_isdr (euicc);
  b.metadata = metadata;
  smdp_session (fixture->smdp, euicc, NULL);
  segments = smdp_bind (fixture->smdp, &b);
  result = smdp_load (euicc, segments, &sent, &sw);
  g_assert_cmphex (sw, ==, 0x9000);
  if (reason == 0)
    assert_installed (fixture->smdp, result);
  else
    assert_failed (fixture->smdp, result, 2, reason);
}

static void
test_rules (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GBytes) empty = g_bytes_new (NULL, 0);
  g_autoptr (GBytes) gid = hex_bytes ("0A");
  /* 001-01 without GIDs; 001-0x with any; x62-xx with GID1 0A */
  LabOperator exact = { { 0x00, 0xF1, 0x10 }, NULL, NULL };
  LabOperator wild = { { 0x00, 0xE1, 0xEE }, empty, empty };
  LabOperator with_gid = { { 0x00, 0xF1, 0x10 }, gid, NULL };
  LabOperator other = { { 0x62, 0xF2, 0x10 }, NULL, NULL };
  LabRatRule ppr1_exact = { LAB_PPR1_NO_DISABLING, &exact, 1, FALSE };
  LabRatRule ppr2_wild = { LAB_PPR2_NO_DELETION, &wild, 1, FALSE };
  LabRatRule both_gid = { LAB_PPR1_NO_DISABLING | LAB_PPR2_NO_DELETION, &with_gid, 1, FALSE };
  LabRatRule both_other = { LAB_PPR1_NO_DISABLING | LAB_PPR2_NO_DELETION, &other, 1, FALSE };
  LabRatRule two[2] = { ppr1_exact, ppr2_wild };
  static const char owner[] = "800300F110";

  load_with_rules (fixture, NULL, 0, FALSE, owner, "0640", 15);
  load_with_rules (fixture, NULL, 0, FALSE, owner, "0520", 15);
  load_with_rules (fixture, NULL, 0, FALSE, owner, "0780", 0);
  load_with_rules (fixture, &ppr1_exact, 1, FALSE, owner, "0640", 0);
  load_with_rules (fixture, &ppr1_exact, 1, FALSE, owner, "0560", 15);
  load_with_rules (fixture, &ppr2_wild, 1, FALSE, owner, "0520", 0);
  load_with_rules (fixture, &both_gid, 1, FALSE, owner, "0640", 15);
  load_with_rules (fixture, &both_other, 1, FALSE, owner, "0640", 15);
  load_with_rules (fixture, two, 2, FALSE, owner, "0560", 0);
  /* PPR1 while an operational profile is there; PPR2 does not mind */
  load_with_rules (fixture, &ppr1_exact, 1, TRUE, owner, "0640", 15);
  load_with_rules (fixture, &ppr2_wild, 1, TRUE, owner, "0520", 0);
}

/* ---- the package ---- */

static void
test_mismatch (Fixture *fixture, gconstpointer data)
{
  Binding b = binding (fixture);
  g_autoptr (GBytes) other = test_upp (ICCID_B);
  g_autoptr (GBytes) owner = test_metadata (
      &(TestMetadata){ .iccid = ICCID_A, .class = 2, .owner = "800362F210" });
  g_autoptr (GBytes) three_digits = test_metadata (
      &(TestMetadata){ .iccid = ICCID_A, .class = 2, .owner = "800300 0110" });
  g_autoptr (GBytes) gid = test_metadata (
      &(TestMetadata){ .iccid = ICCID_A, .class = 2, .owner = "800300F110 810155" });

  b.upp = other;
  expect_failure (fixture, &b, 5, 13);
  b = binding (fixture);
  b.metadata = owner;
  expect_failure (fixture, &b, 5, 13);
  b.metadata = gid;
  expect_failure (fixture, &b, 5, 13);
  /* 001-010: the IMSI goes on with a zero */
  b.metadata = three_digits;
  {
    g_autoptr (GPtrArray) segments = NULL;
    g_autoptr (GBytes) result = NULL;

    smdp_session (fixture->smdp, fixture->euicc, NULL);
    segments = smdp_bind (fixture->smdp, &b);
    result = load (fixture, segments, -1);
    assert_installed (fixture->smdp, result);
  }
}

/* A test profile must not hold keys of a real network. */
static void
test_naa_key (Fixture *fixture, gconstpointer data)
{
  Binding b = binding (fixture);
  g_autoptr (GBytes) metadata
      = test_metadata (&(TestMetadata){ .iccid = ICCID_A, .class = 0 });

  b.metadata = metadata;
  expect_failure (fixture, &b, 5, 14);
}

static void
test_profile_element (Fixture *fixture, gconstpointer data)
{
  Binding b = binding (fixture);
  g_autoptr (GPtrArray) segments = NULL;
  g_autoptr (GBytes) result = NULL;
  g_autoptr (GBytes) sima = NULL;
  g_autoptr (GBytes) status = NULL;
  g_autoptr (GBytes) cut
      = bytes_cut (fixture->upp, g_bytes_get_size (fixture->upp) - 1);
  g_autoptr (GBytes) nothing = hex_bytes ("AA00");

  b.upp = cut;
  expect_failure (fixture, &b, 5, 12);
  b.upp = nothing;
  smdp_session (fixture->smdp, fixture->euicc, NULL);
  segments = smdp_bind (fixture->smdp, &b);
  result = load (fixture, segments, -1);
  assert_failed (fixture->smdp, result, 5, 12);
  /* simaResponse: EUICCResponse with a PEStatus that is not ok, and "aborted" */
  sima = TEST_VALUE (result, 0xBF37, 0xBF27, 0xA2, 0xA1, 0x82);
  status = TEST_VALUE (sima, 0x30, 0xA0, 0x30, 0x80);
  g_assert_cmpuint (g_bytes_get_size (status), ==, 1);
  g_assert_cmpuint (*(const guint8 *) g_bytes_get_data (status, NULL), >, 0);
  assert_take_hex (TEST_FIND (sima, 0x30, 0x81), "8100");
}

static void
test_memory (Fixture *fixture, gconstpointer data)
{
  Binding b = binding (fixture);
  g_autoptr (GPtrArray) segments = NULL;
  g_autoptr (GBytes) result = NULL;
  g_autoptr (GBytes) point = NULL;
  gint64 package = (gint64) g_bytes_get_size (fixture->upp);

  /* less than the package: at the list's header already */
  lab_euicc_set_free_memory (fixture->euicc, package / 2);
  smdp_session (fixture->smdp, fixture->euicc, NULL);
  point = g_bytes_ref (fixture->smdp->euicc_point);
  segments = smdp_bind (fixture->smdp, &b);
  result = load (fixture, segments, (int) segment_index (segments, 0xA3));
  assert_failed (fixture->smdp, result, 5, 10);
  /* memory is made, and the server gives the same package for the same key again */
  lab_euicc_set_free_memory (fixture->euicc, -1);
  smdp_session (fixture->smdp, fixture->euicc, &(PrepareTwist){ .point = point });
  g_assert_true (g_bytes_equal (point, fixture->smdp->euicc_point));
  g_clear_pointer (&segments, g_ptr_array_unref);
  g_clear_pointer (&result, g_bytes_unref);
  segments = smdp_bind (fixture->smdp, &b);
  result = load (fixture, segments, (int) segments->len - 1);
  assert_installed (fixture->smdp, result);
}

static void
test_small_card (Fixture *fixture, gconstpointer data)
{
  LabEuiccOptions options = test_options ();
  g_autoptr (LabPackage) package = lab_saip_parse (fixture->upp, NULL, NULL);
  g_autoptr (LabEuicc) euicc = NULL;
  guint n = 0;

  /* room for two, and a little more */
  options.memory = lab_package_get_memory (package) * 5 / 2;
  euicc = test_card_new (&options);
  test_open_isdr (euicc);
  for (;; n++)
    {
      static const char *const iccids[] = { ICCID_A, ICCID_B, ICCID_C };
      g_autoptr (GBytes) upp = NULL;
      g_autoptr (GPtrArray) segments = NULL;
      g_autoptr (GBytes) result = NULL;
      g_autoptr (GBytes) final = NULL;
      g_autoptr (GBytes) metadata = NULL;
      guint sent;
      guint16 sw;

      g_assert_cmpuint (n, <, G_N_ELEMENTS (iccids));
      upp = test_upp (iccids[n]);
      metadata = test_metadata (&(TestMetadata){ .iccid = iccids[n], .class = 2 });
      smdp_session (fixture->smdp, euicc, NULL);
      segments = smdp_bind (fixture->smdp, &(Binding){ .metadata = metadata, .upp = upp });
      result = smdp_load (euicc, segments, &sent, &sw);
      final = TEST_FIND (result, 0xBF37, 0xBF27, 0xA2);
      if (((const guint8 *) g_bytes_get_data (final, NULL))[2] == 0xA1)
        {
          assert_failed (fixture->smdp, result, 5, 10);
          break;
        }
    }
  g_assert_cmpuint (n, ==, 2);
}

/* ---- knob ---- */

static void
test_knob (Fixture *fixture, gconstpointer data)
{
  const struct
  {
    int command;
    int reason;
    TlvTag at;
  } rows[] = { { 0, 2, 0xBF36 }, { 1, 7, 0xA0 },   { 2, 9, 0x88 },
               { 4, 8, 0xA2 },   { 5, 127, 0x86 }, { 5, 11, 0x86 } };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      Binding b = binding (fixture);
      g_autoptr (GPtrArray) segments = NULL;
      g_autoptr (GBytes) result = NULL;

      b.ppk = TRUE;
      lab_euicc_fail_bpp (fixture->euicc, rows[i].command, rows[i].reason);
      smdp_session (fixture->smdp, fixture->euicc, NULL);
      segments = smdp_bind (fixture->smdp, &b);
      result = load (fixture, segments, (int) segment_index (segments, rows[i].at));
      assert_failed (fixture->smdp, result, rows[i].command, rows[i].reason);
    }
  /* it fails once */
  g_clear_object (&fixture->euicc);
  fixture->euicc = test_card_new (NULL);
  test_open_isdr (fixture->euicc);
  lab_euicc_fail_bpp (fixture->euicc, 5, 127);
  lab_euicc_fail_bpp (fixture->euicc, -1, 0);
  {
    g_autoptr (GBytes) result = smdp_install (fixture->smdp, fixture->euicc, ICCID_A, TRUE);
  }
}

/* ---- interruption ---- */

/* Power is lost after any number of segments: nothing is there, and the same package loads again. */
static void
test_power_loss (Fixture *fixture, gconstpointer data)
{
  Binding b = binding (fixture);
  guint n_segments = 1;

  b.ppk = TRUE;
  for (guint n = 0; n < n_segments; n++)
    {
      g_autoptr (LabEuicc) euicc = test_card_new (NULL);
      g_autoptr (GPtrArray) segments = NULL;
      g_autoptr (GPtrArray) again = NULL;
      g_autoptr (GBytes) point = NULL;
      g_autoptr (GBytes) result = NULL;
      g_autoptr (GBytes) late = NULL;
      guint sent;
      guint16 sw;

      test_open_isdr (euicc);
      smdp_session (fixture->smdp, euicc, NULL);
      point = g_bytes_ref (fixture->smdp->euicc_point);
      segments = smdp_bind (fixture->smdp, &b);
      n_segments = segments->len;
      for (guint i = 0; i < n; i++)
        {
          g_autoptr (GBytes) nothing
              = test_es10 (euicc, g_ptr_array_index (segments, i), &sw);

          g_assert_cmphex (sw, ==, 0x9000);
          g_assert_cmpuint (g_bytes_get_size (nothing), ==, 0);
        }
      lab_euicc_power (euicc, FALSE);
      lab_euicc_power (euicc, TRUE);
      test_open_isdr (euicc);
      late = test_es10 (euicc, g_ptr_array_index (segments, n), &sw);
      g_assert_cmphex (sw, ==, 0x6985);
      assert_es10 (euicc, "BF2D00", "BF2D02A000");
      assert_es10 (euicc, "BF2800", "BF2802A000");
      smdp_session (fixture->smdp, euicc, &(PrepareTwist){ .point = point });
      g_assert_true (g_bytes_equal (point, fixture->smdp->euicc_point));
      again = smdp_bind (fixture->smdp, &b);
      result = smdp_load (euicc, again, &sent, &sw);
      g_assert_cmphex (sw, ==, 0x9000);
      assert_installed (fixture->smdp, result);
    }
  g_assert_cmpuint (n_segments, >, 6);
}

/* A challenge, or CancelSession, ends a package that is half loaded. */
static void
test_given_up (Fixture *fixture, gconstpointer data)
{
  Binding b = binding (fixture);
  g_autoptr (GPtrArray) segments = NULL;
  g_autoptr (GBytes) nothing = NULL;
  g_autoptr (GBytes) response = NULL;
  g_autofree char *id = NULL;
  g_autofree char *command = NULL;
  guint16 sw;

  smdp_session (fixture->smdp, fixture->euicc, NULL);
  segments = smdp_bind (fixture->smdp, &b);
  nothing = test_es10 (fixture->euicc, g_ptr_array_index (segments, 0), &sw);
  g_assert_cmphex (sw, ==, 0x9000);
  id = kt_hex (fixture->smdp->transaction_id, 16);
  command = g_strdup_printf ("BF4115 8010 %s 810105", id);
  response = test_es10_hex (fixture->euicc, command);
  assert_take_hex (TEST_FIND (response, 0xBF41, 0xA0, 0x30, 0x82), "820105");
  assert_es10 (fixture->euicc, "BF2D00", "BF2D02A000");

  smdp_session (fixture->smdp, fixture->euicc, NULL);
  g_clear_pointer (&segments, g_ptr_array_unref);
  segments = smdp_bind (fixture->smdp, &b);
  g_clear_pointer (&nothing, g_bytes_unref);
  nothing = test_es10 (fixture->euicc, g_ptr_array_index (segments, 0), &sw);
  smdp_challenge (fixture->smdp, fixture->euicc);
  g_clear_pointer (&nothing, g_bytes_unref);
  nothing = test_es10 (fixture->euicc, g_ptr_array_index (segments, 1), &sw);
  g_assert_cmphex (sw, ==, 0x6985);
}

/* A success uses the one-time key up. */
static void
test_key_is_used_up (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GBytes) result = smdp_install (fixture->smdp, fixture->euicc, ICCID_A, FALSE);
  g_autoptr (GBytes) point = g_bytes_ref (fixture->smdp->euicc_point);

  smdp_session (fixture->smdp, fixture->euicc, &(PrepareTwist){ .point = point });
  g_assert_false (g_bytes_equal (point, fixture->smdp->euicc_point));
}

int
main (int argc, char **argv)
{
  int status;

#define ADD(path, function) \
  g_test_add ("/lab/euicc/bpp/" path, Fixture, NULL, setup, function, teardown)

  g_test_init (&argc, &argv, NULL);
  ADD ("session-keys", test_session_keys);
  ADD ("ppk", test_ppk);
  ADD ("small-pieces", test_small_pieces);
  ADD ("t0", test_t0);
  ADD ("addresses", test_addresses);
  ADD ("ts48", test_ts48);
  ADD ("initialise", test_initialise);
  ADD ("initialise-malformed", test_initialise_malformed);
  ADD ("macs", test_macs);
  ADD ("other-keys", test_other_keys);
  ADD ("sequence", test_sequence_of_segments);
  ADD ("structure", test_structure);
  ADD ("total", test_total);
  ADD ("order", test_order);
  ADD ("configure", test_configure);
  ADD ("keys", test_keys);
  ADD ("metadata-values", test_metadata_values);
  ADD ("metadata-shapes", test_metadata_shapes);
  ADD ("metadata-limits", test_metadata_limits);
  ADD ("iccid-exists", test_iccid_exists);
  ADD ("rules", test_rules);
  ADD ("mismatch", test_mismatch);
  ADD ("naa-key", test_naa_key);
  ADD ("profile-element", test_profile_element);
  ADD ("memory", test_memory);
  ADD ("small-card", test_small_card);
  ADD ("knob", test_knob);
  ADD ("power-loss", test_power_loss);
  ADD ("given-up", test_given_up);
  ADD ("key-used-up", test_key_is_used_up);
  status = g_test_run ();
  test_clear ();
  return status;
}
