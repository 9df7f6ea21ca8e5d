/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * NetSystemStore:
 *
 * The public CAs that this system trusts, read when they are first asked. GIO's own database reads
 * them anew for each connection, also for those that another database judges: some 14 ms.
 */
#define NET_TYPE_SYSTEM_STORE (net_system_store_get_type ())
G_DECLARE_FINAL_TYPE (NetSystemStore, net_system_store, NET, SYSTEM_STORE, GTlsDatabase)

GTlsDatabase *net_system_store_new (void);

G_END_DECLS
