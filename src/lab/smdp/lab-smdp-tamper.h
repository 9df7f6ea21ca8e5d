/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "lab-smdp-private.h"

G_BEGIN_DECLS

/** lab_tamper_shown_metadata: Returns: (transfer full): what authenticateClient shows. */
GBytes *lab_tamper_shown_metadata (LabSmdp *self, GBytes *metadata);
/** lab_tamper_bpp_metadata: Returns: (transfer full): what goes into the package. */
GBytes *lab_tamper_bpp_metadata (LabSmdp *self, GBytes *metadata);
/** lab_tamper_transaction: Returns: (transfer full): @id, spoilt if @what is ordered. */
GBytes *lab_tamper_transaction (LabSmdp *self, LabSmdpTamper what, GBytes *id);
/** lab_tamper_bpp: Returns: (transfer full): the whole package as it is sent. */
GBytes *lab_tamper_bpp (LabSmdp *self, GBytes *bpp);
/** lab_tamper_pb_oid: Returns: (transfer full): a DPpb credential of another SM-DP+. */
LabCredential *lab_tamper_pb_oid (LabSmdp *self, GError **error);

G_END_DECLS
