/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-lab"

/* HTTPS: SGP.22 section 6.3 to 6.5, and misbehaviour where it is ordered. */

#include "lab-smdp-private.h"

#include <string.h>

#include "kt-error.h"
#include "lab-refusal.h"
#include "lab-smdp-wire.h"
#include "lab-trust.h"

/* The longest request is an authenticateClient with two certificates: some 4 KiB. */
#define MAX_REQUEST (256 * 1024)
#define PROTOCOL_HEADER "X-Admin-Protocol"
#define PROTOCOL "gsma/rsp/v2.2.2"
#define JSON "application/json"

/* ---- before the body is read ---- */

static void
on_chunk (SoupServerMessage *message, GBytes *chunk, gpointer data)
{
  SoupMessageBody *body = soup_server_message_get_request_body (message);

  if (body->length <= MAX_REQUEST)
    return;
  soup_message_body_set_accumulate (body, FALSE);
  soup_server_message_set_status (message, SOUP_STATUS_REQUEST_ENTITY_TOO_LARGE, NULL);
}

static gboolean
operator_is_known (LabSmdp *self, SoupServerMessage *message, const char *path)
{
  if (self->clients != LAB_SMDP_CLIENTS_OPERATORS || !g_str_has_prefix (path, LAB_SMDP_ES2_PATH))
    return TRUE;
  return soup_server_message_get_tls_peer_certificate (message) != NULL
         && soup_server_message_get_tls_peer_certificate_errors (message) == 0;
}

static guint
judge_headers (LabSmdp *self, SoupServerMessage *message, const char *path)
{
  SoupMessageHeaders *headers = soup_server_message_get_request_headers (message);
  const char *type = soup_message_headers_get_content_type (headers, NULL);

  if (!lab_smdp_knows_path (path))
    return SOUP_STATUS_NOT_FOUND;
  if (soup_server_message_get_method (message) != SOUP_METHOD_POST)
    return SOUP_STATUS_METHOD_NOT_ALLOWED;
  if (!operator_is_known (self, message, path))
    return SOUP_STATUS_FORBIDDEN;
  if (type == NULL || g_ascii_strcasecmp (type, JSON) != 0)
    return SOUP_STATUS_UNSUPPORTED_MEDIA_TYPE;
  if (soup_message_headers_get_content_length (headers) > MAX_REQUEST)
    return SOUP_STATUS_REQUEST_ENTITY_TOO_LARGE;
  return 0;
}

static void
on_headers (SoupServer *server, SoupServerMessage *message, const char *path, GHashTable *query,
            gpointer data)
{
  LabSmdp *self = data;
  guint status = judge_headers (self, message, path);

  if (status != 0)
    {
      soup_message_body_set_accumulate (soup_server_message_get_request_body (message), FALSE);
      soup_server_message_set_status (message, status, NULL);
      return;
    }
  g_signal_connect (message, "got-chunk", G_CALLBACK (on_chunk), NULL);
}

/* ---- the answer ---- */

/* `gsma/rsp/v<x>.<y>.<z>`; of version 2, or of a later one that has come down to it. */
static gboolean
check_protocol (SoupServerMessage *message, GError **error)
{
  const char *text
      = soup_message_headers_get_one (soup_server_message_get_request_headers (message),
                                      PROTOCOL_HEADER);
  static const char prefix[] = "gsma/rsp/v";
  g_auto (GStrv) parts = NULL;

  if (text == NULL)
    return lab_refuse (error, "1.3", "2.2", PROTOCOL_HEADER " is missing");
  if (!g_str_has_prefix (text, prefix))
    return lab_refuse (error, "1.3", "2.1", PROTOCOL_HEADER " is not of RSP");
  parts = g_strsplit (text + strlen (prefix), ".", -1);
  if (g_strv_length (parts) != 3)
    return lab_refuse (error, "1.3", "2.1", PROTOCOL_HEADER " has no version");
  for (guint i = 0; i < 3; i++)
    if (!g_ascii_string_to_unsigned (parts[i], 10, 0, 99, NULL, NULL))
      return lab_refuse (error, "1.3", "2.1", PROTOCOL_HEADER " has no version");
  if (strcmp (parts[0], "0") == 0 || strcmp (parts[0], "1") == 0)
    return lab_refuse (error, "1.3", "3.1", "this server speaks version 2");
  return TRUE;
}

static guint
answer_request (LabSmdp *self, SoupServerMessage *message, const char *path, GBytes **answer)
{
  SoupMessageBody *body = soup_server_message_get_request_body (message);
  g_autoptr (GBytes) request = soup_message_body_flatten (body);
  g_autoptr (GError) error = NULL;

  if (!check_protocol (message, &error))
    {
      g_autoptr (JsonObject) out = json_object_new ();

      *answer = lab_json_finish (self, out, error);
      return SOUP_STATUS_OK;
    }
  return lab_smdp_dispatch (self, path, request, answer);
}

/* libsoup takes an answer without Content-Length for one that ends with the connection, even 204,
 * which must not have one: it would close what the client means to use again, without a word. */
static void
on_headers_written (SoupServerMessage *message, gpointer data)
{
  if (soup_server_message_get_status (message) == SOUP_STATUS_NO_CONTENT)
    soup_message_headers_set_encoding (soup_server_message_get_response_headers (message),
                                       SOUP_ENCODING_NONE);
}

static gboolean
on_delay_over (gpointer data)
{
  soup_server_message_unpause (SOUP_SERVER_MESSAGE (data));
  return G_SOURCE_REMOVE;
}

static void
delay_answer (LabSmdp *self, SoupServerMessage *message, guint milliseconds)
{
  g_autoptr (GSource) timer = NULL;

  if (milliseconds == 0)
    return;
  soup_server_message_pause (message);
  timer = g_timeout_source_new (milliseconds);
  g_source_set_callback (timer, on_delay_over, g_object_ref (message), g_object_unref);
  g_source_attach (timer, g_main_context_get_thread_default ());
}

static void
count_request (LabSmdp *self, SoupServerMessage *message)
{
  GSocket *socket = soup_server_message_get_socket (message);

  self->requests++;
  /* The socket remembers that it has been seen. */
  if (socket == NULL || g_object_get_data (G_OBJECT (socket), "kaitsu-seen") != NULL)
    return;
  g_object_set_data (G_OBJECT (socket), "kaitsu-seen", self);
  self->connections++;
}

static void
on_request (SoupServer *server, SoupServerMessage *message, const char *path, GHashTable *query,
            gpointer data)
{
  LabSmdp *self = data;
  SoupMessageHeaders *headers = soup_server_message_get_response_headers (message);
  g_autoptr (GBytes) answer = NULL;
  LabSmdpFault fault;
  guint fault_status = 0;
  guint delay, status;

  g_rec_mutex_lock (&self->lock);
  count_request (self, message);
  fault = lab_smdp_take_fault (self, strrchr (path, '/') + 1, &fault_status);
  delay = self->faults.delay;
  g_rec_mutex_unlock (&self->lock);
  if (lab_wire_fails_before (message, fault, fault_status))
    return;
  status = answer_request (self, message, path, &answer);
  soup_message_headers_replace (headers, PROTOCOL_HEADER, PROTOCOL);
  if (lab_wire_fails_after (message, fault, answer))
    return;
  soup_server_message_set_status (message, status, NULL);
  g_signal_connect (message, "wrote-headers", G_CALLBACK (on_headers_written), NULL);
  if (answer != NULL)
    {
      soup_message_headers_set_content_type (headers, JSON ";charset=UTF-8", NULL);
      soup_message_body_append_bytes (soup_server_message_get_response_body (message), answer);
    }
  delay_answer (self, message, delay);
}

/* ---- listening ---- */

static gboolean
on_certificate (SoupServerMessage *message, GTlsCertificate *certificate,
                GTlsCertificateFlags errors, gpointer data)
{
  return errors == 0;
}

static void
on_request_started (SoupServer *server, SoupServerMessage *message, gpointer data)
{
  g_signal_connect (message, "accept-certificate", G_CALLBACK (on_certificate), NULL);
}

static void
demand_certificates (LabSmdp *self)
{
  g_autoptr (GTlsDatabase) trust = NULL;

  if (self->clients == LAB_SMDP_CLIENTS_ANY)
    return;
  trust = lab_trust_new (self->client_ca);
  soup_server_set_tls_database (self->server, trust);
  soup_server_set_tls_auth_mode (self->server, self->clients == LAB_SMDP_CLIENTS_ALL
                                                   ? G_TLS_AUTHENTICATION_REQUIRED
                                                   : G_TLS_AUTHENTICATION_REQUESTED);
  g_signal_connect (self->server, "request-started", G_CALLBACK (on_request_started), NULL);
}

static gboolean
bind_port (LabSmdp *self, GError **error)
{
  g_autoptr (GError) local = NULL;

  if (soup_server_listen_local (self->server, self->wanted_port, SOUP_SERVER_LISTEN_HTTPS, NULL))
    return TRUE;
  /* Machines without IPv6, or with the port taken there alone */
  if (soup_server_listen_local (self->server, self->wanted_port,
                                SOUP_SERVER_LISTEN_HTTPS | SOUP_SERVER_LISTEN_IPV4_ONLY, &local))
    return TRUE;
  return kt_error_set (error, KT_ERROR_CONNECT, "smdp.port", "cannot listen: %s", local->message);
}

static guint16
port_of (SoupServer *server)
{
  GSList *uris = soup_server_get_uris (server);
  int port = uris != NULL ? g_uri_get_port (uris->data) : 0;

  g_slist_free_full (uris, (GDestroyNotify) g_uri_unref);
  return port > 0 ? (guint16) port : 0;
}

gboolean
lab_smdp_listen (LabSmdp *self, GError **error)
{
  g_autoptr (GTlsCertificate) certificate = lab_credential_dup_tls (self->tls, error);

  if (certificate == NULL)
    return FALSE;
  self->server = soup_server_new ("tls-certificate", certificate, "server-header", "kaitsu-lab",
                                  NULL);
  demand_certificates (self);
  soup_server_add_early_handler (self->server, NULL, on_headers, self, NULL);
  soup_server_add_handler (self->server, NULL, on_request, self, NULL);
  if (!bind_port (self, error))
    {
      lab_smdp_unlisten (self);
      return FALSE;
    }
  g_rec_mutex_lock (&self->lock);
  self->port = port_of (self->server);
  g_rec_mutex_unlock (&self->lock);
  return TRUE;
}

void
lab_smdp_unlisten (LabSmdp *self)
{
  if (self->reporter != NULL)
    soup_session_abort (self->reporter);
  g_clear_object (&self->reporter);
  if (self->server != NULL)
    soup_server_disconnect (self->server);
  g_clear_object (&self->server);
  g_rec_mutex_lock (&self->lock);
  self->port = 0;
  g_rec_mutex_unlock (&self->lock);
}
