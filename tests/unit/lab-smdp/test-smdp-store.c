/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kt-bytes.h"
#include "kt-error.h"
#include "lab-store.h"

#include <glib/gstdio.h>
#include <sqlite3.h>
#include <string.h>

typedef struct
{
  KtEnv *env;
  char *dir;
  LabStore *store;
} Fixture;

static LabStore *
open_store (Fixture *fixture)
{
  g_autoptr (GError) error = NULL;
  LabStore *store = lab_store_open (fixture->dir, fixture->env, &error);

  g_assert_no_error (error);
  return store;
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->env = kt_env_new_seeded (1, G_GINT64_CONSTANT (1900000000) * G_USEC_PER_SEC);
  fixture->dir = g_dir_make_tmp ("kt-store-XXXXXX", NULL);
  fixture->store = open_store (fixture);
}

static void
remove_tree (const char *path)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *child = g_build_filename (path, name, NULL);

      remove_tree (child);
    }
  g_remove (path);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_clear_pointer (&fixture->store, lab_store_close);
  remove_tree (fixture->dir);
  g_free (fixture->dir);
  kt_env_free_seeded (fixture->env);
}

static LabOrder *
sample (const char *iccid)
{
  LabOrder *order = lab_order_new ();

  order->iccid = g_strdup (iccid);
  order->state = LAB_ORDER_AVAILABLE;
  order->profile_type = g_strdup ("consumer");
  order->requester = g_strdup ("1.2.3");
  order->metadata = g_bytes_new_static ("META", 4);
  order->upp = g_bytes_new_static ("PACKAGE-IN-THE-CLEAR", 20);
  order->subscription = g_bytes_new_static ("K-IN-THE-CLEAR", 14);
  return order;
}

static void
add (Fixture *fixture, const LabOrder *order)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (lab_store_add (fixture->store, order, &error));
  g_assert_no_error (error);
}

static LabOrder *
load (LabStore *store, const char *iccid)
{
  g_autoptr (GError) error = NULL;
  LabOrder *order;

  g_assert_true (lab_store_load (store, iccid, &order, &error));
  g_assert_no_error (error);
  return order;
}

static void
test_round (Fixture *fixture, gconstpointer data)
{
  g_autoptr (LabOrder) order = sample ("8999901000000000002");
  g_autoptr (LabOrder) read = NULL;
  g_autoptr (LabOrder) absent = NULL;
  g_autoptr (LabOrder) duplicate = sample ("8999901000000000002");
  g_autoptr (GError) error = NULL;

  add (fixture, order);
  order->state = LAB_ORDER_DOWNLOADED;
  order->eid = g_strdup ("89049032123451234512345678901235");
  order->matching_id = g_strdup ("ABC");
  order->cc_hash = g_bytes_new_static ("HASH-IN-THE-CLEAR", 17);
  order->cc_failures = 2;
  order->downloads = 3;
  order->smds = g_strdup ("ds.example.com");
  order->lifetime = 77;
  order->expires = 1900000077;
  order->retained = g_bytes_new_static ("OTSK-IN-THE-CLEAR", 17);
  order->retained_otpk = g_bytes_new_static ("OTPK", 4);
  g_assert_true (lab_store_save (fixture->store, order, &error));
  g_clear_pointer (&fixture->store, lab_store_close);
  fixture->store = open_store (fixture);
  read = load (fixture->store, "8999901000000000002");
  g_assert_cmpint (read->state, ==, LAB_ORDER_DOWNLOADED);
  g_assert_cmpstr (read->profile_type, ==, "consumer");
  g_assert_cmpstr (read->requester, ==, "1.2.3");
  g_assert_true (g_bytes_equal (read->metadata, order->metadata));
  g_assert_true (g_bytes_equal (read->upp, order->upp));
  g_assert_true (g_bytes_equal (read->subscription, order->subscription));
  g_assert_cmpstr (read->eid, ==, order->eid);
  g_assert_cmpstr (read->matching_id, ==, "ABC");
  g_assert_true (read->has_code);
  g_assert_true (g_bytes_equal (read->cc_hash, order->cc_hash));
  g_assert_cmpuint (read->cc_failures, ==, 2);
  g_assert_cmpuint (read->downloads, ==, 3);
  g_assert_cmpstr (read->smds, ==, "ds.example.com");
  g_assert_cmpint (read->lifetime, ==, 77);
  g_assert_cmpint (read->expires, ==, 1900000077);
  g_assert_true (g_bytes_equal (read->retained, order->retained));
  g_assert_true (g_bytes_equal (read->retained_otpk, order->retained_otpk));
  absent = load (fixture->store, "8999901000000000010");
  g_assert_null (absent);
  g_assert_false (lab_store_add (fixture->store, duplicate, &error));
  g_assert_error (error, KT_ERROR, KT_ERROR_INVALID_INPUT);
  g_assert_cmpstr (kt_error_key (error), ==, "smdp.duplicate");
}

static void
test_finding (Fixture *fixture, gconstpointer data)
{
  static const char eid[] = "89049032123451234512345678901235";
  g_autoptr (LabOrder) first = sample ("8999901000000000002");
  g_autoptr (LabOrder) second = sample ("8999901000000000010");
  g_autoptr (LabOrder) found = NULL;
  gboolean known, mine;

  first->matching_id = g_strdup ("ABC");
  second->matching_id = g_strdup ("");
  second->eid = g_strdup (eid);
  second->state = LAB_ORDER_RELEASED;
  add (fixture, first);
  add (fixture, second);
  g_assert_true (lab_store_find_matching (fixture->store, "ABC", &found, NULL));
  g_assert_cmpstr (found->iccid, ==, first->iccid);
  g_clear_pointer (&found, lab_order_free);
  g_assert_true (lab_store_find_matching (fixture->store, "abc", &found, NULL));
  g_assert_null (found);
  g_assert_true (lab_store_find_matching (fixture->store, "", &found, NULL));
  g_assert_null (found);
  g_assert_true (lab_store_find_for_eid (fixture->store, eid, &found, NULL));
  g_assert_cmpstr (found->iccid, ==, second->iccid);
  g_clear_pointer (&found, lab_order_free);
  g_assert_true (lab_store_find_stock (fixture->store, "consumer", "1.2.3", &found, NULL));
  g_assert_cmpstr (found->iccid, ==, first->iccid);
  g_clear_pointer (&found, lab_order_free);
  g_assert_true (lab_store_find_stock (fixture->store, "consumer", "9.9", &found, NULL));
  g_assert_null (found);
  g_assert_true (
      lab_store_knows_type (fixture->store, "consumer", "9.9", &known, &mine, NULL));
  g_assert_true (known);
  g_assert_false (mine);
  g_assert_true (
      lab_store_knows_type (fixture->store, "consumer", "1.2.3", &known, &mine, NULL));
  g_assert_true (mine);
  g_assert_true (lab_store_knows_type (fixture->store, "iot", "1.2.3", &known, &mine, NULL));
  g_assert_false (known);
}

static gboolean
files_contain (const char *dir, const char *needle)
{
  g_autoptr (GDir) folder = g_dir_open (dir, 0, NULL);
  const char *name;
  gboolean found = FALSE;

  while ((name = g_dir_read_name (folder)) != NULL)
    {
      g_autofree char *path = g_build_filename (dir, name, NULL);
      g_autofree char *text = NULL;
      gsize len;

      g_assert_true (g_file_get_contents (path, &text, &len, NULL));
      found |= memmem (text, len, needle, strlen (needle)) != NULL;
    }
  return found;
}

static void
test_at_rest (Fixture *fixture, gconstpointer data)
{
  g_autoptr (LabOrder) order = sample ("8999901000000000002");
  g_autofree char *key = g_build_filename (fixture->dir, "smdp.key", NULL);
  g_autofree char *database = g_build_filename (fixture->dir, "smdp.sqlite", NULL);
  GStatBuf buffer;

  order->cc_hash = g_bytes_new_static ("HASH-IN-THE-CLEAR", 17);
  order->retained = g_bytes_new_static ("OTSK-IN-THE-CLEAR", 17);
  add (fixture, order);
  g_assert_true (files_contain (fixture->dir, "META"));
  g_assert_false (files_contain (fixture->dir, "IN-THE-CLEAR"));
  g_clear_pointer (&fixture->store, lab_store_close);
  g_assert_false (files_contain (fixture->dir, "IN-THE-CLEAR"));
  g_assert_cmpint (g_stat (key, &buffer), ==, 0);
  g_assert_cmphex (buffer.st_mode & 0777, ==, 0600);
  g_assert_cmpint (buffer.st_size, ==, 32);
  g_assert_cmpint (g_stat (database, &buffer), ==, 0);
  g_assert_cmphex (buffer.st_mode & 0777, ==, 0600);
}

static void
assert_open_fails (Fixture *fixture, const char *key)
{
  g_autoptr (GError) error = NULL;
  LabStore *store = lab_store_open (fixture->dir, fixture->env, &error);

  g_assert_null (store);
  g_assert_error (error, KT_ERROR, KT_ERROR_STORAGE);
  g_assert_cmpstr (kt_error_key (error), ==, key);
}

static gpointer
open_beside (gpointer data)
{
  const char *dir = data;
  KtEnv *env = kt_env_new_seeded (g_direct_hash (g_thread_self ()), 0);
  g_autoptr (GError) error = NULL;
  LabStore *store = lab_store_open (dir, env, &error);

  g_assert_no_error (error);
  lab_store_close (store);
  kt_env_free_seeded (env);
  return NULL;
}

/* "serve" and "order" started together: one key, one schema, nobody turned away. */
static void
test_begun_at_once (Fixture *fixture, gconstpointer data)
{
  g_autofree char *dir = g_build_filename (fixture->dir, "fresh", NULL);
  GThread *threads[4];

  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("beginner", open_beside, dir);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
}

static void
test_key_file (Fixture *fixture, gconstpointer data)
{
  g_autoptr (LabOrder) order = sample ("8999901000000000002");
  g_autoptr (LabOrder) read = NULL;
  g_autofree char *key = g_build_filename (fixture->dir, "smdp.key", NULL);
  guint8 other[32] = { 1 };
  g_autoptr (GError) error = NULL;

  add (fixture, order);
  g_clear_pointer (&fixture->store, lab_store_close);
  /* a key of the wrong length, another key, none */
  g_assert_true (g_file_set_contents (key, "short", 5, NULL));
  assert_open_fails (fixture, "smdp.key");
  g_assert_true (g_file_set_contents (key, (const char *) other, sizeof other, NULL));
  fixture->store = open_store (fixture);
  g_assert_false (lab_store_load (fixture->store, order->iccid, &read, &error));
  g_assert_error (error, KT_ERROR, KT_ERROR_STORAGE);
  g_assert_cmpstr (kt_error_key (error), ==, "smdp.key");
  g_clear_pointer (&fixture->store, lab_store_close);
  g_remove (key);
  assert_open_fails (fixture, "smdp.key");
}

static void
run_sql (Fixture *fixture, const char *sql)
{
  g_autofree char *path = g_build_filename (fixture->dir, "smdp.sqlite", NULL);
  sqlite3 *db;

  g_assert_cmpint (sqlite3_open (path, &db), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_exec (db, sql, NULL, NULL, NULL), ==, SQLITE_OK);
  sqlite3_close (db);
}

/* Sealed data moved to another row or column does not open. */
static void
test_moved_secrets (Fixture *fixture, gconstpointer data)
{
  static const char *const moves[] = {
    "UPDATE orders SET upp = (SELECT upp FROM orders WHERE iccid = '8999901000000000010') "
    "WHERE iccid = '8999901000000000002'",
    "UPDATE orders SET subscription = upp WHERE iccid = '8999901000000000002'",
  };

  for (guint i = 0; i < G_N_ELEMENTS (moves); i++)
    {
      g_autoptr (LabOrder) first = sample ("8999901000000000002");
      g_autoptr (LabOrder) second = sample ("8999901000000000010");
      g_autoptr (LabOrder) read = NULL;
      g_autoptr (GError) error = NULL;

      if (i == 0)
        {
          add (fixture, first);
          add (fixture, second);
        }
      g_clear_pointer (&fixture->store, lab_store_close);
      run_sql (fixture, moves[i]);
      fixture->store = open_store (fixture);
      g_assert_false (lab_store_load (fixture->store, first->iccid, &read, &error));
      g_assert_cmpstr (kt_error_key (error), ==, "smdp.key");
    }
}

static void
test_unknown_version (Fixture *fixture, gconstpointer data)
{
  g_clear_pointer (&fixture->store, lab_store_close);
  run_sql (fixture, "PRAGMA user_version = 99");
  assert_open_fails (fixture, "smdp.store");
}

static void
test_transactions (Fixture *fixture, gconstpointer data)
{
  g_autoptr (LabOrder) first = sample ("8999901000000000002");
  g_autoptr (LabOrder) second = sample ("8999901000000000010");
  g_autoptr (LabOrder) gone = NULL;
  g_autoptr (LabOrder) kept = NULL;

  g_assert_true (lab_store_begin (fixture->store, NULL));
  add (fixture, first);
  g_assert_true (lab_store_begin (fixture->store, NULL));
  /* the inner one fails, and takes the outer one along */
  g_assert_true (lab_store_end (fixture->store, FALSE, NULL));
  g_assert_true (lab_store_end (fixture->store, TRUE, NULL));
  gone = load (fixture->store, first->iccid);
  g_assert_null (gone);
  g_assert_true (lab_store_begin (fixture->store, NULL));
  add (fixture, second);
  g_assert_true (lab_store_end (fixture->store, TRUE, NULL));
  kept = load (fixture->store, second->iccid);
  g_assert_nonnull (kept);
}

static void
test_bindings_and_events (Fixture *fixture, gconstpointer data)
{
  g_autoptr (LabOrder) order = sample ("8999901000000000002");
  g_autoptr (GBytes) id = g_bytes_new_static ("0123456789abcdef", 16);
  g_autoptr (GBytes) other = g_bytes_new_static ("0123456789abcdee", 16);
  g_autoptr (GBytes) cert = g_bytes_new_static ("CERT", 4);
  LabBinding binding
      = { .transaction_id = id, .iccid = order->iccid, .eid = (char *) "890", .euicc_cert = cert };
  g_autoptr (LabBinding) found = NULL;
  g_autoptr (LabBinding) absent = NULL;
  g_autoptr (GPtrArray) mine = NULL;
  g_autoptr (GPtrArray) all = NULL;
  const LabStoreEvent *event;

  add (fixture, order);
  g_assert_true (lab_store_add_binding (fixture->store, &binding, NULL));
  g_assert_true (lab_store_find_binding (fixture->store, id, &found, NULL));
  g_assert_cmpstr (found->iccid, ==, order->iccid);
  g_assert_cmpstr (found->eid, ==, "890");
  g_assert_true (g_bytes_equal (found->euicc_cert, cert));
  g_assert_true (lab_store_find_binding (fixture->store, other, &absent, NULL));
  g_assert_null (absent);
  g_assert_true (lab_store_add_event (fixture->store, order->iccid, "released", NULL, NULL));
  g_assert_true (lab_store_add_event (fixture->store, "x", "deleted", "why", NULL));
  mine = lab_store_list_events (fixture->store, order->iccid, NULL);
  all = lab_store_list_events (fixture->store, NULL, NULL);
  g_assert_cmpuint (mine->len, ==, 1);
  g_assert_cmpuint (all->len, ==, 2);
  event = g_ptr_array_index (all, 1);
  g_assert_cmpstr (event->kind, ==, "deleted");
  g_assert_cmpstr (event->text, ==, "why");
  g_assert_cmpint (event->time, >=, 1900000000);
}

static void
test_state_names (void)
{
  for (int i = LAB_ORDER_AVAILABLE; i <= LAB_ORDER_UNAVAILABLE; i++)
    g_assert_cmpint (lab_order_state_parse (lab_order_state_name ((LabOrderState) i)), ==, i);
  g_assert_cmpint (lab_order_state_parse ("released"), ==, -1);
  g_assert_cmpint (lab_order_state_parse (NULL), ==, -1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, function)                                                                        \
  g_test_add ("/smdp/store/" name, Fixture, NULL, set_up, function, tear_down)
  ADD ("round", test_round);
  ADD ("finding", test_finding);
  ADD ("at-rest", test_at_rest);
  ADD ("key-file", test_key_file);
  ADD ("begun-at-once", test_begun_at_once);
  ADD ("moved-secrets", test_moved_secrets);
  ADD ("unknown-version", test_unknown_version);
  ADD ("transactions", test_transactions);
  ADD ("bindings-and-events", test_bindings_and_events);
  g_test_add_func ("/smdp/store/state-names", test_state_names);
  return g_test_run ();
}
