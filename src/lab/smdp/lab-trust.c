/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-lab"

#include "lab-trust.h"

struct _LabTrust
{
  GTlsDatabase parent_instance;

  GTlsCertificate *ca;
};

G_DEFINE_FINAL_TYPE (LabTrust, lab_trust, G_TYPE_TLS_DATABASE)

static GTlsCertificateFlags
lab_trust_verify_chain (GTlsDatabase *database, GTlsCertificate *chain, const char *purpose,
                        GSocketConnectable *identity, GTlsInteraction *interaction,
                        GTlsDatabaseVerifyFlags flags, GCancellable *cancellable, GError **error)
{
  LabTrust *self = LAB_TRUST (database);

  return g_tls_certificate_verify (chain, identity, self->ca);
}

static void
lab_trust_finalize (GObject *object)
{
  LabTrust *self = LAB_TRUST (object);

  g_clear_object (&self->ca);
  G_OBJECT_CLASS (lab_trust_parent_class)->finalize (object);
}

static void
lab_trust_class_init (LabTrustClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = lab_trust_finalize;
  G_TLS_DATABASE_CLASS (klass)->verify_chain = lab_trust_verify_chain;
}

static void
lab_trust_init (LabTrust *self)
{
}

GTlsDatabase *
lab_trust_new (GTlsCertificate *ca)
{
  LabTrust *self;

  g_return_val_if_fail (G_IS_TLS_CERTIFICATE (ca), NULL);

  self = g_object_new (LAB_TYPE_TRUST, NULL);
  self->ca = g_object_ref (ca);
  return G_TLS_DATABASE (self);
}
