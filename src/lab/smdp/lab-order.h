/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * LabOrderState: the life of a profile at the SM-DP+, SGP.22 section 3.1.6.
 * @LAB_ORDER_AVAILABLE: in the stock
 * @LAB_ORDER_ALLOCATED: reserved, for nobody yet
 * @LAB_ORDER_LINKED: reserved for one eUICC
 * @LAB_ORDER_CONFIRMED: with MatchingID and maybe a confirmation code, not to be downloaded yet
 * @LAB_ORDER_RELEASED: can be downloaded
 * @LAB_ORDER_DOWNLOADED: bound and delivered, no result yet
 * @LAB_ORDER_INSTALLED: the eUICC says so
 * @LAB_ORDER_ERROR: burnt
 * @LAB_ORDER_UNAVAILABLE: taken out of the stock
 */
typedef enum
{
  LAB_ORDER_AVAILABLE,
  LAB_ORDER_ALLOCATED,
  LAB_ORDER_LINKED,
  LAB_ORDER_CONFIRMED,
  LAB_ORDER_RELEASED,
  LAB_ORDER_DOWNLOADED,
  LAB_ORDER_INSTALLED,
  LAB_ORDER_ERROR,
  LAB_ORDER_UNAVAILABLE,
} LabOrderState;

/**
 * LabOrder:
 * @iccid: 18 to 20 digits
 * @profile_type: the operator's name for a kind of profile
 * @requester: functionRequesterIdentifier of the operator it belongs to; "" is anybody's
 * @metadata: StoreMetadataRequest BF25
 * @upp: unprotected profile package; secret
 * @subscription: (nullable): K, OPc and algorithm, as the network's side needs them; secret
 * @eid: (nullable): 32 digits: the eUICC that the order is for
 * @matching_id: (nullable): "" for an order found by the EID alone
 * @has_code: whether there is a confirmation code, which a list without secrets says too
 * @cc_hash: (nullable): SHA-256 of the confirmation code; secret
 * @cc_failures: wrong confirmation codes so far
 * @downloads: bound packages delivered so far
 * @smds: (nullable): SM-DS where it is announced when released
 * @lifetime: seconds from the release on; 0 is for ever
 * @expires: seconds since 1970; 0 never
 * @retained: (nullable): what is needed to make the same bound package again; secret
 * @retained_otpk: (nullable): the eUICC's one-time public key that it is bound to, 65 bytes
 *
 * A profile and the order on it. A value type: changing it changes nothing in the store.
 */
typedef struct
{
  char *iccid;
  LabOrderState state;
  char *profile_type;
  char *requester;
  GBytes *metadata;
  GBytes *upp;
  GBytes *subscription;
  char *eid;
  char *matching_id;
  gboolean has_code;
  GBytes *cc_hash;
  guint cc_failures;
  guint downloads;
  char *smds;
  gint64 lifetime;
  gint64 expires;
  GBytes *retained;
  GBytes *retained_otpk;
} LabOrder;

LabOrder *lab_order_new (void);
void lab_order_free (LabOrder *order);

/** lab_order_forget_binding: drops @retained and @retained_otpk. */
void lab_order_forget_binding (LabOrder *order);

/** lab_order_state_name: Returns: (transfer none): "Released" … as SGP.22 writes them. */
const char *lab_order_state_name (LabOrderState state);
/** lab_order_state_parse: the inverse; -1 for another text. */
int lab_order_state_parse (const char *name);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LabOrder, lab_order_free)

G_END_DECLS
