/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "tlv.h"

G_BEGIN_DECLS

/*
 * The BPP Security Protocol: SCP03t as SGP.22 annex M and section 2.6.4 use it. Both ends hold the
 * same state: a MAC chaining value, two keys and a segment counter; every segment moves it on.
 */

/** Longest TLV of a protected segment, and the plain bytes that fit (SGP.22 section 2.5.4.2). */
#define LAB_BSP_MAX_TLV 1020
#define LAB_BSP_MAX_ENCRYPTED 1007
#define LAB_BSP_MAX_MACED 1008

/** The kinds of segment: their tags. 86 and 87 are encrypted and MACed, 88 is MACed only. */
#define LAB_BSP_PROFILE 0x86
#define LAB_BSP_COMMAND 0x87
#define LAB_BSP_METADATA 0x88

typedef struct _LabBsp LabBsp;

/**
 * lab_bsp_new:
 * @shared_secret: 32 bytes, the x coordinate of the key agreement
 * @host_id: 1 to 16 bytes, as in the control reference template's 84
 * @eid: 16 bytes
 *
 * Session keys: X9.63 over `88 10 || host_id || eid`, each with its length byte.
 */
LabBsp *lab_bsp_new (GBytes *shared_secret, GBytes *host_id, const guint8 eid[16]);

/** lab_bsp_new_keys: keys given by ReplaceSessionKeys; the counter starts afresh. */
LabBsp *lab_bsp_new_keys (const guint8 chaining[16], const guint8 enc[16], const guint8 mac[16]);

/** lab_bsp_copy: Returns: (transfer full): the same state, going its own way from here. */
LabBsp *lab_bsp_copy (const LabBsp *bsp);

/** lab_bsp_free: wipes the keys. */
void lab_bsp_free (LabBsp *bsp);

/** lab_bsp_max_plain: the most plain bytes that one segment with @tag carries within 1020 bytes. */
gsize lab_bsp_max_plain (TlvTag tag);

/**
 * lab_bsp_protect:
 * @tag: 0x86, 0x87 or 0x88
 * @len: at most lab_bsp_max_plain()
 *
 * Returns: (transfer full): one TLV
 */
GBytes *lab_bsp_protect (LabBsp *bsp, TlvTag tag, const guint8 *plain, gsize len);

/**
 * lab_bsp_unprotect:
 * @segment: as received; longer than 1020 bytes is accepted because deployed servers send it
 *
 * Returns: (transfer full) (nullable): the plain bytes in wiped memory; %KT_ERROR_MALFORMED with
 *   key "bsp.structure" (tag, length, padding) or %KT_ERROR_CHECK_FAILED with key "bsp.mac". After
 *   a failure the state has not moved.
 */
GBytes *lab_bsp_unprotect (LabBsp *bsp, const Tlv *segment, GError **error);

/** lab_bsp_get_keys: the current chaining value and keys, 16 bytes each, for tests and storage. */
void lab_bsp_get_keys (const LabBsp *bsp, guint8 chaining[16], guint8 enc[16], guint8 mac[16]);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LabBsp, lab_bsp_free)

G_END_DECLS
