/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-lab"

#include "lab-euicc-private.h"

/* The Rules Authorisation Table (SGP.22 section 2.9.2.1): who may set which profile policy rule. */

static void
put_rule (TlvWriter *writer, const LabRatRule *rule)
{
  tlv_begin (writer, TLV_SEQUENCE);
  tlv_put_bits (writer, 0x80, rule->pprs);
  tlv_begin (writer, 0xA1);
  for (guint i = 0; i < rule->n_operators; i++)
    {
      const LabOperator *operator = &rule->operators[i];

      tlv_begin (writer, TLV_SEQUENCE);
      tlv_put (writer, 0x80, operator->mcc_mnc, sizeof operator->mcc_mnc);
      if (operator->gid1 != NULL)
        tlv_put_bytes (writer, 0x81, operator->gid1);
      if (operator->gid2 != NULL)
        tlv_put_bytes (writer, 0x82, operator->gid2);
      tlv_end (writer);
    }
  tlv_end (writer);
  tlv_put_bits (writer, 0x82, rule->consent_required ? 1 : 0);
  tlv_end (writer);
}

GBytes *
lab_rules_encode (const LabEuiccOptions *options)
{
  g_autoptr (TlvWriter) writer = tlv_writer_new ();
  g_autoptr (GBytes) any_gid = g_bytes_new (NULL, 0);
  LabOperator anyone = { { 0xEE, 0xEE, 0xEE }, any_gid, any_gid };
  LabRatRule with_consent = { LAB_PPR1_NO_DISABLING | LAB_PPR2_NO_DELETION, &anyone, 1, TRUE };

  if (options->n_rules == 0 && !options->no_rules)
    put_rule (writer, &with_consent);
  for (guint i = 0; i < options->n_rules; i++)
    put_rule (writer, &options->rules[i]);
  return tlv_writer_finish (g_steal_pointer (&writer));
}

static gboolean
matches_mcc_mnc (const guint8 *pattern, const guint8 *value)
{
  for (guint i = 0; i < 6; i++)
    {
      guint shift = i % 2 == 0 ? 0 : 4;
      guint8 wanted = (pattern[i / 2] >> shift) & 0x0F;

      if (wanted != 0x0E && wanted != ((value[i / 2] >> shift) & 0x0F))
        return FALSE;
    }
  return TRUE;
}

static gboolean
matches_gid (GBytes *pattern, GBytes *value)
{
  if (pattern == NULL)
    return value == NULL;
  if (g_bytes_get_size (pattern) == 0)
    return TRUE;
  return value != NULL && g_bytes_equal (pattern, value);
}

static gboolean
operator_matches (const Tlv *entry, const LabOwner *owner)
{
  LabOwner pattern;
  gboolean matches;

  if (!lab_owner_parse (entry, TRUE, &pattern, NULL))
    return FALSE;
  matches = matches_mcc_mnc (pattern.mcc_mnc, owner->mcc_mnc)
            && matches_gid (pattern.gid1, owner->gid1) && matches_gid (pattern.gid2, owner->gid2);
  lab_owner_clear (&pattern);
  return matches;
}

/* Which rules a line allows to @owner; to anyone if @owner is NULL. */
static guint
line_allows (const Tlv *line, const LabOwner *owner)
{
  TlvReader reader;
  Tlv ids;
  Tlv operators;
  Tlv entry;
  guint32 pprs;

  if (!tlv_need (line, 0x80, &ids, NULL) || !tlv_get_bits (&ids, &pprs, NULL)
      || !tlv_need (line, 0xA1, &operators, NULL))
    return 0;
  tlv_reader_enter (&reader, &operators);
  while (tlv_read (&reader, &entry, NULL))
    if (owner == NULL || operator_matches (&entry, owner))
      return pprs;
  return 0;
}

static guint
table_allows (GBytes *rules, const LabOwner *owner)
{
  TlvReader reader;
  Tlv line;
  guint allowed = 0;

  tlv_reader_init_bytes (&reader, rules);
  while (tlv_read (&reader, &line, NULL))
    allowed |= line_allows (&line, owner);
  return allowed;
}

gboolean
lab_rules_allow (GBytes *rules, guint pprs, const LabOwner *owner)
{
  pprs &= LAB_PPR1_NO_DISABLING | LAB_PPR2_NO_DELETION;
  if (pprs == 0)
    return TRUE;
  return owner != NULL && (pprs & ~table_allows (rules, owner)) == 0;
}

guint
lab_rules_forbidden (GBytes *rules)
{
  return (LAB_PPR1_NO_DISABLING | LAB_PPR2_NO_DELETION) & ~table_allows (rules, NULL);
}

GBytes *
lab_es10b_get_rules (LabEuicc *self, const Tlv *request, guint16 *sw)
{
  g_autoptr (TlvWriter) writer = tlv_writer_new ();

  tlv_begin (writer, 0xBF43);
  tlv_begin (writer, 0xA0);
  tlv_put_raw_bytes (writer, self->rules);
  tlv_end (writer);
  tlv_end (writer);
  return tlv_writer_finish (g_steal_pointer (&writer));
}
