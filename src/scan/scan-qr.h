/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "scan-gray.h"

G_BEGIN_DECLS

/**
 * scan_qr_once:
 * @inverted: also look for light codes on dark
 *
 * One pass over a camera frame, fast enough for each frame.
 *
 * Returns: (transfer full) (array zero-terminated=1): texts of the QR codes found, maybe none
 */
char **scan_qr_once (const ScanGray *gray, gboolean inverted);

/**
 * scan_qr_hard:
 *
 * For a still picture: several sizes, stretched and local contrast, enlarged parts. A picture
 * without a code takes up to a second: not for the main thread.
 */
char **scan_qr_hard (const ScanGray *gray);

/**
 * scan_qr_file:
 * @path: a picture in any format that gdk-pixbuf reads
 *
 * Returns: (transfer full) (nullable): %KT_ERROR_INVALID_INPUT, key "qr.file", or %KT_ERROR_NOT_FOUND, key
 *   "qr.none", when there is no code in it; %KT_ERROR_LIMIT, key "qr.file"
 */
char **scan_qr_file (const char *path, GError **error);

G_END_DECLS
