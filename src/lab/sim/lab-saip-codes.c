/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-lab"

#include <string.h>

#include "lab-saip-private.h"

#define MAX_PINS 26
#define MAX_PUKS 16
/* Defaults of the ASN.1 module. */
#define DEFAULT_PIN_ATTRIBUTES 7
#define DEFAULT_PIN_TRIES 0x33
#define DEFAULT_PUK_TRIES 0xAA

static gboolean
bad_code (LabSaip *saip, GError **error, const char *what)
{
  return lab_saip_fail (saip, error, LAB_PE_BAD_VALUES, KT_ERROR_MALFORMED, "saip.codes", "%s",
                        what);
}

/* PUKKeyReferenceValue: 1 to 8 and 129 to 136. */
static gboolean
is_puk_reference (gint64 ref)
{
  return (ref >= 1 && ref <= 8) || (ref >= 0x81 && ref <= 0x88);
}

/* PINKeyReferenceValue: those, and the administrative 10 to 14 and 138 to 142. */
static gboolean
is_pin_reference (gint64 ref)
{
  return is_puk_reference (ref) || (ref >= 0x0A && ref <= 0x0E) || (ref >= 0x8A && ref <= 0x8E);
}

static gboolean
read_uint8 (LabSaip *saip, TlvReader *reader, TlvTag tag, guint8 missing, guint8 *out,
            GError **error)
{
  gint64 value = missing;
  Tlv tlv;

  if (tlv_next_is (reader, tag, &tlv) && !tlv_get_int (&tlv, &value, error))
    return FALSE;
  if (value < 0 || value > 0xFF)
    return bad_code (saip, error, "a number outside 0 to 255");
  *out = (guint8) value;
  return TRUE;
}

static gboolean
read_tries (LabSaip *saip, TlvReader *reader, TlvTag tag, guint8 missing, guint8 *max,
            guint8 *left, GError **error)
{
  guint8 tries = 0;

  if (!read_uint8 (saip, reader, tag, missing, &tries, error))
    return FALSE;
  *max = tries >> 4;
  *left = tries & 0x0F;
  if (*max == 0 || *left > *max)
    return bad_code (saip, error, "retry counter");
  return TRUE;
}

/* 8 bytes: digits and trailing FF of a PIN, any bytes of a PUK or administrative code. */
static gboolean
read_value (LabSaip *saip, TlvReader *reader, guint8 value[LAB_PIN_BYTES], GError **error)
{
  Tlv tlv;

  if (!tlv_expect (reader, 0x81, &tlv, error))
    return FALSE;
  if (tlv.len != LAB_PIN_BYTES)
    return bad_code (saip, error, "a code of other than 8 bytes");
  memcpy (value, tlv.value, LAB_PIN_BYTES);
  return TRUE;
}

static gboolean
read_pin (LabSaip *saip, const Tlv *tlv, LabPin *pin, GError **error)
{
  TlvReader reader;
  gint64 ref = 0, puk = 0;
  Tlv item;

  tlv_reader_enter (&reader, tlv);
  if (!tlv_expect (&reader, 0x80, &item, error) || !tlv_get_int (&item, &ref, error)
      || !read_value (saip, &reader, pin->value, error))
    return FALSE;
  if (tlv_next_is (&reader, 0x82, &item)
      && (!tlv_get_int (&item, &puk, error)
          || (!is_puk_reference (puk) && !bad_code (saip, error, "PUK reference"))))
    return FALSE;
  if (!is_pin_reference (ref))
    return bad_code (saip, error, "PIN reference");
  pin->ref = (guint8) ref;
  pin->puk = (guint8) puk;
  pin->scope = saip->pin_context;
  return read_uint8 (saip, &reader, 0x83, DEFAULT_PIN_ATTRIBUTES, &pin->attributes, error)
         && read_tries (saip, &reader, 0x84, DEFAULT_PIN_TRIES, &pin->max, &pin->left, error);
}

static gboolean
add_pin (LabSaip *saip, const LabPin *pin, GError **error)
{
  gboolean local = (pin->ref & 0x80) != 0;
  GArray *pins = saip->package->pins;

  /* In the MF's context only global references are defined, elsewhere only local ones. */
  if (local == (saip->pin_context->type == LAB_FILE_MF))
    return bad_code (saip, error, "a PIN in the wrong context");
  for (guint i = 0; i < pins->len; i++)
    if (g_array_index (pins, LabPin, i).ref == pin->ref
        && g_array_index (pins, LabPin, i).scope == pin->scope)
      return bad_code (saip, error, "a PIN twice");
  g_array_append_vals (pins, pin, 1);
  return TRUE;
}

static gboolean
share_pins (LabSaip *saip, const Tlv *path, GError **error)
{
  LabFile *scope = lab_fs_find_temporary (saip->package->fs, path->value, path->len);

  if (scope == NULL || !lab_file_is_directory (scope) || scope == saip->pin_context)
    return bad_code (saip, error, "PINs shared with no directory");
  saip->pin_context->pin_scope = scope->pin_scope != NULL ? scope->pin_scope : scope;
  return TRUE;
}

gboolean
lab_saip_read_pins (LabSaip *saip, TlvReader *reader, GError **error)
{
  TlvReader choice, list;
  Tlv outer, inner, item;

  if (saip->pin_context == NULL)
    return bad_code (saip, error, "PINs without a directory");
  /* A CHOICE is tagged explicitly even under AUTOMATIC TAGS (X.680, 31.2.7). */
  if (!tlv_expect (reader, 0xA1, &outer, error) || !tlv_expect_end (reader, error))
    return FALSE;
  tlv_reader_enter (&choice, &outer);
  if (!tlv_read (&choice, &inner, error) || !tlv_expect_end (&choice, error))
    return FALSE;
  if (inner.tag == 0x81)
    return share_pins (saip, &inner, error);
  if (inner.tag != 0xA0)
    return bad_code (saip, error, "neither PINs nor a path");
  tlv_reader_enter (&list, &inner);
  for (guint n = 0; n == 0 || !tlv_reader_at_end (&list); n++)
    {
      LabPin pin = { 0 };

      if (n == MAX_PINS)
        return bad_code (saip, error, "too many PINs");
      if (!tlv_expect (&list, TLV_SEQUENCE, &item, error) || !read_pin (saip, &item, &pin, error)
          || !add_pin (saip, &pin, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
read_puk (LabSaip *saip, const Tlv *tlv, LabPuk *puk, GError **error)
{
  TlvReader reader;
  gint64 ref = 0;
  Tlv item;

  tlv_reader_enter (&reader, tlv);
  if (!tlv_expect (&reader, 0x80, &item, error) || !tlv_get_int (&item, &ref, error)
      || !read_value (saip, &reader, puk->value, error)
      || !read_tries (saip, &reader, 0x82, DEFAULT_PUK_TRIES, &puk->max, &puk->left, error))
    return FALSE;
  if (!is_puk_reference (ref))
    return bad_code (saip, error, "PUK reference");
  puk->ref = (guint8) ref;
  if (lab_package_find_puk (saip->package, puk->ref, NULL) != NULL)
    return bad_code (saip, error, "a PUK twice");
  return TRUE;
}

gboolean
lab_saip_read_puks (LabSaip *saip, TlvReader *reader, GError **error)
{
  TlvReader list;
  Tlv outer, item;

  if (saip->package->puks->len > 0)
    return bad_code (saip, error, "PUKs twice");
  if (!tlv_expect (reader, 0xA1, &outer, error) || !tlv_expect_end (reader, error))
    return FALSE;
  tlv_reader_enter (&list, &outer);
  for (guint n = 0; n == 0 || !tlv_reader_at_end (&list); n++)
    {
      LabPuk puk = { 0 };

      if (n == MAX_PUKS)
        return bad_code (saip, error, "too many PUKs");
      if (!tlv_expect (&list, TLV_SEQUENCE, &item, error) || !read_puk (saip, &item, &puk, error))
        return FALSE;
      g_array_append_val (saip->package->puks, puk);
    }
  return TRUE;
}

gboolean
lab_saip_check_codes (LabSaip *saip, GError **error)
{
  LabPackage *package = saip->package;

  for (guint i = 0; i < package->pins->len; i++)
    {
      guint8 puk = g_array_index (package->pins, LabPin, i).puk;

      if (puk != 0 && lab_package_find_puk (package, puk, NULL) == NULL)
        return bad_code (saip, error, "a PIN whose PUK is missing");
    }
  for (guint i = 0; i < package->fs->files->len; i++)
    {
      LabFile *file = g_ptr_array_index (package->fs->files, i);
      gsize len = 0;
      const guint8 *refs = file->pins != NULL ? g_bytes_get_data (file->pins, &len) : NULL;

      for (gsize n = 0; n < len; n++)
        if (lab_package_find_pin (package, file, refs[n], NULL) == NULL)
          return lab_saip_fail (saip, error, LAB_PE_PIN_CODE_MISSING, KT_ERROR_MISSING,
                                "saip.codes", "directory %04X names PIN %02X, which is missing",
                                file->fid, refs[n]);
    }
  return TRUE;
}
