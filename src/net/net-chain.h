/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "net-cert.h"
#include "net-verdict.h"

G_BEGIN_DECLS

/** Longest chain that is looked at: SGP.22 knows three, public CAs seldom more than four. */
#define NET_CHAIN_MAX 8

/**
 * NetAnchors:
 * @pkids: (element-type GBytes): CI public key identifiers that the chip lists, 20 bytes each
 * @certs: (element-type NetCert): extra anchors
 * @names: (element-type GBytes): raw names of CIs that are known to be trusted
 *
 * Whom to believe.
 */
typedef struct
{
  GPtrArray *pkids;
  GPtrArray *certs;
  GHashTable *names;
} NetAnchors;

/**
 * net_chain_parse:
 * @certificate: with its issuers as presented
 *
 * Returns: (transfer full) (nullable) (element-type NetCert): the server's certificate first; %NULL
 *   if @verdict now says what is wrong
 */
GPtrArray *net_chain_parse (GTlsCertificate *certificate, NetVerdict *verdict);

/**
 * net_chain_find_path:
 * @verdict: is told who vouches, or whom the chain leads to instead
 *
 * Walks up until a certificate is signed by a key of @anchors. The key of a CI is recovered from
 * the signature: its certificate need not be there, and counts for nothing if it is.
 *
 * Returns: (transfer full) (nullable) (element-type NetCert): what net_chain_check() has to look
 *   at, the server's certificate first, an extra anchor last; %NULL if nobody we know vouches
 */
GPtrArray *net_chain_find_path (GPtrArray *chain, const NetAnchors *anchors, NetVerdict *verdict);

/**
 * net_chain_check:
 * @path: the server's certificate and its issuers
 * @host: (nullable): %NULL does not look at names
 * @now: seconds since 1970
 *
 * The checks that are owed whoever vouches; notes all that is wrong in @verdict.
 */
void net_chain_check (GPtrArray *path, const char *host, gint64 now, NetVerdict *verdict);

G_END_DECLS
