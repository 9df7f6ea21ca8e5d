/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsuctl"

#include "config.h"

#include "ctl-app.h"

#include <glib/gi18n.h>

#include "card-pcsc.h"
#include "card-probe.h"
#include "kt-bytes.h"

static const char *
probe_words (CardProbeKind kind)
{
  switch (kind)
    {
    case CARD_PROBE_EUICC:
      return _("an eSIM chip");
    case CARD_PROBE_EMPTY:
      return _("no card");
    case CARD_PROBE_MUTE:
      return _("a card that does not answer: the wrong way round, dirty or broken");
    case CARD_PROBE_IN_USE:
      return _("a card that another program keeps to itself");
    case CARD_PROBE_NO_CHANNEL:
      return _("a card without a free channel; take it out and put it in again");
    case CARD_PROBE_SIM:
      return _("a SIM card that is no eSIM chip");
    case CARD_PROBE_SECURITY_KEY:
      return _("a security key, set aside");
    case CARD_PROBE_ID_CARD:
      return _("an identity card, set aside");
    case CARD_PROBE_PAYMENT:
      return _("a bank card, set aside");
    case CARD_PROBE_NOT_EUICC:
    case CARD_PROBE_REFUSES:
      return _("a card that is no eSIM chip");
    case CARD_PROBE_IGNORED:
      return _("not looked at, as configured");
    case CARD_PROBE_UNAVAILABLE:
      return _("the reader does not work");
    case CARD_PROBE_FAILED:
      break;
    }
  return _("no answer");
}

static void
probe_to_json (JsonBuilder *builder, const CardProbe *probe)
{
  g_autofree char *atr = probe->atr != NULL ? kt_hex_bytes (probe->atr) : NULL;
  g_autofree char *aid = probe->aid != NULL ? kt_hex_bytes (probe->aid) : NULL;

  json_builder_begin_object (builder);
  ctl_json_string (builder, "reader", probe->reader);
  ctl_json_string (builder, "state", probe->key);
  ctl_json_bool (builder, "euicc", probe->kind == CARD_PROBE_EUICC);
  ctl_json_string (builder, "atr", atr);
  ctl_json_string (builder, "isdrAid", aid);
  if (probe->error != NULL)
    ctl_json_string (builder, "message", probe->error->message);
  json_builder_end_object (builder);
}

gboolean
ctl_command_readers (CtlApp *app, char **args, GError **error)
{
  g_auto (GStrv) rest = g_strdupv (args);
  g_autoptr (GPtrArray) readers = NULL;
  g_autoptr (JsonBuilder) builder = json_builder_new_immutable ();

  if (!ctl_parse_options (app, ctl_command_find ("readers"), NULL, &rest, error)
      || !ctl_need_args (rest, 0, 0, error))
    return FALSE;
  readers = card_pcsc_list_readers (error);
  if (readers == NULL)
    return FALSE;
  if (!app->json && readers->len == 0)
    g_print ("%s\n", _("There is no card reader. Plug one in."));
  json_builder_begin_array (builder);
  for (guint i = 0; i < readers->len; i++)
    {
      const CardReaderInfo *reader = g_ptr_array_index (readers, i);
      g_autoptr (CardProbe) probe
          = card_probe_reader (reader, NULL, &app->channel, app->cancellable);

      if (app->json)
        probe_to_json (builder, probe);
      else
        g_print ("%u  %s: %s\n", i, reader->name, probe_words (probe->kind));
    }
  json_builder_end_array (builder);
  if (app->json)
    ctl_output_json (app->command, json_builder_get_root (builder));
  return TRUE;
}
