/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-net"

#include "net-client-certificate.h"

#include <string.h>

#include "kt-bytes.h"
#include "kt-error.h"

#define BEGIN_CERTIFICATE "-----BEGIN CERTIFICATE-----"

static gboolean
is_token_uri (const char *name)
{
  return g_str_has_prefix (name, "pkcs11:");
}

static GTlsCertificate *
load_from_token (const char *certificate, const char *key, GError **error)
{
  g_autoptr (GError) local = NULL;
  GTlsCertificate *tls = g_tls_certificate_new_from_pkcs11_uris (certificate, key, &local);

  if (tls == NULL)
    kt_error_set (error, KT_ERROR_INVALID_INPUT, "client-cert.token", "client certificate: %s",
                  local->message);
  return tls;
}

static char *
read_file (const char *path, GError **error)
{
  g_autoptr (GError) local = NULL;
  char *text = NULL;

  if (!g_file_get_contents (path, &text, NULL, &local))
    kt_error_set (error, KT_ERROR_INVALID_INPUT, "client-cert.unreadable",
                  "client certificate: %s", local->message);
  return text;
}

/* The block alone: GnuTLS looks at the first one of a text only. */
static char *
dup_key_block (const char *text)
{
  for (const char *p = strstr (text, "-----BEGIN "); p != NULL; p = strstr (p + 1, "-----BEGIN "))
    {
      const char *line_end = strchr (p, '\n');
      const char *kind = line_end != NULL
                             ? g_strstr_len (p, line_end - p, "PRIVATE KEY-----")
                             : NULL;
      const char *end = kind != NULL ? strstr (kind + 16, "PRIVATE KEY-----") : NULL;

      if (end != NULL && g_strstr_len (p, line_end - p, "ENCRYPTED") == NULL)
        return g_strndup (p, (gsize) (end + 16 - p));
    }
  return NULL;
}

static GTlsCertificate *
make_certificate (const char *pem, const char *key, GTlsCertificate *issuer, GError **error)
{
  return g_initable_new (g_tls_backend_get_certificate_type (g_tls_backend_get_default ()), NULL,
                         error, "certificate-pem", pem, "private-key-pem", key, "issuer", issuer,
                         NULL);
}

/* Issuers are tied on by hand: GIO drops them unless their root is in the file, too. */
static GTlsCertificate *
load_from_text (const char *text, const char *key, GError **error)
{
  g_auto (GStrv) blocks = g_strsplit (text, BEGIN_CERTIFICATE, -1);
  g_autoptr (GTlsCertificate) chain = NULL;
  g_autoptr (GError) local = NULL;

  for (guint i = g_strv_length (blocks); i-- > 1;)
    {
      g_autofree char *pem = g_strconcat (BEGIN_CERTIFICATE, blocks[i], NULL);
      GTlsCertificate *next = make_certificate (pem, i == 1 ? key : NULL, chain, &local);

      if (next == NULL)
        break;
      g_set_object (&chain, next);
      g_object_unref (next);
    }
  if (local == NULL && chain != NULL)
    return g_steal_pointer (&chain);
  kt_error_set (error, KT_ERROR_INVALID_INPUT, "client-cert.malformed", "client certificate: %s",
                local != NULL ? local->message : "there is none in the file");
  return NULL;
}

static GTlsCertificate *
load_from_files (const char *certificate, const char *key, GError **error)
{
  g_autoptr (KtSecretString) text = read_file (certificate, error);
  g_autoptr (KtSecretString) key_text = NULL;
  g_autoptr (KtSecretString) block = NULL;

  if (text == NULL)
    return NULL;
  if (key != NULL)
    {
      key_text = read_file (key, error);
      if (key_text == NULL)
        return NULL;
    }
  block = dup_key_block (key_text != NULL ? key_text : text);
  if (block == NULL)
    {
      kt_error_set (error, KT_ERROR_INVALID_INPUT, "client-cert.no-key",
                    "client certificate: there is no private key that can be read");
      return NULL;
    }
  return load_from_text (text, block, error);
}

GTlsCertificate *
net_client_certificate_load (const char *certificate, const char *key, GError **error)
{
  g_return_val_if_fail (certificate != NULL, NULL);

  if (is_token_uri (certificate))
    return load_from_token (certificate, key, error);
  return load_from_files (certificate, key, error);
}
