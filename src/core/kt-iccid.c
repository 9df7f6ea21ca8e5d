/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-core"

#include "kt-iccid.h"

#include <string.h>

#include "kt-error.h"

char *
kt_bcd_swapped (const guint8 *data, gsize len, GError **error)
{
  g_autoptr (GString) digits = g_string_sized_new (len * 2);
  gboolean ended = FALSE;

  for (gsize i = 0; i < len * 2; i++)
    {
      guint8 nibble = i % 2 == 0 ? data[i / 2] & 0x0F : data[i / 2] >> 4;

      if (nibble == 0x0F)
        ended = TRUE;
      else if (ended || nibble > 9)
        {
          kt_error_set (error, KT_ERROR_MALFORMED, NULL, "BCD: not a digit");
          return NULL;
        }
      else
        g_string_append_c (digits, (char) ('0' + nibble));
    }
  return g_string_free (g_steal_pointer (&digits), FALSE);
}

char *
kt_iccid_from_bytes (const guint8 *data, gsize len, GError **error)
{
  g_autofree char *digits = NULL;

  if (len != KT_ICCID_BYTES)
    {
      kt_error_set (error, KT_ERROR_MALFORMED, "profile.iccid", "ICCID of %zu bytes", len);
      return NULL;
    }
  digits = kt_bcd_swapped (data, len, NULL);
  if (digits == NULL || strlen (digits) < 18)
    {
      kt_error_set (error, KT_ERROR_MALFORMED, "profile.iccid", "ICCID is not 18 to 20 digits");
      return NULL;
    }
  return g_steal_pointer (&digits);
}

gboolean
kt_iccid_to_bytes (const char *iccid, guint8 out[KT_ICCID_BYTES], GError **error)
{
  gsize len = iccid != NULL ? strlen (iccid) : 0;

  if (len == 20 && g_ascii_toupper (iccid[19]) == 'F')
    len = 19;
  if (len < 18 || len > 20)
    return kt_error_set (error, KT_ERROR_INVALID_INPUT, "input.iccid",
                         "an ICCID has 18 to 20 digits");
  memset (out, 0xFF, KT_ICCID_BYTES);
  for (gsize i = 0; i < len; i++)
    {
      guint8 digit;

      if (!g_ascii_isdigit (iccid[i]))
        return kt_error_set (error, KT_ERROR_INVALID_INPUT, "input.iccid",
                             "ICCID: not a digit at place %zu", i + 1);
      digit = (guint8) (iccid[i] - '0');
      out[i / 2] = i % 2 == 0 ? (guint8) (0xF0 | digit) : (guint8) ((out[i / 2] & 0x0F) | digit << 4);
    }
  return TRUE;
}

char
kt_luhn_digit (const char *digits)
{
  guint sum = 0;
  gboolean twice = TRUE;

  for (gsize i = strlen (digits); i > 0; i--)
    {
      guint digit = (guint) (digits[i - 1] - '0');

      if (twice)
        digit = digit * 2 > 9 ? digit * 2 - 9 : digit * 2;
      sum += digit;
      twice = !twice;
    }
  return (char) ('0' + (10 - sum % 10) % 10);
}

gboolean
kt_iccid_luhn (const char *iccid)
{
  g_autofree char *body = NULL;
  gsize len = iccid != NULL ? strlen (iccid) : 0;

  if (len < 2 || strspn (iccid, "0123456789") != len)
    return FALSE;
  body = g_strndup (iccid, len - 1);
  return kt_luhn_digit (body) == iccid[len - 1];
}
