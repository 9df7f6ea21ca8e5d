/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-lab"

#include "lab-store.h"

#include "kt-error.h"
#include "lab-store-private.h"

#define PLAIN_COLUMNS                                                                              \
  "iccid, state, profile_type, requester, metadata, eid, matching_id, cc_failures, downloads, "    \
  "expires, smds, lifetime, cc_hash IS NOT NULL"
#define SECRET_COLUMNS ", upp, subscription, cc_hash, retained, retained_otpk"

enum
{
  COLUMN_ICCID,
  COLUMN_STATE,
  COLUMN_PROFILE_TYPE,
  COLUMN_REQUESTER,
  COLUMN_METADATA,
  COLUMN_EID,
  COLUMN_MATCHING_ID,
  COLUMN_CC_FAILURES,
  COLUMN_DOWNLOADS,
  COLUMN_EXPIRES,
  COLUMN_SMDS,
  COLUMN_LIFETIME,
  COLUMN_HAS_CODE,
  COLUMN_UPP,
  COLUMN_SUBSCRIPTION,
  COLUMN_CC_HASH,
  COLUMN_RETAINED,
  COLUMN_RETAINED_OTPK,
};

static LabOrder *
read_plain (sqlite3_stmt *row, GError **error)
{
  g_autoptr (LabOrder) order = lab_order_new ();
  int state = lab_order_state_parse ((const char *) sqlite3_column_text (row, COLUMN_STATE));

  if (state < 0)
    {
      kt_error_set (error, KT_ERROR_STORAGE, "smdp.store", "an order in an unknown state");
      return NULL;
    }
  order->state = (LabOrderState) state;
  order->iccid = lab_store_dup_text (row, COLUMN_ICCID);
  order->profile_type = lab_store_dup_text (row, COLUMN_PROFILE_TYPE);
  order->requester = lab_store_dup_text (row, COLUMN_REQUESTER);
  order->metadata = lab_store_dup_bytes (row, COLUMN_METADATA);
  order->eid = lab_store_dup_text (row, COLUMN_EID);
  order->matching_id = lab_store_dup_text (row, COLUMN_MATCHING_ID);
  order->cc_failures = (guint) sqlite3_column_int (row, COLUMN_CC_FAILURES);
  order->downloads = (guint) sqlite3_column_int (row, COLUMN_DOWNLOADS);
  order->expires = sqlite3_column_int64 (row, COLUMN_EXPIRES);
  order->smds = lab_store_dup_text (row, COLUMN_SMDS);
  order->lifetime = sqlite3_column_int64 (row, COLUMN_LIFETIME);
  order->has_code = sqlite3_column_int (row, COLUMN_HAS_CODE) != 0;
  return g_steal_pointer (&order);
}

static gboolean
read_secrets (LabStore *store, sqlite3_stmt *row, LabOrder *order, GError **error)
{
  order->retained_otpk = lab_store_dup_bytes (row, COLUMN_RETAINED_OTPK);
  return lab_store_open_secret (store, row, COLUMN_UPP, order->iccid, "upp", &order->upp, error)
         && lab_store_open_secret (store, row, COLUMN_SUBSCRIPTION, order->iccid, "subscription",
                                   &order->subscription, error)
         && lab_store_open_secret (store, row, COLUMN_CC_HASH, order->iccid, "cc_hash",
                                   &order->cc_hash, error)
         && lab_store_open_secret (store, row, COLUMN_RETAINED, order->iccid, "retained",
                                   &order->retained, error);
}

/* The first row of @statement, which is finalized; no row is no error. */
static gboolean
take_first (LabStore *store, sqlite3_stmt *statement, LabOrder **order, GError **error)
{
  g_autoptr (LabOrder) found = NULL;
  gboolean ok = TRUE;
  int code = sqlite3_step (statement);

  *order = NULL;
  if (code == SQLITE_ROW)
    {
      found = read_plain (statement, error);
      ok = found != NULL && read_secrets (store, statement, found, error);
    }
  else if (code != SQLITE_DONE)
    ok = lab_store_failed (store, error);
  sqlite3_finalize (statement);
  if (ok)
    *order = g_steal_pointer (&found);
  return ok;
}

static gboolean
find (LabStore *store, const char *where, const char *first, const char *second, LabOrder **order,
      GError **error)
{
  g_autofree char *sql = g_strconcat ("SELECT " PLAIN_COLUMNS SECRET_COLUMNS " FROM orders WHERE ",
                                      where, " LIMIT 1", NULL);
  sqlite3_stmt *statement = lab_store_prepare (store, sql, error);

  if (statement == NULL)
    return FALSE;
  lab_store_bind_text (statement, 1, first);
  if (second != NULL)
    lab_store_bind_text (statement, 2, second);
  return take_first (store, statement, order, error);
}

gboolean
lab_store_load (LabStore *store, const char *iccid, LabOrder **order, GError **error)
{
  g_return_val_if_fail (store != NULL && iccid != NULL && order != NULL, FALSE);

  return find (store, "iccid = ?1", iccid, NULL, order, error);
}

gboolean
lab_store_find_matching (LabStore *store, const char *matching_id, LabOrder **order,
                         GError **error)
{
  g_return_val_if_fail (store != NULL && matching_id != NULL && order != NULL, FALSE);

  *order = NULL;
  if (matching_id[0] == '\0')
    return TRUE;
  return find (store, "matching_id = ?1", matching_id, NULL, order, error);
}

gboolean
lab_store_find_for_eid (LabStore *store, const char *eid, LabOrder **order, GError **error)
{
  g_return_val_if_fail (store != NULL && eid != NULL && order != NULL, FALSE);

  /* An interrupted download goes first: its package waits to be fetched again. */
  return find (store,
               "eid = ?1 AND matching_id = '' AND state IN ('Released', 'Downloaded') "
               "ORDER BY state, rowid",
               eid, NULL, order, error);
}

gboolean
lab_store_find_stock (LabStore *store, const char *profile_type, const char *requester,
                      LabOrder **order, GError **error)
{
  g_return_val_if_fail (store != NULL && profile_type != NULL && order != NULL, FALSE);

  return find (store,
               "profile_type = ?1 AND state = 'Available' "
               "AND (?2 IS NULL OR requester IN ('', ?2)) "
               "ORDER BY rowid",
               profile_type, requester, order, error);
}

gboolean
lab_store_knows_type (LabStore *store, const char *profile_type, const char *requester,
                      gboolean *known, gboolean *mine, GError **error)
{
  sqlite3_stmt *statement;
  gboolean ok;

  g_return_val_if_fail (store != NULL && profile_type != NULL, FALSE);

  statement = lab_store_prepare (store,
                                 "SELECT count (*), "
                                 "total (?2 IS NULL OR requester IN ('', ?2)) FROM orders "
                                 "WHERE profile_type = ?1",
                                 error);
  if (statement == NULL)
    return FALSE;
  lab_store_bind_text (statement, 1, profile_type);
  lab_store_bind_text (statement, 2, requester);
  ok = sqlite3_step (statement) == SQLITE_ROW || lab_store_failed (store, error);
  if (ok)
    {
      *known = sqlite3_column_int (statement, 0) > 0;
      *mine = sqlite3_column_int (statement, 1) > 0;
    }
  sqlite3_finalize (statement);
  return ok;
}

/* What lab_store_save() may change: parameters 2 to 12. */
static void
bind_changing (LabStore *store, sqlite3_stmt *statement, const LabOrder *order)
{
  lab_store_bind_text (statement, 1, order->iccid);
  lab_store_bind_text (statement, 2, lab_order_state_name (order->state));
  lab_store_bind_text (statement, 3, order->eid);
  lab_store_bind_text (statement, 4, order->matching_id);
  lab_store_bind_secret (store, statement, 5, order->iccid, "cc_hash", order->cc_hash);
  sqlite3_bind_int (statement, 6, (int) order->cc_failures);
  sqlite3_bind_int (statement, 7, (int) order->downloads);
  sqlite3_bind_int64 (statement, 8, order->expires);
  lab_store_bind_secret (store, statement, 9, order->iccid, "retained", order->retained);
  lab_store_bind_bytes (statement, 10, order->retained_otpk);
  lab_store_bind_text (statement, 11, order->smds);
  sqlite3_bind_int64 (statement, 12, order->lifetime);
}

gboolean
lab_store_add (LabStore *store, const LabOrder *order, GError **error)
{
  sqlite3_stmt *statement;
  int code;

  g_return_val_if_fail (store != NULL && order != NULL, FALSE);
  g_return_val_if_fail (order->iccid != NULL && order->metadata != NULL && order->upp != NULL,
                        FALSE);

  statement = lab_store_prepare (
      store,
      "INSERT INTO orders (iccid, state, eid, matching_id, cc_hash, cc_failures, downloads, "
      "expires, retained, retained_otpk, smds, lifetime, profile_type, requester, metadata, upp, "
      "subscription) "
      "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17)",
      error);
  if (statement == NULL)
    return FALSE;
  bind_changing (store, statement, order);
  lab_store_bind_text (statement, 13, order->profile_type != NULL ? order->profile_type : "");
  lab_store_bind_text (statement, 14, order->requester != NULL ? order->requester : "");
  lab_store_bind_bytes (statement, 15, order->metadata);
  lab_store_bind_secret (store, statement, 16, order->iccid, "upp", order->upp);
  lab_store_bind_secret (store, statement, 17, order->iccid, "subscription", order->subscription);
  code = sqlite3_step (statement);
  sqlite3_finalize (statement);
  if (code == SQLITE_CONSTRAINT)
    return kt_error_set (error, KT_ERROR_INVALID_INPUT, "smdp.duplicate",
                         "a profile with this ICCID is in the store already");
  return code == SQLITE_DONE || lab_store_failed (store, error);
}

gboolean
lab_store_save (LabStore *store, const LabOrder *order, GError **error)
{
  sqlite3_stmt *statement;

  g_return_val_if_fail (store != NULL && order != NULL, FALSE);

  statement = lab_store_prepare (
      store,
      "UPDATE orders SET state = ?2, eid = ?3, matching_id = ?4, cc_hash = ?5, cc_failures = ?6, "
      "downloads = ?7, expires = ?8, retained = ?9, retained_otpk = ?10, smds = ?11, "
      "lifetime = ?12 WHERE iccid = ?1",
      error);
  if (statement == NULL)
    return FALSE;
  bind_changing (store, statement, order);
  return lab_store_run (store, statement, error);
}

GPtrArray *
lab_store_list (LabStore *store, GError **error)
{
  g_autoptr (GPtrArray) orders
      = g_ptr_array_new_with_free_func ((GDestroyNotify) lab_order_free);
  sqlite3_stmt *statement;
  gboolean ok = TRUE;
  int code;

  g_return_val_if_fail (store != NULL, NULL);

  statement
      = lab_store_prepare (store, "SELECT " PLAIN_COLUMNS " FROM orders ORDER BY rowid", error);
  if (statement == NULL)
    return NULL;
  while (ok && (code = sqlite3_step (statement)) != SQLITE_DONE)
    {
      LabOrder *order = NULL;

      if (code == SQLITE_ROW)
        order = read_plain (statement, error);
      else
        lab_store_failed (store, error);
      ok = order != NULL;
      if (ok)
        g_ptr_array_add (orders, order);
    }
  sqlite3_finalize (statement);
  return ok ? g_steal_pointer (&orders) : NULL;
}
