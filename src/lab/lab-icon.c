/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-lab"

#include "lab-icon.h"

#include <string.h>

#include "kt-error.h"
#include "lab-png.h"
#include "rsp-profile.h"

#define SIZE 64
/* Samples a side for each pixel, so that edges are smooth. */
#define SAMPLES 4
#define SHADES (SAMPLES * SAMPLES + 1)
#define CORNER 12

/* Between @low and @high, without @high. */
static gboolean
within (double value, double low, double high)
{
  return value >= low && value < high;
}

/* The gate's two posts with their lintel and the rising line between them. */
static gboolean
is_ink (double x, double y)
{
  gboolean post = within (y, 14, 52) && (within (x, 14, 19) || within (x, 45, 50));
  gboolean lintel = within (x, 14, 50) && within (y, 14, 19);
  double line = 46 - (x - 22) * 0.9;
  gboolean rising = within (x, 22, 42) && within (y, line - 3.2, line + 3.2);

  return post || lintel || rising;
}

/* A square with round corners; outside it is the paper. */
static gboolean
is_ground (double x, double y)
{
  double dx = x < CORNER ? CORNER - x : x > SIZE - CORNER ? x - (SIZE - CORNER) : 0;
  double dy = y < CORNER ? CORNER - y : y > SIZE - CORNER ? y - (SIZE - CORNER) : 0;

  return dx * dx + dy * dy <= CORNER * CORNER;
}

/* How many of a pixel's samples show @is. */
static guint
coverage (gboolean (*is) (double x, double y), guint x, guint y)
{
  guint count = 0;

  for (guint i = 0; i < SAMPLES * SAMPLES; i++)
    count += is (x + (i % SAMPLES + 0.5) / SAMPLES, y + (i / SAMPLES + 0.5) / SAMPLES) ? 1 : 0;
  return count;
}

/* Shades from the ground's colour to white. */
static void
fill_palette (const guint8 ground[3], guint8 palette[SHADES * 3])
{
  for (guint shade = 0; shade < SHADES; shade++)
    for (guint i = 0; i < 3; i++)
      palette[shade * 3 + i] = (guint8) (ground[i] + (0xFF - ground[i]) * shade / (SHADES - 1));
}

GBytes *
lab_icon_draw (LabIcon icon, GError **error)
{
  static const guint8 grounds[][3] = {
    [LAB_ICON_PLAN] = { 0x1B, 0x4F, 0x72 },
    [LAB_ICON_SETUP] = { 0x6B, 0x6F, 0x76 },
  };
  guint8 palette[SHADES * 3];
  guint8 pixels[SIZE * SIZE];
  LabPicture picture = { SIZE, SIZE, palette, SHADES, pixels };

  fill_palette (grounds[icon], palette);
  for (guint i = 0; i < SIZE * SIZE; i++)
    {
      guint paper = SHADES - 1 - coverage (is_ground, i % SIZE, i / SIZE);
      guint ink = coverage (is_ink, i % SIZE, i / SIZE);

      pixels[i] = (guint8) MIN (paper + ink, SHADES - 1);
    }
  return lab_png_write (&picture, error);
}

gboolean
lab_icon_sniff (GBytes *picture, int *type, GError **error)
{
  static const guint8 png[] = { 0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n' };
  static const guint8 jpeg[] = { 0xFF, 0xD8, 0xFF };
  gsize len;
  const guint8 *data = g_bytes_get_data (picture, &len);

  if (len >= sizeof png && memcmp (data, png, sizeof png) == 0)
    *type = RSP_ICON_PNG;
  else if (len >= sizeof jpeg && memcmp (data, jpeg, sizeof jpeg) == 0)
    *type = RSP_ICON_JPG;
  else
    return kt_error_set (error, KT_ERROR_INVALID_INPUT, "operator.icon",
                         "the icon is neither PNG nor JPEG");
  return TRUE;
}
