/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-lab"

#include "lab-ec.h"

#include <gcrypt.h>
#include <string.h>

#include "kt-bytes.h"
#include "kt-error.h"

#define CURVE "NIST P-256"
#define COORDINATE 32

struct _LabKey
{
  gatomicrefcount refs;
  guint8 secret[LAB_EC_SECRET_BYTES];
  guint8 point[LAB_EC_POINT_BYTES];
};

G_DEFINE_AUTO_CLEANUP_FREE_FUNC (gcry_mpi_t, gcry_mpi_release, NULL)
G_DEFINE_AUTO_CLEANUP_FREE_FUNC (gcry_mpi_point_t, gcry_mpi_point_release, NULL)
G_DEFINE_AUTO_CLEANUP_FREE_FUNC (gcry_ctx_t, gcry_ctx_release, NULL)

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
      /* Without the right to lock memory the library works as well; the warning helps nobody. */
      gcry_control (GCRYCTL_SUSPEND_SECMEM_WARN);
      gcry_control (GCRYCTL_INIT_SECMEM, 32768, 0);
      gcry_control (GCRYCTL_INITIALIZATION_FINISHED, 0);
    }
  g_once_init_leave (&started, 1);
}

static gcry_ctx_t
curve_new (void)
{
  gcry_ctx_t curve = NULL;

  start_gcrypt ();
  if (gcry_mpi_ec_new (&curve, NULL, CURVE) != 0)
    g_error ("libgcrypt knows no P-256");
  return curve;
}

static gcry_mpi_t
number_new (const guint8 *data, gsize len, gboolean secret)
{
  gcry_mpi_t number = NULL;
  guint8 *locked = NULL;

  /* What is scanned from secure memory becomes a number in secure memory, wiped when released. */
  if (secret)
    {
      locked = gcry_xmalloc_secure (len);
      memcpy (locked, data, len);
    }
  if (gcry_mpi_scan (&number, GCRYMPI_FMT_USG, secret ? locked : data, len, NULL) != 0)
    g_error ("libgcrypt takes no number of %zu bytes", len);
  gcry_free (locked);
  return number;
}

static void
number_write (gcry_mpi_t number, guint8 out[COORDINATE])
{
  gsize written = 0;
  guint8 raw[COORDINATE] = { 0 };

  if (gcry_mpi_print (GCRYMPI_FMT_USG, raw, sizeof raw, &written, number) != 0)
    g_error ("a number of P-256 has more than 32 bytes");
  memset (out, 0, COORDINATE);
  memcpy (out + COORDINATE - written, raw, written);
  kt_wipe (raw, sizeof raw);
}

/* The decoded point, or NULL for anything that is no affine point of the curve: a point of another
 * curve would let a peer learn the secret piece by piece. */
static gcry_mpi_point_t
point_decode (gcry_ctx_t curve, const guint8 *encoded)
{
  g_auto (gcry_mpi_t) x = NULL;
  g_auto (gcry_mpi_t) y = NULL;
  g_auto (gcry_mpi_t) p = NULL;
  g_auto (gcry_mpi_point_t) point = NULL;

  if (encoded[0] != 0x04)
    return NULL;
  x = number_new (encoded + 1, COORDINATE, FALSE);
  y = number_new (encoded + 1 + COORDINATE, COORDINATE, FALSE);
  p = gcry_mpi_ec_get_mpi ("p", curve, 1);
  if (gcry_mpi_cmp (x, p) >= 0 || gcry_mpi_cmp (y, p) >= 0)
    return NULL;
  point = gcry_mpi_point_set (NULL, x, y, GCRYMPI_CONST_ONE);
  if (!gcry_mpi_ec_curve_point (point, curve))
    return NULL;
  return g_steal_pointer (&point);
}

/* FALSE for infinity */
static gboolean
point_multiply (gcry_ctx_t curve, const guint8 *secret, gcry_mpi_point_t point, guint8 *x_out,
                guint8 *y_out)
{
  g_auto (gcry_mpi_t) scalar = number_new (secret, LAB_EC_SECRET_BYTES, TRUE);
  g_auto (gcry_mpi_point_t) product = gcry_mpi_point_new (0);
  g_auto (gcry_mpi_t) x = gcry_mpi_snew (256);
  g_auto (gcry_mpi_t) y = gcry_mpi_snew (256);

  gcry_mpi_ec_mul (product, scalar, point, curve);
  if (gcry_mpi_ec_get_affine (x, y, product, curve) != 0)
    return FALSE;
  number_write (x, x_out);
  if (y_out != NULL)
    number_write (y, y_out);
  return TRUE;
}

static gboolean
secret_in_range (gcry_ctx_t curve, const guint8 *secret)
{
  g_auto (gcry_mpi_t) number = number_new (secret, LAB_EC_SECRET_BYTES, TRUE);
  g_auto (gcry_mpi_t) order = gcry_mpi_ec_get_mpi ("n", curve, 1);

  return gcry_mpi_cmp_ui (number, 0) > 0 && gcry_mpi_cmp (number, order) < 0;
}

static LabKey *
key_from_secret (gcry_ctx_t curve, const guint8 *secret)
{
  LabKey *key = g_new0 (LabKey, 1);
  g_auto (gcry_mpi_point_t) base = gcry_mpi_ec_get_point ("g", curve, 1);

  g_atomic_ref_count_init (&key->refs);
  memcpy (key->secret, secret, sizeof key->secret);
  key->point[0] = 0x04;
  if (!point_multiply (curve, secret, base, key->point + 1, key->point + 1 + COORDINATE))
    g_error ("a secret below the order led to infinity");
  return key;
}

LabKey *
lab_key_generate (const KtEnv *env, GError **error)
{
  g_auto (gcry_ctx_t) curve = NULL;
  guint8 secret[LAB_EC_SECRET_BYTES];
  LabKey *key;

  g_return_val_if_fail (env != NULL, NULL);

  curve = curve_new ();
  /* Rejection, not reduction: every secret is as likely as any other (FIPS 186-4 B.4.2). */
  for (guint tries = 0;; tries++)
    {
      kt_env_random (env, secret, sizeof secret);
      if (secret_in_range (curve, secret))
        break;
      if (tries == 64)
        {
          kt_error_set (error, KT_ERROR_INTERNAL, NULL, "the source of randomness is broken");
          return NULL;
        }
    }
  key = key_from_secret (curve, secret);
  kt_wipe (secret, sizeof secret);
  return key;
}

LabKey *
lab_key_import_raw (GBytes *secret, GError **error)
{
  g_auto (gcry_ctx_t) curve = NULL;
  const guint8 *data;
  gsize len;

  g_return_val_if_fail (secret != NULL, NULL);

  curve = curve_new ();
  data = g_bytes_get_data (secret, &len);
  if (len != LAB_EC_SECRET_BYTES || !secret_in_range (curve, data))
    {
      kt_error_set (error, KT_ERROR_INVALID_INPUT, "key.range", "not a private key of P-256");
      return NULL;
    }
  return key_from_secret (curve, data);
}

LabKey *
lab_key_ref (LabKey *key)
{
  g_return_val_if_fail (key != NULL, NULL);

  g_atomic_ref_count_inc (&key->refs);
  return key;
}

void
lab_key_unref (LabKey *key)
{
  g_return_if_fail (key != NULL);

  if (!g_atomic_ref_count_dec (&key->refs))
    return;
  kt_wipe (key, sizeof *key);
  g_free (key);
}

GBytes *
lab_key_export_raw (LabKey *key)
{
  g_return_val_if_fail (key != NULL, NULL);

  return kt_secret_bytes (key->secret, sizeof key->secret);
}

GBytes *
lab_key_dup_public (LabKey *key)
{
  g_return_val_if_fail (key != NULL, NULL);

  return g_bytes_new (key->point, sizeof key->point);
}

gboolean
lab_ec_point_is_valid (const guint8 point[LAB_EC_POINT_BYTES])
{
  g_auto (gcry_ctx_t) curve = NULL;
  g_auto (gcry_mpi_point_t) decoded = NULL;

  g_return_val_if_fail (point != NULL, FALSE);

  curve = curve_new ();
  decoded = point_decode (curve, point);
  return decoded != NULL;
}

GBytes *
lab_key_ecdh (LabKey *key, GBytes *peer, GError **error)
{
  g_auto (gcry_ctx_t) curve = NULL;
  g_auto (gcry_mpi_point_t) point = NULL;
  g_autoptr (GBytes) shared = NULL;
  const guint8 *encoded;
  guint8 x[COORDINATE];
  gsize len;

  g_return_val_if_fail (key != NULL && peer != NULL, NULL);

  curve = curve_new ();
  encoded = g_bytes_get_data (peer, &len);
  if (len == LAB_EC_POINT_BYTES)
    point = point_decode (curve, encoded);
  if (point == NULL || !point_multiply (curve, key->secret, point, x, NULL))
    {
      kt_error_set (error, KT_ERROR_MALFORMED, "ec.point", "the peer's key is no point of P-256");
      return NULL;
    }
  shared = kt_secret_bytes (x, sizeof x);
  kt_wipe (x, sizeof x);
  return g_steal_pointer (&shared);
}
