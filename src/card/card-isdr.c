/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-card"

#include "card-isdr.h"

#include "kt-bytes.h"
#include "kt-error.h"
#include "tlv.h"

#include <string.h>

#define TAG_FCI 0x6F
#define TAG_ISDR_TEMPLATE 0xE0
#define TAG_SVN 0x82

static const char *const known_aids[] = {
  "A0000005591010FFFFFFFF8900000100", /* SGP.22 annex */
  "A0000005591010000000008900000300", /* eSIM.me */
  "A0000005591010FFFFFFFF8900050500", /* 5ber */
  "A0000005591010FFFFFFFF8900000177", /* Xesim */
  "A000000559104C696E6B736669656C64", /* LinksField */
  NULL,
};

GPtrArray *
card_isdr_parse_aids (const char *const *hex, GError **error)
{
  g_autoptr (GPtrArray) aids = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);

  g_return_val_if_fail (hex != NULL, NULL);

  for (guint i = 0; hex[i] != NULL; i++)
    {
      GBytes *aid = kt_hex_parse (hex[i], NULL);

      if (aid != NULL)
        g_ptr_array_add (aids, aid);
      if (aid == NULL || g_bytes_get_size (aid) < CARD_AID_MIN ||
          g_bytes_get_size (aid) > CARD_AID_MAX)
        {
          kt_error_set (error, KT_ERROR_INVALID_INPUT, "card.aid",
                        "AID %u of the list is not 5 to 16 bytes of hexadecimal", i + 1);
          return NULL;
        }
    }
  if (aids->len == 0)
    {
      kt_error_set (error, KT_ERROR_INVALID_INPUT, "card.aid", "the list of AIDs is empty");
      return NULL;
    }
  return g_steal_pointer (&aids);
}

GPtrArray *
card_isdr_default_aids (void)
{
  return card_isdr_parse_aids (known_aids, NULL);
}

gboolean
card_isdr_is_known_aid (const guint8 *aid, gsize len)
{
  g_autofree char *hex = kt_hex (aid, len);

  return g_strv_contains (known_aids, hex);
}

gboolean
card_isdr_parse_fci (GBytes *fci, guint8 svn[3])
{
  Tlv template;
  Tlv isdr;
  Tlv version;

  g_return_val_if_fail (fci != NULL, FALSE);

  if (!tlv_parse_bytes (fci, TAG_FCI, &template, NULL) ||
      tlv_find (&template, TAG_ISDR_TEMPLATE, &isdr, NULL) != TLV_FOUND ||
      tlv_find (&isdr, TAG_SVN, &version, NULL) != TLV_FOUND || version.len != 3)
    return FALSE;
  memcpy (svn, version.value, 3);
  return TRUE;
}
