/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>
#include <gnutls/abstract.h>
#include <gnutls/x509.h>

#include "net-recover.h"

/*
 * Certificates made at run time with whatever is wrong in them that a test wants. Independent of
 * the lab's PKI, so that both have to agree with the code under test.
 */

/** NetTestCert: a certificate with its key and its issuer; reference counted by GObject data. */
typedef struct _NetTestCert NetTestCert;

/**
 * NetTestSpec: all zero is a good leaf of a CI without any extension.
 * @policies, @names: up to a %NULL
 * @ekus: likewise; critical
 * @not_before, @not_after: seconds since 1970; 0 for a day ago and a year ahead
 * @usage: GNUTLS_KEY_…; 0 for no extension
 * @path_len: for a CA; -1 for none
 * @forge_aki: (nullable): takes the key identifier of this certificate instead of the issuer's
 * @unknown_critical: adds a critical extension that nobody knows
 * @constraint: (nullable): permitted DNS name constraint
 */
typedef struct
{
  const char *name;
  const char *policies[3];
  const char *names[3];
  const char *address;
  const char *oid;
  const char *ekus[3];
  gint64 not_before;
  gint64 not_after;
  unsigned usage;
  gboolean ca;
  int path_len;
  NetTestCert *forge_aki;
  gboolean unknown_critical;
  const char *constraint;
} NetTestSpec;

#define NET_TEST_ROLE_CI "2.23.146.1.2.1.0"
#define NET_TEST_ROLE_EUM "2.23.146.1.2.1.2"
#define NET_TEST_ROLE_DP_TLS "2.23.146.1.2.1.3"
#define NET_TEST_ROLE_DP_AUTH "2.23.146.1.2.1.4"
#define NET_TEST_ROLE_DS_TLS "2.23.146.1.2.1.6"

/** net_test_cert_new: @issuer signs; %NULL for a self-signed one. */
NetTestCert *net_test_cert_new (const NetTestSpec *spec, NetTestCert *issuer);
/** net_test_cert_new_rsa: as above, with an RSA key; for @issuer NULL, or one with such a key. */
NetTestCert *net_test_cert_new_rsa (const NetTestSpec *spec, NetTestCert *issuer);
/** net_test_ci: a CI named @name. */
NetTestCert *net_test_ci (const char *name);
/** net_test_ci_brainpool: likewise, on brainpoolP256r1. */
NetTestCert *net_test_ci_brainpool (const char *name);
/** net_test_tls_spec: what a good TLS server's certificate says. */
NetTestSpec net_test_tls_spec (const char *host);
/** net_test_sub_ca_spec: what a good CA below the CI says. */
NetTestSpec net_test_sub_ca_spec (void);

void net_test_cert_free (NetTestCert *cert);
GBytes *net_test_cert_dup_der (NetTestCert *cert);
/** net_test_cert_dup_pem: the certificate alone. */
char *net_test_cert_dup_pem (NetTestCert *cert);
char *net_test_cert_dup_key_pem (NetTestCert *cert);
void net_test_cert_get_pkid (NetTestCert *cert, guint8 pkid[NET_PKID_BYTES]);
/** net_test_pkids: a list for net_trust_set_pkids(); up to a %NULL. */
GPtrArray *net_test_pkids (NetTestCert *first, ...) G_GNUC_NULL_TERMINATED;
/** net_test_chain: @cert, its key, and the certificates after it up to a %NULL as its issuers. */
GTlsCertificate *net_test_chain (NetTestCert *cert, ...) G_GNUC_NULL_TERMINATED;
/** net_test_chain_of: (element-type NetTestCert): likewise. */
GTlsCertificate *net_test_chain_of (GPtrArray *certs);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (NetTestCert, net_test_cert_free)
