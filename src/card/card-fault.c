/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-card"

#include "card-fault.h"

typedef struct
{
  guint n;
  CardFaultKind kind;
  guint argument;
} Fault;

struct _CardFault
{
  CardWrapper parent_instance;

  GArray *faults;
  guint exchanges;
  guint injected;
  gboolean removed;

  const KtEnv *env;
  guint one_in;
  guint kinds;
};

G_DEFINE_FINAL_TYPE (CardFault, card_fault, KT_TYPE_CARD_WRAPPER)

static guint
draw (CardFault *self, guint below)
{
  guint32 number;

  kt_env_random (self->env, (guint8 *) &number, sizeof number);
  return number % below;
}

static Fault
draw_fault (CardFault *self)
{
  static const guint words[] = { 0x6F00, 0x6985, 0x6A80, 0x6A82, 0x6A84, 0x6581,
                                 0x6700, 0x6D00, 0x9240, 0x6200, 0x6CFF, 0x6110 };
  static const guint errors[] = { KT_ERROR_CARD_IO, KT_ERROR_CARD_BUSY, KT_ERROR_NO_SERVICE,
                                  KT_ERROR_NO_READER };
  Fault fault = { 0 };

  do
    fault.kind = draw (self, CARD_FAULT_KINDS);
  while (!(self->kinds & 1u << fault.kind));
  switch (fault.kind)
    {
    case CARD_FAULT_SW:
      fault.argument = words[draw (self, G_N_ELEMENTS (words))];
      break;
    case CARD_FAULT_ERROR:
      fault.argument = errors[draw (self, G_N_ELEMENTS (errors))];
      break;
    case CARD_FAULT_TRUNCATE:
      fault.argument = draw (self, 16);
      break;
    case CARD_FAULT_DELAY:
      fault.argument = draw (self, 5);
      break;
    default:
      break;
    }
  return fault;
}

static gboolean
next_fault (CardFault *self, Fault *fault)
{
  for (guint i = 0; i < self->faults->len; i++)
    {
      *fault = g_array_index (self->faults, Fault, i);
      if (fault->n == self->exchanges)
        return TRUE;
    }
  if (self->one_in == 0 || draw (self, self->one_in) != 0)
    return FALSE;
  *fault = draw_fault (self);
  return TRUE;
}

static GBytes *
truncate_answer (Card *inner, GBytes *command, guint n, GError **error)
{
  g_autoptr (GBytes) response = card_transmit (inner, command, NULL, error);

  if (response == NULL)
    return NULL;
  return g_bytes_new_from_bytes (response, 0, MIN (n, g_bytes_get_size (response)));
}

static GBytes *
lose_answer (Card *inner, GBytes *command, GError **error)
{
  g_autoptr (GBytes) response = card_transmit (inner, command, NULL, error);

  if (response != NULL)
    kt_error_set (error, KT_ERROR_CARD_IO, "fault.lost", "the answer is lost, on demand");
  return NULL;
}

static GBytes *
fail_removed (GError **error)
{
  kt_error_set (error, KT_ERROR_CARD_REMOVED, "fault.removed", "the card is gone, on demand");
  return NULL;
}

static GBytes *
inject (CardFault *self, const Fault *fault, GBytes *command, GError **error)
{
  Card *inner = card_wrapper_get_inner (KT_CARD_WRAPPER (self));
  guint8 sw[2] = { (guint8) (fault->argument >> 8), (guint8) fault->argument };

  self->injected++;
  switch (fault->kind)
    {
    case CARD_FAULT_SW:
      return g_bytes_new (sw, sizeof sw);
    case CARD_FAULT_ERROR:
      kt_error_set (error, (KtErrorCode) fault->argument, "fault.error",
                    "the exchange failed, on demand");
      return NULL;
    case CARD_FAULT_LOST:
      return lose_answer (inner, command, error);
    case CARD_FAULT_REMOVAL:
      self->removed = TRUE;
      card_close (inner);
      return fail_removed (error);
    case CARD_FAULT_RESET:
      if (card_reset (inner, error))
        kt_error_set (error, KT_ERROR_CARD_RESET, "fault.reset", "the card was reset, on demand");
      return NULL;
    case CARD_FAULT_TRUNCATE:
      return truncate_answer (inner, command, fault->argument, error);
    case CARD_FAULT_DELAY:
      g_usleep ((gulong) fault->argument * 1000);
      return card_transmit (inner, command, NULL, error);
    default:
      g_assert_not_reached ();
    }
}

static GBytes *
card_fault_transmit (Card *card, GBytes *command, GCancellable *cancellable, GError **error)
{
  CardFault *self = KT_CARD_FAULT (card);
  Fault fault;

  if (self->removed)
    return fail_removed (error);
  self->exchanges++;
  if (next_fault (self, &fault))
    return inject (self, &fault, command, error);
  return card_transmit (card_wrapper_get_inner (KT_CARD_WRAPPER (self)), command, cancellable,
                        error);
}

static gboolean
card_fault_begin (Card *card, GError **error)
{
  CardFault *self = KT_CARD_FAULT (card);

  if (self->removed)
    {
      fail_removed (error);
      return FALSE;
    }
  return card_begin (card_wrapper_get_inner (KT_CARD_WRAPPER (self)), error);
}

static gboolean
card_fault_reset (Card *card, GError **error)
{
  CardFault *self = KT_CARD_FAULT (card);

  if (self->removed)
    {
      fail_removed (error);
      return FALSE;
    }
  return card_reset (card_wrapper_get_inner (KT_CARD_WRAPPER (self)), error);
}

static gboolean
card_fault_open (Card *card, GCancellable *cancellable, GError **error)
{
  CardFault *self = KT_CARD_FAULT (card);

  if (!card_open (card_wrapper_get_inner (KT_CARD_WRAPPER (self)), cancellable, error))
    return FALSE;
  self->removed = FALSE;
  return TRUE;
}

static void
card_fault_finalize (GObject *object)
{
  CardFault *self = KT_CARD_FAULT (object);

  g_array_unref (self->faults);
  G_OBJECT_CLASS (card_fault_parent_class)->finalize (object);
}

static void
card_fault_class_init (CardFaultClass *klass)
{
  CardClass *card_class = KT_CARD_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = card_fault_finalize;
  card_class->open = card_fault_open;
  card_class->transmit = card_fault_transmit;
  card_class->reset = card_fault_reset;
  card_class->begin = card_fault_begin;
}

static void
card_fault_init (CardFault *self)
{
  self->faults = g_array_new (FALSE, FALSE, sizeof (Fault));
}

Card *
card_fault_new (Card *inner)
{
  CardFault *self;

  g_return_val_if_fail (KT_IS_CARD (inner), NULL);

  self = g_object_new (KT_TYPE_CARD_FAULT, NULL);
  card_wrapper_set_inner (KT_CARD_WRAPPER (self), inner);
  return KT_CARD (self);
}

void
card_fault_at (CardFault *self, guint n, CardFaultKind kind, guint argument)
{
  Fault fault = { n, kind, argument };

  g_return_if_fail (KT_IS_CARD_FAULT (self));
  g_return_if_fail (n > 0 && kind < CARD_FAULT_KINDS);

  g_array_append_val (self->faults, fault);
}

void
card_fault_random (CardFault *self, const KtEnv *env, guint one_in, guint kinds)
{
  g_return_if_fail (KT_IS_CARD_FAULT (self));
  g_return_if_fail (one_in == 0 || env != NULL);
  g_return_if_fail (one_in == 0 || (kinds & ((1u << CARD_FAULT_KINDS) - 1)) != 0);

  self->env = env;
  self->one_in = one_in;
  self->kinds = kinds;
}

guint
card_fault_get_exchanges (CardFault *self)
{
  g_return_val_if_fail (KT_IS_CARD_FAULT (self), 0);

  return self->exchanges;
}

guint
card_fault_get_faults (CardFault *self)
{
  g_return_val_if_fail (KT_IS_CARD_FAULT (self), 0);

  return self->injected;
}
