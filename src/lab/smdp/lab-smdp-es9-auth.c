/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-lab"

/* ES9+.InitiateAuthentication: SGP.22 sections 5.6.1 and 3.1.2. */

#include "lab-smdp-private.h"

#include <string.h>

#include "kt-bytes.h"
#include "lab-refusal.h"
#include "lab-smdp-tamper.h"
#include "rsp-tags.h"

enum
{
  INFO_SVN = 0x82,
  INFO_VERIFICATION_KEYS = 0xA9,
  INFO_SIGNING_KEYS = 0xAA,
};

#define SVN_MAJOR 2

/* The host with the port that was asked for, if one was: the LPA compares the signed address with
 * the one it used. NULL if another server is meant. */
static char *
own_address (LabSmdp *self, const char *asked)
{
  g_autofree char *lower = g_ascii_strdown (asked, -1);
  const char *rest;

  if (!g_str_has_prefix (lower, self->host))
    return NULL;
  rest = lower + strlen (self->host);
  if (*rest == '\0')
    return g_steal_pointer (&lower);
  if (*rest != ':' || rest[1] == '\0' || strlen (rest + 1) > 5
      || strspn (rest + 1, "0123456789") != strlen (rest + 1))
    return NULL;
  return g_steal_pointer (&lower);
}

static gboolean
lists_our_ci (LabSmdp *self, const Tlv *info, TlvTag list_tag, gboolean *listed, GError **error)
{
  TlvReader reader;
  Tlv list, id;
  guint8 own[20];

  *listed = FALSE;
  if (!tlv_need (info, list_tag, &list, NULL))
    return lab_tlv_invalid (error, "euiccInfo1");
  lab_pki_get_ci_pkid (self->pki, own);
  tlv_reader_enter (&reader, &list);
  while (!tlv_reader_at_end (&reader))
    {
      if (!tlv_expect (&reader, TLV_OCTET_STRING, &id, NULL))
        return lab_tlv_invalid (error, "euiccInfo1");
      if (id.len == sizeof own && memcmp (id.value, own, sizeof own) == 0)
        *listed = TRUE;
    }
  return TRUE;
}

static gboolean
check_info1 (LabSmdp *self, GBytes *bytes, GError **error)
{
  Tlv info, svn;
  gboolean verifies, signs;

  if (!tlv_parse_bytes (bytes, RSP_TAG_EUICC_INFO1, &info, NULL)
      || !tlv_need (&info, INFO_SVN, &svn, NULL) || svn.len != 3)
    return lab_tlv_invalid (error, "euiccInfo1");
  if (svn.value[0] != SVN_MAJOR)
    return lab_refuse (error, "8.8.3", "3.1", "this server speaks SGP.22 version 2, not %u",
                       svn.value[0]);
  if (!lists_our_ci (self, &info, INFO_VERIFICATION_KEYS, &verifies, error)
      || !lists_our_ci (self, &info, INFO_SIGNING_KEYS, &signs, error))
    return FALSE;
  if (!signs)
    return lab_refuse (error, "8.8.2", "3.1",
                       "none of the eUICC's certificate issuers is known here");
  if (!verifies)
    return lab_refuse (error, "8.8.4", "3.7",
                       "this server has no certificate that the eUICC could verify");
  return TRUE;
}

static GBytes *
build_signed1 (LabSmdp *self, LabSession *session, const char *address)
{
  TlvWriter *writer = tlv_writer_new ();
  g_autoptr (GBytes) id = lab_tamper_transaction (self, LAB_SMDP_TAMPER_SIGNED1_TRANSACTION,
                                                  session->transaction_id);
  guint8 challenge[LAB_CHALLENGE_BYTES];

  memcpy (challenge, session->euicc_challenge, sizeof challenge);
  if (lab_smdp_tampers (self, LAB_SMDP_TAMPER_CHALLENGE))
    challenge[0] ^= 0x01;
  if (lab_smdp_tampers (self, LAB_SMDP_TAMPER_ADDRESS))
    address = "elsewhere.example.com";
  tlv_begin (writer, TLV_SEQUENCE);
  tlv_put_bytes (writer, 0x80, id);
  tlv_put (writer, 0x81, challenge, sizeof challenge);
  tlv_put_string (writer, 0x83, address);
  tlv_put (writer, 0x84, session->server_challenge, sizeof session->server_challenge);
  tlv_end (writer);
  return tlv_writer_finish (writer);
}

static void
add_pkid (LabSmdp *self, JsonObject *out)
{
  TlvWriter *writer = tlv_writer_new ();
  g_autoptr (GBytes) tlv = NULL;
  guint8 id[20];

  lab_pki_get_ci_pkid (self->pki, id);
  if (lab_smdp_tampers (self, LAB_SMDP_TAMPER_PKID))
    id[0] ^= 0x01;
  tlv_put (writer, TLV_OCTET_STRING, id, sizeof id);
  tlv = tlv_writer_finish (writer);
  lab_json_add_bytes (self, out, "euiccCiPKIdToBeUsed", tlv);
}

static gboolean
add_answer (LabSmdp *self, LabSession *session, const char *address, JsonObject *out,
            GError **error)
{
  LabCredential *credential
      = lab_smdp_tampers (self, LAB_SMDP_TAMPER_AUTH_ROLE) ? self->dppb : self->dpauth;
  g_autoptr (GBytes) signed1 = build_signed1 (self, session, address);
  g_autoptr (GBytes) signature = lab_tlv_signature (
      credential->key, g_bytes_get_data (signed1, NULL), g_bytes_get_size (signed1), error);

  if (signature == NULL)
    return FALSE;
  if (lab_smdp_tampers (self, LAB_SMDP_TAMPER_SIGNATURE1))
    {
      GBytes *spoilt = lab_smdp_spoil (signature);

      g_bytes_unref (signature);
      signature = spoilt;
    }
  lab_json_add_bytes (self, out, "serverSigned1", signed1);
  lab_json_add_bytes (self, out, "serverSignature1", signature);
  add_pkid (self, out);
  lab_json_add_bytes (self, out, "serverCertificate", credential->cert_der);
  return TRUE;
}

gboolean
lab_smdp_initiate_authentication (LabSmdp *self, JsonObject *in, JsonObject *out, GError **error)
{
  const char *asked = lab_json_need_string (in, "smdpAddress", error);
  g_autoptr (GBytes) challenge = NULL;
  g_autoptr (GBytes) info1 = NULL;
  g_autofree char *address = NULL;
  LabSession *session;

  if (asked == NULL || (challenge = lab_json_need_bytes (in, "euiccChallenge", error)) == NULL
      || (info1 = lab_json_need_bytes (in, "euiccInfo1", error)) == NULL)
    return FALSE;
  if (g_bytes_get_size (challenge) != LAB_CHALLENGE_BYTES)
    return lab_tlv_invalid (error, "euiccChallenge");
  address = own_address (self, asked);
  if (address == NULL)
    return lab_refuse (error, "8.8.1", "3.8", "this is another server");
  if (!check_info1 (self, info1, error))
    return FALSE;
  session = lab_smdp_begin_session (self);
  memcpy (session->euicc_challenge, g_bytes_get_data (challenge, NULL), LAB_CHALLENGE_BYTES);
  if (lab_smdp_tampers (self, LAB_SMDP_TAMPER_OUTER_TRANSACTION))
    {
      g_autoptr (GBytes) other = lab_smdp_spoil (session->transaction_id);
      g_autofree char *hex = kt_hex_bytes (other);

      json_object_set_string_member (out, "transactionId", hex);
    }
  else
    json_object_set_string_member (out, "transactionId", session->hex);
  if (add_answer (self, session, address, out, error))
    return TRUE;
  lab_smdp_end_session (self, session);
  return FALSE;
}
