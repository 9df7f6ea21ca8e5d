/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-test"

#include <json-glib/json-glib.h>
#include <string.h>

#include "kt-error.h"
#include "net-recorder.h"
#include "net-replayer.h"
#include "net-test-http.h"

#define SERVER "smdp.example"
#define PATH "/gsma/rsp2/es9plus/initiateAuthentication"

typedef struct
{
  NetTestHttp *inner;
  GOutputStream *out;
  NetHttp *http;
} Fixture;

static Fixture *
fixture_new (NetRecorderFlags flags)
{
  Fixture *f = g_new0 (Fixture, 1);

  f->inner = net_test_http_new ();
  f->out = g_memory_output_stream_new_resizable ();
  f->http = NET_HTTP (
      net_recorder_new (NET_HTTP (f->inner), f->out, flags, kt_env_default ()));
  return f;
}

static void
fixture_free (Fixture *f)
{
  g_object_unref (f->http);
  g_object_unref (f->out);
  g_object_unref (f->inner);
  g_free (f);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Fixture, fixture_free)

static GBytes *
post (NetHttp *http, const char *text, guint *status, GError **error)
{
  g_autoptr (GBytes) body = g_bytes_new (text, strlen (text));

  return net_http_post (http, SERVER, PATH, body, NULL, NULL, status, NULL, error);
}

static GBytes *
dup_recording (Fixture *f)
{
  GMemoryOutputStream *memory = G_MEMORY_OUTPUT_STREAM (f->out);

  return g_bytes_new (g_memory_output_stream_get_data (memory),
                      g_memory_output_stream_get_data_size (memory));
}

static char *
dup_recording_text (Fixture *f)
{
  g_autoptr (GBytes) bytes = dup_recording (f);

  return g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
}

static void
assert_text (GBytes *bytes, const char *text)
{
  g_assert_nonnull (bytes);
  g_assert_cmpmem (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), text, strlen (text));
}

static void
record_two (Fixture *f)
{
  g_autoptr (GBytes) one = post (f->http, "{\"eid\":\"8904\",\"header\":{\"status\":\"Failed\"}}",
                                 NULL, NULL);
  g_autoptr (GBytes) two = NULL;

  assert_text (one, "{\"n\":1,\"secret\":\"abcd\"}");
  net_test_http_fail (f->inner,
                      kt_error_new (KT_ERROR_TIMED_OUT, "net.timeout-idle", "too late"));
  two = post (f->http, "{}", NULL, NULL);
  g_assert_null (two);
}

/* A recording names no secret unless it is asked to. */
static void
test_redacted (void)
{
  g_autoptr (Fixture) f = fixture_new (NET_RECORDER_REDACTED);
  g_autofree char *text = NULL;

  record_two (f);
  text = dup_recording_text (f);
  g_assert_null (strstr (text, "abcd"));
  g_assert_null (strstr (text, "8904"));
  g_assert_nonnull (strstr (text, "(4 characters)"));
  g_assert_nonnull (strstr (text, "\"status\":\"Failed\""));
  g_assert_nonnull (strstr (text, "\"redacted\":true"));
  g_assert_nonnull (strstr (text, "\"error\":\"timed-out\""));
  g_assert_nonnull (strstr (text, "\"server\":\"" SERVER "\""));
}

/* Nor what is no JSON. */
static void
test_redacted_garbage (void)
{
  static const char *const bodies[] = { "secret 8904", "[\"8904\"]", "\"8904\"",
                                        "{\"a\":[\"8904\",{\"b\":\"8904\"}]}", "{\"8904" };

  for (gsize i = 0; i < G_N_ELEMENTS (bodies); i++)
    {
      g_autoptr (Fixture) f = fixture_new (NET_RECORDER_REDACTED);
      g_autoptr (GBytes) answer = post (f->http, bodies[i], NULL, NULL);
      g_autofree char *text = dup_recording_text (f);

      g_assert_null (strstr (text, "8904"));
    }
}

static void
test_round_trip (void)
{
  g_autoptr (Fixture) f = fixture_new (NET_RECORDER_FULL);
  g_autoptr (GBytes) recording = NULL;
  g_autoptr (NetReplayer) replayer = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) answer = NULL;
  guint status = 0;

  record_two (f);
  net_test_http_fail (f->inner, kt_error_new (KT_ERROR_HTTP_STATUS, "net.http", "status"));
  g_assert_null (post (f->http, "{}", NULL, &error));
  g_clear_error (&error);
  recording = dup_recording (f);
  replayer = net_replayer_new (recording, NET_REPLAYER_STRICT, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (net_replayer_get_left (replayer), ==, 3);
  /* JSON with its members in another order is the same request. */
  answer = post (NET_HTTP (replayer), "{\"header\":{\"status\":\"Failed\"}, \"eid\":\"8904\"}",
                 &status, &error);
  g_assert_no_error (error);
  assert_text (answer, "{\"n\":1,\"secret\":\"abcd\"}");
  g_assert_cmpuint (status, ==, 200);
  g_assert_null (post (NET_HTTP (replayer), "{}", NULL, &error));
  g_assert_error (error, KT_ERROR, KT_ERROR_TIMED_OUT);
  g_assert_cmpstr (kt_error_key (error), ==, "net.timeout-idle");
  g_clear_error (&error);
  g_assert_null (post (NET_HTTP (replayer), "{}", NULL, &error));
  g_assert_error (error, KT_ERROR, KT_ERROR_HTTP_STATUS);
  g_clear_error (&error);
  g_assert_cmpuint (net_replayer_get_left (replayer), ==, 0);
  g_assert_null (post (NET_HTTP (replayer), "{}", NULL, &error));
  g_assert_error (error, KT_ERROR, KT_ERROR_PROTOCOL);
  g_assert_cmpstr (kt_error_key (error), ==, "replay.end");
}

static void
test_mismatch (void)
{
  static const char line[] = "{\"path\":\"" PATH "\",\"req\":{\"a\":1},\"resp\":{\"b\":2}}\n";
  static const char other[] = "{\"path\":\"/other\",\"resp\":{}}";
  g_autoptr (GBytes) recording = g_bytes_new_static (line, strlen (line));
  g_autoptr (GBytes) other_path = g_bytes_new_static (other, strlen (other));
  g_autoptr (NetReplayer) strict = net_replayer_new (recording, NET_REPLAYER_STRICT, NULL);
  g_autoptr (NetReplayer) lenient = net_replayer_new (recording, NET_REPLAYER_LENIENT, NULL);
  g_autoptr (NetReplayer) elsewhere = net_replayer_new (other_path, NET_REPLAYER_LENIENT, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) answer = NULL;

  g_assert_null (post (NET_HTTP (strict), "{\"a\":2}", NULL, &error));
  g_assert_cmpstr (kt_error_key (error), ==, "replay.mismatch");
  g_clear_error (&error);
  g_assert_null (post (NET_HTTP (elsewhere), "{}", NULL, &error));
  g_assert_cmpstr (kt_error_key (error), ==, "replay.mismatch");
  g_clear_error (&error);
  answer = post (NET_HTTP (lenient), "{\"a\":2}", NULL, &error);
  g_assert_no_error (error);
  assert_text (answer, "{\"b\":2}");
}

static void
test_bad_recordings (void)
{
  static const struct
  {
    const char *text;
    const char *key;
  } rows[] = {
    { "", "replay.empty" },
    { "\n \n", "replay.empty" },
    { "no JSON", "replay.format" },
    { "[]", "replay.format" },
    { "{}", "replay.format" },
    { "{\"path\":7}", "replay.format" },
    { "{\"path\":\"/a\",\"status\":-1}", "replay.format" },
    { "{\"path\":\"/a\",\"error\":\"no such\"}", "replay.format" },
    { "{\"path\":\"/a\",\"redacted\":true}", "replay.redacted" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GBytes) recording = g_bytes_new_static (rows[i].text, strlen (rows[i].text));
      g_autoptr (GError) error = NULL;

      g_assert_null (net_replayer_new (recording, NET_REPLAYER_LENIENT, &error));
      g_assert_error (error, KT_ERROR, KT_ERROR_INVALID_INPUT);
      g_assert_cmpstr (kt_error_key (error), ==, rows[i].key);
    }
}

/* A download between two other programs, recorded by a third. */
static void
test_foreign_recording (void)
{
  static const char *const functions[] = { "initiateAuthentication", "authenticateClient",
                                           "getBoundProfilePackage" };
  const char *root = g_getenv ("KT_TEST_FIXTURES");
  g_autofree char *path = root != NULL ? g_build_filename (root, "traces", "http.jsonl", NULL)
                                       : NULL;
  g_autofree char *data = NULL;
  g_autoptr (GBytes) recording = NULL;
  g_autoptr (NetReplayer) replayer = NULL;
  g_autoptr (GError) error = NULL;
  gsize len;

  if (path == NULL || !g_file_get_contents (path, &data, &len, NULL))
    {
      g_test_skip ("the recording is not here");
      return;
    }
  recording = g_bytes_new (data, len);
  replayer = net_replayer_new (recording, NET_REPLAYER_LENIENT, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (net_replayer_get_left (replayer), ==, G_N_ELEMENTS (functions));
  for (gsize i = 0; i < G_N_ELEMENTS (functions); i++)
    {
      g_autofree char *function = g_strconcat ("/gsma/rsp2/es9plus/", functions[i], NULL);
      g_autoptr (GBytes) body = g_bytes_new_static ("{}", 2);
      g_autoptr (GBytes) answer = net_http_post (NET_HTTP (replayer), "any.example", function, body,
                                                 NULL, NULL, NULL, NULL, &error);
      g_autoptr (JsonParser) parser = json_parser_new ();

      g_assert_no_error (error);
      g_assert_true (json_parser_load_from_data (parser, g_bytes_get_data (answer, NULL),
                                                 (gssize) g_bytes_get_size (answer), NULL));
      g_assert_true (json_object_has_member (
          json_node_get_object (json_parser_get_root (parser)), "transactionId"));
    }
}

/* Recording ends when it cannot be written; the work goes on. */
static void
test_unwritable (void)
{
  char small[8];
  g_autoptr (NetTestHttp) inner = net_test_http_new ();
  g_autoptr (GOutputStream) out = g_memory_output_stream_new (small, sizeof small, NULL, NULL);
  g_autoptr (NetRecorder) recorder
      = net_recorder_new (NET_HTTP (inner), out, NET_RECORDER_FULL, kt_env_default ());

  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (GBytes) answer = post (NET_HTTP (recorder), "{}", NULL, NULL);

      g_assert_nonnull (answer);
    }
  g_assert_true (net_recorder_has_failed (recorder));
}

static void
test_passes_on (void)
{
  g_autoptr (Fixture) f = fixture_new (NET_RECORDER_FULL);
  g_autoptr (GBytes) answer = post (f->http, "{}", NULL, NULL);
  NetCounters counters;

  net_http_prepare (f->http, SERVER);
  net_http_release (f->http, SERVER);
  net_http_release (f->http, SERVER);
  net_http_get_counters (f->http, NULL, &counters);
  g_assert_cmpuint (net_test_http_get_prepared (f->inner), ==, 1);
  g_assert_cmpuint (net_test_http_get_released (f->inner), ==, 2);
  g_assert_cmpuint (counters.requests, ==, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/net/record/redacted", test_redacted);
  g_test_add_func ("/net/record/redacted-garbage", test_redacted_garbage);
  g_test_add_func ("/net/record/round-trip", test_round_trip);
  g_test_add_func ("/net/record/mismatch", test_mismatch);
  g_test_add_func ("/net/record/bad-recordings", test_bad_recordings);
  g_test_add_func ("/net/record/foreign-recording", test_foreign_recording);
  g_test_add_func ("/net/record/unwritable", test_unwritable);
  g_test_add_func ("/net/record/passes-on", test_passes_on);
  return g_test_run ();
}
