/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsuctl"

#include "config.h"

#include "ctl-ask.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "kt-bytes.h"
#include "kt-error.h"

#define MAX_LINE 4096

static GCancellable *asked_under;
static struct termios terminal_before;
static volatile gboolean echo_is_off;

void
ctl_ask_set_cancellable (GCancellable *cancellable)
{
  asked_under = cancellable;
}

void
ctl_ask_restore_terminal (void)
{
  if (echo_is_off)
    tcsetattr (STDIN_FILENO, TCSANOW, &terminal_before);
}

gboolean
ctl_ask_possible (void)
{
  return isatty (STDIN_FILENO) && isatty (STDERR_FILENO);
}

/* Whether a byte, or the end, is there; not if the job is cancelled first. */
static gboolean
wait_for_input (int fd)
{
  struct pollfd fds[2] = { { .fd = fd, .events = POLLIN }, { .fd = -1, .events = POLLIN } };

  if (asked_under != NULL)
    fds[1].fd = g_cancellable_get_fd (asked_under);
  while (poll (fds, 2, -1) < 0 && errno == EINTR)
    ;
  if (asked_under != NULL)
    g_cancellable_release_fd (asked_under);
  return fds[1].revents == 0;
}

/* One line straight from the descriptor: stdio would keep a copy of a secret in its buffer. */
static char *
read_line (int fd)
{
  char *line = g_malloc (MAX_LINE + 1);
  gsize len = 0;
  char c;
  ssize_t got = 0;

  while (len < MAX_LINE && wait_for_input (fd) && (got = read (fd, &c, 1)) != 0)
    {
      if (got < 0 && errno == EINTR)
        continue;
      if (got < 0 || c == '\n')
        break;
      line[len++] = c;
    }
  line[len] = '\0';
  if (len > 0 && line[len - 1] == '\r')
    line[len - 1] = '\0';
  if ((got <= 0 && len == 0) || g_cancellable_is_cancelled (asked_under))
    {
      kt_wipe (line, len);
      g_free (line);
      return NULL;
    }
  return line;
}

char *
ctl_ask_line (const char *question)
{
  g_printerr ("%s ", question);
  return read_line (STDIN_FILENO);
}

char *
ctl_ask_secret (const char *question)
{
  struct termios quiet;
  gboolean terminal = tcgetattr (STDIN_FILENO, &terminal_before) == 0;
  char *line;

  g_printerr ("%s ", question);
  if (terminal)
    {
      quiet = terminal_before;
      quiet.c_lflag &= ~(tcflag_t) ECHO;
      echo_is_off = TRUE;
      tcsetattr (STDIN_FILENO, TCSAFLUSH, &quiet);
    }
  line = read_line (STDIN_FILENO);
  if (terminal)
    {
      tcsetattr (STDIN_FILENO, TCSAFLUSH, &terminal_before);
      echo_is_off = FALSE;
      g_printerr ("\n");
    }
  return line;
}

gboolean
ctl_ask_yes (const char *question)
{
  g_autofree char *line = NULL;
  g_autofree char *answer = NULL;

  /* TRANSLATORS: %s is a question; the word in brackets is what a person types to agree. */
  g_printerr (_("%s [yes/no]"), question);
  line = ctl_ask_line ("");
  if (line == NULL)
    return FALSE;
  answer = g_strstrip (g_utf8_casefold (line, -1));
  /* TRANSLATORS: the word of agreement, as offered in "[yes/no]". */
  return strcmp (answer, "y") == 0 || strcmp (answer, "yes") == 0 || strcmp (answer, _("yes")) == 0;
}

char *
ctl_read_secret_file (const char *path, GError **error)
{
  gboolean from_stdin = strcmp (path, "-") == 0;
  int fd = from_stdin ? STDIN_FILENO : open (path, O_RDONLY | O_CLOEXEC);
  char *line;

  if (fd < 0)
    {
      kt_error_set (error, KT_ERROR_INVALID_INPUT, "input.file", "%s: %s", path, g_strerror (errno));
      return NULL;
    }
  line = read_line (fd);
  if (!from_stdin)
    close (fd);
  if (line == NULL)
    kt_error_set (error, KT_ERROR_INVALID_INPUT, "input.file", "%s: nothing in it", path);
  return line;
}
