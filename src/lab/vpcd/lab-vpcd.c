/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-lab"

#include "lab-vpcd.h"

#include "lab-vpcd-wire.h"

#define BACKOFF_MIN_MS 20
#define BACKOFF_MAX_MS 1000

struct _LabVpcd
{
  guint16 port;
  const LabVpcdCard *card;
  gpointer data;
  GThread *thread;

  GMutex lock;
  GCond cond;
  gboolean stop;
  gboolean inserted;
  gboolean connected;
  guint delay;
  /* Cancelled to end the connection that is open or being opened. */
  GCancellable *connection;
};

/* Waits for @ms, or until something was changed from outside; not at all if that calls for it. */
static void
pause_for (LabVpcd *self, guint ms)
{
  gint64 deadline = g_get_monotonic_time () + (gint64) ms * 1000;

  g_mutex_lock (&self->lock);
  while (!self->stop && self->inserted && g_cond_wait_until (&self->cond, &self->lock, deadline))
    ;
  g_mutex_unlock (&self->lock);
}

static void
delay_answer (LabVpcd *self)
{
  gint64 deadline;

  g_mutex_lock (&self->lock);
  deadline = g_get_monotonic_time () + self->delay;
  while (self->delay > 0 && !self->stop && self->inserted &&
         g_cond_wait_until (&self->cond, &self->lock, deadline))
    ;
  g_mutex_unlock (&self->lock);
}

/* The answer to send, or NULL when there is none; @alive is cleared when the card is silent. */
static GBytes *
handle_message (LabVpcd *self, const guint8 *message, gsize len, gboolean *alive)
{
  GBytes *answer;

  if (len == 0)
    return NULL;
  if (len == 1)
    {
      switch (message[0])
        {
        case LAB_VPCD_OFF:
        case LAB_VPCD_ON:
          self->card->power (self->data, message[0] == LAB_VPCD_ON);
          break;
        case LAB_VPCD_RESET:
          self->card->reset (self->data);
          break;
        case LAB_VPCD_ATR:
          return self->card->atr (self->data);
        default:
          g_debug ("vpcd sent the unknown command %02X", message[0]);
          break;
        }
      return NULL;
    }
  answer = self->card->transmit (self->data, message, len);
  if (answer != NULL && g_bytes_get_size (answer) > LAB_VPCD_MESSAGE_MAX)
    {
      g_debug ("an answer of %" G_GSIZE_FORMAT " bytes does not fit", g_bytes_get_size (answer));
      g_clear_pointer (&answer, g_bytes_unref);
    }
  *alive = answer != NULL;
  delay_answer (self);
  return answer;
}

static void
serve (LabVpcd *self, GSocket *socket, GCancellable *connection)
{
  g_autofree guint8 *buffer = g_malloc (LAB_VPCD_MESSAGE_MAX);
  g_autoptr (GError) error = NULL;
  gboolean alive = TRUE;
  gsize len;

  while (lab_vpcd_wire_read (socket, buffer, &len, connection, &error))
    {
      g_autoptr (GBytes) answer = handle_message (self, buffer, len, &alive);

      if (!alive)
        return;
      if (answer != NULL && !lab_vpcd_wire_write (socket, answer, connection, &error))
        break;
    }
  g_debug ("%s", error->message);
}

static GCancellable *
wait_for_card (LabVpcd *self)
{
  GCancellable *connection = NULL;

  g_mutex_lock (&self->lock);
  while (!self->stop && !self->inserted)
    g_cond_wait (&self->cond, &self->lock);
  if (!self->stop)
    {
      g_clear_object (&self->connection);
      self->connection = g_cancellable_new ();
      connection = g_object_ref (self->connection);
    }
  g_mutex_unlock (&self->lock);
  return connection;
}

static void
set_connected (LabVpcd *self, gboolean connected)
{
  g_mutex_lock (&self->lock);
  self->connected = connected;
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->lock);
}

static gpointer
vpcd_thread (gpointer data)
{
  LabVpcd *self = data;
  guint backoff = BACKOFF_MIN_MS;

  for (;;)
    {
      g_autoptr (GCancellable) connection = wait_for_card (self);
      g_autoptr (GSocket) socket = NULL;

      if (connection == NULL)
        return NULL;
      socket = lab_vpcd_wire_connect (self->port, connection, NULL);
      if (socket != NULL)
        {
          backoff = BACKOFF_MIN_MS;
          set_connected (self, TRUE);
          serve (self, socket, connection);
          g_socket_close (socket, NULL);
          /* Without a reader there is no power. */
          self->card->power (self->data, FALSE);
          set_connected (self, FALSE);
        }
      pause_for (self, backoff);
      backoff = MIN (backoff * 2, BACKOFF_MAX_MS);
    }
}

LabVpcd *
lab_vpcd_new (guint16 port, const LabVpcdCard *card, gpointer data)
{
  LabVpcd *self;

  g_return_val_if_fail (port != 0, NULL);
  g_return_val_if_fail (card != NULL, NULL);

  self = g_new0 (LabVpcd, 1);
  self->port = port;
  self->card = card;
  self->data = data;
  self->inserted = TRUE;
  g_mutex_init (&self->lock);
  g_cond_init (&self->cond);
  self->thread = g_thread_new ("vpcd", vpcd_thread, self);
  return self;
}

static GCancellable *
take_out (LabVpcd *self, gboolean stop)
{
  GCancellable *connection;

  g_mutex_lock (&self->lock);
  self->inserted = FALSE;
  self->stop = stop;
  connection = self->connection != NULL ? g_object_ref (self->connection) : NULL;
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->lock);
  return connection;
}

void
lab_vpcd_free (LabVpcd *self)
{
  g_autoptr (GCancellable) connection = NULL;

  if (self == NULL)
    return;
  connection = take_out (self, TRUE);
  g_cancellable_cancel (connection);
  g_thread_join (self->thread);
  g_clear_object (&self->connection);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->cond);
  g_free (self);
}

void
lab_vpcd_pull (LabVpcd *self)
{
  g_autoptr (GCancellable) connection = NULL;

  g_return_if_fail (self != NULL);

  connection = take_out (self, FALSE);
  g_cancellable_cancel (connection);
  if (g_thread_self () == self->thread)
    return;
  g_mutex_lock (&self->lock);
  while (self->connected && !self->inserted)
    g_cond_wait (&self->cond, &self->lock);
  g_mutex_unlock (&self->lock);
}

void
lab_vpcd_insert (LabVpcd *self)
{
  g_return_if_fail (self != NULL);

  g_mutex_lock (&self->lock);
  self->inserted = TRUE;
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->lock);
}

void
lab_vpcd_set_delay (LabVpcd *self, guint microseconds)
{
  g_return_if_fail (self != NULL);

  g_mutex_lock (&self->lock);
  self->delay = microseconds;
  g_mutex_unlock (&self->lock);
}

gboolean
lab_vpcd_is_connected (LabVpcd *self)
{
  return lab_vpcd_wait_connected (self, 0);
}

gboolean
lab_vpcd_wait_connected (LabVpcd *self, guint milliseconds)
{
  gint64 deadline = g_get_monotonic_time () + (gint64) milliseconds * 1000;
  gboolean connected;

  g_return_val_if_fail (self != NULL, FALSE);

  g_mutex_lock (&self->lock);
  while (!self->connected && g_cond_wait_until (&self->cond, &self->lock, deadline))
    ;
  connected = self->connected;
  g_mutex_unlock (&self->lock);
  return connected;
}
