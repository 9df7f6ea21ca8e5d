/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "kt-error.h"
#include "lab-package.h"
#include "lab-saip-template.h"
#include "tlv.h"

G_BEGIN_DECLS

/**
 * LabSaip:
 * @status: a #LabPeStatus once something is wrong
 * @id: identification of the current element, -1 if unknown
 * @application: ADF of the last NAA element: the parent of what extends it
 * @pin_context: directory that a following PE-PINCodes speaks of
 *
 * A package while it is being read.
 */
typedef struct
{
  LabPackage *package;
  int status;
  int id;
  LabFile *application;
  LabFile *pin_context;
} LabSaip;

/** lab_saip_fail: remembers @status, sets the error; returns %FALSE. */
gboolean lab_saip_fail (LabSaip *saip, GError **error, LabPeStatus status, KtErrorCode code,
                        const char *key, const char *format, ...) G_GNUC_PRINTF (6, 7);

/** LabFcp: an Fcp; zeros and %NULL for what it does not say. */
typedef struct
{
  gboolean has_descriptor;
  guint8 descriptor;
  guint8 coding;
  guint16 record_len;
  gboolean has_fid;
  guint16 fid;
  gboolean has_size;
  guint32 size;
  gboolean has_sfi;
  guint8 sfi;
  gboolean has_lcsi;
  guint8 lcsi;
  guint arr_len;
  guint8 arr[3];
  gboolean has_special;
  guint8 special;
  Tlv aid;
  Tlv pins;
  Tlv link;
  Tlv fill;
  Tlv repeat;
  guint32 max_size;
} LabFcp;

/** lab_saip_parse_fcp: reads an Fcp of any tag; @fcp borrows from @tlv. */
gboolean lab_saip_parse_fcp (LabSaip *saip, const Tlv *tlv, LabFcp *fcp, GError **error);

/**
 * lab_saip_make_file:
 * @row: (nullable): the template's row, %NULL for genericFileManagement
 * @version: the template's version
 *
 * Returns: (transfer none) (nullable): the new file, attached to @parent, filled with its pattern
 */
LabFile *lab_saip_make_file (LabSaip *saip, LabFile *parent, const LabFcp *fcp,
                             const LabTemplateRow *row, GError **error);

/** LabFill: a place in an EF's body for fillFileOffset and fillFileContent. */
typedef struct
{
  LabFile *file;
  gsize position;
} LabFill;

gboolean lab_saip_fill_offset (LabSaip *saip, LabFill *fill, const Tlv *tlv, GError **error);
gboolean lab_saip_fill_content (LabSaip *saip, LabFill *fill, const Tlv *tlv, GError **error);

/* One function an element; @pe is the whole ProfileElement, @reader stands behind its PEHeader. */
gboolean lab_saip_read_header (LabSaip *saip, const Tlv *pe, GError **error);
gboolean lab_saip_read_template (LabSaip *saip, const Tlv *pe, TlvReader *reader, GError **error);
gboolean lab_saip_read_generic (LabSaip *saip, TlvReader *reader, GError **error);
gboolean lab_saip_read_pins (LabSaip *saip, TlvReader *reader, GError **error);
gboolean lab_saip_read_puks (LabSaip *saip, TlvReader *reader, GError **error);
gboolean lab_saip_read_aka (LabSaip *saip, TlvReader *reader, GError **error);
gboolean lab_saip_read_cdma (LabSaip *saip, TlvReader *reader, GError **error);
gboolean lab_saip_read_security_domain (LabSaip *saip, TlvReader *reader, GError **error);
gboolean lab_saip_read_rfm (LabSaip *saip, TlvReader *reader, GError **error);
gboolean lab_saip_read_application (LabSaip *saip, TlvReader *reader, GError **error);
gboolean lab_saip_read_non_standard (LabSaip *saip, gboolean mandated, TlvReader *reader,
                                     GError **error);

/** lab_saip_check_codes: at the end: the PINs that directories name and the PUKs of PINs exist. */
gboolean lab_saip_check_codes (LabSaip *saip, GError **error);

G_END_DECLS
