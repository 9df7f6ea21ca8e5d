/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "net-http.h"

G_BEGIN_DECLS

/**
 * NetWrapper:
 *
 * A #NetHttp around another: passes every call on. Decorators derive from it and override what they
 * are about.
 */
#define NET_TYPE_WRAPPER (net_wrapper_get_type ())
G_DECLARE_DERIVABLE_TYPE (NetWrapper, net_wrapper, NET, WRAPPER, NetHttp)

struct _NetWrapperClass
{
  NetHttpClass parent_class;
};

/** net_wrapper_set_inner: once, by the subclass's constructor; takes a reference. */
void net_wrapper_set_inner (NetWrapper *self, NetHttp *inner);
/** net_wrapper_get_inner: Returns: (transfer none): the one inside. */
NetHttp *net_wrapper_get_inner (NetWrapper *self);

G_END_DECLS
