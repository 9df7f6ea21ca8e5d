/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <json-glib/json-glib.h>
#include <libsoup/soup.h>

#include "lab-operator.h"
#include "lab-smdp-fault.h"

G_BEGIN_DECLS

/*
 * A server in its thread, a client that trusts the lab's CI, and the chip's side of the
 * cryptography in a few functions: no state, no judgement, and every part can be made wrong.
 */

#define BENCH_HOST "localhost"
#define BENCH_EID "89049032123451234512345678901235"
#define BENCH_OTHER_EID "89049032123451234512345678901332"

typedef struct
{
  KtEnv *env;
  LabPki *pki;
  LabSmdp *smdp;
  SoupSession *session;
  GTlsCertificate *client;
} Bench;

/** bench_options: a server called "localhost" on a port of its own. */
LabSmdpOptions bench_options (Bench *bench);
/** bench_set_up: environment and PKI; bench_start() makes server and client. */
void bench_set_up (Bench *bench);
void bench_start (Bench *bench, const LabSmdpOptions *options);
void bench_tear_down (Bench *bench);

/** bench_send: Returns: the body; @status: HTTP status, 0 with @error set. */
GBytes *bench_send (Bench *bench, const char *method, const char *path, const char *type,
                    const char *protocol, GBytes *body, guint *status, GError **error);
/** bench_post: posts @in (consumed) and expects 200 with an object. */
JsonObject *bench_post (Bench *bench, const char *path, JsonObject *in);
/** bench_post_status: posts @in (consumed) and returns the HTTP status. */
guint bench_post_status (Bench *bench, const char *path, JsonObject *in);

void bench_add_bytes (JsonObject *object, const char *name, GBytes *bytes);
GBytes *bench_get_bytes (JsonObject *object, const char *name);
void bench_assert_success (JsonObject *answer);
void bench_assert_refused (JsonObject *answer, const char *subject, const char *reason);

/** bench_order: an order with the contract's options; see lab_operator_order(). */
LabTicket *bench_order (Bench *bench, const LabContract *contract);
/** bench_assert_state: */
void bench_assert_state (Bench *bench, const char *iccid, LabOrderState state);
/** bench_has_event: whether the order's log has an event of this kind. */
gboolean bench_has_event (Bench *bench, const char *iccid, const char *event);

/* ---- the chip's side ---- */

typedef struct
{
  char *eid;
  LabKey *key;
  GBytes *cert;
  GBytes *eum;
  LabKey *otsk;
} Chip;

void chip_set_up (Chip *chip, Bench *bench, const char *eid);
void chip_clear (Chip *chip);

/** chip_info1: BF20 that lists @verification and @signing (20 bytes each, or NULL for none). */
GBytes *chip_info1 (guint8 svn_major, const guint8 *verification, const guint8 *signing);

/**
 * ChipAnswer: how AuthenticateServerResponse is made. Zero is a right one with an empty MatchingID.
 */
typedef struct
{
  const char *matching_id;
  gboolean without_matching_id;
  gboolean wrong_signature;
  gboolean wrong_challenge;
  gboolean wrong_transaction;
  GBytes *cert;
  GBytes *eum;
  LabKey *key;
  guint32 free_nvm;
  guint8 profile_major;
  guint32 capability;
  guint32 forbidden_ppr;
  int error;
} ChipAnswer;

/** ChipPrepare: how PrepareDownloadResponse is made. Zero is a right one without code. */
typedef struct
{
  const char *confirmation_code;
  gboolean wrong_signature;
  gboolean wrong_transaction;
  gboolean bad_otpk;
  gboolean new_otpk;
  int error;
} ChipPrepare;

/** chip_make_answer: AuthenticateServerResponse upon the answer @first. */
GBytes *chip_make_answer (Chip *chip, JsonObject *first, const ChipAnswer *how);
/** chip_make_prepare: PrepareDownloadResponse upon the answer @second. */
GBytes *chip_make_prepare (Chip *chip, Bench *bench, JsonObject *second, const ChipPrepare *how);

/** chip_initiate: initiateAuthentication with a right request. */
JsonObject *chip_initiate (Chip *chip, Bench *bench);
/** chip_authenticate: authenticateClient upon the answer @first. */
JsonObject *chip_authenticate (Chip *chip, Bench *bench, JsonObject *first,
                               const ChipAnswer *how);
/**
 * chip_begin: both, expecting success: the answer of authenticateClient, with its transactionId.
 */
JsonObject *chip_begin (Chip *chip, Bench *bench, const char *matching_id);

/** chip_get_package: getBoundProfilePackage upon the answer @second. */
JsonObject *chip_get_package (Chip *chip, Bench *bench, JsonObject *second,
                              const ChipPrepare *how);

/** chip_cancel: cancelSession in transaction @id (hex). */
JsonObject *chip_cancel (Chip *chip, Bench *bench, const char *id, int reason, const char *oid,
                         gboolean wrong_signature);

/** ChipResult: a ProfileInstallationResult; @reason 0 is success. */
typedef struct
{
  const char *transaction_id;
  const char *iccid;
  const char *oid;
  int command;
  int reason;
  gboolean wrong_signature;
  gboolean unknown_kind;
} ChipResult;

GBytes *chip_result (Chip *chip, const ChipResult *how);
/** chip_notice: an OtherSignedNotification. */
GBytes *chip_notice (Chip *chip, guint32 event, const char *iccid, gboolean wrong_signature);
/** chip_notify: posts @pending (consumed) and returns the HTTP status. */
guint chip_notify (Bench *bench, GBytes *pending);

/**
 * chip_open_package: opens BF36 with the chip's one-time key.
 * @metadata: (out): BF25
 *
 * Returns: (transfer full): the profile package; asserts that all is right, smdpSign included
 */
GBytes *chip_open_package (Chip *chip, Bench *bench, GBytes *package, const char *transaction_id,
                           GBytes **metadata);

G_END_DECLS
