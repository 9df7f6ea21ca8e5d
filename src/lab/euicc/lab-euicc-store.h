/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/*
 * The card's non-volatile memory: one SQLite database, in a folder or in memory. Whatever belongs
 * together is changed within lab_euicc_store_begin() and lab_euicc_store_commit(), which is durable
 * when it returns. Every failing function sets %KT_ERROR_STORAGE, key "lab.storage".
 */
typedef struct _LabEuiccStore LabEuiccStore;

/**
 * lab_euicc_store_open:
 * @dir: (nullable): %NULL for memory; made with mode 0700 if absent. The database has mode 0600: it
 *   holds the chip's keys
 *
 * Returns: (transfer full) (nullable): also %KT_ERROR_CARD_BUSY, key "lab.card-in-use"
 */
LabEuiccStore *lab_euicc_store_open (const char *dir, GError **error);
void lab_euicc_store_free (LabEuiccStore *store);

gboolean lab_euicc_store_begin (LabEuiccStore *store, GError **error);
gboolean lab_euicc_store_commit (LabEuiccStore *store, GError **error);
void lab_euicc_store_rollback (LabEuiccStore *store);

/* ---- single values ---- */

/** lab_euicc_store_get: Returns: %FALSE on failure; @value is %NULL if there is none. */
gboolean lab_euicc_store_get (LabEuiccStore *store, const char *name, GBytes **value,
                              GError **error);
/** lab_euicc_store_set: @value %NULL removes. */
gboolean lab_euicc_store_set (LabEuiccStore *store, const char *name, GBytes *value,
                              GError **error);
gboolean lab_euicc_store_get_int (LabEuiccStore *store, const char *name, gint64 *value,
                                  GError **error);
gboolean lab_euicc_store_set_int (LabEuiccStore *store, const char *name, gint64 value,
                                  GError **error);
gboolean lab_euicc_store_get_string (LabEuiccStore *store, const char *name, char **value,
                                     GError **error);
gboolean lab_euicc_store_set_string (LabEuiccStore *store, const char *name, const char *value,
                                     GError **error);

/* ---- certificate issuers and the card's certificate below each ---- */

/**
 * LabStoredCi:
 * @key: (nullable): PEM; absent with @euicc and @eum for a CI that is trusted for verification
 */
typedef struct
{
  GBytes *cert;
  GBytes *key;
  GBytes *euicc;
  GBytes *eum;
} LabStoredCi;

void lab_stored_ci_free (LabStoredCi *ci);
gboolean lab_euicc_store_add_ci (LabEuiccStore *store, const LabStoredCi *ci, GError **error);
/** lab_euicc_store_list_cis: Returns: (transfer full) (nullable): of #LabStoredCi, in order. */
GPtrArray *lab_euicc_store_list_cis (LabEuiccStore *store, GError **error);

/* ---- profiles ---- */

#define LAB_ISDP_BYTES 16

/**
 * LabStoredProfile:
 * @nickname: (nullable):
 * @metadata: BF25 as loaded
 * @dp: (nullable): DpProprietaryData, B8
 * @pkid: CI under which it was loaded, whose key signs its notifications
 * @memory: bytes it takes
 * @preloaded: it came with the card
 */
typedef struct
{
  guint8 isdp[LAB_ISDP_BYTES];
  guint8 iccid[10];
  gboolean enabled;
  char *nickname;
  GBytes *metadata;
  GBytes *dp;
  GBytes *pkid;
  gint64 memory;
  gboolean preloaded;
} LabStoredProfile;

void lab_stored_profile_free (LabStoredProfile *profile);
/** lab_euicc_store_add_profile: @upp is kept apart: lists do not read it. */
gboolean lab_euicc_store_add_profile (LabEuiccStore *store, const LabStoredProfile *profile,
                                      GBytes *upp, GError **error);
/** lab_euicc_store_list_profiles: Returns: (transfer full) (nullable): in order of installation. */
GPtrArray *lab_euicc_store_list_profiles (LabEuiccStore *store, GError **error);
/** lab_euicc_store_update_profile: writes @enabled and @nickname. */
gboolean lab_euicc_store_update_profile (LabEuiccStore *store, const LabStoredProfile *profile,
                                         GError **error);
gboolean lab_euicc_store_delete_profile (LabEuiccStore *store, const guint8 isdp[LAB_ISDP_BYTES],
                                         GError **error);
/** lab_euicc_store_load_profile: @state is what its SIM has changed, %NULL if nothing. */
gboolean lab_euicc_store_load_profile (LabEuiccStore *store, const guint8 isdp[LAB_ISDP_BYTES],
                                       GBytes **upp, GBytes **state, GError **error);
gboolean lab_euicc_store_save_state (LabEuiccStore *store, const guint8 isdp[LAB_ISDP_BYTES],
                                     GBytes *state, GError **error);

/* ---- notifications ---- */

/**
 * LabStoredNotification:
 * @event: the one bit of NotificationEvent, as 1 << n
 * @metadata: BF2F
 * @pending: the PendingNotification
 */
typedef struct
{
  gint64 number;
  guint event;
  GBytes *metadata;
  GBytes *pending;
} LabStoredNotification;

void lab_stored_notification_free (LabStoredNotification *notification);
/** lab_euicc_store_next_number: the next sequence number, from 1, never given twice. */
gboolean lab_euicc_store_next_number (LabEuiccStore *store, gint64 *number, GError **error);
gboolean lab_euicc_store_add_notification (LabEuiccStore *store,
                                           const LabStoredNotification *notification,
                                           GError **error);
/** lab_euicc_store_list_notifications: Returns: (transfer full) (nullable): ascending. */
GPtrArray *lab_euicc_store_list_notifications (LabEuiccStore *store, GError **error);
gboolean lab_euicc_store_remove_notification (LabEuiccStore *store, gint64 number, gboolean *found,
                                              GError **error);

/* ---- one-time keys that a bound package may still need ---- */

/** LAB_EUICC_STORE_MAX_KEYS: kept for retries; the oldest goes first. */
#define LAB_EUICC_STORE_MAX_KEYS 8

/** lab_euicc_store_keep_key: @secret is a private key's 32 bytes, @point its 65. */
gboolean lab_euicc_store_keep_key (LabEuiccStore *store, const char *smdp_oid, GBytes *point,
                                   GBytes *secret, GError **error);
/** lab_euicc_store_find_key: @secret is %NULL if it is not there for that server. */
gboolean lab_euicc_store_find_key (LabEuiccStore *store, const char *smdp_oid, GBytes *point,
                                   GBytes **secret, GError **error);
gboolean lab_euicc_store_drop_key (LabEuiccStore *store, GBytes *point, GError **error);

/* ---- revocation ---- */

/** lab_euicc_store_set_crl: replaces the list of the CI @pkid. */
gboolean lab_euicc_store_set_crl (LabEuiccStore *store, GBytes *pkid, gint64 number,
                                  GPtrArray *serials, GError **error);
/** lab_euicc_store_get_crl_number: -1 if that CI has no list. */
gboolean lab_euicc_store_get_crl_number (LabEuiccStore *store, GBytes *pkid, gint64 *number,
                                         GError **error);
gboolean lab_euicc_store_is_revoked (LabEuiccStore *store, GBytes *pkid, GBytes *serial,
                                     gboolean *revoked, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LabEuiccStore, lab_euicc_store_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LabStoredCi, lab_stored_ci_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LabStoredProfile, lab_stored_profile_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LabStoredNotification, lab_stored_notification_free)

G_END_DECLS
