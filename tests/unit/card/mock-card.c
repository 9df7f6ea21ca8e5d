/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-test"

#include "mock-card.h"

#include "kt-bytes.h"

#include <string.h>

typedef struct
{
  GBytes *command;
  gboolean prefix;
  GBytes *response;
  KtErrorCode error;
} Step;

struct _MockCard
{
  Card parent_instance;

  CardProtocol protocol;
  GQueue steps;
  GBytes *rest;
  GBytes *atr;
  gboolean is_open;
  KtErrorCode open_error;
  const char *open_key;
  guint depth;
  guint begin_failures;
  KtErrorCode begin_error;
  guint exchanges;
  guint transactions;
  guint resets;
};

G_DEFINE_FINAL_TYPE (MockCard, mock_card, KT_TYPE_CARD)

GBytes *
mock_bytes (const char *hex)
{
  g_autofree char *dense = g_strdup (hex);
  g_autoptr (GError) error = NULL;
  GBytes *bytes;
  char *out = dense;

  for (const char *p = hex; *p != '\0'; p++)
    if (*p != ' ')
      *out++ = *p;
  *out = '\0';
  bytes = kt_hex_parse (dense, &error);
  g_assert_no_error (error);
  return bytes;
}

GBytes *
mock_pattern (gsize len)
{
  guint8 *data = g_malloc (len);

  for (gsize i = 0; i < len; i++)
    data[i] = (guint8) (i * 7 + i / 256);
  return g_bytes_new_take (data, len);
}

static void
step_free (gpointer data)
{
  Step *step = data;

  g_bytes_unref (step->command);
  g_clear_pointer (&step->response, g_bytes_unref);
  g_free (step);
}

static gboolean
mock_card_open (Card *card, GCancellable *cancellable, GError **error)
{
  MockCard *self = MOCK_CARD (card);

  if (self->open_key != NULL)
    return kt_error_set (error, self->open_error, self->open_key, "as scripted");
  self->is_open = TRUE;
  return TRUE;
}

static gboolean
step_matches (const Step *step, GBytes *command)
{
  gsize len = g_bytes_get_size (step->command);

  if (!step->prefix)
    return g_bytes_equal (step->command, command);
  return g_bytes_get_size (command) >= len &&
         memcmp (g_bytes_get_data (step->command, NULL), g_bytes_get_data (command, NULL),
                 len) == 0;
}

static GBytes *
mock_card_transmit (Card *card, GBytes *command, GCancellable *cancellable, GError **error)
{
  MockCard *self = MOCK_CARD (card);
  g_autofree char *hex = kt_hex_bytes (command);
  Step *step = g_queue_pop_head (&self->steps);
  GBytes *response = NULL;

  g_assert_true (self->is_open);
  g_assert_cmpuint (self->depth, >, 0);
  self->exchanges++;
  if (step == NULL)
    {
      if (self->rest == NULL)
        g_error ("not in the script: %s", hex);
      return g_bytes_ref (self->rest);
    }
  if (!step_matches (step, command))
    {
      g_autofree char *expected = kt_hex_bytes (step->command);

      g_error ("got %s, the script says %s", hex, expected);
    }
  if (step->response != NULL)
    response = g_bytes_ref (step->response);
  else
    kt_error_set (error, step->error, "mock.error", "as scripted");
  step_free (step);
  return response;
}

static gboolean
mock_card_reset (Card *card, GError **error)
{
  MOCK_CARD (card)->resets++;
  return TRUE;
}

static gboolean
mock_card_begin (Card *card, GError **error)
{
  MockCard *self = MOCK_CARD (card);

  g_assert_true (self->is_open);
  if (self->begin_failures > 0)
    {
      self->begin_failures--;
      return kt_error_set (error, self->begin_error, "mock.begin", "as scripted");
    }
  if (self->depth++ == 0)
    self->transactions++;
  return TRUE;
}

static void
mock_card_end (Card *card)
{
  MockCard *self = MOCK_CARD (card);

  g_assert_cmpuint (self->depth, >, 0);
  self->depth--;
}

static void
mock_card_close (Card *card)
{
  MOCK_CARD (card)->is_open = FALSE;
}

static GBytes *
mock_card_dup_atr (Card *card)
{
  MockCard *self = MOCK_CARD (card);

  return self->atr != NULL ? g_bytes_ref (self->atr) : NULL;
}

static CardProtocol
mock_card_get_protocol (Card *card)
{
  MockCard *self = MOCK_CARD (card);

  return self->is_open ? self->protocol : CARD_PROTOCOL_NONE;
}

static char *
mock_card_dup_name (Card *card)
{
  return g_strdup ("mock");
}

static void
mock_card_finalize (GObject *object)
{
  MockCard *self = MOCK_CARD (object);

  g_queue_clear_full (&self->steps, step_free);
  g_clear_pointer (&self->rest, g_bytes_unref);
  g_clear_pointer (&self->atr, g_bytes_unref);
  G_OBJECT_CLASS (mock_card_parent_class)->finalize (object);
}

static void
mock_card_class_init (MockCardClass *klass)
{
  CardClass *card_class = KT_CARD_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = mock_card_finalize;
  card_class->open = mock_card_open;
  card_class->transmit = mock_card_transmit;
  card_class->reset = mock_card_reset;
  card_class->begin = mock_card_begin;
  card_class->end = mock_card_end;
  card_class->close = mock_card_close;
  card_class->dup_atr = mock_card_dup_atr;
  card_class->get_protocol = mock_card_get_protocol;
  card_class->dup_name = mock_card_dup_name;
}

static void
mock_card_init (MockCard *self)
{
  g_queue_init (&self->steps);
}

MockCard *
mock_card_new (CardProtocol protocol)
{
  MockCard *self = g_object_new (MOCK_TYPE_CARD, NULL);

  self->protocol = protocol;
  return self;
}

static Step *
add_step (MockCard *self, const char *command)
{
  g_autofree char *copy = g_strdup (command);
  Step *step = g_new0 (Step, 1);

  step->prefix = g_str_has_suffix (copy, "*");
  if (step->prefix)
    copy[strlen (copy) - 1] = '\0';
  step->command = mock_bytes (copy);
  g_queue_push_tail (&self->steps, step);
  return step;
}

void
mock_card_expect (MockCard *self, const char *command, const char *response)
{
  add_step (self, command)->response = mock_bytes (response);
}

void
mock_card_expect_error (MockCard *self, const char *command, KtErrorCode code)
{
  add_step (self, command)->error = code;
}

void
mock_card_answer_rest (MockCard *self, const char *response)
{
  g_clear_pointer (&self->rest, g_bytes_unref);
  self->rest = mock_bytes (response);
}

void
mock_card_fail_begin (MockCard *self, guint n, KtErrorCode code)
{
  self->begin_failures = n;
  self->begin_error = code;
}

void
mock_card_fail_open (MockCard *self, KtErrorCode code, const char *key)
{
  self->open_error = code;
  self->open_key = key;
}

void
mock_card_set_atr (MockCard *self, const char *hex)
{
  self->atr = mock_bytes (hex);
}

void
mock_card_assert_done (MockCard *self)
{
  g_assert_cmpuint (g_queue_get_length (&self->steps), ==, 0);
  g_assert_cmpuint (self->depth, ==, 0);
}

guint
mock_card_get_exchanges (MockCard *self)
{
  return self->exchanges;
}

guint
mock_card_get_transactions (MockCard *self)
{
  return self->transactions;
}

guint
mock_card_get_resets (MockCard *self)
{
  return self->resets;
}

void
mock_card_expect_open (MockCard *self, guint channel)
{
  const char *le = self->protocol == CARD_PROTOCOL_T1 ? "00" : "";
  g_autofree char *number = g_strdup_printf ("%02X 9000", channel);
  g_autofree char *select = g_strdup_printf ("%02X A4040010 " MOCK_ISDR_AID " %s",
                                             channel < 4 ? channel : 0x40 + channel - 4, le);

  mock_card_expect (self, MOCK_TERMINAL_CAPABILITY, "9000");
  mock_card_expect (self, "0070000001", number);
  mock_card_expect (self, select, "9000");
}
