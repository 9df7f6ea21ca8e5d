/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-rsp"

#include "rsp-explain.h"

#include <gio/gio.h>
#include <string.h>

#include "config.h"
#include <glib/gi18n-lib.h>

#include "kt-error.h"
#include "rsp-codes.h"
#include "rsp-sentences.h"

#define INSTALL_PE_PROCESSING 12

static const RspSentence *
find_in (const RspSentence *rows, gsize count, const char *key)
{
  for (gsize i = 0; i < count; i++)
    if (strcmp (rows[i].key, key) == 0)
      return &rows[i];
  return NULL;
}

static const RspSentence *
find (const char *key)
{
  const RspSentence *row;

  if (key == NULL)
    return NULL;
  row = find_in (rsp_chip_sentences, rsp_chip_sentences_len, key);
  if (row == NULL)
    row = find_in (rsp_net_sentences, rsp_net_sentences_len, key);
  return row != NULL ? row : find_in (rsp_sentences, rsp_sentences_len, key);
}

static const RspSentence *
find_pair (const KtErrorDetail *detail)
{
  g_autofree char *pair = NULL;

  if (detail->subject == NULL || detail->reason == NULL)
    return NULL;
  pair = g_strconcat (detail->subject, "/", detail->reason, NULL);
  return find_in (rsp_server_sentences, rsp_server_sentences_len, pair);
}

/* TCA profile package, PEStatus: three groups are enough to know what to do. */
static const RspSentence *
find_element (const KtErrorDetail *detail)
{
  if (detail->bpp_reason != INSTALL_PE_PROCESSING)
    return NULL;
  switch (detail->pe_status)
    {
    case 2:
    case 4:
      return find ("install.element-memory");
    case 1:
    case 7:
    case 8:
    case 9:
    case 10:
    case 31:
      return find ("install.element-unsupported");
    case 3:
    case 5:
    case 6:
    case 11:
      return find ("install.element-values");
    default:
      return NULL;
    }
}

static const RspSentence *
find_class (KtErrorCode code)
{
  g_autofree char *key = g_strconcat ("class.", kt_error_code_name (code), NULL);
  const RspSentence *row = find (key);

  return row != NULL ? row : find ("class.internal");
}

static const RspSentence *
find_row (const GError *error, const KtErrorDetail *detail)
{
  const RspSentence *row = NULL;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return find ("cancelled");
  if (detail == NULL)
    return find_class (KT_ERROR_INTERNAL);
  row = find_pair (detail);
  if (row == NULL)
    row = find_element (detail);
  if (row == NULL)
    row = find (detail->key);
  return row != NULL ? row : find_class ((KtErrorCode) error->code);
}

/* What a person mistyped needs no number; a failure between machines does. */
static gboolean
key_is_code (const char *key)
{
  static const char *const families[] = { "tls.", "net.", "check.", "policy." };

  for (gsize i = 0; key != NULL && i < G_N_ELEMENTS (families); i++)
    if (g_str_has_prefix (key, families[i]))
      return TRUE;
  return FALSE;
}

static char *
install_code (const KtErrorDetail *detail)
{
  return detail->pe_status >= 0
             ? g_strdup_printf ("install %d – %d", detail->bpp_reason, detail->pe_status)
             : g_strdup_printf ("install %d", detail->bpp_reason);
}

static char *
code_of (const KtErrorDetail *detail)
{
  if (detail == NULL)
    return NULL;
  if (detail->subject != NULL || detail->reason != NULL)
    return g_strdup_printf ("%s – %s", detail->subject != NULL ? detail->subject : "?",
                            detail->reason != NULL ? detail->reason : "?");
  if (detail->bpp_reason >= 0)
    return install_code (detail);
  if (detail->sw != 0)
    return g_strdup_printf ("SW %04X", detail->sw);
  if (detail->result >= 0)
    return g_strdup_printf ("%s %d", rsp_function_name ((RspTag) detail->function), detail->result);
  if (detail->pcsc != 0)
    return g_strdup_printf ("PC/SC %08X", detail->pcsc);
  if (detail->http_status != 0)
    return g_strdup_printf ("HTTP %u", detail->http_status);
  return key_is_code (detail->key) ? g_strdup (detail->key) : NULL;
}

static void
add_part (GString *text, const char *part)
{
  if (part == NULL)
    return;
  if (text->len > 0)
    g_string_append (text, ": ");
  g_string_append (text, part);
}

static char *
server_detail (const KtErrorDetail *detail)
{
  const char *subject = rsp_subject_name (detail->subject);
  const char *reason = rsp_reason_name (detail->reason);
  GString *text = g_string_new (NULL);

  if (detail->subject != NULL || detail->reason != NULL)
    g_string_append_printf (text, "%s – %s", subject != NULL ? subject : "unknown subject",
                            reason != NULL ? reason : "unknown reason");
  add_part (text, detail->subject_id);
  add_part (text, detail->server_message);
  return g_string_free (text, text->len == 0);
}

static char *
install_detail (const KtErrorDetail *detail)
{
  GString *text = g_string_new (rsp_bpp_reason_name (detail->bpp_reason));

  if (detail->bpp_command >= 0)
    g_string_append_printf (text, " at %s", rsp_bpp_command_name (detail->bpp_command));
  if (detail->pe_status >= 0)
    add_part (text, rsp_pe_status_name (detail->pe_status));
  if (detail->pe_id >= 0)
    g_string_append_printf (text, ", element %d", detail->pe_id);
  return g_string_free (text, FALSE);
}

static char *
detail_of (const KtErrorDetail *detail)
{
  if (detail == NULL)
    return NULL;
  if (detail->bpp_reason >= 0)
    return install_detail (detail);
  if (detail->result >= 0)
    return g_strdup (rsp_result_name ((RspTag) detail->function, detail->result));
  return server_detail (detail);
}

static char *
dup_what_to_do (const RspSentence *row, const KtErrorDetail *detail)
{
  const char *text = g_dgettext (GETTEXT_PACKAGE, row->what_to_do);
  g_autofree char *tries = NULL;

  if (detail == NULL || detail->attempts_left < 0)
    return g_strdup (text);
  if (detail->attempts_left == 0)
    tries = g_strdup (g_dgettext (GETTEXT_PACKAGE, N_("No try is left.")));
  else
    tries = g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%d try is left.", "%d tries are left.",
                                          (gulong) detail->attempts_left),
                             detail->attempts_left);
  return g_strconcat (text, " ", tries, NULL);
}

RspAdvice *
rsp_explain (const GError *error)
{
  const KtErrorDetail *detail = kt_error_detail (error);
  const RspSentence *row;
  RspAdvice *advice;

  g_return_val_if_fail (error != NULL, NULL);

  row = find_row (error, detail);
  advice = g_new0 (RspAdvice, 1);
  advice->key = row->key;
  advice->actor = row->actor;
  advice->what = g_strdup (g_dgettext (GETTEXT_PACKAGE, row->what));
  advice->what_to_do = dup_what_to_do (row, detail);
  advice->code = code_of (detail);
  advice->detail = detail_of (detail);
  return advice;
}

void
rsp_advice_free (RspAdvice *advice)
{
  if (advice == NULL)
    return;
  g_free (advice->what);
  g_free (advice->what_to_do);
  g_free (advice->code);
  g_free (advice->detail);
  g_free (advice);
}

char *
rsp_advice_text (const RspAdvice *advice)
{
  g_return_val_if_fail (advice != NULL, NULL);

  if (advice->code == NULL)
    return g_strconcat (advice->what, " ", advice->what_to_do, NULL);
  return g_strconcat (advice->what, " ", advice->what_to_do, " (", advice->code, ")", NULL);
}

const char *
rsp_actor_name (RspActor actor)
{
  static const char *const names[] = { "nobody", "you", "shop", "operator" };

  return (gsize) actor < G_N_ELEMENTS (names) ? names[actor] : names[0];
}

gboolean
rsp_explain_knows (const char *key)
{
  return find (key) != NULL
         || (key != NULL && find_in (rsp_server_sentences, rsp_server_sentences_len, key) != NULL);
}

const char **
rsp_explain_keys (void)
{
  const struct
  {
    const RspSentence *rows;
    gsize len;
  } tables[] = {
    { rsp_server_sentences, rsp_server_sentences_len },
    { rsp_chip_sentences, rsp_chip_sentences_len },
    { rsp_net_sentences, rsp_net_sentences_len },
    { rsp_sentences, rsp_sentences_len },
  };
  g_autoptr (GPtrArray) keys = g_ptr_array_new ();

  for (gsize i = 0; i < G_N_ELEMENTS (tables); i++)
    for (gsize k = 0; k < tables[i].len; k++)
      g_ptr_array_add (keys, (gpointer) tables[i].rows[k].key);
  g_ptr_array_add (keys, NULL);
  return (const char **) g_ptr_array_free (g_steal_pointer (&keys), FALSE);
}
