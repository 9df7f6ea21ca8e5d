/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "../core/kt-test.h"
#include "lab-euicc-knobs.h"
#include "lab-pki.h"
#include "tlv.h"

G_BEGIN_DECLS

/* A card and a terminal for the tests: APDUs in hexadecimal, ES10 commands over STORE DATA. */

#define TEST_EID "89049032123451234512345678901235"
#define TEST_EID_HEX "89049032123451234512345678901235"
#define TEST_SMDP "smdp.example.com"
#define TEST_ISDR "A0000005591010FFFFFFFF8900000100"
/* 2026-11-22 */
#define TEST_NOW (G_GINT64_CONSTANT (1795305600) * G_USEC_PER_SEC)

#define ICCID_A "8949000000000000018"
#define ICCID_B "8949000000000000026"
#define ICCID_C "8949000000000000034"

/** test_env_get, test_pki_get: Returns: (transfer none): one for the whole program. */
const KtEnv *test_env_get (void);
LabPki *test_pki_get (void);
void test_clear (void);

/** test_options: the options of a card under test, T=1, with nothing on it. */
LabEuiccOptions test_options (void);
/** test_card_new: Returns: (transfer full): powered; %NULL stands for test_options(). */
LabEuicc *test_card_new (const LabEuiccOptions *options);

/** test_apdu: Returns: (transfer full): R-APDU. */
GBytes *test_apdu (LabEuicc *euicc, const char *command);
/** assert_apdu: the answer to @command is @answer; a '*' at its end stands for anything. */
void assert_apdu (LabEuicc *euicc, const char *command, const char *answer);

/** test_open_isdr: opens channel 1 and selects the ISD-R there. */
void test_open_isdr (LabEuicc *euicc);

/** test_es10: on channel 1. Returns: (transfer full): response data; @sw the final status word. */
GBytes *test_es10 (LabEuicc *euicc, GBytes *command, guint16 *sw);
/** test_es10_hex: the same for a command in hexadecimal, which must end with 9000 or 91xx. */
GBytes *test_es10_hex (LabEuicc *euicc, const char *command);
/** assert_es10: response data as given. */
void assert_es10 (LabEuicc *euicc, const char *command, const char *response);
/** assert_es10_sw: no data and this status word. */
void assert_es10_sw (LabEuicc *euicc, const char *command, guint16 sw);

/** test_find: Returns: (transfer full): the element at the end of @path, a list of tags. */
GBytes *test_find (GBytes *bytes, const TlvTag *path, guint n);
#define TEST_FIND(bytes, ...) \
  test_find (bytes, (const TlvTag[]){ __VA_ARGS__ }, \
             sizeof ((const TlvTag[]){ __VA_ARGS__ }) / sizeof (TlvTag))
/** test_value: the same, value only. */
GBytes *test_value (GBytes *bytes, const TlvTag *path, guint n);
#define TEST_VALUE(bytes, ...) \
  test_value (bytes, (const TlvTag[]){ __VA_ARGS__ }, \
              sizeof ((const TlvTag[]){ __VA_ARGS__ }) / sizeof (TlvTag))

/** test_upp: Returns: (transfer full): a profile package. */
GBytes *test_upp (const char *iccid);

/**
 * TestMetadata:
 * @iccid: digits
 * @provider, @name: (nullable): "Lab" and "Plan"
 * @class: as in 95; -1 leaves it out
 * @addresses: (nullable): hexadecimal value of B6
 * @owner: (nullable): hexadecimal value of B7
 * @pprs: hexadecimal value of 99
 * @extra: (nullable): hexadecimal elements at the end
 */
typedef struct
{
  const char *iccid;
  const char *provider;
  const char *name;
  int class;
  const char *addresses;
  const char *owner;
  const char *pprs;
  const char *extra;
} TestMetadata;

/* Notifications for all events to one address, and for installation and deletion to another. */
#define TEST_ADDRESSES \
  "3014 80 0204F0 81 0E 61 2E 6E 6F 74 69 66 79 2E 74 65 73 74 31" \
  "3013 80 020490 81 0D 62 2E 6E 6F 74 69 66 79 2E 74 65 73 74"

/** test_metadata: Returns: (transfer full): BF25. */
GBytes *test_metadata (const TestMetadata *metadata);

/** test_card_with: a card that comes with operational profiles A (enabled), B, and C as @c says. */
LabEuicc *test_card_with (const TestMetadata *a, const TestMetadata *b, const TestMetadata *c,
                          const LabEuiccOptions *base);

/** test_isdp_of: Returns: (transfer full): hexadecimal AID of the profile with @iccid. */
char *test_isdp_of (LabEuicc *euicc, const char *iccid);
/** test_iccid_hex: Returns: (transfer full): 10 bytes in hexadecimal. */
char *test_iccid_hex (const char *iccid);
/** test_state: 0, 1, or -1 if there is no such profile. */
int test_state (LabEuicc *euicc, const char *iccid);

/** test_check_signature: @signature is the card's, over @data. */
void test_check_signature (GBytes *euicc_cert, GBytes *data, GBytes *signature);

G_END_DECLS
