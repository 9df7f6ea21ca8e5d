/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-lpd"

#include "lpd-guard.h"

#include <string.h>

#include "kt-bytes.h"
#include "kt-error.h"

RspProfile *
lpd_guard_find (GPtrArray *profiles, const char *id)
{
  for (guint i = 0; i < profiles->len; i++)
    {
      RspProfile *profile = g_ptr_array_index (profiles, i);
      g_autofree char *aid = NULL;

      if (g_strcmp0 (profile->iccid, id) == 0)
        return profile;
      if (profile->aid == NULL)
        continue;
      aid = kt_hex_bytes (profile->aid);
      if (g_ascii_strcasecmp (aid, id) == 0)
        return profile;
    }
  return NULL;
}

RspProfile *
lpd_guard_enabled (GPtrArray *profiles)
{
  for (guint i = 0; i < profiles->len; i++)
    {
      RspProfile *profile = g_ptr_array_index (profiles, i);

      if (profile->state == RSP_STATE_ENABLED)
        return profile;
    }
  return NULL;
}

static guint
count_plans (GPtrArray *profiles)
{
  guint count = 0;

  for (guint i = 0; i < profiles->len; i++)
    if (((RspProfile *) g_ptr_array_index (profiles, i))->profile_class == RSP_CLASS_OPERATIONAL)
      count++;
  return count;
}

static gboolean
guard_loss (GPtrArray *profiles, const RspProfile *profile, gboolean override, GError **error)
{
  if (override)
    return TRUE;
  if (profile->profile_class == RSP_CLASS_PROVISIONING)
    return kt_error_set (error, KT_ERROR_PROTECTED, "protected.provisioning",
                         "this is the set-up connection: without it the device cannot fetch a plan");
  if (profile->profile_class == RSP_CLASS_OPERATIONAL && count_plans (profiles) <= 1)
    return kt_error_set (error, KT_ERROR_PROTECTED, "protected.last-plan",
                         "this is the last plan on the chip");
  return TRUE;
}

gboolean
lpd_guard_disable (GPtrArray *profiles, const RspProfile *profile, gboolean override, GError **error)
{
  if (profile->state == RSP_STATE_DISABLED)
    return kt_error_set (error, KT_ERROR_CHIP_REFUSED, "chip.not-in-use",
                         "this profile is not in use");
  if ((profile->ppr & RSP_PPR1_NO_DISABLE) != 0)
    return kt_error_set (error, KT_ERROR_POLICY, "policy.no-disable",
                         "the operator's rules do not let this profile be disabled");
  return guard_loss (profiles, profile, override, error);
}

gboolean
lpd_guard_delete (GPtrArray *profiles, const RspProfile *profile, gboolean override, GError **error)
{
  if ((profile->ppr & RSP_PPR2_NO_DELETE) != 0)
    return kt_error_set (error, KT_ERROR_POLICY, "policy.no-delete",
                         "the operator's rules do not let this profile be deleted");
  if (profile->state == RSP_STATE_ENABLED)
    return kt_error_set (error, KT_ERROR_CHIP_REFUSED, "chip.delete-in-use",
                         "a profile in use cannot be deleted");
  return guard_loss (profiles, profile, override, error);
}

gboolean
lpd_guard_reset (GPtrArray *profiles, RspResetOptions options, gboolean override, GError **error)
{
  if (override || (options & RSP_RESET_OPERATIONAL) == 0 || count_plans (profiles) == 0)
    return TRUE;
  return kt_error_set (error, KT_ERROR_PROTECTED, "protected.last-plan",
                       "a memory reset deletes all %u plans on the chip", count_plans (profiles));
}

gboolean
lpd_guard_enable (GPtrArray *profiles, const RspProfile *profile, GError **error)
{
  const RspProfile *enabled = lpd_guard_enabled (profiles);

  if (enabled == NULL || enabled == profile || (enabled->ppr & RSP_PPR1_NO_DISABLE) == 0
      /* SGP.22: a provisioning profile may take over for a download all the same. */
      || profile->profile_class == RSP_CLASS_PROVISIONING)
    return TRUE;
  return kt_error_set (error, KT_ERROR_POLICY, "policy.no-switch",
                       "the operator's rules do not let the profile in use be disabled");
}
