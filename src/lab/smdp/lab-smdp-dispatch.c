/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-lab"

#include "lab-smdp-private.h"

#include <string.h>

#include "kt-error.h"
#include "lab-refusal.h"
#include "rsp-json.h"

/* What a refused call has changed is kept where the refusal itself is a fact (a wrong confirmation
 * code counts), and undone where the caller shall find everything as it was. */
static const struct
{
  const char *path;
  LabSmdpFunction function;
  gboolean keeps_on_refusal;
  gboolean answers_nothing;
} functions[] = {
  { LAB_SMDP_ES9_PATH "initiateAuthentication", lab_smdp_initiate_authentication, TRUE, FALSE },
  { LAB_SMDP_ES9_PATH "authenticateClient", lab_smdp_authenticate_client, TRUE, FALSE },
  { LAB_SMDP_ES9_PATH "getBoundProfilePackage", lab_smdp_get_bound_profile_package, TRUE, FALSE },
  { LAB_SMDP_ES9_PATH "handleNotification", lab_smdp_handle_notification, TRUE, TRUE },
  { LAB_SMDP_ES9_PATH "cancelSession", lab_smdp_cancel_session, TRUE, FALSE },
  { LAB_SMDP_ES2_PATH "downloadOrder", lab_smdp_es2_download_order, FALSE, FALSE },
  { LAB_SMDP_ES2_PATH "confirmOrder", lab_smdp_es2_confirm_order, FALSE, FALSE },
  { LAB_SMDP_ES2_PATH "releaseProfile", lab_smdp_es2_release_profile, FALSE, FALSE },
  { LAB_SMDP_ES2_PATH "cancelOrder", lab_smdp_es2_cancel_order, FALSE, FALSE },
};

static int
find_function (const char *path)
{
  for (guint i = 0; i < G_N_ELEMENTS (functions); i++)
    if (strcmp (path, functions[i].path) == 0)
      return (int) i;
  return -1;
}

gboolean
lab_smdp_knows_path (const char *path)
{
  return find_function (path) >= 0;
}

static gboolean
carry_out (LabSmdp *self, int index, JsonObject *in, JsonObject *out, GError **error)
{
  g_autoptr (GError) refusal = NULL;
  gboolean done, keep;

  if (!lab_smdp_take_refusal (self, strrchr (functions[index].path, '/') + 1, error))
    return FALSE;
  if (!lab_store_begin (self->store, error))
    return FALSE;
  done = functions[index].function (self, in, out, &refusal);
  keep = done || (functions[index].keeps_on_refusal
                  && g_error_matches (refusal, KT_ERROR, KT_ERROR_SERVER_REFUSED));
  if (!lab_store_end (self->store, keep, error))
    return FALSE;
  if (!done)
    g_propagate_error (error, g_steal_pointer (&refusal));
  return done;
}

static guint
answer_refusal (LabSmdp *self, const GError *refusal, GBytes **answer)
{
  g_autoptr (JsonObject) out = NULL;

  if (g_error_matches (refusal, KT_ERROR, KT_ERROR_HTTP_STATUS))
    return kt_error_detail (refusal)->http_status;
  if (!g_error_matches (refusal, KT_ERROR, KT_ERROR_SERVER_REFUSED))
    {
      g_warning ("request failed: %s", refusal->message);
      return SOUP_STATUS_INTERNAL_SERVER_ERROR;
    }
  out = json_object_new ();
  *answer = lab_json_finish (self, out, refusal);
  return SOUP_STATUS_OK;
}

static guint
answer_success (LabSmdp *self, int index, JsonObject *out, GBytes **answer)
{
  g_autoptr (GError) pretended = NULL;
  gboolean notification = functions[index].answers_nothing;

  if (lab_smdp_tampers (self, notification ? LAB_SMDP_TAMPER_NOTIFICATION_FAILED
                                           : LAB_SMDP_TAMPER_FAILED_WITH_DATA))
    lab_refuse (&pretended, "8.8", "4.2", "execution error");
  if (notification && pretended == NULL)
    return SOUP_STATUS_NO_CONTENT;
  *answer = lab_json_finish (self, out, pretended);
  return SOUP_STATUS_OK;
}

guint
lab_smdp_dispatch (LabSmdp *self, const char *path, GBytes *body, GBytes **answer)
{
  g_autoptr (JsonObject) in = NULL;
  g_autoptr (JsonObject) out = NULL;
  g_autoptr (GError) refusal = NULL;
  int index = find_function (path);
  guint status;

  *answer = NULL;
  if (index < 0)
    return SOUP_STATUS_NOT_FOUND;
  in = rsp_json_parse (body, NULL);
  if (in == NULL)
    return SOUP_STATUS_BAD_REQUEST;
  out = json_object_new ();
  g_rec_mutex_lock (&self->lock);
  if (carry_out (self, index, in, out, &refusal))
    status = answer_success (self, index, out, answer);
  else
    status = answer_refusal (self, refusal, answer);
  g_rec_mutex_unlock (&self->lock);
  return status;
}
