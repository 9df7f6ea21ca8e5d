/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-lab"

#include "lab-operator.h"

#include <string.h>

#include "kt-activation-code.h"
#include "kt-bytes.h"
#include "kt-error.h"
#include "kt-iccid.h"
#include "lab-eligibility.h"
#include "lab-smdp-private.h"
#include "lab-upp.h"
#include "tlv.h"

/* 89 (telecommunication), 999 (no country), then whatever: ITU-T E.118 length of 19 digits */
#define ICCID_PREFIX "8999901"
#define ICCID_RANDOM_DIGITS 11
#define TEST_PLMN "00101"
#define IMSI_DIGITS 15

#define ALL_EVENTS (RSP_EVENT_INSTALL | RSP_EVENT_ENABLE | RSP_EVENT_DISABLE | RSP_EVENT_DELETE)

enum
{
  SUBSCRIPTION_ALGORITHM = 0x80,
  SUBSCRIPTION_K = 0x81,
  SUBSCRIPTION_OPC = 0x82,
};

/* A contract with everything filled in that it left open. */
typedef struct
{
  char *iccid;
  char *imsi;
  guint mnc_length;
  LabAkaAlgorithm algorithm;
  GBytes *k;
  GBytes *opc;
  char *owner;
} Terms;

static void
terms_clear (Terms *terms)
{
  g_clear_pointer (&terms->iccid, g_free);
  g_clear_pointer (&terms->imsi, g_free);
  g_clear_pointer (&terms->k, g_bytes_unref);
  g_clear_pointer (&terms->opc, g_bytes_unref);
  g_clear_pointer (&terms->owner, g_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Terms, terms_clear)

static char *
random_digits (const KtEnv *env, const char *prefix, guint n)
{
  GString *text = g_string_new (prefix);

  while (n > 0)
    {
      guint8 byte;

      kt_env_random (env, &byte, 1);
      /* 250 is a multiple of 10: no digit is likelier than another */
      if (byte >= 250)
        continue;
      g_string_append_c (text, (char) ('0' + byte % 10));
      n--;
    }
  return g_string_free (text, FALSE);
}

static char *
make_iccid (const KtEnv *env)
{
  g_autofree char *digits = random_digits (env, ICCID_PREFIX, ICCID_RANDOM_DIGITS);

  return g_strdup_printf ("%s%c", digits, kt_luhn_digit (digits));
}

static GBytes *
random_key (const KtEnv *env)
{
  guint8 key[LAB_AKA_KEY_BYTES];
  GBytes *bytes;

  kt_env_random (env, key, sizeof key);
  bytes = kt_secret_bytes (key, sizeof key);
  kt_wipe (key, sizeof key);
  return bytes;
}

/* SGP.22 section 2.4.5.3: at most 8 bits of a test profile's key are not zero, and a chip takes no
 * other: no real network can be behind it. */
static GBytes *
test_key (const KtEnv *env)
{
  guint8 key[LAB_AKA_KEY_BYTES] = { 0 };

  kt_env_random (env, &key[sizeof key - 1], 1);
  return kt_secret_bytes (key, sizeof key);
}

static GBytes *
make_key (const KtEnv *env, const LabContract *contract)
{
  return contract->profile_class == RSP_CLASS_TEST ? test_key (env) : random_key (env);
}

static gboolean
settle_given (const LabContract *contract, Terms *terms, GError **error)
{
  LabUppHeader header;

  if (!lab_upp_header_parse (contract->package, &header, error))
    return FALSE;
  terms->iccid = kt_iccid_from_bytes (header.iccid, sizeof header.iccid, error);
  if (terms->iccid == NULL)
    return FALSE;
  if (contract->iccid != NULL && strcmp (contract->iccid, terms->iccid) != 0)
    return kt_error_set (error, KT_ERROR_INVALID_INPUT, "operator.iccid",
                         "the package is of another ICCID");
  terms->owner = g_strdup (contract->owner);
  return TRUE;
}

static gboolean
settle_made (const KtEnv *env, const LabContract *contract, Terms *terms, GError **error)
{
  terms->iccid = contract->iccid != NULL ? g_strdup (contract->iccid) : make_iccid (env);
  terms->imsi = contract->imsi != NULL
                    ? g_strdup (contract->imsi)
                    : random_digits (env, TEST_PLMN, IMSI_DIGITS - (guint) strlen (TEST_PLMN));
  terms->mnc_length = contract->mnc_length != 0 ? contract->mnc_length : 2;
  if (strlen (terms->imsi) < 6 || terms->mnc_length < 2 || terms->mnc_length > 3)
    return kt_error_set (error, KT_ERROR_INVALID_INPUT, "operator.imsi", "not an IMSI");
  terms->algorithm = contract->algorithm != 0 ? contract->algorithm : LAB_AKA_MILENAGE;
  terms->k = contract->k != NULL ? g_bytes_ref (contract->k) : make_key (env, contract);
  terms->opc = contract->opc != NULL ? g_bytes_ref (contract->opc) : random_key (env);
  terms->owner = contract->owner != NULL ? g_strdup (contract->owner)
                                         : g_strndup (terms->imsi, 3 + terms->mnc_length);
  return TRUE;
}

static GBytes *
build_package (const KtEnv *env, const LabContract *contract, const Terms *terms, const char *spn,
               GError **error)
{
  LabUppSpec spec = {
    .iccid = terms->iccid,
    .imsi = terms->imsi,
    .mnc_length = terms->mnc_length,
    .msisdn = contract->msisdn,
    .spn = spn,
    .algorithm = terms->algorithm,
    .k = terms->k,
    .opc = terms->opc,
    .pin1 = contract->pin1,
    .pin1_enabled = contract->pin1_enabled,
    .gid1 = contract->gid1,
    .gid2 = contract->gid2,
    .profile_type = contract->profile_type,
  };

  return lab_upp_build (&spec, env, error);
}

/* EF.SPN holds 16 characters of GSM's alphabet or 7 of others, and not every one of Unicode: the
 * name goes in as far as it fits, cut at a character. */
static GBytes *
make_package (const KtEnv *env, const LabContract *contract, const Terms *terms, GError **error)
{
  static const glong limits[] = { 16, 7 };
  glong len = g_utf8_strlen (contract->provider, -1);

  for (guint i = 0; i < G_N_ELEMENTS (limits); i++)
    {
      g_autofree char *spn = g_utf8_substring (contract->provider, 0, MIN (len, limits[i]));
      g_autoptr (GError) local = NULL;
      GBytes *package = build_package (env, contract, terms, spn, &local);

      if (package != NULL)
        return package;
      if (g_strcmp0 (kt_error_key (local), "operator.spn") != 0)
        {
          g_propagate_error (error, g_steal_pointer (&local));
          return NULL;
        }
    }
  return build_package (env, contract, terms, NULL, error);
}

static GBytes *
make_metadata (LabSmdp *smdp, const LabContract *contract, const Terms *terms, GError **error)
{
  g_autofree char *address = lab_smdp_dup_address (smdp);
  const LabNotify own = { ALL_EVENTS, address };
  gboolean given = contract->notify != NULL;
  LabMetadata metadata = {
    .iccid = terms->iccid,
    .provider = contract->provider,
    .name = contract->name != NULL ? contract->name : contract->provider,
    .icon_type = contract->icon_type,
    .icon = contract->icon,
    .profile_class = contract->profile_class,
    .ppr = contract->ppr,
    .owner = terms->owner,
    .gid1 = terms->owner != NULL ? contract->gid1 : NULL,
    .gid2 = terms->owner != NULL ? contract->gid2 : NULL,
    .notify = given ? contract->notify : &own,
    .n_notify = contract->silent ? 0 : given ? contract->n_notify : 1,
  };

  return lab_metadata_build (&metadata, error);
}

static GBytes *
pack_subscription (const Terms *terms)
{
  TlvWriter *writer = tlv_writer_new ();
  g_autoptr (GBytes) packed = NULL;

  tlv_begin (writer, TLV_SEQUENCE);
  tlv_put_int (writer, SUBSCRIPTION_ALGORITHM, terms->algorithm);
  tlv_put_bytes (writer, SUBSCRIPTION_K, terms->k);
  tlv_put_bytes (writer, SUBSCRIPTION_OPC, terms->opc);
  tlv_put_string (writer, TLV_UTF8, terms->imsi);
  tlv_end (writer);
  packed = tlv_writer_finish (writer);
  return kt_secret_bytes (g_bytes_get_data (packed, NULL), g_bytes_get_size (packed));
}

static gboolean
add (LabSmdp *smdp, const LabContract *contract, Terms *terms, GError **error)
{
  const KtEnv *env = lab_smdp_get_env (smdp);
  g_autoptr (GBytes) package = NULL;
  g_autoptr (GBytes) metadata = NULL;
  g_autoptr (GBytes) subscription = NULL;
  LabStock stock = { .profile_type = contract->profile_type, .requester = contract->requester };

  if (contract->provider == NULL)
    return kt_error_set (error, KT_ERROR_INVALID_INPUT, "operator.provider",
                         "the provider has no name");
  if (contract->package != NULL)
    {
      if (!settle_given (contract, terms, error))
        return FALSE;
      package = g_bytes_ref (contract->package);
    }
  else
    {
      if (!settle_made (env, contract, terms, error)
          || (package = make_package (env, contract, terms, error)) == NULL)
        return FALSE;
      subscription = pack_subscription (terms);
    }
  metadata = make_metadata (smdp, contract, terms, error);
  if (metadata == NULL)
    return FALSE;
  stock.upp = package;
  stock.metadata = metadata;
  stock.subscription = subscription;
  return lab_smdp_add_profile (smdp, &stock, error);
}

char *
lab_operator_add (LabSmdp *smdp, const LabContract *contract, GError **error)
{
  g_auto (Terms) terms = { 0 };

  g_return_val_if_fail (LAB_IS_SMDP (smdp) && contract != NULL, NULL);

  if (!add (smdp, contract, &terms, error))
    return NULL;
  return g_steal_pointer (&terms.iccid);
}

static char *
make_code (LabSmdp *smdp, const LabContract *contract, const char *matching_id)
{
  g_autofree char *address = lab_smdp_dup_address (smdp);
  KtActivationCode code = {
    .server = address,
    .token = (char *) matching_id,
    .oid = contract->with_oid ? (char *) lab_smdp_get_oid (smdp) : NULL,
    .confirmation_required = contract->confirmation_code != NULL,
  };

  return kt_activation_code_format (&code);
}

static gboolean
order (LabSmdp *smdp, const LabContract *contract, Terms *terms, LabTicket *ticket, GError **error)
{
  LabConfirmation confirmation = {
    .matching_id = contract->matching_id,
    .confirmation_code = contract->confirmation_code,
    .smds = contract->smds,
    .lifetime = contract->lifetime,
  };

  if (!add (smdp, contract, terms, error))
    return FALSE;
  confirmation.iccid = terms->iccid;
  ticket->iccid = g_strdup (terms->iccid);
  ticket->imsi = g_strdup (terms->imsi);
  return lab_smdp_download_order (smdp, contract->requester, contract->eid, terms->iccid, NULL,
                                  NULL, error)
         && lab_smdp_confirm_order (smdp, contract->requester, &confirmation, &ticket->matching_id,
                                    error)
         && lab_smdp_release_profile (smdp, contract->requester, terms->iccid, error);
}

LabTicket *
lab_operator_order (LabSmdp *smdp, const LabContract *contract, GError **error)
{
  g_auto (Terms) terms = { 0 };
  g_autoptr (LabTicket) ticket = NULL;

  g_return_val_if_fail (LAB_IS_SMDP (smdp) && contract != NULL, NULL);

  ticket = g_new0 (LabTicket, 1);
  if (!lab_smdp_enter (smdp, error)
      || !lab_smdp_leave (smdp, order (smdp, contract, &terms, ticket, error), error))
    return NULL;
  ticket->activation_code = make_code (smdp, contract, ticket->matching_id);
  return g_steal_pointer (&ticket);
}

void
lab_ticket_free (LabTicket *ticket)
{
  if (ticket == NULL)
    return;
  kt_wipe_string (ticket->activation_code);
  kt_wipe_string (ticket->matching_id);
  g_free (ticket->iccid);
  g_free (ticket->imsi);
  g_free (ticket);
}

gboolean
lab_operator_get_subscription (LabSmdp *smdp, const char *iccid, LabSubscription *subscription,
                               GError **error)
{
  g_autoptr (GBytes) packed = NULL;
  g_autofree char *text = NULL;
  Tlv all, algorithm, k, opc, imsi;
  gint64 number;

  g_return_val_if_fail (LAB_IS_SMDP (smdp) && iccid != NULL && subscription != NULL, FALSE);

  packed = lab_smdp_dup_subscription (smdp, iccid, error);
  if (packed == NULL)
    return FALSE;
  if (!tlv_parse_bytes (packed, TLV_SEQUENCE, &all, error)
      || !tlv_need (&all, SUBSCRIPTION_ALGORITHM, &algorithm, error)
      || !tlv_get_int (&algorithm, &number, error) || !tlv_need (&all, SUBSCRIPTION_K, &k, error)
      || !tlv_check_len (&k, LAB_AKA_KEY_BYTES, LAB_AKA_KEY_BYTES, error)
      || !tlv_need (&all, SUBSCRIPTION_OPC, &opc, error)
      || !tlv_check_len (&opc, LAB_AKA_KEY_BYTES, LAB_AKA_KEY_BYTES, error)
      || !tlv_need (&all, TLV_UTF8, &imsi, error)
      || (text = tlv_dup_string (&imsi, IMSI_DIGITS, error)) == NULL)
    return FALSE;
  subscription->algorithm = (LabAkaAlgorithm) number;
  memcpy (subscription->k, k.value, k.len);
  memcpy (subscription->opc, opc.value, opc.len);
  g_strlcpy (subscription->imsi, text, sizeof subscription->imsi);
  return TRUE;
}

char *
lab_operator_list (LabSmdp *smdp, GError **error)
{
  g_autoptr (JsonNode) node = NULL;
  JsonArray *orders;

  g_return_val_if_fail (LAB_IS_SMDP (smdp), NULL);

  orders = lab_smdp_dup_orders (smdp, error);
  if (orders == NULL)
    return NULL;
  node = json_node_new (JSON_NODE_ARRAY);
  json_node_take_array (node, orders);
  return json_to_string (node, TRUE);
}
