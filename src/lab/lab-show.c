/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-lab"

#include "config.h"

#include "lab-show.h"

#include <glib/gi18n.h>

#include "kt-activation-code.h"
#include "kt-bytes.h"
#include "kt-error.h"
#include "lab-output.h"
#include "lpd-chip.h"
#include "lpd-switch.h"

#define BUSY_RETRY_USEC (G_USEC_PER_SEC / 2)

/* ---- what the LPD tells and asks ---- */

/* A step that ends is worth a word when something remarkable has travelled. */
static void
note_step (LabShow *show, const LpdProgress *progress)
{
  g_autofree char *size = NULL;

  switch (show->step)
    {
    case LPD_STEP_DOWNLOAD:
      size = lab_output_size (progress->net_bytes);
      lab_journey_note (show->journey, _("%s in one answer, sealed for this chip alone"), size);
      break;
    case LPD_STEP_WRITE:
      size = lab_output_size (progress->chip_bytes);
      lab_journey_note (show->journey, _("%u segments, %s, each acknowledged by the chip"),
                        progress->segment, size);
      break;
    default:
      break;
    }
}

static void
on_progress (const LpdProgress *progress, gpointer data)
{
  LabShow *show = data;

  if ((int) progress->step == show->step)
    return;
  note_step (show, progress);
  show->step = (int) progress->step;
  lab_journey_step (show->journey, MAX (lpd_step_phase (progress->step), show->phase),
                    lpd_step_name (progress->step), lpd_step_title (progress->step));
}

static LpdDecision
on_review (gpointer data, const LpdReview *review)
{
  LabShow *show = data;

  lab_journey_note (show->journey, _("“%s” of %s: agreed"), review->metadata->name,
                    review->metadata->provider);
  if (review->vouched_by != NULL)
    lab_journey_note (show->journey, _("the chip vouches for the server by “%s”"),
                      review->vouched_by);
  return LPD_DOWNLOAD;
}

/* ---- preparations ---- */

static gboolean
read_profiles (LabShow *show, GPtrArray **profiles, GError **error)
{
  g_autoptr (LpdChip) chip = lpd_chip_open (show->card, &show->channel, show->cancellable, error);

  if (chip == NULL)
    return FALSE;
  *profiles = lpd_chip_dup_profiles (chip, show->cancellable, error);
  return *profiles != NULL;
}

gboolean
lab_show_prepare (LabShow *show, GError **error)
{
  g_autoptr (Card) reader = lab_card_new (show->world->euicc, NULL);

  show->card = lab_meter_new (reader);
  show->channel = (CardChannelOptions){ .allow_reset = TRUE, .skip_fci = TRUE };
  show->network = lpd_network_new (NULL, show->env, error);
  if (show->network == NULL)
    return FALSE;
  show->outbox = lpd_outbox_new (NULL, show->env);
  show->context = (LpdContext){ .card = show->card, .channel = &show->channel, .env = show->env,
                                .user = { .review = on_review, .data = show },
                                .progress = on_progress, .progress_data = show,
                                .retry_delay = BUSY_RETRY_USEC };
  lpd_network_fill_context (show->network, &show->context);
  show->step = -1;
  return read_profiles (show, &show->before, error);
}

void
lab_show_clear (LabShow *show)
{
  g_clear_pointer (&show->journey, lab_journey_free);
  g_clear_object (&show->context.http);
  g_clear_pointer (&show->network, lpd_network_free);
  g_clear_pointer (&show->outbox, lpd_outbox_free);
  if (show->card != NULL)
    card_close (show->card);
  g_clear_object (&show->card);
  g_clear_pointer (&show->before, g_ptr_array_unref);
  g_clear_pointer (&show->after, g_ptr_array_unref);
  g_clear_pointer (&show->result, lpd_download_result_free);
  g_clear_pointer (&show->line, lab_line_free);
  g_clear_pointer (&show->ticket, lab_ticket_free);
  g_clear_pointer (&show->world, lab_world_free);
  g_clear_object (&show->cancellable);
  g_free (show->order_state);
  g_free (show->order_events);
}

/* ---- the journey ---- */

/* Figure 7 ①: what a device does with the set-up connection before anybody thinks of plans. */
static gboolean
power_on (LabShow *show, GError **error)
{
  g_autoptr (LabLine) line = NULL;

  lab_journey_step (show->journey, 1, "power-on", _("The set-up connection is read"));
  if (!card_open (show->card, show->cancellable, error) || !card_reset (show->card, error))
    return FALSE;
  line = lab_line_read (show->card, error);
  if (line == NULL)
    return FALSE;
  lab_journey_note (show->journey, _("SIM of “%s”, subscriber (IMSI) %s"), line->name, line->imsi);
  lab_journey_step (show->journey, 1, "attach-set-up", _("Network and SIM check each other"));
  return lab_line_authenticate (show->card, &show->world->setup->subscription, show->env, error);
}

static gboolean
tell_operator (LabShow *show, LpdChip *chip, GError **error)
{
  g_auto (LpdOutboxReport) report = { 0 };

  /* Looking into the outbox is a part of telling. */
  show->step = LPD_STEP_NOTIFY;
  lab_journey_step (show->journey, show->phase, lpd_step_name (LPD_STEP_NOTIFY),
                    lpd_step_title (LPD_STEP_NOTIFY));
  if (!lpd_outbox_send (show->outbox, &show->job, chip, TRUE, &report, error))
    return FALSE;
  show->told += report.sent;
  if (report.failed == 0)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&report.first_error));
  return FALSE;
}

/* ② and ③. */
static gboolean
download (LabShow *show, LpdChip *chip, GError **error)
{
  g_autoptr (KtActivationCode) code = NULL;
  LpdDownloadRequest request = { 0 };

  code = kt_activation_code_parse (show->ticket->activation_code, KT_ACTIVATION_CODE_ALLOW_PORT,
                                   NULL, error);
  if (code == NULL)
    return FALSE;
  request.code = code;
  show->result = lpd_download_run (&show->job, chip, &request, error);
  if (show->result == NULL)
    return FALSE;
  show->commands_to_installed = lab_meter_get (LAB_METER (show->card)).c_apdus - show->commands;
  net_http_get_counters (show->context.http, NULL, &show->net_to_installed);
  return tell_operator (show, chip, error);
}

/* ④: the switch, and what a device does with the plan after it. */
static gboolean
go_live (LabShow *show, LpdChip *chip, GError **error)
{
  LabSubscription subscription = { 0 };
  gboolean authenticated;

  show->phase = 4;
  show->after = lpd_switch_enable (&show->job, chip, show->ticket->iccid, NULL, error);
  if (show->after == NULL)
    return FALSE;
  lab_journey_step (show->journey, 4, "read-line", _("The plan is read"));
  show->line = lab_line_read (show->card, error);
  if (show->line == NULL
      || !lab_operator_get_subscription (show->world->smdp, show->ticket->iccid, &subscription,
                                         error))
    return FALSE;
  lab_journey_note (show->journey, _("SIM of “%s”, subscriber (IMSI) %s"), show->line->name,
                    show->line->imsi);
  lab_journey_step (show->journey, 4, "attach", _("Network and SIM check each other"));
  authenticated = lab_line_authenticate (show->card, &subscription, show->env, error);
  kt_wipe (&subscription, sizeof subscription);
  if (!authenticated)
    return FALSE;
  lab_journey_note (show->journey, _("the line is live"));
  return tell_operator (show, chip, error);
}

/* The order as the server sees it, and what still waits on the chip. */
static gboolean
take_stock (LabShow *show, LpdChip *chip, GError **error)
{
  g_autoptr (GPtrArray) waiting = NULL;
  g_autoptr (JsonObject) order = NULL;
  g_autoptr (GString) events = g_string_new (NULL);
  JsonArray *list;

  show->commands = lab_meter_get (LAB_METER (show->card)).c_apdus - show->commands;
  net_http_get_counters (show->context.http, NULL, &show->net);
  waiting = lpd_chip_list_notifications (chip, 0, show->cancellable, error);
  if (waiting == NULL)
    return FALSE;
  show->waiting = waiting->len;
  order = lab_smdp_dup_order (show->world->smdp, show->ticket->iccid, error);
  if (order == NULL)
    return FALSE;
  show->order_state = g_strdup (json_object_get_string_member (order, "state"));
  list = json_object_get_array_member (order, "events");
  for (guint i = 0; i < json_array_get_length (list); i++)
    {
      JsonObject *event = json_array_get_object_element (list, i);

      g_string_append_printf (events, "%s%s", i > 0 ? ", " : "",
                              json_object_get_string_member (event, "event"));
    }
  show->order_events = g_string_free (g_steal_pointer (&events), FALSE);
  return TRUE;
}

gboolean
lab_show_run (LabShow *show, GError **error)
{
  g_autoptr (LpdChip) chip = NULL;

  card_close (show->card);
  show->journey = lab_journey_new (LAB_METER (show->card), show->context.http, show->env,
                                   show->json);
  if (!power_on (show, error))
    return FALSE;
  show->commands = lab_meter_get (LAB_METER (show->card)).c_apdus;
  lpd_job_init (&show->job, &show->context, show->cancellable);
  lab_journey_step (show->journey, 2, "open-chip", _("Opening the eSIM chip"));
  chip = lpd_chip_open (show->card, &show->channel, show->cancellable, error);
  if (chip == NULL || !download (show, chip, error) || !go_live (show, chip, error))
    return FALSE;
  lab_journey_end (show->journey);
  return take_stock (show, chip, error);
}
