/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-lpd"

#include "lpd-checks.h"

#include "kt-activation-code.h"
#include "kt-error.h"
#include "net-cert.h"

static gboolean
fail (GError **error, const char *key, const char *message)
{
  return kt_error_set (error, KT_ERROR_CHECK_FAILED, key, "%s", message);
}

/* A server on a port of its own may sign its name with or without it. */
static gboolean
same_server (const char *asked, const char *signed_address)
{
  g_autofree char *host = NULL;

  if (g_ascii_strcasecmp (asked, signed_address) == 0)
    return TRUE;
  host = kt_server_address_split (asked, NULL);
  return g_ascii_strcasecmp (host, signed_address) == 0;
}

gboolean
lpd_check_server_signed1 (const RspInitiateAuthentication *answer, const char *server,
                          GBytes *challenge, const RspEuiccInfo *info1, GError **error)
{
  g_autoptr (RspServerSigned1) signed1 = rsp_server_signed1_parse (answer->server_signed1, error);

  if (signed1 == NULL)
    {
      g_prefix_error (error, "serverSigned1: ");
      return FALSE;
    }
  if (!g_bytes_equal (signed1->transaction_id, answer->transaction_id_raw))
    return fail (error, "check.transaction-id", "the server signed another transaction id");
  if (!g_bytes_equal (signed1->euicc_challenge, challenge))
    return fail (error, "check.challenge", "the server signed another challenge than the chip's");
  if (!same_server (server, signed1->server_address))
    return fail (error, "check.server-address", "the server signed another address");
  if (!rsp_pkid_in_list (info1->ci_sign, answer->ci_pkid))
    return fail (error, "check.ci-pkid", "the server wants a CI key that the chip does not have");
  return TRUE;
}

gboolean
lpd_check_server_oid (GBytes *certificate, const char *oid, GError **error)
{
  g_autoptr (NetCert) cert = NULL;
  g_autoptr (GError) local = NULL;
  const char *own;

  cert = net_cert_new (certificate, &local);
  if (cert == NULL)
    return fail (error, "check.server-certificate", "the server's certificate does not parse");
  if (!net_cert_has_role (cert, NET_ROLE_DP_AUTH))
    return fail (error, "check.server-certificate",
                 "the server's certificate is not one for authentication");
  own = net_cert_get_oid (cert);
  if (oid != NULL && g_strcmp0 (oid, own) != 0)
    return fail (error, "check.server-oid",
                 "the server is not the one that the activation code names by its OID");
  return TRUE;
}

gboolean
lpd_check_smdp_signed2 (const RspSmdpSigned2 *signed2, GBytes *transaction_id, GError **error)
{
  if (!g_bytes_equal (signed2->transaction_id, transaction_id))
    return fail (error, "check.transaction-id", "the server signed another transaction id");
  return TRUE;
}

gboolean
lpd_check_policy (const RspProfile *metadata, GPtrArray *rat, GPtrArray *installed,
                  gboolean *consent, GError **error)
{
  RspRatVerdict verdict = rsp_rat_judge (rat, metadata);

  *consent = verdict == RSP_RAT_CONSENT;
  if (verdict == RSP_RAT_FORBIDDEN)
    return kt_error_set (error, KT_ERROR_POLICY, "policy.ppr-forbidden",
                         "the chip does not let this operator set such rules");
  if ((metadata->ppr & RSP_PPR1_NO_DISABLE) == 0)
    return TRUE;
  for (guint i = 0; i < installed->len; i++)
    if (((RspProfile *) g_ptr_array_index (installed, i))->profile_class == RSP_CLASS_OPERATIONAL)
      return kt_error_set (error, KT_ERROR_POLICY, "policy.ppr1-conflict",
                           "a profile that may not be disabled needs a chip without other plans");
  return TRUE;
}

gboolean
lpd_check_not_installed (const RspProfile *metadata, GPtrArray *installed, GError **error)
{
  for (guint i = 0; i < installed->len; i++)
    if (g_strcmp0 (((RspProfile *) g_ptr_array_index (installed, i))->iccid, metadata->iccid) == 0)
      return kt_error_set (error, KT_ERROR_PROTECTED, "check.already-installed",
                           "this profile is on the chip already");
  return TRUE;
}

gboolean
lpd_check_bpp (const RspBpp *bpp, GBytes *transaction_id, const RspProfile *shown, GError **error)
{
  g_autoptr (RspProfile) metadata = NULL;
  const char *differs;

  if (!g_bytes_equal (bpp->transaction_id, transaction_id))
    return fail (error, "check.bpp-transaction", "the package belongs to another transaction");
  metadata = rsp_metadata_parse (bpp->metadata, error);
  if (metadata == NULL)
    return FALSE;
  differs = rsp_metadata_differs (shown, metadata);
  if (differs != NULL)
    return kt_error_set (error, KT_ERROR_CHECK_FAILED, "check.metadata",
                         "the package's %s is not what was shown", differs);
  return TRUE;
}
