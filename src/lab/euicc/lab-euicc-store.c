/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-lab"

#include "lab-euicc-store.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "kt-bytes.h"
#include "kt-error.h"
#include "lab-euicc-store-private.h"

/* Raised when a table changes its meaning; another version of a database is refused. */
#define FORMAT 1

static const char schema[] =
    "CREATE TABLE value (name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;"
    "CREATE TABLE ci (id INTEGER PRIMARY KEY, cert BLOB NOT NULL, key BLOB, euicc BLOB, eum BLOB);"
    "CREATE TABLE profile (id INTEGER PRIMARY KEY, isdp BLOB NOT NULL UNIQUE,"
    "  iccid BLOB NOT NULL UNIQUE, enabled INTEGER NOT NULL, nickname TEXT, metadata BLOB NOT NULL,"
    "  dp BLOB, pkid BLOB NOT NULL, memory INTEGER NOT NULL, preloaded INTEGER NOT NULL);"
    /* An index that lets a second enabled profile fail rather than happen. */
    "CREATE UNIQUE INDEX one_enabled ON profile (enabled) WHERE enabled = 1;"
    "CREATE TABLE package (isdp BLOB PRIMARY KEY REFERENCES profile (isdp) ON DELETE CASCADE,"
    "  upp BLOB NOT NULL, state BLOB);"
    "CREATE TABLE notification (number INTEGER PRIMARY KEY, event INTEGER NOT NULL,"
    "  metadata BLOB NOT NULL, pending BLOB NOT NULL);"
    "CREATE TABLE otkey (id INTEGER PRIMARY KEY, oid TEXT NOT NULL, point BLOB NOT NULL UNIQUE,"
    "  secret BLOB NOT NULL);"
    "CREATE TABLE crl (pkid BLOB PRIMARY KEY, number INTEGER NOT NULL) WITHOUT ROWID;"
    "CREATE TABLE revoked (pkid BLOB NOT NULL REFERENCES crl (pkid) ON DELETE CASCADE,"
    "  serial BLOB NOT NULL, PRIMARY KEY (pkid, serial)) WITHOUT ROWID;";

/* The folder's lock keeps other processes out, so the journal's index may stay in memory. A commit
 * is on the disk when it returns, and a deleted profile's keys are overwritten. */
static const char pragmas[] = "PRAGMA locking_mode = EXCLUSIVE;"
                              "PRAGMA journal_mode = WAL;"
                              "PRAGMA synchronous = FULL;"
                              "PRAGMA secure_delete = ON;"
                              "PRAGMA foreign_keys = ON;";

gboolean
lab_euicc_store_failed (LabEuiccStore *store, const char *what, GError **error)
{
  return kt_error_set (error, KT_ERROR_STORAGE, "lab.storage", "%s: %s", what,
                       sqlite3_errmsg (store->db));
}

void
lab_statement_free (LabStatement *statement)
{
  sqlite3_finalize (statement);
}

LabStatement *
lab_euicc_store_prepare (LabEuiccStore *store, const char *sql, GError **error)
{
  sqlite3_stmt *statement = NULL;

  if (sqlite3_prepare_v2 (store->db, sql, -1, &statement, NULL) != SQLITE_OK)
    {
      lab_euicc_store_failed (store, "preparing a statement", error);
      return NULL;
    }
  return statement;
}

void
lab_euicc_store_bind_data (LabStatement *statement, int place, const guint8 *data, gsize len)
{
  /* A NULL pointer would bind NULL; no bytes are a value, too. */
  sqlite3_bind_blob64 (statement, place, data != NULL ? data : (const guint8 *) "", len,
                       SQLITE_STATIC);
}

void
lab_euicc_store_bind_bytes (LabStatement *statement, int place, GBytes *bytes)
{
  gsize len;
  const guint8 *data;

  if (bytes == NULL)
    {
      sqlite3_bind_null (statement, place);
      return;
    }
  data = g_bytes_get_data (bytes, &len);
  lab_euicc_store_bind_data (statement, place, data, len);
}

int
lab_euicc_store_step (LabEuiccStore *store, LabStatement *statement, GError **error)
{
  switch (sqlite3_step (statement))
    {
    case SQLITE_ROW:
      return 1;
    case SQLITE_DONE:
      return 0;
    default:
      lab_euicc_store_failed (store, "running a statement", error);
      return -1;
    }
}

gboolean
lab_euicc_store_run (LabEuiccStore *store, LabStatement *statement, GError **error)
{
  return lab_euicc_store_step (store, statement, error) >= 0;
}

GBytes *
lab_euicc_store_column (LabStatement *statement, int column)
{
  gconstpointer data;

  if (sqlite3_column_type (statement, column) == SQLITE_NULL)
    return NULL;
  data = sqlite3_column_blob (statement, column);
  return kt_secret_bytes (data, (gsize) sqlite3_column_bytes (statement, column));
}

gboolean
lab_euicc_store_copy_column (LabStatement *statement, int column, guint8 *out, gsize len,
                             GError **error)
{
  gconstpointer data = sqlite3_column_blob (statement, column);

  if (data == NULL || sqlite3_column_bytes (statement, column) != (int) len)
    return kt_error_set (error, KT_ERROR_STORAGE, "lab.storage", "the database is damaged");
  memcpy (out, data, len);
  return TRUE;
}

gboolean
lab_euicc_store_exec (LabEuiccStore *store, const char *sql, GError **error)
{
  if (sqlite3_exec (store->db, sql, NULL, NULL, NULL) != SQLITE_OK)
    return lab_euicc_store_failed (store, "changing the database", error);
  return TRUE;
}

/* ---- opening ---- */

static gboolean
file_failed (const char *what, GError **error)
{
  return kt_error_set (error, KT_ERROR_STORAGE, "lab.storage", "%s: %s", what, g_strerror (errno));
}

/* The lock belongs to the open file, so it goes with the process however that ends. */
static gboolean
lock_dir (LabEuiccStore *store, const char *dir, GError **error)
{
  g_autofree char *path = g_build_filename (dir, "lock", NULL);

  store->lock = g_open (path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (store->lock < 0)
    return file_failed ("the card's folder", error);
  if (flock (store->lock, LOCK_EX | LOCK_NB) == 0)
    return TRUE;
  if (errno == EWOULDBLOCK)
    return kt_error_set (error, KT_ERROR_CARD_BUSY, "lab.card-in-use",
                         "another program has this card open");
  return file_failed ("locking the card's folder", error);
}

/* SQLite gives its journals the mode of the database. */
static gboolean
create_file (const char *path, GError **error)
{
  int fd = g_open (path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

  if (fd < 0)
    return file_failed ("the card's database", error);
  close (fd);
  return TRUE;
}

static gboolean
read_format (LabEuiccStore *store, int *format, GError **error)
{
  g_autoptr (LabStatement) statement
      = lab_euicc_store_prepare (store, "PRAGMA user_version", error);

  if (statement == NULL || lab_euicc_store_step (store, statement, error) != 1)
    return FALSE;
  *format = sqlite3_column_int (statement, 0);
  return TRUE;
}

static gboolean
prepare_tables (LabEuiccStore *store, GError **error)
{
  g_autofree char *stamp = g_strdup_printf ("PRAGMA user_version = %d", FORMAT);
  int format;

  if (!lab_euicc_store_exec (store, pragmas, error) || !read_format (store, &format, error))
    return FALSE;
  if (format == FORMAT)
    return TRUE;
  if (format != 0)
    return kt_error_set (error, KT_ERROR_STORAGE, "lab.storage",
                         "the card's database is of another version");
  if (!lab_euicc_store_begin (store, error))
    return FALSE;
  if (lab_euicc_store_exec (store, schema, error) && lab_euicc_store_exec (store, stamp, error)
      && lab_euicc_store_commit (store, error))
    return TRUE;
  lab_euicc_store_rollback (store);
  return FALSE;
}

LabEuiccStore *
lab_euicc_store_open (const char *dir, GError **error)
{
  g_autoptr (LabEuiccStore) store = g_new0 (LabEuiccStore, 1);
  g_autofree char *path = NULL;

  store->lock = -1;
  if (dir != NULL)
    {
      if (g_mkdir_with_parents (dir, 0700) != 0)
        {
          file_failed ("the card's folder", error);
          return NULL;
        }
      path = g_build_filename (dir, "card.db", NULL);
      if (!lock_dir (store, dir, error) || !create_file (path, error))
        return NULL;
    }
  if (sqlite3_open_v2 (path != NULL ? path : ":memory:", &store->db,
                       SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_FULLMUTEX, NULL)
      != SQLITE_OK)
    {
      lab_euicc_store_failed (store, "opening the card's database", error);
      return NULL;
    }
  if (!prepare_tables (store, error))
    return NULL;
  return g_steal_pointer (&store);
}

void
lab_euicc_store_free (LabEuiccStore *store)
{
  if (store == NULL)
    return;
  sqlite3_close (store->db);
  if (store->lock >= 0)
    close (store->lock);
  g_free (store);
}

gboolean
lab_euicc_store_begin (LabEuiccStore *store, GError **error)
{
  return lab_euicc_store_exec (store, "BEGIN IMMEDIATE", error);
}

gboolean
lab_euicc_store_commit (LabEuiccStore *store, GError **error)
{
  return lab_euicc_store_exec (store, "COMMIT", error);
}

void
lab_euicc_store_rollback (LabEuiccStore *store)
{
  /* SQLite has rolled back by itself after some failures. */
  if (!sqlite3_get_autocommit (store->db))
    lab_euicc_store_exec (store, "ROLLBACK", NULL);
}

/* ---- single values ---- */

gboolean
lab_euicc_store_get (LabEuiccStore *store, const char *name, GBytes **value, GError **error)
{
  g_autoptr (LabStatement) statement
      = lab_euicc_store_prepare (store, "SELECT value FROM value WHERE name = ?", error);
  int row;

  *value = NULL;
  if (statement == NULL)
    return FALSE;
  sqlite3_bind_text (statement, 1, name, -1, SQLITE_STATIC);
  row = lab_euicc_store_step (store, statement, error);
  if (row == 1)
    *value = lab_euicc_store_column (statement, 0);
  return row >= 0;
}

gboolean
lab_euicc_store_set (LabEuiccStore *store, const char *name, GBytes *value, GError **error)
{
  g_autoptr (LabStatement) statement = lab_euicc_store_prepare (
      store,
      value != NULL ? "INSERT OR REPLACE INTO value (name, value) VALUES (?1, ?2)"
                    : "DELETE FROM value WHERE name = ?1",
      error);

  if (statement == NULL)
    return FALSE;
  sqlite3_bind_text (statement, 1, name, -1, SQLITE_STATIC);
  if (value != NULL)
    lab_euicc_store_bind_bytes (statement, 2, value);
  return lab_euicc_store_run (store, statement, error);
}

gboolean
lab_euicc_store_get_string (LabEuiccStore *store, const char *name, char **value, GError **error)
{
  g_autoptr (GBytes) bytes = NULL;
  gsize len;
  const char *text;

  *value = NULL;
  if (!lab_euicc_store_get (store, name, &bytes, error))
    return FALSE;
  if (bytes == NULL)
    return TRUE;
  text = g_bytes_get_data (bytes, &len);
  *value = g_strndup (text, len);
  return TRUE;
}

gboolean
lab_euicc_store_set_string (LabEuiccStore *store, const char *name, const char *value,
                            GError **error)
{
  g_autoptr (GBytes) bytes = value != NULL ? g_bytes_new (value, strlen (value)) : NULL;

  return lab_euicc_store_set (store, name, bytes, error);
}

gboolean
lab_euicc_store_get_int (LabEuiccStore *store, const char *name, gint64 *value, GError **error)
{
  g_autofree char *text = NULL;

  *value = 0;
  if (!lab_euicc_store_get_string (store, name, &text, error))
    return FALSE;
  if (text != NULL && !g_ascii_string_to_signed (text, 10, G_MININT64, G_MAXINT64, value, NULL))
    return kt_error_set (error, KT_ERROR_STORAGE, "lab.storage", "the database is damaged");
  return TRUE;
}

gboolean
lab_euicc_store_set_int (LabEuiccStore *store, const char *name, gint64 value, GError **error)
{
  g_autofree char *text = g_strdup_printf ("%" G_GINT64_FORMAT, value);

  return lab_euicc_store_set_string (store, name, text, error);
}
