/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-net"

#include "net-identity.h"

#include <string.h>

#include "kt-bytes.h"

struct _NetIdentity
{
  GTlsCertificate *certificate;
  char *pin;
  guint generation;
};

struct _NetInteraction
{
  GTlsInteraction parent_instance;

  NetIdentity *identity;
  gboolean asked;
  gboolean answered;
};

G_DEFINE_FINAL_TYPE (NetInteraction, net_interaction, G_TYPE_TLS_INTERACTION)

static GTlsInteractionResult
net_interaction_request_certificate (GTlsInteraction *interaction, GTlsConnection *connection,
                                     GTlsCertificateRequestFlags flags, GCancellable *cancellable,
                                     GError **error)
{
  NetInteraction *self = NET_INTERACTION (interaction);

  self->asked = TRUE;
  if (self->identity->certificate == NULL)
    return G_TLS_INTERACTION_UNHANDLED;
  g_tls_connection_set_certificate (connection, self->identity->certificate);
  self->answered = TRUE;
  return G_TLS_INTERACTION_HANDLED;
}

static GTlsInteractionResult
net_interaction_ask_password (GTlsInteraction *interaction, GTlsPassword *password,
                              GCancellable *cancellable, GError **error)
{
  NetInteraction *self = NET_INTERACTION (interaction);

  /* A token that refused a PIN must not be given it until it locks itself. */
  if (self->identity->pin == NULL
      || (g_tls_password_get_flags (password) & G_TLS_PASSWORD_RETRY) != 0)
    return G_TLS_INTERACTION_UNHANDLED;
  g_tls_password_set_value (password, (const guchar *) self->identity->pin, -1);
  return G_TLS_INTERACTION_HANDLED;
}

static void
net_interaction_class_init (NetInteractionClass *klass)
{
  GTlsInteractionClass *interaction_class = G_TLS_INTERACTION_CLASS (klass);

  interaction_class->request_certificate = net_interaction_request_certificate;
  interaction_class->ask_password = net_interaction_ask_password;
}

static void
net_interaction_init (NetInteraction *self)
{
}

NetInteraction *
net_interaction_new (NetIdentity *identity)
{
  NetInteraction *self = g_object_new (NET_TYPE_INTERACTION, NULL);

  self->identity = identity;
  return self;
}

void
net_interaction_reset (NetInteraction *self)
{
  self->asked = FALSE;
  self->answered = FALSE;
}

gboolean
net_interaction_was_asked (NetInteraction *self)
{
  return self->asked;
}

gboolean
net_interaction_has_answered (NetInteraction *self)
{
  return self->answered;
}

NetIdentity *
net_identity_new (void)
{
  return g_new0 (NetIdentity, 1);
}

void
net_identity_free (NetIdentity *self)
{
  g_clear_object (&self->certificate);
  kt_wipe_string (self->pin);
  g_free (self);
}

void
net_identity_set (NetIdentity *self, GTlsCertificate *certificate, const char *pin)
{
  g_set_object (&self->certificate, certificate);
  kt_wipe_string (self->pin);
  self->pin = g_strdup (pin);
  self->generation++;
}

guint
net_identity_get_generation (NetIdentity *self)
{
  return self->generation;
}
