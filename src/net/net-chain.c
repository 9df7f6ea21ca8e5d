/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-net"

#include "net-chain.h"

#include <gnutls/x509.h>
#include <string.h>

/* Roles that a CA between the CI and a TLS server can have. EUMs and eUICCs get certificates from
 * the same CIs and hold keys of their own: they must not vouch for servers. */
#define CA_ROLES                                                                                   \
  (NET_ROLE_BIT (NET_ROLE_CI) | NET_ROLE_BIT (NET_ROLE_DP_TLS) | NET_ROLE_BIT (NET_ROLE_DS_TLS))
#define TLS_ROLES (NET_ROLE_BIT (NET_ROLE_DP_TLS) | NET_ROLE_BIT (NET_ROLE_DS_TLS))

static NetCert *
cert_at (GPtrArray *chain, guint i)
{
  return g_ptr_array_index (chain, i);
}

static NetCert *
read_certificate (GTlsCertificate *certificate)
{
  g_autoptr (GByteArray) der = NULL;
  g_autoptr (GBytes) bytes = NULL;

  g_object_get (certificate, "certificate", &der, NULL);
  if (der == NULL)
    return NULL;
  bytes = g_byte_array_free_to_bytes (g_steal_pointer (&der));
  return net_cert_new (bytes, NULL);
}

static void
describe (NetCert *leaf, NetVerdict *verdict)
{
  verdict->subject = g_strdup (net_cert_get_subject (leaf));
  verdict->oid = g_strdup (net_cert_get_oid (leaf));
  verdict->not_before = net_cert_get_not_before (leaf);
  verdict->not_after = net_cert_get_not_after (leaf);
}

GPtrArray *
net_chain_parse (GTlsCertificate *certificate, NetVerdict *verdict)
{
  g_autoptr (GPtrArray) chain = g_ptr_array_new_with_free_func ((GDestroyNotify) net_cert_unref);

  for (; certificate != NULL; certificate = g_tls_certificate_get_issuer (certificate))
    {
      NetCert *cert;

      /* Also ends a chain of two that name each other as issuer. */
      if (chain->len == NET_CHAIN_MAX)
        {
          net_verdict_fail (verdict, NET_VERDICT_CHAIN_TOO_LONG);
          return NULL;
        }
      cert = read_certificate (certificate);
      if (cert == NULL)
        {
          net_verdict_fail (verdict, NET_VERDICT_MALFORMED);
          return NULL;
        }
      g_ptr_array_add (chain, cert);
    }
  describe (cert_at (chain, 0), verdict);
  return g_steal_pointer (&chain);
}

/* ---- whom the chain leads to ---- */

static gboolean
pkid_is_listed (GPtrArray *pkids, const guint8 *pkid, gsize len)
{
  for (guint i = 0; i < pkids->len; i++)
    {
      gsize have;
      const guint8 *data = g_bytes_get_data (g_ptr_array_index (pkids, i), &have);

      if (have == len && memcmp (data, pkid, len) == 0)
        return TRUE;
    }
  return FALSE;
}

static gboolean
is_signed_by_chip_ci (NetCert *cert, GPtrArray *pkids, guint8 pkid[NET_PKID_BYTES])
{
  static const NetCurve curves[] = { NET_CURVE_P256, NET_CURVE_BRAINPOOL_P256R1 };

  for (gsize c = 0; pkids->len > 0 && c < G_N_ELEMENTS (curves); c++)
    {
      NetEcKey keys[NET_RECOVER_MAX];
      guint count = net_cert_recover_issuer (cert, curves[c], keys);

      for (guint i = 0; i < count; i++)
        {
          net_ec_get_pkid (&keys[i], pkid);
          if (pkid_is_listed (pkids, pkid, NET_PKID_BYTES))
            return TRUE;
        }
    }
  return FALSE;
}

static NetCert *
find_extra_anchor (NetCert *cert, GPtrArray *anchors)
{
  for (guint i = 0; i < anchors->len; i++)
    if (net_cert_is_signed_by (cert, g_ptr_array_index (anchors, i)))
      return g_ptr_array_index (anchors, i);
  return NULL;
}

static void
set_authority (NetVerdict *verdict, NetVoucher voucher, const char *name)
{
  verdict->voucher = voucher;
  g_free (verdict->authority);
  verdict->authority = g_strdup (name);
}

/* Of a CI that the chip lists only the key is known: it has no dates, and its name is what it
 * calls itself when it signs. An extra anchor is a certificate, with all that it says. */
static gboolean
is_anchored (NetCert *cert, const NetAnchors *anchors, NetCert **extra, NetVerdict *verdict)
{
  NetEcKey key;

  *extra = NULL;
  if (is_signed_by_chip_ci (cert, anchors->pkids, verdict->pkid))
    {
      verdict->has_pkid = TRUE;
      set_authority (verdict, NET_VOUCHER_CHIP, net_cert_get_issuer (cert));
      return TRUE;
    }
  *extra = find_extra_anchor (cert, anchors->certs);
  if (*extra == NULL)
    return FALSE;
  if (net_cert_get_key (*extra, &key))
    {
      net_ec_get_pkid (&key, verdict->pkid);
      verdict->has_pkid = TRUE;
    }
  set_authority (verdict, NET_VOUCHER_DIRECTORY, net_cert_get_subject (*extra));
  return TRUE;
}

static gboolean
key_id_is_listed (GBytes *id, GPtrArray *pkids)
{
  return id != NULL
         && pkid_is_listed (pkids, g_bytes_get_data (id, NULL), g_bytes_get_size (id));
}

/* Whether the certificate says that a CI of ours made it, or is one, which its signature denies. */
static gboolean
passes_for_trusted (NetCert *cert, gboolean is_issuer, const NetAnchors *anchors)
{
  return g_hash_table_contains (anchors->names, net_cert_get_raw_issuer (cert))
         || key_id_is_listed (net_cert_get_authority_key_id (cert), anchors->pkids)
         || (is_issuer && key_id_is_listed (net_cert_get_subject_key_id (cert), anchors->pkids));
}

static void
fail_unanchored (GPtrArray *path, const NetAnchors *anchors, NetVerdict *verdict)
{
  NetCert *top = cert_at (path, path->len - 1);

  verdict->has_pkid = FALSE;
  set_authority (verdict, NET_VOUCHER_NONE, net_cert_get_issuer (top));
  for (guint i = 0; i < path->len; i++)
    if (passes_for_trusted (cert_at (path, i), i > 0, anchors))
      {
        net_verdict_fail (verdict, NET_VERDICT_OTHER_CI_SAME_NAME);
        return;
      }
  net_verdict_fail (verdict, path->len == 1 && net_cert_is_signed_by (top, top)
                                 ? NET_VERDICT_SELF_SIGNED
                                 : NET_VERDICT_UNKNOWN_CI);
}

GPtrArray *
net_chain_find_path (GPtrArray *chain, const NetAnchors *anchors, NetVerdict *verdict)
{
  g_autoptr (GPtrArray) path = g_ptr_array_new_with_free_func ((GDestroyNotify) net_cert_unref);

  g_return_val_if_fail (chain != NULL && chain->len > 0, NULL);

  for (guint i = 0; i < chain->len; i++)
    {
      NetCert *cert = cert_at (chain, i);
      NetCert *extra;

      g_ptr_array_add (path, net_cert_ref (cert));
      if (is_anchored (cert, anchors, &extra, verdict))
        {
          /* A server's own certificate may lie in the directory. */
          if (extra != NULL && !g_bytes_equal (net_cert_get_der (extra), net_cert_get_der (cert)))
            g_ptr_array_add (path, net_cert_ref (extra));
          return g_steal_pointer (&path);
        }
      if (i + 1 < chain->len && !net_cert_is_signed_by (cert, cert_at (chain, i + 1)))
        break;
    }
  fail_unanchored (path, anchors, verdict);
  return NULL;
}

/* ---- what is owed whoever vouches ---- */

static void
check_dates (NetCert *cert, gint64 now, NetVerdict *verdict)
{
  if (now > net_cert_get_not_after (cert))
    net_verdict_fail (verdict, NET_VERDICT_EXPIRED);
  if (now < net_cert_get_not_before (cert))
    net_verdict_fail (verdict, NET_VERDICT_NOT_YET_VALID);
}

/* @below: intermediates between this one and the server (RFC 5280 section 4.2.1.9) */
static void
check_issuer (NetCert *cert, guint below, NetCert *leaf, gboolean is_rsp, NetVerdict *verdict)
{
  int path_len = net_cert_get_path_len (cert);

  if (!net_cert_is_ca (cert))
    net_verdict_fail (verdict, NET_VERDICT_NOT_A_CA);
  /* SGP.22 section 4.5.2.1 wants the extension; public CAs may be without. */
  if ((is_rsp || net_cert_has_key_usage (cert))
      && !net_cert_allows_usage (cert, GNUTLS_KEY_KEY_CERT_SIGN))
    net_verdict_fail (verdict, NET_VERDICT_KEY_USAGE);
  if (path_len >= 0 && below > (guint) path_len)
    net_verdict_fail (verdict, NET_VERDICT_PATH_LENGTH);
  if ((net_cert_get_roles (cert) & ~CA_ROLES) != 0)
    net_verdict_fail (verdict, NET_VERDICT_WRONG_ROLE);
  if (!net_cert_permits_names (cert, leaf))
    net_verdict_fail (verdict, NET_VERDICT_NAME_CONSTRAINT);
}

/* SGP.22 section 4.5.2.1: a TLS certificate names its role. Test PKIs exist that leave it out; then
 * the extended key usage must say what the role does not. Any other role is a certificate, and a
 * key, for something else. */
static gboolean
role_is_right (NetCert *leaf, gboolean is_rsp)
{
  guint roles = net_cert_get_roles (leaf);

  if (roles != 0)
    return (roles & ~TLS_ROLES) == 0;
  return !is_rsp || (net_cert_get_purposes (leaf) & NET_PURPOSE_SERVER) != 0;
}

static gboolean
usage_is_right (NetCert *leaf)
{
  NetPurpose purposes = net_cert_get_purposes (leaf);

  return (!net_cert_has_key_usage (leaf)
          || net_cert_allows_usage (leaf, GNUTLS_KEY_DIGITAL_SIGNATURE))
         && (purposes == NET_PURPOSE_NONE || (purposes & NET_PURPOSE_SERVER) != 0);
}

void
net_chain_check (GPtrArray *path, const char *host, gint64 now, NetVerdict *verdict)
{
  gboolean is_rsp = verdict->voucher == NET_VOUCHER_CHIP;
  NetCert *leaf;

  g_return_if_fail (path != NULL && path->len > 0);

  leaf = cert_at (path, 0);
  for (guint i = 1; i < path->len; i++)
    check_issuer (cert_at (path, i), i - 1, leaf, is_rsp, verdict);
  if (!role_is_right (leaf, is_rsp))
    net_verdict_fail (verdict, NET_VERDICT_WRONG_ROLE);
  if (!usage_is_right (leaf))
    net_verdict_fail (verdict, NET_VERDICT_KEY_USAGE);
  for (guint i = 0; i < path->len; i++)
    {
      check_dates (cert_at (path, i), now, verdict);
      if (net_cert_has_unknown_critical (cert_at (path, i)))
        net_verdict_fail (verdict, NET_VERDICT_CRITICAL_EXTENSION);
    }
  if (host != NULL && !net_cert_matches_host (leaf, host))
    net_verdict_fail (verdict, NET_VERDICT_WRONG_HOST);
}
