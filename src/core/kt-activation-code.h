/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * KtActivationCode:
 * @server: SM-DP+ address, lower case, with ":port" only if @allow_port was given
 * @token: AC_Token, the MatchingID; "" if empty
 * @oid: (nullable): SM-DP+ OID in dotted form
 * @confirmation_required: the code's own flag; the server decides in the end
 *
 * SGP.22 section 4.1: `[LPA:]1$<server>$<token>[$<oid>[$<1>]]`.
 */
typedef struct
{
  char *server;
  char *token;
  char *oid;
  gboolean confirmation_required;
} KtActivationCode;

typedef enum
{
  KT_ACTIVATION_CODE_NONE = 0,
  /* host:port is accepted: for labs and tests */
  KT_ACTIVATION_CODE_ALLOW_PORT = 1 << 0,
} KtActivationCodeFlags;

/** Longest code after "LPA:", in characters (SGP.22 section 4.1). */
#define KT_ACTIVATION_CODE_MAX 255

/**
 * kt_activation_code_parse:
 * @text: as typed, pasted or scanned: blanks, line breaks and zero-width characters are dropped,
 *   "LPA:" is optional in any case, fields after the known ones are ignored
 * @place: (out) (optional): on failure, the offending place in @text, counted in characters from 1
 *
 * Returns: (transfer full) (nullable): the code; %KT_ERROR_INVALID_INPUT with the keys
 *   "code.empty", "code.too-long", "code.not-a-code", "code.web-address", "code.format",
 *   "code.fields", "code.server", "code.token", "code.oid", "code.flag"
 */
KtActivationCode *kt_activation_code_parse (const char *text, KtActivationCodeFlags flags,
                                            guint *place, GError **error);
KtActivationCode *kt_activation_code_copy (const KtActivationCode *code);
/** kt_activation_code_free: wipes the token. */
void kt_activation_code_free (KtActivationCode *code);

/** kt_activation_code_format: Returns: (transfer full): with "LPA:" in front. */
char *kt_activation_code_format (const KtActivationCode *code);

/**
 * kt_server_address_is_valid:
 *
 * A fully qualified domain name: two or more LDH labels of 1 to 63 characters, 253 in all, the last
 * one not all digits; with %KT_ACTIVATION_CODE_ALLOW_PORT also "localhost", an IPv4 address, and a
 * port.
 */
gboolean kt_server_address_is_valid (const char *address, KtActivationCodeFlags flags);

/** kt_server_address_split: Returns: (transfer full): the host; @port is 443 if none is named. */
char *kt_server_address_split (const char *address, guint16 *port);

/**
 * kt_confirmation_code_check: 1 to 32 visible ASCII characters; %KT_ERROR_INVALID_INPUT with key
 * "confirmation.format" otherwise.
 */
gboolean kt_confirmation_code_check (const char *code, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (KtActivationCode, kt_activation_code_free)

G_END_DECLS
