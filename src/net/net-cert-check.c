/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-net"

#include "net-cert.h"

#include <gio/gio.h>
#include <gnutls/abstract.h>
#include <gnutls/crypto.h>
#include <string.h>

#include "net-cert-private.h"
#include "tlv.h"

#define HASH_MAX 64

/* ---- signatures ---- */

static gnutls_digest_algorithm_t
digest_of (const char *signature_oid)
{
  if (strcmp (signature_oid, "1.2.840.10045.4.3.2") == 0)
    return GNUTLS_DIG_SHA256;
  if (strcmp (signature_oid, "1.2.840.10045.4.3.3") == 0)
    return GNUTLS_DIG_SHA384;
  if (strcmp (signature_oid, "1.2.840.10045.4.3.4") == 0)
    return GNUTLS_DIG_SHA512;
  return GNUTLS_DIG_UNKNOWN;
}

static gboolean
read_number (TlvReader *reader, guint8 out[NET_EC_NUMBER_BYTES])
{
  Tlv number;

  if (!tlv_expect (reader, TLV_INTEGER, &number, NULL) || number.len == 0
      || (number.value[0] & 0x80) != 0)
    return FALSE;
  while (number.len > 1 && number.value[0] == 0)
    {
      number.value++;
      number.len--;
    }
  if (number.len > NET_EC_NUMBER_BYTES)
    return FALSE;
  memset (out, 0, NET_EC_NUMBER_BYTES);
  memcpy (out + NET_EC_NUMBER_BYTES - number.len, number.value, number.len);
  return TRUE;
}

/* ECDSA-Sig-Value, and the hash of what it signs; FALSE for everything but ECDSA with a SHA-2. */
static gboolean
read_signature (NetCert *cert, NetEcSignature *signature, guint8 hash[HASH_MAX], gsize *hash_len)
{
  gnutls_digest_algorithm_t digest = digest_of (cert->signature_oid);
  TlvReader reader;
  Tlv sequence;

  if (digest == GNUTLS_DIG_UNKNOWN
      || !tlv_parse (cert->signature.data, cert->signature.size, TLV_SEQUENCE, &sequence, NULL))
    return FALSE;
  tlv_reader_enter (&reader, &sequence);
  if (!read_number (&reader, signature->r) || !read_number (&reader, signature->s)
      || !tlv_reader_at_end (&reader))
    return FALSE;
  *hash_len = gnutls_hash_get_len (digest);
  return gnutls_hash_fast (digest, cert->tbs.data, cert->tbs.size, hash) == 0;
}

guint
net_cert_recover_issuer (NetCert *cert, NetCurve curve, NetEcKey keys[NET_RECOVER_MAX])
{
  NetEcSignature signature;
  guint8 hash[HASH_MAX];
  gsize hash_len;

  g_return_val_if_fail (cert != NULL, 0);

  if (!read_signature (cert, &signature, hash, &hash_len))
    return 0;
  return net_recover_keys (curve, hash, hash_len, &signature, keys);
}

static gboolean
verify_with_gnutls (NetCert *cert, NetCert *issuer)
{
  gnutls_sign_algorithm_t algorithm;
  gnutls_pubkey_t key = NULL;
  int rc = gnutls_x509_crt_get_signature_algorithm (cert->crt);
  gboolean good;

  if (rc <= GNUTLS_SIGN_UNKNOWN || gnutls_pubkey_init (&key) != 0)
    return FALSE;
  algorithm = (gnutls_sign_algorithm_t) rc;
  good = gnutls_pubkey_import_x509 (key, issuer->crt, 0) == 0
         && gnutls_pubkey_verify_data2 (key, algorithm, 0, &cert->tbs, &cert->signature) >= 0;
  gnutls_pubkey_deinit (key);
  return good;
}

gboolean
net_cert_is_signed_by (NetCert *cert, NetCert *issuer)
{
  NetEcSignature signature;
  guint8 hash[HASH_MAX];
  gsize hash_len;

  g_return_val_if_fail (cert != NULL && issuer != NULL, FALSE);

  if (!g_bytes_equal (cert->raw_issuer, issuer->raw_subject))
    return FALSE;
  if (issuer->has_key && issuer->key.curve == NET_CURVE_BRAINPOOL_P256R1)
    return read_signature (cert, &signature, hash, &hash_len)
           && net_ec_verify (&issuer->key, hash, hash_len, &signature);
  return verify_with_gnutls (cert, issuer);
}

/* ---- names ---- */

static gboolean
name_matches (const char *pattern, const char *host)
{
  const char *dot;

  if (g_ascii_strcasecmp (pattern, host) == 0)
    return TRUE;
  /* "*.example.com" stands for one label; "*.com" for nothing. */
  if (!g_str_has_prefix (pattern, "*.") || strchr (pattern + 2, '.') == NULL
      || strchr (pattern + 1, '*') != NULL)
    return FALSE;
  dot = strchr (host, '.');
  return dot != NULL && dot != host && g_ascii_strcasecmp (dot, pattern + 1) == 0;
}

gboolean
net_cert_matches_host (NetCert *cert, const char *host)
{
  g_autoptr (GInetAddress) address = NULL;

  g_return_val_if_fail (cert != NULL && host != NULL, FALSE);

  address = g_inet_address_new_from_string (host);
  if (address != NULL)
    {
      g_autoptr (GBytes) raw = g_bytes_new (g_inet_address_to_bytes (address),
                                            g_inet_address_get_native_size (address));

      return g_ptr_array_find_with_equal_func (cert->addresses, raw, g_bytes_equal, NULL);
    }
  for (guint i = 0; i < cert->dns_names->len; i++)
    if (name_matches (g_ptr_array_index (cert->dns_names, i), host))
      return TRUE;
  return FALSE;
}

gboolean
net_cert_permits_names (NetCert *cert, NetCert *leaf)
{
  gnutls_x509_name_constraints_t constraints = NULL;
  gboolean permitted = TRUE;
  int rc;

  g_return_val_if_fail (cert != NULL && leaf != NULL, FALSE);

  if (gnutls_x509_name_constraints_init (&constraints) != 0)
    return FALSE;
  rc = gnutls_x509_crt_get_name_constraints (cert->crt, constraints, 0, NULL);
  if (rc >= 0)
    permitted = gnutls_x509_name_constraints_check_crt (constraints, GNUTLS_SAN_DNSNAME, leaf->crt)
                != 0;
  else
    permitted = rc == GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE;
  gnutls_x509_name_constraints_deinit (constraints);
  return permitted;
}
