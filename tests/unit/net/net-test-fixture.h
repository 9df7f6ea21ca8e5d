/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "kt-error.h"
#include "net-session.h"
#include "net-test-pki.h"
#include "net-test-server.h"

#define NET_TEST_HOST "smdp.example"
#define NET_TEST_PATH "/gsma/rsp2/es9plus/initiateAuthentication"

/** NetTestFixture: a server that is believed, and a session that asks it. */
typedef struct
{
  NetTestServer *server;
  NetSession *session;
  NetHttp *http;
  char *address;
} NetTestFixture;

/** net_test_fixture_init, net_test_fixture_end: around g_test_run(): the CI and the certificate. */
void net_test_fixture_init (int *argc, char ***argv);
int net_test_fixture_end (int rc);

NetTestFixture *net_test_fixture_new (NetTestHandler handler, gpointer data,
                                      const NetSessionOptions *options);
/** net_test_fixture_new_raw: a server that does what @raw does. */
NetTestFixture *net_test_fixture_new_raw (NetTestRaw raw, gpointer data,
                                          const NetSessionOptions *options);
void net_test_fixture_free (NetTestFixture *fixture);

GBytes *net_test_post_to (NetHttp *http, const char *address, guint *status,
                          GCancellable *cancellable, GError **error);
GBytes *net_test_post (NetTestFixture *fixture, GError **error);
void net_test_assert_text (GBytes *bytes, const char *text);
void net_test_assert_fails (NetTestFixture *fixture, KtErrorCode code, const char *key);
/** net_test_wait_until_closed: by whoever it was. */
void net_test_wait_until_closed (NetTestServer *server);
/** net_test_answer_text, net_test_answer_text_and_close: handlers that write the string @data. */
gboolean net_test_answer_text (const NetTestRequest *request, GOutputStream *out, gpointer data);
gboolean net_test_answer_text_and_close (const NetTestRequest *request, GOutputStream *out,
                                         gpointer data);
/** net_test_answer_slowly: writes the strings of the array @data, a tenth of a second apart. */
gboolean net_test_answer_slowly (const NetTestRequest *request, GOutputStream *out, gpointer data);
/** net_test_say_nothing: listens for ever. */
void net_test_say_nothing (GSocketConnection *connection, GCancellable *stop, gpointer data);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (NetTestFixture, net_test_fixture_free)
