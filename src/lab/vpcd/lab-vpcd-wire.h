/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* Inside the vpcd room only: vpcd's messages on a socket. */

#include <gio/gio.h>

G_BEGIN_DECLS

/** LAB_VPCD_MESSAGE_MAX: the length field has 16 bits. */
#define LAB_VPCD_MESSAGE_MAX 65535

/* Messages of one byte are commands, every longer one is a C-APDU. */
enum
{
  LAB_VPCD_OFF = 0,
  LAB_VPCD_ON = 1,
  LAB_VPCD_RESET = 2,
  LAB_VPCD_ATR = 4,
};

/**
 * lab_vpcd_wire_connect:
 * @port: of the loopback interface
 *
 * Returns: (transfer full) (nullable): %NULL with %KT_ERROR_CONNECT or %KT_ERROR_CANCELLED
 */
GSocket *lab_vpcd_wire_connect (guint16 port, GCancellable *cancellable, GError **error);

/**
 * lab_vpcd_wire_read:
 * @buffer: of %LAB_VPCD_MESSAGE_MAX bytes
 *
 * Reads one message; @len may be 0. Fails with %KT_ERROR_CLOSED or %KT_ERROR_CANCELLED.
 */
gboolean lab_vpcd_wire_read (GSocket *socket, guint8 *buffer, gsize *len,
                             GCancellable *cancellable, GError **error);

/** lab_vpcd_wire_write: one message, %LAB_VPCD_MESSAGE_MAX bytes at most; fails as reading does. */
gboolean lab_vpcd_wire_write (GSocket *socket, GBytes *message, GCancellable *cancellable,
                              GError **error);

G_END_DECLS
