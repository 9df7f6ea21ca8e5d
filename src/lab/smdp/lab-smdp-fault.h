/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "lab-smdp.h"

G_BEGIN_DECLS

/* A server that misbehaves on demand, so that each check of a client can be provoked. */

typedef enum
{
  LAB_SMDP_FAULT_NONE,
  /* answers with an HTTP status and an HTML page */
  LAB_SMDP_FAULT_STATUS,
  /* a redirection to another path of this server */
  LAB_SMDP_FAULT_REDIRECT,
  /* closes the connection without a word */
  LAB_SMDP_FAULT_CLOSE,
  /* promises a body by Content-Length and closes in its middle */
  LAB_SMDP_FAULT_CUT,
  /* as before, without Content-Length: the end looks like a proper one */
  LAB_SMDP_FAULT_CUT_UNANNOUNCED,
  /* bytes that are no HTTP */
  LAB_SMDP_FAULT_GARBAGE,
  /* a whole answer whose JSON ends in its middle */
  LAB_SMDP_FAULT_TRUNCATED_JSON,
  /* an answer that is HTML with status 200 */
  LAB_SMDP_FAULT_NOT_JSON,
  /* the right answer, followed by 4 MiB of blanks */
  LAB_SMDP_FAULT_OVERSIZED,
  /* never answers */
  LAB_SMDP_FAULT_STALL,
  /* the function is carried out, but the answer is lost */
  LAB_SMDP_FAULT_LOSE_ANSWER,
} LabSmdpFault;

/** LabSmdpTamper: answers that are well-formed and wrong. */
typedef enum
{
  LAB_SMDP_TAMPER_NONE = 0,
  /* initiateAuthentication */
  LAB_SMDP_TAMPER_SIGNATURE1 = 1 << 0,
  LAB_SMDP_TAMPER_OUTER_TRANSACTION = 1 << 1,
  LAB_SMDP_TAMPER_SIGNED1_TRANSACTION = 1 << 2,
  LAB_SMDP_TAMPER_ADDRESS = 1 << 3,
  LAB_SMDP_TAMPER_CHALLENGE = 1 << 4,
  LAB_SMDP_TAMPER_PKID = 1 << 5,
  /* serverCertificate is the DPpb one, with its key */
  LAB_SMDP_TAMPER_AUTH_ROLE = 1 << 6,
  /* authenticateClient */
  LAB_SMDP_TAMPER_SIGNATURE2 = 1 << 7,
  LAB_SMDP_TAMPER_SIGNED2_TRANSACTION = 1 << 8,
  /* smdpCertificate is the DPauth one, with its key */
  LAB_SMDP_TAMPER_PB_ROLE = 1 << 9,
  /* smdpCertificate is a DPpb one of another SM-DP+ (another OID) */
  LAB_SMDP_TAMPER_PB_OID = 1 << 10,
  /* the metadata shown have another name and no policy rules; the package is as it was */
  LAB_SMDP_TAMPER_SHOWN_METADATA = 1 << 11,
  /* the metadata shown have a zero-length ICCID */
  LAB_SMDP_TAMPER_SHOWN_ICCID = 1 << 12,
  /* getBoundProfilePackage */
  LAB_SMDP_TAMPER_BPP_SIGNATURE = 1 << 13,
  LAB_SMDP_TAMPER_BPP_TRANSACTION = 1 << 14,
  /* metadata of the package are not those that were shown, with right MACs */
  LAB_SMDP_TAMPER_BPP_METADATA = 1 << 15,
  /* one bit of the last segment */
  LAB_SMDP_TAMPER_BPP_MAC = 1 << 16,
  /* the package's last segment is missing, the lengths agree */
  LAB_SMDP_TAMPER_BPP_SHORT = 1 << 17,
  /* the package is no TLV of one piece: its last 100 bytes are missing */
  LAB_SMDP_TAMPER_BPP_CUT = 1 << 18,
  /* any function */
  /* "Failed" (8.8/4.2) beside all the members of a success */
  LAB_SMDP_TAMPER_FAILED_WITH_DATA = 1 << 19,
  LAB_SMDP_TAMPER_NO_STATUS = 1 << 20,
  /* line breaks in base64, which is allowed */
  LAB_SMDP_TAMPER_LINE_BREAKS = 1 << 21,
  /* a character that is none of base64 */
  LAB_SMDP_TAMPER_BASE64 = 1 << 22,
  /* handleNotification answers 200 with "Failed" */
  LAB_SMDP_TAMPER_NOTIFICATION_FAILED = 1 << 23,
} LabSmdpTamper;

/** lab_smdp_set_delay: every answer waits @milliseconds. */
void lab_smdp_set_delay (LabSmdp *self, guint milliseconds);

/**
 * lab_smdp_fail_request:
 * @function: (nullable): last part of the path, "authenticateClient"; any if %NULL
 * @nth: the how-manieth such request from now on, 1 is the next
 * @fault: what happens to it
 * @status: for %LAB_SMDP_FAULT_STATUS
 *
 * One at a time; a new one replaces the last.
 */
void lab_smdp_fail_request (LabSmdp *self, const char *function, guint nth, LabSmdpFault fault,
                            guint status);

/** lab_smdp_set_tamper: @tamper: #LabSmdpTamper bits, until changed. */
void lab_smdp_set_tamper (LabSmdp *self, guint32 tamper);

/** lab_smdp_set_refusal: the next @function is refused with @subject/@reason, whatever it says. */
void lab_smdp_set_refusal (LabSmdp *self, const char *function, const char *subject,
                           const char *reason, const char *message);

/** lab_smdp_get_requests: requests served so far; lab_smdp_get_connections: TLS connections. */
guint lab_smdp_get_requests (LabSmdp *self);
guint lab_smdp_get_connections (LabSmdp *self);

G_END_DECLS
