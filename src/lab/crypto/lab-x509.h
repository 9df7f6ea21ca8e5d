/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/*
 * The lab's own judgement of RSP certificates (SGP.22 section 4.5, SGP.26). It does not lean on a
 * TLS library: roles, path lengths and the EUM's name constraint are nothing that one would check.
 */

/** LabRole: last arc of 2.23.146.1.2.1.n, the role in certificatePolicies. */
typedef enum
{
  LAB_ROLE_CI = 0,
  LAB_ROLE_EUICC = 1,
  LAB_ROLE_EUM = 2,
  LAB_ROLE_DP_TLS = 3,
  LAB_ROLE_DP_AUTH = 4,
  LAB_ROLE_DP_PB = 5,
  LAB_ROLE_DS_TLS = 6,
  LAB_ROLE_DS_AUTH = 7,
  LAB_ROLE_NONE = -1,
} LabRole;

/** LAB_X509_ANY_TIME: as a time to check at: validity is not judged (a chip has no clock). */
#define LAB_X509_ANY_TIME G_MININT64

/** KeyUsage bits as numbered in RFC 5280 section 4.2.1.3. */
enum
{
  LAB_KEY_USAGE_DIGITAL_SIGNATURE = 1 << 0,
  LAB_KEY_USAGE_CERT_SIGN = 1 << 5,
  LAB_KEY_USAGE_CRL_SIGN = 1 << 6,
};

/**
 * LabCert:
 * @der: the certificate as received
 * @tbs: the signed part, tag and length included
 * @signature: 64 bytes r||s
 * @public_key: 65 bytes 04||X||Y
 * @issuer: the Name's DER
 * @subject: the Name's DER
 * @serial: serial number's bytes
 * @ski: (nullable): subject key identifier
 * @aki: (nullable): authority key identifier
 * @policies: (array zero-terminated=1): certificatePolicies, dotted
 * @registered_ids: (array zero-terminated=1): registeredID names of subjectAltName, dotted
 * @dns_names: (array zero-terminated=1): dNSName names of subjectAltName
 * @key_purposes: (array zero-terminated=1): extKeyUsage, dotted
 * @organization: (nullable): O of the subject
 * @serial_number: (nullable): serialNumber attribute of the subject; a eUICC's EID
 * @not_before: seconds since 1970, inclusive
 * @not_after: seconds since 1970, inclusive
 * @key_usage: bits; 0 if the extension is absent
 * @has_basic_constraints: whether the extension is there
 * @path_len: -1 if not limited
 * @permitted_organization: (nullable): O in the name constraint's permitted directoryName
 * @permitted_serial: (nullable): serialNumber there: the EID prefix
 * @has_name_constraints: whether that extension is there; without the two above it is one that is
 *   not understood: excluded subtrees, or more than one permitted
 * @unknown_critical: a critical extension that is none of the above
 *
 * A parsed certificate: P-256 with ECDSA-SHA256. Immutable, reference counted.
 */
typedef struct
{
  GBytes *der;
  GBytes *tbs;
  GBytes *signature;
  GBytes *public_key;
  GBytes *issuer;
  GBytes *subject;
  GBytes *serial;
  GBytes *ski;
  GBytes *aki;
  char **policies;
  char **registered_ids;
  char **dns_names;
  char **key_purposes;
  char *organization;
  char *serial_number;
  gint64 not_before;
  gint64 not_after;
  guint key_usage;
  gboolean has_basic_constraints;
  gboolean is_ca;
  int path_len;
  char *permitted_organization;
  char *permitted_serial;
  gboolean has_name_constraints;
  gboolean unknown_critical;
} LabCert;

/**
 * lab_cert_parse:
 * @der: exactly one certificate
 *
 * Returns: (transfer full) (nullable): %KT_ERROR_MALFORMED with key "x509.malformed", or
 *   %KT_ERROR_UNSUPPORTED with key "x509.curve" for keys and signatures of another kind
 */
LabCert *lab_cert_parse (GBytes *der, GError **error);
LabCert *lab_cert_ref (LabCert *cert);
void lab_cert_unref (LabCert *cert);

/** lab_role_oid: Returns: (transfer none): "2.23.146.1.2.1.n". */
const char *lab_role_oid (LabRole role);

/** lab_cert_get_key_id: the SKI, or SHA-1 of the point if there is none. */
void lab_cert_get_key_id (const LabCert *cert, guint8 out[20]);

/* ---- judgements; each fails with KT_ERROR_CHECK_FAILED and the key named ---- */

/** lab_x509_check_role: key "x509.role" unless @role is among the certificate policies. */
gboolean lab_x509_check_role (const LabCert *cert, LabRole role, GError **error);

/**
 * lab_x509_check_time:
 * @now: seconds since 1970, or %LAB_X509_ANY_TIME
 *
 * Keys "x509.expired", "x509.not-yet-valid".
 */
gboolean lab_x509_check_time (const LabCert *cert, gint64 now, GError **error);

/**
 * lab_x509_verify_signed_by: names, key identifiers, signature, and that @issuer may sign
 * certificates. Keys "x509.issuer", "x509.not-ca", "x509.signature".
 */
gboolean lab_x509_verify_signed_by (const LabCert *cert, const LabCert *issuer, GError **error);

/** lab_x509_check_ci: a self-signed CI with the CI role. */
gboolean lab_x509_check_ci (const LabCert *ci, gint64 now, GError **error);

/**
 * lab_x509_check_leaf: a server's or client's end-entity certificate, signed by the CI itself: its
 * role, signature, dates, digitalSignature usage, no CA, no unknown critical extension. Keys as
 * above and "x509.key-usage", "x509.is-ca", "x509.critical".
 */
gboolean lab_x509_check_leaf (const LabCert *leaf, LabRole role, const LabCert *ci, gint64 now,
                              GError **error);

/**
 * lab_x509_check_eum: EUM role, CA with path length 0, a name constraint (key
 * "x509.name-constraint"), signed by the CI, dates.
 */
gboolean lab_x509_check_eum (const LabCert *eum, const LabCert *ci, gint64 now, GError **error);

/**
 * lab_x509_check_euicc:
 * @eid: (out) (optional) (transfer full): 32 digits
 *
 * eUICC role, signed by the EUM, dates, key usage; O equal to the permitted O and an EID beginning
 * with the permitted serialNumber (key "x509.name-constraint", SGP.22 section 4.5.2.1.0.2); EID of
 * 32 digits (key "x509.eid").
 */
gboolean lab_x509_check_euicc (const LabCert *euicc, const LabCert *eum, gint64 now, char **eid,
                               GError **error);

/** lab_x509_check_euicc_chain: lab_x509_check_eum(), then lab_x509_check_euicc(). */
gboolean lab_x509_check_euicc_chain (const LabCert *euicc, const LabCert *eum, const LabCert *ci,
                                     gint64 now, char **eid, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LabCert, lab_cert_unref)

G_END_DECLS
