/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <json-glib/json-glib.h>

#include "kt-env.h"
#include "lab-meter.h"
#include "net-http.h"

G_BEGIN_DECLS

/**
 * LabJourney:
 *
 * Figure 7 of the paper as it happens: a table whose rows appear when their step begins and are
 * completed when it ends: time, phase, step, and what travelled between device and chip and between
 * device and server.
 */
typedef struct _LabJourney LabJourney;

/**
 * lab_journey_new:
 * @meter: the card; borrowed, as @http and @env
 * @silent: prints nothing: for JSON
 *
 * The clock starts now.
 */
LabJourney *lab_journey_new (LabMeter *meter, NetHttp *http, const KtEnv *env, gboolean silent);
void lab_journey_free (LabJourney *self);

/**
 * lab_journey_step: ends the row before and begins one.
 * @phase: 1 to 4; never goes back: a later step of an earlier phase stays in the phase reached
 * @name: stable, for JSON
 * @title: translated
 */
void lab_journey_step (LabJourney *self, guint phase, const char *name, const char *title);

/** lab_journey_note: a line in plain words below the row that is open. */
void lab_journey_note (LabJourney *self, const char *format, ...) G_GNUC_PRINTF (2, 3);

/** lab_journey_end: ends the last row. */
void lab_journey_end (LabJourney *self);

/** lab_journey_get_elapsed: microseconds since it began. */
gint64 lab_journey_get_elapsed (LabJourney *self);

/** lab_journey_dup_json: Returns: (transfer full): array of the rows that have ended. */
JsonNode *lab_journey_dup_json (LabJourney *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LabJourney, lab_journey_free)

G_END_DECLS
