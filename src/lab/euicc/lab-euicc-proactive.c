/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-lab"

#include "lab-euicc-private.h"

enum
{
  INS_TERMINAL_PROFILE = 0x10,
  INS_FETCH = 0x12,
  INS_TERMINAL_RESPONSE = 0x14,
  TAG_RESULT = 0x03,
};

/* REFRESH, "UICC reset", from the UICC to the terminal (ETSI TS 102 223 section 6.6.13). */
static const guint8 refresh_command[]
    = { 0xD0, 0x09, 0x81, 0x03, 0x01, 0x01, 0x04, 0x82, 0x02, 0x81, 0x82 };

guint16
lab_proactive_sw (LabEuicc *self)
{
  if (self->refresh == LAB_REFRESH_WAITS)
    return 0x9100 | sizeof refresh_command;
  return LAB_SW_OK;
}

/* The general result of a TERMINAL RESPONSE; -1 if it has none. Tags are COMPREHENSION-TLVs, whose
 * top bit does not distinguish them. */
static int
read_result (const guint8 *data, gsize len)
{
  gsize at = 0;

  while (at + 2 <= len)
    {
      guint8 tag = data[at] & 0x7F;
      gsize size = data[at + 1];

      at += 2;
      if (size > len - at)
        return -1;
      if (tag == TAG_RESULT)
        return size > 0 ? data[at] : -1;
      at += size;
    }
  return -1;
}

static guint16
terminal_response (LabEuicc *self, const LabApdu *apdu)
{
  g_autoptr (GError) error = NULL;
  int result = read_result (apdu->data, apdu->lc);

  if (self->refresh != LAB_REFRESH_FETCHED)
    return LAB_SW_CONDITIONS;
  if (result < 0)
    return LAB_SW_DATA;
  self->refresh = LAB_REFRESH_NONE;
  /* 0x and 1x: performed. Otherwise the switch waits for the next reset. */
  if (result >= 0x20)
    return LAB_SW_OK;
  if (lab_euicc_store_begin (self->store, &error) && lab_profiles_apply_waiting (self, &error)
      && lab_euicc_store_commit (self->store, &error))
    return LAB_SW_OK;
  g_debug ("switching profiles: %s", error->message);
  lab_euicc_store_rollback (self->store);
  return LAB_SW_MEMORY;
}

GBytes *
lab_proactive_handle (LabEuicc *self, const LabApdu *apdu, guint16 *sw)
{
  if (apdu->p1 != 0 || apdu->p2 != 0)
    *sw = LAB_SW_P1P2;
  else if (apdu->ins == INS_TERMINAL_PROFILE)
    *sw = apdu->lc > 0 ? LAB_SW_OK : LAB_SW_LENGTH;
  else if (apdu->ins == INS_TERMINAL_RESPONSE)
    *sw = terminal_response (self, apdu);
  else if (self->refresh != LAB_REFRESH_WAITS)
    *sw = LAB_SW_CONDITIONS;
  else
    return g_bytes_new_static (refresh_command, sizeof refresh_command);
  return NULL;
}
