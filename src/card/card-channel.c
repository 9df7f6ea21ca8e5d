/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-card"

#include "card-channel.h"

#include "card-channel-private.h"
#include "kt-bytes.h"
#include "kt-error.h"
#include "tlv.h"

#include <string.h>

#define INS_STORE_DATA 0xE2
/* BER-TLV data, a response is expected; b8 marks the last block (GPCS 11.11.2.1). */
#define P1_MORE 0x11
#define P1_LAST 0x91

void
card_channel_note_error (CardChannel *self, const GError *error)
{
  if (error == NULL || error->domain != KT_ERROR)
    return;
  switch ((KtErrorCode) error->code)
    {
    case KT_ERROR_CARD_RESET:
    case KT_ERROR_CARD_REMOVED:
    case KT_ERROR_NO_CARD:
    case KT_ERROR_NO_READER:
    case KT_ERROR_NO_SERVICE:
      self->lost = TRUE;
      break;
    default:
      break;
    }
}

void
card_channel_close_number (CardChannel *self)
{
  guint8 apdu[] = { 0x00, 0x70, 0x80, (guint8) self->number, 0x00 };
  g_autoptr (GBytes) response = NULL;
  g_autoptr (GError) error = NULL;
  guint16 sw;

  if (!self->opened || self->lost)
    return;
  self->opened = FALSE;
  if (!card_exchange_run (&self->exchange, apdu, sizeof apdu, &response, &sw, &error))
    {
      card_channel_note_error (self, error);
      g_debug ("closing logical channel %u: %s", self->number, error->message);
    }
  else if (!card_sw_is_ok (sw))
    g_debug ("closing logical channel %u: the card answered %04X", self->number, sw);
}

void
card_channel_close (CardChannel *self)
{
  g_autoptr (GError) error = NULL;

  g_return_if_fail (self != NULL);

  if (self->closed)
    return;
  self->closed = TRUE;
  if (!self->opened || self->lost)
    return;
  if (card_begin (self->card, &error))
    {
      card_channel_close_number (self);
      card_end (self->card);
    }
  else
    g_debug ("closing logical channel %u: %s", self->number, error->message);
}

void
card_channel_free (CardChannel *self)
{
  if (self == NULL)
    return;
  card_channel_close (self);
  g_clear_pointer (&self->aid, g_bytes_unref);
  g_object_unref (self->card);
  g_free (self);
}

static gboolean
refuse_sw (guint16 sw, guint block, GBytes *command, GError **error)
{
  g_autofree char *what = g_strdup_printf ("STORE DATA block %u", block);
  gsize header_len;
  Tlv tlv;

  kt_error_set_sw (error, sw, what);
  if (error != NULL && *error != NULL &&
      tlv_read_header (g_bytes_get_data (command, NULL), g_bytes_get_size (command), &tlv,
                       &header_len, NULL))
    kt_error_detail (*error)->function = tlv.tag;
  return FALSE;
}

static gsize
put_block (CardChannel *self, guint8 *apdu, const guint8 *data, gsize len, guint block,
           gboolean last)
{
  apdu[0] = card_class_proprietary (self->number);
  apdu[1] = INS_STORE_DATA;
  apdu[2] = last ? P1_LAST : P1_MORE;
  apdu[3] = (guint8) block;
  apdu[4] = (guint8) len;
  memcpy (apdu + 5, data, len);
  /* T=0 has no room for Le beside Lc; there the card announces its response with 61xx. */
  if (card_get_protocol (self->card) != CARD_PROTOCOL_T1)
    return 5 + len;
  apdu[5 + len] = 0x00;
  return 6 + len;
}

static GBytes *
send_chain (CardChannel *self, GBytes *command, guint blocks, CardChannelFlags *flags,
            GError **error)
{
  const guint8 *data = g_bytes_get_data (command, NULL);
  gsize left = g_bytes_get_size (command);

  for (guint i = 0; i < blocks; i++)
    {
      g_autoptr (GBytes) response = NULL;
      guint8 apdu[5 + CARD_BLOCK_MAX + 1];
      gboolean last = i + 1 == blocks;
      gsize n = MIN (left, self->block_size);
      gsize len = put_block (self, apdu, data, n, i, last);
      gboolean sent;
      guint16 sw;

      sent = card_exchange_run (&self->exchange, apdu, len, &response, &sw, error);
      kt_wipe (apdu, sizeof apdu);
      if (!sent)
        return NULL;
      data += n;
      left -= n;
      if (sw >> 8 == 0x91)
        *flags |= CARD_CHANNEL_PROACTIVE;
      if (last && card_sw_is_warning (sw))
        *flags |= CARD_CHANNEL_WARNING;
      else if (!card_sw_is_ok (sw))
        {
          refuse_sw (sw, i, command, error);
          return NULL;
        }
      if (last)
        return g_steal_pointer (&response);
      /* The chip has said what it has to say (SGP.22 section 2.5.6: an error in a segment). */
      if (g_bytes_get_size (response) > 0)
        {
          *flags |= CARD_CHANNEL_EARLY;
          return g_steal_pointer (&response);
        }
    }
  g_assert_not_reached ();
}

GBytes *
card_channel_store_data (CardChannel *self, GBytes *command, CardChannelFlags *flags,
                         GCancellable *cancellable, GError **error)
{
  CardChannelFlags remarks = CARD_CHANNEL_NONE;
  g_autoptr (GError) local = NULL;
  GBytes *response = NULL;
  gsize blocks;

  g_return_val_if_fail (self != NULL && !self->closed, NULL);
  g_return_val_if_fail (command != NULL && g_bytes_get_size (command) > 0, NULL);

  blocks = (g_bytes_get_size (command) + self->block_size - 1) / self->block_size;
  if (self->lost)
    kt_error_set (&local, KT_ERROR_CARD_RESET, "card.channel-lost",
                  "the card was reset or removed since the channel was opened");
  else if (blocks > CARD_BLOCKS_MAX)
    kt_error_set (&local, KT_ERROR_LIMIT, "card.chain-too-long",
                  "the command needs more than 256 blocks of %u bytes", self->block_size);
  else if (g_cancellable_is_cancelled (cancellable))
    kt_error_set (&local, KT_ERROR_CANCELLED, "cancelled", "cancelled before a command was sent");
  else if (card_begin (self->card, &local))
    {
      response = send_chain (self, command, (guint) blocks, &remarks, &local);
      card_end (self->card);
    }
  if (response == NULL)
    {
      card_channel_note_error (self, local);
      g_propagate_error (error, g_steal_pointer (&local));
    }
  if (flags != NULL)
    *flags = remarks;
  return response;
}

gboolean
card_channel_is_lost (const CardChannel *self)
{
  g_return_val_if_fail (self != NULL, TRUE);

  return self->lost;
}

guint
card_channel_get_number (const CardChannel *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->number;
}

GBytes *
card_channel_get_aid (const CardChannel *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->aid;
}

gboolean
card_channel_get_svn (const CardChannel *self, guint8 svn[3])
{
  g_return_val_if_fail (self != NULL, FALSE);

  if (self->has_svn)
    memcpy (svn, self->svn, 3);
  return self->has_svn;
}

Card *
card_channel_get_card (const CardChannel *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->card;
}

CardCounters
card_channel_get_counters (const CardChannel *self)
{
  static const CardCounters none = { 0 };

  g_return_val_if_fail (self != NULL, none);

  return self->exchange.counters;
}
