/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The k-th exchange fails, for every k: no half-installed profile, no lost order, and the same code
 * works afterwards with the chip's kept one-time key.
 */
#include "flow-lab.h"

#include "lpd-guard.h"

/* The same code again, on a chip that is well: this must end with the plan installed. */
static void
assert_recovers (FlowLab *lab, const char *code, const char *iccid, guint k)
{
  g_autofree char *fresh = NULL;

  g_autoptr (GError) error = NULL;
  g_autoptr (LpdDownloadResult) result = NULL;
  g_autoptr (GPtrArray) profiles = NULL;

  /* The failure may have struck after the chip had installed and before we heard of it. */
  profiles = flow_lab_profiles (lab);
  if (lpd_guard_find (profiles, iccid) != NULL)
    return;
  /* A chip that fails while the package is written is reported as such, which ends the order. */
  if (lab_smdp_get_state (lab->smdp, iccid) == LAB_ORDER_ERROR)
    {
      g_assert_cmpint (lab->failed_at, ==, LPD_STEP_WRITE);
      fresh = flow_lab_install (lab, NULL);
      return;
    }
  result = flow_lab_download (lab, code, &error);
  if (error != NULL)
    g_error ("after a failure at exchange %u: %s", k, error->message);
  g_clear_pointer (&profiles, g_ptr_array_unref);
  profiles = flow_lab_profiles (lab);
  g_assert_cmpuint (profiles->len, ==, 1);
  g_assert_nonnull (lpd_guard_find (profiles, iccid));
}

static guint
count_apdus (void)
{
  g_autoptr (FlowLab) lab = flow_lab_new (NULL);
  guint before = lab_euicc_get_apdus (lab->euicc);
  g_autofree char *iccid = flow_lab_install (lab, NULL);

  return lab_euicc_get_apdus (lab->euicc) - before;
}

/* One world for all k would hide what one failure leaves behind, so each k has its own. */
static void
for_every_apdu (void (*strike) (FlowLab *lab, guint k), gboolean refuse_rebinding)
{
  guint total = count_apdus ();
  guint step = g_test_quick () ? 3 : 1;

  g_assert_cmpuint (total, >, 30);
  for (guint k = 1; k <= total; k += step)
    {
      g_autoptr (FlowLab) lab = flow_lab_new (&(FlowOptions){
          .protocol = LAB_EUICC_T1, .refuse_rebinding = refuse_rebinding });
      g_autofree char *iccid = NULL;
      g_autofree char *code = flow_lab_order (lab, NULL, &iccid);
      g_autoptr (GError) error = NULL;
      g_autoptr (LpdDownloadResult) result = NULL;

      strike (lab, k);
      result = flow_lab_download (lab, code, &error);
      lab->failed_at = (int) lab->job.now.step;
      if (result == NULL)
        g_assert_cmpuint (error->domain, ==, KT_ERROR);
      lab_euicc_fail_apdu (lab->euicc, 0, 0);
      lab_euicc_pull_after (lab->euicc, -1);
      lab_euicc_insert (lab->euicc);
      assert_recovers (lab, code, iccid, k);
    }
}

static void
strike_6f00 (FlowLab *lab, guint k)
{
  lab_euicc_fail_apdu (lab->euicc, k, 0x6F00);
}

static void
strike_pull (FlowLab *lab, guint k)
{
  lab_euicc_pull_after (lab->euicc, (int) k - 1);
}

static void
test_status_word (void)
{
  for_every_apdu (strike_6f00, FALSE);
}

static void
test_pulled (void)
{
  for_every_apdu (strike_pull, FALSE);
}

/* Even a server that binds a package only once lets the same chip have it again. */
static void
test_pulled_strict_server (void)
{
  for_every_apdu (strike_pull, TRUE);
}

/* Peer failure: a card pulled in the middle ends as "unknown, unknown". */
static void
test_pulled_is_said (void)
{
  g_autoptr (FlowLab) lab = flow_lab_new (NULL);
  g_autofree char *code = flow_lab_order (lab, NULL, NULL);
  g_autoptr (GError) error = NULL;

  lab_euicc_pull_after (lab->euicc, (int) count_apdus () - 10);
  g_assert_null (flow_lab_download (lab, code, &error));
  g_assert_error (error, KT_ERROR, KT_ERROR_CARD_REMOVED);
}

/* Peer failure: a status word in the middle of the package is not shown. */
static void
test_status_word_is_said (void)
{
  g_autoptr (FlowLab) lab = flow_lab_new (NULL);
  g_autofree char *iccid = NULL;
  g_autofree char *code = flow_lab_order (lab, NULL, &iccid);
  g_autoptr (GError) error = NULL;

  lab_euicc_fail_apdu (lab->euicc, count_apdus () - 10, 0x6F00);
  g_assert_null (flow_lab_download (lab, code, &error));
  g_assert_error (error, KT_ERROR, KT_ERROR_CARD_STATUS);
  g_assert_cmphex (kt_error_detail (error)->sw, ==, 0x6F00);
}

typedef struct
{
  int command;
  int reason;
  const char *key;
} BppRow;

static const BppRow bpp_rows[] = {
  { 0, 2, "install.signature" },   { 0, 4, "install.unsupported" },
  { 1, 7, "install.damaged" },     { 2, 9, "install.already-there" },
  { 2, 15, "install.ppr" },        { 5, 10, "install.memory" },
  { 5, 12, "install.profile-element" }, { 5, 13, "install.mismatch" },
  { 5, 127, "install.unknown" },
};

/* Early data from the chip ends the transfer and is decoded. */
static void
test_bpp_errors (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (bpp_rows); i++)
    {
      const BppRow *row = &bpp_rows[i];
      g_autoptr (FlowLab) lab = flow_lab_new (NULL);
      g_autofree char *code = flow_lab_order (lab, NULL, NULL);
      g_autoptr (GPtrArray) pending = NULL;
      g_autoptr (GError) error = NULL;

      lab_euicc_fail_bpp (lab->euicc, row->command, row->reason);
      g_assert_null (flow_lab_download (lab, code, &error));
      flow_assert_error (error, KT_ERROR_INSTALL_FAILED, row->key);
      g_assert_cmpint (kt_error_detail (error)->bpp_command, ==, row->command);
      g_assert_cmpint (kt_error_detail (error)->bpp_reason, ==, row->reason);
      /* the operator is to learn of it */
      pending = flow_lab_notifications (lab);
      g_assert_cmpuint (pending->len, ==, 1);
    }
}

typedef struct
{
  FlowLab *lab;
  guint at;
  guint seen;
} CancelAt;

static void
cancel_at_progress (const LpdProgress *progress, gpointer data)
{
  CancelAt *cancel = data;

  if (++cancel->seen == cancel->at)
    g_cancellable_cancel (cancel->lab->cancellable);
}

/* A person cancels at every moment: the order stays usable, nothing is half installed. */
static void
test_cancel_everywhere (void)
{
  for (guint at = 1;; at++)
    {
      g_autoptr (FlowLab) lab = flow_lab_new (NULL);
      g_autofree char *iccid = NULL;
      g_autofree char *code = flow_lab_order (lab, NULL, &iccid);
      g_autoptr (GError) error = NULL;
      g_autoptr (LpdDownloadResult) result = NULL;
      CancelAt cancel = { lab, at, 0 };

      lab->context.progress = cancel_at_progress;
      lab->context.progress_data = &cancel;
      result = flow_lab_download (lab, code, &error);
      lab->context.progress = NULL;
      if (result != NULL)
        {
          /* cancelled too late, or not at all */
          if (cancel.seen < at)
            break;
          continue;
        }
      lab->failed_at = -1;
      g_assert_error (error, KT_ERROR, KT_ERROR_CANCELLED);
      g_cancellable_reset (lab->cancellable);
      assert_recovers (lab, code, iccid, at);
    }
}

int
main (int argc, char *argv[])
{
  lpd_network_init ();
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/flow/faults/status-word-at-every-apdu", test_status_word);
  g_test_add_func ("/flow/faults/pulled-at-every-apdu", test_pulled);
  g_test_add_func ("/flow/faults/pulled-strict-server", test_pulled_strict_server);
  g_test_add_func ("/flow/faults/bpp-errors", test_bpp_errors);
  g_test_add_func ("/flow/faults/cancel-everywhere", test_cancel_everywhere);
  g_test_add_func ("/peer/9-card-pulled-is-said", test_pulled_is_said);
  g_test_add_func ("/peer/9-status-word-is-said", test_status_word_is_said);
  return g_test_run ();
}
