/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "rsp-tags.h"
#include "tlv.h"

G_BEGIN_DECLS

/*
 * Names of the numbers that chip and server answer with. Unknown numbers have no static name: the
 * caller shows the number.
 */

/** rsp_function_name: Returns: (transfer none): "EnableProfile" …, "ES10" for an unknown tag. */
const char *rsp_function_name (RspTag function);

/** rsp_result_name: Returns: (nullable): "catBusy" …; %NULL for numbers this LPA does not know. */
const char *rsp_result_name (RspTag function, int result);

/**
 * rsp_result_check:
 *
 * Returns %TRUE for 0 (ok); otherwise %KT_ERROR_CHIP_REFUSED with detail.function, .result and the
 * key "chip.<result>" for the table of plain sentences.
 */
gboolean rsp_result_check (RspTag function, int result, GError **error);

/** rsp_result_check_not_ok: as rsp_result_check(), where even 0 would be an error. */
gboolean rsp_result_check_not_ok (RspTag function, int result, GError **error);

/**
 * rsp_result_number:
 * @tlv: an INTEGER with a result code
 *
 * %KT_ERROR_MALFORMED unless it lies between 0 and 2^31 - 1: no number may turn into another one,
 * least of all into 0 (ok), on its way to an int.
 */
gboolean rsp_result_number (const Tlv *tlv, int *out, GError **error);

const char *rsp_bpp_command_name (int command);
const char *rsp_bpp_reason_name (int reason);
/** rsp_bpp_reason_key: static key "install.<reason>". */
const char *rsp_bpp_reason_key (int reason);
/** rsp_bpp_reason_is_retryable: only lack of memory and interruption leave the order usable. */
gboolean rsp_bpp_reason_is_retryable (int reason);
/** rsp_pe_status_name: Returns: (transfer none): name of a TCA PEStatus, "unknown" otherwise. */
const char *rsp_pe_status_name (int status);

/** rsp_subject_name, rsp_reason_name: Returns: (nullable): name of an ES9+ subject or reason code. */
const char *rsp_subject_name (const char *code);
const char *rsp_reason_name (const char *code);

G_END_DECLS
