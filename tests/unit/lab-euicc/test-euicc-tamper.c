/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "smdp-test.h"

/* LoadBoundProfilePackage: what every tampering with its segments and commands comes to. */

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

/* Nothing is installed, the failure is reported as given and kept for the server, it is over. */
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

int
main (int argc, char **argv)
{
  int status;

#define ADD(path, function) \
  g_test_add ("/lab/euicc/tamper/" path, Fixture, NULL, setup, function, teardown)

  g_test_init (&argc, &argv, NULL);
  ADD ("initialise", test_initialise);
  ADD ("initialise-malformed", test_initialise_malformed);
  ADD ("macs", test_macs);
  ADD ("other-keys", test_other_keys);
  ADD ("sequence", test_sequence_of_segments);
  ADD ("structure", test_structure);
  ADD ("total", test_total);
  ADD ("configure", test_configure);
  ADD ("keys", test_keys);
  ADD ("metadata-values", test_metadata_values);
  ADD ("metadata-shapes", test_metadata_shapes);
  ADD ("metadata-limits", test_metadata_limits);
  status = g_test_run ();
  test_clear ();
  return status;
}
