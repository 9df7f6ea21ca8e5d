/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-lab"

#include "lab-x509-write.h"

#include <gio/gio.h>
#include <string.h>

#include "lab-cipher.h"
#include "lab-x509-private.h"
#include "tlv.h"

enum
{
  PRINTABLE_STRING = 0x13,
  UTC_TIME = 0x17,
  GENERALIZED_TIME = 0x18,
};

static void
put_attribute (TlvWriter *writer, const char *oid, TlvTag alphabet, const char *text)
{
  if (text == NULL)
    return;
  tlv_begin (writer, TLV_SET);
  tlv_begin (writer, TLV_SEQUENCE);
  tlv_put_oid (writer, TLV_OID, oid);
  tlv_put_string (writer, alphabet, text);
  tlv_end (writer);
  tlv_end (writer);
}

static void
put_name (TlvWriter *writer, const char *organization, const char *serial_number,
          const char *common_name)
{
  tlv_begin (writer, TLV_SEQUENCE);
  put_attribute (writer, LAB_OID_ORGANIZATION, TLV_UTF8, organization);
  put_attribute (writer, LAB_OID_SERIAL_NUMBER, PRINTABLE_STRING, serial_number);
  put_attribute (writer, LAB_OID_COMMON_NAME, TLV_UTF8, common_name);
  tlv_end (writer);
}

static void
put_time (TlvWriter *writer, gint64 seconds)
{
  g_autoptr (GDateTime) time = g_date_time_new_from_unix_utc (seconds);
  /* RFC 5280 section 4.1.2.5: UTCTime through 2049 */
  gboolean generalized = g_date_time_get_year (time) >= 2050 || g_date_time_get_year (time) < 1950;
  g_autofree char *text = g_date_time_format (time, generalized ? "%Y%m%d%H%M%SZ"
                                                                : "%y%m%d%H%M%SZ");

  tlv_put_string (writer, generalized ? GENERALIZED_TIME : UTC_TIME, text);
}

static void
put_algorithm (TlvWriter *writer)
{
  tlv_begin (writer, TLV_SEQUENCE);
  tlv_put_oid (writer, TLV_OID, LAB_OID_ECDSA_SHA256);
  tlv_end (writer);
}

static void
put_bit_string (TlvWriter *writer, GBytes *bytes)
{
  g_autoptr (GByteArray) value = g_byte_array_new ();
  const guint8 unused = 0;

  g_byte_array_append (value, &unused, 1);
  g_byte_array_append (value, g_bytes_get_data (bytes, NULL), (guint) g_bytes_get_size (bytes));
  tlv_put (writer, TLV_BIT_STRING, value->data, value->len);
}

static void
put_public_key (TlvWriter *writer, GBytes *public_key)
{
  tlv_begin (writer, TLV_SEQUENCE);
  tlv_begin (writer, TLV_SEQUENCE);
  tlv_put_oid (writer, TLV_OID, LAB_OID_EC_PUBLIC_KEY);
  tlv_put_oid (writer, TLV_OID, LAB_OID_P256);
  tlv_end (writer);
  put_bit_string (writer, public_key);
  tlv_end (writer);
}

/* ---- extensions: each between begin_extension() and end_extension() ---- */

static void
begin_extension (TlvWriter *writer, const char *oid, gboolean critical)
{
  tlv_begin (writer, TLV_SEQUENCE);
  tlv_put_oid (writer, TLV_OID, oid);
  if (critical)
    tlv_put_bool (writer, TLV_BOOLEAN, TRUE);
  tlv_begin (writer, TLV_OCTET_STRING);
}

static void
end_extension (TlvWriter *writer)
{
  tlv_end (writer);
  tlv_end (writer);
}

static void
put_key_ids (TlvWriter *writer, GBytes *public_key, const guint8 *issuer_key_id)
{
  guint8 id[20];

  if (issuer_key_id != NULL)
    {
      begin_extension (writer, LAB_OID_AKI, FALSE);
      tlv_begin (writer, TLV_SEQUENCE);
      tlv_put (writer, 0x80, issuer_key_id, 20);
      tlv_end (writer);
      end_extension (writer);
    }
  lab_sha1 (g_bytes_get_data (public_key, NULL), g_bytes_get_size (public_key), id);
  begin_extension (writer, LAB_OID_SKI, FALSE);
  tlv_put (writer, TLV_OCTET_STRING, id, sizeof id);
  end_extension (writer);
}

static void
put_basic_constraints (TlvWriter *writer, const LabPkiLeafSpec *spec)
{
  if (!spec->ca && !spec->basic_constraints)
    return;
  begin_extension (writer, LAB_OID_BASIC_CONSTRAINTS, TRUE);
  tlv_begin (writer, TLV_SEQUENCE);
  if (spec->ca)
    tlv_put_bool (writer, TLV_BOOLEAN, TRUE);
  if (spec->ca && spec->path_len >= 0)
    tlv_put_int (writer, TLV_INTEGER, spec->path_len);
  tlv_end (writer);
  end_extension (writer);
}

static void
put_policy (TlvWriter *writer, const LabPkiLeafSpec *spec)
{
  const char *oid = spec->policy;
  gboolean tls = spec->role == LAB_ROLE_DP_TLS || spec->role == LAB_ROLE_DS_TLS;

  if (oid == NULL && spec->role != LAB_ROLE_NONE)
    oid = lab_role_oid (spec->role);
  if (oid == NULL)
    return;
  /* A TLS library that knows nothing of RSP would have to refuse a critical one. */
  begin_extension (writer, LAB_OID_POLICIES, !tls);
  tlv_begin (writer, TLV_SEQUENCE);
  tlv_begin (writer, TLV_SEQUENCE);
  tlv_put_oid (writer, TLV_OID, oid);
  tlv_end (writer);
  tlv_end (writer);
  end_extension (writer);
}

static void
put_key_purposes (TlvWriter *writer, LabEku eku)
{
  if (eku == LAB_EKU_NONE)
    return;
  begin_extension (writer, LAB_OID_KEY_PURPOSES, TRUE);
  tlv_begin (writer, TLV_SEQUENCE);
  if ((eku & LAB_EKU_SERVER) != 0)
    tlv_put_oid (writer, TLV_OID, LAB_OID_SERVER_AUTH);
  if ((eku & LAB_EKU_CLIENT) != 0)
    tlv_put_oid (writer, TLV_OID, LAB_OID_CLIENT_AUTH);
  tlv_end (writer);
  end_extension (writer);
}

static void
put_host (TlvWriter *writer, const char *host)
{
  g_autoptr (GInetAddress) address = g_inet_address_new_from_string (host);

  if (address == NULL)
    tlv_put_string (writer, 0x82, host);
  else
    tlv_put (writer, 0x87, g_inet_address_to_bytes (address),
             g_inet_address_get_native_size (address));
}

static void
put_alternative_names (TlvWriter *writer, const LabPkiLeafSpec *spec)
{
  if (spec->oid == NULL && (spec->hosts == NULL || spec->hosts[0] == NULL))
    return;
  begin_extension (writer, LAB_OID_ALTERNATIVE_NAME, FALSE);
  tlv_begin (writer, TLV_SEQUENCE);
  for (guint i = 0; spec->hosts != NULL && spec->hosts[i] != NULL; i++)
    put_host (writer, spec->hosts[i]);
  if (spec->oid != NULL)
    tlv_put_oid (writer, 0x88, spec->oid);
  tlv_end (writer);
  end_extension (writer);
}

static void
put_name_constraints (TlvWriter *writer, const LabPkiLeafSpec *spec)
{
  if (spec->permitted_organization == NULL && spec->permitted_serial == NULL)
    return;
  begin_extension (writer, LAB_OID_NAME_CONSTRAINTS, TRUE);
  tlv_begin (writer, TLV_SEQUENCE);
  tlv_begin (writer, 0xA0);
  tlv_begin (writer, TLV_SEQUENCE);
  tlv_begin (writer, 0xA4);
  put_name (writer, spec->permitted_organization, spec->permitted_serial, NULL);
  tlv_end (writer);
  tlv_end (writer);
  tlv_end (writer);
  tlv_end (writer);
  end_extension (writer);
}

static GBytes *
build_tbs (const LabPkiLeafSpec *spec, gint64 serial, GBytes *public_key, GBytes *issuer_name,
           const guint8 *issuer_key_id)
{
  g_autoptr (TlvWriter) writer = tlv_writer_new ();

  tlv_begin (writer, TLV_SEQUENCE);
  tlv_begin (writer, 0xA0);
  /* version 3 */
  tlv_put_int (writer, TLV_INTEGER, 2);
  tlv_end (writer);
  tlv_put_int (writer, TLV_INTEGER, serial);
  put_algorithm (writer);
  if (issuer_name != NULL)
    tlv_put_raw_bytes (writer, issuer_name);
  else
    put_name (writer, spec->organization, spec->serial_number, spec->common_name);
  tlv_begin (writer, TLV_SEQUENCE);
  put_time (writer, spec->not_before);
  put_time (writer, spec->not_after);
  tlv_end (writer);
  put_name (writer, spec->organization, spec->serial_number, spec->common_name);
  put_public_key (writer, public_key);
  tlv_begin (writer, 0xA3);
  tlv_begin (writer, TLV_SEQUENCE);
  put_key_ids (writer, public_key, issuer_key_id);
  begin_extension (writer, LAB_OID_KEY_USAGE, TRUE);
  tlv_put_bits (writer, TLV_BIT_STRING, spec->key_usage);
  end_extension (writer);
  put_policy (writer, spec);
  put_alternative_names (writer, spec);
  put_basic_constraints (writer, spec);
  put_key_purposes (writer, spec->eku);
  put_name_constraints (writer, spec);
  tlv_end (writer);
  tlv_end (writer);
  tlv_end (writer);
  return tlv_writer_finish (g_steal_pointer (&writer));
}

static void
put_unsigned (TlvWriter *writer, const guint8 number[32])
{
  guint8 value[33] = { 0 };
  const guint8 *p = value;
  gsize len = sizeof value;

  memcpy (value + 1, number, 32);
  while (len > 1 && p[0] == 0 && (p[1] & 0x80) == 0)
    {
      p++;
      len--;
    }
  tlv_put (writer, TLV_INTEGER, p, len);
}

static GBytes *
signature_to_der (GBytes *raw)
{
  g_autoptr (TlvWriter) writer = tlv_writer_new ();
  const guint8 *data = g_bytes_get_data (raw, NULL);

  tlv_begin (writer, TLV_SEQUENCE);
  put_unsigned (writer, data);
  put_unsigned (writer, data + 32);
  tlv_end (writer);
  return tlv_writer_finish (g_steal_pointer (&writer));
}

GBytes *
lab_x509_write (const LabPkiLeafSpec *spec, gint64 serial, GBytes *public_key,
                GBytes *issuer_name, const guint8 *issuer_key_id, LabKey *signer, GError **error)
{
  g_autoptr (TlvWriter) writer = NULL;
  g_autoptr (GBytes) tbs = NULL;
  g_autoptr (GBytes) raw = NULL;
  g_autoptr (GBytes) signature = NULL;

  g_assert (spec != NULL && signer != NULL);

  tbs = build_tbs (spec, serial, public_key, issuer_name, issuer_key_id);
  raw = lab_key_sign (signer, g_bytes_get_data (tbs, NULL), g_bytes_get_size (tbs), error);
  if (raw == NULL)
    return NULL;
  signature = signature_to_der (raw);
  writer = tlv_writer_new ();
  tlv_begin (writer, TLV_SEQUENCE);
  tlv_put_raw_bytes (writer, tbs);
  put_algorithm (writer);
  put_bit_string (writer, signature);
  tlv_end (writer);
  return tlv_writer_finish (g_steal_pointer (&writer));
}
