/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-lab"

#include "lab-meter.h"

struct _LabMeter
{
  CardWrapper parent_instance;

  CardCounters counters;
};

G_DEFINE_FINAL_TYPE (LabMeter, lab_meter, KT_TYPE_CARD_WRAPPER)

static GBytes *
lab_meter_transmit (Card *card, GBytes *command, GCancellable *cancellable, GError **error)
{
  LabMeter *self = LAB_METER (card);
  GBytes *response = card_transmit (card_wrapper_get_inner (KT_CARD_WRAPPER (card)), command,
                                    cancellable, error);

  if (response == NULL)
    return NULL;
  self->counters.c_apdus++;
  self->counters.bytes_out += g_bytes_get_size (command);
  self->counters.bytes_in += g_bytes_get_size (response);
  return response;
}

static void
lab_meter_class_init (LabMeterClass *klass)
{
  KT_CARD_CLASS (klass)->transmit = lab_meter_transmit;
}

static void
lab_meter_init (LabMeter *self)
{
}

Card *
lab_meter_new (Card *inner)
{
  LabMeter *self = g_object_new (LAB_TYPE_METER, NULL);

  card_wrapper_set_inner (KT_CARD_WRAPPER (self), inner);
  return KT_CARD (self);
}

CardCounters
lab_meter_get (LabMeter *self)
{
  return self->counters;
}
