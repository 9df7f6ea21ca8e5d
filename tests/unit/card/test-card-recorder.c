/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-test"

#include "card-channel.h"
#include "card-recorder.h"
#include "card-replayer.h"
#include "card-secrecy.h"
#include "kt-bytes.h"
#include "mock-card.h"

#include <string.h>

#define EID "89049032123451234512345678901235"
#define IMSI "082943019700000010"
#define PIN "31323334FFFFFFFF"
#define RAND_VALUE "23553CBE9637A89D218AE64DAE47BF35"
#define RES "A54211D5E3BA50BF"
#define TOKEN "4B41495453552D544F4B454E"

typedef struct
{
  MockCard *inner;
  GOutputStream *out;
  KtEnv *env;
  Card *card;
} Fixture;

static void
fixture_init (Fixture *f, CardRecorderFormat format, CardRecorderFlags flags)
{
  g_autoptr (GError) error = NULL;

  f->inner = mock_card_new (CARD_PROTOCOL_T0);
  mock_card_set_atr (f->inner, "3B9F96801FC78031A073BE21136743200718000001A5");
  f->out = g_memory_output_stream_new_resizable ();
  f->env = kt_env_new_seeded (1, 0);
  f->card = card_recorder_new (KT_CARD (f->inner), f->out, format, flags, f->env);
  g_assert_true (card_open (f->card, NULL, &error));
  g_assert_no_error (error);
}

static char *
fixture_text (Fixture *f)
{
  GMemoryOutputStream *out = G_MEMORY_OUTPUT_STREAM (f->out);

  return g_strndup (g_memory_output_stream_get_data (out),
                    g_memory_output_stream_get_data_size (out));
}

static void
fixture_clear (Fixture *f)
{
  mock_card_assert_done (f->inner);
  g_object_unref (f->card);
  g_object_unref (f->inner);
  g_object_unref (f->out);
  kt_env_free_seeded (f->env);
}

static void
exchange (Fixture *f, const char *command, const char *response)
{
  g_autoptr (GBytes) out = mock_bytes (command);
  g_autoptr (GBytes) expected = mock_bytes (response);
  g_autoptr (GBytes) in = NULL;
  g_autoptr (GError) error = NULL;

  mock_card_expect (f->inner, command, response);
  g_assert_true (card_begin (f->card, NULL));
  in = card_transmit (f->card, out, NULL, &error);
  card_end (f->card);
  g_assert_no_error (error);
  g_assert_true (g_bytes_equal (in, expected));
}

static void
play_session (Fixture *f)
{
  exchange (f, "80AA00000A A9088100820101830107", "9000");
  exchange (f, "0070000001", "019000");
  exchange (f, "01A4040010 A0000005591010FFFFFFFF8900000100", "6F129000");
  exchange (f, "81E2910006 BF3E035C015A", "6115");
  exchange (f, "01C0000015", "BF3E125A10" EID "9000");
  exchange (f, "81E211000C " TOKEN, "9000");
  exchange (f, "81E291010C " TOKEN, "9000");
  exchange (f, "00A4040C07 A0000000871002", "9000");
  exchange (f, "00B0000009", IMSI "9000");
  exchange (f, "0020000108" PIN, "9000");
  exchange (f, "0088008111 10" RAND_VALUE, "611A");
  exchange (f, "00C000001A", "DB08" RES "9000");
}

static void
check_secrets (const char *text, gboolean personal)
{
  g_assert_cmpint (strstr (text, EID) != NULL, ==, personal);
  g_assert_cmpint (strstr (text, IMSI) != NULL, ==, personal);
  g_assert_cmpint (strstr (text, TOKEN) != NULL, ==, personal);
  /* Whatever was asked for. */
  g_assert_null (strstr (text, PIN));
  g_assert_null (strstr (text, RAND_VALUE));
  g_assert_null (strstr (text, RES));
  g_assert_null (strstr (text, "A0000000871002"));
}

static void
test_redacted_text (void)
{
  g_autofree char *text = NULL;
  Fixture f;

  fixture_init (&f, CARD_RECORDER_TEXT, CARD_RECORDER_REDACTED);
  play_session (&f);
  text = fixture_text (&f);
  check_secrets (text, FALSE);
  g_assert_cmpstr (text, ==,
                   "# open T=0 3B9F96801FC78031A073BE21136743200718000001A5\n"
                   "> 80AA00000AA9088100820101830107\n"
                   "< 9000\n"
                   "> 0070000001\n"
                   "< 019000\n"
                   "> 01A4040010A0000005591010FFFFFFFF8900000100 SELECT ISD-R\n"
                   "< +2 9000\n"
                   "> 81E2910006 +6 GetEID\n"
                   "< 6115\n"
                   "> 01C0000015 GET RESPONSE\n"
                   "< +21 9000\n"
                   "> 81E211000C +12 STORE DATA\n"
                   "< 9000\n"
                   "> 81E291010C +12 STORE DATA, continued\n"
                   "< 9000\n"
                   "> 00A4040C07 +7 SELECT USIM\n"
                   "< 9000\n"
                   "> 00B0000009 READ BINARY\n"
                   "< +9 9000\n"
                   "> 0020000108 +8 VERIFY PIN\n"
                   "< 9000\n"
                   "> 0088008111 +17 AUTHENTICATE\n"
                   "< 611A\n"
                   "> 00C000001A GET RESPONSE\n"
                   "< +10 9000\n");
  fixture_clear (&f);
}

static void
test_full_text (void)
{
  g_autofree char *text = NULL;
  Fixture f;

  fixture_init (&f, CARD_RECORDER_TEXT, CARD_RECORDER_FULL);
  play_session (&f);
  text = fixture_text (&f);
  check_secrets (text, TRUE);
  g_assert_nonnull (strstr (text, "> 0020000108 +8 VERIFY PIN\n< 9000\n"));
  g_assert_nonnull (strstr (text, "> 00C000001A GET RESPONSE\n< +10 9000\n"));
  fixture_clear (&f);
}

static void
test_json (void)
{
  static const CardRecorderFlags flags[] = { CARD_RECORDER_REDACTED, CARD_RECORDER_FULL };

  for (gsize i = 0; i < G_N_ELEMENTS (flags); i++)
    {
      g_autofree char *text = NULL;
      g_auto (GStrv) lines = NULL;
      Fixture f;

      fixture_init (&f, CARD_RECORDER_JSON, flags[i]);
      play_session (&f);
      text = fixture_text (&f);
      check_secrets (text, flags[i] == CARD_RECORDER_FULL);
      lines = g_strsplit (text, "\n", -1);
      g_assert_cmpuint (g_strv_length (lines), ==, 14);
      g_assert_true (g_str_has_prefix (lines[0], "{\"event\":\"open\",\"at_us\":"));
      g_assert_true (g_str_has_prefix (lines[4], "{\"apdu\":4,\"at_us\":"));
      g_assert_nonnull (strstr (lines[4], "\"name\":\"GetEID\",\"command\":\"81E2910006"));
      g_assert_true (g_str_has_suffix (lines[4], "\"sw\":\"6115\"}"));
      g_assert_true (g_str_has_suffix (lines[12], ",\"response\":\"\",\"response_hidden\":10,"
                                                  "\"sw\":\"9000\"}"));
      fixture_clear (&f);
    }
}

/* Which response a GET RESPONSE brings is known for each channel by itself. */
static void
test_secrecy_by_channel (void)
{
  CardSecrecyState state = { 0 };
  static const struct
  {
    const char *command;
    CardSecrecy out, in;
  } rows[] = {
    { "43880081 02 0102", CARD_SECRECY_NEVER, CARD_SECRECY_NEVER },
    { "0070000001", CARD_SECRECY_OPEN, CARD_SECRECY_OPEN },
    { "00C0000001", CARD_SECRECY_OPEN, CARD_SECRECY_OPEN },
    { "43C0000001", CARD_SECRECY_OPEN, CARD_SECRECY_NEVER },
    { "C3E29100 03 BF2E00", CARD_SECRECY_PERSONAL, CARD_SECRECY_PERSONAL },
    { "43C0000001", CARD_SECRECY_OPEN, CARD_SECRECY_PERSONAL },
    { "00EE0000 01 00", CARD_SECRECY_PERSONAL, CARD_SECRECY_PERSONAL },
    { "4FC0000001", CARD_SECRECY_OPEN, CARD_SECRECY_OPEN },
    { "00A40400", CARD_SECRECY_PERSONAL, CARD_SECRECY_PERSONAL },
    { "00A40400 FF A0", CARD_SECRECY_PERSONAL, CARD_SECRECY_PERSONAL },
    { "81E29100", CARD_SECRECY_PERSONAL, CARD_SECRECY_PERSONAL },
    { "81E29100 01 BF", CARD_SECRECY_PERSONAL, CARD_SECRECY_PERSONAL },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GBytes) command = mock_bytes (rows[i].command);
      CardSecrecyVerdict verdict = card_secrecy_judge (&state, g_bytes_get_data (command, NULL),
                                                       g_bytes_get_size (command));

      g_assert_cmpuint (verdict.command, ==, rows[i].out);
      g_assert_cmpuint (verdict.response, ==, rows[i].in);
    }
}

static void
test_error_is_recorded (void)
{
  g_autofree char *text = NULL;
  g_autoptr (GBytes) command = mock_bytes ("0070000001");
  g_autoptr (GError) error = NULL;
  Fixture f;

  fixture_init (&f, CARD_RECORDER_TEXT, CARD_RECORDER_FULL);
  mock_card_expect_error (f.inner, "0070000001", KT_ERROR_CARD_REMOVED);
  g_assert_true (card_begin (f.card, NULL));
  g_assert_null (card_transmit (f.card, command, NULL, &error));
  card_end (f.card);
  kt_assert_error (error, KT_ERROR_CARD_REMOVED, "mock.error");
  g_assert_true (card_reset (f.card, NULL));
  text = fixture_text (&f);
  g_assert_nonnull (strstr (text, "> 0070000001\n! card-removed\n# reset T=0 3B9F"));
  fixture_clear (&f);
}

/* What was recorded in full is played back, with its errors and its answer to reset. */
static void
test_round_trip (void)
{
  g_autofree char *text = NULL;
  g_autoptr (GBytes) recording = NULL;
  g_autoptr (Card) replayer = NULL;
  g_autoptr (GBytes) atr = NULL;
  g_autoptr (GBytes) select = mock_bytes ("0070000001");
  g_autoptr (GBytes) response = NULL;
  g_autoptr (GError) error = NULL;
  Fixture f;

  fixture_init (&f, CARD_RECORDER_TEXT, CARD_RECORDER_FULL);
  exchange (&f, "0070000001", "019000");
  mock_card_expect_error (f.inner, "0070000001", KT_ERROR_CARD_IO);
  g_assert_true (card_begin (f.card, NULL));
  g_assert_null (card_transmit (f.card, select, NULL, &error));
  card_end (f.card);
  g_clear_error (&error);
  text = fixture_text (&f);
  fixture_clear (&f);

  recording = g_bytes_new (text, strlen (text));
  replayer = card_replayer_new (recording, CARD_REPLAYER_STRICT, &error);
  g_assert_no_error (error);
  g_assert_true (card_open (replayer, NULL, NULL));
  atr = card_dup_atr (replayer);
  g_assert_cmpuint (g_bytes_get_size (atr), ==, 22);
  response = card_transmit (replayer, select, NULL, &error);
  g_assert_true (kt_bytes_equal_data (response, "\x01\x90\x00", 3));
  g_assert_null (card_transmit (replayer, select, NULL, &error));
  kt_assert_error (error, KT_ERROR_CARD_IO, "replay.error");
  g_assert_null (card_transmit (replayer, select, NULL, &error));
  kt_assert_error (error, KT_ERROR_CARD_IO, "replay.end");
}

/* A full disk ends the recording, not the download. */
static void
test_full_disk (void)
{
  guint8 small[64];
  g_autoptr (GOutputStream) out = g_memory_output_stream_new (small, sizeof small, NULL, NULL);
  g_autoptr (MockCard) inner = mock_card_new (CARD_PROTOCOL_T0);
  g_autoptr (Card) card = card_recorder_new (KT_CARD (inner), out, CARD_RECORDER_TEXT,
                                             CARD_RECORDER_FULL, kt_env_default ());
  g_autoptr (CardChannel) channel = NULL;

  mock_card_expect_open (inner, 1);
  mock_card_expect (inner, "0070800100", "9000");
  g_test_expect_message ("kaitsu-card", G_LOG_LEVEL_MESSAGE, "The recording ends here*");
  channel = card_channel_open (card, NULL, NULL, NULL);
  g_test_assert_expected_messages ();
  g_assert_nonnull (channel);
  g_assert_true (card_recorder_has_failed (KT_CARD_RECORDER (card)));
  g_clear_pointer (&channel, card_channel_free);
  mock_card_assert_done (inner);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/card/recorder/redacted-text", test_redacted_text);
  g_test_add_func ("/card/recorder/full-text", test_full_text);
  g_test_add_func ("/card/recorder/json", test_json);
  g_test_add_func ("/card/recorder/secrecy-by-channel", test_secrecy_by_channel);
  g_test_add_func ("/card/recorder/error-is-recorded", test_error_is_recorded);
  g_test_add_func ("/card/recorder/round-trip", test_round_trip);
  g_test_add_func ("/card/recorder/full-disk", test_full_disk);
  return g_test_run ();
}
