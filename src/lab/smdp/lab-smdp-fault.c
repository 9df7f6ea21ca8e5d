/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-lab"

#include "lab-smdp-fault.h"

#include "lab-refusal.h"
#include "lab-smdp-private.h"

void
lab_smdp_set_delay (LabSmdp *self, guint milliseconds)
{
  g_return_if_fail (LAB_IS_SMDP (self));

  g_rec_mutex_lock (&self->lock);
  self->faults.delay = milliseconds;
  g_rec_mutex_unlock (&self->lock);
}

void
lab_smdp_fail_request (LabSmdp *self, const char *function, guint nth, LabSmdpFault fault,
                       guint status)
{
  g_return_if_fail (LAB_IS_SMDP (self));

  g_rec_mutex_lock (&self->lock);
  g_free (self->faults.function);
  self->faults.function = g_strdup (function);
  self->faults.countdown = nth;
  self->faults.fault = fault;
  self->faults.status = status;
  g_rec_mutex_unlock (&self->lock);
}

void
lab_smdp_set_tamper (LabSmdp *self, guint32 tamper)
{
  g_return_if_fail (LAB_IS_SMDP (self));

  g_rec_mutex_lock (&self->lock);
  self->faults.tamper = tamper;
  g_rec_mutex_unlock (&self->lock);
}

static void
clear_refusal (LabSmdpFaults *faults)
{
  g_clear_pointer (&faults->refused_function, g_free);
  g_clear_pointer (&faults->refused_subject, g_free);
  g_clear_pointer (&faults->refused_reason, g_free);
  g_clear_pointer (&faults->refused_message, g_free);
}

void
lab_smdp_set_refusal (LabSmdp *self, const char *function, const char *subject,
                      const char *reason, const char *message)
{
  g_return_if_fail (LAB_IS_SMDP (self));
  g_return_if_fail (function != NULL && subject != NULL && reason != NULL && message != NULL);

  g_rec_mutex_lock (&self->lock);
  clear_refusal (&self->faults);
  self->faults.refused_function = g_strdup (function);
  self->faults.refused_subject = g_strdup (subject);
  self->faults.refused_reason = g_strdup (reason);
  self->faults.refused_message = g_strdup (message);
  g_rec_mutex_unlock (&self->lock);
}

guint
lab_smdp_get_requests (LabSmdp *self)
{
  guint requests;

  g_return_val_if_fail (LAB_IS_SMDP (self), 0);

  g_rec_mutex_lock (&self->lock);
  requests = self->requests;
  g_rec_mutex_unlock (&self->lock);
  return requests;
}

guint
lab_smdp_get_connections (LabSmdp *self)
{
  guint connections;

  g_return_val_if_fail (LAB_IS_SMDP (self), 0);

  g_rec_mutex_lock (&self->lock);
  connections = self->connections;
  g_rec_mutex_unlock (&self->lock);
  return connections;
}

gboolean
lab_smdp_tampers (LabSmdp *self, LabSmdpTamper what)
{
  return (self->faults.tamper & what) != 0;
}

LabSmdpFault
lab_smdp_take_fault (LabSmdp *self, const char *function, guint *status)
{
  LabSmdpFaults *faults = &self->faults;

  if (faults->countdown == 0
      || (faults->function != NULL && g_strcmp0 (faults->function, function) != 0)
      || --faults->countdown > 0)
    return LAB_SMDP_FAULT_NONE;
  *status = faults->status;
  return faults->fault;
}

gboolean
lab_smdp_take_refusal (LabSmdp *self, const char *function, GError **error)
{
  LabSmdpFaults *faults = &self->faults;

  if (faults->refused_function == NULL || g_strcmp0 (faults->refused_function, function) != 0)
    return TRUE;
  lab_refuse (error, faults->refused_subject, faults->refused_reason, "%s",
              faults->refused_message);
  clear_refusal (faults);
  return FALSE;
}

GBytes *
lab_smdp_spoil (GBytes *bytes)
{
  gsize len;
  const guint8 *data = g_bytes_get_data (bytes, &len);
  guint8 *copy = g_memdup2 (data, len);

  if (len > 0)
    copy[len - 1] ^= 0x01;
  return g_bytes_new_take (copy, len);
}

void
lab_smdp_faults_clear (LabSmdpFaults *faults)
{
  g_clear_pointer (&faults->function, g_free);
  clear_refusal (faults);
}
