/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kt-test.h"

#include "kt-env.h"

#define START G_GINT64_CONSTANT (1795000000000000)

G_DEFINE_AUTOPTR_CLEANUP_FUNC (KtEnv, kt_env_free_seeded)

static void
test_same_seed (void)
{
  g_autoptr (KtEnv) a = kt_env_new_seeded (7, START);
  g_autoptr (KtEnv) b = kt_env_new_seeded (7, START);
  g_autoptr (KtEnv) c = kt_env_new_seeded (8, START);
  guint8 from_a[100];
  guint8 from_b[100];
  guint8 from_c[100];

  kt_env_random (a, from_a, sizeof from_a);
  kt_env_random (b, from_b, sizeof from_b);
  kt_env_random (c, from_c, sizeof from_c);
  g_assert_cmpmem (from_a, sizeof from_a, from_b, sizeof from_b);
  g_assert_true (memcmp (from_a, from_c, sizeof from_a) != 0);
  kt_env_random (a, from_b, sizeof from_b);
  g_assert_true (memcmp (from_a, from_b, sizeof from_a) != 0);
}

static void
test_length (void)
{
  g_autoptr (KtEnv) env = kt_env_new_seeded (1, START);
  guint8 data[48];

  for (gsize len = 0; len < 40; len++)
    {
      memset (data, 0xEE, sizeof data);
      kt_env_random (env, data + 4, len);
      for (gsize i = 0; i < 4; i++)
        g_assert_cmphex (data[i], ==, 0xEE);
      for (gsize i = 4 + len; i < sizeof data; i++)
        g_assert_cmphex (data[i], ==, 0xEE);
    }
}

static void
test_clock (void)
{
  g_autoptr (KtEnv) env = kt_env_new_seeded (1, START);
  gint64 first = kt_env_now (env);

  g_assert_cmpint (first, >=, START);
  g_assert_cmpint (kt_env_now (env), >=, first);
  kt_env_seeded_advance (env, 90 * G_TIME_SPAN_DAY);
  g_assert_cmpint (kt_env_now (env), >=, START + 90 * G_TIME_SPAN_DAY);
  kt_env_seeded_advance (env, -180 * G_TIME_SPAN_DAY);
  g_assert_cmpint (kt_env_now (env), <, START);
}

static void
test_system (void)
{
  const KtEnv *env = kt_env_default ();
  guint8 a[32] = { 0 };
  guint8 b[32] = { 0 };
  gint64 ticks = kt_env_ticks (env);

  g_assert_cmpint (kt_env_now (env), >, G_GINT64_CONSTANT (1700000000000000));
  g_assert_cmpint (kt_env_ticks (env), >=, ticks);
  kt_env_random (env, a, sizeof a);
  kt_env_random (env, b, sizeof b);
  g_assert_true (memcmp (a, b, sizeof a) != 0);
  kt_env_free_seeded (NULL);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/env/same-seed", test_same_seed);
  g_test_add_func ("/env/length", test_length);
  g_test_add_func ("/env/clock", test_clock);
  g_test_add_func ("/env/system", test_system);
  return g_test_run ();
}
