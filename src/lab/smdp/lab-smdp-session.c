/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-lab"

#include "lab-smdp-session.h"

#include <string.h>

#include "kt-bytes.h"
#include "lab-refusal.h"
#include "lab-smdp-private.h"

/* Anyone may begin a session: a flood must not eat the memory. */
#define MAX_SESSIONS 1000

void
lab_session_free (LabSession *session)
{
  if (session == NULL)
    return;
  g_clear_pointer (&session->transaction_id, g_bytes_unref);
  g_free (session->hex);
  g_clear_pointer (&session->euicc, lab_cert_unref);
  g_free (session->eid);
  g_free (session->iccid);
  g_clear_pointer (&session->smdp_signature2, g_bytes_unref);
  g_free (session);
}

static void
drop_old_sessions (LabSmdp *self)
{
  GHashTableIter iter;
  gpointer value;
  LabSession *oldest = NULL;
  gint64 now = lab_smdp_now (self);

  g_hash_table_iter_init (&iter, self->sessions);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      LabSession *session = value;

      if (now - session->started > self->session_seconds)
        g_hash_table_iter_remove (&iter);
      else if (oldest == NULL || session->started < oldest->started)
        oldest = session;
    }
  if (g_hash_table_size (self->sessions) >= MAX_SESSIONS && oldest != NULL)
    g_hash_table_remove (self->sessions, oldest->hex);
}

LabSession *
lab_smdp_begin_session (LabSmdp *self)
{
  LabSession *session = g_new0 (LabSession, 1);
  guint8 id[LAB_TRANSACTION_BYTES];

  drop_old_sessions (self);
  kt_env_random (self->env, id, sizeof id);
  kt_env_random (self->env, session->server_challenge, sizeof session->server_challenge);
  session->transaction_id = g_bytes_new (id, sizeof id);
  session->hex = kt_hex (id, sizeof id);
  session->started = lab_smdp_now (self);
  g_hash_table_replace (self->sessions, session->hex, session);
  return session;
}

LabSession *
lab_smdp_find_session (LabSmdp *self, const char *transaction_id, GError **error)
{
  g_autofree char *upper = g_ascii_strup (transaction_id, -1);
  LabSession *session;

  drop_old_sessions (self);
  session = g_hash_table_lookup (self->sessions, upper);
  if (session == NULL)
    lab_refuse (error, "8.10.1", "3.9", "unknown transaction");
  return session;
}

void
lab_smdp_end_session (LabSmdp *self, LabSession *session)
{
  g_hash_table_remove (self->sessions, session->hex);
}
