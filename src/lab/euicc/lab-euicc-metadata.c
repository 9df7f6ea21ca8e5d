/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-lab"

#include "lab-euicc-metadata.h"

#include <string.h>

#include "kt-error.h"

enum
{
  MAX_PROVIDER = 32,
  MAX_NAME = 64,
  MAX_ICON = 1024,
  /* An FQDN has at most 253 characters; a lab's has a port besides. */
  MAX_ADDRESS = 259,
  MAX_GID = 255,
};

static void
notify_address_free (LabNotifyAddress *address)
{
  g_free (address->address);
  g_free (address);
}

void
lab_owner_clear (LabOwner *owner)
{
  g_clear_pointer (&owner->gid1, g_bytes_unref);
  g_clear_pointer (&owner->gid2, g_bytes_unref);
}

void
lab_metadata_free (LabMetadata *metadata)
{
  if (metadata == NULL)
    return;
  g_bytes_unref (metadata->raw);
  g_free (metadata->provider);
  g_free (metadata->name);
  g_clear_pointer (&metadata->icon, g_bytes_unref);
  g_ptr_array_unref (metadata->addresses);
  g_clear_pointer (&metadata->notify_raw, g_bytes_unref);
  lab_owner_clear (&metadata->owner);
  g_clear_pointer (&metadata->owner_raw, g_bytes_unref);
  g_free (metadata);
}

/* ---- owner ---- */

/* TS 24.008 section 10.5.1.13: six nibbles; the third of the MNC is F for two digits. */
static gboolean
check_mcc_mnc (const guint8 *bytes, gboolean wildcards, GError **error)
{
  for (guint i = 0; i < 6; i++)
    {
      guint8 nibble = (guint8) (i % 2 == 0 ? bytes[i / 2] & 0x0F : bytes[i / 2] >> 4);

      if (nibble > 9 && !(nibble == 0xF && i == 3) && !(nibble == 0xE && wildcards))
        return kt_error_set (error, KT_ERROR_MALFORMED, NULL, "owner: MCC and MNC");
    }
  return TRUE;
}

static gboolean
read_gid (const Tlv *tlv, TlvTag tag, gboolean wildcards, GBytes **gid, GError **error)
{
  Tlv child;

  switch (tlv_find (tlv, tag, &child, error))
    {
    case TLV_MALFORMED:
      return FALSE;
    case TLV_FOUND:
      if (!tlv_check_len (&child, 0, MAX_GID, error))
        return FALSE;
      /* Of a profile's owner no bytes are the same as no element. */
      if (child.len > 0 || wildcards)
        *gid = tlv_dup_value (&child);
      return TRUE;
    case TLV_ABSENT:
    default:
      return TRUE;
    }
}

gboolean
lab_owner_parse (const Tlv *tlv, gboolean wildcards, LabOwner *owner, GError **error)
{
  Tlv child;

  *owner = (LabOwner){ { 0 } };
  if (!tlv_need (tlv, 0x80, &child, error) || !tlv_check_len (&child, 3, 3, error)
      || !check_mcc_mnc (child.value, wildcards, error))
    return FALSE;
  memcpy (owner->mcc_mnc, child.value, 3);
  if (read_gid (tlv, 0x81, wildcards, &owner->gid1, error)
      && read_gid (tlv, 0x82, wildcards, &owner->gid2, error))
    return TRUE;
  lab_owner_clear (owner);
  return FALSE;
}

/* ---- the parts of StoreMetadata ---- */

static gboolean
read_iccid (LabMetadata *metadata, const Tlv *tlv, GError **error)
{
  Tlv child;

  if (!tlv_need (tlv, 0x5A, &child, error) || !tlv_check_len (&child, 10, 10, error))
    return FALSE;
  memcpy (metadata->iccid, child.value, 10);
  return TRUE;
}

static char *
need_text (const Tlv *tlv, TlvTag tag, gsize max, GError **error)
{
  Tlv child;

  return tlv_need (tlv, tag, &child, error) ? tlv_dup_string (&child, max, error) : NULL;
}

/* The icon "SHALL only be present if iconType is present", and the other way round. */
static gboolean
read_icon (LabMetadata *metadata, const Tlv *tlv, GError **error)
{
  Tlv type;
  Tlv icon;
  TlvFound has_type = tlv_find (tlv, 0x93, &type, error);
  TlvFound has_icon = has_type != TLV_MALFORMED ? tlv_find (tlv, 0x94, &icon, error) : has_type;
  gint64 number;

  metadata->icon_type = -1;
  if (has_icon == TLV_MALFORMED)
    return FALSE;
  if (has_type != has_icon)
    return kt_error_set (error, KT_ERROR_MISSING, NULL, "icon and its type go together");
  if (has_type == TLV_ABSENT)
    return TRUE;
  if (!tlv_get_int (&type, &number, error) || !tlv_check_len (&icon, 0, MAX_ICON, error))
    return FALSE;
  if (number != 0 && number != 1)
    return kt_error_set (error, KT_ERROR_MALFORMED, NULL, "unknown type of icon");
  metadata->icon_type = (int) number;
  metadata->icon = tlv_dup_value (&icon);
  return TRUE;
}

static gboolean
read_class (LabMetadata *metadata, const Tlv *tlv, GError **error)
{
  Tlv child;
  gint64 number = LAB_CLASS_OPERATIONAL;

  switch (tlv_find (tlv, 0x95, &child, error))
    {
    case TLV_MALFORMED:
      return FALSE;
    case TLV_FOUND:
      if (!tlv_get_int (&child, &number, error))
        return FALSE;
      break;
    case TLV_ABSENT:
      break;
    }
  if (number < LAB_CLASS_TEST || number > LAB_CLASS_OPERATIONAL)
    return kt_error_set (error, KT_ERROR_UNSUPPORTED, NULL, "unknown profile class");
  metadata->class = (LabProfileClass) number;
  return TRUE;
}

static gboolean
read_address (LabMetadata *metadata, const Tlv *entry, GError **error)
{
  Tlv events;
  Tlv address;
  LabNotifyAddress *item;
  guint32 bits;
  char *text;

  if (entry->tag != TLV_SEQUENCE)
    return kt_error_set (error, KT_ERROR_MALFORMED, NULL, "notification configuration");
  if (!tlv_need (entry, 0x80, &events, error) || !tlv_get_bits (&events, &bits, error)
      || !tlv_need (entry, 0x81, &address, error)
      || !tlv_check_len (&address, 1, MAX_ADDRESS, error))
    return FALSE;
  text = tlv_dup_string (&address, MAX_ADDRESS, error);
  if (text == NULL)
    return FALSE;
  item = g_new0 (LabNotifyAddress, 1);
  item->events = bits;
  item->address = text;
  g_ptr_array_add (metadata->addresses, item);
  return TRUE;
}

static gboolean
read_addresses (LabMetadata *metadata, const Tlv *tlv, GError **error)
{
  Tlv list;
  Tlv entry;
  TlvReader reader;
  TlvFound found = tlv_find (tlv, 0xB6, &list, error);

  if (found != TLV_FOUND)
    return found == TLV_ABSENT;
  metadata->notify_raw = tlv_dup_raw (&list);
  tlv_reader_enter (&reader, &list);
  while (!tlv_reader_at_end (&reader))
    if (!tlv_read (&reader, &entry, error) || !read_address (metadata, &entry, error))
      return FALSE;
  return TRUE;
}

static gboolean
read_owner (LabMetadata *metadata, const Tlv *tlv, GError **error)
{
  Tlv child;
  TlvFound found = tlv_find (tlv, 0xB7, &child, error);

  if (found != TLV_FOUND)
    return found == TLV_ABSENT;
  metadata->has_owner = TRUE;
  metadata->owner_raw = tlv_dup_raw (&child);
  return lab_owner_parse (&child, FALSE, &metadata->owner, error);
}

static gboolean
read_rules (LabMetadata *metadata, const Tlv *tlv, GError **error)
{
  Tlv child;
  guint32 bits;
  TlvFound found = tlv_find (tlv, 0x99, &child, error);

  if (found != TLV_FOUND)
    return found == TLV_ABSENT;
  if (!tlv_get_bits (&child, &bits, error))
    return FALSE;
  metadata->pprs = bits;
  return TRUE;
}

static gboolean
read_all (LabMetadata *metadata, const Tlv *tlv, GError **error)
{
  if (!read_iccid (metadata, tlv, error))
    return FALSE;
  metadata->provider = need_text (tlv, 0x91, MAX_PROVIDER, error);
  if (metadata->provider == NULL)
    return FALSE;
  metadata->name = need_text (tlv, 0x92, MAX_NAME, error);
  return metadata->name != NULL && read_icon (metadata, tlv, error)
         && read_class (metadata, tlv, error) && read_addresses (metadata, tlv, error)
         && read_owner (metadata, tlv, error) && read_rules (metadata, tlv, error);
}

static gboolean
is_well_formed (const Tlv *tlv, GError **error)
{
  TlvReader reader;
  Tlv child;

  tlv_reader_enter (&reader, tlv);
  while (!tlv_reader_at_end (&reader))
    if (!tlv_read (&reader, &child, error))
      return FALSE;
  return TRUE;
}

LabMetadata *
lab_metadata_parse (GBytes *raw, GError **error)
{
  g_autoptr (LabMetadata) metadata = NULL;
  Tlv tlv;

  if (!tlv_parse_bytes (raw, 0xBF25, &tlv, error) || !is_well_formed (&tlv, error))
    return NULL;
  metadata = g_new0 (LabMetadata, 1);
  metadata->raw = g_bytes_ref (raw);
  metadata->addresses = g_ptr_array_new_with_free_func ((GDestroyNotify) notify_address_free);
  return read_all (metadata, &tlv, error) ? g_steal_pointer (&metadata) : NULL;
}
