/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-card"

#include "card-reader.h"

G_DEFINE_BOXED_TYPE (CardReaderInfo, card_reader_info, card_reader_info_copy, card_reader_info_free)

CardReaderInfo *
card_reader_info_new (const char *name, CardReaderState state, GBytes *atr, guint16 events)
{
  CardReaderInfo *info;

  g_return_val_if_fail (name != NULL, NULL);

  info = g_new0 (CardReaderInfo, 1);
  info->name = g_utf8_make_valid (name, -1);
  info->state = state;
  info->atr = atr != NULL ? g_bytes_ref (atr) : NULL;
  info->events = events;
  return info;
}

CardReaderInfo *
card_reader_info_copy (const CardReaderInfo *info)
{
  g_return_val_if_fail (info != NULL, NULL);

  return card_reader_info_new (info->name, info->state, info->atr, info->events);
}

void
card_reader_info_free (CardReaderInfo *info)
{
  if (info == NULL)
    return;
  g_free (info->name);
  g_clear_pointer (&info->atr, g_bytes_unref);
  g_free (info);
}

gboolean
card_reader_info_has_card (const CardReaderInfo *info)
{
  g_return_val_if_fail (info != NULL, FALSE);

  return info->state != CARD_READER_EMPTY && info->state != CARD_READER_UNAVAILABLE;
}

gboolean
card_reader_info_equal (const CardReaderInfo *a, const CardReaderInfo *b)
{
  g_return_val_if_fail (a != NULL && b != NULL, FALSE);

  return a->state == b->state && card_reader_info_is_same_card (a, b);
}

gboolean
card_reader_info_is_same_card (const CardReaderInfo *a, const CardReaderInfo *b)
{
  g_return_val_if_fail (a != NULL && b != NULL, FALSE);

  if (a->events != b->events || !g_str_equal (a->name, b->name) ||
      card_reader_info_has_card (a) != card_reader_info_has_card (b))
    return FALSE;
  if (a->atr == NULL || b->atr == NULL)
    return a->atr == b->atr;
  return g_bytes_equal (a->atr, b->atr);
}

gboolean
card_reader_list_equal (const GPtrArray *a, const GPtrArray *b)
{
  g_return_val_if_fail (a != NULL && b != NULL, FALSE);

  if (a->len != b->len)
    return FALSE;
  for (guint i = 0; i < a->len; i++)
    if (!card_reader_info_equal (g_ptr_array_index (a, i), g_ptr_array_index (b, i)))
      return FALSE;
  return TRUE;
}

const char *
card_reader_state_name (CardReaderState state)
{
  switch (state)
    {
    case CARD_READER_EMPTY:
      return "empty";
    case CARD_READER_PRESENT:
      return "present";
    case CARD_READER_IN_USE:
      return "in-use";
    case CARD_READER_EXCLUSIVE:
      return "exclusive";
    case CARD_READER_MUTE:
      return "mute";
    case CARD_READER_UNAVAILABLE:
      return "unavailable";
    default:
      return "unknown";
    }
}
