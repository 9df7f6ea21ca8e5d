/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * lab_input_secret_line:
 * @path: "-" is standard input
 *
 * Returns: (transfer full) (nullable): the first line, at most 4 KiB; wipe it.
 *   %KT_ERROR_INVALID_INPUT, key "input.file"
 */
char *lab_input_secret_line (const char *path, GError **error);

/** lab_input_file: Returns: (transfer full) (nullable): at most @max bytes; "input.file". */
GBytes *lab_input_file (const char *path, gsize max, GError **error);

G_END_DECLS
