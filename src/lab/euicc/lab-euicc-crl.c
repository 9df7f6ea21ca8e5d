/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-lab"

#include <string.h>

#include "kt-error.h"
#include "lab-euicc-private.h"

/* LoadCRL: SGP.22 section 5.7.12, with the list of RFC 5280 section 5. */

enum
{
  CRL_OK = 0,
  CRL_INVALID_SIGNATURE = 1,
  CRL_INVALID_FORMAT = 2,
  CRL_KEY_NOT_FOUND = 4,
  CRL_FRESHER_LOADED = 5,
};

enum
{
  MAX_REVOKED = 1024,
  MAX_SERIAL = 20,
  TAG_UTC_TIME = 0x17,
  TAG_GENERALIZED_TIME = 0x18,
};

#define OID_ECDSA_SHA256 "1.2.840.10045.4.3.2"
#define OID_CRL_NUMBER "2.5.29.20"
#define OID_AKI "2.5.29.35"

typedef struct
{
  Tlv tbs;
  guint8 signature[LAB_EC_SIGNATURE_BYTES];
  GBytes *aki;
  gint64 number;
  GPtrArray *serials;
} Crl;

static void
crl_clear (Crl *crl)
{
  g_clear_pointer (&crl->aki, g_bytes_unref);
  g_clear_pointer (&crl->serials, g_ptr_array_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Crl, crl_clear)

/* ---- reading ---- */

static gboolean
malformed (GError **error, const char *what)
{
  return kt_error_set (error, KT_ERROR_MALFORMED, NULL, "revocation list: %s", what);
}

static gboolean
is_time (const Tlv *tlv)
{
  return tlv->tag == TAG_UTC_TIME || tlv->tag == TAG_GENERALIZED_TIME;
}

static gboolean
is_oid (const Tlv *tlv, const char *dotted)
{
  g_autofree char *oid = tlv->tag == TLV_OID ? tlv_dup_oid (tlv, NULL) : NULL;

  return g_strcmp0 (oid, dotted) == 0;
}

/* An INTEGER of the signature as 32 bytes. */
static gboolean
read_scalar (TlvReader *reader, guint8 out[32], GError **error)
{
  const guint8 *value;
  gsize len;
  Tlv tlv;

  if (!tlv_expect (reader, TLV_INTEGER, &tlv, error) || !tlv_check_len (&tlv, 1, 33, error))
    return FALSE;
  value = tlv.value;
  len = tlv.len;
  if (len == 33)
    {
      if (value[0] != 0)
        return malformed (error, "signature");
      value++;
      len--;
    }
  memset (out, 0, 32);
  memcpy (out + 32 - len, value, len);
  return TRUE;
}

static gboolean
read_signature (Crl *crl, const Tlv *bits, GError **error)
{
  TlvReader reader;
  Tlv sequence;

  if (bits->len < 1 || bits->value[0] != 0)
    return malformed (error, "signature");
  if (!tlv_parse (bits->value + 1, bits->len - 1, TLV_SEQUENCE, &sequence, error))
    return FALSE;
  tlv_reader_enter (&reader, &sequence);
  return read_scalar (&reader, crl->signature, error)
         && read_scalar (&reader, crl->signature + 32, error) && tlv_expect_end (&reader, error);
}

static gboolean
read_revoked (Crl *crl, const Tlv *list, GError **error)
{
  TlvReader reader;
  Tlv entry;

  tlv_reader_enter (&reader, list);
  while (!tlv_reader_at_end (&reader))
    {
      TlvReader fields;
      Tlv serial;
      Tlv date;

      if (!tlv_expect (&reader, TLV_SEQUENCE, &entry, error))
        return FALSE;
      tlv_reader_enter (&fields, &entry);
      if (!tlv_expect (&fields, TLV_INTEGER, &serial, error)
          || !tlv_check_len (&serial, 1, MAX_SERIAL, error) || !tlv_read (&fields, &date, error))
        return FALSE;
      if (!is_time (&date) || crl->serials->len == MAX_REVOKED)
        return malformed (error, "revoked certificate");
      g_ptr_array_add (crl->serials, tlv_dup_value (&serial));
    }
  return TRUE;
}

static gboolean
read_aki (Crl *crl, const Tlv *value, GError **error)
{
  Tlv sequence;
  Tlv id;

  if (!tlv_parse (value->value, value->len, TLV_SEQUENCE, &sequence, error)
      || !tlv_need (&sequence, 0x80, &id, error))
    return FALSE;
  g_clear_pointer (&crl->aki, g_bytes_unref);
  crl->aki = tlv_dup_value (&id);
  return TRUE;
}

static gboolean
read_number (Crl *crl, const Tlv *value, GError **error)
{
  Tlv number;

  return tlv_parse (value->value, value->len, TLV_INTEGER, &number, error)
         && tlv_get_int (&number, &crl->number, error);
}

static gboolean
read_extension (Crl *crl, const Tlv *extension, GError **error)
{
  TlvReader reader;
  Tlv oid;
  Tlv critical;
  Tlv value;

  tlv_reader_enter (&reader, extension);
  if (!tlv_expect (&reader, TLV_OID, &oid, error))
    return FALSE;
  tlv_next_is (&reader, TLV_BOOLEAN, &critical);
  if (!tlv_expect (&reader, TLV_OCTET_STRING, &value, error))
    return FALSE;
  if (is_oid (&oid, OID_AKI))
    return read_aki (crl, &value, error);
  if (is_oid (&oid, OID_CRL_NUMBER))
    return read_number (crl, &value, error);
  return TRUE;
}

static gboolean
read_extensions (Crl *crl, const Tlv *wrapper, GError **error)
{
  TlvReader reader;
  Tlv list;
  Tlv extension;

  if (!tlv_parse (wrapper->value, wrapper->len, TLV_SEQUENCE, &list, error))
    return FALSE;
  tlv_reader_enter (&reader, &list);
  while (!tlv_reader_at_end (&reader))
    if (!tlv_expect (&reader, TLV_SEQUENCE, &extension, error)
        || !read_extension (crl, &extension, error))
      return FALSE;
  return TRUE;
}

static gboolean
check_algorithm (const Tlv *algorithm, GError **error)
{
  TlvReader reader;
  Tlv oid;

  tlv_reader_enter (&reader, algorithm);
  if (!tlv_read (&reader, &oid, error))
    return FALSE;
  return is_oid (&oid, OID_ECDSA_SHA256) || malformed (error, "algorithm");
}

static gboolean
read_tbs (Crl *crl, GError **error)
{
  TlvReader reader;
  Tlv tlv;

  tlv_reader_enter (&reader, &crl->tbs);
  /* version 2, algorithm, issuer, thisUpdate [, nextUpdate] [, revoked], [0] extensions */
  if (!tlv_expect (&reader, TLV_INTEGER, &tlv, error)
      || !tlv_expect (&reader, TLV_SEQUENCE, &tlv, error) || !check_algorithm (&tlv, error)
      || !tlv_expect (&reader, TLV_SEQUENCE, &tlv, error) || !tlv_read (&reader, &tlv, error))
    return FALSE;
  if (!is_time (&tlv))
    return malformed (error, "date");
  if (!tlv_next_is (&reader, TAG_UTC_TIME, &tlv))
    tlv_next_is (&reader, TAG_GENERALIZED_TIME, &tlv);
  if (tlv_next_is (&reader, TLV_SEQUENCE, &tlv) && !read_revoked (crl, &tlv, error))
    return FALSE;
  return tlv_expect (&reader, 0xA0, &tlv, error) && read_extensions (crl, &tlv, error)
         && tlv_expect_end (&reader, error);
}

static gboolean
read_crl (const Tlv *request, Crl *crl, GError **error)
{
  TlvReader reader;
  Tlv list;
  Tlv tlv;

  crl->number = -1;
  crl->serials = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  if (!tlv_parse (request->value, request->len, TLV_SEQUENCE, &list, error))
    return FALSE;
  tlv_reader_enter (&reader, &list);
  if (!tlv_expect (&reader, TLV_SEQUENCE, &crl->tbs, error) || !read_tbs (crl, error)
      || !tlv_expect (&reader, TLV_SEQUENCE, &tlv, error) || !check_algorithm (&tlv, error)
      || !tlv_expect (&reader, TLV_BIT_STRING, &tlv, error) || !read_signature (crl, &tlv, error)
      || !tlv_expect_end (&reader, error))
    return FALSE;
  /* RFC 5280 section 5.2 demands both. */
  return (crl->aki != NULL && crl->number >= 0) || malformed (error, "no key identifier or number");
}

/* ---- judging ---- */

static GBytes *
crl_error (int code)
{
  g_autoptr (TlvWriter) writer = tlv_writer_new ();

  tlv_begin (writer, 0xBF35);
  tlv_put_int (writer, 0x81, code);
  tlv_end (writer);
  return tlv_writer_finish (g_steal_pointer (&writer));
}

static GBytes *
crl_ok (void)
{
  static const guint8 ok[] = { 0xBF, 0x35, 0x02, 0xA0, 0x00 };

  return g_bytes_new_static (ok, sizeof ok);
}

static gboolean
judge (LabEuicc *self, const Crl *crl, int *code, GError **error)
{
  const LabCi *ci = lab_euicc_find_ci (self, g_bytes_get_data (crl->aki, NULL),
                                       g_bytes_get_size (crl->aki));
  gint64 loaded;

  if (ci == NULL)
    *code = CRL_KEY_NOT_FOUND;
  else if ((ci->cert->key_usage & LAB_KEY_USAGE_CRL_SIGN) == 0
           || !lab_ec_verify (ci->cert->public_key, crl->tbs.raw, crl->tbs.raw_len,
                              crl->signature, sizeof crl->signature, NULL))
    *code = CRL_INVALID_SIGNATURE;
  else
    {
      if (!lab_euicc_store_get_crl_number (self->store, crl->aki, &loaded, error))
        return FALSE;
      *code = crl->number <= loaded ? CRL_FRESHER_LOADED : CRL_OK;
    }
  return TRUE;
}

GBytes *
lab_es10b_load_crl (LabEuicc *self, const Tlv *request, guint16 *sw)
{
  g_autoptr (GError) error = NULL;
  g_auto (Crl) crl = { 0 };
  int code;

  if (!read_crl (request, &crl, &error))
    {
      g_debug ("%s", error->message);
      return crl_error (CRL_INVALID_FORMAT);
    }
  if (!judge (self, &crl, &code, &error))
    return lab_answer_failed (&error, sw);
  if (code != CRL_OK)
    return crl_error (code);
  if (!lab_euicc_store_set_crl (self->store, crl.aki, crl.number, crl.serials, &error))
    return lab_answer_failed (&error, sw);
  return crl_ok ();
}
