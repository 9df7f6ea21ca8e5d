/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-lab"

#include "lab-card.h"

#include "kt-error.h"

struct _LabCard
{
  Card parent_instance;

  LabEuicc *euicc;
  char *name;
  gboolean is_open;
  /* what the card had counted when this connection last agreed with it */
  guint insertions;
  guint resets;
};

G_DEFINE_FINAL_TYPE (LabCard, lab_card, KT_TYPE_CARD)

static gboolean
removed (GError **error)
{
  return kt_error_set (error, KT_ERROR_CARD_REMOVED, "pcsc.removed", "the card was removed");
}

/* As PC/SC has it: a card that was taken out is gone for this connection, though it may be back. */
static gboolean
check_present (LabCard *self, GError **error)
{
  if (!self->is_open)
    return kt_error_set (error, KT_ERROR_NO_CARD, "pcsc.not-open", "not connected");
  if (!lab_euicc_is_inserted (self->euicc)
      || lab_euicc_get_insertions (self->euicc) != self->insertions)
    return removed (error);
  return TRUE;
}

static gboolean
lab_card_open (Card *card, GCancellable *cancellable, GError **error)
{
  LabCard *self = LAB_CARD (card);

  if (self->is_open && check_present (self, NULL))
    return TRUE;
  if (g_cancellable_is_cancelled (cancellable))
    return kt_error_set (error, KT_ERROR_CANCELLED, "cancelled", "cancelled before connecting");
  if (!lab_euicc_is_inserted (self->euicc))
    return kt_error_set (error, KT_ERROR_NO_CARD, "pcsc.no-card", "no card in the reader");
  self->insertions = lab_euicc_get_insertions (self->euicc);
  self->resets = lab_euicc_get_resets (self->euicc);
  /* A card that another connection has powered goes on as it is. */
  if (!lab_euicc_is_powered (self->euicc))
    {
      lab_euicc_power (self->euicc, TRUE);
      self->resets = lab_euicc_get_resets (self->euicc);
    }
  self->is_open = TRUE;
  return TRUE;
}

static GBytes *
lab_card_transmit (Card *card, GBytes *command, GCancellable *cancellable, GError **error)
{
  LabCard *self = LAB_CARD (card);
  guint resets;
  GBytes *response;
  gsize len;
  const guint8 *data = g_bytes_get_data (command, &len);

  if (!check_present (self, error))
    return NULL;
  resets = lab_euicc_get_resets (self->euicc);
  if (resets != self->resets)
    {
      self->resets = resets;
      kt_error_set (error, KT_ERROR_CARD_RESET, "pcsc.reset", "the card was reset");
      return NULL;
    }
  response = lab_euicc_transmit (self->euicc, data, len);
  if (response == NULL)
    removed (error);
  return response;
}

static gboolean
lab_card_reset (Card *card, GError **error)
{
  LabCard *self = LAB_CARD (card);

  if (!check_present (self, error))
    return FALSE;
  lab_euicc_reset (self->euicc);
  self->resets = lab_euicc_get_resets (self->euicc);
  return TRUE;
}

static gboolean
lab_card_begin (Card *card, GError **error)
{
  return check_present (LAB_CARD (card), error);
}

static void
lab_card_close (Card *card)
{
  LAB_CARD (card)->is_open = FALSE;
}

static GBytes *
lab_card_dup_atr (Card *card)
{
  LabCard *self = LAB_CARD (card);

  return self->is_open ? lab_euicc_dup_atr (self->euicc) : NULL;
}

static CardProtocol
lab_card_get_protocol (Card *card)
{
  LabCard *self = LAB_CARD (card);

  if (!self->is_open)
    return CARD_PROTOCOL_NONE;
  return lab_euicc_get_protocol (self->euicc) == LAB_EUICC_T0 ? CARD_PROTOCOL_T0
                                                              : CARD_PROTOCOL_T1;
}

static char *
lab_card_dup_name (Card *card)
{
  return g_strdup (LAB_CARD (card)->name);
}

static void
lab_card_finalize (GObject *object)
{
  LabCard *self = LAB_CARD (object);

  g_clear_object (&self->euicc);
  g_free (self->name);
  G_OBJECT_CLASS (lab_card_parent_class)->finalize (object);
}

static void
lab_card_class_init (LabCardClass *klass)
{
  CardClass *card_class = KT_CARD_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = lab_card_finalize;
  card_class->open = lab_card_open;
  card_class->transmit = lab_card_transmit;
  card_class->reset = lab_card_reset;
  card_class->begin = lab_card_begin;
  card_class->close = lab_card_close;
  card_class->dup_atr = lab_card_dup_atr;
  card_class->get_protocol = lab_card_get_protocol;
  card_class->dup_name = lab_card_dup_name;
}

static void
lab_card_init (LabCard *self)
{
}

Card *
lab_card_new (LabEuicc *euicc, const char *name)
{
  LabCard *self;

  g_return_val_if_fail (LAB_IS_EUICC (euicc), NULL);

  self = g_object_new (LAB_TYPE_CARD, NULL);
  self->euicc = g_object_ref (euicc);
  self->name = g_strdup (name != NULL ? name : "Kaitsu lab reader");
  return KT_CARD (self);
}

LabEuicc *
lab_card_get_euicc (LabCard *self)
{
  g_return_val_if_fail (LAB_IS_CARD (self), NULL);

  return self->euicc;
}
