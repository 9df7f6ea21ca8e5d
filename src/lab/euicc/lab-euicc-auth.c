/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-lab"

#include <string.h>

#include "kt-error.h"
#include "lab-euicc-private.h"

/* AuthenticateServer: SGP.22 section 5.7.13. */

enum
{
  AUTH_OK = 0,
  AUTH_INVALID_CERTIFICATE = 1,
  AUTH_INVALID_SIGNATURE = 2,
  AUTH_UNSUPPORTED_CURVE = 3,
  AUTH_NO_SESSION = 4,
  AUTH_INVALID_OID = 5,
  AUTH_CHALLENGE_MISMATCH = 6,
  AUTH_CI_UNKNOWN = 7,
};

enum
{
  MAX_ADDRESS = 259,
  TAC_BYTES = 4,
  IMEI_BYTES = 8,
  VERSION_BYTES = 3,
};

typedef struct
{
  Tlv signed1;
  Tlv transaction_id;
  Tlv challenge;
  Tlv address;
  Tlv server_challenge;
  Tlv signature;
  Tlv pkid;
  Tlv certificate;
  Tlv context;
} Request;

/* ---- reading ---- */

/* DeviceCapabilities: versions of three bytes; this chip takes members of later releases. */
static gboolean
check_capabilities (const Tlv *capabilities, GError **error)
{
  TlvReader reader;
  Tlv version;

  tlv_reader_enter (&reader, capabilities);
  while (!tlv_reader_at_end (&reader))
    {
      if (!tlv_read (&reader, &version, error))
        return FALSE;
      if (version.tag >= 0x80 && version.tag <= 0x87
          && !tlv_check_len (&version, VERSION_BYTES, VERSION_BYTES, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
check_device (const Tlv *device, GError **error)
{
  Tlv child;
  TlvFound found;

  if (!tlv_need (device, 0x80, &child, error)
      || !tlv_check_len (&child, TAC_BYTES, TAC_BYTES, error)
      || !tlv_need (device, 0xA1, &child, error) || !check_capabilities (&child, error))
    return FALSE;
  found = tlv_find (device, 0x82, &child, error);
  if (found == TLV_FOUND)
    return tlv_check_len (&child, IMEI_BYTES, IMEI_BYTES, error);
  return found == TLV_ABSENT;
}

/* CtxParams1: for common authentication, the only one that there is. */
static gboolean
check_context (const Tlv *context, GError **error)
{
  Tlv child;
  TlvFound found = tlv_find (context, 0x80, &child, error);

  if (found == TLV_MALFORMED)
    return FALSE;
  if (found == TLV_FOUND)
    {
      g_autofree char *matching_id = tlv_dup_string (&child, 255, error);

      if (matching_id == NULL)
        return FALSE;
    }
  return tlv_need (context, 0xA1, &child, error) && check_device (&child, error);
}

static gboolean
read_signed1 (Request *request, GError **error)
{
  const Tlv *signed1 = &request->signed1;

  return tlv_need (signed1, 0x80, &request->transaction_id, error)
         && tlv_check_len (&request->transaction_id, 1, 16, error)
         && tlv_need (signed1, 0x81, &request->challenge, error)
         && tlv_check_len (&request->challenge, 16, 16, error)
         && tlv_need (signed1, 0x83, &request->address, error)
         && tlv_check_len (&request->address, 1, MAX_ADDRESS, error)
         && tlv_need (signed1, 0x84, &request->server_challenge, error)
         && tlv_check_len (&request->server_challenge, 16, 16, error);
}

static gboolean
read_request (const Tlv *tlv, Request *request, GError **error)
{
  TlvReader reader;

  tlv_reader_enter (&reader, tlv);
  return tlv_expect (&reader, TLV_SEQUENCE, &request->signed1, error)
         && read_signed1 (request, error)
         && tlv_expect (&reader, 0x5F37, &request->signature, error)
         && tlv_expect (&reader, TLV_OCTET_STRING, &request->pkid, error)
         && tlv_expect (&reader, TLV_SEQUENCE, &request->certificate, error)
         && tlv_expect (&reader, 0xA0, &request->context, error)
         && check_context (&request->context, error);
}

/* ---- judging ---- */

/* The certificate's role: SM-DP+ or SM-DS; NONE for any other. */
static LabRole
server_role (const LabCert *cert)
{
  if (lab_x509_check_role (cert, LAB_ROLE_DP_AUTH, NULL))
    return LAB_ROLE_DP_AUTH;
  if (lab_x509_check_role (cert, LAB_ROLE_DS_AUTH, NULL))
    return LAB_ROLE_DS_AUTH;
  return LAB_ROLE_NONE;
}

static int
judge_certificate (LabEuicc *self, const LabCi *ci, const LabCert *cert, LabRole role)
{
  g_autoptr (GError) error = NULL;

  if (role == LAB_ROLE_NONE || cert->registered_ids[0] == NULL
      || !kt_oid_is_valid (cert->registered_ids[0]))
    return AUTH_INVALID_OID;
  if (!lab_x509_check_leaf (cert, role, ci->cert, lab_euicc_clock (self), &error))
    {
      g_debug ("server certificate: %s", error->message);
      return AUTH_INVALID_CERTIFICATE;
    }
  return lab_euicc_is_revoked (self, ci, cert) ? AUTH_INVALID_CERTIFICATE : AUTH_OK;
}

/* The CI of the server's certificate, by its authority key identifier. */
static const LabCi *
issuer_of (LabEuicc *self, const LabCert *cert)
{
  if (cert->aki == NULL)
    return NULL;
  return lab_euicc_find_ci (self, g_bytes_get_data (cert->aki, NULL),
                            g_bytes_get_size (cert->aki));
}

static int
judge (LabEuicc *self, const Request *request, LabCert **cert_out, LabRole *role)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) der = tlv_dup_raw (&request->certificate);
  g_autoptr (LabCert) cert = NULL;
  const LabCi *mine = lab_euicc_find_ci (self, request->pkid.value, request->pkid.len);
  const LabCi *ci;
  int code;

  if (self->session == NULL || self->session->state != LAB_EUICC_SESSION_CHALLENGED)
    return AUTH_NO_SESSION;
  if (mine == NULL || mine->key == NULL)
    return AUTH_CI_UNKNOWN;
  cert = lab_cert_parse (der, &error);
  if (cert == NULL)
    return g_error_matches (error, KT_ERROR, KT_ERROR_UNSUPPORTED) ? AUTH_UNSUPPORTED_CURVE
                                                                   : AUTH_INVALID_CERTIFICATE;
  ci = issuer_of (self, cert);
  if (ci == NULL)
    return AUTH_CI_UNKNOWN;
  *role = server_role (cert);
  code = judge_certificate (self, ci, cert, *role);
  if (code != AUTH_OK)
    return code;
  if (!lab_ec_verify (cert->public_key, request->signed1.raw, request->signed1.raw_len,
                      request->signature.value, request->signature.len, NULL))
    return AUTH_INVALID_SIGNATURE;
  if (memcmp (request->challenge.value, self->session->challenge, 16) != 0)
    return AUTH_CHALLENGE_MISMATCH;
  *cert_out = g_steal_pointer (&cert);
  return AUTH_OK;
}

/* ---- answering ---- */

static GBytes *
auth_error (const Request *request, int code)
{
  g_autoptr (TlvWriter) writer = tlv_writer_new ();

  tlv_begin (writer, 0xBF38);
  tlv_begin (writer, 0xA1);
  tlv_put (writer, 0x80, request->transaction_id.value, request->transaction_id.len);
  /* One explicit tag is enough to switch automatic tags off: the code is a plain INTEGER. */
  tlv_put_int (writer, TLV_INTEGER, code);
  tlv_end (writer);
  tlv_end (writer);
  return tlv_writer_finish (g_steal_pointer (&writer));
}

static GBytes *
write_euicc_signed1 (LabEuicc *self, const Request *request, GError **error)
{
  g_autoptr (TlvWriter) writer = NULL;
  g_autoptr (GBytes) info = lab_euicc_dup_info2 (self, error);

  if (info == NULL)
    return NULL;
  writer = tlv_writer_new ();
  tlv_begin (writer, TLV_SEQUENCE);
  tlv_put_raw (writer, request->transaction_id.raw, request->transaction_id.raw_len);
  tlv_put_raw (writer, request->address.raw, request->address.raw_len);
  tlv_put_raw (writer, request->server_challenge.raw, request->server_challenge.raw_len);
  tlv_put_raw_bytes (writer, info);
  tlv_put_raw (writer, request->context.raw, request->context.raw_len);
  tlv_end (writer);
  return tlv_writer_finish (g_steal_pointer (&writer));
}

static GBytes *
write_signature (const LabCi *ci, GBytes *data, GError **error)
{
  g_autoptr (TlvWriter) writer = NULL;
  g_autoptr (GBytes) signature
      = lab_ci_sign (ci, g_bytes_get_data (data, NULL), g_bytes_get_size (data), error);

  if (signature == NULL)
    return NULL;
  writer = tlv_writer_new ();
  tlv_put_bytes (writer, 0x5F37, signature);
  return tlv_writer_finish (g_steal_pointer (&writer));
}

static GBytes *
write_ok (const LabCi *ci, GBytes *signed1, GBytes *signature1)
{
  g_autoptr (TlvWriter) writer = tlv_writer_new ();

  tlv_begin (writer, 0xBF38);
  tlv_begin (writer, 0xA0);
  tlv_put_raw_bytes (writer, signed1);
  tlv_put_raw_bytes (writer, signature1);
  tlv_put_raw_bytes (writer, ci->euicc);
  tlv_put_raw_bytes (writer, ci->eum);
  tlv_end (writer);
  tlv_end (writer);
  return tlv_writer_finish (g_steal_pointer (&writer));
}

static GBytes *
accept (LabEuicc *self, const Request *request, const LabCert *cert, LabRole role, GError **error)
{
  const LabCi *mine = lab_euicc_find_ci (self, request->pkid.value, request->pkid.len);
  LabEuiccSession *session = self->session;
  g_autofree char *address = tlv_dup_string (&request->address, MAX_ADDRESS, error);
  g_autoptr (GBytes) signed1 = NULL;
  g_autoptr (GBytes) signature1 = NULL;

  if (address == NULL)
    return NULL;
  signed1 = write_euicc_signed1 (self, request, error);
  signature1 = signed1 != NULL ? write_signature (mine, signed1, error) : NULL;
  if (signature1 == NULL)
    return NULL;
  session->state = LAB_EUICC_SESSION_AUTHENTICATED;
  session->transaction_id = tlv_dup_value (&request->transaction_id);
  session->pkid = tlv_dup_value (&request->pkid);
  session->role = role;
  session->oid = g_strdup (cert->registered_ids[0]);
  session->address = g_steal_pointer (&address);
  session->euicc_signature1 = g_bytes_ref (signature1);
  return write_ok (mine, signed1, signature1);
}

GBytes *
lab_es10b_authenticate_server (LabEuicc *self, const Tlv *tlv, guint16 *sw)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (LabCert) cert = NULL;
  LabRole role = LAB_ROLE_NONE;
  Request request;
  GBytes *response;
  int code;

  if (!read_request (tlv, &request, &error))
    return lab_answer_malformed (&error, sw);
  code = judge (self, &request, &cert, &role);
  if (code == AUTH_OK)
    {
      response = accept (self, &request, cert, role, &error);
      if (response != NULL)
        return response;
      if (!g_error_matches (error, KT_ERROR, KT_ERROR_MALFORMED))
        return lab_answer_failed (&error, sw);
      code = LAB_UNDEFINED_ERROR;
    }
  /* A challenge serves once: whoever failed asks for another. */
  g_clear_pointer (&self->session, lab_euicc_session_free);
  return auth_error (&request, code);
}
