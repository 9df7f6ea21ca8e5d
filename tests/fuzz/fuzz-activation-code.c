/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-fuzz"

#include "fuzz-target.h"

#include "kt-activation-code.h"

const gboolean fuzz_seeds_are_hex = FALSE;
const char *const fuzz_seeds[] = {
  "LPA:1$SMDP.GSMA.COM$04386-AGYFT-A74Y8-3F815$1.3.6.1.4.1.31746$1",
  "1$SMDP.GSMA.COM$04386-AGYFT-A74Y8-3F815$$1",
  "1$smdp.gsma.com$$1.3.6.1.4.1.31746",
  "1$a.example$T$$1$F541$1",
  "1$a.example:8443$T",
  "1$localhost:1$T",
  "lpa: 1$a.exa\r\nmple$T\xE2\x80\x8B",
  "https://a.example/",
  "1$$$$",
  NULL,
};

static void
run (const char *text, KtActivationCodeFlags flags)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (KtActivationCode) code = NULL;
  g_autoptr (KtActivationCode) again = NULL;
  g_autofree char *formatted = NULL;
  guint place = 0;

  code = kt_activation_code_parse (text, flags, &place, &error);
  FUZZ_CHECK_OUTCOME (code, error);
  if (code == NULL)
    {
      FUZZ_CHECK (kt_error_key (error) != NULL && place >= 1);
      return;
    }
  FUZZ_CHECK (kt_server_address_is_valid (code->server, flags));
  /* what is understood can be written and is understood alike */
  formatted = kt_activation_code_format (code);
  again = kt_activation_code_parse (formatted, flags, NULL, NULL);
  FUZZ_CHECK (again != NULL && strcmp (again->server, code->server) == 0
              && strcmp (again->token, code->token) == 0 && g_strcmp0 (again->oid, code->oid) == 0
              && again->confirmation_required == code->confirmation_required);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autofree char *text = g_strndup ((const char *) data, size);

  run (text, KT_ACTIVATION_CODE_NONE);
  run (text, KT_ACTIVATION_CODE_ALLOW_PORT);
  kt_confirmation_code_check (text, NULL);
  return 0;
}
