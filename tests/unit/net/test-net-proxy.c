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

/* What the proxy does, and what it saw. */
typedef struct
{
  NetTestServer *target;
  const char *answer;
  char *line;
} Proxy;

static char *
read_head (GInputStream *in, GCancellable *stop)
{
  g_autoptr (GString) head = g_string_new (NULL);
  char c;

  while (strstr (head->str, "\r\n\r\n") == NULL
         && g_input_stream_read (in, &c, 1, stop, NULL) == 1)
    g_string_append_c (head, c);
  return g_strdup (head->str);
}

static gpointer
pump (gpointer data)
{
  GIOStream **ends = data;

  g_output_stream_splice (g_io_stream_get_output_stream (ends[1]),
                          g_io_stream_get_input_stream (ends[0]),
                          G_OUTPUT_STREAM_SPLICE_NONE, NULL, NULL);
  /* So that the other direction ends, too. */
  g_socket_shutdown (g_socket_connection_get_socket (G_SOCKET_CONNECTION (ends[1])), TRUE, TRUE,
                     NULL);
  return NULL;
}

static void
serve_proxy (GSocketConnection *connection, GCancellable *stop, gpointer data)
{
  Proxy *proxy = data;
  GIOStream *client = G_IO_STREAM (connection);
  g_autofree char *head = read_head (g_io_stream_get_input_stream (client), stop);
  g_autoptr (GSocketClient) dialer = g_socket_client_new ();
  g_autoptr (GSocketConnection) server = NULL;
  GIOStream *there[2];
  GIOStream *back[2];
  GThread *thread;

  if (proxy->line == NULL)
    proxy->line = g_strndup (head, strcspn (head, "\r"));
  net_test_write (g_io_stream_get_output_stream (client), proxy->answer);
  if (!g_str_has_prefix (proxy->answer, "HTTP/1.1 200"))
    return;
  g_socket_client_set_enable_proxy (dialer, FALSE);
  server = g_socket_client_connect_to_host (dialer, "127.0.0.1",
                                            net_test_server_get_port (proxy->target), NULL, NULL);
  g_assert_nonnull (server);
  there[0] = back[1] = client;
  there[1] = back[0] = G_IO_STREAM (server);
  thread = g_thread_new ("pump", pump, there);
  pump (back);
  g_thread_join (thread);
}

static NetTrust *
trust_new (void)
{
  NetTrust *trust = net_trust_new (kt_env_default (), NULL);
  g_autoptr (GPtrArray) pkids = net_test_pkids (ci, NULL);

  net_trust_set_pkids (trust, pkids);
  return trust;
}

static NetSession *
session_new (const char *proxy_uri)
{
  g_autoptr (NetTrust) trust = trust_new ();
  g_autoptr (GProxyResolver) resolver = g_simple_proxy_resolver_new (proxy_uri, NULL);
  NetSessionOptions options = { .proxy_resolver = resolver };

  return net_session_new (trust, &options);
}

static GBytes *
post (NetSession *session, const char *address, GError **error)
{
  g_autoptr (GBytes) body = g_bytes_new_static ("{}", 2);

  return net_http_post (NET_HTTP (session), address, PATH, body, NULL, NULL, NULL, NULL, error);
}

static void
test_tunnel (void)
{
  NetTestSpec spec = net_test_tls_spec (HOST);
  g_autoptr (NetTestCert) leaf = net_test_cert_new (&spec, ci);
  g_autoptr (GTlsCertificate) chain = net_test_chain (leaf, NULL);
  g_autoptr (NetTestServer) target = net_test_server_new (chain, net_test_answer_json, NULL);
  Proxy proxy = { target, "HTTP/1.1 200 Connection established\r\n\r\n", NULL };
  NetTestServer *proxy_server = net_test_server_new_raw (serve_proxy, &proxy);
  g_autofree char *address = net_test_server_dup_address (proxy_server, "127.0.0.1");
  g_autofree char *uri = g_strconcat ("http://", address, NULL);
  g_autoptr (NetSession) session = session_new (uri);
  guint lookups = net_test_resolver_get_lookups ();
  NetCounters counters;

  net_http_prepare (NET_HTTP (session), HOST);
  for (guint i = 0; i < 3; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GBytes) answer = post (session, HOST, &error);

      g_assert_no_error (error);
      g_assert_nonnull (answer);
    }
  g_assert_cmpstr (proxy.line, ==, "CONNECT " HOST ":443 HTTP/1.1");
  g_assert_cmpuint (net_test_server_get_connections (proxy_server), ==, 1);
  g_assert_cmpuint (net_test_server_get_requests (target), ==, 3);
  /* It is the proxy who looks the name up. */
  g_assert_cmpuint (net_test_resolver_get_lookups (), ==, lookups);
  net_http_get_counters (NET_HTTP (session), HOST, &counters);
  g_assert_cmpuint (counters.connections, ==, 1);
  g_assert_cmpuint (counters.handshakes, ==, 1);
  g_clear_object (&session);
  net_test_server_free (proxy_server);
  g_free (proxy.line);
}

/* A server that is not believed is not believed through a proxy either. */
static void
test_tunnel_to_rogue (void)
{
  NetTestSpec spec = net_test_tls_spec ("other.example");
  g_autoptr (NetTestCert) leaf = net_test_cert_new (&spec, ci);
  g_autoptr (GTlsCertificate) chain = net_test_chain (leaf, NULL);
  g_autoptr (NetTestServer) target = net_test_server_new (chain, net_test_answer_json, NULL);
  Proxy proxy = { target, "HTTP/1.1 200 Connection established\r\n\r\n", NULL };
  NetTestServer *proxy_server = net_test_server_new_raw (serve_proxy, &proxy);
  g_autofree char *address = net_test_server_dup_address (proxy_server, "127.0.0.1");
  g_autofree char *uri = g_strconcat ("http://", address, NULL);
  g_autoptr (NetSession) session = session_new (uri);
  g_autoptr (GError) error = NULL;

  g_assert_null (post (session, HOST, &error));
  g_assert_error (error, KT_ERROR, KT_ERROR_TLS);
  g_assert_cmpstr (kt_error_key (error), ==, "tls.wrong-host");
  g_clear_object (&session);
  net_test_server_free (proxy_server);
  g_free (proxy.line);
}

static void
assert_proxy_fails (const char *answer)
{
  Proxy proxy = { NULL, answer, NULL };
  NetTestServer *proxy_server = net_test_server_new_raw (serve_proxy, &proxy);
  g_autofree char *address = net_test_server_dup_address (proxy_server, "127.0.0.1");
  g_autofree char *uri = g_strconcat ("http://", address, NULL);
  g_autoptr (NetSession) session = session_new (uri);

  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (GError) error = NULL;

      g_test_message ("%s", answer);
      if (i == 1)
        net_http_prepare (NET_HTTP (session), HOST);
      g_assert_null (post (session, HOST, &error));
      g_test_message ("%s", error->message);
      g_assert_error (error, KT_ERROR, KT_ERROR_CONNECT);
      g_assert_cmpstr (kt_error_key (error), ==, "net.proxy");
    }
  g_clear_object (&session);
  net_test_server_free (proxy_server);
  g_free (proxy.line);
}

/* What a proxy says in place of the server is no answer of the server's. */
static void
test_refusing (void)
{
  assert_proxy_fails ("HTTP/1.1 407 Proxy Authentication Required\r\n"
                      "Proxy-Authenticate: Basic realm=\"x\"\r\nContent-Length: 0\r\n\r\n");
  assert_proxy_fails ("HTTP/1.1 403 Forbidden\r\nContent-Length: 7\r\n\r\n{\"a\":1}");
  assert_proxy_fails ("HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n");
  assert_proxy_fails ("HTTP/1.1 302 Found\r\nLocation: https://other.example/\r\n"
                      "Content-Length: 0\r\n\r\n");
  assert_proxy_fails ("garbage\r\n\r\n");
  assert_proxy_fails ("");
}

static void
test_dead (void)
{
  g_autoptr (NetSession) session = session_new ("http://127.0.0.1:9");
  g_autoptr (NetSession) nameless = session_new ("http://missing.example:8080");
  g_autoptr (GError) error = NULL;

  g_assert_null (post (session, HOST, &error));
  g_assert_error (error, KT_ERROR, KT_ERROR_CONNECT);
  g_assert_cmpstr (kt_error_key (error), ==, "net.proxy");
  g_clear_error (&error);
  g_assert_null (post (nameless, HOST, &error));
  g_assert_error (error, KT_ERROR, KT_ERROR_CONNECT);
  g_assert_cmpstr (kt_error_key (error), ==, "net.proxy");
}

int
main (int argc, char **argv)
{
  int rc;

  net_init ();
  g_test_init (&argc, &argv, NULL);
  net_test_resolver_install ();
  ci = net_test_ci ("Test CI");
  g_test_add_func ("/net/proxy/tunnel", test_tunnel);
  g_test_add_func ("/net/proxy/tunnel-to-rogue", test_tunnel_to_rogue);
  g_test_add_func ("/net/proxy/refusing", test_refusing);
  g_test_add_func ("/net/proxy/dead", test_dead);
  rc = g_test_run ();
  net_test_cert_free (ci);
  return rc;
}
