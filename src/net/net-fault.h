/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "kt-env.h"
#include "net-wrapper.h"

G_BEGIN_DECLS

/**
 * NetFaultKind:
 * @NET_FAULT_REFUSE: nothing is sent; %KT_ERROR_CONNECT
 * @NET_FAULT_STATUS: nothing is sent; the answer is an HTTP status
 * @NET_FAULT_LOSE: the server does what was asked, but its answer is lost: %KT_ERROR_CLOSED
 * @NET_FAULT_TIMEOUT: likewise, %KT_ERROR_TIMED_OUT with key "net.timeout-idle", without the wait
 * @NET_FAULT_GARBAGE: the server does what was asked; the answer is no JSON
 * @NET_FAULT_TRUNCATE: likewise; only the first bytes of the answer come through
 * @NET_FAULT_DELAY: the answer is right, but late
 */
typedef enum
{
  NET_FAULT_REFUSE,
  NET_FAULT_STATUS,
  NET_FAULT_LOSE,
  NET_FAULT_TIMEOUT,
  NET_FAULT_GARBAGE,
  NET_FAULT_TRUNCATE,
  NET_FAULT_DELAY,
} NetFaultKind;

#define NET_FAULT_KINDS (NET_FAULT_DELAY + 1)

/**
 * NetFault:
 *
 * Servers that fail on demand: at a chosen request, or at random from a seed.
 */
#define NET_TYPE_FAULT (net_fault_get_type ())
G_DECLARE_FINAL_TYPE (NetFault, net_fault, NET, FAULT, NetWrapper)

/** net_fault_new: without a fault until one is asked for. */
NetFault *net_fault_new (NetHttp *inner);

/**
 * net_fault_at:
 * @n: which request, counted from 1 since net_fault_new()
 * @argument: the HTTP status, the bytes that come through, or milliseconds; 0 for the kinds without
 *
 * Several may be asked for; of two for the same request the first counts.
 */
void net_fault_at (NetFault *self, guint n, NetFaultKind kind, guint argument);

/**
 * net_fault_random:
 * @env: borrowed; a seeded one repeats itself
 * @one_in: each request fails with the probability 1/@one_in; 0 switches it off
 * @kinds: bits 1 << #NetFaultKind to choose from, not none
 */
void net_fault_random (NetFault *self, const KtEnv *env, guint one_in, guint kinds);

/** net_fault_get_requests: requests seen so far. */
guint net_fault_get_requests (NetFault *self);
/** net_fault_get_faults: faults injected so far. */
guint net_fault_get_faults (NetFault *self);

G_END_DECLS
