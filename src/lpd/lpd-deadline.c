/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-lpd"

#include "lpd-deadline.h"

struct _LpdDeadline
{
  GMutex lock;
  GCond cond;
  gboolean called_off;
  gint64 until;
  GCancellable *cancellable;
  GThread *thread;
};

static gpointer
wait_for_it (gpointer data)
{
  LpdDeadline *deadline = data;
  gboolean reached = FALSE;

  g_mutex_lock (&deadline->lock);
  while (!deadline->called_off && !reached)
    reached = !g_cond_wait_until (&deadline->cond, &deadline->lock, deadline->until);
  g_mutex_unlock (&deadline->lock);
  if (reached)
    g_cancellable_cancel (deadline->cancellable);
  return NULL;
}

LpdDeadline *
lpd_deadline_new (gint64 usec)
{
  LpdDeadline *deadline = g_new0 (LpdDeadline, 1);

  g_mutex_init (&deadline->lock);
  g_cond_init (&deadline->cond);
  deadline->until = g_get_monotonic_time () + usec;
  deadline->cancellable = g_cancellable_new ();
  deadline->thread = g_thread_new ("kaitsu-deadline", wait_for_it, deadline);
  return deadline;
}

void
lpd_deadline_free (LpdDeadline *deadline)
{
  if (deadline == NULL)
    return;
  g_mutex_lock (&deadline->lock);
  deadline->called_off = TRUE;
  g_cond_signal (&deadline->cond);
  g_mutex_unlock (&deadline->lock);
  g_thread_join (deadline->thread);
  g_object_unref (deadline->cancellable);
  g_cond_clear (&deadline->cond);
  g_mutex_clear (&deadline->lock);
  g_free (deadline);
}

GCancellable *
lpd_deadline_get_cancellable (LpdDeadline *deadline)
{
  return deadline->cancellable;
}
