/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-lab"

#include "lab-euicc-private.h"

/* What this chip says of itself (SGP.22 sections 4.3, 5.7.7 and 5.7.8). */

static const guint8 profile_version[3] = { 2, 3, 1 };
static const guint8 firmware[3] = { 1, 0, 0 };
static const guint8 ts_102_241[3] = { 15, 0, 0 };
static const guint8 global_platform[3] = { 2, 3, 0 };
static const guint8 protection_profile[3] = { 1, 0, 0 };
static const char accreditation[] = "KT-LAB-EU-0001";
static const char platform_label[] = "kaitsu-lab";
static const char discovery_url[] = "https://dloa.example.com";

enum
{
  FREE_RAM = 65536,
  RSP_ADDITIONAL_PROFILE = 1 << 0,
  RSP_CRL = 1 << 1,
  RSP_TEST_PROFILE = 1 << 3,
  RSP_DEVICE_INFO_EXTENSIBILITY = 1 << 4,
  MEDIUM_EUICC = 2,
};

static void
put_pkids (TlvWriter *writer, TlvTag tag, GPtrArray *cis, gboolean signing)
{
  tlv_begin (writer, tag);
  for (guint i = 0; i < cis->len; i++)
    {
      const LabCi *ci = g_ptr_array_index (cis, i);

      if (!signing || ci->key != NULL)
        tlv_put (writer, TLV_OCTET_STRING, ci->pkid, sizeof ci->pkid);
    }
  tlv_end (writer);
}

GBytes *
lab_es10b_get_info1 (LabEuicc *self, const Tlv *request, guint16 *sw)
{
  g_autoptr (TlvWriter) writer = tlv_writer_new ();

  tlv_begin (writer, 0xBF20);
  tlv_put (writer, 0x82, self->svn, sizeof self->svn);
  put_pkids (writer, 0xA9, self->cis, FALSE);
  put_pkids (writer, 0xAA, self->cis, TRUE);
  tlv_end (writer);
  return tlv_writer_finish (g_steal_pointer (&writer));
}

gboolean
lab_euicc_free_memory (LabEuicc *self, gint64 *bytes, GError **error)
{
  g_autoptr (GPtrArray) profiles = NULL;

  if (self->knobs.free_memory >= 0)
    {
      *bytes = self->knobs.free_memory;
      return TRUE;
    }
  profiles = lab_euicc_store_list_profiles (self->store, error);
  if (profiles == NULL)
    return FALSE;
  *bytes = self->memory;
  for (guint i = 0; i < profiles->len; i++)
    *bytes -= ((LabStoredProfile *) g_ptr_array_index (profiles, i))->memory;
  *bytes = MAX (*bytes, 0);
  return TRUE;
}

/* Unsigned and big endian, not an INTEGER (ETSI TS 102 226 section 8.2.1.7.2). */
static void
put_number (TlvWriter *writer, TlvTag tag, guint32 number, gsize len)
{
  guint8 bytes[4];

  for (gsize i = 0; i < len; i++)
    bytes[i] = (guint8) (number >> (8 * (len - 1 - i)));
  tlv_put (writer, tag, bytes, len);
}

static gboolean
put_resources (LabEuicc *self, TlvWriter *writer, GError **error)
{
  g_autoptr (GPtrArray) profiles = lab_euicc_store_list_profiles (self->store, error);
  gint64 left;

  if (profiles == NULL || !lab_euicc_free_memory (self, &left, error))
    return FALSE;
  tlv_begin (writer, 0x84);
  put_number (writer, 0x81, profiles->len, 1);
  put_number (writer, 0x82, (guint32) MIN (left, G_MAXINT32), 4);
  put_number (writer, 0x83, FREE_RAM, 4);
  tlv_end (writer);
  return TRUE;
}

/* Members that later versions of SGP.22 and SGP.32 have added. */
static void
put_new_members (TlvWriter *writer)
{
  static const guint8 highest_svn[3] = { 3, 1, 0 };

  tlv_put_bits (writer, 0x90, 1 << 0);
  tlv_begin (writer, 0xB1);
  tlv_end (writer);
  tlv_begin (writer, 0xB2);
  tlv_end (writer);
  tlv_put (writer, 0x93, highest_svn, sizeof highest_svn);
  tlv_begin (writer, 0xB4);
  tlv_end (writer);
  tlv_put_int (writer, 0x9F7F, 1);
}

static void
put_certification (LabEuicc *self, TlvWriter *writer)
{
  guint forbidden = lab_rules_forbidden (self->rules);

  tlv_put_int (writer, 0x8B, MEDIUM_EUICC);
  if (forbidden != 0)
    tlv_put_bits (writer, 0x99, forbidden);
  tlv_put (writer, TLV_OCTET_STRING, protection_profile, sizeof protection_profile);
  tlv_put_string (writer, TLV_UTF8, accreditation);
  tlv_begin (writer, 0xAC);
  tlv_put_string (writer, 0x80, platform_label);
  tlv_put_string (writer, 0x81, discovery_url);
  tlv_end (writer);
}

GBytes *
lab_euicc_dup_info2 (LabEuicc *self, GError **error)
{
  g_autoptr (TlvWriter) writer = tlv_writer_new ();

  tlv_begin (writer, 0xBF22);
  tlv_put (writer, 0x81, profile_version, sizeof profile_version);
  tlv_put (writer, 0x82, self->svn, sizeof self->svn);
  tlv_put (writer, 0x83, firmware, sizeof firmware);
  if (!put_resources (self, writer, error))
    return NULL;
  tlv_put_bits (writer, 0x85, lab_saip_capabilities ());
  tlv_put (writer, 0x86, ts_102_241, sizeof ts_102_241);
  tlv_put (writer, 0x87, global_platform, sizeof global_platform);
  tlv_put_bits (writer, 0x88,
                RSP_ADDITIONAL_PROFILE | RSP_CRL | RSP_TEST_PROFILE
                    | RSP_DEVICE_INFO_EXTENSIBILITY);
  put_pkids (writer, 0xA9, self->cis, FALSE);
  put_pkids (writer, 0xAA, self->cis, TRUE);
  put_certification (self, writer);
  if ((self->knobs.quirks & LAB_QUIRK_NEW_MEMBERS) != 0)
    put_new_members (writer);
  tlv_end (writer);
  return tlv_writer_finish (g_steal_pointer (&writer));
}

GBytes *
lab_es10b_get_info2 (LabEuicc *self, const Tlv *request, guint16 *sw)
{
  g_autoptr (GError) error = NULL;
  GBytes *info = lab_euicc_dup_info2 (self, &error);

  return info != NULL ? info : lab_answer_failed (&error, sw);
}
