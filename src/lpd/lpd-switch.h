/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "lpd-job.h"

G_BEGIN_DECLS

/**
 * LpdForm: which forms of the command are tried. Cards in the field know just one of them; by
 * default all are, until the chip's own list confirms the change.
 */
typedef enum
{
  LPD_FORM_ANY = 0,
  LPD_FORM_ICCID = 1 << 0,
  LPD_FORM_AID = 1 << 1,
  LPD_FORM_REFRESH = 1 << 2,
  LPD_FORM_NO_REFRESH = 1 << 3,
} LpdForm;

/** LpdSwitchOptions: @override: lose a protected profile on purpose. */
typedef struct
{
  LpdForm form;
  gboolean override;
} LpdSwitchOptions;

/**
 * lpd_switch_enable, lpd_switch_disable:
 * @id: ICCID digits or AID hex
 *
 * Changes the profile in use, resets the card, opens the channel anew and reads the list back.
 * Success is what the chip then says, nothing else: %KT_ERROR_UNCONFIRMED if it says otherwise.
 *
 * Returns: (transfer full) (element-type RspProfile) (nullable): the chip's list afterwards.
 *   %KT_ERROR_NOT_FOUND, %KT_ERROR_PROTECTED, %KT_ERROR_POLICY, %KT_ERROR_CHIP_REFUSED (catBusy
 *   after all tries)
 */
GPtrArray *lpd_switch_enable (LpdJob *job, LpdChip *chip, const char *id,
                              const LpdSwitchOptions *options, GError **error);
GPtrArray *lpd_switch_disable (LpdJob *job, LpdChip *chip, const char *id,
                               const LpdSwitchOptions *options, GError **error);

/** lpd_switch_delete: deletes for good; returns the list afterwards, which lacks the profile. */
GPtrArray *lpd_switch_delete (LpdJob *job, LpdChip *chip, const char *id,
                              const LpdSwitchOptions *options, GError **error);

/** lpd_switch_memory_reset: @options->override must be set if plans would go. */
GPtrArray *lpd_switch_memory_reset (LpdJob *job, LpdChip *chip, RspResetOptions what,
                                    const LpdSwitchOptions *options, GError **error);

G_END_DECLS
