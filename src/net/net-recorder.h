/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "kt-env.h"
#include "net-wrapper.h"

G_BEGIN_DECLS

/**
 * NetRecorderFlags:
 * @NET_RECORDER_FULL: the bodies too: whoever gets the recording learns EID, ICCIDs, codes
 */
typedef enum
{
  NET_RECORDER_REDACTED = 0,
  NET_RECORDER_FULL = 1 << 0,
} NetRecorderFlags;

/** NetRecorder: writes down what is asked and answered, one JSON object a line. */
#define NET_TYPE_RECORDER (net_recorder_get_type ())
G_DECLARE_FINAL_TYPE (NetRecorder, net_recorder, NET, RECORDER, NetWrapper)

/**
 * net_recorder_new:
 * @out: written and flushed after every request; kept, not closed
 * @env: borrowed; for times
 *
 * When writing fails, recording ends and the requests go on.
 */
NetRecorder *net_recorder_new (NetHttp *inner, GOutputStream *out, NetRecorderFlags flags,
                               const KtEnv *env);

/** net_recorder_has_failed: whether something could not be written. */
gboolean net_recorder_has_failed (NetRecorder *self);

G_END_DECLS
