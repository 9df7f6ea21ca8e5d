/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-lab"

#include <string.h>

#include "kt-bytes.h"
#include "kt-error.h"
#include "lab-euicc-install.h"

/*
 * LoadBoundProfilePackage: SGP.22 sections 2.5.5 and 5.7.6. The package comes in segments, each its
 * own chain of STORE DATA, in the one order that there is. A segment that does not belong there is
 * refused with a status word and changes nothing; one that belongs there and is wrong ends it all
 * with a ProfileInstallationResult.
 */

enum
{
  TAG_BPP = 0xBF36,
  TAG_INITIALISE = 0xBF23,
  TAG_CONFIGURE_LIST = 0xA0,
  TAG_METADATA_LIST = 0xA1,
  TAG_KEYS_LIST = 0xA2,
  TAG_PROFILE_LIST = 0xA3,
  /* An icon of 1024 bytes and all texts at their longest stay far below. */
  MAX_METADATA = 16 * 1024,
};

/* What a segment has come to. */
typedef struct
{
  LabEuicc *self;
  LabEuiccSession *session;
  LabLoad *load;
  LabBppCommand command;
  LabErrorReason reason;
  GBytes *result;
  LabSaipFailure failure;
  GError *error;
} Step;

gboolean
lab_bpp_knows_tag (TlvTag tag)
{
  return tag == TAG_BPP || (tag >= TAG_CONFIGURE_LIST && tag <= TAG_PROFILE_LIST)
         || tag == LAB_BSP_PROFILE || tag == LAB_BSP_COMMAND || tag == LAB_BSP_METADATA;
}

/* ---- InitialiseSecureChannel ---- */

typedef struct
{
  Tlv operation;
  Tlv transaction_id;
  Tlv crt;
  Tlv key_type;
  Tlv key_length;
  Tlv host_id;
  Tlv point;
  Tlv signature;
} Initialise;

static gboolean
read_initialise (const Tlv *tlv, Initialise *init, GError **error)
{
  TlvReader reader;

  tlv_reader_enter (&reader, tlv);
  return tlv_expect (&reader, 0x82, &init->operation, error)
         && tlv_expect (&reader, 0x80, &init->transaction_id, error)
         && tlv_expect (&reader, 0xA6, &init->crt, error)
         && tlv_need (&init->crt, 0x80, &init->key_type, error)
         && tlv_need (&init->crt, 0x81, &init->key_length, error)
         && tlv_need (&init->crt, 0x84, &init->host_id, error)
         && tlv_check_len (&init->host_id, 1, 16, error)
         && tlv_expect (&reader, 0x5F49, &init->point, error)
         && tlv_check_len (&init->point, LAB_EC_POINT_BYTES, LAB_EC_POINT_BYTES, error)
         && tlv_expect (&reader, 0x5F37, &init->signature, error);
}

static void
append (GByteArray *array, const Tlv *tlv)
{
  g_byte_array_append (array, tlv->raw, (guint) tlv->raw_len);
}

/* The signed elements one after the other, the card's own key at the end though it is not sent. */
static gboolean
verify_initialise (const LabEuiccSession *session, const Initialise *init, GBytes *own_point)
{
  g_autoptr (GByteArray) data = g_byte_array_new ();
  g_autoptr (TlvWriter) writer = tlv_writer_new ();
  g_autoptr (GBytes) own = NULL;

  tlv_put_bytes (writer, 0x5F49, own_point);
  own = tlv_writer_finish (g_steal_pointer (&writer));
  append (data, &init->operation);
  append (data, &init->transaction_id);
  append (data, &init->crt);
  append (data, &init->point);
  g_byte_array_append (data, g_bytes_get_data (own, NULL), (guint) g_bytes_get_size (own));
  return lab_ec_verify (session->dppb->public_key, data->data, data->len, init->signature.value,
                        init->signature.len, NULL);
}

static gboolean
is_byte (const Tlv *tlv, guint8 value)
{
  return tlv->len == 1 && tlv->value[0] == value;
}

static LabErrorReason
judge_initialise (const LabEuiccSession *session, const Initialise *init, GBytes *own_point)
{
  if (!is_byte (&init->operation, 0x01))
    return LAB_REASON_OPERATION_TYPE;
  if (!kt_bytes_equal_data (session->transaction_id, init->transaction_id.value,
                            init->transaction_id.len))
    return LAB_REASON_TRANSACTION;
  if (!is_byte (&init->key_type, 0x88) || !is_byte (&init->key_length, 0x10))
    return LAB_REASON_CRT;
  if (!verify_initialise (session, init, own_point))
    return LAB_REASON_SIGNATURE;
  if (!lab_ec_point_is_valid (init->point.value))
    return LAB_REASON_INPUT_VALUES;
  return LAB_REASON_NONE;
}

static void
initialise (Step *step, const Tlv *tlv)
{
  const LabEuiccSession *session = step->session;
  g_autoptr (GBytes) own_point = lab_key_dup_public (session->one_time_key);
  g_autoptr (GBytes) point = NULL;
  g_autoptr (GBytes) secret = NULL;
  g_autoptr (GBytes) host_id = NULL;
  Initialise init;

  step->command = LAB_BPP_INITIALISE;
  if (!read_initialise (tlv, &init, NULL))
    {
      step->reason = LAB_REASON_INPUT_VALUES;
      return;
    }
  step->reason = judge_initialise (session, &init, own_point);
  if (step->reason != LAB_REASON_NONE)
    return;
  point = tlv_dup_value (&init.point);
  host_id = tlv_dup_value (&init.host_id);
  secret = lab_key_ecdh (session->one_time_key, point, NULL);
  if (secret == NULL)
    step->reason = LAB_REASON_INPUT_VALUES;
  else
    step->load->bsp = lab_bsp_new (secret, host_id, step->self->eid_bytes);
}

/* ---- lists of protected segments ---- */

static gboolean
unprotect (Step *step, const Tlv *segment)
{
  LabLoad *load = step->load;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) plain = lab_bsp_unprotect (load->bsp, segment, &error);

  if (plain == NULL)
    {
      step->reason = g_error_matches (error, KT_ERROR, KT_ERROR_CHECK_FAILED)
                         ? LAB_REASON_SECURITY
                         : LAB_REASON_STRUCTURE;
      return FALSE;
    }
  g_byte_array_append (load->plain, g_bytes_get_data (plain, NULL),
                       (guint) g_bytes_get_size (plain));
  return TRUE;
}

/* What the list has yielded; the buffer is wiped for the next one. */
static GBytes *
take_plain (LabLoad *load)
{
  GBytes *plain = kt_secret_bytes (load->plain->data, load->plain->len);

  kt_wipe (load->plain->data, load->plain->len);
  g_byte_array_set_size (load->plain, 0);
  return plain;
}

/* A0 and A2: lists that come in one segment, of '87' elements. */
static GBytes *
read_commands (Step *step, const guint8 *data, gsize len)
{
  TlvReader reader;
  Tlv list;
  Tlv segment;

  tlv_reader_init (&reader, data, len);
  if (!tlv_read (&reader, &list, NULL) || !tlv_reader_at_end (&reader) || list.len == 0)
    {
      step->reason = LAB_REASON_STRUCTURE;
      return NULL;
    }
  tlv_reader_enter (&reader, &list);
  while (!tlv_reader_at_end (&reader))
    {
      if (!tlv_read (&reader, &segment, NULL) || segment.tag != LAB_BSP_COMMAND)
        {
          step->reason = LAB_REASON_STRUCTURE;
          return NULL;
        }
      if (!unprotect (step, &segment))
        return NULL;
    }
  return take_plain (step->load);
}

static void
configure (Step *step, const guint8 *data, gsize len)
{
  g_autoptr (GBytes) command = NULL;

  step->command = LAB_BPP_CONFIGURE;
  command = read_commands (step, data, len);
  if (command == NULL)
    return;
  step->reason = lab_install_configure (step->load, command);
  step->load->stage = LAB_STAGE_METADATA_HEADER;
}

static void
replace_keys (Step *step, const guint8 *data, gsize len)
{
  g_autoptr (GBytes) command = NULL;

  step->command = LAB_BPP_KEYS;
  command = read_commands (step, data, len);
  if (command == NULL)
    return;
  step->reason = lab_install_keys (step->load, command);
  step->load->stage = LAB_STAGE_PROFILE_HEADER;
}

/* A1 and A3: tag and length come alone, then each element in a segment of its own. */
static void
begin_list (Step *step, const guint8 *data, gsize len, LabBppCommand command, LabBppStage next)
{
  LabLoad *load = step->load;
  gsize header_len;
  Tlv list;

  step->command = command;
  if (!tlv_read_header (data, len, &list, &header_len, NULL) || header_len != len || list.len == 0
      || load->seen + list.len > load->total
      || (command == LAB_BPP_PROFILE && load->seen + list.len != load->total))
    {
      step->reason = LAB_REASON_STRUCTURE;
      return;
    }
  if (command == LAB_BPP_METADATA && list.len > MAX_METADATA)
    {
      step->reason = LAB_REASON_INPUT_VALUES;
      return;
    }
  load->list_left = list.len;
  load->stage = next;
}

/* One element of the list; whether it was the last. */
static gboolean
take_element (Step *step, const guint8 *data, gsize len)
{
  LabLoad *load = step->load;
  TlvReader reader;
  Tlv segment;

  tlv_reader_init (&reader, data, len);
  if (!tlv_read (&reader, &segment, NULL) || !tlv_reader_at_end (&reader) || len > load->list_left)
    {
      step->reason = LAB_REASON_STRUCTURE;
      return FALSE;
    }
  if (!unprotect (step, &segment))
    return FALSE;
  load->list_left -= len;
  return load->list_left == 0;
}

static void
take_metadata (Step *step, const guint8 *data, gsize len)
{
  g_autoptr (GBytes) command = NULL;

  step->command = LAB_BPP_METADATA;
  if (!take_element (step, data, len))
    return;
  command = take_plain (step->load);
  step->reason = lab_install_metadata (step->self, step->load, command);
  step->load->stage = LAB_STAGE_KEYS_OR_PROFILE_HEADER;
}

static void
begin_profile (Step *step, const guint8 *data, gsize len)
{
  gint64 left;

  begin_list (step, data, len, LAB_BPP_PROFILE, LAB_STAGE_PROFILE);
  if (step->reason != LAB_REASON_NONE)
    return;
  if (!lab_euicc_free_memory (step->self, &left, &step->error))
    step->reason = LAB_REASON_UNKNOWN;
  /* A package that is larger than what is left need not come at all. */
  else if ((gint64) step->load->list_left > MIN (left, LAB_SAIP_MAX_SIZE))
    step->reason = LAB_REASON_MEMORY;
}

static void
take_profile (Step *step, const guint8 *data, gsize len)
{
  g_autoptr (GBytes) upp = NULL;

  step->command = LAB_BPP_PROFILE;
  if (!take_element (step, data, len))
    return;
  upp = take_plain (step->load);
  step->reason
      = lab_install_profile (step->self, upp, &step->result, &step->failure, &step->error);
}

/* ---- segments in their order ---- */

static gboolean
is_awaited (const LabLoad *load, TlvTag tag)
{
  switch (load->stage)
    {
    case LAB_STAGE_CONFIGURE:
      return tag == TAG_CONFIGURE_LIST;
    case LAB_STAGE_METADATA_HEADER:
      return tag == TAG_METADATA_LIST;
    case LAB_STAGE_METADATA:
      return tag == LAB_BSP_METADATA;
    case LAB_STAGE_KEYS_OR_PROFILE_HEADER:
      return tag == TAG_KEYS_LIST || tag == TAG_PROFILE_LIST;
    case LAB_STAGE_PROFILE_HEADER:
      return tag == TAG_PROFILE_LIST;
    case LAB_STAGE_PROFILE:
      return tag == LAB_BSP_PROFILE;
    default:
      g_assert_not_reached ();
    }
}

static LabBppCommand
command_of (TlvTag tag)
{
  switch (tag)
    {
    case TAG_BPP:
      return LAB_BPP_INITIALISE;
    case TAG_CONFIGURE_LIST:
      return LAB_BPP_CONFIGURE;
    case TAG_METADATA_LIST:
    case LAB_BSP_METADATA:
      return LAB_BPP_METADATA;
    case TAG_KEYS_LIST:
      return LAB_BPP_KEYS;
    default:
      return LAB_BPP_PROFILE;
    }
}

/* A test wants this command to fail: at its first segment, not at the bare header of its list. */
static gboolean
shall_fail (Step *step, TlvTag tag)
{
  LabKnobs *knobs = &step->self->knobs;

  if (knobs->bpp_command != (int) command_of (tag) || tag == TAG_METADATA_LIST
      || tag == TAG_PROFILE_LIST)
    return FALSE;
  step->command = command_of (tag);
  step->reason = (LabErrorReason) knobs->bpp_reason;
  knobs->bpp_command = -1;
  return TRUE;
}

static void
take_segment (Step *step, TlvTag tag, const guint8 *data, gsize len)
{
  step->load->seen += len;
  if (shall_fail (step, tag))
    return;
  switch (tag)
    {
    case TAG_CONFIGURE_LIST:
      configure (step, data, len);
      break;
    case TAG_METADATA_LIST:
      begin_list (step, data, len, LAB_BPP_METADATA, LAB_STAGE_METADATA);
      break;
    case LAB_BSP_METADATA:
      take_metadata (step, data, len);
      break;
    case TAG_KEYS_LIST:
      replace_keys (step, data, len);
      break;
    case TAG_PROFILE_LIST:
      begin_profile (step, data, len);
      break;
    case LAB_BSP_PROFILE:
      take_profile (step, data, len);
      break;
    default:
      g_assert_not_reached ();
    }
}

/* The first segment: tag and length of the whole, and the whole InitialiseSecureChannel. */
static void
begin (Step *step, const guint8 *data, gsize len)
{
  LabLoad *load = g_new0 (LabLoad, 1);
  gsize header_len = 0;
  Tlv whole;
  Tlv tlv;

  load->plain = g_byte_array_new ();
  step->load = step->session->load = load;
  step->session->state = LAB_EUICC_SESSION_LOADING;
  step->command = LAB_BPP_INITIALISE;
  if (shall_fail (step, TAG_BPP))
    return;
  if (!tlv_read_header (data, len, &whole, &header_len, NULL)
      || !tlv_parse (data + header_len, len - header_len, TAG_INITIALISE, &tlv, NULL)
      || tlv.raw_len > whole.len)
    {
      step->reason = LAB_REASON_INPUT_VALUES;
      return;
    }
  load->total = whole.len;
  load->seen = tlv.raw_len;
  initialise (step, &tlv);
}

static GBytes *
conclude (Step *step, guint16 *sw)
{
  if (step->error == NULL && step->reason != LAB_REASON_NONE)
    step->result = lab_install_fail (step->self, step->command, step->reason,
                                     step->reason == LAB_REASON_PROFILE_ELEMENT
                                             || step->reason == LAB_REASON_MEMORY
                                         ? &step->failure
                                         : NULL,
                                     &step->error);
  if (step->error == NULL)
    return step->result;
  g_clear_pointer (&step->self->session, lab_euicc_session_free);
  return lab_answer_failed (&step->error, sw);
}

GBytes *
lab_bpp_segment (LabEuicc *self, const guint8 *data, gsize len, guint16 *sw)
{
  LabEuiccSession *session = self->session;
  Step step = { .self = self, .session = session, .failure = { -1, -1 } };
  gsize header_len;
  Tlv head;

  if (!tlv_read_header (data, len, &head, &header_len, NULL))
    {
      *sw = LAB_SW_DATA;
      return NULL;
    }
  if (session != NULL && session->state == LAB_EUICC_SESSION_PREPARED && head.tag == TAG_BPP)
    begin (&step, data, len);
  else if (session != NULL && session->state == LAB_EUICC_SESSION_LOADING
           && is_awaited (session->load, head.tag))
    {
      step.load = session->load;
      take_segment (&step, head.tag, data, len);
    }
  else
    {
      *sw = LAB_SW_CONDITIONS;
      return NULL;
    }
  return conclude (&step, sw);
}
