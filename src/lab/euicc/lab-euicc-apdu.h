/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Command and response APDUs, and what a logical channel remembers between them. */

/**
 * LabApduClass:
 * @LAB_CLASS_ISO: interindustry: 00-03, 40-4F
 * @LAB_CLASS_GP: GlobalPlatform and ETSI: 80-83, C0-CF
 * @LAB_CLASS_GSM: A0, of 3GPP TS 51.011
 */
typedef enum
{
  LAB_CLASS_ISO,
  LAB_CLASS_GP,
  LAB_CLASS_GSM,
} LabApduClass;

/**
 * LabApdu:
 * @channel: decoded from CLA: 0 to 19
 * @lc: bytes of @data; 0 without
 * @has_le: whether an Le (or T=0's P3 of a case 2 command) is there
 * @le: 1 to 256
 */
typedef struct
{
  const guint8 *raw;
  gsize raw_len;
  LabApduClass class;
  guint channel;
  guint8 cla;
  guint8 ins;
  guint8 p1;
  guint8 p2;
  const guint8 *data;
  gsize lc;
  gboolean has_le;
  guint le;
} LabApdu;

/** lab_apdu_parse: Returns: 9000, or what a command of none of the four short cases deserves. */
guint16 lab_apdu_parse (LabApdu *apdu, const guint8 *command, gsize len);

typedef enum
{
  LAB_SELECTED_SIM,
  LAB_SELECTED_ISDR,
  LAB_SELECTED_ECASD,
} LabSelected;

/**
 * LabChannel:
 * @chain: (nullable): STORE DATA blocks so far
 * @next_block: P2 of the next block
 * @waiting: (nullable): response data for GET RESPONSE
 * @waiting_at: how much of it has been fetched
 */
typedef struct
{
  gboolean open;
  LabSelected selected;
  GByteArray *chain;
  guint next_block;
  GBytes *waiting;
  gsize waiting_at;
} LabChannel;

/** lab_channel_forget: drops chain, waiting data and selection. */
void lab_channel_forget (LabChannel *channel);

/** lab_reply: Returns: (transfer full): @data (nullable) and the status word. */
GBytes *lab_reply (GBytes *data, guint16 sw);

G_END_DECLS
