/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-test"

#include "rsp-explain.h"

#include <gio/gio.h>

#include "kt-test.h"
#include "rsp-tags.h"

/* The rooms whose errors a person can meet; the lab speaks to those who test. */
static const char *const rooms[] = { "core", "card", "rsp", "net", "lpd", "scan", "ctl" };

static void
assert_no_word (const char *key, const char *text, const char *word)
{
  g_autofree char *lower = g_utf8_strdown (text, -1);
  g_autofree char *pattern = g_strconcat ("\\b", word, "\\b", NULL);

  if (g_regex_match_simple (pattern, lower, 0, 0))
    g_error ("%s: \"%s\" has the word \"%s\"", key, text, word);
}

static void
assert_sentence (const char *key, const char *text)
{
  static const char *const words[] = {
    "error occurred", "error", "please", "lpa", "backend", "oops", "sorry", "failed to", "invalid",
    "profile", "profiles", "euicc", "sm-dp\\+", "bootstrap", "lpa string", "pin",
  };
  gsize len = strlen (text);

  g_assert_cmpuint (len, >, 5);
  if (text[len - 1] != '.')
    g_error ("%s: \"%s\" does not end in a full stop", key, text);
  if (!g_ascii_isupper (text[0]))
    g_error ("%s: \"%s\" does not begin like a sentence", key, text);
  if (strchr (text, '!') != NULL || strstr (text, "  ") != NULL || strchr (text, '%') != NULL)
    g_error ("%s: \"%s\" has a mark that no sentence has", key, text);
  for (gsize i = 0; i < G_N_ELEMENTS (words); i++)
    assert_no_word (key, text, words[i]);
}

/* The error that row @key is for: a pair of the server's, a class or a key. */
static GError *
error_for (const char *key)
{
  GError *error;

  if (strchr (key, '/') != NULL)
    {
      g_auto (GStrv) pair = g_strsplit (key, "/", 2);

      error = kt_error_new (KT_ERROR_SERVER_REFUSED, "server.refused", "test");
      kt_error_detail (error)->subject = g_strdup (pair[0]);
      kt_error_detail (error)->reason = g_strdup (pair[1]);
      return error;
    }
  if (g_str_has_prefix (key, "class."))
    {
      for (int code = 0; code <= KT_ERROR_INTERNAL; code++)
        if (strcmp (kt_error_code_name ((KtErrorCode) code), key + strlen ("class.")) == 0)
          return kt_error_new ((KtErrorCode) code, NULL, "test");
      g_error ("%s: there is no such class", key);
    }
  return kt_error_new (KT_ERROR_INTERNAL, g_intern_string (key), "test");
}

static void
test_every_row (void)
{
  g_autofree const char **keys = rsp_explain_keys ();
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);

  for (gsize i = 0; keys[i] != NULL; i++)
    {
      g_autoptr (GError) error = error_for (keys[i]);
      g_autoptr (RspAdvice) advice = rsp_explain (error);
      g_autofree char *text = rsp_advice_text (advice);

      if (!g_hash_table_add (seen, (gpointer) keys[i]))
        g_error ("%s stands twice", keys[i]);
      g_assert_true (rsp_explain_knows (keys[i]));
      g_assert_cmpstr (advice->key, ==, keys[i]);
      assert_sentence (keys[i], advice->what);
      assert_sentence (keys[i], advice->what_to_do);
      g_assert_true (g_str_has_prefix (text, advice->what));
      g_assert_nonnull (strstr (text, advice->what_to_do));
      /* what a person cannot do alone comes with a number for those who help, if it says so */
      if (strstr (advice->what_to_do, "code shown here") != NULL)
        g_assert_true (advice->code != NULL || g_str_has_prefix (keys[i], "install.")
                       || g_str_has_prefix (keys[i], "chip.")
                       || g_str_has_prefix (keys[i], "server.")
                       || g_str_has_prefix (keys[i], "class."));
    }
  g_assert_cmpuint (g_hash_table_size (seen), >, 100);
}

/* Every class has a row: there is always an answer. */
static void
test_every_class (void)
{
  for (int code = 0; code <= KT_ERROR_INTERNAL; code++)
    {
      g_autoptr (GError) plain = kt_error_new ((KtErrorCode) code, NULL, "test");
      g_autoptr (GError) unknown = kt_error_new ((KtErrorCode) code, "no.such-key", "test");
      g_autoptr (RspAdvice) advice = rsp_explain (plain);
      g_autoptr (RspAdvice) again = rsp_explain (unknown);
      g_autofree char *key = g_strconcat ("class.", kt_error_code_name ((KtErrorCode) code), NULL);

      g_assert_cmpstr (advice->key, ==, key);
      g_assert_cmpstr (again->key, ==, key);
    }
}

/* ---- the sources: is there a row for every key? ---- */

static gboolean
looks_like_key (const char *text)
{
  return g_regex_match_simple ("^[a-z0-9-]+\\.[a-z0-9-]+$", text, 0, 0);
}

/* The text of a string literal that begins at @p (a quotation mark); @end is set behind it. */
static char *
dup_literal (const char *p, const char **end)
{
  const char *start = ++p;

  while (*p != '\0' && *p != '"')
    p += p[0] == '\\' && p[1] != '\0' ? 2 : 1;
  *end = *p == '"' ? p + 1 : p;
  return g_strndup (start, (gsize) (p - start));
}

static void
need_row (const char *file, const char *key, guint *missing)
{
  if (rsp_explain_knows (key))
    return;
  g_test_message ("%s: \"%s\" has no sentence", file, key);
  (*missing)++;
}

/* Literals in argument @wanted (from 0) of the call whose list begins at @p, behind the bracket. */
static void
check_call (const char *file, const char *p, guint wanted, guint *missing, guint *calls)
{
  guint depth = 0;
  guint argument = 0;

  (*calls)++;
  while (*p != '\0' && argument <= wanted)
    {
      if (*p == '"')
        {
          g_autofree char *text = dup_literal (p, &p);

          if (argument == wanted && (looks_like_key (text) || strchr (text, ' ') == NULL))
            need_row (file, text, missing);
          continue;
        }
      if (*p == '(')
        depth++;
      else if (*p == ')' && depth-- == 0)
        return;
      else if (*p == ',' && depth == 0)
        argument++;
      p++;
    }
}

static void
check_calls (const char *file, const char *source, const char *function, guint wanted,
             guint *missing, guint *calls)
{
  gsize len = strlen (function);

  for (const char *p = strstr (source, function); p != NULL; p = strstr (p + len, function))
    check_call (file, p + len, wanted, missing, calls);
}

/* Keys also stand in tables and assignments: whatever has the form of one, in a family of ours. */
static void
check_literals (const char *file, const char *source, GHashTable *families, guint *missing)
{
  const char *p = source;

  while (*p != '\0')
    {
      if (*p == '\'' && p[1] != '\0')
        p += p[1] == '\\' ? 4 : 3;
      else if (*p == '"')
        {
          g_autofree char *text = dup_literal (p, &p);
          g_auto (GStrv) parts = looks_like_key (text) ? g_strsplit (text, ".", 2) : NULL;

          if (parts != NULL && g_hash_table_contains (families, parts[0])
              && strcmp (parts[1], "h") != 0)
            need_row (file, text, missing);
        }
      else
        p++;
    }
}

static char *
without_comments (const char *source)
{
  g_autoptr (GRegex) regex = g_regex_new ("/\\*.*?\\*/", G_REGEX_DOTALL, 0, NULL);

  return g_regex_replace_literal (regex, source, -1, 0, " ", 0, NULL);
}

static GHashTable *
known_families (void)
{
  g_autofree const char **keys = rsp_explain_keys ();
  GHashTable *families = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (gsize i = 0; keys[i] != NULL; i++)
    if (looks_like_key (keys[i]))
      {
        g_auto (GStrv) parts = g_strsplit (keys[i], ".", 2);

        g_hash_table_add (families, g_steal_pointer (&parts[0]));
        g_free (parts[1]);
        parts[1] = NULL;
      }
  return families;
}

static void
check_room (const char *sources, const char *room, GHashTable *families, guint *missing,
            guint *calls)
{
  g_autofree char *path = g_build_filename (sources, room, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GDir) dir = g_dir_open (path, 0, &error);
  const char *name;

  g_assert_no_error (error);
  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *file = g_build_filename (path, name, NULL);
      g_autofree char *text = NULL;
      g_autofree char *source = NULL;

      if (!g_str_has_suffix (name, ".c") || g_str_has_prefix (name, "rsp-sentences"))
        continue;
      g_file_get_contents (file, &text, NULL, &error);
      g_assert_no_error (error);
      source = without_comments (text);
      check_calls (name, source, "kt_error_set (", 2, missing, calls);
      check_calls (name, source, "kt_error_new (", 1, missing, calls);
      check_literals (name, source, families, missing);
    }
}

static void
test_sources (void)
{
  const char *sources = g_getenv ("KT_TEST_SOURCES");
  g_autoptr (GHashTable) families = known_families ();
  guint missing = 0;
  guint calls = 0;

  if (sources == NULL)
    {
      g_test_skip ("no sources");
      return;
    }
  for (gsize i = 0; i < G_N_ELEMENTS (rooms); i++)
    check_room (sources, rooms[i], families, &missing, &calls);
  g_assert_cmpuint (calls, >, 100);
  g_assert_cmpuint (missing, ==, 0);
}

/* The scanner of this test must itself see what it is for. */
static void
test_scanner (void)
{
  guint missing = 0;
  guint calls = 0;

  check_calls ("-", "kt_error_set (error, (A) f (1, \"x.y\"), \"no.such\", \"%s\", \"b.c\")",
               "kt_error_set (", 2, &missing, &calls);
  g_assert_cmpuint (calls, ==, 1);
  g_assert_cmpuint (missing, ==, 1);
  check_calls ("-", "kt_error_set (e, C, NULL, \"a.b\");"
                    "kt_error_set (e, C, x ? \"p.q\" : \"net.http\", \"\")",
               "kt_error_set (", 2, &missing, &calls);
  g_assert_cmpuint (calls, ==, 3);
  g_assert_cmpuint (missing, ==, 2);
}

/* ---- which row, which number, which detail ---- */

static GError *
server_error (const char *subject, const char *reason)
{
  GError *error = kt_error_new (KT_ERROR_SERVER_REFUSED, "server.refused", "test");

  kt_error_detail (error)->subject = g_strdup (subject);
  kt_error_detail (error)->reason = g_strdup (reason);
  return error;
}

static void
test_example (void)
{
  g_autoptr (GError) error = server_error ("8.2.6", "3.8");
  g_autoptr (RspAdvice) advice = rsp_explain (error);
  g_autofree char *text = rsp_advice_text (advice);

  g_assert_cmpstr (text, ==,
                   "The operator did not accept this code. It may be mistyped or already used. "
                   "Check it, or ask the shop for a new one. (8.2.6 – 3.8)");
  g_assert_cmpint (advice->actor, ==, RSP_ACTOR_SHOP);
  g_assert_cmpstr (advice->detail, ==, "Matching ID – Refused");
}

/*
 * What must hold: 3.1 and 3.10, 4.1 and 4.10 are different reasons, so that an order that has
 * expired and one that is tied to another chip are explained.
 */
static void
test_peer_reasons (void)
{
  static const struct
  {
    const char *subject;
    const char *reason;
    const char *key;
  } rows[] = {
    { "8.1.1", "3.10", "8.1.1/3.10" }, { "8.1.1", "3.1", "server.refused" },
    { "8.2.1", "3.10", "8.2.1/3.10" }, { "8.2.1", "3.1", "server.refused" },
    { "8.2.6", "3.10", "8.2.6/3.10" }, { "8.2.6", "3.1", "server.refused" },
    { "8.8", "3.10", "8.8/3.10" },     { "8.8", "3.1", "server.refused" },
    { "8.8.5", "4.10", "8.8.5/4.10" }, { "8.8.5", "4.1", "server.refused" },
    { "8.2.1", "3.9", "8.2.1/3.9" },   { "8.2.10", "3.10", "server.refused" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) error = server_error (rows[i].subject, rows[i].reason);
      g_autoptr (RspAdvice) advice = rsp_explain (error);

      g_test_message ("%s/%s", rows[i].subject, rows[i].reason);
      g_assert_cmpstr (advice->key, ==, rows[i].key);
    }
}

/* What must hold: 8.2/1.2 is "not released yet", a code that stays valid; not "revoked". */
static void
test_peer_not_revoked (void)
{
  g_autoptr (GError) error = server_error ("8.2", "1.2");
  g_autoptr (RspAdvice) advice = rsp_explain (error);

  g_assert_nonnull (strstr (advice->what, "not released"));
  g_assert_nonnull (strstr (advice->what_to_do, "stays valid"));
  g_assert_null (strstr (advice->what, "revoked"));
}

/* Every pair of SGP.22 sections 5.6 and 5.8 that a download can meet. */
static void
test_pairs_of_a_download (void)
{
  static const char *const pairs[] = {
    "8.8.1/3.8",  "8.8.2/3.1",  "8.8.4/3.7",  "8.8.3/3.1",  "8.1.2/6.1",  "8.1.2/6.3", "8.1.3/6.1",
    "8.1.3/6.3",  "8.1/6.1",    "8.2/1.2",    "8.2.6/3.8",  "8.1.1/3.8",  "8.2.5/4.3", "8.1/4.8",
    "8.8.5/4.10", "8.8.5/6.4",  "8.10.1/3.9", "8.11.1/3.9", "8.2.7/2.2",  "8.2.7/3.8", "8.2.7/6.4",
    "8.2/3.7",    "8.8/3.10",   "8.9.1/3.8",  "8.9.2/3.1",  "8.9.3/3.1",  "8.9.4/3.7", "8.9.5/3.9",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (pairs); i++)
    {
      g_test_message ("%s", pairs[i]);
      g_assert_true (rsp_explain_knows (pairs[i]));
    }
}

static void
test_server_words (void)
{
  g_autoptr (GError) error = server_error ("9.9", "7.7");
  g_autoptr (GError) half = server_error (NULL, "3.8");
  g_autoptr (GError) silent = kt_error_new (KT_ERROR_SERVER_REFUSED, "server.refused", "test");
  g_autoptr (RspAdvice) advice = NULL;
  g_autoptr (RspAdvice) half_advice = rsp_explain (half);
  g_autoptr (RspAdvice) silent_advice = rsp_explain (silent);

  kt_error_detail (error)->subject_id = g_strdup ("abc");
  kt_error_detail (error)->server_message = g_strdup ("no way");
  advice = rsp_explain (error);
  g_assert_cmpstr (advice->key, ==, "server.refused");
  g_assert_cmpstr (advice->code, ==, "9.9 – 7.7");
  g_assert_cmpstr (advice->detail, ==, "unknown subject – unknown reason: abc: no way");
  g_assert_cmpstr (half_advice->code, ==, "? – 3.8");
  g_assert_null (silent_advice->code);
  g_assert_null (silent_advice->detail);
}

static void
test_install (void)
{
  static const struct
  {
    int reason;
    int status;
    const char *key;
    const char *code;
  } rows[] = {
    { 12, -1, "install.profile-element", "install 12" },
    { 12, 0, "install.profile-element", "install 12 – 0" },
    { 12, 1, "install.element-unsupported", "install 12 – 1" },
    { 12, 2, "install.element-memory", "install 12 – 2" },
    { 12, 3, "install.element-values", "install 12 – 3" },
    { 12, 4, "install.element-memory", "install 12 – 4" },
    { 12, 5, "install.element-values", "install 12 – 5" },
    { 12, 6, "install.element-values", "install 12 – 6" },
    { 12, 7, "install.element-unsupported", "install 12 – 7" },
    { 12, 8, "install.element-unsupported", "install 12 – 8" },
    { 12, 9, "install.element-unsupported", "install 12 – 9" },
    { 12, 10, "install.element-unsupported", "install 12 – 10" },
    { 12, 11, "install.element-values", "install 12 – 11" },
    { 12, 31, "install.element-unsupported", "install 12 – 31" },
    { 12, 99, "install.profile-element", "install 12 – 99" },
    { 10, -1, "install.profile-element", "install 10" },
    { 10, 4, "install.profile-element", "install 10 – 4" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) error
          = kt_error_new (KT_ERROR_INSTALL_FAILED, "install.profile-element", "test");
      KtErrorDetail *detail = kt_error_detail (error);
      g_autoptr (RspAdvice) advice = NULL;

      detail->bpp_command = 5;
      detail->bpp_reason = rows[i].reason;
      detail->pe_status = rows[i].status;
      detail->pe_id = 7;
      advice = rsp_explain (error);
      g_assert_cmpstr (advice->key, ==, rows[i].key);
      g_assert_cmpstr (advice->code, ==, rows[i].code);
      g_assert_nonnull (strstr (advice->detail, "at loadProfileElements"));
      g_assert_nonnull (strstr (advice->detail, ", element 7"));
    }
}

static void
test_codes (void)
{
  g_autoptr (GError) sw = NULL;
  g_autoptr (GError) chip = kt_error_new (KT_ERROR_CHIP_REFUSED, "chip.busy", "test");
  g_autoptr (GError) pcsc = kt_error_new (KT_ERROR_NO_READER, "pcsc.no-reader", "test");
  g_autoptr (GError) http = kt_error_new (KT_ERROR_HTTP_STATUS, "net.http", "test");
  g_autoptr (GError) tls = kt_error_new (KT_ERROR_TLS, "tls.wrong-host", "test");
  g_autoptr (GError) typed = kt_error_new (KT_ERROR_INVALID_INPUT, "code.server", "test");
  g_autoptr (RspAdvice) advice = NULL;

  kt_error_set_sw (&sw, 0x6A82, "SELECT");
  advice = rsp_explain (sw);
  g_assert_cmpstr (advice->code, ==, "SW 6A82");
  g_clear_pointer (&advice, rsp_advice_free);

  kt_error_detail (chip)->function = RSP_TAG_ENABLE_PROFILE;
  kt_error_detail (chip)->result = 5;
  advice = rsp_explain (chip);
  g_assert_cmpstr (advice->code, ==, "EnableProfile 5");
  g_assert_cmpstr (advice->detail, ==, "catBusy");
  g_clear_pointer (&advice, rsp_advice_free);

  kt_error_detail (pcsc)->pcsc = 0x8010002E;
  advice = rsp_explain (pcsc);
  g_assert_cmpstr (advice->code, ==, "PC/SC 8010002E");
  g_clear_pointer (&advice, rsp_advice_free);

  kt_error_detail (http)->http_status = 503;
  advice = rsp_explain (http);
  g_assert_cmpstr (advice->code, ==, "HTTP 503");
  g_clear_pointer (&advice, rsp_advice_free);

  advice = rsp_explain (tls);
  g_assert_cmpstr (advice->code, ==, "tls.wrong-host");
  g_clear_pointer (&advice, rsp_advice_free);

  /* a person who mistyped needs no number */
  advice = rsp_explain (typed);
  g_assert_null (advice->code);
}

static void
test_attempts (void)
{
  static const struct
  {
    int left;
    const char *tail;
  } rows[] = { { 0, " No try is left." }, { 1, " 1 try is left." }, { 3, " 3 tries are left." } };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) error
          = kt_error_new (KT_ERROR_CONFIRMATION_CODE, "confirmation.wrong", "test");
      g_autoptr (RspAdvice) advice = NULL;

      kt_error_detail (error)->attempts_left = rows[i].left;
      advice = rsp_explain (error);
      g_assert_true (g_str_has_suffix (advice->what_to_do, rows[i].tail));
    }
}

static void
test_foreign_errors (void)
{
  g_autoptr (GError) cancelled = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED, "x");
  g_autoptr (GError) other = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_FAILED, "x");
  g_autoptr (RspAdvice) stopped = rsp_explain (cancelled);
  g_autoptr (RspAdvice) failed = rsp_explain (other);
  g_autofree char *text = rsp_advice_text (failed);

  g_assert_cmpstr (stopped->key, ==, "cancelled");
  g_assert_cmpstr (failed->key, ==, "class.internal");
  g_assert_null (failed->code);
  g_assert_false (g_str_has_suffix (text, ")"));
  rsp_advice_free (NULL);
}

static void
test_names (void)
{
  g_assert_cmpstr (rsp_actor_name (RSP_ACTOR_NOBODY), ==, "nobody");
  g_assert_cmpstr (rsp_actor_name (RSP_ACTOR_YOU), ==, "you");
  g_assert_cmpstr (rsp_actor_name (RSP_ACTOR_SHOP), ==, "shop");
  g_assert_cmpstr (rsp_actor_name (RSP_ACTOR_OPERATOR), ==, "operator");
  g_assert_cmpstr (rsp_actor_name ((RspActor) 99), ==, "nobody");
  g_assert_false (rsp_explain_knows (NULL));
  g_assert_false (rsp_explain_knows (""));
  g_assert_false (rsp_explain_knows ("tls."));
  g_assert_true (rsp_explain_knows ("8.2.6/3.8"));
}

int
main (int argc, char **argv)
{
  /* the sentences themselves, not a translation of them */
  g_setenv ("LC_ALL", "C.UTF-8", TRUE);
  g_setenv ("LANGUAGE", "C", TRUE);
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/rsp/explain/every-row", test_every_row);
  g_test_add_func ("/rsp/explain/every-class", test_every_class);
  g_test_add_func ("/rsp/explain/scanner", test_scanner);
  g_test_add_func ("/rsp/explain/sources", test_sources);
  g_test_add_func ("/rsp/explain/example", test_example);
  g_test_add_func ("/rsp/explain/pairs-of-a-download", test_pairs_of_a_download);
  g_test_add_func ("/rsp/explain/server-words", test_server_words);
  g_test_add_func ("/rsp/explain/install", test_install);
  g_test_add_func ("/rsp/explain/codes", test_codes);
  g_test_add_func ("/rsp/explain/attempts", test_attempts);
  g_test_add_func ("/rsp/explain/foreign-errors", test_foreign_errors);
  g_test_add_func ("/rsp/explain/names", test_names);
  g_test_add_func ("/peer/1g-reasons-3.1-and-3.10", test_peer_reasons);
  g_test_add_func ("/peer/1g-not-released-is-not-revoked", test_peer_not_revoked);

  return g_test_run ();
}
