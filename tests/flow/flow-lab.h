/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "card-fault.h"
#include "kt-activation-code.h"
#include "kt-bytes.h"
#include "kt-eid.h"
#include "kt-error.h"
#include "kt-iccid.h"
#include "lab-card.h"
#include "lab-euicc-knobs.h"
#include "lab-metadata.h"
#include "lab-smdp.h"
#include "lab-smdp-fault.h"
#include "lab-upp.h"
#include "lpd-download.h"
#include "lpd-network.h"
#include "lpd-outbox.h"
#include "lpd-switch.h"

G_BEGIN_DECLS

/*
 * A whole world for one test: PKI, SM-DP+ on real TLS at the loopback interface, a chip in memory,
 * and an LPD between them. Times and keys come from one seed.
 */

/** FlowUser: answers to what the LPD asks, and what it was asked. */
typedef struct
{
  LpdDecision decision;
  const char *codes[8];
  guint next_code;
  gboolean trust_public;
  guint reviews;
  guint code_questions;
  int last_attempts_left;
  gboolean last_wrong_before;
  gboolean last_rules_need_consent;
  gboolean last_confirmation_required;
  char *last_vouched_by;
  gint64 last_free_memory;
  /* cancels this when the review comes */
  GCancellable *cancel_at_review;
} FlowUser;

/** FlowOptions: all zero is the usual world: an empty T=1 chip. */
typedef struct
{
  gboolean with_pp;
  LabEuiccProtocol protocol;
  gboolean use_ppk;
  guint64 memory;
  const LabRatRule *rules;
  guint n_rules;
  gboolean no_rules;
  LabSmdpClients clients;
  guint confirmation_tries;
  gboolean refuse_rebinding;
  const char *default_smdp;
  const char *card_dir;
  /* the server belongs to a PKI of the same names and other keys */
  gboolean rogue_server;
  /* (nullable): what the server's TLS certificate says instead */
  const LabPkiLeafSpec *tls;
} FlowOptions;

typedef struct
{
  KtEnv *env;
  LabPki *pki;
  KtEnv *rogue_env;
  LabPki *rogue_pki;
  LabSmdp *smdp;
  LabEuicc *euicc;
  char *address;
  LpdNetwork *network;
  LpdContext context;
  LpdOutbox *outbox;
  FlowUser user;
  GArray *progress;
  GCancellable *cancellable;
  LpdJob job;
  guint orders;
  int failed_at;
} FlowLab;

FlowLab *flow_lab_new (const FlowOptions *options);
void flow_lab_free (FlowLab *lab);

/** FlowOrder: what an order is for; all zero is an operational plan for anybody. */
typedef struct
{
  RspProfileClass profile_class;
  gboolean provisioning;
  guint32 ppr;
  const char *eid;
  const char *confirmation_code;
  const char *name;
  gboolean keep_unreleased;
  gint64 lifetime;
  GBytes *upp;
  const char *iccid;
  gboolean without_token;
} FlowOrder;

/** flow_lab_order: Returns: (transfer full): the activation code. @iccid: (out) (optional) */
char *flow_lab_order (FlowLab *lab, const FlowOrder *order, char **iccid);

/** flow_lab_make_upp: a package of its own for number @n; @iccid: (out) */
GBytes *flow_lab_make_upp (FlowLab *lab, guint n, char **iccid);

/** flow_lab_open_chip: opens the chip's channel and a new job; asserts that it works. */
LpdChip *flow_lab_open_chip (FlowLab *lab);

/** flow_lab_download: one download with a channel of its own. */
LpdDownloadResult *flow_lab_download (FlowLab *lab, const char *code, GError **error);

/** flow_lab_install: orders and downloads; asserts success. Returns: the ICCID. */
char *flow_lab_install (FlowLab *lab, const FlowOrder *order);

/** flow_lab_enable: enables and asserts success. */
void flow_lab_enable (FlowLab *lab, const char *iccid);

/** flow_lab_profiles: the chip's list. */
GPtrArray *flow_lab_profiles (FlowLab *lab);
/** flow_lab_notifications: the chip's pending notifications. */
GPtrArray *flow_lab_notifications (FlowLab *lab);

/** flow_lab_assert_state: the order's state at the SM-DP+. */
#define flow_lab_assert_state(lab, iccid, wanted)                                                  \
  g_assert_cmpstr (lab_order_state_name (lab_smdp_get_state ((lab)->smdp, iccid)), ==,             \
                   lab_order_state_name (wanted))

#define flow_assert_error(error, wanted_code, wanted_key)                                          \
  G_STMT_START                                                                                     \
  {                                                                                                \
    g_assert_error (error, KT_ERROR, (int) (wanted_code));                                              \
    g_assert_cmpstr (kt_error_key (error), ==, wanted_key);                                        \
  }                                                                                                \
  G_STMT_END

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlowLab, flow_lab_free)

G_END_DECLS
