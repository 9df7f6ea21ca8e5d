/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** RspActor: who has to do something so that it works next time. */
typedef enum
{
  RSP_ACTOR_NOBODY,
  RSP_ACTOR_YOU,
  RSP_ACTOR_SHOP,
  RSP_ACTOR_OPERATOR,
} RspActor;

/**
 * RspAdvice:
 * @key: row of the table that was used: a key, a pair such as "8.2.6/3.8", or "class.<name>"
 * @what: what happened, one or two whole sentences, translated
 * @what_to_do: what to do now, whole sentences, translated
 * @actor: who must act
 * @code: (nullable): the number for those who help: "8.2.6 – 3.8", "SW 6A82", "install 10"
 * @detail: (nullable): names of the codes as the interface calls them, and the server's own text;
 *   not translated, for details and logs
 *
 * What a person is told about a failure.
 */
typedef struct
{
  const char *key;
  char *what;
  char *what_to_do;
  RspActor actor;
  char *code;
  char *detail;
} RspAdvice;

/**
 * rsp_explain:
 * @error: any error; one that is not a %KT_ERROR gets the sentence of %KT_ERROR_INTERNAL, and
 *   G_IO_ERROR_CANCELLED that of %KT_ERROR_CANCELLED
 *
 * Looks for the server's (subject, reason) pair, then for the key of the detail (an installation
 * failure being refined by its PEStatus), then for the error's class. There is always an answer.
 *
 * Returns: (transfer full): free with rsp_advice_free()
 */
RspAdvice *rsp_explain (const GError *error);
void rsp_advice_free (RspAdvice *advice);

/** rsp_advice_text: Returns: (transfer full): "What happened. What to do. (code)" */
char *rsp_advice_text (const RspAdvice *advice);

/** rsp_actor_name: Returns: (transfer none): "nobody", "you", "shop" or "operator", stable. */
const char *rsp_actor_name (RspActor actor);

/** rsp_explain_knows: whether @key has a row of its own. */
gboolean rsp_explain_knows (const char *key);

/** rsp_explain_keys: Returns: (transfer container): every key of the table, %NULL-terminated. */
const char **rsp_explain_keys (void);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RspAdvice, rsp_advice_free)

G_END_DECLS
