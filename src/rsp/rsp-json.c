/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-rsp"

#include "rsp-json.h"

#include <string.h>

#include "kt-bytes.h"
#include "kt-error.h"

typedef struct
{
  const char *p;
  const char *end;
  /* of all objects, with their doubles */
  guint members;
} Scanner;

static gboolean scan_value (Scanner *s, guint depth);

static void
skip_space (Scanner *s)
{
  while (s->p < s->end && (*s->p == ' ' || *s->p == '\t' || *s->p == '\n' || *s->p == '\r'))
    s->p++;
}

static gboolean
take (Scanner *s, char c)
{
  if (s->p == s->end || *s->p != c)
    return FALSE;
  s->p++;
  return TRUE;
}

static gboolean
scan_word (Scanner *s, const char *word)
{
  gsize len = strlen (word);

  if ((gsize) (s->end - s->p) < len || memcmp (s->p, word, len) != 0)
    return FALSE;
  s->p += len;
  return TRUE;
}

static gboolean
scan_utf16 (Scanner *s, guint *unit)
{
  *unit = 0;
  for (guint i = 0; i < 4; i++)
    {
      if (s->p == s->end || !g_ascii_isxdigit (*s->p))
        return FALSE;
      *unit = *unit << 4 | (guint) g_ascii_xdigit_value (*s->p++);
    }
  return TRUE;
}

/*
 * json-glib aborts on a high surrogate that no low one follows, and ends a string at NUL: neither
 * may reach it.
 */
static gboolean
scan_escape (Scanner *s)
{
  guint unit;
  char c;

  if (s->p == s->end)
    return FALSE;
  c = *s->p++;
  if (c != 'u')
    return strchr ("\"\\/bfnrt", c) != NULL && c != '\0';
  if (!scan_utf16 (s, &unit) || unit == 0 || (unit >= 0xDC00 && unit <= 0xDFFF))
    return FALSE;
  if (unit < 0xD800 || unit > 0xDBFF)
    return TRUE;
  return scan_word (s, "\\u") && scan_utf16 (s, &unit) && unit >= 0xDC00 && unit <= 0xDFFF;
}

static gboolean
scan_string (Scanner *s)
{
  if (!take (s, '"'))
    return FALSE;
  while (s->p < s->end)
    {
      guchar c = (guchar) *s->p++;

      if (c == '"')
        return TRUE;
      if (c < 0x20 || (c == '\\' && !scan_escape (s)))
        return FALSE;
    }
  return FALSE;
}

static gboolean
scan_digits (Scanner *s)
{
  const char *start = s->p;

  while (s->p < s->end && g_ascii_isdigit (*s->p))
    s->p++;
  return s->p > start;
}

static gboolean
scan_number (Scanner *s)
{
  take (s, '-');
  if (!take (s, '0') && !scan_digits (s))
    return FALSE;
  if (take (s, '.') && !scan_digits (s))
    return FALSE;
  if (s->p < s->end && (*s->p == 'e' || *s->p == 'E'))
    {
      s->p++;
      if (!take (s, '+'))
        take (s, '-');
      return scan_digits (s);
    }
  return TRUE;
}

/* The members of an object or the elements of an array, after the opening bracket. */
static gboolean
scan_items (Scanner *s, char close, gboolean named, guint depth)
{
  skip_space (s);
  if (take (s, close))
    return TRUE;
  for (;;)
    {
      skip_space (s);
      if (named)
        {
          if (!scan_string (s))
            return FALSE;
          skip_space (s);
          if (!take (s, ':'))
            return FALSE;
          s->members++;
        }
      if (!scan_value (s, depth + 1))
        return FALSE;
      skip_space (s);
      if (take (s, close))
        return TRUE;
      if (!take (s, ','))
        return FALSE;
    }
}

static gboolean
scan_value (Scanner *s, guint depth)
{
  if (depth > RSP_JSON_MAX_DEPTH)
    return FALSE;
  skip_space (s);
  if (s->p == s->end)
    return FALSE;
  switch (*s->p)
    {
    case '{':
      s->p++;
      return scan_items (s, '}', TRUE, depth);
    case '[':
      s->p++;
      return scan_items (s, ']', FALSE, depth);
    case '"':
      return scan_string (s);
    case 't':
      return scan_word (s, "true");
    case 'f':
      return scan_word (s, "false");
    case 'n':
      return scan_word (s, "null");
    default:
      return scan_number (s);
    }
}

static gboolean
is_strict_object (const char *text, gsize len, guint *members)
{
  Scanner s = { text, text + len, 0 };

  skip_space (&s);
  if (s.p == s.end || *s.p != '{' || !scan_value (&s, 0))
    return FALSE;
  skip_space (&s);
  *members = s.members;
  return s.p == s.end;
}

/* The members of all objects in the tree, where a double has replaced the one before it. */
static guint
count_members (JsonNode *node)
{
  guint count = 0;

  if (JSON_NODE_HOLDS_OBJECT (node))
    {
      JsonObjectIter iter;
      JsonNode *member;

      json_object_iter_init (&iter, json_node_get_object (node));
      while (json_object_iter_next (&iter, NULL, &member))
        count += 1 + count_members (member);
    }
  else if (JSON_NODE_HOLDS_ARRAY (node))
    {
      JsonArray *array = json_node_get_array (node);

      for (guint i = 0; i < json_array_get_length (array); i++)
        count += count_members (json_array_get_element (array, i));
    }
  return count;
}

JsonObject *
rsp_json_parse (GBytes *bytes, GError **error)
{
  g_autoptr (JsonParser) parser = json_parser_new_immutable ();
  g_autoptr (GError) local = NULL;
  gsize len;
  const char *text = g_bytes_get_data (bytes, &len);
  guint members;

  if (len == 0 || !g_utf8_validate_len (text, len, NULL)
      || !is_strict_object (text, len, &members)
      || !json_parser_load_from_data (parser, text, (gssize) len, &local)
      || count_members (json_parser_get_root (parser)) != members)
    {
      kt_error_set (error, KT_ERROR_MALFORMED, "server.garbage", "the body is not a JSON object");
      return NULL;
    }
  return json_object_ref (json_node_get_object (json_parser_get_root (parser)));
}

const char *
rsp_json_string (JsonObject *object, const char *name)
{
  JsonNode *node = json_object_get_member (object, name);

  return node != NULL && json_node_get_value_type (node) == G_TYPE_STRING
             ? json_node_get_string (node)
             : NULL;
}

JsonObject *
rsp_json_object (JsonObject *object, const char *name)
{
  JsonNode *node = json_object_get_member (object, name);

  return node != NULL && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
}

GBytes *
rsp_json_base64 (JsonObject *object, const char *name, gsize max, GError **error)
{
  const char *text = rsp_json_string (object, name);
  GError *local = NULL;
  GBytes *bytes;

  if (text == NULL)
    {
      kt_error_set (error, KT_ERROR_MISSING, "server.garbage", "the answer lacks %s", name);
      return NULL;
    }
  bytes = kt_base64_parse (text, max, &local);
  if (bytes == NULL)
    {
      kt_error_detail (local)->key = "server.garbage";
      g_propagate_prefixed_error (error, local, "%s: ", name);
    }
  return bytes;
}

GBytes *
rsp_json_to_bytes (JsonObject *object)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  char *text;

  json_node_take_object (node, object);
  text = json_to_string (node, FALSE);
  return g_bytes_new_take (text, strlen (text));
}
