/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-lab"

#include <string.h>

#include "lab-saip-private.h"

/* EF.ARR of the MF and the ADFs, and of everything else, if a reference names only the record. */
#define MF_ARR 0x2F06
#define OTHER_ARR 0x6F06

static gboolean
bad_file (LabSaip *saip, GError **error, guint16 fid, const char *what)
{
  return lab_saip_fail (saip, error, LAB_PE_BAD_VALUES, KT_ERROR_MALFORMED, "saip.file",
                        "file %04X: %s", fid, what);
}

/* TS 102 221, 11.1.1.4.3: bits 6 to 1 of the descriptor, the shareable bit apart. */
static gboolean
type_of_descriptor (guint8 descriptor, const LabFcp *fcp, LabFileType *type)
{
  switch (descriptor & 0xBF)
    {
    case 0x38:
      *type = fcp->aid.tag != 0 ? LAB_FILE_ADF : LAB_FILE_DF;
      return TRUE;
    case 0x01:
      *type = LAB_FILE_TRANSPARENT;
      return TRUE;
    case 0x02:
      *type = LAB_FILE_LINEAR;
      return TRUE;
    case 0x06:
      *type = LAB_FILE_CYCLIC;
      return TRUE;
    case 0x39:
      *type = LAB_FILE_BER_TLV;
      return TRUE;
    default:
      return FALSE;
    }
}

static gboolean
choose_type (LabSaip *saip, const LabFcp *fcp, const LabTemplateRow *row, LabFileType *type,
             GError **error)
{
  LabFileType given;

  if (row == NULL && !fcp->has_descriptor)
    return bad_file (saip, error, fcp->fid, "no file descriptor");
  if (row != NULL)
    *type = row->type;
  if (!fcp->has_descriptor)
    return TRUE;
  if (!type_of_descriptor (fcp->descriptor, fcp, &given))
    return bad_file (saip, error, fcp->fid, "unknown file descriptor");
  if (row != NULL && row->type <= LAB_FILE_ADF && given <= LAB_FILE_ADF)
    return TRUE;
  /* A template's EF may change between EF structures, never into a directory (SAIP 8.3.3). */
  if (row != NULL && (row->type <= LAB_FILE_ADF) != (given <= LAB_FILE_ADF))
    return bad_file (saip, error, fcp->fid, "descriptor of another kind");
  *type = given;
  return TRUE;
}

static void
apply_access (LabFile *file, LabFile *parent, const LabFcp *fcp, const LabTemplateRow *row)
{
  gboolean near_mf = file->type == LAB_FILE_MF || file->type == LAB_FILE_ADF
                     || (parent != NULL && parent->type == LAB_FILE_MF);

  if (fcp->arr_len == 3)
    {
      file->arr_fid = (guint16) (fcp->arr[0] << 8 | fcp->arr[1]);
      file->arr_record = fcp->arr[2];
    }
  else if (fcp->arr_len == 1 || row != NULL)
    {
      file->arr_fid = near_mf ? MF_ARR : OTHER_ARR;
      file->arr_record = fcp->arr_len == 1 ? fcp->arr[0] : row->arr;
    }
}

static guint8
choose_sfi (const LabFcp *fcp, const LabTemplateRow *row, guint16 fid)
{
  guint8 derived = fid & 0x1F;

  if (fcp->has_sfi)
    return fcp->sfi;
  if (row != NULL)
    return row->sfi;
  return derived == 0x1F ? 0 : derived;
}

static gboolean
apply_directory (LabSaip *saip, LabFile *file, const LabFcp *fcp, GError **error)
{
  if (fcp->has_size || fcp->has_sfi)
    return bad_file (saip, error, file->fid, "an EF's attribute on a directory");
  if (file->type == LAB_FILE_ADF)
    {
      if (fcp->aid.tag == 0)
        return bad_file (saip, error, file->fid, "an application without AID");
      if (lab_fs_find_aid (saip->package->fs, fcp->aid.value, fcp->aid.len, 0) != NULL)
        return bad_file (saip, error, file->fid, "an AID twice");
      file->aid = tlv_dup_value (&fcp->aid);
    }
  if (fcp->pins.tag == 0 && fcp->link.tag == 0)
    return bad_file (saip, error, file->fid, "no PIN status template");
  file->pins = tlv_dup_value (&fcp->pins);
  return TRUE;
}

static gboolean
apply_size (LabSaip *saip, LabFile *file, const LabFcp *fcp, const LabTemplateRow *row,
            GError **error)
{
  gboolean same_kind = row != NULL && row->type == file->type;

  if (lab_file_has_records (file))
    {
      guint records = same_kind ? row->records : 0;

      file->record_len = fcp->record_len != 0 ? fcp->record_len : same_kind ? row->size : 0;
      file->size = fcp->has_size ? fcp->size : records * file->record_len;
      if (file->record_len == 0 || file->size == 0 || file->size % file->record_len != 0)
        return bad_file (saip, error, file->fid, "size and record length do not fit");
      if (file->size / file->record_len > LAB_FS_MAX_RECORDS)
        return bad_file (saip, error, file->fid, "too many records");
      return TRUE;
    }
  if (fcp->record_len != 0)
    return bad_file (saip, error, file->fid, "record length without records");
  file->size = fcp->has_size ? fcp->size : same_kind ? row->size : 0;
  if (file->size == 0 && file->type == LAB_FILE_BER_TLV)
    file->size = fcp->max_size;
  if (file->size == 0)
    return bad_file (saip, error, file->fid, "no size");
  return TRUE;
}

/* The pattern is one of a record, where there are records (TS 102 222, 6.3.2.2.2). */
static void
fill_body (LabFile *file, const LabFcp *fcp, const LabTemplateRow *row)
{
  gsize unit = lab_file_has_records (file) ? file->record_len : file->size;

  file->data = g_malloc (file->size);
  if (file->type == LAB_FILE_BER_TLV)
    {
      memset (file->data, 0, file->size);
      return;
    }
  for (gsize start = 0; start < file->size; start += unit)
    {
      guint8 *out = file->data + start;

      if (fcp->fill.tag != 0)
        for (gsize i = 0; i < unit; i++)
          out[i] = fcp->fill.value[MIN (i, fcp->fill.len - 1)];
      else if (fcp->repeat.tag != 0)
        for (gsize i = 0; i < unit; i++)
          out[i] = fcp->repeat.value[i % fcp->repeat.len];
      else
        lab_template_fill (row != NULL ? row->fill : NULL, out, unit);
    }
}

static gboolean
apply_element (LabSaip *saip, LabFile *file, const LabFcp *fcp, const LabTemplateRow *row,
               GError **error)
{
  if (fcp->aid.tag != 0 || fcp->pins.tag != 0)
    return bad_file (saip, error, file->fid, "a directory's attribute on an EF");
  file->sfi = choose_sfi (fcp, row, file->fid);
  if (file->link_path != NULL)
    return TRUE;
  if (!apply_size (saip, file, fcp, row, error))
    return FALSE;
  fill_body (file, fcp, row);
  return TRUE;
}

static gboolean
is_reserved_fid (guint16 fid)
{
  return fid == 0 || fid == LAB_FS_MF || fid == 0x3FFF || fid == LAB_FS_CURRENT_ADF
         || fid == 0xFFFF;
}

static gboolean
attach (LabSaip *saip, LabFile *parent, LabFile *file, GError **error)
{
  g_autoptr (GError) local = NULL;

  if (lab_fs_attach (saip->package->fs, parent, file, &local))
    return TRUE;
  return lab_saip_fail (saip, error,
                        g_error_matches (local, KT_ERROR, KT_ERROR_LIMIT)
                            ? LAB_PE_NOT_ENOUGH_MEMORY
                            : LAB_PE_BAD_VALUES,
                        (KtErrorCode) local->code, kt_error_key (local), "%s", local->message);
}

LabFile *
lab_saip_make_file (LabSaip *saip, LabFile *parent, const LabFcp *fcp, const LabTemplateRow *row,
                    GError **error)
{
  g_autoptr (LabFile) file = NULL;
  LabFileType type = LAB_FILE_MF;
  LabFile *made;
  guint16 fid = fcp->has_fid ? fcp->fid : row != NULL ? row->fid : 0;

  if (!choose_type (saip, fcp, row, &type, error))
    return NULL;
  if (type != LAB_FILE_MF && is_reserved_fid (fid))
    {
      bad_file (saip, error, fid, "identifier missing or reserved");
      return NULL;
    }
  file = lab_file_new (type, fid);
  if (fcp->has_descriptor)
    {
      file->descriptor = fcp->descriptor;
      file->coding = fcp->coding;
    }
  if (fcp->has_lcsi)
    file->lcsi = fcp->lcsi;
  file->special = fcp->special;
  if (fcp->link.len > 0)
    file->link_path = tlv_dup_value (&fcp->link);
  apply_access (file, parent, fcp, row);
  if (!(lab_file_is_directory (file) ? apply_directory (saip, file, fcp, error)
                                     : apply_element (saip, file, fcp, row, error)))
    return NULL;
  made = file;
  return attach (saip, parent, g_steal_pointer (&file), error) ? made : NULL;
}

gboolean
lab_saip_fill_offset (LabSaip *saip, LabFill *fill, const Tlv *tlv, GError **error)
{
  gint64 offset;

  if (!tlv_get_int (tlv, &offset, error))
    return FALSE;
  if (fill->file == NULL || fill->file->data == NULL || offset < 0 || offset > 0xFFFF
      || (gsize) offset > fill->file->size - fill->position)
    return bad_file (saip, error, fill->file != NULL ? fill->file->fid : 0,
                     "offset outside the file");
  fill->position += (gsize) offset;
  return TRUE;
}

gboolean
lab_saip_fill_content (LabSaip *saip, LabFill *fill, const Tlv *tlv, GError **error)
{
  if (fill->file == NULL || fill->file->data == NULL
      || tlv->len > fill->file->size - fill->position)
    return bad_file (saip, error, fill->file != NULL ? fill->file->fid : 0,
                     "content outside the file");
  if (tlv->len > 0)
    memcpy (fill->file->data + fill->position, tlv->value, tlv->len);
  fill->position += tlv->len;
  return TRUE;
}
