/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lab-sim-test.h"

static LabSim *
usim_of (const TestSpec *test)
{
  g_autoptr (LabPackage) package = test_package (test);
  LabSim *sim = lab_sim_new (package);

  sim_expect (sim, "00A4040C 07 " TEST_USIM, "9000");
  sim_expect_sw (sim, "00200001 08 30303030FFFFFFFF", 0x9000);
  return sim;
}

static void
expect_file (LabSim *sim, const char *fid, const char *answer)
{
  g_autofree char *select = g_strdup_printf ("00A4000C 02 %s", fid);

  sim_expect (sim, select, "9000");
  sim_expect (sim, "00B00000 00", answer);
}

static void
test_header (void)
{
  g_auto (TestSpec) test;
  g_autoptr (LabPackage) package = NULL;
  g_autofree char *iccid = NULL;
  guint major, minor;

  test_spec_init (&test);
  package = test_package (&test);
  iccid = kt_hex (lab_package_get_iccid (package), KT_ICCID_BYTES);
  g_assert_cmpstr (iccid, ==, TEST_EF_ICCID);
  g_assert_cmpstr (lab_package_get_profile_type (package), ==, "Operational");
  lab_package_get_version (package, &major, &minor);
  g_assert_cmpuint (major * 10 + minor, ==, 23);
}

/* The first bytes written out: DER by hand, ICCID straight. */
static void
test_der (void)
{
  g_auto (TestSpec) test;
  g_autoptr (GBytes) upp = NULL, head = NULL;

  test_spec_init (&test);
  test.spec.profile_type = "T";
  upp = lab_upp_build (&test.spec, test.env, NULL);
  head = bytes_cut (upp, 71);
  assert_bytes_hex (head, "A045 800102 810103 820154 830A8935801234567890129F A504 8100 8400"
                          "A628 060667810F010201 060667810F010203 060667810F010204"
                          "060667810F010205 060667810F010207");
}

/* Everything at its least: no number, no name, codes made up, a short IMSI. */
static void
test_least (void)
{
  g_auto (TestSpec) test;
  g_autoptr (LabSim) sim = NULL;

  test_spec_init (&test);
  test.spec = (LabUppSpec) {
    .iccid = "894450000000000001",
    .imsi = "001017",
    .mnc_length = 3,
    .algorithm = LAB_AKA_TEST,
    .k = test.k,
    .pin1_enabled = TRUE,
  };
  sim = usim_of (&test);
  /* six digits: an even number has parity 1 */
  expect_file (sim, "6F07", "04011010F7FFFFFFFF 9000");
}

static void
test_other (void)
{
  g_auto (TestSpec) test;
  g_autoptr (LabSim) sim = NULL;
  g_autoptr (GBytes) gid1 = hex_bytes ("A1B2C3"), gid2 = hex_bytes ("FF00FF");
  const char *const oplmn[] = { "24405", "310410", NULL };
  const char *const fplmn[] = { "24491", NULL };

  test_spec_init (&test);
  test.spec.imsi = "31041012345678";
  test.spec.mnc_length = 3;
  test.spec.msisdn = "0401234";
  test.spec.spn = "Käyttäjä Ωmega";
  test.spec.acc = 0x8001;
  test.spec.smsc = NULL;
  test.spec.pin1 = NULL;
  test.spec.gid1 = gid1;
  test.spec.gid2 = gid2;
  test.spec.oplmn = oplmn;
  test.spec.fplmn = fplmn;
  sim = usim_of (&test);
  expect_file (sim, "6F07", "0831011410325476F8 9000");
  expect_file (sim, "6FAD", "00000003 9000");
  expect_file (sim, "6F78", "8001 9000");
  /* ä is 7B, Ω 15 in the default alphabet */
  expect_file (sim, "6F46", "00 4B7B7974747B6A7B20156D656761 FFFF 9000");
  expect_file (sim, "6F3E", "A1B2C3 9000");
  expect_file (sim, "6F3F", "FF00FF 9000");
  expect_file (sim, "6F61", "42F450C080 130014C080 9000");
  expect_file (sim, "6F62", "130014C080 9000");
  expect_file (sim, "6F7B", "42F419 FFFFFFFFFFFFFFFFFF 9000");
  sim_expect (sim, "00A4000C 02 6F40", "9000");
  sim_expect (sim, "00B20104 00",
              "FFFFFFFFFFFFFFFFFFFF 05 81 401032F4FFFFFFFFFFFF FF FF 9000");
  sim_expect (sim, "00A4000C 02 6F42", "9000");
  sim_expect_sw (sim, "00B20104 26", 0x9000);
  /* 17, 18, 42 */
  expect_file (sim, "6F38", "020A17042106000000001000 0000 9000");
}

static void
test_ucs2_name (void)
{
  g_auto (TestSpec) test;
  g_autoptr (LabSim) sim = NULL;

  test_spec_init (&test);
  test.spec.pin1 = NULL;
  test.spec.spn = "Кайцу";
  sim = usim_of (&test);
  expect_file (sim, "6F46", "00 80 041A 0430 0439 0446 0443 FFFFFFFFFF 9000");
}

/* The same seed gives the same package; another one other codes and keys. */
static void
test_repeatable (void)
{
  GBytes *packages[3];

  for (guint i = 0; i < 3; i++)
    {
      g_auto (TestSpec) test;
      KtEnv *env = kt_env_new_seeded (i / 2, 0);

      test_spec_init (&test);
      test.spec.puk1 = test.spec.puk2 = test.spec.pin2 = test.spec.adm1 = NULL;
      packages[i] = lab_upp_build (&test.spec, env, NULL);
      kt_env_free_seeded (env);
    }
  g_assert_true (g_bytes_equal (packages[0], packages[1]));
  g_assert_false (g_bytes_equal (packages[0], packages[2]));
  for (guint i = 0; i < 3; i++)
    g_bytes_unref (packages[i]);
}

typedef struct
{
  const char *name;
  void (*spoil) (LabUppSpec *spec);
  const char *key;
} BadRow;

static const char *const many[] = { "00101", "001", NULL };
static const char *const letters[] = { "0010x", NULL };

#define SPOIL(name, field, value)                                                                  \
  static void spoil_##name (LabUppSpec *spec)                                                      \
  {                                                                                                \
    spec->field = value;                                                                           \
  }

SPOIL (iccid_null, iccid, NULL)
SPOIL (iccid_luhn, iccid, "8935801234567890128")
SPOIL (iccid_short, iccid, "89358012345678901")
SPOIL (iccid_long, iccid, "893580123456789012345")
SPOIL (iccid_letters, iccid, "893580123456789012F")
SPOIL (imsi_null, imsi, NULL)
SPOIL (imsi_short, imsi, "24499")
SPOIL (imsi_long, imsi, "2449912345678951")
SPOIL (imsi_blank, imsi, "24499 234567895")
SPOIL (mnc_1, mnc_length, 1)
SPOIL (mnc_4, mnc_length, 4)
SPOIL (acc_10, acc, 0x0400)
SPOIL (msisdn_empty, msisdn, "")
SPOIL (msisdn_plus, msisdn, "+")
SPOIL (msisdn_long, msisdn, "123456789012345678901")
SPOIL (msisdn_letters, msisdn, "+35840O")
SPOIL (smsc_letters, smsc, "x")
SPOIL (spn_empty, spn, "")
SPOIL (spn_long, spn, "12345678901234567")
SPOIL (spn_ucs2_long, spn, "КайцуКай")
SPOIL (spn_outside_bmp, spn, "\xF0\x9F\x93\xB6")
SPOIL (spn_not_utf8, spn, "\xFF")
SPOIL (pin1_short, pin1, "123")
SPOIL (pin1_long, pin1, "123456789")
SPOIL (pin1_letters, pin1, "12a4")
SPOIL (pin2_empty, pin2, "")
SPOIL (puk1_short, puk1, "1234567")
SPOIL (puk2_letters, puk2, "1234567x")
SPOIL (adm1_short, adm1, "1")
SPOIL (algorithm_2, algorithm, (LabAkaAlgorithm) 2)
SPOIL (k_null, k, NULL)
SPOIL (opc_null, opc, NULL)
SPOIL (oplmn_short, oplmn, many)
SPOIL (fplmn_letters, fplmn, letters)
SPOIL (type_empty, profile_type, "")
SPOIL (type_not_utf8, profile_type, "\xC3")

static const BadRow bad_rows[] = {
  { "iccid-null", spoil_iccid_null, "operator.iccid" },
  { "iccid-luhn", spoil_iccid_luhn, "operator.iccid" },
  { "iccid-short", spoil_iccid_short, "operator.iccid" },
  { "iccid-long", spoil_iccid_long, "operator.iccid" },
  { "iccid-letters", spoil_iccid_letters, "operator.iccid" },
  { "imsi-null", spoil_imsi_null, "operator.imsi" },
  { "imsi-short", spoil_imsi_short, "operator.imsi" },
  { "imsi-long", spoil_imsi_long, "operator.imsi" },
  { "imsi-blank", spoil_imsi_blank, "operator.imsi" },
  { "mnc-1", spoil_mnc_1, "operator.mnc-length" },
  { "mnc-4", spoil_mnc_4, "operator.mnc-length" },
  { "acc-10", spoil_acc_10, "operator.acc" },
  { "msisdn-empty", spoil_msisdn_empty, "operator.msisdn" },
  { "msisdn-plus", spoil_msisdn_plus, "operator.msisdn" },
  { "msisdn-long", spoil_msisdn_long, "operator.msisdn" },
  { "msisdn-letters", spoil_msisdn_letters, "operator.msisdn" },
  { "smsc-letters", spoil_smsc_letters, "operator.smsc" },
  { "spn-empty", spoil_spn_empty, "operator.spn" },
  { "spn-long", spoil_spn_long, "operator.spn" },
  { "spn-ucs2-long", spoil_spn_ucs2_long, "operator.spn" },
  { "spn-outside-bmp", spoil_spn_outside_bmp, "operator.spn" },
  { "spn-not-utf8", spoil_spn_not_utf8, "operator.spn" },
  { "pin1-short", spoil_pin1_short, "operator.pin1" },
  { "pin1-long", spoil_pin1_long, "operator.pin1" },
  { "pin1-letters", spoil_pin1_letters, "operator.pin1" },
  { "pin2-empty", spoil_pin2_empty, "operator.pin2" },
  { "puk1-short", spoil_puk1_short, "operator.puk1" },
  { "puk2-letters", spoil_puk2_letters, "operator.puk2" },
  { "adm1-short", spoil_adm1_short, "operator.adm1" },
  { "algorithm-2", spoil_algorithm_2, "operator.algorithm" },
  { "k-null", spoil_k_null, "operator.k" },
  { "opc-null", spoil_opc_null, "operator.opc" },
  { "oplmn-short", spoil_oplmn_short, "operator.oplmn" },
  { "fplmn-letters", spoil_fplmn_letters, "operator.fplmn" },
  { "type-empty", spoil_type_empty, "operator.profile-type" },
  { "type-not-utf8", spoil_type_not_utf8, "operator.profile-type" },
};

static void
test_bad (gconstpointer data)
{
  const BadRow *row = data;
  g_auto (TestSpec) test;
  g_autoptr (GError) error = NULL;

  test_spec_init (&test);
  row->spoil (&test.spec);
  g_assert_null (lab_upp_build (&test.spec, test.env, &error));
  assert_kt_error (&error, KT_ERROR_INVALID_INPUT, row->key);
}

static void
test_bad_bytes (void)
{
  g_auto (TestSpec) test;
  g_autoptr (GBytes) empty = g_bytes_new_static ("", 0), fifteen = NULL, large = NULL;
  g_autoptr (GError) error = NULL;

  test_spec_init (&test);
  fifteen = bytes_cut (test.k, 15);
  large = hex_bytes ("000102030405060708090A0B0C0D0E0F1011121314");
  test.spec.k = fifteen;
  g_assert_null (lab_upp_build (&test.spec, test.env, &error));
  assert_kt_error (&error, KT_ERROR_INVALID_INPUT, "operator.k");
  test.spec.k = test.k;
  test.spec.opc = fifteen;
  g_assert_null (lab_upp_build (&test.spec, test.env, &error));
  assert_kt_error (&error, KT_ERROR_INVALID_INPUT, "operator.opc");
  test.spec.opc = test.opc;
  test.spec.gid1 = empty;
  g_assert_null (lab_upp_build (&test.spec, test.env, &error));
  assert_kt_error (&error, KT_ERROR_INVALID_INPUT, "operator.gid1");
  test.spec.gid1 = NULL;
  test.spec.gid2 = large;
  g_assert_null (lab_upp_build (&test.spec, test.env, &error));
  assert_kt_error (&error, KT_ERROR_INVALID_INPUT, "operator.gid2");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/lab/upp/header", test_header);
  g_test_add_func ("/lab/upp/der", test_der);
  g_test_add_func ("/lab/upp/least", test_least);
  g_test_add_func ("/lab/upp/other", test_other);
  g_test_add_func ("/lab/upp/ucs2-name", test_ucs2_name);
  g_test_add_func ("/lab/upp/repeatable", test_repeatable);
  g_test_add_func ("/lab/upp/bad-bytes", test_bad_bytes);
  for (guint i = 0; i < G_N_ELEMENTS (bad_rows); i++)
    {
      g_autofree char *path = g_strdup_printf ("/lab/upp/bad/%s", bad_rows[i].name);

      g_test_add_data_func (path, &bad_rows[i], test_bad);
    }
  return g_test_run ();
}
