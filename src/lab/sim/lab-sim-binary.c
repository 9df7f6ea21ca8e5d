/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-lab"

#include <string.h>

#include "lab-sim-private.h"

/* P1 of the commands on transparent EFs: bit 8 says that a short identifier follows. */
#define P1_IS_SFI 0x80
#define SFI_MASK 0x1F

/* TS 102 222: special file information. */
#define READABLE_WHEN_DEACTIVATED 0x40
#define LCSI_ACTIVATED 0x05
#define LCSI_DEACTIVATED 0x04

const guint8 *
lab_sim_read_body (LabSim *sim, LabFile *file)
{
  LabFile *body = lab_file_get_body (file);

  return sim->bodies[body->index] != NULL ? sim->bodies[body->index] : body->data;
}

static guint8 *
own_body (LabSim *sim, LabFile *body)
{
  if (sim->bodies[body->index] == NULL)
    sim->bodies[body->index] = g_memdup2 (body->data, body->size);
  return sim->bodies[body->index];
}

void
lab_sim_write_body (LabSim *sim, LabFile *file, gsize offset, const guint8 *data, gsize len)
{
  LabFile *body = lab_file_get_body (file);

  g_assert (offset + len <= body->size);

  if (len == 0 || memcmp (lab_sim_read_body (sim, file) + offset, data, len) == 0)
    return;
  memcpy (own_body (sim, body) + offset, data, len);
  sim->changed = TRUE;
}

void
lab_sim_push_record (LabSim *sim, LabFile *file, const guint8 *record)
{
  LabFile *body = lab_file_get_body (file);
  guint8 *data = own_body (sim, body);

  memmove (data + body->record_len, data, body->size - body->record_len);
  memcpy (data, record, body->record_len);
  sim->changed = TRUE;
}

gboolean
lab_sim_is_active (LabSim *sim, LabFile *file)
{
  return (sim->lcsi[lab_file_get_body (file)->index] & 0x05) == LCSI_ACTIVATED;
}

/* The current EF or the one with the command's short identifier, which then becomes current. */
static guint16
choose_element (LabChannel *channel, const LabCommand *command, LabFile **file, gsize *offset)
{
  if ((command->p1 & P1_IS_SFI) != 0)
    {
      if ((command->p1 & 0x60) != 0)
        return SW_WRONG_P1P2;
      *file = lab_file_find_sfi (channel->directory, command->p1 & SFI_MASK);
      *offset = command->p2;
      if (*file == NULL)
        return SW_FILE_NOT_FOUND;
    }
  else
    {
      *file = channel->element;
      *offset = (gsize) command->p1 << 8 | command->p2;
      if (*file == NULL)
        return SW_NO_EF;
    }
  return SW_OK;
}

static guint16
check_element (LabSim *sim, LabFile *file, gsize offset, LabAccess mode, guint8 ins)
{
  if (file->type != LAB_FILE_TRANSPARENT)
    return SW_INCOMPATIBLE;
  if (!lab_sim_may (sim, file, mode, ins))
    return SW_SECURITY;
  if (!lab_sim_is_active (sim, file) && (file->special & READABLE_WHEN_DEACTIVATED) == 0)
    return SW_INVALIDATED;
  return offset < file->size ? SW_OK : SW_WRONG_OFFSET;
}

guint16
lab_sim_cmd_read_binary (LabSim *sim, LabChannel *channel, const LabCommand *command,
                         GByteArray *out)
{
  LabFile *file = NULL;
  gsize offset = 0, left, len;
  guint16 sw = choose_element (channel, command, &file, &offset);

  if (command->lc != 0)
    return SW_WRONG_LENGTH;
  if (sw == SW_OK)
    sw = check_element (sim, file, offset, LAB_ACCESS_READ, command->ins);
  if (sw != SW_OK)
    return sw;
  left = file->size - offset;
  len = MIN (left, 256);
  /* Any Le up to the end is right; beyond it, or 00 where T=0 means 256, it is not. */
  if (command->has_le && command->le <= left)
    len = command->le;
  else
    sw = lab_sim_check_le (sim, command, len);
  if (sw != SW_OK)
    return sw;
  if (channel->element != file)
    lab_sim_select_file (channel, file);
  g_byte_array_append (out, lab_sim_read_body (sim, file) + offset, (guint) len);
  return SW_OK;
}

guint16
lab_sim_cmd_update_binary (LabSim *sim, LabChannel *channel, const LabCommand *command,
                           GByteArray *out)
{
  LabFile *file = NULL;
  gsize offset = 0;
  guint16 sw = choose_element (channel, command, &file, &offset);

  if (command->lc == 0)
    return SW_WRONG_LENGTH;
  if (sw == SW_OK)
    sw = check_element (sim, file, offset, LAB_ACCESS_UPDATE, command->ins);
  if (sw != SW_OK)
    return sw;
  if (command->lc > file->size - offset)
    return SW_WRONG_LENGTH;
  if (channel->element != file)
    lab_sim_select_file (channel, file);
  lab_sim_write_body (sim, file, offset, command->data, command->lc);
  return SW_OK;
}

static guint16
set_active (LabSim *sim, LabChannel *channel, const LabCommand *command, gboolean active)
{
  LabFile *file = channel->element;
  guint8 *lcsi;
  guint8 wanted = active ? LCSI_ACTIVATED : LCSI_DEACTIVATED;

  if (command->p1 != 0 || command->p2 != 0 || command->lc != 0)
    return SW_WRONG_P1P2;
  if (file == NULL)
    return SW_NO_EF;
  if (!lab_sim_may (sim, file, active ? LAB_ACCESS_ACTIVATE : LAB_ACCESS_DEACTIVATE,
                    command->ins))
    return SW_SECURITY;
  lcsi = &sim->lcsi[lab_file_get_body (file)->index];
  if (*lcsi != wanted)
    {
      *lcsi = wanted;
      sim->changed = TRUE;
    }
  return SW_OK;
}

guint16
lab_sim_cmd_deactivate (LabSim *sim, LabChannel *channel, const LabCommand *command,
                        GByteArray *out)
{
  return set_active (sim, channel, command, FALSE);
}

guint16
lab_sim_cmd_activate (LabSim *sim, LabChannel *channel, const LabCommand *command, GByteArray *out)
{
  return set_active (sim, channel, command, TRUE);
}
