/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "net-http.h"
#include "net-server.h"

G_BEGIN_DECLS

/*
 * One message on its way through libsoup: connecting, sending, reading, with the limits and times
 * of the session's options. On the session's thread.
 */
typedef struct _NetExchange NetExchange;

/**
 * NetExchangeDone:
 * @answer, @error: (transfer full): one of them is set; both are %NULL after connecting only
 *
 * Called once; frees the exchange.
 */
typedef void (*NetExchangeDone) (guint status, GBytes *answer, GError *error, gpointer data);

/** net_exchange_new: @path and @body (nullable): %NULL to connect only. */
NetExchange *net_exchange_new (NetServer *server, const char *path, GBytes *body,
                               NetProgressFunc progress, NetExchangeDone done, gpointer data);
void net_exchange_free (NetExchange *exchange);
/** net_exchange_start: @done is called later, never from in here. */
void net_exchange_start (NetExchange *exchange);
/** net_exchange_cancel: @done is called later with %KT_ERROR_CANCELLED, unless it ended before. */
void net_exchange_cancel (NetExchange *exchange);

G_END_DECLS
