/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** Longest text that is kept of a server's page, in characters, see #KtErrorDetail. */
#define NET_TEXT_MAX 256

/**
 * net_text_sanitize:
 * @body: beginning of an error page, of whatever kind and encoding
 *
 * Leaves what a person can read: one line, without mark-up, style sheets, scripts and control
 * characters.
 *
 * Returns: (transfer full) (nullable): at most %NET_TEXT_MAX characters; %NULL if nothing is left
 */
char *net_text_sanitize (GBytes *body);

G_END_DECLS
