/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-test"

#include <glib/gstdio.h>
#include <gnutls/pkcs11.h>
#include <string.h>

#include "kt-error.h"
#include "net-client-certificate.h"
#include "net-init.h"
#include "net-session.h"
#include "net-test-pki.h"
#include "net-test-server.h"

#define HOST "smdp.example"
#define PIN "123456"

static NetTestCert *ci;
static NetTestCert *sub;
static NetTestCert *client;
static char *dir;

static char *
write_file (const char *name, const char *first, ...)
{
  char *path = g_build_filename (dir, name, NULL);
  g_autoptr (GString) text = g_string_new (NULL);
  va_list args;

  va_start (args, first);
  for (const char *part = first; part != NULL; part = va_arg (args, const char *))
    g_string_append (text, part);
  va_end (args);
  g_assert_true (g_file_set_contents (path, text->str, -1, NULL));
  return path;
}

static void
remove_file (char *path)
{
  g_unlink (path);
  g_free (path);
}

static void
assert_greets (GTlsCertificate *own, const char *pin, const char *key)
{
  NetTestSpec spec = net_test_tls_spec (HOST);
  g_autoptr (NetTestCert) leaf = net_test_cert_new (&spec, ci);
  g_autoptr (GTlsCertificate) chain = net_test_chain (leaf, NULL);
  g_autoptr (NetTestServer) server = net_test_server_new (chain, net_test_answer_json, NULL);
  g_autofree char *address = net_test_server_dup_address (server, HOST);
  g_autoptr (NetTrust) trust = net_trust_new (kt_env_default (), NULL);
  g_autoptr (GPtrArray) pkids = net_test_pkids (ci, NULL);
  g_autoptr (NetSession) session = net_session_new (trust, NULL);
  g_autoptr (GBytes) body = g_bytes_new_static ("{}", 2);
  g_autoptr (GBytes) answer = NULL;
  g_autoptr (GError) error = NULL;

  net_trust_set_pkids (trust, pkids);
  net_test_server_demand_certificate (server, TRUE);
  net_session_set_client_certificate (session, own, pin);
  answer = net_http_post (NET_HTTP (session), address, "/a", body, NULL, NULL, NULL, NULL, &error);
  if (key == NULL)
    g_assert_no_error (error);
  g_assert_cmpstr (kt_error_key (error), ==, key);
}

static void
test_files (void)
{
  g_autofree char *cert_pem = net_test_cert_dup_pem (client);
  g_autofree char *sub_pem = net_test_cert_dup_pem (sub);
  g_autofree char *key_pem = net_test_cert_dup_key_pem (client);
  char *whole = write_file ("whole.pem", "remark\n", cert_pem, sub_pem, key_pem, NULL);
  char *key_first = write_file ("first.pem", key_pem, cert_pem, NULL);
  char *cert = write_file ("cert.pem", cert_pem, NULL);
  char *key = write_file ("key.pem", key_pem, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GTlsCertificate) one = net_client_certificate_load (whole, NULL, &error);
  g_autoptr (GTlsCertificate) two = net_client_certificate_load (key_first, NULL, &error);
  g_autoptr (GTlsCertificate) three = net_client_certificate_load (cert, key, &error);

  g_assert_no_error (error);
  g_assert_nonnull (g_tls_certificate_get_issuer (one));
  g_assert_null (g_tls_certificate_get_issuer (two));
  assert_greets (one, NULL, NULL);
  assert_greets (two, NULL, NULL);
  assert_greets (three, NULL, NULL);
  remove_file (whole);
  remove_file (key_first);
  remove_file (cert);
  remove_file (key);
}

static void
assert_unusable (const char *path, const char *key, const char *wanted)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (net_client_certificate_load (path, key, &error));
  g_assert_error (error, KT_ERROR, KT_ERROR_INVALID_INPUT);
  g_assert_cmpstr (kt_error_key (error), ==, wanted);
}

static void
test_bad_files (void)
{
  g_autofree char *cert_pem = net_test_cert_dup_pem (client);
  g_autofree char *key_pem = net_test_cert_dup_key_pem (client);
  g_autofree char *absent = g_build_filename (dir, "absent.pem", NULL);
  char *keyless = write_file ("keyless.pem", cert_pem, NULL);
  char *certless = write_file ("certless.pem", key_pem, NULL);
  char *garbled = write_file ("garbled.pem", "-----BEGIN CERTIFICATE-----\nQUJD\n", key_pem, NULL);
  char *encrypted = write_file ("encrypted.pem", cert_pem,
                                "-----BEGIN ENCRYPTED PRIVATE KEY-----\nQUJD\n"
                                "-----END ENCRYPTED PRIVATE KEY-----\n",
                                NULL);

  assert_unusable (absent, NULL, "client-cert.unreadable");
  assert_unusable (keyless, absent, "client-cert.unreadable");
  assert_unusable (keyless, NULL, "client-cert.no-key");
  assert_unusable (encrypted, NULL, "client-cert.no-key");
  assert_unusable (certless, NULL, "client-cert.malformed");
  assert_unusable (garbled, NULL, "client-cert.malformed");
  remove_file (keyless);
  remove_file (certless);
  remove_file (garbled);
  remove_file (encrypted);
}

/* ---- a token ---- */

static gboolean
make_token (void)
{
  g_autofree char *tokens = g_build_filename (dir, "tokens", NULL);
  g_autofree char *text
      = g_strdup_printf ("directories.tokendir = %s\nobjectstore.backend = file\n", tokens);
  g_autofree char *path = g_build_filename (dir, "softhsm2.conf", NULL);
  const char *argv[] = { "softhsm2-util", "--init-token", "--slot", "0", "--label", "kaitsu",
                         "--pin", PIN, "--so-pin", "12345678", NULL };
  int status = -1;

  g_mkdir (tokens, 0700);
  g_assert_true (g_file_set_contents (path, text, -1, NULL));
  g_setenv ("SOFTHSM2_CONF", path, TRUE);
  return g_spawn_sync (NULL, (char **) argv, NULL,
                       G_SPAWN_SEARCH_PATH | G_SPAWN_STDOUT_TO_DEV_NULL
                           | G_SPAWN_STDERR_TO_DEV_NULL,
                       NULL, NULL, NULL, NULL, &status, NULL)
         && status == 0;
}

static gboolean
fill_token (void)
{
  g_autofree char *cert_pem = net_test_cert_dup_pem (client);
  g_autofree char *key_pem = net_test_cert_dup_key_pem (client);
  gnutls_datum_t cert_text = { (unsigned char *) cert_pem, (unsigned) strlen (cert_pem) };
  gnutls_datum_t key_text = { (unsigned char *) key_pem, (unsigned) strlen (key_pem) };
  const char *url = "pkcs11:token=kaitsu?pin-value=" PIN;
  gnutls_x509_crt_t crt;
  gnutls_x509_privkey_t key;
  gnutls_datum_t id = { (unsigned char *) "\001", 1 };
  gboolean good;

  gnutls_x509_crt_init (&crt);
  gnutls_x509_privkey_init (&key);
  good = gnutls_x509_crt_import (crt, &cert_text, GNUTLS_X509_FMT_PEM) == 0
         && gnutls_x509_privkey_import (key, &key_text, GNUTLS_X509_FMT_PEM) == 0
         && gnutls_pkcs11_copy_x509_crt2 (url, crt, "client", &id, GNUTLS_PKCS11_OBJ_FLAG_LOGIN)
                == 0
         && gnutls_pkcs11_copy_x509_privkey2 (url, key, "client", &id, GNUTLS_KEY_DIGITAL_SIGNATURE,
                                              GNUTLS_PKCS11_OBJ_FLAG_MARK_SENSITIVE
                                                  | GNUTLS_PKCS11_OBJ_FLAG_LOGIN)
                == 0;
  gnutls_x509_privkey_deinit (key);
  gnutls_x509_crt_deinit (crt);
  return good;
}

static void
remove_tree (const char *path)
{
  g_autoptr (GDir) handle = g_dir_open (path, 0, NULL);

  for (const char *name = handle != NULL ? g_dir_read_name (handle) : NULL; name != NULL;
       name = g_dir_read_name (handle))
    {
      g_autofree char *child = g_build_filename (path, name, NULL);

      remove_tree (child);
    }
  g_remove (path);
}

static void
test_token (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GTlsCertificate) own = NULL;
  g_autofree char *util = g_find_program_in_path ("softhsm2-util");

  if (util == NULL || !make_token () || !fill_token ())
    {
      g_test_skip ("there is no software token here");
      return;
    }
  own = net_client_certificate_load ("pkcs11:token=kaitsu;object=client", NULL, &error);
  g_assert_no_error (error);
  assert_greets (own, PIN, NULL);
  assert_unusable ("pkcs11:token=kaitsu;object=none", NULL, "client-cert.token");
  assert_unusable ("pkcs11:?!", NULL, "client-cert.token");
}

int
main (int argc, char **argv)
{
  NetTestSpec sub_spec = net_test_sub_ca_spec ();
  NetTestSpec spec = { .name = "Client", .ekus = { GNUTLS_KP_TLS_WWW_CLIENT },
                       .usage = GNUTLS_KEY_DIGITAL_SIGNATURE };
  int rc;

  net_init ();
  g_test_init (&argc, &argv, NULL);
  net_test_resolver_install ();
  dir = g_dir_make_tmp ("kaitsu-XXXXXX", NULL);
  ci = net_test_ci ("Test CI");
  sub = net_test_cert_new (&sub_spec, ci);
  client = net_test_cert_new (&spec, sub);
  g_test_add_func ("/net/client-certificate/files", test_files);
  g_test_add_func ("/net/client-certificate/bad-files", test_bad_files);
  g_test_add_func ("/net/client-certificate/token", test_token);
  rc = g_test_run ();
  net_test_cert_free (client);
  net_test_cert_free (sub);
  net_test_cert_free (ci);
  remove_tree (dir);
  g_free (dir);
  return rc;
}
