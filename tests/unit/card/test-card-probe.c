/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-test"

#include "card-probe.h"
#include "mock-card.h"

static void
expect_no_isdr (MockCard *card)
{
  mock_card_expect (card, MOCK_TERMINAL_CAPABILITY, "6E00");
  mock_card_expect (card, "0070000001", "019000");
  for (int i = 0; i < 5; i++)
    mock_card_expect (card, "01A4040010*", "6A82");
  mock_card_expect (card, "0070800100", "9000");
}

static void
assert_probe (MockCard *card, CardProbeKind kind, const char *key, guint sw)
{
  g_autoptr (CardProbe) probe = card_probe_card (KT_CARD (card), NULL, NULL);

  g_assert_cmpint (probe->kind, ==, kind);
  g_assert_cmpstr (probe->key, ==, key);
  g_assert_cmphex (probe->sw, ==, sw);
  g_assert_cmpstr (probe->reader, ==, "mock");
  mock_card_assert_done (card);
}

static void
test_euicc (void)
{
  g_autoptr (MockCard) card = mock_card_new (CARD_PROTOCOL_T1);
  g_autoptr (CardProbe) probe = NULL;

  mock_card_set_atr (card, "3B9F96801F");
  mock_card_expect (card, MOCK_TERMINAL_CAPABILITY, "9000");
  mock_card_expect (card, "0070000001", "019000");
  mock_card_expect (card, "01A4040010" MOCK_ISDR_AID "00", "6F07E0058203020500 9000");
  mock_card_expect (card, "0070800100", "9000");
  probe = card_probe_card (KT_CARD (card), NULL, NULL);
  g_assert_cmpstr (probe->key, ==, "probe.euicc");
  g_assert_true (probe->has_svn);
  g_assert_cmpmem (probe->svn, 3, "\x02\x05\x00", 3);
  g_assert_cmpuint (g_bytes_get_size (probe->aid), ==, 16);
  g_assert_cmpuint (g_bytes_get_size (probe->atr), ==, 5);
  g_assert_null (probe->error);
  mock_card_assert_done (card);
}

static void
test_other_cards (void)
{
  static const struct
  {
    guint misses;
    CardProbeKind kind;
    const char *key;
  } rows[] = {
    { 0, CARD_PROBE_SIM, "probe.sim" },
    { 1, CARD_PROBE_SECURITY_KEY, "probe.security-key" },
    { 2, CARD_PROBE_SECURITY_KEY, "probe.security-key" },
    { 3, CARD_PROBE_ID_CARD, "probe.id-card" },
    { 6, CARD_PROBE_ID_CARD, "probe.id-card" },
    { 7, CARD_PROBE_PAYMENT, "probe.payment" },
    { 9, CARD_PROBE_NOT_EUICC, "probe.not-euicc" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (MockCard) card = mock_card_new (CARD_PROTOCOL_T0);

      expect_no_isdr (card);
      mock_card_expect (card, "0070000001", "019000");
      for (guint miss = 0; miss < rows[i].misses; miss++)
        mock_card_expect (card, "01A40400*", "6A82");
      if (rows[i].misses < 9)
        mock_card_expect (card, "01A40400*", "6110");
      mock_card_expect (card, "0070800100", "9000");
      assert_probe (card, rows[i].kind, rows[i].key, 0x6A82);
    }
}

/* Without logical channels nothing but the ISD-R is tried: a hit would take the selection away. */
static void
test_no_channels (void)
{
  g_autoptr (MockCard) card = mock_card_new (CARD_PROTOCOL_T0);

  mock_card_expect (card, MOCK_TERMINAL_CAPABILITY, "6E00");
  mock_card_expect (card, "0070000001", "6881");
  for (int i = 0; i < 5; i++)
    mock_card_expect (card, "00A4040010*", "6A82");
  mock_card_expect (card, "0070000001", "6881");
  assert_probe (card, CARD_PROBE_NOT_EUICC, "probe.not-euicc", 0x6A82);
}

static void
test_refuses (void)
{
  g_autoptr (MockCard) card = mock_card_new (CARD_PROTOCOL_T0);

  mock_card_answer_rest (card, "6D00");
  assert_probe (card, CARD_PROBE_REFUSES, "probe.refuses", 0x6D00);
}

static void
test_all_channels_taken (void)
{
  g_autoptr (MockCard) card = mock_card_new (CARD_PROTOCOL_T0);

  mock_card_answer_rest (card, "6A81");
  assert_probe (card, CARD_PROBE_NO_CHANNEL, "probe.no-channel", 0x6A81);
}

static void
test_security_key_is_left_alone (void)
{
  g_autoptr (MockCard) card = mock_card_new (CARD_PROTOCOL_T0);

  mock_card_set_atr (card, "3BFD1300008131FE158073C021C057597562694B657940");
  assert_probe (card, CARD_PROBE_SECURITY_KEY, "probe.security-key", 0);
  g_assert_cmpuint (mock_card_get_exchanges (card), ==, 0);
  g_assert_cmpuint (mock_card_get_transactions (card), ==, 0);
}

static void
test_failures (void)
{
  static const struct
  {
    KtErrorCode code;
    const char *key;
    CardProbeKind kind;
  } rows[] = {
    { KT_ERROR_NO_CARD, "pcsc.no-card", CARD_PROBE_EMPTY },
    { KT_ERROR_CARD_REMOVED, "pcsc.removed", CARD_PROBE_EMPTY },
    { KT_ERROR_CARD_BUSY, "pcsc.busy", CARD_PROBE_IN_USE },
    { KT_ERROR_NO_READER, "pcsc.no-reader", CARD_PROBE_UNAVAILABLE },
    { KT_ERROR_CARD_IO, "pcsc.unresponsive", CARD_PROBE_MUTE },
    { KT_ERROR_CARD_IO, "pcsc.protocol", CARD_PROBE_MUTE },
    { KT_ERROR_CARD_IO, "pcsc.io", CARD_PROBE_FAILED },
    { KT_ERROR_NO_SERVICE, "pcsc.no-service", CARD_PROBE_FAILED },
    { KT_ERROR_CANCELLED, "cancelled", CARD_PROBE_FAILED },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (MockCard) card = mock_card_new (CARD_PROTOCOL_T0);
      g_autoptr (CardProbe) probe = NULL;

      mock_card_fail_open (card, rows[i].code, rows[i].key);
      probe = card_probe_card (KT_CARD (card), NULL, NULL);
      g_assert_cmpint (probe->kind, ==, rows[i].kind);
      g_assert_cmpstr (probe->key, ==, card_probe_kind_key (rows[i].kind));
      g_assert_error (probe->error, KT_ERROR, (int) rows[i].code);
    }
}

/* What a reader's state tells already; none of these has a service to ask. */
static void
test_readers (void)
{
  static const char *const ignore[] = { "Other*", "* HSM ?", NULL };
  static const struct
  {
    const char *name;
    CardReaderState state;
    const char *key;
  } rows[] = {
    { "Reader", CARD_READER_EMPTY, "probe.empty" },
    { "Reader", CARD_READER_MUTE, "probe.mute" },
    { "Reader", CARD_READER_EXCLUSIVE, "probe.in-use" },
    { "Reader", CARD_READER_UNAVAILABLE, "probe.unavailable" },
    { "Other reader", CARD_READER_PRESENT, "probe.ignored" },
    { "Some HSM 1", CARD_READER_PRESENT, "probe.ignored" },
  };
  g_autoptr (GBytes) atr = mock_bytes ("3B8F01805D4E6974726F6B657900000000006A");
  g_autoptr (CardReaderInfo) key = card_reader_info_new ("Key", CARD_READER_PRESENT, atr, 1);
  g_autoptr (CardProbe) probe = card_probe_reader (key, NULL, NULL, NULL);

  g_assert_cmpstr (probe->key, ==, "probe.security-key");
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (CardReaderInfo) info = card_reader_info_new (rows[i].name, rows[i].state, NULL, 0);
      g_autoptr (CardProbe) each = card_probe_reader (info, ignore, NULL, NULL);

      g_assert_cmpstr (each->key, ==, rows[i].key);
      g_assert_cmpstr (each->reader, ==, rows[i].name);
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/card/probe/euicc", test_euicc);
  g_test_add_func ("/card/probe/other-cards", test_other_cards);
  g_test_add_func ("/card/probe/no-channels", test_no_channels);
  g_test_add_func ("/card/probe/refuses", test_refuses);
  g_test_add_func ("/card/probe/all-channels-taken", test_all_channels_taken);
  g_test_add_func ("/card/probe/security-key-is-left-alone", test_security_key_is_left_alone);
  g_test_add_func ("/card/probe/failures", test_failures);
  g_test_add_func ("/card/probe/readers", test_readers);
  return g_test_run ();
}
