/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Using, stopping, deleting, resetting: success is what the chip's list says afterwards. */
#include "flow-lab.h"

#include "lpd-guard.h"

static GPtrArray *
enable (FlowLab *lab, const char *iccid, const LpdSwitchOptions *options, GError **error)
{
  g_autoptr (LpdChip) chip = flow_lab_open_chip (lab);

  return lpd_switch_enable (&lab->job, chip, iccid, options, error);
}

static GPtrArray *
disable (FlowLab *lab, const char *iccid, const LpdSwitchOptions *options, GError **error)
{
  g_autoptr (LpdChip) chip = flow_lab_open_chip (lab);

  return lpd_switch_disable (&lab->job, chip, iccid, options, error);
}

static GPtrArray *
delete (FlowLab *lab, const char *iccid, const LpdSwitchOptions *options, GError **error)
{
  g_autoptr (LpdChip) chip = flow_lab_open_chip (lab);

  return lpd_switch_delete (&lab->job, chip, iccid, options, error);
}

static void
test_life_of_two_plans (void)
{
  g_autoptr (FlowLab) lab = flow_lab_new (NULL);
  g_autofree char *first = flow_lab_install (lab, NULL);
  g_autofree char *second = flow_lab_install (lab, NULL);
  g_autoptr (GPtrArray) profiles = NULL;
  g_autoptr (GError) error = NULL;

  flow_lab_enable (lab, first);
  flow_lab_enable (lab, second);
  profiles = enable (lab, second, NULL, &error);
  g_assert_no_error (error);
  g_clear_pointer (&profiles, g_ptr_array_unref);
  profiles = disable (lab, second, NULL, &error);
  g_assert_no_error (error);
  g_assert_null (lpd_guard_enabled (profiles));
  g_clear_pointer (&profiles, g_ptr_array_unref);
  profiles = delete (lab, first, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (profiles->len, ==, 1);
  g_assert_null (delete (lab, second, NULL, &error));
  flow_assert_error (error, KT_ERROR_PROTECTED, "protected.last-plan");
  g_clear_error (&error);
  g_clear_pointer (&profiles, g_ptr_array_unref);
  profiles = delete (lab, second, &(LpdSwitchOptions){ .override = TRUE }, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (profiles->len, ==, 0);
}

static void
test_unknown_profile (void)
{
  g_autoptr (FlowLab) lab = flow_lab_new (NULL);
  g_autoptr (GError) error = NULL;

  g_assert_null (enable (lab, "8981000000000000009", NULL, &error));
  flow_assert_error (error, KT_ERROR_NOT_FOUND, "chip.profile-not-found");
}

static void
test_provisioning_is_protected (void)
{
  g_autoptr (FlowLab) lab
      = flow_lab_new (&(FlowOptions){ .with_pp = TRUE, .protocol = LAB_EUICC_T1 });
  g_autoptr (GPtrArray) profiles = flow_lab_profiles (lab);
  const char *pp = lpd_guard_enabled (profiles)->iccid;
  g_autoptr (GError) error = NULL;

  g_assert_null (disable (lab, pp, NULL, &error));
  flow_assert_error (error, KT_ERROR_PROTECTED, "protected.provisioning");
}

/* Cards that know just one form of the command: the LPD finds it. */
static void
test_quirks (gconstpointer data)
{
  LabEuiccQuirks quirks = (LabEuiccQuirks) GPOINTER_TO_UINT (data);
  g_autoptr (FlowLab) lab = flow_lab_new (NULL);
  g_autofree char *first = flow_lab_install (lab, NULL);
  g_autofree char *second = flow_lab_install (lab, NULL);
  g_autoptr (GPtrArray) profiles = NULL;
  g_autoptr (GError) error = NULL;

  lab_euicc_set_quirks (lab->euicc, quirks);
  flow_lab_enable (lab, first);
  profiles = disable (lab, first, NULL, &error);
  g_assert_no_error (error);
  g_clear_pointer (&profiles, g_ptr_array_unref);
  profiles = delete (lab, second, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (profiles->len, ==, 1);
}

static void
test_one_form_wanted (void)
{
  g_autoptr (FlowLab) lab = flow_lab_new (NULL);
  g_autofree char *iccid = flow_lab_install (lab, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) profiles = NULL;

  lab_euicc_set_quirks (lab->euicc, LAB_QUIRK_AID_ONLY);
  g_assert_null (enable (lab, iccid, &(LpdSwitchOptions){ .form = LPD_FORM_ICCID }, &error));
  g_assert_error (error, KT_ERROR, KT_ERROR_CHIP_REFUSED);
  g_clear_error (&error);
  profiles = enable (lab, iccid,
                     &(LpdSwitchOptions){ .form = LPD_FORM_AID | LPD_FORM_NO_REFRESH }, &error);
  g_assert_no_error (error);
}

static void
test_busy_is_retried (void)
{
  g_autoptr (FlowLab) lab = flow_lab_new (NULL);
  g_autofree char *iccid = flow_lab_install (lab, NULL);
  g_autoptr (GError) error = NULL;

  lab_euicc_set_cat_busy (lab->euicc, 3);
  flow_lab_enable (lab, iccid);
  lab_euicc_set_cat_busy (lab->euicc, 100);
  g_assert_null (disable (lab, iccid, &(LpdSwitchOptions){ .override = TRUE }, &error));
  flow_assert_error (error, KT_ERROR_CHIP_REFUSED, "chip.busy");
}

/* A chip that says ok and does nothing: no success without its own list. */
static void
test_never_switches (void)
{
  g_autoptr (FlowLab) lab = flow_lab_new (NULL);
  g_autofree char *iccid = flow_lab_install (lab, NULL);
  g_autoptr (GError) error = NULL;

  lab_euicc_set_quirks (lab->euicc, LAB_QUIRK_NEVER_SWITCH);
  g_assert_null (enable (lab, iccid, NULL, &error));
  flow_assert_error (error, KT_ERROR_UNCONFIRMED, "unconfirmed");
}

static void
test_memory_reset (void)
{
  g_autoptr (FlowLab) lab
      = flow_lab_new (&(FlowOptions){ .with_pp = TRUE, .protocol = LAB_EUICC_T1,
                                      .default_smdp = "smdp.example.com" });
  g_autofree char *iccid = flow_lab_install (lab, NULL);
  g_autoptr (LpdChip) chip = flow_lab_open_chip (lab);
  g_autoptr (GPtrArray) profiles = NULL;
  g_autoptr (RspAddresses) addresses = NULL;
  g_autoptr (GError) error = NULL;
  RspResetOptions all = RSP_RESET_OPERATIONAL | RSP_RESET_TEST | RSP_RESET_DEFAULT_DP;

  g_assert_null (lpd_switch_memory_reset (&lab->job, chip, all, NULL, &error));
  flow_assert_error (error, KT_ERROR_PROTECTED, "protected.last-plan");
  g_clear_error (&error);
  profiles = lpd_switch_memory_reset (&lab->job, chip, all,
                                      &(LpdSwitchOptions){ .override = TRUE }, &error);
  g_assert_no_error (error);
  /* the set-up connection stays: without it the device could not fetch a plan */
  g_assert_cmpuint (profiles->len, ==, 1);
  g_assert_cmpint (((RspProfile *) g_ptr_array_index (profiles, 0))->profile_class, ==,
                   RSP_CLASS_PROVISIONING);
}

static void
test_nickname (void)
{
  g_autoptr (FlowLab) lab = flow_lab_new (NULL);
  g_autofree char *iccid = flow_lab_install (lab, NULL);
  g_autoptr (GPtrArray) profiles = flow_lab_profiles (lab);
  const RspProfile *profile = lpd_guard_find (profiles, iccid);
  g_autoptr (LpdChip) chip = flow_lab_open_chip (lab);
  g_autoptr (GPtrArray) after = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *seventy = g_strnfill (70, 'n');

  g_assert_true (lpd_chip_set_nickname (chip, profile->iccid_raw, "家の回線", NULL, &error));
  g_assert_no_error (error);
  after = lpd_chip_dup_profiles (chip, NULL, &error);
  g_assert_cmpstr (lpd_guard_find (after, iccid)->nickname, ==, "家の回線");
  /* peer failure: a name of 70 bytes goes to the chip unchecked */
  g_assert_false (lpd_chip_set_nickname (chip, profile->iccid_raw, seventy, NULL, &error));
  flow_assert_error (error, KT_ERROR_INVALID_INPUT, "input.nickname");
}

static void
test_chip_reading (void)
{
  g_autoptr (FlowLab) lab = flow_lab_new (NULL);
  g_autoptr (LpdChip) chip = flow_lab_open_chip (lab);
  g_autoptr (GError) error = NULL;
  g_autofree char *eid = lpd_chip_dup_eid (chip, NULL, &error);
  g_autoptr (RspEuiccInfo) info = lpd_chip_dup_info (chip, RSP_TAG_EUICC_INFO2, NULL, &error);
  g_autoptr (RspAddresses) addresses = lpd_chip_dup_addresses (chip, NULL, &error);
  g_autoptr (GPtrArray) rat = lpd_chip_dup_rat (chip, NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (eid, ==, lab_euicc_get_eid (lab->euicc));
  g_assert_true (kt_eid_is_valid (eid));
  g_assert_cmpint (info->free_nvm, >, 0);
  g_assert_cmpuint (info->ci_verify->len, ==, 1);
  g_assert_null (addresses->default_dp);
  g_assert_cmpstr (addresses->root_ds, ==, "lpa.ds.gsma.com");
  g_assert_cmpuint (rat->len, >, 0);
  g_assert_true (lpd_chip_set_default_dp (chip, "smdp.example.com", NULL, &error));
  g_clear_pointer (&addresses, rsp_addresses_free);
  addresses = lpd_chip_dup_addresses (chip, NULL, &error);
  g_assert_cmpstr (addresses->default_dp, ==, "smdp.example.com");
  g_assert_true (lpd_chip_set_default_dp (chip, "", NULL, &error));
  g_clear_pointer (&addresses, rsp_addresses_free);
  addresses = lpd_chip_dup_addresses (chip, NULL, &error);
  g_assert_null (addresses->default_dp);
  g_assert_false (lpd_chip_set_default_dp (chip, "not a host", NULL, &error));
  flow_assert_error (error, KT_ERROR_INVALID_INPUT, "input.address");
}

/* Members of later versions are skipped everywhere. */
static void
test_new_members (void)
{
  g_autoptr (FlowLab) lab = flow_lab_new (NULL);
  g_autofree char *iccid = NULL;

  lab_euicc_set_quirks (lab->euicc, LAB_QUIRK_NEW_MEMBERS);
  iccid = flow_lab_install (lab, NULL);
  flow_lab_enable (lab, iccid);
}

int
main (int argc, char *argv[])
{
  lpd_network_init ();
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/flow/switch/life-of-two-plans", test_life_of_two_plans);
  g_test_add_func ("/flow/switch/unknown-profile", test_unknown_profile);
  g_test_add_func ("/flow/switch/provisioning-is-protected", test_provisioning_is_protected);
  g_test_add_data_func ("/flow/switch/aid-only", GUINT_TO_POINTER (LAB_QUIRK_AID_ONLY), test_quirks);
  g_test_add_data_func ("/flow/switch/iccid-only", GUINT_TO_POINTER (LAB_QUIRK_ICCID_ONLY),
                        test_quirks);
  g_test_add_data_func ("/flow/switch/refresh-only", GUINT_TO_POINTER (LAB_QUIRK_REFRESH_ONLY),
                        test_quirks);
  g_test_add_data_func ("/flow/switch/no-refresh", GUINT_TO_POINTER (LAB_QUIRK_NO_REFRESH),
                        test_quirks);
  g_test_add_func ("/flow/switch/one-form-wanted", test_one_form_wanted);
  g_test_add_func ("/flow/switch/busy-is-retried", test_busy_is_retried);
  g_test_add_func ("/flow/switch/never-switches", test_never_switches);
  g_test_add_func ("/flow/switch/memory-reset", test_memory_reset);
  g_test_add_func ("/flow/switch/nickname", test_nickname);
  g_test_add_func ("/flow/switch/chip-reading", test_chip_reading);
  g_test_add_func ("/flow/switch/new-members", test_new_members);
  return g_test_run ();
}
