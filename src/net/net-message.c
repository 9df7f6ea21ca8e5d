/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-net"

#include "net-message.h"

#include <string.h>

#include "kt-error.h"

/* libsoup takes an answer without a length for one that ends with the connection, also where there
 * is no body at all, and would close it. */
static void
on_got_headers (SoupMessage *message, gpointer data)
{
  if (soup_message_get_status (message) == SOUP_STATUS_NO_CONTENT)
    soup_message_headers_set_encoding (soup_message_get_response_headers (message),
                                       SOUP_ENCODING_NONE);
}

static char *
make_url (const char *server, const char *path)
{
  const char *colon = strrchr (server, ':');
  /* Servers compare the Host header with their name, without the port that goes without saying. */
  gsize len = colon != NULL && strcmp (colon, ":443") == 0 ? (gsize) (colon - server)
                                                           : strlen (server);

  return g_strdup_printf ("https://%.*s%s", (int) len, server, path != NULL ? path : "/");
}

SoupMessage *
net_message_new (const char *server, const char *path, GBytes *body)
{
  g_autofree char *url = make_url (server, path);
  g_autoptr (GUri) uri = g_uri_parse (url, SOUP_HTTP_URI_FLAGS, NULL);
  SoupMessage *message;

  g_assert (uri != NULL);

  message = soup_message_new_from_uri (SOUP_METHOD_POST, uri);
  /* Without the mark, libsoup sends each POST over a connection of its own. */
  soup_message_add_flags (message, SOUP_MESSAGE_NO_REDIRECT | SOUP_MESSAGE_IDEMPOTENT);
  soup_message_headers_replace (soup_message_get_request_headers (message), "X-Admin-Protocol",
                                "gsma/rsp/v2.2.2");
  if (body != NULL)
    soup_message_set_request_body_from_bytes (message, "application/json", body);
  g_signal_connect (message, "got-headers", G_CALLBACK (on_got_headers), NULL);
  return message;
}

gboolean
net_message_check_head (SoupMessage *message, gsize max, gsize *total, GError **error)
{
  SoupMessageHeaders *headers = soup_message_get_response_headers (message);
  const char *encoding = soup_message_headers_get_one (headers, "Content-Encoding");
  guint status = soup_message_get_status (message);
  goffset length = 0;

  /* Without TLS it was the proxy that answered to CONNECT. */
  if (soup_message_get_tls_peer_certificate (message) == NULL)
    return kt_error_set (error, KT_ERROR_CONNECT, "net.proxy", "the proxy refused: status %u",
                         status);
  if (encoding != NULL && g_ascii_strcasecmp (encoding, "identity") != 0)
    return kt_error_set (error, KT_ERROR_PROTOCOL, "server.garbage",
                         "the answer is compressed, which nobody asked for");
  if (soup_message_headers_get_encoding (headers) == SOUP_ENCODING_CONTENT_LENGTH)
    length = soup_message_headers_get_content_length (headers);
  *total = length > 0 ? (gsize) length : 0;
  if (SOUP_STATUS_IS_SUCCESSFUL (status) && *total > max)
    return kt_error_set (error, KT_ERROR_LIMIT, "net.limit",
                         "the answer is larger than %zu bytes", max);
  return TRUE;
}

/* With "Connection: close" libsoup lets the end of the connection stand for the end of the body. */
gboolean
net_message_is_whole (SoupMessage *message, gsize len)
{
  SoupMessageHeaders *headers = soup_message_get_response_headers (message);

  return soup_message_headers_get_encoding (headers) != SOUP_ENCODING_CONTENT_LENGTH
         || soup_message_headers_get_content_length (headers) == (goffset) len;
}
