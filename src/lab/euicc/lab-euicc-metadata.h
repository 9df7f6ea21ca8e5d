/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "tlv.h"

G_BEGIN_DECLS

/* StoreMetadata, judged as the chip has to (SGP.22 section 5.5.3). */

typedef enum
{
  LAB_CLASS_TEST = 0,
  LAB_CLASS_PROVISIONING = 1,
  LAB_CLASS_OPERATIONAL = 2,
} LabProfileClass;

/** LabOwner: OperatorId of a profile; @gid1 and @gid2 are absent or not empty. */
typedef struct
{
  guint8 mcc_mnc[3];
  GBytes *gid1;
  GBytes *gid2;
} LabOwner;

typedef struct
{
  guint events;
  char *address;
} LabNotifyAddress;

/**
 * LabMetadata:
 * @raw: BF25
 * @icon_type: -1 if there is none
 * @addresses: (element-type LabNotifyAddress):
 * @notify_raw, @owner_raw: (nullable): B6 and B7 as received
 */
typedef struct
{
  GBytes *raw;
  guint8 iccid[10];
  char *provider;
  char *name;
  int icon_type;
  GBytes *icon;
  LabProfileClass class;
  GPtrArray *addresses;
  GBytes *notify_raw;
  gboolean has_owner;
  LabOwner owner;
  GBytes *owner_raw;
  guint pprs;
} LabMetadata;

/**
 * lab_metadata_parse:
 *
 * Returns: (transfer full) (nullable): %KT_ERROR_UNSUPPORTED for a class that does not exist,
 *   %KT_ERROR_MALFORMED, %KT_ERROR_MISSING or %KT_ERROR_LIMIT for the rest
 */
LabMetadata *lab_metadata_parse (GBytes *raw, GError **error);
void lab_metadata_free (LabMetadata *metadata);

/** lab_owner_parse: an OperatorId in a profile or, with @wildcards, in a rule. */
gboolean lab_owner_parse (const Tlv *tlv, gboolean wildcards, LabOwner *owner, GError **error);
void lab_owner_clear (LabOwner *owner);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LabMetadata, lab_metadata_free)

G_END_DECLS
