/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-lab"

/*
 * ECDSA by GnuTLS, which is some twenty times faster at it than libgcrypt; libgcrypt has what
 * GnuTLS does not offer, arithmetic with points.
 */

#include "lab-ec.h"

#include <gnutls/abstract.h>
#include <gnutls/crypto.h>
#include <string.h>

#include "kt-error.h"

#define COORDINATE 32

G_DEFINE_AUTO_CLEANUP_FREE_FUNC (gnutls_privkey_t, gnutls_privkey_deinit, NULL)
G_DEFINE_AUTO_CLEANUP_FREE_FUNC (gnutls_pubkey_t, gnutls_pubkey_deinit, NULL)

static void
datum_clear (gnutls_datum_t *datum)
{
  gnutls_free (datum->data);
  datum->data = NULL;
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (gnutls_datum_t, datum_clear)

static gboolean
gnutls_failed (GError **error, int code)
{
  return kt_error_set (error, KT_ERROR_INTERNAL, NULL, "GnuTLS: %s", gnutls_strerror (code));
}

static gnutls_datum_t
part_of (const guint8 *data, gsize at)
{
  gnutls_datum_t part = { (guint8 *) data + at, COORDINATE };

  return part;
}

/* GnuTLS does not take an empty message by a NULL pointer. */
static gnutls_datum_t
message_of (const guint8 *data, gsize len)
{
  gnutls_datum_t message = { len > 0 ? (guint8 *) data : (guint8 *) "", (guint) len };

  return message;
}

/* A number of a DER signature: with a sign byte, or shorter than the field */
static gboolean
take_number (const gnutls_datum_t *number, guint8 out[COORDINATE])
{
  const guint8 *p = number->data;
  gsize len = number->size;

  while (len > 0 && *p == 0)
    {
      p++;
      len--;
    }
  if (len > COORDINATE)
    return FALSE;
  memset (out, 0, COORDINATE);
  memcpy (out + COORDINATE - len, p, len);
  return TRUE;
}

static int
import_private (LabKey *key, gnutls_privkey_t *out)
{
  g_autoptr (GBytes) secret = lab_key_export_raw (key);
  g_autoptr (GBytes) point = lab_key_dup_public (key);
  const guint8 *encoded = g_bytes_get_data (point, NULL);
  gnutls_datum_t x = part_of (encoded, 1);
  gnutls_datum_t y = part_of (encoded, 1 + COORDINATE);
  gnutls_datum_t k = part_of (g_bytes_get_data (secret, NULL), 0);
  int code = gnutls_privkey_init (out);

  if (code < 0)
    return code;
  return gnutls_privkey_import_ecc_raw (*out, GNUTLS_ECC_CURVE_SECP256R1, &x, &y, &k);
}

GBytes *
lab_key_sign (LabKey *key, const guint8 *data, gsize len, GError **error)
{
  g_auto (gnutls_privkey_t) private_key = NULL;
  g_auto (gnutls_datum_t) der = { NULL, 0 };
  g_auto (gnutls_datum_t) r = { NULL, 0 };
  g_auto (gnutls_datum_t) s = { NULL, 0 };
  gnutls_datum_t message = message_of (data, len);
  guint8 raw[LAB_EC_SIGNATURE_BYTES];
  int code;

  g_return_val_if_fail (key != NULL, NULL);

  code = import_private (key, &private_key);
  if (code >= 0)
    code = gnutls_privkey_sign_data2 (private_key, GNUTLS_SIGN_ECDSA_SHA256,
                                      GNUTLS_PRIVKEY_FLAG_REPRODUCIBLE, &message, &der);
  if (code >= 0)
    code = gnutls_decode_rs_value (&der, &r, &s);
  if (code >= 0 && (!take_number (&r, raw) || !take_number (&s, raw + COORDINATE)))
    code = GNUTLS_E_INTERNAL_ERROR;
  if (code < 0)
    {
      gnutls_failed (error, code);
      return NULL;
    }
  return g_bytes_new (raw, sizeof raw);
}

static int
import_public (const guint8 *point, gnutls_pubkey_t *out)
{
  gnutls_datum_t x = part_of (point, 1);
  gnutls_datum_t y = part_of (point, 1 + COORDINATE);
  int code = gnutls_pubkey_init (out);

  if (code < 0)
    return code;
  return gnutls_pubkey_import_ecc_raw (*out, GNUTLS_ECC_CURVE_SECP256R1, &x, &y);
}

gboolean
lab_ec_verify (GBytes *public_key, const guint8 *data, gsize len, const guint8 *signature,
               gsize signature_len, GError **error)
{
  g_auto (gnutls_pubkey_t) key = NULL;
  g_auto (gnutls_datum_t) der = { NULL, 0 };
  gnutls_datum_t message = message_of (data, len);
  gnutls_datum_t r, s;
  const guint8 *point;
  gsize point_len;
  int code;

  g_return_val_if_fail (public_key != NULL, FALSE);

  point = g_bytes_get_data (public_key, &point_len);
  if (point_len != LAB_EC_POINT_BYTES || !lab_ec_point_is_valid (point))
    return kt_error_set (error, KT_ERROR_MALFORMED, "ec.point", "not a point of P-256");
  if (signature_len != LAB_EC_SIGNATURE_BYTES)
    return kt_error_set (error, KT_ERROR_CHECK_FAILED, "ec.signature",
                         "a signature of %zu bytes instead of 64", signature_len);
  r = part_of (signature, 0);
  s = part_of (signature, COORDINATE);
  code = import_public (point, &key);
  if (code >= 0)
    code = gnutls_encode_rs_value (&der, &r, &s);
  if (code < 0)
    return gnutls_failed (error, code);
  if (gnutls_pubkey_verify_data2 (key, GNUTLS_SIGN_ECDSA_SHA256, 0, &message, &der) < 0)
    return kt_error_set (error, KT_ERROR_CHECK_FAILED, "ec.signature",
                         "the signature does not verify");
  return TRUE;
}
