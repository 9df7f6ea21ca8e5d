/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a download, a list and a switch cost: APDUs, bytes, requests, connections, time. One figure a
 * line: name, value, unit, separated by tabs. Nothing is asserted here but that it works.
 */
#include "bench-relay.h"
#include "flow-lab.h"
#include "lab-saip.h"

#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>

#define REPEATS 5

static void
figure (const char *name, double value, const char *unit)
{
  printf ("%s\t%.6g\t%s\n", name, value, unit);
}

/* The TS.48 profile of 12 079 bytes where it is there; one of our own otherwise. */
static GBytes *
load_profile (FlowLab *lab, guint n, char **iccid)
{
  const char *fixtures = g_getenv ("KT_TEST_FIXTURES");
  g_autofree char *path = NULL;
  g_autoptr (LabPackage) package = NULL;
  GBytes *upp;
  char *data;
  gsize len;

  if (fixtures == NULL)
    return flow_lab_make_upp (lab, n, iccid);
  path = g_build_filename (fixtures, "ts48", "TS48v4_SAIP2.1A_NoBERTLV.der", NULL);
  if (!g_file_get_contents (path, &data, &len, NULL))
    return flow_lab_make_upp (lab, n, iccid);
  upp = g_bytes_new_take (data, len);
  package = lab_saip_parse (upp, NULL, NULL);
  g_assert_nonnull (package);
  *iccid = kt_iccid_from_bytes (lab_package_get_iccid (package), KT_ICCID_BYTES, NULL);
  return upp;
}

typedef struct
{
  CardCounters to_result;
  CardCounters whole;
  NetCounters net;
  gint64 package_usec;
  gint64 network_usec;
  gint64 result_usec;
  gint64 total_usec;
  gsize upp_bytes;
  gsize bpp_bytes;
} Run;

static Run
run_download (LabEuiccProtocol protocol, guint apdu_delay_usec, int rtt_ms)
{
  g_autoptr (FlowLab) lab = flow_lab_new (&(FlowOptions){ .protocol = protocol });
  g_autoptr (BenchRelay) relay = NULL;
  g_autofree char *iccid = NULL;
  g_autoptr (GBytes) upp = load_profile (lab, 1, &iccid);
  const CardChannelOptions channel = { .skip_fci = TRUE };
  FlowOrder order = { .upp = upp, .iccid = iccid };
  g_autofree char *text = NULL;
  g_autoptr (KtActivationCode) code = NULL;
  g_autoptr (LpdChip) chip = NULL;
  g_autoptr (LpdDownloadResult) result = NULL;
  g_autoptr (GError) error = NULL;
  g_auto (LpdOutboxReport) report = { 0 };
  LpdDownloadRequest request = { 0 };
  Run run = { .upp_bytes = g_bytes_get_size (upp) };
  gint64 began;

  text = flow_lab_order (lab, &order, NULL);
  code = kt_activation_code_parse (text, KT_ACTIVATION_CODE_ALLOW_PORT, NULL, &error);
  g_assert_no_error (error);
  if (rtt_ms > 0)
    {
      relay = bench_relay_new (lab_smdp_get_port (lab->smdp), (guint) rtt_ms);
      g_free (code->server);
      code->server = g_strdup_printf ("localhost:%u", bench_relay_get_port (relay));
    }
  request.code = code;
  lab->context.progress = NULL;
  lab->context.channel = &channel;
  lab_euicc_set_delay (lab->euicc, apdu_delay_usec);
  began = g_get_monotonic_time ();
  lpd_job_init (&lab->job, &lab->context, NULL);
  chip = lpd_chip_open (lab->context.card, &channel, NULL, &error);
  g_assert_no_error (error);
  result = lpd_download_run (&lab->job, chip, &request, &error);
  g_assert_no_error (error);
  run.to_result = card_channel_get_counters (lpd_chip_get_channel (chip));
  run.result_usec = g_get_monotonic_time () - began;
  run.package_usec = lab->job.step_at[LPD_STEP_CHECK_PACKAGE];
  run.network_usec = result->network_usec;
  run.bpp_bytes = result->bpp_bytes;
  net_http_get_counters (lab->context.http, NULL, &run.net);
  if (rtt_ms == 0)
    {
      g_assert_true (lpd_outbox_send (lab->outbox, &lab->job, chip, TRUE, &report, &error));
      g_assert_cmpuint (report.sent, ==, 1);
    }
  run.whole = card_channel_get_counters (lpd_chip_get_channel (chip));
  g_clear_pointer (&chip, lpd_chip_close);
  run.total_usec = g_get_monotonic_time () - began;
  return run;
}

static int
compare_runs (gconstpointer a, gconstpointer b)
{
  gint64 x = ((const Run *) a)->result_usec;
  gint64 y = ((const Run *) b)->result_usec;

  return (x > y) - (x < y);
}

static Run
median_download (LabEuiccProtocol protocol, guint apdu_delay_usec, int rtt_ms)
{
  Run runs[REPEATS];

  for (guint i = 0; i < REPEATS; i++)
    runs[i] = run_download (protocol, apdu_delay_usec, rtt_ms);
  qsort (runs, REPEATS, sizeof runs[0], compare_runs);
  return runs[REPEATS / 2];
}

static void
bench_counts (LabEuiccProtocol protocol, const char *name)
{
  Run run = run_download (protocol, 0, 0);
  g_autofree char *prefix = g_strdup_printf ("download/%s", name);
  const struct
  {
    const char *what;
    double value;
    const char *unit;
  } rows[] = {
    { "upp", (double) run.upp_bytes, "bytes" },
    { "package", (double) run.bpp_bytes, "bytes" },
    { "apdus-to-result", run.to_result.c_apdus, "C-APDUs" },
    { "apdus-whole-job", run.whole.c_apdus, "C-APDUs" },
    { "bytes-to-card", (double) run.to_result.bytes_out, "bytes" },
    { "bytes-from-card", (double) run.to_result.bytes_in, "bytes" },
    { "http-requests", run.net.requests, "requests" },
    { "tcp-connections", run.net.connections, "connections" },
    { "tls-handshakes", run.net.handshakes, "handshakes" },
    { "bytes-up", (double) run.net.bytes_up, "bytes" },
    { "bytes-down", (double) run.net.bytes_down, "bytes" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *full = g_strdup_printf ("%s/%s", prefix, rows[i].what);

      figure (full, rows[i].value, rows[i].unit);
    }
}

static void
bench_times (void)
{
  static const guint apdu_delays[] = { 0, 5000, 20000 };
  static const int rtts[] = { 0, 50, 100 };

  for (gsize a = 0; a < G_N_ELEMENTS (apdu_delays); a++)
    for (gsize r = 0; r < G_N_ELEMENTS (rtts); r++)
      {
        Run run = median_download (LAB_EUICC_T1, apdu_delays[a], rtts[r]);
        g_autofree char *prefix
            = g_strdup_printf ("time/apdu-%ums/rtt-%dms", apdu_delays[a] / 1000, rtts[r]);
        g_autofree char *total = g_strconcat (prefix, "/to-result", NULL);
        g_autofree char *package = g_strconcat (prefix, "/package-in-hand", NULL);
        g_autofree char *held = g_strconcat (prefix, "/network-held", NULL);

        figure (total, (double) run.result_usec / 1000, "ms");
        figure (package, (double) run.package_usec / 1000, "ms");
        figure (held, (double) run.network_usec / 1000, "ms");
      }
}

static void
bench_local (void)
{
  g_autoptr (FlowLab) lab = flow_lab_new (NULL);
  g_autofree char *iccid = flow_lab_install (lab, NULL);
  const CardChannelOptions channel = { .skip_fci = TRUE };
  g_autoptr (GError) error = NULL;
  guint before = lab_euicc_get_apdus (lab->euicc);
  gint64 began = g_get_monotonic_time ();

  lab->context.progress = NULL;
  lab->context.channel = &channel;
  {
    g_autoptr (GPtrArray) profiles = flow_lab_profiles (lab);
  }
  figure ("list/apdus", lab_euicc_get_apdus (lab->euicc) - before, "C-APDUs");
  figure ("list/time", (double) (g_get_monotonic_time () - began) / 1000, "ms");
  before = lab_euicc_get_apdus (lab->euicc);
  began = g_get_monotonic_time ();
  flow_lab_enable (lab, iccid);
  figure ("enable/apdus", lab_euicc_get_apdus (lab->euicc) - before, "C-APDUs");
  figure ("enable/time", (double) (g_get_monotonic_time () - began) / 1000, "ms");
}

int
main (void)
{
  lpd_network_init ();
  bench_counts (LAB_EUICC_T1, "t1");
  bench_counts (LAB_EUICC_T0, "t0");
  bench_local ();
  bench_times ();
  return 0;
}
