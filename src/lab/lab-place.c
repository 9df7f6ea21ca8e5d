/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-lab"

#include "lab-place.h"

#include <errno.h>
#include <string.h>

#include "kt-error.h"

struct _LabPlace
{
  char *dir;
  LabPki *pki;
};

LabPlace *
lab_place_open (const char *dir, const char *foreign_pki, const KtEnv *env, GError **error)
{
  g_autoptr (LabPlace) place = g_new0 (LabPlace, 1);
  g_autofree char *pki_dir = NULL;

  place->dir = dir != NULL ? g_strdup (dir)
                           : g_build_filename (g_get_user_data_dir (), "kaitsu-lab", NULL);
  if (g_mkdir_with_parents (place->dir, 0700) != 0)
    {
      kt_error_set (error, KT_ERROR_STORAGE, "storage.folder", "%s: %s", place->dir,
                    g_strerror (errno));
      return NULL;
    }
  pki_dir = g_build_filename (place->dir, "pki", NULL);
  place->pki = foreign_pki != NULL ? lab_pki_open_foreign (foreign_pki, env, error)
                                   : lab_pki_open (pki_dir, env, error);
  return place->pki != NULL ? g_steal_pointer (&place) : NULL;
}

void
lab_place_close (LabPlace *place)
{
  if (place == NULL)
    return;
  g_clear_pointer (&place->pki, lab_pki_unref);
  g_free (place->dir);
  g_free (place);
}

const char *
lab_place_get_dir (LabPlace *place)
{
  return place->dir;
}

LabPki *
lab_place_get_pki (LabPlace *place)
{
  return place->pki;
}

char *
lab_place_dup_smdp_dir (LabPlace *place)
{
  return g_build_filename (place->dir, "smdp", NULL);
}

char *
lab_place_dup_card_dir (LabPlace *place, const char *name, GError **error)
{
  gsize len = strlen (name);

  if (len == 0 || len > 64)
    {
      kt_error_set (error, KT_ERROR_INVALID_INPUT, "lab.card-name",
                    "a card's name has 1 to 64 characters");
      return NULL;
    }
  for (gsize i = 0; i < len; i++)
    if (!g_ascii_isalnum (name[i]) && name[i] != '-' && name[i] != '_')
      {
        kt_error_set (error, KT_ERROR_INVALID_INPUT, "lab.card-name",
                      "a card's name has letters, digits, - and _");
        return NULL;
      }
  return g_build_filename (place->dir, "cards", name, NULL);
}
