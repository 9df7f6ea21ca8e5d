/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* Inside the card room only: PC/SC's own types stay behind this header. */

#include "card-reader.h"

#include <winscard.h>

G_BEGIN_DECLS

/**
 * card_pcsc_list_raw:
 * @names: (out) (transfer full): the readers' names as PC/SC knows them, bytes of any encoding;
 *   free with g_strfreev(); %NULL on failure, empty when there is no reader
 *
 * Returns: a PC/SC return code; "no readers" is success
 */
guint32 card_pcsc_list_raw (SCARDCONTEXT context, char ***names);

/** card_pcsc_reader_info: Returns: (transfer full): what PC/SC's @state says. */
CardReaderInfo *card_pcsc_reader_info (const SCARD_READERSTATE *state);

/**
 * card_pcsc_split_names:
 * @list: (array length=len): NUL-separated names with an empty one at the end
 *
 * Trusts neither the length nor the end mark.
 *
 * Returns: (transfer full): the names
 */
char **card_pcsc_split_names (const char *list, gsize len);

G_END_DECLS
