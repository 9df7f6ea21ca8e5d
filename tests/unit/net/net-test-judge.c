/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-test"

#include "net-test-judge.h"

#include "net-init.h"

static NetTestCis cis;

const NetTestCis *
net_test_judge_init (int *argc, char ***argv)
{
  net_init ();
  g_test_init (argc, argv, NULL);
  net_test_resolver_install ();
  cis.ci = net_test_ci ("Test CI");
  cis.impostor = net_test_ci ("Test CI");
  cis.stranger = net_test_ci ("Other CI");
  return &cis;
}

int
net_test_judge_end (int rc)
{
  net_test_cert_free (cis.ci);
  net_test_cert_free (cis.impostor);
  net_test_cert_free (cis.stranger);
  return rc;
}

NetTrust *
net_test_trust_new (const KtEnv *env, GTlsDatabase *store)
{
  NetTrust *trust = net_trust_new (env != NULL ? env : kt_env_default (), store);
  g_autoptr (GPtrArray) pkids = net_test_pkids (cis.ci, NULL);

  net_trust_set_pkids (trust, pkids);
  return trust;
}

GError *
net_test_ask (NetTestServer *server, NetTrust *trust, GTlsCertificate *own)
{
  g_autoptr (NetSession) session = net_session_new (trust, NULL);
  g_autofree char *address = net_test_server_dup_address (server, NET_TEST_HOST);
  g_autoptr (GBytes) body = g_bytes_new_static ("{}", 2);
  g_autoptr (GBytes) answer = NULL;
  GError *error = NULL;

  net_session_set_client_certificate (session, own, NULL);
  answer = net_http_post (NET_HTTP (session), address, NET_TEST_PATH, body, NULL, NULL, NULL, NULL,
                          &error);
  g_assert_true ((answer == NULL) == (error != NULL));
  return error;
}

static GError *
ask_chain (GTlsCertificate *chain, NetTrust *trust, NetVerdict **verdict)
{
  g_autoptr (NetTestServer) server = net_test_server_new (chain, net_test_answer_json, NULL);
  g_autofree char *address = net_test_server_dup_address (server, NET_TEST_HOST);
  GError *error = net_test_ask (server, trust, NULL);

  if (verdict != NULL)
    *verdict = net_trust_dup_verdict (trust, address);
  /* Whoever is not believed is not told anything. */
  g_assert_cmpuint (net_test_server_get_requests (server), ==, error == NULL ? 1 : 0);
  return error;
}

void
net_test_assert_refused (GTlsCertificate *chain, NetTrust *trust, const char *key,
                GTlsCertificateFlags flags)
{
  g_autoptr (NetVerdict) verdict = NULL;
  g_autoptr (GError) error = ask_chain (chain, trust, &verdict);

  g_assert_error (error, KT_ERROR, KT_ERROR_TLS);
  g_assert_cmpstr (kt_error_key (error), ==, key);
  g_assert_cmpuint (kt_error_detail (error)->tls_flags, ==, flags);
  g_assert_nonnull (verdict);
  g_assert_cmpstr (net_verdict_get_key (verdict), ==, key);
}

NetVerdict *
net_test_assert_trusted (GTlsCertificate *chain, NetTrust *trust, NetVoucher voucher)
{
  NetVerdict *verdict = NULL;
  g_autoptr (GError) error = ask_chain (chain, trust, &verdict);

  g_assert_no_error (error);
  g_assert_nonnull (verdict);
  g_assert_true (net_verdict_is_trusted (verdict));
  g_assert_null (net_verdict_get_key (verdict));
  g_assert_cmpint (verdict->voucher, ==, voucher);
  return verdict;
}
