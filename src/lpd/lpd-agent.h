/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "lpd-download.h"
#include "lpd-outbox.h"
#include "lpd-switch.h"

G_BEGIN_DECLS

/**
 * LpdAgent:
 *
 * The LPD's asynchronous face, for programs with a main loop: one card, one worker thread, one job
 * at a time in the order they were asked for. Results and signals come on the main context that was
 * the thread's default where the agent was made.
 *
 * Signals:
 * - "progress" (gpointer #LpdProgress): the running job; several reports may become one
 * - "review" (gpointer #LpdReview): answer with lpd_agent_decide(), at any later time
 * - "confirmation-code" (gpointer #LpdCodeQuestion): answer with lpd_agent_give_code()
 * - "trust-public" (server, authority): answer with lpd_agent_give_trust()
 *
 * What a question's signal points to lives until the question is answered. Cancelling the job
 * answers an open question with "not now"; cancel from that main context alone.
 */
#define LPD_TYPE_AGENT (lpd_agent_get_type ())
G_DECLARE_FINAL_TYPE (LpdAgent, lpd_agent, LPD, AGENT, GObject)

/**
 * lpd_agent_new:
 * @context: card, channel options, http, trust and env are taken from it (references on card and
 *   http; the rest must outlive the agent); user and progress are the agent's own
 * @outbox: must outlive the agent
 */
LpdAgent *lpd_agent_new (const LpdContext *context, LpdOutbox *outbox);

void lpd_agent_decide (LpdAgent *self, LpdDecision decision);
/** lpd_agent_give_code: @code: (nullable): copied, the copy is wiped; %NULL is "not now". */
void lpd_agent_give_code (LpdAgent *self, const char *code);
void lpd_agent_give_trust (LpdAgent *self, gboolean trust);

/**
 * LpdAgentWork: a job's body, on the worker thread, with the channel open.
 *
 * Returns: (transfer full) (nullable): the result; %NULL with @error set
 */
typedef gpointer (*LpdAgentWork) (LpdJob *job, LpdChip *chip, LpdOutbox *outbox, gpointer data,
                                  GError **error);

/**
 * lpd_agent_run_async:
 * @data: (transfer full): given to @work, freed with @data_free
 * @result_free: frees a result that nobody takes
 *
 * Any flow as a job. The functions below are this with the flow filled in.
 */
void lpd_agent_run_async (LpdAgent *self, LpdAgentWork work, gpointer data, GDestroyNotify data_free,
                          GDestroyNotify result_free, GCancellable *cancellable,
                          GAsyncReadyCallback callback, gpointer user_data);
/** lpd_agent_run_finish: Returns: (transfer full) (nullable): what the work returned. */
gpointer lpd_agent_run_finish (LpdAgent *self, GAsyncResult *result, GError **error);

/** LpdSnapshot: what a chip says of itself at one moment. */
typedef struct
{
  char *eid;
  RspEuiccInfo *info;
  RspAddresses *addresses;
  GPtrArray *profiles;
  GPtrArray *outbox;
} LpdSnapshot;

void lpd_snapshot_free (LpdSnapshot *snapshot);

/** lpd_agent_read_async: the result is an #LpdSnapshot. */
void lpd_agent_read_async (LpdAgent *self, GCancellable *cancellable, GAsyncReadyCallback callback,
                           gpointer user_data);
LpdSnapshot *lpd_agent_read_finish (LpdAgent *self, GAsyncResult *result, GError **error);

/** lpd_agent_download_async: @code: (nullable): copied; %NULL for the chip's default server. */
void lpd_agent_download_async (LpdAgent *self, const KtActivationCode *code,
                               GCancellable *cancellable, GAsyncReadyCallback callback,
                               gpointer user_data);
LpdDownloadResult *lpd_agent_download_finish (LpdAgent *self, GAsyncResult *result, GError **error);

typedef enum
{
  LPD_AGENT_ENABLE,
  LPD_AGENT_DISABLE,
  LPD_AGENT_DELETE,
} LpdAgentChange;

/** lpd_agent_change_async: the result is the list of profiles afterwards. */
void lpd_agent_change_async (LpdAgent *self, LpdAgentChange change, const char *iccid,
                             gboolean override, GCancellable *cancellable,
                             GAsyncReadyCallback callback, gpointer user_data);
GPtrArray *lpd_agent_change_finish (LpdAgent *self, GAsyncResult *result, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LpdSnapshot, lpd_snapshot_free)

G_END_DECLS
