/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kt-bytes.h"
#include "kt-error.h"
#include "rsp-json.h"
#include "smdp-bench.h"

#include <string.h>

#define INITIATE LAB_SMDP_ES9_PATH "initiateAuthentication"
#define ORDER LAB_SMDP_ES2_PATH "downloadOrder"

/* HTTP manners, who may come in, and what the operator is told. */

typedef struct
{
  Bench bench;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  bench_set_up (&fixture->bench);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  bench_tear_down (&fixture->bench);
}

static void
start (Fixture *fixture)
{
  LabSmdpOptions options = bench_options (&fixture->bench);

  bench_start (&fixture->bench, &options);
}

static guint
status_for (Fixture *fixture, const char *method, const char *path, const char *type,
            const char *text)
{
  g_autoptr (GBytes) body = text != NULL ? g_bytes_new (text, strlen (text)) : NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) answer = NULL;
  guint status;

  answer = bench_send (&fixture->bench, method, path, type, "gsma/rsp/v2.2.2", body, &status,
                       &error);
  g_assert_no_error (error);
  return status;
}

static void
test_manners (Fixture *fixture, gconstpointer data)
{
  static const struct
  {
    const char *method;
    const char *path;
    const char *type;
    const char *text;
    guint status;
  } rows[] = {
    { "GET", INITIATE, NULL, NULL, 405 },
    { "PUT", INITIATE, "application/json", "{}", 405 },
    { "POST", "/", "application/json", "{}", 404 },
    { "POST", LAB_SMDP_ES9_PATH, "application/json", "{}", 404 },
    { "POST", LAB_SMDP_ES9_PATH "unknown", "application/json", "{}", 404 },
    { "POST", INITIATE "/x", "application/json", "{}", 404 },
    { "POST", "/gsma/rsp2/es9plus/../es9plus/initiateAuthentication", "application/json", "{}",
      200 },
    { "POST", INITIATE, "text/plain", "{}", 415 },
    { "POST", INITIATE, "application/json;charset=UTF-8", "{}", 200 },
    { "POST", INITIATE, "APPLICATION/JSON", "{}", 200 },
    { "POST", INITIATE, "application/json", "", 400 },
    { "POST", INITIATE, "application/json", "[]", 400 },
    { "POST", INITIATE, "application/json", "{\"a\":1", 400 },
    { "POST", INITIATE, "application/json", "{} {}", 400 },
    { "POST", INITIATE, "application/json", "{\"a\":1,\"a\":2}", 400 },
    { "POST", INITIATE, "application/json", "\xFF\xFE", 400 },
  };

  start (fixture);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      guint status
          = status_for (fixture, rows[i].method, rows[i].path, rows[i].type, rows[i].text);

      g_test_message ("row %u: %s %s", i, rows[i].method, rows[i].path);
      g_assert_cmpuint (status, ==, rows[i].status);
    }
}

static void
test_body_limit (Fixture *fixture, gconstpointer data)
{
  g_autofree char *long_text = g_strnfill (300 * 1024, ' ');
  g_autofree char *fitting = g_strnfill (200 * 1024, ' ');

  start (fixture);
  g_assert_cmpuint (status_for (fixture, "POST", INITIATE, "application/json", long_text), ==,
                    413);
  memcpy (fitting, "{}", 2);
  g_assert_cmpuint (status_for (fixture, "POST", INITIATE, "application/json", fitting), ==, 200);
}

/* Chunked, so that no Content-Length warns of it */
static void
test_chunked_limit (Fixture *fixture, gconstpointer data)
{
  g_autofree char *text = g_strnfill (600 * 1024, ' ');
  g_autoptr (GInputStream) stream = NULL;
  g_autofree char *url = NULL;
  g_autoptr (SoupMessage) message = NULL;
  g_autoptr (GBytes) answer = NULL;
  g_autoptr (GError) error = NULL;

  start (fixture);
  stream = g_memory_input_stream_new_from_data (text, 600 * 1024, NULL);
  url = g_strdup_printf ("https://" BENCH_HOST ":%u" INITIATE,
                         lab_smdp_get_port (fixture->bench.smdp));
  message = soup_message_new ("POST", url);
  soup_message_set_request_body (message, "application/json", stream, -1);
  answer = soup_session_send_and_read (fixture->bench.session, message, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (soup_message_get_status (message), ==, 413);
}

static void
test_protocol_header (Fixture *fixture, gconstpointer data)
{
  static const struct
  {
    const char *header;
    const char *reason;
  } rows[] = {
    { NULL, "2.2" },
    { "", "2.1" },
    { "gsma/rsp", "2.1" },
    { "gsma/rsp/v", "2.1" },
    { "gsma/rsp/v2", "2.1" },
    { "gsma/rsp/v2.2", "2.1" },
    { "gsma/rsp/v2.2.x", "2.1" },
    { "gsma/rsp/v2.2.2.2", "2.1" },
    { "gsma/rsp/v1.0.0", "3.1" },
  };
  g_autoptr (GBytes) body = g_bytes_new_static ("{}", 2);

  start (fixture);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) error = NULL;
      guint status;
      g_autoptr (GBytes) answer
          = bench_send (&fixture->bench, "POST", INITIATE, "application/json", rows[i].header,
                        body, &status, &error);
      g_autoptr (JsonObject) object = rsp_json_parse (answer, &error);

      g_assert_no_error (error);
      bench_assert_refused (object, "1.3", rows[i].reason);
    }
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (GError) error = NULL;
      guint status;
      g_autoptr (GBytes) answer = bench_send (&fixture->bench, "POST", INITIATE, "application/json",
                                              i == 0 ? "gsma/rsp/v2.0.0" : "gsma/rsp/v3.1.0", body,
                                              &status, &error);
      g_autoptr (JsonObject) object = rsp_json_parse (answer, &error);

      /* through, to the next thing that is missing */
      bench_assert_refused (object, "1.6", "2.2");
    }
}

static void
test_answer_headers (Fixture *fixture, gconstpointer data)
{
  g_autofree char *url = NULL;
  g_autoptr (SoupMessage) message = NULL;
  g_autoptr (GBytes) body = g_bytes_new_static ("{}", 2);
  g_autoptr (GBytes) answer = NULL;
  g_autoptr (GError) error = NULL;
  SoupMessageHeaders *headers;

  start (fixture);
  url = g_strdup_printf ("https://" BENCH_HOST ":%u" INITIATE,
                         lab_smdp_get_port (fixture->bench.smdp));
  message = soup_message_new ("POST", url);
  soup_message_set_request_body_from_bytes (message, "application/json", body);
  answer = soup_session_send_and_read (fixture->bench.session, message, NULL, &error);
  g_assert_no_error (error);
  headers = soup_message_get_response_headers (message);
  g_assert_cmpstr (soup_message_headers_get_one (headers, "X-Admin-Protocol"), ==,
                   "gsma/rsp/v2.2.2");
  g_assert_cmpstr (soup_message_headers_get_one (headers, "Content-Type"), ==,
                   "application/json;charset=UTF-8");
}

static void
test_one_connection (Fixture *fixture, gconstpointer data)
{
  start (fixture);
  for (guint i = 0; i < 5; i++)
    g_assert_cmpuint (status_for (fixture, "POST", INITIATE, "application/json", "{}"), ==, 200);
  g_assert_cmpuint (lab_smdp_get_connections (fixture->bench.smdp), ==, 1);
  g_assert_cmpuint (lab_smdp_get_requests (fixture->bench.smdp), ==, 5);
}

static void
test_start_and_stop (Fixture *fixture, gconstpointer data)
{
  LabSmdpOptions options = bench_options (&fixture->bench);
  g_autoptr (LabSmdp) second = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *address = NULL;
  g_autofree char *expected = NULL;

  start (fixture);
  options.port = lab_smdp_get_port (fixture->bench.smdp);
  g_assert_cmpuint (options.port, !=, 0);
  address = lab_smdp_dup_address (fixture->bench.smdp);
  expected = g_strdup_printf (BENCH_HOST ":%u", options.port);
  g_assert_cmpstr (address, ==, expected);
  second = lab_smdp_new (&options, &error);
  g_assert_no_error (error);
  /* the port is taken, in a thread as without */
  g_assert_false (lab_smdp_start_thread (second, &error));
  g_assert_error (error, KT_ERROR, KT_ERROR_CONNECT);
  g_clear_error (&error);
  g_assert_false (lab_smdp_start (second, &error));
  g_assert_error (error, KT_ERROR, KT_ERROR_CONNECT);
  g_clear_error (&error);
  lab_smdp_stop (fixture->bench.smdp);
  lab_smdp_stop (fixture->bench.smdp);
  g_assert_cmpuint (lab_smdp_get_port (fixture->bench.smdp), ==, 0);
  g_assert_true (lab_smdp_start_thread (second, &error));
  g_assert_no_error (error);
}

/* ---- served by the caller's own context ---- */

typedef struct
{
  GMainLoop *loop;
  GBytes *answer;
} Wait;

static void
on_answer (GObject *source, GAsyncResult *result, gpointer data)
{
  Wait *wait = data;

  wait->answer = soup_session_send_and_read_finish (SOUP_SESSION (source), result, NULL);
  g_main_loop_quit (wait->loop);
}

static void
test_own_context (Fixture *fixture, gconstpointer data)
{
  LabSmdpOptions options = bench_options (&fixture->bench);
  g_autoptr (LabSmdp) smdp = NULL;
  g_autoptr (SoupMessage) message = NULL;
  g_autoptr (GBytes) body = g_bytes_new_static ("{}", 2);
  g_autofree char *url = NULL;
  g_autoptr (GError) error = NULL;
  Wait wait = { g_main_loop_new (NULL, FALSE), NULL };

  start (fixture);
  smdp = lab_smdp_new (&options, &error);
  g_assert_true (lab_smdp_start (smdp, &error));
  g_assert_no_error (error);
  url = g_strdup_printf ("https://" BENCH_HOST ":%u" INITIATE, lab_smdp_get_port (smdp));
  message = soup_message_new ("POST", url);
  soup_message_set_request_body_from_bytes (message, "application/json", body);
  soup_session_send_and_read_async (fixture->bench.session, message, 0, NULL, on_answer, &wait);
  g_main_loop_run (wait.loop);
  g_assert_nonnull (wait.answer);
  g_assert_cmpuint (soup_message_get_status (message), ==, 200);
  g_bytes_unref (wait.answer);
  g_main_loop_unref (wait.loop);
  lab_smdp_stop (smdp);
}

/* ---- mutual TLS ---- */

static void
use_client (Fixture *fixture, LabPki *pki)
{
  g_autoptr (LabCredential) credential = lab_pki_dup_client (pki, NULL);

  fixture->bench.client = lab_credential_dup_tls (credential, NULL);
  g_assert_nonnull (fixture->bench.client);
}

static guint
try_status (Fixture *fixture, const char *path)
{
  g_autoptr (GBytes) body = g_bytes_new_static ("{}", 2);
  g_autoptr (GBytes) answer = NULL;
  guint status;

  answer = bench_send (&fixture->bench, "POST", path, "application/json", "gsma/rsp/v2.2.2", body,
                       &status, NULL);
  return status;
}

static void
start_demanding (Fixture *fixture, LabSmdpClients clients, GBytes *ca)
{
  LabSmdpOptions options = bench_options (&fixture->bench);

  options.clients = clients;
  options.client_ca = ca;
  bench_start (&fixture->bench, &options);
}

static void
test_client_missing (Fixture *fixture, gconstpointer data)
{
  start_demanding (fixture, LAB_SMDP_CLIENTS_ALL, NULL);
  g_assert_cmpuint (try_status (fixture, INITIATE), ==, 0);
}

static void
test_client_right (Fixture *fixture, gconstpointer data)
{
  start_demanding (fixture, LAB_SMDP_CLIENTS_ALL, NULL);
  use_client (fixture, fixture->bench.pki);
  g_assert_cmpuint (try_status (fixture, INITIATE), ==, 200);
  g_assert_cmpuint (try_status (fixture, ORDER), ==, 200);
}

static void
test_client_foreign (Fixture *fixture, gconstpointer data)
{
  g_autoptr (LabPki) elsewhere = lab_pki_new (fixture->bench.env, NULL);

  start_demanding (fixture, LAB_SMDP_CLIENTS_ALL, NULL);
  use_client (fixture, elsewhere);
  g_assert_cmpuint (try_status (fixture, INITIATE), ==, 0);
}

static void
test_client_given_ca (Fixture *fixture, gconstpointer data)
{
  g_autoptr (LabPki) elsewhere = lab_pki_new (fixture->bench.env, NULL);
  g_autoptr (GBytes) ca = lab_pki_dup_ci_pem (elsewhere);

  start_demanding (fixture, LAB_SMDP_CLIENTS_ALL, ca);
  use_client (fixture, elsewhere);
  g_assert_cmpuint (try_status (fixture, INITIATE), ==, 200);
}

static void
test_operators_only (Fixture *fixture, gconstpointer data)
{
  start_demanding (fixture, LAB_SMDP_CLIENTS_OPERATORS, NULL);
  g_assert_cmpuint (try_status (fixture, INITIATE), ==, 200);
  g_assert_cmpuint (try_status (fixture, ORDER), ==, 403);
  soup_session_abort (fixture->bench.session);
  use_client (fixture, fixture->bench.pki);
  g_assert_cmpuint (try_status (fixture, ORDER), ==, 200);
}

static void
test_client_ca_garbage (Fixture *fixture, gconstpointer data)
{
  LabSmdpOptions options = bench_options (&fixture->bench);
  g_autoptr (GBytes) garbage = g_bytes_new_static ("garbage", 7);
  g_autoptr (GError) error = NULL;

  options.clients = LAB_SMDP_CLIENTS_ALL;
  options.client_ca = garbage;
  g_assert_null (lab_smdp_new (&options, &error));
  g_assert_error (error, KT_ERROR, KT_ERROR_INVALID_INPUT);
  g_assert_cmpstr (kt_error_key (error), ==, "smdp.client-ca");
}

/* ---- handleDownloadProgressInfo ---- */

typedef struct
{
  GMutex lock;
  GCond changed;
  GPtrArray *reports;
  guint16 port;
  GMainContext *context;
  GMainLoop *loop;
  GTlsCertificate *certificate;
} Operator;

static void
on_report (SoupServer *server, SoupServerMessage *message, const char *path, GHashTable *query,
           gpointer data)
{
  Operator *operator= data;
  g_autoptr (GBytes) body
      = soup_message_body_flatten (soup_server_message_get_request_body (message));
  JsonObject *report = rsp_json_parse (body, NULL);

  soup_server_message_set_status (message, SOUP_STATUS_NO_CONTENT, NULL);
  g_mutex_lock (&operator->lock);
  if (report != NULL && g_str_equal (path, LAB_SMDP_ES2_PATH "handleDownloadProgressInfo"))
    g_ptr_array_add (operator->reports, report);
  g_cond_signal (&operator->changed);
  g_mutex_unlock (&operator->lock);
}

static gpointer
operate (gpointer data)
{
  Operator *operator= data;
  g_autoptr (SoupServer) server = NULL;
  GSList *uris;

  g_main_context_push_thread_default (operator->context);
  server = soup_server_new ("tls-certificate", operator->certificate, NULL);
  soup_server_add_handler (server, NULL, on_report, operator, NULL);
  g_assert_true (soup_server_listen_local (
      server, 0, SOUP_SERVER_LISTEN_HTTPS | SOUP_SERVER_LISTEN_IPV4_ONLY, NULL));
  uris = soup_server_get_uris (server);
  g_mutex_lock (&operator->lock);
  operator->port = (guint16) g_uri_get_port (uris->data);
  g_cond_signal (&operator->changed);
  g_mutex_unlock (&operator->lock);
  g_slist_free_full (uris, (GDestroyNotify) g_uri_unref);
  g_main_loop_run (operator->loop);
  soup_server_disconnect (server);
  g_clear_object (&server);
  while (g_main_context_iteration (operator->context, FALSE))
    ;
  g_main_context_pop_thread_default (operator->context);
  return NULL;
}

static JsonObject *
wait_report (Operator *operator, guint index)
{
  JsonObject *report;

  g_mutex_lock (&operator->lock);
  while (operator->reports->len <= index)
    g_cond_wait (&operator->changed, &operator->lock);
  report = json_object_ref (g_ptr_array_index (operator->reports, index));
  g_mutex_unlock (&operator->lock);
  return report;
}

static void
assert_report (Operator *operator, guint index, const LabTicket *ticket, gint64 point,
               const char *status)
{
  g_autoptr (JsonObject) report = wait_report (operator, index);
  JsonObject *header = rsp_json_object (report, "header");
  JsonObject *member = rsp_json_object (report, "notificationPointStatus");

  g_assert_nonnull (header);
  g_assert_nonnull (rsp_json_string (header, "functionRequesterIdentifier"));
  g_assert_cmpstr (rsp_json_string (report, "iccid"), ==, ticket->iccid);
  g_assert_cmpstr (rsp_json_string (report, "eid"), ==, BENCH_EID);
  g_assert_cmpstr (rsp_json_string (report, "profileType"), ==, "consumer");
  g_assert_cmpuint (strlen (rsp_json_string (report, "timestamp")), ==, 20);
  g_assert_cmpint (json_object_get_int_member (report, "notificationPointId"), ==, point);
  g_assert_cmpstr (rsp_json_string (member, "status"), ==, status);
}

static void
test_progress (Fixture *fixture, gconstpointer data)
{
  LabSmdpOptions options = bench_options (&fixture->bench);
  g_autoptr (LabCredential) tls = lab_pki_dup_tls (fixture->bench.pki, BENCH_HOST, NULL);
  Operator operator= { .reports
                       = g_ptr_array_new_with_free_func ((GDestroyNotify) json_object_unref) };
  g_autofree char *url = NULL;
  g_autoptr (LabTicket) ticket = NULL;
  LabContract contract = LAB_CONTRACT_INIT;
  Chip chip = { 0 };
  GThread *thread;
  const ChipPrepare wrong = { .confirmation_code = "4321" };
  const ChipPrepare right = { .confirmation_code = "1234" };
  g_autoptr (JsonObject) first = NULL;
  g_autoptr (JsonObject) second = NULL;
  g_autoptr (JsonObject) refused = NULL;
  g_autoptr (JsonObject) package = NULL;
  ChipResult result = { 0 };

  g_mutex_init (&operator.lock);
  g_cond_init (&operator.changed);
  operator.context = g_main_context_new ();
  operator.loop = g_main_loop_new (operator.context, FALSE);
  operator.certificate = lab_credential_dup_tls (tls, NULL);
  thread = g_thread_new ("operator", operate, &operator);
  g_mutex_lock (&operator.lock);
  while (operator.port == 0)
    g_cond_wait (&operator.changed, &operator.lock);
  g_mutex_unlock (&operator.lock);
  url = g_strdup_printf ("https://" BENCH_HOST ":%u", operator.port);
  options.operator_url = url;
  bench_start (&fixture->bench, &options);
  chip_set_up (&chip, &fixture->bench, BENCH_EID);
  contract.provider = "Plan";
  contract.profile_type = "consumer";
  contract.confirmation_code = "1234";
  ticket = bench_order (&fixture->bench, &contract);

  first = chip_begin (&chip, &fixture->bench, ticket->matching_id);
  assert_report (&operator, 0, ticket, 1, "Executed-Success");
  refused = chip_get_package (&chip, &fixture->bench, first, &wrong);
  bench_assert_refused (refused, "8.2.7", "3.8");
  assert_report (&operator, 1, ticket, 2, "Failed");
  second = chip_begin (&chip, &fixture->bench, ticket->matching_id);
  assert_report (&operator, 2, ticket, 1, "Executed-Success");
  package = chip_get_package (&chip, &fixture->bench, second, &right);
  bench_assert_success (package);
  assert_report (&operator, 3, ticket, 3, "Executed-Success");
  result.transaction_id = rsp_json_string (second, "transactionId");
  g_assert_cmpuint (chip_notify (&fixture->bench, chip_result (&chip, &result)), ==, 204);
  assert_report (&operator, 4, ticket, 4, "Executed-Success");

  chip_clear (&chip);
  g_main_loop_quit (operator.loop);
  g_thread_join (thread);
  g_ptr_array_unref (operator.reports);
  g_main_loop_unref (operator.loop);
  g_main_context_unref (operator.context);
  g_object_unref (operator.certificate);
  g_mutex_clear (&operator.lock);
  g_cond_clear (&operator.changed);
}

/* Nobody listens there: the download does not mind. */
static void
test_progress_unheard (Fixture *fixture, gconstpointer data)
{
  LabSmdpOptions options = bench_options (&fixture->bench);
  LabContract contract = LAB_CONTRACT_INIT;
  g_autoptr (LabTicket) ticket = NULL;
  g_autoptr (JsonObject) second = NULL;
  g_autoptr (JsonObject) package = NULL;
  const ChipPrepare how = { 0 };
  Chip chip = { 0 };

  options.operator_url = "https://localhost:1";
  bench_start (&fixture->bench, &options);
  chip_set_up (&chip, &fixture->bench, BENCH_EID);
  contract.provider = "Plan";
  ticket = bench_order (&fixture->bench, &contract);
  second = chip_begin (&chip, &fixture->bench, ticket->matching_id);
  package = chip_get_package (&chip, &fixture->bench, second, &how);
  bench_assert_success (package);
  chip_clear (&chip);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, function)                                                                        \
  g_test_add ("/smdp/http/" name, Fixture, NULL, set_up, function, tear_down)
  ADD ("manners", test_manners);
  ADD ("body-limit", test_body_limit);
  ADD ("chunked-limit", test_chunked_limit);
  ADD ("protocol-header", test_protocol_header);
  ADD ("answer-headers", test_answer_headers);
  ADD ("one-connection", test_one_connection);
  ADD ("start-and-stop", test_start_and_stop);
  ADD ("own-context", test_own_context);
  ADD ("client-missing", test_client_missing);
  ADD ("client-right", test_client_right);
  ADD ("client-foreign", test_client_foreign);
  ADD ("client-given-ca", test_client_given_ca);
  ADD ("client-ca-garbage", test_client_ca_garbage);
  ADD ("operators-only", test_operators_only);
  ADD ("progress", test_progress);
  ADD ("progress-unheard", test_progress_unheard);
  return g_test_run ();
}
