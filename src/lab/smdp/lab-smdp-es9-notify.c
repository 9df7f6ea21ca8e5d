/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-lab"

/*
 * ES9+.HandleNotification: SGP.22 sections 5.6.4 and 3.5. Whatever is a notification at all is
 * acknowledged, for otherwise the eUICC would keep it for ever; what it says is believed only if
 * the eUICC that it is about has signed it.
 */

#include "lab-smdp-private.h"

#include <string.h>

#include "kt-bytes.h"
#include "kt-error.h"
#include "kt-iccid.h"
#include "lab-refusal.h"
#include "rsp-codes.h"
#include "rsp-profile.h"
#include "rsp-tags.h"

/* NotificationMetadata BF2F */
typedef struct
{
  Tlv raw;
  guint32 event;
  char *address;
  char *iccid;
} Notice;

static void
notice_clear (Notice *notice)
{
  g_clear_pointer (&notice->address, g_free);
  g_clear_pointer (&notice->iccid, g_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Notice, notice_clear)

static gboolean
not_a_notification (GError **error)
{
  return lab_refuse_http (error, SOUP_STATUS_BAD_REQUEST, "not a notification");
}

static gboolean
read_notice (const Tlv *tlv, Notice *notice, GError **error)
{
  Tlv event, address, iccid;
  TlvFound found;

  notice->raw = *tlv;
  if (!tlv_need (tlv, 0x81, &event, NULL) || !tlv_get_bits (&event, &notice->event, NULL)
      || !tlv_need (tlv, TLV_UTF8, &address, NULL))
    return not_a_notification (error);
  notice->address = tlv_dup_string (&address, 255, NULL);
  found = tlv_find (tlv, RSP_TAG_ICCID, &iccid, NULL);
  if (found == TLV_FOUND)
    notice->iccid = kt_iccid_from_bytes (iccid.value, iccid.len, NULL);
  if (notice->address == NULL || found == TLV_MALFORMED
      || (found == TLV_FOUND && notice->iccid == NULL))
    return not_a_notification (error);
  return TRUE;
}

/* Not believed, and said so in the log of the profile it claims to be about. */
static gboolean
disbelieve (LabSmdp *self, const char *iccid, const char *why, GError **error)
{
  g_debug ("notification not believed: %s", why);
  return lab_store_add_event (self->store, iccid != NULL ? iccid : "", "notification-refused", why,
                              error);
}

/* ---- result of an installation ---- */

static gboolean
note_installed (LabSmdp *self, LabOrder *order, const char *eid, GError **error)
{
  lab_order_forget_binding (order);
  if (!lab_smdp_change_order (self, order, LAB_ORDER_INSTALLED, "installed", NULL, error))
    return FALSE;
  lab_smdp_report (self, order, eid, LAB_POINT_INSTALLATION, NULL);
  return TRUE;
}

static gboolean
note_not_installed (LabSmdp *self, LabOrder *order, const char *eid, const Tlv *failure,
                    GError **error)
{
  g_autoptr (GError) why = NULL;
  g_autofree char *text = NULL;
  Tlv command_tlv, reason_tlv;
  gint64 command, reason;
  gboolean retry;

  if (!tlv_need (failure, 0x80, &command_tlv, NULL)
      || !tlv_get_int (&command_tlv, &command, NULL)
      || !tlv_need (failure, 0x81, &reason_tlv, NULL) || !tlv_get_int (&reason_tlv, &reason, NULL))
    return disbelieve (self, order->iccid, "an installation result without reason", error);
  text = g_strdup_printf ("bppCommandId %" G_GINT64_FORMAT ", errorReason %" G_GINT64_FORMAT,
                          command, reason);
  /* Lack of memory and interruption are cured by trying again; whatever else failed fails again. */
  retry = reason > 0 && reason <= G_MAXINT && rsp_bpp_reason_is_retryable ((int) reason);
  lab_order_forget_binding (order);
  if (!lab_smdp_change_order (self, order, retry ? LAB_ORDER_RELEASED : LAB_ORDER_ERROR,
                              "install-failed", text, error))
    return FALSE;
  lab_refuse (&why, "8.1", "4.2", "%s", text);
  lab_smdp_report (self, order, eid, LAB_POINT_INSTALLATION, why);
  return TRUE;
}

/* Results come late and out of order: a failure counts for the last delivery only, or it would
 * reopen an order that is being downloaded again; an installation counts until the order ends. */
static gboolean
apply_result (LabSmdp *self, const LabBinding *binding, const Tlv *result, GError **error)
{
  g_autoptr (LabOrder) order = NULL;
  TlvReader reader;
  Tlv outcome;
  gboolean open, under_way;

  if (!lab_store_load (self->store, binding->iccid, &order, error))
    return FALSE;
  under_way = order != NULL && order->state == LAB_ORDER_DOWNLOADED && binding->latest;
  open = order != NULL
         && (order->state == LAB_ORDER_DOWNLOADED || order->state == LAB_ORDER_RELEASED)
         && g_strcmp0 (order->eid, binding->eid) == 0;
  tlv_reader_enter (&reader, result);
  if (tlv_next_is (&reader, 0xA0, &outcome))
    return open ? note_installed (self, order, binding->eid, error)
                : disbelieve (self, binding->iccid, "the order has ended", error);
  if (tlv_next_is (&reader, 0xA1, &outcome))
    return under_way ? note_not_installed (self, order, binding->eid, &outcome, error)
                     : disbelieve (self, binding->iccid, "no such download is under way", error);
  return disbelieve (self, binding->iccid, "an installation result of an unknown kind", error);
}

static gboolean
check_result (LabSmdp *self, const LabBinding *binding, const Notice *notice, const Tlv *data,
              const Tlv *signature, const Tlv *oid, const char **why)
{
  g_autoptr (LabCert) euicc = lab_cert_parse (binding->euicc_cert, NULL);
  g_autofree char *oid_text = tlv_dup_oid (oid, NULL);

  if (euicc == NULL || !lab_tlv_verify (euicc, data->raw, data->raw_len, signature))
    *why = "the signature does not verify";
  else if (g_strcmp0 (oid_text, self->oid) != 0)
    *why = "meant for another SM-DP+";
  else if (notice->iccid != NULL && strcmp (notice->iccid, binding->iccid) != 0)
    *why = "about another profile";
  else
    return TRUE;
  return FALSE;
}

static gboolean
handle_result (LabSmdp *self, const Tlv *all, GError **error)
{
  g_autoptr (LabBinding) binding = NULL;
  g_autoptr (GBytes) id = NULL;
  g_auto (Notice) notice = { { 0 } };
  Tlv data, signature, transaction_id, notice_tlv, oid, result;
  const char *why = NULL;

  if (!tlv_need (all, RSP_TAG_INSTALL_RESULT_DATA, &data, NULL)
      || !tlv_need (all, RSP_TAG_SIGNATURE, &signature, NULL)
      || !tlv_need (&data, 0x80, &transaction_id, NULL)
      || !tlv_need (&data, RSP_TAG_NOTIFICATION_METADATA, &notice_tlv, NULL)
      || !tlv_need (&data, TLV_OID, &oid, NULL) || !tlv_need (&data, 0xA2, &result, NULL))
    return not_a_notification (error);
  if (!read_notice (&notice_tlv, &notice, error))
    return FALSE;
  id = tlv_dup_value (&transaction_id);
  if (!lab_store_find_binding (self->store, id, &binding, error))
    return FALSE;
  if (binding == NULL)
    return disbelieve (self, notice.iccid, "nothing was downloaded in that transaction", error);
  if (!check_result (self, binding, &notice, &data, &signature, &oid, &why))
    return disbelieve (self, binding->iccid, why, error);
  return apply_result (self, binding, &result, error);
}

/* ---- the others ---- */

static const char *
event_kind (guint32 event)
{
  switch (event)
    {
    case RSP_EVENT_INSTALL:
      return "install-notified";
    case RSP_EVENT_ENABLE:
      return "enabled";
    case RSP_EVENT_DISABLE:
      return "disabled";
    case RSP_EVENT_DELETE:
      return "deleted";
    default:
      return "notified";
    }
}

static gboolean
check_signer (LabSmdp *self, const Tlv *all, const Tlv *signature, const Notice *notice,
              char **eid)
{
  TlvReader reader;
  Tlv member, euicc_tlv, eum_tlv;
  g_autoptr (GBytes) euicc_der = NULL;
  g_autoptr (GBytes) eum_der = NULL;
  g_autoptr (LabCert) euicc = NULL;
  g_autoptr (LabCert) eum = NULL;

  tlv_reader_enter (&reader, all);
  if (!tlv_read (&reader, &member, NULL) || !tlv_read (&reader, &member, NULL)
      || !tlv_expect (&reader, TLV_SEQUENCE, &euicc_tlv, NULL)
      || !tlv_expect (&reader, TLV_SEQUENCE, &eum_tlv, NULL))
    return FALSE;
  euicc_der = tlv_dup_raw (&euicc_tlv);
  eum_der = tlv_dup_raw (&eum_tlv);
  euicc = lab_cert_parse (euicc_der, NULL);
  eum = lab_cert_parse (eum_der, NULL);
  /* A chip goes on reporting when its certificate has run out: dates are not judged here. */
  return euicc != NULL && eum != NULL
         && lab_x509_check_euicc_chain (euicc, eum, self->ci, LAB_X509_ANY_TIME, eid, NULL)
         && lab_tlv_verify (euicc, notice->raw.raw, notice->raw.raw_len, signature);
}

static gboolean
handle_other (LabSmdp *self, const Tlv *all, GError **error)
{
  g_autoptr (LabOrder) order = NULL;
  g_auto (Notice) notice = { { 0 } };
  g_autofree char *eid = NULL;
  Tlv notice_tlv, signature;

  if (!tlv_need (all, RSP_TAG_NOTIFICATION_METADATA, &notice_tlv, NULL)
      || !tlv_need (all, RSP_TAG_SIGNATURE, &signature, NULL))
    return not_a_notification (error);
  if (!read_notice (&notice_tlv, &notice, error))
    return FALSE;
  if (notice.iccid == NULL)
    return disbelieve (self, NULL, "names no profile", error);
  if (!check_signer (self, all, &signature, &notice, &eid))
    return disbelieve (self, notice.iccid, "the signature does not verify", error);
  if (!lab_store_load (self->store, notice.iccid, &order, error))
    return FALSE;
  if (order == NULL || g_strcmp0 (order->eid, eid) != 0)
    return disbelieve (self, notice.iccid, "the profile is not on that eUICC", error);
  return lab_store_add_event (self->store, order->iccid, event_kind (notice.event), NULL, error);
}

gboolean
lab_smdp_handle_notification (LabSmdp *self, JsonObject *in, JsonObject *out, GError **error)
{
  g_autoptr (GBytes) bytes = lab_json_need_bytes (in, "pendingNotification", NULL);
  Tlv all;

  if (bytes == NULL)
    return not_a_notification (error);
  if (tlv_parse_bytes (bytes, RSP_TAG_INSTALL_RESULT, &all, NULL))
    return handle_result (self, &all, error);
  if (tlv_parse_bytes (bytes, TLV_SEQUENCE, &all, NULL))
    return handle_other (self, &all, error);
  return not_a_notification (error);
}
