/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-lab"

/* The stock and ES2+ for callers in the same program. */

#include "lab-smdp.h"

#include <string.h>

#include "kt-bytes.h"
#include "kt-error.h"
#include "lab-eligibility.h"
#include "lab-smdp-orders.h"
#include "lab-smdp-private.h"
#include "rsp-profile.h"

gboolean
lab_smdp_leave (LabSmdp *self, gboolean done, GError **error)
{
  gboolean kept = lab_store_end (self->store, done, done ? error : NULL);

  g_rec_mutex_unlock (&self->lock);
  return done && kept;
}

gboolean
lab_smdp_enter (LabSmdp *self, GError **error)
{
  g_rec_mutex_lock (&self->lock);
  if (lab_store_begin (self->store, error))
    return TRUE;
  g_rec_mutex_unlock (&self->lock);
  return FALSE;
}

static LabOrder *
order_from_stock (const LabStock *stock, GError **error)
{
  g_autoptr (RspProfile) profile = NULL;
  g_autoptr (LabOrder) order = NULL;
  LabUppHeader header;

  if (!lab_upp_header_parse (stock->upp, &header, error))
    return NULL;
  profile = rsp_metadata_parse (stock->metadata, error);
  if (profile == NULL)
    return NULL;
  if (!kt_bytes_equal_data (profile->iccid_raw, header.iccid, sizeof header.iccid))
    {
      kt_error_set (error, KT_ERROR_INVALID_INPUT, "operator.iccid",
                    "package and metadata name different profiles");
      return NULL;
    }
  order = lab_order_new ();
  order->iccid = g_strdup (profile->iccid);
  order->state = LAB_ORDER_AVAILABLE;
  order->profile_type = g_strdup (stock->profile_type != NULL ? stock->profile_type : "");
  order->requester = g_strdup (stock->requester != NULL ? stock->requester : "");
  order->metadata = g_bytes_ref (stock->metadata);
  order->upp = g_bytes_ref (stock->upp);
  order->subscription = stock->subscription != NULL ? g_bytes_ref (stock->subscription) : NULL;
  return g_steal_pointer (&order);
}

gboolean
lab_smdp_add_profile (LabSmdp *self, const LabStock *stock, GError **error)
{
  g_autoptr (LabOrder) order = NULL;
  gboolean done;

  g_return_val_if_fail (LAB_IS_SMDP (self), FALSE);
  g_return_val_if_fail (stock != NULL && stock->upp != NULL && stock->metadata != NULL, FALSE);

  order = order_from_stock (stock, error);
  if (order == NULL || !lab_smdp_enter (self, error))
    return FALSE;
  done = lab_store_add (self->store, order, error)
         && lab_store_add_event (self->store, order->iccid, "added", NULL, error);
  return lab_smdp_leave (self, done, error);
}

gboolean
lab_smdp_download_order (LabSmdp *self, const char *requester, const char *eid, const char *iccid,
                         const char *profile_type, char **iccid_out, GError **error)
{
  g_return_val_if_fail (LAB_IS_SMDP (self), FALSE);

  if (!lab_smdp_enter (self, error))
    return FALSE;
  return lab_smdp_leave (
      self, lab_orders_download (self, requester, eid, iccid, profile_type, iccid_out, error),
      error);
}

gboolean
lab_smdp_confirm_order (LabSmdp *self, const char *requester, const LabConfirmation *confirmation,
                        char **matching_id_out, GError **error)
{
  g_return_val_if_fail (LAB_IS_SMDP (self), FALSE);
  g_return_val_if_fail (confirmation != NULL && confirmation->iccid != NULL, FALSE);

  if (!lab_smdp_enter (self, error))
    return FALSE;
  return lab_smdp_leave (
      self, lab_orders_confirm (self, requester, confirmation, matching_id_out, NULL, error),
      error);
}

gboolean
lab_smdp_release_profile (LabSmdp *self, const char *requester, const char *iccid, GError **error)
{
  g_return_val_if_fail (LAB_IS_SMDP (self) && iccid != NULL, FALSE);

  if (!lab_smdp_enter (self, error))
    return FALSE;
  return lab_smdp_leave (self, lab_orders_release (self, requester, iccid, error), error);
}

gboolean
lab_smdp_cancel_order (LabSmdp *self, const char *requester, const char *iccid, const char *eid,
                       const char *matching_id, const char *final, GError **error)
{
  g_return_val_if_fail (LAB_IS_SMDP (self) && iccid != NULL && final != NULL, FALSE);

  if (!lab_smdp_enter (self, error))
    return FALSE;
  return lab_smdp_leave (
      self, lab_orders_cancel (self, requester, iccid, eid, matching_id, final, error), error);
}

/* ---- looking ---- */

static LabOrder *
load (LabSmdp *self, const char *iccid, GError **error)
{
  LabOrder *order = NULL;
  gboolean ok;

  g_rec_mutex_lock (&self->lock);
  ok = lab_store_load (self->store, iccid, &order, error);
  g_rec_mutex_unlock (&self->lock);
  if (ok && order == NULL)
    kt_error_set (error, KT_ERROR_NOT_FOUND, "smdp.unknown", "no profile with this ICCID");
  return order;
}

int
lab_smdp_get_state (LabSmdp *self, const char *iccid)
{
  g_autoptr (LabOrder) order = NULL;

  g_return_val_if_fail (LAB_IS_SMDP (self) && iccid != NULL, -1);

  order = load (self, iccid, NULL);
  return order != NULL ? (int) order->state : -1;
}

GBytes *
lab_smdp_dup_subscription (LabSmdp *self, const char *iccid, GError **error)
{
  g_autoptr (LabOrder) order = NULL;

  g_return_val_if_fail (LAB_IS_SMDP (self) && iccid != NULL, NULL);

  order = load (self, iccid, error);
  if (order == NULL)
    return NULL;
  if (order->subscription == NULL)
    {
      kt_error_set (error, KT_ERROR_NOT_FOUND, "smdp.no-subscription",
                    "the profile came without its keys");
      return NULL;
    }
  return g_bytes_ref (order->subscription);
}

static void
add_text (JsonObject *object, const char *name, const char *text)
{
  if (text != NULL)
    json_object_set_string_member (object, name, text);
}

static void
add_time (JsonObject *object, const char *name, gint64 seconds)
{
  g_autoptr (GDateTime) time = g_date_time_new_from_unix_utc (seconds);
  g_autofree char *text = g_date_time_format (time, "%Y-%m-%dT%H:%M:%SZ");

  json_object_set_string_member (object, name, text);
}

static gboolean
add_events (LabSmdp *self, JsonObject *object, const char *iccid, GError **error)
{
  g_autoptr (GPtrArray) events = lab_store_list_events (self->store, iccid, error);
  JsonArray *array;

  if (events == NULL)
    return FALSE;
  array = json_array_new ();
  for (guint i = 0; i < events->len; i++)
    {
      const LabStoreEvent *event = g_ptr_array_index (events, i);
      JsonObject *member = json_object_new ();

      add_time (member, "time", event->time);
      json_object_set_string_member (member, "event", event->kind);
      add_text (member, "detail", event->text);
      json_array_add_object_element (array, member);
    }
  json_object_set_array_member (object, "events", array);
  return TRUE;
}

static JsonObject *
describe (LabSmdp *self, const LabOrder *order, GError **error)
{
  g_autoptr (JsonObject) object = json_object_new ();
  g_autoptr (RspProfile) profile = rsp_metadata_parse (order->metadata, NULL);

  json_object_set_string_member (object, "iccid", order->iccid);
  json_object_set_string_member (object, "state", lab_order_state_name (order->state));
  json_object_set_string_member (object, "profileType", order->profile_type);
  if (profile != NULL)
    {
      json_object_set_string_member (object, "class", rsp_class_name (profile->profile_class));
      add_text (object, "serviceProviderName", profile->provider);
      add_text (object, "profileName", profile->name);
    }
  add_text (object, "eid", order->eid);
  add_text (object, "matchingId", order->matching_id);
  json_object_set_boolean_member (object, "confirmationCodeRequired", order->has_code);
  json_object_set_int_member (object, "wrongCodes", order->cc_failures);
  json_object_set_int_member (object, "downloads", order->downloads);
  if (order->expires != 0)
    add_time (object, "expires", order->expires);
  if (!add_events (self, object, order->iccid, error))
    return NULL;
  return g_steal_pointer (&object);
}

JsonArray *
lab_smdp_dup_orders (LabSmdp *self, GError **error)
{
  g_autoptr (JsonArray) array = json_array_new ();
  g_autoptr (GPtrArray) orders = NULL;
  gboolean ok;

  g_return_val_if_fail (LAB_IS_SMDP (self), NULL);

  g_rec_mutex_lock (&self->lock);
  orders = lab_store_list (self->store, error);
  ok = orders != NULL;
  for (guint i = 0; ok && i < orders->len; i++)
    {
      JsonObject *object = describe (self, g_ptr_array_index (orders, i), error);

      ok = object != NULL;
      if (ok)
        json_array_add_object_element (array, object);
    }
  g_rec_mutex_unlock (&self->lock);
  return ok ? g_steal_pointer (&array) : NULL;
}

JsonObject *
lab_smdp_dup_order (LabSmdp *self, const char *iccid, GError **error)
{
  g_autoptr (LabOrder) order = NULL;
  JsonObject *object;

  g_return_val_if_fail (LAB_IS_SMDP (self) && iccid != NULL, NULL);

  order = load (self, iccid, error);
  if (order == NULL)
    return NULL;
  g_rec_mutex_lock (&self->lock);
  object = describe (self, order, error);
  g_rec_mutex_unlock (&self->lock);
  return object;
}
