/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <json-glib/json-glib.h>

#include "ctl-output.h"
#include "ctl-progress.h"
#include "lpd-chip.h"
#include "lpd-job.h"
#include "lpd-network.h"
#include "lpd-outbox.h"
#include "lpd-switch.h"

G_BEGIN_DECLS

/**
 * CtlApp: one run of kaitsuctl: the options that every command takes, and what they stand for.
 */
typedef struct
{
  const char *command;

  /* options */
  gboolean json;
  gboolean quiet;
  gboolean steps;
  gboolean yes;
  char *card_name;
  int block_size;
  char **aids;
  char *trace;
  gboolean trace_full;
  char *anchors;
  char *client_cert;
  char *client_key;
  gboolean trust_public;
  gboolean override;

  /* what they stand for */
  CardChannelOptions channel;
  GOutputStream *trace_stream;
  LpdContext context;
  LpdJob job;
  LpdOutbox *outbox;
  CtlProgress progress;
  GCancellable *cancellable;
  LpdNetwork *net;
} CtlApp;

/**
 * CtlCommand: @run returns whether it succeeded and prints its own result.
 * @args: (array zero-terminated=1): what stands behind the command's name
 */
typedef struct
{
  const char *name;
  const char *arguments;
  const char *summary;
  gboolean (*run) (CtlApp *app, char **args, GError **error);
} CtlCommand;

extern const CtlCommand ctl_commands[];

gboolean ctl_command_readers (CtlApp *app, char **args, GError **error);
gboolean ctl_command_chip (CtlApp *app, char **args, GError **error);
gboolean ctl_command_rules (CtlApp *app, char **args, GError **error);
gboolean ctl_command_server (CtlApp *app, char **args, GError **error);
gboolean ctl_command_list (CtlApp *app, char **args, GError **error);
gboolean ctl_command_download (CtlApp *app, char **args, GError **error);
gboolean ctl_command_enable (CtlApp *app, char **args, GError **error);
gboolean ctl_command_disable (CtlApp *app, char **args, GError **error);
gboolean ctl_command_delete (CtlApp *app, char **args, GError **error);
gboolean ctl_command_rename (CtlApp *app, char **args, GError **error);
gboolean ctl_command_reset (CtlApp *app, char **args, GError **error);
gboolean ctl_command_notifications (CtlApp *app, char **args, GError **error);
gboolean ctl_command_load_crl (CtlApp *app, char **args, GError **error);
gboolean ctl_command_code (CtlApp *app, char **args, GError **error);

/** ctl_app_add_options: the options that every command takes, before its name or behind it. */
void ctl_app_add_options (CtlApp *app, GOptionContext *context);
/** ctl_app_use_options: puts them into effect. */
gboolean ctl_app_use_options (CtlApp *app, GError **error);

/** ctl_app_open_card: the card that --card names, or the only eUICC there is; with its trace. */
gboolean ctl_app_open_card (CtlApp *app, GError **error);
/** ctl_app_open_chip: the card and its ISD-R channel; starts app->job. */
LpdChip *ctl_app_open_chip (CtlApp *app, GError **error);
/** ctl_app_need_net: fills app->context with HTTPS and its trust. */
gboolean ctl_app_need_net (CtlApp *app, GError **error);
/** ctl_app_need_outbox: opens the outbox's state. */
void ctl_app_need_outbox (CtlApp *app);
void ctl_app_clear (CtlApp *app);

/** ctl_parse_options: parses a command's own @entries out of @args; leaves what is left. */
gboolean ctl_parse_options (CtlApp *app, const CtlCommand *command, const GOptionEntry *entries,
                            char ***args, GError **error);
/** ctl_need_args: G_OPTION_ERROR unless there are @min to @max arguments. */
gboolean ctl_need_args (char **args, guint min, guint max, GError **error);
const CtlCommand *ctl_command_find (const char *name);

/** ctl_app_tell_operators: sends what the operation left in the outbox; a failure is told, not fatal. */
void ctl_app_tell_operators (CtlApp *app, LpdChip *chip);

/** ctl_profile_to_json, ctl_print_profile: a profile for machines and for people. */
void ctl_profile_to_json (JsonBuilder *builder, const RspProfile *profile);
JsonNode *ctl_profiles_to_json (GPtrArray *profiles);
void ctl_print_profiles (GPtrArray *profiles);

G_END_DECLS
