/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "kt-env.h"

G_BEGIN_DECLS

/*
 * P-256 (SGP.22 section 2.6.7.2), raw encodings: a secret is 32 bytes big endian, a public key the
 * 65-byte uncompressed point 04||X||Y, a signature r||s of 64 bytes over SHA-256.
 */
#define LAB_EC_SECRET_BYTES 32
#define LAB_EC_POINT_BYTES 65
#define LAB_EC_SIGNATURE_BYTES 64

/** LabKey: a private key and its point; immutable, reference counted, wiped at the end. */
typedef struct _LabKey LabKey;

/** lab_key_generate: Returns: (transfer full): a new key whose secret is drawn from @env alone. */
LabKey *lab_key_generate (const KtEnv *env, GError **error);

/**
 * lab_key_import_raw:
 * @secret: 32 bytes, 0 < secret < order
 *
 * Returns: (transfer full) (nullable): %NULL with %KT_ERROR_INVALID_INPUT, key "key.range"
 */
LabKey *lab_key_import_raw (GBytes *secret, GError **error);

/**
 * lab_key_import_pem: SEC 1 or PKCS #8, unencrypted.
 *
 * Returns: (transfer full) (nullable): %NULL with %KT_ERROR_INVALID_INPUT, keys "key.format" and
 *   "key.curve"
 */
LabKey *lab_key_import_pem (GBytes *pem, GError **error);

LabKey *lab_key_ref (LabKey *key);
void lab_key_unref (LabKey *key);

/** lab_key_export_raw: Returns: (transfer full): the 32-byte secret, in wiped memory. */
GBytes *lab_key_export_raw (LabKey *key);

/** lab_key_export_pem: Returns: (transfer full): PKCS #8 PEM, in wiped memory. */
GBytes *lab_key_export_pem (LabKey *key, GError **error);

/** lab_key_dup_public: Returns: (transfer full): 65 bytes 04||X||Y. */
GBytes *lab_key_dup_public (LabKey *key);

/** lab_ec_point_is_valid: uncompressed, on the curve and not infinity. */
gboolean lab_ec_point_is_valid (const guint8 point[LAB_EC_POINT_BYTES]);

/**
 * lab_key_sign: ECDSA with SHA-256 over @data; the nonce is RFC 6979's, so seeded runs repeat.
 *
 * Returns: (transfer full) (nullable): 64 bytes r||s
 */
GBytes *lab_key_sign (LabKey *key, const guint8 *data, gsize len, GError **error);

/**
 * lab_ec_verify:
 * @public_key: 65 bytes
 *
 * %KT_ERROR_CHECK_FAILED with key "ec.signature" if the signature is not this key's (or not 64
 * bytes); %KT_ERROR_MALFORMED with key "ec.point" if @public_key is no point of the curve.
 */
gboolean lab_ec_verify (GBytes *public_key, const guint8 *data, gsize len, const guint8 *signature,
                        gsize signature_len, GError **error);

/**
 * lab_key_ecdh:
 * @peer: 65 bytes
 *
 * Returns: (transfer full) (nullable): the x coordinate, 32 bytes in wiped memory;
 *   %KT_ERROR_MALFORMED with key "ec.point" for a point that is not on the curve
 */
GBytes *lab_key_ecdh (LabKey *key, GBytes *peer, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LabKey, lab_key_unref)

G_END_DECLS
