/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-lab"

#include "lab-bpp.h"

#include "kt-bytes.h"
#include "lab-bsp.h"
#include "rsp-tags.h"
#include "tlv.h"

/* HostID of the control reference template: any 1 to 16 bytes that both ends agree upon. */
#define HOST_ID "Kaitsu Lab"

enum
{
  TAG_FIRST_87 = 0xA0,
  TAG_88 = 0xA1,
  TAG_SECOND_87 = 0xA2,
  TAG_86 = 0xA3,
};

/* 82 remoteOpId … 5F49 otPK.DP: what stands in BF23 and is signed as it stands. */
static GBytes *
build_channel_data (const LabBpp *bpp)
{
  TlvWriter *writer = tlv_writer_new ();
  g_autoptr (GBytes) otpk = lab_key_dup_public (bpp->otsk);
  const guint8 key_type = 0x88;
  const guint8 key_len = 0x10;

  tlv_put_int (writer, 0x82, 1);
  tlv_put_bytes (writer, 0x80, bpp->transaction_id);
  tlv_begin (writer, 0xA6);
  tlv_put (writer, 0x80, &key_type, 1);
  tlv_put (writer, 0x81, &key_len, 1);
  tlv_put_string (writer, 0x84, HOST_ID);
  tlv_end (writer);
  tlv_put_bytes (writer, RSP_TAG_OTPK, otpk);
  return tlv_writer_finish (writer);
}

static gboolean
put_channel (TlvWriter *writer, const LabBpp *bpp, GError **error)
{
  g_autoptr (GBytes) data = build_channel_data (bpp);
  TlvWriter *signed_writer = tlv_writer_new ();
  g_autoptr (GBytes) to_sign = NULL;
  g_autoptr (GBytes) signature = NULL;

  /* The eUICC's one-time key is signed along, though it is not sent back (section 5.5.1). */
  tlv_put_raw_bytes (signed_writer, data);
  tlv_put_bytes (signed_writer, RSP_TAG_OTPK, bpp->euicc_otpk);
  to_sign = tlv_writer_finish (signed_writer);
  signature = lab_key_sign (bpp->signer, g_bytes_get_data (to_sign, NULL),
                            g_bytes_get_size (to_sign), error);
  if (signature == NULL)
    return FALSE;
  tlv_begin (writer, RSP_TAG_INITIALISE_SECURE_CHANNEL);
  tlv_put_raw_bytes (writer, data);
  tlv_put_bytes (writer, RSP_TAG_SIGNATURE, signature);
  tlv_end (writer);
  return TRUE;
}

/* One list of segments, each as long as it may be. */
static void
put_segments (TlvWriter *writer, TlvTag list, LabBsp *bsp, TlvTag tag, GBytes *plain)
{
  gsize len;
  const guint8 *data = g_bytes_get_data (plain, &len);
  gsize max = lab_bsp_max_plain (tag);
  gsize at = 0;

  tlv_begin (writer, list);
  do
    {
      gsize n = MIN (len - at, max);
      g_autoptr (GBytes) segment = lab_bsp_protect (bsp, tag, data + at, n);

      tlv_put_raw_bytes (writer, segment);
      at += n;
    }
  while (at < len);
  tlv_end (writer);
}

static GBytes *
build_configure_isdp (const LabBpp *bpp)
{
  TlvWriter *writer = tlv_writer_new ();

  tlv_begin (writer, RSP_TAG_CONFIGURE_ISDP);
  if (bpp->oid != NULL)
    {
      tlv_begin (writer, RSP_TAG_DP_PROPRIETARY);
      tlv_put_oid (writer, 0x80, bpp->oid);
      tlv_end (writer);
    }
  tlv_end (writer);
  return tlv_writer_finish (writer);
}

static GBytes *
build_replace_keys (const guint8 *ppk)
{
  TlvWriter *writer = tlv_writer_new ();
  g_autoptr (GBytes) plain = NULL;

  tlv_begin (writer, RSP_TAG_REPLACE_SESSION_KEYS);
  tlv_put (writer, 0x80, ppk, 16);
  tlv_put (writer, 0x81, ppk + 16, 16);
  tlv_put (writer, 0x82, ppk + 32, 16);
  tlv_end (writer);
  plain = tlv_writer_finish (writer);
  return kt_secret_bytes (g_bytes_get_data (plain, NULL), g_bytes_get_size (plain));
}

GBytes *
lab_bpp_build (const LabBpp *bpp, GError **error)
{
  g_autoptr (GBytes) host_id = g_bytes_new_static (HOST_ID, sizeof HOST_ID - 1);
  g_autoptr (GBytes) shared = NULL;
  g_autoptr (GBytes) configure = NULL;
  g_autoptr (LabBsp) session = NULL;
  g_autoptr (LabBsp) package_keys = NULL;
  g_autoptr (TlvWriter) writer = NULL;

  g_return_val_if_fail (bpp != NULL && bpp->otsk != NULL && bpp->signer != NULL, NULL);

  shared = lab_key_ecdh (bpp->otsk, bpp->euicc_otpk, error);
  if (shared == NULL)
    return NULL;
  session = lab_bsp_new (shared, host_id, bpp->eid);
  writer = tlv_writer_new ();
  tlv_begin (writer, RSP_TAG_BOUND_PROFILE_PACKAGE);
  if (!put_channel (writer, bpp, error))
    return NULL;
  configure = build_configure_isdp (bpp);
  put_segments (writer, TAG_FIRST_87, session, LAB_BSP_COMMAND, configure);
  put_segments (writer, TAG_88, session, LAB_BSP_METADATA, bpp->metadata);
  if (bpp->ppk != NULL)
    {
      g_autoptr (GBytes) replace = build_replace_keys (bpp->ppk);

      put_segments (writer, TAG_SECOND_87, session, LAB_BSP_COMMAND, replace);
      package_keys = lab_bsp_new_keys (bpp->ppk, bpp->ppk + 16, bpp->ppk + 32);
    }
  put_segments (writer, TAG_86, package_keys != NULL ? package_keys : session, LAB_BSP_PROFILE,
                bpp->upp);
  tlv_end (writer);
  return tlv_writer_finish (g_steal_pointer (&writer));
}
