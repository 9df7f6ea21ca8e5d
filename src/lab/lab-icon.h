/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** LabIcon: whose mark: a plan's, or the set-up connection's. */
typedef enum
{
  LAB_ICON_PLAN,
  LAB_ICON_SETUP,
} LabIcon;

/**
 * lab_icon_draw: the operator's mark: a line that rises through a gate.
 *
 * Returns: (transfer full) (nullable): a PNG of 64x64 that fits a profile's metadata
 */
GBytes *lab_icon_draw (LabIcon icon, GError **error);

/**
 * lab_icon_sniff:
 * @type: (out): an #RspIconType
 *
 * Whether @picture is a PNG or a JPEG; %KT_ERROR_INVALID_INPUT, key "operator.icon", otherwise.
 */
gboolean lab_icon_sniff (GBytes *picture, int *type, GError **error);

G_END_DECLS
