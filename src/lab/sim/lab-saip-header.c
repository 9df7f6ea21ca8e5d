/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-lab"

#include <string.h>

#include "lab-saip-private.h"

/*
 * ServicesList's members in order, and the bits of UICCCapability that stand for them: the ASN.1
 * module numbers the two differently.
 */
static const struct
{
  int bit;
  gboolean supported;
} SERVICES[] = {
  { 0, FALSE },   /* contactless */
  { 1, TRUE },    /* usim */
  { 2, TRUE },    /* isim */
  { 3, TRUE },    /* csim */
  { 4, TRUE },    /* milenage */
  { 6, FALSE },   /* tuak128 */
  { 5, FALSE },   /* cave */
  { 10, FALSE },  /* gba-usim */
  { 11, FALSE },  /* gba-isim */
  { 12, FALSE },  /* mbms */
  { 13, FALSE },  /* eap */
  { 14, TRUE },   /* javacard: applets are accepted and kept */
  { 15, FALSE },  /* multos */
  { 16, TRUE },   /* multiple-usim */
  { 17, TRUE },   /* multiple-isim */
  { 18, TRUE },   /* multiple-csim */
  { 7, FALSE },   /* tuak256 */
  { 8, TRUE },    /* usim-test-algorithm */
  { 19, TRUE },   /* ber-tlv */
  { 20, TRUE },   /* dfLink */
  { 21, FALSE },  /* cat-tp */
  { 22, TRUE },   /* get-identity */
  { 23, TRUE },   /* profile-a-x25519 */
  { 24, TRUE },   /* profile-b-p256 */
  { 25, FALSE },  /* suciCalculatorApi */
  { 26, FALSE },  /* dns-resolution */
  { 27, FALSE },  /* scp11ac */
  { 28, FALSE },  /* scp11c-authorization-mechanism */
  { 29, FALSE },  /* s16mode */
  { 30, FALSE },  /* eaka */
};

guint32
lab_saip_capabilities (void)
{
  guint32 bits = 0;

  for (guint i = 0; i < G_N_ELEMENTS (SERVICES); i++)
    if (SERVICES[i].supported)
      bits |= (guint32) 1 << SERVICES[i].bit;
  return bits;
}

static gboolean
bad_header (LabSaip *saip, GError **error, const char *what)
{
  return lab_saip_fail (saip, error, LAB_PE_BAD_VALUES, KT_ERROR_MALFORMED, "saip.header",
                        "header: %s", what);
}

static gboolean
read_version (LabSaip *saip, TlvReader *reader, GError **error)
{
  gint64 major, minor;
  Tlv tlv;

  if (!tlv_expect (reader, 0x80, &tlv, error) || !tlv_get_int (&tlv, &major, error)
      || !tlv_expect (reader, 0x81, &tlv, error) || !tlv_get_int (&tlv, &minor, error))
    return FALSE;
  if (major < 2 || major > 3 || minor < 0 || minor > 0xFF)
    return lab_saip_fail (saip, error, LAB_PE_UNSUPPORTED_PROFILE_VERSION, KT_ERROR_UNSUPPORTED,
                          "saip.version", "profile format %d.%d", (int) major, (int) minor);
  saip->package->major = (guint) major;
  saip->package->minor = (guint) minor;
  return TRUE;
}

/* Digits run straight here, and swapped in EF.ICCID and everywhere in SGP.22. */
static gboolean
read_iccid (LabSaip *saip, TlvReader *reader, GError **error)
{
  g_autofree char *digits = NULL;
  Tlv tlv;

  if (!tlv_expect (reader, 0x83, &tlv, error))
    return FALSE;
  if (tlv.len != KT_ICCID_BYTES)
    return bad_header (saip, error, "length of the ICCID");
  for (guint i = 0; i < KT_ICCID_BYTES; i++)
    saip->package->iccid[i] = (guint8) (tlv.value[i] << 4 | tlv.value[i] >> 4);
  digits = kt_iccid_from_bytes (saip->package->iccid, KT_ICCID_BYTES, NULL);
  return digits != NULL ? TRUE : bad_header (saip, error, "ICCID");
}

static gboolean
read_services (LabSaip *saip, TlvReader *reader, GError **error)
{
  TlvReader services;
  Tlv list, service;

  if (!tlv_expect (reader, 0xA5, &list, error))
    return FALSE;
  tlv_reader_enter (&services, &list);
  while (!tlv_reader_at_end (&services))
    {
      guint number;

      if (!tlv_read (&services, &service, error))
        return FALSE;
      number = service.tag & 0x1F;
      if ((service.tag & ~0x1Fu) != 0x80 || service.len != 0 || number >= G_N_ELEMENTS (SERVICES)
          || !SERVICES[number].supported)
        return lab_saip_fail (saip, error, LAB_PE_FEATURE_NOT_SUPPORTED, KT_ERROR_UNSUPPORTED,
                              "saip.service", "mandatory service %X", service.tag);
    }
  return TRUE;
}

static gboolean
read_templates (LabSaip *saip, TlvReader *reader, GError **error)
{
  TlvReader templates;
  Tlv list, tlv;

  if (!tlv_expect (reader, 0xA6, &list, error))
    return FALSE;
  tlv_reader_enter (&templates, &list);
  while (!tlv_reader_at_end (&templates))
    {
      g_autofree char *oid = NULL;
      guint number, version;

      if (!tlv_expect (&templates, TLV_OID, &tlv, error))
        return FALSE;
      oid = tlv_dup_oid (&tlv, error);
      if (oid == NULL)
        return FALSE;
      if (!lab_template_parse_oid (oid, &number, &version))
        return lab_saip_fail (saip, error, LAB_PE_TEMPLATE_NOT_SUPPORTED, KT_ERROR_UNSUPPORTED,
                              "saip.template", "mandatory template %s", oid);
    }
  return TRUE;
}

gboolean
lab_saip_read_header (LabSaip *saip, const Tlv *pe, GError **error)
{
  TlvReader reader;
  Tlv tlv;

  tlv_reader_enter (&reader, pe);
  if (!read_version (saip, &reader, error))
    return FALSE;
  if (tlv_next_is (&reader, 0x82, &tlv))
    {
      saip->package->profile_type = tlv_dup_string (&tlv, 100, error);
      if (saip->package->profile_type == NULL)
        return FALSE;
      if (tlv.len == 0)
        return bad_header (saip, error, "empty profile type");
    }
  if (!read_iccid (saip, &reader, error))
    return FALSE;
  tlv_next_is (&reader, 0x84, &tlv);
  if (!read_services (saip, &reader, error) || !read_templates (saip, &reader, error))
    return FALSE;
  tlv_next_is (&reader, 0x87, &tlv);
  if (tlv_next_is (&reader, 0xA8, &tlv) && tlv.len > 0)
    return lab_saip_fail (saip, error, LAB_PE_LIB_NOT_SUPPORTED, KT_ERROR_UNSUPPORTED,
                          "saip.service", "mandatory applications are not on this chip");
  /* An IoT Minimal Profile (7.5) is built on the chip's own defaults, which this one has not. */
  if (tlv_next_is (&reader, 0xA9, &tlv))
    return lab_saip_fail (saip, error, LAB_PE_FEATURE_NOT_SUPPORTED, KT_ERROR_UNSUPPORTED,
                          "saip.service", "IoT minimal profile");
  while (!tlv_reader_at_end (&reader))
    if (!tlv_read (&reader, &tlv, error))
      return FALSE;
  return TRUE;
}
