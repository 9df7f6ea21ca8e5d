/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lab-sim-test.h"

/* Packages that an attacker could have made: an error with its details, or a card, no crash. */

#define MUTATIONS 2000

static void
assert_refusal (const LabSaipFailure *failure, GError **error)
{
  const KtErrorDetail *detail = kt_error_detail (*error);

  g_assert_nonnull (detail);
  g_assert_nonnull (detail->key);
  g_assert_true (g_str_has_prefix (detail->key, "saip."));
  g_assert_cmpint (failure->pe_status, !=, LAB_PE_OK);
  g_assert_cmpint (detail->pe_status, ==, failure->pe_status);
  g_assert_cmpint (detail->pe_id, ==, failure->pe_id);
  g_clear_error (error);
}

/* What a terminal asks first, on whatever file system there is. */
static void
walk_card (LabPackage *package)
{
  static const char *const commands[] = {
    "00A40004023F0000", "00A40804022FE200", "00B0000000", "00A40804022F0000", "00B2010400",
    "00A404040CA0000000871002FFFFFFFF8900", "00A4040407A000000087100200", "00A40004026F0700",
    "00B0000000", "00A40004026F3C00", "00B2010400", "00B2000200", "00A20104020000FF00",
    "0020000108FFFFFFFFFFFFFFFF", "002000810831323334FFFFFFFF", "80F2000000",
    "00880081221000000000000000000000000000000000100000000000000000000000000000000000",
    "A0A40000027F20", "A0C0000016", "A0A40000026F07", "A0C000000F", "A0F2000016",
  };
  g_autoptr (LabSim) sim = lab_sim_new (package);
  g_autoptr (GBytes) state = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (commands); i++)
    g_bytes_unref (sim_send (sim, 0, commands[i]));
  state = lab_sim_dup_state (sim);
  g_assert_true (lab_sim_load_state (sim, state, NULL));
}

static void
try_package (GBytes *upp)
{
  g_autoptr (GError) error = NULL;
  LabSaipFailure failure;
  g_autoptr (LabPackage) package = lab_saip_parse (upp, &failure, &error);

  if (package == NULL)
    assert_refusal (&failure, &error);
  else
    walk_card (package);
}

static GBytes *
standard_upp (void)
{
  g_auto (TestSpec) test;

  test_spec_init (&test);
  return lab_upp_build (&test.spec, test.env, NULL);
}

static GBytes *
fixture_upp (const char *name)
{
  const char *dir = g_getenv ("KT_TEST_FIXTURES");
  g_autofree char *path = g_build_filename (dir != NULL ? dir : ".", "ts48", name, NULL);
  char *data;
  gsize len;

  return g_file_get_contents (path, &data, &len, NULL) ? g_bytes_new_take (data, len) : NULL;
}

static void
truncate_all (GBytes *upp)
{
  gsize len = g_bytes_get_size (upp);

  for (gsize cut = 0; cut < len; cut++)
    {
      g_autoptr (GBytes) part = bytes_cut (upp, cut);
      g_autoptr (GError) error = NULL;
      LabSaipFailure failure;

      g_assert_null (lab_saip_parse (part, &failure, &error));
      assert_refusal (&failure, &error);
    }
}

/* One to four bytes changed, removed or doubled. */
static GBytes *
mutate (GBytes *upp, GRand *rand)
{
  GByteArray *bytes = g_byte_array_new ();

  g_byte_array_append (bytes, g_bytes_get_data (upp, NULL), (guint) g_bytes_get_size (upp));
  for (gint n = g_rand_int_range (rand, 1, 5); n > 0; n--)
    {
      guint at = (guint) g_rand_int_range (rand, 0, (gint32) bytes->len);
      guint8 byte = (guint8) g_rand_int_range (rand, 0, 256);

      switch (g_rand_int_range (rand, 0, 6))
        {
        case 0:
          g_byte_array_remove_index (bytes, at);
          break;
        case 1:
          g_byte_array_append (bytes, &byte, 1);
          memmove (bytes->data + at + 1, bytes->data + at, bytes->len - 1 - at);
          bytes->data[at] = byte;
          break;
        case 2:
          bytes->data[at] = (guint8) (bytes->data[at] + 1);
          break;
        default:
          bytes->data[at] = byte;
          break;
        }
    }
  return g_byte_array_free_to_bytes (bytes);
}

static void
mutate_many (GBytes *upp, guint32 seed)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (seed);

  for (guint i = 0; i < MUTATIONS; i++)
    {
      g_autoptr (GBytes) changed = mutate (upp, rand);

      try_package (changed);
    }
}

static void
test_truncated (void)
{
  g_autoptr (GBytes) upp = standard_upp ();

  truncate_all (upp);
}

static void
test_mutated (void)
{
  g_autoptr (GBytes) upp = standard_upp ();

  mutate_many (upp, 48);
}

static void
test_fixture_truncated (void)
{
  g_autoptr (GBytes) upp = fixture_upp ("TS48v1_A.der");

  if (upp == NULL)
    g_test_skip ("no TS.48 fixtures");
  else
    truncate_all (upp);
}

static void
test_fixture_mutated (void)
{
  g_autoptr (GBytes) upp = fixture_upp ("TS48v5_SAIP2.3_BERTLV_SUCI.der");

  if (upp == NULL)
    g_test_skip ("no TS.48 fixtures");
  else
    mutate_many (upp, 49);
}

static void
expect_limit (GBytes *upp)
{
  g_autoptr (GError) error = NULL;
  LabSaipFailure failure;

  g_assert_null (lab_saip_parse (upp, &failure, &error));
  g_assert_cmpint (failure.pe_status, ==, LAB_PE_NOT_ENOUGH_MEMORY);
  assert_kt_error (&error, KT_ERROR_LIMIT, "saip.memory");
}

static void
test_too_large (void)
{
  GByteArray *bytes = g_byte_array_new ();
  g_autoptr (GBytes) upp = NULL;

  g_byte_array_set_size (bytes, LAB_SAIP_MAX_SIZE + 1);
  memset (bytes->data, 0, bytes->len);
  upp = g_byte_array_free_to_bytes (bytes);
  expect_limit (upp);
}

/* Header, MF, PUKs and PINs, then one genericFileManagement with @n files of @size bytes. */
static GBytes *
many_files (guint n, guint size)
{
  g_autoptr (GBytes) upp = standard_upp ();
  TlvWriter *writer = tlv_writer_new ();
  TlvReader reader;
  Tlv pe;

  tlv_reader_init_bytes (&reader, upp);
  for (guint i = 0; i < 4; i++)
    {
      g_assert_true (tlv_read (&reader, &pe, NULL));
      tlv_put_raw (writer, pe.raw, pe.raw_len);
    }
  tlv_begin (writer, 0xA1);
  tlv_begin (writer, 0xA0);
  tlv_put_int (writer, 0x81, 77);
  tlv_end (writer);
  tlv_begin (writer, 0xA1);
  tlv_begin (writer, TLV_SEQUENCE);
  for (guint i = 0; i < n; i++)
    {
      const guint8 fid[2] = { (guint8) (0x40 + i / 256), (guint8) i };
      const guint8 bytes[2] = { (guint8) (size >> 8), (guint8) size };

      tlv_begin (writer, 0x62);
      tlv_put (writer, 0x82, "\x41\x21", 2);
      tlv_put (writer, 0x83, fid, sizeof fid);
      tlv_put (writer, 0x80, size > 0xFF ? bytes : bytes + 1, size > 0xFF ? 2 : 1);
      tlv_end (writer);
    }
  tlv_end (writer);
  tlv_end (writer);
  tlv_end (writer);
  tlv_put_raw (writer, "\xAA\x05\xA0\x03\x81\x01\x10", 7);
  return tlv_writer_finish (writer);
}

static void
test_too_many_files (void)
{
  g_autoptr (GBytes) fits = many_files (900, 1);
  g_autoptr (GBytes) many = many_files (1100, 1);
  g_autoptr (GBytes) large = many_files (17, 0xFFFF);
  g_autoptr (GError) error = NULL;
  LabPackage *package = lab_saip_parse (fits, NULL, &error);

  g_assert_no_error (error);
  lab_package_unref (package);
  expect_limit (many);
  expect_limit (large);
}

/* Any bytes as a command. */
static void
test_commands (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (7816);
  g_autoptr (LabSim) sim = test_sim (FALSE);
  static const guint8 ins[] = { 0xA4, 0xB0, 0xB2, 0xD6, 0xDC, 0xA2, 0x20, 0x24, 0x26, 0x28, 0x2C,
                                0x32, 0x88, 0xC0, 0xF2, 0x04, 0x44, 0x10, 0x14, 0xC2 };
  static const guint8 cla[] = { 0x00, 0x80, 0xA0, 0x01, 0x40, 0xC0 };

  for (guint i = 0; i < 30000; i++)
    {
      guint8 command[262];
      gsize len = (gsize) g_rand_int_range (rand, 0, g_rand_boolean (rand) ? 8 : sizeof command);
      g_autofree guint8 *copy = NULL;
      g_autoptr (GBytes) answer = NULL;

      for (gsize n = 0; n < sizeof command; n++)
        command[n] = (guint8) g_rand_int_range (rand, 0, 256);
      command[0] = cla[g_rand_int_range (rand, 0, G_N_ELEMENTS (cla))];
      command[1] = ins[g_rand_int_range (rand, 0, G_N_ELEMENTS (ins))];
      if (g_rand_boolean (rand))
        command[2] = 0;
      if (len > 6 && g_rand_boolean (rand))
        command[4] = (guint8) (len - 5);
      lab_sim_set_protocol (sim, g_rand_boolean (rand) ? LAB_SIM_T0 : LAB_SIM_T1);
      copy = g_memdup2 (command, len);
      answer = lab_sim_transmit (sim, (guint) g_rand_int_range (rand, 0, 3), copy, len);
      g_assert_cmpuint (g_bytes_get_size (answer), >=, 2);
      g_assert_cmpuint (g_bytes_get_size (answer), <=, 258);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/lab/hostile/truncated", test_truncated);
  g_test_add_func ("/lab/hostile/mutated", test_mutated);
  g_test_add_func ("/lab/hostile/fixture-truncated", test_fixture_truncated);
  g_test_add_func ("/lab/hostile/fixture-mutated", test_fixture_mutated);
  g_test_add_func ("/lab/hostile/too-large", test_too_large);
  g_test_add_func ("/lab/hostile/too-many-files", test_too_many_files);
  g_test_add_func ("/lab/hostile/commands", test_commands);
  return g_test_run ();
}
