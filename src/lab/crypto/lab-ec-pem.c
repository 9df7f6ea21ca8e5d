/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-lab"

#include "lab-ec.h"

#include <gnutls/x509.h>
#include <string.h>

#include "kt-bytes.h"
#include "kt-error.h"

G_DEFINE_AUTO_CLEANUP_FREE_FUNC (gnutls_x509_privkey_t, gnutls_x509_privkey_deinit, NULL)

static void
datum_wipe (gnutls_datum_t *datum)
{
  if (datum->data == NULL)
    return;
  kt_wipe (datum->data, datum->size);
  gnutls_free (datum->data);
  datum->data = NULL;
}

static gboolean
gnutls_failed (GError **error, int code)
{
  return kt_error_set (error, KT_ERROR_INTERNAL, NULL, "GnuTLS: %s", gnutls_strerror (code));
}

/* GnuTLS takes the first block it meets: "EC PARAMETERS" in front, as other tools write it, is in
 * its way. */
static const char *
skip_parameters (const char *text, gsize *len)
{
  static const char end[] = "-----END EC PARAMETERS-----";
  const char *found = g_strstr_len (text, (gssize) *len, end);

  if (found == NULL)
    return text;
  found += strlen (end);
  *len -= (gsize) (found - text);
  return found;
}

LabKey *
lab_key_import_pem (GBytes *pem, GError **error)
{
  g_auto (gnutls_x509_privkey_t) parsed = NULL;
  gnutls_ecc_curve_t curve;
  gnutls_datum_t k = { NULL, 0 };
  gnutls_datum_t text;
  guint8 secret[LAB_EC_SECRET_BYTES] = { 0 };
  g_autoptr (GBytes) bytes = NULL;
  const char *data;
  gsize len;

  g_return_val_if_fail (pem != NULL, NULL);

  data = g_bytes_get_data (pem, &len);
  data = skip_parameters (data, &len);
  text.data = (guint8 *) data;
  text.size = (guint) len;
  if (gnutls_x509_privkey_init (&parsed) < 0
      || gnutls_x509_privkey_import2 (parsed, &text, GNUTLS_X509_FMT_PEM, NULL, 0) < 0)
    {
      kt_error_set (error, KT_ERROR_INVALID_INPUT, "key.format", "not a private key in PEM form");
      return NULL;
    }
  if (gnutls_x509_privkey_export_ecc_raw (parsed, &curve, NULL, NULL, &k) < 0
      || curve != GNUTLS_ECC_CURVE_SECP256R1)
    {
      datum_wipe (&k);
      kt_error_set (error, KT_ERROR_INVALID_INPUT, "key.curve", "not a key of P-256");
      return NULL;
    }
  /* The number comes with a sign byte or with leading zeros taken away. */
  if (k.size <= sizeof secret)
    memcpy (secret + sizeof secret - k.size, k.data, k.size);
  else
    memcpy (secret, k.data + k.size - sizeof secret, sizeof secret);
  datum_wipe (&k);
  bytes = kt_secret_bytes (secret, sizeof secret);
  kt_wipe (secret, sizeof secret);
  return lab_key_import_raw (bytes, error);
}

static gboolean
to_x509 (LabKey *key, gnutls_x509_privkey_t privkey, GError **error)
{
  g_autoptr (GBytes) secret = lab_key_export_raw (key);
  g_autoptr (GBytes) point = lab_key_dup_public (key);
  const guint8 *xy = g_bytes_get_data (point, NULL);
  gnutls_datum_t x = { (guint8 *) xy + 1, 32 };
  gnutls_datum_t y = { (guint8 *) xy + 33, 32 };
  gnutls_datum_t k = { (guint8 *) g_bytes_get_data (secret, NULL), LAB_EC_SECRET_BYTES };
  int code = gnutls_x509_privkey_import_ecc_raw (privkey, GNUTLS_ECC_CURVE_SECP256R1, &x, &y, &k);

  return code >= 0 || gnutls_failed (error, code);
}

GBytes *
lab_key_export_pem (LabKey *key, GError **error)
{
  g_auto (gnutls_x509_privkey_t) privkey = NULL;
  g_autoptr (GBytes) pem = NULL;
  gnutls_datum_t out = { NULL, 0 };
  int code;

  g_return_val_if_fail (key != NULL, NULL);

  code = gnutls_x509_privkey_init (&privkey);
  if (code < 0)
    {
      gnutls_failed (error, code);
      return NULL;
    }
  if (!to_x509 (key, privkey, error))
    return NULL;
  code = gnutls_x509_privkey_export2_pkcs8 (privkey, GNUTLS_X509_FMT_PEM, NULL, GNUTLS_PKCS_PLAIN,
                                            &out);
  if (code < 0)
    {
      gnutls_failed (error, code);
      return NULL;
    }
  pem = kt_secret_bytes (out.data, out.size);
  datum_wipe (&out);
  return g_steal_pointer (&pem);
}
