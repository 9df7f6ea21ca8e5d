/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-lab"

#include "lab-smdp-wire.h"

#include <string.h>

#define HTML "<!DOCTYPE html><title>Error</title><p>Something went wrong.\n"
#define OVERSIZE (4 * 1024 * 1024)

/* Takes the connection away from the server, writes @text and closes. */
static void
say_and_close (SoupServerMessage *message, const char *text, gsize len)
{
  g_autoptr (GIOStream) stream = soup_server_message_steal_connection (message);

  if (stream == NULL)
    return;
  if (len > 0)
    g_output_stream_write_all (g_io_stream_get_output_stream (stream), text, len, NULL, NULL, NULL);
  g_io_stream_close (stream, NULL, NULL);
}

static void
cut (SoupServerMessage *message, GBytes *answer, gboolean announced)
{
  gsize len = answer != NULL ? g_bytes_get_size (answer) : 0;
  g_autoptr (GString) text = g_string_new ("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
                                           "X-Admin-Protocol: gsma/rsp/v2.2.2\r\n");

  if (announced)
    g_string_append_printf (text, "Content-Length: %zu\r\n", len);
  else
    g_string_append (text, "Connection: close\r\n");
  g_string_append (text, "\r\n");
  if (len > 0)
    g_string_append_len (text, g_bytes_get_data (answer, NULL), (gssize) (len / 2));
  say_and_close (message, text->str, text->len);
}

static void
put_body (SoupServerMessage *message, guint status, const char *type, const char *text, gsize len)
{
  soup_server_message_set_status (message, status, NULL);
  soup_server_message_set_response (message, type, SOUP_MEMORY_COPY, text, len);
}

static void
oversize (SoupServerMessage *message, GBytes *answer)
{
  SoupMessageBody *body = soup_server_message_get_response_body (message);
  guint8 *blanks = g_malloc (OVERSIZE);
  g_autoptr (GBytes) tail = NULL;

  memset (blanks, ' ', OVERSIZE);
  tail = g_bytes_new_take (blanks, OVERSIZE);
  soup_server_message_set_status (message, SOUP_STATUS_OK, NULL);
  soup_message_headers_set_content_type (soup_server_message_get_response_headers (message),
                                         "application/json", NULL);
  if (answer != NULL)
    soup_message_body_append_bytes (body, answer);
  soup_message_body_append_bytes (body, tail);
}

gboolean
lab_wire_fails_before (SoupServerMessage *message, LabSmdpFault fault, guint status)
{
  static const char garbage[] = "\x16\x03\x01 this is not HTTP\r\n\r\n\xFF\xFE";

  switch (fault)
    {
    case LAB_SMDP_FAULT_STATUS:
      put_body (message, status, "text/html", HTML, sizeof HTML - 1);
      return TRUE;
    case LAB_SMDP_FAULT_REDIRECT:
      soup_server_message_set_redirect (message, SOUP_STATUS_FOUND, "/elsewhere");
      return TRUE;
    case LAB_SMDP_FAULT_CLOSE:
      say_and_close (message, NULL, 0);
      return TRUE;
    case LAB_SMDP_FAULT_GARBAGE:
      say_and_close (message, garbage, sizeof garbage - 1);
      return TRUE;
    case LAB_SMDP_FAULT_NOT_JSON:
      put_body (message, SOUP_STATUS_OK, "text/html", HTML, sizeof HTML - 1);
      return TRUE;
    case LAB_SMDP_FAULT_STALL:
      soup_server_message_pause (message);
      return TRUE;
    default:
      return FALSE;
    }
}

gboolean
lab_wire_fails_after (SoupServerMessage *message, LabSmdpFault fault, GBytes *answer)
{
  gsize len = answer != NULL ? g_bytes_get_size (answer) : 0;

  switch (fault)
    {
    case LAB_SMDP_FAULT_CUT:
    case LAB_SMDP_FAULT_CUT_UNANNOUNCED:
      cut (message, answer, fault == LAB_SMDP_FAULT_CUT);
      return TRUE;
    case LAB_SMDP_FAULT_LOSE_ANSWER:
      say_and_close (message, NULL, 0);
      return TRUE;
    case LAB_SMDP_FAULT_TRUNCATED_JSON:
      put_body (message, SOUP_STATUS_OK, "application/json",
                len > 0 ? g_bytes_get_data (answer, NULL) : "", len / 2);
      return TRUE;
    case LAB_SMDP_FAULT_OVERSIZED:
      oversize (message, answer);
      return TRUE;
    default:
      return FALSE;
    }
}
