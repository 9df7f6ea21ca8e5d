/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "net-recover.h"

G_BEGIN_DECLS

/**
 * NetRole:
 *
 * Who a certificate is for: the last arc of id-rspRole, 2.23.146.1.2.1 (SGP.22 section 4.5.2.1),
 * found among its policies.
 */
typedef enum
{
  NET_ROLE_CI = 0,
  NET_ROLE_EUICC = 1,
  NET_ROLE_EUM = 2,
  NET_ROLE_DP_TLS = 3,
  NET_ROLE_DP_AUTH = 4,
  NET_ROLE_DP_PB = 5,
  NET_ROLE_DS_TLS = 6,
  NET_ROLE_DS_AUTH = 7,
} NetRole;

#define NET_ROLE_BIT(role) (1u << (role))

/** NetPurpose: what the extended key usage permits. */
typedef enum
{
  NET_PURPOSE_NONE = 0,
  NET_PURPOSE_SERVER = 1 << 0,
  NET_PURPOSE_CLIENT = 1 << 1,
  NET_PURPOSE_OTHER = 1 << 2,
} NetPurpose;

/** NetCert: an X.509 certificate, read; immutable, reference counted. */
typedef struct _NetCert NetCert;

/**
 * net_cert_new:
 * @der: one certificate
 *
 * Nothing is judged here: neither dates nor signature.
 *
 * Returns: (transfer full) (nullable): %NULL with %KT_ERROR_MALFORMED, key "cert.malformed"
 */
NetCert *net_cert_new (GBytes *der, GError **error);
NetCert *net_cert_ref (NetCert *cert);
void net_cert_unref (NetCert *cert);

/** net_cert_get_der: Returns: (transfer none): what net_cert_new() was given. */
GBytes *net_cert_get_der (NetCert *cert);
/** net_cert_get_oid: Returns: (nullable): the registeredID of the subject's alternative names. */
const char *net_cert_get_oid (NetCert *cert);
/** net_cert_has_role: whether the policies name this role. */
gboolean net_cert_has_role (NetCert *cert, NetRole role);
/** net_cert_get_roles: %NET_ROLE_BIT of each role that the policies name; 0 for none. */
guint net_cert_get_roles (NetCert *cert);
/** net_cert_get_subject: Returns: common name, else organization, else the whole name. */
const char *net_cert_get_subject (NetCert *cert);
/** net_cert_get_issuer: Returns: likewise of the issuer. */
const char *net_cert_get_issuer (NetCert *cert);
/** net_cert_get_raw_subject, net_cert_get_raw_issuer: Returns: (transfer none): DER of the name. */
GBytes *net_cert_get_raw_subject (NetCert *cert);
GBytes *net_cert_get_raw_issuer (NetCert *cert);
/** net_cert_get_organization: Returns: (nullable): O of the subject. */
const char *net_cert_get_organization (NetCert *cert);
/** net_cert_get_serial_number: Returns: (nullable): 2.5.4.5 of the subject: an eUICC's EID. */
const char *net_cert_get_serial_number (NetCert *cert);
/** net_cert_get_subject_key_id: Returns: (nullable) (transfer none) */
GBytes *net_cert_get_subject_key_id (NetCert *cert);
/** net_cert_get_authority_key_id: Returns: (nullable) (transfer none) */
GBytes *net_cert_get_authority_key_id (NetCert *cert);
/** net_cert_get_not_before, net_cert_get_not_after: seconds since 1970. */
gint64 net_cert_get_not_before (NetCert *cert);
gint64 net_cert_get_not_after (NetCert *cert);
/** net_cert_is_ca: whether basicConstraints says CA:TRUE. */
gboolean net_cert_is_ca (NetCert *cert);
/** net_cert_get_path_len: pathLenConstraint, -1 for none. */
int net_cert_get_path_len (NetCert *cert);
/** net_cert_has_key_usage: whether there is the extension at all. */
gboolean net_cert_has_key_usage (NetCert *cert);
/** net_cert_allows_usage: whether the key usage has all of these GNUTLS_KEY_… bits. */
gboolean net_cert_allows_usage (NetCert *cert, guint usage);
/** net_cert_get_purposes: %NET_PURPOSE_NONE if there is no extended key usage. */
NetPurpose net_cert_get_purposes (NetCert *cert);
/** net_cert_has_unknown_critical: a critical extension that nobody here looks at (RFC 5280 4.2). */
gboolean net_cert_has_unknown_critical (NetCert *cert);
/** net_cert_is_self_issued: whether subject and issuer are the same name. */
gboolean net_cert_is_self_issued (NetCert *cert);

/** net_cert_get_key: FALSE if the public key is not on one of the curves of #NetCurve. */
gboolean net_cert_get_key (NetCert *cert, NetEcKey *key);

/**
 * net_cert_recover_issuer:
 *
 * The keys on @curve that can have signed @cert.
 *
 * Returns: how many; 0 if it is not signed with ECDSA and a SHA-2, or by no key of this curve
 */
guint net_cert_recover_issuer (NetCert *cert, NetCurve curve, NetEcKey keys[NET_RECOVER_MAX]);

/** net_cert_is_signed_by: whether @issuer has the name of @cert's issuer and signed it. */
gboolean net_cert_is_signed_by (NetCert *cert, NetCert *issuer);

/**
 * net_cert_matches_host:
 * @host: name, or an IPv4 address
 *
 * RFC 6125 with dNSName (iPAddress for an address) alone: SGP.22 puts the name there, a common name
 * is no host name. A wildcard is a whole leftmost label.
 */
gboolean net_cert_matches_host (NetCert *cert, const char *host);

/**
 * net_cert_permits_names:
 *
 * Whether the name constraints of @cert, a CA, permit the host names of @leaf.
 */
gboolean net_cert_permits_names (NetCert *cert, NetCert *leaf);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (NetCert, net_cert_unref)

G_END_DECLS
