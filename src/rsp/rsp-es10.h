/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rsp-profile.h"
#include "rsp-tags.h"

G_BEGIN_DECLS

/*
 * Requests and answers of the local functions ES10a/b/c: pure encoding and decoding. Requests are
 * (transfer full); answers are whole TLVs as the chip sent them, without status word.
 */

/** rsp_empty_request: a function without input: BF2E00, BF2000 … */
GBytes *rsp_empty_request (RspTag function);

GBytes *rsp_get_eid_request (void);
/** rsp_get_eid_parse: Returns: (transfer full) (nullable): 32 digits; see kt_eid_is_valid(). */
char *rsp_get_eid_parse (GBytes *bytes, GError **error);

/** rsp_profiles_request: all profiles with every member this LPA knows. */
GBytes *rsp_profiles_request (void);
/** rsp_profiles_parse: Returns: (transfer full) (element-type RspProfile) (nullable): maybe empty. */
GPtrArray *rsp_profiles_parse (GBytes *bytes, GError **error);

/** RspProfileRef: how a card is told which profile is meant; some know just one of the forms. */
typedef enum
{
  RSP_BY_ICCID,
  RSP_BY_AID,
} RspProfileRef;

/**
 * rsp_switch_request:
 * @function: %RSP_TAG_ENABLE_PROFILE or %RSP_TAG_DISABLE_PROFILE
 * @id: 10 bytes of ICCID or 5 to 16 of AID, as @by says
 */
GBytes *rsp_switch_request (RspTag function, RspProfileRef by, GBytes *id, gboolean refresh);
GBytes *rsp_delete_request (RspProfileRef by, GBytes *id);

typedef enum
{
  RSP_RESET_OPERATIONAL = 1 << 0,
  RSP_RESET_TEST = 1 << 1,
  RSP_RESET_DEFAULT_DP = 1 << 2,
} RspResetOptions;

GBytes *rsp_memory_reset_request (RspResetOptions options);

/** RSP_NICKNAME_MAX: bytes of UTF-8, SGP.22 section 5.7.21. */
#define RSP_NICKNAME_MAX 64
/** rsp_nickname_request: %KT_ERROR_INVALID_INPUT, key "input.nickname", if too long or not UTF-8. */
GBytes *rsp_nickname_request (GBytes *iccid, const char *nickname, GError **error);
/** rsp_default_dp_request: @address "" removes it. */
GBytes *rsp_default_dp_request (const char *address);
/** rsp_load_crl_request: @crl is a DER CertificateList. */
GBytes *rsp_load_crl_request (GBytes *crl);

/** rsp_load_crl_parse: ok, or %KT_ERROR_CHIP_REFUSED. */
gboolean rsp_load_crl_parse (GBytes *bytes, GError **error);

/**
 * rsp_result_parse:
 *
 * The answer of a function that returns just a result code: BFxx 03 80 01 nn.
 * Fails with %KT_ERROR_CHIP_REFUSED unless nn is 0 (ok).
 */
gboolean rsp_result_parse (GBytes *bytes, RspTag function, GError **error);

G_END_DECLS
