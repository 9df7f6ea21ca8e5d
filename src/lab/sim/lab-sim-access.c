/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-lab"

#include "lab-sim-private.h"
#include "tlv.h"

/* Access mode and security condition data objects, TS 102 221, 9.2.4 and 9.2.5. */
enum
{
  TAG_MODE = 0x80,
  TAG_COMMAND_FIRST = 0x81,
  TAG_COMMAND_LAST = 0x8F,
  COMMAND_HAS_INS = 0x04,
  TAG_ALWAYS = 0x90,
  TAG_NEVER = 0x97,
  TAG_OR = 0xA0,
  TAG_AUTHENTICATION = 0xA4,
  TAG_AND = 0xAF,
  TAG_KEY_REFERENCE = 0x83,
  MAX_NESTING = 4,
};

gboolean
lab_sim_pin_is_satisfied (LabSim *sim, LabFile *context, guint8 ref)
{
  guint index;

  if (lab_package_find_pin (sim->package, context, ref, &index) == NULL)
    return FALSE;
  return !sim->pins[index].enabled || sim->pins[index].verified;
}

gboolean
lab_sim_user_pin_is_satisfied (LabSim *sim, LabFile *application)
{
  gsize len;
  const guint8 *refs = g_bytes_get_data (application->pins, &len);

  for (gsize i = 0; i < len; i++)
    if (refs[i] >= 0x01 && refs[i] <= 0x08)
      return lab_sim_pin_is_satisfied (sim, application, refs[i]);
  return TRUE;
}

static gboolean condition_holds (LabSim *sim, LabFile *file, const Tlv *condition, guint depth);

/* OR and AND templates; an empty one holds for nobody. */
static gboolean
group_holds (LabSim *sim, LabFile *file, const Tlv *group, gboolean all, guint depth)
{
  gboolean result = FALSE;
  TlvReader reader;
  Tlv item;

  if (depth >= MAX_NESTING)
    return FALSE;
  tlv_reader_enter (&reader, group);
  while (!tlv_reader_at_end (&reader))
    {
      if (!tlv_read (&reader, &item, NULL))
        return FALSE;
      result = condition_holds (sim, file, &item, depth + 1);
      if (result != all)
        return result;
    }
  return result;
}

static gboolean
condition_holds (LabSim *sim, LabFile *file, const Tlv *condition, guint depth)
{
  Tlv ref;

  switch (condition->tag)
    {
    case TAG_ALWAYS:
      return TRUE;
    case TAG_AUTHENTICATION:
      return tlv_find (condition, TAG_KEY_REFERENCE, &ref, NULL) == TLV_FOUND && ref.len == 1
             && lab_sim_pin_is_satisfied (sim, file->parent, ref.value[0]);
    case TAG_OR:
      return group_holds (sim, file, condition, FALSE, depth);
    case TAG_AND:
      return group_holds (sim, file, condition, TRUE, depth);
    case TAG_NEVER:
    default:
      return FALSE;
    }
}

/* 81 to 8F say by their low bits which header bytes follow; only those of INS alone are used. */
static gboolean
mode_matches (const Tlv *item, LabAccess mode, guint8 ins)
{
  if (item->tag == TAG_MODE)
    return item->len == 1 && (item->value[0] & 0x80) == 0 && (item->value[0] & mode) != 0;
  if (item->tag != (TAG_MODE | COMMAND_HAS_INS))
    return FALSE;
  for (gsize i = 0; i < item->len; i++)
    if (item->value[i] == ins)
      return TRUE;
  return FALSE;
}

static gboolean
rule_allows (LabSim *sim, LabFile *file, const guint8 *record, gsize len, LabAccess mode,
             guint8 ins)
{
  gboolean matched = FALSE;
  TlvReader reader;
  Tlv item;

  tlv_reader_init (&reader, record, len);
  /* Unused bytes of the record are FF. */
  while (!tlv_reader_at_end (&reader) && *reader.p != 0xFF && *reader.p != 0x00)
    {
      if (!tlv_read (&reader, &item, NULL))
        return FALSE;
      if (item.tag == TAG_MODE || (item.tag >= TAG_COMMAND_FIRST && item.tag <= TAG_COMMAND_LAST))
        matched = mode_matches (&item, mode, ins);
      else if (matched && condition_holds (sim, file, &item, 0))
        return TRUE;
    }
  return FALSE;
}

/* TS 102 221, 9.2.7: the EF.ARR that is nearest, from the file's directory up. */
static LabFile *
find_arr (LabFile *file)
{
  for (LabFile *directory = file->parent; directory != NULL; directory = directory->parent)
    {
      LabFile *arr = lab_file_find_child (directory, file->arr_fid);

      if (arr != NULL)
        return arr->type == LAB_FILE_LINEAR ? arr : NULL;
    }
  return NULL;
}

static gboolean
get_rule (LabSim *sim, LabFile *file, const guint8 **record, gsize *len)
{
  LabFile *arr = file->arr_fid != 0 ? find_arr (file) : NULL;

  if (arr == NULL || file->arr_record == 0 || file->arr_record > lab_file_n_records (arr))
    return FALSE;
  *len = arr->record_len;
  *record = lab_sim_read_body (sim, arr) + (file->arr_record - 1) * *len;
  return TRUE;
}

/* The first reference in a condition, however deep. */
static guint8
condition_reference (const Tlv *condition, guint depth)
{
  guint8 found = LAB_REQUIRES_NEVER;
  TlvReader reader;
  Tlv item;

  if (condition->tag == TAG_ALWAYS)
    return LAB_REQUIRES_NOTHING;
  if ((condition->tag & 0x20) == 0 || depth >= MAX_NESTING)
    return LAB_REQUIRES_NEVER;
  tlv_reader_enter (&reader, condition);
  while (found == LAB_REQUIRES_NEVER && tlv_read (&reader, &item, NULL))
    found = item.tag == TAG_KEY_REFERENCE && item.len == 1
                ? item.value[0]
                : condition_reference (&item, depth + 1);
  return found;
}

guint8
lab_sim_requirement (LabSim *sim, LabFile *file, LabAccess mode, guint8 ins)
{
  gboolean matched = FALSE;
  const guint8 *record;
  TlvReader reader;
  gsize len;
  Tlv item;

  if (!get_rule (sim, file, &record, &len))
    return LAB_REQUIRES_NEVER;
  tlv_reader_init (&reader, record, len);
  while (!tlv_reader_at_end (&reader) && *reader.p != 0xFF && tlv_read (&reader, &item, NULL))
    if (item.tag >= TAG_MODE && item.tag <= TAG_COMMAND_LAST)
      matched = mode_matches (&item, mode, ins);
    else if (matched)
      return condition_reference (&item, 0);
  return LAB_REQUIRES_NEVER;
}

gboolean
lab_sim_may (LabSim *sim, LabFile *file, LabAccess mode, guint8 ins)
{
  const guint8 *record;
  gsize len;

  return get_rule (sim, file, &record, &len)
         && rule_allows (sim, file, record, len, mode, ins);
}
