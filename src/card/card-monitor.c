/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-card"

#include "card-monitor.h"

#include "card-monitor-watch.h"

/* What the thread hands to the main loop; outlives the object until the last event is dropped. */
typedef struct
{
  gint refs;
  GMainContext *context;
  GWeakRef owner;
  GMutex lock;
  gboolean queued;
  gboolean service;
  GPtrArray *readers;
} Mailbox;

struct _CardMonitor
{
  GObject parent_instance;

  CardWatch *watch;
  Mailbox *mailbox;
  gboolean told;
  gboolean service;
  GPtrArray *readers;
};

G_DEFINE_FINAL_TYPE (CardMonitor, card_monitor, G_TYPE_OBJECT)

enum
{
  SIGNAL_CHANGED,
  SIGNAL_SERVICE,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

static void
mailbox_unref (gpointer data)
{
  Mailbox *mailbox = data;

  if (!g_atomic_int_dec_and_test (&mailbox->refs))
    return;
  g_clear_pointer (&mailbox->readers, g_ptr_array_unref);
  g_weak_ref_clear (&mailbox->owner);
  g_mutex_clear (&mailbox->lock);
  g_main_context_unref (mailbox->context);
  g_free (mailbox);
}

static void
deliver (CardMonitor *self, gboolean service, GPtrArray *readers)
{
  gboolean changed = !self->told || !card_reader_list_equal (self->readers, readers);
  gboolean service_changed = !self->told || self->service != service;

  self->told = TRUE;
  self->service = service;
  g_ptr_array_unref (self->readers);
  self->readers = g_ptr_array_ref (readers);
  if (service_changed)
    g_signal_emit (self, signals[SIGNAL_SERVICE], 0, service);
  /* A handler of "service" may have stopped the monitor. */
  if (changed && self->watch != NULL)
    g_signal_emit (self, signals[SIGNAL_CHANGED], 0, readers);
}

static gboolean
on_main_loop (gpointer data)
{
  Mailbox *mailbox = data;
  g_autoptr (GPtrArray) readers = NULL;
  g_autoptr (CardMonitor) owner = g_weak_ref_get (&mailbox->owner);
  gboolean service;

  g_mutex_lock (&mailbox->lock);
  mailbox->queued = FALSE;
  service = mailbox->service;
  readers = g_steal_pointer (&mailbox->readers);
  g_mutex_unlock (&mailbox->lock);

  if (owner != NULL && owner->watch != NULL && readers != NULL)
    deliver (owner, service, readers);
  return G_SOURCE_REMOVE;
}

static void
on_watch (gboolean service, GPtrArray *readers, gpointer data)
{
  Mailbox *mailbox = data;
  gboolean queue;

  g_mutex_lock (&mailbox->lock);
  mailbox->service = service;
  g_clear_pointer (&mailbox->readers, g_ptr_array_unref);
  mailbox->readers = g_ptr_array_ref (readers);
  queue = !mailbox->queued;
  mailbox->queued = TRUE;
  g_mutex_unlock (&mailbox->lock);

  if (queue)
    {
      g_autoptr (GSource) source = g_idle_source_new ();

      g_atomic_int_inc (&mailbox->refs);
      g_source_set_priority (source, G_PRIORITY_DEFAULT);
      g_source_set_callback (source, on_main_loop, mailbox, mailbox_unref);
      g_source_attach (source, mailbox->context);
    }
}

static void
card_monitor_dispose (GObject *object)
{
  card_monitor_stop (KT_CARD_MONITOR (object));
  G_OBJECT_CLASS (card_monitor_parent_class)->dispose (object);
}

static void
card_monitor_finalize (GObject *object)
{
  CardMonitor *self = KT_CARD_MONITOR (object);

  mailbox_unref (self->mailbox);
  g_ptr_array_unref (self->readers);
  G_OBJECT_CLASS (card_monitor_parent_class)->finalize (object);
}

static void
card_monitor_class_init (CardMonitorClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = card_monitor_dispose;
  object_class->finalize = card_monitor_finalize;

  signals[SIGNAL_CHANGED] = g_signal_new ("changed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST,
                                          0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_PTR_ARRAY);
  signals[SIGNAL_SERVICE] = g_signal_new ("service", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST,
                                          0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_BOOLEAN);
}

static void
card_monitor_init (CardMonitor *self)
{
  self->readers = g_ptr_array_new_with_free_func ((GDestroyNotify) card_reader_info_free);
  self->mailbox = g_new0 (Mailbox, 1);
  self->mailbox->refs = 1;
  self->mailbox->context = g_main_context_ref_thread_default ();
  g_mutex_init (&self->mailbox->lock);
  g_weak_ref_init (&self->mailbox->owner, self);
}

CardMonitor *
card_monitor_new (void)
{
  CardMonitor *self = g_object_new (KT_TYPE_CARD_MONITOR, NULL);

  /* The watch ends in dispose, before the mailbox is let go. */
  self->watch = card_watch_start (on_watch, self->mailbox);
  return self;
}

void
card_monitor_stop (CardMonitor *self)
{
  g_return_if_fail (KT_IS_CARD_MONITOR (self));

  g_clear_pointer (&self->watch, card_watch_stop);
}

GPtrArray *
card_monitor_dup_readers (CardMonitor *self)
{
  g_return_val_if_fail (KT_IS_CARD_MONITOR (self), NULL);

  return g_ptr_array_ref (self->readers);
}

gboolean
card_monitor_has_service (CardMonitor *self)
{
  g_return_val_if_fail (KT_IS_CARD_MONITOR (self), FALSE);

  return self->service;
}
