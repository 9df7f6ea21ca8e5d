/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-test"

#include "rsp-rat.h"

#include "rsp-hostile.h"
#include "rsp-vectors.h"

static gboolean
decode_rat (GBytes *bytes, GError **error)
{
  g_autoptr (GPtrArray) rat = rsp_rat_parse (bytes, error);

  return rat != NULL;
}

/* Rules "30…" back to back as BF43. */
static GPtrArray *
rat_of (const char *rules)
{
  g_autoptr (GBytes) list = hex_bytes (rules);
  g_autoptr (TlvWriter) writer = tlv_writer_new ();
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GError) error = NULL;
  GPtrArray *rat;

  tlv_begin (writer, 0xBF43);
  tlv_put_bytes (writer, 0xA0, list);
  tlv_end (writer);
  bytes = tlv_writer_finish (g_steal_pointer (&writer));
  rat = rsp_rat_parse (bytes, &error);
  g_assert_no_error (error);
  return rat;
}

static void
test_parse (void)
{
  g_autoptr (GBytes) bytes = hex_bytes (V_RAT_ANYONE);
  g_autoptr (GBytes) none_bytes = hex_bytes ("BF4302A000");
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) rat = rsp_rat_parse (bytes, &error);
  g_autoptr (GPtrArray) none = rsp_rat_parse (none_bytes, &error);
  RspRatRule *rule;
  RspOperatorId *id;

  g_assert_no_error (error);
  g_assert_cmpuint (none->len, ==, 0);
  g_assert_cmpuint (rat->len, ==, 1);
  rule = g_ptr_array_index (rat, 0);
  g_assert_cmpuint (rule->ppr, ==, RSP_PPR1_NO_DISABLE | RSP_PPR2_NO_DELETE);
  g_assert_true (rule->consent_required);
  g_assert_cmpuint (rule->operators->len, ==, 1);
  id = g_ptr_array_index (rule->operators, 0);
  g_assert_cmpstr (id->mcc_mnc, ==, "******");
  assert_whole_only (decode_rat, V_RAT_ANYONE);
  survive_changes (decode_rat, V_RAT_ANYONE);
  rsp_rat_rule_free (NULL);
}

static void
test_bad (void)
{
  static const BadRow bad[] = {
    { "", KT_ERROR_MISSING, NULL },
    { "BF4300", KT_ERROR_MISSING, NULL },
    { "BF4302A100", KT_ERROR_MISSING, NULL },
    { "BF4304 A002 3100", KT_ERROR_MISSING, NULL },
    { "BF4304 A002 3000", KT_ERROR_MISSING, NULL },
    { "BF4308 A006 3004 80020640", KT_ERROR_MISSING, NULL },
    { "BF430A A008 3006 80020640 A100", KT_ERROR_MISSING, NULL },
    { "BF430E A00C 300A 80020880 A100 82020780", KT_ERROR_MALFORMED, NULL },
    { "BF4312 A010 300E 80020640 A104 30028000 82020780", KT_ERROR_MALFORMED, NULL },
    { "BF4310 A00E 300C 80020640 A102 0500 82020780", KT_ERROR_MISSING, NULL },
    { "BF430C A00A 3008 80020640 A100 8200", KT_ERROR_MALFORMED, NULL },
  };

  assert_bad_rows (decode_rat, bad, G_N_ELEMENTS (bad));
}

static void
test_limits (void)
{
  g_autoptr (TlvWriter) writer = tlv_writer_new ();
  g_autoptr (GBytes) rule = hex_bytes ("300A 80020640 A100 82020780");
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GBytes) many = NULL;
  g_autoptr (GBytes) operator_id = hex_bytes ("3005 8003EEEEEE");
  g_autoptr (GError) error = NULL;

  tlv_begin (writer, 0xBF43);
  tlv_begin (writer, 0xA0);
  for (guint i = 0; i < 65; i++)
    tlv_put_raw_bytes (writer, rule);
  tlv_end (writer);
  tlv_end (writer);
  bytes = tlv_writer_finish (g_steal_pointer (&writer));
  g_assert_null (rsp_rat_parse (bytes, &error));
  assert_kt_error (&error, KT_ERROR_LIMIT, NULL);

  writer = tlv_writer_new ();
  tlv_begin (writer, 0xBF43);
  tlv_begin (writer, 0xA0);
  tlv_begin (writer, TLV_SEQUENCE);
  tlv_put_bits (writer, 0x80, RSP_PPR1_NO_DISABLE);
  tlv_begin (writer, 0xA1);
  for (guint i = 0; i < 257; i++)
    tlv_put_raw_bytes (writer, operator_id);
  tlv_end (writer);
  tlv_put_bits (writer, 0x82, 1);
  tlv_end (writer);
  tlv_end (writer);
  tlv_end (writer);
  many = tlv_writer_finish (g_steal_pointer (&writer));
  g_assert_null (rsp_rat_parse (many, &error));
  assert_kt_error (&error, KT_ERROR_LIMIT, NULL);
}

/* PPR bits, operator, consent flag */
#define RULE(ppr, id, flags) "3011 8002" ppr "A107 3005 8003" id "8202" flags
#define RULE_GID(ppr, members, flags) "3014 8002" ppr "A10A 3008" members "8202" flags
#define PPR1 "0640"
#define PPR2 "0520"
#define PPR12 "0560"
#define CONSENT "0780"
#define NO_CONSENT "0700"

typedef struct
{
  const char *rules;
  guint32 ppr;
  const char *owner;
  RspRatVerdict verdict;
} JudgeRow;

#define OWNER "800344F001"
#define GID "800344F001 81010A"

static const JudgeRow judge[] = {
  /* without rules of the profile nothing is asked */
  { "", 0, OWNER, RSP_RAT_ALLOWED },
  { "", 0, NULL, RSP_RAT_ALLOWED },
  { "", RSP_PPR_UPDATE_CONTROL, NULL, RSP_RAT_ALLOWED },
  /* no rule, no right */
  { "", RSP_PPR1_NO_DISABLE, OWNER, RSP_RAT_FORBIDDEN },
  { RULE (PPR2, "EEEEEE", NO_CONSENT), RSP_PPR1_NO_DISABLE, OWNER, RSP_RAT_FORBIDDEN },
  { RULE (PPR1, "44F001", NO_CONSENT), RSP_PPR1_NO_DISABLE, OWNER, RSP_RAT_ALLOWED },
  { RULE (PPR1, "44F001", CONSENT), RSP_PPR1_NO_DISABLE, OWNER, RSP_RAT_CONSENT },
  { RULE (PPR1, "44F002", NO_CONSENT), RSP_PPR1_NO_DISABLE, OWNER, RSP_RAT_FORBIDDEN },
  /* a profile without an owner may not have rules */
  { RULE (PPR1, "EEEEEE", NO_CONSENT), RSP_PPR1_NO_DISABLE, NULL, RSP_RAT_FORBIDDEN },
  /* wildcards: all, the network code alone, one digit */
  { RULE (PPR1, "EEEEEE", NO_CONSENT), RSP_PPR1_NO_DISABLE, OWNER, RSP_RAT_ALLOWED },
  { RULE (PPR1, "44E0EE", NO_CONSENT), RSP_PPR1_NO_DISABLE, OWNER, RSP_RAT_ALLOWED },
  { RULE (PPR1, "44FEE1", NO_CONSENT), RSP_PPR1_NO_DISABLE, OWNER, RSP_RAT_ALLOWED },
  { RULE (PPR1, "44FEE2", NO_CONSENT), RSP_PPR1_NO_DISABLE, OWNER, RSP_RAT_FORBIDDEN },
  { RULE (PPR1, "44F0E1", NO_CONSENT), RSP_PPR1_NO_DISABLE, OWNER, RSP_RAT_ALLOWED },
  { RULE (PPR1, "44F0EE", NO_CONSENT), RSP_PPR1_NO_DISABLE, "800344F099", RSP_RAT_ALLOWED },
  { RULE (PPR1, "44F0EE", NO_CONSENT), RSP_PPR1_NO_DISABLE, "800344F199", RSP_RAT_FORBIDDEN },
  /* an E of the profile's own is no wildcard */
  { RULE (PPR1, "44F001", NO_CONSENT), RSP_PPR1_NO_DISABLE, "8003EEEEEE", RSP_RAT_FORBIDDEN },
  /* every rule of the profile needs one of the table; one that asks is enough to ask */
  { RULE (PPR1, "EEEEEE", NO_CONSENT), RSP_PPR1_NO_DISABLE | RSP_PPR2_NO_DELETE, OWNER,
    RSP_RAT_FORBIDDEN },
  { RULE (PPR12, "EEEEEE", NO_CONSENT), RSP_PPR1_NO_DISABLE | RSP_PPR2_NO_DELETE, OWNER,
    RSP_RAT_ALLOWED },
  { RULE (PPR1, "EEEEEE", NO_CONSENT) RULE (PPR2, "EEEEEE", CONSENT),
    RSP_PPR1_NO_DISABLE | RSP_PPR2_NO_DELETE, OWNER, RSP_RAT_CONSENT },
  { RULE (PPR1, "EEEEEE", CONSENT) RULE (PPR2, "EEEEEE", NO_CONSENT),
    RSP_PPR1_NO_DISABLE | RSP_PPR2_NO_DELETE, OWNER, RSP_RAT_CONSENT },
  { RULE (PPR1, "EEEEEE", CONSENT), RSP_PPR1_NO_DISABLE | RSP_PPR2_NO_DELETE, OWNER,
    RSP_RAT_FORBIDDEN },
  /* the first rule that fits counts */
  { RULE (PPR1, "44F001", NO_CONSENT) RULE (PPR1, "EEEEEE", CONSENT), RSP_PPR1_NO_DISABLE, OWNER,
    RSP_RAT_ALLOWED },
  { RULE (PPR1, "EEEEEE", CONSENT) RULE (PPR1, "44F001", NO_CONSENT), RSP_PPR1_NO_DISABLE, OWNER,
    RSP_RAT_CONSENT },
  { RULE (PPR1, "62F220", CONSENT) RULE (PPR1, "EEEEEE", NO_CONSENT), RSP_PPR1_NO_DISABLE, OWNER,
    RSP_RAT_ALLOWED },
  /* group identifiers: equal, another, any (present but empty), none */
  { RULE_GID (PPR1, "800344F001 81010A", NO_CONSENT), RSP_PPR1_NO_DISABLE, GID, RSP_RAT_ALLOWED },
  { RULE_GID (PPR1, "800344F001 81010B", NO_CONSENT), RSP_PPR1_NO_DISABLE, GID, RSP_RAT_FORBIDDEN },
  { RULE_GID (PPR1, "800344F001 81010A", NO_CONSENT), RSP_PPR1_NO_DISABLE, OWNER,
    RSP_RAT_FORBIDDEN },
  { "3013 80020640 A109 3007 800344F001 8100 82020700", RSP_PPR1_NO_DISABLE, GID, RSP_RAT_ALLOWED },
  { "3013 80020640 A109 3007 800344F001 8100 82020700", RSP_PPR1_NO_DISABLE, OWNER,
    RSP_RAT_ALLOWED },
  { RULE (PPR1, "44F001", NO_CONSENT), RSP_PPR1_NO_DISABLE, GID, RSP_RAT_FORBIDDEN },
  { RULE (PPR1, "44F001", NO_CONSENT), RSP_PPR1_NO_DISABLE, "800344F001 8100", RSP_RAT_ALLOWED },
  { RULE_GID (PPR1, "800344F001 82010A", NO_CONSENT), RSP_PPR1_NO_DISABLE, GID, RSP_RAT_FORBIDDEN },
  { RULE_GID (PPR1, "800344F001 82010A", NO_CONSENT), RSP_PPR1_NO_DISABLE, "800344F001 82010A",
    RSP_RAT_ALLOWED },
  /* a rule for nobody */
  { "300A 80020640 A100 82020700", RSP_PPR1_NO_DISABLE, OWNER, RSP_RAT_FORBIDDEN },
};

static void
test_judge (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (judge); i++)
    {
      g_autoptr (GPtrArray) rat = rat_of (judge[i].rules);
      g_autoptr (RspProfile) profile = rsp_profile_new ();

      g_test_message ("row %zu", i);
      profile->ppr = judge[i].ppr;
      if (judge[i].owner != NULL)
        {
          g_autoptr (GBytes) owner = hex_bytes (judge[i].owner);
          Tlv tlv = { .tag = 0xB7, .value = g_bytes_get_data (owner, NULL),
                      .len = g_bytes_get_size (owner) };

          profile->owner = rsp_operator_id_parse (&tlv, NULL);
          g_assert_nonnull (profile->owner);
        }
      g_assert_cmpint (rsp_rat_judge (rat, profile), ==, judge[i].verdict);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/rsp/rat/parse", test_parse);
  g_test_add_func ("/rsp/rat/bad", test_bad);
  g_test_add_func ("/rsp/rat/limits", test_limits);
  g_test_add_func ("/rsp/rat/judge", test_judge);

  return g_test_run ();
}
