/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-lab"

#include "lab-x509-private.h"

#include "kt-error.h"

typedef gboolean (*ExtensionReader) (LabCert *cert, const Tlv *value, GError **error);

static gboolean
read_ski (LabCert *cert, const Tlv *value, GError **error)
{
  Tlv id;

  if (!tlv_parse (value->value, value->len, TLV_OCTET_STRING, &id, error))
    return FALSE;
  cert->ski = tlv_dup_value (&id);
  return TRUE;
}

static gboolean
read_aki (LabCert *cert, const Tlv *value, GError **error)
{
  Tlv all, id;
  TlvFound found;

  if (!tlv_parse (value->value, value->len, TLV_SEQUENCE, &all, error))
    return FALSE;
  found = tlv_find (&all, 0x80, &id, error);
  if (found == TLV_FOUND)
    cert->aki = tlv_dup_value (&id);
  return found != TLV_MALFORMED;
}

static gboolean
read_key_usage (LabCert *cert, const Tlv *value, GError **error)
{
  Tlv bits;

  return tlv_parse (value->value, value->len, TLV_BIT_STRING, &bits, error)
         && tlv_get_bits (&bits, &cert->key_usage, error);
}

static gboolean
read_basic_constraints (LabCert *cert, const Tlv *value, GError **error)
{
  TlvReader reader;
  Tlv all, member;
  gint64 path_len;

  if (!tlv_parse (value->value, value->len, TLV_SEQUENCE, &all, error))
    return FALSE;
  cert->has_basic_constraints = TRUE;
  tlv_reader_enter (&reader, &all);
  if (tlv_next_is (&reader, TLV_BOOLEAN, &member) && !tlv_get_bool (&member, &cert->is_ca, error))
    return FALSE;
  if (tlv_next_is (&reader, TLV_INTEGER, &member))
    {
      if (!tlv_get_int (&member, &path_len, error))
        return FALSE;
      if (path_len < 0 || path_len > 255)
        return lab_x509_unusual (error, "a path length out of range");
      cert->path_len = (int) path_len;
    }
  return tlv_expect_end (&reader, error);
}

static gboolean
read_policies (LabCert *cert, const Tlv *value, GError **error)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  TlvReader reader;
  Tlv all;

  if (!tlv_parse (value->value, value->len, TLV_SEQUENCE, &all, error))
    return FALSE;
  tlv_reader_enter (&reader, &all);
  while (!tlv_reader_at_end (&reader))
    {
      g_autofree char *text = NULL;
      TlvReader members;
      Tlv policy, oid;

      if (!tlv_expect (&reader, TLV_SEQUENCE, &policy, error))
        return FALSE;
      tlv_reader_enter (&members, &policy);
      if (!tlv_expect (&members, TLV_OID, &oid, error)
          || (text = tlv_dup_oid (&oid, error)) == NULL)
        return FALSE;
      g_strv_builder_add (builder, text);
    }
  g_strfreev (cert->policies);
  cert->policies = g_strv_builder_end (builder);
  return TRUE;
}

static gboolean
read_key_purposes (LabCert *cert, const Tlv *value, GError **error)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  TlvReader reader;
  Tlv all;

  if (!tlv_parse (value->value, value->len, TLV_SEQUENCE, &all, error))
    return FALSE;
  tlv_reader_enter (&reader, &all);
  while (!tlv_reader_at_end (&reader))
    {
      g_autofree char *text = NULL;
      Tlv oid;

      if (!tlv_expect (&reader, TLV_OID, &oid, error)
          || (text = tlv_dup_oid (&oid, error)) == NULL)
        return FALSE;
      g_strv_builder_add (builder, text);
    }
  g_strfreev (cert->key_purposes);
  cert->key_purposes = g_strv_builder_end (builder);
  return TRUE;
}

static gboolean
read_alternative_names (LabCert *cert, const Tlv *value, GError **error)
{
  g_autoptr (GStrvBuilder) dns = g_strv_builder_new ();
  g_autoptr (GStrvBuilder) ids = g_strv_builder_new ();
  TlvReader reader;
  Tlv all;

  if (!tlv_parse (value->value, value->len, TLV_SEQUENCE, &all, error))
    return FALSE;
  tlv_reader_enter (&reader, &all);
  while (!tlv_reader_at_end (&reader))
    {
      g_autofree char *text = NULL;
      Tlv name;

      if (!tlv_read (&reader, &name, error))
        return FALSE;
      if (name.tag != 0x82 && name.tag != 0x88)
        continue;
      text = name.tag == 0x82 ? tlv_dup_string (&name, LAB_X509_MAX_NAME, error)
                              : tlv_dup_oid (&name, error);
      if (text == NULL)
        return FALSE;
      g_strv_builder_add (name.tag == 0x82 ? dns : ids, text);
    }
  g_strfreev (cert->dns_names);
  g_strfreev (cert->registered_ids);
  cert->dns_names = g_strv_builder_end (dns);
  cert->registered_ids = g_strv_builder_end (ids);
  return TRUE;
}

/* permittedSubtrees with one directoryName of O and serialNumber is what SGP.22 section 4.5.2.1.0.2
 * defines; whatever else stands there is kept as "not understood" and refused by the judgement. */
static gboolean
read_name_constraints (LabCert *cert, const Tlv *value, GError **error)
{
  TlvReader reader;
  Tlv all, permitted, subtree, choice, name;

  if (!tlv_parse (value->value, value->len, TLV_SEQUENCE, &all, error))
    return FALSE;
  cert->has_name_constraints = TRUE;
  tlv_reader_enter (&reader, &all);
  if (!tlv_next_is (&reader, 0xA0, &permitted) || !tlv_reader_at_end (&reader))
    return TRUE;
  tlv_reader_enter (&reader, &permitted);
  if (!tlv_expect (&reader, TLV_SEQUENCE, &subtree, error))
    return FALSE;
  if (!tlv_reader_at_end (&reader))
    return TRUE;
  tlv_reader_enter (&reader, &subtree);
  if (!tlv_read (&reader, &choice, error))
    return FALSE;
  if (choice.tag != 0xA4)
    return TRUE;
  return tlv_parse (choice.value, choice.len, TLV_SEQUENCE, &name, error)
         && lab_x509_read_name (&name, &cert->permitted_organization, &cert->permitted_serial,
                                error);
}

static const struct
{
  const char *oid;
  ExtensionReader reader;
} extension_readers[] = {
  { LAB_OID_SKI, read_ski },
  { LAB_OID_AKI, read_aki },
  { LAB_OID_KEY_USAGE, read_key_usage },
  { LAB_OID_BASIC_CONSTRAINTS, read_basic_constraints },
  { LAB_OID_POLICIES, read_policies },
  { LAB_OID_ALTERNATIVE_NAME, read_alternative_names },
  { LAB_OID_NAME_CONSTRAINTS, read_name_constraints },
  { LAB_OID_KEY_PURPOSES, read_key_purposes },
};

static gboolean
read_extension (LabCert *cert, const Tlv *extension, guint *seen, GError **error)
{
  TlvReader reader;
  Tlv oid, member, value;
  gboolean critical = FALSE;

  tlv_reader_enter (&reader, extension);
  if (!tlv_expect (&reader, TLV_OID, &oid, error))
    return FALSE;
  if (tlv_next_is (&reader, TLV_BOOLEAN, &member) && !tlv_get_bool (&member, &critical, error))
    return FALSE;
  if (!tlv_expect (&reader, TLV_OCTET_STRING, &value, error) || !tlv_expect_end (&reader, error))
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (extension_readers); i++)
    if (lab_x509_oid_is (&oid, extension_readers[i].oid))
      {
        if ((*seen & 1u << i) != 0)
          return lab_x509_unusual (error, "the same extension twice");
        *seen |= 1u << i;
        return extension_readers[i].reader (cert, &value, error);
      }
  cert->unknown_critical |= critical;
  return TRUE;
}

gboolean
lab_x509_read_extensions (LabCert *cert, TlvReader *fields, GError **error)
{
  TlvReader reader;
  Tlv skipped, wrapper, all, extension;
  guint seen = 0;

  /* unique identifiers of version 2 */
  if (tlv_next_is (fields, 0x81, &skipped) || tlv_next_is (fields, 0x82, &skipped))
    return lab_x509_unusual (error, "unique identifiers");
  if (!tlv_next_is (fields, 0xA3, &wrapper))
    return tlv_expect_end (fields, error);
  if (!tlv_parse (wrapper.value, wrapper.len, TLV_SEQUENCE, &all, error))
    return FALSE;
  tlv_reader_enter (&reader, &all);
  while (!tlv_reader_at_end (&reader))
    if (!tlv_expect (&reader, TLV_SEQUENCE, &extension, error)
        || !read_extension (cert, &extension, &seen, error))
      return FALSE;
  return tlv_expect_end (fields, error);
}
