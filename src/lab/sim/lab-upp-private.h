/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "kt-iccid.h"
#include "lab-upp.h"
#include "tlv.h"

G_BEGIN_DECLS

#define LAB_UPP_PIN_BYTES 8
/** A record of EF.MSISDN: an alpha identifier of 10 bytes and 14 more (TS 31.102, 4.2.26). */
#define LAB_UPP_MSISDN_BYTES 24
/** A record of EF.SMSP: an alpha identifier of 10 bytes and 28 more (TS 31.102, 4.2.27). */
#define LAB_UPP_SMSP_BYTES 38
#define LAB_UPP_SPN_BYTES 17
#define LAB_UPP_PLMN_BYTES 3

/**
 * LabUppFields:
 *
 * A specification judged and encoded as the files and elements want it. Wipe after use.
 */
typedef struct
{
  guint8 header_iccid[KT_ICCID_BYTES];
  guint8 ef_iccid[KT_ICCID_BYTES];
  guint8 imsi[9];
  guint8 ad[4];
  guint8 acc[2];
  guint8 spn[LAB_UPP_SPN_BYTES];
  guint8 msisdn[LAB_UPP_MSISDN_BYTES];
  guint8 smsp[LAB_UPP_SMSP_BYTES];
  guint8 home_plmn[LAB_UPP_PLMN_BYTES];
  guint8 pin1[LAB_UPP_PIN_BYTES];
  guint8 puk1[LAB_UPP_PIN_BYTES];
  guint8 pin2[LAB_UPP_PIN_BYTES];
  guint8 puk2[LAB_UPP_PIN_BYTES];
  guint8 adm1[LAB_UPP_PIN_BYTES];
  guint8 k[LAB_AKA_KEY_BYTES];
  guint8 opc[LAB_AKA_KEY_BYTES];
  GByteArray *oplmn;
  GByteArray *fplmn;
} LabUppFields;

/** lab_upp_encode: Returns: %FALSE with %KT_ERROR_INVALID_INPUT and "operator.<field>". */
gboolean lab_upp_encode (const LabUppSpec *spec, const KtEnv *env, LabUppFields *fields,
                         GError **error);
void lab_upp_fields_clear (LabUppFields *fields);

/** lab_upp_encode_name: a name as EF.SPN has it from its second byte on; FF behind. */
gboolean lab_upp_encode_name (const char *name, guint8 *out, gsize len);

/**
 * LabUppFile:
 * @member: place in the element's SEQUENCE
 * @record_len: 0 for a transparent file
 * @size: 0 for the template's
 * @sfi: -1 for the template's
 * @arr_fid: EF.ARR that rules the access, @arr its record
 */
typedef struct
{
  guint member;
  guint16 fid;
  guint8 record_len;
  guint16 size;
  int sfi;
  guint16 arr_fid;
  guint8 arr;
} LabUppFile;

/** lab_upp_begin: opens an element with its PEHeader; numbers it. */
void lab_upp_begin (TlvWriter *writer, TlvTag tag, guint *id);
/** lab_upp_begin_template: likewise, with the template's OID. */
void lab_upp_begin_template (TlvWriter *writer, TlvTag tag, guint *id, const char *oid);
/** lab_upp_put_file: an EF; FF at the end of @content is left to the pattern. */
void lab_upp_put_file (TlvWriter *writer, const LabUppFile *file, const guint8 *content,
                       gsize len);
/** lab_upp_put_directory: @aid: (nullable): of an ADF; @pins: key references. */
void lab_upp_put_directory (TlvWriter *writer, guint member, guint16 fid, const guint8 *aid,
                            gsize aid_len, const guint8 *pins, gsize n_pins);
/** lab_upp_put_rules: EF.ARR with the rules that the templates count on. */
void lab_upp_put_rules (TlvWriter *writer, const LabUppFile *file);
/** lab_upp_rule_length: bytes of a record of EF.ARR. */
guint8 lab_upp_rule_length (void);
/** lab_upp_rule_count: records of EF.ARR. */
guint lab_upp_rule_count (void);

/** lab_upp_put_card: the MNO's security domain and remote file management. */
void lab_upp_put_card (TlvWriter *writer, guint *id, const KtEnv *env, const guint8 *adf_aid,
                       gsize aid_len);

G_END_DECLS
