/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-rsp"

#include "rsp-auth.h"

#include <string.h>

#include "kt-bytes.h"
#include "kt-error.h"
#include "rsp-codes.h"
#include "rsp-info.h"
#include "rsp-tags.h"

GBytes *
rsp_challenge_parse (GBytes *bytes, GError **error)
{
  Tlv tlv;
  Tlv challenge;

  if (!tlv_parse_bytes (bytes, RSP_TAG_EUICC_CHALLENGE, &tlv, error)
      || !tlv_need (&tlv, 0x80, &challenge, error)
      || !tlv_check_len (&challenge, RSP_CHALLENGE_BYTES, RSP_CHALLENGE_BYTES, error))
    return NULL;
  return tlv_dup_value (&challenge);
}

RspServerSigned1 *
rsp_server_signed1_parse (GBytes *bytes, GError **error)
{
  g_autoptr (RspServerSigned1) signed1 = g_new0 (RspServerSigned1, 1);
  Tlv tlv;
  Tlv child;

  if (!tlv_parse_bytes (bytes, TLV_SEQUENCE, &tlv, error) || !tlv_need (&tlv, 0x80, &child, error)
      || !tlv_check_len (&child, 1, 16, error))
    return NULL;
  signed1->transaction_id = tlv_dup_value (&child);
  if (!tlv_need (&tlv, 0x81, &child, error)
      || !tlv_check_len (&child, RSP_CHALLENGE_BYTES, RSP_CHALLENGE_BYTES, error))
    return NULL;
  signed1->euicc_challenge = tlv_dup_value (&child);
  if (!tlv_need (&tlv, 0x83, &child, error))
    return NULL;
  signed1->server_address = tlv_dup_string (&child, 255, error);
  if (signed1->server_address == NULL || !tlv_need (&tlv, 0x84, &child, error)
      || !tlv_check_len (&child, RSP_CHALLENGE_BYTES, RSP_CHALLENGE_BYTES, error))
    return NULL;
  signed1->server_challenge = tlv_dup_value (&child);
  return g_steal_pointer (&signed1);
}

void
rsp_server_signed1_free (RspServerSigned1 *signed1)
{
  if (signed1 == NULL)
    return;
  g_clear_pointer (&signed1->transaction_id, g_bytes_unref);
  g_clear_pointer (&signed1->euicc_challenge, g_bytes_unref);
  g_free (signed1->server_address);
  g_clear_pointer (&signed1->server_challenge, g_bytes_unref);
  g_free (signed1);
}

gboolean
rsp_device_info_parse_imei (RspDeviceInfo *info, const char *imei, GError **error)
{
  guint8 bytes[8];
  gsize len = strlen (imei);

  if ((len != 15 && len != 16) || strspn (imei, "0123456789") != len)
    return kt_error_set (error, KT_ERROR_INVALID_INPUT, "input.imei", "an IMEI has 15 digits");
  memset (bytes, 0xFF, sizeof bytes);
  for (gsize i = 0; i < len; i++)
    {
      guint8 digit = (guint8) (imei[i] - '0');

      bytes[i / 2] = i % 2 == 0 ? (guint8) (0xF0 | digit)
                                : (guint8) ((bytes[i / 2] & 0x0F) | digit << 4);
    }
  memcpy (info->tac, bytes, sizeof info->tac);
  g_clear_pointer (&info->imei, g_bytes_unref);
  info->imei = g_bytes_new (bytes, sizeof bytes);
  return TRUE;
}

void
rsp_device_info_clear (RspDeviceInfo *info)
{
  g_clear_pointer (&info->imei, g_bytes_unref);
}

static void
put_version (TlvWriter *writer, TlvTag tag, const guint8 version[3])
{
  if (version[0] != 0 || version[1] != 0 || version[2] != 0)
    tlv_put (writer, tag, version, 3);
}

/* Only members of v2.0 are sent: chips without deviceInfoExtensibilitySupport reject others. */
static void
put_device_info (TlvWriter *writer, const RspDeviceInfo *device)
{
  tlv_begin (writer, 0xA1);
  tlv_put (writer, 0x80, device->tac, sizeof device->tac);
  tlv_begin (writer, 0xA1);
  put_version (writer, 0x80, device->gsm);
  put_version (writer, 0x81, device->utran);
  put_version (writer, 0x85, device->eutran);
  tlv_end (writer);
  if (device->imei != NULL)
    tlv_put_bytes (writer, 0x82, device->imei);
  tlv_end (writer);
}

GBytes *
rsp_authenticate_server_request (GBytes *server_signed1, GBytes *signature1, GBytes *ci_pkid,
                                 GBytes *certificate, const char *matching_id,
                                 const RspDeviceInfo *device)
{
  TlvWriter *writer = tlv_writer_new ();

  tlv_begin (writer, RSP_TAG_AUTHENTICATE_SERVER);
  tlv_put_raw_bytes (writer, server_signed1);
  tlv_put_raw_bytes (writer, signature1);
  tlv_put_bytes (writer, TLV_OCTET_STRING, ci_pkid);
  tlv_put_raw_bytes (writer, certificate);
  tlv_begin (writer, 0xA0);
  if (matching_id != NULL)
    tlv_put_string (writer, 0x80, matching_id);
  put_device_info (writer, device);
  tlv_end (writer);
  tlv_end (writer);
  return tlv_writer_finish (writer);
}

/* Ok is A0; an error is A1{ 80 tid, 02 code }. */
static gboolean
check_choice (GBytes *bytes, RspTag function, GError **error)
{
  TlvReader reader;
  Tlv tlv;
  Tlv choice;
  Tlv code;
  int number;

  if (!tlv_parse_bytes (bytes, function, &tlv, error))
    return FALSE;
  tlv_reader_enter (&reader, &tlv);
  if (!tlv_read (&reader, &choice, error))
    return FALSE;
  if (choice.tag == 0xA0)
    return TRUE;
  if (choice.tag != 0xA1)
    return kt_error_set (error, KT_ERROR_MALFORMED, NULL, "answer of an unknown kind");
  if (!tlv_need (&choice, TLV_INTEGER, &code, error) || !rsp_result_number (&code, &number, error))
    return FALSE;
  return rsp_result_check_not_ok (function, number, error);
}

gboolean
rsp_authenticate_server_check (GBytes *bytes, GError **error)
{
  return check_choice (bytes, RSP_TAG_AUTHENTICATE_SERVER, error);
}

gint64
rsp_authenticate_server_free_memory (GBytes *bytes)
{
  g_autoptr (GBytes) raw = NULL;
  g_autoptr (RspEuiccInfo) info = NULL;
  Tlv tlv;
  Tlv ok;
  Tlv signed1;
  Tlv info2;

  if (!tlv_parse_bytes (bytes, RSP_TAG_AUTHENTICATE_SERVER, &tlv, NULL)
      || !tlv_need (&tlv, 0xA0, &ok, NULL) || !tlv_need (&ok, TLV_SEQUENCE, &signed1, NULL)
      || !tlv_need (&signed1, RSP_TAG_EUICC_INFO2, &info2, NULL))
    return -1;
  raw = tlv_dup_raw (&info2);
  info = rsp_euicc_info_parse (raw, RSP_TAG_EUICC_INFO2, NULL);
  return info != NULL ? info->free_nvm : -1;
}

RspSmdpSigned2 *
rsp_smdp_signed2_parse (GBytes *bytes, GError **error)
{
  g_autoptr (RspSmdpSigned2) signed2 = g_new0 (RspSmdpSigned2, 1);
  TlvFound found;
  Tlv tlv;
  Tlv child;

  if (!tlv_parse_bytes (bytes, TLV_SEQUENCE, &tlv, error) || !tlv_need (&tlv, 0x80, &child, error)
      || !tlv_check_len (&child, 1, 16, error))
    return NULL;
  signed2->transaction_id = tlv_dup_value (&child);
  if (!tlv_need (&tlv, TLV_BOOLEAN, &child, error)
      || !tlv_get_bool (&child, &signed2->confirmation_required, error))
    return NULL;
  found = tlv_find (&tlv, RSP_TAG_OTPK, &child, error);
  if (found == TLV_MALFORMED)
    return NULL;
  if (found == TLV_FOUND)
    {
      if (!tlv_check_len (&child, 65, 65, error))
        return NULL;
      signed2->euicc_otpk = tlv_dup_value (&child);
    }
  return g_steal_pointer (&signed2);
}

void
rsp_smdp_signed2_free (RspSmdpSigned2 *signed2)
{
  if (signed2 == NULL)
    return;
  g_clear_pointer (&signed2->transaction_id, g_bytes_unref);
  g_clear_pointer (&signed2->euicc_otpk, g_bytes_unref);
  g_free (signed2);
}

static void
sha256 (gconstpointer a, gsize a_len, gconstpointer b, gsize b_len, guint8 out[32])
{
  g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA256);
  gsize out_len = 32;

  g_checksum_update (sum, a, (gssize) a_len);
  if (b_len > 0)
    g_checksum_update (sum, b, (gssize) b_len);
  g_checksum_get_digest (sum, out, &out_len);
}

GBytes *
rsp_hash_cc (const char *confirmation_code, GBytes *transaction_id)
{
  guint8 inner[32];
  guint8 outer[32];
  gsize tid_len;
  gconstpointer tid = g_bytes_get_data (transaction_id, &tid_len);
  GBytes *hash;

  sha256 (confirmation_code, strlen (confirmation_code), NULL, 0, inner);
  sha256 (inner, sizeof inner, tid, tid_len, outer);
  hash = kt_secret_bytes (outer, sizeof outer);
  kt_wipe (inner, sizeof inner);
  kt_wipe (outer, sizeof outer);
  return hash;
}

GBytes *
rsp_prepare_download_request (GBytes *smdp_signed2, GBytes *signature2, GBytes *hash_cc,
                              GBytes *certificate)
{
  TlvWriter *writer = tlv_writer_new ();

  tlv_begin (writer, RSP_TAG_PREPARE_DOWNLOAD);
  tlv_put_raw_bytes (writer, smdp_signed2);
  tlv_put_raw_bytes (writer, signature2);
  if (hash_cc != NULL)
    tlv_put_bytes (writer, TLV_OCTET_STRING, hash_cc);
  tlv_put_raw_bytes (writer, certificate);
  tlv_end (writer);
  return tlv_writer_finish (writer);
}

gboolean
rsp_prepare_download_check (GBytes *bytes, GError **error)
{
  return check_choice (bytes, RSP_TAG_PREPARE_DOWNLOAD, error);
}

GBytes *
rsp_cancel_session_request (GBytes *transaction_id, RspCancelReason reason)
{
  TlvWriter *writer = tlv_writer_new ();

  tlv_begin (writer, RSP_TAG_CANCEL_SESSION);
  tlv_put_bytes (writer, 0x80, transaction_id);
  tlv_put_int (writer, 0x81, reason);
  tlv_end (writer);
  return tlv_writer_finish (writer);
}

gboolean
rsp_cancel_session_check (GBytes *bytes, GError **error)
{
  TlvReader reader;
  Tlv tlv;
  Tlv choice;
  int number;

  if (!tlv_parse_bytes (bytes, RSP_TAG_CANCEL_SESSION, &tlv, error))
    return FALSE;
  tlv_reader_enter (&reader, &tlv);
  if (!tlv_read (&reader, &choice, error))
    return FALSE;
  if (choice.tag == 0xA0)
    return TRUE;
  if (choice.tag != 0x81)
    return kt_error_set (error, KT_ERROR_MALFORMED, NULL, "CancelSession: answer of an unknown kind");
  if (!rsp_result_number (&choice, &number, error))
    return FALSE;
  return rsp_result_check_not_ok (RSP_TAG_CANCEL_SESSION, number, error);
}

const char *
rsp_cancel_reason_name (RspCancelReason reason)
{
  switch (reason)
    {
    case RSP_CANCEL_END_USER_REJECTION:
      return "endUserRejection";
    case RSP_CANCEL_POSTPONED:
      return "postponed";
    case RSP_CANCEL_TIMEOUT:
      return "timeout";
    case RSP_CANCEL_PPR_NOT_ALLOWED:
      return "pprNotAllowed";
    case RSP_CANCEL_METADATA_MISMATCH:
      return "metadataMismatch";
    case RSP_CANCEL_LOAD_BPP_EXECUTION_ERROR:
      return "loadBppExecutionError";
    case RSP_CANCEL_UNDEFINED:
      break;
    }
  return "undefinedReason";
}
