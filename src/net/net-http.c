/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-net"

#include "net-http.h"

#include "kt-activation-code.h"
#include "kt-error.h"

G_DEFINE_ABSTRACT_TYPE (NetHttp, net_http, G_TYPE_OBJECT)

static gboolean
address_is_valid (const char *server)
{
  return kt_server_address_is_valid (server, KT_ACTIVATION_CODE_ALLOW_PORT);
}

/* Only what the interfaces use: nothing that a URI parser could read in another way. */
static gboolean
path_is_valid (const char *path)
{
  if (path == NULL || path[0] != '/')
    return FALSE;
  for (const char *p = path; *p != '\0'; p++)
    if (!g_ascii_isalnum (*p) && strchr ("/._-", *p) == NULL)
      return FALSE;
  return TRUE;
}

static void
net_http_real_nothing (NetHttp *self, const char *server)
{
}

static void
net_http_real_get_counters (NetHttp *self, const char *server, NetCounters *counters)
{
}

static void
net_http_class_init (NetHttpClass *klass)
{
  klass->prepare = net_http_real_nothing;
  klass->release = net_http_real_nothing;
  klass->get_counters = net_http_real_get_counters;
}

static void
net_http_init (NetHttp *self)
{
}

GBytes *
net_http_post (NetHttp *self, const char *server, const char *path, GBytes *body,
               NetProgressFunc progress, gpointer data, guint *status, GCancellable *cancellable,
               GError **error)
{
  guint ignored;

  g_return_val_if_fail (NET_IS_HTTP (self), NULL);
  g_return_val_if_fail (body != NULL, NULL);
  g_return_val_if_fail (path_is_valid (path), NULL);

  if (status == NULL)
    status = &ignored;
  *status = 0;
  if (!address_is_valid (server))
    {
      kt_error_set (error, KT_ERROR_INVALID_INPUT, "net.address",
                    "the server's address is not a host name");
      return NULL;
    }
  if (g_cancellable_is_cancelled (cancellable))
    {
      kt_error_set (error, KT_ERROR_CANCELLED, "cancelled", "cancelled before asking the server");
      return NULL;
    }
  return NET_HTTP_GET_CLASS (self)->post (self, server, path, body, progress, data, status,
                                          cancellable, error);
}

void
net_http_prepare (NetHttp *self, const char *server)
{
  g_return_if_fail (NET_IS_HTTP (self));

  if (address_is_valid (server))
    NET_HTTP_GET_CLASS (self)->prepare (self, server);
}

void
net_http_release (NetHttp *self, const char *server)
{
  g_return_if_fail (NET_IS_HTTP (self));

  if (address_is_valid (server))
    NET_HTTP_GET_CLASS (self)->release (self, server);
}

void
net_http_get_counters (NetHttp *self, const char *server, NetCounters *counters)
{
  g_return_if_fail (NET_IS_HTTP (self));
  g_return_if_fail (counters != NULL);

  *counters = (NetCounters) { 0 };
  NET_HTTP_GET_CLASS (self)->get_counters (self, server, counters);
}
