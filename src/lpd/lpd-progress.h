/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * LpdStep: the steps of a job, in the order of Figure 7 of the paper. ① is the network's, ② the
 * connection, ③ authentication, download and installation, ④ the switch.
 */
typedef enum
{
  LPD_STEP_READ_CHIP,
  LPD_STEP_CONNECT,
  LPD_STEP_AUTHENTICATE_SERVER,
  LPD_STEP_AUTHENTICATE_CHIP,
  LPD_STEP_REVIEW,
  LPD_STEP_PREPARE,
  LPD_STEP_DOWNLOAD,
  LPD_STEP_CHECK_PACKAGE,
  LPD_STEP_NETWORK_RELEASED,
  LPD_STEP_WRITE,
  LPD_STEP_INSTALLED,
  LPD_STEP_NOTIFY,
  LPD_STEP_SWITCH,
  LPD_STEP_RESET,
  LPD_STEP_READ_BACK,
  LPD_STEP_DONE,
  LPD_N_STEPS,
} LpdStep;

/** lpd_step_name: Returns: (transfer none): stable name for logs and JSON, "download" … */
const char *lpd_step_name (LpdStep step);
/** lpd_step_title: Returns: (transfer none): the step in the person's language. */
const char *lpd_step_title (LpdStep step);
/** lpd_step_phase: 1 to 4, the paper's circled numbers. */
guint lpd_step_phase (LpdStep step);

/**
 * LpdProgress:
 * @fraction: 0 to 1, never running backwards within a job
 * @net_bytes, @net_total: of the package's download; total 0 if the server does not say
 * @chip_bytes, @chip_total: written to the chip
 * @segment, @segments: segments written of all
 * @elapsed: microseconds since the job began
 */
typedef struct
{
  LpdStep step;
  double fraction;
  gsize net_bytes;
  gsize net_total;
  gsize chip_bytes;
  gsize chip_total;
  guint segment;
  guint segments;
  gint64 elapsed;
} LpdProgress;

/** LpdProgressFunc: called on the flow's thread; must not block. */
typedef void (*LpdProgressFunc) (const LpdProgress *progress, gpointer data);

G_END_DECLS
