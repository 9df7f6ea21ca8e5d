/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsuctl"

#include "config.h"

#include "ctl-card.h"

#include <string.h>

#include "card-pcsc.h"
#include "card-probe.h"
#include "kt-error.h"
#ifdef KT_WITH_LAB
#include "lab-card-dir.h"
#endif

/* A security key or an identity card beside the eUICC must not be asked about: it is set aside. */
static Card *
choose_euicc (GPtrArray *readers, const CardChannelOptions *options, GCancellable *cancellable,
              GError **error)
{
  const CardReaderInfo *found = NULL;
  gboolean any_card = FALSE;
  g_autoptr (GError) why = NULL;

  for (guint i = 0; i < readers->len; i++)
    {
      const CardReaderInfo *reader = g_ptr_array_index (readers, i);
      g_autoptr (CardProbe) probe = card_probe_reader (reader, NULL, options, cancellable);

      any_card = any_card || card_reader_info_has_card (reader);
      if (probe->error != NULL && why == NULL && probe->kind != CARD_PROBE_EMPTY)
        why = g_error_copy (probe->error);
      if (probe->kind != CARD_PROBE_EUICC)
        continue;
      if (found != NULL)
        {
          kt_error_set (error, KT_ERROR_INVALID_INPUT, "card.ambiguous",
                        "several readers hold an eSIM chip; name one with --card");
          return NULL;
        }
      found = reader;
    }
  if (found != NULL)
    return card_pcsc_new (found->name);
  if (readers->len == 0)
    kt_error_set (error, KT_ERROR_NO_READER, "pcsc.no-reader", "no card reader is connected");
  else if (!any_card)
    kt_error_set (error, KT_ERROR_NO_CARD, "pcsc.no-card", "no reader holds a card");
  else if (why != NULL)
    g_propagate_error (error, g_steal_pointer (&why));
  else
    kt_error_set (error, KT_ERROR_NOT_EUICC, "card.not-euicc", "no card is an eSIM chip");
  return NULL;
}

static Card *
choose_named (GPtrArray *readers, const char *name, GError **error)
{
  const CardReaderInfo *found = NULL;
  guint64 index;

  if (g_ascii_string_to_unsigned (name, 10, 0, 1000, &index, NULL) && index < readers->len)
    return card_pcsc_new (((CardReaderInfo *) g_ptr_array_index (readers, index))->name);
  for (guint i = 0; i < readers->len; i++)
    {
      const CardReaderInfo *reader = g_ptr_array_index (readers, i);

      if (strcmp (reader->name, name) == 0)
        return card_pcsc_new (reader->name);
      if (strstr (reader->name, name) == NULL)
        continue;
      if (found != NULL)
        {
          kt_error_set (error, KT_ERROR_INVALID_INPUT, "card.ambiguous",
                        "several readers have this in their name");
          return NULL;
        }
      found = reader;
    }
  if (found != NULL)
    return card_pcsc_new (found->name);
  kt_error_set (error, KT_ERROR_INVALID_INPUT, "card.unknown-name", "no reader of this name");
  return NULL;
}

Card *
ctl_card_choose (const char *name, const CardChannelOptions *options, GCancellable *cancellable,
                 GError **error)
{
  g_autoptr (GPtrArray) readers = NULL;

  if (name != NULL && g_str_has_prefix (name, "lab:"))
    {
#ifdef KT_WITH_LAB
      return lab_card_open_dir (name + strlen ("lab:"), error);
#else
      kt_error_set (error, KT_ERROR_INVALID_INPUT, "card.no-lab", "this build has no lab");
      return NULL;
#endif
    }
  readers = card_pcsc_list_readers (error);
  if (readers == NULL)
    return NULL;
  return name != NULL ? choose_named (readers, name, error)
                      : choose_euicc (readers, options, cancellable, error);
}
