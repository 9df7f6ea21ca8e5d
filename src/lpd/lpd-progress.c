/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-lpd"

#include "config.h"

#include "lpd-progress.h"

#include <glib/gi18n-lib.h>

typedef struct
{
  const char *name;
  const char *title;
  guint phase;
} StepRow;

static const StepRow steps[LPD_N_STEPS] = {
  [LPD_STEP_READ_CHIP] = { "read-chip", N_("Reading the eSIM chip"), 2 },
  [LPD_STEP_CONNECT] = { "connect", N_("Connecting to the operator’s server"), 2 },
  [LPD_STEP_AUTHENTICATE_SERVER] = { "authenticate-server", N_("The chip checks the server"), 3 },
  [LPD_STEP_AUTHENTICATE_CHIP] = { "authenticate-chip", N_("The server checks the chip"), 3 },
  [LPD_STEP_REVIEW] = { "review", N_("Review of the plan"), 3 },
  [LPD_STEP_PREPARE] = { "prepare", N_("The chip prepares its key"), 3 },
  [LPD_STEP_DOWNLOAD] = { "download", N_("Downloading"), 3 },
  [LPD_STEP_CHECK_PACKAGE] = { "check-package", N_("Checking what came"), 3 },
  [LPD_STEP_NETWORK_RELEASED] = { "network-released", N_("Network no longer needed"), 3 },
  [LPD_STEP_WRITE] = { "write", N_("Writing to the chip"), 3 },
  [LPD_STEP_INSTALLED] = { "installed", N_("The plan is on the chip"), 3 },
  [LPD_STEP_NOTIFY] = { "notify", N_("Telling the operator"), 3 },
  [LPD_STEP_SWITCH] = { "switch", N_("Switching the plan"), 4 },
  [LPD_STEP_RESET] = { "reset", N_("Restarting the chip"), 4 },
  [LPD_STEP_READ_BACK] = { "read-back", N_("Asking the chip which plan is in use"), 4 },
  [LPD_STEP_DONE] = { "done", N_("Done"), 4 },
};

const char *
lpd_step_name (LpdStep step)
{
  g_return_val_if_fail ((guint) step < LPD_N_STEPS, "unknown");

  return steps[step].name;
}

const char *
lpd_step_title (LpdStep step)
{
  g_return_val_if_fail ((guint) step < LPD_N_STEPS, "");

  return g_dgettext (GETTEXT_PACKAGE, steps[step].title);
}

guint
lpd_step_phase (LpdStep step)
{
  g_return_val_if_fail ((guint) step < LPD_N_STEPS, 0);

  return steps[step].phase;
}
