/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-net"

#include "net-system-store.h"

#include <gnutls/x509.h>
#include <string.h>

/* Longer chains are nobody's. */
#define CHAIN_MAX 16

struct _NetSystemStore
{
  GTlsDatabase parent_instance;

  gsize loaded;
  gnutls_x509_trust_list_t list;
};

G_DEFINE_FINAL_TYPE (NetSystemStore, net_system_store, G_TYPE_TLS_DATABASE)

static gnutls_x509_trust_list_t
get_list (NetSystemStore *self)
{
  if (g_once_init_enter (&self->loaded))
    {
      if (gnutls_x509_trust_list_init (&self->list, 0) != 0)
        self->list = NULL;
      else if (gnutls_x509_trust_list_add_system_trust (self->list, 0, 0) < 0)
        g_debug ("this system has no store of public CAs");
      g_once_init_leave (&self->loaded, 1);
    }
  return self->list;
}

static guint
read_chain (GTlsCertificate *certificate, gnutls_x509_crt_t *crts)
{
  guint count = 0;

  for (; certificate != NULL && count < CHAIN_MAX;
       certificate = g_tls_certificate_get_issuer (certificate))
    {
      g_autoptr (GByteArray) der = NULL;
      gnutls_datum_t datum;

      g_object_get (certificate, "certificate", &der, NULL);
      if (der == NULL || gnutls_x509_crt_init (&crts[count]) != 0)
        break;
      datum = (gnutls_datum_t) { der->data, der->len };
      if (gnutls_x509_crt_import (crts[count++], &datum, GNUTLS_X509_FMT_DER) != 0)
        break;
    }
  return count;
}

static GTlsCertificateFlags
convert_status (guint status)
{
  static const struct
  {
    guint status;
    GTlsCertificateFlags flag;
  } rows[] = {
    { GNUTLS_CERT_SIGNER_NOT_FOUND | GNUTLS_CERT_SIGNER_NOT_CA, G_TLS_CERTIFICATE_UNKNOWN_CA },
    { GNUTLS_CERT_UNEXPECTED_OWNER, G_TLS_CERTIFICATE_BAD_IDENTITY },
    { GNUTLS_CERT_NOT_ACTIVATED, G_TLS_CERTIFICATE_NOT_ACTIVATED },
    { GNUTLS_CERT_EXPIRED, G_TLS_CERTIFICATE_EXPIRED },
    { GNUTLS_CERT_REVOKED, G_TLS_CERTIFICATE_REVOKED },
    { GNUTLS_CERT_INSECURE_ALGORITHM, G_TLS_CERTIFICATE_INSECURE },
  };
  GTlsCertificateFlags flags = 0;
  guint known = GNUTLS_CERT_INVALID;

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      known |= rows[i].status;
      if ((status & rows[i].status) != 0)
        flags |= rows[i].flag;
    }
  if ((status & ~known) != 0 || (status != 0 && flags == 0))
    flags |= G_TLS_CERTIFICATE_GENERIC_ERROR;
  return flags;
}

static char *
dup_host (GSocketConnectable *identity)
{
  if (G_IS_NETWORK_ADDRESS (identity))
    return g_strdup (g_network_address_get_hostname (G_NETWORK_ADDRESS (identity)));
  if (G_IS_NETWORK_SERVICE (identity))
    return g_strdup (g_network_service_get_domain (G_NETWORK_SERVICE (identity)));
  if (G_IS_INET_SOCKET_ADDRESS (identity))
    return g_inet_address_to_string (
        g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (identity)));
  return NULL;
}

static GTlsCertificateFlags
verify (gnutls_x509_trust_list_t list, gnutls_x509_crt_t *crts, guint count, const char *purpose,
        char *host)
{
  gnutls_typed_vdata_st data[2] = { { GNUTLS_DT_KEY_PURPOSE_OID, (unsigned char *) purpose, 0 },
                                    { GNUTLS_DT_DNS_HOSTNAME, (unsigned char *) host, 0 } };
  unsigned status = 0;

  if (count == 0 || list == NULL)
    return G_TLS_CERTIFICATE_UNKNOWN_CA;
  if (host != NULL && g_hostname_is_ip_address (host))
    data[1].type = GNUTLS_DT_IP_ADDRESS;
  if (gnutls_x509_trust_list_verify_crt2 (list, crts, count, data, host != NULL ? 2 : 1, 0,
                                          &status, NULL)
      != 0)
    return G_TLS_CERTIFICATE_GENERIC_ERROR;
  return convert_status (status);
}

static GTlsCertificateFlags
net_system_store_verify_chain (GTlsDatabase *database, GTlsCertificate *chain, const char *purpose,
                               GSocketConnectable *identity, GTlsInteraction *interaction,
                               GTlsDatabaseVerifyFlags flags, GCancellable *cancellable,
                               GError **error)
{
  NetSystemStore *self = NET_SYSTEM_STORE (database);
  g_autofree char *host = identity != NULL ? dup_host (identity) : NULL;
  gnutls_x509_crt_t crts[CHAIN_MAX];
  GTlsCertificateFlags result;
  guint count;

  if (identity != NULL && host == NULL)
    return G_TLS_CERTIFICATE_BAD_IDENTITY;
  count = read_chain (chain, crts);
  result = verify (get_list (self), crts, count, purpose, host);
  for (guint i = 0; i < count; i++)
    gnutls_x509_crt_deinit (crts[i]);
  return result;
}

static void
net_system_store_finalize (GObject *object)
{
  NetSystemStore *self = NET_SYSTEM_STORE (object);

  if (self->list != NULL)
    gnutls_x509_trust_list_deinit (self->list, 1);
  G_OBJECT_CLASS (net_system_store_parent_class)->finalize (object);
}

static void
net_system_store_class_init (NetSystemStoreClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = net_system_store_finalize;
  G_TLS_DATABASE_CLASS (klass)->verify_chain = net_system_store_verify_chain;
}

static void
net_system_store_init (NetSystemStore *self)
{
}

GTlsDatabase *
net_system_store_new (void)
{
  return g_object_new (NET_TYPE_SYSTEM_STORE, NULL);
}
