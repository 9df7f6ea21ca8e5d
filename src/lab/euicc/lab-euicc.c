/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-lab"

#include "lab-euicc.h"

#include "kt-error.h"
#include "lab-euicc-dispatch.h"

enum
{
  PROP_INSERTED = 1,
  N_PROPS,
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (LabEuicc, lab_euicc, G_TYPE_OBJECT)

static void
lab_euicc_finalize (GObject *object)
{
  LabEuicc *self = LAB_EUICC (object);

  lab_euicc_go_dark (self);
  g_clear_pointer (&self->store, lab_euicc_store_free);
  g_clear_pointer (&self->cis, g_ptr_array_unref);
  g_clear_pointer (&self->rules, g_bytes_unref);
  g_clear_pointer (&self->isdr_aid, g_bytes_unref);
  g_free (self->eid);
  g_mutex_clear (&self->lock);
  G_OBJECT_CLASS (lab_euicc_parent_class)->finalize (object);
}

static void
lab_euicc_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  switch (id)
    {
    case PROP_INSERTED:
      g_value_set_boolean (value, lab_euicc_is_inserted (LAB_EUICC (object)));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
lab_euicc_class_init (LabEuiccClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = lab_euicc_finalize;
  object_class->get_property = lab_euicc_get_property;
  /** LabEuicc:inserted: notified on the thread that pulls or inserts. */
  properties[PROP_INSERTED] = g_param_spec_boolean (
      "inserted", NULL, NULL, TRUE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
lab_euicc_init (LabEuicc *self)
{
  g_mutex_init (&self->lock);
  self->cis = g_ptr_array_new_with_free_func ((GDestroyNotify) lab_ci_free);
  self->inserted = TRUE;
  self->insertions = 1;
  self->knobs.pull_in = -1;
  self->knobs.bpp_command = -1;
  self->knobs.free_memory = -1;
}

static LabEuicc *
open_store (const char *dir, const LabEuiccOptions *options, GError **error)
{
  g_autoptr (LabEuicc) self = g_object_new (LAB_TYPE_EUICC, NULL);
  g_autofree char *eid = NULL;

  self->env = options->env != NULL ? options->env : kt_env_default ();
  self->protocol = options->protocol;
  self->ignore_dates = options->ignore_dates;
  self->n_channels = options->channels != 0 ? options->channels : LAB_EUICC_CHANNELS;
  self->store = lab_euicc_store_open (dir, error);
  if (self->store == NULL || !lab_euicc_store_get_string (self->store, "eid", &eid, error))
    return NULL;
  /* The EID is written with all the rest or not at all: without it there is no card yet. */
  if (eid == NULL)
    {
      if (options->pki == NULL)
        {
          kt_error_set (error, KT_ERROR_NOT_FOUND, "lab.no-card", "no card in this folder");
          return NULL;
        }
      if (!lab_euicc_make (self->store, options, self->env, error))
        return NULL;
    }
  return lab_euicc_load (self, error) ? g_steal_pointer (&self) : NULL;
}

LabEuicc *
lab_euicc_new (const LabEuiccOptions *options, GError **error)
{
  g_return_val_if_fail (options != NULL && options->pki != NULL, NULL);
  g_return_val_if_fail (options->channels <= LAB_EUICC_CHANNELS, NULL);

  return open_store (NULL, options, error);
}

LabEuicc *
lab_euicc_open (const char *dir, const LabEuiccOptions *options, GError **error)
{
  g_return_val_if_fail (dir != NULL && options != NULL, NULL);
  g_return_val_if_fail (options->channels <= LAB_EUICC_CHANNELS, NULL);

  if (options->pki == NULL && !lab_euicc_exists (dir))
    {
      kt_error_set (error, KT_ERROR_NOT_FOUND, "lab.no-card", "no card in this folder");
      return NULL;
    }
  return open_store (dir, options, error);
}

gboolean
lab_euicc_exists (const char *dir)
{
  g_autofree char *path = NULL;

  g_return_val_if_fail (dir != NULL, FALSE);

  path = g_build_filename (dir, "card.db", NULL);
  return g_file_test (path, G_FILE_TEST_IS_REGULAR);
}

/* ---- power ---- */

void
lab_euicc_power (LabEuicc *self, gboolean on)
{
  g_return_if_fail (LAB_IS_EUICC (self));

  g_mutex_lock (&self->lock);
  if (!on)
    lab_euicc_go_dark (self);
  else if (self->inserted)
    {
      self->resets++;
      lab_euicc_boot (self);
    }
  g_mutex_unlock (&self->lock);
}

void
lab_euicc_reset (LabEuicc *self)
{
  /* Nothing survives a warm reset that a cold one would lose (SGP.22 section 3.0.2). */
  lab_euicc_power (self, TRUE);
}

/* ---- APDUs ---- */

static GBytes *
answer (LabEuicc *self, const guint8 *command, gsize len)
{
  LabKnobs *knobs = &self->knobs;

  self->apdus++;
  if (knobs->fail_in > 0 && --knobs->fail_in == 0)
    return lab_reply (NULL, knobs->fail_sw);
  return lab_euicc_dispatch (self, command, len);
}

GBytes *
lab_euicc_transmit (LabEuicc *self, const guint8 *command, gsize len)
{
  GBytes *reply = NULL;
  gboolean pulled = FALSE;
  guint delay;

  g_return_val_if_fail (LAB_IS_EUICC (self), NULL);
  g_return_val_if_fail (command != NULL || len == 0, NULL);

  g_mutex_lock (&self->lock);
  delay = self->knobs.delay;
  g_mutex_unlock (&self->lock);
  /* Without the lock, so that the card can be pulled meanwhile. */
  if (delay > 0)
    g_usleep (delay);

  g_mutex_lock (&self->lock);
  if (self->powered && self->knobs.pull_in == 0)
    pulled = TRUE;
  else if (self->powered)
    {
      if (self->knobs.pull_in > 0)
        self->knobs.pull_in--;
      reply = answer (self, command, len);
    }
  g_mutex_unlock (&self->lock);
  if (pulled)
    lab_euicc_pull (self);
  return reply;
}

/* ---- what it is ---- */

LabEuiccProtocol
lab_euicc_get_protocol (LabEuicc *self)
{
  g_return_val_if_fail (LAB_IS_EUICC (self), LAB_EUICC_T0);

  return self->protocol;
}

const char *
lab_euicc_get_eid (LabEuicc *self)
{
  g_return_val_if_fail (LAB_IS_EUICC (self), NULL);

  return self->eid;
}

static guint
read_locked (LabEuicc *self, const guint *value)
{
  guint copy;

  g_mutex_lock (&self->lock);
  copy = *value;
  g_mutex_unlock (&self->lock);
  return copy;
}

gboolean
lab_euicc_is_inserted (LabEuicc *self)
{
  gboolean inserted;

  g_return_val_if_fail (LAB_IS_EUICC (self), FALSE);

  g_mutex_lock (&self->lock);
  inserted = self->inserted;
  g_mutex_unlock (&self->lock);
  return inserted;
}

gboolean
lab_euicc_is_powered (LabEuicc *self)
{
  gboolean powered;

  g_return_val_if_fail (LAB_IS_EUICC (self), FALSE);

  g_mutex_lock (&self->lock);
  powered = self->powered;
  g_mutex_unlock (&self->lock);
  return powered;
}

guint
lab_euicc_get_insertions (LabEuicc *self)
{
  g_return_val_if_fail (LAB_IS_EUICC (self), 0);

  return read_locked (self, &self->insertions);
}

guint
lab_euicc_get_resets (LabEuicc *self)
{
  g_return_val_if_fail (LAB_IS_EUICC (self), 0);

  return read_locked (self, &self->resets);
}

guint
lab_euicc_get_apdus (LabEuicc *self)
{
  g_return_val_if_fail (LAB_IS_EUICC (self), 0);

  return read_locked (self, &self->apdus);
}
