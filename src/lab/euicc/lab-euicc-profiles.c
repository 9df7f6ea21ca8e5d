/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-lab"

#include <string.h>

#include "kt-bytes.h"
#include "kt-error.h"
#include "lab-euicc-private.h"

LabStoredProfile *
lab_profiles_find_enabled (GPtrArray *profiles)
{
  for (guint i = 0; i < profiles->len; i++)
    {
      LabStoredProfile *profile = g_ptr_array_index (profiles, i);

      if (profile->enabled)
        return profile;
    }
  return NULL;
}

LabStoredProfile *
lab_profiles_find_iccid (GPtrArray *profiles, const guint8 iccid[10])
{
  for (guint i = 0; i < profiles->len; i++)
    {
      LabStoredProfile *profile = g_ptr_array_index (profiles, i);

      if (memcmp (profile->iccid, iccid, sizeof profile->iccid) == 0)
        return profile;
    }
  return NULL;
}

LabStoredProfile *
lab_profiles_find_isdp (GPtrArray *profiles, const guint8 *aid, gsize len)
{
  for (guint i = 0; i < profiles->len && len == LAB_ISDP_BYTES; i++)
    {
      LabStoredProfile *profile = g_ptr_array_index (profiles, i);

      if (memcmp (profile->isdp, aid, len) == 0)
        return profile;
    }
  return NULL;
}

LabMetadata *
lab_profile_metadata (const LabStoredProfile *profile, GError **error)
{
  return lab_metadata_parse (profile->metadata, error);
}

/* ---- switching ---- */

static gboolean
set_enabled (LabEuicc *self, LabStoredProfile *profile, gboolean enabled, GError **error)
{
  g_autoptr (LabMetadata) metadata = lab_profile_metadata (profile, error);

  if (metadata == NULL)
    return FALSE;
  profile->enabled = enabled;
  return lab_euicc_store_update_profile (self->store, profile, error)
         && lab_notify_profile (self, metadata, profile->pkid,
                                enabled ? LAB_EVENT_ENABLE : LAB_EVENT_DISABLE, NULL, error);
}

static LabMetadata *
optional_metadata (const LabStoredProfile *profile, gboolean *ok, GError **error)
{
  LabMetadata *metadata = profile != NULL ? lab_profile_metadata (profile, error) : NULL;

  *ok = profile == NULL || metadata != NULL;
  return metadata;
}

/* Whether @to only steps in for @from: a test profile for any other (wrongProfileReenabling, SGP.22
 * section 5.7.16), a provisioning profile for one that must not be disabled (section 3.2.1). */
static gboolean
steps_in (const LabMetadata *from, const LabMetadata *to)
{
  if (to->class == LAB_CLASS_TEST)
    return from->class != LAB_CLASS_TEST;
  return to->class == LAB_CLASS_PROVISIONING && (from->pprs & LAB_PPR1_NO_DISABLING) != 0;
}

/* While one profile steps in for another, the card remembers which: only that may come back. */
static gboolean
remember_displaced (LabEuicc *self, const LabStoredProfile *current,
                    const LabStoredProfile *target, GError **error)
{
  gboolean ok;
  g_autoptr (LabMetadata) from = optional_metadata (current, &ok, error);
  g_autoptr (LabMetadata) to = NULL;
  g_autoptr (GBytes) iccid = NULL;

  if (!ok)
    return FALSE;
  to = optional_metadata (target, &ok, error);
  if (!ok)
    return FALSE;
  if (to == NULL || to->class == LAB_CLASS_OPERATIONAL)
    return lab_euicc_store_set (self->store, "displaced", NULL, error);
  if (from == NULL || !steps_in (from, to))
    return TRUE;
  iccid = g_bytes_new (current->iccid, sizeof current->iccid);
  return lab_euicc_store_set (self->store, "displaced", iccid, error);
}

gboolean
lab_profiles_switch (LabEuicc *self, GPtrArray *profiles, LabStoredProfile *target,
                     GError **error)
{
  LabStoredProfile *current = lab_profiles_find_enabled (profiles);

  if (!lab_euicc_store_set (self->store, "waiting", NULL, error))
    return FALSE;
  if (current == target)
    return TRUE;
  lab_euicc_drop_sim (self);
  return remember_displaced (self, current, target, error)
         && (current == NULL || set_enabled (self, current, FALSE, error))
         && (target == NULL || set_enabled (self, target, TRUE, error));
}

gboolean
lab_profiles_apply_waiting (LabEuicc *self, GError **error)
{
  g_autoptr (GBytes) waiting = NULL;
  g_autoptr (GPtrArray) profiles = NULL;
  LabStoredProfile *target = NULL;

  if (!lab_euicc_store_get (self->store, "waiting", &waiting, error))
    return FALSE;
  if (waiting == NULL)
    return TRUE;
  profiles = lab_euicc_store_list_profiles (self->store, error);
  if (profiles == NULL)
    return FALSE;
  /* No bytes: the enabled profile goes and none comes. */
  if (g_bytes_get_size (waiting) > 0)
    {
      target = lab_profiles_find_isdp (profiles, g_bytes_get_data (waiting, NULL),
                                       g_bytes_get_size (waiting));
      if (target == NULL)
        return kt_error_set (error, KT_ERROR_STORAGE, "lab.storage", "the database is damaged");
    }
  return lab_profiles_switch (self, profiles, target, error);
}

/* ---- removing ---- */

/* Forgets the value @name if it means the profile that goes. */
static gboolean
forget (LabEuicc *self, const char *name, const guint8 *id, gsize len, GError **error)
{
  g_autoptr (GBytes) value = NULL;

  if (!lab_euicc_store_get (self->store, name, &value, error))
    return FALSE;
  if (!kt_bytes_equal_data (value, id, len))
    return TRUE;
  return lab_euicc_store_set (self->store, name, NULL, error);
}

gboolean
lab_profiles_remove (LabEuicc *self, LabStoredProfile *profile, GError **error)
{
  g_autoptr (LabMetadata) metadata = lab_profile_metadata (profile, error);

  if (metadata == NULL)
    return FALSE;
  if (profile->enabled)
    lab_euicc_drop_sim (self);
  return forget (self, "displaced", profile->iccid, sizeof profile->iccid, error)
         && forget (self, "waiting", profile->isdp, sizeof profile->isdp, error)
         && lab_euicc_store_delete_profile (self->store, profile->isdp, error)
         && lab_notify_profile (self, metadata, profile->pkid, LAB_EVENT_DELETE, NULL, error);
}
