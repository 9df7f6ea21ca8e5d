/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-card"

#include "card-probe.h"

#include "card-isdr.h"
#include "card-pcsc.h"
#include "kt-error.h"

#include <string.h>

/* A probe is nobody's main business: it does not queue for long behind other programs. */
#define PATIENCE_MS 2000

typedef struct
{
  const char *aid;
  CardProbeKind kind;
} KnownApplication;

/* Only to tell a person what card that is, so the best known ones are enough. */
static const KnownApplication applications[] = {
  { "A0000000871002", CARD_PROBE_SIM },                       /* USIM (TS 101 220) */
  { "A0000006472F0001", CARD_PROBE_SECURITY_KEY },            /* FIDO */
  { "D27600012401", CARD_PROBE_SECURITY_KEY },                /* OpenPGP */
  { "A000000308000010000100", CARD_PROBE_ID_CARD },           /* PIV */
  { "A0000002471001", CARD_PROBE_ID_CARD },                   /* ICAO 9303 */
  { "E80704007F00070302", CARD_PROBE_ID_CARD },               /* European eID (TR-03110) */
  { "A000000063504B43532D3135", CARD_PROBE_ID_CARD },         /* PKCS #15 */
  { "315041592E5359532E4444463031", CARD_PROBE_PAYMENT },     /* 1PAY.SYS.DDF01 */
  { "325041592E5359532E4444463031", CARD_PROBE_PAYMENT },     /* 2PAY.SYS.DDF01 */
};

/* Security keys that write their name into the historical bytes of their answer to reset. */
static const char *const atr_names[] = { "YubiKey", "Yubikey", "Nitrokey", "SoloKey", "Gnuk" };

const char *
card_probe_kind_key (CardProbeKind kind)
{
  static const char *const keys[] = {
    [CARD_PROBE_EUICC] = "probe.euicc",
    [CARD_PROBE_EMPTY] = "probe.empty",
    [CARD_PROBE_MUTE] = "probe.mute",
    [CARD_PROBE_IN_USE] = "probe.in-use",
    [CARD_PROBE_NO_CHANNEL] = "probe.no-channel",
    [CARD_PROBE_SIM] = "probe.sim",
    [CARD_PROBE_SECURITY_KEY] = "probe.security-key",
    [CARD_PROBE_ID_CARD] = "probe.id-card",
    [CARD_PROBE_PAYMENT] = "probe.payment",
    [CARD_PROBE_NOT_EUICC] = "probe.not-euicc",
    [CARD_PROBE_REFUSES] = "probe.refuses",
    [CARD_PROBE_IGNORED] = "probe.ignored",
    [CARD_PROBE_UNAVAILABLE] = "probe.unavailable",
    [CARD_PROBE_FAILED] = "probe.failed",
  };

  g_return_val_if_fail ((gsize) kind < G_N_ELEMENTS (keys), NULL);

  return keys[kind];
}

void
card_probe_free (CardProbe *probe)
{
  if (probe == NULL)
    return;
  g_free (probe->reader);
  g_clear_pointer (&probe->atr, g_bytes_unref);
  g_clear_pointer (&probe->aid, g_bytes_unref);
  g_clear_error (&probe->error);
  g_free (probe);
}

static void
conclude (CardProbe *probe, CardProbeKind kind)
{
  probe->kind = kind;
  probe->key = card_probe_kind_key (kind);
}

static gboolean
atr_names_security_key (GBytes *atr)
{
  gsize len;
  const guint8 *data;

  if (atr == NULL)
    return FALSE;
  data = g_bytes_get_data (atr, &len);
  for (gsize i = 0; i < G_N_ELEMENTS (atr_names); i++)
    if (memmem (data, len, atr_names[i], strlen (atr_names[i])) != NULL)
      return TRUE;
  return FALSE;
}

static CardProbeKind
kind_of_failure (const GError *error)
{
  const char *key = kt_error_key (error);

  if (error->domain != KT_ERROR)
    return CARD_PROBE_FAILED;
  switch ((KtErrorCode) error->code)
    {
    case KT_ERROR_NO_CARD:
    case KT_ERROR_CARD_REMOVED:
      return CARD_PROBE_EMPTY;
    case KT_ERROR_CARD_BUSY:
      return CARD_PROBE_IN_USE;
    case KT_ERROR_NO_READER:
      return CARD_PROBE_UNAVAILABLE;
    case KT_ERROR_NO_CHANNEL:
      return CARD_PROBE_NO_CHANNEL;
    case KT_ERROR_CARD_IO:
      if (g_strcmp0 (key, "pcsc.unresponsive") == 0 || g_strcmp0 (key, "pcsc.protocol") == 0)
        return CARD_PROBE_MUTE;
      return CARD_PROBE_FAILED;
    case KT_ERROR_NOT_EUICC:
      return CARD_PROBE_NOT_EUICC;
    default:
      return CARD_PROBE_FAILED;
    }
}

/* On a logical channel only: selecting one of these on the basic channel would take the selection
 * away from the program that uses it. */
static CardProbeKind
look_for_applications (Card *card, GCancellable *cancellable)
{
  g_autoptr (GPtrArray) aids = NULL;
  g_autoptr (GBytes) no_capability = g_bytes_new (NULL, 0);
  g_autoptr (CardChannel) channel = NULL;
  const char *hex[G_N_ELEMENTS (applications) + 1] = { NULL };
  CardChannelOptions options = { .terminal_capability = no_capability, .skip_fci = TRUE,
                                 .logical_only = TRUE };

  for (gsize i = 0; i < G_N_ELEMENTS (applications); i++)
    hex[i] = applications[i].aid;
  aids = card_isdr_parse_aids (hex, NULL);
  options.aids = aids;
  channel = card_channel_open (card, &options, cancellable, NULL);
  for (guint i = 0; channel != NULL && i < aids->len; i++)
    if (g_bytes_equal (card_channel_get_aid (channel), g_ptr_array_index (aids, i)))
      return applications[i].kind;
  return CARD_PROBE_NOT_EUICC;
}

static void
look_for_isdr (CardProbe *probe, Card *card, const CardChannelOptions *options,
               GCancellable *cancellable)
{
  g_autoptr (CardChannel) channel = NULL;
  CardProbeKind kind;

  channel = card_channel_open (card, options, cancellable, &probe->error);
  if (channel != NULL)
    {
      conclude (probe, CARD_PROBE_EUICC);
      probe->aid = g_bytes_ref (card_channel_get_aid (channel));
      probe->has_svn = card_channel_get_svn (channel, probe->svn);
      return;
    }
  kind = kind_of_failure (probe->error);
  if (probe->error->domain == KT_ERROR)
    probe->sw = kt_error_detail (probe->error)->sw;
  if (kind == CARD_PROBE_NOT_EUICC && (probe->sw == 0x6D00 || probe->sw == 0x6E00))
    kind = CARD_PROBE_REFUSES;
  if (kind == CARD_PROBE_NOT_EUICC)
    kind = look_for_applications (card, cancellable);
  conclude (probe, kind);
}

CardProbe *
card_probe_card (Card *card, const CardChannelOptions *options, GCancellable *cancellable)
{
  CardProbe *probe;

  g_return_val_if_fail (KT_IS_CARD (card), NULL);

  probe = g_new0 (CardProbe, 1);
  probe->reader = card_dup_name (card);
  if (!card_open (card, cancellable, &probe->error))
    {
      conclude (probe, kind_of_failure (probe->error));
      return probe;
    }
  probe->atr = card_dup_atr (card);
  if (atr_names_security_key (probe->atr))
    conclude (probe, CARD_PROBE_SECURITY_KEY);
  else
    look_for_isdr (probe, card, options, cancellable);
  return probe;
}

static gboolean
is_ignored (const char *name, const char *const *ignore)
{
  for (guint i = 0; ignore != NULL && ignore[i] != NULL; i++)
    if (g_pattern_match_simple (ignore[i], name))
      return TRUE;
  return FALSE;
}

/* What can be said without touching the card; %CARD_PROBE_FAILED for "nothing". */
static CardProbeKind
kind_of_reader (const CardReaderInfo *reader, const char *const *ignore)
{
  if (is_ignored (reader->name, ignore))
    return CARD_PROBE_IGNORED;
  switch (reader->state)
    {
    case CARD_READER_EMPTY:
      return CARD_PROBE_EMPTY;
    case CARD_READER_MUTE:
      return CARD_PROBE_MUTE;
    case CARD_READER_EXCLUSIVE:
      return CARD_PROBE_IN_USE;
    case CARD_READER_UNAVAILABLE:
      return CARD_PROBE_UNAVAILABLE;
    case CARD_READER_PRESENT:
    case CARD_READER_IN_USE:
    default:
      return atr_names_security_key (reader->atr) ? CARD_PROBE_SECURITY_KEY : CARD_PROBE_FAILED;
    }
}

CardProbe *
card_probe_reader (const CardReaderInfo *reader, const char *const *ignore,
                   const CardChannelOptions *options, GCancellable *cancellable)
{
  g_autoptr (Card) card = NULL;
  CardProbeKind kind;
  CardProbe *probe;

  g_return_val_if_fail (reader != NULL, NULL);

  kind = kind_of_reader (reader, ignore);
  if (kind != CARD_PROBE_FAILED)
    {
      probe = g_new0 (CardProbe, 1);
      probe->reader = g_strdup (reader->name);
      probe->atr = reader->atr != NULL ? g_bytes_ref (reader->atr) : NULL;
      conclude (probe, kind);
      return probe;
    }
  card = card_pcsc_new (reader->name);
  card_pcsc_set_patience (KT_CARD_PCSC (card), PATIENCE_MS);
  probe = card_probe_card (card, options, cancellable);
  card_close (card);
  return probe;
}
