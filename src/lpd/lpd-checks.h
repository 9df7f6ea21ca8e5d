/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rsp-auth.h"
#include "rsp-bpp.h"
#include "rsp-es9.h"
#include "rsp-info.h"
#include "rsp-rat.h"

G_BEGIN_DECLS

/*
 * The checks that the LPA owes the person during a download, as pure judgements. Each fails with
 * %KT_ERROR_CHECK_FAILED or %KT_ERROR_POLICY and a key of its own.
 */

/**
 * lpd_check_server_signed1:
 *
 * Transaction id ("check.transaction-id"), the chip's challenge ("check.challenge"), the server's
 * address, compared without case ("check.server-address"), and the CI key, which must be one the
 * chip signs with ("check.ci-pkid").
 */
gboolean lpd_check_server_signed1 (const RspInitiateAuthentication *answer, const char *server,
                                   GBytes *challenge, const RspEuiccInfo *info1, GError **error);

/**
 * lpd_check_server_oid:
 * @certificate: CERT.DPauth, DER
 * @oid: (nullable): what the activation code says
 *
 * "check.server-certificate" if it is no such certificate, "check.server-oid" if the OID differs.
 */
gboolean lpd_check_server_oid (GBytes *certificate, const char *oid, GError **error);

/** lpd_check_smdp_signed2: the transaction id in it ("check.transaction-id"). */
gboolean lpd_check_smdp_signed2 (const RspSmdpSigned2 *signed2, GBytes *transaction_id,
                                 GError **error);

/**
 * lpd_check_policy:
 * @installed: (element-type RspProfile): what is on the chip
 *
 * PPRs against RAT ("policy.ppr-forbidden") and against installed profiles: a profile that may not
 * be disabled only fits on a chip without other plans ("policy.ppr1-conflict"), SGP.22 3.1.3.
 *
 * @consent: (out): the person must agree to the rules
 */
gboolean lpd_check_policy (const RspProfile *metadata, GPtrArray *rat, GPtrArray *installed,
                           gboolean *consent, GError **error);

/**
 * lpd_check_not_installed:
 *
 * A profile that is on the chip already would be refused after the package has been fetched, and
 * the order with it: %KT_ERROR_PROTECTED, key "check.already-installed".
 */
gboolean lpd_check_not_installed (const RspProfile *metadata, GPtrArray *installed, GError **error);

/**
 * lpd_check_bpp:
 *
 * The package belongs to this transaction ("check.bpp-transaction") and carries what the person saw
 * ("check.metadata").
 */
gboolean lpd_check_bpp (const RspBpp *bpp, GBytes *transaction_id, const RspProfile *shown,
                        GError **error);

G_END_DECLS
