/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-net"

#include "net-init.h"

#include <gio/gio.h>

#include "net-resolver.h"
#include "net-system-store.h"

/* Read once, when the first TLS connection is made. */
#define PRIORITY "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2"

static gpointer
init_libraries (gpointer data)
{
  g_autoptr (GTlsDatabase) store = net_system_store_new ();
  g_autoptr (GResolver) given = g_resolver_get_default ();
  g_autoptr (GResolver) resolver = net_resolver_new (given);

  g_setenv ("G_TLS_GNUTLS_PRIORITY", PRIORITY, FALSE);
  g_setenv ("SOUP_FORCE_HTTP1", "1", FALSE);
  g_tls_backend_set_default_database (g_tls_backend_get_default (), store);
  g_resolver_set_default (resolver);
  return NULL;
}

void
net_init (void)
{
  /* Not what was inherited: whoever starts the program does not weaken it by accident. */
  g_setenv ("G_TLS_GNUTLS_PRIORITY", PRIORITY, TRUE);
  g_setenv ("SOUP_FORCE_HTTP1", "1", TRUE);
  net_init_libraries ();
}

void
net_init_libraries (void)
{
  static GOnce once = G_ONCE_INIT;

  g_once (&once, init_libraries, NULL);
}
