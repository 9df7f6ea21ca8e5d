/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-lab"

#include "lab-x509.h"

#include <string.h>

#include "kt-eid.h"
#include "kt-error.h"
#include "lab-ec.h"

static gboolean
refuse (GError **error, const char *key, const char *what)
{
  return kt_error_set (error, KT_ERROR_CHECK_FAILED, key, "certificate: %s", what);
}

const char *
lab_role_oid (LabRole role)
{
  static const char *const oids[] = {
    "2.23.146.1.2.1.0", "2.23.146.1.2.1.1", "2.23.146.1.2.1.2", "2.23.146.1.2.1.3",
    "2.23.146.1.2.1.4", "2.23.146.1.2.1.5", "2.23.146.1.2.1.6", "2.23.146.1.2.1.7",
  };

  g_return_val_if_fail (role >= LAB_ROLE_CI && role <= LAB_ROLE_DS_AUTH, NULL);

  return oids[role];
}

gboolean
lab_x509_check_role (const LabCert *cert, LabRole role, GError **error)
{
  g_return_val_if_fail (cert != NULL, FALSE);

  if (!g_strv_contains ((const char *const *) cert->policies, lab_role_oid (role)))
    return refuse (error, "x509.role", "issued for another role");
  return TRUE;
}

gboolean
lab_x509_check_time (const LabCert *cert, gint64 now, GError **error)
{
  g_return_val_if_fail (cert != NULL, FALSE);

  if (now == LAB_X509_ANY_TIME)
    return TRUE;
  if (now < cert->not_before)
    return refuse (error, "x509.not-yet-valid", "not valid yet");
  if (now > cert->not_after)
    return refuse (error, "x509.expired", "expired");
  return TRUE;
}

gboolean
lab_x509_verify_signed_by (const LabCert *cert, const LabCert *issuer, GError **error)
{
  const guint8 *tbs;
  const guint8 *signature;
  gsize tbs_len, signature_len;

  g_return_val_if_fail (cert != NULL && issuer != NULL, FALSE);

  if (!g_bytes_equal (cert->issuer, issuer->subject))
    return refuse (error, "x509.issuer", "issued by another name");
  if (cert->aki != NULL)
    {
      guint8 id[20];

      lab_cert_get_key_id (issuer, id);
      if (g_bytes_get_size (cert->aki) != sizeof id
          || memcmp (g_bytes_get_data (cert->aki, NULL), id, sizeof id) != 0)
        return refuse (error, "x509.issuer", "issued with another key");
    }
  if (!issuer->is_ca || (issuer->key_usage & LAB_KEY_USAGE_CERT_SIGN) == 0)
    return refuse (error, "x509.not-ca", "the issuer may not sign certificates");
  tbs = g_bytes_get_data (cert->tbs, &tbs_len);
  signature = g_bytes_get_data (cert->signature, &signature_len);
  if (!lab_ec_verify (issuer->public_key, tbs, tbs_len, signature, signature_len, NULL))
    return refuse (error, "x509.signature", "the signature does not verify");
  return TRUE;
}

gboolean
lab_x509_check_ci (const LabCert *ci, gint64 now, GError **error)
{
  g_return_val_if_fail (ci != NULL, FALSE);

  if (ci->unknown_critical)
    return refuse (error, "x509.critical", "an unknown critical extension");
  return lab_x509_check_role (ci, LAB_ROLE_CI, error) && lab_x509_check_time (ci, now, error)
         && lab_x509_verify_signed_by (ci, ci, error);
}

/* What holds for every certificate that signs messages, not certificates. */
static gboolean
check_end_entity (const LabCert *cert, LabRole role, gint64 now, GError **error)
{
  if (!lab_x509_check_role (cert, role, error))
    return FALSE;
  if (cert->is_ca)
    return refuse (error, "x509.is-ca", "a certificate authority's where a leaf is meant");
  if ((cert->key_usage & LAB_KEY_USAGE_DIGITAL_SIGNATURE) == 0)
    return refuse (error, "x509.key-usage", "its key may not sign");
  if (cert->unknown_critical)
    return refuse (error, "x509.critical", "an unknown critical extension");
  return lab_x509_check_time (cert, now, error);
}

gboolean
lab_x509_check_leaf (const LabCert *leaf, LabRole role, const LabCert *ci, gint64 now,
                     GError **error)
{
  g_return_val_if_fail (leaf != NULL && ci != NULL, FALSE);

  return lab_x509_verify_signed_by (leaf, ci, error) && check_end_entity (leaf, role, now, error);
}

gboolean
lab_x509_check_eum (const LabCert *eum, const LabCert *ci, gint64 now, GError **error)
{
  g_return_val_if_fail (eum != NULL && ci != NULL, FALSE);

  if (!lab_x509_verify_signed_by (eum, ci, error)
      || !lab_x509_check_role (eum, LAB_ROLE_EUM, error))
    return FALSE;
  if (!eum->is_ca || (eum->key_usage & LAB_KEY_USAGE_CERT_SIGN) == 0)
    return refuse (error, "x509.not-ca", "the EUM's may not sign certificates");
  if (eum->path_len != 0 || ci->path_len == 0)
    return refuse (error, "x509.path-length", "the EUM's path length is not 0");
  if (eum->permitted_organization == NULL || eum->permitted_serial == NULL
      || eum->permitted_serial[0] == '\0')
    return refuse (error, "x509.name-constraint", "the EUM's has no EID prefix and organization");
  if (eum->unknown_critical)
    return refuse (error, "x509.critical", "an unknown critical extension");
  return lab_x509_check_time (eum, now, error);
}

static gboolean
is_eid (const char *text)
{
  if (text == NULL || strlen (text) != KT_EID_DIGITS)
    return FALSE;
  for (const char *p = text; *p != '\0'; p++)
    if (!g_ascii_isdigit (*p))
      return FALSE;
  return TRUE;
}

gboolean
lab_x509_check_euicc (const LabCert *euicc, const LabCert *eum, gint64 now, char **eid,
                      GError **error)
{
  g_return_val_if_fail (euicc != NULL && eum != NULL, FALSE);

  if (!lab_x509_verify_signed_by (euicc, eum, error)
      || !check_end_entity (euicc, LAB_ROLE_EUICC, now, error))
    return FALSE;
  if (!is_eid (euicc->serial_number))
    return refuse (error, "x509.eid", "the eUICC's names no EID");
  if (g_strcmp0 (euicc->organization, eum->permitted_organization) != 0
      || eum->permitted_serial == NULL
      || !g_str_has_prefix (euicc->serial_number, eum->permitted_serial))
    return refuse (error, "x509.name-constraint", "the eUICC's is outside the EUM's constraint");
  if (eid != NULL)
    *eid = g_strdup (euicc->serial_number);
  return TRUE;
}

gboolean
lab_x509_check_euicc_chain (const LabCert *euicc, const LabCert *eum, const LabCert *ci,
                            gint64 now, char **eid, GError **error)
{
  return lab_x509_check_eum (eum, ci, now, error)
         && lab_x509_check_euicc (euicc, eum, now, eid, error);
}
