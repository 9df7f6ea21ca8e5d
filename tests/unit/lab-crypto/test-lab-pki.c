/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kt-bytes.h"
#include "kt-error.h"
#include "lab-cipher.h"
#include "lab-pki.h"

#include <glib/gstdio.h>
#include <gnutls/x509.h>
#include <string.h>

#define EID "89049032123451234512345678901235"
#define NOW G_GINT64_CONSTANT (1900000000)
#define DAY (G_GINT64_CONSTANT (86400) * G_USEC_PER_SEC)

typedef struct
{
  KtEnv *env;
  LabPki *pki;
  char *dir;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  fixture->env = kt_env_new_seeded (1, NOW * G_USEC_PER_SEC);
  fixture->pki = lab_pki_new (fixture->env, &error);
  g_assert_no_error (error);
  fixture->dir = g_dir_make_tmp ("kt-pki-XXXXXX", &error);
  g_assert_no_error (error);
}

static void
remove_tree (const char *path)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *child = g_build_filename (path, name, NULL);

      remove_tree (child);
    }
  g_remove (path);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  remove_tree (fixture->dir);
  g_free (fixture->dir);
  lab_pki_unref (fixture->pki);
  kt_env_free_seeded (fixture->env);
}

static LabCert *
parse (GBytes *der)
{
  g_autoptr (GError) error = NULL;
  LabCert *cert = lab_cert_parse (der, &error);

  g_assert_no_error (error);
  return cert;
}

static LabCert *
ci_of (LabPki *pki)
{
  g_autoptr (GBytes) der = lab_pki_dup_ci_cert (pki);

  return parse (der);
}

/* A second reader, which is not ours, must see a chain that ends in the CI. */
static void
assert_gnutls_trusts (LabPki *pki, GBytes *leaf, GBytes *intermediate)
{
  g_autoptr (GBytes) ci = lab_pki_dup_ci_cert (pki);
  GBytes *ders[3] = { leaf, intermediate, ci };
  gnutls_x509_crt_t crts[3];
  gnutls_x509_crt_t chain[2];
  guint chain_len = 0;
  guint status = 0;

  for (guint i = 0; i < 3; i++)
    {
      gnutls_datum_t datum;

      if (ders[i] == NULL)
        continue;
      datum.data = (guint8 *) g_bytes_get_data (ders[i], NULL);
      datum.size = (guint) g_bytes_get_size (ders[i]);
      g_assert_cmpint (gnutls_x509_crt_init (&crts[i]), ==, 0);
      g_assert_cmpint (gnutls_x509_crt_import (crts[i], &datum, GNUTLS_X509_FMT_DER), ==, 0);
      if (i < 2)
        chain[chain_len++] = crts[i];
    }
  g_assert_cmpint (gnutls_x509_crt_list_verify (chain, (int) chain_len, &crts[2], 1, NULL, 0,
                                                GNUTLS_VERIFY_DISABLE_TIME_CHECKS, &status),
                   ==, 0);
  g_assert_cmphex (status, ==, 0);
  for (guint i = 0; i < 3; i++)
    if (ders[i] != NULL)
      gnutls_x509_crt_deinit (crts[i]);
}

static void
test_ci (Fixture *fixture, gconstpointer data)
{
  g_autoptr (LabCert) ci = ci_of (fixture->pki);
  g_autoptr (GError) error = NULL;
  guint8 id[20], expected[20];

  g_assert_true (lab_x509_check_ci (ci, NOW, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (ci->key_usage, ==, LAB_KEY_USAGE_CERT_SIGN | LAB_KEY_USAGE_CRL_SIGN);
  g_assert_true (ci->is_ca);
  g_assert_cmpint (ci->path_len, ==, -1);
  lab_pki_get_ci_pkid (fixture->pki, id);
  lab_sha1 (g_bytes_get_data (ci->public_key, NULL), 65, expected);
  g_assert_cmpmem (id, 20, expected, 20);
  g_assert_true (kt_bytes_equal_data (ci->ski, expected, 20));
}

static void
test_eum_and_euicc (Fixture *fixture, gconstpointer data)
{
  g_autoptr (LabCert) ci = ci_of (fixture->pki);
  g_autoptr (LabCert) eum = NULL;
  g_autoptr (LabCert) euicc = NULL;
  g_autoptr (LabKey) key = NULL;
  g_autoptr (GBytes) euicc_der = NULL;
  g_autoptr (GBytes) eum_der = NULL;
  g_autoptr (GBytes) point = NULL;
  g_autofree char *eid = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (lab_pki_issue_euicc (fixture->pki, EID, &key, &euicc_der, &eum_der, &error));
  g_assert_no_error (error);
  eum = parse (eum_der);
  euicc = parse (euicc_der);
  g_assert_true (lab_x509_check_euicc_chain (euicc, eum, ci, NOW, &eid, &error));
  g_assert_no_error (error);
  g_assert_cmpstr (eid, ==, EID);
  g_assert_cmpint (eum->path_len, ==, 0);
  g_assert_cmpstr (eum->permitted_organization, ==, LAB_PKI_EUM_ORGANIZATION);
  g_assert_cmpstr (eum->permitted_serial, ==, LAB_PKI_EID_PREFIX);
  g_assert_cmpstr (euicc->organization, ==, LAB_PKI_EUM_ORGANIZATION);
  g_assert_cmpuint (euicc->key_usage, ==, LAB_KEY_USAGE_DIGITAL_SIGNATURE);
  point = lab_key_dup_public (key);
  g_assert_true (g_bytes_equal (point, euicc->public_key));
  assert_gnutls_trusts (fixture->pki, euicc_der, eum_der);
}

static void
test_servers (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (LabCredential) dpauth = lab_pki_dup_dpauth (fixture->pki, &error);
  g_autoptr (LabCredential) dppb = lab_pki_dup_dppb (fixture->pki, &error);
  g_autoptr (LabCredential) tls = lab_pki_dup_tls (fixture->pki, "SMDP.example.com", &error);
  g_autoptr (LabCredential) client = lab_pki_dup_client (fixture->pki, &error);
  const struct
  {
    LabCredential *credential;
    LabRole role;
  } rows[]
      = { { dpauth, LAB_ROLE_DP_AUTH }, { dppb, LAB_ROLE_DP_PB }, { tls, LAB_ROLE_DP_TLS } };
  g_autoptr (LabCert) ci = ci_of (fixture->pki);
  g_autoptr (LabCert) tls_cert = parse (tls->cert_der);
  g_autoptr (LabCert) client_cert = parse (client->cert_der);

  g_assert_no_error (error);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (LabCert) cert = parse (rows[i].credential->cert_der);

      g_assert_true (lab_x509_check_leaf (cert, rows[i].role, ci, NOW, &error));
      g_assert_no_error (error);
      g_assert_cmpstr (cert->registered_ids[0], ==, LAB_PKI_SMDP_OID);
      g_assert_null (cert->registered_ids[1]);
      assert_gnutls_trusts (fixture->pki, rows[i].credential->cert_der, NULL);
    }
  g_assert_cmpstr (tls_cert->dns_names[0], ==, "smdp.example.com");
  g_assert_cmpuint (g_strv_length (tls_cert->key_purposes), ==, 2);
  g_assert_cmpuint (g_strv_length (client_cert->key_purposes), ==, 1);
  g_assert_cmpstr (client_cert->key_purposes[0], ==, "1.3.6.1.5.5.7.3.2");
  g_assert_null (client_cert->registered_ids[0]);
  g_assert_cmpint (tls_cert->not_after - NOW, <, 400 * 86400);
}

static void
test_tls_certificate (Fixture *fixture, gconstpointer data)
{
  /* GIO judges dates by the real clock. */
  g_autoptr (LabPki) pki = lab_pki_new (kt_env_default (), NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (LabCredential) leaf = lab_pki_dup_tls (pki, "smdp.example.com", &error);
  g_autoptr (LabCredential) by_address = lab_pki_dup_tls (pki, "127.0.0.1", &error);
  g_autoptr (GTlsCertificate) tls = lab_credential_dup_tls (leaf, &error);
  g_autoptr (GTlsCertificate) address_tls = lab_credential_dup_tls (by_address, &error);
  g_autoptr (GBytes) pem = lab_pki_dup_ci_pem (pki);
  g_autoptr (GTlsCertificate) ci = g_tls_certificate_new_from_pem (
      g_bytes_get_data (pem, NULL), (gssize) g_bytes_get_size (pem), &error);
  g_autoptr (GSocketConnectable) right = g_network_address_new ("smdp.example.com", 443);
  g_autoptr (GSocketConnectable) wrong = g_network_address_new ("other.example.com", 443);
  g_autoptr (GSocketConnectable) address = g_network_address_new ("127.0.0.1", 443);

  g_assert_no_error (error);
  g_assert_cmphex (g_tls_certificate_verify (tls, right, ci), ==, 0);
  g_assert_cmphex (g_tls_certificate_verify (tls, wrong, ci), ==, G_TLS_CERTIFICATE_BAD_IDENTITY);
  g_assert_cmphex (g_tls_certificate_verify (address_tls, address, ci), ==, 0);
}

static void
test_wrong_hosts (Fixture *fixture, gconstpointer data)
{
  static const char *const rows[] = { "", "smdp", "a b.example", "../x.example", "smdp.example:443",
                                      "smdp.example/x" };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (lab_pki_dup_tls (fixture->pki, rows[i], &error));
      g_assert_error (error, KT_ERROR, KT_ERROR_INVALID_INPUT);
      g_assert_cmpstr (kt_error_key (error), ==, "pki.host");
    }
}

static void
test_wrong_eids (Fixture *fixture, gconstpointer data)
{
  static const char *const rows[] = { "", "8904903212345123451234567890123",
                                      "89049033123451234512345678901235",
                                      "8904903212345123451234567890123X" };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (LabKey) key = NULL;
      g_autoptr (GBytes) cert = NULL;
      g_autoptr (GBytes) eum = NULL;
      g_autoptr (GError) error = NULL;

      g_assert_false (lab_pki_issue_euicc (fixture->pki, rows[i], &key, &cert, &eum, &error));
      g_assert_error (error, KT_ERROR, KT_ERROR_INVALID_INPUT);
      g_assert_cmpstr (kt_error_key (error), ==, "pki.eid");
    }
}

static void
test_seeded (Fixture *fixture, gconstpointer data)
{
  KtEnv *env = kt_env_new_seeded (1, NOW * G_USEC_PER_SEC);
  KtEnv *other_env = kt_env_new_seeded (2, NOW * G_USEC_PER_SEC);
  g_autoptr (LabPki) again = lab_pki_new (env, NULL);
  g_autoptr (LabPki) other = lab_pki_new (other_env, NULL);
  g_autoptr (LabCert) a = ci_of (fixture->pki);
  g_autoptr (LabCert) b = ci_of (again);
  g_autoptr (LabCert) c = ci_of (other);

  g_assert_true (g_bytes_equal (a->public_key, b->public_key));
  g_assert_true (g_bytes_equal (a->serial, b->serial));
  /* the impostor: the same name, another key */
  g_assert_true (g_bytes_equal (a->subject, c->subject));
  g_assert_false (g_bytes_equal (a->public_key, c->public_key));
  kt_env_free_seeded (env);
  kt_env_free_seeded (other_env);
}

static guint
mode_of (const char *dir, const char *name)
{
  g_autofree char *path = g_build_filename (dir, name, NULL);
  GStatBuf buffer;

  g_assert_cmpint (g_stat (path, &buffer), ==, 0);
  return buffer.st_mode & 0777;
}

static void
test_folder (Fixture *fixture, gconstpointer data)
{
  g_autofree char *dir = g_build_filename (fixture->dir, "deep", "pki", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (LabPki) first = lab_pki_open (dir, fixture->env, &error);
  g_autoptr (LabCredential) tls = lab_pki_dup_tls (first, "smdp.example.com", &error);
  g_autoptr (LabCredential) dpauth = lab_pki_dup_dpauth (first, &error);
  g_autoptr (LabPki) second = lab_pki_open (dir, fixture->env, &error);
  g_autoptr (LabCredential) tls_again = lab_pki_dup_tls (second, "smdp.example.com", &error);
  g_autoptr (LabCredential) renewed = NULL;
  g_autoptr (LabCredential) dpauth_again = NULL;
  g_autoptr (LabCert) a = ci_of (first);
  g_autoptr (LabCert) b = ci_of (second);

  g_assert_no_error (error);
  g_assert_true (g_bytes_equal (a->der, b->der));
  g_assert_true (g_bytes_equal (tls->cert_der, tls_again->cert_der));
  g_assert_cmphex (mode_of (dir, "ci.key"), ==, 0600);
  g_assert_cmphex (mode_of (dir, "eum.key"), ==, 0600);
  g_assert_cmphex (mode_of (dir, "tls-smdp.example.com.key"), ==, 0600);
  g_assert_cmphex (mode_of (dir, "."), ==, 0700);
  /* after its 13 months the TLS leaf is another one, the ten-year DPauth the same */
  kt_env_seeded_advance (fixture->env, 400 * DAY);
  renewed = lab_pki_dup_tls (second, "smdp.example.com", &error);
  dpauth_again = lab_pki_dup_dpauth (second, &error);
  g_assert_no_error (error);
  g_assert_false (g_bytes_equal (renewed->cert_der, tls->cert_der));
  g_assert_true (g_bytes_equal (dpauth->cert_der, dpauth_again->cert_der));
}

typedef struct
{
  const char *dir;
  KtEnv *env;
  /* what came of it */
  GBytes *ci;
  GBytes *dpauth;
} Beginner;

/* Another program, for all that the folder knows. */
static gpointer
begin (gpointer data)
{
  Beginner *beginner = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (LabPki) pki = lab_pki_open (beginner->dir, beginner->env, &error);
  g_autoptr (LabCredential) dpauth = NULL;

  g_assert_no_error (error);
  dpauth = lab_pki_dup_dpauth (pki, &error);
  g_assert_no_error (error);
  beginner->ci = lab_pki_dup_ci_cert (pki);
  beginner->dpauth = g_bytes_ref (dpauth->cert_der);
  return NULL;
}

/* A server and a chip that are started together in an empty folder share one authority. */
static void
test_folder_begun_at_once (Fixture *fixture, gconstpointer data)
{
  Beginner beginners[4];
  GThread *threads[G_N_ELEMENTS (beginners)];

  for (guint i = 0; i < G_N_ELEMENTS (beginners); i++)
    {
      KtEnv *env = kt_env_new_seeded (100 + i, NOW * G_USEC_PER_SEC);

      beginners[i] = (Beginner){ fixture->dir, env, NULL, NULL };
      threads[i] = g_thread_new ("beginner", begin, &beginners[i]);
    }
  for (guint i = 0; i < G_N_ELEMENTS (beginners); i++)
    g_thread_join (threads[i]);
  for (guint i = 0; i < G_N_ELEMENTS (beginners); i++)
    {
      g_assert_true (g_bytes_equal (beginners[i].ci, beginners[0].ci));
      g_assert_true (g_bytes_equal (beginners[i].dpauth, beginners[0].dpauth));
    }
  for (guint i = 0; i < G_N_ELEMENTS (beginners); i++)
    {
      g_bytes_unref (beginners[i].ci);
      g_bytes_unref (beginners[i].dpauth);
      kt_env_free_seeded (beginners[i].env);
    }
}

static void
copy_file (const char *dir, const char *from, const char *to)
{
  g_autofree char *source = g_build_filename (dir, from, NULL);
  g_autofree char *target = g_build_filename (dir, to, NULL);
  g_autofree char *text = NULL;
  gsize len;

  g_assert_true (g_file_get_contents (source, &text, &len, NULL));
  g_assert_true (g_file_set_contents (target, text, (gssize) len, NULL));
}

static void
write_file (const char *dir, const char *name, const char *text)
{
  g_autofree char *path = g_build_filename (dir, name, NULL);

  g_assert_true (g_file_set_contents (path, text, -1, NULL));
}

static void
assert_open_fails (Fixture *fixture, int code, const char *key)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (lab_pki_open (fixture->dir, fixture->env, &error));
  g_assert_error (error, KT_ERROR, code);
  g_assert_cmpstr (kt_error_key (error), ==, key);
}

static void
test_broken_folder (Fixture *fixture, gconstpointer data)
{
  g_autoptr (LabPki) pki = lab_pki_open (fixture->dir, fixture->env, NULL);

  g_assert_nonnull (pki);
  copy_file (fixture->dir, "eum.key", "eum.kept");
  copy_file (fixture->dir, "ci.key", "eum.key");
  assert_open_fails (fixture, KT_ERROR_INVALID_INPUT, "pki.mismatch");
  write_file (fixture->dir, "eum.key", "nonsense");
  assert_open_fails (fixture, KT_ERROR_INVALID_INPUT, "key.format");
  copy_file (fixture->dir, "eum.kept", "eum.key");
  write_file (fixture->dir, "eum.pem", "-----BEGIN CERTIFICATE-----\nAA\n");
  assert_open_fails (fixture, KT_ERROR_INVALID_INPUT, "pki.format");
  write_file (fixture->dir, "eum.pem", "nonsense");
  assert_open_fails (fixture, KT_ERROR_MALFORMED, "x509.malformed");
  /* a certificate of another kind where the CI's is meant */
  copy_file (fixture->dir, "eum.kept", "eum.key");
  g_clear_pointer (&pki, lab_pki_unref);
}

static void
test_foreign_own_names (Fixture *fixture, gconstpointer data)
{
  g_autofree char *dir = g_build_filename (fixture->dir, "given", NULL);
  g_autofree char *ci_key = g_build_filename (dir, "ci.key", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (LabPki) own = lab_pki_open (dir, fixture->env, &error);
  g_autoptr (LabCredential) dpauth = lab_pki_dup_dpauth (own, &error);
  g_autoptr (LabPki) given = NULL;
  g_autoptr (LabCredential) same = NULL;
  g_autoptr (LabCredential) absent = NULL;
  g_autoptr (LabKey) key = NULL;
  g_autoptr (GBytes) cert = NULL;
  g_autoptr (GBytes) eum = NULL;

  g_assert_no_error (error);
  /* an authority that keeps its key at home */
  g_assert_cmpint (g_remove (ci_key), ==, 0);
  given = lab_pki_open_foreign (fixture->dir, fixture->env, &error);
  g_assert_no_error (error);
  same = lab_pki_dup_dpauth (given, &error);
  g_assert_no_error (error);
  g_assert_true (g_bytes_equal (same->cert_der, dpauth->cert_der));
  g_assert_true (lab_pki_issue_euicc (given, EID, &key, &cert, &eum, &error));
  absent = lab_pki_dup_dppb (given, &error);
  g_assert_null (absent);
  g_assert_error (error, KT_ERROR, KT_ERROR_NOT_FOUND);
  g_assert_cmpstr (kt_error_key (error), ==, "pki.missing");
  g_clear_error (&error);
  g_assert_null (lab_pki_dup_ci (given, &error));
  g_assert_cmpstr (kt_error_key (error), ==, "pki.missing");
}

static void
test_foreign_empty (Fixture *fixture, gconstpointer data)
{
  g_autofree char *absent = g_build_filename (fixture->dir, "absent", NULL);
  g_autoptr (GError) error = NULL;

  g_assert_null (lab_pki_open_foreign (fixture->dir, fixture->env, &error));
  g_assert_error (error, KT_ERROR, KT_ERROR_NOT_FOUND);
  g_assert_cmpstr (kt_error_key (error), ==, "pki.missing");
  g_clear_error (&error);
  g_assert_null (lab_pki_open_foreign (absent, fixture->env, &error));
  g_assert_error (error, KT_ERROR, KT_ERROR_STORAGE);
}

static void
test_foreign_sgp26 (Fixture *fixture, gconstpointer data)
{
  const char *fixtures = g_getenv ("KT_TEST_FIXTURES");
  g_autofree char *dir = g_build_filename (fixtures != NULL ? fixtures : "", "sgp26", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (LabPki) pki = NULL;
  g_autoptr (LabCredential) dpauth = NULL;
  g_autoptr (LabCredential) dppb = NULL;
  g_autoptr (LabCredential) tls = NULL;
  g_autoptr (LabCert) ci = NULL;
  g_autoptr (LabCert) eum = NULL;
  g_autoptr (LabCert) euicc = NULL;
  g_autoptr (LabCert) tls_cert = NULL;
  g_autoptr (LabKey) key = NULL;
  g_autoptr (GBytes) euicc_der = NULL;
  g_autoptr (GBytes) eum_der = NULL;
  g_autofree char *id_text = NULL;
  guint8 id[20];

  if (!g_file_test (dir, G_FILE_TEST_IS_DIR))
    {
      g_test_skip ("no SGP.26 test certificates here");
      return;
    }
  pki = lab_pki_open_foreign (dir, fixture->env, &error);
  g_assert_no_error (error);
  lab_pki_get_ci_pkid (pki, id);
  id_text = kt_hex (id, sizeof id);
  g_assert_cmpstr (id_text, ==, "F54172BDF98A95D65CBEB88A38A1C11D800A85C3");
  ci = ci_of (pki);
  dpauth = lab_pki_dup_dpauth (pki, &error);
  dppb = lab_pki_dup_dppb (pki, &error);
  tls = lab_pki_dup_tls (pki, "lab.example.com", &error);
  g_assert_no_error (error);
  tls_cert = parse (tls->cert_der);
  g_assert_true (lab_x509_check_leaf (tls_cert, LAB_ROLE_DP_TLS, ci, NOW, &error));
  g_assert_cmpstr (tls_cert->registered_ids[0], ==, "2.999.10");
  g_assert_true (lab_pki_issue_euicc (pki, EID, &key, &euicc_der, &eum_der, &error));
  g_assert_no_error (error);
  eum = parse (eum_der);
  euicc = parse (euicc_der);
  g_assert_cmpstr (euicc->organization, ==, "RSP Test EUM");
  g_assert_true (lab_x509_check_euicc_chain (euicc, eum, ci, NOW, NULL, &error));
  g_assert_no_error (error);
  assert_gnutls_trusts (pki, euicc_der, eum_der);
  assert_gnutls_trusts (pki, dpauth->cert_der, NULL);
  assert_gnutls_trusts (pki, dppb->cert_der, NULL);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, function) g_test_add (name, Fixture, NULL, set_up, function, tear_down)
  ADD ("/lab/pki/ci", test_ci);
  ADD ("/lab/pki/eum-and-euicc", test_eum_and_euicc);
  ADD ("/lab/pki/servers", test_servers);
  ADD ("/lab/pki/tls-certificate", test_tls_certificate);
  ADD ("/lab/pki/wrong-hosts", test_wrong_hosts);
  ADD ("/lab/pki/wrong-eids", test_wrong_eids);
  ADD ("/lab/pki/seeded", test_seeded);
  ADD ("/lab/pki/folder", test_folder);
  ADD ("/lab/pki/folder-begun-at-once", test_folder_begun_at_once);
  ADD ("/lab/pki/broken-folder", test_broken_folder);
  ADD ("/lab/pki/foreign-own-names", test_foreign_own_names);
  ADD ("/lab/pki/foreign-empty", test_foreign_empty);
  ADD ("/lab/pki/foreign-sgp26", test_foreign_sgp26);
  return g_test_run ();
}
