/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-fuzz"

#include "fuzz-target.h"

#include "rsp-bpp.h"
#include "rsp-vectors.h"

const gboolean fuzz_seeds_are_hex = TRUE;
const char *const fuzz_seeds[] = {
  V_BPP,
  "BF363D" V_BPP_INIT V_BPP_ISDP "A10C" V_BPP_META1 "A30B" V_BPP_PE1,
  NULL,
};

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GBytes) bytes = g_bytes_new (data, size);
  g_autoptr (GError) error = NULL;
  g_autoptr (RspBpp) bpp = rsp_bpp_parse (bytes, &error);
  gsize at = 0;

  FUZZ_CHECK_OUTCOME (bpp, error);
  if (bpp == NULL)
    {
      FUZZ_CHECK (strcmp (kt_error_key (error), "bpp.invalid") == 0);
      return 0;
    }
  /* the segments one after another are the package, none of them empty */
  for (guint i = 0; i < bpp->segments->len; i++)
    {
      const RspSegment *segment = g_ptr_array_index (bpp->segments, i);
      gsize len;
      const guint8 *part = g_bytes_get_data (segment->bytes, &len);

      FUZZ_CHECK (len > 0 && at + len <= size && memcmp (part, data + at, len) == 0);
      at += len;
    }
  FUZZ_CHECK (at == size && bpp->size == size);
  FUZZ_CHECK (bpp->transaction_id != NULL && bpp->metadata != NULL);
  return 0;
}
