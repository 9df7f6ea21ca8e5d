/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-test"

#include "rsp-auth.h"

#include "rsp-hostile.h"
#include "rsp-vectors.h"

#define CERTIFICATE "3003020105"

static gboolean
decode_challenge (GBytes *bytes, GError **error)
{
  g_autoptr (GBytes) challenge = rsp_challenge_parse (bytes, error);

  return challenge != NULL;
}

static void
test_challenge (void)
{
  static const BadRow bad[] = {
    { "BF2E00", KT_ERROR_MISSING, NULL },
    { "BF2E12 8110" V_16, KT_ERROR_MISSING, NULL },
    { "BF2E02 8000", KT_ERROR_MALFORMED, NULL },
    { "BF2E05 8003AABBCC", KT_ERROR_MALFORMED, NULL },
    { "BF2E13 8011" V_16 "00", KT_ERROR_MALFORMED, NULL },
  };
  g_autoptr (GBytes) bytes = hex_bytes ("BF2E12 8010" V_16);
  g_autoptr (GError) error = NULL;

  assert_take_hex (rsp_challenge_parse (bytes, &error), V_16);
  g_assert_no_error (error);
  assert_whole_only (decode_challenge, "BF2E12 8010" V_16);
  assert_bad_rows (decode_challenge, bad, G_N_ELEMENTS (bad));
}

static gboolean
decode_signed1 (GBytes *bytes, GError **error)
{
  g_autoptr (RspServerSigned1) signed1 = rsp_server_signed1_parse (bytes, error);

  return signed1 != NULL;
}

static void
test_signed1 (void)
{
  static const BadRow bad[] = {
    { "", KT_ERROR_MISSING, NULL },
    { "3000", KT_ERROR_MISSING, NULL },
    { "302F 8110" V_11 "8309612E6578616D706C65 8410" V_22, KT_ERROR_MISSING, NULL },
    { "3031 8000 8110" V_11 "8309612E6578616D706C65 8410" V_22, KT_ERROR_MALFORMED, NULL },
    { "3044 8011" V_TID "00 8110" V_11 "830B612E6578616D706C652E78 8410" V_22, KT_ERROR_MALFORMED,
      NULL },
    { "302F 8010" V_TID "8309612E6578616D706C65 8410" V_22, KT_ERROR_MISSING, NULL },
    { "3040 8010" V_TID "810F111111111111111111111111111111 8309612E6578616D706C65 8410" V_22,
      KT_ERROR_MALFORMED, NULL },
    { "3036 8010" V_TID "8110" V_11 "8410" V_22, KT_ERROR_MISSING, NULL },
    { "3039 8010" V_TID "8110" V_11 "8301FF 8410" V_22, KT_ERROR_MALFORMED, NULL },
    { "3039 8010" V_TID "8110" V_11 "830100 8410" V_22, KT_ERROR_MALFORMED, NULL },
    { "302F 8010" V_TID "8110" V_11 "8309612E6578616D706C65", KT_ERROR_MISSING, NULL },
    { "3032 8010" V_TID "8110" V_11 "8309612E6578616D706C65 840122", KT_ERROR_MALFORMED, NULL },
  };
  g_autoptr (GBytes) bytes = hex_bytes (V_SERVER_SIGNED1);
  g_autoptr (GError) error = NULL;
  g_autoptr (RspServerSigned1) signed1 = rsp_server_signed1_parse (bytes, &error);

  g_assert_no_error (error);
  assert_bytes_hex (signed1->transaction_id, V_TID);
  assert_bytes_hex (signed1->euicc_challenge, V_11);
  g_assert_cmpstr (signed1->server_address, ==, "a.example");
  assert_bytes_hex (signed1->server_challenge, V_22);
  rsp_server_signed1_free (NULL);
  assert_bad_rows (decode_signed1, bad, G_N_ELEMENTS (bad));
  assert_whole_only (decode_signed1, V_SERVER_SIGNED1);
  survive_changes (decode_signed1, V_SERVER_SIGNED1);
}

/* TS 24.008: digits crosswise, the fifteenth padded with F; the TAC is the first eight digits. */
static void
test_imei (void)
{
  static const struct
  {
    const char *imei;
    const char *tac;
    const char *bytes;
  } rows[] = {
    { "352906111234564", "53926011", "53926011214365F4" },
    { "3529061112345641", "53926011", "5392601121436514" },
    { "000000000000000", "00000000", "00000000000000F0" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_auto (RspDeviceInfo) device = { 0 };
      g_autoptr (GError) error = NULL;
      g_autofree char *tac = NULL;

      g_assert_true (rsp_device_info_parse_imei (&device, rows[i].imei, &error));
      g_assert_no_error (error);
      tac = kt_hex (device.tac, sizeof device.tac);
      g_assert_cmpstr (tac, ==, rows[i].tac);
      assert_bytes_hex (device.imei, rows[i].bytes);
    }
}

/* What must hold: no byte of a device number comes from uninitialised memory or a short text. */
static void
test_peer_8 (void)
{
  static const char *const bad[] = {
    "", "3", "35290611", "35290611123456", "35290611123456789", "35290611123456A",
    "35290611 1234564", "352906-11-123456-4", "+35290611123456", "\xEF\xBC\x93" "52906111234",
  };
  g_auto (RspDeviceInfo) device = { .tac = { 1, 2, 3, 4 } };

  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_false (rsp_device_info_parse_imei (&device, bad[i], &error));
      assert_kt_error (&error, KT_ERROR_INVALID_INPUT, "input.imei");
      g_assert_null (device.imei);
      g_assert_cmpmem (device.tac, 4, "\1\2\3\4", 4);
    }
  g_assert_true (rsp_device_info_parse_imei (&device, "352906111234564", NULL));
  g_assert_true (rsp_device_info_parse_imei (&device, "352906111234572", NULL));
  assert_bytes_hex (device.imei, "53926011214375F2");
}

static void
test_authenticate_request (void)
{
  g_autoptr (GBytes) signed1 = hex_bytes (V_SERVER_SIGNED1);
  g_autoptr (GBytes) signature = hex_bytes (V_SIGNATURE);
  g_autoptr (GBytes) pkid = hex_bytes (V_PKID);
  g_autoptr (GBytes) certificate = hex_bytes (CERTIFICATE);
  g_auto (RspDeviceInfo) device = { .tac = { 0x35, 0x29, 0x06, 0x11 } };
  g_auto (RspDeviceInfo) full
      = { .gsm = { 15, 0, 0 }, .utran = { 0, 1, 0 }, .eutran = { 0, 0, 1 } };

  assert_take_hex (
      rsp_authenticate_server_request (signed1, signature, pkid, certificate, "A-1", &device),
      "BF3881B2" V_SERVER_SIGNED1 V_SIGNATURE "0414" V_PKID CERTIFICATE
      "A00F 8003412D31 A108 800435290611 A100");
  /* a default SM-DP+ is asked with an empty MatchingID, an SM-DS without one */
  assert_take_hex (
      rsp_authenticate_server_request (signed1, signature, pkid, certificate, "", &device),
      "BF3881AF" V_SERVER_SIGNED1 V_SIGNATURE "0414" V_PKID CERTIFICATE
      "A00C 8000 A108 800435290611 A100");
  assert_take_hex (
      rsp_authenticate_server_request (signed1, signature, pkid, certificate, NULL, &device),
      "BF3881AD" V_SERVER_SIGNED1 V_SIGNATURE "0414" V_PKID CERTIFICATE
      "A00A A108 800435290611 A100");
  g_assert_true (rsp_device_info_parse_imei (&full, "352906111234564", NULL));
  assert_take_hex (
      rsp_authenticate_server_request (signed1, signature, pkid, certificate, NULL, &full),
      "BF3881C6" V_SERVER_SIGNED1 V_SIGNATURE "0414" V_PKID CERTIFICATE
      "A023 A121 800453926011 A10F 80030F0000 8103000100 8503000001 820853926011214365F4");
}

static gboolean
check_authenticate (GBytes *bytes, GError **error)
{
  return rsp_authenticate_server_check (bytes, error);
}

static gboolean
check_prepare (GBytes *bytes, GError **error)
{
  return rsp_prepare_download_check (bytes, error);
}

static gboolean
check_cancel (GBytes *bytes, GError **error)
{
  return rsp_cancel_session_check (bytes, error);
}

#define AUTHENTICATE_ERROR(code) "BF3817 A115 8010" V_TID "0201" code
#define PREPARE_ERROR(code) "BF2117 A115 8010" V_TID "0201" code

static void
test_authenticate_answer (void)
{
  static const BadRow bad[] = {
    { AUTHENTICATE_ERROR ("01"), KT_ERROR_CHIP_REFUSED, "chip.server-certificate" },
    { AUTHENTICATE_ERROR ("02"), KT_ERROR_CHIP_REFUSED, "chip.server-signature" },
    { AUTHENTICATE_ERROR ("03"), KT_ERROR_CHIP_REFUSED, "chip.server-curve" },
    { AUTHENTICATE_ERROR ("04"), KT_ERROR_CHIP_REFUSED, "chip.session-lost" },
    { AUTHENTICATE_ERROR ("05"), KT_ERROR_CHIP_REFUSED, "chip.server-certificate" },
    { AUTHENTICATE_ERROR ("06"), KT_ERROR_CHIP_REFUSED, "chip.session-lost" },
    { AUTHENTICATE_ERROR ("07"), KT_ERROR_CHIP_REFUSED, "chip.ci-unknown" },
    { AUTHENTICATE_ERROR ("7F"), KT_ERROR_CHIP_REFUSED, "chip.refused" },
    { AUTHENTICATE_ERROR ("2A"), KT_ERROR_CHIP_REFUSED, "chip.refused" },
    /* an error of 0 is an error all the same */
    { AUTHENTICATE_ERROR ("00"), KT_ERROR_CHIP_REFUSED, "chip.refused" },
    { AUTHENTICATE_ERROR ("FF"), KT_ERROR_MALFORMED, NULL },
    { "BF3814 A112 8010" V_TID, KT_ERROR_MISSING, NULL },
    { "BF3800", KT_ERROR_MISSING, NULL },
    { "BF3802 A200", KT_ERROR_MALFORMED, NULL },
    { "BF3803 020101", KT_ERROR_MALFORMED, NULL },
    { "BF2102 A000", KT_ERROR_MISSING, NULL },
  };
  g_autoptr (GBytes) refused = hex_bytes (AUTHENTICATE_ERROR ("07"));
  g_autoptr (GError) error = NULL;

  g_assert_false (rsp_authenticate_server_check (refused, &error));
  g_assert_cmpuint (kt_error_detail (error)->function, ==, 0xBF38);
  g_assert_cmpint (kt_error_detail (error)->result, ==, 7);
  g_assert_nonnull (strstr (error->message, "ciPKUnknown"));
  g_clear_error (&error);
  assert_bad_rows (check_authenticate, bad, G_N_ELEMENTS (bad));
  assert_whole_only (check_authenticate, V_AUTHENTICATE_OK);
  survive_changes (check_authenticate, AUTHENTICATE_ERROR ("01"));
}

static void
test_free_memory (void)
{
  g_autoptr (GBytes) ok = hex_bytes (V_AUTHENTICATE_OK);
  g_autoptr (GBytes) refused = hex_bytes (AUTHENTICATE_ERROR ("01"));
  g_autoptr (GBytes) bare = hex_bytes ("BF3804 A002 3000");
  g_autoptr (GBytes) nothing = hex_bytes ("");

  g_assert_cmpint (rsp_authenticate_server_free_memory (ok), ==, 0x927C0);
  g_assert_cmpint (rsp_authenticate_server_free_memory (refused), ==, -1);
  g_assert_cmpint (rsp_authenticate_server_free_memory (bare), ==, -1);
  g_assert_cmpint (rsp_authenticate_server_free_memory (nothing), ==, -1);
}

static gboolean
decode_signed2 (GBytes *bytes, GError **error)
{
  g_autoptr (RspSmdpSigned2) signed2 = rsp_smdp_signed2_parse (bytes, error);

  return signed2 != NULL;
}

static void
test_signed2 (void)
{
  static const BadRow bad[] = {
    { "", KT_ERROR_MISSING, NULL },
    { "3000", KT_ERROR_MISSING, NULL },
    { "3003 0101FF", KT_ERROR_MISSING, NULL },
    { "3005 8000 0101FF", KT_ERROR_MALFORMED, NULL },
    { "3012 8010" V_TID, KT_ERROR_MISSING, NULL },
    { "3014 8010" V_TID "0100", KT_ERROR_MALFORMED, NULL },
    { "3016 8010" V_TID "01020000", KT_ERROR_MALFORMED, NULL },
    { "3018 8010" V_TID "0101FF 5F4900", KT_ERROR_MALFORMED, NULL },
    { "3019 8010" V_TID "0101FF 5F490104", KT_ERROR_MALFORMED, NULL },
    { "3017 8010" V_TID "0101FF 5F49", KT_ERROR_MALFORMED, NULL },
  };
  g_autoptr (GBytes) asked_bytes = hex_bytes (V_SMDP_SIGNED2);
  g_autoptr (GBytes) retained_bytes = hex_bytes (V_SMDP_SIGNED2_OTPK);
  g_autoptr (GError) error = NULL;
  g_autoptr (RspSmdpSigned2) asked = rsp_smdp_signed2_parse (asked_bytes, &error);
  g_autoptr (RspSmdpSigned2) retained = rsp_smdp_signed2_parse (retained_bytes, &error);

  g_assert_no_error (error);
  assert_bytes_hex (asked->transaction_id, V_TID);
  g_assert_true (asked->confirmation_required);
  g_assert_null (asked->euicc_otpk);
  g_assert_false (retained->confirmation_required);
  assert_bytes_hex (retained->euicc_otpk, "04" V_11 V_22 V_11 V_22);
  rsp_smdp_signed2_free (NULL);
  assert_bad_rows (decode_signed2, bad, G_N_ELEMENTS (bad));
  assert_whole_only (decode_signed2, V_SMDP_SIGNED2);
  assert_whole_only (decode_signed2, V_SMDP_SIGNED2_OTPK);
  survive_changes (decode_signed2, V_SMDP_SIGNED2_OTPK);
}

/* SGP.22 section 3.1.3: the code's hash, hashed again with the transaction id. */
static void
test_hash_cc (void)
{
  g_autoptr (GBytes) tid = hex_bytes (V_TID);
  g_autoptr (GBytes) other = hex_bytes (V_11);
  g_autoptr (GBytes) hash = rsp_hash_cc ("1234", tid);
  g_autoptr (GBytes) elsewhere = rsp_hash_cc ("1234", other);

  assert_bytes_hex (hash, "e62ed88864ccf99ebcc7c57c5a37641a99315c87f6151c3f4b77c920332e1177");
  g_assert_false (g_bytes_equal (hash, elsewhere));
}

static void
test_prepare_request (void)
{
  g_autoptr (GBytes) signed2 = hex_bytes (V_SMDP_SIGNED2);
  g_autoptr (GBytes) signature = hex_bytes (V_SIGNATURE);
  g_autoptr (GBytes) hash = hex_bytes (V_11 V_22);
  g_autoptr (GBytes) certificate = hex_bytes (CERTIFICATE);

  assert_take_hex (rsp_prepare_download_request (signed2, signature, NULL, certificate),
                   "BF215F" V_SMDP_SIGNED2 V_SIGNATURE CERTIFICATE);
  assert_take_hex (rsp_prepare_download_request (signed2, signature, hash, certificate),
                   "BF218181" V_SMDP_SIGNED2 V_SIGNATURE "0420" V_11 V_22 CERTIFICATE);
}

static void
test_prepare_answer (void)
{
  static const BadRow bad[] = {
    { PREPARE_ERROR ("01"), KT_ERROR_CHIP_REFUSED, "chip.server-certificate" },
    { PREPARE_ERROR ("02"), KT_ERROR_CHIP_REFUSED, "chip.server-signature" },
    { PREPARE_ERROR ("03"), KT_ERROR_CHIP_REFUSED, "chip.server-curve" },
    { PREPARE_ERROR ("04"), KT_ERROR_CHIP_REFUSED, "chip.session-lost" },
    { PREPARE_ERROR ("05"), KT_ERROR_CHIP_REFUSED, "chip.session-lost" },
    { PREPARE_ERROR ("7F"), KT_ERROR_CHIP_REFUSED, "chip.refused" },
    { PREPARE_ERROR ("00"), KT_ERROR_CHIP_REFUSED, "chip.refused" },
    { "BF2100", KT_ERROR_MISSING, NULL },
    { "BF2102 8000", KT_ERROR_MALFORMED, NULL },
  };

  assert_whole_only (check_prepare,
                     "BF21819E A0819B 3056 8010" V_TID "5F494104" V_11 V_22 V_11 V_22 V_SIGNATURE);
  assert_bad_rows (check_prepare, bad, G_N_ELEMENTS (bad));
}

static void
test_cancel (void)
{
  static const struct
  {
    RspCancelReason reason;
    const char *hex;
    const char *name;
  } rows[] = {
    { RSP_CANCEL_END_USER_REJECTION, "00", "endUserRejection" },
    { RSP_CANCEL_POSTPONED, "01", "postponed" },
    { RSP_CANCEL_TIMEOUT, "02", "timeout" },
    { RSP_CANCEL_PPR_NOT_ALLOWED, "03", "pprNotAllowed" },
    { RSP_CANCEL_METADATA_MISMATCH, "04", "metadataMismatch" },
    { RSP_CANCEL_LOAD_BPP_EXECUTION_ERROR, "05", "loadBppExecutionError" },
    { RSP_CANCEL_UNDEFINED, "7F", "undefinedReason" },
  };
  static const BadRow bad[] = {
    { "BF4103810105", KT_ERROR_CHIP_REFUSED, "chip.session-lost" },
    { "BF410381017F", KT_ERROR_CHIP_REFUSED, "chip.refused" },
    { "BF4103810100", KT_ERROR_CHIP_REFUSED, "chip.refused" },
    { "BF41038101FF", KT_ERROR_MALFORMED, NULL },
    { "BF4100", KT_ERROR_MISSING, NULL },
    { "BF4102 A100", KT_ERROR_MALFORMED, NULL },
  };
  g_autoptr (GBytes) tid = hex_bytes (V_TID);

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *hex = g_strconcat ("BF4115 8010" V_TID "8101", rows[i].hex, NULL);

      assert_take_hex (rsp_cancel_session_request (tid, rows[i].reason), hex);
      g_assert_cmpstr (rsp_cancel_reason_name (rows[i].reason), ==, rows[i].name);
    }
  assert_whole_only (check_cancel, V_CANCEL_OK);
  assert_bad_rows (check_cancel, bad, G_N_ELEMENTS (bad));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/rsp/auth/challenge", test_challenge);
  g_test_add_func ("/rsp/auth/server-signed1", test_signed1);
  g_test_add_func ("/rsp/auth/imei", test_imei);
  g_test_add_func ("/rsp/auth/authenticate-request", test_authenticate_request);
  g_test_add_func ("/rsp/auth/authenticate-answer", test_authenticate_answer);
  g_test_add_func ("/rsp/auth/free-memory", test_free_memory);
  g_test_add_func ("/rsp/auth/smdp-signed2", test_signed2);
  g_test_add_func ("/rsp/auth/hash-cc", test_hash_cc);
  g_test_add_func ("/rsp/auth/prepare-request", test_prepare_request);
  g_test_add_func ("/rsp/auth/prepare-answer", test_prepare_answer);
  g_test_add_func ("/rsp/auth/cancel", test_cancel);
  g_test_add_func ("/peer/8-short-imei", test_peer_8);

  return g_test_run ();
}
