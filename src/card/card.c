/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-card"

#include "card.h"

#include "kt-error.h"

G_DEFINE_ABSTRACT_TYPE (Card, card, G_TYPE_OBJECT)

static gboolean
card_real_begin (Card *self, GError **error)
{
  return TRUE;
}

static void
card_real_nothing (Card *self)
{
}

static void
card_class_init (CardClass *klass)
{
  klass->begin = card_real_begin;
  klass->end = card_real_nothing;
  klass->close = card_real_nothing;
}

static void
card_init (Card *self)
{
}

gboolean
card_open (Card *self, GCancellable *cancellable, GError **error)
{
  g_return_val_if_fail (KT_IS_CARD (self), FALSE);

  return KT_CARD_GET_CLASS (self)->open (self, cancellable, error);
}

GBytes *
card_transmit (Card *self, GBytes *command, GCancellable *cancellable, GError **error)
{
  g_autoptr (GBytes) response = NULL;
  gsize len;

  g_return_val_if_fail (KT_IS_CARD (self), NULL);
  g_return_val_if_fail (command != NULL, NULL);

  len = g_bytes_get_size (command);
  g_return_val_if_fail (len >= 4 && len <= 261, NULL);

  if (g_cancellable_is_cancelled (cancellable))
    {
      kt_error_set (error, KT_ERROR_CANCELLED, "cancelled", "cancelled before an APDU was sent");
      return NULL;
    }
  response = KT_CARD_GET_CLASS (self)->transmit (self, command, cancellable, error);
  if (response != NULL && g_bytes_get_size (response) < 2)
    {
      kt_error_set (error, KT_ERROR_MALFORMED, "card.io", "the card's answer has no status word");
      return NULL;
    }
  return g_steal_pointer (&response);
}

gboolean
card_reset (Card *self, GError **error)
{
  g_return_val_if_fail (KT_IS_CARD (self), FALSE);

  return KT_CARD_GET_CLASS (self)->reset (self, error);
}

gboolean
card_begin (Card *self, GError **error)
{
  g_return_val_if_fail (KT_IS_CARD (self), FALSE);

  return KT_CARD_GET_CLASS (self)->begin (self, error);
}

void
card_end (Card *self)
{
  g_return_if_fail (KT_IS_CARD (self));

  KT_CARD_GET_CLASS (self)->end (self);
}

void
card_close (Card *self)
{
  g_return_if_fail (KT_IS_CARD (self));

  KT_CARD_GET_CLASS (self)->close (self);
}

GBytes *
card_dup_atr (Card *self)
{
  g_return_val_if_fail (KT_IS_CARD (self), NULL);

  return KT_CARD_GET_CLASS (self)->dup_atr (self);
}

CardProtocol
card_get_protocol (Card *self)
{
  g_return_val_if_fail (KT_IS_CARD (self), CARD_PROTOCOL_NONE);

  return KT_CARD_GET_CLASS (self)->get_protocol (self);
}

char *
card_dup_name (Card *self)
{
  g_return_val_if_fail (KT_IS_CARD (self), NULL);

  return KT_CARD_GET_CLASS (self)->dup_name (self);
}
