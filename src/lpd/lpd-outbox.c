/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-lpd"

#include "lpd-outbox.h"

#include <errno.h>
#include <string.h>

#include "kt-activation-code.h"
#include "kt-error.h"
#include "rsp-es9.h"

#define BACK_OFF_FIRST 60
#define BACK_OFF_MAX (24 * 60 * 60)

struct _LpdOutbox
{
  char *path;
  const KtEnv *env;
  GKeyFile *state;
};

LpdOutbox *
lpd_outbox_new (const char *path, const KtEnv *env)
{
  LpdOutbox *outbox = g_new0 (LpdOutbox, 1);
  g_autoptr (GError) local = NULL;

  outbox->path = g_strdup (path);
  outbox->env = env;
  outbox->state = g_key_file_new ();
  /* Lost state costs nothing but an early retry: the notifications are on the chip. */
  if (path != NULL && !g_key_file_load_from_file (outbox->state, path, G_KEY_FILE_NONE, &local)
      && !g_error_matches (local, G_FILE_ERROR, G_FILE_ERROR_NOENT))
    g_message ("the outbox's state is not readable and begins anew: %s", local->message);
  return outbox;
}

char *
lpd_outbox_default_path (void)
{
  return g_build_filename (g_get_user_state_dir (), "kaitsu", "outbox.ini", NULL);
}

void
lpd_outbox_free (LpdOutbox *outbox)
{
  if (outbox == NULL)
    return;
  g_free (outbox->path);
  g_key_file_unref (outbox->state);
  g_free (outbox);
}

static void
save (LpdOutbox *outbox)
{
  g_autofree char *folder = NULL;
  g_autoptr (GError) local = NULL;

  if (outbox->path == NULL)
    return;
  folder = g_path_get_dirname (outbox->path);
  if (g_mkdir_with_parents (folder, 0700) != 0
      || !g_key_file_save_to_file (outbox->state, outbox->path, &local))
    g_message ("the outbox's state is not kept: %s",
               local != NULL ? local->message : g_strerror (errno));
}

void
lpd_outbox_item_free (LpdOutboxItem *item)
{
  if (item == NULL)
    return;
  g_clear_pointer (&item->notification, rsp_notification_free);
  g_free (item->last_error);
  g_free (item);
}

void
lpd_outbox_report_clear (LpdOutboxReport *report)
{
  g_clear_error (&report->first_error);
}

static char *
dup_group (LpdJob *job, LpdChip *chip, GError **error)
{
  g_autofree char *eid = lpd_chip_dup_eid (chip, job->cancellable, error);

  return eid != NULL ? g_compute_checksum_for_string (G_CHECKSUM_SHA256, eid, -1) : NULL;
}

static void
load_item (LpdOutbox *outbox, const char *group, LpdOutboxItem *item)
{
  g_autofree char *seq = g_strdup_printf ("%" G_GINT64_FORMAT, item->notification->seq);
  g_auto (GStrv) parts = g_key_file_get_string_list (outbox->state, group, seq, NULL, NULL);

  if (parts == NULL || g_strv_length (parts) != 3)
    return;
  item->attempts = (guint) g_ascii_strtoull (parts[0], NULL, 10);
  item->next_try = g_ascii_strtoll (parts[1], NULL, 10);
  item->last_error = g_strdup (parts[2]);
}

static void
store_failure (LpdOutbox *outbox, const char *group, LpdOutboxItem *item, const GError *failure)
{
  const char *key = kt_error_key (failure);
  g_autofree char *seq = g_strdup_printf ("%" G_GINT64_FORMAT, item->notification->seq);
  g_autofree char *attempts = NULL;
  g_autofree char *next_try = NULL;
  gint64 delay = BACK_OFF_FIRST;

  for (guint i = 0; i < item->attempts && delay < BACK_OFF_MAX; i++)
    delay *= 2;
  item->attempts++;
  item->next_try = kt_env_now (outbox->env) / G_USEC_PER_SEC + MIN (delay, BACK_OFF_MAX);
  g_free (item->last_error);
  item->last_error = g_strdup (key != NULL ? key : "net.failed");
  attempts = g_strdup_printf ("%u", item->attempts);
  next_try = g_strdup_printf ("%" G_GINT64_FORMAT, item->next_try);
  {
    const char *const parts[] = { attempts, next_try, item->last_error };

    g_key_file_set_string_list (outbox->state, group, seq, parts, G_N_ELEMENTS (parts));
  }
  save (outbox);
}

static void
forget (LpdOutbox *outbox, const char *group, gint64 seq)
{
  g_autofree char *name = g_strdup_printf ("%" G_GINT64_FORMAT, seq);

  if (g_key_file_remove_key (outbox->state, group, name, NULL))
    save (outbox);
}

static int
compare_seq (gconstpointer a, gconstpointer b)
{
  const LpdOutboxItem *x = *(LpdOutboxItem *const *) a;
  const LpdOutboxItem *y = *(LpdOutboxItem *const *) b;

  return (x->notification->seq > y->notification->seq)
         - (x->notification->seq < y->notification->seq);
}

static GPtrArray *
list_items (LpdOutbox *outbox, LpdJob *job, LpdChip *chip, const char *group, GError **error)
{
  g_autoptr (GPtrArray) found = lpd_chip_list_notifications (chip, 0, job->cancellable, error);
  GPtrArray *items;

  if (found == NULL)
    return NULL;
  items = g_ptr_array_new_with_free_func ((GDestroyNotify) lpd_outbox_item_free);
  g_ptr_array_set_free_func (found, NULL);
  for (guint i = 0; i < found->len; i++)
    {
      LpdOutboxItem *item = g_new0 (LpdOutboxItem, 1);

      item->notification = g_ptr_array_index (found, i);
      load_item (outbox, group, item);
      g_ptr_array_add (items, item);
    }
  g_ptr_array_sort (items, compare_seq);
  return items;
}

GPtrArray *
lpd_outbox_list (LpdOutbox *outbox, LpdJob *job, LpdChip *chip, GError **error)
{
  g_autofree char *group = dup_group (job, chip, error);

  return group != NULL ? list_items (outbox, job, chip, group, error) : NULL;
}

/* The servers' certificates are judged by what this chip trusts. */
static gboolean
use_trust_of_chip (LpdJob *job, LpdChip *chip, GError **error)
{
  const LpdServerTrust *trust = &job->context->trust;
  g_autoptr (RspEuiccInfo) info1 = NULL;

  if (trust->set_pkids == NULL)
    return TRUE;
  info1 = lpd_chip_dup_info (chip, RSP_TAG_EUICC_INFO1, job->cancellable, error);
  if (info1 == NULL)
    return FALSE;
  trust->set_pkids (trust->data, info1->ci_verify);
  return TRUE;
}

/* ES9+.HandleNotification: only a 2xx whose body, if any, does not say "Failed" acknowledges. */
static gboolean
deliver (LpdJob *job, LpdChip *chip, const RspNotification *notification, GError **error)
{
  const LpdContext *context = job->context;
  g_autoptr (RspPending) pending = NULL;
  g_autoptr (GBytes) request = NULL;
  g_autoptr (GBytes) body = NULL;

  if (!kt_server_address_is_valid (notification->address, KT_ACTIVATION_CODE_ALLOW_PORT))
    return kt_error_set (error, KT_ERROR_INVALID_INPUT, "notification.address",
                         "the notification names no usable server");
  pending = lpd_chip_dup_notification (chip, notification->seq, job->cancellable, error);
  if (pending == NULL)
    return FALSE;
  request = rsp_es9_handle_notification (pending->raw);
  body = net_http_post (context->http, notification->address,
                        rsp_es9_path (RSP_ES9_HANDLE_NOTIFICATION), request, NULL, NULL, NULL,
                        job->cancellable, error);
  return body != NULL && rsp_es9_status_check (body, error);
}

/* Acknowledged or removed by hand: gone from the chip, and that is confirmed by the chip. */
static gboolean
take_off_chip (LpdOutbox *outbox, LpdChip *chip, const char *group, gint64 seq, GError **error)
{
  g_autoptr (GError) local = NULL;

  /* Not cancellable: an acknowledged notification must not be sent again. */
  if (!lpd_chip_remove_notification (chip, seq, NULL, &local)
      && g_strcmp0 (kt_error_key (local), "chip.notification-gone") != 0)
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  forget (outbox, group, seq);
  return TRUE;
}

static gboolean
is_chip_error (const GError *error)
{
  switch ((KtErrorCode) error->code)
    {
    case KT_ERROR_CARD_REMOVED:
    case KT_ERROR_CARD_RESET:
    case KT_ERROR_CARD_BUSY:
    case KT_ERROR_CARD_IO:
    case KT_ERROR_CARD_STATUS:
    case KT_ERROR_NO_SERVICE:
    case KT_ERROR_NO_CARD:
    case KT_ERROR_NO_READER:
    case KT_ERROR_CANCELLED:
      return TRUE;
    default:
      return FALSE;
    }
}

/* Sends one item; a server's failure is noted, a chip's or the person's ends the whole run. */
static gboolean
send_item (LpdOutbox *outbox, LpdJob *job, LpdChip *chip, const char *group, LpdOutboxItem *item,
           GError **failure, GError **error)
{
  g_autoptr (GError) local = NULL;

  if (deliver (job, chip, item->notification, &local))
    return take_off_chip (outbox, chip, group, item->notification->seq, error);
  /* Gone between listing and fetching: nothing is left to send. */
  if (g_strcmp0 (kt_error_key (local), "chip.notification-gone") == 0)
    {
      forget (outbox, group, item->notification->seq);
      return TRUE;
    }
  if (is_chip_error (local))
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  store_failure (outbox, group, item, local);
  g_propagate_error (failure, g_steal_pointer (&local));
  return TRUE;
}

/* A time further off than any back-off comes from a clock that was set back since. */
static gboolean
is_due (const LpdOutboxItem *item, gint64 now)
{
  return item->next_try <= now || item->next_try > now + BACK_OFF_MAX;
}

gboolean
lpd_outbox_send (LpdOutbox *outbox, LpdJob *job, LpdChip *chip, gboolean all,
                 LpdOutboxReport *report, GError **error)
{
  g_autoptr (GHashTable) blocked = g_hash_table_new (g_str_hash, g_str_equal);
  g_autofree char *group = dup_group (job, chip, error);
  g_autoptr (GPtrArray) items = NULL;
  gint64 now = kt_env_now (outbox->env) / G_USEC_PER_SEC;

  *report = (LpdOutboxReport){ 0 };
  if (group == NULL)
    return FALSE;
  items = list_items (outbox, job, chip, group, error);
  if (items == NULL || (items->len > 0 && !use_trust_of_chip (job, chip, error)))
    return FALSE;
  lpd_job_step (job, LPD_STEP_NOTIFY);
  for (guint i = 0; i < items->len; i++)
    {
      LpdOutboxItem *item = g_ptr_array_index (items, i);
      g_autoptr (GError) failure = NULL;

      if (g_hash_table_contains (blocked, item->notification->address)
          || (!all && !is_due (item, now)))
        {
          report->waiting++;
          g_hash_table_add (blocked, item->notification->address);
          continue;
        }
      if (!send_item (outbox, job, chip, group, item, &failure, error))
        return FALSE;
      if (failure == NULL)
        {
          report->sent++;
          continue;
        }
      report->failed++;
      g_hash_table_add (blocked, item->notification->address);
      if (report->first_error == NULL)
        report->first_error = g_steal_pointer (&failure);
    }
  return TRUE;
}

static LpdOutboxItem *
find_item (GPtrArray *items, gint64 seq, GError **error)
{
  for (guint i = 0; i < items->len; i++)
    {
      LpdOutboxItem *item = g_ptr_array_index (items, i);

      if (item->notification->seq == seq)
        return item;
    }
  kt_error_set (error, KT_ERROR_NOT_FOUND, "chip.notification-gone",
                "the chip holds no notification of this number");
  return NULL;
}

gboolean
lpd_outbox_send_one (LpdOutbox *outbox, LpdJob *job, LpdChip *chip, gint64 seq, GError **error)
{
  g_autofree char *group = dup_group (job, chip, error);
  g_autoptr (GPtrArray) items = NULL;
  const LpdOutboxItem *wanted;

  if (group == NULL)
    return FALSE;
  items = list_items (outbox, job, chip, group, error);
  if (items == NULL)
    return FALSE;
  wanted = find_item (items, seq, error);
  if (wanted == NULL || !use_trust_of_chip (job, chip, error))
    return FALSE;
  lpd_job_step (job, LPD_STEP_NOTIFY);
  for (guint i = 0; i < items->len; i++)
    {
      LpdOutboxItem *item = g_ptr_array_index (items, i);
      g_autoptr (GError) failure = NULL;

      if (item->notification->seq > seq
          || strcmp (item->notification->address, wanted->notification->address) != 0)
        continue;
      if (!send_item (outbox, job, chip, group, item, &failure, error))
        return FALSE;
      if (failure != NULL)
        {
          g_propagate_error (error, g_steal_pointer (&failure));
          return FALSE;
        }
    }
  return TRUE;
}

gboolean
lpd_outbox_remove (LpdOutbox *outbox, LpdJob *job, LpdChip *chip, gint64 seq, gboolean override,
                   GError **error)
{
  g_autofree char *group = dup_group (job, chip, error);
  g_autoptr (GPtrArray) items = NULL;

  if (group == NULL)
    return FALSE;
  items = list_items (outbox, job, chip, group, error);
  if (items == NULL || find_item (items, seq, error) == NULL)
    return FALSE;
  if (!override)
    return kt_error_set (error, KT_ERROR_PROTECTED, "protected.unsent",
                         "the operator has not been told yet");
  return take_off_chip (outbox, chip, group, seq, error);
}
