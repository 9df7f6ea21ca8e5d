/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "lab-place.h"
#include "lab-smdp.h"

G_BEGIN_DECLS

/** LAB_OFFICE_PORT: of the server where nothing else is said. */
#define LAB_OFFICE_PORT 8443

/**
 * lab_office_open:
 * @address: (nullable): of the server, for activation codes; %NULL: where it was served last, or
 *   localhost and %LAB_OFFICE_PORT. %KT_ERROR_INVALID_INPUT, key "input.address"
 *
 * The operator's back office: the server's state without its port. The server may run meanwhile.
 */
LabSmdp *lab_office_open (LabPlace *place, const char *address, const KtEnv *env, GError **error);

/** lab_office_note_address: remembers where the server is, for lab_office_open(). */
gboolean lab_office_note_address (LabPlace *place, const char *address, GError **error);

G_END_DECLS
