/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "card.h"
#include "lab-operator.h"

G_BEGIN_DECLS

/*
 * What a device does on the basic channel with the profile in use, which there is a SIM like any
 * other, and what the network does in answer. Knows nothing of eUICCs.
 */

/** LabLine: @name is EF.SPN. */
typedef struct
{
  char *iccid;
  char *imsi;
  char *name;
} LabLine;

/**
 * lab_line_read:
 * @card: open
 *
 * Reads EF.ICCID, EF.IMSI and EF.SPN (TS 102 221, TS 31.102).
 *
 * Returns: (transfer full) (nullable): card_transmit()'s errors, %KT_ERROR_CARD_STATUS,
 *   %KT_ERROR_MALFORMED
 */
LabLine *lab_line_read (Card *card, GError **error);
void lab_line_free (LabLine *line);

/**
 * lab_line_authenticate:
 * @subscription: as the operator knows it
 *
 * Mutual authentication of network and SIM (TS 33.102 section 6.3): the SIM proves by RES that it
 * holds the subscriber's key, the network by AUTN, which the SIM checks. A network whose sequence
 * numbers are behind the SIM's resynchronises once.
 *
 * %KT_ERROR_CHECK_FAILED with key "aka.res", "aka.keys" or "aka.mac-s" where the two disagree; the
 * SIM refuses a network with %KT_ERROR_CARD_STATUS, detail.sw 9862.
 */
gboolean lab_line_authenticate (Card *card, const LabSubscription *subscription, const KtEnv *env,
                                GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LabLine, lab_line_free)

G_END_DECLS
