/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsuctl"

#include "config.h"

#include "ctl-app.h"

#include <glib/gi18n.h>
#include <string.h>

#include "ctl-ask.h"
#include "kt-bytes.h"
#include "kt-error.h"
#include "lpd-download.h"
#include "scan-qr.h"

typedef struct
{
  CtlApp *app;
  char *code_file;
  char *qr;
  char *confirmation_file;
  char *imei;
  char *name;
  gboolean accept_rules;
  gboolean enable;
  gboolean no_notify;
} DownloadArgs;

static void
download_args_clear (DownloadArgs *args)
{
  g_free (args->code_file);
  g_free (args->qr);
  g_free (args->confirmation_file);
  g_free (args->imei);
  g_free (args->name);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (DownloadArgs, download_args_clear)

static gboolean
parse_args (DownloadArgs *own, char ***args, GError **error)
{
  const GOptionEntry entries[] = {
    { "code-file", 'f', 0, G_OPTION_ARG_FILENAME, &own->code_file,
      N_("read the activation code from FILE, - for standard input"), N_("FILE") },
    { "qr", 0, 0, G_OPTION_ARG_FILENAME, &own->qr,
      N_("read the activation code from a picture of its QR code"), N_("PICTURE") },
    { "confirmation-code-file", 'c', 0, G_OPTION_ARG_FILENAME, &own->confirmation_file,
      N_("read the confirmation code from FILE, - for standard input"), N_("FILE") },
    { "imei", 0, 0, G_OPTION_ARG_STRING, &own->imei, N_("tell the server this IMEI"), "IMEI" },
    { "accept-rules", 0, 0, G_OPTION_ARG_NONE, &own->accept_rules,
      N_("agree to the operator’s rules (cannot be stopped, cannot be deleted)"), NULL },
    { "name", 0, 0, G_OPTION_ARG_FILENAME, &own->name, N_("name of your own for the plan"), N_("NAME") },
    { "enable", 'e', 0, G_OPTION_ARG_NONE, &own->enable, N_("use the plan at once"), NULL },
    { "no-notify", 0, 0, G_OPTION_ARG_NONE, &own->no_notify,
      N_("leave the message to the operator in the outbox"), NULL },
    { NULL },
  };

  return ctl_parse_options (own->app, ctl_command_find ("download"), entries, args, error)
         && ctl_need_args (*args, 0, 1, error);
}

/* The first code in the picture that is an activation code; other QR codes are named as such. */
static char *
code_from_picture (const char *path, GError **error)
{
  g_auto (GStrv) found = scan_qr_file (path, error);
  g_autoptr (GError) why = NULL;
  char *text = NULL;

  if (found == NULL)
    return NULL;
  for (guint i = 0; found[i] != NULL && text == NULL; i++)
    {
      g_autoptr (KtActivationCode) code = NULL;

      g_clear_error (&why);
      code = kt_activation_code_parse (found[i], KT_ACTIVATION_CODE_ALLOW_PORT, NULL, &why);
      if (code != NULL)
        text = g_strdup (found[i]);
    }
  for (guint i = 0; found[i] != NULL; i++)
    kt_wipe (found[i], strlen (found[i]));
  if (text == NULL)
    g_propagate_error (error, g_steal_pointer (&why));
  return text;
}

/* %NULL without error: no code was given, so the chip's default server is asked. */
static gboolean
read_code (const DownloadArgs *own, char **args, KtActivationCode **code, GError **error)
{
  g_autoptr (KtSecretString) text = NULL;
  guint place = 0;

  *code = NULL;
  if ((own->qr != NULL) + (own->code_file != NULL) + (args[0] != NULL) > 1)
    {
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                   _("give the code once: as an argument, with --code-file or with --qr"));
      return FALSE;
    }
  if (own->qr != NULL)
    text = code_from_picture (own->qr, error);
  else if (own->code_file != NULL)
    text = ctl_read_secret_file (own->code_file, error);
  else if (args[0] != NULL)
    text = g_strdup (args[0]);
  else
    return TRUE;
  if (text == NULL)
    return FALSE;
  *code = kt_activation_code_parse (text, KT_ACTIVATION_CODE_ALLOW_PORT, &place, error);
  if (*code == NULL && place > 0)
    g_prefix_error (error, "at character %u: ", place);
  return *code != NULL;
}

static void
print_review (const LpdReview *review)
{
  const RspProfile *metadata = review->metadata;
  g_autofree char *memory
      = review->free_memory >= 0 ? g_format_size ((guint64) review->free_memory) : NULL;

  g_printerr ("\n");
  ctl_output_remark (_("Operator"), metadata->provider);
  ctl_output_remark (_("Plan"), metadata->name);
  if (metadata->owner != NULL)
    ctl_output_remark (_("Network (MCC MNC)"), metadata->owner->mcc_mnc);
  ctl_output_remark (_("Kind"), metadata->profile_class == RSP_CLASS_PROVISIONING
                                   ? _("set-up connection: fetches plans, no calls, no browsing")
                               : metadata->profile_class == RSP_CLASS_TEST ? _("test plan")
                                                                           : _("plan"));
  ctl_output_remark (_("Operator’s server"), review->server);
  ctl_output_remark (_("Vouched for by"), review->vouched_by);
  ctl_output_remark (_("Free on the chip"), memory);
  if ((metadata->ppr & RSP_PPR1_NO_DISABLE) != 0)
    g_printerr ("  ⚠ %s\n", _("You will not be able to stop using this plan."));
  if ((metadata->ppr & RSP_PPR2_NO_DELETE) != 0)
    g_printerr ("  ⚠ %s\n", _("You will not be able to delete this plan."));
  if (review->confirmation_required)
    g_printerr ("%s\n", _("The operator asks for a confirmation code."));
}

static LpdDecision
on_review (gpointer data, const LpdReview *review)
{
  DownloadArgs *own = data;
  CtlApp *app = own->app;
  g_autofree char *answer = NULL;
  gboolean needs_answer;

  ctl_progress_clear_line (&app->progress);
  needs_answer = !app->yes || (review->rules_need_consent && !own->accept_rules);
  /* Nobody agrees to what they have not been shown, however quiet the rest is. */
  if (needs_answer || (!app->json && !app->quiet))
    print_review (review);
  if (!needs_answer)
    return LPD_DOWNLOAD;
  if (!ctl_ask_possible ())
    return review->rules_need_consent ? LPD_CANNOT_ASK : LPD_NOT_NOW;
  /* TRANSLATORS: answers are the words in brackets; "refuse" burns the order. */
  answer = ctl_ask_line (_("Download this plan? [yes / not now / refuse]"));
  if (answer == NULL)
    return LPD_NOT_NOW;
  g_strstrip (answer);
  if (g_ascii_strcasecmp (answer, "y") == 0 || g_ascii_strcasecmp (answer, "yes") == 0
      || strcmp (answer, _("yes")) == 0)
    return LPD_DOWNLOAD;
  if (g_ascii_strcasecmp (answer, "refuse") == 0 || strcmp (answer, _("refuse")) == 0)
    return LPD_REFUSE;
  return LPD_NOT_NOW;
}

static char *
on_confirmation_code (gpointer data, const LpdCodeQuestion *question)
{
  DownloadArgs *own = data;
  char *code;

  ctl_progress_clear_line (&own->app->progress);
  if (question->malformed)
    g_printerr ("%s\n", _("A confirmation code has 1 to 32 letters, digits and signs, no blanks."));
  else if (question->wrong_before)
    g_printerr ("%s\n", _("The operator did not accept this confirmation code."));
  if (question->attempts_left >= 0)
    g_printerr (ngettext ("%d try is left.\n", "%d tries are left.\n",
                          (gulong) question->attempts_left),
                question->attempts_left);
  else if (question->server_message != NULL)
    g_printerr (_("The server says: %s\n"), question->server_message);
  code = ctl_ask_secret (_("Confirmation code (empty for not now):"));
  if (code != NULL && *code == '\0')
    g_clear_pointer (&code, kt_wipe_string);
  return code;
}

static gboolean
on_trust_public (gpointer data, const char *server, const char *authority)
{
  DownloadArgs *own = data;
  g_autofree char *question = NULL;

  if (own->app->trust_public)
    return TRUE;
  if (!ctl_ask_possible ())
    return FALSE;
  ctl_progress_clear_line (&own->app->progress);
  question = g_strdup_printf (
      _("Your chip does not vouch for the server %s; only this computer’s own authorities do (%s). "
        "Go on with it?"),
      server, authority != NULL ? authority : "?");
  return ctl_ask_yes (question);
}

static JsonNode *
result_to_json (const LpdDownloadResult *result, gboolean enabled)
{
  g_autoptr (JsonBuilder) builder = json_builder_new_immutable ();
  g_autofree char *aid = kt_hex_bytes (result->aid);

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "profile");
  ctl_profile_to_json (builder, result->metadata);
  ctl_json_string (builder, "isdpAid", aid);
  ctl_json_bool (builder, "enabled", enabled);
  ctl_json_int (builder, "notification", result->seq);
  ctl_json_int (builder, "packageBytes", (gint64) result->bpp_bytes);
  ctl_json_int (builder, "segments", result->segments);
  ctl_json_int (builder, "networkMicroseconds", result->network_usec);
  ctl_json_int (builder, "totalMicroseconds", result->total_usec);
  json_builder_end_object (builder);
  return json_builder_get_root (builder);
}

static void
print_result (const LpdDownloadResult *result, gboolean enabled)
{
  g_autofree char *title = rsp_profile_title (result->metadata);
  g_autofree char *clean = ctl_output_clean (title);

  g_print (enabled ? _("“%s” is on the chip and in use.\n") : _("“%s” is on the chip.\n"), clean);
  if (!enabled && result->metadata->iccid != NULL)
    g_print (_("To use it: kaitsuctl enable %s\n"), result->metadata->iccid);
}

/* What follows the installation; the plan is on the chip whatever happens here. */
static gboolean
finish (DownloadArgs *own, LpdChip *chip, const LpdDownloadResult *result, GError **error)
{
  CtlApp *app = own->app;
  g_autoptr (GPtrArray) profiles = NULL;

  if (!own->no_notify)
    ctl_app_tell_operators (app, chip);
  if (own->name != NULL
      && !lpd_chip_set_nickname (chip, result->metadata->iccid_raw, own->name, app->cancellable,
                                 error))
    return FALSE;
  if (!own->enable)
    return TRUE;
  profiles = lpd_switch_enable (&app->job, chip, result->metadata->iccid, NULL, error);
  if (profiles == NULL)
    return FALSE;
  if (!own->no_notify)
    ctl_app_tell_operators (app, chip);
  return TRUE;
}

gboolean
ctl_command_download (CtlApp *app, char **args, GError **error)
{
  g_auto (DownloadArgs) own = { .app = app };
  g_auto (GStrv) rest = g_strdupv (args);
  g_autoptr (KtActivationCode) code = NULL;
  g_autoptr (KtSecretString) confirmation = NULL;
  g_autoptr (LpdChip) chip = NULL;
  g_autoptr (LpdDownloadResult) result = NULL;
  LpdDownloadRequest request = { 0 };

  if (!parse_args (&own, &rest, error) || !read_code (&own, rest, &code, error))
    return FALSE;
  if (own.confirmation_file != NULL)
    {
      confirmation = ctl_read_secret_file (own.confirmation_file, error);
      if (confirmation == NULL)
        return FALSE;
    }
  if (own.name != NULL
      && (strlen (own.name) > RSP_NICKNAME_MAX || !g_utf8_validate (own.name, -1, NULL)))
    return kt_error_set (error, KT_ERROR_INVALID_INPUT, "input.nickname",
                         "a name has at most %d bytes of UTF-8", RSP_NICKNAME_MAX);
  if (!app->yes && !ctl_ask_possible ())
    return kt_error_set (error, KT_ERROR_PROTECTED, "protected.confirm",
                         "agreeing to a plan needs --yes where nobody can be asked");
  app->context.user.review = on_review;
  app->context.user.confirmation_code = ctl_ask_possible () ? on_confirmation_code : NULL;
  app->context.user.trust_public = on_trust_public;
  app->context.user.data = &own;
  if (!ctl_app_need_net (app, error))
    return FALSE;
  chip = ctl_app_open_chip (app, error);
  if (chip == NULL)
    return FALSE;
  request.code = code;
  request.confirmation_code = confirmation;
  request.imei = own.imei;
  result = lpd_download_run (&app->job, chip, &request, error);
  if (result != NULL)
    ctl_output_set_installed (result->metadata->iccid);
  if (result == NULL || !finish (&own, chip, result, error))
    {
      ctl_progress_clear_line (&app->progress);
      if (result != NULL && !app->json)
        print_result (result, FALSE);
      /* A failed installation has left its result in the outbox; the operator is to know. */
      if (result == NULL && !own.no_notify && app->job.step_at[LPD_STEP_WRITE] >= 0)
        ctl_app_tell_operators (app, chip);
      return FALSE;
    }
  lpd_job_step (&app->job, LPD_STEP_DONE);
  ctl_progress_clear_line (&app->progress);
  if (app->json)
    ctl_output_json (app->command, result_to_json (result, own.enable));
  else
    print_result (result, own.enable);
  return TRUE;
}

gboolean
ctl_command_code (CtlApp *app, char **args, GError **error)
{
  g_auto (DownloadArgs) own = { .app = app };
  const GOptionEntry entries[] = {
    { "code-file", 'f', 0, G_OPTION_ARG_FILENAME, &own.code_file,
      N_("read the activation code from FILE, - for standard input"), N_("FILE") },
    { "qr", 0, 0, G_OPTION_ARG_FILENAME, &own.qr,
      N_("read the activation code from a picture of its QR code"), N_("PICTURE") },
    { NULL },
  };
  g_auto (GStrv) rest = g_strdupv (args);
  g_autoptr (KtActivationCode) code = NULL;
  g_autoptr (JsonBuilder) builder = NULL;

  if (!ctl_parse_options (app, ctl_command_find ("code"), entries, &rest, error)
      || !ctl_need_args (rest, 0, 1, error) || !read_code (&own, rest, &code, error))
    return FALSE;
  if (code == NULL)
    return kt_error_set (error, KT_ERROR_INVALID_INPUT, "code.empty", "no code given");
  if (!app->json)
    {
      ctl_output_field (_("Operator’s server"), code->server);
      ctl_output_field (_("Token"), *code->token != '\0' ? code->token : _("none"));
      ctl_output_field (_("Server’s OID"), code->oid);
      ctl_output_field (_("Confirmation code"),
                        code->confirmation_required ? _("needed") : _("not announced"));
      return TRUE;
    }
  builder = json_builder_new_immutable ();
  json_builder_begin_object (builder);
  ctl_json_string (builder, "server", code->server);
  ctl_json_string (builder, "token", code->token);
  ctl_json_string (builder, "oid", code->oid);
  ctl_json_bool (builder, "confirmationCodeRequired", code->confirmation_required);
  json_builder_end_object (builder);
  ctl_output_json (app->command, json_builder_get_root (builder));
  return TRUE;
}
