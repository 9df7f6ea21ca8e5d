/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "lab-fs.h"

G_BEGIN_DECLS

/*
 * The file structure templates of the interoperable profile package specification, Annex A: what a
 * file is if its element does not say. A row's place is its member's place in the ASN.1 SEQUENCE.
 */

/** LAB_TEMPLATE_FIRST_MEMBER: members 0 and 1 of an element are its header and the OID. */
#define LAB_TEMPLATE_FIRST_MEMBER 2

/**
 * LabTemplateRow:
 * @fid: identifier; 0: the element must give it
 * @type: kind of file; an EF lies in the last directory before it
 * @required: whether the element must have this member
 * @records: default number of records, 0 if the element must give it
 * @size: default bytes of the body or of a record, 0 if the element must give it
 * @arr: record of EF.ARR
 * @sfi: 0 if none
 * @fill: (nullable): default content: hexadecimal, the last byte repeated to the end, or, after a
 *   bar, up to a suffix; with a star in front the whole is repeated. %NULL: FF and no default
 */
typedef struct
{
  guint16 fid;
  LabFileType type;
  gboolean required;
  guint8 records;
  guint16 size;
  guint8 arr;
  guint8 sfi;
  const char *fill;
} LabTemplateRow;

typedef enum
{
  LAB_TEMPLATE_AT_MF,          /* the first row is a directory in the MF, or the MF */
  LAB_TEMPLATE_NEW_ADF,        /* the first row is an application */
  LAB_TEMPLATE_IN_ADF,         /* the first row is a directory in the current application */
  LAB_TEMPLATE_EXTENDS_ADF,    /* all rows are files of the current application */
} LabTemplatePlace;

/**
 * LabTemplate:
 * @element: tag of the ProfileElement
 * @number: arc of the OID 2.23.143.1.2.<number>[.<version>]
 * @versions: highest version known; 1 has no arc
 * @by_default: files with a default content exist even if the element leaves them out
 */
typedef struct
{
  guint element;
  guint number;
  guint versions;
  gboolean by_default;
  LabTemplatePlace place;
  const LabTemplateRow *rows;
  guint n_rows;
} LabTemplate;

/** LabTemplateChange: what version @since of a template changed in a file that it had before. */
typedef struct
{
  guint number;
  guint since;
  guint16 fid;
  guint8 records;
  guint16 size;
  const char *fill;
} LabTemplateChange;

extern const LabTemplate lab_templates[];
extern const guint lab_n_templates;
extern const LabTemplateChange lab_template_changes[];
extern const guint lab_n_template_changes;

/** lab_template_for_element: Returns: (transfer none) (nullable): %NULL if it makes no files. */
const LabTemplate *lab_template_for_element (guint element);

/**
 * lab_template_parse_oid:
 *
 * Returns: whether @oid names a template known here; then its number and version
 */
gboolean lab_template_parse_oid (const char *oid, guint *number, guint *version);

/** lab_template_get_row: copies row @index as it is in @version. */
void lab_template_get_row (const LabTemplate *template, guint index, guint version,
                           LabTemplateRow *row);

/** lab_template_fill: writes the default content @fill (nullable) over @len bytes. */
void lab_template_fill (const char *fill, guint8 *out, gsize len);

G_END_DECLS
