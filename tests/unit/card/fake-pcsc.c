/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-test"

#include "fake-pcsc.h"

#include <string.h>

#define PNP_READER "\\\\?PnP?\\Notification"

typedef struct
{
  char *name;
  DWORD flags;
  guint8 atr[MAX_ATR_SIZE];
  gsize atr_len;
  guint16 events;
} FakeReader;

static struct
{
  GMutex lock;
  GCond cond;
  gboolean service;
  GPtrArray *readers;
  guint waiting;
  gboolean cancelled;
  char *plug_after_list;
  int list_extra;
  guint list_grows;
  LONG connect_rv;
  DWORD protocol;
  LONG reset_rv, unpower_rv, leave_rv;
  LONG transmit_rv;
  DWORD answer_len;
  guint calls[FAKE_PCSC_CALLS];
} fake;

/* ---- the test's side ---- */

static void
fake_reader_free (gpointer data)
{
  FakeReader *reader = data;

  g_free (reader->name);
  g_free (reader);
}

static FakeReader *
find_reader (const char *name)
{
  for (guint i = 0; i < fake.readers->len; i++)
    {
      FakeReader *reader = g_ptr_array_index (fake.readers, i);

      if (g_str_equal (reader->name, name))
        return reader;
    }
  return NULL;
}

static void
add_reader (const char *name)
{
  FakeReader *reader = g_new0 (FakeReader, 1);

  reader->name = g_strdup (name);
  reader->flags = SCARD_STATE_EMPTY;
  g_ptr_array_add (fake.readers, reader);
}

void
fake_pcsc_reset (void)
{
  g_mutex_lock (&fake.lock);
  g_clear_pointer (&fake.readers, g_ptr_array_unref);
  g_clear_pointer (&fake.plug_after_list, g_free);
  fake.readers = g_ptr_array_new_with_free_func (fake_reader_free);
  fake.service = TRUE;
  fake.cancelled = FALSE;
  fake.list_extra = 0;
  fake.list_grows = 0;
  fake.connect_rv = fake.reset_rv = fake.unpower_rv = fake.leave_rv = fake.transmit_rv = 0;
  fake.protocol = SCARD_PROTOCOL_T0;
  fake.answer_len = 2;
  memset (fake.calls, 0, sizeof fake.calls);
  g_mutex_unlock (&fake.lock);
}

#define LOCKED(statement) \
  G_STMT_START \
  { \
    g_mutex_lock (&fake.lock); \
    statement; \
    g_cond_broadcast (&fake.cond); \
    g_mutex_unlock (&fake.lock); \
  } \
  G_STMT_END

void
fake_pcsc_set_service (gboolean up)
{
  LOCKED (fake.service = up);
}

void
fake_pcsc_add_reader (const char *name)
{
  LOCKED (add_reader (name));
}

void
fake_pcsc_remove_reader (const char *name)
{
  LOCKED (g_ptr_array_remove (fake.readers, find_reader (name)));
}

static void
set_card (FakeReader *reader, const guint8 *atr, gsize len)
{
  reader->flags = atr != NULL ? SCARD_STATE_PRESENT : SCARD_STATE_EMPTY;
  reader->atr_len = len;
  if (len > 0)
    memcpy (reader->atr, atr, len);
  reader->events++;
}

void
fake_pcsc_set_card (const char *name, const guint8 *atr, gsize len)
{
  LOCKED (set_card (find_reader (name), atr, len));
}

void
fake_pcsc_set_flags (const char *name, DWORD flags)
{
  LOCKED (find_reader (name)->flags = flags);
}

void
fake_pcsc_plug_after_list (const char *name)
{
  LOCKED (fake.plug_after_list = g_strdup (name));
}

void
fake_pcsc_lie_about_list (int extra)
{
  LOCKED (fake.list_extra = extra);
}

void
fake_pcsc_grow_list (guint n)
{
  LOCKED (fake.list_grows = n);
}

void
fake_pcsc_set_connect (LONG rv, DWORD protocol)
{
  LOCKED (fake.connect_rv = rv; fake.protocol = protocol);
}

void
fake_pcsc_set_reconnect (LONG reset, LONG unpower, LONG leave)
{
  LOCKED (fake.reset_rv = reset; fake.unpower_rv = unpower; fake.leave_rv = leave);
}

void
fake_pcsc_set_transmit (LONG rv, DWORD answer_len)
{
  LOCKED (fake.transmit_rv = rv; fake.answer_len = answer_len);
}

guint
fake_pcsc_get_calls (FakePcscCall call)
{
  guint n;

  LOCKED (n = fake.calls[call]);
  return n;
}

/* ---- the program's side ---- */

static LONG
answer (FakePcscCall call, LONG rv)
{
  fake.calls[call]++;
  return fake.service ? rv : SCARD_E_NO_SERVICE;
}

LONG
SCardEstablishContext (DWORD scope, LPCVOID r1, LPCVOID r2, LPSCARDCONTEXT context)
{
  LONG rv;

  LOCKED (rv = answer (FAKE_PCSC_ESTABLISH, SCARD_S_SUCCESS));
  *context = 1;
  return rv;
}

LONG
SCardReleaseContext (SCARDCONTEXT context)
{
  LONG rv;

  LOCKED (rv = answer (FAKE_PCSC_RELEASE, SCARD_S_SUCCESS));
  return rv;
}

static GByteArray *
build_list (void)
{
  GByteArray *list = g_byte_array_new ();

  for (guint i = 0; i < fake.readers->len; i++)
    {
      FakeReader *reader = g_ptr_array_index (fake.readers, i);

      g_byte_array_append (list, (const guint8 *) reader->name, (guint) strlen (reader->name) + 1);
    }
  g_byte_array_append (list, (const guint8 *) "", 1);
  return list;
}

static LONG
list_readers (char *out, DWORD *len)
{
  g_autoptr (GByteArray) list = build_list ();
  DWORD room = *len;

  if (!fake.service)
    return SCARD_E_NO_SERVICE;
  if (fake.readers->len == 0)
    return SCARD_E_NO_READERS_AVAILABLE;
  *len = (DWORD) ((int) list->len + fake.list_extra);
  if (out == NULL)
    return SCARD_S_SUCCESS;
  if (fake.list_grows > 0)
    {
      fake.list_grows--;
      return SCARD_E_INSUFFICIENT_BUFFER;
    }
  memcpy (out, list->data, MIN (room, list->len));
  if (fake.plug_after_list != NULL)
    add_reader (fake.plug_after_list);
  g_clear_pointer (&fake.plug_after_list, g_free);
  return SCARD_S_SUCCESS;
}

LONG
SCardListReaders (SCARDCONTEXT context, LPCSTR groups, LPSTR readers, LPDWORD len)
{
  LONG rv;

  LOCKED (rv = list_readers (readers, len));
  return rv;
}

/* Fills in one state; whether it differs from what the caller knows. */
static gboolean
update_state (SCARD_READERSTATE *state, guint readers_before)
{
  FakeReader *reader = find_reader (state->szReader);
  gboolean changed;

  if (g_str_equal (state->szReader, PNP_READER))
    {
      changed = fake.readers->len != readers_before;
      state->dwEventState = changed ? SCARD_STATE_CHANGED : 0;
      return changed;
    }
  if (reader == NULL)
    {
      state->dwEventState = SCARD_STATE_UNKNOWN | SCARD_STATE_UNAVAILABLE | SCARD_STATE_CHANGED;
      return TRUE;
    }
  state->dwEventState = reader->flags | (DWORD) reader->events << 16;
  state->cbAtr = reader->flags & SCARD_STATE_PRESENT ? (DWORD) reader->atr_len : 0;
  memcpy (state->rgbAtr, reader->atr, sizeof state->rgbAtr);
  changed = state->dwEventState != state->dwCurrentState;
  if (changed)
    state->dwEventState |= SCARD_STATE_CHANGED;
  return changed;
}

static LONG
wait_for_change (DWORD timeout, SCARD_READERSTATE *states, DWORD n)
{
  gint64 deadline = g_get_monotonic_time () + (gint64) MIN (timeout, 3600000) * 1000;
  guint before = fake.readers->len;

  fake.calls[FAKE_PCSC_STATUS_CHANGE]++;
  for (DWORD i = 0; i < n; i++)
    if (!g_str_equal (states[i].szReader, PNP_READER) && find_reader (states[i].szReader) == NULL)
      return SCARD_E_UNKNOWN_READER;
  fake.waiting++;
  fake.cancelled = FALSE;
  for (;;)
    {
      gboolean changed = FALSE;

      for (DWORD i = 0; i < n; i++)
        changed = update_state (&states[i], before) || changed;
      if (!fake.service || fake.cancelled || changed)
        break;
      if (!g_cond_wait_until (&fake.cond, &fake.lock, deadline))
        {
          fake.waiting--;
          return SCARD_E_TIMEOUT;
        }
    }
  fake.waiting--;
  if (!fake.service)
    return SCARD_E_NO_SERVICE;
  return fake.cancelled ? SCARD_E_CANCELLED : SCARD_S_SUCCESS;
}

LONG
SCardGetStatusChange (SCARDCONTEXT context, DWORD timeout, SCARD_READERSTATE *states, DWORD n)
{
  LONG rv;

  g_mutex_lock (&fake.lock);
  rv = fake.service ? wait_for_change (timeout, states, n) : SCARD_E_NO_SERVICE;
  g_mutex_unlock (&fake.lock);
  return rv;
}

LONG
SCardCancel (SCARDCONTEXT context)
{
  LOCKED (fake.cancelled = fake.waiting > 0);
  return SCARD_S_SUCCESS;
}

LONG
SCardConnect (SCARDCONTEXT context, LPCSTR reader, DWORD mode, DWORD protocols, LPSCARDHANDLE card,
              LPDWORD protocol)
{
  LONG rv;

  g_assert_cmpuint (mode, ==, SCARD_SHARE_SHARED);
  g_assert_cmpuint (protocols, ==, SCARD_PROTOCOL_T0 | SCARD_PROTOCOL_T1);
  LOCKED (rv = answer (FAKE_PCSC_CONNECT, fake.connect_rv); *protocol = fake.protocol);
  *card = 1;
  return rv;
}

LONG
SCardReconnect (SCARDHANDLE card, DWORD mode, DWORD protocols, DWORD initialization,
                LPDWORD protocol)
{
  LONG rv;

  g_mutex_lock (&fake.lock);
  if (initialization == SCARD_RESET_CARD)
    rv = answer (FAKE_PCSC_RECONNECT_RESET, fake.reset_rv);
  else if (initialization == SCARD_UNPOWER_CARD)
    rv = answer (FAKE_PCSC_RECONNECT_UNPOWER, fake.unpower_rv);
  else
    rv = answer (FAKE_PCSC_RECONNECT_LEAVE, fake.leave_rv);
  *protocol = fake.protocol;
  g_mutex_unlock (&fake.lock);
  return rv;
}

LONG
SCardDisconnect (SCARDHANDLE card, DWORD disposition)
{
  LONG rv;

  g_assert_cmpuint (disposition, ==, SCARD_LEAVE_CARD);
  LOCKED (rv = answer (FAKE_PCSC_DISCONNECT, SCARD_S_SUCCESS));
  return rv;
}

LONG
SCardBeginTransaction (SCARDHANDLE card)
{
  LONG rv;

  LOCKED (rv = answer (FAKE_PCSC_BEGIN, SCARD_S_SUCCESS));
  return rv;
}

LONG
SCardEndTransaction (SCARDHANDLE card, DWORD disposition)
{
  LONG rv;

  g_assert_cmpuint (disposition, ==, SCARD_LEAVE_CARD);
  LOCKED (rv = answer (FAKE_PCSC_END, SCARD_S_SUCCESS));
  return rv;
}

LONG
SCardStatus (SCARDHANDLE card, LPSTR reader, LPDWORD reader_len, LPDWORD state, LPDWORD protocol,
             LPBYTE atr, LPDWORD atr_len)
{
  g_assert_cmpuint (*atr_len, >=, MAX_ATR_SIZE);
  memset (atr, 0x3B, MAX_ATR_SIZE);
  /* Longer than any answer to reset is. */
  *atr_len = 255;
  return SCARD_S_SUCCESS;
}

LONG
SCardTransmit (SCARDHANDLE card, const SCARD_IO_REQUEST *send_pci, LPCBYTE command, DWORD len,
               SCARD_IO_REQUEST *receive_pci, LPBYTE response, LPDWORD response_len)
{
  DWORD room = *response_len;
  LONG rv;

  g_mutex_lock (&fake.lock);
  rv = fake.service ? fake.transmit_rv : SCARD_E_NO_SERVICE;
  *response_len = fake.answer_len;
  g_mutex_unlock (&fake.lock);
  if (rv == SCARD_S_SUCCESS)
    memset (response, 0x90, MIN (room, *response_len));
  return rv;
}
