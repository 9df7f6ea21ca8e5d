/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-net"

#include "net-server.h"

#include "kt-error.h"
#include "net-job.h"

struct _NetServer
{
  char *name;
  const NetServerShared *shared;
  SoupSession *soup;
  NetInteraction *interaction;

  GQueue waiting;
  NetJob *current;
  gboolean release_wanted;

  /* under which trust and identity the connection was made */
  guint trust_generation;
  guint identity_generation;

  NetCounters counters;
  gint64 held_since;
};

static SoupSession *
make_soup (NetServer *self)
{
  const NetSessionOptions *options = &self->shared->options;
  /* Times are watched by the jobs, which know what is being waited for. */
  SoupSession *soup = soup_session_new_with_options (
      "max-conns", 1, "max-conns-per-host", 1, "timeout", 0, "user-agent", "gsma-rsp-lpad",
      "tls-database", self->shared->trust, "tls-interaction", self->interaction, NULL);

  if (options->proxy_resolver != NULL)
    soup_session_set_proxy_resolver (soup, options->proxy_resolver);
  soup_session_remove_feature_by_type (soup, SOUP_TYPE_CONTENT_DECODER);
  return soup;
}

NetServer *
net_server_new (const char *name, const NetServerShared *shared)
{
  NetServer *self = g_new0 (NetServer, 1);

  self->name = g_strdup (name);
  self->shared = shared;
  self->interaction = net_interaction_new (shared->identity);
  self->soup = make_soup (self);
  g_queue_init (&self->waiting);
  return self;
}

void
net_server_free (NetServer *self)
{
  g_assert (self->current == NULL && g_queue_is_empty (&self->waiting));

  g_object_unref (self->soup);
  g_object_unref (self->interaction);
  g_free (self->name);
  g_free (self);
}

void
net_server_close (NetServer *self)
{
  soup_session_abort (self->soup);
  if (self->held_since != 0)
    self->counters.held_usec += kt_env_ticks (self->shared->options.env) - self->held_since;
  self->held_since = 0;
}

void
net_server_shut_down (NetServer *self)
{
  while (self->current != NULL)
    {
      net_job_cancel (self->current);
      g_main_context_iteration (g_main_context_get_thread_default (), TRUE);
    }
  net_server_close (self);
}

void
net_server_mark_held (NetServer *self)
{
  if (self->held_since == 0)
    self->held_since = kt_env_ticks (self->shared->options.env);
}

/* A connection that was made for another chip, or as somebody else, says nothing now. */
static void
drop_stale (NetServer *self)
{
  guint trust = net_trust_get_generation (self->shared->trust);
  guint identity = net_identity_get_generation (self->shared->identity);

  if (trust != self->trust_generation || identity != self->identity_generation)
    net_server_close (self);
  self->trust_generation = trust;
  self->identity_generation = identity;
}

static void
run_next (NetServer *self)
{
  if (self->current != NULL)
    return;
  if (self->release_wanted)
    {
      self->release_wanted = FALSE;
      net_server_close (self);
    }
  self->current = g_queue_pop_head (&self->waiting);
  if (self->current == NULL)
    return;
  drop_stale (self);
  net_job_run (self->current, self);
}

void
net_server_submit (NetServer *self, NetJob *job)
{
  net_job_set_server (job, self);
  g_queue_push_tail (&self->waiting, net_job_ref (job));
  run_next (self);
}

void
net_server_prepare (NetServer *self)
{
  g_autoptr (NetJob) job = NULL;

  if (self->current != NULL)
    return;
  job = net_job_new (NULL, NULL);
  net_server_submit (self, job);
}

void
net_server_release (NetServer *self)
{
  if (self->current == NULL)
    net_server_close (self);
  else if (net_job_is_request (self->current) || !g_queue_is_empty (&self->waiting))
    self->release_wanted = TRUE;
  else
    net_server_shut_down (self);
}

gboolean
net_server_remove (NetServer *self, NetJob *job)
{
  if (!g_queue_remove (&self->waiting, job))
    return FALSE;
  net_job_unref (job);
  return TRUE;
}

void
net_server_job_done (NetServer *self, NetJob *job, const GError *error)
{
  g_autoptr (NetJob) done = g_steal_pointer (&self->current);
  g_autoptr (NetJob) heir = NULL;

  g_assert (done == job);

  /* It was this attempt that the waiting request relied on: it need not fail a second time. */
  if (error != NULL && !net_job_is_request (done)
      && !g_error_matches (error, KT_ERROR, KT_ERROR_CANCELLED))
    heir = g_queue_pop_head (&self->waiting);
  if (heir != NULL)
    net_job_fail (heir, g_error_copy (error));
  run_next (self);
}

void
net_server_add_counters (NetServer *self, NetCounters *counters)
{
  counters->requests += self->counters.requests;
  counters->connections += self->counters.connections;
  counters->handshakes += self->counters.handshakes;
  counters->bytes_up += self->counters.bytes_up;
  counters->bytes_down += self->counters.bytes_down;
  counters->held_usec += self->counters.held_usec;
  if (self->held_since != 0)
    counters->held_usec += kt_env_ticks (self->shared->options.env) - self->held_since;
}

const char *
net_server_get_name (NetServer *self)
{
  return self->name;
}

const NetServerShared *
net_server_get_shared (NetServer *self)
{
  return self->shared;
}

SoupSession *
net_server_get_soup (NetServer *self)
{
  return self->soup;
}

NetInteraction *
net_server_get_interaction (NetServer *self)
{
  return self->interaction;
}

NetCounters *
net_server_get_counters (NetServer *self)
{
  return &self->counters;
}
