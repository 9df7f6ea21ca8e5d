/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * LabPicture:
 * @palette: @n_colours times red, green, blue; at most 256
 * @pixels: (array length=width*height): places in the palette, row by row from the top
 */
typedef struct
{
  guint width;
  guint height;
  const guint8 *palette;
  guint n_colours;
  const guint8 *pixels;
} LabPicture;

/** lab_png_write: Returns: (transfer full) (nullable): the picture as PNG; %KT_ERROR_INTERNAL. */
GBytes *lab_png_write (const LabPicture *picture, GError **error);

G_END_DECLS
