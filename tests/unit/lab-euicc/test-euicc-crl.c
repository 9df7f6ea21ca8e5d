/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "smdp-test.h"

/* LoadCRL: a list that these tests write themselves, after RFC 5280 section 5. */

#define ECDSA_SHA256 "300A06082A8648CE3D040302"

/**
 * CrlSpec:
 * @revoked: (nullable): serial number
 * @key: who signs
 * @aki: (nullable): hexadecimal instead of the CI's
 */
typedef struct
{
  int number;
  GBytes *revoked;
  LabKey *key;
  const char *aki;
  gboolean broken_signature;
  gboolean without_number;
  gboolean without_aki;
} CrlSpec;

static void
put_hex (TlvWriter *writer, const char *hex)
{
  g_autoptr (GBytes) bytes = hex_bytes (hex);

  tlv_put_raw_bytes (writer, bytes);
}

static void
put_extensions (TlvWriter *writer, const CrlSpec *spec)
{
  guint8 pkid[20];
  g_autofree char *aki = NULL;

  lab_pki_get_ci_pkid (test_pki_get (), pkid);
  aki = spec->aki != NULL ? g_strdup (spec->aki) : kt_hex (pkid, sizeof pkid);
  tlv_begin (writer, 0xA0);
  tlv_begin (writer, TLV_SEQUENCE);
  if (!spec->without_aki)
    {
      g_autofree char *extension
          = g_strdup_printf ("301F 0603551D23 0418 3016 8014 %s", aki);

      put_hex (writer, extension);
    }
  if (!spec->without_number)
    {
      g_autofree char *extension = g_strdup_printf ("300A 0603551D14 0403 0201%02X", spec->number);

      put_hex (writer, extension);
    }
  /* one that the card does not know, critical */
  put_hex (writer, "300C 0603551D1C 0101FF 0402 3000");
  tlv_end (writer);
  tlv_end (writer);
}

static GBytes *
write_tbs (const CrlSpec *spec)
{
  g_autoptr (TlvWriter) writer = tlv_writer_new ();

  tlv_begin (writer, TLV_SEQUENCE);
  put_hex (writer, "020101" ECDSA_SHA256 "3000 170D3236303130313030303030305A"
                   "170D3237303130313030303030305A");
  if (spec->revoked != NULL)
    {
      tlv_begin (writer, TLV_SEQUENCE);
      tlv_begin (writer, TLV_SEQUENCE);
      tlv_put_bytes (writer, TLV_INTEGER, spec->revoked);
      put_hex (writer, "170D3236303630313030303030305A");
      tlv_end (writer);
      tlv_end (writer);
    }
  put_extensions (writer, spec);
  tlv_end (writer);
  return tlv_writer_finish (g_steal_pointer (&writer));
}

/* r or s as a DER INTEGER. */
static void
put_scalar (TlvWriter *writer, const guint8 *bytes)
{
  guint8 copy[33] = { 0 };
  gsize skip = 0;

  memcpy (copy + 1, bytes, 32);
  while (skip < 32 && copy[skip] == 0 && (copy[skip + 1] & 0x80) == 0)
    skip++;
  tlv_put (writer, TLV_INTEGER, copy + skip, 33 - skip);
}

static GBytes *
write_crl (const CrlSpec *spec)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TlvWriter) inner = tlv_writer_new ();
  g_autoptr (TlvWriter) writer = tlv_writer_new ();
  g_autoptr (GBytes) tbs = write_tbs (spec);
  g_autoptr (GBytes) raw = lab_key_sign (spec->key, g_bytes_get_data (tbs, NULL),
                                         g_bytes_get_size (tbs), &error);
  g_autoptr (GBytes) der = NULL;
  guint8 signature[64];

  g_assert_no_error (error);
  memcpy (signature, g_bytes_get_data (raw, NULL), sizeof signature);
  if (spec->broken_signature)
    signature[50] ^= 0x01;
  tlv_begin (inner, TLV_SEQUENCE);
  put_scalar (inner, signature);
  put_scalar (inner, signature + 32);
  tlv_end (inner);
  der = tlv_writer_finish (g_steal_pointer (&inner));
  tlv_begin (writer, 0xBF35);
  tlv_begin (writer, TLV_SEQUENCE);
  tlv_put_raw_bytes (writer, tbs);
  put_hex (writer, ECDSA_SHA256);
  tlv_begin (writer, TLV_BIT_STRING);
  put_hex (writer, "00");
  tlv_put_raw_bytes (writer, der);
  tlv_end (writer);
  tlv_end (writer);
  tlv_end (writer);
  return tlv_writer_finish (g_steal_pointer (&writer));
}

static void
assert_crl (LabEuicc *euicc, const CrlSpec *spec, const char *answer)
{
  g_autoptr (GBytes) crl = write_crl (spec);
  guint16 sw;

  assert_take_hex (test_es10 (euicc, crl, &sw), answer);
  g_assert_cmphex (sw, ==, 0x9000);
}

static LabKey *
ci_key (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (LabCredential) ci = lab_pki_dup_ci (test_pki_get (), &error);

  g_assert_no_error (error);
  return lab_key_ref (ci->key);
}

static void
test_codes (void)
{
  g_autoptr (LabEuicc) euicc = test_card_new (NULL);
  g_autoptr (LabKey) key = ci_key ();
  g_autoptr (LabKey) other = lab_key_generate (test_env_get (), NULL);

  test_open_isdr (euicc);
  assert_crl (euicc, &(CrlSpec){ .number = 5, .key = key }, "BF3502A000");
  /* the same, an older, a newer one */
  assert_crl (euicc, &(CrlSpec){ .number = 5, .key = key }, "BF3503810105");
  assert_crl (euicc, &(CrlSpec){ .number = 4, .key = key }, "BF3503810105");
  assert_crl (euicc, &(CrlSpec){ .number = 6, .key = key }, "BF3502A000");
  assert_crl (euicc, &(CrlSpec){ .number = 7, .key = other }, "BF3503810101");
  assert_crl (euicc, &(CrlSpec){ .number = 7, .key = key, .broken_signature = TRUE },
              "BF3503810101");
  assert_crl (euicc,
              &(CrlSpec){ .number = 7,
                          .key = key,
                          .aki = "0102030405060708090A0B0C0D0E0F1011121314" },
              "BF3503810104");
  assert_crl (euicc, &(CrlSpec){ .number = 7, .key = key, .without_number = TRUE },
              "BF3503810102");
  assert_crl (euicc, &(CrlSpec){ .number = 7, .key = key, .without_aki = TRUE }, "BF3503810102");
  assert_es10 (euicc, "BF3500", "BF3503810102");
  assert_es10 (euicc, "BF3502 3000", "BF3503810102");
  assert_es10 (euicc, "BF3503 020101", "BF3503810102");
}

/* Every prefix of a good list, wrapped as if it were whole: refused, and nothing bad happens. */
static void
test_hostile (void)
{
  g_autoptr (LabEuicc) euicc = test_card_new (NULL);
  g_autoptr (LabKey) key = ci_key ();
  g_autoptr (GBytes) serial = hex_bytes ("0102");
  g_autoptr (GBytes) crl = write_crl (&(CrlSpec){ .number = 5, .key = key, .revoked = serial });
  g_autoptr (GBytes) tbs = TEST_VALUE (crl, 0xBF35, 0x30, 0x30);

  test_open_isdr (euicc);
  for (gsize len = 0; len < g_bytes_get_size (tbs); len++)
    {
      g_autoptr (TlvWriter) writer = tlv_writer_new ();
      g_autoptr (GBytes) request = NULL;
      g_autoptr (GBytes) answer = NULL;
      guint16 sw;

      tlv_begin (writer, 0xBF35);
      tlv_begin (writer, TLV_SEQUENCE);
      tlv_put (writer, TLV_SEQUENCE, g_bytes_get_data (tbs, NULL), len);
      put_hex (writer, ECDSA_SHA256 "030100");
      tlv_end (writer);
      tlv_end (writer);
      request = tlv_writer_finish (g_steal_pointer (&writer));
      answer = test_es10 (euicc, request, &sw);
      g_assert_cmphex (sw, ==, 0x9000);
      assert_bytes_hex (answer, "BF3503810102");
    }
}

/* A certificate on the list does not authenticate any more. */
static void
test_revoked (void)
{
  g_autoptr (LabEuicc) euicc = test_card_new (NULL);
  g_autoptr (LabKey) key = ci_key ();
  g_autoptr (TestSmdp) smdp = smdp_new (test_pki_get ());
  g_autoptr (LabCert) dpauth = lab_cert_parse (smdp->dpauth->cert_der, NULL);
  g_autoptr (GBytes) request = NULL;
  g_autoptr (GBytes) response = NULL;
  guint16 sw;

  test_open_isdr (euicc);
  smdp_session (smdp, euicc, NULL);
  assert_crl (euicc, &(CrlSpec){ .number = 1, .key = key, .revoked = dpauth->serial },
              "BF3502A000");
  smdp_challenge (smdp, euicc);
  request = smdp_authenticate (smdp, NULL);
  response = test_es10 (euicc, request, &sw);
  assert_take_hex (TEST_FIND (response, 0xBF38, 0xA1, 0x02), "020101");
  /* the next list does not name it */
  assert_crl (euicc, &(CrlSpec){ .number = 2, .key = key }, "BF3502A000");
  smdp_session (smdp, euicc, NULL);
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/lab/euicc/crl/codes", test_codes);
  g_test_add_func ("/lab/euicc/crl/hostile", test_hostile);
  g_test_add_func ("/lab/euicc/crl/revoked", test_revoked);
  status = g_test_run ();
  test_clear ();
  return status;
}
