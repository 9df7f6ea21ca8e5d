/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "smdp-bench.h"

#include <string.h>

#include "kt-bytes.h"
#include "kt-error.h"
#include "lab-trust.h"
#include "rsp-json.h"

LabSmdpOptions
bench_options (Bench *bench)
{
  LabSmdpOptions options = { .host = BENCH_HOST, .pki = bench->pki, .env = bench->env };

  return options;
}

void
bench_set_up (Bench *bench)
{
  g_autoptr (GError) error = NULL;

  /* TLS judges dates by the real clock. */
  bench->env = kt_env_new_seeded (1, g_get_real_time ());
  bench->pki = lab_pki_new (bench->env, &error);
  g_assert_no_error (error);
}

static gboolean
on_request_certificate (SoupMessage *message, GTlsConnection *connection, gpointer data)
{
  Bench *bench = data;

  if (bench->client == NULL)
    return FALSE;
  soup_message_set_tls_client_certificate (message, bench->client);
  return TRUE;
}

void
bench_start (Bench *bench, const LabSmdpOptions *options)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) pem = lab_pki_dup_ci_pem (bench->pki);
  g_autoptr (GTlsCertificate) ci = NULL;
  g_autoptr (GTlsDatabase) trust = NULL;

  bench->smdp = lab_smdp_new (options, &error);
  g_assert_no_error (error);
  g_assert_true (lab_smdp_start_thread (bench->smdp, &error));
  g_assert_no_error (error);
  ci = g_tls_certificate_new_from_pem (g_bytes_get_data (pem, NULL),
                                       (gssize) g_bytes_get_size (pem), &error);
  g_assert_no_error (error);
  trust = lab_trust_new (ci);
  bench->session = soup_session_new_with_options ("tls-database", trust, "timeout", 20, NULL);
}

void
bench_tear_down (Bench *bench)
{
  if (bench->session != NULL)
    soup_session_abort (bench->session);
  g_clear_object (&bench->session);
  g_clear_object (&bench->client);
  g_clear_object (&bench->smdp);
  lab_pki_unref (bench->pki);
  kt_env_free_seeded (bench->env);
}

/* libsoup's client, too, gives up a connection after an answer that has no length, even 204. */
static void
on_got_headers (SoupMessage *message, gpointer data)
{
  if (soup_message_get_status (message) == SOUP_STATUS_NO_CONTENT)
    soup_message_headers_set_encoding (soup_message_get_response_headers (message),
                                       SOUP_ENCODING_NONE);
}

GBytes *
bench_send (Bench *bench, const char *method, const char *path, const char *type,
            const char *protocol, GBytes *body, guint *status, GError **error)
{
  g_autofree char *url = g_strdup_printf ("https://" BENCH_HOST ":%u%s",
                                          lab_smdp_get_port (bench->smdp), path);
  g_autoptr (SoupMessage) message = soup_message_new (method, url);
  GBytes *answer;

  *status = 0;
  soup_message_add_flags (message, SOUP_MESSAGE_NO_REDIRECT | SOUP_MESSAGE_IDEMPOTENT);
  if (body != NULL)
    soup_message_set_request_body_from_bytes (message, type, body);
  if (protocol != NULL)
    soup_message_headers_append (soup_message_get_request_headers (message), "X-Admin-Protocol",
                                 protocol);
  g_signal_connect (message, "request-certificate", G_CALLBACK (on_request_certificate), bench);
  g_signal_connect (message, "got-headers", G_CALLBACK (on_got_headers), NULL);
  answer = soup_session_send_and_read (bench->session, message, NULL, error);
  if (answer != NULL)
    *status = soup_message_get_status (message);
  return answer;
}

static GBytes *
post (Bench *bench, const char *path, JsonObject *in, guint *status)
{
  g_autoptr (GBytes) body = rsp_json_to_bytes (in);
  g_autoptr (GError) error = NULL;
  GBytes *answer = bench_send (bench, SOUP_METHOD_POST, path, "application/json",
                               "gsma/rsp/v2.2.0", body, status, &error);

  g_assert_no_error (error);
  return answer;
}

JsonObject *
bench_post (Bench *bench, const char *path, JsonObject *in)
{
  guint status;
  g_autoptr (GBytes) body = post (bench, path, in, &status);
  g_autoptr (GError) error = NULL;
  JsonObject *answer;

  g_assert_cmpuint (status, ==, 200);
  answer = rsp_json_parse (body, &error);
  g_assert_no_error (error);
  return answer;
}

guint
bench_post_status (Bench *bench, const char *path, JsonObject *in)
{
  guint status;
  g_autoptr (GBytes) body = post (bench, path, in, &status);

  return status;
}

void
bench_add_bytes (JsonObject *object, const char *name, GBytes *bytes)
{
  g_autofree char *text = kt_base64 (bytes);

  json_object_set_string_member (object, name, text);
}

GBytes *
bench_get_bytes (JsonObject *object, const char *name)
{
  g_autoptr (GError) error = NULL;
  GBytes *bytes = rsp_json_base64 (object, name, 1024 * 1024, &error);

  g_assert_no_error (error);
  return bytes;
}

static JsonObject *
status_of (JsonObject *answer)
{
  JsonObject *header = rsp_json_object (answer, "header");
  JsonObject *status;

  g_assert_nonnull (header);
  status = rsp_json_object (header, "functionExecutionStatus");
  g_assert_nonnull (status);
  return status;
}

void
bench_assert_success (JsonObject *answer)
{
  JsonObject *status = status_of (answer);
  JsonObject *data = rsp_json_object (status, "statusCodeData");

  if (data != NULL)
    g_test_message ("%s/%s %s", rsp_json_string (data, "subjectCode"),
                    rsp_json_string (data, "reasonCode"), rsp_json_string (data, "message"));
  g_assert_cmpstr (rsp_json_string (status, "status"), ==, "Executed-Success");
  g_assert_null (data);
}

void
bench_assert_refused (JsonObject *answer, const char *subject, const char *reason)
{
  JsonObject *status = status_of (answer);
  JsonObject *data;

  g_assert_cmpstr (rsp_json_string (status, "status"), ==, "Failed");
  data = rsp_json_object (status, "statusCodeData");
  g_assert_nonnull (data);
  g_test_message ("%s", rsp_json_string (data, "message"));
  g_assert_cmpstr (rsp_json_string (data, "subjectCode"), ==, subject);
  g_assert_cmpstr (rsp_json_string (data, "reasonCode"), ==, reason);
}

LabTicket *
bench_order (Bench *bench, const LabContract *contract)
{
  g_autoptr (GError) error = NULL;
  LabTicket *ticket = lab_operator_order (bench->smdp, contract, &error);

  g_assert_no_error (error);
  return ticket;
}

void
bench_assert_state (Bench *bench, const char *iccid, LabOrderState state)
{
  int now = lab_smdp_get_state (bench->smdp, iccid);

  g_assert_cmpint (now, >=, 0);
  g_assert_cmpstr (lab_order_state_name ((LabOrderState) now), ==, lab_order_state_name (state));
}

gboolean
bench_has_event (Bench *bench, const char *iccid, const char *event)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) order = lab_smdp_dup_order (bench->smdp, iccid, &error);
  JsonArray *events;

  g_assert_no_error (error);
  events = json_object_get_array_member (order, "events");
  for (guint i = 0; i < json_array_get_length (events); i++)
    if (g_strcmp0 (rsp_json_string (json_array_get_object_element (events, i), "event"), event)
        == 0)
      return TRUE;
  return FALSE;
}
