/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "lab-smdp-private.h"

G_BEGIN_DECLS

/* The four ES2+ functions for callers that hold the lock and a store transaction. */

gboolean lab_orders_download (LabSmdp *self, const char *requester, const char *eid,
                              const char *iccid, const char *profile_type, char **iccid_out,
                              GError **error);
gboolean lab_orders_confirm (LabSmdp *self, const char *requester,
                             const LabConfirmation *confirmation, char **matching_id_out,
                             char **eid_out, GError **error);
gboolean lab_orders_release (LabSmdp *self, const char *requester, const char *iccid,
                             GError **error);
gboolean lab_orders_cancel (LabSmdp *self, const char *requester, const char *iccid,
                            const char *eid, const char *matching_id, const char *final,
                            GError **error);

G_END_DECLS
