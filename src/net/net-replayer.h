/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "net-http.h"

G_BEGIN_DECLS

/**
 * NetReplayerFlags:
 * @NET_REPLAYER_STRICT: the request's body must be the recorded one, too, as JSON
 */
typedef enum
{
  NET_REPLAYER_LENIENT = 0,
  NET_REPLAYER_STRICT = 1 << 0,
} NetReplayerFlags;

/**
 * NetReplayer:
 *
 * Plays a recording (#NetRecorder's, in full) back: answers and failures. A request that is not the
 * next one of the recording fails with %KT_ERROR_PROTOCOL, key "replay.mismatch"; one too many with
 * "replay.end".
 */
#define NET_TYPE_REPLAYER (net_replayer_get_type ())
G_DECLARE_FINAL_TYPE (NetReplayer, net_replayer, NET, REPLAYER, NetHttp)

/**
 * net_replayer_new:
 * @recording: lines; empty ones are skipped
 *
 * Returns: (nullable): %NULL with the errors of net_trace_parse(), or key "replay.empty"
 */
NetReplayer *net_replayer_new (GBytes *recording, NetReplayerFlags flags, GError **error);

/** net_replayer_get_left: requests that have not been played yet. */
guint net_replayer_get_left (NetReplayer *self);

G_END_DECLS
