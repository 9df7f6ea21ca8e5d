/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-net"

#include "net-exchange.h"

#include <libsoup/soup.h>
#include <string.h>

#include "kt-error.h"
#include "net-failure.h"
#include "net-message.h"
#include "net-watch.h"

/* A TLS record; GIO hands out no more at once. */
#define CHUNK (16 * 1024)
/* Of an error page: enough to find a sentence in. */
#define ERROR_BODY_MAX 4096

struct _NetExchange
{
  NetServer *server;
  SoupMessage *message;
  gboolean connect_only;
  GCancellable *cancellable;
  NetProgressFunc progress;
  NetExchangeDone done;
  gpointer data;

  NetWatch *watch;
  NetPhase phase;
  gboolean proxied;
  /* what to say instead of the failure that our own stopping brings about */
  GError *reason;
  /* while it is found out whose name was not found */
  GError *unresolved;

  GInputStream *stream;
  GByteArray *body;
  gsize total;
};

/* ---- end ---- */

static NetFailure
circumstances (NetExchange *self, const NetVerdict *verdict)
{
  NetInteraction *interaction = net_server_get_interaction (self->server);

  return (NetFailure) {
    .phase = self->phase,
    .verdict = verdict,
    .proxied = self->proxied,
    .certificate_asked = net_interaction_was_asked (interaction),
    .certificate_given = net_interaction_has_answered (interaction),
  };
}

/* Dropping a stream reads the rest of its body, and waits for it, unless its connection is gone. */
static void
hang_up (NetExchange *self)
{
  g_cancellable_cancel (self->cancellable);
  net_server_close (self->server);
  g_clear_object (&self->stream);
}

/* Ends the exchange, which is freed by it. */
static void
finish_failed (NetExchange *self, const GError *cause)
{
  g_autoptr (NetVerdict) verdict
      = net_trust_dup_verdict (net_server_get_shared (self->server)->trust,
                               net_server_get_name (self->server));
  NetFailure failure = circumstances (self, verdict);
  GError *error = g_steal_pointer (&self->reason);
  guint status = soup_message_get_status (self->message);

  if (error == NULL)
    error = net_failure_translate (&failure, cause);
  hang_up (self);
  self->done (status, NULL, error, self->data);
}

static void
on_proxies_known (GObject *source, GAsyncResult *result, gpointer data)
{
  NetExchange *self = data;
  g_autoptr (GError) cause = g_steal_pointer (&self->unresolved);
  g_auto (GStrv) proxies
      = g_proxy_resolver_lookup_finish (G_PROXY_RESOLVER (source), result, NULL);

  self->proxied = proxies != NULL && proxies[0] != NULL && strcmp (proxies[0], "direct://") != 0;
  finish_failed (self, cause);
}

/* A name was not found: was it the server's, or the proxy's? */
static void
ask_for_proxies (NetExchange *self, GProxyResolver *resolver, const GError *cause)
{
  g_autofree char *uri = g_uri_to_string (soup_message_get_uri (self->message));

  self->unresolved = g_error_copy (cause);
  g_proxy_resolver_lookup_async (resolver, uri, self->cancellable, on_proxies_known, self);
}

/* Ends the exchange, which is freed by it, now or soon. */
static void
fail (NetExchange *self, const GError *cause)
{
  SoupSession *soup = net_server_get_soup (self->server);
  GProxyResolver *resolver = soup_session_get_proxy_resolver (soup);

  if (self->reason == NULL && cause->domain == G_RESOLVER_ERROR && resolver != NULL)
    ask_for_proxies (self, resolver, cause);
  else
    finish_failed (self, cause);
}

static void
succeed (NetExchange *self)
{
  guint status = soup_message_get_status (self->message);
  GBytes *answer = NULL;
  GError *error = NULL;

  if (self->body != NULL)
    answer = g_byte_array_free_to_bytes (g_steal_pointer (&self->body));
  if (answer != NULL && !SOUP_STATUS_IS_SUCCESSFUL (status))
    {
      error = net_failure_new_status (status, answer);
      g_clear_pointer (&answer, g_bytes_unref);
    }
  self->done (status, answer, error, self->data);
}

/* Ends the exchange by itself; libsoup then reports that it was cancelled. */
static void
stop (NetExchange *self, GError *reason)
{
  if (self->reason == NULL)
    self->reason = reason;
  else
    g_error_free (reason);
  g_cancellable_cancel (self->cancellable);
}

/* ---- times ---- */

static void
hear (NetExchange *self, NetPhase phase)
{
  self->phase = MAX (self->phase, phase);
  net_watch_hear (self->watch, self->phase >= NET_PHASE_SENDING);
}

static void
on_time (const char *key, gpointer data)
{
  stop (data, kt_error_new (KT_ERROR_TIMED_OUT, key, "the server did not answer in time"));
}

/* ---- connecting ---- */

static void
look_for_proxy (NetExchange *self, GIOStream *connection)
{
  g_autoptr (GSocketAddress) address = NULL;

  if (!G_IS_SOCKET_CONNECTION (connection))
    return;
  address = g_socket_connection_get_remote_address (G_SOCKET_CONNECTION (connection), NULL);
  self->proxied = G_IS_PROXY_ADDRESS (address);
}

static void
on_handshaking (NetExchange *self)
{
  /* The tunnel stands: from here on it is the server who answers. */
  self->proxied = FALSE;
  net_interaction_reset (net_server_get_interaction (self->server));
  net_trust_forget_verdict (net_server_get_shared (self->server)->trust,
                            net_server_get_name (self->server));
}

/* GIO does not let the database decide about a resumed session, nor about the version. */
static void
on_handshaked (NetExchange *self, GIOStream *connection)
{
  g_autoptr (NetVerdict) verdict
      = net_trust_dup_verdict (net_server_get_shared (self->server)->trust,
                               net_server_get_name (self->server));
  GTlsProtocolVersion version
      = g_tls_connection_get_protocol_version (G_TLS_CONNECTION (connection));
  GError *error = NULL;

  net_server_get_counters (self->server)->handshakes++;
  if (version != G_TLS_PROTOCOL_VERSION_TLS_1_2 && version != G_TLS_PROTOCOL_VERSION_TLS_1_3)
    error = kt_error_new (KT_ERROR_TLS, "tls.version",
                          "TLS: the server does not speak TLS 1.2 or 1.3");
  else if (verdict == NULL)
    error = kt_error_new (KT_ERROR_TLS, "tls.handshake", "TLS: the server showed no certificate");
  else if (!net_verdict_is_trusted (verdict))
    net_verdict_set_error (verdict, &error);
  if (error != NULL)
    stop (self, error);
}

static void
on_network_event (SoupMessage *message, GSocketClientEvent event, GIOStream *connection,
                  gpointer data)
{
  NetExchange *self = data;

  net_server_mark_held (self->server);
  switch (event)
    {
    case G_SOCKET_CLIENT_CONNECTING:
      hear (self, NET_PHASE_CONNECTING);
      look_for_proxy (self, connection);
      break;
    case G_SOCKET_CLIENT_CONNECTED:
      net_server_get_counters (self->server)->connections++;
      break;
    case G_SOCKET_CLIENT_PROXY_NEGOTIATING:
      self->proxied = TRUE;
      hear (self, NET_PHASE_PROXY);
      break;
    case G_SOCKET_CLIENT_TLS_HANDSHAKING:
      hear (self, NET_PHASE_TLS);
      on_handshaking (self);
      break;
    case G_SOCKET_CLIENT_TLS_HANDSHAKED:
      on_handshaked (self, connection);
      break;
    case G_SOCKET_CLIENT_RESOLVING:
    case G_SOCKET_CLIENT_RESOLVED:
    case G_SOCKET_CLIENT_PROXY_NEGOTIATED:
    case G_SOCKET_CLIENT_COMPLETE:
    default:
      break;
    }
}

static void
on_preconnected (GObject *source, GAsyncResult *result, gpointer data)
{
  NetExchange *self = data;
  g_autoptr (GError) local = NULL;

  if (soup_session_preconnect_finish (SOUP_SESSION (source), result, &local)
      && self->reason == NULL)
    succeed (self);
  else
    fail (self, local);
}

/* ---- reading ---- */

static void read_more (NetExchange *self);

static void
fail_with (NetExchange *self, GError *reason)
{
  if (self->reason == NULL)
    self->reason = reason;
  else
    g_error_free (reason);
  fail (self, NULL);
}

static void
on_closed (GObject *source, GAsyncResult *result, gpointer data)
{
  NetExchange *self = data;

  g_input_stream_close_finish (G_INPUT_STREAM (source), result, NULL);
  g_clear_object (&self->stream);
  succeed (self);
}

/* What is left of the body would have to be read before the connection is of use again. */
static void
cut_off (NetExchange *self)
{
  hang_up (self);
  succeed (self);
}

static void
take_bytes (NetExchange *self, GBytes *bytes)
{
  gsize len = g_bytes_get_size (bytes);
  gsize max = net_server_get_shared (self->server)->options.body_max;
  gboolean is_answer = SOUP_STATUS_IS_SUCCESSFUL (soup_message_get_status (self->message));

  hear (self, NET_PHASE_READING);
  net_server_get_counters (self->server)->bytes_down += len;
  g_byte_array_append (self->body, g_bytes_get_data (bytes, NULL), (guint) len);
  if (!is_answer && self->body->len >= ERROR_BODY_MAX)
    {
      cut_off (self);
      return;
    }
  if (self->body->len > max)
    {
      fail_with (self, kt_error_new (KT_ERROR_LIMIT, "net.limit",
                                     "the answer is larger than %zu bytes", max));
      return;
    }
  if (is_answer && self->progress != NULL)
    self->progress (self->body->len, self->total, self->data);
  read_more (self);
}

static void
on_read (GObject *source, GAsyncResult *result, gpointer data)
{
  NetExchange *self = data;
  g_autoptr (GError) local = NULL;
  g_autoptr (GBytes) bytes
      = g_input_stream_read_bytes_finish (G_INPUT_STREAM (source), result, &local);

  if (bytes == NULL)
    fail (self, local);
  else if (g_bytes_get_size (bytes) > 0)
    take_bytes (self, bytes);
  else if (!net_message_is_whole (self->message, self->body->len))
    fail_with (self, kt_error_new (KT_ERROR_CLOSED, "net.closed", "the answer is cut off"));
  else
    g_input_stream_close_async (self->stream, G_PRIORITY_DEFAULT, NULL, on_closed, self);
}

static void
read_more (NetExchange *self)
{
  g_input_stream_read_bytes_async (self->stream, CHUNK, G_PRIORITY_DEFAULT, self->cancellable,
                                   on_read, self);
}

static void
on_sent (GObject *source, GAsyncResult *result, gpointer data)
{
  NetExchange *self = data;
  g_autoptr (GError) local = NULL;
  gsize max = net_server_get_shared (self->server)->options.body_max;

  self->stream = soup_session_send_finish (SOUP_SESSION (source), result, &local);
  if (self->stream == NULL || self->reason != NULL)
    {
      fail (self, local);
      return;
    }
  if (!net_message_check_head (self->message, max, &self->total, &local))
    {
      fail_with (self, g_steal_pointer (&local));
      return;
    }
  hear (self, NET_PHASE_READING);
  self->body = g_byte_array_new ();
  read_more (self);
}

/* ---- sending ---- */

static void
on_starting (SoupMessage *message, gpointer data)
{
  hear (data, NET_PHASE_SENDING);
}

static void
on_wrote_data (SoupMessage *message, guint size, gpointer data)
{
  NetExchange *self = data;

  hear (self, NET_PHASE_SENDING);
  net_server_get_counters (self->server)->bytes_up += size;
}

NetExchange *
net_exchange_new (NetServer *server, const char *path, GBytes *body, NetProgressFunc progress,
                  NetExchangeDone done, gpointer data)
{
  NetExchange *self = g_new0 (NetExchange, 1);

  self->server = server;
  self->connect_only = path == NULL;
  self->message = net_message_new (net_server_get_name (server), path, body);
  self->cancellable = g_cancellable_new ();
  self->progress = progress;
  self->done = done;
  self->data = data;
  return self;
}

void
net_exchange_free (NetExchange *self)
{
  g_clear_pointer (&self->watch, net_watch_free);
  g_signal_handlers_disconnect_by_data (self->message, self);
  g_clear_object (&self->stream);
  g_clear_object (&self->message);
  g_clear_object (&self->cancellable);
  g_clear_error (&self->reason);
  g_clear_error (&self->unresolved);
  g_clear_pointer (&self->body, g_byte_array_unref);
  g_free (self);
}

void
net_exchange_start (NetExchange *self)
{
  SoupSession *soup = net_server_get_soup (self->server);

  self->watch
      = net_watch_new (&net_server_get_shared (self->server)->options, on_time, self);
  g_signal_connect (self->message, "network-event", G_CALLBACK (on_network_event), self);
  if (self->connect_only)
    {
      soup_session_preconnect_async (soup, self->message, G_PRIORITY_DEFAULT, self->cancellable,
                                     on_preconnected, self);
      return;
    }
  net_server_get_counters (self->server)->requests++;
  g_signal_connect (self->message, "starting", G_CALLBACK (on_starting), self);
  g_signal_connect (self->message, "wrote-body-data", G_CALLBACK (on_wrote_data), self);
  soup_session_send_async (soup, self->message, G_PRIORITY_DEFAULT, self->cancellable, on_sent,
                           self);
}

void
net_exchange_cancel (NetExchange *self)
{
  stop (self, kt_error_new (KT_ERROR_CANCELLED, "cancelled", "cancelled while asking the server"));
}
