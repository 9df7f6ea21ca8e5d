/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-rsp"

#include "rsp-codes.h"

#include <string.h>

#include "kt-error.h"

typedef struct
{
  RspTag function;
  int result;
  const char *name;
  const char *key;
} ResultRow;

/* SGP.22 sections 5.7.x; 127 and what is missing here fall to the generic key. */
static const ResultRow results[] = {
  { RSP_TAG_ENABLE_PROFILE, 1, "iccidOrAidNotFound", "chip.profile-not-found" },
  { RSP_TAG_ENABLE_PROFILE, 2, "profileNotInDisabledState", "chip.already-in-use" },
  { RSP_TAG_ENABLE_PROFILE, 3, "disallowedByPolicy", "chip.switch-forbidden" },
  { RSP_TAG_ENABLE_PROFILE, 4, "wrongProfileReenabling", "chip.wrong-reenabling" },
  { RSP_TAG_ENABLE_PROFILE, 5, "catBusy", "chip.busy" },
  { RSP_TAG_DISABLE_PROFILE, 1, "iccidOrAidNotFound", "chip.profile-not-found" },
  { RSP_TAG_DISABLE_PROFILE, 2, "profileNotInEnabledState", "chip.not-in-use" },
  { RSP_TAG_DISABLE_PROFILE, 3, "disallowedByPolicy", "chip.disable-forbidden" },
  { RSP_TAG_DISABLE_PROFILE, 5, "catBusy", "chip.busy" },
  { RSP_TAG_DELETE_PROFILE, 1, "iccidOrAidNotFound", "chip.profile-not-found" },
  { RSP_TAG_DELETE_PROFILE, 2, "profileNotInDisabledState", "chip.delete-in-use" },
  { RSP_TAG_DELETE_PROFILE, 3, "disallowedByPolicy", "chip.delete-forbidden" },
  { RSP_TAG_MEMORY_RESET, 1, "nothingToDelete", "chip.nothing-to-delete" },
  { RSP_TAG_MEMORY_RESET, 5, "catBusy", "chip.busy" },
  { RSP_TAG_SET_NICKNAME, 1, "iccidNotFound", "chip.profile-not-found" },
  { RSP_TAG_PROFILES_INFO, 1, "incorrectInputValues", "chip.refused" },
  { RSP_TAG_REMOVE_NOTIFICATION, 1, "nothingToDelete", "chip.notification-gone" },
  { RSP_TAG_RETRIEVE_NOTIFICATIONS, 1, "noResultAvailable", "chip.notification-gone" },
  { RSP_TAG_AUTHENTICATE_SERVER, 1, "invalidCertificate", "chip.server-certificate" },
  { RSP_TAG_AUTHENTICATE_SERVER, 2, "invalidSignature", "chip.server-signature" },
  { RSP_TAG_AUTHENTICATE_SERVER, 3, "unsupportedCurve", "chip.server-curve" },
  { RSP_TAG_AUTHENTICATE_SERVER, 4, "noSessionContext", "chip.session-lost" },
  { RSP_TAG_AUTHENTICATE_SERVER, 5, "invalidOid", "chip.server-certificate" },
  { RSP_TAG_AUTHENTICATE_SERVER, 6, "euiccChallengeMismatch", "chip.session-lost" },
  { RSP_TAG_AUTHENTICATE_SERVER, 7, "ciPKUnknown", "chip.ci-unknown" },
  { RSP_TAG_PREPARE_DOWNLOAD, 1, "invalidCertificate", "chip.server-certificate" },
  { RSP_TAG_PREPARE_DOWNLOAD, 2, "invalidSignature", "chip.server-signature" },
  { RSP_TAG_PREPARE_DOWNLOAD, 3, "unsupportedCurve", "chip.server-curve" },
  { RSP_TAG_PREPARE_DOWNLOAD, 4, "noSessionContext", "chip.session-lost" },
  { RSP_TAG_PREPARE_DOWNLOAD, 5, "invalidTransactionId", "chip.session-lost" },
  { RSP_TAG_CANCEL_SESSION, 5, "invalidTransactionId", "chip.session-lost" },
  { RSP_TAG_LOAD_CRL, 1, "invalidSignature", "chip.crl-invalid" },
  { RSP_TAG_LOAD_CRL, 2, "invalidCRLFormat", "chip.crl-invalid" },
  { RSP_TAG_LOAD_CRL, 3, "notEnoughMemorySpace", "chip.full" },
  { RSP_TAG_LOAD_CRL, 4, "verificationKeyNotFound", "chip.crl-invalid" },
  { RSP_TAG_LOAD_CRL, 5, "fresherCrlAlreadyLoaded", "chip.crl-old" },
  { RSP_TAG_LOAD_CRL, 6, "baseCrlMissing", "chip.crl-invalid" },
};

typedef struct
{
  RspTag function;
  const char *name;
} FunctionRow;

static const FunctionRow functions[] = {
  { RSP_TAG_EUICC_INFO1, "GetEUICCInfo1" },
  { RSP_TAG_PREPARE_DOWNLOAD, "PrepareDownload" },
  { RSP_TAG_EUICC_INFO2, "GetEUICCInfo2" },
  { RSP_TAG_LIST_NOTIFICATION, "ListNotification" },
  { RSP_TAG_SET_NICKNAME, "SetNickname" },
  { RSP_TAG_RETRIEVE_NOTIFICATIONS, "RetrieveNotificationsList" },
  { RSP_TAG_PROFILES_INFO, "GetProfilesInfo" },
  { RSP_TAG_EUICC_CHALLENGE, "GetEUICCChallenge" },
  { RSP_TAG_REMOVE_NOTIFICATION, "RemoveNotificationFromList" },
  { RSP_TAG_ENABLE_PROFILE, "EnableProfile" },
  { RSP_TAG_DISABLE_PROFILE, "DisableProfile" },
  { RSP_TAG_DELETE_PROFILE, "DeleteProfile" },
  { RSP_TAG_MEMORY_RESET, "eUICCMemoryReset" },
  { RSP_TAG_LOAD_CRL, "LoadCRL" },
  { RSP_TAG_BOUND_PROFILE_PACKAGE, "LoadBoundProfilePackage" },
  { RSP_TAG_AUTHENTICATE_SERVER, "AuthenticateServer" },
  { RSP_TAG_CONFIGURED_ADDRESSES, "GetEuiccConfiguredAddresses" },
  { RSP_TAG_EUICC_DATA, "GetEID" },
  { RSP_TAG_SET_DEFAULT_DP, "SetDefaultDpAddress" },
  { RSP_TAG_CANCEL_SESSION, "CancelSession" },
  { RSP_TAG_RAT, "GetRAT" },
};

typedef struct
{
  int reason;
  const char *name;
  const char *key;
} BppReasonRow;

static const BppReasonRow bpp_reasons[] = {
  { 1, "incorrectInputValues", "install.package" },
  { 2, "invalidSignature", "install.signature" },
  { 3, "invalidTransactionId", "install.signature" },
  { 4, "unsupportedCrtValues", "install.unsupported" },
  { 5, "unsupportedRemoteOperationType", "install.unsupported" },
  { 6, "unsupportedProfileClass", "install.class" },
  { 7, "scp03tStructureError", "install.damaged" },
  { 8, "scp03tSecurityError", "install.damaged" },
  { 9, "installFailedDueToIccidAlreadyExistsOnEuicc", "install.already-there" },
  { 10, "installFailedDueToInsufficientMemoryForProfile", "install.memory" },
  { 11, "installFailedDueToInterruption", "install.interrupted" },
  { 12, "installFailedDueToPEProcessingError", "install.profile-element" },
  { 13, "installFailedDueToDataMismatch", "install.mismatch" },
  { 14, "testProfileInstallFailedDueToInvalidNaaKey", "install.test-key" },
  { 15, "pprNotAllowed", "install.ppr" },
  { 31, "insufficientMinimumSecurityLevel", "install.security-level" },
  { 32, "serverNotInAllowList", "install.server-not-allowed" },
  { 127, "installFailedDueToUnknownError", "install.unknown" },
};

typedef struct
{
  const char *code;
  const char *name;
} CodeRow;

static const CodeRow subjects[] = {
  { "1", "Generic" },
  { "1.1", "Function requester" },
  { "1.2", "Function provider" },
  { "1.3", "Protocol" },
  { "1.3.1", "Protocol format" },
  { "1.3.2", "Protocol version" },
  { "1.6", "Function" },
  { "8", "eUICC remote provisioning" },
  { "8.1", "eUICC" },
  { "8.1.1", "EID" },
  { "8.1.2", "EUM certificate" },
  { "8.1.3", "eUICC certificate" },
  { "8.1.4", "EID range" },
  { "8.2", "Profile" },
  { "8.2.1", "Profile ICCID" },
  { "8.2.5", "Profile type" },
  { "8.2.6", "Matching ID" },
  { "8.2.7", "Confirmation code" },
  { "8.2.8", "Profile policy rule" },
  { "8.2.9", "Profile metadata" },
  { "8.2.10", "Bound profile package" },
  { "8.2.13", "Enterprise" },
  { "8.8", "SM-DP+" },
  { "8.8.1", "SM-DP+ address" },
  { "8.8.2", "SM-DP+ security configuration" },
  { "8.8.3", "SM-DP+ specification version (SVN)" },
  { "8.8.4", "SM-DP+ certificate" },
  { "8.8.5", "Download order" },
  { "8.8.6", "Remote profile management order" },
  { "8.9", "SM-DS" },
  { "8.9.1", "SM-DS address" },
  { "8.9.2", "SM-DS security configuration" },
  { "8.9.3", "SM-DS specification version (SVN)" },
  { "8.9.4", "SM-DS certificate" },
  { "8.9.5", "Event record" },
  { "8.9.7", "Push service" },
  { "8.10", "RSP operation" },
  { "8.10.1", "Transaction ID" },
  { "8.10.3", "Device change" },
  { "8.11", "GSMA CI" },
  { "8.11.1", "CI public key" },
  { "8.12", "LPA" },
};

static const CodeRow reasons[] = {
  { "1.1", "Unknown" },
  { "1.2", "Not allowed" },
  { "2.1", "Invalid" },
  { "2.2", "Mandatory element missing" },
  { "2.3", "Conditional element missing" },
  { "3.1", "Unsupported" },
  { "3.2", "Not present" },
  { "3.3", "In use" },
  { "3.4", "Already defined" },
  { "3.5", "Invalid transition" },
  { "3.7", "Unavailable" },
  { "3.8", "Refused" },
  { "3.9", "Unknown" },
  { "3.10", "Invalid association" },
  { "3.11", "Value has changed" },
  { "3.12", "Invalid match" },
  { "4.1", "Full" },
  { "4.2", "Execution error" },
  { "4.3", "Stopped on warning" },
  { "4.8", "Insufficient memory" },
  { "4.10", "Time to live expired" },
  { "5.1", "Inaccessible" },
  { "6.1", "Verification failed" },
  { "6.3", "Expired" },
  { "6.4", "Maximum number of attempts exceeded" },
};

static const char *
find_code (const CodeRow *rows, gsize count, const char *code)
{
  /* Compared as text: 3.1 and 3.10 are different codes. */
  for (gsize i = 0; code != NULL && i < count; i++)
    if (strcmp (rows[i].code, code) == 0)
      return rows[i].name;
  return NULL;
}

static const ResultRow *
find_result (RspTag function, int result)
{
  for (gsize i = 0; i < G_N_ELEMENTS (results); i++)
    if (results[i].function == function && results[i].result == result)
      return &results[i];
  return NULL;
}

const char *
rsp_function_name (RspTag function)
{
  for (gsize i = 0; i < G_N_ELEMENTS (functions); i++)
    if (functions[i].function == function)
      return functions[i].name;
  return "ES10";
}

const char *
rsp_result_name (RspTag function, int result)
{
  const ResultRow *row = find_result (function, result);

  if (row != NULL)
    return row->name;
  return result == 0 ? "ok" : result == 127 ? "undefinedError" : NULL;
}

gboolean
rsp_result_check_not_ok (RspTag function, int result, GError **error)
{
  const ResultRow *row = find_result (function, result);
  const char *name = rsp_result_name (function, result);

  kt_error_set (error, KT_ERROR_CHIP_REFUSED, row != NULL ? row->key : "chip.refused",
                "%s: the chip answered error %d%s%s%s", rsp_function_name (function), result,
                name != NULL ? " (" : "", name != NULL ? name : "", name != NULL ? ")" : "");
  if (error != NULL && *error != NULL)
    {
      kt_error_detail (*error)->function = function;
      kt_error_detail (*error)->result = result;
    }
  return FALSE;
}

gboolean
rsp_result_check (RspTag function, int result, GError **error)
{
  return result == 0 || rsp_result_check_not_ok (function, result, error);
}

gboolean
rsp_result_number (const Tlv *tlv, int *out, GError **error)
{
  gint64 number;

  if (!tlv_get_int (tlv, &number, error))
    return FALSE;
  if (number < 0 || number > G_MAXINT)
    return kt_error_set (error, KT_ERROR_MALFORMED, NULL, "TLV %X: %" G_GINT64_FORMAT
                         " is no result code", tlv->tag, number);
  *out = (int) number;
  return TRUE;
}

const char *
rsp_bpp_command_name (int command)
{
  static const char *const names[] = { "initialiseSecureChannel", "configureISDP", "storeMetadata",
                                       "storeMetadata2", "replaceSessionKeys",
                                       "loadProfileElements" };

  return command >= 0 && (gsize) command < G_N_ELEMENTS (names) ? names[command] : "unknown command";
}

static const BppReasonRow *
find_bpp_reason (int reason)
{
  for (gsize i = 0; i < G_N_ELEMENTS (bpp_reasons); i++)
    if (bpp_reasons[i].reason == reason)
      return &bpp_reasons[i];
  return NULL;
}

const char *
rsp_bpp_reason_name (int reason)
{
  const BppReasonRow *row = find_bpp_reason (reason);

  return row != NULL ? row->name : "unknown reason";
}

const char *
rsp_bpp_reason_key (int reason)
{
  const BppReasonRow *row = find_bpp_reason (reason);

  return row != NULL ? row->key : "install.unknown";
}

gboolean
rsp_bpp_reason_is_retryable (int reason)
{
  return reason == 10 || reason == 11;
}

const char *
rsp_pe_status_name (int status)
{
  static const char *const names[] = {
    "ok", "pe-not-supported", "memory-failure", "bad-values", "not-enough-memory",
    "invalid-request-format", "invalid-parameter", "runtime-not-supported", "lib-not-supported",
    "template-not-supported", "feature-not-supported", "pin-code-missing",
  };

  if (status == 31)
    return "unsupported-profile-version";
  return status >= 0 && (gsize) status < G_N_ELEMENTS (names) ? names[status] : "unknown";
}

const char *
rsp_subject_name (const char *code)
{
  return find_code (subjects, G_N_ELEMENTS (subjects), code);
}

const char *
rsp_reason_name (const char *code)
{
  return find_code (reasons, G_N_ELEMENTS (reasons), code);
}
