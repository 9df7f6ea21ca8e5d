/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rsp-profile.h"

G_BEGIN_DECLS

/**
 * RspRatRule:
 * @ppr: #RspPpr bits this rule speaks of
 * @operators: (element-type RspOperatorId): whom it lets use them; wildcards allowed
 * @consent_required: the person must agree
 */
typedef struct
{
  guint32 ppr;
  GPtrArray *operators;
  gboolean consent_required;
} RspRatRule;

/** rsp_rat_parse: Returns: (transfer full) (element-type RspRatRule) (nullable): BF43's table. */
GPtrArray *rsp_rat_parse (GBytes *bytes, GError **error);

typedef enum
{
  RSP_RAT_ALLOWED,
  RSP_RAT_CONSENT,
  RSP_RAT_FORBIDDEN,
} RspRatVerdict;

/**
 * rsp_rat_judge:
 * @rat: (element-type RspRatRule): the chip's table
 * @metadata: what is about to be installed
 *
 * SGP.22 section 2.9.2.4: every PPR the profile carries needs a rule that names the PPR and the
 * profile's owner; the first such rule says whether the person must agree. PPRs need an owner.
 */
RspRatVerdict rsp_rat_judge (GPtrArray *rat, const RspProfile *metadata);

void rsp_rat_rule_free (RspRatRule *rule);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RspRatRule, rsp_rat_rule_free)

G_END_DECLS
