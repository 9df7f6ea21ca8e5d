/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-lab"

#include "lab-eligibility.h"

#include "kt-error.h"
#include "lab-refusal.h"

enum
{
  PE_HEADER = 0xA0,
  HEADER_MAJOR = 0x80,
  HEADER_MINOR = 0x81,
  HEADER_ICCID = 0x83,
  HEADER_SERVICES = 0xA5,
};

enum
{
  INFO_PROFILE_VERSION = 0x81,
  INFO_RESOURCES = 0x84,
  INFO_UICC_CAPABILITY = 0x85,
  INFO_FORBIDDEN_PPR = 0x99,
  RESOURCES_FREE_NVM = 0x82,
};

/* Member of ServicesList (SAIP) to bit of UICCCapability (SGP.22). The algorithms alone: without
 * them a profile never attaches; what else is missing the eUICC itself refuses by name. */
static const struct
{
  TlvTag service;
  guint bit;
} algorithm_bits[] = {
  { 0x84, 4 },  /* milenage */
  { 0x85, 6 },  /* tuak128 */
  { 0x86, 5 },  /* cave */
  { 0x90, 7 },  /* tuak256 */
};

static guint32
read_algorithms (const Tlv *services)
{
  guint32 bits = 0;

  for (guint i = 0; i < G_N_ELEMENTS (algorithm_bits); i++)
    {
      Tlv member;

      if (tlv_find (services, algorithm_bits[i].service, &member, NULL) == TLV_FOUND)
        bits |= 1u << algorithm_bits[i].bit;
    }
  return bits;
}

gboolean
lab_upp_header_parse (GBytes *upp, LabUppHeader *header, GError **error)
{
  TlvReader reader;
  Tlv element, major, minor, iccid, services;
  guint64 number[2];

  g_return_val_if_fail (upp != NULL && header != NULL, FALSE);

  tlv_reader_init_bytes (&reader, upp);
  if (!tlv_expect (&reader, PE_HEADER, &element, NULL)
      || !tlv_need (&element, HEADER_MAJOR, &major, NULL)
      || !tlv_need (&element, HEADER_MINOR, &minor, NULL)
      || !tlv_need (&element, HEADER_ICCID, &iccid, NULL)
      || !tlv_get_uint (&major, &number[0], NULL) || !tlv_get_uint (&minor, &number[1], NULL)
      || number[0] > 255 || number[1] > 255 || iccid.len != sizeof header->iccid)
    return kt_error_set (error, KT_ERROR_INVALID_INPUT, "operator.package",
                         "not a profile package: no header in front");
  header->major = (guint) number[0];
  header->minor = (guint) number[1];
  for (guint i = 0; i < sizeof header->iccid; i++)
    header->iccid[i] = (guint8) (iccid.value[i] << 4 | iccid.value[i] >> 4);
  header->algorithms = tlv_find (&element, HEADER_SERVICES, &services, NULL) == TLV_FOUND
                           ? read_algorithms (&services)
                           : 0;
  return TRUE;
}

/* Bits of an optional member; what is absent forbids nothing and offers nothing. */
static guint32
info_bits (const Tlv *info, TlvTag tag)
{
  guint32 bits = 0;
  Tlv member;

  if (tlv_find (info, tag, &member, NULL) == TLV_FOUND)
    (void) tlv_get_bits (&member, &bits, NULL);
  return bits;
}

static gboolean
has_room (const Tlv *info, gsize needed)
{
  Tlv resources, free_nvm;
  guint64 available;

  if (tlv_find (info, INFO_RESOURCES, &resources, NULL) != TLV_FOUND
      || tlv_find (&resources, RESOURCES_FREE_NVM, &free_nvm, NULL) != TLV_FOUND
      || !tlv_get_uint (&free_nvm, &available, NULL))
    return TRUE;
  return available >= needed;
}

gboolean
lab_check_eligibility (const Tlv *euicc_info2, GBytes *upp, guint32 ppr, GError **error)
{
  LabUppHeader header;
  Tlv version;

  g_return_val_if_fail (euicc_info2 != NULL && upp != NULL, FALSE);

  if (!lab_upp_header_parse (upp, &header, error))
    return FALSE;
  if (tlv_find (euicc_info2, INFO_PROFILE_VERSION, &version, NULL) == TLV_FOUND
      && version.len == 3 && version.value[0] < header.major)
    return lab_refuse (error, "8.2.5", "4.3",
                       "the profile's format is newer than this eUICC understands");
  if ((header.algorithms & ~info_bits (euicc_info2, INFO_UICC_CAPABILITY)) != 0)
    return lab_refuse (error, "8.2.5", "4.3",
                       "this eUICC lacks the profile's authentication algorithm");
  if ((ppr & info_bits (euicc_info2, INFO_FORBIDDEN_PPR)) != 0)
    return lab_refuse (error, "8.2.5", "4.3", "this eUICC forbids the profile's policy rules");
  if (!has_room (euicc_info2, g_bytes_get_size (upp)))
    return lab_refuse (error, "8.1", "4.8", "not enough memory left on this eUICC");
  return TRUE;
}
