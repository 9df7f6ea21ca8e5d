/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kt-bytes.h"
#include "kt-error.h"
#include "rsp-json.h"
#include "smdp-bench.h"

#include <string.h>

#define ES2 LAB_SMDP_ES2_PATH
#define OPERATOR "1.3.6.1.4.1.1"
#define RIVAL "1.3.6.1.4.1.2"

typedef struct
{
  Bench bench;
  char *iccid;
} Fixture;

static char *
stock (Fixture *fixture, const char *profile_type, const char *requester)
{
  LabContract contract = LAB_CONTRACT_INIT;
  g_autoptr (GError) error = NULL;
  char *iccid;

  contract.provider = "Plan";
  contract.profile_type = profile_type;
  contract.requester = requester;
  iccid = lab_operator_add (fixture->bench.smdp, &contract, &error);
  g_assert_no_error (error);
  return iccid;
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  LabSmdpOptions options;

  bench_set_up (&fixture->bench);
  options = bench_options (&fixture->bench);
  bench_start (&fixture->bench, &options);
  fixture->iccid = stock (fixture, "consumer", OPERATOR);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_free (fixture->iccid);
  bench_tear_down (&fixture->bench);
}

/* Names and values up to NULL; a value "true" or "false" becomes a truth value. */
static JsonObject *call (Fixture *fixture, const char *function, const char *requester, ...)
    G_GNUC_NULL_TERMINATED;

static JsonObject *
call (Fixture *fixture, const char *function, const char *requester, ...)
{
  g_autofree char *path = g_strconcat (ES2, function, NULL);
  JsonObject *in = json_object_new ();
  JsonObject *header = json_object_new ();
  const char *name;
  va_list args;

  json_object_set_string_member (header, "functionRequesterIdentifier", requester);
  json_object_set_string_member (header, "functionCallIdentifier", "call-1");
  json_object_set_object_member (in, "header", header);
  va_start (args, requester);
  while ((name = va_arg (args, const char *)) != NULL)
    {
      const char *value = va_arg (args, const char *);

      if (g_str_equal (value, "true") || g_str_equal (value, "false"))
        json_object_set_boolean_member (in, name, g_str_equal (value, "true"));
      else
        json_object_set_string_member (in, name, value);
    }
  va_end (args);
  return bench_post (&fixture->bench, path, in);
}

#define SUCCEEDS(...)                                                                              \
  G_STMT_START                                                                                     \
  {                                                                                                \
    g_autoptr (JsonObject) answer_ = call (fixture, __VA_ARGS__, NULL);                            \
                                                                                                   \
    bench_assert_success (answer_);                                                                \
  }                                                                                                \
  G_STMT_END

#define REFUSED(subject, reason, ...)                                                              \
  G_STMT_START                                                                                     \
  {                                                                                                \
    g_autoptr (JsonObject) answer_ = call (fixture, __VA_ARGS__, NULL);                            \
                                                                                                   \
    bench_assert_refused (answer_, subject, reason);                                               \
  }                                                                                                \
  G_STMT_END

static void
assert_state (Fixture *fixture, LabOrderState state)
{
  bench_assert_state (&fixture->bench, fixture->iccid, state);
}

static void
test_by_iccid (Fixture *fixture, gconstpointer data)
{
  g_autoptr (JsonObject) ordered = call (fixture, "downloadOrder", OPERATOR, "iccid",
                                         fixture->iccid, NULL);
  g_autoptr (JsonObject) confirmed = NULL;
  const char *id;

  bench_assert_success (ordered);
  g_assert_cmpstr (rsp_json_string (ordered, "iccid"), ==, fixture->iccid);
  assert_state (fixture, LAB_ORDER_ALLOCATED);
  confirmed = call (fixture, "confirmOrder", OPERATOR, "iccid", fixture->iccid, "releaseFlag",
                    "false", NULL);
  bench_assert_success (confirmed);
  assert_state (fixture, LAB_ORDER_CONFIRMED);
  id = rsp_json_string (confirmed, "matchingId");
  g_assert_cmpuint (strlen (id), ==, 23);
  g_assert_cmpuint (strspn (id, "23456789ABCDEFGHJKLMNPQRSTUVWXYZ-"), ==, 23);
  g_assert_true (g_str_has_prefix (rsp_json_string (confirmed, "smdpAddress"), BENCH_HOST ":"));
  g_assert_null (rsp_json_string (confirmed, "eid"));
  SUCCEEDS ("releaseProfile", OPERATOR, "iccid", fixture->iccid);
  assert_state (fixture, LAB_ORDER_RELEASED);
  REFUSED ("8.2.1", "3.5", "releaseProfile", OPERATOR, "iccid", fixture->iccid);
}

static void
test_by_type (Fixture *fixture, gconstpointer data)
{
  g_autoptr (JsonObject) ordered = call (fixture, "downloadOrder", OPERATOR, "profileType",
                                         "consumer", "eid", BENCH_EID, NULL);
  g_autoptr (JsonObject) confirmed = NULL;

  bench_assert_success (ordered);
  g_assert_cmpstr (rsp_json_string (ordered, "iccid"), ==, fixture->iccid);
  assert_state (fixture, LAB_ORDER_LINKED);
  confirmed = call (fixture, "confirmOrder", OPERATOR, "iccid", fixture->iccid, "releaseFlag",
                    "true", "matchingId", "ABC-1", "eid", BENCH_EID, NULL);
  bench_assert_success (confirmed);
  g_assert_cmpstr (rsp_json_string (confirmed, "matchingId"), ==, "ABC-1");
  g_assert_cmpstr (rsp_json_string (confirmed, "eid"), ==, BENCH_EID);
  assert_state (fixture, LAB_ORDER_RELEASED);
}

static void
test_refused_order (Fixture *fixture, gconstpointer data)
{
  g_autofree char *anybodys = stock (fixture, "free", NULL);

  REFUSED ("1.6", "2.3", "downloadOrder", OPERATOR, "eid", BENCH_EID);
  REFUSED ("8.1.1", "2.1", "downloadOrder", OPERATOR, "iccid", fixture->iccid, "eid", "89049032");
  REFUSED ("8.2.1", "3.9", "downloadOrder", OPERATOR, "iccid", "8999901000000000002");
  REFUSED ("8.2.1", "3.9", "downloadOrder", OPERATOR, "iccid", "no number");
  REFUSED ("8.2.1", "1.2", "downloadOrder", RIVAL, "iccid", fixture->iccid);
  REFUSED ("8.2.5", "3.8", "downloadOrder", OPERATOR, "iccid", fixture->iccid, "profileType",
           "iot");
  REFUSED ("8.2.5", "3.9", "downloadOrder", OPERATOR, "profileType", "iot");
  REFUSED ("8.2.5", "1.2", "downloadOrder", RIVAL, "profileType", "consumer");
  SUCCEEDS ("downloadOrder", OPERATOR, "profileType", "consumer", "eid", BENCH_EID);
  REFUSED ("8.2.5", "3.7", "downloadOrder", OPERATOR, "profileType", "consumer");
  REFUSED ("8.2.1", "3.3", "downloadOrder", OPERATOR, "iccid", fixture->iccid);
  REFUSED ("8.2.1", "3.10", "downloadOrder", OPERATOR, "iccid", fixture->iccid, "eid",
           BENCH_OTHER_EID);
  SUCCEEDS ("downloadOrder", RIVAL, "iccid", anybodys);
}

static void
test_refused_confirmation (Fixture *fixture, gconstpointer data)
{
  g_autofree char *second = stock (fixture, "consumer", OPERATOR);
  g_autofree char *long_id = g_strnfill (65, 'A');
  const char *iccid = fixture->iccid;

  REFUSED ("8.2.1", "3.3", "confirmOrder", OPERATOR, "iccid", iccid, "releaseFlag", "true");
  SUCCEEDS ("downloadOrder", OPERATOR, "iccid", iccid, "eid", BENCH_EID);
  SUCCEEDS ("downloadOrder", OPERATOR, "iccid", second);
  REFUSED ("1.6", "2.2", "confirmOrder", OPERATOR, "iccid", iccid);
  REFUSED ("1.6", "2.1", "confirmOrder", OPERATOR, "iccid", iccid, "releaseFlag", "yes");
  REFUSED ("1.6", "2.2", "confirmOrder", OPERATOR, "releaseFlag", "true");
  REFUSED ("8.2.1", "3.9", "confirmOrder", OPERATOR, "iccid", "8999901000000000002", "releaseFlag",
           "true");
  REFUSED ("8.2.1", "1.2", "confirmOrder", RIVAL, "iccid", iccid, "releaseFlag", "true");
  REFUSED ("8.1.1", "3.10", "confirmOrder", OPERATOR, "iccid", iccid, "releaseFlag", "true", "eid",
           BENCH_OTHER_EID);
  REFUSED ("8.1.1", "2.2", "confirmOrder", OPERATOR, "iccid", second, "releaseFlag", "true",
           "matchingId", "");
  REFUSED ("8.2.6", "2.1", "confirmOrder", OPERATOR, "iccid", iccid, "releaseFlag", "true",
           "matchingId", "a b");
  REFUSED ("8.2.6", "2.1", "confirmOrder", OPERATOR, "iccid", iccid, "releaseFlag", "true",
           "matchingId", long_id);
  REFUSED ("8.2.7", "2.1", "confirmOrder", OPERATOR, "iccid", iccid, "releaseFlag", "true",
           "confirmationCode", "\xC3\xA4");
  REFUSED ("8.1.1", "2.2", "confirmOrder", OPERATOR, "iccid", second, "releaseFlag", "true",
           "smdsAddress", "ds.example.com");
  REFUSED ("8.9", "5.1", "confirmOrder", OPERATOR, "iccid", iccid, "releaseFlag", "true",
           "smdsAddress", "ds.example.com");
  /* nothing of all that has stuck */
  assert_state (fixture, LAB_ORDER_LINKED);
  SUCCEEDS ("confirmOrder", OPERATOR, "iccid", iccid, "releaseFlag", "true", "matchingId", "SAME",
            "smdsAddress", "");
  REFUSED ("8.2.6", "3.3", "confirmOrder", OPERATOR, "iccid", second, "releaseFlag", "true",
           "matchingId", "SAME");
  REFUSED ("8.2.1", "3.3", "confirmOrder", OPERATOR, "iccid", iccid, "releaseFlag", "true");
}

static void
test_refused_release (Fixture *fixture, gconstpointer data)
{
  REFUSED ("8.2.1", "3.5", "releaseProfile", OPERATOR, "iccid", fixture->iccid);
  REFUSED ("8.2.1", "3.9", "releaseProfile", OPERATOR, "iccid", "8999901000000000002");
  REFUSED ("8.2.1", "1.2", "releaseProfile", RIVAL, "iccid", fixture->iccid);
  REFUSED ("1.6", "2.2", "releaseProfile", OPERATOR, "x", "y");
}

static void
test_cancel (Fixture *fixture, gconstpointer data)
{
  const char *iccid = fixture->iccid;

  REFUSED ("8.2.1", "3.3", "cancelOrder", OPERATOR, "iccid", iccid, "finalProfileStatusIndicator",
           "Available");
  SUCCEEDS ("downloadOrder", OPERATOR, "iccid", iccid, "eid", BENCH_EID);
  SUCCEEDS ("confirmOrder", OPERATOR, "iccid", iccid, "releaseFlag", "true", "matchingId", "ID-1",
            "confirmationCode", "1234");
  REFUSED ("8.1.1", "3.10", "cancelOrder", OPERATOR, "iccid", iccid, "eid", BENCH_OTHER_EID,
           "finalProfileStatusIndicator", "Available");
  REFUSED ("8.2.6", "3.10", "cancelOrder", OPERATOR, "iccid", iccid, "matchingId", "ID-2",
           "finalProfileStatusIndicator", "Available");
  REFUSED ("1.6", "2.1", "cancelOrder", OPERATOR, "iccid", iccid, "finalProfileStatusIndicator",
           "Released");
  REFUSED ("1.6", "2.2", "cancelOrder", OPERATOR, "iccid", iccid);
  REFUSED ("8.2.1", "1.2", "cancelOrder", RIVAL, "iccid", iccid, "finalProfileStatusIndicator",
           "Available");
  SUCCEEDS ("cancelOrder", OPERATOR, "iccid", iccid, "eid", BENCH_EID, "matchingId", "ID-1",
            "finalProfileStatusIndicator", "Available");
  assert_state (fixture, LAB_ORDER_AVAILABLE);
  /* as new: for another eUICC, without the old code, with the old MatchingID free again */
  SUCCEEDS ("downloadOrder", OPERATOR, "iccid", iccid, "eid", BENCH_OTHER_EID);
  SUCCEEDS ("confirmOrder", OPERATOR, "iccid", iccid, "releaseFlag", "false", "matchingId",
            "ID-1");
  SUCCEEDS ("cancelOrder", OPERATOR, "iccid", iccid, "finalProfileStatusIndicator",
            "Unavailable");
  assert_state (fixture, LAB_ORDER_UNAVAILABLE);
  REFUSED ("8.2.1", "3.3", "downloadOrder", OPERATOR, "iccid", iccid);
}

static void
test_cancel_too_late (Fixture *fixture, gconstpointer data)
{
  LabContract contract = LAB_CONTRACT_INIT;
  g_autoptr (LabTicket) ticket = NULL;
  g_autoptr (JsonObject) second = NULL;
  g_autoptr (JsonObject) package = NULL;
  const ChipPrepare how = { 0 };
  Chip chip = { 0 };

  contract.provider = "Plan";
  ticket = bench_order (&fixture->bench, &contract);
  chip_set_up (&chip, &fixture->bench, BENCH_EID);
  second = chip_begin (&chip, &fixture->bench, ticket->matching_id);
  package = chip_get_package (&chip, &fixture->bench, second, &how);
  bench_assert_success (package);
  REFUSED ("8.2.1", "3.3", "cancelOrder", OPERATOR, "iccid", ticket->iccid,
           "finalProfileStatusIndicator", "Available");
  chip_clear (&chip);
}

static void
test_no_caller (Fixture *fixture, gconstpointer data)
{
  static const char *const functions[]
      = { "downloadOrder", "confirmOrder", "releaseProfile", "cancelOrder" };

  for (guint i = 0; i < G_N_ELEMENTS (functions); i++)
    {
      g_autofree char *path = g_strconcat (ES2, functions[i], NULL);
      g_autoptr (JsonObject) none = bench_post (&fixture->bench, path, json_object_new ());

      bench_assert_refused (none, "1.1", "2.2");
      REFUSED ("1.1", "2.2", functions[i], "");
    }
}

static void
test_wrong_types (Fixture *fixture, gconstpointer data)
{
  JsonObject *in = json_object_new ();
  JsonObject *header = json_object_new ();
  g_autoptr (JsonObject) answer = NULL;

  json_object_set_string_member (header, "functionRequesterIdentifier", OPERATOR);
  json_object_set_string_member (header, "functionCallIdentifier", "1");
  json_object_set_object_member (in, "header", header);
  json_object_set_int_member (in, "iccid", 89);
  answer = bench_post (&fixture->bench, ES2 "downloadOrder", in);
  bench_assert_refused (answer, "1.6", "2.1");
}

/* 19 digits with the filler of EF.ICCID */
static void
test_filler (Fixture *fixture, gconstpointer data)
{
  g_autofree char *filled = g_strconcat (fixture->iccid, "F", NULL);

  SUCCEEDS ("downloadOrder", OPERATOR, "iccid", filled);
}

/* ---- announcing at an SM-DS ---- */

typedef struct
{
  char *text;
  gboolean takes;
} Directory;

static gboolean
on_announce (const char *smds, const char *eid, const char *event_id, const char *address,
             gpointer data)
{
  Directory *directory = data;

  g_free (directory->text);
  directory->text = g_strjoin (" ", smds, eid, event_id, NULL);
  g_assert_true (g_str_has_prefix (address, BENCH_HOST ":"));
  return directory->takes;
}

static void
test_announce (Fixture *fixture, gconstpointer data)
{
  Directory directory = { NULL, FALSE };
  const char *iccid = fixture->iccid;

  lab_smdp_set_announce (fixture->bench.smdp, on_announce, &directory, NULL);
  SUCCEEDS ("downloadOrder", OPERATOR, "iccid", iccid, "eid", BENCH_EID);
  REFUSED ("8.9", "4.2", "confirmOrder", OPERATOR, "iccid", iccid, "releaseFlag", "true",
           "matchingId", "EVENT-1", "smdsAddress", "ds.example.com");
  assert_state (fixture, LAB_ORDER_LINKED);
  directory.takes = TRUE;
  SUCCEEDS ("confirmOrder", OPERATOR, "iccid", iccid, "releaseFlag", "false", "matchingId",
            "EVENT-2", "smdsAddress", "ds.example.com");
  g_assert_cmpstr (directory.text, ==, "ds.example.com " BENCH_EID " EVENT-1");
  SUCCEEDS ("releaseProfile", OPERATOR, "iccid", iccid);
  g_assert_cmpstr (directory.text, ==, "ds.example.com " BENCH_EID " EVENT-2");
  assert_state (fixture, LAB_ORDER_RELEASED);
  g_free (directory.text);
}

/* ---- the same as library calls ---- */

static void
test_library (Fixture *fixture, gconstpointer data)
{
  LabSmdp *smdp = fixture->bench.smdp;
  LabConfirmation confirmation = { .iccid = fixture->iccid, .matching_id = "LIB-1" };
  g_autofree char *iccid = NULL;
  g_autofree char *matching_id = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_false (lab_smdp_release_profile (smdp, NULL, fixture->iccid, &error));
  g_assert_error (error, KT_ERROR, KT_ERROR_SERVER_REFUSED);
  g_assert_cmpstr (kt_error_detail (error)->subject, ==, "8.2.1");
  g_assert_cmpstr (kt_error_detail (error)->reason, ==, "3.5");
  g_clear_error (&error);
  g_assert_false (lab_smdp_download_order (smdp, RIVAL, NULL, NULL, "consumer", &iccid, &error));
  g_assert_cmpstr (kt_error_detail (error)->subject, ==, "8.2.5");
  g_assert_cmpstr (kt_error_detail (error)->reason, ==, "1.2");
  g_clear_error (&error);
  /* the house itself may take anybody's */
  g_assert_true (lab_smdp_download_order (smdp, NULL, NULL, NULL, "consumer", &iccid, &error));
  g_assert_cmpstr (iccid, ==, fixture->iccid);
  g_assert_true (lab_smdp_confirm_order (smdp, NULL, &confirmation, &matching_id, &error));
  g_assert_true (lab_smdp_release_profile (smdp, NULL, fixture->iccid, &error));
  g_assert_no_error (error);
  g_assert_cmpstr (matching_id, ==, "LIB-1");
  g_assert_true (lab_smdp_cancel_order (smdp, NULL, fixture->iccid, NULL, NULL, "Available",
                                        &error));
  assert_state (fixture, LAB_ORDER_AVAILABLE);
  g_assert_cmpint (lab_smdp_get_state (smdp, "8999901000000000002"), ==, -1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, function)                                                                        \
  g_test_add ("/smdp/es2/" name, Fixture, NULL, set_up, function, tear_down)
  ADD ("by-iccid", test_by_iccid);
  ADD ("by-type", test_by_type);
  ADD ("refused-order", test_refused_order);
  ADD ("refused-confirmation", test_refused_confirmation);
  ADD ("refused-release", test_refused_release);
  ADD ("cancel", test_cancel);
  ADD ("cancel-too-late", test_cancel_too_late);
  ADD ("no-caller", test_no_caller);
  ADD ("wrong-types", test_wrong_types);
  ADD ("filler", test_filler);
  ADD ("announce", test_announce);
  ADD ("library", test_library);
  return g_test_run ();
}
