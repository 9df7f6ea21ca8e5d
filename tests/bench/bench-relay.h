/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * BenchRelay: a TCP relay on the loopback interface that makes a far server of a near one: a
 * connection takes one round trip to be made, and every byte half a round trip each way.
 */
typedef struct _BenchRelay BenchRelay;

BenchRelay *bench_relay_new (guint16 target_port, guint rtt_ms);
void bench_relay_free (BenchRelay *relay);
guint16 bench_relay_get_port (BenchRelay *relay);
guint bench_relay_get_connections (BenchRelay *relay);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (BenchRelay, bench_relay_free)

G_END_DECLS
