/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-lab"

#include "lab-line.h"

#include <string.h>

#include "card-exchange.h"
#include "kt-bytes.h"
#include "kt-error.h"
#include "kt-iccid.h"

#define FID_MF 0x3F00
#define FID_ICCID 0x2FE2
#define FID_IMSI 0x6F07
#define FID_SPN 0x6F46

#define IMSI_BYTES 9
#define SPN_BYTES 17
#define SPN_UCS2 0x80
#define FILLER 0xFF

/* TS 31.102 section 7.1.2.1: the answer to AUTHENTICATE in the 3G context. */
#define TAG_SUCCESS 0xDB
#define TAG_SYNC_FAILURE 0xDC

/* The authentication management field of an E-UTRAN: the separation bit is set (TS 33.401). */
static const guint8 amf[LAB_AKA_AMF_BYTES] = { 0x80, 0x00 };
/* A first sequence number that a fresh SIM takes: SEQ 1, IND 0 (TS 33.102 Annex C). */
static const guint8 first_sqn[LAB_AKA_SQN_BYTES] = { 0, 0, 0, 0, 0, 0x20 };
#define SEQ_STEP 0x20

/* The USIM's application code, which every USIM's AID begins with (TS 101 220, Annex E). */
static const guint8 usim[] = { 0xA0, 0x00, 0x00, 0x00, 0x87, 0x10, 0x02 };

static GBytes *
run (CardExchange *exchange, const guint8 *command, gsize len, GError **error)
{
  g_autoptr (GBytes) response = NULL;
  guint16 sw;

  if (!card_exchange_run (exchange, command, len, &response, &sw, error))
    return NULL;
  if (!card_sw_is_ok (sw))
    {
      kt_error_set_sw (error, sw, "SIM");
      return NULL;
    }
  return g_steal_pointer (&response);
}

static gboolean
select_file (CardExchange *exchange, guint16 fid, GError **error)
{
  const guint8 command[]
      = { 0x00, 0xA4, 0x00, 0x0C, 0x02, (guint8) (fid >> 8), (guint8) fid };
  g_autoptr (GBytes) response = run (exchange, command, sizeof command, error);

  return response != NULL;
}

static gboolean
select_usim (CardExchange *exchange, GError **error)
{
  guint8 command[5 + sizeof usim] = { 0x00, 0xA4, 0x04, 0x0C, sizeof usim };
  g_autoptr (GBytes) response = NULL;

  memcpy (command + 5, usim, sizeof usim);
  response = run (exchange, command, sizeof command, error);
  return response != NULL;
}

static GBytes *
read_file (CardExchange *exchange, guint16 fid, guint8 bytes, GError **error)
{
  const guint8 command[] = { 0x00, 0xB0, 0x00, 0x00, bytes };
  g_autoptr (GBytes) content = NULL;

  if (!select_file (exchange, fid, error))
    return NULL;
  content = run (exchange, command, sizeof command, error);
  if (content == NULL)
    return NULL;
  if (g_bytes_get_size (content) != bytes)
    {
      kt_error_set (error, KT_ERROR_MALFORMED, "sim.file", "file %04X has another size", fid);
      return NULL;
    }
  return g_steal_pointer (&content);
}

/* EF.IMSI: length, then swapped digits after a first nibble that holds parity and type. */
static char *
read_imsi (CardExchange *exchange, GError **error)
{
  g_autoptr (GBytes) content = read_file (exchange, FID_IMSI, IMSI_BYTES, error);
  g_autofree char *digits = NULL;
  const guint8 *data;

  if (content == NULL)
    return NULL;
  data = g_bytes_get_data (content, NULL);
  if (data[0] < 1 || data[0] >= IMSI_BYTES)
    {
      kt_error_set (error, KT_ERROR_MALFORMED, "sim.file", "EF.IMSI has no valid length");
      return NULL;
    }
  digits = kt_bcd_swapped (data + 1, data[0], error);
  if (digits == NULL)
    return NULL;
  return g_strdup (*digits != '\0' ? digits + 1 : "");
}

/* The GSM alphabet agrees with ASCII where names of operators usually stay. */
static char *
decode_name (const guint8 *data, gsize len)
{
  GString *name = g_string_new (NULL);

  if (len > 0 && data[0] == SPN_UCS2)
    {
      for (gsize i = 1; i + 1 < len && data[i] != FILLER; i += 2)
        g_string_append_unichar (name, (gunichar) (data[i] << 8 | data[i + 1]));
      return g_string_free (name, FALSE);
    }
  for (gsize i = 0; i < len && data[i] != FILLER; i++)
    g_string_append_c (name, g_ascii_isalnum (data[i]) || strchr (" -.,&+/", data[i]) != NULL
                                 ? (char) data[i]
                                 : '?');
  return g_string_free (name, FALSE);
}

static char *
read_name (CardExchange *exchange, GError **error)
{
  g_autoptr (GBytes) content = read_file (exchange, FID_SPN, SPN_BYTES, error);
  const guint8 *data;

  if (content == NULL)
    return NULL;
  data = g_bytes_get_data (content, NULL);
  /* The first byte says where the name is to be shown. */
  return decode_name (data + 1, SPN_BYTES - 1);
}

LabLine *
lab_line_read (Card *card, GError **error)
{
  CardExchange exchange = { .card = card, .response_limit = CARD_RESPONSE_LIMIT };
  g_autoptr (LabLine) line = g_new0 (LabLine, 1);
  g_autoptr (GBytes) iccid = NULL;

  if (!select_file (&exchange, FID_MF, error))
    return NULL;
  iccid = read_file (&exchange, FID_ICCID, KT_ICCID_BYTES, error);
  if (iccid == NULL)
    return NULL;
  line->iccid = kt_iccid_from_bytes (g_bytes_get_data (iccid, NULL), KT_ICCID_BYTES, error);
  if (line->iccid == NULL || !select_usim (&exchange, error))
    return NULL;
  line->imsi = read_imsi (&exchange, error);
  if (line->imsi == NULL)
    return NULL;
  line->name = read_name (&exchange, error);
  return line->name != NULL ? g_steal_pointer (&line) : NULL;
}

void
lab_line_free (LabLine *line)
{
  if (line == NULL)
    return;
  g_free (line->iccid);
  g_free (line->imsi);
  g_free (line->name);
  g_free (line);
}

/* ---- authentication ---- */

static GBytes *
send_vector (CardExchange *exchange, const LabAkaVector *vector, GError **error)
{
  guint8 command[6 + LAB_AKA_RAND_BYTES + 1 + LAB_AKA_AUTN_BYTES]
      = { 0x00, 0x88, 0x00, 0x81, 1 + LAB_AKA_RAND_BYTES + 1 + LAB_AKA_AUTN_BYTES,
          LAB_AKA_RAND_BYTES };
  guint8 with_le[sizeof command + 1] = { 0 };

  memcpy (command + 6, vector->rand, LAB_AKA_RAND_BYTES);
  command[6 + LAB_AKA_RAND_BYTES] = LAB_AKA_AUTN_BYTES;
  memcpy (command + 7 + LAB_AKA_RAND_BYTES, vector->autn, LAB_AKA_AUTN_BYTES);
  memcpy (with_le, command, sizeof command);
  /* T=0 has no Le beside data; there the card announces the answer by 61xx. */
  if (card_get_protocol (exchange->card) == CARD_PROTOCOL_T0)
    return run (exchange, command, sizeof command, error);
  return run (exchange, with_le, sizeof with_le, error);
}

/* The next of the fields with a length byte in front; %FALSE if it is cut short. */
static gboolean
take_field (const guint8 **at, gsize *left, const guint8 **field, gsize *len)
{
  if (*left < 1 || *left - 1 < (*at)[0])
    return FALSE;
  *len = (*at)[0];
  *field = *at + 1;
  *at += 1 + *len;
  *left -= 1 + *len;
  return TRUE;
}

static gboolean
fail_malformed (GError **error)
{
  return kt_error_set (error, KT_ERROR_MALFORMED, "sim.authenticate",
                       "the SIM's answer to AUTHENTICATE does not parse");
}

/* The network's judgement: the right RES, and both sides have the same keys. */
static gboolean
judge_success (const LabAkaVector *vector, const guint8 *at, gsize left, GError **error)
{
  const guint8 *res, *ck, *ik;
  gsize res_len, ck_len, ik_len;

  if (!take_field (&at, &left, &res, &res_len) || !take_field (&at, &left, &ck, &ck_len)
      || !take_field (&at, &left, &ik, &ik_len) || ck_len != sizeof vector->ck
      || ik_len != sizeof vector->ik)
    return fail_malformed (error);
  if (res_len != vector->xres_len || memcmp (res, vector->xres, res_len) != 0)
    return kt_error_set (error, KT_ERROR_CHECK_FAILED, "aka.res",
                         "the SIM's response is not the one of this subscriber's key");
  if (memcmp (ck, vector->ck, ck_len) != 0 || memcmp (ik, vector->ik, ik_len) != 0)
    return kt_error_set (error, KT_ERROR_CHECK_FAILED, "aka.keys",
                         "network and SIM have derived different session keys");
  return TRUE;
}

/* The next sequence number after the SIM's highest, with the same index. */
static void
step_sqn (guint8 sqn[LAB_AKA_SQN_BYTES])
{
  guint carry = SEQ_STEP;

  for (int i = LAB_AKA_SQN_BYTES - 1; i >= 0 && carry > 0; i--)
    {
      carry += sqn[i];
      sqn[i] = (guint8) carry;
      carry >>= 8;
    }
}

/* %TRUE with *@resynchronised if the SIM told its sequence number instead of a response. */
static gboolean
challenge (CardExchange *exchange, const LabAkaKey *key, const KtEnv *env,
           guint8 sqn[LAB_AKA_SQN_BYTES], gboolean *resynchronised, GError **error)
{
  guint8 rand[LAB_AKA_RAND_BYTES];
  LabAkaVector vector;
  g_autoptr (GBytes) answer = NULL;
  const guint8 *data, *auts;
  gsize len, auts_len;
  gboolean success = FALSE;

  *resynchronised = FALSE;
  kt_env_random (env, rand, sizeof rand);
  lab_aka_make_vector (key, sqn, amf, rand, &vector);
  answer = send_vector (exchange, &vector, error);
  if (answer != NULL)
    {
      data = g_bytes_get_data (answer, &len);
      if (len > 1 && data[0] == TAG_SUCCESS)
        success = judge_success (&vector, data + 1, len - 1, error);
      else if (len > 1 && data[0] == TAG_SYNC_FAILURE)
        {
          data++;
          len--;
          success = take_field (&data, &len, &auts, &auts_len)
                        ? lab_aka_check_auts (key, rand, auts, auts_len, sqn, error)
                        : fail_malformed (error);
          *resynchronised = success;
        }
      else
        success = fail_malformed (error);
    }
  kt_wipe (&vector, sizeof vector);
  return success;
}

gboolean
lab_line_authenticate (Card *card, const LabSubscription *subscription, const KtEnv *env,
                       GError **error)
{
  CardExchange exchange = { .card = card, .response_limit = CARD_RESPONSE_LIMIT };
  guint8 sqn[LAB_AKA_SQN_BYTES];
  gboolean resynchronised = FALSE;
  gboolean agreed;
  LabAkaKey key;

  if (!select_usim (&exchange, error))
    return FALSE;
  memcpy (sqn, first_sqn, sizeof sqn);
  lab_aka_key_init (&key, subscription->algorithm, subscription->k, subscription->opc);
  agreed = challenge (&exchange, &key, env, sqn, &resynchronised, error);
  if (agreed && resynchronised)
    {
      step_sqn (sqn);
      agreed = challenge (&exchange, &key, env, sqn, &resynchronised, error);
      if (agreed && resynchronised)
        agreed = kt_error_set (error, KT_ERROR_CHECK_FAILED, "aka.mac-s",
                               "the SIM asks for another resynchronisation");
    }
  lab_aka_key_clear (&key);
  return agreed;
}
