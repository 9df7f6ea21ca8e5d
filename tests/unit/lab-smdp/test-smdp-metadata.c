/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kt-bytes.h"
#include "kt-error.h"
#include "lab-metadata.h"

#include <string.h>

#define ICCID "8929901012345678905"

static LabMetadata
plain (void)
{
  LabMetadata metadata = LAB_METADATA_INIT;

  metadata.iccid = ICCID;
  metadata.provider = "A";
  metadata.name = "B";
  return metadata;
}

static void
assert_hex (const LabMetadata *metadata, const char *expected)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = lab_metadata_build (metadata, &error);
  g_autofree char *hex = NULL;

  g_assert_no_error (error);
  hex = kt_hex_bytes (bytes);
  g_assert_cmpstr (hex, ==, expected);
}

/* Written by hand from StoreMetadataRequest of the module RSPDefinitions */
static void
test_encoding (void)
{
  static const guint8 png[] = { 0x89, 'P', 'N', 'G', 0x0D, 0x0A, 0x1A, 0x0A, 0x00 };
  const LabNotify notify[]
      = { { RSP_EVENT_INSTALL, "n.x" }, { RSP_EVENT_ENABLE | RSP_EVENT_DELETE, "m.x" } };
  g_autoptr (GBytes) icon = g_bytes_new_static (png, sizeof png);
  g_autoptr (GBytes) gid = g_bytes_new_static ("\x07", 1);
  LabMetadata metadata = plain ();

  assert_hex (&metadata, "BF2512" "5A0A989209012143658709F5" "910141" "920142");
  metadata.profile_class = RSP_CLASS_PROVISIONING;
  assert_hex (&metadata, "BF2515" "5A0A989209012143658709F5" "910141" "920142" "950101");
  metadata.profile_class = RSP_CLASS_TEST;
  assert_hex (&metadata, "BF2515" "5A0A989209012143658709F5" "910141" "920142" "950100");
  metadata.profile_class = RSP_CLASS_OPERATIONAL;
  metadata.icon_type = RSP_ICON_PNG;
  metadata.icon = icon;
  metadata.notify = notify;
  metadata.n_notify = 2;
  metadata.owner = "44010";
  metadata.gid1 = gid;
  metadata.ppr = RSP_PPR1_NO_DISABLE | RSP_PPR2_NO_DELETE;
  assert_hex (&metadata, "BF2546" "5A0A989209012143658709F5" "910141" "920142"
                         "930101" "940989504E470D0A1A0A00"
                         "B616" "3009" "80020780" "81036E2E78" "3009" "80020450" "81036D2E78"
                         "B708" "800344F001" "810107"
                         "99020560");
}

static void
test_round (void)
{
  LabMetadata metadata = plain ();
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (RspProfile) profile = NULL;
  g_autoptr (GError) error = NULL;

  metadata.provider = "\xE6\x97\xA5\xE6\x9C\xAC";
  metadata.owner = "001001";
  bytes = lab_metadata_build (&metadata, &error);
  g_assert_no_error (error);
  profile = rsp_metadata_parse (bytes, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (profile->iccid, ==, ICCID);
  g_assert_cmpstr (profile->provider, ==, metadata.provider);
  g_assert_cmpint (profile->profile_class, ==, RSP_CLASS_OPERATIONAL);
  g_assert_cmpstr (profile->owner->mcc_mnc, ==, "001001");
}

static void
test_plmn (void)
{
  static const struct
  {
    const char *text;
    const char *hex;
  } rows[] = {
    /* TS 24.008 section 10.5.1.13 */
    { "24405", "42F450" },
    { "00101", "00F110" },
    { "310410", "130014" },
  };
  static const char *const wrong[] = { "", "4401", "4401000", "44o10" };
  guint8 out[3];

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *hex = NULL;

      g_assert_true (lab_plmn_encode (rows[i].text, out));
      hex = kt_hex (out, 3);
      g_assert_cmpstr (hex, ==, rows[i].hex);
    }
  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    g_assert_false (lab_plmn_encode (wrong[i], out));
}

static void
assert_unfit (const LabMetadata *metadata, const char *key)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (lab_metadata_build (metadata, &error));
  g_assert_error (error, KT_ERROR, KT_ERROR_INVALID_INPUT);
  g_assert_cmpstr (kt_error_key (error), ==, key);
}

#define UNFIT(field, value, key)                                                                   \
  G_STMT_START                                                                                     \
  {                                                                                                \
    LabMetadata unfit = plain ();                                                                  \
                                                                                                   \
    unfit.field = value;                                                                           \
    assert_unfit (&unfit, key);                                                                    \
  }                                                                                                \
  G_STMT_END

static void
test_unfit (void)
{
  g_autofree char *long_provider = g_strnfill (33, 'x');
  g_autofree char *long_name = g_strnfill (65, 'x');
  g_autofree guint8 *big = g_malloc0 (1025);
  g_autoptr (GBytes) big_icon = g_bytes_new (big, 1025);
  g_autoptr (GBytes) nothing = g_bytes_new (NULL, 0);
  g_autoptr (GBytes) gif = g_bytes_new_static ("GIF89a....", 10);
  static const LabNotify no_event = { 0, "a.b" };
  static const LabNotify no_address = { RSP_EVENT_INSTALL, "" };
  LabMetadata metadata;

  UNFIT (iccid, NULL, "operator.iccid");
  UNFIT (iccid, "123", "operator.iccid");
  UNFIT (provider, NULL, "operator.provider");
  UNFIT (provider, long_provider, "operator.provider");
  UNFIT (provider, "\xFF\xFE", "operator.provider");
  UNFIT (name, NULL, "operator.name");
  UNFIT (name, long_name, "operator.name");
  UNFIT (icon_type, RSP_ICON_PNG, "operator.icon");
  UNFIT (icon, gif, "operator.icon");
  UNFIT (profile_class, (RspProfileClass) 3, "operator.class");
  UNFIT (ppr, 1 << 7, "operator.ppr");
  UNFIT (owner, "1", "operator.owner");
  UNFIT (gid1, gif, "operator.owner");
  metadata = plain ();
  metadata.icon = big_icon;
  metadata.icon_type = RSP_ICON_JPG;
  assert_unfit (&metadata, "operator.icon");
  metadata.icon = gif;
  assert_unfit (&metadata, "operator.icon");
  metadata = plain ();
  metadata.owner = "44010";
  metadata.gid2 = nothing;
  assert_unfit (&metadata, "operator.owner");
  metadata = plain ();
  metadata.profile_class = RSP_CLASS_PROVISIONING;
  metadata.ppr = RSP_PPR2_NO_DELETE;
  assert_unfit (&metadata, "operator.ppr");
  metadata = plain ();
  metadata.n_notify = 1;
  metadata.notify = &no_event;
  assert_unfit (&metadata, "operator.notify");
  metadata.notify = &no_address;
  assert_unfit (&metadata, "operator.notify");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/smdp/metadata/encoding", test_encoding);
  g_test_add_func ("/smdp/metadata/round", test_round);
  g_test_add_func ("/smdp/metadata/plmn", test_plmn);
  g_test_add_func ("/smdp/metadata/unfit", test_unfit);
  return g_test_run ();
}
