/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-lab"

#include "lab-vpcd-wire.h"

#include "kt-error.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>

static gboolean
translate (GError **error, GError *cause, KtErrorCode code)
{
  if (g_error_matches (cause, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    kt_error_set (error, KT_ERROR_CANCELLED, "cancelled", "cancelled");
  else
    kt_error_set (error, code, "vpcd.connection", "the virtual reader: %s",
                  cause != NULL ? cause->message : "connection closed");
  g_clear_error (&cause);
  return FALSE;
}

GSocket *
lab_vpcd_wire_connect (guint16 port, GCancellable *cancellable, GError **error)
{
  g_autoptr (GInetAddress) loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GSocketAddress) address = g_inet_socket_address_new (loopback, port);
  g_autoptr (GSocket) socket = NULL;
  GError *cause = NULL;

  socket = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, &cause);
  if (socket == NULL || !g_socket_connect (socket, address, cancellable, &cause))
    {
      translate (error, cause, KT_ERROR_CONNECT);
      return NULL;
    }
  g_socket_set_option (socket, IPPROTO_TCP, TCP_NODELAY, 1, NULL);
  return g_steal_pointer (&socket);
}

static gboolean
read_all (GSocket *socket, guint8 *buffer, gsize len, GCancellable *cancellable, GError **error)
{
  while (len > 0)
    {
      GError *cause = NULL;
      gssize got;

      /* vpcd writes length and data as two segments, with Nagle's algorithm on: the second one
       * waits for our acknowledgement of the first, which the kernel would delay by 40 ms. It
       * forgets the option whenever it likes, so it is set before each read. */
      g_socket_set_option (socket, IPPROTO_TCP, TCP_QUICKACK, 1, NULL);
      got = g_socket_receive (socket, (char *) buffer, len, cancellable, &cause);
      if (got <= 0)
        return translate (error, cause, KT_ERROR_CLOSED);
      buffer += got;
      len -= (gsize) got;
    }
  return TRUE;
}

gboolean
lab_vpcd_wire_read (GSocket *socket, guint8 *buffer, gsize *len, GCancellable *cancellable,
                    GError **error)
{
  guint8 header[2];

  if (!read_all (socket, header, sizeof header, cancellable, error))
    return FALSE;
  *len = (gsize) header[0] << 8 | header[1];
  return read_all (socket, buffer, *len, cancellable, error);
}

gboolean
lab_vpcd_wire_write (GSocket *socket, GBytes *message, GCancellable *cancellable, GError **error)
{
  gsize len;
  const guint8 *data = g_bytes_get_data (message, &len);
  g_autofree guint8 *frame = NULL;
  gsize sent = 0;

  g_assert (len <= LAB_VPCD_MESSAGE_MAX);

  frame = g_malloc (2 + len);
  frame[0] = (guint8) (len >> 8);
  frame[1] = (guint8) len;
  if (len > 0)
    memcpy (frame + 2, data, len);
  while (sent < 2 + len)
    {
      GError *cause = NULL;
      gssize n = g_socket_send (socket, (const char *) frame + sent, 2 + len - sent, cancellable,
                                &cause);

      if (n < 0)
        return translate (error, cause, KT_ERROR_CLOSED);
      sent += (gsize) n;
    }
  return TRUE;
}
