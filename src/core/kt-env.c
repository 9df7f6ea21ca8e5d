/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-core"

#include "kt-env.h"

#include <errno.h>
#include <string.h>
#include <sys/random.h>

typedef struct
{
  GMutex lock;
  guint64 seed;
  guint64 counter;
  gint64 offset;
} SeededState;

static gint64
system_now (gpointer data)
{
  return g_get_real_time ();
}

static gint64
system_ticks (gpointer data)
{
  return g_get_monotonic_time ();
}

static void
system_random (gpointer data, guint8 *out, gsize len)
{
  while (len > 0)
    {
      ssize_t got = getrandom (out, len, 0);

      if (got < 0)
        {
          /* Going on without randomness would make predictable keys. */
          if (errno != EINTR)
            g_error ("getrandom: %s", g_strerror (errno));
          continue;
        }
      out += got;
      len -= (gsize) got;
    }
}

static gint64
seeded_now (gpointer data)
{
  SeededState *state = data;

  return g_get_monotonic_time () + state->offset;
}

static void
seeded_random (gpointer data, guint8 *out, gsize len)
{
  SeededState *state = data;

  g_mutex_lock (&state->lock);
  while (len > 0)
    {
      g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA256);
      guint64 block[2] = { state->seed, state->counter++ };
      guint8 digest[32];
      gsize digest_len = sizeof digest;
      gsize n = MIN (len, sizeof digest);

      g_checksum_update (sum, (const guchar *) block, sizeof block);
      g_checksum_get_digest (sum, digest, &digest_len);
      memcpy (out, digest, n);
      out += n;
      len -= n;
    }
  g_mutex_unlock (&state->lock);
}

const KtEnv *
kt_env_default (void)
{
  static const KtEnv env = { system_now, system_ticks, system_random, NULL };

  return &env;
}

KtEnv *
kt_env_new_seeded (guint64 seed, gint64 now)
{
  KtEnv *env = g_new0 (KtEnv, 1);
  SeededState *state = g_new0 (SeededState, 1);

  g_mutex_init (&state->lock);
  state->seed = seed;
  state->offset = now - g_get_monotonic_time ();
  env->now = seeded_now;
  env->ticks = system_ticks;
  env->random = seeded_random;
  env->data = state;
  return env;
}

void
kt_env_free_seeded (KtEnv *env)
{
  SeededState *state;

  if (env == NULL)
    return;
  state = env->data;
  g_mutex_clear (&state->lock);
  g_free (state);
  g_free (env);
}

void
kt_env_seeded_advance (KtEnv *env, gint64 usec)
{
  SeededState *state = env->data;

  state->offset += usec;
}

gint64
kt_env_now (const KtEnv *env)
{
  return env->now (env->data);
}

gint64
kt_env_ticks (const KtEnv *env)
{
  return env->ticks (env->data);
}

void
kt_env_random (const KtEnv *env, guint8 *out, gsize len)
{
  env->random (env->data, out, len);
}
