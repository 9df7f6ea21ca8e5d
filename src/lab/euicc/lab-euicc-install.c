/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-lab"

#include "lab-euicc-install.h"

#include <string.h>

#include "kt-error.h"

/* DpProprietaryData: "maximum size including tag and length field: 128 bytes". */
#define MAX_DP_DATA 128
#define KEY_BYTES 16

/* ---- ConfigureISDP ---- */

LabErrorReason
lab_install_configure (LabLoad *load, GBytes *command)
{
  g_autofree char *oid = NULL;
  Tlv tlv;
  Tlv dp;
  Tlv child;

  if (!tlv_parse_bytes (command, 0xBF24, &tlv, NULL))
    return LAB_REASON_INPUT_VALUES;
  switch (tlv_find (&tlv, 0xB8, &dp, NULL))
    {
    case TLV_ABSENT:
      return LAB_REASON_NONE;
    case TLV_MALFORMED:
      return LAB_REASON_INPUT_VALUES;
    case TLV_FOUND:
    default:
      break;
    }
  if (dp.raw_len > MAX_DP_DATA || !tlv_need (&dp, 0x80, &child, NULL))
    return LAB_REASON_INPUT_VALUES;
  oid = tlv_dup_oid (&child, NULL);
  if (oid == NULL)
    return LAB_REASON_INPUT_VALUES;
  load->dp = tlv_dup_raw (&dp);
  return LAB_REASON_NONE;
}

/* ---- StoreMetadata ---- */

/* SGP.22 section 2.9.3.1: rules are an operational profile's matter, of an owner that the table
 * names; and who cannot be disabled must not come second. */
static LabErrorReason
judge_rules (LabEuicc *self, GPtrArray *profiles, const LabMetadata *metadata)
{
  guint rules = metadata->pprs & (LAB_PPR1_NO_DISABLING | LAB_PPR2_NO_DELETION);

  if (rules == 0)
    return LAB_REASON_NONE;
  if (!metadata->has_owner)
    return LAB_REASON_INPUT_VALUES;
  if (metadata->class != LAB_CLASS_OPERATIONAL
      || !lab_rules_allow (self->rules, rules, &metadata->owner))
    return LAB_REASON_PPR;
  if ((rules & LAB_PPR1_NO_DISABLING) == 0)
    return LAB_REASON_NONE;
  for (guint i = 0; i < profiles->len; i++)
    {
      g_autoptr (LabMetadata) other
          = lab_profile_metadata (g_ptr_array_index (profiles, i), NULL);

      if (other != NULL && other->class == LAB_CLASS_OPERATIONAL)
        return LAB_REASON_PPR;
    }
  return LAB_REASON_NONE;
}

LabErrorReason
lab_install_metadata (LabEuicc *self, LabLoad *load, GBytes *command)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) profiles = NULL;

  load->metadata = lab_metadata_parse (command, &error);
  if (load->metadata == NULL)
    {
      g_debug ("StoreMetadata: %s", error->message);
      return g_error_matches (error, KT_ERROR, KT_ERROR_UNSUPPORTED) ? LAB_REASON_PROFILE_CLASS
                                                                     : LAB_REASON_INPUT_VALUES;
    }
  profiles = lab_euicc_store_list_profiles (self->store, &error);
  if (profiles == NULL)
    return LAB_REASON_UNKNOWN;
  if (lab_profiles_find_iccid (profiles, load->metadata->iccid) != NULL)
    return LAB_REASON_ICCID_EXISTS;
  return judge_rules (self, profiles, load->metadata);
}

/* ---- ReplaceSessionKeys ---- */

LabErrorReason
lab_install_keys (LabLoad *load, GBytes *command)
{
  static const TlvTag tags[3] = { 0x80, 0x81, 0x82 };
  Tlv tlv;
  Tlv keys[3];

  if (!tlv_parse_bytes (command, 0xBF26, &tlv, NULL))
    return LAB_REASON_INPUT_VALUES;
  for (guint i = 0; i < G_N_ELEMENTS (tags); i++)
    if (!tlv_need (&tlv, tags[i], &keys[i], NULL)
        || !tlv_check_len (&keys[i], KEY_BYTES, KEY_BYTES, NULL))
      return LAB_REASON_INPUT_VALUES;
  lab_bsp_free (load->bsp);
  load->bsp = lab_bsp_new_keys (keys[0].value, keys[1].value, keys[2].value);
  return LAB_REASON_NONE;
}

/* ---- the end ---- */

/* EUICCResponse of SAIP: one PEStatus. */
static GBytes *
write_sima_response (const LabSaipFailure *failure)
{
  g_autoptr (TlvWriter) writer = tlv_writer_new ();

  tlv_begin (writer, TLV_SEQUENCE);
  tlv_begin (writer, 0xA0);
  tlv_begin (writer, TLV_SEQUENCE);
  tlv_put_int (writer, 0x80, failure != NULL ? failure->pe_status : LAB_PE_OK);
  if (failure != NULL && failure->pe_id >= 0)
    tlv_put_int (writer, 0x81, failure->pe_id);
  tlv_end (writer);
  tlv_end (writer);
  /* profileInstallationAborted */
  if (failure != NULL)
    tlv_put (writer, 0x81, NULL, 0);
  tlv_end (writer);
  return tlv_writer_finish (g_steal_pointer (&writer));
}

static GBytes *
write_success (const guint8 *isdp)
{
  g_autoptr (TlvWriter) writer = tlv_writer_new ();
  g_autoptr (GBytes) sima_response = write_sima_response (NULL);

  tlv_begin (writer, 0xA0);
  tlv_put (writer, 0x4F, isdp, LAB_ISDP_BYTES);
  tlv_put_bytes (writer, TLV_OCTET_STRING, sima_response);
  tlv_end (writer);
  return tlv_writer_finish (g_steal_pointer (&writer));
}

static GBytes *
write_error (LabBppCommand command, LabErrorReason reason, const LabSaipFailure *failure)
{
  g_autoptr (TlvWriter) writer = tlv_writer_new ();

  tlv_begin (writer, 0xA1);
  tlv_put_int (writer, 0x80, command);
  tlv_put_int (writer, 0x81, reason);
  if (failure != NULL && failure->pe_status >= 0)
    {
      g_autoptr (GBytes) sima_response = write_sima_response (failure);

      tlv_put_bytes (writer, 0x82, sima_response);
    }
  tlv_end (writer);
  return tlv_writer_finish (g_steal_pointer (&writer));
}

static gboolean
drop_key (LabEuicc *self, GError **error)
{
  g_autoptr (GBytes) point = lab_key_dup_public (self->session->one_time_key);

  return lab_euicc_store_drop_key (self->store, point, error);
}

GBytes *
lab_install_fail (LabEuicc *self, LabBppCommand command, LabErrorReason reason,
                  const LabSaipFailure *failure, GError **error)
{
  const LabMetadata *metadata = self->session->load->metadata;
  g_autoptr (GBytes) final = write_error (command, reason, failure);
  g_autoptr (GBytes) result
      = lab_notify_install (self, metadata != NULL ? metadata->iccid : NULL, final, error);

  if (result == NULL)
    return NULL;
  /* Only these two let the server give the same package again. */
  if (reason != LAB_REASON_MEMORY && reason != LAB_REASON_INTERRUPTION
      && !drop_key (self, error))
    return NULL;
  g_clear_pointer (&self->session, lab_euicc_session_free);
  return g_steal_pointer (&result);
}

static LabErrorReason
judge_package (LabEuicc *self, LabPackage *package, gint64 left, LabSaipFailure *failure)
{
  const LabMetadata *metadata = self->session->load->metadata;

  if (memcmp (metadata->iccid, lab_package_get_iccid (package), sizeof metadata->iccid) != 0)
    return LAB_REASON_DATA_MISMATCH;
  if (metadata->has_owner && !lab_package_matches_owner (package, &metadata->owner))
    return LAB_REASON_DATA_MISMATCH;
  if (metadata->class == LAB_CLASS_TEST && !lab_package_has_test_keys (package))
    return LAB_REASON_NAA_KEY;
  if ((gint64) lab_package_get_memory (package) > left)
    {
      failure->pe_status = LAB_PE_NOT_ENOUGH_MEMORY;
      return LAB_REASON_MEMORY;
    }
  return LAB_REASON_NONE;
}

/* Profile, result and notifications become real together: see run_atomic() of the ISD-R. */
static gboolean
install (LabEuicc *self, LabPackage *package, GBytes *upp, GBytes **result, GError **error)
{
  const LabEuiccSession *session = self->session;
  const LabMetadata *metadata = session->load->metadata;
  g_autoptr (GPtrArray) profiles = lab_euicc_store_list_profiles (self->store, error);
  LabStoredProfile profile = { .metadata = metadata->raw,
                               .dp = session->load->dp,
                               .pkid = session->pkid,
                               .memory = (gint64) lab_package_get_memory (package) };
  g_autoptr (GBytes) final = NULL;

  if (profiles == NULL)
    return FALSE;
  lab_euicc_next_isdp (profiles, profile.isdp);
  memcpy (profile.iccid, metadata->iccid, sizeof profile.iccid);
  final = write_success (profile.isdp);
  if (!lab_euicc_store_add_profile (self->store, &profile, upp, error) || !drop_key (self, error))
    return FALSE;
  *result = lab_notify_install (self, metadata->iccid, final, error);
  return *result != NULL
         && lab_notify_profile (self, metadata, session->pkid, LAB_EVENT_INSTALL,
                                session->address, error);
}

LabErrorReason
lab_install_profile (LabEuicc *self, GBytes *upp, GBytes **result, LabSaipFailure *failure,
                     GError **error)
{
  g_autoptr (LabPackage) package = NULL;
  g_autoptr (GBytes) response = NULL;
  g_autoptr (GError) parse_error = NULL;
  LabErrorReason reason;
  gint64 left;

  if (!lab_euicc_free_memory (self, &left, error))
    return LAB_REASON_UNKNOWN;
  package = lab_saip_parse (upp, failure, &parse_error);
  if (package == NULL)
    {
      g_debug ("profile package: %s", parse_error->message);
      return failure->pe_status == LAB_PE_NOT_ENOUGH_MEMORY ? LAB_REASON_MEMORY
                                                            : LAB_REASON_PROFILE_ELEMENT;
    }
  reason = judge_package (self, package, left, failure);
  if (reason != LAB_REASON_NONE)
    return reason;
  if (!install (self, package, upp, &response, error))
    return LAB_REASON_UNKNOWN;
  *result = g_steal_pointer (&response);
  g_clear_pointer (&self->session, lab_euicc_session_free);
  return LAB_REASON_NONE;
}
