/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-net"

#include "net-session.h"

#include "kt-activation-code.h"
#include "net-init.h"
#include "net-job.h"
#include "net-loop.h"
#include "net-server.h"

#define CONNECT_MS 15000
#define IDLE_MS 30000
#define TOTAL_MS 120000

struct _NetSession
{
  NetHttp parent_instance;

  NetLoop *loop;
  NetServerShared shared;

  /* The table and all servers belong to the loop's thread; counters are guarded by the servers. */
  GHashTable *servers;
};

G_DEFINE_FINAL_TYPE (NetSession, net_session, NET_TYPE_HTTP)

/* What one call carries to the loop's thread. */
typedef struct
{
  NetSession *self;
  const char *server;
  NetJob *job;
  NetCounters *counters;
  GTlsCertificate *certificate;
  const char *pin;
} Call;

static char *
dup_key (const char *server)
{
  g_autofree char *lower = g_ascii_strdown (server, -1);
  guint16 port;
  g_autofree char *host = kt_server_address_split (lower, &port);

  return g_strdup_printf ("%s:%u", host, port);
}

static NetServer *
find_server (NetSession *self, const char *name, gboolean make)
{
  g_autofree char *key = dup_key (name);
  NetServer *server = g_hash_table_lookup (self->servers, key);

  if (server == NULL && make)
    {
      server = net_server_new (key, &self->shared);
      g_hash_table_insert (self->servers, g_steal_pointer (&key), server);
    }
  return server;
}

/* ---- post ---- */

static void
submit (gpointer data)
{
  Call *call = data;

  net_server_submit (find_server (call->self, call->server, TRUE), call->job);
}

static void
cancel_on_loop (gpointer data)
{
  net_job_cancel (data);
}

typedef struct
{
  NetLoop *loop;
  NetJob *job;
} Cancel;

/* May come from any thread; libsoup's objects are for the loop's alone. */
static void
on_cancelled (GCancellable *cancellable, gpointer data)
{
  Cancel *cancel = data;

  net_loop_post (cancel->loop, cancel_on_loop, net_job_ref (cancel->job),
                 (GDestroyNotify) net_job_unref);
}

static GBytes *
net_session_post (NetHttp *http, const char *server, const char *path, GBytes *body,
                  NetProgressFunc progress, gpointer data, guint *status,
                  GCancellable *cancellable, GError **error)
{
  NetSession *self = NET_SESSION (http);
  g_autoptr (NetJob) job = net_job_new (path, body);
  Call call = { .self = self, .server = server, .job = job };
  Cancel cancel = { self->loop, job };
  GBytes *answer;
  gulong handler = 0;

  g_return_val_if_fail (!net_loop_is_own_thread (self->loop), NULL);

  net_loop_call (self->loop, submit, &call);
  if (cancellable != NULL)
    handler = g_cancellable_connect (cancellable, G_CALLBACK (on_cancelled), &cancel, NULL);
  answer = net_job_wait (job, progress, data, status, error);
  g_cancellable_disconnect (cancellable, handler);
  return answer;
}

/* ---- prepare, release, counters ---- */

static void
prepare (gpointer data)
{
  Call *call = data;

  net_server_prepare (find_server (call->self, call->server, TRUE));
}

static void
net_session_prepare (NetHttp *http, const char *server)
{
  Call call = { .self = NET_SESSION (http), .server = server };

  net_loop_call (call.self->loop, prepare, &call);
}

static void
release (gpointer data)
{
  Call *call = data;
  NetServer *server = find_server (call->self, call->server, FALSE);

  if (server != NULL)
    net_server_release (server);
}

static void
net_session_release (NetHttp *http, const char *server)
{
  Call call = { .self = NET_SESSION (http), .server = server };

  net_loop_call (call.self->loop, release, &call);
}

static void
count (gpointer data)
{
  Call *call = data;
  g_autofree char *key = call->server != NULL ? dup_key (call->server) : NULL;
  GHashTableIter iter;
  gpointer name, server;

  g_hash_table_iter_init (&iter, call->self->servers);
  while (g_hash_table_iter_next (&iter, &name, &server))
    if (key == NULL || g_str_equal (name, key))
      net_server_add_counters (server, call->counters);
}

static void
net_session_get_counters (NetHttp *http, const char *server, NetCounters *counters)
{
  Call call = { .self = NET_SESSION (http), .server = server, .counters = counters };

  net_loop_call (call.self->loop, count, &call);
}

/* ---- object ---- */

static void
make_servers (gpointer data)
{
  NetSession *self = data;

  self->servers
      = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) net_server_free);
  self->shared.identity = net_identity_new ();
}

static void
close_servers (gpointer data)
{
  NetSession *self = data;
  GHashTableIter iter;
  gpointer server;

  g_hash_table_iter_init (&iter, self->servers);
  while (g_hash_table_iter_next (&iter, NULL, &server))
    net_server_shut_down (server);
  g_hash_table_unref (self->servers);
}

static void
net_session_finalize (GObject *object)
{
  NetSession *self = NET_SESSION (object);

  net_loop_call (self->loop, close_servers, self);
  net_loop_free (self->loop);
  net_identity_free (self->shared.identity);
  g_clear_object (&self->shared.trust);
  g_clear_object (&self->shared.options.proxy_resolver);
  G_OBJECT_CLASS (net_session_parent_class)->finalize (object);
}

static void
net_session_class_init (NetSessionClass *klass)
{
  NetHttpClass *http_class = NET_HTTP_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = net_session_finalize;
  http_class->post = net_session_post;
  http_class->prepare = net_session_prepare;
  http_class->release = net_session_release;
  http_class->get_counters = net_session_get_counters;
  net_init_libraries ();
}

static void
net_session_init (NetSession *self)
{
}

NetSession *
net_session_new (NetTrust *trust, const NetSessionOptions *options)
{
  NetSession *self;
  NetSessionOptions *own;

  g_return_val_if_fail (NET_IS_TRUST (trust), NULL);

  self = g_object_new (NET_TYPE_SESSION, NULL);
  self->shared.trust = g_object_ref (trust);
  own = &self->shared.options;
  if (options != NULL)
    *own = *options;
  if (own->proxy_resolver != NULL)
    g_object_ref (own->proxy_resolver);
  own->env = own->env != NULL ? own->env : kt_env_default ();
  own->connect_ms = own->connect_ms != 0 ? own->connect_ms : CONNECT_MS;
  own->idle_ms = own->idle_ms != 0 ? own->idle_ms : IDLE_MS;
  own->total_ms = own->total_ms != 0 ? own->total_ms : TOTAL_MS;
  own->body_max = own->body_max != 0 ? own->body_max : NET_BODY_MAX;
  self->loop = net_loop_new ();
  net_loop_call (self->loop, make_servers, self);
  return self;
}

NetTrust *
net_session_get_trust (NetSession *self)
{
  g_return_val_if_fail (NET_IS_SESSION (self), NULL);

  return self->shared.trust;
}

static void
set_certificate (gpointer data)
{
  Call *call = data;

  net_identity_set (call->self->shared.identity, call->certificate, call->pin);
}

void
net_session_set_client_certificate (NetSession *self, GTlsCertificate *certificate,
                                    const char *pin)
{
  Call call = { .self = self, .certificate = certificate, .pin = pin };

  g_return_if_fail (NET_IS_SESSION (self));
  g_return_if_fail (certificate == NULL || G_IS_TLS_CERTIFICATE (certificate));

  net_loop_call (self->loop, set_certificate, &call);
}

NetVerdict *
net_session_dup_verdict (NetSession *self, const char *server)
{
  g_return_val_if_fail (NET_IS_SESSION (self), NULL);

  return net_trust_dup_verdict (self->shared.trust, server);
}
