/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lab-sim-test.h"

#define MSISDN "FFFFFFFFFFFFFFFFFFFF 07 91 534810325476FFFFFFFF FF FF"
#define SMSP                                                                                       \
  "FFFFFFFFFFFFFFFFFFFF FD FFFFFFFFFFFFFFFFFFFFFFFF 07 91 534850020200FFFFFFFF FF FF FF"

static LabSim *
usim (void)
{
  LabSim *sim = test_sim (FALSE);

  sim_expect (sim, "00A4040C 07 " TEST_USIM, "9000");
  return sim;
}

static void
read_file (LabSim *sim, const char *fid, const char *command, const char *answer)
{
  g_autofree char *select = g_strdup_printf ("00A4000C 02 %s", fid);

  sim_expect (sim, select, "9000");
  sim_expect (sim, command, answer);
}

/* What an operator said is what a terminal reads. */
static void
test_contents (void)
{
  g_autoptr (LabSim) sim = usim ();

  read_file (sim, "6F07", "00B00000 00", TEST_EF_IMSI "9000");
  read_file (sim, "6F46", "00B00000 00", "00 4B6169747375204D6F62696C65 FFFFFF 9000");
  read_file (sim, "6FAD", "00B00000 00", "00000002 9000");
  read_file (sim, "6F78", "00B00000 00", "0020 9000");
  read_file (sim, "6F40", "00B20104 00", MSISDN "9000");
  read_file (sim, "6F42", "00B20104 00", SMSP "9000");
  /* services 2; 10, 12; 19, 21; 27; 33, 38; 43; 85 */
  read_file (sim, "6F38", "00B00000 00", "020A14042104000000001000 0000 9000");
  read_file (sim, "6F62", "00B00000 00", "42F499 C080 9000");
  read_file (sim, "6FB7", "00B20204 00", "19F1FF00 9000");
  /* default content of the templates */
  read_file (sim, "6F7E", "00B00000 00", "FFFFFFFFFFFFFF0000FF01 9000");
  read_file (sim, "6F73", "00B00000 00", "FFFFFFFFFFFFFFFFFFFF0000FF01 9000");
  read_file (sim, "6F5B", "00B00000 00", "F00000F00000 9000");
  read_file (sim, "6F31", "00B00000 00", "0A 9000");
  read_file (sim, "5F3B", "80F2000C", "9000");
  read_file (sim, "4F20", "00B00000 00", "FFFFFFFFFFFFFFFF07 9000");
}

static void
test_mf (void)
{
  g_autoptr (LabSim) sim = test_sim (TRUE);

  read_file (sim, "2FE2", "00B00000 00", TEST_EF_ICCID "9000");
  read_file (sim, "2F00", "00B20104 00",
             "61184F10A0000000871002FFFFFFFF890000010050045553494D FFFFFFFFFFFFFF 9000");
  read_file (sim, "2F05", "00B00000 00", "FFFF 9000");
  /* by short identifier, from the MF */
  sim_expect (sim, "00A4000C 02 3F00", "9000");
  sim_expect_sw (sim, "00B201F4 21", 0x9000);
  sim_expect (sim, "00B20AF4 00", "6A83");
  /* rule 11 of EF.ARR: read by all, update by none, the rest by ADM */
  sim_expect (sim, "00B20B34 2C",
              "8001019000 8001029700 800158A40683010A950108"
              "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF 9000");
}

/* DF.TELECOM's links lead to the USIM's files, written through either. */
static void
test_links (void)
{
  g_autoptr (LabSim) sim = usim ();

  sim_expect (sim, "0020000A 08 3838383838383838", "9000");
  sim_expect (sim, "00A4080C 04 7F106F40", "9000");
  sim_expect (sim, "00B20104 00", MSISDN "9000");
  sim_expect (sim, "00DC0104 18 414243FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF", "9000");
  sim_expect (sim, "00A4080C 04 7FFF6F40", "9000");
  sim_expect (sim, "00B20104 18", "414243FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF 9000");
  sim_expect (sim, "00A4080C 04 7F106F43", "9000");
  sim_expect (sim, "00B00000 00", "FFFF 9000");
}

static void
test_binary (void)
{
  g_autoptr (LabSim) sim = usim ();

  sim_expect (sim, "00B00000 01", "6986");
  sim_expect (sim, "00D60000 01 00", "6986");
  sim_expect (sim, "00A4000C 02 6F7E", "9000");
  sim_expect (sim, "00D60003 03 112233", "9000");
  sim_expect (sim, "00B00002 05", "FF112233FF 9000");
  sim_expect (sim, "00B0000B 00", "6B00");
  sim_expect (sim, "00D6000B 01 00", "6B00");
  sim_expect (sim, "00D6000A 02 0000", "6700");
  sim_expect (sim, "00B00000 01 00", "6700");
  sim_expect (sim, "00B20104 00", "6981");
  sim_expect (sim, "00DC0104 01 00", "6981");
  /* a short identifier that is unknown, and one that selects */
  sim_expect (sim, "00B09F00 00", "6A82");
  sim_expect (sim, "00B0A300 00", "6A86");
  sim_expect (sim, "00B08301 01", "00 9000");
  sim_expect (sim, "00B00003 01", "02 9000");
}

static void
test_records (void)
{
  g_autoptr (LabSim) sim = usim ();

  sim_expect (sim, "00B20104 00", "6986");
  sim_expect (sim, "00A4000C 02 6FB7", "9000");
  sim_expect (sim, "00B00000 00", "6981");
  sim_expect (sim, "00B20004 00", "6A83");
  sim_expect (sim, "00B20104 04", "11F2FF00 9000");
  sim_expect (sim, "00B20304 04", "6A83");
  sim_expect (sim, "00B20104 05", "6C04");
  sim_expect (sim, "00B20105 04", "6A86");
  sim_expect (sim, "00B20102 04", "6A86");
  sim_expect (sim, "00B201FC 04", "6A86");
  /* next, next, past the end; previous */
  sim_expect (sim, "00B20002 04", "11F2FF00 9000");
  sim_expect (sim, "00B20002 04", "19F1FF00 9000");
  sim_expect (sim, "00B20004 04", "19F1FF00 9000");
  sim_expect (sim, "00B20002 04", "6A83");
  sim_expect (sim, "00B20003 04", "11F2FF00 9000");
  sim_expect (sim, "00B20003 04", "6A83");
  /* previous from nowhere is the last */
  sim_expect (sim, "00A4000C 02 6FB7", "9000");
  sim_expect (sim, "00B20003 04", "19F1FF00 9000");
  /* by short identifier, the pointer starts anew */
  sim_expect (sim, "00A4000C 02 6F07", "9000");
  sim_expect (sim, "00B2000A 04", "11F2FF00 9000");
  sim_expect (sim, "00DC0104 04 00000000", "6982");
  sim_expect (sim, "0020000A 08 3838383838383838", "9000");
  sim_expect (sim, "00DC0104 03 000000", "6700");
  sim_expect (sim, "00DC0204 04 22F2FF01", "9000");
  sim_expect (sim, "00B20204 04", "22F2FF01 9000");
  sim_expect (sim, "00DC0304 04 22F2FF01", "6A83");
}

static void
test_search (void)
{
  g_autoptr (LabSim) sim = usim ();

  sim_expect (sim, "00A20104 01 FF", "6986");
  sim_expect (sim, "00A4000C 02 6FB7", "9000");
  sim_expect (sim, "00A20104 02 F2FF 00", "01 9000");
  sim_expect (sim, "00A20104 01 FF 00", "0102 9000");
  sim_expect (sim, "00A20205 01 FF 00", "0201 9000");
  sim_expect (sim, "00A20204 02 F2FF 00", "6282");
  sim_expect (sim, "00A20104 02 ABCD 00", "6282");
  sim_expect (sim, "00A20304 01 FF 00", "6A83");
  sim_expect (sim, "00A20107 01 FF 00", "6A86");
  sim_expect (sim, "00A20104", "6700");
  /* enhanced: from the next record, at offset 1; behind the first FF */
  sim_expect (sim, "00A4000C 02 6FB7", "9000");
  sim_expect (sim, "00A20006 04 0601 F1FF 00", "02 9000");
  sim_expect (sim, "00A2010E 03 0CFF 00 00", "0102 9000");
  sim_expect (sim, "00A2010E 03 0400 F2 00", "01 9000");
  sim_expect (sim, "00A2010E 03 0402 F2 00", "6282");
  sim_expect (sim, "00A2010E 02 0402 00", "6700");
  sim_expect (sim, "00A20006 03 0000 FF 00", "6A80");
}

/* TS 102 221, 11.1.14 and 11.1.15. */
static void
test_deactivate (void)
{
  g_autoptr (LabSim) sim = usim ();

  sim_expect (sim, "00040000", "6986");
  sim_expect (sim, "00A4000C 02 6F7E", "9000");
  sim_expect (sim, "00040000", "6982");
  sim_expect (sim, "0020000A 08 3838383838383838", "9000");
  sim_expect (sim, "00040000", "9000");
  sim_expect (sim, "00B00000 01", "6984");
  sim_expect (sim, "00A4000C 02 6F7E", "6283");
  sim_expect (sim, "00A40004 02 6F7E 00",
              "6217 82024121 83026F7E 8A0104 8B036F0605 8002000B 880158 6283");
  sim_expect (sim, "00440000", "9000");
  sim_expect (sim, "00B00000 01", "FF 9000");
  sim_expect (sim, "00440100", "6A86");
}

static void
test_notes (void)
{
  g_autoptr (LabSim) sim = usim ();

  sim_expect (sim, "80100000 04 FFFFFFFF", "9000");
  sim_expect (sim, "80140000 0C 810301030082028281830100", "9000");
  sim_expect (sim, "80C20000 02 D600", "9000");
  sim_expect (sim, "80100000", "6700");
  sim_expect (sim, "00100000 01 FF", "6E00");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/lab/sim/files/contents", test_contents);
  g_test_add_func ("/lab/sim/files/mf", test_mf);
  g_test_add_func ("/lab/sim/files/links", test_links);
  g_test_add_func ("/lab/sim/files/binary", test_binary);
  g_test_add_func ("/lab/sim/files/records", test_records);
  g_test_add_func ("/lab/sim/files/search", test_search);
  g_test_add_func ("/lab/sim/files/deactivate", test_deactivate);
  g_test_add_func ("/lab/sim/files/notes", test_notes);
  return g_test_run ();
}
