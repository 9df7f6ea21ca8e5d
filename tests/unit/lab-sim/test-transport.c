/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lab-sim-test.h"

#define FCP_ICCID "6216 82024121 83022FE2 8A0105 8B032F060B 8002000A 8800"

/* TS 102 221, 7.3.1.1: T=0. */
static void
test_t0 (void)
{
  g_autoptr (LabSim) sim = test_sim (FALSE);

  lab_sim_set_protocol (sim, LAB_SIM_T0);
  sim_expect (sim, "00C00000 18", "6985");
  sim_expect (sim, "00A40004 02 2FE2", "6118");
  sim_expect (sim, "00C00000 18", FCP_ICCID "9000");
  sim_expect (sim, "00C00000 18", "6985");
  /* an Le that a reader should have cut off changes nothing */
  sim_expect (sim, "00A40004 02 2FE2 00", "6118");
  /* wrong Le, then the right one; then in two pieces */
  sim_expect (sim, "00C00000 20", "6C18");
  sim_expect (sim, "00C00000 00", "6C18");
  sim_expect (sim, "00C00000 10", "6216820241218302 2FE28A01058B032F 6108");
  sim_expect (sim, "00C00000 08", "060B8002000A8800 9000");
  /* any other command ends the waiting */
  sim_expect (sim, "00A40004 02 2FE2", "6118");
  sim_expect (sim, "00A4000C 02 2FE2", "9000");
  sim_expect (sim, "00C00000 18", "6985");
  sim_expect (sim, "00A40004 02 2FE2", "6118");
  sim_expect (sim, "00C00100 18", "6A86");

  /* case 2: the length must be exact, but READ BINARY may stop early */
  sim_expect (sim, "00B00000 00", "6C0A");
  sim_expect (sim, "00B00000 0B", "6C0A");
  sim_expect (sim, "00B00000 0A", TEST_EF_ICCID "9000");
  sim_expect (sim, "00B00008 02", "21F9 9000");
  sim_expect (sim, "00B00008 00", "6C02");
  sim_expect (sim, "80F20000 00", "6C25");
  sim_expect (sim, "80F2000C 00", "9000");
  /* the parent: not repeatable, so never 6Cxx */
  sim_expect (sim, "00A4000C 02 7F10", "9000");
  sim_expect (sim, "00A40304 00", "6125");
}

/* A repeated READ RECORD NEXT must give the record that the 6Cxx was about. */
static void
test_t0_next_record (void)
{
  g_autoptr (LabSim) sim = test_sim (FALSE);

  lab_sim_set_protocol (sim, LAB_SIM_T0);
  sim_expect (sim, "00A4040C 07 " TEST_USIM, "9000");
  sim_expect (sim, "00A4000C 02 6FB7", "9000");
  sim_expect (sim, "00B20002 00", "6C04");
  sim_expect (sim, "00B20002 04", "11F2FF00 9000");
  sim_expect (sim, "00B20002 00", "6C04");
  sim_expect (sim, "00B20002 04", "19F1FF00 9000");
  sim_expect (sim, "00B20002 04", "6A83");
}

static void
test_t1 (void)
{
  g_autoptr (LabSim) sim = test_sim (FALSE);

  sim_expect (sim, "00A40004 02 2FE2 00", FCP_ICCID "9000");
  sim_expect (sim, "00C00000 00", "6985");
  sim_expect (sim, "00A40004 02 2FE2 FF", FCP_ICCID "9000");
  /* fewer than there are: the rest waits */
  sim_expect (sim, "00A40004 02 2FE2 10", "6216820241218302 2FE28A01058B032F 6108");
  sim_expect (sim, "00C00000 00", "060B8002000A8800 9000");
  /* no Le field, no data: it waits as in T=0 */
  sim_expect (sim, "00A40004 02 2FE2", "6118");
  sim_expect (sim, "00C00000 00", FCP_ICCID "9000");
  sim_expect (sim, "00B00000 00", TEST_EF_ICCID "9000");
  sim_expect (sim, "00B00000 0B", "6C0A");
  sim_expect (sim, "00B00000 05", "9853082143 9000");
  sim_expect (sim, "00B00000", "610A");
  sim_expect (sim, "00C00000 00", TEST_EF_ICCID "9000");
}

static void
test_lengths (void)
{
  g_autoptr (LabSim) sim = test_sim (FALSE);
  GBytes *answer = lab_sim_transmit (sim, 0, NULL, 0);

  assert_take_hex (answer, "6700");
  sim_expect (sim, "00", "6700");
  sim_expect (sim, "00A400", "6700");
  sim_expect (sim, "00A40004 02 2F", "6700");
  sim_expect (sim, "00A40004 02 2FE2 00 00", "6700");
  /* extended length */
  sim_expect (sim, "00A40004 00 0002 2FE2 0000", "6700");
  sim_expect (sim, "00B00000 00 0100", "6700");
}

/* The longest record of a standard USIM, EF.SMS. */
static void
test_long_record (void)
{
  g_autoptr (LabSim) sim = test_sim (FALSE);
  g_autoptr (GBytes) answer = NULL;

  sim_expect (sim, "00A4040C 07 " TEST_USIM, "9000");
  sim_expect (sim, "00A4000C 02 6F3C", "9000");
  answer = sim_send (sim, 0, "00B20104 00");
  g_assert_cmpuint (g_bytes_get_size (answer), ==, 176 + 2);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/lab/sim/transport/t0", test_t0);
  g_test_add_func ("/lab/sim/transport/t0-next-record", test_t0_next_record);
  g_test_add_func ("/lab/sim/transport/t1", test_t1);
  g_test_add_func ("/lab/sim/transport/lengths", test_lengths);
  g_test_add_func ("/lab/sim/transport/long-record", test_long_record);
  return g_test_run ();
}
