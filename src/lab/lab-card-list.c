/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-lab"

#include "lab-card-list.h"

#include <stdlib.h>
#include <string.h>

#include "kt-error.h"

#define NOTES "card.ini"
#define GROUP "card"
#define KEY_PROTOCOL "protocol"
#define T0 "T=0"
#define T1 "T=1"

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

char **
lab_card_list_names (LabPlace *place)
{
  g_autofree char *path = g_build_filename (lab_place_get_dir (place), "cards", NULL);
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *card_dir = g_build_filename (path, name, NULL);

      if (lab_euicc_exists (card_dir))
        g_ptr_array_add (names, g_strdup (name));
    }
  g_ptr_array_sort (names, compare_names);
  g_ptr_array_add (names, NULL);
  return (char **) g_ptr_array_free (g_steal_pointer (&names), FALSE);
}

gboolean
lab_card_note_protocol (const char *card_dir, LabEuiccProtocol protocol, GError **error)
{
  g_autofree char *path = g_build_filename (card_dir, NOTES, NULL);
  g_autoptr (GKeyFile) notes = g_key_file_new ();
  g_autoptr (GError) local = NULL;

  g_key_file_set_string (notes, GROUP, KEY_PROTOCOL, protocol == LAB_EUICC_T0 ? T0 : T1);
  if (g_key_file_save_to_file (notes, path, &local))
    return TRUE;
  return kt_error_set (error, KT_ERROR_STORAGE, "storage.folder", "%s", local->message);
}

LabEuiccProtocol
lab_card_get_protocol (const char *card_dir)
{
  g_autofree char *path = g_build_filename (card_dir, NOTES, NULL);
  g_autoptr (GKeyFile) notes = g_key_file_new ();
  g_autofree char *text = NULL;

  if (!g_key_file_load_from_file (notes, path, G_KEY_FILE_NONE, NULL))
    return LAB_EUICC_T0;
  text = g_key_file_get_string (notes, GROUP, KEY_PROTOCOL, NULL);
  return g_strcmp0 (text, T1) == 0 ? LAB_EUICC_T1 : LAB_EUICC_T0;
}
