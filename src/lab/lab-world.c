/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-lab"

#include "lab-world.h"

#include <glib/gstdio.h>

#include "kt-error.h"
#include "lab-digits.h"
#include "lab-icon.h"

#define HOST "localhost"
#define CARD_NAME "line"

static char *
choose_folder (const char *dir, GError **error)
{
  g_autoptr (GError) local = NULL;
  char *made;

  if (dir != NULL)
    return g_strdup (dir);
  made = g_dir_make_tmp ("kaitsu-lab-XXXXXX", &local);
  if (made == NULL)
    kt_error_set (error, KT_ERROR_STORAGE, "storage.folder", "%s", local->message);
  return made;
}

/* "line", or "line-2" … where earlier shows have left their chips. */
static char *
choose_card (LabWorld *world, char **card_dir, GError **error)
{
  for (guint n = 1;; n++)
    {
      g_autofree char *name = n == 1 ? g_strdup (CARD_NAME) : g_strdup_printf (CARD_NAME "-%u", n);
      g_autofree char *path = lab_place_dup_card_dir (world->place, name, error);

      if (path == NULL)
        return NULL;
      if (g_file_test (path, G_FILE_TEST_EXISTS))
        continue;
      *card_dir = g_steal_pointer (&path);
      return g_steal_pointer (&name);
    }
}

static gboolean
make_card (LabWorld *world, const KtEnv *env, GError **error)
{
  LabEuiccOptions options = { .env = env, .protocol = LAB_EUICC_T1,
                              .pki = lab_place_get_pki (world->place), .n_preloads = 1 };
  g_autofree char *dir = NULL;
  g_autofree char *parent = NULL;

  world->card_name = choose_card (world, &dir, error);
  if (world->card_name == NULL)
    return FALSE;
  parent = g_path_get_dirname (dir);
  if (g_mkdir_with_parents (parent, 0700) != 0)
    return kt_error_set (error, KT_ERROR_STORAGE, "storage.folder", "%s cannot be made", parent);
  world->setup = lab_setup_new (env, error);
  if (world->setup == NULL)
    return FALSE;
  options.preloads = &world->setup->preload;
  world->euicc = lab_euicc_open (dir, &options, error);
  return world->euicc != NULL;
}

static gboolean
start_server (LabWorld *world, const KtEnv *env, GError **error)
{
  g_autofree char *dir = lab_place_dup_smdp_dir (world->place);
  LabSmdpOptions options = { .host = HOST, .state_dir = dir, .env = env,
                             .pki = lab_place_get_pki (world->place) };

  world->smdp = lab_smdp_new (&options, error);
  return world->smdp != NULL && lab_smdp_start_thread (world->smdp, error);
}

LabWorld *
lab_world_new (const char *dir, const KtEnv *env, GError **error)
{
  g_autoptr (LabWorld) world = g_new0 (LabWorld, 1);
  g_autofree char *folder = choose_folder (dir, error);

  if (folder == NULL)
    return NULL;
  world->place = lab_place_open (folder, NULL, env, error);
  if (world->place == NULL)
    {
      if (dir == NULL)
        g_rmdir (folder);
      return NULL;
    }
  world->temporary = dir == NULL;
  if (!start_server (world, env, error) || !make_card (world, env, error))
    return NULL;
  return g_steal_pointer (&world);
}

void
lab_world_keep (LabWorld *world)
{
  world->temporary = FALSE;
}

/* The folder was made by this program and is its user's alone; links in it are not followed. */
static void
remove_folder (const char *path)
{
  g_autoptr (GDir) dir = NULL;
  const char *name;

  if (!g_file_test (path, G_FILE_TEST_IS_SYMLINK))
    dir = g_dir_open (path, 0, NULL);
  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *child = g_build_filename (path, name, NULL);

      remove_folder (child);
    }
  g_remove (path);
}

void
lab_world_free (LabWorld *world)
{
  if (world == NULL)
    return;
  if (world->smdp != NULL)
    lab_smdp_stop (world->smdp);
  g_clear_object (&world->smdp);
  g_clear_object (&world->euicc);
  lab_setup_free (world->setup);
  if (world->temporary)
    remove_folder (lab_place_get_dir (world->place));
  lab_place_close (world->place);
  g_free (world->card_name);
  g_free (world);
}

LabTicket *
lab_world_order (LabWorld *world, GError **error)
{
  LabContract contract = LAB_CONTRACT_INIT;
  g_autofree char *msisdn = lab_digits_msisdn (lab_smdp_get_env (world->smdp));
  g_autoptr (GBytes) icon = lab_icon_draw (LAB_ICON_PLAN, error);

  if (icon == NULL)
    return NULL;
  contract.provider = "Kaitsu Mobile";
  contract.name = "Plan M";
  contract.msisdn = msisdn;
  contract.icon_type = RSP_ICON_PNG;
  contract.icon = icon;
  contract.profile_type = "plan-m";
  return lab_operator_order (world->smdp, &contract, error);
}
