/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-lab"

/* ES2+.HandleDownloadProgressInfo, where the SM-DP+ is the client: SGP.22 section 5.3.5. */

#include "lab-smdp-private.h"

#include "kt-error.h"
#include "lab-trust.h"
#include "rsp-json.h"

#define PATH LAB_SMDP_ES2_PATH "handleDownloadProgressInfo"
#define TIMEOUT_SECONDS 10

static JsonObject *
status_of (const GError *failure)
{
  JsonObject *status = json_object_new ();
  const KtErrorDetail *detail = kt_error_detail (failure);
  gboolean refused = detail != NULL && detail->subject != NULL;

  json_object_set_string_member (status, "status", failure == NULL ? "Executed-Success" : "Failed");
  if (failure != NULL)
    {
      JsonObject *data = json_object_new ();

      json_object_set_string_member (data, "subjectCode", refused ? detail->subject : "8.8");
      json_object_set_string_member (data, "reasonCode", refused ? detail->reason : "4.2");
      if (refused && detail->server_message != NULL)
        json_object_set_string_member (data, "message", detail->server_message);
      json_object_set_object_member (status, "statusCodeData", data);
    }
  return status;
}

static GBytes *
build_report (LabSmdp *self, const LabOrder *order, const char *eid, LabPoint point,
              const GError *failure)
{
  g_autoptr (GDateTime) now = g_date_time_new_from_unix_utc (lab_smdp_now (self));
  g_autofree char *timestamp = g_date_time_format (now, "%Y-%m-%dT%H:%M:%SZ");
  g_autofree char *call = g_uuid_string_random ();
  JsonObject *object = json_object_new ();
  JsonObject *header = json_object_new ();

  json_object_set_string_member (header, "functionRequesterIdentifier", self->oid);
  json_object_set_string_member (header, "functionCallIdentifier", call);
  json_object_set_object_member (object, "header", header);
  if (eid != NULL)
    json_object_set_string_member (object, "eid", eid);
  json_object_set_string_member (object, "iccid", order->iccid);
  json_object_set_string_member (object, "profileType", order->profile_type);
  json_object_set_string_member (object, "timestamp", timestamp);
  json_object_set_int_member (object, "notificationPointId", point);
  json_object_set_object_member (object, "notificationPointStatus", status_of (failure));
  return rsp_json_to_bytes (object);
}

static gboolean
offer_certificate (SoupMessage *message, GTlsConnection *connection, gpointer data)
{
  LabSmdp *self = data;
  g_autoptr (LabCredential) client = lab_pki_dup_client (self->pki, NULL);
  g_autoptr (GTlsCertificate) tls
      = client != NULL ? lab_credential_dup_tls (client, NULL) : NULL;

  if (tls == NULL)
    return FALSE;
  soup_message_set_tls_client_certificate (message, tls);
  return TRUE;
}

static SoupSession *
get_reporter (LabSmdp *self)
{
  g_autoptr (GBytes) pem = NULL;
  g_autoptr (GTlsCertificate) ci = NULL;
  g_autoptr (GTlsDatabase) trust = NULL;

  if (self->reporter != NULL)
    return self->reporter;
  pem = lab_pki_dup_ci_pem (self->pki);
  ci = g_tls_certificate_new_from_pem (g_bytes_get_data (pem, NULL),
                                       (gssize) g_bytes_get_size (pem), NULL);
  if (ci == NULL)
    return NULL;
  trust = lab_trust_new (ci);
  self->reporter = soup_session_new_with_options ("tls-database", trust, "timeout",
                                                  TIMEOUT_SECONDS, NULL);
  return self->reporter;
}

static void
on_reported (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) body
      = soup_session_send_and_read_finish (SOUP_SESSION (source), result, &error);

  /* Progress is a courtesy: the download does not wait for it and does not fail with it. */
  if (body == NULL && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    g_debug ("progress report was not taken: %s", error->message);
}

void
lab_smdp_report (LabSmdp *self, const LabOrder *order, const char *eid, LabPoint point,
                 const GError *failure)
{
  g_autoptr (SoupMessage) message = NULL;
  g_autoptr (GBytes) body = NULL;
  g_autofree char *url = NULL;
  SoupSession *session;

  if (self->operator_url == NULL || (session = get_reporter (self)) == NULL)
    return;
  url = g_strconcat (self->operator_url, PATH, NULL);
  message = soup_message_new (SOUP_METHOD_POST, url);
  if (message == NULL)
    return;
  body = build_report (self, order, eid, point, failure);
  soup_message_set_request_body_from_bytes (message, "application/json", body);
  soup_message_headers_append (soup_message_get_request_headers (message), "X-Admin-Protocol",
                               "gsma/rsp/v2.2.0");
  soup_message_add_flags (message, SOUP_MESSAGE_NO_REDIRECT | SOUP_MESSAGE_IDEMPOTENT);
  g_signal_connect_object (message, "request-certificate", G_CALLBACK (offer_certificate), self,
                           G_CONNECT_DEFAULT);
  soup_session_send_and_read_async (session, message, G_PRIORITY_DEFAULT, NULL, on_reported, NULL);
}
