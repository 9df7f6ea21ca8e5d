/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-card"

#include "card-channel-private.h"

#include "card-isdr.h"
#include "kt-error.h"

#include <string.h>

/* How often a reset by somebody else is forgiven before anything of ours is on the card. */
#define RESETS_FORGIVEN 3

/* {81: extended logical channels} {82: power} {83: LUId, LPDd, LDSd} (TS 102 221, 11.1.19.2). */
static const guint8 default_capability[] = { 0xA9, 0x08, 0x81, 0x00, 0x82, 0x01, 0x01,
                                             0x83, 0x01, 0x07 };

/* Without it an eUICC may hide its ISD-R; a card that does not know it says so, and no more. */
static gboolean
announce_terminal (CardChannel *self, GBytes *capability, GError **error)
{
  g_autoptr (GBytes) ignored = NULL;
  guint8 apdu[5 + 255] = { 0x80, 0xAA, 0x00, 0x00 };
  const guint8 *data = default_capability;
  gsize len = sizeof default_capability;
  guint16 sw;

  if (capability != NULL)
    data = g_bytes_get_data (capability, &len);
  if (len == 0)
    return TRUE;
  apdu[4] = (guint8) len;
  memcpy (apdu + 5, data, len);
  return card_exchange_run (&self->exchange, apdu, 5 + len, &ignored, &sw, error);
}

/* MANAGE CHANNEL is not there, or no channel is free (TS 102 221, 11.1.17). */
static gboolean
is_refusal (guint16 sw)
{
  switch (sw)
    {
    case 0x6881:
    case 0x6882:
    case 0x6985:
    case 0x6A81:
    case 0x6A84:
    case 0x6A86:
    case 0x6D00:
    case 0x6E00:
      return TRUE;
    default:
      return FALSE;
    }
}

/* On refusal @refused holds the status word, and the channel is the basic one. */
static gboolean
open_number (CardChannel *self, guint16 *refused, GError **error)
{
  static const guint8 apdu[] = { 0x00, 0x70, 0x00, 0x00, 0x01 };
  g_autoptr (GBytes) response = NULL;
  const guint8 *data;
  guint16 sw;
  gsize len;

  *refused = 0;
  if (!card_exchange_run (&self->exchange, apdu, sizeof apdu, &response, &sw, error))
    return FALSE;
  if (is_refusal (sw))
    {
      *refused = sw;
      return TRUE;
    }
  if (!card_sw_is_ok (sw) && !card_sw_is_warning (sw))
    return kt_error_set_sw (error, sw, "opening a logical channel");
  data = g_bytes_get_data (response, &len);
  /* TS 102 221 knows the channels 1 to 19. */
  if (len != 1 || data[0] < 1 || data[0] > 19)
    return kt_error_set (error, KT_ERROR_MALFORMED, "card.channel-number",
                         "the card opened a logical channel without naming a possible one");
  self->number = data[0];
  self->opened = TRUE;
  return TRUE;
}

static gboolean
select_aid (CardChannel *self, GBytes *aid, gboolean skip_fci, guint16 *sw, GError **error)
{
  g_autoptr (GBytes) fci = NULL;
  gboolean t1 = card_get_protocol (self->card) == CARD_PROTOCOL_T1;
  guint8 apdu[5 + CARD_AID_MAX + 1] = { card_class_interindustry (self->number), 0xA4, 0x04, 0x00 };
  gsize len = g_bytes_get_size (aid);
  gboolean ok;

  apdu[4] = (guint8) len;
  memcpy (apdu + 5, g_bytes_get_data (aid, NULL), len);
  /* The array ends in the Le 00 that T=1 needs. */
  len += 5 + (t1 ? 1 : 0);
  if (skip_fci)
    ok = card_exchange_once (&self->exchange, apdu, len, &fci, sw, error);
  else
    ok = card_exchange_run (&self->exchange, apdu, len, &fci, sw, error);
  if (ok && g_bytes_get_size (fci) > 0)
    self->has_svn = card_isdr_parse_fci (fci, self->svn);
  return ok;
}

/* The card or its software is in trouble, which says nothing about what is on it. */
static gboolean
is_trouble (guint16 sw)
{
  guint8 sw1 = (guint8) (sw >> 8);

  return sw1 < 0x67 || sw1 == 0x6F || sw1 > 0x6F;
}

/* Of the refusals, those that a card with channels gives when it has none to spare. */
static gboolean
is_shortage (guint16 sw)
{
  return sw == 0x6881 || sw == 0x6882 || sw == 0x6985 || sw == 0x6A81 || sw == 0x6A84;
}

static gboolean
no_aid_answers (guint16 sw, guint16 refused, gboolean all_absent, GError **error)
{
  if (is_shortage (refused) && !all_absent)
    {
      sw = refused;
      kt_error_set (error, KT_ERROR_NO_CHANNEL, "card.no-channel",
                    "the card gives no logical channel (%04X)", sw);
    }
  else if (is_trouble (sw))
    return kt_error_set_sw (error, sw, "selecting the ISD-R");
  else
    kt_error_set (error, KT_ERROR_NOT_EUICC, "card.not-euicc",
                  "the card has no ISD-R (%04X)", sw);
  if (error != NULL && *error != NULL)
    kt_error_detail (*error)->sw = sw;
  return FALSE;
}

static gboolean
select_first (CardChannel *self, GPtrArray *aids, const CardChannelOptions *options,
              guint16 refused, GError **error)
{
  gboolean all_absent = TRUE;
  guint16 worst = 0;

  for (guint i = 0; i < aids->len; i++)
    {
      GBytes *aid = g_ptr_array_index (aids, i);
      guint16 sw;

      if (!select_aid (self, aid, options->skip_fci, &sw, error))
        return FALSE;
      if (card_sw_is_ok (sw) || card_sw_is_warning (sw) || sw >> 8 == 0x61)
        {
          self->aid = g_bytes_ref (aid);
          return TRUE;
        }
      all_absent = all_absent && sw == 0x6A82;
      if (worst == 0 || (is_trouble (sw) && !is_trouble (worst)))
        worst = sw;
    }
  return no_aid_answers (worst, refused, all_absent, error);
}

static gboolean
open_steps (CardChannel *self, GPtrArray *aids, const CardChannelOptions *options, GError **error)
{
  guint16 refused;

  if (!announce_terminal (self, options->terminal_capability, error) ||
      !open_number (self, &refused, error))
    return FALSE;
  if (refused != 0 && options->logical_only)
    return no_aid_answers (refused, refused, FALSE, error);
  return select_first (self, aids, options, refused, error);
}

/* Nothing of ours is on the card yet, so a reset by another program does no harm: go on. */
static gboolean
begin (CardChannel *self, GCancellable *cancellable, GError **error)
{
  for (int tries = RESETS_FORGIVEN;; tries--)
    {
      g_autoptr (GError) local = NULL;

      if (card_begin (self->card, &local))
        return TRUE;
      if (tries == 0 || !g_error_matches (local, KT_ERROR, KT_ERROR_CARD_RESET))
        {
          g_propagate_error (error, g_steal_pointer (&local));
          return FALSE;
        }
      if (!card_open (self->card, cancellable, error))
        return FALSE;
    }
}

static gboolean
open_in_transaction (CardChannel *self, GPtrArray *aids, const CardChannelOptions *options,
                     GCancellable *cancellable, GError **error)
{
  g_autoptr (GError) local = NULL;
  gboolean ok;

  if (!begin (self, cancellable, error))
    return FALSE;
  ok = open_steps (self, aids, options, &local);
  if (!ok && options->allow_reset && g_error_matches (local, KT_ERROR, KT_ERROR_NO_CHANNEL))
    {
      g_clear_error (&local);
      ok = card_reset (self->card, &local) && open_steps (self, aids, options, &local);
    }
  if (!ok)
    {
      card_channel_note_error (self, local);
      card_channel_close_number (self);
      self->closed = TRUE;
      g_propagate_error (error, g_steal_pointer (&local));
    }
  card_end (self->card);
  return ok;
}

static gboolean
check_options (const CardChannelOptions *options, GError **error)
{
  if (options->block_size > CARD_BLOCK_MAX)
    return kt_error_set (error, KT_ERROR_INVALID_INPUT, "card.block-size",
                         "a block has 1 to 255 bytes, not %u", options->block_size);
  if (options->terminal_capability != NULL &&
      g_bytes_get_size (options->terminal_capability) > 255)
    return kt_error_set (error, KT_ERROR_INVALID_INPUT, "card.terminal-capability",
                         "TERMINAL CAPABILITY takes 255 bytes at most");
  for (guint i = 0; options->aids != NULL && i < options->aids->len; i++)
    {
      gsize len = g_bytes_get_size (g_ptr_array_index (options->aids, i));

      if (len < CARD_AID_MIN || len > CARD_AID_MAX)
        return kt_error_set (error, KT_ERROR_INVALID_INPUT, "card.aid",
                             "an AID has 5 to 16 bytes");
    }
  if (options->aids != NULL && options->aids->len == 0)
    return kt_error_set (error, KT_ERROR_INVALID_INPUT, "card.aid", "the list of AIDs is empty");
  return TRUE;
}

CardChannel *
card_channel_open (Card *card, const CardChannelOptions *options, GCancellable *cancellable,
                   GError **error)
{
  static const CardChannelOptions defaults = { 0 };
  g_autoptr (CardChannel) self = NULL;
  g_autoptr (GPtrArray) aids = NULL;

  g_return_val_if_fail (KT_IS_CARD (card), NULL);

  if (options == NULL)
    options = &defaults;
  if (!check_options (options, error) || !card_open (card, cancellable, error))
    return NULL;
  if (g_cancellable_is_cancelled (cancellable))
    {
      kt_error_set (error, KT_ERROR_CANCELLED, "cancelled", "cancelled before opening a channel");
      return NULL;
    }
  aids = options->aids != NULL ? g_ptr_array_ref (options->aids) : card_isdr_default_aids ();
  self = g_new0 (CardChannel, 1);
  self->card = g_object_ref (card);
  self->block_size = options->block_size != 0 ? options->block_size : CARD_BLOCK_MAX;
  self->exchange.card = card;
  self->exchange.response_limit =
      options->response_limit != 0 ? options->response_limit : CARD_RESPONSE_LIMIT;
  if (!open_in_transaction (self, aids, options, cancellable, error))
    {
      self->closed = TRUE;
      return NULL;
    }
  return g_steal_pointer (&self);
}
