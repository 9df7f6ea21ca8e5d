/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-fuzz"

#include "fuzz-target.h"

#include "rsp-rat.h"
#include "rsp-vectors.h"

const gboolean fuzz_seeds_are_hex = TRUE;
const char *const fuzz_seeds[] = {
  V_METADATA, V_METADATA_SHORTEST, "BF25025A00", V_RAT_ANYONE, NULL,
};

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GBytes) bytes = g_bytes_new (data, size);
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) rat_error = NULL;
  g_autoptr (RspProfile) profile = rsp_metadata_parse (bytes, &error);
  g_autoptr (GPtrArray) rat = rsp_rat_parse (bytes, &rat_error);

  FUZZ_CHECK_OUTCOME (profile, error);
  FUZZ_CHECK_OUTCOME (rat, rat_error);
  if (profile != NULL)
    {
      g_autoptr (GPtrArray) none = g_ptr_array_new ();
      gboolean ruled = (profile->ppr & (RSP_PPR1_NO_DISABLE | RSP_PPR2_NO_DELETE)) != 0;

      FUZZ_CHECK (profile->iccid != NULL && profile->provider != NULL && profile->name != NULL);
      FUZZ_CHECK (strlen (profile->provider) <= 32 && strlen (profile->name) <= 64);
      FUZZ_CHECK (g_utf8_validate (profile->provider, -1, NULL));
      FUZZ_CHECK (g_utf8_validate (profile->name, -1, NULL));
      FUZZ_CHECK (profile->icon == NULL || g_bytes_get_size (profile->icon) <= 1024);
      FUZZ_CHECK (rsp_metadata_differs (profile, profile) == NULL);
      FUZZ_CHECK (rsp_rat_judge (none, profile) == (ruled ? RSP_RAT_FORBIDDEN : RSP_RAT_ALLOWED));
    }
  if (rat != NULL)
    {
      g_autoptr (RspProfile) unruled = rsp_profile_new ();

      FUZZ_CHECK (rsp_rat_judge (rat, unruled) == RSP_RAT_ALLOWED);
    }
  return 0;
}
