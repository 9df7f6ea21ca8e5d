/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-rsp"

#include "rsp-notification.h"

#include "kt-error.h"
#include "kt-iccid.h"
#include "rsp-codes.h"
#include "rsp-tags.h"

#define MAX_NOTIFICATIONS 4096

void
rsp_notification_free (RspNotification *notification)
{
  if (notification == NULL)
    return;
  g_free (notification->address);
  g_free (notification->iccid);
  g_free (notification);
}

void
rsp_install_result_free (RspInstallResult *result)
{
  if (result == NULL)
    return;
  g_clear_pointer (&result->transaction_id, g_bytes_unref);
  g_clear_pointer (&result->notification, rsp_notification_free);
  g_free (result->smdp_oid);
  g_clear_pointer (&result->aid, g_bytes_unref);
  g_free (result);
}

void
rsp_pending_free (RspPending *pending)
{
  if (pending == NULL)
    return;
  g_clear_pointer (&pending->notification, rsp_notification_free);
  g_clear_pointer (&pending->install, rsp_install_result_free);
  g_clear_pointer (&pending->raw, g_bytes_unref);
  g_free (pending);
}

RspNotification *
rsp_notification_parse (const Tlv *tlv, GError **error)
{
  g_autoptr (RspNotification) notification = g_new0 (RspNotification, 1);
  TlvFound found;
  Tlv child;

  if (!tlv_need (tlv, 0x80, &child, error) || !tlv_get_int (&child, &notification->seq, error)
      || !tlv_need (tlv, 0x81, &child, error) || !tlv_get_bits (&child, &notification->event, error)
      || !tlv_need (tlv, TLV_UTF8, &child, error))
    return NULL;
  notification->address = tlv_dup_string (&child, 255, error);
  if (notification->address == NULL)
    return NULL;
  found = tlv_find (tlv, RSP_TAG_ICCID, &child, error);
  if (found == TLV_MALFORMED)
    return NULL;
  /* An ICCID that is none must not hide the notification: it has to be sent all the same. */
  if (found == TLV_FOUND)
    notification->iccid = kt_iccid_from_bytes (child.value, child.len, NULL);
  return g_steal_pointer (&notification);
}

/*
 * simaResponse is one or more EUICCResponse (TCA profile package, PEStatus in section 8.11):
 * 30{ A0{ 30{ 80 status, 81 identification, … }* }, 81 installation aborted NULL, … }. The decoding
 * is for the person's information, so what cannot be read is simply not told.
 */
static void
decode_sima_response (RspInstallResult *result, const Tlv *octets)
{
  TlvReader responses;
  Tlv response;

  tlv_reader_enter (&responses, octets);
  while (!tlv_reader_at_end (&responses) && tlv_read (&responses, &response, NULL))
    {
      TlvReader statuses;
      Tlv list;
      Tlv status;

      if (tlv_find (&response, 0xA0, &list, NULL) != TLV_FOUND)
        continue;
      tlv_reader_enter (&statuses, &list);
      while (!tlv_reader_at_end (&statuses) && tlv_read (&statuses, &status, NULL))
        {
          int number;
          Tlv part;

          if (tlv_find (&status, 0x80, &part, NULL) != TLV_FOUND
              || !rsp_result_number (&part, &number, NULL) || number == 0)
            continue;
          result->pe_status = number;
          if (tlv_find (&status, 0x81, &part, NULL) == TLV_FOUND
              && rsp_result_number (&part, &number, NULL))
            result->pe_id = number;
          return;
        }
    }
}

static gboolean
parse_success (RspInstallResult *result, const Tlv *tlv, GError **error)
{
  Tlv child;

  if (!tlv_need (tlv, RSP_TAG_AID, &child, error) || !tlv_check_len (&child, 5, 16, error))
    return FALSE;
  result->aid = tlv_dup_value (&child);
  result->success = TRUE;
  return TRUE;
}

static gboolean
parse_failure (RspInstallResult *result, const Tlv *tlv, GError **error)
{
  TlvFound found;
  Tlv child;

  if (!tlv_need (tlv, 0x80, &child, error)
      || !rsp_result_number (&child, &result->bpp_command, error)
      || !tlv_need (tlv, 0x81, &child, error)
      || !rsp_result_number (&child, &result->bpp_reason, error))
    return FALSE;
  found = tlv_find (tlv, 0x82, &child, error);
  if (found == TLV_FOUND)
    decode_sima_response (result, &child);
  return found != TLV_MALFORMED;
}

static gboolean
parse_final_result (RspInstallResult *result, const Tlv *tlv, GError **error)
{
  TlvReader reader;
  Tlv outcome;

  tlv_reader_enter (&reader, tlv);
  if (!tlv_read (&reader, &outcome, error))
    return FALSE;
  if (outcome.tag == 0xA0)
    return parse_success (result, &outcome, error);
  if (outcome.tag == 0xA1)
    return parse_failure (result, &outcome, error);
  return kt_error_set (error, KT_ERROR_MALFORMED, NULL, "installation result of an unknown kind");
}

RspInstallResult *
rsp_install_result_parse (GBytes *bytes, GError **error)
{
  g_autoptr (RspInstallResult) result = g_new0 (RspInstallResult, 1);
  Tlv tlv;
  Tlv data;
  Tlv child;

  result->bpp_command = result->bpp_reason = result->pe_status = result->pe_id = -1;
  if (!tlv_parse_bytes (bytes, RSP_TAG_INSTALL_RESULT, &tlv, error)
      || !tlv_need (&tlv, RSP_TAG_INSTALL_RESULT_DATA, &data, error)
      || !tlv_need (&data, 0x80, &child, error) || !tlv_check_len (&child, 1, 16, error))
    return NULL;
  result->transaction_id = tlv_dup_value (&child);
  if (!tlv_need (&data, RSP_TAG_NOTIFICATION_METADATA, &child, error))
    return NULL;
  result->notification = rsp_notification_parse (&child, error);
  if (result->notification == NULL || !tlv_need (&data, TLV_OID, &child, error))
    return NULL;
  result->smdp_oid = tlv_dup_oid (&child, error);
  if (result->smdp_oid == NULL || !tlv_need (&data, 0xA2, &child, error)
      || !parse_final_result (result, &child, error)
      || !tlv_need (&tlv, RSP_TAG_SIGNATURE, &child, error))
    return NULL;
  return g_steal_pointer (&result);
}

gboolean
rsp_install_result_check (const RspInstallResult *result, GError **error)
{
  g_autofree char *status = NULL;

  if (result->success)
    return TRUE;
  if (result->pe_status >= 0)
    status = g_strdup_printf (", profile element %d: %s", result->pe_id,
                              rsp_pe_status_name (result->pe_status));
  kt_error_set (error, KT_ERROR_INSTALL_FAILED, rsp_bpp_reason_key (result->bpp_reason),
                "the chip refused the profile at %s: %s%s", rsp_bpp_command_name (result->bpp_command),
                rsp_bpp_reason_name (result->bpp_reason), status != NULL ? status : "");
  if (error != NULL && *error != NULL)
    {
      KtErrorDetail *detail = kt_error_detail (*error);

      detail->bpp_command = result->bpp_command;
      detail->bpp_reason = result->bpp_reason;
      detail->pe_status = result->pe_status;
      detail->pe_id = result->pe_id;
    }
  return FALSE;
}

GBytes *
rsp_list_notifications_request (guint32 events)
{
  TlvWriter *writer = tlv_writer_new ();

  tlv_begin (writer, RSP_TAG_LIST_NOTIFICATION);
  if (events != 0)
    tlv_put_bits (writer, 0x81, events);
  tlv_end (writer);
  return tlv_writer_finish (writer);
}

/* Enters the list A0 of a notification answer; an error 81 becomes %KT_ERROR_CHIP_REFUSED. */
static gboolean
enter_list (GBytes *bytes, RspTag function, Tlv *tlv, Tlv *list, GError **error)
{
  TlvReader reader;
  int number;

  if (!tlv_parse_bytes (bytes, function, tlv, error))
    return FALSE;
  tlv_reader_enter (&reader, tlv);
  if (!tlv_read (&reader, list, error))
    return FALSE;
  if (list->tag == 0xA0)
    return TRUE;
  if (list->tag != 0x81)
    return kt_error_set (error, KT_ERROR_MALFORMED, NULL, "list of an unknown kind");
  /* Where a list should be, even a 0 is not one. */
  return rsp_result_number (list, &number, error)
         && rsp_result_check_not_ok (function, number, error);
}

GPtrArray *
rsp_list_notifications_parse (GBytes *bytes, GError **error)
{
  g_autoptr (GPtrArray) all
      = g_ptr_array_new_with_free_func ((GDestroyNotify) rsp_notification_free);
  TlvReader reader;
  Tlv tlv;
  Tlv list;

  if (!enter_list (bytes, RSP_TAG_LIST_NOTIFICATION, &tlv, &list, error))
    return NULL;
  tlv_reader_enter (&reader, &list);
  while (!tlv_reader_at_end (&reader))
    {
      RspNotification *notification;
      Tlv entry;

      if (!tlv_expect (&reader, RSP_TAG_NOTIFICATION_METADATA, &entry, error))
        return NULL;
      notification = rsp_notification_parse (&entry, error);
      if (notification == NULL)
        return NULL;
      g_ptr_array_add (all, notification);
      if (all->len > MAX_NOTIFICATIONS)
        {
          kt_error_set (error, KT_ERROR_LIMIT, NULL, "too many notifications");
          return NULL;
        }
    }
  return g_steal_pointer (&all);
}

GBytes *
rsp_retrieve_notification_request (gint64 seq)
{
  TlvWriter *writer = tlv_writer_new ();

  tlv_begin (writer, RSP_TAG_RETRIEVE_NOTIFICATIONS);
  tlv_begin (writer, 0xA0);
  tlv_put_int (writer, 0x80, seq);
  tlv_end (writer);
  tlv_end (writer);
  return tlv_writer_finish (writer);
}

static RspPending *
pending_parse (const Tlv *tlv, GError **error)
{
  g_autoptr (RspPending) pending = g_new0 (RspPending, 1);
  Tlv data;
  Tlv child;

  pending->raw = tlv_dup_raw (tlv);
  if (tlv->tag == RSP_TAG_INSTALL_RESULT)
    {
      /* To be sent it needs number and address; what else it says is the server's business. */
      if (!tlv_need (tlv, RSP_TAG_INSTALL_RESULT_DATA, &data, error)
          || !tlv_need (&data, RSP_TAG_NOTIFICATION_METADATA, &child, error))
        return NULL;
      pending->notification = rsp_notification_parse (&child, error);
      pending->install = rsp_install_result_parse (pending->raw, NULL);
    }
  else if (tlv->tag == TLV_SEQUENCE)
    {
      if (!tlv_need (tlv, RSP_TAG_NOTIFICATION_METADATA, &child, error))
        return NULL;
      pending->notification = rsp_notification_parse (&child, error);
    }
  else
    kt_error_set (error, KT_ERROR_MALFORMED, NULL, "notification of an unknown kind");
  return pending->notification != NULL ? g_steal_pointer (&pending) : NULL;
}

GPtrArray *
rsp_retrieve_notifications_parse (GBytes *bytes, GError **error)
{
  g_autoptr (GPtrArray) all = g_ptr_array_new_with_free_func ((GDestroyNotify) rsp_pending_free);
  TlvReader reader;
  Tlv tlv;
  Tlv list;

  if (!enter_list (bytes, RSP_TAG_RETRIEVE_NOTIFICATIONS, &tlv, &list, error))
    return NULL;
  tlv_reader_enter (&reader, &list);
  while (!tlv_reader_at_end (&reader))
    {
      RspPending *pending;
      Tlv entry;

      if (!tlv_read (&reader, &entry, error))
        return NULL;
      pending = pending_parse (&entry, error);
      if (pending == NULL)
        return NULL;
      g_ptr_array_add (all, pending);
    }
  return g_steal_pointer (&all);
}

GBytes *
rsp_remove_notification_request (gint64 seq)
{
  TlvWriter *writer = tlv_writer_new ();

  tlv_begin (writer, RSP_TAG_REMOVE_NOTIFICATION);
  tlv_put_int (writer, 0x80, seq);
  tlv_end (writer);
  return tlv_writer_finish (writer);
}
