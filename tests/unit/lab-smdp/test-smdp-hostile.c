/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kt-bytes.h"
#include "lab-smdp-private.h"
#include "rsp-json.h"
#include "smdp-bench.h"

#include <string.h>

/*
 * Every bit of a chip's answer counts: whatever is changed or cut off is refused, and nothing that
 * is sent can do more than be refused. Straight into the dispatcher, without HTTP.
 */

#define ES9 LAB_SMDP_ES9_PATH
/* prime, so that every bit position comes up */
#define STRIDE 7

typedef struct
{
  Bench bench;
  Chip chip;
  LabTicket *ticket;
} Fixture;

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
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  lab_ticket_free (fixture->ticket);
  chip_clear (&fixture->chip);
  bench_tear_down (&fixture->bench);
}

static guint
dispatch (Fixture *fixture, const char *function, const char *id, const char *name, GBytes *bytes,
          JsonObject **answer)
{
  g_autofree char *path = g_strconcat (ES9, function, NULL);
  JsonObject *in = json_object_new ();
  g_autoptr (GBytes) body = NULL;
  g_autoptr (GBytes) text = NULL;
  guint status;

  if (id != NULL)
    json_object_set_string_member (in, "transactionId", id);
  bench_add_bytes (in, name, bytes);
  body = rsp_json_to_bytes (in);
  status = lab_smdp_dispatch (fixture->bench.smdp, path, body, &text);
  *answer = text != NULL ? rsp_json_parse (text, NULL) : NULL;
  return status;
}

/* One bit turned or, every fifth time, everything from there on cut off */
static GBytes *
spoil (GBytes *bytes, gsize at, guint n)
{
  gsize len;
  const guint8 *data = g_bytes_get_data (bytes, &len);
  guint8 *copy;

  if (n % 5 == 4)
    return g_bytes_new (data, at);
  copy = g_memdup2 (data, len);
  copy[at] ^= (guint8) (1 << (n % 8));
  return g_bytes_new_take (copy, len);
}

static gboolean
is_refused (JsonObject *answer)
{
  JsonObject *header = rsp_json_object (answer, "header");

  return g_strcmp0 (rsp_json_string (rsp_json_object (header, "functionExecutionStatus"), "status"),
                    "Failed")
         == 0;
}

static void
test_authenticate (Fixture *fixture, gconstpointer data)
{
  const ChipAnswer how = { .matching_id = fixture->ticket->matching_id };
  gsize len = 1;
  guint n = 0;

  for (gsize at = 0; at < len; at += STRIDE, n++)
    {
      g_autoptr (JsonObject) first = chip_initiate (&fixture->chip, &fixture->bench);
      g_autoptr (GBytes) right = chip_make_answer (&fixture->chip, first, &how);
      g_autoptr (GBytes) wrong = spoil (right, at, n);
      g_autoptr (JsonObject) answer = NULL;
      guint status;

      len = g_bytes_get_size (right);
      status = dispatch (fixture, "authenticateClient", rsp_json_string (first, "transactionId"),
                         "authenticateServerResponse", wrong, &answer);
      g_assert_cmpuint (status, ==, 200);
      g_assert_true (is_refused (answer));
    }
  bench_assert_state (&fixture->bench, fixture->ticket->iccid, LAB_ORDER_RELEASED);
}

static void
test_prepare (Fixture *fixture, gconstpointer data)
{
  const ChipPrepare how = { 0 };
  gsize len = 1;
  guint n = 0;

  for (gsize at = 0; at < len; at += STRIDE, n++)
    {
      g_autoptr (JsonObject) second
          = chip_begin (&fixture->chip, &fixture->bench, fixture->ticket->matching_id);
      g_autoptr (GBytes) right
          = chip_make_prepare (&fixture->chip, &fixture->bench, second, &how);
      g_autoptr (GBytes) wrong = spoil (right, at, n);
      g_autoptr (JsonObject) answer = NULL;
      guint status;

      len = g_bytes_get_size (right);
      status = dispatch (fixture, "getBoundProfilePackage",
                         rsp_json_string (second, "transactionId"), "prepareDownloadResponse",
                         wrong, &answer);
      g_assert_cmpuint (status, ==, 200);
      g_assert_true (is_refused (answer));
    }
  bench_assert_state (&fixture->bench, fixture->ticket->iccid, LAB_ORDER_RELEASED);
}

static void
test_result (Fixture *fixture, gconstpointer data)
{
  g_autoptr (JsonObject) second
      = chip_begin (&fixture->chip, &fixture->bench, fixture->ticket->matching_id);
  const ChipPrepare how = { 0 };
  g_autoptr (JsonObject) package
      = chip_get_package (&fixture->chip, &fixture->bench, second, &how);
  const ChipResult what = { .transaction_id = rsp_json_string (second, "transactionId"),
                            .iccid = fixture->ticket->iccid };
  g_autoptr (GBytes) right = chip_result (&fixture->chip, &what);

  bench_assert_success (package);
  for (gsize at = 0; at < g_bytes_get_size (right); at++)
    for (guint n = 0; n < 9; n++)
      {
        g_autoptr (GBytes) wrong = spoil (right, at, n);
        g_autoptr (JsonObject) answer = NULL;
        guint status = dispatch (fixture, "handleNotification", NULL, "pendingNotification", wrong,
                                 &answer);

        g_assert_true (status == 204 || status == 400);
      }
  bench_assert_state (&fixture->bench, fixture->ticket->iccid, LAB_ORDER_DOWNLOADED);
  g_assert_cmpuint (chip_notify (&fixture->bench, g_steal_pointer (&right)), ==, 204);
  bench_assert_state (&fixture->bench, fixture->ticket->iccid, LAB_ORDER_INSTALLED);
}

static void
test_notice (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GBytes) right = NULL;
  g_autoptr (JsonObject) second
      = chip_begin (&fixture->chip, &fixture->bench, fixture->ticket->matching_id);
  const ChipPrepare how = { 0 };
  g_autoptr (JsonObject) package
      = chip_get_package (&fixture->chip, &fixture->bench, second, &how);
  guint n = 0;

  bench_assert_success (package);
  right = chip_notice (&fixture->chip, RSP_EVENT_DELETE, fixture->ticket->iccid, FALSE);
  for (gsize at = 0; at < g_bytes_get_size (right); at += STRIDE, n++)
    {
      g_autoptr (GBytes) wrong = spoil (right, at, n);
      g_autoptr (JsonObject) answer = NULL;
      guint status = dispatch (fixture, "handleNotification", NULL, "pendingNotification", wrong,
                               &answer);

      g_assert_true (status == 204 || status == 400);
    }
  g_assert_false (bench_has_event (&fixture->bench, fixture->ticket->iccid, "deleted"));
  g_assert_cmpuint (chip_notify (&fixture->bench, g_steal_pointer (&right)), ==, 204);
  g_assert_true (bench_has_event (&fixture->bench, fixture->ticket->iccid, "deleted"));
}

/* More sessions than anyone needs: the oldest give way, the newest works. */
static void
test_flood (Fixture *fixture, gconstpointer data)
{
  g_autoptr (JsonObject) oldest = chip_initiate (&fixture->chip, &fixture->bench);
  const ChipAnswer how = { .matching_id = fixture->ticket->matching_id };
  g_autoptr (JsonObject) newest = NULL;
  g_autoptr (JsonObject) gone = NULL;

  kt_env_seeded_advance (fixture->bench.env, 5 * G_USEC_PER_SEC);
  for (guint i = 0; i < 1000; i++)
    {
      g_rec_mutex_lock (&fixture->bench.smdp->lock);
      lab_smdp_begin_session (fixture->bench.smdp);
      g_rec_mutex_unlock (&fixture->bench.smdp->lock);
    }
  g_assert_cmpuint (g_hash_table_size (fixture->bench.smdp->sessions), <=, 1000);
  gone = chip_authenticate (&fixture->chip, &fixture->bench, oldest, &how);
  bench_assert_refused (gone, "8.10.1", "3.9");
  newest = chip_begin (&fixture->chip, &fixture->bench, fixture->ticket->matching_id);
  g_assert_nonnull (newest);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, function)                                                                        \
  g_test_add ("/smdp/hostile/" name, Fixture, NULL, set_up, function, tear_down)
  ADD ("authenticate", test_authenticate);
  ADD ("prepare", test_prepare);
  ADD ("result", test_result);
  ADD ("notice", test_notice);
  ADD ("flood", test_flood);
  return g_test_run ();
}
