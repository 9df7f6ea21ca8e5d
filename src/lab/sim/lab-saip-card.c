/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-lab"

#include "lab-saip-private.h"

/*
 * GlobalPlatform parts: read to the end and judged, counted as memory, but not run: the lab's chip
 * has no applet environment and answers no OTA message.
 */

enum
{
  TAG_AID = 0x4F,
  MAX_KEY_COMPONENT = 0x400,
};

static gboolean
bad_card (LabSaip *saip, GError **error, const char *what)
{
  return lab_saip_fail (saip, error, LAB_PE_BAD_VALUES, KT_ERROR_MALFORMED, "saip.card", "%s",
                        what);
}

static gboolean
expect_octets (TlvReader *reader, TlvTag tag, gsize min, gsize max, GError **error)
{
  Tlv tlv;

  return tlv_expect (reader, tag, &tlv, error) && tlv_check_len (&tlv, min, max, error);
}

static gboolean
allow_octets (TlvReader *reader, TlvTag tag, gsize min, gsize max, GError **error)
{
  Tlv tlv;

  return !tlv_next_is (reader, tag, &tlv) || tlv_check_len (&tlv, min, max, error);
}

/* SEQUENCE (SIZE (1..MAX)) OF OCTET STRING */
static gboolean
check_octet_list (const Tlv *list, gsize min, gsize max, GError **error)
{
  TlvReader reader;

  tlv_reader_enter (&reader, list);
  do
    if (!expect_octets (&reader, TLV_OCTET_STRING, min, max, error))
      return FALSE;
  while (!tlv_reader_at_end (&reader));
  return TRUE;
}

/* A SEQUENCE of which only the well-formedness matters here. */
static gboolean
check_well_formed (const Tlv *parent, GError **error)
{
  TlvReader reader;
  Tlv item;

  tlv_reader_enter (&reader, parent);
  while (!tlv_reader_at_end (&reader))
    if (!tlv_read (&reader, &item, error))
      return FALSE;
  return TRUE;
}

static gboolean
allow_well_formed (TlvReader *reader, TlvTag tag, GError **error)
{
  Tlv tlv;

  return !tlv_next_is (reader, tag, &tlv) || check_well_formed (&tlv, error);
}

/* ApplicationInstance */
static gboolean
check_instance (const Tlv *instance, GError **error)
{
  TlvReader reader;
  Tlv list;

  tlv_reader_enter (&reader, instance);
  for (guint i = 0; i < 3; i++)
    if (!expect_octets (&reader, TAG_AID, 5, 16, error))
      return FALSE;
  if (!allow_octets (&reader, TAG_AID, 5, 16, error)
      || !expect_octets (&reader, 0x82, 1, 3, error)
      || !allow_octets (&reader, 0x83, 1, 1, error)
      || !expect_octets (&reader, 0xC9, 0, G_MAXUINT16, error)
      || !allow_well_formed (&reader, 0xEF, error)
      || !allow_well_formed (&reader, 0xEA, error))
    return FALSE;
  if (tlv_next_is (&reader, TLV_SEQUENCE, &list)
      && !check_octet_list (&list, 1, G_MAXUINT16, error))
    return FALSE;
  return allow_well_formed (&reader, 0xB0, error) && tlv_expect_end (&reader, error);
}

static gboolean
check_key (const Tlv *key, GError **error)
{
  TlvReader reader, components, fields;
  Tlv list, component;

  tlv_reader_enter (&reader, key);
  if (!expect_octets (&reader, 0x95, 1, 2, error) || !allow_octets (&reader, 0x96, 1, 1, error)
      || !expect_octets (&reader, 0x82, 1, 1, error)
      || !expect_octets (&reader, 0x83, 1, 1, error)
      || !allow_octets (&reader, 0x85, 1, 8, error)
      || !tlv_expect (&reader, TLV_SEQUENCE, &list, error))
    return FALSE;
  tlv_reader_enter (&components, &list);
  do
    {
      if (!tlv_expect (&components, TLV_SEQUENCE, &component, error))
        return FALSE;
      tlv_reader_enter (&fields, &component);
      if (!expect_octets (&fields, 0x80, 1, 2, error)
          || !expect_octets (&fields, 0x86, 1, MAX_KEY_COMPONENT, error)
          || !allow_octets (&fields, 0x87, 1, 2, error))
        return FALSE;
    }
  while (!tlv_reader_at_end (&components));
  return TRUE;
}

static gboolean
check_key_list (const Tlv *list, GError **error)
{
  TlvReader reader;
  Tlv key;

  tlv_reader_enter (&reader, list);
  do
    if (!tlv_expect (&reader, TLV_SEQUENCE, &key, error) || !check_key (&key, error))
      return FALSE;
  while (!tlv_reader_at_end (&reader));
  return TRUE;
}

gboolean
lab_saip_read_security_domain (LabSaip *saip, TlvReader *reader, GError **error)
{
  const guint8 *start = reader->p;
  Tlv tlv;

  if (!tlv_expect (reader, 0xA1, &tlv, error) || !check_instance (&tlv, error))
    return FALSE;
  if (tlv_next_is (reader, 0xA2, &tlv) && !check_key_list (&tlv, error))
    return FALSE;
  if (tlv_next_is (reader, 0xA3, &tlv) && !check_octet_list (&tlv, 1, G_MAXUINT16, error))
    return FALSE;
  if (!allow_well_formed (reader, 0xA4, error))
    return FALSE;
  if (tlv_next_is (reader, 0xA5, &tlv))
    return lab_saip_fail (saip, error, LAB_PE_FEATURE_NOT_SUPPORTED, KT_ERROR_UNSUPPORTED,
                          "saip.card", "CAT_TP is not supported");
  saip->package->kept += (gsize) (reader->p - start);
  return tlv_expect_end (reader, error);
}

/* ADFRFMAccess */
static gboolean
check_adf_access (const Tlv *access, GError **error)
{
  TlvReader reader;

  tlv_reader_enter (&reader, access);
  return expect_octets (&reader, 0x80, 5, 16, error)
         && expect_octets (&reader, 0x81, 1, 64, error)
         && expect_octets (&reader, 0x82, 1, 64, error);
}

gboolean
lab_saip_read_rfm (LabSaip *saip, TlvReader *reader, GError **error)
{
  const guint8 *start = reader->p;
  Tlv tlv;

  if (!expect_octets (reader, TAG_AID, 5, 16, error)
      || !allow_octets (reader, TAG_AID, 5, 16, error))
    return FALSE;
  if (tlv_next_is (reader, 0xA0, &tlv) && !check_octet_list (&tlv, 3, 3, error))
    return FALSE;
  if (!expect_octets (reader, 0x81, 1, 1, error)
      || !expect_octets (reader, TLV_OCTET_STRING, 1, 64, error)
      || !expect_octets (reader, TLV_OCTET_STRING, 1, 64, error))
    return FALSE;
  if (tlv_next_is (reader, TLV_SEQUENCE, &tlv) && !check_adf_access (&tlv, error))
    return FALSE;
  saip->package->kept += (gsize) (reader->p - start);
  return tlv_expect_end (reader, error);
}

/* ApplicationLoadPackage */
static gboolean
check_load_package (const Tlv *load, GError **error)
{
  TlvReader reader;

  tlv_reader_enter (&reader, load);
  return expect_octets (&reader, TAG_AID, 5, 16, error)
         && allow_octets (&reader, TAG_AID, 5, 16, error)
         && allow_octets (&reader, 0xC6, 2, 4, error)
         && allow_octets (&reader, 0xC7, 2, 4, error)
         && allow_octets (&reader, 0xC8, 2, 4, error)
         && allow_octets (&reader, 0xC1, 1, 64, error)
         && expect_octets (&reader, 0xC4, 1, LAB_SAIP_MAX_SIZE, error)
         && tlv_expect_end (&reader, error);
}

gboolean
lab_saip_read_application (LabSaip *saip, TlvReader *reader, GError **error)
{
  const guint8 *start = reader->p;
  TlvReader instances;
  Tlv tlv, instance;

  if (tlv_next_is (reader, 0xA1, &tlv) && !check_load_package (&tlv, error))
    return FALSE;
  if (tlv_next_is (reader, 0xA2, &tlv))
    {
      tlv_reader_enter (&instances, &tlv);
      do
        if (!tlv_expect (&instances, TLV_SEQUENCE, &instance, error)
            || !check_instance (&instance, error))
          return FALSE;
      while (!tlv_reader_at_end (&instances));
    }
  if (reader->p == start)
    return bad_card (saip, error, "an application element without application");
  saip->package->kept += (gsize) (reader->p - start);
  return tlv_expect_end (reader, error);
}

gboolean
lab_saip_read_non_standard (LabSaip *saip, gboolean mandated, TlvReader *reader, GError **error)
{
  Tlv issuer;

  if (!tlv_expect (reader, 0x81, &issuer, error)
      || !expect_octets (reader, 0x82, 0, LAB_SAIP_MAX_SIZE, error))
    return FALSE;
  /* No issuer's private elements are known here; only one that may be ignored is. */
  if (mandated)
    return lab_saip_fail (saip, error, LAB_PE_NOT_SUPPORTED, KT_ERROR_UNSUPPORTED, "saip.element",
                          "a mandatory element of an unknown issuer");
  return tlv_expect_end (reader, error);
}
