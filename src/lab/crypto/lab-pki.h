/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#include "kt-env.h"
#include "lab-ec.h"
#include "lab-x509.h"

G_BEGIN_DECLS

/*
 * A test PKI of SGP.26's shape, made at run time: CI, EUM with its name constraint, eUICC, DPauth,
 * DPpb, TLS server and client. Hostile certificates for tests are made by the same function, from a
 * specification that says what is wrong with them.
 */

/** LabCredential: a certificate, its private key and its issuers; immutable, reference counted. */
typedef struct
{
  /* absent only for a given CI or EUM whose private key is not in the folder */
  LabKey *key;
  GBytes *cert_der;
  /* DER of the issuers below the CI, nearest first; empty for a leaf of the CI itself */
  GPtrArray *chain;
} LabCredential;

/**
 * lab_credential_new:
 * @issuer: (nullable): an issuer below the CI, which then travels with the certificate
 */
LabCredential *lab_credential_new (LabKey *key, GBytes *cert_der, LabCredential *issuer);
LabCredential *lab_credential_ref (LabCredential *credential);
void lab_credential_unref (LabCredential *credential);
/** lab_credential_dup_pem: Returns: (transfer full): certificate and chain as PEM, without key. */
GBytes *lab_credential_dup_pem (LabCredential *credential);
/** lab_credential_dup_pem_with_key: certificate, chain and private key; wiped memory. */
GBytes *lab_credential_dup_pem_with_key (LabCredential *credential, GError **error);
/** lab_credential_dup_tls: Returns: (transfer full) (nullable): for a TLS server or client. */
GTlsCertificate *lab_credential_dup_tls (LabCredential *credential, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LabCredential, lab_credential_unref)

typedef enum
{
  LAB_EKU_NONE = 0,
  LAB_EKU_SERVER = 1 << 0,
  LAB_EKU_CLIENT = 1 << 1,
} LabEku;

/**
 * LabPkiLeafSpec:
 * @role: policy put in; %LAB_ROLE_NONE for none
 * @policy: (nullable): a dotted OID instead of the role's
 * @common_name: (nullable):
 * @organization: (nullable):
 * @serial_number: (nullable): subject attribute; a eUICC's EID
 * @hosts: (nullable) (array zero-terminated=1): dNSNames, or addresses (iPAddress)
 * @oid: (nullable): registeredID
 * @not_before: seconds since 1970; 0 is a day ago
 * @not_after: 0 is 13 months ahead
 * @eku: extended key usage, critical
 * @key_usage: RFC 5280 bits; 0 is digitalSignature, or keyCertSign for a CA
 * @ca: basicConstraints CA:TRUE
 * @basic_constraints: writes the extension also for CA:FALSE
 * @path_len: for a CA; -1 is not limited
 * @permitted_organization: (nullable): O of the name constraint
 * @permitted_serial: (nullable): EID prefix of the name constraint
 * @key: (nullable): the subject's key; made if absent
 * @issuer: (nullable): the signer; the PKI's CI if absent
 * @self_signed: signs with its own key
 *
 * What a certificate shall say. Nothing is checked: tests ask for wrong ones.
 */
typedef struct
{
  LabRole role;
  const char *policy;
  const char *common_name;
  const char *organization;
  const char *serial_number;
  const char *const *hosts;
  const char *oid;
  gint64 not_before;
  gint64 not_after;
  LabEku eku;
  guint key_usage;
  gboolean ca;
  gboolean basic_constraints;
  int path_len;
  const char *permitted_organization;
  const char *permitted_serial;
  LabKey *key;
  LabCredential *issuer;
  gboolean self_signed;
} LabPkiLeafSpec;

typedef struct _LabPki LabPki;

/** What the lab's own PKI is named. */
#define LAB_PKI_EUM_ORGANIZATION "Kaitsu Lab EUM"
#define LAB_PKI_EID_PREFIX "89049032"
#define LAB_PKI_SMDP_ORGANIZATION "Kaitsu Lab SM-DP+"
#define LAB_PKI_SMDP_OID "2.999.10"

/**
 * lab_pki_new: in memory. Two of them have the same names and different keys.
 * @env: clock and randomness; must outlive the PKI
 */
LabPki *lab_pki_new (const KtEnv *env, GError **error);

/**
 * lab_pki_open:
 * @dir: made with mode 0700 if absent; ci.pem, ci.key, eum.pem, eum.key, and dpauth, dppb, client,
 *   tls-HOST likewise, are made as needed, keys with mode 0600. A leaf that has expired is issued
 *   again.
 *
 * Returns: (transfer full) (nullable): %KT_ERROR_STORAGE, or %KT_ERROR_INVALID_INPUT with key
 *   "pki.mismatch" if a key and a certificate do not belong together
 */
LabPki *lab_pki_open (const char *dir, const KtEnv *env, GError **error);

/**
 * lab_pki_open_foreign:
 * @dir: searched with its folders for the names of SGP.26 (CERT_CI_ECDSA_NIST, CERT_EUM_…, SK_…)
 *   or those of lab_pki_open(), PEM or DER; never written to
 *
 * Joins a given PKI. The CI certificate must be there. What is absent is made in memory where the
 * CI's (for eUICCs: the EUM's) private key is there, and is %KT_ERROR_NOT_FOUND, key "pki.missing",
 * when asked for where not.
 */
LabPki *lab_pki_open_foreign (const char *dir, const KtEnv *env, GError **error);

LabPki *lab_pki_ref (LabPki *pki);
void lab_pki_unref (LabPki *pki);

/** lab_pki_get_ci_pkid: the 20-byte CI public key identifier. */
void lab_pki_get_ci_pkid (LabPki *pki, guint8 out[20]);
/** lab_pki_dup_ci_cert: Returns: (transfer full): DER. */
GBytes *lab_pki_dup_ci_cert (LabPki *pki);
/** lab_pki_dup_ci_pem: Returns: (transfer full): the CI certificate as PEM, to trust it. */
GBytes *lab_pki_dup_ci_pem (LabPki *pki);
/** lab_pki_dup_ci: Returns: (transfer full) (nullable): the CI, with its key or "pki.missing". */
LabCredential *lab_pki_dup_ci (LabPki *pki, GError **error);
/** lab_pki_dup_eum: Returns: (transfer full) (nullable): the EUM, with its key or "pki.missing". */
LabCredential *lab_pki_dup_eum (LabPki *pki, GError **error);

/** lab_pki_dup_dpauth, lab_pki_dup_dppb: Returns: (transfer full) (nullable): of one SM-DP+. */
LabCredential *lab_pki_dup_dpauth (LabPki *pki, GError **error);
LabCredential *lab_pki_dup_dppb (LabPki *pki, GError **error);

/**
 * lab_pki_dup_tls:
 * @host: the server's name, or an address; without port
 *
 * Returns: (transfer full) (nullable): a TLS server's certificate for @host and for nothing else;
 *   %KT_ERROR_INVALID_INPUT with key "pki.host" for what is no name
 */
LabCredential *lab_pki_dup_tls (LabPki *pki, const char *host, GError **error);

/** lab_pki_dup_client: Returns: (transfer full) (nullable): a TLS client's certificate. */
LabCredential *lab_pki_dup_client (LabPki *pki, GError **error);

/**
 * lab_pki_issue:
 *
 * Returns: (transfer full) (nullable): whatever @spec asks for
 */
LabCredential *lab_pki_issue (LabPki *pki, const LabPkiLeafSpec *spec, GError **error);

/**
 * lab_pki_issue_euicc:
 * @eid: 32 digits that begin with the EUM's prefix (%KT_ERROR_INVALID_INPUT, key "pki.eid")
 * @eum_der: (out) (transfer full): the EUM's certificate
 */
gboolean lab_pki_issue_euicc (LabPki *pki, const char *eid, LabKey **key_out, GBytes **cert_der,
                              GBytes **eum_der, GError **error);

/** lab_pki_get_eid_prefix: the EUM's 8 digits. */
const char *lab_pki_get_eid_prefix (LabPki *pki);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LabPki, lab_pki_unref)

G_END_DECLS
