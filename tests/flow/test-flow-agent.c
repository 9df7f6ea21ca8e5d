/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The asynchronous face: jobs in order, questions answered from the main loop, cancelling. */
#include "flow-lab.h"
#include "lpd-agent.h"
#include "lpd-guard.h"

typedef struct
{
  FlowLab *lab;
  LpdAgent *agent;
  GMainLoop *loop;
  LpdOutbox *outbox;
  guint reviews;
  guint reports;
  gboolean cancel_at_review;
  GError *error;
  gpointer result;
} AgentWorld;

static void
on_progress (LpdAgent *agent, const LpdProgress *progress, AgentWorld *world)
{
  world->reports++;
}

static void
on_review (LpdAgent *agent, const LpdReview *review, AgentWorld *world)
{
  world->reviews++;
  g_assert_cmpstr (review->metadata->provider, ==, "Kaitsu Mobile");
  if (world->cancel_at_review)
    g_cancellable_cancel (world->lab->cancellable);
  else
    lpd_agent_decide (agent, LPD_DOWNLOAD);
}

static void
on_code (LpdAgent *agent, const LpdCodeQuestion *question, AgentWorld *world)
{
  lpd_agent_give_code (agent, question->wrong_before ? "4711" : "0000");
}

static AgentWorld *
world_new (void)
{
  AgentWorld *world = g_new0 (AgentWorld, 1);

  world->lab = flow_lab_new (NULL);
  world->agent = lpd_agent_new (&world->lab->context, world->lab->outbox);
  world->loop = g_main_loop_new (NULL, FALSE);
  g_signal_connect (world->agent, "progress", G_CALLBACK (on_progress), world);
  g_signal_connect (world->agent, "review", G_CALLBACK (on_review), world);
  g_signal_connect (world->agent, "confirmation-code", G_CALLBACK (on_code), world);
  return world;
}

static void
world_free (AgentWorld *world)
{
  g_assert_finalize_object (world->agent);
  g_main_loop_unref (world->loop);
  flow_lab_free (world->lab);
  g_clear_error (&world->error);
  g_free (world);
}

static void
on_done (GObject *source, GAsyncResult *result, gpointer data)
{
  AgentWorld *world = data;

  world->result = lpd_agent_run_finish (LPD_AGENT (source), result, &world->error);
  g_main_loop_quit (world->loop);
}

static void
wait (AgentWorld *world)
{
  g_main_loop_run (world->loop);
  /* the worker's own reference to the task goes when it has returned it */
  for (guint i = 0; i < 1000 && G_OBJECT (world->agent)->ref_count > 1; i++)
    {
      g_main_context_iteration (NULL, FALSE);
      g_usleep (1000);
    }
}

static void
test_download_and_use (void)
{
  AgentWorld *world = world_new ();
  FlowOrder order = { .confirmation_code = "4711" };
  g_autofree char *iccid = NULL;
  g_autofree char *text = flow_lab_order (world->lab, &order, &iccid);
  g_autoptr (KtActivationCode) code
      = kt_activation_code_parse (text, KT_ACTIVATION_CODE_ALLOW_PORT, NULL, NULL);

  lpd_agent_download_async (world->agent, code, NULL, on_done, world);
  wait (world);
  g_assert_no_error (world->error);
  lpd_download_result_free (world->result);
  g_assert_cmpuint (world->reviews, ==, 1);
  g_assert_cmpuint (world->reports, >, 5);
  lpd_agent_change_async (world->agent, LPD_AGENT_ENABLE, iccid, FALSE, NULL, on_done, world);
  wait (world);
  g_assert_no_error (world->error);
  g_assert_cmpstr (lpd_guard_enabled (world->result)->iccid, ==, iccid);
  g_ptr_array_unref (world->result);
  lpd_agent_read_async (world->agent, NULL, on_done, world);
  wait (world);
  g_assert_no_error (world->error);
  {
    LpdSnapshot *snapshot = world->result;

    g_assert_cmpstr (snapshot->eid, ==, lab_euicc_get_eid (world->lab->euicc));
    /* the agent has told the operator by itself */
    g_assert_cmpuint (snapshot->outbox->len, ==, 0);
    lpd_snapshot_free (snapshot);
  }
  flow_lab_assert_state (world->lab, iccid, LAB_ORDER_INSTALLED);
  world_free (world);
}

static void
test_cancelled_while_asking (void)
{
  AgentWorld *world = world_new ();
  g_autofree char *iccid = NULL;
  g_autofree char *text = flow_lab_order (world->lab, NULL, &iccid);
  g_autoptr (KtActivationCode) code
      = kt_activation_code_parse (text, KT_ACTIVATION_CODE_ALLOW_PORT, NULL, NULL);

  world->cancel_at_review = TRUE;
  lpd_agent_download_async (world->agent, code, world->lab->cancellable, on_done, world);
  wait (world);
  g_assert_null (world->result);
  g_assert_error (world->error, KT_ERROR, KT_ERROR_CANCELLED);
  flow_lab_assert_state (world->lab, iccid, LAB_ORDER_RELEASED);
  world_free (world);
}

int
main (int argc, char *argv[])
{
  lpd_network_init ();
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/flow/agent/download-and-use", test_download_and_use);
  g_test_add_func ("/flow/agent/cancelled-while-asking", test_cancelled_while_asking);
  return g_test_run ();
}
