/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-lab"

#include "lab-store.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>

#include "kt-bytes.h"
#include "kt-error.h"
#include "lab-cipher.h"
#include "lab-folder-lock.h"
#include "lab-store-private.h"

#define SCHEMA_VERSION 1
#define DATABASE "smdp.sqlite"
#define KEY_FILE "smdp.key"

static const char schema[]
    = "CREATE TABLE orders ("
      "  iccid TEXT PRIMARY KEY,"
      "  state TEXT NOT NULL,"
      "  profile_type TEXT NOT NULL,"
      "  requester TEXT NOT NULL,"
      "  metadata BLOB NOT NULL,"
      "  upp BLOB NOT NULL,"
      "  subscription BLOB,"
      "  eid TEXT,"
      "  matching_id TEXT,"
      "  cc_hash BLOB,"
      "  cc_failures INTEGER NOT NULL,"
      "  downloads INTEGER NOT NULL,"
      "  smds TEXT,"
      "  lifetime INTEGER NOT NULL,"
      "  expires INTEGER NOT NULL,"
      "  retained BLOB,"
      "  retained_otpk BLOB"
      ") STRICT;"
      "CREATE UNIQUE INDEX matching ON orders (matching_id) WHERE matching_id <> '';"
      "CREATE TABLE bindings ("
      "  transaction_id BLOB PRIMARY KEY,"
      "  iccid TEXT NOT NULL REFERENCES orders (iccid),"
      "  eid TEXT NOT NULL,"
      "  euicc_cert BLOB NOT NULL"
      ") STRICT;"
      "CREATE TABLE events ("
      "  id INTEGER PRIMARY KEY,"
      "  time INTEGER NOT NULL,"
      "  iccid TEXT NOT NULL,"
      "  kind TEXT NOT NULL,"
      "  text TEXT"
      ") STRICT;";

gboolean
lab_store_failed (LabStore *store, GError **error)
{
  return kt_error_set (error, KT_ERROR_STORAGE, "smdp.store", "database: %s",
                       sqlite3_errmsg (store->db));
}

sqlite3_stmt *
lab_store_prepare (LabStore *store, const char *sql, GError **error)
{
  sqlite3_stmt *statement = NULL;

  if (sqlite3_prepare_v2 (store->db, sql, -1, &statement, NULL) != SQLITE_OK)
    {
      lab_store_failed (store, error);
      return NULL;
    }
  return statement;
}

gboolean
lab_store_run (LabStore *store, sqlite3_stmt *statement, GError **error)
{
  int code = sqlite3_step (statement);
  gboolean ok = code == SQLITE_DONE || lab_store_failed (store, error);

  sqlite3_finalize (statement);
  return ok;
}

void
lab_store_bind_text (sqlite3_stmt *statement, int index, const char *text)
{
  sqlite3_bind_text (statement, index, text, -1, SQLITE_TRANSIENT);
}

void
lab_store_bind_bytes (sqlite3_stmt *statement, int index, GBytes *bytes)
{
  if (bytes == NULL)
    sqlite3_bind_null (statement, index);
  else
    sqlite3_bind_blob (statement, index, g_bytes_get_data (bytes, NULL),
                       (int) g_bytes_get_size (bytes), SQLITE_TRANSIENT);
}

char *
lab_store_dup_text (sqlite3_stmt *statement, int column)
{
  return g_strdup ((const char *) sqlite3_column_text (statement, column));
}

GBytes *
lab_store_dup_bytes (sqlite3_stmt *statement, int column)
{
  gconstpointer data = sqlite3_column_blob (statement, column);

  if (sqlite3_column_type (statement, column) == SQLITE_NULL)
    return NULL;
  return g_bytes_new (data, (gsize) sqlite3_column_bytes (statement, column));
}

static char *
place_of (const char *iccid, const char *column)
{
  return g_strconcat (column, "/", iccid, NULL);
}

void
lab_store_bind_secret (LabStore *store, sqlite3_stmt *statement, int index, const char *iccid,
                       const char *column, GBytes *plain)
{
  g_autofree char *place = place_of (iccid, column);
  g_autoptr (GBytes) sealed = NULL;

  if (plain != NULL)
    sealed = lab_gcm_seal (store->key, store->env, (const guint8 *) place, strlen (place),
                           g_bytes_get_data (plain, NULL), g_bytes_get_size (plain));
  lab_store_bind_bytes (statement, index, sealed);
}

gboolean
lab_store_open_secret (LabStore *store, sqlite3_stmt *statement, int index, const char *iccid,
                       const char *column, GBytes **plain, GError **error)
{
  g_autofree char *place = place_of (iccid, column);
  g_autoptr (GBytes) sealed = lab_store_dup_bytes (statement, index);

  *plain = NULL;
  if (sealed == NULL)
    return TRUE;
  *plain = lab_gcm_open (store->key, (const guint8 *) place, strlen (place), sealed, NULL);
  if (*plain == NULL)
    return kt_error_set (error, KT_ERROR_STORAGE, "smdp.key",
                         "the store was sealed with another key, or altered");
  return TRUE;
}

/* ---- opening ---- */

static gboolean
read_key (LabStore *store, const char *path, GError **error)
{
  g_autoptr (GError) local = NULL;
  g_autofree char *text = NULL;
  gsize len;

  if (!g_file_get_contents (path, &text, &len, &local))
    return kt_error_set (error, KT_ERROR_STORAGE, "smdp.key", "%s", local->message);
  if (len == sizeof store->key)
    memcpy (store->key, text, len);
  kt_wipe (text, len);
  if (len != sizeof store->key)
    return kt_error_set (error, KT_ERROR_STORAGE, "smdp.key", "the key file has %zu bytes", len);
  return TRUE;
}

static gboolean
prepare_key (LabStore *store, const char *dir, gboolean fresh, GError **error)
{
  g_autofree char *path = g_build_filename (dir, KEY_FILE, NULL);
  g_autoptr (GError) local = NULL;

  if (g_file_test (path, G_FILE_TEST_EXISTS))
    return read_key (store, path, error);
  /* A new key beside an old store would only hide that the old one is lost. */
  if (!fresh)
    return kt_error_set (error, KT_ERROR_STORAGE, "smdp.key", "the store's key file is gone");
  kt_env_random (store->env, store->key, sizeof store->key);
  if (!g_file_set_contents_full (path, (const char *) store->key, sizeof store->key,
                                 G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE,
                                 0600, &local))
    return kt_error_set (error, KT_ERROR_STORAGE, "smdp.key", "%s", local->message);
  return TRUE;
}

static gboolean
execute (LabStore *store, const char *sql, GError **error)
{
  return sqlite3_exec (store->db, sql, NULL, NULL, NULL) == SQLITE_OK
         || lab_store_failed (store, error);
}

static int
schema_version (LabStore *store, GError **error)
{
  sqlite3_stmt *statement = lab_store_prepare (store, "PRAGMA user_version", error);
  int version = -1;

  if (statement == NULL)
    return -1;
  if (sqlite3_step (statement) == SQLITE_ROW)
    version = sqlite3_column_int (statement, 0);
  else
    lab_store_failed (store, error);
  sqlite3_finalize (statement);
  return version;
}

static gboolean
prepare_schema (LabStore *store, GError **error)
{
  g_autofree char *create = NULL;
  int version;

  /* FULL: a state that a client has been told must survive a power cut. */
  if (!execute (store, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
                       "PRAGMA foreign_keys = ON; PRAGMA secure_delete = ON;",
                error))
    return FALSE;
  version = schema_version (store, error);
  if (version < 0 || version == SCHEMA_VERSION)
    return version == SCHEMA_VERSION;
  if (version != 0)
    return kt_error_set (error, KT_ERROR_STORAGE, "smdp.store",
                         "the store is of version %d, which this program does not know", version);
  create = g_strdup_printf ("BEGIN; %s PRAGMA user_version = %d; COMMIT;", schema,
                            SCHEMA_VERSION);
  return execute (store, create, error);
}

static gboolean
open_database (LabStore *store, const char *path, GError **error)
{
  if (sqlite3_open (path, &store->db) != SQLITE_OK)
    return lab_store_failed (store, error);
  sqlite3_busy_timeout (store->db, 5000);
  return TRUE;
}

static gboolean
open_folder (LabStore *store, const char *dir, GError **error)
{
  g_autofree char *path = g_build_filename (dir, DATABASE, NULL);
  g_autoptr (LabFolderLock) lock = NULL;
  gboolean fresh;

  if (g_mkdir_with_parents (dir, 0700) != 0)
    return kt_error_set (error, KT_ERROR_STORAGE, "smdp.store", "state folder: %s",
                         g_strerror (errno));
  /* The server and the back office may both begin in an empty folder. */
  lock = lab_folder_lock (dir, error);
  if (lock == NULL)
    return FALSE;
  fresh = !g_file_test (path, G_FILE_TEST_EXISTS);
  if (!prepare_key (store, dir, fresh, error) || !open_database (store, path, error))
    return FALSE;
  if (g_chmod (path, 0600) != 0)
    return kt_error_set (error, KT_ERROR_STORAGE, "smdp.store", "state folder: %s",
                         g_strerror (errno));
  return prepare_schema (store, error);
}

static gboolean
open_memory (LabStore *store, GError **error)
{
  kt_env_random (store->env, store->key, sizeof store->key);
  return open_database (store, ":memory:", error) && prepare_schema (store, error);
}

LabStore *
lab_store_open (const char *dir, const KtEnv *env, GError **error)
{
  g_autoptr (LabStore) store = NULL;

  g_return_val_if_fail (env != NULL, NULL);

  store = g_new0 (LabStore, 1);
  store->env = env;
  if (!(dir != NULL ? open_folder (store, dir, error) : open_memory (store, error)))
    return NULL;
  return g_steal_pointer (&store);
}

void
lab_store_close (LabStore *store)
{
  if (store == NULL)
    return;
  sqlite3_close (store->db);
  kt_wipe (store, sizeof *store);
  g_free (store);
}

gboolean
lab_store_begin (LabStore *store, GError **error)
{
  g_return_val_if_fail (store != NULL, FALSE);

  if (store->depth == 0)
    {
      if (!execute (store, "BEGIN IMMEDIATE", error))
        return FALSE;
      store->doomed = FALSE;
    }
  store->depth++;
  return TRUE;
}

gboolean
lab_store_end (LabStore *store, gboolean keep, GError **error)
{
  g_return_val_if_fail (store != NULL && store->depth > 0, FALSE);

  store->doomed |= !keep;
  if (--store->depth > 0)
    return TRUE;
  if (!store->doomed && execute (store, "COMMIT", error))
    return TRUE;
  if (!sqlite3_get_autocommit (store->db))
    execute (store, "ROLLBACK", NULL);
  return store->doomed;
}
