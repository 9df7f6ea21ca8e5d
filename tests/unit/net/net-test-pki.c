/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-test"

#include "net-test-pki.h"

#include <gcrypt.h>
#include <gnutls/crypto.h>
#include <string.h>

#include "tlv.h"

#define DAY (24 * 3600)
#define BRAINPOOL "brainpoolP256r1"

struct _NetTestCert
{
  gnutls_x509_crt_t crt;
  gnutls_x509_privkey_t key;
  GBytes *der;
  /* a key that GnuTLS cannot have, and its point */
  gcry_mpi_t brainpool;
  guint8 point[NET_EC_POINT_BYTES];
};

static void
check (int rc)
{
  if (rc < 0)
    g_error ("GnuTLS: %s", gnutls_strerror (rc));
}

static void
set_key_ids (NetTestCert *cert, NetTestCert *issuer, NetTestCert *forge)
{
  guint8 id[NET_PKID_BYTES];

  net_test_cert_get_pkid (cert, id);
  check (gnutls_x509_crt_set_subject_key_id (cert->crt, id, sizeof id));
  net_test_cert_get_pkid (forge != NULL ? forge : issuer, id);
  check (gnutls_x509_crt_set_authority_key_id (cert->crt, id, sizeof id));
}

static void
set_names (gnutls_x509_crt_t crt, const NetTestSpec *spec)
{
  guint8 address[4];
  unsigned parts[4];

  for (gsize i = 0; spec->names[i] != NULL; i++)
    check (gnutls_x509_crt_set_subject_alt_name (crt, GNUTLS_SAN_DNSNAME, spec->names[i],
                                                 (unsigned) strlen (spec->names[i]),
                                                 GNUTLS_FSAN_APPEND));
  if (spec->address != NULL
      && sscanf (spec->address, "%u.%u.%u.%u", &parts[0], &parts[1], &parts[2], &parts[3]) == 4)
    {
      for (gsize i = 0; i < 4; i++)
        address[i] = (guint8) parts[i];
      check (gnutls_x509_crt_set_subject_alt_name (crt, GNUTLS_SAN_IPADDRESS, address, 4,
                                                   GNUTLS_FSAN_APPEND));
    }
  if (spec->oid != NULL)
    check (gnutls_x509_crt_set_subject_alt_name (crt, GNUTLS_SAN_REGISTERED_ID, spec->oid,
                                                 (unsigned) strlen (spec->oid),
                                                 GNUTLS_FSAN_APPEND));
}

static void
set_extensions (gnutls_x509_crt_t crt, const NetTestSpec *spec)
{
  if (spec->ca)
    check (gnutls_x509_crt_set_basic_constraints (crt, 1, spec->path_len));
  if (spec->usage != 0)
    check (gnutls_x509_crt_set_key_usage (crt, spec->usage));
  for (gsize i = 0; spec->ekus[i] != NULL; i++)
    check (gnutls_x509_crt_set_key_purpose_oid (crt, spec->ekus[i], 1));
  for (gsize i = 0; spec->policies[i] != NULL; i++)
    {
      struct gnutls_x509_policy_st policy = { .oid = (char *) spec->policies[i] };

      check (gnutls_x509_crt_set_policy (crt, &policy, 0));
    }
  if (spec->unknown_critical)
    check (gnutls_x509_crt_set_extension_by_oid (crt, "2.999.77", "\x05\x00", 2, 1));
  if (spec->constraint != NULL)
    {
      gnutls_x509_name_constraints_t constraints;
      gnutls_datum_t name = { (unsigned char *) spec->constraint,
                              (unsigned) strlen (spec->constraint) };

      check (gnutls_x509_name_constraints_init (&constraints));
      check (gnutls_x509_name_constraints_add_permitted (constraints, GNUTLS_SAN_DNSNAME, &name));
      check (gnutls_x509_crt_set_name_constraints (crt, constraints, 1));
      gnutls_x509_name_constraints_deinit (constraints);
    }
}

static void
set_basics (gnutls_x509_crt_t crt, const NetTestSpec *spec)
{
  gint64 now = g_get_real_time () / G_USEC_PER_SEC;
  guint32 serial = g_random_int () | 0x01000000;

  check (gnutls_x509_crt_set_version (crt, 3));
  check (gnutls_x509_crt_set_serial (crt, &serial, sizeof serial));
  check (gnutls_x509_crt_set_dn_by_oid (crt, GNUTLS_OID_X520_ORGANIZATION_NAME, 0, "Test", 4));
  check (gnutls_x509_crt_set_dn_by_oid (crt, GNUTLS_OID_X520_COMMON_NAME, 0, spec->name,
                                        (unsigned) strlen (spec->name)));
  check (gnutls_x509_crt_set_activation_time (
      crt, spec->not_before != 0 ? spec->not_before : now - DAY));
  check (gnutls_x509_crt_set_expiration_time (
      crt, spec->not_after != 0 ? spec->not_after : now + 365 * DAY));
}

static void
take_der (NetTestCert *cert)
{
  gnutls_datum_t der;

  check (gnutls_x509_crt_export2 (cert->crt, GNUTLS_X509_FMT_DER, &der));
  g_clear_pointer (&cert->der, g_bytes_unref);
  cert->der = g_bytes_new (der.data, der.size);
  gnutls_free (der.data);
}

static gcry_ctx_t
open_brainpool (gcry_mpi_t *order)
{
  gcry_ctx_t curve;

  gcry_check_version (NULL);
  g_assert_cmpint (gcry_mpi_ec_new (&curve, NULL, BRAINPOOL), ==, 0);
  *order = gcry_mpi_ec_get_mpi ("n", curve, 1);
  return curve;
}

/* Not libgcrypt's own: its random pool stays allocated for ever, which looks like a leak. */
static gcry_mpi_t
random_number (gcry_mpi_t order)
{
  gcry_mpi_t number = NULL;
  guint8 raw[NET_EC_NUMBER_BYTES];

  for (gsize i = 0; i < sizeof raw; i++)
    raw[i] = (guint8) g_random_int ();
  g_assert_cmpint (gcry_mpi_scan (&number, GCRYMPI_FMT_USG, raw, sizeof raw, NULL), ==, 0);
  gcry_mpi_mod (number, number, order);
  return number;
}

static void
multiply_base (gcry_ctx_t curve, gcry_mpi_t number, gcry_mpi_t x, gcry_mpi_t y)
{
  gcry_mpi_point_t base = gcry_mpi_ec_get_point ("g", curve, 1);
  gcry_mpi_point_t point = gcry_mpi_point_new (0);

  gcry_mpi_ec_mul (point, number, base, curve);
  g_assert_cmpint (gcry_mpi_ec_get_affine (x, y, point, curve), ==, 0);
  gcry_mpi_point_release (point);
  gcry_mpi_point_release (base);
}

static void
put_number (TlvWriter *writer, gcry_mpi_t number)
{
  guint8 raw[40];
  gsize len = 0;

  g_assert_cmpint (gcry_mpi_print (GCRYMPI_FMT_STD, raw, sizeof raw, &len, number), ==, 0);
  tlv_put (writer, TLV_INTEGER, raw, len);
}

/* s = k⁻¹(z + rd) (SEC 1 section 4.1.3) */
static GBytes *
sign_with_brainpool (gcry_mpi_t key, const guint8 *data, gsize len)
{
  TlvWriter *writer = tlv_writer_new ();
  gcry_mpi_t order;
  gcry_ctx_t curve = open_brainpool (&order);
  gcry_mpi_t k = random_number (order);
  gcry_mpi_t r = gcry_mpi_new (0);
  gcry_mpi_t s = NULL;
  gcry_mpi_t product = gcry_mpi_new (0);
  guint8 digest[32];

  gnutls_hash_fast (GNUTLS_DIG_SHA256, data, len, digest);
  g_assert_cmpint (gcry_mpi_scan (&s, GCRYMPI_FMT_USG, digest, sizeof digest, NULL), ==, 0);
  multiply_base (curve, k, r, NULL);
  gcry_mpi_mod (r, r, order);
  gcry_mpi_mulm (product, r, key, order);
  gcry_mpi_addm (s, s, product, order);
  gcry_mpi_invm (k, k, order);
  gcry_mpi_mulm (s, s, k, order);
  tlv_begin (writer, TLV_SEQUENCE);
  put_number (writer, r);
  put_number (writer, s);
  tlv_end (writer);
  gcry_mpi_release (product);
  gcry_mpi_release (s);
  gcry_mpi_release (r);
  gcry_mpi_release (k);
  gcry_mpi_release (order);
  gcry_ctx_release (curve);
  return tlv_writer_finish (writer);
}

/* GnuTLS cannot sign with such a key: what it made is signed anew. */
static void
sign_again (NetTestCert *cert, NetTestCert *issuer)
{
  TlvWriter *writer = tlv_writer_new ();
  g_autoptr (GBytes) signature = NULL;
  g_autofree guint8 *bits = NULL;
  gsize len;
  TlvReader reader;
  Tlv whole, tbs, algorithm;

  g_assert_true (tlv_parse_bytes (cert->der, TLV_SEQUENCE, &whole, NULL));
  tlv_reader_enter (&reader, &whole);
  g_assert_true (tlv_expect (&reader, TLV_SEQUENCE, &tbs, NULL));
  g_assert_true (tlv_expect (&reader, TLV_SEQUENCE, &algorithm, NULL));
  signature = sign_with_brainpool (issuer->brainpool, tbs.raw, tbs.raw_len);
  len = g_bytes_get_size (signature);
  bits = g_malloc0 (len + 1);
  memcpy (bits + 1, g_bytes_get_data (signature, NULL), len);
  tlv_begin (writer, TLV_SEQUENCE);
  tlv_put_raw (writer, tbs.raw, tbs.raw_len);
  tlv_put_raw (writer, algorithm.raw, algorithm.raw_len);
  tlv_put (writer, TLV_BIT_STRING, bits, len + 1);
  tlv_end (writer);
  g_bytes_unref (cert->der);
  cert->der = tlv_writer_finish (writer);
}

static NetTestCert *
make (const NetTestSpec *spec, NetTestCert *issuer, gnutls_pk_algorithm_t algorithm)
{
  NetTestCert *cert = g_new0 (NetTestCert, 1);

  check (gnutls_x509_privkey_init (&cert->key));
  check (gnutls_x509_privkey_generate (
      cert->key, algorithm,
      algorithm == GNUTLS_PK_RSA ? 2048 : GNUTLS_CURVE_TO_BITS (GNUTLS_ECC_CURVE_SECP256R1), 0));
  check (gnutls_x509_crt_init (&cert->crt));
  check (gnutls_x509_crt_set_key (cert->crt, cert->key));
  set_basics (cert->crt, spec);
  set_extensions (cert->crt, spec);
  set_names (cert->crt, spec);
  if (algorithm != GNUTLS_PK_RSA && (issuer == NULL || issuer->brainpool == NULL))
    {
      gnutls_pk_algorithm_t issuer_algorithm
          = issuer != NULL ? (gnutls_pk_algorithm_t) gnutls_x509_privkey_get_pk_algorithm (
                                 issuer->key)
                           : GNUTLS_PK_ECDSA;

      if (issuer_algorithm == GNUTLS_PK_ECDSA)
        set_key_ids (cert, issuer != NULL ? issuer : cert, spec->forge_aki);
    }
  check (gnutls_x509_crt_sign2 (cert->crt, issuer != NULL ? issuer->crt : cert->crt,
                                issuer != NULL ? issuer->key : cert->key, GNUTLS_DIG_SHA256, 0));
  take_der (cert);
  if (issuer != NULL && issuer->brainpool != NULL)
    sign_again (cert, issuer);
  return cert;
}

NetTestCert *
net_test_cert_new (const NetTestSpec *spec, NetTestCert *issuer)
{
  return make (spec, issuer, GNUTLS_PK_ECDSA);
}

NetTestCert *
net_test_cert_new_rsa (const NetTestSpec *spec, NetTestCert *issuer)
{
  return make (spec, issuer, GNUTLS_PK_RSA);
}

NetTestCert *
net_test_ci (const char *name)
{
  NetTestSpec spec = { .name = name,
                       .policies = { NET_TEST_ROLE_CI },
                       .usage = GNUTLS_KEY_KEY_CERT_SIGN | GNUTLS_KEY_CRL_SIGN,
                       .ca = TRUE,
                       .path_len = -1 };

  return net_test_cert_new (&spec, NULL);
}

/* The CI's own certificate, which stays P-256, is never shown: its name and this key are. */
NetTestCert *
net_test_ci_brainpool (const char *name)
{
  NetTestCert *cert = net_test_ci (name);
  gcry_mpi_t order;
  gcry_ctx_t curve = open_brainpool (&order);
  gcry_mpi_t coordinates[2] = { gcry_mpi_new (0), gcry_mpi_new (0) };

  cert->brainpool = random_number (order);
  multiply_base (curve, cert->brainpool, coordinates[0], coordinates[1]);
  cert->point[0] = 0x04;
  for (gsize i = 0; i < 2; i++)
    {
      guint8 raw[NET_EC_NUMBER_BYTES];
      gsize len = 0;

      g_assert_cmpint (
          gcry_mpi_print (GCRYMPI_FMT_USG, raw, sizeof raw, &len, coordinates[i]), ==, 0);
      memcpy (cert->point + 1 + (i + 1) * sizeof raw - len, raw, len);
      gcry_mpi_release (coordinates[i]);
    }
  gcry_mpi_release (order);
  gcry_ctx_release (curve);
  return cert;
}

NetTestSpec
net_test_tls_spec (const char *host)
{
  return (NetTestSpec) {
    .name = "Test TLS",
    .policies = { NET_TEST_ROLE_DP_TLS },
    .names = { host },
    .oid = "2.999.10",
    .ekus = { GNUTLS_KP_TLS_WWW_SERVER, GNUTLS_KP_TLS_WWW_CLIENT },
    .usage = GNUTLS_KEY_DIGITAL_SIGNATURE,
  };
}

NetTestSpec
net_test_sub_ca_spec (void)
{
  return (NetTestSpec) {
    .name = "Test Sub-CA",
    .usage = GNUTLS_KEY_KEY_CERT_SIGN,
    .ca = TRUE,
    .path_len = 0,
  };
}

void
net_test_cert_free (NetTestCert *cert)
{
  if (cert == NULL)
    return;
  gnutls_x509_crt_deinit (cert->crt);
  gnutls_x509_privkey_deinit (cert->key);
  gcry_mpi_release (cert->brainpool);
  g_bytes_unref (cert->der);
  g_free (cert);
}

GBytes *
net_test_cert_dup_der (NetTestCert *cert)
{
  return g_bytes_ref (cert->der);
}

char *
net_test_cert_dup_pem (NetTestCert *cert)
{
  gnutls_datum_t der = { (unsigned char *) g_bytes_get_data (cert->der, NULL),
                         (unsigned) g_bytes_get_size (cert->der) };
  gnutls_datum_t pem;
  char *text;

  check (gnutls_pem_base64_encode2 ("CERTIFICATE", &der, &pem));
  text = g_strndup ((const char *) pem.data, pem.size);
  gnutls_free (pem.data);
  return text;
}

char *
net_test_cert_dup_key_pem (NetTestCert *cert)
{
  gnutls_datum_t pem;
  char *text;

  check (gnutls_x509_privkey_export2_pkcs8 (cert->key, GNUTLS_X509_FMT_PEM, NULL, 0, &pem));
  text = g_strndup ((const char *) pem.data, pem.size);
  gnutls_free (pem.data);
  return text;
}

static void
pad (const gnutls_datum_t *number, guint8 *out)
{
  const guint8 *data = number->data;
  gsize len = number->size;

  for (; len > NET_EC_NUMBER_BYTES; data++, len--)
    g_assert_cmpuint (*data, ==, 0);
  memset (out, 0, NET_EC_NUMBER_BYTES);
  memcpy (out + NET_EC_NUMBER_BYTES - len, data, len);
}

void
net_test_cert_get_pkid (NetTestCert *cert, guint8 pkid[NET_PKID_BYTES])
{
  guint8 point[NET_EC_POINT_BYTES] = { 0x04 };

  if (cert->brainpool != NULL)
    memcpy (point, cert->point, sizeof point);
  else
    {
      gnutls_ecc_curve_t curve;
      gnutls_datum_t x, y;

      check (gnutls_x509_privkey_export_ecc_raw (cert->key, &curve, &x, &y, NULL));
      pad (&x, point + 1);
      pad (&y, point + 1 + NET_EC_NUMBER_BYTES);
      gnutls_free (x.data);
      gnutls_free (y.data);
    }
  check (gnutls_hash_fast (GNUTLS_DIG_SHA1, point, sizeof point, pkid));
}

GPtrArray *
net_test_pkids (NetTestCert *first, ...)
{
  GPtrArray *pkids = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  va_list args;

  va_start (args, first);
  for (NetTestCert *cert = first; cert != NULL; cert = va_arg (args, NetTestCert *))
    {
      guint8 pkid[NET_PKID_BYTES];

      net_test_cert_get_pkid (cert, pkid);
      g_ptr_array_add (pkids, g_bytes_new (pkid, sizeof pkid));
    }
  va_end (args);
  return pkids;
}

/* Not from one PEM text: GIO leaves issuers out that it does not find right. */
static GTlsCertificate *
make_tls (NetTestCert *cert, GTlsCertificate *issuer, gboolean with_key)
{
  g_autofree char *pem = net_test_cert_dup_pem (cert);
  g_autofree char *key = with_key ? net_test_cert_dup_key_pem (cert) : NULL;
  g_autoptr (GError) error = NULL;
  GTlsCertificate *tls = g_initable_new (
      g_tls_backend_get_certificate_type (g_tls_backend_get_default ()), NULL, &error,
      "certificate-pem", pem, "private-key-pem", key, "issuer", issuer, NULL);

  g_assert_no_error (error);
  return tls;
}

GTlsCertificate *
net_test_chain_of (GPtrArray *certs)
{
  GTlsCertificate *chain = NULL;

  for (guint i = certs->len; i-- > 0;)
    {
      g_autoptr (GTlsCertificate) issuer = chain;

      chain = make_tls (g_ptr_array_index (certs, i), issuer, i == 0);
    }
  return chain;
}

GTlsCertificate *
net_test_chain (NetTestCert *cert, ...)
{
  g_autoptr (GPtrArray) certs = g_ptr_array_new ();
  va_list args;

  va_start (args, cert);
  for (NetTestCert *next = cert; next != NULL; next = va_arg (args, NetTestCert *))
    g_ptr_array_add (certs, next);
  va_end (args);
  return net_test_chain_of (certs);
}
