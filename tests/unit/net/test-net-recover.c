/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-test"

#include <gcrypt.h>
#include <gnutls/crypto.h>
#include <string.h>

#include "kt-bytes.h"
#include "net-cert.h"
#include "net-recover.h"
#include "net-test-pki.h"

static void
from_hex (const char *hex, guint8 *out, gsize len)
{
  g_autoptr (GBytes) bytes = kt_hex_parse (hex, NULL);

  g_assert_nonnull (bytes);
  g_assert_cmpuint (g_bytes_get_size (bytes), ==, len);
  memcpy (out, g_bytes_get_data (bytes, NULL), len);
}

/* RFC 6979 appendix A.2.5: P-256, SHA-256, message "sample" */
#define RFC6979_X "60FED4BA255A9D31C961EB74C6356D68C049B8923B61FA6CE669622E60F29FB6"
#define RFC6979_Y "7903FE1008B8BC99A41AE9E95628BC64F2F1B20C2D7E9F5177A3C294D4462299"
#define RFC6979_R "EFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716"
#define RFC6979_S "F7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8"

static void
read_rfc6979 (NetEcKey *key, NetEcSignature *signature, guint8 hash[32])
{
  key->curve = NET_CURVE_P256;
  key->point[0] = 4;
  from_hex (RFC6979_X, key->point + 1, 32);
  from_hex (RFC6979_Y, key->point + 33, 32);
  from_hex (RFC6979_R, signature->r, 32);
  from_hex (RFC6979_S, signature->s, 32);
  gnutls_hash_fast (GNUTLS_DIG_SHA256, "sample", 6, hash);
}

static gboolean
is_among (const NetEcKey *key, const NetEcKey *keys, guint count)
{
  for (guint i = 0; i < count; i++)
    if (memcmp (keys[i].point, key->point, NET_EC_POINT_BYTES) == 0)
      return TRUE;
  return FALSE;
}

static void
test_rfc6979 (void)
{
  NetEcKey key, keys[NET_RECOVER_MAX];
  NetEcSignature signature;
  guint8 hash[32];
  guint count;

  read_rfc6979 (&key, &signature, hash);
  g_assert_true (net_ec_verify (&key, hash, sizeof hash, &signature));
  count = net_recover_keys (NET_CURVE_P256, hash, sizeof hash, &signature, keys);
  g_assert_cmpuint (count, ==, 2);
  g_assert_true (is_among (&key, keys, count));
  for (guint i = 0; i < count; i++)
    g_assert_true (net_ec_verify (&keys[i], hash, sizeof hash, &signature));
}

static void
test_other_message (void)
{
  NetEcKey key, keys[NET_RECOVER_MAX];
  NetEcSignature signature;
  guint8 hash[32];
  guint count;

  read_rfc6979 (&key, &signature, hash);
  hash[31] ^= 1;
  g_assert_false (net_ec_verify (&key, hash, sizeof hash, &signature));
  count = net_recover_keys (NET_CURVE_P256, hash, sizeof hash, &signature, keys);
  g_assert_false (is_among (&key, keys, count));
}

/* SEC 1 section 4.1.4: r and s lie between 1 and n - 1. */
static void
test_range (void)
{
  static const char *const bad[] = {
    "0000000000000000000000000000000000000000000000000000000000000000",
    "FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551",
    "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      NetEcKey key, keys[NET_RECOVER_MAX];
      NetEcSignature signature;
      guint8 hash[32];

      read_rfc6979 (&key, &signature, hash);
      from_hex (bad[i], signature.r, 32);
      g_assert_cmpuint (net_recover_keys (NET_CURVE_P256, hash, 32, &signature, keys), ==, 0);
      g_assert_false (net_ec_verify (&key, hash, 32, &signature));
      read_rfc6979 (&key, &signature, hash);
      from_hex (bad[i], signature.s, 32);
      g_assert_cmpuint (net_recover_keys (NET_CURVE_P256, hash, 32, &signature, keys), ==, 0);
      g_assert_false (net_ec_verify (&key, hash, 32, &signature));
    }
}

static void
test_point_off_curve (void)
{
  NetEcKey key;
  NetEcSignature signature;
  guint8 hash[32];

  read_rfc6979 (&key, &signature, hash);
  g_assert_true (net_ec_key_is_valid (&key));
  key.point[64] ^= 1;
  g_assert_false (net_ec_key_is_valid (&key));
  g_assert_false (net_ec_verify (&key, hash, 32, &signature));
  read_rfc6979 (&key, &signature, hash);
  key.point[0] = 2;
  g_assert_false (net_ec_key_is_valid (&key));
  key.point[0] = 4;
  memset (key.point + 1, 0xFF, 64);
  g_assert_false (net_ec_key_is_valid (&key));
  read_rfc6979 (&key, &signature, hash);
  key.curve = NET_CURVE_BRAINPOOL_P256R1;
  g_assert_false (net_ec_key_is_valid (&key));
  key.curve = NET_CURVE_NONE;
  g_assert_false (net_ec_key_is_valid (&key));
}

/* x of R may be r + n where that is below p: a curve point with such a small x, and its r, give
 * four keys. With hash and s freely chosen every such r is a signature of somebody. */
static void
test_four_candidates (void)
{
  NetEcKey keys[NET_RECOVER_MAX];
  guint8 hash[32];
  guint most = 0;

  gnutls_hash_fast (GNUTLS_DIG_SHA256, "small r", 7, hash);
  for (guint8 r = 1; r < 64; r++)
    {
      NetEcSignature signature = { { 0 }, { 0 } };
      guint count;

      signature.r[31] = r;
      signature.s[31] = 7;
      count = net_recover_keys (NET_CURVE_P256, hash, 32, &signature, keys);
      g_assert_cmpuint (count, <=, NET_RECOVER_MAX);
      g_assert_cmpuint (count % 2, ==, 0);
      for (guint i = 0; i < count; i++)
        g_assert_true (net_ec_verify (&keys[i], hash, 32, &signature));
      most = MAX (most, count);
    }
  g_assert_cmpuint (most, ==, NET_RECOVER_MAX);
}

/* FIPS 186-4: a longer hash is cut to the length of the order. */
static void
test_long_hash (void)
{
  NetEcKey key, keys[NET_RECOVER_MAX];
  NetEcSignature signature;
  guint8 hash[48];

  /* RFC 6979 appendix A.2.5: SHA-384, "sample" */
  read_rfc6979 (&key, &signature, hash);
  from_hex ("0EAFEA039B20E9B42309FB1D89E213057CBF973DC0CFC8F129EDDDC800EF7719", signature.r, 32);
  from_hex ("4861F0491E6998B9455193E34E7B0D284DDD7149A74B95B9261F13ABDE940954", signature.s, 32);
  gnutls_hash_fast (GNUTLS_DIG_SHA384, "sample", 6, hash);
  g_assert_true (net_ec_verify (&key, hash, sizeof hash, &signature));
  g_assert_true (is_among (
      &key, keys, net_recover_keys (NET_CURVE_P256, hash, sizeof hash, &signature, keys)));
}

static gboolean
recovers (NetCert *cert, const guint8 wanted[NET_PKID_BYTES], NetCurve *curve)
{
  static const NetCurve curves[] = { NET_CURVE_P256, NET_CURVE_BRAINPOOL_P256R1 };

  for (gsize c = 0; c < G_N_ELEMENTS (curves); c++)
    {
      NetEcKey keys[NET_RECOVER_MAX];
      guint count = net_cert_recover_issuer (cert, curves[c], keys);

      for (guint i = 0; i < count; i++)
        {
          guint8 pkid[NET_PKID_BYTES];

          net_ec_get_pkid (&keys[i], pkid);
          if (memcmp (pkid, wanted, NET_PKID_BYTES) == 0)
            {
              *curve = curves[c];
              return TRUE;
            }
        }
    }
  return FALSE;
}

static void
test_run_time_keys (void)
{
  for (guint i = 0; i < 20; i++)
    {
      g_autoptr (NetTestCert) ci = i % 2 == 0 ? net_test_ci ("CI") : net_test_ci_brainpool ("CI");
      NetTestSpec spec = net_test_tls_spec ("a.example");
      g_autoptr (NetTestCert) leaf = net_test_cert_new (&spec, ci);
      g_autoptr (GBytes) der = net_test_cert_dup_der (leaf);
      g_autoptr (NetCert) cert = net_cert_new (der, NULL);
      guint8 pkid[NET_PKID_BYTES];
      NetCurve curve = NET_CURVE_P256;

      net_test_cert_get_pkid (ci, pkid);
      g_assert_true (recovers (cert, pkid, &curve));
      g_assert_cmpint (curve, ==, i % 2 == 0 ? NET_CURVE_P256 : NET_CURVE_BRAINPOOL_P256R1);
      pkid[0] ^= 1;
      g_assert_false (recovers (cert, pkid, &curve));
    }
}

/* ---- the CI certificates in use ---- */

static char *
find_fixture (const char *name)
{
  const char *root = g_getenv ("KT_TEST_FIXTURES");
  g_autofree char *path = root != NULL ? g_build_filename (root, "ci", name, NULL) : NULL;

  return path != NULL && g_file_test (path, G_FILE_TEST_EXISTS) ? g_steal_pointer (&path) : NULL;
}

static void
check_ci (GTlsCertificate *tls, guint *brainpool)
{
  g_autoptr (GByteArray) raw = NULL;
  g_autoptr (GBytes) der = NULL;
  g_autoptr (NetCert) cert = NULL;
  g_autoptr (GError) error = NULL;
  NetEcKey key;
  NetCurve curve = NET_CURVE_P256;
  guint8 pkid[NET_PKID_BYTES];

  g_object_get (tls, "certificate", &raw, NULL);
  der = g_bytes_new (raw->data, raw->len);
  cert = net_cert_new (der, &error);
  g_assert_no_error (error);
  g_assert_true (net_cert_get_key (cert, &key));
  g_assert_true (net_ec_key_is_valid (&key));
  net_ec_get_pkid (&key, pkid);
  g_assert_true (
      kt_bytes_equal_data (net_cert_get_subject_key_id (cert), pkid, NET_PKID_BYTES));
  g_assert_true (recovers (cert, pkid, &curve));
  g_assert_cmpint (curve, ==, key.curve);
  g_assert_true (net_cert_is_signed_by (cert, cert));
  g_assert_true (net_cert_has_role (cert, NET_ROLE_CI));
  g_assert_true (net_cert_is_ca (cert));
  if (curve == NET_CURVE_BRAINPOOL_P256R1)
    (*brainpool)++;
}

static void
test_ci_certificates (void)
{
  static const char *const files[] = { "gsma-ci-live.pem", "gsma-ci-test.pem" };
  guint count = 0;
  guint brainpool = 0;

  for (gsize i = 0; i < G_N_ELEMENTS (files); i++)
    {
      g_autofree char *path = find_fixture (files[i]);
      g_autofree char *text = NULL;
      g_auto (GStrv) blocks = NULL;

      if (path == NULL)
        {
          g_test_skip ("the CI certificates are not here");
          return;
        }
      g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
      blocks = g_strsplit (text, "-----BEGIN CERTIFICATE-----", -1);
      for (gsize b = 1; blocks[b] != NULL; b++)
        {
          g_autofree char *pem = g_strconcat ("-----BEGIN CERTIFICATE-----", blocks[b], NULL);
          g_autoptr (GTlsCertificate) tls = g_tls_certificate_new_from_pem (pem, -1, NULL);

          g_assert_nonnull (tls);
          check_ci (tls, &brainpool);
          count++;
        }
    }
  g_assert_cmpuint (count, ==, 16);
  g_assert_cmpuint (brainpool, ==, 3);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/net/recover/rfc6979", test_rfc6979);
  g_test_add_func ("/net/recover/other-message", test_other_message);
  g_test_add_func ("/net/recover/range", test_range);
  g_test_add_func ("/net/recover/point-off-curve", test_point_off_curve);
  g_test_add_func ("/net/recover/four-candidates", test_four_candidates);
  g_test_add_func ("/net/recover/long-hash", test_long_hash);
  g_test_add_func ("/net/recover/run-time-keys", test_run_time_keys);
  g_test_add_func ("/net/recover/ci-certificates-in-use", test_ci_certificates);
  return g_test_run ();
}
