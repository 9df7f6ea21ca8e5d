/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "kt-env.h"
#include "lab-saip.h"

G_BEGIN_DECLS

/** LAB_SIM_CHANNELS: the basic logical channel and 19 further ones (ETSI TS 102 221, 10.1.1). */
#define LAB_SIM_CHANNELS 20

/**
 * LabSimProtocol:
 * @LAB_SIM_T1: an answer comes with the status word if the command has an Le field
 * @LAB_SIM_T0: a case 4 command answers 61xx and the data waits for GET RESPONSE; a wrong Le of a
 *   case 2 command answers 6Cxx (ETSI TS 102 221, 7.3.1.1)
 */
typedef enum
{
  LAB_SIM_T1,
  LAB_SIM_T0,
} LabSimProtocol;

/**
 * LabSim:
 *
 * The UICC side of an enabled profile: file system, PINs and authentication behind APDUs, as
 * ETSI TS 102 221, 3GPP TS 31.102 and (class A0) 3GPP TS 51.011 have it. Not thread-safe.
 */
typedef struct _LabSim LabSim;

/**
 * lab_sim_new:
 * @package: a reference is kept
 *
 * Returns: (transfer full): the SIM in its state of delivery, freshly reset, speaking T=1
 */
LabSim *lab_sim_new (LabPackage *package);
/** lab_sim_free: wipes the codes; the state is lost unless it was taken. %NULL is fine. */
void lab_sim_free (LabSim *sim);

/** lab_sim_get_package: Returns: (transfer none): the package it was made from. */
LabPackage *lab_sim_get_package (LabSim *sim);

/** lab_sim_set_protocol: from the next command on. */
void lab_sim_set_protocol (LabSim *sim, LabSimProtocol protocol);

/**
 * lab_sim_transmit:
 * @channel: logical channel, 0 to %LAB_SIM_CHANNELS - 1, which the caller decoded from CLA and has
 *   opened
 * @cmd: (array length=len): a whole command APDU, short form; CLA's channel bits left in place
 *
 * Every command gets an answer; errors are status words. MANAGE CHANNEL, TERMINAL CAPABILITY, FETCH
 * and the proactive session belong to the caller (6D00 here).
 *
 * Returns: (transfer full): response data and status word
 */
GBytes *lab_sim_transmit (LabSim *sim, guint channel, const guint8 *cmd, gsize len);

/** lab_sim_reset: as a card reset: MF selected on the basic channel, no PIN verified. */
void lab_sim_reset (LabSim *sim);

/**
 * lab_sim_open_channel: @channel starts with the selection of @from, or with the MF if @from is the
 * basic channel (ETSI TS 102 221, 11.1.17).
 */
void lab_sim_open_channel (LabSim *sim, guint channel, guint from);

/** lab_sim_close_channel: forgets @channel's selection and any answer waiting on it. */
void lab_sim_close_channel (LabSim *sim, guint channel);

/** lab_sim_has_aid: whether SELECT by (possibly partial) AID would find an ADF here. */
gboolean lab_sim_has_aid (LabSim *sim, const guint8 *aid, gsize len);

/**
 * lab_sim_dup_state:
 *
 * Returns: (transfer full): what commands have changed since delivery (PIN values, counters and
 *   flags, file contents, sequence numbers) as one versioned blob; it holds secrets and is wiped
 *   when freed
 */
GBytes *lab_sim_dup_state (LabSim *sim);

/**
 * lab_sim_load_state:
 * @state: from lab_sim_dup_state() of a SIM of the same package
 *
 * The SIM is reset to delivery first; on failure it stays so.
 *
 * Returns: %FALSE with %KT_ERROR_MALFORMED "sim.state" if the blob is damaged, foreign or of
 *   another version
 */
gboolean lab_sim_load_state (LabSim *sim, GBytes *state, GError **error);

/** lab_sim_is_changed: whether the state differs from the last lab_sim_clear_changed(). */
gboolean lab_sim_is_changed (LabSim *sim);
/** lab_sim_clear_changed: the caller has kept the state. */
void lab_sim_clear_changed (LabSim *sim);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LabSim, lab_sim_free)

G_END_DECLS
