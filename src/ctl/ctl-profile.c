/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsuctl"

#include "config.h"

#include "ctl-app.h"

#include <glib/gi18n.h>

#include "kt-bytes.h"

static void
notify_to_json (JsonBuilder *builder, const RspProfile *profile)
{
  json_builder_set_member_name (builder, "notificationAddresses");
  json_builder_begin_array (builder);
  for (guint i = 0; i < profile->notify->len; i++)
    {
      const RspNotifyConfig *config = g_ptr_array_index (profile->notify, i);

      json_builder_begin_object (builder);
      ctl_json_string (builder, "address", config->address);
      json_builder_set_member_name (builder, "events");
      json_builder_begin_array (builder);
      for (guint32 event = RSP_EVENT_INSTALL; event <= RSP_EVENT_DELETE; event <<= 1)
        if ((config->events & event) != 0)
          json_builder_add_string_value (builder, rsp_event_name (event));
      json_builder_end_array (builder);
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
}

static void
rules_to_json (JsonBuilder *builder, guint32 ppr)
{
  json_builder_set_member_name (builder, "policyRules");
  json_builder_begin_array (builder);
  if ((ppr & RSP_PPR1_NO_DISABLE) != 0)
    json_builder_add_string_value (builder, "ppr1");
  if ((ppr & RSP_PPR2_NO_DELETE) != 0)
    json_builder_add_string_value (builder, "ppr2");
  json_builder_end_array (builder);
}

static void
owner_to_json (JsonBuilder *builder, const RspOperatorId *owner)
{
  g_autofree char *gid1 = owner->gid1 != NULL ? kt_hex_bytes (owner->gid1) : NULL;
  g_autofree char *gid2 = owner->gid2 != NULL ? kt_hex_bytes (owner->gid2) : NULL;

  json_builder_set_member_name (builder, "owner");
  json_builder_begin_object (builder);
  ctl_json_string (builder, "mccMnc", owner->mcc_mnc);
  ctl_json_string (builder, "gid1", gid1);
  ctl_json_string (builder, "gid2", gid2);
  json_builder_end_object (builder);
}

void
ctl_profile_to_json (JsonBuilder *builder, const RspProfile *profile)
{
  g_autofree char *aid = profile->aid != NULL ? kt_hex_bytes (profile->aid) : NULL;
  g_autofree char *icon = profile->icon != NULL ? kt_base64 (profile->icon) : NULL;

  json_builder_begin_object (builder);
  ctl_json_string (builder, "iccid", profile->iccid);
  ctl_json_string (builder, "isdpAid", aid);
  if (profile->state != RSP_STATE_UNKNOWN)
    ctl_json_string (builder, "state",
                     profile->state == RSP_STATE_ENABLED ? "enabled" : "disabled");
  ctl_json_string (builder, "class", rsp_class_name (profile->profile_class));
  ctl_json_string (builder, "nickname", profile->nickname);
  ctl_json_string (builder, "serviceProviderName", profile->provider);
  ctl_json_string (builder, "profileName", profile->name);
  if (icon != NULL)
    ctl_json_string (builder, "iconType", profile->icon_type == RSP_ICON_PNG ? "png" : "jpg");
  ctl_json_string (builder, "icon", icon);
  if (profile->owner != NULL)
    owner_to_json (builder, profile->owner);
  ctl_json_string (builder, "smdpOid", profile->dp_oid);
  notify_to_json (builder, profile);
  rules_to_json (builder, profile->ppr);
  json_builder_end_object (builder);
}

JsonNode *
ctl_profiles_to_json (GPtrArray *profiles)
{
  g_autoptr (JsonBuilder) builder = json_builder_new_immutable ();

  json_builder_begin_array (builder);
  for (guint i = 0; i < profiles->len; i++)
    ctl_profile_to_json (builder, g_ptr_array_index (profiles, i));
  json_builder_end_array (builder);
  return json_builder_get_root (builder);
}

static const char *
state_words (const RspProfile *profile)
{
  return profile->state == RSP_STATE_ENABLED ? _("in use") : _("not in use");
}

static const char *
class_words (const RspProfile *profile)
{
  switch (profile->profile_class)
    {
    case RSP_CLASS_PROVISIONING:
      return _("set-up connection");
    case RSP_CLASS_TEST:
      return _("test plan");
    case RSP_CLASS_OPERATIONAL:
      break;
    }
  return _("plan");
}

static void
print_profile (const RspProfile *profile)
{
  g_autofree char *title = rsp_profile_title (profile);
  g_autofree char *clean = ctl_output_clean (title);

  g_print ("%s %s  (%s, %s)\n", profile->state == RSP_STATE_ENABLED ? "●" : "○", clean,
           class_words (profile), state_words (profile));
  if (profile->iccid != NULL)
    g_print ("    ICCID %s", profile->iccid);
  if (profile->owner != NULL)
    g_print ("  %s", profile->owner->mcc_mnc);
  g_print ("\n");
  if ((profile->ppr & RSP_PPR1_NO_DISABLE) != 0)
    g_print ("    %s\n", _("cannot be stopped, by the operator’s rules"));
  if ((profile->ppr & RSP_PPR2_NO_DELETE) != 0)
    g_print ("    %s\n", _("cannot be deleted, by the operator’s rules"));
}

void
ctl_print_profiles (GPtrArray *profiles)
{
  if (profiles->len == 0)
    g_print ("%s\n", _("There is no plan on this chip yet."));
  /* the one in use first: it is the answer to the question that people have */
  for (guint pass = 0; pass < 2; pass++)
    for (guint i = 0; i < profiles->len; i++)
      {
        const RspProfile *profile = g_ptr_array_index (profiles, i);

        if ((profile->state == RSP_STATE_ENABLED) == (pass == 0))
          print_profile (profile);
      }
}
