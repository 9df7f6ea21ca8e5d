/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-lab"

#include "lab-sim.h"

#include <string.h>

#include "kt-bytes.h"
#include "lab-sim-private.h"

enum
{
  CLA_GSM = 0xA0,
  INS_GET_RESPONSE = 0xC0,
  INS_SELECT = 0xA4,
  SW_GSM_MORE = 0x9F00,
  MAX_LE = 256,
};

static void
forget_waiting (LabChannel *channel)
{
  if (channel->waiting != NULL)
    kt_wipe (channel->waiting->data, channel->waiting->len);
  g_clear_pointer (&channel->waiting, g_byte_array_unref);
}

static void
reset_channel (LabSim *sim, LabChannel *channel)
{
  forget_waiting (channel);
  *channel = (LabChannel) { .directory = sim->package->fs->mf };
}

/* TS 102 221, 10.1.1: 00-03 and 80-83 for channels 0 to 3, 40-4F and C0-CF for 4 to 19. */
static guint16
check_class (guint8 cla, gboolean *proprietary)
{
  guint8 high = cla & 0x70;
  gboolean extended = (cla & 0x40) != 0;

  *proprietary = (cla & 0x80) != 0;
  if (extended ? (high & 0x20) != 0 : high == 0x00 && (cla & 0x0C) != 0)
    return SW_NO_SECURE_MESSAGING;
  if ((high & 0x10) != 0 && (high & 0x20) == 0)
    return SW_NO_CHAINING;
  return high == 0x00 || high == 0x40 ? SW_OK : SW_WRONG_CLA;
}

/* Cases 1 to 4 in short form; an extended length field starts with 00. */
static gboolean
parse_command (const guint8 *cmd, gsize len, LabCommand *command)
{
  if (len < 4)
    return FALSE;
  *command = (LabCommand) { .cla = cmd[0], .ins = cmd[1], .p1 = cmd[2], .p2 = cmd[3] };
  if (len == 4)
    return TRUE;
  if (len > 5)
    {
      command->lc = cmd[4];
      command->data = cmd + 5;
      if (command->lc == 0 || len < 5 + command->lc || len > 6 + command->lc)
        return FALSE;
    }
  command->has_le = len == 5 || len == 6 + command->lc;
  if (command->has_le)
    command->le = cmd[len - 1] != 0 ? cmd[len - 1] : MAX_LE;
  return TRUE;
}

guint16
lab_sim_check_le (LabSim *sim, const LabCommand *command, gsize len)
{
  gboolean exact = sim->protocol == LAB_SIM_T0;

  if (!command->has_le || command->le == len || (command->le == MAX_LE && !exact && len < MAX_LE))
    return SW_OK;
  return (guint16) (SW_WRONG_LE | (len & 0xFF));
}

static GBytes *
make_answer (const guint8 *data, gsize len, guint16 sw)
{
  guint8 *answer = g_malloc (len + 2);

  if (len > 0)
    memcpy (answer, data, len);
  answer[len] = (guint8) (sw >> 8);
  answer[len + 1] = (guint8) sw;
  return g_bytes_new_take (answer, len + 2);
}

static guint16
more_waiting (LabChannel *channel, gboolean gsm)
{
  guint left = MIN (channel->waiting->len, MAX_LE);

  return (guint16) ((gsm ? SW_GSM_MORE : SW_MORE) | (left & 0xFF));
}

/* Sends as much of what waits as was asked for. */
static GBytes *
send_waiting (LabChannel *channel, gsize len)
{
  GBytes *answer;

  if (len < channel->waiting->len)
    {
      GByteArray *rest = g_byte_array_new ();
      guint16 sw;

      g_byte_array_append (rest, channel->waiting->data + len,
                           (guint) (channel->waiting->len - len));
      sw = (guint16) (SW_MORE | (MIN (rest->len, MAX_LE) & 0xFF));
      answer = make_answer (channel->waiting->data, len, sw);
      forget_waiting (channel);
      channel->waiting = rest;
      return answer;
    }
  answer = make_answer (channel->waiting->data, channel->waiting->len, SW_OK);
  forget_waiting (channel);
  return answer;
}

static GBytes *
get_response (LabSim *sim, LabChannel *channel, const LabCommand *command)
{
  gsize len;
  guint16 sw;

  if (channel->waiting == NULL)
    return make_answer (NULL, 0, SW_CONDITIONS);
  if (command->p1 != 0 || command->p2 != 0 || command->lc != 0)
    return make_answer (NULL, 0, SW_WRONG_P1P2);
  len = MIN (channel->waiting->len, MAX_LE);
  if (command->has_le && command->le < len)
    return send_waiting (channel, command->le);
  sw = lab_sim_check_le (sim, command, len);
  if (sw == SW_OK)
    return send_waiting (channel, len);
  return make_answer (NULL, 0, command->cla == CLA_GSM
                                   ? (guint16) (SW_WRONG_LENGTH | (sw & 0xFF))
                                   : sw);
}

/* Data may go with the status word only if the command says that it takes some. */
static GBytes *
deliver (LabSim *sim, LabChannel *channel, const LabCommand *command, GByteArray *out, guint16 sw)
{
  gboolean gsm = command->cla == CLA_GSM;
  /* SELECT without data (the parent) is not repeatable either: 6Cxx would move up once more. */
  gboolean held = ((command->lc > 0 || command->ins == INS_SELECT)
                   && sim->protocol == LAB_SIM_T0)
                  || !command->has_le;

  if (out->len == 0)
    return make_answer (NULL, 0, sw);
  if (!held && command->lc == 0)
    {
      guint16 fit = lab_sim_check_le (sim, command, out->len);

      /* READ BINARY and STATUS have settled their length themselves. */
      return fit == SW_OK ? make_answer (out->data, out->len, sw) : make_answer (NULL, 0, fit);
    }
  channel->waiting = g_byte_array_ref (out);
  if (held)
    return make_answer (NULL, 0, more_waiting (channel, gsm));
  if (sw != SW_OK && command->le >= out->len)
    {
      GBytes *answer = make_answer (out->data, out->len, sw);

      forget_waiting (channel);
      return answer;
    }
  return send_waiting (channel, MIN (command->le, out->len));
}

static GBytes *
execute (LabSim *sim, LabChannel *channel, const LabCommand *command)
{
  g_autoptr (GByteArray) out = g_byte_array_new ();
  gboolean proprietary = FALSE, other_class = FALSE;
  LabHandler handler;
  guint16 sw = SW_OK;

  if (command->cla == CLA_GSM)
    {
      sw = lab_sim_gsm_transmit (sim, channel, command, out);
      return deliver (sim, channel, command, out, sw);
    }
  sw = check_class (command->cla, &proprietary);
  if (sw != SW_OK)
    return make_answer (NULL, 0, sw);
  handler = lab_sim_find_handler (command->ins, proprietary, &other_class);
  if (handler == NULL)
    return make_answer (NULL, 0, other_class ? SW_WRONG_CLA : SW_WRONG_INS);
  sw = handler (sim, channel, command, out);
  return deliver (sim, channel, command, out, sw);
}

GBytes *
lab_sim_transmit (LabSim *sim, guint channel, const guint8 *cmd, gsize len)
{
  LabChannel *state;
  LabCommand command;

  g_return_val_if_fail (sim != NULL && channel < LAB_SIM_CHANNELS, NULL);
  g_return_val_if_fail (cmd != NULL || len == 0, NULL);

  state = &sim->channels[channel];
  if (!parse_command (cmd, len, &command))
    {
      forget_waiting (state);
      return make_answer (NULL, 0, SW_WRONG_LENGTH);
    }
  if (command.ins == INS_GET_RESPONSE)
    return get_response (sim, state, &command);
  forget_waiting (state);
  return execute (sim, state, &command);
}

LabSim *
lab_sim_new (LabPackage *package)
{
  LabSim *sim;

  g_return_val_if_fail (package != NULL, NULL);

  sim = g_new0 (LabSim, 1);
  sim->package = lab_package_ref (package);
  sim->pins = g_new0 (LabPinState, package->pins->len);
  sim->puks_left = g_new0 (guint8, package->puks->len);
  sim->sequences = g_malloc0_n (package->akas->len, sizeof *sim->sequences);
  sim->bodies = g_new0 (guint8 *, package->fs->files->len);
  sim->lcsi = g_new0 (guint8, package->fs->files->len);
  lab_sim_restore (sim);
  lab_sim_reset (sim);
  return sim;
}

void
lab_sim_restore (LabSim *sim)
{
  LabPackage *package = sim->package;

  for (guint i = 0; i < package->pins->len; i++)
    {
      const LabPin *pin = &g_array_index (package->pins, LabPin, i);

      memcpy (sim->pins[i].value, pin->value, LAB_PIN_BYTES);
      sim->pins[i].left = pin->left;
      sim->pins[i].enabled = (pin->attributes & LAB_PIN_ENABLED) != 0;
    }
  for (guint i = 0; i < package->puks->len; i++)
    sim->puks_left[i] = g_array_index (package->puks, LabPuk, i).left;
  for (guint i = 0; i < package->akas->len; i++)
    memcpy (sim->sequences[i], g_array_index (package->akas, LabAka, i).sequence,
            sizeof sim->sequences[i]);
  for (guint i = 0; i < package->fs->files->len; i++)
    {
      g_clear_pointer (&sim->bodies[i], g_free);
      sim->lcsi[i] = ((LabFile *) g_ptr_array_index (package->fs->files, i))->lcsi;
    }
}

void
lab_sim_free (LabSim *sim)
{
  if (sim == NULL)
    return;
  for (guint i = 0; i < LAB_SIM_CHANNELS; i++)
    forget_waiting (&sim->channels[i]);
  for (guint i = 0; i < sim->package->fs->files->len; i++)
    g_free (sim->bodies[i]);
  g_free (sim->bodies);
  g_free (sim->lcsi);
  kt_wipe (sim->pins, sim->package->pins->len * sizeof *sim->pins);
  g_free (sim->pins);
  g_free (sim->puks_left);
  g_free (sim->sequences);
  lab_package_unref (sim->package);
  g_free (sim);
}

LabPackage *
lab_sim_get_package (LabSim *sim)
{
  g_return_val_if_fail (sim != NULL, NULL);
  return sim->package;
}

void
lab_sim_set_protocol (LabSim *sim, LabSimProtocol protocol)
{
  g_return_if_fail (sim != NULL);
  sim->protocol = protocol;
}

void
lab_sim_reset (LabSim *sim)
{
  g_return_if_fail (sim != NULL);

  for (guint i = 0; i < LAB_SIM_CHANNELS; i++)
    reset_channel (sim, &sim->channels[i]);
  for (guint i = 0; i < sim->package->pins->len; i++)
    sim->pins[i].verified = FALSE;
}

void
lab_sim_open_channel (LabSim *sim, guint channel, guint from)
{
  LabChannel *state;

  g_return_if_fail (sim != NULL && channel < LAB_SIM_CHANNELS && from < LAB_SIM_CHANNELS);

  state = &sim->channels[channel];
  reset_channel (sim, state);
  if (from == 0)
    return;
  *state = sim->channels[from];
  state->waiting = NULL;
}

void
lab_sim_close_channel (LabSim *sim, guint channel)
{
  g_return_if_fail (sim != NULL && channel < LAB_SIM_CHANNELS);
  reset_channel (sim, &sim->channels[channel]);
}

gboolean
lab_sim_has_aid (LabSim *sim, const guint8 *aid, gsize len)
{
  g_return_val_if_fail (sim != NULL, FALSE);
  return len > 0 && len <= 16 && lab_fs_find_aid (sim->package->fs, aid, len, 0) != NULL;
}

gboolean
lab_sim_is_changed (LabSim *sim)
{
  g_return_val_if_fail (sim != NULL, FALSE);
  return sim->changed;
}

void
lab_sim_clear_changed (LabSim *sim)
{
  g_return_if_fail (sim != NULL);
  sim->changed = FALSE;
}
