/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-lab"

#include "config.h"

#include "lab-journey.h"

#include <glib/gi18n.h>

#include "lab-output.h"

/* 78 columns in all: fits every terminal. */
#define TIME_COLUMNS 9
#define STEP_COLUMNS 37
#define TRAFFIC_COLUMNS 13
#define PHASE_GAP "     "
#define NOTE_COLUMN "                "

/* What has gone over both interfaces up to a moment. */
typedef struct
{
  guint commands;
  guint64 chip_bytes;
  guint requests;
  guint64 server_bytes;
} Traffic;

struct _LabJourney
{
  LabMeter *meter;
  NetHttp *http;
  const KtEnv *env;
  gboolean silent;

  gint64 began;
  JsonArray *rows;
  guint phase;

  /* the row that is open */
  gboolean open;
  const char *name;
  char *title;
  gint64 at;
  Traffic before;
  GPtrArray *notes;
};

static Traffic
measure (LabJourney *self)
{
  CardCounters card = lab_meter_get (self->meter);
  NetCounters net;

  net_http_get_counters (self->http, NULL, &net);
  return (Traffic){ card.c_apdus, card.bytes_out + card.bytes_in, net.requests,
                    net.bytes_up + net.bytes_down };
}

LabJourney *
lab_journey_new (LabMeter *meter, NetHttp *http, const KtEnv *env, gboolean silent)
{
  LabJourney *self = g_new0 (LabJourney, 1);

  self->meter = meter;
  self->http = http;
  self->env = env;
  self->silent = silent;
  self->rows = json_array_new ();
  self->notes = g_ptr_array_new_with_free_func (g_free);
  self->began = kt_env_ticks (env);
  return self;
}

void
lab_journey_free (LabJourney *self)
{
  if (self == NULL)
    return;
  /* A row that a failure left open must not share its line with what follows. */
  if (self->open && !self->silent)
    lab_print ("\n");
  json_array_unref (self->rows);
  g_ptr_array_unref (self->notes);
  g_free (self->title);
  g_free (self);
}

static void
print_head (void)
{
  lab_print_heading (_("The way, as in Figure 7"));
  lab_print_cell_right (_("time"), TIME_COLUMNS);
  lab_print (PHASE_GAP);
  lab_print_cell (LAB_STYLE_PLAIN, _("step"), STEP_COLUMNS);
  lab_print_cell_right (_("chip"), TRAFFIC_COLUMNS);
  lab_print_cell_right (_("server"), TRAFFIC_COLUMNS);
  lab_print ("\n%*s" PHASE_GAP "%*s", TIME_COLUMNS, "", STEP_COLUMNS, "");
  /* TRANSLATORS: at most 12 characters: bytes, and in brackets the number of commands */
  lab_print_cell_right (_("bytes (cmds)"), TRAFFIC_COLUMNS);
  /* TRANSLATORS: at most 12 characters: bytes, and in brackets the number of requests */
  lab_print_cell_right (_("bytes (reqs)"), TRAFFIC_COLUMNS);
  lab_print ("\n");
}

static const char *
phase_sentence (guint phase)
{
  switch (phase)
    {
    case 1:
      return _("① Power on: the set-up connection is read; network and SIM check each other.");
    case 2:
      return _("② HTTPS to the operator’s server; the chip says whom to trust.");
    case 3:
      return _("③ Chip and server check each other; what they say is closed to the device.\n"
               "  The plan comes in one piece, then goes to the chip in segments.");
    default:
      return _("④ The chip switches to the plan; it is read; network and SIM check each other.");
    }
}

static void
enter_phase (LabJourney *self, guint phase)
{
  if (self->phase == 0 && !self->silent)
    print_head ();
  self->phase = phase;
  if (self->silent)
    return;
  lab_print ("\n");
  lab_print_styled (LAB_STYLE_STRONG, "%s", phase_sentence (phase));
  lab_print ("\n");
}

static void
print_traffic (guint64 bytes, guint count)
{
  g_autofree char *size = lab_output_size (bytes);
  g_autofree char *text = g_strdup_printf ("%s (%u)", size, count);

  lab_print_cell_right (count > 0 ? text : "", TRAFFIC_COLUMNS);
}

static void
begin_row (LabJourney *self)
{
  static const char *const circled[] = { "", "①", "②", "③", "④" };
  g_autofree char *time = g_strdup_printf (_("%.3f s"), (double) self->at / G_USEC_PER_SEC);

  lab_print_cell_right (time, TIME_COLUMNS);
  lab_print ("  %s  ", circled[self->phase]);
  lab_print_cell (LAB_STYLE_PLAIN, self->title, STEP_COLUMNS);
}

static void
remember_row (LabJourney *self, const Traffic *moved)
{
  JsonObject *row = json_object_new ();

  json_object_set_int_member (row, "atMicroseconds", self->at);
  json_object_set_int_member (row, "phase", self->phase);
  json_object_set_string_member (row, "step", self->name);
  json_object_set_string_member (row, "title", self->title);
  json_object_set_int_member (row, "chipCommands", moved->commands);
  json_object_set_int_member (row, "chipBytes", (gint64) moved->chip_bytes);
  json_object_set_int_member (row, "requests", moved->requests);
  json_object_set_int_member (row, "serverBytes", (gint64) moved->server_bytes);
  json_array_add_object_element (self->rows, row);
}

void
lab_journey_end (LabJourney *self)
{
  Traffic now;
  Traffic moved;

  if (!self->open)
    return;
  now = measure (self);
  moved = (Traffic){ now.commands - self->before.commands, now.chip_bytes - self->before.chip_bytes,
                     now.requests - self->before.requests,
                     now.server_bytes - self->before.server_bytes };
  remember_row (self, &moved);
  if (!self->silent)
    {
      if (moved.commands > 0 || moved.requests > 0)
        print_traffic (moved.chip_bytes, moved.commands);
      if (moved.requests > 0)
        print_traffic (moved.server_bytes, moved.requests);
      lab_print ("\n");
      for (guint i = 0; i < self->notes->len; i++)
        {
          lab_print_styled (LAB_STYLE_QUIET, NOTE_COLUMN "%s",
                            (const char *) g_ptr_array_index (self->notes, i));
          lab_print ("\n");
        }
    }
  g_ptr_array_set_size (self->notes, 0);
  g_clear_pointer (&self->title, g_free);
  self->open = FALSE;
}

void
lab_journey_step (LabJourney *self, guint phase, const char *name, const char *title)
{
  lab_journey_end (self);
  if (phase > self->phase)
    enter_phase (self, phase);
  self->open = TRUE;
  self->name = name;
  self->title = g_strdup (title);
  self->at = lab_journey_get_elapsed (self);
  self->before = measure (self);
  if (!self->silent)
    begin_row (self);
}

void
lab_journey_note (LabJourney *self, const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list args;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  g_ptr_array_add (self->notes, lab_output_clean (text));
}

gint64
lab_journey_get_elapsed (LabJourney *self)
{
  return kt_env_ticks (self->env) - self->began;
}

JsonNode *
lab_journey_dup_json (LabJourney *self)
{
  JsonNode *node = json_node_new (JSON_NODE_ARRAY);

  json_node_set_array (node, self->rows);
  return node;
}
