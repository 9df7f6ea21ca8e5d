/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "lab-pki-store.h"
#include "lab-pki.h"

G_BEGIN_DECLS

#define LAB_PKI_DAY ((gint64) 24 * 60 * 60)
#define LAB_PKI_YEAR (365 * LAB_PKI_DAY)
/* SGP.26 renews TLS leafs every 13 months. */
#define LAB_PKI_LEAF_LIFE (397 * LAB_PKI_DAY)

struct _LabPki
{
  gatomicrefcount refs;
  const KtEnv *env;
  LabPkiStore *store;
  /* guards the leafs below: a server's thread and the caller's ask for them */
  GMutex lock;
  LabCredential *ci;
  LabCert *ci_cert;
  LabCredential *eum;
  LabCert *eum_cert;
  /* name → LabCredential: dpauth, dppb, client, tls-HOST */
  GHashTable *leafs;
  char *smdp_oid;
};

/** lab_pki_now: the environment's clock in seconds. */
gint64 lab_pki_now (const LabPki *pki);
/** lab_pki_missing: %KT_ERROR_NOT_FOUND with key "pki.missing"; returns FALSE. */
gboolean lab_pki_missing (GError **error, const char *what);

G_END_DECLS
