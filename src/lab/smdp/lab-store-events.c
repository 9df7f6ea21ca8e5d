/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-lab"

#include "lab-store.h"

#include "lab-store-private.h"

void
lab_binding_free (LabBinding *binding)
{
  if (binding == NULL)
    return;
  g_clear_pointer (&binding->transaction_id, g_bytes_unref);
  g_free (binding->iccid);
  g_free (binding->eid);
  g_clear_pointer (&binding->euicc_cert, g_bytes_unref);
  g_free (binding);
}

gboolean
lab_store_add_binding (LabStore *store, const LabBinding *binding, GError **error)
{
  sqlite3_stmt *statement;

  g_return_val_if_fail (store != NULL && binding != NULL, FALSE);

  statement = lab_store_prepare (store,
                                 "INSERT INTO bindings (transaction_id, iccid, eid, euicc_cert) "
                                 "VALUES (?1, ?2, ?3, ?4)",
                                 error);
  if (statement == NULL)
    return FALSE;
  lab_store_bind_bytes (statement, 1, binding->transaction_id);
  lab_store_bind_text (statement, 2, binding->iccid);
  lab_store_bind_text (statement, 3, binding->eid);
  lab_store_bind_bytes (statement, 4, binding->euicc_cert);
  return lab_store_run (store, statement, error);
}

gboolean
lab_store_find_binding (LabStore *store, GBytes *transaction_id, LabBinding **binding,
                        GError **error)
{
  sqlite3_stmt *statement;
  gboolean ok = TRUE;
  int code;

  g_return_val_if_fail (store != NULL && transaction_id != NULL && binding != NULL, FALSE);

  *binding = NULL;
  statement = lab_store_prepare (
      store,
      "SELECT iccid, eid, euicc_cert, "
      "rowid = (SELECT max (rowid) FROM bindings AS other WHERE other.iccid = bindings.iccid) "
      "FROM bindings WHERE transaction_id = ?1",
      error);
  if (statement == NULL)
    return FALSE;
  lab_store_bind_bytes (statement, 1, transaction_id);
  code = sqlite3_step (statement);
  if (code == SQLITE_ROW)
    {
      *binding = g_new0 (LabBinding, 1);
      (*binding)->transaction_id = g_bytes_ref (transaction_id);
      (*binding)->iccid = lab_store_dup_text (statement, 0);
      (*binding)->eid = lab_store_dup_text (statement, 1);
      (*binding)->euicc_cert = lab_store_dup_bytes (statement, 2);
      (*binding)->latest = sqlite3_column_int (statement, 3) != 0;
    }
  else if (code != SQLITE_DONE)
    ok = lab_store_failed (store, error);
  sqlite3_finalize (statement);
  return ok;
}

void
lab_store_event_free (LabStoreEvent *event)
{
  if (event == NULL)
    return;
  g_free (event->iccid);
  g_free (event->kind);
  g_free (event->text);
  g_free (event);
}

gboolean
lab_store_add_event (LabStore *store, const char *iccid, const char *kind, const char *text,
                     GError **error)
{
  sqlite3_stmt *statement;

  g_return_val_if_fail (store != NULL && iccid != NULL && kind != NULL, FALSE);

  statement = lab_store_prepare (
      store, "INSERT INTO events (time, iccid, kind, text) VALUES (?1, ?2, ?3, ?4)", error);
  if (statement == NULL)
    return FALSE;
  sqlite3_bind_int64 (statement, 1, kt_env_now (store->env) / G_USEC_PER_SEC);
  lab_store_bind_text (statement, 2, iccid);
  lab_store_bind_text (statement, 3, kind);
  lab_store_bind_text (statement, 4, text);
  return lab_store_run (store, statement, error);
}

GPtrArray *
lab_store_list_events (LabStore *store, const char *iccid, GError **error)
{
  g_autoptr (GPtrArray) events
      = g_ptr_array_new_with_free_func ((GDestroyNotify) lab_store_event_free);
  sqlite3_stmt *statement;
  int code;

  g_return_val_if_fail (store != NULL, NULL);

  statement = lab_store_prepare (store,
                                 "SELECT time, iccid, kind, text FROM events "
                                 "WHERE ?1 IS NULL OR iccid = ?1 ORDER BY id",
                                 error);
  if (statement == NULL)
    return NULL;
  lab_store_bind_text (statement, 1, iccid);
  while ((code = sqlite3_step (statement)) == SQLITE_ROW)
    {
      LabStoreEvent *event = g_new0 (LabStoreEvent, 1);

      event->time = sqlite3_column_int64 (statement, 0);
      event->iccid = lab_store_dup_text (statement, 1);
      event->kind = lab_store_dup_text (statement, 2);
      event->text = lab_store_dup_text (statement, 3);
      g_ptr_array_add (events, event);
    }
  if (code != SQLITE_DONE)
    lab_store_failed (store, error);
  sqlite3_finalize (statement);
  return code == SQLITE_DONE ? g_steal_pointer (&events) : NULL;
}
