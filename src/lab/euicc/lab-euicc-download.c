/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-lab"

#include <string.h>

#include "kt-bytes.h"
#include "kt-error.h"
#include "lab-euicc-private.h"

/* PrepareDownload: SGP.22 section 5.7.5. */

enum
{
  DOWNLOAD_OK = 0,
  DOWNLOAD_INVALID_CERTIFICATE = 1,
  DOWNLOAD_INVALID_SIGNATURE = 2,
  DOWNLOAD_UNSUPPORTED_CURVE = 3,
  DOWNLOAD_NO_SESSION = 4,
  DOWNLOAD_INVALID_TRANSACTION = 5,
};

typedef struct
{
  Tlv signed2;
  Tlv transaction_id;
  gboolean code_required;
  gboolean has_point;
  Tlv point;
  Tlv signature;
  gboolean has_hash;
  Tlv hash;
  Tlv certificate;
} Request;

/* ---- reading ---- */

static gboolean
read_signed2 (Request *request, GError **error)
{
  TlvReader reader;
  Tlv flag;

  tlv_reader_enter (&reader, &request->signed2);
  if (!tlv_expect (&reader, 0x80, &request->transaction_id, error)
      || !tlv_check_len (&request->transaction_id, 1, 16, error)
      || !tlv_expect (&reader, TLV_BOOLEAN, &flag, error)
      || !tlv_get_bool (&flag, &request->code_required, error))
    return FALSE;
  request->has_point = tlv_next_is (&reader, 0x5F49, &request->point);
  return !request->has_point
         || tlv_check_len (&request->point, LAB_EC_POINT_BYTES, LAB_EC_POINT_BYTES, error);
}

static gboolean
read_request (const Tlv *tlv, Request *request, GError **error)
{
  TlvReader reader;

  tlv_reader_enter (&reader, tlv);
  if (!tlv_expect (&reader, TLV_SEQUENCE, &request->signed2, error)
      || !read_signed2 (request, error)
      || !tlv_expect (&reader, 0x5F37, &request->signature, error))
    return FALSE;
  request->has_hash = tlv_next_is (&reader, TLV_OCTET_STRING, &request->hash);
  if (request->has_hash && !tlv_check_len (&request->hash, 32, 32, error))
    return FALSE;
  return tlv_expect (&reader, TLV_SEQUENCE, &request->certificate, error);
}

/* ---- judging ---- */

/* smdpSigned2 and then euiccSignature1, each with tag and length. */
static gboolean
verify_signature (const LabEuiccSession *session, const LabCert *cert, const Request *request)
{
  g_autoptr (GByteArray) data = g_byte_array_new ();

  g_byte_array_append (data, request->signed2.raw, (guint) request->signed2.raw_len);
  g_byte_array_append (data, g_bytes_get_data (session->euicc_signature1, NULL),
                       (guint) g_bytes_get_size (session->euicc_signature1));
  return lab_ec_verify (cert->public_key, data->data, data->len, request->signature.value,
                        request->signature.len, NULL);
}

/* CERT.DPpb: of the SM-DP+ that has authenticated, under the same CI. */
static int
judge_certificate (LabEuicc *self, const LabCert *cert)
{
  g_autoptr (GError) error = NULL;
  const LabEuiccSession *session = self->session;
  const LabCi *ci = NULL;

  if (cert->aki != NULL)
    ci = lab_euicc_find_ci (self, g_bytes_get_data (cert->aki, NULL),
                            g_bytes_get_size (cert->aki));
  if (ci == NULL
      || !lab_x509_check_leaf (cert, LAB_ROLE_DP_PB, ci->cert, lab_euicc_clock (self), &error))
    {
      g_debug ("CERT.DPpb: %s", error != NULL ? error->message : "of an unknown CI");
      return DOWNLOAD_INVALID_CERTIFICATE;
    }
  if (cert->registered_ids[0] == NULL || strcmp (cert->registered_ids[0], session->oid) != 0)
    return DOWNLOAD_INVALID_CERTIFICATE;
  return lab_euicc_is_revoked (self, ci, cert) ? DOWNLOAD_INVALID_CERTIFICATE : DOWNLOAD_OK;
}

static int
judge (LabEuicc *self, const Request *request, LabCert **cert_out)
{
  const LabEuiccSession *session = self->session;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) der = tlv_dup_raw (&request->certificate);
  g_autoptr (LabCert) cert = NULL;
  int code;

  if (session == NULL || session->state != LAB_EUICC_SESSION_AUTHENTICATED
      || session->role != LAB_ROLE_DP_AUTH)
    return DOWNLOAD_NO_SESSION;
  if (!kt_bytes_equal_data (session->transaction_id, request->transaction_id.value,
                            request->transaction_id.len))
    return DOWNLOAD_INVALID_TRANSACTION;
  cert = lab_cert_parse (der, &error);
  if (cert == NULL)
    return g_error_matches (error, KT_ERROR, KT_ERROR_UNSUPPORTED)
               ? DOWNLOAD_UNSUPPORTED_CURVE
               : DOWNLOAD_INVALID_CERTIFICATE;
  code = judge_certificate (self, cert);
  if (code != DOWNLOAD_OK)
    return code;
  if (!verify_signature (session, cert, request))
    return DOWNLOAD_INVALID_SIGNATURE;
  /* A hash is there if and only if the server has asked for one. */
  if (request->code_required != request->has_hash)
    return LAB_UNDEFINED_ERROR;
  *cert_out = g_steal_pointer (&cert);
  return DOWNLOAD_OK;
}

/* ---- the one-time key ---- */

/* The key that the server has bound the package to already, if it is still here. */
static gboolean
recall_key (LabEuicc *self, const Request *request, LabKey **key, GError **error)
{
  g_autoptr (GBytes) point = tlv_dup_value (&request->point);
  g_autoptr (GBytes) secret = NULL;

  if (!lab_euicc_store_find_key (self->store, self->session->oid, point, &secret, error))
    return FALSE;
  if (secret == NULL)
    return TRUE;
  *key = lab_key_import_raw (secret, error);
  return *key != NULL;
}

static LabKey *
make_key (LabEuicc *self, GError **error)
{
  g_autoptr (LabKey) key = lab_key_generate (self->env, error);
  g_autoptr (GBytes) point = NULL;
  g_autoptr (GBytes) secret = NULL;

  if (key == NULL)
    return NULL;
  point = lab_key_dup_public (key);
  secret = lab_key_export_raw (key);
  if (!lab_euicc_store_keep_key (self->store, self->session->oid, point, secret, error))
    return NULL;
  return g_steal_pointer (&key);
}

/* ---- answering ---- */

static GBytes *
download_error (const Request *request, int code)
{
  g_autoptr (TlvWriter) writer = tlv_writer_new ();

  tlv_begin (writer, 0xBF21);
  tlv_begin (writer, 0xA1);
  tlv_put (writer, 0x80, request->transaction_id.value, request->transaction_id.len);
  tlv_put_int (writer, TLV_INTEGER, code);
  tlv_end (writer);
  tlv_end (writer);
  return tlv_writer_finish (g_steal_pointer (&writer));
}

static GBytes *
write_euicc_signed2 (const Request *request, LabKey *key)
{
  g_autoptr (TlvWriter) writer = tlv_writer_new ();
  g_autoptr (GBytes) point = lab_key_dup_public (key);

  tlv_begin (writer, TLV_SEQUENCE);
  tlv_put_raw (writer, request->transaction_id.raw, request->transaction_id.raw_len);
  tlv_put_bytes (writer, 0x5F49, point);
  if (request->has_hash)
    tlv_put_raw (writer, request->hash.raw, request->hash.raw_len);
  tlv_end (writer);
  return tlv_writer_finish (g_steal_pointer (&writer));
}

/* euiccSignature2 covers euiccSigned2 and then smdpSignature2. */
static GBytes *
write_ok (LabEuicc *self, const Request *request, LabKey *key, GError **error)
{
  const LabCi *ci = lab_euicc_signing_ci (self, self->session->pkid);
  g_autoptr (GBytes) signed2 = write_euicc_signed2 (request, key);
  g_autoptr (GByteArray) data = g_byte_array_new ();
  g_autoptr (GBytes) signature = NULL;
  g_autoptr (TlvWriter) writer = NULL;

  g_byte_array_append (data, g_bytes_get_data (signed2, NULL), (guint) g_bytes_get_size (signed2));
  g_byte_array_append (data, request->signature.raw, (guint) request->signature.raw_len);
  signature = lab_ci_sign (ci, data->data, data->len, error);
  if (signature == NULL)
    return NULL;
  writer = tlv_writer_new ();
  tlv_begin (writer, 0xBF21);
  tlv_begin (writer, 0xA0);
  tlv_put_raw_bytes (writer, signed2);
  tlv_put_bytes (writer, 0x5F37, signature);
  tlv_end (writer);
  tlv_end (writer);
  return tlv_writer_finish (g_steal_pointer (&writer));
}

static GBytes *
accept (LabEuicc *self, const Request *request, LabCert *cert, GError **error)
{
  LabEuiccSession *session = self->session;
  g_autoptr (LabKey) key = NULL;
  GBytes *response;

  if (request->has_point && !recall_key (self, request, &key, error))
    return NULL;
  if (key == NULL)
    key = make_key (self, error);
  if (key == NULL)
    return NULL;
  response = write_ok (self, request, key, error);
  if (response == NULL)
    return NULL;
  session->state = LAB_EUICC_SESSION_PREPARED;
  session->dppb = lab_cert_ref (cert);
  session->one_time_key = g_steal_pointer (&key);
  return response;
}

GBytes *
lab_es10b_prepare_download (LabEuicc *self, const Tlv *tlv, guint16 *sw)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (LabCert) cert = NULL;
  Request request = { 0 };
  GBytes *response;
  int code;

  if (!read_request (tlv, &request, &error))
    return lab_answer_malformed (&error, sw);
  code = judge (self, &request, &cert);
  /* The session stays as it was, so that it can be cancelled with the server's knowledge. */
  if (code != DOWNLOAD_OK)
    return download_error (&request, code);
  response = accept (self, &request, cert, &error);
  return response != NULL ? response : lab_answer_failed (&error, sw);
}
