/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "net-http.h"
#include "net-server.h"

G_BEGIN_DECLS

/*
 * One request, or one attempt to connect. Runs on the session's thread; another thread waits for
 * it. Reference counted.
 */

/**
 * net_job_new:
 * @path: (nullable): %NULL to connect only
 * @body: (nullable): likewise
 */
NetJob *net_job_new (const char *path, GBytes *body);
NetJob *net_job_ref (NetJob *job);
void net_job_unref (NetJob *job);

/** net_job_is_request: whether it is more than an attempt to connect. */
gboolean net_job_is_request (NetJob *job);

/** net_job_wait: on the waiting thread; as net_http_post(). */
GBytes *net_job_wait (NetJob *job, NetProgressFunc progress, gpointer data, guint *status,
                      GError **error);

/* ---- on the session's thread ---- */

void net_job_set_server (NetJob *job, NetServer *server);
/** net_job_run: ends with net_server_job_done(). */
void net_job_run (NetJob *job, NetServer *server);
/** net_job_cancel: whatever state it is in. */
void net_job_cancel (NetJob *job);
/** net_job_fail: a job that does not run; takes @error. */
void net_job_fail (NetJob *job, GError *error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (NetJob, net_job_unref)

G_END_DECLS
