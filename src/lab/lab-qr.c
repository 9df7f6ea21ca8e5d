/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-lab"

#include "lab-qr.h"

#include <errno.h>
#include <qrencode.h>

#include "kt-error.h"
#include "lab-output.h"
#include "lab-png.h"

/* ISO/IEC 18004 asks for four light modules around; on a terminal its own ground does the rest. */
#define QUIET_ZONE 4
#define QUIET_ON_TERMINAL 2

struct _LabQr
{
  QRcode *code;
};

LabQr *
lab_qr_new (const char *text, GError **error)
{
  QRcode *code = QRcode_encodeString8bit (text, 0, QR_ECLEVEL_M);
  LabQr *qr;

  if (code == NULL)
    {
      kt_error_set (error, KT_ERROR_LIMIT, NULL, "QR code: %s", g_strerror (errno));
      return NULL;
    }
  qr = g_new0 (LabQr, 1);
  qr->code = code;
  return qr;
}

void
lab_qr_free (LabQr *qr)
{
  if (qr == NULL)
    return;
  QRcode_free (qr->code);
  g_free (qr);
}

static gboolean
is_dark (const LabQr *qr, int x, int y)
{
  return x >= 0 && y >= 0 && x < qr->code->width && y < qr->code->width
         && (qr->code->data[y * qr->code->width + x] & 1) != 0;
}

static void
print_blocks (const LabQr *qr)
{
  static const char *const blocks[] = { " ", "▀", "▄", "█" };
  int end = qr->code->width + QUIET_ON_TERMINAL;

  for (int y = -QUIET_ON_TERMINAL; y < end; y += 2)
    {
      g_autoptr (GString) line = g_string_new (NULL);

      for (int x = -QUIET_ON_TERMINAL; x < end; x++)
        g_string_append (line, blocks[is_dark (qr, x, y) + 2 * is_dark (qr, x, y + 1)]);
      lab_print ("  ");
      lab_print_styled (LAB_STYLE_PAPER, "%s", line->str);
      lab_print ("\n");
    }
}

static void
print_ascii (const LabQr *qr)
{
  int end = qr->code->width + QUIET_ON_TERMINAL;

  for (int y = -QUIET_ON_TERMINAL; y < end; y++)
    {
      g_autoptr (GString) line = g_string_new (NULL);

      for (int x = -QUIET_ON_TERMINAL; x < end; x++)
        g_string_append (line, is_dark (qr, x, y) ? "##" : "  ");
      lab_print ("  ");
      lab_print_styled (LAB_STYLE_PAPER, "%s", line->str);
      lab_print ("\n");
    }
}

void
lab_qr_print (const LabQr *qr)
{
  if (lab_output_is_utf8 ())
    print_blocks (qr);
  else
    print_ascii (qr);
}

GBytes *
lab_qr_to_png (const LabQr *qr, guint scale, GError **error)
{
  static const guint8 palette[] = { 0xFF, 0xFF, 0xFF, 0x00, 0x00, 0x00 };
  guint side = ((guint) qr->code->width + 2 * QUIET_ZONE) * scale;
  g_autofree guint8 *pixels = g_malloc ((gsize) side * side);
  LabPicture picture = { side, side, palette, 2, pixels };

  for (guint y = 0; y < side; y++)
    for (guint x = 0; x < side; x++)
      pixels[(gsize) y * side + x] = (guint8) is_dark (qr, (int) (x / scale) - QUIET_ZONE,
                                                       (int) (y / scale) - QUIET_ZONE);
  return lab_png_write (&picture, error);
}
