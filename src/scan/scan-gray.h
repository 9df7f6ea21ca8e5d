/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** ScanGray: a picture of one byte a pixel, rows without padding. */
typedef struct
{
  guint width;
  guint height;
  guint8 *pixels;
} ScanGray;

/** SCAN_MAX_PIXELS: pictures above 64 megapixels are refused before memory is asked for. */
#define SCAN_MAX_PIXELS (64u * 1024 * 1024)

ScanGray *scan_gray_new (guint width, guint height);
void scan_gray_free (ScanGray *gray);
ScanGray *scan_gray_copy (const ScanGray *gray);

/** scan_gray_from_rows: copies @height rows of @width bytes that lie @stride bytes apart. */
ScanGray *scan_gray_from_rows (const guint8 *rows, guint width, guint height, gsize stride);

/** scan_gray_shrink: Returns: (transfer full): averaged over boxes of @factor pixels. */
ScanGray *scan_gray_shrink (const ScanGray *gray, guint factor);
/** scan_gray_enlarge: Returns: (transfer full): twice the size, bilinear. */
ScanGray *scan_gray_enlarge (const ScanGray *gray);
/** scan_gray_stretch: spreads the brightness, leaving out half a percent at either end. */
void scan_gray_stretch (ScanGray *gray);
/** scan_gray_adapt: Returns: (transfer full): brightness relative to the surroundings, smoothed. */
ScanGray *scan_gray_adapt (const ScanGray *gray);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ScanGray, scan_gray_free)

G_END_DECLS
