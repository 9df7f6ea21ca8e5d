/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "lab-euicc.h"
#include "lab-vpcd.h"

G_BEGIN_DECLS

/**
 * LabPlug: a chip in pcscd's virtual reader, with knobs.
 */
typedef struct _LabPlug LabPlug;

/** lab_plug_new: @euicc: a reference is kept. It is inserted as soon as pcscd is there. */
LabPlug *lab_plug_new (LabEuicc *euicc, guint16 port);
/** lab_plug_free: takes it out. */
void lab_plug_free (LabPlug *plug);

/** lab_plug_wait: whether the reader has it within @milliseconds. */
gboolean lab_plug_wait (LabPlug *plug, guint milliseconds);

/**
 * lab_plug_turn:
 * @line: a knob with its arguments, as lab_plug_knobs() lists them
 *
 * %KT_ERROR_INVALID_INPUT, key "lab.knob", for anything else.
 */
gboolean lab_plug_turn (LabPlug *plug, const char *line, GError **error);

/** LabKnob: one knob for the help text. */
typedef struct
{
  const char *name;
  const char *arguments;
  const char *help;
} LabKnob;

/** lab_plug_knob: the @index-th knob; %NULL after the last. */
const LabKnob *lab_plug_knob (guint index);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LabPlug, lab_plug_free)

G_END_DECLS
