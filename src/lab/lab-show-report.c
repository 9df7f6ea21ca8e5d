/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-lab"

#include "config.h"

#include "lab-show.h"

#include <glib/gi18n.h>
#include <string.h>

#include "kt-bytes.h"
#include "kt-eid.h"
#include "kt-error.h"
#include "lab-output.h"
#include "lab-qr.h"
#include "lpd-guard.h"

/* As lab_print_field() has them, with the mark in its margin. */
#define MARK_COLUMNS 2
#define LABEL_COLUMNS 26
/* What a shell leaves alone. */
#define SHELL_PLAIN G_CSET_a_2_z G_CSET_A_2_Z G_CSET_DIGITS "/._-+"

void
lab_show_print_world (LabShow *show)
{
  LabWorld *world = show->world;
  g_autofree char *address = lab_smdp_dup_address (world->smdp);
  g_autofree char *server = g_strdup_printf (_("%s (SM-DP+, OID %s)"), address,
                                             lab_smdp_get_oid (world->smdp));
  g_autofree char *eid = kt_eid_grouped (lab_euicc_get_eid (world->euicc));
  g_autofree char *key = NULL;
  g_autofree char *authority = NULL;
  g_autofree char *folder
      = g_strdup_printf (world->temporary ? _("%s, until the end") : "%s",
                         lab_place_get_dir (world->place));
  guint8 pkid[20];

  lab_pki_get_ci_pkid (lab_place_get_pki (world->place), pkid);
  key = kt_hex (pkid, 4);
  authority = g_strdup_printf (_("Kaitsu Lab CI, key %s…"), key);
  lab_print_styled (LAB_STYLE_STRONG, "%s",
                    _("From nothing to a live line, with real cryptography and real HTTPS"));
  lab_print ("\n");
  lab_print_heading (_("The world, made just now"));
  lab_print_field (_("Authority (CI)"), authority);
  lab_print_field (_("Operator’s server"), server);
  lab_print_field (_("Chip number (EID)"), eid);
  lab_print_field (_("On the chip"), _("a set-up connection (provisioning profile), in use"));
  lab_print_field (_("Folder"), folder);
}

gboolean
lab_show_print_order (LabShow *show, GError **error)
{
  g_autoptr (LabQr) qr = lab_qr_new (show->ticket->activation_code, error);

  if (qr == NULL)
    return FALSE;
  lab_print_heading (_("The contract"));
  lab_print_field (_("A customer signs for"), _("“Plan M” of Kaitsu Mobile"));
  lab_print_field (_("The operator orders it"), "downloadOrder → confirmOrder → releaseProfile");
  lab_print_field (_("Activation code"), show->ticket->activation_code);
  lab_print ("\n");
  lab_qr_print (qr);
  return TRUE;
}

static gboolean
is_live (GPtrArray *profiles, const char *iccid)
{
  const RspProfile *enabled = lpd_guard_enabled (profiles);

  return enabled != NULL && g_strcmp0 (enabled->iccid, iccid) == 0;
}

gboolean
lab_show_judge (LabShow *show, GError **error)
{
  const char *wrong = NULL;

  if (!is_live (show->after, show->ticket->iccid))
    wrong = "the chip does not use the plan";
  else if (g_strcmp0 (show->line->iccid, show->ticket->iccid) != 0
           || g_strcmp0 (show->line->imsi, show->ticket->imsi) != 0)
    wrong = "the SIM is another than the one ordered";
  else if (g_strcmp0 (show->order_state, lab_order_state_name (LAB_ORDER_INSTALLED)) != 0)
    wrong = "the server does not know of the installation";
  else if (show->waiting != 0)
    wrong = "messages still wait on the chip";
  return wrong == NULL || kt_error_set (error, KT_ERROR_UNCONFIRMED, "lab.proof", "%s", wrong);
}

static char *
describe_profiles (GPtrArray *profiles)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < profiles->len; i++)
    {
      const RspProfile *profile = g_ptr_array_index (profiles, i);

      if (i > 0)
        g_string_append (text, ", ");
      g_string_append_printf (text, profile->state == RSP_STATE_ENABLED ? _("“%s” (in use)")
                                                                        : "“%s”",
                              profile->name != NULL ? profile->name : "?");
    }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static void
print_checked (const char *label, const char *format, ...) G_GNUC_PRINTF (2, 3);

static void
print_checked (const char *label, const char *format, ...)
{
  g_autofree char *text = NULL;
  g_autofree char *clean = NULL;
  va_list args;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  clean = lab_output_clean (text);
  lab_print_cell (LAB_STYLE_GOOD, "✓", MARK_COLUMNS);
  lab_print_cell (LAB_STYLE_QUIET, label, LABEL_COLUMNS);
  lab_print (" %s\n", clean);
}

static char *
format_counts (guint to_installed, guint all)
{
  return g_strdup_printf (_("%u until installed, %u in all"), to_installed, all);
}

static void
print_figures (LabShow *show)
{
  const LpdDownloadResult *result = show->result;
  double held = (double) result->network_usec / G_USEC_PER_SEC;
  double total = (double) result->total_usec / G_USEC_PER_SEC;
  g_autofree char *size = lab_output_size (result->bpp_bytes);
  g_autofree char *package = g_strdup_printf (_("%s in %u segments"), size, result->segments);
  g_autofree char *commands = format_counts (show->commands_to_installed, show->commands);
  g_autofree char *requests
      = format_counts (show->net_to_installed.requests, show->net.requests);
  g_autofree char *connections
      = format_counts (show->net_to_installed.handshakes, show->net.handshakes);
  g_autofree char *network
      = g_strdup_printf (_("%.3f s of the %.3f s until installed"), held, total);

  lab_print_heading (_("Figures"));
  lab_print_field (_("Package"), package);
  lab_print_field (_("C-APDUs to the chip"), commands);
  lab_print_field (_("HTTP requests"), requests);
  lab_print_field (_("TLS connections"), connections);
  lab_print_field (_("Network held"), network);
}

static void
print_next (LabShow *show)
{
  const char *dir = lab_place_get_dir (show->world->place);
  gboolean plain = strspn (dir, SHELL_PLAIN) == strlen (dir);
  g_autofree char *quoted = plain ? g_strdup (dir) : g_shell_quote (dir);

  if (show->world->temporary)
    return;
  lab_print_heading (_("To go on"));
  lab_print ("  kaitsu-lab serve --dir %s --port %u\n", quoted,
             lab_smdp_get_port (show->world->smdp));
  lab_print ("  kaitsu-lab order --dir %s\n", quoted);
  lab_print ("  kaitsuctl --card lab:%s/cards/%s list\n", quoted, show->world->card_name);
}

void
lab_show_print_proof (LabShow *show)
{
  g_autofree char *before = describe_profiles (show->before);
  g_autofree char *after = describe_profiles (show->after);

  lab_print_heading (_("The line is live. The proof:"));
  lab_print_field (_("On the chip before"), before);
  print_checked (_("On the chip now"), "%s", after);
  print_checked (_("The SIM’s number (ICCID)"), _("%s, as ordered"), show->line->iccid);
  print_checked (_("Subscriber (IMSI)"), _("%s, as ordered"), show->line->imsi);
  print_checked (_("Name on the phone (SPN)"), "%s", show->line->name);
  print_checked (_("Network and SIM"),
                 _("agree on RES, CK and IK (MILENAGE, the operator’s K and OPc)"));
  print_checked (_("Order at the server"), "%s", show->order_state);
  lab_print_field ("", show->order_events);
  print_checked (_("Messages to the operator"), _("%u sent and acknowledged, none left"),
                 show->told);
  print_figures (show);
  print_next (show);
}

/* ---- JSON ---- */

static void
add_profiles (JsonBuilder *builder, const char *name, GPtrArray *profiles)
{
  json_builder_set_member_name (builder, name);
  json_builder_begin_array (builder);
  for (guint i = 0; i < profiles->len; i++)
    {
      const RspProfile *profile = g_ptr_array_index (profiles, i);

      json_builder_begin_object (builder);
      lab_member_string (builder, "iccid", profile->iccid);
      lab_member_string (builder, "provider", profile->provider);
      lab_member_string (builder, "name", profile->name);
      lab_member_string (builder, "class", rsp_class_name (profile->profile_class));
      lab_member_bool (builder, "enabled", profile->state == RSP_STATE_ENABLED);
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
}

static void
add_line (JsonBuilder *builder, const LabLine *line)
{
  json_builder_set_member_name (builder, "line");
  json_builder_begin_object (builder);
  lab_member_string (builder, "iccid", line->iccid);
  lab_member_string (builder, "imsi", line->imsi);
  lab_member_string (builder, "name", line->name);
  lab_member_bool (builder, "authenticated", TRUE);
  json_builder_end_object (builder);
}

static void
add_figures (JsonBuilder *builder, LabShow *show)
{
  const LpdDownloadResult *result = show->result;

  json_builder_set_member_name (builder, "figures");
  json_builder_begin_object (builder);
  lab_member_int (builder, "packageBytes", (gint64) result->bpp_bytes);
  lab_member_int (builder, "segments", result->segments);
  lab_member_int (builder, "commandsUntilInstalled", show->commands_to_installed);
  lab_member_int (builder, "commands", show->commands);
  lab_member_int (builder, "requestsUntilInstalled", show->net_to_installed.requests);
  lab_member_int (builder, "requests", show->net.requests);
  lab_member_int (builder, "connectionsUntilInstalled", show->net_to_installed.handshakes);
  lab_member_int (builder, "connections", show->net.handshakes);
  lab_member_int (builder, "networkMicroseconds", result->network_usec);
  lab_member_int (builder, "totalMicroseconds", result->total_usec);
  json_builder_end_object (builder);
}

JsonNode *
lab_show_to_json (LabShow *show)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autofree char *address = lab_smdp_dup_address (show->world->smdp);

  json_builder_begin_object (builder);
  lab_member_string (builder, "server", address);
  lab_member_string (builder, "eid", lab_euicc_get_eid (show->world->euicc));
  lab_member_string (builder, "activationCode", show->ticket->activation_code);
  if (!show->world->temporary)
    lab_member_string (builder, "folder", lab_place_get_dir (show->world->place));
  json_builder_set_member_name (builder, "steps");
  json_builder_add_value (builder, lab_journey_dup_json (show->journey));
  add_profiles (builder, "before", show->before);
  add_profiles (builder, "after", show->after);
  add_line (builder, show->line);
  lab_member_string (builder, "order", show->order_state);
  lab_member_int (builder, "messagesSent", show->told);
  lab_member_int (builder, "messagesWaiting", show->waiting);
  add_figures (builder, show);
  json_builder_end_object (builder);
  return json_builder_get_root (builder);
}
