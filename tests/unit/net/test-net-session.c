/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-test"

#include "net-test-fixture.h"

#include <string.h>

/* ---- what is sent ---- */

static gboolean
check_request (const NetTestRequest *request, GOutputStream *out, gpointer data)
{
  gboolean *seen = data;

  g_assert_cmpstr (request->path, ==, NET_TEST_PATH);
  g_assert_true (g_str_has_prefix (request->head, "POST " NET_TEST_PATH " HTTP/1.1\n"));
  g_assert_nonnull (strstr (request->head, "\nUser-Agent: gsma-rsp-lpad\n"));
  g_assert_nonnull (strstr (request->head, "\nX-Admin-Protocol: gsma/rsp/v2.2.2\n"));
  g_assert_nonnull (strstr (request->head, "\nContent-Type: application/json\n"));
  g_assert_nonnull (strstr (request->head, "\nContent-Length: 7\n"));
  g_assert_nonnull (strstr (request->head, "\nHost: " NET_TEST_HOST ":"));
  g_assert_null (strstr (request->head, "Accept-Encoding"));
  g_assert_null (strstr (request->head, "Cookie"));
  net_test_assert_text (request->body, "{\"a\":1}");
  *seen = TRUE;
  return net_test_answer (out, "{\"b\":2}");
}

static void
test_request (void)
{
  gboolean seen = FALSE;
  g_autoptr (NetTestFixture) f = net_test_fixture_new (check_request, &seen, NULL);
  g_autoptr (GError) error = NULL;
  guint status = 0;
  g_autoptr (GBytes) answer = net_test_post_to (f->http, f->address, &status, NULL, &error);

  g_assert_no_error (error);
  net_test_assert_text (answer, "{\"b\":2}");
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
  g_autoptr (NetTestFixture) f = net_test_fixture_new (net_test_answer_json, NULL, NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GBytes) answer = net_test_post_to (f->http, bad[i], NULL, NULL, &error);

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
  g_autoptr (NetTestFixture) f = net_test_fixture_new (net_test_answer_json, NULL, NULL);
  NetCounters counters;

  for (guint i = 0; i < 4; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GBytes) answer = net_test_post (f, &error);

      g_assert_no_error (error);
      net_test_assert_text (answer, "{\"n\":1}");
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
test_release (void)
{
  g_autoptr (NetTestFixture) f = net_test_fixture_new (net_test_answer_json, NULL, NULL);
  g_autoptr (GBytes) one = net_test_post (f, NULL);
  NetCounters counters, later;
  g_autoptr (GBytes) two = NULL;

  g_assert_cmpuint (net_test_server_get_open (f->server), ==, 1);
  net_http_release (f->http, f->address);
  net_test_wait_until_closed (f->server);
  net_http_get_counters (f->http, f->address, &counters);
  g_usleep (2000);
  net_http_get_counters (f->http, f->address, &later);
  g_assert_cmpint (counters.held_usec, ==, later.held_usec);
  two = net_test_post (f, NULL);
  net_test_assert_text (two, "{\"n\":1}");
  g_assert_cmpuint (net_test_server_get_connections (f->server), ==, 2);
}

static void
test_prepare (void)
{
  g_autoptr (NetTestFixture) f = net_test_fixture_new (net_test_answer_json, NULL, NULL);
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
      g_autoptr (GBytes) answer = net_test_post (f, NULL);

      net_test_assert_text (answer, "{\"n\":1}");
    }
  g_assert_cmpuint (net_test_server_get_connections (f->server), ==, 1);
}

/* The request comes while the connection is still being made. */
static void
test_prepare_and_post (void)
{
  for (guint i = 0; i < 5; i++)
    {
      g_autoptr (NetTestFixture) f = net_test_fixture_new (net_test_answer_json, NULL, NULL);
      g_autoptr (GBytes) answer = NULL;

      net_http_prepare (f->http, f->address);
      g_usleep (i * 2000);
      answer = net_test_post (f, NULL);
      net_test_assert_text (answer, "{\"n\":1}");
      g_assert_cmpuint (net_test_server_get_connections (f->server), ==, 1);
    }
}

static void
test_prepare_in_vain (void)
{
  g_autoptr (NetTestFixture) f = net_test_fixture_new (net_test_answer_json, NULL, NULL);

  net_http_prepare (f->http, "missing.example");
  net_http_prepare (f->http, "slow.example");
  net_http_release (f->http, "slow.example");
  net_http_prepare (f->http, "slow.example");
  net_http_prepare (f->http, f->address);
  net_http_release (f->http, f->address);
  net_test_wait_until_closed (f->server);
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
  g_autoptr (NetTestFixture) f = net_test_fixture_new (answer_once, NULL, NULL);

  for (guint i = 0; i < 3; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GBytes) answer = net_test_post (f, &error);

      g_assert_no_error (error);
      net_test_assert_text (answer, "{\"n\":1}");
      net_test_wait_until_closed (f->server);
    }
  g_assert_cmpuint (net_test_server_get_connections (f->server), ==, 3);
}

static gpointer
post_many (gpointer data)
{
  NetTestFixture *f = data;

  for (guint i = 0; i < 10; i++)
    {
      g_autoptr (GBytes) answer = net_test_post (f, NULL);

      net_test_assert_text (answer, "{\"n\":1}");
    }
  return NULL;
}

static void
test_threads (void)
{
  g_autoptr (NetTestFixture) f = net_test_fixture_new (net_test_answer_json, NULL, NULL);
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
  g_autoptr (NetTestFixture) f = net_test_fixture_new (net_test_answer_json, NULL, NULL);
  g_autoptr (NetTestCert) other = net_test_ci ("Other CI");
  g_autoptr (GPtrArray) pkids = net_test_pkids (other, NULL);
  g_autoptr (GBytes) answer = net_test_post (f, NULL);

  g_assert_nonnull (answer);
  net_trust_set_pkids (net_session_get_trust (f->session), pkids);
  net_test_assert_fails (f, KT_ERROR_TLS, "tls.unknown-ci");
  g_assert_cmpuint (net_test_server_get_requests (f->server), ==, 1);
}

static void
test_resolve (void)
{
  g_autoptr (NetTestFixture) f = net_test_fixture_new (net_test_answer_json, NULL, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_null (net_test_post_to (f->http, "missing.example", NULL, NULL, &error));
  g_assert_error (error, KT_ERROR, KT_ERROR_RESOLVE);
  g_assert_cmpstr (kt_error_key (error), ==, "net.resolve");
}

static void
test_refused (void)
{
  g_autoptr (NetTestFixture) f = net_test_fixture_new (net_test_answer_json, NULL, NULL);
  g_autoptr (GError) error = NULL;

  /* discard; nobody listens there */
  g_assert_null (net_test_post_to (f->http, NET_TEST_HOST ":9", NULL, NULL, &error));
  g_assert_error (error, KT_ERROR, KT_ERROR_CONNECT);
  g_assert_cmpstr (kt_error_key (error), ==, "net.connect");
}

int
main (int argc, char **argv)
{
  net_test_fixture_init (&argc, &argv);
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
  return net_test_fixture_end (g_test_run ());
}
