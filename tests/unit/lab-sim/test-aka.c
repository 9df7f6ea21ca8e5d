/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kt-test.h"

#include "lab-aka.h"

typedef struct
{
  const char *k, *rand, *sqn, *amf, *op, *opc;
  const char *f1, *f1_star, *f2, *f3, *f4, *f5, *f5_star;
} Row;

/* 3GPP TS 35.208, 4.3: test sets 1 to 3. */
static const Row rows[] = {
  { "465b5ce8b199b49faa5f0a2ee238a6bc", "23553cbe9637a89d218ae64dae47bf35", "ff9bb4d0b607", "b9b9",
    "cdc202d5123e20f62b6d676ac72cb318", "cd63cb71954a9f4e48a5994e37a02baf", "4a9ffac354dfafb3",
    "01cfaf9ec4e871e9", "a54211d5e3ba50bf", "b40ba9a3c58b2a05bbf0d987b21bf8cb",
    "f769bcd751044604127672711c6d3441", "aa689c648370", "451e8beca43b" },
  { "0396eb317b6d1c36f19c1c84cd6ffd16", "c00d603103dcee52c4478119494202e8", "fd8eef40df7d", "af17",
    "ff53bade17df5d4e793073ce9d7579fa", "53c15671c60a4b731c55b4a441c0bde2", "5df5b31807e258b0",
    "a8c016e51ef4a343", "d3a628ed988620f0", "58c433ff7a7082acd424220f2b67c556",
    "21a8c1f929702adb3e738488b9f5c5da", "c47783995f72", "30f1197061c1" },
  { "fec86ba6eb707ed08905757b1bb44b8f", "9f7c8d021accf4db213ccff0c7f71a6a", "9d0277595ffc", "725c",
    "dbc59adcb6f9a0ef735477b7fadf8374", "1006020f0a478bf6b699f15c062e42b3", "9cabc3e99baf7281",
    "95814ba2b3044324", "8011c48c0c214ed2", "5dbdbb2954e8f3cde665b046179a5098",
    "59a92d3b476a0443487055cf88b2307b", "33484dc2136b", "deacdd848cc6" },
};

static const guint8 *
peek (GBytes *bytes)
{
  return g_bytes_get_data (bytes, NULL);
}

static void
assert_data (const guint8 *data, gsize len, const char *hex)
{
  g_autofree char *got = kt_hex (data, len);

  g_assert_cmpint (g_ascii_strcasecmp (got, hex), ==, 0);
}

static void
test_milenage (gconstpointer data)
{
  const Row *row = data;
  g_autoptr (GBytes) k = hex_bytes (row->k);
  g_autoptr (GBytes) rand = hex_bytes (row->rand);
  g_autoptr (GBytes) sqn = hex_bytes (row->sqn);
  g_autoptr (GBytes) amf = hex_bytes (row->amf);
  g_autoptr (GBytes) op = hex_bytes (row->op);
  guint8 opc[16], mac[8], res[16], ck[16], ik[16], ak[6];
  LabAkaKey key;

  lab_aka_opc (peek (k), peek (op), opc);
  assert_data (opc, 16, row->opc);
  lab_aka_key_init (&key, LAB_AKA_MILENAGE, peek (k), opc);
  lab_aka_f1 (&key, FALSE, peek (rand), peek (sqn), peek (amf), mac);
  assert_data (mac, 8, row->f1);
  lab_aka_f1 (&key, TRUE, peek (rand), peek (sqn), peek (amf), mac);
  assert_data (mac, 8, row->f1_star);
  lab_aka_f2345 (&key, peek (rand), res, ck, ik, ak);
  g_assert_cmpuint (key.res_len, ==, 8);
  assert_data (res, 8, row->f2);
  assert_data (ck, 16, row->f3);
  assert_data (ik, 16, row->f4);
  assert_data (ak, 6, row->f5);
  lab_aka_f5_star (&key, peek (rand), ak);
  assert_data (ak, 6, row->f5_star);
  lab_aka_key_clear (&key);
  g_assert_cmpuint (key.k[0] | key.opc[0], ==, 0);
}

/* The rotations are parameters: r = 8 and r = 4 against a hand-rolled block. */
static void
test_rotation (void)
{
  g_autoptr (GBytes) k = hex_bytes (rows[0].k);
  g_autoptr (GBytes) opc = hex_bytes (rows[0].opc);
  g_autoptr (GBytes) rand = hex_bytes (rows[0].rand);
  guint8 res[16], ck[16], other[16], ik[16], ak[6];
  LabAkaKey key;

  lab_aka_key_init (&key, LAB_AKA_MILENAGE, peek (k), peek (opc));
  lab_aka_f2345 (&key, peek (rand), res, ck, ik, ak);
  /* f4 with f3's constants is f3. */
  key.rotation[3] = key.rotation[2];
  memcpy (key.xoring[3], key.xoring[2], 16);
  lab_aka_f2345 (&key, peek (rand), res, other, ik, ak);
  g_assert_cmpmem (ck, 16, ik, 16);
  g_assert_cmpmem (ck, 16, other, 16);
  key.rotation[3] = (guint8) (key.rotation[2] + 4);
  lab_aka_f2345 (&key, peek (rand), res, other, ik, ak);
  g_assert_true (memcmp (ck, ik, 16) != 0);
}

/* TS 34.108, 8.1.2: written out by hand from the definitions. */
static void
test_test_algorithm (void)
{
  g_autoptr (GBytes) k = hex_bytes ("000102030405060708090A0B0C0D0E0F");
  g_autoptr (GBytes) rand = hex_bytes ("F0E0D0C0B0A090807060504030201000");
  g_autoptr (GBytes) sqn = hex_bytes ("000000000020");
  g_autoptr (GBytes) amf = hex_bytes ("8000");
  guint8 mac[8], res[16], ck[16], ik[16], ak[6];
  LabAkaKey key;

  lab_aka_key_init (&key, LAB_AKA_TEST, peek (k), NULL);
  lab_aka_f2345 (&key, peek (rand), res, ck, ik, ak);
  /* XDOUT = K xor RAND */
  g_assert_cmpuint (key.res_len, ==, 16);
  assert_data (res, 16, "F0E1D2C3B4A5968778695A4B3C2D1E0F");
  assert_data (ck, 16, "E1D2C3B4A5968778695A4B3C2D1E0FF0");
  assert_data (ik, 16, "D2C3B4A5968778695A4B3C2D1E0FF0E1");
  assert_data (ak, 6, "C3B4A5968778");
  lab_aka_f1 (&key, FALSE, peek (rand), peek (sqn), peek (amf), mac);
  assert_data (mac, 8, "F0E1D2C3B4851687");
  lab_aka_f5_star (&key, peek (rand), ak);
  assert_data (ak, 6, "C3B4A5968778");
}

/* TS 33.102, 6.8.1.2: c2 folds RES, c3 folds CK and IK. */
static void
test_to_gsm (void)
{
  g_autoptr (GBytes) res = hex_bytes ("00000001 00000020 00000300 00004000");
  g_autoptr (GBytes) ck = hex_bytes ("0100000000000000 0200000000000000");
  g_autoptr (GBytes) ik = hex_bytes ("0400000000000000 08000000000000FF");
  guint8 sres[4], kc[8];

  lab_aka_to_gsm (peek (res), 16, peek (ck), peek (ik), sres, kc);
  assert_data (sres, 4, "00004321");
  assert_data (kc, 8, "0F000000000000FF");
  lab_aka_to_gsm (peek (res), 4, peek (ck), peek (ik), sres, kc);
  assert_data (sres, 4, "00000001");
}

static void
test_vector (void)
{
  const Row *row = &rows[0];
  g_autoptr (GBytes) k = hex_bytes (row->k);
  g_autoptr (GBytes) opc = hex_bytes (row->opc);
  g_autoptr (GBytes) rand = hex_bytes (row->rand);
  g_autoptr (GBytes) sqn = hex_bytes (row->sqn);
  g_autoptr (GBytes) amf = hex_bytes (row->amf);
  LabAkaVector vector;
  LabAkaKey key;

  lab_aka_key_init (&key, LAB_AKA_MILENAGE, peek (k), peek (opc));
  lab_aka_make_vector (&key, peek (sqn), peek (amf), peek (rand), &vector);
  assert_data (vector.autn, 16, "55f328b43577b9b94a9ffac354dfafb3");
  assert_data (vector.xres, vector.xres_len, row->f2);
  assert_data (vector.ck, 16, row->f3);
  assert_data (vector.ik, 16, row->f4);
  assert_data (vector.rand, 16, row->rand);
}

static void
test_auts (gconstpointer data)
{
  LabAkaAlgorithm algorithm = (LabAkaAlgorithm) GPOINTER_TO_INT (data);
  g_autoptr (GBytes) k = hex_bytes (rows[1].k);
  g_autoptr (GBytes) opc = hex_bytes (rows[1].opc);
  g_autoptr (GBytes) rand = hex_bytes (rows[1].rand);
  g_autoptr (GBytes) sqn = hex_bytes ("0000000012C3");
  g_autoptr (GError) error = NULL;
  guint8 auts[14], got[6];
  LabAkaKey key;

  lab_aka_key_init (&key, algorithm, peek (k), peek (opc));
  lab_aka_make_auts (&key, peek (rand), peek (sqn), auts);
  g_assert_true (lab_aka_check_auts (&key, peek (rand), auts, sizeof auts, got, &error));
  g_assert_no_error (error);
  assert_data (got, 6, "0000000012C3");
  for (guint i = 0; i < sizeof auts; i++)
    {
      auts[i] ^= 0x10;
      g_assert_false (lab_aka_check_auts (&key, peek (rand), auts, sizeof auts, got, &error));
      assert_kt_error (&error, KT_ERROR_CHECK_FAILED, "aka.mac-s");
      auts[i] ^= 0x10;
    }
  g_assert_false (lab_aka_check_auts (&key, peek (rand), auts, 13, got, &error));
  assert_kt_error (&error, KT_ERROR_MALFORMED, "aka.auts");
  g_assert_false (lab_aka_check_auts (&key, peek (rand), NULL, 0, got, &error));
  assert_kt_error (&error, KT_ERROR_MALFORMED, "aka.auts");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *path = g_strdup_printf ("/lab/aka/milenage/%u", i + 1);

      g_test_add_data_func (path, &rows[i], test_milenage);
    }
  g_test_add_func ("/lab/aka/rotation", test_rotation);
  g_test_add_func ("/lab/aka/test-algorithm", test_test_algorithm);
  g_test_add_func ("/lab/aka/to-gsm", test_to_gsm);
  g_test_add_func ("/lab/aka/vector", test_vector);
  g_test_add_data_func ("/lab/aka/auts/milenage", GINT_TO_POINTER (LAB_AKA_MILENAGE), test_auts);
  g_test_add_data_func ("/lab/aka/auts/test", GINT_TO_POINTER (LAB_AKA_TEST), test_auts);
  return g_test_run ();
}
