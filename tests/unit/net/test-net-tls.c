/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-test"

#include <string.h>

#include "net-test-judge.h"

static const NetTestCis *cis;

/* A leaf of the CI as @spec says, alone in its chain. */
static void
assert_spec_refused (const NetTestSpec *spec, const char *key, GTlsCertificateFlags flags)
{
  g_autoptr (NetTrust) trust = net_test_trust_new (NULL, NULL);
  g_autoptr (NetTestCert) leaf = net_test_cert_new (spec, cis->ci);
  g_autoptr (GTlsCertificate) chain = net_test_chain (leaf, NULL);

  net_test_assert_refused (chain, trust, key, flags);
}

static void
assert_spec_trusted (const NetTestSpec *spec)
{
  g_autoptr (NetTrust) trust = net_test_trust_new (NULL, NULL);
  g_autoptr (NetTestCert) leaf = net_test_cert_new (spec, cis->ci);
  g_autoptr (GTlsCertificate) chain = net_test_chain (leaf, NULL);
  g_autoptr (NetVerdict) verdict = net_test_assert_trusted (chain, trust, NET_VOUCHER_CHIP);
}

/* ---- believed ---- */

static void
test_ci_not_sent (void)
{
  g_autoptr (NetTrust) trust = net_test_trust_new (NULL, NULL);
  NetTestSpec spec = net_test_tls_spec (NET_TEST_HOST);
  g_autoptr (NetTestCert) leaf = net_test_cert_new (&spec, cis->ci);
  g_autoptr (GTlsCertificate) chain = net_test_chain (leaf, NULL);
  g_autoptr (NetVerdict) verdict = net_test_assert_trusted (chain, trust, NET_VOUCHER_CHIP);
  guint8 pkid[NET_PKID_BYTES];

  net_test_cert_get_pkid (cis->ci, pkid);
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
  g_autoptr (NetTrust) trust = net_test_trust_new (NULL, NULL);
  NetTestSpec spec = net_test_tls_spec (NET_TEST_HOST);
  g_autoptr (NetTestCert) leaf = net_test_cert_new (&spec, cis->ci);
  g_autoptr (GTlsCertificate) chain = net_test_chain (leaf, cis->ci, NULL);
  g_autoptr (NetVerdict) verdict = net_test_assert_trusted (chain, trust, NET_VOUCHER_CHIP);
}

static void
test_sub_ca (void)
{
  NetTestSpec sub_spec = net_test_sub_ca_spec ();
  g_autoptr (NetTrust) trust = net_test_trust_new (NULL, NULL);
  g_autoptr (NetTestCert) sub = net_test_cert_new (&sub_spec, cis->ci);
  NetTestSpec spec = net_test_tls_spec (NET_TEST_HOST);
  g_autoptr (NetTestCert) leaf = net_test_cert_new (&spec, sub);
  g_autoptr (GTlsCertificate) without = net_test_chain (leaf, sub, NULL);
  g_autoptr (GTlsCertificate) with = net_test_chain (leaf, sub, cis->ci, NULL);
  g_autoptr (GTlsCertificate) jumbled = net_test_chain (leaf, cis->ci, sub, NULL);
  g_autoptr (NetVerdict) one = net_test_assert_trusted (without, trust, NET_VOUCHER_CHIP);
  g_autoptr (NetVerdict) two = net_test_assert_trusted (with, trust, NET_VOUCHER_CHIP);
  g_autoptr (NetVerdict) three = net_test_assert_trusted (jumbled, trust, NET_VOUCHER_CHIP);

  g_assert_cmpstr (one->authority, ==, "Test CI");
}

/* SGP.22 section 2.6.7.2: a CI may have a brainpool key and vouch for a server with a P-256 one. */
static void
test_brainpool_ci (void)
{
  g_autoptr (NetTestCert) brainpool = net_test_ci_brainpool ("Brainpool CI");
  g_autoptr (GPtrArray) pkids = net_test_pkids (cis->ci, brainpool, NULL);
  g_autoptr (NetTrust) trust = net_trust_new (kt_env_default (), NULL);
  NetTestSpec spec = net_test_tls_spec (NET_TEST_HOST);
  g_autoptr (NetTestCert) leaf = net_test_cert_new (&spec, brainpool);
  g_autoptr (GTlsCertificate) chain = net_test_chain (leaf, NULL);
  g_autoptr (NetVerdict) verdict = NULL;

  net_trust_set_pkids (trust, pkids);
  verdict = net_test_assert_trusted (chain, trust, NET_VOUCHER_CHIP);
  g_assert_cmpstr (verdict->authority, ==, "Brainpool CI");
}

static void
test_roles_accepted (void)
{
  NetTestSpec spec = net_test_tls_spec (NET_TEST_HOST);

  spec.policies[0] = NET_TEST_ROLE_DS_TLS;
  assert_spec_trusted (&spec);
  /* No role, but an extended key usage that says it. */
  spec.policies[0] = NULL;
  assert_spec_trusted (&spec);
  spec.policies[0] = "1.2.3.4";
  assert_spec_trusted (&spec);
  spec = net_test_tls_spec (NET_TEST_HOST);
  spec.ekus[0] = NULL;
  assert_spec_trusted (&spec);
}

static void
test_host_names (void)
{
  NetTestSpec spec = net_test_tls_spec ("other.example");

  spec.names[1] = NET_TEST_HOST;
  assert_spec_trusted (&spec);
  spec.names[1] = "SMDP.Example";
  assert_spec_trusted (&spec);
}

/* ---- refused ---- */

static void
test_wrong_host (void)
{
  NetTestSpec spec = net_test_tls_spec ("other.example");

  assert_spec_refused (&spec, "tls.wrong-host", G_TLS_CERTIFICATE_BAD_IDENTITY);
  /* A common name is no host name. */
  spec.name = NET_TEST_HOST;
  spec.names[0] = NULL;
  assert_spec_refused (&spec, "tls.wrong-host", G_TLS_CERTIFICATE_BAD_IDENTITY);
  spec.names[0] = "*.example";
  assert_spec_refused (&spec, "tls.wrong-host", G_TLS_CERTIFICATE_BAD_IDENTITY);
}

static void
test_expired (void)
{
  NetTestSpec spec = net_test_tls_spec (NET_TEST_HOST);

  spec.not_after = g_get_real_time () / G_USEC_PER_SEC - 60;
  assert_spec_refused (&spec, "tls.expired", G_TLS_CERTIFICATE_EXPIRED);
}

static void
test_not_yet_valid (void)
{
  NetTestSpec spec = net_test_tls_spec (NET_TEST_HOST);

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
  g_autoptr (NetTrust) one = net_test_trust_new (early, NULL);
  g_autoptr (NetTrust) two = net_test_trust_new (late, NULL);
  NetTestSpec spec = net_test_tls_spec (NET_TEST_HOST);
  g_autoptr (NetTestCert) leaf = net_test_cert_new (&spec, cis->ci);
  g_autoptr (GTlsCertificate) chain = net_test_chain (leaf, NULL);

  net_test_assert_refused (chain, one, "tls.not-yet-valid", G_TLS_CERTIFICATE_NOT_ACTIVATED);
  net_test_assert_refused (chain, two, "tls.expired", G_TLS_CERTIFICATE_EXPIRED);
  g_clear_object (&one);
  g_clear_object (&two);
  kt_env_free_seeded (early);
  kt_env_free_seeded (late);
}

static void
test_expired_sub_ca (void)
{
  g_autoptr (NetTrust) trust = net_test_trust_new (NULL, NULL);
  NetTestSpec sub_spec = net_test_sub_ca_spec ();
  NetTestSpec spec = net_test_tls_spec (NET_TEST_HOST);
  g_autoptr (NetTestCert) sub = NULL;
  g_autoptr (NetTestCert) leaf = NULL;
  g_autoptr (GTlsCertificate) chain = NULL;

  sub_spec.not_after = g_get_real_time () / G_USEC_PER_SEC - 60;
  sub = net_test_cert_new (&sub_spec, cis->ci);
  leaf = net_test_cert_new (&spec, sub);
  chain = net_test_chain (leaf, sub, NULL);
  net_test_assert_refused (chain, trust, "tls.expired", G_TLS_CERTIFICATE_EXPIRED);
}

static void
test_unknown_ci (void)
{
  g_autoptr (NetTrust) trust = net_test_trust_new (NULL, NULL);
  g_autoptr (NetTrust) nobody = net_trust_new (kt_env_default (), NULL);
  NetTestSpec spec = net_test_tls_spec (NET_TEST_HOST);
  g_autoptr (NetTestCert) leaf = net_test_cert_new (&spec, cis->stranger);
  g_autoptr (NetTestCert) good = net_test_cert_new (&spec, cis->ci);
  g_autoptr (GTlsCertificate) one = net_test_chain (leaf, NULL);
  g_autoptr (GTlsCertificate) two = net_test_chain (leaf, cis->stranger, NULL);
  g_autoptr (GTlsCertificate) three = net_test_chain (good, NULL);

  net_test_assert_refused (one, trust, "tls.unknown-ci", G_TLS_CERTIFICATE_UNKNOWN_CA);
  net_test_assert_refused (two, trust, "tls.unknown-ci", G_TLS_CERTIFICATE_UNKNOWN_CA);
  /* Without a chip nobody is trusted. */
  net_test_assert_refused (three, nobody, "tls.unknown-ci", G_TLS_CERTIFICATE_UNKNOWN_CA);
}

/* The name is known once the true CI has vouched for a server. */
static void
test_other_ci_same_name (void)
{
  g_autoptr (NetTrust) trust = net_test_trust_new (NULL, NULL);
  NetTestSpec spec = net_test_tls_spec (NET_TEST_HOST);
  g_autoptr (NetTestCert) good = net_test_cert_new (&spec, cis->ci);
  g_autoptr (NetTestCert) bad = net_test_cert_new (&spec, cis->impostor);
  g_autoptr (GTlsCertificate) good_chain = net_test_chain (good, NULL);
  g_autoptr (GTlsCertificate) one = net_test_chain (bad, NULL);
  g_autoptr (GTlsCertificate) two = net_test_chain (bad, cis->impostor, NULL);
  g_autoptr (NetVerdict) verdict = NULL;

  net_test_assert_refused (one, trust, "tls.unknown-ci", G_TLS_CERTIFICATE_UNKNOWN_CA);
  verdict = net_test_assert_trusted (good_chain, trust, NET_VOUCHER_CHIP);
  net_test_assert_refused (one, trust, "tls.other-ci-same-name", G_TLS_CERTIFICATE_UNKNOWN_CA);
  net_test_assert_refused (two, trust, "tls.other-ci-same-name", G_TLS_CERTIFICATE_UNKNOWN_CA);
}

/* A forger who knows the chip's list writes its identifiers into his certificates. */
static void
test_other_ci_same_key_id (void)
{
  g_autoptr (NetTrust) trust = net_test_trust_new (NULL, NULL);
  NetTestSpec spec = net_test_tls_spec (NET_TEST_HOST);
  g_autoptr (NetTestCert) bad = NULL;
  g_autoptr (GTlsCertificate) chain = NULL;

  spec.forge_aki = cis->ci;
  bad = net_test_cert_new (&spec, cis->impostor);
  chain = net_test_chain (bad, NULL);
  net_test_assert_refused (chain, trust, "tls.other-ci-same-name", G_TLS_CERTIFICATE_UNKNOWN_CA);
}

/* The true CI's certificate is no secret: behind a forged one it proves nothing. */
static void
test_true_ci_behind_forged (void)
{
  g_autoptr (NetTrust) trust = net_test_trust_new (NULL, NULL);
  NetTestSpec spec = net_test_tls_spec (NET_TEST_HOST);
  g_autoptr (NetTestCert) bad = NULL;
  g_autoptr (GTlsCertificate) chain = NULL;

  spec.forge_aki = cis->ci;
  bad = net_test_cert_new (&spec, cis->impostor);
  chain = net_test_chain (bad, cis->ci, NULL);
  net_test_assert_refused (chain, trust, "tls.other-ci-same-name", G_TLS_CERTIFICATE_UNKNOWN_CA);
}

static void
test_self_signed (void)
{
  g_autoptr (NetTrust) trust = net_test_trust_new (NULL, NULL);
  NetTestSpec spec = net_test_tls_spec (NET_TEST_HOST);
  g_autoptr (NetTestCert) leaf = net_test_cert_new (&spec, NULL);
  g_autoptr (GTlsCertificate) chain = net_test_chain (leaf, NULL);

  net_test_assert_refused (chain, trust, "tls.self-signed", G_TLS_CERTIFICATE_UNKNOWN_CA);
}

static void
test_wrong_role (void)
{
  static const char *const roles[] = { NET_TEST_ROLE_CI, "2.23.146.1.2.1.1", NET_TEST_ROLE_EUM,
                                       NET_TEST_ROLE_DP_AUTH, "2.23.146.1.2.1.5",
                                       "2.23.146.1.2.1.7" };
  NetTestSpec spec = net_test_tls_spec (NET_TEST_HOST);

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
  NetTestSpec spec = net_test_tls_spec (NET_TEST_HOST);

  spec.ekus[0] = GNUTLS_KP_TLS_WWW_CLIENT;
  spec.ekus[1] = NULL;
  assert_spec_refused (&spec, "tls.key-usage", G_TLS_CERTIFICATE_GENERIC_ERROR);
}

/* What the chain has between server and CI: all of it good but one thing. */
static void
assert_sub_refused (const NetTestSpec *sub_spec, const char *key, GTlsCertificateFlags flags)
{
  g_autoptr (NetTrust) trust = net_test_trust_new (NULL, NULL);
  NetTestSpec spec = net_test_tls_spec (NET_TEST_HOST);
  g_autoptr (NetTestCert) sub = net_test_cert_new (sub_spec, cis->ci);
  g_autoptr (NetTestCert) leaf = net_test_cert_new (&spec, sub);
  g_autoptr (GTlsCertificate) chain = net_test_chain (leaf, sub, NULL);

  net_test_assert_refused (chain, trust, key, flags);
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
  g_autoptr (NetTrust) trust = net_test_trust_new (NULL, NULL);
  NetTestSpec upper_spec = net_test_sub_ca_spec ();
  NetTestSpec lower_spec = net_test_sub_ca_spec ();
  NetTestSpec spec = net_test_tls_spec (NET_TEST_HOST);
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
  upper = net_test_cert_new (&upper_spec, cis->ci);
  lower = net_test_cert_new (&lower_spec, upper);
  leaf = net_test_cert_new (&spec, lower);
  bad = net_test_chain (leaf, lower, upper, NULL);
  net_test_assert_refused (bad, trust, "tls.path-length", G_TLS_CERTIFICATE_GENERIC_ERROR);
  upper_spec.path_len = 1;
  roomy = net_test_cert_new (&upper_spec, cis->ci);
  lower_roomy = net_test_cert_new (&lower_spec, roomy);
  leaf_roomy = net_test_cert_new (&spec, lower_roomy);
  good = net_test_chain (leaf_roomy, lower_roomy, roomy, NULL);
  verdict = net_test_assert_trusted (good, trust, NET_VOUCHER_CHIP);
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
  NetTestSpec spec = net_test_tls_spec (NET_TEST_HOST);

  spec.unknown_critical = TRUE;
  assert_spec_refused (&spec, "tls.critical-extension", G_TLS_CERTIFICATE_GENERIC_ERROR);
}

static void
test_chain_too_long (void)
{
  g_autoptr (NetTrust) trust = net_test_trust_new (NULL, NULL);
  g_autoptr (GPtrArray) certs
      = g_ptr_array_new_with_free_func ((GDestroyNotify) net_test_cert_free);
  g_autoptr (GTlsCertificate) chain = NULL;
  NetTestSpec spec = net_test_tls_spec (NET_TEST_HOST);
  NetTestCert *issuer = cis->stranger;

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
  net_test_assert_refused (chain, trust, "tls.chain-too-long", G_TLS_CERTIFICATE_GENERIC_ERROR);
}

/* A bit of what was signed is not what was signed. */
static void
test_tampered (void)
{
  g_autoptr (NetTrust) trust = net_test_trust_new (NULL, NULL);
  NetTestSpec spec = net_test_tls_spec (NET_TEST_HOST);
  g_autoptr (NetTestCert) leaf = net_test_cert_new (&spec, cis->ci);
  g_autoptr (GBytes) der = net_test_cert_dup_der (leaf);
  gsize len;
  const guint8 *data = g_bytes_get_data (der, &len);
  g_autofree guint8 *copy = g_memdup2 (data, len);
  g_autoptr (GByteArray) array = NULL;
  g_autoptr (GTlsCertificate) chain = NULL;
  g_autoptr (NetVerdict) verdict = NULL;
  gboolean found = FALSE;

  for (gsize i = 0; i + strlen (NET_TEST_HOST) < len && !found; i++)
    if (memcmp (copy + i, NET_TEST_HOST, strlen (NET_TEST_HOST)) == 0)
      {
        copy[i] = 'S';
        found = TRUE;
      }
  g_assert_true (found);
  array = g_byte_array_new_take (g_steal_pointer (&copy), len);
  chain = g_initable_new (g_tls_backend_get_certificate_type (g_tls_backend_get_default ()), NULL,
                          NULL, "certificate", array, NULL);
  verdict = net_trust_judge (trust, chain, NET_TEST_HOST);
  g_assert_cmpstr (net_verdict_get_key (verdict), ==, "tls.other-ci-same-name");
}

int
main (int argc, char **argv)
{
  cis = net_test_judge_init (&argc, &argv);
  g_test_add_func ("/net/tls/ci-not-sent", test_ci_not_sent);
  g_test_add_func ("/net/tls/ci-sent", test_ci_sent);
  g_test_add_func ("/net/tls/sub-ca", test_sub_ca);
  g_test_add_func ("/net/tls/brainpool-ci", test_brainpool_ci);
  g_test_add_func ("/net/tls/roles-accepted", test_roles_accepted);
  g_test_add_func ("/net/tls/host-names", test_host_names);
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
  return net_test_judge_end (g_test_run ());
}
