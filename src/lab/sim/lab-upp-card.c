/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-lab"

#include "kt-bytes.h"
#include "lab-upp-private.h"

#define AES_KEY_BYTES 16
/* GlobalPlatform key type: AES, 16 bytes at least. */
#define KEY_TYPE_AES 0x88
#define KEY_VERSION_SCP80 0x01
#define TAG_AID 0x4F

/* GlobalPlatform's security domain package and class, and the issuer's instance of it. */
static const guint8 SD_PACKAGE[] = { 0xA0, 0x00, 0x00, 0x01, 0x51, 0x53, 0x50 };
static const guint8 SD_CLASS[] = { 0xA0, 0x00, 0x00, 0x01, 0x51, 0x53, 0x50, 0x41 };
static const guint8 SD_INSTANCE[] = { 0xA0, 0x00, 0x00, 0x01, 0x51, 0x00, 0x00, 0x00 };
/* Security domain, trusted path, authorized management, … (GPCS 11.1.2); personalized. */
static const guint8 SD_PRIVILEGES[] = { 0x82, 0xDC, 0x00 };
static const guint8 SD_STATE[] = { 0x0F };
/* SCP80; extradition and deletion under its own authority (ETSI TS 102 226, 8.2.1). */
static const guint8 SD_PARAMETERS[] = { 0x81, 0x02, 0x80, 0x00, 0x82, 0x01, 0xF0,
                                        0x83, 0x01, 0xF0, 0x87, 0x01, 0xF0 };

/* Remote file management of the shared file system and of the ADF, TARs of ETSI TS 101 220, D. */
static const guint8 RFM_UICC[] = { 0xA0, 0x00, 0x00, 0x05, 0x59, 0x10, 0x10, 0x00, 0x01 };
static const guint8 RFM_USIM[] = { 0xA0, 0x00, 0x00, 0x05, 0x59, 0x10, 0x10, 0x00, 0x02 };
static const guint8 TAR_UICC[] = { 0xB0, 0x01, 0x20 };
static const guint8 TAR_USIM[] = { 0xB0, 0x01, 0x40 };
/* Cryptographic checksum, ciphering, counter higher than the last (TS 102 225, 5.1.1). */
static const guint8 RFM_SECURITY[] = { 0x16 };
static const guint8 FULL_ACCESS[] = { 0x00 };

static void
put_key (TlvWriter *writer, const KtEnv *env, guint8 id, guint8 usage)
{
  const guint8 version = KEY_VERSION_SCP80, type = KEY_TYPE_AES;
  guint8 key[AES_KEY_BYTES];

  kt_env_random (env, key, sizeof key);
  tlv_begin (writer, TLV_SEQUENCE);
  tlv_put (writer, 0x95, &usage, 1);
  tlv_put (writer, 0x82, &id, 1);
  tlv_put (writer, 0x83, &version, 1);
  tlv_begin (writer, TLV_SEQUENCE);
  tlv_begin (writer, TLV_SEQUENCE);
  tlv_put (writer, 0x80, &type, 1);
  tlv_put (writer, 0x86, key, sizeof key);
  tlv_end (writer);
  tlv_end (writer);
  tlv_end (writer);
  kt_wipe (key, sizeof key);
}

static void
put_security_domain (TlvWriter *writer, guint *id, const KtEnv *env)
{
  lab_upp_begin (writer, 0xA6, id);
  tlv_begin (writer, 0xA1);
  tlv_put (writer, TAG_AID, SD_PACKAGE, sizeof SD_PACKAGE);
  tlv_put (writer, TAG_AID, SD_CLASS, sizeof SD_CLASS);
  tlv_put (writer, TAG_AID, SD_INSTANCE, sizeof SD_INSTANCE);
  tlv_put (writer, 0x82, SD_PRIVILEGES, sizeof SD_PRIVILEGES);
  tlv_put (writer, 0x83, SD_STATE, sizeof SD_STATE);
  tlv_put (writer, 0xC9, SD_PARAMETERS, sizeof SD_PARAMETERS);
  tlv_end (writer);
  tlv_begin (writer, 0xA2);
  /* Ciphering, checksum and key encryption (key usage qualifier, GPCS 11.1.9). */
  put_key (writer, env, 1, 0x18);
  put_key (writer, env, 2, 0x14);
  put_key (writer, env, 3, 0x48);
  tlv_end (writer);
  tlv_end (writer);
}

static void
put_rfm (TlvWriter *writer, guint *id, const guint8 *instance, gsize instance_len,
         const guint8 *tar, const guint8 *adf_aid, gsize aid_len)
{
  lab_upp_begin (writer, 0xA7, id);
  tlv_put (writer, TAG_AID, instance, instance_len);
  tlv_begin (writer, 0xA0);
  tlv_put (writer, TLV_OCTET_STRING, tar, 3);
  tlv_end (writer);
  tlv_put (writer, 0x81, RFM_SECURITY, sizeof RFM_SECURITY);
  tlv_put (writer, TLV_OCTET_STRING, FULL_ACCESS, sizeof FULL_ACCESS);
  tlv_put (writer, TLV_OCTET_STRING, FULL_ACCESS, sizeof FULL_ACCESS);
  if (adf_aid != NULL)
    {
      tlv_begin (writer, TLV_SEQUENCE);
      tlv_put (writer, 0x80, adf_aid, aid_len);
      tlv_put (writer, 0x81, FULL_ACCESS, sizeof FULL_ACCESS);
      tlv_put (writer, 0x82, FULL_ACCESS, sizeof FULL_ACCESS);
      tlv_end (writer);
    }
  tlv_end (writer);
}

void
lab_upp_put_card (TlvWriter *writer, guint *id, const KtEnv *env, const guint8 *adf_aid,
                  gsize aid_len)
{
  put_security_domain (writer, id, env);
  put_rfm (writer, id, RFM_UICC, sizeof RFM_UICC, TAR_UICC, NULL, 0);
  put_rfm (writer, id, RFM_USIM, sizeof RFM_USIM, TAR_USIM, adf_aid, aid_len);
}
