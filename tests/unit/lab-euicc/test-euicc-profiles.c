/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "euicc-test.h"

/* Enable, disable, delete, memory reset, and the notifications they leave. */

#define ID_A "5A0A989400000000000010F8"
#define ID_B "5A0A989400000000000020F6"
#define ID_C "5A0A989400000000000030F4"
#define AID_A "4F10A0000005591010FFFFFFFF8900001000"
#define AID_B "4F10A0000005591010FFFFFFFF8900001100"
#define UNKNOWN "5A0A989400000000000099F8"

#define ADDRESS_A "0C0E612E6E6F746966792E7465737431"
#define ADDRESS_B "0C0D622E6E6F746966792E74657374"

#define ENABLE(id, flag) "BF3111 A00C" id "8101" flag
#define DISABLE(id, flag) "BF3211 A00C" id "8101" flag
#define DELETE(id) "BF330C" id
#define ENABLED(n) "BF31038001" n
#define DISABLED(n) "BF32038001" n
#define DELETED(n) "BF33038001" n

static const TestMetadata plain_a = { .iccid = ICCID_A, .class = 2 };
static const TestMetadata plain_b = { .iccid = ICCID_B, .class = 2 };
static const TestMetadata loud_a = { .iccid = ICCID_A, .class = 2, .addresses = TEST_ADDRESSES };
static const TestMetadata loud_b = { .iccid = ICCID_B, .class = 2, .addresses = TEST_ADDRESSES };

static LabEuicc *
card (const TestMetadata *a, const TestMetadata *b, const TestMetadata *c)
{
  LabEuicc *euicc = test_card_with (a, b, c, NULL);

  test_open_isdr (euicc);
  return euicc;
}

static void
reset (LabEuicc *euicc)
{
  lab_euicc_reset (euicc);
  test_open_isdr (euicc);
}

static void
assert_states (LabEuicc *euicc, int a, int b)
{
  g_assert_cmpint (test_state (euicc, ICCID_A), ==, a);
  g_assert_cmpint (test_state (euicc, ICCID_B), ==, b);
}

/* ---- switching ---- */

static void
test_enable_now (void)
{
  g_autoptr (LabEuicc) euicc = card (&plain_a, &plain_b, NULL);

  assert_apdu (euicc, "00A40004022FE200", "62*");
  assert_apdu (euicc, "00B000000A", "989400000000000010F8 9000");
  assert_es10 (euicc, ENABLE (ID_B, "00"), ENABLED ("00"));
  assert_states (euicc, 0, 1);
  assert_apdu (euicc, "00A40004022FE200", "62*");
  assert_apdu (euicc, "00B000000A", "989400000000000020F6 9000");
  assert_es10 (euicc, DISABLE (ID_B, "00"), DISABLED ("00"));
  assert_states (euicc, 0, 0);
  assert_apdu (euicc, "00A40004022FE200", "6A82");
  /* by AID */
  assert_es10 (euicc, "BF3117 A012" AID_A "810100", ENABLED ("00"));
  assert_states (euicc, 1, 0);
  assert_es10 (euicc, "BF3217 A012" AID_A "810100", DISABLED ("00"));
}

static void
test_results (void)
{
  g_autoptr (LabEuicc) euicc = card (&plain_a, &plain_b, NULL);

  assert_es10 (euicc, ENABLE (UNKNOWN, "FF"), ENABLED ("01"));
  assert_es10 (euicc, ENABLE (ID_A, "FF"), ENABLED ("02"));
  assert_es10 (euicc, DISABLE (UNKNOWN, "FF"), DISABLED ("01"));
  assert_es10 (euicc, DISABLE (ID_B, "FF"), DISABLED ("02"));
  assert_es10 (euicc, DELETE (UNKNOWN), DELETED ("01"));
  assert_es10 (euicc, "BF3312 4F10A0000005591010FFFFFFFF8900007F00", DELETED ("01"));
  assert_es10 (euicc, DELETE (ID_A), DELETED ("02"));
  assert_es10 (euicc, DELETE (ID_B), DELETED ("00"));
  assert_es10 (euicc, DELETE (ID_B), DELETED ("01"));
  /* malformed: no flag, no identifier, an identifier without its A0, ICCID of 9 bytes */
  assert_es10_sw (euicc, "BF310E A00C" ID_A, 0x6A80);
  assert_es10_sw (euicc, "BF3105 A000 8101FF", 0x6A80);
  assert_es10_sw (euicc, "BF310F" ID_A "8101FF", 0x6A80);
  assert_es10_sw (euicc, "BF3110 A00B 5A09 989400000000000010 8101FF", 0x6A80);
  assert_es10_sw (euicc, "BF3300", 0x6A80);
  assert_es10_sw (euicc, "BF330E A00C" ID_A, 0x6A80);
}

/* With the flag it happens at the reset: SW 91xx until then. */
static void
test_refresh_by_reset (void)
{
  g_autoptr (LabEuicc) euicc = card (&loud_a, &loud_b, NULL);

  assert_apdu (euicc, "81E2910014" ENABLE (ID_B, "FF") "00", ENABLED ("00") "910B");
  assert_states (euicc, 1, 0);
  assert_es10 (euicc, "BF2800", "BF2802A000");
  /* another switch, or a deletion of what waits, must not come between */
  assert_es10 (euicc, ENABLE (ID_B, "FF"), ENABLED ("05"));
  assert_es10 (euicc, DISABLE (ID_A, "00"), DISABLED ("05"));
  assert_es10 (euicc, DELETE (ID_B), DELETED ("02"));
  assert_es10 (euicc, "BF3404 820205E0", "BF3403800105");
  /* every successful answer reminds of it, blocks of a chain and channels apart */
  assert_apdu (euicc, "81E2910006 BF3E035C015A 00", "BF3E125A10" TEST_EID_HEX "910B");
  assert_apdu (euicc, "81E2110002 BF3E", "9000");
  assert_apdu (euicc, "0070000001", "029000");
  reset (euicc);
  assert_states (euicc, 0, 1);
  assert_apdu (euicc, "81E2910003 BF2800 00", "BF28*");
}

static void
test_refresh_by_fetch (void)
{
  g_autoptr (LabEuicc) euicc = card (&plain_a, &plain_b, NULL);

  assert_apdu (euicc, "8012000000", "6985");
  assert_apdu (euicc, "8010000003FFFFFF", "9000");
  assert_apdu (euicc, "80100000", "6700");
  assert_apdu (euicc, "81E2910014" ENABLE (ID_B, "FF") "00", ENABLED ("00") "910B");
  assert_apdu (euicc, "801400000C 810301010482028281830100", "6985");
  assert_apdu (euicc, "8012000005", "6C0B");
  assert_apdu (euicc, "80F2000C", "910B");
  /* REFRESH, UICC reset */
  assert_apdu (euicc, "801200000B", "D009810301010482028182 9000");
  assert_apdu (euicc, "801200000B", "6985");
  assert_states (euicc, 1, 0);
  assert_es10 (euicc, DISABLE (ID_A, "00"), DISABLED ("05"));
  assert_apdu (euicc, "8014000009 810301010482028281", "6A80");
  assert_apdu (euicc, "801400000C 810301010482028281830100", "9000");
  assert_states (euicc, 0, 1);
  assert_apdu (euicc, "00A40004022FE200", "62*");
  assert_apdu (euicc, "00B000000A", "989400000000000020F6 9000");
  assert_apdu (euicc, "801400000C 810301010482028281830100", "6985");
}

/* A terminal that cannot refresh: the switch waits for the reset. */
static void
test_refresh_refused (void)
{
  g_autoptr (LabEuicc) euicc = card (&plain_a, &plain_b, NULL);

  assert_apdu (euicc, "81E2910014" DISABLE (ID_A, "FF") "00", DISABLED ("00") "910B");
  assert_apdu (euicc, "801200000B", "D0*");
  assert_apdu (euicc, "801400000C 810301010482028281830120", "9000");
  assert_states (euicc, 1, 0);
  reset (euicc);
  assert_states (euicc, 0, 0);
  reset (euicc);
  assert_states (euicc, 0, 0);
}

static void
test_t0_refresh (void)
{
  LabEuiccOptions options = test_options ();
  g_autoptr (LabEuicc) euicc = NULL;

  options.protocol = LAB_EUICC_T0;
  euicc = test_card_with (&plain_a, &plain_b, NULL, &options);
  test_open_isdr (euicc);
  assert_apdu (euicc, "81E2910014" ENABLE (ID_B, "FF"), "6106");
  assert_apdu (euicc, "81C0000006", ENABLED ("00") "910B");
}

static void
test_cat_busy (void)
{
  g_autoptr (LabEuicc) euicc = card (&plain_a, &plain_b, NULL);

  lab_euicc_set_cat_busy (euicc, 3);
  assert_es10 (euicc, ENABLE (ID_B, "FF"), ENABLED ("05"));
  assert_es10 (euicc, DISABLE (ID_A, "FF"), DISABLED ("05"));
  assert_es10 (euicc, "BF3404 820205E0", "BF3403800105");
  assert_es10 (euicc, ENABLE (ID_B, "00"), ENABLED ("00"));
}

static void
test_quirks (void)
{
  g_autoptr (LabEuicc) euicc = card (&plain_a, &plain_b, NULL);

  lab_euicc_set_quirks (euicc, LAB_QUIRK_AID_ONLY);
  assert_es10 (euicc, ENABLE (ID_B, "00"), ENABLED ("01"));
  assert_es10 (euicc, "BF3117 A012" AID_B "810100", ENABLED ("00"));
  lab_euicc_set_quirks (euicc, LAB_QUIRK_ICCID_ONLY);
  assert_es10 (euicc, "BF3117 A012" AID_A "810100", ENABLED ("01"));
  assert_es10 (euicc, ENABLE (ID_A, "00"), ENABLED ("00"));
  assert_es10 (euicc, "BF3312" AID_B, DELETED ("01"));
  lab_euicc_set_quirks (euicc, LAB_QUIRK_REFRESH_ONLY);
  assert_es10 (euicc, ENABLE (ID_B, "00"), ENABLED ("7F"));
  assert_es10 (euicc, DISABLE (ID_A, "00"), DISABLED ("7F"));
  lab_euicc_set_quirks (euicc, LAB_QUIRK_NO_REFRESH);
  assert_es10 (euicc, ENABLE (ID_B, "FF"), ENABLED ("7F"));
  lab_euicc_set_quirks (euicc, LAB_QUIRK_NEVER_SWITCH);
  assert_es10 (euicc, ENABLE (ID_B, "FF"), ENABLED ("00"));
  reset (euicc);
  assert_states (euicc, 1, 0);
}

/* ---- policy ---- */

#define OWNER "800300F110"

static void
test_ppr1 (void)
{
  TestMetadata a = { .iccid = ICCID_A, .class = 2, .owner = OWNER, .pprs = "0640" };
  TestMetadata provisioning = { .iccid = ICCID_C, .class = 1 };
  g_autoptr (LabEuicc) euicc = card (&a, &plain_b, &provisioning);

  assert_es10 (euicc, ENABLE (ID_B, "FF"), ENABLED ("03"));
  assert_es10 (euicc, DISABLE (ID_A, "FF"), DISABLED ("03"));
  assert_es10 (euicc, DISABLE (ID_A, "00"), DISABLED ("03"));
  assert_states (euicc, 1, 0);
  /* a provisioning profile may step in */
  assert_es10 (euicc, ENABLE (ID_C, "00"), ENABLED ("00"));
  g_assert_cmpint (test_state (euicc, ICCID_C), ==, 1);
  /* but that is no way around the rule */
  assert_es10 (euicc, ENABLE (ID_B, "00"), ENABLED ("03"));
  assert_es10 (euicc, ENABLE (ID_A, "00"), ENABLED ("00"));
  assert_es10 (euicc, ENABLE (ID_B, "00"), ENABLED ("03"));
}

static void
test_ppr2 (void)
{
  TestMetadata b = { .iccid = ICCID_B, .class = 2, .owner = OWNER, .pprs = "0520" };
  g_autoptr (LabEuicc) euicc = card (&plain_a, &b, NULL);

  assert_es10 (euicc, DELETE (ID_B), DELETED ("03"));
  assert_es10 (euicc, ENABLE (ID_B, "00"), ENABLED ("00"));
  assert_es10 (euicc, DISABLE (ID_B, "00"), DISABLED ("00"));
  assert_es10 (euicc, DELETE (ID_A), DELETED ("00"));
  /* a memory reset does not ask */
  assert_es10 (euicc, "BF3404 82020780", "BF3403800100");
  assert_es10 (euicc, "BF2D00", "BF2D02A000");
}

static void
test_wrong_reenabling (void)
{
  TestMetadata trial = { .iccid = ICCID_C, .class = 0 };
  g_autoptr (LabEuicc) euicc = card (&plain_a, &plain_b, &trial);

  assert_es10 (euicc, ENABLE (ID_C, "00"), ENABLED ("00"));
  assert_es10 (euicc, ENABLE (ID_B, "00"), ENABLED ("04"));
  assert_es10 (euicc, ENABLE (ID_A, "00"), ENABLED ("00"));
  assert_es10 (euicc, ENABLE (ID_B, "00"), ENABLED ("00"));
  /* the one that it came from is gone: any will do */
  assert_es10 (euicc, ENABLE (ID_C, "00"), ENABLED ("00"));
  assert_es10 (euicc, DELETE (ID_B), DELETED ("00"));
  assert_es10 (euicc, ENABLE (ID_A, "00"), ENABLED ("00"));
}

/* ---- memory reset ---- */

static void
test_memory_reset (void)
{
  TestMetadata provisioning = { .iccid = ICCID_C, .class = 1 };
  g_autoptr (LabEuicc) euicc = card (&loud_a, &plain_b, &provisioning);

  /* nothing of the kind: no field-loaded test profile */
  assert_es10 (euicc, "BF3404 82020640", "BF3403800101");
  assert_es10 (euicc, "BF3403 820100", "BF3403800101");
  assert_es10 (euicc, "BF3F06 8004 612E6263", "BF3F03800100");
  assert_es10 (euicc, "BF3404 82020520", "BF3403800100");
  assert_es10 (euicc, "BF3C00", "BF3C12 8110 736D64732E6578616D706C652E636F6D");
  assert_states (euicc, 1, 0);
  /* operational profiles, enabled or not; the terminal is told */
  assert_apdu (euicc, "81E2910007 BF3404 82020780 00", "BF3403800100 910B");
  assert_states (euicc, -1, -1);
  g_assert_cmpint (test_state (euicc, ICCID_C), ==, 0);
  assert_apdu (euicc, "00A40004022FE200", "6A82");
  assert_es10 (euicc, "BF2804 81020410",
               "BF284DA04B"
               "BF2F23 800101 81020410" ADDRESS_A ID_A "BF2F22 800102 81020410" ADDRESS_B ID_A);
  reset (euicc);
  assert_es10 (euicc, "BF3404 82020780", "BF3403800101");
  assert_es10_sw (euicc, "BF3400", 0x6A80);
}

/* The factory's default SM-DP+ comes back. */
static void
test_memory_reset_address (void)
{
  LabEuiccOptions options = test_options ();
  g_autoptr (LabEuicc) euicc = NULL;

  options.default_smdp = "first.example";
  euicc = test_card_new (&options);
  test_open_isdr (euicc);
  assert_es10 (euicc, "BF3F02 8000", "BF3F03800100");
  assert_es10 (euicc, "BF3404 82020520", "BF3403800100");
  assert_es10 (euicc, "BF3C00",
               "BF3C21 800D 66697273742E6578616D706C65 8110 736D64732E6578616D706C652E636F6D");
}

/* ---- notifications ---- */

static void
test_list (void)
{
  g_autoptr (LabEuicc) euicc = card (&loud_a, &loud_b, NULL);

  assert_es10 (euicc, "BF2800", "BF2802A000");
  assert_es10 (euicc, ENABLE (ID_B, "00"), ENABLED ("00"));
  assert_es10 (euicc, DELETE (ID_A), DELETED ("00"));
  /* disable A, enable B to the one address; delete A to both */
  assert_es10 (euicc, "BF2800",
               "BF28819AA08197"
               "BF2F23 800101 81020520" ADDRESS_A ID_A "BF2F23 800102 81020640" ADDRESS_A ID_B
               "BF2F23 800103 81020410" ADDRESS_A ID_A "BF2F22 800104 81020410" ADDRESS_B ID_A);
  assert_es10 (euicc, "BF2804 81020640",
               "BF2828A026 BF2F23 800102 81020640" ADDRESS_A ID_B);
  assert_es10 (euicc, "BF2804 81020780", "BF2802A000");
  assert_es10_sw (euicc, "BF2803 810109", 0x6A80);
  /* removing: each once; numbers are not given again */
  assert_es10 (euicc, "BF3003800101", "BF3003800100");
  assert_es10 (euicc, "BF3003800101", "BF3003800101");
  assert_es10 (euicc, "BF3003800102", "BF3003800100");
  assert_es10 (euicc, "BF3003800103", "BF3003800100");
  assert_es10 (euicc, "BF3003800104", "BF3003800100");
  assert_es10 (euicc, "BF2800", "BF2802A000");
  assert_es10 (euicc, DISABLE (ID_B, "00"), DISABLED ("00"));
  assert_es10 (euicc, "BF2800", "BF2828A026 BF2F23 800105 81020520" ADDRESS_A ID_B);
  assert_es10_sw (euicc, "BF3000", 0x6A80);
  assert_es10_sw (euicc, "BF3002 8000", 0x6A80);
}

static void
test_retrieve (void)
{
  g_autoptr (LabEuicc) euicc = card (&loud_a, &loud_b, NULL);
  g_autoptr (GBytes) list = NULL;
  g_autoptr (GBytes) one = NULL;
  g_autoptr (GBytes) metadata = NULL;
  g_autoptr (GBytes) signature = NULL;
  g_autoptr (GBytes) cert = NULL;
  g_autoptr (GError) error = NULL;
  TlvReader reader;
  Tlv outer;
  Tlv child;

  assert_es10 (euicc, ENABLE (ID_B, "00"), ENABLED ("00"));
  list = test_es10_hex (euicc, "BF2B05 A003 800102");
  one = TEST_FIND (list, 0xBF2B, 0xA0, 0x30);
  metadata = TEST_FIND (one, 0x30, 0xBF2F);
  assert_bytes_hex (metadata, "BF2F23 800102 81020640" ADDRESS_A ID_B);
  signature = TEST_VALUE (one, 0x30, 0x5F37);
  /* BF2F, 5F37, CERT.EUICC, CERT.EUM */
  tlv_parse_bytes (one, 0x30, &outer, &error);
  g_assert_no_error (error);
  tlv_reader_enter (&reader, &outer);
  g_assert_true (tlv_expect (&reader, 0xBF2F, &child, &error));
  g_assert_true (tlv_expect (&reader, 0x5F37, &child, &error));
  g_assert_true (tlv_expect (&reader, 0x30, &child, &error));
  cert = tlv_dup_raw (&child);
  g_assert_true (tlv_expect (&reader, 0x30, &child, &error));
  g_assert_true (tlv_expect_end (&reader, &error));
  test_check_signature (cert, metadata, signature);
  {
    g_autoptr (GBytes) eum_der = tlv_dup_raw (&child);
    g_autoptr (GBytes) ci_der = lab_pki_dup_ci_cert (test_pki_get ());
    g_autoptr (LabCert) euicc_cert = lab_cert_parse (cert, &error);
    g_autoptr (LabCert) eum_cert = lab_cert_parse (eum_der, &error);
    g_autoptr (LabCert) ci_cert = lab_cert_parse (ci_der, &error);
    g_autofree char *eid = NULL;

    g_assert_no_error (error);
    lab_x509_check_euicc_chain (euicc_cert, eum_cert, ci_cert, TEST_NOW / G_USEC_PER_SEC, &eid,
                                &error);
    g_assert_no_error (error);
    g_assert_cmpstr (eid, ==, TEST_EID);
  }
  /* by event, all, none */
  g_clear_pointer (&list, g_bytes_unref);
  list = test_es10_hex (euicc, "BF2B06 A004 81020520");
  assert_take_hex (TEST_FIND (list, 0xBF2B, 0xA0, 0x30, 0xBF2F, 0x80), "800101");
  g_clear_pointer (&list, g_bytes_unref);
  list = test_es10_hex (euicc, "BF2B00");
  g_assert_cmpuint (g_bytes_get_size (list), >, 1500);
  assert_es10 (euicc, "BF2B05 A003 800109", "BF2B02A000");
  assert_es10_sw (euicc, "BF2B02 A000", 0x6A80);
  assert_es10_sw (euicc, "BF2B04 A002 8000", 0x6A80);
}

/* Up to version 2.1 nothing found is an error. */
static void
test_retrieve_v21 (void)
{
  LabEuiccOptions options = test_options ();
  g_autoptr (LabEuicc) euicc = NULL;

  options.svn[0] = 2;
  options.svn[1] = 1;
  euicc = test_card_new (&options);
  test_open_isdr (euicc);
  assert_es10 (euicc, "BF2B00", "BF2B03810101");
}

/* Number 200 is two bytes: a signed INTEGER. */
static void
test_numbers (void)
{
  TestMetadata a = { .iccid = ICCID_A, .class = 2, .addresses = "3008 80020640 81026162" };
  g_autoptr (LabEuicc) euicc = card (&a, &plain_b, NULL);
  g_autoptr (GBytes) list = NULL;

  for (guint i = 0; i < 130; i++)
    {
      assert_es10 (euicc, DISABLE (ID_A, "00"), DISABLED ("00"));
      assert_es10 (euicc, ENABLE (ID_A, "00"), ENABLED ("00"));
    }
  assert_es10 (euicc, "BF3004 80020080", "BF3003800100");
  assert_es10 (euicc, "BF3003 800180", "BF3003800101");
  list = test_es10_hex (euicc, "BF2B06 A004 80020082");
  assert_take_hex (TEST_FIND (list, 0xBF2B, 0xA0, 0x30, 0xBF2F),
                   "BF2F18 80020082 81020640 0C026162" ID_A);
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/lab/euicc/profiles/enable-now", test_enable_now);
  g_test_add_func ("/lab/euicc/profiles/results", test_results);
  g_test_add_func ("/lab/euicc/profiles/refresh-by-reset", test_refresh_by_reset);
  g_test_add_func ("/lab/euicc/profiles/refresh-by-fetch", test_refresh_by_fetch);
  g_test_add_func ("/lab/euicc/profiles/refresh-refused", test_refresh_refused);
  g_test_add_func ("/lab/euicc/profiles/t0-refresh", test_t0_refresh);
  g_test_add_func ("/lab/euicc/profiles/cat-busy", test_cat_busy);
  g_test_add_func ("/lab/euicc/profiles/quirks", test_quirks);
  g_test_add_func ("/lab/euicc/profiles/ppr1", test_ppr1);
  g_test_add_func ("/lab/euicc/profiles/ppr2", test_ppr2);
  g_test_add_func ("/lab/euicc/profiles/wrong-reenabling", test_wrong_reenabling);
  g_test_add_func ("/lab/euicc/profiles/memory-reset", test_memory_reset);
  g_test_add_func ("/lab/euicc/profiles/memory-reset-address", test_memory_reset_address);
  g_test_add_func ("/lab/euicc/notifications/list", test_list);
  g_test_add_func ("/lab/euicc/notifications/retrieve", test_retrieve);
  g_test_add_func ("/lab/euicc/notifications/retrieve-v21", test_retrieve_v21);
  g_test_add_func ("/lab/euicc/notifications/numbers", test_numbers);
  status = g_test_run ();
  test_clear ();
  return status;
}
