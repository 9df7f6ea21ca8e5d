/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-lab"

#include "lab-smdp-tamper.h"

#include <string.h>

#include "rsp-profile.h"
#include "rsp-tags.h"

#define CUT_BYTES 100

typedef struct
{
  const char *name;
  gboolean without_iccid;
  guint32 ppr;
} Alteration;

/* The metadata with another name and other policy rules. */
static GBytes *
alter_metadata (GBytes *metadata, const Alteration *alteration)
{
  TlvWriter *writer = tlv_writer_new ();
  TlvReader reader;
  Tlv all, member;

  if (!tlv_parse_bytes (metadata, RSP_TAG_STORE_METADATA, &all, NULL))
    g_assert_not_reached ();
  tlv_reader_enter (&reader, &all);
  tlv_begin (writer, RSP_TAG_STORE_METADATA);
  while (tlv_read (&reader, &member, NULL))
    {
      if (member.tag == RSP_TAG_ICCID && alteration->without_iccid)
        tlv_put (writer, RSP_TAG_ICCID, NULL, 0);
      else if (member.tag == RSP_TAG_PROFILE_NAME && alteration->name != NULL)
        tlv_put_string (writer, RSP_TAG_PROFILE_NAME, alteration->name);
      else if (member.tag != RSP_TAG_PPR || alteration->name == NULL)
        tlv_put_raw (writer, member.raw, member.raw_len);
    }
  if (alteration->ppr != 0)
    tlv_put_bits (writer, RSP_TAG_PPR, alteration->ppr);
  tlv_end (writer);
  return tlv_writer_finish (writer);
}

GBytes *
lab_tamper_shown_metadata (LabSmdp *self, GBytes *metadata)
{
  static const Alteration other = { .name = "Another plan" };
  static const Alteration no_iccid = { .without_iccid = TRUE };

  if (lab_smdp_tampers (self, LAB_SMDP_TAMPER_SHOWN_ICCID))
    return alter_metadata (metadata, &no_iccid);
  if (lab_smdp_tampers (self, LAB_SMDP_TAMPER_SHOWN_METADATA))
    return alter_metadata (metadata, &other);
  return g_bytes_ref (metadata);
}

GBytes *
lab_tamper_bpp_metadata (LabSmdp *self, GBytes *metadata)
{
  static const Alteration locked = { .name = "Not what was shown", .ppr = RSP_PPR1_NO_DISABLE };

  if (lab_smdp_tampers (self, LAB_SMDP_TAMPER_BPP_METADATA))
    return alter_metadata (metadata, &locked);
  return g_bytes_ref (metadata);
}

GBytes *
lab_tamper_transaction (LabSmdp *self, LabSmdpTamper what, GBytes *id)
{
  return lab_smdp_tampers (self, what) ? lab_smdp_spoil (id) : g_bytes_ref (id);
}

/* All but the last segment of sequenceOf86, with lengths that agree. */
static GBytes *
drop_last_segment (GBytes *bpp)
{
  TlvWriter *writer = tlv_writer_new ();
  TlvReader reader, segments;
  Tlv all, part, segment, last;

  if (!tlv_parse_bytes (bpp, RSP_TAG_BOUND_PROFILE_PACKAGE, &all, NULL))
    g_assert_not_reached ();
  tlv_reader_enter (&reader, &all);
  tlv_begin (writer, RSP_TAG_BOUND_PROFILE_PACKAGE);
  while (tlv_read (&reader, &part, NULL))
    {
      if (!tlv_reader_at_end (&reader))
        {
          tlv_put_raw (writer, part.raw, part.raw_len);
          continue;
        }
      tlv_reader_enter (&segments, &part);
      last.raw = part.value;
      while (tlv_read (&segments, &segment, NULL))
        last = segment;
      tlv_put (writer, part.tag, part.value, (gsize) (last.raw - part.value));
    }
  tlv_end (writer);
  return tlv_writer_finish (writer);
}

/* The signature is the last member of BF23: turns its last bit. */
static GBytes *
spoil_signature (GBytes *bpp)
{
  gsize len;
  guint8 *copy = g_memdup2 (g_bytes_get_data (bpp, &len), g_bytes_get_size (bpp));
  TlvReader reader;
  Tlv all, channel;

  if (!tlv_parse (copy, len, RSP_TAG_BOUND_PROFILE_PACKAGE, &all, NULL))
    g_assert_not_reached ();
  tlv_reader_enter (&reader, &all);
  if (tlv_expect (&reader, RSP_TAG_INITIALISE_SECURE_CHANNEL, &channel, NULL))
    copy[(gsize) (channel.value - copy) + channel.len - 1] ^= 0x01;
  return g_bytes_new_take (copy, len);
}

GBytes *
lab_tamper_bpp (LabSmdp *self, GBytes *bpp)
{
  if (lab_smdp_tampers (self, LAB_SMDP_TAMPER_BPP_SIGNATURE))
    return spoil_signature (bpp);
  if (lab_smdp_tampers (self, LAB_SMDP_TAMPER_BPP_MAC))
    return lab_smdp_spoil (bpp);
  if (lab_smdp_tampers (self, LAB_SMDP_TAMPER_BPP_SHORT))
    return drop_last_segment (bpp);
  if (lab_smdp_tampers (self, LAB_SMDP_TAMPER_BPP_CUT))
    return g_bytes_new_from_bytes (bpp, 0, g_bytes_get_size (bpp) - CUT_BYTES);
  return g_bytes_ref (bpp);
}

LabCredential *
lab_tamper_pb_oid (LabSmdp *self, GError **error)
{
  LabPkiLeafSpec spec = {
    .role = LAB_ROLE_DP_PB,
    .organization = LAB_PKI_SMDP_ORGANIZATION,
    .oid = "2.999.66",
  };

  return lab_pki_issue (self->pki, &spec, error);
}
