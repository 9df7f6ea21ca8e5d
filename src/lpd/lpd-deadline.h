/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * LpdDeadline:
 *
 * A cancellable that cancels itself after a time, for blocking calls on threads without a main
 * loop. Freeing it earlier calls the timer off.
 */
typedef struct _LpdDeadline LpdDeadline;

LpdDeadline *lpd_deadline_new (gint64 usec);
void lpd_deadline_free (LpdDeadline *deadline);
/** lpd_deadline_get_cancellable: Returns: (transfer none) */
GCancellable *lpd_deadline_get_cancellable (LpdDeadline *deadline);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LpdDeadline, lpd_deadline_free)

G_END_DECLS
