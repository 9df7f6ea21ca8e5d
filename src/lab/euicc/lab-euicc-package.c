/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-lab"

#include "lab-euicc-package.h"

#include "kt-error.h"
#include "lab-euicc-private.h"

GBytes *
lab_euicc_dup_package (LabEuicc *self, GBytes *aid, GError **error)
{
  g_autoptr (GBytes) upp = NULL;
  g_autoptr (GBytes) state = NULL;

  g_return_val_if_fail (LAB_IS_EUICC (self), NULL);
  g_return_val_if_fail (aid != NULL, NULL);

  if (g_bytes_get_size (aid) != LAB_ISDP_BYTES)
    {
      kt_error_set (error, KT_ERROR_NOT_FOUND, NULL, "no ISD-P has such an AID");
      return NULL;
    }
  g_mutex_lock (&self->lock);
  lab_euicc_store_load_profile (self->store, g_bytes_get_data (aid, NULL), &upp, &state, error);
  g_mutex_unlock (&self->lock);
  return g_steal_pointer (&upp);
}
