/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "euicc-test.h"

/* What the card says of itself, and the settings it keeps. Hexadecimal from SGP.22's module. */

static const TestMetadata plain_a = { .iccid = ICCID_A, .class = 2 };
static const TestMetadata plain_b = { .iccid = ICCID_B, .class = 2 };

static LabEuicc *
open_card (void)
{
  LabEuicc *euicc = test_card_new (NULL);

  test_open_isdr (euicc);
  return euicc;
}

static char *
pkid_hex (void)
{
  guint8 pkid[20];

  lab_pki_get_ci_pkid (test_pki_get (), pkid);
  return kt_hex (pkid, sizeof pkid);
}

static void
test_addresses (void)
{
  g_autoptr (LabEuicc) euicc = open_card ();

  assert_es10 (euicc, "BF3C00", "BF3C12 8110 736D64732E6578616D706C652E636F6D");
  /* "a.bc" */
  assert_es10 (euicc, "BF3F06 8004 612E6263", "BF3F03800100");
  assert_es10 (euicc, "BF3C00", "BF3C18 8004612E6263 8110 736D64732E6578616D706C652E636F6D");
  /* with a port, for labs */
  assert_es10 (euicc, "BF3F09 8007 612E62633A3432", "BF3F03800100");
  /* not a name: "x", "a b.cd", not UTF-8 */
  assert_es10 (euicc, "BF3F03 8001 78", "BF3F0380017F");
  assert_es10 (euicc, "BF3F08 8006 6120622E6364", "BF3F0380017F");
  assert_es10 (euicc, "BF3F04 8002 C328", "BF3F0380017F");
  assert_es10 (euicc, "BF3C00",
               "BF3C1B 8007612E62633A3432 8110 736D64732E6578616D706C652E636F6D");
  /* an empty one removes */
  assert_es10 (euicc, "BF3F02 8000", "BF3F03800100");
  assert_es10 (euicc, "BF3C00", "BF3C12 8110 736D64732E6578616D706C652E636F6D");
  assert_es10_sw (euicc, "BF3F00", 0x6A80);
  assert_es10_sw (euicc, "BF3F03 8103 00", 0x6A80);
  lab_euicc_set_quirks (euicc, LAB_QUIRK_NEW_MEMBERS);
  assert_es10 (euicc, "BF3C00",
               "BF3C24 8110 736D64732E6578616D706C652E636F6D"
               " 8310 6D6F72652E6578616D706C652E636F6D");
}

static void
test_info1 (void)
{
  g_autoptr (LabEuicc) euicc = open_card ();
  g_autofree char *pkid = pkid_hex ();
  g_autofree char *expected
      = g_strdup_printf ("BF2035 8203020202 A9160414%s AA160414%s", pkid, pkid);

  assert_es10 (euicc, "BF2000", expected);
}

/* A second PKI, and a CI for verification alone. */
static void
test_info1_lists (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (LabPki) second = lab_pki_new (test_env_get (), &error);
  g_autoptr (LabPki) third = lab_pki_new (test_env_get (), &error);
  g_autoptr (GPtrArray) more = g_ptr_array_new ();
  g_autoptr (GPtrArray) cis = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  LabEuiccOptions options = test_options ();
  g_autoptr (LabEuicc) euicc = NULL;
  g_autofree char *pkid = pkid_hex ();
  g_autofree char *pkid2 = NULL;
  g_autofree char *pkid3 = NULL;
  g_autofree char *expected = NULL;
  guint8 id[20];

  g_assert_no_error (error);
  lab_pki_get_ci_pkid (second, id);
  pkid2 = kt_hex (id, sizeof id);
  lab_pki_get_ci_pkid (third, id);
  pkid3 = kt_hex (id, sizeof id);
  g_ptr_array_add (more, second);
  g_ptr_array_add (cis, lab_pki_dup_ci_cert (third));
  options.more_pkis = more;
  options.verification_cis = cis;
  options.svn[0] = 2;
  options.svn[1] = 5;
  euicc = test_card_new (&options);
  test_open_isdr (euicc);
  expected = g_strdup_printf ("BF2079 8203020500 A9420414%s0414%s0414%s AA2C0414%s0414%s", pkid,
                              pkid2, pkid3, pkid, pkid2);
  expected[5] = '7';
  assert_es10 (euicc, "BF2000", expected);
}

static void
test_info2 (void)
{
  g_autoptr (LabEuicc) euicc = open_card ();
  g_autoptr (LabEuicc) with_a = test_card_with (&plain_a, NULL, NULL, NULL);
  g_autofree char *pkid = pkid_hex ();
  g_autofree char *tail
      = g_strdup_printf ("8603 0F0000 8703 020300 8802 03D8 A9160414%s AA160414%s 8B0102"
                         " 0403 010000 0C0E 4B542D4C41422D45552D30303031"
                         " AC26 800A 6B61697473752D6C6162"
                         " 8118 68747470733A2F2F646C6F612E6578616D706C652E636F6D",
                         pkid, pkid);
  g_autoptr (GBytes) tail_bytes = hex_bytes (tail);
  g_autoptr (GBytes) info = test_es10_hex (euicc, "BF2200");
  g_autoptr (GBytes) resources = TEST_VALUE (info, 0xBF22, 0x84);
  g_autoptr (GBytes) end = NULL;
  g_autoptr (GBytes) used = NULL;
  const guint8 *bytes;
  gsize len = g_bytes_get_size (info);

  assert_take_hex (TEST_FIND (info, 0xBF22, 0x81), "8103020301");
  assert_take_hex (TEST_FIND (info, 0xBF22, 0x82), "8203020202");
  assert_take_hex (TEST_FIND (info, 0xBF22, 0x83), "8303010000");
  /* no profile, 512 KiB, 64 KiB of RAM */
  assert_bytes_hex (resources, "810100 820400080000 830400010000");
  /* the rest is in this order and ends the answer */
  end = g_bytes_new_from_bytes (info, len - g_bytes_get_size (tail_bytes),
                                g_bytes_get_size (tail_bytes));
  assert_bytes_hex (end, tail);

  test_open_isdr (with_a);
  g_clear_pointer (&info, g_bytes_unref);
  info = test_es10_hex (with_a, "BF2200");
  used = TEST_VALUE (info, 0xBF22, 0x84);
  bytes = g_bytes_get_data (used, NULL);
  g_assert_cmpuint (bytes[2], ==, 1);
  g_assert_cmpuint (bytes[6], <, 0x08);
  lab_euicc_set_free_memory (with_a, 4711);
  g_clear_pointer (&info, g_bytes_unref);
  info = test_es10_hex (with_a, "BF2200");
  assert_take_hex (TEST_VALUE (info, 0xBF22, 0x84), "810101 820400001267 830400010000");
}

static void
test_info2_new_members (void)
{
  g_autoptr (LabEuicc) euicc = open_card ();
  g_autoptr (GBytes) info = NULL;

  lab_euicc_set_quirks (euicc, LAB_QUIRK_NEW_MEMBERS);
  info = test_es10_hex (euicc, "BF2200");
  assert_take_hex (TEST_FIND (info, 0xBF22, 0x93), "9303030100");
  assert_take_hex (TEST_FIND (info, 0xBF22, 0xB4), "B400");
  assert_take_hex (TEST_FIND (info, 0xBF22, 0x9F7F), "9F7F0101");
}

static void
test_eid (void)
{
  g_autoptr (LabEuicc) euicc = open_card ();

  assert_es10 (euicc, "BF3E035C015A", "BF3E125A10" TEST_EID_HEX);
  assert_es10_sw (euicc, "BF3E00", 0x6A80);
  assert_es10_sw (euicc, "BF3E035C0142", 0x6A80);
  assert_es10_sw (euicc, "BF3E045C025A5A", 0x6A80);
}

static void
test_rules (void)
{
  g_autoptr (GBytes) gid = hex_bytes ("0A0B");
  g_autoptr (GBytes) any = g_bytes_new (NULL, 0);
  LabOperator first[2]
      = { { { 0x00, 0xF1, 0x10 }, NULL, NULL }, { { 0x62, 0xE2, 0xEE }, gid, any } };
  LabRatRule rules[2] = { { LAB_PPR1_NO_DISABLING, first, 2, FALSE },
                          { LAB_PPR2_NO_DELETION, first, 1, TRUE } };
  LabEuiccOptions options = test_options ();
  g_autoptr (LabEuicc) usual = open_card ();
  g_autoptr (LabEuicc) own = NULL;
  g_autoptr (LabEuicc) none = NULL;
  g_autoptr (GBytes) info = NULL;

  assert_es10 (usual, "BF4300",
               "BF4319 A017 3015 80020560 A10B 3009 8003EEEEEE 8100 8200 8202 0780"
              );
  options.rules = rules;
  options.n_rules = 2;
  own = test_card_new (&options);
  test_open_isdr (own);
  assert_es10 (own, "BF4300",
               "BF4334 A032"
               " 301D 80020640 A114 3005 800300F110 300B 800362E2EE 81020A0B 8200 820100"
               " 3011 80020520 A107 3005 800300F110 82020780");
  options.n_rules = 0;
  options.no_rules = TRUE;
  none = test_card_new (&options);
  test_open_isdr (none);
  assert_es10 (none, "BF4300", "BF4302A000");
  /* forbiddenProfilePolicyRules: PPR1 and PPR2 */
  info = test_es10_hex (none, "BF2200");
  assert_take_hex (TEST_FIND (info, 0xBF22, 0x99), "99020560");
}

static void
test_lpae (void)
{
  g_autoptr (LabEuicc) euicc = open_card ();

  assert_es10 (euicc, "BF42048002 0780", "BF4203800101");
}

/* ---- profiles ---- */

static void
test_profiles_info (void)
{
  TestMetadata a = { .iccid = ICCID_A,
                     .provider = "Prov",
                     .name = "Name",
                     .class = -1,
                     .addresses = "3008 80020640 81026162",
                     .owner = "800300F110 810142",
                     .pprs = "0640",
                     .extra = "930101 9402CAFE" };
  g_autoptr (LabEuicc) empty = open_card ();
  g_autoptr (LabEuicc) euicc = test_card_with (&a, &plain_b, NULL, NULL);
  static const char first_nine[] = "E338 5A0A989400000000000010F8"
                                   " 4F10A0000005591010FFFFFFFF8900001000"
                                   " 9F700101 910450726F76 92044E616D65 930101 9402CAFE 950102";

  assert_es10 (empty, "BF2D00", "BF2D02A000");
  test_open_isdr (euicc);
  {
    g_autofree char *both
        = g_strconcat ("BF2D6EA06C", first_nine,
                       "E330 5A0A989400000000000020F6 4F10A0000005591010FFFFFFFF8900001100"
                       " 9F700100 91034C6162 9204506C616E 950102",
                       NULL);
    g_autofree char *one = g_strconcat ("BF2D3CA03A", first_nine, NULL);

    assert_es10 (euicc, "BF2D00", both);
    assert_es10 (euicc, "BF2D0EA00C5A0A989400000000000010F8", one);
    assert_es10 (euicc, "BF2D14A0124F10A0000005591010FFFFFFFF8900001000", one);
    assert_es10 (euicc, "BF2D05A003950102", both);
  }
  assert_es10 (euicc, "BF2D05A003950101", "BF2D02A000");
  assert_es10 (euicc, "BF2D0EA00C5A0A98940000000000009999", "BF2D02A000");
  /* with a tag list: those, known or not, in any order */
  assert_es10 (euicc, "BF2D1CA00C5A0A989400000000000010F8 5C0C 99B8B7B6BF769F705F24 9F7A",
               "BF2D22A020E31E 9F700101 B60A 3008 80020640 81026162 B708 800300F110 810142"
               " 99020640");
  assert_es10 (euicc, "BF2D13A00C5A0A989400000000000020F6 5C0399B790", "BF2D04A002E300");
  assert_es10 (euicc, "BF2D02 5C00", "BF2D06A004E300E300");
  /* wrong criteria */
  assert_es10 (euicc, "BF2D0DA00B5A0998940000000000009F", "BF2D03810101");
  assert_es10 (euicc, "BF2D05A003950103", "BF2D03810101");
  assert_es10 (euicc, "BF2D05A003990102", "BF2D03810101");
  assert_es10 (euicc, "BF2D02A000", "BF2D03810101");
  assert_es10 (euicc, "BF2D08A006950101950102", "BF2D03810101");
  assert_es10 (euicc, "BF2D03 5C019F", "BF2D03810101");
  lab_euicc_set_quirks (euicc, LAB_QUIRK_NEW_MEMBERS);
  assert_es10 (euicc, "BF2D11A00C5A0A989400000000000020F6 5C0195",
               "BF2D13A011E30F 950102 9F240100 9F7E056C61746572");
}

static void
test_nickname (void)
{
  g_autoptr (LabEuicc) euicc = test_card_with (&plain_a, NULL, NULL, NULL);
  g_autoptr (GString) longest = g_string_new ("BF294E 5A0A989400000000000010F8 9040");
  g_autoptr (GString) too_long = g_string_new ("BF294F 5A0A989400000000000010F8 9041");

  test_open_isdr (euicc);
  assert_es10 (euicc, "BF2910 5A0A989400000000000010F8 9002C3A9", "BF2903800100");
  assert_es10 (euicc, "BF2D03 5C0190", "BF2D08A006E304 9002C3A9");
  /* not UTF-8, a NUL inside, 65 bytes: what is there stays */
  assert_es10 (euicc, "BF2910 5A0A989400000000000010F8 9002C328", "BF290380017F");
  assert_es10 (euicc, "BF2910 5A0A989400000000000010F8 90026100", "BF290380017F");
  for (guint i = 0; i < 64; i++)
    {
      g_string_append (longest, "41");
      g_string_append (too_long, "41");
    }
  g_string_append (too_long, "41");
  assert_es10 (euicc, too_long->str, "BF290380017F");
  assert_es10 (euicc, "BF2D03 5C0190", "BF2D08A006E304 9002C3A9");
  assert_es10 (euicc, longest->str, "BF2903800100");
  /* an empty one removes it */
  assert_es10 (euicc, "BF290E 5A0A989400000000000010F8 9000", "BF2903800100");
  assert_es10 (euicc, "BF2D03 5C0190", "BF2D04A002E300");
  assert_es10 (euicc, "BF290F 5A0A989400000000000099F8 900141", "BF2903800101");
  assert_es10_sw (euicc, "BF290C 5A0A989400000000000010F8", 0x6A80);
  assert_es10_sw (euicc, "BF290E 5A0998940000000000001090 0141", 0x6A80);
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/lab/euicc/info/addresses", test_addresses);
  g_test_add_func ("/lab/euicc/info/info1", test_info1);
  g_test_add_func ("/lab/euicc/info/info1-lists", test_info1_lists);
  g_test_add_func ("/lab/euicc/info/info2", test_info2);
  g_test_add_func ("/lab/euicc/info/info2-new-members", test_info2_new_members);
  g_test_add_func ("/lab/euicc/info/eid", test_eid);
  g_test_add_func ("/lab/euicc/info/rules", test_rules);
  g_test_add_func ("/lab/euicc/info/lpae", test_lpae);
  g_test_add_func ("/lab/euicc/info/profiles", test_profiles_info);
  g_test_add_func ("/lab/euicc/info/nickname", test_nickname);
  status = g_test_run ();
  test_clear ();
  return status;
}
