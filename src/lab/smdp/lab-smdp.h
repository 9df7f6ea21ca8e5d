/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>
#include <json-glib/json-glib.h>

#include "kt-env.h"
#include "lab-order.h"
#include "lab-pki.h"

G_BEGIN_DECLS

/*
 * The lab's SM-DP+: ES9+ for LPAs and ES2+ for operators, on HTTPS at the loopback interface, with
 * its orders in a store of its own. Strict by its own judgement: it checks what SGP.22 sections 5.3
 * and 5.6 have it check and answers with the subject and reason codes named there.
 *
 * Every public function may be called from any thread.
 */

#define LAB_TYPE_SMDP (lab_smdp_get_type ())
G_DECLARE_FINAL_TYPE (LabSmdp, lab_smdp, LAB, SMDP, GObject)

#define LAB_SMDP_ES9_PATH "/gsma/rsp2/es9plus/"
#define LAB_SMDP_ES2_PATH "/gsma/rsp2/es2plus/"

/** LabSmdpClients: of whom a client certificate is demanded. */
typedef enum
{
  LAB_SMDP_CLIENTS_ANY,
  LAB_SMDP_CLIENTS_OPERATORS,
  LAB_SMDP_CLIENTS_ALL,
} LabSmdpClients;

/**
 * LabSmdpOptions:
 * @host: the server's name, as activation codes and certificates have it
 * @port: to listen on; 0 lets the system choose
 * @state_dir: (nullable): for the store; %NULL keeps everything in memory
 * @pki: certificates and keys; referenced
 * @env: clock and randomness; must outlive the server
 * @tls: (nullable): instead of the PKI's; @dpauth and @dppb likewise: for tests
 * @clients: whether client certificates are demanded
 * @client_ca: (nullable): PEM of the one CA whose client certificates are taken; the PKI's CI if
 *   %NULL
 * @operator_url: (nullable): "https://host:port": handleDownloadProgressInfo is posted there
 * @confirmation_tries: wrong confirmation codes until the order is burnt; 0 is 3
 * @download_tries: bound packages delivered per order; 0 is 10
 * @order_seconds: life of an order from its release; 0 is for ever
 * @session_seconds: life of an RSP session; 0 is 900
 * @use_ppk: packages are protected with random keys instead of session keys
 * @refuse_rebinding: a delivered package is not bound to another one-time key: 8.2/3.7
 *
 * All borrowed for the call.
 */
typedef struct
{
  const char *host;
  guint16 port;
  const char *state_dir;
  LabPki *pki;
  const KtEnv *env;
  LabCredential *tls;
  LabCredential *dpauth;
  LabCredential *dppb;
  LabSmdpClients clients;
  GBytes *client_ca;
  const char *operator_url;
  guint confirmation_tries;
  guint download_tries;
  gint64 order_seconds;
  gint64 session_seconds;
  gboolean use_ppk;
  gboolean refuse_rebinding;
} LabSmdpOptions;

/** lab_smdp_new: Returns: (transfer full) (nullable): %KT_ERROR_STORAGE, or what the PKI says. */
LabSmdp *lab_smdp_new (const LabSmdpOptions *options, GError **error);

/**
 * lab_smdp_start: listens within the caller's thread-default main context; %KT_ERROR_CONNECT if the
 * port is taken.
 */
gboolean lab_smdp_start (LabSmdp *self, GError **error);

/** lab_smdp_start_thread: listens in a thread of its own, so that the caller may block. */
gboolean lab_smdp_start_thread (LabSmdp *self, GError **error);

/** lab_smdp_stop: closes the port and every connection; also done at the end of the object. */
void lab_smdp_stop (LabSmdp *self);

/** lab_smdp_get_port: 0 before it listens. */
guint16 lab_smdp_get_port (LabSmdp *self);

/** lab_smdp_get_host: Returns: (transfer none): without port. */
const char *lab_smdp_get_host (LabSmdp *self);

/** lab_smdp_dup_address: Returns: (transfer full): the host, with ":port" unless that is 443. */
char *lab_smdp_dup_address (LabSmdp *self);

/** lab_smdp_get_env: Returns: (transfer none): as given in the options. */
const KtEnv *lab_smdp_get_env (LabSmdp *self);

/** lab_smdp_get_oid: Returns: (transfer none): the SM-DP+'s OID, dotted. */
const char *lab_smdp_get_oid (LabSmdp *self);

/* ---- the stock and ES2+, as library calls ---- */

/**
 * LabStock:
 * @upp: unprotected profile package
 * @metadata: BF25 as of lab_metadata_build(), with the package's ICCID
 * @profile_type: (nullable): the operator's name for this kind of profile
 * @requester: (nullable): the operator; anybody's if %NULL
 * @subscription: (nullable): kept sealed for lab_smdp_dup_subscription()
 */
typedef struct
{
  GBytes *upp;
  GBytes *metadata;
  const char *profile_type;
  const char *requester;
  GBytes *subscription;
} LabStock;

/**
 * lab_smdp_add_profile: puts a profile into the stock: state Available.
 *
 * %KT_ERROR_INVALID_INPUT with key "smdp.duplicate", "operator.package" or "operator.iccid"
 * (package and metadata name different profiles).
 */
gboolean lab_smdp_add_profile (LabSmdp *self, const LabStock *stock, GError **error);

/*
 * The four ES2+ functions of SGP.22 section 5.3. @requester is the functionRequesterIdentifier,
 * %NULL for the house itself, which may do everything. Refusals are %KT_ERROR_SERVER_REFUSED with
 * detail.subject and detail.reason.
 */

/** lab_smdp_download_order: @iccid or @profile_type names the profile; @eid may be %NULL. */
gboolean lab_smdp_download_order (LabSmdp *self, const char *requester, const char *eid,
                                  const char *iccid, const char *profile_type, char **iccid_out,
                                  GError **error);

/**
 * LabConfirmation:
 * @eid: (nullable): needed with an empty @matching_id or an SM-DS
 * @matching_id: (nullable): made by the server if %NULL; "" for an order found by the EID alone
 * @confirmation_code: (nullable):
 * @smds: (nullable): SM-DS where the order is announced; "" for none
 * @release: releases it at once
 * @lifetime: seconds; 0 is the server's own
 */
typedef struct
{
  const char *iccid;
  const char *eid;
  const char *matching_id;
  const char *confirmation_code;
  const char *smds;
  gboolean release;
  gint64 lifetime;
} LabConfirmation;

gboolean lab_smdp_confirm_order (LabSmdp *self, const char *requester,
                                 const LabConfirmation *confirmation, char **matching_id_out,
                                 GError **error);

gboolean lab_smdp_release_profile (LabSmdp *self, const char *requester, const char *iccid,
                                   GError **error);

/** lab_smdp_cancel_order: @final: "Available" or "Unavailable". */
gboolean lab_smdp_cancel_order (LabSmdp *self, const char *requester, const char *iccid,
                                const char *eid, const char *matching_id, const char *final,
                                GError **error);

/**
 * LabSmdpAnnounce: registers an event at an SM-DS; @address is this server's. Returns %FALSE if the
 * SM-DS refused.
 */
typedef gboolean (*LabSmdpAnnounce) (const char *smds, const char *eid, const char *event_id,
                                     const char *address, gpointer data);

/** lab_smdp_set_announce: without one, an SM-DS named in an order is "inaccessible" (8.9/5.1). */
void lab_smdp_set_announce (LabSmdp *self, LabSmdpAnnounce announce, gpointer data,
                            GDestroyNotify destroy);

/* ---- looking ---- */

/** lab_smdp_get_state: state of @iccid; -1 if there is no such profile. */
int lab_smdp_get_state (LabSmdp *self, const char *iccid);

/**
 * lab_smdp_dup_orders:
 *
 * Returns: (transfer full) (nullable): array of objects {"iccid", "state", "profileType", "class",
 *   "serviceProviderName", "profileName", "eid"?, "matchingId"?, "confirmationCodeRequired",
 *   "wrongCodes", "downloads", "expires"?, "events": [{"time", "event", "detail"?}]}
 */
JsonArray *lab_smdp_dup_orders (LabSmdp *self, GError **error);

/** lab_smdp_dup_order: one element of lab_smdp_dup_orders(); %KT_ERROR_NOT_FOUND. */
JsonObject *lab_smdp_dup_order (LabSmdp *self, const char *iccid, GError **error);

/**
 * lab_smdp_dup_subscription: Returns: (transfer full) (nullable): what was given with the stock.
 */
GBytes *lab_smdp_dup_subscription (LabSmdp *self, const char *iccid, GError **error);

G_END_DECLS
