/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-lab"

#include <string.h>

#include "kt-error.h"
#include "lab-saip-private.h"

enum
{
  TAG_SIZE = 0x80,
  TAG_DESCRIPTOR = 0x82,
  TAG_FID = 0x83,
  TAG_AID = 0x84,
  TAG_PROPRIETARY = 0xA5,
  TAG_SFI = 0x88,
  TAG_LCSI = 0x8A,
  TAG_ARR = 0x8B,
  TAG_PINS = 0xC6,
  TAG_LINK = 0xC7,
  TAG_SPECIAL = 0xC0,
  TAG_FILL = 0xC1,
  TAG_REPEAT = 0xC2,
  TAG_MAX_SIZE = 0x86,
};

static gboolean
bad_fcp (LabSaip *saip, GError **error, const char *what)
{
  return lab_saip_fail (saip, error, LAB_PE_BAD_VALUES, KT_ERROR_MALFORMED, "saip.fcp",
                        "FCP: %s", what);
}

static gboolean
parse_descriptor (LabSaip *saip, const Tlv *tlv, LabFcp *fcp, GError **error)
{
  /* TS 102 222, 6.3.2.2.2: descriptor and coding, then the record length in two bytes. */
  if (tlv->len != 2 && tlv->len != 4)
    return bad_fcp (saip, error, "file descriptor");
  fcp->has_descriptor = TRUE;
  fcp->descriptor = tlv->value[0];
  fcp->coding = tlv->value[1];
  if (tlv->len == 4)
    {
      fcp->record_len = (guint16) (tlv->value[2] << 8 | tlv->value[3]);
      if (fcp->record_len == 0 || fcp->record_len > 0xFF)
        return bad_fcp (saip, error, "record length");
    }
  return TRUE;
}

static gboolean
parse_size (LabSaip *saip, const Tlv *tlv, guint32 *size, GError **error)
{
  guint64 value;

  if (tlv->len == 0 || tlv->len > 4 || (tlv->len > 1 && tlv->value[0] == 0))
    return bad_fcp (saip, error, "size not in shortest form");
  if (!tlv_get_uint (tlv, &value, error))
    return FALSE;
  if (value > LAB_FS_MAX_FILE_SIZE)
    return lab_saip_fail (saip, error, LAB_PE_NOT_ENOUGH_MEMORY, KT_ERROR_LIMIT, "saip.memory",
                          "a file of %" G_GUINT64_FORMAT " bytes", value);
  *size = (guint32) value;
  return TRUE;
}

static gboolean
parse_sfi (LabSaip *saip, const Tlv *tlv, LabFcp *fcp, GError **error)
{
  fcp->has_sfi = TRUE;
  if (tlv->len == 0)
    return TRUE;
  if (tlv->len != 1 || (tlv->value[0] & 0x07) != 0 || tlv->value[0] >> 3 == 0
      || tlv->value[0] >> 3 == 0x1F)
    return bad_fcp (saip, error, "short file identifier");
  fcp->sfi = tlv->value[0] >> 3;
  return TRUE;
}

static gboolean
parse_arr (LabSaip *saip, const Tlv *tlv, LabFcp *fcp, GError **error)
{
  if (tlv->len != 1 && tlv->len != 3)
    return bad_fcp (saip, error, "reference to an access rule");
  fcp->arr_len = (guint) tlv->len;
  memcpy (fcp->arr, tlv->value, tlv->len);
  return TRUE;
}

static gboolean
parse_proprietary (LabSaip *saip, const Tlv *tlv, LabFcp *fcp, GError **error)
{
  TlvReader reader;
  Tlv item;

  tlv_reader_enter (&reader, tlv);
  while (!tlv_reader_at_end (&reader))
    {
      if (!tlv_read (&reader, &item, error))
        return FALSE;
      switch (item.tag)
        {
        case TAG_SPECIAL:
          if (item.len != 1)
            return bad_fcp (saip, error, "special file information");
          fcp->has_special = TRUE;
          fcp->special = item.value[0];
          break;
        case TAG_FILL:
        case TAG_REPEAT:
          if (item.len < 1 || item.len > 200)
            return bad_fcp (saip, error, "pattern");
          *(item.tag == TAG_FILL ? &fcp->fill : &fcp->repeat) = item;
          break;
        case TAG_MAX_SIZE:
          if (!parse_size (saip, &item, &fcp->max_size, error))
            return FALSE;
          break;
        default:
          break;
        }
    }
  if (fcp->fill.tag != 0 && fcp->repeat.tag != 0)
    return bad_fcp (saip, error, "two patterns");
  return TRUE;
}

static gboolean
parse_item (LabSaip *saip, const Tlv *item, LabFcp *fcp, GError **error)
{
  switch (item->tag)
    {
    case TAG_DESCRIPTOR:
      return parse_descriptor (saip, item, fcp, error);
    case TAG_FID:
      if (item->len != 2)
        return bad_fcp (saip, error, "file identifier");
      fcp->has_fid = TRUE;
      fcp->fid = (guint16) (item->value[0] << 8 | item->value[1]);
      return TRUE;
    case TAG_AID:
      fcp->aid = *item;
      return item->len >= 5 && item->len <= 16 ? TRUE : bad_fcp (saip, error, "AID");
    case TAG_PROPRIETARY:
      return parse_proprietary (saip, item, fcp, error);
    case TAG_SIZE:
      fcp->has_size = TRUE;
      return parse_size (saip, item, &fcp->size, error);
    case TAG_SFI:
      return parse_sfi (saip, item, fcp, error);
    case TAG_LCSI:
      fcp->has_lcsi = TRUE;
      fcp->lcsi = item->len == 1 ? item->value[0] : 0;
      return item->len == 1 ? TRUE : bad_fcp (saip, error, "life cycle status");
    case TAG_ARR:
      return parse_arr (saip, item, fcp, error);
    case TAG_PINS:
      fcp->pins = *item;
      return item->len <= 26 ? TRUE : bad_fcp (saip, error, "PIN status template");
    case TAG_LINK:
      fcp->link = *item;
      return item->len <= 8 && item->len % 2 == 0 ? TRUE : bad_fcp (saip, error, "link path");
    default:
      return TRUE;
    }
}

gboolean
lab_saip_parse_fcp (LabSaip *saip, const Tlv *tlv, LabFcp *fcp, GError **error)
{
  TlvReader reader;
  Tlv item;

  memset (fcp, 0, sizeof *fcp);
  tlv_reader_enter (&reader, tlv);
  while (!tlv_reader_at_end (&reader))
    if (!tlv_read (&reader, &item, error) || !parse_item (saip, &item, fcp, error))
      return FALSE;
  return TRUE;
}
