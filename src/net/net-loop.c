/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-net"

#include "net-loop.h"

struct _NetLoop
{
  GMainContext *context;
  GMainLoop *loop;
  GThread *thread;
};

typedef struct
{
  NetLoopFunc func;
  gpointer data;
  GDestroyNotify destroy;
} Posted;

typedef struct
{
  NetLoopFunc func;
  gpointer data;
  GMutex lock;
  GCond cond;
  gboolean done;
} Called;

static gpointer
run (gpointer data)
{
  NetLoop *self = data;

  g_main_context_push_thread_default (self->context);
  g_main_loop_run (self->loop);
  /* What was closed just now has callbacks that free it. */
  while (g_main_context_iteration (self->context, FALSE))
    ;
  g_main_context_pop_thread_default (self->context);
  return NULL;
}

NetLoop *
net_loop_new (void)
{
  NetLoop *self = g_new0 (NetLoop, 1);

  self->context = g_main_context_new ();
  self->loop = g_main_loop_new (self->context, FALSE);
  self->thread = g_thread_new ("kaitsu-net", run, self);
  return self;
}

static void
quit (gpointer data)
{
  g_main_loop_quit (data);
}

void
net_loop_free (NetLoop *self)
{
  g_assert (!net_loop_is_own_thread (self));

  net_loop_post (self, quit, self->loop, NULL);
  g_thread_join (self->thread);
  g_main_loop_unref (self->loop);
  g_main_context_unref (self->context);
  g_free (self);
}

gboolean
net_loop_is_own_thread (NetLoop *self)
{
  return g_thread_self () == self->thread;
}

static gboolean
dispatch_posted (gpointer data)
{
  Posted *posted = data;

  posted->func (posted->data);
  return G_SOURCE_REMOVE;
}

static void
free_posted (gpointer data)
{
  Posted *posted = data;

  if (posted->destroy != NULL)
    posted->destroy (posted->data);
  g_free (posted);
}

void
net_loop_post (NetLoop *self, NetLoopFunc func, gpointer data, GDestroyNotify destroy)
{
  g_autoptr (GSource) source = g_idle_source_new ();
  Posted *posted = g_new (Posted, 1);

  *posted = (Posted) { func, data, destroy };
  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, dispatch_posted, posted, free_posted);
  g_source_attach (source, self->context);
}

static void
run_called (gpointer data)
{
  Called *called = data;

  called->func (called->data);
  g_mutex_lock (&called->lock);
  called->done = TRUE;
  g_cond_signal (&called->cond);
  g_mutex_unlock (&called->lock);
}

void
net_loop_call (NetLoop *self, NetLoopFunc func, gpointer data)
{
  Called called = { .func = func, .data = data };

  g_assert (!net_loop_is_own_thread (self));

  g_mutex_init (&called.lock);
  g_cond_init (&called.cond);
  net_loop_post (self, run_called, &called, NULL);
  g_mutex_lock (&called.lock);
  while (!called.done)
    g_cond_wait (&called.cond, &called.lock);
  g_mutex_unlock (&called.lock);
  g_cond_clear (&called.cond);
  g_mutex_clear (&called.lock);
}
