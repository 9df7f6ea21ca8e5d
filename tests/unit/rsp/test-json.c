/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-test"

#include "rsp-json.h"

#include "kt-test.h"

typedef struct
{
  const char *text;
  gsize len;
} Text;

/* with the NULs that stand inside */
#define T(text) { text, sizeof (text) - 1 }

static JsonObject *
parse (const Text *text, GError **error)
{
  /* a block of its own, so that a read past the end is seen */
  g_autoptr (GBytes) bytes = g_bytes_new (text->text, text->len);

  return rsp_json_parse (bytes, error);
}

static const Text good[] = {
  T ("{}"),
  T (" \t\r\n{ } \n"),
  T ("{\"a\":1}"),
  T ("{\"a\":-0.5e+10,\"b\":0,\"c\":-1,\"d\":1E3,\"e\":0.0}"),
  T ("{\"a\":true,\"b\":false,\"c\":null}"),
  T ("{\"a\":[],\"b\":[1,[2],{\"c\":3}],\"d\":{\"a\":{}}}"),
  T ("{\"a\":\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u0041\\u958b\"}"),
  T ("{\"a\":\"\xE9\x96\x8B\xF0\x9F\x98\x80\"}"),
  T ("{\"a\":\"\\uD83D\\uDE00\"}"),
  T ("{\"\\u0061\":1,\"b\":2}"),
  T ("{\"a\":{\"a\":1},\"b\":[{\"a\":1},{\"a\":2}]}"),
  T ("{\"a\":\"\x7F\"}"),
  T ("{\"a\":\"// no comment\",\"b\":\"/* nor this */\"}"),
};

static const Text bad[] = {
  T (""),
  T (" "),
  T ("null"),
  T ("true"),
  T ("1"),
  T ("\"a\""),
  T ("[]"),
  T ("[{\"a\":1}]"),
  T ("{"),
  T ("}"),
  T ("{\"a\""),
  T ("{\"a\":"),
  T ("{\"a\":1"),
  T ("{\"a\":1,"),
  T ("{\"a\":1,}"),
  T ("{,\"a\":1}"),
  T ("{\"a\" 1}"),
  T ("{\"a\":1 \"b\":2}"),
  T ("{\"a\":}"),
  T ("{a:1}"),
  T ("{'a':1}"),
  T ("{\"a\":'b'}"),
  T ("{1:1}"),
  T ("{\"a\":[1,]}"),
  T ("{\"a\":[1 2]}"),
  T ("{\"a\":[1}"),
  T ("{\"a\":{]}"),
  /* comments and assignments, which the library underneath takes */
  T ("/* c */{\"a\":1}"),
  T ("{\"a\":1}// c"),
  T ("{\"a\":1}/* c */"),
  T ("{/* c */\"a\":1}"),
  T ("{\"a\":/* c */1}"),
  T ("{\"a\":1 // c\n}"),
  T ("# c\n{\"a\":1}"),
  T ("var a = {\"a\":1}"),
  T ("var a = {\"a\":1};"),
  T ("a = {\"a\":1};"),
  /* trailing text */
  T ("{}{}"),
  T ("{} x"),
  T ("{},"),
  T ("{};"),
  T ("{}]"),
  T ("{}\0"),
  T ("{\"a\":1}\0{\"b\":2}"),
  /* numbers */
  T ("{\"a\":01}"),
  T ("{\"a\":-}"),
  T ("{\"a\":+1}"),
  T ("{\"a\":1.}"),
  T ("{\"a\":.5}"),
  T ("{\"a\":1e}"),
  T ("{\"a\":1e+}"),
  T ("{\"a\":0x1F}"),
  T ("{\"a\":NaN}"),
  T ("{\"a\":Infinity}"),
  T ("{\"a\":1_000}"),
  /* words */
  T ("{\"a\":True}"),
  T ("{\"a\":truex}"),
  T ("{\"a\":nul}"),
  T ("{\"a\":undefined}"),
  /* strings */
  T ("{\"a\":\"b}"),
  T ("{\"a\":\"b\\\"}"),
  T ("{\"a\":\"b\n\"}"),
  T ("{\"a\":\"\t\"}"),
  T ("{\"a\":\"\x01\"}"),
  T ("{\"a\":\"b\0c\"}"),
  T ("{\"a\0\":1}"),
  T ("{\"a\":\"\\x41\"}"),
  T ("{\"a\":\"\\'\"}"),
  T ("{\"a\":\"\\\0\"}"),
  T ("{\"a\":\"\\u\"}"),
  T ("{\"a\":\"\\u12\"}"),
  T ("{\"a\":\"\\u12G4\"}"),
  T ("{\"a\":\"\\u0000\"}"),
  T ("{\"a\\u0000b\":1}"),
  /* halves of pairs */
  T ("{\"a\":\"\\uD83D\"}"),
  T ("{\"a\":\"\\uD83Dx\"}"),
  T ("{\"a\":\"\\uD83D\\n\"}"),
  T ("{\"a\":\"\\uD83D\\u0041\"}"),
  T ("{\"a\":\"\\uD83D\\uD83D\"}"),
  T ("{\"a\":\"\\uD83D\\u"),
  T ("{\"a\":\"\\uDE00\"}"),
  T ("{\"a\":\"\\uDE00\\uD83D\"}"),
  T ("{\"\\uD800\":1}"),
  /* not UTF-8: stray, cut, overlong, surrogate, beyond, byte order marks, UTF-16 */
  T ("{\"a\":\"\xFF\"}"),
  T ("{\"a\":\"\x80\"}"),
  T ("{\"a\":\"\xE9\x96\"}"),
  T ("{\"a\":\"\xC0\xAF\"}"),
  T ("{\"a\":\"\xED\xA0\x80\"}"),
  T ("{\"a\":\"\xF4\x90\x80\x80\"}"),
  T ("\xFF{\"a\":1}"),
  T ("\xEF\xBB\xBF{\"a\":1}"),
  T ("\xFF\xFE{\0}\0"),
  /* doubles, also in other letters and deeper */
  T ("{\"a\":1,\"a\":1}"),
  T ("{\"a\":1,\"a\":2}"),
  T ("{\"a\":1,\"\\u0061\":2}"),
  T ("{\"b\":{\"a\":1,\"a\":2}}"),
  T ("{\"b\":[{\"a\":1,\"a\":2}]}"),
  T ("{\"a\":{\"b\":1},\"a\":2}"),
  T ("{\"a\":1,\"a\":{\"b\":1}}"),
  T ("<html><body>502</body></html>"),
  T ("{\"a\":1}\x0C"),
  T ("{\"a\":\xC2\xA0" "1}"),
};

static void
test_good (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (good); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (JsonObject) object = parse (&good[i], &error);

      g_test_message ("row %s", good[i].text);
      g_assert_no_error (error);
      g_assert_nonnull (object);
    }
}

static void
test_bad (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;
      JsonObject *object = parse (&bad[i], &error);

      g_test_message ("row %zu", i);
      g_assert_null (object);
      assert_kt_error (&error, KT_ERROR_MALFORMED, "server.garbage");
      g_assert_null (parse (&bad[i], NULL));
    }
}

/* Every beginning of a good text is no text. */
static void
test_truncated (void)
{
  static const char whole[]
      = "{\"a\":\"\\uD83D\\uDE00\xE9\x96\x8B\",\"b\":[true,null,-1.5e3],\"c\":{}}";

  for (gsize len = 0; len < sizeof whole - 1; len++)
    {
      const Text text = { whole, len };

      g_assert_null (parse (&text, NULL));
    }
}

/* @open and @close @depth times around "1". */
static gboolean
nested_is_taken (const char *open, const char *close, guint depth, gboolean closed)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (JsonObject) object = NULL;
  g_autoptr (GError) error = NULL;

  g_string_append (text, "{\"a\":");
  for (guint i = 0; i < depth; i++)
    g_string_append (text, open);
  g_string_append (text, "1");
  for (guint i = 0; closed && i < depth; i++)
    g_string_append (text, close);
  g_string_append (text, "}");
  bytes = g_string_free_to_bytes (g_steal_pointer (&text));
  object = rsp_json_parse (bytes, &error);
  if (object == NULL)
    assert_kt_error (&error, KT_ERROR_MALFORMED, "server.garbage");
  return object != NULL;
}

/* A text of any depth ends a recursive parser; here it ends at a fixed one. */
static void
test_depth (void)
{
  g_assert_true (nested_is_taken ("[", "]", RSP_JSON_MAX_DEPTH - 1, TRUE));
  g_assert_true (nested_is_taken ("{\"a\":", "}", RSP_JSON_MAX_DEPTH - 1, TRUE));
  g_assert_false (nested_is_taken ("[", "]", RSP_JSON_MAX_DEPTH + 1, TRUE));
  g_assert_false (nested_is_taken ("{\"a\":", "}", RSP_JSON_MAX_DEPTH + 1, TRUE));
  g_assert_false (nested_is_taken ("[", "]", 100000, TRUE));
  g_assert_false (nested_is_taken ("[", "]", 100000, FALSE));
  g_assert_false (nested_is_taken ("{\"a\":", "}", 100000, TRUE));
  g_assert_false (nested_is_taken ("[{\"a\":", "}]", 100000, FALSE));
}

static void
test_members (void)
{
  static const Text text
      = T ("{\"s\":\"x\",\"e\":\"\",\"n\":1,\"b\":true,\"z\":null,"
           "\"o\":{\"k\":\"v\"},\"l\":[\"x\"]}");
  g_autoptr (JsonObject) object = parse (&text, NULL);
  JsonObject *inner = rsp_json_object (object, "o");

  g_assert_cmpstr (rsp_json_string (object, "s"), ==, "x");
  g_assert_cmpstr (rsp_json_string (object, "e"), ==, "");
  g_assert_null (rsp_json_string (object, "n"));
  g_assert_null (rsp_json_string (object, "b"));
  g_assert_null (rsp_json_string (object, "z"));
  g_assert_null (rsp_json_string (object, "o"));
  g_assert_null (rsp_json_string (object, "l"));
  g_assert_null (rsp_json_string (object, "absent"));
  g_assert_cmpstr (rsp_json_string (inner, "k"), ==, "v");
  g_assert_null (rsp_json_object (object, "s"));
  g_assert_null (rsp_json_object (object, "z"));
  g_assert_null (rsp_json_object (object, "l"));
  g_assert_null (rsp_json_object (object, "absent"));
}

static void
test_escapes (void)
{
  static const Text text = T ("{\"a\":\"\\u958b\\uD83D\\uDE00\\n\\u0041\\/\"}");
  g_autoptr (JsonObject) object = parse (&text, NULL);

  g_assert_cmpstr (rsp_json_string (object, "a"), ==, "開😀\nA/");
}

static void
test_base64 (void)
{
  static const Text text = T ("{\"good\":\"AAEC\",\"lines\":\"AA\\r\\nEC\\n\","
                              "\"bad\":\"QUJD*garbage\","
                              "\"pad\":\"AAE\",\"number\":1,\"empty\":\"\",\"url\":\"__--\"}");
  static const struct
  {
    const char *name;
    gsize max;
    KtErrorCode code;
  } rows[] = {
    { "bad", 64, KT_ERROR_MALFORMED }, { "pad", 64, KT_ERROR_MALFORMED },
    { "url", 64, KT_ERROR_MALFORMED }, { "number", 64, KT_ERROR_MISSING },
    { "absent", 64, KT_ERROR_MISSING }, { "good", 2, KT_ERROR_LIMIT },
  };
  g_autoptr (JsonObject) object = parse (&text, NULL);
  g_autoptr (GError) error = NULL;

  assert_take_hex (rsp_json_base64 (object, "good", 3, &error), "000102");
  assert_take_hex (rsp_json_base64 (object, "lines", 3, &error), "000102");
  assert_take_hex (rsp_json_base64 (object, "empty", 3, &error), "");
  g_assert_no_error (error);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_assert_null (rsp_json_base64 (object, rows[i].name, rows[i].max, &error));
      g_assert_nonnull (strstr (error->message, rows[i].name));
      assert_kt_error (&error, rows[i].code, "server.garbage");
      g_assert_null (rsp_json_base64 (object, rows[i].name, rows[i].max, NULL));
    }
}

static void
test_write (void)
{
  JsonObject *object = json_object_new ();
  g_autoptr (GBytes) bytes = NULL;
  static const char wanted[] = "{\"a\":\"x\\\"y\"}";

  json_object_set_string_member (object, "a", "x\"y");
  bytes = rsp_json_to_bytes (object);
  g_assert_true (kt_bytes_equal_data (bytes, wanted, strlen (wanted)));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/rsp/json/good", test_good);
  g_test_add_func ("/rsp/json/bad", test_bad);
  g_test_add_func ("/rsp/json/truncated", test_truncated);
  g_test_add_func ("/rsp/json/depth", test_depth);
  g_test_add_func ("/rsp/json/members", test_members);
  g_test_add_func ("/rsp/json/escapes", test_escapes);
  g_test_add_func ("/rsp/json/base64", test_base64);
  g_test_add_func ("/rsp/json/write", test_write);

  return g_test_run ();
}
