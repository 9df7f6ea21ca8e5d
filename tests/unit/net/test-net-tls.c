/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-test"

#include <glib/gstdio.h>
#include <string.h>

#include "kt-bytes.h"
#include "kt-error.h"
#include "net-init.h"
#include "net-session.h"
#include "net-system-store.h"
#include "net-test-pki.h"
#include "net-test-server.h"

#define HOST "smdp.example"
#define PATH "/gsma/rsp2/es9plus/initiateAuthentication"

/* CI, another CI of the same name, and one of another name */
static NetTestCert *ci;
static NetTestCert *impostor;
static NetTestCert *stranger;

static NetTrust *
trust_new (const KtEnv *env, GTlsDatabase *store)
{
  NetTrust *trust = net_trust_new (env != NULL ? env : kt_env_default (), store);
  g_autoptr (GPtrArray) pkids = net_test_pkids (ci, NULL);

  net_trust_set_pkids (trust, pkids);
  return trust;
}

/* One POST over real TLS. Returns the error, or NULL. */
static GError *
ask (NetTestServer *server, NetTrust *trust, GTlsCertificate *own)
{
  g_autoptr (NetSession) session = net_session_new (trust, NULL);
  g_autofree char *address = net_test_server_dup_address (server, HOST);
  g_autoptr (GBytes) body = g_bytes_new_static ("{}", 2);
  g_autoptr (GBytes) answer = NULL;
  GError *error = NULL;

  net_session_set_client_certificate (session, own, NULL);
  answer = net_http_post (NET_HTTP (session), address, PATH, body, NULL, NULL, NULL, NULL, &error);
  g_assert_true ((answer == NULL) == (error != NULL));
  return error;
}

static GError *
ask_chain (GTlsCertificate *chain, NetTrust *trust, NetVerdict **verdict)
{
  g_autoptr (NetTestServer) server = net_test_server_new (chain, net_test_answer_json, NULL);
  g_autofree char *address = net_test_server_dup_address (server, HOST);
  GError *error = ask (server, trust, NULL);

  if (verdict != NULL)
    *verdict = net_trust_dup_verdict (trust, address);
  /* Whoever is not believed is not told anything. */
  g_assert_cmpuint (net_test_server_get_requests (server), ==, error == NULL ? 1 : 0);
  return error;
}

static void
assert_refused (GTlsCertificate *chain, NetTrust *trust, const char *key,
                GTlsCertificateFlags flags)
{
  g_autoptr (NetVerdict) verdict = NULL;
  g_autoptr (GError) error = ask_chain (chain, trust, &verdict);

  g_assert_error (error, KT_ERROR, KT_ERROR_TLS);
  g_assert_cmpstr (kt_error_key (error), ==, key);
  g_assert_cmpuint (kt_error_detail (error)->tls_flags, ==, flags);
  g_assert_nonnull (verdict);
  g_assert_cmpstr (net_verdict_get_key (verdict), ==, key);
}

static NetVerdict *
assert_trusted (GTlsCertificate *chain, NetTrust *trust, NetVoucher voucher)
{
  NetVerdict *verdict = NULL;
  g_autoptr (GError) error = ask_chain (chain, trust, &verdict);

  g_assert_no_error (error);
  g_assert_nonnull (verdict);
  g_assert_true (net_verdict_is_trusted (verdict));
  g_assert_null (net_verdict_get_key (verdict));
  g_assert_cmpint (verdict->voucher, ==, voucher);
  return verdict;
}

/* A leaf of the CI as @spec says, alone in its chain. */
static void
assert_spec_refused (const NetTestSpec *spec, const char *key, GTlsCertificateFlags flags)
{
  g_autoptr (NetTrust) trust = trust_new (NULL, NULL);
  g_autoptr (NetTestCert) leaf = net_test_cert_new (spec, ci);
  g_autoptr (GTlsCertificate) chain = net_test_chain (leaf, NULL);

  assert_refused (chain, trust, key, flags);
}

static void
assert_spec_trusted (const NetTestSpec *spec)
{
  g_autoptr (NetTrust) trust = trust_new (NULL, NULL);
  g_autoptr (NetTestCert) leaf = net_test_cert_new (spec, ci);
  g_autoptr (GTlsCertificate) chain = net_test_chain (leaf, NULL);
  g_autoptr (NetVerdict) verdict = assert_trusted (chain, trust, NET_VOUCHER_CHIP);
}

/* ---- believed ---- */

static void
test_ci_not_sent (void)
{
  g_autoptr (NetTrust) trust = trust_new (NULL, NULL);
  NetTestSpec spec = net_test_tls_spec (HOST);
  g_autoptr (NetTestCert) leaf = net_test_cert_new (&spec, ci);
  g_autoptr (GTlsCertificate) chain = net_test_chain (leaf, NULL);
  g_autoptr (NetVerdict) verdict = assert_trusted (chain, trust, NET_VOUCHER_CHIP);
  guint8 pkid[NET_PKID_BYTES];

  net_test_cert_get_pkid (ci, pkid);
  g_assert_true (verdict->has_pkid);
  g_assert_cmpmem (verdict->pkid, NET_PKID_BYTES, pkid, NET_PKID_BYTES);
  g_assert_cmpstr (verdict->authority, ==, "Test CI");
  g_assert_cmpstr (verdict->subject, ==, "Test TLS");
  g_assert_cmpstr (verdict->oid, ==, "2.999.10");
  g_assert_cmpint (verdict->not_before, <, g_get_real_time () / G_USEC_PER_SEC);
  g_assert_cmpint (verdict->not_after, >, g_get_real_time () / G_USEC_PER_SEC);
}

static void
test_ci_sent (void)
{
  g_autoptr (NetTrust) trust = trust_new (NULL, NULL);
  NetTestSpec spec = net_test_tls_spec (HOST);
  g_autoptr (NetTestCert) leaf = net_test_cert_new (&spec, ci);
  g_autoptr (GTlsCertificate) chain = net_test_chain (leaf, ci, NULL);
  g_autoptr (NetVerdict) verdict = assert_trusted (chain, trust, NET_VOUCHER_CHIP);
}

static void
test_sub_ca (void)
{
  NetTestSpec sub_spec = net_test_sub_ca_spec ();
  g_autoptr (NetTrust) trust = trust_new (NULL, NULL);
  g_autoptr (NetTestCert) sub = net_test_cert_new (&sub_spec, ci);
  NetTestSpec spec = net_test_tls_spec (HOST);
  g_autoptr (NetTestCert) leaf = net_test_cert_new (&spec, sub);
  g_autoptr (GTlsCertificate) without = net_test_chain (leaf, sub, NULL);
  g_autoptr (GTlsCertificate) with = net_test_chain (leaf, sub, ci, NULL);
  g_autoptr (GTlsCertificate) jumbled = net_test_chain (leaf, ci, sub, NULL);
  g_autoptr (NetVerdict) one = assert_trusted (without, trust, NET_VOUCHER_CHIP);
  g_autoptr (NetVerdict) two = assert_trusted (with, trust, NET_VOUCHER_CHIP);
  g_autoptr (NetVerdict) three = assert_trusted (jumbled, trust, NET_VOUCHER_CHIP);

  g_assert_cmpstr (one->authority, ==, "Test CI");
}

/* SGP.22 section 2.6.7.2: a CI may have a brainpool key and vouch for a server with a P-256 one. */
static void
test_brainpool_ci (void)
{
  g_autoptr (NetTestCert) brainpool = net_test_ci_brainpool ("Brainpool CI");
  g_autoptr (GPtrArray) pkids = net_test_pkids (ci, brainpool, NULL);
  g_autoptr (NetTrust) trust = net_trust_new (kt_env_default (), NULL);
  NetTestSpec spec = net_test_tls_spec (HOST);
  g_autoptr (NetTestCert) leaf = net_test_cert_new (&spec, brainpool);
  g_autoptr (GTlsCertificate) chain = net_test_chain (leaf, NULL);
  g_autoptr (NetVerdict) verdict = NULL;

  net_trust_set_pkids (trust, pkids);
  verdict = assert_trusted (chain, trust, NET_VOUCHER_CHIP);
  g_assert_cmpstr (verdict->authority, ==, "Brainpool CI");
}

static void
test_roles_accepted (void)
{
  NetTestSpec spec = net_test_tls_spec (HOST);

  spec.policies[0] = NET_TEST_ROLE_DS_TLS;
  assert_spec_trusted (&spec);
  /* No role, but an extended key usage that says it. */
  spec.policies[0] = NULL;
  assert_spec_trusted (&spec);
  spec.policies[0] = "1.2.3.4";
  assert_spec_trusted (&spec);
  spec = net_test_tls_spec (HOST);
  spec.ekus[0] = NULL;
  assert_spec_trusted (&spec);
}

static void
test_host_names (void)
{
  NetTestSpec spec = net_test_tls_spec ("other.example");

  spec.names[1] = HOST;
  assert_spec_trusted (&spec);
  spec.names[1] = "SMDP.Example";
  assert_spec_trusted (&spec);
}

static void
test_extra_anchors (void)
{
  g_autofree char *dir = g_dir_make_tmp ("kaitsu-XXXXXX", NULL);
  g_autofree char *file = g_build_filename (dir, "stranger.pem", NULL);
  g_autofree char *pem = net_test_cert_dup_pem (stranger);
  g_autoptr (NetTrust) trust = trust_new (NULL, NULL);
  NetTestSpec spec = net_test_tls_spec (HOST);
  g_autoptr (NetTestCert) leaf = net_test_cert_new (&spec, stranger);
  g_autoptr (GTlsCertificate) chain = net_test_chain (leaf, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (NetVerdict) verdict = NULL;
  guint count = 0;

  assert_refused (chain, trust, "tls.unknown-ci", G_TLS_CERTIFICATE_UNKNOWN_CA);
  g_assert_true (g_file_set_contents (file, pem, -1, NULL));
  g_assert_true (net_trust_load_anchors (trust, dir, &count, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (count, ==, 1);
  verdict = assert_trusted (chain, trust, NET_VOUCHER_DIRECTORY);
  g_assert_cmpstr (verdict->authority, ==, "Other CI");
  g_assert_true (verdict->has_pkid);
  g_unlink (file);
  g_rmdir (dir);
}

/* ---- refused ---- */

static void
test_wrong_host (void)
{
  NetTestSpec spec = net_test_tls_spec ("other.example");

  assert_spec_refused (&spec, "tls.wrong-host", G_TLS_CERTIFICATE_BAD_IDENTITY);
  /* A common name is no host name. */
  spec.name = HOST;
  spec.names[0] = NULL;
  assert_spec_refused (&spec, "tls.wrong-host", G_TLS_CERTIFICATE_BAD_IDENTITY);
  spec.names[0] = "*.example";
  assert_spec_refused (&spec, "tls.wrong-host", G_TLS_CERTIFICATE_BAD_IDENTITY);
}

static void
test_expired (void)
{
  NetTestSpec spec = net_test_tls_spec (HOST);

  spec.not_after = g_get_real_time () / G_USEC_PER_SEC - 60;
  assert_spec_refused (&spec, "tls.expired", G_TLS_CERTIFICATE_EXPIRED);
}

static void
test_not_yet_valid (void)
{
  NetTestSpec spec = net_test_tls_spec (HOST);

  spec.not_before = g_get_real_time () / G_USEC_PER_SEC + 3600;
  assert_spec_refused (&spec, "tls.not-yet-valid", G_TLS_CERTIFICATE_NOT_ACTIVATED);
}

/* The clock is the injected one. */
static void
test_clock (void)
{
  gint64 now = g_get_real_time ();
  KtEnv *early = kt_env_new_seeded (1, now - 40 * G_TIME_SPAN_DAY);
  KtEnv *late = kt_env_new_seeded (1, now + 400 * G_TIME_SPAN_DAY);
  g_autoptr (NetTrust) one = trust_new (early, NULL);
  g_autoptr (NetTrust) two = trust_new (late, NULL);
  NetTestSpec spec = net_test_tls_spec (HOST);
  g_autoptr (NetTestCert) leaf = net_test_cert_new (&spec, ci);
  g_autoptr (GTlsCertificate) chain = net_test_chain (leaf, NULL);

  assert_refused (chain, one, "tls.not-yet-valid", G_TLS_CERTIFICATE_NOT_ACTIVATED);
  assert_refused (chain, two, "tls.expired", G_TLS_CERTIFICATE_EXPIRED);
  g_clear_object (&one);
  g_clear_object (&two);
  kt_env_free_seeded (early);
  kt_env_free_seeded (late);
}

static void
test_expired_sub_ca (void)
{
  g_autoptr (NetTrust) trust = trust_new (NULL, NULL);
  NetTestSpec sub_spec = net_test_sub_ca_spec ();
  NetTestSpec spec = net_test_tls_spec (HOST);
  g_autoptr (NetTestCert) sub = NULL;
  g_autoptr (NetTestCert) leaf = NULL;
  g_autoptr (GTlsCertificate) chain = NULL;

  sub_spec.not_after = g_get_real_time () / G_USEC_PER_SEC - 60;
  sub = net_test_cert_new (&sub_spec, ci);
  leaf = net_test_cert_new (&spec, sub);
  chain = net_test_chain (leaf, sub, NULL);
  assert_refused (chain, trust, "tls.expired", G_TLS_CERTIFICATE_EXPIRED);
}

static void
test_unknown_ci (void)
{
  g_autoptr (NetTrust) trust = trust_new (NULL, NULL);
  g_autoptr (NetTrust) nobody = net_trust_new (kt_env_default (), NULL);
  NetTestSpec spec = net_test_tls_spec (HOST);
  g_autoptr (NetTestCert) leaf = net_test_cert_new (&spec, stranger);
  g_autoptr (NetTestCert) good = net_test_cert_new (&spec, ci);
  g_autoptr (GTlsCertificate) one = net_test_chain (leaf, NULL);
  g_autoptr (GTlsCertificate) two = net_test_chain (leaf, stranger, NULL);
  g_autoptr (GTlsCertificate) three = net_test_chain (good, NULL);

  assert_refused (one, trust, "tls.unknown-ci", G_TLS_CERTIFICATE_UNKNOWN_CA);
  assert_refused (two, trust, "tls.unknown-ci", G_TLS_CERTIFICATE_UNKNOWN_CA);
  /* Without a chip nobody is trusted. */
  assert_refused (three, nobody, "tls.unknown-ci", G_TLS_CERTIFICATE_UNKNOWN_CA);
}

/* The name is known once the true CI has vouched for a server. */
static void
test_other_ci_same_name (void)
{
  g_autoptr (NetTrust) trust = trust_new (NULL, NULL);
  NetTestSpec spec = net_test_tls_spec (HOST);
  g_autoptr (NetTestCert) good = net_test_cert_new (&spec, ci);
  g_autoptr (NetTestCert) bad = net_test_cert_new (&spec, impostor);
  g_autoptr (GTlsCertificate) good_chain = net_test_chain (good, NULL);
  g_autoptr (GTlsCertificate) one = net_test_chain (bad, NULL);
  g_autoptr (GTlsCertificate) two = net_test_chain (bad, impostor, NULL);
  g_autoptr (NetVerdict) verdict = NULL;

  assert_refused (one, trust, "tls.unknown-ci", G_TLS_CERTIFICATE_UNKNOWN_CA);
  verdict = assert_trusted (good_chain, trust, NET_VOUCHER_CHIP);
  assert_refused (one, trust, "tls.other-ci-same-name", G_TLS_CERTIFICATE_UNKNOWN_CA);
  assert_refused (two, trust, "tls.other-ci-same-name", G_TLS_CERTIFICATE_UNKNOWN_CA);
}

/* A forger who knows the chip's list writes its identifiers into his certificates. */
static void
test_other_ci_same_key_id (void)
{
  g_autoptr (NetTrust) trust = trust_new (NULL, NULL);
  NetTestSpec spec = net_test_tls_spec (HOST);
  g_autoptr (NetTestCert) bad = NULL;
  g_autoptr (GTlsCertificate) chain = NULL;

  spec.forge_aki = ci;
  bad = net_test_cert_new (&spec, impostor);
  chain = net_test_chain (bad, NULL);
  assert_refused (chain, trust, "tls.other-ci-same-name", G_TLS_CERTIFICATE_UNKNOWN_CA);
}

/* The true CI's certificate is no secret: behind a forged one it proves nothing. */
static void
test_true_ci_behind_forged (void)
{
  g_autoptr (NetTrust) trust = trust_new (NULL, NULL);
  NetTestSpec spec = net_test_tls_spec (HOST);
  g_autoptr (NetTestCert) bad = NULL;
  g_autoptr (GTlsCertificate) chain = NULL;

  spec.forge_aki = ci;
  bad = net_test_cert_new (&spec, impostor);
  chain = net_test_chain (bad, ci, NULL);
  assert_refused (chain, trust, "tls.other-ci-same-name", G_TLS_CERTIFICATE_UNKNOWN_CA);
}

static void
test_self_signed (void)
{
  g_autoptr (NetTrust) trust = trust_new (NULL, NULL);
  NetTestSpec spec = net_test_tls_spec (HOST);
  g_autoptr (NetTestCert) leaf = net_test_cert_new (&spec, NULL);
  g_autoptr (GTlsCertificate) chain = net_test_chain (leaf, NULL);

  assert_refused (chain, trust, "tls.self-signed", G_TLS_CERTIFICATE_UNKNOWN_CA);
}

static void
test_wrong_role (void)
{
  static const char *const roles[] = { NET_TEST_ROLE_CI, "2.23.146.1.2.1.1", NET_TEST_ROLE_EUM,
                                       NET_TEST_ROLE_DP_AUTH, "2.23.146.1.2.1.5",
                                       "2.23.146.1.2.1.7" };
  NetTestSpec spec = net_test_tls_spec (HOST);

  for (gsize i = 0; i < G_N_ELEMENTS (roles); i++)
    {
      spec.policies[0] = roles[i];
      assert_spec_refused (&spec, "tls.wrong-role", G_TLS_CERTIFICATE_GENERIC_ERROR);
    }
  /* Nor one with a second role. */
  spec.policies[0] = NET_TEST_ROLE_DP_TLS;
  spec.policies[1] = NET_TEST_ROLE_DP_AUTH;
  assert_spec_refused (&spec, "tls.wrong-role", G_TLS_CERTIFICATE_GENERIC_ERROR);
  /* Nor one that says nothing at all. */
  spec.policies[0] = NULL;
  spec.ekus[0] = NULL;
  assert_spec_refused (&spec, "tls.wrong-role", G_TLS_CERTIFICATE_GENERIC_ERROR);
}

/* As it is in the field: CERT.DPauth.ECDSA with neither host name nor extended key usage. */
static void
test_dpauth_as_server (void)
{
  NetTestSpec spec = { .name = "Test SM-DP+",
                       .policies = { NET_TEST_ROLE_DP_AUTH },
                       .oid = "2.999.10",
                       .usage = GNUTLS_KEY_DIGITAL_SIGNATURE };

  assert_spec_refused (&spec, "tls.wrong-role",
                       G_TLS_CERTIFICATE_GENERIC_ERROR | G_TLS_CERTIFICATE_BAD_IDENTITY);
}

static void
test_key_usage (void)
{
  NetTestSpec spec = net_test_tls_spec (HOST);

  spec.ekus[0] = GNUTLS_KP_TLS_WWW_CLIENT;
  spec.ekus[1] = NULL;
  assert_spec_refused (&spec, "tls.key-usage", G_TLS_CERTIFICATE_GENERIC_ERROR);
}

/* What the chain has between server and CI: all of it good but one thing. */
static void
assert_sub_refused (const NetTestSpec *sub_spec, const char *key, GTlsCertificateFlags flags)
{
  g_autoptr (NetTrust) trust = trust_new (NULL, NULL);
  NetTestSpec spec = net_test_tls_spec (HOST);
  g_autoptr (NetTestCert) sub = net_test_cert_new (sub_spec, ci);
  g_autoptr (NetTestCert) leaf = net_test_cert_new (&spec, sub);
  g_autoptr (GTlsCertificate) chain = net_test_chain (leaf, sub, NULL);

  assert_refused (chain, trust, key, flags);
}

static void
test_not_a_ca (void)
{
  NetTestSpec sub_spec = net_test_sub_ca_spec ();

  sub_spec.ca = FALSE;
  assert_sub_refused (&sub_spec, "tls.not-a-ca", G_TLS_CERTIFICATE_UNKNOWN_CA);
  /* Somebody else's server with a good certificate vouches for this one. */
  sub_spec = net_test_tls_spec ("other.example");
  assert_sub_refused (&sub_spec, "tls.not-a-ca",
                      G_TLS_CERTIFICATE_UNKNOWN_CA | G_TLS_CERTIFICATE_GENERIC_ERROR);
}

static void
test_no_cert_sign (void)
{
  NetTestSpec sub_spec = net_test_sub_ca_spec ();

  sub_spec.usage = GNUTLS_KEY_CRL_SIGN;
  assert_sub_refused (&sub_spec, "tls.key-usage", G_TLS_CERTIFICATE_GENERIC_ERROR);
  sub_spec.usage = 0;
  assert_sub_refused (&sub_spec, "tls.key-usage", G_TLS_CERTIFICATE_GENERIC_ERROR);
}

/* EUMs get CA certificates from the same CIs, for eUICCs alone. */
static void
test_eum_as_ca (void)
{
  NetTestSpec sub_spec = net_test_sub_ca_spec ();

  sub_spec.policies[0] = NET_TEST_ROLE_EUM;
  assert_sub_refused (&sub_spec, "tls.wrong-role", G_TLS_CERTIFICATE_GENERIC_ERROR);
  sub_spec.policies[0] = "2.23.146.1.2.1.0.0.0";
  assert_sub_refused (&sub_spec, "tls.wrong-role", G_TLS_CERTIFICATE_GENERIC_ERROR);
}

static void
test_path_length (void)
{
  g_autoptr (NetTrust) trust = trust_new (NULL, NULL);
  NetTestSpec upper_spec = net_test_sub_ca_spec ();
  NetTestSpec lower_spec = net_test_sub_ca_spec ();
  NetTestSpec spec = net_test_tls_spec (HOST);
  g_autoptr (NetTestCert) upper = NULL;
  g_autoptr (NetTestCert) roomy = NULL;
  g_autoptr (NetTestCert) lower = NULL;
  g_autoptr (NetTestCert) lower_roomy = NULL;
  g_autoptr (NetTestCert) leaf = NULL;
  g_autoptr (NetTestCert) leaf_roomy = NULL;
  g_autoptr (GTlsCertificate) bad = NULL;
  g_autoptr (GTlsCertificate) good = NULL;
  g_autoptr (NetVerdict) verdict = NULL;

  lower_spec.name = "Test Sub-Sub-CA";
  upper = net_test_cert_new (&upper_spec, ci);
  lower = net_test_cert_new (&lower_spec, upper);
  leaf = net_test_cert_new (&spec, lower);
  bad = net_test_chain (leaf, lower, upper, NULL);
  assert_refused (bad, trust, "tls.path-length", G_TLS_CERTIFICATE_GENERIC_ERROR);
  upper_spec.path_len = 1;
  roomy = net_test_cert_new (&upper_spec, ci);
  lower_roomy = net_test_cert_new (&lower_spec, roomy);
  leaf_roomy = net_test_cert_new (&spec, lower_roomy);
  good = net_test_chain (leaf_roomy, lower_roomy, roomy, NULL);
  verdict = assert_trusted (good, trust, NET_VOUCHER_CHIP);
}

static void
test_name_constraint (void)
{
  NetTestSpec sub_spec = net_test_sub_ca_spec ();

  sub_spec.constraint = "elsewhere.example";
  assert_sub_refused (&sub_spec, "tls.name-constraint", G_TLS_CERTIFICATE_GENERIC_ERROR);
}

static void
test_critical_extension (void)
{
  NetTestSpec spec = net_test_tls_spec (HOST);

  spec.unknown_critical = TRUE;
  assert_spec_refused (&spec, "tls.critical-extension", G_TLS_CERTIFICATE_GENERIC_ERROR);
}

static void
test_chain_too_long (void)
{
  g_autoptr (NetTrust) trust = trust_new (NULL, NULL);
  g_autoptr (GPtrArray) certs
      = g_ptr_array_new_with_free_func ((GDestroyNotify) net_test_cert_free);
  g_autoptr (GTlsCertificate) chain = NULL;
  NetTestSpec spec = net_test_tls_spec (HOST);
  NetTestCert *issuer = stranger;

  for (guint i = 0; i < 9; i++)
    {
      NetTestSpec sub_spec = net_test_sub_ca_spec ();
      g_autofree char *name = g_strdup_printf ("Sub-CA %u", i);

      sub_spec.name = name;
      sub_spec.path_len = -1;
      issuer = net_test_cert_new (&sub_spec, issuer);
      g_ptr_array_insert (certs, 0, issuer);
    }
  g_ptr_array_insert (certs, 0, net_test_cert_new (&spec, issuer));
  chain = net_test_chain_of (certs);
  assert_refused (chain, trust, "tls.chain-too-long", G_TLS_CERTIFICATE_GENERIC_ERROR);
}

/* A bit of what was signed is not what was signed. */
static void
test_tampered (void)
{
  g_autoptr (NetTrust) trust = trust_new (NULL, NULL);
  NetTestSpec spec = net_test_tls_spec (HOST);
  g_autoptr (NetTestCert) leaf = net_test_cert_new (&spec, ci);
  g_autoptr (GBytes) der = net_test_cert_dup_der (leaf);
  gsize len;
  const guint8 *data = g_bytes_get_data (der, &len);
  g_autofree guint8 *copy = g_memdup2 (data, len);
  g_autoptr (GByteArray) array = NULL;
  g_autoptr (GTlsCertificate) chain = NULL;
  g_autoptr (NetVerdict) verdict = NULL;
  gboolean found = FALSE;

  for (gsize i = 0; i + strlen (HOST) < len && !found; i++)
    if (memcmp (copy + i, HOST, strlen (HOST)) == 0)
      {
        copy[i] = 'S';
        found = TRUE;
      }
  g_assert_true (found);
  array = g_byte_array_new_take (g_steal_pointer (&copy), len);
  chain = g_initable_new (g_tls_backend_get_certificate_type (g_tls_backend_get_default ()), NULL,
                          NULL, "certificate", array, NULL);
  verdict = net_trust_judge (trust, chain, HOST);
  g_assert_cmpstr (net_verdict_get_key (verdict), ==, "tls.other-ci-same-name");
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
  NetTestSpec spec = net_test_tls_spec (HOST);
  g_autoptr (NetTrust) trust = trust_new (NULL, NULL);
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
  assert_refused (one, trust, "tls.expired", G_TLS_CERTIFICATE_EXPIRED);
  assert_refused (two, trust, "tls.not-a-ca",
                  G_TLS_CERTIFICATE_UNKNOWN_CA | G_TLS_CERTIFICATE_GENERIC_ERROR);
  verdict = assert_trusted (three, trust, NET_VOUCHER_DIRECTORY);
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
  g_autoptr (NetTrust) trust = trust_new (NULL, NULL);
  g_autoptr (GBytes) der = net_test_cert_dup_der (stranger);
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
      NetTestSpec spec = net_test_tls_spec (HOST);
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
      trust = trust_new (NULL, public.store);
      leaf = net_test_cert_new (&spec, public.root);
      chain = net_test_chain (leaf, NULL);
      assert_refused (chain, trust, "tls.public-ca-only", G_TLS_CERTIFICATE_UNKNOWN_CA);

      server = net_test_server_new (chain, net_test_answer_json, NULL);
      address = net_test_server_dup_address (server, HOST);
      net_trust_accept_public (trust, "other.example");
      error = ask (server, trust, NULL);
      g_assert_cmpstr (kt_error_key (error), ==, "tls.public-ca-only");
      g_clear_error (&error);
      net_trust_accept_public (trust, address);
      error = ask (server, trust, NULL);
      g_assert_no_error (error);
      verdict = net_trust_dup_verdict (trust, address);
      g_assert_cmpint (verdict->voucher, ==, NET_VOUCHER_PUBLIC);
      g_assert_cmpstr (verdict->authority, ==, "Public Root");
      accepted = net_trust_dup_public (trust);
      g_assert_cmpuint (g_strv_length (accepted), ==, 2);
      g_assert_cmpstr (accepted[0], ==, "other.example:443");
      g_assert_cmpstr (accepted[1], ==, address);
      net_trust_forget_public (trust, address);
      error = ask (server, trust, NULL);
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
    { HOST, -60, NULL, "tls.expired" },
    { HOST, 0, NET_TEST_ROLE_DP_AUTH, "tls.wrong-role" },
  };
  PublicStore public;

  public_store_init (&public, FALSE);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      NetTestSpec spec = net_test_tls_spec (rows[i].host);
      g_autoptr (NetTrust) trust = trust_new (NULL, public.store);
      g_autoptr (NetTestCert) leaf = NULL;
      g_autoptr (GTlsCertificate) chain = NULL;
      g_autoptr (NetVerdict) verdict = NULL;

      spec.policies[0] = rows[i].role;
      if (rows[i].offset != 0)
        spec.not_after = g_get_real_time () / G_USEC_PER_SEC + rows[i].offset;
      leaf = net_test_cert_new (&spec, public.root);
      chain = net_test_chain (leaf, NULL);
      net_trust_accept_public (trust, HOST);
      verdict = net_trust_judge (trust, chain, HOST);
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
  g_autoptr (NetTestCert) leaf = net_test_cert_new (&(NetTestSpec) { .name = "x" }, stranger);
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
      g_autoptr (GSocketConnectable) identity = g_network_address_new (HOST, 443);
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

/* ---- versions and odd servers ---- */

static void
speak_old_tls (GSocketConnection *connection, GCancellable *stop, gpointer data)
{
  GTlsCertificate *chain = data;
  g_autofree char *cert_pem = NULL;
  g_autofree char *key_pem = NULL;
  gnutls_certificate_credentials_t credentials;
  gnutls_session_t session;
  gnutls_datum_t cert, key;
  int fd = g_socket_get_fd (g_socket_connection_get_socket (connection));
  int rc;

  g_object_get (chain, "certificate-pem", &cert_pem, "private-key-pem", &key_pem, NULL);
  cert = (gnutls_datum_t) { (unsigned char *) cert_pem, (unsigned) strlen (cert_pem) };
  key = (gnutls_datum_t) { (unsigned char *) key_pem, (unsigned) strlen (key_pem) };
  gnutls_certificate_allocate_credentials (&credentials);
  g_assert_cmpint (
      gnutls_certificate_set_x509_key_mem (credentials, &cert, &key, GNUTLS_X509_FMT_PEM), >=, 0);
  gnutls_init (&session, GNUTLS_SERVER);
  g_assert_cmpint (
      gnutls_priority_set_direct (session, "NORMAL:-VERS-ALL:+VERS-TLS1.1", NULL), ==, 0);
  gnutls_credentials_set (session, GNUTLS_CRD_CERTIFICATE, credentials);
  gnutls_transport_set_int (session, fd);
  do
    {
      g_socket_condition_wait (g_socket_connection_get_socket (connection), G_IO_IN, stop, NULL);
      rc = gnutls_handshake (session);
    }
  while (rc == GNUTLS_E_AGAIN || rc == GNUTLS_E_INTERRUPTED);
  g_assert_cmpint (rc, <, 0);
  gnutls_alert_send_appropriate (session, rc);
  gnutls_deinit (session);
  gnutls_certificate_free_credentials (credentials);
}

/* A ServerHello of TLS 1.1, which an old server sends without looking at what was offered. */
static void
say_old_hello (GSocketConnection *connection, GCancellable *stop, gpointer data)
{
  static const guint8 hello[] = {
    0x16, 0x03, 0x02, 0x00, 0x2A,                                 /* handshake record, 42 bytes */
    0x02, 0x00, 0x00, 0x26, 0x03, 0x02,                           /* ServerHello, TLS 1.1 */
    0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08, 0x09, 0x0A, 0x0B, 0x0C, 0x0D, 0x0E, 0x0F,
    0x10, 0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17, 0x18, 0x19, 0x1A, 0x1B, 0x1C, 0x1D, 0x1E, 0x1F,
    0x00, 0xC0, 0x09, 0x00,                                       /* no session, AES-CBC, none */
  };
  GOutputStream *out = g_io_stream_get_output_stream (G_IO_STREAM (connection));
  char buffer[512];

  g_input_stream_read (g_io_stream_get_input_stream (G_IO_STREAM (connection)), buffer,
                       sizeof buffer, stop, NULL);
  g_output_stream_write_all (out, hello, sizeof hello, NULL, stop, NULL);
  g_input_stream_read (g_io_stream_get_input_stream (G_IO_STREAM (connection)), buffer,
                       sizeof buffer, stop, NULL);
}

static void
assert_raw_fails (NetTestRaw raw, gpointer data, KtErrorCode code, const char *key)
{
  g_autoptr (NetTrust) trust = trust_new (NULL, NULL);
  g_autoptr (NetTestServer) server = net_test_server_new_raw (raw, data);
  g_autoptr (GError) error = ask (server, trust, NULL);

  g_assert_error (error, KT_ERROR, (int) code);
  g_assert_cmpstr (kt_error_key (error), ==, key);
}

static void
test_old_version (void)
{
  NetTestSpec spec = net_test_tls_spec (HOST);
  g_autoptr (NetTestCert) leaf = net_test_cert_new (&spec, ci);
  g_autoptr (GTlsCertificate) chain = net_test_chain (leaf, NULL);

  assert_raw_fails (speak_old_tls, chain, KT_ERROR_TLS, "tls.version");
  assert_raw_fails (say_old_hello, NULL, KT_ERROR_TLS, "tls.version");
}

static void
say_http (GSocketConnection *connection, GCancellable *stop, gpointer data)
{
  GOutputStream *out = g_io_stream_get_output_stream (G_IO_STREAM (connection));
  char buffer[512];

  g_input_stream_read (g_io_stream_get_input_stream (G_IO_STREAM (connection)), buffer,
                       sizeof buffer, stop, NULL);
  net_test_write (out, "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
}

static void
hang_up (GSocketConnection *connection, GCancellable *stop, gpointer data)
{
  char buffer[512];

  g_input_stream_read (g_io_stream_get_input_stream (G_IO_STREAM (connection)), buffer,
                       sizeof buffer, stop, NULL);
}

static void
test_no_tls (void)
{
  assert_raw_fails (say_http, NULL, KT_ERROR_TLS, "tls.handshake");
  assert_raw_fails (hang_up, NULL, KT_ERROR_CLOSED, "net.closed");
}

/* ---- mutual TLS ---- */

static void
test_client_certificate (void)
{
  g_autoptr (NetTrust) trust = trust_new (NULL, NULL);
  NetTestSpec spec = net_test_tls_spec (HOST);
  NetTestSpec client_spec = { .name = "Client", .ekus = { GNUTLS_KP_TLS_WWW_CLIENT },
                              .usage = GNUTLS_KEY_DIGITAL_SIGNATURE };
  g_autoptr (NetTestCert) leaf = net_test_cert_new (&spec, ci);
  g_autoptr (NetTestCert) client = net_test_cert_new (&client_spec, stranger);
  g_autoptr (GTlsCertificate) chain = net_test_chain (leaf, NULL);
  g_autoptr (GTlsCertificate) own = net_test_chain (client, NULL);

  for (guint accept = 0; accept < 2; accept++)
    {
      g_autoptr (NetTestServer) server = net_test_server_new (chain, net_test_answer_json, NULL);
      g_autoptr (GError) without = NULL;
      g_autoptr (GError) with = NULL;

      net_test_server_demand_certificate (server, accept != 0);
      without = ask (server, trust, NULL);
      g_assert_error (without, KT_ERROR, KT_ERROR_TLS);
      g_assert_cmpstr (kt_error_key (without), ==, "tls.client-cert-required");
      with = ask (server, trust, own);
      if (accept != 0)
        g_assert_no_error (with);
      else
        {
          g_assert_error (with, KT_ERROR, KT_ERROR_TLS);
          g_assert_cmpstr (kt_error_key (with), ==, "tls.client-cert-refused");
        }
    }
}

/* A connection as one, then as another: the first is not used for the second. */
static void
test_client_certificate_changes (void)
{
  g_autoptr (NetTrust) trust = trust_new (NULL, NULL);
  NetTestSpec spec = net_test_tls_spec (HOST);
  g_autoptr (NetTestCert) leaf = net_test_cert_new (&spec, ci);
  g_autoptr (GTlsCertificate) chain = net_test_chain (leaf, NULL);
  g_autoptr (NetTestServer) server = net_test_server_new (chain, net_test_answer_json, NULL);
  g_autofree char *address = net_test_server_dup_address (server, HOST);
  g_autoptr (NetSession) session = net_session_new (trust, NULL);
  g_autoptr (GBytes) body = g_bytes_new_static ("{}", 2);

  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (GBytes) answer
          = net_http_post (NET_HTTP (session), address, PATH, body, NULL, NULL, NULL, NULL, NULL);

      g_assert_nonnull (answer);
      net_session_set_client_certificate (session, chain, "1234");
    }
  g_assert_cmpuint (net_test_server_get_connections (server), ==, 2);
}

int
main (int argc, char **argv)
{
  int rc;

  net_init ();
  g_test_init (&argc, &argv, NULL);
  net_test_resolver_install ();
  ci = net_test_ci ("Test CI");
  impostor = net_test_ci ("Test CI");
  stranger = net_test_ci ("Other CI");
  g_test_add_func ("/net/tls/ci-not-sent", test_ci_not_sent);
  g_test_add_func ("/net/tls/ci-sent", test_ci_sent);
  g_test_add_func ("/net/tls/sub-ca", test_sub_ca);
  g_test_add_func ("/net/tls/brainpool-ci", test_brainpool_ci);
  g_test_add_func ("/net/tls/roles-accepted", test_roles_accepted);
  g_test_add_func ("/net/tls/host-names", test_host_names);
  g_test_add_func ("/net/tls/extra-anchors", test_extra_anchors);
  g_test_add_func ("/net/tls/wrong-host", test_wrong_host);
  g_test_add_func ("/net/tls/expired", test_expired);
  g_test_add_func ("/net/tls/not-yet-valid", test_not_yet_valid);
  g_test_add_func ("/net/tls/clock", test_clock);
  g_test_add_func ("/net/tls/expired-sub-ca", test_expired_sub_ca);
  g_test_add_func ("/net/tls/unknown-ci", test_unknown_ci);
  g_test_add_func ("/net/tls/other-ci-same-name", test_other_ci_same_name);
  g_test_add_func ("/net/tls/other-ci-same-key-id", test_other_ci_same_key_id);
  g_test_add_func ("/net/tls/true-ci-behind-forged", test_true_ci_behind_forged);
  g_test_add_func ("/net/tls/self-signed", test_self_signed);
  g_test_add_func ("/net/tls/wrong-role", test_wrong_role);
  g_test_add_func ("/net/tls/dpauth-as-server", test_dpauth_as_server);
  g_test_add_func ("/net/tls/key-usage", test_key_usage);
  g_test_add_func ("/net/tls/not-a-ca", test_not_a_ca);
  g_test_add_func ("/net/tls/no-cert-sign", test_no_cert_sign);
  g_test_add_func ("/net/tls/eum-as-ca", test_eum_as_ca);
  g_test_add_func ("/net/tls/path-length", test_path_length);
  g_test_add_func ("/net/tls/name-constraint", test_name_constraint);
  g_test_add_func ("/net/tls/critical-extension", test_critical_extension);
  g_test_add_func ("/net/tls/chain-too-long", test_chain_too_long);
  g_test_add_func ("/net/tls/tampered", test_tampered);
  g_test_add_func ("/net/tls/extra-anchor-limits", test_extra_anchor_limits);
  g_test_add_func ("/net/tls/anchor-directory", test_anchor_directory);
  g_test_add_func ("/net/tls/public-only", test_public_only);
  g_test_add_func ("/net/tls/public-accepted-but-wrong", test_public_accepted_but_wrong);
  g_test_add_func ("/net/tls/system-store", test_system_store);
  g_test_add_func ("/net/tls/old-version", test_old_version);
  g_test_add_func ("/net/tls/no-tls", test_no_tls);
  g_test_add_func ("/net/tls/client-certificate", test_client_certificate);
  g_test_add_func ("/net/tls/client-certificate-changes", test_client_certificate_changes);
  rc = g_test_run ();
  net_test_cert_free (stranger);
  net_test_cert_free (impostor);
  net_test_cert_free (ci);
  return rc;
}
