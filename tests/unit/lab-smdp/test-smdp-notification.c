/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kt-bytes.h"
#include "rsp-json.h"
#include "smdp-bench.h"

typedef struct
{
  Bench bench;
  Chip chip;
  LabTicket *ticket;
  char *transaction_id;
} Fixture;

static void
begin (Fixture *fixture)
{
  g_autoptr (JsonObject) second
      = chip_begin (&fixture->chip, &fixture->bench, fixture->ticket->matching_id);
  const ChipPrepare how = { 0 };
  g_autoptr (JsonObject) answer = chip_get_package (&fixture->chip, &fixture->bench, second, &how);

  bench_assert_success (answer);
  g_free (fixture->transaction_id);
  fixture->transaction_id = g_strdup (rsp_json_string (second, "transactionId"));
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  LabSmdpOptions options;
  LabContract contract = LAB_CONTRACT_INIT;

  bench_set_up (&fixture->bench);
  options = bench_options (&fixture->bench);
  bench_start (&fixture->bench, &options);
  chip_set_up (&fixture->chip, &fixture->bench, BENCH_EID);
  contract.provider = "Plan";
  fixture->ticket = bench_order (&fixture->bench, &contract);
  begin (fixture);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_free (fixture->transaction_id);
  lab_ticket_free (fixture->ticket);
  chip_clear (&fixture->chip);
  bench_tear_down (&fixture->bench);
}

static ChipResult
right_result (Fixture *fixture)
{
  ChipResult result
      = { .transaction_id = fixture->transaction_id, .iccid = fixture->ticket->iccid };

  return result;
}

static void
assert_result (Fixture *fixture, const ChipResult *result, LabOrderState state, const char *event)
{
  g_assert_cmpuint (chip_notify (&fixture->bench, chip_result (&fixture->chip, result)), ==, 204);
  bench_assert_state (&fixture->bench, fixture->ticket->iccid, state);
  g_assert_true (bench_has_event (&fixture->bench, fixture->ticket->iccid, event));
}

static void
test_installed (Fixture *fixture, gconstpointer data)
{
  ChipResult result = right_result (fixture);

  assert_result (fixture, &result, LAB_ORDER_INSTALLED, "installed");
  /* told again it is acknowledged again, and changes nothing */
  result.reason = 8;
  assert_result (fixture, &result, LAB_ORDER_INSTALLED, "notification-refused");
}

static void
test_without_iccid (Fixture *fixture, gconstpointer data)
{
  ChipResult result = right_result (fixture);

  result.iccid = NULL;
  assert_result (fixture, &result, LAB_ORDER_INSTALLED, "installed");
}

static void
test_reasons (Fixture *fixture, gconstpointer data)
{
  static const int reasons[] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 31, 127 };

  for (guint i = 0; i < G_N_ELEMENTS (reasons); i++)
    {
      LabContract contract = LAB_CONTRACT_INIT;
      gboolean retry = reasons[i] == 10 || reasons[i] == 11;
      ChipResult result;

      contract.provider = "Plan";
      lab_ticket_free (fixture->ticket);
      fixture->ticket = bench_order (&fixture->bench, &contract);
      begin (fixture);
      result = right_result (fixture);
      result.command = 5;
      result.reason = reasons[i];
      assert_result (fixture, &result, retry ? LAB_ORDER_RELEASED : LAB_ORDER_ERROR,
                     "install-failed");
      if (!retry)
        continue;
      /* and the retry goes through, with fresh keys */
      begin (fixture);
      result = right_result (fixture);
      assert_result (fixture, &result, LAB_ORDER_INSTALLED, "installed");
    }
}

static void
test_not_believed (Fixture *fixture, gconstpointer data)
{
  ChipResult rows[5];

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    rows[i] = right_result (fixture);
  rows[0].wrong_signature = TRUE;
  rows[1].oid = "2.999.11";
  rows[2].iccid = "8999901000000000002";
  rows[3].unknown_kind = TRUE;
  rows[4].transaction_id = "00112233445566778899AABBCCDDEEFF";
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    assert_result (fixture, &rows[i], LAB_ORDER_DOWNLOADED, "notification-refused");
}

static void
test_other_chip (Fixture *fixture, gconstpointer data)
{
  Chip other = { 0 };
  ChipResult result = right_result (fixture);

  chip_set_up (&other, &fixture->bench, BENCH_OTHER_EID);
  g_assert_cmpuint (chip_notify (&fixture->bench, chip_result (&other, &result)), ==, 204);
  bench_assert_state (&fixture->bench, fixture->ticket->iccid, LAB_ORDER_DOWNLOADED);
  g_assert_cmpuint (chip_notify (&fixture->bench, chip_notice (&other, RSP_EVENT_ENABLE,
                                                               fixture->ticket->iccid, FALSE)),
                    ==, 204);
  g_assert_false (bench_has_event (&fixture->bench, fixture->ticket->iccid, "enabled"));
  g_assert_true (bench_has_event (&fixture->bench, fixture->ticket->iccid, "notification-refused"));
  chip_clear (&other);
}

static void
test_life (Fixture *fixture, gconstpointer data)
{
  static const struct
  {
    guint32 event;
    const char *kind;
  } rows[] = {
    { RSP_EVENT_INSTALL, "install-notified" }, { RSP_EVENT_ENABLE, "enabled" },
    { RSP_EVENT_DISABLE, "disabled" },         { RSP_EVENT_DELETE, "deleted" },
    { RSP_EVENT_ENABLE | RSP_EVENT_DELETE, "notified" },
  };
  ChipResult result = right_result (fixture);
  const char *iccid = fixture->ticket->iccid;

  assert_result (fixture, &result, LAB_ORDER_INSTALLED, "installed");
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_assert_cmpuint (chip_notify (&fixture->bench, chip_notice (&fixture->chip, rows[i].event,
                                                                   iccid, TRUE)),
                        ==, 204);
      g_assert_false (bench_has_event (&fixture->bench, iccid, rows[i].kind));
      g_assert_cmpuint (chip_notify (&fixture->bench, chip_notice (&fixture->chip, rows[i].event,
                                                                   iccid, FALSE)),
                        ==, 204);
      g_assert_true (bench_has_event (&fixture->bench, iccid, rows[i].kind));
    }
  /* about nothing that is known here: acknowledged, so that the chip can forget it */
  g_assert_cmpuint (chip_notify (&fixture->bench, chip_notice (&fixture->chip, RSP_EVENT_DELETE,
                                                               "8999901000000000002", FALSE)),
                    ==, 204);
  g_assert_cmpuint (
      chip_notify (&fixture->bench, chip_notice (&fixture->chip, RSP_EVENT_DELETE, NULL, FALSE)),
      ==, 204);
}

/* The result of an interrupted download arrives after it was begun again. */
static void
test_late_failure (Fixture *fixture, gconstpointer data)
{
  ChipResult first = right_result (fixture);
  g_autofree char *first_id = g_strdup (fixture->transaction_id);
  ChipResult second;

  first.transaction_id = first_id;
  first.reason = 11;
  begin (fixture);
  assert_result (fixture, &first, LAB_ORDER_DOWNLOADED, "notification-refused");
  g_assert_false (bench_has_event (&fixture->bench, fixture->ticket->iccid, "install-failed"));
  second = right_result (fixture);
  assert_result (fixture, &second, LAB_ORDER_INSTALLED, "installed");
}

/* The other way round: what was given up for interrupted was installed after all. */
static void
test_late_success (Fixture *fixture, gconstpointer data)
{
  ChipResult result = right_result (fixture);

  result.reason = 11;
  assert_result (fixture, &result, LAB_ORDER_RELEASED, "install-failed");
  result.reason = 0;
  assert_result (fixture, &result, LAB_ORDER_INSTALLED, "installed");
}

/* 204 has no body and no length, and the connection stays all the same. */
static void
test_one_connection (Fixture *fixture, gconstpointer data)
{
  guint before = lab_smdp_get_connections (fixture->bench.smdp);

  for (guint i = 0; i < 10; i++)
    g_assert_cmpuint (chip_notify (&fixture->bench, chip_notice (&fixture->chip, RSP_EVENT_ENABLE,
                                                                 fixture->ticket->iccid, FALSE)),
                      ==, 204);
  g_assert_cmpuint (lab_smdp_get_connections (fixture->bench.smdp), ==, before);
}

/* A chip reports for longer than its certificate is valid. */
static void
test_expired_certificate (Fixture *fixture, gconstpointer data)
{
  ChipResult result = right_result (fixture);

  kt_env_seeded_advance (fixture->bench.env,
                         G_GINT64_CONSTANT (40) * 365 * 86400 * G_USEC_PER_SEC);
  assert_result (fixture, &result, LAB_ORDER_INSTALLED, "installed");
  g_assert_cmpuint (chip_notify (&fixture->bench, chip_notice (&fixture->chip, RSP_EVENT_DELETE,
                                                               fixture->ticket->iccid, FALSE)),
                    ==, 204);
  g_assert_true (bench_has_event (&fixture->bench, fixture->ticket->iccid, "deleted"));
}

static void
test_malformed (Fixture *fixture, gconstpointer data)
{
  static const char *const rows[] = {
    "",
    "00",
    "BF3700",
    "3000",
    "BF38021234",
    "BF3704BF270000",
    "3009BF2F00" "5F370000",
    "BF3781",
  };
  ChipResult result = right_result (fixture);
  g_autoptr (GBytes) good = chip_result (&fixture->chip, &result);

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    g_assert_cmpuint (chip_notify (&fixture->bench, kt_hex_parse (rows[i], NULL)), ==, 400);
  for (gsize len = 0; len < g_bytes_get_size (good); len += 13)
    g_assert_cmpuint (chip_notify (&fixture->bench, g_bytes_new_from_bytes (good, 0, len)), ==,
                      400);
  g_assert_cmpuint (bench_post_status (&fixture->bench, LAB_SMDP_ES9_PATH "handleNotification",
                                       json_object_new ()),
                    ==, 400);
  bench_assert_state (&fixture->bench, fixture->ticket->iccid, LAB_ORDER_DOWNLOADED);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, function)                                                                        \
  g_test_add ("/smdp/notification/" name, Fixture, NULL, set_up, function, tear_down)
  ADD ("installed", test_installed);
  ADD ("without-iccid", test_without_iccid);
  ADD ("reasons", test_reasons);
  ADD ("not-believed", test_not_believed);
  ADD ("other-chip", test_other_chip);
  ADD ("life", test_life);
  ADD ("one-connection", test_one_connection);
  ADD ("late-failure", test_late_failure);
  ADD ("late-success", test_late_success);
  ADD ("expired-certificate", test_expired_certificate);
  ADD ("malformed", test_malformed);
  return g_test_run ();
}
