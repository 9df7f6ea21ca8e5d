/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-lab"

/* What ES2+ does to an order: SGP.22 section 5.3. */

#include "lab-smdp-orders.h"

#include <string.h>

#include "kt-activation-code.h"
#include "kt-bytes.h"
#include "kt-eid.h"
#include "kt-error.h"
#include "kt-iccid.h"
#include "lab-cipher.h"
#include "lab-refusal.h"

/* Letters that are not taken for one another, 32 of them: 20 are 100 bits. */
#define ID_ALPHABET "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
#define ID_LETTERS 20
#define ID_GROUP 5
#define MAX_ID 64

gboolean
lab_smdp_change_order (LabSmdp *self, LabOrder *order, LabOrderState state, const char *event,
                       const char *text, GError **error)
{
  order->state = state;
  return lab_store_save (self->store, order, error)
         && lab_store_add_event (self->store, order->iccid, event, text, error);
}

/* ICCIDs come with or without the filler of 19-digit ones. */
static char *
plain_iccid (const char *iccid)
{
  guint8 raw[KT_ICCID_BYTES];

  if (!kt_iccid_to_bytes (iccid, raw, NULL))
    return NULL;
  return kt_iccid_from_bytes (raw, sizeof raw, NULL);
}

static gboolean
check_eid (const char *eid, GError **error)
{
  if (eid != NULL && !kt_eid_is_valid (eid))
    return lab_refuse (error, "8.1.1", "2.1", "not an EID");
  return TRUE;
}

static gboolean
find_own (LabSmdp *self, const char *requester, const char *iccid, LabOrder **order,
          GError **error)
{
  g_autofree char *plain = plain_iccid (iccid);
  g_autoptr (LabOrder) found = NULL;

  if (plain != NULL && !lab_store_load (self->store, plain, &found, error))
    return FALSE;
  if (found == NULL)
    return lab_refuse (error, "8.2.1", "3.9", "unknown ICCID");
  if (requester != NULL && found->requester[0] != '\0'
      && strcmp (found->requester, requester) != 0)
    return lab_refuse (error, "8.2.1", "1.2", "another operator's profile");
  *order = g_steal_pointer (&found);
  return TRUE;
}

/* ---- downloadOrder ---- */

static gboolean
choose_from_stock (LabSmdp *self, const char *requester, const char *profile_type,
                   LabOrder **order, GError **error)
{
  gboolean known, mine;

  if (!lab_store_find_stock (self->store, profile_type, requester, order, error))
    return FALSE;
  if (*order != NULL)
    return TRUE;
  if (!lab_store_knows_type (self->store, profile_type, requester, &known, &mine, error))
    return FALSE;
  if (!known)
    return lab_refuse (error, "8.2.5", "3.9", "unknown profile type");
  if (!mine)
    return lab_refuse (error, "8.2.5", "1.2", "another operator's profile type");
  return lab_refuse (error, "8.2.5", "3.7", "no profile of this type is left");
}

static gboolean
choose_by_iccid (LabSmdp *self, const char *requester, const char *eid, const char *iccid,
                 const char *profile_type, LabOrder **order, GError **error)
{
  if (!find_own (self, requester, iccid, order, error))
    return FALSE;
  if (profile_type != NULL && strcmp ((*order)->profile_type, profile_type) != 0)
    return lab_refuse (error, "8.2.5", "3.8", "the profile is of another type");
  if ((*order)->state == LAB_ORDER_AVAILABLE)
    return TRUE;
  if (eid != NULL && (*order)->eid != NULL && strcmp ((*order)->eid, eid) != 0)
    return lab_refuse (error, "8.2.1", "3.10", "the profile is for another eUICC");
  return lab_refuse (error, "8.2.1", "3.3", "the profile is not available");
}

gboolean
lab_orders_download (LabSmdp *self, const char *requester, const char *eid, const char *iccid,
                     const char *profile_type, char **iccid_out, GError **error)
{
  g_autoptr (LabOrder) order = NULL;

  if (!check_eid (eid, error))
    return FALSE;
  if (iccid == NULL && profile_type == NULL)
    return lab_refuse (error, "1.6", "2.3", "neither \"iccid\" nor \"profileType\"");
  if (!(iccid != NULL
            ? choose_by_iccid (self, requester, eid, iccid, profile_type, &order, error)
            : choose_from_stock (self, requester, profile_type, &order, error)))
    return FALSE;
  order->eid = g_strdup (eid);
  if (!lab_smdp_change_order (self, order, eid != NULL ? LAB_ORDER_LINKED : LAB_ORDER_ALLOCATED,
                              "ordered", NULL, error))
    return FALSE;
  if (iccid_out != NULL)
    *iccid_out = g_strdup (order->iccid);
  return TRUE;
}

/* ---- confirmOrder and releaseProfile ---- */

static char *
make_matching_id (LabSmdp *self)
{
  GString *id = g_string_new (NULL);
  guint8 random[ID_LETTERS];

  kt_env_random (self->env, random, sizeof random);
  for (guint i = 0; i < ID_LETTERS; i++)
    {
      if (i > 0 && i % ID_GROUP == 0)
        g_string_append_c (id, '-');
      g_string_append_c (id, ID_ALPHABET[random[i] % (sizeof ID_ALPHABET - 1)]);
    }
  return g_string_free (id, FALSE);
}

static gboolean
is_matching_id (const char *text)
{
  if (strlen (text) > MAX_ID)
    return FALSE;
  for (const char *p = text; *p != '\0'; p++)
    if (!g_ascii_isalnum (*p) && *p != '-')
      return FALSE;
  return TRUE;
}

static gboolean
settle_matching_id (LabSmdp *self, LabOrder *order, const char *wanted, GError **error)
{
  g_autoptr (LabOrder) other = NULL;

  g_free (order->matching_id);
  order->matching_id = wanted != NULL ? g_strdup (wanted) : make_matching_id (self);
  if (!is_matching_id (order->matching_id))
    return lab_refuse (error, "8.2.6", "2.1", "not a MatchingID");
  if (order->matching_id[0] == '\0' && order->eid == NULL)
    return lab_refuse (error, "8.1.1", "2.2", "an order without MatchingID needs an EID");
  if (!lab_store_find_matching (self->store, order->matching_id, &other, error))
    return FALSE;
  return other == NULL || lab_refuse (error, "8.2.6", "3.3", "the MatchingID is in use");
}

static gboolean
settle_code (LabOrder *order, const char *code, GError **error)
{
  guint8 hash[LAB_SHA256_BYTES];

  g_clear_pointer (&order->cc_hash, g_bytes_unref);
  order->cc_failures = 0;
  if (code == NULL || code[0] == '\0')
    return TRUE;
  if (!kt_confirmation_code_check (code, NULL))
    return lab_refuse (error, "8.2.7", "2.1", "not a confirmation code");
  lab_sha256 ((const guint8 *) code, strlen (code), hash);
  order->cc_hash = kt_secret_bytes (hash, sizeof hash);
  return TRUE;
}

static gboolean
settle_eid (LabOrder *order, const char *eid, GError **error)
{
  if (!check_eid (eid, error))
    return FALSE;
  if (eid == NULL)
    return TRUE;
  if (order->eid != NULL && strcmp (order->eid, eid) != 0)
    return lab_refuse (error, "8.1.1", "3.10", "the order is for another EID");
  g_free (order->eid);
  order->eid = g_strdup (eid);
  return TRUE;
}

static gboolean
announce (LabSmdp *self, const LabOrder *order, GError **error)
{
  g_autofree char *address = NULL;

  if (order->smds == NULL)
    return TRUE;
  if (self->announce == NULL)
    return lab_refuse (error, "8.9", "5.1", "the SM-DS cannot be reached");
  address = lab_smdp_dup_address (self);
  if (!self->announce (order->smds, order->eid, order->matching_id, address, self->announce_data))
    return lab_refuse (error, "8.9", "4.2", "the SM-DS did not take the event");
  return TRUE;
}

static gboolean
release (LabSmdp *self, LabOrder *order, GError **error)
{
  if (!announce (self, order, error))
    return FALSE;
  order->expires = order->lifetime > 0 ? lab_smdp_now (self) + order->lifetime : 0;
  return lab_smdp_change_order (self, order, LAB_ORDER_RELEASED, "released", NULL, error);
}

gboolean
lab_orders_confirm (LabSmdp *self, const char *requester, const LabConfirmation *confirmation,
                    char **matching_id_out, char **eid_out, GError **error)
{
  g_autoptr (LabOrder) order = NULL;

  if (!find_own (self, requester, confirmation->iccid, &order, error))
    return FALSE;
  if (order->state != LAB_ORDER_ALLOCATED && order->state != LAB_ORDER_LINKED)
    return lab_refuse (error, "8.2.1", "3.3", "the profile is not ordered, or confirmed already");
  if (!settle_eid (order, confirmation->eid, error)
      || !settle_matching_id (self, order, confirmation->matching_id, error)
      || !settle_code (order, confirmation->confirmation_code, error))
    return FALSE;
  g_free (order->smds);
  order->smds = confirmation->smds != NULL && confirmation->smds[0] != '\0'
                    ? g_strdup (confirmation->smds)
                    : NULL;
  if (order->smds != NULL && order->eid == NULL)
    return lab_refuse (error, "8.1.1", "2.2", "an SM-DS needs an EID");
  order->lifetime = confirmation->lifetime > 0 ? confirmation->lifetime : self->order_seconds;
  if (!lab_smdp_change_order (self, order, LAB_ORDER_CONFIRMED, "confirmed", NULL, error)
      || (confirmation->release && !release (self, order, error)))
    return FALSE;
  if (matching_id_out != NULL)
    *matching_id_out = g_strdup (order->matching_id);
  if (eid_out != NULL)
    *eid_out = g_strdup (order->eid);
  return TRUE;
}

gboolean
lab_orders_release (LabSmdp *self, const char *requester, const char *iccid, GError **error)
{
  g_autoptr (LabOrder) order = NULL;

  if (!find_own (self, requester, iccid, &order, error))
    return FALSE;
  if (order->state != LAB_ORDER_CONFIRMED)
    return lab_refuse (error, "8.2.1", "3.5", "the profile is not confirmed, or released already");
  return release (self, order, error);
}

/* ---- cancelOrder ---- */

static void
forget_order (LabOrder *order)
{
  g_clear_pointer (&order->eid, g_free);
  g_clear_pointer (&order->matching_id, g_free);
  g_clear_pointer (&order->cc_hash, g_bytes_unref);
  g_clear_pointer (&order->smds, g_free);
  order->cc_failures = 0;
  order->lifetime = 0;
  order->expires = 0;
}

gboolean
lab_orders_cancel (LabSmdp *self, const char *requester, const char *iccid, const char *eid,
                   const char *matching_id, const char *final, GError **error)
{
  g_autoptr (LabOrder) order = NULL;
  int state = lab_order_state_parse (final);

  if (state != LAB_ORDER_AVAILABLE && state != LAB_ORDER_UNAVAILABLE)
    return lab_refuse (error, "1.6", "2.1", "not a final status");
  if (!find_own (self, requester, iccid, &order, error))
    return FALSE;
  switch (order->state)
    {
    case LAB_ORDER_ALLOCATED:
    case LAB_ORDER_LINKED:
    case LAB_ORDER_CONFIRMED:
    case LAB_ORDER_RELEASED:
      break;
    default:
      return lab_refuse (error, "8.2.1", "3.3", "there is no order that could be cancelled");
    }
  if (eid != NULL && g_strcmp0 (order->eid, eid) != 0)
    return lab_refuse (error, "8.1.1", "3.10", "the order is for another EID");
  if (matching_id != NULL && g_strcmp0 (order->matching_id, matching_id) != 0)
    return lab_refuse (error, "8.2.6", "3.10", "the order has another MatchingID");
  forget_order (order);
  return lab_smdp_change_order (self, order, (LabOrderState) state, "order-cancelled", NULL,
                                error);
}
