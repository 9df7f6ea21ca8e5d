/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kt-bytes.h"
#include "kt-error.h"
#include "rsp-es9.h"
#include "rsp-json.h"
#include "smdp-bench.h"

#include <string.h>

#define ES9 LAB_SMDP_ES9_PATH
#define DAY (G_GINT64_CONSTANT (86400) * G_USEC_PER_SEC)

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
  const LabContract contract = { .provider = "Plan", .icon_type = RSP_ICON_NONE,
                                 .profile_class = RSP_CLASS_OPERATIONAL };

  bench_set_up (&fixture->bench);
  options = bench_options (&fixture->bench);
  bench_start (&fixture->bench, &options);
  chip_set_up (&fixture->chip, &fixture->bench, BENCH_EID);
  fixture->ticket = bench_order (&fixture->bench, &contract);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  lab_ticket_free (fixture->ticket);
  chip_clear (&fixture->chip);
  bench_tear_down (&fixture->bench);
}

/* ---- initiateAuthentication ---- */

static JsonObject *
initiate (Bench *bench, const char *address, gsize challenge_len, GBytes *info1)
{
  JsonObject *in = json_object_new ();
  g_autofree guint8 *challenge = g_malloc0 (challenge_len);
  g_autoptr (GBytes) challenge_bytes = g_bytes_new (challenge, challenge_len);

  json_object_set_string_member (in, "smdpAddress", address);
  bench_add_bytes (in, "euiccChallenge", challenge_bytes);
  bench_add_bytes (in, "euiccInfo1", info1);
  return bench_post (bench, ES9 "initiateAuthentication", in);
}

static void
test_addresses (Fixture *fixture, gconstpointer data)
{
  static const struct
  {
    const char *address;
    const char *echo;
  } rows[] = {
    { "localhost", "localhost" },
    { "LOCALHOST", "localhost" },
    { "localhost:8443", "localhost:8443" },
    { "localhos", NULL },
    { "localhost.example.com", NULL },
    { "localhost:", NULL },
    { "localhost:x", NULL },
    { "localhost:123456", NULL },
    { "", NULL },
    { "smdp.example.com", NULL },
  };
  g_autoptr (GBytes) info1 = NULL;
  guint8 pkid[20];

  lab_pki_get_ci_pkid (fixture->bench.pki, pkid);
  info1 = chip_info1 (2, pkid, pkid);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (JsonObject) answer = initiate (&fixture->bench, rows[i].address, 16, info1);
      g_autoptr (GBytes) signed1 = NULL;
      Tlv all, address;

      if (rows[i].echo == NULL)
        {
          bench_assert_refused (answer, "8.8.1", "3.8");
          continue;
        }
      bench_assert_success (answer);
      signed1 = bench_get_bytes (answer, "serverSigned1");
      g_assert_true (tlv_parse_bytes (signed1, TLV_SEQUENCE, &all, NULL));
      g_assert_true (tlv_need (&all, 0x83, &address, NULL));
      g_assert_cmpmem (address.value, address.len, rows[i].echo, strlen (rows[i].echo));
    }
}

static void
test_info1 (Fixture *fixture, gconstpointer data)
{
  static const guint8 other[20] = { 9 };
  guint8 own[20];
  struct
  {
    guint8 svn;
    const guint8 *verification;
    const guint8 *signing;
    const char *subject;
    const char *reason;
  } rows[] = {
    { 1, own, own, "8.8.3", "3.1" },     { 3, own, own, "8.8.3", "3.1" },
    { 2, other, own, "8.8.4", "3.7" },   { 2, NULL, own, "8.8.4", "3.7" },
    { 2, own, other, "8.8.2", "3.1" },   { 2, own, NULL, "8.8.2", "3.1" },
    { 2, other, other, "8.8.2", "3.1" },
  };

  lab_pki_get_ci_pkid (fixture->bench.pki, own);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GBytes) info1 = chip_info1 (rows[i].svn, rows[i].verification, rows[i].signing);
      g_autoptr (JsonObject) answer = initiate (&fixture->bench, BENCH_HOST, 16, info1);

      bench_assert_refused (answer, rows[i].subject, rows[i].reason);
    }
}

static void
test_malformed_initiate (Fixture *fixture, gconstpointer data)
{
  static const char *const infos[]
      = { "", "BF20", "BF2000", "BF2105820302020200", "BF2006820302020200",
          "BF200A8203020202A902040199" };
  guint8 pkid[20];
  g_autoptr (GBytes) good = NULL;
  g_autoptr (JsonObject) short_challenge = NULL;
  g_autoptr (JsonObject) missing = NULL;
  JsonObject *in = json_object_new ();

  lab_pki_get_ci_pkid (fixture->bench.pki, pkid);
  good = chip_info1 (2, pkid, pkid);
  for (guint i = 0; i < G_N_ELEMENTS (infos); i++)
    {
      g_autoptr (GBytes) info1 = kt_hex_parse (infos[i], NULL);
      g_autoptr (JsonObject) answer = initiate (&fixture->bench, BENCH_HOST, 16, info1);

      bench_assert_refused (answer, "1.6", "2.1");
    }
  short_challenge = initiate (&fixture->bench, BENCH_HOST, 15, good);
  bench_assert_refused (short_challenge, "1.6", "2.1");
  json_object_set_string_member (in, "smdpAddress", BENCH_HOST);
  missing = bench_post (&fixture->bench, ES9 "initiateAuthentication", in);
  bench_assert_refused (missing, "1.6", "2.2");
}

/* What our own LPA's codec and our own judgement say of a right answer */
static void
test_right_initiate (Fixture *fixture, gconstpointer data)
{
  g_autoptr (JsonObject) answer = chip_initiate (&fixture->chip, &fixture->bench);
  g_autoptr (GBytes) signed1 = bench_get_bytes (answer, "serverSigned1");
  g_autoptr (GBytes) signature = bench_get_bytes (answer, "serverSignature1");
  g_autoptr (GBytes) cert_der = bench_get_bytes (answer, "serverCertificate");
  g_autoptr (GBytes) pkid = bench_get_bytes (answer, "euiccCiPKIdToBeUsed");
  g_autoptr (GBytes) ci_der = lab_pki_dup_ci_cert (fixture->bench.pki);
  g_autoptr (LabCert) ci = lab_cert_parse (ci_der, NULL);
  g_autoptr (LabCert) cert = lab_cert_parse (cert_der, NULL);
  g_autoptr (GError) error = NULL;
  const char *id = rsp_json_string (answer, "transactionId");
  Tlv tlv;

  bench_assert_success (answer);
  g_assert_cmpuint (strlen (id), ==, 32);
  g_assert_cmpuint (strspn (id, "0123456789ABCDEF"), ==, 32);
  g_assert_true (lab_x509_check_leaf (cert, LAB_ROLE_DP_AUTH, ci, g_get_real_time () / 1000000,
                                      &error));
  g_assert_no_error (error);
  g_assert_true (tlv_parse_bytes (signature, 0x5F37, &tlv, NULL));
  g_assert_true (lab_ec_verify (cert->public_key, g_bytes_get_data (signed1, NULL),
                                g_bytes_get_size (signed1), tlv.value, tlv.len, &error));
  g_assert_true (tlv_parse_bytes (pkid, TLV_OCTET_STRING, &tlv, NULL));
  g_assert_cmpuint (tlv.len, ==, 20);
}

/* ---- authenticateClient ---- */

static void
assert_client (Fixture *fixture, const ChipAnswer *how, const char *subject, const char *reason)
{
  g_autoptr (JsonObject) first = chip_initiate (&fixture->chip, &fixture->bench);
  g_autoptr (JsonObject) answer = NULL;
  g_autoptr (JsonObject) again = NULL;
  const ChipAnswer right = { .matching_id = fixture->ticket->matching_id };

  answer = chip_authenticate (&fixture->chip, &fixture->bench, first, how);
  if (subject == NULL)
    {
      bench_assert_success (answer);
      return;
    }
  bench_assert_refused (answer, subject, reason);
  /* the session is gone with the refusal */
  again = chip_authenticate (&fixture->chip, &fixture->bench, first, &right);
  bench_assert_refused (again, "8.10.1", "3.9");
}

static void
test_right_client (Fixture *fixture, gconstpointer data)
{
  const ChipAnswer how = { .matching_id = fixture->ticket->matching_id };

  assert_client (fixture, &how, NULL, NULL);
  bench_assert_state (&fixture->bench, fixture->ticket->iccid, LAB_ORDER_RELEASED);
}

static void
test_client_signature (Fixture *fixture, gconstpointer data)
{
  const char *id = fixture->ticket->matching_id;
  const ChipAnswer signature = { .matching_id = id, .wrong_signature = TRUE };
  const ChipAnswer challenge = { .matching_id = id, .wrong_challenge = TRUE };
  const ChipAnswer transaction = { .matching_id = id, .wrong_transaction = TRUE };
  const ChipAnswer chip_error = { .matching_id = id, .error = 7 };

  assert_client (fixture, &signature, "8.1", "6.1");
  assert_client (fixture, &challenge, "8.1", "6.1");
  assert_client (fixture, &transaction, "8.10.1", "3.9");
  assert_client (fixture, &chip_error, "8.1", "4.2");
}

static void
test_matching_ids (Fixture *fixture, gconstpointer data)
{
  static const char *const rows[] = { "UNKNOWN", "", "' OR 1=1 --", "\xC3\xA4" };
  const ChipAnswer absent = { .without_matching_id = TRUE };
  g_autofree char *lower = g_ascii_strdown (fixture->ticket->matching_id, -1);
  const ChipAnswer other_case = { .matching_id = lower };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      const ChipAnswer how = { .matching_id = rows[i] };

      assert_client (fixture, &how, "8.2.6", "3.8");
    }
  assert_client (fixture, &absent, "8.2.6", "3.8");
  /* as given: no other case is taken for it */
  assert_client (fixture, &other_case, "8.2.6", "3.8");
}

static void
assert_chain (Fixture *fixture, const LabPkiLeafSpec *eum_spec, const LabPkiLeafSpec *euicc_spec,
              const char *subject, const char *reason)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (LabCredential) eum = lab_pki_issue (fixture->bench.pki, eum_spec, &error);
  LabPkiLeafSpec spec = *euicc_spec;
  g_autoptr (LabCredential) euicc = NULL;
  ChipAnswer how = { .matching_id = fixture->ticket->matching_id };

  spec.issuer = eum;
  spec.key = fixture->chip.key;
  euicc = lab_pki_issue (fixture->bench.pki, &spec, &error);
  g_assert_no_error (error);
  how.cert = euicc->cert_der;
  how.eum = eum->cert_der;
  assert_client (fixture, &how, subject, reason);
}

static void
test_certificates (Fixture *fixture, gconstpointer data)
{
  const gint64 now = g_get_real_time () / G_USEC_PER_SEC;
  g_autoptr (LabPki) elsewhere = lab_pki_new (fixture->bench.env, NULL);
  g_autoptr (LabCredential) other_ci = lab_pki_dup_ci (elsewhere, NULL);
  const LabPkiLeafSpec eum = {
    .role = LAB_ROLE_EUM, .organization = "M", .common_name = "EUM", .ca = TRUE,
    .permitted_organization = "M", .permitted_serial = "89049032",
  };
  const LabPkiLeafSpec euicc
      = { .role = LAB_ROLE_EUICC, .organization = "M", .serial_number = BENCH_EID };
  LabPkiLeafSpec wrong;

  assert_chain (fixture, &eum, &euicc, NULL, NULL);
  wrong = eum;
  wrong.role = LAB_ROLE_CI;
  assert_chain (fixture, &wrong, &euicc, "8.1.2", "6.1");
  wrong = eum;
  wrong.path_len = 2;
  assert_chain (fixture, &wrong, &euicc, "8.1.2", "6.1");
  wrong = eum;
  wrong.permitted_serial = NULL;
  assert_chain (fixture, &wrong, &euicc, "8.1.2", "6.1");
  wrong = eum;
  wrong.not_after = now - 10;
  assert_chain (fixture, &wrong, &euicc, "8.1.2", "6.3");
  wrong = eum;
  wrong.not_before = now + 86400;
  assert_chain (fixture, &wrong, &euicc, "8.1.2", "6.1");
  wrong = eum;
  wrong.issuer = other_ci;
  assert_chain (fixture, &wrong, &euicc, "8.11.1", "3.9");
  wrong = euicc;
  wrong.role = LAB_ROLE_DP_AUTH;
  assert_chain (fixture, &eum, &wrong, "8.1.3", "6.1");
  wrong = euicc;
  wrong.not_after = now - 10;
  assert_chain (fixture, &eum, &wrong, "8.1.3", "6.3");
  /* the EUM's name constraint, which no TLS library would mind */
  wrong = euicc;
  wrong.organization = "N";
  assert_chain (fixture, &eum, &wrong, "8.1.3", "6.1");
  wrong = euicc;
  wrong.serial_number = "89049033123451234512345678901235";
  assert_chain (fixture, &eum, &wrong, "8.1.3", "6.1");
  wrong = euicc;
  wrong.serial_number = "no EID";
  assert_chain (fixture, &eum, &wrong, "8.1.3", "6.1");
}

static void
test_broken_certificates (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GBytes) empty = g_bytes_new_static ("\x30\x00", 2);
  const ChipAnswer eum = { .matching_id = fixture->ticket->matching_id, .eum = empty };
  const ChipAnswer euicc = { .matching_id = fixture->ticket->matching_id, .cert = empty };

  assert_client (fixture, &eum, "8.1.2", "6.1");
  assert_client (fixture, &euicc, "8.1.3", "6.1");
}

static void
test_eligibility (Fixture *fixture, gconstpointer data)
{
  const char *id = fixture->ticket->matching_id;
  const ChipAnswer small = { .matching_id = id, .free_nvm = 1000 };
  const ChipAnswer old = { .matching_id = id, .profile_major = 1 };
  /* everything but MILENAGE (bit 4) */
  const ChipAnswer no_milenage = { .matching_id = id, .capability = ~(guint32) (1 << 4) };

  assert_client (fixture, &small, "8.1", "4.8");
  assert_client (fixture, &old, "8.2.5", "4.3");
  assert_client (fixture, &no_milenage, "8.2.5", "4.3");
}

static void
test_forbidden_rules (Fixture *fixture, gconstpointer data)
{
  LabContract contract = LAB_CONTRACT_INIT;
  g_autoptr (LabTicket) ticket = NULL;
  ChipAnswer how = { .forbidden_ppr = RSP_PPR2_NO_DELETE };

  contract.provider = "Strict";
  contract.ppr = RSP_PPR2_NO_DELETE;
  ticket = bench_order (&fixture->bench, &contract);
  how.matching_id = ticket->matching_id;
  assert_client (fixture, &how, "8.2.5", "4.3");
  how.forbidden_ppr = RSP_PPR1_NO_DISABLE;
  assert_client (fixture, &how, NULL, NULL);
}

static void
test_other_eid (Fixture *fixture, gconstpointer data)
{
  LabContract contract = LAB_CONTRACT_INIT;
  g_autoptr (LabTicket) ticket = NULL;
  ChipAnswer how = { 0 };

  contract.provider = "Bound";
  contract.eid = BENCH_OTHER_EID;
  ticket = bench_order (&fixture->bench, &contract);
  how.matching_id = ticket->matching_id;
  assert_client (fixture, &how, "8.1.1", "3.8");
}

/* The default SM-DP+: no code, the order is found by the EID. */
static void
test_by_eid (Fixture *fixture, gconstpointer data)
{
  LabContract contract = LAB_CONTRACT_INIT;
  g_autoptr (LabTicket) ticket = NULL;
  const ChipAnswer empty = { .matching_id = "" };
  const ChipAnswer absent = { .without_matching_id = TRUE };

  contract.provider = "Default";
  contract.eid = BENCH_EID;
  contract.matching_id = "";
  ticket = bench_order (&fixture->bench, &contract);
  g_assert_cmpstr (ticket->matching_id, ==, "");
  assert_client (fixture, &empty, NULL, NULL);
  assert_client (fixture, &absent, NULL, NULL);
}

static void
test_not_released (Fixture *fixture, gconstpointer data)
{
  LabContract contract = LAB_CONTRACT_INIT;
  g_autofree char *iccid = NULL;
  g_autofree char *matching_id = NULL;
  LabConfirmation confirmation = { 0 };
  ChipAnswer how = { 0 };

  contract.provider = "Slow";
  iccid = lab_operator_add (fixture->bench.smdp, &contract, NULL);
  confirmation.iccid = iccid;
  g_assert_true (
      lab_smdp_download_order (fixture->bench.smdp, NULL, NULL, iccid, NULL, NULL, NULL));
  g_assert_true (
      lab_smdp_confirm_order (fixture->bench.smdp, NULL, &confirmation, &matching_id, NULL));
  how.matching_id = matching_id;
  assert_client (fixture, &how, "8.2", "1.2");
  g_assert_true (lab_smdp_release_profile (fixture->bench.smdp, NULL, iccid, NULL));
  assert_client (fixture, &how, NULL, NULL);
}

static void
test_expired (Fixture *fixture, gconstpointer data)
{
  LabContract contract = LAB_CONTRACT_INIT;
  g_autoptr (LabTicket) ticket = NULL;
  ChipAnswer how = { 0 };

  contract.provider = "Short";
  contract.lifetime = 3600;
  ticket = bench_order (&fixture->bench, &contract);
  how.matching_id = ticket->matching_id;
  assert_client (fixture, &how, NULL, NULL);
  kt_env_seeded_advance (fixture->bench.env, G_GINT64_CONSTANT (3700) * G_USEC_PER_SEC);
  assert_client (fixture, &how, "8.8.5", "4.10");
  /* said again, not "used": the person learns what is the matter */
  assert_client (fixture, &how, "8.8.5", "4.10");
}

static void
test_session_timeout (Fixture *fixture, gconstpointer data)
{
  g_autoptr (JsonObject) first = chip_initiate (&fixture->chip, &fixture->bench);
  const ChipAnswer how = { .matching_id = fixture->ticket->matching_id };
  g_autoptr (JsonObject) late = NULL;

  kt_env_seeded_advance (fixture->bench.env, G_GINT64_CONSTANT (901) * G_USEC_PER_SEC);
  late = chip_authenticate (&fixture->chip, &fixture->bench, first, &how);
  bench_assert_refused (late, "8.10.1", "3.9");
}

static void
test_transaction_text (Fixture *fixture, gconstpointer data)
{
  g_autoptr (JsonObject) first = chip_initiate (&fixture->chip, &fixture->bench);
  g_autofree char *lower = g_ascii_strdown (rsp_json_string (first, "transactionId"), -1);
  const ChipAnswer how = { .matching_id = fixture->ticket->matching_id };
  g_autoptr (JsonObject) answer = NULL;

  json_object_set_string_member (first, "transactionId", lower);
  answer = chip_authenticate (&fixture->chip, &fixture->bench, first, &how);
  bench_assert_success (answer);
}

static void
test_malformed_client (Fixture *fixture, gconstpointer data)
{
  static const char *const rows[] = { "", "BF3800", "BF3802A000", "BF3806A00430020500", "3000" };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (JsonObject) first = chip_initiate (&fixture->chip, &fixture->bench);
      g_autoptr (GBytes) response = kt_hex_parse (rows[i], NULL);
      g_autoptr (JsonObject) answer = NULL;
      JsonObject *in = json_object_new ();

      json_object_set_string_member (in, "transactionId", rsp_json_string (first, "transactionId"));
      bench_add_bytes (in, "authenticateServerResponse", response);
      answer = bench_post (&fixture->bench, ES9 "authenticateClient", in);
      bench_assert_refused (answer, "1.6", "2.1");
    }
}

/* ---- getBoundProfilePackage ---- */

static void
assert_package (Fixture *fixture, const ChipPrepare *how, const char *subject, const char *reason)
{
  g_autoptr (JsonObject) second
      = chip_begin (&fixture->chip, &fixture->bench, fixture->ticket->matching_id);
  g_autoptr (JsonObject) answer
      = chip_get_package (&fixture->chip, &fixture->bench, second, how);
  const ChipPrepare right = { 0 };
  g_autoptr (JsonObject) again = NULL;

  bench_assert_refused (answer, subject, reason);
  bench_assert_state (&fixture->bench, fixture->ticket->iccid, LAB_ORDER_RELEASED);
  again = chip_get_package (&fixture->chip, &fixture->bench, second, &right);
  bench_assert_refused (again, "8.10.1", "3.9");
}

static void
test_refused_package (Fixture *fixture, gconstpointer data)
{
  const ChipPrepare signature = { .wrong_signature = TRUE };
  const ChipPrepare transaction = { .wrong_transaction = TRUE };
  const ChipPrepare otpk = { .bad_otpk = TRUE };
  const ChipPrepare chip_error = { .error = 2 };

  assert_package (fixture, &signature, "8.1", "6.1");
  assert_package (fixture, &transaction, "8.10.1", "3.9");
  assert_package (fixture, &otpk, "1.6", "2.1");
  assert_package (fixture, &chip_error, "8.1", "4.2");
}

static void
test_package_out_of_order (Fixture *fixture, gconstpointer data)
{
  g_autoptr (JsonObject) second
      = chip_begin (&fixture->chip, &fixture->bench, fixture->ticket->matching_id);
  g_autoptr (JsonObject) first = chip_initiate (&fixture->chip, &fixture->bench);
  const ChipPrepare how = { 0 };
  const ChipAnswer again = { .matching_id = fixture->ticket->matching_id };
  g_autoptr (JsonObject) early = NULL;
  g_autoptr (JsonObject) right = NULL;
  g_autoptr (JsonObject) twice = NULL;
  g_autoptr (JsonObject) back = NULL;
  g_autoptr (JsonObject) fresh = chip_initiate (&fixture->chip, &fixture->bench);

  /* a package before authentication */
  json_object_set_string_member (first, "smdpSignature2", "XzdA");
  early = chip_get_package (&fixture->chip, &fixture->bench, first, &how);
  bench_assert_refused (early, "8.10.1", "3.9");
  right = chip_get_package (&fixture->chip, &fixture->bench, second, &how);
  bench_assert_success (right);
  /* the same package twice in one session */
  twice = chip_get_package (&fixture->chip, &fixture->bench, second, &how);
  bench_assert_refused (twice, "8.10.1", "3.9");
  /* authentication in a session that is past it */
  back = chip_authenticate (&fixture->chip, &fixture->bench, fresh, &again);
  bench_assert_success (back);
  json_object_unref (back);
  back = chip_authenticate (&fixture->chip, &fixture->bench, fresh, &again);
  bench_assert_refused (back, "8.10.1", "3.9");
}

static void
test_right_package (Fixture *fixture, gconstpointer data)
{
  g_autoptr (JsonObject) second
      = chip_begin (&fixture->chip, &fixture->bench, fixture->ticket->matching_id);
  g_autoptr (GBytes) shown = bench_get_bytes (second, "profileMetadata");
  const ChipPrepare how = { 0 };
  g_autoptr (JsonObject) answer = chip_get_package (&fixture->chip, &fixture->bench, second, &how);
  g_autoptr (GBytes) package = NULL;
  g_autoptr (GBytes) metadata = NULL;
  g_autoptr (GBytes) upp = NULL;
  g_autoptr (RspProfile) profile = NULL;

  bench_assert_success (answer);
  bench_assert_state (&fixture->bench, fixture->ticket->iccid, LAB_ORDER_DOWNLOADED);
  package = bench_get_bytes (answer, "boundProfilePackage");
  upp = chip_open_package (&fixture->chip, &fixture->bench, package,
                           rsp_json_string (second, "transactionId"), &metadata);
  g_assert_true (g_bytes_equal (metadata, shown));
  g_assert_cmphex (((const guint8 *) g_bytes_get_data (upp, NULL))[0], ==, 0xA0);
  profile = rsp_metadata_parse (metadata, NULL);
  g_assert_cmpstr (profile->iccid, ==, fixture->ticket->iccid);
  g_assert_cmpstr (profile->provider, ==, "Plan");
}

/* Two eUICCs with one code: the second comes too late, at either point. */
static void
test_two_chips (Fixture *fixture, gconstpointer data)
{
  Chip other = { 0 };
  const ChipPrepare how = { 0 };
  const ChipAnswer again = { .matching_id = fixture->ticket->matching_id };
  g_autoptr (JsonObject) mine
      = chip_begin (&fixture->chip, &fixture->bench, fixture->ticket->matching_id);
  g_autoptr (JsonObject) theirs = NULL;
  g_autoptr (JsonObject) answer = NULL;
  g_autoptr (JsonObject) late = NULL;
  g_autoptr (JsonObject) first = NULL;
  g_autoptr (JsonObject) later = NULL;

  chip_set_up (&other, &fixture->bench, BENCH_OTHER_EID);
  theirs = chip_begin (&other, &fixture->bench, fixture->ticket->matching_id);
  answer = chip_get_package (&fixture->chip, &fixture->bench, mine, &how);
  bench_assert_success (answer);
  late = chip_get_package (&other, &fixture->bench, theirs, &how);
  bench_assert_refused (late, "8.2", "3.7");
  first = chip_initiate (&other, &fixture->bench);
  later = chip_authenticate (&other, &fixture->bench, first, &again);
  bench_assert_refused (later, "8.1.1", "3.8");
  chip_clear (&other);
}

/* ---- confirmation code ---- */

static JsonObject *
try_code (Fixture *fixture, LabTicket *ticket, const char *code)
{
  g_autoptr (JsonObject) second
      = chip_begin (&fixture->chip, &fixture->bench, ticket->matching_id);
  const ChipPrepare how = { .confirmation_code = code };

  return chip_get_package (&fixture->chip, &fixture->bench, second, &how);
}

static const char *
left_of (JsonObject *answer)
{
  JsonObject *header = rsp_json_object (answer, "header");
  JsonObject *status = rsp_json_object (header, "functionExecutionStatus");

  return rsp_json_string (rsp_json_object (status, "statusCodeData"), "subjectIdentifier");
}

static LabTicket *
order_with_code (Fixture *fixture)
{
  LabContract contract = LAB_CONTRACT_INIT;

  contract.provider = "Guarded";
  contract.confirmation_code = "1234";
  return bench_order (&fixture->bench, &contract);
}

static void
test_confirmation_code (Fixture *fixture, gconstpointer data)
{
  g_autoptr (LabTicket) ticket = order_with_code (fixture);
  g_autoptr (JsonObject) second
      = chip_begin (&fixture->chip, &fixture->bench, ticket->matching_id);
  g_autoptr (GBytes) signed2 = bench_get_bytes (second, "smdpSigned2");
  g_autoptr (JsonObject) missing = try_code (fixture, ticket, NULL);
  g_autoptr (JsonObject) wrong = try_code (fixture, ticket, "12345");
  g_autoptr (JsonObject) right = try_code (fixture, ticket, "1234");
  Tlv all, flag;

  g_assert_true (g_str_has_suffix (ticket->activation_code, "$$1"));
  g_assert_true (tlv_parse_bytes (signed2, TLV_SEQUENCE, &all, NULL));
  g_assert_true (tlv_need (&all, TLV_BOOLEAN, &flag, NULL));
  g_assert_cmpmem (flag.value, flag.len, "\xFF", 1);
  bench_assert_refused (missing, "8.2.7", "2.2");
  bench_assert_refused (wrong, "8.2.7", "3.8");
  g_assert_cmpstr (left_of (wrong), ==, "attempts left: 2");
  bench_assert_success (right);
}

static void
test_locked (Fixture *fixture, gconstpointer data)
{
  g_autoptr (LabTicket) ticket = order_with_code (fixture);
  g_autoptr (JsonObject) first = try_code (fixture, ticket, "1");
  g_autoptr (JsonObject) second = try_code (fixture, ticket, "2");
  g_autoptr (JsonObject) third = try_code (fixture, ticket, "3");
  const ChipAnswer how = { .matching_id = ticket->matching_id };

  bench_assert_refused (first, "8.2.7", "3.8");
  g_assert_cmpstr (left_of (first), ==, "attempts left: 2");
  bench_assert_refused (second, "8.2.7", "3.8");
  g_assert_cmpstr (left_of (second), ==, "attempts left: 1");
  bench_assert_refused (third, "8.2.7", "6.4");
  g_assert_cmpstr (left_of (third), ==, "attempts left: 0");
  bench_assert_state (&fixture->bench, ticket->iccid, LAB_ORDER_ERROR);
  assert_client (fixture, &how, "8.2.6", "3.8");
}

/* A code that nobody asked for changes nothing. */
static void
test_needless_code (Fixture *fixture, gconstpointer data)
{
  g_autoptr (JsonObject) answer = try_code (fixture, fixture->ticket, "1234");

  bench_assert_success (answer);
}

/* ---- cancelSession ---- */

static void
test_cancel (Fixture *fixture, gconstpointer data)
{
  static const struct
  {
    int reason;
    LabOrderState state;
  } rows[] = {
    { 1, LAB_ORDER_RELEASED }, { 2, LAB_ORDER_RELEASED }, { 0, LAB_ORDER_ERROR },
    { 3, LAB_ORDER_ERROR },    { 4, LAB_ORDER_ERROR },    { 5, LAB_ORDER_ERROR },
    { 127, LAB_ORDER_ERROR },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      LabContract contract = LAB_CONTRACT_INIT;
      g_autoptr (LabTicket) ticket = NULL;
      g_autoptr (JsonObject) second = NULL;
      g_autoptr (JsonObject) answer = NULL;
      g_autoptr (JsonObject) again = NULL;
      const char *id;

      contract.provider = "Plan";
      ticket = bench_order (&fixture->bench, &contract);
      second = chip_begin (&fixture->chip, &fixture->bench, ticket->matching_id);
      id = rsp_json_string (second, "transactionId");
      answer = chip_cancel (&fixture->chip, &fixture->bench, id, rows[i].reason, LAB_PKI_SMDP_OID,
                            FALSE);
      bench_assert_success (answer);
      bench_assert_state (&fixture->bench, ticket->iccid, rows[i].state);
      g_assert_true (bench_has_event (&fixture->bench, ticket->iccid, "cancelled"));
      again = chip_cancel (&fixture->chip, &fixture->bench, id, 1, LAB_PKI_SMDP_OID, FALSE);
      bench_assert_refused (again, "8.10.1", "3.9");
    }
}

static void
test_refused_cancel (Fixture *fixture, gconstpointer data)
{
  g_autoptr (JsonObject) first = chip_initiate (&fixture->chip, &fixture->bench);
  g_autoptr (JsonObject) second
      = chip_begin (&fixture->chip, &fixture->bench, fixture->ticket->matching_id);
  const char *id = rsp_json_string (second, "transactionId");
  g_autoptr (JsonObject) early
      = chip_cancel (&fixture->chip, &fixture->bench, rsp_json_string (first, "transactionId"), 1,
                     LAB_PKI_SMDP_OID, FALSE);
  g_autoptr (JsonObject) forged
      = chip_cancel (&fixture->chip, &fixture->bench, id, 0, LAB_PKI_SMDP_OID, TRUE);
  g_autoptr (JsonObject) elsewhere
      = chip_cancel (&fixture->chip, &fixture->bench, id, 0, "2.999.11", FALSE);
  g_autoptr (JsonObject) unknown = chip_cancel (&fixture->chip, &fixture->bench, "0011", 0,
                                                LAB_PKI_SMDP_OID, FALSE);
  const ChipPrepare how = { 0 };
  g_autoptr (JsonObject) package = NULL;

  bench_assert_refused (early, "8.1", "6.1");
  bench_assert_refused (forged, "8.1", "6.1");
  bench_assert_refused (elsewhere, "8.8", "3.10");
  bench_assert_refused (unknown, "8.10.1", "3.9");
  /* none of them has touched the session */
  package = chip_get_package (&fixture->chip, &fixture->bench, second, &how);
  bench_assert_success (package);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, function)                                                                        \
  g_test_add ("/smdp/es9/" name, Fixture, NULL, set_up, function, tear_down)
  ADD ("addresses", test_addresses);
  ADD ("info1", test_info1);
  ADD ("malformed-initiate", test_malformed_initiate);
  ADD ("right-initiate", test_right_initiate);
  ADD ("right-client", test_right_client);
  ADD ("client-signature", test_client_signature);
  ADD ("matching-ids", test_matching_ids);
  ADD ("certificates", test_certificates);
  ADD ("broken-certificates", test_broken_certificates);
  ADD ("eligibility", test_eligibility);
  ADD ("forbidden-rules", test_forbidden_rules);
  ADD ("other-eid", test_other_eid);
  ADD ("by-eid", test_by_eid);
  ADD ("not-released", test_not_released);
  ADD ("expired", test_expired);
  ADD ("session-timeout", test_session_timeout);
  ADD ("transaction-text", test_transaction_text);
  ADD ("malformed-client", test_malformed_client);
  ADD ("refused-package", test_refused_package);
  ADD ("package-out-of-order", test_package_out_of_order);
  ADD ("right-package", test_right_package);
  ADD ("two-chips", test_two_chips);
  ADD ("confirmation-code", test_confirmation_code);
  ADD ("locked", test_locked);
  ADD ("needless-code", test_needless_code);
  ADD ("cancel", test_cancel);
  ADD ("refused-cancel", test_refused_cancel);
  return g_test_run ();
}
