/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kt-test.h"

#include "kt-eid.h"

static const char *const valid[] = {
  "89049032123451234512345678901235",
  "89044045000000000000000000000156",
  "89086030112233445566778899001181",
  "89033023456789012345678901234570",
  /* check digits of one place, with their zero, and the largest ones */
  "89049032000000000000000000001909",
  "89049032000000000000000000008602",
  "89049032000000000000000000005498",
};

static void
test_valid (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (valid); i++)
    {
      g_assert_true (kt_eid_is_valid (valid[i]));
      g_assert_cmpint (kt_eid_check_digits (valid[i]), ==, atoi (valid[i] + 30));
    }
}

/* Mod 97 finds every wrong digit and every swap of neighbours. */
static void
test_typing_errors (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (valid); i++)
    for (gsize place = 0; place < KT_EID_DIGITS; place++)
      {
        g_autofree char *eid = g_strdup (valid[i]);

        for (char digit = '0'; digit <= '9'; digit++)
          {
            eid[place] = digit;
            g_assert_cmpint (kt_eid_is_valid (eid), ==, digit == valid[i][place]);
          }
        eid[place] = valid[i][place];
        if (place > 0 && eid[place] != eid[place - 1])
          {
            eid[place] = valid[i][place - 1];
            eid[place - 1] = valid[i][place];
            g_assert_false (kt_eid_is_valid (eid));
          }
      }
}

static void
test_not_valid (void)
{
  static const char *const bad[] = {
    "", "8904903212345123451234567890123", "890490321234512345123456789012350",
    "8904903212345123451234567890123A", "8904 9032 1234 5123 4512 3456 7890 1235",
    "-9049032123451234512345678901235",
  };

  g_assert_false (kt_eid_is_valid (NULL));
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    g_assert_false (kt_eid_is_valid (bad[i]));
  g_assert_cmpint (kt_eid_check_digits (NULL), ==, -1);
  g_assert_cmpint (kt_eid_check_digits ("123"), ==, -1);
  g_assert_cmpint (kt_eid_check_digits ("89049032123451234512345678901X"), ==, -1);
  g_assert_cmpint (kt_eid_check_digits ("890490321234512345123456789012"), ==, 35);
}

static void
test_bytes (void)
{
  g_autoptr (GBytes) bytes = hex_bytes ("89049032123451234512345678901235");
  g_autoptr (GError) error = NULL;
  g_autofree char *eid = NULL;
  guint8 out[KT_EID_BYTES];

  eid = kt_eid_from_bytes (g_bytes_get_data (bytes, NULL), 16, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (eid, ==, valid[0]);
  g_assert_true (kt_eid_to_bytes (eid, out, &error));
  g_assert_true (kt_bytes_equal_data (bytes, out, sizeof out));
}

/* Which chip it is must be told even if its check digits are wrong. */
static void
test_bytes_unchecked (void)
{
  static const guint8 zeros[16];
  g_autoptr (GError) error = NULL;
  g_autofree char *eid = kt_eid_from_bytes (zeros, sizeof zeros, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (eid, ==, "00000000000000000000000000000000");
  g_assert_false (kt_eid_is_valid (eid));
}

static void
test_bytes_malformed (void)
{
  guint8 data[17] = { 0 };
  guint8 out[KT_EID_BYTES];
  g_autoptr (GError) error = NULL;

  g_assert_null (kt_eid_from_bytes (data, 15, &error));
  assert_kt_error (&error, KT_ERROR_MALFORMED, "chip.eid");
  g_assert_null (kt_eid_from_bytes (data, 17, &error));
  assert_kt_error (&error, KT_ERROR_MALFORMED, "chip.eid");
  g_assert_null (kt_eid_from_bytes (data, 0, &error));
  assert_kt_error (&error, KT_ERROR_MALFORMED, "chip.eid");
  for (guint i = 0; i < 16; i++)
    for (guint shift = 0; shift <= 4; shift += 4)
      {
        data[i] = (guint8) (0x0A << shift);
        g_assert_null (kt_eid_from_bytes (data, 16, &error));
        assert_kt_error (&error, KT_ERROR_MALFORMED, "chip.eid");
        data[i] = 0;
      }
  g_assert_false (kt_eid_to_bytes (NULL, out, &error));
  assert_kt_error (&error, KT_ERROR_INVALID_INPUT, "input.eid");
  g_assert_false (kt_eid_to_bytes ("8904903212345123451234567890123", out, &error));
  assert_kt_error (&error, KT_ERROR_INVALID_INPUT, "input.eid");
  g_assert_false (kt_eid_to_bytes ("8904903212345123451234567890123F", out, &error));
  assert_kt_error (&error, KT_ERROR_INVALID_INPUT, "input.eid");
}

static void
test_grouped (void)
{
  g_autofree char *text = kt_eid_grouped (valid[0]);
  g_autofree char *odd = kt_eid_grouped ("12345");
  g_autofree char *none = kt_eid_grouped ("");

  g_assert_cmpstr (text, ==, "8904 9032 1234 5123 4512 3456 7890 1235");
  g_assert_cmpstr (odd, ==, "1234 5");
  g_assert_cmpstr (none, ==, "");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/eid/valid", test_valid);
  g_test_add_func ("/eid/typing-errors", test_typing_errors);
  g_test_add_func ("/eid/not-valid", test_not_valid);
  g_test_add_func ("/eid/bytes", test_bytes);
  g_test_add_func ("/eid/bytes-unchecked", test_bytes_unchecked);
  g_test_add_func ("/eid/bytes-malformed", test_bytes_malformed);
  g_test_add_func ("/eid/grouped", test_grouped);
  return g_test_run ();
}
