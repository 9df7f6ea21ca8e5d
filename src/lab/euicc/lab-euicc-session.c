/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-lab"

#include "lab-euicc-session.h"

#include "kt-bytes.h"

void
lab_load_free (LabLoad *load)
{
  if (load == NULL)
    return;
  if (load->plain != NULL)
    {
      kt_wipe (load->plain->data, load->plain->len);
      g_byte_array_unref (load->plain);
    }
  g_clear_pointer (&load->bsp, lab_bsp_free);
  g_clear_pointer (&load->dp, g_bytes_unref);
  g_clear_pointer (&load->metadata, lab_metadata_free);
  g_free (load);
}

LabEuiccSession *
lab_euicc_session_new (void)
{
  LabEuiccSession *session = g_new0 (LabEuiccSession, 1);

  session->role = LAB_ROLE_NONE;
  return session;
}

void
lab_euicc_session_free (LabEuiccSession *session)
{
  if (session == NULL)
    return;
  g_clear_pointer (&session->transaction_id, g_bytes_unref);
  g_clear_pointer (&session->pkid, g_bytes_unref);
  g_clear_pointer (&session->euicc_signature1, g_bytes_unref);
  g_clear_pointer (&session->dppb, lab_cert_unref);
  g_clear_pointer (&session->one_time_key, lab_key_unref);
  g_clear_pointer (&session->load, lab_load_free);
  g_free (session->oid);
  g_free (session->address);
  g_free (session);
}
