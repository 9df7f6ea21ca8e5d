/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

/*
 * A server on loopback whose every byte a test decides about: HTTPS over GIO's TLS, or whatever a
 * function makes of the accepted connection. A thread a connection.
 */
typedef struct _NetTestServer NetTestServer;

/** NetTestRequest: @head: request line and headers; @connection: counted from 1. */
typedef struct
{
  char *path;
  char *head;
  GBytes *body;
  guint connection;
} NetTestRequest;

/** NetTestHandler: writes any bytes to @out. Returns: whether to keep the connection. */
typedef gboolean (*NetTestHandler) (const NetTestRequest *request, GOutputStream *out,
                                    gpointer data);
/** NetTestRaw: does everything with an accepted connection. */
typedef void (*NetTestRaw) (GSocketConnection *connection, GCancellable *stop, gpointer data);

NetTestServer *net_test_server_new (GTlsCertificate *certificate, NetTestHandler handler,
                                    gpointer data);
NetTestServer *net_test_server_new_raw (NetTestRaw raw, gpointer data);
/** net_test_server_demand_certificate: @accept says whether any is good enough. */
void net_test_server_demand_certificate (NetTestServer *server, gboolean accept);
void net_test_server_free (NetTestServer *server);
guint16 net_test_server_get_port (NetTestServer *server);
/** net_test_server_dup_address: Returns: (transfer full): "@host:port". */
char *net_test_server_dup_address (NetTestServer *server, const char *host);
guint net_test_server_get_connections (NetTestServer *server);
guint net_test_server_get_requests (NetTestServer *server);
/** net_test_server_get_open: connections that are open now. */
guint net_test_server_get_open (NetTestServer *server);
/** net_test_server_get_stop: cancelled when the server is freed, for handlers that wait. */
GCancellable *net_test_server_get_stop (NetTestServer *server);

/** net_test_write: all of @text; what the other end makes of it does not matter. */
gboolean net_test_write (GOutputStream *out, const char *text);
/** net_test_answer: a whole 200 answer with @body. */
gboolean net_test_answer (GOutputStream *out, const char *body);
/** net_test_answer_json: a handler: answers {"n":1} and keeps the connection. */
gboolean net_test_answer_json (const NetTestRequest *request, GOutputStream *out, gpointer data);

/**
 * net_test_resolver_install:
 *
 * From now on every name is 127.0.0.1, but "missing.example", which is not found, and
 * "slow.example", for which nobody answers.
 */
void net_test_resolver_install (void);
guint net_test_resolver_get_lookups (void);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (NetTestServer, net_test_server_free)
