/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rsp-profile.h"

G_BEGIN_DECLS

/** Longest texts and icon of StoreMetadataRequest, in bytes (SGP.22 section 5.5.3). */
#define LAB_METADATA_MAX_PROVIDER 32
#define LAB_METADATA_MAX_NAME 64
#define LAB_METADATA_MAX_ICON 1024

/** LabNotify: which events (#RspEvent bits) the eUICC reports to which server. */
typedef struct
{
  guint32 events;
  const char *address;
} LabNotify;

/**
 * LabMetadata:
 * @iccid: 18 to 20 digits
 * @provider: service provider name
 * @name: profile name
 * @icon: (nullable): JPEG or PNG, as @icon_type says
 * @ppr: #RspPpr bits
 * @owner: (nullable): MCC and MNC, 5 or 6 digits
 * @gid1: (nullable): of the owner; @gid2 likewise
 * @notify: @n_notify of them
 *
 * What is shown of a profile and what the chip keeps beside it. All borrowed.
 */
typedef struct
{
  const char *iccid;
  const char *provider;
  const char *name;
  RspIconType icon_type;
  GBytes *icon;
  RspProfileClass profile_class;
  guint32 ppr;
  const char *owner;
  GBytes *gid1;
  GBytes *gid2;
  const LabNotify *notify;
  gsize n_notify;
} LabMetadata;

#define LAB_METADATA_INIT { .icon_type = RSP_ICON_NONE, .profile_class = RSP_CLASS_OPERATIONAL }

/**
 * lab_metadata_build:
 *
 * Returns: (transfer full) (nullable): StoreMetadataRequest BF25 in DER: an operational class is
 *   left out, being the default. %KT_ERROR_INVALID_INPUT with key "operator.iccid",
 *   "operator.provider", "operator.name", "operator.icon", "operator.class", "operator.ppr",
 *   "operator.owner" or "operator.notify"
 */
GBytes *lab_metadata_build (const LabMetadata *metadata, GError **error);

/**
 * lab_plmn_encode: MCC and MNC of 5 or 6 digits as TS 24.008 section 10.5.1.13 codes them; %FALSE
 * for anything else.
 */
gboolean lab_plmn_encode (const char *mcc_mnc, guint8 out[3]);

G_END_DECLS
