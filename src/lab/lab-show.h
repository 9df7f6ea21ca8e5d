/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "lab-journey.h"
#include "lab-line.h"
#include "lab-world.h"
#include "lpd-download.h"
#include "lpd-network.h"
#include "lpd-outbox.h"

G_BEGIN_DECLS

/**
 * LabShow:
 * @card: the chip in its reader, metered
 * @before, @after: (element-type RspProfile): what the chip lists
 * @line: what the plan's SIM says of itself
 * @step: #LpdStep that is shown, -1: none; @phase: steps of an earlier phase belong to this one
 * @told: messages that the operator has acknowledged
 * @to_installed: over both interfaces until the chip's result, with @net_to_installed
 *
 * One show: what it needs, and what it finds out.
 */
typedef struct
{
  const KtEnv *env;
  gboolean json;
  GCancellable *cancellable;
  LabWorld *world;
  LabTicket *ticket;

  Card *card;
  CardChannelOptions channel;
  LpdNetwork *network;
  LpdContext context;
  LpdJob job;
  LpdOutbox *outbox;
  LabJourney *journey;
  int step;
  guint phase;

  GPtrArray *before;
  GPtrArray *after;
  LpdDownloadResult *result;
  LabLine *line;
  guint told;
  guint waiting;
  guint commands;
  guint commands_to_installed;
  NetCounters net;
  NetCounters net_to_installed;
  char *order_state;
  char *order_events;
} LabShow;

/** lab_show_prepare: card, network and outbox around the world, and the list before. */
gboolean lab_show_prepare (LabShow *show, GError **error);
/** lab_show_run: the journey, ① to ④. */
gboolean lab_show_run (LabShow *show, GError **error);
void lab_show_clear (LabShow *show);

/** lab_show_print_world, lab_show_print_order, lab_show_print_proof: around the journey. */
void lab_show_print_world (LabShow *show);
gboolean lab_show_print_order (LabShow *show, GError **error);
void lab_show_print_proof (LabShow *show);

/**
 * lab_show_judge: %KT_ERROR_UNCONFIRMED, key "lab.proof", unless chip, SIM, server and outbox all
 * say that the line lives.
 */
gboolean lab_show_judge (LabShow *show, GError **error);

/** lab_show_to_json: Returns: (transfer full) */
JsonNode *lab_show_to_json (LabShow *show);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (LabShow, lab_show_clear)

G_END_DECLS
