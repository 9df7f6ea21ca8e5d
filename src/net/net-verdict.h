/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#include "net-recover.h"

G_BEGIN_DECLS

/**
 * NetVerdictCode:
 *
 * What was found about a server's certificates. Each has a key for the table of plain sentences,
 * see net_verdict_get_key().
 */
typedef enum
{
  NET_VERDICT_TRUSTED = 0,
  NET_VERDICT_MALFORMED,           /* "tls.malformed" */
  NET_VERDICT_CHAIN_TOO_LONG,      /* "tls.chain-too-long" */
  NET_VERDICT_SELF_SIGNED,         /* "tls.self-signed" */
  NET_VERDICT_UNKNOWN_CI,          /* "tls.unknown-ci": vouched for by nobody we know */
  NET_VERDICT_OTHER_CI_SAME_NAME,  /* "tls.other-ci-same-name": passes for a CI that is trusted */
  NET_VERDICT_PUBLIC_CA_ONLY,      /* "tls.public-ca-only": by the system's own store alone */
  NET_VERDICT_NOT_A_CA,            /* "tls.not-a-ca": an intermediate is CA:FALSE */
  NET_VERDICT_KEY_USAGE,           /* "tls.key-usage": (extended) key usage does not permit it */
  NET_VERDICT_PATH_LENGTH,         /* "tls.path-length" */
  NET_VERDICT_WRONG_ROLE,          /* "tls.wrong-role": a certificate for something else */
  NET_VERDICT_NAME_CONSTRAINT,     /* "tls.name-constraint": the CA may not vouch for this name */
  NET_VERDICT_CRITICAL_EXTENSION,  /* "tls.critical-extension": one that nobody understands */
  NET_VERDICT_WRONG_HOST,          /* "tls.wrong-host" */
  NET_VERDICT_EXPIRED,             /* "tls.expired" */
  NET_VERDICT_NOT_YET_VALID,       /* "tls.not-yet-valid" */
  NET_VERDICT_REVOKED,             /* "tls.revoked": says the system's own store */
  NET_VERDICT_INSECURE,            /* "tls.insecure": weak algorithms, says the system's store */
} NetVerdictCode;

/** NetVoucher: who vouches for a server. */
typedef enum
{
  NET_VOUCHER_NONE = 0,
  NET_VOUCHER_CHIP,      /* a CI that the chip trusts */
  NET_VOUCHER_DIRECTORY, /* a certificate of the directory of extra anchors */
  NET_VOUCHER_PUBLIC,    /* the system's own store */
} NetVoucher;

/**
 * NetVerdict:
 * @code: the first thing that is wrong, %NET_VERDICT_TRUSTED if nothing is
 * @flags: all that is wrong, as GIO says it
 * @voucher: known also for a server that was refused for another reason
 * @has_pkid, @pkid: of the CI that vouches
 * @authority: (nullable): name of the CI or CA that vouches, or that the chain names
 * @subject: (nullable): name of the server's certificate
 * @oid: (nullable): its registeredID
 * @not_before, @not_after: seconds since 1970
 *
 * What was found about a server; immutable, reference counted.
 */
typedef struct
{
  gatomicrefcount refs;
  NetVerdictCode code;
  GTlsCertificateFlags flags;
  NetVoucher voucher;
  gboolean has_pkid;
  guint8 pkid[NET_PKID_BYTES];
  char *authority;
  char *subject;
  char *oid;
  gint64 not_before;
  gint64 not_after;
} NetVerdict;

NetVerdict *net_verdict_new (void);
NetVerdict *net_verdict_ref (NetVerdict *verdict);
void net_verdict_unref (NetVerdict *verdict);

/** net_verdict_fail: notes one more thing that is wrong; the first gives the code. */
void net_verdict_fail (NetVerdict *verdict, NetVerdictCode code);

/** net_verdict_is_trusted: */
gboolean net_verdict_is_trusted (const NetVerdict *verdict);

/** net_verdict_get_key: Returns: (nullable): static key, "tls.…"; %NULL if trusted. */
const char *net_verdict_get_key (const NetVerdict *verdict);

/** net_verdict_get_text: Returns: static English text for logs and technical messages. */
const char *net_verdict_get_text (const NetVerdict *verdict);

/** net_verdict_set_error: %KT_ERROR_TLS with the verdict's key and flags. Returns: FALSE */
gboolean net_verdict_set_error (const NetVerdict *verdict, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (NetVerdict, net_verdict_unref)

G_END_DECLS
