/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * net_client_certificate_load:
 * @certificate: a PEM file with the certificate, the issuers below its CA and, if @key is %NULL,
 *   the private key; or a PKCS #11 URI (RFC 7512)
 * @key: (nullable): a PEM file with the private key, or a PKCS #11 URI
 *
 * For net_session_set_client_certificate().
 *
 * Returns: (transfer full) (nullable): %NULL with %KT_ERROR_INVALID_INPUT, keys
 *   "client-cert.unreadable", "client-cert.malformed", "client-cert.no-key" (none, or an encrypted
 *   one), "client-cert.token"
 */
GTlsCertificate *net_client_certificate_load (const char *certificate, const char *key,
                                              GError **error);

G_END_DECLS
