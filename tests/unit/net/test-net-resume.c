/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-test"

#include <string.h>

#include "kt-error.h"
#include "net-init.h"
#include "net-session.h"
#include "net-test-pki.h"
#include "net-test-server.h"

/*
 * GIO resumes TLS sessions of the same process, and then does not let anybody decide whether the
 * server is to be believed: what was found out for one chip would do for the next. It does not
 * resume in programs that use GLib's test framework, so this one must do without.
 */

#define HOST "smdp.example"
#define ROUNDS 6

/* A server that hands out tickets, which GIO's own does not. */
typedef struct
{
  gnutls_certificate_credentials_t credentials;
  gnutls_datum_t ticket_key;
  gint resumed;
  gint requests;
} Server;

static gboolean
wait_for_data (GSocketConnection *connection, GCancellable *stop)
{
  return g_socket_condition_wait (g_socket_connection_get_socket (connection), G_IO_IN, stop, NULL);
}

static void
serve_requests (Server *self, gnutls_session_t session, GSocketConnection *connection,
                GCancellable *stop)
{
  static const char answer[] = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}";
  char buffer[4096];

  for (;;)
    {
      gssize got = gnutls_record_recv (session, buffer, sizeof buffer);

      if (got == GNUTLS_E_AGAIN || got == GNUTLS_E_INTERRUPTED)
        {
          if (!wait_for_data (connection, stop))
            return;
        }
      else if (got <= 0)
        return;
      /* A whole request comes in two records: its head, and its body. */
      else if (buffer[got - 1] == '}')
        {
          g_atomic_int_inc (&self->requests);
          gnutls_record_send (session, answer, strlen (answer));
        }
    }
}

static void
serve (GSocketConnection *connection, GCancellable *stop, gpointer data)
{
  Server *self = data;
  gnutls_session_t session;
  int rc;

  gnutls_init (&session, GNUTLS_SERVER);
  gnutls_set_default_priority (session);
  gnutls_credentials_set (session, GNUTLS_CRD_CERTIFICATE, self->credentials);
  gnutls_session_ticket_enable_server (session, &self->ticket_key);
  gnutls_transport_set_int (session,
                            g_socket_get_fd (g_socket_connection_get_socket (connection)));
  do
    {
      wait_for_data (connection, stop);
      rc = gnutls_handshake (session);
    }
  while ((rc == GNUTLS_E_AGAIN || rc == GNUTLS_E_INTERRUPTED)
         && !g_cancellable_is_cancelled (stop));
  if (rc == 0)
    {
      if (gnutls_session_is_resumed (session))
        g_atomic_int_inc (&self->resumed);
      serve_requests (self, session, connection, stop);
    }
  gnutls_deinit (session);
}

static void
server_init (Server *self, NetTestCert *leaf)
{
  g_autofree char *cert_pem = net_test_cert_dup_pem (leaf);
  g_autofree char *key_pem = net_test_cert_dup_key_pem (leaf);
  gnutls_datum_t cert = { (unsigned char *) cert_pem, (unsigned) strlen (cert_pem) };
  gnutls_datum_t key = { (unsigned char *) key_pem, (unsigned) strlen (key_pem) };

  gnutls_certificate_allocate_credentials (&self->credentials);
  g_assert_cmpint (gnutls_certificate_set_x509_key_mem (self->credentials, &cert, &key,
                                                        GNUTLS_X509_FMT_PEM),
                   >=, 0);
  gnutls_session_ticket_key_generate (&self->ticket_key);
}

static void
server_clear (Server *self)
{
  gnutls_certificate_free_credentials (self->credentials);
  gnutls_memset (self->ticket_key.data, 0, self->ticket_key.size);
  gnutls_free (self->ticket_key.data);
}

/* Round for round another chip, of which every second one trusts the server's CI. */
static void
ask (NetSession *session, const char *address, NetTestCert *trusted, gboolean good)
{
  g_autoptr (GPtrArray) pkids = net_test_pkids (trusted, NULL);
  g_autoptr (GBytes) body = g_bytes_new_static ("{}", 2);
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) answer = NULL;

  net_trust_set_pkids (net_session_get_trust (session), pkids);
  answer = net_http_post (NET_HTTP (session), address, "/a", body, NULL, NULL, NULL, NULL, &error);
  if (good)
    {
      g_assert_no_error (error);
      g_assert_nonnull (answer);
      return;
    }
  g_assert_error (error, KT_ERROR, KT_ERROR_TLS);
  g_assert_cmpstr (kt_error_key (error), ==, "tls.unknown-ci");
}

int
main (void)
{
  Server self = { 0 };
  g_autoptr (NetTestCert) ci = net_test_ci ("Test CI");
  g_autoptr (NetTestCert) other = net_test_ci ("Other CI");
  NetTestSpec spec = net_test_tls_spec (HOST);
  g_autoptr (NetTestCert) leaf = net_test_cert_new (&spec, ci);
  NetTestServer *server;
  g_autofree char *address = NULL;
  g_autoptr (NetTrust) trust = NULL;
  g_autoptr (NetSession) session = NULL;

  net_init ();
  net_test_resolver_install ();
  server_init (&self, leaf);
  server = net_test_server_new_raw (serve, &self);
  address = net_test_server_dup_address (server, HOST);
  trust = net_trust_new (kt_env_default (), NULL);
  session = net_session_new (trust, NULL);
  for (int i = 0; i < ROUNDS; i++)
    {
      ask (session, address, i % 2 == 0 ? ci : other, i % 2 == 0);
      g_assert_cmpint (g_atomic_int_get (&self.requests), ==, i / 2 + 1);
    }
  /* Otherwise nothing was tested. */
  g_assert_cmpint (g_atomic_int_get (&self.resumed), >, 0);
  g_clear_object (&session);
  net_test_server_free (server);
  server_clear (&self);
  return 0;
}
