/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-lab"

/* ES2+ as JSON: SGP.22 sections 5.3 and 6.5.2. */

#include "lab-refusal.h"
#include "lab-smdp-orders.h"
#include "rsp-json.h"

/* ES2+ callers say who they are; the certificate says who may call at all. */
static const char *
need_requester (JsonObject *in, GError **error)
{
  JsonObject *header = rsp_json_object (in, "header");
  const char *requester
      = header != NULL ? rsp_json_string (header, "functionRequesterIdentifier") : NULL;
  const char *call = header != NULL ? rsp_json_string (header, "functionCallIdentifier") : NULL;

  if (requester == NULL || requester[0] == '\0' || call == NULL)
    {
      lab_refuse (error, "1.1", "2.2", "\"header\" does not say who calls");
      return NULL;
    }
  return requester;
}

static gboolean
need_boolean (JsonObject *in, const char *name, gboolean *value, GError **error)
{
  JsonNode *node = json_object_get_member (in, name);

  if (node == NULL)
    return lab_refuse (error, "1.6", "2.2", "\"%s\" is missing", name);
  if (!JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != G_TYPE_BOOLEAN)
    return lab_refuse (error, "1.6", "2.1", "\"%s\" is neither true nor false", name);
  *value = json_node_get_boolean (node);
  return TRUE;
}

gboolean
lab_smdp_es2_download_order (LabSmdp *self, JsonObject *in, JsonObject *out, GError **error)
{
  const char *requester = need_requester (in, error);
  const char *eid, *iccid, *profile_type;
  g_autofree char *chosen = NULL;

  if (requester == NULL || !lab_json_string (in, "eid", &eid, error)
      || !lab_json_string (in, "iccid", &iccid, error)
      || !lab_json_string (in, "profileType", &profile_type, error)
      || !lab_orders_download (self, requester, eid, iccid, profile_type, &chosen, error))
    return FALSE;
  json_object_set_string_member (out, "iccid", chosen);
  return TRUE;
}

gboolean
lab_smdp_es2_confirm_order (LabSmdp *self, JsonObject *in, JsonObject *out, GError **error)
{
  const char *requester = need_requester (in, error);
  LabConfirmation confirmation = { 0 };
  g_autofree char *matching_id = NULL;
  g_autofree char *eid = NULL;
  g_autofree char *address = NULL;

  if (requester == NULL || (confirmation.iccid = lab_json_need_string (in, "iccid", error)) == NULL
      || !lab_json_string (in, "eid", &confirmation.eid, error)
      || !lab_json_string (in, "matchingId", &confirmation.matching_id, error)
      || !lab_json_string (in, "confirmationCode", &confirmation.confirmation_code, error)
      || !lab_json_string (in, "smdsAddress", &confirmation.smds, error)
      || !need_boolean (in, "releaseFlag", &confirmation.release, error)
      || !lab_orders_confirm (self, requester, &confirmation, &matching_id, &eid, error))
    return FALSE;
  address = lab_smdp_dup_address (self);
  json_object_set_string_member (out, "matchingId", matching_id);
  json_object_set_string_member (out, "smdpAddress", address);
  if (eid != NULL)
    json_object_set_string_member (out, "eid", eid);
  return TRUE;
}

gboolean
lab_smdp_es2_release_profile (LabSmdp *self, JsonObject *in, JsonObject *out, GError **error)
{
  const char *requester = need_requester (in, error);
  const char *iccid;

  return requester != NULL && (iccid = lab_json_need_string (in, "iccid", error)) != NULL
         && lab_orders_release (self, requester, iccid, error);
}

gboolean
lab_smdp_es2_cancel_order (LabSmdp *self, JsonObject *in, JsonObject *out, GError **error)
{
  const char *requester = need_requester (in, error);
  const char *iccid, *eid, *matching_id, *final;

  return requester != NULL && (iccid = lab_json_need_string (in, "iccid", error)) != NULL
         && lab_json_string (in, "eid", &eid, error)
         && lab_json_string (in, "matchingId", &matching_id, error)
         && (final = lab_json_need_string (in, "finalProfileStatusIndicator", error)) != NULL
         && lab_orders_cancel (self, requester, iccid, eid, matching_id, final, error);
}
