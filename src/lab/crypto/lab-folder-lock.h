/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * LabFolderLock: keeps others, in this process and in any other, from making what a folder lacks
 * while one makes it: two programs that begin in an empty folder must end up with the same keys.
 */
typedef struct _LabFolderLock LabFolderLock;

/**
 * lab_folder_lock:
 * @dir: an existing folder, which gets a file for the purpose
 *
 * Waits for whoever has the lock. It goes with the process, however that ends.
 *
 * Returns: (transfer full) (nullable): %NULL with %KT_ERROR_STORAGE
 */
LabFolderLock *lab_folder_lock (const char *dir, GError **error);
/** lab_folder_unlock: lets the next one in, and frees @lock. */
void lab_folder_unlock (LabFolderLock *lock);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LabFolderLock, lab_folder_unlock)

G_END_DECLS
