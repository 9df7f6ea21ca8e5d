/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-card"

#include "card-secrecy.h"

#include "card-isdr.h"
#include "tlv.h"

#include <string.h>

#define INS_SELECT 0xA4
#define INS_STORE_DATA 0xE2
#define INS_GET_RESPONSE 0xC0

typedef struct
{
  guint8 ins;
  CardSecrecyVerdict verdict;
} InsVerdict;

#define OPEN CARD_SECRECY_OPEN
#define PERSONAL CARD_SECRECY_PERSONAL
#define NEVER CARD_SECRECY_NEVER

static const InsVerdict instructions[] = {
  { 0x70, { "MANAGE CHANNEL", OPEN, OPEN } },
  { 0xAA, { "TERMINAL CAPABILITY", OPEN, OPEN } },
  { 0xB0, { "READ BINARY", PERSONAL, PERSONAL } },
  { 0xB2, { "READ RECORD", PERSONAL, PERSONAL } },
  { 0xD6, { "UPDATE BINARY", PERSONAL, PERSONAL } },
  { 0xDC, { "UPDATE RECORD", PERSONAL, PERSONAL } },
  { 0xA2, { "SEARCH RECORD", PERSONAL, PERSONAL } },
  { 0x32, { "INCREASE", PERSONAL, PERSONAL } },
  { 0xF2, { "STATUS", PERSONAL, PERSONAL } },
  { 0xCA, { "GET DATA", PERSONAL, PERSONAL } },
  { 0xCB, { "GET DATA", PERSONAL, PERSONAL } },
  { 0x10, { "TERMINAL PROFILE", PERSONAL, PERSONAL } },
  { 0x12, { "FETCH", PERSONAL, PERSONAL } },
  { 0x14, { "TERMINAL RESPONSE", PERSONAL, PERSONAL } },
  { 0xC2, { "ENVELOPE", PERSONAL, PERSONAL } },
  { 0x20, { "VERIFY PIN", NEVER, NEVER } },
  { 0x24, { "CHANGE PIN", NEVER, NEVER } },
  { 0x26, { "DISABLE PIN", NEVER, NEVER } },
  { 0x28, { "ENABLE PIN", NEVER, NEVER } },
  { 0x2C, { "UNBLOCK PIN", NEVER, NEVER } },
  { 0x50, { "INITIALIZE UPDATE", NEVER, NEVER } },
  { 0x82, { "EXTERNAL AUTHENTICATE", NEVER, NEVER } },
  { 0x84, { "GET CHALLENGE", NEVER, NEVER } },
  { 0x88, { "AUTHENTICATE", NEVER, NEVER } },
  { 0x89, { "AUTHENTICATE", NEVER, NEVER } },
  { 0xD8, { "PUT KEY", NEVER, NEVER } },
};

typedef struct
{
  TlvTag tag;
  const char *name;
} FunctionName;

/* SGP.22 section 5.7; the last ones are the segments of section 2.5.5. */
static const FunctionName functions[] = {
  { 0xBF20, "GetEUICCInfo1" },
  { 0xBF21, "PrepareDownload" },
  { 0xBF22, "GetEUICCInfo2" },
  { 0xBF28, "ListNotification" },
  { 0xBF29, "SetNickname" },
  { 0xBF2B, "RetrieveNotificationsList" },
  { 0xBF2D, "GetProfilesInfo" },
  { 0xBF2E, "GetEUICCChallenge" },
  { 0xBF30, "RemoveNotificationFromList" },
  { 0xBF31, "EnableProfile" },
  { 0xBF32, "DisableProfile" },
  { 0xBF33, "DeleteProfile" },
  { 0xBF34, "eUICCMemoryReset" },
  { 0xBF35, "LoadCRL" },
  { 0xBF36, "LoadBoundProfilePackage" },
  { 0xBF38, "AuthenticateServer" },
  { 0xBF3C, "GetEuiccConfiguredAddresses" },
  { 0xBF3E, "GetEID" },
  { 0xBF3F, "SetDefaultDpAddress" },
  { 0xBF41, "CancelSession" },
  { 0xBF43, "GetRAT" },
  { 0xA0, "LoadBoundProfilePackage, ConfigureISDP" },
  { 0xA1, "LoadBoundProfilePackage, StoreMetadata" },
  { 0x88, "LoadBoundProfilePackage, StoreMetadata" },
  { 0xA2, "LoadBoundProfilePackage, ReplaceSessionKeys" },
  { 0xA3, "LoadBoundProfilePackage, profile elements" },
  { 0x86, "LoadBoundProfilePackage, profile elements" },
};

static const char *
function_name (const guint8 *command, gsize len)
{
  gsize header_len;
  Tlv tlv;

  /* P2 counts the blocks: only the first one begins with a tag. */
  if (command[3] != 0)
    return "STORE DATA, continued";
  if (len > 5 && tlv_read_header (command + 5, len - 5, &tlv, &header_len, NULL))
    for (gsize i = 0; i < G_N_ELEMENTS (functions); i++)
      if (functions[i].tag == tlv.tag)
        return functions[i].name;
  return "STORE DATA";
}

static CardSecrecyVerdict
judge_select (const guint8 *command, gsize len)
{
  /* 3GPP's RID: USIM, ISIM and their like; the AID's rest may name an operator. */
  static const guint8 rid_3gpp[] = { 0xA0, 0x00, 0x00, 0x00, 0x87 };
  CardSecrecyVerdict verdict = { "SELECT", PERSONAL, PERSONAL };
  gsize lc = len > 5 ? MIN ((gsize) command[4], len - 5) : 0;

  if (command[2] == 0x04 && card_isdr_is_known_aid (command + 5, lc))
    return (CardSecrecyVerdict){ "SELECT ISD-R", OPEN, PERSONAL };
  if (command[2] == 0x04 && lc >= sizeof rid_3gpp &&
      memcmp (command + 5, rid_3gpp, sizeof rid_3gpp) == 0)
    return (CardSecrecyVerdict){ "SELECT USIM", NEVER, NEVER };
  return verdict;
}

static CardSecrecyVerdict
judge_instruction (const guint8 *command, gsize len)
{
  if (command[1] == INS_SELECT)
    return judge_select (command, len);
  if (command[1] == INS_STORE_DATA)
    return (CardSecrecyVerdict){ function_name (command, len), PERSONAL, PERSONAL };
  for (gsize i = 0; i < G_N_ELEMENTS (instructions); i++)
    if (instructions[i].ins == command[1])
      return instructions[i].verdict;
  return (CardSecrecyVerdict){ "APDU", PERSONAL, PERSONAL };
}

static guint
channel_of (guint8 cla)
{
  return cla & 0x40 ? 4 + (cla & 0x0F) : (cla & 0x03);
}

CardSecrecyVerdict
card_secrecy_judge (CardSecrecyState *state, const guint8 *command, gsize len)
{
  CardSecrecyVerdict verdict;
  guint channel;

  g_return_val_if_fail (len >= 4, ((CardSecrecyVerdict){ "APDU", NEVER, NEVER }));

  channel = channel_of (command[0]);
  if (command[1] == INS_GET_RESPONSE)
    return (CardSecrecyVerdict){ "GET RESPONSE", OPEN, state->response[channel] };
  verdict = judge_instruction (command, len);
  state->response[channel] = verdict.response;
  return verdict;
}
