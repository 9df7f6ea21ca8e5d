/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "bench-relay.h"

#include <gio/gio.h>
#include <netinet/in.h>
#include <netinet/tcp.h>

struct _BenchRelay
{
  guint16 target_port;
  gint64 rtt_usec;
  GSocketListener *listener;
  GCancellable *stop;
  GThread *thread;
  guint16 port;
  gint connections;
};

/* One direction: a thread reads, another writes what it has read once it is old enough. */
typedef struct
{
  GInputStream *in;
  GOutputStream *out;
  GAsyncQueue *chunks;
  gint64 delay;
} Line;

typedef struct
{
  gint64 due;
  GBytes *bytes;
} Chunk;

static gpointer
write_line (gpointer data)
{
  Line *line = data;

  for (;;)
    {
      Chunk *chunk = g_async_queue_pop (line->chunks);
      gint64 wait = chunk->due - g_get_monotonic_time ();
      gboolean end = g_bytes_get_size (chunk->bytes) == 0;

      if (wait > 0)
        g_usleep ((gulong) wait);
      if (!end)
        end = g_output_stream_write_all (line->out, g_bytes_get_data (chunk->bytes, NULL),
                                         g_bytes_get_size (chunk->bytes), NULL, NULL, NULL)
              == FALSE;
      g_bytes_unref (chunk->bytes);
      g_free (chunk);
      if (end)
        break;
    }
  return NULL;
}

static gpointer
read_line (gpointer data)
{
  Line *line = data;
  GThread *writer = g_thread_new ("bench-write", write_line, line);
  gssize got;

  do
    {
      guint8 buffer[16384];
      Chunk *chunk = g_new0 (Chunk, 1);

      got = g_input_stream_read (line->in, buffer, sizeof buffer, NULL, NULL);
      chunk->due = g_get_monotonic_time () + line->delay;
      chunk->bytes = g_bytes_new (buffer, got > 0 ? (gsize) got : 0);
      g_async_queue_push (line->chunks, chunk);
    }
  while (got > 0);
  g_thread_join (writer);
  return NULL;
}

static void
no_delay (GSocketConnection *connection)
{
  g_socket_set_option (g_socket_connection_get_socket (connection), IPPROTO_TCP, TCP_NODELAY, 1,
                       NULL);
}

typedef struct
{
  BenchRelay *relay;
  GSocketConnection *near_end;
} Accepted;

static gpointer
carry (gpointer data)
{
  g_autofree Accepted *accepted = data;
  BenchRelay *relay = accepted->relay;
  g_autoptr (GSocketConnection) near_end = accepted->near_end;
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GSocketConnection) far_end
      = g_socket_client_connect_to_host (client, "127.0.0.1", relay->target_port, NULL, NULL);
  Line lines[2];
  GThread *threads[2];

  if (far_end == NULL)
    return NULL;
  g_atomic_int_inc (&relay->connections);
  no_delay (near_end);
  no_delay (far_end);
  /* the kernel has answered the handshake at once; a far one would have taken this long */
  g_usleep ((gulong) relay->rtt_usec);
  for (guint i = 0; i < 2; i++)
    {
      GIOStream *from = G_IO_STREAM (i == 0 ? near_end : far_end);
      GIOStream *to = G_IO_STREAM (i == 0 ? far_end : near_end);

      lines[i].in = g_io_stream_get_input_stream (from);
      lines[i].out = g_io_stream_get_output_stream (to);
      lines[i].chunks = g_async_queue_new ();
      lines[i].delay = relay->rtt_usec / 2;
      threads[i] = g_thread_new ("bench-read", read_line, &lines[i]);
    }
  /* When the client closes, the server side is closed too, and its reader ends. */
  g_thread_join (threads[0]);
  g_socket_shutdown (g_socket_connection_get_socket (far_end), TRUE, TRUE, NULL);
  g_thread_join (threads[1]);
  for (guint i = 0; i < 2; i++)
    g_async_queue_unref (lines[i].chunks);
  return NULL;
}

/* A listener of its own thread: the thread that measures blocks and turns no main loop. */
static gpointer
accept_all (gpointer data)
{
  BenchRelay *relay = data;

  for (;;)
    {
      Accepted *accepted = g_new0 (Accepted, 1);

      accepted->relay = relay;
      accepted->near_end = g_socket_listener_accept (relay->listener, NULL, relay->stop, NULL);
      if (accepted->near_end == NULL)
        {
          g_free (accepted);
          return NULL;
        }
      g_thread_unref (g_thread_new ("bench-carry", carry, accepted));
    }
}

BenchRelay *
bench_relay_new (guint16 target_port, guint rtt_ms)
{
  BenchRelay *relay = g_new0 (BenchRelay, 1);

  relay->target_port = target_port;
  relay->rtt_usec = (gint64) rtt_ms * 1000;
  relay->listener = g_socket_listener_new ();
  relay->stop = g_cancellable_new ();
  relay->port = g_socket_listener_add_any_inet_port (relay->listener, NULL, NULL);
  g_assert_cmpuint (relay->port, !=, 0);
  relay->thread = g_thread_new ("bench-accept", accept_all, relay);
  return relay;
}

void
bench_relay_free (BenchRelay *relay)
{
  if (relay == NULL)
    return;
  g_cancellable_cancel (relay->stop);
  g_thread_join (relay->thread);
  g_socket_listener_close (relay->listener);
  g_object_unref (relay->listener);
  g_object_unref (relay->stop);
  g_free (relay);
}

guint16
bench_relay_get_port (BenchRelay *relay)
{
  return relay->port;
}

guint
bench_relay_get_connections (BenchRelay *relay)
{
  return (guint) g_atomic_int_get (&relay->connections);
}
