/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-test"

#include "net-test-http.h"

#include <string.h>

#include "kt-error.h"

struct _NetTestHttp
{
  NetHttp parent_instance;

  guint requests;
  guint prepared;
  guint released;
  GError *error;
};

G_DEFINE_FINAL_TYPE (NetTestHttp, net_test_http, NET_TYPE_HTTP)

static GBytes *
net_test_http_post (NetHttp *http, const char *server, const char *path, GBytes *body,
                    NetProgressFunc progress, gpointer data, guint *status,
                    GCancellable *cancellable, GError **error)
{
  NetTestHttp *self = NET_TEST_HTTP (http);
  char *text;

  self->requests++;
  if (self->error != NULL)
    {
      KtErrorDetail *detail = kt_error_detail (self->error);

      *status = detail != NULL ? detail->http_status : 0;
      g_propagate_error (error, g_steal_pointer (&self->error));
      return NULL;
    }
  *status = 200;
  text = g_strdup_printf ("{\"n\":%u,\"secret\":\"abcd\"}", self->requests);
  if (progress != NULL)
    progress (strlen (text), strlen (text), data);
  return g_bytes_new_take (text, strlen (text));
}

static void
net_test_http_prepare (NetHttp *http, const char *server)
{
  NET_TEST_HTTP (http)->prepared++;
}

static void
net_test_http_release (NetHttp *http, const char *server)
{
  NET_TEST_HTTP (http)->released++;
}

static void
net_test_http_get_counters (NetHttp *http, const char *server, NetCounters *counters)
{
  counters->requests = NET_TEST_HTTP (http)->requests;
}

static void
net_test_http_finalize (GObject *object)
{
  g_clear_error (&NET_TEST_HTTP (object)->error);
  G_OBJECT_CLASS (net_test_http_parent_class)->finalize (object);
}

static void
net_test_http_class_init (NetTestHttpClass *klass)
{
  NetHttpClass *http_class = NET_HTTP_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = net_test_http_finalize;
  http_class->post = net_test_http_post;
  http_class->prepare = net_test_http_prepare;
  http_class->release = net_test_http_release;
  http_class->get_counters = net_test_http_get_counters;
}

static void
net_test_http_init (NetTestHttp *self)
{
}

NetTestHttp *
net_test_http_new (void)
{
  return g_object_new (NET_TYPE_TEST_HTTP, NULL);
}

guint
net_test_http_get_requests (NetTestHttp *self)
{
  return self->requests;
}

guint
net_test_http_get_prepared (NetTestHttp *self)
{
  return self->prepared;
}

guint
net_test_http_get_released (NetTestHttp *self)
{
  return self->released;
}

void
net_test_http_fail (NetTestHttp *self, GError *error)
{
  self->error = error;
}
