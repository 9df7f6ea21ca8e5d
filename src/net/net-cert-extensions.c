/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-net"

#include "net-cert-private.h"

#include <string.h>

#define OID_ROLE "2.23.146.1.2.1."
#define OID_BYTES 128

/* Those that the checks of a chain look at, or that bind nobody here (RFC 5280 section 4.2). */
static gboolean
extension_is_known (const char *oid)
{
  static const char *const known[] = {
    "2.5.29.14", "2.5.29.15", "2.5.29.17", "2.5.29.18", "2.5.29.19", "2.5.29.30",
    "2.5.29.31", "2.5.29.32", "2.5.29.35", "2.5.29.37",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (known); i++)
    if (strcmp (oid, known[i]) == 0)
      return TRUE;
  return FALSE;
}

static gboolean
read_criticals (NetCert *cert)
{
  char oid[OID_BYTES];
  gsize size;
  unsigned critical;

  for (unsigned i = 0;; i++)
    {
      int rc;

      size = sizeof oid;
      critical = 0;
      rc = gnutls_x509_crt_get_extension_info (cert->crt, i, oid, &size, &critical);
      if (rc == GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE)
        return TRUE;
      if (rc != 0)
        return FALSE;
      if (critical && !extension_is_known (oid))
        cert->unknown_critical = TRUE;
    }
}

static gboolean
read_constraints (NetCert *cert)
{
  unsigned ca = 0;
  unsigned usage = 0;
  int path_len = -1;
  int rc = gnutls_x509_crt_get_basic_constraints (cert->crt, NULL, &ca, &path_len);

  if (rc < 0 && rc != GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE)
    return FALSE;
  cert->ca = rc >= 0 && ca != 0;
  cert->path_len = cert->ca ? path_len : -1;
  rc = gnutls_x509_crt_get_key_usage (cert->crt, &usage, NULL);
  if (rc < 0 && rc != GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE)
    return FALSE;
  cert->has_key_usage = rc >= 0;
  cert->key_usage = rc >= 0 ? usage : 0;
  return TRUE;
}

static gboolean
read_purposes (NetCert *cert)
{
  char oid[OID_BYTES];
  gsize size;

  for (unsigned i = 0;; i++)
    {
      int rc;

      size = sizeof oid;
      rc = gnutls_x509_crt_get_key_purpose_oid (cert->crt, i, oid, &size, NULL);
      if (rc == GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE)
        return TRUE;
      if (rc != 0)
        return FALSE;
      if (strcmp (oid, GNUTLS_KP_TLS_WWW_SERVER) == 0)
        cert->purposes |= NET_PURPOSE_SERVER;
      else if (strcmp (oid, GNUTLS_KP_TLS_WWW_CLIENT) == 0)
        cert->purposes |= NET_PURPOSE_CLIENT;
      else if (strcmp (oid, GNUTLS_KP_ANY) == 0)
        cert->purposes |= NET_PURPOSE_SERVER | NET_PURPOSE_CLIENT;
      else
        cert->purposes |= NET_PURPOSE_OTHER;
    }
}

static void
take_policy (NetCert *cert, const char *oid)
{
  const char *arc = oid + strlen (OID_ROLE);

  if (!g_str_has_prefix (oid, OID_ROLE))
    return;
  if (arc[0] >= '0' && arc[0] <= '7' && arc[1] == '\0')
    cert->roles |= NET_ROLE_BIT (arc[0] - '0');
  /* SGP.22 version 3 gives EUMs another OID, below the CI's */
  else if (strcmp (arc, "0.0.0") == 0)
    cert->roles |= NET_ROLE_BIT (NET_ROLE_EUM);
}

static gboolean
read_policies (NetCert *cert)
{
  for (unsigned i = 0;; i++)
    {
      struct gnutls_x509_policy_st policy = { 0 };
      int rc = gnutls_x509_crt_get_policy (cert->crt, i, &policy, NULL);

      if (rc == GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE)
        return TRUE;
      if (rc != 0)
        return FALSE;
      take_policy (cert, policy.oid);
      gnutls_x509_policy_release (&policy);
    }
}

static void
take_name (NetCert *cert, int type, const guint8 *data, gsize len)
{
  if (type == GNUTLS_SAN_DNSNAME)
    {
      /* A name with a NUL inside could end early in a comparison. */
      if (memchr (data, '\0', len) == NULL)
        g_ptr_array_add (cert->dns_names, g_strndup ((const char *) data, len));
    }
  else if (type == GNUTLS_SAN_IPADDRESS)
    g_ptr_array_add (cert->addresses, g_bytes_new (data, len));
  else if (type == GNUTLS_SAN_REGISTERED_ID && cert->oid == NULL)
    cert->oid = g_strndup ((const char *) data, len);
}

static gboolean
read_alternative_names (NetCert *cert)
{
  for (unsigned i = 0;; i++)
    {
      guint8 buffer[1024];
      gsize size = sizeof buffer;
      int rc = gnutls_x509_crt_get_subject_alt_name (cert->crt, i, buffer, &size, NULL);

      if (rc == GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE)
        return TRUE;
      /* Too long for a host name or an OID: no name that anybody asks for. */
      if (rc == GNUTLS_E_SHORT_MEMORY_BUFFER)
        continue;
      if (rc < 0)
        return FALSE;
      take_name (cert, rc, buffer, size);
    }
}

typedef int (*KeyIdFunc) (gnutls_x509_crt_t crt, void *id, size_t *size, unsigned *critical);

static GBytes *
dup_key_id (NetCert *cert, KeyIdFunc get)
{
  guint8 id[64];
  gsize size = sizeof id;

  return get (cert->crt, id, &size, NULL) == 0 ? g_bytes_new (id, size) : NULL;
}

gboolean
net_cert_read_extensions (NetCert *cert)
{
  cert->subject_key_id = dup_key_id (cert, gnutls_x509_crt_get_subject_key_id);
  cert->authority_key_id = dup_key_id (cert, gnutls_x509_crt_get_authority_key_id);
  return read_criticals (cert) && read_constraints (cert) && read_purposes (cert)
         && read_policies (cert) && read_alternative_names (cert);
}
