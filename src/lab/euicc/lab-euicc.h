/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib-object.h>

#include "kt-env.h"
#include "lab-pki.h"

G_BEGIN_DECLS

/**
 * LabEuicc:
 *
 * A software eUICC behind APDUs: SGP.22 v2 from the chip's side, P-256, and the UICC of the profile
 * that is enabled. In memory, or in a folder that survives being killed at any moment. All
 * functions may be called from any thread; APDUs are processed one at a time.
 */
#define LAB_TYPE_EUICC (lab_euicc_get_type ())
G_DECLARE_FINAL_TYPE (LabEuicc, lab_euicc, LAB, EUICC, GObject)

/** LAB_EUICC_CHANNELS: logical channels that can be opened besides the basic one. */
#define LAB_EUICC_CHANNELS 19

typedef enum
{
  LAB_EUICC_T0,
  LAB_EUICC_T1,
} LabEuiccProtocol;

/** LabPpr: PprIds of SGP.22 as a mask, named bit n being 1 << n. */
typedef enum
{
  LAB_PPR_UPDATE_CONTROL = 1 << 0,
  LAB_PPR1_NO_DISABLING = 1 << 1,
  LAB_PPR2_NO_DELETION = 1 << 2,
} LabPpr;

/**
 * LabOperator:
 * @mcc_mnc: as in 3GPP TS 24.008; in a rule a nibble E stands for any digit
 * @gid1, @gid2: (nullable): in a rule absent: the operator must have none; empty: anything
 */
typedef struct
{
  guint8 mcc_mnc[3];
  GBytes *gid1;
  GBytes *gid2;
} LabOperator;

/** LabRatRule: a line of the Rules Authorisation Table (SGP.22 section 2.9.2.1). */
typedef struct
{
  guint pprs;
  const LabOperator *operators;
  guint n_operators;
  gboolean consent_required;
} LabRatRule;

/**
 * LabPreload:
 * @upp: the profile package
 * @metadata: its StoreMetadata, BF25, with the package's ICCID
 * @enabled: at most one preload is
 *
 * A profile that the card comes with: nothing in the field has loaded it.
 */
typedef struct
{
  GBytes *upp;
  GBytes *metadata;
  gboolean enabled;
} LabPreload;

/**
 * LabEuiccOptions:
 * @env: (nullable): clock and randomness; must outlive the card
 * @protocol: transmission protocol, and the ATR's
 * @channels: logical channels besides the basic one, 1 to %LAB_EUICC_CHANNELS; 0: all of them
 * @ignore_dates: does not judge the dates of certificates, as a chip without a clock
 * @eid: (nullable): 32 digits; made if absent
 * @pki: (nullable): whose EUM issues the card's certificate and whose CI it trusts first
 * @more_pkis: (nullable) (element-type LabPki): further ones, each with a key and certificate
 * @verification_cis: (nullable) (element-type GBytes): DER of CIs trusted for verification alone
 * @isdr_aid: (nullable): 5 to 16 bytes instead of the standard AID of the ISD-R
 * @svn: SGP.22 version; all zero: 2.2.2
 * @memory: bytes for profiles; 0: 512 KiB
 * @rules: (nullable): Rules Authorisation Table; %NULL with @n_rules 0: any operator may use PPR1
 *   and PPR2 with the user's consent
 * @no_rules: an empty table
 * @default_smdp: (nullable): initial default SM-DP+
 * @root_smds: (nullable): %NULL: "lpa.ds.gsma.com"
 * @preloads: profiles it comes with
 *
 * From @eid on, what is said is for the making of a card; one that is there keeps what it has.
 */
typedef struct
{
  const KtEnv *env;
  LabEuiccProtocol protocol;
  guint channels;
  gboolean ignore_dates;

  const char *eid;
  LabPki *pki;
  GPtrArray *more_pkis;
  GPtrArray *verification_cis;
  GBytes *isdr_aid;
  guint8 svn[3];
  guint64 memory;
  const LabRatRule *rules;
  guint n_rules;
  gboolean no_rules;
  const char *default_smdp;
  const char *root_smds;
  const LabPreload *preloads;
  guint n_preloads;
} LabEuiccOptions;

/**
 * lab_euicc_new:
 *
 * Returns: (transfer full) (nullable): a new card in memory, inserted and without power; %NULL with
 *   %KT_ERROR_INVALID_INPUT (keys "lab.eid", "lab.aid", "lab.address", "lab.preload", "pki.eid") or
 *   the errors of the PKI
 */
LabEuicc *lab_euicc_new (const LabEuiccOptions *options, GError **error);

/**
 * lab_euicc_open:
 * @dir: the card's folder, made (0700) with a new card in it if it is not there
 * @options: @pki may be %NULL if the card is there
 *
 * Returns: (transfer full) (nullable): %NULL with %KT_ERROR_CARD_BUSY, key "lab.card-in-use", while
 *   another one has the folder open; %KT_ERROR_NOT_FOUND, key "lab.no-card", if there is no card
 *   and no @pki to make one; %KT_ERROR_STORAGE; or as lab_euicc_new()
 */
LabEuicc *lab_euicc_open (const char *dir, const LabEuiccOptions *options, GError **error);

/** lab_euicc_exists: whether @dir is a card's folder. */
gboolean lab_euicc_exists (const char *dir);

/**
 * lab_euicc_transmit:
 * @command: (array length=len): a C-APDU, short form; anything else is answered with a status word
 *
 * Returns: (transfer full) (nullable): the R-APDU; %NULL if the card is pulled or without power
 */
GBytes *lab_euicc_transmit (LabEuicc *self, const guint8 *command, gsize len);

/** lab_euicc_power: on: a cold reset; off: whatever is volatile is lost, as if it were pulled. */
void lab_euicc_power (LabEuicc *self, gboolean on);
/** lab_euicc_reset: a warm reset; turns power on. */
void lab_euicc_reset (LabEuicc *self);

/** lab_euicc_dup_atr: Returns: (transfer full): answer to reset. */
GBytes *lab_euicc_dup_atr (LabEuicc *self);
LabEuiccProtocol lab_euicc_get_protocol (LabEuicc *self);
/** lab_euicc_get_eid: Returns: (transfer none): 32 digits. */
const char *lab_euicc_get_eid (LabEuicc *self);
/** lab_euicc_is_inserted: whether it sits in its reader: see lab_euicc_pull(). */
gboolean lab_euicc_is_inserted (LabEuicc *self);
/** lab_euicc_is_powered: whether it answers APDUs. */
gboolean lab_euicc_is_powered (LabEuicc *self);
/** lab_euicc_get_insertions: how often it was inserted; lab_euicc_get_resets: how often reset. */
guint lab_euicc_get_insertions (LabEuicc *self);
guint lab_euicc_get_resets (LabEuicc *self);

G_END_DECLS
