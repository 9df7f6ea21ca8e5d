/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-card"

#include "card-pcsc.h"

#include "card-pcsc-error.h"
#include "card-pcsc-link.h"
#include "kt-bytes.h"
#include "kt-error.h"

/* The longest R-APDU there is: 65536 bytes and a status word (ISO/IEC 7816-3 section 12.1). A
 * shorter buffer would lose the answer of a card that sends more than it was asked for. */
#define RESPONSE_MAX (65536 + 2)

struct _CardPcsc
{
  Card parent_instance;

  char *reader;
  guint patience;
  CardPcscLink *link;
  guint32 lost;
  guint depth;
  gboolean held;
  guint8 *buffer;
};

G_DEFINE_FINAL_TYPE (CardPcsc, card_pcsc, KT_TYPE_CARD)

static void
drop_link (CardPcsc *self)
{
  self->held = FALSE;
  g_clear_pointer (&self->link, card_pcsc_link_unref);
}

static guint32
run (CardPcsc *self, CardPcscJob job, GCancellable *cancellable)
{
  gboolean abandoned;
  guint32 rv = card_pcsc_link_run (self->link, job, self->patience, cancellable, &abandoned);

  if (abandoned)
    {
      drop_link (self);
      self->lost = rv;
    }
  return rv;
}

/* Leaves a handle that the next call can use, or none. */
static gboolean
fail (CardPcsc *self, guint32 rv, const char *what, GError **error)
{
  if (self->link != NULL)
    rv = card_pcsc_link_why (self->link, rv);
  if (rv == (guint32) SCARD_W_RESET_CARD)
    {
      guint32 resumed;

      self->held = FALSE;
      resumed = run (self, card_pcsc_link_resume, NULL);
      if (resumed != CARD_PCSC_OK && self->link != NULL)
        {
          resumed = card_pcsc_link_why (self->link, resumed);
          if (card_pcsc_code_is_gone (resumed))
            rv = resumed;
        }
    }
  if (card_pcsc_code_is_gone (rv))
    {
      drop_link (self);
      self->lost = rv;
    }
  return card_pcsc_error_set (error, rv, what);
}

static gboolean
check_open (CardPcsc *self, const char *what, GError **error)
{
  if (self->link != NULL)
    return TRUE;
  if (self->lost != 0)
    return card_pcsc_error_set (error, self->lost, what);
  return kt_error_set (error, KT_ERROR_NO_CARD, "pcsc.not-open", "%s: not connected", what);
}

static gboolean
card_pcsc_open (Card *card, GCancellable *cancellable, GError **error)
{
  CardPcsc *self = KT_CARD_PCSC (card);
  guint32 rv;

  if (self->link != NULL)
    return TRUE;
  if (g_cancellable_is_cancelled (cancellable))
    return kt_error_set (error, KT_ERROR_CANCELLED, "cancelled", "cancelled before connecting");
  self->lost = 0;
  self->link = card_pcsc_link_new (self->reader);
  rv = run (self, card_pcsc_link_connect, cancellable);
  if (rv == CARD_PCSC_OK)
    return TRUE;
  drop_link (self);
  self->lost = 0;
  return card_pcsc_error_set (error, rv, "connecting to the card");
}

static GBytes *
card_pcsc_transmit (Card *card, GBytes *command, GCancellable *cancellable, GError **error)
{
  CardPcsc *self = KT_CARD_PCSC (card);
  const SCARD_IO_REQUEST *pci;
  DWORD len = RESPONSE_MAX;
  GBytes *response;
  guint32 rv;

  if (!check_open (self, "sending an APDU", error))
    return NULL;
  pci = self->link->protocol == SCARD_PROTOCOL_T1 ? SCARD_PCI_T1 : SCARD_PCI_T0;
  rv = (guint32) SCardTransmit (self->link->handle, pci, g_bytes_get_data (command, NULL),
                                (DWORD) g_bytes_get_size (command), NULL, self->buffer, &len);
  /* Some drivers call it a success, with nothing in it, when the card is pulled meanwhile. */
  if (rv == CARD_PCSC_OK && len < 2)
    rv = (guint32) SCARD_E_NOT_TRANSACTED;
  if (rv != CARD_PCSC_OK)
    {
      fail (self, rv, "sending an APDU", error);
      return NULL;
    }
  len = MIN (len, RESPONSE_MAX);
  response = g_bytes_new (self->buffer, len);
  kt_wipe (self->buffer, len);
  return response;
}

static gboolean
card_pcsc_reset (Card *card, GError **error)
{
  CardPcsc *self = KT_CARD_PCSC (card);
  guint32 rv;

  if (!check_open (self, "resetting the card", error))
    return FALSE;
  rv = run (self, card_pcsc_link_reset, NULL);
  if (rv == CARD_PCSC_OK)
    return TRUE;
  return fail (self, rv, "resetting the card", error);
}

static gboolean
card_pcsc_begin (Card *card, GError **error)
{
  CardPcsc *self = KT_CARD_PCSC (card);
  guint32 rv;

  if (!check_open (self, "beginning a transaction", error))
    return FALSE;
  if (self->depth == 0 || !self->held)
    {
      rv = run (self, card_pcsc_link_begin, NULL);
      if (rv != CARD_PCSC_OK)
        return fail (self, rv, "beginning a transaction", error);
      self->held = TRUE;
    }
  self->depth++;
  return TRUE;
}

static void
card_pcsc_end (Card *card)
{
  CardPcsc *self = KT_CARD_PCSC (card);

  /* card_close() has ended all of them. */
  if (self->depth == 0)
    return;
  if (--self->depth > 0 || !self->held)
    return;
  self->held = FALSE;
  /* If the card or the service is gone, so is the transaction: the next call tells. */
  if (self->link != NULL)
    SCardEndTransaction (self->link->handle, SCARD_LEAVE_CARD);
}

static void
card_pcsc_close (Card *card)
{
  CardPcsc *self = KT_CARD_PCSC (card);

  drop_link (self);
  self->depth = 0;
  self->lost = 0;
}

static GBytes *
card_pcsc_dup_atr (Card *card)
{
  CardPcsc *self = KT_CARD_PCSC (card);

  if (self->link == NULL || self->link->atr == NULL)
    return NULL;
  return g_bytes_ref (self->link->atr);
}

static CardProtocol
card_pcsc_get_protocol (Card *card)
{
  CardPcsc *self = KT_CARD_PCSC (card);

  if (self->link == NULL)
    return CARD_PROTOCOL_NONE;
  return self->link->protocol == SCARD_PROTOCOL_T1 ? CARD_PROTOCOL_T1 : CARD_PROTOCOL_T0;
}

static char *
card_pcsc_dup_name (Card *card)
{
  return g_strdup (KT_CARD_PCSC (card)->reader);
}

static void
card_pcsc_finalize (GObject *object)
{
  CardPcsc *self = KT_CARD_PCSC (object);

  drop_link (self);
  g_free (self->reader);
  g_free (self->buffer);
  G_OBJECT_CLASS (card_pcsc_parent_class)->finalize (object);
}

static void
card_pcsc_class_init (CardPcscClass *klass)
{
  CardClass *card_class = KT_CARD_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = card_pcsc_finalize;
  card_class->open = card_pcsc_open;
  card_class->transmit = card_pcsc_transmit;
  card_class->reset = card_pcsc_reset;
  card_class->begin = card_pcsc_begin;
  card_class->end = card_pcsc_end;
  card_class->close = card_pcsc_close;
  card_class->dup_atr = card_pcsc_dup_atr;
  card_class->get_protocol = card_pcsc_get_protocol;
  card_class->dup_name = card_pcsc_dup_name;
}

static void
card_pcsc_init (CardPcsc *self)
{
  self->patience = CARD_PCSC_PATIENCE_MS;
  self->buffer = g_malloc (RESPONSE_MAX);
}

Card *
card_pcsc_new (const char *reader)
{
  CardPcsc *self;

  g_return_val_if_fail (reader != NULL, NULL);

  self = g_object_new (KT_TYPE_CARD_PCSC, NULL);
  self->reader = g_utf8_make_valid (reader, -1);
  return KT_CARD (self);
}

void
card_pcsc_set_patience (CardPcsc *self, guint milliseconds)
{
  g_return_if_fail (KT_IS_CARD_PCSC (self));
  g_return_if_fail (milliseconds > 0);

  self->patience = milliseconds;
}
