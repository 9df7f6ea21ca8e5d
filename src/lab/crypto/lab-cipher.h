/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "kt-env.h"

G_BEGIN_DECLS

#define LAB_AES_BLOCK 16
#define LAB_SHA256_BYTES 32
#define LAB_GCM_NONCE 12
#define LAB_GCM_TAG 16

/** lab_sha256: */
void lab_sha256 (const guint8 *data, gsize len, guint8 out[LAB_SHA256_BYTES]);

/** lab_sha256_two: the hash of @a followed by @b. */
void lab_sha256_two (const guint8 *a, gsize a_len, const guint8 *b, gsize b_len,
                     guint8 out[LAB_SHA256_BYTES]);

/** lab_sha1: for key identifiers alone (RFC 5280 section 4.2.1.2). */
void lab_sha1 (const guint8 *data, gsize len, guint8 out[20]);

/** lab_hmac_sha256: */
void lab_hmac_sha256 (const guint8 *key, gsize key_len, const guint8 *data, gsize len,
                      guint8 out[LAB_SHA256_BYTES]);

/** lab_aes_encrypt_block: AES-128, one block (ECB); @in and @out may be the same. */
void lab_aes_encrypt_block (const guint8 key[16], const guint8 in[16], guint8 out[16]);
/** lab_aes_decrypt_block: the inverse of lab_aes_encrypt_block(). */
void lab_aes_decrypt_block (const guint8 key[16], const guint8 in[16], guint8 out[16]);

/**
 * lab_aes_cbc_encrypt:
 * @key_len: 16, 24 or 32
 * @data: (inout): @len bytes, a multiple of 16, encrypted in place; no padding is added
 */
void lab_aes_cbc_encrypt (const guint8 *key, gsize key_len, const guint8 iv[16], guint8 *data,
                          gsize len);
/** lab_aes_cbc_decrypt: the inverse of lab_aes_cbc_encrypt(), padding left in place. */
void lab_aes_cbc_decrypt (const guint8 *key, gsize key_len, const guint8 iv[16], guint8 *data,
                          gsize len);

/** LabCmac: AES-128-CMAC (RFC 4493) over pieces. */
typedef struct _LabCmac LabCmac;
LabCmac *lab_cmac_new (const guint8 key[16]);
void lab_cmac_update (LabCmac *cmac, const guint8 *data, gsize len);
/** lab_cmac_finish: writes the 16-byte MAC and frees @cmac. */
void lab_cmac_finish (LabCmac *cmac, guint8 out[16]);

/** lab_aes_cmac: AES-128-CMAC in one go. */
void lab_aes_cmac (const guint8 key[16], const guint8 *data, gsize len, guint8 out[16]);

/**
 * lab_gcm_seal:
 * @key: 32 bytes (AES-256)
 * @aad: (nullable): authenticated, not encrypted: what the row or file is
 *
 * Returns: (transfer full): nonce (12, from @env) || ciphertext || tag (16)
 */
GBytes *lab_gcm_seal (const guint8 key[32], const KtEnv *env, const guint8 *aad, gsize aad_len,
                      const guint8 *plain, gsize len);

/**
 * lab_gcm_open:
 *
 * Returns: (transfer full) (nullable): the plain bytes in wiped memory; %KT_ERROR_CHECK_FAILED with
 *   key "cipher.sealed" if key, aad or bytes differ
 */
GBytes *lab_gcm_open (const guint8 key[32], const guint8 *aad, gsize aad_len, GBytes *sealed,
                      GError **error);

/**
 * lab_kdf_x963: ANSI X9.63 key derivation with SHA-256 (BSI TR-03111 section 4.3.3).
 * @out_len: bytes wanted
 */
void lab_kdf_x963 (const guint8 *secret, gsize secret_len, const guint8 *info, gsize info_len,
                   guint8 *out, gsize out_len);

/** lab_equal: compares in constant time. */
gboolean lab_equal (gconstpointer a, gconstpointer b, gsize len);

G_END_DECLS
