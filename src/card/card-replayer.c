/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-card"

#include "card-replayer.h"

#include "card-recording.h"
#include "kt-error.h"

struct _CardReplayer
{
  Card parent_instance;

  CardRecording *recording;
  CardReplayerFlags flags;
  guint next;
  gboolean is_open;
};

G_DEFINE_FINAL_TYPE (CardReplayer, card_replayer, KT_TYPE_CARD)

static gboolean
card_replayer_open (Card *card, GCancellable *cancellable, GError **error)
{
  KT_CARD_REPLAYER (card)->is_open = TRUE;
  return TRUE;
}

static gboolean
matches (CardReplayer *self, GBytes *expected, GBytes *command)
{
  const guint8 *a = g_bytes_get_data (expected, NULL);
  const guint8 *b = g_bytes_get_data (command, NULL);

  if (self->flags & CARD_REPLAYER_LENIENT)
    return a[1] == b[1] && a[2] == b[2];
  return g_bytes_equal (expected, command);
}

static GBytes *
card_replayer_transmit (Card *card, GBytes *command, GCancellable *cancellable, GError **error)
{
  CardReplayer *self = KT_CARD_REPLAYER (card);
  CardRecordedExchange *exchange;

  if (self->next >= self->recording->exchanges->len)
    {
      kt_error_set (error, KT_ERROR_CARD_IO, "replay.end", "the recording is at its end");
      return NULL;
    }
  exchange = g_ptr_array_index (self->recording->exchanges, self->next);
  if (!matches (self, exchange->command, command))
    {
      kt_error_set (error, KT_ERROR_CARD_IO, "replay.mismatch",
                    "the command is not exchange %u of the recording", self->next + 1);
      return NULL;
    }
  self->next++;
  if (exchange->response != NULL)
    return g_bytes_ref (exchange->response);
  kt_error_set (error, exchange->error, "replay.error", "as recorded: %s",
                kt_error_code_name (exchange->error));
  return NULL;
}

static gboolean
card_replayer_reset (Card *card, GError **error)
{
  return TRUE;
}

static void
card_replayer_close (Card *card)
{
  KT_CARD_REPLAYER (card)->is_open = FALSE;
}

static GBytes *
card_replayer_dup_atr (Card *card)
{
  CardReplayer *self = KT_CARD_REPLAYER (card);

  if (!self->is_open || self->recording->atr == NULL)
    return NULL;
  return g_bytes_ref (self->recording->atr);
}

static CardProtocol
card_replayer_get_protocol (Card *card)
{
  CardReplayer *self = KT_CARD_REPLAYER (card);

  return self->is_open ? self->recording->protocol : CARD_PROTOCOL_NONE;
}

static char *
card_replayer_dup_name (Card *card)
{
  return g_strdup ("recording");
}

static void
card_replayer_finalize (GObject *object)
{
  CardReplayer *self = KT_CARD_REPLAYER (object);

  card_recording_free (self->recording);
  G_OBJECT_CLASS (card_replayer_parent_class)->finalize (object);
}

static void
card_replayer_class_init (CardReplayerClass *klass)
{
  CardClass *card_class = KT_CARD_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = card_replayer_finalize;
  card_class->open = card_replayer_open;
  card_class->transmit = card_replayer_transmit;
  card_class->reset = card_replayer_reset;
  card_class->close = card_replayer_close;
  card_class->dup_atr = card_replayer_dup_atr;
  card_class->get_protocol = card_replayer_get_protocol;
  card_class->dup_name = card_replayer_dup_name;
}

static void
card_replayer_init (CardReplayer *self)
{
}

Card *
card_replayer_new (GBytes *recording, CardReplayerFlags flags, GError **error)
{
  g_autoptr (CardRecording) parsed = NULL;
  CardReplayer *self;

  g_return_val_if_fail (recording != NULL, NULL);

  parsed = card_recording_parse (recording, error);
  if (parsed == NULL)
    return NULL;
  self = g_object_new (KT_TYPE_CARD_REPLAYER, NULL);
  self->recording = g_steal_pointer (&parsed);
  self->flags = flags;
  return KT_CARD (self);
}

guint
card_replayer_get_left (CardReplayer *self)
{
  g_return_val_if_fail (KT_IS_CARD_REPLAYER (self), 0);

  return self->recording->exchanges->len - self->next;
}
