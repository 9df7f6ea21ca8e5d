/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-lpd"

#include "lpd-session.h"

#include "kt-error.h"
#include "lpd-checks.h"
#include "lpd-deadline.h"

/* A server that no longer answers must not keep the person waiting after a cancel. */
#define END_TIMEOUT_USEC (5 * G_USEC_PER_SEC)

void
lpd_session_init (LpdSession *session, LpdJob *job, LpdChip *chip, const char *server)
{
  *session = (LpdSession){ .job = job, .chip = chip, .server = g_strdup (server),
                            .free_memory = -1 };
}

void
lpd_session_clear (LpdSession *session)
{
  g_clear_pointer (&session->server, g_free);
  g_clear_pointer (&session->transaction_id, g_free);
  g_clear_pointer (&session->transaction_id_raw, g_bytes_unref);
}

static void
on_progress (gsize done, gsize total, gpointer data)
{
  LpdJob *job = data;

  job->now.net_bytes = done;
  job->now.net_total = total;
  lpd_job_report (job);
}

GBytes *
lpd_session_post (LpdSession *session, RspEs9Function function, GBytes *body, gboolean progress,
                  GError **error)
{
  g_autoptr (GError) local = NULL;
  GBytes *answer = net_http_post (session->job->context->http, session->server,
                                  rsp_es9_path (function), body, progress ? on_progress : NULL,
                                  session->job, NULL, session->job->cancellable, &local);

  if (answer == NULL)
    g_propagate_prefixed_error (error, g_steal_pointer (&local), "%s: ", rsp_es9_name (function));
  return answer;
}

/* A public server (tls.public-ca-only) is talked to on the person's word alone. */
static gboolean
may_trust_public (LpdSession *session, const GError *error)
{
  const LpdContext *context = session->job->context;
  g_autofree char *authority = NULL;

  if (g_strcmp0 (kt_error_key (error), "tls.public-ca-only") != 0
      || context->user.trust_public == NULL || context->trust.accept_public == NULL)
    return FALSE;
  if (context->trust.dup_vouched_by != NULL)
    authority = context->trust.dup_vouched_by (context->trust.data, session->server);
  if (!context->user.trust_public (context->user.data, session->server, authority))
    return FALSE;
  context->trust.accept_public (context->trust.data, session->server);
  return TRUE;
}

static RspInitiateAuthentication *
initiate (LpdSession *session, RspEuiccInfo *info1, GBytes *challenge, GError **error)
{
  g_autoptr (GError) local = NULL;
  g_autoptr (GBytes) request
      = rsp_es9_initiate_authentication (challenge, info1->raw, session->server);
  g_autoptr (GBytes) body = NULL;

  body = lpd_session_post (session, RSP_ES9_INITIATE_AUTHENTICATION, request, FALSE, &local);
  if (body == NULL && may_trust_public (session, local))
    {
      g_clear_error (&local);
      body = lpd_session_post (session, RSP_ES9_INITIATE_AUTHENTICATION, request, FALSE, &local);
    }
  if (body == NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return NULL;
    }
  return rsp_es9_initiate_authentication_parse (body, error);
}

/* ES10b.AuthenticateServer: the chip's own judgement of the server. */
static GBytes *
authenticate_server (LpdSession *session, const RspInitiateAuthentication *answer,
                     const char *matching_id, const RspDeviceInfo *device, GError **error)
{
  g_autoptr (GBytes) request = rsp_authenticate_server_request (
      answer->server_signed1, answer->server_signature1, answer->ci_pkid,
      answer->server_certificate, matching_id, device);
  g_autoptr (GBytes) response
      = lpd_chip_call (session->chip, request, session->job->cancellable, error);

  if (response == NULL || !rsp_authenticate_server_check (response, error))
    return NULL;
  return g_steal_pointer (&response);
}

GBytes *
lpd_session_authenticate (LpdSession *session, RspEuiccInfo *euicc_info1, const char *matching_id,
                          const char *oid, const RspDeviceInfo *device, GError **error)
{
  g_autoptr (RspInitiateAuthentication) answer = NULL;
  g_autoptr (GBytes) challenge = NULL;
  g_autoptr (GBytes) response = NULL;
  g_autoptr (GBytes) request = NULL;
  g_autoptr (GError) local = NULL;

  challenge = lpd_chip_dup_challenge (session->chip, session->job->cancellable, error);
  if (challenge == NULL)
    return NULL;
  lpd_job_step (session->job, LPD_STEP_CONNECT);
  answer = initiate (session, euicc_info1, challenge, error);
  if (answer == NULL)
    return NULL;
  session->transaction_id = g_strdup (answer->transaction_id);
  session->transaction_id_raw = g_bytes_ref (answer->transaction_id_raw);
  session->on_server = TRUE;
  if (!lpd_check_server_signed1 (answer, session->server, challenge, euicc_info1, error)
      || !lpd_check_server_oid (answer->server_certificate, oid, error))
    return NULL;

  lpd_job_step (session->job, LPD_STEP_AUTHENTICATE_SERVER);
  /* From here on the chip may have the session even if its answer never comes. */
  session->on_chip = TRUE;
  response = authenticate_server (session, answer, matching_id, device, &local);
  if (response == NULL)
    {
      session->on_chip = !g_error_matches (local, KT_ERROR, KT_ERROR_CHIP_REFUSED);
      g_propagate_error (error, g_steal_pointer (&local));
      return NULL;
    }
  session->free_memory = rsp_authenticate_server_free_memory (response);

  lpd_job_step (session->job, LPD_STEP_AUTHENTICATE_CHIP);
  request = rsp_es9_authenticate_client (session->transaction_id, response);
  return lpd_session_post (session, RSP_ES9_AUTHENTICATE_CLIENT, request, FALSE, error);
}

RspCancelReason
lpd_session_cancel_reason (const LpdSession *session, const GError *error)
{
  if (error == NULL || error->domain != KT_ERROR)
    return RSP_CANCEL_UNDEFINED;
  switch ((KtErrorCode) error->code)
    {
    case KT_ERROR_REFUSED:
      return RSP_CANCEL_END_USER_REJECTION;
    case KT_ERROR_POLICY:
      /* Nobody was there to agree; somebody may be the next time. */
      return g_strcmp0 (kt_error_key (error), "policy.consent-needed") == 0
                 ? RSP_CANCEL_POSTPONED
                 : RSP_CANCEL_PPR_NOT_ALLOWED;
    case KT_ERROR_TIMED_OUT:
      return RSP_CANCEL_TIMEOUT;
    case KT_ERROR_CHECK_FAILED:
      return g_strcmp0 (kt_error_key (error), "check.metadata") == 0 ? RSP_CANCEL_METADATA_MISMATCH
                                                                     : RSP_CANCEL_UNDEFINED;
    case KT_ERROR_CANCELLED:
      return RSP_CANCEL_POSTPONED;
    default:
      /*
       * What failed or was damaged on its way must not cost the order: it is still wanted. Once the
       * package is being written, SGP.22 section 3.1.3.3 has a reason of its own for a failure.
       */
      return session->loading ? RSP_CANCEL_LOAD_BPP_EXECUTION_ERROR : RSP_CANCEL_POSTPONED;
    }
}

/* Reasons that came with later versions; a chip that does not know them gets the oldest general one. */
static gboolean
is_later_reason (RspCancelReason reason)
{
  return reason == RSP_CANCEL_METADATA_MISMATCH || reason == RSP_CANCEL_LOAD_BPP_EXECUTION_ERROR;
}

static GBytes *
cancel_on_chip (LpdSession *session, RspCancelReason reason)
{
  g_autoptr (GBytes) request = rsp_cancel_session_request (session->transaction_id_raw, reason);
  g_autoptr (GError) local = NULL;
  g_autoptr (GBytes) response = lpd_chip_call (session->chip, request, NULL, &local);

  if (response == NULL || !rsp_cancel_session_check (response, &local))
    {
      g_debug ("cancelling on the chip: %s", local->message);
      return is_later_reason (reason) ? cancel_on_chip (session, RSP_CANCEL_UNDEFINED) : NULL;
    }
  return g_steal_pointer (&response);
}

void
lpd_session_end (LpdSession *session, RspCancelReason reason)
{
  g_autoptr (GBytes) response = NULL;
  g_autoptr (GBytes) request = NULL;
  g_autoptr (GBytes) body = NULL;
  g_autoptr (GError) local = NULL;
  g_autoptr (LpdDeadline) deadline = NULL;

  if (!session->on_chip)
    return;
  session->on_chip = FALSE;
  response = cancel_on_chip (session, reason);
  /* What the chip did not sign, the server need not see. */
  if (response == NULL || !session->on_server)
    return;
  session->on_server = FALSE;
  deadline = lpd_deadline_new (END_TIMEOUT_USEC);
  request = rsp_es9_cancel_session (session->transaction_id, response);
  body = net_http_post (session->job->context->http, session->server,
                        rsp_es9_path (RSP_ES9_CANCEL_SESSION), request, NULL, NULL, NULL,
                        lpd_deadline_get_cancellable (deadline), &local);
  if (body == NULL || !rsp_es9_status_check (body, &local))
    g_debug ("cancelling at the server: %s", local->message);
}
