/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-test"

#include <string.h>

#include "kt-error.h"
#include "net-init.h"
#include "net-session.h"
#include "net-test-pki.h"
#include "net-test-server.h"

#define HOST "smdp.example"
#define PATH "/gsma/rsp2/es9plus/initiateAuthentication"

static NetTestCert *ci;
static NetTestCert *leaf;

typedef struct
{
  NetTestServer *server;
  NetSession *session;
  NetHttp *http;
  char *address;
} Fixture;

static Fixture *
fixture_new_with (NetTestServer *server, const NetSessionOptions *options)
{
  Fixture *f = g_new0 (Fixture, 1);
  g_autoptr (NetTrust) trust = net_trust_new (kt_env_default (), NULL);
  g_autoptr (GPtrArray) pkids = net_test_pkids (ci, NULL);

  net_trust_set_pkids (trust, pkids);
  f->server = server;
  f->session = net_session_new (trust, options);
  f->http = NET_HTTP (f->session);
  f->address = net_test_server_dup_address (server, HOST);
  return f;
}

static Fixture *
fixture_new (NetTestHandler handler, gpointer data, const NetSessionOptions *options)
{
  g_autoptr (GTlsCertificate) certificate = net_test_chain (leaf, NULL);

  return fixture_new_with (net_test_server_new (certificate, handler, data), options);
}

static void
fixture_free (Fixture *f)
{
  g_object_unref (f->session);
  net_test_server_free (f->server);
  g_free (f->address);
  g_free (f);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Fixture, fixture_free)

static GBytes *
post_to (NetHttp *http, const char *address, guint *status, GCancellable *cancellable,
         GError **error)
{
  g_autoptr (GBytes) body = g_bytes_new_static ("{\"a\":1}", 7);

  return net_http_post (http, address, PATH, body, NULL, NULL, status, cancellable, error);
}

static GBytes *
post (Fixture *f, GError **error)
{
  return post_to (f->http, f->address, NULL, NULL, error);
}

static void
assert_text (GBytes *bytes, const char *text)
{
  g_assert_nonnull (bytes);
  g_assert_cmpmem (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), text, strlen (text));
}

static void
assert_fails (Fixture *f, KtErrorCode code, const char *key)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) answer = post (f, &error);

  g_assert_null (answer);
  g_assert_error (error, KT_ERROR, (int) code);
  g_assert_cmpstr (kt_error_key (error), ==, key);
}

/* ---- what is sent ---- */

static gboolean
check_request (const NetTestRequest *request, GOutputStream *out, gpointer data)
{
  gboolean *seen = data;

  g_assert_cmpstr (request->path, ==, PATH);
  g_assert_true (g_str_has_prefix (request->head, "POST " PATH " HTTP/1.1\n"));
  g_assert_nonnull (strstr (request->head, "\nUser-Agent: gsma-rsp-lpad\n"));
  g_assert_nonnull (strstr (request->head, "\nX-Admin-Protocol: gsma/rsp/v2.2.2\n"));
  g_assert_nonnull (strstr (request->head, "\nContent-Type: application/json\n"));
  g_assert_nonnull (strstr (request->head, "\nContent-Length: 7\n"));
  g_assert_nonnull (strstr (request->head, "\nHost: " HOST ":"));
  g_assert_null (strstr (request->head, "Accept-Encoding"));
  g_assert_null (strstr (request->head, "Cookie"));
  assert_text (request->body, "{\"a\":1}");
  *seen = TRUE;
  return net_test_answer (out, "{\"b\":2}");
}

static void
test_request (void)
{
  gboolean seen = FALSE;
  g_autoptr (Fixture) f = fixture_new (check_request, &seen, NULL);
  g_autoptr (GError) error = NULL;
  guint status = 0;
  g_autoptr (GBytes) answer = post_to (f->http, f->address, &status, NULL, &error);

  g_assert_no_error (error);
  assert_text (answer, "{\"b\":2}");
  g_assert_cmpuint (status, ==, 200);
  g_assert_true (seen);
}

/* "a.example/x?@b" would become another host and another path if it were pasted into a URL. */
static void
test_address (void)
{
  static const char *const bad[] = {
    "a.example/x?@b", "a.example@b.example", "https://a.example", "a.example:443:444",
    "a.example:0",    "a.example:65536",     "a.example:",        "a b.example",
    "a.example\r\nX: y", "a.example#",       "",                  "[::1]:443",
    "a_b.example",    "\303\244.example",    "a.example.",
  };
  g_autoptr (Fixture) f = fixture_new (net_test_answer_json, NULL, NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GBytes) answer = post_to (f->http, bad[i], NULL, NULL, &error);

      g_test_message ("%s", bad[i]);
      g_assert_null (answer);
      g_assert_error (error, KT_ERROR, KT_ERROR_INVALID_INPUT);
      g_assert_cmpstr (kt_error_key (error), ==, "net.address");
      net_http_prepare (f->http, bad[i]);
      net_http_release (f->http, bad[i]);
    }
  g_assert_cmpuint (net_test_server_get_connections (f->server), ==, 0);
}

/* ---- connections ---- */

static void
test_keep_alive (void)
{
  g_autoptr (Fixture) f = fixture_new (net_test_answer_json, NULL, NULL);
  NetCounters counters;

  for (guint i = 0; i < 4; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GBytes) answer = post (f, &error);

      g_assert_no_error (error);
      assert_text (answer, "{\"n\":1}");
    }
  g_assert_cmpuint (net_test_server_get_connections (f->server), ==, 1);
  net_http_get_counters (f->http, f->address, &counters);
  g_assert_cmpuint (counters.requests, ==, 4);
  g_assert_cmpuint (counters.connections, ==, 1);
  g_assert_cmpuint (counters.handshakes, ==, 1);
  g_assert_cmpuint (counters.bytes_up, ==, 4 * 7);
  g_assert_cmpuint (counters.bytes_down, ==, 4 * 7);
  g_assert_cmpint (counters.held_usec, >, 0);
  net_http_get_counters (f->http, "other.example", &counters);
  g_assert_cmpuint (counters.requests, ==, 0);
  net_http_get_counters (f->http, NULL, &counters);
  g_assert_cmpuint (counters.requests, ==, 4);
}

static void
wait_until_closed (NetTestServer *server)
{
  for (guint i = 0; i < 5000 && net_test_server_get_open (server) > 0; i++)
    g_usleep (1000);
  g_assert_cmpuint (net_test_server_get_open (server), ==, 0);
}

static void
test_release (void)
{
  g_autoptr (Fixture) f = fixture_new (net_test_answer_json, NULL, NULL);
  g_autoptr (GBytes) one = post (f, NULL);
  NetCounters counters, later;
  g_autoptr (GBytes) two = NULL;

  g_assert_cmpuint (net_test_server_get_open (f->server), ==, 1);
  net_http_release (f->http, f->address);
  wait_until_closed (f->server);
  net_http_get_counters (f->http, f->address, &counters);
  g_usleep (2000);
  net_http_get_counters (f->http, f->address, &later);
  g_assert_cmpint (counters.held_usec, ==, later.held_usec);
  two = post (f, NULL);
  assert_text (two, "{\"n\":1}");
  g_assert_cmpuint (net_test_server_get_connections (f->server), ==, 2);
}

static void
test_prepare (void)
{
  g_autoptr (Fixture) f = fixture_new (net_test_answer_json, NULL, NULL);
  NetCounters counters = { 0 };

  net_http_prepare (f->http, f->address);
  net_http_prepare (f->http, f->address);
  for (guint i = 0; i < 5000 && counters.handshakes == 0; i++)
    {
      g_usleep (1000);
      net_http_get_counters (f->http, f->address, &counters);
    }
  g_assert_cmpuint (counters.handshakes, ==, 1);
  g_assert_cmpuint (net_test_server_get_requests (f->server), ==, 0);
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (GBytes) answer = post (f, NULL);

      assert_text (answer, "{\"n\":1}");
    }
  g_assert_cmpuint (net_test_server_get_connections (f->server), ==, 1);
}

/* The request comes while the connection is still being made. */
static void
test_prepare_and_post (void)
{
  for (guint i = 0; i < 5; i++)
    {
      g_autoptr (Fixture) f = fixture_new (net_test_answer_json, NULL, NULL);
      g_autoptr (GBytes) answer = NULL;

      net_http_prepare (f->http, f->address);
      g_usleep (i * 2000);
      answer = post (f, NULL);
      assert_text (answer, "{\"n\":1}");
      g_assert_cmpuint (net_test_server_get_connections (f->server), ==, 1);
    }
}

static void
test_prepare_in_vain (void)
{
  g_autoptr (Fixture) f = fixture_new (net_test_answer_json, NULL, NULL);

  net_http_prepare (f->http, "missing.example");
  net_http_prepare (f->http, "slow.example");
  net_http_release (f->http, "slow.example");
  net_http_prepare (f->http, "slow.example");
  net_http_prepare (f->http, f->address);
  net_http_release (f->http, f->address);
  wait_until_closed (f->server);
}

/* A server may close an idle connection at any time: the next request makes a new one. */
static gboolean
answer_once (const NetTestRequest *request, GOutputStream *out, gpointer data)
{
  net_test_answer (out, "{\"n\":1}");
  return FALSE;
}

static void
test_idle_closed (void)
{
  g_autoptr (Fixture) f = fixture_new (answer_once, NULL, NULL);

  for (guint i = 0; i < 3; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GBytes) answer = post (f, &error);

      g_assert_no_error (error);
      assert_text (answer, "{\"n\":1}");
      wait_until_closed (f->server);
    }
  g_assert_cmpuint (net_test_server_get_connections (f->server), ==, 3);
}

static gpointer
post_many (gpointer data)
{
  Fixture *f = data;

  for (guint i = 0; i < 10; i++)
    {
      g_autoptr (GBytes) answer = post (f, NULL);

      assert_text (answer, "{\"n\":1}");
    }
  return NULL;
}

static void
test_threads (void)
{
  g_autoptr (Fixture) f = fixture_new (net_test_answer_json, NULL, NULL);
  GThread *threads[4];

  for (gsize i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("post", post_many, f);
  for (gsize i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
  g_assert_cmpuint (net_test_server_get_connections (f->server), ==, 1);
  g_assert_cmpuint (net_test_server_get_requests (f->server), ==, 40);
}

/* Another chip trusts others: what was connected for the last one is not used for it. */
static void
test_other_chip (void)
{
  g_autoptr (Fixture) f = fixture_new (net_test_answer_json, NULL, NULL);
  g_autoptr (NetTestCert) other = net_test_ci ("Other CI");
  g_autoptr (GPtrArray) pkids = net_test_pkids (other, NULL);
  g_autoptr (GBytes) answer = post (f, NULL);

  g_assert_nonnull (answer);
  net_trust_set_pkids (net_session_get_trust (f->session), pkids);
  assert_fails (f, KT_ERROR_TLS, "tls.unknown-ci");
  g_assert_cmpuint (net_test_server_get_requests (f->server), ==, 1);
}

static void
test_resolve (void)
{
  g_autoptr (Fixture) f = fixture_new (net_test_answer_json, NULL, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_null (post_to (f->http, "missing.example", NULL, NULL, &error));
  g_assert_error (error, KT_ERROR, KT_ERROR_RESOLVE);
  g_assert_cmpstr (kt_error_key (error), ==, "net.resolve");
}

static void
test_refused (void)
{
  g_autoptr (Fixture) f = fixture_new (net_test_answer_json, NULL, NULL);
  g_autoptr (GError) error = NULL;

  /* discard; nobody listens there */
  g_assert_null (post_to (f->http, HOST ":9", NULL, NULL, &error));
  g_assert_error (error, KT_ERROR, KT_ERROR_CONNECT);
  g_assert_cmpstr (kt_error_key (error), ==, "net.connect");
}

/* ---- statuses and bodies ---- */

static gboolean
answer_text (const NetTestRequest *request, GOutputStream *out, gpointer data)
{
  net_test_write (out, data);
  return TRUE;
}

static gboolean
answer_text_and_close (const NetTestRequest *request, GOutputStream *out, gpointer data)
{
  net_test_write (out, data);
  return FALSE;
}

static void
test_no_content (void)
{
  g_autoptr (Fixture) f
      = fixture_new (answer_text, (gpointer) "HTTP/1.1 204 No Content\r\n\r\n", NULL);

  for (guint i = 0; i < 2; i++)
    {
      guint status = 0;
      g_autoptr (GError) error = NULL;
      g_autoptr (GBytes) answer = post_to (f->http, f->address, &status, NULL, &error);

      g_assert_no_error (error);
      assert_text (answer, "");
      g_assert_cmpuint (status, ==, 204);
    }
  g_assert_cmpuint (net_test_server_get_connections (f->server), ==, 1);
}

static void
assert_status (Fixture *f, guint wanted, const char *message)
{
  guint status = 0;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) answer = post_to (f->http, f->address, &status, NULL, &error);

  g_assert_null (answer);
  g_assert_error (error, KT_ERROR, KT_ERROR_HTTP_STATUS);
  g_assert_cmpstr (kt_error_key (error), ==, "net.http");
  g_assert_cmpuint (status, ==, wanted);
  g_assert_cmpuint (kt_error_detail (error)->http_status, ==, wanted);
  g_assert_cmpstr (kt_error_detail (error)->server_message, ==, message);
}

static void
test_redirect (void)
{
  g_autoptr (Fixture) f
      = fixture_new (answer_text,
                     (gpointer) "HTTP/1.1 302 Found\r\nLocation: https://other.example/\r\n"
                                "Content-Length: 0\r\n\r\n",
                     NULL);

  assert_status (f, 302, NULL);
  assert_status (f, 302, NULL);
  g_assert_cmpuint (net_test_server_get_requests (f->server), ==, 2);
  g_assert_cmpuint (net_test_server_get_connections (f->server), ==, 1);
}

static void
test_server_error (void)
{
  static const char page[]
      = "<html><head><title>x</title></head><body><h1>Proc\007essing\n Failed</h1>"
        "<script>a()</script></body>";
  g_autofree char *text
      = g_strdup_printf ("HTTP/1.1 500 Internal Server Error\r\nContent-Type: text/html\r\n"
                         "Content-Length: %zu\r\n\r\n%s",
                         strlen (page), page);
  g_autoptr (Fixture) f = fixture_new (answer_text, text, NULL);

  assert_status (f, 500, "Processing Failed");
  assert_status (f, 500, "Processing Failed");
  g_assert_cmpuint (net_test_server_get_connections (f->server), ==, 1);
}

/* An error page may be of any length: it is not read to its end. */
static gboolean
answer_long_error (const NetTestRequest *request, GOutputStream *out, gpointer data)
{
  g_autofree char *text = g_strnfill (200000, 'e');

  net_test_write (out, "HTTP/1.1 503 Busy\r\nContent-Length: 99999999\r\n\r\n");
  net_test_write (out, text);
  g_usleep (50000);
  return FALSE;
}

static void
test_long_error (void)
{
  g_autoptr (Fixture) f = fixture_new (answer_long_error, NULL, NULL);
  g_autofree char *text = g_strnfill (256, 'e');

  assert_status (f, 503, text);
  assert_status (f, 503, text);
}

static void
test_unauthorized (void)
{
  g_autoptr (Fixture) f
      = fixture_new (answer_text,
                     (gpointer) "HTTP/1.1 401 No\r\nWWW-Authenticate: Basic realm=\"x\"\r\n"
                                "Content-Length: 0\r\n\r\n",
                     NULL);

  assert_status (f, 401, NULL);
}

static void
test_garbage (void)
{
  static const char *const garbage[] = {
    "\001\002\003\004 this is not HTTP\r\n\r\nmore\r\n",
    "HTTP/1.1 two hundred\r\n\r\n",
    "HTTP/1.1 200 OK\r\nContent-Ty",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: rot13\r\n\r\n{}",
    "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\n{}",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (garbage); i++)
    {
      g_autoptr (Fixture) f = fixture_new (answer_text_and_close, (gpointer) garbage[i], NULL);
      g_autoptr (GError) error = NULL;

      g_test_message ("%s", garbage[i]);
      g_assert_null (post (f, &error));
      g_test_message ("%s", error->message);
      g_assert_error (error, KT_ERROR, KT_ERROR_PROTOCOL);
      g_assert_cmpstr (kt_error_key (error), ==, "server.garbage");
    }
}

static void
test_closed (void)
{
  static const char *const torn[] = {
    "",
    "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"n\":",
    "HTTP/1.1 200 OK\r\nContent-Length: 100\r\nConnection: close\r\n\r\n{\"n\":",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{\"n",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (torn); i++)
    {
      g_autoptr (Fixture) f = fixture_new (answer_text_and_close, (gpointer) torn[i], NULL);

      g_test_message ("%s", torn[i]);
      assert_fails (f, KT_ERROR_CLOSED, "net.closed");
      /* The session stays of use. */
      assert_fails (f, KT_ERROR_CLOSED, "net.closed");
    }
}

/* Where the end of the connection is the end of the body, or passes for it between two chunks, only
 * JSON can tell whether all of it came. */
static void
test_no_length (void)
{
  g_autoptr (Fixture) one
      = fixture_new (answer_text_and_close, (gpointer) "HTTP/1.1 200 OK\r\n\r\n{\"n\":1}", NULL);
  g_autoptr (Fixture) two
      = fixture_new (answer_text_and_close,
                     (gpointer) "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                                "5\r\n{\"n\":\r\n",
                     NULL);

  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (GBytes) whole = post (one, NULL);
      g_autoptr (GBytes) torn = post (two, NULL);

      assert_text (whole, "{\"n\":1}");
      assert_text (torn, "{\"n\":");
    }
}

static void
test_chunked (void)
{
  g_autoptr (Fixture) f
      = fixture_new (answer_text,
                     (gpointer) "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                                "3\r\n{\"n\r\n4\r\n\":1}\r\n0\r\n\r\n",
                     NULL);

  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (GBytes) answer = post (f, NULL);

      assert_text (answer, "{\"n\":1}");
    }
  g_assert_cmpuint (net_test_server_get_connections (f->server), ==, 1);
}

/* ---- limits and progress ---- */

typedef struct
{
  gsize size;
  gboolean chunked;
} Bulk;

static gboolean
answer_bulk (const NetTestRequest *request, GOutputStream *out, gpointer data)
{
  const Bulk *bulk = data;
  g_autofree char *block = g_strnfill (10000, 'x');
  g_autofree char *head
      = bulk->chunked
            ? g_strdup ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
            : g_strdup_printf ("HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n\r\n", bulk->size);
  gboolean good = net_test_write (out, head);

  for (gsize sent = 0; good && sent < bulk->size; sent += 10000)
    good = (!bulk->chunked || net_test_write (out, "2710\r\n")) && net_test_write (out, block)
           && (!bulk->chunked || net_test_write (out, "\r\n"));
  return good && (!bulk->chunked || net_test_write (out, "0\r\n\r\n"));
}

static void
test_too_large (void)
{
  for (guint chunked = 0; chunked < 2; chunked++)
    {
      Bulk bulk = { 3000000, chunked != 0 };
      g_autoptr (Fixture) f = fixture_new (answer_bulk, &bulk, NULL);
      g_autoptr (GBytes) answer = NULL;

      assert_fails (f, KT_ERROR_LIMIT, "net.limit");
      bulk.size = 2000000;
      answer = post (f, NULL);
      g_assert_nonnull (answer);
      g_assert_cmpuint (g_bytes_get_size (answer), ==, 2000000);
    }
}

/* The server says nothing more, but does not close either: nobody waits for it. */
static gboolean
answer_start_of_much (const NetTestRequest *request, GOutputStream *out, gpointer data)
{
  net_test_write (out, "HTTP/1.1 200 OK\r\nContent-Length: 9999999999999\r\n\r\n{");
  g_usleep (200000);
  return FALSE;
}

static void
test_too_large_announced (void)
{
  g_autoptr (Fixture) f = fixture_new (answer_start_of_much, NULL, NULL);

  assert_fails (f, KT_ERROR_LIMIT, "net.limit");
}

static void
test_limit_option (void)
{
  NetSessionOptions options = { .body_max = 6 };
  g_autoptr (Fixture) f = fixture_new (net_test_answer_json, NULL, &options);

  assert_fails (f, KT_ERROR_LIMIT, "net.limit");
}

typedef struct
{
  GThread *thread;
  gsize done;
  gsize total;
  guint calls;
} Progress;

static void
on_progress (gsize done, gsize total, gpointer data)
{
  Progress *progress = data;

  g_assert_true (g_thread_self () == progress->thread);
  g_assert_cmpuint (done, >, progress->done);
  if (progress->calls > 0)
    g_assert_cmpuint (total, ==, progress->total);
  progress->done = done;
  progress->total = total;
  progress->calls++;
}

static void
test_progress (void)
{
  for (guint chunked = 0; chunked < 2; chunked++)
    {
      Bulk bulk = { 1000000, chunked != 0 };
      g_autoptr (Fixture) f = fixture_new (answer_bulk, &bulk, NULL);
      g_autoptr (GBytes) body = g_bytes_new_static ("{}", 2);
      Progress progress = { g_thread_self (), 0, 0, 0 };
      g_autoptr (GBytes) answer = net_http_post (f->http, f->address, PATH, body, on_progress,
                                                 &progress, NULL, NULL, NULL);

      g_assert_nonnull (answer);
      g_assert_cmpuint (progress.done, ==, 1000000);
      g_assert_cmpuint (progress.total, ==, bulk.chunked ? 0 : 1000000);
      g_assert_cmpuint (progress.calls, >, 0);
    }
}

/* ---- times ---- */

static void
say_nothing (GSocketConnection *connection, GCancellable *stop, gpointer data)
{
  GInputStream *in = g_io_stream_get_input_stream (G_IO_STREAM (connection));
  char buffer[256];

  while (g_input_stream_read (in, buffer, sizeof buffer, stop, NULL) > 0)
    ;
}

static void
test_timeout_connect (void)
{
  NetSessionOptions options = { .connect_ms = 150 };
  g_autoptr (Fixture) f
      = fixture_new_with (net_test_server_new_raw (say_nothing, NULL), &options);
  g_autoptr (GError) error = NULL;

  assert_fails (f, KT_ERROR_TIMED_OUT, "net.timeout-connect");
  g_assert_null (post_to (f->http, "slow.example", NULL, NULL, &error));
  g_assert_error (error, KT_ERROR, KT_ERROR_TIMED_OUT);
  g_assert_cmpstr (kt_error_key (error), ==, "net.timeout-connect");
}

/* The attempt was begun early, and fails while the request waits for it. */
static void
test_timeout_prepared (void)
{
  NetSessionOptions options = { .connect_ms = 300 };
  g_autoptr (Fixture) f
      = fixture_new_with (net_test_server_new_raw (say_nothing, NULL), &options);

  net_http_prepare (f->http, f->address);
  assert_fails (f, KT_ERROR_TIMED_OUT, "net.timeout-connect");
  g_assert_cmpuint (net_test_server_get_connections (f->server), ==, 1);
}

static gboolean
answer_slowly (const NetTestRequest *request, GOutputStream *out, gpointer data)
{
  const char *const *parts = data;

  for (gsize i = 0; parts[i] != NULL; i++)
    {
      if (!net_test_write (out, parts[i]))
        return FALSE;
      g_usleep (100000);
    }
  return TRUE;
}

static void
test_timeout_idle (void)
{
  static const char *const silent[] = { "", "", "", "", "", "", "", "", NULL };
  static const char *const stalled[] = { "HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n{", "", "",
                                         "", "", "", "", "", NULL };
  NetSessionOptions options = { .idle_ms = 300 };
  g_autoptr (Fixture) one = fixture_new (answer_slowly, (gpointer) silent, &options);
  g_autoptr (Fixture) two = fixture_new (answer_slowly, (gpointer) stalled, &options);

  assert_fails (one, KT_ERROR_TIMED_OUT, "net.timeout-idle");
  assert_fails (two, KT_ERROR_TIMED_OUT, "net.timeout-idle");
}

/* Every byte comes in time, but there is no end of them. */
static void
test_timeout_total (void)
{
  static const char *const drops[] = { "HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n{", "1", "1",
                                       "1", "1", "1", "1", "1", "1", "1", "1", "1", NULL };
  NetSessionOptions options = { .idle_ms = 400, .total_ms = 600 };
  g_autoptr (Fixture) f = fixture_new (answer_slowly, (gpointer) drops, &options);

  assert_fails (f, KT_ERROR_TIMED_OUT, "net.timeout-total");
}

/* ---- cancelling ---- */

static gpointer
cancel_soon (gpointer data)
{
  g_usleep (60000);
  g_cancellable_cancel (data);
  return NULL;
}

static void
assert_cancelled (NetHttp *http, const char *address)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  GThread *thread = g_thread_new ("cancel", cancel_soon, cancellable);
  g_autoptr (GError) error = NULL;

  g_assert_null (post_to (http, address, NULL, cancellable, &error));
  g_assert_error (error, KT_ERROR, KT_ERROR_CANCELLED);
  g_assert_cmpstr (kt_error_key (error), ==, "cancelled");
  g_thread_join (thread);
}

static void
test_cancel_before (void)
{
  g_autoptr (Fixture) f = fixture_new (net_test_answer_json, NULL, NULL);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;

  g_cancellable_cancel (cancellable);
  g_assert_null (post_to (f->http, f->address, NULL, cancellable, &error));
  g_assert_error (error, KT_ERROR, KT_ERROR_CANCELLED);
  g_assert_cmpuint (net_test_server_get_connections (f->server), ==, 0);
}

static void
test_cancel_connect (void)
{
  g_autoptr (Fixture) f = fixture_new_with (net_test_server_new_raw (say_nothing, NULL), NULL);

  assert_cancelled (f->http, f->address);
  assert_cancelled (f->http, "slow.example");
}

/* Also while another attempt is waited for. */
static void
test_cancel_waiting (void)
{
  g_autoptr (Fixture) f = fixture_new_with (net_test_server_new_raw (say_nothing, NULL), NULL);

  net_http_prepare (f->http, f->address);
  assert_cancelled (f->http, f->address);
}

static void
test_cancel_body (void)
{
  static const char *const stalled[] = { "HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n{", "", "",
                                         "", NULL };
  g_autoptr (Fixture) f = fixture_new (answer_slowly, (gpointer) stalled, NULL);

  assert_cancelled (f->http, f->address);
  assert_cancelled (f->http, f->address);
}

/* Whenever it comes, the answer is either whole or "cancelled", and the session stays of use. */
static void
test_cancel_any_time (void)
{
  g_autoptr (Fixture) f = fixture_new (net_test_answer_json, NULL, NULL);

  for (guint i = 0; i < 40; i++)
    {
      g_autoptr (GCancellable) cancellable = g_cancellable_new ();
      GThread *thread;
      g_autoptr (GError) error = NULL;
      g_autoptr (GBytes) answer = NULL;

      if (i % 4 == 0)
        net_http_release (f->http, f->address);
      thread = g_thread_new ("cancel", cancel_soon, cancellable);
      g_usleep (45000 + i * 400);
      answer = post_to (f->http, f->address, NULL, cancellable, &error);
      if (answer == NULL)
        g_assert_error (error, KT_ERROR, KT_ERROR_CANCELLED);
      g_thread_join (thread);
    }
  {
    g_autoptr (GBytes) answer = post (f, NULL);

    assert_text (answer, "{\"n\":1}");
  }
}

int
main (int argc, char **argv)
{
  int rc;
  NetTestSpec spec = net_test_tls_spec (HOST);

  net_init ();
  g_test_init (&argc, &argv, NULL);
  net_test_resolver_install ();
  ci = net_test_ci ("Test CI");
  leaf = net_test_cert_new (&spec, ci);
  g_test_add_func ("/net/session/request", test_request);
  g_test_add_func ("/net/session/server-address-unvalidated", test_address);
  g_test_add_func ("/net/session/keep-alive", test_keep_alive);
  g_test_add_func ("/net/session/release", test_release);
  g_test_add_func ("/net/session/prepare", test_prepare);
  g_test_add_func ("/net/session/prepare-and-post", test_prepare_and_post);
  g_test_add_func ("/net/session/prepare-in-vain", test_prepare_in_vain);
  g_test_add_func ("/net/session/idle-closed", test_idle_closed);
  g_test_add_func ("/net/session/threads", test_threads);
  g_test_add_func ("/net/session/other-chip", test_other_chip);
  g_test_add_func ("/net/session/resolve", test_resolve);
  g_test_add_func ("/net/session/refused", test_refused);
  g_test_add_func ("/net/session/no-content", test_no_content);
  g_test_add_func ("/net/session/redirect", test_redirect);
  g_test_add_func ("/net/session/server-error", test_server_error);
  g_test_add_func ("/net/session/long-error", test_long_error);
  g_test_add_func ("/net/session/unauthorized", test_unauthorized);
  g_test_add_func ("/net/session/garbage", test_garbage);
  g_test_add_func ("/net/session/closed", test_closed);
  g_test_add_func ("/net/session/no-length", test_no_length);
  g_test_add_func ("/net/session/chunked", test_chunked);
  g_test_add_func ("/net/session/too-large", test_too_large);
  g_test_add_func ("/net/session/too-large-announced", test_too_large_announced);
  g_test_add_func ("/net/session/limit-option", test_limit_option);
  g_test_add_func ("/net/session/progress", test_progress);
  g_test_add_func ("/net/session/timeout-connect", test_timeout_connect);
  g_test_add_func ("/net/session/timeout-prepared", test_timeout_prepared);
  g_test_add_func ("/net/session/timeout-idle", test_timeout_idle);
  g_test_add_func ("/net/session/timeout-total", test_timeout_total);
  g_test_add_func ("/net/session/cancel-before", test_cancel_before);
  g_test_add_func ("/net/session/cancel-connect", test_cancel_connect);
  g_test_add_func ("/net/session/cancel-waiting", test_cancel_waiting);
  g_test_add_func ("/net/session/cancel-body", test_cancel_body);
  g_test_add_func ("/net/session/cancel-any-time", test_cancel_any_time);
  rc = g_test_run ();
  net_test_cert_free (leaf);
  net_test_cert_free (ci);
  return rc;
}
