/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>
#include <winscard.h>

G_BEGIN_DECLS

/*
 * PC/SC's functions, played by the test program: the linker takes them in place of the library's.
 * As contrary as the real one may be: a cancellation that finds nobody waiting is lost, lists
 * change between two calls, lengths lie.
 */

/** fake_pcsc_reset: a service without readers, nothing contrary. */
void fake_pcsc_reset (void);

void fake_pcsc_set_service (gboolean up);
void fake_pcsc_add_reader (const char *name);
void fake_pcsc_remove_reader (const char *name);
/** fake_pcsc_set_card: @atr of @len bytes, or %NULL to take the card out. */
void fake_pcsc_set_card (const char *name, const guint8 *atr, gsize len);
void fake_pcsc_set_flags (const char *name, DWORD flags);

/** fake_pcsc_plug_after_list: @name appears right after the next list was read. */
void fake_pcsc_plug_after_list (const char *name);
/** fake_pcsc_lie_about_list: the list's length is told as @extra bytes more than it is. */
void fake_pcsc_lie_about_list (int extra);
/** fake_pcsc_grow_list: the next @n lists turn out longer than was just told. */
void fake_pcsc_grow_list (guint n);

/** What SCardConnect, SCardReconnect and SCardTransmit return next; 0 is success. */
void fake_pcsc_set_connect (LONG rv, DWORD protocol);
void fake_pcsc_set_reconnect (LONG reset, LONG unpower, LONG leave);
void fake_pcsc_set_transmit (LONG rv, DWORD answer_len);

/** How often a function was called since fake_pcsc_reset(). */
typedef enum
{
  FAKE_PCSC_ESTABLISH,
  FAKE_PCSC_RELEASE,
  FAKE_PCSC_CONNECT,
  FAKE_PCSC_DISCONNECT,
  FAKE_PCSC_RECONNECT_RESET,
  FAKE_PCSC_RECONNECT_UNPOWER,
  FAKE_PCSC_RECONNECT_LEAVE,
  FAKE_PCSC_BEGIN,
  FAKE_PCSC_END,
  FAKE_PCSC_STATUS_CHANGE,
  FAKE_PCSC_CALLS,
} FakePcscCall;

guint fake_pcsc_get_calls (FakePcscCall call);

G_END_DECLS
