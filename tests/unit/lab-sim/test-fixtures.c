/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lab-sim-test.h"

/* The GSMA's generic test profiles (TS.48): each is taken, and reads as it was specified. */

static GPtrArray *
fixture_names (void)
{
  const char *root = g_getenv ("KT_TEST_FIXTURES");
  g_autofree char *path = g_build_filename (root != NULL ? root : ".", "ts48", NULL);
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  GPtrArray *names = g_ptr_array_new_with_free_func (g_free);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    if (g_str_has_suffix (name, ".der"))
      g_ptr_array_add (names, g_build_filename (path, name, NULL));
  return names;
}

static GBytes *
read_fixture (const char *path)
{
  g_autoptr (GError) error = NULL;
  char *data;
  gsize len;

  g_file_get_contents (path, &data, &len, &error);
  g_assert_no_error (error);
  return g_bytes_new_take (data, len);
}

static void
test_profile (gconstpointer data)
{
  g_autoptr (GBytes) upp = read_fixture (data);
  g_autoptr (GError) error = NULL;
  g_autoptr (LabPackage) package = NULL;
  g_autoptr (LabSim) sim = NULL;
  g_autofree char *iccid = NULL, *answer = NULL;
  LabSaipFailure failure;

  package = lab_saip_parse (upp, &failure, &error);
  g_assert_no_error (error);
  g_assert_true (lab_package_get_upp (package) == upp);
  g_assert_cmpstr (lab_package_get_profile_type (package), ==,
                   "GSMA Generic eUICC Test Profile");
  g_assert_cmpuint (lab_package_get_n_files (package), >, 200);
  sim = lab_sim_new (package);

  /* EF.ICCID is the header's, digits swapped */
  iccid = kt_hex (lab_package_get_iccid (package), KT_ICCID_BYTES);
  answer = g_strconcat (iccid, "9000", NULL);
  sim_expect (sim, "00A4080C 02 2FE2", "9000");
  sim_expect (sim, "00B00000 00", answer);
  sim_expect (sim, "00A4080C 02 2F00", "9000");
  sim_expect (sim, "00B20104 00",
              "61144F0CA0000000871002FF49FF058950045553494DFFFFFFFFFFFFFFFFFFFFFF 9000");
  /* PIN1 0000, off */
  sim_expect (sim, "00200001 08 30303030FFFFFFFF", "6984");
  sim_expect (sim, "00A4040C 07 A0000000871002", "9000");
  sim_expect (sim, "00A4000C 02 6F07", "9000");
  sim_expect (sim, "00B00000 00", "080910101032540636 9000");
  sim_expect (sim, "00B08300 00", "80000002 9000");
  sim_expect (sim, "00A4000C 02 6F46", "9000");
  sim_expect (sim, "00B00000 00", "0147534D411154455354FFFFFFFFFFFFFF 9000");
  sim_expect (sim, "00A4000C 02 6F78", "9000");
  sim_expect (sim, "00B00000 00", "0001 9000");
  sim_expect (sim, "00A4000C 02 6F40", "9000");
  sim_expect_sw (sim, "00B20104 00", 0x9000);
  /* the link in DF.TELECOM to the USIM's EF.SMSP */
  sim_expect (sim, "00A4080C 04 7F106F42", "9000");
  sim_expect_sw (sim, "00B20104 00", 0x9000);
  sim_expect (sim, "00A4040C 07 A0000000871004", "9000");
  sim_expect (sim, "00A4040C 07 A0000003431002", "9000");
}

/* The test algorithm with key 00..0F, TS 34.108, 8.1.2, worked by hand for RAND 0: XDOUT is the
 * key, and the halves of CK and IK cancel out in Kc. */
static void
test_authentication (gconstpointer data)
{
  g_autoptr (GBytes) upp = read_fixture (data);
  g_autoptr (LabPackage) package = lab_saip_parse (upp, NULL, NULL);
  g_autoptr (LabSim) sim = lab_sim_new (package);

  sim_expect (sim, "00A4040C 07 A0000000871002", "9000");
  /* AUTN: SQN 000000000020 xor AK 030405060708; AMF 8000; MAC = 00..07 xor (SQN || AMF) */
  sim_expect (sim,
              "00880081 22 10 00000000000000000000000000000000 10 030405060728 8000"
              "0001020304258607 00",
              "DB 10 000102030405060708090A0B0C0D0E0F 10 0102030405060708090A0B0C0D0E0F00"
              "10 02030405060708090A0B0C0D0E0F0001 08 0000000000000000 9000");
}

/* Structure: every kind of element of ours is where theirs are. */
static void
collect (const Tlv *parent, const char *path, GHashTable *paths)
{
  TlvReader reader;
  Tlv item;

  tlv_reader_enter (&reader, parent);
  while (!tlv_reader_at_end (&reader))
    {
      g_autofree char *own = NULL;

      g_assert_true (tlv_read (&reader, &item, NULL));
      own = g_strdup_printf ("%s/%X", path, item.tag);
      if (((item.tag > 0xFF ? item.tag >> 8 : item.tag) & 0x20) != 0)
        collect (&item, own, paths);
      g_hash_table_add (paths, g_steal_pointer (&own));
    }
}

static GHashTable *
paths_of (GBytes *upp)
{
  GHashTable *paths = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  gsize len;
  const guint8 *data = g_bytes_get_data (upp, &len);
  const Tlv whole = { 0, data, len, data, len };

  collect (&whole, "", paths);
  return paths;
}

static void
test_builder_likeness (gconstpointer data)
{
  g_auto (TestSpec) test;
  g_autoptr (GBytes) theirs = read_fixture (data);
  g_autoptr (GBytes) ours = NULL, gid = hex_bytes ("AB01");
  g_autoptr (GHashTable) known = paths_of (theirs);
  g_autoptr (GHashTable) used = NULL;
  GHashTableIter iter;
  gpointer path;
  const char *const plmns[] = { "00101", NULL };

  test_spec_init (&test);
  test.spec.algorithm = LAB_AKA_TEST;
  test.spec.pin1_enabled = FALSE;
  test.spec.gid1 = gid;
  test.spec.gid2 = gid;
  test.spec.oplmn = plmns;
  ours = lab_upp_build (&test.spec, test.env, NULL);
  used = paths_of (ours);
  g_assert_cmpuint (g_hash_table_size (used), >, 100);
  g_hash_table_iter_init (&iter, used);
  while (g_hash_table_iter_next (&iter, &path, NULL))
    {
      g_test_message ("%s", (const char *) path);
      /* content where theirs is all pattern, and the size of a list that they leave as it is */
      if (g_str_has_suffix (path, "/83") || g_str_has_suffix (path, "/A1/80")
          || g_str_has_suffix (path, "/A1/88"))
        continue;
      g_assert_true (g_hash_table_contains (known, path));
    }
}

static void
add_fixture (const char *path)
{
  g_autofree char *name = g_path_get_basename (path);
  g_autofree char *profile = g_strdup_printf ("/lab/fixtures/profile/%s", name);
  g_autofree char *auth = g_strdup_printf ("/lab/fixtures/authentication/%s", name);

  g_test_add_data_func (profile, path, test_profile);
  g_test_add_data_func (auth, path, test_authentication);
  if (strstr (name, "SAIP2.3") != NULL)
    {
      g_autofree char *builder = g_strdup_printf ("/lab/fixtures/builder-likeness/%s", name);

      g_test_add_data_func (builder, path, test_builder_likeness);
    }
}

static void
test_absent (void)
{
  g_test_skip ("no TS.48 fixtures");
}

int
main (int argc, char **argv)
{
  g_autoptr (GPtrArray) names = fixture_names ();

  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < names->len; i++)
    add_fixture (g_ptr_array_index (names, i));
  if (names->len == 0)
    g_test_add_func ("/lab/fixtures/absent", test_absent);
  return g_test_run ();
}
