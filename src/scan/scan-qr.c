/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-scan"

#include "scan-qr.h"

#include <gdk-pixbuf/gdk-pixbuf.h>
#include <zbar.h>

#include "kt-error.h"

/* Longest side at which zbar is both quick and sure; larger pictures are shrunk to it first. */
#define FIRST_SIDE 1600
#define SECOND_SIDE 900
/* Local contrast on more pixels than this takes seconds and finds nothing more. */
#define ADAPT_SIDE 2000
#define ENLARGE_SIDE 1400

static zbar_image_scanner_t *
make_scanner (gboolean inverted)
{
  zbar_image_scanner_t *scanner = zbar_image_scanner_create ();

  zbar_image_scanner_set_config (scanner, 0, ZBAR_CFG_ENABLE, 0);
  zbar_image_scanner_set_config (scanner, ZBAR_QRCODE, ZBAR_CFG_ENABLE, 1);
  zbar_image_scanner_set_config (scanner, 0, ZBAR_CFG_TEST_INVERTED, inverted ? 1 : 0);
  return scanner;
}

char **
scan_qr_once (const ScanGray *gray, gboolean inverted)
{
  zbar_image_scanner_t *scanner = make_scanner (inverted);
  zbar_image_t *image = zbar_image_create ();
  g_autoptr (GStrvBuilder) found = g_strv_builder_new ();

  zbar_image_set_format (image, zbar_fourcc ('Y', '8', '0', '0'));
  zbar_image_set_size (image, gray->width, gray->height);
  zbar_image_set_data (image, gray->pixels, (gsize) gray->width * gray->height, NULL);
  if (zbar_scan_image (scanner, image) > 0)
    for (const zbar_symbol_t *symbol = zbar_image_first_symbol (image); symbol != NULL;
         symbol = zbar_symbol_next (symbol))
      {
        g_autofree char *text = g_utf8_make_valid (zbar_symbol_get_data (symbol),
                                                   (gssize) zbar_symbol_get_data_length (symbol));

        g_strv_builder_add (found, text);
      }
  zbar_image_destroy (image);
  zbar_image_scanner_destroy (scanner);
  return g_strv_builder_end (found);
}

/* Looks, and if there is nothing gives the list up. */
static char **
look (const ScanGray *gray)
{
  char **found = scan_qr_once (gray, TRUE);

  if (found[0] == NULL)
    g_clear_pointer (&found, g_strfreev);
  return found;
}

static char **
look_at_size (const ScanGray *gray, guint factor, gboolean adapt)
{
  g_autoptr (ScanGray) sized
      = factor > 1 ? scan_gray_shrink (gray, factor) : scan_gray_copy (gray);
  g_autoptr (ScanGray) adapted = NULL;
  char **found;

  if (adapt)
    {
      adapted = scan_gray_adapt (sized);
      return look (adapted);
    }
  found = look (sized);
  if (found != NULL)
    return found;
  scan_gray_stretch (sized);
  return look (sized);
}

static char **
look_enlarged (const ScanGray *gray)
{
  g_autoptr (ScanGray) large = scan_gray_enlarge (gray);

  return look (large);
}

/* A code on a screenshot may fill but a small part: the middle of the picture, enlarged. */
static char **
look_at_middle (const ScanGray *gray)
{
  guint width = gray->width / 2;
  guint height = gray->height / 2;
  g_autoptr (ScanGray) middle = NULL;

  if (width == 0 || height == 0)
    return NULL;
  middle = scan_gray_from_rows (gray->pixels + (gsize) (gray->height / 4) * gray->width
                                    + gray->width / 4,
                                width, height, gray->width);
  return look_enlarged (middle);
}

char **
scan_qr_hard (const ScanGray *gray)
{
  guint side = MAX (gray->width, gray->height);
  guint base = (side + FIRST_SIDE - 1) / FIRST_SIDE;
  guint factors[3] = { base, 0, 0 };
  guint count = 1;
  char **found = NULL;

  if (side == 0)
    return g_new0 (char *, 1);
  if (side / base > SECOND_SIDE)
    factors[count++] = base * 2;
  if (base > 1)
    factors[count++] = 1;
  for (guint i = 0; i < count && found == NULL; i++)
    found = look_at_size (gray, factors[i], FALSE);
  for (guint i = 0; i < count && found == NULL; i++)
    if (side / factors[i] <= ADAPT_SIDE)
      found = look_at_size (gray, factors[i], TRUE);
  if (found == NULL && side / 2 <= ENLARGE_SIDE)
    found = look_at_middle (gray);
  if (found == NULL && side <= ENLARGE_SIDE)
    found = look_enlarged (gray);
  return found != NULL ? found : g_new0 (char *, 1);
}

/* Transparent pixels count as white paper. */
static ScanGray *
gray_from_pixbuf (GdkPixbuf *pixbuf)
{
  guint width = (guint) gdk_pixbuf_get_width (pixbuf);
  guint height = (guint) gdk_pixbuf_get_height (pixbuf);
  gsize stride = (gsize) gdk_pixbuf_get_rowstride (pixbuf);
  guint channels = (guint) gdk_pixbuf_get_n_channels (pixbuf);
  const guint8 *rows = gdk_pixbuf_read_pixels (pixbuf);
  ScanGray *gray = scan_gray_new (width, height);

  for (guint y = 0; y < height; y++)
    for (guint x = 0; x < width; x++)
      {
        const guint8 *p = rows + y * stride + (gsize) x * channels;
        guint value = (p[0] * 77u + p[1] * 150u + p[2] * 29u) >> 8;

        if (channels == 4)
          value = (value * p[3] + 255u * (255u - p[3])) / 255u;
        gray->pixels[(gsize) y * width + x] = (guint8) value;
      }
  return gray;
}

char **
scan_qr_file (const char *path, GError **error)
{
  g_autoptr (GdkPixbuf) pixbuf = NULL;
  g_autoptr (ScanGray) gray = NULL;
  g_autoptr (GError) local = NULL;
  g_auto (GStrv) found = NULL;
  int width = 0;
  int height = 0;

  g_return_val_if_fail (path != NULL, NULL);

  if (gdk_pixbuf_get_file_info (path, &width, &height) != NULL
      && (guint64) width * (guint64) height > SCAN_MAX_PIXELS)
    {
      kt_error_set (error, KT_ERROR_LIMIT, "qr.file", "the picture has %d by %d pixels", width,
                    height);
      return NULL;
    }
  pixbuf = gdk_pixbuf_new_from_file (path, &local);
  if (pixbuf == NULL)
    {
      kt_error_set (error, KT_ERROR_INVALID_INPUT, "qr.file", "the picture cannot be read: %s",
                    local->message);
      return NULL;
    }
  gray = gray_from_pixbuf (pixbuf);
  found = scan_qr_hard (gray);
  if (found[0] == NULL)
    {
      kt_error_set (error, KT_ERROR_NOT_FOUND, "qr.none", "there is no QR code in the picture");
      return NULL;
    }
  return g_steal_pointer (&found);
}
