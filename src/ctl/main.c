/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsuctl"

#include "config.h"

#include <glib-unix.h>
#include <glib/gi18n.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ctl-app.h"
#include "ctl-ask.h"

static char *
make_summary (void)
{
  GString *summary = g_string_new (_("Puts mobile plans onto an eSIM chip in a card reader, and "
                                     "switches and deletes them.\n\nCommands:\n"));

  for (const CtlCommand *command = ctl_commands; command->name != NULL; command++)
    g_string_append_printf (summary, "  %-14s %s\n", command->name, _(command->summary));
  return g_string_free (summary, FALSE);
}

/* @done: an exit status if nothing is left to do, -1 otherwise. */
static gboolean
parse_global (CtlApp *app, char ***argv, int *done, GError **error)
{
  gboolean version = FALSE;
  const GOptionEntry entries[] = {
    { "version", 0, 0, G_OPTION_ARG_NONE, &version, N_("print the version"), NULL },
    { NULL },
  };
  g_autoptr (GOptionContext) context = g_option_context_new (_("COMMAND …"));
  g_autofree char *summary = make_summary ();

  g_option_context_set_summary (context, summary);
  g_option_context_set_description (
      context, _("kaitsuctl COMMAND --help tells more; so does --help-common."));
  g_option_context_add_main_entries (context, entries, GETTEXT_PACKAGE);
  ctl_app_add_options (app, context);
  /* What stands behind the command's name belongs to the command. */
  g_option_context_set_strict_posix (context, TRUE);
  if (!g_option_context_parse_strv (context, argv, error))
    return FALSE;
  if (version)
    {
      g_print ("kaitsuctl %s\n", KT_VERSION);
      *done = CTL_EXIT_OK;
    }
  else if ((*argv)[1] == NULL || strcmp ((*argv)[1], "help") == 0)
    {
      g_autofree char *help = g_option_context_get_help (context, FALSE, NULL);

      (*argv)[1] != NULL ? g_print ("%s", help) : g_printerr ("%s", help);
      *done = (*argv)[1] != NULL ? CTL_EXIT_OK : CTL_EXIT_USAGE;
    }
  return TRUE;
}

static void
fill_signals (sigset_t *set)
{
  sigemptyset (set);
  sigaddset (set, SIGINT);
  sigaddset (set, SIGTERM);
  sigaddset (set, SIGHUP);
}

/* A second signal ends the program at once; the first lets the flow clean up. */
static gpointer
watch_signals (gpointer data)
{
  g_autoptr (GCancellable) cancellable = data;
  sigset_t set;
  int number;

  fill_signals (&set);
  sigwait (&set, &number);
  g_cancellable_cancel (cancellable);
  sigwait (&set, &number);
  ctl_ask_restore_terminal ();
  _exit (CTL_EXIT_CANCELLED);
}

static void
install_signals (CtlApp *app)
{
  sigset_t set;

  /* Blocked in every thread; one of its own waits for them. */
  fill_signals (&set);
  pthread_sigmask (SIG_BLOCK, &set, NULL);
  /* A reader of our output that has gone must not take the session with it. */
  signal (SIGPIPE, SIG_IGN);
  ctl_ask_set_cancellable (app->cancellable);
  g_thread_unref (g_thread_new ("kaitsuctl-signals", watch_signals, g_object_ref (app->cancellable)));
}

/* A wrong option leaves the others unparsed, but a script that asked for JSON is to get it. */
static gboolean
wants_json (char *argv[])
{
  for (int i = 1; argv[i] != NULL; i++)
    if (strcmp (argv[i], "--json") == 0 || strcmp (argv[i], "-j") == 0)
      return TRUE;
  return FALSE;
}

static int
fail (CtlApp *app, char *argv[], const GError *error)
{
  app->json = app->json || wants_json (argv);
  ctl_output_error (app->command, error, app->json);
  return ctl_exit_for (error);
}

int
main (int argc, char *argv[])
{
  CtlApp app = { .command = "" };
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) args = NULL;
  const CtlCommand *command;
  int status = CTL_EXIT_OK;
  int done = -1;

  setlocale (LC_ALL, "");
  bindtextdomain (GETTEXT_PACKAGE, KT_LOCALE_DIR);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);
  g_set_prgname ("kaitsuctl");
  lpd_network_init ();

  args = g_strdupv (argv);
  app.context.env = kt_env_default ();
  app.context.retry_delay = G_USEC_PER_SEC / 2;
  app.context.progress = ctl_progress_update;
  app.context.progress_data = &app.progress;
  app.cancellable = g_cancellable_new ();
  if (!parse_global (&app, &args, &done, &error))
    status = fail (&app, argv, error);
  else if (done >= 0)
    status = done;
  else if ((command = ctl_command_find (args[1])) == NULL)
    {
      g_set_error (&error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                   _("no such command: %s; see kaitsuctl --help"), args[1]);
      status = fail (&app, argv, error);
    }
  else
    {
      app.command = command->name;
      install_signals (&app);
      if (!command->run (&app, args + 2, &error))
        status = fail (&app, argv, error);
    }
  ctl_app_clear (&app);
  /* What could not be written was not done, as far as a script can tell. */
  if ((fflush (stdout) != 0 || ferror (stdout)) && status == CTL_EXIT_OK)
    status = CTL_EXIT_FAILED;
  return status;
}
