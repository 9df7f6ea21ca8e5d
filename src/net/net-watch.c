/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-net"

#include "net-watch.h"

/* Times are of the monotonic clock, in microseconds, as GSource has them. */
struct _NetWatch
{
  GSource *source;
  NetWatchFunc func;
  gpointer data;
  gint64 connect_by;
  gint64 end_by;
  gint64 idle;
  gint64 heard;
  gboolean connected;
};

static gint64
to_usec (guint ms)
{
  return ms * (gint64) 1000;
}

static void
arm (NetWatch *self)
{
  gint64 step = self->connected ? self->heard + self->idle : self->connect_by;

  g_source_set_ready_time (self->source, MIN (self->end_by, step));
}

static gboolean
on_time (gpointer data)
{
  NetWatch *self = data;
  const char *key = self->connected ? "net.timeout-idle" : "net.timeout-connect";

  g_source_set_ready_time (self->source, -1);
  if (g_get_monotonic_time () >= self->end_by)
    key = "net.timeout-total";
  self->func (key, self->data);
  return G_SOURCE_CONTINUE;
}

static gboolean
dispatch (GSource *source, GSourceFunc callback, gpointer data)
{
  return callback (data);
}

NetWatch *
net_watch_new (const NetSessionOptions *options, NetWatchFunc func, gpointer data)
{
  static GSourceFuncs funcs = { NULL, NULL, dispatch, NULL };
  NetWatch *self = g_new0 (NetWatch, 1);

  self->func = func;
  self->data = data;
  self->heard = g_get_monotonic_time ();
  self->connect_by = self->heard + to_usec (options->connect_ms);
  self->end_by = self->heard + to_usec (options->total_ms);
  self->idle = to_usec (options->idle_ms);
  self->source = g_source_new (&funcs, sizeof (GSource));
  g_source_set_callback (self->source, on_time, self, NULL);
  arm (self);
  g_source_attach (self->source, g_main_context_get_thread_default ());
  return self;
}

void
net_watch_free (NetWatch *self)
{
  if (self == NULL)
    return;
  g_source_destroy (self->source);
  g_source_unref (self->source);
  g_free (self);
}

void
net_watch_hear (NetWatch *self, gboolean connected)
{
  self->heard = g_get_monotonic_time ();
  self->connected = self->connected || connected;
  arm (self);
}
