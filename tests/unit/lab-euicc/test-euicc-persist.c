/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gstdio.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "smdp-test.h"

/* A card in a folder: what it keeps, and that no kill leaves it half way. */

#define ID_A "5A0A989400000000000010F8"
#define ID_B "5A0A989400000000000020F6"

typedef struct
{
  char *dir;
  char *card;
  TestSmdp *smdp;
} Fixture;

static void
setup (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  fixture->dir = g_dir_make_tmp ("kaitsu-card-XXXXXX", &error);
  g_assert_no_error (error);
  fixture->card = g_build_filename (fixture->dir, "card", NULL);
  fixture->smdp = smdp_new (test_pki_get ());
}

static void
remove_tree (const char *path)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *child = g_build_filename (path, name, NULL);

      remove_tree (child);
    }
  g_remove (path);
}

static void
teardown (Fixture *fixture, gconstpointer data)
{
  remove_tree (fixture->dir);
  g_free (fixture->dir);
  g_free (fixture->card);
  smdp_free (fixture->smdp);
}

static LabEuicc *
open_card (Fixture *fixture)
{
  LabEuiccOptions options = test_options ();
  g_autoptr (GError) error = NULL;
  LabEuicc *euicc = lab_euicc_open (fixture->card, &options, &error);

  g_assert_no_error (error);
  lab_euicc_power (euicc, TRUE);
  test_open_isdr (euicc);
  return euicc;
}

/* ---- keeping ---- */

static void
test_files (Fixture *fixture, gconstpointer data)
{
  g_autofree char *database = g_build_filename (fixture->card, "card.db", NULL);
  g_autoptr (LabEuicc) euicc = NULL;
  struct stat info;

  g_assert_false (lab_euicc_exists (fixture->card));
  euicc = open_card (fixture);
  g_assert_true (lab_euicc_exists (fixture->card));
  g_assert_cmpint (g_stat (fixture->card, &info), ==, 0);
  g_assert_cmpuint (info.st_mode & 0777, ==, 0700);
  g_assert_cmpint (g_stat (database, &info), ==, 0);
  g_assert_cmpuint (info.st_mode & 0777, ==, 0600);
}

static void
test_everything_kept (Fixture *fixture, gconstpointer data)
{
  LabEuiccOptions without_pki = { .env = test_env_get (), .protocol = LAB_EUICC_T1 };
  g_autoptr (GError) error = NULL;
  g_autoptr (LabEuicc) euicc = open_card (fixture);
  g_autoptr (GBytes) result = smdp_install (fixture->smdp, euicc, ICCID_A, TRUE);
  g_autoptr (GBytes) second = smdp_install (fixture->smdp, euicc, ICCID_B, FALSE);
  g_autoptr (GBytes) info1 = test_es10_hex (euicc, "BF2000");
  g_autoptr (GBytes) notifications = test_es10_hex (euicc, "BF2B00");
  g_autoptr (GBytes) point = NULL;
  g_autoptr (GBytes) again = NULL;
  g_autoptr (GBytes) pending = NULL;

  assert_es10 (euicc, "BF3F06 8004 612E6263", "BF3F03800100");
  assert_es10 (euicc, "BF2910 " ID_B "9002C3A9", "BF2903800100");
  assert_es10 (euicc, "BF3111 A00C" ID_B "810100", "BF3103800100");
  smdp_session (fixture->smdp, euicc, NULL);
  point = g_bytes_ref (fixture->smdp->euicc_point);
  g_clear_object (&euicc);

  euicc = lab_euicc_open (fixture->card, &without_pki, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (lab_euicc_get_eid (euicc), ==, TEST_EID);
  lab_euicc_power (euicc, TRUE);
  test_open_isdr (euicc);
  again = test_es10_hex (euicc, "BF2000");
  g_assert_true (g_bytes_equal (info1, again));
  pending = test_es10_hex (euicc, "BF2B00");
  g_assert_true (g_bytes_equal (notifications, pending));
  assert_es10 (euicc, "BF3C00",
               "BF3C18 8004612E6263 8110 736D64732E6578616D706C652E636F6D");
  g_assert_cmpint (test_state (euicc, ICCID_A), ==, 0);
  g_assert_cmpint (test_state (euicc, ICCID_B), ==, 1);
  assert_es10 (euicc, "BF2D11 A00C" ID_B "5C0190", "BF2D08A006E304 9002C3A9");
  smdp_session (fixture->smdp, euicc, &(PrepareTwist){ .point = point });
  g_assert_true (g_bytes_equal (point, fixture->smdp->euicc_point));
}

/* What a SIM command has changed: the counter of PIN1. */
static void
test_sim_state (Fixture *fixture, gconstpointer data)
{
  g_autoptr (LabEuicc) euicc = open_card (fixture);
  g_autoptr (GBytes) result = smdp_install (fixture->smdp, euicc, ICCID_A, TRUE);

  assert_es10 (euicc, "BF3111 A00C" ID_A "810100", "BF3103800100");
  assert_apdu (euicc, "0020000100", "63C3");
  assert_apdu (euicc, "00200001083939393939393939", "63C2");
  g_clear_object (&euicc);
  euicc = open_card (fixture);
  assert_apdu (euicc, "0020000100", "63C2");
  /* another profile has its own, and a deleted one takes its along */
  assert_es10 (euicc, "BF3211 A00C" ID_A "810100", "BF3203800100");
  assert_es10 (euicc, "BF330C" ID_A, "BF3303800100");
  g_clear_pointer (&result, g_bytes_unref);
  result = smdp_install (fixture->smdp, euicc, ICCID_A, TRUE);
  assert_es10 (euicc, "BF3111 A00C" ID_A "810100", "BF3103800100");
  assert_apdu (euicc, "0020000100", "63C3");
}

/* A switch that waited for the REFRESH is carried out by whatever power-on comes next. */
static void
test_waiting_switch (Fixture *fixture, gconstpointer data)
{
  g_autoptr (LabEuicc) euicc = open_card (fixture);
  g_autoptr (GBytes) result = smdp_install (fixture->smdp, euicc, ICCID_A, TRUE);

  g_clear_pointer (&result, g_bytes_unref);
  result = test_es10_hex (euicc, "BF3111 A00C" ID_A "8101FF");
  assert_bytes_hex (result, "BF3103800100");
  g_assert_cmpint (test_state (euicc, ICCID_A), ==, 0);
  g_clear_object (&euicc);
  euicc = open_card (fixture);
  g_assert_cmpint (test_state (euicc, ICCID_A), ==, 1);
}

/* ---- not opening ---- */

static void
test_lock (Fixture *fixture, gconstpointer data)
{
  LabEuiccOptions options = test_options ();
  g_autoptr (GError) error = NULL;
  g_autoptr (LabEuicc) euicc = open_card (fixture);
  pid_t child;
  int status;

  g_assert_null (lab_euicc_open (fixture->card, &options, &error));
  assert_kt_error (&error, KT_ERROR_CARD_BUSY, "lab.card-in-use");
  g_clear_object (&euicc);
  child = fork ();
  if (child == 0)
    {
      LabEuicc *held = lab_euicc_open (fixture->card, &options, NULL);

      raise (SIGSTOP);
      _exit (held != NULL ? 0 : 1);
    }
  g_assert_cmpint (waitpid (child, &status, WUNTRACED), ==, child);
  g_assert_true (WIFSTOPPED (status));
  g_assert_null (lab_euicc_open (fixture->card, &options, &error));
  assert_kt_error (&error, KT_ERROR_CARD_BUSY, "lab.card-in-use");
  kill (child, SIGKILL);
  g_assert_cmpint (waitpid (child, &status, 0), ==, child);
  euicc = open_card (fixture);
}

static void
test_missing (Fixture *fixture, gconstpointer data)
{
  LabEuiccOptions options = { .env = test_env_get () };
  g_autoptr (GError) error = NULL;
  g_autofree char *database = NULL;

  g_assert_null (lab_euicc_open (fixture->card, &options, &error));
  assert_kt_error (&error, KT_ERROR_NOT_FOUND, "lab.no-card");
  g_assert_false (g_file_test (fixture->card, G_FILE_TEST_EXISTS));
  /* a file where the folder should be; a database that is none */
  g_assert_true (g_file_set_contents (fixture->card, "x", 1, NULL));
  options = test_options ();
  g_assert_null (lab_euicc_open (fixture->card, &options, &error));
  assert_kt_error (&error, KT_ERROR_STORAGE, "lab.storage");
  g_remove (fixture->card);
  g_assert_cmpint (g_mkdir (fixture->card, 0700), ==, 0);
  database = g_build_filename (fixture->card, "card.db", NULL);
  g_assert_true (g_file_set_contents (database, "this is no database, but long", -1, NULL));
  g_assert_null (lab_euicc_open (fixture->card, &options, &error));
  assert_kt_error (&error, KT_ERROR_STORAGE, "lab.storage");
}

/* Whoever dies while making a card leaves nothing that looks like one. */
static void
test_unfinished (Fixture *fixture, gconstpointer data)
{
  LabEuiccOptions options = test_options ();
  LabEuiccOptions reopen = { .env = test_env_get () };
  g_autoptr (GBytes) upp = hex_bytes ("AA00");
  LabPreload broken = { upp, upp, TRUE };
  g_autoptr (GError) error = NULL;
  g_autoptr (LabEuicc) euicc = NULL;

  options.preloads = &broken;
  options.n_preloads = 1;
  g_assert_null (lab_euicc_open (fixture->card, &options, &error));
  g_clear_error (&error);
  g_assert_null (lab_euicc_open (fixture->card, &reopen, &error));
  assert_kt_error (&error, KT_ERROR_NOT_FOUND, "lab.no-card");
  euicc = open_card (fixture);
  assert_es10 (euicc, "BF2D00", "BF2D02A000");
}

/* ---- kill ---- */

/* Installs, enables, disables and deletes until killed; says over the pipe what was answered. */
static void
toil (Fixture *fixture, int out)
{
  LabEuicc *euicc = open_card (fixture);
  g_autoptr (GBytes) metadata = test_metadata (&(TestMetadata){
      .iccid = ICCID_A, .class = 2, .addresses = "3008 800204F0 81026162" });
  g_autoptr (GBytes) upp = test_upp (ICCID_A);
  Binding binding = { .metadata = metadata, .upp = upp, .ppk = TRUE };

  for (;;)
    {
      g_autoptr (GPtrArray) segments = NULL;
      g_autoptr (GBytes) result = NULL;
      guint sent;
      guint16 sw;

      if (test_state (euicc, ICCID_A) < 0)
        {
          smdp_session (fixture->smdp, euicc, NULL);
          segments = smdp_bind (fixture->smdp, &binding);
          result = smdp_load (euicc, segments, &sent, &sw);
          assert_installed (fixture->smdp, result);
          g_assert_cmpint (write (out, "i", 1), ==, 1);
        }
      if (test_state (euicc, ICCID_A) == 0)
        {
          assert_es10 (euicc, "BF3111 A00C" ID_A "810100", "BF3103800100");
          g_assert_cmpint (write (out, "e", 1), ==, 1);
        }
      assert_es10 (euicc, "BF3211 A00C" ID_A "810100", "BF3203800100");
      g_assert_cmpint (write (out, "d", 1), ==, 1);
      assert_es10 (euicc, "BF330C" ID_A, "BF3303800100");
      g_assert_cmpint (write (out, "x", 1), ==, 1);
    }
}

static guint
count_events (LabEuicc *euicc, const char *bits)
{
  g_autofree char *command = g_strdup_printf ("BF2804 8102 %s", bits);
  g_autoptr (GBytes) response = test_es10_hex (euicc, command);
  g_autoptr (GError) error = NULL;
  TlvReader reader;
  Tlv outer;
  Tlv list;
  Tlv item;
  guint count = 0;

  g_assert_true (tlv_parse_bytes (response, 0xBF28, &outer, &error));
  g_assert_true (tlv_need (&outer, 0xA0, &list, &error));
  tlv_reader_enter (&reader, &list);
  while (!tlv_reader_at_end (&reader))
    {
      g_assert_true (tlv_expect (&reader, 0xBF2F, &item, &error));
      count++;
    }
  return count;
}

typedef struct
{
  guint installs;
  guint enables;
  guint disables;
  guint deletes;
} Tally;

/* Reads up to @max answers, fewer if the other end closes. */
static void
read_tally (int in, guint max, Tally *tally)
{
  char byte;

  for (guint i = 0; i < max && read (in, &byte, 1) == 1; i++)
    switch (byte)
      {
      case 'i':
        tally->installs++;
        break;
      case 'e':
        tally->enables++;
        break;
      case 'd':
        tally->disables++;
        break;
      case 'x':
        tally->deletes++;
        break;
      default:
        g_assert_not_reached ();
      }
}

/* What was answered is there; besides, at most the one step whose answer was cut off. */
static void
check_card (Fixture *fixture, Tally *tally)
{
  g_autoptr (LabEuicc) euicc = open_card (fixture);
  int state = test_state (euicc, ICCID_A);
  /* an installation has a result and a notification to the second address */
  guint installs = count_events (euicc, "0780");
  Tally found = { installs / 2, count_events (euicc, "0640"), count_events (euicc, "0520"),
                  count_events (euicc, "0410") };
  guint extra = (found.installs - tally->installs) + (found.enables - tally->enables)
                + (found.disables - tally->disables) + (found.deletes - tally->deletes);

  g_assert_cmpuint (installs % 2, ==, 0);
  g_assert_cmpuint (found.installs, >=, tally->installs);
  g_assert_cmpuint (found.enables, >=, tally->enables);
  g_assert_cmpuint (found.disables, >=, tally->disables);
  g_assert_cmpuint (found.deletes, >=, tally->deletes);
  g_assert_cmpuint (extra, <=, 1);
  /* the profile is where its notifications say */
  g_assert_cmpint (state >= 0, ==, (int) (found.installs - found.deletes));
  g_assert_cmpint (state == 1, ==, (int) (found.enables - found.disables));
  if (state == 1)
    {
      assert_apdu (euicc, "00A40004022FE200", "62*");
      assert_apdu (euicc, "00B000000A", "989400000000000010F8 9000");
    }
  *tally = found;
}

static void
test_kill (Fixture *fixture, gconstpointer data)
{
  Tally tally = { 0 };

  /* make the package and the certificates before there are two processes */
  g_bytes_unref (test_upp (ICCID_A));
  for (guint i = 0; i < 30; i++)
    {
      int ends[2];
      int status;
      pid_t child;

      g_assert_cmpint (pipe (ends), ==, 0);
      child = fork ();
      g_assert_cmpint (child, >=, 0);
      if (child == 0)
        {
          close (ends[0]);
          toil (fixture, ends[1]);
          _exit (1);
        }
      close (ends[1]);
      /* somewhere after a few answers, so that slow machines get somewhere as well */
      read_tally (ends[0], (guint) g_test_rand_int_range (0, 6), &tally);
      g_usleep ((gulong) g_test_rand_int_range (0, 40000));
      kill (child, SIGKILL);
      g_assert_cmpint (waitpid (child, &status, 0), ==, child);
      g_assert_true (WIFSIGNALED (status) && WTERMSIG (status) == SIGKILL);
      read_tally (ends[0], G_MAXUINT, &tally);
      close (ends[0]);
      check_card (fixture, &tally);
    }
  g_test_message ("%u installations, %u deletions", tally.installs, tally.deletes);
}

int
main (int argc, char **argv)
{
  int status;

#define ADD(path, function) \
  g_test_add ("/lab/euicc/persist/" path, Fixture, NULL, setup, function, teardown)

  g_test_init (&argc, &argv, NULL);
  ADD ("files", test_files);
  ADD ("everything-kept", test_everything_kept);
  ADD ("sim-state", test_sim_state);
  ADD ("waiting-switch", test_waiting_switch);
  ADD ("lock", test_lock);
  ADD ("missing", test_missing);
  ADD ("unfinished", test_unfinished);
  ADD ("kill", test_kill);
  status = g_test_run ();
  test_clear ();
  return status;
}
