/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <libsoup/soup.h>

#include "lab-smdp-fault.h"
#include "lab-smdp-session.h"
#include "lab-smdp.h"
#include "lab-store.h"
#include "tlv.h"

G_BEGIN_DECLS

/** LabSmdpFaults: what lab-smdp-fault.h sets. */
typedef struct
{
  guint delay;
  char *function;
  guint countdown;
  LabSmdpFault fault;
  guint status;
  guint32 tamper;
  char *refused_function;
  char *refused_subject;
  char *refused_reason;
  char *refused_message;
} LabSmdpFaults;

struct _LabSmdp
{
  GObject parent_instance;

  char *host;
  guint16 wanted_port;
  const KtEnv *env;
  LabPki *pki;
  LabCredential *tls;
  LabCredential *dpauth;
  LabCredential *dppb;
  LabCert *ci;
  char *oid;
  LabSmdpClients clients;
  GTlsCertificate *client_ca;
  char *operator_url;
  guint confirmation_tries;
  guint download_tries;
  gint64 order_seconds;
  gint64 session_seconds;
  gboolean use_ppk;
  gboolean refuse_rebinding;
  LabSmdpAnnounce announce;
  gpointer announce_data;
  GDestroyNotify announce_destroy;

  /* Held while a request or a library call looks at or changes what follows. */
  GRecMutex lock;
  LabStore *store;
  GHashTable *sessions;
  LabSmdpFaults faults;
  guint requests;
  guint connections;
  guint16 port;

  /* Of the thread that serves. */
  SoupServer *server;
  SoupSession *reporter;
  GThread *thread;
  GMainContext *context;
  GMainLoop *loop;
};

/** lab_smdp_now: seconds since 1970 by the environment's clock. */
gint64 lab_smdp_now (LabSmdp *self);

/* ---- sessions ---- */

/** lab_smdp_begin_session: Returns: (transfer none): with fresh transaction id and challenge. */
LabSession *lab_smdp_begin_session (LabSmdp *self);
/** lab_smdp_find_session: Returns: (transfer none) (nullable): refused with 8.10.1/3.9. */
LabSession *lab_smdp_find_session (LabSmdp *self, const char *transaction_id, GError **error);
void lab_smdp_end_session (LabSmdp *self, LabSession *session);

/* ---- functions: each fills @out; called with the lock held and a store transaction open ---- */

typedef gboolean (*LabSmdpFunction) (LabSmdp *self, JsonObject *in, JsonObject *out,
                                     GError **error);

gboolean lab_smdp_initiate_authentication (LabSmdp *self, JsonObject *in, JsonObject *out,
                                           GError **error);
gboolean lab_smdp_authenticate_client (LabSmdp *self, JsonObject *in, JsonObject *out,
                                       GError **error);
gboolean lab_smdp_get_bound_profile_package (LabSmdp *self, JsonObject *in, JsonObject *out,
                                             GError **error);
gboolean lab_smdp_cancel_session (LabSmdp *self, JsonObject *in, JsonObject *out, GError **error);
gboolean lab_smdp_handle_notification (LabSmdp *self, JsonObject *in, JsonObject *out,
                                       GError **error);
gboolean lab_smdp_es2_download_order (LabSmdp *self, JsonObject *in, JsonObject *out,
                                      GError **error);
gboolean lab_smdp_es2_confirm_order (LabSmdp *self, JsonObject *in, JsonObject *out,
                                     GError **error);
gboolean lab_smdp_es2_release_profile (LabSmdp *self, JsonObject *in, JsonObject *out,
                                       GError **error);
gboolean lab_smdp_es2_cancel_order (LabSmdp *self, JsonObject *in, JsonObject *out,
                                    GError **error);

/* ---- library calls ---- */

/** lab_smdp_enter: takes the lock and begins a store transaction; they nest. */
gboolean lab_smdp_enter (LabSmdp *self, GError **error);
/** lab_smdp_leave: ends both, keeping the changes if @done. Returns: whether they are kept. */
gboolean lab_smdp_leave (LabSmdp *self, gboolean done, GError **error);

/* ---- orders ---- */

/** lab_smdp_change_order: saves @order in a new state, with an event. */
gboolean lab_smdp_change_order (LabSmdp *self, LabOrder *order, LabOrderState state,
                                const char *event, const char *text, GError **error);

/* ---- dispatch ---- */

/**
 * lab_smdp_dispatch:
 * @path: of the URL
 * @body: as received
 * @answer: (out) (transfer full): the body of the answer; empty for 204
 *
 * Carries out one request. Returns: the HTTP status.
 */
guint lab_smdp_dispatch (LabSmdp *self, const char *path, GBytes *body, GBytes **answer);

/** lab_smdp_knows_path: whether a function lives at @path. */
gboolean lab_smdp_knows_path (const char *path);

/* ---- HTTP ---- */

gboolean lab_smdp_listen (LabSmdp *self, GError **error);
void lab_smdp_unlisten (LabSmdp *self);

/* ---- misbehaviour ---- */

gboolean lab_smdp_tampers (LabSmdp *self, LabSmdpTamper what);
/** lab_smdp_take_fault: counts a request and says what shall happen to it. */
LabSmdpFault lab_smdp_take_fault (LabSmdp *self, const char *function, guint *status);
/** lab_smdp_take_refusal: %FALSE with the refusal that was ordered for @function. */
gboolean lab_smdp_take_refusal (LabSmdp *self, const char *function, GError **error);
/** lab_smdp_spoil: Returns: (transfer full): @bytes with one bit of the last byte turned. */
GBytes *lab_smdp_spoil (GBytes *bytes);
void lab_smdp_faults_clear (LabSmdpFaults *faults);

/* ---- JSON ---- */

/** lab_json_need_string: a member, or a refusal 1.6/2.2. */
const char *lab_json_need_string (JsonObject *in, const char *name, GError **error);
/** lab_json_string: *text is %NULL if absent; a refusal 1.6/2.1 if it is no string. */
gboolean lab_json_string (JsonObject *in, const char *name, const char **text, GError **error);
/** lab_json_need_bytes: a base64 member, or a refusal 1.6/2.2 or 1.6/2.1. */
GBytes *lab_json_need_bytes (JsonObject *in, const char *name, GError **error);
/** lab_json_add_bytes: as base64, tampered with if so ordered. */
void lab_json_add_bytes (LabSmdp *self, JsonObject *out, const char *name, GBytes *bytes);
/** lab_json_finish: adds the header for @failure or for success. Returns: (transfer full): text. */
GBytes *lab_json_finish (LabSmdp *self, JsonObject *out, const GError *failure);

/* ---- TLV ---- */

/** lab_tlv_invalid: turns a parser's error into the refusal 1.6/2.1. Returns %FALSE. */
gboolean lab_tlv_invalid (GError **error, const char *what);
/** lab_tlv_signature: Returns: (transfer full): `5F 37 40 …` over @data by @key. */
GBytes *lab_tlv_signature (LabKey *key, const guint8 *data, gsize len, GError **error);
/** lab_tlv_verify: whether @signature (a 5F37) is @cert's over @data. */
gboolean lab_tlv_verify (const LabCert *cert, const guint8 *data, gsize len, const Tlv *signature);

/* ---- progress ---- */

/** LabPoint: notificationPointId of ES2+.handleDownloadProgressInfo. */
typedef enum
{
  LAB_POINT_ELIGIBILITY = 1,
  LAB_POINT_CONFIRMATION = 2,
  LAB_POINT_DOWNLOAD = 3,
  LAB_POINT_INSTALLATION = 4,
} LabPoint;

/** lab_smdp_report: tells the operator, if one listens; @failure is %NULL for success. */
void lab_smdp_report (LabSmdp *self, const LabOrder *order, const char *eid, LabPoint point,
                      const GError *failure);

G_END_DECLS
