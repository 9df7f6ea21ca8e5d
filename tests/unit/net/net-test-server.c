/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-test"

#include "net-test-server.h"

#include <string.h>

struct _NetTestServer
{
  GSocketListener *listener;
  guint16 port;
  GTlsCertificate *certificate;
  NetTestHandler handler;
  NetTestRaw raw;
  gpointer data;
  gboolean demand;
  gboolean accept;
  GCancellable *stop;
  GThread *thread;
  GMutex lock;
  GPtrArray *threads;
  guint connections;
  guint requests;
  guint open;
};

typedef struct
{
  NetTestServer *server;
  GSocketConnection *connection;
  guint number;
} Accepted;

gboolean
net_test_write (GOutputStream *out, const char *text)
{
  return g_output_stream_write_all (out, text, strlen (text), NULL, NULL, NULL)
         && g_output_stream_flush (out, NULL, NULL);
}

gboolean
net_test_answer (GOutputStream *out, const char *body)
{
  g_autofree char *text
      = g_strdup_printf ("HTTP/1.1 200 OK\r\nContent-Type: application/json;charset=UTF-8\r\n"
                         "Content-Length: %zu\r\n\r\n%s",
                         strlen (body), body);

  return net_test_write (out, text);
}

gboolean
net_test_answer_json (const NetTestRequest *request, GOutputStream *out, gpointer data)
{
  return net_test_answer (out, "{\"n\":1}");
}

static gboolean
on_accept_certificate (GTlsConnection *connection, GTlsCertificate *certificate,
                       GTlsCertificateFlags errors, gpointer data)
{
  NetTestServer *self = data;

  return self->accept;
}

static GIOStream *
secure (NetTestServer *self, GSocketConnection *connection)
{
  GIOStream *tls = g_tls_server_connection_new (G_IO_STREAM (connection), self->certificate, NULL);

  g_assert_nonnull (tls);
  if (self->demand)
    {
      g_object_set (tls, "authentication-mode", G_TLS_AUTHENTICATION_REQUIRED, NULL);
      g_signal_connect (tls, "accept-certificate", G_CALLBACK (on_accept_certificate), self);
    }
  if (g_tls_connection_handshake (G_TLS_CONNECTION (tls), self->stop, NULL))
    return tls;
  g_io_stream_close (tls, NULL, NULL);
  g_object_unref (tls);
  return NULL;
}

static void
request_clear (NetTestRequest *request)
{
  g_free (request->path);
  g_free (request->head);
  g_clear_pointer (&request->body, g_bytes_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (NetTestRequest, request_clear)

static gboolean
read_request (NetTestServer *self, GDataInputStream *in, NetTestRequest *request)
{
  g_autoptr (GString) head = g_string_new (NULL);
  g_auto (GStrv) words = NULL;
  gsize length = 0;
  g_autofree guint8 *body = NULL;

  for (;;)
    {
      g_autofree char *line = g_data_input_stream_read_line (in, NULL, self->stop, NULL);

      if (line == NULL)
        return FALSE;
      if (*line == '\0')
        break;
      g_string_append_printf (head, "%s\n", line);
      if (g_ascii_strncasecmp (line, "Content-Length:", 15) == 0)
        length = g_ascii_strtoull (line + 15, NULL, 10);
    }
  words = g_strsplit (head->str, " ", 3);
  request->path = g_strdup (words[0] != NULL ? words[1] : NULL);
  request->head = g_strdup (head->str);
  body = g_malloc (length + 1);
  if (!g_input_stream_read_all (G_INPUT_STREAM (in), body, length, NULL, self->stop, NULL))
    return FALSE;
  request->body = g_bytes_new (body, length);
  return TRUE;
}

static gboolean
serve_one (NetTestServer *self, GDataInputStream *in, GOutputStream *out, guint number)
{
  g_auto (NetTestRequest) request = { .connection = number };

  if (!read_request (self, in, &request))
    return FALSE;
  g_mutex_lock (&self->lock);
  self->requests++;
  g_mutex_unlock (&self->lock);
  return self->handler (&request, out, self->data);
}

static void
serve_https (NetTestServer *self, GSocketConnection *connection, guint number)
{
  g_autoptr (GIOStream) tls = secure (self, connection);
  g_autoptr (GDataInputStream) in = NULL;

  if (tls == NULL)
    return;
  in = g_data_input_stream_new (g_io_stream_get_input_stream (tls));
  g_data_input_stream_set_newline_type (in, G_DATA_STREAM_NEWLINE_TYPE_CR_LF);
  while (serve_one (self, in, g_io_stream_get_output_stream (tls), number))
    ;
  g_io_stream_close (tls, NULL, NULL);
}

static gpointer
run_connection (gpointer data)
{
  g_autofree Accepted *accepted = data;
  NetTestServer *self = accepted->server;

  if (self->raw != NULL)
    self->raw (accepted->connection, self->stop, self->data);
  else
    serve_https (self, accepted->connection, accepted->number);
  g_io_stream_close (G_IO_STREAM (accepted->connection), NULL, NULL);
  g_object_unref (accepted->connection);
  g_mutex_lock (&self->lock);
  self->open--;
  g_mutex_unlock (&self->lock);
  return NULL;
}

static gpointer
run_listener (gpointer data)
{
  NetTestServer *self = data;

  for (;;)
    {
      GSocketConnection *connection
          = g_socket_listener_accept (self->listener, NULL, self->stop, NULL);
      Accepted *accepted;

      if (connection == NULL)
        return NULL;
      g_socket_set_option (g_socket_connection_get_socket (connection), 6 /* IPPROTO_TCP */,
                           1 /* TCP_NODELAY */, 1, NULL);
      accepted = g_new (Accepted, 1);
      g_mutex_lock (&self->lock);
      *accepted = (Accepted) { self, connection, ++self->connections };
      self->open++;
      g_ptr_array_add (self->threads, g_thread_new ("connection", run_connection, accepted));
      g_mutex_unlock (&self->lock);
    }
}

static NetTestServer *
start (NetTestServer *self)
{
  g_autoptr (GInetAddress) loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GSocketAddress) address = g_inet_socket_address_new (loopback, 0);
  g_autoptr (GSocketAddress) effective = NULL;

  g_mutex_init (&self->lock);
  self->threads = g_ptr_array_new ();
  self->stop = g_cancellable_new ();
  self->listener = g_socket_listener_new ();
  g_assert_true (g_socket_listener_add_address (self->listener, address, G_SOCKET_TYPE_STREAM,
                                                G_SOCKET_PROTOCOL_TCP, NULL, &effective, NULL));
  self->port = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (effective));
  self->thread = g_thread_new ("listener", run_listener, self);
  return self;
}

NetTestServer *
net_test_server_new (GTlsCertificate *certificate, NetTestHandler handler, gpointer data)
{
  NetTestServer *self = g_new0 (NetTestServer, 1);

  self->certificate = g_object_ref (certificate);
  self->handler = handler;
  self->data = data;
  return start (self);
}

NetTestServer *
net_test_server_new_raw (NetTestRaw raw, gpointer data)
{
  NetTestServer *self = g_new0 (NetTestServer, 1);

  self->raw = raw;
  self->data = data;
  return start (self);
}

void
net_test_server_demand_certificate (NetTestServer *self, gboolean accept)
{
  self->demand = TRUE;
  self->accept = accept;
}

void
net_test_server_free (NetTestServer *self)
{
  g_cancellable_cancel (self->stop);
  g_thread_join (self->thread);
  for (guint i = 0; i < self->threads->len; i++)
    g_thread_join (g_ptr_array_index (self->threads, i));
  g_ptr_array_unref (self->threads);
  g_socket_listener_close (self->listener);
  g_object_unref (self->listener);
  g_object_unref (self->stop);
  g_clear_object (&self->certificate);
  g_mutex_clear (&self->lock);
  g_free (self);
}

guint16
net_test_server_get_port (NetTestServer *self)
{
  return self->port;
}

char *
net_test_server_dup_address (NetTestServer *self, const char *host)
{
  return g_strdup_printf ("%s:%u", host, self->port);
}

static guint
read_counter (NetTestServer *self, const guint *counter)
{
  guint value;

  g_mutex_lock (&self->lock);
  value = *counter;
  g_mutex_unlock (&self->lock);
  return value;
}

guint
net_test_server_get_connections (NetTestServer *self)
{
  return read_counter (self, &self->connections);
}

guint
net_test_server_get_requests (NetTestServer *self)
{
  return read_counter (self, &self->requests);
}

guint
net_test_server_get_open (NetTestServer *self)
{
  return read_counter (self, &self->open);
}

GCancellable *
net_test_server_get_stop (NetTestServer *self)
{
  return self->stop;
}
