/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-test"

#include <string.h>

#include "net-test-judge.h"

static const NetTestCis *cis;

/* ---- versions and odd servers ---- */

static void
speak_old_tls (GSocketConnection *connection, GCancellable *stop, gpointer data)
{
  GTlsCertificate *chain = data;
  g_autofree char *cert_pem = NULL;
  g_autofree char *key_pem = NULL;
  gnutls_certificate_credentials_t credentials;
  gnutls_session_t session;
  gnutls_datum_t cert, key;
  int fd = g_socket_get_fd (g_socket_connection_get_socket (connection));
  int rc;

  g_object_get (chain, "certificate-pem", &cert_pem, "private-key-pem", &key_pem, NULL);
  cert = (gnutls_datum_t) { (unsigned char *) cert_pem, (unsigned) strlen (cert_pem) };
  key = (gnutls_datum_t) { (unsigned char *) key_pem, (unsigned) strlen (key_pem) };
  gnutls_certificate_allocate_credentials (&credentials);
  g_assert_cmpint (
      gnutls_certificate_set_x509_key_mem (credentials, &cert, &key, GNUTLS_X509_FMT_PEM), >=, 0);
  gnutls_init (&session, GNUTLS_SERVER);
  g_assert_cmpint (
      gnutls_priority_set_direct (session, "NORMAL:-VERS-ALL:+VERS-TLS1.1", NULL), ==, 0);
  gnutls_credentials_set (session, GNUTLS_CRD_CERTIFICATE, credentials);
  gnutls_transport_set_int (session, fd);
  do
    {
      g_socket_condition_wait (g_socket_connection_get_socket (connection), G_IO_IN, stop, NULL);
      rc = gnutls_handshake (session);
    }
  while (rc == GNUTLS_E_AGAIN || rc == GNUTLS_E_INTERRUPTED);
  g_assert_cmpint (rc, <, 0);
  gnutls_alert_send_appropriate (session, rc);
  gnutls_deinit (session);
  gnutls_certificate_free_credentials (credentials);
}

/* A ServerHello of TLS 1.1, which an old server sends without looking at what was offered. */
static void
say_old_hello (GSocketConnection *connection, GCancellable *stop, gpointer data)
{
  static const guint8 hello[] = {
    0x16, 0x03, 0x02, 0x00, 0x2A,                                 /* handshake record, 42 bytes */
    0x02, 0x00, 0x00, 0x26, 0x03, 0x02,                           /* ServerHello, TLS 1.1 */
    0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08, 0x09, 0x0A, 0x0B, 0x0C, 0x0D, 0x0E, 0x0F,
    0x10, 0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17, 0x18, 0x19, 0x1A, 0x1B, 0x1C, 0x1D, 0x1E, 0x1F,
    0x00, 0xC0, 0x09, 0x00,                                       /* no session, AES-CBC, none */
  };
  GOutputStream *out = g_io_stream_get_output_stream (G_IO_STREAM (connection));
  char buffer[512];

  g_input_stream_read (g_io_stream_get_input_stream (G_IO_STREAM (connection)), buffer,
                       sizeof buffer, stop, NULL);
  g_output_stream_write_all (out, hello, sizeof hello, NULL, stop, NULL);
  g_input_stream_read (g_io_stream_get_input_stream (G_IO_STREAM (connection)), buffer,
                       sizeof buffer, stop, NULL);
}

static void
assert_raw_fails (NetTestRaw raw, gpointer data, KtErrorCode code, const char *key)
{
  g_autoptr (NetTrust) trust = net_test_trust_new (NULL, NULL);
  g_autoptr (NetTestServer) server = net_test_server_new_raw (raw, data);
  g_autoptr (GError) error = net_test_ask (server, trust, NULL);

  g_assert_error (error, KT_ERROR, (int) code);
  g_assert_cmpstr (kt_error_key (error), ==, key);
}

static void
test_old_version (void)
{
  NetTestSpec spec = net_test_tls_spec (NET_TEST_HOST);
  g_autoptr (NetTestCert) leaf = net_test_cert_new (&spec, cis->ci);
  g_autoptr (GTlsCertificate) chain = net_test_chain (leaf, NULL);

  assert_raw_fails (speak_old_tls, chain, KT_ERROR_TLS, "tls.version");
  assert_raw_fails (say_old_hello, NULL, KT_ERROR_TLS, "tls.version");
}

static void
say_http (GSocketConnection *connection, GCancellable *stop, gpointer data)
{
  GOutputStream *out = g_io_stream_get_output_stream (G_IO_STREAM (connection));
  char buffer[512];

  g_input_stream_read (g_io_stream_get_input_stream (G_IO_STREAM (connection)), buffer,
                       sizeof buffer, stop, NULL);
  net_test_write (out, "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
}

static void
hang_up (GSocketConnection *connection, GCancellable *stop, gpointer data)
{
  char buffer[512];

  g_input_stream_read (g_io_stream_get_input_stream (G_IO_STREAM (connection)), buffer,
                       sizeof buffer, stop, NULL);
}

static void
test_no_tls (void)
{
  assert_raw_fails (say_http, NULL, KT_ERROR_TLS, "tls.handshake");
  assert_raw_fails (hang_up, NULL, KT_ERROR_CLOSED, "net.closed");
}

/* ---- mutual TLS ---- */

static void
test_client_certificate (void)
{
  g_autoptr (NetTrust) trust = net_test_trust_new (NULL, NULL);
  NetTestSpec spec = net_test_tls_spec (NET_TEST_HOST);
  NetTestSpec client_spec = { .name = "Client", .ekus = { GNUTLS_KP_TLS_WWW_CLIENT },
                              .usage = GNUTLS_KEY_DIGITAL_SIGNATURE };
  g_autoptr (NetTestCert) leaf = net_test_cert_new (&spec, cis->ci);
  g_autoptr (NetTestCert) client = net_test_cert_new (&client_spec, cis->stranger);
  g_autoptr (GTlsCertificate) chain = net_test_chain (leaf, NULL);
  g_autoptr (GTlsCertificate) own = net_test_chain (client, NULL);

  for (guint accept = 0; accept < 2; accept++)
    {
      g_autoptr (NetTestServer) server = net_test_server_new (chain, net_test_answer_json, NULL);
      g_autoptr (GError) without = NULL;
      g_autoptr (GError) with = NULL;

      net_test_server_demand_certificate (server, accept != 0);
      without = net_test_ask (server, trust, NULL);
      g_assert_error (without, KT_ERROR, KT_ERROR_TLS);
      g_assert_cmpstr (kt_error_key (without), ==, "tls.client-cert-required");
      with = net_test_ask (server, trust, own);
      if (accept != 0)
        g_assert_no_error (with);
      else
        {
          g_assert_error (with, KT_ERROR, KT_ERROR_TLS);
          g_assert_cmpstr (kt_error_key (with), ==, "tls.client-cert-refused");
        }
    }
}

/* A connection as one, then as another: the first is not used for the second. */
static void
test_client_certificate_changes (void)
{
  g_autoptr (NetTrust) trust = net_test_trust_new (NULL, NULL);
  NetTestSpec spec = net_test_tls_spec (NET_TEST_HOST);
  g_autoptr (NetTestCert) leaf = net_test_cert_new (&spec, cis->ci);
  g_autoptr (GTlsCertificate) chain = net_test_chain (leaf, NULL);
  g_autoptr (NetTestServer) server = net_test_server_new (chain, net_test_answer_json, NULL);
  g_autofree char *address = net_test_server_dup_address (server, NET_TEST_HOST);
  g_autoptr (NetSession) session = net_session_new (trust, NULL);
  g_autoptr (GBytes) body = g_bytes_new_static ("{}", 2);

  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (GBytes) answer
          = net_http_post (NET_HTTP (session), address, NET_TEST_PATH, body, NULL, NULL, NULL,
                           NULL, NULL);

      g_assert_nonnull (answer);
      net_session_set_client_certificate (session, chain, "1234");
    }
  g_assert_cmpuint (net_test_server_get_connections (server), ==, 2);
}

int
main (int argc, char **argv)
{
  cis = net_test_judge_init (&argc, &argv);
  g_test_add_func ("/net/handshake/old-version", test_old_version);
  g_test_add_func ("/net/handshake/no-tls", test_no_tls);
  g_test_add_func ("/net/handshake/client-certificate", test_client_certificate);
  g_test_add_func ("/net/handshake/client-certificate-changes", test_client_certificate_changes);
  return net_test_judge_end (g_test_run ());
}
