/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/*
 * Who we are to servers that ask: the client certificate of mutual TLS, and the interaction through
 * which GIO asks for it, one for each server.
 */
typedef struct _NetIdentity NetIdentity;

NetIdentity *net_identity_new (void);
void net_identity_free (NetIdentity *identity);
void net_identity_set (NetIdentity *identity, GTlsCertificate *certificate, const char *pin);
/** net_identity_get_generation: counts up with each net_identity_set(). */
guint net_identity_get_generation (NetIdentity *identity);

#define NET_TYPE_INTERACTION (net_interaction_get_type ())
G_DECLARE_FINAL_TYPE (NetInteraction, net_interaction, NET, INTERACTION, GTlsInteraction)

/** net_interaction_new: for use on the thread that makes it; @identity must outlive it. */
NetInteraction *net_interaction_new (NetIdentity *identity);
/** net_interaction_reset: before a handshake. */
void net_interaction_reset (NetInteraction *self);
/** net_interaction_was_asked: whether the server wanted a certificate since then. */
gboolean net_interaction_was_asked (NetInteraction *self);
/** net_interaction_has_answered: whether it was given one. */
gboolean net_interaction_has_answered (NetInteraction *self);

G_END_DECLS
