/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#include "kt-env.h"
#include "net-verdict.h"

G_BEGIN_DECLS

/**
 * NetTrust:
 *
 * Decides which servers to believe. The eUICC lists the public key identifiers of the CIs that it
 * trusts (SGP.22 section 2.6.3), and a server is believed if one of these keys signed its chain.
 * May be used from any thread.
 */
#define NET_TYPE_TRUST (net_trust_get_type ())
G_DECLARE_FINAL_TYPE (NetTrust, net_trust, NET, TRUST, GTlsDatabase)

/**
 * net_trust_new:
 * @env: clock; must outlive the object
 * @system_store: (nullable): the store that "tls.public-ca-only" speaks of; %NULL for the system's
 *
 * Trusts nobody yet.
 */
NetTrust *net_trust_new (const KtEnv *env, GTlsDatabase *system_store);

/**
 * net_trust_set_pkids:
 * @pkids: (nullable) (element-type GBytes) (transfer none): 20 bytes each, as the chip lists them
 *   for verification; others are left out
 *
 * To be called for each chip anew. Connections made under other identifiers are not used again.
 */
void net_trust_set_pkids (NetTrust *self, GPtrArray *pkids);

/**
 * net_trust_load_anchors:
 * @dir: its files *.pem, *.crt, *.cer and *.der hold the certificates of further CIs; a directory
 *   that is not there holds none
 * @count: (out) (optional): certificates that are now trusted from there
 *
 * Replaces the extra anchors of an earlier call. What can be read is taken in any case.
 *
 * Returns: FALSE with %KT_ERROR_STORAGE, key "anchors.unreadable", or %KT_ERROR_INVALID_INPUT, key
 *   "anchors.malformed", for the first file that could not be used
 */
gboolean net_trust_load_anchors (NetTrust *self, const char *dir, guint *count, GError **error);

/**
 * net_trust_accept_public:
 * @server: host, or host:port
 *
 * The person's explicit word: @server is believed although only a public CA vouches for it.
 */
void net_trust_accept_public (NetTrust *self, const char *server);
/** net_trust_forget_public: takes that back. */
void net_trust_forget_public (NetTrust *self, const char *server);
/** net_trust_dup_public: Returns: (transfer full): the servers so accepted, to be kept. */
GStrv net_trust_dup_public (NetTrust *self);

/**
 * net_trust_dup_verdict:
 * @server: host, or host:port
 *
 * Returns: (transfer full) (nullable): what was found last about @server; %NULL if it was never
 *   asked
 */
NetVerdict *net_trust_dup_verdict (NetTrust *self, const char *server);

/** net_trust_forget_verdict: so that the next verdict found is one of a new connection. */
void net_trust_forget_verdict (NetTrust *self, const char *server);

/** net_trust_get_generation: counts up whenever whom to trust changes. */
guint net_trust_get_generation (NetTrust *self);

/**
 * net_trust_judge:
 * @chain: the server's certificate with its issuers as presented
 * @server: (nullable): host, or host:port; %NULL does not look at names
 *
 * What verify_chain does, for everybody.
 *
 * Returns: (transfer full): the verdict
 */
NetVerdict *net_trust_judge (NetTrust *self, GTlsCertificate *chain, const char *server);

G_END_DECLS
