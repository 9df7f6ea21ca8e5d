/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-lab"

#include <string.h>

#include "lab-euicc-private.h"

LabCi *
lab_euicc_find_ci (LabEuicc *self, const guint8 *pkid, gsize len)
{
  for (guint i = 0; i < self->cis->len; i++)
    {
      LabCi *ci = g_ptr_array_index (self->cis, i);

      if (len == sizeof ci->pkid && memcmp (ci->pkid, pkid, len) == 0)
        return ci;
    }
  return NULL;
}

LabCi *
lab_euicc_signing_ci (LabEuicc *self, GBytes *pkid)
{
  LabCi *ci = NULL;

  if (pkid != NULL)
    ci = lab_euicc_find_ci (self, g_bytes_get_data (pkid, NULL), g_bytes_get_size (pkid));
  if (ci != NULL && ci->key != NULL)
    return ci;
  for (guint i = 0; i < self->cis->len; i++)
    {
      ci = g_ptr_array_index (self->cis, i);
      if (ci->key != NULL)
        return ci;
    }
  g_assert_not_reached ();
}

GBytes *
lab_ci_sign (const LabCi *ci, const guint8 *data, gsize len, GError **error)
{
  return lab_key_sign (ci->key, data, len, error);
}

gint64
lab_euicc_clock (LabEuicc *self)
{
  return self->ignore_dates ? LAB_X509_ANY_TIME : kt_env_now (self->env) / G_USEC_PER_SEC;
}

gboolean
lab_euicc_is_revoked (LabEuicc *self, const LabCi *ci, const LabCert *cert)
{
  g_autoptr (GBytes) pkid = g_bytes_new (ci->pkid, sizeof ci->pkid);
  g_autoptr (GError) error = NULL;
  gboolean revoked = TRUE;

  if (!lab_euicc_store_is_revoked (self->store, pkid, cert->serial, &revoked, &error))
    g_debug ("looking for a revocation: %s", error->message);
  return revoked;
}
