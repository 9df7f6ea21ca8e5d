/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-lpd"

#include "lpd-download.h"

#include <string.h>

#include "kt-bytes.h"
#include "kt-error.h"
#include "lpd-checks.h"
#include "lpd-session.h"

/* A person who mistypes a code five times should look for it, not go on guessing. */
#define CODE_TRIES 5

/*
 * A reader on a desk has no IMEI, but DeviceInfo must have a TAC. This is one of the reporting body
 * 00, which GSMA TS.06 keeps for test devices, so that no handset is passed for one.
 */
static const guint8 default_tac[4] = { 0x00, 0x10, 0x10, 0x10 };

/* What the chip says about itself, read while the connection is being made. */
typedef struct
{
  RspEuiccInfo *info1;
  GPtrArray *rat;
  GPtrArray *profiles;
} ChipFacts;

/* One download: what stays the same over the sessions that wrong confirmation codes may cost. */
typedef struct
{
  LpdJob *job;
  LpdChip *chip;
  const LpdDownloadRequest *request;
  char *server;
  const char *matching_id;
  ChipFacts facts;
  RspDeviceInfo device;
  /* agreed to by the person; a later session must announce the same */
  RspProfile *agreed;
  KtSecretString *code;
  gboolean code_given;
  gboolean code_was_wrong;
  int attempts_left;
  char *server_message;
  gint64 network_began;
  gint64 network_usec;
} Download;

static void
download_clear (Download *self)
{
  g_free (self->server);
  g_clear_pointer (&self->facts.info1, rsp_euicc_info_free);
  g_clear_pointer (&self->facts.rat, g_ptr_array_unref);
  g_clear_pointer (&self->facts.profiles, g_ptr_array_unref);
  rsp_device_info_clear (&self->device);
  g_clear_pointer (&self->agreed, rsp_profile_unref);
  g_clear_pointer (&self->code, kt_wipe_string);
  g_free (self->server_message);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Download, download_clear)

static gboolean
is_code_error (const GError *error, const char *reason)
{
  const KtErrorDetail *detail = kt_error_detail (error);

  return g_error_matches (error, KT_ERROR, KT_ERROR_SERVER_REFUSED)
         && g_strcmp0 (detail->subject, "8.2.7") == 0 && g_strcmp0 (detail->reason, reason) == 0;
}

/* Where to go: the code's server, an SM-DS event's, or the chip's default SM-DP+. */
static gboolean
find_server (Download *self, GError **error)
{
  const LpdDownloadRequest *request = self->request;
  g_autoptr (RspAddresses) addresses = NULL;

  if (request->code != NULL)
    {
      self->server = g_strdup (request->code->server);
      self->matching_id = request->code->token;
      return TRUE;
    }
  if (request->server != NULL)
    {
      self->server = g_strdup (request->server);
      self->matching_id = request->event_id;
      return TRUE;
    }
  addresses = lpd_chip_dup_addresses (self->chip, self->job->cancellable, error);
  if (addresses == NULL)
    return FALSE;
  if (addresses->default_dp == NULL
      || !kt_server_address_is_valid (addresses->default_dp, KT_ACTIVATION_CODE_ALLOW_PORT))
    return kt_error_set (error, KT_ERROR_INVALID_INPUT, "download.no-server",
                         "the chip names no default server, so a code is needed");
  self->server = g_ascii_strdown (addresses->default_dp, -1);
  self->matching_id = "";
  return TRUE;
}

/* Chips without profile policy rules know no RAT: then no rule is allowed. */
static GPtrArray *
read_rat (Download *self, GError **error)
{
  g_autoptr (GError) local = NULL;
  GPtrArray *rat = lpd_chip_dup_rat (self->chip, self->job->cancellable, &local);

  if (rat == NULL && g_error_matches (local, KT_ERROR, KT_ERROR_UNSUPPORTED))
    return g_ptr_array_new ();
  if (rat == NULL)
    g_propagate_error (error, g_steal_pointer (&local));
  return rat;
}

/* Fig. 7 ②: the trust comes from the chip, then the connection opens while the rest is read. */
static gboolean
read_chip (Download *self, GError **error)
{
  const LpdContext *context = self->job->context;
  GCancellable *cancellable = self->job->cancellable;

  lpd_job_step (self->job, LPD_STEP_READ_CHIP);
  if (!find_server (self, error))
    return FALSE;
  self->facts.info1 = lpd_chip_dup_info (self->chip, RSP_TAG_EUICC_INFO1, cancellable, error);
  if (self->facts.info1 == NULL)
    return FALSE;
  if (context->trust.set_pkids != NULL)
    context->trust.set_pkids (context->trust.data, self->facts.info1->ci_verify);
  self->network_began = kt_env_ticks (context->env);
  net_http_prepare (context->http, self->server);
  self->facts.rat = read_rat (self, error);
  if (self->facts.rat == NULL)
    return FALSE;
  self->facts.profiles = lpd_chip_dup_profiles (self->chip, cancellable, error);
  return self->facts.profiles != NULL;
}

/* What the server announces, checked against the chip's rules. */
static RspProfile *
judge_metadata (Download *self, GBytes *bytes, gboolean *rules_need_consent, GError **error)
{
  g_autoptr (RspProfile) metadata = rsp_metadata_parse (bytes, error);

  if (metadata == NULL || !lpd_check_not_installed (metadata, self->facts.profiles, error)
      || !lpd_check_policy (metadata, self->facts.rat, self->facts.profiles, rules_need_consent,
                            error))
    return NULL;
  return g_steal_pointer (&metadata);
}

/* The person sees the real metadata and decides. */
static gboolean
ask_consent (Download *self, const LpdSession *session, RspProfile *metadata,
             gboolean rules_need_consent, gboolean confirmation_required, GError **error)
{
  const LpdContext *context = self->job->context;
  g_autofree char *vouched_by = NULL;
  LpdDecision decision = LPD_DOWNLOAD;

  /* Agreed already, in an earlier session of this job. */
  if (self->agreed != NULL && rsp_metadata_differs (self->agreed, metadata) == NULL)
    return TRUE;
  lpd_job_step (self->job, LPD_STEP_REVIEW);
  if (context->trust.dup_vouched_by != NULL)
    vouched_by = context->trust.dup_vouched_by (context->trust.data, self->server);
  if (context->user.review != NULL)
    {
      LpdReview review = { metadata, self->server, vouched_by, rules_need_consent,
                           confirmation_required, session->free_memory };

      decision = context->user.review (context->user.data, &review);
    }
  else if (rules_need_consent)
    decision = LPD_CANNOT_ASK;
  if (decision == LPD_CANNOT_ASK)
    return kt_error_set (error, KT_ERROR_POLICY, "policy.consent-needed",
                         "the operator's rules need a person's consent and there is none to ask");
  if (decision == LPD_REFUSE)
    return kt_error_set (error, KT_ERROR_REFUSED, "refused", "the person refused the plan");
  if (decision == LPD_NOT_NOW)
    return kt_error_set (error, KT_ERROR_CANCELLED, "cancelled", "the person wants it later");
  g_clear_pointer (&self->agreed, rsp_profile_unref);
  self->agreed = rsp_profile_ref (metadata);
  return lpd_job_check_cancelled (self->job, error);
}

/* The code is asked for when the server asks, and again after a wrong one. */
static gboolean
ask_confirmation_code (Download *self, const RspProfile *metadata, GError **error)
{
  const LpdContext *context = self->job->context;
  LpdCodeQuestion question = { metadata, self->code_was_wrong, FALSE, self->attempts_left,
                               self->server_message };

  g_clear_pointer (&self->code, kt_wipe_string);
  if (self->request->confirmation_code != NULL && !self->code_given)
    self->code = g_strdup (self->request->confirmation_code);
  else if (context->user.confirmation_code != NULL)
    self->code = context->user.confirmation_code (context->user.data, &question);
  self->code_given = TRUE;
  /* What cannot be a code costs no try at the server: it is asked for again right here. */
  while (self->code != NULL && !kt_confirmation_code_check (self->code, NULL))
    {
      g_clear_pointer (&self->code, kt_wipe_string);
      question.malformed = TRUE;
      if (context->user.confirmation_code != NULL)
        self->code = context->user.confirmation_code (context->user.data, &question);
    }
  if (self->code == NULL)
    return kt_error_set (error, KT_ERROR_CONFIRMATION_CODE,
                         self->code_was_wrong ? "confirmation.wrong" : "confirmation.needed",
                         "the server asks for a confirmation code");
  return lpd_job_check_cancelled (self->job, error);
}

/* ES10b.PrepareDownload: the chip makes its one-time key, or takes the one kept from last time. */
static GBytes *
prepare_download (Download *self, LpdSession *session, const RspAuthenticateClient *answer,
                  GError **error)
{
  g_autoptr (GBytes) hash_cc = NULL;
  g_autoptr (GBytes) request = NULL;
  g_autoptr (GBytes) response = NULL;

  lpd_job_step (self->job, LPD_STEP_PREPARE);
  if (self->code != NULL)
    hash_cc = rsp_hash_cc (self->code, session->transaction_id_raw);
  request = rsp_prepare_download_request (answer->smdp_signed2, answer->smdp_signature2, hash_cc,
                                          answer->smdp_certificate);
  response = lpd_chip_call (self->chip, request, self->job->cancellable, error);
  if (response == NULL || !rsp_prepare_download_check (response, error))
    return NULL;
  return g_steal_pointer (&response);
}

/* ES9+.GetBoundProfilePackage: the whole package in one answer, then checked to the last byte. */
static RspBpp *
fetch_package (Download *self, LpdSession *session, GBytes *prepared, GError **error)
{
  g_autoptr (GBytes) request
      = rsp_es9_get_bound_profile_package (session->transaction_id, prepared);
  g_autoptr (GBytes) body = NULL;
  g_autoptr (GBytes) package = NULL;
  g_autoptr (RspBpp) bpp = NULL;

  lpd_job_step (self->job, LPD_STEP_DOWNLOAD);
  body = lpd_session_post (session, RSP_ES9_GET_BOUND_PROFILE_PACKAGE, request, TRUE, error);
  if (body == NULL)
    return NULL;
  lpd_job_step (self->job, LPD_STEP_CHECK_PACKAGE);
  package = rsp_es9_get_bound_profile_package_parse (body, session->transaction_id, error);
  if (package == NULL)
    return NULL;
  bpp = rsp_bpp_parse (package, error);
  if (bpp == NULL || !lpd_check_bpp (bpp, session->transaction_id_raw, self->agreed, error))
    return NULL;
  return g_steal_pointer (&bpp);
}

/* The paper, section 3.2: the package is here, the network is free from now on. */
static void
release_network (Download *self)
{
  const LpdContext *context = self->job->context;

  net_http_release (context->http, self->server);
  self->network_usec = kt_env_ticks (context->env) - self->network_began;
  lpd_job_step (self->job, LPD_STEP_NETWORK_RELEASED);
}

/*
 * ES10b.LoadBoundProfilePackage, segment by segment (SGP.22 section 2.5.5). Data from the chip ends
 * the transfer wherever it comes: it is the installation result.
 */
static GBytes *
write_segments (Download *self, LpdSession *session, RspBpp *bpp, GError **error)
{
  LpdJob *job = self->job;

  job->now.chip_total = bpp->size;
  job->now.segments = bpp->segments->len;
  lpd_job_step (job, LPD_STEP_WRITE);
  session->loading = TRUE;
  for (guint i = 0; i < bpp->segments->len; i++)
    {
      const RspSegment *segment = g_ptr_array_index (bpp->segments, i);
      GBytes *result = NULL;

      if (!lpd_chip_load_segment (self->chip, segment->bytes, &result, job->cancellable, error))
        return NULL;
      /* Before the last segment it can only tell of a failure. */
      if (result != NULL && i + 1 < bpp->segments->len)
        return result;
      job->now.chip_bytes += g_bytes_get_size (segment->bytes);
      job->now.segment = i + 1;
      lpd_job_report (job);
      if (result != NULL)
        return result;
    }
  kt_error_set (error, KT_ERROR_UNCONFIRMED, "install.no-result",
                "the chip took every segment but gave no installation result");
  return NULL;
}

static LpdDownloadResult *
read_result (Download *self, LpdSession *session, RspBpp *bpp, GBytes *bytes, GError **error)
{
  g_autoptr (RspInstallResult) install = rsp_install_result_parse (bytes, error);
  g_autoptr (LpdDownloadResult) result = NULL;

  if (install == NULL)
    {
      /* It may have installed all the same; only its list can tell. */
      g_clear_error (error);
      kt_error_set (error, KT_ERROR_UNCONFIRMED, "install.no-result",
                    "the chip's installation result cannot be read");
      return NULL;
    }
  /* The chip has ended the session with this answer, good or bad: nothing is left to cancel. */
  session->on_chip = session->on_server = FALSE;
  if (!g_bytes_equal (install->transaction_id, session->transaction_id_raw))
    {
      kt_error_set (error, KT_ERROR_UNCONFIRMED, "install.no-result",
                    "the chip answered with the result of another transaction");
      return NULL;
    }
  if (!rsp_install_result_check (install, error))
    return NULL;
  result = g_new0 (LpdDownloadResult, 1);
  result->metadata = rsp_profile_ref (self->agreed);
  result->aid = g_bytes_ref (install->aid);
  result->seq = install->notification->seq;
  result->bpp_bytes = bpp->size;
  result->segments = bpp->segments->len;
  result->network_usec = self->network_usec;
  result->total_usec = kt_env_ticks (self->job->context->env) - self->job->started;
  return g_steal_pointer (&result);
}

/* One RSP session from the first message to the chip's result: Figure 7 from top to bottom. */
static LpdDownloadResult *
run_session (Download *self, LpdSession *session, GError **error)
{
  const char *oid = self->request->code != NULL ? self->request->code->oid : NULL;
  g_autoptr (RspAuthenticateClient) answer = NULL;
  g_autoptr (RspSmdpSigned2) signed2 = NULL;
  g_autoptr (RspProfile) metadata = NULL;
  g_autoptr (RspBpp) bpp = NULL;
  g_autoptr (GBytes) body = NULL;
  g_autoptr (GBytes) prepared = NULL;
  g_autoptr (GBytes) outcome = NULL;
  gboolean rules_need_consent;

  body = lpd_session_authenticate (session, self->facts.info1, self->matching_id, oid,
                                   &self->device, error);
  if (body == NULL)
    return NULL;
  answer = rsp_es9_authenticate_client_parse (body, session->transaction_id, error);
  if (answer == NULL)
    return NULL;
  signed2 = rsp_smdp_signed2_parse (answer->smdp_signed2, error);
  if (signed2 == NULL
      || !lpd_check_smdp_signed2 (signed2, session->transaction_id_raw, error))
    return NULL;
  metadata = judge_metadata (self, answer->metadata, &rules_need_consent, error);
  if (metadata == NULL
      || !ask_consent (self, session, metadata, rules_need_consent,
                       signed2->confirmation_required, error))
    return NULL;
  if (signed2->confirmation_required && !ask_confirmation_code (self, metadata, error))
    return NULL;
  prepared = prepare_download (self, session, answer, error);
  if (prepared == NULL)
    return NULL;
  bpp = fetch_package (self, session, prepared, error);
  if (bpp == NULL)
    return NULL;
  release_network (self);
  outcome = write_segments (self, session, bpp, error);
  if (outcome == NULL)
    return NULL;
  return read_result (self, session, bpp, outcome, error);
}

/* A server that refuses has already dropped its side of the session. */
static void
end_session (LpdSession *session, const GError *error)
{
  if (g_error_matches (error, KT_ERROR, KT_ERROR_SERVER_REFUSED))
    {
      session->on_server = FALSE;
      lpd_session_end (session, RSP_CANCEL_POSTPONED);
      return;
    }
  lpd_session_end (session, lpd_session_cancel_reason (session, error));
}

/* The only number in the server's words about a wrong code is how many tries are left. */
static int
attempts_in_text (const char *text)
{
  int found = -1;

  for (const char *p = text; p != NULL && *p != '\0';)
    {
      char *end;
      guint64 number;

      if (!g_ascii_isdigit (*p))
        {
          p++;
          continue;
        }
      number = g_ascii_strtoull (p, &end, 10);
      if (found >= 0 || number > 99)
        return -1;
      found = (int) number;
      p = end;
    }
  return found;
}

static void
note_wrong_code (Download *self, const GError *error)
{
  KtErrorDetail *detail = kt_error_detail (error);

  self->code_was_wrong = TRUE;
  self->attempts_left = attempts_in_text (detail->server_message);
  detail->attempts_left = self->attempts_left;
  g_free (self->server_message);
  self->server_message = g_strdup (detail->server_message);
}

LpdDownloadResult *
lpd_download_run (LpdJob *job, LpdChip *chip, const LpdDownloadRequest *request, GError **error)
{
  g_auto (Download) self = { .job = job, .chip = chip, .request = request, .attempts_left = -1 };

  memcpy (self.device.tac, default_tac, sizeof default_tac);
  if (request->imei != NULL && !rsp_device_info_parse_imei (&self.device, request->imei, error))
    return NULL;
  if (request->confirmation_code != NULL
      && !kt_confirmation_code_check (request->confirmation_code, error))
    return NULL;
  if (!read_chip (&self, error))
    {
      if (self.server != NULL)
        net_http_release (job->context->http, self.server);
      return NULL;
    }
  for (guint try = 1;; try++)
    {
      g_auto (LpdSession) session = { 0 };
      g_autoptr (GError) local = NULL;
      LpdDownloadResult *result;

      lpd_session_init (&session, job, chip, self.server);
      result = run_session (&self, &session, &local);
      if (result != NULL)
        {
          lpd_job_step (job, LPD_STEP_INSTALLED);
          return result;
        }
      end_session (&session, local);
      if (is_code_error (local, "3.8"))
        note_wrong_code (&self, local);
      if (!is_code_error (local, "3.8") || try == CODE_TRIES
          || job->context->user.confirmation_code == NULL)
        {
          net_http_release (job->context->http, self.server);
          g_propagate_error (error, g_steal_pointer (&local));
          return NULL;
        }
    }
}

void
lpd_download_result_free (LpdDownloadResult *result)
{
  if (result == NULL)
    return;
  g_clear_pointer (&result->metadata, rsp_profile_unref);
  g_clear_pointer (&result->aid, g_bytes_unref);
  g_free (result);
}
