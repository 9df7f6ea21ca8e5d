/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-test"

#include "net-test-fixture.h"

#include <string.h>

/* ---- statuses and bodies ---- */

static void
test_no_content (void)
{
  g_autoptr (NetTestFixture) f
      = net_test_fixture_new (net_test_answer_text,
                              (gpointer) "HTTP/1.1 204 No Content\r\n\r\n", NULL);

  for (guint i = 0; i < 2; i++)
    {
      guint status = 0;
      g_autoptr (GError) error = NULL;
      g_autoptr (GBytes) answer = net_test_post_to (f->http, f->address, &status, NULL, &error);

      g_assert_no_error (error);
      net_test_assert_text (answer, "");
      g_assert_cmpuint (status, ==, 204);
    }
  g_assert_cmpuint (net_test_server_get_connections (f->server), ==, 1);
}

static void
assert_status (NetTestFixture *f, guint wanted, const char *message)
{
  guint status = 0;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) answer = net_test_post_to (f->http, f->address, &status, NULL, &error);

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
  g_autoptr (NetTestFixture) f
      = net_test_fixture_new (net_test_answer_text,
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
  g_autoptr (NetTestFixture) f = net_test_fixture_new (net_test_answer_text, text, NULL);

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
  g_autoptr (NetTestFixture) f = net_test_fixture_new (answer_long_error, NULL, NULL);
  g_autofree char *text = g_strnfill (256, 'e');

  assert_status (f, 503, text);
  assert_status (f, 503, text);
}

static void
test_unauthorized (void)
{
  g_autoptr (NetTestFixture) f
      = net_test_fixture_new (net_test_answer_text,
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
      g_autoptr (NetTestFixture) f
          = net_test_fixture_new (net_test_answer_text_and_close, (gpointer) garbage[i], NULL);
      g_autoptr (GError) error = NULL;

      g_test_message ("%s", garbage[i]);
      g_assert_null (net_test_post (f, &error));
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
      g_autoptr (NetTestFixture) f
          = net_test_fixture_new (net_test_answer_text_and_close, (gpointer) torn[i], NULL);

      g_test_message ("%s", torn[i]);
      net_test_assert_fails (f, KT_ERROR_CLOSED, "net.closed");
      /* The session stays of use. */
      net_test_assert_fails (f, KT_ERROR_CLOSED, "net.closed");
    }
}

/* Where the end of the connection is the end of the body, or passes for it between two chunks, only
 * JSON can tell whether all of it came. */
static void
test_no_length (void)
{
  g_autoptr (NetTestFixture) one
      = net_test_fixture_new (net_test_answer_text_and_close,
                              (gpointer) "HTTP/1.1 200 OK\r\n\r\n{\"n\":1}", NULL);
  g_autoptr (NetTestFixture) two
      = net_test_fixture_new (net_test_answer_text_and_close,
                     (gpointer) "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                                "5\r\n{\"n\":\r\n",
                     NULL);

  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (GBytes) whole = net_test_post (one, NULL);
      g_autoptr (GBytes) torn = net_test_post (two, NULL);

      net_test_assert_text (whole, "{\"n\":1}");
      net_test_assert_text (torn, "{\"n\":");
    }
}

static void
test_chunked (void)
{
  g_autoptr (NetTestFixture) f
      = net_test_fixture_new (net_test_answer_text,
                     (gpointer) "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                                "3\r\n{\"n\r\n4\r\n\":1}\r\n0\r\n\r\n",
                     NULL);

  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (GBytes) answer = net_test_post (f, NULL);

      net_test_assert_text (answer, "{\"n\":1}");
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
      g_autoptr (NetTestFixture) f = net_test_fixture_new (answer_bulk, &bulk, NULL);
      g_autoptr (GBytes) answer = NULL;

      net_test_assert_fails (f, KT_ERROR_LIMIT, "net.limit");
      bulk.size = 2000000;
      answer = net_test_post (f, NULL);
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
  g_autoptr (NetTestFixture) f = net_test_fixture_new (answer_start_of_much, NULL, NULL);

  net_test_assert_fails (f, KT_ERROR_LIMIT, "net.limit");
}

static void
test_limit_option (void)
{
  NetSessionOptions options = { .body_max = 6 };
  g_autoptr (NetTestFixture) f = net_test_fixture_new (net_test_answer_json, NULL, &options);

  net_test_assert_fails (f, KT_ERROR_LIMIT, "net.limit");
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
      g_autoptr (NetTestFixture) f = net_test_fixture_new (answer_bulk, &bulk, NULL);
      g_autoptr (GBytes) body = g_bytes_new_static ("{}", 2);
      Progress progress = { g_thread_self (), 0, 0, 0 };
      g_autoptr (GBytes) answer
          = net_http_post (f->http, f->address, NET_TEST_PATH, body, on_progress, &progress, NULL,
                           NULL, NULL);

      g_assert_nonnull (answer);
      g_assert_cmpuint (progress.done, ==, 1000000);
      g_assert_cmpuint (progress.total, ==, bulk.chunked ? 0 : 1000000);
      g_assert_cmpuint (progress.calls, >, 0);
    }
}

int
main (int argc, char **argv)
{
  net_test_fixture_init (&argc, &argv);
  g_test_add_func ("/net/answer/no-content", test_no_content);
  g_test_add_func ("/net/answer/redirect", test_redirect);
  g_test_add_func ("/net/answer/server-error", test_server_error);
  g_test_add_func ("/net/answer/long-error", test_long_error);
  g_test_add_func ("/net/answer/unauthorized", test_unauthorized);
  g_test_add_func ("/net/answer/garbage", test_garbage);
  g_test_add_func ("/net/answer/closed", test_closed);
  g_test_add_func ("/net/answer/no-length", test_no_length);
  g_test_add_func ("/net/answer/chunked", test_chunked);
  g_test_add_func ("/net/answer/too-large", test_too_large);
  g_test_add_func ("/net/answer/too-large-announced", test_too_large_announced);
  g_test_add_func ("/net/answer/limit-option", test_limit_option);
  g_test_add_func ("/net/answer/progress", test_progress);
  return net_test_fixture_end (g_test_run ());
}
