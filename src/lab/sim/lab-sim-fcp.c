/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-lab"

#include "lab-sim-private.h"
#include "tlv.h"

/* FCP template, TS 102 221, 11.1.1.3 and 11.1.1.4. */
enum
{
  TAG_FCP = 0x62,
  TAG_SIZE = 0x80,
  TAG_DESCRIPTOR = 0x82,
  TAG_FID = 0x83,
  TAG_AID = 0x84,
  TAG_SFI = 0x88,
  TAG_LCSI = 0x8A,
  TAG_ARR = 0x8B,
  TAG_PROPRIETARY = 0xA5,
  TAG_CHARACTERISTICS = 0x80,
  TAG_SYSTEM_COMMANDS = 0x87,
  TAG_SPECIAL = 0xC0,
  TAG_PIN_STATUS = 0xC6,
  TAG_PIN_ENABLED = 0x90,
  TAG_PIN_REFERENCE = 0x83,
  /* clock stop allowed; classes A, B and C */
  CHARACTERISTICS = 0x71,
  /* TERMINAL CAPABILITY is taken */
  SYSTEM_COMMANDS = 0x01,
};

static void
put_u8 (TlvWriter *writer, TlvTag tag, guint8 value)
{
  tlv_put (writer, tag, &value, 1);
}

static void
put_u16 (TlvWriter *writer, TlvTag tag, guint value)
{
  const guint8 bytes[2] = { (guint8) (value >> 8), (guint8) value };

  tlv_put (writer, tag, bytes, sizeof bytes);
}

static void
put_descriptor (TlvWriter *writer, LabFile *file)
{
  const guint8 bytes[5] = { file->descriptor, file->coding, (guint8) (file->record_len >> 8),
                            (guint8) file->record_len, (guint8) lab_file_n_records (file) };

  tlv_put (writer, TAG_DESCRIPTOR, bytes, lab_file_has_records (file) ? 5 : 2);
}

static void
put_proprietary (TlvWriter *writer, LabFile *file)
{
  if (file->type == LAB_FILE_MF)
    {
      tlv_begin (writer, TAG_PROPRIETARY);
      put_u8 (writer, TAG_CHARACTERISTICS, CHARACTERISTICS);
      put_u8 (writer, TAG_SYSTEM_COMMANDS, SYSTEM_COMMANDS);
      tlv_end (writer);
    }
  else if (!lab_file_is_directory (file) && file->special != 0)
    {
      tlv_begin (writer, TAG_PROPRIETARY);
      put_u8 (writer, TAG_SPECIAL, file->special);
      tlv_end (writer);
    }
}

static void
put_access (TlvWriter *writer, LabFile *file)
{
  const guint8 bytes[3] = { (guint8) (file->arr_fid >> 8), (guint8) file->arr_fid,
                            file->arr_record };

  if (file->arr_fid != 0)
    tlv_put (writer, TAG_ARR, bytes, sizeof bytes);
}

/* PS template DO: a bit a reference, the first in bit 8, then the references (9.5.2). */
static void
put_pin_status (LabSim *sim, TlvWriter *writer, LabFile *file)
{
  gsize n;
  const guint8 *refs = g_bytes_get_data (file->pins, &n);
  guint8 enabled[4] = { 0 };

  if (n == 0)
    return;
  n = MIN (n, 8 * sizeof enabled);
  tlv_begin (writer, TAG_PIN_STATUS);
  for (gsize i = 0; i < n; i++)
    {
      guint index;

      if (lab_package_find_pin (sim->package, file, refs[i], &index) != NULL
          && sim->pins[index].enabled)
        enabled[i / 8] |= (guint8) (0x80 >> (i % 8));
    }
  tlv_put (writer, TAG_PIN_ENABLED, enabled, (n + 7) / 8);
  for (gsize i = 0; i < n; i++)
    put_u8 (writer, TAG_PIN_REFERENCE, refs[i]);
  tlv_end (writer);
}

static void
put_element (TlvWriter *writer, LabFile *file)
{
  const guint8 sfi = (guint8) (file->sfi << 3);

  put_u16 (writer, TAG_SIZE, file->size);
  /* Left out, the tag would mean the identifier's low bits; empty, it means none. */
  tlv_put (writer, TAG_SFI, &sfi, file->sfi != 0 ? 1 : 0);
}

void
lab_sim_append_fcp (LabSim *sim, LabFile *file, GByteArray *out)
{
  g_autoptr (GBytes) fcp = NULL;
  TlvWriter *writer = tlv_writer_new ();
  LabFile *body = lab_file_get_body (file);

  tlv_begin (writer, TAG_FCP);
  put_descriptor (writer, file);
  put_u16 (writer, TAG_FID, file->type == LAB_FILE_ADF ? LAB_FS_CURRENT_ADF : file->fid);
  if (file->type == LAB_FILE_ADF)
    tlv_put_bytes (writer, TAG_AID, file->aid);
  put_proprietary (writer, file);
  put_u8 (writer, TAG_LCSI, sim->lcsi[body->index]);
  put_access (writer, file);
  if (lab_file_is_directory (file))
    put_pin_status (sim, writer, file);
  else
    put_element (writer, file);
  tlv_end (writer);
  fcp = tlv_writer_finish (writer);
  g_byte_array_append (out, g_bytes_get_data (fcp, NULL), (guint) g_bytes_get_size (fcp));
}
