/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kt-bytes.h"
#include "kt-eid.h"
#include "kt-error.h"
#include "lab-bsp.h"
#include "lab-cipher.h"

#include <string.h>

#define EID "89049032123451234512345678901235"

static GBytes *
hex (const char *text)
{
  GBytes *bytes = kt_hex_parse (text, NULL);

  g_assert_nonnull (bytes);
  return bytes;
}

static void
assert_hex (GBytes *bytes, const char *expected)
{
  g_autofree char *text = NULL;
  g_autofree char *upper = g_ascii_strup (expected, -1);

  g_assert_nonnull (bytes);
  text = kt_hex_bytes (bytes);
  g_assert_cmpstr (text, ==, upper);
}

static void
assert_key (const guint8 key[16], const char *expected)
{
  g_autoptr (GBytes) bytes = g_bytes_new (key, 16);

  assert_hex (bytes, expected);
}

/* shared secret 00..1F */
static LabBsp *
session (void)
{
  guint8 z[32];
  guint8 eid[16];
  g_autoptr (GBytes) secret = NULL;
  g_autoptr (GBytes) host = g_bytes_new_static ("GSMA SM-XX", 10);

  for (guint i = 0; i < sizeof z; i++)
    z[i] = (guint8) i;
  secret = g_bytes_new (z, sizeof z);
  g_assert_true (kt_eid_to_bytes (EID, eid, NULL));
  return lab_bsp_new (secret, host, eid);
}

static GBytes *
unprotect (LabBsp *bsp, GBytes *segment, GError **error)
{
  Tlv tlv;
  TlvReader reader;

  tlv_reader_init_bytes (&reader, segment);
  g_assert_true (tlv_read (&reader, &tlv, NULL));
  g_assert_true (tlv_reader_at_end (&reader));
  return lab_bsp_unprotect (bsp, &tlv, error);
}

/* Values that two independent implementations agree upon. */
static const struct
{
  TlvTag tag;
  const char *plain;
  const char *segment;
} sequence[] = {
  { LAB_BSP_COMMAND, "BF2400", "87184cc876d7a81e42b4e7b7181fc195fe1b057d703081e85399" },
  { LAB_BSP_METADATA, "BF2503910153", "880ebf25039101533f2078804be4d381" },
  { LAB_BSP_PROFILE, "A00102", "8618cce5b1f9942d294d540a068101da71f9af6d739b6051028b" },
};

static void
test_session_keys (void)
{
  g_autoptr (LabBsp) bsp = session ();
  guint8 chaining[16], enc[16], mac[16];

  lab_bsp_get_keys (bsp, chaining, enc, mac);
  assert_key (chaining, "0ad8c93a27af6cb60391e969a779b4b3");
  assert_key (enc, "c0eb2d8382121bf987c275eeb9395316");
  assert_key (mac, "c7acaf89cd41faa9612883507c39ddff");
}

static void
test_protect (void)
{
  g_autoptr (LabBsp) bsp = session ();

  for (guint i = 0; i < G_N_ELEMENTS (sequence); i++)
    {
      g_autoptr (GBytes) plain = hex (sequence[i].plain);
      g_autoptr (GBytes) segment
          = lab_bsp_protect (bsp, sequence[i].tag, g_bytes_get_data (plain, NULL),
                             g_bytes_get_size (plain));

      assert_hex (segment, sequence[i].segment);
    }
}

static void
test_unprotect (void)
{
  g_autoptr (LabBsp) bsp = session ();

  for (guint i = 0; i < G_N_ELEMENTS (sequence); i++)
    {
      g_autoptr (GBytes) segment = hex (sequence[i].segment);
      g_autoptr (GError) error = NULL;
      g_autoptr (GBytes) plain = unprotect (bsp, segment, &error);

      g_assert_no_error (error);
      assert_hex (plain, sequence[i].plain);
    }
}

/* An error leaves the state where it was: the right segment still goes through. */
static void
test_tampering (void)
{
  g_autoptr (LabBsp) bsp = session ();

  for (guint i = 0; i < G_N_ELEMENTS (sequence); i++)
    {
      g_autoptr (GBytes) segment = hex (sequence[i].segment);
      gsize len = g_bytes_get_size (segment);
      g_autoptr (GBytes) plain = NULL;

      for (gsize at = 2; at < len; at++)
        {
          g_autofree guint8 *copy = g_memdup2 (g_bytes_get_data (segment, NULL), len);
          g_autoptr (GBytes) altered = NULL;
          g_autoptr (GError) error = NULL;

          copy[at] ^= 0x01;
          altered = g_bytes_new (copy, len);
          g_assert_null (unprotect (bsp, altered, &error));
          g_assert_error (error, KT_ERROR, KT_ERROR_CHECK_FAILED);
          g_assert_cmpstr (kt_error_key (error), ==, "bsp.mac");
        }
      plain = unprotect (bsp, segment, NULL);
      g_assert_nonnull (plain);
    }
}

static void
test_order (void)
{
  g_autoptr (LabBsp) bsp = session ();
  g_autoptr (GBytes) second = hex (sequence[1].segment);
  g_autoptr (GBytes) first = hex (sequence[0].segment);
  g_autoptr (GBytes) plain = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_null (unprotect (bsp, second, &error));
  g_assert_cmpstr (kt_error_key (error), ==, "bsp.mac");
  g_clear_error (&error);
  plain = unprotect (bsp, first, &error);
  g_assert_no_error (error);
  /* played twice */
  g_assert_null (unprotect (bsp, first, &error));
  g_assert_cmpstr (kt_error_key (error), ==, "bsp.mac");
}

static void
test_structure (void)
{
  static const char *const rows[] = {
    "8600",
    "86080102030405060708",
    "860901020304050607080A",
    "8707FFFFFFFFFFFFFF",
    "8807FFFFFFFFFFFFFF",
    "8918cce5b1f9942d294d540a068101da71f9af6d739b6051028b",
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (LabBsp) bsp = session ();
      g_autoptr (GBytes) segment = hex (rows[i]);
      g_autoptr (GError) error = NULL;

      g_assert_null (unprotect (bsp, segment, &error));
      g_assert_error (error, KT_ERROR, KT_ERROR_MALFORMED);
      g_assert_cmpstr (kt_error_key (error), ==, "bsp.structure");
    }
}

/* A right MAC over a wrong padding: only a key holder can make it, and it is no security error. */
static void
test_padding (void)
{
  static const char *const rows[] = {
    "00000000000000000000000000000000",
    "01020304050607080910111213141516",
    "80000000000000000000000000000000" "00000000000000000000000000000000",
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      guint8 chaining[16], enc[16], mac_key[16], counter[16] = { 0 }, iv[16], mac[16];
      g_autoptr (LabBsp) bsp = session ();
      g_autoptr (GBytes) blocks = hex (rows[i]);
      g_autoptr (GByteArray) segment = g_byte_array_new ();
      g_autoptr (GBytes) bytes = NULL;
      g_autoptr (GError) error = NULL;
      guint8 data[32];
      gsize len = g_bytes_get_size (blocks);
      guint8 header[2] = { LAB_BSP_PROFILE, (guint8) (len + 8) };
      LabCmac *cmac;

      memcpy (data, g_bytes_get_data (blocks, NULL), len);
      lab_bsp_get_keys (bsp, chaining, enc, mac_key);
      counter[15] = 1;
      lab_aes_encrypt_block (enc, counter, iv);
      lab_aes_cbc_encrypt (enc, 16, iv, data, len);
      cmac = lab_cmac_new (mac_key);
      lab_cmac_update (cmac, chaining, 16);
      lab_cmac_update (cmac, header, 2);
      lab_cmac_update (cmac, data, len);
      lab_cmac_finish (cmac, mac);
      g_byte_array_append (segment, header, 2);
      g_byte_array_append (segment, data, (guint) len);
      g_byte_array_append (segment, mac, 8);
      bytes = g_bytes_new (segment->data, segment->len);
      g_assert_null (unprotect (bsp, bytes, &error));
      g_assert_error (error, KT_ERROR, KT_ERROR_MALFORMED);
      g_assert_cmpstr (kt_error_key (error), ==, "bsp.structure");
    }
}

/* The longest segment is 1020 bytes with its header, and the lengths around the length octets'
 * steps go both ways. */
static void
test_sizes (void)
{
  static const gsize sizes[] = { 0, 1, 15, 16, 17, 111, 112, 119, 120, 239, 240, 247, 248, 1007 };
  static const TlvTag tags[] = { LAB_BSP_PROFILE, LAB_BSP_COMMAND, LAB_BSP_METADATA };
  guint8 plain[1008];

  memset (plain, 0x80, sizeof plain);
  for (guint t = 0; t < G_N_ELEMENTS (tags); t++)
    {
      g_autoptr (LabBsp) sender = session ();
      g_autoptr (LabBsp) receiver = session ();
      g_autoptr (GBytes) longest = NULL;

      for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
        {
          g_autoptr (GBytes) segment = lab_bsp_protect (sender, tags[t], plain, sizes[i]);
          g_autoptr (GError) error = NULL;
          g_autoptr (GBytes) back = unprotect (receiver, segment, &error);

          g_assert_no_error (error);
          g_assert_true (kt_bytes_equal_data (back, plain, sizes[i]));
        }
      longest = lab_bsp_protect (sender, tags[t], plain, lab_bsp_max_plain (tags[t]));
      g_assert_cmpuint (g_bytes_get_size (longest), ==, LAB_BSP_MAX_TLV);
    }
}

static void
test_given_keys (void)
{
  static const guint8 chaining[16] = { 1 }, enc[16] = { 2 }, mac[16] = { 3 };
  g_autoptr (LabBsp) sender = lab_bsp_new_keys (chaining, enc, mac);
  g_autoptr (LabBsp) receiver = lab_bsp_new_keys (chaining, enc, mac);
  g_autoptr (LabBsp) copy = lab_bsp_copy (sender);
  g_autoptr (GBytes) a = lab_bsp_protect (sender, LAB_BSP_PROFILE, (const guint8 *) "profile", 7);
  g_autoptr (GBytes) b = lab_bsp_protect (copy, LAB_BSP_PROFILE, (const guint8 *) "profile", 7);
  g_autoptr (GBytes) plain = unprotect (receiver, a, NULL);

  g_assert_true (g_bytes_equal (a, b));
  g_assert_true (kt_bytes_equal_data (plain, "profile", 7));
}

/* Deployed servers send 1036 bytes: taken, although it is more than the specification's 1020. */
static void
test_overlong (void)
{
  guint8 chaining[16], enc[16], mac_key[16], mac[16];
  g_autoptr (LabBsp) bsp = session ();
  g_autofree guint8 *segment = g_malloc0 (1036);
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GBytes) plain = NULL;
  g_autoptr (GError) error = NULL;
  guint8 header[4] = { LAB_BSP_METADATA, 0x82, 0x04, 0x08 };
  LabCmac *cmac;

  lab_bsp_get_keys (bsp, chaining, enc, mac_key);
  memcpy (segment, header, 4);
  cmac = lab_cmac_new (mac_key);
  lab_cmac_update (cmac, chaining, 16);
  lab_cmac_update (cmac, segment, 1036 - 8);
  lab_cmac_finish (cmac, mac);
  memcpy (segment + 1036 - 8, mac, 8);
  bytes = g_bytes_new (segment, 1036);
  plain = unprotect (bsp, bytes, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (g_bytes_get_size (plain), ==, 1036 - 4 - 8);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/lab/bsp/session-keys", test_session_keys);
  g_test_add_func ("/lab/bsp/protect", test_protect);
  g_test_add_func ("/lab/bsp/unprotect", test_unprotect);
  g_test_add_func ("/lab/bsp/tampering", test_tampering);
  g_test_add_func ("/lab/bsp/order", test_order);
  g_test_add_func ("/lab/bsp/structure", test_structure);
  g_test_add_func ("/lab/bsp/padding", test_padding);
  g_test_add_func ("/lab/bsp/sizes", test_sizes);
  g_test_add_func ("/lab/bsp/given-keys", test_given_keys);
  g_test_add_func ("/lab/bsp/overlong", test_overlong);
  return g_test_run ();
}
