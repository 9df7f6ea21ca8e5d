/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-net"

#include "net-cert.h"

#include <gnutls/abstract.h>
#include <string.h>

#include "kt-error.h"
#include "net-cert-private.h"
#include "tlv.h"

#define OID_EC_PUBLIC_KEY "1.2.840.10045.2.1"

static gnutls_datum_t
datum_of (const guint8 *data, gsize len)
{
  return (gnutls_datum_t) { (unsigned char *) data, (unsigned int) len };
}

static NetCurve
curve_of (const char *oid)
{
  if (g_strcmp0 (oid, "1.2.840.10045.3.1.7") == 0)
    return NET_CURVE_P256;
  if (g_strcmp0 (oid, "1.3.36.3.3.2.8.1.1.7") == 0)
    return NET_CURVE_BRAINPOOL_P256R1;
  return NET_CURVE_NONE;
}

/* GnuTLS knows no brainpool: the key is read from SubjectPublicKeyInfo by hand. */
static gboolean
read_key (NetCert *cert, const Tlv *spki, GError **error)
{
  g_autofree char *algorithm = NULL;
  g_autofree char *curve = NULL;
  TlvReader reader, inner;
  Tlv head, oid, bits;

  tlv_reader_enter (&reader, spki);
  if (!tlv_expect (&reader, TLV_SEQUENCE, &head, error)
      || !tlv_expect (&reader, TLV_BIT_STRING, &bits, error) || !tlv_expect_end (&reader, error))
    return FALSE;
  tlv_reader_enter (&inner, &head);
  if (!tlv_expect (&inner, TLV_OID, &oid, error))
    return FALSE;
  algorithm = tlv_dup_oid (&oid, error);
  if (algorithm == NULL)
    return FALSE;
  if (strcmp (algorithm, OID_EC_PUBLIC_KEY) != 0 || !tlv_next_is (&inner, TLV_OID, &oid))
    return TRUE;
  curve = tlv_dup_oid (&oid, error);
  if (curve == NULL)
    return FALSE;
  cert->key.curve = curve_of (curve);
  if (cert->key.curve == NET_CURVE_NONE || bits.len != 1 + NET_EC_POINT_BYTES
      || bits.value[0] != 0)
    return TRUE;
  memcpy (cert->key.point, bits.value + 1, NET_EC_POINT_BYTES);
  cert->has_key = TRUE;
  return TRUE;
}

/* RFC 5280 section 4.1: down to SubjectPublicKeyInfo; GnuTLS reads the rest. */
static gboolean
read_tbs (NetCert *cert, const Tlv *tbs, const Tlv *algorithm, GError **error)
{
  TlvReader reader;
  Tlv field;

  tlv_reader_enter (&reader, tbs);
  tlv_next_is (&reader, 0xA0, &field);
  if (!tlv_expect (&reader, TLV_INTEGER, &field, error)
      || !tlv_expect (&reader, TLV_SEQUENCE, &field, error))
    return FALSE;
  /* Section 4.1.1.2: what is not signed must say what is signed. */
  if (field.raw_len != algorithm->raw_len
      || memcmp (field.raw, algorithm->raw, field.raw_len) != 0)
    return kt_error_set (error, KT_ERROR_MALFORMED, NULL, "two signature algorithms");
  return tlv_expect (&reader, TLV_SEQUENCE, &field, error)
         && tlv_expect (&reader, TLV_SEQUENCE, &field, error)
         && tlv_expect (&reader, TLV_SEQUENCE, &field, error)
         && tlv_expect (&reader, TLV_SEQUENCE, &field, error) && read_key (cert, &field, error);
}

static gboolean
read_structure (NetCert *cert, GError **error)
{
  TlvReader reader, inner;
  Tlv whole, tbs, algorithm, oid, bits;

  if (!tlv_parse_bytes (cert->der, TLV_SEQUENCE, &whole, error))
    return FALSE;
  tlv_reader_enter (&reader, &whole);
  if (!tlv_expect (&reader, TLV_SEQUENCE, &tbs, error)
      || !tlv_expect (&reader, TLV_SEQUENCE, &algorithm, error)
      || !tlv_expect (&reader, TLV_BIT_STRING, &bits, error) || !tlv_expect_end (&reader, error))
    return FALSE;
  tlv_reader_enter (&inner, &algorithm);
  if (!tlv_expect (&inner, TLV_OID, &oid, error) || !tlv_check_len (&bits, 2, G_MAXUINT16, error))
    return FALSE;
  if (bits.value[0] != 0)
    return kt_error_set (error, KT_ERROR_MALFORMED, NULL, "a signature of no whole bytes");
  cert->signature_oid = tlv_dup_oid (&oid, error);
  if (cert->signature_oid == NULL || !read_tbs (cert, &tbs, &algorithm, error))
    return FALSE;
  cert->tbs = datum_of (tbs.raw, tbs.raw_len);
  cert->signature = datum_of (bits.value + 1, bits.len - 1);
  return TRUE;
}

typedef int (*NameFunc) (gnutls_x509_crt_t crt, const char *oid, unsigned indx, unsigned raw,
                         void *buf, size_t *size);

/* DirectoryString and its likes (RFC 5280 section 4.1.2.4) */
static char *
dup_text (const Tlv *value)
{
  const char *data = (const char *) value->value;
  const char *charset = NULL;
  char *text;

  if (value->tag == 0x1E)
    charset = "UTF-16BE";
  else if (value->tag == 0x14)
    charset = "ISO-8859-1";
  if (charset == NULL)
    return g_utf8_make_valid (value->len > 0 ? data : "", (gssize) value->len);
  text = g_convert (data, (gssize) value->len, "UTF-8", charset, NULL, NULL, NULL);
  return text != NULL ? text : g_strdup ("");
}

/* Raw: GnuTLS's text has backslashes in it (RFC 4514). */
static char *
dup_attribute (NetCert *cert, NameFunc get, const char *oid)
{
  guint8 buffer[512];
  gsize size = sizeof buffer;
  Tlv value;
  TlvReader reader;

  if (get (cert->crt, oid, 0, 1, buffer, &size) != 0)
    return NULL;
  tlv_reader_init (&reader, buffer, size);
  return tlv_read (&reader, &value, NULL) ? dup_text (&value) : NULL;
}

static char *
dup_name (NetCert *cert, NameFunc get, int (*get_whole) (gnutls_x509_crt_t, char *, size_t *))
{
  char *name = dup_attribute (cert, get, GNUTLS_OID_X520_COMMON_NAME);
  char buffer[1024];
  gsize size = sizeof buffer;

  if (name == NULL)
    name = dup_attribute (cert, get, GNUTLS_OID_X520_ORGANIZATION_NAME);
  if (name == NULL && get_whole (cert->crt, buffer, &size) == 0)
    name = g_utf8_make_valid (buffer, -1);
  if (name == NULL)
    name = g_strdup ("");
  return g_strstrip (name);
}

static GBytes *
dup_raw_name (NetCert *cert, int (*get) (gnutls_x509_crt_t, gnutls_datum_t *))
{
  gnutls_datum_t raw = { NULL, 0 };
  GBytes *bytes;

  if (get (cert->crt, &raw) != 0)
    return NULL;
  bytes = g_bytes_new (raw.data, raw.size);
  gnutls_free (raw.data);
  return bytes;
}

static gboolean
read_names (NetCert *cert)
{
  cert->raw_subject = dup_raw_name (cert, gnutls_x509_crt_get_raw_dn);
  cert->raw_issuer = dup_raw_name (cert, gnutls_x509_crt_get_raw_issuer_dn);
  cert->subject = dup_name (cert, gnutls_x509_crt_get_dn_by_oid, gnutls_x509_crt_get_dn);
  cert->issuer
      = dup_name (cert, gnutls_x509_crt_get_issuer_dn_by_oid, gnutls_x509_crt_get_issuer_dn);
  cert->organization = dup_attribute (cert, gnutls_x509_crt_get_dn_by_oid,
                                      GNUTLS_OID_X520_ORGANIZATION_NAME);
  /* 2.5.4.5, for which GnuTLS has no name */
  cert->serial_number = dup_attribute (cert, gnutls_x509_crt_get_dn_by_oid, "2.5.4.5");
  return cert->raw_subject != NULL && cert->raw_issuer != NULL;
}

static gboolean
read_crt (NetCert *cert)
{
  gnutls_datum_t der;
  gsize len;

  der.data = (unsigned char *) g_bytes_get_data (cert->der, &len);
  der.size = (unsigned int) len;
  if (gnutls_x509_crt_init (&cert->crt) != 0
      || gnutls_x509_crt_import (cert->crt, &der, GNUTLS_X509_FMT_DER) != 0)
    return FALSE;
  cert->not_before = gnutls_x509_crt_get_activation_time (cert->crt);
  cert->not_after = gnutls_x509_crt_get_expiration_time (cert->crt);
  return cert->not_before != -1 && cert->not_after != -1 && read_names (cert)
         && net_cert_read_extensions (cert);
}

NetCert *
net_cert_new (GBytes *der, GError **error)
{
  g_autoptr (NetCert) cert = g_new0 (NetCert, 1);
  g_autoptr (GError) local = NULL;

  g_return_val_if_fail (der != NULL, NULL);

  g_atomic_ref_count_init (&cert->refs);
  cert->der = g_bytes_ref (der);
  cert->path_len = -1;
  cert->dns_names = g_ptr_array_new_with_free_func (g_free);
  cert->addresses = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  if (read_structure (cert, &local) && read_crt (cert))
    return g_steal_pointer (&cert);
  kt_error_set (error, KT_ERROR_MALFORMED, "cert.malformed", "certificate: %s",
                local != NULL ? local->message : "does not parse");
  return NULL;
}

NetCert *
net_cert_ref (NetCert *cert)
{
  g_atomic_ref_count_inc (&cert->refs);
  return cert;
}

void
net_cert_unref (NetCert *cert)
{
  if (cert == NULL || !g_atomic_ref_count_dec (&cert->refs))
    return;
  if (cert->crt != NULL)
    gnutls_x509_crt_deinit (cert->crt);
  g_bytes_unref (cert->der);
  g_free (cert->signature_oid);
  g_clear_pointer (&cert->raw_subject, g_bytes_unref);
  g_clear_pointer (&cert->raw_issuer, g_bytes_unref);
  g_free (cert->subject);
  g_free (cert->issuer);
  g_free (cert->organization);
  g_free (cert->serial_number);
  g_clear_pointer (&cert->subject_key_id, g_bytes_unref);
  g_clear_pointer (&cert->authority_key_id, g_bytes_unref);
  g_free (cert->oid);
  g_ptr_array_unref (cert->dns_names);
  g_ptr_array_unref (cert->addresses);
  g_free (cert);
}

GBytes *
net_cert_get_der (NetCert *cert)
{
  return cert->der;
}

const char *
net_cert_get_oid (NetCert *cert)
{
  return cert->oid;
}

gboolean
net_cert_has_role (NetCert *cert, NetRole role)
{
  return (cert->roles & NET_ROLE_BIT (role)) != 0;
}

guint
net_cert_get_roles (NetCert *cert)
{
  return cert->roles;
}

const char *
net_cert_get_subject (NetCert *cert)
{
  return cert->subject;
}

const char *
net_cert_get_issuer (NetCert *cert)
{
  return cert->issuer;
}

GBytes *
net_cert_get_raw_subject (NetCert *cert)
{
  return cert->raw_subject;
}

GBytes *
net_cert_get_raw_issuer (NetCert *cert)
{
  return cert->raw_issuer;
}

const char *
net_cert_get_organization (NetCert *cert)
{
  return cert->organization;
}

const char *
net_cert_get_serial_number (NetCert *cert)
{
  return cert->serial_number;
}

GBytes *
net_cert_get_subject_key_id (NetCert *cert)
{
  return cert->subject_key_id;
}

GBytes *
net_cert_get_authority_key_id (NetCert *cert)
{
  return cert->authority_key_id;
}

gint64
net_cert_get_not_before (NetCert *cert)
{
  return cert->not_before;
}

gint64
net_cert_get_not_after (NetCert *cert)
{
  return cert->not_after;
}

gboolean
net_cert_is_ca (NetCert *cert)
{
  return cert->ca;
}

int
net_cert_get_path_len (NetCert *cert)
{
  return cert->path_len;
}

gboolean
net_cert_has_key_usage (NetCert *cert)
{
  return cert->has_key_usage;
}

gboolean
net_cert_allows_usage (NetCert *cert, guint usage)
{
  return (cert->key_usage & usage) == usage;
}

NetPurpose
net_cert_get_purposes (NetCert *cert)
{
  return cert->purposes;
}

gboolean
net_cert_has_unknown_critical (NetCert *cert)
{
  return cert->unknown_critical;
}

gboolean
net_cert_is_self_issued (NetCert *cert)
{
  return g_bytes_equal (cert->raw_subject, cert->raw_issuer);
}

gboolean
net_cert_get_key (NetCert *cert, NetEcKey *key)
{
  if (cert->has_key)
    *key = cert->key;
  return cert->has_key;
}
