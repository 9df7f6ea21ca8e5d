/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-test"

#include "card-channel.h"
#include "card-replayer.h"
#include "kt-bytes.h"
#include "mock-card.h"

#include <string.h>

static Card *
replay (const char *text, CardReplayerFlags flags)
{
  g_autoptr (GBytes) recording = g_bytes_new (text, strlen (text));
  g_autoptr (GError) error = NULL;
  Card *card = card_replayer_new (recording, flags, &error);

  g_assert_no_error (error);
  g_assert_true (card_open (card, NULL, NULL));
  return card;
}

static void
test_format (void)
{
  static const struct
  {
    const char *text, *key;
  } rows[] = {
    { "", "replay.empty" },
    { "# only a remark\n", "replay.empty" },
    { "> 0070000001\n", "replay.format" },
    { "< 9000\n", "replay.format" },
    { "! card-io\n", "replay.format" },
    { "> 0070000001\n> 0070000001\n< 9000\n", "replay.format" },
    { "> 0070000001\n< 90\n", "replay.format" },
    { "> 0070000001\n< 9\n", "replay.format" },
    { "> 007000\n< 9000\n", "replay.format" },
    { "> 00700000zz\n< 9000\n", "replay.format" },
    { ">0070000001\n< 9000\n", "replay.format" },
    { "> 0070000001\n! no-such-error\n", "replay.format" },
    { "> \n< 9000\n", "replay.format" },
    { ">", "replay.format" },
    { "x", "replay.format" },
    { "> 81E2910003 +3 GetEID\n< 9000\n", "replay.redacted" },
    { "> 00C0000015 GET RESPONSE\n< +21 9000\n", "replay.redacted" },
    { "> 00C0000015\n< +21 9000\n", "replay.redacted" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GBytes) recording = g_bytes_new (rows[i].text, strlen (rows[i].text));
      GError *error = NULL;

      g_assert_null (card_replayer_new (recording, CARD_REPLAYER_STRICT, &error));
      kt_assert_error (error, KT_ERROR_INVALID_INPUT, rows[i].key);
    }
}

static void
test_strict (void)
{
  g_autoptr (Card) card = replay ("# remark\r\n> 0070000001\r\n< 019000\r\n\n#\n"
                                  "> 0070800100\n< 9000",
                                  CARD_REPLAYER_STRICT);
  g_autoptr (GBytes) open = mock_bytes ("0070000001");
  g_autoptr (GBytes) close = mock_bytes ("0070800100");
  g_autoptr (GBytes) response = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_null (card_transmit (card, close, NULL, &error));
  kt_assert_error (error, KT_ERROR_CARD_IO, "replay.mismatch");
  response = card_transmit (card, open, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (kt_bytes_equal_data (response, "\x01\x90\x00", 3));
  g_assert_cmpuint (card_replayer_get_left (KT_CARD_REPLAYER (card)), ==, 1);
}

static void
test_lenient (void)
{
  g_autoptr (Card) card = replay ("> 81E2910003BF2E00\n< 9000\n> 81E2910003BF2E00\n< 9000",
                                  CARD_REPLAYER_LENIENT);
  g_autoptr (GBytes) similar = mock_bytes ("C2E2910701AA");
  g_autoptr (GBytes) other_p1 = mock_bytes ("81E2110003BF2E00");
  g_autoptr (GBytes) response = NULL;
  g_autoptr (GError) error = NULL;

  response = card_transmit (card, similar, NULL, &error);
  g_assert_no_error (error);
  g_assert_null (card_transmit (card, other_p1, NULL, &error));
  kt_assert_error (error, KT_ERROR_CARD_IO, "replay.mismatch");
}

/* ---- the recorded download ---- */

typedef struct
{
  GByteArray *command;
  GByteArray *response;
} Function;

static void
function_free (gpointer data)
{
  Function *function = data;

  g_byte_array_unref (function->command);
  g_byte_array_unref (function->response);
  g_free (function);
}

static void
append_hex (GByteArray *to, const char *hex, gsize skip, gsize drop)
{
  g_autoptr (GBytes) bytes = mock_bytes (hex);
  gsize len;
  const guint8 *data = g_bytes_get_data (bytes, &len);

  g_byte_array_append (to, data + skip, (guint) (len - skip - drop));
}

/* Puts the chains of the recording together again by hand: what the chip was told and what it
 * answered, function by function. */
static GPtrArray *
collect_functions (char **lines)
{
  GPtrArray *functions = g_ptr_array_new_with_free_func (function_free);
  gboolean complete = TRUE;

  for (guint i = 0; lines[i] != NULL && lines[i][0] == '>'; i += 2)
    {
      const char *out = lines[i] + 2;
      const char *in = lines[i + 1] + 2;
      gboolean store = strncmp (out + 2, "E2", 2) == 0;
      Function *function;

      if (store && complete)
        {
          function = g_new0 (Function, 1);
          function->command = g_byte_array_new ();
          function->response = g_byte_array_new ();
          g_ptr_array_add (functions, function);
        }
      if (functions->len == 0 || (!store && strncmp (out + 2, "C0", 2) != 0))
        continue;
      function = g_ptr_array_index (functions, functions->len - 1);
      if (store)
        {
          append_hex (function->command, out, 5, 0);
          complete = out[4] == '9';
        }
      append_hex (function->response, in, 0, 2);
    }
  return functions;
}

static char *
load_fixture (const char *name)
{
  const char *dir = g_getenv ("KT_TEST_FIXTURES");
  g_autofree char *path = g_build_filename (dir != NULL ? dir : "", "traces", name, NULL);
  char *text = NULL;

  if (!g_file_get_contents (path, &text, NULL, NULL))
    g_test_skip ("the fixture is absent");
  return text;
}

static void
replay_fixture (const char *name, guint n_functions, guint n_apdus)
{
  g_autofree char *text = load_fixture (name);
  g_auto (GStrv) lines = NULL;
  g_autoptr (GPtrArray) functions = NULL;
  g_autoptr (Card) card = NULL;
  g_autoptr (CardChannel) channel = NULL;
  g_autoptr (GError) error = NULL;
  /* As the recorded program did: 120-byte blocks, SELECT's response left alone. Its GET RESPONSE
   * has another class byte, hence lenient. */
  CardChannelOptions options = { .block_size = 120, .skip_fci = TRUE };

  if (text == NULL)
    return;
  lines = g_strsplit (text, "\n", -1);
  functions = collect_functions (lines);
  g_assert_cmpuint (functions->len, ==, n_functions);
  card = replay (text, CARD_REPLAYER_LENIENT);
  channel = card_channel_open (card, &options, NULL, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < functions->len; i++)
    {
      Function *function = g_ptr_array_index (functions, i);
      g_autoptr (GBytes) command = g_bytes_new (function->command->data, function->command->len);
      g_autoptr (GBytes) response = card_channel_store_data (channel, command, NULL, NULL, &error);

      g_assert_no_error (error);
      g_assert_true (kt_bytes_equal_data (response, function->response->data,
                                          function->response->len));
    }
  card_channel_close (channel);
  g_assert_cmpuint (card_replayer_get_left (KT_CARD_REPLAYER (card)), ==, 0);
  g_assert_cmpuint (card_channel_get_counters (channel).c_apdus, ==, n_apdus);
}

static void
test_recorded_download (void)
{
  replay_fixture ("apdu.txt", 22, 145);
}

static void
test_recorded_notification (void)
{
  replay_fixture ("apdu_notification.txt", 3, 10);
}

/* The C-APDUs of the recorded download, had its blocks been full-size: the sums alone. */
static void
test_economy (void)
{
  g_autofree char *text = load_fixture ("apdu.txt");
  g_auto (GStrv) lines = NULL;
  g_autoptr (GPtrArray) functions = NULL;
  guint apdus = 3; /* TERMINAL CAPABILITY, MANAGE CHANNEL, SELECT */

  if (text == NULL)
    return;
  lines = g_strsplit (text, "\n", -1);
  functions = collect_functions (lines);
  for (guint i = 0; i < functions->len; i++)
    {
      Function *function = g_ptr_array_index (functions, i);

      apdus += (function->command->len + 254) / 255 + (function->response->len + 255) / 256;
    }
  g_test_message ("%u C-APDUs under T=0", apdus);
  g_assert_cmpuint (apdus, <=, 88);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/card/replayer/format", test_format);
  g_test_add_func ("/card/replayer/strict", test_strict);
  g_test_add_func ("/card/replayer/lenient", test_lenient);
  g_test_add_func ("/card/replayer/recorded-download", test_recorded_download);
  g_test_add_func ("/card/replayer/recorded-notification", test_recorded_notification);
  g_test_add_func ("/card/replayer/economy", test_economy);
  return g_test_run ();
}
