/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Downloads that go well, and what the person decides on the way. */
#include "flow-lab.h"

#include "lpd-guard.h"

static void
assert_downloads (const FlowOptions *options)
{
  g_autoptr (FlowLab) lab = flow_lab_new (options);
  g_autofree char *iccid = flow_lab_install (lab, NULL);
  const LpdJob job = lab->job;
  const LpdProgress last = g_array_index (lab->progress, LpdProgress, lab->progress->len - 1);
  g_autoptr (GPtrArray) profiles = flow_lab_profiles (lab);
  const RspProfile *profile = lpd_guard_find (profiles, iccid);

  g_assert_nonnull (profile);
  g_assert_cmpint (profile->state, ==, RSP_STATE_DISABLED);
  g_assert_cmpstr (profile->provider, ==, "Kaitsu Mobile");
  g_assert_cmpstr (profile->name, ==, "Plan M");
  g_assert_cmpint (profile->profile_class, ==, RSP_CLASS_OPERATIONAL);
  g_assert_cmpuint (lab->user.reviews, ==, 1);
  g_assert_cmpuint (lab->user.code_questions, ==, 0);
  g_assert_nonnull (lab->user.last_vouched_by);
  g_assert_cmpint (lab->user.last_free_memory, >, 0);
  g_assert_cmpuint (last.segment, ==, last.segments);
  g_assert_cmpuint (last.chip_bytes, ==, last.chip_total);
  g_assert_cmpuint (last.net_bytes, ==, last.net_total);
  /* the package was complete before the first segment went to the chip */
  g_assert_cmpint (job.step_at[LPD_STEP_NETWORK_RELEASED], >,
                   job.step_at[LPD_STEP_DOWNLOAD]);
  g_assert_cmpint (job.step_at[LPD_STEP_WRITE], >=,
                   job.step_at[LPD_STEP_NETWORK_RELEASED]);
  g_assert_cmpuint (lab_smdp_get_connections (lab->smdp), ==, 1);
}

static void
test_t1 (void)
{
  assert_downloads (&(FlowOptions){ .protocol = LAB_EUICC_T1 });
}

static void
test_t0 (void)
{
  assert_downloads (&(FlowOptions){ .protocol = LAB_EUICC_T0 });
}

static void
test_ppk (void)
{
  assert_downloads (&(FlowOptions){ .protocol = LAB_EUICC_T1, .use_ppk = TRUE });
}

static void
test_small_blocks (void)
{
  g_autoptr (FlowLab) lab = flow_lab_new (NULL);
  const CardChannelOptions channel = { .block_size = 63 };
  g_autofree char *iccid = NULL;

  lab->context.channel = &channel;
  iccid = flow_lab_install (lab, NULL);
  g_assert_nonnull (iccid);
}

static void
test_default_server (void)
{
  g_autoptr (FlowLab) lab = flow_lab_new (NULL);
  FlowOrder order = { .eid = lab_euicc_get_eid (lab->euicc), .without_token = TRUE };
  g_autofree char *iccid = NULL;
  g_autofree char *code = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (LpdDownloadResult) result = NULL;

  result = flow_lab_download (lab, NULL, &error);
  g_assert_null (result);
  flow_assert_error (error, KT_ERROR_INVALID_INPUT, "download.no-server");
  g_clear_error (&error);
  code = flow_lab_order (lab, &order, &iccid);
  {
    g_autoptr (LpdChip) chip = flow_lab_open_chip (lab);

    g_assert_true (lpd_chip_set_default_dp (chip, lab->address, NULL, &error));
    g_assert_no_error (error);
  }
  result = flow_lab_download (lab, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (result->metadata->iccid, ==, iccid);
}

static void
test_provisioning_to_operational (void)
{
  g_autoptr (FlowLab) lab = flow_lab_new (&(FlowOptions){ .with_pp = TRUE,
                                                          .protocol = LAB_EUICC_T1 });
  g_autoptr (GPtrArray) before = flow_lab_profiles (lab);
  g_autoptr (GPtrArray) after = NULL;
  g_autofree char *iccid = NULL;
  const RspProfile *pp = lpd_guard_enabled (before);

  g_assert_cmpint (pp->profile_class, ==, RSP_CLASS_PROVISIONING);
  iccid = flow_lab_install (lab, NULL);
  flow_lab_enable (lab, iccid);
  after = flow_lab_profiles (lab);
  g_assert_cmpuint (after->len, ==, 2);
  g_assert_cmpint (lpd_guard_find (after, pp->iccid)->state, ==, RSP_STATE_DISABLED);
}

static void
test_not_now_keeps_the_order (void)
{
  g_autoptr (FlowLab) lab = flow_lab_new (NULL);
  g_autofree char *iccid = NULL;
  g_autofree char *code = flow_lab_order (lab, NULL, &iccid);
  g_autoptr (GError) error = NULL;
  g_autoptr (LpdDownloadResult) result = NULL;

  lab->user.decision = LPD_NOT_NOW;
  g_assert_null (flow_lab_download (lab, code, &error));
  flow_assert_error (error, KT_ERROR_CANCELLED, "cancelled");
  flow_lab_assert_state (lab, iccid, LAB_ORDER_RELEASED);
  g_clear_error (&error);
  lab->user.decision = LPD_DOWNLOAD;
  result = flow_lab_download (lab, code, &error);
  g_assert_no_error (error);
  g_assert_nonnull (result);
}

static void
test_refuse_tells_the_operator (void)
{
  g_autoptr (FlowLab) lab = flow_lab_new (NULL);
  g_autofree char *iccid = NULL;
  g_autofree char *code = flow_lab_order (lab, NULL, &iccid);
  g_autoptr (GError) error = NULL;

  lab->user.decision = LPD_REFUSE;
  g_assert_null (flow_lab_download (lab, code, &error));
  flow_assert_error (error, KT_ERROR_REFUSED, "refused");
  flow_lab_assert_state (lab, iccid, LAB_ORDER_ERROR);
}

static void
test_confirmation_code (void)
{
  g_autoptr (FlowLab) lab = flow_lab_new (NULL);
  FlowOrder order = { .confirmation_code = "4711" };
  g_autofree char *iccid = NULL;

  lab->user.codes[0] = "4711";
  iccid = flow_lab_install (lab, &order);
  g_assert_cmpuint (lab->user.code_questions, ==, 1);
  g_assert_true (lab->user.last_confirmation_required);
  g_assert_false (lab->user.last_wrong_before);
}

static void
test_confirmation_code_again_after_a_wrong_one (void)
{
  g_autoptr (FlowLab) lab = flow_lab_new (NULL);
  FlowOrder order = { .confirmation_code = "4711" };
  g_autofree char *iccid = NULL;

  lab->user.codes[0] = "0000";
  lab->user.codes[1] = "4711";
  iccid = flow_lab_install (lab, &order);
  g_assert_cmpuint (lab->user.code_questions, ==, 2);
  g_assert_true (lab->user.last_wrong_before);
  g_assert_cmpint (lab->user.last_attempts_left, ==, 2);
  /* what was agreed to once is not asked again */
  g_assert_cmpuint (lab->user.reviews, ==, 1);
}

static void
test_confirmation_code_locked (void)
{
  g_autoptr (FlowLab) lab = flow_lab_new (NULL);
  FlowOrder order = { .confirmation_code = "4711" };
  g_autofree char *iccid = NULL;
  g_autofree char *code = flow_lab_order (lab, &order, &iccid);
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < 5; i++)
    lab->user.codes[i] = "0000";
  g_assert_null (flow_lab_download (lab, code, &error));
  g_assert_error (error, KT_ERROR, KT_ERROR_SERVER_REFUSED);
  g_assert_cmpstr (kt_error_detail (error)->subject, ==, "8.2.7");
  g_assert_cmpstr (kt_error_detail (error)->reason, ==, "6.4");
  flow_lab_assert_state (lab, iccid, LAB_ORDER_ERROR);
}

static void
test_confirmation_code_not_given (void)
{
  g_autoptr (FlowLab) lab = flow_lab_new (NULL);
  FlowOrder order = { .confirmation_code = "4711" };
  g_autofree char *iccid = NULL;
  g_autofree char *code = flow_lab_order (lab, &order, &iccid);
  g_autoptr (GError) error = NULL;

  g_assert_null (flow_lab_download (lab, code, &error));
  flow_assert_error (error, KT_ERROR_CONFIRMATION_CODE, "confirmation.needed");
  flow_lab_assert_state (lab, iccid, LAB_ORDER_RELEASED);
}

static void
test_rules_need_consent (void)
{
  static const LabOperator operator= { { 0x00, 0xF1, 0x10 } };
  static const LabRatRule rule = { LAB_PPR1_NO_DISABLING | LAB_PPR2_NO_DELETION, &operator, 1, TRUE };
  g_autoptr (FlowLab) lab = flow_lab_new (
      &(FlowOptions){ .protocol = LAB_EUICC_T1, .rules = &rule, .n_rules = 1 });
  FlowOrder order = { .ppr = RSP_PPR2_NO_DELETE };
  g_autofree char *iccid = flow_lab_install (lab, &order);
  g_autofree char *second = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (LpdChip) chip = NULL;

  g_assert_true (lab->user.last_rules_need_consent);
  /* the rule holds on the chip */
  chip = flow_lab_open_chip (lab);
  g_assert_null (lpd_switch_delete (&lab->job, chip, iccid, &(LpdSwitchOptions){ .override = TRUE },
                                    &error));
  flow_assert_error (error, KT_ERROR_POLICY, "policy.no-delete");
}

/* The chip lets another operator set such rules, not this one. */
static void
test_rules_forbidden (void)
{
  static const LabOperator other = { { 0x44, 0xF0, 0x10 } };
  static const LabRatRule rule = { LAB_PPR1_NO_DISABLING | LAB_PPR2_NO_DELETION, &other, 1, TRUE };
  g_autoptr (FlowLab) lab = flow_lab_new (
      &(FlowOptions){ .protocol = LAB_EUICC_T1, .rules = &rule, .n_rules = 1 });
  FlowOrder order = { .ppr = RSP_PPR1_NO_DISABLE };
  g_autofree char *iccid = NULL;
  g_autofree char *code = flow_lab_order (lab, &order, &iccid);
  g_autoptr (GError) error = NULL;

  g_assert_null (flow_lab_download (lab, code, &error));
  flow_assert_error (error, KT_ERROR_POLICY, "policy.ppr-forbidden");
  g_assert_cmpuint (lab->user.reviews, ==, 0);
}

static void
test_ppr1_needs_an_empty_chip (void)
{
  g_autoptr (FlowLab) lab = flow_lab_new (NULL);
  g_autofree char *first = flow_lab_install (lab, NULL);
  FlowOrder order = { .ppr = RSP_PPR1_NO_DISABLE };
  g_autofree char *code = flow_lab_order (lab, &order, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_null (flow_lab_download (lab, code, &error));
  flow_assert_error (error, KT_ERROR_POLICY, "policy.ppr1-conflict");
}

static void
test_already_installed (void)
{
  g_autoptr (FlowLab) lab = flow_lab_new (NULL);
  g_autofree char *iccid = NULL;
  g_autoptr (GBytes) upp = flow_lab_make_upp (lab, 77, &iccid);
  FlowOrder order = { .upp = upp, .iccid = iccid };
  g_autofree char *installed = flow_lab_install (lab, &order);
  g_autoptr (FlowLab) other = flow_lab_new (NULL);
  g_autofree char *code = flow_lab_order (other, &order, NULL);
  g_autoptr (GError) error = NULL;
  Card *own = other->context.card;

  /* Both worlds grew from one seed, so this chip trusts the other server too. */
  other->context.card = lab->context.card;
  g_assert_null (flow_lab_download (other, code, &error));
  flow_assert_error (error, KT_ERROR_PROTECTED, "check.already-installed");
  other->context.card = own;
  /* known before the package was fetched, so the order is not burnt */
  flow_lab_assert_state (other, iccid, LAB_ORDER_RELEASED);
}

static void
test_chip_full (void)
{
  g_autoptr (FlowLab) lab = flow_lab_new (NULL);
  g_autofree char *iccid = NULL;
  g_autofree char *code = flow_lab_order (lab, NULL, &iccid);
  g_autoptr (GError) error = NULL;
  g_autoptr (LpdDownloadResult) result = NULL;

  lab_euicc_set_free_memory (lab->euicc, 100);
  g_assert_null (flow_lab_download (lab, code, &error));
  g_assert_nonnull (error);
  if (error->code == KT_ERROR_SERVER_REFUSED)
    {
      g_assert_cmpstr (kt_error_detail (error)->subject, ==, "8.1");
      g_assert_cmpstr (kt_error_detail (error)->reason, ==, "4.8");
    }
  else
    flow_assert_error (error, KT_ERROR_INSTALL_FAILED, "install.memory");
  g_clear_error (&error);
  lab_euicc_set_free_memory (lab->euicc, -1);
  result = flow_lab_download (lab, code, &error);
  g_assert_no_error (error);
  g_assert_nonnull (result);
}

/* What a SIM reading program sees on the basic channel once a plan is in use. */
static char *
read_file (Card *card, const char *select, const char *read)
{
  g_autoptr (GBytes) select_apdu = kt_hex_parse (select, NULL);
  g_autoptr (GBytes) read_apdu = kt_hex_parse (read, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) selected = card_transmit (card, select_apdu, NULL, &error);
  g_autoptr (GBytes) data = NULL;

  g_assert_no_error (error);
  data = card_transmit (card, read_apdu, NULL, &error);
  g_assert_no_error (error);
  return kt_hex_bytes (data);
}

static void
test_sim_after_enable (void)
{
  g_autoptr (FlowLab) lab = flow_lab_new (NULL);
  g_autofree char *iccid = flow_lab_install (lab, NULL);
  g_autofree char *answer = NULL;
  g_autofree char *expected = NULL;
  guint8 raw[KT_ICCID_BYTES];

  flow_lab_enable (lab, iccid);
  answer = read_file (lab->context.card, "00A40004023F00", "00B000000A");
  g_clear_pointer (&answer, g_free);
  answer = read_file (lab->context.card, "00A4080C022FE2", "00B000000A");
  g_assert_true (kt_iccid_to_bytes (iccid, raw, NULL));
  expected = kt_hex (raw, sizeof raw);
  g_assert_true (g_str_has_prefix (answer, expected));
  g_assert_true (g_str_has_suffix (answer, "9000"));
}

int
main (int argc, char *argv[])
{
  lpd_network_init ();
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/flow/download/t1", test_t1);
  g_test_add_func ("/flow/download/t0", test_t0);
  g_test_add_func ("/flow/download/ppk", test_ppk);
  g_test_add_func ("/flow/download/small-blocks", test_small_blocks);
  g_test_add_func ("/flow/download/default-server", test_default_server);
  g_test_add_func ("/flow/download/provisioning-to-operational", test_provisioning_to_operational);
  g_test_add_func ("/flow/download/not-now", test_not_now_keeps_the_order);
  g_test_add_func ("/flow/download/refuse", test_refuse_tells_the_operator);
  g_test_add_func ("/flow/download/confirmation-code", test_confirmation_code);
  g_test_add_func ("/flow/download/confirmation-code-again",
                   test_confirmation_code_again_after_a_wrong_one);
  g_test_add_func ("/flow/download/confirmation-code-locked", test_confirmation_code_locked);
  g_test_add_func ("/flow/download/confirmation-code-not-given", test_confirmation_code_not_given);
  g_test_add_func ("/flow/download/rules-need-consent", test_rules_need_consent);
  g_test_add_func ("/flow/download/rules-forbidden", test_rules_forbidden);
  g_test_add_func ("/flow/download/ppr1-needs-an-empty-chip", test_ppr1_needs_an_empty_chip);
  g_test_add_func ("/flow/download/already-installed", test_already_installed);
  g_test_add_func ("/flow/download/chip-full", test_chip_full);
  g_test_add_func ("/flow/download/sim-after-enable", test_sim_after_enable);
  return g_test_run ();
}
