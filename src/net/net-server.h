/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <libsoup/soup.h>

#include "net-identity.h"
#include "net-session.h"

G_BEGIN_DECLS

typedef struct _NetJob NetJob;

/** NetServerShared: what all servers of a session share. */
typedef struct
{
  NetTrust *trust;
  NetSessionOptions options;
  NetIdentity *identity;
} NetServerShared;

/*
 * One server: its kept connection, the requests that wait for it, and what they came to. Lives on
 * the session's thread. A libsoup session for each server is what lets one connection be closed and
 * the others be.
 */
typedef struct _NetServer NetServer;

NetServer *net_server_new (const char *name, const NetServerShared *shared);
/** net_server_free: after net_server_shut_down(). */
void net_server_free (NetServer *server);
/** net_server_shut_down: cancels what is under way and waits for its end. */
void net_server_shut_down (NetServer *server);

/** net_server_submit: has @job run when those before it are done. */
void net_server_submit (NetServer *server, NetJob *job);
/** net_server_prepare: connects, unless something is under way. */
void net_server_prepare (NetServer *server);
/** net_server_release: closes the connection; a request under way is let finish first. */
void net_server_release (NetServer *server);
/** net_server_add_counters: adds up. */
void net_server_add_counters (NetServer *server, NetCounters *counters);

/* ---- for jobs ---- */

/** net_server_get_name: "host:port". */
const char *net_server_get_name (NetServer *server);
const NetServerShared *net_server_get_shared (NetServer *server);
SoupSession *net_server_get_soup (NetServer *server);
NetInteraction *net_server_get_interaction (NetServer *server);
/** net_server_get_counters: to count in. */
NetCounters *net_server_get_counters (NetServer *server);
/** net_server_mark_held: a connection is being made. */
void net_server_mark_held (NetServer *server);
/** net_server_close: the connection is not to be used again. */
void net_server_close (NetServer *server);
/** net_server_remove: a waiting job is given up. FALSE if it is not waiting */
gboolean net_server_remove (NetServer *server, NetJob *job);
/** net_server_job_done: the job that ran has ended, with @error if it failed. */
void net_server_job_done (NetServer *server, NetJob *job, const GError *error);

G_END_DECLS
