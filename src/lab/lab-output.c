/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-lab"

#include "config.h"

#include "lab-output.h"

#include <glib/gi18n.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "kt-error.h"
#include "rsp-explain.h"

#define LABEL_COLUMNS 26

static gboolean utf8;
static gboolean colours;

void
lab_output_init (void)
{
  const char *no_color = g_getenv ("NO_COLOR");

  utf8 = g_get_console_charset (NULL);
  colours = isatty (STDOUT_FILENO) && (no_color == NULL || *no_color == '\0')
            && g_strcmp0 (g_getenv ("TERM"), "dumb") != 0;
}

gboolean
lab_output_is_utf8 (void)
{
  return utf8;
}

gboolean
lab_output_has_colours (void)
{
  return colours;
}

/* Signs of ours that the system's transliteration does not know. */
static char *
to_ascii (const char *text)
{
  static const char *const signs[][2] = {
    { "①", "1" }, { "②", "2" }, { "③", "3" }, { "④", "4" }, { "✓", "*" }, { "→", "->" },
    { "…", "..." }, { "–", "-" }, { "—", "-" }, { "’", "'" }, { "“", "\"" }, { "”", "\"" },
  };
  g_autoptr (GString) plain = g_string_new (text);

  for (guint i = 0; i < G_N_ELEMENTS (signs); i++)
    g_string_replace (plain, signs[i][0], signs[i][1], 0);
  return g_str_to_ascii (plain->str, NULL);
}

static void
write_text (FILE *file, const char *text)
{
  g_autofree char *plain = utf8 ? NULL : to_ascii (text);

  fputs (plain != NULL ? plain : text, file);
  fflush (file);
}

static const char *
style_sequence (LabStyle style)
{
  switch (style)
    {
    case LAB_STYLE_STRONG:
      return "\033[1m";
    case LAB_STYLE_QUIET:
      return "\033[2m";
    case LAB_STYLE_GOOD:
      return "\033[32m";
    case LAB_STYLE_PAPER:
      return "\033[30;107m";
    case LAB_STYLE_PLAIN:
      break;
    }
  return "";
}

static void
print_in_style (LabStyle style, const char *text)
{
  gboolean on = colours && style != LAB_STYLE_PLAIN;

  if (on)
    fputs (style_sequence (style), stdout);
  write_text (stdout, text);
  if (on)
    fputs ("\033[0m", stdout);
}

void
lab_print (const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list args;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  write_text (stdout, text);
}

void
lab_print_styled (LabStyle style, const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list args;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  print_in_style (style, text);
}

void
lab_print_heading (const char *text)
{
  lab_print ("\n");
  lab_print_styled (LAB_STYLE_STRONG, "%s", text);
  lab_print ("\n");
}

static guint
columns_of (const char *text)
{
  g_autofree char *plain = utf8 ? NULL : to_ascii (text);
  guint columns = 0;

  for (const char *p = plain != NULL ? plain : text; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);

      columns += g_unichar_iszerowidth (c) ? 0 : g_unichar_iswide (c) ? 2 : 1;
    }
  return columns;
}

void
lab_print_cell (LabStyle style, const char *text, guint columns)
{
  guint used = columns_of (text);

  print_in_style (style, text);
  if (used < columns)
    lab_print ("%*s", (int) (columns - used), "");
}

void
lab_print_cell_right (const char *text, guint columns)
{
  guint used = columns_of (text);

  lab_print ("%*s%s", used < columns ? (int) (columns - used) : 0, "", text);
}

void
lab_print_field (const char *label, const char *value)
{
  g_autofree char *clean = value != NULL ? lab_output_clean (value) : NULL;

  if (clean == NULL || *clean == '\0')
    return;
  lab_print ("  ");
  lab_print_cell (LAB_STYLE_QUIET, label, LABEL_COLUMNS);
  lab_print (" %s\n", clean);
}

char *
lab_output_clean (const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);
  GString *out = g_string_new (NULL);

  for (const char *p = valid; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);
      gboolean direction = c == 0x061C || c == 0x200E || c == 0x200F
                           || (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);

      if (!direction)
        g_string_append_unichar (out, g_unichar_iscntrl (c) ? ' ' : c);
    }
  return g_string_free (out, FALSE);
}

char *
lab_output_size (guint64 bytes)
{
  if (bytes < 1000)
    return g_strdup_printf ("%" G_GUINT64_FORMAT " B", bytes);
  return g_strdup_printf ("%.1f kB", (double) bytes / 1000);
}

void
lab_member_string (JsonBuilder *builder, const char *name, const char *value)
{
  if (value == NULL)
    return;
  json_builder_set_member_name (builder, name);
  json_builder_add_string_value (builder, value);
}

void
lab_member_int (JsonBuilder *builder, const char *name, gint64 value)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_int_value (builder, value);
}

void
lab_member_bool (JsonBuilder *builder, const char *name, gboolean value)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_boolean_value (builder, value);
}

/* JSON is UTF-8 whatever the locale says. */
static void
print_node (JsonNode *node)
{
  g_autofree char *text = json_to_string (node, FALSE);

  fputs (text, stdout);
  fputc ('\n', stdout);
  fflush (stdout);
}

void
lab_output_json (const char *command, JsonNode *result)
{
  g_autoptr (JsonBuilder) builder = json_builder_new_immutable ();
  g_autoptr (JsonNode) root = NULL;

  json_builder_begin_object (builder);
  lab_member_bool (builder, "ok", TRUE);
  lab_member_string (builder, "command", command);
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
error_as_json (const char *command, const GError *error, const RspAdvice *advice)
{
  g_autoptr (JsonBuilder) builder = json_builder_new_immutable ();
  g_autoptr (JsonNode) root = NULL;

  json_builder_begin_object (builder);
  lab_member_bool (builder, "ok", FALSE);
  lab_member_string (builder, "command", command);
  json_builder_set_member_name (builder, "error");
  json_builder_begin_object (builder);
  lab_member_string (builder, "class",
                     error->domain == KT_ERROR ? kt_error_code_name ((KtErrorCode) error->code)
                     : error->domain == G_OPTION_ERROR ? "usage"
                                                       : "internal");
  lab_member_string (builder, "key", kt_error_key (error));
  lab_member_string (builder, "what", advice->what);
  lab_member_string (builder, "whatToDo", advice->what_to_do);
  lab_member_string (builder, "who", rsp_actor_name (advice->actor));
  lab_member_string (builder, "code", advice->code);
  lab_member_string (builder, "message", error->message);
  json_builder_end_object (builder);
  json_builder_end_object (builder);
  root = json_builder_get_root (builder);
  print_node (root);
}

void
lab_output_error (const char *command, const GError *error, gboolean json)
{
  g_autoptr (RspAdvice) advice = rsp_explain (error);
  g_autofree char *advice_text = NULL;
  g_autofree char *technical = lab_output_clean (error->message);
  g_autofree char *lines = NULL;

  if (json)
    {
      error_as_json (command, error, advice);
      return;
    }
  /* A wrong option is told in the words of the option parser. */
  if (error->domain == G_OPTION_ERROR)
    lines = g_strdup_printf ("kaitsu-lab: %s\n", technical);
  else
    {
      g_autofree char *details = g_strdup_printf (_("Details: %s\n"), technical);

      advice_text = rsp_advice_text (advice);
      lines = g_strdup_printf ("%s\n%s", advice_text, details);
    }
  write_text (stderr, lines);
}
