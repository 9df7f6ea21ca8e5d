/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <glib.h>

#include "kt-error.h"

/*
 * A target is one function in libFuzzer's form and the messages that the driver begins from. Linked
 * with libFuzzer it runs for ever; linked with fuzz-driver.c it is a short, repeatable test.
 */

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

/** fuzz_seeds: %NULL-terminated; hexadecimal with blanks if @fuzz_seeds_are_hex, else text. */
extern const char *const fuzz_seeds[];
extern const gboolean fuzz_seeds_are_hex;

/* What was promised must hold for every input; g_assert() could be compiled out. */
#define FUZZ_CHECK(condition) \
  G_STMT_START \
  { \
    if (!(condition)) \
      g_error ("%s:%d: does not hold: %s", __FILE__, __LINE__, #condition); \
  } \
  G_STMT_END

/* An answer is whole or an error of ours with a text, never both and never neither. */
#define FUZZ_CHECK_OUTCOME(answer, error) \
  FUZZ_CHECK (((answer) != NULL) == ((error) == NULL) \
              && ((error) == NULL || ((error)->domain == KT_ERROR && (error)->message[0] != '\0')))
