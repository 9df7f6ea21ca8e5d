/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "lab-aka.h"
#include "lab-metadata.h"
#include "lab-smdp.h"

G_BEGIN_DECLS

/*
 * The operator's back office: a contract becomes a profile in the SM-DP+'s stock and an order on
 * it, and comes back as an activation code.
 */

/**
 * LabContract:
 * @provider: service provider name, shown and written to EF.SPN as far as it fits there
 * @name: (nullable): profile name; the provider's if %NULL
 * @package: (nullable): a given profile package; then the fields of the subscription below, from
 *   @imsi to @gid2, are not used, and @iccid is the package's
 * @iccid: (nullable): made if %NULL
 * @imsi: (nullable): made in the test network 001 01 if %NULL
 * @mnc_length: 2 or 3; 0 is 2
 * @msisdn: (nullable)
 * @algorithm: 0 is MILENAGE
 * @k: (nullable): 16 bytes, made if %NULL (of the kind that a test profile has to have, if it is
 *   one); @opc likewise
 * @pin1: (nullable): "0000" if %NULL
 * @pin1_enabled: whether PIN1 is asked for
 * @gid1: (nullable): also in the profile owner; @gid2 likewise
 * @icon: (nullable): 64x64, at most 1024 bytes
 * @owner: (nullable): MCC and MNC of the profile owner; the IMSI's if %NULL
 * @notify: (nullable): who is told of what; all events to this SM-DP+ if %NULL
 * @silent: no notifications are configured at all
 * @profile_type: (nullable): the operator's name for the kind of profile
 * @requester: (nullable): the operator's functionRequesterIdentifier
 * @eid: (nullable): the order is for this eUICC alone
 * @matching_id: (nullable): made if %NULL; "" with @eid for an order found without a code
 * @confirmation_code: (nullable)
 * @smds: (nullable): SM-DS where the order is announced
 * @lifetime: seconds; 0 is the server's own
 * @with_oid: the SM-DP+'s OID goes into the activation code
 *
 * What was agreed with a customer. Begin with %LAB_CONTRACT_INIT. All borrowed.
 */
typedef struct
{
  const char *provider;
  const char *name;
  GBytes *package;
  const char *iccid;
  const char *imsi;
  guint mnc_length;
  const char *msisdn;
  LabAkaAlgorithm algorithm;
  GBytes *k;
  GBytes *opc;
  const char *pin1;
  gboolean pin1_enabled;
  GBytes *gid1;
  GBytes *gid2;
  RspIconType icon_type;
  GBytes *icon;
  RspProfileClass profile_class;
  guint32 ppr;
  const char *owner;
  const LabNotify *notify;
  gsize n_notify;
  gboolean silent;
  const char *profile_type;
  const char *requester;
  const char *eid;
  const char *matching_id;
  const char *confirmation_code;
  const char *smds;
  gint64 lifetime;
  gboolean with_oid;
} LabContract;

#define LAB_CONTRACT_INIT { .icon_type = RSP_ICON_NONE, .profile_class = RSP_CLASS_OPERATIONAL }

/** LabTicket: what the customer gets, and what the operator notes. */
typedef struct
{
  char *activation_code;
  char *matching_id;
  char *iccid;
  char *imsi;
} LabTicket;

void lab_ticket_free (LabTicket *ticket);

/**
 * lab_operator_add:
 *
 * Makes the profile and puts it into the stock, for an ES2+ caller to order.
 *
 * Returns: (transfer full) (nullable): its ICCID; %KT_ERROR_INVALID_INPUT with key
 *   "operator.<field>", or "smdp.duplicate"
 */
char *lab_operator_add (LabSmdp *smdp, const LabContract *contract, GError **error);

/**
 * lab_operator_order:
 *
 * lab_operator_add(), downloadOrder, confirmOrder and releaseProfile in one call. The port of the
 * server goes into the code if it is not 443: start it before.
 *
 * Returns: (transfer full) (nullable): errors as of lab_operator_add(), or a refusal of ES2+
 */
LabTicket *lab_operator_order (LabSmdp *smdp, const LabContract *contract, GError **error);

/** LabSubscription: what the network's side of an authentication needs. Wipe with kt_wipe(). */
typedef struct
{
  LabAkaAlgorithm algorithm;
  guint8 k[LAB_AKA_KEY_BYTES];
  guint8 opc[LAB_AKA_KEY_BYTES];
  char imsi[16];
} LabSubscription;

/** lab_operator_get_subscription: %KT_ERROR_NOT_FOUND if the profile was a given package. */
gboolean lab_operator_get_subscription (LabSmdp *smdp, const char *iccid,
                                        LabSubscription *subscription, GError **error);

/**
 * lab_operator_list:
 *
 * Returns: (transfer full) (nullable): the orders as of lab_smdp_dup_orders(), as indented JSON
 *   text for a command line
 */
char *lab_operator_list (LabSmdp *smdp, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LabTicket, lab_ticket_free)

G_END_DECLS
