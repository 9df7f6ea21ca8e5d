/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "lab-card.h"

G_BEGIN_DECLS

/**
 * lab_card_open_dir:
 * @dir: folder of a card that is there
 *
 * A lab card as a #Card of this process, for programs that are told no more than the folder.
 *
 * Returns: (transfer full) (nullable): %KT_ERROR_NOT_FOUND, key "lab.no-card"; %KT_ERROR_CARD_BUSY,
 *   key "lab.card-in-use"; %KT_ERROR_STORAGE
 */
Card *lab_card_open_dir (const char *dir, GError **error);

G_END_DECLS
