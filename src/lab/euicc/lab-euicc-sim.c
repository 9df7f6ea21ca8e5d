/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-lab"

#include <string.h>

#include "lab-euicc-private.h"

static LabSim *
load_sim (LabEuicc *self, const LabStoredProfile *profile, GError **error)
{
  g_autoptr (GBytes) upp = NULL;
  g_autoptr (GBytes) state = NULL;
  g_autoptr (LabPackage) package = NULL;
  g_autoptr (LabSim) sim = NULL;

  if (!lab_euicc_store_load_profile (self->store, profile->isdp, &upp, &state, error))
    return NULL;
  package = lab_saip_parse (upp, NULL, error);
  if (package == NULL)
    return NULL;
  sim = lab_sim_new (package);
  if (state != NULL && !lab_sim_load_state (sim, state, error))
    return NULL;
  lab_sim_clear_changed (sim);
  lab_sim_set_protocol (sim, self->protocol == LAB_EUICC_T0 ? LAB_SIM_T0 : LAB_SIM_T1);
  for (guint i = 1; i <= self->n_channels; i++)
    if (self->channels[i].open)
      lab_sim_open_channel (sim, i, 0);
  return g_steal_pointer (&sim);
}

LabSim *
lab_euicc_get_sim (LabEuicc *self)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) profiles = NULL;
  LabStoredProfile *enabled;

  if (self->sim != NULL)
    return self->sim;
  profiles = lab_euicc_store_list_profiles (self->store, &error);
  enabled = profiles != NULL ? lab_profiles_find_enabled (profiles) : NULL;
  if (enabled != NULL)
    {
      self->sim = load_sim (self, enabled, &error);
      memcpy (self->sim_isdp, enabled->isdp, LAB_ISDP_BYTES);
    }
  if (error != NULL)
    g_debug ("the enabled profile: %s", error->message);
  return self->sim;
}

void
lab_euicc_drop_sim (LabEuicc *self)
{
  g_clear_pointer (&self->sim, lab_sim_free);
}

/* A PIN counter or a sequence number must be on the disk before anybody learns of the result. */
static gboolean
keep_changes (LabEuicc *self)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) state = NULL;

  if (!lab_sim_is_changed (self->sim))
    return TRUE;
  state = lab_sim_dup_state (self->sim);
  if (lab_euicc_store_begin (self->store, &error)
      && lab_euicc_store_save_state (self->store, self->sim_isdp, state, &error)
      && lab_euicc_store_commit (self->store, &error))
    {
      lab_sim_clear_changed (self->sim);
      return TRUE;
    }
  g_debug ("keeping the SIM's state: %s", error->message);
  lab_euicc_store_rollback (self->store);
  lab_euicc_drop_sim (self);
  return FALSE;
}

/* A card whose profiles are all disabled has no files. */
static guint16
empty_card (const LabApdu *apdu)
{
  switch (apdu->ins)
    {
    case 0xA4: /* SELECT */
    case 0xF2: /* STATUS */
      return LAB_SW_NOT_FOUND;
    case 0xB0: /* READ BINARY */
    case 0xB2: /* READ RECORD */
    case 0xD6: /* UPDATE BINARY */
    case 0xDC: /* UPDATE RECORD */
      return LAB_SW_NO_EF;
    case 0x20: /* VERIFY PIN */
    case 0x2C: /* UNBLOCK PIN */
      return LAB_SW_REFERENCE;
    case 0x88: /* AUTHENTICATE */
    case 0xC0: /* GET RESPONSE */
      return LAB_SW_CONDITIONS;
    default:
      return LAB_SW_INS;
    }
}

GBytes *
lab_euicc_sim_transmit (LabEuicc *self, const LabApdu *apdu)
{
  LabSim *sim = lab_euicc_get_sim (self);
  g_autoptr (GBytes) reply = NULL;

  if (sim == NULL)
    return lab_reply (NULL, empty_card (apdu));
  reply = lab_sim_transmit (sim, apdu->channel, apdu->raw, apdu->raw_len);
  if (!keep_changes (self))
    return lab_reply (NULL, LAB_SW_MEMORY);
  return g_steal_pointer (&reply);
}
