/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsuctl"

#include "config.h"

#include "ctl-output.h"

#include <glib/gi18n.h>
#include <stdio.h>

#include "kt-error.h"
#include "rsp-codes.h"
#include "rsp-explain.h"

#define LABEL_WIDTH 22

CtlExit
ctl_exit_for (const GError *error)
{
  if (error->domain == G_OPTION_ERROR || error->domain == G_CONVERT_ERROR)
    return CTL_EXIT_USAGE;
  if (error->domain != KT_ERROR)
    return CTL_EXIT_FAILED;
  switch ((KtErrorCode) error->code)
    {
    case KT_ERROR_INVALID_INPUT:
    case KT_ERROR_NOT_FOUND:
      return CTL_EXIT_INPUT;
    case KT_ERROR_NO_SERVICE:
    case KT_ERROR_ACCESS_DENIED:
    case KT_ERROR_NO_READER:
    case KT_ERROR_NO_CARD:
    case KT_ERROR_CARD_REMOVED:
    case KT_ERROR_CARD_RESET:
    case KT_ERROR_CARD_BUSY:
    case KT_ERROR_CARD_IO:
    case KT_ERROR_NOT_EUICC:
    case KT_ERROR_NO_CHANNEL:
    case KT_ERROR_CARD_STATUS:
      return CTL_EXIT_CARD;
    case KT_ERROR_CHIP_REFUSED:
    case KT_ERROR_UNSUPPORTED:
    case KT_ERROR_UNCONFIRMED:
      return CTL_EXIT_CHIP;
    case KT_ERROR_RESOLVE:
    case KT_ERROR_CONNECT:
    case KT_ERROR_TIMED_OUT:
    case KT_ERROR_CLOSED:
    case KT_ERROR_HTTP_STATUS:
    case KT_ERROR_PROTOCOL:
      return CTL_EXIT_NETWORK;
    case KT_ERROR_SERVER_REFUSED:
      /* 8.2.7 is the confirmation code, whatever the server holds against it. */
      return g_strcmp0 (kt_error_detail (error)->subject, "8.2.7") == 0 ? CTL_EXIT_CODE
                                                                        : CTL_EXIT_SERVER;
    case KT_ERROR_TLS:
    case KT_ERROR_CHECK_FAILED:
      return CTL_EXIT_SECURITY;
    case KT_ERROR_POLICY:
    case KT_ERROR_PROTECTED:
      return CTL_EXIT_PROTECTED;
    case KT_ERROR_INSTALL_FAILED:
      return CTL_EXIT_INSTALL;
    case KT_ERROR_CANCELLED:
    case KT_ERROR_REFUSED:
      return CTL_EXIT_CANCELLED;
    case KT_ERROR_CONFIRMATION_CODE:
      return CTL_EXIT_CODE;
    case KT_ERROR_MALFORMED:
    case KT_ERROR_MISSING:
    case KT_ERROR_LIMIT:
    case KT_ERROR_STORAGE:
    case KT_ERROR_INTERNAL:
      break;
    }
  return CTL_EXIT_FAILED;
}

/* Direction marks and control characters in a plan's name must not rearrange a terminal's line. */
char *
ctl_output_clean (const char *text)
{
  g_autofree char *valid = NULL;
  GString *out;

  if (text == NULL)
    return NULL;
  valid = g_utf8_make_valid (text, -1);
  out = g_string_new (NULL);
  for (const char *p = valid; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);
      gboolean bidi = c == 0x061C || c == 0x200E || c == 0x200F || (c >= 0x202A && c <= 0x202E)
                      || (c >= 0x2066 && c <= 0x2069);

      if (!bidi)
        g_string_append_unichar (out, g_unichar_iscntrl (c) ? ' ' : c);
    }
  return g_string_free (out, FALSE);
}

static void
print_field (void (*print) (const char *format, ...) G_GNUC_PRINTF (1, 2), const char *label,
             const char *value)
{
  g_autofree char *clean = ctl_output_clean (value);
  g_autofree char *name = NULL;
  glong pad;

  if (clean == NULL || *clean == '\0')
    return;
  name = g_strconcat (label, *label != '\0' ? ":" : "", NULL);
  pad = LABEL_WIDTH - g_utf8_strlen (name, -1);
  print ("%s%*s %s\n", name, (int) MAX (pad, 0), "", clean);
}

void
ctl_output_field (const char *label, const char *value)
{
  print_field (g_print, label, value);
}

void
ctl_output_remark (const char *label, const char *value)
{
  print_field (g_printerr, label, value);
}

void
ctl_json_string (JsonBuilder *builder, const char *name, const char *value)
{
  if (value == NULL)
    return;
  json_builder_set_member_name (builder, name);
  json_builder_add_string_value (builder, value);
}

void
ctl_json_int (JsonBuilder *builder, const char *name, gint64 value)
{
  if (value < 0)
    return;
  json_builder_set_member_name (builder, name);
  json_builder_add_int_value (builder, value);
}

void
ctl_json_bool (JsonBuilder *builder, const char *name, gboolean value)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_boolean_value (builder, value);
}

static void
print_node (JsonNode *node)
{
  g_autofree char *text = json_to_string (node, FALSE);

  /* JSON is UTF-8 whatever the locale; g_print() would convert it. */
  fputs (text, stdout);
  fputc ('\n', stdout);
}

void
ctl_output_json (const char *command, JsonNode *result)
{
  g_autoptr (JsonBuilder) builder = json_builder_new_immutable ();
  g_autoptr (JsonNode) root = NULL;

  json_builder_begin_object (builder);
  ctl_json_bool (builder, "ok", TRUE);
  ctl_json_string (builder, "command", command);
  if (result != NULL)
    {
      json_builder_set_member_name (builder, "result");
      json_builder_add_value (builder, result);
    }
  json_builder_end_object (builder);
  root = json_builder_get_root (builder);
  print_node (root);
}

static void
add_detail (JsonBuilder *builder, const KtErrorDetail *detail)
{
  g_autofree char *sw = NULL;
  g_autofree char *pcsc = NULL;

  if (detail == NULL)
    return;
  if (detail->sw != 0)
    sw = g_strdup_printf ("%04X", detail->sw);
  if (detail->pcsc != 0)
    pcsc = g_strdup_printf ("%08X", detail->pcsc);
  ctl_json_string (builder, "key", detail->key);
  ctl_json_string (builder, "sw", sw);
  ctl_json_string (builder, "pcsc", pcsc);
  if (detail->function != 0)
    ctl_json_string (builder, "function", rsp_function_name (detail->function));
  ctl_json_int (builder, "result", detail->result);
  ctl_json_string (builder, "subject", detail->subject);
  ctl_json_string (builder, "reason", detail->reason);
  ctl_json_string (builder, "subjectIdentifier", detail->subject_id);
  ctl_json_string (builder, "serverMessage", detail->server_message);
  if (detail->bpp_command >= 0)
    ctl_json_string (builder, "bppCommand", rsp_bpp_command_name (detail->bpp_command));
  ctl_json_int (builder, "bppReason", detail->bpp_reason);
  ctl_json_int (builder, "peStatus", detail->pe_status);
  ctl_json_int (builder, "httpStatus", detail->http_status != 0 ? (gint64) detail->http_status : -1);
  ctl_json_int (builder, "tlsFlags", detail->tls_flags != 0 ? (gint64) detail->tls_flags : -1);
  ctl_json_int (builder, "attemptsLeft", detail->attempts_left);
}

/* The plan that is on the chip although what was to follow has failed. */
static char *installed_iccid;

void
ctl_output_set_installed (const char *iccid)
{
  g_free (installed_iccid);
  installed_iccid = g_strdup (iccid);
}

static void
error_as_json (const char *command, const GError *error, const RspAdvice *advice)
{
  g_autoptr (JsonBuilder) builder = json_builder_new_immutable ();
  g_autoptr (JsonNode) root = NULL;

  json_builder_begin_object (builder);
  ctl_json_bool (builder, "ok", FALSE);
  ctl_json_string (builder, "command", command);
  json_builder_set_member_name (builder, "error");
  json_builder_begin_object (builder);
  ctl_json_string (builder, "class",
                   error->domain == KT_ERROR ? kt_error_code_name ((KtErrorCode) error->code)
                   : ctl_exit_for (error) == CTL_EXIT_USAGE
                       ? "usage"
                       : g_quark_to_string (error->domain));
  ctl_json_string (builder, "installed", installed_iccid);
  ctl_json_string (builder, "message", error->message);
  ctl_json_string (builder, "what", advice->what);
  ctl_json_string (builder, "whatToDo", advice->what_to_do);
  ctl_json_string (builder, "who", rsp_actor_name (advice->actor));
  ctl_json_string (builder, "code", advice->code);
  add_detail (builder, kt_error_detail (error));
  json_builder_end_object (builder);
  json_builder_end_object (builder);
  root = json_builder_get_root (builder);
  print_node (root);
}

static const char *
actor_sentence (RspActor actor)
{
  switch (actor)
    {
    case RSP_ACTOR_SHOP:
      return _("The shop can help.");
    case RSP_ACTOR_OPERATOR:
      return _("Only the operator can change this.");
    case RSP_ACTOR_YOU:
    case RSP_ACTOR_NOBODY:
      break;
    }
  return NULL;
}

/* How this program is told that what is protected may go. */
static const char *
hint_for (const GError *error)
{
  const char *key = kt_error_key (error);

  if (g_strcmp0 (key, "protected.provisioning") == 0 || g_strcmp0 (key, "protected.last-plan") == 0)
    return _("With --override it is done all the same.");
  if (g_strcmp0 (key, "protected.unsent") == 0)
    return _("With --yes it is removed all the same.");
  if (g_strcmp0 (key, "policy.consent-needed") == 0)
    return _("Agree with --accept-rules.");
  return NULL;
}

void
ctl_output_error (const char *command, const GError *error, gboolean json)
{
  g_autoptr (RspAdvice) advice = NULL;
  g_autofree char *text = NULL;
  g_autofree char *technical = NULL;
  const char *actor;
  const char *hint;

  /* A wrong option is told in the words of the option parser. */
  if (ctl_exit_for (error) == CTL_EXIT_USAGE && !json)
    {
      g_printerr ("kaitsuctl: %s\n", error->message);
      return;
    }
  advice = rsp_explain (error);
  if (json)
    {
      error_as_json (command, error, advice);
      return;
    }
  text = rsp_advice_text (advice);
  technical = ctl_output_clean (error->message);
  actor = actor_sentence (advice->actor);
  g_printerr ("%s%s%s\n", text, actor != NULL ? " " : "", actor != NULL ? actor : "");
  hint = hint_for (error);
  if (hint != NULL)
    g_printerr ("%s\n", hint);
  g_printerr (_("Details: %s\n"), technical);
}
