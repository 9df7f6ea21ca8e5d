/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-lab"

#include "config.h"

#include <glib/gi18n.h>
#include <locale.h>
#include <signal.h>
#include <stdlib.h>

#include "lab-output.h"
#include "lab-program.h"
#include "lpd-network.h"

/* Exit status, as the man page lists it. */
enum
{
  LAB_EXIT_OK = 0,
  LAB_EXIT_FAILED = 1,
  LAB_EXIT_USAGE = 2,
};

static gboolean
parse_global (char ***argv, gboolean *version, GError **error)
{
  const GOptionEntry entries[] = {
    { "version", 0, 0, G_OPTION_ARG_NONE, version, N_("print the version"), NULL },
    { NULL },
  };
  g_autoptr (GOptionContext) context = g_option_context_new (_("COMMAND …"));
  g_autoptr (GString) summary
      = g_string_new (_("Stands in for an operator and for eSIM chips, with real cryptography and "
                        "real HTTPS.\n\nCommands:\n"));

  for (const LabCommand *command = lab_commands; command->name != NULL; command++)
    g_string_append_printf (summary, "  %-12s %s\n", command->name, _(command->summary));
  g_string_append (summary, _("\n“kaitsu-lab COMMAND --help” tells more."));
  g_option_context_set_summary (context, summary->str);
  g_option_context_add_main_entries (context, entries, GETTEXT_PACKAGE);
  /* What stands behind the command's name belongs to the command. */
  g_option_context_set_strict_posix (context, TRUE);
  return g_option_context_parse_strv (context, argv, error);
}

static gboolean
run (LabProgram *program, char ***argv, GError **error)
{
  gboolean version = FALSE;
  guint words = 0;
  const LabCommand *command;

  if (!parse_global (argv, &version, error))
    return FALSE;
  if (version)
    {
      g_print ("kaitsu-lab %s\n", KT_VERSION);
      return TRUE;
    }
  if ((*argv)[1] == NULL)
    return lab_program_usage (error, _("no command; see kaitsu-lab --help"));
  command = lab_program_find (*argv + 1, &words);
  if (command == NULL)
    return lab_program_usage (error, _("no such command; see kaitsu-lab --help"));
  program->command = command->name;
  return command->run (program, *argv + 1 + words, error);
}

int
main (int argc, char *argv[])
{
  LabProgram program = { .command = "" };
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) args = NULL;
  int status = LAB_EXIT_OK;

  setlocale (LC_ALL, "");
  bindtextdomain (GETTEXT_PACKAGE, KT_LOCALE_DIR);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);
  g_set_prgname ("kaitsu-lab");
  /* A reader that goes away must not leave the show's folder behind. */
  signal (SIGPIPE, SIG_IGN);
  lpd_network_init ();
  lab_output_init ();

  args = g_strdupv (argv);
  program.env = kt_env_default ();
  if (!run (&program, &args, &error))
    {
      lab_output_error (program.command, error, program.json);
      status = error->domain == G_OPTION_ERROR ? LAB_EXIT_USAGE : LAB_EXIT_FAILED;
    }
  g_free (program.dir);
  return status;
}
