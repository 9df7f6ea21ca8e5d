/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-lab"

#include <string.h>

#include "kt-bytes.h"
#include "lab-sim-private.h"

/*
 * Class A0, 3GPP TS 51.011, for tools that know no UICC. A package has no DF.GSM: the USIM's files
 * stand in for it, as on the cards that operators issue for both kinds of terminal.
 */

enum
{
  INS_SELECT = 0xA4,
  INS_STATUS = 0xF2,
  INS_READ_BINARY = 0xB0,
  INS_UPDATE_BINARY = 0xD6,
  INS_READ_RECORD = 0xB2,
  INS_UPDATE_RECORD = 0xDC,
  INS_SEEK = 0xA2,
  INS_INCREASE = 0x32,
  INS_VERIFY = 0x20,
  INS_CHANGE = 0x24,
  INS_DISABLE = 0x26,
  INS_ENABLE = 0x28,
  INS_UNBLOCK = 0x2C,
  INS_INVALIDATE = 0x04,
  INS_REHABILITATE = 0x44,
  INS_RUN_GSM = 0x88,
  INS_SLEEP = 0xFA,
  INS_TERMINAL_PROFILE = 0x10,
  INS_ENVELOPE = 0xC2,
  FID_DF_GSM = 0x7F20,
  FID_DF_DCS1800 = 0x7F21,
  FID_KC = 0x6F20,
  FID_KC_GPRS = 0x6F52,
  REF_CHV1 = 0x01,
  REF_CHV2 = 0x81,
};

/* Status words of TS 51.011, 9.4. */
enum
{
  GSM_NO_EF = 0x9400,
  GSM_OUT_OF_RANGE = 0x9402,
  GSM_NOT_FOUND = 0x9404,
  GSM_INCONSISTENT = 0x9408,
  GSM_NO_CHV = 0x9802,
  GSM_DENIED = 0x9804,
  GSM_CONTRADICTION = 0x9808,
  GSM_BLOCKED = 0x9840,
  GSM_WRONG_P1P2 = 0x6B00,
};

static guint16
translate_sw (guint16 sw)
{
  switch (sw)
    {
    case SW_NO_EF:
      return GSM_NO_EF;
    case SW_RECORD_NOT_FOUND:
    case SW_WRONG_OFFSET:
      return GSM_OUT_OF_RANGE;
    case SW_FILE_NOT_FOUND:
    case SW_SEARCH_FAILED:
      return GSM_NOT_FOUND;
    case SW_INCOMPATIBLE:
      return GSM_INCONSISTENT;
    case SW_DATA_NOT_FOUND:
      return GSM_NO_CHV;
    case SW_SECURITY:
      return GSM_DENIED;
    case SW_INVALIDATED:
    case SW_CONDITIONS:
      return GSM_CONTRADICTION;
    case SW_BLOCKED:
    case SW_TRIES:
      return GSM_BLOCKED;
    case SW_WRONG_P1P2:
    case SW_WRONG_DATA:
      return GSM_WRONG_P1P2;
    case SW_DEACTIVATED:
      return SW_OK;
    default:
      break;
    }
  if ((sw & 0xFFF0) == SW_TRIES)
    return GSM_DENIED;
  return (sw & 0xFF00) == SW_WRONG_LE ? (guint16) (SW_WRONG_LENGTH | (sw & 0xFF)) : sw;
}

static LabFile *
find_in (LabFile *directory, guint16 dir_fid, guint16 fid)
{
  LabFile *inner = lab_file_find_child (directory, dir_fid);

  return inner != NULL && lab_file_is_directory (inner) ? lab_file_find_child (inner, fid) : NULL;
}

/* What DF.GSM holds and the USIM keeps elsewhere: DF.GSM-ACCESS's keys. */
static LabFile *
find_moved (LabFile *usim, guint16 fid)
{
  const guint16 gsm_access = 0x5F3B;

  if (fid == FID_KC)
    return find_in (usim, gsm_access, 0x4F20);
  if (fid == FID_KC_GPRS)
    return find_in (usim, gsm_access, 0x4F52);
  return NULL;
}

static LabFile *
find_gsm (LabSim *sim, LabChannel *channel, guint16 fid)
{
  LabFile *file = lab_sim_find_fid (sim, channel, fid);

  if (file != NULL && file->type != LAB_FILE_ADF)
    return file;
  if (fid == FID_DF_GSM || fid == FID_DF_DCS1800)
    return lab_sim_find_usim (sim);
  if (channel->directory->type != LAB_FILE_ADF)
    return NULL;
  /* DF.GSM lies in the MF: directories beside it are in reach. */
  file = lab_file_find_child (sim->package->fs->mf, fid);
  if (file != NULL && file->type == LAB_FILE_DF)
    return file;
  return find_moved (channel->directory, fid);
}

/* Counters of CHV1, its unblocking code, CHV2 and its code, as TS 51.011, 9.2.1 has them. */
static void
append_chv_status (LabSim *sim, LabFile *context, guint8 ref, GByteArray *out)
{
  guint pin_index, puk_index;
  const LabPin *pin = lab_package_find_pin (sim->package, context, ref, &pin_index);
  guint8 status[2] = { 0, 0 };

  if (pin != NULL)
    {
      status[0] = 0x80 | sim->pins[pin_index].left;
      if (pin->puk != 0 && lab_package_find_puk (sim->package, pin->puk, &puk_index) != NULL)
        status[1] = 0x80 | sim->puks_left[puk_index];
    }
  g_byte_array_append (out, status, sizeof status);
}

static void
append_directory (LabSim *sim, LabFile *file, GByteArray *out)
{
  GPtrArray *children = lab_file_get_body (file)->children;
  LabFile *usim = lab_sim_find_usim (sim);
  LabFile *context = usim != NULL ? usim : file;
  guint16 fid = file->type == LAB_FILE_ADF ? FID_DF_GSM : file->fid;
  guint8 data[18] = { 0 };
  guint pin;

  data[4] = (guint8) (fid >> 8);
  data[5] = (guint8) fid;
  data[6] = file->type == LAB_FILE_MF ? 0x01 : 0x02;
  data[12] = 9;
  /* clock stop allowed; bit 8: CHV1 is disabled */
  data[13] = 0x01;
  if (lab_package_find_pin (sim->package, context, REF_CHV1, &pin) != NULL
      && !sim->pins[pin].enabled)
    data[13] |= 0x80;
  for (guint i = 0; children != NULL && i < children->len; i++)
    {
      LabFile *child = g_ptr_array_index (children, i);
      guint8 *count = &data[lab_file_is_directory (child) ? 14 : 15];

      *count = (guint8) MIN (*count + 1u, 0xFFu);
    }
  data[16] = 4;
  g_byte_array_append (out, data, sizeof data);
  append_chv_status (sim, context, REF_CHV1, out);
  append_chv_status (sim, context, REF_CHV2, out);
}

static guint8
condition_nibble (LabSim *sim, LabFile *file, LabAccess mode, guint8 ins)
{
  guint8 ref = lab_sim_requirement (sim, file, mode, ins);

  if (ref == LAB_REQUIRES_NOTHING)
    return 0x0;
  if (ref == LAB_REQUIRES_NEVER)
    return 0xF;
  if ((ref & 0x7F) <= 0x08)
    return (ref & 0x80) == 0 ? 0x1 : 0x2;
  return 0x4;
}

static guint8
two_nibbles (guint8 high, guint8 low)
{
  return (guint8) (high << 4 | low);
}

static void
append_element (LabSim *sim, LabFile *file, GByteArray *out)
{
  guint8 data[15] = { 0 };

  data[2] = (guint8) (file->size >> 8);
  data[3] = (guint8) file->size;
  data[4] = (guint8) (file->fid >> 8);
  data[5] = (guint8) file->fid;
  data[6] = 0x04;
  data[7] = file->type == LAB_FILE_CYCLIC ? 0x40 : 0x00;
  data[8] = two_nibbles (condition_nibble (sim, file, LAB_ACCESS_READ, INS_READ_BINARY),
                         condition_nibble (sim, file, LAB_ACCESS_UPDATE, INS_UPDATE_BINARY));
  data[9] = two_nibbles (condition_nibble (sim, file, 0, INS_INCREASE), 0xF);
  data[10] = two_nibbles (
      condition_nibble (sim, file, LAB_ACCESS_ACTIVATE, INS_REHABILITATE),
      condition_nibble (sim, file, LAB_ACCESS_DEACTIVATE, INS_INVALIDATE));
  data[11] = lab_sim_is_active (sim, file) ? 0x01 : 0x00;
  data[12] = 2;
  data[13] = file->type == LAB_FILE_LINEAR ? 0x01 : file->type == LAB_FILE_CYCLIC ? 0x03 : 0x00;
  data[14] = (guint8) file->record_len;
  g_byte_array_append (out, data, sizeof data);
}

static guint16
gsm_select (LabSim *sim, LabChannel *channel, const LabCommand *command, GByteArray *out)
{
  LabFile *file;

  if (command->p1 != 0 || command->p2 != 0)
    return SW_WRONG_P1P2;
  if (command->lc != 2)
    return SW_WRONG_LENGTH | 2;
  file = find_gsm (sim, channel, (guint16) (command->data[0] << 8 | command->data[1]));
  if (file == NULL || file->type == LAB_FILE_BER_TLV)
    return GSM_NOT_FOUND;
  lab_sim_select_file (channel, file);
  if (lab_file_is_directory (file))
    append_directory (sim, file, out);
  else
    append_element (sim, file, out);
  return SW_OK;
}

/* SEEK's type 1 answers nothing, type 2 the record's number; not finding is not a warning here. */
static guint16
gsm_seek (LabSim *sim, LabChannel *channel, const LabCommand *command, GByteArray *out)
{
  /* from the beginning, from the end, next, previous; the last two as an enhanced SEARCH RECORD */
  static const guint8 enhanced[2][2] = { { 0x06, 0x00 }, { 0x07, 0x00 } };
  guint from = command->p2 & 0x0F, type = command->p2 >> 4;
  g_autoptr (GByteArray) found = g_byte_array_new ();
  g_autoptr (GByteArray) data = g_byte_array_new ();
  LabCommand search = *command;
  guint16 sw;

  if (command->p1 != 0 || from > 3 || type > 1)
    return SW_WRONG_P1P2;
  if (channel->element == NULL)
    return GSM_NO_EF;
  if (channel->element->type != LAB_FILE_LINEAR)
    return GSM_INCONSISTENT;
  if (from >= 2)
    g_byte_array_append (data, enhanced[from - 2], 2);
  g_byte_array_append (data, command->data, (guint) command->lc);
  search.data = data->data;
  search.lc = data->len;
  search.p1 = from == 0 ? 1 : from == 1 ? (guint8) lab_file_n_records (channel->element) : 0;
  search.p2 = from == 0 ? 0x04 : from == 1 ? 0x05 : 0x06;
  sw = lab_sim_cmd_search_record (sim, channel, &search, found);
  if (sw == SW_RECORD_NOT_FOUND)
    return GSM_NOT_FOUND;
  if (sw == SW_OK && type == 1)
    g_byte_array_append (out, found->data, 1);
  return sw;
}

static guint16
gsm_run_algorithm (LabSim *sim, LabChannel *channel, const LabCommand *command, GByteArray *out)
{
  LabFile *usim = lab_sim_find_usim (sim);
  guint8 answer[LAB_AKA_SRES_BYTES + LAB_AKA_KC_BYTES];

  if (command->p1 != 0 || command->p2 != 0)
    return SW_WRONG_P1P2;
  if (command->lc != LAB_AKA_RAND_BYTES)
    return SW_WRONG_LENGTH | LAB_AKA_RAND_BYTES;
  if (usim == NULL || lab_file_get_application (channel->directory) != usim)
    return GSM_INCONSISTENT;
  if (!lab_sim_user_pin_is_satisfied (sim, usim))
    return GSM_DENIED;
  if (!lab_sim_run_gsm (sim, usim, command->data, answer, answer + LAB_AKA_SRES_BYTES))
    return SW_WRONG_INS;
  g_byte_array_append (out, answer, sizeof answer);
  kt_wipe (answer, sizeof answer);
  return SW_OK;
}

/* CHV1 and CHV2 are the USIM's PINs wherever the terminal stands; UNBLOCK says 00 for CHV1. */
static guint16
gsm_chv (LabSim *sim, LabChannel *channel, const LabCommand *command, LabHandler handler,
         GByteArray *out)
{
  LabFile *usim = lab_sim_find_usim (sim);
  LabChannel context = *channel;
  LabCommand translated = *command;
  guint8 number = command->p2;

  if (command->ins == INS_UNBLOCK)
    number = number == 0 ? 1 : number == 2 ? 2 : 0;
  if (number != 1 && number != 2)
    return SW_WRONG_P1P2;
  if (command->lc == 0)
    return SW_WRONG_LENGTH;
  translated.p2 = number == 1 ? REF_CHV1 : REF_CHV2;
  if (usim != NULL)
    context.directory = usim;
  return handler (sim, &context, &translated, out);
}

static guint16
gsm_status (LabSim *sim, LabChannel *channel, const LabCommand *command, GByteArray *out)
{
  guint16 sw = SW_OK;

  append_directory (sim, channel->directory, out);
  if (!command->has_le)
    return SW_OK;
  if (command->le > out->len)
    sw = lab_sim_check_le (sim, command, out->len);
  if (command->le < out->len || sw != SW_OK)
    g_byte_array_set_size (out, sw == SW_OK ? command->le : 0);
  return sw;
}

/* No short identifiers in this class. */
static guint16
gsm_file_command (LabSim *sim, LabChannel *channel, const LabCommand *command, LabHandler handler,
                  GByteArray *out)
{
  gboolean binary = command->ins == INS_READ_BINARY || command->ins == INS_UPDATE_BINARY;

  if (binary && (command->p1 & 0x80) != 0)
    return GSM_OUT_OF_RANGE;
  if (!binary && command->p2 >> 3 != 0)
    return SW_WRONG_P1P2;
  return handler (sim, channel, command, out);
}

static guint16
dispatch (LabSim *sim, LabChannel *channel, const LabCommand *command, GByteArray *out)
{
  switch (command->ins)
    {
    case INS_SELECT:
      return gsm_select (sim, channel, command, out);
    case INS_STATUS:
      return gsm_status (sim, channel, command, out);
    case INS_READ_BINARY:
      return gsm_file_command (sim, channel, command, lab_sim_cmd_read_binary, out);
    case INS_UPDATE_BINARY:
      return gsm_file_command (sim, channel, command, lab_sim_cmd_update_binary, out);
    case INS_READ_RECORD:
      return gsm_file_command (sim, channel, command, lab_sim_cmd_read_record, out);
    case INS_UPDATE_RECORD:
      return gsm_file_command (sim, channel, command, lab_sim_cmd_update_record, out);
    case INS_SEEK:
      return gsm_seek (sim, channel, command, out);
    case INS_INCREASE:
      return lab_sim_cmd_increase (sim, channel, command, out);
    case INS_VERIFY:
      return gsm_chv (sim, channel, command, lab_sim_cmd_verify, out);
    case INS_CHANGE:
      return gsm_chv (sim, channel, command, lab_sim_cmd_change, out);
    case INS_DISABLE:
      return gsm_chv (sim, channel, command, lab_sim_cmd_disable, out);
    case INS_ENABLE:
      return gsm_chv (sim, channel, command, lab_sim_cmd_enable, out);
    case INS_UNBLOCK:
      return gsm_chv (sim, channel, command, lab_sim_cmd_unblock, out);
    case INS_INVALIDATE:
      return lab_sim_cmd_deactivate (sim, channel, command, out);
    case INS_REHABILITATE:
      return lab_sim_cmd_activate (sim, channel, command, out);
    case INS_RUN_GSM:
      return gsm_run_algorithm (sim, channel, command, out);
    case INS_SLEEP:
    case INS_TERMINAL_PROFILE:
    case INS_ENVELOPE:
      return SW_OK;
    default:
      return SW_WRONG_INS;
    }
}

guint16
lab_sim_gsm_transmit (LabSim *sim, LabChannel *channel, const LabCommand *command,
                      GByteArray *out)
{
  return translate_sw (dispatch (sim, channel, command, out));
}
