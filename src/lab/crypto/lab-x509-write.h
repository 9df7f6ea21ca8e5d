/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "lab-pki.h"

G_BEGIN_DECLS

/**
 * lab_x509_write:
 * @spec: all of it as wanted: dates, usages and names are not defaulted here
 * @serial: positive
 * @public_key: 65 bytes, the subject's
 * @issuer_name: (nullable): the issuer's Name in DER; %NULL for a self-signed one
 * @issuer_key_id: (nullable): 20 bytes for the AKI
 * @signer: signs
 *
 * Writes a certificate of SGP.26's shape, byte for byte the same for the same arguments.
 *
 * Returns: (transfer full) (nullable): DER
 */
GBytes *lab_x509_write (const LabPkiLeafSpec *spec, gint64 serial, GBytes *public_key,
                        GBytes *issuer_name, const guint8 *issuer_key_id, LabKey *signer,
                        GError **error);

G_END_DECLS
