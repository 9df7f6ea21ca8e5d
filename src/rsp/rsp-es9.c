/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-rsp"

#include "rsp-es9.h"

#include <string.h>

#include "kt-bytes.h"
#include "kt-error.h"
#include "rsp-bpp.h"
#include "rsp-codes.h"
#include "rsp-info.h"
#include "rsp-json.h"

/* Certificates and metadata stay far below this. */
#define MAX_MEMBER (64 * 1024)
#define MAX_SERVER_TEXT 256
#define MAX_EVENTS 64

const char *
rsp_es9_path (RspEs9Function function)
{
  static const char *const paths[] = {
    RSP_ES9_PATH "initiateAuthentication", RSP_ES9_PATH "authenticateClient",
    RSP_ES9_PATH "getBoundProfilePackage", RSP_ES9_PATH "handleNotification",
    RSP_ES9_PATH "cancelSession",
  };

  return paths[function];
}

const char *
rsp_es9_name (RspEs9Function function)
{
  return rsp_es9_path (function) + strlen (RSP_ES9_PATH);
}

static void
add_base64 (JsonObject *object, const char *name, GBytes *bytes)
{
  g_autofree char *text = kt_base64 (bytes);

  json_object_set_string_member (object, name, text);
}

/* What a server says is shown to people: bounded, valid, and without control characters. */
static char *
dup_server_text (const char *text)
{
  g_autofree char *valid = NULL;
  GString *out;

  if (text == NULL || *text == '\0')
    return NULL;
  valid = g_utf8_make_valid (text, -1);
  out = g_string_new (NULL);
  for (const char *p = valid; *p != '\0' && out->len < MAX_SERVER_TEXT; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);

      g_string_append_unichar (out, g_unichar_iscntrl (c) ? ' ' : c);
    }
  return g_string_free (out, FALSE);
}

static const char *
code_or_unknown (const char *code)
{
  return code != NULL ? code : "?";
}

static gboolean
fail_with_status (JsonObject *status, const char *word, GError **error)
{
  JsonObject *data = rsp_json_object (status, "statusCodeData");
  const char *subject = data != NULL ? rsp_json_string (data, "subjectCode") : NULL;
  const char *reason = data != NULL ? rsp_json_string (data, "reasonCode") : NULL;
  g_autofree char *subject_text = dup_server_text (subject);
  g_autofree char *reason_text = dup_server_text (reason);
  const char *subject_name = rsp_subject_name (subject);
  const char *reason_name = rsp_reason_name (reason);

  kt_error_set (error, KT_ERROR_SERVER_REFUSED, "server.refused",
                "the server answered %s: %s - %s (%s, %s)", word, code_or_unknown (subject_text),
                code_or_unknown (reason_text), subject_name != NULL ? subject_name : "unknown subject",
                reason_name != NULL ? reason_name : "unknown reason");
  if (error != NULL && *error != NULL)
    {
      KtErrorDetail *detail = kt_error_detail (*error);

      detail->subject = g_steal_pointer (&subject_text);
      detail->reason = g_steal_pointer (&reason_text);
      if (data != NULL)
        {
          detail->subject_id = dup_server_text (rsp_json_string (data, "subjectIdentifier"));
          detail->server_message = dup_server_text (rsp_json_string (data, "message"));
        }
    }
  return FALSE;
}

static gboolean
check_status (JsonObject *body, gboolean needed, GError **error)
{
  JsonObject *header = rsp_json_object (body, "header");
  JsonObject *status = header != NULL ? rsp_json_object (header, "functionExecutionStatus") : NULL;
  const char *word = status != NULL ? rsp_json_string (status, "status") : NULL;

  if (word == NULL)
    {
      if (!needed && header == NULL)
        return TRUE;
      return kt_error_set (error, KT_ERROR_PROTOCOL, "server.garbage",
                           "the answer does not say whether it was executed");
    }
  if (strcmp (word, "Executed-Success") == 0 || strcmp (word, "Executed-WithWarning") == 0)
    return TRUE;
  if (strcmp (word, "Failed") == 0 || strcmp (word, "Expired") == 0)
    return fail_with_status (status, word, error);
  return kt_error_set (error, KT_ERROR_PROTOCOL, "server.garbage", "unknown execution status");
}

static JsonObject *
open_answer (GBytes *body, GError **error)
{
  g_autoptr (JsonObject) object = rsp_json_parse (body, error);

  if (object == NULL || !check_status (object, TRUE, error))
    return NULL;
  return g_steal_pointer (&object);
}

/* The outer transaction id, where the answer repeats it, must be the one that was asked with. */
static gboolean
check_transaction (JsonObject *object, const char *transaction_id, GError **error)
{
  const char *got = rsp_json_string (object, "transactionId");

  if (got != NULL && g_ascii_strcasecmp (got, transaction_id) != 0)
    return kt_error_set (error, KT_ERROR_CHECK_FAILED, "check.transaction-id",
                         "the answer belongs to another transaction");
  return TRUE;
}

GBytes *
rsp_es9_initiate_authentication (GBytes *challenge, GBytes *euicc_info1, const char *address)
{
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, "smdpAddress", address);
  add_base64 (object, "euiccChallenge", challenge);
  add_base64 (object, "euiccInfo1", euicc_info1);
  return rsp_json_to_bytes (object);
}

/* 04 14 <20 bytes>, or the 20 bytes alone as some servers send them. */
static GBytes *
unwrap_pkid (GBytes *bytes, GError **error)
{
  Tlv tlv;

  if (g_bytes_get_size (bytes) == RSP_PKID_BYTES)
    return g_bytes_ref (bytes);
  if (tlv_parse_bytes (bytes, TLV_OCTET_STRING, &tlv, NULL) && tlv.len == RSP_PKID_BYTES)
    return tlv_dup_value (&tlv);
  kt_error_set (error, KT_ERROR_PROTOCOL, "server.garbage", "euiccCiPKIdToBeUsed is no key identifier");
  return NULL;
}

static gboolean
check_transaction_text (const char *text, GError **error)
{
  gsize len = text != NULL ? strlen (text) : 0;

  if (len < 2 || len > 32 || len % 2 != 0 || strspn (text, "0123456789abcdefABCDEF") != len)
    return kt_error_set (error, KT_ERROR_PROTOCOL, "server.garbage",
                         "the transaction id is not 2 to 32 hexadecimal digits");
  return TRUE;
}

RspInitiateAuthentication *
rsp_es9_initiate_authentication_parse (GBytes *body, GError **error)
{
  g_autoptr (RspInitiateAuthentication) answer = g_new0 (RspInitiateAuthentication, 1);
  g_autoptr (JsonObject) object = open_answer (body, error);
  g_autoptr (GBytes) pkid = NULL;
  const char *text;

  if (object == NULL)
    return NULL;
  text = rsp_json_string (object, "transactionId");
  if (!check_transaction_text (text, error))
    return NULL;
  answer->transaction_id = g_strdup (text);
  answer->transaction_id_raw = kt_hex_parse (text, error);
  answer->server_signed1 = rsp_json_base64 (object, "serverSigned1", MAX_MEMBER, error);
  if (answer->server_signed1 == NULL)
    return NULL;
  answer->server_signature1 = rsp_json_base64 (object, "serverSignature1", MAX_MEMBER, error);
  if (answer->server_signature1 == NULL)
    return NULL;
  /* Annex I of SGP.22 spells the member with a small "to". */
  pkid = rsp_json_base64 (object,
                          json_object_has_member (object, "euiccCiPKIdTobeUsed")
                              ? "euiccCiPKIdTobeUsed"
                              : "euiccCiPKIdToBeUsed",
                          MAX_MEMBER, error);
  if (pkid == NULL)
    return NULL;
  answer->ci_pkid = unwrap_pkid (pkid, error);
  if (answer->ci_pkid == NULL)
    return NULL;
  answer->server_certificate = rsp_json_base64 (object, "serverCertificate", MAX_MEMBER, error);
  return answer->server_certificate != NULL ? g_steal_pointer (&answer) : NULL;
}

void
rsp_initiate_authentication_free (RspInitiateAuthentication *answer)
{
  if (answer == NULL)
    return;
  g_free (answer->transaction_id);
  g_clear_pointer (&answer->transaction_id_raw, g_bytes_unref);
  g_clear_pointer (&answer->server_signed1, g_bytes_unref);
  g_clear_pointer (&answer->server_signature1, g_bytes_unref);
  g_clear_pointer (&answer->ci_pkid, g_bytes_unref);
  g_clear_pointer (&answer->server_certificate, g_bytes_unref);
  g_free (answer);
}

static GBytes *
transaction_request (const char *transaction_id, const char *member, GBytes *value)
{
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, "transactionId", transaction_id);
  add_base64 (object, member, value);
  return rsp_json_to_bytes (object);
}

GBytes *
rsp_es9_authenticate_client (const char *transaction_id, GBytes *authenticate_response)
{
  return transaction_request (transaction_id, "authenticateServerResponse", authenticate_response);
}

RspAuthenticateClient *
rsp_es9_authenticate_client_parse (GBytes *body, const char *transaction_id, GError **error)
{
  g_autoptr (RspAuthenticateClient) answer = g_new0 (RspAuthenticateClient, 1);
  g_autoptr (JsonObject) object = open_answer (body, error);

  if (object == NULL || !check_transaction (object, transaction_id, error))
    return NULL;
  answer->metadata = rsp_json_base64 (object, "profileMetadata", 2 * MAX_MEMBER, error);
  if (answer->metadata == NULL)
    return NULL;
  answer->smdp_signed2 = rsp_json_base64 (object, "smdpSigned2", MAX_MEMBER, error);
  if (answer->smdp_signed2 == NULL)
    return NULL;
  answer->smdp_signature2 = rsp_json_base64 (object, "smdpSignature2", MAX_MEMBER, error);
  if (answer->smdp_signature2 == NULL)
    return NULL;
  answer->smdp_certificate = rsp_json_base64 (object, "smdpCertificate", MAX_MEMBER, error);
  return answer->smdp_certificate != NULL ? g_steal_pointer (&answer) : NULL;
}

void
rsp_authenticate_client_free (RspAuthenticateClient *answer)
{
  if (answer == NULL)
    return;
  g_clear_pointer (&answer->metadata, g_bytes_unref);
  g_clear_pointer (&answer->smdp_signed2, g_bytes_unref);
  g_clear_pointer (&answer->smdp_signature2, g_bytes_unref);
  g_clear_pointer (&answer->smdp_certificate, g_bytes_unref);
  g_free (answer);
}

GBytes *
rsp_es9_get_bound_profile_package (const char *transaction_id, GBytes *prepare_response)
{
  return transaction_request (transaction_id, "prepareDownloadResponse", prepare_response);
}

GBytes *
rsp_es9_get_bound_profile_package_parse (GBytes *body, const char *transaction_id, GError **error)
{
  g_autoptr (JsonObject) object = open_answer (body, error);

  if (object == NULL || !check_transaction (object, transaction_id, error))
    return NULL;
  return rsp_json_base64 (object, "boundProfilePackage", RSP_BPP_MAX, error);
}

GBytes *
rsp_es9_handle_notification (GBytes *pending_notification)
{
  JsonObject *object = json_object_new ();

  add_base64 (object, "pendingNotification", pending_notification);
  return rsp_json_to_bytes (object);
}

GBytes *
rsp_es9_cancel_session (const char *transaction_id, GBytes *cancel_response)
{
  return transaction_request (transaction_id, "cancelSessionResponse", cancel_response);
}

gboolean
rsp_es9_status_check (GBytes *body, GError **error)
{
  g_autoptr (JsonObject) object = NULL;

  if (g_bytes_get_size (body) == 0)
    return TRUE;
  object = rsp_json_parse (body, error);
  return object != NULL && check_status (object, FALSE, error);
}

static void
event_entry_free (gpointer data)
{
  rsp_event_entry_free (data);
}

void
rsp_event_entry_free (RspEventEntry *entry)
{
  if (entry == NULL)
    return;
  g_free (entry->event_id);
  g_free (entry->server);
  g_free (entry);
}

GPtrArray *
rsp_es11_authenticate_client_parse (GBytes *body, const char *transaction_id, GError **error)
{
  g_autoptr (GPtrArray) entries = g_ptr_array_new_with_free_func (event_entry_free);
  g_autoptr (JsonObject) object = open_answer (body, error);
  JsonNode *node;
  JsonArray *array;

  if (object == NULL || !check_transaction (object, transaction_id, error))
    return NULL;
  node = json_object_get_member (object, "eventEntries");
  if (node == NULL)
    return g_steal_pointer (&entries);
  if (!JSON_NODE_HOLDS_ARRAY (node))
    {
      kt_error_set (error, KT_ERROR_PROTOCOL, "server.garbage", "eventEntries is no list");
      return NULL;
    }
  array = json_node_get_array (node);
  for (guint i = 0; i < json_array_get_length (array) && i < MAX_EVENTS; i++)
    {
      JsonNode *item = json_array_get_element (array, i);
      JsonObject *entry = JSON_NODE_HOLDS_OBJECT (item) ? json_node_get_object (item) : NULL;
      const char *event = entry != NULL ? rsp_json_string (entry, "eventId") : NULL;
      const char *server = entry != NULL ? rsp_json_string (entry, "rspServerAddress") : NULL;
      RspEventEntry *out;

      if (event == NULL || server == NULL || strlen (event) > 255 || strlen (server) > 255)
        {
          kt_error_set (error, KT_ERROR_PROTOCOL, "server.garbage", "event entry %u is incomplete", i);
          return NULL;
        }
      out = g_new0 (RspEventEntry, 1);
      out->event_id = g_strdup (event);
      out->server = g_strdup (server);
      g_ptr_array_add (entries, out);
    }
  return g_steal_pointer (&entries);
}
