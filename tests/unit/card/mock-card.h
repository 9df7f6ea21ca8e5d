/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "card.h"
#include "kt-error.h"

G_BEGIN_DECLS

/**
 * MockCard:
 *
 * A card with a script: each command must be the next one of the script, and must come within a
 * transaction; anything else fails the test.
 */
#define MOCK_TYPE_CARD (mock_card_get_type ())
G_DECLARE_FINAL_TYPE (MockCard, mock_card, MOCK, CARD, Card)

MockCard *mock_card_new (CardProtocol protocol);

/**
 * mock_card_expect:
 * @command: hexadecimal, blanks allowed; a '*' at the end stands for anything
 * @response: hexadecimal, blanks allowed
 */
void mock_card_expect (MockCard *self, const char *command, const char *response);

/** mock_card_expect_error: the exchange fails with @code. */
void mock_card_expect_error (MockCard *self, const char *command, KtErrorCode code);

/** mock_card_answer_rest: from the script's end on, everything is answered with @response. */
void mock_card_answer_rest (MockCard *self, const char *response);

/** mock_card_fail_begin: the next @n transactions fail to begin with @code. */
void mock_card_fail_begin (MockCard *self, guint n, KtErrorCode code);

/** mock_card_fail_open: opening fails with @code and @key. */
void mock_card_fail_open (MockCard *self, KtErrorCode code, const char *key);

void mock_card_set_atr (MockCard *self, const char *hex);

/** mock_card_assert_done: the script is at its end and no transaction is open. */
void mock_card_assert_done (MockCard *self);

guint mock_card_get_exchanges (MockCard *self);
guint mock_card_get_transactions (MockCard *self);
guint mock_card_get_resets (MockCard *self);

/** mock_card_expect_open: the script of an ISD-R opened on @channel without an FCI. */
void mock_card_expect_open (MockCard *self, guint channel);

#define MOCK_TERMINAL_CAPABILITY "80AA00000A A9088100820101830107"
#define MOCK_ISDR_AID "A0000005591010FFFFFFFF8900000100"

/** kt_assert_error: @error is a %KT_ERROR with this code and key; clears it. */
#define kt_assert_error(error, expected_code, expected_key) \
  G_STMT_START \
  { \
    g_assert_error (error, KT_ERROR, (int) (expected_code)); \
    g_assert_cmpstr (kt_error_key (error), ==, expected_key); \
    g_clear_error (&(error)); \
  } \
  G_STMT_END

/** mock_bytes: Returns: (transfer full): bytes from hexadecimal with blanks. */
GBytes *mock_bytes (const char *hex);

/** mock_pattern: Returns: (transfer full): @len bytes that differ from their neighbours. */
GBytes *mock_pattern (gsize len);

G_END_DECLS
