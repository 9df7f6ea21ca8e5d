/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#include "net-verdict.h"

G_BEGIN_DECLS

/** NetPhase: how far a request has come. */
typedef enum
{
  NET_PHASE_RESOLVING = 0,
  NET_PHASE_CONNECTING,
  NET_PHASE_PROXY,
  NET_PHASE_TLS,
  NET_PHASE_SENDING,
  NET_PHASE_READING,
} NetPhase;

/**
 * NetFailure:
 * @verdict: (nullable): what was found about the server in this attempt
 * @proxied: whether the connection goes to a proxy
 * @certificate_asked, @certificate_given: of our own certificate
 *
 * Circumstances of a failure, without which GIO's error does not say what went wrong.
 */
typedef struct
{
  NetPhase phase;
  const NetVerdict *verdict;
  gboolean proxied;
  gboolean certificate_asked;
  gboolean certificate_given;
} NetFailure;

/** net_failure_translate: Returns: (transfer full): a %KT_ERROR for libsoup's or GIO's @cause. */
GError *net_failure_translate (const NetFailure *failure, const GError *cause);

/**
 * net_failure_new_status:
 * @text: (nullable): beginning of the answer's body, of whatever kind
 *
 * Returns: (transfer full): %KT_ERROR_HTTP_STATUS, key "net.http", with detail.http_status and what
 *   a person can read of @text in detail.server_message
 */
GError *net_failure_new_status (guint status, GBytes *text);

G_END_DECLS
