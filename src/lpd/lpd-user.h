/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rsp-profile.h"
#include "rsp-rat.h"

G_BEGIN_DECLS

/** LpdReview: what a person decides about before anything is downloaded. All borrowed. */
typedef struct
{
  const RspProfile *metadata;
  const char *server;
  /* who vouches for the server: the CI's name, or "" with a hint for others */
  const char *vouched_by;
  /* PPRs need the person's explicit consent, by the chip's rules */
  gboolean rules_need_consent;
  gboolean confirmation_required;
  /* bytes free on the chip, -1 unknown */
  gint64 free_memory;
} LpdReview;

typedef enum
{
  LPD_DOWNLOAD,
  /* keeps the order usable: postponed */
  LPD_NOT_NOW,
  /* the rules need consent and nobody can be asked: the order stays usable */
  LPD_CANNOT_ASK,
  /* tells the operator and burns the order: endUserRejection */
  LPD_REFUSE,
} LpdDecision;

/**
 * LpdCodeQuestion:
 * @wrong_before: the server has refused one
 * @malformed: what was given can be no code: 1 to 32 visible ASCII characters
 * @attempts_left: -1 unless the server told
 */
typedef struct
{
  const RspProfile *metadata;
  gboolean wrong_before;
  gboolean malformed;
  int attempts_left;
  const char *server_message;
} LpdCodeQuestion;

/**
 * LpdUser:
 * @review: the person's decision; never called twice for one job unless the metadata changed
 * @confirmation_code: (transfer full) (nullable): the code, wiped by the caller; %NULL = not now
 * @trust_public: whether to talk to a server that only the system's own authorities vouch for;
 *   @authority is that authority's name
 *
 * What a flow must ask a person. Called on the flow's thread; may block as long as it takes.
 */
typedef struct
{
  LpdDecision (*review) (gpointer data, const LpdReview *review);
  char *(*confirmation_code) (gpointer data, const LpdCodeQuestion *question);
  gboolean (*trust_public) (gpointer data, const char *server, const char *authority);
  gpointer data;
} LpdUser;

G_END_DECLS
