/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-scan"

#include "scan-gray.h"

#include <string.h>

/* Gain of the local contrast: edges stay grey, so that sub-pixel positions survive. */
#define ADAPT_GAIN 8

ScanGray *
scan_gray_new (guint width, guint height)
{
  ScanGray *gray = g_new0 (ScanGray, 1);

  gray->width = width;
  gray->height = height;
  gray->pixels = g_malloc0 ((gsize) width * height);
  return gray;
}

void
scan_gray_free (ScanGray *gray)
{
  if (gray == NULL)
    return;
  g_free (gray->pixels);
  g_free (gray);
}

ScanGray *
scan_gray_copy (const ScanGray *gray)
{
  return scan_gray_from_rows (gray->pixels, gray->width, gray->height, gray->width);
}

ScanGray *
scan_gray_from_rows (const guint8 *rows, guint width, guint height, gsize stride)
{
  ScanGray *gray = scan_gray_new (width, height);

  for (guint y = 0; y < height; y++)
    memcpy (gray->pixels + (gsize) y * width, rows + y * stride, width);
  return gray;
}

ScanGray *
scan_gray_shrink (const ScanGray *gray, guint factor)
{
  ScanGray *out = scan_gray_new (gray->width / factor, gray->height / factor);

  for (guint y = 0; y < out->height; y++)
    for (guint x = 0; x < out->width; x++)
      {
        const guint8 *box = gray->pixels + (gsize) y * factor * gray->width + (gsize) x * factor;
        guint sum = 0;

        for (guint v = 0; v < factor; v++)
          for (guint u = 0; u < factor; u++)
            sum += box[(gsize) v * gray->width + u];
        out->pixels[(gsize) y * out->width + x] = (guint8) (sum / (factor * factor));
      }
  return out;
}

/* Twice the size: each new pixel lies a quarter or three quarters between two old ones. */
ScanGray *
scan_gray_enlarge (const ScanGray *gray)
{
  ScanGray *out = scan_gray_new (gray->width * 2, gray->height * 2);

  for (guint y = 0; y < out->height; y++)
    for (guint x = 0; x < out->width; x++)
      {
        guint x0 = x / 2;
        guint y0 = y / 2;
        guint x1 = x % 2 == 0 ? (x0 > 0 ? x0 - 1 : 0) : MIN (x0 + 1, gray->width - 1);
        guint y1 = y % 2 == 0 ? (y0 > 0 ? y0 - 1 : 0) : MIN (y0 + 1, gray->height - 1);
        const guint8 *near_row = gray->pixels + (gsize) y0 * gray->width;
        const guint8 *far_row = gray->pixels + (gsize) y1 * gray->width;

        out->pixels[(gsize) y * out->width + x]
            = (guint8) ((9 * near_row[x0] + 3 * near_row[x1] + 3 * far_row[x0] + far_row[x1]) / 16);
      }
  return out;
}

void
scan_gray_stretch (ScanGray *gray)
{
  gsize count = (gsize) gray->width * gray->height;
  gsize histogram[256] = { 0 };
  gsize sum = 0;
  int low = 0;
  int high = 255;

  for (gsize i = 0; i < count; i++)
    histogram[gray->pixels[i]]++;
  while (low < 255 && (sum += histogram[low]) < count / 200)
    low++;
  sum = 0;
  while (high > 0 && (sum += histogram[high]) < count / 200)
    high--;
  if (high <= low)
    return;
  for (gsize i = 0; i < count; i++)
    {
      int value = (gray->pixels[i] - low) * 255 / (high - low);

      gray->pixels[i] = (guint8) CLAMP (value, 0, 255);
    }
}

static ScanGray *
smooth (const ScanGray *gray)
{
  ScanGray *out = scan_gray_copy (gray);

  for (guint y = 1; y + 1 < gray->height; y++)
    for (guint x = 1; x + 1 < gray->width; x++)
      {
        const guint8 *p = gray->pixels + (gsize) (y - 1) * gray->width + x - 1;
        guint sum = 0;

        for (guint v = 0; v < 3; v++, p += gray->width)
          sum += (guint) p[0] + p[1] + p[2];
        out->pixels[(gsize) y * gray->width + x] = (guint8) (sum / 9);
      }
  return out;
}

/* Sums over all rectangles that begin at the corner; 64 bits, so no picture overflows it. */
static guint64 *
integrate (const ScanGray *gray)
{
  gsize stride = (gsize) gray->width + 1;
  guint64 *sums = g_new0 (guint64, stride * ((gsize) gray->height + 1));

  for (guint y = 0; y < gray->height; y++)
    {
      guint64 row = 0;

      for (guint x = 0; x < gray->width; x++)
        {
          row += gray->pixels[(gsize) y * gray->width + x];
          sums[(y + 1) * stride + x + 1] = sums[y * stride + x + 1] + row;
        }
    }
  return sums;
}

ScanGray *
scan_gray_adapt (const ScanGray *gray)
{
  g_autoptr (ScanGray) smoothed = smooth (gray);
  g_autofree guint64 *sums = integrate (smoothed);
  ScanGray *out = scan_gray_new (gray->width, gray->height);
  gsize stride = (gsize) gray->width + 1;
  guint reach = MAX (31, MIN (gray->width, gray->height) / 8) / 2;

  for (guint y = 0; y < gray->height; y++)
    for (guint x = 0; x < gray->width; x++)
      {
        gsize x0 = x > reach ? x - reach : 0;
        gsize y0 = y > reach ? y - reach : 0;
        gsize x1 = MIN (x + reach + 1, gray->width);
        gsize y1 = MIN (y + reach + 1, gray->height);
        guint64 sum = sums[y1 * stride + x1] - sums[y0 * stride + x1] - sums[y1 * stride + x0]
                      + sums[y0 * stride + x0];
        int mean = (int) (sum / ((x1 - x0) * (y1 - y0)));
        int value = 128 + (smoothed->pixels[(gsize) y * gray->width + x] - mean) * ADAPT_GAIN;

        out->pixels[(gsize) y * gray->width + x] = (guint8) CLAMP (value, 0, 255);
      }
  return out;
}
