/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-card"

#include "card-pcsc-link.h"

#include "card-pcsc-error.h"
#include "card-pcsc-readers.h"

#define PROTOCOLS (SCARD_PROTOCOL_T0 | SCARD_PROTOCOL_T1)
#define WHY_MS 1500

typedef struct
{
  gint refs;
  CardPcscLink *link;
  CardPcscJob job;
  GMutex lock;
  GCond cond;
  gboolean done;
  guint32 code;
} PendingCall;

static PendingCall *
pending_call_ref (PendingCall *call)
{
  g_atomic_int_inc (&call->refs);
  return call;
}

static void
pending_call_unref (PendingCall *call)
{
  if (!g_atomic_int_dec_and_test (&call->refs))
    return;
  g_mutex_clear (&call->lock);
  g_cond_clear (&call->cond);
  g_free (call);
}

static void
run_pending_call (gpointer data, gpointer user_data)
{
  PendingCall *call = data;
  guint32 code = call->job (call->link);

  /* Before the caller goes on, so that when it lets go of the link, the link is gone. */
  g_clear_pointer (&call->link, card_pcsc_link_unref);
  g_mutex_lock (&call->lock);
  call->code = code;
  call->done = TRUE;
  g_cond_signal (&call->cond);
  g_mutex_unlock (&call->lock);
  pending_call_unref (call);
}

static GThreadPool *
get_pool (void)
{
  static gsize pool = 0;

  if (g_once_init_enter (&pool))
    {
      /* Without a limit: a call stuck behind one reader must not delay another reader's. */
      GThreadPool *made = g_thread_pool_new (run_pending_call, NULL, -1, FALSE, NULL);

      g_once_init_leave (&pool, (gsize) made);
    }
  return (GThreadPool *) pool;
}

static void
on_cancelled (GCancellable *cancellable, gpointer data)
{
  PendingCall *call = data;

  g_mutex_lock (&call->lock);
  g_cond_signal (&call->cond);
  g_mutex_unlock (&call->lock);
}

guint32
card_pcsc_link_run (CardPcscLink *link, CardPcscJob job, guint patience, GCancellable *cancellable,
                    gboolean *abandoned)
{
  gint64 deadline = g_get_monotonic_time () + (gint64) patience * 1000;
  PendingCall *call = g_new0 (PendingCall, 1);
  gulong handler = 0;
  gboolean in_time = TRUE;
  guint32 code;

  call->refs = 1;
  call->link = card_pcsc_link_ref (link);
  call->job = job;
  g_mutex_init (&call->lock);
  g_cond_init (&call->cond);
  if (cancellable != NULL)
    handler = g_cancellable_connect (cancellable, G_CALLBACK (on_cancelled), call, NULL);
  g_thread_pool_push (get_pool (), pending_call_ref (call), NULL);

  g_mutex_lock (&call->lock);
  while (!call->done && in_time && !g_cancellable_is_cancelled (cancellable))
    in_time = g_cond_wait_until (&call->cond, &call->lock, deadline);
  *abandoned = !call->done;
  if (call->done)
    code = call->code;
  else
    code = (guint32) (in_time ? SCARD_E_CANCELLED : SCARD_E_SHARING_VIOLATION);
  g_mutex_unlock (&call->lock);

  g_cancellable_disconnect (cancellable, handler);
  pending_call_unref (call);
  return code;
}

CardPcscLink *
card_pcsc_link_new (const char *reader)
{
  CardPcscLink *link = g_new0 (CardPcscLink, 1);

  link->refs = 1;
  link->reader = g_strdup (reader);
  return link;
}

CardPcscLink *
card_pcsc_link_ref (CardPcscLink *link)
{
  g_atomic_int_inc (&link->refs);
  return link;
}

void
card_pcsc_link_unref (CardPcscLink *link)
{
  if (link == NULL || !g_atomic_int_dec_and_test (&link->refs))
    return;
  /* Disconnecting ends a transaction, too. */
  if (link->has_handle)
    SCardDisconnect (link->handle, SCARD_LEAVE_CARD);
  if (link->has_context)
    SCardReleaseContext (link->context);
  g_clear_pointer (&link->atr, g_bytes_unref);
  g_free (link->raw_reader);
  g_free (link->reader);
  g_free (link);
}

static guint32
find_raw_reader (CardPcscLink *link)
{
  g_auto (GStrv) names = NULL;
  guint32 rv = card_pcsc_list_raw (link->context, &names);

  if (rv != CARD_PCSC_OK)
    return rv;
  for (guint i = 0; names[i] != NULL; i++)
    {
      g_autofree char *valid = g_utf8_make_valid (names[i], -1);

      if (g_str_equal (valid, link->reader))
        {
          g_free (link->raw_reader);
          link->raw_reader = g_strdup (names[i]);
          return CARD_PCSC_OK;
        }
    }
  return (guint32) SCARD_E_UNKNOWN_READER;
}

static void
note_card (CardPcscLink *link)
{
  SCARD_READERSTATE state = { .szReader = link->raw_reader,
                              .dwCurrentState = SCARD_STATE_UNAWARE };
  guint8 atr[MAX_ATR_SIZE];
  DWORD atr_len = sizeof atr;
  DWORD protocol = 0;

  g_clear_pointer (&link->atr, g_bytes_unref);
  if (SCardStatus (link->handle, NULL, NULL, NULL, &protocol, atr, &atr_len) == SCARD_S_SUCCESS)
    link->atr = g_bytes_new (atr, MIN (atr_len, sizeof atr));
  if (SCardGetStatusChange (link->context, 0, &state, 1) == SCARD_S_SUCCESS)
    link->events = (guint16) (state.dwEventState >> 16);
}

guint32
card_pcsc_link_connect (CardPcscLink *link)
{
  guint32 rv = (guint32) SCardEstablishContext (SCARD_SCOPE_SYSTEM, NULL, NULL, &link->context);

  if (rv != CARD_PCSC_OK)
    return rv;
  link->has_context = TRUE;
  rv = find_raw_reader (link);
  if (rv != CARD_PCSC_OK)
    return rv;
  rv = (guint32) SCardConnect (link->context, link->raw_reader, SCARD_SHARE_SHARED, PROTOCOLS,
                               &link->handle, &link->protocol);
  if (rv != CARD_PCSC_OK)
    return rv;
  link->has_handle = TRUE;
  note_card (link);
  return CARD_PCSC_OK;
}

guint32
card_pcsc_link_begin (CardPcscLink *link)
{
  return (guint32) SCardBeginTransaction (link->handle);
}

static guint32
reconnect (CardPcscLink *link, DWORD initialization)
{
  DWORD protocol = link->protocol;
  guint32 rv = (guint32) SCardReconnect (link->handle, SCARD_SHARE_SHARED, PROTOCOLS,
                                         initialization, &protocol);

  if (rv == CARD_PCSC_OK)
    {
      link->protocol = protocol;
      note_card (link);
    }
  return rv;
}

guint32
card_pcsc_link_resume (CardPcscLink *link)
{
  return reconnect (link, SCARD_LEAVE_CARD);
}

guint32
card_pcsc_link_reset (CardPcscLink *link)
{
  guint32 rv = reconnect (link, SCARD_RESET_CARD);

  /* Some readers cannot do a warm reset, and some cards only come back after a cold one. */
  if (rv != CARD_PCSC_OK && !card_pcsc_code_is_gone (rv))
    rv = reconnect (link, SCARD_UNPOWER_CARD);
  return rv;
}

static gboolean
explains_itself (guint32 code)
{
  switch (code)
    {
    case (guint32) SCARD_E_NOT_TRANSACTED:
    case (guint32) SCARD_F_COMM_ERROR:
    case (guint32) SCARD_E_COMM_DATA_LOST:
    case (guint32) SCARD_F_INTERNAL_ERROR:
    case (guint32) SCARD_F_UNKNOWN_ERROR:
    case (guint32) SCARD_E_INVALID_HANDLE:
    case (guint32) SCARD_E_INVALID_VALUE:
    case (guint32) SCARD_E_NOT_READY:
    case (guint32) SCARD_E_TIMEOUT:
    case (guint32) SCARD_W_UNRESPONSIVE_CARD:
    case (guint32) SCARD_W_UNPOWERED_CARD:
      return FALSE;
    default:
      return TRUE;
    }
}

guint32
card_pcsc_link_why (CardPcscLink *link, guint32 code)
{
  gint64 deadline = g_get_monotonic_time () + WHY_MS * 1000;
  SCARD_READERSTATE state = { .szReader = link->raw_reader,
                              .dwCurrentState = SCARD_STATE_PRESENT | SCARD_STATE_INUSE };

  if (code == (guint32) SCARD_E_NO_SMARTCARD)
    return (guint32) SCARD_W_REMOVED_CARD;
  while (!explains_itself (code))
    {
      gint64 left = (deadline - g_get_monotonic_time ()) / 1000;
      guint32 rv;

      if (left <= 0)
        break;
      rv = (guint32) SCardGetStatusChange (link->context, (DWORD) left, &state, 1);
      if (rv == (guint32) SCARD_E_TIMEOUT)
        break;
      if (rv == (guint32) SCARD_E_UNKNOWN_READER)
        return (guint32) SCARD_E_READER_UNAVAILABLE;
      if (rv != CARD_PCSC_OK)
        /* The context speaks to nobody: the service is gone. */
        return (guint32) SCARD_E_NO_SERVICE;
      if (state.dwEventState & (SCARD_STATE_UNKNOWN | SCARD_STATE_UNAVAILABLE))
        return (guint32) SCARD_E_READER_UNAVAILABLE;
      if (!(state.dwEventState & SCARD_STATE_PRESENT) ||
          (guint16) (state.dwEventState >> 16) != link->events)
        return (guint32) SCARD_W_REMOVED_CARD;
      state.dwCurrentState = state.dwEventState & ~(DWORD) SCARD_STATE_CHANGED;
    }
  return code;
}
