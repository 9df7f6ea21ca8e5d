/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/** ctl_ask_set_cancellable: a cancel ends a question that is open; not referenced. */
void ctl_ask_set_cancellable (GCancellable *cancellable);

/** ctl_ask_restore_terminal: for leaving at once: gives back the echo that a secret took. */
void ctl_ask_restore_terminal (void);

/** ctl_ask_possible: whether a person sits at a terminal that can be asked. */
gboolean ctl_ask_possible (void);

/** ctl_ask_line: Returns: (transfer full) (nullable): a line without its end; %NULL at the end. */
char *ctl_ask_line (const char *question);

/** ctl_ask_secret: as ctl_ask_line() without echo; wipe the answer. */
char *ctl_ask_secret (const char *question);

/** ctl_ask_yes: %TRUE for the local word of yes, or "y"; %FALSE for anything else. */
gboolean ctl_ask_yes (const char *question);

/**
 * ctl_read_secret_file:
 * @path: "-" is standard input
 *
 * Returns: (transfer full) (nullable): the first line, at most 4 KiB; wipe it
 */
char *ctl_read_secret_file (const char *path, GError **error);

G_END_DECLS
