/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-lab"

#include "lab-euicc-apdu.h"

#include "lab-euicc-private.h"

/* ETSI TS 102 221 section 10.1.1: channels 0 to 3 in two bits, 4 to 19 in four. */
static guint16
parse_class (LabApdu *apdu)
{
  guint8 cla = apdu->cla;

  if (cla == 0xA0)
    {
      apdu->class = LAB_CLASS_GSM;
      return LAB_SW_OK;
    }
  if (cla == 0xFF)
    return LAB_SW_CLA;
  apdu->class = (cla & 0x80) != 0 ? LAB_CLASS_GP : LAB_CLASS_ISO;
  if ((cla & 0x40) != 0)
    {
      if ((cla & 0x20) != 0)
        return LAB_SW_NO_SECURE_MESSAGING;
      apdu->channel = 4 + (cla & 0x0F);
    }
  else
    {
      if ((cla & 0x20) != 0)
        return LAB_SW_CLA;
      if ((cla & 0x0C) != 0)
        return LAB_SW_NO_SECURE_MESSAGING;
      apdu->channel = cla & 0x03;
    }
  /* Command chaining is ISO's; STORE DATA chains by its own P1. */
  return (cla & 0x10) != 0 ? 0x6884 : LAB_SW_OK;
}

guint16
lab_apdu_parse (LabApdu *apdu, const guint8 *command, gsize len)
{
  *apdu = (LabApdu){ .raw = command, .raw_len = len };
  if (len < 4)
    return LAB_SW_LENGTH;
  apdu->cla = command[0];
  apdu->ins = command[1];
  apdu->p1 = command[2];
  apdu->p2 = command[3];
  if (len == 5)
    {
      apdu->has_le = TRUE;
      apdu->le = command[4] != 0 ? command[4] : 256;
    }
  else if (len > 5)
    {
      apdu->lc = command[4];
      apdu->data = command + 5;
      /* A zero here would begin the extended form, which T=0 readers cannot carry. */
      if (apdu->lc == 0 || (len != 5 + apdu->lc && len != 6 + apdu->lc))
        return LAB_SW_LENGTH;
      if (len == 6 + apdu->lc)
        {
          apdu->has_le = TRUE;
          apdu->le = command[len - 1] != 0 ? command[len - 1] : 256;
        }
    }
  return parse_class (apdu);
}

void
lab_channel_forget (LabChannel *channel)
{
  g_clear_pointer (&channel->chain, g_byte_array_unref);
  g_clear_pointer (&channel->waiting, g_bytes_unref);
  channel->waiting_at = 0;
  channel->next_block = 0;
  channel->selected = LAB_SELECTED_SIM;
}

GBytes *
lab_reply (GBytes *data, guint16 sw)
{
  gsize len = data != NULL ? g_bytes_get_size (data) : 0;
  GByteArray *reply = g_byte_array_sized_new ((guint) len + 2);
  guint8 status[2] = { (guint8) (sw >> 8), (guint8) sw };

  if (len > 0)
    g_byte_array_append (reply, g_bytes_get_data (data, NULL), (guint) len);
  g_byte_array_append (reply, status, sizeof status);
  return g_byte_array_free_to_bytes (reply);
}
