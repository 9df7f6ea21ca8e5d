/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

/**
 * CardReaderState:
 * @CARD_READER_EMPTY: no card
 * @CARD_READER_PRESENT: a card, and nobody is connected to it
 * @CARD_READER_IN_USE: a card, and some program (this one, too) shares it
 * @CARD_READER_EXCLUSIVE: a card that one program keeps to itself
 * @CARD_READER_MUTE: a card that does not answer to reset: the wrong way round, dirty or broken
 * @CARD_READER_UNAVAILABLE: the reader itself does not work
 */
typedef enum
{
  CARD_READER_EMPTY,
  CARD_READER_PRESENT,
  CARD_READER_IN_USE,
  CARD_READER_EXCLUSIVE,
  CARD_READER_MUTE,
  CARD_READER_UNAVAILABLE,
} CardReaderState;

/**
 * CardReaderInfo:
 * @name: the reader's name, valid UTF-8: what card_pcsc_new() takes
 * @atr: (nullable): answer to reset, %NULL without a card that answers
 * @events: changes with every insertion and removal, so a card swapped quickly is noticed
 *
 * A PC/SC reader at one moment. Immutable once made.
 */
typedef struct
{
  char *name;
  CardReaderState state;
  GBytes *atr;
  guint16 events;
} CardReaderInfo;

#define KT_TYPE_CARD_READER_INFO (card_reader_info_get_type ())
GType card_reader_info_get_type (void);

/** card_reader_info_new: Returns: (transfer full): bytes of @name outside UTF-8 are replaced. */
CardReaderInfo *card_reader_info_new (const char *name, CardReaderState state, GBytes *atr,
                                      guint16 events);
CardReaderInfo *card_reader_info_copy (const CardReaderInfo *info);
void card_reader_info_free (CardReaderInfo *info);

/** card_reader_info_has_card: whether a card sits in the reader, usable or not. */
gboolean card_reader_info_has_card (const CardReaderInfo *info);
gboolean card_reader_info_equal (const CardReaderInfo *a, const CardReaderInfo *b);

/**
 * card_reader_info_is_same_card:
 *
 * Whether the same reader still has the same card in it (or none), whoever uses it now: what to ask
 * before probing again, since a probe itself makes the reader "in use" and is told as a change.
 */
gboolean card_reader_info_is_same_card (const CardReaderInfo *a, const CardReaderInfo *b);

/** card_reader_list_equal: whether two arrays of #CardReaderInfo say the same. */
gboolean card_reader_list_equal (const GPtrArray *a, const GPtrArray *b);

/** card_reader_state_name: Returns: (transfer none): "empty", "present", "in-use", … */
const char *card_reader_state_name (CardReaderState state);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CardReaderInfo, card_reader_info_free)

G_END_DECLS
