/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-card"

#include "card-wrapper.h"

typedef struct
{
  Card *inner;
} CardWrapperPrivate;

G_DEFINE_ABSTRACT_TYPE_WITH_PRIVATE (CardWrapper, card_wrapper, KT_TYPE_CARD)

static Card *
get_inner (Card *card)
{
  return card_wrapper_get_inner (KT_CARD_WRAPPER (card));
}

static gboolean
card_wrapper_open (Card *card, GCancellable *cancellable, GError **error)
{
  return card_open (get_inner (card), cancellable, error);
}

static GBytes *
card_wrapper_transmit (Card *card, GBytes *command, GCancellable *cancellable, GError **error)
{
  return card_transmit (get_inner (card), command, cancellable, error);
}

static gboolean
card_wrapper_reset (Card *card, GError **error)
{
  return card_reset (get_inner (card), error);
}

static gboolean
card_wrapper_begin (Card *card, GError **error)
{
  return card_begin (get_inner (card), error);
}

static void
card_wrapper_end (Card *card)
{
  card_end (get_inner (card));
}

static void
card_wrapper_close (Card *card)
{
  card_close (get_inner (card));
}

static GBytes *
card_wrapper_dup_atr (Card *card)
{
  return card_dup_atr (get_inner (card));
}

static CardProtocol
card_wrapper_get_protocol (Card *card)
{
  return card_get_protocol (get_inner (card));
}

static char *
card_wrapper_dup_name (Card *card)
{
  return card_dup_name (get_inner (card));
}

static void
card_wrapper_dispose (GObject *object)
{
  CardWrapperPrivate *priv = card_wrapper_get_instance_private (KT_CARD_WRAPPER (object));

  g_clear_object (&priv->inner);
  G_OBJECT_CLASS (card_wrapper_parent_class)->dispose (object);
}

static void
card_wrapper_class_init (CardWrapperClass *klass)
{
  CardClass *card_class = KT_CARD_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = card_wrapper_dispose;
  card_class->open = card_wrapper_open;
  card_class->transmit = card_wrapper_transmit;
  card_class->reset = card_wrapper_reset;
  card_class->begin = card_wrapper_begin;
  card_class->end = card_wrapper_end;
  card_class->close = card_wrapper_close;
  card_class->dup_atr = card_wrapper_dup_atr;
  card_class->get_protocol = card_wrapper_get_protocol;
  card_class->dup_name = card_wrapper_dup_name;
}

static void
card_wrapper_init (CardWrapper *self)
{
}

void
card_wrapper_set_inner (CardWrapper *self, Card *inner)
{
  CardWrapperPrivate *priv = card_wrapper_get_instance_private (self);

  g_return_if_fail (KT_IS_CARD_WRAPPER (self));
  g_return_if_fail (KT_IS_CARD (inner));
  g_return_if_fail (priv->inner == NULL);

  priv->inner = g_object_ref (inner);
}

Card *
card_wrapper_get_inner (CardWrapper *self)
{
  CardWrapperPrivate *priv = card_wrapper_get_instance_private (self);

  g_return_val_if_fail (KT_IS_CARD_WRAPPER (self), NULL);

  return priv->inner;
}
