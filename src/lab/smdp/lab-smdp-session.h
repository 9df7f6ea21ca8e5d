/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "lab-x509.h"

G_BEGIN_DECLS

#define LAB_TRANSACTION_BYTES 16
#define LAB_CHALLENGE_BYTES 16

typedef enum
{
  LAB_SESSION_INITIATED,
  LAB_SESSION_AUTHENTICATED,
  LAB_SESSION_BOUND,
} LabSessionStage;

/**
 * LabSession: an RSP session, from initiateAuthentication to the bound package (SGP.22 section
 * 3.1.2). In memory alone: a session does not survive the server.
 * @euicc: (nullable): certificate of the eUICC, once authenticated; @eid and @iccid likewise
 * @smdp_signature2: (nullable): 5F37, which the eUICC signs along
 * @cc_required: as told in smdpSigned2
 */
typedef struct
{
  GBytes *transaction_id;
  char *hex;
  LabSessionStage stage;
  gint64 started;
  guint8 euicc_challenge[LAB_CHALLENGE_BYTES];
  guint8 server_challenge[LAB_CHALLENGE_BYTES];
  LabCert *euicc;
  char *eid;
  char *iccid;
  GBytes *smdp_signature2;
  gboolean cc_required;
} LabSession;

void lab_session_free (LabSession *session);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LabSession, lab_session_free)

G_END_DECLS
