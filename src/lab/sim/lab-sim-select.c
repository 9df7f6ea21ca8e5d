/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-lab"

#include "lab-sim-private.h"
#include "tlv.h"

/* SELECT's P1 and P2, TS 102 221, 11.1.1.2. */
enum
{
  BY_FID = 0x00,
  CHILD_DF = 0x01,
  PARENT_DF = 0x03,
  BY_AID = 0x04,
  PATH_FROM_MF = 0x08,
  PATH_FROM_DF = 0x09,
  RETURN_MASK = 0x0C,
  RETURN_FCI = 0x00,
  RETURN_FCP = 0x04,
  RETURN_NOTHING = 0x0C,
  OCCURRENCE_MASK = 0x03,
  SESSION_TERMINATE = 0x40,
};

static guint16
get_fid (const guint8 *p)
{
  return (guint16) (p[0] << 8 | p[1]);
}

void
lab_sim_select_file (LabChannel *channel, LabFile *file)
{
  gboolean directory = lab_file_is_directory (file);

  channel->record = 0;
  channel->element = directory ? NULL : file;
  channel->directory = directory ? file : file->parent;
  if (file->type == LAB_FILE_ADF)
    channel->application = file;
}

/* An application is selected by its AID; its temporary identifier is gone with the installation. */
static LabFile *
find_child (LabFile *directory, guint16 fid)
{
  LabFile *child = lab_file_find_child (directory, fid);

  return child != NULL && child->type != LAB_FILE_ADF ? child : NULL;
}

LabFile *
lab_sim_find_fid (LabSim *sim, LabChannel *channel, guint16 fid)
{
  LabFile *directory = channel->directory;
  LabFile *found;

  if (fid == LAB_FS_MF)
    return sim->package->fs->mf;
  if (fid == LAB_FS_CURRENT_ADF)
    return channel->application;
  found = find_child (directory, fid);
  if (found != NULL)
    return found;
  if (directory->type != LAB_FILE_DF)
    return NULL;
  /* The directory itself, its parent, and directories beside it. */
  if (directory->fid == fid)
    return directory;
  if (directory->parent->type == LAB_FILE_DF && directory->parent->fid == fid)
    return directory->parent;
  found = find_child (directory->parent, fid);
  return found != NULL && lab_file_is_directory (found) ? found : NULL;
}

static LabFile *
find_path (LabSim *sim, LabChannel *channel, LabFile *start, const guint8 *path, gsize len)
{
  LabFile *file = start;

  for (gsize i = 0; file != NULL && i < len; i += 2)
    {
      guint16 fid = get_fid (path + i);

      if (i == 0 && fid == LAB_FS_CURRENT_ADF)
        file = channel->application;
      else if (i > 0 || fid != LAB_FS_MF || start->type != LAB_FILE_MF)
        file = lab_file_is_directory (file) ? find_child (file, fid) : NULL;
    }
  return file;
}

/* Only directories with this type below the current one count for CHILD_DF. */
static guint16
find_by_reference (LabSim *sim, LabChannel *channel, const LabCommand *command, LabFile **file)
{
  switch (command->p1)
    {
    case BY_FID:
      if (command->lc != 0 && command->lc != 2)
        return SW_WRONG_LENGTH;
      *file = command->lc == 0 ? sim->package->fs->mf
                               : lab_sim_find_fid (sim, channel, get_fid (command->data));
      break;
    case CHILD_DF:
      if (command->lc != 2)
        return SW_WRONG_LENGTH;
      *file = find_child (channel->directory, get_fid (command->data));
      if (*file != NULL && !lab_file_is_directory (*file))
        *file = NULL;
      break;
    case PARENT_DF:
      if (command->lc != 0)
        return SW_WRONG_LENGTH;
      *file = channel->directory->parent;
      break;
    case PATH_FROM_MF:
    case PATH_FROM_DF:
      if (command->lc < 2 || command->lc % 2 != 0)
        return SW_WRONG_LENGTH;
      *file = find_path (sim, channel,
                         command->p1 == PATH_FROM_MF ? sim->package->fs->mf : channel->directory,
                         command->data, command->lc);
      break;
    default:
      return SW_WRONG_P1P2;
    }
  return *file != NULL ? SW_OK : SW_FILE_NOT_FOUND;
}

static guint
count_matches (LabFs *fs, const LabCommand *command, LabFile *current, guint *place)
{
  LabFile *file;
  guint n = 0;

  *place = G_MAXUINT;
  while ((file = lab_fs_find_aid (fs, command->data, command->lc, n)) != NULL)
    {
      if (file == current)
        *place = n;
      n++;
    }
  return n;
}

/* Several applications may match a partial AID: first, last, next and previous (11.1.1.2). */
static guint16
find_by_aid (LabSim *sim, LabChannel *channel, const LabCommand *command, LabFile **file)
{
  LabFs *fs = sim->package->fs;
  guint place, n, wanted;

  if (command->lc < 1 || command->lc > 16)
    return SW_WRONG_LENGTH;
  n = count_matches (fs, command, channel->application, &place);
  switch (command->p2 & OCCURRENCE_MASK)
    {
    case 1:
      wanted = n - 1;
      break;
    case 2:
      wanted = place == G_MAXUINT ? 0 : place + 1;
      break;
    case 3:
      wanted = place == G_MAXUINT ? n - 1 : place - 1;
      break;
    default:
      wanted = 0;
      break;
    }
  *file = wanted < n ? lab_fs_find_aid (fs, command->data, command->lc, wanted) : NULL;
  return *file != NULL ? SW_OK : SW_FILE_NOT_FOUND;
}

static gboolean
p2_is_valid (const LabCommand *command)
{
  guint8 what = command->p2 & RETURN_MASK;

  if ((command->p2 & 0xB0) != 0
      || (what != RETURN_FCP && what != RETURN_NOTHING && what != RETURN_FCI))
    return FALSE;
  return command->p1 == BY_AID || (command->p2 & (OCCURRENCE_MASK | SESSION_TERMINATE)) == 0;
}

/* The session of the application ends, and the MF is selected again (8.5.1.2.2). */
static void
end_session (LabSim *sim, LabChannel *channel, LabFile *file)
{
  if (channel->application != file)
    return;
  channel->application = NULL;
  lab_sim_select_file (channel, sim->package->fs->mf);
}

guint16
lab_sim_cmd_select (LabSim *sim, LabChannel *channel, const LabCommand *command, GByteArray *out)
{
  LabFile *file = NULL;
  guint16 sw;

  if (!p2_is_valid (command))
    return SW_WRONG_P1P2;
  sw = command->p1 == BY_AID ? find_by_aid (sim, channel, command, &file)
                             : find_by_reference (sim, channel, command, &file);
  if (sw != SW_OK)
    return sw;
  if ((command->p2 & RETURN_MASK) != RETURN_NOTHING)
    lab_sim_append_fcp (sim, file, out);
  if ((command->p2 & SESSION_TERMINATE) != 0)
    end_session (sim, channel, file);
  else
    lab_sim_select_file (channel, file);
  return lab_file_is_directory (file) || lab_sim_is_active (sim, file) ? SW_OK : SW_DEACTIVATED;
}

guint16
lab_sim_cmd_status (LabSim *sim, LabChannel *channel, const LabCommand *command, GByteArray *out)
{
  gsize aid_len;
  const guint8 *aid;

  /* P1 tells that the terminal has initialised or will end the application: nothing to do here. */
  if (command->p1 > 2 || command->lc != 0)
    return SW_WRONG_P1P2;
  switch (command->p2)
    {
    case 0x00:
      lab_sim_append_fcp (sim, channel->directory, out);
      return SW_OK;
    case 0x01:
      if (channel->application == NULL)
        return SW_DATA_NOT_FOUND;
      aid = g_bytes_get_data (channel->application->aid, &aid_len);
      g_byte_array_append (out, (const guint8[]) { 0x84, (guint8) aid_len }, 2);
      g_byte_array_append (out, aid, (guint) aid_len);
      return SW_OK;
    case 0x0C:
      return SW_OK;
    default:
      return SW_WRONG_P1P2;
    }
}
