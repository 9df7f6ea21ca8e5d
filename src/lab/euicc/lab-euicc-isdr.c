/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-lab"

#include <string.h>

#include "lab-euicc-private.h"

/* SGP.22 section 5.7.2: b8 the last block, b5b4 BER-TLV, b1 an answer may come. */
enum
{
  P1_MORE = 0x11,
  P1_LAST = 0x91,
};

static const guint8 ecasd_aid[] = { 0xA0, 0x00, 0x00, 0x05, 0x59, 0x10, 0x10, 0xFF,
                                    0xFF, 0xFF, 0xFF, 0x89, 0x00, 0x00, 0x02, 0x00 };

/* ---- selection ---- */

/* SELECT may name an application by the first bytes of its AID (ETSI TS 102 221 section 11.1.1). */
static gboolean
is_prefix (const guint8 *aid, gsize len, const guint8 *whole, gsize whole_len)
{
  return len <= whole_len && memcmp (aid, whole, len) == 0;
}

gboolean
lab_isdr_matches (LabEuicc *self, const guint8 *aid, gsize len)
{
  gsize whole_len;
  const guint8 *whole = g_bytes_get_data (self->isdr_aid, &whole_len);

  return is_prefix (aid, len, whole, whole_len);
}

gboolean
lab_ecasd_matches (const guint8 *aid, gsize len)
{
  return is_prefix (aid, len, ecasd_aid, sizeof ecasd_aid);
}

static void
put_fci_start (TlvWriter *writer, const guint8 *aid, gsize len)
{
  static const guint8 longest = 0xFF;

  tlv_begin (writer, 0x6F);
  tlv_put (writer, 0x84, aid, len);
  /* Proprietary data: longest data field of a command (GlobalPlatform 2.3 section 11.9.3.1). */
  tlv_begin (writer, 0xA5);
  tlv_put (writer, 0x9F65, &longest, 1);
  tlv_end (writer);
}

GBytes *
lab_isdr_fci (LabEuicc *self)
{
  g_autoptr (TlvWriter) writer = tlv_writer_new ();
  gsize len;
  const guint8 *aid = g_bytes_get_data (self->isdr_aid, &len);

  put_fci_start (writer, aid, len);
  /* ISDRProprietaryApplicationTemplate (SGP.22 section 5.7.1): no LPAe. */
  tlv_begin (writer, 0xE0);
  tlv_put (writer, 0x82, self->svn, sizeof self->svn);
  tlv_end (writer);
  tlv_end (writer);
  return tlv_writer_finish (g_steal_pointer (&writer));
}

GBytes *
lab_ecasd_fci (void)
{
  g_autoptr (TlvWriter) writer = tlv_writer_new ();

  put_fci_start (writer, ecasd_aid, sizeof ecasd_aid);
  tlv_end (writer);
  return tlv_writer_finish (g_steal_pointer (&writer));
}

/* ---- answers ---- */

GBytes *
lab_answer_result (TlvTag tag, int result)
{
  g_autoptr (TlvWriter) writer = tlv_writer_new ();

  tlv_begin (writer, tag);
  tlv_put_int (writer, 0x80, result);
  tlv_end (writer);
  return tlv_writer_finish (g_steal_pointer (&writer));
}

GBytes *
lab_answer_failed (GError **error, guint16 *sw)
{
  *sw = LAB_SW_MEMORY;
  if (*error != NULL)
    g_debug ("a function failed: %s", (*error)->message);
  g_clear_error (error);
  return NULL;
}

GBytes *
lab_answer_malformed (GError **error, guint16 *sw)
{
  lab_answer_failed (error, sw);
  *sw = LAB_SW_DATA;
  return NULL;
}

/* ---- ES10 ---- */

static const struct
{
  TlvTag tag;
  LabFunction function;
  /* a BoundProfilePackage under way is given up for these alone */
  gboolean ends_loading;
} functions[] = {
  { 0xBF20, lab_es10b_get_info1 },
  { 0xBF21, lab_es10b_prepare_download },
  { 0xBF22, lab_es10b_get_info2 },
  { 0xBF28, lab_es10b_list_notification },
  { 0xBF29, lab_es10c_set_nickname },
  { 0xBF2B, lab_es10b_retrieve_notifications },
  { 0xBF2D, lab_es10c_get_profiles_info },
  { 0xBF2E, lab_es10b_get_challenge, TRUE },
  { 0xBF30, lab_es10b_remove_notification },
  { 0xBF31, lab_es10c_enable_profile },
  { 0xBF32, lab_es10c_disable_profile },
  { 0xBF33, lab_es10c_delete_profile },
  { 0xBF34, lab_es10c_memory_reset },
  { 0xBF35, lab_es10b_load_crl },
  { 0xBF38, lab_es10b_authenticate_server },
  { 0xBF3C, lab_es10a_get_addresses },
  { 0xBF3E, lab_es10c_get_eid },
  { 0xBF3F, lab_es10a_set_default_smdp },
  { 0xBF41, lab_es10b_cancel_session, TRUE },
  { 0xBF42, lab_es10b_activate_lpae },
  { 0xBF43, lab_es10b_get_rules },
};

static GBytes *
call_function (LabEuicc *self, TlvTag tag, const guint8 *data, gsize len, guint16 *sw)
{
  gboolean loading = self->session != NULL && self->session->state == LAB_EUICC_SESSION_LOADING;
  Tlv request;

  for (guint i = 0; i < G_N_ELEMENTS (functions); i++)
    {
      if (functions[i].tag != tag)
        continue;
      if (!tlv_parse (data, len, tag, &request, NULL))
        *sw = LAB_SW_DATA;
      else if (loading && !functions[i].ends_loading)
        *sw = LAB_SW_CONDITIONS;
      else
        return functions[i].function (self, &request, sw);
      return NULL;
    }
  *sw = LAB_SW_REFERENCE;
  return NULL;
}

static GBytes *
run (LabEuicc *self, const guint8 *data, gsize len, guint16 *sw)
{
  Tlv head;
  gsize header_len;

  if (!tlv_read_header (data, len, &head, &header_len, NULL))
    {
      *sw = LAB_SW_DATA;
      return NULL;
    }
  if (lab_bpp_knows_tag (head.tag))
    return lab_bpp_segment (self, data, len, sw);
  return call_function (self, head.tag, data, len, sw);
}

/* A whole command: what it changes is on the disk before its answer goes out, or it is not done. */
static GBytes *
run_atomic (LabEuicc *self, const guint8 *data, gsize len, guint16 *sw)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) response = NULL;

  if (!lab_euicc_store_begin (self->store, &error))
    return lab_answer_failed (&error, sw);
  response = run (self, data, len, sw);
  if (*sw != LAB_SW_OK)
    {
      lab_euicc_store_rollback (self->store);
      return NULL;
    }
  if (!lab_euicc_store_commit (self->store, &error))
    {
      lab_euicc_store_rollback (self->store);
      return lab_answer_failed (&error, sw);
    }
  return g_steal_pointer (&response);
}

static void
drop_chain (LabChannel *channel)
{
  g_clear_pointer (&channel->chain, g_byte_array_unref);
  channel->next_block = 0;
}

GBytes *
lab_isdr_store_data (LabEuicc *self, LabChannel *channel, const LabApdu *apdu, guint16 *sw)
{
  g_autoptr (GByteArray) chain = NULL;

  if (apdu->p1 != P1_MORE && apdu->p1 != P1_LAST)
    *sw = LAB_SW_P1P2;
  else if (apdu->lc == 0)
    *sw = LAB_SW_LENGTH;
  /* Block 0 begins anew; any other must be the next one. A chain longer than P2 can count ends
   * here, which bounds it. */
  else if (apdu->p2 != 0 && (channel->chain == NULL || apdu->p2 != channel->next_block))
    *sw = LAB_SW_P1P2;
  if (*sw != LAB_SW_OK || apdu->p2 == 0)
    drop_chain (channel);
  if (*sw != LAB_SW_OK)
    return NULL;
  if (channel->chain == NULL)
    channel->chain = g_byte_array_new ();
  g_byte_array_append (channel->chain, apdu->data, (guint) apdu->lc);
  channel->next_block++;
  if (apdu->p1 == P1_MORE)
    return NULL;
  chain = g_steal_pointer (&channel->chain);
  channel->next_block = 0;
  return run_atomic (self, chain->data, chain->len, sw);
}
