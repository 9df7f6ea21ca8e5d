/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "lab-package.h"
#include "lab-sim.h"

G_BEGIN_DECLS

/* Status words of ETSI TS 102 221, 10.2. */
enum
{
  SW_OK = 0x9000,
  SW_MORE = 0x6100,
  SW_SEARCH_FAILED = 0x6282,
  SW_DEACTIVATED = 0x6283,
  SW_TRIES = 0x63C0,
  SW_WRONG_LENGTH = 0x6700,
  SW_NO_SECURE_MESSAGING = 0x6882,
  SW_NO_CHAINING = 0x6884,
  SW_INCOMPATIBLE = 0x6981,
  SW_SECURITY = 0x6982,
  SW_BLOCKED = 0x6983,
  SW_INVALIDATED = 0x6984,
  SW_CONDITIONS = 0x6985,
  SW_NO_EF = 0x6986,
  SW_WRONG_DATA = 0x6A80,
  SW_FILE_NOT_FOUND = 0x6A82,
  SW_RECORD_NOT_FOUND = 0x6A83,
  SW_WRONG_P1P2 = 0x6A86,
  SW_DATA_NOT_FOUND = 0x6A88,
  SW_WRONG_OFFSET = 0x6B00,
  SW_WRONG_LE = 0x6C00,
  SW_WRONG_INS = 0x6D00,
  SW_WRONG_CLA = 0x6E00,
  SW_MAX_VALUE = 0x9850,
  SW_WRONG_MAC = 0x9862,
  SW_NO_CONTEXT = 0x9864,
};

/** LabPinState: a #LabPin as commands have left it. */
typedef struct
{
  guint8 value[LAB_PIN_BYTES];
  guint8 left;
  gboolean enabled;
  gboolean verified;
} LabPinState;

/**
 * LabChannel:
 * @directory: current directory, never %NULL
 * @element: (nullable): current EF
 * @record: record pointer, from 1; 0: none yet
 * @application: (nullable): ADF of the application session
 * @waiting: (nullable): data for GET RESPONSE
 */
typedef struct
{
  LabFile *directory;
  LabFile *element;
  guint record;
  LabFile *application;
  GByteArray *waiting;
} LabChannel;

struct _LabSim
{
  LabPackage *package;
  LabSimProtocol protocol;
  LabChannel channels[LAB_SIM_CHANNELS];
  LabPinState *pins;
  guint8 *puks_left;
  guint64 (*sequences)[LAB_SQN_ENTRIES];
  /* by index of file; %NULL: as the package has it */
  guint8 **bodies;
  guint8 *lcsi;
  gboolean changed;
};

/** LabCommand: a short command APDU; @le is 256 for 00. */
typedef struct
{
  guint8 cla;
  guint8 ins;
  guint8 p1;
  guint8 p2;
  const guint8 *data;
  gsize lc;
  gboolean has_le;
  guint le;
} LabCommand;

/** LabHandler: appends the answer's data to @out. Returns: the status word. */
typedef guint16 (*LabHandler) (LabSim *sim, LabChannel *channel, const LabCommand *command,
                               GByteArray *out);

/** lab_sim_restore: PINs, bodies and sequence numbers as the package has them. */
void lab_sim_restore (LabSim *sim);

/* ---- files as they are now ---- */

/** lab_sim_read_body: Returns: (transfer none): an EF's current body, its target's if a link. */
const guint8 *lab_sim_read_body (LabSim *sim, LabFile *file);
/** lab_sim_write_body: overwrites @len bytes at @offset and notes a change if there is one. */
void lab_sim_write_body (LabSim *sim, LabFile *file, gsize offset, const guint8 *data, gsize len);
/** lab_sim_push_record: a cyclic file's new record 1; the oldest goes. */
void lab_sim_push_record (LabSim *sim, LabFile *file, const guint8 *record);
gboolean lab_sim_is_active (LabSim *sim, LabFile *file);

/* ---- access ---- */

/** LabAccess: bits of the access mode byte for EFs (ISO 7816-4; TS 102 221, 9.2.4). */
typedef enum
{
  LAB_ACCESS_READ = 0x01,
  LAB_ACCESS_UPDATE = 0x02,
  LAB_ACCESS_DEACTIVATE = 0x08,
  LAB_ACCESS_ACTIVATE = 0x10,
} LabAccess;

/**
 * lab_sim_may:
 * @mode: access mode bit, 0 to ask for @ins alone
 *
 * Evaluates the record of EF.ARR that @file refers to; without a rule nobody may.
 */
gboolean lab_sim_may (LabSim *sim, LabFile *file, LabAccess mode, guint8 ins);

/** lab_sim_requirement: the key reference that a simple rule asks for, or one of these two. */
#define LAB_REQUIRES_NOTHING 0x00
#define LAB_REQUIRES_NEVER 0xFF
guint8 lab_sim_requirement (LabSim *sim, LabFile *file, LabAccess mode, guint8 ins);

/** lab_sim_pin_is_satisfied: verified or disabled. */
gboolean lab_sim_pin_is_satisfied (LabSim *sim, LabFile *context, guint8 ref);

/** lab_sim_user_pin_is_satisfied: for the application's own global PIN, if it has one. */
gboolean lab_sim_user_pin_is_satisfied (LabSim *sim, LabFile *application);

/* ---- selection ---- */

void lab_sim_select_file (LabChannel *channel, LabFile *file);
/** lab_sim_find_fid: SELECT by identifier from the current directory (TS 102 221, 8.4.1). */
LabFile *lab_sim_find_fid (LabSim *sim, LabChannel *channel, guint16 fid);
/** lab_sim_append_fcp: the FCP template of @file (TS 102 221, 11.1.1.3). */
void lab_sim_append_fcp (LabSim *sim, LabFile *file, GByteArray *out);

/* ---- authentication ---- */

/** lab_sim_run_gsm: SRES and Kc of @application; %FALSE if it has no keys. */
gboolean lab_sim_run_gsm (LabSim *sim, LabFile *application, const guint8 *rand, guint8 *sres,
                          guint8 *kc);
/** lab_sim_find_usim: Returns: (transfer none) (nullable): the first USIM, else the first ADF. */
LabFile *lab_sim_find_usim (LabSim *sim);
/** lab_sim_has_service: whether the USIM's service table has service @number available. */
gboolean lab_sim_has_service (LabSim *sim, LabFile *application, guint number);

/* ---- commands ---- */

guint16 lab_sim_cmd_select (LabSim *sim, LabChannel *channel, const LabCommand *command,
                            GByteArray *out);
guint16 lab_sim_cmd_status (LabSim *sim, LabChannel *channel, const LabCommand *command,
                            GByteArray *out);
guint16 lab_sim_cmd_read_binary (LabSim *sim, LabChannel *channel, const LabCommand *command,
                                 GByteArray *out);
guint16 lab_sim_cmd_update_binary (LabSim *sim, LabChannel *channel, const LabCommand *command,
                                   GByteArray *out);
guint16 lab_sim_cmd_read_record (LabSim *sim, LabChannel *channel, const LabCommand *command,
                                 GByteArray *out);
guint16 lab_sim_cmd_update_record (LabSim *sim, LabChannel *channel, const LabCommand *command,
                                   GByteArray *out);
guint16 lab_sim_cmd_search_record (LabSim *sim, LabChannel *channel, const LabCommand *command,
                                   GByteArray *out);
guint16 lab_sim_cmd_increase (LabSim *sim, LabChannel *channel, const LabCommand *command,
                              GByteArray *out);
guint16 lab_sim_cmd_deactivate (LabSim *sim, LabChannel *channel, const LabCommand *command,
                                GByteArray *out);
guint16 lab_sim_cmd_activate (LabSim *sim, LabChannel *channel, const LabCommand *command,
                              GByteArray *out);
guint16 lab_sim_cmd_verify (LabSim *sim, LabChannel *channel, const LabCommand *command,
                            GByteArray *out);
guint16 lab_sim_cmd_change (LabSim *sim, LabChannel *channel, const LabCommand *command,
                            GByteArray *out);
guint16 lab_sim_cmd_disable (LabSim *sim, LabChannel *channel, const LabCommand *command,
                             GByteArray *out);
guint16 lab_sim_cmd_enable (LabSim *sim, LabChannel *channel, const LabCommand *command,
                            GByteArray *out);
guint16 lab_sim_cmd_unblock (LabSim *sim, LabChannel *channel, const LabCommand *command,
                             GByteArray *out);
guint16 lab_sim_cmd_authenticate (LabSim *sim, LabChannel *channel, const LabCommand *command,
                                  GByteArray *out);

/** lab_sim_find_handler: Returns: (nullable): of a class 00 or (@proprietary) 80 command. */
LabHandler lab_sim_find_handler (guint8 ins, gboolean proprietary, gboolean *other_class);

/** lab_sim_gsm_transmit: a class A0 command (3GPP TS 51.011). Returns: the status word. */
guint16 lab_sim_gsm_transmit (LabSim *sim, LabChannel *channel, const LabCommand *command,
                              GByteArray *out);

/**
 * lab_sim_check_le:
 *
 * A case 2 command's Le against the @len bytes that there are: 9000, or 6Cxx. Called before a
 * command that moves the record pointer does so, since the terminal will repeat it.
 */
guint16 lab_sim_check_le (LabSim *sim, const LabCommand *command, gsize len);

G_END_DECLS
