/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The same flows over the real smart card service: the lab's chip sits in pcscd's virtual reader, and
 * the LPD meets it as it would meet a card in a USB reader.
 */
#include "flow-lab.h"

#include <stdlib.h>

#include "card-pcsc.h"
#include "card-probe.h"
#include "lab-vpcd.h"
#include "lpd-guard.h"

typedef struct
{
  FlowLab *lab;
  LabVpcd *vpcd;
  Card *in_process;
} Plugged;

static GBytes *
on_transmit (gpointer data, const guint8 *command, gsize len)
{
  return lab_euicc_transmit (data, command, len);
}

static void
on_power (gpointer data, gboolean on)
{
  lab_euicc_power (data, on);
}

static void
on_reset (gpointer data)
{
  lab_euicc_reset (data);
}

static GBytes *
on_atr (gpointer data)
{
  return lab_euicc_dup_atr (data);
}

static const LabVpcdCard vtable = { on_transmit, on_power, on_reset, on_atr };

/* pcscd looks at its readers some times a second. */
static char *
wait_for_reader (void)
{
  for (guint i = 0; i < 100; i++)
    {
      g_autoptr (GPtrArray) readers = card_pcsc_list_readers (NULL);

      for (guint k = 0; readers != NULL && k < readers->len; k++)
        {
          const CardReaderInfo *reader = g_ptr_array_index (readers, k);

          if (card_reader_info_has_card (reader) && reader->atr != NULL)
            return g_strdup (reader->name);
        }
      g_usleep (50000);
    }
  return NULL;
}

static void
plug (Plugged *plugged, LabEuiccProtocol protocol)
{
  const char *port = g_getenv ("KT_VPCD_PORT");
  g_autofree char *reader = NULL;

  plugged->lab = flow_lab_new (&(FlowOptions){ .protocol = protocol, .with_pp = TRUE });
  plugged->vpcd = lab_vpcd_new ((guint16) (port != NULL ? atoi (port) : LAB_VPCD_PORT), &vtable,
                                plugged->lab->euicc);
  reader = wait_for_reader ();
  g_assert_nonnull (reader);
  plugged->in_process = plugged->lab->context.card;
  plugged->lab->context.card = card_pcsc_new (reader);
}

static void
unplug (Plugged *plugged)
{
  card_close (plugged->lab->context.card);
  g_object_unref (plugged->lab->context.card);
  plugged->lab->context.card = plugged->in_process;
  lab_vpcd_free (plugged->vpcd);
  flow_lab_free (plugged->lab);
  /* the next card must not be taken for this one */
  g_usleep (600000);
}

static void
assert_line_goes_live (LabEuiccProtocol protocol)
{
  Plugged plugged = { 0 };
  g_autofree char *iccid = NULL;
  g_auto (LpdOutboxReport) report = { 0 };
  g_autoptr (GError) error = NULL;

  plug (&plugged, protocol);
  iccid = flow_lab_install (plugged.lab, NULL);
  flow_lab_enable (plugged.lab, iccid);
  {
    g_autoptr (LpdChip) chip = flow_lab_open_chip (plugged.lab);

    g_assert_true (lpd_outbox_send (plugged.lab->outbox, &plugged.lab->job, chip, TRUE, &report,
                                    &error));
    g_assert_no_error (error);
  }
  g_assert_cmpuint (report.failed, ==, 0);
  flow_lab_assert_state (plugged.lab, iccid, LAB_ORDER_INSTALLED);
  unplug (&plugged);
}

static void
test_t0 (void)
{
  assert_line_goes_live (LAB_EUICC_T0);
}

static void
test_t1 (void)
{
  assert_line_goes_live (LAB_EUICC_T1);
}

static void
test_probe (void)
{
  Plugged plugged = { 0 };
  g_autoptr (GPtrArray) readers = NULL;
  guint chips = 0;

  plug (&plugged, LAB_EUICC_T0);
  readers = card_pcsc_list_readers (NULL);
  for (guint i = 0; i < readers->len; i++)
    {
      g_autoptr (CardProbe) probe
          = card_probe_reader (g_ptr_array_index (readers, i), NULL, NULL, NULL);

      if (probe->kind == CARD_PROBE_EUICC)
        chips++;
      else
        g_assert_cmpint (probe->kind, ==, CARD_PROBE_EMPTY);
    }
  g_assert_cmpuint (chips, ==, 1);
  unplug (&plugged);
}

static void
pull_while_writing (const LpdProgress *progress, gpointer data)
{
  Plugged *plugged = data;

  if (progress->step == LPD_STEP_WRITE && progress->segment == 6
      && lab_vpcd_is_connected (plugged->vpcd))
    lab_vpcd_pull (plugged->vpcd);
}

/* Pulled in the middle, put in again, the same code again: the order is not burnt. */
static void
test_pulled_and_put_in_again (void)
{
  Plugged plugged = { 0 };
  g_autofree char *iccid = NULL;
  g_autofree char *code = NULL;
  g_autofree char *reader = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (LpdDownloadResult) result = NULL;

  plug (&plugged, LAB_EUICC_T1);
  code = flow_lab_order (plugged.lab, NULL, &iccid);
  plugged.lab->context.progress = pull_while_writing;
  plugged.lab->context.progress_data = &plugged;
  g_assert_null (flow_lab_download (plugged.lab, code, &error));
  g_assert_true (g_error_matches (error, KT_ERROR, KT_ERROR_CARD_REMOVED)
                 || g_error_matches (error, KT_ERROR, KT_ERROR_CARD_IO)
                 || g_error_matches (error, KT_ERROR, KT_ERROR_NO_CARD));
  g_clear_error (&error);
  plugged.lab->context.progress = NULL;
  card_close (plugged.lab->context.card);
  lab_vpcd_insert (plugged.vpcd);
  reader = wait_for_reader ();
  g_assert_nonnull (reader);
  result = flow_lab_download (plugged.lab, code, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (result->metadata->iccid, ==, iccid);
  unplug (&plugged);
}

int
main (int argc, char *argv[])
{
  lpd_network_init ();
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/flow/pcsc/t0", test_t0);
  g_test_add_func ("/flow/pcsc/t1", test_t1);
  g_test_add_func ("/flow/pcsc/probe", test_probe);
  g_test_add_func ("/flow/pcsc/pulled-and-put-in-again", test_pulled_and_put_in_again);
  return g_test_run ();
}
