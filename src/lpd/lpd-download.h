/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "kt-activation-code.h"
#include "lpd-job.h"

G_BEGIN_DECLS

/**
 * LpdDownloadRequest:
 * @code: (nullable): activation code; %NULL for the chip's default SM-DP+
 * @server: (nullable): instead of @code: an SM-DP+ that an SM-DS named
 * @event_id: (nullable): with @server: the event to fetch
 * @confirmation_code: (nullable): used for the first question instead of asking
 * @imei: (nullable): 15 or 16 digits, told to the server; %NULL for a TAC of no device
 */
typedef struct
{
  const KtActivationCode *code;
  const char *server;
  const char *event_id;
  const char *confirmation_code;
  const char *imei;
} LpdDownloadRequest;

/**
 * LpdDownloadResult:
 * @metadata: what was shown and installed
 * @aid: AID of the new ISD-P
 * @seq: number of the installation's notification; to be sent
 * @bpp_bytes, @segments: size of the package
 * @network_usec: from the first request until the network was released
 * @total_usec: until the chip's result
 */
typedef struct
{
  RspProfile *metadata;
  GBytes *aid;
  gint64 seq;
  gsize bpp_bytes;
  guint segments;
  gint64 network_usec;
  gint64 total_usec;
} LpdDownloadResult;

/**
 * lpd_download_run:
 *
 * Figure 7 of the paper, ② and ③: connect, authenticate both ways, review, fetch the whole package,
 * release the network, write it to the chip in segments. Success is the chip's own signed result.
 * Whatever ends it early, the session is cancelled with the reason that is true; the notification
 * that the chip made stays pending for the outbox.
 *
 * Returns: (transfer full) (nullable): %NULL with
 *   %KT_ERROR_INVALID_INPUT (key "download.no-server": no code and no default SM-DP+),
 *   %KT_ERROR_CANCELLED, %KT_ERROR_REFUSED, %KT_ERROR_CONFIRMATION_CODE ("confirmation.needed"),
 *   %KT_ERROR_CHECK_FAILED, %KT_ERROR_POLICY, %KT_ERROR_SERVER_REFUSED, %KT_ERROR_INSTALL_FAILED,
 *   and the errors of card and network
 */
LpdDownloadResult *lpd_download_run (LpdJob *job, LpdChip *chip, const LpdDownloadRequest *request,
                                     GError **error);
void lpd_download_result_free (LpdDownloadResult *result);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LpdDownloadResult, lpd_download_result_free)

G_END_DECLS
