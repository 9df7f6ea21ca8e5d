/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-lab"

#include <string.h>

#include "kt-bytes.h"
#include "kt-error.h"
#include "lab-upp-private.h"

#define MAX_PLMNS 50
#define MAX_GID 20
/* Type of number and numbering plan, TS 24.008, 10.5.4.7: national or international, ISDN. */
#define TON_UNKNOWN 0x81
#define TON_INTERNATIONAL 0x91
/* EF.PLMNwAcT, TS 31.102, 4.2.5: UTRAN and E-UTRAN; GSM. */
static const guint8 ALL_TECHNOLOGIES[2] = { 0xC0, 0x80 };

static gboolean
invalid (GError **error, const char *key, const char *what)
{
  return kt_error_set (error, KT_ERROR_INVALID_INPUT, key, "%s", what);
}

static gboolean
is_digits (const char *text, gsize min, gsize max)
{
  gsize n = text != NULL ? strspn (text, "0123456789") : 0;

  return text != NULL && text[n] == '\0' && n >= min && n <= max;
}

/* Low nibble first, F at the end. */
static void
put_swapped (const char *digits, guint8 *out, gsize len)
{
  memset (out, 0xFF, len);
  for (gsize i = 0; digits[i] != '\0' && i < 2 * len; i++)
    {
      guint8 digit = (guint8) (digits[i] - '0');

      out[i / 2] = i % 2 == 0 ? (guint8) (0xF0 | digit)
                              : (guint8) ((out[i / 2] & 0x0F) | digit << 4);
    }
}

static gboolean
encode_iccid (const LabUppSpec *spec, LabUppFields *fields, GError **error)
{
  if (!is_digits (spec->iccid, 18, 20))
    return invalid (error, "operator.iccid", "an ICCID has 18 to 20 digits");
  if (!kt_iccid_luhn (spec->iccid))
    return invalid (error, "operator.iccid", "the ICCID's check digit is wrong");
  put_swapped (spec->iccid, fields->ef_iccid, KT_ICCID_BYTES);
  for (guint i = 0; i < KT_ICCID_BYTES; i++)
    fields->header_iccid[i] = (guint8) (fields->ef_iccid[i] << 4 | fields->ef_iccid[i] >> 4);
  return TRUE;
}

/* EF.IMSI, TS 31.102, 4.2.2: length, then type (1) and parity in the first nibble. */
static void
encode_imsi (const char *imsi, guint8 out[9])
{
  gsize n = strlen (imsi);
  g_autofree char *digits = g_strconcat (n % 2 == 1 ? "9" : "1", imsi, NULL);

  put_swapped (digits, out + 1, 8);
  out[0] = (guint8) (n / 2 + 1);
  kt_wipe (digits, strlen (digits));
}

static void
encode_plmn (const char *mcc, const char *mnc, gsize mnc_len, guint8 out[LAB_UPP_PLMN_BYTES])
{
  guint8 third = mnc_len == 3 ? (guint8) (mnc[2] - '0') : 0x0F;

  out[0] = (guint8) ((mcc[1] - '0') << 4 | (mcc[0] - '0'));
  out[1] = (guint8) (third << 4 | (mcc[2] - '0'));
  out[2] = (guint8) ((mnc[1] - '0') << 4 | (mnc[0] - '0'));
}

static gboolean
encode_subscription (const LabUppSpec *spec, LabUppFields *fields, GError **error)
{
  guint16 acc = spec->acc;

  if (!is_digits (spec->imsi, 6, 15))
    return invalid (error, "operator.imsi", "an IMSI has 6 to 15 digits");
  if (spec->mnc_length != 2 && spec->mnc_length != 3)
    return invalid (error, "operator.mnc-length", "an MNC has 2 or 3 digits");
  encode_imsi (spec->imsi, fields->imsi);
  encode_plmn (spec->imsi, spec->imsi + 3, spec->mnc_length, fields->home_plmn);
  fields->ad[3] = (guint8) spec->mnc_length;
  /* TS 22.011, 4.2: members are spread over classes 0 to 9 by the last digit; 10 is no class. */
  if ((acc & 1 << 10) != 0)
    return invalid (error, "operator.acc", "there is no access class 10");
  if (acc == 0)
    acc = (guint16) (1 << (spec->imsi[strlen (spec->imsi) - 1] - '0'));
  fields->acc[0] = (guint8) (acc >> 8);
  fields->acc[1] = (guint8) acc;
  return TRUE;
}

/* @out: type of number, then 10 bytes of digits. */
static gboolean
encode_number (const char *number, guint8 out[11], guint *bytes)
{
  gboolean international = number[0] == '+';
  const char *digits = international ? number + 1 : number;

  if (!is_digits (digits, 1, 20))
    return FALSE;
  out[0] = international ? TON_INTERNATIONAL : TON_UNKNOWN;
  put_swapped (digits, out + 1, 10);
  *bytes = (guint) (strlen (digits) + 1) / 2 + 1;
  return TRUE;
}

static gboolean
encode_numbers (const LabUppSpec *spec, LabUppFields *fields, GError **error)
{
  guint8 *msisdn = fields->msisdn + LAB_UPP_MSISDN_BYTES - 14;
  guint8 *smsp = fields->smsp + LAB_UPP_SMSP_BYTES - 28;
  guint bytes;

  memset (fields->msisdn, 0xFF, sizeof fields->msisdn);
  memset (fields->smsp, 0xFF, sizeof fields->smsp);
  if (spec->msisdn != NULL)
    {
      if (!encode_number (spec->msisdn, msisdn + 1, &bytes))
        return invalid (error, "operator.msisdn", "an MSISDN has up to 20 digits");
      msisdn[0] = (guint8) bytes;
    }
  if (spec->smsc != NULL)
    {
      if (!encode_number (spec->smsc, smsp + 14, &bytes))
        return invalid (error, "operator.smsc", "a service centre address has up to 20 digits");
      /* Of the parameters only the service centre address, bit 2, is present (0). */
      smsp[0] = 0xFD;
      smsp[13] = (guint8) bytes;
    }
  return TRUE;
}

static gboolean
encode_spn (const LabUppSpec *spec, LabUppFields *fields, GError **error)
{
  memset (fields->spn, 0xFF, sizeof fields->spn);
  if (spec->spn == NULL)
    return TRUE;
  /* Display condition 0: the registered PLMN need not be shown at home. */
  fields->spn[0] = 0x00;
  if (spec->spn[0] == '\0'
      || !lab_upp_encode_name (spec->spn, fields->spn + 1, sizeof fields->spn - 1))
    return invalid (error, "operator.spn", "the service provider name is too long");
  return TRUE;
}

/* Random digits without a bias towards the low ones. */
static void
random_digits (const KtEnv *env, guint8 *out, gsize len)
{
  for (gsize i = 0; i < len;)
    {
      guint8 byte;

      kt_env_random (env, &byte, 1);
      if (byte < 250)
        out[i++] = (guint8) ('0' + byte % 10);
    }
}

static gboolean
encode_code (const char *digits, gsize min, gsize random_len, const KtEnv *env, const char *key,
             guint8 out[LAB_UPP_PIN_BYTES], GError **error)
{
  memset (out, 0xFF, LAB_UPP_PIN_BYTES);
  if (digits == NULL)
    random_digits (env, out, random_len);
  else if (is_digits (digits, min, LAB_UPP_PIN_BYTES))
    memcpy (out, digits, strlen (digits));
  else
    return invalid (error, key, min == 8 ? "the code has 8 digits" : "a PIN has 4 to 8 digits");
  return TRUE;
}

static gboolean
encode_codes (const LabUppSpec *spec, const KtEnv *env, LabUppFields *fields, GError **error)
{
  return encode_code (spec->pin1 != NULL ? spec->pin1 : "0000", 4, 4, env, "operator.pin1",
                      fields->pin1, error)
         && encode_code (spec->puk1, 8, 8, env, "operator.puk1", fields->puk1, error)
         && encode_code (spec->pin2, 4, 4, env, "operator.pin2", fields->pin2, error)
         && encode_code (spec->puk2, 8, 8, env, "operator.puk2", fields->puk2, error)
         && encode_code (spec->adm1, 8, 8, env, "operator.adm1", fields->adm1, error);
}

static gboolean
encode_keys (const LabUppSpec *spec, LabUppFields *fields, GError **error)
{
  if (spec->algorithm != LAB_AKA_MILENAGE && spec->algorithm != LAB_AKA_TEST)
    return invalid (error, "operator.algorithm", "unknown authentication algorithm");
  if (spec->k == NULL || g_bytes_get_size (spec->k) != LAB_AKA_KEY_BYTES)
    return invalid (error, "operator.k", "K has 16 bytes");
  memcpy (fields->k, g_bytes_get_data (spec->k, NULL), LAB_AKA_KEY_BYTES);
  if (spec->opc == NULL && spec->algorithm == LAB_AKA_TEST)
    return TRUE;
  if (spec->opc == NULL || g_bytes_get_size (spec->opc) != LAB_AKA_KEY_BYTES)
    return invalid (error, "operator.opc", "OPc has 16 bytes");
  memcpy (fields->opc, g_bytes_get_data (spec->opc, NULL), LAB_AKA_KEY_BYTES);
  return TRUE;
}

static gboolean
check_gid (GBytes *gid, const char *key, GError **error)
{
  gsize len = gid != NULL ? g_bytes_get_size (gid) : 1;

  return len >= 1 && len <= MAX_GID ? TRUE
                                    : invalid (error, key, "a group identifier has 1 to 20 bytes");
}

static gboolean
encode_plmns (const char *const *plmns, gboolean with_act, const char *key, GByteArray *out,
              GError **error)
{
  for (guint i = 0; plmns != NULL && plmns[i] != NULL; i++)
    {
      guint8 plmn[LAB_UPP_PLMN_BYTES];

      if (i == MAX_PLMNS || !is_digits (plmns[i], 5, 6))
        return invalid (error, key, "a PLMN has 5 or 6 digits, a list at most 50 of them");
      encode_plmn (plmns[i], plmns[i] + 3, strlen (plmns[i]) - 3, plmn);
      g_byte_array_append (out, plmn, sizeof plmn);
      if (with_act)
        g_byte_array_append (out, ALL_TECHNOLOGIES, sizeof ALL_TECHNOLOGIES);
    }
  return TRUE;
}

gboolean
lab_upp_encode (const LabUppSpec *spec, const KtEnv *env, LabUppFields *fields, GError **error)
{
  gsize type_len = spec->profile_type != NULL ? strlen (spec->profile_type) : 1;

  memset (fields, 0, sizeof *fields);
  fields->oplmn = g_byte_array_new ();
  fields->fplmn = g_byte_array_new ();
  if (type_len < 1 || type_len > 100
      || (spec->profile_type != NULL && !g_utf8_validate (spec->profile_type, -1, NULL)))
    return invalid (error, "operator.profile-type", "a profile type has 1 to 100 bytes of UTF-8");
  return encode_iccid (spec, fields, error) && encode_subscription (spec, fields, error)
         && encode_numbers (spec, fields, error) && encode_spn (spec, fields, error)
         && encode_codes (spec, env, fields, error) && encode_keys (spec, fields, error)
         && check_gid (spec->gid1, "operator.gid1", error)
         && check_gid (spec->gid2, "operator.gid2", error)
         && encode_plmns (spec->oplmn, TRUE, "operator.oplmn", fields->oplmn, error)
         && encode_plmns (spec->fplmn, FALSE, "operator.fplmn", fields->fplmn, error);
}

void
lab_upp_fields_clear (LabUppFields *fields)
{
  g_clear_pointer (&fields->oplmn, g_byte_array_unref);
  g_clear_pointer (&fields->fplmn, g_byte_array_unref);
  kt_wipe (fields, sizeof *fields);
}
