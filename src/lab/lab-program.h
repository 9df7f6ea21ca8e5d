/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#include "kt-env.h"
#include "lab-place.h"

G_BEGIN_DECLS

/** LabProgram: one run of kaitsu-lab: what every command takes. */
typedef struct
{
  const char *command;
  gboolean json;
  char *dir;
  const KtEnv *env;
} LabProgram;

/**
 * LabCommand:
 * @name: one word, or two: "card new"
 * @run: prints its own result; @args (array zero-terminated=1) is what stands behind the name
 */
typedef struct
{
  const char *name;
  const char *arguments;
  const char *summary;
  gboolean (*run) (LabProgram *program, char **args, GError **error);
} LabCommand;

extern const LabCommand lab_commands[];

gboolean lab_command_show (LabProgram *program, char **args, GError **error);
gboolean lab_command_serve (LabProgram *program, char **args, GError **error);
gboolean lab_command_order (LabProgram *program, char **args, GError **error);
gboolean lab_command_orders (LabProgram *program, char **args, GError **error);
gboolean lab_command_release (LabProgram *program, char **args, GError **error);
gboolean lab_command_cancel (LabProgram *program, char **args, GError **error);
gboolean lab_command_card_new (LabProgram *program, char **args, GError **error);
gboolean lab_command_card_list (LabProgram *program, char **args, GError **error);
gboolean lab_command_card_plug (LabProgram *program, char **args, GError **error);
gboolean lab_command_card_knobs (LabProgram *program, char **args, GError **error);

/** lab_program_find: @words: how many of @args the command's name takes. */
const LabCommand *lab_program_find (char **args, guint *words);

/**
 * lab_program_parse:
 * @entries: the command's own; --dir and, where the command can, --json come with it
 * @args: (inout): what is left of it
 * @min, @max: how many arguments there may be then; %G_OPTION_ERROR otherwise
 */
gboolean lab_program_parse (LabProgram *program, const GOptionEntry *entries, char ***args,
                            guint min, guint max, GError **error);

/** lab_program_open_place: the folder of --dir, or the user's own. */
LabPlace *lab_program_open_place (LabProgram *program, const char *foreign_pki, GError **error);

/** lab_program_quit_on_signal: ends @loop at SIGINT and SIGTERM. */
void lab_program_quit_on_signal (GMainLoop *loop);

/** lab_program_cancel_on_signal: for blocking commands; the second signal ends at once. */
void lab_program_cancel_on_signal (GCancellable *cancellable);

/** lab_program_usage: %G_OPTION_ERROR with @message; returns %FALSE. */
gboolean lab_program_usage (GError **error, const char *message);

G_END_DECLS
