/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "kt-env.h"
#include "lab-aka.h"

G_BEGIN_DECLS

/**
 * LabUppSpec:
 * @iccid: 18 to 20 digits, the last one being the Luhn digit
 * @imsi: 6 to 15 digits: MCC, MNC, MSIN
 * @mnc_length: 2 or 3
 * @msisdn: (nullable): digits, with "+" in front for an international number, up to 20
 * @spn: (nullable): service provider name, up to 16 characters of the GSM default alphabet, or up
 *   to 7 of the BMP
 * @algorithm: %LAB_AKA_MILENAGE or %LAB_AKA_TEST
 * @k: 16 bytes
 * @opc: (nullable): 16 bytes; required for MILENAGE
 * @acc: access classes as in EF.ACC, bit n being class n; 0: class of the IMSI's last digit
 * @smsc: (nullable): service centre address, as @msisdn
 * @pin1: (nullable): 4 to 8 digits; %NULL: "0000"
 * @pin1_enabled: whether PIN1 is asked for after a reset
 * @puk1: (nullable): 8 digits; %NULL: random, as for @pin2 (4 to 8 digits), @puk2, @adm1 (8 digits)
 * @gid1: (nullable): group identifier 1; @gid2 likewise; 1 to 20 bytes
 * @oplmn: (nullable): operator-preferred PLMNs, %NULL-terminated, "00101" or "001001", at most 50:
 *   EF.OPLMNwAcT, for E-UTRAN, UTRAN and GERAN
 * @fplmn: (nullable): forbidden PLMNs, likewise
 * @profile_type: (nullable): free text of the header, 1 to 100 bytes of UTF-8
 *
 * What an operator's back office says of a subscription. All strings and bytes are borrowed.
 */
typedef struct
{
  const char *iccid;
  const char *imsi;
  guint mnc_length;
  const char *msisdn;
  const char *spn;
  LabAkaAlgorithm algorithm;
  GBytes *k;
  GBytes *opc;
  guint16 acc;
  const char *smsc;
  const char *pin1;
  gboolean pin1_enabled;
  const char *puk1;
  const char *pin2;
  const char *puk2;
  const char *adm1;
  GBytes *gid1;
  GBytes *gid2;
  const char *const *oplmn;
  const char *const *fplmn;
  const char *profile_type;
} LabUppSpec;

/**
 * lab_upp_build:
 * @env: randomness for the codes left out and for the security domain's keys
 *
 * Makes an interoperable profile package (SAIP 2.3): header, MF, PUKs, PINs, TELECOM, USIM,
 * optional USIM files, PIN2, AKA parameters, GSM access, links for old terminals, MNO-SD, RFM, end.
 *
 * Returns: (transfer full) (nullable): the package, wiped when freed; %KT_ERROR_INVALID_INPUT with
 *   key "operator.<field>" ("operator.mnc-length", …) if @spec cannot be used
 */
GBytes *lab_upp_build (const LabUppSpec *spec, const KtEnv *env, GError **error);

G_END_DECLS
