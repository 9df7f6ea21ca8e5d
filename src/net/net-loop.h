/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/*
 * A thread with a main context of its own, the thread's default. libsoup wants a session to be used
 * in one style from one thread: asynchronously from this one; whoever has to wait waits elsewhere.
 */
typedef struct _NetLoop NetLoop;

typedef void (*NetLoopFunc) (gpointer data);

NetLoop *net_loop_new (void);

/** net_loop_free: ends the thread after what is pending there, and waits for it. */
void net_loop_free (NetLoop *loop);

/** net_loop_is_own_thread: whether the caller is on the loop's thread. */
gboolean net_loop_is_own_thread (NetLoop *loop);

/**
 * net_loop_post:
 * @destroy: (nullable): called with @data on the loop's thread afterwards
 *
 * Has @func called on the loop's thread and returns at once.
 */
void net_loop_post (NetLoop *loop, NetLoopFunc func, gpointer data, GDestroyNotify destroy);

/** net_loop_call: has @func called on the loop's thread and waits for its end. */
void net_loop_call (NetLoop *loop, NetLoopFunc func, gpointer data);

G_END_DECLS
