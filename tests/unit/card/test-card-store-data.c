/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-test"

#include "card-channel.h"
#include "kt-bytes.h"
#include "mock-card.h"

#define CLOSE_1 "0070800100"

typedef struct
{
  MockCard *card;
  CardChannel *channel;
} Fixture;

static void
fixture_open_with (Fixture *f, const CardChannelOptions *options, CardProtocol protocol)
{
  g_autoptr (GError) error = NULL;

  f->card = mock_card_new (protocol);
  mock_card_expect_open (f->card, 1);
  f->channel = card_channel_open (KT_CARD (f->card), options, NULL, &error);
  g_assert_no_error (error);
}

static void
fixture_open (Fixture *f)
{
  fixture_open_with (f, NULL, CARD_PROTOCOL_T0);
}

static void
fixture_close (Fixture *f)
{
  if (!card_channel_is_lost (f->channel))
    mock_card_expect (f->card, CLOSE_1, "9000");
  card_channel_free (f->channel);
  mock_card_assert_done (f->card);
  g_object_unref (f->card);
}

static GBytes *
send_ok (Fixture *f, GBytes *command, CardChannelFlags expected)
{
  g_autoptr (GError) error = NULL;
  CardChannelFlags flags = 0xFF;
  GBytes *response = card_channel_store_data (f->channel, command, &flags, NULL, &error);

  g_assert_no_error (error);
  g_assert_nonnull (response);
  g_assert_cmpuint (flags, ==, expected);
  return response;
}

static void
send_hex_ok (Fixture *f, const char *command, const char *response, CardChannelFlags flags)
{
  g_autoptr (GBytes) out = mock_bytes (command);
  g_autoptr (GBytes) expected = mock_bytes (response);
  g_autoptr (GBytes) in = send_ok (f, out, flags);

  g_assert_true (g_bytes_equal (in, expected));
}

static void
send_fails (Fixture *f, const char *command, KtErrorCode code, const char *key, guint sw,
            guint function)
{
  g_autoptr (GBytes) out = mock_bytes (command);
  GError *error = NULL;

  g_assert_null (card_channel_store_data (f->channel, out, NULL, NULL, &error));
  g_assert_nonnull (error);
  g_assert_cmphex (kt_error_detail (error)->sw, ==, sw);
  g_assert_cmphex (kt_error_detail (error)->function, ==, function);
  kt_assert_error (error, code, key);
}

static void
send_fails_sw (Fixture *f, const char *command, guint sw, guint function)
{
  send_fails (f, command, KT_ERROR_CARD_STATUS, "card.status", sw, function);
}

/* Checks every C-APDU of a chain by its own sums. */
#define TEST_TYPE_CHAIN_CARD (test_chain_card_get_type ())
G_DECLARE_FINAL_TYPE (TestChainCard, test_chain_card, TEST, CHAIN_CARD, Card)

struct _TestChainCard
{
  Card parent_instance;
  CardProtocol protocol;
  guint block_size;
  guint blocks;
  GByteArray *data;
  gboolean last_seen;
  gboolean opening;
};

G_DEFINE_FINAL_TYPE (TestChainCard, test_chain_card, KT_TYPE_CARD)

static gboolean
chain_card_open (Card *card, GCancellable *cancellable, GError **error)
{
  return TRUE;
}

static GBytes *
chain_card_transmit (Card *card, GBytes *command, GCancellable *cancellable, GError **error)
{
  TestChainCard *self = TEST_CHAIN_CARD (card);
  gsize len;
  const guint8 *p = g_bytes_get_data (command, &len);
  gsize le = self->protocol == CARD_PROTOCOL_T1 ? 1 : 0;

  if (p[1] == 0x70 && p[2] == 0x00)
    return g_bytes_new ("\x01\x90\x00", 3);
  if (p[1] != 0xE2)
    return g_bytes_new ("\x90\x00", 2);
  g_assert_false (self->last_seen);
  g_assert_cmphex (p[0], ==, 0x81);
  g_assert_true (p[2] == 0x11 || p[2] == 0x91);
  g_assert_cmpuint (p[3], ==, self->blocks);
  g_assert_cmpuint (p[4], >=, 1);
  g_assert_cmpuint (len, ==, 5 + p[4] + le);
  self->last_seen = p[2] == 0x91;
  if (!self->last_seen)
    g_assert_cmpuint (p[4], ==, self->block_size);
  g_assert_cmpuint (p[4], <=, self->block_size);
  g_byte_array_append (self->data, p + 5, p[4]);
  self->blocks++;
  return g_bytes_new ("\x90\x00", 2);
}

static CardProtocol
chain_card_get_protocol (Card *card)
{
  return TEST_CHAIN_CARD (card)->protocol;
}

static void
test_chain_card_finalize (GObject *object)
{
  g_byte_array_unref (TEST_CHAIN_CARD (object)->data);
  G_OBJECT_CLASS (test_chain_card_parent_class)->finalize (object);
}

static void
test_chain_card_class_init (TestChainCardClass *klass)
{
  CardClass *card_class = KT_CARD_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = test_chain_card_finalize;
  card_class->open = chain_card_open;
  card_class->transmit = chain_card_transmit;
  card_class->get_protocol = chain_card_get_protocol;
}

static void
test_chain_card_init (TestChainCard *self)
{
  self->data = g_byte_array_new ();
}

static void
check_chain (CardProtocol protocol, guint block_size, gsize len)
{
  CardChannelOptions options = { .block_size = block_size };
  g_autoptr (TestChainCard) card = g_object_new (TEST_TYPE_CHAIN_CARD, NULL);
  g_autoptr (CardChannel) channel = NULL;
  g_autoptr (GBytes) command = mock_pattern (len);
  g_autoptr (GBytes) response = NULL;
  g_autoptr (GError) error = NULL;

  card->protocol = protocol;
  card->block_size = block_size != 0 ? block_size : 255;
  channel = card_channel_open (KT_CARD (card), &options, NULL, &error);
  g_assert_no_error (error);
  response = card_channel_store_data (channel, command, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (card->last_seen);
  g_assert_true (kt_bytes_equal_data (command, card->data->data, card->data->len));
  g_assert_cmpuint (card->blocks, ==, (len + card->block_size - 1) / card->block_size);
}

static void
test_block_sizes (void)
{
  for (guint size = 1; size <= 255; size++)
    {
      check_chain (CARD_PROTOCOL_T0, size, size);
      check_chain (CARD_PROTOCOL_T0, size, size + 1);
      check_chain (CARD_PROTOCOL_T1, size, 3 * size);
      check_chain (CARD_PROTOCOL_T0, size, 256 * size);
    }
}

/* A length kept in eight bits becomes 4 where 5 + 255 is meant, and the reader hangs. */
static void
test_255 (void)
{
  check_chain (CARD_PROTOCOL_T0, 0, 255);
  check_chain (CARD_PROTOCOL_T1, 0, 255);
  for (guint size = 251; size <= 255; size++)
    {
      check_chain (CARD_PROTOCOL_T0, size, 1036);
      check_chain (CARD_PROTOCOL_T1, size, 1036);
    }
}

/* P2 has one byte: the 257th block would be number 0 again. */
static void
test_block_limit (void)
{
  CardChannelOptions options = { .block_size = 3 };
  g_autoptr (GBytes) command = mock_pattern (3 * 256 + 1);
  GError *error = NULL;
  Fixture f;

  fixture_open_with (&f, &options, CARD_PROTOCOL_T0);
  g_assert_null (card_channel_store_data (f.channel, command, NULL, NULL, &error));
  kt_assert_error (error, KT_ERROR_LIMIT, "card.chain-too-long");
  g_assert_cmpuint (mock_card_get_exchanges (f.card), ==, 3);
  fixture_close (&f);
}

static void
test_chain (void)
{
  CardChannelOptions options = { .block_size = 4 };
  Fixture f;

  fixture_open_with (&f, &options, CARD_PROTOCOL_T0);
  mock_card_expect (f.card, "81E2110004 BF290611", "9000");
  mock_card_expect (f.card, "81E2110104 22334455", "9000");
  mock_card_expect (f.card, "81E2910201 66", "6103");
  mock_card_expect (f.card, "01C0000003", "BF2900 9000");
  send_hex_ok (&f, "BF2906112233445566", "BF2900", CARD_CHANNEL_NONE);
  /* One transaction for the chain with its response, one for the opening. */
  g_assert_cmpuint (mock_card_get_transactions (f.card), ==, 2);
  fixture_close (&f);
}

static void
test_get_response (void)
{
  Fixture f;

  fixture_open (&f);
  /* In portions, 6100 meaning 256 or more, a wrong length in between, a warning at the end. */
  mock_card_expect (f.card, "81E2910003 BF2B00", "6100");
  mock_card_expect (f.card, "01C0000000", "0102 6105");
  mock_card_expect (f.card, "01C0000005", "6C03");
  mock_card_expect (f.card, "01C0000003", "030405 6101");
  mock_card_expect (f.card, "01C0000001", "06 6283");
  send_hex_ok (&f, "BF2B00", "010203040506", CARD_CHANNEL_WARNING);
  /* Data beside 61xx, as T=1 may give them. */
  mock_card_expect (f.card, "81E2910003 BF2B00", "AABB 6101");
  mock_card_expect (f.card, "01C0000001", "CC 9000");
  send_hex_ok (&f, "BF2B00", "AABBCC", CARD_CHANNEL_NONE);
  /* An error at the end of the portions is an error. */
  mock_card_expect (f.card, "81E2910003 BF2B00", "6102");
  mock_card_expect (f.card, "01C0000002", "6F00");
  send_fails_sw (&f, "BF2B00", 0x6F00, 0xBF2B);
  fixture_close (&f);
}

static void
test_wrong_le (void)
{
  Fixture f;

  fixture_open (&f);
  mock_card_expect (f.card, "81E2910003 BF2E00", "6C15");
  mock_card_expect (f.card, "81E2910003 BF2E00 15", "BF2E00 9000");
  send_hex_ok (&f, "BF2E00", "BF2E00", CARD_CHANNEL_NONE);
  /* Never content: asked twice, not for ever. */
  mock_card_expect (f.card, "81E2910003 BF2E00", "6C15");
  mock_card_expect (f.card, "81E2910003 BF2E00 15", "6C15");
  send_fails_sw (&f, "BF2E00", 0x6C15, 0xBF2E);
  mock_card_expect (f.card, "81E2910003 BF2E00", "6105");
  mock_card_expect (f.card, "01C0000005", "6C04");
  mock_card_expect (f.card, "01C0000004", "6C05");
  send_fails_sw (&f, "BF2E00", 0x6C05, 0xBF2E);
  fixture_close (&f);

  fixture_open_with (&f, NULL, CARD_PROTOCOL_T1);
  mock_card_expect (f.card, "81E2910003 BF2E00 00", "6C15");
  mock_card_expect (f.card, "81E2910003 BF2E00 15", "BF2E00 9000");
  send_hex_ok (&f, "BF2E00", "BF2E00", CARD_CHANNEL_NONE);
  fixture_close (&f);
}

static void
test_proactive (void)
{
  CardChannelOptions options = { .block_size = 2 };
  Fixture f;

  fixture_open_with (&f, &options, CARD_PROTOCOL_T0);
  mock_card_expect (f.card, "81E2910002 BF31", "910B");
  send_hex_ok (&f, "BF31", "", CARD_CHANNEL_PROACTIVE);
  mock_card_expect (f.card, "81E2910002 BF31", "6106");
  mock_card_expect (f.card, "01C0000006", "BF3103800100 9100");
  send_hex_ok (&f, "BF31", "BF3103800100", CARD_CHANNEL_PROACTIVE);
  /* Any command may announce one, also in the middle of a chain. */
  mock_card_expect (f.card, "81E2110002 BF31", "910B");
  mock_card_expect (f.card, "81E2910101 00", "9000");
  send_hex_ok (&f, "BF3100", "", CARD_CHANNEL_PROACTIVE);
  fixture_close (&f);
}

static void
test_endless (void)
{
  Fixture f;

  fixture_open (&f);
  mock_card_expect (f.card, "81E2910003 BF2E00", "6110");
  for (int i = 0; i < 4; i++)
    mock_card_expect (f.card, "01C0000010", "6110");
  send_fails (&f, "BF2E00", KT_ERROR_LIMIT, "card.endless-response", 0, 0);
  /* The channel is of use afterwards. */
  mock_card_expect (f.card, "81E2910003 BF2E00", "9000");
  send_hex_ok (&f, "BF2E00", "", CARD_CHANNEL_NONE);
  fixture_close (&f);
}

static void
test_response_limit (void)
{
  CardChannelOptions options = { .response_limit = 8 };
  Fixture f;

  fixture_open_with (&f, &options, CARD_PROTOCOL_T0);
  mock_card_expect (f.card, "81E2910003 BF2E00", "6104");
  mock_card_expect (f.card, "01C0000004", "01020304 6104");
  mock_card_expect (f.card, "01C0000004", "05060708 9000");
  send_hex_ok (&f, "BF2E00", "0102030405060708", CARD_CHANNEL_NONE);
  mock_card_expect (f.card, "81E2910003 BF2E00", "6104");
  mock_card_expect (f.card, "01C0000004", "01020304 6105");
  mock_card_expect (f.card, "01C0000005", "0506070809 9000");
  send_fails (&f, "BF2E00", KT_ERROR_LIMIT, "card.response-too-long", 0, 0);
  fixture_close (&f);
}

/* One byte at a time for ever: ended by the limit, too. */
static void
test_response_drip (void)
{
  CardChannelOptions options = { .response_limit = 1024 };
  Fixture f;

  fixture_open_with (&f, &options, CARD_PROTOCOL_T0);
  mock_card_answer_rest (f.card, "AA 6101");
  send_fails (&f, "BF2E00", KT_ERROR_LIMIT, "card.endless-response", 0, 0);
  g_assert_cmpuint (mock_card_get_exchanges (f.card), <, 100);
  mock_card_answer_rest (f.card, "9000");
  card_channel_free (f.channel);
  mock_card_assert_done (f.card);
  g_object_unref (f.card);
}

static void
test_early (void)
{
  CardChannelOptions options = { .block_size = 2 };
  Fixture f;

  fixture_open_with (&f, &options, CARD_PROTOCOL_T0);
  mock_card_expect (f.card, "81E2110002 8604", "9000");
  mock_card_expect (f.card, "81E2110102 0102", "BF3700 9000");
  send_hex_ok (&f, "860401020304", "BF3700", CARD_CHANNEL_EARLY);
  mock_card_expect (f.card, "81E2110002 8604", "6103");
  mock_card_expect (f.card, "01C0000003", "BF3700 9100");
  send_hex_ok (&f, "860401020304", "BF3700", CARD_CHANNEL_EARLY | CARD_CHANNEL_PROACTIVE);
  fixture_close (&f);
}

static void
test_status_words (void)
{
  static const guint refused[] = { 0x6985, 0x6A80, 0x6A88, 0x6D00, 0x6F00, 0x6400, 0x6581 };
  CardChannelOptions options = { .block_size = 3 };
  Fixture f;

  fixture_open_with (&f, &options, CARD_PROTOCOL_T0);
  for (gsize i = 0; i < G_N_ELEMENTS (refused); i++)
    {
      g_autofree char *sw = g_strdup_printf ("%04X", refused[i]);

      mock_card_expect (f.card, "81E2910003 BF2E00", sw);
      send_fails_sw (&f, "BF2E00", refused[i], 0xBF2E);
      /* The rest of the chain stays unsent. */
      mock_card_expect (f.card, "81E2110003 BF2E01", sw);
      send_fails_sw (&f, "BF2E0100", refused[i], 0xBF2E);
    }
  /* On a block that is not the last one, a remark is not what was agreed. */
  mock_card_expect (f.card, "81E2110003 BF2E01", "6300");
  send_fails_sw (&f, "BF2E0100", 0x6300, 0xBF2E);
  mock_card_expect (f.card, "81E2910003 BF2E00", "AABB 6310");
  send_hex_ok (&f, "BF2E00", "AABB", CARD_CHANNEL_WARNING);
  fixture_close (&f);
}

/* 9240 is "memory problem"; of the 9xxx only 9000 and 91xx are success. */
static void
test_sw_9240 (void)
{
  static const guint errors[] = { 0x9240, 0x9210, 0x9300, 0x9404, 0x9804, 0x9862, 0x9864,
                                  0x9E00, 0x9F10, 0x9001 };
  Fixture f;

  fixture_open (&f);
  for (gsize i = 0; i < G_N_ELEMENTS (errors); i++)
    {
      g_autofree char *sw = g_strdup_printf ("%04X", errors[i]);

      mock_card_expect (f.card, "81E2910003 BF2E00", sw);
      send_fails_sw (&f, "BF2E00", errors[i], 0xBF2E);
    }
  fixture_close (&f);
}

static void
test_reset_mid_chain (void)
{
  CardChannelOptions options = { .block_size = 3 };
  Fixture f;

  fixture_open_with (&f, &options, CARD_PROTOCOL_T0);
  mock_card_expect (f.card, "81E2110003 BF2E01", "9000");
  mock_card_expect_error (f.card, "81E2910101 00", KT_ERROR_CARD_RESET);
  send_fails (&f, "BF2E0100", KT_ERROR_CARD_RESET, "mock.error", 0, 0);
  g_assert_true (card_channel_is_lost (f.channel));
  /* Not a byte more on a channel that is somebody else's by now. */
  send_fails (&f, "BF2E00", KT_ERROR_CARD_RESET, "card.channel-lost", 0, 0);
  card_channel_close (f.channel);
  fixture_close (&f);

  fixture_open (&f);
  mock_card_fail_begin (f.card, 1, KT_ERROR_CARD_RESET);
  send_fails (&f, "BF2E00", KT_ERROR_CARD_RESET, "mock.begin", 0, 0);
  g_assert_true (card_channel_is_lost (f.channel));
  fixture_close (&f);
}

static void
test_pulled (void)
{
  Fixture f;

  fixture_open (&f);
  mock_card_expect_error (f.card, "81E2910003 BF2E00", KT_ERROR_CARD_REMOVED);
  send_fails (&f, "BF2E00", KT_ERROR_CARD_REMOVED, "mock.error", 0, 0);
  g_assert_true (card_channel_is_lost (f.channel));
  fixture_close (&f);
}

static void
test_io_error_still_closes (void)
{
  Fixture f;

  fixture_open (&f);
  mock_card_expect_error (f.card, "81E2910003 BF2E00", KT_ERROR_CARD_IO);
  send_fails (&f, "BF2E00", KT_ERROR_CARD_IO, "mock.error", 0, 0);
  g_assert_false (card_channel_is_lost (f.channel));
  mock_card_expect (f.card, "81E2910003 BF2E00", "AA");
  send_fails (&f, "BF2E00", KT_ERROR_MALFORMED, "card.io", 0, 0);
  fixture_close (&f);
}

static void
test_busy (void)
{
  Fixture f;

  fixture_open (&f);
  mock_card_fail_begin (f.card, 1, KT_ERROR_CARD_BUSY);
  send_fails (&f, "BF2E00", KT_ERROR_CARD_BUSY, "mock.begin", 0, 0);
  g_assert_false (card_channel_is_lost (f.channel));
  fixture_close (&f);
}

static void
test_cancelled (void)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GBytes) command = mock_bytes ("BF2E00");
  GError *error = NULL;
  Fixture f;

  fixture_open (&f);
  g_cancellable_cancel (cancellable);
  g_assert_null (card_channel_store_data (f.channel, command, NULL, cancellable, &error));
  kt_assert_error (error, KT_ERROR_CANCELLED, "cancelled");
  g_assert_cmpuint (mock_card_get_transactions (f.card), ==, 1);
  fixture_close (&f);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/card/store-data/block-sizes", test_block_sizes);
  g_test_add_func ("/card/store-data/chain", test_chain);
  g_test_add_func ("/card/store-data/get-response", test_get_response);
  g_test_add_func ("/card/store-data/proactive", test_proactive);
  g_test_add_func ("/card/store-data/endless-61xx", test_endless);
  g_test_add_func ("/card/store-data/response-limit", test_response_limit);
  g_test_add_func ("/card/store-data/response-drip", test_response_drip);
  g_test_add_func ("/card/store-data/early-data", test_early);
  g_test_add_func ("/card/store-data/io-error-still-closes", test_io_error_still_closes);
  g_test_add_func ("/card/store-data/busy", test_busy);
  g_test_add_func ("/card/store-data/cancelled", test_cancelled);
  g_test_add_func ("/card/peer failure: 255-byte blocks", test_255);
  g_test_add_func ("/card/peer failure: P2 counter wraps after 256 blocks", test_block_limit);
  g_test_add_func ("/card/peer failure: the status word is lost", test_status_words);
  g_test_add_func ("/card/peer failure: SW 9240 counts as success", test_sw_9240);
  g_test_add_func ("/card/peer failure: 6Cxx is not handled", test_wrong_le);
  g_test_add_func ("/card/peer failure: card reset, one attempt", test_reset_mid_chain);
  g_test_add_func ("/card/peer failure: card pulled, dead card spoken to", test_pulled);
  return g_test_run ();
}
