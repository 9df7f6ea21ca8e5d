/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-lab"

#include "lab-euicc-dispatch.h"

/* ---- responses: ETSI TS 102 221 section 7.3.1.1 and annex C ---- */

static guint16
more_waiting (gsize left)
{
  return (guint16) (0x6100 | (left >= 256 ? 0 : left));
}

/* The next @len bytes of what waits, and what then is left. */
static GBytes *
hand_out (LabEuicc *self, LabChannel *channel, gsize len)
{
  gsize left = g_bytes_get_size (channel->waiting) - channel->waiting_at - len;
  g_autoptr (GBytes) part
      = g_bytes_new_from_bytes (channel->waiting, channel->waiting_at, len);

  if (left > 0)
    {
      channel->waiting_at += len;
      return lab_reply (part, more_waiting (left));
    }
  g_clear_pointer (&channel->waiting, g_bytes_unref);
  return lab_reply (part, lab_proactive_sw (self));
}

/* A command without data: Le must fit, or 6Cxx says which does. */
static GBytes *
deliver_case2 (LabEuicc *self, const LabApdu *apdu, GBytes *data, guint16 sw)
{
  gsize len = g_bytes_get_size (data);
  gboolean any = apdu->has_le && apdu->le == 256 && self->protocol == LAB_EUICC_T1;

  if (any || (apdu->has_le && apdu->le == len))
    return lab_reply (data, sw);
  return lab_reply (NULL, (guint16) (0x6C00 | (len & 0xFF)));
}

GBytes *
lab_channel_deliver (LabEuicc *self, const LabApdu *apdu, GBytes *data, guint16 sw)
{
  LabChannel *channel = &self->channels[apdu->channel];
  gsize len = data != NULL ? g_bytes_get_size (data) : 0;

  if (sw == LAB_SW_OK)
    sw = lab_proactive_sw (self);
  if (len == 0)
    return lab_reply (NULL, sw);
  if (apdu->lc == 0)
    return deliver_case2 (self, apdu, data, sw);
  channel->waiting = g_bytes_ref (data);
  channel->waiting_at = 0;
  if (self->protocol == LAB_EUICC_T0 || !apdu->has_le)
    return lab_reply (NULL, more_waiting (len));
  return hand_out (self, channel, MIN (len, apdu->le));
}

GBytes *
lab_channel_get_response (LabEuicc *self, const LabApdu *apdu)
{
  LabChannel *channel = &self->channels[apdu->channel];
  gsize left;

  g_assert (channel->waiting != NULL);

  left = g_bytes_get_size (channel->waiting) - channel->waiting_at;
  if (apdu->p1 != 0 || apdu->p2 != 0)
    return lab_reply (NULL, LAB_SW_P1P2);
  if (apdu->lc > 0 || !apdu->has_le)
    return lab_reply (NULL, LAB_SW_LENGTH);
  if (apdu->le <= left)
    return hand_out (self, channel, apdu->le);
  if (apdu->le == 256 && self->protocol == LAB_EUICC_T1)
    return hand_out (self, channel, left);
  return lab_reply (NULL, (guint16) (0x6C00 | left));
}

/* ---- MANAGE CHANNEL: ETSI TS 102 221 section 11.1.17 ---- */

static void
open_channel (LabEuicc *self, guint number, guint from)
{
  LabChannel *channel = &self->channels[number];

  lab_channel_forget (channel);
  channel->open = TRUE;
  /* A channel opened from another one than the basic starts where that one stands. */
  if (from != 0)
    channel->selected = self->channels[from].selected;
  if (self->sim != NULL)
    lab_sim_open_channel (self->sim, number, from);
}

static guint16
close_channel (LabEuicc *self, guint number)
{
  if (number == 0 || number > self->n_channels)
    return LAB_SW_P1P2;
  if (!self->channels[number].open)
    return LAB_SW_NO_CHANNEL;
  lab_channel_forget (&self->channels[number]);
  self->channels[number].open = FALSE;
  if (self->sim != NULL)
    lab_sim_close_channel (self->sim, number);
  return LAB_SW_OK;
}

static GBytes *
open_any (LabEuicc *self, const LabApdu *apdu)
{
  for (guint8 number = 1; number <= self->n_channels; number++)
    {
      g_autoptr (GBytes) data = NULL;

      if (self->channels[number].open)
        continue;
      data = g_bytes_new (&number, 1);
      /* 6C01 opens nothing: the command comes again. */
      if (!apdu->has_le || (apdu->le != 1 && self->protocol == LAB_EUICC_T0))
        return lab_reply (NULL, 0x6C01);
      open_channel (self, number, apdu->channel);
      return lab_reply (data, LAB_SW_OK);
    }
  return lab_reply (NULL, LAB_SW_FUNCTION);
}

GBytes *
lab_channel_manage (LabEuicc *self, const LabApdu *apdu)
{
  if (apdu->lc > 0)
    return lab_reply (NULL, LAB_SW_LENGTH);
  if (apdu->p1 == 0x80)
    return lab_reply (NULL, close_channel (self, apdu->p2 != 0 ? apdu->p2 : apdu->channel));
  if (apdu->p1 != 0x00)
    return lab_reply (NULL, LAB_SW_P1P2);
  if (apdu->p2 == 0)
    return open_any (self, apdu);
  if (apdu->p2 > self->n_channels || self->channels[apdu->p2].open)
    return lab_reply (NULL, LAB_SW_FUNCTION);
  open_channel (self, apdu->p2, apdu->channel);
  return lab_reply (NULL, LAB_SW_OK);
}
