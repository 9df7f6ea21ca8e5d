/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "euicc-test.h"

#include "kt-eid.h"

/* Plain metadata of profile A. */
static const TestMetadata plain_a = { .iccid = ICCID_A, .class = 2 };

static LabEuicc *
card_t0 (void)
{
  LabEuiccOptions options = test_options ();

  options.protocol = LAB_EUICC_T0;
  return test_card_new (&options);
}

static void
test_atr (void)
{
  g_autoptr (LabEuicc) t0 = card_t0 ();
  g_autoptr (LabEuicc) t1 = test_card_new (NULL);

  /* TD1 says the protocol; TB after T=15 has b8 and b2: an eUICC; the XOR of all is zero. */
  assert_take_hex (lab_euicc_dup_atr (t0),
                   "3B9E96803F8782 8031E073FE211F664B6169747375 07");
  assert_take_hex (lab_euicc_dup_atr (t1),
                   "3B9E9681B1FE453F8782 8031E073FE211F664B6169747375 0C");
}

static void
test_shapes (void)
{
  g_autoptr (LabEuicc) euicc = test_card_new (NULL);

  assert_apdu (euicc, "00A404", "6700");
  assert_apdu (euicc, "", "6700");
  /* Lc and length disagree; extended length */
  assert_apdu (euicc, "00A4040C023F", "6700");
  assert_apdu (euicc, "00A4040C023F000000", "6700");
  assert_apdu (euicc, "00A4040C0000023F00", "6700");
  /* secure messaging, chaining, classes that do not exist */
  assert_apdu (euicc, "0CA4040C023F00", "6882");
  assert_apdu (euicc, "60A4040C023F00", "6882");
  assert_apdu (euicc, "10A4040C023F00", "6884");
  assert_apdu (euicc, "20A4040C023F00", "6E00");
  assert_apdu (euicc, "FFA4040C023F00", "6E00");
}

static void
test_manage_channel (void)
{
  LabEuiccOptions options = test_options ();
  g_autoptr (LabEuicc) euicc = NULL;

  options.channels = 3;
  euicc = test_card_new (&options);
  assert_apdu (euicc, "01A40000023F00", "6881");
  assert_apdu (euicc, "0070000001", "019000");
  assert_apdu (euicc, "0070000000", "029000");
  assert_apdu (euicc, "00700000", "6C01");
  assert_apdu (euicc, "0070000001", "039000");
  assert_apdu (euicc, "0070000001", "6A81");
  assert_apdu (euicc, "00708002", "9000");
  assert_apdu (euicc, "00708002", "6881");
  assert_apdu (euicc, "00708000", "6A86");
  assert_apdu (euicc, "00708004", "6A86");
  assert_apdu (euicc, "00704000", "6A86");
  assert_apdu (euicc, "0070000001", "029000");
  /* by number, and by the class's own channel */
  assert_apdu (euicc, "00708003", "9000");
  assert_apdu (euicc, "00700003", "9000");
  assert_apdu (euicc, "00700003", "6A81");
  assert_apdu (euicc, "00700004", "6A81");
  assert_apdu (euicc, "03708000", "9000");
  assert_apdu (euicc, "03708000", "6881");
  /* the proprietary class has no MANAGE CHANNEL; a reset closes all */
  assert_apdu (euicc, "8070000001", "6D00");
  lab_euicc_reset (euicc);
  assert_apdu (euicc, "01A40000023F00", "6881");
}

/* ETSI TS 102 221 table 10.4a: channels 4 to 19 are 4X and CX. */
static void
test_nineteen_channels (void)
{
  g_autoptr (LabEuicc) euicc = test_card_new (NULL);

  for (guint channel = 1; channel <= 19; channel++)
    {
      guint iso = channel < 4 ? channel : 0x40 + channel - 4;
      guint gp = channel < 4 ? 0x80 + channel : 0xC0 + channel - 4;
      g_autofree char *opened = g_strdup_printf ("%02X9000", channel);
      g_autofree char *select = g_strdup_printf ("%02XA4040010" TEST_ISDR "00", iso);
      g_autofree char *store = g_strdup_printf ("%02XE2910006BF3E035C015A00", gp);
      g_autofree char *wrong_class = g_strdup_printf ("%02XE2910006BF3E035C015A00", iso);

      assert_apdu (euicc, "0070000001", opened);
      assert_apdu (euicc, store, "6D00");
      assert_apdu (euicc, select, "6F*");
      assert_apdu (euicc, store, "BF3E125A10" TEST_EID_HEX "9000");
      assert_apdu (euicc, wrong_class, "6E00");
    }
  assert_apdu (euicc, "0070000001", "6A81");
  /* the low nibble alone is not the channel: 8F would be secure messaging */
  assert_apdu (euicc, "8FE2910006BF3E035C015A00", "6882");
  assert_apdu (euicc, "00708013", "9000");
  assert_apdu (euicc, "CFE2910006BF3E035C015A00", "6881");
}

static void
test_select (void)
{
  g_autoptr (LabEuicc) euicc = test_card_new (NULL);

  assert_apdu (euicc, "0070000001", "019000");
  assert_apdu (euicc, "01A4040010" TEST_ISDR "00",
               "6F1F 8410" TEST_ISDR "A504 9F6501FF E005 8203020202 9000");
  assert_apdu (euicc, "01A4040C10" TEST_ISDR, "9000");
  assert_apdu (euicc, "01A4040007A000000559101000", "6F1F*");
  assert_apdu (euicc, "01A4040010A0000005591010FFFFFFFF890000020000",
               "6F18 8410A0000005591010FFFFFFFF8900000200 A504 9F6501FF 9000");
  assert_apdu (euicc, "01CA005A00", "5A10" TEST_EID_HEX "9000");
  assert_apdu (euicc, "01CA006600", "6A88");
  assert_apdu (euicc, "81E2910003BF2E0000", "6D00");
  /* an AID that is not there leaves the selection as it was */
  assert_apdu (euicc, "01A4040010" TEST_ISDR "00", "6F*");
  assert_apdu (euicc, "01A4040010A0000005591010FFFFFFFF8900000D0000", "6A82");
  assert_apdu (euicc, "01A4040007A0000000871002", "6A82");
  assert_apdu (euicc, "81E2910003BF2E0000", "BF2E128010*");
  assert_apdu (euicc, "01B0000001", "6D00");
}

static void
test_vendor_aid (void)
{
  LabEuiccOptions options = test_options ();
  g_autoptr (GBytes) aid = hex_bytes ("A0000005591010FFFFFFFF8900050500");
  g_autoptr (LabEuicc) euicc = NULL;

  options.isdr_aid = aid;
  euicc = test_card_new (&options);
  assert_apdu (euicc, "00A4040010" TEST_ISDR "00", "6A82");
  assert_apdu (euicc, "00A4040010A0000005591010FFFFFFFF890005050000", "6F1F8410A0*");
}

static void
test_terminal_capability (void)
{
  g_autoptr (LabEuicc) euicc = test_card_new (NULL);

  lab_euicc_set_quirks (euicc, LAB_QUIRK_NEEDS_CAPABILITY);
  assert_apdu (euicc, "00A4040010" TEST_ISDR "00", "6A82");
  assert_apdu (euicc, "80AA000003A9018100", "6A80");
  assert_apdu (euicc, "80AA000003A90181", "6A80");
  assert_apdu (euicc, "80AA000003A80100", "6A80");
  assert_apdu (euicc, "80AA0000", "6700");
  assert_apdu (euicc, "80AA01000AA9088100820101830107", "6A86");
  /* without an LPDd (bit 2 of tag 83) it stays hidden */
  assert_apdu (euicc, "80AA00000AA9088100820101830105", "9000");
  assert_apdu (euicc, "00A4040010" TEST_ISDR "00", "6A82");
  assert_apdu (euicc, "80AA00000AA9088100820101830107", "9000");
  assert_apdu (euicc, "00A4040010" TEST_ISDR "00", "6F*");
  lab_euicc_reset (euicc);
  assert_apdu (euicc, "00A4040010" TEST_ISDR "00", "6A82");
}

static void
test_t0 (void)
{
  g_autoptr (LabEuicc) euicc = card_t0 ();

  assert_apdu (euicc, "80AA00000AA9088100820101830107", "9000");
  /* Le of a case 2 command must fit */
  assert_apdu (euicc, "0070000000", "6C01");
  assert_apdu (euicc, "0070000001", "019000");
  assert_apdu (euicc, "01A4040010" TEST_ISDR, "6121");
  assert_apdu (euicc, "01C0000022", "6C21");
  assert_apdu (euicc, "01C0000000", "6C21");
  assert_apdu (euicc, "01C0000006", "6F1F8410A000 611B");
  assert_apdu (euicc, "01C000001B", "0005591010FFFFFFFF8900000100A5049F6501FFE0058203020202 9000");
  assert_apdu (euicc, "01C000001B", "6D00");
  /* lpac fetches with the class of the command, others with an interindustry one */
  assert_apdu (euicc, "81E2910003BF2E00", "6115");
  assert_apdu (euicc, "81C0000015", "BF2E128010*");
  assert_apdu (euicc, "81E2910003BF2E00", "6115");
  assert_apdu (euicc, "01C0000015", "BF2E128010*");
  /* with an Le that T=0 has no place for */
  assert_apdu (euicc, "81E2910003BF2E0000", "6115");
  /* another command takes the waiting answer away */
  assert_apdu (euicc, "81E2910003BF3F00", "6A80");
  assert_apdu (euicc, "01C0000015", "6D00");
  /* each channel has its own */
  assert_apdu (euicc, "81E2910003BF2E00", "6115");
  assert_apdu (euicc, "0070000001", "029000");
  assert_apdu (euicc, "01C0000115", "6A86");
  assert_apdu (euicc, "01C0000015", "BF2E128010*");
  lab_euicc_set_quirks (euicc, LAB_QUIRK_NO_GET_RESPONSE_CLASS);
  assert_apdu (euicc, "81E2910003BF2E00", "6115");
  assert_apdu (euicc, "81C0000015", "6E00");
  assert_apdu (euicc, "01C0000015", "BF2E128010*");
}

/* More than 256 bytes: 6100, 256 bytes a time, then the rest; the recorded shape of a session. */
static void
test_long_answer (void)
{
  static const char addresses[] = TEST_ADDRESSES TEST_ADDRESSES TEST_ADDRESSES TEST_ADDRESSES
      TEST_ADDRESSES TEST_ADDRESSES TEST_ADDRESSES;
  TestMetadata a = { .iccid = ICCID_A, .class = 2, .addresses = addresses };
  LabEuiccOptions options = test_options ();
  g_autoptr (LabEuicc) t0 = NULL;
  g_autoptr (LabEuicc) t1 = test_card_with (&a, NULL, NULL, NULL);
  g_autoptr (GBytes) part = NULL;

  options.protocol = LAB_EUICC_T0;
  t0 = test_card_with (&a, NULL, NULL, &options);
  test_open_isdr (t0);
  /* 7 times 43 bytes, and 17 of tags and lengths around them: 318 */
  assert_apdu (t0, "81E2910006BF2D035C01B6", "6100");
  part = test_apdu (t0, "81C0000000");
  g_assert_cmpuint (g_bytes_get_size (part), ==, 258);
  assert_apdu (t0, "81C0000000", "6C3E");
  g_clear_pointer (&part, g_bytes_unref);
  part = test_apdu (t0, "81C000003E");
  g_assert_cmpuint (g_bytes_get_size (part), ==, 0x3E + 2);

  test_open_isdr (t1);
  g_clear_pointer (&part, g_bytes_unref);
  part = test_apdu (t1, "81E2910006BF2D035C01B600");
  g_assert_cmpuint (g_bytes_get_size (part), ==, 258);
  assert_take_hex (g_bytes_new_from_bytes (part, 256, 2), "613E");
  g_clear_pointer (&part, g_bytes_unref);
  part = test_apdu (t1, "01C0000000");
  g_assert_cmpuint (g_bytes_get_size (part), ==, 0x3E + 2);
  /* without Le nothing comes along */
  assert_apdu (t1, "81E2910003BF2E00", "6115");
}

static void
test_store_data (void)
{
  g_autoptr (LabEuicc) euicc = test_card_new (NULL);

  test_open_isdr (euicc);
  /* a chain of three */
  assert_apdu (euicc, "81E2110002BF3E", "9000");
  assert_apdu (euicc, "81E2110102035C", "9000");
  assert_apdu (euicc, "81E2910202015A00", "BF3E125A10" TEST_EID_HEX "9000");
  /* P1, P2, Lc */
  assert_apdu (euicc, "81E2900003BF2E0000", "6A86");
  assert_apdu (euicc, "81E2910103BF2E0000", "6A86");
  assert_apdu (euicc, "81E2910000", "6700");
  assert_apdu (euicc, "81E29100", "6700");
  /* block 2 after block 0: the chain is gone */
  assert_apdu (euicc, "81E2110002BF3E", "9000");
  assert_apdu (euicc, "81E2110202035C", "6A86");
  assert_apdu (euicc, "81E2910102015A00", "6A86");
  /* block 0 begins anew */
  assert_apdu (euicc, "81E2110002BF3E", "9000");
  assert_apdu (euicc, "81E2910006BF3E035C015A00", "BF3E12*");
  /* not a TLV, more than one, unknown ones */
  assert_apdu (euicc, "81E2910003BF2E0100", "6A80");
  assert_apdu (euicc, "81E2910004BF2E000000", "6A80");
  assert_apdu (euicc, "81E2910001BF00", "6A80");
  assert_apdu (euicc, "81E2910004BF2E810000", "6A80");
  assert_apdu (euicc, "81E2910003BF440000", "6A88");
  assert_apdu (euicc, "81E2910003BF550000", "6A88");
  assert_apdu (euicc, "81E29100025A0000", "6A88");
}

/* P2 cannot count beyond 256 blocks. */
static void
test_endless_chain (void)
{
  g_autoptr (LabEuicc) euicc = test_card_new (NULL);

  test_open_isdr (euicc);
  for (guint i = 0; i < 256; i++)
    {
      g_autofree char *block = g_strdup_printf ("81E211%02X01BF", i);

      assert_apdu (euicc, block, "9000");
    }
  assert_apdu (euicc, "81E2110101BF", "6A86");
}

static void
test_two_channels (void)
{
  g_autoptr (LabEuicc) euicc = test_card_new (NULL);

  test_open_isdr (euicc);
  assert_apdu (euicc, "0070000001", "029000");
  assert_apdu (euicc, "02A4040C10" TEST_ISDR, "9000");
  assert_apdu (euicc, "81E2110002BF3E", "9000");
  assert_apdu (euicc, "82E2110002BF2E", "9000");
  assert_apdu (euicc, "81E2910104035C015A00", "BF3E12*");
  assert_apdu (euicc, "82E29101010000", "BF2E12*");
  /* a channel opened from another starts where that one stands */
  assert_apdu (euicc, "0270000001", "039000");
  assert_apdu (euicc, "83E2910006BF3E035C015A00", "BF3E12*");
}

static void
test_empty_card (void)
{
  g_autoptr (LabEuicc) euicc = test_card_new (NULL);

  assert_apdu (euicc, "00A40004023F0000", "6A82");
  assert_apdu (euicc, "80F2000000", "6A82");
  assert_apdu (euicc, "00B000000A", "6986");
  assert_apdu (euicc, "00B2010400", "6986");
  assert_apdu (euicc, "00200001083030303030303030", "6A88");
  assert_apdu (euicc, "0088008101FF00", "6985");
  assert_apdu (euicc, "00C0000000", "6985");
  assert_apdu (euicc, "0084000008", "6D00");
  assert_apdu (euicc, "A0A40000023F00", "6A82");
}

static void
test_profile_answers (void)
{
  g_autoptr (LabEuicc) euicc = test_card_with (&plain_a, NULL, NULL, NULL);

  /* EF.ICCID on the basic channel, and on one of its own while the ISD-R is selected on another */
  assert_apdu (euicc, "00A40004022FE200", "62*");
  assert_apdu (euicc, "00B000000A", "989400000000000010F8 9000");
  test_open_isdr (euicc);
  assert_apdu (euicc, "00B000000A", "989400000000000010F8 9000");
  assert_apdu (euicc, "0070000001", "029000");
  assert_apdu (euicc, "02A40004022FE200", "62*");
  assert_apdu (euicc, "02B000000A", "989400000000000010F8 9000");
  /* the ISD-R's channel, too, can go over to the profile */
  assert_apdu (euicc, "01B000000A", "6D00");
  assert_apdu (euicc, "01A40004022FE200", "62*");
  assert_apdu (euicc, "01B000000A", "989400000000000010F8 9000");
  assert_apdu (euicc, "81E2910003BF2E0000", "6D00");
}

static void
test_power (void)
{
  LabEuiccOptions options = test_options ();
  g_autoptr (GError) error = NULL;
  g_autoptr (LabEuicc) euicc = lab_euicc_new (&options, &error);

  g_assert_no_error (error);
  g_assert_null (test_apdu (euicc, "0070000001"));
  lab_euicc_power (euicc, TRUE);
  assert_apdu (euicc, "0070000001", "019000");
  lab_euicc_power (euicc, FALSE);
  g_assert_null (test_apdu (euicc, "0070000001"));
  lab_euicc_pull (euicc);
  lab_euicc_power (euicc, TRUE);
  g_assert_false (lab_euicc_is_powered (euicc));
  lab_euicc_insert (euicc);
  lab_euicc_power (euicc, TRUE);
  assert_apdu (euicc, "0070000001", "019000");
  g_assert_cmpuint (lab_euicc_get_insertions (euicc), ==, 2);
}

static void
on_notify (GObject *object, GParamSpec *pspec, guint *count)
{
  *count += 1;
}

static void
test_knobs (void)
{
  g_autoptr (LabEuicc) euicc = test_card_new (NULL);
  guint count = 0;

  g_signal_connect (euicc, "notify::inserted", G_CALLBACK (on_notify), &count);
  lab_euicc_fail_apdu (euicc, 2, 0x6F00);
  assert_apdu (euicc, "0070000001", "019000");
  assert_apdu (euicc, "0070000001", "6F00");
  assert_apdu (euicc, "0070000001", "029000");
  lab_euicc_set_delay (euicc, 1);
  assert_apdu (euicc, "0070000001", "039000");
  g_assert_cmpuint (lab_euicc_get_apdus (euicc), ==, 4);
  lab_euicc_pull_after (euicc, 1);
  assert_apdu (euicc, "0070000001", "049000");
  g_assert_null (test_apdu (euicc, "0070000001"));
  g_assert_false (lab_euicc_is_inserted (euicc));
  lab_euicc_pull (euicc);
  lab_euicc_insert (euicc);
  lab_euicc_power (euicc, TRUE);
  assert_apdu (euicc, "0070000001", "019000");
  g_assert_cmpuint (count, ==, 2);
}

static void
test_options_are_checked (void)
{
  g_autoptr (GError) error = NULL;
  LabEuiccOptions options = test_options ();
  g_autoptr (GBytes) aid = hex_bytes ("A0000005");
  g_autoptr (LabEuicc) euicc = NULL;

  options.eid = "89049032123451234512345678901236";
  g_assert_null (lab_euicc_new (&options, &error));
  assert_kt_error (&error, KT_ERROR_INVALID_INPUT, "lab.eid");
  /* a good EID, of another EUM */
  options.eid = "89049011223344556677889900112294";
  if (kt_eid_is_valid (options.eid))
    {
      g_assert_null (lab_euicc_new (&options, &error));
      assert_kt_error (&error, KT_ERROR_INVALID_INPUT, "pki.eid");
    }
  options = test_options ();
  options.isdr_aid = aid;
  g_assert_null (lab_euicc_new (&options, &error));
  assert_kt_error (&error, KT_ERROR_INVALID_INPUT, "lab.aid");
  options = test_options ();
  options.root_smds = "not a name";
  g_assert_null (lab_euicc_new (&options, &error));
  assert_kt_error (&error, KT_ERROR_INVALID_INPUT, "lab.address");
  /* an EID is made if none is given */
  options = test_options ();
  options.eid = NULL;
  euicc = lab_euicc_new (&options, &error);
  g_assert_no_error (error);
  g_assert_true (kt_eid_is_valid (lab_euicc_get_eid (euicc)));
  g_assert_true (g_str_has_prefix (lab_euicc_get_eid (euicc), LAB_PKI_EID_PREFIX));
}

static void
test_preloads_are_checked (void)
{
  g_autoptr (GError) error = NULL;
  LabEuiccOptions options = test_options ();
  g_autoptr (GBytes) upp_a = test_upp (ICCID_A);
  g_autoptr (GBytes) upp_b = test_upp (ICCID_B);
  g_autoptr (GBytes) a = test_metadata (&plain_a);
  g_autoptr (GBytes) b = test_metadata (&(TestMetadata){ .iccid = ICCID_B, .class = 2 });
  LabPreload preloads[2] = { { upp_b, a, FALSE }, { upp_a, a, FALSE } };

  options.preloads = preloads;
  options.n_preloads = 1;
  g_assert_null (lab_euicc_new (&options, &error));
  assert_kt_error (&error, KT_ERROR_INVALID_INPUT, "lab.preload");
  options.n_preloads = 2;
  preloads[0] = preloads[1];
  g_assert_null (lab_euicc_new (&options, &error));
  assert_kt_error (&error, KT_ERROR_INVALID_INPUT, "lab.preload");
  preloads[0] = (LabPreload){ upp_a, a, TRUE };
  preloads[1] = (LabPreload){ upp_b, b, TRUE };
  g_assert_null (lab_euicc_new (&options, &error));
  assert_kt_error (&error, KT_ERROR_INVALID_INPUT, "lab.preload");
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/lab/euicc/apdu/atr", test_atr);
  g_test_add_func ("/lab/euicc/apdu/shapes", test_shapes);
  g_test_add_func ("/lab/euicc/apdu/manage-channel", test_manage_channel);
  g_test_add_func ("/lab/euicc/apdu/nineteen-channels", test_nineteen_channels);
  g_test_add_func ("/lab/euicc/apdu/select", test_select);
  g_test_add_func ("/lab/euicc/apdu/vendor-aid", test_vendor_aid);
  g_test_add_func ("/lab/euicc/apdu/terminal-capability", test_terminal_capability);
  g_test_add_func ("/lab/euicc/apdu/t0", test_t0);
  g_test_add_func ("/lab/euicc/apdu/long-answer", test_long_answer);
  g_test_add_func ("/lab/euicc/apdu/store-data", test_store_data);
  g_test_add_func ("/lab/euicc/apdu/endless-chain", test_endless_chain);
  g_test_add_func ("/lab/euicc/apdu/two-channels", test_two_channels);
  g_test_add_func ("/lab/euicc/apdu/empty-card", test_empty_card);
  g_test_add_func ("/lab/euicc/apdu/profile-answers", test_profile_answers);
  g_test_add_func ("/lab/euicc/apdu/power", test_power);
  g_test_add_func ("/lab/euicc/apdu/knobs", test_knobs);
  g_test_add_func ("/lab/euicc/apdu/options", test_options_are_checked);
  g_test_add_func ("/lab/euicc/apdu/preloads", test_preloads_are_checked);
  status = g_test_run ();
  test_clear ();
  return status;
}
