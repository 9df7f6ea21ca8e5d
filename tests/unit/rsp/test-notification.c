/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-test"

#include "rsp-notification.h"

#include "rsp-hostile.h"
#include "rsp-recorded.h"
#include "rsp-tags.h"
#include "rsp-vectors.h"

static void
test_requests (void)
{
  assert_take_hex (rsp_list_notifications_request (0), "BF2800");
  assert_take_hex (rsp_list_notifications_request (RSP_EVENT_INSTALL | RSP_EVENT_ENABLE
                                                   | RSP_EVENT_DISABLE | RSP_EVENT_DELETE),
                   "BF2804 810204F0");
  assert_take_hex (rsp_list_notifications_request (RSP_EVENT_DELETE), "BF2804 81020410");
  assert_take_hex (rsp_list_notifications_request (RSP_EVENT_ENABLE), "BF2804 81020640");
  assert_take_hex (rsp_retrieve_notification_request (200), "BF2B06 A004 800200C8");
  assert_take_hex (rsp_retrieve_notification_request (1), "BF2B05 A003 800101");
  assert_take_hex (rsp_retrieve_notification_request (0), "BF2B05 A003 800100");
  assert_take_hex (rsp_retrieve_notification_request (0x7FFFFFFF), "BF2B08 A006 80047FFFFFFF");
  assert_take_hex (rsp_retrieve_notification_request (0xFFFFFFFF), "BF2B09 A007 800500FFFFFFFF");
  assert_take_hex (rsp_remove_notification_request (200), "BF3004 800200C8");
  assert_take_hex (rsp_remove_notification_request (127), "BF3003 80017F");
  assert_take_hex (rsp_remove_notification_request (128), "BF3004 80020080");
}

static gboolean
decode_metadata (GBytes *bytes, GError **error)
{
  g_autoptr (RspNotification) notification = NULL;
  Tlv tlv;

  if (!tlv_parse_bytes (bytes, RSP_TAG_NOTIFICATION_METADATA, &tlv, error))
    return FALSE;
  notification = rsp_notification_parse (&tlv, error);
  return notification != NULL;
}

static void
test_metadata (void)
{
  static const BadRow bad[] = {
    { "BF2F00", KT_ERROR_MISSING, NULL },
    { "BF2F08 81020780 0C0261 2E", KT_ERROR_MISSING, NULL },
    { "BF2F07 800101 0C02612E", KT_ERROR_MISSING, NULL },
    { "BF2F07 800101 81020780", KT_ERROR_MISSING, NULL },
    { "BF2F0A 8000 81020780 0C02612E", KT_ERROR_MALFORMED, NULL },
    { "BF2F12 8009000000000000000001 81020780 0C0161", KT_ERROR_MALFORMED, NULL },
    { "BF2F0A 800101 8100 0C03612E62", KT_ERROR_MALFORMED, NULL },
    { "BF2F0C 800101 81020880 0C03612E62", KT_ERROR_MALFORMED, NULL },
    { "BF2F0A 800101 81020780 0C01FF", KT_ERROR_MALFORMED, NULL },
    { "BF2F0C 800101 81020780 0C03610062", KT_ERROR_MALFORMED, NULL },
    { "BF2F0D 800101 81020780 0C03612E62 5A", KT_ERROR_MALFORMED, NULL },
  };
  g_autoptr (GBytes) bytes = hex_bytes (V_NOTIFICATION);
  g_autoptr (GBytes) odd_bytes = hex_bytes ("BF2F11 800101 9F7F00 81020410 0C016E 5A02AAAA");
  g_autoptr (GError) error = NULL;
  g_autoptr (RspNotification) notification = NULL;
  g_autoptr (RspNotification) odd = NULL;
  Tlv tlv;

  g_assert_true (tlv_parse_bytes (bytes, RSP_TAG_NOTIFICATION_METADATA, &tlv, &error));
  notification = rsp_notification_parse (&tlv, &error);
  g_assert_no_error (error);
  g_assert_cmpint (notification->seq, ==, 200);
  g_assert_cmpuint (notification->event, ==, RSP_EVENT_INSTALL);
  g_assert_cmpstr (notification->address, ==, "n.x");
  g_assert_cmpstr (notification->iccid, ==, "8929901012345678905");
  /* an ICCID that is none does not hide a message that has to be sent */
  g_assert_true (tlv_parse_bytes (odd_bytes, RSP_TAG_NOTIFICATION_METADATA, &tlv, &error));
  odd = rsp_notification_parse (&tlv, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (odd->event, ==, RSP_EVENT_DELETE);
  g_assert_null (odd->iccid);
  assert_bad_rows (decode_metadata, bad, G_N_ELEMENTS (bad));
  assert_whole_only (decode_metadata, V_NOTIFICATION);
  survive_changes (decode_metadata, V_NOTIFICATION);
}

static gboolean
decode_list (GBytes *bytes, GError **error)
{
  g_autoptr (GPtrArray) list = rsp_list_notifications_parse (bytes, error);

  return list != NULL;
}

static void
test_list (void)
{
  static const BadRow bad[] = {
    { "", KT_ERROR_MISSING, NULL },
    { "BF2800", KT_ERROR_MISSING, NULL },
    { "BF2902A000", KT_ERROR_MISSING, NULL },
    { "BF2802A200", KT_ERROR_MALFORMED, NULL },
    { "BF280381017F", KT_ERROR_CHIP_REFUSED, "chip.refused" },
    { "BF2803810105", KT_ERROR_CHIP_REFUSED, "chip.refused" },
    /* where a list should be, even "ok" is none */
    { "BF2803810100", KT_ERROR_CHIP_REFUSED, "chip.refused" },
    { "BF28028100", KT_ERROR_MALFORMED, NULL },
    { "BF2804 A002 3000", KT_ERROR_MISSING, NULL },
    { "BF2805 A003 BF2F00", KT_ERROR_MISSING, NULL },
    /* a good one before a broken one */
    { "BF2815 A013 BF2F0C 800105 81020640 0C036E2E78 BF2F0180", KT_ERROR_MALFORMED, NULL },
  };
  g_autoptr (GBytes) bytes = hex_bytes (V_NOTIFICATIONS);
  g_autoptr (GBytes) none_bytes = hex_bytes ("BF2802A000");
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) list = rsp_list_notifications_parse (bytes, &error);
  g_autoptr (GPtrArray) none = rsp_list_notifications_parse (none_bytes, &error);
  RspNotification *second;

  g_assert_no_error (error);
  g_assert_cmpuint (none->len, ==, 0);
  g_assert_cmpuint (list->len, ==, 2);
  second = g_ptr_array_index (list, 1);
  g_assert_cmpint (second->seq, ==, 5);
  g_assert_cmpuint (second->event, ==, RSP_EVENT_ENABLE);
  g_assert_null (second->iccid);
  assert_bad_rows (decode_list, bad, G_N_ELEMENTS (bad));
  assert_whole_only (decode_list, V_NOTIFICATIONS);
  survive_changes (decode_list, V_NOTIFICATIONS);
}

static gboolean
decode_retrieved (GBytes *bytes, GError **error)
{
  g_autoptr (GPtrArray) list = rsp_retrieve_notifications_parse (bytes, error);

  return list != NULL;
}

static void
test_retrieve (void)
{
  static const BadRow bad[] = {
    { "BF2B00", KT_ERROR_MISSING, NULL },
    { "BF2B03810101", KT_ERROR_CHIP_REFUSED, "chip.notification-gone" },
    { "BF2B0381017F", KT_ERROR_CHIP_REFUSED, "chip.refused" },
    { "BF2B04 A002 3100", KT_ERROR_MALFORMED, NULL },
    { "BF2B04 A002 3000", KT_ERROR_MISSING, NULL },
    { "BF2B05 A003 BF3700", KT_ERROR_MISSING, NULL },
    { "BF2B07 A005 3003 BF2F00", KT_ERROR_MISSING, NULL },
  };
  g_autoptr (GBytes) bytes = hex_bytes (V_RETRIEVED);
  g_autoptr (GBytes) none_bytes = hex_bytes ("BF2B02A000");
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) list = rsp_retrieve_notifications_parse (bytes, &error);
  g_autoptr (GPtrArray) none = rsp_retrieve_notifications_parse (none_bytes, &error);
  RspPending *other;
  RspPending *install;

  g_assert_no_error (error);
  g_assert_cmpuint (none->len, ==, 0);
  g_assert_cmpuint (list->len, ==, 2);
  other = g_ptr_array_index (list, 0);
  g_assert_null (other->install);
  g_assert_cmpint (other->notification->seq, ==, 5);
  g_assert_cmpuint (other->notification->event, ==, RSP_EVENT_DELETE);
  /* the server checks a signature over these very bytes */
  assert_bytes_hex (other->raw, V_OTHER_SIGNED);
  install = g_ptr_array_index (list, 1);
  g_assert_nonnull (install->install);
  g_assert_true (install->install->success);
  g_assert_cmpint (install->notification->seq, ==, 200);
  assert_bytes_hex (install->raw, V_INSTALL_OK);
  assert_bad_rows (decode_retrieved, bad, G_N_ELEMENTS (bad));
  assert_whole_only (decode_retrieved, V_RETRIEVED);
  survive_changes (decode_retrieved, V_RETRIEVED);
}

static gboolean
decode_install (GBytes *bytes, GError **error)
{
  g_autoptr (RspInstallResult) result = rsp_install_result_parse (bytes, error);

  return result != NULL;
}

static void
test_install_ok (void)
{
  g_autoptr (GBytes) bytes = hex_bytes (V_INSTALL_OK);
  g_autoptr (GError) error = NULL;
  g_autoptr (RspInstallResult) result = rsp_install_result_parse (bytes, &error);

  g_assert_no_error (error);
  g_assert_true (result->success);
  assert_bytes_hex (result->transaction_id, V_TID);
  assert_bytes_hex (result->aid, V_AID);
  g_assert_cmpstr (result->smdp_oid, ==, "2.999.10");
  g_assert_cmpint (result->notification->seq, ==, 200);
  g_assert_cmpint (result->bpp_command, ==, -1);
  g_assert_cmpint (result->bpp_reason, ==, -1);
  g_assert_cmpint (result->pe_status, ==, -1);
  g_assert_true (rsp_install_result_check (result, &error));
  g_assert_no_error (error);
  assert_whole_only (decode_install, V_INSTALL_OK);
  survive_changes (decode_install, V_INSTALL_OK);
}

static void
test_install_failed (void)
{
  g_autoptr (GBytes) bytes = hex_bytes (V_INSTALL_FAILED);
  g_autoptr (GError) error = NULL;
  g_autoptr (RspInstallResult) result = rsp_install_result_parse (bytes, &error);
  KtErrorDetail *detail;

  g_assert_no_error (error);
  g_assert_false (result->success);
  g_assert_null (result->aid);
  g_assert_cmpint (result->bpp_command, ==, 5);
  g_assert_cmpint (result->bpp_reason, ==, 12);
  /* the first element was fine; the seventh is the one to name */
  g_assert_cmpint (result->pe_status, ==, 4);
  g_assert_cmpint (result->pe_id, ==, 7);
  g_assert_false (rsp_install_result_check (result, &error));
  detail = kt_error_detail (error);
  g_assert_cmpint (detail->bpp_command, ==, 5);
  g_assert_cmpint (detail->bpp_reason, ==, 12);
  g_assert_cmpint (detail->pe_status, ==, 4);
  g_assert_cmpint (detail->pe_id, ==, 7);
  g_assert_nonnull (strstr (error->message, "loadProfileElements"));
  g_assert_nonnull (strstr (error->message, "not-enough-memory"));
  assert_kt_error (&error, KT_ERROR_INSTALL_FAILED, "install.profile-element");
  g_assert_false (rsp_install_result_check (result, NULL));
  assert_whole_only (decode_install, V_INSTALL_FAILED);
  survive_changes (decode_install, V_INSTALL_FAILED);
}

/* BF37 around one finalResult. */
static RspInstallResult *
parse_final (const char *final_result, GError **error)
{
  g_autoptr (GBytes) head = hex_bytes ("8010" V_TID V_NOTIFICATION "060388370A");
  g_autoptr (GBytes) tail = hex_bytes (V_SIGNATURE);
  g_autoptr (GBytes) outcome = hex_bytes (final_result);
  g_autoptr (TlvWriter) writer = tlv_writer_new ();
  g_autoptr (GBytes) bytes = NULL;

  tlv_begin (writer, RSP_TAG_INSTALL_RESULT);
  tlv_begin (writer, RSP_TAG_INSTALL_RESULT_DATA);
  tlv_put_raw_bytes (writer, head);
  tlv_put_bytes (writer, 0xA2, outcome);
  tlv_end (writer);
  tlv_put_raw_bytes (writer, tail);
  tlv_end (writer);
  bytes = tlv_writer_finish (g_steal_pointer (&writer));
  return rsp_install_result_parse (bytes, error);
}

static void
test_install_reasons (void)
{
  static const struct
  {
    int reason;
    const char *key;
  } rows[] = {
    { 1, "install.package" }, { 2, "install.signature" }, { 3, "install.signature" },
    { 4, "install.unsupported" }, { 5, "install.unsupported" }, { 6, "install.class" },
    { 7, "install.damaged" }, { 8, "install.damaged" }, { 9, "install.already-there" },
    { 10, "install.memory" }, { 11, "install.interrupted" }, { 12, "install.profile-element" },
    { 13, "install.mismatch" }, { 14, "install.test-key" }, { 15, "install.ppr" },
    { 31, "install.security-level" }, { 32, "install.server-not-allowed" },
    { 127, "install.unknown" }, { 16, "install.unknown" }, { 99, "install.unknown" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *hex = g_strdup_printf ("A106 800102 8101%02X", rows[i].reason);
      g_autoptr (GError) error = NULL;
      g_autoptr (RspInstallResult) result = parse_final (hex, &error);

      g_assert_no_error (error);
      g_assert_cmpint (result->bpp_reason, ==, rows[i].reason);
      g_assert_cmpint (result->pe_status, ==, -1);
      g_assert_false (rsp_install_result_check (result, &error));
      g_assert_nonnull (strstr (error->message, "storeMetadata"));
      assert_kt_error (&error, KT_ERROR_INSTALL_FAILED, rows[i].key);
    }
}

static void
test_install_bad (void)
{
  static const struct
  {
    const char *final_result;
    KtErrorCode code;
  } rows[] = {
    { "", KT_ERROR_MISSING },
    { "A200", KT_ERROR_MALFORMED },
    { "A000", KT_ERROR_MISSING },
    { "A006 4F0400000000", KT_ERROR_MALFORMED },
    { "A013 4F110000000000000000000000000000000000", KT_ERROR_MALFORMED },
    { "A100", KT_ERROR_MISSING },
    { "A103 800102", KT_ERROR_MISSING },
    { "A103 810102", KT_ERROR_MISSING },
    { "A105 8000 81010C", KT_ERROR_MALFORMED },
    /* a reason of -1 or of 2^32 + 10 is not "no reason" and not "insufficient memory" */
    { "A106 800102 8101FF", KT_ERROR_MALFORMED },
    { "A10A 800102 8105010000000A", KT_ERROR_MALFORMED },
    { "A107 800102 81010C 82", KT_ERROR_MALFORMED },
  };
  static const BadRow outer[] = {
    { "", KT_ERROR_MISSING, NULL },
    { "BF3700", KT_ERROR_MISSING, NULL },
    { "BF3703 BF2700", KT_ERROR_MISSING, NULL },
    { "BF3705 BF27028000", KT_ERROR_MALFORMED, NULL },
    { "BF3706 BF2703800101", KT_ERROR_MISSING, NULL },
    /* without a signature it is no result */
    { "BF3731 BF272E 800101" V_NOTIFICATION "060388370A A208 A106 800105 81010A", KT_ERROR_MISSING,
      NULL },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) error = NULL;

      g_test_message ("row %s", rows[i].final_result);
      g_assert_null (parse_final (rows[i].final_result, &error));
      assert_kt_error (&error, rows[i].code, NULL);
    }
  assert_bad_rows (decode_install, outer, G_N_ELEMENTS (outer));
}

/* simaResponse only informs: what cannot be read is not told and takes nothing away. */
static void
test_sima_response (void)
{
  static const struct
  {
    const char *response;
    int status;
    int id;
  } rows[] = {
    { "8200", -1, -1 },
    { "8201FF", -1, -1 },
    { "8202 3080", -1, -1 },
    { "8202 3000", -1, -1 },
    { "8204 3002 A000", -1, -1 },
    { "8207 3005 A003 30018F", -1, -1 },
    { "8209 3007 A005 3003 800100", -1, -1 },
    { "8209 3007 A005 3003 800103", 3, -1 },
    { "820C 300A A008 3006 80011F 810109", 31, 9 },
    { "820C 300A A008 3006 810109 80011F", 31, 9 },
    /* a status of -1 is none */
    { "8209 3007 A005 3003 8001FF", -1, -1 },
    { "820C 300A A008 3006 800106 8101FF", 6, -1 },
    /* two responses, the second one tells */
    { "8212 3007 A005 3003 800100 3007 A005 3003 800102", 2, -1 },
    { "820B 8100 3007 A005 3003 800102", 2, -1 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GBytes) response = hex_bytes (rows[i].response);
      g_autofree char *hex
          = g_strdup_printf ("A1%02X 800105 81010C %s", (guint) (6 + g_bytes_get_size (response)),
                             rows[i].response);
      g_autoptr (GError) error = NULL;
      g_autoptr (RspInstallResult) result = parse_final (hex, &error);

      g_test_message ("row %s", rows[i].response);
      g_assert_no_error (error);
      g_assert_cmpint (result->bpp_reason, ==, 12);
      g_assert_cmpint (result->pe_status, ==, rows[i].status);
      g_assert_cmpint (result->pe_id, ==, rows[i].id);
    }
}

static void
test_no_memory (void)
{
  g_autoptr (GBytes) bytes = hex_bytes (V_INSTALL_NO_MEMORY);
  g_autoptr (GError) error = NULL;
  g_autoptr (RspInstallResult) result = rsp_install_result_parse (bytes, &error);

  g_assert_no_error (error);
  g_assert_cmpint (result->bpp_reason, ==, 10);
  g_assert_false (rsp_install_result_check (result, &error));
  assert_kt_error (&error, KT_ERROR_INSTALL_FAILED, "install.memory");
}

static void
test_recorded (void)
{
  g_autoptr (GBytes) list_bytes = recorded_answer ("apdu_notification.txt", "BF28");
  g_autoptr (GBytes) pending_bytes = recorded_answer ("apdu_notification.txt", "BF2B");
  g_autoptr (GPtrArray) list = NULL;
  g_autoptr (GPtrArray) pending = NULL;
  g_autoptr (GError) error = NULL;
  RspNotification *notification;
  RspPending *first;

  if (list_bytes == NULL || pending_bytes == NULL)
    {
      g_test_skip ("no recording");
      return;
    }
  list = rsp_list_notifications_parse (list_bytes, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (list->len, ==, 1);
  notification = g_ptr_array_index (list, 0);
  g_assert_cmpint (notification->seq, ==, 1);
  g_assert_cmpstr (notification->address, ==, "testsmdpplus1.example.com");
  g_assert_cmpstr (notification->iccid, ==, "8949449999999990106");
  pending = rsp_retrieve_notifications_parse (pending_bytes, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (pending->len, ==, 1);
  first = g_ptr_array_index (pending, 0);
  g_assert_true (first->install->success);
  g_assert_cmpstr (first->install->smdp_oid, ==, "2.999.10");
  assert_bytes_hex (first->install->aid, "A0000005591010FFFFFFFF8900001000");
}

static void
test_free_nothing (void)
{
  rsp_notification_free (NULL);
  rsp_install_result_free (NULL);
  rsp_pending_free (NULL);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/rsp/notification/requests", test_requests);
  g_test_add_func ("/rsp/notification/metadata", test_metadata);
  g_test_add_func ("/rsp/notification/list", test_list);
  g_test_add_func ("/rsp/notification/retrieve", test_retrieve);
  g_test_add_func ("/rsp/notification/recorded", test_recorded);
  g_test_add_func ("/rsp/notification/free-nothing", test_free_nothing);
  g_test_add_func ("/rsp/install/ok", test_install_ok);
  g_test_add_func ("/rsp/install/failed", test_install_failed);
  g_test_add_func ("/rsp/install/no-memory", test_no_memory);
  g_test_add_func ("/rsp/install/reasons", test_install_reasons);
  g_test_add_func ("/rsp/install/bad", test_install_bad);
  g_test_add_func ("/rsp/install/sima-response", test_sima_response);

  return g_test_run ();
}
