/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-lab"

#include "lab-euicc-private.h"

void
lab_euicc_go_dark (LabEuicc *self)
{
  self->powered = FALSE;
  self->capability_seen = FALSE;
  self->refresh = LAB_REFRESH_NONE;
  for (guint i = 0; i < G_N_ELEMENTS (self->channels); i++)
    {
      lab_channel_forget (&self->channels[i]);
      self->channels[i].open = FALSE;
    }
  g_clear_pointer (&self->session, lab_euicc_session_free);
  lab_euicc_drop_sim (self);
}

void
lab_euicc_boot (LabEuicc *self)
{
  g_autoptr (GError) error = NULL;

  lab_euicc_go_dark (self);
  self->powered = TRUE;
  self->channels[0].open = TRUE;
  if (lab_euicc_store_begin (self->store, &error) && lab_profiles_apply_waiting (self, &error)
      && lab_euicc_store_commit (self->store, &error))
    return;
  /* The old profile stays; the switch is tried again at the next reset. */
  g_debug ("switching profiles: %s", error->message);
  lab_euicc_store_rollback (self->store);
}

/* ISO/IEC 7816-3 and ETSI TS 102 221 section 6.3: TB after T=15 says "an eUICC"; historical bytes:
 * card capabilities with logical channels, and a name. */
GBytes *
lab_euicc_dup_atr (LabEuicc *self)
{
  static const guint8 t0[] = { 0x3B, 0x9E, 0x96, 0x80, 0x3F, 0x87, 0x82 };
  static const guint8 t1[] = { 0x3B, 0x9E, 0x96, 0x81, 0xB1, 0xFE, 0x45, 0x3F, 0x87, 0x82 };
  static const guint8 historical[] = { 0x80, 0x31, 0xE0, 0x73, 0xFE, 0x21, 0x1F,
                                       0x66, 'K',  'a',  'i',  't',  's',  'u' };
  GByteArray *atr = g_byte_array_new ();
  guint8 check = 0;

  g_return_val_if_fail (LAB_IS_EUICC (self), NULL);

  if (self->protocol == LAB_EUICC_T0)
    g_byte_array_append (atr, t0, sizeof t0);
  else
    g_byte_array_append (atr, t1, sizeof t1);
  g_byte_array_append (atr, historical, sizeof historical);
  for (guint i = 1; i < atr->len; i++)
    check ^= atr->data[i];
  g_byte_array_append (atr, &check, 1);
  return g_byte_array_free_to_bytes (atr);
}
