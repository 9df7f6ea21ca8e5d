/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kt-bytes.h"
#include "kt-error.h"
#include "lab-cipher.h"

#include <string.h>

static GBytes *
hex (const char *text)
{
  GBytes *bytes = kt_hex_parse (text, NULL);

  g_assert_nonnull (bytes);
  return bytes;
}

static const guint8 *
data_of (GBytes *bytes)
{
  return g_bytes_get_data (bytes, NULL);
}

static void
assert_hex (const guint8 *data, gsize len, const char *expected)
{
  g_autofree char *text = kt_hex (data, len);
  g_autofree char *upper = g_ascii_strup (expected, -1);

  g_assert_cmpstr (text, ==, upper);
}

/* FIPS 180-4 examples */
static void
test_hashes (void)
{
  guint8 out[32];

  lab_sha256 ((const guint8 *) "abc", 3, out);
  assert_hex (out, 32, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  lab_sha256 (NULL, 0, out);
  assert_hex (out, 32, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  lab_sha256_two ((const guint8 *) "a", 1, (const guint8 *) "bc", 2, out);
  assert_hex (out, 32, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  lab_sha256_two (NULL, 0, (const guint8 *) "abc", 3, out);
  assert_hex (out, 32, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  lab_sha1 ((const guint8 *) "abc", 3, out);
  assert_hex (out, 20, "a9993e364706816aba3e25717850c26c9cd0d89d");
}

/* RFC 4231 test case 2 */
static void
test_hmac (void)
{
  guint8 out[32];

  lab_hmac_sha256 ((const guint8 *) "Jefe", 4, (const guint8 *) "what do ya want for nothing?", 28,
                   out);
  assert_hex (out, 32, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

/* NIST SP 800-38A F.1.1 */
static void
test_block (void)
{
  g_autoptr (GBytes) key = hex ("2b7e151628aed2a6abf7158809cf4f3c");
  g_autoptr (GBytes) plain = hex ("6bc1bee22e409f96e93d7e117393172a");
  guint8 out[16];

  lab_aes_encrypt_block (data_of (key), data_of (plain), out);
  assert_hex (out, 16, "3ad77bb40d7a3660a89ecaf32466ef97");
  lab_aes_decrypt_block (data_of (key), out, out);
  assert_hex (out, 16, "6bc1bee22e409f96e93d7e117393172a");
}

/* NIST SP 800-38A F.2.1 and F.2.5 */
static void
test_cbc (void)
{
  static const char plain[] = "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51"
                              "30c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710";
  static const struct
  {
    const char *key;
    const char *cipher;
  } rows[] = {
    { "2b7e151628aed2a6abf7158809cf4f3c",
      "7649abac8119b246cee98e9b12e9197d5086cb9b507219ee95db113a917678b2"
      "73bed6b8e3c1743b7116e69e222295163ff1caa1681fac09120eca307586e1a7" },
    { "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4",
      "f58c4c04d6e5f1ba779eabfb5f7bfbd69cfc4e967edb808d679f777bc6702c7d"
      "39f23369a9d9bacfa530e26304231461b2eb05e2c39be9fcda6c19078c6a9d1b" },
  };
  g_autoptr (GBytes) iv = hex ("000102030405060708090a0b0c0d0e0f");

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GBytes) key = hex (rows[i].key);
      g_autoptr (GBytes) text = hex (plain);
      guint8 data[64];

      memcpy (data, data_of (text), sizeof data);
      lab_aes_cbc_encrypt (data_of (key), g_bytes_get_size (key), data_of (iv), data, sizeof data);
      assert_hex (data, sizeof data, rows[i].cipher);
      lab_aes_cbc_decrypt (data_of (key), g_bytes_get_size (key), data_of (iv), data, sizeof data);
      assert_hex (data, sizeof data, plain);
    }
}

/* RFC 4493 section 4 */
static void
test_cmac (void)
{
  static const struct
  {
    gsize len;
    const char *mac;
  } rows[] = {
    { 0, "bb1d6929e95937287fa37d129b756746" },
    { 16, "070a16b46b4d4144f79bdd9dd04a287c" },
    { 40, "dfa66747de9ae63030ca32611497c827" },
    { 64, "51f0bebf7e3b9d92fc49741779363cfe" },
  };
  g_autoptr (GBytes) key = hex ("2b7e151628aed2a6abf7158809cf4f3c");
  g_autoptr (GBytes) message
      = hex ("6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51"
             "30c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710");

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      LabCmac *pieces = lab_cmac_new (data_of (key));
      guint8 mac[16];

      lab_aes_cmac (data_of (key), data_of (message), rows[i].len, mac);
      assert_hex (mac, 16, rows[i].mac);
      for (gsize at = 0; at < rows[i].len; at += 7)
        lab_cmac_update (pieces, data_of (message) + at, MIN (7, rows[i].len - at));
      lab_cmac_finish (pieces, mac);
      assert_hex (mac, 16, rows[i].mac);
    }
}

/* GCM specification (McGrew, Viega), test case 16 */
static void
test_gcm_vector (void)
{
  g_autoptr (GBytes) key
      = hex ("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308");
  g_autoptr (GBytes) aad = hex ("feedfacedeadbeeffeedfacedeadbeefabaddad2");
  g_autoptr (GBytes) sealed
      = hex ("cafebabefacedbaddecaf888"
             "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
             "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662"
             "76fc6ece0f4e1768cddf8853bb2d551b");
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) plain = lab_gcm_open (data_of (key), data_of (aad), 20, sealed, &error);

  g_assert_no_error (error);
  assert_hex (data_of (plain), g_bytes_get_size (plain),
              "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
              "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39");
}

static void
test_gcm_altered (void)
{
  KtEnv *env = kt_env_new_seeded (1, 0);
  guint8 key[32] = { 1 };
  g_autoptr (GBytes) sealed
      = lab_gcm_seal (key, env, (const guint8 *) "row", 3, (const guint8 *) "secret", 6);
  g_autoptr (GBytes) empty = lab_gcm_seal (key, env, NULL, 0, NULL, 0);
  g_autoptr (GBytes) opened = NULL;
  gsize len = g_bytes_get_size (sealed);

  g_assert_cmpuint (len, ==, 12 + 6 + 16);
  opened = lab_gcm_open (key, (const guint8 *) "row", 3, sealed, NULL);
  g_assert_true (kt_bytes_equal_data (opened, "secret", 6));
  g_clear_pointer (&opened, g_bytes_unref);
  opened = lab_gcm_open (key, NULL, 0, empty, NULL);
  g_assert_cmpuint (g_bytes_get_size (opened), ==, 0);
  for (gsize i = 0; i <= len; i++)
    {
      g_autofree guint8 *copy = g_memdup2 (data_of (sealed), len);
      g_autoptr (GBytes) altered = NULL;
      g_autoptr (GError) error = NULL;

      /* each byte flipped, then each truncation */
      if (i < len)
        copy[i] ^= 0x01;
      altered = g_bytes_new (copy, i < len ? len : len - 1);
      g_assert_null (lab_gcm_open (key, (const guint8 *) "row", 3, altered, &error));
      g_assert_error (error, KT_ERROR, KT_ERROR_CHECK_FAILED);
      g_assert_cmpstr (kt_error_key (error), ==, "cipher.sealed");
    }
  for (gsize i = 0; i < len; i++)
    {
      g_autoptr (GBytes) cut = g_bytes_new_from_bytes (sealed, 0, i);

      g_assert_null (lab_gcm_open (key, (const guint8 *) "row", 3, cut, NULL));
    }
  g_assert_null (lab_gcm_open (key, (const guint8 *) "raw", 3, sealed, NULL));
  key[0] ^= 1;
  g_assert_null (lab_gcm_open (key, (const guint8 *) "row", 3, sealed, NULL));
  kt_env_free_seeded (env);
}

/* NIST CAVS, ANSI X9.63 with SHA-256 */
static void
test_kdf (void)
{
  g_autoptr (GBytes) short_secret = hex ("96c05619d56c328ab95fe84b18264b08725b85e33fd34f08");
  g_autoptr (GBytes) secret = hex ("22518b10e70f2a3f243810ae3254139efbee04aa57c7af7d");
  g_autoptr (GBytes) info = hex ("75eef81aa3041e33b80971203d2c0c52");
  guint8 out[128];

  lab_kdf_x963 (data_of (short_secret), 24, NULL, 0, out, 16);
  assert_hex (out, 16, "443024c3dae66b95e6f5670601558f71");
  lab_kdf_x963 (data_of (secret), 24, data_of (info), 16, out, 128);
  assert_hex (out, 128,
              "c498af77161cc59f2962b9a713e2b215152d139766ce34a776df11866a69bf2e"
              "52a13d9c7c6fc878c50c5ea0bc7b00e0da2447cfd874f6cf92f30d0097111485"
              "500c90c3af8b487872d04685d14c8d1dc8d7fa08beb0ce0ababc11f0bd496269"
              "142d43525a78e5bc79a17f59676a5706dc54d54d4d1f0bd7e386128ec26afc21");
}

static void
test_equal (void)
{
  g_assert_true (lab_equal ("abc", "abc", 3));
  g_assert_false (lab_equal ("abc", "abd", 3));
  g_assert_true (lab_equal ("abc", "abd", 2));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/lab/cipher/hashes", test_hashes);
  g_test_add_func ("/lab/cipher/hmac", test_hmac);
  g_test_add_func ("/lab/cipher/block", test_block);
  g_test_add_func ("/lab/cipher/cbc", test_cbc);
  g_test_add_func ("/lab/cipher/cmac", test_cmac);
  g_test_add_func ("/lab/cipher/gcm-vector", test_gcm_vector);
  g_test_add_func ("/lab/cipher/gcm-altered", test_gcm_altered);
  g_test_add_func ("/lab/cipher/kdf", test_kdf);
  g_test_add_func ("/lab/cipher/equal", test_equal);
  return g_test_run ();
}
