/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsuctl"

#include "config.h"

#include "ctl-app.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gunixoutputstream.h>
#include <glib/gi18n.h>

#include "card-recorder.h"
#include "ctl-card.h"
#include "kt-error.h"
#include "lpd-network.h"
#include "net-recorder.h"
#include "rsp-explain.h"

#define BUSY_RETRY_USEC 500000

/* One file for both edges: card and network lines in the order they happened. */
static gboolean
open_trace (CtlApp *app, GError **error)
{
  int fd;

  if (app->trace == NULL || app->trace_stream != NULL)
    return TRUE;
  /* Straight into the file, so that what was written stays whatever happens later. */
  fd = open (app->trace, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (fd < 0)
    return kt_error_set (error, KT_ERROR_STORAGE, "storage.trace", "%s: %s", app->trace,
                         g_strerror (errno));
  app->trace_stream = g_unix_output_stream_new (fd, TRUE);
  return TRUE;
}

gboolean
ctl_app_open_card (CtlApp *app, GError **error)
{
  g_autoptr (Card) card = NULL;

  if (app->context.card != NULL)
    return TRUE;
  if (!open_trace (app, error))
    return FALSE;
  card = ctl_card_choose (app->card_name, &app->channel, app->cancellable, error);
  if (card == NULL)
    return FALSE;
  if (app->trace_stream != NULL)
    app->context.card = card_recorder_new (card, app->trace_stream, CARD_RECORDER_JSON,
                                           app->trace_full ? CARD_RECORDER_FULL
                                                           : CARD_RECORDER_REDACTED,
                                           app->context.env);
  else
    app->context.card = g_steal_pointer (&card);
  return TRUE;
}

LpdChip *
ctl_app_open_chip (CtlApp *app, GError **error)
{
  if (!ctl_app_open_card (app, error))
    return NULL;
  lpd_job_init (&app->job, &app->context, app->cancellable);
  return lpd_chip_open (app->context.card, &app->channel, app->cancellable, error);
}

gboolean
ctl_app_need_net (CtlApp *app, GError **error)
{
  g_autoptr (GTlsCertificate) client = NULL;
  g_autoptr (LpdNetwork) network = NULL;

  if (app->net != NULL)
    return TRUE;
  if (!open_trace (app, error))
    return FALSE;
  network = lpd_network_new (app->anchors, app->context.env, error);
  if (network == NULL)
    return FALSE;
  if (app->client_cert != NULL
      && !lpd_network_use_client_certificate (network, app->client_cert, app->client_key, error))
    return FALSE;
  lpd_network_fill_context (network, &app->context);
  if (app->trace_stream != NULL)
    {
      NetHttp *inner = app->context.http;

      app->context.http = NET_HTTP (net_recorder_new (
          inner, app->trace_stream, app->trace_full ? NET_RECORDER_FULL : NET_RECORDER_REDACTED,
          app->context.env));
      g_object_unref (inner);
    }
  app->net = g_steal_pointer (&network);
  return TRUE;
}

void
ctl_app_need_outbox (CtlApp *app)
{
  g_autofree char *path = NULL;

  if (app->outbox != NULL)
    return;
  path = lpd_outbox_default_path ();
  app->outbox = lpd_outbox_new (path, app->context.env);
}

void
ctl_app_tell_operators (CtlApp *app, LpdChip *chip)
{
  g_auto (LpdOutboxReport) report = { 0 };
  g_autoptr (GError) local = NULL;
  g_autoptr (RspAdvice) advice = NULL;
  g_autofree char *text = NULL;

  ctl_app_need_outbox (app);
  if (ctl_app_need_net (app, &local)
      && lpd_outbox_send (app->outbox, &app->job, chip, FALSE, &report, &local)
      && report.failed == 0 && report.waiting == 0)
    return;
  ctl_progress_clear_line (&app->progress);
  if (local == NULL && report.failed == 0)
    {
      g_printerr ("%s\n", _("The operator has not been told yet; the message waits in the outbox for "
                            "the one before it. See kaitsuctl notifications."));
      return;
    }
  advice = rsp_explain (local != NULL ? local : report.first_error);
  text = rsp_advice_text (advice);
  g_printerr (_("The operator has not been told yet; the message stays in the outbox. %s\n"), text);
}

void
ctl_app_clear (CtlApp *app)
{
  g_free (app->card_name);
  g_strfreev (app->aids);
  g_free (app->trace);
  g_free (app->anchors);
  g_free (app->client_cert);
  g_free (app->client_key);
  g_clear_pointer (&app->channel.aids, g_ptr_array_unref);
  g_clear_pointer (&app->outbox, lpd_outbox_free);
  g_clear_object (&app->context.http);
  g_clear_pointer (&app->net, lpd_network_free);
  if (app->context.card != NULL)
    card_close (app->context.card);
  g_clear_object (&app->context.card);
  if (app->trace_stream != NULL)
    g_output_stream_close (app->trace_stream, NULL, NULL);
  g_clear_object (&app->trace_stream);
  g_clear_object (&app->cancellable);
}
