/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-test"

#include "rsp-info.h"

#include "rsp-hostile.h"
#include "rsp-recorded.h"
#include "rsp-tags.h"
#include "rsp-vectors.h"

#define PKIDS_A9 "A916 0414" V_PKID
#define PKIDS_AA "AA16 0414" V_PKID

static RspEuiccInfo *
parse_info2 (const char *members, GError **error)
{
  g_autoptr (GBytes) value = hex_bytes (members);
  g_autoptr (TlvWriter) writer = tlv_writer_new ();
  g_autoptr (GBytes) bytes = NULL;

  tlv_put_bytes (writer, RSP_TAG_EUICC_INFO2, value);
  bytes = tlv_writer_finish (g_steal_pointer (&writer));
  return rsp_euicc_info_parse (bytes, RSP_TAG_EUICC_INFO2, error);
}

static gboolean
decode_info1 (GBytes *bytes, GError **error)
{
  g_autoptr (RspEuiccInfo) info = rsp_euicc_info_parse (bytes, RSP_TAG_EUICC_INFO1, error);

  return info != NULL;
}

static gboolean
decode_info2 (GBytes *bytes, GError **error)
{
  g_autoptr (RspEuiccInfo) info = rsp_euicc_info_parse (bytes, RSP_TAG_EUICC_INFO2, error);

  return info != NULL;
}

static void
test_info1 (void)
{
  g_autoptr (GBytes) bytes = hex_bytes (V_EUICC_INFO1);
  g_autoptr (GBytes) known = hex_bytes (V_PKID2);
  g_autoptr (GBytes) other = hex_bytes ("0000000000000000000000000000000000000000");
  g_autoptr (GBytes) shorter = bytes_cut (known, 19);
  g_autoptr (GError) error = NULL;
  g_autoptr (RspEuiccInfo) info = rsp_euicc_info_parse (bytes, RSP_TAG_EUICC_INFO1, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (info->svn, ==, "2.2.2");
  g_assert_cmpuint (info->ci_verify->len, ==, 2);
  g_assert_cmpuint (info->ci_sign->len, ==, 1);
  g_assert_true (rsp_pkid_in_list (info->ci_verify, known));
  g_assert_false (rsp_pkid_in_list (info->ci_sign, known));
  g_assert_false (rsp_pkid_in_list (info->ci_verify, other));
  g_assert_false (rsp_pkid_in_list (info->ci_verify, shorter));
  /* it goes to the server as it came */
  g_assert_true (g_bytes_equal (info->raw, bytes));
  g_assert_cmpint (info->category, ==, -1);
  g_assert_cmpint (info->free_nvm, ==, -1);
  g_assert_null (info->firmware);
  assert_whole_only (decode_info1, V_EUICC_INFO1);
  survive_changes (decode_info1, V_EUICC_INFO1);
}

static void
test_info2 (void)
{
  g_autoptr (GBytes) bytes = hex_bytes (V_EUICC_INFO2);
  g_autoptr (GError) error = NULL;
  g_autoptr (RspEuiccInfo) info = rsp_euicc_info_parse (bytes, RSP_TAG_EUICC_INFO2, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (info->profile_version, ==, "2.3.1");
  g_assert_cmpstr (info->svn, ==, "2.2.2");
  g_assert_cmpstr (info->firmware, ==, "1.2.3");
  g_assert_cmpint (info->applications, ==, 5);
  g_assert_cmpint (info->free_nvm, ==, 0x927C0);
  g_assert_cmpint (info->free_ram, ==, 0x7F32);
  /* 7F36F7, the first bit is bit 0: contactless is not, usim … */
  g_assert_false (info->uicc_capability & 1 << 0);
  g_assert_true (info->uicc_capability & 1 << 1);
  g_assert_true (info->uicc_capability & 1 << 7);
  g_assert_false (info->uicc_capability & 1 << 8);
  g_assert_true (info->uicc_capability & 1 << 10);
  g_assert_cmpuint (info->uicc_capability >> 20, ==, 0);
  g_assert_cmpstr (info->ts102241, ==, "9.2.0");
  g_assert_cmpstr (info->global_platform, ==, "2.3.0");
  g_assert_cmpuint (info->rsp_capability, ==, 1 << 0 | 1 << 3);
  g_assert_cmpuint (info->ci_verify->len, ==, 2);
  g_assert_cmpuint (info->ci_sign->len, ==, 1);
  g_assert_cmpint (info->category, ==, 2);
  g_assert_cmpuint (info->forbidden_ppr, ==, 1 << 1);
  g_assert_cmpstr (info->pp_version, ==, "0.0.1");
  g_assert_cmpstr (info->sas_number, ==, "EX-UP-0001");
  g_assert_cmpstr (info->platform_label, ==, "1.2.840/x");
  g_assert_cmpstr (info->discovery_url, ==, "https://d.example");
  g_assert_cmpstr (info->highest_svn, ==, "3.0.0");
  assert_whole_only (decode_info2, V_EUICC_INFO2);
  survive_changes (decode_info2, V_EUICC_INFO2);
}

static void
test_info_bad (void)
{
  static const struct
  {
    const char *members;
    KtErrorCode code;
  } rows[] = {
    { "", KT_ERROR_MISSING },
    { "8203020202", KT_ERROR_MISSING },
    { PKIDS_A9, KT_ERROR_MISSING },
    { "8203020202 A900", KT_ERROR_MISSING },
    { "82020202" PKIDS_A9, KT_ERROR_MALFORMED },
    { "820402020200" PKIDS_A9, KT_ERROR_MALFORMED },
    { "8203020202 A903 0402AA", KT_ERROR_MALFORMED },
    { "8203020202 A902 0400", KT_ERROR_MALFORMED },
    { "8203020202 A902 0500", KT_ERROR_MISSING },
    { "8203020202" PKIDS_A9 "8402 8200", KT_ERROR_MALFORMED },
    { "8203020202" PKIDS_A9 "8403 8205AA", KT_ERROR_MALFORMED },
    { "8203020202" PKIDS_A9 "840B 8209000000000000000000", KT_ERROR_MALFORMED },
    { "8203020202" PKIDS_A9 "8500", KT_ERROR_MALFORMED },
    { "8203020202" PKIDS_A9 "85020880", KT_ERROR_MALFORMED },
    { "8203020202" PKIDS_A9 "8B00", KT_ERROR_MALFORMED },
    { "8203020202" PKIDS_A9 "AC01 80", KT_ERROR_MALFORMED },
    { "8203020202" PKIDS_A9 "0401AA", KT_ERROR_MALFORMED },
    { "8203020202" PKIDS_A9 "BF", KT_ERROR_MALFORMED },
  };
  static const BadRow outer[] = {
    { "", KT_ERROR_MISSING, NULL },
    { "BF2000", KT_ERROR_MISSING, NULL },
    { V_EUICC_INFO1, KT_ERROR_MISSING, NULL },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) error = NULL;

      g_test_message ("row %s", rows[i].members);
      g_assert_null (parse_info2 (rows[i].members, &error));
      assert_kt_error (&error, rows[i].code, NULL);
    }
  assert_bad_rows (decode_info2, outer, G_N_ELEMENTS (outer));
}

/* Members that say more than this program knows: numbers beyond, and unknown ones beside. */
static void
test_info_generous (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RspEuiccInfo) info
      = parse_info2 ("8203020202" PKIDS_A9 PKIDS_AA "840E 8208FFFFFFFFFFFFFFFF 8A020102 "
                     "8B020400 0C02FF41 8806 07FFFFFFFF80 9F7F020000 BF7F00",
                     &error);

  g_assert_no_error (error);
  g_assert_cmpint (info->free_nvm, ==, G_MAXINT64);
  g_assert_cmpint (info->free_ram, ==, -1);
  g_assert_cmpint (info->category, ==, 255);
  g_assert_cmphex (info->rsp_capability, ==, 0xFFFFFFFF);
  g_assert_true (g_utf8_validate (info->sas_number, -1, NULL));
}

/* A hostile list of keys is bounded. */
static void
test_info_limit (void)
{
  g_autoptr (GString) members = g_string_new ("8203020202 A981C3");
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < 65; i++)
    g_string_append (members, "0401AA");
  g_assert_null (parse_info2 (members->str, &error));
  assert_kt_error (&error, KT_ERROR_LIMIT, NULL);
}

static void
test_recorded (void)
{
  g_autoptr (GBytes) info1 = recorded_answer ("apdu.txt", "BF20");
  g_autoptr (GError) error = NULL;
  g_autoptr (RspEuiccInfo) info = NULL;
  g_autoptr (GBytes) test_ci = hex_bytes (V_PKID);

  if (info1 == NULL)
    {
      g_test_skip ("no recording");
      return;
    }
  info = rsp_euicc_info_parse (info1, RSP_TAG_EUICC_INFO1, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (info->svn, ==, "2.2.2");
  g_assert_cmpuint (info->ci_verify->len, ==, 1);
  g_assert_true (rsp_pkid_in_list (info->ci_verify, test_ci));
  g_assert_true (rsp_pkid_in_list (info->ci_sign, test_ci));
  g_assert_true (g_bytes_equal (info->raw, info1));
}

static void
test_capability_names (void)
{
  g_assert_cmpstr (rsp_uicc_capability_name (0), ==, "contactlessSupport");
  g_assert_cmpstr (rsp_uicc_capability_name (14), ==, "javacard");
  g_assert_cmpstr (rsp_uicc_capability_name (22), ==, "getIdentity");
  g_assert_cmpstr (rsp_uicc_capability_name (31), ==, "iotminimal");
  g_assert_null (rsp_uicc_capability_name (9));
  g_assert_null (rsp_uicc_capability_name (32));
  g_assert_null (rsp_uicc_capability_name (G_MAXUINT));
  g_assert_cmpstr (rsp_rsp_capability_name (0), ==, "additionalProfile");
  g_assert_cmpstr (rsp_rsp_capability_name (3), ==, "testProfileSupport");
  g_assert_null (rsp_rsp_capability_name (6));
  rsp_euicc_info_free (NULL);
  rsp_addresses_free (NULL);
}

static gboolean
decode_addresses (GBytes *bytes, GError **error)
{
  g_autoptr (RspAddresses) addresses = rsp_addresses_parse (bytes, error);

  return addresses != NULL;
}

static void
test_addresses (void)
{
  static const struct
  {
    const char *hex;
    const char *dp;
    const char *ds;
  } good[] = {
    { V_ADDRESSES, "a.example", "ds.example" },
    { "BF3C0C 810A64732E6578616D706C65", NULL, "ds.example" },
    { "BF3C0E 8000 810A64732E6578616D706C65", NULL, "ds.example" },
    { "BF3C00", NULL, NULL },
    { "BF3C04 9F7F0100", NULL, NULL },
  };
  static const BadRow bad[] = {
    { "", KT_ERROR_MISSING, NULL },
    { "BF3D00", KT_ERROR_MISSING, NULL },
    { "BF3C0180", KT_ERROR_MALFORMED, NULL },
    { "BF3C038001FF", KT_ERROR_MALFORMED, NULL },
    { "BF3C0380010081", KT_ERROR_MALFORMED, NULL },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (good); i++)
    {
      g_autoptr (GBytes) bytes = hex_bytes (good[i].hex);
      g_autoptr (GError) error = NULL;
      g_autoptr (RspAddresses) addresses = rsp_addresses_parse (bytes, &error);

      g_assert_no_error (error);
      g_assert_cmpstr (addresses->default_dp, ==, good[i].dp);
      g_assert_cmpstr (addresses->root_ds, ==, good[i].ds);
    }
  assert_bad_rows (decode_addresses, bad, G_N_ELEMENTS (bad));
  assert_whole_only (decode_addresses, V_ADDRESSES);
  survive_changes (decode_addresses, V_ADDRESSES);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/rsp/info/euicc-info1", test_info1);
  g_test_add_func ("/rsp/info/euicc-info2", test_info2);
  g_test_add_func ("/rsp/info/bad", test_info_bad);
  g_test_add_func ("/rsp/info/generous", test_info_generous);
  g_test_add_func ("/rsp/info/limit", test_info_limit);
  g_test_add_func ("/rsp/info/recorded", test_recorded);
  g_test_add_func ("/rsp/info/capability-names", test_capability_names);
  g_test_add_func ("/rsp/info/addresses", test_addresses);

  return g_test_run ();
}
