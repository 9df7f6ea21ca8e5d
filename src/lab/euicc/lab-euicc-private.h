/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "lab-euicc-apdu.h"
#include "lab-euicc-knobs.h"
#include "lab-euicc-metadata.h"
#include "lab-euicc-session.h"
#include "lab-euicc-store.h"
#include "lab-euicc.h"
#include "lab-sim.h"

G_BEGIN_DECLS

/* The card as its own files see it. Everything below is called with the card's lock held. */

/**
 * LabCi:
 * @cert: (nullable): what the CI's key verifies
 * @key: (nullable): the card's key under this CI; absent for a CI that is for verification alone
 * @euicc: (nullable): CERT.EUICC
 * @eum: (nullable): CERT.EUM
 *
 * A certificate issuer that the card trusts.
 */
typedef struct
{
  guint8 pkid[20];
  LabCert *cert;
  LabKey *key;
  GBytes *euicc;
  GBytes *eum;
} LabCi;

void lab_ci_free (LabCi *ci);

/** LabRefresh: how far a change of profiles that waits for the terminal's REFRESH has come. */
typedef enum
{
  LAB_REFRESH_NONE,
  LAB_REFRESH_WAITS,
  LAB_REFRESH_FETCHED,
} LabRefresh;

typedef struct
{
  guint delay;
  guint fail_in;
  guint16 fail_sw;
  int pull_in;
  int bpp_command;
  int bpp_reason;
  gint64 free_memory;
  guint cat_busy;
  LabEuiccQuirks quirks;
} LabKnobs;

struct _LabEuicc
{
  GObject parent_instance;

  GMutex lock;
  const KtEnv *env;
  LabEuiccStore *store;
  LabEuiccProtocol protocol;
  guint n_channels;
  gboolean ignore_dates;
  LabKnobs knobs;

  /* what the card was made with */
  char *eid;
  guint8 eid_bytes[16];
  guint8 svn[3];
  gint64 memory;
  GBytes *isdr_aid;
  /* the value of RulesAuthorisationTable */
  GBytes *rules;
  GPtrArray *cis;

  /* volatile */
  gboolean inserted;
  gboolean powered;
  guint insertions;
  guint resets;
  guint apdus;
  gboolean capability_seen;
  LabRefresh refresh;
  LabChannel channels[1 + LAB_EUICC_CHANNELS];
  LabEuiccSession *session;
  LabSim *sim;
  guint8 sim_isdp[LAB_ISDP_BYTES];
};

/* ---- lab-euicc-make.c ---- */

/** lab_euicc_make: fills an empty store, all or nothing. */
gboolean lab_euicc_make (LabEuiccStore *store, const LabEuiccOptions *options, const KtEnv *env,
                         GError **error);
/** lab_euicc_load: reads what lab_euicc_make() wrote. */
gboolean lab_euicc_load (LabEuicc *self, GError **error);
/** lab_euicc_next_isdp: the lowest AID of an ISD-P that no profile has. */
void lab_euicc_next_isdp (GPtrArray *profiles, guint8 aid[LAB_ISDP_BYTES]);

/* ---- lab-euicc-rules.c ---- */

GBytes *lab_rules_encode (const LabEuiccOptions *options);
/** lab_rules_allow: whether the table lets @owner (nullable) use every rule in @pprs. */
gboolean lab_rules_allow (GBytes *rules, guint pprs, const LabOwner *owner);
/** lab_rules_forbidden: the rules that no line of the table allows to anyone. */
guint lab_rules_forbidden (GBytes *rules);

/* ---- lab-euicc-power.c ---- */

/** lab_euicc_go_dark: everything volatile is lost. */
void lab_euicc_go_dark (LabEuicc *self);
/** lab_euicc_boot: after a reset, cold or warm: a switch that waited happens now. */
void lab_euicc_boot (LabEuicc *self);

/* ---- lab-euicc-isdr.c ---- */

/** lab_isdr_matches: whether SELECT by this (possibly partial) AID means the ISD-R. */
gboolean lab_isdr_matches (LabEuicc *self, const guint8 *aid, gsize len);
GBytes *lab_isdr_fci (LabEuicc *self);
gboolean lab_ecasd_matches (const guint8 *aid, gsize len);
GBytes *lab_ecasd_fci (void);
/** lab_isdr_store_data: one block. Returns: (transfer full) (nullable): response data. */
GBytes *lab_isdr_store_data (LabEuicc *self, LabChannel *channel, const LabApdu *apdu,
                             guint16 *sw);

/* ---- lab-euicc-sim.c ---- */

/** lab_euicc_get_sim: Returns: (transfer none) (nullable): of the enabled profile. */
LabSim *lab_euicc_get_sim (LabEuicc *self);
void lab_euicc_drop_sim (LabEuicc *self);
/** lab_euicc_sim_transmit: hands a command to the enabled profile, or to the empty card. */
GBytes *lab_euicc_sim_transmit (LabEuicc *self, const LabApdu *apdu);

/* ---- lab-euicc-proactive.c ---- */

/** lab_proactive_sw: 9000, or 91xx while a proactive command waits. */
guint16 lab_proactive_sw (LabEuicc *self);
/** lab_proactive_handle: TERMINAL PROFILE, FETCH, TERMINAL RESPONSE. */
GBytes *lab_proactive_handle (LabEuicc *self, const LabApdu *apdu, guint16 *sw);

/* ---- functions of ES10: each returns the response (transfer full), or %NULL with @sw set; %NULL
 * with 9000 is an empty answer ---- */

typedef GBytes *(*LabFunction) (LabEuicc *self, const Tlv *request, guint16 *sw);

enum
{
  LAB_SW_OK = 0x9000,
  LAB_SW_MEMORY = 0x6581,
  LAB_SW_LENGTH = 0x6700,
  LAB_SW_NO_CHANNEL = 0x6881,
  LAB_SW_NO_SECURE_MESSAGING = 0x6882,
  LAB_SW_CONDITIONS = 0x6985,
  LAB_SW_NO_EF = 0x6986,
  LAB_SW_DATA = 0x6A80,
  LAB_SW_FUNCTION = 0x6A81,
  LAB_SW_NOT_FOUND = 0x6A82,
  LAB_SW_P1P2 = 0x6A86,
  LAB_SW_REFERENCE = 0x6A88,
  LAB_SW_INS = 0x6D00,
  LAB_SW_CLA = 0x6E00,
  LAB_SW_UNKNOWN = 0x6F00,
};

/** LAB_UNDEFINED_ERROR: undefinedError of all functions. */
#define LAB_UNDEFINED_ERROR 127

GBytes *lab_es10a_get_addresses (LabEuicc *self, const Tlv *request, guint16 *sw);
GBytes *lab_es10a_set_default_smdp (LabEuicc *self, const Tlv *request, guint16 *sw);
GBytes *lab_es10b_get_info1 (LabEuicc *self, const Tlv *request, guint16 *sw);
GBytes *lab_es10b_get_info2 (LabEuicc *self, const Tlv *request, guint16 *sw);
GBytes *lab_es10b_get_challenge (LabEuicc *self, const Tlv *request, guint16 *sw);
GBytes *lab_es10b_authenticate_server (LabEuicc *self, const Tlv *request, guint16 *sw);
GBytes *lab_es10b_prepare_download (LabEuicc *self, const Tlv *request, guint16 *sw);
GBytes *lab_es10b_cancel_session (LabEuicc *self, const Tlv *request, guint16 *sw);
GBytes *lab_es10b_list_notification (LabEuicc *self, const Tlv *request, guint16 *sw);
GBytes *lab_es10b_retrieve_notifications (LabEuicc *self, const Tlv *request, guint16 *sw);
GBytes *lab_es10b_remove_notification (LabEuicc *self, const Tlv *request, guint16 *sw);
GBytes *lab_es10b_load_crl (LabEuicc *self, const Tlv *request, guint16 *sw);
GBytes *lab_es10b_get_rules (LabEuicc *self, const Tlv *request, guint16 *sw);
GBytes *lab_es10b_activate_lpae (LabEuicc *self, const Tlv *request, guint16 *sw);
GBytes *lab_es10c_get_profiles_info (LabEuicc *self, const Tlv *request, guint16 *sw);
GBytes *lab_es10c_enable_profile (LabEuicc *self, const Tlv *request, guint16 *sw);
GBytes *lab_es10c_disable_profile (LabEuicc *self, const Tlv *request, guint16 *sw);
GBytes *lab_es10c_delete_profile (LabEuicc *self, const Tlv *request, guint16 *sw);
GBytes *lab_es10c_memory_reset (LabEuicc *self, const Tlv *request, guint16 *sw);
GBytes *lab_es10c_get_eid (LabEuicc *self, const Tlv *request, guint16 *sw);
GBytes *lab_es10c_set_nickname (LabEuicc *self, const Tlv *request, guint16 *sw);

/** lab_bpp_knows_tag: whether a chain that begins with @tag is a segment of a BPP. */
gboolean lab_bpp_knows_tag (TlvTag tag);
/** lab_bpp_segment: LoadBoundProfilePackage: one segment. */
GBytes *lab_bpp_segment (LabEuicc *self, const guint8 *data, gsize len, guint16 *sw);

/** lab_answer_result: Returns: (transfer full): `tag 03 80 01 result`. */
GBytes *lab_answer_result (TlvTag tag, int result);
/** lab_answer_failed: logs @error at debug level, clears it, sets @sw; returns NULL. */
GBytes *lab_answer_failed (GError **error, guint16 *sw);
/** lab_answer_malformed: 6A80 likewise. */
GBytes *lab_answer_malformed (GError **error, guint16 *sw);

/* ---- lab-euicc-info.c ---- */

/** lab_euicc_dup_info2: Returns: (transfer full) (nullable): EUICCInfo2. */
GBytes *lab_euicc_dup_info2 (LabEuicc *self, GError **error);
/** lab_euicc_free_memory: bytes left for profiles. */
gboolean lab_euicc_free_memory (LabEuicc *self, gint64 *bytes, GError **error);

/* ---- lab-euicc-trust.c ---- */

/** lab_euicc_find_ci: Returns: (transfer none) (nullable): */
LabCi *lab_euicc_find_ci (LabEuicc *self, const guint8 *pkid, gsize len);
/** lab_euicc_signing_ci: Returns: (transfer none): under which the card has a key; the first one if
 * @pkid (nullable) is none of these. */
LabCi *lab_euicc_signing_ci (LabEuicc *self, GBytes *pkid);
/** lab_ci_sign: Returns: (transfer full) (nullable): 64 bytes over @data. */
GBytes *lab_ci_sign (const LabCi *ci, const guint8 *data, gsize len, GError **error);
/** lab_euicc_clock: seconds for judging certificates. */
gint64 lab_euicc_clock (LabEuicc *self);
/** lab_euicc_is_revoked: whether a CRL of @ci names @cert; also %TRUE if that cannot be told. */
gboolean lab_euicc_is_revoked (LabEuicc *self, const LabCi *ci, const LabCert *cert);

/* ---- lab-euicc-profiles.c ---- */

/** lab_profiles_find_enabled: Returns: (transfer none) (nullable): */
LabStoredProfile *lab_profiles_find_enabled (GPtrArray *profiles);
LabStoredProfile *lab_profiles_find_iccid (GPtrArray *profiles, const guint8 iccid[10]);
LabStoredProfile *lab_profiles_find_isdp (GPtrArray *profiles, const guint8 *aid, gsize len);
/** lab_profile_metadata: Returns: (transfer full) (nullable): parsed again. */
LabMetadata *lab_profile_metadata (const LabStoredProfile *profile, GError **error);

/**
 * lab_profiles_switch:
 * @target: (nullable): the profile that shall be enabled; %NULL: none
 *
 * Disables, enables and writes the notifications that the profiles ask for.
 */
gboolean lab_profiles_switch (LabEuicc *self, GPtrArray *profiles, LabStoredProfile *target,
                              GError **error);
/** lab_profiles_apply_waiting: carries out the switch that waited for the REFRESH, if one did. */
gboolean lab_profiles_apply_waiting (LabEuicc *self, GError **error);
/** lab_profiles_remove: deletes, with notifications; the profile is disabled or may vanish. */
gboolean lab_profiles_remove (LabEuicc *self, LabStoredProfile *profile, GError **error);

/* ---- lab-euicc-notify.c ---- */

typedef enum
{
  LAB_EVENT_INSTALL = 1 << 0,
  LAB_EVENT_ENABLE = 1 << 1,
  LAB_EVENT_DISABLE = 1 << 2,
  LAB_EVENT_DELETE = 1 << 3,
} LabEvent;

/**
 * lab_notify_profile:
 * @but: (nullable): an address that gets the installation result instead
 *
 * Writes one OtherSignedNotification for each address that @metadata configures for @event.
 */
gboolean lab_notify_profile (LabEuicc *self, const LabMetadata *metadata, GBytes *pkid,
                             LabEvent event, const char *but, GError **error);

/**
 * lab_notify_install:
 * @iccid: (nullable): known only once StoreMetadata has come
 * @final: the value of finalResult: successResult or errorResult, as an element
 *
 * Writes the ProfileInstallationResult of the session.
 *
 * Returns: (transfer full) (nullable): BF37
 */
GBytes *lab_notify_install (LabEuicc *self, const guint8 *iccid, GBytes *final, GError **error);

G_END_DECLS
