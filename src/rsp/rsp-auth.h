/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "tlv.h"

G_BEGIN_DECLS

/* Mutual authentication and download preparation: SGP.22 sections 5.7.5, 5.7.13, 5.7.14. */

#define RSP_CHALLENGE_BYTES 16

/** rsp_challenge_parse: Returns: (transfer full) (nullable): the 16 bytes of BF2E. */
GBytes *rsp_challenge_parse (GBytes *bytes, GError **error);

/** RspServerSigned1: what the server signed first. */
typedef struct
{
  GBytes *transaction_id;
  GBytes *euicc_challenge;
  char *server_address;
  GBytes *server_challenge;
} RspServerSigned1;

RspServerSigned1 *rsp_server_signed1_parse (GBytes *bytes, GError **error);
void rsp_server_signed1_free (RspServerSigned1 *signed1);

/** RspDeviceInfo: TAC of 4 bytes, IMEI of 8 or %NULL; versions of 3 bytes, 00 00 00 = not supported. */
typedef struct
{
  guint8 tac[4];
  GBytes *imei;
  guint8 gsm[3];
  guint8 utran[3];
  guint8 eutran[3];
} RspDeviceInfo;

/**
 * rsp_device_info_parse_imei:
 * @imei: 15 or 16 digits
 *
 * Fills TAC and IMEI, nibble-swapped as in TS 24.008; %KT_ERROR_INVALID_INPUT, key "input.imei".
 */
gboolean rsp_device_info_parse_imei (RspDeviceInfo *info, const char *imei, GError **error);
void rsp_device_info_clear (RspDeviceInfo *info);

/**
 * rsp_authenticate_server_request:
 * @server_signed1: 30…, unchanged from the server
 * @signature1: 5F37…
 * @ci_pkid: 20 bytes
 * @certificate: 30…
 * @matching_id: (nullable): AC_Token, event id, "" for the default SM-DP+
 */
GBytes *rsp_authenticate_server_request (GBytes *server_signed1, GBytes *signature1, GBytes *ci_pkid,
                                         GBytes *certificate, const char *matching_id,
                                         const RspDeviceInfo *device);

/** rsp_authenticate_server_check: %KT_ERROR_CHIP_REFUSED if the chip did not accept the server. */
gboolean rsp_authenticate_server_check (GBytes *bytes, GError **error);

/**
 * rsp_authenticate_server_free_memory: bytes of free memory as the EUICCInfo2 within says, so that
 * it need not be asked for; -1 if it does not say.
 */
gint64 rsp_authenticate_server_free_memory (GBytes *bytes);

typedef struct
{
  GBytes *transaction_id;
  gboolean confirmation_required;
  GBytes *euicc_otpk;
} RspSmdpSigned2;

/** rsp_smdp_signed2_parse: @euicc_otpk is %NULL or 65 bytes: the server retained a bound package. */
RspSmdpSigned2 *rsp_smdp_signed2_parse (GBytes *bytes, GError **error);
void rsp_smdp_signed2_free (RspSmdpSigned2 *signed2);

/**
 * rsp_hash_cc:
 *
 * SHA-256 (SHA-256 (code) ‖ transaction id), SGP.22 section 3.1.3.
 *
 * Returns: (transfer full): 32 bytes, wiped when freed
 */
GBytes *rsp_hash_cc (const char *confirmation_code, GBytes *transaction_id);

/** rsp_prepare_download_request: @hash_cc is %NULL when no confirmation code is asked for. */
GBytes *rsp_prepare_download_request (GBytes *smdp_signed2, GBytes *signature2, GBytes *hash_cc,
                                      GBytes *certificate);
gboolean rsp_prepare_download_check (GBytes *bytes, GError **error);

typedef enum
{
  RSP_CANCEL_END_USER_REJECTION = 0,
  RSP_CANCEL_POSTPONED = 1,
  RSP_CANCEL_TIMEOUT = 2,
  RSP_CANCEL_PPR_NOT_ALLOWED = 3,
  RSP_CANCEL_METADATA_MISMATCH = 4,
  RSP_CANCEL_LOAD_BPP_EXECUTION_ERROR = 5,
  RSP_CANCEL_UNDEFINED = 127,
} RspCancelReason;

GBytes *rsp_cancel_session_request (GBytes *transaction_id, RspCancelReason reason);
/** rsp_cancel_session_check: %KT_ERROR_CHIP_REFUSED if the chip has no such session. */
gboolean rsp_cancel_session_check (GBytes *bytes, GError **error);
const char *rsp_cancel_reason_name (RspCancelReason reason);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RspServerSigned1, rsp_server_signed1_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RspSmdpSigned2, rsp_smdp_signed2_free)
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (RspDeviceInfo, rsp_device_info_clear)

G_END_DECLS
