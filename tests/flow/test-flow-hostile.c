/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Servers that lie, break off or say no: each with its own clear error, the session cancelled, the
 * chip and its outbox intact.
 */
#include "flow-lab.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

typedef struct
{
  const char *name;
  guint32 tamper;
  KtErrorCode code;
  const char *key;
} TamperRow;

static const TamperRow tampers[] = {
  /* peers: the signed transaction id, challenge and address are never compared with what was asked */
  { "signed1-transaction", LAB_SMDP_TAMPER_SIGNED1_TRANSACTION, KT_ERROR_CHECK_FAILED,
    "check.transaction-id" },
  { "outer-transaction", LAB_SMDP_TAMPER_OUTER_TRANSACTION, KT_ERROR_CHECK_FAILED,
    "check.transaction-id" },
  { "challenge", LAB_SMDP_TAMPER_CHALLENGE, KT_ERROR_CHECK_FAILED, "check.challenge" },
  { "address", LAB_SMDP_TAMPER_ADDRESS, KT_ERROR_CHECK_FAILED, "check.server-address" },
  { "pkid", LAB_SMDP_TAMPER_PKID, KT_ERROR_CHECK_FAILED, "check.ci-pkid" },
  { "auth-role", LAB_SMDP_TAMPER_AUTH_ROLE, KT_ERROR_CHECK_FAILED, "check.server-certificate" },
  /* peers: the chip's own refusals are not decoded */
  { "signature1", LAB_SMDP_TAMPER_SIGNATURE1, KT_ERROR_CHIP_REFUSED, "chip.server-signature" },
  { "signature2", LAB_SMDP_TAMPER_SIGNATURE2, KT_ERROR_CHIP_REFUSED, "chip.server-signature" },
  { "signed2-transaction", LAB_SMDP_TAMPER_SIGNED2_TRANSACTION, KT_ERROR_CHECK_FAILED,
    "check.transaction-id" },
  { "pb-role", LAB_SMDP_TAMPER_PB_ROLE, KT_ERROR_CHIP_REFUSED, "chip.server-certificate" },
  { "pb-oid", LAB_SMDP_TAMPER_PB_OID, KT_ERROR_CHIP_REFUSED, "chip.server-certificate" },
  /* peers: what is shown and what is installed are not compared */
  { "shown-metadata", LAB_SMDP_TAMPER_SHOWN_METADATA, KT_ERROR_CHECK_FAILED, "check.metadata" },
  { "bpp-metadata", LAB_SMDP_TAMPER_BPP_METADATA, KT_ERROR_CHECK_FAILED, "check.metadata" },
  /* peers: a zero-length ICCID overflows the heap */
  { "shown-iccid", LAB_SMDP_TAMPER_SHOWN_ICCID, KT_ERROR_MALFORMED, "metadata.invalid" },
  { "bpp-signature", LAB_SMDP_TAMPER_BPP_SIGNATURE, KT_ERROR_INSTALL_FAILED, "install.signature" },
  { "bpp-transaction", LAB_SMDP_TAMPER_BPP_TRANSACTION, KT_ERROR_CHECK_FAILED,
    "check.bpp-transaction" },
  { "bpp-mac", LAB_SMDP_TAMPER_BPP_MAC, KT_ERROR_INSTALL_FAILED, "install.damaged" },
  { "bpp-cut", LAB_SMDP_TAMPER_BPP_CUT, KT_ERROR_MALFORMED, "bpp.invalid" },
  /* peers: functionExecutionStatus is never read */
  { "failed-with-data", LAB_SMDP_TAMPER_FAILED_WITH_DATA, KT_ERROR_SERVER_REFUSED,
    "server.refused" },
  { "no-status", LAB_SMDP_TAMPER_NO_STATUS, KT_ERROR_PROTOCOL, "server.garbage" },
  /* peers: base64 decoding cannot fail, so a corrupted package becomes a shorter one */
  { "base64", LAB_SMDP_TAMPER_BASE64, KT_ERROR_MALFORMED, "server.garbage" },
};

/* After whatever happened the same chip and an untampered server must do. */
static void
assert_world_is_intact (FlowLab *lab)
{
  g_autoptr (GPtrArray) profiles = flow_lab_profiles (lab);
  g_autofree char *iccid = NULL;

  g_assert_cmpuint (profiles->len, ==, 0);
  lab_smdp_set_tamper (lab->smdp, LAB_SMDP_TAMPER_NONE);
  iccid = flow_lab_install (lab, NULL);
  g_assert_nonnull (iccid);
}

static void
test_tamper (gconstpointer data)
{
  const TamperRow *row = data;
  g_autoptr (FlowLab) lab = flow_lab_new (NULL);
  g_autofree char *code = flow_lab_order (lab, NULL, NULL);
  g_autoptr (GError) error = NULL;

  lab_smdp_set_tamper (lab->smdp, row->tamper);
  g_assert_null (flow_lab_download (lab, code, &error));
  flow_assert_error (error, row->code, row->key);
  assert_world_is_intact (lab);
}

static void
test_line_breaks_are_fine (void)
{
  g_autoptr (FlowLab) lab = flow_lab_new (NULL);
  g_autofree char *iccid = NULL;

  lab_smdp_set_tamper (lab->smdp, LAB_SMDP_TAMPER_LINE_BREAKS);
  iccid = flow_lab_install (lab, NULL);
  g_assert_nonnull (iccid);
}

/* The chip waits for more and never says that it has installed: no success without its word. */
static void
test_short_package (void)
{
  g_autoptr (FlowLab) lab = flow_lab_new (NULL);
  g_autofree char *code = flow_lab_order (lab, NULL, NULL);
  g_autoptr (GError) error = NULL;

  lab_smdp_set_tamper (lab->smdp, LAB_SMDP_TAMPER_BPP_SHORT);
  g_assert_null (flow_lab_download (lab, code, &error));
  g_assert_true (g_error_matches (error, KT_ERROR, KT_ERROR_INSTALL_FAILED)
                 || g_error_matches (error, KT_ERROR, KT_ERROR_UNCONFIRMED));
  assert_world_is_intact (lab);
}

typedef struct
{
  const char *name;
  LabSmdpFault fault;
  guint status;
  KtErrorCode code;
} FaultRow;

static const FaultRow faults[] = {
  { "status-500", LAB_SMDP_FAULT_STATUS, 500, KT_ERROR_HTTP_STATUS },
  { "status-404", LAB_SMDP_FAULT_STATUS, 404, KT_ERROR_HTTP_STATUS },
  { "redirect", LAB_SMDP_FAULT_REDIRECT, 0, KT_ERROR_HTTP_STATUS },
  { "close", LAB_SMDP_FAULT_CLOSE, 0, KT_ERROR_CLOSED },
  { "cut", LAB_SMDP_FAULT_CUT, 0, KT_ERROR_CLOSED },
  { "garbage", LAB_SMDP_FAULT_GARBAGE, 0, KT_ERROR_PROTOCOL },
  { "cut-unannounced", LAB_SMDP_FAULT_CUT_UNANNOUNCED, 0, KT_ERROR_MALFORMED },
  { "truncated-json", LAB_SMDP_FAULT_TRUNCATED_JSON, 0, KT_ERROR_MALFORMED },
  { "not-json", LAB_SMDP_FAULT_NOT_JSON, 0, KT_ERROR_MALFORMED },
  { "oversized", LAB_SMDP_FAULT_OVERSIZED, 0, KT_ERROR_LIMIT },
};

/* Each fault at each of the three exchanges; afterwards the same code still works. */
static void
test_fault (gconstpointer data)
{
  const FaultRow *row = data;

  for (guint nth = 1; nth <= 3; nth++)
    {
      g_autoptr (FlowLab) lab = flow_lab_new (NULL);
      g_autofree char *code = flow_lab_order (lab, NULL, NULL);
      g_autoptr (GError) error = NULL;
      g_autoptr (LpdDownloadResult) result = NULL;

      lab_smdp_fail_request (lab->smdp, NULL, nth, row->fault, row->status);
      g_assert_null (flow_lab_download (lab, code, &error));
      g_assert_error (error, KT_ERROR, (int) row->code);
      if (row->code == KT_ERROR_HTTP_STATUS && row->status != 0)
        g_assert_cmpuint (kt_error_detail (error)->http_status, ==, row->status);
      g_clear_error (&error);
      result = flow_lab_download (lab, code, &error);
      g_assert_no_error (error);
      g_assert_nonnull (result);
    }
}

/* The answer with the package is lost: the order waits, bound to the chip's kept key. */
static void
test_lost_package (void)
{
  g_autoptr (FlowLab) lab = flow_lab_new (&(FlowOptions){ .protocol = LAB_EUICC_T1,
                                                          .refuse_rebinding = TRUE });
  g_autofree char *iccid = NULL;
  g_autofree char *code = flow_lab_order (lab, NULL, &iccid);
  g_autoptr (GError) error = NULL;
  g_autoptr (LpdDownloadResult) result = NULL;

  lab_smdp_fail_request (lab->smdp, "getBoundProfilePackage", 1, LAB_SMDP_FAULT_LOSE_ANSWER, 0);
  g_assert_null (flow_lab_download (lab, code, &error));
  g_clear_error (&error);
  result = flow_lab_download (lab, code, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (result->metadata->iccid, ==, iccid);
}

typedef struct
{
  const char *function;
  const char *subject;
  const char *reason;
} RefusalRow;

static const RefusalRow refusals[] = {
  { "initiateAuthentication", "8.8.1", "3.8" }, { "initiateAuthentication", "8.8.2", "3.1" },
  { "initiateAuthentication", "8.8.3", "3.1" }, { "initiateAuthentication", "8.8.4", "3.7" },
  { "authenticateClient", "8.1.2", "6.1" },     { "authenticateClient", "8.1.3", "6.3" },
  { "authenticateClient", "8.1", "6.1" },       { "authenticateClient", "8.2", "1.2" },
  { "authenticateClient", "8.2.6", "3.8" },     { "authenticateClient", "8.1.1", "3.8" },
  { "authenticateClient", "8.2.5", "4.3" },     { "authenticateClient", "8.1", "4.8" },
  { "authenticateClient", "8.8.5", "4.10" },    { "authenticateClient", "8.8.5", "6.4" },
  { "authenticateClient", "8.10.1", "3.9" },    { "authenticateClient", "8.11.1", "3.9" },
  { "getBoundProfilePackage", "8.1", "6.1" },   { "getBoundProfilePackage", "8.2", "3.7" },
  { "getBoundProfilePackage", "8.2.7", "2.2" }, { "getBoundProfilePackage", "8.2.7", "6.4" },
  { "authenticateClient", "9.9.9", "7.7" },
};

static void
test_refusals (void)
{
  g_autoptr (FlowLab) lab = flow_lab_new (NULL);
  g_autofree char *code = flow_lab_order (lab, NULL, NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (refusals); i++)
    {
      const RefusalRow *row = &refusals[i];
      g_autoptr (GError) error = NULL;

      lab_smdp_set_refusal (lab->smdp, row->function, row->subject, row->reason, "the lab says no");
      g_assert_null (flow_lab_download (lab, code, &error));
      flow_assert_error (error, KT_ERROR_SERVER_REFUSED, "server.refused");
      g_assert_cmpstr (kt_error_detail (error)->subject, ==, row->subject);
      g_assert_cmpstr (kt_error_detail (error)->reason, ==, row->reason);
      g_assert_cmpstr (kt_error_detail (error)->server_message, ==, "the lab says no");
    }
}

/* The code's OID names another server than the one that answers. */
static void
test_server_oid (void)
{
  g_autoptr (FlowLab) lab = flow_lab_new (NULL);
  g_autofree char *code = flow_lab_order (lab, NULL, NULL);
  g_autofree char *right = g_strdup_printf ("%s$%s", code, lab_smdp_get_oid (lab->smdp));
  g_autofree char *wrong = g_strdup_printf ("%s$1.2.3.4", code);
  g_autoptr (GError) error = NULL;
  g_autoptr (LpdDownloadResult) result = NULL;

  g_assert_null (flow_lab_download (lab, wrong, &error));
  flow_assert_error (error, KT_ERROR_CHECK_FAILED, "check.server-oid");
  g_clear_error (&error);
  result = flow_lab_download (lab, right, &error);
  g_assert_no_error (error);
  g_assert_nonnull (result);
}

static void
test_real_refusals (void)
{
  g_autoptr (FlowLab) lab = flow_lab_new (NULL);
  FlowOrder unreleased = { .keep_unreleased = TRUE };
  static const char body[] = "890490320000000000000000000000";
  g_autofree char *other_eid = g_strdup_printf ("%s%02d", body, kt_eid_check_digits (body));
  FlowOrder elsewhere = { .eid = other_eid };
  FlowOrder short_lived = { .lifetime = 10 };
  g_autofree char *waiting = flow_lab_order (lab, &unreleased, NULL);
  g_autofree char *foreign = flow_lab_order (lab, &elsewhere, NULL);
  g_autofree char *expiring = flow_lab_order (lab, &short_lived, NULL);
  g_autofree char *unknown = g_strdup_printf ("1$%s$NO-SUCH-TOKEN", lab->address);
  const struct
  {
    const char *code;
    const char *subject;
    const char *reason;
  } rows[] = { { waiting, "8.2", "1.2" },
               { foreign, "8.1.1", "3.8" },
               { expiring, "8.8.5", "4.10" },
               { unknown, "8.2.6", "3.8" } };

  kt_env_seeded_advance (lab->env, 60 * G_USEC_PER_SEC);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (flow_lab_download (lab, rows[i].code, &error));
      g_assert_error (error, KT_ERROR, KT_ERROR_SERVER_REFUSED);
      g_assert_cmpstr (kt_error_detail (error)->subject, ==, rows[i].subject);
      g_assert_cmpstr (kt_error_detail (error)->reason, ==, rows[i].reason);
    }
}

/* The reason that the server was told, as its own record has it; %NULL if it was told none. */
static char *
dup_cancel_reason (FlowLab *lab, const char *iccid)
{
  g_autoptr (JsonObject) order = lab_smdp_dup_order (lab->smdp, iccid, NULL);
  JsonArray *events = json_object_get_array_member (order, "events");

  for (guint i = 0; i < json_array_get_length (events); i++)
    {
      JsonObject *event = json_array_get_object_element (events, i);

      if (strcmp (json_object_get_string_member (event, "event"), "cancelled") == 0)
        return g_strdup (json_object_get_string_member_with_default (event, "detail", ""));
    }
  return NULL;
}

static void
cause_not_now (FlowLab *lab)
{
  lab->user.decision = LPD_NOT_NOW;
}

static void
cause_refuse (FlowLab *lab)
{
  lab->user.decision = LPD_REFUSE;
}

static void
cause_metadata (FlowLab *lab)
{
  lab_smdp_set_tamper (lab->smdp, LAB_SMDP_TAMPER_BPP_METADATA);
}

static void
cause_damaged_package (FlowLab *lab)
{
  lab_smdp_set_tamper (lab->smdp, LAB_SMDP_TAMPER_BPP_CUT);
}

static void
cause_server_error (FlowLab *lab)
{
  lab_smdp_fail_request (lab->smdp, "getBoundProfilePackage", 1, LAB_SMDP_FAULT_STATUS, 503);
}

static void
cause_write_error (FlowLab *lab)
{
  /* the segments come last; a download has some forty APDUs */
  lab_euicc_fail_apdu (lab->euicc, 32, 0x6F00);
}

static void
cause_malformed_code (FlowLab *lab)
{
  lab->user.codes[0] = "12 34";
}

typedef struct
{
  const char *name;
  void (*cause) (FlowLab *lab);
  const char *confirmation_code;
  guint32 ppr;
  const char *reason;
  gboolean usable;
} ReasonRow;

/* peers: every session ends as "the user rejects", which burns the order */
static const ReasonRow reasons[] = {
  { "not-now", cause_not_now, NULL, 0, "reason 1", TRUE },
  { "refuse", cause_refuse, NULL, 0, "reason 0", FALSE },
  { "ppr", NULL, NULL, RSP_PPR1_NO_DISABLE, "reason 3", FALSE },
  { "metadata", cause_metadata, NULL, 0, "reason 4", FALSE },
  { "damaged-package", cause_damaged_package, NULL, 0, "reason 1", TRUE },
  { "server-error", cause_server_error, NULL, 0, "reason 1", TRUE },
  { "write-error", cause_write_error, NULL, 0, "reason 5", FALSE },
  { "no-code", NULL, "4711", 0, "reason 1", TRUE },
  { "malformed-code", cause_malformed_code, "4711", 0, "reason 1", TRUE },
};

static void
test_cancel_reason (gconstpointer data)
{
  static const LabOperator other = { { 0x44, 0xF0, 0x10 } };
  static const LabRatRule rule = { LAB_PPR1_NO_DISABLING, &other, 1, TRUE };
  const ReasonRow *row = data;
  g_autoptr (FlowLab) lab = flow_lab_new (
      &(FlowOptions){ .protocol = LAB_EUICC_T1, .rules = &rule, .n_rules = 1 });
  FlowOrder order = { .confirmation_code = row->confirmation_code, .ppr = row->ppr };
  g_autofree char *iccid = NULL;
  g_autofree char *code = flow_lab_order (lab, &order, &iccid);
  g_autofree char *told = NULL;
  g_autoptr (GError) error = NULL;

  if (row->cause != NULL)
    row->cause (lab);
  g_assert_null (flow_lab_download (lab, code, &error));
  g_assert_nonnull (error);
  told = dup_cancel_reason (lab, iccid);
  g_assert_nonnull (told);
  g_assert_cmpstr (told, ==, row->reason);
  g_assert_cmpint (lab_smdp_get_state (lab->smdp, iccid) != LAB_ORDER_ERROR, ==, row->usable);
}

static void
test_client_certificate_demanded (void)
{
  g_autoptr (FlowLab) lab = flow_lab_new (&(FlowOptions){ .protocol = LAB_EUICC_T1,
                                                          .clients = LAB_SMDP_CLIENTS_ALL });
  g_autofree char *code = flow_lab_order (lab, NULL, NULL);
  g_autofree char *path = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (LpdDownloadResult) result = NULL;
  g_autoptr (LabCredential) client = NULL;
  g_autoptr (GBytes) pem = NULL;
  int fd;

  g_assert_null (flow_lab_download (lab, code, &error));
  flow_assert_error (error, KT_ERROR_TLS, "tls.client-cert-required");
  g_clear_error (&error);
  client = lab_pki_dup_client (lab->pki, &error);
  g_assert_no_error (error);
  pem = lab_credential_dup_pem_with_key (client, &error);
  g_assert_no_error (error);
  fd = g_file_open_tmp ("kaitsu-client-XXXXXX.pem", &path, &error);
  g_assert_no_error (error);
  close (fd);
  g_assert_true (g_file_set_contents (path, g_bytes_get_data (pem, NULL),
                                      (gssize) g_bytes_get_size (pem), NULL));
  g_assert_true (lpd_network_use_client_certificate (lab->network, path, NULL, &error));
  g_assert_no_error (error);
  result = flow_lab_download (lab, code, &error);
  g_assert_no_error (error);
  g_assert_nonnull (result);
  g_unlink (path);
}

int
main (int argc, char *argv[])
{
  lpd_network_init ();
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (tampers); i++)
    {
      g_autofree char *path = g_strconcat ("/flow/hostile/tamper/", tampers[i].name, NULL);

      g_test_add_data_func (path, &tampers[i], test_tamper);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (faults); i++)
    {
      g_autofree char *path = g_strconcat ("/flow/hostile/fault/", faults[i].name, NULL);

      g_test_add_data_func (path, &faults[i], test_fault);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (reasons); i++)
    {
      g_autofree char *path = g_strconcat ("/peer/8-cancel-reason/", reasons[i].name, NULL);

      g_test_add_data_func (path, &reasons[i], test_cancel_reason);
    }
  g_test_add_func ("/flow/hostile/line-breaks-are-fine", test_line_breaks_are_fine);
  g_test_add_func ("/peer/style-12-no-success-without-a-result", test_short_package);
  g_test_add_func ("/flow/hostile/lost-package", test_lost_package);
  g_test_add_func ("/flow/hostile/refusals", test_refusals);
  g_test_add_func ("/flow/hostile/real-refusals", test_real_refusals);
  g_test_add_func ("/flow/hostile/server-oid", test_server_oid);
  g_test_add_func ("/flow/hostile/client-certificate-demanded", test_client_certificate_demanded);
  return g_test_run ();
}
