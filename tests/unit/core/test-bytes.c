/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kt-test.h"

static void
test_hex (void)
{
  static const guint8 data[] = { 0x00, 0x0F, 0xA5, 0xFF };
  g_autofree char *text = kt_hex (data, sizeof data);
  g_autofree char *none = kt_hex (NULL, 0);
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_cmpstr (text, ==, "000FA5FF");
  g_assert_cmpstr (none, ==, "");
  bytes = kt_hex_parse ("000fA5Ff", &error);
  g_assert_no_error (error);
  g_assert_true (kt_bytes_equal_data (bytes, data, sizeof data));
  g_clear_pointer (&bytes, g_bytes_unref);
  bytes = kt_hex_parse ("", &error);
  g_assert_cmpuint (g_bytes_get_size (bytes), ==, 0);
}

static void
test_hex_malformed (void)
{
  static const char *const bad[] = { "0", "000", "0g", "g0", " 00", "00 ", "0x00", "00\n", "-1",
                                     "0\xC3\xA4" };

  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (kt_hex_parse (bad[i], &error));
      assert_kt_error (&error, KT_ERROR_MALFORMED, NULL);
    }
}

/* RFC 4648 section 10 */
static void
test_base64 (void)
{
  static const struct
  {
    const char *plain;
    const char *text;
  } rows[] = {
    { "", "" },
    { "f", "Zg==" },
    { "fo", "Zm8=" },
    { "foo", "Zm9v" },
    { "foob", "Zm9vYg==" },
    { "fooba", "Zm9vYmE=" },
    { "foobar", "Zm9vYmFy" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GBytes) plain = g_bytes_new (rows[i].plain, strlen (rows[i].plain));
      g_autofree char *text = kt_base64 (plain);
      g_autoptr (GError) error = NULL;
      g_autoptr (GBytes) back = kt_base64_parse (rows[i].text, 6, &error);

      g_assert_no_error (error);
      g_assert_cmpstr (text, ==, rows[i].text);
      g_assert_true (g_bytes_equal (plain, back));
    }
}

static void
test_base64_lines (void)
{
  static const char *const rows[] = { "Zm9v\r\nYmFy", " Zm9vYmFy\n", "Zm9v\n\n\tYmFy  ", "Zm9vY\nmFy" };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GBytes) bytes = kt_base64_parse (rows[i], 6, &error);

      g_assert_no_error (error);
      g_assert_true (kt_bytes_equal_data (bytes, "foobar", 6));
    }
}

static void
test_base64_malformed (void)
{
  static const char *const bad[] = {
    "Z",        "Zg",       "Zg=",      "Zg===",   "=",        "==",         "====",
    "Z===",     "Zm9v=",    "Zm9v====", "Zg==Zg==", "Zg==Z",   "Z=g=",       "Zh==",
    "Zm9=",     "Zm9v!",    "Zm-_",     "Zm9v\v",  "Zm9vZ",    "Zm9vZm9",    "Zm9v\xC3\xA4",
    "Zm9v%3D",  "Zm9v,Zm9v",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (kt_base64_parse (bad[i], 100, &error));
      assert_kt_error (&error, KT_ERROR_MALFORMED, NULL);
    }
}

static void
test_base64_limit (void)
{
  static const char *const rows[] = { "Zm9vYmFy", "Zm9vYmE=", "Zm9vYg==" };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      gsize whole = 6 - i;
      g_autoptr (GError) error = NULL;
      g_autoptr (GBytes) bytes = kt_base64_parse (rows[i], whole, &error);

      g_assert_no_error (error);
      g_assert_cmpuint (g_bytes_get_size (bytes), ==, whole);
      g_assert_null (kt_base64_parse (rows[i], whole - 1, &error));
      assert_kt_error (&error, KT_ERROR_LIMIT, NULL);
      g_assert_null (kt_base64_parse (rows[i], 0, &error));
      assert_kt_error (&error, KT_ERROR_LIMIT, NULL);
    }
}

/* Any bytes survive; any change of one character is either refused or seen in the bytes. */
static void
test_base64_random (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (64);

  for (guint round = 0; round < 500; round++)
    {
      gsize len = (gsize) g_rand_int_range (rand, 1, 60);
      g_autofree guint8 *data = g_malloc (len);
      g_autoptr (GBytes) bytes = NULL;
      g_autoptr (GBytes) back = NULL;
      g_autoptr (GBytes) other = NULL;
      g_autofree char *text = NULL;
      gsize place;

      for (gsize i = 0; i < len; i++)
        data[i] = (guint8) g_rand_int (rand);
      bytes = g_bytes_new (data, len);
      text = kt_base64 (bytes);
      back = kt_base64_parse (text, len, NULL);
      g_assert_nonnull (back);
      g_assert_true (g_bytes_equal (bytes, back));
      place = (gsize) g_rand_int_range (rand, 0, (gint32) strlen (text));
      text[place] = text[place] == '#' ? '%' : '#';
      g_assert_null (kt_base64_parse (text, len, NULL));
      text[place] = 'A';
      other = kt_base64_parse (text, len, NULL);
      if (other != NULL)
        g_assert_cmpuint (g_bytes_get_size (other), ==, len);
    }
}

static void
test_equal (void)
{
  g_autoptr (GBytes) bytes = g_bytes_new ("abc", 3);

  g_assert_true (kt_bytes_equal_data (bytes, "abc", 3));
  g_assert_false (kt_bytes_equal_data (bytes, "abc", 2));
  g_assert_false (kt_bytes_equal_data (bytes, "abd", 3));
  g_assert_true (kt_bytes_equal_data (NULL, NULL, 0));
  g_assert_false (kt_bytes_equal_data (NULL, "a", 1));
}

static void
test_wipe (void)
{
  char text[] = "secret";
  static const char zeros[sizeof text];
  char *heap = g_strdup ("secret");

  kt_wipe (text, sizeof text);
  g_assert_cmpmem (text, sizeof text, zeros, sizeof zeros);
  kt_wipe (NULL, 5);
  kt_wipe (text, 0);
  kt_wipe_string (NULL);
  kt_wipe_string (heap);
}

static void
test_secret_bytes (void)
{
  guint8 key[16] = { 1, 2, 3 };
  g_autoptr (GBytes) secret = kt_secret_bytes (key, sizeof key);
  g_autoptr (GBytes) none = kt_secret_bytes (NULL, 0);
  g_autoptr (GBytes) part = NULL;

  g_assert_true (kt_bytes_equal_data (secret, key, sizeof key));
  g_assert_cmpuint (g_bytes_get_size (none), ==, 0);
  part = g_bytes_new_from_bytes (secret, 1, 2);
  g_clear_pointer (&secret, g_bytes_unref);
  /* a part keeps the whole alive */
  g_assert_true (kt_bytes_equal_data (part, key + 1, 2));
}

/* A corrupted text never becomes a shorter valid one. */
static void
test_peer_6 (void)
{
  static const char *const rows[] = { "QUJD*garbage", "QUJD*", "QUJDR*==", "*", "QUJD====" };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (kt_base64_parse (rows[i], 100, &error));
      assert_kt_error (&error, KT_ERROR_MALFORMED, NULL);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/bytes/hex", test_hex);
  g_test_add_func ("/bytes/hex-malformed", test_hex_malformed);
  g_test_add_func ("/bytes/base64", test_base64);
  g_test_add_func ("/bytes/base64-lines", test_base64_lines);
  g_test_add_func ("/bytes/base64-malformed", test_base64_malformed);
  g_test_add_func ("/bytes/base64-limit", test_base64_limit);
  g_test_add_func ("/bytes/base64-random", test_base64_random);
  g_test_add_func ("/bytes/equal", test_equal);
  g_test_add_func ("/bytes/wipe", test_wipe);
  g_test_add_func ("/bytes/secret", test_secret_bytes);
  g_test_add_func ("/peer/6-base64-cannot-fail", test_peer_6);
  return g_test_run ();
}
