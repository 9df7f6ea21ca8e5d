/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "card-channel.h"
#include "card-reader.h"

G_BEGIN_DECLS

/**
 * CardProbeKind:
 * @CARD_PROBE_EUICC: an ISD-R answered
 * @CARD_PROBE_EMPTY: no card
 * @CARD_PROBE_MUTE: a card that does not answer to reset, or in no protocol of ours
 * @CARD_PROBE_IN_USE: another program keeps the card to itself, or holds it for long
 * @CARD_PROBE_NO_CHANNEL: all logical channels are taken: perhaps an eUICC
 * @CARD_PROBE_SIM: a SIM that is no eUICC
 * @CARD_PROBE_SECURITY_KEY: a FIDO or OpenPGP key
 * @CARD_PROBE_ID_CARD: an identity card, passport or company card
 * @CARD_PROBE_PAYMENT: a bank card
 * @CARD_PROBE_NOT_EUICC: some other card without an ISD-R
 * @CARD_PROBE_REFUSES: a card that knows none of the commands
 * @CARD_PROBE_IGNORED: not looked at, as configured
 * @CARD_PROBE_UNAVAILABLE: the reader is gone or does not work
 * @CARD_PROBE_FAILED: no answer to the question: see the error
 */
typedef enum
{
  CARD_PROBE_EUICC,
  CARD_PROBE_EMPTY,
  CARD_PROBE_MUTE,
  CARD_PROBE_IN_USE,
  CARD_PROBE_NO_CHANNEL,
  CARD_PROBE_SIM,
  CARD_PROBE_SECURITY_KEY,
  CARD_PROBE_ID_CARD,
  CARD_PROBE_PAYMENT,
  CARD_PROBE_NOT_EUICC,
  CARD_PROBE_REFUSES,
  CARD_PROBE_IGNORED,
  CARD_PROBE_UNAVAILABLE,
  CARD_PROBE_FAILED,
} CardProbeKind;

/**
 * CardProbe:
 * @key: the kind as a key of the table of plain sentences: "probe.euicc", "probe.empty", …
 * @reader: the reader's name
 * @atr: (nullable): the card's answer to reset
 * @aid: (nullable): the ISD-R's AID
 * @svn: SGP.22 version if @has_svn
 * @sw: the status word that decided, 0 if none did
 * @error: (nullable): what happened, for the kinds that come from a failure
 */
typedef struct
{
  CardProbeKind kind;
  const char *key;
  char *reader;
  GBytes *atr;
  GBytes *aid;
  gboolean has_svn;
  guint8 svn[3];
  guint16 sw;
  GError *error;
} CardProbe;

/**
 * card_probe_card:
 * @options: (nullable): as for card_channel_open()
 *
 * Opens @card if need be, looks for an ISD-R, closes the channel again and leaves the card open.
 * Short, in transactions, and on logical channels where the card has them, so that whoever else
 * uses the card keeps what they have selected. A card that names itself a security key in its
 * answer to reset is not spoken to at all.
 *
 * Returns: (transfer full): never %NULL
 */
CardProbe *card_probe_card (Card *card, const CardChannelOptions *options,
                            GCancellable *cancellable);

/**
 * card_probe_reader:
 * @ignore: (nullable): names to leave alone, with * and ? as wildcards
 *
 * Says what is in a PC/SC reader; touches it only when its state does not tell already.
 *
 * Returns: (transfer full): never %NULL
 */
CardProbe *card_probe_reader (const CardReaderInfo *reader, const char *const *ignore,
                              const CardChannelOptions *options, GCancellable *cancellable);

void card_probe_free (CardProbe *probe);

/** card_probe_kind_key: Returns: (transfer none): "probe.euicc", … */
const char *card_probe_kind_key (CardProbeKind kind);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CardProbe, card_probe_free)

G_END_DECLS
