/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-lab"

#include "lab-euicc-knobs.h"

#include "lab-euicc-private.h"

static void
set_inserted (LabEuicc *self, gboolean inserted)
{
  gboolean changed;

  g_mutex_lock (&self->lock);
  changed = self->inserted != inserted;
  if (changed)
    {
      lab_euicc_go_dark (self);
      self->inserted = inserted;
      self->knobs.pull_in = -1;
      if (inserted)
        self->insertions++;
    }
  g_mutex_unlock (&self->lock);
  if (changed)
    g_object_notify (G_OBJECT (self), "inserted");
}

void
lab_euicc_pull (LabEuicc *self)
{
  g_return_if_fail (LAB_IS_EUICC (self));

  set_inserted (self, FALSE);
}

void
lab_euicc_insert (LabEuicc *self)
{
  g_return_if_fail (LAB_IS_EUICC (self));

  set_inserted (self, TRUE);
}

/* Defines a function that sets knobs under the lock. */
#define SET_KNOBS(self, ...) \
  G_STMT_START \
  { \
    g_return_if_fail (LAB_IS_EUICC (self)); \
    g_mutex_lock (&(self)->lock); \
    __VA_ARGS__; \
    g_mutex_unlock (&(self)->lock); \
  } \
  G_STMT_END

void
lab_euicc_pull_after (LabEuicc *self, int apdus)
{
  SET_KNOBS (self, self->knobs.pull_in = apdus);
}

void
lab_euicc_set_delay (LabEuicc *self, guint microseconds)
{
  SET_KNOBS (self, self->knobs.delay = microseconds);
}

void
lab_euicc_fail_apdu (LabEuicc *self, guint n, guint16 sw)
{
  SET_KNOBS (self, self->knobs.fail_in = n; self->knobs.fail_sw = sw);
}

void
lab_euicc_fail_bpp (LabEuicc *self, int command, int reason)
{
  SET_KNOBS (self, self->knobs.bpp_command = command; self->knobs.bpp_reason = reason);
}

void
lab_euicc_set_free_memory (LabEuicc *self, gint64 bytes)
{
  SET_KNOBS (self, self->knobs.free_memory = bytes);
}

void
lab_euicc_set_cat_busy (LabEuicc *self, guint n)
{
  SET_KNOBS (self, self->knobs.cat_busy = n);
}

void
lab_euicc_set_quirks (LabEuicc *self, LabEuiccQuirks quirks)
{
  SET_KNOBS (self, self->knobs.quirks = quirks);
}
