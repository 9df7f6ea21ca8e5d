/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-test"

#include "card-channel.h"
#include "card-fault.h"
#include "kt-bytes.h"
#include "mock-card.h"

static GBytes *
transmit (Card *card, GError **error)
{
  g_autoptr (GBytes) command = mock_bytes ("81E2910003BF2E00");
  GBytes *response;

  if (!card_begin (card, error))
    return NULL;
  response = card_transmit (card, command, NULL, error);
  card_end (card);
  return response;
}

static void
transmit_ok (Card *card, const char *expected)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) response = transmit (card, &error);
  g_autofree char *hex = NULL;

  g_assert_no_error (error);
  hex = kt_hex_bytes (response);
  g_assert_cmpstr (hex, ==, expected);
}

static void
transmit_fails (Card *card, KtErrorCode code, const char *key)
{
  GError *error = NULL;

  g_assert_null (transmit (card, &error));
  kt_assert_error (error, code, key);
}

static Card *
new_fault (MockCard **inner)
{
  Card *card;

  *inner = mock_card_new (CARD_PROTOCOL_T0);
  mock_card_answer_rest (*inner, "BF2E01AA9000");
  card = card_fault_new (KT_CARD (*inner));
  g_assert_true (card_open (card, NULL, NULL));
  return card;
}

static void
test_each_kind (void)
{
  g_autoptr (MockCard) inner = NULL;
  g_autoptr (Card) card = new_fault (&inner);
  CardFault *fault = KT_CARD_FAULT (card);

  card_fault_at (fault, 2, CARD_FAULT_SW, 0x6F00);
  card_fault_at (fault, 3, CARD_FAULT_ERROR, KT_ERROR_NO_SERVICE);
  card_fault_at (fault, 4, CARD_FAULT_LOST, 0);
  card_fault_at (fault, 5, CARD_FAULT_RESET, 0);
  card_fault_at (fault, 6, CARD_FAULT_TRUNCATE, 3);
  card_fault_at (fault, 7, CARD_FAULT_TRUNCATE, 1);
  card_fault_at (fault, 8, CARD_FAULT_DELAY, 1);
  card_fault_at (fault, 9, CARD_FAULT_REMOVAL, 0);

  transmit_ok (card, "BF2E01AA9000");
  transmit_ok (card, "6F00");
  transmit_fails (card, KT_ERROR_NO_SERVICE, "fault.error");
  g_assert_cmpuint (mock_card_get_exchanges (inner), ==, 1);
  transmit_fails (card, KT_ERROR_CARD_IO, "fault.lost");
  g_assert_cmpuint (mock_card_get_exchanges (inner), ==, 2);
  transmit_fails (card, KT_ERROR_CARD_RESET, "fault.reset");
  g_assert_cmpuint (mock_card_get_resets (inner), ==, 1);
  transmit_ok (card, "BF2E01");
  transmit_fails (card, KT_ERROR_MALFORMED, "card.io");
  transmit_ok (card, "BF2E01AA9000");
  transmit_fails (card, KT_ERROR_CARD_REMOVED, "fault.removed");
  transmit_fails (card, KT_ERROR_CARD_REMOVED, "fault.removed");
  g_assert_false (card_reset (card, NULL));
  g_assert_cmpuint (card_fault_get_exchanges (fault), ==, 9);
  g_assert_cmpuint (card_fault_get_faults (fault), ==, 8);
  g_assert_true (card_open (card, NULL, NULL));
  transmit_ok (card, "BF2E01AA9000");
}

static char *
random_run (guint64 seed, guint kinds)
{
  g_autoptr (MockCard) inner = NULL;
  g_autoptr (Card) card = new_fault (&inner);
  KtEnv *env = kt_env_new_seeded (seed, 0);
  GString *story = g_string_new (NULL);

  card_fault_random (KT_CARD_FAULT (card), env, 4, kinds);
  for (int i = 0; i < 400; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GBytes) response = transmit (card, &error);
      g_autofree char *hex = response != NULL ? kt_hex_bytes (response) : NULL;

      g_string_append_printf (story, "%s ", hex != NULL ? hex : kt_error_code_name (error->code));
      if (g_error_matches (error, KT_ERROR, KT_ERROR_CARD_REMOVED))
        g_assert_true (card_open (card, NULL, NULL));
    }
  /* 400 exchanges at 1/4: far from both ends. */
  g_assert_cmpuint (card_fault_get_faults (KT_CARD_FAULT (card)), >, 50);
  g_assert_cmpuint (card_fault_get_faults (KT_CARD_FAULT (card)), <, 200);
  kt_env_free_seeded (env);
  return g_string_free (story, FALSE);
}

static void
test_random (void)
{
  guint all = (1u << CARD_FAULT_KINDS) - 1 - (1u << CARD_FAULT_DELAY);
  g_autofree char *a = random_run (1, all);
  g_autofree char *b = random_run (1, all);
  g_autofree char *c = random_run (2, all);
  g_autofree char *lost = random_run (3, 1u << CARD_FAULT_LOST);

  g_assert_cmpstr (a, ==, b);
  g_assert_cmpstr (a, !=, c);
  g_assert_nonnull (strstr (lost, "card-io"));
  g_assert_null (strstr (lost, "card-reset"));
}

/* Whatever happens at whichever exchange, opening and a function end in a typed error or in
 * success, no transaction stays open, and nothing crashes. */
static void
test_every_exchange (void)
{
  static const CardFaultKind kinds[] = { CARD_FAULT_SW, CARD_FAULT_ERROR, CARD_FAULT_LOST,
                                         CARD_FAULT_REMOVAL, CARD_FAULT_RESET,
                                         CARD_FAULT_TRUNCATE };
  static const guint arguments[] = { 0x6985, KT_ERROR_CARD_IO, 0, 0, 0, 1 };

  for (gsize k = 0; k < G_N_ELEMENTS (kinds); k++)
    for (guint n = 1; n <= 6; n++)
      {
        g_autoptr (MockCard) inner = mock_card_new (CARD_PROTOCOL_T0);
        g_autoptr (Card) card = card_fault_new (KT_CARD (inner));
        g_autoptr (CardChannel) channel = NULL;
        g_autoptr (GBytes) command = mock_bytes ("BF2E00");
        g_autoptr (GBytes) response = NULL;
        g_autoptr (GError) error = NULL;

        mock_card_answer_rest (inner, "019000");
        card_fault_at (KT_CARD_FAULT (card), n, kinds[k], arguments[k]);
        channel = card_channel_open (card, NULL, NULL, &error);
        if (channel != NULL)
          response = card_channel_store_data (channel, command, NULL, NULL, &error);
        g_assert_true ((response == NULL) == (error != NULL));
        if (error != NULL)
          {
            g_assert_true (error->domain == KT_ERROR);
            g_assert_nonnull (kt_error_key (error));
          }
        g_clear_pointer (&channel, card_channel_free);
        mock_card_assert_done (inner);
      }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/card/fault/each-kind", test_each_kind);
  g_test_add_func ("/card/fault/random", test_random);
  g_test_add_func ("/card/fault/every-exchange", test_every_exchange);
  return g_test_run ();
}
