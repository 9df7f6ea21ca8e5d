/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-test"

#include "rsp-codes.h"

#include "kt-test.h"
#include "rsp-explain.h"

typedef struct
{
  RspTag function;
  int result;
  const char *name;
  const char *key;
} Row;

/* SGP.22 sections 5.7.7 to 5.7.22, each code of each function */
static const Row rows[] = {
  { 0xBF31, 1, "iccidOrAidNotFound", "chip.profile-not-found" },
  { 0xBF31, 2, "profileNotInDisabledState", "chip.already-in-use" },
  { 0xBF31, 3, "disallowedByPolicy", "chip.switch-forbidden" },
  { 0xBF31, 4, "wrongProfileReenabling", "chip.wrong-reenabling" },
  { 0xBF31, 5, "catBusy", "chip.busy" },
  { 0xBF31, 127, "undefinedError", "chip.refused" },
  { 0xBF32, 1, "iccidOrAidNotFound", "chip.profile-not-found" },
  { 0xBF32, 2, "profileNotInEnabledState", "chip.not-in-use" },
  { 0xBF32, 3, "disallowedByPolicy", "chip.disable-forbidden" },
  { 0xBF32, 5, "catBusy", "chip.busy" },
  { 0xBF33, 1, "iccidOrAidNotFound", "chip.profile-not-found" },
  { 0xBF33, 2, "profileNotInDisabledState", "chip.delete-in-use" },
  { 0xBF33, 3, "disallowedByPolicy", "chip.delete-forbidden" },
  { 0xBF34, 1, "nothingToDelete", "chip.nothing-to-delete" },
  { 0xBF34, 5, "catBusy", "chip.busy" },
  { 0xBF29, 1, "iccidNotFound", "chip.profile-not-found" },
  { 0xBF2D, 1, "incorrectInputValues", "chip.refused" },
  { 0xBF30, 1, "nothingToDelete", "chip.notification-gone" },
  { 0xBF2B, 1, "noResultAvailable", "chip.notification-gone" },
  { 0xBF38, 1, "invalidCertificate", "chip.server-certificate" },
  { 0xBF38, 2, "invalidSignature", "chip.server-signature" },
  { 0xBF38, 3, "unsupportedCurve", "chip.server-curve" },
  { 0xBF38, 4, "noSessionContext", "chip.session-lost" },
  { 0xBF38, 5, "invalidOid", "chip.server-certificate" },
  { 0xBF38, 6, "euiccChallengeMismatch", "chip.session-lost" },
  { 0xBF38, 7, "ciPKUnknown", "chip.ci-unknown" },
  { 0xBF38, 127, "undefinedError", "chip.refused" },
  { 0xBF21, 1, "invalidCertificate", "chip.server-certificate" },
  { 0xBF21, 2, "invalidSignature", "chip.server-signature" },
  { 0xBF21, 3, "unsupportedCurve", "chip.server-curve" },
  { 0xBF21, 4, "noSessionContext", "chip.session-lost" },
  { 0xBF21, 5, "invalidTransactionId", "chip.session-lost" },
  { 0xBF41, 5, "invalidTransactionId", "chip.session-lost" },
  { 0xBF35, 1, "invalidSignature", "chip.crl-invalid" },
  { 0xBF35, 2, "invalidCRLFormat", "chip.crl-invalid" },
  { 0xBF35, 3, "notEnoughMemorySpace", "chip.full" },
  { 0xBF35, 4, "verificationKeyNotFound", "chip.crl-invalid" },
  { 0xBF35, 5, "fresherCrlAlreadyLoaded", "chip.crl-old" },
  { 0xBF35, 6, "baseCrlMissing", "chip.crl-invalid" },
  /* numbers of a later version have no name and the general sentence */
  { 0xBF31, 42, NULL, "chip.refused" },
  { 0xBF31, 0x7FFFFFFF, NULL, "chip.refused" },
  { 0xBF99, 1, NULL, "chip.refused" },
};

static void
test_results (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *number = g_strdup_printf ("error %d", rows[i].result);

      g_assert_cmpstr (rsp_result_name (rows[i].function, rows[i].result), ==, rows[i].name);
      g_assert_false (rsp_result_check (rows[i].function, rows[i].result, &error));
      g_assert_cmpuint (kt_error_detail (error)->function, ==, rows[i].function);
      g_assert_cmpint (kt_error_detail (error)->result, ==, rows[i].result);
      g_assert_nonnull (strstr (error->message, number));
      if (rows[i].name != NULL)
        g_assert_nonnull (strstr (error->message, rows[i].name));
      g_assert_true (rsp_explain_knows (kt_error_key (error)));
      assert_kt_error (&error, KT_ERROR_CHIP_REFUSED, rows[i].key);
      g_assert_false (rsp_result_check (rows[i].function, rows[i].result, NULL));
    }
}

static void
test_ok (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (rsp_result_check (RSP_TAG_ENABLE_PROFILE, 0, &error));
  g_assert_no_error (error);
  g_assert_cmpstr (rsp_result_name (RSP_TAG_ENABLE_PROFILE, 0), ==, "ok");
  g_assert_false (rsp_result_check_not_ok (RSP_TAG_ENABLE_PROFILE, 0, &error));
  assert_kt_error (&error, KT_ERROR_CHIP_REFUSED, "chip.refused");
}

static void
test_number (void)
{
  static const struct
  {
    const char *hex;
    int number;
  } numbers[] = {
    { "020100", 0 }, { "02017F", 127 }, { "02020080", 128 }, { "02047FFFFFFF", 0x7FFFFFFF },
    { "0201FF", -1 }, { "02050080000000", -1 }, { "02050100000000", -1 }, { "0200", -1 },
    { "02020000", -1 }, { "0209000000000000000000", -1 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (numbers); i++)
    {
      g_autoptr (GBytes) bytes = hex_bytes (numbers[i].hex);
      g_autoptr (GError) error = NULL;
      int number = 99;
      Tlv tlv;

      g_assert_true (tlv_parse_bytes (bytes, TLV_INTEGER, &tlv, NULL));
      if (numbers[i].number >= 0)
        {
          g_assert_true (rsp_result_number (&tlv, &number, &error));
          g_assert_cmpint (number, ==, numbers[i].number);
        }
      else
        {
          g_assert_false (rsp_result_number (&tlv, &number, &error));
          assert_kt_error (&error, KT_ERROR_MALFORMED, NULL);
          g_assert_cmpint (number, ==, 99);
        }
    }
}

static void
test_functions (void)
{
  g_assert_cmpstr (rsp_function_name (RSP_TAG_ENABLE_PROFILE), ==, "EnableProfile");
  g_assert_cmpstr (rsp_function_name (RSP_TAG_BOUND_PROFILE_PACKAGE), ==,
                   "LoadBoundProfilePackage");
  g_assert_cmpstr (rsp_function_name (RSP_TAG_EUICC_DATA), ==, "GetEID");
  g_assert_cmpstr (rsp_function_name ((RspTag) 0xBF99), ==, "ES10");
}

/* SGP.22 section 2.5.6: after all other reasons the server ends the order. */
static void
test_bpp (void)
{
  static const char *const commands[] = {
    "initialiseSecureChannel", "configureISDP",      "storeMetadata",
    "storeMetadata2",          "replaceSessionKeys", "loadProfileElements",
  };

  for (int i = 0; i < (int) G_N_ELEMENTS (commands); i++)
    g_assert_cmpstr (rsp_bpp_command_name (i), ==, commands[i]);
  g_assert_cmpstr (rsp_bpp_command_name (-1), ==, "unknown command");
  g_assert_cmpstr (rsp_bpp_command_name (6), ==, "unknown command");
  for (int reason = -1; reason < 200; reason++)
    {
      g_assert_cmpint (rsp_bpp_reason_is_retryable (reason), ==, reason == 10 || reason == 11);
      g_assert_true (rsp_explain_knows (rsp_bpp_reason_key (reason)));
      g_assert_nonnull (rsp_bpp_reason_name (reason));
    }
  g_assert_cmpstr (rsp_bpp_reason_name (10), ==, "installFailedDueToInsufficientMemoryForProfile");
  g_assert_cmpstr (rsp_bpp_reason_name (13), ==, "installFailedDueToDataMismatch");
  g_assert_cmpstr (rsp_bpp_reason_name (99), ==, "unknown reason");
  g_assert_cmpstr (rsp_bpp_reason_key (99), ==, "install.unknown");
}

static void
test_pe_status (void)
{
  static const char *const names[] = {
    "ok", "pe-not-supported", "memory-failure", "bad-values", "not-enough-memory",
    "invalid-request-format", "invalid-parameter", "runtime-not-supported", "lib-not-supported",
    "template-not-supported", "feature-not-supported", "pin-code-missing",
  };

  for (int i = 0; i < (int) G_N_ELEMENTS (names); i++)
    g_assert_cmpstr (rsp_pe_status_name (i), ==, names[i]);
  g_assert_cmpstr (rsp_pe_status_name (31), ==, "unsupported-profile-version");
  g_assert_cmpstr (rsp_pe_status_name (12), ==, "unknown");
  g_assert_cmpstr (rsp_pe_status_name (-1), ==, "unknown");
}

/* What must hold: codes are texts, so that 3.1 and 3.10, 4.1 and 4.10 keep apart. */
static void
test_peer_codes_are_texts (void)
{
  g_assert_cmpstr (rsp_reason_name ("3.1"), ==, "Unsupported");
  g_assert_cmpstr (rsp_reason_name ("3.10"), ==, "Invalid association");
  g_assert_cmpstr (rsp_reason_name ("4.1"), ==, "Full");
  g_assert_cmpstr (rsp_reason_name ("4.10"), ==, "Time to live expired");
  g_assert_cmpstr (rsp_subject_name ("8.1"), ==, "eUICC");
  g_assert_cmpstr (rsp_subject_name ("8.10"), ==, "RSP operation");
  g_assert_cmpstr (rsp_subject_name ("8.2.1"), ==, "Profile ICCID");
  g_assert_cmpstr (rsp_subject_name ("8.2.10"), ==, "Bound profile package");
  g_assert_null (rsp_reason_name ("3.100"));
  g_assert_null (rsp_reason_name (""));
  g_assert_null (rsp_reason_name (NULL));
  g_assert_null (rsp_subject_name ("8.2.6 "));
  g_assert_null (rsp_subject_name (NULL));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/rsp/codes/results", test_results);
  g_test_add_func ("/rsp/codes/ok", test_ok);
  g_test_add_func ("/rsp/codes/number", test_number);
  g_test_add_func ("/rsp/codes/functions", test_functions);
  g_test_add_func ("/rsp/codes/bpp", test_bpp);
  g_test_add_func ("/rsp/codes/pe-status", test_pe_status);
  g_test_add_func ("/peer/1g-codes-are-texts", test_peer_codes_are_texts);

  return g_test_run ();
}
