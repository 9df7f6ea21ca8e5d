/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-lab"

#include <string.h>

#include "kt-error.h"
#include "lab-euicc-private.h"

/* GetProfilesInfo: SGP.22 section 5.7.15. */

enum
{
  INCORRECT_INPUT_VALUES = 1,
};

/* Members of ProfileInfo in the order of the module. */
static const TlvTag members[]
    = { 0x5A, 0x4F, 0x9F70, 0x90, 0x91, 0x92, 0x93, 0x94, 0x95, 0xB6, 0xB7, 0xB8, 0x99 };
/* What comes without a tag list: the first nine. */
#define N_DEFAULT 9

typedef struct
{
  GBytes *isdp;
  GBytes *iccid;
  int class;
} Criteria;

static void
criteria_clear (Criteria *criteria)
{
  g_clear_pointer (&criteria->isdp, g_bytes_unref);
  g_clear_pointer (&criteria->iccid, g_bytes_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Criteria, criteria_clear)

static gboolean
read_criterion (const Tlv *tlv, Criteria *criteria, GError **error)
{
  gint64 number;

  switch (tlv->tag)
    {
    case 0x4F:
      criteria->isdp = tlv_dup_value (tlv);
      return tlv_check_len (tlv, 5, 16, error);
    case 0x5A:
      criteria->iccid = tlv_dup_value (tlv);
      return tlv_check_len (tlv, 10, 10, error);
    case 0x95:
      if (!tlv_get_int (tlv, &number, error))
        return FALSE;
      if (number < LAB_CLASS_TEST || number > LAB_CLASS_OPERATIONAL)
        return kt_error_set (error, KT_ERROR_MALFORMED, NULL, "no such class");
      criteria->class = (int) number;
      return TRUE;
    default:
      return kt_error_set (error, KT_ERROR_MALFORMED, NULL, "unknown search criterion");
    }
}

static gboolean
read_criteria (const Tlv *request, Criteria *criteria, GError **error)
{
  TlvReader reader;
  Tlv wrapper;
  Tlv criterion;
  TlvFound found = tlv_find (request, 0xA0, &wrapper, error);

  if (found != TLV_FOUND)
    return found == TLV_ABSENT;
  tlv_reader_enter (&reader, &wrapper);
  return tlv_read (&reader, &criterion, error) && read_criterion (&criterion, criteria, error)
         && tlv_expect_end (&reader, error);
}

/* Tags one after the other, without lengths. Those of later versions are passed over. */
static gboolean
read_tags (const Tlv *request, guint *wanted, GError **error)
{
  Tlv list;
  TlvFound found = tlv_find (request, 0x5C, &list, error);

  *wanted = (1 << N_DEFAULT) - 1;
  if (found != TLV_FOUND)
    return found == TLV_ABSENT;
  *wanted = 0;
  for (gsize at = 0; at < list.len; at++)
    {
      TlvTag tag = list.value[at];

      if ((tag & 0x1F) == 0x1F)
        do
          {
            if (++at == list.len)
              return kt_error_set (error, KT_ERROR_MALFORMED, NULL, "tag list cut off");
            tag = tag << 8 | list.value[at];
          }
        while ((list.value[at] & 0x80) != 0);
      for (guint i = 0; i < G_N_ELEMENTS (members); i++)
        if (members[i] == tag)
          *wanted |= 1U << i;
    }
  return TRUE;
}

static gboolean
matches (const LabStoredProfile *profile, const LabMetadata *metadata, const Criteria *criteria)
{
  if (criteria->isdp != NULL)
    return g_bytes_get_size (criteria->isdp) == sizeof profile->isdp
           && memcmp (g_bytes_get_data (criteria->isdp, NULL), profile->isdp,
                      sizeof profile->isdp)
                  == 0;
  if (criteria->iccid != NULL)
    return memcmp (g_bytes_get_data (criteria->iccid, NULL), profile->iccid, sizeof profile->iccid)
           == 0;
  return criteria->class < 0 || (int) metadata->class == criteria->class;
}

static void
put_raw (TlvWriter *writer, GBytes *raw)
{
  if (raw != NULL)
    tlv_put_raw_bytes (writer, raw);
}

static void
put_member (TlvWriter *writer, TlvTag tag, const LabStoredProfile *profile,
            const LabMetadata *metadata)
{
  switch (tag)
    {
    case 0x5A:
      tlv_put (writer, tag, profile->iccid, sizeof profile->iccid);
      break;
    case 0x4F:
      tlv_put (writer, tag, profile->isdp, sizeof profile->isdp);
      break;
    case 0x9F70:
      tlv_put_int (writer, tag, profile->enabled ? 1 : 0);
      break;
    case 0x90:
      if (profile->nickname != NULL)
        tlv_put_string (writer, tag, profile->nickname);
      break;
    case 0x91:
      tlv_put_string (writer, tag, metadata->provider);
      break;
    case 0x92:
      tlv_put_string (writer, tag, metadata->name);
      break;
    case 0x93:
      if (metadata->icon_type >= 0)
        tlv_put_int (writer, tag, metadata->icon_type);
      break;
    case 0x94:
      if (metadata->icon != NULL)
        tlv_put_bytes (writer, tag, metadata->icon);
      break;
    case 0x95:
      tlv_put_int (writer, tag, metadata->class);
      break;
    case 0xB6:
      put_raw (writer, metadata->notify_raw);
      break;
    case 0xB7:
      put_raw (writer, metadata->owner_raw);
      break;
    case 0xB8:
      put_raw (writer, profile->dp);
      break;
    case 0x99:
      if (metadata->pprs != 0)
        tlv_put_bits (writer, tag, metadata->pprs);
      break;
    default:
      g_assert_not_reached ();
    }
}

static gboolean
put_profile (LabEuicc *self, TlvWriter *writer, const LabStoredProfile *profile,
             const Criteria *criteria, guint wanted, GError **error)
{
  g_autoptr (LabMetadata) metadata = lab_profile_metadata (profile, error);

  if (metadata == NULL)
    return FALSE;
  if (!matches (profile, metadata, criteria))
    return TRUE;
  tlv_begin (writer, 0xE3);
  for (guint i = 0; i < G_N_ELEMENTS (members); i++)
    if ((wanted & (1U << i)) != 0)
      put_member (writer, members[i], profile, metadata);
  /* Version 3: a port, and one that is not yet thought of. */
  if ((self->knobs.quirks & LAB_QUIRK_NEW_MEMBERS) != 0)
    {
      tlv_put_int (writer, 0x9F24, 0);
      tlv_put_string (writer, 0x9F7E, "later");
    }
  tlv_end (writer);
  return TRUE;
}

static GBytes *
info_error (int code)
{
  g_autoptr (TlvWriter) writer = tlv_writer_new ();

  tlv_begin (writer, 0xBF2D);
  tlv_put_int (writer, 0x81, code);
  tlv_end (writer);
  return tlv_writer_finish (g_steal_pointer (&writer));
}

GBytes *
lab_es10c_get_profiles_info (LabEuicc *self, const Tlv *request, guint16 *sw)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) profiles = NULL;
  g_autoptr (TlvWriter) writer = tlv_writer_new ();
  g_auto (Criteria) criteria = { .class = -1 };
  guint wanted;

  if (!read_criteria (request, &criteria, &error) || !read_tags (request, &wanted, &error))
    return info_error (INCORRECT_INPUT_VALUES);
  profiles = lab_euicc_store_list_profiles (self->store, &error);
  if (profiles == NULL)
    return lab_answer_failed (&error, sw);
  tlv_begin (writer, 0xBF2D);
  tlv_begin (writer, 0xA0);
  for (guint i = 0; i < profiles->len; i++)
    if (!put_profile (self, writer, g_ptr_array_index (profiles, i), &criteria, wanted, &error))
      return lab_answer_failed (&error, sw);
  tlv_end (writer);
  tlv_end (writer);
  return tlv_writer_finish (g_steal_pointer (&writer));
}
