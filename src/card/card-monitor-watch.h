/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* Inside the card room only: the waiting half of CardMonitor. */

#include "card-reader.h"

G_BEGIN_DECLS

/**
 * CardWatch:
 *
 * The thread that waits for PC/SC. It knows nothing of main loops: it tells a function.
 */
typedef struct _CardWatch CardWatch;

/**
 * CardWatchFunc:
 * @readers: (element-type CardReaderInfo): never changed afterwards
 *
 * Called on the watching thread, whenever something differs from the last call.
 */
typedef void (*CardWatchFunc) (gboolean service, GPtrArray *readers, gpointer data);

CardWatch *card_watch_start (CardWatchFunc func, gpointer data);

/** card_watch_stop: returns when the thread has ended; frees @watch. Not from @func. */
void card_watch_stop (CardWatch *watch);

G_END_DECLS
