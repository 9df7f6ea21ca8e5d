/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-lab"

#include <string.h>

#include "lab-euicc-private.h"

/* ---- making ---- */

/* NotificationMetadata, BF2F. */
static GBytes *
write_metadata (gint64 number, guint event, const char *address, const guint8 *iccid)
{
  g_autoptr (TlvWriter) writer = tlv_writer_new ();

  tlv_begin (writer, 0xBF2F);
  tlv_put_int (writer, 0x80, number);
  tlv_put_bits (writer, 0x81, event);
  tlv_put_string (writer, TLV_UTF8, address);
  if (iccid != NULL)
    tlv_put (writer, 0x5A, iccid, 10);
  tlv_end (writer);
  return tlv_writer_finish (g_steal_pointer (&writer));
}

static GBytes *
sign (const LabCi *ci, GBytes *data, GError **error)
{
  gsize len;
  const guint8 *bytes = g_bytes_get_data (data, &len);

  return lab_ci_sign (ci, bytes, len, error);
}

/* OtherSignedNotification: the signature is over the BF2F. */
static GBytes *
write_other (const LabCi *ci, GBytes *metadata, GError **error)
{
  g_autoptr (TlvWriter) writer = NULL;
  g_autoptr (GBytes) signature = sign (ci, metadata, error);

  if (signature == NULL)
    return NULL;
  writer = tlv_writer_new ();
  tlv_begin (writer, TLV_SEQUENCE);
  tlv_put_raw_bytes (writer, metadata);
  tlv_put_bytes (writer, 0x5F37, signature);
  tlv_put_raw_bytes (writer, ci->euicc);
  tlv_put_raw_bytes (writer, ci->eum);
  tlv_end (writer);
  return tlv_writer_finish (g_steal_pointer (&writer));
}

static gboolean
notify_address (LabEuicc *self, const LabCi *ci, const char *address, const guint8 *iccid,
                LabEvent event, GError **error)
{
  LabStoredNotification notification = { .event = event };
  g_autoptr (GBytes) metadata = NULL;
  g_autoptr (GBytes) pending = NULL;

  if (!lab_euicc_store_next_number (self->store, &notification.number, error))
    return FALSE;
  metadata = write_metadata (notification.number, event, address, iccid);
  pending = write_other (ci, metadata, error);
  if (pending == NULL)
    return FALSE;
  notification.metadata = metadata;
  notification.pending = pending;
  return lab_euicc_store_add_notification (self->store, &notification, error);
}

gboolean
lab_notify_profile (LabEuicc *self, const LabMetadata *metadata, GBytes *pkid, LabEvent event,
                    const char *but, GError **error)
{
  const LabCi *ci = lab_euicc_signing_ci (self, pkid);

  for (guint i = 0; i < metadata->addresses->len; i++)
    {
      const LabNotifyAddress *entry = g_ptr_array_index (metadata->addresses, i);

      if ((entry->events & event) == 0
          || (but != NULL && g_ascii_strcasecmp (entry->address, but) == 0))
        continue;
      if (!notify_address (self, ci, entry->address, metadata->iccid, event, error))
        return FALSE;
    }
  return TRUE;
}

/* ProfileInstallationResult: the signature is over the BF27; the server has the certificate. */
static GBytes *
write_result (const LabEuiccSession *session, const LabCi *ci, GBytes *metadata, GBytes *final,
              GError **error)
{
  g_autoptr (TlvWriter) data = tlv_writer_new ();
  g_autoptr (TlvWriter) writer = NULL;
  g_autoptr (GBytes) signed_data = NULL;
  g_autoptr (GBytes) signature = NULL;

  tlv_begin (data, 0xBF27);
  tlv_put_bytes (data, 0x80, session->transaction_id);
  tlv_put_raw_bytes (data, metadata);
  tlv_put_oid (data, TLV_OID, session->oid);
  tlv_begin (data, 0xA2);
  tlv_put_raw_bytes (data, final);
  tlv_end (data);
  tlv_end (data);
  signed_data = tlv_writer_finish (g_steal_pointer (&data));
  signature = sign (ci, signed_data, error);
  if (signature == NULL)
    return NULL;
  writer = tlv_writer_new ();
  tlv_begin (writer, 0xBF37);
  tlv_put_raw_bytes (writer, signed_data);
  tlv_put_bytes (writer, 0x5F37, signature);
  tlv_end (writer);
  return tlv_writer_finish (g_steal_pointer (&writer));
}

GBytes *
lab_notify_install (LabEuicc *self, const guint8 *iccid, GBytes *final, GError **error)
{
  const LabEuiccSession *session = self->session;
  const LabCi *ci = lab_euicc_signing_ci (self, session->pkid);
  LabStoredNotification notification = { .event = LAB_EVENT_INSTALL };
  g_autoptr (GBytes) metadata = NULL;
  g_autoptr (GBytes) pending = NULL;

  if (!lab_euicc_store_next_number (self->store, &notification.number, error))
    return NULL;
  metadata = write_metadata (notification.number, LAB_EVENT_INSTALL, session->address, iccid);
  pending = write_result (session, ci, metadata, final, error);
  if (pending == NULL)
    return NULL;
  notification.metadata = metadata;
  notification.pending = pending;
  if (!lab_euicc_store_add_notification (self->store, &notification, error))
    return NULL;
  return g_steal_pointer (&pending);
}

/* ---- ES10b ---- */

/* Which notifications a request means. */
typedef struct
{
  gboolean by_number;
  gint64 number;
  guint32 events;
} Filter;

static gboolean
filter_takes (const Filter *filter, const LabStoredNotification *notification)
{
  return filter->by_number ? notification->number == filter->number
                           : (notification->event & filter->events) != 0;
}

static GBytes *
write_list (LabEuicc *self, TlvTag tag, const Filter *filter, gboolean whole, guint *count,
            GError **error)
{
  g_autoptr (GPtrArray) list = lab_euicc_store_list_notifications (self->store, error);
  g_autoptr (TlvWriter) writer = NULL;

  if (list == NULL)
    return NULL;
  *count = 0;
  writer = tlv_writer_new ();
  tlv_begin (writer, tag);
  tlv_begin (writer, 0xA0);
  for (guint i = 0; i < list->len; i++)
    {
      const LabStoredNotification *notification = g_ptr_array_index (list, i);

      if (!filter_takes (filter, notification))
        continue;
      tlv_put_raw_bytes (writer, whole ? notification->pending : notification->metadata);
      *count += 1;
    }
  tlv_end (writer);
  tlv_end (writer);
  return tlv_writer_finish (g_steal_pointer (&writer));
}

/* An event filter, if there is one in @parent under @tag. */
static gboolean
read_events (const Tlv *parent, TlvTag tag, Filter *filter, GError **error)
{
  Tlv child;
  TlvFound found = tlv_find (parent, tag, &child, error);

  if (found == TLV_FOUND)
    return tlv_get_bits (&child, &filter->events, error);
  return found == TLV_ABSENT;
}

GBytes *
lab_es10b_list_notification (LabEuicc *self, const Tlv *request, guint16 *sw)
{
  g_autoptr (GError) error = NULL;
  Filter filter = { .events = G_MAXUINT32 };
  GBytes *list;
  guint count;

  if (!read_events (request, 0x81, &filter, &error))
    return lab_answer_malformed (&error, sw);
  list = write_list (self, 0xBF28, &filter, FALSE, &count, &error);
  return list != NULL ? list : lab_answer_failed (&error, sw);
}

static gboolean
read_criteria (const Tlv *request, Filter *filter, GError **error)
{
  Tlv criteria;
  Tlv number;
  TlvFound found = tlv_find (request, 0xA0, &criteria, error);

  if (found != TLV_FOUND)
    return found == TLV_ABSENT;
  found = tlv_find (&criteria, 0x80, &number, error);
  if (found == TLV_MALFORMED)
    return FALSE;
  if (found == TLV_ABSENT)
    return tlv_need (&criteria, 0x81, &number, error)
           && tlv_get_bits (&number, &filter->events, error);
  filter->by_number = TRUE;
  return tlv_get_int (&number, &filter->number, error);
}

/* Up to version 2.1 nothing found is noResultAvailable(1), later an empty list. */
static gboolean
has_no_result_error (LabEuicc *self)
{
  return self->svn[0] < 2 || (self->svn[0] == 2 && self->svn[1] < 2);
}

GBytes *
lab_es10b_retrieve_notifications (LabEuicc *self, const Tlv *request, guint16 *sw)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) list = NULL;
  Filter filter = { .events = G_MAXUINT32 };
  guint count;

  if (!read_criteria (request, &filter, &error))
    return lab_answer_malformed (&error, sw);
  list = write_list (self, 0xBF2B, &filter, TRUE, &count, &error);
  if (list == NULL)
    return lab_answer_failed (&error, sw);
  if (count == 0 && has_no_result_error (self))
    {
      g_autoptr (TlvWriter) writer = tlv_writer_new ();

      tlv_begin (writer, 0xBF2B);
      tlv_put_int (writer, 0x81, 1);
      tlv_end (writer);
      return tlv_writer_finish (g_steal_pointer (&writer));
    }
  return g_steal_pointer (&list);
}

GBytes *
lab_es10b_remove_notification (LabEuicc *self, const Tlv *request, guint16 *sw)
{
  g_autoptr (GError) error = NULL;
  gboolean found = FALSE;
  gint64 number;
  Tlv child;

  if (!tlv_need (request, 0x80, &child, &error) || !tlv_get_int (&child, &number, &error))
    return lab_answer_malformed (&error, sw);
  if (!lab_euicc_store_remove_notification (self->store, number, &found, &error))
    return lab_answer_failed (&error, sw);
  return lab_answer_result (0xBF30, found ? 0 : 1);
}
