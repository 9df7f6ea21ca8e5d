/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <sqlite3.h>

#include "lab-euicc-store.h"

G_BEGIN_DECLS

/* How the store's own files speak to SQLite. */

struct _LabEuiccStore
{
  sqlite3 *db;
  int lock;
};

typedef sqlite3_stmt LabStatement;
void lab_statement_free (LabStatement *statement);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LabStatement, lab_statement_free)

/** lab_euicc_store_failed: sets %KT_ERROR_STORAGE with SQLite's message; returns FALSE. */
gboolean lab_euicc_store_failed (LabEuiccStore *store, const char *what, GError **error);

/** lab_euicc_store_prepare: Returns: (transfer full) (nullable): */
LabStatement *lab_euicc_store_prepare (LabEuiccStore *store, const char *sql, GError **error);

/** lab_euicc_store_bind_bytes: @bytes (nullable) must live until the statement is run. */
void lab_euicc_store_bind_bytes (LabStatement *statement, int place, GBytes *bytes);
void lab_euicc_store_bind_data (LabStatement *statement, int place, const guint8 *data, gsize len);

/** lab_euicc_store_run: for statements that yield no row. */
gboolean lab_euicc_store_run (LabEuiccStore *store, LabStatement *statement, GError **error);

/** lab_euicc_store_step: Returns: 1 for a row, 0 at the end, -1 with @error. */
int lab_euicc_store_step (LabEuiccStore *store, LabStatement *statement, GError **error);

/** lab_euicc_store_column: Returns: (transfer full) (nullable): wiped when freed. */
GBytes *lab_euicc_store_column (LabStatement *statement, int column);
/** lab_euicc_store_copy_column: %KT_ERROR_STORAGE unless the column holds @len bytes. */
gboolean lab_euicc_store_copy_column (LabStatement *statement, int column, guint8 *out, gsize len,
                                      GError **error);

/** lab_euicc_store_exec: statements without values. */
gboolean lab_euicc_store_exec (LabEuiccStore *store, const char *sql, GError **error);

G_END_DECLS
