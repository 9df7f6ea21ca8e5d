/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-lab"

#include <string.h>

#include "lab-upp-private.h"

enum
{
  TAG_FCP = 0xA1,
  TAG_OFFSET = 0x82,
  TAG_CONTENT = 0x83,
  TAG_SIZE = 0x80,
  TAG_DESCRIPTOR = 0x82,
  TAG_FID = 0x83,
  TAG_AID = 0x84,
  TAG_ARR = 0x8B,
  TAG_PINS = 0xC6,
  TAG_SFI = 0x88,
  RULE_BYTES = 0x2C,
  /* Access rule of directories, see RULES. */
  DIRECTORY_RULE = 14,
  MF_ARR = 0x2F06,
};

/* Who may, in a rule. */
typedef enum
{
  ALWAYS,
  NEVER,
  PIN1,
  PIN2,
  ADM,
} Who;

/*
 * The rules that the templates' files name by number (SAIP, Annex A): what a terminal reads, what a
 * user may write, what is the operator's alone.
 */
static const struct
{
  Who read;
  Who update;
  gboolean may_increase;
  gboolean directory;
} RULES[] = {
  { ALWAYS, PIN1 },        /* 1: PL, LI */
  { PIN1, ADM },           /* 2: IMSI, UST, ACC, MSISDN */
  { ADM, ADM },            /* 3 */
  { ALWAYS, ALWAYS },      /* 4 */
  { PIN1, PIN1 },          /* 5: LOCI, Keys, SMS, SMSP */
  { PIN1, NEVER },         /* 6 */
  { PIN1, PIN2, TRUE },    /* 7: ACM */
  { PIN1, PIN2 },          /* 8: FDN, EST */
  { ALWAYS, PIN1 },        /* 9 */
  { ALWAYS, ADM },         /* 10: DIR, ARR, SPN, AD, ECC */
  { ALWAYS, NEVER },       /* 11: ICCID */
  { ADM, NEVER },          /* 12 */
  { ALWAYS, PIN2 },        /* 13 */
  { NEVER, NEVER, FALSE, TRUE },  /* 14: directories */
};

static TlvTag
member_tag (guint member)
{
  return member < 0x1F ? 0xA0 | member : 0xBF00 | member;
}

void
lab_upp_begin (TlvWriter *writer, TlvTag tag, guint *id)
{
  tlv_begin (writer, tag);
  tlv_begin (writer, 0xA0);
  tlv_put (writer, 0x80, NULL, 0);
  tlv_put_int (writer, 0x81, ++*id);
  tlv_end (writer);
}

void
lab_upp_begin_template (TlvWriter *writer, TlvTag tag, guint *id, const char *oid)
{
  lab_upp_begin (writer, tag, id);
  tlv_put_oid (writer, 0x81, oid);
}

static void
put_u16 (TlvWriter *writer, TlvTag tag, guint value)
{
  const guint8 bytes[2] = { (guint8) (value >> 8), (guint8) value };

  tlv_put (writer, tag, bytes, sizeof bytes);
}

static void
put_size (TlvWriter *writer, guint value)
{
  const guint8 bytes[2] = { (guint8) (value >> 8), (guint8) value };

  if (value != 0)
    tlv_put (writer, TAG_SIZE, value > 0xFF ? bytes : bytes + 1, value > 0xFF ? 2 : 1);
}

static void
put_arr (TlvWriter *writer, guint16 fid, guint8 record)
{
  const guint8 bytes[3] = { (guint8) (fid >> 8), (guint8) fid, record };

  tlv_put (writer, TAG_ARR, bytes, sizeof bytes);
}

static void
put_fcp (TlvWriter *writer, const LabUppFile *file)
{
  const guint8 linear[4] = { 0x42, 0x21, 0x00, file->record_len };
  const guint8 transparent[2] = { 0x41, 0x21 };
  const guint8 sfi = (guint8) (MAX (file->sfi, 0) << 3);

  tlv_begin (writer, TAG_FCP);
  if (file->record_len != 0)
    tlv_put (writer, TAG_DESCRIPTOR, linear, sizeof linear);
  else
    tlv_put (writer, TAG_DESCRIPTOR, transparent, sizeof transparent);
  put_u16 (writer, TAG_FID, file->fid);
  put_arr (writer, file->arr_fid, file->arr);
  put_size (writer, file->size);
  if (file->sfi >= 0)
    tlv_put (writer, TAG_SFI, &sfi, file->sfi > 0 ? 1 : 0);
  tlv_end (writer);
}

void
lab_upp_put_file (TlvWriter *writer, const LabUppFile *file, const guint8 *content, gsize len)
{
  while (len > 0 && content[len - 1] == 0xFF)
    len--;
  tlv_begin (writer, member_tag (file->member));
  put_fcp (writer, file);
  if (len > 0)
    tlv_put (writer, TAG_CONTENT, content, len);
  tlv_end (writer);
}

void
lab_upp_put_directory (TlvWriter *writer, guint member, guint16 fid, const guint8 *aid,
                       gsize aid_len, const guint8 *pins, gsize n_pins)
{
  tlv_begin (writer, member_tag (member));
  tlv_begin (writer, TAG_FCP);
  if (fid != 0)
    put_u16 (writer, TAG_FID, fid);
  if (aid != NULL)
    tlv_put (writer, TAG_AID, aid, aid_len);
  put_arr (writer, MF_ARR, DIRECTORY_RULE);
  tlv_put (writer, TAG_PINS, pins, n_pins);
  tlv_end (writer);
  tlv_end (writer);
}

guint8
lab_upp_rule_length (void)
{
  return RULE_BYTES;
}

guint
lab_upp_rule_count (void)
{
  return G_N_ELEMENTS (RULES);
}

/* Access mode byte and security condition, TS 102 221, 9.2. */
static void
put_condition (GByteArray *out, const guint8 *mode, guint mode_len, Who who)
{
  static const guint8 always[] = { 0x90, 0x00 };
  static const guint8 never[] = { 0x97, 0x00 };
  const guint8 ref = who == PIN1 ? 0x01 : who == PIN2 ? 0x81 : 0x0A;
  const guint8 verified[] = { 0xA4, 0x06, 0x83, 0x01, ref, 0x95, 0x01, 0x08 };

  g_byte_array_append (out, mode, mode_len);
  if (who == ALWAYS)
    g_byte_array_append (out, always, sizeof always);
  else if (who == NEVER)
    g_byte_array_append (out, never, sizeof never);
  else
    g_byte_array_append (out, verified, sizeof verified);
}

static void
put_mode (GByteArray *out, guint8 mode, Who who)
{
  const guint8 bytes[] = { 0x80, 0x01, mode };

  put_condition (out, bytes, sizeof bytes, who);
}

/* Modes of an EF: 01 read, 02 update, 08 deactivate, 10 activate, 40 delete; the last are ADM's. */
static GByteArray *
make_rule (guint index)
{
  static const guint8 increase[] = { 0x84, 0x01, 0x32 };
  GByteArray *out = g_byte_array_new ();

  if (RULES[index].directory)
    {
      put_mode (out, 0x5E, ADM);
      return out;
    }
  if (RULES[index].read == RULES[index].update)
    put_mode (out, 0x03, RULES[index].read);
  else
    {
      put_mode (out, 0x01, RULES[index].read);
      put_mode (out, 0x02, RULES[index].update);
    }
  if (RULES[index].may_increase)
    put_condition (out, increase, sizeof increase, PIN1);
  put_mode (out, 0x58, ADM);
  return out;
}

void
lab_upp_put_rules (TlvWriter *writer, const LabUppFile *file)
{
  tlv_begin (writer, member_tag (file->member));
  put_fcp (writer, file);
  for (guint i = 0; i < G_N_ELEMENTS (RULES); i++)
    {
      g_autoptr (GByteArray) rule = make_rule (i);

      g_assert (rule->len <= RULE_BYTES);
      tlv_put (writer, TAG_CONTENT, rule->data, rule->len);
      if (rule->len < RULE_BYTES && i + 1 < G_N_ELEMENTS (RULES))
        tlv_put_int (writer, TAG_OFFSET, RULE_BYTES - rule->len);
    }
  tlv_end (writer);
}
