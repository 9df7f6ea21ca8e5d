/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-test"

#include <glib/gstdio.h>
#include <string.h>

#include "net-system-store.h"
#include "net-test-judge.h"

static const NetTestCis *cis;

/* ---- the directory ---- */

static void
test_extra_anchors (void)
{
  g_autofree char *dir = g_dir_make_tmp ("kaitsu-XXXXXX", NULL);
  g_autofree char *file = g_build_filename (dir, "stranger.pem", NULL);
  g_autofree char *pem = net_test_cert_dup_pem (cis->stranger);
  g_autoptr (NetTrust) trust = net_test_trust_new (NULL, NULL);
  NetTestSpec spec = net_test_tls_spec (NET_TEST_HOST);
  g_autoptr (NetTestCert) leaf = net_test_cert_new (&spec, cis->stranger);
  g_autoptr (GTlsCertificate) chain = net_test_chain (leaf, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (NetVerdict) verdict = NULL;
  guint count = 0;

  net_test_assert_refused (chain, trust, "tls.unknown-ci", G_TLS_CERTIFICATE_UNKNOWN_CA);
  g_assert_true (g_file_set_contents (file, pem, -1, NULL));
  g_assert_true (net_trust_load_anchors (trust, dir, &count, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (count, ==, 1);
  verdict = net_test_assert_trusted (chain, trust, NET_VOUCHER_DIRECTORY);
  g_assert_cmpstr (verdict->authority, ==, "Other CI");
  g_assert_true (verdict->has_pkid);
  g_unlink (file);
  g_rmdir (dir);
}

/* A certificate in the directory is trusted for what it says, and no longer than it says. */
static void
test_extra_anchor_limits (void)
{
  g_autofree char *dir = g_dir_make_tmp ("kaitsu-XXXXXX", NULL);
  g_autofree char *file = g_build_filename (dir, "a.pem", NULL);
  NetTestSpec anchor_spec = { .name = "Old CI", .usage = GNUTLS_KEY_KEY_CERT_SIGN, .ca = TRUE,
                              .path_len = -1,
                              .not_after = g_get_real_time () / G_USEC_PER_SEC - 60 };
  NetTestSpec server_spec = net_test_tls_spec ("other.example");
  NetTestSpec spec = net_test_tls_spec (NET_TEST_HOST);
  g_autoptr (NetTrust) trust = net_test_trust_new (NULL, NULL);
  g_autoptr (NetTestCert) old = net_test_cert_new (&anchor_spec, NULL);
  g_autoptr (NetTestCert) no_ca = net_test_cert_new (&server_spec, NULL);
  g_autoptr (NetTestCert) own = net_test_cert_new (&spec, NULL);
  g_autoptr (NetTestCert) of_old = net_test_cert_new (&spec, old);
  g_autoptr (NetTestCert) of_no_ca = net_test_cert_new (&spec, no_ca);
  g_autoptr (GTlsCertificate) one = net_test_chain (of_old, NULL);
  g_autoptr (GTlsCertificate) two = net_test_chain (of_no_ca, NULL);
  g_autoptr (GTlsCertificate) three = net_test_chain (own, NULL);
  g_autofree char *old_pem = net_test_cert_dup_pem (old);
  g_autofree char *no_ca_pem = net_test_cert_dup_pem (no_ca);
  g_autofree char *own_pem = net_test_cert_dup_pem (own);
  g_autofree char *text = g_strconcat ("# three\n", old_pem, no_ca_pem, own_pem, NULL);
  g_autoptr (NetVerdict) verdict = NULL;
  guint count;

  g_assert_true (g_file_set_contents (file, text, -1, NULL));
  g_assert_true (net_trust_load_anchors (trust, dir, &count, NULL));
  g_assert_cmpuint (count, ==, 3);
  net_test_assert_refused (one, trust, "tls.expired", G_TLS_CERTIFICATE_EXPIRED);
  net_test_assert_refused (two, trust, "tls.not-a-ca",
                  G_TLS_CERTIFICATE_UNKNOWN_CA | G_TLS_CERTIFICATE_GENERIC_ERROR);
  verdict = net_test_assert_trusted (three, trust, NET_VOUCHER_DIRECTORY);
  g_unlink (file);
  g_rmdir (dir);
}

static void
test_anchor_directory (void)
{
  g_autofree char *dir = g_dir_make_tmp ("kaitsu-XXXXXX", NULL);
  g_autofree char *bad = g_build_filename (dir, "bad.pem", NULL);
  g_autofree char *good = g_build_filename (dir, "good.der", NULL);
  g_autofree char *other = g_build_filename (dir, "README", NULL);
  g_autofree char *absent = g_build_filename (dir, "absent", NULL);
  g_autoptr (NetTrust) trust = net_test_trust_new (NULL, NULL);
  g_autoptr (GBytes) der = net_test_cert_dup_der (cis->stranger);
  g_autoptr (GError) error = NULL;
  guint count = 7;

  g_assert_true (net_trust_load_anchors (trust, absent, &count, &error));
  g_assert_cmpuint (count, ==, 0);
  g_assert_true (g_file_set_contents (bad, "no certificate", -1, NULL));
  g_assert_true (g_file_set_contents (other, "no certificate", -1, NULL));
  g_assert_true (g_file_set_contents (good, g_bytes_get_data (der, NULL),
                                      (gssize) g_bytes_get_size (der), NULL));
  g_assert_false (net_trust_load_anchors (trust, dir, &count, &error));
  g_assert_error (error, KT_ERROR, KT_ERROR_INVALID_INPUT);
  g_assert_cmpstr (kt_error_key (error), ==, "anchors.malformed");
  g_assert_cmpuint (count, ==, 1);
  g_clear_error (&error);
  g_assert_false (net_trust_load_anchors (trust, other, &count, &error));
  g_assert_error (error, KT_ERROR, KT_ERROR_STORAGE);
  g_unlink (bad);
  g_unlink (good);
  g_unlink (other);
  g_rmdir (dir);
}

/* ---- the system's own store ---- */

typedef struct
{
  char *dir;
  char *file;
  NetTestCert *root;
  GTlsDatabase *store;
} PublicStore;

static void
public_store_init (PublicStore *self, gboolean rsa)
{
  NetTestSpec spec = { .name = "Public Root", .usage = GNUTLS_KEY_KEY_CERT_SIGN, .ca = TRUE,
                       .path_len = -1 };
  g_autofree char *pem = NULL;

  self->dir = g_dir_make_tmp ("kaitsu-XXXXXX", NULL);
  self->file = g_build_filename (self->dir, "store.pem", NULL);
  self->root = rsa ? net_test_cert_new_rsa (&spec, NULL) : net_test_cert_new (&spec, NULL);
  pem = net_test_cert_dup_pem (self->root);
  g_assert_true (g_file_set_contents (self->file, pem, -1, NULL));
  self->store = g_tls_file_database_new (self->file, NULL);
  g_assert_nonnull (self->store);
}

static void
public_store_clear (PublicStore *self)
{
  g_unlink (self->file);
  g_rmdir (self->dir);
  g_free (self->file);
  g_free (self->dir);
  net_test_cert_free (self->root);
  g_object_unref (self->store);
}

static void
test_public_only (void)
{
  for (guint rsa = 0; rsa < 2; rsa++)
    {
      PublicStore public;
      NetTestSpec spec = net_test_tls_spec (NET_TEST_HOST);
      g_autoptr (NetTrust) trust = NULL;
      g_autoptr (NetTestCert) leaf = NULL;
      g_autoptr (GTlsCertificate) chain = NULL;
      g_autoptr (NetTestServer) server = NULL;
      g_autofree char *address = NULL;
      g_autoptr (GError) error = NULL;
      g_autoptr (NetVerdict) verdict = NULL;
      g_auto (GStrv) accepted = NULL;

      public_store_init (&public, rsa != 0);
      spec.policies[0] = NULL;
      trust = net_test_trust_new (NULL, public.store);
      leaf = net_test_cert_new (&spec, public.root);
      chain = net_test_chain (leaf, NULL);
      net_test_assert_refused (chain, trust, "tls.public-ca-only", G_TLS_CERTIFICATE_UNKNOWN_CA);

      server = net_test_server_new (chain, net_test_answer_json, NULL);
      address = net_test_server_dup_address (server, NET_TEST_HOST);
      net_trust_accept_public (trust, "other.example");
      error = net_test_ask (server, trust, NULL);
      g_assert_cmpstr (kt_error_key (error), ==, "tls.public-ca-only");
      g_clear_error (&error);
      net_trust_accept_public (trust, address);
      error = net_test_ask (server, trust, NULL);
      g_assert_no_error (error);
      verdict = net_trust_dup_verdict (trust, address);
      g_assert_cmpint (verdict->voucher, ==, NET_VOUCHER_PUBLIC);
      g_assert_cmpstr (verdict->authority, ==, "Public Root");
      accepted = net_trust_dup_public (trust);
      g_assert_cmpuint (g_strv_length (accepted), ==, 2);
      g_assert_cmpstr (accepted[0], ==, "other.example:443");
      g_assert_cmpstr (accepted[1], ==, address);
      net_trust_forget_public (trust, address);
      error = net_test_ask (server, trust, NULL);
      g_assert_cmpstr (kt_error_key (error), ==, "tls.public-ca-only");
      public_store_clear (&public);
    }
}

/* The person's word does not stand for the rest. */
static void
test_public_accepted_but_wrong (void)
{
  static const struct
  {
    const char *host;
    int offset;
    const char *role;
    const char *key;
  } rows[] = {
    { "other.example", 0, NULL, "tls.wrong-host" },
    { NET_TEST_HOST, -60, NULL, "tls.expired" },
    { NET_TEST_HOST, 0, NET_TEST_ROLE_DP_AUTH, "tls.wrong-role" },
  };
  PublicStore public;

  public_store_init (&public, FALSE);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      NetTestSpec spec = net_test_tls_spec (rows[i].host);
      g_autoptr (NetTrust) trust = net_test_trust_new (NULL, public.store);
      g_autoptr (NetTestCert) leaf = NULL;
      g_autoptr (GTlsCertificate) chain = NULL;
      g_autoptr (NetVerdict) verdict = NULL;

      spec.policies[0] = rows[i].role;
      if (rows[i].offset != 0)
        spec.not_after = g_get_real_time () / G_USEC_PER_SEC + rows[i].offset;
      leaf = net_test_cert_new (&spec, public.root);
      chain = net_test_chain (leaf, NULL);
      net_trust_accept_public (trust, NET_TEST_HOST);
      verdict = net_trust_judge (trust, chain, NET_TEST_HOST);
      g_assert_cmpstr (net_verdict_get_key (verdict), ==, rows[i].key);
    }
  public_store_clear (&public);
}

/* The store that net_init() puts in place of GIO's knows the system's CAs, and nobody else. */
static void
test_system_store (void)
{
  static const char bundle[] = "/etc/ssl/certs/ca-certificates.crt";
  g_autoptr (GTlsDatabase) store
      = g_tls_backend_get_default_database (g_tls_backend_get_default ());
  g_autoptr (NetTestCert) leaf = net_test_cert_new (&(NetTestSpec) { .name = "x" }, cis->stranger);
  g_autoptr (GTlsCertificate) chain = net_test_chain (leaf, NULL);
  GList *roots = g_tls_certificate_list_new_from_file (bundle, NULL);
  guint known = 0;

  g_assert_true (NET_IS_SYSTEM_STORE (store));
  g_assert_true ((g_tls_database_verify_chain (store, chain,
                                               G_TLS_DATABASE_PURPOSE_AUTHENTICATE_SERVER, NULL,
                                               NULL, 0, NULL, NULL)
                  & G_TLS_CERTIFICATE_UNKNOWN_CA)
                 != 0);
  for (GList *l = roots; l != NULL; l = l->next)
    {
      g_autoptr (GSocketConnectable) identity = g_network_address_new (NET_TEST_HOST, 443);
      GTlsCertificateFlags flags
          = g_tls_database_verify_chain (store, l->data, G_TLS_DATABASE_PURPOSE_AUTHENTICATE_SERVER,
                                         NULL, NULL, 0, NULL, NULL);

      if ((flags & G_TLS_CERTIFICATE_UNKNOWN_CA) != 0)
        continue;
      known++;
      flags = g_tls_database_verify_chain (store, l->data,
                                           G_TLS_DATABASE_PURPOSE_AUTHENTICATE_SERVER, identity,
                                           NULL, 0, NULL, NULL);
      g_assert_true ((flags & G_TLS_CERTIFICATE_BAD_IDENTITY) != 0);
    }
  if (roots == NULL)
    g_test_skip ("this system has no store of public CAs");
  else
    g_assert_cmpuint (known, >, 0);
  g_list_free_full (roots, g_object_unref);
}

int
main (int argc, char **argv)
{
  cis = net_test_judge_init (&argc, &argv);
  g_test_add_func ("/net/anchors/extra-anchors", test_extra_anchors);
  g_test_add_func ("/net/anchors/extra-anchor-limits", test_extra_anchor_limits);
  g_test_add_func ("/net/anchors/anchor-directory", test_anchor_directory);
  g_test_add_func ("/net/anchors/public-only", test_public_only);
  g_test_add_func ("/net/anchors/public-accepted-but-wrong", test_public_accepted_but_wrong);
  g_test_add_func ("/net/anchors/system-store", test_system_store);
  return net_test_judge_end (g_test_run ());
}
