/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "euicc-test.h"
#include "lab-bsp.h"

G_BEGIN_DECLS

/* The server's end of a download, written for these tests: it can say everything wrongly. */

typedef struct
{
  LabPki *pki;
  LabCredential *dpauth;
  LabCredential *dppb;
  guint8 transaction_id[16];
  char *address;
  GBytes *euicc_challenge;
  GBytes *euicc_cert;
  GBytes *euicc_signature1;
  GBytes *euicc_point;
  LabKey *one_time_key;
} TestSmdp;

TestSmdp *smdp_new (LabPki *pki);
void smdp_free (TestSmdp *smdp);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TestSmdp, smdp_free)

/**
 * AuthTwist: what is wrong with an AuthenticateServerRequest; all zero: nothing
 * @certificate: (nullable): instead of CERT.DPauth
 * @pkid: (nullable): hexadecimal
 * @context: (nullable): hexadecimal CtxParams1
 */
typedef struct
{
  LabCredential *certificate;
  const char *pkid;
  const char *context;
  gboolean other_challenge;
  gboolean broken_signature;
  gboolean short_signature;
} AuthTwist;

/** smdp_authenticate: Returns: (transfer full): BF38. */
GBytes *smdp_authenticate (TestSmdp *smdp, const AuthTwist *twist);
/** smdp_challenge: asks the card for a challenge, which begins a session. */
void smdp_challenge (TestSmdp *smdp, LabEuicc *euicc);
/** smdp_take_authentication: checks the card's signature and certificates, and keeps them. */
void smdp_take_authentication (TestSmdp *smdp, GBytes *response);

typedef struct
{
  LabCredential *certificate;
  GBytes *point;
  gboolean code_required;
  gboolean send_hash;
  gboolean other_transaction;
  gboolean broken_signature;
  gboolean without_signature1;
} PrepareTwist;

GBytes *smdp_prepare (TestSmdp *smdp, const PrepareTwist *twist);
void smdp_take_preparation (TestSmdp *smdp, GBytes *response, gboolean with_hash);

/** smdp_session: everything up to PrepareDownload, well done. */
void smdp_session (TestSmdp *smdp, LabEuicc *euicc, const PrepareTwist *twist);

/**
 * Binding: what to bind, and what to do wrong
 * @metadata, @upp: borrowed
 * @ppk: with ReplaceSessionKeys
 * @configure, @keys: (nullable): hexadecimal commands instead of the right ones
 * @host_id: (nullable): hexadecimal
 * @operation, @key_type, @key_length: remoteOpId and CRT; 0 is the right value
 * @chunk: bytes of a segment; 0: as many as fit
 * @other_euicc_point: signs for another key of the card
 */
typedef struct
{
  GBytes *metadata;
  GBytes *upp;
  gboolean ppk;
  const char *configure;
  const char *keys;
  const char *host_id;
  guint8 operation;
  guint8 key_type;
  guint8 key_length;
  gsize chunk;
  gboolean other_transaction;
  gboolean broken_signature;
  gboolean other_euicc_point;
  gboolean point_off_curve;
  gint total_offset;
} Binding;

/** smdp_bind: Returns: (transfer full): #GBytes segments as SGP.22 section 2.5.5 cuts them. */
GPtrArray *smdp_bind (TestSmdp *smdp, const Binding *binding);

/** smdp_load: sends segments until data comes. Returns: (transfer full): the data. */
GBytes *smdp_load (LabEuicc *euicc, GPtrArray *segments, guint *sent, guint16 *sw);

/** smdp_install: a whole download, which must work. Returns: (transfer full): BF37. */
GBytes *smdp_install (TestSmdp *smdp, LabEuicc *euicc, const char *iccid, gboolean ppk);

/** assert_installed: BF37 is of success and signed. */
void assert_installed (TestSmdp *smdp, GBytes *result);
/** assert_failed: BF37 is of failure, with these numbers, and signed. */
void assert_failed (TestSmdp *smdp, GBytes *result, int command, int reason);

/** segment_index: place of the first segment that begins with @tag. */
guint segment_index (GPtrArray *segments, TlvTag tag);
/** segment_flip: changes the byte @at (from the end if negative) of segment @index. */
void segment_flip (GPtrArray *segments, guint index, int at);

G_END_DECLS
