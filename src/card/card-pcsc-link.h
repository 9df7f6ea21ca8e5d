/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* Inside the card room only: PC/SC's own types stay behind this header. */

#include <gio/gio.h>
#include <winscard.h>

G_BEGIN_DECLS

/**
 * CardPcscLink:
 *
 * One PC/SC context with one card handle in it, counted by references: a call that its caller has
 * given up on still holds one, and the handle is disconnected (leaving the card as it is) when the
 * last user goes, so that no call ever finds its handle gone.
 */
typedef struct
{
  gint refs;
  char *reader;
  gboolean has_context;
  SCARDCONTEXT context;
  gboolean has_handle;
  SCARDHANDLE handle;
  char *raw_reader;
  DWORD protocol;
  guint16 events;
  GBytes *atr;
} CardPcscLink;

/** CardPcscJob: blocks as long as it likes; Returns: a PC/SC return code, its 32 bits. */
typedef guint32 (*CardPcscJob) (CardPcscLink *link);

/** card_pcsc_link_new: Returns: (transfer full): not connected; @reader is the UTF-8 name. */
CardPcscLink *card_pcsc_link_new (const char *reader);
CardPcscLink *card_pcsc_link_ref (CardPcscLink *link);
void card_pcsc_link_unref (CardPcscLink *link);

/* Jobs. */
guint32 card_pcsc_link_connect (CardPcscLink *link);
guint32 card_pcsc_link_begin (CardPcscLink *link);
/** card_pcsc_link_resume: takes the handle up again after another program reset the card. */
guint32 card_pcsc_link_resume (CardPcscLink *link);
guint32 card_pcsc_link_reset (CardPcscLink *link);

/**
 * card_pcsc_link_run:
 * @patience: milliseconds
 *
 * Runs @job on another thread. When time is up or @cancellable is cancelled it returns at once;
 * the job ends on its own some time, and the caller must not use @link any more.
 *
 * Returns: the job's code, SCARD_E_SHARING_VIOLATION when time was up, SCARD_E_CANCELLED
 */
guint32 card_pcsc_link_run (CardPcscLink *link, CardPcscJob job, guint patience,
                            GCancellable *cancellable, gboolean *abandoned);

/**
 * card_pcsc_link_why:
 * @code: what a call on the handle returned
 *
 * The first call after a card or a service has vanished often only says that it failed; the
 * daemon notices the reason some 0.4 s later. Waits for it, 1.5 s at most.
 *
 * Returns: the code that tells what really happened, or @code
 */
guint32 card_pcsc_link_why (CardPcscLink *link, guint32 code);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CardPcscLink, card_pcsc_link_unref)

G_END_DECLS
