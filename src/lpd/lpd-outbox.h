/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "lpd-job.h"

G_BEGIN_DECLS

/**
 * LpdOutbox:
 *
 * The chip's notifications as mail to operators. The chip keeps them until they are acknowledged;
 * the outbox remembers, over restarts, what has been tried and when to try again. Its file holds no
 * identifier: chips are named by a hash.
 */
typedef struct _LpdOutbox LpdOutbox;

/**
 * lpd_outbox_new:
 * @path: (nullable): state file, made when needed; %NULL keeps the state in memory
 * @env: must outlive the outbox
 */
LpdOutbox *lpd_outbox_new (const char *path, const KtEnv *env);
/** lpd_outbox_default_path: Returns: (transfer full): in the user's state folder. */
char *lpd_outbox_default_path (void);
void lpd_outbox_free (LpdOutbox *outbox);

/**
 * LpdOutboxItem:
 * @attempts: sendings that failed
 * @next_try: seconds since 1970, 0 = as soon as possible
 * @last_error: (nullable): key of the last failure
 */
typedef struct
{
  RspNotification *notification;
  guint attempts;
  gint64 next_try;
  char *last_error;
} LpdOutboxItem;

void lpd_outbox_item_free (LpdOutboxItem *item);

/** lpd_outbox_list: Returns: (transfer full) (element-type LpdOutboxItem): ascending by number. */
GPtrArray *lpd_outbox_list (LpdOutbox *outbox, LpdJob *job, LpdChip *chip, GError **error);

/** LpdOutboxReport: @first_error: (nullable): why the first that failed did. */
typedef struct
{
  guint sent;
  guint failed;
  guint waiting;
  GError *first_error;
} LpdOutboxReport;

void lpd_outbox_report_clear (LpdOutboxReport *report);

/**
 * lpd_outbox_send:
 * @all: also those whose time has not come
 *
 * Sends what is due: for each address in ascending order, the next one only after the one before
 * was acknowledged (SGP.22 section 3.5). A notification leaves the chip after the server's 2xx
 * and nothing else. A server that fails holds up its own notifications alone.
 *
 * Fails only when the chip cannot be read; what servers did is in @report.
 */
gboolean lpd_outbox_send (LpdOutbox *outbox, LpdJob *job, LpdChip *chip, gboolean all,
                          LpdOutboxReport *report, GError **error);

/**
 * lpd_outbox_send_one: as lpd_outbox_send() for one notification, with those before it to the same
 * address. %KT_ERROR_NOT_FOUND, or what the server or network said.
 */
gboolean lpd_outbox_send_one (LpdOutbox *outbox, LpdJob *job, LpdChip *chip, gint64 seq,
                              GError **error);

/**
 * lpd_outbox_remove:
 *
 * Removes an unsent notification: the operator will never learn of what it tells.
 * %KT_ERROR_PROTECTED, key "protected.unsent", unless @override.
 */
gboolean lpd_outbox_remove (LpdOutbox *outbox, LpdJob *job, LpdChip *chip, gint64 seq,
                            gboolean override, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LpdOutbox, lpd_outbox_free)
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (LpdOutboxReport, lpd_outbox_report_clear)

G_END_DECLS
