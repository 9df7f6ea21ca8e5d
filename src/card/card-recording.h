/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "card.h"

#include "kt-error.h"

G_BEGIN_DECLS

/**
 * CardRecordedExchange:
 * @response: (nullable): R-APDU; %NULL when the exchange failed with @error
 */
typedef struct
{
  GBytes *command;
  GBytes *response;
  KtErrorCode error;
} CardRecordedExchange;

/**
 * CardRecording:
 * @exchanges: (element-type CardRecordedExchange)
 * @atr: (nullable): from the remark at the start, if there is one
 *
 * A recording in text form, read.
 */
typedef struct
{
  GPtrArray *exchanges;
  GBytes *atr;
  CardProtocol protocol;
} CardRecording;

/**
 * card_recording_parse:
 * @text: lines of "> " C-APDU, "< " R-APDU, "! " error name; "#" begins a remark
 *
 * Returns: (transfer full) (nullable): %NULL with %KT_ERROR_INVALID_INPUT, keys "replay.format",
 *   "replay.redacted" (its data were left out), "replay.empty"
 */
CardRecording *card_recording_parse (GBytes *text, GError **error);
void card_recording_free (CardRecording *recording);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CardRecording, card_recording_free)

G_END_DECLS
