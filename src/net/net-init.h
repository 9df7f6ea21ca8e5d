/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * net_init:
 *
 * First thing in main(), before threads: sets what the TLS and HTTP libraries read from the
 * environment. TLS 1.2 and 1.3 alone (SGP.22 section 2.6.6), HTTP/1.1 alone, and the system's store
 * of CAs read once instead of once a connection.
 */
void net_init (void);

/** net_init_libraries: what of net_init() may come later; a #NetSession does it by itself. */
void net_init_libraries (void);

G_END_DECLS
