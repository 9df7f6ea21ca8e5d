/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsuctl"

#include "config.h"

#include "ctl-app.h"

#include <glib/gi18n.h>
#include <string.h>

#include "ctl-ask.h"
#include "kt-error.h"
#include "lpd-guard.h"

/* Options of the commands that change a plan; parsed anew for each command. */
typedef struct
{
  char *form;
  gboolean refresh;
  gboolean no_refresh;
  gboolean no_notify;
} SwitchArgs;

static void
switch_args_clear (SwitchArgs *args)
{
  g_free (args->form);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (SwitchArgs, switch_args_clear)

static gboolean
parse_switch_args (CtlApp *app, SwitchArgs *own, char ***args, LpdForm *form, GError **error)
{
  const GOptionEntry entries[] = {
    { "by", 0, 0, G_OPTION_ARG_STRING, &own->form,
      N_("name the plan to the chip by its iccid or its aid only"), "iccid|aid" },
    { "refresh", 0, 0, G_OPTION_ARG_NONE, &own->refresh, N_("only with the refresh flag"), NULL },
    { "no-refresh", 0, 0, G_OPTION_ARG_NONE, &own->no_refresh, N_("only without the refresh flag"),
      NULL },
    { "no-notify", 0, 0, G_OPTION_ARG_NONE, &own->no_notify,
      N_("leave the message to the operator in the outbox"), NULL },
    { NULL },
  };

  if (!ctl_parse_options (app, ctl_command_find (app->command), entries, args, error)
      || !ctl_need_args (*args, 1, 1, error))
    return FALSE;
  *form = LPD_FORM_ANY;
  if (own->form != NULL && strcmp (own->form, "iccid") == 0)
    *form |= LPD_FORM_ICCID;
  else if (own->form != NULL && strcmp (own->form, "aid") == 0)
    *form |= LPD_FORM_AID;
  else if (own->form != NULL)
    {
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, _("--by takes iccid or aid"));
      return FALSE;
    }
  if (own->refresh)
    *form |= LPD_FORM_REFRESH;
  if (own->no_refresh)
    *form |= LPD_FORM_NO_REFRESH;
  return TRUE;
}

static void
show_profiles (CtlApp *app, GPtrArray *profiles)
{
  if (app->json)
    ctl_output_json (app->command, ctl_profiles_to_json (profiles));
  else
    ctl_print_profiles (profiles);
}

gboolean
ctl_command_list (CtlApp *app, char **args, GError **error)
{
  g_autoptr (LpdChip) chip = NULL;
  g_autoptr (GPtrArray) profiles = NULL;
  g_auto (GStrv) rest = g_strdupv (args);

  if (!ctl_parse_options (app, ctl_command_find ("list"), NULL, &rest, error)
      || !ctl_need_args (rest, 0, 0, error))
    return FALSE;
  chip = ctl_app_open_chip (app, error);
  if (chip == NULL)
    return FALSE;
  profiles = lpd_chip_dup_profiles (chip, app->cancellable, error);
  if (profiles == NULL)
    return FALSE;
  show_profiles (app, profiles);
  return TRUE;
}

typedef GPtrArray *(*SwitchFunc) (LpdJob *job, LpdChip *chip, const char *id,
                                  const LpdSwitchOptions *options, GError **error);

/* Changes the chip, tells the operators, shows what the chip says now. */
static gboolean
run_switch (CtlApp *app, SwitchFunc function, const char *id, LpdForm form, gboolean notify,
            GError **error)
{
  LpdSwitchOptions options = { form, app->override };
  g_autoptr (GPtrArray) profiles = NULL;
  g_autoptr (LpdChip) chip = ctl_app_open_chip (app, error);

  if (chip == NULL)
    return FALSE;
  profiles = function (&app->job, chip, id, &options, error);
  ctl_progress_clear_line (&app->progress);
  if (profiles == NULL)
    return FALSE;
  if (notify)
    ctl_app_tell_operators (app, chip);
  show_profiles (app, profiles);
  return TRUE;
}

static gboolean
switch_command (CtlApp *app, char **args, SwitchFunc function, GError **error)
{
  g_auto (SwitchArgs) own = { 0 };
  g_auto (GStrv) rest = g_strdupv (args);
  LpdForm form;

  if (!parse_switch_args (app, &own, &rest, &form, error))
    return FALSE;
  return run_switch (app, function, rest[0], form, !own.no_notify, error);
}

gboolean
ctl_command_enable (CtlApp *app, char **args, GError **error)
{
  return switch_command (app, args, lpd_switch_enable, error);
}

gboolean
ctl_command_disable (CtlApp *app, char **args, GError **error)
{
  return switch_command (app, args, lpd_switch_disable, error);
}

/* The plan's own name makes the question one that cannot be answered without reading it. */
static gboolean
confirm_delete (CtlApp *app, const char *id, GError **error)
{
  g_autoptr (GPtrArray) profiles = NULL;
  g_autoptr (LpdChip) chip = NULL;
  g_autofree char *title = NULL;
  g_autofree char *clean = NULL;
  g_autofree char *question = NULL;
  const RspProfile *profile;

  if (app->yes)
    return TRUE;
  if (!ctl_ask_possible ())
    return kt_error_set (error, KT_ERROR_PROTECTED, "protected.confirm",
                         "deleting needs --yes where nobody can be asked");
  chip = ctl_app_open_chip (app, error);
  profiles = chip != NULL ? lpd_chip_dup_profiles (chip, app->cancellable, error) : NULL;
  if (profiles == NULL)
    return FALSE;
  profile = lpd_guard_find (profiles, id);
  if (profile == NULL)
    return kt_error_set (error, KT_ERROR_NOT_FOUND, "chip.profile-not-found",
                         "the chip holds no such profile");
  if (!lpd_guard_delete (profiles, profile, app->override, error))
    return FALSE;
  title = rsp_profile_title (profile);
  clean = ctl_output_clean (title);
  question = g_strdup_printf (_("Delete “%s” for good? This cannot be undone, and the operator may "
                                "charge for a new one."),
                              clean);
  if (!ctl_ask_yes (question))
    return kt_error_set (error, KT_ERROR_CANCELLED, "cancelled", "not deleted");
  return TRUE;
}

gboolean
ctl_command_delete (CtlApp *app, char **args, GError **error)
{
  g_auto (SwitchArgs) own = { 0 };
  g_auto (GStrv) rest = g_strdupv (args);
  LpdForm form;

  if (!parse_switch_args (app, &own, &rest, &form, error)
      || !confirm_delete (app, rest[0], error))
    return FALSE;
  return run_switch (app, lpd_switch_delete, rest[0], form, !own.no_notify, error);
}

gboolean
ctl_command_rename (CtlApp *app, char **args, GError **error)
{
  g_auto (GStrv) rest = g_strdupv (args);
  g_autoptr (GPtrArray) profiles = NULL;
  g_autoptr (LpdChip) chip = NULL;
  const RspProfile *profile;

  if (!ctl_parse_options (app, ctl_command_find ("rename"), NULL, &rest, error)
      || !ctl_need_args (rest, 2, 2, error))
    return FALSE;
  chip = ctl_app_open_chip (app, error);
  profiles = chip != NULL ? lpd_chip_dup_profiles (chip, app->cancellable, error) : NULL;
  if (profiles == NULL)
    return FALSE;
  profile = lpd_guard_find (profiles, rest[0]);
  if (profile == NULL || profile->iccid_raw == NULL)
    return kt_error_set (error, KT_ERROR_NOT_FOUND, "chip.profile-not-found",
                         "the chip holds no such profile");
  if (!lpd_chip_set_nickname (chip, profile->iccid_raw, rest[1], app->cancellable, error))
    return FALSE;
  g_clear_pointer (&profiles, g_ptr_array_unref);
  profiles = lpd_chip_dup_profiles (chip, app->cancellable, error);
  if (profiles == NULL)
    return FALSE;
  show_profiles (app, profiles);
  return TRUE;
}

gboolean
ctl_command_reset (CtlApp *app, char **args, GError **error)
{
  gboolean plans = FALSE;
  gboolean test_plans = FALSE;
  gboolean default_server = FALSE;
  const GOptionEntry entries[] = {
    { "plans", 0, 0, G_OPTION_ARG_NONE, &plans,
      N_("delete all plans; set-up connections stay"), NULL },
    { "test-plans", 0, 0, G_OPTION_ARG_NONE, &test_plans, N_("delete test plans"), NULL },
    { "default-server", 0, 0, G_OPTION_ARG_NONE, &default_server,
      N_("back to the default server of delivery"), NULL },
    { NULL },
  };
  g_auto (GStrv) rest = g_strdupv (args);
  g_autoptr (GPtrArray) profiles = NULL;
  g_autoptr (LpdChip) chip = NULL;
  LpdSwitchOptions options = { LPD_FORM_ANY, app->override };
  RspResetOptions what;

  if (!ctl_parse_options (app, ctl_command_find ("reset"), entries, &rest, error)
      || !ctl_need_args (rest, 0, 0, error))
    return FALSE;
  what = (plans ? RSP_RESET_OPERATIONAL : 0) | (test_plans ? RSP_RESET_TEST : 0)
         | (default_server ? RSP_RESET_DEFAULT_DP : 0);
  if (what == 0)
    {
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                   _("say what to reset: --plans, --test-plans or --default-server"));
      return FALSE;
    }
  if (!app->yes)
    {
      if (!ctl_ask_possible ())
        return kt_error_set (error, KT_ERROR_PROTECTED, "protected.confirm",
                             "a memory reset needs --yes where nobody can be asked");
      if (!ctl_ask_yes (_("Reset the chip’s memory? What is deleted cannot be brought back.")))
        return kt_error_set (error, KT_ERROR_CANCELLED, "cancelled", "not reset");
    }
  chip = ctl_app_open_chip (app, error);
  if (chip == NULL)
    return FALSE;
  profiles = lpd_switch_memory_reset (&app->job, chip, what, &options, error);
  ctl_progress_clear_line (&app->progress);
  if (profiles == NULL)
    return FALSE;
  ctl_app_tell_operators (app, chip);
  show_profiles (app, profiles);
  return TRUE;
}
