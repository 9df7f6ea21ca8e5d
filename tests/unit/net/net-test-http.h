/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "net-http.h"

/** NetTestHttp: answers every request with {"n":<number>,"secret":"abcd"}, and counts. */
#define NET_TYPE_TEST_HTTP (net_test_http_get_type ())
G_DECLARE_FINAL_TYPE (NetTestHttp, net_test_http, NET, TEST_HTTP, NetHttp)

NetTestHttp *net_test_http_new (void);
guint net_test_http_get_requests (NetTestHttp *self);
guint net_test_http_get_prepared (NetTestHttp *self);
guint net_test_http_get_released (NetTestHttp *self);
/** net_test_http_fail: the next request fails. */
void net_test_http_fail (NetTestHttp *self, GError *error);
