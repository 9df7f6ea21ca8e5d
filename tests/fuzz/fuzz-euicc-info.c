/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-fuzz"

#include "fuzz-target.h"

#include "rsp-auth.h"
#include "rsp-info.h"
#include "rsp-tags.h"
#include "rsp-vectors.h"

const gboolean fuzz_seeds_are_hex = TRUE;
const char *const fuzz_seeds[] = {
  V_EUICC_INFO1, V_EUICC_INFO2, V_ADDRESSES, V_AUTHENTICATE_OK, V_SERVER_SIGNED1,
  V_SMDP_SIGNED2_OTPK, V_CANCEL_OK, "BF3817 A115 8010" V_TID "020107", "BF2E12 8010" V_TID, NULL,
};

static void
run_info (GBytes *bytes, TlvTag tag)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RspEuiccInfo) info = rsp_euicc_info_parse (bytes, tag, &error);

  FUZZ_CHECK_OUTCOME (info, error);
  if (info == NULL)
    return;
  FUZZ_CHECK (info->svn != NULL && info->ci_verify->len > 0 && g_bytes_equal (info->raw, bytes));
  FUZZ_CHECK (info->free_nvm >= -1 && info->free_ram >= -1 && info->category >= -1);
  FUZZ_CHECK (info->sas_number == NULL || g_utf8_validate (info->sas_number, -1, NULL));
}

static void
run_auth (GBytes *bytes)
{
  g_autoptr (GError) error1 = NULL;
  g_autoptr (GError) error2 = NULL;
  g_autoptr (RspServerSigned1) signed1 = rsp_server_signed1_parse (bytes, &error1);
  g_autoptr (RspSmdpSigned2) signed2 = rsp_smdp_signed2_parse (bytes, &error2);
  g_autoptr (GBytes) challenge = rsp_challenge_parse (bytes, NULL);

  FUZZ_CHECK_OUTCOME (signed1, error1);
  FUZZ_CHECK_OUTCOME (signed2, error2);
  FUZZ_CHECK (challenge == NULL || g_bytes_get_size (challenge) == RSP_CHALLENGE_BYTES);
  FUZZ_CHECK (rsp_authenticate_server_free_memory (bytes) >= -1);
  rsp_authenticate_server_check (bytes, NULL);
  rsp_prepare_download_check (bytes, NULL);
  rsp_cancel_session_check (bytes, NULL);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GBytes) bytes = g_bytes_new (data, size);
  g_autoptr (GError) error = NULL;
  g_autoptr (RspAddresses) addresses = rsp_addresses_parse (bytes, &error);

  FUZZ_CHECK_OUTCOME (addresses, error);
  run_info (bytes, RSP_TAG_EUICC_INFO1);
  run_info (bytes, RSP_TAG_EUICC_INFO2);
  run_auth (bytes);
  return 0;
}
