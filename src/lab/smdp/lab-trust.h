/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/*
 * A TLS database that trusts one CA, given in memory, and nobody else: neither the system's store
 * nor a file.
 */

#define LAB_TYPE_TRUST (lab_trust_get_type ())
G_DECLARE_FINAL_TYPE (LabTrust, lab_trust, LAB, TRUST, GTlsDatabase)

/** lab_trust_new: Returns: (transfer full): @ca is referenced. */
GTlsDatabase *lab_trust_new (GTlsCertificate *ca);

G_END_DECLS
