/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kt-bytes.h"
#include "kt-error.h"
#include "lab-bsp.h"
#include "rsp-es9.h"
#include "rsp-json.h"
#include "smdp-bench.h"

#include <string.h>

#define INITIATE LAB_SMDP_ES9_PATH "initiateAuthentication"

/* The misbehaviour does what it says: each of these is what a client's test leans upon. */

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

static GBytes *
try_once (Fixture *fixture, guint *status, GError **error)
{
  g_autoptr (GBytes) body = g_bytes_new_static ("{}", 2);

  return bench_send (&fixture->bench, "POST", INITIATE, "application/json", "gsma/rsp/v2.2.2", body,
                     status, error);
}

static void
assert_healthy (Fixture *fixture)
{
  g_autoptr (JsonObject) answer = chip_initiate (&fixture->chip, &fixture->bench);

  bench_assert_success (answer);
}

static void
test_wire (Fixture *fixture, gconstpointer data)
{
  static const LabSmdpFault broken[]
      = { LAB_SMDP_FAULT_CLOSE, LAB_SMDP_FAULT_CUT, LAB_SMDP_FAULT_GARBAGE,
          LAB_SMDP_FAULT_LOSE_ANSWER };
  guint status;

  for (guint i = 0; i < G_N_ELEMENTS (broken); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GBytes) answer = NULL;

      lab_smdp_fail_request (fixture->bench.smdp, NULL, 1, broken[i], 0);
      /* an idempotent request on a connection that has been used is sent again by itself */
      soup_session_abort (fixture->bench.session);
      answer = try_once (fixture, &status, &error);
      g_assert_null (answer);
      g_assert_nonnull (error);
      assert_healthy (fixture);
    }
}

static void
test_status (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) first = NULL;
  g_autoptr (GBytes) second = NULL;
  g_autoptr (GBytes) redirected = NULL;
  guint status;

  lab_smdp_fail_request (fixture->bench.smdp, "initiateAuthentication", 2, LAB_SMDP_FAULT_STATUS,
                         503);
  first = try_once (fixture, &status, &error);
  g_assert_cmpuint (status, ==, 200);
  second = try_once (fixture, &status, &error);
  g_assert_cmpuint (status, ==, 503);
  g_assert_no_error (error);
  lab_smdp_fail_request (fixture->bench.smdp, NULL, 1, LAB_SMDP_FAULT_REDIRECT, 0);
  redirected = try_once (fixture, &status, &error);
  g_assert_cmpuint (status, ==, 302);
  assert_healthy (fixture);
}

static void
test_other_function (Fixture *fixture, gconstpointer data)
{
  lab_smdp_fail_request (fixture->bench.smdp, "cancelSession", 1, LAB_SMDP_FAULT_STATUS, 500);
  assert_healthy (fixture);
  g_assert_cmpuint (bench_post_status (&fixture->bench, LAB_SMDP_ES9_PATH "cancelSession",
                                       json_object_new ()),
                    ==, 500);
}

static void
test_bodies (Fixture *fixture, gconstpointer data)
{
  static const LabSmdpFault faults[]
      = { LAB_SMDP_FAULT_TRUNCATED_JSON, LAB_SMDP_FAULT_NOT_JSON, LAB_SMDP_FAULT_CUT_UNANNOUNCED };
  g_autoptr (GBytes) huge = NULL;
  guint status;

  for (guint i = 0; i < G_N_ELEMENTS (faults); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GBytes) answer = NULL;
      g_autoptr (JsonObject) object = NULL;

      lab_smdp_fail_request (fixture->bench.smdp, NULL, 1, faults[i], 0);
      answer = try_once (fixture, &status, &error);
      g_assert_no_error (error);
      g_assert_cmpuint (status, ==, 200);
      g_assert_cmpuint (g_bytes_get_size (answer), >, 0);
      object = rsp_json_parse (answer, NULL);
      g_assert_null (object);
    }
  lab_smdp_fail_request (fixture->bench.smdp, NULL, 1, LAB_SMDP_FAULT_OVERSIZED, 0);
  huge = try_once (fixture, &status, NULL);
  g_assert_cmpuint (g_bytes_get_size (huge), >, 4 * 1024 * 1024);
  assert_healthy (fixture);
}

static void
test_stall (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) answer = NULL;
  guint status;

  lab_smdp_fail_request (fixture->bench.smdp, NULL, 1, LAB_SMDP_FAULT_STALL, 0);
  soup_session_set_timeout (fixture->bench.session, 1);
  answer = try_once (fixture, &status, &error);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
  assert_healthy (fixture);
}

static void
test_delay (Fixture *fixture, gconstpointer data)
{
  gint64 began = g_get_monotonic_time ();

  lab_smdp_set_delay (fixture->bench.smdp, 100);
  assert_healthy (fixture);
  g_assert_cmpint (g_get_monotonic_time () - began, >=, 100 * 1000);
  lab_smdp_set_delay (fixture->bench.smdp, 0);
  assert_healthy (fixture);
}

/* The client goes while its answer waits: the server outlives that, running and stopping. */
static void
test_left_alone (Fixture *fixture, gconstpointer data)
{
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GBytes) answer = NULL;
      guint status;

      lab_smdp_set_delay (fixture->bench.smdp, i == 0 ? 1200 : 60000);
      soup_session_set_timeout (fixture->bench.session, 1);
      answer = try_once (fixture, &status, &error);
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
      lab_smdp_set_delay (fixture->bench.smdp, 0);
      g_usleep (300 * 1000);
      assert_healthy (fixture);
    }
}

static void
test_refusal (Fixture *fixture, gconstpointer data)
{
  g_autoptr (JsonObject) answer = NULL;

  lab_smdp_set_refusal (fixture->bench.smdp, "initiateAuthentication", "8.8.5", "6.4", "no more");
  answer = chip_initiate (&fixture->chip, &fixture->bench);
  bench_assert_refused (answer, "8.8.5", "6.4");
  assert_healthy (fixture);
}

/* ---- well-formed and wrong ---- */

static GBytes *
member_of (GBytes *tlv, TlvTag outer, TlvTag tag)
{
  Tlv all, member;

  g_assert_true (tlv_parse_bytes (tlv, outer, &all, NULL));
  g_assert_true (tlv_need (&all, tag, &member, NULL));
  return tlv_dup_value (&member);
}

static gboolean
signature_fits (JsonObject *answer)
{
  g_autoptr (GBytes) signed1 = bench_get_bytes (answer, "serverSigned1");
  g_autoptr (GBytes) signature = bench_get_bytes (answer, "serverSignature1");
  g_autoptr (GBytes) der = bench_get_bytes (answer, "serverCertificate");
  g_autoptr (LabCert) cert = lab_cert_parse (der, NULL);
  Tlv tlv;

  g_assert_true (tlv_parse_bytes (signature, 0x5F37, &tlv, NULL));
  return lab_ec_verify (cert->public_key, g_bytes_get_data (signed1, NULL),
                        g_bytes_get_size (signed1), tlv.value, tlv.len, NULL);
}

static JsonObject *
initiate_tampered (Fixture *fixture, guint32 tamper)
{
  lab_smdp_set_tamper (fixture->bench.smdp, tamper);
  return chip_initiate (&fixture->chip, &fixture->bench);
}

static void
test_tampered_first (Fixture *fixture, gconstpointer data)
{
  g_autoptr (JsonObject) signature = initiate_tampered (fixture, LAB_SMDP_TAMPER_SIGNATURE1);
  g_autoptr (JsonObject) outer = initiate_tampered (fixture, LAB_SMDP_TAMPER_OUTER_TRANSACTION);
  g_autoptr (JsonObject) inner = initiate_tampered (fixture, LAB_SMDP_TAMPER_SIGNED1_TRANSACTION);
  g_autoptr (JsonObject) address = initiate_tampered (fixture, LAB_SMDP_TAMPER_ADDRESS);
  g_autoptr (JsonObject) challenge = initiate_tampered (fixture, LAB_SMDP_TAMPER_CHALLENGE);
  g_autoptr (JsonObject) pkid = initiate_tampered (fixture, LAB_SMDP_TAMPER_PKID);
  g_autoptr (JsonObject) role = initiate_tampered (fixture, LAB_SMDP_TAMPER_AUTH_ROLE);
  JsonObject *const others[] = { outer, inner };
  JsonObject *const signed_right[] = { outer, inner, address, challenge, pkid, role };
  g_autoptr (GBytes) address1 = bench_get_bytes (address, "serverSigned1");
  g_autoptr (GBytes) named = member_of (address1, TLV_SEQUENCE, 0x83);
  g_autoptr (GBytes) challenge1 = bench_get_bytes (challenge, "serverSigned1");
  g_autoptr (GBytes) echoed = member_of (challenge1, TLV_SEQUENCE, 0x81);
  g_autoptr (GBytes) pkid_tlv = bench_get_bytes (pkid, "euiccCiPKIdToBeUsed");
  g_autoptr (GBytes) role_der = bench_get_bytes (role, "serverCertificate");
  g_autoptr (LabCert) role_cert = lab_cert_parse (role_der, NULL);
  guint8 own[20];

  g_assert_false (signature_fits (signature));
  for (guint i = 0; i < G_N_ELEMENTS (signed_right); i++)
    g_assert_true (signature_fits (signed_right[i]));
  for (guint i = 0; i < G_N_ELEMENTS (others); i++)
    {
      g_autoptr (GBytes) signed1 = bench_get_bytes (others[i], "serverSigned1");
      g_autoptr (GBytes) id = member_of (signed1, TLV_SEQUENCE, 0x80);
      g_autofree char *hex = kt_hex_bytes (id);

      g_assert_cmpstr (hex, !=, rsp_json_string (others[i], "transactionId"));
    }
  g_assert_true (kt_bytes_equal_data (named, "elsewhere.example.com", 21));
  g_assert_cmpint (((const guint8 *) g_bytes_get_data (echoed, NULL))[0], ==, 0);
  lab_pki_get_ci_pkid (fixture->bench.pki, own);
  g_assert_cmpint (memcmp ((const guint8 *) g_bytes_get_data (pkid_tlv, NULL) + 2, own, 20), !=, 0);
  g_assert_true (lab_x509_check_role (role_cert, LAB_ROLE_DP_PB, NULL));
}

static JsonObject *
authenticate_tampered (Fixture *fixture, guint32 tamper)
{
  g_autoptr (JsonObject) first = NULL;
  const ChipAnswer how = { .matching_id = fixture->ticket->matching_id };

  lab_smdp_set_tamper (fixture->bench.smdp, LAB_SMDP_TAMPER_NONE);
  first = chip_initiate (&fixture->chip, &fixture->bench);
  lab_smdp_set_tamper (fixture->bench.smdp, tamper);
  return chip_authenticate (&fixture->chip, &fixture->bench, first, &how);
}

static void
test_tampered_second (Fixture *fixture, gconstpointer data)
{
  g_autoptr (JsonObject) right = authenticate_tampered (fixture, LAB_SMDP_TAMPER_NONE);
  g_autoptr (JsonObject) inner
      = authenticate_tampered (fixture, LAB_SMDP_TAMPER_SIGNED2_TRANSACTION);
  g_autoptr (JsonObject) role = authenticate_tampered (fixture, LAB_SMDP_TAMPER_PB_ROLE);
  g_autoptr (JsonObject) oid = authenticate_tampered (fixture, LAB_SMDP_TAMPER_PB_OID);
  g_autoptr (JsonObject) name = authenticate_tampered (fixture, LAB_SMDP_TAMPER_SHOWN_METADATA);
  g_autoptr (JsonObject) iccid = authenticate_tampered (fixture, LAB_SMDP_TAMPER_SHOWN_ICCID);
  g_autoptr (GBytes) right_metadata = bench_get_bytes (right, "profileMetadata");
  g_autoptr (GBytes) name_metadata = bench_get_bytes (name, "profileMetadata");
  g_autoptr (GBytes) iccid_metadata = bench_get_bytes (iccid, "profileMetadata");
  g_autoptr (GBytes) empty = member_of (iccid_metadata, 0xBF25, 0x5A);
  g_autoptr (GBytes) signed2 = bench_get_bytes (inner, "smdpSigned2");
  g_autoptr (GBytes) id = member_of (signed2, TLV_SEQUENCE, 0x80);
  g_autofree char *hex = kt_hex_bytes (id);
  g_autoptr (GBytes) role_der = bench_get_bytes (role, "smdpCertificate");
  g_autoptr (GBytes) oid_der = bench_get_bytes (oid, "smdpCertificate");
  g_autoptr (LabCert) role_cert = lab_cert_parse (role_der, NULL);
  g_autoptr (LabCert) oid_cert = lab_cert_parse (oid_der, NULL);
  g_autoptr (RspProfile) a = rsp_metadata_parse (right_metadata, NULL);
  g_autoptr (RspProfile) b = rsp_metadata_parse (name_metadata, NULL);

  g_assert_cmpstr (hex, !=, rsp_json_string (inner, "transactionId"));
  g_assert_true (lab_x509_check_role (role_cert, LAB_ROLE_DP_AUTH, NULL));
  g_assert_true (lab_x509_check_role (oid_cert, LAB_ROLE_DP_PB, NULL));
  g_assert_cmpstr (oid_cert->registered_ids[0], ==, "2.999.66");
  g_assert_nonnull (rsp_metadata_differs (a, b));
  g_assert_cmpuint (g_bytes_get_size (empty), ==, 0);
}

static GBytes *
package_tampered (Fixture *fixture, guint32 tamper, char **id)
{
  LabContract contract = LAB_CONTRACT_INIT;
  const ChipPrepare how = { 0 };
  g_autoptr (JsonObject) second = NULL;
  g_autoptr (JsonObject) answer = NULL;

  lab_ticket_free (fixture->ticket);
  contract.provider = "Plan";
  fixture->ticket = bench_order (&fixture->bench, &contract);
  lab_smdp_set_tamper (fixture->bench.smdp, LAB_SMDP_TAMPER_NONE);
  second = chip_begin (&fixture->chip, &fixture->bench, fixture->ticket->matching_id);
  lab_smdp_set_tamper (fixture->bench.smdp, tamper);
  answer = chip_get_package (&fixture->chip, &fixture->bench, second, &how);
  *id = g_strdup (rsp_json_string (second, "transactionId"));
  return bench_get_bytes (answer, "boundProfilePackage");
}

static void
test_tampered_package (Fixture *fixture, gconstpointer data)
{
  static const guint32 tampers[]
      = { LAB_SMDP_TAMPER_NONE,
          LAB_SMDP_TAMPER_BPP_SIGNATURE,
          LAB_SMDP_TAMPER_BPP_TRANSACTION,
          LAB_SMDP_TAMPER_BPP_METADATA,
          LAB_SMDP_TAMPER_BPP_MAC,
          LAB_SMDP_TAMPER_BPP_SHORT,
          LAB_SMDP_TAMPER_BPP_CUT };
  gsize right_len = 0;

  for (guint i = 0; i < G_N_ELEMENTS (tampers); i++)
    {
      g_autofree char *id = NULL;
      g_autoptr (GBytes) package = package_tampered (fixture, tampers[i], &id);
      g_autoptr (GBytes) metadata = NULL;
      g_autoptr (GBytes) upp = NULL;
      g_autoptr (RspProfile) profile = NULL;
      gboolean whole;
      Tlv all;

      whole = tlv_parse_bytes (package, 0xBF36, &all, NULL);
      g_assert_true (whole == (tampers[i] != LAB_SMDP_TAMPER_BPP_CUT));
      if (i == 0)
        right_len = g_bytes_get_size (package);
      if (tampers[i] == LAB_SMDP_TAMPER_BPP_SHORT)
        g_assert_cmpuint (g_bytes_get_size (package), <, right_len - 16);
      if (tampers[i] != LAB_SMDP_TAMPER_NONE && tampers[i] != LAB_SMDP_TAMPER_BPP_METADATA)
        continue;
      upp = chip_open_package (&fixture->chip, &fixture->bench, package, id, &metadata);
      profile = rsp_metadata_parse (metadata, NULL);
      g_assert_cmpint (profile->ppr, ==, i == 0 ? 0 : RSP_PPR1_NO_DISABLE);
    }
}

static void
test_tampered_json (Fixture *fixture, gconstpointer data)
{
  g_autoptr (JsonObject) failed = initiate_tampered (fixture, LAB_SMDP_TAMPER_FAILED_WITH_DATA);
  g_autoptr (JsonObject) no_status = initiate_tampered (fixture, LAB_SMDP_TAMPER_NO_STATUS);
  g_autoptr (JsonObject) broken = initiate_tampered (fixture, LAB_SMDP_TAMPER_BASE64);
  g_autoptr (JsonObject) lines = initiate_tampered (fixture, LAB_SMDP_TAMPER_LINE_BREAKS);
  g_autoptr (GBytes) certificate = bench_get_bytes (lines, "serverCertificate");
  g_autoptr (LabCert) cert = lab_cert_parse (certificate, NULL);
  g_autoptr (GError) error = NULL;
  JsonObject *in = json_object_new ();

  bench_assert_refused (failed, "8.8", "4.2");
  g_assert_nonnull (rsp_json_string (failed, "serverSigned1"));
  g_assert_null (rsp_json_object (rsp_json_object (no_status, "header"),
                                  "functionExecutionStatus"));
  g_assert_null (rsp_json_base64 (broken, "serverSigned1", 10000, &error));
  g_assert_nonnull (error);
  g_assert_nonnull (cert);
  g_assert_nonnull (strstr (rsp_json_string (lines, "serverCertificate"), "\r\n"));
  lab_smdp_set_tamper (fixture->bench.smdp, LAB_SMDP_TAMPER_NOTIFICATION_FAILED);
  json_object_set_string_member (in, "pendingNotification", "MAA=");
  g_assert_cmpuint (bench_post_status (&fixture->bench, LAB_SMDP_ES9_PATH "handleNotification", in),
                    ==, 400);
  g_assert_cmpuint (chip_notify (&fixture->bench,
                                 chip_notice (&fixture->chip, RSP_EVENT_DELETE, NULL, FALSE)),
                    ==, 200);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, function)                                                                        \
  g_test_add ("/smdp/fault/" name, Fixture, NULL, set_up, function, tear_down)
  ADD ("wire", test_wire);
  ADD ("status", test_status);
  ADD ("other-function", test_other_function);
  ADD ("bodies", test_bodies);
  ADD ("stall", test_stall);
  ADD ("delay", test_delay);
  ADD ("left-alone", test_left_alone);
  ADD ("refusal", test_refusal);
  ADD ("tampered-first", test_tampered_first);
  ADD ("tampered-second", test_tampered_second);
  ADD ("tampered-package", test_tampered_package);
  ADD ("tampered-json", test_tampered_json);
  return g_test_run ();
}
