/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-rsp"

#include "rsp-es10.h"

#include <string.h>

#include "kt-eid.h"
#include "kt-error.h"
#include "rsp-codes.h"

#define MAX_PROFILES 256

GBytes *
rsp_empty_request (RspTag function)
{
  TlvWriter *writer = tlv_writer_new ();

  tlv_put (writer, function, NULL, 0);
  return tlv_writer_finish (writer);
}

GBytes *
rsp_get_eid_request (void)
{
  static const guint8 tags[] = { RSP_TAG_ICCID };
  TlvWriter *writer = tlv_writer_new ();

  tlv_begin (writer, RSP_TAG_EUICC_DATA);
  tlv_put (writer, RSP_TAG_TAG_LIST, tags, sizeof tags);
  tlv_end (writer);
  return tlv_writer_finish (writer);
}

char *
rsp_get_eid_parse (GBytes *bytes, GError **error)
{
  Tlv tlv;
  Tlv eid;

  if (!tlv_parse_bytes (bytes, RSP_TAG_EUICC_DATA, &tlv, error)
      || !tlv_need (&tlv, RSP_TAG_ICCID, &eid, error))
    return NULL;
  return kt_eid_from_bytes (eid.value, eid.len, error);
}

GBytes *
rsp_profiles_request (void)
{
  /* Without a list, chips leave members out: icon, PPRs, owner and addresses among them. */
  static const guint8 tags[] = { 0x5A, 0x4F, 0x9F, 0x70, 0x90, 0x91, 0x92, 0x93,
                                 0x94, 0x95, 0xB6, 0xB7, 0xB8, 0x99 };
  TlvWriter *writer = tlv_writer_new ();

  tlv_begin (writer, RSP_TAG_PROFILES_INFO);
  tlv_put (writer, RSP_TAG_TAG_LIST, tags, sizeof tags);
  tlv_end (writer);
  return tlv_writer_finish (writer);
}

static gboolean
result_of (const Tlv *tlv, RspTag function, GError **error)
{
  int number;

  return rsp_result_number (tlv, &number, error) && rsp_result_check (function, number, error);
}

GPtrArray *
rsp_profiles_parse (GBytes *bytes, GError **error)
{
  g_autoptr (GPtrArray) profiles
      = g_ptr_array_new_with_free_func ((GDestroyNotify) rsp_profile_unref);
  TlvReader reader;
  Tlv tlv;
  Tlv list;

  if (!tlv_parse_bytes (bytes, RSP_TAG_PROFILES_INFO, &tlv, error))
    return NULL;
  tlv_reader_enter (&reader, &tlv);
  if (!tlv_read (&reader, &list, error))
    return NULL;
  if (list.tag == 0x81)
    {
      /* An "ok" in the place of an error leaves nothing to list. */
      return result_of (&list, RSP_TAG_PROFILES_INFO, error) ? g_steal_pointer (&profiles) : NULL;
    }
  if (list.tag != 0xA0)
    {
      kt_error_set (error, KT_ERROR_MALFORMED, NULL, "profile list of an unknown kind");
      return NULL;
    }
  tlv_reader_enter (&reader, &list);
  while (!tlv_reader_at_end (&reader))
    {
      RspProfile *profile;
      Tlv entry;

      if (!tlv_expect (&reader, RSP_TAG_PROFILE_INFO, &entry, error))
        return NULL;
      profile = rsp_profile_parse (&entry, error);
      if (profile == NULL)
        return NULL;
      g_ptr_array_add (profiles, profile);
      if (profiles->len > MAX_PROFILES)
        {
          kt_error_set (error, KT_ERROR_LIMIT, NULL, "too many profiles");
          return NULL;
        }
    }
  return g_steal_pointer (&profiles);
}

static void
put_profile_id (TlvWriter *writer, RspProfileRef by, GBytes *id)
{
  tlv_put_bytes (writer, by == RSP_BY_ICCID ? RSP_TAG_ICCID : RSP_TAG_AID, id);
}

GBytes *
rsp_switch_request (RspTag function, RspProfileRef by, GBytes *id, gboolean refresh)
{
  TlvWriter *writer = tlv_writer_new ();

  tlv_begin (writer, function);
  tlv_begin (writer, 0xA0);
  put_profile_id (writer, by, id);
  tlv_end (writer);
  tlv_put_bool (writer, 0x81, refresh);
  tlv_end (writer);
  return tlv_writer_finish (writer);
}

GBytes *
rsp_delete_request (RspProfileRef by, GBytes *id)
{
  TlvWriter *writer = tlv_writer_new ();

  /* DeleteProfileRequest is itself the CHOICE: no A0 around the identifier. */
  tlv_begin (writer, RSP_TAG_DELETE_PROFILE);
  put_profile_id (writer, by, id);
  tlv_end (writer);
  return tlv_writer_finish (writer);
}

GBytes *
rsp_memory_reset_request (RspResetOptions options)
{
  TlvWriter *writer = tlv_writer_new ();

  tlv_begin (writer, RSP_TAG_MEMORY_RESET);
  tlv_put_bits (writer, 0x82, options);
  tlv_end (writer);
  return tlv_writer_finish (writer);
}

GBytes *
rsp_nickname_request (GBytes *iccid, const char *nickname, GError **error)
{
  TlvWriter *writer;
  gsize len = strlen (nickname);

  if (!g_utf8_validate (nickname, (gssize) len, NULL))
    {
      kt_error_set (error, KT_ERROR_INVALID_INPUT, "input.nickname", "the name is not UTF-8");
      return NULL;
    }
  if (len > RSP_NICKNAME_MAX)
    {
      kt_error_set (error, KT_ERROR_INVALID_INPUT, "input.nickname",
                    "a name has at most %d bytes of UTF-8, this one has %zu", RSP_NICKNAME_MAX, len);
      return NULL;
    }
  writer = tlv_writer_new ();
  tlv_begin (writer, RSP_TAG_SET_NICKNAME);
  tlv_put_bytes (writer, RSP_TAG_ICCID, iccid);
  tlv_put_string (writer, RSP_TAG_NICKNAME, nickname);
  tlv_end (writer);
  return tlv_writer_finish (writer);
}

GBytes *
rsp_default_dp_request (const char *address)
{
  TlvWriter *writer = tlv_writer_new ();

  tlv_begin (writer, RSP_TAG_SET_DEFAULT_DP);
  tlv_put_string (writer, 0x80, address);
  tlv_end (writer);
  return tlv_writer_finish (writer);
}

GBytes *
rsp_load_crl_request (GBytes *crl)
{
  TlvWriter *writer = tlv_writer_new ();

  /* AUTOMATIC TAGS: CertificateList is a SEQUENCE, so its 30 becomes A0. */
  tlv_begin (writer, RSP_TAG_LOAD_CRL);
  {
    Tlv list;

    if (tlv_parse_bytes (crl, TLV_SEQUENCE, &list, NULL))
      tlv_put (writer, 0xA0, list.value, list.len);
  }
  tlv_end (writer);
  return tlv_writer_finish (writer);
}

gboolean
rsp_load_crl_parse (GBytes *bytes, GError **error)
{
  TlvReader reader;
  Tlv tlv;
  Tlv outcome;

  if (!tlv_parse_bytes (bytes, RSP_TAG_LOAD_CRL, &tlv, error))
    return FALSE;
  tlv_reader_enter (&reader, &tlv);
  if (!tlv_read (&reader, &outcome, error))
    return FALSE;
  if (outcome.tag == 0xA0)
    return TRUE;
  if (outcome.tag != 0x81)
    return kt_error_set (error, KT_ERROR_MALFORMED, NULL, "answer to LoadCRL of an unknown kind");
  return result_of (&outcome, RSP_TAG_LOAD_CRL, error);
}

gboolean
rsp_result_parse (GBytes *bytes, RspTag function, GError **error)
{
  Tlv tlv;
  Tlv code;

  return tlv_parse_bytes (bytes, function, &tlv, error) && tlv_need (&tlv, 0x80, &code, error)
         && result_of (&code, function, error);
}
