/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/** Deepest nesting that any RSP message needs is 3; garbage must not reach a recursive parser. */
#define RSP_JSON_MAX_DEPTH 16

/**
 * rsp_json_parse:
 * @bytes: a body
 *
 * Strict RFC 8259: one object in valid UTF-8 and nothing beside it. json-glib alone would take
 * comments, assignments and a text of any depth. Beyond the RFC, a name that stands twice in one
 * object and a NUL character are refused: two readers could understand them differently.
 *
 * Returns: (transfer full) (nullable): %KT_ERROR_MALFORMED; key "server.garbage"
 */
JsonObject *rsp_json_parse (GBytes *bytes, GError **error);

/** rsp_json_string: Returns: (transfer none) (nullable): member @name if it is a string. */
const char *rsp_json_string (JsonObject *object, const char *name);

/** rsp_json_object: Returns: (transfer none) (nullable): member @name if it is an object. */
JsonObject *rsp_json_object (JsonObject *object, const char *name);

/**
 * rsp_json_base64:
 * @max: most bytes
 *
 * Returns: (transfer full) (nullable): the bytes of member @name; %KT_ERROR_MISSING if it is absent
 *   or no string, %KT_ERROR_MALFORMED or %KT_ERROR_LIMIT otherwise, always with key "server.garbage"
 */
GBytes *rsp_json_base64 (JsonObject *object, const char *name, gsize max, GError **error);

/** rsp_json_to_bytes: Returns: (transfer full): @object as compact text; consumes @object. */
GBytes *rsp_json_to_bytes (JsonObject *object);

G_END_DECLS
