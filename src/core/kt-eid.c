/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-core"

#include "kt-eid.h"

#include <string.h>

#include "kt-error.h"

static gboolean
all_digits (const char *text, gsize count)
{
  for (gsize i = 0; i < count; i++)
    if (!g_ascii_isdigit (text[i]))
      return FALSE;
  return TRUE;
}

static guint
mod97 (const char *digits, gsize count)
{
  guint rest = 0;

  for (gsize i = 0; i < count; i++)
    rest = (rest * 10 + (guint) (digits[i] - '0')) % 97;
  return rest;
}

gboolean
kt_eid_is_valid (const char *eid)
{
  return eid != NULL && strlen (eid) == KT_EID_DIGITS && all_digits (eid, KT_EID_DIGITS)
         && mod97 (eid, KT_EID_DIGITS) == 1;
}

int
kt_eid_check_digits (const char *eid)
{
  if (eid == NULL || strnlen (eid, 30) < 30 || !all_digits (eid, 30))
    return -1;
  return 98 - (int) (mod97 (eid, 30) * 100 % 97);
}

char *
kt_eid_from_bytes (const guint8 *data, gsize len, GError **error)
{
  g_autofree char *digits = NULL;

  if (len != KT_EID_BYTES)
    {
      kt_error_set (error, KT_ERROR_MALFORMED, "chip.eid", "EID of %zu bytes", len);
      return NULL;
    }
  digits = g_malloc (KT_EID_DIGITS + 1);
  for (gsize i = 0; i < len; i++)
    {
      digits[2 * i] = (char) ('0' + (data[i] >> 4));
      digits[2 * i + 1] = (char) ('0' + (data[i] & 0x0F));
    }
  digits[KT_EID_DIGITS] = '\0';
  if (!all_digits (digits, KT_EID_DIGITS))
    {
      kt_error_set (error, KT_ERROR_MALFORMED, "chip.eid", "EID is not decimal");
      return NULL;
    }
  return g_steal_pointer (&digits);
}

gboolean
kt_eid_to_bytes (const char *eid, guint8 out[KT_EID_BYTES], GError **error)
{
  if (eid == NULL || strlen (eid) != KT_EID_DIGITS || !all_digits (eid, KT_EID_DIGITS))
    return kt_error_set (error, KT_ERROR_INVALID_INPUT, "input.eid", "an EID has 32 digits");
  for (gsize i = 0; i < KT_EID_BYTES; i++)
    out[i] = (guint8) ((eid[2 * i] - '0') << 4 | (eid[2 * i + 1] - '0'));
  return TRUE;
}

char *
kt_eid_grouped (const char *eid)
{
  GString *text = g_string_new (NULL);

  for (gsize i = 0; eid[i] != '\0'; i++)
    {
      if (i > 0 && i % 4 == 0)
        g_string_append_c (text, ' ');
      g_string_append_c (text, eid[i]);
    }
  return g_string_free (text, FALSE);
}
