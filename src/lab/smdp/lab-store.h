/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "kt-env.h"
#include "lab-order.h"

G_BEGIN_DECLS

/*
 * The SM-DP+'s memory: one SQLite file. Profile packages, subscriber keys, confirmation-code hashes
 * and one-time keys are sealed with AES-256-GCM under a key that lies beside it in a file of its
 * own (mode 0600); the row and the column are authenticated with them, so nothing can be moved
 * about.
 */

typedef struct _LabStore LabStore;

/**
 * lab_store_open:
 * @dir: (nullable): the state folder: smdp.sqlite and smdp.key are made in it; %NULL is in memory
 * @env: randomness and clock; must outlive the store
 *
 * Returns: (transfer full) (nullable): %KT_ERROR_STORAGE
 */
LabStore *lab_store_open (const char *dir, const KtEnv *env, GError **error);
void lab_store_close (LabStore *store);

/**
 * lab_store_begin, lab_store_end: what lies between is kept as a whole or, without @keep, not at
 * all. They nest: one inner end without @keep undoes the whole.
 */
gboolean lab_store_begin (LabStore *store, GError **error);
gboolean lab_store_end (LabStore *store, gboolean keep, GError **error);

/**
 * lab_store_add:
 * @order: with at least iccid, metadata and upp
 *
 * %KT_ERROR_INVALID_INPUT with key "smdp.duplicate" if the ICCID is there already.
 */
gboolean lab_store_add (LabStore *store, const LabOrder *order, GError **error);

/** lab_store_save: everything but iccid, metadata and upp. */
gboolean lab_store_save (LabStore *store, const LabOrder *order, GError **error);

/* ---- finding: FALSE on %KT_ERROR_STORAGE only; *order is NULL if there is none ---- */

gboolean lab_store_load (LabStore *store, const char *iccid, LabOrder **order, GError **error);
/** lab_store_find_matching: by a MatchingID that is not empty. */
gboolean lab_store_find_matching (LabStore *store, const char *matching_id, LabOrder **order,
                                  GError **error);
/** lab_store_find_for_eid: an order without MatchingID for @eid, released or downloaded. */
gboolean lab_store_find_for_eid (LabStore *store, const char *eid, LabOrder **order,
                                 GError **error);
/**
 * lab_store_find_stock: a profile of @profile_type that is available to @requester; to the house
 * itself, which may take any, if that is %NULL.
 */
gboolean lab_store_find_stock (LabStore *store, const char *profile_type, const char *requester,
                               LabOrder **order, GError **error);
/** lab_store_knows_type: @mine: whether any profile of the type is @requester's or anybody's. */
gboolean lab_store_knows_type (LabStore *store, const char *profile_type, const char *requester,
                               gboolean *known, gboolean *mine, GError **error);

/** lab_store_list: Returns: (transfer full) (element-type LabOrder) (nullable): without secrets. */
GPtrArray *lab_store_list (LabStore *store, GError **error);

/* ---- sessions that delivered a package: notifications come days later ---- */

/**
 * LabBinding: who downloaded what in which transaction.
 * @latest: nothing was delivered of this profile since; not to be filled for
 *   lab_store_add_binding()
 */
typedef struct
{
  GBytes *transaction_id;
  char *iccid;
  char *eid;
  GBytes *euicc_cert;
  gboolean latest;
} LabBinding;

void lab_binding_free (LabBinding *binding);
gboolean lab_store_add_binding (LabStore *store, const LabBinding *binding, GError **error);
gboolean lab_store_find_binding (LabStore *store, GBytes *transaction_id, LabBinding **binding,
                                 GError **error);

/* ---- what happened ---- */

/** LabStoreEvent: @time: seconds since 1970; @kind: "installed" …; @text: (nullable): details. */
typedef struct
{
  gint64 time;
  char *iccid;
  char *kind;
  char *text;
} LabStoreEvent;

void lab_store_event_free (LabStoreEvent *event);
gboolean lab_store_add_event (LabStore *store, const char *iccid, const char *kind,
                              const char *text, GError **error);
/** lab_store_list_events: @iccid: (nullable): of this profile alone; oldest first. */
GPtrArray *lab_store_list_events (LabStore *store, const char *iccid, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LabStore, lab_store_close)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LabBinding, lab_binding_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LabStoreEvent, lab_store_event_free)

G_END_DECLS
