/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsuctl"

#include "config.h"

#include "ctl-app.h"

#include <glib/gi18n.h>

#include "kt-bytes.h"
#include "kt-error.h"

void
ctl_app_add_options (CtlApp *app, GOptionContext *context)
{
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
    { NULL },
  };
  GOptionGroup *group = g_option_group_new ("common", _("Options of every command:"),
                                            _("Show the options of every command"), NULL, NULL);

  g_option_group_set_translation_domain (group, GETTEXT_PACKAGE);
  g_option_group_add_entries (group, entries);
  g_option_context_add_group (context, group);
}

gboolean
ctl_app_use_options (CtlApp *app, GError **error)
{
  ctl_progress_init (&app->progress, app->quiet || app->json, app->steps);
  app->channel.allow_reset = TRUE;
  app->channel.skip_fci = TRUE;
  if (app->block_size < 0 || app->block_size > CARD_BLOCK_MAX)
    return kt_error_set (error, KT_ERROR_INVALID_INPUT, "card.block-size",
                         "--block-size takes 1 to %d", CARD_BLOCK_MAX);
  app->channel.block_size = (guint) app->block_size;
  if (app->aids == NULL)
    return TRUE;
  g_clear_pointer (&app->channel.aids, g_ptr_array_unref);
  app->channel.aids = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  for (guint i = 0; app->aids[i] != NULL; i++)
    {
      GBytes *aid = kt_hex_parse (app->aids[i], NULL);

      if (aid == NULL)
        return kt_error_set (error, KT_ERROR_INVALID_INPUT, "card.aid",
                             "--aid takes hexadecimal digits");
      g_ptr_array_add (app->channel.aids, aid);
    }
  return TRUE;
}
