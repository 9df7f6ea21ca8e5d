/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kt-test.h"

#include "kt-iccid.h"

static const struct
{
  const char *digits;
  const char *hex;
} rows[] = {
  { "8929901012345678905", "989209012143658709F5" },
  { "890001234567890123", "980010325476981032FF" },
  { "89000123456789012345", "98001032547698103254" },
  { "8981100000000000000", "981801000000000000F0" },
};

static void
test_bytes (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GBytes) bytes = hex_bytes (rows[i].hex);
      g_autoptr (GError) error = NULL;
      g_autofree char *digits = NULL;
      guint8 out[KT_ICCID_BYTES];

      digits = kt_iccid_from_bytes (g_bytes_get_data (bytes, NULL), KT_ICCID_BYTES, &error);
      g_assert_no_error (error);
      g_assert_cmpstr (digits, ==, rows[i].digits);
      g_assert_true (kt_iccid_to_bytes (digits, out, &error));
      g_assert_true (kt_bytes_equal_data (bytes, out, sizeof out));
    }
}

static void
test_trailing_f (void)
{
  guint8 out[KT_ICCID_BYTES];
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) wanted = hex_bytes (rows[0].hex);

  g_assert_true (kt_iccid_to_bytes ("8929901012345678905F", out, &error));
  g_assert_true (kt_bytes_equal_data (wanted, out, sizeof out));
  g_assert_true (kt_iccid_to_bytes ("8929901012345678905f", out, &error));
  g_assert_true (kt_bytes_equal_data (wanted, out, sizeof out));
}

static void
test_malformed (void)
{
  static const char *const bad[] = {
    "",                       /* nothing: no length may ever be counted down from it */
    "98",
    "989209012143658709",     /* 9 bytes */
    "989209012143658709F500", /* 11 bytes */
    "9892090121436587F905",   /* F in the middle */
    "9F920901214365870905",   /* F in the middle */
    "A8920901214365870905",   /* not decimal */
    "8A920901214365870905",   /* not decimal */
    "FFFFFFFFFFFFFFFFFFFF",   /* no digit at all */
    "9892090121436587FFFF",   /* 16 digits */
    "9892090121436587F9FF",   /* 17 digits */
    "98920901214365870F0F",   /* a digit after F */
  };

  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GBytes) bytes = hex_bytes (bad[i]);
      g_autoptr (GError) error = NULL;
      gsize len;
      gconstpointer data = g_bytes_get_data (bytes, &len);

      g_assert_null (kt_iccid_from_bytes (data, len, &error));
      assert_kt_error (&error, KT_ERROR_MALFORMED, "profile.iccid");
    }
}

static void
test_text_malformed (void)
{
  static const char *const bad[] = {
    "", "89000123456789012", "890001234567890123456", "89000123456789012x", "8900012345678901234E",
    "89000123456789 0123", "F9000123456789012345", "890001234567890123FF",
  };
  guint8 out[KT_ICCID_BYTES];
  g_autoptr (GError) error = NULL;

  g_assert_false (kt_iccid_to_bytes (NULL, out, &error));
  assert_kt_error (&error, KT_ERROR_INVALID_INPUT, "input.iccid");
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_assert_false (kt_iccid_to_bytes (bad[i], out, &error));
      assert_kt_error (&error, KT_ERROR_INVALID_INPUT, "input.iccid");
    }
}

/* ISO/IEC 7812-1 annex B */
static void
test_luhn (void)
{
  g_assert_cmpint (kt_luhn_digit ("7992739871"), ==, '3');
  g_assert_cmpint (kt_luhn_digit ("893407100123456789"), ==, '3');
  g_assert_cmpint (kt_luhn_digit ("89998012345678901"), ==, '4');
  g_assert_cmpint (kt_luhn_digit ("8981100000000000000"), ==, '4');
  g_assert_cmpint (kt_luhn_digit ("0"), ==, '0');
  g_assert_cmpint (kt_luhn_digit (""), ==, '0');
  g_assert_true (kt_iccid_luhn ("79927398713"));
  g_assert_false (kt_iccid_luhn ("79927398714"));
  g_assert_true (kt_iccid_luhn ("8929901012345678905"));
  g_assert_false (kt_iccid_luhn ("8929901012345678904"));
  g_assert_false (kt_iccid_luhn (NULL));
  g_assert_false (kt_iccid_luhn (""));
  g_assert_false (kt_iccid_luhn ("0"));
  g_assert_false (kt_iccid_luhn ("7992739871F"));
}

/* Cards with a wrong check digit are in the field: reading does not judge it. */
static void
test_wrong_luhn_is_read (void)
{
  g_autoptr (GBytes) bytes = hex_bytes ("989209012143658709F4");
  g_autoptr (GError) error = NULL;
  g_autofree char *digits = kt_iccid_from_bytes (g_bytes_get_data (bytes, NULL), 10, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (digits, ==, "8929901012345678904");
  g_assert_false (kt_iccid_luhn (digits));
}

static void
test_bcd (void)
{
  static const char *const bad[] = { "A0", "0A", "1F2F", "F121" };
  g_autoptr (GBytes) imei = hex_bytes ("5309160110 0000F0");
  g_autoptr (GError) error = NULL;
  g_autofree char *digits = NULL;
  g_autofree char *none = kt_bcd_swapped (NULL, 0, &error);

  g_assert_cmpstr (none, ==, "");
  digits = kt_bcd_swapped (g_bytes_get_data (imei, NULL), 8, &error);
  g_assert_cmpstr (digits, ==, "359061100100000");
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GBytes) bytes = hex_bytes (bad[i]);
      gsize len;
      gconstpointer data = g_bytes_get_data (bytes, &len);

      g_assert_null (kt_bcd_swapped (data, len, &error));
      assert_kt_error (&error, KT_ERROR_MALFORMED, NULL);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/iccid/bytes", test_bytes);
  g_test_add_func ("/iccid/trailing-f", test_trailing_f);
  g_test_add_func ("/iccid/malformed", test_malformed);
  g_test_add_func ("/iccid/text-malformed", test_text_malformed);
  g_test_add_func ("/iccid/luhn", test_luhn);
  g_test_add_func ("/iccid/wrong-luhn-is-read", test_wrong_luhn_is_read);
  g_test_add_func ("/iccid/bcd", test_bcd);
  return g_test_run ();
}
