/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "kt-error.h"

G_BEGIN_DECLS

/**
 * NetTraceLine:
 * @n: number of the request, from 1
 * @at_usec: when it began, since the recording began
 * @took_usec: until its end
 * @server: (nullable): host, or host:port
 * @path: of the request
 * @request, @response: (nullable): bodies
 * @status: HTTP status, 0 for none
 * @failed, @error, @key: whether and how it failed
 *
 * One request of a recording: one JSON object in one line of text.
 */
typedef struct
{
  guint n;
  gint64 at_usec;
  gint64 took_usec;
  char *server;
  char *path;
  GBytes *request;
  GBytes *response;
  guint status;
  gboolean failed;
  KtErrorCode error;
  const char *key;
} NetTraceLine;

void net_trace_line_free (NetTraceLine *line);

/**
 * net_trace_format:
 * @full: bodies as they are; otherwise every text in them but names and status codes of the
 *   interface is replaced by its length, so that the line names no chip, no order and no plan
 *
 * Returns: (transfer full): the line, without its end
 */
char *net_trace_format (const NetTraceLine *line, gboolean full);

/**
 * net_trace_parse:
 *
 * Also takes recordings that others made: of a line only "path" is necessary, "resp" is the answer
 * as an object or as text, "status" is 200 if absent.
 *
 * Returns: (transfer full) (nullable): %NULL with %KT_ERROR_INVALID_INPUT, keys "replay.format" and
 *   "replay.redacted"
 */
NetTraceLine *net_trace_parse (const char *text, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (NetTraceLine, net_trace_line_free)

G_END_DECLS
