/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-lab"

#include "lab-saip-private.h"

enum
{
  /* File ::= SEQUENCE OF CHOICE */
  TAG_DO_NOT_CREATE = 0x80,
  TAG_FCP = 0xA1,
  TAG_OFFSET = 0x82,
  TAG_CONTENT = 0x83,
  /* FileManagement ::= SEQUENCE OF CHOICE; its explicit tags keep the module from tagging it */
  TAG_GENERIC_PATH = 0x80,
  TAG_GENERIC_FCP = 0x62,
  TAG_GENERIC_OFFSET = TLV_INTEGER,
  TAG_GENERIC_CONTENT = 0x81,
  TAG_TEMPLATE_ID = 0x81,
};

/* AUTOMATIC TAGS: member n of a SEQUENCE has context tag n; a File is constructed. */
static TlvTag
member_tag (guint member)
{
  return member < 0x1F ? 0xA0 | member : 0xBF00 | member;
}

typedef struct
{
  const LabTemplate *template;
  guint version;
  /* where the next EF goes */
  LabFile *base;
  LabFile *directory;
} LabPlacing;

static gboolean
bad_member (LabSaip *saip, GError **error, guint16 fid, const char *what)
{
  return lab_saip_fail (saip, error, LAB_PE_BAD_VALUES, KT_ERROR_MALFORMED, "saip.template",
                        "template file %04X: %s", fid, what);
}

static gboolean
read_oid (LabSaip *saip, const LabTemplate *template, TlvReader *reader, guint *version,
          GError **error)
{
  g_autofree char *oid = NULL;
  guint number;
  Tlv tlv;

  if (!tlv_expect (reader, TAG_TEMPLATE_ID, &tlv, error))
    return FALSE;
  oid = tlv_dup_oid (&tlv, error);
  if (oid == NULL)
    return FALSE;
  if (!lab_template_parse_oid (oid, &number, version) || number != template->number)
    return lab_saip_fail (saip, error, LAB_PE_TEMPLATE_NOT_SUPPORTED, KT_ERROR_UNSUPPORTED,
                          "saip.template", "template %s", oid);
  return TRUE;
}

/* Checks the frame that the first row stands in. */
static gboolean
find_base (LabSaip *saip, LabPlacing *placing, GError **error)
{
  LabFile *mf = saip->package->fs->mf;

  switch (placing->template->place)
    {
    case LAB_TEMPLATE_AT_MF:
    case LAB_TEMPLATE_NEW_ADF:
      placing->base = mf;
      if (mf == NULL && placing->template->rows[0].type != LAB_FILE_MF)
        return bad_member (saip, error, placing->template->rows[0].fid, "there is no MF yet");
      return TRUE;
    case LAB_TEMPLATE_IN_ADF:
    case LAB_TEMPLATE_EXTENDS_ADF:
    default:
      placing->base = saip->application;
      placing->directory = saip->application;
      if (saip->application == NULL)
        return bad_member (saip, error, placing->template->rows[0].fid, "there is no application");
      return TRUE;
    }
}

/* An EF may follow a directory that this element leaves out: then it has no place. */
static LabFile *
parent_of_row (const LabPlacing *placing, const LabTemplateRow *row)
{
  return row->type > LAB_FILE_ADF ? placing->directory : placing->base;
}

static void
entered_directory (LabSaip *saip, LabPlacing *placing, LabFile *file, guint index)
{
  placing->directory = file;
  if (index != 0)
    return;
  placing->base = file;
  if (file->type == LAB_FILE_ADF)
    saip->application = file;
  /* PINs that follow, say, DF.5GS are still those of the application around it. */
  if (placing->template->place != LAB_TEMPLATE_IN_ADF)
    saip->pin_context = file;
}

static gboolean
create_row (LabSaip *saip, LabPlacing *placing, guint index, const LabFcp *fcp, LabFile **made,
            GError **error)
{
  LabTemplateRow row;
  LabFile *parent;

  lab_template_get_row (placing->template, index, placing->version, &row);
  parent = parent_of_row (placing, &row);
  if (parent == NULL && row.type != LAB_FILE_MF)
    return bad_member (saip, error, row.fid, "its directory is not created");
  *made = lab_saip_make_file (saip, row.type == LAB_FILE_MF ? NULL : parent, fcp, &row, error);
  if (*made == NULL)
    return FALSE;
  if (lab_file_is_directory (*made))
    entered_directory (saip, placing, *made, index);
  return TRUE;
}

/* A File: attributes once and first, then a walk through its body. */
static gboolean
read_file (LabSaip *saip, LabPlacing *placing, guint index, const Tlv *tlv, GError **error)
{
  LabFill fill = { NULL, 0 };
  LabFcp fcp = { 0 };
  TlvReader reader;
  Tlv item;

  tlv_reader_enter (&reader, tlv);
  if (tlv_next_is (&reader, TAG_DO_NOT_CREATE, &item))
    {
      if (item.len != 0 || !tlv_reader_at_end (&reader))
        return bad_member (saip, error, placing->template->rows[index].fid,
                           "content of a file not created");
      /* The flag has no effect on the files of the MF (ASN.1 module, File). */
      if (placing->template->rows[0].type != LAB_FILE_MF)
        return TRUE;
    }
  if (tlv_next_is (&reader, TAG_FCP, &item) && !lab_saip_parse_fcp (saip, &item, &fcp, error))
    return FALSE;
  if (!create_row (saip, placing, index, &fcp, &fill.file, error))
    return FALSE;
  while (!tlv_reader_at_end (&reader))
    {
      if (!tlv_read (&reader, &item, error))
        return FALSE;
      if (item.tag == TAG_OFFSET && !lab_saip_fill_offset (saip, &fill, &item, error))
        return FALSE;
      if (item.tag == TAG_CONTENT && !lab_saip_fill_content (saip, &fill, &item, error))
        return FALSE;
      if (item.tag == TAG_FCP || item.tag == TAG_DO_NOT_CREATE)
        return bad_member (saip, error, fill.file->fid, "attributes behind content");
    }
  return TRUE;
}

static gboolean
create_default (LabSaip *saip, LabPlacing *placing, guint index, GError **error)
{
  const LabTemplateRow *row = &placing->template->rows[index];
  LabFcp nothing = { 0 };
  LabFile *made;

  if (row->required)
    return bad_member (saip, error, row->fid, "is missing");
  if (!placing->template->by_default || row->fill == NULL || row->type <= LAB_FILE_ADF)
    return TRUE;
  return create_row (saip, placing, index, &nothing, &made, error);
}

gboolean
lab_saip_read_template (LabSaip *saip, const Tlv *pe, TlvReader *reader, GError **error)
{
  LabPlacing placing = { .template = lab_template_for_element (pe->tag) };
  Tlv member;

  g_assert (placing.template != NULL);

  if (!read_oid (saip, placing.template, reader, &placing.version, error)
      || !find_base (saip, &placing, error))
    return FALSE;
  for (guint i = 0; i < placing.template->n_rows; i++)
    {
      const LabTemplateRow *row = &placing.template->rows[i];

      if (tlv_next_is (reader, member_tag (i + LAB_TEMPLATE_FIRST_MEMBER), &member))
        {
          if (!read_file (saip, &placing, i, &member, error))
            return FALSE;
        }
      else if (i == 0 && placing.template->place != LAB_TEMPLATE_EXTENDS_ADF)
        return bad_member (saip, error, row->fid, "is missing");
      else if (!create_default (saip, &placing, i, error))
        return FALSE;
      /* An EF whose directory is left out must not land in the directory before it. */
      else if (row->type == LAB_FILE_DF)
        placing.directory = NULL;
    }
  /* What a later version of the format appends is unknown (EXTENSIBILITY IMPLIED), but whole. */
  while (!tlv_reader_at_end (reader))
    {
      if (!tlv_read (reader, &member, error))
        return FALSE;
      if ((member.tag & 0xE0) != 0xA0 && (member.tag & 0xE000) != 0xA000)
        return bad_member (saip, error, 0, "an unknown member");
      if (member.tag < member_tag (placing.template->n_rows + LAB_TEMPLATE_FIRST_MEMBER))
        return bad_member (saip, error, 0, "members out of order");
    }
  return TRUE;
}

typedef struct
{
  LabFile *directory;
  LabFill fill;
} LabGeneric;

/* A path may be absolute, with or without the MF's identifier, or start at the current ADF. */
static LabFile *
resolve_path (LabSaip *saip, const Tlv *path)
{
  guint16 first = path->len >= 2 ? (guint16) (path->value[0] << 8 | path->value[1]) : 0;
  LabFile *file;

  if (first != LAB_FS_CURRENT_ADF)
    return lab_fs_find_temporary (saip->package->fs, path->value, path->len);
  file = saip->application;
  for (gsize i = 2; file != NULL && i + 1 < path->len; i += 2)
    file = lab_file_is_directory (file)
               ? lab_file_find_child (file,
                                      (guint16) (path->value[i] << 8 | path->value[i + 1]))
               : NULL;
  return file;
}

static gboolean
generic_path (LabSaip *saip, LabGeneric *generic, const Tlv *tlv, GError **error)
{
  LabFile *file = tlv->len <= 8 && tlv->len % 2 == 0 ? resolve_path (saip, tlv) : NULL;

  if (file == NULL)
    return lab_saip_fail (saip, error, LAB_PE_BAD_VALUES, KT_ERROR_MALFORMED, "saip.path",
                          "a path to no file");
  generic->directory = lab_file_is_directory (file) ? file : file->parent;
  generic->fill = (LabFill) { lab_file_is_directory (file) ? NULL : file, 0 };
  return TRUE;
}

static gboolean
generic_create (LabSaip *saip, LabGeneric *generic, const Tlv *tlv, GError **error)
{
  LabFcp fcp;
  LabFile *file;

  if (!lab_saip_parse_fcp (saip, tlv, &fcp, error))
    return FALSE;
  file = lab_saip_make_file (saip, generic->directory, &fcp, NULL, error);
  if (file == NULL)
    return FALSE;
  generic->fill = (LabFill) { lab_file_is_directory (file) ? NULL : file, 0 };
  return TRUE;
}

static gboolean
read_management (LabSaip *saip, LabGeneric *generic, const Tlv *command, GError **error)
{
  TlvReader reader;
  Tlv item;

  tlv_reader_enter (&reader, command);
  while (!tlv_reader_at_end (&reader))
    {
      gboolean ok;

      if (!tlv_read (&reader, &item, error))
        return FALSE;
      switch (item.tag)
        {
        case TAG_GENERIC_PATH:
          ok = generic_path (saip, generic, &item, error);
          break;
        case TAG_GENERIC_FCP:
          ok = generic_create (saip, generic, &item, error);
          break;
        case TAG_GENERIC_OFFSET:
          ok = lab_saip_fill_offset (saip, &generic->fill, &item, error);
          break;
        case TAG_GENERIC_CONTENT:
          ok = lab_saip_fill_content (saip, &generic->fill, &item, error);
          break;
        default:
          ok = lab_saip_fail (saip, error, LAB_PE_INVALID_REQUEST_FORMAT, KT_ERROR_MALFORMED,
                              "saip.generic", "genericFileManagement: element %X", item.tag);
          break;
        }
      if (!ok)
        return FALSE;
    }
  return TRUE;
}

gboolean
lab_saip_read_generic (LabSaip *saip, TlvReader *reader, GError **error)
{
  LabGeneric generic = { saip->package->fs->mf, { NULL, 0 } };
  TlvReader commands;
  Tlv list, command;

  if (generic.directory == NULL)
    return lab_saip_fail (saip, error, LAB_PE_BAD_VALUES, KT_ERROR_MALFORMED, "saip.generic",
                          "files without an MF");
  if (!tlv_expect (reader, 0xA1, &list, error))
    return FALSE;
  tlv_reader_enter (&commands, &list);
  do
    {
      if (!tlv_expect (&commands, TLV_SEQUENCE, &command, error)
          || !read_management (saip, &generic, &command, error))
        return FALSE;
    }
  while (!tlv_reader_at_end (&commands));
  return tlv_expect_end (reader, error);
}
