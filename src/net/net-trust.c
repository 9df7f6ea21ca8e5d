/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-net"

#include "net-trust.h"

#include "kt-activation-code.h"
#include "net-anchor-dir.h"
#include "net-chain.h"
#include "net-system-store.h"

struct _NetTrust
{
  GTlsDatabase parent_instance;

  const KtEnv *env;
  GTlsDatabase *system_store;

  /* the rest is guarded by the lock; arrays are replaced, never changed */
  GMutex lock;
  GPtrArray *pkids;
  GPtrArray *certs;
  GHashTable *names;
  GHashTable *accepted;
  GHashTable *verdicts;
  guint generation;
};

G_DEFINE_FINAL_TYPE (NetTrust, net_trust, G_TYPE_TLS_DATABASE)

static GPtrArray *
new_pkids (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
}

static GPtrArray *
new_certs (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify) net_cert_unref);
}

static char *
key_of (const char *server)
{
  g_autofree char *lower = g_ascii_strdown (server, -1);
  guint16 port;
  g_autofree char *host = kt_server_address_split (lower, &port);

  return g_strdup_printf ("%s:%u", host, port);
}

static char *
dup_server (GSocketConnectable *identity)
{
  if (G_IS_NETWORK_ADDRESS (identity))
    return g_strdup_printf ("%s:%u", g_network_address_get_hostname (G_NETWORK_ADDRESS (identity)),
                            g_network_address_get_port (G_NETWORK_ADDRESS (identity)));
  return NULL;
}

/* ---- judging ---- */

static void
take_anchors (NetTrust *self, NetAnchors *anchors)
{
  g_mutex_lock (&self->lock);
  anchors->pkids = g_ptr_array_ref (self->pkids);
  anchors->certs = g_ptr_array_ref (self->certs);
  anchors->names = g_hash_table_new_full (g_bytes_hash, g_bytes_equal,
                                          (GDestroyNotify) g_bytes_unref, NULL);
  {
    GHashTableIter iter;
    gpointer name;

    g_hash_table_iter_init (&iter, self->names);
    while (g_hash_table_iter_next (&iter, &name, NULL))
      g_hash_table_add (anchors->names, g_bytes_ref (name));
  }
  g_mutex_unlock (&self->lock);
  for (guint i = 0; i < anchors->certs->len; i++)
    g_hash_table_add (anchors->names, g_bytes_ref (net_cert_get_raw_subject (
                                          g_ptr_array_index (anchors->certs, i))));
}

static void
anchors_clear (NetAnchors *anchors)
{
  g_ptr_array_unref (anchors->pkids);
  g_ptr_array_unref (anchors->certs);
  g_hash_table_unref (anchors->names);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (NetAnchors, anchors_clear)

/* What a CI calls itself is known once it has vouched; another one of that name then stands out. */
static void
learn_name (NetTrust *self, GPtrArray *path, const NetVerdict *verdict)
{
  NetCert *top = g_ptr_array_index (path, path->len - 1);

  if (verdict->voucher != NET_VOUCHER_CHIP || !net_verdict_is_trusted (verdict))
    return;
  g_mutex_lock (&self->lock);
  g_hash_table_add (self->names, g_bytes_ref (net_cert_get_raw_issuer (top)));
  g_mutex_unlock (&self->lock);
}

static void
take_flags (GTlsCertificateFlags flags, NetVerdict *verdict)
{
  static const struct
  {
    GTlsCertificateFlags flag;
    NetVerdictCode code;
  } rows[] = {
    { G_TLS_CERTIFICATE_REVOKED, NET_VERDICT_REVOKED },
    { G_TLS_CERTIFICATE_INSECURE, NET_VERDICT_INSECURE },
    { G_TLS_CERTIFICATE_BAD_IDENTITY, NET_VERDICT_WRONG_HOST },
    { G_TLS_CERTIFICATE_EXPIRED, NET_VERDICT_EXPIRED },
    { G_TLS_CERTIFICATE_NOT_ACTIVATED, NET_VERDICT_NOT_YET_VALID },
    { G_TLS_CERTIFICATE_GENERIC_ERROR, NET_VERDICT_KEY_USAGE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    if ((flags & rows[i].flag) != 0)
      net_verdict_fail (verdict, rows[i].code);
}

static gboolean
is_accepted (NetTrust *self, const char *server)
{
  g_autofree char *key = key_of (server);
  gboolean accepted;

  g_mutex_lock (&self->lock);
  accepted = g_hash_table_contains (self->accepted, key);
  g_mutex_unlock (&self->lock);
  return accepted;
}

/* SGP.22 version 3 knows servers with certificates of public CAs. They are told apart, and believed
 * on the person's word alone: all else about them has to be right as well. */
static gboolean
judge_public (NetTrust *self, GTlsCertificate *certificate, GPtrArray *chain, const char *server,
              const char *host, NetVerdict *verdict)
{
  GTlsCertificateFlags flags;
  g_autoptr (GError) local = NULL;
  g_autoptr (GPtrArray) leaf = NULL;

  flags = g_tls_database_verify_chain (self->system_store, certificate,
                                       G_TLS_DATABASE_PURPOSE_AUTHENTICATE_SERVER, NULL, NULL,
                                       G_TLS_DATABASE_VERIFY_NONE, NULL, &local);
  if (local != NULL || (flags & G_TLS_CERTIFICATE_UNKNOWN_CA) != 0)
    return FALSE;
  verdict->code = NET_VERDICT_TRUSTED;
  verdict->flags = 0;
  verdict->voucher = NET_VOUCHER_PUBLIC;
  leaf = new_certs ();
  g_ptr_array_add (leaf, net_cert_ref (g_ptr_array_index (chain, 0)));
  net_chain_check (leaf, host, kt_env_now (self->env) / G_USEC_PER_SEC, verdict);
  /* A clock of our own was asked already. */
  take_flags (flags, verdict);
  if (net_verdict_is_trusted (verdict) && (server == NULL || !is_accepted (self, server)))
    net_verdict_fail (verdict, NET_VERDICT_PUBLIC_CA_ONLY);
  return TRUE;
}

static void
judge (NetTrust *self, GTlsCertificate *certificate, const char *server, NetVerdict *verdict)
{
  g_auto (NetAnchors) anchors = { NULL };
  g_autoptr (GPtrArray) chain = NULL;
  g_autoptr (GPtrArray) path = NULL;
  g_autofree char *host = server != NULL ? kt_server_address_split (server, NULL) : NULL;

  take_anchors (self, &anchors);
  chain = net_chain_parse (certificate, verdict);
  if (chain == NULL)
    return;
  path = net_chain_find_path (chain, &anchors, verdict);
  if (path != NULL)
    {
      net_chain_check (path, host, kt_env_now (self->env) / G_USEC_PER_SEC, verdict);
      learn_name (self, path, verdict);
    }
  else if (verdict->code != NET_VERDICT_OTHER_CI_SAME_NAME)
    judge_public (self, certificate, chain, server, host, verdict);
}

static GTlsCertificateFlags
net_trust_verify_chain (GTlsDatabase *database, GTlsCertificate *chain, const char *purpose,
                        GSocketConnectable *identity, GTlsInteraction *interaction,
                        GTlsDatabaseVerifyFlags flags, GCancellable *cancellable, GError **error)
{
  NetTrust *self = NET_TRUST (database);
  g_autofree char *server = identity != NULL ? dup_server (identity) : NULL;
  g_autoptr (NetVerdict) verdict = NULL;

  /* A client, or a server of which nothing tells the name, is none of ours. */
  if (g_strcmp0 (purpose, G_TLS_DATABASE_PURPOSE_AUTHENTICATE_SERVER) != 0)
    return G_TLS_CERTIFICATE_GENERIC_ERROR;
  if (identity != NULL && server == NULL)
    return G_TLS_CERTIFICATE_BAD_IDENTITY;
  verdict = net_trust_judge (self, chain, server);
  if (server != NULL)
    {
      g_mutex_lock (&self->lock);
      g_hash_table_replace (self->verdicts, key_of (server), net_verdict_ref (verdict));
      g_mutex_unlock (&self->lock);
    }
  return verdict->flags;
}

/* ---- object ---- */

static void
net_trust_finalize (GObject *object)
{
  NetTrust *self = NET_TRUST (object);

  g_clear_object (&self->system_store);
  g_ptr_array_unref (self->pkids);
  g_ptr_array_unref (self->certs);
  g_hash_table_unref (self->names);
  g_hash_table_unref (self->accepted);
  g_hash_table_unref (self->verdicts);
  g_mutex_clear (&self->lock);
  G_OBJECT_CLASS (net_trust_parent_class)->finalize (object);
}

static void
net_trust_class_init (NetTrustClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = net_trust_finalize;
  G_TLS_DATABASE_CLASS (klass)->verify_chain = net_trust_verify_chain;
}

static void
net_trust_init (NetTrust *self)
{
  g_mutex_init (&self->lock);
  self->pkids = new_pkids ();
  self->certs = new_certs ();
  self->names = g_hash_table_new_full (g_bytes_hash, g_bytes_equal,
                                       (GDestroyNotify) g_bytes_unref, NULL);
  self->accepted = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->verdicts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
                                          (GDestroyNotify) net_verdict_unref);
}

NetTrust *
net_trust_new (const KtEnv *env, GTlsDatabase *system_store)
{
  NetTrust *self;

  g_return_val_if_fail (env != NULL, NULL);

  self = g_object_new (NET_TYPE_TRUST, NULL);
  self->env = env;
  self->system_store = system_store != NULL ? g_object_ref (system_store) : net_system_store_new ();
  return self;
}

static gboolean
same_pkids (GPtrArray *one, GPtrArray *two)
{
  if (one->len != two->len)
    return FALSE;
  for (guint i = 0; i < one->len; i++)
    if (!g_bytes_equal (g_ptr_array_index (one, i), g_ptr_array_index (two, i)))
      return FALSE;
  return TRUE;
}

void
net_trust_set_pkids (NetTrust *self, GPtrArray *pkids)
{
  GPtrArray *fresh = new_pkids ();

  g_return_if_fail (NET_IS_TRUST (self));

  for (guint i = 0; pkids != NULL && i < pkids->len; i++)
    if (g_bytes_get_size (g_ptr_array_index (pkids, i)) == NET_PKID_BYTES)
      g_ptr_array_add (fresh, g_bytes_ref (g_ptr_array_index (pkids, i)));
  g_mutex_lock (&self->lock);
  if (!same_pkids (self->pkids, fresh))
    {
      GPtrArray *old = g_steal_pointer (&self->pkids);

      self->pkids = g_steal_pointer (&fresh);
      fresh = old;
      /* A name that one chip's CI has proves nothing about another chip's. */
      g_hash_table_remove_all (self->names);
      self->generation++;
    }
  g_mutex_unlock (&self->lock);
  g_ptr_array_unref (fresh);
}

gboolean
net_trust_load_anchors (NetTrust *self, const char *dir, guint *count, GError **error)
{
  GPtrArray *certs;
  gboolean good;

  g_return_val_if_fail (NET_IS_TRUST (self), FALSE);
  g_return_val_if_fail (dir != NULL, FALSE);

  certs = new_certs ();
  good = net_anchor_dir_read (dir, certs, error);
  if (count != NULL)
    *count = certs->len;
  g_mutex_lock (&self->lock);
  {
    GPtrArray *old = self->certs;

    self->certs = certs;
    certs = old;
  }
  self->generation++;
  g_mutex_unlock (&self->lock);
  g_ptr_array_unref (certs);
  return good;
}

void
net_trust_accept_public (NetTrust *self, const char *server)
{
  g_return_if_fail (NET_IS_TRUST (self));
  g_return_if_fail (kt_server_address_is_valid (server, KT_ACTIVATION_CODE_ALLOW_PORT));

  g_mutex_lock (&self->lock);
  g_hash_table_add (self->accepted, key_of (server));
  g_mutex_unlock (&self->lock);
}

void
net_trust_forget_public (NetTrust *self, const char *server)
{
  g_autofree char *key = NULL;

  g_return_if_fail (NET_IS_TRUST (self));
  g_return_if_fail (kt_server_address_is_valid (server, KT_ACTIVATION_CODE_ALLOW_PORT));

  key = key_of (server);
  g_mutex_lock (&self->lock);
  if (g_hash_table_remove (self->accepted, key))
    self->generation++;
  g_mutex_unlock (&self->lock);
}

GStrv
net_trust_dup_public (NetTrust *self)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_autoptr (GList) keys = NULL;
  GStrv servers;

  g_return_val_if_fail (NET_IS_TRUST (self), NULL);

  g_mutex_lock (&self->lock);
  keys = g_list_sort (g_hash_table_get_keys (self->accepted), (GCompareFunc) g_strcmp0);
  for (GList *l = keys; l != NULL; l = l->next)
    g_strv_builder_add (builder, l->data);
  servers = g_strv_builder_end (builder);
  g_mutex_unlock (&self->lock);
  return servers;
}

NetVerdict *
net_trust_dup_verdict (NetTrust *self, const char *server)
{
  g_autofree char *key = NULL;
  NetVerdict *verdict;

  g_return_val_if_fail (NET_IS_TRUST (self), NULL);
  g_return_val_if_fail (server != NULL, NULL);

  key = key_of (server);
  g_mutex_lock (&self->lock);
  verdict = g_hash_table_lookup (self->verdicts, key);
  if (verdict != NULL)
    net_verdict_ref (verdict);
  g_mutex_unlock (&self->lock);
  return verdict;
}

void
net_trust_forget_verdict (NetTrust *self, const char *server)
{
  g_autofree char *key = NULL;

  g_return_if_fail (NET_IS_TRUST (self));
  g_return_if_fail (server != NULL);

  key = key_of (server);
  g_mutex_lock (&self->lock);
  g_hash_table_remove (self->verdicts, key);
  g_mutex_unlock (&self->lock);
}

guint
net_trust_get_generation (NetTrust *self)
{
  guint generation;

  g_return_val_if_fail (NET_IS_TRUST (self), 0);

  g_mutex_lock (&self->lock);
  generation = self->generation;
  g_mutex_unlock (&self->lock);
  return generation;
}

NetVerdict *
net_trust_judge (NetTrust *self, GTlsCertificate *chain, const char *server)
{
  g_autoptr (NetVerdict) verdict = net_verdict_new ();

  g_return_val_if_fail (NET_IS_TRUST (self), NULL);
  g_return_val_if_fail (G_IS_TLS_CERTIFICATE (chain), NULL);

  judge (self, chain, server, verdict);
  if (!net_verdict_is_trusted (verdict))
    g_debug ("server refused: %s", net_verdict_get_text (verdict));
  return g_steal_pointer (&verdict);
}
