/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "lab-euicc-private.h"

G_BEGIN_DECLS

/* What BPP commands do once their segments are decrypted, and how a BPP ends. */

/** LabErrorReason: errorReason of ProfileInstallationResult. */
typedef enum
{
  LAB_REASON_NONE = 0,
  LAB_REASON_INPUT_VALUES = 1,
  LAB_REASON_SIGNATURE = 2,
  LAB_REASON_TRANSACTION = 3,
  LAB_REASON_CRT = 4,
  LAB_REASON_OPERATION_TYPE = 5,
  LAB_REASON_PROFILE_CLASS = 6,
  LAB_REASON_STRUCTURE = 7,
  LAB_REASON_SECURITY = 8,
  LAB_REASON_ICCID_EXISTS = 9,
  LAB_REASON_MEMORY = 10,
  LAB_REASON_INTERRUPTION = 11,
  LAB_REASON_PROFILE_ELEMENT = 12,
  LAB_REASON_DATA_MISMATCH = 13,
  LAB_REASON_NAA_KEY = 14,
  LAB_REASON_PPR = 15,
  LAB_REASON_UNKNOWN = 127,
} LabErrorReason;

/** lab_install_configure: ConfigureISDP; keeps its B8. */
LabErrorReason lab_install_configure (LabLoad *load, GBytes *command);
/** lab_install_metadata: StoreMetadata against what is installed and the rules. */
LabErrorReason lab_install_metadata (LabEuicc *self, LabLoad *load, GBytes *command);
/** lab_install_keys: ReplaceSessionKeys; the following segments use the new ones. */
LabErrorReason lab_install_keys (LabLoad *load, GBytes *command);

/**
 * lab_install_profile:
 * @upp: the profile package
 * @result: (out) (transfer full): BF37, if the profile is installed
 * @failure: (out): what the package's parser says
 *
 * Parses and installs. Returns: %LAB_REASON_NONE with @result, a reason, or
 * %LAB_REASON_UNKNOWN with @error set if the memory failed.
 */
LabErrorReason lab_install_profile (LabEuicc *self, GBytes *upp, GBytes **result,
                                    LabSaipFailure *failure, GError **error);

/**
 * lab_install_fail:
 * @failure: (nullable): for the simaResponse
 *
 * Ends the session. Returns: (transfer full) (nullable): BF37 with the errorResult
 */
GBytes *lab_install_fail (LabEuicc *self, LabBppCommand command, LabErrorReason reason,
                          const LabSaipFailure *failure, GError **error);

/* ---- lab-euicc-match.c ---- */

/** lab_package_matches_owner: whether IMSI and GIDs of the package's USIM are those of @owner. */
gboolean lab_package_matches_owner (LabPackage *package, const LabOwner *owner);
/** lab_package_has_test_keys: whether nobody could use its keys in a real network. */
gboolean lab_package_has_test_keys (LabPackage *package);

G_END_DECLS
