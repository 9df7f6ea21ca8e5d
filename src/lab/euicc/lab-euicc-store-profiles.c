/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-lab"

#include "lab-euicc-store.h"

#include "lab-euicc-store-private.h"

void
lab_stored_profile_free (LabStoredProfile *profile)
{
  if (profile == NULL)
    return;
  g_free (profile->nickname);
  g_clear_pointer (&profile->metadata, g_bytes_unref);
  g_clear_pointer (&profile->dp, g_bytes_unref);
  g_clear_pointer (&profile->pkid, g_bytes_unref);
  g_free (profile);
}

static gboolean
add_package (LabEuiccStore *store, const LabStoredProfile *profile, GBytes *upp, GError **error)
{
  g_autoptr (LabStatement) statement
      = lab_euicc_store_prepare (store, "INSERT INTO package (isdp, upp) VALUES (?, ?)", error);

  if (statement == NULL)
    return FALSE;
  lab_euicc_store_bind_data (statement, 1, profile->isdp, LAB_ISDP_BYTES);
  lab_euicc_store_bind_bytes (statement, 2, upp);
  return lab_euicc_store_run (store, statement, error);
}

gboolean
lab_euicc_store_add_profile (LabEuiccStore *store, const LabStoredProfile *profile, GBytes *upp,
                             GError **error)
{
  g_autoptr (LabStatement) statement = lab_euicc_store_prepare (
      store,
      "INSERT INTO profile (isdp, iccid, enabled, nickname, metadata, dp, pkid, memory, preloaded)"
      " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
      error);

  if (statement == NULL)
    return FALSE;
  lab_euicc_store_bind_data (statement, 1, profile->isdp, LAB_ISDP_BYTES);
  lab_euicc_store_bind_data (statement, 2, profile->iccid, sizeof profile->iccid);
  sqlite3_bind_int (statement, 3, profile->enabled);
  sqlite3_bind_text (statement, 4, profile->nickname, -1, SQLITE_STATIC);
  lab_euicc_store_bind_bytes (statement, 5, profile->metadata);
  lab_euicc_store_bind_bytes (statement, 6, profile->dp);
  lab_euicc_store_bind_bytes (statement, 7, profile->pkid);
  sqlite3_bind_int64 (statement, 8, profile->memory);
  sqlite3_bind_int (statement, 9, profile->preloaded);
  return lab_euicc_store_run (store, statement, error) && add_package (store, profile, upp, error);
}

static LabStoredProfile *
read_profile (LabStatement *statement, GError **error)
{
  g_autoptr (LabStoredProfile) profile = g_new0 (LabStoredProfile, 1);

  if (!lab_euicc_store_copy_column (statement, 0, profile->isdp, LAB_ISDP_BYTES, error)
      || !lab_euicc_store_copy_column (statement, 1, profile->iccid, sizeof profile->iccid, error))
    return NULL;
  profile->enabled = sqlite3_column_int (statement, 2) != 0;
  profile->nickname = g_strdup ((const char *) sqlite3_column_text (statement, 3));
  profile->metadata = lab_euicc_store_column (statement, 4);
  profile->dp = lab_euicc_store_column (statement, 5);
  profile->pkid = lab_euicc_store_column (statement, 6);
  profile->memory = sqlite3_column_int64 (statement, 7);
  profile->preloaded = sqlite3_column_int (statement, 8) != 0;
  return g_steal_pointer (&profile);
}

GPtrArray *
lab_euicc_store_list_profiles (LabEuiccStore *store, GError **error)
{
  g_autoptr (GPtrArray) list
      = g_ptr_array_new_with_free_func ((GDestroyNotify) lab_stored_profile_free);
  g_autoptr (LabStatement) statement = lab_euicc_store_prepare (
      store,
      "SELECT isdp, iccid, enabled, nickname, metadata, dp, pkid, memory, preloaded"
      " FROM profile ORDER BY id",
      error);
  int row;

  if (statement == NULL)
    return NULL;
  while ((row = lab_euicc_store_step (store, statement, error)) == 1)
    {
      LabStoredProfile *profile = read_profile (statement, error);

      if (profile == NULL)
        return NULL;
      g_ptr_array_add (list, profile);
    }
  return row == 0 ? g_steal_pointer (&list) : NULL;
}

gboolean
lab_euicc_store_update_profile (LabEuiccStore *store, const LabStoredProfile *profile,
                                GError **error)
{
  g_autoptr (LabStatement) statement = lab_euicc_store_prepare (
      store, "UPDATE profile SET enabled = ?, nickname = ? WHERE isdp = ?", error);

  if (statement == NULL)
    return FALSE;
  sqlite3_bind_int (statement, 1, profile->enabled);
  sqlite3_bind_text (statement, 2, profile->nickname, -1, SQLITE_STATIC);
  lab_euicc_store_bind_data (statement, 3, profile->isdp, LAB_ISDP_BYTES);
  return lab_euicc_store_run (store, statement, error);
}

gboolean
lab_euicc_store_delete_profile (LabEuiccStore *store, const guint8 isdp[LAB_ISDP_BYTES],
                                GError **error)
{
  g_autoptr (LabStatement) statement
      = lab_euicc_store_prepare (store, "DELETE FROM profile WHERE isdp = ?", error);

  if (statement == NULL)
    return FALSE;
  lab_euicc_store_bind_data (statement, 1, isdp, LAB_ISDP_BYTES);
  return lab_euicc_store_run (store, statement, error);
}

gboolean
lab_euicc_store_load_profile (LabEuiccStore *store, const guint8 isdp[LAB_ISDP_BYTES], GBytes **upp,
                              GBytes **state, GError **error)
{
  g_autoptr (LabStatement) statement
      = lab_euicc_store_prepare (store, "SELECT upp, state FROM package WHERE isdp = ?", error);
  int row;

  *upp = NULL;
  *state = NULL;
  if (statement == NULL)
    return FALSE;
  lab_euicc_store_bind_data (statement, 1, isdp, LAB_ISDP_BYTES);
  row = lab_euicc_store_step (store, statement, error);
  if (row < 0)
    return FALSE;
  if (row == 0)
    return lab_euicc_store_failed (store, "a profile without package", error);
  *upp = lab_euicc_store_column (statement, 0);
  *state = lab_euicc_store_column (statement, 1);
  return TRUE;
}

gboolean
lab_euicc_store_save_state (LabEuiccStore *store, const guint8 isdp[LAB_ISDP_BYTES], GBytes *state,
                            GError **error)
{
  g_autoptr (LabStatement) statement
      = lab_euicc_store_prepare (store, "UPDATE package SET state = ? WHERE isdp = ?", error);

  if (statement == NULL)
    return FALSE;
  lab_euicc_store_bind_bytes (statement, 1, state);
  lab_euicc_store_bind_data (statement, 2, isdp, LAB_ISDP_BYTES);
  return lab_euicc_store_run (store, statement, error);
}
