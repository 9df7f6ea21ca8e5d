/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-lab"

#include "lab-euicc-store.h"

#include "lab-euicc-store-private.h"

/* ---- certificate issuers ---- */

void
lab_stored_ci_free (LabStoredCi *ci)
{
  if (ci == NULL)
    return;
  g_clear_pointer (&ci->cert, g_bytes_unref);
  g_clear_pointer (&ci->key, g_bytes_unref);
  g_clear_pointer (&ci->euicc, g_bytes_unref);
  g_clear_pointer (&ci->eum, g_bytes_unref);
  g_free (ci);
}

gboolean
lab_euicc_store_add_ci (LabEuiccStore *store, const LabStoredCi *ci, GError **error)
{
  g_autoptr (LabStatement) statement = lab_euicc_store_prepare (
      store, "INSERT INTO ci (cert, key, euicc, eum) VALUES (?, ?, ?, ?)", error);

  if (statement == NULL)
    return FALSE;
  lab_euicc_store_bind_bytes (statement, 1, ci->cert);
  lab_euicc_store_bind_bytes (statement, 2, ci->key);
  lab_euicc_store_bind_bytes (statement, 3, ci->euicc);
  lab_euicc_store_bind_bytes (statement, 4, ci->eum);
  return lab_euicc_store_run (store, statement, error);
}

GPtrArray *
lab_euicc_store_list_cis (LabEuiccStore *store, GError **error)
{
  g_autoptr (GPtrArray) list = g_ptr_array_new_with_free_func ((GDestroyNotify) lab_stored_ci_free);
  g_autoptr (LabStatement) statement
      = lab_euicc_store_prepare (store, "SELECT cert, key, euicc, eum FROM ci ORDER BY id", error);
  int row;

  if (statement == NULL)
    return NULL;
  while ((row = lab_euicc_store_step (store, statement, error)) == 1)
    {
      LabStoredCi *ci = g_new0 (LabStoredCi, 1);

      ci->cert = lab_euicc_store_column (statement, 0);
      ci->key = lab_euicc_store_column (statement, 1);
      ci->euicc = lab_euicc_store_column (statement, 2);
      ci->eum = lab_euicc_store_column (statement, 3);
      g_ptr_array_add (list, ci);
    }
  return row == 0 ? g_steal_pointer (&list) : NULL;
}

/* ---- notifications ---- */

void
lab_stored_notification_free (LabStoredNotification *notification)
{
  if (notification == NULL)
    return;
  g_clear_pointer (&notification->metadata, g_bytes_unref);
  g_clear_pointer (&notification->pending, g_bytes_unref);
  g_free (notification);
}

gboolean
lab_euicc_store_next_number (LabEuiccStore *store, gint64 *number, GError **error)
{
  if (!lab_euicc_store_get_int (store, "last-notification", number, error))
    return FALSE;
  *number += 1;
  return lab_euicc_store_set_int (store, "last-notification", *number, error);
}

gboolean
lab_euicc_store_add_notification (LabEuiccStore *store, const LabStoredNotification *notification,
                                  GError **error)
{
  g_autoptr (LabStatement) statement = lab_euicc_store_prepare (
      store, "INSERT INTO notification (number, event, metadata, pending) VALUES (?, ?, ?, ?)",
      error);

  if (statement == NULL)
    return FALSE;
  sqlite3_bind_int64 (statement, 1, notification->number);
  sqlite3_bind_int64 (statement, 2, notification->event);
  lab_euicc_store_bind_bytes (statement, 3, notification->metadata);
  lab_euicc_store_bind_bytes (statement, 4, notification->pending);
  return lab_euicc_store_run (store, statement, error);
}

GPtrArray *
lab_euicc_store_list_notifications (LabEuiccStore *store, GError **error)
{
  g_autoptr (GPtrArray) list
      = g_ptr_array_new_with_free_func ((GDestroyNotify) lab_stored_notification_free);
  g_autoptr (LabStatement) statement = lab_euicc_store_prepare (
      store, "SELECT number, event, metadata, pending FROM notification ORDER BY number", error);
  int row;

  if (statement == NULL)
    return NULL;
  while ((row = lab_euicc_store_step (store, statement, error)) == 1)
    {
      LabStoredNotification *notification = g_new0 (LabStoredNotification, 1);

      notification->number = sqlite3_column_int64 (statement, 0);
      notification->event = (guint) sqlite3_column_int64 (statement, 1);
      notification->metadata = lab_euicc_store_column (statement, 2);
      notification->pending = lab_euicc_store_column (statement, 3);
      g_ptr_array_add (list, notification);
    }
  return row == 0 ? g_steal_pointer (&list) : NULL;
}

gboolean
lab_euicc_store_remove_notification (LabEuiccStore *store, gint64 number, gboolean *found,
                                     GError **error)
{
  g_autoptr (LabStatement) statement
      = lab_euicc_store_prepare (store, "DELETE FROM notification WHERE number = ?", error);

  if (statement == NULL)
    return FALSE;
  sqlite3_bind_int64 (statement, 1, number);
  if (!lab_euicc_store_run (store, statement, error))
    return FALSE;
  *found = sqlite3_changes (store->db) > 0;
  return TRUE;
}

/* ---- one-time keys ---- */

gboolean
lab_euicc_store_keep_key (LabEuiccStore *store, const char *smdp_oid, GBytes *point, GBytes *secret,
                          GError **error)
{
  g_autoptr (LabStatement) add = lab_euicc_store_prepare (
      store, "INSERT OR REPLACE INTO otkey (oid, point, secret) VALUES (?, ?, ?)", error);
  g_autoptr (LabStatement) trim = NULL;

  if (add == NULL)
    return FALSE;
  sqlite3_bind_text (add, 1, smdp_oid, -1, SQLITE_STATIC);
  lab_euicc_store_bind_bytes (add, 2, point);
  lab_euicc_store_bind_bytes (add, 3, secret);
  if (!lab_euicc_store_run (store, add, error))
    return FALSE;
  trim = lab_euicc_store_prepare (store,
                                  "DELETE FROM otkey WHERE id NOT IN"
                                  " (SELECT id FROM otkey ORDER BY id DESC LIMIT ?)",
                                  error);
  if (trim == NULL)
    return FALSE;
  sqlite3_bind_int (trim, 1, LAB_EUICC_STORE_MAX_KEYS);
  return lab_euicc_store_run (store, trim, error);
}

gboolean
lab_euicc_store_find_key (LabEuiccStore *store, const char *smdp_oid, GBytes *point,
                          GBytes **secret, GError **error)
{
  g_autoptr (LabStatement) statement = lab_euicc_store_prepare (
      store, "SELECT secret FROM otkey WHERE oid = ? AND point = ?", error);
  int row;

  *secret = NULL;
  if (statement == NULL)
    return FALSE;
  sqlite3_bind_text (statement, 1, smdp_oid, -1, SQLITE_STATIC);
  lab_euicc_store_bind_bytes (statement, 2, point);
  row = lab_euicc_store_step (store, statement, error);
  if (row == 1)
    *secret = lab_euicc_store_column (statement, 0);
  return row >= 0;
}

gboolean
lab_euicc_store_drop_key (LabEuiccStore *store, GBytes *point, GError **error)
{
  g_autoptr (LabStatement) statement
      = lab_euicc_store_prepare (store, "DELETE FROM otkey WHERE point = ?", error);

  if (statement == NULL)
    return FALSE;
  lab_euicc_store_bind_bytes (statement, 1, point);
  return lab_euicc_store_run (store, statement, error);
}

/* ---- revocation ---- */

static gboolean
run_with_pkid (LabEuiccStore *store, const char *sql, GBytes *pkid, gint64 number, GError **error)
{
  g_autoptr (LabStatement) statement = lab_euicc_store_prepare (store, sql, error);

  if (statement == NULL)
    return FALSE;
  lab_euicc_store_bind_bytes (statement, 1, pkid);
  if (sqlite3_bind_parameter_count (statement) > 1)
    sqlite3_bind_int64 (statement, 2, number);
  return lab_euicc_store_run (store, statement, error);
}

gboolean
lab_euicc_store_set_crl (LabEuiccStore *store, GBytes *pkid, gint64 number, GPtrArray *serials,
                         GError **error)
{
  if (!run_with_pkid (store, "DELETE FROM crl WHERE pkid = ?1", pkid, 0, error)
      || !run_with_pkid (store, "INSERT INTO crl (pkid, number) VALUES (?1, ?2)", pkid, number,
                         error))
    return FALSE;
  for (guint i = 0; i < serials->len; i++)
    {
      g_autoptr (LabStatement) statement = lab_euicc_store_prepare (
          store, "INSERT OR IGNORE INTO revoked (pkid, serial) VALUES (?, ?)", error);

      if (statement == NULL)
        return FALSE;
      lab_euicc_store_bind_bytes (statement, 1, pkid);
      lab_euicc_store_bind_bytes (statement, 2, g_ptr_array_index (serials, i));
      if (!lab_euicc_store_run (store, statement, error))
        return FALSE;
    }
  return TRUE;
}

gboolean
lab_euicc_store_get_crl_number (LabEuiccStore *store, GBytes *pkid, gint64 *number, GError **error)
{
  g_autoptr (LabStatement) statement
      = lab_euicc_store_prepare (store, "SELECT number FROM crl WHERE pkid = ?", error);
  int row;

  *number = -1;
  if (statement == NULL)
    return FALSE;
  lab_euicc_store_bind_bytes (statement, 1, pkid);
  row = lab_euicc_store_step (store, statement, error);
  if (row == 1)
    *number = sqlite3_column_int64 (statement, 0);
  return row >= 0;
}

gboolean
lab_euicc_store_is_revoked (LabEuiccStore *store, GBytes *pkid, GBytes *serial, gboolean *revoked,
                            GError **error)
{
  g_autoptr (LabStatement) statement = lab_euicc_store_prepare (
      store, "SELECT 1 FROM revoked WHERE pkid = ? AND serial = ?", error);
  int row;

  if (statement == NULL)
    return FALSE;
  lab_euicc_store_bind_bytes (statement, 1, pkid);
  lab_euicc_store_bind_bytes (statement, 2, serial);
  row = lab_euicc_store_step (store, statement, error);
  *revoked = row == 1;
  return row >= 0;
}
