/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-fuzz"

#include "fuzz-target.h"

#include "rsp-notification.h"
#include "rsp-vectors.h"

const gboolean fuzz_seeds_are_hex = TRUE;
const char *const fuzz_seeds[] = {
  V_NOTIFICATIONS, V_RETRIEVED, V_INSTALL_OK, V_INSTALL_FAILED, V_INSTALL_NO_MEMORY, "BF2802A000",
  "BF2B03810101", NULL,
};

static void
run_result (GBytes *bytes)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) verdict = NULL;
  g_autoptr (RspInstallResult) result = rsp_install_result_parse (bytes, &error);

  FUZZ_CHECK_OUTCOME (result, error);
  if (result == NULL)
    return;
  FUZZ_CHECK (result->notification != NULL && result->notification->address != NULL);
  FUZZ_CHECK (result->success == (result->aid != NULL));
  FUZZ_CHECK (result->success == (result->bpp_reason == -1));
  FUZZ_CHECK (rsp_install_result_check (result, &verdict) == result->success);
  FUZZ_CHECK (result->success == (verdict == NULL));
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GBytes) bytes = g_bytes_new (data, size);
  g_autoptr (GError) list_error = NULL;
  g_autoptr (GError) pending_error = NULL;
  g_autoptr (GPtrArray) list = rsp_list_notifications_parse (bytes, &list_error);
  g_autoptr (GPtrArray) pending = rsp_retrieve_notifications_parse (bytes, &pending_error);

  FUZZ_CHECK_OUTCOME (list, list_error);
  FUZZ_CHECK_OUTCOME (pending, pending_error);
  for (guint i = 0; pending != NULL && i < pending->len; i++)
    {
      const RspPending *one = g_ptr_array_index (pending, i);

      FUZZ_CHECK (one->notification != NULL && one->raw != NULL);
    }
  run_result (bytes);
  return 0;
}
