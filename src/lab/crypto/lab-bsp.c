/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-lab"

#include "lab-bsp.h"

#include <string.h>

#include "kt-bytes.h"
#include "kt-error.h"
#include "lab-cipher.h"

#define MAC_BYTES 8
/* Control reference template: key type AES (88), 16 bytes (SGP.22 section 2.6.4.2) */
#define KEY_TYPE 0x88
#define KEY_BYTES 0x10

struct _LabBsp
{
  guint8 chaining[16];
  guint8 enc[16];
  guint8 mac[16];
  guint64 counter;
};

LabBsp *
lab_bsp_new (GBytes *shared_secret, GBytes *host_id, const guint8 eid[16])
{
  g_autoptr (GByteArray) info = NULL;
  guint8 prefix[3] = { KEY_TYPE, KEY_BYTES, 0 };
  const guint8 eid_len = 16;
  guint8 keys[48];
  const guint8 *host;
  gsize host_len;
  LabBsp *bsp;

  g_return_val_if_fail (shared_secret != NULL && host_id != NULL && eid != NULL, NULL);

  host = g_bytes_get_data (host_id, &host_len);
  g_return_val_if_fail (host_len >= 1 && host_len <= 16, NULL);
  prefix[2] = (guint8) host_len;
  info = g_byte_array_new ();
  g_byte_array_append (info, prefix, sizeof prefix);
  g_byte_array_append (info, host, (guint) host_len);
  g_byte_array_append (info, &eid_len, 1);
  g_byte_array_append (info, eid, 16);
  lab_kdf_x963 (g_bytes_get_data (shared_secret, NULL), g_bytes_get_size (shared_secret),
                info->data, info->len, keys, sizeof keys);
  bsp = lab_bsp_new_keys (keys, keys + 16, keys + 32);
  kt_wipe (keys, sizeof keys);
  return bsp;
}

LabBsp *
lab_bsp_new_keys (const guint8 chaining[16], const guint8 enc[16], const guint8 mac[16])
{
  LabBsp *bsp = g_new0 (LabBsp, 1);

  memcpy (bsp->chaining, chaining, 16);
  memcpy (bsp->enc, enc, 16);
  memcpy (bsp->mac, mac, 16);
  bsp->counter = 1;
  return bsp;
}

LabBsp *
lab_bsp_copy (const LabBsp *bsp)
{
  g_return_val_if_fail (bsp != NULL, NULL);

  return g_memdup2 (bsp, sizeof *bsp);
}

void
lab_bsp_free (LabBsp *bsp)
{
  if (bsp == NULL)
    return;
  kt_wipe (bsp, sizeof *bsp);
  g_free (bsp);
}

gsize
lab_bsp_max_plain (TlvTag tag)
{
  return tag == LAB_BSP_METADATA ? LAB_BSP_MAX_MACED : LAB_BSP_MAX_ENCRYPTED;
}

static gboolean
is_segment_tag (TlvTag tag)
{
  return tag == LAB_BSP_PROFILE || tag == LAB_BSP_COMMAND || tag == LAB_BSP_METADATA;
}

static void
counter_iv (const LabBsp *bsp, guint8 iv[16])
{
  guint64 big = GUINT64_TO_BE (bsp->counter);
  guint8 block[16] = { 0 };

  memcpy (block + 8, &big, sizeof big);
  lab_aes_encrypt_block (bsp->enc, block, iv);
}

/* tag and length as they stand in the segment; @len counts data and MAC */
static gsize
segment_header (TlvTag tag, gsize len, guint8 out[6])
{
  gsize n = 0;

  out[n++] = (guint8) tag;
  if (len < 0x80)
    {
      out[n++] = (guint8) len;
      return n;
    }
  if (len > 0xFFFF)
    {
      out[n++] = 0x83;
      out[n++] = (guint8) (len >> 16);
      out[n++] = (guint8) (len >> 8);
    }
  else if (len > 0xFF)
    {
      out[n++] = 0x82;
      out[n++] = (guint8) (len >> 8);
    }
  else
    out[n++] = 0x81;
  out[n++] = (guint8) len;
  return n;
}

static void
segment_mac (const LabBsp *bsp, TlvTag tag, const guint8 *data, gsize len, guint8 out[16])
{
  LabCmac *cmac = lab_cmac_new (bsp->mac);
  guint8 header[6];
  gsize header_len = segment_header (tag, len + MAC_BYTES, header);

  lab_cmac_update (cmac, bsp->chaining, sizeof bsp->chaining);
  lab_cmac_update (cmac, header, header_len);
  lab_cmac_update (cmac, data, len);
  lab_cmac_finish (cmac, out);
}

static void
encrypt_in_place (const LabBsp *bsp, GByteArray *data)
{
  guint8 iv[16];
  gsize plain_len = data->len;
  gsize padded = (plain_len / 16 + 1) * 16;

  g_byte_array_set_size (data, (guint) padded);
  memset (data->data + plain_len, 0, padded - plain_len);
  data->data[plain_len] = 0x80;
  counter_iv (bsp, iv);
  lab_aes_cbc_encrypt (bsp->enc, 16, iv, data->data, padded);
}

GBytes *
lab_bsp_protect (LabBsp *bsp, TlvTag tag, const guint8 *plain, gsize len)
{
  g_autoptr (GByteArray) data = NULL;
  g_autoptr (GByteArray) out = NULL;
  guint8 mac[16];
  guint8 header[6];
  gsize header_len;

  g_return_val_if_fail (bsp != NULL && is_segment_tag (tag), NULL);
  g_return_val_if_fail (len <= lab_bsp_max_plain (tag), NULL);

  data = g_byte_array_sized_new (LAB_BSP_MAX_TLV);
  g_byte_array_append (data, plain, (guint) len);
  if (tag != LAB_BSP_METADATA)
    encrypt_in_place (bsp, data);
  segment_mac (bsp, tag, data->data, data->len, mac);
  header_len = segment_header (tag, data->len + MAC_BYTES, header);
  out = g_byte_array_sized_new (LAB_BSP_MAX_TLV);
  g_byte_array_append (out, header, (guint) header_len);
  g_byte_array_append (out, data->data, data->len);
  g_byte_array_append (out, mac, MAC_BYTES);
  memcpy (bsp->chaining, mac, sizeof mac);
  bsp->counter++;
  return g_byte_array_free_to_bytes (g_steal_pointer (&out));
}

/* The length without `80 00…`, or -1 */
static gssize
unpadded_len (const guint8 *data, gsize len)
{
  gsize at = len;

  while (at > 0 && len - at < 16 && data[at - 1] == 0x00)
    at--;
  if (at == 0 || len - at >= 16 || data[at - 1] != 0x80)
    return -1;
  return (gssize) at - 1;
}

static GBytes *
decrypt_data (const LabBsp *bsp, const guint8 *data, gsize len, GError **error)
{
  g_autofree guint8 *plain = g_memdup2 (data, len);
  g_autoptr (GBytes) result = NULL;
  guint8 iv[16];
  gssize plain_len;

  counter_iv (bsp, iv);
  lab_aes_cbc_decrypt (bsp->enc, 16, iv, plain, len);
  plain_len = unpadded_len (plain, len);
  if (plain_len >= 0)
    result = kt_secret_bytes (plain, (gsize) plain_len);
  else
    kt_error_set (error, KT_ERROR_MALFORMED, "bsp.structure", "a segment without padding");
  kt_wipe (plain, len);
  return g_steal_pointer (&result);
}

GBytes *
lab_bsp_unprotect (LabBsp *bsp, const Tlv *segment, GError **error)
{
  g_autoptr (GBytes) plain = NULL;
  gboolean encrypted;
  guint8 mac[16];
  gsize len;

  g_return_val_if_fail (bsp != NULL && segment != NULL, NULL);

  encrypted = segment->tag != LAB_BSP_METADATA;
  if (!is_segment_tag (segment->tag) || segment->len < MAC_BYTES
      || (encrypted && (segment->len == MAC_BYTES || (segment->len - MAC_BYTES) % 16 != 0)))
    {
      kt_error_set (error, KT_ERROR_MALFORMED, "bsp.structure",
                    "no protected segment: tag %02X, %zu bytes", segment->tag, segment->len);
      return NULL;
    }
  len = segment->len - MAC_BYTES;
  segment_mac (bsp, segment->tag, segment->value, len, mac);
  if (!lab_equal (mac, segment->value + len, MAC_BYTES))
    {
      kt_error_set (error, KT_ERROR_CHECK_FAILED, "bsp.mac", "a segment's MAC is wrong");
      return NULL;
    }
  plain = encrypted ? decrypt_data (bsp, segment->value, len, error)
                    : kt_secret_bytes (segment->value, len);
  if (plain == NULL)
    return NULL;
  memcpy (bsp->chaining, mac, sizeof mac);
  bsp->counter++;
  return g_steal_pointer (&plain);
}

void
lab_bsp_get_keys (const LabBsp *bsp, guint8 chaining[16], guint8 enc[16], guint8 mac[16])
{
  g_return_if_fail (bsp != NULL);

  memcpy (chaining, bsp->chaining, 16);
  memcpy (enc, bsp->enc, 16);
  memcpy (mac, bsp->mac, 16);
}
