/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-lab"

#include "lab-saip-template.h"

#include <string.h>

#define OID_PREFIX "2.23.143.1.2."

const LabTemplate *
lab_template_for_element (guint element)
{
  for (guint i = 0; i < lab_n_templates; i++)
    if (lab_templates[i].element == element)
      return &lab_templates[i];
  return NULL;
}

gboolean
lab_template_parse_oid (const char *oid, guint *number, guint *version)
{
  guint64 parsed[2] = { 0, 1 };
  const char *p;

  if (!g_str_has_prefix (oid, OID_PREFIX))
    return FALSE;
  p = oid + strlen (OID_PREFIX);
  for (guint i = 0; i < 2 && *p != '\0'; i++)
    {
      char *end;

      parsed[i] = g_ascii_strtoull (p, &end, 10);
      p = *end == '.' ? end + 1 : end;
    }
  for (guint i = 0; *p == '\0' && i < lab_n_templates; i++)
    if (lab_templates[i].number == parsed[0] && parsed[1] >= 1
        && parsed[1] <= lab_templates[i].versions)
      {
        *number = (guint) parsed[0];
        *version = (guint) parsed[1];
        return TRUE;
      }
  return FALSE;
}

void
lab_template_get_row (const LabTemplate *template, guint index, guint version, LabTemplateRow *row)
{
  g_assert (index < template->n_rows);

  *row = template->rows[index];
  for (guint i = 0; i < lab_n_template_changes; i++)
    {
      const LabTemplateChange *change = &lab_template_changes[i];

      if (change->number != template->number || version < change->since
          || change->fid != row->fid)
        continue;
      row->records = change->records;
      row->size = change->size;
      row->fill = change->fill;
    }
}

static guint8
hex_byte (const char *p)
{
  return (guint8) (g_ascii_xdigit_value (p[0]) << 4 | g_ascii_xdigit_value (p[1]));
}

void
lab_template_fill (const char *fill, guint8 *out, gsize len)
{
  const char *bar = fill != NULL ? strchr (fill, '|') : NULL;
  gboolean whole = fill != NULL && fill[0] == '*';
  const char *start = whole ? fill + 1 : fill;
  gsize n = fill == NULL ? 0 : (bar != NULL ? (gsize) (bar - start) : strlen (start)) / 2;
  gsize tail = bar != NULL ? strlen (bar + 1) / 2 : 0;

  if (fill == NULL)
    memset (out, 0xFF, len);
  else
    for (gsize i = 0; i < len; i++)
      out[i] = hex_byte (start + 2 * (whole ? i % n : MIN (i, n - 1)));
  /* A body shorter than the standard one keeps the suffix at its end, where its meaning is. */
  for (gsize i = 0; i < MIN (tail, len); i++)
    out[len - 1 - i] = hex_byte (bar + 1 + 2 * (tail - 1 - i));
}
