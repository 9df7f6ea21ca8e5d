/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lpd-guard.h"

#include "kt-error.h"

static RspProfile *
make (const char *iccid, RspProfileClass profile_class, RspProfileState state, guint32 ppr)
{
  RspProfile *profile = rsp_profile_new ();

  profile->iccid = g_strdup (iccid);
  profile->profile_class = profile_class;
  profile->state = state;
  profile->ppr = ppr;
  return profile;
}

static GPtrArray *
list_of (RspProfile *first, ...)
{
  GPtrArray *list = g_ptr_array_new_with_free_func ((GDestroyNotify) rsp_profile_unref);
  va_list args;

  va_start (args, first);
  for (RspProfile *profile = first; profile != NULL; profile = va_arg (args, RspProfile *))
    g_ptr_array_add (list, profile);
  va_end (args);
  return list;
}

#define assert_fails(call, wanted_code, wanted_key)                                                \
  G_STMT_START                                                                                     \
  {                                                                                                \
    g_autoptr (GError) error = NULL;                                                               \
                                                                                                   \
    g_assert_false (call);                                                                         \
    g_assert_error (error, KT_ERROR, wanted_code);                                                 \
    g_assert_cmpstr (kt_error_key (error), ==, wanted_key);                                        \
  }                                                                                                \
  G_STMT_END

static void
test_provisioning_is_protected (void)
{
  RspProfile *pp = make ("8981000000000000001", RSP_CLASS_PROVISIONING, RSP_STATE_ENABLED, 0);
  RspProfile *op = make ("8981000000000000002", RSP_CLASS_OPERATIONAL, RSP_STATE_DISABLED, 0);
  g_autoptr (GPtrArray) list = list_of (pp, op, NULL);

  assert_fails (lpd_guard_disable (list, pp, FALSE, &error), KT_ERROR_PROTECTED,
                "protected.provisioning");
  g_assert_true (lpd_guard_disable (list, pp, TRUE, NULL));
  pp->state = RSP_STATE_DISABLED;
  assert_fails (lpd_guard_delete (list, pp, FALSE, &error), KT_ERROR_PROTECTED,
                "protected.provisioning");
  g_assert_true (lpd_guard_delete (list, pp, TRUE, NULL));
}

static void
test_last_plan_is_protected (void)
{
  RspProfile *test = make ("8981000000000000003", RSP_CLASS_TEST, RSP_STATE_DISABLED, 0);
  RspProfile *op = make ("8981000000000000002", RSP_CLASS_OPERATIONAL, RSP_STATE_DISABLED, 0);
  RspProfile *other = make ("8981000000000000004", RSP_CLASS_OPERATIONAL, RSP_STATE_ENABLED, 0);
  g_autoptr (GPtrArray) list = list_of (test, op, NULL);

  assert_fails (lpd_guard_delete (list, op, FALSE, &error), KT_ERROR_PROTECTED,
                "protected.last-plan");
  g_assert_true (lpd_guard_delete (list, test, FALSE, NULL));
  assert_fails (lpd_guard_reset (list, RSP_RESET_OPERATIONAL, FALSE, &error), KT_ERROR_PROTECTED,
                "protected.last-plan");
  g_assert_true (lpd_guard_reset (list, RSP_RESET_TEST, FALSE, NULL));
  g_assert_true (lpd_guard_reset (list, RSP_RESET_OPERATIONAL, TRUE, NULL));
  g_ptr_array_add (list, other);
  g_assert_true (lpd_guard_delete (list, op, FALSE, NULL));
  g_assert_true (lpd_guard_disable (list, other, FALSE, NULL));
}

static void
test_rules_beat_override (void)
{
  RspProfile *bound = make ("8981000000000000002", RSP_CLASS_OPERATIONAL, RSP_STATE_ENABLED,
                            RSP_PPR1_NO_DISABLE | RSP_PPR2_NO_DELETE);
  RspProfile *op = make ("8981000000000000003", RSP_CLASS_OPERATIONAL, RSP_STATE_DISABLED, 0);
  RspProfile *pp = make ("8981000000000000004", RSP_CLASS_PROVISIONING, RSP_STATE_DISABLED, 0);
  g_autoptr (GPtrArray) list = list_of (bound, op, pp, NULL);

  assert_fails (lpd_guard_disable (list, bound, TRUE, &error), KT_ERROR_POLICY, "policy.no-disable");
  assert_fails (lpd_guard_delete (list, bound, TRUE, &error), KT_ERROR_POLICY, "policy.no-delete");
  assert_fails (lpd_guard_enable (list, op, &error), KT_ERROR_POLICY, "policy.no-switch");
  g_assert_true (lpd_guard_enable (list, pp, NULL));
  g_assert_true (lpd_guard_enable (list, bound, NULL));
}

static void
test_wrong_state (void)
{
  RspProfile *in_use = make ("8981000000000000002", RSP_CLASS_OPERATIONAL, RSP_STATE_ENABLED, 0);
  RspProfile *unused = make ("8981000000000000003", RSP_CLASS_OPERATIONAL, RSP_STATE_DISABLED, 0);
  g_autoptr (GPtrArray) list = list_of (in_use, unused, NULL);

  assert_fails (lpd_guard_delete (list, in_use, TRUE, &error), KT_ERROR_CHIP_REFUSED,
                "chip.delete-in-use");
  assert_fails (lpd_guard_disable (list, unused, TRUE, &error), KT_ERROR_CHIP_REFUSED,
                "chip.not-in-use");
}

static void
test_find (void)
{
  RspProfile *by_iccid = make ("8981000000000000002", RSP_CLASS_OPERATIONAL, RSP_STATE_ENABLED, 0);
  RspProfile *by_aid = make (NULL, RSP_CLASS_OPERATIONAL, RSP_STATE_DISABLED, 0);
  static const guint8 aid[] = { 0xA0, 0x00, 0x00, 0x05, 0x59, 0x10, 0x10, 0xFF };
  g_autoptr (GPtrArray) list = list_of (by_iccid, by_aid, NULL);

  by_aid->aid = g_bytes_new (aid, sizeof aid);
  g_assert_true (lpd_guard_find (list, "8981000000000000002") == by_iccid);
  g_assert_true (lpd_guard_find (list, "a0000005591010ff") == by_aid);
  g_assert_null (lpd_guard_find (list, "8981000000000000009"));
  g_assert_true (lpd_guard_enabled (list) == by_iccid);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/lpd/guard/provisioning-is-protected", test_provisioning_is_protected);
  g_test_add_func ("/lpd/guard/last-plan-is-protected", test_last_plan_is_protected);
  g_test_add_func ("/lpd/guard/rules-beat-override", test_rules_beat_override);
  g_test_add_func ("/lpd/guard/wrong-state", test_wrong_state);
  g_test_add_func ("/lpd/guard/find", test_find);
  return g_test_run ();
}
