/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lab-sim-test.h"

/* Written out from TS 102 221, 11.1.1.3; PIN1 is on: both bits of the MF's PIN status are set. */
#define FCP_MF                                                                                     \
  "6223 82027821 83023F00 A506800171870101 8A0105 8B032F060E C609 9001C0 830101 83010A"
#define FCP_IMSI "6217 82024121 83026F07 8A0105 8B036F0602 80020009 880138"
#define FCP_ICCID "6216 82024121 83022FE2 8A0105 8B032F060B 8002000A 8800"
#define FCP_TELECOM "621B 82027821 83027F10 8A0105 8B032F060E C609 9001C0 830101 83010A"
#define FCP_LINK "6219 82054221001801 83026F40 8A0105 8B032F0602 80020018 8800"
#define FCP_USIM                                                                                   \
  "6230 82027821 83027FFF 8410A0000000871002FFFFFFFF8900000100 8A0105 8B032F060E"                  \
  "C60C 9001E0 830181 830101 83010A"

static void
test_by_fid (void)
{
  g_autoptr (LabSim) sim = test_sim (TRUE);

  sim_expect (sim, "00A40004 02 3F00 00", FCP_MF "9000");
  sim_expect (sim, "00A40004 02 2FE2 00", FCP_ICCID "9000");
  sim_expect (sim, "00A4000C 02 2FE2", "9000");
  /* 00 asks for a template as well */
  sim_expect (sim, "00A40000 02 2FE2 00", FCP_ICCID "9000");
  sim_expect (sim, "00A40004 02 7F10 00", FCP_TELECOM "9000");
  sim_expect (sim, "00A40004 02 6F40 00", FCP_LINK "9000");
  /* from DF.TELECOM: itself, its parent, not the parent's EFs */
  sim_expect (sim, "00A4000C 02 7F10", "9000");
  sim_expect (sim, "00A4000C 02 2FE2", "6A82");
  sim_expect (sim, "00A4000C 02 3F00", "9000");
  sim_expect (sim, "00A4000C 02 6F07", "6A82");
  /* no application yet, and its temporary identifier is gone */
  sim_expect (sim, "00A4000C 02 7FFF", "6A82");
  sim_expect (sim, "00A4000C 02 7FD0", "6A82");
  /* no data: the MF */
  sim_expect (sim, "00A4000C", "9000");
}

static void
test_by_aid (void)
{
  g_autoptr (LabSim) sim = test_sim (TRUE);

  sim_expect (sim, "00A40404 10 A0000000871002FFFFFFFF8900000100 00", FCP_USIM "9000");
  sim_expect (sim, "00A40004 02 6F07 00", FCP_IMSI "9000");
  sim_expect (sim, "00A4000C 02 3F00", "9000");
  sim_expect (sim, "00A4040C 07 " TEST_USIM, "9000");
  sim_expect (sim, "00A4000C 02 3F00", "9000");
  /* the session goes on beside the MF */
  sim_expect (sim, "00A40004 02 7FFF 00", FCP_USIM "9000");
  sim_expect (sim, "00A4040C 05 A000000087", "9000");
  sim_expect (sim, "00A4040E 05 A000000087", "6A82");
  sim_expect (sim, "00A4040D 05 A000000087", "9000");
  sim_expect (sim, "00A4040F 05 A000000087", "6A82");
  sim_expect (sim, "00A4040C 07 A0000000871004", "6A82");
  sim_expect (sim, "00A4040C 11 A0000000871002FFFFFFFF890000010000", "6700");
  /* end of the session: the MF, and no application any more */
  sim_expect (sim, "00A4044C 07 " TEST_USIM, "9000");
  sim_expect (sim, "00A4000C 02 7FFF", "6A82");
  sim_expect (sim, "80F20000 00", FCP_MF "9000");
}

static void
test_by_path (void)
{
  g_autoptr (LabSim) sim = test_sim (TRUE);

  sim_expect (sim, "00A40804 04 7F106F40 00", FCP_LINK "9000");
  sim_expect (sim, "00A40804 02 2FE2 00", FCP_ICCID "9000");
  sim_expect (sim, "00A4080C 04 3F002FE2", "9000");
  sim_expect (sim, "00A4080C 04 7FFF6F07", "6A82");
  sim_expect (sim, "00A4040C 07 " TEST_USIM, "9000");
  sim_expect (sim, "00A4080C 02 2FE2", "9000");
  sim_expect (sim, "00A40804 04 7FFF6F07 00", FCP_IMSI "9000");
  sim_expect (sim, "00A4080C 06 7FFF5F3B4F20", "9000");
  /* from the current directory, 5F3B now */
  sim_expect (sim, "00A4090C 02 4F52", "9000");
  sim_expect (sim, "00A4090C 02 6F07", "6A82");
  sim_expect (sim, "00A40304", "6132");
  sim_expect (sim, "00A40904 02 6F07 00", FCP_IMSI "9000");
  sim_expect (sim, "00A4090C 04 5F3B4F20", "9000");
  sim_expect (sim, "00A4080C 04 7FD06F07", "6A82");
  sim_expect (sim, "00A4080C 04 2FE26F07", "6A82");
  sim_expect (sim, "00A4080C 03 7F106F", "6700");
}

static void
test_child_and_parent (void)
{
  g_autoptr (LabSim) sim = test_sim (TRUE);

  sim_expect (sim, "00A4010C 02 2FE2", "6A82");
  sim_expect (sim, "00A4010C 02 7F10", "9000");
  sim_expect (sim, "00A4030C", "9000");
  sim_expect (sim, "00A4000C 02 2FE2", "9000");
  /* the MF has no parent */
  sim_expect (sim, "00A4030C", "6A82");
  sim_expect (sim, "00A4030C 02 3F00", "6700");
}

static void
test_refusals (void)
{
  g_autoptr (LabSim) sim = test_sim (TRUE);

  sim_expect (sim, "00A40204 02 3F00 00", "6A86");
  sim_expect (sim, "00A40005 02 3F00 00", "6A86");
  sim_expect (sim, "00A40044 02 3F00 00", "6A86");
  sim_expect (sim, "00A40084 02 3F00 00", "6A86");
  sim_expect (sim, "00A40008 02 3F00 00", "6A86");
  sim_expect (sim, "00A40004 01 3F", "6700");
  sim_expect (sim, "00A40004 03 3F0000", "6700");
  sim_expect (sim, "00F20000 00", "6E00");
  sim_expect (sim, "80A40004 02 3F00 00", "6E00");
  sim_expect (sim, "00700000 01", "6D00");
  sim_expect (sim, "80120000 10", "6D00");
  sim_expect (sim, "0CA40004 02 3F00", "6882");
  sim_expect (sim, "60A40004 02 3F00", "6882");
  sim_expect (sim, "10A40004 02 3F00", "6884");
  sim_expect (sim, "B0A40004 02 3F00", "6E00");
  sim_expect (sim, "20A40004 02 3F00", "6E00");
}

static void
test_status (void)
{
  g_autoptr (LabSim) sim = test_sim (TRUE);

  sim_expect (sim, "80F20000 00", FCP_MF "9000");
  sim_expect (sim, "80F20000 25", FCP_MF "9000");
  sim_expect (sim, "80F20000 10", "6C25");
  sim_expect (sim, "80F2000C", "9000");
  sim_expect (sim, "80F20001 00", "6A88");
  sim_expect (sim, "80F20002 00", "6A86");
  sim_expect (sim, "80F20300 00", "6A86");
  sim_expect (sim, "00A4040C 07 " TEST_USIM, "9000");
  sim_expect (sim, "80F20101 00", "8410A0000000871002FFFFFFFF89000001009000");
  sim_expect (sim, "80F20000 00", FCP_USIM "9000");
  sim_expect (sim, "00A4000C 02 6F07", "9000");
  sim_expect (sim, "80F20000 00", FCP_USIM "9000");
}

/* TS 102 221, 8.7: each channel has its own selection. */
static void
test_channels (void)
{
  g_autoptr (LabSim) sim = test_sim (FALSE);

  sim_expect (sim, "00A4040C 07 " TEST_USIM, "9000");
  lab_sim_open_channel (sim, 1, 0);
  sim_expect_on (sim, 1, "81F20000 00", "622382027821 83023F00 A506800171870101 8A0105 8B032F060E"
                                        "C609 900140 830101 83010A 9000");
  sim_expect_on (sim, 1, "01A4000C 02 2FE2", "9000");
  sim_expect_on (sim, 1, "01B00000 0A", TEST_EF_ICCID "9000");
  sim_expect (sim, "00A4000C 02 6F07", "9000");
  sim_expect (sim, "00B00000 09", TEST_EF_IMSI "9000");
  lab_sim_open_channel (sim, 19, 1);
  sim_expect_on (sim, 19, "4FB00000 0A", TEST_EF_ICCID "9000");
  lab_sim_close_channel (sim, 19);
  sim_expect_on (sim, 19, "4FB00000 0A", "6986");
  sim_expect_on (sim, 19, "CFF20000 10", "6C25");
  g_assert_true (lab_sim_has_aid (sim, (const guint8 *) "\xA0\x00\x00\x00\x87", 5));
  g_assert_false (lab_sim_has_aid (sim, (const guint8 *) "\xA0\x00\x00\x05\x59", 5));
  g_assert_false (lab_sim_has_aid (sim, NULL, 0));
  lab_sim_reset (sim);
  sim_expect (sim, "00B00000 00", "6986");
  sim_expect (sim, "00A4000C 02 7FFF", "6A82");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/lab/sim/select/fid", test_by_fid);
  g_test_add_func ("/lab/sim/select/aid", test_by_aid);
  g_test_add_func ("/lab/sim/select/path", test_by_path);
  g_test_add_func ("/lab/sim/select/child-and-parent", test_child_and_parent);
  g_test_add_func ("/lab/sim/select/refusals", test_refusals);
  g_test_add_func ("/lab/sim/select/status", test_status);
  g_test_add_func ("/lab/sim/select/channels", test_channels);
  return g_test_run ();
}
