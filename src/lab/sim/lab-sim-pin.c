/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-lab"

#include <string.h>

#include "lab-cipher.h"
#include "lab-sim-private.h"

#define GLOBAL_USER_LAST 0x08

typedef struct
{
  const LabPin *pin;
  LabPinState *state;
} LabPinRef;

static guint16
find_pin (LabSim *sim, LabChannel *channel, const LabCommand *command, LabPinRef *ref)
{
  guint index;

  if (command->p1 != 0)
    return SW_WRONG_P1P2;
  ref->pin = lab_package_find_pin (sim->package, channel->directory, command->p2, &index);
  if (ref->pin == NULL)
    return SW_DATA_NOT_FOUND;
  ref->state = &sim->pins[index];
  return SW_OK;
}

static guint16
tries (guint8 left)
{
  return (guint16) (SW_TRIES | left);
}

/* A user's code: 4 to 8 digits and FF behind; an administrative one is any 8 bytes. */
static gboolean
is_valid_value (const LabPin *pin, const guint8 value[LAB_PIN_BYTES])
{
  gsize digits = 0;

  if ((pin->ref & 0x7F) > GLOBAL_USER_LAST)
    return TRUE;
  while (digits < LAB_PIN_BYTES && g_ascii_isdigit (value[digits]))
    digits++;
  for (gsize i = digits; i < LAB_PIN_BYTES; i++)
    if (value[i] != 0xFF)
      return FALSE;
  return digits >= 4;
}

/* One comparison with its counter. The counter moves before the comparison: a card pulled out in
 * between has lost a try, not gained one. */
static guint16
compare (LabSim *sim, const LabPinRef *ref, const guint8 value[LAB_PIN_BYTES])
{
  LabPinState *state = ref->state;

  if (state->left == 0)
    return SW_BLOCKED;
  state->left--;
  sim->changed = TRUE;
  if (!lab_equal (state->value, value, LAB_PIN_BYTES))
    {
      state->verified = FALSE;
      return tries (state->left);
    }
  state->left = ref->pin->max;
  return SW_OK;
}

guint16
lab_sim_cmd_verify (LabSim *sim, LabChannel *channel, const LabCommand *command, GByteArray *out)
{
  LabPinRef ref;
  guint16 sw = find_pin (sim, channel, command, &ref);

  if (sw != SW_OK)
    return sw;
  if (command->lc == 0)
    return ref.state->left == 0 ? SW_BLOCKED : tries (ref.state->left);
  if (command->lc != LAB_PIN_BYTES)
    return SW_WRONG_LENGTH;
  if (!ref.state->enabled)
    return ref.state->left == 0 ? SW_BLOCKED : SW_INVALIDATED;
  sw = compare (sim, &ref, command->data);
  if (sw == SW_OK)
    ref.state->verified = TRUE;
  return sw;
}

guint16
lab_sim_cmd_change (LabSim *sim, LabChannel *channel, const LabCommand *command, GByteArray *out)
{
  LabPinRef ref;
  guint16 sw = find_pin (sim, channel, command, &ref);

  if (sw != SW_OK)
    return sw;
  if (command->lc == 0)
    return ref.state->left == 0 ? SW_BLOCKED : tries (ref.state->left);
  if (command->lc != 2 * LAB_PIN_BYTES)
    return SW_WRONG_LENGTH;
  if ((ref.pin->attributes & LAB_PIN_CHANGEABLE) == 0)
    return SW_CONDITIONS;
  if (!ref.state->enabled)
    return SW_INVALIDATED;
  if (!is_valid_value (ref.pin, command->data + LAB_PIN_BYTES))
    return SW_WRONG_DATA;
  sw = compare (sim, &ref, command->data);
  if (sw != SW_OK)
    return sw;
  memcpy (ref.state->value, command->data + LAB_PIN_BYTES, LAB_PIN_BYTES);
  ref.state->verified = TRUE;
  return SW_OK;
}

static guint16
set_enabled (LabSim *sim, LabChannel *channel, const LabCommand *command, gboolean enable)
{
  LabPinRef ref;
  guint16 sw = find_pin (sim, channel, command, &ref);

  if (sw != SW_OK)
    return sw;
  if (command->lc == 0)
    return ref.state->left == 0 ? SW_BLOCKED : tries (ref.state->left);
  if (command->lc != LAB_PIN_BYTES)
    return SW_WRONG_LENGTH;
  if ((ref.pin->attributes & LAB_PIN_DISABLEABLE) == 0)
    return SW_CONDITIONS;
  if (ref.state->left == 0)
    return SW_BLOCKED;
  if (ref.state->enabled == enable)
    return SW_INVALIDATED;
  sw = compare (sim, &ref, command->data);
  if (sw != SW_OK)
    return sw;
  ref.state->enabled = enable;
  ref.state->verified = enable;
  return SW_OK;
}

guint16
lab_sim_cmd_disable (LabSim *sim, LabChannel *channel, const LabCommand *command, GByteArray *out)
{
  return set_enabled (sim, channel, command, FALSE);
}

guint16
lab_sim_cmd_enable (LabSim *sim, LabChannel *channel, const LabCommand *command, GByteArray *out)
{
  return set_enabled (sim, channel, command, TRUE);
}

guint16
lab_sim_cmd_unblock (LabSim *sim, LabChannel *channel, const LabCommand *command, GByteArray *out)
{
  LabPinRef ref;
  const LabPuk *puk;
  guint index;
  guint16 sw = find_pin (sim, channel, command, &ref);

  if (sw != SW_OK)
    return sw;
  puk = ref.pin->puk != 0 ? lab_package_find_puk (sim->package, ref.pin->puk, &index) : NULL;
  if (puk == NULL)
    return SW_DATA_NOT_FOUND;
  if (command->lc == 0)
    return sim->puks_left[index] == 0 ? SW_BLOCKED : tries (sim->puks_left[index]);
  if (command->lc != 2 * LAB_PIN_BYTES)
    return SW_WRONG_LENGTH;
  if (sim->puks_left[index] == 0)
    return SW_BLOCKED;
  if (!is_valid_value (ref.pin, command->data + LAB_PIN_BYTES))
    return SW_WRONG_DATA;
  sim->changed = TRUE;
  if (!lab_equal (puk->value, command->data, LAB_PIN_BYTES))
    return tries (--sim->puks_left[index]);
  sim->puks_left[index] = puk->max;
  memcpy (ref.state->value, command->data + LAB_PIN_BYTES, LAB_PIN_BYTES);
  ref.state->left = ref.pin->max;
  ref.state->enabled = TRUE;
  ref.state->verified = TRUE;
  return SW_OK;
}
