/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-lab"

#include <string.h>

#include "kt-bytes.h"
#include "lab-saip-private.h"

/* Largest SEQ: 43 bits, the index's 5 apart. */
#define MAX_SEQUENCE G_GUINT64_CONSTANT (0x07FFFFFFFFFF)
#define DEFAULT_LIMIT G_GUINT64_CONSTANT (0x000010000000)
#define DEFAULT_OPTIONS 0x02
#define TUAK 2

static gboolean
bad_aka (LabSaip *saip, GError **error, const char *what)
{
  return lab_saip_fail (saip, error, LAB_PE_BAD_VALUES, KT_ERROR_MALFORMED, "saip.aka", "AKA: %s",
                        what);
}

/* algorithmOptions, bits 3 to 1: RES of 32, 64 or 128 bits; MILENAGE has at most 64. */
static gboolean
read_res_length (LabSaip *saip, const Tlv *options, LabAkaKey *key, GError **error)
{
  guint size;

  if (options->len != 1)
    return bad_aka (saip, error, "algorithm options");
  size = options->value[0] & 0x07;
  if (size > 2)
    return bad_aka (saip, error, "length of RES");
  key->res_len = 4u << size;
  if (key->algorithm == LAB_AKA_MILENAGE)
    key->res_len = MIN (key->res_len, 8);
  return TRUE;
}

static gboolean
read_key (LabSaip *saip, TlvReader *reader, gint64 algorithm, const Tlv *options, LabAkaKey *key,
          GError **error)
{
  Tlv k, opc;

  if (!tlv_expect (reader, 0x82, &k, error) || !tlv_expect (reader, 0x83, &opc, error))
    return FALSE;
  if (k.len != LAB_AKA_KEY_BYTES
      || (algorithm == LAB_AKA_MILENAGE && opc.len != LAB_AKA_KEY_BYTES))
    return bad_aka (saip, error, "length of a key");
  lab_aka_key_init (key, (LabAkaAlgorithm) algorithm, k.value,
                    opc.len == LAB_AKA_KEY_BYTES ? opc.value : NULL);
  return read_res_length (saip, options, key, error);
}

static gboolean
read_constants (LabSaip *saip, TlvReader *reader, LabAkaKey *key, GError **error)
{
  gint64 keccak = 1;
  Tlv tlv;

  if (tlv_next_is (reader, 0x84, &tlv))
    {
      if (tlv.len != sizeof key->rotation)
        return bad_aka (saip, error, "rotation constants");
      memcpy (key->rotation, tlv.value, tlv.len);
      for (guint i = 0; i < sizeof key->rotation; i++)
        if (key->rotation[i] > 127)
          return bad_aka (saip, error, "rotation constants");
    }
  if (tlv_next_is (reader, 0x85, &tlv))
    {
      if (tlv.len != sizeof key->xoring)
        return bad_aka (saip, error, "xoring constants");
      memcpy (key->xoring, tlv.value, tlv.len);
    }
  if (tlv_next_is (reader, 0x86, &tlv) && tlv.len != 3)
    return bad_aka (saip, error, "authentication counter");
  if (tlv_next_is (reader, 0x87, &tlv) && !tlv_get_int (&tlv, &keccak, error))
    return FALSE;
  return TRUE;
}

static gboolean
read_algorithm (LabSaip *saip, const Tlv *tlv, LabAka *aka, GError **error)
{
  TlvReader reader;
  gint64 algorithm;
  Tlv item;

  tlv_reader_enter (&reader, tlv);
  if (!tlv_expect (&reader, 0x80, &item, error) || !tlv_get_int (&item, &algorithm, error))
    return FALSE;
  if (algorithm == TUAK)
    return lab_saip_fail (saip, error, LAB_PE_FEATURE_NOT_SUPPORTED, KT_ERROR_UNSUPPORTED,
                          "saip.aka", "AKA: TUAK is not supported");
  if (algorithm != LAB_AKA_MILENAGE && algorithm != LAB_AKA_TEST)
    return bad_aka (saip, error, "unknown algorithm");
  return tlv_expect (&reader, 0x81, &item, error)
         && read_key (saip, &reader, algorithm, &item, &aka->key, error)
         && read_constants (saip, &reader, &aka->key, error);
}

/* The NAA uses another one's key and sequence numbers. */
static gboolean
read_mapping (LabSaip *saip, const Tlv *tlv, LabAka *aka, GError **error)
{
  GArray *akas = saip->package->akas;
  LabFile *source;
  Tlv options, aid;

  if (!tlv_need (tlv, 0x80, &options, error) || !tlv_need (tlv, 0x81, &aid, error))
    return FALSE;
  if (options.len != 1 || aid.len < 5 || aid.len > 16)
    return bad_aka (saip, error, "mapping");
  source = lab_fs_find_aid (saip->package->fs, aid.value, aid.len, 0);
  for (guint i = 0; source != NULL && i < akas->len; i++)
    {
      const LabAka *other = &g_array_index (akas, LabAka, i);

      if (other->adf == source)
        {
          aka->source = other->source;
          aka->key = other->key;
          return TRUE;
        }
    }
  return bad_aka (saip, error, "mapped to an application without keys");
}

static gboolean
get_sequence (LabSaip *saip, const Tlv *tlv, guint64 *out, GError **error)
{
  if (tlv->len != LAB_AKA_SQN_BYTES || !tlv_get_uint (tlv, out, NULL) || *out > MAX_SEQUENCE)
    return bad_aka (saip, error, "sequence number");
  return TRUE;
}

static gboolean
read_limit (LabSaip *saip, TlvReader *reader, TlvTag tag, guint64 *out, GError **error)
{
  Tlv tlv;

  *out = DEFAULT_LIMIT;
  return !tlv_next_is (reader, tag, &tlv) || get_sequence (saip, &tlv, out, error);
}

static gboolean
read_sequences (LabSaip *saip, TlvReader *reader, LabAka *aka, GError **error)
{
  TlvReader list;
  Tlv tlv, item;

  aka->options = DEFAULT_OPTIONS;
  if (tlv_next_is (reader, 0x82, &tlv))
    {
      if (tlv.len != 1)
        return bad_aka (saip, error, "sequence number options");
      aka->options = tlv.value[0];
    }
  if (!read_limit (saip, reader, 0x83, &aka->delta, error)
      || !read_limit (saip, reader, 0x84, &aka->age, error))
    return FALSE;
  if (!tlv_next_is (reader, 0xA5, &tlv))
    return TRUE;
  tlv_reader_enter (&list, &tlv);
  for (guint i = 0; i < LAB_SQN_ENTRIES; i++)
    if (!tlv_expect (&list, TLV_OCTET_STRING, &item, error)
        || !get_sequence (saip, &item, &aka->sequence[i], error))
      return FALSE;
  return tlv_expect_end (&list, error);
}

gboolean
lab_saip_read_aka (LabSaip *saip, TlvReader *reader, GError **error)
{
  GArray *akas = saip->package->akas;
  LabAka aka = { .adf = saip->application, .source = akas->len };
  TlvReader choice;
  Tlv outer, inner;
  gboolean ok;

  if (aka.adf == NULL)
    return bad_aka (saip, error, "there is no application");
  for (guint i = 0; i < akas->len; i++)
    if (g_array_index (akas, LabAka, i).adf == aka.adf)
      return bad_aka (saip, error, "twice for one application");
  if (!tlv_expect (reader, 0xA1, &outer, error))
    return FALSE;
  tlv_reader_enter (&choice, &outer);
  if (!tlv_read (&choice, &inner, error) || !tlv_expect_end (&choice, error))
    return FALSE;
  if (inner.tag != 0xA0 && inner.tag != 0xA1)
    return bad_aka (saip, error, "neither algorithm nor mapping");
  ok = (inner.tag == 0xA0 ? read_mapping (saip, &inner, &aka, error)
                          : read_algorithm (saip, &inner, &aka, error))
       && read_sequences (saip, reader, &aka, error);
  if (ok)
    g_array_append_val (akas, aka);
  kt_wipe (&aka, sizeof aka);
  return ok;
}

gboolean
lab_saip_read_cdma (LabSaip *saip, TlvReader *reader, GError **error)
{
  static const struct
  {
    TlvTag tag;
    gsize min;
    gsize max;
  } members[] = {
    { 0x82, 16, 16 },
    { 0x83, 2, 32 },
    { 0x84, 3, 483 },
    { 0x85, 5, 957 },
  };
  Tlv tlv;

  if (!tlv_expect (reader, 0x81, &tlv, error) || !tlv_check_len (&tlv, 8, 8, error))
    return FALSE;
  saip->package->kept += tlv.len;
  for (guint i = 0; i < G_N_ELEMENTS (members); i++)
    if (tlv_next_is (reader, members[i].tag, &tlv))
      {
        if (!tlv_check_len (&tlv, members[i].min, members[i].max, error))
          return FALSE;
        saip->package->kept += tlv.len;
      }
  return tlv_expect_end (reader, error);
}
