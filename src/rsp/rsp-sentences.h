/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rsp-explain.h"

G_BEGIN_DECLS

/** RspSentence: one row; both texts are marked for translation and looked up when they are shown. */
typedef struct
{
  const char *key;
  RspActor actor;
  const char *what;
  const char *what_to_do;
} RspSentence;

/** The server's answers, keyed "subject/reason". */
extern const RspSentence rsp_server_sentences[];
extern const gsize rsp_server_sentences_len;

/** Reader, chip and installation, keyed as in KtErrorDetail. */
extern const RspSentence rsp_chip_sentences[];
extern const gsize rsp_chip_sentences_len;

/** The way to the server and the checks of what it sends, keyed as in KtErrorDetail. */
extern const RspSentence rsp_net_sentences[];
extern const gsize rsp_net_sentences_len;

/** Everything else, keyed as in KtErrorDetail; "class.<name>" is the last resort for a class. */
extern const RspSentence rsp_sentences[];
extern const gsize rsp_sentences_len;

G_END_DECLS
