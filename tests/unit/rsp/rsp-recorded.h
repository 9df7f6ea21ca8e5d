/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "kt-test.h"

/* Exchanges with other software, kept outside this tree: a test without them is skipped. */

/* The first answer in @file that begins with @prefix, without its status word; NULL if none. */
G_GNUC_UNUSED static GBytes *
recorded_answer (const char *file, const char *prefix)
{
  const char *fixtures = g_getenv ("KT_TEST_FIXTURES");
  g_autofree char *path = g_build_filename (fixtures != NULL ? fixtures : "", "traces", file, NULL);
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;

  if (fixtures == NULL || !g_file_get_contents (path, &text, NULL, NULL))
    return NULL;
  lines = g_strsplit (text, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    if (g_str_has_prefix (lines[i], "< ") && g_str_has_prefix (lines[i] + 2, prefix))
      {
        g_autofree char *hex = g_strndup (lines[i] + 2, strlen (g_strchomp (lines[i])) - 6);

        return hex_bytes (hex);
      }
  return NULL;
}
