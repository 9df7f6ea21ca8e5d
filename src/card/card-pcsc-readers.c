/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-card"

#include "card-pcsc-readers.h"

#include "card-pcsc-error.h"
#include "card-pcsc.h"

#include <string.h>

char **
card_pcsc_split_names (const char *list, gsize len)
{
  GPtrArray *names = g_ptr_array_new ();

  while (len > 0 && list[0] != '\0')
    {
      gsize n = strnlen (list, len);

      g_ptr_array_add (names, g_strndup (list, n));
      n = MIN (n + 1, len);
      list += n;
      len -= n;
    }
  g_ptr_array_add (names, NULL);
  return (char **) g_ptr_array_free (names, FALSE);
}

guint32
card_pcsc_list_raw (SCARDCONTEXT context, char ***names)
{
  *names = NULL;
  /* A reader may be plugged in between the two calls. */
  for (int tries = 0; tries < 4; tries++)
    {
      g_autofree char *list = NULL;
      DWORD len = 0;
      DWORD size = 0;
      guint32 rv = (guint32) SCardListReaders (context, NULL, NULL, &len);

      if (rv == CARD_PCSC_OK)
        {
          size = len;
          list = g_malloc0 (size + 1);
          rv = (guint32) SCardListReaders (context, NULL, list, &len);
        }
      if (rv == (guint32) SCARD_E_INSUFFICIENT_BUFFER)
        continue;
      if (rv == (guint32) SCARD_E_NO_READERS_AVAILABLE)
        *names = g_new0 (char *, 1);
      else if (rv == CARD_PCSC_OK)
        *names = card_pcsc_split_names (list, MIN (len, size));
      else
        return rv;
      return CARD_PCSC_OK;
    }
  return (guint32) SCARD_E_INSUFFICIENT_BUFFER;
}

static CardReaderState
state_from_flags (DWORD flags)
{
  if (flags & (SCARD_STATE_UNKNOWN | SCARD_STATE_UNAVAILABLE))
    return CARD_READER_UNAVAILABLE;
  if (!(flags & SCARD_STATE_PRESENT))
    return CARD_READER_EMPTY;
  if (flags & SCARD_STATE_MUTE)
    return CARD_READER_MUTE;
  if (flags & SCARD_STATE_EXCLUSIVE)
    return CARD_READER_EXCLUSIVE;
  if (flags & SCARD_STATE_INUSE)
    return CARD_READER_IN_USE;
  return CARD_READER_PRESENT;
}

CardReaderInfo *
card_pcsc_reader_info (const SCARD_READERSTATE *state)
{
  CardReaderState what = state_from_flags (state->dwEventState);
  g_autoptr (GBytes) atr = NULL;

  if (what != CARD_READER_EMPTY && what != CARD_READER_UNAVAILABLE && state->cbAtr > 0)
    atr = g_bytes_new (state->rgbAtr, MIN (state->cbAtr, sizeof state->rgbAtr));
  return card_reader_info_new (state->szReader, what, atr,
                               (guint16) (state->dwEventState >> 16));
}

static guint32
list_with_states (SCARDCONTEXT context, GPtrArray *readers)
{
  g_auto (GStrv) names = NULL;
  guint32 rv = card_pcsc_list_raw (context, &names);

  for (guint i = 0; rv == CARD_PCSC_OK && names[i] != NULL; i++)
    {
      SCARD_READERSTATE state = { .szReader = names[i], .dwCurrentState = SCARD_STATE_UNAWARE };

      rv = (guint32) SCardGetStatusChange (context, 0, &state, 1);
      if (rv == (guint32) SCARD_E_TIMEOUT)
        rv = CARD_PCSC_OK;
      /* Unplugged since it was listed: simply not there. */
      if (rv == (guint32) SCARD_E_UNKNOWN_READER)
        rv = CARD_PCSC_OK;
      else if (rv == CARD_PCSC_OK)
        g_ptr_array_add (readers, card_pcsc_reader_info (&state));
    }
  return rv;
}

GPtrArray *
card_pcsc_list_readers (GError **error)
{
  g_autoptr (GPtrArray) readers = NULL;
  SCARDCONTEXT context;
  guint32 rv;

  rv = (guint32) SCardEstablishContext (SCARD_SCOPE_SYSTEM, NULL, NULL, &context);
  if (rv != CARD_PCSC_OK)
    {
      card_pcsc_error_set (error, rv, "reaching the smart card service");
      return NULL;
    }
  readers = g_ptr_array_new_with_free_func ((GDestroyNotify) card_reader_info_free);
  rv = list_with_states (context, readers);
  SCardReleaseContext (context);
  if (rv != CARD_PCSC_OK)
    {
      card_pcsc_error_set (error, rv, "listing the readers");
      return NULL;
    }
  return g_steal_pointer (&readers);
}
