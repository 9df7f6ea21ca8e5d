/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-lab"

#include "lab-digits.h"

/* Reserved by ITU-T E.164. */
#define MSISDN_PREFIX "+99901"
#define MSISDN_RANDOM_DIGITS 8

char *
lab_digits_random (const KtEnv *env, const char *prefix, guint n)
{
  GString *text = g_string_new (prefix);

  while (n > 0)
    {
      guint8 byte;

      kt_env_random (env, &byte, 1);
      /* 250 is a multiple of 10: no digit is likelier than another. */
      if (byte >= 250)
        continue;
      g_string_append_c (text, (char) ('0' + byte % 10));
      n--;
    }
  return g_string_free (text, FALSE);
}

char *
lab_digits_msisdn (const KtEnv *env)
{
  return lab_digits_random (env, MSISDN_PREFIX, MSISDN_RANDOM_DIGITS);
}
