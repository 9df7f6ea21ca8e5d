/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "flow-lab.h"

#include <string.h>

#include "lpd-guard.h"

/* 2026-11-22, well inside the validity of what the PKI makes. */
#define FLOW_NOW (G_GINT64_CONSTANT (1795305600) * G_USEC_PER_SEC)

static LpdDecision
on_review (gpointer data, const LpdReview *review)
{
  FlowUser *user = data;

  user->reviews++;
  user->last_rules_need_consent = review->rules_need_consent;
  user->last_confirmation_required = review->confirmation_required;
  user->last_free_memory = review->free_memory;
  g_free (user->last_vouched_by);
  user->last_vouched_by = g_strdup (review->vouched_by);
  if (user->cancel_at_review != NULL)
    g_cancellable_cancel (user->cancel_at_review);
  return user->decision;
}

static char *
on_code (gpointer data, const LpdCodeQuestion *question)
{
  FlowUser *user = data;

  user->code_questions++;
  user->last_wrong_before = question->wrong_before;
  user->last_attempts_left = question->attempts_left;
  return g_strdup (user->codes[user->next_code] != NULL ? user->codes[user->next_code++] : NULL);
}

static gboolean
on_trust_public (gpointer data, const char *server, const char *authority)
{
  return ((FlowUser *) data)->trust_public;
}

static void
on_progress (const LpdProgress *progress, gpointer data)
{
  FlowLab *lab = data;

  if (lab->progress->len > 0)
    {
      const LpdProgress *before
          = &g_array_index (lab->progress, LpdProgress, lab->progress->len - 1);

      g_assert_cmpfloat (progress->fraction, >=, before->fraction);
      g_assert_cmpint (progress->elapsed, >=, before->elapsed);
    }
  g_array_append_val (lab->progress, *progress);
}

static GBytes *
bytes_of (FlowLab *lab, gsize len)
{
  guint8 data[32];

  kt_env_random (lab->env, data, len);
  return g_bytes_new (data, len);
}

GBytes *
flow_lab_make_upp (FlowLab *lab, guint n, char **iccid)
{
  g_autofree char *body = g_strdup_printf ("89810000000000%04u", n);
  g_autofree char *imsi = g_strdup_printf ("00101000000%04u", n);
  g_autofree char *msisdn = g_strdup_printf ("+81900000%04u", n);
  g_autoptr (GBytes) k = bytes_of (lab, 16);
  g_autoptr (GBytes) opc = bytes_of (lab, 16);
  g_autoptr (GError) error = NULL;
  LabUppSpec spec = { .imsi = imsi, .mnc_length = 2, .msisdn = msisdn, .spn = "Kaitsu Mobile",
                      .algorithm = LAB_AKA_MILENAGE, .k = k, .opc = opc };
  GBytes *upp;

  *iccid = g_strdup_printf ("%s%c", body, kt_luhn_digit (body));
  spec.iccid = *iccid;
  upp = lab_upp_build (&spec, lab->env, &error);
  g_assert_no_error (error);
  return upp;
}

static LabEuicc *
make_euicc (FlowLab *lab, const FlowOptions *options)
{
  LabEuiccOptions chip = { .env = lab->env, .protocol = options->protocol, .pki = lab->pki,
                           .memory = options->memory, .rules = options->rules,
                           .n_rules = options->n_rules, .no_rules = options->no_rules,
                           .default_smdp = options->default_smdp };
  g_autoptr (GError) error = NULL;
  g_autofree char *iccid = NULL;
  g_autoptr (GBytes) upp = NULL;
  g_autoptr (GBytes) metadata = NULL;
  LabPreload preload = { 0 };
  LabEuicc *euicc;

  if (options->with_pp)
    {
      LabMetadata about = { .provider = "Kaitsu Mobile", .name = "Set-up connection",
                            .icon_type = RSP_ICON_NONE,
                            .profile_class = RSP_CLASS_PROVISIONING };

      upp = flow_lab_make_upp (lab, 9000, &iccid);
      about.iccid = iccid;
      metadata = lab_metadata_build (&about, &error);
      g_assert_no_error (error);
      preload = (LabPreload){ upp, metadata, TRUE };
      chip.preloads = &preload;
      chip.n_preloads = 1;
    }
  euicc = options->card_dir != NULL ? lab_euicc_open (options->card_dir, &chip, &error)
                                    : lab_euicc_new (&chip, &error);
  g_assert_no_error (error);
  return euicc;
}

static LabSmdp *
make_smdp (FlowLab *lab, const FlowOptions *options)
{
  LabSmdpOptions server = { .host = "localhost", .pki = lab->pki, .env = lab->env,
                            .clients = options->clients, .use_ppk = options->use_ppk,
                            .confirmation_tries = options->confirmation_tries,
                            .refuse_rebinding = options->refuse_rebinding };
  g_autoptr (GError) error = NULL;
  g_autoptr (LabCredential) tls = NULL;
  LabSmdp *smdp;

  if (options->rogue_server)
    {
      lab->rogue_env = kt_env_new_seeded (1, FLOW_NOW);
      lab->rogue_pki = lab_pki_new (lab->rogue_env, &error);
      g_assert_no_error (error);
      server.pki = lab->rogue_pki;
    }
  if (options->tls != NULL)
    {
      tls = lab_pki_issue (server.pki, options->tls, &error);
      g_assert_no_error (error);
      server.tls = tls;
    }
  smdp = lab_smdp_new (&server, &error);
  g_assert_no_error (error);
  lab_smdp_start_thread (smdp, &error);
  g_assert_no_error (error);
  return smdp;
}

FlowLab *
flow_lab_new (const FlowOptions *options)
{
  static const FlowOptions usual = { .protocol = LAB_EUICC_T1 };
  FlowLab *lab = g_new0 (FlowLab, 1);
  g_autoptr (GError) error = NULL;

  options = options != NULL ? options : &usual;
  lab->env = kt_env_new_seeded (20261122, FLOW_NOW);
  lab->pki = lab_pki_new (lab->env, &error);
  g_assert_no_error (error);
  lab->smdp = make_smdp (lab, options);
  lab->address = lab_smdp_dup_address (lab->smdp);
  lab->euicc = make_euicc (lab, options);
  lab->network = lpd_network_new (NULL, lab->env, &error);
  g_assert_no_error (error);
  lab->progress = g_array_new (FALSE, FALSE, sizeof (LpdProgress));
  lab->cancellable = g_cancellable_new ();
  lab->outbox = lpd_outbox_new (NULL, lab->env);
  lab->user.decision = LPD_DOWNLOAD;
  lab->context.card = lab_card_new (lab->euicc, NULL);
  lab->context.env = lab->env;
  lab->context.user = (LpdUser){ on_review, on_code, on_trust_public, &lab->user };
  lab->context.progress = on_progress;
  lab->context.progress_data = lab;
  lab->context.retry_delay = 1000;
  lpd_network_fill_context (lab->network, &lab->context);
  return lab;
}

void
flow_lab_free (FlowLab *lab)
{
  if (lab == NULL)
    return;
  g_clear_object (&lab->context.http);
  lpd_network_free (lab->network);
  card_close (lab->context.card);
  g_object_unref (lab->context.card);
  lpd_outbox_free (lab->outbox);
  lab_smdp_stop (lab->smdp);
  g_object_unref (lab->smdp);
  g_object_unref (lab->euicc);
  lab_pki_unref (lab->pki);
  g_clear_pointer (&lab->rogue_pki, lab_pki_unref);
  kt_env_free_seeded (lab->rogue_env);
  g_array_unref (lab->progress);
  g_object_unref (lab->cancellable);
  g_free (lab->address);
  g_free (lab->user.last_vouched_by);
  kt_env_free_seeded (lab->env);
  g_free (lab);
}

char *
flow_lab_order (FlowLab *lab, const FlowOrder *order, char **iccid_out)
{
  static const FlowOrder usual;
  g_autofree char *iccid = NULL;
  g_autofree char *token = NULL;
  g_autoptr (GBytes) upp = NULL;
  g_autoptr (GBytes) metadata = NULL;
  g_autoptr (GError) error = NULL;
  LabNotify notify = { RSP_EVENT_ENABLE | RSP_EVENT_DISABLE | RSP_EVENT_DELETE, lab->address };
  LabMetadata about = { .provider = "Kaitsu Mobile", .icon_type = RSP_ICON_NONE,
                        .owner = "00101", .notify = &notify, .n_notify = 1 };
  LabStock stock = { 0 };
  LabConfirmation confirmation = { 0 };

  order = order != NULL ? order : &usual;
  if (order->upp != NULL)
    {
      upp = g_bytes_ref (order->upp);
      iccid = g_strdup (order->iccid);
    }
  else
    upp = flow_lab_make_upp (lab, ++lab->orders, &iccid);
  about.iccid = iccid;
  about.name = order->name != NULL ? order->name : "Plan M";
  about.profile_class = order->provisioning ? RSP_CLASS_PROVISIONING : RSP_CLASS_OPERATIONAL;
  about.ppr = order->ppr;
  metadata = lab_metadata_build (&about, &error);
  g_assert_no_error (error);
  stock.upp = upp;
  stock.metadata = metadata;
  lab_smdp_add_profile (lab->smdp, &stock, &error);
  g_assert_no_error (error);
  lab_smdp_download_order (lab->smdp, NULL, order->eid, iccid, NULL, NULL, &error);
  g_assert_no_error (error);
  confirmation.iccid = iccid;
  confirmation.eid = order->eid;
  confirmation.matching_id = order->without_token ? "" : NULL;
  confirmation.confirmation_code = order->confirmation_code;
  confirmation.release = !order->keep_unreleased;
  confirmation.lifetime = order->lifetime;
  lab_smdp_confirm_order (lab->smdp, NULL, &confirmation, &token, &error);
  g_assert_no_error (error);
  if (iccid_out != NULL)
    *iccid_out = g_steal_pointer (&iccid);
  return g_strdup_printf ("LPA:1$%s$%s", lab->address, token);
}

static void
begin_job (FlowLab *lab)
{
  g_array_set_size (lab->progress, 0);
  lpd_job_init (&lab->job, &lab->context, lab->cancellable);
}

LpdChip *
flow_lab_open_chip (FlowLab *lab)
{
  g_autoptr (GError) error = NULL;
  LpdChip *chip;

  begin_job (lab);
  chip = lpd_chip_open (lab->context.card, lab->context.channel, NULL, &error);
  g_assert_no_error (error);
  return chip;
}

LpdDownloadResult *
flow_lab_download (FlowLab *lab, const char *code, GError **error)
{
  g_autoptr (KtActivationCode) parsed = NULL;
  g_autoptr (LpdChip) chip = NULL;
  LpdDownloadRequest request = { 0 };

  if (code != NULL)
    {
      g_autoptr (GError) local = NULL;

      parsed = kt_activation_code_parse (code, KT_ACTIVATION_CODE_ALLOW_PORT, NULL, &local);
      g_assert_no_error (local);
    }
  request.code = parsed;
  begin_job (lab);
  chip = lpd_chip_open (lab->context.card, lab->context.channel, lab->cancellable, error);
  return chip != NULL ? lpd_download_run (&lab->job, chip, &request, error) : NULL;
}

char *
flow_lab_install (FlowLab *lab, const FlowOrder *order)
{
  g_autofree char *iccid = NULL;
  g_autofree char *code = flow_lab_order (lab, order, &iccid);
  g_autoptr (GError) error = NULL;
  g_autoptr (LpdDownloadResult) result = flow_lab_download (lab, code, &error);

  g_assert_no_error (error);
  g_assert_nonnull (result);
  g_assert_cmpstr (result->metadata->iccid, ==, iccid);
  return g_steal_pointer (&iccid);
}

void
flow_lab_enable (FlowLab *lab, const char *iccid)
{
  g_autoptr (LpdChip) chip = flow_lab_open_chip (lab);
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) profiles = lpd_switch_enable (&lab->job, chip, iccid, NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (lpd_guard_enabled (profiles)->iccid, ==, iccid);
}

GPtrArray *
flow_lab_profiles (FlowLab *lab)
{
  g_autoptr (LpdChip) chip = flow_lab_open_chip (lab);
  g_autoptr (GError) error = NULL;
  GPtrArray *profiles = lpd_chip_dup_profiles (chip, NULL, &error);

  g_assert_no_error (error);
  return profiles;
}

GPtrArray *
flow_lab_notifications (FlowLab *lab)
{
  g_autoptr (LpdChip) chip = flow_lab_open_chip (lab);
  g_autoptr (GError) error = NULL;
  GPtrArray *all = lpd_chip_list_notifications (chip, 0, NULL, &error);

  g_assert_no_error (error);
  return all;
}
