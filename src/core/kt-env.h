/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * KtEnv:
 * @now: wall clock, microseconds since 1970-01-01 UTC
 * @ticks: monotonic clock, microseconds
 * @random: fills @len unpredictable bytes
 *
 * Clock and randomness, injected so that a whole download can be repeated from a seed.
 */
typedef struct
{
  gint64 (*now) (gpointer data);
  gint64 (*ticks) (gpointer data);
  void (*random) (gpointer data, guint8 *out, gsize len);
  gpointer data;
} KtEnv;

/** kt_env_default: Returns: (transfer none): the system's clocks and getrandom(2). */
const KtEnv *kt_env_default (void);

/**
 * kt_env_new_seeded:
 * @seed: same seed, same bytes
 * @now: the wall clock's fixed start in microseconds; it then advances with the monotonic clock
 *
 * For tests and benchmarks only.
 *
 * Returns: (transfer full): free with kt_env_free_seeded()
 */
KtEnv *kt_env_new_seeded (guint64 seed, gint64 now);
void kt_env_free_seeded (KtEnv *env);

/** kt_env_seeded_advance: moves a seeded environment's wall clock. */
void kt_env_seeded_advance (KtEnv *env, gint64 usec);

gint64 kt_env_now (const KtEnv *env);
gint64 kt_env_ticks (const KtEnv *env);
void kt_env_random (const KtEnv *env, guint8 *out, gsize len);

G_END_DECLS
