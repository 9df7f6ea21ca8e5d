/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-net"

#include "net-replayer.h"

#include <json-glib/json-glib.h>
#include <string.h>

#include "net-failure.h"
#include "net-trace.h"

struct _NetReplayer
{
  NetHttp parent_instance;

  NetReplayerFlags flags;
  GPtrArray *lines;

  GMutex lock;
  guint next;
};

G_DEFINE_FINAL_TYPE (NetReplayer, net_replayer, NET_TYPE_HTTP)

static gboolean
same_json (GBytes *one, GBytes *two)
{
  g_autoptr (JsonParser) first = json_parser_new ();
  g_autoptr (JsonParser) second = json_parser_new ();

  if (one == NULL || two == NULL)
    return one == two;
  if (g_bytes_equal (one, two))
    return TRUE;
  return json_parser_load_from_data (first, g_bytes_get_data (one, NULL),
                                     (gssize) g_bytes_get_size (one), NULL)
         && json_parser_load_from_data (second, g_bytes_get_data (two, NULL),
                                        (gssize) g_bytes_get_size (two), NULL)
         && json_parser_get_root (first) != NULL && json_parser_get_root (second) != NULL
         && json_node_equal (json_parser_get_root (first), json_parser_get_root (second));
}

static gboolean
is_recorded (NetReplayer *self, const NetTraceLine *line, const char *server, const char *path,
             GBytes *body)
{
  if (strcmp (line->path, path) != 0
      || (line->server != NULL && g_ascii_strcasecmp (line->server, server) != 0))
    return FALSE;
  return (self->flags & NET_REPLAYER_STRICT) == 0 || line->request == NULL
         || same_json (line->request, body);
}

static const NetTraceLine *
take_line (NetReplayer *self, const char *server, const char *path, GBytes *body, GError **error)
{
  const NetTraceLine *line = NULL;

  g_mutex_lock (&self->lock);
  if (self->next == self->lines->len)
    kt_error_set (error, KT_ERROR_PROTOCOL, "replay.end", "the recording has ended");
  else if (!is_recorded (self, g_ptr_array_index (self->lines, self->next), server, path, body))
    kt_error_set (error, KT_ERROR_PROTOCOL, "replay.mismatch",
                  "request %u is not the recorded one", self->next + 1);
  else
    line = g_ptr_array_index (self->lines, self->next++);
  g_mutex_unlock (&self->lock);
  return line;
}

static GBytes *
net_replayer_post (NetHttp *http, const char *server, const char *path, GBytes *body,
                   NetProgressFunc progress, gpointer data, guint *status,
                   GCancellable *cancellable, GError **error)
{
  const NetTraceLine *line = take_line (NET_REPLAYER (http), server, path, body, error);
  gsize len;

  if (line == NULL)
    return NULL;
  *status = line->status;
  if (line->failed && line->error != KT_ERROR_HTTP_STATUS)
    {
      kt_error_set (error, line->error, line->key, "as recorded: %s",
                    kt_error_code_name (line->error));
      return NULL;
    }
  if (line->status < 200 || line->status > 299)
    {
      g_propagate_error (error, net_failure_new_status (line->status, line->response));
      return NULL;
    }
  len = line->response != NULL ? g_bytes_get_size (line->response) : 0;
  if (progress != NULL && len > 0)
    progress (len, len, data);
  return line->response != NULL ? g_bytes_ref (line->response) : g_bytes_new (NULL, 0);
}

static void
net_replayer_finalize (GObject *object)
{
  NetReplayer *self = NET_REPLAYER (object);

  g_ptr_array_unref (self->lines);
  g_mutex_clear (&self->lock);
  G_OBJECT_CLASS (net_replayer_parent_class)->finalize (object);
}

static void
net_replayer_class_init (NetReplayerClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = net_replayer_finalize;
  NET_HTTP_CLASS (klass)->post = net_replayer_post;
}

static void
net_replayer_init (NetReplayer *self)
{
  g_mutex_init (&self->lock);
  self->lines = g_ptr_array_new_with_free_func ((GDestroyNotify) net_trace_line_free);
}

NetReplayer *
net_replayer_new (GBytes *recording, NetReplayerFlags flags, GError **error)
{
  g_autoptr (NetReplayer) self = NULL;
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;

  g_return_val_if_fail (recording != NULL, NULL);

  self = g_object_new (NET_TYPE_REPLAYER, NULL);
  self->flags = flags;
  text = g_strndup (g_bytes_get_data (recording, NULL), g_bytes_get_size (recording));
  lines = g_strsplit (text, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    if (*g_strstrip (lines[i]) != '\0')
      {
        NetTraceLine *line = net_trace_parse (lines[i], error);

        if (line == NULL)
          return NULL;
        g_ptr_array_add (self->lines, line);
      }
  if (self->lines->len == 0)
    {
      kt_error_set (error, KT_ERROR_INVALID_INPUT, "replay.empty", "the recording is empty");
      return NULL;
    }
  return g_steal_pointer (&self);
}

guint
net_replayer_get_left (NetReplayer *self)
{
  guint left;

  g_return_val_if_fail (NET_IS_REPLAYER (self), 0);

  g_mutex_lock (&self->lock);
  left = self->lines->len - self->next;
  g_mutex_unlock (&self->lock);
  return left;
}
