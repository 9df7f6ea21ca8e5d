/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "tlv.h"

G_BEGIN_DECLS

/**
 * LabUppHeader: what the first element of a profile package says of it (SAIP, ProfileHeader).
 * @iccid: 10 bytes as in EF.ICCID (nibble-swapped; in the package they are not)
 * @algorithms: services of authentication that the package cannot do without, as bits of
 *   UICCCapability
 */
typedef struct
{
  guint major;
  guint minor;
  guint8 iccid[10];
  guint32 algorithms;
} LabUppHeader;

/** lab_upp_header_parse: %KT_ERROR_INVALID_INPUT with key "operator.package". */
gboolean lab_upp_header_parse (GBytes *upp, LabUppHeader *header, GError **error);

/**
 * lab_check_eligibility:
 * @euicc_info2: BF22 as the eUICC signed it
 * @upp: the package
 * @ppr: policy rules of the profile
 *
 * Whether the package can be of use on this eUICC (SGP.22 section 4.2.1.1): refused with 8.2.5/4.3
 * where format, algorithms or policy rules do not fit, with 8.1/4.8 where the free memory does not.
 */
gboolean lab_check_eligibility (const Tlv *euicc_info2, GBytes *upp, guint32 ppr, GError **error);

G_END_DECLS
