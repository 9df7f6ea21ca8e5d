/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-card"

#include "card-pcsc-error.h"

#include "kt-error.h"

#include <winscard.h>

typedef struct
{
  guint32 code;
  KtErrorCode error;
  const char *key;
  const char *text;
} PcscMeaning;

#define CODE(c) ((guint32) (c))

static const PcscMeaning meanings[] = {
  { CODE (SCARD_E_NO_SERVICE), KT_ERROR_NO_SERVICE, "pcsc.no-service",
    "the smart card service does not run" },
  { CODE (SCARD_E_SERVICE_STOPPED), KT_ERROR_NO_SERVICE, "pcsc.no-service",
    "the smart card service has stopped" },
  { CODE (SCARD_P_SHUTDOWN), KT_ERROR_NO_SERVICE, "pcsc.no-service",
    "the smart card service shuts down" },
  { CODE (SCARD_E_NO_ACCESS), KT_ERROR_ACCESS_DENIED, "pcsc.denied", "access denied" },
  { CODE (SCARD_W_SECURITY_VIOLATION), KT_ERROR_ACCESS_DENIED, "pcsc.denied", "access denied" },
  { CODE (SCARD_E_UNKNOWN_READER), KT_ERROR_NO_READER, "pcsc.no-reader", "no such reader" },
  { CODE (SCARD_E_NO_READERS_AVAILABLE), KT_ERROR_NO_READER, "pcsc.no-reader", "no reader" },
  { CODE (SCARD_E_READER_UNAVAILABLE), KT_ERROR_NO_READER, "pcsc.reader-gone",
    "the reader was unplugged or has failed" },
  { CODE (SCARD_E_NO_SMARTCARD), KT_ERROR_NO_CARD, "pcsc.no-card", "no card in the reader" },
  { CODE (SCARD_W_REMOVED_CARD), KT_ERROR_CARD_REMOVED, "pcsc.removed", "the card was removed" },
  { CODE (SCARD_W_RESET_CARD), KT_ERROR_CARD_RESET, "pcsc.reset", "the card was reset" },
  { CODE (SCARD_E_SHARING_VIOLATION), KT_ERROR_CARD_BUSY, "pcsc.busy",
    "another program uses the card" },
  { CODE (SCARD_E_SERVER_TOO_BUSY), KT_ERROR_CARD_BUSY, "pcsc.busy",
    "the smart card service is too busy" },
  { CODE (SCARD_W_UNRESPONSIVE_CARD), KT_ERROR_CARD_IO, "pcsc.unresponsive",
    "the card does not answer to reset" },
  { CODE (SCARD_W_UNPOWERED_CARD), KT_ERROR_CARD_IO, "pcsc.unresponsive",
    "the card has no power" },
  { CODE (SCARD_W_UNSUPPORTED_CARD), KT_ERROR_CARD_IO, "pcsc.protocol",
    "the reader cannot talk to this card" },
  { CODE (SCARD_E_CARD_UNSUPPORTED), KT_ERROR_CARD_IO, "pcsc.protocol",
    "the reader cannot talk to this card" },
  { CODE (SCARD_E_PROTO_MISMATCH), KT_ERROR_CARD_IO, "pcsc.protocol",
    "no protocol in common with the card" },
  { CODE (SCARD_E_NOT_TRANSACTED), KT_ERROR_CARD_IO, "pcsc.io",
    "the exchange with the card failed" },
  { CODE (SCARD_F_COMM_ERROR), KT_ERROR_CARD_IO, "pcsc.io", "communication failed" },
  { CODE (SCARD_E_COMM_DATA_LOST), KT_ERROR_CARD_IO, "pcsc.io", "communication failed" },
  { CODE (SCARD_E_NOT_READY), KT_ERROR_CARD_IO, "pcsc.io", "the reader is not ready" },
  { CODE (SCARD_E_TIMEOUT), KT_ERROR_CARD_IO, "pcsc.io", "the reader did not answer in time" },
  { CODE (SCARD_F_WAITED_TOO_LONG), KT_ERROR_CARD_IO, "pcsc.io",
    "the reader did not answer in time" },
  { CODE (SCARD_E_INSUFFICIENT_BUFFER), KT_ERROR_CARD_IO, "pcsc.too-long",
    "the card's answer is longer than any answer may be" },
  { CODE (SCARD_E_CANCELLED), KT_ERROR_CANCELLED, "cancelled", "cancelled" },
};

gboolean
card_pcsc_error_set (GError **error, guint32 code, const char *what)
{
  PcscMeaning meaning = { code, KT_ERROR_CARD_IO, "pcsc.unexpected", "unexpected failure" };

  for (gsize i = 0; i < G_N_ELEMENTS (meanings); i++)
    if (meanings[i].code == code)
      meaning = meanings[i];
  kt_error_set (error, meaning.error, meaning.key, "%s: %s (PC/SC %08X)", what, meaning.text, code);
  if (error != NULL && *error != NULL)
    kt_error_detail (*error)->pcsc = code;
  return FALSE;
}

gboolean
card_pcsc_code_is_gone (guint32 code)
{
  switch (code)
    {
    case CODE (SCARD_E_NO_SERVICE):
    case CODE (SCARD_E_SERVICE_STOPPED):
    case CODE (SCARD_P_SHUTDOWN):
    case CODE (SCARD_E_INVALID_HANDLE):
    case CODE (SCARD_E_INVALID_VALUE):
    case CODE (SCARD_F_COMM_ERROR):
    case CODE (SCARD_F_INTERNAL_ERROR):
    case CODE (SCARD_E_UNKNOWN_READER):
    case CODE (SCARD_E_NO_READERS_AVAILABLE):
    case CODE (SCARD_E_READER_UNAVAILABLE):
    case CODE (SCARD_E_NO_SMARTCARD):
    case CODE (SCARD_W_REMOVED_CARD):
      return TRUE;
    default:
      return FALSE;
    }
}
