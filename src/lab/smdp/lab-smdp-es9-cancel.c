/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-lab"

/* ES9+.CancelSession: SGP.22 sections 5.6.5 and 3.1.4. */

#include "lab-smdp-private.h"

#include "kt-bytes.h"
#include "lab-refusal.h"
#include "rsp-auth.h"
#include "rsp-tags.h"

typedef struct
{
  Tlv data;
  Tlv signature;
  Tlv transaction_id;
  Tlv oid;
  gint64 reason;
} CancelAnswer;

static gboolean
split_answer (GBytes *bytes, CancelAnswer *answer, GError **error)
{
  static const char what[] = "cancelSessionResponse";
  TlvReader reader;
  Tlv all, choice, reason;

  if (!tlv_parse_bytes (bytes, RSP_TAG_CANCEL_SESSION, &all, NULL))
    return lab_tlv_invalid (error, what);
  tlv_reader_enter (&reader, &all);
  if (tlv_next_is (&reader, 0x81, &choice))
    return lab_refuse (error, "8.1", "4.2", "the eUICC did not cancel");
  if (!tlv_expect (&reader, 0xA0, &choice, NULL))
    return lab_tlv_invalid (error, what);
  tlv_reader_enter (&reader, &choice);
  if (!tlv_expect (&reader, TLV_SEQUENCE, &answer->data, NULL)
      || !tlv_expect (&reader, RSP_TAG_SIGNATURE, &answer->signature, NULL)
      || !tlv_need (&answer->data, 0x80, &answer->transaction_id, NULL)
      || !tlv_need (&answer->data, 0x81, &answer->oid, NULL)
      || !tlv_need (&answer->data, 0x82, &reason, NULL)
      || !tlv_get_int (&reason, &answer->reason, NULL))
    return lab_tlv_invalid (error, what);
  return TRUE;
}

static gboolean
check_signed (LabSmdp *self, LabSession *session, const CancelAnswer *answer, GError **error)
{
  g_autofree char *oid = NULL;

  /* Before its authentication an eUICC has no certificate here that could vouch for it. */
  if (session->euicc == NULL
      || !lab_tlv_verify (session->euicc, answer->data.raw, answer->data.raw_len,
                          &answer->signature))
    return lab_refuse (error, "8.1", "6.1", "the eUICC's signature does not verify");
  if (!kt_bytes_equal_data (session->transaction_id, answer->transaction_id.value,
                            answer->transaction_id.len))
    return lab_refuse (error, "8.10.1", "3.9", "the eUICC signed another transaction");
  oid = tlv_dup_oid (&answer->oid, NULL);
  if (g_strcmp0 (oid, self->oid) != 0)
    return lab_refuse (error, "8.8", "3.10", "the eUICC cancelled at another SM-DP+");
  return TRUE;
}

/* Only what a person may take up again leaves the order usable (SGP.22 section 3.1.4). */
static gboolean
settle_order (LabSmdp *self, LabSession *session, gint64 reason, GError **error)
{
  g_autoptr (LabOrder) order = NULL;
  gboolean usable = reason == RSP_CANCEL_POSTPONED || reason == RSP_CANCEL_TIMEOUT;
  g_autofree char *text = g_strdup_printf ("reason %" G_GINT64_FORMAT, reason);

  if (session->iccid == NULL)
    return TRUE;
  if (!lab_store_load (self->store, session->iccid, &order, error))
    return FALSE;
  if (order == NULL
      || (order->state != LAB_ORDER_RELEASED && order->state != LAB_ORDER_DOWNLOADED))
    return TRUE;
  if (!usable)
    lab_order_forget_binding (order);
  return lab_smdp_change_order (self, order, usable ? order->state : LAB_ORDER_ERROR, "cancelled",
                                text, error);
}

gboolean
lab_smdp_cancel_session (LabSmdp *self, JsonObject *in, JsonObject *out, GError **error)
{
  const char *id = lab_json_need_string (in, "transactionId", error);
  g_autoptr (GBytes) response = NULL;
  LabSession *session;
  CancelAnswer answer;

  if (id == NULL
      || (response = lab_json_need_bytes (in, "cancelSessionResponse", error)) == NULL)
    return FALSE;
  session = lab_smdp_find_session (self, id, error);
  /* A forged answer must not end a session: it goes on or runs out of time. */
  if (session == NULL || !split_answer (response, &answer, error)
      || !check_signed (self, session, &answer, error)
      || !settle_order (self, session, answer.reason, error))
    return FALSE;
  lab_smdp_end_session (self, session);
  return TRUE;
}
