/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-test"

#include "net-test-fixture.h"

#include <string.h>

#include "net-init.h"

static NetTestCert *ci;
static NetTestCert *leaf;

void
net_test_fixture_init (int *argc, char ***argv)
{
  NetTestSpec spec = net_test_tls_spec (NET_TEST_HOST);

  net_init ();
  g_test_init (argc, argv, NULL);
  net_test_resolver_install ();
  ci = net_test_ci ("Test CI");
  leaf = net_test_cert_new (&spec, ci);
}

int
net_test_fixture_end (int rc)
{
  net_test_cert_free (leaf);
  net_test_cert_free (ci);
  return rc;
}

static NetTestFixture *
fixture_new (NetTestServer *server, const NetSessionOptions *options)
{
  NetTestFixture *f = g_new0 (NetTestFixture, 1);
  g_autoptr (NetTrust) trust = net_trust_new (kt_env_default (), NULL);
  g_autoptr (GPtrArray) pkids = net_test_pkids (ci, NULL);

  net_trust_set_pkids (trust, pkids);
  f->server = server;
  f->session = net_session_new (trust, options);
  f->http = NET_HTTP (f->session);
  f->address = net_test_server_dup_address (server, NET_TEST_HOST);
  return f;
}

NetTestFixture *
net_test_fixture_new (NetTestHandler handler, gpointer data, const NetSessionOptions *options)
{
  g_autoptr (GTlsCertificate) certificate = net_test_chain (leaf, NULL);

  return fixture_new (net_test_server_new (certificate, handler, data), options);
}

NetTestFixture *
net_test_fixture_new_raw (NetTestRaw raw, gpointer data, const NetSessionOptions *options)
{
  return fixture_new (net_test_server_new_raw (raw, data), options);
}

void
net_test_fixture_free (NetTestFixture *f)
{
  g_object_unref (f->session);
  net_test_server_free (f->server);
  g_free (f->address);
  g_free (f);
}

GBytes *
net_test_post_to (NetHttp *http, const char *address, guint *status, GCancellable *cancellable,
                  GError **error)
{
  g_autoptr (GBytes) body = g_bytes_new_static ("{\"a\":1}", 7);

  return net_http_post (http, address, NET_TEST_PATH, body, NULL, NULL, status, cancellable,
                        error);
}

GBytes *
net_test_post (NetTestFixture *f, GError **error)
{
  return net_test_post_to (f->http, f->address, NULL, NULL, error);
}

void
net_test_assert_text (GBytes *bytes, const char *text)
{
  g_assert_nonnull (bytes);
  g_assert_cmpmem (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), text, strlen (text));
}

void
net_test_assert_fails (NetTestFixture *f, KtErrorCode code, const char *key)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) answer = net_test_post (f, &error);

  g_assert_null (answer);
  g_assert_error (error, KT_ERROR, (int) code);
  g_assert_cmpstr (kt_error_key (error), ==, key);
}

void
net_test_wait_until_closed (NetTestServer *server)
{
  for (guint i = 0; i < 5000 && net_test_server_get_open (server) > 0; i++)
    g_usleep (1000);
  g_assert_cmpuint (net_test_server_get_open (server), ==, 0);
}

gboolean
net_test_answer_text (const NetTestRequest *request, GOutputStream *out, gpointer data)
{
  net_test_write (out, data);
  return TRUE;
}

gboolean
net_test_answer_text_and_close (const NetTestRequest *request, GOutputStream *out, gpointer data)
{
  net_test_write (out, data);
  return FALSE;
}

gboolean
net_test_answer_slowly (const NetTestRequest *request, GOutputStream *out, gpointer data)
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

void
net_test_say_nothing (GSocketConnection *connection, GCancellable *stop, gpointer data)
{
  GInputStream *in = g_io_stream_get_input_stream (G_IO_STREAM (connection));
  char buffer[256];

  while (g_input_stream_read (in, buffer, sizeof buffer, stop, NULL) > 0)
    ;
}
