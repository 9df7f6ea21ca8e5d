/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-lab"

#include "lab-aka.h"

#include <string.h>

#include "kt-bytes.h"
#include "kt-error.h"
#include "lab-cipher.h"

#define BLOCK 16

/* TS 35.206, 4.1: r1 to r5 in bits; c1 to c5 are zero but for their last byte. */
static const guint8 STANDARD_ROTATION[5] = { 64, 0, 32, 64, 96 };
static const guint8 STANDARD_XORING[5] = { 0, 1, 2, 4, 8 };

static void
xor_block (const guint8 *a, const guint8 *b, guint8 out[BLOCK])
{
  for (guint i = 0; i < BLOCK; i++)
    out[i] = a[i] ^ b[i];
}

/* Cyclic, towards the most significant bit. */
static void
rotate_block (const guint8 in[BLOCK], guint bits, guint8 out[BLOCK])
{
  guint bytes = bits / 8 % BLOCK;
  guint rest = bits % 8;

  for (guint i = 0; i < BLOCK; i++)
    {
      guint pair = (guint) in[(i + bytes) % BLOCK] << 8 | in[(i + bytes + 1) % BLOCK];

      out[i] = (guint8) (pair >> (8 - rest));
    }
}

static void
milenage_temp (const LabAkaKey *key, const guint8 *rand, guint8 temp[BLOCK])
{
  xor_block (rand, key->opc, temp);
  lab_aes_encrypt_block (key->k, temp, temp);
}

/* OUT1 holds f1 and f1*, TS 35.206, 4.1. */
static void
milenage_out1 (const LabAkaKey *key, const guint8 *rand, const guint8 *sqn, const guint8 *amf,
               guint8 out[BLOCK])
{
  guint8 temp[BLOCK], in1[BLOCK];

  milenage_temp (key, rand, temp);
  memcpy (in1, sqn, LAB_AKA_SQN_BYTES);
  memcpy (in1 + LAB_AKA_SQN_BYTES, amf, LAB_AKA_AMF_BYTES);
  memcpy (in1 + BLOCK / 2, in1, BLOCK / 2);
  xor_block (in1, key->opc, in1);
  rotate_block (in1, key->rotation[0], out);
  xor_block (out, temp, out);
  xor_block (out, key->xoring[0], out);
  lab_aes_encrypt_block (key->k, out, out);
  xor_block (out, key->opc, out);
  kt_wipe (temp, sizeof temp);
}

/* OUT2 to OUT5: @n is 2 to 5. */
static void
milenage_out (const LabAkaKey *key, guint n, const guint8 *rand, guint8 out[BLOCK])
{
  guint8 temp[BLOCK];

  milenage_temp (key, rand, temp);
  xor_block (temp, key->opc, temp);
  rotate_block (temp, key->rotation[n - 1], out);
  xor_block (out, key->xoring[n - 1], out);
  lab_aes_encrypt_block (key->k, out, out);
  xor_block (out, key->opc, out);
  kt_wipe (temp, sizeof temp);
}

/* XDOUT of the test algorithm, TS 34.108, 8.1.2.1. */
static void
test_xdout (const LabAkaKey *key, const guint8 *rand, guint8 out[BLOCK])
{
  xor_block (key->k, rand, out);
}

void
lab_aka_key_init (LabAkaKey *key, LabAkaAlgorithm algorithm, const guint8 k[LAB_AKA_KEY_BYTES],
                  const guint8 *opc)
{
  g_return_if_fail (key != NULL && k != NULL);
  g_return_if_fail (algorithm == LAB_AKA_TEST || opc != NULL);

  memset (key, 0, sizeof *key);
  key->algorithm = algorithm;
  memcpy (key->k, k, LAB_AKA_KEY_BYTES);
  if (opc != NULL)
    memcpy (key->opc, opc, LAB_AKA_KEY_BYTES);
  key->res_len = algorithm == LAB_AKA_TEST ? 16 : 8;
  memcpy (key->rotation, STANDARD_ROTATION, sizeof key->rotation);
  for (guint i = 0; i < 5; i++)
    key->xoring[i][BLOCK - 1] = STANDARD_XORING[i];
}

void
lab_aka_key_clear (LabAkaKey *key)
{
  kt_wipe (key, sizeof *key);
}

void
lab_aka_opc (const guint8 k[LAB_AKA_KEY_BYTES], const guint8 op[LAB_AKA_KEY_BYTES],
             guint8 opc[LAB_AKA_KEY_BYTES])
{
  guint8 block[BLOCK];

  lab_aes_encrypt_block (k, op, block);
  xor_block (block, op, opc);
  kt_wipe (block, sizeof block);
}

void
lab_aka_f1 (const LabAkaKey *key, gboolean star, const guint8 rand[LAB_AKA_RAND_BYTES],
            const guint8 sqn[LAB_AKA_SQN_BYTES], const guint8 amf[LAB_AKA_AMF_BYTES],
            guint8 mac[LAB_AKA_MAC_BYTES])
{
  guint8 out[BLOCK];

  if (key->algorithm == LAB_AKA_MILENAGE)
    {
      milenage_out1 (key, rand, sqn, amf, out);
      memcpy (mac, out + (star ? LAB_AKA_MAC_BYTES : 0), LAB_AKA_MAC_BYTES);
    }
  else
    {
      /* f1 and f1* are alike: XDOUT's first half and CDOUT = SQN || AMF. */
      test_xdout (key, rand, out);
      for (guint i = 0; i < LAB_AKA_SQN_BYTES; i++)
        mac[i] = out[i] ^ sqn[i];
      for (guint i = 0; i < LAB_AKA_AMF_BYTES; i++)
        mac[LAB_AKA_SQN_BYTES + i] = out[LAB_AKA_SQN_BYTES + i] ^ amf[i];
    }
  kt_wipe (out, sizeof out);
}

static void
milenage_f2345 (const LabAkaKey *key, const guint8 *rand, guint8 *res, guint8 *ck, guint8 *ik,
                guint8 *ak)
{
  guint8 out[BLOCK];

  milenage_out (key, 2, rand, out);
  memcpy (ak, out, LAB_AKA_SQN_BYTES);
  memcpy (res, out + BLOCK / 2, MIN (key->res_len, BLOCK / 2));
  milenage_out (key, 3, rand, ck);
  milenage_out (key, 4, rand, ik);
  kt_wipe (out, sizeof out);
}

static void
test_f2345 (const LabAkaKey *key, const guint8 *rand, guint8 *res, guint8 *ck, guint8 *ik,
            guint8 *ak)
{
  guint8 out[BLOCK];

  test_xdout (key, rand, out);
  memcpy (res, out, MIN (key->res_len, BLOCK));
  rotate_block (out, 8, ck);
  rotate_block (out, 16, ik);
  memcpy (ak, out + 3, LAB_AKA_SQN_BYTES);
  kt_wipe (out, sizeof out);
}

void
lab_aka_f2345 (const LabAkaKey *key, const guint8 rand[LAB_AKA_RAND_BYTES],
               guint8 res[LAB_AKA_RES_MAX], guint8 ck[16], guint8 ik[16],
               guint8 ak[LAB_AKA_SQN_BYTES])
{
  if (key->algorithm == LAB_AKA_MILENAGE)
    milenage_f2345 (key, rand, res, ck, ik, ak);
  else
    test_f2345 (key, rand, res, ck, ik, ak);
}

void
lab_aka_f5_star (const LabAkaKey *key, const guint8 rand[LAB_AKA_RAND_BYTES],
                 guint8 ak[LAB_AKA_SQN_BYTES])
{
  guint8 out[BLOCK];

  if (key->algorithm == LAB_AKA_MILENAGE)
    {
      milenage_out (key, 5, rand, out);
      memcpy (ak, out, LAB_AKA_SQN_BYTES);
    }
  else
    {
      test_xdout (key, rand, out);
      memcpy (ak, out + 3, LAB_AKA_SQN_BYTES);
    }
  kt_wipe (out, sizeof out);
}

void
lab_aka_make_vector (const LabAkaKey *key, const guint8 sqn[LAB_AKA_SQN_BYTES],
                     const guint8 amf[LAB_AKA_AMF_BYTES], const guint8 rand[LAB_AKA_RAND_BYTES],
                     LabAkaVector *vector)
{
  guint8 ak[LAB_AKA_SQN_BYTES];

  g_return_if_fail (key != NULL && vector != NULL);

  memset (vector, 0, sizeof *vector);
  memcpy (vector->rand, rand, LAB_AKA_RAND_BYTES);
  lab_aka_f2345 (key, rand, vector->xres, vector->ck, vector->ik, ak);
  vector->xres_len = key->res_len;
  for (guint i = 0; i < LAB_AKA_SQN_BYTES; i++)
    vector->autn[i] = sqn[i] ^ ak[i];
  memcpy (vector->autn + LAB_AKA_SQN_BYTES, amf, LAB_AKA_AMF_BYTES);
  lab_aka_f1 (key, FALSE, rand, sqn, amf,
              vector->autn + LAB_AKA_SQN_BYTES + LAB_AKA_AMF_BYTES);
  kt_wipe (ak, sizeof ak);
}

void
lab_aka_make_auts (const LabAkaKey *key, const guint8 rand[LAB_AKA_RAND_BYTES],
                   const guint8 sqn[LAB_AKA_SQN_BYTES], guint8 auts[LAB_AKA_AUTS_BYTES])
{
  static const guint8 resync_amf[LAB_AKA_AMF_BYTES] = { 0, 0 };

  lab_aka_f5_star (key, rand, auts);
  for (guint i = 0; i < LAB_AKA_SQN_BYTES; i++)
    auts[i] ^= sqn[i];
  lab_aka_f1 (key, TRUE, rand, sqn, resync_amf, auts + LAB_AKA_SQN_BYTES);
}

gboolean
lab_aka_check_auts (const LabAkaKey *key, const guint8 rand[LAB_AKA_RAND_BYTES],
                    const guint8 *auts, gsize len, guint8 sqn[LAB_AKA_SQN_BYTES], GError **error)
{
  guint8 found[LAB_AKA_SQN_BYTES], expected[LAB_AKA_AUTS_BYTES];

  g_return_val_if_fail (key != NULL && sqn != NULL, FALSE);

  if (auts == NULL || len != LAB_AKA_AUTS_BYTES)
    return kt_error_set (error, KT_ERROR_MALFORMED, "aka.auts", "AUTS of %zu bytes", len);
  lab_aka_f5_star (key, rand, found);
  for (guint i = 0; i < LAB_AKA_SQN_BYTES; i++)
    found[i] ^= auts[i];
  lab_aka_make_auts (key, rand, found, expected);
  if (!lab_equal (expected, auts, LAB_AKA_AUTS_BYTES))
    return kt_error_set (error, KT_ERROR_CHECK_FAILED, "aka.mac-s", "AUTS: MAC-S does not fit");
  memcpy (sqn, found, LAB_AKA_SQN_BYTES);
  return TRUE;
}

void
lab_aka_to_gsm (const guint8 *res, guint res_len, const guint8 ck[16], const guint8 ik[16],
                guint8 sres[LAB_AKA_SRES_BYTES], guint8 kc[LAB_AKA_KC_BYTES])
{
  g_return_if_fail (res != NULL && res_len <= LAB_AKA_RES_MAX);

  memset (sres, 0, LAB_AKA_SRES_BYTES);
  for (guint i = 0; i < res_len; i++)
    sres[i % LAB_AKA_SRES_BYTES] ^= res[i];
  for (guint i = 0; i < LAB_AKA_KC_BYTES; i++)
    kc[i] = ck[i] ^ ck[i + 8] ^ ik[i] ^ ik[i + 8];
}
