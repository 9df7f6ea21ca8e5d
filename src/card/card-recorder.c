/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-card"

#include "card-recorder.h"

#include "card-secrecy.h"
#include "kt-bytes.h"
#include "kt-error.h"

#include <string.h>

struct _CardRecorder
{
  CardWrapper parent_instance;

  GOutputStream *out;
  CardRecorderFormat format;
  CardRecorderFlags flags;
  const KtEnv *env;
  gint64 start;
  guint count;
  gboolean failed;
  CardSecrecyState secrecy;
};

G_DEFINE_FINAL_TYPE (CardRecorder, card_recorder, KT_TYPE_CARD_WRAPPER)

/* One exchange, split into what is shown and what is only counted. */
typedef struct
{
  const char *name;
  gint64 at;
  gint64 took;
  char *command;
  gsize command_hidden;
  char *response;
  gsize response_hidden;
  guint16 sw;
  const char *error;
} Exchange;

static void
exchange_clear (Exchange *exchange)
{
  kt_wipe_string (exchange->command);
  kt_wipe_string (exchange->response);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Exchange, exchange_clear)

static void
write_line (CardRecorder *self, const char *line)
{
  g_autoptr (GError) error = NULL;

  if (self->failed)
    return;
  if (!g_output_stream_write_all (self->out, line, strlen (line), NULL, NULL, &error) ||
      !g_output_stream_flush (self->out, NULL, &error))
    {
      self->failed = TRUE;
      g_message ("The recording ends here: %s", error->message);
    }
}

static gboolean
is_shown (CardRecorder *self, CardSecrecy secrecy)
{
  return secrecy == CARD_SECRECY_OPEN ||
         (secrecy == CARD_SECRECY_PERSONAL && (self->flags & CARD_RECORDER_FULL));
}

static char *
format_text (const Exchange *x)
{
  GString *s = g_string_new (NULL);

  g_string_append_printf (s, "> %s", x->command);
  if (x->command_hidden > 0)
    g_string_append_printf (s, " +%" G_GSIZE_FORMAT, x->command_hidden);
  if (x->command_hidden > 0 || x->response_hidden > 0)
    g_string_append_printf (s, " %s", x->name);
  if (x->error != NULL)
    g_string_append_printf (s, "\n! %s\n", x->error);
  else if (x->response_hidden > 0)
    g_string_append_printf (s, "\n< +%" G_GSIZE_FORMAT " %04X\n", x->response_hidden, x->sw);
  else
    g_string_append_printf (s, "\n< %s%04X\n", x->response, x->sw);
  return g_string_free (s, FALSE);
}

static char *
format_json (const Exchange *x, guint number)
{
  GString *s = g_string_new (NULL);

  g_string_append_printf (s,
                          "{\"apdu\":%u,\"at_us\":%" G_GINT64_FORMAT
                          ",\"took_us\":%" G_GINT64_FORMAT
                          ",\"name\":\"%s\",\"command\":\"%s\",\"command_hidden\":%" G_GSIZE_FORMAT,
                          number, x->at, x->took, x->name, x->command, x->command_hidden);
  if (x->error != NULL)
    g_string_append_printf (s, ",\"error\":\"%s\"}\n", x->error);
  else
    g_string_append_printf (s,
                            ",\"response\":\"%s\",\"response_hidden\":%" G_GSIZE_FORMAT
                            ",\"sw\":\"%04X\"}\n",
                            x->response, x->response_hidden, x->sw);
  return g_string_free (s, FALSE);
}

static void
note_command (CardRecorder *self, Exchange *x, GBytes *command, CardSecrecy secrecy)
{
  gsize len;
  const guint8 *data = g_bytes_get_data (command, &len);
  gsize shown = len <= 5 || is_shown (self, secrecy) ? len : 5;

  x->command = kt_hex (data, shown);
  x->command_hidden = len - shown;
}

static void
note_response (CardRecorder *self, Exchange *x, GBytes *response, CardSecrecy secrecy)
{
  gsize len;
  const guint8 *data = g_bytes_get_data (response, &len);
  gsize shown;

  len -= 2;
  shown = is_shown (self, secrecy) ? len : 0;
  x->response = kt_hex (data, shown);
  x->response_hidden = len - shown;
  x->sw = (guint16) (data[len] << 8 | data[len + 1]);
}

static void
note_error (Exchange *x, const GError *error)
{
  x->error = error->domain == KT_ERROR ? kt_error_code_name (error->code) : "unknown";
}

static GBytes *
card_recorder_transmit (Card *card, GBytes *command, GCancellable *cancellable, GError **error)
{
  CardRecorder *self = KT_CARD_RECORDER (card);
  Card *inner = card_wrapper_get_inner (KT_CARD_WRAPPER (self));
  CardSecrecyVerdict verdict = card_secrecy_judge (&self->secrecy, g_bytes_get_data (command, NULL),
                                                   g_bytes_get_size (command));
  g_auto (Exchange) x = { .name = verdict.name };
  g_autoptr (GError) local = NULL;
  g_autoptr (KtSecretString) line = NULL;
  gint64 before = kt_env_ticks (self->env);
  GBytes *response = card_transmit (inner, command, cancellable, &local);

  x.at = before - self->start;
  x.took = kt_env_ticks (self->env) - before;
  note_command (self, &x, command, verdict.command);
  if (response != NULL)
    note_response (self, &x, response, verdict.response);
  else
    note_error (&x, local);
  self->count++;
  line = self->format == CARD_RECORDER_TEXT ? format_text (&x) : format_json (&x, self->count);
  write_line (self, line);
  if (response == NULL)
    g_propagate_error (error, g_steal_pointer (&local));
  return response;
}

static void
note_event (CardRecorder *self, const char *event)
{
  Card *inner = card_wrapper_get_inner (KT_CARD_WRAPPER (self));
  g_autoptr (GBytes) atr = card_dup_atr (inner);
  g_autofree char *hex = atr != NULL ? kt_hex_bytes (atr) : g_strdup ("");
  const char *protocol = card_get_protocol (inner) == CARD_PROTOCOL_T1 ? "T=1" : "T=0";
  g_autofree char *line = NULL;

  memset (&self->secrecy, 0, sizeof self->secrecy);
  if (self->format == CARD_RECORDER_TEXT)
    line = g_strdup_printf ("# %s %s %s\n", event, protocol, hex);
  else
    line = g_strdup_printf ("{\"event\":\"%s\",\"at_us\":%" G_GINT64_FORMAT
                            ",\"protocol\":\"%s\",\"atr\":\"%s\"}\n",
                            event, kt_env_ticks (self->env) - self->start, protocol, hex);
  write_line (self, line);
}

static gboolean
card_recorder_open (Card *card, GCancellable *cancellable, GError **error)
{
  CardRecorder *self = KT_CARD_RECORDER (card);
  Card *inner = card_wrapper_get_inner (KT_CARD_WRAPPER (self));
  gboolean was_open = card_get_protocol (inner) != CARD_PROTOCOL_NONE;

  if (!card_open (inner, cancellable, error))
    return FALSE;
  if (!was_open)
    note_event (self, "open");
  return TRUE;
}

static gboolean
card_recorder_reset (Card *card, GError **error)
{
  CardRecorder *self = KT_CARD_RECORDER (card);

  if (!card_reset (card_wrapper_get_inner (KT_CARD_WRAPPER (self)), error))
    return FALSE;
  note_event (self, "reset");
  return TRUE;
}

static void
card_recorder_finalize (GObject *object)
{
  CardRecorder *self = KT_CARD_RECORDER (object);

  g_object_unref (self->out);
  G_OBJECT_CLASS (card_recorder_parent_class)->finalize (object);
}

static void
card_recorder_class_init (CardRecorderClass *klass)
{
  CardClass *card_class = KT_CARD_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = card_recorder_finalize;
  card_class->open = card_recorder_open;
  card_class->transmit = card_recorder_transmit;
  card_class->reset = card_recorder_reset;
}

static void
card_recorder_init (CardRecorder *self)
{
}

Card *
card_recorder_new (Card *inner, GOutputStream *out, CardRecorderFormat format,
                   CardRecorderFlags flags, const KtEnv *env)
{
  CardRecorder *self;

  g_return_val_if_fail (KT_IS_CARD (inner), NULL);
  g_return_val_if_fail (G_IS_OUTPUT_STREAM (out), NULL);
  g_return_val_if_fail (env != NULL, NULL);

  self = g_object_new (KT_TYPE_CARD_RECORDER, NULL);
  card_wrapper_set_inner (KT_CARD_WRAPPER (self), inner);
  self->out = g_object_ref (out);
  self->format = format;
  self->flags = flags;
  self->env = env;
  self->start = kt_env_ticks (env);
  return KT_CARD (self);
}

gboolean
card_recorder_has_failed (CardRecorder *self)
{
  g_return_val_if_fail (KT_IS_CARD_RECORDER (self), TRUE);

  return self->failed;
}
