/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-lab"

#include "lab-order.h"

static const char *const state_names[] = {
  "Available", "Allocated", "Linked", "Confirmed",   "Released",
  "Downloaded", "Installed", "Error", "Unavailable",
};

LabOrder *
lab_order_new (void)
{
  return g_new0 (LabOrder, 1);
}

void
lab_order_free (LabOrder *order)
{
  if (order == NULL)
    return;
  g_free (order->iccid);
  g_free (order->profile_type);
  g_free (order->requester);
  g_clear_pointer (&order->metadata, g_bytes_unref);
  g_clear_pointer (&order->upp, g_bytes_unref);
  g_clear_pointer (&order->subscription, g_bytes_unref);
  g_free (order->eid);
  g_free (order->matching_id);
  g_free (order->smds);
  g_clear_pointer (&order->cc_hash, g_bytes_unref);
  lab_order_forget_binding (order);
  g_free (order);
}

void
lab_order_forget_binding (LabOrder *order)
{
  g_return_if_fail (order != NULL);

  g_clear_pointer (&order->retained, g_bytes_unref);
  g_clear_pointer (&order->retained_otpk, g_bytes_unref);
}

const char *
lab_order_state_name (LabOrderState state)
{
  g_return_val_if_fail ((guint) state < G_N_ELEMENTS (state_names), NULL);

  return state_names[state];
}

int
lab_order_state_parse (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (state_names); i++)
    if (g_strcmp0 (name, state_names[i]) == 0)
      return (int) i;
  return -1;
}
