/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "net-session.h"

G_BEGIN_DECLS

/*
 * The time-outs of a request: until it is connected, between two bytes, and in all. On the
 * session's thread.
 */
typedef struct _NetWatch NetWatch;

/** NetWatchFunc: @key: "net.timeout-connect", "net.timeout-idle" or "net.timeout-total" */
typedef void (*NetWatchFunc) (const char *key, gpointer data);

/** net_watch_new: begins to watch; @func is called once at most. */
NetWatch *net_watch_new (const NetSessionOptions *options, NetWatchFunc func, gpointer data);
void net_watch_free (NetWatch *watch);
/** net_watch_hear: something came or went; @connected: whether the connection is there. */
void net_watch_hear (NetWatch *watch, gboolean connected);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (NetWatch, net_watch_free)

G_END_DECLS
