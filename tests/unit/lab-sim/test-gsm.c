/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lab-sim-test.h"

/* Class A0 as TS 51.011 has it: 9Fxx, GET RESPONSE, P3 exact. */

#define PIN1 "31323334FFFFFFFF"
#define WRONG "30303030FFFFFFFF"
#define NEW_PIN "39393939FFFFFFFF"

/* TS 51.011 knows T=0 alone. */
static LabSim *
t0_sim (gboolean pin_enabled)
{
  LabSim *sim = test_sim (pin_enabled);

  lab_sim_set_protocol (sim, LAB_SIM_T0);
  return sim;
}

static void
test_select (void)
{
  g_autoptr (LabSim) sim = t0_sim (TRUE);

  sim_expect (sim, "A0A40000 02 3F00", "9F16");
  /* type 01; CHV1 enabled; DF.GSM and DF.TELECOM, 4 EFs; 4 codes; 3 and 10 tries, twice */
  sim_expect (sim, "A0C00000 16", "0000 0000 3F00 01 0000000000 09 01 02 04 04 00 838A 838A 9000");
  sim_expect (sim, "A0A40000 02 2FE2", "9F0F");
  sim_expect (sim, "A0C00000 10", "670F");
  /* transparent, 10 bytes, read always, update never */
  sim_expect (sim, "A0C00000 0F", "0000 000A 2FE2 04 00 0F FF 44 01 02 00 00 9000");
  sim_expect (sim, "A0B00000 0A", TEST_EF_ICCID "9000");
  sim_expect (sim, "A0B00000 00", "670A");
  sim_expect (sim, "A0B00000 0B", "670A");
  sim_expect (sim, "A0B0000A 01", "9402");
  sim_expect (sim, "A0B20104 0A", "9408");
  sim_expect (sim, "A0A40000 02 6F07", "9404");
  sim_expect (sim, "A0A40000 02 7F20", "9F16");
  sim_expect_sw (sim, "A0C00000 16", 0x9000);
  sim_expect (sim, "A0A40000 02 6F07", "9F0F");
  sim_expect (sim, "A0C00000 0F", "0000 0009 6F07 04 00 14 FF 44 01 02 00 00 9000");
  sim_expect (sim, "A0B00000 09", "9804");
  sim_expect (sim, "A0200001 08" PIN1, "9000");
  sim_expect (sim, "A0B00000 09", TEST_EF_IMSI "9000");
  /* from DF.GSM to DF.TELECOM and back */
  sim_expect (sim, "A0A40000 02 7F10", "9F16");
  sim_expect (sim, "A0A40000 02 6F40", "9F0F");
  sim_expect (sim, "A0C00000 0F", "0000 0018 6F40 04 00 14 FF 44 01 02 01 18 9000");
  sim_expect (sim, "A0B20104 18", "FFFFFFFFFFFFFFFFFFFF0791534810325476FFFFFFFFFFFF 9000");
  sim_expect (sim, "A0B20104 00", "6718");
  sim_expect (sim, "A0B20204 18", "9402");
  sim_expect (sim, "A0A40000 02 7F20", "9F16");
  sim_expect (sim, "A0A40000 02 6F20", "9F0F");
  sim_expect (sim, "A0B00000 09", "FFFFFFFFFFFFFFFF07 9000");
}

static void
test_status (void)
{
  g_autoptr (LabSim) sim = t0_sim (FALSE);

  sim_expect (sim, "A0F20000 16", "0000 0000 3F00 01 0000000000 09 81 02 04 04 00 838A 838A 9000");
  sim_expect (sim, "A0F20000 08", "0000 0000 3F00 0100 9000");
  sim_expect (sim, "A0F20000 17", "6716");
  sim_expect (sim, "A0A40000 03 3F0000", "6702");
  sim_expect (sim, "A0A40004 02 3F00", "6B00");
  sim_expect (sim, "A0EE0000 00", "6D00");
  sim_expect (sim, "A0B00000 01", "9400");
  sim_expect (sim, "A0100000 02 FFFF", "9000");
}

static void
test_chv (void)
{
  g_autoptr (LabSim) sim = t0_sim (TRUE);

  sim_expect (sim, "A0200001 08" WRONG, "9804");
  sim_expect (sim, "A0200001 08" WRONG, "9804");
  sim_expect (sim, "A0200001 08" WRONG, "9840");
  sim_expect (sim, "A0200001 08" PIN1, "9840");
  sim_expect (sim, "A02C0000 10 3132333435363738" NEW_PIN, "9000");
  sim_expect (sim, "A0240001 10" NEW_PIN PIN1, "9000");
  sim_expect (sim, "A0260001 08" PIN1, "9000");
  sim_expect (sim, "A0260001 08" PIN1, "9808");
  sim_expect (sim, "A0280001 08" PIN1, "9000");
  sim_expect (sim, "A0200002 08 35363738FFFFFFFF", "9000");
  sim_expect (sim, "A0200003 08" PIN1, "6B00");
  sim_expect (sim, "A0200001 00", "6700");
  sim_expect (sim, "A02C0002 10 3837363534333231" NEW_PIN, "9000");
  sim_expect (sim, "A02C0001 10 3837363534333231" NEW_PIN, "6B00");
}

static void
test_seek (void)
{
  g_autoptr (LabSim) sim = t0_sim (FALSE);

  sim_expect (sim, "A0A20000 01 FF", "9400");
  sim_expect (sim, "A0A40000 02 7F20", "9F16");
  sim_expect (sim, "A0A40000 02 6FB7", "9F0F");
  sim_expect (sim, "A0A20010 02 F1FF", "9F01");
  sim_expect (sim, "A0C00000 01", "02 9000");
  sim_expect (sim, "A0A20000 02 F1FF", "9000");
  sim_expect (sim, "A0B20004 04", "19F1FF00 9000");
  sim_expect (sim, "A0A20012 01 FF", "9404");
  sim_expect (sim, "A0A20013 01 FF", "9F01");
  sim_expect (sim, "A0C00000 01", "01 9000");
  sim_expect (sim, "A0A20011 01 FF", "9F01");
  sim_expect (sim, "A0C00000 01", "02 9000");
  sim_expect (sim, "A0A20020 01 FF", "6B00");
}

static void
test_algorithm (void)
{
  g_autoptr (LabSim) sim = t0_sim (TRUE);

  sim_expect (sim, "A0880000 10 23553CBE9637A89D218AE64DAE47BF35", "9408");
  sim_expect (sim, "A0A40000 02 7F20", "9F16");
  sim_expect (sim, "A0880000 10 23553CBE9637A89D218AE64DAE47BF35", "9804");
  sim_expect (sim, "A0200001 08" PIN1, "9000");
  sim_expect (sim, "A0880000 10 23553CBE9637A89D218AE64DAE47BF35", "9F0C");
  sim_expect (sim, "A0C00000 0C", "46F8416AEAE4BE823AF9A08B 9000");
  sim_expect (sim, "A0880000 0F 23553CBE9637A89D218AE64DAE47BF", "6710");
}

/* Over T=1 data comes at once, as there is no procedure byte that could hold it back. */
static void
test_t1 (void)
{
  g_autoptr (LabSim) sim = test_sim (FALSE);

  sim_expect (sim, "A0A40000 02 3F00 00",
              "0000 0000 3F00 01 0000000000 09 81 02 04 04 00 838A 838A 9000");
  sim_expect (sim, "A0F20000 00", "0000 0000 3F00 01 0000000000 09 81 02 04 04 00 838A 838A 9000");
  sim_expect (sim, "A0A40000 02 2FE2 0F", "0000 000A 2FE2 04 00 0F FF 44 01 02 00 00 9000");
  sim_expect (sim, "A0B00000 00", TEST_EF_ICCID "9000");
  sim_expect (sim, "A0B00000 0B", "670A");
  /* without an Le nothing was asked for yet */
  sim_expect (sim, "A0A40000 02 2FE2", "9F0F");
  sim_expect (sim, "A0C00000 0F", "0000 000A 2FE2 04 00 0F FF 44 01 02 00 00 9000");
  sim_expect (sim, "A0A40000 02 7F20 00",
              "0000 0000 7F20 02 0000000000 09 81 01 19 04 00 838A 838A 9000");
  sim_expect (sim, "A0880000 10 23553CBE9637A89D218AE64DAE47BF35 00",
              "46F8416AEAE4BE823AF9A08B 9000");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/lab/sim/gsm/select", test_select);
  g_test_add_func ("/lab/sim/gsm/status", test_status);
  g_test_add_func ("/lab/sim/gsm/chv", test_chv);
  g_test_add_func ("/lab/sim/gsm/seek", test_seek);
  g_test_add_func ("/lab/sim/gsm/algorithm", test_algorithm);
  g_test_add_func ("/lab/sim/gsm/t1", test_t1);
  return g_test_run ();
}
