/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "lpd-job.h"

G_BEGIN_DECLS

/**
 * LpdNetwork:
 *
 * HTTPS whose trust is anchored in the chip, made ready for an #LpdContext.
 */
typedef struct _LpdNetwork LpdNetwork;

/** lpd_network_init: once, first thing in main(): sets the TLS versions before TLS is used. */
void lpd_network_init (void);

/**
 * lpd_network_new:
 * @anchors: (nullable): folder of further CI certificates (PEM)
 * @env: must outlive the network
 *
 * Returns: (transfer full) (nullable): %KT_ERROR_STORAGE or %KT_ERROR_MALFORMED about @anchors
 */
LpdNetwork *lpd_network_new (const char *anchors, const KtEnv *env, GError **error);
void lpd_network_free (LpdNetwork *network);

/**
 * lpd_network_use_client_certificate:
 * @certificate: PEM file, or a PKCS#11 URI
 * @key: (nullable): PEM file or PKCS#11 URI of the key, if it is not with the certificate
 */
gboolean lpd_network_use_client_certificate (LpdNetwork *network, const char *certificate,
                                             const char *key, GError **error);

/** lpd_network_fill_context: sets @context's http (a reference) and trust. */
void lpd_network_fill_context (LpdNetwork *network, LpdContext *context);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LpdNetwork, lpd_network_free)

G_END_DECLS
