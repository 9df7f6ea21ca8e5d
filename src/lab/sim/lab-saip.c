/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-lab"

#include "lab-saip.h"

#include "lab-saip-private.h"

#define MAX_ELEMENTS 512

/* ProfileElement ::= CHOICE, by AUTOMATIC TAGS. */
enum
{
  PE_HEADER = 0xA0,
  PE_GENERIC = 0xA1,
  PE_PINS = 0xA2,
  PE_PUKS = 0xA3,
  PE_AKA = 0xA4,
  PE_CDMA = 0xA5,
  PE_SECURITY_DOMAIN = 0xA6,
  PE_RFM = 0xA7,
  PE_APPLICATION = 0xA8,
  PE_NON_STANDARD = 0xA9,
  PE_END = 0xAA,
};

gboolean
lab_saip_fail (LabSaip *saip, GError **error, LabPeStatus status, KtErrorCode code,
               const char *key, const char *format, ...)
{
  g_autofree char *message = NULL;
  va_list args;

  va_start (args, format);
  message = g_strdup_vprintf (format, args);
  va_end (args);
  saip->status = status;
  return kt_error_set (error, code, key, "%s", message);
}

static gboolean
misplaced (LabSaip *saip, GError **error, const char *what)
{
  return lab_saip_fail (saip, error, LAB_PE_INVALID_REQUEST_FORMAT, KT_ERROR_MALFORMED,
                        "saip.order", "%s", what);
}

/* PEHeader: first in each element but the first. */
static gboolean
read_pe_header (LabSaip *saip, TlvReader *reader, gboolean *mandated, GError **error)
{
  TlvReader inner;
  Tlv header, tlv;
  gint64 id;

  if (!tlv_expect (reader, 0xA0, &header, error))
    return FALSE;
  tlv_reader_enter (&inner, &header);
  *mandated = tlv_next_is (&inner, 0x80, &tlv);
  if (*mandated && tlv.len != 0)
    return misplaced (saip, error, "a NULL with content");
  if (!tlv_expect (&inner, 0x81, &tlv, error) || !tlv_get_int (&tlv, &id, error))
    return FALSE;
  if (id < 0 || id > 0x7FFF)
    return misplaced (saip, error, "identification outside its range");
  saip->id = (int) id;
  return TRUE;
}

static gboolean
read_unknown (LabSaip *saip, const Tlv *pe, gboolean mandated, GError **error)
{
  if (mandated)
    return lab_saip_fail (saip, error, LAB_PE_NOT_SUPPORTED, KT_ERROR_UNSUPPORTED, "saip.element",
                          "mandatory profile element %X", pe->tag);
  return TRUE;
}

static gboolean
read_element (LabSaip *saip, const Tlv *pe, GError **error)
{
  TlvReader reader;
  gboolean mandated = FALSE;

  tlv_reader_enter (&reader, pe);
  if (!read_pe_header (saip, &reader, &mandated, error))
    return FALSE;
  if (lab_template_for_element (pe->tag) != NULL)
    return lab_saip_read_template (saip, pe, &reader, error);
  switch (pe->tag)
    {
    case PE_HEADER:
      return misplaced (saip, error, "a second header");
    case PE_GENERIC:
      return lab_saip_read_generic (saip, &reader, error);
    case PE_PINS:
      return lab_saip_read_pins (saip, &reader, error);
    case PE_PUKS:
      return lab_saip_read_puks (saip, &reader, error);
    case PE_AKA:
      return lab_saip_read_aka (saip, &reader, error);
    case PE_CDMA:
      return lab_saip_read_cdma (saip, &reader, error);
    case PE_SECURITY_DOMAIN:
      return lab_saip_read_security_domain (saip, &reader, error);
    case PE_RFM:
      return lab_saip_read_rfm (saip, &reader, error);
    case PE_APPLICATION:
      return lab_saip_read_application (saip, &reader, error);
    case PE_NON_STANDARD:
      return lab_saip_read_non_standard (saip, mandated, &reader, error);
    case PE_END:
      return tlv_expect_end (&reader, error);
    default:
      return read_unknown (saip, pe, mandated, error);
    }
}

static gboolean
read_package (LabSaip *saip, GError **error)
{
  GArray *elements = saip->package->elements;
  TlvReader reader;
  Tlv pe;

  tlv_reader_init_bytes (&reader, saip->package->upp);
  do
    {
      LabElement element;

      saip->id = -1;
      if (!tlv_read (&reader, &pe, error))
        return FALSE;
      if (elements->len == MAX_ELEMENTS)
        return misplaced (saip, error, "too many elements");
      if ((elements->len == 0) != (pe.tag == PE_HEADER))
        return misplaced (saip, error, "the header is not the first element");
      if (!(pe.tag == PE_HEADER ? lab_saip_read_header (saip, &pe, error)
                                : read_element (saip, &pe, error)))
        return FALSE;
      element = (LabElement) { pe.tag, saip->id };
      g_array_append_val (elements, element);
    }
  while (pe.tag != PE_END && !tlv_reader_at_end (&reader));
  if (pe.tag != PE_END || !tlv_reader_at_end (&reader))
    return misplaced (saip, error, "the end is not the last element");
  return TRUE;
}

static gboolean
check_package (LabSaip *saip, GError **error)
{
  g_autoptr (GError) local = NULL;

  saip->id = -1;
  if (saip->package->fs->mf == NULL)
    return lab_saip_fail (saip, error, LAB_PE_BAD_VALUES, KT_ERROR_MISSING, "saip.file",
                          "a package without an MF");
  if (!lab_fs_seal (saip->package->fs, NULL, &local))
    return lab_saip_fail (saip, error, LAB_PE_BAD_VALUES, KT_ERROR_MALFORMED, "saip.link", "%s",
                          local->message);
  return lab_saip_check_codes (saip, error);
}

/* Whatever the TLV reader refused has no status or key of its own. */
static void
finish_failure (const LabSaip *saip, LabSaipFailure *failure, GError *error)
{
  LabSaipFailure found = { saip->status, saip->id };
  KtErrorDetail *detail = kt_error_detail (error);

  if (found.pe_status == LAB_PE_OK)
    found.pe_status = LAB_PE_INVALID_REQUEST_FORMAT;
  detail->pe_status = found.pe_status;
  detail->pe_id = found.pe_id;
  if (detail->key == NULL)
    detail->key = "saip.structure";
  if (failure != NULL)
    *failure = found;
}

LabPackage *
lab_saip_parse (GBytes *upp, LabSaipFailure *failure, GError **error)
{
  g_autoptr (LabPackage) package = NULL;
  g_autoptr (GError) local = NULL;
  LabSaip saip = { .id = -1 };
  gboolean ok;

  g_return_val_if_fail (upp != NULL, NULL);

  if (failure != NULL)
    *failure = (LabSaipFailure) { LAB_PE_OK, -1 };
  saip.package = package = lab_package_new (upp);
  if (g_bytes_get_size (upp) > LAB_SAIP_MAX_SIZE)
    ok = lab_saip_fail (&saip, &local, LAB_PE_NOT_ENOUGH_MEMORY, KT_ERROR_LIMIT, "saip.memory",
                        "a package of %zu bytes", g_bytes_get_size (upp));
  else
    ok = read_package (&saip, &local) && check_package (&saip, &local);
  if (ok)
    return g_steal_pointer (&package);
  finish_failure (&saip, failure, local);
  g_propagate_error (error, g_steal_pointer (&local));
  return NULL;
}
