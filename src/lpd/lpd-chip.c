/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-lpd"

#include "lpd-chip.h"

#include "kt-activation-code.h"
#include "kt-error.h"
#include "rsp-codes.h"

struct _LpdChip
{
  Card *card;
  const CardChannelOptions *options;
  CardChannel *channel;
};

/* Channels that a crashed program left open are worth one reset. */
static const CardChannelOptions default_options = { .allow_reset = TRUE };

LpdChip *
lpd_chip_open (Card *card, const CardChannelOptions *options, GCancellable *cancellable,
               GError **error)
{
  g_autoptr (LpdChip) chip = NULL;

  g_return_val_if_fail (KT_IS_CARD (card), NULL);

  chip = g_new0 (LpdChip, 1);
  chip->card = g_object_ref (card);
  chip->options = options != NULL ? options : &default_options;
  chip->channel = card_channel_open (card, chip->options, cancellable, error);
  return chip->channel != NULL ? g_steal_pointer (&chip) : NULL;
}

void
lpd_chip_close (LpdChip *chip)
{
  if (chip == NULL)
    return;
  g_clear_pointer (&chip->channel, card_channel_free);
  g_clear_object (&chip->card);
  g_free (chip);
}

gboolean
lpd_chip_restart (LpdChip *chip, GCancellable *cancellable, GError **error)
{
  g_return_val_if_fail (chip != NULL, FALSE);

  /* Closed first, so that nothing is left open on a card that ignores the reset. */
  g_clear_pointer (&chip->channel, card_channel_free);
  if (!card_reset (chip->card, error))
    return FALSE;
  chip->channel = card_channel_open (chip->card, chip->options, cancellable, error);
  return chip->channel != NULL;
}

static GBytes *
store (LpdChip *chip, GBytes *request, GCancellable *cancellable, GError **error)
{
  if (chip->channel == NULL)
    {
      kt_error_set (error, KT_ERROR_CARD_RESET, "card.reset", "the channel to the chip is closed");
      return NULL;
    }
  return card_channel_store_data (chip->channel, request, NULL, cancellable, error);
}

/* How chips say that they do not know a function (SGP.22 section 5.7.2). */
static gboolean
is_unknown_function (guint16 sw)
{
  return sw == 0x6A88 || sw == 0x6D00 || sw == 0x6A86 || sw == 0x6A81;
}

GBytes *
lpd_chip_call (LpdChip *chip, GBytes *request, GCancellable *cancellable, GError **error)
{
  g_autoptr (GError) local = NULL;
  g_autoptr (GBytes) answer = NULL;
  Tlv function = { 0 };
  gsize header_len;

  g_return_val_if_fail (chip != NULL, NULL);

  tlv_read_header (g_bytes_get_data (request, NULL), g_bytes_get_size (request), &function,
                   &header_len, NULL);
  answer = store (chip, request, cancellable, &local);
  if (answer == NULL)
    {
      KtErrorDetail *detail = kt_error_detail (local);

      if (detail != NULL)
        {
          detail->function = function.tag;
          if (local->code == KT_ERROR_CARD_STATUS && is_unknown_function (detail->sw))
            {
              local->code = KT_ERROR_UNSUPPORTED;
              detail->key = "chip.unsupported";
            }
        }
      g_propagate_prefixed_error (error, g_steal_pointer (&local), "%s: ",
                                  rsp_function_name (function.tag));
      return NULL;
    }
  if (g_bytes_get_size (answer) == 0)
    {
      kt_error_set (error, KT_ERROR_MALFORMED, "chip.garbage", "%s: the chip's answer is empty",
                    rsp_function_name (function.tag));
      return NULL;
    }
  return g_steal_pointer (&answer);
}

gboolean
lpd_chip_load_segment (LpdChip *chip, GBytes *segment, GBytes **result, GCancellable *cancellable,
                       GError **error)
{
  g_autoptr (GBytes) answer = store (chip, segment, cancellable, error);

  *result = NULL;
  if (answer == NULL)
    return FALSE;
  if (g_bytes_get_size (answer) > 0)
    *result = g_steal_pointer (&answer);
  return TRUE;
}

CardChannel *
lpd_chip_get_channel (LpdChip *chip)
{
  return chip->channel;
}

/* Consumes @request, so that each function below is its request and its parser. */
static GBytes *
ask (LpdChip *chip, GBytes *request, GCancellable *cancellable, GError **error)
{
  g_autoptr (GBytes) owned = request;

  return lpd_chip_call (chip, owned, cancellable, error);
}

char *
lpd_chip_dup_eid (LpdChip *chip, GCancellable *cancellable, GError **error)
{
  g_autoptr (GBytes) answer = ask (chip, rsp_get_eid_request (), cancellable, error);

  return answer != NULL ? rsp_get_eid_parse (answer, error) : NULL;
}

RspEuiccInfo *
lpd_chip_dup_info (LpdChip *chip, RspTag function, GCancellable *cancellable, GError **error)
{
  g_autoptr (GBytes) answer = NULL;

  g_return_val_if_fail (function == RSP_TAG_EUICC_INFO1 || function == RSP_TAG_EUICC_INFO2, NULL);

  answer = ask (chip, rsp_empty_request (function), cancellable, error);
  return answer != NULL ? rsp_euicc_info_parse (answer, function, error) : NULL;
}

RspAddresses *
lpd_chip_dup_addresses (LpdChip *chip, GCancellable *cancellable, GError **error)
{
  g_autoptr (GBytes) answer
      = ask (chip, rsp_empty_request (RSP_TAG_CONFIGURED_ADDRESSES), cancellable, error);

  return answer != NULL ? rsp_addresses_parse (answer, error) : NULL;
}

gboolean
lpd_chip_set_default_dp (LpdChip *chip, const char *address, GCancellable *cancellable,
                         GError **error)
{
  g_autoptr (GBytes) answer = NULL;

  if (*address != '\0'
      && !kt_server_address_is_valid (address, KT_ACTIVATION_CODE_ALLOW_PORT))
    return kt_error_set (error, KT_ERROR_INVALID_INPUT, "input.address",
                         "the server's address is not a host name");
  answer = ask (chip, rsp_default_dp_request (address), cancellable, error);
  return answer != NULL && rsp_result_parse (answer, RSP_TAG_SET_DEFAULT_DP, error);
}

GPtrArray *
lpd_chip_dup_rat (LpdChip *chip, GCancellable *cancellable, GError **error)
{
  g_autoptr (GBytes) answer = ask (chip, rsp_empty_request (RSP_TAG_RAT), cancellable, error);

  return answer != NULL ? rsp_rat_parse (answer, error) : NULL;
}

GPtrArray *
lpd_chip_dup_profiles (LpdChip *chip, GCancellable *cancellable, GError **error)
{
  g_autoptr (GBytes) answer = ask (chip, rsp_profiles_request (), cancellable, error);

  return answer != NULL ? rsp_profiles_parse (answer, error) : NULL;
}

gboolean
lpd_chip_set_nickname (LpdChip *chip, GBytes *iccid, const char *nickname,
                       GCancellable *cancellable, GError **error)
{
  g_autoptr (GBytes) request = rsp_nickname_request (iccid, nickname, error);
  g_autoptr (GBytes) answer = NULL;

  if (request == NULL)
    return FALSE;
  answer = lpd_chip_call (chip, request, cancellable, error);
  return answer != NULL && rsp_result_parse (answer, RSP_TAG_SET_NICKNAME, error);
}

GBytes *
lpd_chip_dup_challenge (LpdChip *chip, GCancellable *cancellable, GError **error)
{
  g_autoptr (GBytes) answer
      = ask (chip, rsp_empty_request (RSP_TAG_EUICC_CHALLENGE), cancellable, error);

  return answer != NULL ? rsp_challenge_parse (answer, error) : NULL;
}

gboolean
lpd_chip_load_crl (LpdChip *chip, GBytes *crl, GCancellable *cancellable, GError **error)
{
  g_autoptr (GBytes) answer = NULL;
  Tlv list;

  if (!tlv_parse_bytes (crl, TLV_SEQUENCE, &list, NULL))
    return kt_error_set (error, KT_ERROR_INVALID_INPUT, "input.crl",
                         "the file is not a certificate list in DER");
  answer = ask (chip, rsp_load_crl_request (crl), cancellable, error);
  return answer != NULL && rsp_load_crl_parse (answer, error);
}

GPtrArray *
lpd_chip_list_notifications (LpdChip *chip, guint32 events, GCancellable *cancellable,
                             GError **error)
{
  g_autoptr (GBytes) answer
      = ask (chip, rsp_list_notifications_request (events), cancellable, error);

  return answer != NULL ? rsp_list_notifications_parse (answer, error) : NULL;
}

static GPtrArray *
retrieve (LpdChip *chip, gint64 seq, GCancellable *cancellable, GError **error)
{
  g_autoptr (GBytes) answer
      = ask (chip, rsp_retrieve_notification_request (seq), cancellable, error);

  return answer != NULL ? rsp_retrieve_notifications_parse (answer, error) : NULL;
}

RspPending *
lpd_chip_dup_notification (LpdChip *chip, gint64 seq, GCancellable *cancellable, GError **error)
{
  g_autoptr (GPtrArray) all = retrieve (chip, seq, cancellable, error);

  if (all == NULL)
    return NULL;
  for (guint i = 0; i < all->len; i++)
    if (((RspPending *) g_ptr_array_index (all, i))->notification->seq == seq)
      return g_ptr_array_steal_index (all, i);
  kt_error_set (error, KT_ERROR_NOT_FOUND, "chip.notification-gone",
                "the chip holds no notification of this number");
  return NULL;
}

gboolean
lpd_chip_remove_notification (LpdChip *chip, gint64 seq, GCancellable *cancellable, GError **error)
{
  g_autoptr (GBytes) answer = ask (chip, rsp_remove_notification_request (seq), cancellable, error);

  return answer != NULL && rsp_result_parse (answer, RSP_TAG_REMOVE_NOTIFICATION, error);
}
