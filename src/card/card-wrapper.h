/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "card.h"

G_BEGIN_DECLS

/**
 * CardWrapper:
 *
 * A card around another card: passes every call on. Decorators derive from it and override what
 * they are about, calling the inner card themselves.
 */
#define KT_TYPE_CARD_WRAPPER (card_wrapper_get_type ())
G_DECLARE_DERIVABLE_TYPE (CardWrapper, card_wrapper, KT, CARD_WRAPPER, Card)

struct _CardWrapperClass
{
  CardClass parent_class;
};

/** card_wrapper_set_inner: once, by the subclass's constructor; takes a reference. */
void card_wrapper_set_inner (CardWrapper *self, Card *inner);
/** card_wrapper_get_inner: Returns: (transfer none): the card inside. */
Card *card_wrapper_get_inner (CardWrapper *self);

G_END_DECLS
