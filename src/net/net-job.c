/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-net"

#include "net-job.h"

#include "kt-error.h"
#include "net-exchange.h"

struct _NetJob
{
  gatomicrefcount refs;
  char *path;
  GBytes *body;

  /* on the session's thread */
  NetServer *server;
  NetExchange *exchange;

  /* between the threads */
  GMutex lock;
  GCond cond;
  gsize done;
  gsize total;
  gboolean finished;
  guint status;
  GBytes *answer;
  GError *error;
};

NetJob *
net_job_new (const char *path, GBytes *body)
{
  NetJob *self = g_new0 (NetJob, 1);

  g_atomic_ref_count_init (&self->refs);
  g_mutex_init (&self->lock);
  g_cond_init (&self->cond);
  self->path = g_strdup (path);
  self->body = body != NULL ? g_bytes_ref (body) : NULL;
  return self;
}

NetJob *
net_job_ref (NetJob *self)
{
  g_atomic_ref_count_inc (&self->refs);
  return self;
}

void
net_job_unref (NetJob *self)
{
  if (self == NULL || !g_atomic_ref_count_dec (&self->refs))
    return;
  g_assert (self->exchange == NULL);
  g_free (self->path);
  g_clear_pointer (&self->body, g_bytes_unref);
  g_clear_pointer (&self->answer, g_bytes_unref);
  g_clear_error (&self->error);
  g_cond_clear (&self->cond);
  g_mutex_clear (&self->lock);
  g_free (self);
}

gboolean
net_job_is_request (NetJob *self)
{
  return self->path != NULL;
}

GBytes *
net_job_wait (NetJob *self, NetProgressFunc progress, gpointer data, guint *status, GError **error)
{
  gsize told = 0;

  g_mutex_lock (&self->lock);
  while (!self->finished || (progress != NULL && self->answer != NULL && self->done > told))
    {
      if (progress != NULL && self->done > told)
        {
          gsize total = self->total;

          told = self->done;
          g_mutex_unlock (&self->lock);
          progress (told, total, data);
          g_mutex_lock (&self->lock);
        }
      else
        g_cond_wait (&self->cond, &self->lock);
    }
  g_mutex_unlock (&self->lock);
  *status = self->status;
  if (self->error != NULL)
    g_propagate_error (error, g_steal_pointer (&self->error));
  return g_steal_pointer (&self->answer);
}

/* ---- on the session's thread ---- */

static void
on_progress (gsize done, gsize total, gpointer data)
{
  NetJob *self = data;

  g_mutex_lock (&self->lock);
  self->done = done;
  self->total = total;
  g_cond_signal (&self->cond);
  g_mutex_unlock (&self->lock);
}

static void
finish (NetJob *self, guint status, GBytes *answer, GError *error)
{
  g_mutex_lock (&self->lock);
  self->status = status;
  self->answer = answer;
  self->error = error;
  self->finished = TRUE;
  g_cond_signal (&self->cond);
  g_mutex_unlock (&self->lock);
}

static void
on_exchange_done (guint status, GBytes *answer, GError *error, gpointer data)
{
  g_autoptr (NetJob) self = net_job_ref (data);
  g_autoptr (GError) copy = error != NULL ? g_error_copy (error) : NULL;

  g_clear_pointer (&self->exchange, net_exchange_free);
  finish (self, status, answer, error);
  net_server_job_done (self->server, self, copy);
}

void
net_job_set_server (NetJob *self, NetServer *server)
{
  self->server = server;
}

void
net_job_run (NetJob *self, NetServer *server)
{
  self->exchange
      = net_exchange_new (server, self->path, self->body, on_progress, on_exchange_done, self);
  net_exchange_start (self->exchange);
}

void
net_job_fail (NetJob *self, GError *error)
{
  finish (self, 0, NULL, error);
}

void
net_job_cancel (NetJob *self)
{
  if (self->exchange != NULL)
    net_exchange_cancel (self->exchange);
  else if (net_server_remove (self->server, self))
    finish (self, 0, NULL,
            kt_error_new (KT_ERROR_CANCELLED, "cancelled", "cancelled before asking the server"));
}
