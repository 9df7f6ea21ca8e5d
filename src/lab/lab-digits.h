/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "kt-env.h"

G_BEGIN_DECLS

/** lab_digits_random: Returns: (transfer full): @prefix and @n decimal digits. */
char *lab_digits_random (const KtEnv *env, const char *prefix, guint n);

/** lab_digits_msisdn: Returns: (transfer full): a number that no network has: country code 999. */
char *lab_digits_msisdn (const KtEnv *env);

G_END_DECLS
