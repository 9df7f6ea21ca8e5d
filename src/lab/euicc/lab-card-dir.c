/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-lab"

#include "lab-card-dir.h"

Card *
lab_card_open_dir (const char *dir, GError **error)
{
  const LabEuiccOptions options = { .protocol = LAB_EUICC_T1 };
  g_autoptr (LabEuicc) euicc = NULL;

  g_return_val_if_fail (dir != NULL, NULL);

  /* Without a PKI an absent card is an error and no new one is made. */
  euicc = lab_euicc_open (dir, &options, error);
  return euicc != NULL ? lab_card_new (euicc, dir) : NULL;
}
