/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/** CtlExit: exit status by class of failure, as the man page lists them. */
typedef enum
{
  CTL_EXIT_OK = 0,
  CTL_EXIT_FAILED = 1,
  CTL_EXIT_USAGE = 2,
  CTL_EXIT_INPUT = 3,
  CTL_EXIT_CARD = 4,
  CTL_EXIT_CHIP = 5,
  CTL_EXIT_NETWORK = 6,
  CTL_EXIT_SERVER = 7,
  CTL_EXIT_SECURITY = 8,
  CTL_EXIT_PROTECTED = 9,
  CTL_EXIT_INSTALL = 10,
  CTL_EXIT_CANCELLED = 11,
  CTL_EXIT_CODE = 12,
} CtlExit;

CtlExit ctl_exit_for (const GError *error);

/** ctl_output_error: what happened, what to do, who must act, and the code; on stderr or as JSON. */
void ctl_output_error (const char *command, const GError *error, gboolean json);

/** ctl_output_json: {"ok":true,"command":…,"result":…} on stdout; consumes @result. */
void ctl_output_json (const char *command, JsonNode *result);

/** ctl_output_clean: Returns: (transfer full): @text without control and bidi characters. */
char *ctl_output_clean (const char *text);

/** ctl_output_field: "label: value" with the labels in one column; nothing for a %NULL value. */
void ctl_output_field (const char *label, const char *value);

/** ctl_output_remark: as ctl_output_field() on standard error: what is said, not what is asked for. */
void ctl_output_remark (const char *label, const char *value);

/** ctl_output_set_installed: ICCID to be told with a later error: the plan is on the chip. */
void ctl_output_set_installed (const char *iccid);

/* Members that are left out when there is nothing to say. */
void ctl_json_string (JsonBuilder *builder, const char *name, const char *value);
void ctl_json_int (JsonBuilder *builder, const char *name, gint64 value);
void ctl_json_bool (JsonBuilder *builder, const char *name, gboolean value);

G_END_DECLS
