/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** LabQr: a QR code with its quiet zone. */
typedef struct _LabQr LabQr;

/** lab_qr_new: Returns: (transfer full) (nullable): %KT_ERROR_LIMIT for what does not fit. */
LabQr *lab_qr_new (const char *text, GError **error);
void lab_qr_free (LabQr *qr);

/** lab_qr_print: two rows a line in half blocks, dark on light; "##" where the locale has none. */
void lab_qr_print (const LabQr *qr);

/** lab_qr_to_png: Returns: (transfer full) (nullable): black on white, @scale pixels a module. */
GBytes *lab_qr_to_png (const LabQr *qr, guint scale, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LabQr, lab_qr_free)

G_END_DECLS
