/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lab-sim-test.h"

#define RAND "23553CBE9637A89D218AE64DAE47BF35"

static void
put_sqn (guint64 sqn, guint8 out[6])
{
  for (guint i = 0; i < 6; i++)
    out[i] = (guint8) (sqn >> (8 * (5 - i)));
}

static void
make_key (LabAkaKey *key, LabAkaAlgorithm algorithm)
{
  g_autoptr (GBytes) k = hex_bytes (TEST_K);
  g_autoptr (GBytes) opc = hex_bytes (TEST_OPC);

  lab_aka_key_init (key, algorithm, g_bytes_get_data (k, NULL), g_bytes_get_data (opc, NULL));
}

static void
make_vector (LabAkaAlgorithm algorithm, guint64 sqn, const char *amf, LabAkaVector *vector)
{
  g_autoptr (GBytes) rand = hex_bytes (RAND);
  g_autoptr (GBytes) amf_bytes = hex_bytes (amf);
  guint8 bytes[6];
  LabAkaKey key;

  make_key (&key, algorithm);
  put_sqn (sqn, bytes);
  lab_aka_make_vector (&key, bytes, g_bytes_get_data (amf_bytes, NULL),
                       g_bytes_get_data (rand, NULL), vector);
}

static GBytes *
authenticate (LabSim *sim, const LabAkaVector *vector)
{
  g_autofree char *rand = kt_hex (vector->rand, 16);
  g_autofree char *autn = kt_hex (vector->autn, 16);
  g_autofree char *command = g_strdup_printf ("00880081 22 10%s 10%s 00", rand, autn);

  return sim_send (sim, 0, command);
}

static LabSim *
usim (LabAkaAlgorithm algorithm)
{
  g_auto (TestSpec) test;
  g_autoptr (LabPackage) package = NULL;
  LabSim *sim;

  test_spec_init (&test);
  test.spec.algorithm = algorithm;
  test.spec.pin1_enabled = FALSE;
  package = test_package (&test);
  sim = lab_sim_new (package);
  sim_expect (sim, "00A4040C 07 " TEST_USIM, "9000");
  return sim;
}

static void
expect_success (LabSim *sim, LabAkaAlgorithm algorithm, guint64 sqn)
{
  LabAkaVector vector;
  guint8 sres[4], kc[8];
  g_autofree char *res = NULL, *ck = NULL, *ik = NULL, *kc_text = NULL, *answer = NULL;

  make_vector (algorithm, sqn, "8000", &vector);
  lab_aka_to_gsm (vector.xres, vector.xres_len, vector.ck, vector.ik, sres, kc);
  res = kt_hex (vector.xres, vector.xres_len);
  ck = kt_hex (vector.ck, 16);
  ik = kt_hex (vector.ik, 16);
  kc_text = kt_hex (kc, 8);
  answer = g_strdup_printf ("DB %02X%s 10%s 10%s 08%s 9000", vector.xres_len, res, ck, ik,
                            kc_text);
  assert_take_hex (authenticate (sim, &vector), answer);
}

/* DC 0E AUTS, which the network must read as @expected. */
static void
expect_resync (LabSim *sim, LabAkaAlgorithm algorithm, guint64 sqn, const char *amf,
               guint64 expected)
{
  g_autoptr (GBytes) answer = NULL;
  g_autoptr (GError) error = NULL;
  LabAkaVector vector;
  LabAkaKey key;
  guint8 got[6], wanted[6];
  const guint8 *data;
  gsize len;

  make_vector (algorithm, sqn, amf, &vector);
  make_key (&key, algorithm);
  answer = authenticate (sim, &vector);
  data = g_bytes_get_data (answer, &len);
  g_assert_cmpuint (len, ==, 2 + 14 + 2);
  g_assert_cmphex (data[0] << 8 | data[1], ==, 0xDC0E);
  g_assert_cmphex (data[16] << 8 | data[17], ==, 0x9000);
  g_assert_true (lab_aka_check_auts (&key, vector.rand, data + 2, 14, got, &error));
  g_assert_no_error (error);
  put_sqn (expected, wanted);
  g_assert_cmpmem (got, 6, wanted, 6);
}

/* The first answer is TS 35.208's test set 1, written out. */
static void
test_milenage (void)
{
  g_autoptr (LabSim) sim = usim (LAB_AKA_MILENAGE);
  LabAkaVector vector;

  make_vector (LAB_AKA_MILENAGE, 0x20, "8000", &vector);
  assert_take_hex (authenticate (sim, &vector),
                   "DB 08 A54211D5E3BA50BF 10 B40BA9A3C58B2A05BBF0D987B21BF8CB"
                   "10 F769BCD751044604127672711C6D3441 08 EAE4BE823AF9A08B 9000");
  /* the same once more is old; SQN_MS is what was accepted */
  expect_resync (sim, LAB_AKA_MILENAGE, 0x20, "8000", 0x20);
  expect_success (sim, LAB_AKA_MILENAGE, 0x40);
  /* another index may be behind, until it has been used */
  expect_success (sim, LAB_AKA_MILENAGE, 0x21);
  expect_resync (sim, LAB_AKA_MILENAGE, 0x21, "8000", 0x40);
  expect_success (sim, LAB_AKA_MILENAGE, 0x5F);
  expect_resync (sim, LAB_AKA_MILENAGE, 0x3F, "8000", 0x5F);
  /* a step of more than delta is not believed */
  expect_resync (sim, LAB_AKA_MILENAGE, (G_GUINT64_CONSTANT (0x10000003) << 5) + 1, "8000", 0x5F);
  expect_success (sim, LAB_AKA_MILENAGE, G_GUINT64_CONSTANT (0x10000002) << 5);
}

static void
test_test_algorithm (void)
{
  g_autoptr (LabSim) sim = usim (LAB_AKA_TEST);

  expect_success (sim, LAB_AKA_TEST, 0x1000);
  /* any number is taken, but for the AMF that asks for a resynchronisation */
  expect_success (sim, LAB_AKA_TEST, 0x1000);
  expect_resync (sim, LAB_AKA_TEST, 0x2000, "FFFF", 0x1000);
  expect_success (sim, LAB_AKA_TEST, 0x20);
}

static void
test_wrong_mac (void)
{
  g_autoptr (LabSim) sim = usim (LAB_AKA_MILENAGE);
  LabAkaVector vector;

  make_vector (LAB_AKA_MILENAGE, 0x20, "8000", &vector);
  for (guint i = 0; i < 16; i++)
    {
      vector.autn[i] ^= 1;
      assert_take_hex (authenticate (sim, &vector), "9862");
      vector.autn[i] ^= 1;
    }
  g_assert_false (lab_sim_is_changed (sim));
  expect_success (sim, LAB_AKA_MILENAGE, 0x20);
  g_assert_true (lab_sim_is_changed (sim));
}

static void
test_gsm_context (void)
{
  g_autoptr (LabSim) sim = usim (LAB_AKA_MILENAGE);

  sim_expect (sim, "00880080 11 10" RAND "00", "04 46F8416A 08 EAE4BE823AF9A08B 9000");
  sim_expect (sim, "00880080 10 " RAND "00", "6700");
  sim_expect (sim, "00880080 11 0F" RAND "00", "6A80");
}

static void
test_conditions (void)
{
  g_autoptr (LabSim) sim = usim (LAB_AKA_MILENAGE);
  g_autoptr (LabSim) locked = test_sim (TRUE);

  sim_expect (sim, "00880181 22 10" RAND "10" RAND "00", "6A86");
  sim_expect (sim, "00880082 22 10" RAND "10" RAND "00", "6A86");
  sim_expect (sim, "00880081 11 10" RAND "00", "6700");
  sim_expect (sim, "00880081 22 11" RAND "10" RAND "00", "6A80");
  sim_expect (sim, "00880081 22 10" RAND "0F" RAND "00", "6A80");
  sim_expect (sim, "00A4000C 02 3F00", "9000");
  sim_expect (sim, "00880081 22 10" RAND "10" RAND "00", "6985");
  sim_expect (locked, "00A4040C 07 " TEST_USIM, "9000");
  sim_expect (locked, "00880081 22 10" RAND "10" RAND "00", "6982");
  sim_expect (locked, "00200001 08 31323334FFFFFFFF", "9000");
  sim_expect (locked, "00880081 22 10" RAND "10" RAND "00", "9862");
}

/* T=0: 61xx and the answer by GET RESPONSE; the number is used up once only. */
static void
test_t0 (void)
{
  g_autoptr (LabSim) sim = usim (LAB_AKA_MILENAGE);
  g_autoptr (GBytes) answer = NULL;
  LabAkaVector vector;

  lab_sim_set_protocol (sim, LAB_SIM_T0);
  make_vector (LAB_AKA_MILENAGE, 0x20, "8000", &vector);
  assert_take_hex (authenticate (sim, &vector), "6135");
  answer = sim_send (sim, 0, "00C00000 35");
  g_assert_cmpuint (g_bytes_get_size (answer), ==, 0x35 + 2);
}

/* The standard package with its akaParameter replaced and @more put before the end. */
static LabSim *
edited_usim (GBytes *aka, GBytes *more)
{
  g_auto (TestSpec) test;
  g_autoptr (GBytes) upp = NULL, changed = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (LabPackage) package = NULL;
  TlvWriter *writer = tlv_writer_new ();
  TlvReader reader;
  LabSim *sim;
  Tlv pe;

  test_spec_init (&test);
  test.spec.pin1_enabled = FALSE;
  upp = lab_upp_build (&test.spec, test.env, NULL);
  tlv_reader_init_bytes (&reader, upp);
  while (tlv_read (&reader, &pe, NULL))
    {
      if (pe.tag == 0xAA && more != NULL)
        tlv_put_raw_bytes (writer, more);
      if (pe.tag == 0xA4 && aka != NULL)
        tlv_put_raw_bytes (writer, aka);
      else
        tlv_put_raw (writer, pe.raw, pe.raw_len);
    }
  changed = tlv_writer_finish (writer);
  package = lab_saip_parse (changed, NULL, &error);
  g_assert_no_error (error);
  sim = lab_sim_new (package);
  sim_expect (sim, "00A4040C 07 " TEST_USIM, "9000");
  return sim;
}

static void
put_hex (TlvWriter *writer, TlvTag tag, const char *hex)
{
  g_autoptr (GBytes) bytes = hex_bytes (hex);

  tlv_put_bytes (writer, tag, bytes);
}

static void
begin_aka (TlvWriter *writer)
{
  tlv_begin (writer, 0xA4);
  tlv_begin (writer, 0xA0);
  tlv_put_int (writer, 0x81, 88);
  tlv_end (writer);
  tlv_begin (writer, 0xA1);
}

/* Every member of PE-AKAParameter said: RES of 32 bits, delta 16, age limit 4, SEQ 5 so far. */
static GBytes *
full_aka (void)
{
  TlvWriter *writer = tlv_writer_new ();

  begin_aka (writer);
  tlv_begin (writer, 0xA1);
  tlv_put_int (writer, 0x80, 1);
  put_hex (writer, 0x81, "00");
  put_hex (writer, 0x82, TEST_K);
  put_hex (writer, 0x83, TEST_OPC);
  put_hex (writer, 0x84, "4000204060");
  put_hex (writer, 0x85, "00000000000000000000000000000000 00000000000000000000000000000001"
                         "00000000000000000000000000000002 00000000000000000000000000000004"
                         "00000000000000000000000000000008");
  put_hex (writer, 0x86, "FFFFFF");
  tlv_put_int (writer, 0x87, 1);
  tlv_end (writer);
  tlv_end (writer);
  put_hex (writer, 0x82, "06");
  put_hex (writer, 0x83, "000000000010");
  put_hex (writer, 0x84, "000000000004");
  tlv_begin (writer, 0xA5);
  for (guint i = 0; i < 32; i++)
    put_hex (writer, TLV_OCTET_STRING, "000000000005");
  tlv_end (writer);
  tlv_end (writer);
  return tlv_writer_finish (writer);
}

static void
expect_first_byte (LabSim *sim, guint64 sqn, guint8 tag)
{
  g_autoptr (GBytes) answer = NULL;
  LabAkaVector vector;

  make_vector (LAB_AKA_MILENAGE, sqn, "8000", &vector);
  answer = authenticate (sim, &vector);
  g_assert_cmphex (((const guint8 *) g_bytes_get_data (answer, NULL))[0], ==, tag);
}

static void
test_parameters (void)
{
  g_autoptr (GBytes) aka = full_aka ();
  g_autoptr (LabSim) sim = edited_usim (aka, NULL);
  LabAkaVector vector;

  /* SQN_MS to begin with: SEQ 5 with the highest index */
  expect_resync (sim, LAB_AKA_MILENAGE, 5 << 5, "8000", (5 << 5) + 31);
  make_vector (LAB_AKA_MILENAGE, 6 << 5, "8000", &vector);
  assert_take_hex (authenticate (sim, &vector),
                   "DB 04 A54211D5 10 B40BA9A3C58B2A05BBF0D987B21BF8CB"
                   "10 F769BCD751044604127672711C6D3441 08 EAE4BE823AF9A08B 9000");
  expect_first_byte (sim, (22 << 5) + 1, 0xDB);
  expect_first_byte (sim, (39 << 5) + 2, 0xDC);
  expect_first_byte (sim, (38 << 5) + 2, 0xDB);
  /* 4 behind the highest is too old, 3 is not */
  expect_first_byte (sim, (34 << 5) + 3, 0xDC);
  expect_first_byte (sim, (35 << 5) + 3, 0xDB);
}

static void
put_member (TlvWriter *writer, TlvTag tag, const char *fcp, const char *content)
{
  tlv_begin (writer, tag);
  put_hex (writer, 0xA1, fcp);
  if (content != NULL)
    put_hex (writer, 0x83, content);
  tlv_end (writer);
}

/* An ISIM whose akaParameter is a mapping to the USIM's. */
static GBytes *
mapped_isim (void)
{
  TlvWriter *writer = tlv_writer_new ();

  tlv_begin (writer, 0xB5);
  tlv_begin (writer, 0xA0);
  tlv_put_int (writer, 0x81, 87);
  tlv_end (writer);
  put_hex (writer, 0x81, "67810F010208");
  put_member (writer, 0xA2, "83027FB0 8407A0000000871004 8B032F060E C602010A", NULL);
  put_member (writer, 0xA3, "800101", "AA");
  put_member (writer, 0xA4, "820442210001 800101", "BB");
  put_member (writer, 0xA5, "800101", "CC");
  put_member (writer, 0xA6, "", "0001");
  put_member (writer, 0xA8, "820442210005 800105", "8001019000");
  tlv_end (writer);
  begin_aka (writer);
  tlv_begin (writer, 0xA0);
  put_hex (writer, 0x80, "01");
  put_hex (writer, 0x81, "A0000000871002");
  tlv_end (writer);
  tlv_end (writer);
  tlv_end (writer);
  return tlv_writer_finish (writer);
}

static void
test_mapping (void)
{
  g_autoptr (GBytes) isim = mapped_isim ();
  g_autoptr (LabSim) sim = edited_usim (NULL, isim);
  g_autoptr (GBytes) answer = NULL;
  LabAkaVector vector;

  expect_success (sim, LAB_AKA_MILENAGE, 0x40);
  sim_expect (sim, "00A4040C 07 A0000000871004", "9000");
  /* the same key and the same sequence numbers, but no GSM */
  expect_resync (sim, LAB_AKA_MILENAGE, 0x40, "8000", 0x40);
  make_vector (LAB_AKA_MILENAGE, 0x60, "8000", &vector);
  answer = authenticate (sim, &vector);
  g_assert_cmpuint (g_bytes_get_size (answer), ==, 1 + 1 + 8 + 1 + 16 + 1 + 16 + 2);
  sim_expect (sim, "00880080 11 10" RAND "00", "9864");
  sim_expect (sim, "00A4040C 07 " TEST_USIM, "9000");
  expect_resync (sim, LAB_AKA_MILENAGE, 0x60, "8000", 0x60);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/lab/sim/auth/milenage", test_milenage);
  g_test_add_func ("/lab/sim/auth/test-algorithm", test_test_algorithm);
  g_test_add_func ("/lab/sim/auth/wrong-mac", test_wrong_mac);
  g_test_add_func ("/lab/sim/auth/gsm-context", test_gsm_context);
  g_test_add_func ("/lab/sim/auth/conditions", test_conditions);
  g_test_add_func ("/lab/sim/auth/parameters", test_parameters);
  g_test_add_func ("/lab/sim/auth/mapping", test_mapping);
  g_test_add_func ("/lab/sim/auth/t0", test_t0);
  return g_test_run ();
}
