/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-lab"

#include <string.h>

#include "lab-euicc-install.h"
#include "lab-package.h"

/* What a package holds against what its metadata claim. */

enum
{
  EF_IMSI = 0x6F07,
  EF_GID1 = 0x6F3E,
  EF_GID2 = 0x6F3F,
};

static const guint8 usim_aid[] = { 0xA0, 0x00, 0x00, 0x00, 0x87, 0x10, 0x02 };

static const guint8 *
read_file (const LabFile *usim, guint16 fid, gsize min, gsize *len)
{
  LabFile *file = lab_file_find_child ((LabFile *) usim, fid);

  if (file == NULL)
    return NULL;
  file = lab_file_get_body (file);
  *len = file->size;
  return file->size >= min ? file->data : NULL;
}

/* MCC and MNC of 24.008, nibble by nibble, against the digits of EF.IMSI (TS 31.102 section 4.2.2):
 * length byte, then digits in swapped nibbles after a parity nibble. */
static gboolean
imsi_begins_with (const guint8 *imsi, const guint8 mcc_mnc[3])
{
  guint8 digits[6] = {
    mcc_mnc[0] & 0x0F, mcc_mnc[0] >> 4, mcc_mnc[1] & 0x0F,
    mcc_mnc[2] & 0x0F, mcc_mnc[2] >> 4, mcc_mnc[1] >> 4,
  };
  guint n = digits[5] == 0x0F ? 5 : 6;

  for (guint i = 0; i < n; i++)
    {
      guint8 byte = imsi[1 + (i + 1) / 2];

      if (digits[i] != (i % 2 == 0 ? byte >> 4 : byte & 0x0F))
        return FALSE;
    }
  return TRUE;
}

/* The file may be longer than the identifier: the rest is filled with FF. */
static gboolean
gid_matches (const LabFile *usim, guint16 fid, GBytes *gid)
{
  const guint8 *body;
  const guint8 *wanted;
  gsize wanted_len;
  gsize len;

  if (gid == NULL)
    return TRUE;
  wanted = g_bytes_get_data (gid, &wanted_len);
  body = read_file (usim, fid, wanted_len, &len);
  if (body == NULL || memcmp (body, wanted, wanted_len) != 0)
    return FALSE;
  for (gsize i = wanted_len; i < len; i++)
    if (body[i] != 0xFF)
      return FALSE;
  return TRUE;
}

gboolean
lab_package_matches_owner (LabPackage *package, const LabOwner *owner)
{
  const LabFile *usim = lab_fs_find_aid (package->fs, usim_aid, sizeof usim_aid, 0);
  const guint8 *imsi;
  gsize len;

  /* Nothing to compare with in a package without USIM. */
  if (usim == NULL)
    return TRUE;
  imsi = read_file (usim, EF_IMSI, 9, &len);
  return imsi != NULL && imsi_begins_with (imsi, owner->mcc_mnc)
         && gid_matches (usim, EF_GID1, owner->gid1) && gid_matches (usim, EF_GID2, owner->gid2);
}

/* SGP.22 section 2.4.5.3: at most 8 bits of the key are not zero. Besides, the test algorithm's
 * keys are no secret, and TS.48 uses 00 01 … 0F. */
static gboolean
is_test_key (const LabAkaKey *key)
{
  guint bits = 0;
  guint counting = 0;

  if (key->algorithm == LAB_AKA_TEST)
    return TRUE;
  for (guint i = 0; i < sizeof key->k; i++)
    {
      bits += (guint) __builtin_popcount (key->k[i]);
      counting += key->k[i] == i;
    }
  return bits <= 8 || counting == sizeof key->k;
}

gboolean
lab_package_has_test_keys (LabPackage *package)
{
  for (guint i = 0; i < package->akas->len; i++)
    if (!is_test_key (&g_array_index (package->akas, LabAka, i).key))
      return FALSE;
  return TRUE;
}
