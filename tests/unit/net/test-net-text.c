/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-test"

#include <string.h>

#include "net-text.h"

static void
test_table (void)
{
  static const struct
  {
    const char *body;
    const char *text;
  } rows[] = {
    { "", NULL },
    { " \r\n\t ", NULL },
    { "<html></html>", NULL },
    { "Not found", "Not found" },
    { "  a \n\n b\r\n", "a b" },
    { "<h1>Sorry</h1><p>Try later</p>", "Sorry Try later" },
    { "<HTML><HEAD><TITLE>t</TITLE></HEAD><BODY>b</BODY>", "b" },
    { "<style>p { color: red }</style>a<script>if (1 < 2) x ();</script>b", "a b" },
    { "<header>a</header>", "a" },
    { "<!-- c -->a", "a" },
    { "a<unfinished", "a" },
    { "a<script>never ends", "a" },
    { "1 < 2 > 0", "1 < 2 > 0" },
    { "a\001\033[31mb", "a[31mb" },
    { "a\342\200\256b\357\273\277c", "abc" },
    { "Br\303\274cke", "Br\303\274cke" },
    { "a\377\376b", "ab" },
    { "{\"error\": \"x\"}", "{\"error\": \"x\"}" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GBytes) body = g_bytes_new_static (rows[i].body, strlen (rows[i].body));
      g_autofree char *text = net_text_sanitize (body);

      g_assert_cmpstr (text, ==, rows[i].text);
    }
}

static void
test_length (void)
{
  g_autofree char *plain = g_strnfill (10000, 'a');
  g_autoptr (GString) wide = g_string_new (NULL);
  g_autoptr (GBytes) one = g_bytes_new_static (plain, 10000);
  g_autofree char *text = net_text_sanitize (one);
  g_autoptr (GBytes) two = NULL;
  g_autofree char *wide_text = NULL;

  g_assert_cmpuint (strlen (text), ==, NET_TEXT_MAX);
  for (guint i = 0; i < 1000; i++)
    g_string_append (wide, "\303\274 ");
  two = g_bytes_new_static (wide->str, wide->len);
  wide_text = net_text_sanitize (two);
  g_assert_true (g_utf8_validate (wide_text, -1, NULL));
  g_assert_cmpint (g_utf8_strlen (wide_text, -1), <=, NET_TEXT_MAX);
  g_assert_cmpint (g_utf8_strlen (wide_text, -1), >=, NET_TEXT_MAX - 1);
}

static void
test_nul (void)
{
  g_autoptr (GBytes) body = g_bytes_new_static ("a\0b", 3);
  g_autofree char *text = net_text_sanitize (body);

  g_assert_cmpstr (text, ==, "ab");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/net/text/table", test_table);
  g_test_add_func ("/net/text/length", test_length);
  g_test_add_func ("/net/text/nul", test_nul);
  return g_test_run ();
}
