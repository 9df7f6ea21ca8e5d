/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-lab"

#include "lab-pki.h"

#include "kt-error.h"
#include "lab-pki-private.h"
#include "lab-x509-write.h"

gint64
lab_pki_now (const LabPki *pki)
{
  return kt_env_now (pki->env) / G_USEC_PER_SEC;
}

static gint64
new_serial (const LabPki *pki)
{
  guint64 serial;

  kt_env_random (pki->env, (guint8 *) &serial, sizeof serial);
  /* positive, not zero, and of one length */
  return (gint64) ((serial & (G_MAXUINT64 >> 2)) | (G_GUINT64_CONSTANT (1) << 61));
}

gboolean
lab_pki_missing (GError **error, const char *what)
{
  return kt_error_set (error, KT_ERROR_NOT_FOUND, "pki.missing",
                       "the given folder has no %s and no key to make one", what);
}

/* ---- issuing ---- */

static LabPkiLeafSpec
completed (const LabPki *pki, const LabPkiLeafSpec *spec)
{
  LabPkiLeafSpec full = *spec;

  if (full.not_before == 0)
    full.not_before = lab_pki_now (pki) - LAB_PKI_DAY;
  if (full.not_after == 0)
    full.not_after = lab_pki_now (pki) + LAB_PKI_LEAF_LIFE;
  if (full.key_usage == 0)
    full.key_usage = full.ca ? LAB_KEY_USAGE_CERT_SIGN : LAB_KEY_USAGE_DIGITAL_SIGNATURE;
  return full;
}

LabCredential *
lab_pki_issue (LabPki *pki, const LabPkiLeafSpec *spec, GError **error)
{
  g_autoptr (LabKey) key = NULL;
  g_autoptr (GBytes) public_key = NULL;
  g_autoptr (GBytes) der = NULL;
  g_autoptr (LabCert) issuer_cert = NULL;
  LabPkiLeafSpec full;
  LabCredential *issuer;
  guint8 issuer_id[20];

  g_return_val_if_fail (pki != NULL && spec != NULL, NULL);

  full = completed (pki, spec);
  issuer = full.issuer != NULL ? full.issuer : pki->ci;
  key = full.key != NULL ? lab_key_ref (full.key) : lab_key_generate (pki->env, error);
  if (key == NULL)
    return NULL;
  public_key = lab_key_dup_public (key);
  if (!full.self_signed)
    {
      if (issuer == NULL || issuer->key == NULL)
        {
          lab_pki_missing (error, "certificate of this kind");
          return NULL;
        }
      issuer_cert = lab_cert_parse (issuer->cert_der, error);
      if (issuer_cert == NULL)
        return NULL;
      lab_cert_get_key_id (issuer_cert, issuer_id);
    }
  der = lab_x509_write (&full, new_serial (pki), public_key,
                        issuer_cert != NULL ? issuer_cert->subject : NULL,
                        issuer_cert != NULL ? issuer_id : NULL,
                        issuer_cert != NULL ? issuer->key : key, error);
  if (der == NULL)
    return NULL;
  return lab_credential_new (key, der, full.issuer);
}

static LabCredential *
issue_ci (LabPki *pki, GError **error)
{
  LabPkiLeafSpec spec = {
    .role = LAB_ROLE_CI,
    .common_name = "Kaitsu Lab CI",
    .organization = "Kaitsu Lab",
    .oid = "2.999.1",
    .not_before = lab_pki_now (pki) - LAB_PKI_DAY,
    .not_after = lab_pki_now (pki) + 35 * LAB_PKI_YEAR,
    .key_usage = LAB_KEY_USAGE_CERT_SIGN | LAB_KEY_USAGE_CRL_SIGN,
    .ca = TRUE,
    .path_len = -1,
    .self_signed = TRUE,
  };

  return lab_pki_issue (pki, &spec, error);
}

static LabCredential *
issue_eum (LabPki *pki, GError **error)
{
  LabPkiLeafSpec spec = {
    .role = LAB_ROLE_EUM,
    .common_name = "Kaitsu Lab EUM",
    .organization = LAB_PKI_EUM_ORGANIZATION,
    .oid = "2.999.5",
    .not_after = lab_pki_now (pki) + 34 * LAB_PKI_YEAR,
    .ca = TRUE,
    .path_len = 0,
    .permitted_organization = LAB_PKI_EUM_ORGANIZATION,
    .permitted_serial = LAB_PKI_EID_PREFIX,
  };

  return lab_pki_issue (pki, &spec, error);
}

/* ---- opening ---- */

static LabPki *
pki_new (const KtEnv *env, LabPkiStore *store)
{
  LabPki *pki = g_new0 (LabPki, 1);

  g_atomic_ref_count_init (&pki->refs);
  g_mutex_init (&pki->lock);
  pki->env = env;
  pki->store = store;
  pki->leafs = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
                                      (GDestroyNotify) lab_credential_unref);
  pki->smdp_oid = g_strdup (LAB_PKI_SMDP_OID);
  return pki;
}

/* Loads what the folder has; makes and keeps it if it has nothing. */
static LabCredential *
load_or_make (LabPki *pki, const char *name, LabCredential *(*make) (LabPki *, GError **),
              GError **error)
{
  g_autoptr (LabCredential) credential = NULL;
  g_autoptr (LabFolderLock) lock = NULL;

  if (pki->store != NULL
      && (!lab_pki_store_lock (pki->store, &lock, error)
          || !lab_pki_store_load (pki->store, name, &credential, error)))
    return NULL;
  if (credential != NULL)
    return g_steal_pointer (&credential);
  credential = make (pki, error);
  if (credential == NULL
      || (pki->store != NULL && !lab_pki_store_save (pki->store, name, credential, error)))
    return NULL;
  return g_steal_pointer (&credential);
}

static gboolean
open_ci (LabPki *pki, GError **error)
{
  if (pki->ci == NULL)
    pki->ci = load_or_make (pki, "ci", issue_ci, error);
  if (pki->ci == NULL)
    return FALSE;
  pki->ci_cert = lab_cert_parse (pki->ci->cert_der, error);
  return pki->ci_cert != NULL && lab_x509_check_ci (pki->ci_cert, LAB_X509_ANY_TIME, error);
}

static gboolean
open_eum (LabPki *pki, GError **error)
{
  pki->eum = load_or_make (pki, "eum", issue_eum, error);
  if (pki->eum == NULL)
    return FALSE;
  pki->eum_cert = lab_cert_parse (pki->eum->cert_der, error);
  return pki->eum_cert != NULL
         && lab_x509_check_eum (pki->eum_cert, pki->ci_cert, LAB_X509_ANY_TIME, error);
}

LabPki *
lab_pki_new (const KtEnv *env, GError **error)
{
  g_autoptr (LabPki) pki = NULL;

  g_return_val_if_fail (env != NULL, NULL);

  pki = pki_new (env, NULL);
  if (!open_ci (pki, error) || !open_eum (pki, error))
    return NULL;
  return g_steal_pointer (&pki);
}

LabPki *
lab_pki_open (const char *dir, const KtEnv *env, GError **error)
{
  g_autoptr (LabPki) pki = NULL;
  LabPkiStore *store;

  g_return_val_if_fail (dir != NULL && env != NULL, NULL);

  store = lab_pki_store_open (dir, error);
  if (store == NULL)
    return NULL;
  pki = pki_new (env, store);
  if (!open_ci (pki, error) || !open_eum (pki, error))
    return NULL;
  return g_steal_pointer (&pki);
}

LabPki *
lab_pki_open_foreign (const char *dir, const KtEnv *env, GError **error)
{
  g_autoptr (LabPki) pki = NULL;
  g_autoptr (GError) no_eum = NULL;
  LabPkiStore *store;

  g_return_val_if_fail (dir != NULL && env != NULL, NULL);

  store = lab_pki_store_open_foreign (dir, error);
  if (store == NULL)
    return NULL;
  pki = pki_new (env, store);
  if (!lab_pki_store_load (store, "ci", &pki->ci, error))
    return NULL;
  if (pki->ci == NULL)
    {
      lab_pki_missing (error, "CI certificate");
      return NULL;
    }
  if (!open_ci (pki, error))
    return NULL;
  /* A folder with a CI's certificate and a server's keys is of use without any EUM. */
  if (!open_eum (pki, &no_eum) && !g_error_matches (no_eum, KT_ERROR, KT_ERROR_NOT_FOUND))
    {
      g_propagate_error (error, g_steal_pointer (&no_eum));
      return NULL;
    }
  return g_steal_pointer (&pki);
}

LabPki *
lab_pki_ref (LabPki *pki)
{
  g_return_val_if_fail (pki != NULL, NULL);

  g_atomic_ref_count_inc (&pki->refs);
  return pki;
}

void
lab_pki_unref (LabPki *pki)
{
  g_return_if_fail (pki != NULL);

  if (!g_atomic_ref_count_dec (&pki->refs))
    return;
  g_clear_pointer (&pki->ci, lab_credential_unref);
  g_clear_pointer (&pki->ci_cert, lab_cert_unref);
  g_clear_pointer (&pki->eum, lab_credential_unref);
  g_clear_pointer (&pki->eum_cert, lab_cert_unref);
  g_hash_table_unref (pki->leafs);
  g_clear_pointer (&pki->store, lab_pki_store_free);
  g_free (pki->smdp_oid);
  g_mutex_clear (&pki->lock);
  g_free (pki);
}

/* ---- authorities ---- */

void
lab_pki_get_ci_pkid (LabPki *pki, guint8 out[20])
{
  g_return_if_fail (pki != NULL);

  lab_cert_get_key_id (pki->ci_cert, out);
}

GBytes *
lab_pki_dup_ci_cert (LabPki *pki)
{
  g_return_val_if_fail (pki != NULL, NULL);

  return g_bytes_ref (pki->ci->cert_der);
}

GBytes *
lab_pki_dup_ci_pem (LabPki *pki)
{
  g_return_val_if_fail (pki != NULL, NULL);

  return lab_credential_dup_pem (pki->ci);
}

LabCredential *
lab_pki_dup_ci (LabPki *pki, GError **error)
{
  g_return_val_if_fail (pki != NULL, NULL);

  if (pki->ci->key == NULL)
    {
      lab_pki_missing (error, "CI's private key");
      return NULL;
    }
  return lab_credential_ref (pki->ci);
}

LabCredential *
lab_pki_dup_eum (LabPki *pki, GError **error)
{
  g_return_val_if_fail (pki != NULL, NULL);

  if (pki->eum == NULL || pki->eum->key == NULL)
    {
      lab_pki_missing (error, "EUM");
      return NULL;
    }
  return lab_credential_ref (pki->eum);
}

const char *
lab_pki_get_eid_prefix (LabPki *pki)
{
  g_return_val_if_fail (pki != NULL, NULL);

  return pki->eum_cert != NULL ? pki->eum_cert->permitted_serial : LAB_PKI_EID_PREFIX;
}
