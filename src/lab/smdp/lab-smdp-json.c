/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-lab"

#include "lab-smdp-private.h"

#include "kt-bytes.h"
#include "kt-error.h"
#include "lab-refusal.h"
#include "rsp-json.h"
#include "rsp-tags.h"

/* The longest member of a request is a notification with two certificates. */
#define MAX_MEMBER (64 * 1024)
#define LINE 76

gboolean
lab_json_string (JsonObject *in, const char *name, const char **text, GError **error)
{
  *text = NULL;
  if (!json_object_has_member (in, name))
    return TRUE;
  *text = rsp_json_string (in, name);
  return *text != NULL || lab_refuse (error, "1.6", "2.1", "\"%s\" is no text", name);
}

const char *
lab_json_need_string (JsonObject *in, const char *name, GError **error)
{
  const char *text;

  if (!lab_json_string (in, name, &text, error))
    return NULL;
  if (text == NULL)
    lab_refuse (error, "1.6", "2.2", "\"%s\" is missing", name);
  return text;
}

GBytes *
lab_json_need_bytes (JsonObject *in, const char *name, GError **error)
{
  const char *text = lab_json_need_string (in, name, error);
  GBytes *bytes;

  if (text == NULL)
    return NULL;
  bytes = kt_base64_parse (text, MAX_MEMBER, NULL);
  if (bytes == NULL)
    lab_refuse (error, "1.6", "2.1", "\"%s\" is no base64", name);
  return bytes;
}

static char *
break_lines (const char *text)
{
  GString *out = g_string_new (NULL);

  for (gsize i = 0; text[i] != '\0'; i++)
    {
      if (i > 0 && i % LINE == 0)
        g_string_append (out, "\r\n");
      g_string_append_c (out, text[i]);
    }
  return g_string_free (out, FALSE);
}

void
lab_json_add_bytes (LabSmdp *self, JsonObject *out, const char *name, GBytes *bytes)
{
  g_autofree char *text = kt_base64 (bytes);

  if (lab_smdp_tampers (self, LAB_SMDP_TAMPER_LINE_BREAKS))
    {
      char *broken = break_lines (text);

      g_free (text);
      text = broken;
    }
  if (lab_smdp_tampers (self, LAB_SMDP_TAMPER_BASE64) && text[0] != '\0')
    text[0] = '*';
  json_object_set_string_member (out, name, text);
}

static JsonObject *
status_of (const GError *failure)
{
  const KtErrorDetail *detail = kt_error_detail (failure);
  JsonObject *status = json_object_new ();
  JsonObject *data;

  if (failure == NULL)
    {
      json_object_set_string_member (status, "status", "Executed-Success");
      return status;
    }
  json_object_set_string_member (status, "status", "Failed");
  data = json_object_new ();
  json_object_set_string_member (data, "subjectCode", detail->subject);
  json_object_set_string_member (data, "reasonCode", detail->reason);
  if (detail->subject_id != NULL)
    json_object_set_string_member (data, "subjectIdentifier", detail->subject_id);
  if (detail->server_message != NULL)
    json_object_set_string_member (data, "message", detail->server_message);
  json_object_set_object_member (status, "statusCodeData", data);
  return status;
}

GBytes *
lab_json_finish (LabSmdp *self, JsonObject *out, const GError *failure)
{
  JsonObject *header = json_object_new ();

  if (!lab_smdp_tampers (self, LAB_SMDP_TAMPER_NO_STATUS))
    json_object_set_object_member (header, "functionExecutionStatus", status_of (failure));
  json_object_set_object_member (out, "header", header);
  return rsp_json_to_bytes (json_object_ref (out));
}

/* ---- TLV beside it ---- */

gboolean
lab_tlv_invalid (GError **error, const char *what)
{
  return lab_refuse (error, "1.6", "2.1", "\"%s\" is not what SGP.22 defines", what);
}

GBytes *
lab_tlv_signature (LabKey *key, const guint8 *data, gsize len, GError **error)
{
  g_autoptr (GBytes) raw = lab_key_sign (key, data, len, error);
  TlvWriter *writer;

  if (raw == NULL)
    return NULL;
  writer = tlv_writer_new ();
  tlv_put_bytes (writer, RSP_TAG_SIGNATURE, raw);
  return tlv_writer_finish (writer);
}

gboolean
lab_tlv_verify (const LabCert *cert, const guint8 *data, gsize len, const Tlv *signature)
{
  return lab_ec_verify (cert->public_key, data, len, signature->value, signature->len, NULL);
}
