/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-lpd"

#include "lpd-agent.h"

void
lpd_snapshot_free (LpdSnapshot *snapshot)
{
  if (snapshot == NULL)
    return;
  g_free (snapshot->eid);
  g_clear_pointer (&snapshot->info, rsp_euicc_info_free);
  g_clear_pointer (&snapshot->addresses, rsp_addresses_free);
  g_clear_pointer (&snapshot->profiles, g_ptr_array_unref);
  g_clear_pointer (&snapshot->outbox, g_ptr_array_unref);
  g_free (snapshot);
}

static gpointer
read_work (LpdJob *job, LpdChip *chip, LpdOutbox *outbox, gpointer data, GError **error)
{
  g_autoptr (LpdSnapshot) snapshot = g_new0 (LpdSnapshot, 1);

  snapshot->eid = lpd_chip_dup_eid (chip, job->cancellable, error);
  if (snapshot->eid == NULL)
    return NULL;
  snapshot->info = lpd_chip_dup_info (chip, RSP_TAG_EUICC_INFO2, job->cancellable, error);
  if (snapshot->info == NULL)
    return NULL;
  snapshot->addresses = lpd_chip_dup_addresses (chip, job->cancellable, error);
  if (snapshot->addresses == NULL)
    return NULL;
  snapshot->profiles = lpd_chip_dup_profiles (chip, job->cancellable, error);
  if (snapshot->profiles == NULL)
    return NULL;
  snapshot->outbox = lpd_outbox_list (outbox, job, chip, error);
  return snapshot->outbox != NULL ? g_steal_pointer (&snapshot) : NULL;
}

void
lpd_agent_read_async (LpdAgent *self, GCancellable *cancellable, GAsyncReadyCallback callback,
                      gpointer user_data)
{
  lpd_agent_run_async (self, read_work, NULL, NULL, (GDestroyNotify) lpd_snapshot_free, cancellable,
                       callback, user_data);
}

LpdSnapshot *
lpd_agent_read_finish (LpdAgent *self, GAsyncResult *result, GError **error)
{
  return lpd_agent_run_finish (self, result, error);
}

/* The operators are told right after a job; what cannot be sent stays in the outbox. */
static void
tell_operators (LpdJob *job, LpdChip *chip, LpdOutbox *outbox)
{
  g_auto (LpdOutboxReport) report = { 0 };
  g_autoptr (GError) local = NULL;

  if (!lpd_outbox_send (outbox, job, chip, FALSE, &report, &local))
    g_debug ("telling the operators: %s", local->message);
}

static gpointer
download_work (LpdJob *job, LpdChip *chip, LpdOutbox *outbox, gpointer data, GError **error)
{
  LpdDownloadRequest request = { .code = data };
  LpdDownloadResult *result = lpd_download_run (job, chip, &request, error);

  /* A failed installation leaves its result too, and the operator is to know it. */
  if (job->step_at[LPD_STEP_WRITE] >= 0)
    tell_operators (job, chip, outbox);
  if (result != NULL)
    lpd_job_step (job, LPD_STEP_DONE);
  return result;
}

void
lpd_agent_download_async (LpdAgent *self, const KtActivationCode *code, GCancellable *cancellable,
                          GAsyncReadyCallback callback, gpointer user_data)
{
  lpd_agent_run_async (self, download_work, code != NULL ? kt_activation_code_copy (code) : NULL,
                       (GDestroyNotify) kt_activation_code_free,
                       (GDestroyNotify) lpd_download_result_free, cancellable, callback, user_data);
}

LpdDownloadResult *
lpd_agent_download_finish (LpdAgent *self, GAsyncResult *result, GError **error)
{
  return lpd_agent_run_finish (self, result, error);
}

typedef struct
{
  LpdAgentChange change;
  char *iccid;
  LpdSwitchOptions options;
} Change;

static void
change_free (gpointer data)
{
  Change *change = data;

  g_free (change->iccid);
  g_free (change);
}

static gpointer
change_work (LpdJob *job, LpdChip *chip, LpdOutbox *outbox, gpointer data, GError **error)
{
  const Change *change = data;
  GPtrArray *profiles = NULL;

  switch (change->change)
    {
    case LPD_AGENT_ENABLE:
      profiles = lpd_switch_enable (job, chip, change->iccid, &change->options, error);
      break;
    case LPD_AGENT_DISABLE:
      profiles = lpd_switch_disable (job, chip, change->iccid, &change->options, error);
      break;
    case LPD_AGENT_DELETE:
      profiles = lpd_switch_delete (job, chip, change->iccid, &change->options, error);
      break;
    }
  if (profiles == NULL)
    return NULL;
  tell_operators (job, chip, outbox);
  lpd_job_step (job, LPD_STEP_DONE);
  return profiles;
}

void
lpd_agent_change_async (LpdAgent *self, LpdAgentChange change, const char *iccid, gboolean override,
                        GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  Change *own = g_new0 (Change, 1);

  own->change = change;
  own->iccid = g_strdup (iccid);
  own->options.override = override;
  lpd_agent_run_async (self, change_work, own, change_free, (GDestroyNotify) g_ptr_array_unref,
                       cancellable, callback, user_data);
}

GPtrArray *
lpd_agent_change_finish (LpdAgent *self, GAsyncResult *result, GError **error)
{
  return lpd_agent_run_finish (self, result, error);
}
