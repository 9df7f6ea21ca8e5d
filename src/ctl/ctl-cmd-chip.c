/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsuctl"

#include "config.h"

#include "ctl-app.h"

#include <glib/gi18n.h>
#include <string.h>

#include "kt-bytes.h"
#include "kt-eid.h"
#include "kt-error.h"

static void
pkids_to_json (JsonBuilder *builder, const char *name, GPtrArray *pkids)
{
  json_builder_set_member_name (builder, name);
  json_builder_begin_array (builder);
  for (guint i = 0; i < pkids->len; i++)
    {
      g_autofree char *hex = kt_hex_bytes (g_ptr_array_index (pkids, i));

      json_builder_add_string_value (builder, hex);
    }
  json_builder_end_array (builder);
}

static void
capabilities_to_json (JsonBuilder *builder, const char *name, guint32 bits,
                      const char *(*bit_name) (guint bit))
{
  json_builder_set_member_name (builder, name);
  json_builder_begin_array (builder);
  for (guint bit = 0; bit < 32; bit++)
    if ((bits & (guint32) 1 << bit) != 0 && bit_name (bit) != NULL)
      json_builder_add_string_value (builder, bit_name (bit));
  json_builder_end_array (builder);
}

static JsonNode *
chip_to_json (const char *eid, const RspEuiccInfo *info, const RspAddresses *addresses,
              const char *reader, const char *aid)
{
  g_autoptr (JsonBuilder) builder = json_builder_new_immutable ();

  json_builder_begin_object (builder);
  ctl_json_string (builder, "reader", reader);
  ctl_json_string (builder, "isdrAid", aid);
  ctl_json_string (builder, "eid", eid);
  ctl_json_bool (builder, "eidValid", kt_eid_is_valid (eid));
  ctl_json_string (builder, "svn", info->svn);
  ctl_json_string (builder, "highestSvn", info->highest_svn);
  ctl_json_string (builder, "profileVersion", info->profile_version);
  ctl_json_string (builder, "firmware", info->firmware);
  ctl_json_string (builder, "ts102241Version", info->ts102241);
  ctl_json_string (builder, "globalPlatformVersion", info->global_platform);
  ctl_json_string (builder, "ppVersion", info->pp_version);
  ctl_json_string (builder, "sasAccreditationNumber", info->sas_number);
  ctl_json_string (builder, "platformLabel", info->platform_label);
  ctl_json_string (builder, "discoveryBaseUrl", info->discovery_url);
  ctl_json_int (builder, "freeNonVolatileMemory", info->free_nvm);
  ctl_json_int (builder, "freeVolatileMemory", info->free_ram);
  ctl_json_int (builder, "installedApplications", info->applications);
  ctl_json_int (builder, "category", info->category);
  pkids_to_json (builder, "ciPkIdsForVerification", info->ci_verify);
  pkids_to_json (builder, "ciPkIdsForSigning", info->ci_sign);
  capabilities_to_json (builder, "uiccCapability", info->uicc_capability, rsp_uicc_capability_name);
  capabilities_to_json (builder, "rspCapability", info->rsp_capability, rsp_rsp_capability_name);
  ctl_json_string (builder, "defaultSmdp", addresses->default_dp);
  ctl_json_string (builder, "rootSmds", addresses->root_ds);
  json_builder_end_object (builder);
  return json_builder_get_root (builder);
}

static void
print_chip (const char *eid, const RspEuiccInfo *info, const RspAddresses *addresses,
            const char *reader)
{
  g_autofree char *grouped = kt_eid_grouped (eid);
  g_autofree char *marked = NULL;
  g_autofree char *memory = info->free_nvm >= 0 ? g_format_size ((guint64) info->free_nvm) : NULL;

  marked = g_strdup_printf ("%s  %s", grouped,
                            kt_eid_is_valid (eid) ? _("✓ check digits right")
                                                  : _("✗ check digits wrong"));
  ctl_output_field (_("Reader"), reader);
  ctl_output_field (_("Chip number (EID)"), marked);
  ctl_output_field (_("Free memory"), memory);
  ctl_output_field (_("SGP.22 version"), info->svn);
  ctl_output_field (_("Profile version"), info->profile_version);
  ctl_output_field (_("Firmware"), info->firmware);
  ctl_output_field (_("SAS number"), info->sas_number);
  ctl_output_field (_("Default server"),
                    addresses->default_dp != NULL ? addresses->default_dp : _("none"));
  ctl_output_field (_("Root SM-DS"), addresses->root_ds);
  for (guint i = 0; i < info->ci_verify->len; i++)
    {
      g_autofree char *hex = kt_hex_bytes (g_ptr_array_index (info->ci_verify, i));

      ctl_output_field (i == 0 ? _("Trusted authorities") : "", hex);
    }
}

gboolean
ctl_command_chip (CtlApp *app, char **args, GError **error)
{
  g_auto (GStrv) rest = g_strdupv (args);
  g_autoptr (LpdChip) chip = NULL;
  g_autoptr (RspEuiccInfo) info = NULL;
  g_autoptr (RspAddresses) addresses = NULL;
  g_autofree char *eid = NULL;
  g_autofree char *reader = NULL;
  g_autofree char *aid = NULL;

  if (!ctl_parse_options (app, ctl_command_find ("chip"), NULL, &rest, error)
      || !ctl_need_args (rest, 0, 0, error))
    return FALSE;
  chip = ctl_app_open_chip (app, error);
  if (chip == NULL)
    return FALSE;
  eid = lpd_chip_dup_eid (chip, app->cancellable, error);
  if (eid == NULL)
    return FALSE;
  info = lpd_chip_dup_info (chip, RSP_TAG_EUICC_INFO2, app->cancellable, error);
  if (info == NULL)
    return FALSE;
  addresses = lpd_chip_dup_addresses (chip, app->cancellable, error);
  if (addresses == NULL)
    return FALSE;
  reader = card_dup_name (app->context.card);
  aid = kt_hex_bytes (card_channel_get_aid (lpd_chip_get_channel (chip)));
  if (app->json)
    ctl_output_json (app->command, chip_to_json (eid, info, addresses, reader, aid));
  else
    print_chip (eid, info, addresses, reader);
  return TRUE;
}

static JsonNode *
rules_to_json (GPtrArray *rat)
{
  g_autoptr (JsonBuilder) builder = json_builder_new_immutable ();

  json_builder_begin_array (builder);
  for (guint i = 0; i < rat->len; i++)
    {
      const RspRatRule *rule = g_ptr_array_index (rat, i);

      json_builder_begin_object (builder);
      ctl_json_bool (builder, "ppr1", (rule->ppr & RSP_PPR1_NO_DISABLE) != 0);
      ctl_json_bool (builder, "ppr2", (rule->ppr & RSP_PPR2_NO_DELETE) != 0);
      ctl_json_bool (builder, "consentRequired", rule->consent_required);
      json_builder_set_member_name (builder, "operators");
      json_builder_begin_array (builder);
      for (guint k = 0; k < rule->operators->len; k++)
        json_builder_add_string_value (
            builder, ((RspOperatorId *) g_ptr_array_index (rule->operators, k))->mcc_mnc);
      json_builder_end_array (builder);
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
  return json_builder_get_root (builder);
}

static void
print_rules (GPtrArray *rat)
{
  if (rat->len == 0)
    g_print ("%s\n", _("This chip lets no operator set rules."));
  for (guint i = 0; i < rat->len; i++)
    {
      const RspRatRule *rule = g_ptr_array_index (rat, i);
      GString *operators = g_string_new (NULL);

      for (guint k = 0; k < rule->operators->len; k++)
        {
          const char *id = ((RspOperatorId *) g_ptr_array_index (rule->operators, k))->mcc_mnc;

          g_string_append_printf (operators, "%s%s", k > 0 ? ", " : "",
                                  strspn (id, "*") == strlen (id) ? _("any operator") : id);
        }
      g_print ("%s%s%s  %s  (%s)\n",
               (rule->ppr & RSP_PPR1_NO_DISABLE) != 0 ? _("cannot be stopped") : "",
               (rule->ppr & (RSP_PPR1_NO_DISABLE | RSP_PPR2_NO_DELETE))
                       == (RSP_PPR1_NO_DISABLE | RSP_PPR2_NO_DELETE)
                   ? ", "
                   : "",
               (rule->ppr & RSP_PPR2_NO_DELETE) != 0 ? _("cannot be deleted") : "", operators->str,
               rule->consent_required ? _("with your consent") : _("without asking"));
      g_string_free (operators, TRUE);
    }
}

gboolean
ctl_command_rules (CtlApp *app, char **args, GError **error)
{
  g_auto (GStrv) rest = g_strdupv (args);
  g_autoptr (LpdChip) chip = NULL;
  g_autoptr (GPtrArray) rat = NULL;

  if (!ctl_parse_options (app, ctl_command_find ("rules"), NULL, &rest, error)
      || !ctl_need_args (rest, 0, 0, error))
    return FALSE;
  chip = ctl_app_open_chip (app, error);
  rat = chip != NULL ? lpd_chip_dup_rat (chip, app->cancellable, error) : NULL;
  if (rat == NULL)
    return FALSE;
  if (app->json)
    ctl_output_json (app->command, rules_to_json (rat));
  else
    print_rules (rat);
  return TRUE;
}

gboolean
ctl_command_server (CtlApp *app, char **args, GError **error)
{
  gboolean clear = FALSE;
  const GOptionEntry entries[] = {
    { "clear", 0, 0, G_OPTION_ARG_NONE, &clear, N_("remove the default server"), NULL },
    { NULL },
  };
  g_auto (GStrv) rest = g_strdupv (args);
  g_autoptr (LpdChip) chip = NULL;
  g_autoptr (RspAddresses) addresses = NULL;

  if (!ctl_parse_options (app, ctl_command_find ("server"), entries, &rest, error)
      || !ctl_need_args (rest, 0, clear ? 0 : 1, error))
    return FALSE;
  chip = ctl_app_open_chip (app, error);
  if (chip == NULL)
    return FALSE;
  if ((clear || rest[0] != NULL)
      && !lpd_chip_set_default_dp (chip, clear ? "" : rest[0], app->cancellable, error))
    return FALSE;
  addresses = lpd_chip_dup_addresses (chip, app->cancellable, error);
  if (addresses == NULL)
    return FALSE;
  if (app->json)
    {
      g_autoptr (JsonBuilder) builder = json_builder_new_immutable ();

      json_builder_begin_object (builder);
      ctl_json_string (builder, "defaultSmdp", addresses->default_dp);
      ctl_json_string (builder, "rootSmds", addresses->root_ds);
      json_builder_end_object (builder);
      ctl_output_json (app->command, json_builder_get_root (builder));
      return TRUE;
    }
  ctl_output_field (_("Default server"),
                    addresses->default_dp != NULL ? addresses->default_dp : _("none"));
  ctl_output_field (_("Root SM-DS"), addresses->root_ds);
  return TRUE;
}

gboolean
ctl_command_load_crl (CtlApp *app, char **args, GError **error)
{
  g_auto (GStrv) rest = g_strdupv (args);
  g_autoptr (LpdChip) chip = NULL;
  g_autoptr (GBytes) crl = NULL;
  g_autoptr (GError) local = NULL;
  char *data;
  gsize len;

  if (!ctl_parse_options (app, ctl_command_find ("load-crl"), NULL, &rest, error)
      || !ctl_need_args (rest, 1, 1, error))
    return FALSE;
  if (!g_file_get_contents (rest[0], &data, &len, &local))
    return kt_error_set (error, KT_ERROR_INVALID_INPUT, "input.file", "%s", local->message);
  crl = g_bytes_new_take (data, len);
  chip = ctl_app_open_chip (app, error);
  if (chip == NULL || !lpd_chip_load_crl (chip, crl, app->cancellable, error))
    return FALSE;
  if (app->json)
    ctl_output_json (app->command, NULL);
  else
    g_print ("%s\n", _("The chip has taken the list."));
  return TRUE;
}
