/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-fuzz"

#include "fuzz-target.h"

#include "rsp-es10.h"
#include "rsp-vectors.h"

const gboolean fuzz_seeds_are_hex = TRUE;
const char *const fuzz_seeds[] = {
  V_PROFILES, V_PROFILES_V3, "BF2D02A000", "BF2D03810101",
  "BF3E12 5A1089049032123451234567890123451235",
  "BF3103800105", "BF3502A000", NULL,
};

static void
check_text (const char *text)
{
  FUZZ_CHECK (text == NULL || g_utf8_validate (text, -1, NULL));
}

static void
check_profile (const RspProfile *profile)
{
  g_autofree char *title = rsp_profile_title (profile);

  check_text (title);
  check_text (profile->nickname);
  check_text (profile->provider);
  check_text (profile->name);
  FUZZ_CHECK (profile->iccid == NULL || strlen (profile->iccid) >= 18);
  FUZZ_CHECK (profile->iccid_raw == NULL || g_bytes_get_size (profile->iccid_raw) == 10);
  FUZZ_CHECK (profile->state >= RSP_STATE_UNKNOWN && profile->state <= RSP_STATE_ENABLED);
  FUZZ_CHECK ((int) profile->profile_class >= 0 && profile->profile_class <= RSP_CLASS_OPERATIONAL);
  FUZZ_CHECK (rsp_metadata_differs (profile, profile) == NULL);
  for (guint i = 0; i < profile->notify->len; i++)
    check_text (((const RspNotifyConfig *) g_ptr_array_index (profile->notify, i))->address);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GBytes) bytes = g_bytes_new (data, size);
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) profiles = rsp_profiles_parse (bytes, &error);
  g_autofree char *eid = rsp_get_eid_parse (bytes, NULL);

  FUZZ_CHECK_OUTCOME (profiles, error);
  for (guint i = 0; profiles != NULL && i < profiles->len; i++)
    check_profile (g_ptr_array_index (profiles, i));
  FUZZ_CHECK (eid == NULL || strlen (eid) == 32);
  rsp_result_parse (bytes, RSP_TAG_ENABLE_PROFILE, NULL);
  rsp_load_crl_parse (bytes, NULL);
  return 0;
}
