/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "lpd-progress.h"

G_BEGIN_DECLS

/**
 * CtlProgress: how a job is shown: a bar with bytes and segments on a terminal, a line a step
 * elsewhere (with times if @steps), nothing at all if @quiet.
 */
typedef struct
{
  gboolean quiet;
  gboolean steps;
  gboolean terminal;
  int last_step;
  gint64 last_drawn;
} CtlProgress;

void ctl_progress_init (CtlProgress *self, gboolean quiet, gboolean steps);
/** ctl_progress_update: an #LpdProgressFunc with a #CtlProgress as its data. */
void ctl_progress_update (const LpdProgress *progress, gpointer data);
/** ctl_progress_clear_line: before anything else is printed. */
void ctl_progress_clear_line (CtlProgress *self);

G_END_DECLS
