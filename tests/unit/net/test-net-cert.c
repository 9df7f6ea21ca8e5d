/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-test"

#include <string.h>

#include "kt-bytes.h"
#include "kt-error.h"
#include "net-cert.h"
#include "net-test-pki.h"

static NetCert *
make (const NetTestSpec *spec, NetTestCert *issuer)
{
  g_autoptr (NetTestCert) cert = net_test_cert_new (spec, issuer);
  g_autoptr (GBytes) der = net_test_cert_dup_der (cert);
  g_autoptr (GError) error = NULL;
  NetCert *read = net_cert_new (der, &error);

  g_assert_no_error (error);
  g_assert_true (g_bytes_equal (net_cert_get_der (read), der));
  return read;
}

static void
test_fields (void)
{
  g_autoptr (NetTestCert) ci = net_test_ci ("Test CI");
  NetTestSpec spec = net_test_tls_spec ("smdp.example");
  g_autoptr (NetCert) cert = NULL;
  guint8 pkid[NET_PKID_BYTES];

  spec.not_before = 1600000000;
  spec.not_after = 1700000000;
  cert = make (&spec, ci);
  g_assert_cmpstr (net_cert_get_subject (cert), ==, "Test TLS");
  g_assert_cmpstr (net_cert_get_issuer (cert), ==, "Test CI");
  g_assert_cmpstr (net_cert_get_organization (cert), ==, "Test");
  g_assert_null (net_cert_get_serial_number (cert));
  g_assert_cmpstr (net_cert_get_oid (cert), ==, "2.999.10");
  g_assert_true (net_cert_has_role (cert, NET_ROLE_DP_TLS));
  g_assert_false (net_cert_has_role (cert, NET_ROLE_DP_AUTH));
  g_assert_cmpuint (net_cert_get_roles (cert), ==, NET_ROLE_BIT (NET_ROLE_DP_TLS));
  g_assert_cmpint (net_cert_get_not_before (cert), ==, 1600000000);
  g_assert_cmpint (net_cert_get_not_after (cert), ==, 1700000000);
  g_assert_false (net_cert_is_ca (cert));
  g_assert_cmpint (net_cert_get_path_len (cert), ==, -1);
  g_assert_true (net_cert_has_key_usage (cert));
  g_assert_true (net_cert_allows_usage (cert, GNUTLS_KEY_DIGITAL_SIGNATURE));
  g_assert_false (net_cert_allows_usage (cert, GNUTLS_KEY_KEY_CERT_SIGN));
  g_assert_cmpint (net_cert_get_purposes (cert), ==, NET_PURPOSE_SERVER | NET_PURPOSE_CLIENT);
  g_assert_false (net_cert_has_unknown_critical (cert));
  g_assert_false (net_cert_is_self_issued (cert));
  net_test_cert_get_pkid (ci, pkid);
  g_assert_true (
      kt_bytes_equal_data (net_cert_get_authority_key_id (cert), pkid, sizeof pkid));
}

static void
test_ca_fields (void)
{
  NetTestSpec spec = net_test_sub_ca_spec ();
  g_autoptr (NetCert) cert = make (&spec, NULL);

  g_assert_true (net_cert_is_ca (cert));
  g_assert_cmpint (net_cert_get_path_len (cert), ==, 0);
  g_assert_true (net_cert_is_self_issued (cert));
  g_assert_cmpint (net_cert_get_purposes (cert), ==, NET_PURPOSE_NONE);
  g_assert_cmpuint (net_cert_get_roles (cert), ==, 0);
  g_assert_null (net_cert_get_oid (cert));
}

static void
test_hosts (void)
{
  static const struct
  {
    const char *name;
    const char *host;
    gboolean matches;
  } rows[] = {
    { "smdp.example", "smdp.example", TRUE },
    { "SMDP.example", "smdp.EXAMPLE", TRUE },
    { "smdp.example", "smdp.example.", FALSE },
    { "smdp.example", "a.smdp.example", FALSE },
    { "smdp.example", "mdp.example", FALSE },
    { "*.smdp.example", "a.smdp.example", TRUE },
    { "*.smdp.example", "smdp.example", FALSE },
    { "*.smdp.example", ".smdp.example", FALSE },
    { "*.smdp.example", "a.b.smdp.example", FALSE },
    { "*.example", "smdp.example", FALSE },
    { "*", "smdp", FALSE },
    { "*.*.example", "a.b.example", FALSE },
    { "s*.smdp.example", "sa.smdp.example", FALSE },
    { "127.0.0.1", "127.0.0.1", FALSE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      NetTestSpec spec = net_test_tls_spec (rows[i].name);
      g_autoptr (NetCert) cert = make (&spec, NULL);

      g_test_message ("%s %s", rows[i].name, rows[i].host);
      g_assert_true (net_cert_matches_host (cert, rows[i].host) == rows[i].matches);
    }
  {
    NetTestSpec spec = net_test_tls_spec (NULL);
    g_autoptr (NetCert) cert = NULL;

    spec.address = "127.0.0.1";
    cert = make (&spec, NULL);
    g_assert_true (net_cert_matches_host (cert, "127.0.0.1"));
    g_assert_false (net_cert_matches_host (cert, "127.0.0.2"));
    g_assert_false (net_cert_matches_host (cert, "localhost"));
  }
}

static void
test_signed_by (void)
{
  NetTestSpec ca_spec = net_test_sub_ca_spec ();
  NetTestSpec spec = net_test_tls_spec ("smdp.example");
  g_autoptr (NetTestCert) one = net_test_cert_new (&ca_spec, NULL);
  g_autoptr (NetTestCert) two = net_test_cert_new (&ca_spec, NULL);
  g_autoptr (NetTestCert) three = NULL;
  g_autoptr (GBytes) one_der = net_test_cert_dup_der (one);
  g_autoptr (GBytes) two_der = net_test_cert_dup_der (two);
  g_autoptr (GBytes) three_der = NULL;
  g_autoptr (NetCert) good = net_cert_new (one_der, NULL);
  g_autoptr (NetCert) same_name = net_cert_new (two_der, NULL);
  g_autoptr (NetCert) other_name = NULL;
  g_autoptr (NetCert) leaf = make (&spec, one);

  ca_spec.name = "Other";
  three = net_test_cert_new (&ca_spec, NULL);
  three_der = net_test_cert_dup_der (three);
  other_name = net_cert_new (three_der, NULL);
  g_assert_true (net_cert_is_signed_by (leaf, good));
  g_assert_false (net_cert_is_signed_by (leaf, same_name));
  g_assert_false (net_cert_is_signed_by (leaf, other_name));
  g_assert_false (net_cert_is_signed_by (leaf, leaf));
  g_assert_true (net_cert_is_signed_by (good, good));
}

/* No prefix of a certificate, and none with a byte changed, makes the reader stumble. */
static void
test_hostile (void)
{
  NetTestSpec spec = net_test_tls_spec ("smdp.example");
  g_autoptr (NetTestCert) cert = net_test_cert_new (&spec, NULL);
  g_autoptr (GBytes) der = net_test_cert_dup_der (cert);
  gsize len;
  const guint8 *data = g_bytes_get_data (der, &len);

  for (gsize i = 0; i < len; i++)
    {
      g_autoptr (GBytes) part = g_bytes_new (data, i);
      g_autofree guint8 *copy = g_memdup2 (data, len);
      g_autoptr (GBytes) changed = NULL;
      g_autoptr (GError) error = NULL;
      g_autoptr (NetCert) read = NULL;
      NetEcKey keys[NET_RECOVER_MAX];

      g_assert_null (net_cert_new (part, &error));
      g_assert_error (error, KT_ERROR, KT_ERROR_MALFORMED);
      g_assert_cmpstr (kt_error_key (error), ==, "cert.malformed");
      copy[i] ^= (guint8) (1u << (i % 8));
      changed = g_bytes_new (copy, len);
      read = net_cert_new (changed, NULL);
      if (read != NULL)
        {
          net_cert_matches_host (read, "smdp.example");
          g_assert_false (net_cert_is_signed_by (read, read));
          if (i % 16 == 0)
            net_cert_recover_issuer (read, NET_CURVE_P256, keys);
        }
    }
}

static void
test_trailing (void)
{
  NetTestSpec spec = net_test_tls_spec ("smdp.example");
  g_autoptr (NetTestCert) cert = net_test_cert_new (&spec, NULL);
  g_autoptr (GBytes) der = net_test_cert_dup_der (cert);
  gsize len;
  const guint8 *data = g_bytes_get_data (der, &len);
  g_autofree guint8 *copy = g_malloc0 (len + 1);
  g_autoptr (GBytes) longer = NULL;
  g_autoptr (GError) error = NULL;

  memcpy (copy, data, len);
  longer = g_bytes_new (copy, len + 1);
  g_assert_null (net_cert_new (longer, &error));
  g_assert_error (error, KT_ERROR, KT_ERROR_MALFORMED);
}

/* SGP.26's certificates, which another program made. */
static void
test_sgp26 (void)
{
  static const struct
  {
    const char *file;
    NetRole role;
    const char *oid;
    const char *subject;
    gboolean ca;
  } rows[] = {
    { "ci/CERT_CI_ECDSA_NIST.der", NET_ROLE_CI, "2.999.1", "Test CI", TRUE },
    { "eum/CERT_EUM_ECDSA_NIST.der", NET_ROLE_EUM, "2.999.5", "EUM Test", TRUE },
    { "dpauth/CERT_S_SM_DPauth_ECDSA_NIST.der", NET_ROLE_DP_AUTH, "2.999.10", "TEST SM-DP+",
      FALSE },
    { "dpauth/CERT_S_SM_DP2auth_ECDSA_NIST.der", NET_ROLE_DP_AUTH, "2.999.12", "TEST SM-DP+2",
      FALSE },
    { "dppb/CERT_S_SM_DPpb_ECDSA_NIST.der", NET_ROLE_DP_PB, "2.999.10", "TEST SM-DP+", FALSE },
    { "dptls/CERT_S_SM_DP_TLS_NIST.der", NET_ROLE_DP_TLS, "2.999.10",
      "testsmdpplus1.example.com", FALSE },
  };
  const char *root = g_getenv ("KT_TEST_FIXTURES");
  g_autoptr (NetCert) ci = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *path
          = root != NULL ? g_build_filename (root, "sgp26", rows[i].file, NULL) : NULL;
      g_autofree char *data = NULL;
      g_autoptr (GBytes) der = NULL;
      g_autoptr (NetCert) cert = NULL;
      g_autoptr (GError) error = NULL;
      gsize len;

      if (path == NULL || !g_file_get_contents (path, &data, &len, NULL))
        {
          g_test_skip ("SGP.26's certificates are not here");
          return;
        }
      der = g_bytes_new (data, len);
      cert = net_cert_new (der, &error);
      g_assert_no_error (error);
      g_assert_cmpuint (net_cert_get_roles (cert), ==, NET_ROLE_BIT (rows[i].role));
      g_assert_cmpstr (net_cert_get_oid (cert), ==, rows[i].oid);
      g_assert_cmpstr (net_cert_get_subject (cert), ==, rows[i].subject);
      g_assert_true (net_cert_is_ca (cert) == rows[i].ca);
      if (ci == NULL)
        ci = net_cert_ref (cert);
      g_assert_true (net_cert_is_signed_by (cert, ci));
      g_assert_true (net_cert_matches_host (cert, "testsmdpplus1.example.com")
                     == (rows[i].role == NET_ROLE_DP_TLS));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/net/cert/fields", test_fields);
  g_test_add_func ("/net/cert/ca-fields", test_ca_fields);
  g_test_add_func ("/net/cert/hosts", test_hosts);
  g_test_add_func ("/net/cert/signed-by", test_signed_by);
  g_test_add_func ("/net/cert/hostile", test_hostile);
  g_test_add_func ("/net/cert/trailing", test_trailing);
  g_test_add_func ("/net/cert/sgp26", test_sgp26);
  return g_test_run ();
}
