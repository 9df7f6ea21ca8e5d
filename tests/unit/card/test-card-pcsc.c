/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-test"

/*
 * The real pcscd with its virtual reader, in a namespace of their own (tests/with-pcscd.sh): what
 * no mock can tell.
 */

#include "card-channel.h"
#include "card-monitor.h"
#include "card-pcsc.h"
#include "card-probe.h"
#include "kt-bytes.h"
#include "lab-vpcd.h"
#include "mock-card.h"

#include <string.h>
#include <winscard.h>

/* Long enough for a machine that is busy with other things; nothing waits that long in peace. */
#define PATIENCE_MS 20000

#define ATR_T0 "3B9F96801FC78031A073BE21136743200718000001A5"
#define ATR_T1 "3B800181"

/* ---- the card in the virtual reader ---- */

typedef struct
{
  GMutex lock;
  const char *atr;
  guint apdus;
  guint resets;
  guint longest;
  LabVpcd *pull_at_e0;
  gboolean silent_at_e0;
} Chip;

static Chip chip;
static LabVpcd *vpcd;

/* The opposite number of the tests: 70 opens channel 1, A4 knows one AID, 10 returns its data,
 * 12 returns P1P2 bytes, E0 has an accident. */
static GBytes *
chip_answer (const guint8 *p, gsize len)
{
  static const guint8 ok[] = { 0x90, 0x00 };
  g_autoptr (GBytes) aid = mock_bytes (MOCK_ISDR_AID);
  GByteArray *answer = g_byte_array_new ();
  gsize lc = len > 5 ? p[4] : 0;

  if (p[1] == 0x70 && p[2] == 0)
    g_byte_array_append (answer, (const guint8 *) "\x01", 1);
  else if (p[1] == 0xA4 && !(len >= 5 + lc && kt_bytes_equal_data (aid, p + 5, lc)))
    {
      g_byte_array_append (answer, (const guint8 *) "\x6A\x82", 2);
      return g_byte_array_free_to_bytes (answer);
    }
  else if (p[1] == 0x10 && len >= 5 + lc)
    g_byte_array_append (answer, p + 5, (guint) lc);
  else if (p[1] == 0x12)
    g_byte_array_set_size (answer, (guint) p[2] << 8 | p[3]);
  g_byte_array_append (answer, ok, sizeof ok);
  return g_byte_array_free_to_bytes (answer);
}

static GBytes *
chip_transmit (gpointer data, const guint8 *command, gsize len)
{
  GBytes *answer = NULL;

  g_mutex_lock (&chip.lock);
  chip.apdus++;
  chip.longest = MAX (chip.longest, (guint) len);
  if (command[1] == 0xE0 && chip.pull_at_e0 != NULL)
    lab_vpcd_pull (chip.pull_at_e0);
  if (command[1] != 0xE0 || !chip.silent_at_e0)
    answer = chip_answer (command, len);
  g_mutex_unlock (&chip.lock);
  return answer;
}

static void
chip_power (gpointer data, gboolean on)
{
  g_mutex_lock (&chip.lock);
  if (on)
    chip.resets++;
  g_mutex_unlock (&chip.lock);
}

static void
chip_reset (gpointer data)
{
  chip_power (data, TRUE);
}

static GBytes *
chip_atr (gpointer data)
{
  GBytes *atr;

  g_mutex_lock (&chip.lock);
  atr = mock_bytes (chip.atr);
  g_mutex_unlock (&chip.lock);
  return atr;
}

static const LabVpcdCard chip_card = { chip_transmit, chip_power, chip_reset, chip_atr };

static guint
chip_get_resets (void)
{
  guint resets;

  g_mutex_lock (&chip.lock);
  resets = chip.resets;
  g_mutex_unlock (&chip.lock);
  return resets;
}

/* ---- help ---- */

static guint16
get_port (void)
{
  return (guint16) g_ascii_strtoull (g_getenv ("KT_VPCD_PORT"), NULL, 10);
}

static void
control_pcscd (const char *what)
{
  const char *argv[] = { g_getenv ("KT_WITH_PCSCD"), what, NULL };
  g_autoptr (GError) error = NULL;
  int status;

  g_spawn_sync (NULL, (char **) argv, NULL, G_SPAWN_DEFAULT, NULL, NULL, NULL, NULL, &status,
                &error);
  g_assert_no_error (error);
  g_assert_true (g_spawn_check_wait_status (status, &error));
}

/* A handle that is left over from an earlier card makes a reader "in use". */
static gboolean
is_in_state (const CardReaderInfo *info, CardReaderState state)
{
  if (state == CARD_READER_PRESENT)
    return (info->state == state || info->state == CARD_READER_IN_USE) && info->atr != NULL;
  return info->state == state;
}

/* The name of the slot in this state, waiting for it. */
static char *
wait_for_reader (CardReaderState state)
{
  gint64 deadline = g_get_monotonic_time () + PATIENCE_MS * 1000;

  while (g_get_monotonic_time () < deadline)
    {
      g_autoptr (GPtrArray) readers = card_pcsc_list_readers (NULL);

      for (guint i = 0; readers != NULL && i < readers->len; i++)
        {
          CardReaderInfo *info = g_ptr_array_index (readers, i);

          if (is_in_state (info, state))
            return g_strdup (info->name);
        }
      g_usleep (20 * 1000);
    }
  g_error ("no reader became \"%s\"", card_reader_state_name (state));
}

static char *
insert (const char *atr)
{
  g_mutex_lock (&chip.lock);
  chip.atr = atr;
  chip.pull_at_e0 = NULL;
  chip.silent_at_e0 = FALSE;
  g_mutex_unlock (&chip.lock);
  lab_vpcd_insert (vpcd);
  g_assert_true (lab_vpcd_wait_connected (vpcd, PATIENCE_MS));
  return wait_for_reader (CARD_READER_PRESENT);
}

static void
remove_card (void)
{
  gint64 deadline = g_get_monotonic_time () + PATIENCE_MS * 1000;

  lab_vpcd_pull (vpcd);
  while (g_get_monotonic_time () < deadline)
    {
      g_autoptr (GPtrArray) readers = card_pcsc_list_readers (NULL);
      guint cards = 0;

      for (guint i = 0; readers != NULL && i < readers->len; i++)
        cards += card_reader_info_has_card (g_ptr_array_index (readers, i));
      if (readers != NULL && cards == 0)
        return;
      g_usleep (20 * 1000);
    }
  g_error ("the card does not go away");
}

static Card *
connect_card (const char *reader)
{
  g_autoptr (GError) error = NULL;
  Card *card = card_pcsc_new (reader);

  g_assert_true (card_open (card, NULL, &error));
  g_assert_no_error (error);
  return card;
}

static Card *
insert_and_connect (void)
{
  g_autofree char *reader = insert (ATR_T0);

  return connect_card (reader);
}

static GBytes *
transmit (Card *card, const char *hex, GError **error)
{
  g_autoptr (GBytes) command = mock_bytes (hex);

  return card_transmit (card, command, NULL, error);
}

static void
assert_transmits (Card *card)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) response = transmit (card, "00100000 02 ABCD", &error);

  g_assert_no_error (error);
  g_assert_true (kt_bytes_equal_data (response, "\xAB\xCD\x90\x00", 4));
}

static void
assert_fails (Card *card, const char *hex, KtErrorCode code, const char *key, guint32 pcsc)
{
  GError *error = NULL;

  g_assert_null (transmit (card, hex, &error));
  g_assert_nonnull (error);
  g_test_message ("%s", error->message);
  g_assert_cmphex (kt_error_detail (error)->pcsc, ==, pcsc);
  kt_assert_error (error, code, key);
}

/* ---- tests ---- */

static void
test_list (void)
{
  g_autofree char *name = insert (ATR_T0);
  g_autoptr (GPtrArray) readers = card_pcsc_list_readers (NULL);
  g_autoptr (GBytes) atr = mock_bytes (ATR_T0);
  guint with_card = 0;

  g_assert_cmpuint (readers->len, ==, 2);
  for (guint i = 0; i < readers->len; i++)
    {
      CardReaderInfo *info = g_ptr_array_index (readers, i);

      g_assert_true (g_str_has_prefix (info->name, "Kaitsu test reader"));
      if (card_reader_info_has_card (info))
        {
          with_card++;
          g_assert_true (g_bytes_equal (info->atr, atr));
        }
    }
  g_assert_cmpuint (with_card, ==, 1);
}

static void
test_connect (void)
{
  g_autofree char *reader = insert (ATR_T0);
  g_autofree char *name = NULL;
  g_autoptr (Card) card = card_pcsc_new (reader);
  g_autoptr (GBytes) expected = mock_bytes (ATR_T0);
  g_autoptr (GBytes) atr = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_null (card_dup_atr (card));
  g_assert_cmpint (card_get_protocol (card), ==, CARD_PROTOCOL_NONE);
  assert_fails (card, "0070000001", KT_ERROR_NO_CARD, "pcsc.not-open", 0);
  g_assert_true (card_open (card, NULL, &error));
  g_assert_true (card_open (card, NULL, &error));
  atr = card_dup_atr (card);
  name = card_dup_name (card);
  g_assert_true (g_bytes_equal (atr, expected));
  g_assert_cmpstr (name, ==, reader);
  g_assert_cmpint (card_get_protocol (card), ==, CARD_PROTOCOL_T0);
  assert_transmits (card);
  card_close (card);
  card_close (card);
  g_assert_true (card_open (card, NULL, &error));
  assert_transmits (card);
}

static void
test_no_card_no_reader (void)
{
  g_autofree char *empty = wait_for_reader (CARD_READER_EMPTY);
  g_autoptr (Card) in_empty = card_pcsc_new (empty);
  g_autoptr (Card) nowhere = card_pcsc_new ("No such reader");
  GError *error = NULL;

  g_assert_false (card_open (in_empty, NULL, &error));
  g_assert_cmphex (kt_error_detail (error)->pcsc, ==, 0x8010000C);
  kt_assert_error (error, KT_ERROR_NO_CARD, "pcsc.no-card");
  g_assert_false (card_open (nowhere, NULL, &error));
  g_assert_cmphex (kt_error_detail (error)->pcsc, ==, 0x80100009);
  kt_assert_error (error, KT_ERROR_NO_READER, "pcsc.no-reader");
}

static void
test_255 (void)
{
  static const char *const atrs[] = { ATR_T0, ATR_T1 };

  for (gsize i = 0; i < G_N_ELEMENTS (atrs); i++)
    {
      g_autofree char *reader = NULL;
      g_autoptr (Card) card = NULL;
      g_autoptr (CardChannel) channel = NULL;
      g_autoptr (GBytes) command = mock_pattern (256 * 255);
      g_autoptr (GBytes) response = NULL;
      g_autoptr (GError) error = NULL;

      remove_card ();
      reader = insert (atrs[i]);
      card = connect_card (reader);
      g_assert_cmpint (card_get_protocol (card), ==, i == 0 ? CARD_PROTOCOL_T0 : CARD_PROTOCOL_T1);
      g_mutex_lock (&chip.lock);
      chip.longest = 0;
      g_mutex_unlock (&chip.lock);
      channel = card_channel_open (card, NULL, NULL, &error);
      g_assert_no_error (error);
      response = card_channel_store_data (channel, command, NULL, NULL, &error);
      g_assert_no_error (error);
      g_assert_cmpuint (chip.longest, ==, i == 0 ? 260 : 261);
      g_assert_cmpuint (card_channel_get_counters (channel).c_apdus, ==, 3 + 256);
    }
  remove_card ();
}

static void
test_long_answers (void)
{
  static const guint lengths[] = { 0, 1, 254, 255, 256, 257, 4096, 65533 };
  g_autoptr (Card) card = insert_and_connect ();

  for (gsize i = 0; i < G_N_ELEMENTS (lengths); i++)
    {
      g_autofree char *hex = g_strdup_printf ("0012%04X00", lengths[i]);
      g_autoptr (GError) error = NULL;
      g_autoptr (GBytes) response = transmit (card, hex, &error);

      g_assert_no_error (error);
      g_assert_cmpuint (g_bytes_get_size (response), ==, lengths[i] + 2);
    }
}

static void
test_reset (void)
{
  g_autoptr (Card) card = insert_and_connect ();
  guint before = chip_get_resets ();
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) atr = NULL;

  g_assert_true (card_reset (card, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (chip_get_resets (), >, before);
  assert_transmits (card);
  /* Also within a transaction, as after a change of profile. */
  g_assert_true (card_begin (card, &error));
  g_assert_true (card_reset (card, &error));
  assert_transmits (card);
  card_end (card);
  atr = card_dup_atr (card);
  g_assert_nonnull (atr);
}

static void
test_reset_by_another (void)
{
  g_autofree char *reader = insert (ATR_T0);
  g_autoptr (Card) ours = connect_card (reader);
  g_autoptr (Card) theirs = connect_card (reader);
  g_autoptr (CardChannel) channel = card_channel_open (ours, NULL, NULL, NULL);
  g_autoptr (CardChannel) next = NULL;
  g_autoptr (GBytes) command = mock_bytes ("BF2E00");
  g_autoptr (GBytes) response = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (card_reset (theirs, NULL));
  assert_fails (ours, "00100000 01 AA", KT_ERROR_CARD_RESET, "pcsc.reset", 0x80100068);
  assert_transmits (ours);

  g_assert_true (card_reset (theirs, NULL));
  g_assert_null (card_channel_store_data (channel, command, NULL, NULL, &error));
  kt_assert_error (error, KT_ERROR_CARD_RESET, "pcsc.reset");
  g_assert_true (card_channel_is_lost (channel));
  card_channel_close (channel);

  /* A reset that nobody has noticed yet does not hinder a new start. */
  g_assert_true (card_reset (theirs, NULL));
  next = card_channel_open (ours, NULL, NULL, &error);
  g_assert_no_error (error);
  response = card_channel_store_data (next, command, NULL, NULL, &error);
  g_assert_no_error (error);
}

static void
test_removed_midway (void)
{
  g_autofree char *reader = insert (ATR_T0);
  g_autoptr (Card) card = connect_card (reader);
  g_autofree char *again = NULL;
  GError *error = NULL;

  g_mutex_lock (&chip.lock);
  chip.pull_at_e0 = vpcd;
  g_mutex_unlock (&chip.lock);
  g_assert_true (card_begin (card, &error));
  assert_fails (card, "00E00000", KT_ERROR_CARD_REMOVED, "pcsc.removed", 0x80100069);
  assert_fails (card, "00100000 01 AA", KT_ERROR_CARD_REMOVED, "pcsc.removed", 0x80100069);
  card_end (card);
  g_assert_false (card_begin (card, &error));
  kt_assert_error (error, KT_ERROR_CARD_REMOVED, "pcsc.removed");
  g_assert_false (card_open (card, NULL, &error));
  kt_assert_error (error, KT_ERROR_NO_CARD, "pcsc.no-card");

  again = insert (ATR_T0);
  g_assert_true (card_open (card, NULL, &error));
  assert_transmits (card);
}

static void
test_removed_between (void)
{
  g_autoptr (Card) card = insert_and_connect ();
  g_autofree char *again = NULL;

  remove_card ();
  assert_fails (card, "00100000 01 AA", KT_ERROR_CARD_REMOVED, "pcsc.removed", 0x80100069);

  /* Out and in again: the handle belongs to the card that was. */
  again = insert (ATR_T0);
  g_assert_true (card_open (card, NULL, NULL));
  remove_card ();
  g_clear_pointer (&again, g_free);
  again = insert (ATR_T0);
  assert_fails (card, "00100000 01 AA", KT_ERROR_CARD_REMOVED, "pcsc.removed", 0x80100069);
  g_assert_true (card_open (card, NULL, NULL));
  assert_transmits (card);
}

static void
test_silent (void)
{
  g_autoptr (Card) card = insert_and_connect ();
  g_autofree char *again = NULL;
  GError *error = NULL;

  g_mutex_lock (&chip.lock);
  chip.silent_at_e0 = TRUE;
  g_mutex_unlock (&chip.lock);
  g_assert_null (transmit (card, "00E00000", &error));
  /* Depends on whether pcscd looks for the card before it is in again. */
  g_assert_true (g_error_matches (error, KT_ERROR, KT_ERROR_CARD_IO) ||
                 g_error_matches (error, KT_ERROR, KT_ERROR_CARD_REMOVED));
  g_clear_error (&error);
  card_close (card);
  again = insert (ATR_T0);
  g_assert_true (card_open (card, NULL, &error));
  assert_transmits (card);
}

static void
test_exclusion (void)
{
  g_autofree char *reader = insert (ATR_T0);
  g_autoptr (Card) ours = connect_card (reader);
  g_autoptr (Card) theirs = connect_card (reader);
  g_autoptr (Card) late = card_pcsc_new (reader);
  GError *error = NULL;

  card_pcsc_set_patience (KT_CARD_PCSC (theirs), 200);
  card_pcsc_set_patience (KT_CARD_PCSC (late), 200);
  g_assert_true (card_begin (ours, NULL));
  g_assert_true (card_begin (ours, NULL));
  g_assert_false (card_begin (theirs, &error));
  g_assert_cmphex (kt_error_detail (error)->pcsc, ==, 0x8010000B);
  kt_assert_error (error, KT_ERROR_CARD_BUSY, "pcsc.busy");
  g_assert_false (card_open (late, NULL, &error));
  kt_assert_error (error, KT_ERROR_CARD_BUSY, "pcsc.busy");
  card_end (ours);
  assert_transmits (ours);
  /* Still ours: the inner end does not end it. */
  g_assert_false (card_open (late, NULL, &error));
  kt_assert_error (error, KT_ERROR_CARD_BUSY, "pcsc.busy");
  card_end (ours);

  card_pcsc_set_patience (KT_CARD_PCSC (theirs), PATIENCE_MS);
  card_pcsc_set_patience (KT_CARD_PCSC (late), PATIENCE_MS);
  g_assert_true (card_open (theirs, NULL, &error));
  g_assert_true (card_begin (theirs, &error));
  assert_transmits (theirs);
  card_end (theirs);
  g_assert_true (card_open (late, NULL, &error));
  assert_transmits (late);
}

/* A program that dies or forgets in its transaction holds nobody else's. */
static void
test_transaction_ends_with_handle (void)
{
  g_autofree char *reader = insert (ATR_T0);
  g_autoptr (Card) ours = connect_card (reader);
  g_autoptr (Card) theirs = connect_card (reader);

  g_assert_true (card_begin (theirs, NULL));
  card_close (theirs);
  card_end (theirs);
  g_assert_true (card_begin (ours, NULL));
  assert_transmits (ours);
  card_end (ours);
}

static gpointer
cancel_soon (gpointer data)
{
  g_usleep (100 * 1000);
  g_cancellable_cancel (data);
  return NULL;
}

static void
test_cancelled_while_waiting (void)
{
  g_autofree char *reader = insert (ATR_T0);
  g_autoptr (Card) ours = connect_card (reader);
  g_autoptr (Card) late = card_pcsc_new (reader);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  GThread *thread;
  GError *error = NULL;

  g_assert_true (card_begin (ours, NULL));
  thread = g_thread_new ("cancel", cancel_soon, cancellable);
  g_assert_false (card_open (late, cancellable, &error));
  kt_assert_error (error, KT_ERROR_CANCELLED, "cancelled");
  g_thread_join (thread);
  g_assert_false (card_open (late, cancellable, &error));
  kt_assert_error (error, KT_ERROR_CANCELLED, "cancelled");
  card_end (ours);
  g_assert_true (card_open (late, NULL, &error));
}

/* Another program with the card to itself; the other readers are not given up for it. */
static void
test_exclusive (void)
{
  g_autofree char *reader = insert (ATR_T0);
  g_autofree char *held = NULL;
  g_autofree char *freed = NULL;
  g_autoptr (Card) card = card_pcsc_new (reader);
  g_autoptr (GPtrArray) readers = NULL;
  SCARDCONTEXT context;
  SCARDHANDLE handle;
  DWORD protocol;
  LONG rv = SCARD_F_INTERNAL_ERROR;
  guint in_use = 0;
  guint empty = 0;
  GError *error = NULL;

  g_assert_cmpint (SCardEstablishContext (SCARD_SCOPE_SYSTEM, NULL, NULL, &context), ==, 0);
  /* Calls that earlier tests have given up on may still be letting go. */
  for (int tries = 0; tries < 200; tries++)
    {
      rv = SCardConnect (context, reader, SCARD_SHARE_EXCLUSIVE, SCARD_PROTOCOL_T0, &handle,
                         &protocol);
      if (rv == SCARD_S_SUCCESS)
        break;
      g_usleep (50 * 1000);
    }
  g_assert_cmpint (rv, ==, SCARD_S_SUCCESS);
  held = wait_for_reader (CARD_READER_EXCLUSIVE);
  g_assert_cmpstr (held, ==, reader);
  g_assert_false (card_open (card, NULL, &error));
  g_assert_cmphex (kt_error_detail (error)->pcsc, ==, 0x8010000B);
  kt_assert_error (error, KT_ERROR_CARD_BUSY, "pcsc.busy");
  readers = card_pcsc_list_readers (NULL);
  for (guint i = 0; i < readers->len; i++)
    {
      g_autoptr (CardProbe) probe = card_probe_reader (g_ptr_array_index (readers, i), NULL, NULL,
                                                       NULL);

      in_use += probe->kind == CARD_PROBE_IN_USE;
      empty += probe->kind == CARD_PROBE_EMPTY;
    }
  g_assert_cmpuint (in_use, ==, 1);
  g_assert_cmpuint (empty, ==, 1);
  SCardDisconnect (handle, SCARD_LEAVE_CARD);
  SCardReleaseContext (context);
  freed = wait_for_reader (CARD_READER_PRESENT);
  g_assert_true (card_open (card, NULL, &error));
}

static void
test_probe (void)
{
  g_autofree char *reader = insert (ATR_T0);
  g_autoptr (CardReaderInfo) info = card_reader_info_new (reader, CARD_READER_PRESENT, NULL, 0);
  g_autoptr (CardProbe) probe = card_probe_reader (info, NULL, NULL, NULL);

  g_assert_cmpstr (probe->key, ==, "probe.euicc");
  g_assert_nonnull (probe->atr);
}

/* ---- the monitor ---- */

typedef struct
{
  CardMonitor *monitor;
  guint changes;
  guint services;
} Watched;

static void
on_changed (CardMonitor *monitor, GPtrArray *readers, Watched *watched)
{
  g_assert_true (g_main_context_is_owner (g_main_context_default ()));
  watched->changes++;
}

static void
on_service (CardMonitor *monitor, gboolean up, Watched *watched)
{
  g_assert_cmpint (up, ==, card_monitor_has_service (monitor));
  watched->services++;
}

static void
watched_init (Watched *watched)
{
  memset (watched, 0, sizeof *watched);
  watched->monitor = card_monitor_new ();
  g_signal_connect (watched->monitor, "changed", G_CALLBACK (on_changed), watched);
  g_signal_connect (watched->monitor, "service", G_CALLBACK (on_service), watched);
}

static gboolean
has_card (Watched *watched)
{
  g_autoptr (GPtrArray) readers = card_monitor_dup_readers (watched->monitor);

  for (guint i = 0; i < readers->len; i++)
    {
      CardReaderInfo *info = g_ptr_array_index (readers, i);

      if (card_reader_info_has_card (info) && info->atr != NULL)
        return TRUE;
    }
  return FALSE;
}

static gboolean
on_timeout (gpointer data)
{
  *(gboolean *) data = TRUE;
  return G_SOURCE_REMOVE;
}

static void
wait_for_events (Watched *watched, gboolean service, gboolean card)
{
  gboolean timed_out = FALSE;
  guint timeout = g_timeout_add (PATIENCE_MS, on_timeout, &timed_out);

  while (!timed_out &&
         (watched->services == 0 || card_monitor_has_service (watched->monitor) != service ||
          has_card (watched) != card))
    g_main_context_iteration (NULL, TRUE);
  g_assert_false (timed_out);
  g_source_remove (timeout);
}

static void
test_events (void)
{
  g_autofree char *reader = insert (ATR_T0);
  g_autoptr (Card) card = NULL;
  Watched watched;

  watched_init (&watched);
  wait_for_events (&watched, TRUE, TRUE);
  for (int i = 0; i < 2; i++)
    {
      lab_vpcd_pull (vpcd);
      wait_for_events (&watched, TRUE, FALSE);
      lab_vpcd_insert (vpcd);
      wait_for_events (&watched, TRUE, TRUE);
    }
  g_assert_cmpuint (watched.changes, >=, 5);
  g_assert_cmpuint (watched.services, ==, 1);
  card = connect_card (reader);
  assert_transmits (card);
  g_object_unref (watched.monitor);
}

static void
test_service (void)
{
  g_autoptr (Card) card = insert_and_connect ();
  g_autoptr (GError) error = NULL;
  g_autofree char *again = NULL;
  Watched watched;

  watched_init (&watched);
  wait_for_events (&watched, TRUE, TRUE);
  control_pcscd ("--stop");
  wait_for_events (&watched, FALSE, FALSE);
  assert_fails (card, "00100000 01 AA", KT_ERROR_NO_SERVICE, "pcsc.no-service", 0x8010001D);
  g_assert_null (card_pcsc_list_readers (&error));
  kt_assert_error (error, KT_ERROR_NO_SERVICE, "pcsc.no-service");
  g_assert_false (card_open (card, NULL, &error));
  kt_assert_error (error, KT_ERROR_NO_SERVICE, "pcsc.no-service");
  g_assert_false (lab_vpcd_is_connected (vpcd));

  control_pcscd ("--start");
  wait_for_events (&watched, TRUE, TRUE);
  g_assert_cmpuint (watched.services, ==, 3);
  again = wait_for_reader (CARD_READER_PRESENT);
  g_assert_true (card_open (card, NULL, &error));
  assert_transmits (card);
  g_object_unref (watched.monitor);
}

/* Without noticing in between: the service is another one than that of the handle. */
static void
test_service_restarted (void)
{
  g_autoptr (Card) card = insert_and_connect ();
  g_autoptr (GError) error = NULL;
  g_autofree char *again = NULL;

  g_assert_true (card_begin (card, NULL));
  control_pcscd ("--stop");
  control_pcscd ("--start");
  again = wait_for_reader (CARD_READER_PRESENT);
  g_assert_null (transmit (card, "00100000 01 AA", &error));
  kt_assert_error (error, KT_ERROR_NO_SERVICE, "pcsc.no-service");
  card_end (card);
  g_assert_true (card_open (card, NULL, &error));
  assert_transmits (card);
}

/* Stopping at any moment of the thread's life, with and without a service. */
static void
test_stop (void)
{
  for (int i = 0; i < 40; i++)
    {
      CardMonitor *monitor = card_monitor_new ();

      g_usleep ((gulong) (i * 331));
      card_monitor_stop (monitor);
      card_monitor_stop (monitor);
      g_object_unref (monitor);
    }
  control_pcscd ("--stop");
  for (int i = 0; i < 10; i++)
    {
      CardMonitor *monitor = card_monitor_new ();

      g_usleep ((gulong) (i * 997));
      g_object_unref (monitor);
    }
  control_pcscd ("--start");
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

/* The card before the service, and no service at all: the virtual card's end waits. */
static void
test_card_before_service (void)
{
  g_autoptr (LabVpcd) lonely = NULL;
  g_autofree char *reader = NULL;
  g_autoptr (Card) card = NULL;

  lonely = lab_vpcd_new (1, &chip_card, NULL);
  g_assert_false (lab_vpcd_wait_connected (lonely, 50));
  lab_vpcd_pull (lonely);
  lab_vpcd_insert (lonely);
  g_clear_pointer (&lonely, lab_vpcd_free);

  remove_card ();
  control_pcscd ("--stop");
  lab_vpcd_insert (vpcd);
  control_pcscd ("--start");
  reader = insert (ATR_T0);
  card = connect_card (reader);
  assert_transmits (card);
}

static void
test_speed (void)
{
  g_autoptr (Card) card = insert_and_connect ();
  gint64 start;

  g_assert_true (card_begin (card, NULL));
  start = g_get_monotonic_time ();
  for (int i = 0; i < 200; i++)
    assert_transmits (card);
  /* For the eye: no test depends on time. */
  g_test_message ("%.0f us for each APDU", (double) (g_get_monotonic_time () - start) / 200);
  lab_vpcd_set_delay (vpcd, 2000);
  assert_transmits (card);
  lab_vpcd_set_delay (vpcd, 0);
  card_end (card);
}

int
main (int argc, char *argv[])
{
  int status;

  g_test_init (&argc, &argv, NULL);
  if (g_getenv ("KT_PCSCD_DIR") == NULL)
    {
      g_print ("1..0 # SKIP to be run by with-pcscd.sh\n");
      return 0;
    }
  chip.atr = ATR_T0;
  vpcd = lab_vpcd_new (get_port (), &chip_card, NULL);
  g_test_add_func ("/card/pcsc/list", test_list);
  g_test_add_func ("/card/pcsc/connect", test_connect);
  g_test_add_func ("/card/pcsc/no-card-no-reader", test_no_card_no_reader);
  g_test_add_func ("/card/pcsc/peer failure: 255-byte blocks", test_255);
  g_test_add_func ("/card/pcsc/long-answers", test_long_answers);
  g_test_add_func ("/card/pcsc/reset", test_reset);
  g_test_add_func ("/card/pcsc/reset-by-another", test_reset_by_another);
  g_test_add_func ("/card/pcsc/peer failure: card pulled, no mention of it", test_removed_midway);
  g_test_add_func ("/card/pcsc/removed-between", test_removed_between);
  g_test_add_func ("/card/pcsc/silent", test_silent);
  g_test_add_func ("/card/pcsc/exclusion", test_exclusion);
  g_test_add_func ("/card/pcsc/transaction-ends-with-handle", test_transaction_ends_with_handle);
  g_test_add_func ("/card/pcsc/cancelled-while-waiting", test_cancelled_while_waiting);
  g_test_add_func ("/card/pcsc/peer failure: one bad reader ends the search", test_exclusive);
  g_test_add_func ("/card/pcsc/probe", test_probe);
  g_test_add_func ("/card/pcsc/events", test_events);
  g_test_add_func ("/card/pcsc/service", test_service);
  g_test_add_func ("/card/pcsc/service-restarted", test_service_restarted);
  g_test_add_func ("/card/pcsc/stop", test_stop);
  g_test_add_func ("/card/pcsc/card-before-service", test_card_before_service);
  g_test_add_func ("/card/pcsc/speed", test_speed);
  status = g_test_run ();
  lab_vpcd_free (vpcd);
  return status;
}
