/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-core"

#include "kt-activation-code.h"

#include <stdio.h>
#include <string.h>

#include "kt-bytes.h"
#include "kt-error.h"
#include "tlv.h"

/* Five have a meaning; what follows belongs to later versions and is not looked at. */
#define MAX_FIELDS 8

/* The cleaned text, and for each of its characters the place in what the person gave. */
typedef struct
{
  GString *text;
  GArray *places;
} Cleaned;

static void
cleaned_clear (Cleaned *cleaned)
{
  kt_wipe (cleaned->text->str, cleaned->text->len);
  g_string_free (cleaned->text, TRUE);
  g_array_unref (cleaned->places);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Cleaned, cleaned_clear)

/* Mail programs, messengers and PDF viewers put these into copied text. */
static gboolean
is_invisible (gunichar c)
{
  return g_unichar_isspace (c) || c == 0x200B || c == 0x200C || c == 0x200D || c == 0x2060
         || c == 0xFEFF || c == 0x00AD || c == 0x200E || c == 0x200F;
}

static gboolean
fail (guint *place_out, guint place, const char *key, GError **error, const char *message)
{
  if (place_out != NULL)
    *place_out = place;
  return kt_error_set (error, KT_ERROR_INVALID_INPUT, key, "activation code: %s", message);
}

static gboolean
clean (const char *text, Cleaned *out, guint *place_out, GError **error)
{
  guint place = 0;

  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);

      place++;
      if (is_invisible (c))
        continue;
      if (c > 0x7E || c < 0x21)
        return fail (place_out, place, "code.not-a-code", error, "a character that no code has");
      g_string_append_c (out->text, (char) c);
      g_array_append_val (out->places, place);
    }
  if (out->text->len == 0)
    return fail (place_out, 1, "code.empty", error, "nothing given");
  return TRUE;
}

static guint
place_of (const Cleaned *cleaned, gsize offset)
{
  guint last = g_array_index (cleaned->places, guint, cleaned->places->len - 1);

  return offset < cleaned->places->len ? g_array_index (cleaned->places, guint, offset) : last + 1;
}

static gboolean
label_is_valid (const char *label, gsize len)
{
  if (len == 0 || len > 63 || label[0] == '-' || label[len - 1] == '-')
    return FALSE;
  for (gsize i = 0; i < len; i++)
    if (!g_ascii_isalnum (label[i]) && label[i] != '-')
      return FALSE;
  return TRUE;
}

static gboolean
host_is_fqdn (const char *host, gsize len)
{
  gsize start = 0;
  guint labels = 0;

  if (len == 0 || len > 253)
    return FALSE;
  for (gsize i = 0; i <= len; i++)
    if (i == len || host[i] == '.')
      {
        if (!label_is_valid (host + start, i - start))
          return FALSE;
        labels++;
        if (i == len && strspn (host + start, "0123456789") >= i - start)
          return FALSE;
        start = i + 1;
      }
  return labels >= 2;
}

static gboolean
host_is_lab (const char *host, gsize len)
{
  g_autofree char *copy = g_strndup (host, len);
  guint parts[4];
  char rest;

  if (g_ascii_strcasecmp (copy, "localhost") == 0)
    return TRUE;
  return strspn (copy, "0123456789.") == len
         && sscanf (copy, "%3u.%3u.%3u.%3u%c", &parts[0], &parts[1], &parts[2], &parts[3], &rest) == 4
         && parts[0] < 256 && parts[1] < 256 && parts[2] < 256 && parts[3] < 256;
}

gboolean
kt_server_address_is_valid (const char *address, KtActivationCodeFlags flags)
{
  gsize len;

  if (address == NULL)
    return FALSE;
  len = strlen (address);
  if ((flags & KT_ACTIVATION_CODE_ALLOW_PORT) != 0)
    {
      const char *colon = strchr (address, ':');

      if (colon != NULL)
        {
          guint64 port = 0;

          if (!g_ascii_string_to_unsigned (colon + 1, 10, 1, 65535, &port, NULL))
            return FALSE;
          len = (gsize) (colon - address);
        }
      if (len > 0 && host_is_lab (address, len))
        return TRUE;
    }
  return host_is_fqdn (address, len);
}

char *
kt_server_address_split (const char *address, guint16 *port)
{
  const char *colon = strchr (address, ':');

  if (port != NULL)
    *port = colon != NULL ? (guint16) g_ascii_strtoull (colon + 1, NULL, 10) : 443;
  return colon != NULL ? g_strndup (address, (gsize) (colon - address)) : g_strdup (address);
}

static gboolean
looks_like_web_address (const char *text)
{
  return g_ascii_strncasecmp (text, "http://", 7) == 0 || g_ascii_strncasecmp (text, "https://", 8) == 0
         || g_ascii_strncasecmp (text, "www.", 4) == 0;
}

/* The parts of a code, one of them the token, which is as good as money until it is used. */
typedef GStrv SecretFields;

static void
secret_fields_free (SecretFields fields)
{
  for (guint i = 0; fields != NULL && fields[i] != NULL; i++)
    kt_wipe (fields[i], strlen (fields[i]));
  g_strfreev (fields);
}
G_DEFINE_AUTO_CLEANUP_FREE_FUNC (SecretFields, secret_fields_free, NULL)

/* Fills the fields of @code; @body is the text after "LPA:", @skip the length of that prefix. */
static gboolean
parse_fields (KtActivationCode *code, const char *body, const Cleaned *cleaned, gsize skip,
              KtActivationCodeFlags flags, guint *place, GError **error)
{
  g_auto (SecretFields) fields = g_strsplit (body, "$", MAX_FIELDS);
  guint count = g_strv_length (fields);
  gsize offset = skip;
  gsize starts[MAX_FIELDS];

  for (guint i = 0; i < count; i++)
    {
      starts[i] = offset;
      offset += strlen (fields[i]) + 1;
    }
  if (strcmp (fields[0], "1") != 0)
    return fail (place, place_of (cleaned, starts[0]), count < 3 ? "code.not-a-code" : "code.format",
                 error, "does not begin with 1$");
  if (count < 3)
    return fail (place, place_of (cleaned, cleaned->text->len), "code.fields", error,
                 "a part is missing");
  if (!kt_server_address_is_valid (fields[1], flags))
    return fail (place, place_of (cleaned, starts[1]), "code.server", error,
                 "the server's name is not a host name");
  for (const char *p = fields[2]; *p != '\0'; p++)
    if (!g_ascii_isalnum (*p) && *p != '-')
      return fail (place, place_of (cleaned, starts[2] + (gsize) (p - fields[2])), "code.token",
                   error, "the token has a character that tokens do not have");
  if (count > 3 && *fields[3] != '\0' && !kt_oid_is_valid (fields[3]))
    return fail (place, place_of (cleaned, starts[3]), "code.oid", error,
                 "the server's OID is not one");
  if (count > 4 && *fields[4] != '\0' && strcmp (fields[4], "1") != 0)
    return fail (place, place_of (cleaned, starts[4]), "code.flag", error,
                 "the confirmation code flag is not 1");
  code->server = g_ascii_strdown (fields[1], -1);
  code->token = g_strdup (fields[2]);
  code->oid = count > 3 && *fields[3] != '\0' ? g_strdup (fields[3]) : NULL;
  code->confirmation_required = count > 4 && *fields[4] == '1';
  return TRUE;
}

KtActivationCode *
kt_activation_code_parse (const char *text, KtActivationCodeFlags flags, guint *place,
                          GError **error)
{
  g_auto (Cleaned) cleaned = { g_string_sized_new (text != NULL ? strlen (text) + 1 : 1), g_array_new (FALSE, FALSE, sizeof (guint)) };
  g_autoptr (KtActivationCode) code = g_new0 (KtActivationCode, 1);
  gsize skip = 0;

  if (place != NULL)
    *place = 0;
  if (text == NULL || !g_utf8_validate (text, -1, NULL))
    {
      fail (place, 1, "code.not-a-code", error, "not text");
      return NULL;
    }
  if (!clean (text, &cleaned, place, error))
    return NULL;
  if (g_ascii_strncasecmp (cleaned.text->str, "LPA:", 4) == 0)
    skip = 4;
  if (cleaned.text->len == skip)
    {
      fail (place, place_of (&cleaned, skip), "code.empty", error, "nothing after LPA:");
      return NULL;
    }
  if (looks_like_web_address (cleaned.text->str + skip))
    {
      fail (place, place_of (&cleaned, skip), "code.web-address", error, "this is a web address");
      return NULL;
    }
  if (cleaned.text->len - skip > KT_ACTIVATION_CODE_MAX)
    {
      fail (place, place_of (&cleaned, skip + KT_ACTIVATION_CODE_MAX), "code.too-long", error,
            "longer than 255 characters");
      return NULL;
    }
  if (!parse_fields (code, cleaned.text->str + skip, &cleaned, skip, flags, place, error))
    return NULL;
  return g_steal_pointer (&code);
}

KtActivationCode *
kt_activation_code_copy (const KtActivationCode *code)
{
  KtActivationCode *copy = g_new0 (KtActivationCode, 1);

  copy->server = g_strdup (code->server);
  copy->token = g_strdup (code->token);
  copy->oid = g_strdup (code->oid);
  copy->confirmation_required = code->confirmation_required;
  return copy;
}

void
kt_activation_code_free (KtActivationCode *code)
{
  if (code == NULL)
    return;
  g_free (code->server);
  kt_wipe_string (code->token);
  g_free (code->oid);
  g_free (code);
}

char *
kt_activation_code_format (const KtActivationCode *code)
{
  g_return_val_if_fail (code != NULL, NULL);

  return g_strconcat ("LPA:1$", code->server, "$", code->token,
                      code->oid != NULL || code->confirmation_required ? "$" : "",
                      code->oid != NULL ? code->oid : "",
                      code->confirmation_required ? "$1" : "", NULL);
}

gboolean
kt_confirmation_code_check (const char *code, GError **error)
{
  gsize len = code != NULL ? strlen (code) : 0;

  if (len < 1 || len > 32)
    return kt_error_set (error, KT_ERROR_INVALID_INPUT, "confirmation.format",
                         "a confirmation code has 1 to 32 characters");
  for (gsize i = 0; i < len; i++)
    if (!g_ascii_isgraph (code[i]))
      return kt_error_set (error, KT_ERROR_INVALID_INPUT, "confirmation.format",
                           "confirmation code: character %zu is not a visible ASCII one", i + 1);
  return TRUE;
}
