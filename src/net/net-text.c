/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-net"

#include "net-text.h"

#include <string.h>

/* Not looked at beyond: enough for a heading and a sentence under any style sheet. */
#define LOOK_MAX 4096

/* Where the mark-up that begins at @p ends; with scripts and style sheets, their content too. */
static const char *
skip_markup (const char *p)
{
  static const char *const hidden[] = { "script", "style", "head" };
  const char *end;

  for (gsize i = 0; i < G_N_ELEMENTS (hidden); i++)
    {
      gsize len = strlen (hidden[i]);

      if (g_ascii_strncasecmp (p + 1, hidden[i], len) == 0 && !g_ascii_isalnum (p[1 + len]))
        {
          g_autofree char *close = g_strconcat ("</", hidden[i], NULL);

          for (end = p; *end != '\0'; end++)
            if (g_ascii_strncasecmp (end, close, len + 2) == 0)
              break;
          p = end;
        }
    }
  end = strchr (p, '>');
  return end != NULL ? end + 1 : p + strlen (p);
}

static gboolean
is_markup (const char *p)
{
  return p[0] == '<' && (g_ascii_isalpha (p[1]) || p[1] == '/' || p[1] == '!' || p[1] == '?');
}

static gboolean
is_invisible (gunichar c)
{
  GUnicodeType type = g_unichar_type (c);

  /* Format characters turn the direction of what follows. */
  return type == G_UNICODE_CONTROL || type == G_UNICODE_FORMAT || type == G_UNICODE_SURROGATE
         || type == G_UNICODE_PRIVATE_USE || type == G_UNICODE_UNASSIGNED || c == 0xFFFD;
}

char *
net_text_sanitize (GBytes *body)
{
  gsize len;
  const char *data = g_bytes_get_data (body, &len);
  g_autofree char *text = g_utf8_make_valid (len > 0 ? data : "", (gssize) MIN (len, LOOK_MAX));
  g_autoptr (GString) out = g_string_new (NULL);
  gboolean gap = FALSE;
  guint count = 0;

  for (const char *p = text; *p != '\0' && count < NET_TEXT_MAX;)
    {
      gunichar c = g_utf8_get_char (p);

      if (is_markup (p))
        {
          p = skip_markup (p);
          gap = TRUE;
          continue;
        }
      p = g_utf8_next_char (p);
      if (g_unichar_isspace (c))
        gap = TRUE;
      else if (!is_invisible (c))
        {
          if (gap && out->len > 0 && ++count < NET_TEXT_MAX)
            g_string_append_c (out, ' ');
          gap = FALSE;
          if (count++ < NET_TEXT_MAX)
            g_string_append_unichar (out, c);
        }
    }
  return out->len > 0 ? g_strdup (out->str) : NULL;
}
