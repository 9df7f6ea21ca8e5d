/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-fuzz"

#include "fuzz-target.h"

#include "rsp-es9.h"
#include "rsp-explain.h"

#define OK "{\"header\":{\"functionExecutionStatus\":{\"status\":\"Executed-Success\"}}"

const gboolean fuzz_seeds_are_hex = FALSE;
const char *const fuzz_seeds[] = {
  OK ",\"transactionId\":\"0A0B\",\"serverSigned1\":\"AQID\",\"serverSignature1\":\"AQID\","
     "\"euiccCiPKIdToBeUsed\":\"BBT1QXK9+YqV1ly+uIo4ocEdgAqFww==\",\"serverCertificate\":\"AQID\"}",
  OK ",\"transactionId\":\"0A0B\",\"profileMetadata\":\"AQID\",\"smdpSigned2\":\"AQID\","
     "\"smdpSignature2\":\"AQ\\r\\nID\",\"smdpCertificate\":\"AQID\"}",
  OK ",\"boundProfilePackage\":\"AQID\"}",
  OK ",\"eventEntries\":[{\"eventId\":\"E\",\"rspServerAddress\":\"a.example\"}]}",
  "{\"header\":{\"functionExecutionStatus\":{\"status\":\"Failed\",\"statusCodeData\":{"
  "\"subjectCode\":\"8.2.6\",\"reasonCode\":\"3.8\",\"subjectIdentifier\":\"\\uD83D\\uDE00\","
  "\"message\":\"\\u958b\\n\"}}}}",
  "{\"a\":[1,-2.5e3,true,null,{\"b\":{}}]}",
  "/* c */{\"a\":1}",
  "var a = {\"a\":1};",
  NULL,
};

/* Whatever a server says can be shown. */
static void
check_error (const GError *error)
{
  g_autoptr (RspAdvice) advice = NULL;
  g_autofree char *text = NULL;

  if (error == NULL)
    return;
  advice = rsp_explain (error);
  text = rsp_advice_text (advice);
  FUZZ_CHECK (g_utf8_validate (text, -1, NULL) && g_utf8_validate (error->message, -1, NULL));
  FUZZ_CHECK (advice->detail == NULL || g_utf8_validate (advice->detail, -1, NULL));
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GBytes) body = g_bytes_new (data, size);
  g_autoptr (GError) initiate_error = NULL;
  g_autoptr (GError) client_error = NULL;
  g_autoptr (GError) package_error = NULL;
  g_autoptr (GError) events_error = NULL;
  g_autoptr (GError) status_error = NULL;
  g_autoptr (RspInitiateAuthentication) initiate
      = rsp_es9_initiate_authentication_parse (body, &initiate_error);
  g_autoptr (RspAuthenticateClient) client
      = rsp_es9_authenticate_client_parse (body, "0A0B", &client_error);
  g_autoptr (GBytes) package
      = rsp_es9_get_bound_profile_package_parse (body, "0A0B", &package_error);
  g_autoptr (GPtrArray) events = rsp_es11_authenticate_client_parse (body, "0A0B", &events_error);
  gboolean status = rsp_es9_status_check (body, &status_error);

  FUZZ_CHECK_OUTCOME (initiate, initiate_error);
  FUZZ_CHECK_OUTCOME (client, client_error);
  FUZZ_CHECK_OUTCOME (package, package_error);
  FUZZ_CHECK_OUTCOME (events, events_error);
  FUZZ_CHECK (status == (status_error == NULL));
  /* an answer with content is one that the server says it executed */
  if (initiate != NULL || client != NULL || package != NULL || events != NULL)
    FUZZ_CHECK (status);
  if (initiate != NULL)
    FUZZ_CHECK (initiate->transaction_id_raw != NULL && g_bytes_get_size (initiate->ci_pkid) == 20);
  check_error (initiate_error);
  check_error (client_error);
  check_error (package_error);
  check_error (events_error);
  check_error (status_error);
  return 0;
}
