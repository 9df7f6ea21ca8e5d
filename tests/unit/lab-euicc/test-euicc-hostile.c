/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "smdp-test.h"

/* Bytes that nobody sane sends: the card answers with a status word and stays a card. */

enum
{
  ROUNDS = 400,
};

static void
assert_answer (GBytes *reply)
{
  gsize len;
  const guint8 *data;

  g_assert_nonnull (reply);
  data = g_bytes_get_data (reply, &len);
  g_assert_cmpuint (len, >=, 2);
  g_assert_cmpuint (len, <=, 258);
  /* 6X and 9X are all that there is */
  g_assert_true ((data[len - 2] & 0xF0) == 0x60 || (data[len - 2] & 0xF0) == 0x90);
}

static void
assert_still_a_card (LabEuicc *euicc)
{
  lab_euicc_reset (euicc);
  test_open_isdr (euicc);
  assert_es10 (euicc, "BF3E035C015A", "BF3E125A10" TEST_EID_HEX);
}

static void
test_apdus (void)
{
  static const guint8 classes[] = { 0x00, 0x01, 0x80, 0x81, 0xC0, 0x40, 0xA0, 0xFF };
  static const guint8 instructions[] = { 0x10, 0x12, 0x14, 0x20, 0x70, 0x88, 0xA4, 0xAA,
                                         0xB0, 0xB2, 0xC0, 0xCA, 0xDC, 0xE2, 0xF2 };
  TestMetadata a = { .iccid = ICCID_A, .class = 2 };
  g_autoptr (LabEuicc) euicc = test_card_with (&a, NULL, NULL, NULL);

  test_open_isdr (euicc);
  for (guint i = 0; i < 20 * ROUNDS; i++)
    {
      guint8 command[261];
      gsize len = (gsize) g_test_rand_int_range (0, sizeof command + 1);
      g_autoptr (GBytes) reply = NULL;

      for (gsize n = 0; n < len; n++)
        command[n] = (guint8) g_test_rand_int ();
      if (i % 4 != 0 && len > 4)
        {
          command[0] = classes[g_test_rand_int_range (0, G_N_ELEMENTS (classes))];
          command[1] = instructions[g_test_rand_int_range (0, G_N_ELEMENTS (instructions))];
          command[2] = i % 3 == 0 ? 0x91 : command[2] & 0x0F;
          command[3] &= 0x0F;
          command[4] = (guint8) (len - 5);
        }
      reply = lab_euicc_transmit (euicc, command, len);
      assert_answer (reply);
    }
  assert_still_a_card (euicc);
}

/* @original with some bytes changed, and now and then cut off. */
static GBytes *
spoil (GBytes *original)
{
  gsize len = g_bytes_get_size (original);
  guint8 *copy = g_memdup2 (g_bytes_get_data (original, NULL), len);
  guint changes = (guint) g_test_rand_int_range (1, 4);

  for (guint i = 0; i < changes; i++)
    copy[g_test_rand_int_range (0, (gint32) len)] = (guint8) g_test_rand_int ();
  if (g_test_rand_int_range (0, 4) == 0)
    len = (gsize) g_test_rand_int_range (1, (gint32) len + 1);
  return g_bytes_new_take (copy, len);
}

static void
send_spoilt (LabEuicc *euicc, GBytes *original)
{
  g_autoptr (GBytes) spoilt = spoil (original);
  guint16 sw;
  g_autoptr (GBytes) response = test_es10 (euicc, spoilt, &sw);

  g_assert_true (sw == 0x9000 || sw >> 8 == 0x91 || sw >> 8 == 0x6A || sw == 0x6985);
}

static void
test_functions (void)
{
  static const char *const commands[] = {
    "BF3F06 8004 612E6263",
    "BF2804 81020640",
    "BF2B06 A004 81020780",
    "BF2D1BA00C5A0A989400000000000010F8 5C0B 99B8B7B6BF769F709F24",
    "BF2910 5A0A989400000000000010F8 9002C3A9",
    "BF3003 800101",
    "BF3111 A00C 5A0A989400000000000010F8 810100",
    "BF3217 A012 4F10A0000005591010FFFFFFFF8900001000 810100",
    "BF3404 82020780",
    "BF4115 801000112233445566778899AABBCCDDEEFF 810100",
    "BF3E035C015A",
  };
  TestMetadata a = { .iccid = ICCID_A, .class = 2, .addresses = TEST_ADDRESSES };
  g_autoptr (LabEuicc) euicc = test_card_with (&a, NULL, NULL, NULL);

  test_open_isdr (euicc);
  for (guint i = 0; i < ROUNDS; i++)
    for (guint n = 0; n < G_N_ELEMENTS (commands); n++)
      {
        g_autoptr (GBytes) original = hex_bytes (commands[n]);

        send_spoilt (euicc, original);
      }
  assert_still_a_card (euicc);
}

static void
test_session (void)
{
  g_autoptr (LabEuicc) euicc = test_card_new (NULL);
  g_autoptr (TestSmdp) smdp = smdp_new (test_pki_get ());

  test_open_isdr (euicc);
  for (guint i = 0; i < ROUNDS; i++)
    {
      g_autoptr (GBytes) request = NULL;

      smdp_challenge (smdp, euicc);
      request = smdp_authenticate (smdp, NULL);
      if (i % 2 == 0)
        send_spoilt (euicc, request);
      else
        {
          guint16 sw;
          g_autoptr (GBytes) response = test_es10 (euicc, request, &sw);
          g_autoptr (GBytes) prepare = NULL;

          smdp_take_authentication (smdp, response);
          prepare = smdp_prepare (smdp, NULL);
          send_spoilt (euicc, prepare);
        }
    }
  assert_still_a_card (euicc);
}

/* One spoilt segment: a result or a status word, and the next session begins as if nothing were. */
static void
test_segments (void)
{
  g_autoptr (LabEuicc) euicc = test_card_new (NULL);
  g_autoptr (TestSmdp) smdp = smdp_new (test_pki_get ());
  g_autoptr (GBytes) upp = test_upp (ICCID_A);
  g_autoptr (GBytes) metadata = test_metadata (&(TestMetadata){ .iccid = ICCID_A, .class = 2 });

  test_open_isdr (euicc);
  for (guint i = 0; i < ROUNDS / 8; i++)
    {
      g_autoptr (GPtrArray) segments = NULL;
      guint bad;

      smdp_session (smdp, euicc, NULL);
      segments = smdp_bind (smdp, &(Binding){ .metadata = metadata, .upp = upp, .ppk = TRUE });
      bad = (guint) g_test_rand_int_range (0, (gint32) segments->len);
      for (guint n = 0; n < bad; n++)
        {
          guint16 sw;
          g_autoptr (GBytes) nothing = test_es10 (euicc, g_ptr_array_index (segments, n), &sw);

          g_assert_cmphex (sw, ==, 0x9000);
        }
      send_spoilt (euicc, g_ptr_array_index (segments, bad));
    }
  assert_still_a_card (euicc);
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/lab/euicc/hostile/apdus", test_apdus);
  g_test_add_func ("/lab/euicc/hostile/functions", test_functions);
  g_test_add_func ("/lab/euicc/hostile/session", test_session);
  g_test_add_func ("/lab/euicc/hostile/segments", test_segments);
  status = g_test_run ();
  test_clear ();
  return status;
}
