/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The file tree of a profile as its package makes it. Nothing in it changes once it is sealed. */

#define LAB_FS_MF 0x3F00
/** LAB_FS_CURRENT_ADF: reserved identifier of the application selected on a channel. */
#define LAB_FS_CURRENT_ADF 0x7FFF

/* Against hostile packages; real profiles stay a magnitude below. */
#define LAB_FS_MAX_FILES 1024
#define LAB_FS_MAX_FILE_SIZE 0xFFFF
#define LAB_FS_MAX_BYTES (1024 * 1024)
#define LAB_FS_MAX_RECORDS 254
#define LAB_FS_MAX_DEPTH 5

typedef enum
{
  LAB_FILE_MF,
  LAB_FILE_DF,
  LAB_FILE_ADF,
  LAB_FILE_TRANSPARENT,
  LAB_FILE_LINEAR,
  LAB_FILE_CYCLIC,
  LAB_FILE_BER_TLV,
} LabFileType;

/**
 * LabFile:
 * @fid: identifier; of an ADF the temporary one, known while the package is installed only
 * @index: place in the order of creation
 * @descriptor: first byte of the file descriptor (TS 102 221, 11.1.1.4.3)
 * @coding: its second byte
 * @lcsi: life cycle status
 * @sfi: short file identifier, 0 if none
 * @special: special file information (TS 102 222): high update, readable when deactivated
 * @size: bytes of an EF's body
 * @record_len: bytes of a record
 * @arr_fid: EF.ARR with the access rule, 0 if none
 * @arr_record: the rule's record
 * @aid: (nullable): of an ADF
 * @pins: key references of a DF's PIN status template
 * @data: (nullable): initial body of an EF that is no link
 * @link_path: (nullable): where a link leads, as the package has it
 * @target: (nullable): the file that a link stands for, resolved to the end
 * @pin_scope: (nullable): the DF whose local PINs this DF shares
 */
typedef struct _LabFile LabFile;
struct _LabFile
{
  LabFileType type;
  guint16 fid;
  guint index;
  guint8 descriptor;
  guint8 coding;
  guint8 lcsi;
  guint8 sfi;
  guint8 special;
  guint32 size;
  guint16 record_len;
  guint16 arr_fid;
  guint8 arr_record;
  GBytes *aid;
  GBytes *pins;
  guint8 *data;
  GBytes *link_path;
  LabFile *target;
  LabFile *parent;
  LabFile *pin_scope;
  GPtrArray *children;
};

typedef struct
{
  LabFile *mf;
  /* all files in order of creation, owned */
  GPtrArray *files;
  gsize bytes;
} LabFs;

/** lab_fs_new: Returns: (transfer full): an empty tree. */
LabFs *lab_fs_new (void);
/** lab_fs_free: with all files. */
void lab_fs_free (LabFs *fs);

/** lab_file_new: Returns: (transfer full): an unattached file, active and shareable. */
LabFile *lab_file_new (LabFileType type, guint16 fid);
void lab_file_free (LabFile *file);

/** lab_file_is_directory: MF, DF or ADF. */
gboolean lab_file_is_directory (const LabFile *file);
/** lab_file_has_records: linear fixed or cyclic. */
gboolean lab_file_has_records (const LabFile *file);
/** lab_file_n_records: 0 for a file without records. */
guint lab_file_n_records (const LabFile *file);

/** lab_file_get_body: Returns: (transfer none): the file, or the one that it is a link to. */
LabFile *lab_file_get_body (LabFile *file);

/**
 * lab_fs_attach:
 * @parent: (nullable): %NULL for the MF
 * @file: (transfer full): freed on failure
 *
 * Returns: %FALSE with %KT_ERROR_LIMIT or %KT_ERROR_MALFORMED (identifier taken, second MF)
 */
gboolean lab_fs_attach (LabFs *fs, LabFile *parent, LabFile *file, GError **error);

/** lab_file_find_child: Returns: (transfer none) (nullable): the child of a directory with @fid. */
LabFile *lab_file_find_child (LabFile *directory, guint16 fid);

/** lab_file_find_sfi: Returns: (transfer none) (nullable): the EF in @directory with @sfi. */
LabFile *lab_file_find_sfi (LabFile *directory, guint8 sfi);

/** lab_file_get_application: Returns: (transfer none): the ADF or MF that @file lies in. */
LabFile *lab_file_get_application (LabFile *file);

/**
 * lab_fs_find_temporary:
 * @path: identifiers from the MF, two bytes each, ADFs by their temporary ones, "" for the MF
 *
 * Returns: (transfer none) (nullable): the file
 */
LabFile *lab_fs_find_temporary (LabFs *fs, const guint8 *path, gsize len);

/**
 * lab_fs_find_aid:
 * @skip: number of matches to pass over
 *
 * Returns: (transfer none) (nullable): an ADF whose AID starts with @aid
 */
LabFile *lab_fs_find_aid (LabFs *fs, const guint8 *aid, gsize len, guint skip);

/**
 * lab_fs_seal:
 * @culprit: (out) (optional): the file at fault
 *
 * Resolves all links. Returns: %FALSE with %KT_ERROR_MALFORMED if one leads nowhere, in a circle or
 * to a file of another kind.
 */
gboolean lab_fs_seal (LabFs *fs, LabFile **culprit, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LabFile, lab_file_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LabFs, lab_fs_free)

G_END_DECLS
