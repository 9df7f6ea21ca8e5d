/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsuctl"

#include "config.h"

#include "ctl-app.h"

#include <glib/gi18n.h>
#include <string.h>

#include "ctl-ask.h"
#include "kt-error.h"

static JsonNode *
items_to_json (GPtrArray *items)
{
  g_autoptr (JsonBuilder) builder = json_builder_new_immutable ();

  json_builder_begin_array (builder);
  for (guint i = 0; i < items->len; i++)
    {
      const LpdOutboxItem *item = g_ptr_array_index (items, i);

      json_builder_begin_object (builder);
      ctl_json_int (builder, "seqNumber", item->notification->seq);
      ctl_json_string (builder, "event", rsp_event_name (item->notification->event));
      ctl_json_string (builder, "address", item->notification->address);
      ctl_json_string (builder, "iccid", item->notification->iccid);
      ctl_json_int (builder, "attempts", item->attempts);
      ctl_json_int (builder, "nextTry", item->next_try > 0 ? item->next_try : -1);
      ctl_json_string (builder, "lastError", item->last_error);
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
  return json_builder_get_root (builder);
}

static const char *
event_words (guint32 event)
{
  switch (event)
    {
    case RSP_EVENT_INSTALL:
      return _("plan installed");
    case RSP_EVENT_ENABLE:
      return _("plan taken into use");
    case RSP_EVENT_DISABLE:
      return _("plan no longer used");
    case RSP_EVENT_DELETE:
      return _("plan deleted");
    default:
      return _("unknown event");
    }
}

static void
print_items (GPtrArray *items)
{
  if (items->len == 0)
    g_print ("%s\n", _("Nothing is waiting to be sent."));
  for (guint i = 0; i < items->len; i++)
    {
      const LpdOutboxItem *item = g_ptr_array_index (items, i);
      g_autofree char *address = ctl_output_clean (item->notification->address);
      g_autoptr (GDateTime) next = NULL;
      g_autofree char *when = NULL;

      g_print ("%5" G_GINT64_FORMAT "  %s  →  %s", item->notification->seq,
               event_words (item->notification->event), address);
      if (item->attempts > 0)
        {
          next = g_date_time_new_from_unix_local (item->next_try);
          when = next != NULL ? g_date_time_format (next, "%c") : g_strdup ("?");
          g_print (ngettext ("  (%u try failed, next one at %s)", "  (%u tries failed, next one at %s)",
                             item->attempts),
                   item->attempts, when);
        }
      g_print ("\n");
    }
}

static gboolean
list (CtlApp *app, LpdChip *chip, GError **error)
{
  g_autoptr (GPtrArray) items = lpd_outbox_list (app->outbox, &app->job, chip, error);

  if (items == NULL)
    return FALSE;
  if (app->json)
    ctl_output_json (app->command, items_to_json (items));
  else
    print_items (items);
  return TRUE;
}

static gboolean
send_all (CtlApp *app, LpdChip *chip, GError **error)
{
  g_auto (LpdOutboxReport) report = { 0 };

  if (!lpd_outbox_send (app->outbox, &app->job, chip, TRUE, &report, error))
    return FALSE;
  ctl_progress_clear_line (&app->progress);
  if (report.failed > 0)
    {
      g_propagate_error (error, g_steal_pointer (&report.first_error));
      return FALSE;
    }
  return list (app, chip, error);
}

static gboolean
remove_one (CtlApp *app, LpdChip *chip, gint64 seq, GError **error)
{
  gboolean agreed = app->yes;

  if (!agreed && ctl_ask_possible ())
    agreed = ctl_ask_yes (_("Remove a message that the operator has not received? A plan that it "
                            "thinks is installed may not be delivered again."));
  return lpd_outbox_remove (app->outbox, &app->job, chip, seq, agreed, error)
         && list (app, chip, error);
}

static gboolean
parse_number (const char *text, gint64 *seq, GError **error)
{
  if (g_ascii_string_to_signed (text, 10, 0, G_MAXINT32, seq, NULL))
    return TRUE;
  g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, _("%s is no message number"), text);
  return FALSE;
}

gboolean
ctl_command_notifications (CtlApp *app, char **args, GError **error)
{
  g_auto (GStrv) rest = g_strdupv (args);
  g_autoptr (LpdChip) chip = NULL;
  const char *verb;
  gint64 seq = -1;

  if (!ctl_parse_options (app, ctl_command_find ("notifications"), NULL, &rest, error)
      || !ctl_need_args (rest, 0, 2, error))
    return FALSE;
  verb = rest[0] != NULL ? rest[0] : "list";
  if (rest[0] != NULL && rest[1] != NULL && !parse_number (rest[1], &seq, error))
    return FALSE;
  if ((strcmp (verb, "list") != 0 && strcmp (verb, "send") != 0 && strcmp (verb, "remove") != 0)
      || (strcmp (verb, "list") == 0 && seq >= 0) || (strcmp (verb, "remove") == 0 && seq < 0))
    {
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                   _("notifications takes list, send, send N or remove N"));
      return FALSE;
    }
  ctl_app_need_outbox (app);
  if (strcmp (verb, "send") == 0 && !ctl_app_need_net (app, error))
    return FALSE;
  chip = ctl_app_open_chip (app, error);
  if (chip == NULL)
    return FALSE;
  if (strcmp (verb, "remove") == 0)
    return remove_one (app, chip, seq, error);
  if (strcmp (verb, "list") == 0)
    return list (app, chip, error);
  if (seq < 0)
    return send_all (app, chip, error);
  if (!lpd_outbox_send_one (app->outbox, &app->job, chip, seq, error))
    return FALSE;
  ctl_progress_clear_line (&app->progress);
  return list (app, chip, error);
}
