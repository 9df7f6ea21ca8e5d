/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-test"

#include "rsp-es10.h"

#include "rsp-codes.h"
#include "rsp-hostile.h"
#include "rsp-vectors.h"

/* SGP.22 sections 5.7.3 to 5.7.22: the bytes that go to the chip. */
static void
test_plain_requests (void)
{
  assert_take_hex (rsp_empty_request (RSP_TAG_CONFIGURED_ADDRESSES), "BF3C00");
  assert_take_hex (rsp_empty_request (RSP_TAG_EUICC_INFO1), "BF2000");
  assert_take_hex (rsp_empty_request (RSP_TAG_EUICC_INFO2), "BF2200");
  assert_take_hex (rsp_empty_request (RSP_TAG_EUICC_CHALLENGE), "BF2E00");
  assert_take_hex (rsp_empty_request (RSP_TAG_RAT), "BF4300");
  assert_take_hex (rsp_empty_request (RSP_TAG_LIST_NOTIFICATION), "BF2800");
  assert_take_hex (rsp_get_eid_request (), "BF3E035C015A");
  assert_take_hex (rsp_profiles_request (), "BF2D10 5C0E 5A4F9F70909192939495B6B7B899");
}

static void
test_switch_requests (void)
{
  g_autoptr (GBytes) iccid = hex_bytes (V_ICCID);
  g_autoptr (GBytes) aid = hex_bytes (V_AID);

  assert_take_hex (rsp_switch_request (RSP_TAG_ENABLE_PROFILE, RSP_BY_ICCID, iccid, TRUE),
                   "BF3111 A00C 5A0A" V_ICCID "8101FF");
  assert_take_hex (rsp_switch_request (RSP_TAG_ENABLE_PROFILE, RSP_BY_AID, aid, FALSE),
                   "BF3117 A012 4F10" V_AID "810100");
  assert_take_hex (rsp_switch_request (RSP_TAG_DISABLE_PROFILE, RSP_BY_ICCID, iccid, FALSE),
                   "BF3211 A00C 5A0A" V_ICCID "810100");
  assert_take_hex (rsp_switch_request (RSP_TAG_DISABLE_PROFILE, RSP_BY_AID, aid, TRUE),
                   "BF3217 A012 4F10" V_AID "8101FF");
}

/* DeleteProfileRequest is itself the CHOICE: no A0, other than in EnableProfile. */
static void
test_delete_requests (void)
{
  g_autoptr (GBytes) iccid = hex_bytes (V_ICCID);
  g_autoptr (GBytes) aid = hex_bytes (V_AID);

  assert_take_hex (rsp_delete_request (RSP_BY_ICCID, iccid), "BF330C 5A0A" V_ICCID);
  assert_take_hex (rsp_delete_request (RSP_BY_AID, aid), "BF3312 4F10" V_AID);
}

static void
test_memory_reset_requests (void)
{
  assert_take_hex (rsp_memory_reset_request (RSP_RESET_OPERATIONAL | RSP_RESET_TEST
                                             | RSP_RESET_DEFAULT_DP),
                   "BF3404 820205E0");
  assert_take_hex (rsp_memory_reset_request (RSP_RESET_OPERATIONAL), "BF3404 82020780");
  assert_take_hex (rsp_memory_reset_request (RSP_RESET_TEST), "BF3404 82020640");
  assert_take_hex (rsp_memory_reset_request (RSP_RESET_DEFAULT_DP), "BF3404 82020520");
}

static void
test_nickname_requests (void)
{
  g_autoptr (GBytes) iccid = hex_bytes (V_ICCID);
  g_autofree char *longest = g_strnfill (RSP_NICKNAME_MAX, 'n');
  g_autofree char *hex = NULL;
  g_autoptr (GString) tail = g_string_new (NULL);
  g_autoptr (GError) error = NULL;

  assert_take_hex (rsp_nickname_request (iccid, "Work", &error), "BF2912 5A0A" V_ICCID
                                                                 "9004576F726B");
  assert_take_hex (rsp_nickname_request (iccid, "", &error), "BF290E 5A0A" V_ICCID "9000");
  assert_take_hex (rsp_nickname_request (iccid, "開", &error), "BF2911 5A0A" V_ICCID "9003E9968B");
  for (guint i = 0; i < RSP_NICKNAME_MAX; i++)
    g_string_append (tail, "6E");
  hex = g_strconcat ("BF294E 5A0A" V_ICCID "9040", tail->str, NULL);
  assert_take_hex (rsp_nickname_request (iccid, longest, &error), hex);
  g_assert_no_error (error);
}

/* What must hold: a name of more than 64 bytes never reaches the chip. */
static void
test_peer_19 (void)
{
  g_autoptr (GBytes) iccid = hex_bytes (V_ICCID);
  g_autofree char *seventy = g_strnfill (70, 'n');
  g_autofree char *one_more = g_strnfill (RSP_NICKNAME_MAX + 1, 'n');
  g_autoptr (GString) kanji = g_string_new (NULL);
  g_autoptr (GError) error = NULL;

  g_assert_null (rsp_nickname_request (iccid, seventy, &error));
  assert_kt_error (&error, KT_ERROR_INVALID_INPUT, "input.nickname");
  g_assert_null (rsp_nickname_request (iccid, one_more, &error));
  assert_kt_error (&error, KT_ERROR_INVALID_INPUT, "input.nickname");
  /* 22 characters, 66 bytes: the limit is in bytes */
  for (guint i = 0; i < 22; i++)
    g_string_append (kanji, "開");
  g_assert_null (rsp_nickname_request (iccid, kanji->str, &error));
  assert_kt_error (&error, KT_ERROR_INVALID_INPUT, "input.nickname");
  g_assert_null (rsp_nickname_request (iccid, "\xFF", &error));
  assert_kt_error (&error, KT_ERROR_INVALID_INPUT, "input.nickname");
  g_assert_null (rsp_nickname_request (iccid, "\xE9\x96", NULL));
}

static void
test_default_dp_requests (void)
{
  assert_take_hex (rsp_default_dp_request ("a.example"), "BF3F0B 8009612E6578616D706C65");
  assert_take_hex (rsp_default_dp_request (""), "BF3F02 8000");
}

/* AUTOMATIC TAGS: the SEQUENCE of CertificateList gives way to A0. */
static void
test_crl_request (void)
{
  g_autoptr (GBytes) crl = hex_bytes ("3008 3000 3000 03020001");

  assert_take_hex (rsp_load_crl_request (crl), "BF350A A008 3000 3000 03020001");
}

static gboolean
decode_eid (GBytes *bytes, GError **error)
{
  g_autofree char *eid = rsp_get_eid_parse (bytes, error);

  return eid != NULL;
}

static void
test_eid (void)
{
  static const BadRow bad[] = {
    { "", KT_ERROR_MISSING, NULL },
    { "BF3E00", KT_ERROR_MISSING, NULL },
    { "BF3E02 5A00", KT_ERROR_MALFORMED, "chip.eid" },
    { "BF3E11 5A0F890490321234512345678901234512", KT_ERROR_MALFORMED, "chip.eid" },
    { "BF3E13 5A118904903212345123456789012345123500", KT_ERROR_MALFORMED, "chip.eid" },
    { "BF3E12 5A108904903212345123456789012345123A", KT_ERROR_MALFORMED, "chip.eid" },
    { "BF3E12 5B1089049032123451234567890123451235", KT_ERROR_MISSING, NULL },
    { "BF2012 5A1089049032123451234567890123451235", KT_ERROR_MISSING, NULL },
  };
  g_autoptr (GBytes) bytes = hex_bytes ("BF3E12 5A1089049032123451234567890123451235");
  g_autoptr (GError) error = NULL;
  g_autofree char *eid = rsp_get_eid_parse (bytes, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (eid, ==, "89049032123451234567890123451235");
  assert_whole_only (decode_eid, "BF3E12 5A1089049032123451234567890123451235");
  survive_changes (decode_eid, "BF3E12 5A1089049032123451234567890123451235");
  assert_bad_rows (decode_eid, bad, G_N_ELEMENTS (bad));
}

static void
test_profiles (void)
{
  g_autoptr (GBytes) bytes = hex_bytes (V_PROFILES);
  g_autoptr (GBytes) none = hex_bytes ("BF2D02A000");
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) profiles = rsp_profiles_parse (bytes, &error);
  g_autoptr (GPtrArray) empty = rsp_profiles_parse (none, &error);
  RspProfile *profile;

  g_assert_no_error (error);
  g_assert_cmpuint (empty->len, ==, 0);
  g_assert_cmpuint (profiles->len, ==, 3);
  profile = g_ptr_array_index (profiles, 0);
  g_assert_cmpstr (profile->nickname, ==, "Work");
  profile = g_ptr_array_index (profiles, 1);
  g_assert_cmpint (profile->profile_class, ==, RSP_CLASS_PROVISIONING);
  profile = g_ptr_array_index (profiles, 2);
  g_assert_null (profile->iccid);
  g_assert_cmpint (profile->state, ==, RSP_STATE_UNKNOWN);
}

static gboolean
decode_profiles (GBytes *bytes, GError **error)
{
  g_autoptr (GPtrArray) profiles = rsp_profiles_parse (bytes, error);

  return profiles != NULL;
}

static void
test_profiles_bad (void)
{
  static const BadRow bad[] = {
    { "", KT_ERROR_MISSING, NULL },
    { "BF2D00", KT_ERROR_MISSING, NULL },
    { "BF2E02A000", KT_ERROR_MISSING, NULL },
    { "BF2D02A100", KT_ERROR_MALFORMED, NULL },
    { "BF2D02A001", KT_ERROR_MALFORMED, NULL },
    { "BF2D04A0023000", KT_ERROR_MISSING, NULL },
    { "BF2D05A003E3014F", KT_ERROR_MALFORMED, NULL },
    /* a good row before a broken one: the list does not stop silently */
    { "BF2D14 A012 E30C5A0A" V_ICCID "E3029F70", KT_ERROR_MALFORMED, NULL },
    { "BF2D03810101", KT_ERROR_CHIP_REFUSED, "chip.refused" },
    { "BF2D0381017F", KT_ERROR_CHIP_REFUSED, "chip.refused" },
    { "BF2D0381012A", KT_ERROR_CHIP_REFUSED, "chip.refused" },
    { "BF2D028100", KT_ERROR_MALFORMED, NULL },
    { "BF2D038101FF", KT_ERROR_MALFORMED, NULL },
    /* 2^32 is not 0 */
    { "BF2D0781050100000000", KT_ERROR_MALFORMED, NULL },
  };

  assert_bad_rows (decode_profiles, bad, G_N_ELEMENTS (bad));
  assert_whole_only (decode_profiles, V_PROFILES);
  assert_whole_only (decode_profiles, V_PROFILES_V3);
  survive_changes (decode_profiles, V_PROFILES);
  survive_changes (decode_profiles, V_PROFILES_V3);
}

static void
test_profiles_limit (void)
{
  g_autoptr (GString) hex = g_string_new ("BF2D820208 A0820204");
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < 258; i++)
    g_string_append (hex, "E300");
  bytes = hex_bytes (hex->str);
  g_assert_null (rsp_profiles_parse (bytes, &error));
  assert_kt_error (&error, KT_ERROR_LIMIT, NULL);
}

static void
assert_result (RspTag function, int result, KtErrorCode code, const char *key)
{
  g_autofree char *hex = g_strdup_printf ("%04X038001%02X", function, result);
  g_autoptr (GBytes) bytes = hex_bytes (hex);
  g_autoptr (GError) error = NULL;

  g_assert_false (rsp_result_parse (bytes, function, &error));
  g_assert_cmpuint (kt_error_detail (error)->function, ==, function);
  g_assert_cmpint (kt_error_detail (error)->result, ==, result);
  assert_kt_error (&error, code, key);
  g_assert_false (rsp_result_parse (bytes, function, NULL));
}

static void
test_results (void)
{
  static const RspTag functions[] = {
    RSP_TAG_ENABLE_PROFILE, RSP_TAG_DISABLE_PROFILE, RSP_TAG_DELETE_PROFILE,
    RSP_TAG_MEMORY_RESET,   RSP_TAG_SET_NICKNAME,    RSP_TAG_SET_DEFAULT_DP,
    RSP_TAG_REMOVE_NOTIFICATION,
  };

  for (gsize i = 0; i < G_N_ELEMENTS (functions); i++)
    {
      g_autofree char *hex = g_strdup_printf ("%04X03800100", functions[i]);
      g_autoptr (GBytes) ok = hex_bytes (hex);
      g_autoptr (GError) error = NULL;

      g_assert_true (rsp_result_parse (ok, functions[i], &error));
      g_assert_no_error (error);
      for (int result = 1; result < 128; result++)
        {
          gboolean known = rsp_result_name (functions[i], result) != NULL && result != 127;

          if (!known)
            assert_result (functions[i], result, KT_ERROR_CHIP_REFUSED, "chip.refused");
        }
    }
  assert_result (RSP_TAG_ENABLE_PROFILE, 1, KT_ERROR_CHIP_REFUSED, "chip.profile-not-found");
  assert_result (RSP_TAG_ENABLE_PROFILE, 2, KT_ERROR_CHIP_REFUSED, "chip.already-in-use");
  assert_result (RSP_TAG_ENABLE_PROFILE, 3, KT_ERROR_CHIP_REFUSED, "chip.switch-forbidden");
  assert_result (RSP_TAG_ENABLE_PROFILE, 4, KT_ERROR_CHIP_REFUSED, "chip.wrong-reenabling");
  assert_result (RSP_TAG_ENABLE_PROFILE, 5, KT_ERROR_CHIP_REFUSED, "chip.busy");
  assert_result (RSP_TAG_DISABLE_PROFILE, 1, KT_ERROR_CHIP_REFUSED, "chip.profile-not-found");
  assert_result (RSP_TAG_DISABLE_PROFILE, 2, KT_ERROR_CHIP_REFUSED, "chip.not-in-use");
  assert_result (RSP_TAG_DISABLE_PROFILE, 3, KT_ERROR_CHIP_REFUSED, "chip.disable-forbidden");
  assert_result (RSP_TAG_DISABLE_PROFILE, 5, KT_ERROR_CHIP_REFUSED, "chip.busy");
  assert_result (RSP_TAG_DELETE_PROFILE, 1, KT_ERROR_CHIP_REFUSED, "chip.profile-not-found");
  assert_result (RSP_TAG_DELETE_PROFILE, 2, KT_ERROR_CHIP_REFUSED, "chip.delete-in-use");
  assert_result (RSP_TAG_DELETE_PROFILE, 3, KT_ERROR_CHIP_REFUSED, "chip.delete-forbidden");
  assert_result (RSP_TAG_MEMORY_RESET, 1, KT_ERROR_CHIP_REFUSED, "chip.nothing-to-delete");
  assert_result (RSP_TAG_MEMORY_RESET, 5, KT_ERROR_CHIP_REFUSED, "chip.busy");
  assert_result (RSP_TAG_SET_NICKNAME, 1, KT_ERROR_CHIP_REFUSED, "chip.profile-not-found");
  assert_result (RSP_TAG_REMOVE_NOTIFICATION, 1, KT_ERROR_CHIP_REFUSED, "chip.notification-gone");
}

static gboolean
decode_enable (GBytes *bytes, GError **error)
{
  return rsp_result_parse (bytes, RSP_TAG_ENABLE_PROFILE, error);
}

static void
test_results_bad (void)
{
  static const BadRow bad[] = {
    { "", KT_ERROR_MISSING, NULL },
    { "BF3100", KT_ERROR_MISSING, NULL },
    { "BF3203800100", KT_ERROR_MISSING, NULL },
    { "BF3103810100", KT_ERROR_MISSING, NULL },
    { "BF31028000", KT_ERROR_MALFORMED, NULL },
    { "BF310480020000", KT_ERROR_MALFORMED, NULL },
    { "BF31038001FF", KT_ERROR_MALFORMED, NULL },
    { "BF310780050100000000", KT_ERROR_MALFORMED, NULL },
    { "BF310B8009000000000000000000", KT_ERROR_MALFORMED, NULL },
  };

  assert_bad_rows (decode_enable, bad, G_N_ELEMENTS (bad));
  assert_whole_only (decode_enable, "BF3103800100");
  survive_changes (decode_enable, "BF3103800100");
}

static gboolean
decode_crl (GBytes *bytes, GError **error)
{
  return rsp_load_crl_parse (bytes, error);
}

static void
test_crl (void)
{
  static const BadRow bad[] = {
    { "BF3500", KT_ERROR_MISSING, NULL },
    { "BF3503810101", KT_ERROR_CHIP_REFUSED, "chip.crl-invalid" },
    { "BF3503810102", KT_ERROR_CHIP_REFUSED, "chip.crl-invalid" },
    { "BF3503810103", KT_ERROR_CHIP_REFUSED, "chip.full" },
    { "BF3503810104", KT_ERROR_CHIP_REFUSED, "chip.crl-invalid" },
    { "BF3503810105", KT_ERROR_CHIP_REFUSED, "chip.crl-old" },
    { "BF3503810106", KT_ERROR_CHIP_REFUSED, "chip.crl-invalid" },
    { "BF350381017F", KT_ERROR_CHIP_REFUSED, "chip.refused" },
    { "BF3503820100", KT_ERROR_MALFORMED, NULL },
  };

  assert_whole_only (decode_crl, "BF3502A000");
  assert_bad_rows (decode_crl, bad, G_N_ELEMENTS (bad));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/rsp/es10/request/plain", test_plain_requests);
  g_test_add_func ("/rsp/es10/request/switch", test_switch_requests);
  g_test_add_func ("/rsp/es10/request/delete", test_delete_requests);
  g_test_add_func ("/rsp/es10/request/memory-reset", test_memory_reset_requests);
  g_test_add_func ("/rsp/es10/request/nickname", test_nickname_requests);
  g_test_add_func ("/rsp/es10/request/default-dp", test_default_dp_requests);
  g_test_add_func ("/rsp/es10/request/crl", test_crl_request);
  g_test_add_func ("/rsp/es10/eid", test_eid);
  g_test_add_func ("/rsp/es10/profiles", test_profiles);
  g_test_add_func ("/rsp/es10/profiles-bad", test_profiles_bad);
  g_test_add_func ("/rsp/es10/profiles-limit", test_profiles_limit);
  g_test_add_func ("/rsp/es10/results", test_results);
  g_test_add_func ("/rsp/es10/results-bad", test_results_bad);
  g_test_add_func ("/rsp/es10/crl", test_crl);
  g_test_add_func ("/peer/19-nickname-of-70-bytes", test_peer_19);

  return g_test_run ();
}
