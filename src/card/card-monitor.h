/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "card-reader.h"

G_BEGIN_DECLS

/**
 * CardMonitor:
 *
 * Watches PC/SC: readers plugged and unplugged, cards inserted and removed, the service stopped and
 * started again. A thread of its own with its own PC/SC context does the waiting; signals come on
 * the #GMainContext that was the thread's default where the monitor was made.
 *
 * Signals:
 * - "changed" (GPtrArray of #CardReaderInfo): the readers now. Changes that follow each other
 *   faster than the main loop turns are told as one.
 * - "service" (gboolean): whether the smart card service answers; told before "changed", and once
 *   at the start when the answer is known
 */
#define KT_TYPE_CARD_MONITOR (card_monitor_get_type ())
G_DECLARE_FINAL_TYPE (CardMonitor, card_monitor, KT, CARD_MONITOR, GObject)

/** card_monitor_new: starts watching at once. */
CardMonitor *card_monitor_new (void);

/**
 * card_monitor_stop:
 *
 * Ends the thread and returns when it has ended; no signal comes afterwards. Called by the last
 * unref, too.
 */
void card_monitor_stop (CardMonitor *self);

/**
 * card_monitor_dup_readers:
 *
 * Returns: (transfer full) (element-type CardReaderInfo): the readers as last told by "changed";
 *   the elements are immutable and shared
 */
GPtrArray *card_monitor_dup_readers (CardMonitor *self);

/** card_monitor_has_service: as last told by "service". */
gboolean card_monitor_has_service (CardMonitor *self);

G_END_DECLS
