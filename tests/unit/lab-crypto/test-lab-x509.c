/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kt-bytes.h"
#include "kt-error.h"
#include "lab-pki.h"

#include <gnutls/abstract.h>
#include <gnutls/x509.h>
#include <string.h>

#define EID "89049032123451234512345678901235"
#define NOW G_GINT64_CONSTANT (1900000000)
#define DAY G_GINT64_CONSTANT (86400)

typedef struct
{
  KtEnv *env;
  LabPki *pki;
  LabCert *ci;
  LabPkiLeafSpec eum;
  LabPkiLeafSpec euicc;
} Fixture;

static LabCert *
parse (GBytes *der)
{
  g_autoptr (GError) error = NULL;
  LabCert *cert = lab_cert_parse (der, &error);

  g_assert_no_error (error);
  return cert;
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) ci = NULL;
  const LabPkiLeafSpec eum = {
    .role = LAB_ROLE_EUM,
    .organization = "Maker",
    .common_name = "Maker's EUM",
    .ca = TRUE,
    .permitted_organization = "Maker",
    .permitted_serial = "89049032",
  };
  const LabPkiLeafSpec euicc = {
    .role = LAB_ROLE_EUICC,
    .organization = "Maker",
    .serial_number = EID,
    .common_name = "eUICC",
  };

  fixture->env = kt_env_new_seeded (5, NOW * G_USEC_PER_SEC);
  fixture->pki = lab_pki_new (fixture->env, &error);
  g_assert_no_error (error);
  ci = lab_pki_dup_ci_cert (fixture->pki);
  fixture->ci = parse (ci);
  fixture->eum = eum;
  fixture->euicc = euicc;
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  lab_cert_unref (fixture->ci);
  lab_pki_unref (fixture->pki);
  kt_env_free_seeded (fixture->env);
}

static LabCredential *
issue (Fixture *fixture, const LabPkiLeafSpec *spec)
{
  g_autoptr (GError) error = NULL;
  LabCredential *credential = lab_pki_issue (fixture->pki, spec, &error);

  g_assert_no_error (error);
  return credential;
}

/* Makes the chain as the fixture's specifications stand and expects judgement @key, or success. */
static void
assert_chain (Fixture *fixture, const char *key)
{
  g_autoptr (LabCredential) eum = issue (fixture, &fixture->eum);
  g_autoptr (LabCredential) euicc = NULL;
  g_autoptr (LabCert) eum_cert = parse (eum->cert_der);
  g_autoptr (LabCert) euicc_cert = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *eid = NULL;
  LabPkiLeafSpec spec = fixture->euicc;
  gboolean ok;

  if (spec.issuer == NULL)
    spec.issuer = eum;
  euicc = issue (fixture, &spec);
  euicc_cert = parse (euicc->cert_der);
  ok = lab_x509_check_euicc_chain (euicc_cert, eum_cert, fixture->ci, NOW, &eid, &error);
  if (key == NULL)
    {
      g_assert_no_error (error);
      g_assert_true (ok);
      g_assert_cmpstr (eid, ==, EID);
      return;
    }
  g_assert_false (ok);
  g_assert_error (error, KT_ERROR, KT_ERROR_CHECK_FAILED);
  g_assert_cmpstr (kt_error_key (error), ==, key);
  g_assert_null (eid);
}

static void
test_good_chain (Fixture *fixture, gconstpointer data)
{
  assert_chain (fixture, NULL);
}

static void
test_other_organization (Fixture *fixture, gconstpointer data)
{
  fixture->euicc.organization = "Another maker";
  assert_chain (fixture, "x509.name-constraint");
}

static void
test_no_organization (Fixture *fixture, gconstpointer data)
{
  fixture->euicc.organization = NULL;
  assert_chain (fixture, "x509.name-constraint");
}

static void
test_other_prefix (Fixture *fixture, gconstpointer data)
{
  fixture->euicc.serial_number = "89049033123451234512345678901235";
  assert_chain (fixture, "x509.name-constraint");
}

static void
test_no_eid (Fixture *fixture, gconstpointer data)
{
  static const char *const rows[]
      = { NULL, "8904903212345123451234567890123", "8904903212345123451234567890123A",
          "890490321234512345123456789012350" };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      fixture->euicc.serial_number = rows[i];
      assert_chain (fixture, "x509.eid");
    }
}

static void
test_no_constraint (Fixture *fixture, gconstpointer data)
{
  fixture->eum.permitted_serial = NULL;
  assert_chain (fixture, "x509.name-constraint");
  fixture->eum.permitted_serial = "";
  assert_chain (fixture, "x509.name-constraint");
  fixture->eum.permitted_organization = NULL;
  fixture->eum.permitted_serial = NULL;
  assert_chain (fixture, "x509.name-constraint");
}

static void
test_eum_authority (Fixture *fixture, gconstpointer data)
{
  fixture->eum.path_len = 1;
  assert_chain (fixture, "x509.path-length");
  fixture->eum.path_len = -1;
  assert_chain (fixture, "x509.path-length");
  fixture->eum.path_len = 0;
  fixture->eum.key_usage = LAB_KEY_USAGE_DIGITAL_SIGNATURE;
  assert_chain (fixture, "x509.not-ca");
  fixture->eum.key_usage = LAB_KEY_USAGE_CERT_SIGN;
  fixture->eum.ca = FALSE;
  fixture->eum.basic_constraints = TRUE;
  assert_chain (fixture, "x509.not-ca");
}

static void
test_roles (Fixture *fixture, gconstpointer data)
{
  fixture->euicc.role = LAB_ROLE_DP_AUTH;
  assert_chain (fixture, "x509.role");
  fixture->euicc.role = LAB_ROLE_NONE;
  assert_chain (fixture, "x509.role");
  fixture->euicc.role = LAB_ROLE_EUICC;
  fixture->eum.role = LAB_ROLE_CI;
  assert_chain (fixture, "x509.role");
}

static void
test_dates (Fixture *fixture, gconstpointer data)
{
  fixture->euicc.not_before = NOW + 1;
  assert_chain (fixture, "x509.not-yet-valid");
  fixture->euicc.not_before = NOW;
  fixture->euicc.not_after = NOW;
  assert_chain (fixture, NULL);
  fixture->euicc.not_before = NOW - DAY;
  fixture->euicc.not_after = NOW - 1;
  assert_chain (fixture, "x509.expired");
  fixture->euicc.not_after = 0;
  fixture->eum.not_after = NOW - 1;
  assert_chain (fixture, "x509.expired");
  fixture->eum.not_after = 0;
  fixture->eum.not_before = NOW + 1;
  assert_chain (fixture, "x509.not-yet-valid");
}

static void
test_euicc_usage (Fixture *fixture, gconstpointer data)
{
  fixture->euicc.key_usage = 1 << 4;
  assert_chain (fixture, "x509.key-usage");
  fixture->euicc.key_usage = 0;
  fixture->euicc.ca = TRUE;
  assert_chain (fixture, "x509.is-ca");
}

static void
test_impostors (Fixture *fixture, gconstpointer data)
{
  KtEnv *env = kt_env_new_seeded (99, NOW * G_USEC_PER_SEC);
  g_autoptr (LabPki) impostor = lab_pki_new (env, NULL);
  g_autoptr (LabCredential) false_ci = lab_pki_dup_ci (impostor, NULL);
  g_autoptr (LabCredential) false_eum = NULL;

  fixture->eum.issuer = false_ci;
  assert_chain (fixture, "x509.issuer");
  fixture->eum.issuer = NULL;
  /* the EUM's name and constraint with another key */
  false_eum = issue (fixture, &fixture->eum);
  fixture->euicc.issuer = false_eum;
  assert_chain (fixture, "x509.issuer");
  kt_env_free_seeded (env);
}

static void
test_flipped_signature (Fixture *fixture, gconstpointer data)
{
  g_autoptr (LabCredential) leaf = lab_pki_dup_dpauth (fixture->pki, NULL);
  gsize len = g_bytes_get_size (leaf->cert_der);
  guint refused = 0;

  /* Whatever bit is flipped: it does not parse, or it does not verify; it never crashes. */
  for (gsize at = 0; at < len; at++)
    {
      g_autofree guint8 *copy = g_memdup2 (g_bytes_get_data (leaf->cert_der, NULL), len);
      g_autoptr (GBytes) altered = NULL;
      g_autoptr (LabCert) cert = NULL;
      g_autoptr (GError) error = NULL;

      copy[at] ^= (guint8) (1 << (at % 8));
      altered = g_bytes_new (copy, len);
      cert = lab_cert_parse (altered, &error);
      if (cert == NULL)
        {
          g_assert_nonnull (kt_error_key (error));
          refused++;
          continue;
        }
      g_assert_false (lab_x509_check_leaf (cert, LAB_ROLE_DP_AUTH, fixture->ci, NOW, &error));
      g_assert_error (error, KT_ERROR, KT_ERROR_CHECK_FAILED);
      refused++;
    }
  g_assert_cmpuint (refused, ==, len);
}

static void
assert_malformed (GBytes *der)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (lab_cert_parse (der, &error));
  g_assert_error (error, KT_ERROR, KT_ERROR_MALFORMED);
  g_assert_cmpstr (kt_error_key (error), ==, "x509.malformed");
}

static void
test_cut (Fixture *fixture, gconstpointer data)
{
  g_autoptr (LabCredential) leaf = lab_pki_dup_dpauth (fixture->pki, NULL);
  gsize len = g_bytes_get_size (leaf->cert_der);
  g_autoptr (GByteArray) longer = g_byte_array_new ();
  g_autoptr (GBytes) longer_bytes = NULL;
  g_autoptr (GBytes) huge = g_bytes_new_take (g_malloc0 (70000), 70000);

  for (gsize i = 0; i < len; i++)
    {
      g_autoptr (GBytes) cut = g_bytes_new_from_bytes (leaf->cert_der, 0, i);

      assert_malformed (cut);
    }
  g_byte_array_append (longer, g_bytes_get_data (leaf->cert_der, NULL), (guint) len);
  g_byte_array_append (longer, (const guint8 *) "", 1);
  longer_bytes = g_bytes_new (longer->data, longer->len);
  assert_malformed (longer_bytes);
  assert_malformed (huge);
}

static void
test_leaf_judgements (Fixture *fixture, gconstpointer data)
{
  const struct
  {
    LabPkiLeafSpec spec;
    const char *key;
  } rows[] = {
    { { .role = LAB_ROLE_DP_PB }, "x509.role" },
    { { .role = LAB_ROLE_DP_AUTH, .policy = "2.23.146.1.2.1.44" }, "x509.role" },
    { { .role = LAB_ROLE_DP_AUTH, .ca = TRUE, .path_len = -1 }, "x509.is-ca" },
    { { .role = LAB_ROLE_DP_AUTH, .key_usage = LAB_KEY_USAGE_CERT_SIGN }, "x509.key-usage" },
    { { .role = LAB_ROLE_DP_AUTH, .not_after = NOW - 1 }, "x509.expired" },
    { { .role = LAB_ROLE_DP_AUTH, .not_before = NOW + DAY }, "x509.not-yet-valid" },
    { { .role = LAB_ROLE_DP_AUTH, .common_name = "x", .self_signed = TRUE }, "x509.issuer" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (LabCredential) leaf = issue (fixture, &rows[i].spec);
      g_autoptr (LabCert) cert = parse (leaf->cert_der);
      g_autoptr (GError) error = NULL;

      g_assert_false (lab_x509_check_leaf (cert, LAB_ROLE_DP_AUTH, fixture->ci, NOW, &error));
      g_assert_error (error, KT_ERROR, KT_ERROR_CHECK_FAILED);
      g_assert_cmpstr (kt_error_key (error), ==, rows[i].key);
    }
}

/* A leaf of a leaf: the intermediate says CA:FALSE. */
static void
test_leaf_as_issuer (Fixture *fixture, gconstpointer data)
{
  g_autoptr (LabCredential) middle = lab_pki_dup_dpauth (fixture->pki, NULL);
  LabPkiLeafSpec spec = { .role = LAB_ROLE_DP_AUTH, .issuer = middle };
  g_autoptr (LabCredential) leaf = issue (fixture, &spec);
  g_autoptr (LabCert) middle_cert = parse (middle->cert_der);
  g_autoptr (LabCert) cert = parse (leaf->cert_der);
  g_autoptr (GError) error = NULL;

  g_assert_cmpuint (leaf->chain->len, ==, 1);
  g_assert_false (lab_x509_verify_signed_by (cert, middle_cert, &error));
  g_assert_cmpstr (kt_error_key (error), ==, "x509.not-ca");
}

static void
test_any_time (Fixture *fixture, gconstpointer data)
{
  LabPkiLeafSpec spec = { .role = LAB_ROLE_DP_AUTH, .not_before = 1000, .not_after = 2000 };
  g_autoptr (LabCredential) leaf = issue (fixture, &spec);
  g_autoptr (LabCert) cert = parse (leaf->cert_der);

  g_assert_cmpint (cert->not_before, ==, 1000);
  g_assert_cmpint (cert->not_after, ==, 2000);
  g_assert_true (lab_x509_check_leaf (cert, LAB_ROLE_DP_AUTH, fixture->ci, LAB_X509_ANY_TIME,
                                      NULL));
}

static void
test_generalized_time (Fixture *fixture, gconstpointer data)
{
  /* 2049-12-31 23:59:59 is the last UTCTime, 2050-01-01 the first GeneralizedTime */
  LabPkiLeafSpec spec = { .role = LAB_ROLE_DP_AUTH,
                          .not_before = G_GINT64_CONSTANT (2524607999),
                          .not_after = G_GINT64_CONSTANT (2524608000) };
  g_autoptr (LabCredential) leaf = issue (fixture, &spec);
  g_autoptr (LabCert) cert = parse (leaf->cert_der);

  g_assert_cmpint (cert->not_before, ==, G_GINT64_CONSTANT (2524607999));
  g_assert_cmpint (cert->not_after, ==, G_GINT64_CONSTANT (2524608000));
  g_assert_nonnull (memmem (g_bytes_get_data (cert->tbs, NULL), g_bytes_get_size (cert->tbs),
                            "\x18\x0f" "20500101000000Z", 17));
}

/* A certificate of another writer and another curve */
static void
test_other_curve (Fixture *fixture, gconstpointer data)
{
  gnutls_x509_privkey_t key;
  gnutls_x509_crt_t crt;
  gnutls_datum_t out;
  g_autoptr (GBytes) der = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (gnutls_x509_privkey_init (&key), ==, 0);
  g_assert_cmpint (gnutls_x509_privkey_generate (
                       key, GNUTLS_PK_ECDSA, GNUTLS_CURVE_TO_BITS (GNUTLS_ECC_CURVE_SECP384R1), 0),
                   ==, 0);
  g_assert_cmpint (gnutls_x509_crt_init (&crt), ==, 0);
  gnutls_x509_crt_set_version (crt, 3);
  gnutls_x509_crt_set_serial (crt, "\x01", 1);
  gnutls_x509_crt_set_dn (crt, "CN=other", NULL);
  gnutls_x509_crt_set_activation_time (crt, 0);
  gnutls_x509_crt_set_expiration_time (crt, 1000000);
  gnutls_x509_crt_set_key (crt, key);
  g_assert_cmpint (gnutls_x509_crt_sign2 (crt, crt, key, GNUTLS_DIG_SHA384, 0), ==, 0);
  g_assert_cmpint (gnutls_x509_crt_export2 (crt, GNUTLS_X509_FMT_DER, &out), ==, 0);
  der = g_bytes_new (out.data, out.size);
  g_assert_null (lab_cert_parse (der, &error));
  g_assert_error (error, KT_ERROR, KT_ERROR_UNSUPPORTED);
  g_assert_cmpstr (kt_error_key (error), ==, "x509.curve");
  gnutls_free (out.data);
  gnutls_x509_crt_deinit (crt);
  gnutls_x509_privkey_deinit (key);
}

/* What another writer makes is read alike: GnuTLS signs, we verify. */
static void
test_other_writer (Fixture *fixture, gconstpointer data)
{
  g_autoptr (LabKey) key = lab_key_generate (fixture->env, NULL);
  g_autoptr (GBytes) pem = lab_key_export_pem (key, NULL);
  gnutls_datum_t pem_datum
      = { (guint8 *) g_bytes_get_data (pem, NULL), (guint) g_bytes_get_size (pem) };
  gnutls_x509_privkey_t privkey;
  gnutls_x509_crt_t crt;
  gnutls_datum_t out;
  g_autoptr (GBytes) der = NULL;
  g_autoptr (LabCert) cert = NULL;
  g_autoptr (GError) error = NULL;
  struct gnutls_x509_policy_st policy = { .oid = (char *) "2.23.146.1.2.1.0" };

  g_assert_cmpint (gnutls_x509_privkey_init (&privkey), ==, 0);
  g_assert_cmpint (gnutls_x509_privkey_import (privkey, &pem_datum, GNUTLS_X509_FMT_PEM), ==, 0);
  g_assert_cmpint (gnutls_x509_crt_init (&crt), ==, 0);
  gnutls_x509_crt_set_version (crt, 3);
  gnutls_x509_crt_set_serial (crt, "\x01", 1);
  gnutls_x509_crt_set_dn (crt, "CN=CI,O=Elsewhere,C=FI", NULL);
  gnutls_x509_crt_set_activation_time (crt, NOW - 10);
  gnutls_x509_crt_set_expiration_time (crt, NOW + 10);
  gnutls_x509_crt_set_key (crt, privkey);
  gnutls_x509_crt_set_basic_constraints (crt, 1, 1);
  gnutls_x509_crt_set_key_usage (crt, GNUTLS_KEY_KEY_CERT_SIGN | GNUTLS_KEY_CRL_SIGN);
  g_assert_cmpint (gnutls_x509_crt_set_policy (crt, &policy, 1), ==, 0);
  g_assert_cmpint (gnutls_x509_crt_sign2 (crt, crt, privkey, GNUTLS_DIG_SHA256, 0), ==, 0);
  g_assert_cmpint (gnutls_x509_crt_export2 (crt, GNUTLS_X509_FMT_DER, &out), ==, 0);
  der = g_bytes_new (out.data, out.size);
  cert = parse (der);
  g_assert_true (lab_x509_check_ci (cert, NOW, &error));
  g_assert_no_error (error);
  g_assert_cmpint (cert->path_len, ==, 1);
  g_assert_cmpstr (cert->organization, ==, "Elsewhere");
  g_assert_false (lab_x509_check_ci (cert, NOW + 11, &error));
  g_assert_cmpstr (kt_error_key (error), ==, "x509.expired");
  gnutls_free (out.data);
  gnutls_x509_crt_deinit (crt);
  gnutls_x509_privkey_deinit (privkey);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, function) g_test_add (name, Fixture, NULL, set_up, function, tear_down)
  ADD ("/lab/x509/good-chain", test_good_chain);
  ADD ("/lab/x509/other-organization", test_other_organization);
  ADD ("/lab/x509/no-organization", test_no_organization);
  ADD ("/lab/x509/other-prefix", test_other_prefix);
  ADD ("/lab/x509/no-eid", test_no_eid);
  ADD ("/lab/x509/no-constraint", test_no_constraint);
  ADD ("/lab/x509/eum-authority", test_eum_authority);
  ADD ("/lab/x509/roles", test_roles);
  ADD ("/lab/x509/dates", test_dates);
  ADD ("/lab/x509/euicc-usage", test_euicc_usage);
  ADD ("/lab/x509/impostors", test_impostors);
  ADD ("/lab/x509/flipped-signature", test_flipped_signature);
  ADD ("/lab/x509/cut", test_cut);
  ADD ("/lab/x509/leaf-judgements", test_leaf_judgements);
  ADD ("/lab/x509/leaf-as-issuer", test_leaf_as_issuer);
  ADD ("/lab/x509/any-time", test_any_time);
  ADD ("/lab/x509/generalized-time", test_generalized_time);
  ADD ("/lab/x509/other-curve", test_other_curve);
  ADD ("/lab/x509/other-writer", test_other_writer);
  return g_test_run ();
}
