/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "lab-bsp.h"
#include "lab-ec.h"
#include "lab-euicc-metadata.h"
#include "lab-x509.h"

G_BEGIN_DECLS

/* An RSP session: from GetEUICCChallenge to the installation result. It does not outlive power. */

typedef enum
{
  LAB_EUICC_SESSION_CHALLENGED,
  LAB_EUICC_SESSION_AUTHENTICATED,
  LAB_EUICC_SESSION_PREPARED,
  LAB_EUICC_SESSION_LOADING,
} LabEuiccSessionState;

/** LabBppCommand: bppCommandId. */
typedef enum
{
  LAB_BPP_INITIALISE = 0,
  LAB_BPP_CONFIGURE = 1,
  LAB_BPP_METADATA = 2,
  LAB_BPP_KEYS = 4,
  LAB_BPP_PROFILE = 5,
} LabBppCommand;

/**
 * LabBppStage: which segment is awaited.
 */
typedef enum
{
  LAB_STAGE_CONFIGURE,
  LAB_STAGE_METADATA_HEADER,
  LAB_STAGE_METADATA,
  LAB_STAGE_KEYS_OR_PROFILE_HEADER,
  LAB_STAGE_PROFILE_HEADER,
  LAB_STAGE_PROFILE,
} LabBppStage;

/**
 * LabLoad:
 * @total: bytes that the BF36 announced
 * @seen: bytes of it that have come
 * @list_left: bytes that the current list (A1, A3) still has
 * @plain: what its segments have yielded so far
 * @dp: (nullable): B8 of ConfigureISDP
 */
typedef struct
{
  LabBppStage stage;
  gsize total;
  gsize seen;
  gsize list_left;
  GByteArray *plain;
  LabBsp *bsp;
  GBytes *dp;
  LabMetadata *metadata;
} LabLoad;

void lab_load_free (LabLoad *load);

/**
 * LabEuiccSession:
 * @pkid: (nullable): CI in use
 * @oid: (nullable): the server's
 * @address: (nullable): the server's, as it has signed it
 * @euicc_signature1: (nullable): 5F37 of AuthenticateServer's response
 * @dppb: (nullable): CERT.DPpb
 * @one_time_key: (nullable): otSK.EUICC.ECKA
 * @load: (nullable): a BoundProfilePackage under way
 */
typedef struct
{
  LabEuiccSessionState state;
  guint8 challenge[16];
  GBytes *transaction_id;
  GBytes *pkid;
  LabRole role;
  char *oid;
  char *address;
  GBytes *euicc_signature1;
  LabCert *dppb;
  LabKey *one_time_key;
  LabLoad *load;
} LabEuiccSession;

LabEuiccSession *lab_euicc_session_new (void);
void lab_euicc_session_free (LabEuiccSession *session);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LabLoad, lab_load_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LabEuiccSession, lab_euicc_session_free)

G_END_DECLS
