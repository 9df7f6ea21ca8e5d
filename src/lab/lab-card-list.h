/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "lab-place.h"

G_BEGIN_DECLS

/** lab_card_list_names: Returns: (transfer full): the chips in @place, sorted, %NULL-terminated. */
char **lab_card_list_names (LabPlace *place);

/** lab_card_note_protocol, lab_card_get_protocol: what the chip speaks, kept beside its state. */
gboolean lab_card_note_protocol (const char *card_dir, LabEuiccProtocol protocol, GError **error);
LabEuiccProtocol lab_card_get_protocol (const char *card_dir);

G_END_DECLS
