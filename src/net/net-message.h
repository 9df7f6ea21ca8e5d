/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <libsoup/soup.h>

G_BEGIN_DECLS

/**
 * net_message_new:
 * @server: "host:port", checked
 * @path: (nullable): checked; %NULL for a message that only connects
 * @body: (nullable): JSON
 *
 * Returns: (transfer full): a POST as SGP.22 section 6.2 wants it
 */
SoupMessage *net_message_new (const char *server, const char *path, GBytes *body);

/**
 * net_message_check_head:
 * @max: most bytes that a good answer may announce
 * @total: (out): bytes announced, 0 for none
 *
 * Whether the answer is the server's, and one that can be taken: %KT_ERROR_CONNECT with key
 * "net.proxy", %KT_ERROR_PROTOCOL with "server.garbage", %KT_ERROR_LIMIT with "net.limit".
 */
gboolean net_message_check_head (SoupMessage *message, gsize max, gsize *total, GError **error);

/** net_message_is_whole: whether @len bytes are as many as the answer announced. */
gboolean net_message_is_whole (SoupMessage *message, gsize len);

G_END_DECLS
