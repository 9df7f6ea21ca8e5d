/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-lab"

#include "lab-x509.h"

#include <string.h>

#include "kt-bytes.h"
#include "kt-error.h"
#include "lab-cipher.h"
#include "lab-ec.h"
#include "lab-x509-private.h"
#include "tlv.h"

#define MAX_CERT_BYTES (16 * 1024)

enum
{
  PRINTABLE_STRING = 0x13,
  IA5_STRING = 0x16,
  UTC_TIME = 0x17,
  GENERALIZED_TIME = 0x18,
};

typedef struct
{
  gatomicrefcount refs;
  LabCert cert;
} SharedCert;

static SharedCert *
shared_of (LabCert *cert)
{
  return (SharedCert *) ((guint8 *) cert - G_STRUCT_OFFSET (SharedCert, cert));
}

gboolean
lab_x509_unusual (GError **error, const char *what)
{
  return kt_error_set (error, KT_ERROR_MALFORMED, "x509.malformed", "certificate: %s", what);
}

gboolean
lab_x509_oid_is (const Tlv *tlv, const char *dotted)
{
  g_autofree char *text = tlv_dup_oid (tlv, NULL);

  return g_strcmp0 (text, dotted) == 0;
}

/* ---- names ---- */

static gboolean
take_attribute (char **slot, const Tlv *value, GError **error)
{
  if (value->tag != TLV_UTF8 && value->tag != PRINTABLE_STRING && value->tag != IA5_STRING)
    return lab_x509_unusual (error, "a name in an unusual alphabet");
  /* Two values would let one reader see this EID and the next one another. */
  if (*slot != NULL)
    return lab_x509_unusual (error, "a name with the same attribute twice");
  *slot = tlv_dup_string (value, LAB_X509_MAX_NAME, error);
  return *slot != NULL;
}

gboolean
lab_x509_read_name (const Tlv *name, char **organization, char **serial_number, GError **error)
{
  TlvReader sets;

  tlv_reader_enter (&sets, name);
  while (!tlv_reader_at_end (&sets))
    {
      Tlv set;
      TlvReader pairs;

      if (!tlv_expect (&sets, TLV_SET, &set, error))
        return FALSE;
      tlv_reader_enter (&pairs, &set);
      while (!tlv_reader_at_end (&pairs))
        {
          Tlv pair, oid, value;
          TlvReader members;

          if (!tlv_expect (&pairs, TLV_SEQUENCE, &pair, error))
            return FALSE;
          tlv_reader_enter (&members, &pair);
          if (!tlv_expect (&members, TLV_OID, &oid, error) || !tlv_read (&members, &value, error)
              || !tlv_expect_end (&members, error))
            return FALSE;
          if (lab_x509_oid_is (&oid, LAB_OID_ORGANIZATION)
              && !take_attribute (organization, &value, error))
            return FALSE;
          if (lab_x509_oid_is (&oid, LAB_OID_SERIAL_NUMBER)
              && !take_attribute (serial_number, &value, error))
            return FALSE;
        }
    }
  return TRUE;
}

/* ---- dates ---- */

static int
two_digits (const guint8 *p)
{
  if (!g_ascii_isdigit (p[0]) || !g_ascii_isdigit (p[1]))
    return -1;
  return (p[0] - '0') * 10 + p[1] - '0';
}

static gboolean
read_time (const Tlv *tlv, gint64 *out, GError **error)
{
  g_autoptr (GDateTime) time = NULL;
  const guint8 *p = tlv->value;
  int field[6];
  int year;

  if (tlv->tag == UTC_TIME && tlv->len == 13)
    {
      year = two_digits (p);
      /* RFC 5280 section 4.1.2.5.1 */
      year += year >= 50 ? 1900 : 2000;
    }
  else if (tlv->tag == GENERALIZED_TIME && tlv->len == 15)
    {
      if (two_digits (p) < 0 || two_digits (p + 2) < 0)
        return lab_x509_unusual (error, "a date that is none");
      year = two_digits (p) * 100 + two_digits (p + 2);
      p += 2;
    }
  else
    return lab_x509_unusual (error, "a date of an unusual form");
  for (guint i = 0; i < 6; i++)
    {
      field[i] = two_digits (p + 2 * i);
      if (field[i] < 0)
        return lab_x509_unusual (error, "a date that is none");
    }
  if (p[12] != 'Z')
    return lab_x509_unusual (error, "a date without zone");
  time = g_date_time_new_utc (year, field[1], field[2], field[3], field[4], field[5]);
  if (time == NULL)
    return lab_x509_unusual (error, "a date that is none");
  *out = g_date_time_to_unix (time);
  return TRUE;
}

static gboolean
read_validity (LabCert *cert, const Tlv *validity, GError **error)
{
  TlvReader reader;
  Tlv from, to;

  tlv_reader_enter (&reader, validity);
  return tlv_read (&reader, &from, error) && tlv_read (&reader, &to, error)
         && tlv_expect_end (&reader, error) && read_time (&from, &cert->not_before, error)
         && read_time (&to, &cert->not_after, error);
}

/* ---- key and signature ---- */

static gboolean
read_public_key (LabCert *cert, const Tlv *info, GError **error)
{
  TlvReader reader, algorithm_reader;
  Tlv algorithm, bits, kind, curve;

  tlv_reader_enter (&reader, info);
  if (!tlv_expect (&reader, TLV_SEQUENCE, &algorithm, error)
      || !tlv_expect (&reader, TLV_BIT_STRING, &bits, error) || !tlv_expect_end (&reader, error))
    return FALSE;
  tlv_reader_enter (&algorithm_reader, &algorithm);
  if (!tlv_expect (&algorithm_reader, TLV_OID, &kind, error))
    return FALSE;
  if (!lab_x509_oid_is (&kind, LAB_OID_EC_PUBLIC_KEY)
      || !tlv_next_is (&algorithm_reader, TLV_OID, &curve)
      || !lab_x509_oid_is (&curve, LAB_OID_P256))
    return kt_error_set (error, KT_ERROR_UNSUPPORTED, "x509.curve",
                         "certificate: not a key of P-256");
  if (bits.len != LAB_EC_POINT_BYTES + 1 || bits.value[0] != 0
      || !lab_ec_point_is_valid (bits.value + 1))
    return lab_x509_unusual (error, "the key is no point of P-256");
  cert->public_key = g_bytes_new (bits.value + 1, LAB_EC_POINT_BYTES);
  return TRUE;
}

static gboolean
read_signature_number (TlvReader *reader, guint8 out[32], GError **error)
{
  Tlv number;
  const guint8 *p;
  gsize len;

  if (!tlv_expect (reader, TLV_INTEGER, &number, error))
    return FALSE;
  p = number.value;
  len = number.len;
  if (len > 0 && (p[0] & 0x80) != 0)
    return lab_x509_unusual (error, "a signature with a negative number");
  while (len > 0 && p[0] == 0)
    {
      p++;
      len--;
    }
  if (len > 32)
    return lab_x509_unusual (error, "a signature with too long a number");
  memset (out, 0, 32);
  memcpy (out + 32 - len, p, len);
  return TRUE;
}

static gboolean
read_signature (LabCert *cert, const Tlv *algorithm, const Tlv *bits, GError **error)
{
  TlvReader reader;
  Tlv oid, pair;
  guint8 raw[LAB_EC_SIGNATURE_BYTES];

  tlv_reader_enter (&reader, algorithm);
  if (!tlv_expect (&reader, TLV_OID, &oid, error))
    return FALSE;
  if (!lab_x509_oid_is (&oid, LAB_OID_ECDSA_SHA256))
    return kt_error_set (error, KT_ERROR_UNSUPPORTED, "x509.curve",
                         "certificate: not signed with ECDSA and SHA-256");
  if (bits->len < 1 || bits->value[0] != 0)
    return lab_x509_unusual (error, "a signature of odd bits");
  if (!tlv_parse (bits->value + 1, bits->len - 1, TLV_SEQUENCE, &pair, error))
    return FALSE;
  tlv_reader_enter (&reader, &pair);
  if (!read_signature_number (&reader, raw, error)
      || !read_signature_number (&reader, raw + 32, error)
      || !tlv_expect_end (&reader, error))
    return FALSE;
  cert->signature = g_bytes_new (raw, sizeof raw);
  return TRUE;
}

/* ---- the whole ---- */

static gboolean
read_tbs (LabCert *cert, const Tlv *tbs, Tlv *algorithm, GError **error)
{
  TlvReader fields;
  Tlv version, serial, issuer, validity, subject, key;

  tlv_reader_enter (&fields, tbs);
  (void) tlv_next_is (&fields, 0xA0, &version);
  if (!tlv_expect (&fields, TLV_INTEGER, &serial, error)
      || !tlv_expect (&fields, TLV_SEQUENCE, algorithm, error)
      || !tlv_expect (&fields, TLV_SEQUENCE, &issuer, error)
      || !tlv_expect (&fields, TLV_SEQUENCE, &validity, error)
      || !tlv_expect (&fields, TLV_SEQUENCE, &subject, error)
      || !tlv_expect (&fields, TLV_SEQUENCE, &key, error))
    return FALSE;
  cert->tbs = tlv_dup_raw (tbs);
  cert->serial = tlv_dup_value (&serial);
  cert->issuer = tlv_dup_raw (&issuer);
  cert->subject = tlv_dup_raw (&subject);
  return lab_x509_read_name (&subject, &cert->organization, &cert->serial_number, error)
         && read_validity (cert, &validity, error) && read_public_key (cert, &key, error)
         && lab_x509_read_extensions (cert, &fields, error);
}

static gboolean
read_cert (LabCert *cert, GError **error)
{
  TlvReader reader;
  Tlv whole, tbs, inner, outer, bits;

  if (!tlv_parse_bytes (cert->der, TLV_SEQUENCE, &whole, error))
    return FALSE;
  tlv_reader_enter (&reader, &whole);
  if (!tlv_expect (&reader, TLV_SEQUENCE, &tbs, error)
      || !tlv_expect (&reader, TLV_SEQUENCE, &outer, error)
      || !tlv_expect (&reader, TLV_BIT_STRING, &bits, error) || !tlv_expect_end (&reader, error)
      || !read_tbs (cert, &tbs, &inner, error))
    return FALSE;
  /* RFC 5280 section 4.1.1.2 */
  if (inner.raw_len != outer.raw_len || memcmp (inner.raw, outer.raw, inner.raw_len) != 0)
    return lab_x509_unusual (error, "two signature algorithms");
  return read_signature (cert, &outer, &bits, error);
}

LabCert *
lab_cert_parse (GBytes *der, GError **error)
{
  g_autoptr (LabCert) cert = NULL;
  GError *local = NULL;
  SharedCert *shared;

  g_return_val_if_fail (der != NULL, NULL);

  if (g_bytes_get_size (der) > MAX_CERT_BYTES)
    {
      lab_x509_unusual (error, "too long");
      return NULL;
    }
  shared = g_new0 (SharedCert, 1);
  g_atomic_ref_count_init (&shared->refs);
  cert = &shared->cert;
  cert->der = g_bytes_ref (der);
  cert->path_len = -1;
  cert->policies = g_new0 (char *, 1);
  cert->registered_ids = g_new0 (char *, 1);
  cert->dns_names = g_new0 (char *, 1);
  cert->key_purposes = g_new0 (char *, 1);
  if (read_cert (cert, &local))
    return g_steal_pointer (&cert);
  /* One class and one key for whatever does not parse; only other curves are told apart. */
  if (g_error_matches (local, KT_ERROR, KT_ERROR_UNSUPPORTED))
    g_propagate_error (error, local);
  else
    {
      kt_error_set (error, KT_ERROR_MALFORMED, "x509.malformed", "%s", local->message);
      g_error_free (local);
    }
  return NULL;
}

LabCert *
lab_cert_ref (LabCert *cert)
{
  g_return_val_if_fail (cert != NULL, NULL);

  g_atomic_ref_count_inc (&shared_of (cert)->refs);
  return cert;
}

void
lab_cert_unref (LabCert *cert)
{
  g_return_if_fail (cert != NULL);

  if (!g_atomic_ref_count_dec (&shared_of (cert)->refs))
    return;
  g_clear_pointer (&cert->der, g_bytes_unref);
  g_clear_pointer (&cert->tbs, g_bytes_unref);
  g_clear_pointer (&cert->signature, g_bytes_unref);
  g_clear_pointer (&cert->public_key, g_bytes_unref);
  g_clear_pointer (&cert->issuer, g_bytes_unref);
  g_clear_pointer (&cert->subject, g_bytes_unref);
  g_clear_pointer (&cert->serial, g_bytes_unref);
  g_clear_pointer (&cert->ski, g_bytes_unref);
  g_clear_pointer (&cert->aki, g_bytes_unref);
  g_strfreev (cert->policies);
  g_strfreev (cert->registered_ids);
  g_strfreev (cert->dns_names);
  g_strfreev (cert->key_purposes);
  g_free (cert->organization);
  g_free (cert->serial_number);
  g_free (cert->permitted_organization);
  g_free (cert->permitted_serial);
  g_free (shared_of (cert));
}

void
lab_cert_get_key_id (const LabCert *cert, guint8 out[20])
{
  g_return_if_fail (cert != NULL);

  if (cert->ski != NULL && g_bytes_get_size (cert->ski) == 20)
    memcpy (out, g_bytes_get_data (cert->ski, NULL), 20);
  else
    lab_sha1 (g_bytes_get_data (cert->public_key, NULL), LAB_EC_POINT_BYTES, out);
}
