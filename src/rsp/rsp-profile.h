/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "tlv.h"

G_BEGIN_DECLS

/** RspPpr: profile policy rules (PprIds), SGP.22 section 2.9. */
typedef enum
{
  RSP_PPR_UPDATE_CONTROL = 1 << 0,
  RSP_PPR1_NO_DISABLE = 1 << 1,
  RSP_PPR2_NO_DELETE = 1 << 2,
} RspPpr;

/** RspEvent: profile management operations that are notified. */
typedef enum
{
  RSP_EVENT_INSTALL = 1 << 0,
  RSP_EVENT_ENABLE = 1 << 1,
  RSP_EVENT_DISABLE = 1 << 2,
  RSP_EVENT_DELETE = 1 << 3,
} RspEvent;

typedef enum
{
  RSP_CLASS_TEST = 0,
  RSP_CLASS_PROVISIONING = 1,
  RSP_CLASS_OPERATIONAL = 2,
} RspProfileClass;

typedef enum
{
  RSP_STATE_UNKNOWN = -1,
  RSP_STATE_DISABLED = 0,
  RSP_STATE_ENABLED = 1,
} RspProfileState;

typedef enum
{
  RSP_ICON_NONE = -1,
  RSP_ICON_JPG = 0,
  RSP_ICON_PNG = 1,
} RspIconType;

/** RspOperatorId: @plmn as in TS 24.008; nibble E is a wildcard in a RAT. @mcc_mnc: "44010". */
typedef struct
{
  guint8 plmn[3];
  char *mcc_mnc;
  GBytes *gid1;
  GBytes *gid2;
} RspOperatorId;

/** RspNotifyConfig: which events (#RspEvent bits) go to which address. */
typedef struct
{
  guint32 events;
  char *address;
} RspNotifyConfig;

/**
 * RspProfile:
 * @iccid: (nullable): 18 to 20 digits
 * @iccid_raw: (nullable): the 10 bytes as the chip wants them back
 * @aid: (nullable): AID of the ISD-P; %NULL in metadata of a download
 * @notify: (element-type RspNotifyConfig): never %NULL
 * @owner: (nullable)
 * @dp_oid: (nullable): OID of the SM-DP+ that made the profile
 * @ppr: #RspPpr bits
 *
 * A profile as GetProfilesInfo lists it (ProfileInfo) or as an SM-DP+ announces it
 * (StoreMetadataRequest). Any text can be %NULL.
 */
typedef struct
{
  char *iccid;
  GBytes *iccid_raw;
  GBytes *aid;
  RspProfileState state;
  char *nickname;
  char *provider;
  char *name;
  RspIconType icon_type;
  GBytes *icon;
  RspProfileClass profile_class;
  GPtrArray *notify;
  RspOperatorId *owner;
  char *dp_oid;
  guint32 ppr;
} RspProfile;

RspProfile *rsp_profile_new (void);
RspProfile *rsp_profile_ref (RspProfile *profile);
void rsp_profile_unref (RspProfile *profile);

/**
 * rsp_profile_parse:
 * @tlv: an E3 of GetProfilesInfo
 *
 * What sits on a chip must stay visible: a text that is not UTF-8 is repaired, an ICCID that is
 * none is left out. A broken structure is an error all the same.
 *
 * Returns: (transfer full) (nullable)
 */
RspProfile *rsp_profile_parse (const Tlv *tlv, GError **error);

/**
 * rsp_metadata_parse:
 * @bytes: exactly one BF25 StoreMetadataRequest
 *
 * Strict, because it comes from outside and is shown for consent: %KT_ERROR_MISSING,
 * %KT_ERROR_MALFORMED or %KT_ERROR_LIMIT, with key "metadata.invalid".
 *
 * Returns: (transfer full) (nullable)
 */
RspProfile *rsp_metadata_parse (GBytes *bytes, GError **error);

/**
 * rsp_metadata_differs:
 *
 * Whether two metadata differ in anything a person consents to or the chip acts upon.
 *
 * Returns: (nullable): static name of the first differing field; %NULL if they agree
 */
const char *rsp_metadata_differs (const RspProfile *a, const RspProfile *b);

/** rsp_profile_title: Returns: (transfer full): nickname, else provider and name, else ICCID. */
char *rsp_profile_title (const RspProfile *profile);

/** rsp_operator_id_parse: @tlv's value is the content of OperatorId (80 mccMnc, 81 gid1, 82 gid2). */
RspOperatorId *rsp_operator_id_parse (const Tlv *tlv, GError **error);
void rsp_operator_id_free (RspOperatorId *id);
void rsp_notify_config_free (RspNotifyConfig *config);

const char *rsp_class_name (RspProfileClass profile_class);
const char *rsp_event_name (guint32 event);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RspProfile, rsp_profile_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RspOperatorId, rsp_operator_id_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RspNotifyConfig, rsp_notify_config_free)

G_END_DECLS
