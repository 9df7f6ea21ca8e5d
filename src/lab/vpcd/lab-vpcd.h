/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** LAB_VPCD_PORT: where vpcd listens unless its configuration says otherwise. */
#define LAB_VPCD_PORT 35963

/**
 * LabVpcdCard:
 * @transmit: one C-APDU (2 bytes or more, whatever a client sent) in, its R-APDU out (transfer
 *   full); %NULL for a card that falls silent: the reader then sees it removed and inserted again
 * @power: power on or off
 * @reset: warm reset
 * @atr: Returns: (transfer full): answer to reset
 *
 * A card as the virtual reader sees it. All functions are called on the #LabVpcd's own thread, one
 * at a time.
 */
typedef struct
{
  GBytes *(*transmit) (gpointer data, const guint8 *command, gsize len);
  void (*power) (gpointer data, gboolean on);
  void (*reset) (gpointer data);
  GBytes *(*atr) (gpointer data);
} LabVpcdCard;

/**
 * LabVpcd:
 *
 * Puts a card into pcscd's virtual reader (vpcd), and puts it in again whenever pcscd comes back.
 */
typedef struct _LabVpcd LabVpcd;

/**
 * lab_vpcd_new:
 * @port: vpcd's port on the loopback interface, usually %LAB_VPCD_PORT
 * @card: (transfer none): borrowed, must live as long as the #LabVpcd
 *
 * Starts at once, with the card inserted. pcscd need not run yet.
 */
LabVpcd *lab_vpcd_new (guint16 port, const LabVpcdCard *card, gpointer data);

/** lab_vpcd_free: pulls the card, waits for the thread to end; %NULL is fine. */
void lab_vpcd_free (LabVpcd *self);

/**
 * lab_vpcd_pull, lab_vpcd_insert:
 *
 * Take the card out and put it in. pull returns when the connection is closed (except from one of
 * the card's own functions: then after that function); pcscd notices some 0.4 s later.
 */
void lab_vpcd_pull (LabVpcd *self);
void lab_vpcd_insert (LabVpcd *self);

/** lab_vpcd_set_delay: every further APDU takes @microseconds longer. */
void lab_vpcd_set_delay (LabVpcd *self, guint microseconds);

/** lab_vpcd_is_connected: whether the card is in a virtual reader now. */
gboolean lab_vpcd_is_connected (LabVpcd *self);

/** lab_vpcd_wait_connected: waits for it, at most @milliseconds; whether it is. */
gboolean lab_vpcd_wait_connected (LabVpcd *self, guint milliseconds);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LabVpcd, lab_vpcd_free)

G_END_DECLS
