/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-lab"

#include "lab-euicc-dispatch.h"

enum
{
  INS_TERMINAL_PROFILE = 0x10,
  INS_FETCH = 0x12,
  INS_TERMINAL_RESPONSE = 0x14,
  INS_MANAGE_CHANNEL = 0x70,
  INS_SELECT = 0xA4,
  INS_TERMINAL_CAPABILITY = 0xAA,
  INS_GET_RESPONSE = 0xC0,
  INS_GET_DATA = 0xCA,
  INS_STORE_DATA = 0xE2,
};

/* ETSI TS 102 221 section 11.1.19: A9{…}; bit 2 of its 83 says that there is an LPDd. */
static guint16
terminal_capability (LabEuicc *self, const LabApdu *apdu)
{
  Tlv template;
  Tlv euicc;

  if (apdu->p1 != 0 || apdu->p2 != 0)
    return LAB_SW_P1P2;
  if (apdu->lc == 0)
    return LAB_SW_LENGTH;
  if (!tlv_parse (apdu->data, apdu->lc, 0xA9, &template, NULL))
    return LAB_SW_DATA;
  switch (tlv_find (&template, 0x83, &euicc, NULL))
    {
    case TLV_MALFORMED:
      return LAB_SW_DATA;
    case TLV_FOUND:
      self->capability_seen = euicc.len > 0 && (euicc.value[0] & 0x02) != 0;
      break;
    case TLV_ABSENT:
      break;
    }
  return LAB_SW_OK;
}

static gboolean
isdr_is_hidden (LabEuicc *self)
{
  return (self->knobs.quirks & LAB_QUIRK_NEEDS_CAPABILITY) != 0 && !self->capability_seen;
}

/* SELECT by AID of what belongs to the chip itself; NULL if it is the profile's business. */
static GBytes *
select_own (LabEuicc *self, const LabApdu *apdu)
{
  LabChannel *channel = &self->channels[apdu->channel];
  g_autoptr (GBytes) fci = NULL;

  if (apdu->p1 != 0x04 || apdu->lc < 5)
    return NULL;
  if (lab_isdr_matches (self, apdu->data, apdu->lc) && !isdr_is_hidden (self))
    {
      lab_channel_forget (channel);
      channel->selected = LAB_SELECTED_ISDR;
      fci = lab_isdr_fci (self);
    }
  else if (lab_ecasd_matches (apdu->data, apdu->lc))
    {
      lab_channel_forget (channel);
      channel->selected = LAB_SELECTED_ECASD;
      fci = lab_ecasd_fci ();
    }
  else
    return NULL;
  /* P2 '0C': no data wanted */
  return lab_channel_deliver (self, apdu, (apdu->p2 & 0x0C) == 0x0C ? NULL : fci, LAB_SW_OK);
}

/* GET DATA '5A' gives the EID (SGP.02 section 4.5.1.1.1 for the ECASD; harmless for the ISD-R). */
static GBytes *
get_data (LabEuicc *self, const LabApdu *apdu)
{
  g_autoptr (TlvWriter) writer = NULL;
  g_autoptr (GBytes) data = NULL;

  if (apdu->p1 != 0x00 || apdu->p2 != 0x5A)
    return lab_reply (NULL, LAB_SW_REFERENCE);
  writer = tlv_writer_new ();
  tlv_put (writer, 0x5A, self->eid_bytes, sizeof self->eid_bytes);
  data = tlv_writer_finish (g_steal_pointer (&writer));
  return lab_channel_deliver (self, apdu, data, LAB_SW_OK);
}

static GBytes *
profile_command (LabEuicc *self, const LabApdu *apdu)
{
  g_autoptr (GBytes) reply = lab_euicc_sim_transmit (self, apdu);
  gsize len;
  const guint8 *bytes = g_bytes_get_data (reply, &len);
  guint16 sw = (guint16) (bytes[len - 2] << 8 | bytes[len - 1]);
  guint16 proactive = lab_proactive_sw (self);

  /* 61xx is success as well: the selection has moved to the profile. */
  if (apdu->ins == INS_SELECT && (sw == LAB_SW_OK || sw >> 8 == 0x61 || sw >> 8 == 0x9F))
    lab_channel_forget (&self->channels[apdu->channel]);
  if (sw == LAB_SW_OK && proactive != LAB_SW_OK)
    {
      g_autoptr (GBytes) data = g_bytes_new_from_bytes (reply, 0, len - 2);

      return lab_reply (data, proactive);
    }
  return g_steal_pointer (&reply);
}

static GBytes *
own_application_command (LabEuicc *self, const LabApdu *apdu)
{
  LabChannel *channel = &self->channels[apdu->channel];
  guint16 sw = LAB_SW_OK;

  if (apdu->ins == INS_GET_DATA)
    return get_data (self, apdu);
  if (apdu->ins == INS_STORE_DATA && channel->selected == LAB_SELECTED_ISDR)
    {
      g_autoptr (GBytes) data = NULL;

      if (apdu->class != LAB_CLASS_GP)
        return lab_reply (NULL, LAB_SW_CLA);
      data = lab_isdr_store_data (self, channel, apdu, &sw);
      /* 91xx belongs to the end of a command, not between the blocks of one. */
      if (channel->chain != NULL)
        return lab_reply (NULL, sw);
      return lab_channel_deliver (self, apdu, data, sw);
    }
  return lab_reply (NULL, LAB_SW_INS);
}

static GBytes *
terminal_command (LabEuicc *self, const LabApdu *apdu)
{
  g_autoptr (GBytes) data = NULL;
  guint16 sw = LAB_SW_OK;

  if (apdu->ins == INS_TERMINAL_CAPABILITY)
    return lab_reply (NULL, terminal_capability (self, apdu));
  data = lab_proactive_handle (self, apdu, &sw);
  if (data != NULL)
    {
      GBytes *reply;

      self->refresh = LAB_REFRESH_FETCHED;
      reply = lab_channel_deliver (self, apdu, data, sw);
      /* Only a FETCH with the right length has fetched. */
      if (g_bytes_get_size (reply) == 2)
        self->refresh = LAB_REFRESH_WAITS;
      return reply;
    }
  return lab_reply (NULL, sw == LAB_SW_OK ? lab_proactive_sw (self) : sw);
}

static gboolean
is_terminal_command (const LabApdu *apdu)
{
  return apdu->class == LAB_CLASS_GP
         && (apdu->ins == INS_TERMINAL_CAPABILITY || apdu->ins == INS_TERMINAL_PROFILE
             || apdu->ins == INS_FETCH || apdu->ins == INS_TERMINAL_RESPONSE);
}

static GBytes *
route (LabEuicc *self, const LabApdu *apdu)
{
  LabChannel *channel = &self->channels[apdu->channel];
  GBytes *reply;

  if (apdu->class == LAB_CLASS_GSM)
    return profile_command (self, apdu);
  if (apdu->ins == INS_GET_RESPONSE && channel->waiting != NULL)
    {
      if (apdu->class != LAB_CLASS_ISO
          && (self->knobs.quirks & LAB_QUIRK_NO_GET_RESPONSE_CLASS) != 0)
        return lab_reply (NULL, LAB_SW_CLA);
      return lab_channel_get_response (self, apdu);
    }
  /* Whatever else comes, what waited is lost. */
  g_clear_pointer (&channel->waiting, g_bytes_unref);
  if (is_terminal_command (apdu))
    return terminal_command (self, apdu);
  if (apdu->class == LAB_CLASS_ISO && apdu->ins == INS_MANAGE_CHANNEL)
    return lab_channel_manage (self, apdu);
  if (apdu->class == LAB_CLASS_ISO && apdu->ins == INS_SELECT)
    {
      reply = select_own (self, apdu);
      return reply != NULL ? reply : profile_command (self, apdu);
    }
  if (channel->selected != LAB_SELECTED_SIM)
    return own_application_command (self, apdu);
  return profile_command (self, apdu);
}

GBytes *
lab_euicc_dispatch (LabEuicc *self, const guint8 *command, gsize len)
{
  LabApdu apdu;
  guint16 sw = lab_apdu_parse (&apdu, command, len);

  if (sw != LAB_SW_OK)
    return lab_reply (NULL, sw);
  if (apdu.channel > self->n_channels || !self->channels[apdu.channel].open)
    return lab_reply (NULL, LAB_SW_NO_CHANNEL);
  return route (self, &apdu);
}
