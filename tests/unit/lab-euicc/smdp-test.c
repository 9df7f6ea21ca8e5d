/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "smdp-test.h"

/* ---- small things ---- */

TestSmdp *
smdp_new (LabPki *pki)
{
  g_autoptr (GError) error = NULL;
  TestSmdp *smdp = g_new0 (TestSmdp, 1);

  smdp->pki = lab_pki_ref (pki);
  smdp->address = g_strdup (TEST_SMDP);
  smdp->dpauth = lab_pki_dup_dpauth (pki, &error);
  g_assert_no_error (error);
  smdp->dppb = lab_pki_dup_dppb (pki, &error);
  g_assert_no_error (error);
  smdp->one_time_key = lab_key_generate (test_env_get (), &error);
  g_assert_no_error (error);
  return smdp;
}

void
smdp_free (TestSmdp *smdp)
{
  lab_pki_unref (smdp->pki);
  lab_credential_unref (smdp->dpauth);
  lab_credential_unref (smdp->dppb);
  g_free (smdp->address);
  g_clear_pointer (&smdp->euicc_challenge, g_bytes_unref);
  g_clear_pointer (&smdp->euicc_cert, g_bytes_unref);
  g_clear_pointer (&smdp->euicc_signature1, g_bytes_unref);
  g_clear_pointer (&smdp->euicc_point, g_bytes_unref);
  g_clear_pointer (&smdp->one_time_key, lab_key_unref);
  g_free (smdp);
}

static void
append_bytes (GByteArray *array, GBytes *bytes)
{
  g_byte_array_append (array, g_bytes_get_data (bytes, NULL), (guint) g_bytes_get_size (bytes));
}

static GBytes *
sign (LabCredential *credential, GBytes *first, GBytes *second, gboolean broken)
{
  g_autoptr (GByteArray) data = g_byte_array_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) signature = NULL;
  guint8 *copy;

  append_bytes (data, first);
  if (second != NULL)
    append_bytes (data, second);
  signature = lab_key_sign (credential->key, data->data, data->len, &error);
  g_assert_no_error (error);
  if (!broken)
    return g_steal_pointer (&signature);
  copy = g_memdup2 (g_bytes_get_data (signature, NULL), 64);
  copy[40] ^= 0x01;
  return g_bytes_new_take (copy, 64);
}

static GBytes *
wrap (TlvTag tag, GBytes *value)
{
  g_autoptr (TlvWriter) writer = tlv_writer_new ();

  tlv_put_bytes (writer, tag, value);
  return tlv_writer_finish (g_steal_pointer (&writer));
}

/* ---- authentication ---- */

void
smdp_challenge (TestSmdp *smdp, LabEuicc *euicc)
{
  g_autoptr (GBytes) response = test_es10_hex (euicc, "BF2E00");

  g_clear_pointer (&smdp->euicc_challenge, g_bytes_unref);
  smdp->euicc_challenge = TEST_VALUE (response, 0xBF2E, 0x80);
  g_assert_cmpuint (g_bytes_get_size (smdp->euicc_challenge), ==, 16);
  kt_env_random (test_env_get (), smdp->transaction_id, sizeof smdp->transaction_id);
}

static GBytes *
write_signed1 (TestSmdp *smdp, gboolean other_challenge)
{
  static const guint8 zero[16];
  g_autoptr (TlvWriter) writer = tlv_writer_new ();

  tlv_begin (writer, TLV_SEQUENCE);
  tlv_put (writer, 0x80, smdp->transaction_id, sizeof smdp->transaction_id);
  if (other_challenge)
    tlv_put (writer, 0x81, zero, sizeof zero);
  else
    tlv_put_bytes (writer, 0x81, smdp->euicc_challenge);
  tlv_put_string (writer, 0x83, smdp->address);
  tlv_put (writer, 0x84, smdp->transaction_id, sizeof smdp->transaction_id);
  tlv_end (writer);
  return tlv_writer_finish (g_steal_pointer (&writer));
}

GBytes *
smdp_authenticate (TestSmdp *smdp, const AuthTwist *twist)
{
  static const AuthTwist none;
  const AuthTwist *t = twist != NULL ? twist : &none;
  LabCredential *credential = t->certificate != NULL ? t->certificate : smdp->dpauth;
  g_autoptr (GBytes) signed1 = write_signed1 (smdp, t->other_challenge);
  g_autoptr (GBytes) signature = sign (credential, signed1, NULL, t->broken_signature);
  /* matching id "AB", TAC 35290611, no capabilities */
  g_autoptr (GBytes) context
      = hex_bytes (t->context != NULL ? t->context : "A00E 80024142 A108 800435290611 A100");
  g_autoptr (TlvWriter) writer = tlv_writer_new ();
  guint8 pkid[20];

  lab_pki_get_ci_pkid (smdp->pki, pkid);
  tlv_begin (writer, 0xBF38);
  tlv_put_raw_bytes (writer, signed1);
  if (t->short_signature)
    tlv_put (writer, 0x5F37, g_bytes_get_data (signature, NULL), 63);
  else
    tlv_put_bytes (writer, 0x5F37, signature);
  if (t->pkid != NULL)
    {
      g_autoptr (GBytes) other = hex_bytes (t->pkid);

      tlv_put_bytes (writer, TLV_OCTET_STRING, other);
    }
  else
    tlv_put (writer, TLV_OCTET_STRING, pkid, sizeof pkid);
  tlv_put_raw_bytes (writer, credential->cert_der);
  tlv_put_raw_bytes (writer, context);
  tlv_end (writer);
  return tlv_writer_finish (g_steal_pointer (&writer));
}

void
smdp_take_authentication (TestSmdp *smdp, GBytes *response)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) signed1 = TEST_FIND (response, 0xBF38, 0xA0, 0x30);
  g_autoptr (GBytes) signature = TEST_VALUE (response, 0xBF38, 0xA0, 0x5F37);
  Tlv outer;
  Tlv ok;
  Tlv child;
  TlvReader reader;

  g_assert_true (tlv_parse_bytes (response, 0xBF38, &outer, &error));
  g_assert_true (tlv_need (&outer, 0xA0, &ok, &error));
  tlv_reader_enter (&reader, &ok);
  g_assert_true (tlv_expect (&reader, 0x30, &child, &error));
  g_assert_true (tlv_expect (&reader, 0x5F37, &child, &error));
  g_clear_pointer (&smdp->euicc_signature1, g_bytes_unref);
  smdp->euicc_signature1 = tlv_dup_raw (&child);
  g_assert_true (tlv_expect (&reader, 0x30, &child, &error));
  g_clear_pointer (&smdp->euicc_cert, g_bytes_unref);
  smdp->euicc_cert = tlv_dup_raw (&child);
  g_assert_true (tlv_expect (&reader, 0x30, &child, &error));
  g_assert_true (tlv_expect_end (&reader, &error));
  test_check_signature (smdp->euicc_cert, signed1, signature);
}

/* ---- preparation ---- */

GBytes *
smdp_prepare (TestSmdp *smdp, const PrepareTwist *twist)
{
  static const PrepareTwist none;
  static const guint8 hash[32] = { 0xCC };
  const PrepareTwist *t = twist != NULL ? twist : &none;
  LabCredential *credential = t->certificate != NULL ? t->certificate : smdp->dppb;
  g_autoptr (TlvWriter) inner = tlv_writer_new ();
  g_autoptr (TlvWriter) writer = tlv_writer_new ();
  g_autoptr (GBytes) signed2 = NULL;
  g_autoptr (GBytes) signature = NULL;

  tlv_begin (inner, TLV_SEQUENCE);
  tlv_put (inner, 0x80, smdp->transaction_id,
           sizeof smdp->transaction_id - (t->other_transaction ? 1 : 0));
  tlv_put_bool (inner, TLV_BOOLEAN, t->code_required);
  if (t->point != NULL)
    tlv_put_bytes (inner, 0x5F49, t->point);
  tlv_end (inner);
  signed2 = tlv_writer_finish (g_steal_pointer (&inner));
  signature = sign (credential, signed2, t->without_signature1 ? NULL : smdp->euicc_signature1,
                    t->broken_signature);
  tlv_begin (writer, 0xBF21);
  tlv_put_raw_bytes (writer, signed2);
  tlv_put_bytes (writer, 0x5F37, signature);
  if (t->send_hash)
    tlv_put (writer, TLV_OCTET_STRING, hash, sizeof hash);
  tlv_put_raw_bytes (writer, credential->cert_der);
  tlv_end (writer);
  return tlv_writer_finish (g_steal_pointer (&writer));
}

void
smdp_take_preparation (TestSmdp *smdp, GBytes *response, gboolean with_hash)
{
  g_autoptr (GBytes) signed2 = TEST_FIND (response, 0xBF21, 0xA0, 0x30);
  g_autoptr (GBytes) id = TEST_VALUE (response, 0xBF21, 0xA0, 0x30, 0x80);

  g_assert_true (kt_bytes_equal_data (id, smdp->transaction_id, sizeof smdp->transaction_id));
  g_clear_pointer (&smdp->euicc_point, g_bytes_unref);
  smdp->euicc_point = TEST_VALUE (response, 0xBF21, 0xA0, 0x30, 0x5F49);
  g_assert_true (lab_ec_point_is_valid (g_bytes_get_data (smdp->euicc_point, NULL)));
  if (with_hash)
    {
      g_autoptr (GBytes) hash = TEST_VALUE (response, 0xBF21, 0xA0, 0x30, 0x04);

      g_assert_cmpuint (g_bytes_get_size (hash), ==, 32);
    }
  else
    /* 80 with 16 bytes, 5F49 with 65: nothing else */
    g_assert_cmpuint (g_bytes_get_size (signed2), ==, 2 + 18 + 68);
}

void
smdp_session (TestSmdp *smdp, LabEuicc *euicc, const PrepareTwist *twist)
{
  g_autoptr (GBytes) authenticate = NULL;
  g_autoptr (GBytes) authenticated = NULL;
  g_autoptr (GBytes) prepare = NULL;
  g_autoptr (GBytes) prepared = NULL;
  guint16 sw;

  smdp_challenge (smdp, euicc);
  authenticate = smdp_authenticate (smdp, NULL);
  authenticated = test_es10 (euicc, authenticate, &sw);
  g_assert_cmphex (sw, ==, 0x9000);
  smdp_take_authentication (smdp, authenticated);
  prepare = smdp_prepare (smdp, twist);
  prepared = test_es10 (euicc, prepare, &sw);
  g_assert_cmphex (sw, ==, 0x9000);
  smdp_take_preparation (smdp, prepared, twist != NULL && twist->send_hash);
}

/* ---- binding ---- */

static GBytes *
write_initialise (TestSmdp *smdp, const Binding *b, GBytes *host_id)
{
  g_autoptr (TlvWriter) head = tlv_writer_new ();
  g_autoptr (TlvWriter) whole = tlv_writer_new ();
  g_autoptr (GBytes) point = lab_key_dup_public (smdp->one_time_key);
  g_autoptr (GBytes) euicc_point = NULL;
  g_autoptr (GBytes) head_bytes = NULL;
  g_autoptr (GBytes) signature = NULL;
  guint8 type = b->key_type != 0 ? b->key_type : 0x88;
  guint8 length = b->key_length != 0 ? b->key_length : 0x10;

  if (b->point_off_curve)
    {
      guint8 *copy = g_memdup2 (g_bytes_get_data (point, NULL), 65);

      copy[64] ^= 0x01;
      g_bytes_unref (point);
      point = g_bytes_new_take (copy, 65);
    }
  tlv_put_int (head, 0x82, b->operation != 0 ? b->operation : 1);
  tlv_put (head, 0x80, smdp->transaction_id,
           sizeof smdp->transaction_id - (b->other_transaction ? 1 : 0));
  tlv_begin (head, 0xA6);
  tlv_put (head, 0x80, &type, 1);
  tlv_put (head, 0x81, &length, 1);
  tlv_put_bytes (head, 0x84, host_id);
  tlv_end (head);
  tlv_put_bytes (head, 0x5F49, point);
  head_bytes = tlv_writer_finish (g_steal_pointer (&head));
  euicc_point = wrap (0x5F49, b->other_euicc_point ? point : smdp->euicc_point);
  signature = sign (smdp->dppb, head_bytes, euicc_point, b->broken_signature);
  tlv_begin (whole, 0xBF23);
  tlv_put_raw_bytes (whole, head_bytes);
  tlv_put_bytes (whole, 0x5F37, signature);
  tlv_end (whole);
  return tlv_writer_finish (g_steal_pointer (&whole));
}

/* Protects @plain in pieces, one TLV each. */
static GPtrArray *
protect (LabBsp *bsp, TlvTag tag, GBytes *plain, gsize chunk)
{
  GPtrArray *list = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  gsize max = chunk != 0 ? chunk : lab_bsp_max_plain (tag);
  gsize len;
  const guint8 *data = g_bytes_get_data (plain, &len);

  for (gsize at = 0; at < len; at += max)
    g_ptr_array_add (list, lab_bsp_protect (bsp, tag, data + at, MIN (max, len - at)));
  return list;
}

static gsize
total_size (GPtrArray *list)
{
  gsize size = 0;

  for (guint i = 0; i < list->len; i++)
    size += g_bytes_get_size (g_ptr_array_index (list, i));
  return size;
}

/* Tag and length of a list alone. */
static GBytes *
list_header (TlvTag tag, gsize size)
{
  g_autoptr (TlvWriter) writer = tlv_writer_new ();
  g_autofree guint8 *zeros = g_malloc0 (size + 1);
  g_autoptr (GBytes) whole = NULL;

  tlv_put (writer, tag, zeros, size);
  whole = tlv_writer_finish (g_steal_pointer (&writer));
  return g_bytes_new_from_bytes (whole, 0, g_bytes_get_size (whole) - size);
}

static void
add_whole_list (GPtrArray *segments, TlvTag tag, GPtrArray *list)
{
  g_autoptr (TlvWriter) writer = tlv_writer_new ();

  tlv_begin (writer, tag);
  for (guint i = 0; i < list->len; i++)
    tlv_put_raw_bytes (writer, g_ptr_array_index (list, i));
  tlv_end (writer);
  g_ptr_array_add (segments, tlv_writer_finish (g_steal_pointer (&writer)));
}

static void
add_split_list (GPtrArray *segments, TlvTag tag, GPtrArray *list)
{
  g_ptr_array_add (segments, list_header (tag, total_size (list)));
  for (guint i = 0; i < list->len; i++)
    g_ptr_array_add (segments, g_bytes_ref (g_ptr_array_index (list, i)));
}

static LabBsp *
session_keys (TestSmdp *smdp, GBytes *host_id)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) secret = lab_key_ecdh (smdp->one_time_key, smdp->euicc_point, &error);
  g_autoptr (GBytes) eid = hex_bytes (TEST_EID_HEX);

  g_assert_no_error (error);
  return lab_bsp_new (secret, host_id, g_bytes_get_data (eid, NULL));
}

GPtrArray *
smdp_bind (TestSmdp *smdp, const Binding *b)
{
  GPtrArray *segments = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  g_autoptr (GBytes) host_id = hex_bytes (b->host_id != NULL ? b->host_id : "6D61686C7A656974");
  g_autoptr (GBytes) initialise = write_initialise (smdp, b, host_id);
  g_autoptr (LabBsp) bsp = session_keys (smdp, host_id);
  g_autoptr (GBytes) configure = hex_bytes (b->configure != NULL ? b->configure : "BF2400");
  g_autoptr (GPtrArray) configured = protect (bsp, 0x87, configure, b->chunk);
  g_autoptr (GPtrArray) stored = protect (bsp, 0x88, b->metadata, b->chunk);
  g_autoptr (GPtrArray) replaced = NULL;
  g_autoptr (GPtrArray) profile = NULL;
  g_autoptr (GBytes) whole_header = NULL;
  g_autoptr (GByteArray) first = g_byte_array_new ();
  gsize size;

  g_ptr_array_add (segments, NULL);
  add_whole_list (segments, 0xA0, configured);
  add_split_list (segments, 0xA1, stored);
  if (b->ppk)
    {
      g_autoptr (GBytes) keys = hex_bytes (
          b->keys != NULL ? b->keys
                          : "BF2636 8010000102030405060708090A0B0C0D0E0F"
                            " 8110101112131415161718191A1B1C1D1E1F"
                            " 8210202122232425262728292A2B2C2D2E2F");
      guint8 raw[48];

      replaced = protect (bsp, 0x87, keys, 0);
      add_whole_list (segments, 0xA2, replaced);
      for (guint i = 0; i < sizeof raw; i++)
        raw[i] = (guint8) i;
      lab_bsp_free (bsp);
      bsp = lab_bsp_new_keys (raw, raw + 16, raw + 32);
    }
  profile = protect (bsp, 0x86, b->upp, b->chunk);
  add_split_list (segments, 0xA3, profile);

  g_ptr_array_index (segments, 0) = initialise;
  size = total_size (segments);
  whole_header = list_header (0xBF36, (gsize) ((gssize) size + b->total_offset));
  append_bytes (first, whole_header);
  append_bytes (first, initialise);
  g_ptr_array_index (segments, 0) = g_byte_array_free_to_bytes (g_steal_pointer (&first));
  return segments;
}

GBytes *
smdp_load (LabEuicc *euicc, GPtrArray *segments, guint *sent, guint16 *sw)
{
  GBytes *result = NULL;

  *sent = 0;
  for (guint i = 0; i < segments->len; i++)
    {
      g_clear_pointer (&result, g_bytes_unref);
      result = test_es10 (euicc, g_ptr_array_index (segments, i), sw);
      *sent += 1;
      if (*sw != 0x9000 || g_bytes_get_size (result) > 0)
        break;
    }
  return result;
}

GBytes *
smdp_install (TestSmdp *smdp, LabEuicc *euicc, const char *iccid, gboolean ppk)
{
  g_autoptr (GBytes) upp = test_upp (iccid);
  g_autoptr (GBytes) metadata = test_metadata (&(TestMetadata){ .iccid = iccid, .class = 2 });
  Binding binding = { .metadata = metadata, .upp = upp, .ppk = ppk };
  g_autoptr (GPtrArray) segments = NULL;
  g_autoptr (GBytes) result = NULL;
  guint sent;
  guint16 sw;

  smdp_session (smdp, euicc, NULL);
  segments = smdp_bind (smdp, &binding);
  result = smdp_load (euicc, segments, &sent, &sw);
  g_assert_cmphex (sw, ==, 0x9000);
  g_assert_cmpuint (sent, ==, segments->len);
  assert_installed (smdp, result);
  return g_steal_pointer (&result);
}

/* ---- results ---- */

static void
check_result (TestSmdp *smdp, GBytes *result)
{
  g_autoptr (GBytes) data = TEST_FIND (result, 0xBF37, 0xBF27);
  g_autoptr (GBytes) signature = TEST_VALUE (result, 0xBF37, 0x5F37);
  g_autoptr (GBytes) id = TEST_VALUE (data, 0xBF27, 0x80);
  g_autoptr (GBytes) address = TEST_VALUE (data, 0xBF27, 0xBF2F, 0x0C);

  test_check_signature (smdp->euicc_cert, data, signature);
  g_assert_true (kt_bytes_equal_data (id, smdp->transaction_id, sizeof smdp->transaction_id));
  g_assert_true (kt_bytes_equal_data (address, smdp->address, strlen (smdp->address)));
  assert_take_hex (TEST_FIND (data, 0xBF27, 0xBF2F, 0x81), "81020780");
  /* 2.999.10 */
  assert_take_hex (TEST_FIND (data, 0xBF27, 0x06), "060388370A");
}

void
assert_installed (TestSmdp *smdp, GBytes *result)
{
  g_autoptr (GBytes) final = NULL;

  check_result (smdp, result);
  final = TEST_FIND (result, 0xBF37, 0xBF27, 0xA2, 0xA0);
  /* EUICCResponse: one PEStatus ok(0) */
  assert_take_hex (TEST_FIND (final, 0xA0, 0x04), "0409 3007 A005 3003 800100");
  g_assert_cmpuint (g_bytes_get_size (final), ==, 2 + 18 + 11);
}

void
assert_failed (TestSmdp *smdp, GBytes *result, int command, int reason)
{
  g_autoptr (GBytes) final = NULL;
  g_autofree char *command_hex = g_strdup_printf ("8001%02X", command);
  g_autofree char *reason_hex = g_strdup_printf ("8101%02X", reason);

  check_result (smdp, result);
  final = TEST_FIND (result, 0xBF37, 0xBF27, 0xA2, 0xA1);
  assert_take_hex (TEST_FIND (final, 0xA1, 0x80), command_hex);
  assert_take_hex (TEST_FIND (final, 0xA1, 0x81), reason_hex);
}

/* ---- segments ---- */

guint
segment_index (GPtrArray *segments, TlvTag tag)
{
  for (guint i = 0; i < segments->len; i++)
    {
      GBytes *segment = g_ptr_array_index (segments, i);
      gsize header_len;
      Tlv tlv;

      g_assert_true (tlv_read_header (g_bytes_get_data (segment, NULL),
                                      g_bytes_get_size (segment), &tlv, &header_len, NULL));
      if (tlv.tag == tag)
        return i;
    }
  g_assert_not_reached ();
}

void
segment_flip (GPtrArray *segments, guint index, int at)
{
  GBytes *old = g_ptr_array_index (segments, index);
  gsize len = g_bytes_get_size (old);
  guint8 *copy = g_memdup2 (g_bytes_get_data (old, NULL), len);

  copy[at >= 0 ? at : (int) len + at] ^= 0x01;
  g_ptr_array_index (segments, index) = g_bytes_new_take (copy, len);
  g_bytes_unref (old);
}
