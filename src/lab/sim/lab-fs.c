/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-lab"

#include "lab-fs.h"

#include <string.h>

#include "kt-error.h"

LabFs *
lab_fs_new (void)
{
  LabFs *fs = g_new0 (LabFs, 1);

  fs->files = g_ptr_array_new_with_free_func ((GDestroyNotify) lab_file_free);
  return fs;
}

void
lab_fs_free (LabFs *fs)
{
  if (fs == NULL)
    return;
  g_ptr_array_unref (fs->files);
  g_free (fs);
}

LabFile *
lab_file_new (LabFileType type, guint16 fid)
{
  static const guint8 descriptors[] = { 0x78, 0x78, 0x78, 0x41, 0x42, 0x46, 0x79 };
  LabFile *file = g_new0 (LabFile, 1);

  file->type = type;
  file->fid = fid;
  file->descriptor = descriptors[type];
  file->coding = 0x21;
  file->lcsi = 0x05;
  return file;
}

void
lab_file_free (LabFile *file)
{
  if (file == NULL)
    return;
  g_clear_pointer (&file->aid, g_bytes_unref);
  g_clear_pointer (&file->pins, g_bytes_unref);
  g_clear_pointer (&file->link_path, g_bytes_unref);
  g_clear_pointer (&file->children, g_ptr_array_unref);
  g_free (file->data);
  g_free (file);
}

gboolean
lab_file_is_directory (const LabFile *file)
{
  return file->type <= LAB_FILE_ADF;
}

gboolean
lab_file_has_records (const LabFile *file)
{
  return file->type == LAB_FILE_LINEAR || file->type == LAB_FILE_CYCLIC;
}

guint
lab_file_n_records (const LabFile *file)
{
  return file->record_len != 0 ? file->size / file->record_len : 0;
}

LabFile *
lab_file_get_body (LabFile *file)
{
  return file->target != NULL ? file->target : file;
}

static guint
depth_of (const LabFile *file)
{
  guint depth = 0;

  for (; file != NULL; file = file->parent)
    depth++;
  return depth;
}

gboolean
lab_fs_attach (LabFs *fs, LabFile *parent, LabFile *file, GError **error)
{
  g_autoptr (LabFile) owned = file;

  if (parent == NULL && fs->mf != NULL)
    return kt_error_set (error, KT_ERROR_MALFORMED, "saip.file", "a second MF");
  if (parent != NULL && lab_file_find_child (parent, file->fid) != NULL)
    return kt_error_set (error, KT_ERROR_MALFORMED, "saip.file", "file %04X is there already",
                         file->fid);
  if (fs->files->len >= LAB_FS_MAX_FILES || depth_of (parent) >= LAB_FS_MAX_DEPTH
      || fs->bytes + file->size > LAB_FS_MAX_BYTES)
    return kt_error_set (error, KT_ERROR_LIMIT, "saip.memory", "too many, too deep or too large "
                         "files");

  if (parent == NULL)
    fs->mf = file;
  else
    {
      if (parent->children == NULL)
        parent->children = g_ptr_array_new ();
      g_ptr_array_add (parent->children, file);
    }
  file->parent = parent;
  file->index = fs->files->len;
  fs->bytes += file->data != NULL ? file->size : 0;
  g_ptr_array_add (fs->files, g_steal_pointer (&owned));
  return TRUE;
}

LabFile *
lab_file_find_child (LabFile *directory, guint16 fid)
{
  GPtrArray *children = lab_file_get_body (directory)->children;

  for (guint i = 0; children != NULL && i < children->len; i++)
    {
      LabFile *child = g_ptr_array_index (children, i);

      if (child->fid == fid)
        return child;
    }
  return NULL;
}

LabFile *
lab_file_find_sfi (LabFile *directory, guint8 sfi)
{
  GPtrArray *children = lab_file_get_body (directory)->children;

  for (guint i = 0; sfi != 0 && children != NULL && i < children->len; i++)
    {
      LabFile *child = g_ptr_array_index (children, i);

      if (child->sfi == sfi && !lab_file_is_directory (child))
        return child;
    }
  return NULL;
}

LabFile *
lab_file_get_application (LabFile *file)
{
  while (file->type != LAB_FILE_ADF && file->parent != NULL)
    file = file->parent;
  return file;
}

LabFile *
lab_fs_find_temporary (LabFs *fs, const guint8 *path, gsize len)
{
  LabFile *file = fs->mf;

  if (len % 2 != 0)
    return NULL;
  for (gsize i = 0; file != NULL && i < len; i += 2)
    {
      guint16 fid = (guint16) (path[i] << 8 | path[i + 1]);

      if (i == 0 && fid == LAB_FS_MF)
        continue;
      file = lab_file_is_directory (file) ? lab_file_find_child (file, fid) : NULL;
    }
  return file;
}

LabFile *
lab_fs_find_aid (LabFs *fs, const guint8 *aid, gsize len, guint skip)
{
  for (guint i = 0; i < fs->files->len; i++)
    {
      LabFile *file = g_ptr_array_index (fs->files, i);
      gsize own_len;
      const guint8 *own;

      if (file->type != LAB_FILE_ADF)
        continue;
      own = g_bytes_get_data (file->aid, &own_len);
      if (len <= own_len && memcmp (own, aid, len) == 0 && skip-- == 0)
        return file;
    }
  return NULL;
}

/* A chain of links is no longer than the number of files, or it is a circle. */
static LabFile *
follow_link (LabFs *fs, LabFile *link)
{
  LabFile *file = link;

  for (guint hops = 0; file != NULL && file->link_path != NULL; hops++)
    {
      gsize len;
      const guint8 *path = g_bytes_get_data (file->link_path, &len);

      if (hops > fs->files->len)
        return NULL;
      file = lab_fs_find_temporary (fs, path, len);
    }
  return file;
}

/* A directory that is linked to one of its own ancestors would have no end. */
static gboolean
is_ancestor (const LabFile *candidate, const LabFile *file)
{
  for (; file != NULL; file = file->parent)
    if (file == candidate)
      return TRUE;
  return FALSE;
}

gboolean
lab_fs_seal (LabFs *fs, LabFile **culprit, GError **error)
{
  for (guint i = 0; i < fs->files->len; i++)
    {
      LabFile *file = g_ptr_array_index (fs->files, i);
      LabFile *target;

      if (file->link_path == NULL)
        continue;
      target = follow_link (fs, file);
      if (target == NULL || target->type != file->type || is_ancestor (target, file)
          || file->children != NULL)
        {
          if (culprit != NULL)
            *culprit = file;
          return kt_error_set (error, KT_ERROR_MALFORMED, "saip.link",
                               "link %04X leads to no file of its kind", file->fid);
        }
      file->target = target;
      file->size = target->size;
      file->record_len = target->record_len;
    }
  return TRUE;
}
