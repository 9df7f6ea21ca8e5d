/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-lab"

#include "config.h"

#include "lab-plug.h"

#include <glib/gi18n.h>
#include <string.h>

#include "kt-error.h"
#include "lab-euicc-knobs.h"
#include "rsp-codes.h"

#define MAX_DELAY_MS 60000
/* BppCommandId and ErrorReason of SGP.22's ProfileInstallationResult. */
#define BPP_COMMANDS 6
#define MAX_BPP_REASON 127

struct _LabPlug
{
  LabEuicc *euicc;
  LabVpcd *vpcd;
};

/* ---- the card as vpcd sees it ---- */

static GBytes *
on_transmit (gpointer data, const guint8 *command, gsize len)
{
  return lab_euicc_transmit (data, command, len);
}

static void
on_power (gpointer data, gboolean on)
{
  lab_euicc_power (data, on);
}

static void
on_reset (gpointer data)
{
  lab_euicc_reset (data);
}

static GBytes *
on_atr (gpointer data)
{
  return lab_euicc_dup_atr (data);
}

static const LabVpcdCard card_functions = { on_transmit, on_power, on_reset, on_atr };

LabPlug *
lab_plug_new (LabEuicc *euicc, guint16 port)
{
  LabPlug *plug = g_new0 (LabPlug, 1);

  plug->euicc = g_object_ref (euicc);
  plug->vpcd = lab_vpcd_new (port, &card_functions, euicc);
  return plug;
}

void
lab_plug_free (LabPlug *plug)
{
  if (plug == NULL)
    return;
  g_clear_pointer (&plug->vpcd, lab_vpcd_free);
  g_clear_object (&plug->euicc);
  g_free (plug);
}

gboolean
lab_plug_wait (LabPlug *plug, guint milliseconds)
{
  return lab_vpcd_wait_connected (plug->vpcd, milliseconds);
}

/* ---- knobs ---- */

typedef gboolean (*Turn) (LabPlug *plug, char **args, GError **error);

static gboolean
fail_knob (GError **error, const char *what)
{
  return kt_error_set (error, KT_ERROR_INVALID_INPUT, "lab.knob", "%s", what);
}

static gboolean
parse_number (const char *text, guint base, guint64 max, guint64 *number, GError **error)
{
  if (g_ascii_string_to_unsigned (text, base, 0, max, number, NULL))
    return TRUE;
  return fail_knob (error, "not a number in range");
}

static gboolean
turn_pull (LabPlug *plug, char **args, GError **error)
{
  lab_vpcd_pull (plug->vpcd);
  lab_euicc_pull (plug->euicc);
  return TRUE;
}

static gboolean
turn_insert (LabPlug *plug, char **args, GError **error)
{
  lab_euicc_insert (plug->euicc);
  lab_vpcd_insert (plug->vpcd);
  return TRUE;
}

static gboolean
turn_delay (LabPlug *plug, char **args, GError **error)
{
  guint64 milliseconds;

  if (!parse_number (args[0], 10, MAX_DELAY_MS, &milliseconds, error))
    return FALSE;
  lab_euicc_set_delay (plug->euicc, (guint) milliseconds * 1000);
  return TRUE;
}

static gboolean
turn_fail (LabPlug *plug, char **args, GError **error)
{
  guint64 n, sw;

  if (!parse_number (args[0], 10, G_MAXINT, &n, error)
      || !parse_number (args[1], 16, G_MAXUINT16, &sw, error))
    return FALSE;
  lab_euicc_fail_apdu (plug->euicc, (guint) n, (guint16) sw);
  return TRUE;
}

static gboolean
parse_bpp_command (const char *text, guint64 *command, GError **error)
{
  for (guint i = 0; i < BPP_COMMANDS; i++)
    if (strcmp (text, rsp_bpp_command_name ((int) i)) == 0)
      {
        *command = i;
        return TRUE;
      }
  return parse_number (text, 10, BPP_COMMANDS - 1, command, error);
}

static gboolean
turn_fail_bpp (LabPlug *plug, char **args, GError **error)
{
  guint64 command, reason;

  if (!parse_bpp_command (args[0], &command, error)
      || !parse_number (args[1], 10, MAX_BPP_REASON, &reason, error))
    return FALSE;
  lab_euicc_fail_bpp (plug->euicc, (int) command, (int) reason);
  return TRUE;
}

static gboolean
turn_memory (LabPlug *plug, char **args, GError **error)
{
  guint64 bytes;

  if (strcmp (args[0], "real") == 0)
    {
      lab_euicc_set_free_memory (plug->euicc, -1);
      return TRUE;
    }
  if (!parse_number (args[0], 10, G_MAXINT32, &bytes, error))
    return FALSE;
  lab_euicc_set_free_memory (plug->euicc, (gint64) bytes);
  return TRUE;
}

static gboolean
turn_cat_busy (LabPlug *plug, char **args, GError **error)
{
  guint64 times;

  if (!parse_number (args[0], 10, G_MAXINT, &times, error))
    return FALSE;
  lab_euicc_set_cat_busy (plug->euicc, (guint) times);
  return TRUE;
}

static const struct
{
  LabKnob knob;
  guint arguments;
  Turn turn;
} knobs[] = {
  { { "pull", "", N_("take the chip out of the reader") }, 0, turn_pull },
  { { "insert", "", N_("put it back") }, 0, turn_insert },
  { { "delay", "MS", N_("every command takes this many milliseconds longer") }, 1, turn_delay },
  { { "fail", "N SW", N_("answer the N-th command from now with status word SW, as 6F00") },
    2, turn_fail },
  { { "fail-bpp", "COMMAND REASON",
      N_("fail the next installation at bppCommandId 0 to 5") },
    2, turn_fail_bpp },
  { { "memory", "BYTES", N_("bytes left for plans; “real” for what is really left") },
    1, turn_memory },
  { { "cat-busy", "N", N_("the next N switches find the chip busy") }, 1, turn_cat_busy },
};

const LabKnob *
lab_plug_knob (guint index)
{
  return index < G_N_ELEMENTS (knobs) ? &knobs[index].knob : NULL;
}

gboolean
lab_plug_turn (LabPlug *plug, const char *line, GError **error)
{
  g_auto (GStrv) words = NULL;

  if (!g_shell_parse_argv (line, NULL, &words, NULL))
    return fail_knob (error, "no knob");
  for (guint i = 0; i < G_N_ELEMENTS (knobs); i++)
    {
      if (strcmp (words[0], knobs[i].knob.name) != 0)
        continue;
      if (g_strv_length (words + 1) != knobs[i].arguments)
        return fail_knob (error, "another number of arguments is needed");
      return knobs[i].turn (plug, words + 1, error);
    }
  return fail_knob (error, "no such knob");
}
