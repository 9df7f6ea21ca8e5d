/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "kt-env.h"
#include "lab-euicc.h"
#include "lab-pki.h"

G_BEGIN_DECLS

/**
 * LabPlace: the lab's folder: pki/, smdp/ and cards/NAME/ below it, private to the user.
 */
typedef struct _LabPlace LabPlace;

/**
 * lab_place_open:
 * @dir: (nullable): %NULL for the user's own, made when needed
 * @foreign_pki: (nullable): folder of a given PKI to use instead of the lab's own
 */
LabPlace *lab_place_open (const char *dir, const char *foreign_pki, const KtEnv *env,
                          GError **error);
void lab_place_close (LabPlace *place);

const char *lab_place_get_dir (LabPlace *place);
LabPki *lab_place_get_pki (LabPlace *place);
/** lab_place_dup_smdp_dir: the SM-DP+'s state folder. */
char *lab_place_dup_smdp_dir (LabPlace *place);
/**
 * lab_place_dup_card_dir:
 * @name: letters, digits, "-" and "_"; %KT_ERROR_INVALID_INPUT, key "lab.card-name", otherwise
 */
char *lab_place_dup_card_dir (LabPlace *place, const char *name, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LabPlace, lab_place_close)

G_END_DECLS
