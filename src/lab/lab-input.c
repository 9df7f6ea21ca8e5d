/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-lab"

#include "lab-input.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "kt-bytes.h"
#include "kt-error.h"

#define MAX_LINE 4096

/* Straight from the descriptor: stdio would keep a copy of the secret in its buffer. */
static gssize
read_line (int fd, char *line)
{
  gsize len = 0;
  ssize_t got = 1;

  while (len < MAX_LINE && got != 0)
    {
      got = read (fd, line + len, 1);
      if (got < 0 && errno == EINTR)
        continue;
      if (got < 0)
        return -1;
      if (got == 0 || line[len] == '\n')
        break;
      len++;
    }
  line[len] = '\0';
  if (len > 0 && line[len - 1] == '\r')
    line[len - 1] = '\0';
  return (gssize) len;
}

char *
lab_input_secret_line (const char *path, GError **error)
{
  gboolean from_stdin = strcmp (path, "-") == 0;
  int fd = from_stdin ? STDIN_FILENO : open (path, O_RDONLY | O_CLOEXEC);
  g_autoptr (KtSecretString) line = g_malloc0 (MAX_LINE + 1);
  gssize len = fd >= 0 ? read_line (fd, line) : -1;
  int saved = errno;

  if (fd >= 0 && !from_stdin)
    close (fd);
  if (len > 0)
    return g_steal_pointer (&line);
  kt_error_set (error, KT_ERROR_INVALID_INPUT, "input.file", "%s: %s", path,
                len < 0 ? g_strerror (saved) : "nothing in it");
  return NULL;
}

GBytes *
lab_input_file (const char *path, gsize max, GError **error)
{
  g_autoptr (GError) local = NULL;
  char *data;
  gsize len;

  if (!g_file_get_contents (path, &data, &len, &local))
    {
      kt_error_set (error, KT_ERROR_INVALID_INPUT, "input.file", "%s", local->message);
      return NULL;
    }
  if (len <= max)
    return g_bytes_new_take (data, len);
  g_free (data);
  kt_error_set (error, KT_ERROR_INVALID_INPUT, "input.file", "%s: more than %" G_GSIZE_FORMAT
                " bytes", path, max);
  return NULL;
}
