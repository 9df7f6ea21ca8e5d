/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "lab-euicc.h"

G_BEGIN_DECLS

/* What tests and demonstrations do to a card. Nothing of it is kept in the card's folder. */

/** lab_euicc_pull: takes the card out of its reader: power is lost, APDUs get no answer. */
void lab_euicc_pull (LabEuicc *self);
/** lab_euicc_insert: puts it back, without power. */
void lab_euicc_insert (LabEuicc *self);
/**
 * lab_euicc_pull_after:
 * @apdus: how many more APDUs are processed; the next one is not answered any more. -1: never
 */
void lab_euicc_pull_after (LabEuicc *self, int apdus);

/** lab_euicc_set_delay: every APDU takes @microseconds longer. */
void lab_euicc_set_delay (LabEuicc *self, guint microseconds);

/**
 * lab_euicc_fail_apdu:
 * @n: the n-th APDU from now, counted from 1; 0 takes the knob back
 * @sw: what it is answered with, without being processed
 */
void lab_euicc_fail_apdu (LabEuicc *self, guint n, guint16 sw);

/**
 * lab_euicc_fail_bpp:
 * @command: bppCommandId 0 to 5; -1 takes the knob back
 * @reason: errorReason
 *
 * The next BoundProfilePackage fails when the first segment of @command comes.
 */
void lab_euicc_fail_bpp (LabEuicc *self, int command, int reason);

/** lab_euicc_set_free_memory: bytes left, whatever is installed; -1 takes the knob back. */
void lab_euicc_set_free_memory (LabEuicc *self, gint64 bytes);

/** lab_euicc_set_cat_busy: the next @n enable, disable and memory reset commands find CAT busy. */
void lab_euicc_set_cat_busy (LabEuicc *self, guint n);

/**
 * LabEuiccQuirks:
 * @LAB_QUIRK_AID_ONLY: EnableProfile, DisableProfile and DeleteProfile find profiles by AID alone
 * @LAB_QUIRK_ICCID_ONLY: by ICCID alone
 * @LAB_QUIRK_REFRESH_ONLY: enable and disable fail (127) without the refresh flag
 * @LAB_QUIRK_NO_REFRESH: they fail (127) with the refresh flag
 * @LAB_QUIRK_NEVER_SWITCH: enable and disable answer ok and change nothing
 * @LAB_QUIRK_NEW_MEMBERS: EUICCInfo2, ProfileInfo and others carry members of later versions
 * @LAB_QUIRK_NEEDS_CAPABILITY: the ISD-R is not found before TERMINAL CAPABILITY
 * @LAB_QUIRK_NO_GET_RESPONSE_CLASS: GET RESPONSE is known with an interindustry class only
 */
typedef enum
{
  LAB_QUIRK_NONE = 0,
  LAB_QUIRK_AID_ONLY = 1 << 0,
  LAB_QUIRK_ICCID_ONLY = 1 << 1,
  LAB_QUIRK_REFRESH_ONLY = 1 << 2,
  LAB_QUIRK_NO_REFRESH = 1 << 3,
  LAB_QUIRK_NEVER_SWITCH = 1 << 4,
  LAB_QUIRK_NEW_MEMBERS = 1 << 5,
  LAB_QUIRK_NEEDS_CAPABILITY = 1 << 6,
  LAB_QUIRK_NO_GET_RESPONSE_CLASS = 1 << 7,
} LabEuiccQuirks;

void lab_euicc_set_quirks (LabEuicc *self, LabEuiccQuirks quirks);

/** lab_euicc_get_apdus: APDUs that came since the card was made or opened. */
guint lab_euicc_get_apdus (LabEuicc *self);

G_END_DECLS
