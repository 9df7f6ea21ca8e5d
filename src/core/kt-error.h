/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * KT_ERROR:
 *
 * The one error domain of Kaitsu. Every failure below the user interface is a #GError of this
 * domain, with the cause kept in its #KtErrorDetail.
 */
#define KT_ERROR (kt_error_quark ())

/**
 * KtErrorCode:
 *
 * The class of a failure: what went wrong, never where in the code. Programs map classes to exit
 * codes; the sentence a person reads comes from the detail's key.
 */
typedef enum
{
  KT_ERROR_INVALID_INPUT,        /* what a person gave cannot be used: a code, an address, a file */
  KT_ERROR_MALFORMED,            /* received bytes do not parse */
  KT_ERROR_MISSING,              /* a mandatory element is absent */
  KT_ERROR_LIMIT,                /* too long, too deep or too many */
  KT_ERROR_NOT_FOUND,            /* no such profile, notification, reader or file */
  KT_ERROR_UNSUPPORTED,          /* the other side does not know this function */
  KT_ERROR_NO_SERVICE,           /* pcscd is not running */
  KT_ERROR_ACCESS_DENIED,        /* pcscd or the system does not let us */
  KT_ERROR_NO_READER,
  KT_ERROR_NO_CARD,
  KT_ERROR_CARD_REMOVED,
  KT_ERROR_CARD_RESET,           /* someone reset the card: channel and session are gone */
  KT_ERROR_CARD_BUSY,            /* another program holds the card */
  KT_ERROR_CARD_IO,              /* the reader or the card does not answer */
  KT_ERROR_NOT_EUICC,            /* no ISD-R on this card */
  KT_ERROR_NO_CHANNEL,           /* no logical channel free */
  KT_ERROR_CARD_STATUS,          /* unexpected status word: detail.sw */
  KT_ERROR_CHIP_REFUSED,         /* an ES10 function's result is not ok: detail.function, .result */
  KT_ERROR_UNCONFIRMED,          /* done, but the chip's own state does not confirm it */
  KT_ERROR_RESOLVE,              /* host name not found */
  KT_ERROR_CONNECT,              /* no connection to the server or the proxy */
  KT_ERROR_TIMED_OUT,
  KT_ERROR_CLOSED,               /* the connection ended early */
  KT_ERROR_TLS,                  /* detail.key names the reason, detail.tls_flags the GIO flags */
  KT_ERROR_HTTP_STATUS,          /* detail.http_status */
  KT_ERROR_PROTOCOL,             /* the server's answer is not what the interface defines */
  KT_ERROR_SERVER_REFUSED,       /* functionExecutionStatus: detail.subject, .reason */
  KT_ERROR_CHECK_FAILED,         /* a check that the LPA owes failed: detail.key */
  KT_ERROR_POLICY,               /* profile policy rules forbid it */
  KT_ERROR_PROTECTED,            /* would lose something: needs an explicit override */
  KT_ERROR_INSTALL_FAILED,       /* detail.bpp_command, .bpp_reason, .pe_status */
  KT_ERROR_CONFIRMATION_CODE,    /* the confirmation code is missing or was not accepted */
  KT_ERROR_CANCELLED,            /* a person stopped it; the order stays usable */
  KT_ERROR_REFUSED,              /* a person refused the plan */
  KT_ERROR_STORAGE,              /* a file or database cannot be read or written */
  KT_ERROR_INTERNAL,             /* a library call failed that should not */
} KtErrorCode;

/**
 * KtErrorDetail:
 * @key: (nullable): static string naming the failure for the table of plain sentences,
 *   e.g. "tls.wrong-host"; never translated, never freed
 * @sw: the card's status word, 0 if none
 * @pcsc: the PC/SC return code, 0 if none
 * @function: tag of the ES10 function that failed (0xBF31 …), 0 if none
 * @result: its result code, -1 if none
 * @subject: (nullable): ES9+/ES11 subject code, "8.2.6"
 * @reason: (nullable): ES9+/ES11 reason code, "3.8"
 * @subject_id: (nullable): subject identifier as the server sent it
 * @server_message: (nullable): the server's own text, at most 256 characters
 * @bpp_command: bppCommandId of a failed installation, -1 if none
 * @bpp_reason: errorReason of a failed installation, -1 if none
 * @pe_status: PEStatus of the failing profile element, -1 if none
 * @pe_id: identification of that element (SAIP header), -1 if none
 * @tls_flags: GTlsCertificateFlags, 0 if none
 * @http_status: HTTP status, 0 if none
 * @attempts_left: tries left as the server reports them, -1 if unknown
 */
typedef struct
{
  const char *key;
  guint16 sw;
  guint32 pcsc;
  guint32 function;
  int result;
  char *subject;
  char *reason;
  char *subject_id;
  char *server_message;
  int bpp_command;
  int bpp_reason;
  int pe_status;
  int pe_id;
  guint tls_flags;
  guint http_status;
  int attempts_left;
} KtErrorDetail;

GQuark kt_error_quark (void);

/**
 * kt_error_set:
 * @error: (out) (optional): return location
 * @code: class of the failure
 * @key: (nullable): static key for the table of plain sentences
 * @format: printf format of the technical message (English, no secrets, no identifiers)
 *
 * Sets @error. Returns %FALSE always, so that a failing function can `return kt_error_set (…)`.
 */
gboolean kt_error_set (GError **error, KtErrorCode code, const char *key, const char *format, ...)
    G_GNUC_PRINTF (4, 5);

/**
 * kt_error_new:
 *
 * As kt_error_set(), but returns the error (transfer full).
 */
GError *kt_error_new (KtErrorCode code, const char *key, const char *format, ...)
    G_GNUC_PRINTF (3, 4);

/**
 * kt_error_detail:
 * @error: (nullable): an error of any domain
 *
 * Returns: (nullable) (transfer none): the detail of a %KT_ERROR, to read or to fill right after
 *   kt_error_set(); %NULL for other domains and for %NULL. Strings in it are owned by the error:
 *   assign g_strdup()ed ones.
 */
KtErrorDetail *kt_error_detail (const GError *error);

/**
 * kt_error_key:
 * @error: (nullable): an error of any domain
 *
 * Returns: (nullable): the key of a %KT_ERROR's detail
 */
const char *kt_error_key (const GError *error);

/** kt_error_set_sw: %KT_ERROR_CARD_STATUS with detail.sw set; returns %FALSE. */
gboolean kt_error_set_sw (GError **error, guint16 sw, const char *what);

/** kt_error_code_name: Returns: (transfer none): a stable name such as "card-removed". */
const char *kt_error_code_name (KtErrorCode code);

G_END_DECLS
