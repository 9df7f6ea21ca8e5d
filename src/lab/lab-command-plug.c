/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-lab"

#include "config.h"

#include <glib-unix.h>
#include <glib/gi18n.h>
#include <string.h>
#include <unistd.h>

#include "kt-error.h"
#include "lab-card-list.h"
#include "lab-euicc-knobs.h"
#include "lab-output.h"
#include "lab-plug.h"
#include "lab-program.h"

/* pcscd looks for cards some times a second. */
#define WAIT_MS 2000
#define MAX_DELAY_MS 60000

typedef struct
{
  int port;
  int delay;
  gboolean t0;
  gboolean t1;
} PlugArgs;

/* A chip in its reader, with knobs read from standard input. */
typedef struct
{
  GMainLoop *loop;
  LabPlug *plug;
} Reader;

static gboolean
parse_args (LabProgram *program, PlugArgs *own, char ***args, GError **error)
{
  const GOptionEntry entries[] = {
    { "port", 'p', 0, G_OPTION_ARG_INT, &own->port, N_("the virtual reader’s port (35963)"), "N" },
    { "delay", 0, 0, G_OPTION_ARG_INT, &own->delay,
      N_("milliseconds that each command takes longer"), "MS" },
    { "t0", 0, 0, G_OPTION_ARG_NONE, &own->t0, N_("speak T=0, whatever the chip was made for"),
      NULL },
    { "t1", 0, 0, G_OPTION_ARG_NONE, &own->t1, N_("speak T=1, whatever the chip was made for"),
      NULL },
    { NULL },
  };

  own->port = LAB_VPCD_PORT;
  if (!lab_program_parse (program, entries, args, 1, 1, error))
    return FALSE;
  if (own->port < 1 || own->port > G_MAXUINT16)
    return lab_program_usage (error, _("a port is 1 to 65535"));
  if (own->delay < 0 || own->delay > MAX_DELAY_MS)
    return lab_program_usage (error, _("a delay is 0 to 60000 milliseconds"));
  if (own->t0 && own->t1)
    return lab_program_usage (error, _("--t0 and --t1 exclude each other"));
  return TRUE;
}

static void
obey (Reader *reader, char *line)
{
  g_autoptr (GError) local = NULL;

  g_strstrip (line);
  if (*line == '\0')
    return;
  if (strcmp (line, "quit") == 0)
    g_main_loop_quit (reader->loop);
  else if (lab_plug_turn (reader->plug, line, &local))
    lab_print ("ok\n");
  else
    lab_print (_("%s; “kaitsu-lab card knobs” lists them\n"), local->message);
}

static gboolean
on_input (GIOChannel *channel, GIOCondition condition, gpointer data)
{
  g_autofree char *line = NULL;
  GIOStatus status = g_io_channel_read_line (channel, &line, NULL, NULL, NULL);

  /* The end of the input is no wish to end: the chip stays in until a signal. */
  if (status == G_IO_STATUS_EOF || status == G_IO_STATUS_ERROR)
    return G_SOURCE_REMOVE;
  if (line != NULL)
    obey (data, line);
  return G_SOURCE_CONTINUE;
}

static void
watch_input (Reader *reader)
{
  g_autoptr (GIOChannel) channel = g_io_channel_unix_new (STDIN_FILENO);

  /* Bytes that are no UTF-8 are no knob either, but no reason to stop listening. */
  g_io_channel_set_encoding (channel, NULL, NULL);
  g_io_add_watch (channel, G_IO_IN | G_IO_HUP | G_IO_ERR, on_input, reader);
}

static LabEuicc *
open_chip (LabProgram *program, const PlugArgs *own, const char *name, GError **error)
{
  g_autoptr (LabPlace) place = lab_program_open_place (program, NULL, error);
  LabEuiccOptions options = { .env = program->env };
  g_autofree char *dir = NULL;
  LabEuicc *euicc;

  if (place == NULL)
    return NULL;
  dir = lab_place_dup_card_dir (place, name, error);
  if (dir == NULL)
    return NULL;
  options.protocol = own->t0   ? LAB_EUICC_T0
                     : own->t1 ? LAB_EUICC_T1
                               : lab_card_get_protocol (dir);
  euicc = lab_euicc_open (dir, &options, error);
  if (euicc != NULL)
    lab_euicc_set_delay (euicc, (guint) own->delay * 1000);
  return euicc;
}

gboolean
lab_command_card_plug (LabProgram *program, char **args, GError **error)
{
  g_auto (GStrv) rest = g_strdupv (args);
  g_autoptr (LabEuicc) euicc = NULL;
  g_autoptr (LabPlug) plug = NULL;
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  PlugArgs own = { 0 };
  Reader reader;

  if (!parse_args (program, &own, &rest, error))
    return FALSE;
  euicc = open_chip (program, &own, rest[0], error);
  if (euicc == NULL)
    return FALSE;
  lab_program_quit_on_signal (loop);
  plug = lab_plug_new (euicc, (guint16) own.port);
  reader = (Reader){ loop, plug };
  if (lab_plug_wait (plug, WAIT_MS))
    lab_print (_("The chip is in pcscd’s virtual reader. Ctrl-C takes it out.\n"));
  else
    lab_print (_("The chip waits for pcscd with its virtual reader (vpcd) on port %d.\n"),
               own.port);
  watch_input (&reader);
  g_main_loop_run (loop);
  return TRUE;
}

gboolean
lab_command_card_knobs (LabProgram *program, char **args, GError **error)
{
  g_auto (GStrv) rest = g_strdupv (args);
  const LabKnob *knob;

  if (!lab_program_parse (program, NULL, &rest, 0, 0, error))
    return FALSE;
  lab_print (_("Lines that “kaitsu-lab card plug” takes on standard input:\n\n"));
  for (guint i = 0; (knob = lab_plug_knob (i)) != NULL; i++)
    {
      g_autofree char *usage = g_strdup_printf ("%s %s", knob->name, knob->arguments);

      lab_print ("  ");
      lab_print_cell (LAB_STYLE_PLAIN, usage, 26);
      lab_print ("%s\n", _(knob->help));
    }
  lab_print ("  ");
  lab_print_cell (LAB_STYLE_PLAIN, "quit", 26);
  lab_print ("%s\n", _("take the chip out and end"));
  return TRUE;
}
