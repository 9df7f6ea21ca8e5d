/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-rsp"

#include "rsp-rat.h"

#include <string.h>

#include "kt-error.h"
#include "rsp-tags.h"

#define MAX_RULES 64
#define MAX_OPERATORS 256

static void
operator_free (gpointer data)
{
  rsp_operator_id_free (data);
}

void
rsp_rat_rule_free (RspRatRule *rule)
{
  if (rule == NULL)
    return;
  g_clear_pointer (&rule->operators, g_ptr_array_unref);
  g_free (rule);
}

static gboolean
parse_operators (RspRatRule *rule, const Tlv *tlv, GError **error)
{
  TlvReader reader;

  tlv_reader_enter (&reader, tlv);
  while (!tlv_reader_at_end (&reader))
    {
      RspOperatorId *id;
      Tlv entry;

      if (!tlv_expect (&reader, TLV_SEQUENCE, &entry, error))
        return FALSE;
      id = rsp_operator_id_parse (&entry, error);
      if (id == NULL)
        return FALSE;
      g_ptr_array_add (rule->operators, id);
      if (rule->operators->len > MAX_OPERATORS)
        return kt_error_set (error, KT_ERROR_LIMIT, NULL, "rule with too many operators");
    }
  return TRUE;
}

static RspRatRule *
parse_rule (const Tlv *tlv, GError **error)
{
  g_autoptr (RspRatRule) rule = g_new0 (RspRatRule, 1);
  guint32 flags;
  Tlv child;

  rule->operators = g_ptr_array_new_with_free_func (operator_free);
  if (!tlv_need (tlv, 0x80, &child, error) || !tlv_get_bits (&child, &rule->ppr, error)
      || !tlv_need (tlv, 0xA1, &child, error) || !parse_operators (rule, &child, error)
      || !tlv_need (tlv, 0x82, &child, error) || !tlv_get_bits (&child, &flags, error))
    return NULL;
  rule->consent_required = (flags & 1) != 0;
  return g_steal_pointer (&rule);
}

GPtrArray *
rsp_rat_parse (GBytes *bytes, GError **error)
{
  g_autoptr (GPtrArray) rat = g_ptr_array_new_with_free_func ((GDestroyNotify) rsp_rat_rule_free);
  TlvReader reader;
  Tlv tlv;
  Tlv list;

  if (!tlv_parse_bytes (bytes, RSP_TAG_RAT, &tlv, error) || !tlv_need (&tlv, 0xA0, &list, error))
    return NULL;
  tlv_reader_enter (&reader, &list);
  while (!tlv_reader_at_end (&reader))
    {
      RspRatRule *rule;
      Tlv entry;

      if (!tlv_expect (&reader, TLV_SEQUENCE, &entry, error))
        return NULL;
      rule = parse_rule (&entry, error);
      if (rule == NULL)
        return NULL;
      g_ptr_array_add (rat, rule);
      if (rat->len > MAX_RULES)
        {
          kt_error_set (error, KT_ERROR_LIMIT, NULL, "more than %u rules", MAX_RULES);
          return NULL;
        }
    }
  return g_steal_pointer (&rat);
}

static gboolean
plmn_matches (const guint8 rule[3], const guint8 owner[3])
{
  for (guint i = 0; i < 3; i++)
    for (guint shift = 0; shift < 8; shift += 4)
      {
        guint8 wanted = (rule[i] >> shift) & 0x0F;

        if (wanted != 0x0E && wanted != ((owner[i] >> shift) & 0x0F))
          return FALSE;
      }
  return TRUE;
}

/* A gid that the rule has but leaves empty stands for any; one it does not have must be absent. */
static gboolean
gid_matches (GBytes *rule, GBytes *owner)
{
  if (rule == NULL)
    return owner == NULL || g_bytes_get_size (owner) == 0;
  if (g_bytes_get_size (rule) == 0)
    return TRUE;
  return owner != NULL && g_bytes_equal (rule, owner);
}

static const RspRatRule *
find_rule (GPtrArray *rat, guint32 ppr, const RspOperatorId *owner)
{
  for (guint i = 0; i < rat->len; i++)
    {
      const RspRatRule *rule = g_ptr_array_index (rat, i);

      if ((rule->ppr & ppr) == 0)
        continue;
      for (guint k = 0; k < rule->operators->len; k++)
        {
          const RspOperatorId *id = g_ptr_array_index (rule->operators, k);

          if (plmn_matches (id->plmn, owner->plmn) && gid_matches (id->gid1, owner->gid1)
              && gid_matches (id->gid2, owner->gid2))
            return rule;
        }
    }
  return NULL;
}

RspRatVerdict
rsp_rat_judge (GPtrArray *rat, const RspProfile *metadata)
{
  static const guint32 rules[] = { RSP_PPR1_NO_DISABLE, RSP_PPR2_NO_DELETE };
  RspRatVerdict verdict = RSP_RAT_ALLOWED;

  for (guint i = 0; i < G_N_ELEMENTS (rules); i++)
    {
      const RspRatRule *rule;

      if ((metadata->ppr & rules[i]) == 0)
        continue;
      if (metadata->owner == NULL)
        return RSP_RAT_FORBIDDEN;
      rule = find_rule (rat, rules[i], metadata->owner);
      if (rule == NULL)
        return RSP_RAT_FORBIDDEN;
      if (rule->consent_required)
        verdict = RSP_RAT_CONSENT;
    }
  return verdict;
}
