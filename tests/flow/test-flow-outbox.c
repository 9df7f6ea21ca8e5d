/* SPDX-License-Identifier: GPL-3.0-or-later */
/* No notification is lost: it leaves the chip when its server has acknowledged it, not before. */
#include "flow-lab.h"

#include <glib/gstdio.h>
#include <string.h>

static guint
pending (FlowLab *lab)
{
  g_autoptr (GPtrArray) all = flow_lab_notifications (lab);

  return all->len;
}

static LpdOutboxReport
send (FlowLab *lab, gboolean all)
{
  g_autoptr (LpdChip) chip = flow_lab_open_chip (lab);
  g_autoptr (GError) error = NULL;
  LpdOutboxReport report;

  g_assert_true (lpd_outbox_send (lab->outbox, &lab->job, chip, all, &report, &error));
  g_assert_no_error (error);
  return report;
}

static void
test_sent_and_removed (void)
{
  g_autoptr (FlowLab) lab = flow_lab_new (NULL);
  g_autofree char *iccid = flow_lab_install (lab, NULL);
  g_auto (LpdOutboxReport) report = { 0 };

  flow_lab_assert_state (lab, iccid, LAB_ORDER_DOWNLOADED);
  g_assert_cmpuint (pending (lab), ==, 1);
  flow_lab_enable (lab, iccid);
  g_assert_cmpuint (pending (lab), ==, 2);
  report = send (lab, FALSE);
  g_assert_cmpuint (report.sent, ==, 2);
  g_assert_cmpuint (report.failed, ==, 0);
  g_assert_cmpuint (pending (lab), ==, 0);
  flow_lab_assert_state (lab, iccid, LAB_ORDER_INSTALLED);
}

typedef struct
{
  const char *name;
  LabSmdpFault fault;
  guint status;
  guint32 tamper;
} FailRow;

/* peers: HTTP 200 with "Failed" deletes the notification; any failure ends the whole run */
static const FailRow fails[] = {
  { "status-500", LAB_SMDP_FAULT_STATUS, 500, 0 },
  { "close", LAB_SMDP_FAULT_CLOSE, 0, 0 },
  { "redirect", LAB_SMDP_FAULT_REDIRECT, 0, 0 },
  { "failed-in-200", LAB_SMDP_FAULT_NONE, 0, LAB_SMDP_TAMPER_NOTIFICATION_FAILED },
};

static void
test_kept_and_retried (gconstpointer data)
{
  const FailRow *row = data;
  g_autoptr (FlowLab) lab = flow_lab_new (NULL);
  g_autofree char *iccid = flow_lab_install (lab, NULL);

  flow_lab_enable (lab, iccid);
  lab_smdp_set_tamper (lab->smdp, row->tamper);
  if (row->fault != LAB_SMDP_FAULT_NONE)
    lab_smdp_fail_request (lab->smdp, "handleNotification", 1, row->fault, row->status);
  {
    g_auto (LpdOutboxReport) report = send (lab, FALSE);

    g_assert_cmpuint (report.sent, ==, 0);
    g_assert_cmpuint (report.failed, ==, 1);
    /* the later one waits for the one before it: the order of events is kept */
    g_assert_cmpuint (report.waiting, ==, 1);
    g_assert_nonnull (report.first_error);
  }
  g_assert_cmpuint (pending (lab), ==, 2);
  lab_smdp_set_tamper (lab->smdp, LAB_SMDP_TAMPER_NONE);
  {
    /* back-off: too early */
    g_auto (LpdOutboxReport) report = send (lab, FALSE);

    g_assert_cmpuint (report.sent, ==, 0);
    g_assert_cmpuint (report.waiting, ==, 2);
  }
  kt_env_seeded_advance (lab->env, 61 * G_USEC_PER_SEC);
  {
    g_auto (LpdOutboxReport) report = send (lab, FALSE);

    g_assert_cmpuint (report.sent, ==, 2);
  }
  g_assert_cmpuint (pending (lab), ==, 0);
}

static void
test_state_survives_a_restart (void)
{
  g_autoptr (FlowLab) lab = flow_lab_new (NULL);
  g_autofree char *iccid = flow_lab_install (lab, NULL);
  g_autofree char *folder = g_dir_make_tmp ("kaitsu-outbox-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "state", "outbox.ini", NULL);
  g_autofree char *text = NULL;
  g_autofree char *state_folder = g_path_get_dirname (path);

  lpd_outbox_free (lab->outbox);
  lab->outbox = lpd_outbox_new (path, lab->env);
  lab_smdp_fail_request (lab->smdp, "handleNotification", 1, LAB_SMDP_FAULT_STATUS, 503);
  {
    g_auto (LpdOutboxReport) report = send (lab, FALSE);

    g_assert_cmpuint (report.failed, ==, 1);
  }
  lpd_outbox_free (lab->outbox);
  lab->outbox = lpd_outbox_new (path, lab->env);
  {
    g_autoptr (LpdChip) chip = flow_lab_open_chip (lab);
    g_autoptr (GPtrArray) items = lpd_outbox_list (lab->outbox, &lab->job, chip, NULL);
    const LpdOutboxItem *item = g_ptr_array_index (items, 0);

    g_assert_cmpuint (item->attempts, ==, 1);
    g_assert_cmpint (item->next_try, >, 0);
    g_assert_nonnull (item->last_error);
  }
  /* the file names neither chip nor plan */
  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  g_assert_null (strstr (text, lab_euicc_get_eid (lab->euicc)));
  g_assert_null (strstr (text, iccid));
  g_unlink (path);
  g_rmdir (state_folder);
  g_rmdir (folder);
}

static void
test_by_hand (void)
{
  g_autoptr (FlowLab) lab = flow_lab_new (NULL);
  g_autofree char *iccid = flow_lab_install (lab, NULL);
  g_autoptr (GPtrArray) all = NULL;
  g_autoptr (LpdChip) chip = NULL;
  g_autoptr (GError) error = NULL;
  gint64 first;
  gint64 second;

  flow_lab_enable (lab, iccid);
  all = flow_lab_notifications (lab);
  g_assert_cmpuint (all->len, ==, 2);
  first = ((RspNotification *) g_ptr_array_index (all, 0))->seq;
  second = ((RspNotification *) g_ptr_array_index (all, 1))->seq;
  chip = flow_lab_open_chip (lab);
  g_assert_false (lpd_outbox_remove (lab->outbox, &lab->job, chip, first, FALSE, &error));
  flow_assert_error (error, KT_ERROR_PROTECTED, "protected.unsent");
  g_clear_error (&error);
  g_assert_false (lpd_outbox_send_one (lab->outbox, &lab->job, chip, 4242, &error));
  flow_assert_error (error, KT_ERROR_NOT_FOUND, "chip.notification-gone");
  g_clear_error (&error);
  g_assert_true (lpd_outbox_remove (lab->outbox, &lab->job, chip, first, TRUE, &error));
  g_assert_no_error (error);
  g_assert_true (lpd_outbox_send_one (lab->outbox, &lab->job, chip, second, &error));
  g_assert_no_error (error);
  g_clear_pointer (&chip, lpd_chip_close);
  g_assert_cmpuint (pending (lab), ==, 0);
}

/* The server is gone for good: the chip keeps the message and the person may drop it. */
static void
test_server_gone (void)
{
  g_autoptr (FlowLab) lab = flow_lab_new (NULL);
  g_autofree char *iccid = flow_lab_install (lab, NULL);

  lab_smdp_stop (lab->smdp);
  {
    g_auto (LpdOutboxReport) report = send (lab, TRUE);

    g_assert_cmpuint (report.failed, ==, 1);
    g_assert_error (report.first_error, KT_ERROR, KT_ERROR_CONNECT);
  }
  g_assert_cmpuint (pending (lab), ==, 1);
}

/* An acknowledgement that is lost: the message is sent again, and the server takes it again. */
static void
test_lost_acknowledgement (void)
{
  g_autoptr (FlowLab) lab = flow_lab_new (NULL);
  g_autofree char *iccid = flow_lab_install (lab, NULL);

  lab_smdp_fail_request (lab->smdp, "handleNotification", 1, LAB_SMDP_FAULT_LOSE_ANSWER, 0);
  {
    g_auto (LpdOutboxReport) report = send (lab, TRUE);

    g_assert_cmpuint (report.failed, ==, 1);
  }
  g_assert_cmpuint (pending (lab), ==, 1);
  {
    g_auto (LpdOutboxReport) report = send (lab, TRUE);

    g_assert_cmpuint (report.sent, ==, 1);
  }
  flow_lab_assert_state (lab, iccid, LAB_ORDER_INSTALLED);
}

int
main (int argc, char *argv[])
{
  lpd_network_init ();
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/flow/outbox/sent-and-removed", test_sent_and_removed);
  for (gsize i = 0; i < G_N_ELEMENTS (fails); i++)
    {
      g_autofree char *path = g_strconcat ("/flow/outbox/kept/", fails[i].name, NULL);

      g_test_add_data_func (path, &fails[i], test_kept_and_retried);
    }
  g_test_add_func ("/flow/outbox/state-survives-a-restart", test_state_survives_a_restart);
  g_test_add_func ("/flow/outbox/by-hand", test_by_hand);
  g_test_add_func ("/flow/outbox/server-gone", test_server_gone);
  g_test_add_func ("/flow/outbox/lost-acknowledgement", test_lost_acknowledgement);
  return g_test_run ();
}
