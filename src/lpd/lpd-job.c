/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-lpd"

#include "lpd-job.h"

#include "kt-error.h"

/*
 * Where each step begins on a bar from 0 to 1. On a real reader writing takes most of the time, so
 * it has most of the bar; download and write move within their part by bytes.
 */
static const double begins[LPD_N_STEPS + 1] = {
  [LPD_STEP_READ_CHIP] = 0.00,      [LPD_STEP_CONNECT] = 0.03,
  [LPD_STEP_AUTHENTICATE_SERVER] = 0.05, [LPD_STEP_AUTHENTICATE_CHIP] = 0.10,
  [LPD_STEP_REVIEW] = 0.14,         [LPD_STEP_PREPARE] = 0.15,
  [LPD_STEP_DOWNLOAD] = 0.18,       [LPD_STEP_CHECK_PACKAGE] = 0.33,
  [LPD_STEP_NETWORK_RELEASED] = 0.34, [LPD_STEP_WRITE] = 0.35,
  [LPD_STEP_INSTALLED] = 0.93,      [LPD_STEP_NOTIFY] = 0.94,
  [LPD_STEP_SWITCH] = 0.95,         [LPD_STEP_RESET] = 0.97,
  [LPD_STEP_READ_BACK] = 0.98,      [LPD_STEP_DONE] = 1.00,
  [LPD_N_STEPS] = 1.00,
};

void
lpd_job_init (LpdJob *job, const LpdContext *context, GCancellable *cancellable)
{
  *job = (LpdJob){ .context = context, .cancellable = cancellable };
  job->started = kt_env_ticks (context->env);
  for (guint i = 0; i < LPD_N_STEPS; i++)
    job->step_at[i] = -1;
}

static double
part_done (const LpdProgress *now)
{
  if (now->step == LPD_STEP_DOWNLOAD && now->net_total > 0)
    return (double) now->net_bytes / (double) now->net_total;
  if (now->step == LPD_STEP_WRITE && now->chip_total > 0)
    return (double) now->chip_bytes / (double) now->chip_total;
  return 0;
}

void
lpd_job_report (LpdJob *job)
{
  double begin = begins[job->now.step];
  double fraction = begin + (begins[job->now.step + 1] - begin) * CLAMP (part_done (&job->now), 0, 1);

  /* A second session after a wrong confirmation code repeats steps; the bar then waits. */
  job->now.fraction = MAX (job->now.fraction, fraction);
  job->now.elapsed = kt_env_ticks (job->context->env) - job->started;
  if (job->context->progress != NULL)
    job->context->progress (&job->now, job->context->progress_data);
}

void
lpd_job_step (LpdJob *job, LpdStep step)
{
  job->now.step = step;
  if (job->step_at[step] < 0)
    job->step_at[step] = kt_env_ticks (job->context->env) - job->started;
  lpd_job_report (job);
}

gboolean
lpd_job_check_cancelled (LpdJob *job, GError **error)
{
  if (g_cancellable_is_cancelled (job->cancellable))
    return kt_error_set (error, KT_ERROR_CANCELLED, "cancelled", "cancelled");
  return TRUE;
}

gboolean
lpd_job_wait (LpdJob *job, gint64 usec, GError **error)
{
  GPollFD fd;

  if (!lpd_job_check_cancelled (job, error))
    return FALSE;
  if (g_cancellable_make_pollfd (job->cancellable, &fd))
    {
      g_poll (&fd, 1, (int) (usec / 1000));
      g_cancellable_release_fd (job->cancellable);
    }
  else
    g_usleep ((gulong) usec);
  return lpd_job_check_cancelled (job, error);
}
