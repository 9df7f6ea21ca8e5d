/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-net"

#include "net-verdict.h"

#include "kt-error.h"

typedef struct
{
  const char *key;
  GTlsCertificateFlags flag;
  const char *text;
} VerdictRow;

static const VerdictRow rows[] = {
  [NET_VERDICT_TRUSTED] = { NULL, 0, "trusted" },
  [NET_VERDICT_MALFORMED]
  = { "tls.malformed", G_TLS_CERTIFICATE_GENERIC_ERROR, "a certificate does not parse" },
  [NET_VERDICT_CHAIN_TOO_LONG]
  = { "tls.chain-too-long", G_TLS_CERTIFICATE_GENERIC_ERROR, "the chain is too long" },
  [NET_VERDICT_SELF_SIGNED]
  = { "tls.self-signed", G_TLS_CERTIFICATE_UNKNOWN_CA, "the certificate vouches for itself alone" },
  [NET_VERDICT_UNKNOWN_CI]
  = { "tls.unknown-ci", G_TLS_CERTIFICATE_UNKNOWN_CA, "no CI that the chip trusts vouches for it" },
  [NET_VERDICT_OTHER_CI_SAME_NAME]
  = { "tls.other-ci-same-name", G_TLS_CERTIFICATE_UNKNOWN_CA,
      "the issuer passes for a CI that is trusted, but signed with another key" },
  [NET_VERDICT_PUBLIC_CA_ONLY]
  = { "tls.public-ca-only", G_TLS_CERTIFICATE_UNKNOWN_CA,
      "only a public CA of this system vouches for it, no CI that the chip trusts" },
  [NET_VERDICT_NOT_A_CA]
  = { "tls.not-a-ca", G_TLS_CERTIFICATE_UNKNOWN_CA, "an issuer in the chain is no CA" },
  [NET_VERDICT_KEY_USAGE]
  = { "tls.key-usage", G_TLS_CERTIFICATE_GENERIC_ERROR, "the key usage does not permit it" },
  [NET_VERDICT_PATH_LENGTH]
  = { "tls.path-length", G_TLS_CERTIFICATE_GENERIC_ERROR, "the path is longer than permitted" },
  [NET_VERDICT_WRONG_ROLE]
  = { "tls.wrong-role", G_TLS_CERTIFICATE_GENERIC_ERROR,
      "the certificate was issued for another role" },
  [NET_VERDICT_NAME_CONSTRAINT]
  = { "tls.name-constraint", G_TLS_CERTIFICATE_GENERIC_ERROR,
      "an issuer in the chain may not vouch for this name" },
  [NET_VERDICT_CRITICAL_EXTENSION]
  = { "tls.critical-extension", G_TLS_CERTIFICATE_GENERIC_ERROR,
      "a critical extension is not known" },
  [NET_VERDICT_WRONG_HOST]
  = { "tls.wrong-host", G_TLS_CERTIFICATE_BAD_IDENTITY, "the certificate is for another host" },
  [NET_VERDICT_EXPIRED] = { "tls.expired", G_TLS_CERTIFICATE_EXPIRED, "a certificate has expired" },
  [NET_VERDICT_NOT_YET_VALID]
  = { "tls.not-yet-valid", G_TLS_CERTIFICATE_NOT_ACTIVATED, "a certificate is not valid yet" },
  [NET_VERDICT_REVOKED]
  = { "tls.revoked", G_TLS_CERTIFICATE_REVOKED, "a certificate has been revoked" },
  [NET_VERDICT_INSECURE]
  = { "tls.insecure", G_TLS_CERTIFICATE_INSECURE, "a certificate uses a weak algorithm" },
};

NetVerdict *
net_verdict_new (void)
{
  NetVerdict *verdict = g_new0 (NetVerdict, 1);

  g_atomic_ref_count_init (&verdict->refs);
  return verdict;
}

NetVerdict *
net_verdict_ref (NetVerdict *verdict)
{
  g_atomic_ref_count_inc (&verdict->refs);
  return verdict;
}

void
net_verdict_unref (NetVerdict *verdict)
{
  if (verdict == NULL || !g_atomic_ref_count_dec (&verdict->refs))
    return;
  g_free (verdict->authority);
  g_free (verdict->subject);
  g_free (verdict->oid);
  g_free (verdict);
}

void
net_verdict_fail (NetVerdict *verdict, NetVerdictCode code)
{
  g_assert (code != NET_VERDICT_TRUSTED && (gsize) code < G_N_ELEMENTS (rows));

  if (verdict->code == NET_VERDICT_TRUSTED)
    verdict->code = code;
  verdict->flags |= rows[code].flag;
}

gboolean
net_verdict_is_trusted (const NetVerdict *verdict)
{
  g_return_val_if_fail (verdict != NULL, FALSE);

  return verdict->code == NET_VERDICT_TRUSTED;
}

const char *
net_verdict_get_key (const NetVerdict *verdict)
{
  g_return_val_if_fail (verdict != NULL, NULL);

  return rows[verdict->code].key;
}

const char *
net_verdict_get_text (const NetVerdict *verdict)
{
  g_return_val_if_fail (verdict != NULL, NULL);

  return rows[verdict->code].text;
}

gboolean
net_verdict_set_error (const NetVerdict *verdict, GError **error)
{
  g_return_val_if_fail (verdict != NULL && verdict->code != NET_VERDICT_TRUSTED, FALSE);

  kt_error_set (error, KT_ERROR_TLS, rows[verdict->code].key, "TLS: %s", rows[verdict->code].text);
  if (error != NULL)
    kt_error_detail (*error)->tls_flags = verdict->flags;
  return FALSE;
}
