/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "lab-smdp-private.h"

G_BEGIN_DECLS

/**
 * lab_wire_fails_before: makes a @fault that needs no answer happen; %FALSE if it is another one.
 */
gboolean lab_wire_fails_before (SoupServerMessage *message, LabSmdpFault fault, guint status);

/** lab_wire_fails_after: makes a @fault of the answer happen; %FALSE if it is another one. */
gboolean lab_wire_fails_after (SoupServerMessage *message, LabSmdpFault fault, GBytes *answer);

G_END_DECLS
