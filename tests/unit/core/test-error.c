/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kt-test.h"

static void
test_set (void)
{
  g_autoptr (GError) error = NULL;
  const KtErrorDetail *detail;

  g_assert_false (kt_error_set (&error, KT_ERROR_CARD_REMOVED, "pcsc.removed", "gone after %d", 3));
  g_assert_error (error, KT_ERROR, KT_ERROR_CARD_REMOVED);
  g_assert_cmpstr (error->message, ==, "gone after 3");
  detail = kt_error_detail (error);
  g_assert_cmpstr (detail->key, ==, "pcsc.removed");
  g_assert_cmpuint (detail->sw, ==, 0);
  g_assert_cmpuint (detail->pcsc, ==, 0);
  g_assert_cmpuint (detail->function, ==, 0);
  g_assert_cmpint (detail->result, ==, -1);
  g_assert_null (detail->subject);
  g_assert_null (detail->reason);
  g_assert_null (detail->subject_id);
  g_assert_null (detail->server_message);
  g_assert_cmpint (detail->bpp_command, ==, -1);
  g_assert_cmpint (detail->bpp_reason, ==, -1);
  g_assert_cmpint (detail->pe_status, ==, -1);
  g_assert_cmpint (detail->pe_id, ==, -1);
  g_assert_cmpuint (detail->tls_flags, ==, 0);
  g_assert_cmpuint (detail->http_status, ==, 0);
  g_assert_cmpint (detail->attempts_left, ==, -1);
}

static void
test_nobody_listens (void)
{
  g_assert_false (kt_error_set (NULL, KT_ERROR_INTERNAL, NULL, "%s", "unheard"));
  g_assert_false (kt_error_set_sw (NULL, 0x6A82, "SELECT"));
}

static GError *
new_full (void)
{
  GError *error = kt_error_new (KT_ERROR_SERVER_REFUSED, "server.refused", "refused");
  KtErrorDetail *detail = kt_error_detail (error);

  detail->subject = g_strdup ("8.2.6");
  detail->reason = g_strdup ("3.8");
  detail->subject_id = g_strdup ("id");
  detail->server_message = g_strdup ("no such code");
  detail->attempts_left = 2;
  detail->sw = 0x6985;
  return error;
}

/* A copy owns its texts: each may go before the other. */
static void
test_copy (void)
{
  GError *error = new_full ();
  g_autoptr (GError) copy = g_error_copy (error);
  const KtErrorDetail *detail = kt_error_detail (copy);

  g_assert_true (detail->subject != kt_error_detail (error)->subject);
  g_error_free (error);
  g_assert_cmpstr (detail->key, ==, "server.refused");
  g_assert_cmpstr (detail->subject, ==, "8.2.6");
  g_assert_cmpstr (detail->reason, ==, "3.8");
  g_assert_cmpstr (detail->subject_id, ==, "id");
  g_assert_cmpstr (detail->server_message, ==, "no such code");
  g_assert_cmpint (detail->attempts_left, ==, 2);
  g_assert_cmpuint (detail->sw, ==, 0x6985);
}

static void
test_propagate (void)
{
  g_autoptr (GError) error = NULL;

  g_propagate_prefixed_error (&error, new_full (), "authenticateClient: ");
  g_assert_cmpstr (error->message, ==, "authenticateClient: refused");
  g_assert_cmpstr (kt_error_detail (error)->reason, ==, "3.8");
  g_prefix_error (&error, "download: ");
  g_assert_cmpstr (error->message, ==, "download: authenticateClient: refused");
  g_assert_cmpstr (kt_error_key (error), ==, "server.refused");
  /* thrown away when nobody listens */
  g_propagate_error (NULL, new_full ());
}

static void
test_other_domains (void)
{
  g_autoptr (GError) other = g_error_new (G_FILE_ERROR, G_FILE_ERROR_NOENT, "no file");

  g_assert_null (kt_error_detail (other));
  g_assert_null (kt_error_key (other));
  g_assert_null (kt_error_detail (NULL));
  g_assert_null (kt_error_key (NULL));
}

static void
test_sw (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (kt_error_set_sw (&error, 0x6A88, "STORE DATA"));
  g_assert_error (error, KT_ERROR, KT_ERROR_CARD_STATUS);
  g_assert_cmpuint (kt_error_detail (error)->sw, ==, 0x6A88);
  g_assert_nonnull (strstr (error->message, "6A88"));
}

static void
test_names (void)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);

  for (KtErrorCode code = KT_ERROR_INVALID_INPUT; code <= KT_ERROR_INTERNAL; code++)
    {
      const char *name = kt_error_code_name (code);

      g_assert_cmpstr (name, !=, "unknown");
      g_assert_true (g_hash_table_add (seen, (gpointer) name));
      g_assert_cmpuint (strspn (name, "abcdefghijklmnopqrstuvwxyz-"), ==, strlen (name));
    }
  g_assert_cmpstr (kt_error_code_name ((KtErrorCode) (KT_ERROR_INTERNAL + 1)), ==, "unknown");
  g_assert_cmpstr (kt_error_code_name ((KtErrorCode) -1), ==, "unknown");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/error/set", test_set);
  g_test_add_func ("/error/nobody-listens", test_nobody_listens);
  g_test_add_func ("/error/copy", test_copy);
  g_test_add_func ("/error/propagate", test_propagate);
  g_test_add_func ("/error/other-domains", test_other_domains);
  g_test_add_func ("/error/sw", test_sw);
  g_test_add_func ("/error/names", test_names);
  return g_test_run ();
}
