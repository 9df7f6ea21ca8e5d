/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsuctl"

#include "config.h"

#include "ctl-progress.h"

#include <glib/gi18n.h>
#include <unistd.h>

#define BAR_WIDTH 30
/* Redrawing for each segment of a fast card would cost more than the segment. */
#define DRAW_INTERVAL_USEC 40000

void
ctl_progress_init (CtlProgress *self, gboolean quiet, gboolean steps)
{
  *self = (CtlProgress){ .quiet = quiet, .steps = steps, .last_step = -1 };
  self->terminal = !quiet && !steps && isatty (STDERR_FILENO);
}

static char *
describe (const LpdProgress *progress)
{
  g_autofree char *done = NULL;
  g_autofree char *total = NULL;

  if (progress->step == LPD_STEP_DOWNLOAD && progress->net_bytes > 0)
    {
      done = g_format_size (progress->net_bytes);
      total = g_format_size (progress->net_total);
      return progress->net_total > 0 ? g_strdup_printf ("%s / %s", done, total)
                                     : g_steal_pointer (&done);
    }
  if (progress->step == LPD_STEP_WRITE && progress->segments > 0)
    {
      done = g_format_size (progress->chip_bytes);
      total = g_format_size (progress->chip_total);
      /* TRANSLATORS: parts of a plan written to the chip: "12 of 17 parts, 9 kB / 12 kB" */
      return g_strdup_printf (_("%u of %u parts, %s / %s"), progress->segment, progress->segments,
                              done, total);
    }
  return g_strdup ("");
}

static void
draw_bar (CtlProgress *self, const LpdProgress *progress)
{
  g_autofree char *detail = describe (progress);
  guint full = (guint) (progress->fraction * BAR_WIDTH + 0.5);
  GString *bar = g_string_new (NULL);

  for (guint i = 0; i < BAR_WIDTH; i++)
    g_string_append (bar, i < full ? "█" : "░");
  g_printerr ("\r\033[K%s %3.0f %%  %s  %s", bar->str, progress->fraction * 100,
              lpd_step_title (progress->step), detail);
  g_string_free (bar, TRUE);
}

static void
print_step (const LpdProgress *progress)
{
  static const char *const circled[] = { "", "①", "②", "③", "④" };

  g_printerr ("%9.3f s  %s  %s\n", (double) progress->elapsed / G_USEC_PER_SEC,
              circled[lpd_step_phase (progress->step)], lpd_step_title (progress->step));
}

void
ctl_progress_update (const LpdProgress *progress, gpointer data)
{
  CtlProgress *self = data;
  gboolean new_step = (int) progress->step != self->last_step;
  gint64 now = g_get_monotonic_time ();

  if (self->quiet)
    return;
  if (self->terminal && (new_step || now - self->last_drawn >= DRAW_INTERVAL_USEC))
    {
      draw_bar (self, progress);
      self->last_drawn = now;
    }
  else if (self->steps && new_step)
    print_step (progress);
  self->last_step = (int) progress->step;
}

void
ctl_progress_clear_line (CtlProgress *self)
{
  if (self->terminal && self->last_step >= 0)
    g_printerr ("\r\033[K");
}
