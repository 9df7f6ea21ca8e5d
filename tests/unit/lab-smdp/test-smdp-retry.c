/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kt-bytes.h"
#include "kt-error.h"
#include "lab-saip.h"
#include "rsp-json.h"
#include "smdp-bench.h"
#include "tlv.h"

#include <glib/gstdio.h>

/* Interrupted downloads: the same package bound again, or not. */

typedef struct
{
  gboolean use_ppk;
  gboolean refuse_rebinding;
  guint download_tries;
} Setting;

typedef struct
{
  Bench bench;
  Chip chip;
  LabTicket *ticket;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  const Setting *setting = data;
  LabSmdpOptions options;
  LabContract contract = LAB_CONTRACT_INIT;

  bench_set_up (&fixture->bench);
  options = bench_options (&fixture->bench);
  options.use_ppk = setting->use_ppk;
  options.refuse_rebinding = setting->refuse_rebinding;
  options.download_tries = setting->download_tries;
  bench_start (&fixture->bench, &options);
  chip_set_up (&fixture->chip, &fixture->bench, BENCH_EID);
  contract.provider = "Plan";
  fixture->ticket = bench_order (&fixture->bench, &contract);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  lab_ticket_free (fixture->ticket);
  chip_clear (&fixture->chip);
  bench_tear_down (&fixture->bench);
}

typedef struct
{
  char *id;
  GBytes *offered;
  GBytes *package;
} Download;

static void
download_clear (Download *download)
{
  g_clear_pointer (&download->id, g_free);
  g_clear_pointer (&download->offered, g_bytes_unref);
  g_clear_pointer (&download->package, g_bytes_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Download, download_clear)

static JsonObject *
begin (Fixture *fixture, Download *download)
{
  JsonObject *second
      = chip_begin (&fixture->chip, &fixture->bench, fixture->ticket->matching_id);
  g_autoptr (GBytes) signed2 = bench_get_bytes (second, "smdpSigned2");
  Tlv all, otpk;

  download->id = g_strdup (rsp_json_string (second, "transactionId"));
  g_assert_true (tlv_parse_bytes (signed2, TLV_SEQUENCE, &all, NULL));
  if (tlv_find (&all, 0x5F49, &otpk, NULL) == TLV_FOUND)
    download->offered = tlv_dup_value (&otpk);
  return second;
}

static void
download (Fixture *fixture, gboolean new_otpk, Download *out)
{
  g_autoptr (JsonObject) second = begin (fixture, out);
  const ChipPrepare how = { .new_otpk = new_otpk };
  g_autoptr (JsonObject) answer = chip_get_package (&fixture->chip, &fixture->bench, second, &how);

  bench_assert_success (answer);
  out->package = bench_get_bytes (answer, "boundProfilePackage");
  bench_assert_state (&fixture->bench, fixture->ticket->iccid, LAB_ORDER_DOWNLOADED);
}

/* What follows BF23 in a package: all that is protected by the session */
static GBytes *
protected_part (GBytes *package)
{
  Tlv all, channel;
  TlvReader reader;

  g_assert_true (tlv_parse_bytes (package, 0xBF36, &all, NULL));
  tlv_reader_enter (&reader, &all);
  g_assert_true (tlv_expect (&reader, 0xBF23, &channel, NULL));
  return g_bytes_new (reader.p, (gsize) (reader.end - reader.p));
}

static void
assert_opens (Fixture *fixture, const Download *got)
{
  g_autoptr (GBytes) metadata = NULL;
  g_autoptr (GBytes) upp
      = chip_open_package (&fixture->chip, &fixture->bench, got->package, got->id, &metadata);
  g_autoptr (GError) error = NULL;
  g_autoptr (LabPackage) package = lab_saip_parse (upp, NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (lab_package_get_n_elements (package), >, 5);
}

static void
test_same_key (Fixture *fixture, gconstpointer data)
{
  g_auto (Download) first = { NULL };
  g_auto (Download) again = { NULL };
  g_autoptr (GBytes) otpk = lab_key_dup_public (fixture->chip.otsk);
  g_autoptr (GBytes) a = NULL;
  g_autoptr (GBytes) b = NULL;

  download (fixture, FALSE, &first);
  g_assert_null (first.offered);
  download (fixture, FALSE, &again);
  g_assert_nonnull (again.offered);
  g_assert_true (g_bytes_equal (again.offered, otpk));
  g_assert_cmpstr (first.id, !=, again.id);
  /* another transaction, the same protected segments */
  a = protected_part (first.package);
  b = protected_part (again.package);
  g_assert_true (g_bytes_equal (a, b));
  g_assert_false (g_bytes_equal (first.package, again.package));
  assert_opens (fixture, &again);
}

static void
test_new_key (Fixture *fixture, gconstpointer data)
{
  g_auto (Download) first = { NULL };
  g_auto (Download) again = { NULL };
  g_autoptr (GBytes) a = NULL;
  g_autoptr (GBytes) b = NULL;

  download (fixture, FALSE, &first);
  download (fixture, TRUE, &again);
  a = protected_part (first.package);
  b = protected_part (again.package);
  g_assert_false (g_bytes_equal (a, b));
  assert_opens (fixture, &again);
}

static void
test_refused_rebinding (Fixture *fixture, gconstpointer data)
{
  g_auto (Download) first = { NULL };
  g_auto (Download) other = { NULL };
  g_auto (Download) again = { NULL };
  const ChipPrepare how = { .new_otpk = TRUE };
  g_autoptr (LabKey) kept = NULL;
  g_autoptr (JsonObject) second = NULL;
  g_autoptr (JsonObject) answer = NULL;

  download (fixture, FALSE, &first);
  kept = lab_key_ref (fixture->chip.otsk);
  second = begin (fixture, &other);
  answer = chip_get_package (&fixture->chip, &fixture->bench, second, &how);
  bench_assert_refused (answer, "8.2", "3.7");
  /* with the key that was kept it goes on */
  lab_key_unref (fixture->chip.otsk);
  fixture->chip.otsk = g_steal_pointer (&kept);
  download (fixture, FALSE, &again);
  assert_opens (fixture, &again);
}

static void
test_tries (Fixture *fixture, gconstpointer data)
{
  g_auto (Download) first = { NULL };
  g_auto (Download) second = { NULL };
  const ChipAnswer how = { .matching_id = fixture->ticket->matching_id };
  g_autoptr (JsonObject) begun = NULL;
  g_autoptr (JsonObject) begun_again = NULL;
  g_autoptr (JsonObject) third = NULL;
  g_autoptr (JsonObject) fourth = NULL;

  download (fixture, FALSE, &first);
  download (fixture, FALSE, &second);
  begun = chip_initiate (&fixture->chip, &fixture->bench);
  third = chip_authenticate (&fixture->chip, &fixture->bench, begun, &how);
  bench_assert_refused (third, "8.8.5", "6.4");
  bench_assert_state (&fixture->bench, fixture->ticket->iccid, LAB_ORDER_ERROR);
  begun_again = chip_initiate (&fixture->chip, &fixture->bench);
  fourth = chip_authenticate (&fixture->chip, &fixture->bench, begun_again, &how);
  bench_assert_refused (fourth, "8.2.6", "3.8");
}

static void
remove_folder (const char *path)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *child = g_build_filename (path, name, NULL);

      g_remove (child);
    }
  g_remove (path);
}

/* The keys of an interrupted download outlive the server. */
static void
test_restart (void)
{
  Bench bench = { NULL };
  Fixture fixture = { { NULL } };
  LabContract contract = LAB_CONTRACT_INIT;
  LabSmdpOptions options;
  g_autofree char *dir = g_dir_make_tmp ("kt-smdp-XXXXXX", NULL);
  g_auto (Download) first = { NULL };
  g_auto (Download) again = { NULL };
  g_autoptr (GBytes) a = NULL;
  g_autoptr (GBytes) b = NULL;
  ChipResult result = { 0 };

  bench_set_up (&bench);
  options = bench_options (&bench);
  options.state_dir = dir;
  bench_start (&bench, &options);
  fixture.bench = bench;
  chip_set_up (&fixture.chip, &fixture.bench, BENCH_EID);
  contract.provider = "Plan";
  fixture.ticket = bench_order (&fixture.bench, &contract);
  download (&fixture, FALSE, &first);
  soup_session_abort (fixture.bench.session);
  g_clear_object (&fixture.bench.session);
  g_clear_object (&fixture.bench.smdp);
  bench_start (&fixture.bench, &options);
  bench_assert_state (&fixture.bench, fixture.ticket->iccid, LAB_ORDER_DOWNLOADED);
  download (&fixture, FALSE, &again);
  a = protected_part (first.package);
  b = protected_part (again.package);
  g_assert_true (g_bytes_equal (a, b));
  /* and so does what a notification is verified with */
  result.transaction_id = first.id;
  result.iccid = fixture.ticket->iccid;
  g_assert_cmpuint (chip_notify (&fixture.bench, chip_result (&fixture.chip, &result)), ==, 204);
  bench_assert_state (&fixture.bench, fixture.ticket->iccid, LAB_ORDER_INSTALLED);
  tear_down (&fixture, NULL);
  remove_folder (dir);
}

static void
test_ts48 (Fixture *fixture, gconstpointer data)
{
  const char *fixtures = g_getenv ("KT_TEST_FIXTURES");
  g_autofree char *dir = g_build_filename (fixtures != NULL ? fixtures : "", "ts48", NULL);
  g_autoptr (GDir) folder = g_dir_open (dir, 0, NULL);
  const char *name;
  guint n = 0;

  if (folder == NULL)
    {
      g_test_skip ("no TS.48 profiles here");
      return;
    }
  while ((name = g_dir_read_name (folder)) != NULL)
    {
      g_autofree char *path = g_build_filename (dir, name, NULL);
      LabContract contract = LAB_CONTRACT_INIT;
      g_auto (Download) got = { NULL };
      g_autofree char *text = NULL;
      g_autoptr (GBytes) package = NULL;
      g_autoptr (GBytes) metadata = NULL;
      g_autoptr (GBytes) upp = NULL;
      g_autoptr (GError) error = NULL;
      LabTicket *ticket;
      gsize len;

      g_assert_true (g_file_get_contents (path, &text, &len, NULL));
      package = g_bytes_new (text, len);
      contract.provider = "TS.48";
      contract.profile_class = RSP_CLASS_TEST;
      contract.package = package;
      ticket = lab_operator_order (fixture->bench.smdp, &contract, &error);
      /* several of the files carry one ICCID */
      if (g_strcmp0 (kt_error_key (error), "smdp.duplicate") == 0)
        continue;
      g_assert_no_error (error);
      lab_ticket_free (fixture->ticket);
      fixture->ticket = ticket;
      download (fixture, TRUE, &got);
      upp = chip_open_package (&fixture->chip, &fixture->bench, got.package, got.id, &metadata);
      g_assert_true (g_bytes_equal (upp, package));
      n++;
    }
  g_assert_cmpuint (n, >, 0);
}

int
main (int argc, char **argv)
{
  static const Setting plain = { 0 };
  static const Setting ppk = { .use_ppk = TRUE };
  static const Setting strict = { .refuse_rebinding = TRUE };
  static const Setting two_tries = { .download_tries = 2 };

  g_test_init (&argc, &argv, NULL);
#define ADD(name, setting, function)                                                               \
  g_test_add ("/smdp/retry/" name, Fixture, &setting, set_up, function, tear_down)
  ADD ("same-key", plain, test_same_key);
  ADD ("same-key-ppk", ppk, test_same_key);
  ADD ("new-key", plain, test_new_key);
  ADD ("new-key-ppk", ppk, test_new_key);
  ADD ("refused-rebinding", strict, test_refused_rebinding);
  ADD ("tries", two_tries, test_tries);
  ADD ("ts48", plain, test_ts48);
  ADD ("ts48-ppk", ppk, test_ts48);
  g_test_add_func ("/smdp/retry/restart", test_restart);
  return g_test_run ();
}
