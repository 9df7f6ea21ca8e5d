/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-lab"

#include "kt-bytes.h"
#include "lab-euicc-private.h"

/* Results that EnableProfile, DisableProfile, DeleteProfile and eUICCMemoryReset share. */
enum
{
  RESULT_OK = 0,
  RESULT_NOT_FOUND = 1,
  RESULT_WRONG_STATE = 2,
  RESULT_POLICY = 3,
  RESULT_WRONG_REENABLING = 4,
  RESULT_CAT_BUSY = 5,
  RESULT_NOTHING_TO_DELETE = 1,
};

/* ---- what they ask for ---- */

typedef struct
{
  LabStoredProfile *profile;
  gboolean refresh;
} Target;

/* ProfileIdentifier: an AID (4F) or an ICCID (5A). */
static gboolean
find_profile (LabEuicc *self, GPtrArray *profiles, const Tlv *parent, LabStoredProfile **profile,
              GError **error)
{
  TlvReader reader;
  Tlv id;

  *profile = NULL;
  tlv_reader_enter (&reader, parent);
  if (tlv_next_is (&reader, 0x5A, &id))
    {
      if (!tlv_check_len (&id, 10, 10, error))
        return FALSE;
      if ((self->knobs.quirks & LAB_QUIRK_AID_ONLY) == 0)
        *profile = lab_profiles_find_iccid (profiles, id.value);
      return TRUE;
    }
  if (!tlv_expect (&reader, 0x4F, &id, error) || !tlv_check_len (&id, 5, 16, error))
    return FALSE;
  if ((self->knobs.quirks & LAB_QUIRK_ICCID_ONLY) == 0)
    *profile = lab_profiles_find_isdp (profiles, id.value, id.len);
  return TRUE;
}

static gboolean
read_target (LabEuicc *self, const Tlv *request, GPtrArray *profiles, Target *target,
             GError **error)
{
  Tlv id;
  Tlv flag;

  return tlv_need (request, 0xA0, &id, error) && tlv_need (request, 0x81, &flag, error)
         && tlv_get_bool (&flag, &target->refresh, error)
         && find_profile (self, profiles, &id, &target->profile, error);
}

/* ---- enable and disable: SGP.22 sections 5.7.16 and 5.7.17 ---- */

/* A proactive session of ours, or one that a test wants. */
static gboolean
cat_is_busy (LabEuicc *self)
{
  if (self->knobs.cat_busy > 0)
    {
      self->knobs.cat_busy--;
      return TRUE;
    }
  return self->refresh != LAB_REFRESH_NONE;
}

static gboolean
flag_is_refused (LabEuicc *self, gboolean refresh)
{
  LabEuiccQuirks refused = refresh ? LAB_QUIRK_NO_REFRESH : LAB_QUIRK_REFRESH_ONLY;

  return (self->knobs.quirks & refused) != 0;
}

/* Now, or when the terminal has done its REFRESH or a reset. */
static gboolean
perform (LabEuicc *self, GPtrArray *profiles, LabStoredProfile *profile, gboolean refresh,
         GError **error)
{
  g_autoptr (GBytes) isdp = NULL;

  if ((self->knobs.quirks & LAB_QUIRK_NEVER_SWITCH) != 0)
    return TRUE;
  if (!refresh)
    return lab_profiles_switch (self, profiles, profile, error);
  isdp = profile != NULL ? g_bytes_new (profile->isdp, sizeof profile->isdp)
                         : g_bytes_new (NULL, 0);
  if (!lab_euicc_store_set (self->store, "waiting", isdp, error))
    return FALSE;
  self->refresh = LAB_REFRESH_WAITS;
  return TRUE;
}

/* PPR1 of the enabled profile forbids everything that would disable it; only a provisioning profile
 * may step in for a while (SGP.22 section 3.2.1). */
static gboolean
is_held_by_ppr1 (const LabStoredProfile *current, const LabMetadata *successor, int *result,
                 GError **error)
{
  g_autoptr (LabMetadata) metadata = lab_profile_metadata (current, error);

  if (metadata == NULL)
    return FALSE;
  if ((metadata->pprs & LAB_PPR1_NO_DISABLING) != 0
      && (successor == NULL || successor->class != LAB_CLASS_PROVISIONING))
    *result = RESULT_POLICY;
  return TRUE;
}

/* Out of a profile that has only stepped in, the way leads to its like or back to where it came
 * from. */
static gboolean
check_reenabling (LabEuicc *self, const LabStoredProfile *current, const LabStoredProfile *target,
                  const LabMetadata *successor, int *result, GError **error)
{
  g_autoptr (LabMetadata) metadata = lab_profile_metadata (current, error);
  g_autoptr (GBytes) displaced = NULL;

  if (metadata == NULL || !lab_euicc_store_get (self->store, "displaced", &displaced, error))
    return FALSE;
  if (metadata->class == LAB_CLASS_OPERATIONAL || displaced == NULL
      || successor->class == metadata->class
      || kt_bytes_equal_data (displaced, target->iccid, sizeof target->iccid))
    return TRUE;
  *result = metadata->class == LAB_CLASS_TEST ? RESULT_WRONG_REENABLING : RESULT_POLICY;
  return TRUE;
}

static gboolean
judge_enable (LabEuicc *self, GPtrArray *profiles, const Target *target, int *result,
              GError **error)
{
  const LabStoredProfile *current = lab_profiles_find_enabled (profiles);
  g_autoptr (LabMetadata) metadata = NULL;

  *result = RESULT_OK;
  if (target->profile == NULL)
    *result = RESULT_NOT_FOUND;
  else if (target->profile->enabled)
    *result = RESULT_WRONG_STATE;
  else if (cat_is_busy (self))
    *result = RESULT_CAT_BUSY;
  else if (flag_is_refused (self, target->refresh))
    *result = LAB_UNDEFINED_ERROR;
  if (*result != RESULT_OK || current == NULL)
    return TRUE;
  metadata = lab_profile_metadata (target->profile, error);
  return metadata != NULL && is_held_by_ppr1 (current, metadata, result, error)
         && (*result != RESULT_OK
             || check_reenabling (self, current, target->profile, metadata, result, error));
}

static gboolean
judge_disable (LabEuicc *self, const Target *target, int *result, GError **error)
{
  *result = RESULT_OK;
  if (target->profile == NULL)
    *result = RESULT_NOT_FOUND;
  else if (!target->profile->enabled)
    *result = RESULT_WRONG_STATE;
  else if (cat_is_busy (self))
    *result = RESULT_CAT_BUSY;
  else if (flag_is_refused (self, target->refresh))
    *result = LAB_UNDEFINED_ERROR;
  else
    return is_held_by_ppr1 (target->profile, NULL, result, error);
  return TRUE;
}

static GBytes *
switch_profile (LabEuicc *self, const Tlv *request, gboolean enable, guint16 *sw)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) profiles = lab_euicc_store_list_profiles (self->store, &error);
  Target target = { 0 };
  int result;

  if (profiles == NULL)
    return lab_answer_failed (&error, sw);
  if (!read_target (self, request, profiles, &target, &error))
    return lab_answer_malformed (&error, sw);
  if (!(enable ? judge_enable (self, profiles, &target, &result, &error)
               : judge_disable (self, &target, &result, &error)))
    return lab_answer_failed (&error, sw);
  if (result == RESULT_OK
      && !perform (self, profiles, enable ? target.profile : NULL, target.refresh, &error))
    return lab_answer_failed (&error, sw);
  return lab_answer_result (request->tag, result);
}

GBytes *
lab_es10c_enable_profile (LabEuicc *self, const Tlv *request, guint16 *sw)
{
  return switch_profile (self, request, TRUE, sw);
}

GBytes *
lab_es10c_disable_profile (LabEuicc *self, const Tlv *request, guint16 *sw)
{
  return switch_profile (self, request, FALSE, sw);
}

/* ---- delete: SGP.22 section 5.7.18 ---- */

/* A profile that is about to be enabled counts as enabled. */
static gboolean
is_awaited (LabEuicc *self, const LabStoredProfile *profile)
{
  g_autoptr (GBytes) waiting = NULL;

  return lab_euicc_store_get (self->store, "waiting", &waiting, NULL) && waiting != NULL
         && g_bytes_get_size (waiting) == sizeof profile->isdp
         && memcmp (g_bytes_get_data (waiting, NULL), profile->isdp, sizeof profile->isdp) == 0;
}

GBytes *
lab_es10c_delete_profile (LabEuicc *self, const Tlv *request, guint16 *sw)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) profiles = lab_euicc_store_list_profiles (self->store, &error);
  g_autoptr (LabMetadata) metadata = NULL;
  LabStoredProfile *profile;

  if (profiles == NULL)
    return lab_answer_failed (&error, sw);
  if (!find_profile (self, profiles, request, &profile, &error))
    return lab_answer_malformed (&error, sw);
  if (profile == NULL)
    return lab_answer_result (0xBF33, RESULT_NOT_FOUND);
  if (profile->enabled || is_awaited (self, profile))
    return lab_answer_result (0xBF33, RESULT_WRONG_STATE);
  metadata = lab_profile_metadata (profile, &error);
  if (metadata == NULL)
    return lab_answer_failed (&error, sw);
  if ((metadata->pprs & LAB_PPR2_NO_DELETION) != 0)
    return lab_answer_result (0xBF33, RESULT_POLICY);
  if (!lab_profiles_remove (self, profile, &error))
    return lab_answer_failed (&error, sw);
  return lab_answer_result (0xBF33, RESULT_OK);
}

/* ---- memory reset: SGP.22 section 5.7.19 ---- */

enum
{
  RESET_OPERATIONAL = 1 << 0,
  RESET_TEST = 1 << 1,
  RESET_SMDP = 1 << 2,
};

/* Provisioning profiles and preloaded test profiles stay; policy rules do not count. */
static gboolean
is_meant (const LabStoredProfile *profile, const LabMetadata *metadata, guint options)
{
  switch (metadata->class)
    {
    case LAB_CLASS_OPERATIONAL:
      return (options & RESET_OPERATIONAL) != 0;
    case LAB_CLASS_TEST:
      return (options & RESET_TEST) != 0 && !profile->preloaded;
    case LAB_CLASS_PROVISIONING:
    default:
      return FALSE;
    }
}

static gboolean
remove_meant (LabEuicc *self, guint options, guint *removed, gboolean *enabled, GError **error)
{
  g_autoptr (GPtrArray) profiles = lab_euicc_store_list_profiles (self->store, error);

  if (profiles == NULL)
    return FALSE;
  for (guint i = 0; i < profiles->len; i++)
    {
      LabStoredProfile *profile = g_ptr_array_index (profiles, i);
      g_autoptr (LabMetadata) metadata = lab_profile_metadata (profile, error);

      if (metadata == NULL)
        return FALSE;
      if (!is_meant (profile, metadata, options))
        continue;
      if (!lab_profiles_remove (self, profile, error))
        return FALSE;
      *removed += 1;
      *enabled = *enabled || profile->enabled;
    }
  return TRUE;
}

static gboolean
reset_smdp (LabEuicc *self, GError **error)
{
  g_autofree char *initial = NULL;

  return lab_euicc_store_get_string (self->store, "initial-smdp", &initial, error)
         && lab_euicc_store_set_string (self->store, "default-smdp", initial, error);
}

GBytes *
lab_es10c_memory_reset (LabEuicc *self, const Tlv *request, guint16 *sw)
{
  g_autoptr (GError) error = NULL;
  gboolean enabled = FALSE;
  guint removed = 0;
  guint32 options;
  Tlv child;

  if (!tlv_need (request, 0x82, &child, &error) || !tlv_get_bits (&child, &options, &error))
    return lab_answer_malformed (&error, sw);
  if (cat_is_busy (self))
    return lab_answer_result (0xBF34, RESULT_CAT_BUSY);
  if (!remove_meant (self, options, &removed, &enabled, &error)
      || ((options & RESET_SMDP) != 0 && !reset_smdp (self, &error)))
    return lab_answer_failed (&error, sw);
  if (removed == 0 && (options & RESET_SMDP) == 0)
    return lab_answer_result (0xBF34, RESULT_NOTHING_TO_DELETE);
  /* The terminal must learn that its profile is gone. */
  if (enabled)
    self->refresh = LAB_REFRESH_WAITS;
  return lab_answer_result (0xBF34, RESULT_OK);
}

/* ---- EID and nickname ---- */

GBytes *
lab_es10c_get_eid (LabEuicc *self, const Tlv *request, guint16 *sw)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TlvWriter) writer = NULL;
  Tlv tags;

  if (!tlv_need (request, 0x5C, &tags, &error))
    return lab_answer_malformed (&error, sw);
  /* Octet1, "the value SHALL be set to '5A'" */
  if (tags.len != 1 || tags.value[0] != 0x5A)
    {
      *sw = LAB_SW_DATA;
      return NULL;
    }
  writer = tlv_writer_new ();
  tlv_begin (writer, 0xBF3E);
  tlv_put (writer, 0x5A, self->eid_bytes, sizeof self->eid_bytes);
  tlv_end (writer);
  return tlv_writer_finish (g_steal_pointer (&writer));
}

GBytes *
lab_es10c_set_nickname (LabEuicc *self, const Tlv *request, guint16 *sw)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) profiles = NULL;
  g_autofree char *text = NULL;
  LabStoredProfile *profile;
  Tlv iccid;
  Tlv nickname;

  if (!tlv_need (request, 0x5A, &iccid, &error) || !tlv_check_len (&iccid, 10, 10, &error)
      || !tlv_need (request, 0x90, &nickname, &error))
    return lab_answer_malformed (&error, sw);
  text = tlv_dup_string (&nickname, 64, NULL);
  if (text == NULL)
    return lab_answer_result (0xBF29, LAB_UNDEFINED_ERROR);
  profiles = lab_euicc_store_list_profiles (self->store, &error);
  if (profiles == NULL)
    return lab_answer_failed (&error, sw);
  profile = lab_profiles_find_iccid (profiles, iccid.value);
  if (profile == NULL)
    return lab_answer_result (0xBF29, RESULT_NOT_FOUND);
  g_free (profile->nickname);
  profile->nickname = nickname.len > 0 ? g_steal_pointer (&text) : NULL;
  if (!lab_euicc_store_update_profile (self->store, profile, &error))
    return lab_answer_failed (&error, sw);
  return lab_answer_result (0xBF29, RESULT_OK);
}
