/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-net"

#include "net-wrapper.h"

typedef struct
{
  NetHttp *inner;
} NetWrapperPrivate;

G_DEFINE_ABSTRACT_TYPE_WITH_PRIVATE (NetWrapper, net_wrapper, NET_TYPE_HTTP)

static NetHttp *
inner_of (NetHttp *http)
{
  return net_wrapper_get_inner (NET_WRAPPER (http));
}

static GBytes *
net_wrapper_post (NetHttp *http, const char *server, const char *path, GBytes *body,
                  NetProgressFunc progress, gpointer data, guint *status,
                  GCancellable *cancellable, GError **error)
{
  return net_http_post (inner_of (http), server, path, body, progress, data, status, cancellable,
                        error);
}

static void
net_wrapper_prepare (NetHttp *http, const char *server)
{
  net_http_prepare (inner_of (http), server);
}

static void
net_wrapper_release (NetHttp *http, const char *server)
{
  net_http_release (inner_of (http), server);
}

static void
net_wrapper_get_counters (NetHttp *http, const char *server, NetCounters *counters)
{
  net_http_get_counters (inner_of (http), server, counters);
}

static void
net_wrapper_finalize (GObject *object)
{
  NetWrapperPrivate *priv = net_wrapper_get_instance_private (NET_WRAPPER (object));

  g_clear_object (&priv->inner);
  G_OBJECT_CLASS (net_wrapper_parent_class)->finalize (object);
}

static void
net_wrapper_class_init (NetWrapperClass *klass)
{
  NetHttpClass *http_class = NET_HTTP_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = net_wrapper_finalize;
  http_class->post = net_wrapper_post;
  http_class->prepare = net_wrapper_prepare;
  http_class->release = net_wrapper_release;
  http_class->get_counters = net_wrapper_get_counters;
}

static void
net_wrapper_init (NetWrapper *self)
{
}

void
net_wrapper_set_inner (NetWrapper *self, NetHttp *inner)
{
  NetWrapperPrivate *priv = net_wrapper_get_instance_private (self);

  g_return_if_fail (NET_IS_HTTP (inner) && priv->inner == NULL);

  priv->inner = g_object_ref (inner);
}

NetHttp *
net_wrapper_get_inner (NetWrapper *self)
{
  NetWrapperPrivate *priv = net_wrapper_get_instance_private (self);

  return priv->inner;
}
