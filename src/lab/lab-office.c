/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-lab"

#include "lab-office.h"

#include "kt-activation-code.h"
#include "kt-error.h"

#define ADDRESS_FILE "address"
#define DEFAULT_ADDRESS "localhost:" G_STRINGIFY (LAB_OFFICE_PORT)

static char *
dup_address (LabPlace *place, const char *given)
{
  g_autofree char *path = g_build_filename (lab_place_get_dir (place), ADDRESS_FILE, NULL);
  char *noted = NULL;

  if (given != NULL)
    return g_strdup (given);
  if (g_file_get_contents (path, &noted, NULL, NULL))
    return g_strstrip (noted);
  return g_strdup (DEFAULT_ADDRESS);
}

LabSmdp *
lab_office_open (LabPlace *place, const char *address, const KtEnv *env, GError **error)
{
  g_autofree char *dir = lab_place_dup_smdp_dir (place);
  g_autofree char *chosen = dup_address (place, address);
  g_autofree char *host = NULL;
  LabSmdpOptions options = { .state_dir = dir, .pki = lab_place_get_pki (place), .env = env };

  if (!kt_server_address_is_valid (chosen, KT_ACTIVATION_CODE_ALLOW_PORT))
    {
      kt_error_set (error, KT_ERROR_INVALID_INPUT, "input.address", "not a server's address");
      return NULL;
    }
  host = kt_server_address_split (chosen, &options.port);
  options.host = host;
  return lab_smdp_new (&options, error);
}

gboolean
lab_office_note_address (LabPlace *place, const char *address, GError **error)
{
  g_autofree char *path = g_build_filename (lab_place_get_dir (place), ADDRESS_FILE, NULL);
  g_autofree char *line = g_strconcat (address, "\n", NULL);
  g_autoptr (GError) local = NULL;

  if (g_file_set_contents (path, line, -1, &local))
    return TRUE;
  return kt_error_set (error, KT_ERROR_STORAGE, "storage.folder", "%s", local->message);
}
