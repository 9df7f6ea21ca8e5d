/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "card-exchange.h"
#include "card-wrapper.h"

G_BEGIN_DECLS

/** LabMeter: a card that counts what goes over its interface. */
#define LAB_TYPE_METER (lab_meter_get_type ())
G_DECLARE_FINAL_TYPE (LabMeter, lab_meter, LAB, METER, CardWrapper)

/** lab_meter_new: Returns: (transfer full): around @inner, of which it takes a reference. */
Card *lab_meter_new (Card *inner);

/** lab_meter_get: since it was made. */
CardCounters lab_meter_get (LabMeter *self);

G_END_DECLS
