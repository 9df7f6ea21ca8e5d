/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-lab"

#include "config.h"

#include "lab-program.h"

#include <glib-unix.h>
#include <glib/gi18n.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "kt-error.h"

const LabCommand lab_commands[] = {
  { "show", "", N_("from nothing to a live line, step by step, with times"), lab_command_show },
  { "serve", "", N_("run the operator’s server (SM-DP+) until interrupted"), lab_command_serve },
  { "order", "", N_("make an order and print its activation code"), lab_command_order },
  { "orders", "", N_("list the orders with their states and events"), lab_command_orders },
  { "release", "ICCID", N_("release an order that was held back"), lab_command_release },
  { "cancel", "ICCID", N_("cancel an order that has not been downloaded"), lab_command_cancel },
  { "card new", N_("NAME"), N_("make an eSIM chip"), lab_command_card_new },
  { "card list", "", N_("list the chips and what is on them"), lab_command_card_list },
  { "card plug", N_("NAME"), N_("put a chip into pcscd’s virtual reader until interrupted"),
    lab_command_card_plug },
  { "card knobs", "", N_("explain what can be done to a chip that is plugged in"),
    lab_command_card_knobs },
  { NULL },
};

const LabCommand *
lab_program_find (char **args, guint *words)
{
  g_autofree char *two = NULL;

  if (args[0] == NULL)
    return NULL;
  two = args[1] != NULL ? g_strdup_printf ("%s %s", args[0], args[1]) : g_strdup (args[0]);
  for (const LabCommand *command = lab_commands; command->name != NULL; command++)
    {
      *words = strchr (command->name, ' ') != NULL ? 2 : 1;
      if (strcmp (command->name, *words == 2 ? two : args[0]) == 0)
        return command;
    }
  return NULL;
}

gboolean
lab_program_usage (GError **error, const char *message)
{
  g_set_error_literal (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, message);
  return FALSE;
}

static gboolean
check_count (char **args, guint min, guint max, GError **error)
{
  guint count = g_strv_length (args);

  if (count < min)
    return lab_program_usage (error, _("an argument is missing"));
  if (count <= max)
    return TRUE;
  g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, _("too many arguments: %s"),
               args[max]);
  return FALSE;
}

static const LabCommand *
find_by_name (const char *name)
{
  for (const LabCommand *command = lab_commands; command->name != NULL; command++)
    if (strcmp (command->name, name) == 0)
      return command;
  g_assert_not_reached ();
}

gboolean
lab_program_parse (LabProgram *program, const GOptionEntry *entries, char ***args, guint min,
                   guint max, GError **error)
{
  const GOptionEntry common[] = {
    { "dir", 'd', 0, G_OPTION_ARG_FILENAME, &program->dir,
      N_("the lab’s folder; without it the user’s own"), N_("FOLDER") },
    { NULL },
  };
  const LabCommand *command = find_by_name (program->command);
  /* An empty string must not be looked up: it would be the catalogue's header. */
  const char *arguments = *command->arguments != '\0' ? _(command->arguments) : "";
  g_autofree char *parameters = g_strdup_printf ("%s %s", command->name, arguments);
  g_autoptr (GOptionContext) context = g_option_context_new (g_strchomp (parameters));
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) argv = NULL;

  g_option_context_set_summary (context, _(command->summary));
  g_option_context_set_translation_domain (context, GETTEXT_PACKAGE);
  if (entries != NULL)
    g_option_context_add_main_entries (context, entries, GETTEXT_PACKAGE);
  g_option_context_add_main_entries (context, common, GETTEXT_PACKAGE);
  g_strv_builder_add (builder, g_get_prgname ());
  g_strv_builder_addv (builder, (const char **) *args);
  argv = g_strv_builder_end (builder);
  if (!g_option_context_parse_strv (context, &argv, error))
    return FALSE;
  g_strfreev (*args);
  /* A "--" that ended the options is no argument. */
  *args = g_strdupv (argv[1] != NULL && strcmp (argv[1], "--") == 0 ? argv + 2 : argv + 1);
  return check_count (*args, min, max, error);
}

LabPlace *
lab_program_open_place (LabProgram *program, const char *foreign_pki, GError **error)
{
  return lab_place_open (program->dir, foreign_pki, program->env, error);
}

static gboolean
on_quit_signal (gpointer data)
{
  g_main_loop_quit (data);
  return G_SOURCE_CONTINUE;
}

void
lab_program_quit_on_signal (GMainLoop *loop)
{
  g_unix_signal_add (SIGINT, on_quit_signal, loop);
  g_unix_signal_add (SIGTERM, on_quit_signal, loop);
}

static GCancellable *signal_target;

static gpointer
watch_signals (gpointer data)
{
  sigset_t *set = data;
  int number;

  sigwait (set, &number);
  g_cancellable_cancel (signal_target);
  sigwait (set, &number);
  _exit (EXIT_FAILURE);
}

void
lab_program_cancel_on_signal (GCancellable *cancellable)
{
  static sigset_t set;

  sigemptyset (&set);
  sigaddset (&set, SIGINT);
  sigaddset (&set, SIGTERM);
  pthread_sigmask (SIG_BLOCK, &set, NULL);
  signal_target = cancellable;
  g_thread_unref (g_thread_new ("kaitsu-lab-signals", watch_signals, &set));
}
