/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rsp-es10.h"

G_BEGIN_DECLS

/*
 * What must not be lost by a wrong click: the set-up connection (PP), without which a new device
 * cannot fetch a plan, and the last usable plan. Pure judgements over a profile list.
 */

/** lpd_guard_find: Returns: (transfer none) (nullable): by ICCID digits or AID hex. */
RspProfile *lpd_guard_find (GPtrArray *profiles, const char *id);

/** lpd_guard_enabled: Returns: (transfer none) (nullable): the profile in use. */
RspProfile *lpd_guard_enabled (GPtrArray *profiles);

/**
 * lpd_guard_disable, lpd_guard_delete, lpd_guard_reset:
 * @override: the person was told what is lost and wants it all the same
 *
 * Fail with %KT_ERROR_PROTECTED and key "protected.provisioning" or "protected.last-plan" unless
 * @override; with %KT_ERROR_POLICY, key "policy.no-disable" or "policy.no-delete", when the
 * operator's rules forbid it (no override helps); with %KT_ERROR_CHIP_REFUSED, key
 * "chip.delete-in-use" or "chip.not-in-use", when the state is wrong.
 */
gboolean lpd_guard_disable (GPtrArray *profiles, const RspProfile *profile, gboolean override,
                            GError **error);
gboolean lpd_guard_delete (GPtrArray *profiles, const RspProfile *profile, gboolean override,
                           GError **error);
gboolean lpd_guard_reset (GPtrArray *profiles, RspResetOptions options, gboolean override,
                          GError **error);
/** lpd_guard_enable: %KT_ERROR_POLICY, key "policy.no-switch", if the one in use has PPR1. */
gboolean lpd_guard_enable (GPtrArray *profiles, const RspProfile *profile, GError **error);

G_END_DECLS
