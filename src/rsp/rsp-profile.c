/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-rsp"

#include "rsp-profile.h"

#include <string.h>

#include "kt-error.h"
#include "kt-iccid.h"
#include "rsp-tags.h"

#define MAX_PROVIDER 32
#define MAX_NAME 64
#define MAX_ICON 1024
#define MAX_ADDRESS 255
#define MAX_NOTIFY 64
/* An icon or text beyond its limit that already sits on a chip is shown as it is, up to this. */
#define MAX_LENIENT 4096

static RspOperatorId *
operator_id_from_plmn (const guint8 plmn[3])
{
  RspOperatorId *id = g_new0 (RspOperatorId, 1);
  const guint8 nibbles[6] = { plmn[0] & 0x0F, plmn[0] >> 4, plmn[1] & 0x0F,
                              plmn[2] & 0x0F, plmn[2] >> 4, plmn[1] >> 4 };
  GString *text = g_string_new (NULL);

  memcpy (id->plmn, plmn, 3);
  for (guint i = 0; i < 6; i++)
    if (nibbles[i] <= 9)
      g_string_append_c (text, (char) ('0' + nibbles[i]));
    else if (nibbles[i] == 0x0E)
      g_string_append_c (text, '*');
  id->mcc_mnc = g_string_free (text, FALSE);
  return id;
}

RspOperatorId *
rsp_operator_id_parse (const Tlv *tlv, GError **error)
{
  g_autoptr (RspOperatorId) id = NULL;
  TlvFound found;
  Tlv child;

  if (!tlv_need (tlv, 0x80, &child, error) || !tlv_check_len (&child, 3, 3, error))
    return NULL;
  id = operator_id_from_plmn (child.value);
  found = tlv_find (tlv, 0x81, &child, error);
  if (found == TLV_MALFORMED)
    return NULL;
  if (found == TLV_FOUND)
    id->gid1 = tlv_dup_value (&child);
  found = tlv_find (tlv, 0x82, &child, error);
  if (found == TLV_MALFORMED)
    return NULL;
  if (found == TLV_FOUND)
    id->gid2 = tlv_dup_value (&child);
  return g_steal_pointer (&id);
}

void
rsp_operator_id_free (RspOperatorId *id)
{
  if (id == NULL)
    return;
  g_free (id->mcc_mnc);
  g_clear_pointer (&id->gid1, g_bytes_unref);
  g_clear_pointer (&id->gid2, g_bytes_unref);
  g_free (id);
}

void
rsp_notify_config_free (RspNotifyConfig *config)
{
  if (config == NULL)
    return;
  g_free (config->address);
  g_free (config);
}

static void
profile_clear (gpointer data)
{
  RspProfile *profile = data;

  g_free (profile->iccid);
  g_clear_pointer (&profile->iccid_raw, g_bytes_unref);
  g_clear_pointer (&profile->aid, g_bytes_unref);
  g_free (profile->nickname);
  g_free (profile->provider);
  g_free (profile->name);
  g_clear_pointer (&profile->icon, g_bytes_unref);
  g_clear_pointer (&profile->notify, g_ptr_array_unref);
  g_clear_pointer (&profile->owner, rsp_operator_id_free);
  g_free (profile->dp_oid);
}

RspProfile *
rsp_profile_new (void)
{
  RspProfile *profile = g_atomic_rc_box_new0 (RspProfile);

  profile->state = RSP_STATE_UNKNOWN;
  profile->icon_type = RSP_ICON_NONE;
  /* SGP.22: profileClass DEFAULT operational */
  profile->profile_class = RSP_CLASS_OPERATIONAL;
  profile->notify = g_ptr_array_new_with_free_func ((GDestroyNotify) rsp_notify_config_free);
  return profile;
}

RspProfile *
rsp_profile_ref (RspProfile *profile)
{
  return g_atomic_rc_box_acquire (profile);
}

void
rsp_profile_unref (RspProfile *profile)
{
  if (profile != NULL)
    g_atomic_rc_box_release_full (profile, profile_clear);
}

static gboolean
take_text (char **field, const Tlv *tlv, gsize max, gboolean strict, GError **error)
{
  g_free (*field);
  if (strict)
    *field = tlv_dup_string (tlv, max, error);
  else
    *field = g_utf8_make_valid ((const char *) tlv->value, (gssize) MIN (tlv->len, MAX_LENIENT));
  return *field != NULL;
}

static gboolean
take_iccid (RspProfile *profile, const Tlv *tlv, gboolean strict, GError **error)
{
  g_autoptr (GError) local = NULL;

  g_free (profile->iccid);
  profile->iccid = kt_iccid_from_bytes (tlv->value, tlv->len, &local);
  if (profile->iccid == NULL && strict)
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  g_clear_pointer (&profile->iccid_raw, g_bytes_unref);
  if (tlv->len == KT_ICCID_BYTES)
    profile->iccid_raw = tlv_dup_value (tlv);
  return TRUE;
}

static gboolean
take_notify (RspProfile *profile, const Tlv *tlv, gboolean strict, GError **error)
{
  TlvReader reader;

  tlv_reader_enter (&reader, tlv);
  g_ptr_array_set_size (profile->notify, 0);
  while (!tlv_reader_at_end (&reader))
    {
      g_autoptr (RspNotifyConfig) config = g_new0 (RspNotifyConfig, 1);
      Tlv entry;
      Tlv child;

      if (!tlv_expect (&reader, TLV_SEQUENCE, &entry, error)
          || !tlv_need (&entry, 0x80, &child, error)
          || !tlv_get_bits (&child, &config->events, error)
          || !tlv_need (&entry, 0x81, &child, error)
          || !take_text (&config->address, &child, MAX_ADDRESS, strict, error))
        return FALSE;
      if (profile->notify->len >= MAX_NOTIFY)
        return kt_error_set (error, KT_ERROR_LIMIT, NULL, "more than %u notification addresses",
                             MAX_NOTIFY);
      g_ptr_array_add (profile->notify, g_steal_pointer (&config));
    }
  return TRUE;
}

/* One profile with a value of a later version must not hide all others: @otherwise stands in. */
static gboolean
take_number (const Tlv *tlv, gboolean strict, gint64 min, gint64 max, gint64 otherwise, gint64 *out,
             GError **error)
{
  if (!tlv_get_int (tlv, out, error))
    return FALSE;
  if (*out >= min && *out <= max)
    return TRUE;
  if (strict)
    return kt_error_set (error, KT_ERROR_MALFORMED, NULL, "TLV %X: unknown value %" G_GINT64_FORMAT,
                         tlv->tag, *out);
  *out = otherwise;
  return TRUE;
}

static gboolean
take_dp_oid (RspProfile *profile, const Tlv *tlv, GError **error)
{
  Tlv child;
  TlvFound found = tlv_find (tlv, 0x80, &child, error);

  if (found == TLV_FOUND)
    {
      g_free (profile->dp_oid);
      profile->dp_oid = tlv_dup_oid (&child, error);
      return profile->dp_oid != NULL;
    }
  return found == TLV_ABSENT;
}

static gboolean
take_icon (RspProfile *profile, const Tlv *tlv, gboolean strict, GError **error)
{
  if (strict && tlv->len > MAX_ICON)
    return kt_error_set (error, KT_ERROR_LIMIT, NULL, "icon of %zu bytes, at most %u allowed",
                         tlv->len, MAX_ICON);
  g_clear_pointer (&profile->icon, g_bytes_unref);
  if (tlv->len > 0 && tlv->len <= MAX_LENIENT)
    profile->icon = tlv_dup_value (tlv);
  return TRUE;
}

static gboolean
take_field (RspProfile *profile, const Tlv *tlv, gboolean strict, GError **error)
{
  gint64 number;

  switch (tlv->tag)
    {
    case RSP_TAG_ICCID:
      return take_iccid (profile, tlv, strict, error);
    case RSP_TAG_AID:
      g_clear_pointer (&profile->aid, g_bytes_unref);
      profile->aid = tlv_dup_value (tlv);
      return tlv_check_len (tlv, 1, 16, error);
    case RSP_TAG_PROFILE_STATE:
      if (!take_number (tlv, strict, 0, 1, RSP_STATE_UNKNOWN, &number, error))
        return FALSE;
      profile->state = (RspProfileState) number;
      return TRUE;
    case RSP_TAG_NICKNAME:
      return take_text (&profile->nickname, tlv, MAX_NAME, strict, error);
    case RSP_TAG_PROVIDER:
      return take_text (&profile->provider, tlv, MAX_PROVIDER, strict, error);
    case RSP_TAG_PROFILE_NAME:
      return take_text (&profile->name, tlv, MAX_NAME, strict, error);
    case RSP_TAG_ICON_TYPE:
      /* a later icon type is simply one that cannot be shown */
      if (!tlv_get_int (tlv, &number, error))
        return FALSE;
      profile->icon_type = number == 0 || number == 1 ? (RspIconType) number : RSP_ICON_NONE;
      return TRUE;
    case RSP_TAG_ICON:
      return take_icon (profile, tlv, strict, error);
    case RSP_TAG_PROFILE_CLASS:
      if (!take_number (tlv, strict, 0, 2, RSP_CLASS_OPERATIONAL, &number, error))
        return FALSE;
      profile->profile_class = (RspProfileClass) number;
      return TRUE;
    case RSP_TAG_NOTIFY_CONFIG:
      return take_notify (profile, tlv, strict, error);
    case RSP_TAG_OWNER:
      g_clear_pointer (&profile->owner, rsp_operator_id_free);
      profile->owner = rsp_operator_id_parse (tlv, error);
      return profile->owner != NULL;
    case RSP_TAG_DP_PROPRIETARY:
      return take_dp_oid (profile, tlv, error);
    case RSP_TAG_PPR:
      return tlv_get_bits (tlv, &profile->ppr, error);
    default:
      /* EXTENSIBILITY IMPLIED */
      return TRUE;
    }
}

static RspProfile *
parse_fields (const Tlv *tlv, gboolean strict, GError **error)
{
  g_autoptr (RspProfile) profile = rsp_profile_new ();
  TlvReader reader;

  tlv_reader_enter (&reader, tlv);
  while (!tlv_reader_at_end (&reader))
    {
      Tlv field;

      if (!tlv_read (&reader, &field, error) || !take_field (profile, &field, strict, error))
        return NULL;
    }
  return g_steal_pointer (&profile);
}

RspProfile *
rsp_profile_parse (const Tlv *tlv, GError **error)
{
  return parse_fields (tlv, FALSE, error);
}

static RspProfile *
metadata_parse (GBytes *bytes, GError **error)
{
  g_autoptr (RspProfile) profile = NULL;
  Tlv tlv;

  if (!tlv_parse_bytes (bytes, RSP_TAG_STORE_METADATA, &tlv, error))
    return NULL;
  profile = parse_fields (&tlv, TRUE, error);
  if (profile == NULL)
    return NULL;
  if (profile->iccid == NULL || profile->provider == NULL || profile->name == NULL)
    {
      kt_error_set (error, KT_ERROR_MISSING, NULL, "metadata without ICCID, provider or name");
      return NULL;
    }
  /* The icon may only be there if its type says what it is. */
  if (profile->icon_type == RSP_ICON_NONE)
    g_clear_pointer (&profile->icon, g_bytes_unref);
  return g_steal_pointer (&profile);
}

RspProfile *
rsp_metadata_parse (GBytes *bytes, GError **error)
{
  GError *local = NULL;
  RspProfile *profile = metadata_parse (bytes, &local);

  if (profile == NULL)
    {
      kt_error_detail (local)->key = "metadata.invalid";
      g_propagate_prefixed_error (error, local, "profile metadata: ");
    }
  return profile;
}

static gboolean
bytes_equal0 (GBytes *a, GBytes *b)
{
  if (a == NULL || b == NULL)
    return a == b;
  return g_bytes_equal (a, b);
}

static gboolean
owners_equal (const RspOperatorId *a, const RspOperatorId *b)
{
  if (a == NULL || b == NULL)
    return a == b;
  return memcmp (a->plmn, b->plmn, 3) == 0 && bytes_equal0 (a->gid1, b->gid1)
         && bytes_equal0 (a->gid2, b->gid2);
}

static gboolean
notify_equal (const GPtrArray *a, const GPtrArray *b)
{
  if (a->len != b->len)
    return FALSE;
  for (guint i = 0; i < a->len; i++)
    {
      const RspNotifyConfig *ca = g_ptr_array_index (a, i);
      const RspNotifyConfig *cb = g_ptr_array_index (b, i);

      if (ca->events != cb->events || g_ascii_strcasecmp (ca->address, cb->address) != 0)
        return FALSE;
    }
  return TRUE;
}

const char *
rsp_metadata_differs (const RspProfile *a, const RspProfile *b)
{
  if (g_strcmp0 (a->iccid, b->iccid) != 0)
    return "iccid";
  if (g_strcmp0 (a->provider, b->provider) != 0)
    return "serviceProviderName";
  if (g_strcmp0 (a->name, b->name) != 0)
    return "profileName";
  if (a->profile_class != b->profile_class)
    return "profileClass";
  if (a->ppr != b->ppr)
    return "profilePolicyRules";
  if (!owners_equal (a->owner, b->owner))
    return "profileOwner";
  if (a->icon_type != b->icon_type || !bytes_equal0 (a->icon, b->icon))
    return "icon";
  if (!notify_equal (a->notify, b->notify))
    return "notificationConfigurationInfo";
  return NULL;
}

char *
rsp_profile_title (const RspProfile *profile)
{
  gboolean provider = profile->provider != NULL && *profile->provider != '\0';
  gboolean name = profile->name != NULL && *profile->name != '\0';

  if (profile->nickname != NULL && *profile->nickname != '\0')
    return g_strdup (profile->nickname);
  if (provider && name && strcmp (profile->provider, profile->name) != 0)
    return g_strconcat (profile->provider, " ", profile->name, NULL);
  if (provider)
    return g_strdup (profile->provider);
  if (name)
    return g_strdup (profile->name);
  return g_strdup (profile->iccid != NULL ? profile->iccid : "?");
}

const char *
rsp_class_name (RspProfileClass profile_class)
{
  static const char *const names[] = { "test", "provisioning", "operational" };

  return (guint) profile_class < G_N_ELEMENTS (names) ? names[profile_class] : "unknown";
}

const char *
rsp_event_name (guint32 event)
{
  switch (event)
    {
    case RSP_EVENT_INSTALL:
      return "install";
    case RSP_EVENT_ENABLE:
      return "enable";
    case RSP_EVENT_DISABLE:
      return "disable";
    case RSP_EVENT_DELETE:
      return "delete";
    default:
      return "unknown";
    }
}
