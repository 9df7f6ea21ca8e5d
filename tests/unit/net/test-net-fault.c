/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-test"

#include <string.h>

#include "kt-error.h"
#include "net-fault.h"
#include "net-test-http.h"

#define SERVER "smdp.example"

static GBytes *
post (NetFault *fault, GCancellable *cancellable, guint *status, GError **error)
{
  g_autoptr (GBytes) body = g_bytes_new_static ("{}", 2);

  return net_http_post (NET_HTTP (fault), SERVER, "/a", body, NULL, NULL, status, cancellable,
                        error);
}

static void
test_kinds (void)
{
  static const struct
  {
    NetFaultKind kind;
    guint argument;
    KtErrorCode code;
    const char *key;
    gboolean reaches_server;
  } rows[] = {
    { NET_FAULT_REFUSE, 0, KT_ERROR_CONNECT, "net.connect", FALSE },
    { NET_FAULT_STATUS, 503, KT_ERROR_HTTP_STATUS, "net.http", FALSE },
    { NET_FAULT_LOSE, 0, KT_ERROR_CLOSED, "net.closed", TRUE },
    { NET_FAULT_TIMEOUT, 0, KT_ERROR_TIMED_OUT, "net.timeout-idle", TRUE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (NetTestHttp) inner = net_test_http_new ();
      g_autoptr (NetFault) fault = net_fault_new (NET_HTTP (inner));
      g_autoptr (GError) error = NULL;
      g_autoptr (GBytes) before = NULL;
      g_autoptr (GBytes) after = NULL;
      guint status = 0;

      net_fault_at (fault, 2, rows[i].kind, rows[i].argument);
      before = post (fault, NULL, NULL, NULL);
      g_assert_nonnull (before);
      g_assert_null (post (fault, NULL, &status, &error));
      g_assert_error (error, KT_ERROR, (int) rows[i].code);
      g_assert_cmpstr (kt_error_key (error), ==, rows[i].key);
      g_assert_cmpuint (kt_error_detail (error)->http_status, ==, rows[i].argument);
      g_assert_cmpuint (net_test_http_get_requests (inner), ==, rows[i].reaches_server ? 2 : 1);
      after = post (fault, NULL, NULL, NULL);
      g_assert_nonnull (after);
      g_assert_cmpuint (net_fault_get_requests (fault), ==, 3);
      g_assert_cmpuint (net_fault_get_faults (fault), ==, 1);
    }
}

static void
test_spoilt_answers (void)
{
  g_autoptr (NetTestHttp) inner = net_test_http_new ();
  g_autoptr (NetFault) fault = net_fault_new (NET_HTTP (inner));
  g_autoptr (GBytes) garbage = NULL;
  g_autoptr (GBytes) cut = NULL;
  g_autoptr (GBytes) late = NULL;

  net_fault_at (fault, 1, NET_FAULT_GARBAGE, 0);
  net_fault_at (fault, 2, NET_FAULT_TRUNCATE, 5);
  net_fault_at (fault, 3, NET_FAULT_DELAY, 5);
  garbage = post (fault, NULL, NULL, NULL);
  cut = post (fault, NULL, NULL, NULL);
  late = post (fault, NULL, NULL, NULL);
  g_assert_cmpuint (*(const char *) g_bytes_get_data (garbage, NULL), ==, '<');
  g_assert_cmpmem (g_bytes_get_data (cut, NULL), g_bytes_get_size (cut), "{\"n\":", 5);
  g_assert_cmpuint (g_bytes_get_size (late), ==, strlen ("{\"n\":3,\"secret\":\"abcd\"}"));
}

static gpointer
cancel_soon (gpointer data)
{
  g_usleep (20000);
  g_cancellable_cancel (data);
  return NULL;
}

static void
test_cancelled_delay (void)
{
  g_autoptr (NetTestHttp) inner = net_test_http_new ();
  g_autoptr (NetFault) fault = net_fault_new (NET_HTTP (inner));
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  GThread *thread;
  g_autoptr (GError) error = NULL;

  net_fault_at (fault, 1, NET_FAULT_DELAY, 600000);
  thread = g_thread_new ("cancel", cancel_soon, cancellable);
  g_assert_null (post (fault, cancellable, NULL, &error));
  g_assert_error (error, KT_ERROR, KT_ERROR_CANCELLED);
  g_thread_join (thread);
}

static guint
count_failures (guint64 seed, guint kinds)
{
  KtEnv *env = kt_env_new_seeded (seed, 0);
  g_autoptr (NetTestHttp) inner = net_test_http_new ();
  g_autoptr (NetFault) fault = net_fault_new (NET_HTTP (inner));
  guint pattern = 0;

  net_fault_random (fault, env, 3, kinds);
  for (guint i = 0; i < 30; i++)
    {
      g_autoptr (GBytes) answer = post (fault, NULL, NULL, NULL);

      pattern = pattern * 2 + (answer == NULL);
    }
  g_assert_cmpuint (net_fault_get_faults (fault), >, 0);
  kt_env_free_seeded (env);
  return pattern;
}

static void
test_random (void)
{
  guint kinds = (1u << NET_FAULT_REFUSE) | (1u << NET_FAULT_LOSE);

  g_assert_cmpuint (count_failures (1, kinds), ==, count_failures (1, kinds));
  g_assert_cmpuint (count_failures (1, kinds), !=, count_failures (2, kinds));
  g_assert_cmpuint (count_failures (3, 1u << NET_FAULT_TRUNCATE), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/net/fault/kinds", test_kinds);
  g_test_add_func ("/net/fault/spoilt-answers", test_spoilt_answers);
  g_test_add_func ("/net/fault/cancelled-delay", test_cancelled_delay);
  g_test_add_func ("/net/fault/random", test_random);
  return g_test_run ();
}
