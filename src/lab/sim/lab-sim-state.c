/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-lab"

#include <string.h>

#include "kt-bytes.h"
#include "kt-error.h"
#include "lab-cipher.h"
#include "lab-sim-private.h"
#include "tlv.h"

/*
 * State ::= SEQUENCE {
 *   version      [0] INTEGER,
 *   fingerprint  [1] OCTET STRING,            -- of the package, so that a state fits its card
 *   pins         [2] OCTET STRING,            -- per PIN: value, tries left, enabled
 *   puks         [3] OCTET STRING,            -- per PUK: tries left
 *   sequences    [4] OCTET STRING,            -- per AKA: 32 sequence numbers of 6 bytes
 *   files        [5] SEQUENCE OF SEQUENCE {   -- only those that differ from the package
 *     index   [0] INTEGER,
 *     lcsi    [1] OCTET STRING,
 *     offset  [2] INTEGER,                    -- the span that differs
 *     body    [3] OCTET STRING } }
 */
enum
{
  TAG_VERSION = 0x80,
  TAG_FINGERPRINT = 0x81,
  TAG_PINS = 0x82,
  TAG_PUKS = 0x83,
  TAG_SEQUENCES = 0x84,
  TAG_FILES = 0xA5,
  TAG_INDEX = 0x80,
  TAG_LCSI = 0x81,
  TAG_OFFSET = 0x82,
  TAG_BODY = 0x83,
  VERSION = 1,
  FINGERPRINT_BYTES = 8,
  PIN_BYTES = LAB_PIN_BYTES + 2,
  SEQUENCE_BYTES = LAB_SQN_ENTRIES * LAB_AKA_SQN_BYTES,
};

static void
get_fingerprint (LabSim *sim, guint8 out[LAB_SHA256_BYTES])
{
  gsize len;
  const guint8 *upp = g_bytes_get_data (sim->package->upp, &len);

  lab_sha256 (upp, len, out);
}

static void
put_codes (LabSim *sim, TlvWriter *writer)
{
  g_autoptr (GByteArray) pins = g_byte_array_new ();

  for (guint i = 0; i < sim->package->pins->len; i++)
    {
      const LabPinState *pin = &sim->pins[i];

      g_byte_array_append (pins, pin->value, LAB_PIN_BYTES);
      g_byte_array_append (pins, (const guint8[]) { pin->left, pin->enabled ? 1 : 0 }, 2);
    }
  tlv_put (writer, TAG_PINS, pins->data, pins->len);
  tlv_put (writer, TAG_PUKS, sim->puks_left, sim->package->puks->len);
  kt_wipe (pins->data, pins->len);
}

static void
put_sequences (LabSim *sim, TlvWriter *writer)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();

  for (guint i = 0; i < sim->package->akas->len; i++)
    for (guint n = 0; n < LAB_SQN_ENTRIES; n++)
      for (guint b = 0; b < LAB_AKA_SQN_BYTES; b++)
        {
          guint8 byte = (guint8) (sim->sequences[i][n] >> (8 * (LAB_AKA_SQN_BYTES - 1 - b)));

          g_byte_array_append (bytes, &byte, 1);
        }
  tlv_put (writer, TAG_SEQUENCES, bytes->data, bytes->len);
}

static void
put_file (LabSim *sim, LabFile *file, TlvWriter *writer)
{
  const guint8 *now = sim->bodies[file->index];
  gsize first = 0, end = now != NULL ? file->size : 0;

  while (first < end && now[first] == file->data[first])
    first++;
  while (end > first && now[end - 1] == file->data[end - 1])
    end--;
  if (first == end && sim->lcsi[file->index] == file->lcsi)
    return;
  tlv_begin (writer, TLV_SEQUENCE);
  tlv_put_int (writer, TAG_INDEX, file->index);
  tlv_put (writer, TAG_LCSI, &sim->lcsi[file->index], 1);
  tlv_put_int (writer, TAG_OFFSET, (gint64) first);
  tlv_put (writer, TAG_BODY, end > first ? now + first : NULL, end - first);
  tlv_end (writer);
}

GBytes *
lab_sim_dup_state (LabSim *sim)
{
  guint8 fingerprint[LAB_SHA256_BYTES];
  g_autoptr (GBytes) plain = NULL;
  GBytes *secret;
  TlvWriter *writer;

  g_return_val_if_fail (sim != NULL, NULL);

  writer = tlv_writer_new ();
  get_fingerprint (sim, fingerprint);
  tlv_begin (writer, TLV_SEQUENCE);
  tlv_put_int (writer, TAG_VERSION, VERSION);
  tlv_put (writer, TAG_FINGERPRINT, fingerprint, FINGERPRINT_BYTES);
  put_codes (sim, writer);
  put_sequences (sim, writer);
  tlv_begin (writer, TAG_FILES);
  for (guint i = 0; i < sim->package->fs->files->len; i++)
    put_file (sim, g_ptr_array_index (sim->package->fs->files, i), writer);
  tlv_end (writer);
  tlv_end (writer);
  plain = tlv_writer_finish (writer);
  secret = kt_secret_bytes (g_bytes_get_data (plain, NULL), g_bytes_get_size (plain));
  kt_wipe ((gpointer) g_bytes_get_data (plain, NULL), g_bytes_get_size (plain));
  return secret;
}

static gboolean
bad_state (GError **error, const char *what)
{
  return kt_error_set (error, KT_ERROR_MALFORMED, "sim.state", "SIM state: %s", what);
}

static gboolean
load_codes (LabSim *sim, TlvReader *reader, GError **error)
{
  LabPackage *package = sim->package;
  Tlv pins, puks;

  if (!tlv_expect (reader, TAG_PINS, &pins, error) || !tlv_expect (reader, TAG_PUKS, &puks, error))
    return FALSE;
  if (pins.len != package->pins->len * PIN_BYTES || puks.len != package->puks->len)
    return bad_state (error, "number of codes");
  for (guint i = 0; i < package->pins->len; i++)
    {
      const guint8 *p = pins.value + i * PIN_BYTES;

      if (p[LAB_PIN_BYTES] > g_array_index (package->pins, LabPin, i).max
          || p[LAB_PIN_BYTES + 1] > 1)
        return bad_state (error, "a PIN");
      memcpy (sim->pins[i].value, p, LAB_PIN_BYTES);
      sim->pins[i].left = p[LAB_PIN_BYTES];
      sim->pins[i].enabled = p[LAB_PIN_BYTES + 1] != 0;
    }
  for (guint i = 0; i < package->puks->len; i++)
    {
      if (puks.value[i] > g_array_index (package->puks, LabPuk, i).max)
        return bad_state (error, "a PUK");
      sim->puks_left[i] = puks.value[i];
    }
  return TRUE;
}

static gboolean
load_sequences (LabSim *sim, TlvReader *reader, GError **error)
{
  Tlv tlv;

  if (!tlv_expect (reader, TAG_SEQUENCES, &tlv, error))
    return FALSE;
  if (tlv.len != (gsize) sim->package->akas->len * SEQUENCE_BYTES)
    return bad_state (error, "number of sequence numbers");
  for (gsize i = 0; i < tlv.len; i++)
    {
      guint64 *value = &sim->sequences[i / SEQUENCE_BYTES]
                                      [i % SEQUENCE_BYTES / LAB_AKA_SQN_BYTES];

      if (i % LAB_AKA_SQN_BYTES == 0)
        *value = 0;
      *value = *value << 8 | tlv.value[i];
    }
  return TRUE;
}

static gboolean
load_file (LabSim *sim, const Tlv *tlv, GError **error)
{
  LabFs *fs = sim->package->fs;
  gint64 index, offset;
  Tlv number, lcsi, place, body;
  LabFile *file;

  if (!tlv_need (tlv, TAG_INDEX, &number, error) || !tlv_get_int (&number, &index, error)
      || !tlv_need (tlv, TAG_LCSI, &lcsi, error) || !tlv_need (tlv, TAG_OFFSET, &place, error)
      || !tlv_get_int (&place, &offset, error) || !tlv_need (tlv, TAG_BODY, &body, error))
    return FALSE;
  if (index < 0 || index >= fs->files->len || lcsi.len != 1)
    return bad_state (error, "a file");
  file = g_ptr_array_index (fs->files, (guint) index);
  if (body.len > 0
      && (file->data == NULL || offset < 0 || offset > file->size
          || body.len > file->size - (gsize) offset))
    return bad_state (error, "a file's body");
  sim->lcsi[index] = lcsi.value[0];
  if (body.len > 0)
    lab_sim_write_body (sim, file, (gsize) offset, body.value, body.len);
  return TRUE;
}

static gboolean
load (LabSim *sim, GBytes *state, GError **error)
{
  guint8 fingerprint[LAB_SHA256_BYTES];
  TlvReader reader, files;
  gint64 version;
  Tlv outer, tlv;

  if (!tlv_parse_bytes (state, TLV_SEQUENCE, &outer, error))
    return FALSE;
  tlv_reader_enter (&reader, &outer);
  if (!tlv_expect (&reader, TAG_VERSION, &tlv, error) || !tlv_get_int (&tlv, &version, error))
    return FALSE;
  if (version != VERSION)
    return bad_state (error, "another version");
  get_fingerprint (sim, fingerprint);
  if (!tlv_expect (&reader, TAG_FINGERPRINT, &tlv, error))
    return FALSE;
  if (tlv.len != FINGERPRINT_BYTES || memcmp (tlv.value, fingerprint, FINGERPRINT_BYTES) != 0)
    return bad_state (error, "of another package");
  if (!load_codes (sim, &reader, error) || !load_sequences (sim, &reader, error)
      || !tlv_expect (&reader, TAG_FILES, &tlv, error))
    return FALSE;
  tlv_reader_enter (&files, &tlv);
  while (!tlv_reader_at_end (&files))
    if (!tlv_expect (&files, TLV_SEQUENCE, &tlv, error) || !load_file (sim, &tlv, error))
      return FALSE;
  return tlv_expect_end (&reader, error);
}

gboolean
lab_sim_load_state (LabSim *sim, GBytes *state, GError **error)
{
  g_autoptr (GError) local = NULL;
  gboolean ok;

  g_return_val_if_fail (sim != NULL && state != NULL, FALSE);

  lab_sim_restore (sim);
  lab_sim_reset (sim);
  ok = load (sim, state, &local);
  sim->changed = FALSE;
  if (ok)
    return TRUE;
  lab_sim_restore (sim);
  return bad_state (error, local->message);
}
