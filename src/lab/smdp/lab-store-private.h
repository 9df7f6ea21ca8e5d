/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <sqlite3.h>

#include "lab-store.h"

G_BEGIN_DECLS

struct _LabStore
{
  sqlite3 *db;
  const KtEnv *env;
  guint8 key[32];
  guint depth;
  gboolean doomed;
};

/** lab_store_failed: %KT_ERROR_STORAGE with SQLite's message; returns FALSE. */
gboolean lab_store_failed (LabStore *store, GError **error);
/** lab_store_prepare: Returns: (nullable): a statement to be finalized. */
sqlite3_stmt *lab_store_prepare (LabStore *store, const char *sql, GError **error);
/** lab_store_run: steps a statement that yields no rows, and finalizes it. */
gboolean lab_store_run (LabStore *store, sqlite3_stmt *statement, GError **error);

void lab_store_bind_text (sqlite3_stmt *statement, int index, const char *text);
void lab_store_bind_bytes (sqlite3_stmt *statement, int index, GBytes *bytes);
/** lab_store_dup_text: Returns: (transfer full) (nullable): a column. */
char *lab_store_dup_text (sqlite3_stmt *statement, int column);
GBytes *lab_store_dup_bytes (sqlite3_stmt *statement, int column);

/** lab_store_bind_secret: @plain sealed for one row and column; %NULL stays NULL. */
void lab_store_bind_secret (LabStore *store, sqlite3_stmt *statement, int index, const char *iccid,
                            const char *column, GBytes *plain);
/** lab_store_open_secret: *@plain is %NULL for an SQL NULL; FALSE with %KT_ERROR_STORAGE. */
gboolean lab_store_open_secret (LabStore *store, sqlite3_stmt *statement, int index,
                                const char *iccid, const char *column, GBytes **plain,
                                GError **error);

G_END_DECLS
