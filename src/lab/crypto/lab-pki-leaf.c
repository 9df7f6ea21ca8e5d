/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-lab"

#include "lab-pki.h"

#include "kt-activation-code.h"
#include "kt-eid.h"
#include "kt-error.h"
#include "lab-pki-private.h"

/* Long enough that no download begins with a good certificate and ends with an expired one. */
#define RENEWAL (1 * LAB_PKI_DAY)

static gboolean
is_fresh (const LabPki *pki, LabCredential *credential)
{
  g_autoptr (LabCert) cert = lab_cert_parse (credential->cert_der, NULL);

  return cert != NULL && credential->key != NULL && lab_pki_now (pki) >= cert->not_before
         && lab_pki_now (pki) + RENEWAL <= cert->not_after;
}

static gboolean
names_host (LabCredential *credential, const char *host)
{
  g_autoptr (LabCert) cert = lab_cert_parse (credential->cert_der, NULL);

  if (cert == NULL)
    return FALSE;
  if (cert->dns_names[0] == NULL)
    return g_hostname_is_ip_address (host);
  for (guint i = 0; cert->dns_names[i] != NULL; i++)
    if (g_ascii_strcasecmp (cert->dns_names[i], host) == 0)
      return TRUE;
  return FALSE;
}

/* One SM-DP+ has one OID, in all its certificates (SGP.22 section 4.5.2.1): what is made here takes
 * it from what is given. */
static gboolean
adopt_oid (LabPki *pki, GError **error)
{
  static const char *const given[] = { "dpauth", "dppb" };

  for (guint i = 0; i < G_N_ELEMENTS (given); i++)
    {
      g_autoptr (LabCredential) credential = NULL;
      g_autoptr (LabCert) cert = NULL;

      if (!lab_pki_store_load (pki->store, given[i], &credential, error))
        return FALSE;
      if (credential == NULL)
        continue;
      cert = lab_cert_parse (credential->cert_der, error);
      if (cert == NULL)
        return FALSE;
      if (cert->registered_ids[0] == NULL)
        continue;
      g_free (pki->smdp_oid);
      pki->smdp_oid = g_strdup (cert->registered_ids[0]);
      return TRUE;
    }
  return TRUE;
}

/* A leaf by name: kept, read from the folder, or made by @spec; with the lock held. */
static LabCredential *
leaf_locked (LabPki *pki, const char *name, const LabPkiLeafSpec *spec, const char *host,
             GError **error)
{
  g_autoptr (LabFolderLock) lock = NULL;
  g_autoptr (LabCredential) leaf = NULL;
  LabCredential *kept = g_hash_table_lookup (pki->leafs, name);
  LabPkiLeafSpec with_oid = *spec;

  if (kept != NULL && is_fresh (pki, kept))
    return lab_credential_ref (kept);
  if (pki->store != NULL)
    {
      if (!lab_pki_store_lock (pki->store, &lock, error)
          || !lab_pki_store_load (pki->store, name, &leaf, error) || !adopt_oid (pki, error))
        return NULL;
      if (leaf != NULL && (!is_fresh (pki, leaf) || (host != NULL && !names_host (leaf, host))))
        g_clear_pointer (&leaf, lab_credential_unref);
    }
  if (leaf == NULL)
    {
      if (spec->role != LAB_ROLE_NONE)
        with_oid.oid = pki->smdp_oid;
      leaf = lab_pki_issue (pki, &with_oid, error);
      if (leaf == NULL
          || (pki->store != NULL && !lab_pki_store_save (pki->store, name, leaf, error)))
        return NULL;
    }
  g_hash_table_replace (pki->leafs, g_strdup (name), lab_credential_ref (leaf));
  return g_steal_pointer (&leaf);
}

static LabCredential *
leaf (LabPki *pki, const char *name, const LabPkiLeafSpec *spec, const char *host, GError **error)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&pki->lock);

  return leaf_locked (pki, name, spec, host, error);
}

static LabCredential *
smdp_leaf (LabPki *pki, const char *name, LabRole role, GError **error)
{
  LabPkiLeafSpec spec = {
    .role = role,
    .common_name = "Kaitsu Lab SM-DP+",
    .organization = LAB_PKI_SMDP_ORGANIZATION,
    .not_after = lab_pki_now (pki) + 10 * LAB_PKI_YEAR,
  };

  return leaf (pki, name, &spec, NULL, error);
}

LabCredential *
lab_pki_dup_dpauth (LabPki *pki, GError **error)
{
  g_return_val_if_fail (pki != NULL, NULL);

  return smdp_leaf (pki, "dpauth", LAB_ROLE_DP_AUTH, error);
}

LabCredential *
lab_pki_dup_dppb (LabPki *pki, GError **error)
{
  g_return_val_if_fail (pki != NULL, NULL);

  return smdp_leaf (pki, "dppb", LAB_ROLE_DP_PB, error);
}

static gboolean
is_host (const char *host)
{
  g_autoptr (GInetAddress) address = g_inet_address_new_from_string (host);

  return address != NULL || g_ascii_strcasecmp (host, "localhost") == 0
         || kt_server_address_is_valid (host, KT_ACTIVATION_CODE_NONE);
}

LabCredential *
lab_pki_dup_tls (LabPki *pki, const char *host, GError **error)
{
  g_autofree char *lower = NULL;
  g_autofree char *name = NULL;

  g_return_val_if_fail (pki != NULL && host != NULL, NULL);

  if (!is_host (host))
    {
      kt_error_set (error, KT_ERROR_INVALID_INPUT, "pki.host", "not a host name");
      return NULL;
    }
  lower = g_ascii_strdown (host, -1);
  name = g_strconcat ("tls-", lower, NULL);
  LabPkiLeafSpec spec = {
    .role = LAB_ROLE_DP_TLS,
    .common_name = lower,
    .organization = LAB_PKI_SMDP_ORGANIZATION,
    .hosts = (const char *const[]){ lower, NULL },
    .eku = LAB_EKU_SERVER | LAB_EKU_CLIENT,
  };
  return leaf (pki, name, &spec, lower, error);
}

LabCredential *
lab_pki_dup_client (LabPki *pki, GError **error)
{
  LabPkiLeafSpec spec = {
    .role = LAB_ROLE_NONE,
    .common_name = "Kaitsu Lab client",
    .organization = "Kaitsu Lab",
    .eku = LAB_EKU_CLIENT,
  };

  g_return_val_if_fail (pki != NULL, NULL);

  return leaf (pki, "client", &spec, NULL, error);
}

gboolean
lab_pki_issue_euicc (LabPki *pki, const char *eid, LabKey **key_out, GBytes **cert_der,
                     GBytes **eum_der, GError **error)
{
  g_autoptr (LabCredential) eum = NULL;
  g_autoptr (LabCredential) euicc = NULL;
  guint8 raw[KT_EID_BYTES];

  g_return_val_if_fail (pki != NULL && eid != NULL, FALSE);
  g_return_val_if_fail (key_out != NULL && cert_der != NULL && eum_der != NULL, FALSE);

  eum = lab_pki_dup_eum (pki, error);
  if (eum == NULL)
    return FALSE;
  if (!kt_eid_to_bytes (eid, raw, NULL)
      || !g_str_has_prefix (eid, lab_pki_get_eid_prefix (pki)))
    return kt_error_set (error, KT_ERROR_INVALID_INPUT, "pki.eid",
                         "not an EID that this EUM may give out");
  LabPkiLeafSpec spec = {
    .role = LAB_ROLE_EUICC,
    .common_name = "Kaitsu Lab eUICC",
    .organization = pki->eum_cert->permitted_organization,
    .serial_number = eid,
    .not_after = lab_pki_now (pki) + 30 * LAB_PKI_YEAR,
    .issuer = eum,
  };
  euicc = lab_pki_issue (pki, &spec, error);
  if (euicc == NULL)
    return FALSE;
  *key_out = lab_key_ref (euicc->key);
  *cert_der = g_bytes_ref (euicc->cert_der);
  *eum_der = g_bytes_ref (eum->cert_der);
  return TRUE;
}
