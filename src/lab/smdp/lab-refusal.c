/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-lab"

#include "lab-refusal.h"

#include "kt-error.h"

static gboolean
refuse (GError **error, const char *subject, const char *reason, const char *subject_id,
        const char *message)
{
  KtErrorDetail *detail;

  kt_error_set (error, KT_ERROR_SERVER_REFUSED, "server.refused", "%s/%s: %s", subject, reason,
                message);
  if (error == NULL)
    return FALSE;
  detail = kt_error_detail (*error);
  detail->subject = g_strdup (subject);
  detail->reason = g_strdup (reason);
  detail->subject_id = g_strdup (subject_id);
  detail->server_message = g_strdup (message);
  return FALSE;
}

gboolean
lab_refuse (GError **error, const char *subject, const char *reason, const char *format, ...)
{
  g_autofree char *message = NULL;
  va_list args;

  g_return_val_if_fail (subject != NULL && reason != NULL, FALSE);

  va_start (args, format);
  message = g_strdup_vprintf (format, args);
  va_end (args);
  return refuse (error, subject, reason, NULL, message);
}

gboolean
lab_refuse_about (GError **error, const char *subject, const char *reason, const char *subject_id,
                  const char *format, ...)
{
  g_autofree char *message = NULL;
  va_list args;

  g_return_val_if_fail (subject != NULL && reason != NULL, FALSE);

  va_start (args, format);
  message = g_strdup_vprintf (format, args);
  va_end (args);
  return refuse (error, subject, reason, subject_id, message);
}

gboolean
lab_refuse_http (GError **error, guint status, const char *message)
{
  kt_error_set (error, KT_ERROR_HTTP_STATUS, NULL, "HTTP %u: %s", status, message);
  if (error != NULL)
    kt_error_detail (*error)->http_status = status;
  return FALSE;
}
