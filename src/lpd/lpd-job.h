/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "kt-env.h"
#include "lpd-chip.h"
#include "lpd-progress.h"
#include "lpd-user.h"
#include "net-http.h"

G_BEGIN_DECLS

/**
 * LpdServerTrust:
 * @set_pkids: tells the trust store which CIs the chip lists (element-type GBytes)
 * @dup_vouched_by: (nullable result): who vouched for @server in the last handshake
 * @accept_public: the person agreed to a server that only public authorities vouch for
 *
 * The part of the trust store that a flow steers; filled by lpd_context_use_session().
 */
typedef struct
{
  void (*set_pkids) (gpointer data, GPtrArray *pkids);
  char *(*dup_vouched_by) (gpointer data, const char *server);
  void (*accept_public) (gpointer data, const char *server);
  gpointer data;
} LpdServerTrust;

/**
 * LpdContext:
 * @channel: (nullable): options of the ISD-R channel
 * @trust: all members %NULL when @http is not a real network
 * @user: what must be asked; members %NULL mean: review → download, code → none, public → no
 * @retry_delay: microseconds between tries while the chip is busy
 *
 * What every flow needs, injected. Not copied: outlives the flow.
 */
typedef struct
{
  Card *card;
  const CardChannelOptions *channel;
  NetHttp *http;
  LpdServerTrust trust;
  LpdUser user;
  const KtEnv *env;
  LpdProgressFunc progress;
  gpointer progress_data;
  gint64 retry_delay;
} LpdContext;

/** LpdJob: progress of one running flow. */
typedef struct
{
  const LpdContext *context;
  GCancellable *cancellable;
  LpdProgress now;
  gint64 started;
  /* when each step began, microseconds since the job began; -1: not reached */
  gint64 step_at[LPD_N_STEPS];
} LpdJob;

void lpd_job_init (LpdJob *job, const LpdContext *context, GCancellable *cancellable);

/** lpd_job_step: enters @step; the bar moves to where that step begins, never back. */
void lpd_job_step (LpdJob *job, LpdStep step);

/** lpd_job_report: sends job->now after its numbers changed. */
void lpd_job_report (LpdJob *job);

/** lpd_job_wait: sleeps; %KT_ERROR_CANCELLED if cancelled meanwhile. */
gboolean lpd_job_wait (LpdJob *job, gint64 usec, GError **error);

/** lpd_job_check_cancelled: %KT_ERROR_CANCELLED, key "cancelled". */
gboolean lpd_job_check_cancelled (LpdJob *job, GError **error);

G_END_DECLS
