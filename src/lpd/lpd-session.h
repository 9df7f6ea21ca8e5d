/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "lpd-job.h"
#include "rsp-es9.h"

G_BEGIN_DECLS

/**
 * LpdSession:
 * @server: address as the activation code names it
 * @transaction_id: (nullable): text as the server wrote it; the session exists at the server
 * @transaction_id_raw: (nullable): its bytes
 * @on_chip: the chip knows the transaction and can cancel it
 * @on_server: the server waits for this transaction's next step
 * @loading: segments of the package have gone to the chip
 * @free_memory: bytes free on the chip as it told the server, -1 unknown
 *
 * One RSP session between chip and server. Whatever ends it, lpd_session_end() cleans up, in this
 * one place.
 */
typedef struct
{
  LpdJob *job;
  LpdChip *chip;
  char *server;
  char *transaction_id;
  GBytes *transaction_id_raw;
  gboolean on_chip;
  gboolean on_server;
  gboolean loading;
  gint64 free_memory;
} LpdSession;

void lpd_session_init (LpdSession *session, LpdJob *job, LpdChip *chip, const char *server);
void lpd_session_clear (LpdSession *session);

/**
 * lpd_session_post:
 * @body: the request
 * @progress: (nullable): whether the answer's bytes move the job's bar
 *
 * One ES9+ call. Returns: (transfer full) (nullable): the body of a 2xx answer, not judged yet
 */
GBytes *lpd_session_post (LpdSession *session, RspEs9Function function, GBytes *body,
                          gboolean progress, GError **error);

/**
 * lpd_session_authenticate:
 * @euicc_info1: the chip's EUICCInfo1
 * @matching_id: (nullable): token, event id, or ""
 * @oid: (nullable): SM-DP+ OID that the activation code promises
 *
 * Common mutual authentication (SGP.22 section 3.0.1) up to ES9+.AuthenticateClient, with every
 * check that the LPA owes.
 *
 * Returns: (transfer full) (nullable): the body of the answer to AuthenticateClient
 */
GBytes *lpd_session_authenticate (LpdSession *session, RspEuiccInfo *euicc_info1,
                                  const char *matching_id, const char *oid,
                                  const RspDeviceInfo *device, GError **error);

/**
 * lpd_session_cancel_reason: the reason that is true for @error, the failure that ends a session.
 */
RspCancelReason lpd_session_cancel_reason (const LpdSession *session, const GError *error);

/**
 * lpd_session_end:
 *
 * Cancels on the chip, and then at the server with the chip's signed word. Quiet: the failure that
 * ended the session is the one to report. Not cancellable, but bounded in time.
 */
void lpd_session_end (LpdSession *session, RspCancelReason reason);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (LpdSession, lpd_session_clear)

G_END_DECLS
