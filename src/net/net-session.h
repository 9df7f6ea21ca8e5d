/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "kt-env.h"
#include "net-http.h"
#include "net-trust.h"

G_BEGIN_DECLS

/**
 * NetSession:
 *
 * HTTPS to SM-DP+ and SM-DS (SGP.22 section 6.1): one connection for each server, kept alive; TLS
 * 1.2 at least; no redirects, no cookies, no compression. Any thread but the session's own may wait
 * in it.
 */
#define NET_TYPE_SESSION (net_session_get_type ())
G_DECLARE_FINAL_TYPE (NetSession, net_session, NET, SESSION, NetHttp)

/**
 * NetSessionOptions:
 * @env: clock; must outlive the session; %NULL for the system's
 * @connect_ms: longest time until the connection is there, 0 for 15 s
 * @idle_ms: longest time without a byte after that, 0 for 30 s
 * @total_ms: longest time for all of a request, 0 for 120 s
 * @body_max: largest answer in bytes, 0 for %NET_BODY_MAX
 * @proxy_resolver: (nullable): %NULL for the system's settings
 */
typedef struct
{
  const KtEnv *env;
  guint connect_ms;
  guint idle_ms;
  guint total_ms;
  gsize body_max;
  GProxyResolver *proxy_resolver;
} NetSessionOptions;

/**
 * net_session_new:
 * @trust: decides about servers
 * @options: (nullable): copied
 */
NetSession *net_session_new (NetTrust *trust, const NetSessionOptions *options);

NetTrust *net_session_get_trust (NetSession *self);

/**
 * net_session_set_client_certificate:
 * @certificate: (nullable): shown to servers that ask for one, see net_client_certificate_load()
 * @pin: (nullable): of the token that holds its key; copied, wiped
 *
 * Connections made before are not used again.
 */
void net_session_set_client_certificate (NetSession *self, GTlsCertificate *certificate,
                                         const char *pin);

/** net_session_dup_verdict: see net_trust_dup_verdict(), to show who vouches for @server. */
NetVerdict *net_session_dup_verdict (NetSession *self, const char *server);

G_END_DECLS
