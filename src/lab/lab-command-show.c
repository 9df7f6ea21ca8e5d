/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-lab"

#include "config.h"

#include <glib/gi18n.h>

#include "kt-error.h"
#include "lab-euicc-knobs.h"
#include "lab-output.h"
#include "lab-program.h"
#include "lab-show.h"
#include "lab-smdp-fault.h"

/* A minute for each APDU or answer is beyond any reader and network. */
#define MAX_DELAY_MS 60000

typedef struct
{
  int apdu_delay;
  int server_delay;
  gboolean keep;
} ShowArgs;

static gboolean
parse_args (LabProgram *program, ShowArgs *own, char ***args, GError **error)
{
  const GOptionEntry entries[] = {
    { "apdu-delay", 0, 0, G_OPTION_ARG_INT, &own->apdu_delay,
      N_("milliseconds that each command to the chip takes longer"), "MS" },
    { "server-delay", 0, 0, G_OPTION_ARG_INT, &own->server_delay,
      N_("milliseconds that each answer of the server takes longer"), "MS" },
    { "keep", 'k', 0, G_OPTION_ARG_NONE, &own->keep,
      N_("keep the temporary folder, to go on with it"), NULL },
    { "json", 'j', 0, G_OPTION_ARG_NONE, &program->json, N_("print one JSON object"), NULL },
    { NULL },
  };

  if (!lab_program_parse (program, entries, args, 0, 0, error))
    return FALSE;
  if (own->apdu_delay < 0 || own->apdu_delay > MAX_DELAY_MS || own->server_delay < 0
      || own->server_delay > MAX_DELAY_MS)
    return lab_program_usage (error, _("a delay is 0 to 60000 milliseconds"));
  return TRUE;
}

static gboolean
open_world (LabShow *show, const char *dir, const ShowArgs *own, GError **error)
{
  show->world = lab_world_new (dir, show->env, error);
  if (show->world == NULL)
    return FALSE;
  if (own->keep)
    lab_world_keep (show->world);
  if (!show->json)
    lab_show_print_world (show);
  show->ticket = lab_world_order (show->world, error);
  if (show->ticket == NULL || (!show->json && !lab_show_print_order (show, error)))
    return FALSE;
  lab_euicc_set_delay (show->world->euicc, (guint) own->apdu_delay * 1000);
  lab_smdp_set_delay (show->world->smdp, (guint) own->server_delay);
  return TRUE;
}

gboolean
lab_command_show (LabProgram *program, char **args, GError **error)
{
  g_auto (LabShow) show = { .env = program->env };
  g_auto (GStrv) rest = g_strdupv (args);
  ShowArgs own = { 0 };

  if (!parse_args (program, &own, &rest, error))
    return FALSE;
  show.json = program->json;
  show.cancellable = g_cancellable_new ();
  lab_program_cancel_on_signal (show.cancellable);
  if (!open_world (&show, program->dir, &own, error) || !lab_show_prepare (&show, error)
      || !lab_show_run (&show, error) || !lab_show_judge (&show, error))
    return FALSE;
  if (program->json)
    lab_output_json (program->command, lab_show_to_json (&show));
  else
    lab_show_print_proof (&show);
  return TRUE;
}
