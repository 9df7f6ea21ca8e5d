/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "smdp-bench.h"

#include <string.h>

#include "kt-bytes.h"
#include "kt-eid.h"
#include "kt-iccid.h"
#include "lab-bsp.h"
#include "lab-cipher.h"
#include "rsp-auth.h"
#include "rsp-json.h"
#include "tlv.h"

#define ES9 LAB_SMDP_ES9_PATH

void
chip_set_up (Chip *chip, Bench *bench, const char *eid)
{
  g_autoptr (GError) error = NULL;

  chip->eid = g_strdup (eid);
  g_assert_true (
      lab_pki_issue_euicc (bench->pki, eid, &chip->key, &chip->cert, &chip->eum, &error));
  g_assert_no_error (error);
  chip->otsk = lab_key_generate (bench->env, &error);
  g_assert_no_error (error);
}

void
chip_clear (Chip *chip)
{
  g_free (chip->eid);
  lab_key_unref (chip->key);
  g_bytes_unref (chip->cert);
  g_bytes_unref (chip->eum);
  lab_key_unref (chip->otsk);
}

static GBytes *
concat (GBytes *a, GBytes *b)
{
  GByteArray *array = g_byte_array_new ();

  g_byte_array_append (array, g_bytes_get_data (a, NULL), (guint) g_bytes_get_size (a));
  if (b != NULL)
    g_byte_array_append (array, g_bytes_get_data (b, NULL), (guint) g_bytes_get_size (b));
  return g_byte_array_free_to_bytes (array);
}

static GBytes *
sign (LabKey *key, GBytes *first, GBytes *second, gboolean wrong)
{
  g_autoptr (GBytes) data = concat (first, second);
  g_autoptr (GBytes) raw
      = lab_key_sign (key, g_bytes_get_data (data, NULL), g_bytes_get_size (data), NULL);
  guint8 signature[64];

  g_assert_nonnull (raw);
  memcpy (signature, g_bytes_get_data (raw, NULL), sizeof signature);
  if (wrong)
    signature[63] ^= 0x01;
  return g_bytes_new (signature, sizeof signature);
}

GBytes *
chip_info1 (guint8 svn_major, const guint8 *verification, const guint8 *signing)
{
  TlvWriter *writer = tlv_writer_new ();
  const guint8 svn[3] = { svn_major, 2, 2 };

  tlv_begin (writer, 0xBF20);
  tlv_put (writer, 0x82, svn, sizeof svn);
  tlv_begin (writer, 0xA9);
  if (verification != NULL)
    tlv_put (writer, TLV_OCTET_STRING, verification, 20);
  tlv_end (writer);
  tlv_begin (writer, 0xAA);
  if (signing != NULL)
    tlv_put (writer, TLV_OCTET_STRING, signing, 20);
  tlv_end (writer);
  tlv_end (writer);
  return tlv_writer_finish (writer);
}

JsonObject *
chip_initiate (Chip *chip, Bench *bench)
{
  static const guint8 challenge[16] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16 };
  g_autoptr (GBytes) challenge_bytes = g_bytes_new (challenge, sizeof challenge);
  g_autoptr (GBytes) info1 = NULL;
  JsonObject *in = json_object_new ();
  guint8 pkid[20];

  lab_pki_get_ci_pkid (bench->pki, pkid);
  info1 = chip_info1 (2, pkid, pkid);
  json_object_set_string_member (in, "smdpAddress", BENCH_HOST);
  bench_add_bytes (in, "euiccChallenge", challenge_bytes);
  bench_add_bytes (in, "euiccInfo1", info1);
  return bench_post (bench, ES9 "initiateAuthentication", in);
}

static void
put_info2 (TlvWriter *writer, const ChipAnswer *how)
{
  const guint8 version[3] = { how->profile_major != 0 ? how->profile_major : 3, 1, 0 };
  guint32 nvm = GUINT32_TO_BE (how->free_nvm != 0 ? how->free_nvm : 500000);

  tlv_begin (writer, 0xBF22);
  tlv_put (writer, 0x81, version, sizeof version);
  tlv_begin (writer, 0x84);
  tlv_put (writer, 0x81, "\x01", 1);
  tlv_put (writer, 0x82, &nvm, sizeof nvm);
  tlv_end (writer);
  tlv_put_bits (writer, 0x85, how->capability != 0 ? how->capability : 0xFFFFFFFF);
  if (how->forbidden_ppr != 0)
    tlv_put_bits (writer, 0x99, how->forbidden_ppr);
  tlv_end (writer);
}

/* A member of the server's serverSigned1, changed in its last bit if @wrong. */
static void
put_echo (TlvWriter *writer, TlvTag as, GBytes *server_signed1, TlvTag tag, gboolean wrong)
{
  Tlv all, member;
  g_autofree guint8 *copy = NULL;

  g_assert_true (tlv_parse_bytes (server_signed1, TLV_SEQUENCE, &all, NULL));
  g_assert_true (tlv_need (&all, tag, &member, NULL));
  copy = g_memdup2 (member.value, member.len);
  if (wrong)
    copy[member.len - 1] ^= 0x01;
  tlv_put (writer, as, copy, member.len);
}

static GBytes *
make_signed1 (GBytes *server_signed1, const ChipAnswer *how)
{
  TlvWriter *writer = tlv_writer_new ();

  tlv_begin (writer, TLV_SEQUENCE);
  put_echo (writer, 0x80, server_signed1, 0x80, how->wrong_transaction);
  put_echo (writer, 0x83, server_signed1, 0x83, FALSE);
  put_echo (writer, 0x84, server_signed1, 0x84, how->wrong_challenge);
  put_info2 (writer, how);
  tlv_begin (writer, 0xA0);
  if (!how->without_matching_id)
    tlv_put_string (writer, 0x80, how->matching_id != NULL ? how->matching_id : "");
  tlv_begin (writer, 0xA1);
  tlv_put (writer, 0x80, "\x53\x92\x60\x11", 4);
  tlv_begin (writer, 0xA1);
  tlv_end (writer);
  tlv_end (writer);
  tlv_end (writer);
  tlv_end (writer);
  return tlv_writer_finish (writer);
}

static GBytes *
make_error (TlvTag function, const char *id, int code)
{
  TlvWriter *writer = tlv_writer_new ();
  g_autoptr (GBytes) raw = kt_hex_parse (id, NULL);

  tlv_begin (writer, function);
  tlv_begin (writer, 0xA1);
  tlv_put_bytes (writer, 0x80, raw);
  tlv_put_int (writer, TLV_INTEGER, code);
  tlv_end (writer);
  tlv_end (writer);
  return tlv_writer_finish (writer);
}

static GBytes *
make_authenticate (Chip *chip, GBytes *server_signed1, const ChipAnswer *how)
{
  TlvWriter *writer = tlv_writer_new ();
  g_autoptr (GBytes) signed1 = make_signed1 (server_signed1, how);
  g_autoptr (GBytes) signature
      = sign (how->key != NULL ? how->key : chip->key, signed1, NULL, how->wrong_signature);

  tlv_begin (writer, 0xBF38);
  tlv_begin (writer, 0xA0);
  tlv_put_raw_bytes (writer, signed1);
  tlv_put_bytes (writer, 0x5F37, signature);
  tlv_put_raw_bytes (writer, how->cert != NULL ? how->cert : chip->cert);
  tlv_put_raw_bytes (writer, how->eum != NULL ? how->eum : chip->eum);
  tlv_end (writer);
  tlv_end (writer);
  return tlv_writer_finish (writer);
}

GBytes *
chip_make_answer (Chip *chip, JsonObject *first, const ChipAnswer *how)
{
  g_autoptr (GBytes) server_signed1 = bench_get_bytes (first, "serverSigned1");

  if (how->error != 0)
    return make_error (0xBF38, rsp_json_string (first, "transactionId"), how->error);
  return make_authenticate (chip, server_signed1, how);
}

JsonObject *
chip_authenticate (Chip *chip, Bench *bench, JsonObject *first, const ChipAnswer *how)
{
  g_autoptr (GBytes) response = chip_make_answer (chip, first, how);
  JsonObject *in = json_object_new ();

  json_object_set_string_member (in, "transactionId", rsp_json_string (first, "transactionId"));
  bench_add_bytes (in, "authenticateServerResponse", response);
  return bench_post (bench, ES9 "authenticateClient", in);
}

JsonObject *
chip_begin (Chip *chip, Bench *bench, const char *matching_id)
{
  g_autoptr (JsonObject) first = chip_initiate (chip, bench);
  const ChipAnswer how = { .matching_id = matching_id };
  JsonObject *second;

  bench_assert_success (first);
  second = chip_authenticate (chip, bench, first, &how);
  bench_assert_success (second);
  return second;
}

static void
put_hash_cc (TlvWriter *writer, const char *code, GBytes *id)
{
  g_autoptr (GBytes) hash = NULL;

  if (code == NULL)
    return;
  hash = rsp_hash_cc (code, id);
  tlv_put_bytes (writer, TLV_OCTET_STRING, hash);
}

static GBytes *
make_prepare (Chip *chip, GBytes *smdp_signature2, GBytes *id, const ChipPrepare *how)
{
  TlvWriter *writer = tlv_writer_new ();
  g_autoptr (GBytes) otpk = lab_key_dup_public (chip->otsk);
  g_autoptr (GBytes) signed2 = NULL;
  g_autoptr (GBytes) signature = NULL;
  guint8 point[65];
  guint8 raw_id[16];

  memcpy (point, g_bytes_get_data (otpk, NULL), sizeof point);
  point[64] ^= how->bad_otpk ? 0x01 : 0x00;
  memcpy (raw_id, g_bytes_get_data (id, NULL), sizeof raw_id);
  raw_id[0] ^= how->wrong_transaction ? 0x01 : 0x00;
  tlv_begin (writer, TLV_SEQUENCE);
  tlv_put (writer, 0x80, raw_id, sizeof raw_id);
  tlv_put (writer, 0x5F49, point, sizeof point);
  put_hash_cc (writer, how->confirmation_code, id);
  tlv_end (writer);
  signed2 = tlv_writer_finish (writer);
  signature = sign (chip->key, signed2, smdp_signature2, how->wrong_signature);
  writer = tlv_writer_new ();
  tlv_begin (writer, 0xBF21);
  tlv_begin (writer, 0xA0);
  tlv_put_raw_bytes (writer, signed2);
  tlv_put_bytes (writer, 0x5F37, signature);
  tlv_end (writer);
  tlv_end (writer);
  return tlv_writer_finish (writer);
}

GBytes *
chip_make_prepare (Chip *chip, Bench *bench, JsonObject *second, const ChipPrepare *how)
{
  const char *id = rsp_json_string (second, "transactionId");
  g_autoptr (GBytes) raw_id = kt_hex_parse (id, NULL);
  g_autoptr (GBytes) signature2 = bench_get_bytes (second, "smdpSignature2");

  if (how->new_otpk)
    {
      lab_key_unref (chip->otsk);
      chip->otsk = lab_key_generate (bench->env, NULL);
    }
  if (how->error != 0)
    return make_error (0xBF21, id, how->error);
  return make_prepare (chip, signature2, raw_id, how);
}

JsonObject *
chip_get_package (Chip *chip, Bench *bench, JsonObject *second, const ChipPrepare *how)
{
  g_autoptr (GBytes) response = chip_make_prepare (chip, bench, second, how);
  JsonObject *in = json_object_new ();

  json_object_set_string_member (in, "transactionId", rsp_json_string (second, "transactionId"));
  bench_add_bytes (in, "prepareDownloadResponse", response);
  return bench_post (bench, ES9 "getBoundProfilePackage", in);
}

JsonObject *
chip_cancel (Chip *chip, Bench *bench, const char *id, int reason, const char *oid,
             gboolean wrong_signature)
{
  TlvWriter *writer = tlv_writer_new ();
  g_autoptr (GBytes) raw_id = kt_hex_parse (id, NULL);
  g_autoptr (GBytes) data = NULL;
  g_autoptr (GBytes) signature = NULL;
  g_autoptr (GBytes) response = NULL;
  JsonObject *in = json_object_new ();

  tlv_begin (writer, TLV_SEQUENCE);
  tlv_put_bytes (writer, 0x80, raw_id);
  tlv_put_oid (writer, 0x81, oid);
  tlv_put_int (writer, 0x82, reason);
  tlv_end (writer);
  data = tlv_writer_finish (writer);
  signature = sign (chip->key, data, NULL, wrong_signature);
  writer = tlv_writer_new ();
  tlv_begin (writer, 0xBF41);
  tlv_begin (writer, 0xA0);
  tlv_put_raw_bytes (writer, data);
  tlv_put_bytes (writer, 0x5F37, signature);
  tlv_end (writer);
  tlv_end (writer);
  response = tlv_writer_finish (writer);
  json_object_set_string_member (in, "transactionId", id);
  bench_add_bytes (in, "cancelSessionResponse", response);
  return bench_post (bench, ES9 "cancelSession", in);
}

/* ---- notifications ---- */

static void
put_notice (TlvWriter *writer, guint32 event, const char *iccid)
{
  guint8 raw[KT_ICCID_BYTES];

  tlv_begin (writer, 0xBF2F);
  tlv_put_int (writer, 0x80, 7);
  tlv_put_bits (writer, 0x81, event);
  tlv_put_string (writer, TLV_UTF8, BENCH_HOST);
  if (iccid != NULL)
    {
      g_assert_true (kt_iccid_to_bytes (iccid, raw, NULL));
      tlv_put (writer, 0x5A, raw, sizeof raw);
    }
  tlv_end (writer);
}

static void
put_outcome (TlvWriter *writer, const ChipResult *how)
{
  static const guint8 aid[] = { 0xA0, 0x00, 0x00, 0x05, 0x59, 0x10, 0x10, 0xFF,
                                0xFF, 0xFF, 0xFF, 0x89, 0x00, 0x00, 0x10, 0x00 };

  tlv_begin (writer, how->unknown_kind ? 0xA2 : how->reason == 0 ? 0xA0 : 0xA1);
  if (how->reason == 0)
    {
      tlv_put (writer, 0x4F, aid, sizeof aid);
      tlv_put (writer, TLV_OCTET_STRING, "\x30\x07\xA0\x05\x30\x03\x80\x01\x00", 9);
    }
  else
    {
      tlv_put_int (writer, 0x80, how->command);
      tlv_put_int (writer, 0x81, how->reason);
    }
  tlv_end (writer);
}

GBytes *
chip_result (Chip *chip, const ChipResult *how)
{
  TlvWriter *writer = tlv_writer_new ();
  g_autoptr (GBytes) id = kt_hex_parse (how->transaction_id, NULL);
  g_autoptr (GBytes) data = NULL;
  g_autoptr (GBytes) signature = NULL;

  tlv_begin (writer, 0xBF27);
  tlv_put_bytes (writer, 0x80, id);
  put_notice (writer, RSP_EVENT_INSTALL, how->iccid);
  tlv_put_oid (writer, TLV_OID, how->oid != NULL ? how->oid : LAB_PKI_SMDP_OID);
  tlv_begin (writer, 0xA2);
  put_outcome (writer, how);
  tlv_end (writer);
  tlv_end (writer);
  data = tlv_writer_finish (writer);
  signature = sign (chip->key, data, NULL, how->wrong_signature);
  writer = tlv_writer_new ();
  tlv_begin (writer, 0xBF37);
  tlv_put_raw_bytes (writer, data);
  tlv_put_bytes (writer, 0x5F37, signature);
  tlv_end (writer);
  return tlv_writer_finish (writer);
}

GBytes *
chip_notice (Chip *chip, guint32 event, const char *iccid, gboolean wrong_signature)
{
  TlvWriter *writer = tlv_writer_new ();
  g_autoptr (GBytes) notice = NULL;
  g_autoptr (GBytes) signature = NULL;

  put_notice (writer, event, iccid);
  notice = tlv_writer_finish (writer);
  signature = sign (chip->key, notice, NULL, wrong_signature);
  writer = tlv_writer_new ();
  tlv_begin (writer, TLV_SEQUENCE);
  tlv_put_raw_bytes (writer, notice);
  tlv_put_bytes (writer, 0x5F37, signature);
  tlv_put_raw_bytes (writer, chip->cert);
  tlv_put_raw_bytes (writer, chip->eum);
  tlv_end (writer);
  return tlv_writer_finish (writer);
}

guint
chip_notify (Bench *bench, GBytes *pending)
{
  JsonObject *in = json_object_new ();

  bench_add_bytes (in, "pendingNotification", pending);
  g_bytes_unref (pending);
  return bench_post_status (bench, ES9 "handleNotification", in);
}

/* ---- opening a bound package ---- */

static void
check_channel (Chip *chip, Bench *bench, const Tlv *channel, const char *transaction_id,
               GBytes **otpk, GBytes **host_id)
{
  g_autoptr (LabCredential) dppb = lab_pki_dup_dppb (bench->pki, NULL);
  g_autoptr (LabCert) cert = lab_cert_parse (dppb->cert_der, NULL);
  g_autoptr (GBytes) own = lab_key_dup_public (chip->otsk);
  g_autoptr (GBytes) id = kt_hex_parse (transaction_id, NULL);
  g_autoptr (GByteArray) data = g_byte_array_new ();
  g_autoptr (GError) error = NULL;
  TlvWriter *writer = tlv_writer_new ();
  g_autoptr (GBytes) own_tlv = NULL;
  Tlv operation, tid, crt, point, signature, host;
  TlvReader reader;

  tlv_reader_enter (&reader, channel);
  g_assert_true (tlv_expect (&reader, 0x82, &operation, NULL));
  g_assert_cmpmem (operation.value, operation.len, "\x01", 1);
  g_assert_true (tlv_expect (&reader, 0x80, &tid, NULL));
  g_assert_true (kt_bytes_equal_data (id, tid.value, tid.len));
  g_assert_true (tlv_expect (&reader, 0xA6, &crt, NULL));
  g_assert_true (tlv_expect (&reader, 0x5F49, &point, NULL));
  g_assert_true (tlv_expect (&reader, 0x5F37, &signature, NULL));
  g_assert_true (tlv_reader_at_end (&reader));
  g_assert_true (tlv_need (&crt, 0x84, &host, NULL));
  tlv_put_bytes (writer, 0x5F49, own);
  own_tlv = tlv_writer_finish (writer);
  g_byte_array_append (data, channel->value, (guint) (signature.raw - channel->value));
  g_byte_array_append (data, g_bytes_get_data (own_tlv, NULL), (guint) g_bytes_get_size (own_tlv));
  lab_ec_verify (cert->public_key, data->data, data->len, signature.value, signature.len, &error);
  g_assert_no_error (error);
  *otpk = tlv_dup_value (&point);
  *host_id = tlv_dup_value (&host);
}

static GBytes *
open_list (LabBsp *bsp, const Tlv *list, TlvTag tag)
{
  GByteArray *plain = g_byte_array_new ();
  TlvReader reader;
  Tlv segment;

  tlv_reader_enter (&reader, list);
  while (!tlv_reader_at_end (&reader))
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GBytes) part = NULL;

      g_assert_true (tlv_expect (&reader, tag, &segment, NULL));
      g_assert_cmpuint (segment.raw_len, <=, LAB_BSP_MAX_TLV);
      part = lab_bsp_unprotect (bsp, &segment, &error);
      g_assert_no_error (error);
      g_byte_array_append (plain, g_bytes_get_data (part, NULL), (guint) g_bytes_get_size (part));
    }
  return g_byte_array_free_to_bytes (plain);
}

GBytes *
chip_open_package (Chip *chip, Bench *bench, GBytes *package, const char *transaction_id,
                   GBytes **metadata)
{
  g_autoptr (GBytes) otpk = NULL;
  g_autoptr (GBytes) host_id = NULL;
  g_autoptr (GBytes) shared = NULL;
  g_autoptr (GBytes) configure = NULL;
  g_autoptr (LabBsp) bsp = NULL;
  TlvReader reader;
  Tlv all, part;
  guint8 eid[16];
  GBytes *upp;

  g_assert_true (tlv_parse_bytes (package, 0xBF36, &all, NULL));
  tlv_reader_enter (&reader, &all);
  g_assert_true (tlv_expect (&reader, 0xBF23, &part, NULL));
  check_channel (chip, bench, &part, transaction_id, &otpk, &host_id);
  shared = lab_key_ecdh (chip->otsk, otpk, NULL);
  g_assert_true (kt_eid_to_bytes (chip->eid, eid, NULL));
  bsp = lab_bsp_new (shared, host_id, eid);
  g_assert_true (tlv_expect (&reader, 0xA0, &part, NULL));
  configure = open_list (bsp, &part, LAB_BSP_COMMAND);
  g_assert_cmpmem (g_bytes_get_data (configure, NULL), 2, "\xBF\x24", 2);
  g_assert_true (tlv_expect (&reader, 0xA1, &part, NULL));
  *metadata = open_list (bsp, &part, LAB_BSP_METADATA);
  if (tlv_next_is (&reader, 0xA2, &part))
    {
      g_autoptr (GBytes) keys = open_list (bsp, &part, LAB_BSP_COMMAND);
      Tlv replace, chaining, enc, mac;

      g_assert_true (tlv_parse_bytes (keys, 0xBF26, &replace, NULL));
      g_assert_true (tlv_need (&replace, 0x80, &chaining, NULL));
      g_assert_true (tlv_need (&replace, 0x81, &enc, NULL));
      g_assert_true (tlv_need (&replace, 0x82, &mac, NULL));
      lab_bsp_free (bsp);
      bsp = lab_bsp_new_keys (chaining.value, enc.value, mac.value);
    }
  g_assert_true (tlv_expect (&reader, 0xA3, &part, NULL));
  upp = open_list (bsp, &part, LAB_BSP_PROFILE);
  g_assert_true (tlv_reader_at_end (&reader));
  return upp;
}
