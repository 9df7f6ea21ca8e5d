/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "card.h"
#include "lab-euicc.h"

G_BEGIN_DECLS

/**
 * LabCard:
 *
 * A #LabEuicc as a #Card of the same process: what a PC/SC reader would be to a real one. Several
 * may share a card; a reset through one is %KT_ERROR_CARD_RESET to the others.
 */
#define LAB_TYPE_CARD (lab_card_get_type ())
G_DECLARE_FINAL_TYPE (LabCard, lab_card, LAB, CARD, Card)

/**
 * lab_card_new:
 * @euicc: a reference is kept
 * @name: (nullable): the reader's name; %NULL: "Kaitsu lab reader"
 *
 * Returns: (transfer full):
 */
Card *lab_card_new (LabEuicc *euicc, const char *name);

/** lab_card_get_euicc: Returns: (transfer none): */
LabEuicc *lab_card_get_euicc (LabCard *self);

G_END_DECLS
