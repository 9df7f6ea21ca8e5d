/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsuctl"

#include "config.h"

#include "ctl-app.h"

#include <glib/gi18n.h>
#include <string.h>

const CtlCommand ctl_commands[] = {
  { "readers", "", N_("list card readers and what is in them"), ctl_command_readers },
  { "chip", "", N_("show the eSIM chip: number (EID), memory, versions, authorities"),
    ctl_command_chip },
  { "list", "", N_("list the plans on the chip"), ctl_command_list },
  { "download", N_("[CODE]"), N_("download a plan and write it to the chip"), ctl_command_download },
  { "enable", N_("PLAN"), N_("use a plan"), ctl_command_enable },
  { "disable", N_("PLAN"), N_("stop using a plan"), ctl_command_disable },
  { "delete", N_("PLAN"), N_("delete a plan for good"), ctl_command_delete },
  { "rename", N_("PLAN NAME"), N_("give a plan a name of your own, or none with \"\""),
    ctl_command_rename },
  { "notifications", N_("[list | send [N] | remove N]"), N_("messages to operators"),
    ctl_command_notifications },
  { "server", N_("[ADDRESS | --clear]"), N_("show or set the chip’s default server"),
    ctl_command_server },
  { "rules", "", N_("show which operators may set which rules (RAT)"), ctl_command_rules },
  { "reset", N_("--plans | --test-plans | --default-server"), N_("reset the chip’s memory"),
    ctl_command_reset },
  { "load-crl", N_("FILE"), N_("give the chip a certificate revocation list"), ctl_command_load_crl },
  { "code", N_("[CODE]"), N_("explain an activation code"), ctl_command_code },
  { NULL },
};

const CtlCommand *
ctl_command_find (const char *name)
{
  for (const CtlCommand *command = ctl_commands; command->name != NULL; command++)
    if (strcmp (command->name, name) == 0)
      return command;
  return NULL;
}

gboolean
ctl_parse_options (CtlApp *app, const CtlCommand *command, const GOptionEntry *entries,
                   char ***args, GError **error)
{
  g_autoptr (GOptionContext) context = NULL;
  g_autofree char *parameters = NULL;
  g_autofree char *prgname = NULL;
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) argv = NULL;
  gboolean parsed;

  parameters = g_strdup_printf ("%s %s", command->name, _(command->arguments));
  context = g_option_context_new (parameters);
  g_option_context_set_summary (context, _(command->summary));
  g_option_context_set_translation_domain (context, GETTEXT_PACKAGE);
  if (entries != NULL)
    g_option_context_add_main_entries (context, entries, GETTEXT_PACKAGE);
  ctl_app_add_options (app, context);
  g_strv_builder_add (builder, g_get_prgname ());
  g_strv_builder_addv (builder, (const char **) *args);
  argv = g_strv_builder_end (builder);
  parsed = g_option_context_parse_strv (context, &argv, error);
  if (parsed)
    {
      g_strfreev (*args);
      /* A "--" that ended the options is no argument. */
      *args = g_strdupv (argv[1] != NULL && strcmp (argv[1], "--") == 0 ? argv + 2 : argv + 1);
    }
  return parsed && ctl_app_use_options (app, error);
}

gboolean
ctl_need_args (char **args, guint min, guint max, GError **error)
{
  guint count = g_strv_length (args);

  if (count < min)
    {
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, _("an argument is missing"));
      return FALSE;
    }
  if (count > max)
    {
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, _("too many arguments: %s"),
                   args[max]);
      return FALSE;
    }
  return TRUE;
}
