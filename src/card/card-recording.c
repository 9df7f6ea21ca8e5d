/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-card"

#include "card-recording.h"

#include "kt-bytes.h"

#include <string.h>

static void
recorded_exchange_free (gpointer data)
{
  CardRecordedExchange *exchange = data;

  g_bytes_unref (exchange->command);
  g_clear_pointer (&exchange->response, g_bytes_unref);
  g_free (exchange);
}

void
card_recording_free (CardRecording *recording)
{
  if (recording == NULL)
    return;
  g_ptr_array_unref (recording->exchanges);
  g_clear_pointer (&recording->atr, g_bytes_unref);
  g_free (recording);
}

/* "open T=0 3B…", as the recorder writes it; any other remark is one. */
static void
read_remark (CardRecording *recording, const char *text)
{
  g_auto (GStrv) words = g_strsplit (text, " ", -1);

  if (g_strv_length (words) != 3 || !g_str_equal (words[0], "open") || recording->atr != NULL)
    return;
  recording->atr = kt_hex_parse (words[2], NULL);
  if (g_str_equal (words[1], "T=1"))
    recording->protocol = CARD_PROTOCOL_T1;
}

static gboolean
read_error_name (const char *name, KtErrorCode *code)
{
  for (int i = 0; i <= KT_ERROR_INTERNAL; i++)
    if (g_str_equal (name, kt_error_code_name (i)))
      {
        *code = i;
        return TRUE;
      }
  return FALSE;
}

static gboolean
read_apdu (const char *text, guint number, gsize min, gsize max, GBytes **apdu, GError **error)
{
  /* Redacted lines carry counts and names; an APDU alone has no blank. */
  if (strchr (text, ' ') != NULL)
    return kt_error_set (error, KT_ERROR_INVALID_INPUT, "replay.redacted",
                         "line %u: the data were left out of this recording", number);
  *apdu = kt_hex_parse (text, NULL);
  if (*apdu != NULL && g_bytes_get_size (*apdu) >= min && g_bytes_get_size (*apdu) <= max)
    return TRUE;
  g_clear_pointer (apdu, g_bytes_unref);
  return kt_error_set (error, KT_ERROR_INVALID_INPUT, "replay.format",
                       "line %u is not an APDU in hexadecimal", number);
}

static gboolean
read_line (CardRecording *recording, GBytes **command, const char *line, guint number,
           GError **error)
{
  CardRecordedExchange exchange = { 0 };
  const char *text = line + 2;

  if (line[0] == '\0')
    return TRUE;
  if (g_str_has_prefix (line, "#"))
    {
      if (line[1] == ' ')
        read_remark (recording, text);
      return TRUE;
    }
  if (g_str_has_prefix (line, "> ") && *command == NULL)
    return read_apdu (text, number, 4, 261, command, error);
  if (g_str_has_prefix (line, "< ") && *command != NULL)
    {
      if (!read_apdu (text, number, 2, 65538, &exchange.response, error))
        return FALSE;
    }
  else if (!g_str_has_prefix (line, "! ") || *command == NULL ||
           !read_error_name (text, &exchange.error))
    return kt_error_set (error, KT_ERROR_INVALID_INPUT, "replay.format",
                         "line %u is not what can stand there", number);
  exchange.command = g_steal_pointer (command);
  g_ptr_array_add (recording->exchanges, g_memdup2 (&exchange, sizeof exchange));
  return TRUE;
}

CardRecording *
card_recording_parse (GBytes *text, GError **error)
{
  g_autoptr (CardRecording) recording = g_new0 (CardRecording, 1);
  g_autoptr (GBytes) command = NULL;
  g_autofree char *copy = NULL;
  g_auto (GStrv) lines = NULL;
  gconstpointer data;
  gsize len;

  g_return_val_if_fail (text != NULL, NULL);

  recording->exchanges = g_ptr_array_new_with_free_func (recorded_exchange_free);
  recording->protocol = CARD_PROTOCOL_T0;
  data = g_bytes_get_data (text, &len);
  copy = g_strndup (len > 0 ? data : "", len);
  lines = g_strsplit (copy, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    if (!read_line (recording, &command, g_strchomp (lines[i]), i + 1, error))
      return NULL;
  if (command != NULL)
    {
      kt_error_set (error, KT_ERROR_INVALID_INPUT, "replay.format",
                    "the recording ends with a command");
      return NULL;
    }
  if (recording->exchanges->len == 0)
    {
      kt_error_set (error, KT_ERROR_INVALID_INPUT, "replay.empty", "the recording is empty");
      return NULL;
    }
  return g_steal_pointer (&recording);
}
