/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-lab"

#include "lab-metadata.h"

#include <string.h>

#include "kt-activation-code.h"
#include "kt-error.h"
#include "kt-iccid.h"
#include "rsp-tags.h"
#include "tlv.h"

#define ALL_EVENTS (RSP_EVENT_INSTALL | RSP_EVENT_ENABLE | RSP_EVENT_DISABLE | RSP_EVENT_DELETE)
#define ALL_PPR (RSP_PPR_UPDATE_CONTROL | RSP_PPR1_NO_DISABLE | RSP_PPR2_NO_DELETE)
#define MAX_GID 20
#define MAX_NOTIFY 8

static gboolean
unfit (GError **error, const char *key, const char *what)
{
  return kt_error_set (error, KT_ERROR_INVALID_INPUT, key, "profile metadata: %s", what);
}

gboolean
lab_plmn_encode (const char *mcc_mnc, guint8 out[3])
{
  guint8 digit[6];
  gsize len = mcc_mnc != NULL ? strlen (mcc_mnc) : 0;

  if (len != 5 && len != 6)
    return FALSE;
  digit[5] = 0x0F;
  for (gsize i = 0; i < len; i++)
    {
      if (!g_ascii_isdigit (mcc_mnc[i]))
        return FALSE;
      digit[i] = (guint8) (mcc_mnc[i] - '0');
    }
  out[0] = (guint8) (digit[1] << 4 | digit[0]);
  out[1] = (guint8) (digit[5] << 4 | digit[2]);
  out[2] = (guint8) (digit[4] << 4 | digit[3]);
  return TRUE;
}

static gboolean
check_text (const char *text, gsize max, const char *key, GError **error)
{
  if (text == NULL || strlen (text) > max || !g_utf8_validate (text, -1, NULL))
    return unfit (error, key, "a text that is too long or not UTF-8");
  return TRUE;
}

static gboolean
check_icon (const LabMetadata *metadata, GError **error)
{
  static const guint8 jpeg[] = { 0xFF, 0xD8, 0xFF };
  static const guint8 png[] = { 0x89, 'P', 'N', 'G', 0x0D, 0x0A, 0x1A, 0x0A };
  gsize len;
  const guint8 *data;
  gboolean fits;

  if (metadata->icon == NULL)
    return metadata->icon_type == RSP_ICON_NONE
           || unfit (error, "operator.icon", "an icon type without icon");
  data = g_bytes_get_data (metadata->icon, &len);
  if (len > LAB_METADATA_MAX_ICON)
    return unfit (error, "operator.icon", "an icon of more than 1024 bytes");
  switch (metadata->icon_type)
    {
    case RSP_ICON_JPG:
      fits = len > sizeof jpeg && memcmp (data, jpeg, sizeof jpeg) == 0;
      break;
    case RSP_ICON_PNG:
      fits = len > sizeof png && memcmp (data, png, sizeof png) == 0;
      break;
    case RSP_ICON_NONE:
    default:
      fits = FALSE;
      break;
    }
  return fits || unfit (error, "operator.icon", "an icon that is not of the type it is said to be");
}

static gboolean
check_owner (const LabMetadata *metadata, GError **error)
{
  GBytes *const gids[] = { metadata->gid1, metadata->gid2 };
  guint8 plmn[3];

  if (metadata->owner != NULL && !lab_plmn_encode (metadata->owner, plmn))
    return unfit (error, "operator.owner", "no MCC and MNC");
  for (guint i = 0; i < G_N_ELEMENTS (gids); i++)
    if (gids[i] != NULL
        && (metadata->owner == NULL || g_bytes_get_size (gids[i]) == 0
            || g_bytes_get_size (gids[i]) > MAX_GID))
      return unfit (error, "operator.owner", "a group identifier of a wrong size");
  return TRUE;
}

static gboolean
check_policy (const LabMetadata *metadata, GError **error)
{
  if (metadata->profile_class < RSP_CLASS_TEST || metadata->profile_class > RSP_CLASS_OPERATIONAL)
    return unfit (error, "operator.class", "an unknown class");
  if ((metadata->ppr & ~(guint32) ALL_PPR) != 0)
    return unfit (error, "operator.ppr", "an unknown policy rule");
  /* SGP.22 section 2.9.1 */
  if (metadata->ppr != 0 && metadata->profile_class != RSP_CLASS_OPERATIONAL)
    return unfit (error, "operator.ppr", "policy rules belong to operational profiles only");
  return TRUE;
}

static gboolean
check_notify (const LabMetadata *metadata, GError **error)
{
  if (metadata->n_notify > MAX_NOTIFY)
    return unfit (error, "operator.notify", "too many addresses");
  for (gsize i = 0; i < metadata->n_notify; i++)
    if (metadata->notify[i].events == 0 || (metadata->notify[i].events & ~(guint32) ALL_EVENTS) != 0
        || !kt_server_address_is_valid (metadata->notify[i].address,
                                        KT_ACTIVATION_CODE_ALLOW_PORT))
      return unfit (error, "operator.notify", "a wrong event or address");
  return TRUE;
}

static void
put_icon (TlvWriter *writer, const LabMetadata *metadata)
{
  if (metadata->icon == NULL)
    return;
  tlv_put_int (writer, RSP_TAG_ICON_TYPE, metadata->icon_type);
  tlv_put_bytes (writer, RSP_TAG_ICON, metadata->icon);
}

static void
put_notify (TlvWriter *writer, const LabMetadata *metadata)
{
  if (metadata->n_notify == 0)
    return;
  tlv_begin (writer, RSP_TAG_NOTIFY_CONFIG);
  for (gsize i = 0; i < metadata->n_notify; i++)
    {
      tlv_begin (writer, TLV_SEQUENCE);
      tlv_put_bits (writer, 0x80, metadata->notify[i].events);
      tlv_put_string (writer, 0x81, metadata->notify[i].address);
      tlv_end (writer);
    }
  tlv_end (writer);
}

static void
put_owner (TlvWriter *writer, const LabMetadata *metadata)
{
  guint8 plmn[3];

  if (metadata->owner == NULL || !lab_plmn_encode (metadata->owner, plmn))
    return;
  tlv_begin (writer, RSP_TAG_OWNER);
  tlv_put (writer, 0x80, plmn, sizeof plmn);
  if (metadata->gid1 != NULL)
    tlv_put_bytes (writer, 0x81, metadata->gid1);
  if (metadata->gid2 != NULL)
    tlv_put_bytes (writer, 0x82, metadata->gid2);
  tlv_end (writer);
}

GBytes *
lab_metadata_build (const LabMetadata *metadata, GError **error)
{
  TlvWriter *writer;
  guint8 iccid[KT_ICCID_BYTES];

  g_return_val_if_fail (metadata != NULL, NULL);

  if (metadata->iccid == NULL || !kt_iccid_to_bytes (metadata->iccid, iccid, NULL))
    {
      unfit (error, "operator.iccid", "no ICCID");
      return NULL;
    }
  if (!check_text (metadata->provider, LAB_METADATA_MAX_PROVIDER, "operator.provider", error)
      || !check_text (metadata->name, LAB_METADATA_MAX_NAME, "operator.name", error)
      || !check_icon (metadata, error) || !check_policy (metadata, error)
      || !check_owner (metadata, error) || !check_notify (metadata, error))
    return NULL;
  writer = tlv_writer_new ();
  tlv_begin (writer, RSP_TAG_STORE_METADATA);
  tlv_put (writer, RSP_TAG_ICCID, iccid, sizeof iccid);
  tlv_put_string (writer, RSP_TAG_PROVIDER, metadata->provider);
  tlv_put_string (writer, RSP_TAG_PROFILE_NAME, metadata->name);
  put_icon (writer, metadata);
  if (metadata->profile_class != RSP_CLASS_OPERATIONAL)
    tlv_put_int (writer, RSP_TAG_PROFILE_CLASS, metadata->profile_class);
  put_notify (writer, metadata);
  put_owner (writer, metadata);
  if (metadata->ppr != 0)
    tlv_put_bits (writer, RSP_TAG_PPR, metadata->ppr);
  tlv_end (writer);
  return tlv_writer_finish (writer);
}
