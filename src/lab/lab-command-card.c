/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-lab"

#include "config.h"

#include <glib/gi18n.h>

#include "kt-bytes.h"
#include "kt-eid.h"
#include "kt-error.h"
#include "lab-card-list.h"
#include "lab-card.h"
#include "lab-output.h"
#include "lab-program.h"
#include "lab-setup.h"
#include "lpd-chip.h"

typedef struct
{
  gboolean with_setup;
  gboolean empty;
  char *eid;
  gboolean t0;
  gboolean t1;
  gint64 memory;
  char *default_server;
  char *foreign_pki;
  char *isdr_aid;
} NewArgs;

static void
new_args_clear (NewArgs *own)
{
  g_free (own->eid);
  g_free (own->default_server);
  g_free (own->foreign_pki);
  g_free (own->isdr_aid);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (NewArgs, new_args_clear)

static gboolean
parse_new (LabProgram *program, NewArgs *own, char ***args, GError **error)
{
  const GOptionEntry entries[] = {
    { "pp", 0, 0, G_OPTION_ARG_NONE, &own->with_setup,
      N_("with a set-up connection (provisioning profile) in use, as without --empty"), NULL },
    { "empty", 0, 0, G_OPTION_ARG_NONE, &own->empty, N_("with nothing on it"), NULL },
    { "eid", 0, 0, G_OPTION_ARG_STRING, &own->eid, N_("chip number; made if not given"), "EID" },
    { "t0", 0, 0, G_OPTION_ARG_NONE, &own->t0, N_("speaks T=0, as without --t1"), NULL },
    { "t1", 0, 0, G_OPTION_ARG_NONE, &own->t1, N_("speaks T=1"), NULL },
    { "memory", 0, 0, G_OPTION_ARG_INT64, &own->memory, N_("memory for plans"), N_("BYTES") },
    { "default-server", 0, 0, G_OPTION_ARG_STRING, &own->default_server,
      N_("server asked when there is no code"), N_("ADDRESS") },
    { "foreign-pki", 0, 0, G_OPTION_ARG_FILENAME, &own->foreign_pki,
      N_("use the authority and keys in this folder"), N_("FOLDER") },
    { "isdr-aid", 0, 0, G_OPTION_ARG_STRING, &own->isdr_aid,
      N_("application identifier of its ISD-R"), "HEX" },
    { NULL },
  };

  if (!lab_program_parse (program, entries, args, 1, 1, error))
    return FALSE;
  if (own->with_setup && own->empty)
    return lab_program_usage (error, _("--pp and --empty exclude each other"));
  if (own->t0 && own->t1)
    return lab_program_usage (error, _("--t0 and --t1 exclude each other"));
  if (own->memory < 0)
    return lab_program_usage (error, _("--memory takes bytes"));
  return TRUE;
}

static LabEuicc *
make_chip (LabProgram *program, const NewArgs *own, LabPlace *place, const char *dir,
           GError **error)
{
  LabEuiccOptions options = { .env = program->env, .pki = lab_place_get_pki (place),
                              .protocol = own->t1 ? LAB_EUICC_T1 : LAB_EUICC_T0,
                              .eid = own->eid, .memory = (guint64) own->memory,
                              .default_smdp = own->default_server };
  g_autofree char *parent = g_path_get_dirname (dir);
  g_autoptr (LabSetup) setup = NULL;
  g_autoptr (GBytes) aid = NULL;

  if (own->isdr_aid != NULL)
    {
      aid = kt_hex_parse (own->isdr_aid, error);
      if (aid == NULL)
        return NULL;
      options.isdr_aid = aid;
    }
  if (!own->empty)
    {
      setup = lab_setup_new (program->env, error);
      if (setup == NULL)
        return NULL;
      options.preloads = &setup->preload;
      options.n_preloads = 1;
    }
  if (g_mkdir_with_parents (parent, 0700) != 0)
    {
      kt_error_set (error, KT_ERROR_STORAGE, "storage.folder", "%s cannot be made", parent);
      return NULL;
    }
  return lab_euicc_open (dir, &options, error);
}

gboolean
lab_command_card_new (LabProgram *program, char **args, GError **error)
{
  g_auto (NewArgs) own = { 0 };
  g_auto (GStrv) rest = g_strdupv (args);
  g_autoptr (LabPlace) place = NULL;
  g_autoptr (LabEuicc) euicc = NULL;
  g_autofree char *dir = NULL;
  g_autofree char *eid = NULL;

  if (!parse_new (program, &own, &rest, error))
    return FALSE;
  place = lab_program_open_place (program, own.foreign_pki, error);
  if (place == NULL)
    return FALSE;
  dir = lab_place_dup_card_dir (place, rest[0], error);
  if (dir == NULL)
    return FALSE;
  if (lab_euicc_exists (dir))
    return kt_error_set (error, KT_ERROR_INVALID_INPUT, "lab.card-exists",
                         "there is a chip of this name already");
  euicc = make_chip (program, &own, place, dir, error);
  if (euicc == NULL
      || !lab_card_note_protocol (dir, lab_euicc_get_protocol (euicc), error))
    return FALSE;
  eid = kt_eid_grouped (lab_euicc_get_eid (euicc));
  lab_print_field (_("Chip number (EID)"), eid);
  lab_print_field (_("Folder"), dir);
  return TRUE;
}

/* ---- list ---- */

static gboolean
print_profiles (LabEuicc *euicc, GError **error)
{
  g_autoptr (Card) card = lab_card_new (euicc, NULL);
  g_autoptr (LpdChip) chip = NULL;
  g_autoptr (GPtrArray) profiles = NULL;

  chip = lpd_chip_open (card, NULL, NULL, error);
  if (chip == NULL)
    return FALSE;
  profiles = lpd_chip_dup_profiles (chip, NULL, error);
  if (profiles == NULL)
    return FALSE;
  for (guint i = 0; i < profiles->len; i++)
    {
      const RspProfile *profile = g_ptr_array_index (profiles, i);
      g_autofree char *title = rsp_profile_title (profile);
      g_autofree char *clean = lab_output_clean (title);

      lab_print ("    %s%s\n", clean, profile->state == RSP_STATE_ENABLED ? _(" (in use)") : "");
    }
  return TRUE;
}

/* A chip that cannot be read must not hide the others. */
static void
print_chip (LabProgram *program, LabPlace *place, const char *name)
{
  g_autoptr (GError) local = NULL;
  g_autofree char *dir = lab_place_dup_card_dir (place, name, NULL);
  LabEuiccOptions options = { .env = program->env };
  g_autoptr (LabEuicc) euicc = NULL;
  g_autofree char *eid = NULL;

  if (dir == NULL)
    return;
  lab_print_styled (LAB_STYLE_STRONG, "%s", name);
  options.protocol = lab_card_get_protocol (dir);
  euicc = lab_euicc_open (dir, &options, &local);
  if (euicc == NULL)
    {
      lab_print ("  %s\n", g_error_matches (local, KT_ERROR, KT_ERROR_CARD_BUSY)
                               ? _("another program has it")
                               : local->message);
      return;
    }
  eid = kt_eid_grouped (lab_euicc_get_eid (euicc));
  lab_print ("  EID %s  %s\n", eid, options.protocol == LAB_EUICC_T0 ? "T=0" : "T=1");
  if (!print_profiles (euicc, &local))
    lab_print ("    %s\n", local->message);
}

gboolean
lab_command_card_list (LabProgram *program, char **args, GError **error)
{
  g_auto (GStrv) rest = g_strdupv (args);
  g_autoptr (LabPlace) place = NULL;
  g_auto (GStrv) names = NULL;

  if (!lab_program_parse (program, NULL, &rest, 0, 0, error))
    return FALSE;
  place = lab_program_open_place (program, NULL, error);
  if (place == NULL)
    return FALSE;
  names = lab_card_list_names (place);
  if (names[0] == NULL)
    lab_print (_("There are no chips. Make one with “kaitsu-lab card new NAME”.\n"));
  for (guint i = 0; names[i] != NULL; i++)
    print_chip (program, place, names[i]);
  return TRUE;
}
