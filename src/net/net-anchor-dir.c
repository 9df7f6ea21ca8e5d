/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-net"

#include "net-anchor-dir.h"

#include <errno.h>
#include <gnutls/x509.h>
#include <string.h>

#include "kt-error.h"
#include "net-cert.h"

/* A file of certificates, not somebody's disk image. */
#define FILE_MAX (1024 * 1024)
#define CERTS_MAX 256

static gboolean
is_certificate_file (const char *name)
{
  static const char *const suffixes[] = { ".pem", ".crt", ".cer", ".der" };

  for (gsize i = 0; i < G_N_ELEMENTS (suffixes); i++)
    if (g_str_has_suffix (name, suffixes[i]))
      return TRUE;
  return FALSE;
}

static gboolean
add_der (const guint8 *data, gsize len, GPtrArray *certs)
{
  g_autoptr (GBytes) der = g_bytes_new (data, len);
  NetCert *cert = net_cert_new (der, NULL);

  if (cert == NULL)
    return FALSE;
  g_ptr_array_add (certs, cert);
  return TRUE;
}

/* PEM blocks one after the other, with text between them that says whose they are. */
static gboolean
add_pem (const char *text, GPtrArray *certs)
{
  static const char begin[] = "-----BEGIN CERTIFICATE-----";
  guint found = 0;

  for (const char *p = strstr (text, begin); p != NULL; p = strstr (p + 1, begin))
    {
      gnutls_datum_t pem = { (unsigned char *) p, (unsigned int) strlen (p) };
      gnutls_datum_t der = { NULL, 0 };
      gboolean good;

      if (gnutls_pem_base64_decode2 ("CERTIFICATE", &pem, &der) != 0)
        return FALSE;
      good = add_der (der.data, der.size, certs);
      gnutls_free (der.data);
      if (!good || ++found == CERTS_MAX)
        return good;
    }
  return found > 0;
}

static gboolean
read_file (const char *dir, const char *name, GPtrArray *certs, GError **error)
{
  g_autofree char *path = g_build_filename (dir, name, NULL);
  g_autofree char *data = NULL;
  g_autoptr (GError) local = NULL;
  gsize len;
  gboolean good;

  if (!g_file_get_contents (path, &data, &len, &local))
    return kt_error_set (error, KT_ERROR_STORAGE, "anchors.unreadable", "%s: %s", name,
                         local->message);
  good = len <= FILE_MAX
         && (strstr (data, "-----BEGIN") != NULL ? add_pem (data, certs)
                                                 : add_der ((const guint8 *) data, len, certs));
  if (!good)
    return kt_error_set (error, KT_ERROR_INVALID_INPUT, "anchors.malformed",
                         "%s: no certificate that can be read", name);
  return TRUE;
}

static GPtrArray *
list_files (GDir *handle)
{
  GPtrArray *names = g_ptr_array_new_with_free_func (g_free);

  for (const char *name = g_dir_read_name (handle); name != NULL; name = g_dir_read_name (handle))
    if (is_certificate_file (name))
      g_ptr_array_add (names, g_strdup (name));
  return names;
}

gboolean
net_anchor_dir_read (const char *dir, GPtrArray *certs, GError **error)
{
  g_autoptr (GError) local = NULL;
  g_autoptr (GError) first = NULL;
  g_autoptr (GDir) handle = g_dir_open (dir, 0, &local);
  g_autoptr (GPtrArray) names = NULL;

  if (handle == NULL)
    return g_error_matches (local, G_FILE_ERROR, G_FILE_ERROR_NOENT)
           || kt_error_set (error, KT_ERROR_STORAGE, "anchors.unreadable", "%s", local->message);
  names = list_files (handle);
  for (guint i = 0; i < names->len; i++)
    read_file (dir, g_ptr_array_index (names, i), certs, first == NULL ? &first : NULL);
  if (first == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&first));
  return FALSE;
}
