/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/*
 * 3GPP authentication and key agreement (TS 33.102) with MILENAGE (TS 35.206) and the USIM test
 * algorithm (TS 34.108, 8.1.2): the functions, the network's side, and the conversions to GSM.
 */

#define LAB_AKA_KEY_BYTES 16
#define LAB_AKA_RAND_BYTES 16
#define LAB_AKA_AUTN_BYTES 16
#define LAB_AKA_SQN_BYTES 6
#define LAB_AKA_AMF_BYTES 2
#define LAB_AKA_MAC_BYTES 8
#define LAB_AKA_AUTS_BYTES 14
#define LAB_AKA_KC_BYTES 8
#define LAB_AKA_SRES_BYTES 4
#define LAB_AKA_RES_MAX 16

/** LabAkaAlgorithm: numbered as algorithmID of SAIP. */
typedef enum
{
  LAB_AKA_MILENAGE = 1,
  LAB_AKA_TEST = 3,
} LabAkaAlgorithm;

/**
 * LabAkaKey:
 * @res_len: bytes of RES: 4 to 8 for MILENAGE, 4 to 16 for the test algorithm
 * @rotation: MILENAGE's r1 to r5 in bits, 0 to 127
 * @xoring: MILENAGE's c1 to c5
 *
 * A subscriber's secret and what goes with it. Wipe it with lab_aka_key_clear().
 */
typedef struct
{
  LabAkaAlgorithm algorithm;
  guint8 k[LAB_AKA_KEY_BYTES];
  guint8 opc[LAB_AKA_KEY_BYTES];
  guint res_len;
  guint8 rotation[5];
  guint8 xoring[5][16];
} LabAkaKey;

/** lab_aka_key_init: with standard constants and RES length; the test algorithm needs no @opc. */
void lab_aka_key_init (LabAkaKey *key, LabAkaAlgorithm algorithm,
                       const guint8 k[LAB_AKA_KEY_BYTES], const guint8 *opc);
/** lab_aka_key_clear: wipes the secrets. */
void lab_aka_key_clear (LabAkaKey *key);

/** lab_aka_opc: OPc from the operator's OP and the subscriber's K (TS 35.206, 4.1). */
void lab_aka_opc (const guint8 k[LAB_AKA_KEY_BYTES], const guint8 op[LAB_AKA_KEY_BYTES],
                  guint8 opc[LAB_AKA_KEY_BYTES]);

/** lab_aka_f1: MAC-A; @star: MAC-S (f1*). */
void lab_aka_f1 (const LabAkaKey *key, gboolean star, const guint8 rand[LAB_AKA_RAND_BYTES],
                 const guint8 sqn[LAB_AKA_SQN_BYTES], const guint8 amf[LAB_AKA_AMF_BYTES],
                 guint8 mac[LAB_AKA_MAC_BYTES]);

/**
 * lab_aka_f2345:
 * @res: (out): key's res_len bytes
 */
void lab_aka_f2345 (const LabAkaKey *key, const guint8 rand[LAB_AKA_RAND_BYTES],
                    guint8 res[LAB_AKA_RES_MAX], guint8 ck[16], guint8 ik[16],
                    guint8 ak[LAB_AKA_SQN_BYTES]);

/** lab_aka_f5_star: the anonymity key of a resynchronisation. */
void lab_aka_f5_star (const LabAkaKey *key, const guint8 rand[LAB_AKA_RAND_BYTES],
                      guint8 ak[LAB_AKA_SQN_BYTES]);

/** LabAkaVector: an authentication vector; wipe it with kt_wipe(). */
typedef struct
{
  guint8 rand[LAB_AKA_RAND_BYTES];
  guint8 autn[LAB_AKA_AUTN_BYTES];
  guint8 xres[LAB_AKA_RES_MAX];
  guint xres_len;
  guint8 ck[16];
  guint8 ik[16];
} LabAkaVector;

/** lab_aka_make_vector: the network's side: a vector for @sqn, @amf and @rand. */
void lab_aka_make_vector (const LabAkaKey *key, const guint8 sqn[LAB_AKA_SQN_BYTES],
                          const guint8 amf[LAB_AKA_AMF_BYTES],
                          const guint8 rand[LAB_AKA_RAND_BYTES], LabAkaVector *vector);

/** lab_aka_make_auts: the card's side of a resynchronisation, @sqn being its highest. */
void lab_aka_make_auts (const LabAkaKey *key, const guint8 rand[LAB_AKA_RAND_BYTES],
                        const guint8 sqn[LAB_AKA_SQN_BYTES], guint8 auts[LAB_AKA_AUTS_BYTES]);

/**
 * lab_aka_check_auts:
 * @auts: (array length=len): what the card answered to @rand
 * @sqn: (out): the card's highest sequence number
 *
 * The network's side of a resynchronisation (TS 33.102, 6.3.5).
 *
 * Returns: %FALSE with %KT_ERROR_MALFORMED "aka.auts" or %KT_ERROR_CHECK_FAILED "aka.mac-s"
 */
gboolean lab_aka_check_auts (const LabAkaKey *key, const guint8 rand[LAB_AKA_RAND_BYTES],
                             const guint8 *auts, gsize len, guint8 sqn[LAB_AKA_SQN_BYTES],
                             GError **error);

/** lab_aka_to_gsm: SRES and Kc by the conversions c2 and c3 (TS 33.102, 6.8.1.2). */
void lab_aka_to_gsm (const guint8 *res, guint res_len, const guint8 ck[16], const guint8 ik[16],
                     guint8 sres[LAB_AKA_SRES_BYTES], guint8 kc[LAB_AKA_KC_BYTES]);

G_END_DECLS
