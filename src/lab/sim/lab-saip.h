/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "kt-iccid.h"

G_BEGIN_DECLS

/** LAB_SAIP_MAX_SIZE: most bytes of an unprotected profile package (UPP) that the lab takes. */
#define LAB_SAIP_MAX_SIZE (2 * 1024 * 1024)

/** LabPeStatus: PEStatus.status of the interoperable profile package (SAIP) specification. */
typedef enum
{
  LAB_PE_OK = 0,
  LAB_PE_NOT_SUPPORTED = 1,
  LAB_PE_MEMORY_FAILURE = 2,
  LAB_PE_BAD_VALUES = 3,
  LAB_PE_NOT_ENOUGH_MEMORY = 4,
  LAB_PE_INVALID_REQUEST_FORMAT = 5,
  LAB_PE_INVALID_PARAMETER = 6,
  LAB_PE_RUNTIME_NOT_SUPPORTED = 7,
  LAB_PE_LIB_NOT_SUPPORTED = 8,
  LAB_PE_TEMPLATE_NOT_SUPPORTED = 9,
  LAB_PE_FEATURE_NOT_SUPPORTED = 10,
  LAB_PE_PIN_CODE_MISSING = 11,
  LAB_PE_UNSUPPORTED_PROFILE_VERSION = 31,
} LabPeStatus;

/**
 * LabSaipFailure:
 * @pe_status: a #LabPeStatus, for EUICCResponse.peStatus
 * @pe_id: identification of the offending element (0..32767), -1 if it could not be read
 */
typedef struct
{
  int pe_status;
  int pe_id;
} LabSaipFailure;

/** LabPackage: a parsed profile package: immutable, reference-counted. */
typedef struct _LabPackage LabPackage;

/**
 * lab_saip_parse:
 * @upp: concatenated ProfileElement TLVs, header first, end last
 * @failure: (out) (optional): on failure, what the eUICC reports for it
 *
 * Parses and judges the whole package and builds its file system.
 *
 * Returns: (transfer full) (nullable): the package; else %KT_ERROR_MALFORMED, %KT_ERROR_MISSING,
 *   %KT_ERROR_LIMIT or %KT_ERROR_UNSUPPORTED, with key "saip.<concept>" and detail.pe_status and
 *   detail.pe_id filled as in @failure
 */
LabPackage *lab_saip_parse (GBytes *upp, LabSaipFailure *failure, GError **error);

/** lab_package_ref: Returns: (transfer full): @package. */
LabPackage *lab_package_ref (LabPackage *package);
/** lab_package_unref: the last one wipes the codes and keys. %NULL is fine. */
void lab_package_unref (LabPackage *package);

/** lab_package_get_upp: Returns: (transfer none): the bytes that lab_saip_parse() was given. */
GBytes *lab_package_get_upp (LabPackage *package);

/**
 * lab_package_get_iccid: Returns: (transfer none): %KT_ICCID_BYTES bytes as in EF.ICCID and in
 * SGP.22's 5A (nibble-swapped), from the header, where they are not swapped.
 */
const guint8 *lab_package_get_iccid (LabPackage *package);

/** lab_package_get_profile_type: Returns: (transfer none) (nullable): the header's free text. */
const char *lab_package_get_profile_type (LabPackage *package);

/** lab_package_get_version: @major and @minor of the package's format. */
void lab_package_get_version (LabPackage *package, guint *major, guint *minor);

/** lab_package_get_n_elements: number of ProfileElements, header and end included. */
guint lab_package_get_n_elements (LabPackage *package);

/** lab_package_get_element: tag (0xA0 …) and identification (-1 if unknown) of element @index. */
void lab_package_get_element (LabPackage *package, guint index, guint *tag, int *id);

/** lab_package_get_n_files: files (MF, DFs, ADFs, EFs, links) that the package creates. */
guint lab_package_get_n_files (LabPackage *package);

/**
 * lab_package_get_memory: bytes that an installed profile occupies on the chip: its files and the
 * raw elements that are kept (applications, keys).
 */
gsize lab_package_get_memory (LabPackage *package);

/**
 * lab_saip_capabilities: UICCCapability (SAIP) of this implementation as a bit mask, named bit n
 * being 1 << n; for EUICCInfo2.uiccCapability. A package whose header demands more is refused with
 * %LAB_PE_FEATURE_NOT_SUPPORTED.
 */
guint32 lab_saip_capabilities (void);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LabPackage, lab_package_unref)

G_END_DECLS
