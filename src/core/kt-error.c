/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-core"

#include "kt-error.h"

typedef struct
{
  KtErrorDetail detail;
} KtErrorPrivate;

static void
kt_error_private_init (KtErrorPrivate *priv)
{
  priv->detail.result = -1;
  priv->detail.bpp_command = -1;
  priv->detail.bpp_reason = -1;
  priv->detail.pe_status = -1;
  priv->detail.pe_id = -1;
  priv->detail.attempts_left = -1;
}

static void
kt_error_private_copy (const KtErrorPrivate *src, KtErrorPrivate *dest)
{
  dest->detail = src->detail;
  dest->detail.subject = g_strdup (src->detail.subject);
  dest->detail.reason = g_strdup (src->detail.reason);
  dest->detail.subject_id = g_strdup (src->detail.subject_id);
  dest->detail.server_message = g_strdup (src->detail.server_message);
}

static void
kt_error_private_clear (KtErrorPrivate *priv)
{
  g_clear_pointer (&priv->detail.subject, g_free);
  g_clear_pointer (&priv->detail.reason, g_free);
  g_clear_pointer (&priv->detail.subject_id, g_free);
  g_clear_pointer (&priv->detail.server_message, g_free);
}

G_DEFINE_EXTENDED_ERROR (KtError, kt_error)

static GError *new_valist (KtErrorCode code, const char *key, const char *format, va_list args)
    G_GNUC_PRINTF (3, 0);

static GError *
new_valist (KtErrorCode code, const char *key, const char *format, va_list args)
{
  GError *error = g_error_new_valist (KT_ERROR, (int) code, format, args);

  kt_error_get_private (error)->detail.key = key;
  return error;
}

gboolean
kt_error_set (GError **error, KtErrorCode code, const char *key, const char *format, ...)
{
  if (error != NULL)
    {
      va_list args;

      va_start (args, format);
      g_propagate_error (error, new_valist (code, key, format, args));
      va_end (args);
    }
  return FALSE;
}

GError *
kt_error_new (KtErrorCode code, const char *key, const char *format, ...)
{
  va_list args;
  GError *error;

  va_start (args, format);
  error = new_valist (code, key, format, args);
  va_end (args);
  return error;
}

KtErrorDetail *
kt_error_detail (const GError *error)
{
  if (error == NULL || error->domain != KT_ERROR)
    return NULL;
  return &kt_error_get_private (error)->detail;
}

const char *
kt_error_key (const GError *error)
{
  const KtErrorDetail *detail = kt_error_detail (error);

  return detail != NULL ? detail->key : NULL;
}

gboolean
kt_error_set_sw (GError **error, guint16 sw, const char *what)
{
  kt_error_set (error, KT_ERROR_CARD_STATUS, "card.status", "%s: the card answered %04X", what, sw);
  if (error != NULL && *error != NULL)
    kt_error_detail (*error)->sw = sw;
  return FALSE;
}

const char *
kt_error_code_name (KtErrorCode code)
{
  static const char *const names[] = {
    [KT_ERROR_INVALID_INPUT] = "invalid-input",
    [KT_ERROR_MALFORMED] = "malformed",
    [KT_ERROR_MISSING] = "missing",
    [KT_ERROR_LIMIT] = "limit",
    [KT_ERROR_NOT_FOUND] = "not-found",
    [KT_ERROR_UNSUPPORTED] = "unsupported",
    [KT_ERROR_NO_SERVICE] = "no-service",
    [KT_ERROR_ACCESS_DENIED] = "access-denied",
    [KT_ERROR_NO_READER] = "no-reader",
    [KT_ERROR_NO_CARD] = "no-card",
    [KT_ERROR_CARD_REMOVED] = "card-removed",
    [KT_ERROR_CARD_RESET] = "card-reset",
    [KT_ERROR_CARD_BUSY] = "card-busy",
    [KT_ERROR_CARD_IO] = "card-io",
    [KT_ERROR_NOT_EUICC] = "not-euicc",
    [KT_ERROR_NO_CHANNEL] = "no-channel",
    [KT_ERROR_CARD_STATUS] = "card-status",
    [KT_ERROR_CHIP_REFUSED] = "chip-refused",
    [KT_ERROR_UNCONFIRMED] = "unconfirmed",
    [KT_ERROR_RESOLVE] = "resolve",
    [KT_ERROR_CONNECT] = "connect",
    [KT_ERROR_TIMED_OUT] = "timed-out",
    [KT_ERROR_CLOSED] = "closed",
    [KT_ERROR_TLS] = "tls",
    [KT_ERROR_HTTP_STATUS] = "http-status",
    [KT_ERROR_PROTOCOL] = "protocol",
    [KT_ERROR_SERVER_REFUSED] = "server-refused",
    [KT_ERROR_CHECK_FAILED] = "check-failed",
    [KT_ERROR_POLICY] = "policy",
    [KT_ERROR_PROTECTED] = "protected",
    [KT_ERROR_INSTALL_FAILED] = "install-failed",
    [KT_ERROR_CONFIRMATION_CODE] = "confirmation-code",
    [KT_ERROR_CANCELLED] = "cancelled",
    [KT_ERROR_REFUSED] = "refused",
    [KT_ERROR_STORAGE] = "storage",
    [KT_ERROR_INTERNAL] = "internal",
  };

  if ((gsize) code >= G_N_ELEMENTS (names) || names[code] == NULL)
    return "unknown";
  return names[code];
}
