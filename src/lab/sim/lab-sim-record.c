/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-lab"

#include <string.h>

#include "lab-sim-private.h"

/* P2 of the commands on records: short identifier in bits 8 to 4, mode in bits 3 to 1. */
enum
{
  MODE_MASK = 0x07,
  MODE_NEXT = 2,
  MODE_PREVIOUS = 3,
  MODE_ABSOLUTE = 4,
  SEARCH_FORWARD = 4,
  SEARCH_BACKWARD = 5,
  SEARCH_ENHANCED = 6,
  ENHANCED_MODE_MASK = 0x07,
  ENHANCED_AFTER_VALUE = 0x08,
};

#define READABLE_WHEN_DEACTIVATED 0x40

static guint16
choose_element (LabSim *sim, LabChannel *channel, const LabCommand *command, LabAccess mode,
                LabFile **file)
{
  guint8 sfi = command->p2 >> 3;

  if (sfi == 0x1F)
    return SW_WRONG_P1P2;
  *file = sfi != 0 ? lab_file_find_sfi (channel->directory, sfi) : channel->element;
  if (*file == NULL)
    return sfi != 0 ? SW_FILE_NOT_FOUND : SW_NO_EF;
  if (!lab_file_has_records (*file))
    return SW_INCOMPATIBLE;
  if (!lab_sim_may (sim, *file, mode, command->ins))
    return SW_SECURITY;
  if (!lab_sim_is_active (sim, *file) && ((*file)->special & READABLE_WHEN_DEACTIVATED) == 0)
    return SW_INVALIDATED;
  return SW_OK;
}

/* A short identifier selects, and selecting resets the record pointer (TS 102 221, 8.4.2). */
static guint
pointer_of (LabChannel *channel, LabFile *file)
{
  return channel->element == file ? channel->record : 0;
}

static void
set_pointer (LabChannel *channel, LabFile *file, guint record)
{
  if (channel->element != file)
    lab_sim_select_file (channel, file);
  channel->record = record;
}

/* Next and previous wrap in a cyclic file and end in a linear one (TS 102 221, 11.1.5). */
static guint16
step (LabFile *file, guint pointer, gboolean forward, guint *record)
{
  guint n = lab_file_n_records (file);

  if (pointer == 0)
    *record = forward ? 1 : n;
  else if (forward ? pointer < n : pointer > 1)
    *record = forward ? pointer + 1 : pointer - 1;
  else if (file->type == LAB_FILE_CYCLIC)
    *record = forward ? 1 : n;
  else
    return SW_RECORD_NOT_FOUND;
  return SW_OK;
}

/* @moves: whether the record pointer is to follow. */
static guint16
choose_record (LabChannel *channel, const LabCommand *command, LabFile *file, guint *record,
               gboolean *moves)
{
  guint pointer = pointer_of (channel, file);
  guint mode = command->p2 & MODE_MASK;

  *moves = mode != MODE_ABSOLUTE;
  if (mode == MODE_NEXT || mode == MODE_PREVIOUS)
    return command->p1 == 0 ? step (file, pointer, mode == MODE_NEXT, record) : SW_WRONG_P1P2;
  if (mode != MODE_ABSOLUTE)
    return SW_WRONG_P1P2;
  *record = command->p1 != 0 ? command->p1 : pointer;
  if (*record == 0 || *record > lab_file_n_records (file))
    return SW_RECORD_NOT_FOUND;
  return SW_OK;
}

static const guint8 *
record_at (LabSim *sim, LabFile *file, guint record)
{
  return lab_sim_read_body (sim, file) + (record - 1) * (gsize) file->record_len;
}

guint16
lab_sim_cmd_read_record (LabSim *sim, LabChannel *channel, const LabCommand *command,
                         GByteArray *out)
{
  LabFile *file = NULL;
  guint record = 0;
  gboolean moves = FALSE;
  guint16 sw = choose_element (sim, channel, command, LAB_ACCESS_READ, &file);

  if (command->lc != 0)
    return SW_WRONG_LENGTH;
  if (sw == SW_OK)
    sw = choose_record (channel, command, file, &record, &moves);
  if (sw == SW_OK)
    sw = lab_sim_check_le (sim, command, file->record_len);
  if (sw != SW_OK)
    return sw;
  set_pointer (channel, file, moves ? record : pointer_of (channel, file));
  g_byte_array_append (out, record_at (sim, file, record), file->record_len);
  return SW_OK;
}

guint16
lab_sim_cmd_update_record (LabSim *sim, LabChannel *channel, const LabCommand *command,
                           GByteArray *out)
{
  LabFile *file = NULL;
  guint record = 0;
  gboolean moves = FALSE;
  guint16 sw = choose_element (sim, channel, command, LAB_ACCESS_UPDATE, &file);

  if (sw != SW_OK)
    return sw;
  if (command->lc != file->record_len)
    return SW_WRONG_LENGTH;
  if (file->type == LAB_FILE_CYCLIC)
    {
      /* A cyclic file takes new records only: PREVIOUS with P1 = 00. */
      if (command->p1 != 0 || (command->p2 & MODE_MASK) != MODE_PREVIOUS)
        return SW_WRONG_P1P2;
      lab_sim_push_record (sim, file, command->data);
      set_pointer (channel, file, 1);
      return SW_OK;
    }
  sw = choose_record (channel, command, file, &record, &moves);
  if (sw != SW_OK)
    return sw;
  set_pointer (channel, file, moves ? record : pointer_of (channel, file));
  lab_sim_write_body (sim, file, (record - 1) * (gsize) file->record_len, command->data,
                      command->lc);
  return SW_OK;
}

typedef struct
{
  const guint8 *pattern;
  gsize len;
  gsize offset;
  gboolean after_value;
  guint8 value;
} LabSearch;

static gboolean
record_matches (const guint8 *record, gsize record_len, const LabSearch *search)
{
  gsize start = search->offset;

  if (search->after_value)
    {
      const guint8 *at = memchr (record, search->value, record_len);

      if (at == NULL)
        return FALSE;
      start = (gsize) (at - record) + 1;
    }
  for (gsize i = start; i + search->len <= record_len; i++)
    if (memcmp (record + i, search->pattern, search->len) == 0)
      return TRUE;
  return FALSE;
}

/* The enhanced form has two bytes in front: where from, and an offset or a value to start at. */
static guint16
parse_search (const LabCommand *command, LabSearch *search, guint *mode)
{
  *mode = command->p2 & MODE_MASK;
  *search = (LabSearch) { command->data, command->lc, 0, FALSE, 0 };
  if (*mode == SEARCH_ENHANCED)
    {
      if (command->lc < 3)
        return SW_WRONG_LENGTH;
      *mode = command->data[0] & ENHANCED_MODE_MASK;
      search->pattern += 2;
      search->len -= 2;
      search->after_value = (command->data[0] & ENHANCED_AFTER_VALUE) != 0;
      search->value = command->data[1];
      search->offset = search->after_value ? 0 : command->data[1];
      return *mode >= 4 ? SW_OK : SW_WRONG_DATA;
    }
  return *mode == SEARCH_FORWARD || *mode == SEARCH_BACKWARD ? SW_OK : SW_WRONG_P1P2;
}

guint16
lab_sim_cmd_search_record (LabSim *sim, LabChannel *channel, const LabCommand *command,
                           GByteArray *out)
{
  LabFile *file = NULL;
  LabSearch search;
  guint mode, n, record, first = 0;
  guint16 sw = choose_element (sim, channel, command, LAB_ACCESS_READ, &file);

  if (sw == SW_OK)
    sw = command->lc == 0 ? SW_WRONG_LENGTH : parse_search (command, &search, &mode);
  if (sw != SW_OK)
    return sw;
  n = lab_file_n_records (file);
  if (mode == SEARCH_FORWARD || mode == SEARCH_BACKWARD)
    record = command->p1 != 0 ? command->p1 : pointer_of (channel, file);
  else
    sw = step (file, pointer_of (channel, file), mode == 6, &record);
  if (sw != SW_OK || record == 0 || record > n)
    return SW_RECORD_NOT_FOUND;
  /* Modes 4 and 6 run forward, 5 and 7 backward. */
  for (; record >= 1 && record <= n; record += mode % 2 == 0 ? 1 : -1u)
    if (record_matches (record_at (sim, file, record), file->record_len, &search))
      {
        first = first == 0 ? record : first;
        g_byte_array_append (out, (const guint8[]) { (guint8) record }, 1);
      }
  set_pointer (channel, file, first != 0 ? first : pointer_of (channel, file));
  return first != 0 ? SW_OK : SW_SEARCH_FAILED;
}

guint16
lab_sim_cmd_increase (LabSim *sim, LabChannel *channel, const LabCommand *command, GByteArray *out)
{
  LabFile *file = channel->element;
  guint8 record[256];
  guint carry = 0;

  if (file == NULL)
    return SW_NO_EF;
  if (file->type != LAB_FILE_CYCLIC)
    return SW_INCOMPATIBLE;
  if (command->p1 != 0 || command->p2 != 0)
    return SW_WRONG_P1P2;
  if (command->lc == 0 || command->lc > file->record_len)
    return SW_WRONG_LENGTH;
  if (!lab_sim_may (sim, file, 0, 0x32))
    return SW_SECURITY;
  memcpy (record, record_at (sim, file, 1), file->record_len);
  for (gsize i = 0; i < file->record_len; i++)
    {
      guint8 *byte = &record[file->record_len - 1 - i];
      guint sum = *byte + carry + (i < command->lc ? command->data[command->lc - 1 - i] : 0);

      *byte = (guint8) sum;
      carry = sum >> 8;
    }
  if (carry != 0)
    return SW_MAX_VALUE;
  lab_sim_push_record (sim, file, record);
  set_pointer (channel, file, 1);
  g_byte_array_append (out, record, file->record_len);
  g_byte_array_append (out, command->data, (guint) command->lc);
  return SW_OK;
}
