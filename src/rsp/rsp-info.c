/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-rsp"

#include "rsp-info.h"

#include <string.h>

#include "kt-bytes.h"
#include "kt-error.h"
#include "rsp-tags.h"

#define MAX_PKIDS 64

static gboolean
take_version (char **field, const Tlv *tlv, GError **error)
{
  if (!tlv_check_len (tlv, 3, 3, error))
    return FALSE;
  g_free (*field);
  *field = g_strdup_printf ("%u.%u.%u", tlv->value[0], tlv->value[1], tlv->value[2]);
  return TRUE;
}

static gboolean
take_pkids (GPtrArray *list, const Tlv *tlv, GError **error)
{
  TlvReader reader;

  tlv_reader_enter (&reader, tlv);
  g_ptr_array_set_size (list, 0);
  while (!tlv_reader_at_end (&reader))
    {
      Tlv id;

      if (!tlv_expect (&reader, TLV_OCTET_STRING, &id, error) || !tlv_check_len (&id, 1, 64, error))
        return FALSE;
      if (list->len >= MAX_PKIDS)
        return kt_error_set (error, KT_ERROR_LIMIT, NULL, "more than %u CI keys", MAX_PKIDS);
      g_ptr_array_add (list, tlv_dup_value (&id));
    }
  return TRUE;
}

/* ETSI TS 102 226: 81 installed applications, 82 free non-volatile, 83 free volatile memory. */
static gboolean
take_card_resource (RspEuiccInfo *info, const Tlv *tlv, GError **error)
{
  TlvReader reader;

  tlv_reader_enter (&reader, tlv);
  while (!tlv_reader_at_end (&reader))
    {
      Tlv part;
      guint64 number;

      if (!tlv_read (&reader, &part, error))
        return FALSE;
      if (part.tag < 0x81 || part.tag > 0x83)
        continue;
      if (!tlv_get_uint (&part, &number, error))
        return FALSE;
      number = MIN (number, G_MAXINT64);
      if (part.tag == 0x81)
        info->applications = (gint64) number;
      else if (part.tag == 0x82)
        info->free_nvm = (gint64) number;
      else
        info->free_ram = (gint64) number;
    }
  return TRUE;
}

static gboolean
take_certification (RspEuiccInfo *info, const Tlv *tlv, GError **error)
{
  TlvReader reader;

  tlv_reader_enter (&reader, tlv);
  while (!tlv_reader_at_end (&reader))
    {
      Tlv part;

      if (!tlv_read (&reader, &part, error))
        return FALSE;
      if (part.tag == 0x80)
        {
          g_free (info->platform_label);
          info->platform_label = g_utf8_make_valid ((const char *) part.value, (gssize) part.len);
        }
      else if (part.tag == 0x81)
        {
          g_free (info->discovery_url);
          info->discovery_url = g_utf8_make_valid ((const char *) part.value, (gssize) part.len);
        }
    }
  return TRUE;
}

static gboolean
take_field (RspEuiccInfo *info, const Tlv *tlv, GError **error)
{
  gint64 number;

  switch (tlv->tag)
    {
    case 0x81:
      return take_version (&info->profile_version, tlv, error);
    case 0x82:
      return take_version (&info->svn, tlv, error);
    case 0x83:
      return take_version (&info->firmware, tlv, error);
    case 0x84:
      return take_card_resource (info, tlv, error);
    case 0x85:
      return tlv_get_bits (tlv, &info->uicc_capability, error);
    case 0x86:
      return take_version (&info->ts102241, tlv, error);
    case 0x87:
      return take_version (&info->global_platform, tlv, error);
    case 0x88:
      return tlv_get_bits (tlv, &info->rsp_capability, error);
    case 0xA9:
      return take_pkids (info->ci_verify, tlv, error);
    case 0xAA:
      return take_pkids (info->ci_sign, tlv, error);
    case 0x8B:
      if (!tlv_get_int (tlv, &number, error))
        return FALSE;
      info->category = (int) CLAMP (number, -1, 255);
      return TRUE;
    case 0x99:
      return tlv_get_bits (tlv, &info->forbidden_ppr, error);
    case TLV_OCTET_STRING:
      return take_version (&info->pp_version, tlv, error);
    case TLV_UTF8:
      g_free (info->sas_number);
      info->sas_number = g_utf8_make_valid ((const char *) tlv->value, (gssize) tlv->len);
      return TRUE;
    case 0xAC:
      return take_certification (info, tlv, error);
    case 0x93:
      return take_version (&info->highest_svn, tlv, error);
    default:
      /* v2.3 and v3 members, SGP.32's, and what is yet to come */
      return TRUE;
    }
}

RspEuiccInfo *
rsp_euicc_info_parse (GBytes *bytes, TlvTag tag, GError **error)
{
  g_autoptr (RspEuiccInfo) info = g_new0 (RspEuiccInfo, 1);
  TlvReader reader;
  Tlv tlv;

  info->ci_verify = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  info->ci_sign = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  info->category = -1;
  info->applications = info->free_nvm = info->free_ram = -1;
  if (!tlv_parse_bytes (bytes, tag, &tlv, error))
    return NULL;
  tlv_reader_enter (&reader, &tlv);
  while (!tlv_reader_at_end (&reader))
    {
      Tlv field;

      if (!tlv_read (&reader, &field, error) || !take_field (info, &field, error))
        return NULL;
    }
  if (info->svn == NULL || info->ci_verify->len == 0)
    {
      kt_error_set (error, KT_ERROR_MISSING, NULL, "EUICCInfo without version or CI keys");
      return NULL;
    }
  info->raw = g_bytes_ref (bytes);
  return g_steal_pointer (&info);
}

void
rsp_euicc_info_free (RspEuiccInfo *info)
{
  if (info == NULL)
    return;
  g_clear_pointer (&info->raw, g_bytes_unref);
  g_clear_pointer (&info->ci_verify, g_ptr_array_unref);
  g_clear_pointer (&info->ci_sign, g_ptr_array_unref);
  g_free (info->svn);
  g_free (info->profile_version);
  g_free (info->firmware);
  g_free (info->ts102241);
  g_free (info->global_platform);
  g_free (info->pp_version);
  g_free (info->sas_number);
  g_free (info->platform_label);
  g_free (info->discovery_url);
  g_free (info->highest_svn);
  g_free (info);
}

gboolean
rsp_pkid_in_list (GPtrArray *list, GBytes *pkid)
{
  for (guint i = 0; i < list->len; i++)
    if (g_bytes_equal (g_ptr_array_index (list, i), pkid))
      return TRUE;
  return FALSE;
}

const char *
rsp_uicc_capability_name (guint bit)
{
  static const char *const names[] = {
    "contactlessSupport", "usimSupport", "isimSupport", "csimSupport", "akaMilenage", "akaCave",
    "akaTuak128", "akaTuak256", "usimTestAlgorithm", NULL, "gbaAuthenUsim", "gbaAuthenISim",
    "mbmsAuthenUsim", "eapClient", "javacard", "multos", "multipleUsimSupport",
    "multipleIsimSupport", "multipleCsimSupport", "berTlvFileSupport", "dfLinkSupport", "catTp",
    "getIdentity", "profile-a-x25519", "profile-b-p256", "suciCalculatorApi", "dns-resolution",
    "scp11ac", "scp11c-authorization-mechanism", "s16mode", "eaka", "iotminimal",
  };

  return bit < G_N_ELEMENTS (names) ? names[bit] : NULL;
}

const char *
rsp_rsp_capability_name (guint bit)
{
  static const char *const names[] = {
    "additionalProfile", "crlSupport", "rpmSupport", "testProfileSupport",
    "deviceInfoExtensibilitySupport", "serviceSpecificDataSupport",
  };

  return bit < G_N_ELEMENTS (names) ? names[bit] : NULL;
}

static gboolean
take_address (char **field, const Tlv *parent, TlvTag tag, GError **error)
{
  Tlv child;
  TlvFound found = tlv_find (parent, tag, &child, error);

  if (found == TLV_MALFORMED)
    return FALSE;
  if (found == TLV_FOUND && child.len > 0)
    {
      *field = tlv_dup_string (&child, 255, error);
      return *field != NULL;
    }
  return TRUE;
}

RspAddresses *
rsp_addresses_parse (GBytes *bytes, GError **error)
{
  g_autoptr (RspAddresses) addresses = g_new0 (RspAddresses, 1);
  Tlv tlv;

  if (!tlv_parse_bytes (bytes, RSP_TAG_CONFIGURED_ADDRESSES, &tlv, error)
      || !take_address (&addresses->default_dp, &tlv, 0x80, error)
      || !take_address (&addresses->root_ds, &tlv, 0x81, error))
    return NULL;
  return g_steal_pointer (&addresses);
}

void
rsp_addresses_free (RspAddresses *addresses)
{
  if (addresses == NULL)
    return;
  g_free (addresses->default_dp);
  g_free (addresses->root_ds);
  g_free (addresses);
}
