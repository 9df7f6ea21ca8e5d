/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-fuzz"

#include "fuzz-target.h"

#include "kt-bytes.h"

const gboolean fuzz_seeds_are_hex = FALSE;
const char *const fuzz_seeds[] = {
  "", "QQ==", "QUI=", "QUJD", "QUJDRA==", "QU\r\nJD\tRA= =", "QUJD*garbage", "QQ=", "Q", "QR==",
  "+/+/", NULL,
};

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autofree char *text = g_strndup ((const char *) data, size);
  g_autofree char *tight = NULL;
  g_autofree char *encoded = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = kt_base64_parse (text, 1024, &error);
  g_autoptr (GBytes) hex = kt_hex_parse (text, NULL);
  char *out;

  FUZZ_CHECK_OUTCOME (bytes, error);
  if (hex != NULL)
    FUZZ_CHECK (g_bytes_get_size (hex) * 2 == strlen (text));
  if (bytes == NULL)
    return 0;
  FUZZ_CHECK (g_bytes_get_size (bytes) <= 1024);
  /* one text for one value: without its blanks it is the only one that this value has */
  out = tight = g_malloc (strlen (text) + 1);
  for (const char *p = text; *p != '\0'; p++)
    if (strchr (" \t\r\n", *p) == NULL)
      *out++ = *p;
  *out = '\0';
  encoded = kt_base64 (bytes);
  FUZZ_CHECK (strcmp (encoded, tight) == 0);
  return 0;
}
