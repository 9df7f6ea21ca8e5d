/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-lab"

#include "config.h"

#include <glib/gi18n.h>
#include <string.h>

#include "kt-activation-code.h"
#include "kt-bytes.h"
#include "kt-error.h"
#include "lab-office.h"
#include "lab-output.h"
#include "lab-program.h"

#define CI_FILE "ci.pem"
#define CLIENT_FILE "client.pem"

typedef struct
{
  char *host;
  int port;
  char *clients;
  gboolean ppk;
  char *foreign_pki;
} ServeArgs;

static void
serve_args_clear (ServeArgs *own)
{
  g_free (own->host);
  g_free (own->clients);
  g_free (own->foreign_pki);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (ServeArgs, serve_args_clear)

static gboolean
parse_args (LabProgram *program, ServeArgs *own, char ***args, GError **error)
{
  const GOptionEntry entries[] = {
    { "host", 0, 0, G_OPTION_ARG_STRING, &own->host,
      N_("the server’s name in codes and certificates (localhost)"), N_("NAME") },
    { "port", 'p', 0, G_OPTION_ARG_INT, &own->port, N_("port (8443); 0 for a free one"), "N" },
    { "client-certificates", 0, 0, G_OPTION_ARG_STRING, &own->clients,
      N_("of whom they are demanded: any (nobody), operators, all"), "any|operators|all" },
    { "ppk", 0, 0, G_OPTION_ARG_NONE, &own->ppk,
      N_("protect packages with keys of their own (PPK)"), NULL },
    { "foreign-pki", 0, 0, G_OPTION_ARG_FILENAME, &own->foreign_pki,
      N_("use the authority and keys in this folder"), N_("FOLDER") },
    { NULL },
  };

  own->port = LAB_OFFICE_PORT;
  if (!lab_program_parse (program, entries, args, 0, 0, error))
    return FALSE;
  if (own->port < 0 || own->port > G_MAXUINT16)
    return lab_program_usage (error, _("a port is 0 to 65535"));
  return TRUE;
}

static gboolean
parse_clients (const char *text, LabSmdpClients *clients, GError **error)
{
  static const char *const names[]
      = { [LAB_SMDP_CLIENTS_ANY] = "any", [LAB_SMDP_CLIENTS_OPERATORS] = "operators",
          [LAB_SMDP_CLIENTS_ALL] = "all" };

  *clients = LAB_SMDP_CLIENTS_ANY;
  if (text == NULL)
    return TRUE;
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (g_str_equal (text, names[i]))
      {
        *clients = (LabSmdpClients) i;
        return TRUE;
      }
  return lab_program_usage (error, _("--client-certificates takes any, operators or all"));
}

static LabSmdp *
make_server (LabProgram *program, const ServeArgs *own, LabPlace *place, GError **error)
{
  g_autofree char *dir = lab_place_dup_smdp_dir (place);
  LabSmdpOptions options = { .host = own->host != NULL ? own->host : "localhost",
                             .port = (guint16) own->port, .state_dir = dir,
                             .pki = lab_place_get_pki (place), .env = program->env,
                             .use_ppk = own->ppk };

  if (!parse_clients (own->clients, &options.clients, error))
    return NULL;
  if (!kt_server_address_is_valid (options.host, KT_ACTIVATION_CODE_ALLOW_PORT)
      || strchr (options.host, ':') != NULL)
    {
      kt_error_set (error, KT_ERROR_INVALID_INPUT, "input.address", "not a host's name");
      return NULL;
    }
  return lab_smdp_new (&options, error);
}

static char *
write_pem (LabPlace *place, const char *name, GBytes *pem, int mode, GError **error)
{
  g_autofree char *path = g_build_filename (lab_place_get_dir (place), name, NULL);
  g_autoptr (GError) local = NULL;

  if (g_file_set_contents_full (path, g_bytes_get_data (pem, NULL),
                                (gssize) g_bytes_get_size (pem), G_FILE_SET_CONTENTS_CONSISTENT,
                                mode, &local))
    return g_steal_pointer (&path);
  kt_error_set (error, KT_ERROR_STORAGE, "storage.folder", "%s", local->message);
  return NULL;
}

/* A client that is allowed in, for whoever wants to try: certificate and key in one file. */
static gboolean
print_client (LabPlace *place, GError **error)
{
  g_autoptr (LabCredential) client = lab_pki_dup_client (lab_place_get_pki (place), error);
  g_autoptr (GBytes) pem = NULL;
  g_autofree char *path = NULL;

  if (client == NULL)
    return FALSE;
  pem = lab_credential_dup_pem_with_key (client, error);
  if (pem == NULL)
    return FALSE;
  path = write_pem (place, CLIENT_FILE, pem, 0600, error);
  if (path == NULL)
    return FALSE;
  lab_print_field (_("Client certificate"), path);
  return TRUE;
}

static gboolean
announce (LabSmdp *smdp, LabPlace *place, const ServeArgs *own, GError **error)
{
  LabPki *pki = lab_place_get_pki (place);
  g_autofree char *address = lab_smdp_dup_address (smdp);
  g_autoptr (GBytes) ci = lab_pki_dup_ci_pem (pki);
  g_autofree char *path = write_pem (place, CI_FILE, ci, 0644, error);
  g_autofree char *key = NULL;
  guint8 pkid[20];

  if (path == NULL || !lab_office_note_address (place, address, error))
    return FALSE;
  lab_pki_get_ci_pkid (pki, pkid);
  key = kt_hex (pkid, sizeof pkid);
  lab_print_styled (LAB_STYLE_STRONG, "%s", _("The operator’s server listens."));
  lab_print ("\n");
  lab_print_field (_("Address"), address);
  lab_print_field (_("OID of the SM-DP+"), lab_smdp_get_oid (smdp));
  lab_print_field (_("Authority (CI PKId)"), key);
  lab_print_field (_("Authority’s certificate"), path);
  lab_print_field (_("Folder"), lab_place_get_dir (place));
  if (own->clients != NULL && !g_str_equal (own->clients, "any") && !print_client (place, error))
    return FALSE;
  lab_print (_("Make an order with “kaitsu-lab order”. Ctrl-C ends.\n"));
  return TRUE;
}

gboolean
lab_command_serve (LabProgram *program, char **args, GError **error)
{
  g_auto (ServeArgs) own = { 0 };
  g_auto (GStrv) rest = g_strdupv (args);
  g_autoptr (LabPlace) place = NULL;
  g_autoptr (LabSmdp) smdp = NULL;
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);

  if (!parse_args (program, &own, &rest, error))
    return FALSE;
  place = lab_program_open_place (program, own.foreign_pki, error);
  if (place == NULL)
    return FALSE;
  smdp = make_server (program, &own, place, error);
  if (smdp == NULL)
    return FALSE;
  lab_program_quit_on_signal (loop);
  if (!lab_smdp_start (smdp, error) || !announce (smdp, place, &own, error))
    return FALSE;
  g_main_loop_run (loop);
  lab_smdp_stop (smdp);
  return TRUE;
}
