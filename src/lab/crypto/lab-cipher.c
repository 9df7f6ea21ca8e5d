/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-lab"

#include "lab-cipher.h"

#include <gnutls/crypto.h>
#include <string.h>

#include "kt-bytes.h"
#include "kt-error.h"

/* A failure here means that the library lacks an algorithm it promises or that memory is out:
 * going on would leave data unprotected, so the program ends. */
static void
must (int code, const char *what)
{
  if (code < 0)
    g_error ("GnuTLS: %s: %s", what, gnutls_strerror (code));
}

static void
hash (gnutls_digest_algorithm_t algorithm, const guint8 *data, gsize len, guint8 *out)
{
  must (gnutls_hash_fast (algorithm, len > 0 ? data : (const guint8 *) "", len, out), "hash");
}

void
lab_sha256 (const guint8 *data, gsize len, guint8 out[LAB_SHA256_BYTES])
{
  hash (GNUTLS_DIG_SHA256, data, len, out);
}

void
lab_sha256_two (const guint8 *a, gsize a_len, const guint8 *b, gsize b_len,
                guint8 out[LAB_SHA256_BYTES])
{
  gnutls_hash_hd_t handle;

  must (gnutls_hash_init (&handle, GNUTLS_DIG_SHA256), "SHA-256");
  if (a_len > 0)
    must (gnutls_hash (handle, a, a_len), "SHA-256");
  if (b_len > 0)
    must (gnutls_hash (handle, b, b_len), "SHA-256");
  gnutls_hash_deinit (handle, out);
}

void
lab_sha1 (const guint8 *data, gsize len, guint8 out[20])
{
  hash (GNUTLS_DIG_SHA1, data, len, out);
}

void
lab_hmac_sha256 (const guint8 *key, gsize key_len, const guint8 *data, gsize len,
                 guint8 out[LAB_SHA256_BYTES])
{
  must (gnutls_hmac_fast (GNUTLS_MAC_SHA256, key, key_len, len > 0 ? data : (const guint8 *) "",
                          len, out),
        "HMAC");
}

static gnutls_cipher_hd_t
cbc_open (const guint8 *key, gsize key_len, const guint8 iv[16])
{
  gnutls_datum_t key_datum = { (guint8 *) key, (guint) key_len };
  gnutls_datum_t iv_datum = { (guint8 *) iv, LAB_AES_BLOCK };
  gnutls_cipher_hd_t handle;
  gnutls_cipher_algorithm_t algorithm = key_len == 32 ? GNUTLS_CIPHER_AES_256_CBC
                                        : key_len == 24 ? GNUTLS_CIPHER_AES_192_CBC
                                                        : GNUTLS_CIPHER_AES_128_CBC;

  must (gnutls_cipher_init (&handle, algorithm, &key_datum, &iv_datum), "AES-CBC");
  return handle;
}

void
lab_aes_encrypt_block (const guint8 key[16], const guint8 in[16], guint8 out[16])
{
  static const guint8 zero[LAB_AES_BLOCK];

  /* One block of CBC from a zero IV is the bare block cipher. */
  memmove (out, in, LAB_AES_BLOCK);
  lab_aes_cbc_encrypt (key, 16, zero, out, LAB_AES_BLOCK);
}

void
lab_aes_decrypt_block (const guint8 key[16], const guint8 in[16], guint8 out[16])
{
  static const guint8 zero[LAB_AES_BLOCK];

  memmove (out, in, LAB_AES_BLOCK);
  lab_aes_cbc_decrypt (key, 16, zero, out, LAB_AES_BLOCK);
}

void
lab_aes_cbc_encrypt (const guint8 *key, gsize key_len, const guint8 iv[16], guint8 *data,
                     gsize len)
{
  gnutls_cipher_hd_t handle;

  g_return_if_fail (key_len == 16 || key_len == 24 || key_len == 32);
  g_return_if_fail (len % LAB_AES_BLOCK == 0);

  if (len == 0)
    return;
  handle = cbc_open (key, key_len, iv);
  must (gnutls_cipher_encrypt (handle, data, len), "AES-CBC");
  gnutls_cipher_deinit (handle);
}

void
lab_aes_cbc_decrypt (const guint8 *key, gsize key_len, const guint8 iv[16], guint8 *data,
                     gsize len)
{
  gnutls_cipher_hd_t handle;

  g_return_if_fail (key_len == 16 || key_len == 24 || key_len == 32);
  g_return_if_fail (len % LAB_AES_BLOCK == 0);

  if (len == 0)
    return;
  handle = cbc_open (key, key_len, iv);
  must (gnutls_cipher_decrypt (handle, data, len), "AES-CBC");
  gnutls_cipher_deinit (handle);
}

/* LabCmac is GnuTLS's handle under a name of our own. */
LabCmac *
lab_cmac_new (const guint8 key[16])
{
  gnutls_hmac_hd_t handle;

  must (gnutls_hmac_init (&handle, GNUTLS_MAC_AES_CMAC_128, key, 16), "AES-CMAC");
  return (LabCmac *) handle;
}

void
lab_cmac_update (LabCmac *cmac, const guint8 *data, gsize len)
{
  g_return_if_fail (cmac != NULL);

  if (len > 0)
    must (gnutls_hmac ((gnutls_hmac_hd_t) cmac, data, len), "AES-CMAC");
}

void
lab_cmac_finish (LabCmac *cmac, guint8 out[16])
{
  g_return_if_fail (cmac != NULL);

  gnutls_hmac_deinit ((gnutls_hmac_hd_t) cmac, out);
}

void
lab_aes_cmac (const guint8 key[16], const guint8 *data, gsize len, guint8 out[16])
{
  LabCmac *cmac = lab_cmac_new (key);

  lab_cmac_update (cmac, data, len);
  lab_cmac_finish (cmac, out);
}

static gnutls_aead_cipher_hd_t
gcm_open (const guint8 key[32])
{
  gnutls_datum_t key_datum = { (guint8 *) key, 32 };
  gnutls_aead_cipher_hd_t handle;

  must (gnutls_aead_cipher_init (&handle, GNUTLS_CIPHER_AES_256_GCM, &key_datum), "AES-GCM");
  return handle;
}

GBytes *
lab_gcm_seal (const guint8 key[32], const KtEnv *env, const guint8 *aad, gsize aad_len,
              const guint8 *plain, gsize len)
{
  gnutls_aead_cipher_hd_t handle;
  gsize sealed_len = len + LAB_GCM_TAG;
  guint8 *out;

  g_return_val_if_fail (key != NULL && env != NULL, NULL);

  out = g_malloc (LAB_GCM_NONCE + sealed_len);
  kt_env_random (env, out, LAB_GCM_NONCE);
  handle = gcm_open (key);
  must (gnutls_aead_cipher_encrypt (handle, out, LAB_GCM_NONCE, aad, aad_len, LAB_GCM_TAG, plain,
                                    len, out + LAB_GCM_NONCE, &sealed_len),
        "AES-GCM");
  gnutls_aead_cipher_deinit (handle);
  return g_bytes_new_take (out, LAB_GCM_NONCE + sealed_len);
}

GBytes *
lab_gcm_open (const guint8 key[32], const guint8 *aad, gsize aad_len, GBytes *sealed,
              GError **error)
{
  gnutls_aead_cipher_hd_t handle;
  g_autoptr (GBytes) result = NULL;
  g_autofree guint8 *plain = NULL;
  const guint8 *data;
  gsize len;
  gsize plain_len;
  int code;

  g_return_val_if_fail (key != NULL && sealed != NULL, NULL);

  data = g_bytes_get_data (sealed, &len);
  if (len < LAB_GCM_NONCE + LAB_GCM_TAG)
    {
      kt_error_set (error, KT_ERROR_CHECK_FAILED, "cipher.sealed", "sealed data of %zu bytes", len);
      return NULL;
    }
  plain_len = len - LAB_GCM_NONCE - LAB_GCM_TAG;
  plain = g_malloc (plain_len + 1);
  handle = gcm_open (key);
  code = gnutls_aead_cipher_decrypt (handle, data, LAB_GCM_NONCE, aad, aad_len, LAB_GCM_TAG,
                                     data + LAB_GCM_NONCE, len - LAB_GCM_NONCE, plain, &plain_len);
  gnutls_aead_cipher_deinit (handle);
  if (code < 0)
    {
      kt_error_set (error, KT_ERROR_CHECK_FAILED, "cipher.sealed",
                    "sealed data was altered or the key is another");
      return NULL;
    }
  result = kt_secret_bytes (plain, plain_len);
  kt_wipe (plain, plain_len);
  return g_steal_pointer (&result);
}

void
lab_kdf_x963 (const guint8 *secret, gsize secret_len, const guint8 *info, gsize info_len,
              guint8 *out, gsize out_len)
{
  g_return_if_fail (secret != NULL && out != NULL);

  for (guint32 counter = 1; out_len > 0; counter++)
    {
      guint32 big = GUINT32_TO_BE (counter);
      guint8 block[LAB_SHA256_BYTES];
      gsize n = MIN (out_len, sizeof block);
      gnutls_hash_hd_t handle;

      must (gnutls_hash_init (&handle, GNUTLS_DIG_SHA256), "SHA-256");
      must (gnutls_hash (handle, secret, secret_len), "SHA-256");
      must (gnutls_hash (handle, &big, sizeof big), "SHA-256");
      if (info_len > 0)
        must (gnutls_hash (handle, info, info_len), "SHA-256");
      gnutls_hash_deinit (handle, block);
      memcpy (out, block, n);
      kt_wipe (block, sizeof block);
      out += n;
      out_len -= n;
    }
}

gboolean
lab_equal (gconstpointer a, gconstpointer b, gsize len)
{
  return gnutls_memcmp (a, b, len) == 0;
}
