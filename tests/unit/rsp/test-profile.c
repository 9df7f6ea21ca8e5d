/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-test"

#include "rsp-profile.h"

#include "rsp-hostile.h"
#include "rsp-tags.h"
#include "rsp-vectors.h"

#define NAMES "9103 4F7031 9203 506C61"
#define ICCID "5A0A" V_ICCID

/* @members as one E3, whatever its length. */
static RspProfile *
parse_members (const char *members, GError **error)
{
  g_autoptr (GBytes) value = hex_bytes (members);
  g_autoptr (TlvWriter) writer = tlv_writer_new ();
  g_autoptr (GBytes) bytes = NULL;
  Tlv tlv;

  tlv_put_bytes (writer, RSP_TAG_PROFILE_INFO, value);
  bytes = tlv_writer_finish (g_steal_pointer (&writer));
  g_assert_true (tlv_parse_bytes (bytes, RSP_TAG_PROFILE_INFO, &tlv, NULL));
  return rsp_profile_parse (&tlv, error);
}

static RspProfile *
parse_metadata (const char *members, GError **error)
{
  g_autoptr (GBytes) value = hex_bytes (members);
  g_autoptr (TlvWriter) writer = tlv_writer_new ();
  g_autoptr (GBytes) bytes = NULL;

  tlv_put_bytes (writer, 0xBF25, value);
  bytes = tlv_writer_finish (g_steal_pointer (&writer));
  return rsp_metadata_parse (bytes, error);
}

static RspProfile *
good_metadata (const char *members)
{
  g_autoptr (GError) error = NULL;
  RspProfile *profile = parse_metadata (members, &error);

  g_assert_no_error (error);
  return profile;
}

static void
test_every_member (void)
{
  g_autoptr (GBytes) bytes = hex_bytes (V_PROFILE_INFO);
  g_autoptr (GError) error = NULL;
  g_autoptr (RspProfile) profile = NULL;
  RspNotifyConfig *config;
  Tlv tlv;

  g_assert_true (tlv_parse_bytes (bytes, RSP_TAG_PROFILE_INFO, &tlv, &error));
  profile = rsp_profile_parse (&tlv, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (profile->iccid, ==, "8929901012345678905");
  assert_bytes_hex (profile->iccid_raw, V_ICCID);
  assert_bytes_hex (profile->aid, V_AID);
  g_assert_cmpint (profile->state, ==, RSP_STATE_ENABLED);
  g_assert_cmpstr (profile->nickname, ==, "Work");
  g_assert_cmpstr (profile->provider, ==, "Example Mobile");
  g_assert_cmpstr (profile->name, ==, "Data 開");
  g_assert_cmpint (profile->icon_type, ==, RSP_ICON_PNG);
  assert_bytes_hex (profile->icon, "89504E470D0A1A0A");
  g_assert_cmpint (profile->profile_class, ==, RSP_CLASS_OPERATIONAL);
  g_assert_cmpuint (profile->notify->len, ==, 2);
  config = g_ptr_array_index (profile->notify, 0);
  g_assert_cmpuint (config->events, ==, 0x0F);
  g_assert_cmpstr (config->address, ==, "n.a.example");
  config = g_ptr_array_index (profile->notify, 1);
  g_assert_cmpuint (config->events, ==, RSP_EVENT_INSTALL);
  g_assert_cmpstr (config->address, ==, "m.a.example");
  g_assert_cmpstr (profile->owner->mcc_mnc, ==, "44010");
  assert_bytes_hex (profile->owner->gid1, "0A");
  assert_bytes_hex (profile->owner->gid2, "FFFF");
  g_assert_cmpstr (profile->dp_oid, ==, "2.999.10");
  g_assert_cmpuint (profile->ppr, ==, RSP_PPR1_NO_DISABLE | RSP_PPR2_NO_DELETE);
}

static void
test_nothing (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RspProfile) profile = parse_members ("", &error);

  g_assert_no_error (error);
  g_assert_null (profile->iccid);
  g_assert_null (profile->iccid_raw);
  g_assert_null (profile->aid);
  g_assert_null (profile->nickname);
  g_assert_null (profile->owner);
  g_assert_cmpint (profile->state, ==, RSP_STATE_UNKNOWN);
  g_assert_cmpint (profile->icon_type, ==, RSP_ICON_NONE);
  /* profileClass DEFAULT operational */
  g_assert_cmpint (profile->profile_class, ==, RSP_CLASS_OPERATIONAL);
  g_assert_cmpuint (profile->notify->len, ==, 0);
  g_assert_cmpuint (profile->ppr, ==, 0);
}

/* EXTENSIBILITY IMPLIED: members of later versions, before and behind the known ones. */
static void
test_unknown_members (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RspProfile) profile
      = parse_members ("BF76021234 " ICCID "9F710100 BF2303800100 9F240101 910158 BF220430020500",
                       &error);

  g_assert_no_error (error);
  g_assert_cmpstr (profile->iccid, ==, "8929901012345678905");
  g_assert_cmpstr (profile->provider, ==, "X");
}

/* The order of the members is the chip's own affair. */
static void
test_any_order (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RspProfile) profile = parse_members ("99020640 950102 9F700100 910158 " ICCID, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (profile->ppr, ==, RSP_PPR1_NO_DISABLE);
  g_assert_cmpint (profile->state, ==, RSP_STATE_DISABLED);
  g_assert_cmpstr (profile->iccid, ==, "8929901012345678905");
}

/* What sits on the chip stays visible, however odd its values. */
static void
test_lenient (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RspProfile) odd
      = parse_members ("5A0AAAAAAAAAAAAAAAAAAAAA 9F700107 9102FF41 930109 950109 9400", &error);
  g_autoptr (RspProfile) no_iccid = parse_members ("5A00 910158", &error);
  g_autoptr (RspProfile) twenty = parse_members ("5A0A98921010325476981032", &error);

  g_assert_no_error (error);
  g_assert_null (odd->iccid);
  /* the raw number still says which profile is meant */
  assert_bytes_hex (odd->iccid_raw, "AAAAAAAAAAAAAAAAAAAA");
  g_assert_cmpint (odd->state, ==, RSP_STATE_UNKNOWN);
  g_assert_cmpint (odd->icon_type, ==, RSP_ICON_NONE);
  g_assert_cmpint (odd->profile_class, ==, RSP_CLASS_OPERATIONAL);
  g_assert_null (odd->icon);
  g_assert_true (g_utf8_validate (odd->provider, -1, NULL));
  g_assert_true (g_str_has_suffix (odd->provider, "A"));
  g_assert_null (no_iccid->iccid);
  g_assert_null (no_iccid->iccid_raw);
  g_assert_cmpstr (no_iccid->provider, ==, "X");
  g_assert_cmpstr (twenty->iccid, ==, "89290101234567890123");
}

static void
test_broken_members (void)
{
  static const struct
  {
    const char *members;
    KtErrorCode code;
  } rows[] = {
    { "5A", KT_ERROR_MALFORMED },
    { "5A05AA", KT_ERROR_MALFORMED },
    { "5A8005AA0000", KT_ERROR_MALFORMED },
    { "4F00", KT_ERROR_MALFORMED },
    { "4F11 A0000005591010FFFFFFFF890000110000", KT_ERROR_MALFORMED },
    { "9F7000", KT_ERROR_MALFORMED },
    { "9F70020000", KT_ERROR_MALFORMED },
    { "9500", KT_ERROR_MALFORMED },
    { "9900", KT_ERROR_MALFORMED },
    { "99020880", KT_ERROR_MALFORMED },
    { "B603 3001 80", KT_ERROR_MALFORMED },
    { "B602 0500", KT_ERROR_MISSING },
    { "B606 3004 80020780", KT_ERROR_MISSING },
    { "B605 3003 810158", KT_ERROR_MISSING },
    { "B700", KT_ERROR_MISSING },
    { "B704 80024400", KT_ERROR_MALFORMED },
    { "B706 800344F001 81", KT_ERROR_MALFORMED },
    { "B803 800180", KT_ERROR_MALFORMED },
    { "B802 8000", KT_ERROR_MALFORMED },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) error = NULL;

      g_test_message ("row %s", rows[i].members);
      g_assert_null (parse_members (rows[i].members, &error));
      assert_kt_error (&error, rows[i].code, NULL);
    }
}

/* A member that comes twice: the last one counts, and nothing leaks. */
static void
test_twice (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RspProfile) profile = parse_members (
      ICCID "4F05A000000559 900141 910141 920141 9401AA B705800344F001 B805800388370A" ICCID
            "4F05A000000558 900142 910142 920142 9401BB B705800344F002 B805800388370B",
      &error);

  g_assert_no_error (error);
  assert_bytes_hex (profile->aid, "A000000558");
  g_assert_cmpstr (profile->nickname, ==, "B");
  g_assert_cmpstr (profile->provider, ==, "B");
  g_assert_cmpstr (profile->name, ==, "B");
  assert_bytes_hex (profile->icon, "BB");
  g_assert_cmpstr (profile->owner->mcc_mnc, ==, "44020");
  g_assert_cmpstr (profile->dp_oid, ==, "2.999.11");
}

static void
test_title (void)
{
  static const struct
  {
    const char *members;
    const char *title;
  } rows[] = {
    { ICCID "900141 910142 920143", "A" },
    { ICCID "9000 910142 920143", "B C" },
    { ICCID "910142 920142", "B" },
    { ICCID "910142 9200", "B" },
    { ICCID "9100 920143", "C" },
    { ICCID "9100 9200", "8929901012345678905" },
    { "", "?" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (RspProfile) profile = parse_members (rows[i].members, NULL);
      g_autofree char *title = rsp_profile_title (profile);

      g_assert_cmpstr (title, ==, rows[i].title);
    }
}

/* TS 24.008 section 10.5.1.13: digits crosswise, the third of the MNC beside that of the MCC. */
static void
test_plmn (void)
{
  static const struct
  {
    const char *plmn;
    const char *text;
  } rows[] = {
    { "44F001", "44010" }, { "130062", "310260" }, { "00F110", "00101" }, { "EEEEEE", "******" },
    { "44EEEE", "44****" }, { "62F220", "26202" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *members = g_strconcat ("B7058003", rows[i].plmn, NULL);
      g_autoptr (RspProfile) profile = parse_members (members, NULL);

      g_assert_cmpstr (profile->owner->mcc_mnc, ==, rows[i].text);
      g_assert_null (profile->owner->gid1);
    }
}

static gboolean
decode_metadata (GBytes *bytes, GError **error)
{
  g_autoptr (RspProfile) profile = rsp_metadata_parse (bytes, error);

  return profile != NULL;
}

static void
test_metadata (void)
{
  g_autoptr (GBytes) bytes = hex_bytes (V_METADATA);
  g_autoptr (GBytes) shortest_bytes = hex_bytes (V_METADATA_SHORTEST);
  g_autoptr (GError) error = NULL;
  g_autoptr (RspProfile) profile = rsp_metadata_parse (bytes, &error);
  g_autoptr (RspProfile) shortest = rsp_metadata_parse (shortest_bytes, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (profile->iccid, ==, "8929901012345678905");
  g_assert_cmpstr (profile->provider, ==, "Example Mobile");
  g_assert_cmpstr (profile->name, ==, "Data 5 GB");
  g_assert_cmpuint (profile->ppr, ==, RSP_PPR1_NO_DISABLE);
  g_assert_cmpint (profile->state, ==, RSP_STATE_UNKNOWN);
  g_assert_null (profile->aid);
  g_assert_cmpstr (shortest->provider, ==, "");
  g_assert_cmpint (shortest->profile_class, ==, RSP_CLASS_OPERATIONAL);
  assert_whole_only (decode_metadata, V_METADATA);
  assert_whole_only (decode_metadata, V_METADATA_SHORTEST);
  survive_changes (decode_metadata, V_METADATA);
}

static void
test_metadata_bad (void)
{
  static const struct
  {
    const char *members;
    KtErrorCode code;
  } rows[] = {
    { "", KT_ERROR_MISSING },
    { NAMES, KT_ERROR_MISSING },
    { ICCID "9200", KT_ERROR_MISSING },
    { ICCID "9100", KT_ERROR_MISSING },
    { "5A09 989209012143658709" NAMES, KT_ERROR_MALFORMED },
    { "5A0A A89209012143658709F5" NAMES, KT_ERROR_MALFORMED },
    { "5A0A 98920901214365FFFFFF" NAMES, KT_ERROR_MALFORMED },
    { ICCID "9101FF 9200", KT_ERROR_MALFORMED },
    { ICCID "91034100" "42 9200", KT_ERROR_MALFORMED },
    { ICCID NAMES "950103", KT_ERROR_MALFORMED },
    { ICCID NAMES "9501FF", KT_ERROR_MALFORMED },
    { ICCID NAMES "99020880", KT_ERROR_MALFORMED },
    { ICCID NAMES "B60A 3008 80020780 8102C328", KT_ERROR_MALFORMED },
    { ICCID NAMES "B704 80024400", KT_ERROR_MALFORMED },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) error = NULL;

      g_test_message ("row %s", rows[i].members);
      g_assert_null (parse_metadata (rows[i].members, &error));
      assert_kt_error (&error, rows[i].code, "metadata.invalid");
    }
}

/* Limits of SGP.22 section 2.4.5: provider 32, name 64 bytes, icon 1024. */
static void
test_metadata_limits (void)
{
  static const struct
  {
    TlvTag tag;
    gsize most;
  } rows[] = { { 0x91, 32 }, { 0x92, 64 }, { 0x94, 1024 } };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    for (gsize more = 0; more < 2; more++)
      {
        g_autofree char *text = g_strnfill (rows[i].most + more, 'A');
        g_autoptr (TlvWriter) writer = tlv_writer_new ();
        g_autoptr (GBytes) start = hex_bytes (ICCID NAMES "930100");
        g_autoptr (GBytes) bytes = NULL;
        g_autoptr (GError) error = NULL;
        g_autoptr (RspProfile) profile = NULL;

        tlv_begin (writer, 0xBF25);
        tlv_put_raw_bytes (writer, start);
        tlv_put_string (writer, rows[i].tag, text);
        tlv_end (writer);
        bytes = tlv_writer_finish (g_steal_pointer (&writer));
        profile = rsp_metadata_parse (bytes, &error);
        if (more == 0)
          g_assert_no_error (error);
        else
          assert_kt_error (&error, KT_ERROR_LIMIT, "metadata.invalid");
      }
}

/* An icon without its type says nothing that can be shown. */
static void
test_metadata_icon (void)
{
  g_autoptr (RspProfile) bare = good_metadata (ICCID NAMES "9401AA");
  g_autoptr (RspProfile) jpg = good_metadata (ICCID NAMES "930100 9401AA");
  g_autoptr (RspProfile) later = good_metadata (ICCID NAMES "930102 9401AA");

  g_assert_null (bare->icon);
  g_assert_cmpint (jpg->icon_type, ==, RSP_ICON_JPG);
  assert_bytes_hex (jpg->icon, "AA");
  g_assert_null (later->icon);
}

/* What must hold: an ICCID of no bytes is an error, and nothing is written past a buffer. */
static void
test_peer_1 (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bare = hex_bytes ("BF25025A00");
  g_autoptr (GBytes) named = hex_bytes ("BF250C5A00" NAMES);

  g_assert_null (rsp_metadata_parse (bare, &error));
  assert_kt_error (&error, KT_ERROR_MALFORMED, "metadata.invalid");
  g_assert_null (rsp_metadata_parse (named, &error));
  assert_kt_error (&error, KT_ERROR_MALFORMED, "metadata.invalid");
  for (guint len = 1; len < 32; len++)
    {
      g_autoptr (GString) hex = g_string_new (NULL);
      g_autoptr (RspProfile) profile = NULL;

      g_string_append_printf (hex, "5A%02X", len);
      for (guint i = 0; i < len; i++)
        g_string_append (hex, "98");
      g_string_append (hex, NAMES);
      profile = parse_metadata (hex->str, &error);
      if (len == 10)
        g_assert_no_error (error);
      else
        assert_kt_error (&error, KT_ERROR_MALFORMED, "metadata.invalid");
    }
}

/*
 * What must hold: metadata that was shown and metadata in the package are compared in everything a
 * person agrees to or the chip acts upon.
 */
static void
test_peer_14 (void)
{
  static const struct
  {
    const char *members;
    const char *field;
  } rows[] = {
    { ICCID NAMES "930101 9401AA B60F 300D 80020780 8107612E6578616D70 B705800344F001 99020640",
      NULL },
    /* the same said in another order, with the default said aloud and the host in other letters */
    { NAMES ICCID "950102 99020640 B60F 300D 80020780 8107412E4558414D50 930101 9401AA "
      "B705800344F001", NULL },
    { "5A0A 98001032547698103254" NAMES "930101 9401AA B60F 300D 80020780 8107612E6578616D70 "
      "B705800344F001 99020640", "iccid" },
    { ICCID "9103 4F7032 9203506C61 930101 9401AA B60F 300D 80020780 8107612E6578616D70 "
      "B705800344F001 99020640", "serviceProviderName" },
    { ICCID "91034F7031 9203506C62 930101 9401AA B60F 300D 80020780 8107612E6578616D70 "
      "B705800344F001 99020640", "profileName" },
    { ICCID NAMES "950101 930101 9401AA B60F 300D 80020780 8107612E6578616D70 B705800344F001 "
      "99020640", "profileClass" },
    { ICCID NAMES "930101 9401AA B60F 300D 80020780 8107612E6578616D70 B705800344F001 99020560",
      "profilePolicyRules" },
    { ICCID NAMES "930101 9401AA B60F 300D 80020780 8107612E6578616D70 B705800344F001",
      "profilePolicyRules" },
    { ICCID NAMES "930101 9401AA B60F 300D 80020780 8107612E6578616D70 B705800344F002 99020640",
      "profileOwner" },
    { ICCID NAMES "930101 9401AA B60F 300D 80020780 8107612E6578616D70 B708800344F001 810101 "
      "99020640", "profileOwner" },
    { ICCID NAMES "930101 9401AA B60F 300D 80020780 8107612E6578616D70 99020640", "profileOwner" },
    { ICCID NAMES "930100 9401AA B60F 300D 80020780 8107612E6578616D70 B705800344F001 99020640",
      "icon" },
    { ICCID NAMES "930101 9401AB B60F 300D 80020780 8107612E6578616D70 B705800344F001 99020640",
      "icon" },
    { ICCID NAMES "B60F 300D 80020780 8107612E6578616D70 B705800344F001 99020640", "icon" },
    { ICCID NAMES "930101 9401AA B60F 300D 80020780 8107622E6578616D70 B705800344F001 99020640",
      "notificationConfigurationInfo" },
    { ICCID NAMES "930101 9401AA B60F 300D 80020640 8107612E6578616D70 B705800344F001 99020640",
      "notificationConfigurationInfo" },
    { ICCID NAMES "930101 9401AA B705800344F001 99020640", "notificationConfigurationInfo" },
  };
  g_autoptr (RspProfile) shown = good_metadata (rows[0].members);

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (RspProfile) arrived = good_metadata (rows[i].members);

      g_test_message ("row %s", rows[i].members);
      g_assert_cmpstr (rsp_metadata_differs (shown, arrived), ==, rows[i].field);
      g_assert_cmpstr (rsp_metadata_differs (arrived, shown), ==, rows[i].field);
    }
}

static void
test_references (void)
{
  RspProfile *profile = rsp_profile_new ();
  RspProfile *again = rsp_profile_ref (profile);

  rsp_profile_unref (profile);
  again->name = g_strdup ("still here");
  rsp_profile_unref (again);
  rsp_profile_unref (NULL);
  rsp_operator_id_free (NULL);
  rsp_notify_config_free (NULL);
}

static void
test_names (void)
{
  g_assert_cmpstr (rsp_class_name (RSP_CLASS_TEST), ==, "test");
  g_assert_cmpstr (rsp_class_name (RSP_CLASS_PROVISIONING), ==, "provisioning");
  g_assert_cmpstr (rsp_class_name (RSP_CLASS_OPERATIONAL), ==, "operational");
  g_assert_cmpstr (rsp_class_name ((RspProfileClass) 9), ==, "unknown");
  g_assert_cmpstr (rsp_event_name (RSP_EVENT_INSTALL), ==, "install");
  g_assert_cmpstr (rsp_event_name (RSP_EVENT_ENABLE), ==, "enable");
  g_assert_cmpstr (rsp_event_name (RSP_EVENT_DISABLE), ==, "disable");
  g_assert_cmpstr (rsp_event_name (RSP_EVENT_DELETE), ==, "delete");
  g_assert_cmpstr (rsp_event_name (0x10), ==, "unknown");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/rsp/profile/every-member", test_every_member);
  g_test_add_func ("/rsp/profile/nothing", test_nothing);
  g_test_add_func ("/rsp/profile/unknown-members", test_unknown_members);
  g_test_add_func ("/rsp/profile/any-order", test_any_order);
  g_test_add_func ("/rsp/profile/lenient", test_lenient);
  g_test_add_func ("/rsp/profile/broken-members", test_broken_members);
  g_test_add_func ("/rsp/profile/twice", test_twice);
  g_test_add_func ("/rsp/profile/title", test_title);
  g_test_add_func ("/rsp/profile/plmn", test_plmn);
  g_test_add_func ("/rsp/profile/references", test_references);
  g_test_add_func ("/rsp/profile/names", test_names);
  g_test_add_func ("/rsp/metadata/good", test_metadata);
  g_test_add_func ("/rsp/metadata/bad", test_metadata_bad);
  g_test_add_func ("/rsp/metadata/limits", test_metadata_limits);
  g_test_add_func ("/rsp/metadata/icon", test_metadata_icon);
  g_test_add_func ("/peer/1-empty-iccid", test_peer_1);
  g_test_add_func ("/peer/14-metadata-not-compared", test_peer_14);

  return g_test_run ();
}
