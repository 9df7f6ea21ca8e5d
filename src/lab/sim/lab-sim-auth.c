/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-lab"

#include <string.h>

#include "kt-bytes.h"
#include "lab-cipher.h"
#include "lab-sim-private.h"

/* AUTHENTICATE, 3GPP TS 31.102, 7.1.2. */
enum
{
  CONTEXT_GSM = 0x80,
  CONTEXT_3G = 0x81,
  TAG_SUCCESS = 0xDB,
  TAG_SYNC_FAILURE = 0xDC,
  SERVICE_GSM_ACCESS = 27,
  SERVICE_GSM_CONTEXT = 38,
  FID_UST = 0x6F38,
  /* SQN = SEQ || IND, TS 33.102, C.3.2 */
  IND_BITS = 5,
};

/* 3GPP's RID and the USIM's application code (TS 101 220); an ISIM knows no GSM context. */
static const guint8 USIM_AID[] = { 0xA0, 0x00, 0x00, 0x00, 0x87, 0x10, 0x02 };

/* TS 34.108, 8.1.2.2: with the test algorithm this AMF asks for a resynchronisation, and any SQN is
 * taken otherwise. */
static const guint8 AMF_RESYNC[LAB_AKA_AMF_BYTES] = { 0xFF, 0xFF };

LabFile *
lab_sim_find_usim (LabSim *sim)
{
  LabFile *usim = lab_fs_find_aid (sim->package->fs, USIM_AID, sizeof USIM_AID, 0);

  return usim != NULL ? usim : lab_fs_find_aid (sim->package->fs, USIM_AID, 0, 0);
}

static LabAka *
find_aka (LabSim *sim, LabFile *application)
{
  GArray *akas = sim->package->akas;

  for (guint i = 0; application != NULL && i < akas->len; i++)
    if (g_array_index (akas, LabAka, i).adf == application)
      return &g_array_index (akas, LabAka, i);
  return NULL;
}

static guint64
get_sqn (const guint8 bytes[LAB_AKA_SQN_BYTES])
{
  guint64 value = 0;

  for (guint i = 0; i < LAB_AKA_SQN_BYTES; i++)
    value = value << 8 | bytes[i];
  return value;
}

static void
put_sqn (guint64 value, guint8 bytes[LAB_AKA_SQN_BYTES])
{
  for (guint i = 0; i < LAB_AKA_SQN_BYTES; i++)
    bytes[i] = (guint8) (value >> (8 * (LAB_AKA_SQN_BYTES - 1 - i)));
}

/* SQN_MS: the highest SEQ accepted so far, with its index. */
static guint64
highest_sqn (const guint64 sequence[LAB_SQN_ENTRIES])
{
  guint64 highest = 0;

  for (guint i = 0; i < LAB_SQN_ENTRIES; i++)
    highest = MAX (highest, sequence[i] << IND_BITS | i);
  return sequence[highest & (LAB_SQN_ENTRIES - 1)] != 0 ? highest : 0;
}

/* TS 33.102, C.2.1 and C.2.2: not too far ahead, not too old, and new for its index. */
static gboolean
sqn_is_fresh (const LabAka *aka, const guint64 sequence[LAB_SQN_ENTRIES], guint64 sqn,
              const guint8 amf[LAB_AKA_AMF_BYTES])
{
  guint64 seq = sqn >> IND_BITS;
  guint64 highest = highest_sqn (sequence) >> IND_BITS;

  if (aka->key.algorithm == LAB_AKA_TEST)
    return memcmp (amf, AMF_RESYNC, LAB_AKA_AMF_BYTES) != 0;
  if ((aka->options & LAB_SQN_CHECK_DELTA) != 0 && seq > highest && seq - highest > aka->delta)
    return FALSE;
  if ((aka->options & LAB_SQN_CHECK_AGE) != 0 && highest > seq && highest - seq >= aka->age)
    return FALSE;
  return seq > sequence[sqn & (LAB_SQN_ENTRIES - 1)];
}

gboolean
lab_sim_has_service (LabSim *sim, LabFile *application, guint number)
{
  LabFile *ust = lab_file_find_child (application, FID_UST);
  guint byte = (number - 1) / 8;

  return ust != NULL && ust->type == LAB_FILE_TRANSPARENT && byte < ust->size
         && (lab_sim_read_body (sim, ust)[byte] >> ((number - 1) % 8) & 1) != 0;
}

static void
append_field (GByteArray *out, const guint8 *data, guint8 len)
{
  g_byte_array_append (out, &len, 1);
  g_byte_array_append (out, data, len);
}

static void
append_success (LabSim *sim, const LabAka *aka, const guint8 *res, const guint8 *ck,
                const guint8 *ik, GByteArray *out)
{
  guint8 sres[LAB_AKA_SRES_BYTES], kc[LAB_AKA_KC_BYTES];

  g_byte_array_append (out, (const guint8[]) { TAG_SUCCESS }, 1);
  append_field (out, res, (guint8) aka->key.res_len);
  append_field (out, ck, 16);
  append_field (out, ik, 16);
  if (lab_sim_has_service (sim, aka->adf, SERVICE_GSM_ACCESS))
    {
      lab_aka_to_gsm (res, aka->key.res_len, ck, ik, sres, kc);
      append_field (out, kc, sizeof kc);
      kt_wipe (kc, sizeof kc);
    }
}

static guint16
run_3g (LabSim *sim, const LabAka *aka, const guint8 *rand, const guint8 *autn, GByteArray *out)
{
  guint64 *sequence = sim->sequences[aka->source];
  const guint8 *amf = autn + LAB_AKA_SQN_BYTES;
  guint8 res[LAB_AKA_RES_MAX], ck[16], ik[16], sqn[LAB_AKA_SQN_BYTES], mac[LAB_AKA_MAC_BYTES];
  guint64 number;

  lab_aka_f2345 (&aka->key, rand, res, ck, ik, sqn);
  for (guint i = 0; i < LAB_AKA_SQN_BYTES; i++)
    sqn[i] ^= autn[i];
  lab_aka_f1 (&aka->key, FALSE, rand, sqn, amf, mac);
  if (!lab_equal (mac, amf + LAB_AKA_AMF_BYTES, LAB_AKA_MAC_BYTES))
    return SW_WRONG_MAC;
  number = get_sqn (sqn);
  if (!sqn_is_fresh (aka, sequence, number, amf))
    {
      guint8 auts[LAB_AKA_AUTS_BYTES];

      put_sqn (highest_sqn (sequence), sqn);
      lab_aka_make_auts (&aka->key, rand, sqn, auts);
      g_byte_array_append (out, (const guint8[]) { TAG_SYNC_FAILURE }, 1);
      append_field (out, auts, sizeof auts);
      return SW_OK;
    }
  if (sequence[number & (LAB_SQN_ENTRIES - 1)] != number >> IND_BITS)
    {
      sequence[number & (LAB_SQN_ENTRIES - 1)] = number >> IND_BITS;
      sim->changed = TRUE;
    }
  append_success (sim, aka, res, ck, ik, out);
  kt_wipe (ck, sizeof ck);
  kt_wipe (ik, sizeof ik);
  return SW_OK;
}

gboolean
lab_sim_run_gsm (LabSim *sim, LabFile *application, const guint8 *rand, guint8 *sres, guint8 *kc)
{
  const LabAka *aka = find_aka (sim, application);
  guint8 res[LAB_AKA_RES_MAX], ck[16], ik[16], ak[LAB_AKA_SQN_BYTES];

  if (aka == NULL)
    return FALSE;
  lab_aka_f2345 (&aka->key, rand, res, ck, ik, ak);
  lab_aka_to_gsm (res, aka->key.res_len, ck, ik, sres, kc);
  kt_wipe (ck, sizeof ck);
  kt_wipe (ik, sizeof ik);
  return TRUE;
}

static gboolean
is_usim (LabFile *application)
{
  gsize len;
  const guint8 *aid = g_bytes_get_data (application->aid, &len);

  return len >= sizeof USIM_AID && memcmp (aid, USIM_AID, sizeof USIM_AID) == 0;
}

static guint16
authenticate_gsm (LabSim *sim, const LabAka *aka, const LabCommand *command, GByteArray *out)
{
  guint8 sres[LAB_AKA_SRES_BYTES], kc[LAB_AKA_KC_BYTES];

  if (!is_usim (aka->adf) || !lab_sim_has_service (sim, aka->adf, SERVICE_GSM_CONTEXT))
    return SW_NO_CONTEXT;
  if (command->lc != 1 + LAB_AKA_RAND_BYTES)
    return SW_WRONG_LENGTH;
  if (command->data[0] != LAB_AKA_RAND_BYTES)
    return SW_WRONG_DATA;
  lab_sim_run_gsm (sim, aka->adf, command->data + 1, sres, kc);
  append_field (out, sres, sizeof sres);
  append_field (out, kc, sizeof kc);
  kt_wipe (kc, sizeof kc);
  return SW_OK;
}

static guint16
authenticate_3g (LabSim *sim, const LabAka *aka, const LabCommand *command, GByteArray *out)
{
  if (command->lc != 2 + LAB_AKA_RAND_BYTES + LAB_AKA_AUTN_BYTES)
    return SW_WRONG_LENGTH;
  if (command->data[0] != LAB_AKA_RAND_BYTES
      || command->data[1 + LAB_AKA_RAND_BYTES] != LAB_AKA_AUTN_BYTES)
    return SW_WRONG_DATA;
  return run_3g (sim, aka, command->data + 1, command->data + 2 + LAB_AKA_RAND_BYTES, out);
}

guint16
lab_sim_cmd_authenticate (LabSim *sim, LabChannel *channel, const LabCommand *command,
                          GByteArray *out)
{
  LabFile *application = lab_file_get_application (channel->directory);
  const LabAka *aka;

  if (command->p1 != 0 || (command->p2 != CONTEXT_GSM && command->p2 != CONTEXT_3G))
    return SW_WRONG_P1P2;
  if (application->type != LAB_FILE_ADF)
    return SW_CONDITIONS;
  aka = find_aka (sim, application);
  if (aka == NULL)
    return SW_CONDITIONS;
  if (!lab_sim_user_pin_is_satisfied (sim, application))
    return SW_SECURITY;
  return command->p2 == CONTEXT_GSM ? authenticate_gsm (sim, aka, command, out)
                                    : authenticate_3g (sim, aka, command, out);
}
