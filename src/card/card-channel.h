/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "card-exchange.h"

G_BEGIN_DECLS

/** CARD_BLOCK_MAX: STORE DATA's largest block: short APDUs only (SGP.22 section 5.7.2). */
#define CARD_BLOCK_MAX 255
/** CARD_BLOCKS_MAX: P2 counts blocks in one byte. */
#define CARD_BLOCKS_MAX 256

/**
 * CardChannelOptions:
 * @aids: (element-type GBytes) (nullable): ISD-R AIDs in the order to try them; %NULL for
 *   card_isdr_default_aids()
 * @block_size: bytes of a STORE DATA block, 1 to 255; 0 for 255. Weak readers need fewer
 * @response_limit: bytes of one function's response; 0 for %CARD_RESPONSE_LIMIT
 * @terminal_capability: (nullable): the data of TERMINAL CAPABILITY (TS 102 221 section 11.1.19);
 *   %NULL for "LUId, LPDd and LDSd are supported", empty for not sending the command
 * @skip_fci: under T=0 leave SELECT's response where it is: one APDU less, no version number
 * @logical_only: never use the basic channel, which other programs may be using
 * @allow_reset: when no channel can be had, reset the card (once): channels that a crashed program
 *   has left open stay open until then
 *
 * All zero is a good choice.
 */
typedef struct
{
  GPtrArray *aids;
  guint block_size;
  gsize response_limit;
  GBytes *terminal_capability;
  gboolean skip_fci;
  gboolean logical_only;
  gboolean allow_reset;
} CardChannelOptions;

/**
 * CardChannelFlags:
 * @CARD_CHANNEL_EARLY: the response came before the last block: the chip has ended the function
 * @CARD_CHANNEL_PROACTIVE: 91xx: a proactive command waits (REFRESH after a change of profile)
 * @CARD_CHANNEL_WARNING: 62xx or 63xx came with the response
 */
typedef enum
{
  CARD_CHANNEL_NONE = 0,
  CARD_CHANNEL_EARLY = 1 << 0,
  CARD_CHANNEL_PROACTIVE = 1 << 1,
  CARD_CHANNEL_WARNING = 1 << 2,
} CardChannelFlags;

/**
 * CardChannel:
 *
 * A selected ISD-R on a channel of its own, the carrier of all ES10 functions. It holds a reference
 * to the card, and the card exclusively only during each call.
 */
typedef struct _CardChannel CardChannel;

/**
 * card_channel_open:
 * @options: (nullable): %NULL for the defaults
 *
 * Opens @card, announces the LPA, opens a logical channel and selects the first ISD-R that answers.
 * Whatever fails, a channel that was opened is closed again.
 *
 * Returns: (transfer full) (nullable): %NULL with the errors of card_open(), card_begin() and
 *   card_transmit(), %KT_ERROR_INVALID_INPUT ("card.block-size", "card.aid"), %KT_ERROR_NOT_EUICC
 *   ("card.not-euicc", detail.sw), %KT_ERROR_NO_CHANNEL ("card.no-channel", detail.sw),
 *   %KT_ERROR_CARD_STATUS, %KT_ERROR_MALFORMED ("card.channel-number"), %KT_ERROR_LIMIT
 */
CardChannel *card_channel_open (Card *card, const CardChannelOptions *options,
                                GCancellable *cancellable, GError **error);

/**
 * card_channel_store_data:
 * @command: one ES10 command, or one segment of a BoundProfilePackage; not empty
 * @flags: (out) (optional): remarks about the response
 * @cancellable: asked before the first block only: a chain is never torn
 *
 * Sends @command as one chain of STORE DATA and fetches the response, in one transaction.
 *
 * Returns: (transfer full) (nullable): the response data, possibly empty; %NULL with
 *   %KT_ERROR_CANCELLED (nothing was sent), %KT_ERROR_LIMIT ("card.chain-too-long": more than 256
 *   blocks, nothing was sent; "card.response-too-long"; "card.endless-response"),
 *   %KT_ERROR_CARD_STATUS (detail.sw, detail.function), %KT_ERROR_CARD_RESET
 *   ("card.channel-lost" from the second call on) and card_transmit()'s errors
 */
GBytes *card_channel_store_data (CardChannel *self, GBytes *command, CardChannelFlags *flags,
                                 GCancellable *cancellable, GError **error);

/**
 * card_channel_close:
 *
 * Closes the logical channel, unless the card has been reset or removed; the card stays open.
 * Idempotent.
 */
void card_channel_close (CardChannel *self);

/** card_channel_free: card_channel_close(), then frees; %NULL is fine. */
void card_channel_free (CardChannel *self);

/** card_channel_is_lost: whether the card was reset or removed: open a new channel. */
gboolean card_channel_is_lost (const CardChannel *self);
/** card_channel_get_number: 0 (the basic channel) to 19. */
guint card_channel_get_number (const CardChannel *self);
/** card_channel_get_aid: Returns: (transfer none): the AID that was selected. */
GBytes *card_channel_get_aid (const CardChannel *self);
/** card_channel_get_svn: the version from SELECT's response; %FALSE if there was none. */
gboolean card_channel_get_svn (const CardChannel *self, guint8 svn[3]);
Card *card_channel_get_card (const CardChannel *self);
/** card_channel_get_counters: everything since card_channel_open(). */
CardCounters card_channel_get_counters (const CardChannel *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CardChannel, card_channel_free)

G_END_DECLS
