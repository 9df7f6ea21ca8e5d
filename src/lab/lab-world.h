/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "lab-card.h"
#include "lab-operator.h"
#include "lab-place.h"
#include "lab-setup.h"

G_BEGIN_DECLS

/**
 * LabWorld:
 * @smdp: listening on a free port, in a thread of its own
 * @card_name: of @euicc, in @place
 * @setup: the set-up connection that is on the chip and in use
 *
 * All that stands around a device: authority, operator, server, chip.
 */
typedef struct
{
  LabPlace *place;
  gboolean temporary;
  LabSmdp *smdp;
  char *card_name;
  LabEuicc *euicc;
  LabSetup *setup;
} LabWorld;

/**
 * lab_world_new:
 * @dir: (nullable): %NULL for a temporary folder, which goes with the world
 */
LabWorld *lab_world_new (const char *dir, const KtEnv *env, GError **error);
/** lab_world_keep: the folder stays. */
void lab_world_keep (LabWorld *world);
void lab_world_free (LabWorld *world);

/** lab_world_order: the contract of the show: a plan with its icon, ordered and released. */
LabTicket *lab_world_order (LabWorld *world, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LabWorld, lab_world_free)

G_END_DECLS
