/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-test"

#include "card-channel.h"
#include "card-isdr.h"
#include "kt-bytes.h"
#include "mock-card.h"

#define SELECT_1 "01A4040010" MOCK_ISDR_AID
#define CLOSE_1 "0070800100"

static CardChannel *
open_ok (MockCard *card, const CardChannelOptions *options)
{
  g_autoptr (GError) error = NULL;
  CardChannel *channel = card_channel_open (KT_CARD (card), options, NULL, &error);

  g_assert_no_error (error);
  g_assert_nonnull (channel);
  return channel;
}

static void
open_fails (MockCard *card, const CardChannelOptions *options, KtErrorCode code, const char *key,
            guint sw)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (card_channel_open (KT_CARD (card), options, NULL, &error));
  g_assert_nonnull (error);
  g_assert_cmphex (kt_error_detail (error)->sw, ==, sw);
  kt_assert_error (error, code, key);
  mock_card_assert_done (card);
}

/* TS 102 221 section 10.1.1: 0X and 8X for channels 0 to 3, 4X and CX for 4 to 19. */
static void
test_coding (void)
{
  static const struct
  {
    guint channel;
    guint8 interindustry, proprietary;
  } rows[] = {
    { 0, 0x00, 0x80 },  { 1, 0x01, 0x81 },  { 2, 0x02, 0x82 },  { 3, 0x03, 0x83 },
    { 4, 0x40, 0xC0 },  { 5, 0x41, 0xC1 },  { 6, 0x42, 0xC2 },  { 7, 0x43, 0xC3 },
    { 8, 0x44, 0xC4 },  { 9, 0x45, 0xC5 },  { 10, 0x46, 0xC6 }, { 11, 0x47, 0xC7 },
    { 12, 0x48, 0xC8 }, { 13, 0x49, 0xC9 }, { 14, 0x4A, 0xCA }, { 15, 0x4B, 0xCB },
    { 16, 0x4C, 0xCC }, { 17, 0x4D, 0xCD }, { 18, 0x4E, 0xCE }, { 19, 0x4F, 0xCF },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_assert_cmphex (card_class_interindustry (rows[i].channel), ==, rows[i].interindustry);
      g_assert_cmphex (card_class_proprietary (rows[i].channel), ==, rows[i].proprietary);
    }
}

/* The same through a whole life: SELECT, STORE DATA, GET RESPONSE, close, on each channel. */
static void
test_every_channel (void)
{
  for (guint n = 1; n <= 19; n++)
    {
      guint isi = n < 4 ? n : 0x40 + n - 4;
      g_autoptr (MockCard) card = mock_card_new (CARD_PROTOCOL_T0);
      g_autoptr (CardChannel) channel = NULL;
      g_autoptr (GBytes) command = mock_bytes ("BF2E00");
      g_autoptr (GBytes) response = NULL;
      g_autofree char *store = g_strdup_printf ("%02X E2 91 00 03 BF2E00", 0x80 | isi);
      g_autofree char *fetch = g_strdup_printf ("%02X C0 00 00 02", isi);
      g_autofree char *close = g_strdup_printf ("00 70 80 %02X 00", n);

      mock_card_expect_open (card, n);
      mock_card_expect (card, store, "6102");
      mock_card_expect (card, fetch, "ABCD 9000");
      mock_card_expect (card, close, "9000");
      channel = open_ok (card, NULL);
      g_assert_cmpuint (card_channel_get_number (channel), ==, n);
      response = card_channel_store_data (channel, command, NULL, NULL, NULL);
      g_assert_true (kt_bytes_equal_data (response, "\xAB\xCD", 2));
      g_clear_pointer (&channel, card_channel_free);
      mock_card_assert_done (card);
      g_assert_cmpuint (mock_card_get_transactions (card), ==, 3);
    }
}

static void
test_channel_number (void)
{
  static const char *const answers[] = { "009000", "149000", "FF9000", "9000", "01029000" };

  for (gsize i = 0; i < G_N_ELEMENTS (answers); i++)
    {
      g_autoptr (MockCard) card = mock_card_new (CARD_PROTOCOL_T0);

      mock_card_expect (card, MOCK_TERMINAL_CAPABILITY, "9000");
      mock_card_expect (card, "0070000001", answers[i]);
      open_fails (card, NULL, KT_ERROR_MALFORMED, "card.channel-number", 0);
    }
}

static void
test_t1 (void)
{
  g_autoptr (MockCard) card = mock_card_new (CARD_PROTOCOL_T1);
  g_autoptr (CardChannel) channel = NULL;
  g_autoptr (GBytes) command = mock_bytes ("BF2E00");
  g_autoptr (GBytes) response = NULL;
  guint8 svn[3] = { 0 };
  CardCounters counters;

  mock_card_expect (card, MOCK_TERMINAL_CAPABILITY, "6E00");
  mock_card_expect (card, "0070000001", "019000");
  mock_card_expect (card, SELECT_1 "00",
                    "6F1F 8410" MOCK_ISDR_AID "A500 E009 8203020202 03020780 9000");
  mock_card_expect (card, "81E2910003 BF2E00 00", "BF2E00 9000");
  mock_card_expect (card, CLOSE_1, "9000");
  channel = open_ok (card, NULL);
  g_assert_true (card_channel_get_svn (channel, svn));
  g_assert_cmpmem (svn, 3, "\x02\x02\x02", 3);
  response = card_channel_store_data (channel, command, NULL, NULL, NULL);
  g_assert_cmpuint (g_bytes_get_size (response), ==, 3);
  card_channel_close (channel);
  card_channel_close (channel);
  counters = card_channel_get_counters (channel);
  g_assert_cmpuint (counters.c_apdus, ==, 5);
  g_assert_cmpuint (counters.bytes_out, ==, 15 + 5 + 22 + 9 + 5);
  g_assert_cmpuint (counters.bytes_in, ==, 2 + 3 + 35 + 5 + 2);
  mock_card_assert_done (card);
}

static void
test_fci_by_get_response (void)
{
  g_autoptr (MockCard) card = mock_card_new (CARD_PROTOCOL_T0);
  g_autoptr (CardChannel) channel = NULL;
  guint8 svn[3];

  mock_card_expect (card, MOCK_TERMINAL_CAPABILITY, "9000");
  mock_card_expect (card, "0070000001", "6C01");
  mock_card_expect (card, "0070000001", "019000");
  mock_card_expect (card, SELECT_1, "6100");
  mock_card_expect (card, "01C0000000", "6C09");
  mock_card_expect (card, "01C0000009", "6F07 E005 8203020600 9000");
  mock_card_expect (card, CLOSE_1, "6A86");
  channel = open_ok (card, NULL);
  g_assert_true (card_channel_get_svn (channel, svn));
  g_assert_cmpmem (svn, 3, "\x02\x06\x00", 3);
  g_clear_pointer (&channel, card_channel_free);
  mock_card_assert_done (card);
}

static void
test_fci_skipped (void)
{
  CardChannelOptions options = { .skip_fci = TRUE };
  g_autoptr (MockCard) card = mock_card_new (CARD_PROTOCOL_T0);
  g_autoptr (CardChannel) channel = NULL;
  guint8 svn[3];

  mock_card_expect (card, MOCK_TERMINAL_CAPABILITY, "9000");
  mock_card_expect (card, "0070000001", "019000");
  mock_card_expect (card, SELECT_1, "6128");
  mock_card_expect (card, CLOSE_1, "9000");
  channel = open_ok (card, &options);
  g_assert_false (card_channel_get_svn (channel, svn));
  g_clear_pointer (&channel, card_channel_free);
  mock_card_assert_done (card);
}

static void
test_fci_unreadable (void)
{
  static const char *const fcis[] = { "",         "6F",         "6F05E003",   "6F03E00182",
                                      "6F00",     "6F02E000",   "E00582030202", "FF",
                                      "6F05E0038201", "6F04E0028200", "6F06E00482020202" };
  guint8 svn[3];

  for (gsize i = 0; i < G_N_ELEMENTS (fcis); i++)
    {
      g_autoptr (GBytes) fci = mock_bytes (fcis[i]);

      g_assert_false (card_isdr_parse_fci (fci, svn));
    }
}

static void
test_aids_in_order (void)
{
  g_autoptr (MockCard) card = mock_card_new (CARD_PROTOCOL_T0);
  g_autoptr (CardChannel) channel = NULL;
  g_autoptr (GBytes) fifth = mock_bytes ("A000000559104C696E6B736669656C64");

  mock_card_expect (card, MOCK_TERMINAL_CAPABILITY, "9000");
  mock_card_expect (card, "0070000001", "019000");
  mock_card_expect (card, SELECT_1, "6A82");
  mock_card_expect (card, "01A4040010 A0000005591010000000008900000300", "6999");
  mock_card_expect (card, "01A4040010 A0000005591010FFFFFFFF8900050500", "6A82");
  mock_card_expect (card, "01A4040010 A0000005591010FFFFFFFF8900000177", "6985");
  mock_card_expect (card, "01A4040010 A000000559104C696E6B736669656C64", "9000");
  mock_card_expect (card, CLOSE_1, "9000");
  channel = open_ok (card, NULL);
  g_assert_true (g_bytes_equal (card_channel_get_aid (channel), fifth));
  g_clear_pointer (&channel, card_channel_free);
  mock_card_assert_done (card);
}

static void
test_aids_configured (void)
{
  static const char *const hex[] = { "A000000001", "A0000000010203040506070809101112", NULL };
  g_autoptr (GPtrArray) aids = card_isdr_parse_aids (hex, NULL);
  CardChannelOptions options = { .aids = aids };
  g_autoptr (MockCard) card = mock_card_new (CARD_PROTOCOL_T0);
  g_autoptr (CardChannel) channel = NULL;

  mock_card_expect (card, MOCK_TERMINAL_CAPABILITY, "9000");
  mock_card_expect (card, "0070000001", "029000");
  mock_card_expect (card, "02A4040005 A000000001", "6A82");
  mock_card_expect (card, "02A4040010 A0000000010203040506070809101112", "6283");
  mock_card_expect (card, "0070800200", "9000");
  channel = open_ok (card, &options);
  g_clear_pointer (&channel, card_channel_free);
  mock_card_assert_done (card);
}

static void
test_aids_invalid (void)
{
  static const char *const bad[][3] = {
    { NULL }, { "", NULL }, { "A0000000", NULL }, { "A00000000G", NULL },
    { MOCK_ISDR_AID "00", NULL }, { MOCK_ISDR_AID, "A0", NULL },
  };
  g_autoptr (GPtrArray) empty = g_ptr_array_new ();
  CardChannelOptions options = { .aids = empty };
  g_autoptr (MockCard) card = mock_card_new (CARD_PROTOCOL_T0);
  GError *error = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_assert_null (card_isdr_parse_aids (bad[i], &error));
      kt_assert_error (error, KT_ERROR_INVALID_INPUT, "card.aid");
    }
  open_fails (card, &options, KT_ERROR_INVALID_INPUT, "card.aid", 0);
}

static void
test_options_invalid (void)
{
  g_autoptr (GBytes) long_capability = mock_pattern (256);
  CardChannelOptions block = { .block_size = 256 };
  CardChannelOptions capability = { .terminal_capability = long_capability };
  g_autoptr (MockCard) card = mock_card_new (CARD_PROTOCOL_T0);

  open_fails (card, &block, KT_ERROR_INVALID_INPUT, "card.block-size", 0);
  open_fails (card, &capability, KT_ERROR_INVALID_INPUT, "card.terminal-capability", 0);
}

static void
test_terminal_capability (void)
{
  g_autoptr (GBytes) other = mock_bytes ("A9038301FF");
  g_autoptr (GBytes) none = mock_bytes ("");
  CardChannelOptions options = { .terminal_capability = other };
  g_autoptr (MockCard) card = mock_card_new (CARD_PROTOCOL_T0);

  mock_card_expect (card, "80AA000005 A9038301FF", "6D00");
  mock_card_expect (card, "0070000001", "019000");
  mock_card_expect (card, SELECT_1, "9000");
  mock_card_expect (card, CLOSE_1, "9000");
  card_channel_free (open_ok (card, &options));
  options.terminal_capability = none;
  mock_card_expect (card, "0070000001", "019000");
  mock_card_expect (card, SELECT_1, "9000");
  mock_card_expect (card, CLOSE_1, "9000");
  card_channel_free (open_ok (card, &options));
  mock_card_assert_done (card);
}

static void
test_not_euicc (void)
{
  g_autoptr (MockCard) card = mock_card_new (CARD_PROTOCOL_T0);

  mock_card_expect (card, MOCK_TERMINAL_CAPABILITY, "6E00");
  mock_card_expect (card, "0070000001", "019000");
  for (int i = 0; i < 5; i++)
    mock_card_expect (card, "01A4040010*", "6A82");
  mock_card_expect (card, CLOSE_1, "9000");
  open_fails (card, NULL, KT_ERROR_NOT_EUICC, "card.not-euicc", 0x6A82);
}

/* A card in trouble is not "no eUICC". */
static void
test_trouble (void)
{
  g_autoptr (MockCard) card = mock_card_new (CARD_PROTOCOL_T0);

  mock_card_expect (card, MOCK_TERMINAL_CAPABILITY, "9000");
  mock_card_expect (card, "0070000001", "019000");
  mock_card_expect (card, "01A4040010*", "6A82");
  mock_card_expect (card, "01A4040010*", "6F00");
  for (int i = 0; i < 3; i++)
    mock_card_expect (card, "01A4040010*", "6A82");
  mock_card_expect (card, CLOSE_1, "9000");
  open_fails (card, NULL, KT_ERROR_CARD_STATUS, "card.status", 0x6F00);
}

static void
test_basic_channel (void)
{
  static const char *const refusals[] = { "6881", "6882", "6985", "6A81",
                                          "6A84", "6A86", "6D00", "6E00" };

  for (gsize i = 0; i < G_N_ELEMENTS (refusals); i++)
    {
      g_autoptr (MockCard) card = mock_card_new (CARD_PROTOCOL_T0);
      g_autoptr (CardChannel) channel = NULL;
      g_autoptr (GBytes) command = mock_bytes ("BF2E00");
      g_autoptr (GBytes) response = NULL;

      mock_card_expect (card, MOCK_TERMINAL_CAPABILITY, "9000");
      mock_card_expect (card, "0070000001", refusals[i]);
      mock_card_expect (card, "00A4040010" MOCK_ISDR_AID, "9000");
      mock_card_expect (card, "80E2910003 BF2E00", "6101");
      mock_card_expect (card, "00C0000001", "AA9000");
      channel = open_ok (card, NULL);
      g_assert_cmpuint (card_channel_get_number (channel), ==, 0);
      response = card_channel_store_data (channel, command, NULL, NULL, NULL);
      g_assert_nonnull (response);
      /* What was never opened is not closed. */
      g_clear_pointer (&channel, card_channel_free);
      mock_card_assert_done (card);
    }
}

static void
test_no_channel (void)
{
  CardChannelOptions reset = { .allow_reset = TRUE };
  CardChannelOptions logical = { .logical_only = TRUE };
  g_autoptr (MockCard) card = mock_card_new (CARD_PROTOCOL_T0);

  mock_card_expect (card, MOCK_TERMINAL_CAPABILITY, "9000");
  mock_card_expect (card, "0070000001", "6A81");
  for (int i = 0; i < 5; i++)
    mock_card_expect (card, "00A4040010*", "6985");
  open_fails (card, NULL, KT_ERROR_NO_CHANNEL, "card.no-channel", 0x6A81);

  mock_card_expect (card, MOCK_TERMINAL_CAPABILITY, "9000");
  mock_card_expect (card, "0070000001", "6881");
  open_fails (card, &logical, KT_ERROR_NO_CHANNEL, "card.no-channel", 0x6881);

  mock_card_expect (card, MOCK_TERMINAL_CAPABILITY, "9000");
  mock_card_expect (card, "0070000001", "6A81");
  for (int i = 0; i < 5; i++)
    mock_card_expect (card, "00A4040010*", "6985");
  mock_card_expect_open (card, 1);
  mock_card_expect (card, CLOSE_1, "9000");
  card_channel_free (open_ok (card, &reset));
  g_assert_cmpuint (mock_card_get_resets (card), ==, 1);
  mock_card_assert_done (card);
}

/* No such command at all, and no such application: that card has nothing to free by a reset. */
static void
test_no_channels_no_isdr (void)
{
  CardChannelOptions reset = { .allow_reset = TRUE };
  g_autoptr (MockCard) card = mock_card_new (CARD_PROTOCOL_T0);

  mock_card_expect (card, MOCK_TERMINAL_CAPABILITY, "6E00");
  mock_card_expect (card, "0070000001", "6E00");
  for (int i = 0; i < 5; i++)
    mock_card_expect (card, "00A4040010*", "6D00");
  open_fails (card, &reset, KT_ERROR_NOT_EUICC, "card.not-euicc", 0x6D00);
  g_assert_cmpuint (mock_card_get_resets (card), ==, 0);
}

static void
test_manage_channel_trouble (void)
{
  g_autoptr (MockCard) card = mock_card_new (CARD_PROTOCOL_T0);

  mock_card_expect (card, MOCK_TERMINAL_CAPABILITY, "9000");
  mock_card_expect (card, "0070000001", "6F00");
  open_fails (card, NULL, KT_ERROR_CARD_STATUS, "card.status", 0x6F00);
}

/* A transport failure half-way: the channel is closed if the card is still there. */
static void
test_closed_after_failure (void)
{
  g_autoptr (MockCard) card = mock_card_new (CARD_PROTOCOL_T0);

  mock_card_expect (card, MOCK_TERMINAL_CAPABILITY, "9000");
  mock_card_expect (card, "0070000001", "039000");
  mock_card_expect_error (card, "03A4040010*", KT_ERROR_CARD_IO);
  mock_card_expect (card, "0070800300", "9000");
  open_fails (card, NULL, KT_ERROR_CARD_IO, "mock.error", 0);

  mock_card_expect (card, MOCK_TERMINAL_CAPABILITY, "9000");
  mock_card_expect (card, "0070000001", "039000");
  mock_card_expect_error (card, "03A4040010*", KT_ERROR_CARD_REMOVED);
  open_fails (card, NULL, KT_ERROR_CARD_REMOVED, "mock.error", 0);

  mock_card_expect_error (card, MOCK_TERMINAL_CAPABILITY, KT_ERROR_CARD_IO);
  open_fails (card, NULL, KT_ERROR_CARD_IO, "mock.error", 0);
}

static void
test_endless_fci (void)
{
  g_autoptr (MockCard) card = mock_card_new (CARD_PROTOCOL_T0);

  mock_card_expect (card, MOCK_TERMINAL_CAPABILITY, "9000");
  mock_card_expect (card, "0070000001", "019000");
  mock_card_expect (card, SELECT_1, "6110");
  for (int i = 0; i < 4; i++)
    mock_card_expect (card, "01C0000010", "6110");
  mock_card_expect (card, CLOSE_1, "9000");
  open_fails (card, NULL, KT_ERROR_LIMIT, "card.endless-response", 0);
}

/* Another program's reset before anything of ours is on the card is no failure. */
static void
test_reset_before_open (void)
{
  g_autoptr (MockCard) card = mock_card_new (CARD_PROTOCOL_T0);

  mock_card_fail_begin (card, 3, KT_ERROR_CARD_RESET);
  mock_card_expect_open (card, 1);
  mock_card_expect (card, CLOSE_1, "9000");
  card_channel_free (open_ok (card, NULL));
  mock_card_assert_done (card);

  mock_card_fail_begin (card, 4, KT_ERROR_CARD_RESET);
  open_fails (card, NULL, KT_ERROR_CARD_RESET, "mock.begin", 0);
  mock_card_fail_begin (card, 1, KT_ERROR_CARD_BUSY);
  open_fails (card, NULL, KT_ERROR_CARD_BUSY, "mock.begin", 0);
}

static void
test_cancelled (void)
{
  g_autoptr (MockCard) card = mock_card_new (CARD_PROTOCOL_T0);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;

  g_cancellable_cancel (cancellable);
  g_assert_null (card_channel_open (KT_CARD (card), NULL, cancellable, &error));
  kt_assert_error (error, KT_ERROR_CANCELLED, "cancelled");
  g_assert_cmpuint (mock_card_get_exchanges (card), ==, 0);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/card/channel/coding", test_coding);
  g_test_add_func ("/card/channel/every-channel", test_every_channel);
  g_test_add_func ("/card/channel/number", test_channel_number);
  g_test_add_func ("/card/channel/t1", test_t1);
  g_test_add_func ("/card/channel/fci-by-get-response", test_fci_by_get_response);
  g_test_add_func ("/card/channel/fci-skipped", test_fci_skipped);
  g_test_add_func ("/card/channel/fci-unreadable", test_fci_unreadable);
  g_test_add_func ("/card/channel/aids-in-order", test_aids_in_order);
  g_test_add_func ("/card/channel/aids-configured", test_aids_configured);
  g_test_add_func ("/card/channel/aids-invalid", test_aids_invalid);
  g_test_add_func ("/card/channel/options-invalid", test_options_invalid);
  g_test_add_func ("/card/channel/terminal-capability", test_terminal_capability);
  g_test_add_func ("/card/channel/not-euicc", test_not_euicc);
  g_test_add_func ("/card/channel/trouble", test_trouble);
  g_test_add_func ("/card/channel/basic-channel", test_basic_channel);
  g_test_add_func ("/card/channel/no-channel", test_no_channel);
  g_test_add_func ("/card/channel/no-channels-no-isdr", test_no_channels_no_isdr);
  g_test_add_func ("/card/channel/manage-channel-trouble", test_manage_channel_trouble);
  g_test_add_func ("/card/channel/closed-after-failure", test_closed_after_failure);
  g_test_add_func ("/card/channel/endless-fci", test_endless_fci);
  g_test_add_func ("/card/channel/reset-before-open", test_reset_before_open);
  g_test_add_func ("/card/channel/cancelled", test_cancelled);
  return g_test_run ();
}
