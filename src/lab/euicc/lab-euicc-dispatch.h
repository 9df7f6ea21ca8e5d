/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "lab-euicc-private.h"

G_BEGIN_DECLS

/** lab_euicc_dispatch: Returns: (transfer full): the R-APDU. */
GBytes *lab_euicc_dispatch (LabEuicc *self, const guint8 *command, gsize len);

/* ---- lab-euicc-channel.c ---- */

/** lab_channel_manage: MANAGE CHANNEL. */
GBytes *lab_channel_manage (LabEuicc *self, const LabApdu *apdu);
/** lab_channel_deliver: @data (nullable) and @sw as the protocol in use brings them. */
GBytes *lab_channel_deliver (LabEuicc *self, const LabApdu *apdu, GBytes *data, guint16 sw);
/** lab_channel_get_response: fetches what lab_channel_deliver() has left waiting. */
GBytes *lab_channel_get_response (LabEuicc *self, const LabApdu *apdu);

G_END_DECLS
