/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-lab"

#include "config.h"

#include <glib/gi18n.h>

#include "kt-error.h"
#include "lab-office.h"
#include "lab-output.h"
#include "lab-program.h"

static LabSmdp *
open_office (LabProgram *program, LabPlace **place, GError **error)
{
  *place = lab_program_open_place (program, NULL, error);
  return *place != NULL ? lab_office_open (*place, NULL, program->env, error) : NULL;
}

static const char *
member (JsonObject *object, const char *name)
{
  return json_object_get_string_member_with_default (object, name, NULL);
}

/* The person's own time, from the store's UTC. */
static char *
format_time (const char *text)
{
  g_autoptr (GDateTime) utc = text != NULL ? g_date_time_new_from_iso8601 (text, NULL) : NULL;
  g_autoptr (GDateTime) local = utc != NULL ? g_date_time_to_local (utc) : NULL;

  return local != NULL ? g_date_time_format (local, "%Y-%m-%d %H:%M:%S") : g_strdup ("?");
}

static void
print_events (JsonObject *order)
{
  JsonArray *events = json_object_get_array_member (order, "events");

  for (guint i = 0; i < json_array_get_length (events); i++)
    {
      JsonObject *event = json_array_get_object_element (events, i);
      g_autofree char *time = format_time (member (event, "time"));
      const char *detail = member (event, "detail");
      g_autofree char *clean = lab_output_clean (detail != NULL ? detail : "");

      lab_print_styled (LAB_STYLE_QUIET, "    %s", time);
      lab_print ("  %s%s%s\n", member (event, "event"), *clean != '\0' ? "  " : "", clean);
    }
}

static void
print_order (JsonObject *order)
{
  const char *name = member (order, "profileName");
  const char *provider = member (order, "serviceProviderName");
  g_autofree char *title
      = g_strdup_printf (_("“%s” of %s"), name != NULL ? name : "?",
                         provider != NULL ? provider : "?");
  g_autofree char *clean = lab_output_clean (title);

  lab_print_styled (LAB_STYLE_STRONG, "%s", member (order, "iccid"));
  lab_print ("  %s  %s\n", member (order, "state"), clean);
  lab_print_field (_("Token of the code"), member (order, "matchingId"));
  lab_print_field (_("Chip number (EID)"), member (order, "eid"));
  if (json_object_has_member (order, "expires"))
    {
      g_autofree char *time = format_time (member (order, "expires"));

      lab_print_field (_("Expires"), time);
    }
  print_events (order);
}

gboolean
lab_command_orders (LabProgram *program, char **args, GError **error)
{
  const GOptionEntry entries[] = {
    { "json", 'j', 0, G_OPTION_ARG_NONE, &program->json, N_("print one JSON object"), NULL },
    { NULL },
  };
  g_auto (GStrv) rest = g_strdupv (args);
  g_autoptr (LabPlace) place = NULL;
  g_autoptr (LabSmdp) smdp = NULL;
  g_autoptr (JsonArray) orders = NULL;

  if (!lab_program_parse (program, entries, &rest, 0, 0, error))
    return FALSE;
  smdp = open_office (program, &place, error);
  if (smdp == NULL)
    return FALSE;
  orders = lab_smdp_dup_orders (smdp, error);
  if (orders == NULL)
    return FALSE;
  if (program->json)
    {
      JsonNode *node = json_node_new (JSON_NODE_ARRAY);

      json_node_set_array (node, orders);
      lab_output_json (program->command, node);
      return TRUE;
    }
  if (json_array_get_length (orders) == 0)
    lab_print (_("There are no orders. Make one with “kaitsu-lab order”.\n"));
  for (guint i = 0; i < json_array_get_length (orders); i++)
    {
      if (i > 0)
        lab_print ("\n");
      print_order (json_array_get_object_element (orders, i));
    }
  return TRUE;
}

gboolean
lab_command_release (LabProgram *program, char **args, GError **error)
{
  g_auto (GStrv) rest = g_strdupv (args);
  g_autoptr (LabPlace) place = NULL;
  g_autoptr (LabSmdp) smdp = NULL;

  if (!lab_program_parse (program, NULL, &rest, 1, 1, error))
    return FALSE;
  smdp = open_office (program, &place, error);
  if (smdp == NULL || !lab_smdp_release_profile (smdp, NULL, rest[0], error))
    return FALSE;
  lab_print (_("Released: the plan can be downloaded.\n"));
  return TRUE;
}

gboolean
lab_command_cancel (LabProgram *program, char **args, GError **error)
{
  g_auto (GStrv) rest = g_strdupv (args);
  g_autoptr (LabPlace) place = NULL;
  g_autoptr (LabSmdp) smdp = NULL;

  if (!lab_program_parse (program, NULL, &rest, 1, 1, error))
    return FALSE;
  smdp = open_office (program, &place, error);
  if (smdp == NULL
      || !lab_smdp_cancel_order (smdp, NULL, rest[0], NULL, NULL,
                                 lab_order_state_name (LAB_ORDER_AVAILABLE), error))
    return FALSE;
  lab_print (_("Cancelled: its activation code is worth nothing any more.\n"));
  return TRUE;
}
