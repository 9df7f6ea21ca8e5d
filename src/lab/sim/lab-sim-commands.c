/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-lab"

#include "lab-sim-private.h"

/* What the card takes note of, or has no use for: TERMINAL PROFILE, ENVELOPE, TERMINAL RESPONSE. */
static guint16
accept_data (LabSim *sim, LabChannel *channel, const LabCommand *command, GByteArray *out)
{
  if (command->p1 != 0 || command->p2 != 0)
    return SW_WRONG_P1P2;
  return command->lc != 0 ? SW_OK : SW_WRONG_LENGTH;
}

/* TS 102 221, 10.1.2: each instruction has one class. */
static const struct
{
  guint8 ins;
  gboolean proprietary;
  LabHandler handler;
} COMMANDS[] = {
  { 0xA4, FALSE, lab_sim_cmd_select },
  { 0xF2, TRUE, lab_sim_cmd_status },
  { 0xB0, FALSE, lab_sim_cmd_read_binary },
  { 0xD6, FALSE, lab_sim_cmd_update_binary },
  { 0xB2, FALSE, lab_sim_cmd_read_record },
  { 0xDC, FALSE, lab_sim_cmd_update_record },
  { 0xA2, FALSE, lab_sim_cmd_search_record },
  { 0x32, TRUE, lab_sim_cmd_increase },
  { 0x20, FALSE, lab_sim_cmd_verify },
  { 0x24, FALSE, lab_sim_cmd_change },
  { 0x26, FALSE, lab_sim_cmd_disable },
  { 0x28, FALSE, lab_sim_cmd_enable },
  { 0x2C, FALSE, lab_sim_cmd_unblock },
  { 0x04, FALSE, lab_sim_cmd_deactivate },
  { 0x44, FALSE, lab_sim_cmd_activate },
  { 0x88, FALSE, lab_sim_cmd_authenticate },
  { 0x10, TRUE, accept_data },
  { 0xC2, TRUE, accept_data },
  { 0x14, TRUE, accept_data },
};

LabHandler
lab_sim_find_handler (guint8 ins, gboolean proprietary, gboolean *other_class)
{
  *other_class = FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (COMMANDS); i++)
    if (COMMANDS[i].ins == ins)
      {
        if (COMMANDS[i].proprietary == proprietary)
          return COMMANDS[i].handler;
        *other_class = TRUE;
      }
  return NULL;
}
