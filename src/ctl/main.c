/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsuctl"

#include "config.h"

#include <glib-unix.h>
#include <glib/gi18n.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "ctl-app.h"
#include "kt-bytes.h"
#include "kt-error.h"

static gboolean
parse_global (CtlApp *app, char ***argv, GError **error)
{
  gboolean version = FALSE;
  const GOptionEntry entries[] = {
    { "card", 'r', 0, G_OPTION_ARG_STRING, &app->card_name,
      N_("reader by name or number, or lab:FOLDER"), N_("READER") },
    { "json", 'j', 0, G_OPTION_ARG_NONE, &app->json, N_("print one JSON object"), NULL },
    { "quiet", 'q', 0, G_OPTION_ARG_NONE, &app->quiet, N_("no progress"), NULL },
    { "steps", 0, 0, G_OPTION_ARG_NONE, &app->steps, N_("print each step with its time"), NULL },
    { "yes", 'y', 0, G_OPTION_ARG_NONE, &app->yes, N_("do not ask"), NULL },
    { "override", 0, 0, G_OPTION_ARG_NONE, &app->override,
      N_("lose the set-up connection or the last plan on purpose"), NULL },
    { "trace", 't', 0, G_OPTION_ARG_FILENAME, &app->trace,
      N_("write what goes to the card and over the network, without secrets"), N_("FILE") },
    { "trace-full", 0, 0, G_OPTION_ARG_NONE, &app->trace_full,
      N_("with --trace: also identifiers and contents"), NULL },
    { "block-size", 0, 0, G_OPTION_ARG_INT, &app->block_size,
      N_("bytes to the card at once, 1 to 255; fewer for weak readers"), "N" },
    { "aid", 0, 0, G_OPTION_ARG_STRING_ARRAY, &app->aids,
      N_("application identifier of the ISD-R; may be repeated"), "HEX" },
    { "anchors", 0, 0, G_OPTION_ARG_FILENAME, &app->anchors,
      N_("folder of further trusted CI certificates (PEM)"), N_("FOLDER") },
    { "client-cert", 0, 0, G_OPTION_ARG_STRING, &app->client_cert,
      N_("client certificate: PEM file or PKCS#11 URI"), N_("FILE") },
    { "client-key", 0, 0, G_OPTION_ARG_STRING, &app->client_key,
      N_("its key, where it is not in the same file"), N_("FILE") },
    { "trust-public", 0, 0, G_OPTION_ARG_NONE, &app->trust_public,
      N_("accept servers that only this computer’s authorities vouch for"), NULL },
    { "version", 0, 0, G_OPTION_ARG_NONE, &version, N_("print the version"), NULL },
    { NULL },
  };
  g_autoptr (GOptionContext) context = g_option_context_new (_("COMMAND …"));
  GString *summary = g_string_new (_("Puts mobile plans onto an eSIM chip in a card reader, and "
                                     "switches and deletes them.\n\nCommands:\n"));
  gboolean parsed;

  for (const CtlCommand *command = ctl_commands; command->name != NULL; command++)
    g_string_append_printf (summary, "  %-14s %s\n", command->name, _(command->summary));
  g_option_context_set_summary (context, summary->str);
  g_string_free (summary, TRUE);
  g_option_context_add_main_entries (context, entries, GETTEXT_PACKAGE);
  /* What stands behind the command's name belongs to the command. */
  g_option_context_set_strict_posix (context, TRUE);
  parsed = g_option_context_parse_strv (context, argv, error);
  if (parsed && version)
    {
      g_print ("kaitsuctl %s\n", KT_VERSION);
      exit (CTL_EXIT_OK);
    }
  return parsed;
}

static gboolean
use_channel_options (CtlApp *app, GError **error)
{
  app->channel.allow_reset = TRUE;
  app->channel.skip_fci = TRUE;
  if (app->block_size < 0 || app->block_size > CARD_BLOCK_MAX)
    return kt_error_set (error, KT_ERROR_INVALID_INPUT, "card.block-size",
                         "--block-size takes 1 to %d", CARD_BLOCK_MAX);
  app->channel.block_size = (guint) app->block_size;
  if (app->aids == NULL)
    return TRUE;
  app->channel.aids = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  for (guint i = 0; app->aids[i] != NULL; i++)
    {
      GBytes *aid = kt_hex_parse (app->aids[i], error);

      if (aid == NULL)
        return FALSE;
      g_ptr_array_add (app->channel.aids, aid);
    }
  return TRUE;
}

static GCancellable *interrupt_target;

/* A second signal ends the program at once; the first lets the flow clean up. */
static gpointer
watch_signals (gpointer data)
{
  sigset_t *set = data;
  int number;

  sigwait (set, &number);
  g_cancellable_cancel (interrupt_target);
  sigwait (set, &number);
  _exit (CTL_EXIT_CANCELLED);
}

static void
install_signals (CtlApp *app)
{
  static sigset_t set;

  sigemptyset (&set);
  sigaddset (&set, SIGINT);
  sigaddset (&set, SIGTERM);
  pthread_sigmask (SIG_BLOCK, &set, NULL);
  interrupt_target = app->cancellable;
  g_thread_unref (g_thread_new ("kaitsuctl-signals", watch_signals, &set));
}

static int
fail (CtlApp *app, const GError *error)
{
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
  if (!parse_global (&app, &args, &error) || !use_channel_options (&app, &error))
    status = fail (&app, error);
  else if (args[1] == NULL || (command = ctl_command_find (args[1])) == NULL)
    {
      g_set_error (&error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                   args[1] == NULL ? _("no command; see kaitsuctl --help")
                                   : _("no such command; see kaitsuctl --help"));
      status = fail (&app, error);
    }
  else
    {
      app.command = command->name;
      ctl_progress_init (&app.progress, app.quiet || app.json, app.steps);
      install_signals (&app);
      if (!command->run (&app, args + 2, &error))
        status = fail (&app, error);
    }
  ctl_app_clear (&app);
  return status;
}
