/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "euicc-test.h"

#include "kt-iccid.h"
#include "lab-sim.h"
#include "lab-upp.h"

static KtEnv *env;
static LabPki *pki;
static GHashTable *packages;

const KtEnv *
test_env_get (void)
{
  if (env == NULL)
    env = kt_env_new_seeded (20261122, TEST_NOW);
  return env;
}

LabPki *
test_pki_get (void)
{
  g_autoptr (GError) error = NULL;

  if (pki == NULL)
    pki = lab_pki_new (test_env_get (), &error);
  g_assert_no_error (error);
  return pki;
}

void
test_clear (void)
{
  g_clear_pointer (&packages, g_hash_table_unref);
  g_clear_pointer (&pki, lab_pki_unref);
  g_clear_pointer (&env, kt_env_free_seeded);
}

/* ---- cards ---- */

LabEuiccOptions
test_options (void)
{
  return (LabEuiccOptions){
    .env = test_env_get (),
    .protocol = LAB_EUICC_T1,
    .eid = TEST_EID,
    .pki = test_pki_get (),
    .root_smds = "smds.example.com",
  };
}

LabEuicc *
test_card_new (const LabEuiccOptions *options)
{
  g_autoptr (GError) error = NULL;
  LabEuiccOptions usual = test_options ();
  LabEuicc *euicc = lab_euicc_new (options != NULL ? options : &usual, &error);

  g_assert_no_error (error);
  lab_euicc_power (euicc, TRUE);
  return euicc;
}

GBytes *
test_apdu (LabEuicc *euicc, const char *command)
{
  g_autoptr (GBytes) bytes = hex_bytes (command);

  return lab_euicc_transmit (euicc, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
}

void
assert_apdu (LabEuicc *euicc, const char *command, const char *answer)
{
  g_autoptr (GBytes) reply = test_apdu (euicc, command);
  g_autofree char *hex = NULL;
  g_autoptr (GString) wanted = g_string_new (NULL);

  g_assert_nonnull (reply);
  hex = kt_hex_bytes (reply);
  for (const char *p = answer; *p != '\0'; p++)
    if (*p != ' ')
      g_string_append_c (wanted, *p);
  if (g_str_has_suffix (wanted->str, "*"))
    {
      g_string_truncate (wanted, wanted->len - 1);
      g_assert_cmpint (strncmp (hex, wanted->str, wanted->len), ==, 0);
    }
  else
    g_assert_cmpstr (hex, ==, wanted->str);
}

void
test_open_isdr (LabEuicc *euicc)
{
  assert_apdu (euicc, "80AA00000AA9088100820101830107", "9000");
  assert_apdu (euicc, "0070000001", "019000");
  if (lab_euicc_get_protocol (euicc) == LAB_EUICC_T0)
    assert_apdu (euicc, "01A4040010" TEST_ISDR, "61*");
  else
    assert_apdu (euicc, "01A4040010" TEST_ISDR "00", "6F*");
}

/* ---- ES10 ---- */

static guint16
take_reply (GBytes *reply, GByteArray *data)
{
  gsize len;
  const guint8 *bytes;

  g_assert_nonnull (reply);
  bytes = g_bytes_get_data (reply, &len);
  g_assert_cmpuint (len, >=, 2);
  g_byte_array_append (data, bytes, (guint) len - 2);
  return (guint16) (bytes[len - 2] << 8 | bytes[len - 1]);
}

static guint16
send_block (LabEuicc *euicc, const guint8 *block, gsize len, guint8 p1, guint8 p2,
            GByteArray *data)
{
  guint8 apdu[261] = { 0x81, 0xE2, p1, p2, (guint8) len };
  gsize apdu_len = 5 + len;
  g_autoptr (GBytes) reply = NULL;
  guint16 sw;

  memcpy (apdu + 5, block, len);
  if (lab_euicc_get_protocol (euicc) == LAB_EUICC_T1)
    apdu[apdu_len++] = 0x00;
  reply = lab_euicc_transmit (euicc, apdu, apdu_len);
  if (reply == NULL)
    return 0;
  sw = take_reply (reply, data);
  while (sw >> 8 == 0x61)
    {
      guint8 get_response[5] = { 0x01, 0xC0, 0x00, 0x00, (guint8) sw };
      g_autoptr (GBytes) more = lab_euicc_transmit (euicc, get_response, sizeof get_response);

      sw = take_reply (more, data);
    }
  return sw;
}

GBytes *
test_es10 (LabEuicc *euicc, GBytes *command, guint16 *sw)
{
  GByteArray *data = g_byte_array_new ();
  gsize len;
  const guint8 *bytes = g_bytes_get_data (command, &len);
  guint8 block = 0;

  do
    {
      gsize n = MIN (len, 255);

      *sw = send_block (euicc, bytes, n, n == len ? 0x91 : 0x11, block++, data);
      bytes += n;
      len -= n;
    }
  while (len > 0 && *sw == 0x9000 && data->len == 0);
  return g_byte_array_free_to_bytes (data);
}

GBytes *
test_es10_hex (LabEuicc *euicc, const char *command)
{
  g_autoptr (GBytes) bytes = hex_bytes (command);
  guint16 sw;
  GBytes *response = test_es10 (euicc, bytes, &sw);

  if (sw >> 8 != 0x91)
    g_assert_cmphex (sw, ==, 0x9000);
  return response;
}

void
assert_es10 (LabEuicc *euicc, const char *command, const char *response)
{
  assert_take_hex (test_es10_hex (euicc, command), response);
}

void
assert_es10_sw (LabEuicc *euicc, const char *command, guint16 sw)
{
  g_autoptr (GBytes) bytes = hex_bytes (command);
  guint16 got;
  g_autoptr (GBytes) response = test_es10 (euicc, bytes, &got);

  g_assert_cmphex (got, ==, sw);
  g_assert_cmpuint (g_bytes_get_size (response), ==, 0);
}

/* ---- TLV ---- */

static void
walk (GBytes *bytes, const TlvTag *path, guint n, Tlv *tlv)
{
  g_autoptr (GError) error = NULL;

  tlv_parse_bytes (bytes, path[0], tlv, &error);
  g_assert_no_error (error);
  for (guint i = 1; i < n; i++)
    {
      Tlv child;

      tlv_need (tlv, path[i], &child, &error);
      g_assert_no_error (error);
      *tlv = child;
    }
}

GBytes *
test_find (GBytes *bytes, const TlvTag *path, guint n)
{
  Tlv tlv;

  walk (bytes, path, n, &tlv);
  return tlv_dup_raw (&tlv);
}

GBytes *
test_value (GBytes *bytes, const TlvTag *path, guint n)
{
  Tlv tlv;

  walk (bytes, path, n, &tlv);
  return tlv_dup_value (&tlv);
}

/* ---- profiles ---- */

GBytes *
test_upp (const char *iccid)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) k = hex_bytes ("465B5CE8B199B49FAA5F0A2EE238A6BC");
  g_autoptr (GBytes) opc = hex_bytes ("CD63CB71954A9F4E48A5994E37A02BAF");
  LabUppSpec spec = {
    .iccid = iccid,
    .imsi = "001010000000001",
    .pin1_enabled = TRUE,
    .mnc_length = 2,
    .spn = "Lab",
    .algorithm = LAB_AKA_MILENAGE,
    .k = k,
    .opc = opc,
  };
  GBytes *upp;

  if (packages == NULL)
    packages = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
                                      (GDestroyNotify) g_bytes_unref);
  upp = g_hash_table_lookup (packages, iccid);
  if (upp == NULL)
    {
      upp = lab_upp_build (&spec, test_env_get (), &error);
      g_assert_no_error (error);
      g_hash_table_insert (packages, g_strdup (iccid), upp);
    }
  return g_bytes_ref (upp);
}

static void
put_hex (TlvWriter *writer, TlvTag tag, const char *hex)
{
  g_autoptr (GBytes) value = NULL;

  if (hex == NULL)
    return;
  value = hex_bytes (hex);
  tlv_put_bytes (writer, tag, value);
}

GBytes *
test_metadata (const TestMetadata *metadata)
{
  g_autoptr (TlvWriter) writer = tlv_writer_new ();
  g_autoptr (GError) error = NULL;
  guint8 iccid[KT_ICCID_BYTES];

  kt_iccid_to_bytes (metadata->iccid, iccid, &error);
  g_assert_no_error (error);
  tlv_begin (writer, 0xBF25);
  tlv_put (writer, 0x5A, iccid, sizeof iccid);
  tlv_put_string (writer, 0x91, metadata->provider != NULL ? metadata->provider : "Lab");
  tlv_put_string (writer, 0x92, metadata->name != NULL ? metadata->name : "Plan");
  if (metadata->class >= 0)
    tlv_put_int (writer, 0x95, metadata->class);
  put_hex (writer, 0xB6, metadata->addresses);
  put_hex (writer, 0xB7, metadata->owner);
  put_hex (writer, 0x99, metadata->pprs);
  if (metadata->extra != NULL)
    {
      g_autoptr (GBytes) extra = hex_bytes (metadata->extra);

      tlv_put_raw_bytes (writer, extra);
    }
  tlv_end (writer);
  return tlv_writer_finish (g_steal_pointer (&writer));
}

LabEuicc *
test_card_with (const TestMetadata *a, const TestMetadata *b, const TestMetadata *c,
                const LabEuiccOptions *base)
{
  const TestMetadata *all[3] = { a, b, c };
  LabEuiccOptions options = base != NULL ? *base : test_options ();
  LabPreload preloads[3];
  guint n = 0;
  LabEuicc *euicc;

  for (guint i = 0; i < G_N_ELEMENTS (all); i++)
    if (all[i] != NULL)
      {
        preloads[n].upp = test_upp (all[i]->iccid);
        preloads[n].metadata = test_metadata (all[i]);
        preloads[n++].enabled = i == 0;
      }
  options.preloads = preloads;
  options.n_preloads = n;
  euicc = test_card_new (&options);
  for (guint i = 0; i < n; i++)
    {
      g_bytes_unref (preloads[i].upp);
      g_bytes_unref (preloads[i].metadata);
    }
  return euicc;
}

char *
test_iccid_hex (const char *iccid)
{
  g_autoptr (GError) error = NULL;
  guint8 bytes[KT_ICCID_BYTES];

  kt_iccid_to_bytes (iccid, bytes, &error);
  g_assert_no_error (error);
  return kt_hex (bytes, sizeof bytes);
}

static GBytes *
profile_info (LabEuicc *euicc, const char *iccid)
{
  g_autofree char *hex = test_iccid_hex (iccid);
  g_autofree char *command = g_strdup_printf ("BF2D0EA00C5A0A%s", hex);

  return test_es10_hex (euicc, command);
}

char *
test_isdp_of (LabEuicc *euicc, const char *iccid)
{
  g_autoptr (GBytes) info = profile_info (euicc, iccid);
  g_autoptr (GBytes) aid = TEST_VALUE (info, 0xBF2D, 0xA0, 0xE3, 0x4F);

  return kt_hex_bytes (aid);
}

int
test_state (LabEuicc *euicc, const char *iccid)
{
  g_autoptr (GBytes) info = profile_info (euicc, iccid);
  g_autoptr (GBytes) state = NULL;

  if (g_bytes_get_size (info) == 5)
    {
      assert_bytes_hex (info, "BF2D02A000");
      return -1;
    }
  state = TEST_VALUE (info, 0xBF2D, 0xA0, 0xE3, 0x9F70);
  g_assert_cmpuint (g_bytes_get_size (state), ==, 1);
  return *(const guint8 *) g_bytes_get_data (state, NULL);
}

void
test_check_signature (GBytes *euicc_cert, GBytes *data, GBytes *signature)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (LabCert) cert = lab_cert_parse (euicc_cert, &error);

  g_assert_no_error (error);
  lab_ec_verify (cert->public_key, g_bytes_get_data (data, NULL), g_bytes_get_size (data),
                 g_bytes_get_data (signature, NULL), g_bytes_get_size (signature), &error);
  g_assert_no_error (error);
}
