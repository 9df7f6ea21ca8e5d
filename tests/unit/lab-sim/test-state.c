/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lab-sim-test.h"

#include "lab-aka.h"

#define NEW_PIN "39393939FFFFFFFF"

static void
use_card (LabSim *sim)
{
  sim_expect (sim, "00A4040C 07 " TEST_USIM, "9000");
  sim_expect (sim, "00240001 10 31323334FFFFFFFF" NEW_PIN, "9000");
  sim_expect (sim, "00200081 08 30303030FFFFFFFF", "63C2");
  sim_expect (sim, "002C0081 10 0000000000000000" NEW_PIN, "63C9");
  sim_expect (sim, "00D68B03 02 ABCD", "9000");
  sim_expect (sim, "0020000A 08 3838383838383838", "9000");
  sim_expect (sim, "00A4000C 02 6F31", "9000");
  sim_expect (sim, "00040000", "9000");
}

/* What use_card() left, seen from outside after a reset. */
static void
check_card (LabSim *sim)
{
  sim_expect (sim, "00A4040C 07 " TEST_USIM, "9000");
  sim_expect (sim, "00B08B00 0B", "6982");
  sim_expect (sim, "00200001 08" NEW_PIN, "9000");
  sim_expect (sim, "00B08B00 0B", "FFFFFFABCDFFFF0000FF01 9000");
  sim_expect (sim, "00200081", "63C2");
  sim_expect (sim, "002C0081", "63C9");
  sim_expect (sim, "00A4000C 02 6F31", "6283");
}

static void
test_round_trip (void)
{
  g_autoptr (LabSim) sim = test_sim (TRUE);
  g_autoptr (LabSim) other = test_sim (TRUE);
  g_autoptr (GBytes) fresh = lab_sim_dup_state (sim);
  g_autoptr (GBytes) used = NULL, again = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_false (lab_sim_is_changed (sim));
  use_card (sim);
  g_assert_true (lab_sim_is_changed (sim));
  lab_sim_clear_changed (sim);
  g_assert_false (lab_sim_is_changed (sim));
  used = lab_sim_dup_state (sim);
  /* only what differs: a few bytes for two files */
  g_assert_cmpuint (g_bytes_get_size (used), <, g_bytes_get_size (fresh) + 48);

  g_assert_true (lab_sim_load_state (other, used, &error));
  g_assert_no_error (error);
  g_assert_false (lab_sim_is_changed (other));
  check_card (other);
  again = lab_sim_dup_state (other);
  g_assert_cmpmem (g_bytes_get_data (again, NULL), g_bytes_get_size (again),
                   g_bytes_get_data (used, NULL), g_bytes_get_size (used));

  g_assert_true (lab_sim_load_state (other, fresh, &error));
  sim_expect (other, "00A4040C 07 " TEST_USIM, "9000");
  sim_expect (other, "00200001 08 31323334FFFFFFFF", "9000");
  sim_expect (other, "00B08B00 0B", "FFFFFFFFFFFFFF0000FF01 9000");
}

/* A replayed vector stays refused across the blob. */
static void
test_sequence_numbers (void)
{
  g_autoptr (LabSim) sim = test_sim (FALSE);
  g_autoptr (LabSim) other = test_sim (FALSE);
  g_autoptr (GBytes) k = hex_bytes (TEST_K);
  g_autoptr (GBytes) opc = hex_bytes (TEST_OPC);
  g_autoptr (GBytes) state = NULL, answer = NULL;
  g_autofree char *autn = NULL, *command = NULL;
  const guint8 sqn[6] = { 0, 0, 0, 0, 1, 0 }, amf[2] = { 0x80, 0 }, rand[16] = { 1 };
  LabAkaVector vector;
  LabAkaKey key;

  lab_aka_key_init (&key, LAB_AKA_MILENAGE, g_bytes_get_data (k, NULL),
                    g_bytes_get_data (opc, NULL));
  lab_aka_make_vector (&key, sqn, amf, rand, &vector);
  autn = kt_hex (vector.autn, 16);
  command = g_strdup_printf ("00880081 22 1001000000000000000000000000000000 10%s 00", autn);
  sim_expect (sim, "00A4040C 07 " TEST_USIM, "9000");
  answer = sim_send (sim, 0, command);
  g_assert_cmphex (((const guint8 *) g_bytes_get_data (answer, NULL))[0], ==, 0xDB);
  state = lab_sim_dup_state (sim);
  g_assert_true (lab_sim_load_state (other, state, NULL));
  sim_expect (other, "00A4040C 07 " TEST_USIM, "9000");
  g_bytes_unref (answer);
  answer = sim_send (other, 0, command);
  g_assert_cmphex (((const guint8 *) g_bytes_get_data (answer, NULL))[0], ==, 0xDC);
}

static void
refuse (LabSim *sim, GBytes *state)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (lab_sim_load_state (sim, state, &error));
  assert_kt_error (&error, KT_ERROR_MALFORMED, "sim.state");
  sim_expect (sim, "00A4040C 07 " TEST_USIM, "9000");
  sim_expect (sim, "00200001", "63C3");
}

static void
test_damaged (void)
{
  g_autoptr (LabSim) sim = test_sim (TRUE);
  g_autoptr (LabSim) fresh = test_sim (TRUE);
  g_autoptr (GBytes) state = NULL, empty = g_bytes_new_static ("", 0);
  g_autoptr (GRand) rand = g_rand_new_with_seed (11);
  gsize len;

  use_card (sim);
  state = lab_sim_dup_state (sim);
  len = g_bytes_get_size (state);
  refuse (fresh, empty);
  for (gsize cut = 1; cut < len; cut++)
    {
      g_autoptr (GBytes) part = bytes_cut (state, cut);

      refuse (fresh, part);
    }
  /* any damage is refused or is a state: never more than that */
  for (guint i = 0; i < 3000; i++)
    {
      g_autofree guint8 *copy = g_memdup2 (g_bytes_get_data (state, NULL), len);
      g_autoptr (GBytes) bytes = NULL;
      g_autoptr (GError) error = NULL;

      copy[g_rand_int_range (rand, 0, (gint32) len)] ^= (guint8) g_rand_int_range (rand, 1, 256);
      bytes = g_bytes_new (copy, len);
      if (!lab_sim_load_state (fresh, bytes, &error))
        assert_kt_error (&error, KT_ERROR_MALFORMED, "sim.state");
      g_bytes_unref (lab_sim_dup_state (fresh));
    }
}

/* A state fits one package; another version is not guessed at. */
static void
test_foreign (void)
{
  g_auto (TestSpec) test;
  g_autoptr (LabPackage) package = NULL;
  g_autoptr (LabSim) sim = test_sim (TRUE);
  g_autoptr (LabSim) other = NULL;
  g_autoptr (GBytes) state = lab_sim_dup_state (sim);
  g_autoptr (GBytes) newer = NULL;
  g_autofree guint8 *copy = NULL;
  gsize len = g_bytes_get_size (state);

  test_spec_init (&test);
  test.spec.imsi = "244991234567896";
  package = test_package (&test);
  other = lab_sim_new (package);
  refuse (other, state);
  copy = g_memdup2 (g_bytes_get_data (state, NULL), len);
  /* 30 81 xx 80 01 <version> */
  g_assert_cmphex (copy[3], ==, 0x80);
  copy[5]++;
  newer = g_bytes_new (copy, len);
  refuse (sim, newer);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/lab/sim/state/round-trip", test_round_trip);
  g_test_add_func ("/lab/sim/state/sequence-numbers", test_sequence_numbers);
  g_test_add_func ("/lab/sim/state/damaged", test_damaged);
  g_test_add_func ("/lab/sim/state/foreign", test_foreign);
  return g_test_run ();
}
