/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-lab"

#include "lab-folder-lock.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <sys/file.h>

#include "kt-error.h"

#define LOCK_FILE ".lock"

struct _LabFolderLock
{
  int fd;
};

static gboolean
wait_for (int fd)
{
  while (flock (fd, LOCK_EX) != 0)
    if (errno != EINTR)
      return FALSE;
  return TRUE;
}

LabFolderLock *
lab_folder_lock (const char *dir, GError **error)
{
  g_autofree char *path = NULL;
  LabFolderLock *lock;
  int fd;

  g_return_val_if_fail (dir != NULL, NULL);

  path = g_build_filename (dir, LOCK_FILE, NULL);
  fd = g_open (path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0 || !wait_for (fd))
    {
      kt_error_set (error, KT_ERROR_STORAGE, "storage.folder", "%s: %s", path,
                    g_strerror (errno));
      if (fd >= 0)
        g_close (fd, NULL);
      return NULL;
    }
  lock = g_new0 (LabFolderLock, 1);
  lock->fd = fd;
  return lock;
}

void
lab_folder_unlock (LabFolderLock *lock)
{
  if (lock == NULL)
    return;
  g_close (lock->fd, NULL);
  g_free (lock);
}
