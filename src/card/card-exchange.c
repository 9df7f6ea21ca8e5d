/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-card"

#include "card-exchange.h"

#include "kt-bytes.h"
#include "kt-error.h"

#include <string.h>

#define INS_GET_RESPONSE 0xC0

/* GET RESPONSEs that may bring nothing at all: a weak reader's hiccup is one or two. */
#define EMPTY_MAX 4
/* Smallest portions to reckon with when bounding their number. */
#define PORTION_MIN 16

guint8
card_class_interindustry (guint channel)
{
  g_assert (channel <= 19);
  return (guint8) (channel < 4 ? channel : 0x40 | (channel - 4));
}

guint8
card_class_proprietary (guint channel)
{
  return 0x80 | card_class_interindustry (channel);
}

gboolean
card_sw_is_ok (guint16 sw)
{
  return sw == 0x9000 || sw >> 8 == 0x91;
}

gboolean
card_sw_is_warning (guint16 sw)
{
  return sw >> 8 == 0x62 || sw >> 8 == 0x63;
}

/* GET RESPONSE is an interindustry command whatever class the command had (TS 102 221, 11.3.1). */
static guint8
class_of_get_response (guint8 cla)
{
  return cla & 0x40 ? (cla & 0x4F) : (cla & 0x03);
}

static gboolean
transmit (CardExchange *self, const guint8 *command, gsize len, GByteArray *data, guint16 *sw,
          GError **error)
{
  g_autoptr (GBytes) out = kt_secret_bytes (command, len);
  g_autoptr (GBytes) in = NULL;
  const guint8 *p;
  gsize n;

  self->counters.c_apdus++;
  self->counters.bytes_out += len;
  in = card_transmit (self->card, out, NULL, error);
  if (in == NULL)
    return FALSE;
  p = g_bytes_get_data (in, &n);
  self->counters.bytes_in += n;
  *sw = (guint16) (p[n - 2] << 8 | p[n - 1]);
  if (n - 2 > self->response_limit - data->len)
    return kt_error_set (error, KT_ERROR_LIMIT, "card.response-too-long",
                         "the response is longer than %" G_GSIZE_FORMAT " bytes",
                         self->response_limit);
  g_byte_array_append (data, p, (guint) (n - 2));
  return TRUE;
}

/* Puts Le where the command has or needs it; returns the new length. */
static gsize
set_le (guint8 *command, gsize len, guint8 le)
{
  gsize at;

  if (len <= 5)
    at = 4;
  else
    at = 5 + (gsize) command[4];
  command[at] = le;
  return at + 1;
}

/* 6Cxx: the command was not done, and the card names the Le that it wants. Only once: a card that
 * is never content must not keep us here. */
static gboolean
transmit_with_le (CardExchange *self, const guint8 *command, gsize len, GByteArray *data,
                  guint16 *sw, GError **error)
{
  guint8 again[262];

  if (!transmit (self, command, len, data, sw, error))
    return FALSE;
  if (*sw >> 8 != 0x6C)
    return TRUE;
  memcpy (again, command, len);
  len = set_le (again, len, (guint8) *sw);
  return transmit (self, again, len, data, sw, error);
}

gboolean
card_exchange_once (CardExchange *self, const guint8 *command, gsize len, GBytes **response,
                    guint16 *sw, GError **error)
{
  g_autoptr (GByteArray) data = g_byte_array_new ();

  g_assert (len >= 4 && len <= 261);

  if (!transmit_with_le (self, command, len, data, sw, error))
    return FALSE;
  *response = g_byte_array_free_to_bytes (g_steal_pointer (&data));
  return TRUE;
}

gboolean
card_exchange_run (CardExchange *self, const guint8 *command, gsize len, GBytes **response,
                   guint16 *sw, GError **error)
{
  g_autoptr (GByteArray) data = g_byte_array_new ();
  guint8 get_response[5] = { class_of_get_response (command[0]), INS_GET_RESPONSE, 0, 0, 0 };
  gsize rounds_left = self->response_limit / PORTION_MIN + EMPTY_MAX;
  guint empty = 0;

  g_assert (len >= 4 && len <= 261);

  if (!transmit_with_le (self, command, len, data, sw, error))
    return FALSE;
  while (*sw >> 8 == 0x61)
    {
      guint before = data->len;

      if (empty >= EMPTY_MAX || rounds_left == 0)
        return kt_error_set (error, KT_ERROR_LIMIT, "card.endless-response",
                             "the card announces data again and again");
      rounds_left--;
      /* 6100 is "256 or more", and so is Le 00. */
      get_response[4] = (guint8) *sw;
      if (!transmit_with_le (self, get_response, sizeof get_response, data, sw, error))
        return FALSE;
      if (data->len == before)
        empty++;
    }
  *response = g_byte_array_free_to_bytes (g_steal_pointer (&data));
  return TRUE;
}
