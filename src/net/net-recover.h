/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/*
 * Recovery of an ECDSA public key from a signature and what was signed (SEC 1 section 4.1.6). A CI
 * is known by the SHA-1 of its public key alone (SGP.22 section 2.6.3: the subject key identifier);
 * its certificate is in nobody's store and is usually not sent. The key that signed is one of at
 * most four, and the SHA-1 tells which.
 */

/** The curves of SGP.22 section 2.6.7.2 that the libraries have. */
typedef enum
{
  NET_CURVE_NONE = 0,
  NET_CURVE_P256,
  NET_CURVE_BRAINPOOL_P256R1,
} NetCurve;

#define NET_EC_NUMBER_BYTES 32
#define NET_EC_POINT_BYTES 65
#define NET_PKID_BYTES 20
/** Most keys that can have made one signature. */
#define NET_RECOVER_MAX 4

/** NetEcKey: a public key: @point is 04||X||Y. */
typedef struct
{
  NetCurve curve;
  guint8 point[NET_EC_POINT_BYTES];
} NetEcKey;

/** NetEcSignature: r and s, big endian. */
typedef struct
{
  guint8 r[NET_EC_NUMBER_BYTES];
  guint8 s[NET_EC_NUMBER_BYTES];
} NetEcSignature;

/**
 * net_recover_keys:
 * @hash: of what was signed, at least 32 bytes; more are cut off as ECDSA does
 * @keys: (out): the keys for which @signature is valid
 *
 * Returns: how many, 0 if the signature is nobody's on this curve
 */
guint net_recover_keys (NetCurve curve, const guint8 *hash, gsize hash_len,
                        const NetEcSignature *signature, NetEcKey keys[NET_RECOVER_MAX]);

/** net_ec_key_is_valid: whether the point is uncompressed and lies on the curve. */
gboolean net_ec_key_is_valid (const NetEcKey *key);

/** net_ec_verify: whether @key made @signature; FALSE also for an invalid key. */
gboolean net_ec_verify (const NetEcKey *key, const guint8 *hash, gsize hash_len,
                        const NetEcSignature *signature);

/** net_ec_get_pkid: SHA-1 of the uncompressed point, the CI's public key identifier. */
void net_ec_get_pkid (const NetEcKey *key, guint8 pkid[NET_PKID_BYTES]);

G_END_DECLS
