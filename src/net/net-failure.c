/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-net"

#include "net-failure.h"

#include <gnutls/gnutls.h>
#include <libsoup/soup.h>
#include <string.h>

#include "kt-error.h"
#include "net-text.h"

static GError *
tls_error (const char *key, const char *text)
{
  return kt_error_new (KT_ERROR_TLS, key, "TLS: %s", text);
}

/* GIO has no code for an alert, but puts GnuTLS's own words for it into the message. */
static gboolean
names_alert (const GError *cause, gnutls_alert_description_t alert)
{
  const char *name = gnutls_alert_get_name (alert);

  return name != NULL && strstr (cause->message, name) != NULL;
}

static gboolean
is_about_version (const GError *cause)
{
  return names_alert (cause, GNUTLS_A_PROTOCOL_VERSION)
         || names_alert (cause, GNUTLS_A_INAPPROPRIATE_FALLBACK)
         || strstr (cause->message, gnutls_strerror (GNUTLS_E_UNSUPPORTED_VERSION_PACKET)) != NULL
         || g_error_matches (cause, G_TLS_ERROR, G_TLS_ERROR_INAPPROPRIATE_FALLBACK);
}

static gboolean
is_closed (const GError *cause)
{
  return g_error_matches (cause, G_TLS_ERROR, G_TLS_ERROR_EOF)
         || g_error_matches (cause, G_IO_ERROR, G_IO_ERROR_PARTIAL_INPUT)
         || g_error_matches (cause, G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED)
         || g_error_matches (cause, G_IO_ERROR, G_IO_ERROR_BROKEN_PIPE)
         || strstr (cause->message, gnutls_strerror (GNUTLS_E_PREMATURE_TERMINATION)) != NULL;
}

/* A server that wants a certificate may say so, or just hang up (TLS 1.3: after our handshake). */
static GError *
translate_client_certificate (const NetFailure *failure, const GError *cause)
{
  if (g_error_matches (cause, G_TLS_ERROR, G_TLS_ERROR_CERTIFICATE_REQUIRED)
      && !failure->certificate_given)
    return tls_error ("tls.client-cert-required", "the server demands a client certificate");
  if (!failure->certificate_asked || failure->phase == NET_PHASE_READING
      || (cause->domain != G_TLS_ERROR && !is_closed (cause)))
    return NULL;
  return failure->certificate_given
             ? tls_error ("tls.client-cert-refused", "the server refused the client certificate")
             : tls_error ("tls.client-cert-required", "the server demands a client certificate");
}

static GError *
translate_tls (const NetFailure *failure, const GError *cause)
{
  GError *error = NULL;

  if (g_error_matches (cause, G_TLS_ERROR, G_TLS_ERROR_BAD_CERTIFICATE)
      && failure->verdict != NULL && !net_verdict_is_trusted (failure->verdict))
    {
      net_verdict_set_error (failure->verdict, &error);
      return error;
    }
  if (is_about_version (cause))
    return tls_error ("tls.version", "the server does not speak TLS 1.2 or 1.3");
  error = translate_client_certificate (failure, cause);
  if (error != NULL)
    return error;
  if (is_closed (cause))
    return kt_error_new (KT_ERROR_CLOSED, "net.closed", "the server hung up: %s", cause->message);
  return tls_error ("tls.handshake", cause->message);
}

static gboolean
is_proxy_error (const GError *cause)
{
  return g_error_matches (cause, G_IO_ERROR, G_IO_ERROR_PROXY_FAILED)
         || g_error_matches (cause, G_IO_ERROR, G_IO_ERROR_PROXY_AUTH_FAILED)
         || g_error_matches (cause, G_IO_ERROR, G_IO_ERROR_PROXY_NEED_AUTH)
         || g_error_matches (cause, G_IO_ERROR, G_IO_ERROR_PROXY_NOT_ALLOWED);
}

static GError *
translate_connecting (const NetFailure *failure, const GError *cause)
{
  if (failure->proxied || is_proxy_error (cause))
    return kt_error_new (KT_ERROR_CONNECT, "net.proxy", "proxy: %s", cause->message);
  if (cause->domain == G_RESOLVER_ERROR
      || g_error_matches (cause, G_IO_ERROR, G_IO_ERROR_HOST_NOT_FOUND))
    return kt_error_new (KT_ERROR_RESOLVE, "net.resolve", "%s", cause->message);
  if (g_error_matches (cause, G_IO_ERROR, G_IO_ERROR_TIMED_OUT))
    return kt_error_new (KT_ERROR_TIMED_OUT, "net.timeout-connect", "%s", cause->message);
  return kt_error_new (KT_ERROR_CONNECT, "net.connect", "%s", cause->message);
}

GError *
net_failure_translate (const NetFailure *failure, const GError *cause)
{
  GError *error;

  if (g_error_matches (cause, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return kt_error_new (KT_ERROR_CANCELLED, "cancelled", "cancelled while asking the server");
  if (is_proxy_error (cause) || failure->phase < NET_PHASE_TLS)
    return translate_connecting (failure, cause);
  if (cause->domain == G_TLS_ERROR)
    return translate_tls (failure, cause);
  if (cause->domain == SOUP_SESSION_ERROR)
    return kt_error_new (KT_ERROR_PROTOCOL, "server.garbage", "the answer is no HTTP: %s",
                         cause->message);
  error = translate_client_certificate (failure, cause);
  if (error != NULL)
    return error;
  return kt_error_new (KT_ERROR_CLOSED, "net.closed", "the connection broke: %s", cause->message);
}

GError *
net_failure_new_status (guint status, GBytes *text)
{
  GError *error = kt_error_new (KT_ERROR_HTTP_STATUS, "net.http", "HTTP status %u", status);
  KtErrorDetail *detail = kt_error_detail (error);

  detail->http_status = status;
  detail->server_message = text != NULL ? net_text_sanitize (text) : NULL;
  return error;
}
