/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * NetResolver:
 *
 * A resolver for machines that may have no network. GIO's own asks for addresses of configured
 * families alone (AI_ADDRCONFIG, RFC 3493 section 6.1), and where there is nothing but the loopback
 * interface no family counts as configured: names in /etc/hosts would not be found, and with them
 * no server on this machine. There, and only there, this one asks without that restriction.
 */
#define NET_TYPE_RESOLVER (net_resolver_get_type ())
G_DECLARE_FINAL_TYPE (NetResolver, net_resolver, NET, RESOLVER, GResolver)

/** net_resolver_new: @inner answers everything else. */
GResolver *net_resolver_new (GResolver *inner);

G_END_DECLS
