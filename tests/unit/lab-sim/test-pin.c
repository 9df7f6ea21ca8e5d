/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lab-sim-test.h"

#define PIN1 "31323334FFFFFFFF"
#define NEW_PIN "3938373635FFFFFF"
#define WRONG "30303030FFFFFFFF"
#define PUK1 "3132333435363738"
#define PIN2 "35363738FFFFFFFF"
#define PUK2 "3837363534333231"
#define ADM1 "3838383838383838"

static LabSim *
usim (gboolean pin1_enabled)
{
  LabSim *sim = test_sim (pin1_enabled);

  sim_expect (sim, "00A4040C 07 " TEST_USIM, "9000");
  return sim;
}

static void
test_verify (void)
{
  g_autoptr (LabSim) sim = usim (TRUE);

  sim_expect (sim, "00200001", "63C3");
  sim_expect (sim, "00200001 00", "63C3");
  sim_expect (sim, "00B08700 09", "6982");
  sim_expect (sim, "00200001 08" WRONG, "63C2");
  sim_expect (sim, "00200001 08" PIN1, "9000");
  sim_expect (sim, "00200001", "63C3");
  sim_expect (sim, "00B08700 09", TEST_EF_IMSI "9000");
  /* a wrong try takes the right away */
  sim_expect (sim, "00200001 08" WRONG, "63C2");
  sim_expect (sim, "00B08700 09", "6982");
  sim_expect (sim, "00200001 08" PIN1, "9000");
  lab_sim_reset (sim);
  sim_expect (sim, "00A4040C 07 " TEST_USIM, "9000");
  sim_expect (sim, "00B08700 09", "6982");

  sim_expect (sim, "00200001 04 31323334", "6700");
  sim_expect (sim, "00200101 08" PIN1, "6A86");
  sim_expect (sim, "00200002 08" PIN1, "6A88");
  sim_expect (sim, "00200082", "6A88");
  /* PIN2 belongs to the application */
  sim_expect (sim, "00A4000C 02 3F00", "9000");
  sim_expect (sim, "00200081", "6A88");
  sim_expect (sim, "00200001", "63C3");
}

static void
test_blocked (void)
{
  g_autoptr (LabSim) sim = usim (TRUE);

  for (guint left = 3; left-- > 0;)
    sim_expect_sw (sim, "00200001 08" WRONG, 0x63C0 | left);
  sim_expect (sim, "00200001 08" PIN1, "6983");
  sim_expect (sim, "00200001", "6983");
  sim_expect (sim, "00240001 10" PIN1 NEW_PIN, "6983");
  lab_sim_reset (sim);
  sim_expect (sim, "00A4040C 07 " TEST_USIM, "9000");
  sim_expect (sim, "00200001 08" PIN1, "6983");

  sim_expect (sim, "002C0001", "63CA");
  sim_expect (sim, "002C0001 10" WRONG NEW_PIN, "63C9");
  sim_expect (sim, "002C0001 10" PUK1 "3132FFFFFFFFFFFF", "6A80");
  sim_expect (sim, "002C0001 10" PUK1 NEW_PIN, "9000");
  sim_expect (sim, "002C0001", "63CA");
  sim_expect (sim, "00200001", "63C3");
  sim_expect (sim, "00B08700 09", TEST_EF_IMSI "9000");
  sim_expect (sim, "00200001 08" NEW_PIN, "9000");
}

static void
test_puk_blocked (void)
{
  g_autoptr (LabSim) sim = usim (TRUE);

  for (guint left = 10; left-- > 0;)
    sim_expect_sw (sim, "002C0001 10" WRONG NEW_PIN, 0x63C0 | left);
  sim_expect (sim, "002C0001 10" PUK1 NEW_PIN, "6983");
  sim_expect (sim, "002C0001", "6983");
  /* an administrative code has none */
  sim_expect (sim, "002C000A", "6A88");
}

static void
test_change (void)
{
  g_autoptr (LabSim) sim = usim (TRUE);

  sim_expect (sim, "00240001 10" WRONG NEW_PIN, "63C2");
  sim_expect (sim, "00240001 10" PIN1 "31FF32FFFFFFFFFF", "6A80");
  sim_expect (sim, "00240001 10" PIN1 "313233FFFFFFFFFF", "6A80");
  sim_expect (sim, "00240001 08" PIN1, "6700");
  sim_expect (sim, "00240001 10" PIN1 NEW_PIN, "9000");
  sim_expect (sim, "00B08700 09", TEST_EF_IMSI "9000");
  sim_expect (sim, "00200001 08" PIN1, "63C2");
  sim_expect (sim, "00200001 08" NEW_PIN, "9000");
  /* any bytes may be an administrative code */
  sim_expect (sim, "0024000A 10" ADM1 "0102030405060708", "9000");
  sim_expect (sim, "0020000A 08 0102030405060708", "9000");
}

static void
test_enable_and_disable (void)
{
  g_autoptr (LabSim) sim = usim (TRUE);

  sim_expect (sim, "00280001 08" PIN1, "6984");
  sim_expect (sim, "00260001 08" WRONG, "63C2");
  sim_expect (sim, "00260001 08" PIN1, "9000");
  lab_sim_reset (sim);
  sim_expect (sim, "00A4040C 07 " TEST_USIM, "9000");
  sim_expect (sim, "00B08700 09", TEST_EF_IMSI "9000");
  /* bit 7 of the USIM's PIN status: its second reference is off */
  sim_expect (sim, "80F20000 00",
              "6230 82027821 83027FFF 8410A0000000871002FFFFFFFF8900000100 8A0105 8B032F060E"
              "C60C 9001A0 830181 830101 83010A 9000");
  sim_expect (sim, "00200001 08" PIN1, "6984");
  sim_expect (sim, "00240001 10" PIN1 NEW_PIN, "6984");
  sim_expect (sim, "00260001 08" PIN1, "6984");
  sim_expect (sim, "00280001 08" PIN1, "9000");
  lab_sim_reset (sim);
  sim_expect (sim, "00A4040C 07 " TEST_USIM, "9000");
  sim_expect (sim, "00B08700 09", "6982");
  /* PIN2 and the administrative code cannot be switched off */
  sim_expect (sim, "00260081 08" PIN2, "6985");
  sim_expect (sim, "0026000A 08" ADM1, "6985");
}

/* Rules of EF.ARR: read and update by PIN1, PIN2 and the administrative code. */
static void
test_access (void)
{
  g_autoptr (LabSim) sim = usim (TRUE);

  /* LOCI: PIN1 for both */
  sim_expect (sim, "00B08B00 0B", "6982");
  sim_expect (sim, "00D68B00 01 00", "6982");
  /* ECC, SPN, AD: always readable, written by ADM */
  sim_expect (sim, "00B08300 04", "00000002 9000");
  sim_expect (sim, "00D68300 01 80", "6982");
  sim_expect (sim, "00200001 08" PIN1, "9000");
  sim_expect (sim, "00B08B00 01", "FF 9000");
  sim_expect (sim, "00D68B00 01 00", "9000");
  /* FDN: read by PIN1, written by PIN2 */
  sim_expect (sim, "00A4000C 02 6F3B", "9000");
  sim_expect_sw (sim, "00B20104 1A", 0x9000);
  sim_expect (sim, "00DC0104 1A 41FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF", "6982");
  sim_expect (sim, "00200081 08" PIN2, "9000");
  sim_expect (sim, "00DC0104 1A 41FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF", "9000");
  /* IMSI: PIN1 does not write it, ADM does */
  sim_expect (sim, "00D68701 01 39", "6982");
  sim_expect (sim, "0020000A 08" ADM1, "9000");
  sim_expect (sim, "00D68701 01 39", "9000");
  sim_expect (sim, "00B08700 02", "0839 9000");
  /* ICCID: nobody */
  sim_expect (sim, "00A4000C 02 3F00", "9000");
  sim_expect (sim, "00A4000C 02 2FE2", "9000");
  sim_expect (sim, "00D60000 01 98", "6982");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/lab/sim/pin/verify", test_verify);
  g_test_add_func ("/lab/sim/pin/blocked", test_blocked);
  g_test_add_func ("/lab/sim/pin/puk-blocked", test_puk_blocked);
  g_test_add_func ("/lab/sim/pin/change", test_change);
  g_test_add_func ("/lab/sim/pin/enable-and-disable", test_enable_and_disable);
  g_test_add_func ("/lab/sim/pin/access", test_access);
  return g_test_run ();
}
