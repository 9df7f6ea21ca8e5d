/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kt-bytes.h"
#include "kt-error.h"
#include "lab-ec.h"

#include <string.h>

static GBytes *
hex (const char *text)
{
  GBytes *bytes = kt_hex_parse (text, NULL);

  g_assert_nonnull (bytes);
  return bytes;
}

static LabKey *
key_of (const char *secret)
{
  g_autoptr (GBytes) raw = hex (secret);
  g_autoptr (GError) error = NULL;
  LabKey *key = lab_key_import_raw (raw, &error);

  g_assert_no_error (error);
  return key;
}

static void
assert_hex (GBytes *bytes, const char *expected)
{
  g_autofree char *text = NULL;
  g_autofree char *upper = g_ascii_strup (expected, -1);

  g_assert_nonnull (bytes);
  text = kt_hex_bytes (bytes);
  g_assert_cmpstr (text, ==, upper);
}

/* NIST SP 800-56A component test, KAS ECC CDH primitive, P-256, COUNT 0 and 1 */
static void
test_cdh (void)
{
  static const struct
  {
    const char *peer;
    const char *secret;
    const char *own;
    const char *shared;
  } rows[] = {
    { "04700c48f77f56584c5cc632ca65640db91b6bacce3a4df6b42ce7cc838833d287"
      "db71e509e3fd9b060ddb20ba5c51dcc5948d46fbf640dfe0441782cab85fa4ac",
      "7d7dc5f71eb29ddaf80d6214632eeae03d9058af1fb6d22ed80badb62bc1a534",
      "04ead218590119e8876b29146ff89ca61770c4edbbf97d38ce385ed281d8a6b230"
      "28af61281fd35e2fa7002523acc85a429cb06ee6648325389f59edfce1405141",
      "46fc62106420ff012e54a434fbdd2d25ccc5852060561e68040dd7778997bd7b" },
    { "04809f04289c64348c01515eb03d5ce7ac1a8cb9498f5caa50197e58d43a86a7ae"
      "b29d84e811197f25eba8f5194092cb6ff440e26d4421011372461f579271cda3",
      "38f65d6dce47676044d58ce5139582d568f64bb16098d179dbab07741dd5caf5",
      "04119f2f047902782ab0c9e27a54aff5eb9b964829ca99c06b02ddba95b0a3f6d0"
      "8f52b726664cac366fc98ac7a012b2682cbd962e5acb544671d41b9445704d1d",
      "057d636096cb80b67a8c038c890e887d1adfa4195e9b3ce241c8a778c59cda67" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (LabKey) key = key_of (rows[i].secret);
      g_autoptr (GBytes) own = lab_key_dup_public (key);
      g_autoptr (GBytes) peer = hex (rows[i].peer);
      g_autoptr (GError) error = NULL;
      g_autoptr (GBytes) shared = lab_key_ecdh (key, peer, &error);

      g_assert_no_error (error);
      assert_hex (own, rows[i].own);
      assert_hex (shared, rows[i].shared);
    }
}

/* RFC 6979 A.2.5, SHA-256 */
static void
test_deterministic_signature (void)
{
  static const struct
  {
    const char *message;
    const char *signature;
  } rows[] = {
    { "sample", "EFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716"
                "F7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8" },
    { "test", "F1ABB023518351CD71D881567B1EA663ED3EFCF6C5132B354F28D3B0B7D38367"
              "019F4113742A2B14BD25926B49C649155F267E60D3814B4C0CC84250E46F0083" },
  };
  g_autoptr (LabKey) key
      = key_of ("C9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721");
  g_autoptr (GBytes) point = lab_key_dup_public (key);

  assert_hex (point, "0460FED4BA255A9D31C961EB74C6356D68C049B8923B61FA6CE669622E60F29FB6"
                     "7903FE1008B8BC99A41AE9E95628BC64F2F1B20C2D7E9F5177A3C294D4462299");
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      const guint8 *message = (const guint8 *) rows[i].message;
      gsize len = strlen (rows[i].message);
      g_autoptr (GError) error = NULL;
      g_autoptr (GBytes) signature = lab_key_sign (key, message, len, &error);

      g_assert_no_error (error);
      assert_hex (signature, rows[i].signature);
      g_assert_true (lab_ec_verify (point, message, len, g_bytes_get_data (signature, NULL), 64,
                                    &error));
      g_assert_no_error (error);
    }
}

static void
test_empty_message (void)
{
  KtEnv *env = kt_env_new_seeded (1, 0);
  g_autoptr (LabKey) key = lab_key_generate (env, NULL);
  g_autoptr (GBytes) point = lab_key_dup_public (key);
  g_autoptr (GBytes) signature = lab_key_sign (key, NULL, 0, NULL);

  g_assert_true (
      lab_ec_verify (point, NULL, 0, g_bytes_get_data (signature, NULL), 64, NULL));
  g_assert_false (lab_ec_verify (point, (const guint8 *) "x", 1,
                                 g_bytes_get_data (signature, NULL), 64, NULL));
  kt_env_free_seeded (env);
}

static void
assert_refused (GBytes *point, const guint8 *signature, gsize len, int code, const char *key)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (lab_ec_verify (point, (const guint8 *) "sample", 6, signature, len, &error));
  g_assert_error (error, KT_ERROR, code);
  g_assert_cmpstr (kt_error_key (error), ==, key);
}

static void
test_wrong_signatures (void)
{
  KtEnv *env = kt_env_new_seeded (1, 0);
  g_autoptr (LabKey) key = lab_key_generate (env, NULL);
  g_autoptr (LabKey) other = lab_key_generate (env, NULL);
  g_autoptr (GBytes) point = lab_key_dup_public (key);
  g_autoptr (GBytes) other_point = lab_key_dup_public (other);
  g_autoptr (GBytes) signature = lab_key_sign (key, (const guint8 *) "sample", 6, NULL);
  g_autoptr (GBytes) off_curve = NULL;
  guint8 bad[64] = { 0 };
  guint8 moved[65];

  assert_refused (other_point, g_bytes_get_data (signature, NULL), 64, KT_ERROR_CHECK_FAILED,
                  "ec.signature");
  assert_refused (point, g_bytes_get_data (signature, NULL), 63, KT_ERROR_CHECK_FAILED,
                  "ec.signature");
  assert_refused (point, bad, 0, KT_ERROR_CHECK_FAILED, "ec.signature");
  assert_refused (point, bad, 64, KT_ERROR_CHECK_FAILED, "ec.signature");
  memset (bad, 0xFF, sizeof bad);
  assert_refused (point, bad, 64, KT_ERROR_CHECK_FAILED, "ec.signature");
  for (guint i = 0; i < 64; i += 9)
    {
      memcpy (bad, g_bytes_get_data (signature, NULL), 64);
      bad[i] ^= 0x40;
      assert_refused (point, bad, 64, KT_ERROR_CHECK_FAILED, "ec.signature");
    }
  memcpy (moved, g_bytes_get_data (point, NULL), 65);
  moved[64] ^= 1;
  off_curve = g_bytes_new (moved, 65);
  assert_refused (off_curve, g_bytes_get_data (signature, NULL), 64, KT_ERROR_MALFORMED,
                  "ec.point");
  kt_env_free_seeded (env);
}

static void
test_wrong_points (void)
{
  static const char *const rows[] = {
    /* infinity's usual stand-in, a point off the curve, a compressed one, x beyond p, no point */
    "0400000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
    "000000000000000000000000000000000000",
    "04ead218590119e8876b29146ff89ca61770c4edbbf97d38ce385ed281d8a6b230"
    "28af61281fd35e2fa7002523acc85a429cb06ee6648325389f59edfce1405142",
    "03ead218590119e8876b29146ff89ca61770c4edbbf97d38ce385ed281d8a6b230",
    "04ffffffff00000001000000000000000000000000ffffffffffffffffffffffff"
    "66485c780e2f83d72433bd5d84a06bb6541c2af31dae871728bf856a174f93f4",
    "05ead218590119e8876b29146ff89ca61770c4edbbf97d38ce385ed281d8a6b230"
    "28af61281fd35e2fa7002523acc85a429cb06ee6648325389f59edfce1405141",
    "",
  };
  g_autoptr (LabKey) key
      = key_of ("7d7dc5f71eb29ddaf80d6214632eeae03d9058af1fb6d22ed80badb62bc1a534");

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GBytes) peer = hex (rows[i]);
      g_autoptr (GError) error = NULL;

      g_assert_null (lab_key_ecdh (key, peer, &error));
      g_assert_error (error, KT_ERROR, KT_ERROR_MALFORMED);
      g_assert_cmpstr (kt_error_key (error), ==, "ec.point");
    }
}

static void
test_secret_range (void)
{
  static const char *const rows[] = {
    "0000000000000000000000000000000000000000000000000000000000000000",
    /* the order and one above it */
    "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551",
    "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632552",
    "01",
    "",
  };
  g_autoptr (LabKey) one
      = key_of ("0000000000000000000000000000000000000000000000000000000000000001");
  g_autoptr (LabKey) last
      = key_of ("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632550");
  g_autoptr (GBytes) base = lab_key_dup_public (one);

  assert_hex (base, "046b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296"
                    "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5");
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GBytes) raw = hex (rows[i]);
      g_autoptr (GError) error = NULL;

      g_assert_null (lab_key_import_raw (raw, &error));
      g_assert_error (error, KT_ERROR, KT_ERROR_INVALID_INPUT);
      g_assert_cmpstr (kt_error_key (error), ==, "key.range");
    }
}

static void
test_seeded (void)
{
  KtEnv *first = kt_env_new_seeded (7, 0);
  KtEnv *again = kt_env_new_seeded (7, 0);
  KtEnv *other = kt_env_new_seeded (8, 0);
  g_autoptr (LabKey) a = lab_key_generate (first, NULL);
  g_autoptr (LabKey) b = lab_key_generate (again, NULL);
  g_autoptr (LabKey) c = lab_key_generate (other, NULL);
  g_autoptr (GBytes) a_point = lab_key_dup_public (a);
  g_autoptr (GBytes) b_point = lab_key_dup_public (b);
  g_autoptr (GBytes) c_point = lab_key_dup_public (c);

  g_assert_true (g_bytes_equal (a_point, b_point));
  g_assert_false (g_bytes_equal (a_point, c_point));
  g_assert_true (lab_ec_point_is_valid (g_bytes_get_data (a_point, NULL)));
  kt_env_free_seeded (first);
  kt_env_free_seeded (again);
  kt_env_free_seeded (other);
}

static void
broken_random (gpointer data, guint8 *out, gsize len)
{
  memset (out, 0, len);
}

static void
test_broken_randomness (void)
{
  KtEnv env = *kt_env_default ();
  g_autoptr (GError) error = NULL;

  env.random = broken_random;
  g_assert_null (lab_key_generate (&env, &error));
  g_assert_error (error, KT_ERROR, KT_ERROR_INTERNAL);
}

/* The same small secret as other tools write it: SEC 1 with parameters in front, and PKCS #8 */
static void
test_pem (void)
{
  static const char sec1[] = "-----BEGIN EC PARAMETERS-----\n"
                             "BggqhkjOPQMBBw==\n"
                             "-----END EC PARAMETERS-----\n"
                             "-----BEGIN EC " "PRIVATE KEY-----\n"
                             "MHcCAQEEIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAABoAoGCCqGSM49\n"
                             "AwEHoUQDQgAEaxfR8uEsQkf4vOblY6RA8ncDfYEt6zOg9KE5RdiYwpZP40Li/hp/\n"
                             "m47n60p8D54WK84zV2sxXs7LtkBoN79R9Q==\n"
                             "-----END EC " "PRIVATE KEY-----\n";
  g_autoptr (LabKey) one
      = key_of ("0000000000000000000000000000000000000000000000000000000000000001");
  g_autoptr (GBytes) text = g_bytes_new_static (sec1, strlen (sec1));
  g_autoptr (GError) error = NULL;
  g_autoptr (LabKey) read = lab_key_import_pem (text, &error);
  g_autoptr (GBytes) pem = NULL;
  g_autoptr (LabKey) again = NULL;
  g_autoptr (GBytes) raw = NULL;

  g_assert_no_error (error);
  raw = lab_key_export_raw (read);
  assert_hex (raw, "0000000000000000000000000000000000000000000000000000000000000001");
  pem = lab_key_export_pem (one, &error);
  g_assert_no_error (error);
  g_assert_nonnull (g_strstr_len (g_bytes_get_data (pem, NULL), (gssize) g_bytes_get_size (pem),
                                  "-----BEGIN PRIVATE KEY-----"));
  again = lab_key_import_pem (pem, &error);
  g_assert_no_error (error);
  g_clear_pointer (&raw, g_bytes_unref);
  raw = lab_key_export_raw (again);
  assert_hex (raw, "0000000000000000000000000000000000000000000000000000000000000001");
}

static void
test_wrong_pem (void)
{
  static const char *const rows[] = { "", "nonsense", "-----END EC PARAMETERS-----" };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GBytes) text = g_bytes_new_static (rows[i], strlen (rows[i]));
      g_autoptr (GError) error = NULL;

      g_assert_null (lab_key_import_pem (text, &error));
      g_assert_error (error, KT_ERROR, KT_ERROR_INVALID_INPUT);
      g_assert_cmpstr (kt_error_key (error), ==, "key.format");
    }
}

static void
test_many (void)
{
  /* Numbers with leading zero bytes come up now and then (one in 256 each): padding must hold. */
  KtEnv *env = kt_env_new_seeded (3, 0);
  g_autoptr (LabKey) server = lab_key_generate (env, NULL);
  g_autoptr (GBytes) server_point = lab_key_dup_public (server);

  for (guint i = 0; i < 120; i++)
    {
      g_autoptr (LabKey) card = lab_key_generate (env, NULL);
      g_autoptr (GBytes) card_point = lab_key_dup_public (card);
      g_autoptr (GBytes) a = lab_key_ecdh (card, server_point, NULL);
      g_autoptr (GBytes) b = lab_key_ecdh (server, card_point, NULL);
      g_autoptr (GBytes) signature = lab_key_sign (card, (const guint8 *) &i, sizeof i, NULL);

      g_assert_true (g_bytes_equal (a, b));
      g_assert_cmpuint (g_bytes_get_size (signature), ==, 64);
      g_assert_true (lab_ec_verify (card_point, (const guint8 *) &i, sizeof i,
                                    g_bytes_get_data (signature, NULL), 64, NULL));
    }
  kt_env_free_seeded (env);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/lab/ec/cdh", test_cdh);
  g_test_add_func ("/lab/ec/deterministic-signature", test_deterministic_signature);
  g_test_add_func ("/lab/ec/empty-message", test_empty_message);
  g_test_add_func ("/lab/ec/wrong-signatures", test_wrong_signatures);
  g_test_add_func ("/lab/ec/wrong-points", test_wrong_points);
  g_test_add_func ("/lab/ec/secret-range", test_secret_range);
  g_test_add_func ("/lab/ec/seeded", test_seeded);
  g_test_add_func ("/lab/ec/broken-randomness", test_broken_randomness);
  g_test_add_func ("/lab/ec/pem", test_pem);
  g_test_add_func ("/lab/ec/wrong-pem", test_wrong_pem);
  g_test_add_func ("/lab/ec/many", test_many);
  return g_test_run ();
}
