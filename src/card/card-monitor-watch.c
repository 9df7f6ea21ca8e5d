/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-card"

#include "card-monitor-watch.h"

#include "card-pcsc-error.h"
#include "card-pcsc-readers.h"

#include <string.h>

#define PNP_READER "\\\\?PnP?\\Notification"

/* After a (re)listing, the first wait is short and the list is read once more: a reader plugged in
 * between listing and waiting would otherwise stay unseen until something else happens. */
#define SETTLE_MS 1000

#define BACKOFF_MIN_MS 100
#define BACKOFF_MAX_MS 2000

/* How often a stop is repeated: SCardCancel() is lost on a thread that is not waiting yet. */
#define CANCEL_EVERY_MS 20

struct _CardWatch
{
  CardWatchFunc func;
  gpointer data;
  GThread *thread;

  GMutex lock;
  GCond cond;
  gboolean stop;
  gboolean ended;
  gboolean has_context;
  SCARDCONTEXT context;

  /* The thread's own. */
  gboolean told;
  gboolean service;
  GPtrArray *readers;
};

static GPtrArray *
new_list (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify) card_reader_info_free);
}

static void
tell (CardWatch *watch, gboolean service, GPtrArray *readers)
{
  if (watch->told && watch->service == service && card_reader_list_equal (watch->readers, readers))
    return;
  watch->told = TRUE;
  watch->service = service;
  g_ptr_array_unref (watch->readers);
  watch->readers = g_ptr_array_ref (readers);
  watch->func (service, readers, watch->data);
}

static void
tell_states (CardWatch *watch, const SCARD_READERSTATE *states, guint n)
{
  g_autoptr (GPtrArray) readers = new_list ();

  for (guint i = 0; i < n; i++)
    g_ptr_array_add (readers, card_pcsc_reader_info (&states[i]));
  tell (watch, TRUE, readers);
}

static gboolean
should_stop (CardWatch *watch)
{
  gboolean stop;

  g_mutex_lock (&watch->lock);
  stop = watch->stop;
  g_mutex_unlock (&watch->lock);
  return stop;
}

/* The states to wait from; the last one stands for readers that come and go. */
static SCARD_READERSTATE *
new_states (char **names, guint n)
{
  SCARD_READERSTATE *states = g_new0 (SCARD_READERSTATE, n + 1);

  for (guint i = 0; i < n; i++)
    states[i].szReader = names[i];
  states[n].szReader = PNP_READER;
  return states;
}

/* Takes what is known now as what to wait from; says whether the list itself has changed. */
static gboolean
accept_states (SCARD_READERSTATE *states, guint n)
{
  gboolean list_changed = FALSE;

  for (guint i = 0; i <= n; i++)
    {
      if (i == n ? (states[i].dwEventState & SCARD_STATE_CHANGED) != 0
                 : (states[i].dwEventState & SCARD_STATE_UNKNOWN) != 0)
        list_changed = TRUE;
      states[i].dwCurrentState = states[i].dwEventState & ~(DWORD) SCARD_STATE_CHANGED;
    }
  return list_changed;
}

/* One list of readers, watched until it changes (TRUE) or PC/SC fails (FALSE). */
static gboolean
watch_list (CardWatch *watch, char **names, gboolean settled, gboolean *timed_out)
{
  guint n = g_strv_length (names);
  g_autofree SCARD_READERSTATE *states = new_states (names, n);
  DWORD wait = 0;

  *timed_out = FALSE;
  while (!should_stop (watch))
    {
      guint32 rv = (guint32) SCardGetStatusChange (watch->context, wait, states, n + 1);

      if (rv == (guint32) SCARD_E_UNKNOWN_READER)
        return TRUE;
      if (rv == (guint32) SCARD_E_CANCELLED)
        continue;
      if (rv == (guint32) SCARD_E_TIMEOUT && wait != 0)
        {
          *timed_out = TRUE;
          return TRUE;
        }
      if (rv != CARD_PCSC_OK && rv != (guint32) SCARD_E_TIMEOUT)
        {
          g_debug ("waiting for readers: PC/SC %08X", rv);
          return FALSE;
        }
      if (accept_states (states, n))
        return TRUE;
      tell_states (watch, states, n);
      wait = settled ? INFINITE : SETTLE_MS;
    }
  return FALSE;
}

static void
watch_service (CardWatch *watch)
{
  g_auto (GStrv) last = NULL;
  gboolean settled = FALSE;

  while (!should_stop (watch))
    {
      g_auto (GStrv) names = NULL;
      gboolean timed_out;

      if (card_pcsc_list_raw (watch->context, &names) != CARD_PCSC_OK)
        return;
      settled = settled && last != NULL && g_strv_equal ((const char *const *) last,
                                                         (const char *const *) names);
      if (!watch_list (watch, names, settled, &timed_out))
        return;
      settled = timed_out;
      g_strfreev (last);
      last = g_steal_pointer (&names);
    }
}

static gboolean
establish (CardWatch *watch)
{
  SCARDCONTEXT context;

  if (SCardEstablishContext (SCARD_SCOPE_SYSTEM, NULL, NULL, &context) != SCARD_S_SUCCESS)
    return FALSE;
  g_mutex_lock (&watch->lock);
  watch->context = context;
  watch->has_context = TRUE;
  g_mutex_unlock (&watch->lock);
  return TRUE;
}

static void
release (CardWatch *watch)
{
  g_mutex_lock (&watch->lock);
  watch->has_context = FALSE;
  g_mutex_unlock (&watch->lock);
  SCardReleaseContext (watch->context);
}

static void
pause_for (CardWatch *watch, guint ms)
{
  gint64 deadline = g_get_monotonic_time () + (gint64) ms * 1000;

  g_mutex_lock (&watch->lock);
  while (!watch->stop && g_cond_wait_until (&watch->cond, &watch->lock, deadline))
    ;
  g_mutex_unlock (&watch->lock);
}

static gpointer
watch_thread (gpointer data)
{
  CardWatch *watch = data;
  guint backoff = BACKOFF_MIN_MS;

  while (!should_stop (watch))
    {
      g_autoptr (GPtrArray) none = new_list ();

      if (establish (watch))
        {
          backoff = BACKOFF_MIN_MS;
          watch_service (watch);
          release (watch);
          if (should_stop (watch))
            break;
        }
      tell (watch, FALSE, none);
      pause_for (watch, backoff);
      backoff = MIN (backoff * 2, BACKOFF_MAX_MS);
    }
  g_mutex_lock (&watch->lock);
  watch->ended = TRUE;
  g_cond_broadcast (&watch->cond);
  g_mutex_unlock (&watch->lock);
  return NULL;
}

CardWatch *
card_watch_start (CardWatchFunc func, gpointer data)
{
  CardWatch *watch = g_new0 (CardWatch, 1);

  watch->func = func;
  watch->data = data;
  watch->readers = new_list ();
  g_mutex_init (&watch->lock);
  g_cond_init (&watch->cond);
  watch->thread = g_thread_new ("card-monitor", watch_thread, watch);
  return watch;
}

void
card_watch_stop (CardWatch *watch)
{
  g_mutex_lock (&watch->lock);
  watch->stop = TRUE;
  g_cond_broadcast (&watch->cond);
  while (!watch->ended)
    {
      /* Under the lock, so that the context is not released meanwhile. */
      if (watch->has_context)
        SCardCancel (watch->context);
      g_cond_wait_until (&watch->cond, &watch->lock,
                         g_get_monotonic_time () + CANCEL_EVERY_MS * 1000);
    }
  g_mutex_unlock (&watch->lock);
  g_thread_join (watch->thread);
  g_ptr_array_unref (watch->readers);
  g_mutex_clear (&watch->lock);
  g_cond_clear (&watch->cond);
  g_free (watch);
}
