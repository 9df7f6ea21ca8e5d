/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "card-channel.h"

G_BEGIN_DECLS

/**
 * ctl_card_choose:
 * @name: (nullable): a reader's name, part of it, or its number as `readers` lists it; "lab:DIR" for
 *   a card of the lab; %NULL for the only reader with an eSIM chip
 *
 * Returns: (transfer full) (nullable): %KT_ERROR_NO_READER, %KT_ERROR_NO_CARD, %KT_ERROR_NOT_EUICC,
 *   %KT_ERROR_INVALID_INPUT with key "card.ambiguous" or "card.unknown-name"
 */
Card *ctl_card_choose (const char *name, const CardChannelOptions *options,
                       GCancellable *cancellable, GError **error);

G_END_DECLS
