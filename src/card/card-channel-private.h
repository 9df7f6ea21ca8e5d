/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* Shared by card-channel.c and card-channel-open.c only. */

#include "card-channel.h"

G_BEGIN_DECLS

struct _CardChannel
{
  Card *card;
  CardExchange exchange;
  guint block_size;
  guint number;
  gboolean opened; /* MANAGE CHANNEL gave us a channel that we owe a close for */
  gboolean lost;
  gboolean closed;
  GBytes *aid;
  gboolean has_svn;
  guint8 svn[3];
};

/** card_channel_note_error: learns from @error whether the channel still exists. */
void card_channel_note_error (CardChannel *self, const GError *error);

/** card_channel_close_number: MANAGE CHANNEL close, within a transaction of the caller's. */
void card_channel_close_number (CardChannel *self);

G_END_DECLS
