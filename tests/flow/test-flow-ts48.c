/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every TS.48 test profile goes the whole way and lies on the chip byte for byte as it was sent. */
#include "flow-lab.h"

#include <string.h>

#include "lab-euicc-package.h"
#include "lab-saip.h"
#include "lpd-guard.h"

static void
install_file (const char *path)
{
  g_autoptr (FlowLab) lab = flow_lab_new (&(FlowOptions){ .protocol = LAB_EUICC_T0 });
  g_autoptr (LabPackage) package = NULL;
  g_autoptr (LpdDownloadResult) result = NULL;
  g_autoptr (GPtrArray) profiles = NULL;
  g_autoptr (GBytes) upp = NULL;
  g_autoptr (GBytes) on_chip = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *iccid = NULL;
  g_autofree char *code = NULL;
  FlowOrder order = { 0 };
  char *data;
  gsize len;

  g_assert_true (g_file_get_contents (path, &data, &len, NULL));
  upp = g_bytes_new_take (data, len);
  package = lab_saip_parse (upp, NULL, &error);
  g_assert_no_error (error);
  iccid = kt_iccid_from_bytes (lab_package_get_iccid (package), KT_ICCID_BYTES, &error);
  g_assert_no_error (error);
  order.upp = upp;
  order.iccid = iccid;
  code = flow_lab_order (lab, &order, NULL);
  result = flow_lab_download (lab, code, &error);
  g_assert_no_error (error);
  on_chip = lab_euicc_dup_package (lab->euicc, result->aid, &error);
  g_assert_no_error (error);
  g_assert_true (g_bytes_equal (on_chip, upp));
  flow_lab_enable (lab, iccid);
}

static void
test_all (void)
{
  const char *fixtures = g_getenv ("KT_TEST_FIXTURES");
  g_autofree char *folder = fixtures != NULL ? g_build_filename (fixtures, "ts48", NULL) : NULL;
  g_autoptr (GDir) dir = folder != NULL ? g_dir_open (folder, 0, NULL) : NULL;
  const char *name;
  guint count = 0;

  if (dir == NULL)
    {
      g_test_skip ("the TS.48 profiles are not here");
      return;
    }
  while ((name = g_dir_read_name (dir)) != NULL)
    if (g_str_has_suffix (name, ".der"))
      {
        g_autofree char *path = g_build_filename (folder, name, NULL);

        g_test_message ("%s", name);
        install_file (path);
        count++;
      }
  g_assert_cmpuint (count, >=, 18);
}

int
main (int argc, char *argv[])
{
  lpd_network_init ();
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/flow/ts48/byte-identical", test_all);
  return g_test_run ();
}
