/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "euicc-test.h"
#include "lab-card.h"

/* LabCard: the software card behind the card interface. */

static LabEuicc *
card_without_power (void)
{
  g_autoptr (GError) error = NULL;
  LabEuiccOptions options = test_options ();
  LabEuicc *euicc = lab_euicc_new (&options, &error);

  g_assert_no_error (error);
  return euicc;
}

static GBytes *
transmit (Card *card, const char *hex, GError **error)
{
  g_autoptr (GBytes) command = hex_bytes (hex);

  return card_transmit (card, command, NULL, error);
}

static void
test_ordinary (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (LabEuicc) euicc = card_without_power ();
  g_autoptr (Card) card = lab_card_new (euicc, NULL);
  g_autofree char *name = card_dup_name (card);
  g_autoptr (GBytes) atr = NULL;
  g_autoptr (GBytes) own_atr = lab_euicc_dup_atr (euicc);

  g_assert_cmpstr (name, ==, "Kaitsu lab reader");
  g_assert_true (lab_card_get_euicc (LAB_CARD (card)) == euicc);
  g_assert_null (card_dup_atr (card));
  g_assert_cmpint (card_get_protocol (card), ==, CARD_PROTOCOL_NONE);
  g_assert_null (transmit (card, "0070000001", &error));
  assert_kt_error (&error, KT_ERROR_NO_CARD, "pcsc.not-open");
  g_assert_true (card_open (card, NULL, &error));
  g_assert_true (card_open (card, NULL, &error));
  g_assert_cmpint (card_get_protocol (card), ==, CARD_PROTOCOL_T1);
  atr = card_dup_atr (card);
  g_assert_true (g_bytes_equal (atr, own_atr));
  g_assert_true (card_begin (card, &error));
  assert_take_hex (transmit (card, "0070000001", &error), "019000");
  card_end (card);
  g_assert_true (card_reset (card, &error));
  assert_take_hex (transmit (card, "0070000001", &error), "019000");
  card_close (card);
  g_assert_null (transmit (card, "0070000001", &error));
  assert_kt_error (&error, KT_ERROR_NO_CARD, "pcsc.not-open");
  /* closing leaves the card as it is */
  g_assert_true (card_open (card, NULL, &error));
  assert_take_hex (transmit (card, "0070000001", &error), "029000");
}

static void
test_protocol (void)
{
  g_autoptr (GError) error = NULL;
  LabEuiccOptions options = test_options ();
  g_autoptr (LabEuicc) euicc = NULL;
  g_autoptr (Card) card = NULL;

  options.protocol = LAB_EUICC_T0;
  euicc = test_card_new (&options);
  card = lab_card_new (euicc, "Desk");
  g_assert_true (card_open (card, NULL, &error));
  g_assert_cmpint (card_get_protocol (card), ==, CARD_PROTOCOL_T0);
}

static void
test_pulled (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (LabEuicc) euicc = card_without_power ();
  g_autoptr (Card) card = lab_card_new (euicc, NULL);

  g_assert_true (card_open (card, NULL, &error));
  lab_euicc_pull (euicc);
  g_assert_null (transmit (card, "0070000001", &error));
  assert_kt_error (&error, KT_ERROR_CARD_REMOVED, "pcsc.removed");
  g_assert_false (card_reset (card, &error));
  assert_kt_error (&error, KT_ERROR_CARD_REMOVED, "pcsc.removed");
  g_assert_false (card_begin (card, &error));
  assert_kt_error (&error, KT_ERROR_CARD_REMOVED, "pcsc.removed");
  card_close (card);
  g_assert_false (card_open (card, NULL, &error));
  assert_kt_error (&error, KT_ERROR_NO_CARD, "pcsc.no-card");
  lab_euicc_insert (euicc);
  g_assert_true (card_open (card, NULL, &error));
  assert_take_hex (transmit (card, "0070000001", &error), "019000");
  /* out and in again: this connection is gone all the same */
  lab_euicc_pull (euicc);
  lab_euicc_insert (euicc);
  g_assert_null (transmit (card, "0070000001", &error));
  assert_kt_error (&error, KT_ERROR_CARD_REMOVED, "pcsc.removed");
  g_assert_true (card_open (card, NULL, &error));
  assert_take_hex (transmit (card, "0070000001", &error), "019000");
  /* in the middle of an exchange */
  lab_euicc_pull_after (euicc, 0);
  g_assert_null (transmit (card, "0070000001", &error));
  assert_kt_error (&error, KT_ERROR_CARD_REMOVED, "pcsc.removed");
}

/* Two connections share the card; a reset through one is told to the other, once. */
static void
test_shared (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (LabEuicc) euicc = card_without_power ();
  g_autoptr (Card) one = lab_card_new (euicc, NULL);
  g_autoptr (Card) two = lab_card_new (euicc, NULL);

  g_assert_true (card_open (one, NULL, &error));
  assert_take_hex (transmit (one, "0070000001", &error), "019000");
  g_assert_true (card_open (two, NULL, &error));
  assert_take_hex (transmit (two, "0070000001", &error), "029000");
  g_assert_true (card_reset (two, &error));
  assert_take_hex (transmit (two, "0070000001", &error), "019000");
  g_assert_null (transmit (one, "0070000001", &error));
  assert_kt_error (&error, KT_ERROR_CARD_RESET, "pcsc.reset");
  assert_take_hex (transmit (one, "0070000001", &error), "029000");
}

static void
test_cancelled (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (LabEuicc) euicc = card_without_power ();
  g_autoptr (Card) card = lab_card_new (euicc, NULL);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();

  g_cancellable_cancel (cancellable);
  g_assert_false (card_open (card, cancellable, &error));
  assert_kt_error (&error, KT_ERROR_CANCELLED, "cancelled");
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/lab/euicc/card/ordinary", test_ordinary);
  g_test_add_func ("/lab/euicc/card/protocol", test_protocol);
  g_test_add_func ("/lab/euicc/card/pulled", test_pulled);
  g_test_add_func ("/lab/euicc/card/shared", test_shared);
  g_test_add_func ("/lab/euicc/card/cancelled", test_cancelled);
  status = g_test_run ();
  test_clear ();
  return status;
}
