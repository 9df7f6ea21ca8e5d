/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-test"

#include "card-pcsc-error.h"
#include "card-pcsc-readers.h"
#include "kt-error.h"
#include "mock-card.h"

#include <string.h>

/* Numbers as the PC/SC workgroup's table has them, not by name. */
static const struct
{
  guint32 code;
  KtErrorCode error;
  const char *key;
} codes[] = {
  { 0x8010001D, KT_ERROR_NO_SERVICE, "pcsc.no-service" },
  { 0x8010001E, KT_ERROR_NO_SERVICE, "pcsc.no-service" },
  { 0x80100018, KT_ERROR_NO_SERVICE, "pcsc.no-service" },
  { 0x80100027, KT_ERROR_ACCESS_DENIED, "pcsc.denied" },
  { 0x8010006A, KT_ERROR_ACCESS_DENIED, "pcsc.denied" },
  { 0x80100009, KT_ERROR_NO_READER, "pcsc.no-reader" },
  { 0x8010002E, KT_ERROR_NO_READER, "pcsc.no-reader" },
  { 0x80100017, KT_ERROR_NO_READER, "pcsc.reader-gone" },
  { 0x8010000C, KT_ERROR_NO_CARD, "pcsc.no-card" },
  { 0x80100069, KT_ERROR_CARD_REMOVED, "pcsc.removed" },
  { 0x80100068, KT_ERROR_CARD_RESET, "pcsc.reset" },
  { 0x8010000B, KT_ERROR_CARD_BUSY, "pcsc.busy" },
  { 0x80100031, KT_ERROR_CARD_BUSY, "pcsc.busy" },
  { 0x80100066, KT_ERROR_CARD_IO, "pcsc.unresponsive" },
  { 0x80100067, KT_ERROR_CARD_IO, "pcsc.unresponsive" },
  { 0x8010000F, KT_ERROR_CARD_IO, "pcsc.protocol" },
  { 0x80100065, KT_ERROR_CARD_IO, "pcsc.protocol" },
  { 0x8010001C, KT_ERROR_CARD_IO, "pcsc.protocol" },
  { 0x80100016, KT_ERROR_CARD_IO, "pcsc.io" },
  { 0x80100013, KT_ERROR_CARD_IO, "pcsc.io" },
  { 0x8010002F, KT_ERROR_CARD_IO, "pcsc.io" },
  { 0x80100010, KT_ERROR_CARD_IO, "pcsc.io" },
  { 0x8010000A, KT_ERROR_CARD_IO, "pcsc.io" },
  { 0x80100008, KT_ERROR_CARD_IO, "pcsc.too-long" },
  { 0x80100002, KT_ERROR_CANCELLED, "cancelled" },
  { 0x80100006, KT_ERROR_CARD_IO, "pcsc.unexpected" },
  { 0x00000001, KT_ERROR_CARD_IO, "pcsc.unexpected" },
};

static void
test_codes (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (codes); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_false (card_pcsc_error_set (&error, codes[i].code, "testing"));
      g_assert_cmphex (kt_error_detail (error)->pcsc, ==, codes[i].code);
      kt_assert_error (error, codes[i].error, codes[i].key);
    }
  g_assert_false (card_pcsc_error_set (NULL, 0x8010000C, "testing"));
}

/* PC/SC's LONG has 64 bits here and 32 there. */
static void
test_sign (void)
{
  g_autoptr (GError) error = NULL;
  gint64 extended = G_GINT64_CONSTANT (-0x7FEFFFF5);

  card_pcsc_error_set (&error, (guint32) extended, "connecting");
  g_assert_cmphex (kt_error_detail (error)->pcsc, ==, 0x8010000B);
  g_assert_nonnull (strstr (error->message, "(PC/SC 8010000B)"));
  g_assert_null (strstr (error->message, "FFFF"));
}

static void
test_gone (void)
{
  static const guint32 gone[] = { 0x8010001D, 0x80100069, 0x8010000C, 0x80100017, 0x80100003 };
  static const guint32 there[] = { 0, 0x80100068, 0x8010000B, 0x80100016, 0x80100066 };

  for (gsize i = 0; i < G_N_ELEMENTS (gone); i++)
    g_assert_true (card_pcsc_code_is_gone (gone[i]));
  for (gsize i = 0; i < G_N_ELEMENTS (there); i++)
    g_assert_false (card_pcsc_code_is_gone (there[i]));
}

/* A list that lies about its length, or lacks its end. */
static void
test_names (void)
{
  static const struct
  {
    const char *list;
    gsize len;
    const char *joined;
  } rows[] = {
    { "", 0, "" },          { "\0", 1, "" },          { "A\0B\0\0", 5, "A|B" },
    { "A\0B\0\0", 4, "A|B" }, { "A\0B\0\0", 3, "A|B" }, { "A\0B\0\0", 2, "A" },
    { "ABC", 2, "AB" },     { "A\0\0B\0\0", 6, "A" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *copy = g_memdup2 (rows[i].list, rows[i].len);
      g_auto (GStrv) names = card_pcsc_split_names (copy, rows[i].len);
      g_autofree char *joined = g_strjoinv ("|", names);

      g_assert_cmpstr (joined, ==, rows[i].joined);
    }
}

static void
test_states (void)
{
  static const struct
  {
    DWORD flags;
    CardReaderState state;
    const char *name;
  } rows[] = {
    { SCARD_STATE_EMPTY, CARD_READER_EMPTY, "empty" },
    { SCARD_STATE_PRESENT, CARD_READER_PRESENT, "present" },
    { SCARD_STATE_PRESENT | SCARD_STATE_INUSE, CARD_READER_IN_USE, "in-use" },
    { SCARD_STATE_PRESENT | SCARD_STATE_EXCLUSIVE, CARD_READER_EXCLUSIVE, "exclusive" },
    { SCARD_STATE_PRESENT | SCARD_STATE_MUTE, CARD_READER_MUTE, "mute" },
    { SCARD_STATE_UNAVAILABLE, CARD_READER_UNAVAILABLE, "unavailable" },
    { SCARD_STATE_UNKNOWN | SCARD_STATE_CHANGED, CARD_READER_UNAVAILABLE, "unavailable" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      SCARD_READERSTATE state = { .szReader = "B\xFF", .dwEventState = rows[i].flags | 0x70000,
                                  .cbAtr = 2, .rgbAtr = { 0x3B, 0x00 } };
      g_autoptr (CardReaderInfo) info = card_pcsc_reader_info (&state);
      gboolean has_card = (rows[i].flags & SCARD_STATE_PRESENT) != 0;

      g_assert_cmpint (info->state, ==, rows[i].state);
      g_assert_cmpstr (card_reader_state_name (info->state), ==, rows[i].name);
      g_assert_cmpstr (info->name, ==, "B\xEF\xBF\xBD");
      g_assert_cmpuint (info->events, ==, 7);
      g_assert_cmpint (card_reader_info_has_card (info), ==, has_card);
      g_assert_cmpint (info->atr != NULL, ==, has_card);
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/card/pcsc-codes/codes", test_codes);
  g_test_add_func ("/card/peer failure: PC/SC codes are sign-extended", test_sign);
  g_test_add_func ("/card/pcsc-codes/gone", test_gone);
  g_test_add_func ("/card/pcsc-codes/names", test_names);
  g_test_add_func ("/card/pcsc-codes/states", test_states);
  return g_test_run ();
}
