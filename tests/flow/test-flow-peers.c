/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Where other assistants fail on the wire, by the number of the failure: each is a test here, in
 * flow-hostile, flow-faults, or in the room where it belongs.
 */
#include "flow-lab.h"

#include <string.h>

static GError *
fail_to_download (const FlowOptions *options)
{
  g_autoptr (FlowLab) lab = flow_lab_new (options);
  g_autofree char *code = flow_lab_order (lab, NULL, NULL);
  g_autoptr (GPtrArray) profiles = NULL;
  GError *error = NULL;

  g_assert_null (flow_lab_download (lab, code, &error));
  profiles = flow_lab_profiles (lab);
  g_assert_cmpuint (profiles->len, ==, 0);
  return error;
}

/* 1: TLS is not verified: expired, wrong-host and rogue certificates all lead to an installation. */
static void
test_tls_rogue (void)
{
  g_autoptr (GError) error
      = fail_to_download (&(FlowOptions){ .protocol = LAB_EUICC_T1, .rogue_server = TRUE });

  g_assert_error (error, KT_ERROR, KT_ERROR_TLS);
  g_assert_true (g_strcmp0 (kt_error_key (error), "tls.unknown-ci") == 0
                 || g_strcmp0 (kt_error_key (error), "tls.other-ci-same-name") == 0);
}

typedef struct
{
  const char *name;
  const char *host;
  LabRole role;
  gint64 not_before;
  gint64 not_after;
  const char *key;
} TlsRow;

#define DAY (24 * 60 * 60)
#define NOW G_GINT64_CONSTANT (1795305600)

static const TlsRow tls_rows[] = {
  { "expired", "localhost", LAB_ROLE_DP_TLS, NOW - 400 * DAY, NOW - DAY, "tls.expired" },
  { "not-yet-valid", "localhost", LAB_ROLE_DP_TLS, NOW + DAY, NOW + 400 * DAY, "tls.not-yet-valid" },
  { "wrong-host", "smdp.example.com", LAB_ROLE_DP_TLS, 0, 0, "tls.wrong-host" },
  { "wrong-role", "localhost", LAB_ROLE_DP_AUTH, 0, 0, "tls.wrong-role" },
};

static void
test_tls (gconstpointer data)
{
  const TlsRow *row = data;
  const char *hosts[] = { row->host, NULL };
  LabPkiLeafSpec spec = { .role = row->role, .common_name = row->host, .hosts = hosts,
                          .oid = LAB_PKI_SMDP_OID, .not_before = row->not_before,
                          .not_after = row->not_after, .eku = LAB_EKU_SERVER | LAB_EKU_CLIENT };
  g_autoptr (GError) error
      = fail_to_download (&(FlowOptions){ .protocol = LAB_EUICC_T1, .tls = &spec });

  flow_assert_error (error, KT_ERROR_TLS, row->key);
}

/* 6 and 7: one attempt each, and no way on: here the same code works after the server recovered. */
static void
test_same_code_after_an_error (void)
{
  g_autoptr (FlowLab) lab = flow_lab_new (NULL);
  g_autofree char *code = flow_lab_order (lab, NULL, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (LpdDownloadResult) result = NULL;

  lab_smdp_fail_request (lab->smdp, NULL, 2, LAB_SMDP_FAULT_STATUS, 500);
  g_assert_null (flow_lab_download (lab, code, &error));
  /* 12: the number of the HTTP status is told */
  g_assert_error (error, KT_ERROR, KT_ERROR_HTTP_STATUS);
  g_assert_cmpuint (kt_error_detail (error)->http_status, ==, 500);
  g_clear_error (&error);
  result = flow_lab_download (lab, code, &error);
  g_assert_no_error (error);
}

/* 10: what the chip holds against the server is decoded, not passed on unread. */
static void
test_chip_refusal_is_decoded (void)
{
  g_autoptr (FlowLab) lab = flow_lab_new (NULL);
  g_autofree char *code = flow_lab_order (lab, NULL, NULL);
  g_autoptr (GError) error = NULL;

  lab_smdp_set_tamper (lab->smdp, LAB_SMDP_TAMPER_SIGNATURE1);
  g_assert_null (flow_lab_download (lab, code, &error));
  flow_assert_error (error, KT_ERROR_CHIP_REFUSED, "chip.server-signature");
  g_assert_cmphex (kt_error_detail (error)->function, ==, RSP_TAG_AUTHENTICATE_SERVER);
  g_assert_cmpint (kt_error_detail (error)->result, ==, 2);
}

/* 13: the confirmation code is needed up front, and the tries left are not shown. */
static void
test_code_when_the_server_asks (void)
{
  g_autoptr (FlowLab) lab = flow_lab_new (NULL);
  FlowOrder order = { .confirmation_code = "4711" };
  g_autofree char *iccid = NULL;

  lab->user.codes[0] = "4712";
  lab->user.codes[1] = "4711";
  iccid = flow_lab_install (lab, &order);
  g_assert_cmpuint (lab->user.reviews, ==, 1);
  g_assert_cmpint (lab->user.last_attempts_left, >=, 0);
}

/* 4: the first failure ends the run, and what comes after stays unsent. */
static void
test_one_failing_server_does_not_hold_up_another (void)
{
  g_autoptr (FlowLab) lab = flow_lab_new (NULL);
  g_autoptr (FlowLab) other = flow_lab_new (NULL);
  g_autofree char *first = flow_lab_install (lab, NULL);
  g_autofree char *iccid = NULL;
  g_autoptr (GBytes) upp = flow_lab_make_upp (other, 500, &iccid);
  FlowOrder order = { .upp = upp, .iccid = iccid };
  g_autofree char *code = flow_lab_order (other, &order, NULL);
  g_autoptr (LpdDownloadResult) result = NULL;
  g_autoptr (LpdChip) chip = NULL;
  g_autoptr (GError) error = NULL;
  g_auto (LpdOutboxReport) report = { 0 };

  /* a plan of another operator's server on the same chip; both grew from one seed */
  result = flow_lab_download (lab, code, &error);
  g_assert_no_error (error);
  lab_smdp_stop (lab->smdp);
  chip = flow_lab_open_chip (lab);
  g_assert_true (lpd_outbox_send (lab->outbox, &lab->job, chip, TRUE, &report, &error));
  g_assert_cmpuint (report.failed, ==, 1);
  g_assert_cmpuint (report.sent, ==, 1);
  flow_lab_assert_state (other, iccid, LAB_ORDER_INSTALLED);
}

/* 16: after an installation the operator must be told by hand. */
static void
test_nothing_is_left_to_do_by_hand (void)
{
  g_autoptr (FlowLab) lab = flow_lab_new (NULL);
  g_autofree char *iccid = flow_lab_install (lab, NULL);
  g_autoptr (LpdChip) chip = flow_lab_open_chip (lab);
  g_autoptr (GError) error = NULL;
  g_auto (LpdOutboxReport) report = { 0 };

  g_assert_true (lpd_outbox_send (lab->outbox, &lab->job, chip, FALSE, &report, &error));
  g_assert_cmpuint (report.sent, ==, 1);
  flow_lab_assert_state (lab, iccid, LAB_ORDER_INSTALLED);
}

/* style 7: a list that breaks off in its middle is freed, and the caller is left with it. */
static void
test_no_list_after_an_error (void)
{
  g_autoptr (GBytes) bytes
      = kt_hex_parse ("BF2825A023BF2F0E800101810207800C05612E622E63BF2F0E800102810207800C05612E62", NULL);
  g_autoptr (GError) error = NULL;
  GPtrArray *list = rsp_list_notifications_parse (bytes, &error);

  g_assert_null (list);
  g_assert_error (error, KT_ERROR, KT_ERROR_MALFORMED);
}

int
main (int argc, char *argv[])
{
  lpd_network_init ();
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/peer/1-tls-rogue", test_tls_rogue);
  for (gsize i = 0; i < G_N_ELEMENTS (tls_rows); i++)
    {
      g_autofree char *path = g_strconcat ("/peer/1-tls-", tls_rows[i].name, NULL);

      g_test_add_data_func (path, &tls_rows[i], test_tls);
    }
  g_test_add_func ("/peer/4-one-failing-server-does-not-hold-up-another",
                   test_one_failing_server_does_not_hold_up_another);
  g_test_add_func ("/peer/style-7-no-list-after-an-error", test_no_list_after_an_error);
  g_test_add_func ("/peer/7-same-code-after-an-error", test_same_code_after_an_error);
  g_test_add_func ("/peer/10-chip-refusal-is-decoded", test_chip_refusal_is_decoded);
  g_test_add_func ("/peer/13-code-when-the-server-asks", test_code_when_the_server_asks);
  g_test_add_func ("/peer/16-nothing-is-left-to-do-by-hand", test_nothing_is_left_to_do_by_hand);
  return g_test_run ();
}
