/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kt-test.h"

#include "kt-activation-code.h"

typedef struct
{
  const char *text;
  const char *server;
  const char *token;
  const char *oid;
  gboolean confirmation;
  /* NULL: as the code is */
  const char *formatted;
} GoodRow;

/* SGP.22 section 4.1 and what people paste */
static const GoodRow good[] = {
  { "1$SMDP.GSMA.COM$04386-AGYFT-A74Y8-3F815", "smdp.gsma.com", "04386-AGYFT-A74Y8-3F815", NULL,
    FALSE, "LPA:1$smdp.gsma.com$04386-AGYFT-A74Y8-3F815" },
  { "1$SMDP.GSMA.COM$04386-AGYFT-A74Y8-3F815$$1", "smdp.gsma.com", "04386-AGYFT-A74Y8-3F815", NULL,
    TRUE, "LPA:1$smdp.gsma.com$04386-AGYFT-A74Y8-3F815$$1" },
  { "1$SMDP.GSMA.COM$04386-AGYFT-A74Y8-3F815$1.3.6.1.4.1.31746", "smdp.gsma.com",
    "04386-AGYFT-A74Y8-3F815", "1.3.6.1.4.1.31746", FALSE,
    "LPA:1$smdp.gsma.com$04386-AGYFT-A74Y8-3F815$1.3.6.1.4.1.31746" },
  { "1$SMDP.GSMA.COM$04386-AGYFT-A74Y8-3F815$1.3.6.1.4.1.31746$1", "smdp.gsma.com",
    "04386-AGYFT-A74Y8-3F815", "1.3.6.1.4.1.31746", TRUE,
    "LPA:1$smdp.gsma.com$04386-AGYFT-A74Y8-3F815$1.3.6.1.4.1.31746$1" },
  { "1$SMDP.GSMA.COM$$1.3.6.1.4.1.31746", "smdp.gsma.com", "", "1.3.6.1.4.1.31746", FALSE,
    "LPA:1$smdp.gsma.com$$1.3.6.1.4.1.31746" },
  { "LPA:1$a.example$T", "a.example", "T", NULL, FALSE, NULL },
  { "lpa:1$a.example$T", "a.example", "T", NULL, FALSE, "LPA:1$a.example$T" },
  { "Lpa:1$a.example$tOkEn-1", "a.example", "tOkEn-1", NULL, FALSE, "LPA:1$a.example$tOkEn-1" },
  { "1$a.example$", "a.example", "", NULL, FALSE, "LPA:1$a.example$" },
  { "1$a.example$T$", "a.example", "T", NULL, FALSE, "LPA:1$a.example$T" },
  { "1$a.example$T$$", "a.example", "T", NULL, FALSE, "LPA:1$a.example$T" },
  /* fields of version 3 are not looked at */
  { "1$a.example$T$2.999.10$1$F54172BD$1", "a.example", "T", "2.999.10", TRUE,
    "LPA:1$a.example$T$2.999.10$1" },
  { "1$a.example$T$$$anything$$$$$$%&/", "a.example", "T", NULL, FALSE, "LPA:1$a.example$T" },
  { "1$xn--bcher-kva.example$T", "xn--bcher-kva.example", "T", NULL, FALSE,
    "LPA:1$xn--bcher-kva.example$T" },
  { "1$3.a.example$T", "3.a.example", "T", NULL, FALSE, "LPA:1$3.a.example$T" },
  /* blanks, line breaks, soft hyphens, zero-width characters, a byte order mark */
  { "  1$a.example$T\r\n", "a.example", "T", NULL, FALSE, "LPA:1$a.example$T" },
  { "LPA: 1$a.ex\nample$T-\t1", "a.example", "T-1", NULL, FALSE, "LPA:1$a.example$T-1" },
  { "\xEF\xBB\xBFLPA:1$a.example$T", "a.example", "T", NULL, FALSE, NULL },
  { "LPA:1$a.exam\xC2\xADple$\xE2\x80\x8BT\xE2\x80\x8D", "a.example", "T", NULL, FALSE,
    "LPA:1$a.example$T" },
  { "LPA:1$a.example$T\xE3\x80\x80\xC2\xA0", "a.example", "T", NULL, FALSE, "LPA:1$a.example$T" },
};

static const struct
{
  const char *text;
  const char *key;
  guint place;
} bad[] = {
  { "", "code.empty", 1 },
  { " \n\t", "code.empty", 1 },
  { "\xE2\x80\x8B", "code.empty", 1 },
  { "LPA:", "code.empty", 5 },
  { "lpa: ", "code.empty", 5 },
  { "hello", "code.not-a-code", 1 },
  { "1", "code.fields", 2 },
  { "1$", "code.fields", 3 },
  { "1$a.example", "code.fields", 12 },
  { "LPA:1$a.example", "code.fields", 16 },
  { "2$a.example$T", "code.format", 1 },
  { "LPA:2$a.example$T", "code.format", 5 },
  { "$a.example$T", "code.format", 1 },
  { "11$a.example$T", "code.format", 1 },
  { "01$a.example$T", "code.format", 1 },
  { "LPA:$a.example$T", "code.format", 5 },
  { "LPA:LPA:1$a.example$T", "code.format", 5 },
  { "2$a.example", "code.not-a-code", 1 },
  { "https://a.example/?c=1", "code.web-address", 1 },
  { "  HTTP://a.example", "code.web-address", 3 },
  { "www.a.example", "code.web-address", 1 },
  { "LPA:https://a.example", "code.web-address", 5 },
  { "1$$T", "code.server", 3 },
  { "1$example$T", "code.server", 3 },
  { "1$a.example.$T", "code.server", 3 },
  { "1$.a.example$T", "code.server", 3 },
  { "1$a..example$T", "code.server", 3 },
  { "1$-a.example$T", "code.server", 3 },
  { "1$a-.example$T", "code.server", 3 },
  { "1$a_b.example$T", "code.server", 3 },
  { "1$a.example:8443$T", "code.server", 3 },
  { "1$192.0.2.1$T", "code.server", 3 },
  { "1$[2001:db8::1]$T", "code.server", 3 },
  { "1$a.example/x?@b$T", "code.server", 3 },
  { "1$https://a.example$T", "code.server", 3 },
  { " 1$ a.exam ple/$T", "code.server", 5 },
  { "1$a.example$T_1", "code.token", 14 },
  { "1$a.example$#", "code.token", 13 },
  { "1$a.example$T\xE2\x80\x8B_", "code.token", 15 },
  { "1$a.example$T$1", "code.oid", 15 },
  { "1$a.example$T$1.2.$1", "code.oid", 15 },
  { "1$a.example$T$3.1", "code.oid", 15 },
  { "1$a.example$T$$0", "code.flag", 16 },
  { "1$a.example$T$$11", "code.flag", 16 },
  { "1$a.example$T$$yes", "code.flag", 16 },
  { "1$a.example$開", "code.not-a-code", 13 },
  { "LPA:1$b\xC3\xBC" "cher.example$T", "code.not-a-code", 8 },
  { "1$a.example$T\x01", "code.not-a-code", 14 },
  { "1$a.example$T\x7F", "code.not-a-code", 14 },
  { "1$a.example$\xFF", "code.not-a-code", 1 },
};

static void
test_good (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (good); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (KtActivationCode) code = NULL;
      g_autoptr (KtActivationCode) again = NULL;
      g_autofree char *text = NULL;
      guint place = 99;

      code = kt_activation_code_parse (good[i].text, KT_ACTIVATION_CODE_NONE, &place, &error);
      g_assert_no_error (error);
      g_assert_cmpuint (place, ==, 0);
      g_assert_cmpstr (code->server, ==, good[i].server);
      g_assert_cmpstr (code->token, ==, good[i].token);
      g_assert_cmpstr (code->oid, ==, good[i].oid);
      g_assert_cmpint (code->confirmation_required, ==, good[i].confirmation);
      text = kt_activation_code_format (code);
      if (good[i].formatted != NULL)
        g_assert_cmpstr (text, ==, good[i].formatted);
      again = kt_activation_code_parse (text, KT_ACTIVATION_CODE_NONE, NULL, &error);
      g_assert_no_error (error);
      g_assert_cmpstr (again->server, ==, code->server);
      g_assert_cmpstr (again->token, ==, code->token);
      g_assert_cmpstr (again->oid, ==, code->oid);
      g_assert_cmpint (again->confirmation_required, ==, code->confirmation_required);
    }
}

static void
test_bad (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;
      guint place = 99;

      g_assert_null (kt_activation_code_parse (bad[i].text, KT_ACTIVATION_CODE_NONE, &place, &error));
      assert_kt_error (&error, KT_ERROR_INVALID_INPUT, bad[i].key);
      g_assert_cmpuint (place, ==, bad[i].place);
      g_assert_null (kt_activation_code_parse (bad[i].text, KT_ACTIVATION_CODE_NONE, NULL, NULL));
    }
}

static void
test_null (void)
{
  g_autoptr (GError) error = NULL;
  guint place;

  g_assert_null (kt_activation_code_parse (NULL, KT_ACTIVATION_CODE_NONE, &place, &error));
  assert_kt_error (&error, KT_ERROR_INVALID_INPUT, "code.not-a-code");
  kt_activation_code_free (NULL);
}

/* 255 characters without "LPA:" are a code, 256 are not. */
static void
test_limit (void)
{
  g_autofree char *token = g_strnfill (KT_ACTIVATION_CODE_MAX - strlen ("1$a.example$"), 'T');
  g_autofree char *bare = g_strconcat ("1$a.example$", token, NULL);
  g_autofree char *full = g_strconcat ("LPA:", bare, NULL);
  g_autofree char *longer = g_strconcat (full, "x", NULL);
  g_autofree char *blanks = g_strnfill (10000, ' ');
  g_autofree char *spread = g_strconcat (blanks, full, blanks, NULL);
  const char *const rows[] = { bare, full, spread };
  g_autoptr (GError) error = NULL;
  guint place;

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (KtActivationCode) code
          = kt_activation_code_parse (rows[i], KT_ACTIVATION_CODE_NONE, NULL, &error);

      g_assert_no_error (error);
      g_assert_cmpstr (code->token, ==, token);
    }
  g_assert_null (kt_activation_code_parse (longer, KT_ACTIVATION_CODE_NONE, &place, &error));
  assert_kt_error (&error, KT_ERROR_INVALID_INPUT, "code.too-long");
  g_assert_cmpuint (place, ==, 260);
}

static void
test_port (void)
{
  static const char *const servers[] = { "a.example:8443", "localhost", "localhost:1", "127.0.0.1",
                                         "127.0.0.1:65535", "a.example" };
  static const char *const wrong[] = { "a.example:", "a.example:0", "a.example:65536", "a.example:x",
                                       "a.example:80:80", "a.example:+80", "a.example: 80", ":80",
                                       "256.0.0.1", "1.2.3", "1.2.3.4.5", "1..2.3", "::1", "host" };

  for (gsize i = 0; i < G_N_ELEMENTS (servers); i++)
    {
      g_autofree char *text = g_strconcat ("1$", servers[i], "$T", NULL);
      g_autoptr (GError) error = NULL;
      g_autoptr (KtActivationCode) code
          = kt_activation_code_parse (text, KT_ACTIVATION_CODE_ALLOW_PORT, NULL, &error);

      g_assert_no_error (error);
      g_assert_cmpstr (code->server, ==, servers[i]);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (wrong); i++)
    g_assert_false (kt_server_address_is_valid (wrong[i], KT_ACTIVATION_CODE_ALLOW_PORT));
}

static void
test_address (void)
{
  g_autofree char *label63 = g_strnfill (63, 'a');
  g_autofree char *ok63 = g_strconcat (label63, ".example", NULL);
  g_autofree char *bad64 = g_strconcat (label63, "a.example", NULL);
  g_autofree char *ok253
      = g_strconcat (label63, ".", label63, ".", label63, ".", label63 + 2, NULL);
  g_autofree char *bad254 = g_strconcat (ok253, "a", NULL);

  g_assert_false (kt_server_address_is_valid (NULL, KT_ACTIVATION_CODE_NONE));
  g_assert_false (kt_server_address_is_valid ("", KT_ACTIVATION_CODE_ALLOW_PORT));
  g_assert_true (kt_server_address_is_valid (ok63, KT_ACTIVATION_CODE_NONE));
  g_assert_false (kt_server_address_is_valid (bad64, KT_ACTIVATION_CODE_NONE));
  g_assert_cmpuint (strlen (ok253), ==, 253);
  g_assert_true (kt_server_address_is_valid (ok253, KT_ACTIVATION_CODE_NONE));
  g_assert_false (kt_server_address_is_valid (bad254, KT_ACTIVATION_CODE_NONE));
  g_assert_false (kt_server_address_is_valid ("a.123", KT_ACTIVATION_CODE_NONE));
  g_assert_true (kt_server_address_is_valid ("a.1x", KT_ACTIVATION_CODE_NONE));
}

static void
test_split (void)
{
  guint16 port = 0;
  g_autofree char *plain = kt_server_address_split ("a.example", &port);
  g_autofree char *other = NULL;

  g_assert_cmpstr (plain, ==, "a.example");
  g_assert_cmpuint (port, ==, 443);
  other = kt_server_address_split ("a.example:8443", &port);
  g_assert_cmpstr (other, ==, "a.example");
  g_assert_cmpuint (port, ==, 8443);
}

static void
test_copy (void)
{
  g_autoptr (KtActivationCode) code = kt_activation_code_parse (
      "1$a.example$T$2.999.10$1", KT_ACTIVATION_CODE_NONE, NULL, NULL);
  g_autoptr (KtActivationCode) copy = kt_activation_code_copy (code);

  g_assert_true (copy->token != code->token);
  g_assert_cmpstr (copy->server, ==, code->server);
  g_assert_cmpstr (copy->token, ==, code->token);
  g_assert_cmpstr (copy->oid, ==, code->oid);
  g_assert_true (copy->confirmation_required);
}

static void
test_confirmation_code (void)
{
  static const char *const wrong[] = { "", " ", "12 34", "1234\n", "\x01", "開", "12\x7F",
                                       "123456789012345678901234567890123" };
  g_autoptr (GError) error = NULL;

  g_assert_true (kt_confirmation_code_check ("1", &error));
  g_assert_true (kt_confirmation_code_check ("aB-3!~", &error));
  g_assert_true (kt_confirmation_code_check ("12345678901234567890123456789012", &error));
  g_assert_false (kt_confirmation_code_check (NULL, &error));
  assert_kt_error (&error, KT_ERROR_INVALID_INPUT, "confirmation.format");
  for (gsize i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_assert_false (kt_confirmation_code_check (wrong[i], &error));
      assert_kt_error (&error, KT_ERROR_INVALID_INPUT, "confirmation.format");
    }
}

/* What is accepted says the same when it is written and read again; the place is in the text. */
static void
test_random (void)
{
  static const char alphabet[] = "1$$$$.a-AZ09 :LPA/\n_";
  g_autoptr (GRand) rand = g_rand_new_with_seed (41);
  guint accepted = 0;

  for (guint round = 0; round < 50000; round++)
    {
      char text[40];
      gsize len = (gsize) g_rand_int_range (rand, 0, 24);
      guint place = 0;
      gsize head = round % 2 == 0 ? 0 : strlen (strcpy (text, "LPA:1$a.b$"));
      g_autoptr (KtActivationCode) code = NULL;

      for (gsize i = 0; i < len; i++)
        text[head + i] = alphabet[g_rand_int_range (rand, 0, sizeof alphabet - 1)];
      text[head + len] = '\0';
      code = kt_activation_code_parse (text, (KtActivationCodeFlags) (round / 2 % 2), &place, NULL);
      if (code != NULL)
        {
          g_autofree char *again = kt_activation_code_format (code);
          g_autoptr (KtActivationCode) twice = kt_activation_code_parse (
              again, (KtActivationCodeFlags) (round / 2 % 2), NULL, NULL);

          g_assert_nonnull (twice);
          g_assert_cmpstr (twice->token, ==, code->token);
          accepted++;
        }
      else
        {
          g_assert_cmpuint (place, >=, 1);
          g_assert_cmpuint (place, <=, strlen (text) + 1);
        }
    }
  g_assert_cmpuint (accepted, >, 100);
}

/* The address is a host name and nothing else: no path, query, user or port rides along. */
static void
test_peer_10 (void)
{
  static const char *const hosts[] = { "a.example/x?@b", "user@a.example", "a.example#x", "a.example?x",
                                       "a.example%2Fx", "a.example\\x", "a.example:1/x", "a.example/" };

  for (gsize i = 0; i < G_N_ELEMENTS (hosts); i++)
    {
      g_autofree char *text = g_strconcat ("1$", hosts[i], "$T", NULL);
      g_autoptr (GError) error = NULL;

      g_assert_false (kt_server_address_is_valid (hosts[i], KT_ACTIVATION_CODE_NONE));
      g_assert_false (kt_server_address_is_valid (hosts[i], KT_ACTIVATION_CODE_ALLOW_PORT));
      g_assert_null (kt_activation_code_parse (text, KT_ACTIVATION_CODE_ALLOW_PORT, NULL, &error));
      assert_kt_error (&error, KT_ERROR_INVALID_INPUT, "code.server");
    }
}

/* An empty format field is not "1", and an empty flag does not ask for a confirmation code. */
static void
test_peer_14 (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (KtActivationCode) code = NULL;

  g_assert_null (kt_activation_code_parse ("LPA:$a.example$T", KT_ACTIVATION_CODE_NONE, NULL, &error));
  assert_kt_error (&error, KT_ERROR_INVALID_INPUT, "code.format");
  code = kt_activation_code_parse ("1$a.example$T$$", KT_ACTIVATION_CODE_NONE, NULL, &error);
  g_assert_no_error (error);
  g_assert_false (code->confirmation_required);
  g_assert_null (code->oid);
}

/* A code with more fields than this version knows is a code. */
static void
test_peer_six_fields (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (KtActivationCode) code = kt_activation_code_parse (
      "LPA:1$a.example$T$2.999.10$1$81370F51", KT_ACTIVATION_CODE_NONE, NULL, &error);

  g_assert_no_error (error);
  g_assert_true (code->confirmation_required);
  g_assert_cmpstr (code->oid, ==, "2.999.10");
}

/* An underscore is refused before any traffic; "LPA:" in front changes nothing. */
static void
test_peer_17 (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (KtActivationCode) code = NULL;

  g_assert_null (
      kt_activation_code_parse ("1$a.example$TS48v4_X", KT_ACTIVATION_CODE_NONE, NULL, &error));
  assert_kt_error (&error, KT_ERROR_INVALID_INPUT, "code.token");
  code = kt_activation_code_parse ("LPA:1$a.example$TS48V4-X", KT_ACTIVATION_CODE_NONE, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (code->token, ==, "TS48V4-X");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/activation-code/good", test_good);
  g_test_add_func ("/activation-code/bad", test_bad);
  g_test_add_func ("/activation-code/null", test_null);
  g_test_add_func ("/activation-code/limit", test_limit);
  g_test_add_func ("/activation-code/port", test_port);
  g_test_add_func ("/activation-code/address", test_address);
  g_test_add_func ("/activation-code/split", test_split);
  g_test_add_func ("/activation-code/copy", test_copy);
  g_test_add_func ("/activation-code/confirmation-code", test_confirmation_code);
  g_test_add_func ("/activation-code/random", test_random);
  g_test_add_func ("/peer/10-address-unchecked", test_peer_10);
  g_test_add_func ("/peer/14-empty-format", test_peer_14);
  g_test_add_func ("/peer/3-six-fields", test_peer_six_fields);
  g_test_add_func ("/peer/17-token-characters", test_peer_17);
  return g_test_run ();
}
