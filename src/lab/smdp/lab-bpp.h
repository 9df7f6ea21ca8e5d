/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "lab-ec.h"

G_BEGIN_DECLS

/** LAB_BPP_PPK_BYTES: chaining value, PPK-ENC and PPK-CMAC, 16 bytes each. */
#define LAB_BPP_PPK_BYTES 48

/**
 * LabBpp:
 * @transaction_id: 1 to 16 bytes
 * @otsk: the server's one-time key
 * @euicc_otpk: 65 bytes
 * @eid: 16 bytes
 * @signer: key of CERT.DPpb
 * @oid: (nullable): the SM-DP+'s, kept by the eUICC as dpProprietaryData
 * @metadata: BF25, of any length
 * @upp: the unprotected profile package
 * @ppk: (nullable): %LAB_BPP_PPK_BYTES; protects the package by these instead of the session keys
 *
 * What a BoundProfilePackage is made of (SGP.22 section 2.5.4). Nothing is drawn at random here:
 * the same parts give the same protected segments, so an interrupted download can be bound again to
 * the keys that the eUICC has kept.
 */
typedef struct
{
  GBytes *transaction_id;
  LabKey *otsk;
  GBytes *euicc_otpk;
  const guint8 *eid;
  LabKey *signer;
  const char *oid;
  GBytes *metadata;
  GBytes *upp;
  const guint8 *ppk;
} LabBpp;

/** lab_bpp_build: Returns: (transfer full) (nullable): BF36; fails if @euicc_otpk is no point. */
GBytes *lab_bpp_build (const LabBpp *bpp, GError **error);

G_END_DECLS
