/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-lab"

#include "kt-bytes.h"
#include "lab-euicc-private.h"

/* A new challenge begins a new session; whatever the last one had reached is gone. */
GBytes *
lab_es10b_get_challenge (LabEuicc *self, const Tlv *request, guint16 *sw)
{
  g_autoptr (TlvWriter) writer = tlv_writer_new ();

  g_clear_pointer (&self->session, lab_euicc_session_free);
  self->session = lab_euicc_session_new ();
  kt_env_random (self->env, self->session->challenge, sizeof self->session->challenge);
  tlv_begin (writer, 0xBF2E);
  tlv_put (writer, 0x80, self->session->challenge, sizeof self->session->challenge);
  tlv_end (writer);
  return tlv_writer_finish (g_steal_pointer (&writer));
}

/* ---- CancelSession: SGP.22 section 5.7.14 ---- */

enum
{
  REASON_POSTPONED = 1,
  REASON_TIMEOUT = 2,
  REASON_LAST = 5,
  CANCEL_INVALID_TRANSACTION = 5,
};

static GBytes *
cancel_error (int code)
{
  g_autoptr (TlvWriter) writer = tlv_writer_new ();

  tlv_begin (writer, 0xBF41);
  tlv_put_int (writer, 0x81, code);
  tlv_end (writer);
  return tlv_writer_finish (g_steal_pointer (&writer));
}

static GBytes *
cancel_signed (const LabEuiccSession *session, gint64 reason)
{
  g_autoptr (TlvWriter) writer = tlv_writer_new ();

  tlv_begin (writer, TLV_SEQUENCE);
  tlv_put_bytes (writer, 0x80, session->transaction_id);
  tlv_put_oid (writer, 0x81, session->oid);
  tlv_put_int (writer, 0x82, reason);
  tlv_end (writer);
  return tlv_writer_finish (g_steal_pointer (&writer));
}

static GBytes *
cancel_ok (LabEuicc *self, gint64 reason, GError **error)
{
  const LabCi *ci = lab_euicc_signing_ci (self, self->session->pkid);
  g_autoptr (GBytes) data = cancel_signed (self->session, reason);
  g_autoptr (GBytes) signature
      = lab_ci_sign (ci, g_bytes_get_data (data, NULL), g_bytes_get_size (data), error);
  g_autoptr (TlvWriter) writer = NULL;

  if (signature == NULL)
    return NULL;
  writer = tlv_writer_new ();
  tlv_begin (writer, 0xBF41);
  tlv_begin (writer, 0xA0);
  tlv_put_raw_bytes (writer, data);
  tlv_put_bytes (writer, 0x5F37, signature);
  tlv_end (writer);
  tlv_end (writer);
  return tlv_writer_finish (g_steal_pointer (&writer));
}

/* Reasons that leave the order usable leave the one-time key for it, too. */
static gboolean
drop_key (LabEuicc *self, gint64 reason, GError **error)
{
  g_autoptr (GBytes) point = NULL;

  if (self->session->one_time_key == NULL || reason == REASON_POSTPONED
      || reason == REASON_TIMEOUT)
    return TRUE;
  point = lab_key_dup_public (self->session->one_time_key);
  return lab_euicc_store_drop_key (self->store, point, error);
}

GBytes *
lab_es10b_cancel_session (LabEuicc *self, const Tlv *request, guint16 *sw)
{
  g_autoptr (GError) error = NULL;
  GBytes *response;
  gint64 reason;
  Tlv id;
  Tlv child;

  if (!tlv_need (request, 0x80, &id, &error) || !tlv_check_len (&id, 1, 16, &error)
      || !tlv_need (request, 0x81, &child, &error) || !tlv_get_int (&child, &reason, &error))
    return lab_answer_malformed (&error, sw);
  if (self->session == NULL
      || !kt_bytes_equal_data (self->session->transaction_id, id.value, id.len))
    return cancel_error (CANCEL_INVALID_TRANSACTION);
  if (reason < 0 || (reason > REASON_LAST && reason != LAB_UNDEFINED_ERROR))
    return cancel_error (LAB_UNDEFINED_ERROR);
  response = drop_key (self, reason, &error) ? cancel_ok (self, reason, &error) : NULL;
  if (response == NULL)
    return lab_answer_failed (&error, sw);
  g_clear_pointer (&self->session, lab_euicc_session_free);
  return response;
}

/* There is no LPAe in this chip. */
GBytes *
lab_es10b_activate_lpae (LabEuicc *self, const Tlv *request, guint16 *sw)
{
  return lab_answer_result (0xBF42, 1);
}
