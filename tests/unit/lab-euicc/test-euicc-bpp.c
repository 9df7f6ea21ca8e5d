/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "smdp-test.h"

/* LoadBoundProfilePackage: what installs, in which order, and what becomes of interruptions. */

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

/* Install notifications go to the other addresses of the metadata; the server's gets the result. */
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

/* ---- order and interruption ---- */

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

/* Power is lost after any number of segments: nothing is there; the same package loads again. */
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
  ADD ("iccid-exists", test_iccid_exists);
  ADD ("order", test_order);
  ADD ("knob", test_knob);
  ADD ("power-loss", test_power_loss);
  ADD ("given-up", test_given_up);
  ADD ("key-used-up", test_key_is_used_up);
  status = g_test_run ();
  test_clear ();
  return status;
}
