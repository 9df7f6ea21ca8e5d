/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "lab-x509.h"
#include "tlv.h"

G_BEGIN_DECLS

/* Object identifiers of RFC 5280, RFC 5480 and X.520 that RSP certificates use. */
#define LAB_OID_EC_PUBLIC_KEY "1.2.840.10045.2.1"
#define LAB_OID_P256 "1.2.840.10045.3.1.7"
#define LAB_OID_ECDSA_SHA256 "1.2.840.10045.4.3.2"
#define LAB_OID_COMMON_NAME "2.5.4.3"
#define LAB_OID_SERIAL_NUMBER "2.5.4.5"
#define LAB_OID_ORGANIZATION "2.5.4.10"
#define LAB_OID_SKI "2.5.29.14"
#define LAB_OID_KEY_USAGE "2.5.29.15"
#define LAB_OID_ALTERNATIVE_NAME "2.5.29.17"
#define LAB_OID_BASIC_CONSTRAINTS "2.5.29.19"
#define LAB_OID_NAME_CONSTRAINTS "2.5.29.30"
#define LAB_OID_POLICIES "2.5.29.32"
#define LAB_OID_AKI "2.5.29.35"
#define LAB_OID_KEY_PURPOSES "2.5.29.37"
#define LAB_OID_SERVER_AUTH "1.3.6.1.5.5.7.3.1"
#define LAB_OID_CLIENT_AUTH "1.3.6.1.5.5.7.3.2"

/** LAB_X509_MAX_NAME: longest text of a name that is read, in bytes. */
#define LAB_X509_MAX_NAME 256

/** lab_x509_unusual: %KT_ERROR_MALFORMED with key "x509.malformed"; returns FALSE. */
gboolean lab_x509_unusual (GError **error, const char *what);
/** lab_x509_oid_is: whether an OBJECT IDENTIFIER is @dotted. */
gboolean lab_x509_oid_is (const Tlv *tlv, const char *dotted);
/** lab_x509_read_name: takes O and serialNumber out of a Name. */
gboolean lab_x509_read_name (const Tlv *name, char **organization, char **serial_number,
                             GError **error);
/** lab_x509_read_extensions: reads what follows the key in a TBSCertificate, to its end. */
gboolean lab_x509_read_extensions (LabCert *cert, TlvReader *fields, GError **error);

G_END_DECLS
