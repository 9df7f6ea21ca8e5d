/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-lab"

/* ES9+.AuthenticateClient: SGP.22 sections 5.6.3 and 3.1.2. */

#include "lab-smdp-private.h"

#include <string.h>

#include "kt-bytes.h"
#include "kt-error.h"
#include "lab-eligibility.h"
#include "lab-refusal.h"
#include "lab-smdp-tamper.h"
#include "rsp-profile.h"
#include "rsp-tags.h"

/* AuthenticateServerResponse in pieces, borrowed from the request. */
typedef struct
{
  Tlv signed1;
  Tlv signature;
  Tlv euicc;
  Tlv eum;
  Tlv transaction_id;
  Tlv challenge;
  Tlv info2;
  Tlv context;
} ClientAnswer;

static gboolean
refuse_chip_error (const Tlv *choice, const char *what, GError **error)
{
  Tlv code;
  gint64 number;

  if (!tlv_need (choice, TLV_INTEGER, &code, NULL) || !tlv_get_int (&code, &number, NULL))
    return lab_tlv_invalid (error, what);
  return lab_refuse (error, "8.1", "4.2", "the eUICC answered error %" G_GINT64_FORMAT, number);
}

static gboolean
split_answer (GBytes *bytes, ClientAnswer *answer, GError **error)
{
  static const char what[] = "authenticateServerResponse";
  TlvReader reader;
  Tlv all, choice;

  if (!tlv_parse_bytes (bytes, RSP_TAG_AUTHENTICATE_SERVER, &all, NULL))
    return lab_tlv_invalid (error, what);
  tlv_reader_enter (&reader, &all);
  if (tlv_next_is (&reader, 0xA1, &choice))
    return refuse_chip_error (&choice, what, error);
  if (!tlv_expect (&reader, 0xA0, &choice, NULL))
    return lab_tlv_invalid (error, what);
  tlv_reader_enter (&reader, &choice);
  if (!tlv_expect (&reader, TLV_SEQUENCE, &answer->signed1, NULL)
      || !tlv_expect (&reader, RSP_TAG_SIGNATURE, &answer->signature, NULL)
      || !tlv_expect (&reader, TLV_SEQUENCE, &answer->euicc, NULL)
      || !tlv_expect (&reader, TLV_SEQUENCE, &answer->eum, NULL)
      || !tlv_need (&answer->signed1, 0x80, &answer->transaction_id, NULL)
      || !tlv_need (&answer->signed1, 0x84, &answer->challenge, NULL)
      || !tlv_need (&answer->signed1, RSP_TAG_EUICC_INFO2, &answer->info2, NULL)
      || !tlv_need (&answer->signed1, 0xA0, &answer->context, NULL))
    return lab_tlv_invalid (error, what);
  return TRUE;
}

static gboolean
refuse_certificate (const GError *why, const char *subject, const char *whose, GError **error)
{
  gboolean expired = g_strcmp0 (kt_error_key (why), "x509.expired") == 0;

  return lab_refuse (error, subject, expired ? "6.3" : "6.1", "the %s certificate is %s", whose,
                     expired ? "expired" : "not valid");
}

/* The EUM's issuer is told by its AKI: an EUM of another CI is "unknown", not "invalid". */
static gboolean
knows_issuer (LabSmdp *self, const LabCert *eum)
{
  guint8 own[20];

  if (eum->aki == NULL)
    return g_bytes_equal (eum->issuer, self->ci->subject);
  lab_pki_get_ci_pkid (self->pki, own);
  return g_bytes_get_size (eum->aki) == sizeof own
         && memcmp (g_bytes_get_data (eum->aki, NULL), own, sizeof own) == 0;
}

static gboolean
check_certificates (LabSmdp *self, LabSession *session, const ClientAnswer *answer,
                    GError **error)
{
  g_autoptr (GBytes) eum_der = tlv_dup_raw (&answer->eum);
  g_autoptr (GBytes) euicc_der = tlv_dup_raw (&answer->euicc);
  g_autoptr (GError) why = NULL;
  g_autoptr (LabCert) eum = lab_cert_parse (eum_der, &why);
  g_autoptr (LabCert) euicc = NULL;

  if (eum == NULL)
    return refuse_certificate (why, "8.1.2", "EUM's", error);
  if (!knows_issuer (self, eum))
    return lab_refuse (error, "8.11.1", "3.9", "the EUM's certificate authority is unknown here");
  if (!lab_x509_check_eum (eum, self->ci, lab_smdp_now (self), &why))
    return refuse_certificate (why, "8.1.2", "EUM's", error);
  euicc = lab_cert_parse (euicc_der, &why);
  if (euicc == NULL
      || !lab_x509_check_euicc (euicc, eum, lab_smdp_now (self), &session->eid, &why))
    return refuse_certificate (why, "8.1.3", "eUICC's", error);
  session->euicc = g_steal_pointer (&euicc);
  return TRUE;
}

static gboolean
check_signed (LabSession *session, const ClientAnswer *answer, GError **error)
{
  if (!lab_tlv_verify (session->euicc, answer->signed1.raw, answer->signed1.raw_len,
                       &answer->signature))
    return lab_refuse (error, "8.1", "6.1", "the eUICC's signature does not verify");
  if (answer->challenge.len != LAB_CHALLENGE_BYTES
      || memcmp (answer->challenge.value, session->server_challenge, LAB_CHALLENGE_BYTES) != 0)
    return lab_refuse (error, "8.1", "6.1", "the eUICC signed another challenge");
  if (!kt_bytes_equal_data (session->transaction_id, answer->transaction_id.value,
                            answer->transaction_id.len))
    return lab_refuse (error, "8.10.1", "3.9", "the eUICC signed another transaction");
  return TRUE;
}

/* ---- the order ---- */

static gboolean
find_order (LabSmdp *self, const ClientAnswer *answer, const char *eid, LabOrder **order,
            GError **error)
{
  Tlv member;
  g_autofree char *matching_id = NULL;
  TlvFound found = tlv_find (&answer->context, 0x80, &member, NULL);

  if (found == TLV_MALFORMED)
    return lab_tlv_invalid (error, "authenticateServerResponse");
  matching_id = found == TLV_FOUND ? tlv_dup_string (&member, 255, NULL) : g_strdup ("");
  *order = NULL;
  if (matching_id != NULL
      && !(matching_id[0] != '\0' ? lab_store_find_matching (self->store, matching_id, order, error)
                                  : lab_store_find_for_eid (self->store, eid, order, error)))
    return FALSE;
  if (*order == NULL)
    return lab_refuse (error, "8.2.6", "3.8", "no order for this code");
  return TRUE;
}

static gboolean
check_order (LabSmdp *self, LabOrder *order, const char *eid, GError **error)
{
  if (order->eid != NULL && strcmp (order->eid, eid) != 0)
    return lab_refuse (error, "8.1.1", "3.8", "the order is for another eUICC");
  switch (order->state)
    {
    case LAB_ORDER_RELEASED:
    case LAB_ORDER_DOWNLOADED:
      break;
    case LAB_ORDER_ALLOCATED:
    case LAB_ORDER_LINKED:
    case LAB_ORDER_CONFIRMED:
      return lab_refuse (error, "8.2", "1.2", "the profile is not released yet");
    case LAB_ORDER_AVAILABLE:
    case LAB_ORDER_INSTALLED:
    case LAB_ORDER_ERROR:
    case LAB_ORDER_UNAVAILABLE:
    default:
      return lab_refuse (error, "8.2.6", "3.8", "the code has been used");
    }
  if (order->expires != 0 && lab_smdp_now (self) > order->expires)
    return lab_refuse (error, "8.8.5", "4.10", "the order has expired");
  if (order->downloads >= self->download_tries)
    {
      if (!lab_smdp_change_order (self, order, LAB_ORDER_ERROR, "error",
                                  "too many download attempts", error))
        return FALSE;
      return lab_refuse (error, "8.8.5", "6.4", "the profile was downloaded too often");
    }
  return TRUE;
}

static guint32
policy_rules (const LabOrder *order)
{
  g_autoptr (RspProfile) profile = rsp_metadata_parse (order->metadata, NULL);

  return profile != NULL ? profile->ppr : 0;
}

/* ---- the answer ---- */

static GBytes *
build_signed2 (LabSmdp *self, LabSession *session, const LabOrder *order)
{
  TlvWriter *writer = tlv_writer_new ();
  g_autoptr (GBytes) id = lab_tamper_transaction (self, LAB_SMDP_TAMPER_SIGNED2_TRANSACTION,
                                                  session->transaction_id);

  tlv_begin (writer, TLV_SEQUENCE);
  tlv_put_bytes (writer, 0x80, id);
  tlv_put_bool (writer, TLV_BOOLEAN, session->cc_required);
  /* A retry: the eUICC shall use the one-time key again that the package is bound to. */
  if (order->state == LAB_ORDER_DOWNLOADED && order->retained_otpk != NULL)
    tlv_put_bytes (writer, RSP_TAG_OTPK, order->retained_otpk);
  tlv_end (writer);
  return tlv_writer_finish (writer);
}

static LabCredential *
choose_dppb (LabSmdp *self, GError **error)
{
  if (lab_smdp_tampers (self, LAB_SMDP_TAMPER_PB_OID))
    return lab_tamper_pb_oid (self, error);
  return lab_credential_ref (
      lab_smdp_tampers (self, LAB_SMDP_TAMPER_PB_ROLE) ? self->dpauth : self->dppb);
}

static gboolean
add_answer (LabSmdp *self, LabSession *session, const LabOrder *order, const ClientAnswer *answer,
            JsonObject *out, GError **error)
{
  g_autoptr (LabCredential) dppb = choose_dppb (self, error);
  g_autoptr (GBytes) signed2 = build_signed2 (self, session, order);
  g_autoptr (GBytes) metadata = lab_tamper_shown_metadata (self, order->metadata);
  g_autoptr (GByteArray) to_sign = g_byte_array_new ();

  if (dppb == NULL)
    return FALSE;
  g_byte_array_append (to_sign, g_bytes_get_data (signed2, NULL),
                       (guint) g_bytes_get_size (signed2));
  g_byte_array_append (to_sign, answer->signature.raw, (guint) answer->signature.raw_len);
  session->smdp_signature2 = lab_tlv_signature (dppb->key, to_sign->data, to_sign->len, error);
  if (session->smdp_signature2 == NULL)
    return FALSE;
  if (lab_smdp_tampers (self, LAB_SMDP_TAMPER_SIGNATURE2))
    {
      GBytes *spoilt = lab_smdp_spoil (session->smdp_signature2);

      g_bytes_unref (session->smdp_signature2);
      session->smdp_signature2 = spoilt;
    }
  json_object_set_string_member (out, "transactionId", session->hex);
  lab_json_add_bytes (self, out, "profileMetadata", metadata);
  lab_json_add_bytes (self, out, "smdpSigned2", signed2);
  lab_json_add_bytes (self, out, "smdpSignature2", session->smdp_signature2);
  lab_json_add_bytes (self, out, "smdpCertificate", dppb->cert_der);
  return TRUE;
}

static gboolean
authenticate (LabSmdp *self, LabSession *session, GBytes *response, JsonObject *out,
              GError **error)
{
  g_autoptr (LabOrder) order = NULL;
  g_autoptr (GError) why = NULL;
  ClientAnswer answer;

  if (session->stage != LAB_SESSION_INITIATED)
    return lab_refuse (error, "8.10.1", "3.9", "the transaction is beyond authentication");
  if (!split_answer (response, &answer, error)
      || !check_certificates (self, session, &answer, error)
      || !check_signed (session, &answer, error)
      || !find_order (self, &answer, session->eid, &order, error))
    return FALSE;
  if (!check_order (self, order, session->eid, &why)
      || !lab_check_eligibility (&answer.info2, order->upp, policy_rules (order), &why))
    {
      lab_smdp_report (self, order, session->eid, LAB_POINT_ELIGIBILITY, why);
      g_propagate_error (error, g_steal_pointer (&why));
      return FALSE;
    }
  lab_smdp_report (self, order, session->eid, LAB_POINT_ELIGIBILITY, NULL);
  session->iccid = g_strdup (order->iccid);
  session->cc_required = order->cc_hash != NULL;
  session->stage = LAB_SESSION_AUTHENTICATED;
  return add_answer (self, session, order, &answer, out, error);
}

gboolean
lab_smdp_authenticate_client (LabSmdp *self, JsonObject *in, JsonObject *out, GError **error)
{
  const char *id = lab_json_need_string (in, "transactionId", error);
  g_autoptr (GBytes) response = NULL;
  LabSession *session;

  if (id == NULL
      || (response = lab_json_need_bytes (in, "authenticateServerResponse", error)) == NULL)
    return FALSE;
  session = lab_smdp_find_session (self, id, error);
  if (session == NULL)
    return FALSE;
  if (authenticate (self, session, response, out, error))
    return TRUE;
  /* SGP.22 section 3.1.2: a refusal ends the session. */
  lab_smdp_end_session (self, session);
  return FALSE;
}
