/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rsp-profile.h"

G_BEGIN_DECLS

/** RspNotification: NotificationMetadata; @iccid is %NULL if absent. */
typedef struct
{
  gint64 seq;
  guint32 event;
  char *address;
  char *iccid;
} RspNotification;

/**
 * RspInstallResult:
 * @success: the chip holds the profile
 * @bpp_command, @bpp_reason: BppCommandId and ErrorReason, -1 on success
 * @pe_status: first PEStatus that is not ok in simaResponse, -1 if none
 * @pe_id: identification of that profile element, -1 if not named
 */
typedef struct
{
  GBytes *transaction_id;
  RspNotification *notification;
  char *smdp_oid;
  gboolean success;
  GBytes *aid;
  int bpp_command;
  int bpp_reason;
  int pe_status;
  int pe_id;
} RspInstallResult;

/**
 * RspPending:
 * @raw: the PendingNotification as the server gets it
 * @install: (nullable): its decoded ProfileInstallationResult
 */
typedef struct
{
  RspNotification *notification;
  RspInstallResult *install;
  GBytes *raw;
} RspPending;

RspNotification *rsp_notification_parse (const Tlv *tlv, GError **error);
void rsp_notification_free (RspNotification *notification);

/** rsp_install_result_parse: @bytes is one BF37. Returns: (transfer full) (nullable) */
RspInstallResult *rsp_install_result_parse (GBytes *bytes, GError **error);
void rsp_install_result_free (RspInstallResult *result);

/** rsp_install_result_check: %KT_ERROR_INSTALL_FAILED with every detail unless @result succeeded. */
gboolean rsp_install_result_check (const RspInstallResult *result, GError **error);

GBytes *rsp_list_notifications_request (guint32 events);
/** rsp_list_notifications_parse: Returns: (element-type RspNotification) (nullable) */
GPtrArray *rsp_list_notifications_parse (GBytes *bytes, GError **error);
GBytes *rsp_retrieve_notification_request (gint64 seq);
/** rsp_retrieve_notifications_parse: Returns: (element-type RspPending) (nullable): maybe empty. */
GPtrArray *rsp_retrieve_notifications_parse (GBytes *bytes, GError **error);
GBytes *rsp_remove_notification_request (gint64 seq);

void rsp_pending_free (RspPending *pending);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RspNotification, rsp_notification_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RspInstallResult, rsp_install_result_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RspPending, rsp_pending_free)

G_END_DECLS
