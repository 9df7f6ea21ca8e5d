/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * NetHttp:
 *
 * The way to servers, however it goes: HTTPS, a recording, or a decorator around another one. Calls
 * block and may come from any thread but the one that an implementation keeps for itself.
 */
#define NET_TYPE_HTTP (net_http_get_type ())
G_DECLARE_DERIVABLE_TYPE (NetHttp, net_http, NET, HTTP, GObject)

/** Largest body that is taken from a server, in bytes. */
#define NET_BODY_MAX (2u * 1024 * 1024)

/**
 * NetProgressFunc:
 * @done: bytes of the answer's body that are here; never less than in the call before
 * @total: of all bytes, or 0 if the server does not say
 *
 * Called on the thread that waits in net_http_post().
 */
typedef void (*NetProgressFunc) (gsize done, gsize total, gpointer data);

/**
 * NetCounters:
 * @requests: POSTs that were begun
 * @connections: TCP connections made
 * @handshakes: TLS handshakes that were completed
 * @bytes_up, @bytes_down: of bodies, without headers
 * @held_usec: how long connections were held, from resolving the name to net_http_release()
 */
typedef struct
{
  guint requests;
  guint connections;
  guint handshakes;
  guint64 bytes_up;
  guint64 bytes_down;
  gint64 held_usec;
} NetCounters;

/**
 * NetHttpClass:
 * @post: see net_http_post(); arguments are checked already, @status is never %NULL
 * @prepare, @release, @get_counters: optional
 */
struct _NetHttpClass
{
  GObjectClass parent_class;

  GBytes *(*post) (NetHttp *self, const char *server, const char *path, GBytes *body,
                   NetProgressFunc progress, gpointer data, guint *status,
                   GCancellable *cancellable, GError **error);
  void (*prepare) (NetHttp *self, const char *server);
  void (*release) (NetHttp *self, const char *server);
  void (*get_counters) (NetHttp *self, const char *server, NetCounters *counters);
};

/**
 * net_http_post:
 * @server: host, or host:port; anything else is %KT_ERROR_INVALID_INPUT, key "net.address"
 * @path: absolute, of letters, digits and "/._-"
 * @body: JSON
 * @progress: (nullable) (scope call): told about the answer's body
 * @status: (out) (optional): HTTP status; 0 if there was none
 *
 * One POST, from a worker thread: it blocks.
 *
 * Returns: (transfer full) (nullable): the body of a 2xx answer, empty for 204; %NULL with
 *   %KT_ERROR_RESOLVE, %KT_ERROR_CONNECT (keys "net.connect", "net.proxy"), %KT_ERROR_TIMED_OUT
 *   ("net.timeout-connect", "net.timeout-idle", "net.timeout-total"), %KT_ERROR_CLOSED,
 *   %KT_ERROR_TLS (keys of #NetVerdict, and "tls.version", "tls.handshake",
 *   "tls.client-cert-required", "tls.client-cert-refused"), %KT_ERROR_HTTP_STATUS (redirects, too:
 *   none is followed), %KT_ERROR_LIMIT, %KT_ERROR_PROTOCOL ("server.garbage") or
 *   %KT_ERROR_CANCELLED
 */
GBytes *net_http_post (NetHttp *self, const char *server, const char *path, GBytes *body,
                       NetProgressFunc progress, gpointer data, guint *status,
                       GCancellable *cancellable, GError **error);

/**
 * net_http_prepare:
 *
 * Begins to connect and returns at once, so that the way to @server is open by the time there is
 * something to send. A failure is told by the net_http_post() that waits for it.
 */
void net_http_prepare (NetHttp *self, const char *server);

/**
 * net_http_release:
 *
 * Closes the connection kept for @server: the network is free when it returns. If another thread
 * waits for an answer of @server, it is closed after that.
 */
void net_http_release (NetHttp *self, const char *server);

/**
 * net_http_get_counters:
 * @server: (nullable): of this server, or of all
 * @counters: (out): all zero if nothing was done or nothing is counted
 */
void net_http_get_counters (NetHttp *self, const char *server, NetCounters *counters);

G_END_DECLS
