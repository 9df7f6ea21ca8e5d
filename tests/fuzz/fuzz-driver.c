/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-fuzz"

#include "fuzz-target.h"

#include "kt-bytes.h"

/*
 * Runs a target without libFuzzer: over its seeds, over every beginning of them, and over a fixed
 * number of mutations that the same number always makes the same. Given files, it runs these alone.
 *
 * KT_FUZZ_RUNS: how many mutations; then there is no time limit
 * KT_FUZZ_SEED: another series of them
 * KT_FUZZ_KEEP: a file that always holds the input being run, for after a crash
 */
#define DEFAULT_RUNS 20000
#define MAX_BYTES 4096
#define TIME_LIMIT (G_USEC_PER_SEC / 2)

static GPtrArray *seeds;

/* In a block of its own, so that a read past the end is seen. */
static void
run (const guint8 *data, gsize len)
{
  const char *keep = g_getenv ("KT_FUZZ_KEEP");
  g_autofree guint8 *copy = len > 0 ? g_memdup2 (data, len) : NULL;
  static const guint8 nothing;

  if (keep != NULL)
    g_file_set_contents (keep, (const char *) data, (gssize) len, NULL);
  LLVMFuzzerTestOneInput (copy != NULL ? copy : &nothing, len);
}

static GBytes *
seed_bytes (const char *seed)
{
  g_autoptr (GString) tight = NULL;
  g_autoptr (GError) error = NULL;
  GBytes *bytes;

  if (!fuzz_seeds_are_hex)
    return g_bytes_new (seed, strlen (seed));
  tight = g_string_new (seed);
  g_string_replace (tight, " ", "", 0);
  bytes = kt_hex_parse (tight->str, &error);
  g_assert_no_error (error);
  return bytes;
}

static void
load_seeds (void)
{
  seeds = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  for (gsize i = 0; fuzz_seeds[i] != NULL; i++)
    g_ptr_array_add (seeds, seed_bytes (fuzz_seeds[i]));
}

static guint
below (GRand *random, guint limit)
{
  return limit > 1 ? (guint) g_rand_int_range (random, 0, (gint32) limit) : 0;
}

static guint8
odd_byte (GRand *random)
{
  static const guint8 values[] = {
    0x00, 0x01, 0x02, 0x04, 0x1F, 0x30, 0x7F, 0x80, 0x81, 0x82, 0x83, 0x84, 0x86, 0x88, 0xA0, 0xA1,
    0xBF, 0xFF, '"',  '\\', '{',  '}',  '[',  ',',  ':',  '$',  '=',  '+',  '/',  ' ',  '\n', 'u',
  };

  return below (random, 3) == 0 ? (guint8) g_rand_int (random)
                                : values[below (random, G_N_ELEMENTS (values))];
}

static void
insert (GByteArray *input, guint at, const guint8 *data, guint len)
{
  g_autofree guint8 *copy = g_memdup2 (data, len);
  guint old = input->len;

  if (len == 0 || old + len > MAX_BYTES)
    return;
  g_byte_array_set_size (input, old + len);
  memmove (input->data + at + len, input->data + at, old - at);
  memcpy (input->data + at, copy, len);
}

/* A piece of any seed comes in at any place. */
static void
splice (GByteArray *input, GRand *random)
{
  gsize len;
  const guint8 *other
      = g_bytes_get_data (g_ptr_array_index (seeds, below (random, seeds->len)), &len);
  guint start = below (random, (guint) len);

  if (len > 0)
    insert (input, below (random, input->len + 1), other + start,
            1 + below (random, (guint) len - start));
}

static void
mutate (GByteArray *input, GRand *random)
{
  guint at = below (random, input->len);
  guint8 byte = odd_byte (random);

  switch (below (random, 7))
    {
    case 0:
      if (input->len > 0)
        input->data[at] ^= (guint8) (1 << below (random, 8));
      break;
    case 1:
      if (input->len > 0)
        input->data[at] = byte;
      break;
    case 2:
      if (input->len > 0)
        input->data[at] = (guint8) (input->data[at] + (below (random, 2) == 0 ? 1 : 0xFF));
      break;
    case 3:
      if (input->len > 0)
        g_byte_array_remove_range (input, at, 1 + below (random, MIN (input->len - at, 16)));
      break;
    case 4:
      insert (input, at, &byte, 1);
      break;
    case 5:
      if (input->len > 0)
        g_byte_array_set_size (input, at);
      break;
    default:
      splice (input, random);
      break;
    }
}

/* Mutation @number of the series @series: always the same. */
static void
run_mutation (guint32 series, guint32 number)
{
  const guint32 start[] = { series, number };
  g_autoptr (GRand) random = g_rand_new_with_seed_array (start, G_N_ELEMENTS (start));
  g_autoptr (GByteArray) input = g_byte_array_new ();
  gsize len;
  const guint8 *data
      = g_bytes_get_data (g_ptr_array_index (seeds, below (random, seeds->len)), &len);

  g_byte_array_append (input, data, (guint) MIN (len, MAX_BYTES));
  for (guint i = 1 + below (random, 4); i > 0; i--)
    mutate (input, random);
  run (input->data, input->len);
}

static guint64
number_from_env (const char *name, guint64 otherwise)
{
  const char *text = g_getenv (name);
  guint64 number;

  return text != NULL && g_ascii_string_to_unsigned (text, 10, 0, G_MAXUINT32, &number, NULL)
             ? number
             : otherwise;
}

static void
test_seeds (void)
{
  for (guint i = 0; i < seeds->len; i++)
    {
      gsize len;
      const guint8 *data = g_bytes_get_data (g_ptr_array_index (seeds, i), &len);

      for (gsize cut = 0; cut <= len; cut++)
        run (data, cut);
    }
}

static void
test_mutations (void)
{
  guint32 series = (guint32) number_from_env ("KT_FUZZ_SEED", 1);
  guint32 runs = (guint32) number_from_env ("KT_FUZZ_RUNS", DEFAULT_RUNS);
  gboolean limited = g_getenv ("KT_FUZZ_RUNS") == NULL;
  gint64 start = g_get_monotonic_time ();
  guint32 i;

  for (i = 0; i < runs && (!limited || g_get_monotonic_time () - start < TIME_LIMIT); i++)
    run_mutation (series, i);
  g_test_message ("%u mutations of series %u", i, series);
}

static int
run_files (char **files)
{
  for (; *files != NULL; files++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *data = NULL;
      gsize len;

      if (!g_file_get_contents (*files, &data, &len, &error))
        g_error ("%s", error->message);
      run ((const guint8 *) data, len);
    }
  return 0;
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  if (argc > 1)
    return run_files (argv + 1);
  load_seeds ();
  g_test_add_func ("/fuzz/seeds", test_seeds);
  g_test_add_func ("/fuzz/mutations", test_mutations);
  status = g_test_run ();
  g_ptr_array_unref (seeds);
  return status;
}
