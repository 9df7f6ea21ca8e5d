/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kt-activation-code.h"
#include "kt-bytes.h"
#include "kt-error.h"
#include "kt-iccid.h"
#include "lab-saip.h"
#include "rsp-json.h"
#include "smdp-bench.h"

#include <string.h>

typedef struct
{
  Bench bench;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  LabSmdpOptions options;

  bench_set_up (&fixture->bench);
  options = bench_options (&fixture->bench);
  bench_start (&fixture->bench, &options);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  bench_tear_down (&fixture->bench);
}

static void
test_least (Fixture *fixture, gconstpointer data)
{
  LabContract contract = LAB_CONTRACT_INIT;
  g_autoptr (LabTicket) ticket = NULL;
  g_autoptr (KtActivationCode) code = NULL;
  g_autofree char *address = lab_smdp_dup_address (fixture->bench.smdp);
  g_autoptr (GError) error = NULL;

  contract.provider = "Kaitsu Mobile";
  ticket = bench_order (&fixture->bench, &contract);
  g_assert_cmpuint (strlen (ticket->iccid), ==, 19);
  g_assert_true (kt_iccid_luhn (ticket->iccid));
  g_assert_true (g_str_has_prefix (ticket->imsi, "00101"));
  g_assert_cmpuint (strlen (ticket->imsi), ==, 15);
  code = kt_activation_code_parse (ticket->activation_code, KT_ACTIVATION_CODE_ALLOW_PORT, NULL,
                                   &error);
  g_assert_no_error (error);
  g_assert_cmpstr (code->server, ==, address);
  g_assert_cmpstr (code->token, ==, ticket->matching_id);
  g_assert_null (code->oid);
  g_assert_false (code->confirmation_required);
  bench_assert_state (&fixture->bench, ticket->iccid, LAB_ORDER_RELEASED);
}

static void
test_most (Fixture *fixture, gconstpointer data)
{
  static const guint8 k[16] = { 0x46, 0x5b, 0x5c, 0xe8, 0xb1, 0x99, 0xb4, 0x9f,
                                0xaa, 0x5f, 0x0a, 0x2e, 0xe2, 0x38, 0xa6, 0xbc };
  g_autoptr (GBytes) key = g_bytes_new_static (k, sizeof k);
  g_autoptr (GBytes) gid = g_bytes_new_static ("\x21\x22", 2);
  const LabNotify notify = { RSP_EVENT_DELETE, "notify.example.com" };
  LabContract contract = LAB_CONTRACT_INIT;
  g_autoptr (LabTicket) ticket = NULL;
  g_autoptr (KtActivationCode) code = NULL;
  g_autoptr (JsonObject) order = NULL;
  LabSubscription subscription = { 0 };
  g_autoptr (GError) error = NULL;

  contract.provider = "Kaitsu Mobile";
  contract.name = "Traveller 10 GB";
  contract.iccid = "8929901012345678905";
  contract.imsi = "440100123456789";
  contract.msisdn = "+819012345678";
  contract.k = key;
  contract.opc = key;
  contract.gid1 = gid;
  contract.profile_type = "traveller";
  contract.ppr = RSP_PPR2_NO_DELETE;
  contract.notify = &notify;
  contract.n_notify = 1;
  contract.eid = BENCH_EID;
  contract.matching_id = "TRAVEL-1";
  contract.confirmation_code = "4711";
  contract.lifetime = 86400;
  contract.with_oid = TRUE;
  ticket = bench_order (&fixture->bench, &contract);
  g_assert_cmpstr (ticket->iccid, ==, contract.iccid);
  code = kt_activation_code_parse (ticket->activation_code, KT_ACTIVATION_CODE_ALLOW_PORT, NULL,
                                   &error);
  g_assert_no_error (error);
  g_assert_cmpstr (code->token, ==, "TRAVEL-1");
  g_assert_cmpstr (code->oid, ==, LAB_PKI_SMDP_OID);
  g_assert_true (code->confirmation_required);
  order = lab_smdp_dup_order (fixture->bench.smdp, ticket->iccid, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (rsp_json_string (order, "state"), ==, "Released");
  g_assert_cmpstr (rsp_json_string (order, "profileType"), ==, "traveller");
  g_assert_cmpstr (rsp_json_string (order, "serviceProviderName"), ==, "Kaitsu Mobile");
  g_assert_cmpstr (rsp_json_string (order, "profileName"), ==, "Traveller 10 GB");
  g_assert_cmpstr (rsp_json_string (order, "class"), ==, "operational");
  g_assert_cmpstr (rsp_json_string (order, "eid"), ==, BENCH_EID);
  g_assert_cmpstr (rsp_json_string (order, "matchingId"), ==, "TRAVEL-1");
  g_assert_true (json_object_get_boolean_member (order, "confirmationCodeRequired"));
  g_assert_nonnull (rsp_json_string (order, "expires"));
  g_assert_true (lab_operator_get_subscription (fixture->bench.smdp, ticket->iccid, &subscription,
                                                &error));
  g_assert_no_error (error);
  g_assert_cmpint (subscription.algorithm, ==, LAB_AKA_MILENAGE);
  g_assert_cmpmem (subscription.k, 16, k, 16);
  g_assert_cmpmem (subscription.opc, 16, k, 16);
  g_assert_cmpstr (subscription.imsi, ==, contract.imsi);
}

/* What the eUICC gets is a package that the eUICC's own parser takes, of the ICCID ordered. */
static void
test_package (Fixture *fixture, gconstpointer data)
{
  static const char *const providers[] = {
    "A",
    "A rather long name of a provider",
    /* 日本通信株式会社 */
    "\xE6\x97\xA5\xE6\x9C\xAC\xE9\x80\x9A\xE4\xBF\xA1"
    "\xE6\xA0\xAA\xE5\xBC\x8F\xE4\xBC\x9A\xE7\xA4\xBE",
    /* a telephone beyond the BMP */
    "Emoji \xF0\x9F\x93\xB1",
  };
  Chip chip = { 0 };

  chip_set_up (&chip, &fixture->bench, BENCH_EID);
  for (guint i = 0; i < G_N_ELEMENTS (providers); i++)
    {
      LabContract contract = LAB_CONTRACT_INIT;
      g_autoptr (LabTicket) ticket = NULL;
      g_autoptr (JsonObject) second = NULL;
      g_autoptr (JsonObject) answer = NULL;
      const ChipPrepare how = { 0 };
      g_autoptr (GBytes) bound = NULL;
      g_autoptr (GBytes) metadata = NULL;
      g_autoptr (GBytes) upp = NULL;
      g_autoptr (LabPackage) package = NULL;
      g_autoptr (GError) error = NULL;
      guint8 iccid[KT_ICCID_BYTES];

      contract.provider = providers[i];
      ticket = bench_order (&fixture->bench, &contract);
      second = chip_begin (&chip, &fixture->bench, ticket->matching_id);
      answer = chip_get_package (&chip, &fixture->bench, second, &how);
      bench_assert_success (answer);
      bound = bench_get_bytes (answer, "boundProfilePackage");
      upp = chip_open_package (&chip, &fixture->bench, bound,
                               rsp_json_string (second, "transactionId"), &metadata);
      package = lab_saip_parse (upp, NULL, &error);
      g_assert_no_error (error);
      g_assert_true (kt_iccid_to_bytes (ticket->iccid, iccid, NULL));
      g_assert_cmpmem (lab_package_get_iccid (package), 10, iccid, 10);
    }
  chip_clear (&chip);
}

/* Server and chip in a given PKI: authority and makers of SGP.26 */
static void
test_foreign_pki (void)
{
  const char *fixtures = g_getenv ("KT_TEST_FIXTURES");
  g_autofree char *dir = g_build_filename (fixtures != NULL ? fixtures : "", "sgp26", NULL);
  Bench bench = { NULL };
  Chip chip = { 0 };
  LabSmdpOptions options;
  LabContract contract = LAB_CONTRACT_INIT;
  g_autoptr (LabTicket) ticket = NULL;
  g_autoptr (JsonObject) second = NULL;
  g_autoptr (JsonObject) answer = NULL;
  g_autoptr (GError) error = NULL;
  const ChipPrepare how = { 0 };
  ChipResult result = { 0 };

  if (!g_file_test (dir, G_FILE_TEST_IS_DIR))
    {
      g_test_skip ("no SGP.26 test certificates here");
      return;
    }
  bench_set_up (&bench);
  lab_pki_unref (bench.pki);
  bench.pki = lab_pki_open_foreign (dir, bench.env, &error);
  g_assert_no_error (error);
  options = bench_options (&bench);
  bench_start (&bench, &options);
  chip_set_up (&chip, &bench, BENCH_EID);
  contract.provider = "Plan";
  ticket = bench_order (&bench, &contract);
  second = chip_begin (&chip, &bench, ticket->matching_id);
  answer = chip_get_package (&chip, &bench, second, &how);
  bench_assert_success (answer);
  result.transaction_id = rsp_json_string (second, "transactionId");
  g_assert_cmpuint (chip_notify (&bench, chip_result (&chip, &result)), ==, 204);
  bench_assert_state (&bench, ticket->iccid, LAB_ORDER_INSTALLED);
  chip_clear (&chip);
  bench_tear_down (&bench);
}

static void
assert_unfit (Fixture *fixture, const LabContract *contract, int code, const char *key)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonArray) orders = NULL;

  g_assert_null (lab_operator_order (fixture->bench.smdp, contract, &error));
  g_assert_error (error, KT_ERROR, code);
  g_assert_cmpstr (kt_error_key (error), ==, key);
  /* all or nothing: no half-made order stays in the stock */
  orders = lab_smdp_dup_orders (fixture->bench.smdp, NULL);
  g_assert_cmpuint (json_array_get_length (orders), ==, 0);
}

static void
test_unfit (Fixture *fixture, gconstpointer data)
{
  g_autofree char *long_name = g_strnfill (65, 'x');
  g_autoptr (GBytes) nonsense = g_bytes_new_static ("nonsense", 8);
  LabContract contract = LAB_CONTRACT_INIT;

  assert_unfit (fixture, &contract, KT_ERROR_INVALID_INPUT, "operator.provider");
  contract.provider = "Plan";
  contract.name = long_name;
  assert_unfit (fixture, &contract, KT_ERROR_INVALID_INPUT, "operator.name");
  contract.name = NULL;
  contract.imsi = "123";
  assert_unfit (fixture, &contract, KT_ERROR_INVALID_INPUT, "operator.imsi");
  contract.imsi = NULL;
  contract.iccid = "89";
  assert_unfit (fixture, &contract, KT_ERROR_INVALID_INPUT, "operator.iccid");
  contract.iccid = NULL;
  contract.package = nonsense;
  assert_unfit (fixture, &contract, KT_ERROR_INVALID_INPUT, "operator.package");
  contract.package = NULL;
  contract.eid = "1";
  assert_unfit (fixture, &contract, KT_ERROR_SERVER_REFUSED, "server.refused");
  contract.eid = NULL;
  contract.matching_id = "";
  assert_unfit (fixture, &contract, KT_ERROR_SERVER_REFUSED, "server.refused");
  contract.matching_id = NULL;
  contract.confirmation_code = "with space";
  assert_unfit (fixture, &contract, KT_ERROR_SERVER_REFUSED, "server.refused");
}

static void
test_list (Fixture *fixture, gconstpointer data)
{
  LabContract contract = LAB_CONTRACT_INIT;
  g_autoptr (LabTicket) first = NULL;
  g_autoptr (LabTicket) second = NULL;
  g_autofree char *empty = lab_operator_list (fixture->bench.smdp, NULL);
  g_autofree char *text = NULL;
  g_autoptr (JsonNode) node = NULL;
  g_autoptr (GError) error = NULL;
  JsonArray *array;
  LabSubscription subscription;

  g_assert_cmpstr (empty, ==, "[]");
  contract.provider = "One";
  first = bench_order (&fixture->bench, &contract);
  contract.provider = "Two";
  contract.profile_class = RSP_CLASS_PROVISIONING;
  second = bench_order (&fixture->bench, &contract);
  text = lab_operator_list (fixture->bench.smdp, &error);
  g_assert_no_error (error);
  node = json_from_string (text, &error);
  g_assert_no_error (error);
  array = json_node_get_array (node);
  g_assert_cmpuint (json_array_get_length (array), ==, 2);
  g_assert_cmpstr (rsp_json_string (json_array_get_object_element (array, 0), "iccid"), ==,
                   first->iccid);
  g_assert_cmpstr (rsp_json_string (json_array_get_object_element (array, 1), "class"), ==,
                   "provisioning");
  g_assert_false (lab_operator_get_subscription (fixture->bench.smdp, "8999901000000000002",
                                                 &subscription, &error));
  g_assert_error (error, KT_ERROR, KT_ERROR_NOT_FOUND);
}

/* SGP.22 section 2.4.5.3: what a chip takes as a test profile. */
static void
test_test_profile (Fixture *fixture, gconstpointer data)
{
  LabContract contract = LAB_CONTRACT_INIT;
  g_autoptr (LabTicket) ticket = NULL;
  g_autoptr (GError) error = NULL;
  LabSubscription subscription;
  guint bits = 0;

  contract.provider = "One";
  contract.profile_class = RSP_CLASS_TEST;
  ticket = bench_order (&fixture->bench, &contract);
  g_assert_true (lab_operator_get_subscription (fixture->bench.smdp, ticket->iccid, &subscription,
                                                &error));
  g_assert_no_error (error);
  for (guint i = 0; i < sizeof subscription.k; i++)
    bits += (guint) __builtin_popcount (subscription.k[i]);
  g_assert_cmpuint (bits, <=, 8);
  kt_wipe (&subscription, sizeof subscription);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, function)                                                                        \
  g_test_add ("/smdp/operator/" name, Fixture, NULL, set_up, function, tear_down)
  ADD ("least", test_least);
  ADD ("most", test_most);
  ADD ("package", test_package);
  ADD ("unfit", test_unfit);
  ADD ("list", test_list);
  ADD ("test-profile", test_test_profile);
  g_test_add_func ("/smdp/operator/foreign-pki", test_foreign_pki);
  return g_test_run ();
}
