/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-lab"

/* ES9+.GetBoundProfilePackage: SGP.22 sections 5.6.2 and 3.1.3. */

#include "lab-smdp-private.h"

#include <string.h>

#include "kt-bytes.h"
#include "kt-eid.h"
#include "lab-bpp.h"
#include "lab-cipher.h"
#include "lab-refusal.h"
#include "lab-smdp-tamper.h"
#include "rsp-tags.h"

typedef struct
{
  Tlv signed2;
  Tlv signature;
  Tlv transaction_id;
  Tlv otpk;
  Tlv hash_cc;
  gboolean has_hash_cc;
} PrepareAnswer;

/* The server's side of a binding: what must be kept to bind the same package again. */
typedef struct
{
  LabKey *otsk;
  guint8 ppk[LAB_BPP_PPK_BYTES];
  gboolean has_ppk;
} BindingKeys;

static void
binding_keys_clear (BindingKeys *keys)
{
  g_clear_pointer (&keys->otsk, lab_key_unref);
  kt_wipe (keys->ppk, sizeof keys->ppk);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (BindingKeys, binding_keys_clear)

static gboolean
split_answer (GBytes *bytes, PrepareAnswer *answer, GError **error)
{
  static const char what[] = "prepareDownloadResponse";
  TlvReader reader;
  Tlv all, choice, code;
  gint64 number;
  TlvFound found;

  if (!tlv_parse_bytes (bytes, RSP_TAG_PREPARE_DOWNLOAD, &all, NULL))
    return lab_tlv_invalid (error, what);
  tlv_reader_enter (&reader, &all);
  if (tlv_next_is (&reader, 0xA1, &choice))
    {
      if (!tlv_need (&choice, TLV_INTEGER, &code, NULL) || !tlv_get_int (&code, &number, NULL))
        return lab_tlv_invalid (error, what);
      return lab_refuse (error, "8.1", "4.2", "the eUICC answered error %" G_GINT64_FORMAT,
                         number);
    }
  if (!tlv_expect (&reader, 0xA0, &choice, NULL))
    return lab_tlv_invalid (error, what);
  tlv_reader_enter (&reader, &choice);
  if (!tlv_expect (&reader, TLV_SEQUENCE, &answer->signed2, NULL)
      || !tlv_expect (&reader, RSP_TAG_SIGNATURE, &answer->signature, NULL)
      || !tlv_need (&answer->signed2, 0x80, &answer->transaction_id, NULL)
      || !tlv_need (&answer->signed2, RSP_TAG_OTPK, &answer->otpk, NULL))
    return lab_tlv_invalid (error, what);
  found = tlv_find (&answer->signed2, TLV_OCTET_STRING, &answer->hash_cc, NULL);
  answer->has_hash_cc = found == TLV_FOUND;
  if (found == TLV_MALFORMED || (answer->has_hash_cc && answer->hash_cc.len != LAB_SHA256_BYTES)
      || answer->otpk.len != LAB_EC_POINT_BYTES || !lab_ec_point_is_valid (answer->otpk.value))
    return lab_tlv_invalid (error, what);
  return TRUE;
}

static gboolean
check_signed (LabSession *session, const PrepareAnswer *answer, GError **error)
{
  g_autoptr (GByteArray) data = g_byte_array_new ();

  g_byte_array_append (data, answer->signed2.raw, (guint) answer->signed2.raw_len);
  g_byte_array_append (data, g_bytes_get_data (session->smdp_signature2, NULL),
                       (guint) g_bytes_get_size (session->smdp_signature2));
  if (!lab_tlv_verify (session->euicc, data->data, data->len, &answer->signature))
    return lab_refuse (error, "8.1", "6.1", "the eUICC's signature does not verify");
  if (!kt_bytes_equal_data (session->transaction_id, answer->transaction_id.value,
                            answer->transaction_id.len))
    return lab_refuse (error, "8.10.1", "3.9", "the eUICC signed another transaction");
  return TRUE;
}

/* ---- confirmation code ---- */

static gboolean
count_wrong_code (LabSmdp *self, LabOrder *order, GError **error)
{
  guint left;
  g_autofree char *left_text = NULL;

  order->cc_failures++;
  left = order->cc_failures < self->confirmation_tries
             ? self->confirmation_tries - order->cc_failures
             : 0;
  if (!lab_smdp_change_order (self, order, left > 0 ? order->state : LAB_ORDER_ERROR,
                              "wrong-confirmation-code",
                              left > 0 ? NULL : "too many wrong confirmation codes", error))
    return FALSE;
  /* SGP.22 has no member for the tries left: told where people and programs look. */
  left_text = g_strdup_printf ("attempts left: %u", left);
  return lab_refuse_about (error, "8.2.7", left > 0 ? "3.8" : "6.4", left_text,
                           left > 0 ? "wrong confirmation code, %u attempts left"
                                    : "wrong confirmation code, %u attempts left: locked",
                           left);
}

static gboolean
check_code (LabSmdp *self, LabSession *session, LabOrder *order, const PrepareAnswer *answer,
            GError **error)
{
  guint8 expected[LAB_SHA256_BYTES];

  if (order->cc_hash == NULL)
    return TRUE;
  if (!answer->has_hash_cc)
    return lab_refuse (error, "8.2.7", "2.2", "a confirmation code is needed");
  /* SHA-256 (SHA-256 (code) || transaction id): the code itself is known to nobody here. */
  lab_sha256_two (g_bytes_get_data (order->cc_hash, NULL), LAB_SHA256_BYTES,
                  g_bytes_get_data (session->transaction_id, NULL),
                  g_bytes_get_size (session->transaction_id), expected);
  if (!lab_equal (expected, answer->hash_cc.value, sizeof expected))
    return count_wrong_code (self, order, error);
  return TRUE;
}

/* ---- binding ---- */

static gboolean
recall_keys (const LabOrder *order, BindingKeys *keys, GError **error)
{
  gsize len;
  const guint8 *data = g_bytes_get_data (order->retained, &len);
  g_autoptr (GBytes) secret = kt_secret_bytes (data, LAB_EC_SECRET_BYTES);

  keys->otsk = lab_key_import_raw (secret, error);
  keys->has_ppk = len == LAB_EC_SECRET_BYTES + LAB_BPP_PPK_BYTES;
  if (keys->has_ppk)
    memcpy (keys->ppk, data + LAB_EC_SECRET_BYTES, LAB_BPP_PPK_BYTES);
  return keys->otsk != NULL;
}

static gboolean
make_keys (LabSmdp *self, LabOrder *order, const PrepareAnswer *answer, BindingKeys *keys,
           GError **error)
{
  guint8 kept[LAB_EC_SECRET_BYTES + LAB_BPP_PPK_BYTES];
  g_autoptr (GBytes) secret = NULL;

  keys->otsk = lab_key_generate (self->env, error);
  if (keys->otsk == NULL)
    return FALSE;
  keys->has_ppk = self->use_ppk;
  if (keys->has_ppk)
    kt_env_random (self->env, keys->ppk, sizeof keys->ppk);
  secret = lab_key_export_raw (keys->otsk);
  memcpy (kept, g_bytes_get_data (secret, NULL), LAB_EC_SECRET_BYTES);
  memcpy (kept + LAB_EC_SECRET_BYTES, keys->ppk, LAB_BPP_PPK_BYTES);
  lab_order_forget_binding (order);
  order->retained = kt_secret_bytes (
      kept, LAB_EC_SECRET_BYTES + (keys->has_ppk ? LAB_BPP_PPK_BYTES : 0));
  order->retained_otpk = tlv_dup_value (&answer->otpk);
  kt_wipe (kept, sizeof kept);
  return TRUE;
}

static gboolean
choose_keys (LabSmdp *self, LabOrder *order, const PrepareAnswer *answer, BindingKeys *keys,
             GError **error)
{
  gboolean retry = order->state == LAB_ORDER_DOWNLOADED && order->retained != NULL;

  if (retry && kt_bytes_equal_data (order->retained_otpk, answer->otpk.value, answer->otpk.len))
    return recall_keys (order, keys, error);
  if (retry && self->refuse_rebinding)
    return lab_refuse (error, "8.2", "3.7", "the package is bound to another one-time key");
  return make_keys (self, order, answer, keys, error);
}

static GBytes *
bind_package (LabSmdp *self, LabSession *session, const LabOrder *order,
              const PrepareAnswer *answer, const BindingKeys *keys, GError **error)
{
  g_autoptr (GBytes) otpk = tlv_dup_value (&answer->otpk);
  g_autoptr (GBytes) metadata = lab_tamper_bpp_metadata (self, order->metadata);
  g_autoptr (GBytes) id = lab_tamper_transaction (self, LAB_SMDP_TAMPER_BPP_TRANSACTION,
                                                  session->transaction_id);
  g_autoptr (GBytes) package = NULL;
  guint8 eid[KT_EID_BYTES];
  LabBpp bpp = {
    .transaction_id = id,
    .otsk = keys->otsk,
    .euicc_otpk = otpk,
    .eid = eid,
    .signer = self->dppb->key,
    .oid = self->oid,
    .metadata = metadata,
    .upp = order->upp,
    .ppk = keys->has_ppk ? keys->ppk : NULL,
  };

  if (!kt_eid_to_bytes (session->eid, eid, error))
    return NULL;
  package = lab_bpp_build (&bpp, error);
  return package != NULL ? lab_tamper_bpp (self, package) : NULL;
}

static gboolean
note_delivery (LabSmdp *self, LabSession *session, LabOrder *order, GError **error)
{
  LabBinding binding = {
    .transaction_id = session->transaction_id,
    .iccid = order->iccid,
    .eid = session->eid,
    .euicc_cert = session->euicc->der,
  };

  order->downloads++;
  if (order->eid == NULL)
    order->eid = g_strdup (session->eid);
  return lab_store_add_binding (self->store, &binding, error)
         && lab_smdp_change_order (self, order, LAB_ORDER_DOWNLOADED, "downloaded", NULL, error);
}

/* Two eUICCs may have begun with one code: the first to come here gets it. */
static gboolean
check_still_open (LabSession *session, const LabOrder *order, GError **error)
{
  gboolean open = order != NULL
                  && (order->state == LAB_ORDER_RELEASED || order->state == LAB_ORDER_DOWNLOADED)
                  && (order->eid == NULL || strcmp (order->eid, session->eid) == 0);

  return open || lab_refuse (error, "8.2", "3.7", "the profile is not available any more");
}

static gboolean
deliver (LabSmdp *self, LabSession *session, GBytes *response, JsonObject *out, GError **error)
{
  g_autoptr (LabOrder) order = NULL;
  g_autoptr (GBytes) package = NULL;
  g_autoptr (GError) why = NULL;
  g_auto (BindingKeys) keys = { NULL };
  PrepareAnswer answer;

  if (session->stage != LAB_SESSION_AUTHENTICATED)
    return lab_refuse (error, "8.10.1", "3.9", "the transaction is not at this point");
  if (!split_answer (response, &answer, error) || !check_signed (session, &answer, error)
      || !lab_store_load (self->store, session->iccid, &order, error)
      || !check_still_open (session, order, error))
    return FALSE;
  if (!check_code (self, session, order, &answer, &why))
    {
      lab_smdp_report (self, order, session->eid, LAB_POINT_CONFIRMATION, why);
      g_propagate_error (error, g_steal_pointer (&why));
      return FALSE;
    }
  if (!choose_keys (self, order, &answer, &keys, error)
      || (package = bind_package (self, session, order, &answer, &keys, error)) == NULL
      || !note_delivery (self, session, order, error))
    return FALSE;
  session->stage = LAB_SESSION_BOUND;
  json_object_set_string_member (out, "transactionId", session->hex);
  lab_json_add_bytes (self, out, "boundProfilePackage", package);
  lab_smdp_report (self, order, session->eid, LAB_POINT_DOWNLOAD, NULL);
  return TRUE;
}

gboolean
lab_smdp_get_bound_profile_package (LabSmdp *self, JsonObject *in, JsonObject *out, GError **error)
{
  const char *id = lab_json_need_string (in, "transactionId", error);
  g_autoptr (GBytes) response = NULL;
  LabSession *session;

  if (id == NULL
      || (response = lab_json_need_bytes (in, "prepareDownloadResponse", error)) == NULL)
    return FALSE;
  session = lab_smdp_find_session (self, id, error);
  if (session == NULL)
    return FALSE;
  if (deliver (self, session, response, out, error))
    return TRUE;
  lab_smdp_end_session (self, session);
  return FALSE;
}
