/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lab-saip.h"
#include "smdp-test.h"

/* Against rules, metadata, keys and memory: what the chip refuses though all is sealed well. */

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

int
main (int argc, char **argv)
{
  int status;

#define ADD(path, function) \
  g_test_add ("/lab/euicc/refuse/" path, Fixture, NULL, setup, function, teardown)

  g_test_init (&argc, &argv, NULL);
  ADD ("rules", test_rules);
  ADD ("mismatch", test_mismatch);
  ADD ("naa-key", test_naa_key);
  ADD ("profile-element", test_profile_element);
  ADD ("memory", test_memory);
  ADD ("small-card", test_small_card);
  status = g_test_run ();
  test_clear ();
  return status;
}
