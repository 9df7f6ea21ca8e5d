/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "tlv.h"

G_BEGIN_DECLS

/** RSP_PKID_BYTES: a CI public key identifier is the SHA-1 of the key's point. */
#define RSP_PKID_BYTES 20

/**
 * RspEuiccInfo:
 * @raw: the whole TLV as the chip sent it; EUICCInfo1 goes to the server unchanged
 * @svn: "2.2.2"; likewise the other versions; %NULL if absent
 * @ci_verify: (element-type GBytes): CI PKIds for verification, 20 bytes each
 * @ci_sign: (element-type GBytes): CI PKIds for signing
 * @category: -1 if absent
 * @free_nvm: bytes, -1 if absent; likewise @free_ram and @applications
 * @sas_number: (nullable)
 * @uicc_capability, @rsp_capability: bits as SGP.22 names them
 *
 * EUICCInfo1 fills @svn and the two lists only.
 */
typedef struct
{
  GBytes *raw;
  char *svn;
  GPtrArray *ci_verify;
  GPtrArray *ci_sign;
  char *profile_version;
  char *firmware;
  char *ts102241;
  char *global_platform;
  char *pp_version;
  char *sas_number;
  char *platform_label;
  char *discovery_url;
  char *highest_svn;
  gint64 applications;
  gint64 free_nvm;
  gint64 free_ram;
  guint32 uicc_capability;
  guint32 rsp_capability;
  int category;
  guint32 forbidden_ppr;
} RspEuiccInfo;

/** rsp_euicc_info_parse: @tag is BF20 or BF22. Returns: (transfer full) (nullable) */
RspEuiccInfo *rsp_euicc_info_parse (GBytes *bytes, TlvTag tag, GError **error);
void rsp_euicc_info_free (RspEuiccInfo *info);

/** rsp_pkid_in_list: whether the 20 bytes of @pkid are in @list. */
gboolean rsp_pkid_in_list (GPtrArray *list, GBytes *pkid);

/** rsp_uicc_capability_name: Returns: (nullable): name of bit @bit; %NULL for unknown bits. */
const char *rsp_uicc_capability_name (guint bit);
const char *rsp_rsp_capability_name (guint bit);

/** RspAddresses: ES10a configured addresses; %NULL when none is set. */
typedef struct
{
  char *default_dp;
  char *root_ds;
} RspAddresses;

RspAddresses *rsp_addresses_parse (GBytes *bytes, GError **error);
void rsp_addresses_free (RspAddresses *addresses);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RspEuiccInfo, rsp_euicc_info_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RspAddresses, rsp_addresses_free)

G_END_DECLS
