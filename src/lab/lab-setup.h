/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "lab-euicc.h"
#include "lab-operator.h"

G_BEGIN_DECLS

/**
 * LabSetup:
 * @preload: for #LabEuiccOptions; lives as long as this
 * @iccid: of the profile
 * @subscription: the network's side of it; secret
 *
 * The set-up connection (provisioning profile) that a chip comes with from its maker.
 */
typedef struct
{
  LabPreload preload;
  char *iccid;
  LabSubscription subscription;
} LabSetup;

/** lab_setup_new: made afresh: two of them have nothing in common but their names. */
LabSetup *lab_setup_new (const KtEnv *env, GError **error);
/** lab_setup_free: wipes the subscription. */
void lab_setup_free (LabSetup *setup);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LabSetup, lab_setup_free)

G_END_DECLS
