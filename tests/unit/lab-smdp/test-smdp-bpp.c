/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kt-bytes.h"
#include "kt-eid.h"
#include "kt-error.h"
#include "lab-bpp.h"
#include "lab-bsp.h"
#include "smdp-bench.h"
#include "tlv.h"

#include <string.h>

typedef struct
{
  Bench bench;
  Chip chip;
  guint8 eid[16];
  GBytes *id;
  LabKey *otsk;
  LabCredential *dppb;
  GBytes *otpk;
  GBytes *metadata;
  GBytes *upp;
  LabBpp bpp;
} Fixture;

static GBytes *
filled (gsize len)
{
  guint8 *data = g_malloc (len);

  for (gsize i = 0; i < len; i++)
    data[i] = (guint8) (i * 7);
  return g_bytes_new_take (data, len);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  bench_set_up (&fixture->bench);
  chip_set_up (&fixture->chip, &fixture->bench, BENCH_EID);
  g_assert_true (kt_eid_to_bytes (BENCH_EID, fixture->eid, NULL));
  fixture->id = kt_hex_parse ("000102030405060708090A0B0C0D0E0F", NULL);
  fixture->otsk = lab_key_generate (fixture->bench.env, NULL);
  fixture->dppb = lab_pki_dup_dppb (fixture->bench.pki, NULL);
  fixture->otpk = lab_key_dup_public (fixture->chip.otsk);
  fixture->metadata = filled (100);
  fixture->upp = filled (12079);
  fixture->bpp.transaction_id = fixture->id;
  fixture->bpp.otsk = fixture->otsk;
  fixture->bpp.euicc_otpk = fixture->otpk;
  fixture->bpp.eid = fixture->eid;
  fixture->bpp.signer = fixture->dppb->key;
  fixture->bpp.metadata = fixture->metadata;
  fixture->bpp.upp = fixture->upp;
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_bytes_unref (fixture->id);
  lab_key_unref (fixture->otsk);
  lab_credential_unref (fixture->dppb);
  g_bytes_unref (fixture->otpk);
  g_bytes_unref (fixture->metadata);
  g_bytes_unref (fixture->upp);
  chip_clear (&fixture->chip);
  bench_tear_down (&fixture->bench);
}

static GBytes *
build (Fixture *fixture)
{
  g_autoptr (GError) error = NULL;
  GBytes *package = lab_bpp_build (&fixture->bpp, &error);

  g_assert_no_error (error);
  return package;
}

static void
assert_opens (Fixture *fixture, GBytes *package)
{
  g_autoptr (GBytes) metadata = NULL;
  g_autoptr (GBytes) upp = chip_open_package (&fixture->chip, &fixture->bench, package,
                                              "000102030405060708090A0B0C0D0E0F", &metadata);

  g_assert_true (g_bytes_equal (upp, fixture->bpp.upp));
  g_assert_true (g_bytes_equal (metadata, fixture->bpp.metadata));
}

/* Children of list @tag of the package */
static guint
count_segments (GBytes *package, TlvTag tag)
{
  Tlv all, list, segment;
  TlvReader reader;
  guint n = 0;

  g_assert_true (tlv_parse_bytes (package, 0xBF36, &all, NULL));
  if (tlv_find (&all, tag, &list, NULL) != TLV_FOUND)
    return 0;
  tlv_reader_enter (&reader, &list);
  while (tlv_read (&reader, &segment, NULL))
    n++;
  return n;
}

static void
test_session_keys (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GBytes) package = build (fixture);
  g_autoptr (GBytes) again = build (fixture);

  assert_opens (fixture, package);
  g_assert_true (g_bytes_equal (package, again));
  g_assert_cmpuint (count_segments (package, 0xA0), ==, 1);
  g_assert_cmpuint (count_segments (package, 0xA1), ==, 1);
  g_assert_cmpuint (count_segments (package, 0xA2), ==, 0);
  /* 12079 = 11 * 1007 + 1002 */
  g_assert_cmpuint (count_segments (package, 0xA3), ==, 12);
}

static void
test_package_keys (Fixture *fixture, gconstpointer data)
{
  guint8 ppk[LAB_BPP_PPK_BYTES];
  g_autoptr (GBytes) package = NULL;

  memset (ppk, 0x5A, sizeof ppk);
  fixture->bpp.ppk = ppk;
  fixture->bpp.oid = LAB_PKI_SMDP_OID;
  package = build (fixture);
  assert_opens (fixture, package);
  g_assert_cmpuint (count_segments (package, 0xA2), ==, 1);
}

static void
test_sizes (Fixture *fixture, gconstpointer data)
{
  static const gsize sizes[] = { 1, 1006, 1007, 1008, 2014, 2015, 70000 };

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_autoptr (GBytes) upp = filled (sizes[i]);
      g_autoptr (GBytes) package = NULL;

      fixture->bpp.upp = upp;
      package = build (fixture);
      assert_opens (fixture, package);
      g_assert_cmpuint (count_segments (package, 0xA3), ==, (sizes[i] + 1006) / 1007);
    }
}

/* An icon makes the metadata longer than a segment. */
static void
test_long_metadata (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GBytes) exact = filled (1008);
  g_autoptr (GBytes) longer = filled (1200);
  g_autoptr (GBytes) one = NULL;
  g_autoptr (GBytes) two = NULL;

  fixture->bpp.metadata = exact;
  one = build (fixture);
  assert_opens (fixture, one);
  g_assert_cmpuint (count_segments (one, 0xA1), ==, 1);
  fixture->bpp.metadata = longer;
  two = build (fixture);
  assert_opens (fixture, two);
  g_assert_cmpuint (count_segments (two, 0xA1), ==, 2);
}

static void
test_wrong_point (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GBytes) point = filled (65);
  g_autoptr (GError) error = NULL;

  fixture->bpp.euicc_otpk = point;
  g_assert_null (lab_bpp_build (&fixture->bpp, &error));
  g_assert_error (error, KT_ERROR, KT_ERROR_MALFORMED);
  g_assert_cmpstr (kt_error_key (error), ==, "ec.point");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, function)                                                                        \
  g_test_add ("/smdp/bpp/" name, Fixture, NULL, set_up, function, tear_down)
  ADD ("session-keys", test_session_keys);
  ADD ("package-keys", test_package_keys);
  ADD ("sizes", test_sizes);
  ADD ("long-metadata", test_long_metadata);
  ADD ("wrong-point", test_wrong_point);
  return g_test_run ();
}
