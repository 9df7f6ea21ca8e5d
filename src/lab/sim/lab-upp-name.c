/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-lab"

#include <string.h>

#include "lab-upp-private.h"

#define UCS2_MARK 0x80

/* GSM 7 bit default alphabet, 3GPP TS 23.038, 6.2.1; 0 where a name has nothing to look for. */
static const guint16 ALPHABET[128] = {
  '@',    0x00A3, '$',    0x00A5, 0x00E8, 0x00E9, 0x00F9, 0x00EC, 0x00F2, 0x00C7, 0,      0x00D8,
  0x00F8, 0,      0x00C5, 0x00E5, 0x0394, '_',    0x03A6, 0x0393, 0x039B, 0x03A9, 0x03A0, 0x03A8,
  0x03A3, 0x0398, 0x039E, 0,      0x00C6, 0x00E6, 0x00DF, 0x00C9, ' ',    '!',    '"',    '#',
  0x00A4, '%',    '&',    '\'',   '(',    ')',    '*',    '+',    ',',    '-',    '.',    '/',
  '0',    '1',    '2',    '3',    '4',    '5',    '6',    '7',    '8',    '9',    ':',    ';',
  '<',    '=',    '>',    '?',    0x00A1, 'A',    'B',    'C',    'D',    'E',    'F',    'G',
  'H',    'I',    'J',    'K',    'L',    'M',    'N',    'O',    'P',    'Q',    'R',    'S',
  'T',    'U',    'V',    'W',    'X',    'Y',    'Z',    0x00C4, 0x00D6, 0x00D1, 0x00DC, 0x00A7,
  0x00BF, 'a',    'b',    'c',    'd',    'e',    'f',    'g',    'h',    'i',    'j',    'k',
  'l',    'm',    'n',    'o',    'p',    'q',    'r',    's',    't',    'u',    'v',    'w',
  'x',    'y',    'z',    0x00E4, 0x00F6, 0x00F1, 0x00FC, 0x00E0,
};

static int
find_in_alphabet (gunichar c)
{
  for (guint i = 0; i < G_N_ELEMENTS (ALPHABET); i++)
    if (ALPHABET[i] == c && c != 0)
      return (int) i;
  return -1;
}

static gboolean
encode_default (const char *name, guint8 *out, gsize len)
{
  gsize n = 0;

  for (const char *p = name; *p != '\0'; p = g_utf8_next_char (p))
    {
      int code = find_in_alphabet (g_utf8_get_char (p));

      if (code < 0 || n == len)
        return FALSE;
      out[n++] = (guint8) code;
    }
  return TRUE;
}

/* TS 102 221, annex A: 80 and UCS2, high byte first. */
static gboolean
encode_ucs2 (const char *name, guint8 *out, gsize len)
{
  gsize n = 1;

  out[0] = UCS2_MARK;
  for (const char *p = name; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);

      if (c > 0xFFFF || n + 2 > len)
        return FALSE;
      out[n++] = (guint8) (c >> 8);
      out[n++] = (guint8) c;
    }
  return TRUE;
}

gboolean
lab_upp_encode_name (const char *name, guint8 *out, gsize len)
{
  memset (out, 0xFF, len);
  if (!g_utf8_validate (name, -1, NULL))
    return FALSE;
  if (encode_default (name, out, len))
    return TRUE;
  memset (out, 0xFF, len);
  return encode_ucs2 (name, out, len);
}
