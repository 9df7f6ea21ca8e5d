/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-lab"

#include "lab-pki-store.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <gnutls/x509.h>
#include <string.h>

#include "kt-bytes.h"
#include "kt-error.h"

#define MAX_FILES 4096
#define MAX_DEPTH 6
#define MAX_FILE_BYTES (64 * 1024)

struct _LabPkiStore
{
  char *dir;
  /* base name → path, of a given folder; NULL for the lab's own */
  GHashTable *foreign;
};

/* How SGP.26 names what the lab's own folder calls by its role. */
static const struct
{
  const char *name;
  const char *cert;
  const char *key;
} sgp26_names[] = {
  { "ci", "CERT_CI_ECDSA_NIST", "SK_CI_ECDSA_NIST" },
  { "eum", "CERT_EUM_ECDSA_NIST", "SK_EUM_ECDSA_NIST" },
  { "dpauth", "CERT_S_SM_DPauth_ECDSA_NIST", "SK_S_SM_DPauth_ECDSA_NIST" },
  { "dppb", "CERT_S_SM_DPpb_ECDSA_NIST", "SK_S_SM_DPpb_ECDSA_NIST" },
  { "tls-", "CERT_S_SM_DP_TLS_NIST", "SK_S_SM_DP_TLS_NIST" },
};

static gboolean
index_folder (GHashTable *index, const char *dir, guint depth, GError **error)
{
  g_autoptr (GError) local = NULL;
  g_autoptr (GDir) folder = g_dir_open (dir, 0, &local);
  const char *name;

  if (folder == NULL)
    return kt_error_set (error, KT_ERROR_STORAGE, NULL, "%s", local->message);
  while ((name = g_dir_read_name (folder)) != NULL)
    {
      g_autofree char *path = g_build_filename (dir, name, NULL);

      if (g_file_test (path, G_FILE_TEST_IS_DIR))
        {
          if (depth < MAX_DEPTH && !g_file_test (path, G_FILE_TEST_IS_SYMLINK)
              && !index_folder (index, path, depth + 1, error))
            return FALSE;
          continue;
        }
      if (g_hash_table_size (index) >= MAX_FILES)
        return kt_error_set (error, KT_ERROR_LIMIT, NULL, "more than %u files", MAX_FILES);
      if (!g_hash_table_contains (index, name))
        g_hash_table_insert (index, g_strdup (name), g_steal_pointer (&path));
    }
  return TRUE;
}

LabPkiStore *
lab_pki_store_open (const char *dir, GError **error)
{
  LabPkiStore *store;

  if (g_mkdir_with_parents (dir, 0700) != 0)
    {
      kt_error_set (error, KT_ERROR_STORAGE, NULL, "folder for certificates: %s",
                    g_strerror (errno));
      return NULL;
    }
  store = g_new0 (LabPkiStore, 1);
  store->dir = g_strdup (dir);
  return store;
}

LabPkiStore *
lab_pki_store_open_foreign (const char *dir, GError **error)
{
  g_autoptr (LabPkiStore) store = g_new0 (LabPkiStore, 1);

  store->dir = g_strdup (dir);
  store->foreign = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  if (!index_folder (store->foreign, dir, 0, error))
    return NULL;
  return g_steal_pointer (&store);
}

void
lab_pki_store_free (LabPkiStore *store)
{
  if (store == NULL)
    return;
  g_free (store->dir);
  g_clear_pointer (&store->foreign, g_hash_table_unref);
  g_free (store);
}

gboolean
lab_pki_store_lock (LabPkiStore *store, LabFolderLock **lock, GError **error)
{
  g_assert (store != NULL && lock != NULL);

  *lock = NULL;
  if (store->foreign == NULL)
    *lock = lab_folder_lock (store->dir, error);
  return store->foreign != NULL || *lock != NULL;
}

/* The path of @base with one of the endings, or NULL. */
static char *
find_file (LabPkiStore *store, const char *base, const char *const *endings)
{
  for (guint i = 0; endings[i] != NULL; i++)
    {
      g_autofree char *name = g_strconcat (base, endings[i], NULL);
      g_autofree char *path = NULL;

      if (store->foreign != NULL)
        path = g_strdup (g_hash_table_lookup (store->foreign, name));
      else
        path = g_build_filename (store->dir, name, NULL);
      if (path != NULL && g_file_test (path, G_FILE_TEST_IS_REGULAR))
        return g_steal_pointer (&path);
    }
  return NULL;
}

static char *
find_part (LabPkiStore *store, const char *name, gboolean key)
{
  static const char *const cert_endings[] = { ".pem", ".der", ".crt", NULL };
  static const char *const key_endings[] = { ".key", NULL };
  static const char *const sgp26_endings[] = { ".pem", ".der", NULL };
  char *path = find_file (store, name, key ? key_endings : cert_endings);

  for (guint i = 0; path == NULL && store->foreign != NULL && i < G_N_ELEMENTS (sgp26_names); i++)
    if (g_str_equal (name, sgp26_names[i].name)
        || (g_str_has_suffix (sgp26_names[i].name, "-")
            && g_str_has_prefix (name, sgp26_names[i].name)))
      path = find_file (store, key ? sgp26_names[i].key : sgp26_names[i].cert, sgp26_endings);
  return path;
}

static GBytes *
read_file (const char *path, GError **error)
{
  g_autoptr (GError) local = NULL;
  g_autofree char *text = NULL;
  GBytes *bytes;
  gsize len;

  if (!g_file_get_contents (path, &text, &len, &local))
    {
      kt_error_set (error, KT_ERROR_STORAGE, NULL, "%s", local->message);
      return NULL;
    }
  if (len > MAX_FILE_BYTES)
    {
      kt_error_set (error, KT_ERROR_LIMIT, NULL, "a key or certificate of %zu bytes", len);
      return NULL;
    }
  bytes = kt_secret_bytes (text, len);
  kt_wipe (text, len);
  return bytes;
}

/* DER as it is; of PEM the first certificate, the others following it in @chain. */
static GBytes *
decode_certs (GBytes *file, GPtrArray *chain, GError **error)
{
  static const char begin[] = "-----BEGIN CERTIFICATE-----";
  gsize len;
  const char *data = g_bytes_get_data (file, &len);
  const char *at = g_strstr_len (data, (gssize) len, begin);
  GBytes *first = NULL;

  if (at == NULL)
    return g_bytes_ref (file);
  while (at != NULL)
    {
      gsize rest = len - (gsize) (at - data);
      gnutls_datum_t in = { (guint8 *) at, (guint) rest };
      gnutls_datum_t out = { NULL, 0 };
      GBytes *der;

      if (gnutls_pem_base64_decode2 ("CERTIFICATE", &in, &out) < 0)
        {
          g_clear_pointer (&first, g_bytes_unref);
          kt_error_set (error, KT_ERROR_INVALID_INPUT, "pki.format", "a broken PEM certificate");
          return NULL;
        }
      der = g_bytes_new (out.data, out.size);
      gnutls_free (out.data);
      if (first == NULL)
        first = der;
      else
        g_ptr_array_add (chain, der);
      at += strlen (begin);
      at = g_strstr_len (at, (gssize) (len - (gsize) (at - data)), begin);
    }
  return first;
}

static LabCredential *
assemble (LabKey *key, GBytes *der, GPtrArray *chain, const char *name, GError **error)
{
  g_autoptr (LabCert) cert = lab_cert_parse (der, error);
  LabCredential *credential;

  if (cert == NULL)
    return NULL;
  if (key != NULL)
    {
      g_autoptr (GBytes) public_key = lab_key_dup_public (key);

      if (!g_bytes_equal (public_key, cert->public_key))
        {
          kt_error_set (error, KT_ERROR_INVALID_INPUT, "pki.mismatch",
                        "the key and the certificate of \"%s\" do not belong together", name);
          return NULL;
        }
    }
  credential = lab_credential_new (key, der, NULL);
  for (guint i = 0; i < chain->len; i++)
    g_ptr_array_add (credential->chain, g_bytes_ref (g_ptr_array_index (chain, i)));
  return credential;
}

gboolean
lab_pki_store_load (LabPkiStore *store, const char *name, LabCredential **credential,
                    GError **error)
{
  g_autofree char *cert_path = NULL;
  g_autofree char *key_path = NULL;
  g_autoptr (GBytes) cert_file = NULL;
  g_autoptr (GBytes) der = NULL;
  g_autoptr (GPtrArray) chain = NULL;
  g_autoptr (LabKey) key = NULL;

  g_assert (store != NULL && name != NULL && credential != NULL);

  *credential = NULL;
  cert_path = find_part (store, name, FALSE);
  key_path = find_part (store, name, TRUE);
  if (cert_path == NULL)
    return TRUE;
  chain = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  cert_file = read_file (cert_path, error);
  if (cert_file == NULL || (der = decode_certs (cert_file, chain, error)) == NULL)
    return FALSE;
  if (key_path != NULL)
    {
      g_autoptr (GBytes) key_file = read_file (key_path, error);

      if (key_file == NULL || (key = lab_key_import_pem (key_file, error)) == NULL)
        return FALSE;
    }
  *credential = assemble (key, der, chain, name, error);
  return *credential != NULL;
}

static gboolean
write_file (LabPkiStore *store, const char *name, const char *ending, GBytes *bytes, int mode,
            GError **error)
{
  g_autoptr (GError) local = NULL;
  g_autofree char *file = g_strconcat (name, ending, NULL);
  g_autofree char *path = g_build_filename (store->dir, file, NULL);
  gsize len;
  const char *data = g_bytes_get_data (bytes, &len);

  if (!g_file_set_contents_full (path, data, (gssize) len,
                                 G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE,
                                 mode, &local))
    return kt_error_set (error, KT_ERROR_STORAGE, NULL, "%s", local->message);
  return TRUE;
}

gboolean
lab_pki_store_save (LabPkiStore *store, const char *name, LabCredential *credential,
                    GError **error)
{
  g_autoptr (GBytes) key = NULL;
  g_autoptr (GBytes) pem = NULL;

  g_assert (store != NULL && name != NULL && credential != NULL && credential->key != NULL);

  if (store->foreign != NULL)
    return TRUE;
  key = lab_key_export_pem (credential->key, error);
  if (key == NULL)
    return FALSE;
  pem = lab_credential_dup_pem (credential);
  return write_file (store, name, ".key", key, 0600, error)
         && write_file (store, name, ".pem", pem, 0644, error);
}
