/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-net"

#include "net-trace.h"

#include <json-glib/json-glib.h>
#include <string.h>

void
net_trace_line_free (NetTraceLine *line)
{
  if (line == NULL)
    return;
  g_free (line->server);
  g_free (line->path);
  g_clear_pointer (&line->request, g_bytes_unref);
  g_clear_pointer (&line->response, g_bytes_unref);
  g_free (line);
}

/* ---- writing ---- */

/* Words of the interface (SGP.22 section 6.5), and the server's name, which the line has anyway. */
static gboolean
is_open_member (const char *name)
{
  static const char *const open[] = { "status", "subjectCode", "reasonCode", "smdpAddress" };

  for (gsize i = 0; name != NULL && i < G_N_ELEMENTS (open); i++)
    if (strcmp (name, open[i]) == 0)
      return TRUE;
  return FALSE;
}

static JsonNode *redact (JsonNode *node, const char *name);

static JsonNode *
redact_object (JsonNode *node)
{
  JsonNode *copy = json_node_new (JSON_NODE_OBJECT);
  JsonObject *out = json_object_new ();
  JsonObjectIter iter;
  const char *name;
  JsonNode *member;

  json_object_iter_init_ordered (&iter, json_node_get_object (node));
  while (json_object_iter_next_ordered (&iter, &name, &member))
    json_object_set_member (out, name, redact (member, name));
  json_node_take_object (copy, out);
  return copy;
}

static JsonNode *
redact_array (JsonNode *node, const char *name)
{
  JsonNode *copy = json_node_new (JSON_NODE_ARRAY);
  JsonArray *array = json_node_get_array (node);
  JsonArray *out = json_array_new ();

  for (guint i = 0; i < json_array_get_length (array); i++)
    json_array_add_element (out, redact (json_array_get_element (array, i), name));
  json_node_take_array (copy, out);
  return copy;
}

static JsonNode *
redact (JsonNode *node, const char *name)
{
  JsonNode *copy;
  g_autofree char *length = NULL;

  if (JSON_NODE_HOLDS_OBJECT (node))
    return redact_object (node);
  if (JSON_NODE_HOLDS_ARRAY (node))
    return redact_array (node, name);
  if (!JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != G_TYPE_STRING
      || is_open_member (name))
    return json_node_copy (node);
  length = g_strdup_printf ("(%zu characters)", strlen (json_node_get_string (node)));
  copy = json_node_new (JSON_NODE_VALUE);
  json_node_set_string (copy, length);
  return copy;
}

/* A body as an object; one that is no JSON as text, or not at all. */
static JsonNode *
body_node (GBytes *body, gboolean full)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autofree char *text = NULL;
  JsonNode *node;
  gsize len;
  const char *data = g_bytes_get_data (body, &len);

  if (len > 0 && g_utf8_validate (data, (gssize) len, NULL)
      && json_parser_load_from_data (parser, data, (gssize) len, NULL)
      && JSON_NODE_HOLDS_OBJECT (json_parser_get_root (parser)))
    return full ? json_parser_steal_root (parser) : redact (json_parser_get_root (parser), NULL);
  node = json_node_new (JSON_NODE_VALUE);
  text = full ? g_utf8_make_valid (len > 0 ? data : "", (gssize) len)
              : g_strdup_printf ("(%zu bytes)", len);
  json_node_set_string (node, text);
  return node;
}

static void
add_body (JsonObject *object, const char *name, GBytes *body, gboolean full)
{
  g_autofree char *bytes_name = g_strconcat (name, "_bytes", NULL);

  if (body == NULL)
    return;
  json_object_set_int_member (object, bytes_name, (gint64) g_bytes_get_size (body));
  if (g_bytes_get_size (body) > 0)
    json_object_set_member (object, name, body_node (body, full));
}

static char *
print (JsonObject *object)
{
  g_autoptr (JsonNode) node = json_node_init_object (json_node_alloc (), object);

  return json_to_string (node, FALSE);
}

char *
net_trace_format (const NetTraceLine *line, gboolean full)
{
  g_autoptr (JsonObject) object = json_object_new ();

  json_object_set_int_member (object, "n", line->n);
  json_object_set_double_member (object, "t_ms", (double) line->at_usec / 1000);
  json_object_set_string_member (object, "server", line->server);
  json_object_set_string_member (object, "path", line->path);
  add_body (object, "req", line->request, full);
  json_object_set_int_member (object, "status", line->status);
  add_body (object, "resp", line->response, full);
  json_object_set_double_member (object, "dt_ms", (double) line->took_usec / 1000);
  if (line->failed)
    json_object_set_string_member (object, "error", kt_error_code_name (line->error));
  if (line->failed && line->key != NULL)
    json_object_set_string_member (object, "key", line->key);
  if (!full)
    json_object_set_boolean_member (object, "redacted", TRUE);
  return print (object);
}

/* ---- reading ---- */

static GBytes *
read_body (JsonObject *object, const char *name)
{
  JsonNode *node = json_object_get_member (object, name);
  char *text;

  if (node == NULL || JSON_NODE_HOLDS_NULL (node))
    return NULL;
  if (JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING)
    text = g_strdup (json_node_get_string (node));
  else
    text = json_to_string (node, FALSE);
  return g_bytes_new_take (text, strlen (text));
}

static const char *
read_string (JsonObject *object, const char *name)
{
  JsonNode *node = json_object_get_member (object, name);

  return node != NULL && JSON_NODE_HOLDS_VALUE (node)
                 && json_node_get_value_type (node) == G_TYPE_STRING
             ? json_node_get_string (node)
             : NULL;
}

static gint64
read_int (JsonObject *object, const char *name, gint64 otherwise)
{
  JsonNode *node = json_object_get_member (object, name);

  return node != NULL && JSON_NODE_HOLDS_VALUE (node)
                 && json_node_get_value_type (node) == G_TYPE_INT64
             ? json_node_get_int (node)
             : otherwise;
}

static gboolean
read_failure (JsonObject *object, NetTraceLine *line)
{
  const char *name = read_string (object, "error");
  const char *key = read_string (object, "key");

  if (name == NULL)
    return TRUE;
  line->failed = TRUE;
  /* Keys of errors are never freed. */
  line->key = key != NULL ? g_intern_string (key) : NULL;
  for (guint code = 0; code <= KT_ERROR_INTERNAL; code++)
    if (strcmp (kt_error_code_name ((KtErrorCode) code), name) == 0)
      {
        line->error = (KtErrorCode) code;
        return TRUE;
      }
  return FALSE;
}

static NetTraceLine *
fail (GError **error, const char *key, const char *text)
{
  kt_error_set (error, KT_ERROR_INVALID_INPUT, key, "recording: %s", text);
  return NULL;
}

NetTraceLine *
net_trace_parse (const char *text, GError **error)
{
  g_autoptr (NetTraceLine) line = g_new0 (NetTraceLine, 1);
  g_autoptr (JsonParser) parser = json_parser_new ();
  JsonObject *object;
  gint64 status;

  if (!json_parser_load_from_data (parser, text, -1, NULL)
      || json_parser_get_root (parser) == NULL
      || !JSON_NODE_HOLDS_OBJECT (json_parser_get_root (parser)))
    return fail (error, "replay.format", "a line is no JSON object");
  object = json_node_get_object (json_parser_get_root (parser));
  if (json_object_has_member (object, "redacted"))
    return fail (error, "replay.redacted", "its bodies were left out");
  line->path = g_strdup (read_string (object, "path"));
  line->server = g_strdup (read_string (object, "server"));
  line->request = read_body (object, "req");
  line->response = read_body (object, "resp");
  line->n = (guint) read_int (object, "n", 0);
  status = read_int (object, "status", 200);
  if (line->path == NULL || status < 0 || status > 999 || !read_failure (object, line))
    return fail (error, "replay.format", "a line names no path, no HTTP status, or no error");
  line->status = (guint) status;
  return g_steal_pointer (&line);
}
