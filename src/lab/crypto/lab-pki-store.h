/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "lab-folder-lock.h"
#include "lab-pki.h"

G_BEGIN_DECLS

/** LabPkiStore: the folder that a PKI lives in: its own, or a given one that is only read. */
typedef struct _LabPkiStore LabPkiStore;

/** lab_pki_store_open: makes the folder if absent. */
LabPkiStore *lab_pki_store_open (const char *dir, GError **error);
/** lab_pki_store_open_foreign: reads names of @dir and its folders; never writes. */
LabPkiStore *lab_pki_store_open_foreign (const char *dir, GError **error);
void lab_pki_store_free (LabPkiStore *store);

/**
 * lab_pki_store_lock: to be held from looking for a credential to saving the one made instead.
 * @lock: (out) (transfer full) (nullable): %NULL for a given folder, which nobody writes
 */
gboolean lab_pki_store_lock (LabPkiStore *store, LabFolderLock **lock, GError **error);

/**
 * lab_pki_store_load:
 * @name: "ci", "eum", "dpauth", "dppb", "client", or "tls-HOST"
 * @credential: (out) (transfer full) (nullable): %NULL if nothing is there
 *
 * %KT_ERROR_INVALID_INPUT with key "pki.mismatch" if certificate and key do not belong together.
 */
gboolean lab_pki_store_load (LabPkiStore *store, const char *name, LabCredential **credential,
                             GError **error);

/** lab_pki_store_save: writes NAME.key (0600), then NAME.pem; a given folder is left alone. */
gboolean lab_pki_store_save (LabPkiStore *store, const char *name, LabCredential *credential,
                             GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LabPkiStore, lab_pki_store_free)

G_END_DECLS
