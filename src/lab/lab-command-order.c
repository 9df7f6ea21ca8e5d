/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-lab"

#include "config.h"

#include <glib/gi18n.h>
#include <string.h>

#include "kt-activation-code.h"
#include "kt-bytes.h"
#include "kt-error.h"
#include "lab-digits.h"
#include "lab-icon.h"
#include "lab-input.h"
#include "lab-office.h"
#include "lab-operator.h"
#include "lab-output.h"
#include "lab-program.h"
#include "lab-qr.h"
#include "lab-saip.h"

#define PNG_SCALE 8

typedef struct
{
  char *address;
  char *provider;
  char *name;
  char *profile_class;
  char *ppr;
  char *eid;
  char *confirmation_file;
  char *imsi;
  char *msisdn;
  char *iccid;
  char *upp;
  char *icon;
  gint64 lifetime;
  gboolean unreleased;
  char *token;
  gboolean with_oid;
  char *png;
  char *foreign_pki;

  KtSecretString *confirmation;
  GBytes *package;
  GBytes *picture;
} OrderArgs;

static void
order_args_clear (OrderArgs *own)
{
  char **texts[] = { &own->address, &own->provider, &own->name, &own->profile_class, &own->ppr,
                     &own->eid, &own->confirmation_file, &own->imsi, &own->msisdn, &own->iccid,
                     &own->upp, &own->icon, &own->token, &own->png,
                     &own->foreign_pki };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    g_clear_pointer (texts[i], g_free);
  g_clear_pointer (&own->confirmation, kt_wipe_string);
  g_clear_pointer (&own->package, g_bytes_unref);
  g_clear_pointer (&own->picture, g_bytes_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (OrderArgs, order_args_clear)

static gboolean
parse_args (LabProgram *program, OrderArgs *own, char ***args, GError **error)
{
  const GOptionEntry entries[] = {
    { "address", 'a', 0, G_OPTION_ARG_STRING, &own->address,
      N_("the server’s address; without it, where it was served last"), "HOST[:PORT]" },
    { "provider", 0, 0, G_OPTION_ARG_STRING, &own->provider, N_("the operator’s name"),
      N_("NAME") },
    { "name", 0, 0, G_OPTION_ARG_STRING, &own->name, N_("the plan’s name"), N_("NAME") },
    { "class", 0, 0, G_OPTION_ARG_STRING, &own->profile_class, N_("kind of profile"),
      "operational|provisioning|test" },
    { "ppr", 0, 0, G_OPTION_ARG_STRING, &own->ppr,
      N_("rules: 1 cannot be stopped, 2 cannot be deleted"), "1,2" },
    { "eid", 0, 0, G_OPTION_ARG_STRING, &own->eid, N_("for this chip alone"), "EID" },
    { "confirmation-code-file", 'c', 0, G_OPTION_ARG_FILENAME, &own->confirmation_file,
      N_("read the confirmation code from FILE, - for standard input"), N_("FILE") },
    { "imsi", 0, 0, G_OPTION_ARG_STRING, &own->imsi, N_("subscriber; made if not given"), "IMSI" },
    { "msisdn", 0, 0, G_OPTION_ARG_STRING, &own->msisdn,
      N_("telephone number; made if not given"), "MSISDN" },
    { "iccid", 0, 0, G_OPTION_ARG_STRING, &own->iccid, N_("number of the SIM; made if not given"),
      "ICCID" },
    { "upp", 0, 0, G_OPTION_ARG_FILENAME, &own->upp,
      N_("a given profile package instead of a made one"), N_("FILE") },
    { "icon", 0, 0, G_OPTION_ARG_FILENAME, &own->icon,
      N_("PNG or JPEG of 64x64, at most 1024 bytes"), N_("FILE") },
    { "lifetime", 0, 0, G_OPTION_ARG_INT64, &own->lifetime,
      N_("seconds from the release until the order expires"), "S" },
    { "unreleased", 0, 0, G_OPTION_ARG_NONE, &own->unreleased,
      N_("hold it back until “kaitsu-lab release”"), NULL },
    { "token", 0, 0, G_OPTION_ARG_STRING, &own->token,
      N_("MatchingID; made if not given; empty with --eid for an order found without a code"),
      "T" },
    { "with-oid", 0, 0, G_OPTION_ARG_NONE, &own->with_oid,
      N_("name the server’s OID in the code"), NULL },
    { "foreign-pki", 0, 0, G_OPTION_ARG_FILENAME, &own->foreign_pki,
      N_("the folder that “serve” was given, for --with-oid"), N_("FOLDER") },
    { "png", 0, 0, G_OPTION_ARG_FILENAME, &own->png, N_("write the QR code as a picture too"),
      N_("FILE") },
    { "json", 'j', 0, G_OPTION_ARG_NONE, &program->json, N_("print one JSON object"), NULL },
    { NULL },
  };

  if (!lab_program_parse (program, entries, args, 0, 0, error))
    return FALSE;
  if (own->lifetime < 0)
    return lab_program_usage (error, _("--lifetime takes seconds"));
  return TRUE;
}

static gboolean
parse_class (const char *text, RspProfileClass *profile_class, GError **error)
{
  static const RspProfileClass classes[]
      = { RSP_CLASS_OPERATIONAL, RSP_CLASS_PROVISIONING, RSP_CLASS_TEST };
  static const char *const names[] = { "operational", "provisioning", "test" };

  if (text == NULL)
    return TRUE;
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (strcmp (text, names[i]) == 0)
      {
        *profile_class = classes[i];
        return TRUE;
      }
  return lab_program_usage (error, _("--class takes operational, provisioning or test"));
}

static gboolean
parse_ppr (const char *text, guint32 *ppr, GError **error)
{
  g_auto (GStrv) parts = text != NULL ? g_strsplit (text, ",", -1) : NULL;

  for (guint i = 0; parts != NULL && parts[i] != NULL; i++)
    {
      if (strcmp (parts[i], "1") == 0)
        *ppr |= RSP_PPR1_NO_DISABLE;
      else if (strcmp (parts[i], "2") == 0)
        *ppr |= RSP_PPR2_NO_DELETE;
      else
        return lab_program_usage (error, _("--ppr takes 1, 2 or 1,2"));
    }
  return TRUE;
}

static gboolean
read_files (OrderArgs *own, LabContract *contract, GError **error)
{
  int type;

  if (own->confirmation_file != NULL)
    {
      own->confirmation = lab_input_secret_line (own->confirmation_file, error);
      if (own->confirmation == NULL || !kt_confirmation_code_check (own->confirmation, error))
        return FALSE;
    }
  if (own->upp != NULL)
    {
      own->package = lab_input_file (own->upp, LAB_SAIP_MAX_SIZE, error);
      if (own->package == NULL)
        return FALSE;
    }
  own->picture = own->icon != NULL ? lab_input_file (own->icon, LAB_METADATA_MAX_ICON, error)
                                   : lab_icon_draw (LAB_ICON_PLAN, error);
  if (own->picture == NULL || !lab_icon_sniff (own->picture, &type, error))
    return FALSE;
  contract->icon_type = (RspIconType) type;
  contract->icon = own->picture;
  contract->package = own->package;
  contract->confirmation_code = own->confirmation;
  return TRUE;
}

static gboolean
fill_contract (OrderArgs *own, const KtEnv *env, LabContract *contract, GError **error)
{
  if (own->msisdn == NULL && own->upp == NULL)
    own->msisdn = lab_digits_msisdn (env);
  contract->provider = own->provider != NULL ? own->provider : "Kaitsu Mobile";
  contract->name = own->name != NULL ? own->name : "Plan M";
  contract->iccid = own->iccid;
  contract->imsi = own->imsi;
  contract->msisdn = own->msisdn;
  contract->eid = own->eid;
  contract->matching_id = own->token;
  contract->lifetime = own->lifetime;
  contract->with_oid = own->with_oid;
  return parse_class (own->profile_class, &contract->profile_class, error)
         && parse_ppr (own->ppr, &contract->ppr, error) && read_files (own, contract, error);
}

/* As lab_operator_order(), but without the release. */
static LabTicket *
order_unreleased (LabSmdp *smdp, const LabContract *contract, GError **error)
{
  g_autoptr (LabTicket) ticket = g_new0 (LabTicket, 1);
  g_autofree char *address = lab_smdp_dup_address (smdp);
  LabConfirmation confirmation = { .matching_id = contract->matching_id,
                                   .confirmation_code = contract->confirmation_code,
                                   .lifetime = contract->lifetime };
  LabSubscription subscription = { 0 };
  KtActivationCode code = { .server = address,
                            .confirmation_required = contract->confirmation_code != NULL };

  ticket->iccid = lab_operator_add (smdp, contract, error);
  if (ticket->iccid == NULL)
    return NULL;
  /* A given package keeps its subscriber to itself. */
  if (contract->package == NULL
      && lab_operator_get_subscription (smdp, ticket->iccid, &subscription, NULL))
    ticket->imsi = g_strdup (subscription.imsi);
  kt_wipe (&subscription, sizeof subscription);
  confirmation.iccid = ticket->iccid;
  if (!lab_smdp_download_order (smdp, NULL, contract->eid, ticket->iccid, NULL, NULL, error)
      || !lab_smdp_confirm_order (smdp, NULL, &confirmation, &ticket->matching_id, error))
    return NULL;
  code.token = ticket->matching_id;
  code.oid = contract->with_oid ? (char *) lab_smdp_get_oid (smdp) : NULL;
  ticket->activation_code = kt_activation_code_format (&code);
  return g_steal_pointer (&ticket);
}

static gboolean
write_png (const LabQr *qr, const char *path, GError **error)
{
  g_autoptr (GBytes) png = lab_qr_to_png (qr, PNG_SCALE, error);
  g_autoptr (GError) local = NULL;

  if (png == NULL)
    return FALSE;
  /* Whoever has the picture can fetch the plan. */
  if (g_file_set_contents_full (path, g_bytes_get_data (png, NULL),
                                (gssize) g_bytes_get_size (png), G_FILE_SET_CONTENTS_CONSISTENT,
                                0600, &local))
    return TRUE;
  return kt_error_set (error, KT_ERROR_STORAGE, "storage.file", "%s", local->message);
}

static JsonNode *
ticket_to_json (const LabTicket *ticket, const OrderArgs *own, gboolean released)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  json_builder_begin_object (builder);
  lab_member_string (builder, "activationCode", ticket->activation_code);
  lab_member_string (builder, "iccid", ticket->iccid);
  lab_member_string (builder, "imsi", ticket->imsi);
  lab_member_string (builder, "msisdn", own->msisdn);
  lab_member_bool (builder, "released", released);
  json_builder_end_object (builder);
  return json_builder_get_root (builder);
}

static void
print_ticket (const LabTicket *ticket, const OrderArgs *own, const LabQr *qr)
{
  lab_print_field (_("Activation code"), ticket->activation_code);
  lab_print_field (_("ICCID"), ticket->iccid);
  lab_print_field (_("Subscriber (IMSI)"), ticket->imsi);
  lab_print_field (_("Number (MSISDN)"), own->msisdn);
  if (own->unreleased)
    {
      g_autofree char *command = g_strdup_printf ("kaitsu-lab release %s", ticket->iccid);

      lab_print_field (_("Held back until"), command);
    }
  lab_print ("\n");
  lab_qr_print (qr);
}

gboolean
lab_command_order (LabProgram *program, char **args, GError **error)
{
  g_auto (OrderArgs) own = { 0 };
  g_auto (GStrv) rest = g_strdupv (args);
  g_autoptr (LabPlace) place = NULL;
  g_autoptr (LabSmdp) smdp = NULL;
  g_autoptr (LabTicket) ticket = NULL;
  g_autoptr (LabQr) qr = NULL;
  LabContract contract = LAB_CONTRACT_INIT;

  if (!parse_args (program, &own, &rest, error)
      || !fill_contract (&own, program->env, &contract, error))
    return FALSE;
  place = lab_program_open_place (program, own.foreign_pki, error);
  if (place == NULL)
    return FALSE;
  smdp = lab_office_open (place, own.address, program->env, error);
  if (smdp == NULL)
    return FALSE;
  ticket = own.unreleased ? order_unreleased (smdp, &contract, error)
                          : lab_operator_order (smdp, &contract, error);
  if (ticket == NULL)
    return FALSE;
  qr = lab_qr_new (ticket->activation_code, error);
  if (qr == NULL || (own.png != NULL && !write_png (qr, own.png, error)))
    return FALSE;
  if (program->json)
    lab_output_json (program->command, ticket_to_json (ticket, &own, !own.unreleased));
  else
    print_ticket (ticket, &own, qr);
  return TRUE;
}
