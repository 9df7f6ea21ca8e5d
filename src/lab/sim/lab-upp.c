/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-lab"

#include "lab-upp.h"

#include <string.h>

#include "kt-bytes.h"
#include "lab-upp-private.h"

#define OID_MF "2.23.143.1.2.1"
#define OID_TELECOM "2.23.143.1.2.3"
#define OID_USIM "2.23.143.1.2.4"
#define OID_OPT_USIM "2.23.143.1.2.5"
#define OID_GSM_ACCESS "2.23.143.1.2.7"

#define DEFAULT_PROFILE_TYPE "Operational"
#define MF_ARR 0x2F06
#define ADF_ARR 0x6F06
/* Temporary identifier of the ADF, for paths within the package. */
#define ADF_FID 0x7FD0
#define DIR_BYTES 0x21
#define UST_BYTES 14
/* Place in EF.ARR, see lab-upp-file.c. */
#define ARR_SFI 6

enum
{
  PIN1_REF = 0x01,
  PIN2_REF = 0x81,
  ADM1_REF = 0x0A,
  PUK1_REF = 0x01,
  PUK2_REF = 0x81,
  PIN_DEFAULT_ATTRIBUTES = 7,
  PIN_ATTRIBUTES_DISABLED = 6,
  PIN_ATTRIBUTES_FIXED = 3,
  ADM_TRIES = 0xAA,
};

/* A USIM of 3GPP (TS 101 220, E.1): application code 1002, no country, the lab's own suffix. */
static const guint8 USIM_AID[] = { 0xA0, 0x00, 0x00, 0x00, 0x87, 0x10, 0x02, 0xFF,
                                   0xFF, 0xFF, 0xFF, 0x89, 0x00, 0x00, 0x01, 0x00 };

typedef struct
{
  TlvWriter *writer;
  guint id;
  const LabUppSpec *spec;
  const LabUppFields *fields;
  const KtEnv *env;
} LabUpp;

static void
put_header (LabUpp *upp)
{
  static const char *const templates[] = { OID_MF, OID_TELECOM, OID_USIM, OID_OPT_USIM,
                                           OID_GSM_ACCESS };
  TlvWriter *writer = upp->writer;
  const char *type = upp->spec->profile_type;

  tlv_begin (writer, 0xA0);
  tlv_put_int (writer, 0x80, 2);
  tlv_put_int (writer, 0x81, 3);
  tlv_put_string (writer, 0x82, type != NULL ? type : DEFAULT_PROFILE_TYPE);
  tlv_put (writer, 0x83, upp->fields->header_iccid, KT_ICCID_BYTES);
  tlv_begin (writer, 0xA5);
  tlv_put (writer, 0x81, NULL, 0);
  /* milenage or usim-test-algorithm of the mandatory services */
  tlv_put (writer, upp->spec->algorithm == LAB_AKA_MILENAGE ? 0x84 : 0x91, NULL, 0);
  tlv_end (writer);
  tlv_begin (writer, 0xA6);
  for (guint i = 0; i < G_N_ELEMENTS (templates); i++)
    tlv_put_oid (writer, TLV_OID, templates[i]);
  tlv_end (writer);
  tlv_end (writer);
}

static void
put_ef (LabUpp *upp, guint member, guint16 fid, guint16 size, guint16 arr_fid, guint8 arr,
        const guint8 *content, gsize len)
{
  const LabUppFile file = { member, fid, 0, size, -1, arr_fid, arr };

  lab_upp_put_file (upp->writer, &file, content, len);
}

static void
put_linear (LabUpp *upp, guint member, guint16 fid, guint8 record_len, guint records,
            guint16 arr_fid, guint8 arr, const guint8 *content, gsize len)
{
  const LabUppFile file = { member, fid, record_len, (guint16) (record_len * records), -1,
                            arr_fid, arr };

  lab_upp_put_file (upp->writer, &file, content, len);
}

static void
put_rules (LabUpp *upp, guint member, guint16 fid, int sfi)
{
  const LabUppFile file = { member, fid, lab_upp_rule_length (),
                            (guint16) (lab_upp_rule_length () * lab_upp_rule_count ()), sfi, fid,
                            10 };

  lab_upp_put_rules (upp->writer, &file);
}

static void
put_mf (LabUpp *upp)
{
  static const guint8 pins[] = { PIN1_REF, ADM1_REF };
  /* An application template (TS 102 221, 13.1): AID and label. */
  static const guint8 label[] = { 0x50, 0x04, 'U', 'S', 'I', 'M' };
  guint8 dir[DIR_BYTES];
  const guint8 head[] = { 0x61, 2 + sizeof USIM_AID + sizeof label, 0x4F, sizeof USIM_AID };

  memset (dir, 0xFF, sizeof dir);
  memcpy (dir, head, sizeof head);
  memcpy (dir + sizeof head, USIM_AID, sizeof USIM_AID);
  memcpy (dir + sizeof head + sizeof USIM_AID, label, sizeof label);
  lab_upp_begin_template (upp->writer, 0xB0, &upp->id, OID_MF);
  lab_upp_put_directory (upp->writer, 2, 0, NULL, 0, pins, sizeof pins);
  put_ef (upp, 4, 0x2FE2, 0, MF_ARR, 11, upp->fields->ef_iccid, KT_ICCID_BYTES);
  put_linear (upp, 5, 0x2F00, DIR_BYTES, 1, MF_ARR, 10, dir, sizeof dir);
  put_rules (upp, 6, MF_ARR, ARR_SFI);
  tlv_end (upp->writer);
}

static void
put_puk (TlvWriter *writer, guint ref, const guint8 value[LAB_UPP_PIN_BYTES])
{
  tlv_begin (writer, TLV_SEQUENCE);
  tlv_put_int (writer, 0x80, ref);
  tlv_put (writer, 0x81, value, LAB_UPP_PIN_BYTES);
  tlv_end (writer);
}

static void
put_puks (LabUpp *upp)
{
  lab_upp_begin (upp->writer, 0xA3, &upp->id);
  tlv_begin (upp->writer, 0xA1);
  put_puk (upp->writer, PUK1_REF, upp->fields->puk1);
  put_puk (upp->writer, PUK2_REF, upp->fields->puk2);
  tlv_end (upp->writer);
  tlv_end (upp->writer);
}

/* @puk and @tries: 0 for none and for the default. DER leaves defaults out. */
static void
put_pin (TlvWriter *writer, guint ref, const guint8 value[LAB_UPP_PIN_BYTES], guint puk,
         guint attributes, guint tries)
{
  tlv_begin (writer, TLV_SEQUENCE);
  tlv_put_int (writer, 0x80, ref);
  tlv_put (writer, 0x81, value, LAB_UPP_PIN_BYTES);
  if (puk != 0)
    tlv_put_int (writer, 0x82, puk);
  if (attributes != PIN_DEFAULT_ATTRIBUTES)
    tlv_put_int (writer, 0x83, attributes);
  if (tries != 0)
    tlv_put_int (writer, 0x84, tries);
  tlv_end (writer);
}

static void
begin_pins (LabUpp *upp)
{
  lab_upp_begin (upp->writer, 0xA2, &upp->id);
  tlv_begin (upp->writer, 0xA1);
  tlv_begin (upp->writer, 0xA0);
}

static void
end_pins (LabUpp *upp)
{
  tlv_end (upp->writer);
  tlv_end (upp->writer);
  tlv_end (upp->writer);
}

static void
put_global_pins (LabUpp *upp)
{
  begin_pins (upp);
  put_pin (upp->writer, PIN1_REF, upp->fields->pin1, PUK1_REF,
           upp->spec->pin1_enabled ? PIN_DEFAULT_ATTRIBUTES : PIN_ATTRIBUTES_DISABLED, 0);
  put_pin (upp->writer, ADM1_REF, upp->fields->adm1, 0, PIN_ATTRIBUTES_FIXED, ADM_TRIES);
  end_pins (upp);
}

static void
put_local_pins (LabUpp *upp)
{
  begin_pins (upp);
  put_pin (upp->writer, PIN2_REF, upp->fields->pin2, PUK2_REF, PIN_ATTRIBUTES_FIXED, 0);
  end_pins (upp);
}

static void
put_telecom (LabUpp *upp)
{
  static const guint8 pins[] = { PIN1_REF, ADM1_REF };

  lab_upp_begin_template (upp->writer, 0xB2, &upp->id, OID_TELECOM);
  lab_upp_put_directory (upp->writer, 2, 0x7F10, NULL, 0, pins, sizeof pins);
  tlv_end (upp->writer);
}

static void
set_service (guint8 *ust, guint number, gboolean available)
{
  if (available)
    ust[(number - 1) / 8] |= (guint8) (1 << ((number - 1) % 8));
}

/* TS 31.102, 4.2.8: what the files below can back. */
static void
make_ust (const LabUpp *upp, guint8 ust[UST_BYTES])
{
  memset (ust, 0, UST_BYTES);
  set_service (ust, 2, TRUE);                                /* fixed dialling numbers */
  set_service (ust, 10, TRUE);                               /* short messages */
  set_service (ust, 12, TRUE);                               /* their parameters */
  set_service (ust, 17, upp->spec->gid1 != NULL);
  set_service (ust, 18, upp->spec->gid2 != NULL);
  set_service (ust, 19, upp->spec->spn != NULL);
  set_service (ust, 21, upp->spec->msisdn != NULL);
  set_service (ust, 27, TRUE);                               /* GSM access */
  set_service (ust, 33, TRUE);                               /* shall be set to 1 */
  set_service (ust, 38, TRUE);                               /* GSM security context */
  set_service (ust, 42, upp->fields->oplmn->len > 0);
  set_service (ust, 43, TRUE);                               /* home PLMN with technology */
  set_service (ust, 85, TRUE);                               /* EPS mobility management */
}

static void
put_usim (LabUpp *upp)
{
  static const guint8 pins[] = { PIN2_REF, PIN1_REF, ADM1_REF };
  static const guint8 no_service[1] = { 0 };
  /* 112 and 911, answered by no particular service. */
  static const guint8 emergency[2][4] = { { 0x11, 0xF2, 0xFF, 0x00 }, { 0x19, 0xF1, 0xFF, 0x00 } };
  const LabUppFields *fields = upp->fields;
  guint8 ust[UST_BYTES];

  make_ust (upp, ust);
  lab_upp_begin_template (upp->writer, 0xB3, &upp->id, OID_USIM);
  lab_upp_put_directory (upp->writer, 2, ADF_FID, USIM_AID, sizeof USIM_AID, pins, sizeof pins);
  put_ef (upp, 3, 0x6F07, 0, ADF_ARR, 2, fields->imsi, sizeof fields->imsi);
  put_rules (upp, 4, ADF_ARR, -1);
  put_ef (upp, 8, 0x6F38, 0, ADF_ARR, 2, ust, sizeof ust);
  put_linear (upp, 11, 0x6F42, LAB_UPP_SMSP_BYTES, 1, ADF_ARR, 5, fields->smsp,
              sizeof fields->smsp);
  put_ef (upp, 13, 0x6F46, 0, ADF_ARR, 10, fields->spn, sizeof fields->spn);
  put_ef (upp, 14, 0x6F56, 0, ADF_ARR, 8, no_service, sizeof no_service);
  put_ef (upp, 18, 0x6F78, 0, ADF_ARR, 2, fields->acc, sizeof fields->acc);
  if (fields->fplmn->len > 0)
    put_ef (upp, 19, 0x6F7B, (guint16) MAX (fields->fplmn->len, 12), ADF_ARR, 5,
            fields->fplmn->data, fields->fplmn->len);
  put_ef (upp, 21, 0x6FAD, 0, ADF_ARR, 10, fields->ad, sizeof fields->ad);
  put_linear (upp, 22, 0x6FB7, sizeof emergency[0], G_N_ELEMENTS (emergency), ADF_ARR, 10,
              emergency[0], sizeof emergency);
  tlv_end (upp->writer);
}

static void
put_gid (LabUpp *upp, guint member, guint16 fid, GBytes *gid)
{
  gsize len;
  const guint8 *data;

  if (gid == NULL)
    return;
  data = g_bytes_get_data (gid, &len);
  put_ef (upp, member, fid, (guint16) len, ADF_ARR, 2, data, len);
}

static void
put_opt_usim (LabUpp *upp)
{
  const LabUppFields *fields = upp->fields;
  guint8 home[LAB_UPP_PLMN_BYTES + 2] = { 0, 0, 0, 0xC0, 0x80 };

  memcpy (home, fields->home_plmn, LAB_UPP_PLMN_BYTES);
  lab_upp_begin_template (upp->writer, 0xB4, &upp->id, OID_OPT_USIM);
  put_gid (upp, 5, 0x6F3E, upp->spec->gid1);
  put_gid (upp, 6, 0x6F3F, upp->spec->gid2);
  put_linear (upp, 7, 0x6F40, LAB_UPP_MSISDN_BYTES, 1, ADF_ARR, 2, fields->msisdn,
              sizeof fields->msisdn);
  if (fields->oplmn->len > 0)
    put_ef (upp, 16, 0x6F61, (guint16) fields->oplmn->len, ADF_ARR, 2, fields->oplmn->data,
            fields->oplmn->len);
  put_ef (upp, 17, 0x6F62, sizeof home, ADF_ARR, 2, home, sizeof home);
  tlv_end (upp->writer);
}

static void
put_aka (LabUpp *upp)
{
  /* algorithmOptions: RES of 64 bits, of 128 with the test algorithm. */
  const guint8 options = upp->spec->algorithm == LAB_AKA_MILENAGE ? 0x01 : 0x02;

  lab_upp_begin (upp->writer, 0xA4, &upp->id);
  tlv_begin (upp->writer, 0xA1);
  tlv_begin (upp->writer, 0xA1);
  tlv_put_int (upp->writer, 0x80, upp->spec->algorithm);
  tlv_put (upp->writer, 0x81, &options, 1);
  tlv_put (upp->writer, 0x82, upp->fields->k, LAB_AKA_KEY_BYTES);
  tlv_put (upp->writer, 0x83, upp->fields->opc, LAB_AKA_KEY_BYTES);
  tlv_end (upp->writer);
  tlv_end (upp->writer);
  tlv_end (upp->writer);
}

static void
put_gsm_access (LabUpp *upp)
{
  static const guint8 pins[] = { PIN2_REF, PIN1_REF, ADM1_REF };

  lab_upp_begin_template (upp->writer, 0xB8, &upp->id, OID_GSM_ACCESS);
  lab_upp_put_directory (upp->writer, 2, 0x5F3B, NULL, 0, pins, sizeof pins);
  put_ef (upp, 3, 0x4F20, 0, ADF_ARR, 5, NULL, 0);
  put_ef (upp, 4, 0x4F52, 0, ADF_ARR, 5, NULL, 0);
  tlv_end (upp->writer);
}

/* Terminals of the GSM kind look for these in DF.TELECOM. */
static void
put_links (LabUpp *upp)
{
  static const struct
  {
    guint16 fid;
    guint8 record_len;
    guint8 arr;
  } links[] = {
    { 0x6F3C, 176, 5 },
    { 0x6F40, LAB_UPP_MSISDN_BYTES, 2 },
    { 0x6F42, LAB_UPP_SMSP_BYTES, 5 },
    { 0x6F43, 0, 5 },
  };
  static const guint8 telecom[] = { 0x7F, 0x10 };
  TlvWriter *writer = upp->writer;

  lab_upp_begin (writer, 0xA1, &upp->id);
  tlv_begin (writer, 0xA1);
  tlv_begin (writer, TLV_SEQUENCE);
  tlv_put (writer, 0x80, telecom, sizeof telecom);
  for (guint i = 0; i < G_N_ELEMENTS (links); i++)
    {
      const guint8 linear[] = { 0x42, 0x21, 0x00, links[i].record_len };
      const guint8 transparent[] = { 0x41, 0x21 };
      const guint8 fid[] = { (guint8) (links[i].fid >> 8), (guint8) links[i].fid };
      const guint8 arr[] = { MF_ARR >> 8, MF_ARR & 0xFF, links[i].arr };
      const guint8 path[] = { ADF_FID >> 8, ADF_FID & 0xFF, fid[0], fid[1] };

      tlv_begin (writer, 0x62);
      if (links[i].record_len != 0)
        tlv_put (writer, 0x82, linear, sizeof linear);
      else
        tlv_put (writer, 0x82, transparent, sizeof transparent);
      tlv_put (writer, 0x83, fid, sizeof fid);
      tlv_put (writer, 0x8B, arr, sizeof arr);
      tlv_put (writer, 0x88, NULL, 0);
      tlv_put (writer, 0xC7, path, sizeof path);
      tlv_end (writer);
    }
  tlv_end (writer);
  tlv_end (writer);
  tlv_end (writer);
}

static GBytes *
write_package (LabUpp *upp)
{
  put_header (upp);
  put_mf (upp);
  put_puks (upp);
  put_global_pins (upp);
  put_telecom (upp);
  put_usim (upp);
  put_opt_usim (upp);
  put_local_pins (upp);
  put_aka (upp);
  put_gsm_access (upp);
  put_links (upp);
  lab_upp_put_card (upp->writer, &upp->id, upp->env, USIM_AID, sizeof USIM_AID);
  lab_upp_begin (upp->writer, 0xAA, &upp->id);
  tlv_end (upp->writer);
  return tlv_writer_finish (upp->writer);
}

GBytes *
lab_upp_build (const LabUppSpec *spec, const KtEnv *env, GError **error)
{
  LabUppFields fields;
  LabUpp upp = { .spec = spec, .fields = &fields, .env = env };
  g_autoptr (GBytes) plain = NULL;
  GBytes *secret = NULL;

  g_return_val_if_fail (spec != NULL && env != NULL, NULL);

  if (lab_upp_encode (spec, env, &fields, error))
    {
      upp.writer = tlv_writer_new ();
      plain = write_package (&upp);
      secret = kt_secret_bytes (g_bytes_get_data (plain, NULL), g_bytes_get_size (plain));
      kt_wipe ((gpointer) g_bytes_get_data (plain, NULL), g_bytes_get_size (plain));
    }
  lab_upp_fields_clear (&fields);
  return secret;
}
