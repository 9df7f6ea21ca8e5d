/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-test"

#include "rsp-es9.h"

#include "rsp-bpp.h"
#include "rsp-hostile.h"
#include "rsp-vectors.h"

#define TID "000102030405060708090A0B0C0D0E0F"
#define HEADER(status) "\"header\":{\"functionExecutionStatus\":{\"status\":\"" status "\"}}"
#define OK HEADER ("Executed-Success")
/* 01 02 03, 04 05 06, 07 08 09 */
#define B1 "AQID"
#define B2 "BAUG"
#define B3 "BwgJ"
/* V_PKID, and the same as 04 14 … */
#define PKID_RAW "9UFyvfmKldZcvriKOKHBHYAKhcM="
#define PKID_TLV "BBT1QXK9+YqV1ly+uIo4ocEdgAqFww=="
#define INITIATE(pkid) \
  "\"transactionId\":\"" TID "\",\"serverSigned1\":\"" B1 "\",\"serverSignature1\":\"" B2 "\"," \
  pkid ",\"serverCertificate\":\"" B3 "\""
#define CLIENT \
  "\"transactionId\":\"" TID "\",\"profileMetadata\":\"" B1 "\",\"smdpSigned2\":\"" B2 \
  "\",\"smdpSignature2\":\"" B3 "\",\"smdpCertificate\":\"" B1 "\""
#define PACKAGE "\"transactionId\":\"" TID "\",\"boundProfilePackage\":\"" B1 "\""

static GBytes *
body_of (const char *text)
{
  return g_bytes_new (text, strlen (text));
}

static void
assert_take_text (GBytes *bytes, const char *text)
{
  g_autofree char *got = g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));

  g_assert_cmpstr (got, ==, text);
  g_bytes_unref (bytes);
}

static gboolean
decode_initiate (GBytes *bytes, GError **error)
{
  g_autoptr (RspInitiateAuthentication) answer
      = rsp_es9_initiate_authentication_parse (bytes, error);

  return answer != NULL;
}

static gboolean
decode_client (GBytes *bytes, GError **error)
{
  g_autoptr (RspAuthenticateClient) answer = rsp_es9_authenticate_client_parse (bytes, TID, error);

  return answer != NULL;
}

static gboolean
decode_package (GBytes *bytes, GError **error)
{
  g_autoptr (GBytes) package = rsp_es9_get_bound_profile_package_parse (bytes, TID, error);

  return package != NULL;
}

static gboolean
decode_events (GBytes *bytes, GError **error)
{
  g_autoptr (GPtrArray) entries = rsp_es11_authenticate_client_parse (bytes, TID, error);

  return entries != NULL;
}

static gboolean
decode_status (GBytes *bytes, GError **error)
{
  return rsp_es9_status_check (bytes, error);
}

typedef struct
{
  const char *text;
  KtErrorCode code;
  const char *key;
} TextRow;

static void
assert_bad_texts (Decode decode, const TextRow *rows, gsize count)
{
  for (gsize i = 0; i < count; i++)
    {
      g_autoptr (GBytes) body = body_of (rows[i].text);
      g_autoptr (GError) error = NULL;

      g_test_message ("row %s", rows[i].text);
      g_assert_false (decode (body, &error));
      assert_kt_error (&error, rows[i].code, rows[i].key);
      g_assert_false (decode (body, NULL));
    }
}

/* SGP.22 section 6.5: paths and bodies, without a "header" object. */
static void
test_requests (void)
{
  g_autoptr (GBytes) b1 = hex_bytes ("010203");
  g_autoptr (GBytes) b2 = hex_bytes ("040506");

  g_assert_cmpstr (rsp_es9_path (RSP_ES9_INITIATE_AUTHENTICATION), ==,
                   "/gsma/rsp2/es9plus/initiateAuthentication");
  g_assert_cmpstr (rsp_es9_path (RSP_ES9_AUTHENTICATE_CLIENT), ==,
                   "/gsma/rsp2/es9plus/authenticateClient");
  g_assert_cmpstr (rsp_es9_path (RSP_ES9_GET_BOUND_PROFILE_PACKAGE), ==,
                   "/gsma/rsp2/es9plus/getBoundProfilePackage");
  g_assert_cmpstr (rsp_es9_path (RSP_ES9_HANDLE_NOTIFICATION), ==,
                   "/gsma/rsp2/es9plus/handleNotification");
  g_assert_cmpstr (rsp_es9_path (RSP_ES9_CANCEL_SESSION), ==, "/gsma/rsp2/es9plus/cancelSession");
  g_assert_cmpstr (rsp_es9_name (RSP_ES9_CANCEL_SESSION), ==, "cancelSession");

  assert_take_text (rsp_es9_initiate_authentication (b1, b2, "a.example"),
                    "{\"smdpAddress\":\"a.example\",\"euiccChallenge\":\"AQID\","
                    "\"euiccInfo1\":\"BAUG\"}");
  assert_take_text (rsp_es9_authenticate_client ("00aB", b1),
                    "{\"transactionId\":\"00aB\",\"authenticateServerResponse\":\"AQID\"}");
  assert_take_text (rsp_es9_get_bound_profile_package ("00AB", b1),
                    "{\"transactionId\":\"00AB\",\"prepareDownloadResponse\":\"AQID\"}");
  assert_take_text (rsp_es9_handle_notification (b1), "{\"pendingNotification\":\"AQID\"}");
  assert_take_text (rsp_es9_cancel_session ("00AB", b2),
                    "{\"transactionId\":\"00AB\",\"cancelSessionResponse\":\"BAUG\"}");
}

static void
test_initiate (void)
{
  static const char *const bodies[] = {
    "{" OK "," INITIATE ("\"euiccCiPKIdToBeUsed\":\"" PKID_TLV "\"") "}",
    "{" OK "," INITIATE ("\"euiccCiPKIdToBeUsed\":\"" PKID_RAW "\"") "}",
    /* the spelling of SGP.22's Annex I */
    "{" OK "," INITIATE ("\"euiccCiPKIdTobeUsed\":\"" PKID_TLV "\"") "}",
    "{" OK "," INITIATE ("\"euiccCiPKIdTobeUsed\":\"" PKID_RAW "\"") "}",
    "{" HEADER ("Executed-WithWarning") ","
    INITIATE ("\"euiccCiPKIdToBeUsed\":\"" PKID_RAW "\"") "}",
    "{" INITIATE ("\"euiccCiPKIdToBeUsed\":\"" PKID_RAW "\"") ",\"later\":[{}]," OK "}\r\n",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (bodies); i++)
    {
      g_autoptr (GBytes) body = body_of (bodies[i]);
      g_autoptr (GError) error = NULL;
      g_autoptr (RspInitiateAuthentication) answer = NULL;

      answer = rsp_es9_initiate_authentication_parse (body, &error);
      g_assert_no_error (error);
      g_assert_cmpstr (answer->transaction_id, ==, TID);
      assert_bytes_hex (answer->transaction_id_raw, TID);
      assert_bytes_hex (answer->server_signed1, "010203");
      assert_bytes_hex (answer->server_signature1, "040506");
      assert_bytes_hex (answer->ci_pkid, V_PKID);
      assert_bytes_hex (answer->server_certificate, "070809");
    }
  rsp_initiate_authentication_free (NULL);
}

/* The transaction id goes back exactly as it came. */
static void
test_transaction_text (void)
{
  static const struct
  {
    const char *text;
    gboolean good;
  } rows[] = {
    { "00", TRUE },    { "aBcD", TRUE }, { TID, TRUE },        { "", FALSE },   { "0", FALSE },
    { "000", FALSE },  { "0G", FALSE },  { TID "00", FALSE },  { " 00", FALSE }, { "0x00", FALSE },
    { "00 1", FALSE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *text = g_strdup_printf (
          "{" OK ",\"transactionId\":\"%s\",\"serverSigned1\":\"" B1 "\",\"serverSignature1\":\"" B2
          "\",\"euiccCiPKIdToBeUsed\":\"" PKID_RAW "\",\"serverCertificate\":\"" B3 "\"}",
          rows[i].text);
      g_autoptr (GBytes) body = body_of (text);
      g_autoptr (GError) error = NULL;
      g_autoptr (RspInitiateAuthentication) answer
          = rsp_es9_initiate_authentication_parse (body, &error);

      if (rows[i].good)
        {
          g_assert_no_error (error);
          g_assert_cmpstr (answer->transaction_id, ==, rows[i].text);
        }
      else
        assert_kt_error (&error, KT_ERROR_PROTOCOL, "server.garbage");
    }
}

static void
test_initiate_bad (void)
{
  static const TextRow bad[] = {
    { "", KT_ERROR_MALFORMED, "server.garbage" },
    { "[]", KT_ERROR_MALFORMED, "server.garbage" },
    { "<html>", KT_ERROR_MALFORMED, "server.garbage" },
    { "{}", KT_ERROR_PROTOCOL, "server.garbage" },
    { "{" OK "}", KT_ERROR_PROTOCOL, "server.garbage" },
    { "{" OK ",\"transactionId\":7}", KT_ERROR_PROTOCOL, "server.garbage" },
    { "{" OK ",\"transactionId\":\"00\"}", KT_ERROR_MISSING, "server.garbage" },
    { "{" OK ",\"transactionId\":\"00\",\"serverSigned1\":1}", KT_ERROR_MISSING, "server.garbage" },
    { "{" OK ",\"transactionId\":\"00\",\"serverSigned1\":\"*\"}", KT_ERROR_MALFORMED,
      "server.garbage" },
    { "{" OK ",\"transactionId\":\"00\",\"serverSigned1\":\"" B1 "\"}", KT_ERROR_MISSING,
      "server.garbage" },
    { "{" OK ",\"transactionId\":\"00\",\"serverSigned1\":\"" B1 "\",\"serverSignature1\":\"" B2
      "\"}", KT_ERROR_MISSING, "server.garbage" },
    { "{" OK ",\"transactionId\":\"00\",\"serverSigned1\":\"" B1 "\",\"serverSignature1\":\"" B2
      "\",\"euiccCiPKIdToBeUsed\":\"" PKID_RAW "\"}", KT_ERROR_MISSING, "server.garbage" },
    /* no key identifier: too short, another tag, a length that lies */
    { "{" OK "," INITIATE ("\"euiccCiPKIdToBeUsed\":\"" B1 "\"") "}", KT_ERROR_PROTOCOL,
      "server.garbage" },
    { "{" OK "," INITIATE ("\"euiccCiPKIdToBeUsed\":\"\"") "}", KT_ERROR_PROTOCOL,
      "server.garbage" },
    { "{" OK "," INITIATE ("\"euiccCiPKIdToBeUsed\":\"BRT1QXK9+YqV1ly+uIo4ocEdgAqFww==\"") "}",
      KT_ERROR_PROTOCOL, "server.garbage" },
    { "{" OK "," INITIATE ("\"euiccCiPKIdToBeUsed\":\"BBP1QXK9+YqV1ly+uIo4ocEdgAqFww==\"") "}",
      KT_ERROR_PROTOCOL, "server.garbage" },
    { "{" OK "," INITIATE ("\"euiccCiPKIdToBeUsed\":1") "}", KT_ERROR_MISSING, "server.garbage" },
  };

  assert_bad_texts (decode_initiate, bad, G_N_ELEMENTS (bad));
}

static void
test_client (void)
{
  static const char *const bodies[] = {
    "{" OK "," CLIENT "}",
    /* line breaks in base64, and a transaction id that is not repeated or in other letters */
    "{" OK ",\"profileMetadata\":\"AQ\\r\\nID\",\"smdpSigned2\":\" BAUG\\n\",\"smdpSignature2\":\""
    B3 "\",\"smdpCertificate\":\"" B1 "\"}",
    "{" OK ",\"transactionId\":\"000102030405060708090a0b0c0d0e0f\",\"profileMetadata\":\"" B1
    "\",\"smdpSigned2\":\"" B2 "\",\"smdpSignature2\":\"" B3 "\",\"smdpCertificate\":\"" B1 "\"}",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (bodies); i++)
    {
      g_autoptr (GBytes) body = body_of (bodies[i]);
      g_autoptr (GError) error = NULL;
      g_autoptr (RspAuthenticateClient) answer
          = rsp_es9_authenticate_client_parse (body, TID, &error);

      g_assert_no_error (error);
      assert_bytes_hex (answer->metadata, "010203");
      assert_bytes_hex (answer->smdp_signed2, "040506");
      assert_bytes_hex (answer->smdp_signature2, "070809");
      assert_bytes_hex (answer->smdp_certificate, "010203");
    }
  rsp_authenticate_client_free (NULL);
}

static void
test_client_bad (void)
{
  static const TextRow bad[] = {
    { "{" OK ",\"transactionId\":\"FF\"," "\"profileMetadata\":\"" B1 "\"}", KT_ERROR_CHECK_FAILED,
      "check.transaction-id" },
    { "{" OK "}", KT_ERROR_MISSING, "server.garbage" },
    { "{" OK ",\"profileMetadata\":\"" B1 "\"}", KT_ERROR_MISSING, "server.garbage" },
    { "{" OK ",\"profileMetadata\":\"" B1 "\",\"smdpSigned2\":\"" B1 "\"}", KT_ERROR_MISSING,
      "server.garbage" },
    { "{" OK ",\"profileMetadata\":\"" B1 "\",\"smdpSigned2\":\"" B1 "\",\"smdpSignature2\":\"" B1
      "\"}", KT_ERROR_MISSING, "server.garbage" },
    { "{" OK ",\"profileMetadata\":\"AQI\"}", KT_ERROR_MALFORMED, "server.garbage" },
    { "{" CLIENT "}", KT_ERROR_PROTOCOL, "server.garbage" },
  };

  assert_bad_texts (decode_client, bad, G_N_ELEMENTS (bad));
}

static void
test_package (void)
{
  static const TextRow bad[] = {
    { "{" OK ",\"transactionId\":\"" TID "\"}", KT_ERROR_MISSING, "server.garbage" },
    { "{" OK ",\"transactionId\":\"00\",\"boundProfilePackage\":\"" B1 "\"}", KT_ERROR_CHECK_FAILED,
      "check.transaction-id" },
    { "{" OK ",\"boundProfilePackage\":\"QUJD*garbage\"}", KT_ERROR_MALFORMED, "server.garbage" },
    { "{" OK ",\"boundProfilePackage\":null}", KT_ERROR_MISSING, "server.garbage" },
    { "{" PACKAGE "}", KT_ERROR_PROTOCOL, "server.garbage" },
  };
  g_autoptr (GBytes) body = body_of ("{" OK "," PACKAGE "}");
  g_autoptr (GError) error = NULL;

  assert_take_hex (rsp_es9_get_bound_profile_package_parse (body, TID, &error), "010203");
  g_assert_no_error (error);
  assert_bad_texts (decode_package, bad, G_N_ELEMENTS (bad));
}

static void
test_package_too_large (void)
{
  g_autofree char *digits = g_strnfill ((RSP_BPP_MAX + 3) / 3 * 4, 'A');
  g_autofree char *text = g_strconcat ("{" OK ",\"boundProfilePackage\":\"", digits, "\"}", NULL);
  g_autoptr (GBytes) body = body_of (text);
  g_autoptr (GError) error = NULL;

  g_assert_null (rsp_es9_get_bound_profile_package_parse (body, TID, &error));
  assert_kt_error (&error, KT_ERROR_LIMIT, "server.garbage");
}

/* What must hold: the verdict is the status; "Failed" with every member there is a failure. */
static void
test_peer_11 (void)
{
  static const TextRow initiate[] = {
    { "{" HEADER ("Failed") "," INITIATE ("\"euiccCiPKIdToBeUsed\":\"" PKID_RAW "\"") "}",
      KT_ERROR_SERVER_REFUSED, "server.refused" },
    { "{" HEADER ("Expired") "," INITIATE ("\"euiccCiPKIdToBeUsed\":\"" PKID_RAW "\"") "}",
      KT_ERROR_SERVER_REFUSED, "server.refused" },
    { "{" HEADER ("executed-success") "," INITIATE ("\"euiccCiPKIdToBeUsed\":\"" PKID_RAW "\"") "}",
      KT_ERROR_PROTOCOL, "server.garbage" },
    { "{" HEADER ("") "," INITIATE ("\"euiccCiPKIdToBeUsed\":\"" PKID_RAW "\"") "}",
      KT_ERROR_PROTOCOL, "server.garbage" },
  };
  static const TextRow client[] = {
    { "{" HEADER ("Failed") "," CLIENT "}", KT_ERROR_SERVER_REFUSED, "server.refused" },
    { "{" HEADER ("Expired") "," CLIENT "}", KT_ERROR_SERVER_REFUSED, "server.refused" },
    { "{" HEADER ("Fine") "," CLIENT "}", KT_ERROR_PROTOCOL, "server.garbage" },
    { "{\"header\":{}," CLIENT "}", KT_ERROR_PROTOCOL, "server.garbage" },
    { "{\"header\":\"Executed-Success\"," CLIENT "}", KT_ERROR_PROTOCOL, "server.garbage" },
    { "{\"header\":{\"functionExecutionStatus\":{}}," CLIENT "}", KT_ERROR_PROTOCOL,
      "server.garbage" },
    { "{\"header\":{\"functionExecutionStatus\":{\"status\":0}}," CLIENT "}", KT_ERROR_PROTOCOL,
      "server.garbage" },
  };
  static const TextRow package[] = {
    { "{" HEADER ("Failed") "," PACKAGE "}", KT_ERROR_SERVER_REFUSED, "server.refused" },
  };
  static const TextRow events[] = {
    { "{" HEADER ("Failed") ",\"eventEntries\":[]}", KT_ERROR_SERVER_REFUSED, "server.refused" },
  };

  assert_bad_texts (decode_initiate, initiate, G_N_ELEMENTS (initiate));
  assert_bad_texts (decode_client, client, G_N_ELEMENTS (client));
  assert_bad_texts (decode_package, package, G_N_ELEMENTS (package));
  assert_bad_texts (decode_events, events, G_N_ELEMENTS (events));
}

/*
 * What must hold: a notification that the server answers "Failed" to is not delivered, and a
 * refused cancellation is not done, although HTTP says 200.
 */
static void
test_peer_3 (void)
{
  static const TextRow bad[] = {
    { "{" HEADER ("Failed") "}", KT_ERROR_SERVER_REFUSED, "server.refused" },
    { "{" HEADER ("Expired") "}", KT_ERROR_SERVER_REFUSED, "server.refused" },
    { "{" HEADER ("Perhaps") "}", KT_ERROR_PROTOCOL, "server.garbage" },
    { "{\"header\":{}}", KT_ERROR_PROTOCOL, "server.garbage" },
    { "<html>", KT_ERROR_MALFORMED, "server.garbage" },
    { " ", KT_ERROR_MALFORMED, "server.garbage" },
  };
  static const char *const good[]
      = { "", "{}", "{" OK "}", "{" HEADER ("Executed-WithWarning") "}" };

  assert_bad_texts (decode_status, bad, G_N_ELEMENTS (bad));
  for (gsize i = 0; i < G_N_ELEMENTS (good); i++)
    {
      g_autoptr (GBytes) body = body_of (good[i]);
      g_autoptr (GError) error = NULL;

      g_assert_true (rsp_es9_status_check (body, &error));
      g_assert_no_error (error);
    }
}

static GError *
refusal (const char *data)
{
  g_autofree char *text = g_strdup_printf (
      "{\"header\":{\"functionExecutionStatus\":{\"status\":\"Failed\",\"statusCodeData\":%s}}}",
      data);
  g_autoptr (GBytes) body = body_of (text);
  GError *error = NULL;

  g_assert_false (rsp_es9_status_check (body, &error));
  g_assert_true (g_error_matches (error, KT_ERROR, KT_ERROR_SERVER_REFUSED));
  return error;
}

static void
test_refusal (void)
{
  g_autoptr (GError) whole = refusal ("{\"subjectCode\":\"8.2.6\",\"reasonCode\":\"3.8\","
                                      "\"subjectIdentifier\":\"TOKEN\",\"message\":\"no\\nway\"}");
  g_autoptr (GError) half = refusal ("{\"reasonCode\":\"3.8\"}");
  g_autoptr (GError) odd = refusal ("{\"subjectCode\":8,\"reasonCode\":null,\"message\":[]}");
  g_autoptr (GError) none = refusal ("null");
  const KtErrorDetail *detail = kt_error_detail (whole);

  g_assert_cmpstr (detail->subject, ==, "8.2.6");
  g_assert_cmpstr (detail->reason, ==, "3.8");
  g_assert_cmpstr (detail->subject_id, ==, "TOKEN");
  /* shown to people: no control characters */
  g_assert_cmpstr (detail->server_message, ==, "no way");
  g_assert_nonnull (strstr (whole->message, "Matching ID"));
  /* the technical message goes to logs and carries nothing that the server chose freely */
  g_assert_null (strstr (whole->message, "TOKEN"));
  g_assert_null (kt_error_detail (half)->subject);
  g_assert_cmpstr (kt_error_detail (half)->reason, ==, "3.8");
  g_assert_null (kt_error_detail (odd)->subject);
  g_assert_null (kt_error_detail (odd)->reason);
  g_assert_null (kt_error_detail (odd)->server_message);
  g_assert_null (kt_error_detail (none)->subject);
}

/* What must hold: texts of any length and letters end where they should, never within a letter. */
static void
test_peer_2 (void)
{
  g_autofree char *ascii = g_strnfill (2000, 'x');
  g_autoptr (GString) kanji = g_string_new (NULL);
  g_autofree char *reason = g_strnfill (16, '7');
  g_autofree char *long_data = NULL;
  g_autofree char *kanji_data = NULL;
  g_autofree char *reason_data = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) kanji_error = NULL;
  g_autoptr (GError) reason_error = NULL;
  const KtErrorDetail *detail;

  for (guint i = 0; i < 1000; i++)
    g_string_append (kanji, "開");
  long_data = g_strdup_printf ("{\"subjectCode\":\"%s\",\"reasonCode\":\"%s\","
                               "\"subjectIdentifier\":\"%s\",\"message\":\"%s\"}",
                               ascii, ascii, ascii, ascii);
  kanji_data = g_strdup_printf ("{\"message\":\"%s\"}", kanji->str);
  reason_data = g_strdup_printf ("{\"subjectCode\":\"8.1\",\"reasonCode\":\"%s\"}", reason);
  error = refusal (long_data);
  detail = kt_error_detail (error);
  g_assert_cmpuint (strlen (detail->subject), ==, 256);
  g_assert_cmpuint (strlen (detail->reason), ==, 256);
  g_assert_cmpuint (strlen (detail->subject_id), ==, 256);
  g_assert_cmpuint (strlen (detail->server_message), ==, 256);
  kanji_error = refusal (kanji_data);
  detail = kt_error_detail (kanji_error);
  g_assert_true (g_utf8_validate (detail->server_message, -1, NULL));
  g_assert_true (g_str_has_suffix (detail->server_message, "開"));
  g_assert_cmpuint (g_utf8_strlen (detail->server_message, -1), <=, 256);
  reason_error = refusal (reason_data);
  g_assert_cmpstr (kt_error_detail (reason_error)->reason, ==, reason);
}

static void
test_events (void)
{
  static const char *const none[] = {
    "{" OK "}", "{" OK ",\"transactionId\":\"" TID "\",\"eventEntries\":[]}",
  };
  static const TextRow bad[] = {
    { "{" OK ",\"eventEntries\":{}}", KT_ERROR_PROTOCOL, "server.garbage" },
    { "{" OK ",\"eventEntries\":null}", KT_ERROR_PROTOCOL, "server.garbage" },
    { "{" OK ",\"eventEntries\":[1]}", KT_ERROR_PROTOCOL, "server.garbage" },
    { "{" OK ",\"eventEntries\":[[]]}", KT_ERROR_PROTOCOL, "server.garbage" },
    { "{" OK ",\"eventEntries\":[{}]}", KT_ERROR_PROTOCOL, "server.garbage" },
    { "{" OK ",\"eventEntries\":[{\"eventId\":\"E\"}]}", KT_ERROR_PROTOCOL, "server.garbage" },
    { "{" OK ",\"eventEntries\":[{\"eventId\":1,\"rspServerAddress\":\"a.example\"}]}",
      KT_ERROR_PROTOCOL, "server.garbage" },
    { "{" OK ",\"transactionId\":\"00\",\"eventEntries\":[]}", KT_ERROR_CHECK_FAILED,
      "check.transaction-id" },
    { "{\"eventEntries\":[]}", KT_ERROR_PROTOCOL, "server.garbage" },
  };
  g_autoptr (GBytes) body = body_of (
      "{" OK ",\"eventEntries\":[{\"eventId\":\"E-1\",\"rspServerAddress\":\"a.example\"},"
      "{\"eventId\":\"E-2\",\"rspServerAddress\":\"b.example\",\"later\":1}]}");
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) entries = rsp_es11_authenticate_client_parse (body, TID, &error);
  RspEventEntry *second;

  g_assert_no_error (error);
  g_assert_cmpuint (entries->len, ==, 2);
  second = g_ptr_array_index (entries, 1);
  g_assert_cmpstr (second->event_id, ==, "E-2");
  g_assert_cmpstr (second->server, ==, "b.example");
  for (gsize i = 0; i < G_N_ELEMENTS (none); i++)
    {
      g_autoptr (GBytes) empty = body_of (none[i]);
      g_autoptr (GPtrArray) nothing = rsp_es11_authenticate_client_parse (empty, TID, &error);

      g_assert_no_error (error);
      g_assert_cmpuint (nothing->len, ==, 0);
    }
  assert_bad_texts (decode_events, bad, G_N_ELEMENTS (bad));
  rsp_event_entry_free (NULL);
}

/* A list that never ends is read up to a bound, an entry of any length is not. */
static void
test_events_limit (void)
{
  g_autoptr (GString) text = g_string_new ("{" OK ",\"eventEntries\":[");
  g_autofree char *id = g_strnfill (256, 'E');
  g_autofree char *long_text = g_strdup_printf (
      "{" OK ",\"eventEntries\":[{\"eventId\":\"%s\",\"rspServerAddress\":\"a.example\"}]}", id);
  g_autoptr (GBytes) body = NULL;
  g_autoptr (GBytes) long_body = body_of (long_text);
  g_autoptr (GPtrArray) entries = NULL;
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < 1000; i++)
    g_string_append (text, "{\"eventId\":\"E\",\"rspServerAddress\":\"a.example\"},");
  g_string_truncate (text, text->len - 1);
  g_string_append (text, "]}");
  body = body_of (text->str);
  entries = rsp_es11_authenticate_client_parse (body, TID, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (entries->len, ==, 64);
  g_assert_null (rsp_es11_authenticate_client_parse (long_body, TID, &error));
  assert_kt_error (&error, KT_ERROR_PROTOCOL, "server.garbage");
}

/* Every beginning of a good answer is none. */
static void
test_truncated (void)
{
  static const char whole[] = "{" OK "," INITIATE ("\"euiccCiPKIdToBeUsed\":\"" PKID_TLV "\"") "}";

  for (gsize len = 0; len < sizeof whole - 1; len++)
    {
      g_autoptr (GBytes) body = g_bytes_new (whole, len);

      g_assert_false (decode_checked (decode_initiate, body));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/rsp/es9/requests", test_requests);
  g_test_add_func ("/rsp/es9/initiate", test_initiate);
  g_test_add_func ("/rsp/es9/transaction-text", test_transaction_text);
  g_test_add_func ("/rsp/es9/initiate-bad", test_initiate_bad);
  g_test_add_func ("/rsp/es9/client", test_client);
  g_test_add_func ("/rsp/es9/client-bad", test_client_bad);
  g_test_add_func ("/rsp/es9/package", test_package);
  g_test_add_func ("/rsp/es9/package-too-large", test_package_too_large);
  g_test_add_func ("/rsp/es9/refusal", test_refusal);
  g_test_add_func ("/rsp/es9/truncated", test_truncated);
  g_test_add_func ("/rsp/es11/events", test_events);
  g_test_add_func ("/rsp/es11/events-limit", test_events_limit);
  g_test_add_func ("/peer/2-unterminated-server-texts", test_peer_2);
  g_test_add_func ("/peer/3-failed-notification-is-not-delivered", test_peer_3);
  g_test_add_func ("/peer/11-failed-with-all-members", test_peer_11);

  return g_test_run ();
}
