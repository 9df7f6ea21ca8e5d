/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-test"

/* What a PC/SC service may do and a virtual reader does not: readers that come and go, lies. */

#include "card-monitor.h"
#include "card-pcsc.h"
#include "fake-pcsc.h"
#include "kt-bytes.h"
#include "mock-card.h"

#define PATIENCE_MS 20000

static const guint8 atr_a[] = { 0x3B, 0x01, 0xAA };
static const guint8 atr_b[] = { 0x3B, 0x01, 0xBB };

/* ---- the monitor ---- */

typedef struct
{
  CardMonitor *monitor;
  GString *story;
} Watched;

static char *
describe (GPtrArray *readers)
{
  GString *s = g_string_new (NULL);

  for (guint i = 0; i < readers->len; i++)
    {
      CardReaderInfo *info = g_ptr_array_index (readers, i);
      g_autofree char *atr = info->atr != NULL ? kt_hex_bytes (info->atr) : g_strdup ("-");

      g_string_append_printf (s, "%s%s:%s:%s", i > 0 ? " " : "", info->name,
                              card_reader_state_name (info->state), atr);
    }
  return g_string_free (s, FALSE);
}

static void
on_changed (CardMonitor *monitor, GPtrArray *readers, Watched *watched)
{
  g_autofree char *text = describe (readers);

  g_string_append_printf (watched->story, "[%s]", text);
}

static void
on_service (CardMonitor *monitor, gboolean up, Watched *watched)
{
  g_string_append (watched->story, up ? "+" : "-");
}

static void
watched_init (Watched *watched)
{
  watched->story = g_string_new (NULL);
  watched->monitor = card_monitor_new ();
  g_signal_connect (watched->monitor, "changed", G_CALLBACK (on_changed), watched);
  g_signal_connect (watched->monitor, "service", G_CALLBACK (on_service), watched);
}

static void
watched_clear (Watched *watched)
{
  g_object_unref (watched->monitor);
  g_string_free (watched->story, TRUE);
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

static gboolean
on_timeout (gpointer data)
{
  *(gboolean *) data = TRUE;
  return G_SOURCE_REMOVE;
}

/* Waits for the story to end so: a busy machine may tell two changes as one, or not. */
static void
wait_for_story (Watched *watched, const char *expected)
{
  gboolean timed_out = FALSE;
  guint timeout = g_timeout_add (PATIENCE_MS, on_timeout, &timed_out);

  while (!timed_out && !g_str_has_suffix (watched->story->str, expected))
    g_main_context_iteration (NULL, TRUE);
  g_assert_false (timed_out);
  g_source_remove (timeout);
  g_string_truncate (watched->story, 0);
}

static void
test_plug_and_unplug (void)
{
  Watched watched;

  fake_pcsc_reset ();
  watched_init (&watched);
  wait_for_story (&watched, "+[]");
  fake_pcsc_add_reader ("A");
  wait_for_story (&watched, "[A:empty:-]");
  fake_pcsc_set_card ("A", atr_a, sizeof atr_a);
  wait_for_story (&watched, "[A:present:3B01AA]");
  fake_pcsc_add_reader ("B");
  wait_for_story (&watched, "[A:present:3B01AA B:empty:-]");
  fake_pcsc_set_card ("B", atr_b, sizeof atr_b);
  wait_for_story (&watched, "[A:present:3B01AA B:present:3B01BB]");
  fake_pcsc_remove_reader ("A");
  wait_for_story (&watched, "[B:present:3B01BB]");
  fake_pcsc_set_card ("B", NULL, 0);
  wait_for_story (&watched, "[B:empty:-]");
  fake_pcsc_remove_reader ("B");
  wait_for_story (&watched, "[]");
  watched_clear (&watched);
}

static void
test_states (void)
{
  Watched watched;

  fake_pcsc_reset ();
  fake_pcsc_add_reader ("A");
  fake_pcsc_set_card ("A", atr_a, sizeof atr_a);
  watched_init (&watched);
  wait_for_story (&watched, "+[A:present:3B01AA]");
  fake_pcsc_set_flags ("A", SCARD_STATE_PRESENT | SCARD_STATE_INUSE);
  wait_for_story (&watched, "[A:in-use:3B01AA]");
  fake_pcsc_set_flags ("A", SCARD_STATE_PRESENT | SCARD_STATE_EXCLUSIVE);
  wait_for_story (&watched, "[A:exclusive:3B01AA]");
  fake_pcsc_set_flags ("A", SCARD_STATE_PRESENT | SCARD_STATE_MUTE);
  wait_for_story (&watched, "[A:mute:3B01AA]");
  fake_pcsc_set_flags ("A", SCARD_STATE_UNAVAILABLE);
  wait_for_story (&watched, "[A:unavailable:-]");
  /* The same card out and in before anybody looks is a change all the same. */
  fake_pcsc_set_card ("A", atr_a, sizeof atr_a);
  wait_for_story (&watched, "[A:present:3B01AA]");
  fake_pcsc_set_card ("A", atr_a, sizeof atr_a);
  wait_for_story (&watched, "[A:present:3B01AA]");
  watched_clear (&watched);
}

/* A reader that comes between listing and waiting has changed nothing that the wait could see. */
static void
test_plugged_between (void)
{
  Watched watched;

  fake_pcsc_reset ();
  fake_pcsc_add_reader ("A");
  fake_pcsc_plug_after_list ("B");
  watched_init (&watched);
  wait_for_story (&watched, "[A:empty:- B:empty:-]");
  watched_clear (&watched);
}

static void
test_service (void)
{
  Watched watched;

  fake_pcsc_reset ();
  fake_pcsc_set_service (FALSE);
  watched_init (&watched);
  wait_for_story (&watched, "-[]");
  fake_pcsc_add_reader ("A");
  fake_pcsc_set_service (TRUE);
  wait_for_story (&watched, "+[A:empty:-]");
  fake_pcsc_set_service (FALSE);
  wait_for_story (&watched, "-[]");
  fake_pcsc_set_service (TRUE);
  wait_for_story (&watched, "+[A:empty:-]");
  watched_clear (&watched);
}

static void
test_list_lies (void)
{
  static const int extras[] = { 100, 1, 0, -1 };

  for (gsize i = 0; i < G_N_ELEMENTS (extras); i++)
    {
      g_autoptr (GPtrArray) readers = NULL;
      g_autofree char *text = NULL;
      g_autoptr (GError) error = NULL;

      fake_pcsc_reset ();
      fake_pcsc_add_reader ("A\xFF");
      fake_pcsc_add_reader ("Bee");
      fake_pcsc_lie_about_list (extras[i]);
      fake_pcsc_grow_list (2);
      readers = card_pcsc_list_readers (&error);
      g_assert_no_error (error);
      text = describe (readers);
      g_assert_cmpstr (text, ==, "A\xEF\xBF\xBD:empty:- Bee:empty:-");
    }
}

static void
test_list_grows_for_ever (void)
{
  g_autoptr (GError) error = NULL;

  fake_pcsc_reset ();
  fake_pcsc_add_reader ("A");
  fake_pcsc_grow_list (100);
  g_assert_null (card_pcsc_list_readers (&error));
  kt_assert_error (error, KT_ERROR_CARD_IO, "pcsc.too-long");
  g_assert_cmpuint (fake_pcsc_get_calls (FAKE_PCSC_ESTABLISH), ==,
                    fake_pcsc_get_calls (FAKE_PCSC_RELEASE));
}

static void
test_same_card (void)
{
  g_autoptr (GBytes) a = g_bytes_new (atr_a, sizeof atr_a);
  g_autoptr (GBytes) b = g_bytes_new (atr_b, sizeof atr_b);
  g_autoptr (CardReaderInfo) free_a = card_reader_info_new ("R", CARD_READER_PRESENT, a, 1);
  g_autoptr (CardReaderInfo) used_a = card_reader_info_new ("R", CARD_READER_IN_USE, a, 1);
  g_autoptr (CardReaderInfo) later_a = card_reader_info_new ("R", CARD_READER_PRESENT, a, 3);
  g_autoptr (CardReaderInfo) free_b = card_reader_info_new ("R", CARD_READER_PRESENT, b, 1);
  g_autoptr (CardReaderInfo) empty = card_reader_info_new ("R", CARD_READER_EMPTY, NULL, 1);
  g_autoptr (CardReaderInfo) mute = card_reader_info_new ("R", CARD_READER_MUTE, NULL, 1);
  g_autoptr (CardReaderInfo) other = card_reader_info_new ("S", CARD_READER_PRESENT, a, 1);
  g_autoptr (CardReaderInfo) copy = card_reader_info_copy (used_a);

  g_assert_true (card_reader_info_equal (copy, used_a));
  g_assert_true (card_reader_info_is_same_card (free_a, used_a));
  g_assert_false (card_reader_info_equal (free_a, used_a));
  g_assert_false (card_reader_info_is_same_card (free_a, later_a));
  g_assert_false (card_reader_info_is_same_card (free_a, free_b));
  g_assert_false (card_reader_info_is_same_card (free_a, empty));
  g_assert_false (card_reader_info_is_same_card (mute, empty));
  g_assert_false (card_reader_info_is_same_card (free_a, other));
}

/* ---- the card ---- */

static Card *
open_card (void)
{
  g_autoptr (GError) error = NULL;
  Card *card = card_pcsc_new ("A");

  g_assert_true (card_open (card, NULL, &error));
  g_assert_no_error (error);
  return card;
}

static void
start_with_card (void)
{
  fake_pcsc_reset ();
  fake_pcsc_add_reader ("A");
  fake_pcsc_set_card ("A", atr_a, sizeof atr_a);
}

static GBytes *
transmit (Card *card, GError **error)
{
  g_autoptr (GBytes) command = mock_bytes ("0070000001");

  return card_transmit (card, command, NULL, error);
}

static void
test_atr_too_long (void)
{
  g_autoptr (Card) card = NULL;
  g_autoptr (GBytes) atr = NULL;

  start_with_card ();
  card = open_card ();
  atr = card_dup_atr (card);
  g_assert_cmpuint (g_bytes_get_size (atr), ==, MAX_ATR_SIZE);
}

static void
test_protocols (void)
{
  static const struct
  {
    DWORD pcsc;
    CardProtocol protocol;
  } rows[] = {
    { SCARD_PROTOCOL_T0, CARD_PROTOCOL_T0 },
    { SCARD_PROTOCOL_T1, CARD_PROTOCOL_T1 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (Card) card = NULL;

      start_with_card ();
      fake_pcsc_set_connect (SCARD_S_SUCCESS, rows[i].pcsc);
      card = open_card ();
      g_assert_cmpint (card_get_protocol (card), ==, rows[i].protocol);
    }
}

/* Whatever connecting fails with, nothing is left behind, and the next try starts afresh. */
static void
test_connect_fails (void)
{
  static const struct
  {
    LONG rv;
    KtErrorCode code;
    const char *key;
  } rows[] = {
    { SCARD_E_NO_SMARTCARD, KT_ERROR_NO_CARD, "pcsc.no-card" },
    { SCARD_E_SHARING_VIOLATION, KT_ERROR_CARD_BUSY, "pcsc.busy" },
    { SCARD_W_UNRESPONSIVE_CARD, KT_ERROR_CARD_IO, "pcsc.unresponsive" },
    { SCARD_E_PROTO_MISMATCH, KT_ERROR_CARD_IO, "pcsc.protocol" },
    { SCARD_W_SECURITY_VIOLATION, KT_ERROR_ACCESS_DENIED, "pcsc.denied" },
    { SCARD_E_READER_UNAVAILABLE, KT_ERROR_NO_READER, "pcsc.reader-gone" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (Card) card = card_pcsc_new ("A");
      GError *error = NULL;

      start_with_card ();
      fake_pcsc_set_connect (rows[i].rv, SCARD_PROTOCOL_T0);
      g_assert_false (card_open (card, NULL, &error));
      kt_assert_error (error, rows[i].code, rows[i].key);
      g_assert_cmpuint (fake_pcsc_get_calls (FAKE_PCSC_ESTABLISH), ==, 1);
      g_assert_cmpuint (fake_pcsc_get_calls (FAKE_PCSC_RELEASE), ==, 1);
      fake_pcsc_set_connect (SCARD_S_SUCCESS, SCARD_PROTOCOL_T0);
      g_assert_true (card_open (card, NULL, &error));
    }
}

static void
test_reset (void)
{
  g_autoptr (Card) card = NULL;
  GError *error = NULL;

  start_with_card ();
  card = open_card ();
  g_assert_true (card_reset (card, &error));
  g_assert_cmpuint (fake_pcsc_get_calls (FAKE_PCSC_RECONNECT_RESET), ==, 1);
  g_assert_cmpuint (fake_pcsc_get_calls (FAKE_PCSC_RECONNECT_UNPOWER), ==, 0);
  /* A reader that cannot do a warm reset. */
  fake_pcsc_set_reconnect (SCARD_E_UNSUPPORTED_FEATURE, 0, 0);
  g_assert_true (card_reset (card, &error));
  g_assert_cmpuint (fake_pcsc_get_calls (FAKE_PCSC_RECONNECT_UNPOWER), ==, 1);
  /* Neither helps. */
  fake_pcsc_set_reconnect (SCARD_W_UNRESPONSIVE_CARD, SCARD_E_PROTO_MISMATCH, 0);
  g_assert_false (card_reset (card, &error));
  kt_assert_error (error, KT_ERROR_CARD_IO, "pcsc.protocol");
  /* A card that is gone is not asked twice. */
  fake_pcsc_set_reconnect (SCARD_W_REMOVED_CARD, 0, 0);
  g_assert_false (card_reset (card, &error));
  kt_assert_error (error, KT_ERROR_CARD_REMOVED, "pcsc.removed");
  g_assert_cmpuint (fake_pcsc_get_calls (FAKE_PCSC_RECONNECT_UNPOWER), ==, 2);
  g_assert_false (card_reset (card, &error));
  kt_assert_error (error, KT_ERROR_CARD_REMOVED, "pcsc.removed");
}

static void
test_reset_noticed (void)
{
  g_autoptr (Card) card = NULL;
  g_autoptr (GBytes) response = NULL;
  GError *error = NULL;

  start_with_card ();
  card = open_card ();
  g_assert_true (card_begin (card, &error));
  fake_pcsc_set_transmit (SCARD_W_RESET_CARD, 0);
  g_assert_null (transmit (card, &error));
  kt_assert_error (error, KT_ERROR_CARD_RESET, "pcsc.reset");
  g_assert_cmpuint (fake_pcsc_get_calls (FAKE_PCSC_RECONNECT_LEAVE), ==, 1);
  card_end (card);
  fake_pcsc_set_transmit (SCARD_S_SUCCESS, 2);
  response = transmit (card, &error);
  g_assert_no_error (error);
  /* Gone while being taken up again. */
  fake_pcsc_set_transmit (SCARD_W_RESET_CARD, 0);
  fake_pcsc_set_reconnect (0, 0, SCARD_E_NO_SMARTCARD);
  g_assert_null (transmit (card, &error));
  kt_assert_error (error, KT_ERROR_CARD_REMOVED, "pcsc.removed");
}

static void
test_transactions (void)
{
  g_autoptr (Card) card = NULL;
  GError *error = NULL;

  start_with_card ();
  card = open_card ();
  for (int i = 0; i < 3; i++)
    g_assert_true (card_begin (card, &error));
  for (int i = 0; i < 3; i++)
    card_end (card);
  g_assert_cmpuint (fake_pcsc_get_calls (FAKE_PCSC_BEGIN), ==, 1);
  g_assert_cmpuint (fake_pcsc_get_calls (FAKE_PCSC_END), ==, 1);
  /* One too many, and one after closing, are nothing. */
  card_end (card);
  g_assert_true (card_begin (card, &error));
  card_close (card);
  card_end (card);
  g_assert_cmpuint (fake_pcsc_get_calls (FAKE_PCSC_END), ==, 1);
  g_assert_cmpuint (fake_pcsc_get_calls (FAKE_PCSC_DISCONNECT), ==, 1);
}

static void
test_answer_lengths (void)
{
  static const DWORD lengths[] = { 2, 3, 258, 65538 };
  g_autoptr (Card) card = NULL;
  GError *error = NULL;

  start_with_card ();
  card = open_card ();
  for (gsize i = 0; i < G_N_ELEMENTS (lengths); i++)
    {
      g_autoptr (GBytes) response = NULL;

      fake_pcsc_set_transmit (SCARD_S_SUCCESS, lengths[i]);
      response = transmit (card, &error);
      g_assert_no_error (error);
      g_assert_cmpuint (g_bytes_get_size (response), ==, lengths[i]);
    }
  fake_pcsc_set_transmit (SCARD_E_INSUFFICIENT_BUFFER, 70000);
  g_assert_null (transmit (card, &error));
  kt_assert_error (error, KT_ERROR_CARD_IO, "pcsc.too-long");
}

/* An exchange that failed for no told reason: the reader's state tells it. */
static void
test_reason (void)
{
  g_autoptr (Card) card = NULL;
  GError *error = NULL;

  start_with_card ();
  card = open_card ();
  fake_pcsc_set_transmit (SCARD_E_NOT_TRANSACTED, 0);
  fake_pcsc_set_card ("A", NULL, 0);
  g_assert_null (transmit (card, &error));
  kt_assert_error (error, KT_ERROR_CARD_REMOVED, "pcsc.removed");

  /* Another card in its place already. */
  fake_pcsc_set_card ("A", atr_a, sizeof atr_a);
  g_assert_true (card_open (card, NULL, &error));
  fake_pcsc_set_card ("A", NULL, 0);
  fake_pcsc_set_card ("A", atr_b, sizeof atr_b);
  g_assert_null (transmit (card, &error));
  kt_assert_error (error, KT_ERROR_CARD_REMOVED, "pcsc.removed");

  g_assert_true (card_open (card, NULL, &error));
  fake_pcsc_remove_reader ("A");
  g_assert_null (transmit (card, &error));
  kt_assert_error (error, KT_ERROR_NO_READER, "pcsc.reader-gone");

  start_with_card ();
  g_assert_true (card_open (card, NULL, &error));
  fake_pcsc_set_transmit (SCARD_F_COMM_ERROR, 0);
  fake_pcsc_set_service (FALSE);
  g_assert_null (transmit (card, &error));
  kt_assert_error (error, KT_ERROR_NO_SERVICE, "pcsc.no-service");

  /* The card is there as ever: then that is all that can be said; the handle stays. */
  start_with_card ();
  g_assert_true (card_open (card, NULL, &error));
  fake_pcsc_set_transmit (SCARD_E_NOT_TRANSACTED, 0);
  g_assert_null (transmit (card, &error));
  kt_assert_error (error, KT_ERROR_CARD_IO, "pcsc.io");
  g_assert_cmpuint (fake_pcsc_get_calls (FAKE_PCSC_DISCONNECT), ==, 0);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/card/monitor/plug-and-unplug", test_plug_and_unplug);
  g_test_add_func ("/card/monitor/states", test_states);
  g_test_add_func ("/card/monitor/plugged-between", test_plugged_between);
  g_test_add_func ("/card/monitor/service", test_service);
  g_test_add_func ("/card/readers/list-lies", test_list_lies);
  g_test_add_func ("/card/readers/list-grows-for-ever", test_list_grows_for_ever);
  g_test_add_func ("/card/readers/same-card", test_same_card);
  g_test_add_func ("/card/fake-pcsc/atr-too-long", test_atr_too_long);
  g_test_add_func ("/card/fake-pcsc/protocols", test_protocols);
  g_test_add_func ("/card/fake-pcsc/connect-fails", test_connect_fails);
  g_test_add_func ("/card/fake-pcsc/reset", test_reset);
  g_test_add_func ("/card/fake-pcsc/reset-noticed", test_reset_noticed);
  g_test_add_func ("/card/fake-pcsc/transactions", test_transactions);
  g_test_add_func ("/card/fake-pcsc/answer-lengths", test_answer_lengths);
  g_test_add_func ("/card/fake-pcsc/reason", test_reason);
  return g_test_run ();
}
