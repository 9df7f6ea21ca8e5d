/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "card.h"

G_BEGIN_DECLS

/**
 * CardReplayerFlags:
 * @CARD_REPLAYER_LENIENT: a command matches by INS and P1 alone, so that a program with another
 *   channel, block size or challenge can still be played to
 */
typedef enum
{
  CARD_REPLAYER_STRICT = 0,
  CARD_REPLAYER_LENIENT = 1 << 0,
} CardReplayerFlags;

/**
 * CardReplayer:
 *
 * A card that plays a recording (#CardRecorder's text form) back. A command that is not the next
 * one of the recording fails with %KT_ERROR_CARD_IO, key "replay.mismatch"; one too many with
 * "replay.end".
 */
#define KT_TYPE_CARD_REPLAYER (card_replayer_get_type ())
G_DECLARE_FINAL_TYPE (CardReplayer, card_replayer, KT, CARD_REPLAYER, Card)

/** card_replayer_new: Returns: (nullable): %NULL with the errors of card_recording_parse(). */
Card *card_replayer_new (GBytes *recording, CardReplayerFlags flags, GError **error);

/** card_replayer_get_left: exchanges that have not been played yet. */
guint card_replayer_get_left (CardReplayer *self);

G_END_DECLS
