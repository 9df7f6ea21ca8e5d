/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-lab"

#include "lab-pki.h"

#include <gnutls/x509.h>

#include "kt-bytes.h"
#include "kt-error.h"

typedef struct
{
  gatomicrefcount refs;
  LabCredential credential;
} SharedCredential;

static SharedCredential *
shared_of (LabCredential *credential)
{
  return (SharedCredential *) ((guint8 *) credential
                               - G_STRUCT_OFFSET (SharedCredential, credential));
}

LabCredential *
lab_credential_new (LabKey *key, GBytes *cert_der, LabCredential *issuer)
{
  SharedCredential *shared;
  GPtrArray *chain;

  g_return_val_if_fail (cert_der != NULL, NULL);

  chain = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  if (issuer != NULL)
    {
      g_ptr_array_add (chain, g_bytes_ref (issuer->cert_der));
      for (guint i = 0; i < issuer->chain->len; i++)
        g_ptr_array_add (chain, g_bytes_ref (g_ptr_array_index (issuer->chain, i)));
    }
  shared = g_new0 (SharedCredential, 1);
  g_atomic_ref_count_init (&shared->refs);
  shared->credential.key = key != NULL ? lab_key_ref (key) : NULL;
  shared->credential.cert_der = g_bytes_ref (cert_der);
  shared->credential.chain = chain;
  return &shared->credential;
}

LabCredential *
lab_credential_ref (LabCredential *credential)
{
  g_return_val_if_fail (credential != NULL, NULL);

  g_atomic_ref_count_inc (&shared_of (credential)->refs);
  return credential;
}

void
lab_credential_unref (LabCredential *credential)
{
  g_return_if_fail (credential != NULL);

  if (!g_atomic_ref_count_dec (&shared_of (credential)->refs))
    return;
  g_clear_pointer (&credential->key, lab_key_unref);
  g_bytes_unref (credential->cert_der);
  g_ptr_array_unref (credential->chain);
  g_free (shared_of (credential));
}

static void
append_cert (GString *pem, GBytes *der)
{
  gnutls_datum_t in = { (guint8 *) g_bytes_get_data (der, NULL), (guint) g_bytes_get_size (der) };
  gnutls_datum_t out = { NULL, 0 };

  if (gnutls_pem_base64_encode2 ("CERTIFICATE", &in, &out) < 0)
    g_error ("GnuTLS: out of memory");
  g_string_append_len (pem, (const char *) out.data, out.size);
  gnutls_free (out.data);
}

GBytes *
lab_credential_dup_pem (LabCredential *credential)
{
  GString *pem;

  g_return_val_if_fail (credential != NULL, NULL);

  pem = g_string_new (NULL);
  append_cert (pem, credential->cert_der);
  for (guint i = 0; i < credential->chain->len; i++)
    append_cert (pem, g_ptr_array_index (credential->chain, i));
  return g_string_free_to_bytes (pem);
}

GBytes *
lab_credential_dup_pem_with_key (LabCredential *credential, GError **error)
{
  g_autoptr (GBytes) certs = NULL;
  g_autoptr (GBytes) key = NULL;
  g_autofree guint8 *all = NULL;
  GBytes *result;
  gsize certs_len, key_len;
  const guint8 *certs_data, *key_data;

  g_return_val_if_fail (credential != NULL, NULL);

  if (credential->key == NULL)
    {
      kt_error_set (error, KT_ERROR_NOT_FOUND, "pki.missing", "the private key is not there");
      return NULL;
    }
  key = lab_key_export_pem (credential->key, error);
  if (key == NULL)
    return NULL;
  certs = lab_credential_dup_pem (credential);
  certs_data = g_bytes_get_data (certs, &certs_len);
  key_data = g_bytes_get_data (key, &key_len);
  all = g_malloc (certs_len + key_len);
  memcpy (all, certs_data, certs_len);
  memcpy (all + certs_len, key_data, key_len);
  result = kt_secret_bytes (all, certs_len + key_len);
  kt_wipe (all, certs_len + key_len);
  return result;
}

GTlsCertificate *
lab_credential_dup_tls (LabCredential *credential, GError **error)
{
  g_autoptr (GBytes) pem = NULL;
  g_autoptr (GError) local = NULL;
  GTlsCertificate *tls;
  gconstpointer text;
  gsize len;

  g_return_val_if_fail (credential != NULL, NULL);

  pem = lab_credential_dup_pem_with_key (credential, error);
  if (pem == NULL)
    return NULL;
  text = g_bytes_get_data (pem, &len);
  tls = g_tls_certificate_new_from_pem (text, (gssize) len, &local);
  if (tls == NULL)
    kt_error_set (error, KT_ERROR_INTERNAL, NULL, "TLS certificate: %s", local->message);
  return tls;
}
