/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/*
 * What kaitsu-lab prints. Texts are UTF-8; where the locale has no UTF-8 they are written in the
 * nearest ASCII. Colours appear on a terminal alone, and not with NO_COLOR.
 */

typedef enum
{
  LAB_STYLE_PLAIN,
  LAB_STYLE_STRONG,
  LAB_STYLE_QUIET,
  LAB_STYLE_GOOD,
  LAB_STYLE_PAPER,
} LabStyle;

void lab_output_init (void);
/** lab_output_is_utf8: whether the locale can show what ASCII cannot. */
gboolean lab_output_is_utf8 (void);
/** lab_output_has_colours: whether styles show. */
gboolean lab_output_has_colours (void);

/** lab_print: to standard output, at once. */
void lab_print (const char *format, ...) G_GNUC_PRINTF (1, 2);
/** lab_print_styled: as lab_print(). */
void lab_print_styled (LabStyle style, const char *format, ...) G_GNUC_PRINTF (2, 3);
/** lab_print_heading: a line of its own with an empty one before it. */
void lab_print_heading (const char *text);
/** lab_print_field: "label  value" with the labels in one column; nothing for a %NULL value. */
void lab_print_field (const char *label, const char *value);
/** lab_print_cell: @text and blanks up to @columns of a terminal. */
void lab_print_cell (LabStyle style, const char *text, guint columns);
/** lab_print_cell_right: blanks, then @text. */
void lab_print_cell_right (const char *text, guint columns);

/** lab_output_clean: Returns: (transfer full): @text without control and direction characters. */
char *lab_output_clean (const char *text);
/** lab_output_size: Returns: (transfer full): "312 B", "12.1 kB". */
char *lab_output_size (guint64 bytes);

/** lab_output_error: what happened, what to do and the details, on standard error or as JSON. */
void lab_output_error (const char *command, const GError *error, gboolean json);
/** lab_output_json: {"ok":true,"command":…,"result":…} in one line; consumes @result. */
void lab_output_json (const char *command, JsonNode *result);

/* Members of an object that is being built; a %NULL string is left out. */
void lab_member_string (JsonBuilder *builder, const char *name, const char *value);
void lab_member_int (JsonBuilder *builder, const char *name, gint64 value);
void lab_member_bool (JsonBuilder *builder, const char *name, gboolean value);

G_END_DECLS
