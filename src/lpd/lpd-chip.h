/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "card-channel.h"
#include "card.h"
#include "rsp-auth.h"
#include "rsp-es10.h"
#include "rsp-info.h"
#include "rsp-notification.h"
#include "rsp-rat.h"

G_BEGIN_DECLS

/**
 * LpdChip:
 *
 * An eUICC with its ISD-R channel open: the local functions ES10a/b/c as calls. Blocking; one
 * thread at a time. Every function fails with the card's errors (see card_transmit()),
 * %KT_ERROR_CARD_STATUS with detail.sw, %KT_ERROR_MALFORMED on an answer that does not parse,
 * %KT_ERROR_UNSUPPORTED when the chip does not know the function, and %KT_ERROR_CHIP_REFUSED with
 * the chip's own result code.
 */
typedef struct _LpdChip LpdChip;

/** lpd_chip_open: opens @card and its ISD-R channel. @options: (nullable), not copied. */
LpdChip *lpd_chip_open (Card *card, const CardChannelOptions *options, GCancellable *cancellable,
                        GError **error);
/** lpd_chip_close: closes the channel and frees; the card itself stays with its owner. */
void lpd_chip_close (LpdChip *chip);

/** lpd_chip_restart: resets the card, opens the channel anew; every session on the chip is gone. */
gboolean lpd_chip_restart (LpdChip *chip, GCancellable *cancellable, GError **error);

/** lpd_chip_call: one ES10 function. Returns: (transfer full) (nullable): the answer, not empty. */
GBytes *lpd_chip_call (LpdChip *chip, GBytes *request, GCancellable *cancellable, GError **error);

/**
 * lpd_chip_load_segment:
 *
 * One segment of a BoundProfilePackage. @result is set when the chip answered with data: the
 * installation result, which ends the transfer wherever it comes.
 */
gboolean lpd_chip_load_segment (LpdChip *chip, GBytes *segment, GBytes **result,
                                GCancellable *cancellable, GError **error);

CardChannel *lpd_chip_get_channel (LpdChip *chip);

char *lpd_chip_dup_eid (LpdChip *chip, GCancellable *cancellable, GError **error);
/** lpd_chip_dup_info: @function is %RSP_TAG_EUICC_INFO1 or %RSP_TAG_EUICC_INFO2. */
RspEuiccInfo *lpd_chip_dup_info (LpdChip *chip, RspTag function, GCancellable *cancellable,
                                 GError **error);
RspAddresses *lpd_chip_dup_addresses (LpdChip *chip, GCancellable *cancellable, GError **error);
/** lpd_chip_set_default_dp: @address: "" removes it; %KT_ERROR_INVALID_INPUT, key "input.address". */
gboolean lpd_chip_set_default_dp (LpdChip *chip, const char *address, GCancellable *cancellable,
                                  GError **error);
/** lpd_chip_dup_rat: (element-type RspRatRule) */
GPtrArray *lpd_chip_dup_rat (LpdChip *chip, GCancellable *cancellable, GError **error);
/** lpd_chip_dup_profiles: (element-type RspProfile) */
GPtrArray *lpd_chip_dup_profiles (LpdChip *chip, GCancellable *cancellable, GError **error);
gboolean lpd_chip_set_nickname (LpdChip *chip, GBytes *iccid, const char *nickname,
                                GCancellable *cancellable, GError **error);
GBytes *lpd_chip_dup_challenge (LpdChip *chip, GCancellable *cancellable, GError **error);
/** lpd_chip_load_crl: @crl is a DER CertificateList. */
gboolean lpd_chip_load_crl (LpdChip *chip, GBytes *crl, GCancellable *cancellable, GError **error);

/** lpd_chip_list_notifications: (element-type RspNotification); all events for @events 0. */
GPtrArray *lpd_chip_list_notifications (LpdChip *chip, guint32 events, GCancellable *cancellable,
                                        GError **error);
/** lpd_chip_dup_notification: %KT_ERROR_NOT_FOUND, key "chip.notification-gone", if there is none. */
RspPending *lpd_chip_dup_notification (LpdChip *chip, gint64 seq, GCancellable *cancellable,
                                       GError **error);
gboolean lpd_chip_remove_notification (LpdChip *chip, gint64 seq, GCancellable *cancellable,
                                       GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LpdChip, lpd_chip_close)

G_END_DECLS
