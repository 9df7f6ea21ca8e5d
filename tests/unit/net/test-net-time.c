/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-test"

#include "net-test-fixture.h"

/* ---- times ---- */

static void
test_timeout_connect (void)
{
  NetSessionOptions options = { .connect_ms = 150 };
  g_autoptr (NetTestFixture) f
      = net_test_fixture_new_raw (net_test_say_nothing, NULL, &options);
  g_autoptr (GError) error = NULL;

  net_test_assert_fails (f, KT_ERROR_TIMED_OUT, "net.timeout-connect");
  g_assert_null (net_test_post_to (f->http, "slow.example", NULL, NULL, &error));
  g_assert_error (error, KT_ERROR, KT_ERROR_TIMED_OUT);
  g_assert_cmpstr (kt_error_key (error), ==, "net.timeout-connect");
}

/* The attempt was begun early, and fails while the request waits for it. */
static void
test_timeout_prepared (void)
{
  NetSessionOptions options = { .connect_ms = 300 };
  g_autoptr (NetTestFixture) f
      = net_test_fixture_new_raw (net_test_say_nothing, NULL, &options);

  net_http_prepare (f->http, f->address);
  net_test_assert_fails (f, KT_ERROR_TIMED_OUT, "net.timeout-connect");
  g_assert_cmpuint (net_test_server_get_connections (f->server), ==, 1);
}

static void
test_timeout_idle (void)
{
  static const char *const silent[] = { "", "", "", "", "", "", "", "", NULL };
  static const char *const stalled[] = { "HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n{", "", "",
                                         "", "", "", "", "", NULL };
  NetSessionOptions options = { .idle_ms = 300 };
  g_autoptr (NetTestFixture) one
      = net_test_fixture_new (net_test_answer_slowly, (gpointer) silent, &options);
  g_autoptr (NetTestFixture) two
      = net_test_fixture_new (net_test_answer_slowly, (gpointer) stalled, &options);

  net_test_assert_fails (one, KT_ERROR_TIMED_OUT, "net.timeout-idle");
  net_test_assert_fails (two, KT_ERROR_TIMED_OUT, "net.timeout-idle");
}

/* Every byte comes in time, but there is no end of them. */
static void
test_timeout_total (void)
{
  static const char *const drops[] = { "HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n{", "1", "1",
                                       "1", "1", "1", "1", "1", "1", "1", "1", "1", NULL };
  NetSessionOptions options = { .idle_ms = 400, .total_ms = 600 };
  g_autoptr (NetTestFixture) f
      = net_test_fixture_new (net_test_answer_slowly, (gpointer) drops, &options);

  net_test_assert_fails (f, KT_ERROR_TIMED_OUT, "net.timeout-total");
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

  g_assert_null (net_test_post_to (http, address, NULL, cancellable, &error));
  g_assert_error (error, KT_ERROR, KT_ERROR_CANCELLED);
  g_assert_cmpstr (kt_error_key (error), ==, "cancelled");
  g_thread_join (thread);
}

static void
test_cancel_before (void)
{
  g_autoptr (NetTestFixture) f = net_test_fixture_new (net_test_answer_json, NULL, NULL);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;

  g_cancellable_cancel (cancellable);
  g_assert_null (net_test_post_to (f->http, f->address, NULL, cancellable, &error));
  g_assert_error (error, KT_ERROR, KT_ERROR_CANCELLED);
  g_assert_cmpuint (net_test_server_get_connections (f->server), ==, 0);
}

static void
test_cancel_connect (void)
{
  g_autoptr (NetTestFixture) f = net_test_fixture_new_raw (net_test_say_nothing, NULL, NULL);

  assert_cancelled (f->http, f->address);
  assert_cancelled (f->http, "slow.example");
}

/* Also while another attempt is waited for. */
static void
test_cancel_waiting (void)
{
  g_autoptr (NetTestFixture) f = net_test_fixture_new_raw (net_test_say_nothing, NULL, NULL);

  net_http_prepare (f->http, f->address);
  assert_cancelled (f->http, f->address);
}

static void
test_cancel_body (void)
{
  static const char *const stalled[] = { "HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n{", "", "",
                                         "", NULL };
  g_autoptr (NetTestFixture) f
      = net_test_fixture_new (net_test_answer_slowly, (gpointer) stalled, NULL);

  assert_cancelled (f->http, f->address);
  assert_cancelled (f->http, f->address);
}

/* Whenever it comes, the answer is either whole or "cancelled", and the session stays of use. */
static void
test_cancel_any_time (void)
{
  g_autoptr (NetTestFixture) f = net_test_fixture_new (net_test_answer_json, NULL, NULL);

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
      answer = net_test_post_to (f->http, f->address, NULL, cancellable, &error);
      if (answer == NULL)
        g_assert_error (error, KT_ERROR, KT_ERROR_CANCELLED);
      g_thread_join (thread);
    }
  {
    g_autoptr (GBytes) answer = net_test_post (f, NULL);

    net_test_assert_text (answer, "{\"n\":1}");
  }
}

int
main (int argc, char **argv)
{
  net_test_fixture_init (&argc, &argv);
  g_test_add_func ("/net/time/timeout-connect", test_timeout_connect);
  g_test_add_func ("/net/time/timeout-prepared", test_timeout_prepared);
  g_test_add_func ("/net/time/timeout-idle", test_timeout_idle);
  g_test_add_func ("/net/time/timeout-total", test_timeout_total);
  g_test_add_func ("/net/time/cancel-before", test_cancel_before);
  g_test_add_func ("/net/time/cancel-connect", test_cancel_connect);
  g_test_add_func ("/net/time/cancel-waiting", test_cancel_waiting);
  g_test_add_func ("/net/time/cancel-body", test_cancel_body);
  g_test_add_func ("/net/time/cancel-any-time", test_cancel_any_time);
  return net_test_fixture_end (g_test_run ());
}
