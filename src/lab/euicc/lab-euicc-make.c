/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-lab"

#include <string.h>

#include "kt-activation-code.h"
#include "kt-bytes.h"
#include "kt-eid.h"
#include "kt-error.h"
#include "lab-euicc-private.h"

#define DEFAULT_MEMORY (512 * 1024)
#define DEFAULT_ROOT_SMDS "lpa.ds.gsma.com"
/* The first ISD-P; the next ones count up from byte 14 (SGP.02 annex H). */
#define FIRST_ISDP 0x10

static const guint8 standard_isdr[] = { 0xA0, 0x00, 0x00, 0x05, 0x59, 0x10, 0x10, 0xFF,
                                        0xFF, 0xFF, 0xFF, 0x89, 0x00, 0x00, 0x01, 0x00 };
static const guint8 isdp_stem[] = { 0xA0, 0x00, 0x00, 0x05, 0x59, 0x10, 0x10, 0xFF,
                                    0xFF, 0xFF, 0xFF, 0x89, 0x00 };

void
lab_ci_free (LabCi *ci)
{
  if (ci == NULL)
    return;
  g_clear_pointer (&ci->cert, lab_cert_unref);
  g_clear_pointer (&ci->key, lab_key_unref);
  g_clear_pointer (&ci->euicc, g_bytes_unref);
  g_clear_pointer (&ci->eum, g_bytes_unref);
  g_free (ci);
}

void
lab_euicc_next_isdp (GPtrArray *profiles, guint8 aid[LAB_ISDP_BYTES])
{
  for (guint number = FIRST_ISDP; number <= 0xFFFF; number++)
    {
      memcpy (aid, isdp_stem, sizeof isdp_stem);
      aid[13] = (guint8) (number >> 8);
      aid[14] = (guint8) number;
      aid[15] = 0x00;
      if (lab_profiles_find_isdp (profiles, aid, LAB_ISDP_BYTES) == NULL)
        return;
    }
  g_assert_not_reached ();
}

/* ---- making ---- */

/* The EUM's prefix, random digits, and the two check digits that make it 1 modulo 97. */
static char *
random_eid (LabPki *pki, const KtEnv *env)
{
  GString *eid = g_string_new (lab_pki_get_eid_prefix (pki));
  g_autofree char *digits = NULL;

  while (eid->len < KT_EID_DIGITS - 2)
    {
      guint8 byte;

      kt_env_random (env, &byte, 1);
      /* 250 is the largest multiple of ten: no digit is favoured. */
      if (byte < 250)
        g_string_append_c (eid, (char) ('0' + byte % 10));
    }
  digits = g_strconcat (eid->str, "00", NULL);
  g_string_append_printf (eid, "%02d", kt_eid_check_digits (digits));
  return g_string_free (eid, FALSE);
}

static gboolean
add_issuer (LabEuiccStore *store, LabPki *pki, const char *eid, GError **error)
{
  g_autoptr (LabStoredCi) ci = g_new0 (LabStoredCi, 1);
  g_autoptr (LabKey) key = NULL;

  ci->cert = lab_pki_dup_ci_cert (pki);
  if (!lab_pki_issue_euicc (pki, eid, &key, &ci->euicc, &ci->eum, error))
    return FALSE;
  ci->key = lab_key_export_pem (key, error);
  return ci->key != NULL && lab_euicc_store_add_ci (store, ci, error);
}

static gboolean
add_issuers (LabEuiccStore *store, const LabEuiccOptions *options, const char *eid, GError **error)
{
  if (!add_issuer (store, options->pki, eid, error))
    return FALSE;
  for (guint i = 0; options->more_pkis != NULL && i < options->more_pkis->len; i++)
    if (!add_issuer (store, g_ptr_array_index (options->more_pkis, i), eid, error))
      return FALSE;
  for (guint i = 0; options->verification_cis != NULL && i < options->verification_cis->len; i++)
    {
      LabStoredCi ci = { .cert = g_ptr_array_index (options->verification_cis, i) };

      if (!lab_euicc_store_add_ci (store, &ci, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
preload_failed (GError **error, const char *what)
{
  return kt_error_set (error, KT_ERROR_INVALID_INPUT, "lab.preload", "a profile to come with: %s",
                       what);
}

static gboolean
add_preload (LabEuiccStore *store, const LabPreload *preload, GBytes *pkid, GError **error)
{
  g_autoptr (LabPackage) package = lab_saip_parse (preload->upp, NULL, error);
  g_autoptr (LabMetadata) metadata = NULL;
  g_autoptr (GPtrArray) profiles = NULL;
  LabStoredProfile profile = { .enabled = preload->enabled,
                               .metadata = preload->metadata,
                               .pkid = pkid,
                               .preloaded = TRUE };

  if (package == NULL)
    return FALSE;
  metadata = lab_metadata_parse (preload->metadata, error);
  if (metadata == NULL)
    return FALSE;
  if (memcmp (metadata->iccid, lab_package_get_iccid (package), sizeof metadata->iccid) != 0)
    return preload_failed (error, "its metadata have another ICCID");
  profiles = lab_euicc_store_list_profiles (store, error);
  if (profiles == NULL)
    return FALSE;
  if (lab_profiles_find_iccid (profiles, metadata->iccid) != NULL)
    return preload_failed (error, "its ICCID is there already");
  if (preload->enabled && lab_profiles_find_enabled (profiles) != NULL)
    return preload_failed (error, "only one can be enabled");
  lab_euicc_next_isdp (profiles, profile.isdp);
  memcpy (profile.iccid, metadata->iccid, sizeof profile.iccid);
  profile.memory = (gint64) lab_package_get_memory (package);
  return lab_euicc_store_add_profile (store, &profile, preload->upp, error);
}

static gboolean
check_options (const LabEuiccOptions *options, const char *eid, GError **error)
{
  gsize aid_len = options->isdr_aid != NULL ? g_bytes_get_size (options->isdr_aid) : 16;

  if (!kt_eid_is_valid (eid))
    return kt_error_set (error, KT_ERROR_INVALID_INPUT, "lab.eid", "not a valid EID");
  if (aid_len < 5 || aid_len > 16)
    return kt_error_set (error, KT_ERROR_INVALID_INPUT, "lab.aid", "an AID has 5 to 16 bytes");
  if ((options->default_smdp != NULL
       && !kt_server_address_is_valid (options->default_smdp, KT_ACTIVATION_CODE_ALLOW_PORT))
      || (options->root_smds != NULL
          && !kt_server_address_is_valid (options->root_smds, KT_ACTIVATION_CODE_ALLOW_PORT)))
    return kt_error_set (error, KT_ERROR_INVALID_INPUT, "lab.address", "not a server's address");
  return TRUE;
}

static gboolean
write_values (LabEuiccStore *store, const LabEuiccOptions *options, const char *eid, GError **error)
{
  static const guint8 no_svn[3];
  static const guint8 usual_svn[3] = { 2, 2, 2 };
  g_autoptr (GBytes) rules = lab_rules_encode (options);
  g_autoptr (GBytes) aid = options->isdr_aid != NULL
                               ? g_bytes_ref (options->isdr_aid)
                               : g_bytes_new (standard_isdr, sizeof standard_isdr);
  g_autoptr (GBytes) svn = g_bytes_new (
      memcmp (options->svn, no_svn, sizeof no_svn) != 0 ? options->svn : usual_svn, sizeof no_svn);
  gint64 memory = options->memory != 0 ? (gint64) options->memory : DEFAULT_MEMORY;

  return lab_euicc_store_set (store, "rules", rules, error)
         && lab_euicc_store_set (store, "isdr-aid", aid, error)
         && lab_euicc_store_set (store, "svn", svn, error)
         && lab_euicc_store_set_int (store, "memory", memory, error)
         && lab_euicc_store_set_string (store, "default-smdp", options->default_smdp, error)
         && lab_euicc_store_set_string (store, "initial-smdp", options->default_smdp, error)
         && lab_euicc_store_set_string (
             store, "root-smds",
             options->root_smds != NULL ? options->root_smds : DEFAULT_ROOT_SMDS, error)
         && lab_euicc_store_set_string (store, "eid", eid, error);
}

static gboolean
make_all (LabEuiccStore *store, const LabEuiccOptions *options, const char *eid, GError **error)
{
  g_autoptr (GBytes) pkid = NULL;
  guint8 id[20];

  lab_pki_get_ci_pkid (options->pki, id);
  pkid = g_bytes_new (id, sizeof id);
  if (!write_values (store, options, eid, error) || !add_issuers (store, options, eid, error))
    return FALSE;
  for (guint i = 0; i < options->n_preloads; i++)
    if (!add_preload (store, &options->preloads[i], pkid, error))
      return FALSE;
  return TRUE;
}

gboolean
lab_euicc_make (LabEuiccStore *store, const LabEuiccOptions *options, const KtEnv *env,
                GError **error)
{
  g_autofree char *eid
      = options->eid != NULL ? g_strdup (options->eid) : random_eid (options->pki, env);

  if (!check_options (options, eid, error) || !lab_euicc_store_begin (store, error))
    return FALSE;
  if (make_all (store, options, eid, error) && lab_euicc_store_commit (store, error))
    return TRUE;
  lab_euicc_store_rollback (store);
  return FALSE;
}

/* ---- loading ---- */

static LabCi *
load_issuer (const LabStoredCi *stored, GError **error)
{
  LabCi *ci = g_new0 (LabCi, 1);

  ci->cert = lab_cert_parse (stored->cert, error);
  if (ci->cert != NULL && stored->key != NULL)
    ci->key = lab_key_import_pem (stored->key, error);
  if (ci->cert == NULL || (stored->key != NULL && ci->key == NULL))
    {
      lab_ci_free (ci);
      return NULL;
    }
  lab_cert_get_key_id (ci->cert, ci->pkid);
  if (stored->key != NULL)
    {
      ci->euicc = g_bytes_ref (stored->euicc);
      ci->eum = g_bytes_ref (stored->eum);
    }
  return ci;
}

static gboolean
load_issuers (LabEuicc *self, GError **error)
{
  g_autoptr (GPtrArray) stored = lab_euicc_store_list_cis (self->store, error);

  if (stored == NULL)
    return FALSE;
  for (guint i = 0; i < stored->len; i++)
    {
      LabCi *ci = load_issuer (g_ptr_array_index (stored, i), error);

      if (ci == NULL)
        return FALSE;
      g_ptr_array_add (self->cis, ci);
    }
  return TRUE;
}

gboolean
lab_euicc_load (LabEuicc *self, GError **error)
{
  g_autoptr (GBytes) svn = NULL;

  if (!lab_euicc_store_get_string (self->store, "eid", &self->eid, error)
      || !lab_euicc_store_get (self->store, "rules", &self->rules, error)
      || !lab_euicc_store_get (self->store, "isdr-aid", &self->isdr_aid, error)
      || !lab_euicc_store_get (self->store, "svn", &svn, error)
      || !lab_euicc_store_get_int (self->store, "memory", &self->memory, error))
    return FALSE;
  if (self->rules == NULL || self->isdr_aid == NULL || svn == NULL || g_bytes_get_size (svn) != 3)
    return kt_error_set (error, KT_ERROR_STORAGE, "lab.storage", "the database is damaged");
  memcpy (self->svn, g_bytes_get_data (svn, NULL), 3);
  return kt_eid_to_bytes (self->eid, self->eid_bytes, error) && load_issuers (self, error);
}
