/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "lab-euicc.h"

G_BEGIN_DECLS

/**
 * lab_euicc_dup_package:
 * @aid: 16 bytes of AID of the profile's ISD-P
 *
 * What no real chip tells: the profile package as it was installed, to compare it with what was sent.
 *
 * Returns: (transfer full) (nullable): %KT_ERROR_STORAGE, or %KT_ERROR_NOT_FOUND
 */
GBytes *lab_euicc_dup_package (LabEuicc *self, GBytes *aid, GError **error);

G_END_DECLS
