/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-lpd"

#include "lpd-switch.h"

#include "kt-error.h"
#include "lpd-guard.h"

#define BUSY_TRIES 6

typedef struct
{
  RspProfileRef by;
  gboolean refresh;
} Form;

/* The usual form first; what follows is for cards that know just that one. */
static const Form forms[] = {
  { RSP_BY_ICCID, TRUE },
  { RSP_BY_ICCID, FALSE },
  { RSP_BY_AID, TRUE },
  { RSP_BY_AID, FALSE },
};

static gboolean
form_is_wanted (const Form *form, LpdForm wanted, const RspProfile *profile)
{
  LpdForm refs = wanted & (LPD_FORM_ICCID | LPD_FORM_AID);
  LpdForm flags = wanted & (LPD_FORM_REFRESH | LPD_FORM_NO_REFRESH);

  if (refs != 0 && (refs & (form->by == RSP_BY_ICCID ? LPD_FORM_ICCID : LPD_FORM_AID)) == 0)
    return FALSE;
  if (flags != 0 && (flags & (form->refresh ? LPD_FORM_REFRESH : LPD_FORM_NO_REFRESH)) == 0)
    return FALSE;
  return form->by == RSP_BY_ICCID ? profile->iccid_raw != NULL : profile->aid != NULL;
}

static gboolean
is_busy (const GError *error)
{
  return g_error_matches (error, KT_ERROR, KT_ERROR_CHIP_REFUSED)
         && g_strcmp0 (kt_error_key (error), "chip.busy") == 0;
}

/* Whether another form of the same command may do better. */
static gboolean
is_worth_another_form (const GError *error)
{
  const KtErrorDetail *detail = kt_error_detail (error);

  if (detail == NULL)
    return FALSE;
  switch (error->code)
    {
    case KT_ERROR_UNSUPPORTED:
      return TRUE;
    case KT_ERROR_CARD_STATUS:
      return detail->sw != 0;
    case KT_ERROR_CHIP_REFUSED:
      return detail->result == 1 || detail->result == 127;
    default:
      return FALSE;
    }
}

/* One request, repeated while a proactive session of the card keeps it busy (catBusy). */
static gboolean
ask_until_free (LpdJob *job, LpdChip *chip, GBytes *request, RspTag function, GError **error)
{
  gint64 delay = job->context->retry_delay;

  for (guint try = 1;; try++)
    {
      g_autoptr (GError) local = NULL;
      g_autoptr (GBytes) answer = lpd_chip_call (chip, request, job->cancellable, &local);

      if (answer != NULL && rsp_result_parse (answer, function, &local))
        return TRUE;
      if (!is_busy (local) || try == BUSY_TRIES)
        {
          g_propagate_error (error, g_steal_pointer (&local));
          return FALSE;
        }
      if (!lpd_job_wait (job, delay, error))
        return FALSE;
      delay *= 2;
    }
}

/*
 * Resets the card and reads the list. Not cancellable: the command has been given, and the person
 * must learn how it ended.
 */
static GPtrArray *
read_back (LpdJob *job, LpdChip *chip, GError **error)
{
  GError *local = NULL;
  GPtrArray *profiles = NULL;

  lpd_job_step (job, LPD_STEP_RESET);
  if (lpd_chip_restart (chip, NULL, &local))
    {
      lpd_job_step (job, LPD_STEP_READ_BACK);
      profiles = lpd_chip_dup_profiles (chip, NULL, &local);
    }
  if (profiles == NULL)
    g_propagate_prefixed_error (error, local, "reading back after the change: ");
  return profiles;
}

/*
 * Some cards reset themselves, or answer garbage, once they have switched: the change may have been
 * made although the command failed. Only the list tells.
 */
static gboolean
is_uncertain (const GError *error)
{
  return g_error_matches (error, KT_ERROR, KT_ERROR_CARD_RESET)
         || g_error_matches (error, KT_ERROR, KT_ERROR_CARD_IO)
         || g_error_matches (error, KT_ERROR, KT_ERROR_CARD_STATUS)
         || g_error_matches (error, KT_ERROR, KT_ERROR_MALFORMED);
}

static gboolean
is_confirmed (GPtrArray *profiles, const char *id, RspTag function)
{
  const RspProfile *profile = lpd_guard_find (profiles, id);

  switch (function)
    {
    case RSP_TAG_ENABLE_PROFILE:
      return profile != NULL && profile->state == RSP_STATE_ENABLED;
    case RSP_TAG_DISABLE_PROFILE:
      return profile != NULL && profile->state == RSP_STATE_DISABLED;
    default:
      return profile == NULL;
    }
}

static gboolean
is_reset_confirmed (GPtrArray *profiles, RspResetOptions what)
{
  for (guint i = 0; i < profiles->len; i++)
    {
      const RspProfile *profile = g_ptr_array_index (profiles, i);

      if ((profile->profile_class == RSP_CLASS_OPERATIONAL && (what & RSP_RESET_OPERATIONAL) != 0)
          || (profile->profile_class == RSP_CLASS_TEST && (what & RSP_RESET_TEST) != 0))
        return FALSE;
    }
  /* The default server cannot be told from the list. */
  return (what & (RSP_RESET_OPERATIONAL | RSP_RESET_TEST)) != 0;
}

static GBytes *
make_request (RspTag function, const Form *form, const RspProfile *profile)
{
  GBytes *id = form->by == RSP_BY_ICCID ? profile->iccid_raw : profile->aid;

  if (function == RSP_TAG_DELETE_PROFILE)
    return rsp_delete_request (form->by, id);
  return rsp_switch_request (function, form->by, id, form->refresh);
}

/* Tries the forms in turn until the chip's own list confirms the change. */
static GPtrArray *
change (LpdJob *job, LpdChip *chip, RspTag function, const char *id, const RspProfile *profile,
        LpdForm wanted, GError **error)
{
  g_autoptr (GError) last = NULL;

  lpd_job_step (job, LPD_STEP_SWITCH);
  for (guint i = 0; i < G_N_ELEMENTS (forms); i++)
    {
      g_autoptr (GBytes) request = NULL;
      g_autoptr (GPtrArray) after = NULL;

      /* The refresh flag makes no difference to a deletion. */
      if (!form_is_wanted (&forms[i], wanted, profile)
          || (function == RSP_TAG_DELETE_PROFILE && !forms[i].refresh))
        continue;
      g_clear_error (&last);
      request = make_request (function, &forms[i], profile);
      if (!ask_until_free (job, chip, request, function, &last))
        {
          if (is_uncertain (last))
            {
              after = read_back (job, chip, NULL);
              /* without a channel no other form can be tried, and this is the error to tell */
              if (after == NULL)
                break;
              if (is_confirmed (after, id, function))
                return g_steal_pointer (&after);
            }
          if (is_worth_another_form (last))
            continue;
          break;
        }
      after = function == RSP_TAG_DELETE_PROFILE ? lpd_chip_dup_profiles (chip, NULL, error)
                                                 : read_back (job, chip, error);
      if (after == NULL)
        return NULL;
      if (is_confirmed (after, id, function))
        return g_steal_pointer (&after);
      kt_error_set (&last, KT_ERROR_UNCONFIRMED, "unconfirmed",
                    "the chip accepted the change but its list does not show it");
    }
  if (last == NULL)
    kt_error_set (&last, KT_ERROR_NOT_FOUND, "chip.profile-not-found",
                  "the chip does not name this profile in the form wanted");
  g_propagate_error (error, g_steal_pointer (&last));
  return NULL;
}

static const LpdSwitchOptions no_options;

/* Reads the list and finds the profile in it; @profile stays owned by the list. */
static GPtrArray *
look_up (LpdJob *job, LpdChip *chip, const char *id, RspProfile **profile, GError **error)
{
  g_autoptr (GPtrArray) profiles = NULL;

  lpd_job_step (job, LPD_STEP_READ_CHIP);
  profiles = lpd_chip_dup_profiles (chip, job->cancellable, error);
  if (profiles == NULL)
    return NULL;
  *profile = lpd_guard_find (profiles, id);
  if (*profile == NULL)
    {
      kt_error_set (error, KT_ERROR_NOT_FOUND, "chip.profile-not-found",
                    "the chip holds no such profile");
      return NULL;
    }
  return g_steal_pointer (&profiles);
}

GPtrArray *
lpd_switch_enable (LpdJob *job, LpdChip *chip, const char *id, const LpdSwitchOptions *options,
                   GError **error)
{
  g_autoptr (GPtrArray) profiles = NULL;
  RspProfile *profile;

  options = options != NULL ? options : &no_options;
  profiles = look_up (job, chip, id, &profile, error);
  if (profiles == NULL || !lpd_guard_enable (profiles, profile, error))
    return NULL;
  if (profile->state == RSP_STATE_ENABLED)
    return g_steal_pointer (&profiles);
  return change (job, chip, RSP_TAG_ENABLE_PROFILE, id, profile, options->form, error);
}

GPtrArray *
lpd_switch_disable (LpdJob *job, LpdChip *chip, const char *id, const LpdSwitchOptions *options,
                    GError **error)
{
  g_autoptr (GPtrArray) profiles = NULL;
  RspProfile *profile;

  options = options != NULL ? options : &no_options;
  profiles = look_up (job, chip, id, &profile, error);
  if (profiles == NULL || !lpd_guard_disable (profiles, profile, options->override, error))
    return NULL;
  return change (job, chip, RSP_TAG_DISABLE_PROFILE, id, profile, options->form, error);
}

GPtrArray *
lpd_switch_delete (LpdJob *job, LpdChip *chip, const char *id, const LpdSwitchOptions *options,
                   GError **error)
{
  g_autoptr (GPtrArray) profiles = NULL;
  RspProfile *profile;

  options = options != NULL ? options : &no_options;
  profiles = look_up (job, chip, id, &profile, error);
  if (profiles == NULL || !lpd_guard_delete (profiles, profile, options->override, error))
    return NULL;
  return change (job, chip, RSP_TAG_DELETE_PROFILE, id, profile, options->form, error);
}

GPtrArray *
lpd_switch_memory_reset (LpdJob *job, LpdChip *chip, RspResetOptions what,
                         const LpdSwitchOptions *options, GError **error)
{
  g_autoptr (GPtrArray) profiles = NULL;
  g_autoptr (GBytes) request = rsp_memory_reset_request (what);
  g_autoptr (GError) local = NULL;

  options = options != NULL ? options : &no_options;
  lpd_job_step (job, LPD_STEP_READ_CHIP);
  profiles = lpd_chip_dup_profiles (chip, job->cancellable, error);
  if (profiles == NULL || !lpd_guard_reset (profiles, what, options->override, error))
    return NULL;
  lpd_job_step (job, LPD_STEP_SWITCH);
  if (!ask_until_free (job, chip, request, RSP_TAG_MEMORY_RESET, &local))
    {
      g_autoptr (GPtrArray) after = is_uncertain (local) ? read_back (job, chip, NULL) : NULL;

      if (after != NULL && is_reset_confirmed (after, what))
        return g_steal_pointer (&after);
      g_propagate_error (error, g_steal_pointer (&local));
      return NULL;
    }
  return read_back (job, chip, error);
}
