/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "kt-error.h"
#include "net-session.h"
#include "net-test-pki.h"
#include "net-test-server.h"

#define NET_TEST_HOST "smdp.example"
#define NET_TEST_PATH "/gsma/rsp2/es9plus/initiateAuthentication"

/* One POST over real TLS, and what was found about the server. */

/** NetTestCis: the CI that the chip trusts, another of the same name, and one of another name. */
typedef struct
{
  NetTestCert *ci;
  NetTestCert *impostor;
  NetTestCert *stranger;
} NetTestCis;

/** net_test_judge_init, net_test_judge_end: around g_test_run(). */
const NetTestCis *net_test_judge_init (int *argc, char ***argv);
int net_test_judge_end (int rc);

/** net_test_trust_new: trusts the CI; @env and @store (nullable). */
NetTrust *net_test_trust_new (const KtEnv *env, GTlsDatabase *store);
/** net_test_ask: @own (nullable): client certificate. Returns: (transfer full) (nullable) */
GError *net_test_ask (NetTestServer *server, NetTrust *trust, GTlsCertificate *own);
/** net_test_assert_refused: with this key and these flags, before the server was told anything. */
void net_test_assert_refused (GTlsCertificate *chain, NetTrust *trust, const char *key,
                              GTlsCertificateFlags flags);
/** net_test_assert_trusted: Returns: (transfer full) */
NetVerdict *net_test_assert_trusted (GTlsCertificate *chain, NetTrust *trust, NetVoucher voucher);
