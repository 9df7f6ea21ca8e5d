/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-net"

#include "net-recover.h"

#include <gcrypt.h>
#include <string.h>

G_DEFINE_AUTO_CLEANUP_FREE_FUNC (gcry_mpi_t, gcry_mpi_release, NULL)
G_DEFINE_AUTO_CLEANUP_FREE_FUNC (gcry_mpi_point_t, gcry_mpi_point_release, NULL)

/* Everything here is public: certificates and their signatures. */
typedef struct
{
  gcry_ctx_t context;
  gcry_mpi_t p;
  gcry_mpi_t a;
  gcry_mpi_t b;
  gcry_mpi_t n;
  gcry_mpi_point_t g;
} Curve;

static void
curve_clear (Curve *curve)
{
  gcry_mpi_release (curve->p);
  gcry_mpi_release (curve->a);
  gcry_mpi_release (curve->b);
  gcry_mpi_release (curve->n);
  gcry_mpi_point_release (curve->g);
  gcry_ctx_release (curve->context);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Curve, curve_clear)

static void
start_gcrypt (void)
{
  static gsize started;

  if (!g_once_init_enter (&started))
    return;
  /* Another room of the same program may have started the library. */
  if (!gcry_control (GCRYCTL_INITIALIZATION_FINISHED_P))
    {
      gcry_check_version (NULL);
      gcry_control (GCRYCTL_SUSPEND_SECMEM_WARN);
      gcry_control (GCRYCTL_INIT_SECMEM, 32768, 0);
      gcry_control (GCRYCTL_INITIALIZATION_FINISHED, 0);
    }
  g_once_init_leave (&started, 1);
}

static gboolean
curve_open (Curve *curve, NetCurve which)
{
  const char *name = which == NET_CURVE_P256                ? "NIST P-256"
                     : which == NET_CURVE_BRAINPOOL_P256R1 ? "brainpoolP256r1"
                                                            : NULL;

  start_gcrypt ();
  if (name == NULL || gcry_mpi_ec_new (&curve->context, NULL, name) != 0)
    return FALSE;
  curve->p = gcry_mpi_ec_get_mpi ("p", curve->context, 1);
  curve->a = gcry_mpi_ec_get_mpi ("a", curve->context, 1);
  curve->b = gcry_mpi_ec_get_mpi ("b", curve->context, 1);
  curve->n = gcry_mpi_ec_get_mpi ("n", curve->context, 1);
  curve->g = gcry_mpi_ec_get_point ("g", curve->context, 1);
  return curve->p != NULL && curve->a != NULL && curve->b != NULL && curve->n != NULL
         && curve->g != NULL;
}

static gcry_mpi_t
number_read (const guint8 *data)
{
  gcry_mpi_t number = NULL;

  if (gcry_mpi_scan (&number, GCRYMPI_FMT_USG, data, NET_EC_NUMBER_BYTES, NULL) != 0)
    g_error ("libgcrypt takes no number of %d bytes", NET_EC_NUMBER_BYTES);
  return number;
}

static void
number_write (gcry_mpi_t number, guint8 out[NET_EC_NUMBER_BYTES])
{
  guint8 raw[NET_EC_NUMBER_BYTES];
  gsize len = 0;

  memset (out, 0, NET_EC_NUMBER_BYTES);
  if (gcry_mpi_print (GCRYMPI_FMT_USG, raw, sizeof raw, &len, number) == 0)
    memcpy (out + sizeof raw - len, raw, len);
}

static gboolean
in_range (gcry_mpi_t number, const Curve *curve)
{
  return gcry_mpi_cmp_ui (number, 0) > 0 && gcry_mpi_cmp (number, curve->n) < 0;
}

/* y² = x³ + ax + b; both curves have p ≡ 3 mod 4, so that a root is a power. */
static gboolean
lift_x (const Curve *curve, gcry_mpi_t x, gcry_mpi_point_t point)
{
  g_auto (gcry_mpi_t) square = gcry_mpi_new (0);
  g_auto (gcry_mpi_t) exponent = gcry_mpi_new (0);
  g_auto (gcry_mpi_t) y = gcry_mpi_new (0);
  g_auto (gcry_mpi_t) check = gcry_mpi_new (0);

  gcry_mpi_mulm (square, x, x, curve->p);
  gcry_mpi_addm (square, square, curve->a, curve->p);
  gcry_mpi_mulm (square, square, x, curve->p);
  gcry_mpi_addm (square, square, curve->b, curve->p);
  gcry_mpi_add_ui (exponent, curve->p, 1);
  gcry_mpi_rshift (exponent, exponent, 2);
  gcry_mpi_powm (y, square, exponent, curve->p);
  gcry_mpi_mulm (check, y, y, curve->p);
  if (gcry_mpi_cmp (check, square) != 0)
    return FALSE;
  gcry_mpi_point_set (point, x, y, GCRYMPI_CONST_ONE);
  return TRUE;
}

static gboolean
key_write (const Curve *curve, NetCurve which, gcry_mpi_point_t point, NetEcKey *key)
{
  g_auto (gcry_mpi_t) x = gcry_mpi_new (0);
  g_auto (gcry_mpi_t) y = gcry_mpi_new (0);

  if (gcry_mpi_ec_get_affine (x, y, point, curve->context) != 0)
    return FALSE;
  key->curve = which;
  key->point[0] = 0x04;
  number_write (x, key->point + 1);
  number_write (y, key->point + 1 + NET_EC_NUMBER_BYTES);
  return TRUE;
}

static gboolean
key_read (const Curve *curve, const NetEcKey *key, gcry_mpi_point_t point)
{
  g_auto (gcry_mpi_t) x = number_read (key->point + 1);
  g_auto (gcry_mpi_t) y = number_read (key->point + 1 + NET_EC_NUMBER_BYTES);

  if (key->point[0] != 0x04 || gcry_mpi_cmp (x, curve->p) >= 0 || gcry_mpi_cmp (y, curve->p) >= 0)
    return FALSE;
  gcry_mpi_point_set (point, x, y, GCRYMPI_CONST_ONE);
  return gcry_mpi_ec_curve_point (point, curve->context);
}

/* libgcrypt has no difference of two points on these curves. */
static gboolean
negate (const Curve *curve, gcry_mpi_point_t point)
{
  g_auto (gcry_mpi_t) x = gcry_mpi_new (0);
  g_auto (gcry_mpi_t) y = gcry_mpi_new (0);

  if (gcry_mpi_ec_get_affine (x, y, point, curve->context) != 0)
    return FALSE;
  gcry_mpi_subm (y, curve->p, y, curve->p);
  gcry_mpi_point_set (point, x, y, GCRYMPI_CONST_ONE);
  return TRUE;
}

/* Q = r⁻¹(sR − zG) for R and −R: two multiplications, then a sum and a difference. */
static guint
keys_of_point (const Curve *curve, NetCurve which, gcry_mpi_point_t r_point, gcry_mpi_t u1,
               gcry_mpi_t u2, NetEcKey *keys)
{
  g_auto (gcry_mpi_point_t) base = gcry_mpi_point_new (0);
  g_auto (gcry_mpi_point_t) other = gcry_mpi_point_new (0);
  g_auto (gcry_mpi_point_t) sum = gcry_mpi_point_new (0);
  guint count = 0;

  gcry_mpi_ec_mul (base, u1, curve->g, curve->context);
  gcry_mpi_ec_mul (other, u2, r_point, curve->context);
  gcry_mpi_ec_add (sum, base, other, curve->context);
  if (key_write (curve, which, sum, &keys[count]))
    count++;
  if (!negate (curve, other))
    return count;
  gcry_mpi_ec_add (sum, base, other, curve->context);
  if (key_write (curve, which, sum, &keys[count]))
    count++;
  return count;
}

guint
net_recover_keys (NetCurve which, const guint8 *hash, gsize hash_len,
                  const NetEcSignature *signature, NetEcKey keys[NET_RECOVER_MAX])
{
  g_auto (Curve) curve = { NULL };
  g_auto (gcry_mpi_t) r = NULL;
  g_auto (gcry_mpi_t) s = NULL;
  g_auto (gcry_mpi_t) z = NULL;
  g_auto (gcry_mpi_t) inverse = gcry_mpi_new (0);
  g_auto (gcry_mpi_t) u1 = gcry_mpi_new (0);
  g_auto (gcry_mpi_t) u2 = gcry_mpi_new (0);
  g_auto (gcry_mpi_point_t) point = gcry_mpi_point_new (0);
  guint count = 0;

  g_return_val_if_fail (hash != NULL && hash_len >= NET_EC_NUMBER_BYTES, 0);

  if (!curve_open (&curve, which))
    return 0;
  r = number_read (signature->r);
  s = number_read (signature->s);
  z = number_read (hash);
  if (!in_range (r, &curve) || !in_range (s, &curve))
    return 0;
  gcry_mpi_invm (inverse, r, curve.n);
  gcry_mpi_mulm (u2, s, inverse, curve.n);
  gcry_mpi_mulm (u1, z, inverse, curve.n);
  gcry_mpi_sub (u1, curve.n, u1);
  gcry_mpi_mod (u1, u1, curve.n);
  /* r is an x coordinate modulo n; x itself may have been r + n. */
  for (; gcry_mpi_cmp (r, curve.p) < 0; gcry_mpi_add (r, r, curve.n))
    if (lift_x (&curve, r, point))
      count += keys_of_point (&curve, which, point, u1, u2, keys + count);
  return count;
}

gboolean
net_ec_key_is_valid (const NetEcKey *key)
{
  g_auto (Curve) curve = { NULL };
  g_auto (gcry_mpi_point_t) point = gcry_mpi_point_new (0);

  return curve_open (&curve, key->curve) && key_read (&curve, key, point);
}

gboolean
net_ec_verify (const NetEcKey *key, const guint8 *hash, gsize hash_len,
               const NetEcSignature *signature)
{
  g_auto (Curve) curve = { NULL };
  g_auto (gcry_mpi_t) r = NULL;
  g_auto (gcry_mpi_t) s = NULL;
  g_auto (gcry_mpi_t) u = NULL;
  g_auto (gcry_mpi_t) inverse = gcry_mpi_new (0);
  g_auto (gcry_mpi_t) x = gcry_mpi_new (0);
  g_auto (gcry_mpi_point_t) q = gcry_mpi_point_new (0);
  g_auto (gcry_mpi_point_t) one = gcry_mpi_point_new (0);
  g_auto (gcry_mpi_point_t) two = gcry_mpi_point_new (0);

  if (hash_len < NET_EC_NUMBER_BYTES || !curve_open (&curve, key->curve)
      || !key_read (&curve, key, q))
    return FALSE;
  r = number_read (signature->r);
  s = number_read (signature->s);
  u = number_read (hash);
  if (!in_range (r, &curve) || !in_range (s, &curve))
    return FALSE;
  gcry_mpi_invm (inverse, s, curve.n);
  gcry_mpi_mulm (u, u, inverse, curve.n);
  gcry_mpi_ec_mul (one, u, curve.g, curve.context);
  gcry_mpi_mulm (u, r, inverse, curve.n);
  gcry_mpi_ec_mul (two, u, q, curve.context);
  gcry_mpi_ec_add (one, one, two, curve.context);
  if (gcry_mpi_ec_get_affine (x, NULL, one, curve.context) != 0)
    return FALSE;
  gcry_mpi_mod (x, x, curve.n);
  return gcry_mpi_cmp (x, r) == 0;
}

void
net_ec_get_pkid (const NetEcKey *key, guint8 pkid[NET_PKID_BYTES])
{
  start_gcrypt ();
  gcry_md_hash_buffer (GCRY_MD_SHA1, pkid, key->point, NET_EC_POINT_BYTES);
}
