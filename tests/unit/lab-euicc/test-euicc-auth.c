/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "smdp-test.h"

/* AuthenticateServer, PrepareDownload, CancelSession: each check and its code. */

static LabEuicc *
open_card (void)
{
  LabEuicc *euicc = test_card_new (NULL);

  test_open_isdr (euicc);
  return euicc;
}

static GBytes *
send (LabEuicc *euicc, GBytes *command)
{
  guint16 sw;
  GBytes *response = test_es10 (euicc, command, &sw);

  g_assert_cmphex (sw, ==, 0x9000);
  return response;
}

/* BF38 17 A1 15 80 10 <transaction id> 02 01 <code> */
static void
assert_code (TestSmdp *smdp, GBytes *response, TlvTag tag, int code)
{
  g_autofree char *id = kt_hex (smdp->transaction_id, sizeof smdp->transaction_id);
  g_autofree char *expected = g_strdup_printf ("%04X17A1158010%s0201%02X", tag, id, code);

  assert_bytes_hex (response, expected);
}

static void
assert_auth_code (TestSmdp *smdp, LabEuicc *euicc, const AuthTwist *twist, int code)
{
  g_autoptr (GBytes) request = NULL;
  g_autoptr (GBytes) response = NULL;
  g_autoptr (GBytes) again = NULL;
  g_autoptr (GBytes) answer = NULL;

  smdp_challenge (smdp, euicc);
  request = smdp_authenticate (smdp, twist);
  response = send (euicc, request);
  assert_code (smdp, response, 0xBF38, code);
  /* the challenge is used up, though the next request is a good one */
  again = smdp_authenticate (smdp, NULL);
  answer = send (euicc, again);
  assert_code (smdp, answer, 0xBF38, 4);
}

static void
authenticate (TestSmdp *smdp, LabEuicc *euicc)
{
  g_autoptr (GBytes) request = NULL;
  g_autoptr (GBytes) response = NULL;

  smdp_challenge (smdp, euicc);
  request = smdp_authenticate (smdp, NULL);
  response = send (euicc, request);
  smdp_take_authentication (smdp, response);
}

static LabCredential *
issue (LabPki *pki, const LabPkiLeafSpec *spec)
{
  g_autoptr (GError) error = NULL;
  LabCredential *credential = lab_pki_issue (pki, spec, &error);

  g_assert_no_error (error);
  return credential;
}

/* ---- AuthenticateServer ---- */

static void
test_ok (void)
{
  g_autoptr (LabEuicc) euicc = open_card ();
  g_autoptr (TestSmdp) smdp = smdp_new (test_pki_get ());
  g_autoptr (GBytes) request = NULL;
  g_autoptr (GBytes) response = NULL;
  g_autoptr (GBytes) signed1 = NULL;
  g_autoptr (GBytes) info = test_es10_hex (euicc, "BF2200");
  g_autofree char *id = NULL;
  g_autofree char *info_hex = kt_hex_bytes (info);
  g_autofree char *expected = NULL;

  smdp_challenge (smdp, euicc);
  request = smdp_authenticate (smdp, NULL);
  response = send (euicc, request);
  smdp_take_authentication (smdp, response);
  /* euiccSigned1: 80, 83, 84, BF22, A0, as they came */
  signed1 = TEST_VALUE (response, 0xBF38, 0xA0, 0x30);
  id = kt_hex (smdp->transaction_id, 16);
  expected = g_strdup_printf (
      "8010%s 8310 736D64702E6578616D706C652E636F6D 8410%s %s A00E80024142A108800435290611A100", id,
      id, info_hex);
  assert_bytes_hex (signed1, expected);
  /* once */
  g_clear_pointer (&response, g_bytes_unref);
  response = send (euicc, request);
  assert_code (smdp, response, 0xBF38, 4);
}

static void
test_no_session (void)
{
  g_autoptr (LabEuicc) euicc = open_card ();
  g_autoptr (TestSmdp) smdp = smdp_new (test_pki_get ());
  g_autoptr (GBytes) request = NULL;
  g_autoptr (GBytes) response = NULL;

  smdp_challenge (smdp, euicc);
  request = smdp_authenticate (smdp, NULL);
  lab_euicc_reset (euicc);
  test_open_isdr (euicc);
  response = send (euicc, request);
  assert_code (smdp, response, 0xBF38, 4);
}

static void
test_signature (void)
{
  g_autoptr (LabEuicc) euicc = open_card ();
  g_autoptr (TestSmdp) smdp = smdp_new (test_pki_get ());

  assert_auth_code (smdp, euicc, &(AuthTwist){ .broken_signature = TRUE }, 2);
  assert_auth_code (smdp, euicc, &(AuthTwist){ .short_signature = TRUE }, 2);
  assert_auth_code (smdp, euicc, &(AuthTwist){ .other_challenge = TRUE }, 6);
}

static void
test_ci (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (LabPki) foreign = lab_pki_new (test_env_get (), &error);
  g_autoptr (LabEuicc) euicc = open_card ();
  g_autoptr (TestSmdp) smdp = smdp_new (test_pki_get ());
  g_autoptr (TestSmdp) stranger = NULL;
  g_autoptr (LabCredential) foreign_ci = NULL;
  g_autoptr (LabCredential) forged = NULL;

  g_assert_no_error (error);
  stranger = smdp_new (foreign);
  assert_auth_code (smdp, euicc, &(AuthTwist){ .pkid = "0102030405060708090A0B0C0D0E0F1011121314" },
                    7);
  assert_auth_code (smdp, euicc, &(AuthTwist){ .pkid = "01" }, 7);
  /* a known CI named, a certificate of another one with the same name behind it */
  assert_auth_code (smdp, euicc, &(AuthTwist){ .certificate = stranger->dpauth }, 7);
  assert_auth_code (stranger, euicc, NULL, 7);
}

static void
test_certificate (void)
{
  const gint64 now = TEST_NOW / G_USEC_PER_SEC;
  LabPki *pki = test_pki_get ();
  g_autoptr (LabEuicc) euicc = open_card ();
  g_autoptr (TestSmdp) smdp = smdp_new (pki);
  LabPkiLeafSpec good = { .role = LAB_ROLE_DP_AUTH, .oid = "2.999.10", .common_name = "x" };
  const struct
  {
    LabPkiLeafSpec spec;
    int code;
  } rows[] = {
    { { .role = LAB_ROLE_DP_AUTH, .oid = "2.999.10", .not_after = now - 60 }, 1 },
    { { .role = LAB_ROLE_DP_AUTH,
        .oid = "2.999.10",
        .not_before = now + 3600,
        .not_after = now + 7200 },
      1 },
    { { .role = LAB_ROLE_DP_AUTH, .oid = "2.999.10", .ca = TRUE, .path_len = -1 }, 1 },
    { { .role = LAB_ROLE_DP_AUTH, .oid = "2.999.10", .key_usage = LAB_KEY_USAGE_CERT_SIGN }, 1 },
    { { .role = LAB_ROLE_DP_PB, .oid = "2.999.10" }, 5 },
    { { .role = LAB_ROLE_DP_TLS, .oid = "2.999.10" }, 5 },
    { { .role = LAB_ROLE_NONE, .oid = "2.999.10" }, 5 },
    { { .role = LAB_ROLE_DP_AUTH }, 5 },
  };
  g_autoptr (LabCredential) fine = issue (pki, &good);
  g_autoptr (LabCredential) other = NULL;
  g_autoptr (LabCredential) forged = NULL;
  g_autoptr (GBytes) request = NULL;
  g_autoptr (GBytes) response = NULL;
  guint8 *der;
  gsize len;

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (LabCredential) credential = issue (pki, &rows[i].spec);

      assert_auth_code (smdp, euicc, &(AuthTwist){ .certificate = credential }, rows[i].code);
    }
  /* one bit of the CI's signature */
  len = g_bytes_get_size (fine->cert_der);
  der = g_memdup2 (g_bytes_get_data (fine->cert_der, NULL), len);
  der[len - 1] ^= 0x01;
  {
    g_autoptr (GBytes) broken = g_bytes_new_take (der, len);

    forged = lab_credential_new (fine->key, broken, NULL);
    assert_auth_code (smdp, euicc, &(AuthTwist){ .certificate = forged }, 1);
  }
  /* the certificate of the EUM's intermediate is none of the CI's leafs */
  {
    g_autoptr (GError) error = NULL;
    g_autoptr (LabCredential) eum = lab_pki_dup_eum (pki, &error);
    LabPkiLeafSpec below = good;

    below.issuer = eum;
    other = issue (pki, &below);
    assert_auth_code (smdp, euicc, &(AuthTwist){ .certificate = other }, 7);
  }
  /* and a good one passes */
  smdp_challenge (smdp, euicc);
  request = smdp_authenticate (smdp, &(AuthTwist){ .certificate = fine });
  response = send (euicc, request);
  smdp_take_authentication (smdp, response);
}

/* A key of another curve: id-ecPublicKey with secp384r1 in place of prime256v1. */
static void
test_curve (void)
{
  g_autoptr (LabEuicc) euicc = open_card ();
  g_autoptr (TestSmdp) smdp = smdp_new (test_pki_get ());
  static const guint8 p256[] = { 0x06, 0x08, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x03, 0x01, 0x07 };
  g_autoptr (LabCredential) other = NULL;
  g_autoptr (GBytes) der = NULL;
  gsize len = g_bytes_get_size (smdp->dpauth->cert_der);
  guint8 *copy = g_memdup2 (g_bytes_get_data (smdp->dpauth->cert_der, NULL), len);
  guint8 *place = memmem (copy, len, p256, sizeof p256);

  g_assert_nonnull (place);
  place[9] = 0x01;
  der = g_bytes_new_take (copy, len);
  other = lab_credential_new (smdp->dpauth->key, der, NULL);
  assert_auth_code (smdp, euicc, &(AuthTwist){ .certificate = other }, 3);
}

/* A chip without a clock does not mind dates. */
static void
test_ignore_dates (void)
{
  LabEuiccOptions options = test_options ();
  g_autoptr (LabEuicc) euicc = NULL;
  g_autoptr (TestSmdp) smdp = smdp_new (test_pki_get ());
  LabPkiLeafSpec spec = { .role = LAB_ROLE_DP_AUTH,
                          .oid = "2.999.10",
                          .not_after = TEST_NOW / G_USEC_PER_SEC - 60 };
  g_autoptr (LabCredential) expired = issue (test_pki_get (), &spec);
  g_autoptr (GBytes) request = NULL;
  g_autoptr (GBytes) response = NULL;

  options.ignore_dates = TRUE;
  euicc = test_card_new (&options);
  test_open_isdr (euicc);
  smdp_challenge (smdp, euicc);
  request = smdp_authenticate (smdp, &(AuthTwist){ .certificate = expired });
  response = send (euicc, request);
  smdp_take_authentication (smdp, response);
}

static void
test_malformed (void)
{
  static const char *const contexts[] = {
    "A000",
    "A103020100",
    /* TAC of 8 and 3 bytes, no capabilities, IMEI of 7, a version of 2, matching id not UTF-8 */
    "A00E A10C 80083529061100000000 A100",
    "A009 A107 8003352906 A100",
    "A008 A106 800435290611",
    "A013 A111 800435290611 A100 8207 35290611000000",
    "A00E A10C 800435290611 A104 80020F00",
    "A00E 8002C328 A108 800435290611 A100",
  };
  static const char *const good[] = {
    /* without matching id, with an empty one, with an IMEI, with capabilities of later releases */
    "A00A A108 800435290611 A100",
    "A00C 8000 A108 800435290611 A100",
    "A014 A112 800435290611 A100 8208 3529061100000000",
    "A01A A118 800435290611 A110 80030F0000 88030F0000 AE04 80020780",
  };
  g_autoptr (LabEuicc) euicc = open_card ();
  g_autoptr (TestSmdp) smdp = smdp_new (test_pki_get ());
  g_autoptr (GBytes) empty = hex_bytes ("BF3800");
  g_autoptr (GBytes) nothing = NULL;
  guint16 sw;

  smdp_challenge (smdp, euicc);
  for (guint i = 0; i < G_N_ELEMENTS (contexts); i++)
    {
      g_autoptr (GBytes) request = smdp_authenticate (smdp, &(AuthTwist){ .context = contexts[i] });
      g_autoptr (GBytes) response = test_es10 (euicc, request, &sw);

      g_assert_cmphex (sw, ==, 0x6A80);
      g_assert_cmpuint (g_bytes_get_size (response), ==, 0);
    }
  nothing = test_es10 (euicc, empty, &sw);
  g_assert_cmphex (sw, ==, 0x6A80);
  for (guint i = 0; i < G_N_ELEMENTS (good); i++)
    {
      g_autoptr (GBytes) request = NULL;
      g_autoptr (GBytes) response = NULL;

      smdp_challenge (smdp, euicc);
      request = smdp_authenticate (smdp, &(AuthTwist){ .context = good[i] });
      response = send (euicc, request);
      smdp_take_authentication (smdp, response);
    }
}

/* Under the second of two PKIs the card signs with its second key. */
static void
test_second_pki (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (LabPki) second = lab_pki_new (test_env_get (), &error);
  g_autoptr (GPtrArray) more = g_ptr_array_new ();
  g_autoptr (TestSmdp) smdp = NULL;
  g_autoptr (TestSmdp) first = smdp_new (test_pki_get ());
  LabEuiccOptions options = test_options ();
  g_autoptr (LabEuicc) euicc = NULL;

  g_assert_no_error (error);
  g_ptr_array_add (more, second);
  options.more_pkis = more;
  euicc = test_card_new (&options);
  test_open_isdr (euicc);
  smdp = smdp_new (second);
  authenticate (smdp, euicc);
  authenticate (first, euicc);
  g_assert_false (g_bytes_equal (smdp->euicc_cert, first->euicc_cert));
}

/* ---- PrepareDownload ---- */

static void
assert_prepare_code (TestSmdp *smdp, LabEuicc *euicc, const PrepareTwist *twist, int code)
{
  g_autoptr (GBytes) request = NULL;
  g_autoptr (GBytes) response = NULL;

  authenticate (smdp, euicc);
  request = smdp_prepare (smdp, twist);
  response = send (euicc, request);
  assert_code (smdp, response, 0xBF21, code);
}

static void
test_prepare_ok (void)
{
  g_autoptr (LabEuicc) euicc = open_card ();
  g_autoptr (TestSmdp) smdp = smdp_new (test_pki_get ());
  g_autoptr (GBytes) first = NULL;
  g_autoptr (GBytes) request = NULL;
  g_autoptr (GBytes) response = NULL;
  g_autoptr (GBytes) signed2 = NULL;
  g_autoptr (GBytes) signature = NULL;
  g_autoptr (GBytes) own = NULL;
  g_autoptr (GBytes) both = NULL;
  g_autoptr (GByteArray) data = g_byte_array_new ();

  smdp_session (smdp, euicc, NULL);
  first = g_bytes_ref (smdp->euicc_point);
  smdp_session (smdp, euicc, &(PrepareTwist){ .code_required = TRUE, .send_hash = TRUE });
  g_assert_false (g_bytes_equal (first, smdp->euicc_point));
  /* euiccSignature2 is over euiccSigned2 and smdpSignature2 */
  authenticate (smdp, euicc);
  request = smdp_prepare (smdp, NULL);
  response = send (euicc, request);
  signed2 = TEST_FIND (response, 0xBF21, 0xA0, 0x30);
  signature = TEST_VALUE (response, 0xBF21, 0xA0, 0x5F37);
  own = TEST_FIND (request, 0xBF21, 0x5F37);
  g_byte_array_append (data, g_bytes_get_data (signed2, NULL), (guint) g_bytes_get_size (signed2));
  g_byte_array_append (data, g_bytes_get_data (own, NULL), (guint) g_bytes_get_size (own));
  both = g_byte_array_free_to_bytes (g_steal_pointer (&data));
  test_check_signature (smdp->euicc_cert, both, signature);
}

static void
test_prepare_codes (void)
{
  LabPki *pki = test_pki_get ();
  g_autoptr (LabEuicc) euicc = open_card ();
  g_autoptr (TestSmdp) smdp = smdp_new (pki);
  LabPkiLeafSpec other_oid = { .role = LAB_ROLE_DP_PB, .oid = "2.999.11" };
  LabPkiLeafSpec no_oid = { .role = LAB_ROLE_DP_PB };
  LabPkiLeafSpec other_role = { .role = LAB_ROLE_DP_AUTH, .oid = "2.999.10" };
  LabPkiLeafSpec expired = { .role = LAB_ROLE_DP_PB,
                             .oid = "2.999.10",
                             .not_after = TEST_NOW / G_USEC_PER_SEC - 60 };
  const LabPkiLeafSpec *wrong[] = { &other_oid, &no_oid, &other_role, &expired };
  g_autoptr (GError) error = NULL;
  g_autoptr (LabPki) foreign = lab_pki_new (test_env_get (), &error);
  g_autoptr (LabCredential) stranger = lab_pki_dup_dppb (foreign, &error);
  g_autoptr (GBytes) request = NULL;
  g_autoptr (GBytes) response = NULL;
  g_autofree char *id = NULL;
  g_autofree char *expected = NULL;

  g_assert_no_error (error);
  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_autoptr (LabCredential) credential = issue (pki, wrong[i]);

      assert_prepare_code (smdp, euicc, &(PrepareTwist){ .certificate = credential }, 1);
    }
  assert_prepare_code (smdp, euicc, &(PrepareTwist){ .certificate = stranger }, 1);
  assert_prepare_code (smdp, euicc, &(PrepareTwist){ .broken_signature = TRUE }, 2);
  assert_prepare_code (smdp, euicc, &(PrepareTwist){ .without_signature1 = TRUE }, 2);
  assert_prepare_code (smdp, euicc, &(PrepareTwist){ .code_required = TRUE }, 127);
  assert_prepare_code (smdp, euicc, &(PrepareTwist){ .send_hash = TRUE }, 127);
  /* the session is still there */
  request = smdp_prepare (smdp, NULL);
  response = send (euicc, request);
  smdp_take_preparation (smdp, response, FALSE);
  /* but a prepared one is not prepared again */
  g_clear_pointer (&response, g_bytes_unref);
  response = send (euicc, request);
  assert_code (smdp, response, 0xBF21, 4);
  /* another transaction: the error names the one that was asked for */
  authenticate (smdp, euicc);
  g_clear_pointer (&request, g_bytes_unref);
  g_clear_pointer (&response, g_bytes_unref);
  request = smdp_prepare (smdp, &(PrepareTwist){ .other_transaction = TRUE });
  response = send (euicc, request);
  id = kt_hex (smdp->transaction_id, 15);
  expected = g_strdup_printf ("BF2116A114800F%s020105", id);
  assert_bytes_hex (response, expected);
}

static void
test_prepare_no_session (void)
{
  g_autoptr (LabEuicc) euicc = open_card ();
  g_autoptr (TestSmdp) smdp = smdp_new (test_pki_get ());
  LabPkiLeafSpec smds = { .role = LAB_ROLE_DS_AUTH, .oid = "2.999.20" };
  g_autoptr (LabCredential) dsauth = issue (test_pki_get (), &smds);
  g_autoptr (GBytes) request = NULL;
  g_autoptr (GBytes) response = NULL;
  g_autoptr (GBytes) prepare = NULL;
  g_autoptr (GBytes) refused = NULL;

  /* an SM-DS may authenticate, but has no profile to give */
  smdp_challenge (smdp, euicc);
  request = smdp_authenticate (smdp, &(AuthTwist){ .certificate = dsauth });
  response = send (euicc, request);
  smdp_take_authentication (smdp, response);
  prepare = smdp_prepare (smdp, NULL);
  refused = send (euicc, prepare);
  assert_code (smdp, refused, 0xBF21, 4);
  assert_es10_sw (euicc, "BF2100", 0x6A80);
  g_clear_pointer (&refused, g_bytes_unref);
  smdp_challenge (smdp, euicc);
  g_clear_pointer (&prepare, g_bytes_unref);
  prepare = smdp_prepare (smdp, NULL);
  refused = send (euicc, prepare);
  assert_code (smdp, refused, 0xBF21, 4);
}

/* The server names the key that its package is bound to: the card has it, after power loss, too. */
static void
test_prepare_retained (void)
{
  g_autoptr (LabEuicc) euicc = open_card ();
  g_autoptr (TestSmdp) smdp = smdp_new (test_pki_get ());
  g_autoptr (GBytes) first = NULL;
  g_autoptr (GBytes) unknown = NULL;

  smdp_session (smdp, euicc, NULL);
  first = g_bytes_ref (smdp->euicc_point);
  lab_euicc_power (euicc, FALSE);
  lab_euicc_power (euicc, TRUE);
  test_open_isdr (euicc);
  smdp_session (smdp, euicc, &(PrepareTwist){ .point = first });
  g_assert_true (g_bytes_equal (first, smdp->euicc_point));
  /* one that it does not know: a new one */
  unknown = lab_key_dup_public (smdp->one_time_key);
  smdp_session (smdp, euicc, &(PrepareTwist){ .point = unknown });
  g_assert_false (g_bytes_equal (unknown, smdp->euicc_point));
  g_assert_false (g_bytes_equal (first, smdp->euicc_point));
}

/* Another SM-DP+ cannot ask for the key of the first; and only some are kept. */
static void
test_prepare_retained_limits (void)
{
  LabPkiLeafSpec auth = { .role = LAB_ROLE_DP_AUTH, .oid = "2.999.77" };
  LabPkiLeafSpec pb = { .role = LAB_ROLE_DP_PB, .oid = "2.999.77" };
  g_autoptr (LabEuicc) euicc = open_card ();
  g_autoptr (TestSmdp) smdp = smdp_new (test_pki_get ());
  g_autoptr (TestSmdp) other = smdp_new (test_pki_get ());
  g_autoptr (GBytes) first = NULL;

  lab_credential_unref (other->dpauth);
  lab_credential_unref (other->dppb);
  other->dpauth = issue (test_pki_get (), &auth);
  other->dppb = issue (test_pki_get (), &pb);
  smdp_session (smdp, euicc, NULL);
  first = g_bytes_ref (smdp->euicc_point);
  smdp_session (other, euicc, &(PrepareTwist){ .point = first });
  g_assert_false (g_bytes_equal (first, other->euicc_point));
  for (guint i = 0; i < 8; i++)
    smdp_session (smdp, euicc, NULL);
  smdp_session (smdp, euicc, &(PrepareTwist){ .point = first });
  g_assert_false (g_bytes_equal (first, smdp->euicc_point));
}

/* ---- CancelSession ---- */

static GBytes *
cancel (TestSmdp *smdp, LabEuicc *euicc, const char *reason)
{
  g_autofree char *id = kt_hex (smdp->transaction_id, 16);
  g_autofree char *command = g_strdup_printf ("BF41 15 8010 %s 8101 %s", id, reason);

  return test_es10_hex (euicc, command);
}

static void
test_cancel (void)
{
  static const char *const reasons[] = { "00", "01", "02", "03", "04", "05", "7F" };
  g_autoptr (LabEuicc) euicc = open_card ();
  g_autoptr (TestSmdp) smdp = smdp_new (test_pki_get ());

  for (guint i = 0; i < G_N_ELEMENTS (reasons); i++)
    {
      g_autoptr (GBytes) response = NULL;
      g_autoptr (GBytes) data = NULL;
      g_autoptr (GBytes) signature = NULL;
      g_autofree char *id = NULL;
      g_autofree char *expected = NULL;

      if (i % 2 == 0)
        authenticate (smdp, euicc);
      else
        smdp_session (smdp, euicc, NULL);
      response = cancel (smdp, euicc, reasons[i]);
      data = TEST_FIND (response, 0xBF41, 0xA0, 0x30);
      signature = TEST_VALUE (response, 0xBF41, 0xA0, 0x5F37);
      id = kt_hex (smdp->transaction_id, 16);
      expected = g_strdup_printf ("301A 8010%s 810388370A 8201%s", id, reasons[i]);
      assert_bytes_hex (data, expected);
      test_check_signature (smdp->euicc_cert, data, signature);
      /* gone */
      assert_take_hex (cancel (smdp, euicc, reasons[i]), "BF4103810105");
    }
}

static void
test_cancel_codes (void)
{
  g_autoptr (LabEuicc) euicc = open_card ();
  g_autoptr (TestSmdp) smdp = smdp_new (test_pki_get ());
  g_autoptr (GBytes) response = NULL;

  assert_take_hex (cancel (smdp, euicc, "00"), "BF4103810105");
  smdp_challenge (smdp, euicc);
  assert_take_hex (cancel (smdp, euicc, "00"), "BF4103810105");
  authenticate (smdp, euicc);
  assert_es10 (euicc, "BF4106 800101 810100", "BF4103810105");
  assert_take_hex (cancel (smdp, euicc, "06"), "BF410381017F");
  assert_es10_sw (euicc, "BF4100", 0x6A80);
  assert_es10_sw (euicc, "BF4105 8000 810100", 0x6A80);
  /* all of that has left the session alone */
  response = cancel (smdp, euicc, "01");
  g_assert_cmpuint (g_bytes_get_size (response), >, 90);
}

/* "Postponed" and "time-out" keep the one-time key, a refusal does not. */
static void
test_cancel_and_key (void)
{
  g_autoptr (LabEuicc) euicc = open_card ();
  g_autoptr (TestSmdp) smdp = smdp_new (test_pki_get ());
  g_autoptr (GBytes) first = NULL;
  g_autoptr (GBytes) response = NULL;
  g_autoptr (GBytes) refusal = NULL;

  smdp_session (smdp, euicc, NULL);
  first = g_bytes_ref (smdp->euicc_point);
  response = cancel (smdp, euicc, "01");
  smdp_session (smdp, euicc, &(PrepareTwist){ .point = first });
  g_assert_true (g_bytes_equal (first, smdp->euicc_point));
  refusal = cancel (smdp, euicc, "00");
  smdp_session (smdp, euicc, &(PrepareTwist){ .point = first });
  g_assert_false (g_bytes_equal (first, smdp->euicc_point));
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/lab/euicc/auth/ok", test_ok);
  g_test_add_func ("/lab/euicc/auth/no-session", test_no_session);
  g_test_add_func ("/lab/euicc/auth/signature", test_signature);
  g_test_add_func ("/lab/euicc/auth/ci", test_ci);
  g_test_add_func ("/lab/euicc/auth/certificate", test_certificate);
  g_test_add_func ("/lab/euicc/auth/curve", test_curve);
  g_test_add_func ("/lab/euicc/auth/ignore-dates", test_ignore_dates);
  g_test_add_func ("/lab/euicc/auth/malformed", test_malformed);
  g_test_add_func ("/lab/euicc/auth/second-pki", test_second_pki);
  g_test_add_func ("/lab/euicc/prepare/ok", test_prepare_ok);
  g_test_add_func ("/lab/euicc/prepare/codes", test_prepare_codes);
  g_test_add_func ("/lab/euicc/prepare/no-session", test_prepare_no_session);
  g_test_add_func ("/lab/euicc/prepare/retained", test_prepare_retained);
  g_test_add_func ("/lab/euicc/prepare/retained-limits", test_prepare_retained_limits);
  g_test_add_func ("/lab/euicc/cancel/reasons", test_cancel);
  g_test_add_func ("/lab/euicc/cancel/codes", test_cancel_codes);
  g_test_add_func ("/lab/euicc/cancel/key", test_cancel_and_key);
  status = g_test_run ();
  test_clear ();
  return status;
}
