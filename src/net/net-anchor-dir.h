/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * net_anchor_dir_read:
 * @certs: (element-type NetCert): the certificates found are added
 *
 * See net_trust_load_anchors().
 */
gboolean net_anchor_dir_read (const char *dir, GPtrArray *certs, GError **error);

G_END_DECLS
