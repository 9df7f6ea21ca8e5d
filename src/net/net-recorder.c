/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-net"

#include "net-recorder.h"

#include <string.h>

#include "net-trace.h"

struct _NetRecorder
{
  NetWrapper parent_instance;

  GMutex lock;
  GOutputStream *out;
  NetRecorderFlags flags;
  const KtEnv *env;
  gint64 begun;
  guint n;
  gboolean failed;
};

G_DEFINE_FINAL_TYPE (NetRecorder, net_recorder, NET_TYPE_WRAPPER)

/* With the lock held. */
static void
write_line (NetRecorder *self, const NetTraceLine *line)
{
  g_autofree char *text = net_trace_format (line, (self->flags & NET_RECORDER_FULL) != 0);
  g_autofree char *whole = g_strconcat (text, "\n", NULL);

  if (self->failed)
    return;
  self->failed
      = !g_output_stream_write_all (self->out, whole, strlen (whole), NULL, NULL, NULL)
        || !g_output_stream_flush (self->out, NULL, NULL);
  if (self->failed)
    g_debug ("recording ends: it cannot be written");
}

static void
record (NetRecorder *self, NetTraceLine *line, gint64 begun, const GError *error)
{
  g_mutex_lock (&self->lock);
  line->n = ++self->n;
  line->at_usec = begun - self->begun;
  line->took_usec = kt_env_ticks (self->env) - begun;
  line->failed = error != NULL;
  if (error != NULL)
    {
      line->error = error->domain == KT_ERROR ? (KtErrorCode) error->code : KT_ERROR_INTERNAL;
      line->key = kt_error_key (error);
    }
  write_line (self, line);
  g_mutex_unlock (&self->lock);
}

static GBytes *
net_recorder_post (NetHttp *http, const char *server, const char *path, GBytes *body,
                   NetProgressFunc progress, gpointer data, guint *status,
                   GCancellable *cancellable, GError **error)
{
  NetRecorder *self = NET_RECORDER (http);
  g_autoptr (NetTraceLine) line = g_new0 (NetTraceLine, 1);
  g_autoptr (GError) local = NULL;
  g_autoptr (GBytes) answer = NULL;
  gint64 begun = kt_env_ticks (self->env);

  answer = net_http_post (net_wrapper_get_inner (NET_WRAPPER (self)), server, path, body, progress,
                          data, status, cancellable, &local);
  line->server = g_strdup (server);
  line->path = g_strdup (path);
  line->request = g_bytes_ref (body);
  line->response = answer != NULL ? g_bytes_ref (answer) : NULL;
  line->status = *status;
  record (self, line, begun, local);
  if (local != NULL)
    g_propagate_error (error, g_steal_pointer (&local));
  return g_steal_pointer (&answer);
}

static void
net_recorder_finalize (GObject *object)
{
  NetRecorder *self = NET_RECORDER (object);

  g_clear_object (&self->out);
  g_mutex_clear (&self->lock);
  G_OBJECT_CLASS (net_recorder_parent_class)->finalize (object);
}

static void
net_recorder_class_init (NetRecorderClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = net_recorder_finalize;
  NET_HTTP_CLASS (klass)->post = net_recorder_post;
}

static void
net_recorder_init (NetRecorder *self)
{
  g_mutex_init (&self->lock);
}

NetRecorder *
net_recorder_new (NetHttp *inner, GOutputStream *out, NetRecorderFlags flags, const KtEnv *env)
{
  NetRecorder *self;

  g_return_val_if_fail (NET_IS_HTTP (inner), NULL);
  g_return_val_if_fail (G_IS_OUTPUT_STREAM (out), NULL);
  g_return_val_if_fail (env != NULL, NULL);

  self = g_object_new (NET_TYPE_RECORDER, NULL);
  net_wrapper_set_inner (NET_WRAPPER (self), inner);
  self->out = g_object_ref (out);
  self->flags = flags;
  self->env = env;
  self->begun = kt_env_ticks (env);
  return self;
}

gboolean
net_recorder_has_failed (NetRecorder *self)
{
  gboolean failed;

  g_return_val_if_fail (NET_IS_RECORDER (self), FALSE);

  g_mutex_lock (&self->lock);
  failed = self->failed;
  g_mutex_unlock (&self->lock);
  return failed;
}
