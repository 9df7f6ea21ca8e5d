/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-lab"

#include "kt-activation-code.h"
#include "lab-euicc-private.h"

GBytes *
lab_es10a_get_addresses (LabEuicc *self, const Tlv *request, guint16 *sw)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *smdp = NULL;
  g_autofree char *smds = NULL;
  g_autoptr (TlvWriter) writer = NULL;

  if (!lab_euicc_store_get_string (self->store, "default-smdp", &smdp, &error)
      || !lab_euicc_store_get_string (self->store, "root-smds", &smds, &error))
    return lab_answer_failed (&error, sw);
  writer = tlv_writer_new ();
  tlv_begin (writer, 0xBF3C);
  if (smdp != NULL)
    tlv_put_string (writer, 0x80, smdp);
  tlv_put_string (writer, 0x81, smds != NULL ? smds : "");
  /* Version 3 makes these EuiccConfiguredData, which has more members. */
  if ((self->knobs.quirks & LAB_QUIRK_NEW_MEMBERS) != 0)
    tlv_put_string (writer, 0x83, "more.example.com");
  tlv_end (writer);
  return tlv_writer_finish (g_steal_pointer (&writer));
}

GBytes *
lab_es10a_set_default_smdp (LabEuicc *self, const Tlv *request, guint16 *sw)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *address = NULL;
  Tlv child;

  if (!tlv_need (request, 0x80, &child, &error))
    return lab_answer_malformed (&error, sw);
  address = tlv_dup_string (&child, 255, NULL);
  if (address == NULL
      || (child.len > 0 && !kt_server_address_is_valid (address, KT_ACTIVATION_CODE_ALLOW_PORT)))
    return lab_answer_result (0xBF3F, LAB_UNDEFINED_ERROR);
  /* No characters remove it (SGP.22 section 5.7.4). */
  if (!lab_euicc_store_set_string (self->store, "default-smdp", child.len > 0 ? address : NULL,
                                   &error))
    return lab_answer_failed (&error, sw);
  return lab_answer_result (0xBF3F, 0);
}
