/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-lab"

#include "lab-smdp.h"

#include <string.h>

#include "kt-activation-code.h"
#include "kt-error.h"
#include "kt-iccid.h"
#include "lab-eligibility.h"
#include "lab-smdp-orders.h"
#include "lab-smdp-private.h"
#include "rsp-profile.h"

#define DEFAULT_CONFIRMATION_TRIES 3
#define DEFAULT_DOWNLOAD_TRIES 10
#define DEFAULT_SESSION_SECONDS (15 * 60)
#define HTTPS_PORT 443

G_DEFINE_FINAL_TYPE (LabSmdp, lab_smdp, G_TYPE_OBJECT)

gint64
lab_smdp_now (LabSmdp *self)
{
  return kt_env_now (self->env) / G_USEC_PER_SEC;
}

/* ---- life ---- */

static void
lab_smdp_dispose (GObject *object)
{
  lab_smdp_stop (LAB_SMDP (object));
  G_OBJECT_CLASS (lab_smdp_parent_class)->dispose (object);
}

static void
lab_smdp_finalize (GObject *object)
{
  LabSmdp *self = LAB_SMDP (object);

  if (self->announce_destroy != NULL)
    self->announce_destroy (self->announce_data);
  g_clear_pointer (&self->sessions, g_hash_table_unref);
  g_clear_pointer (&self->store, lab_store_close);
  g_clear_pointer (&self->tls, lab_credential_unref);
  g_clear_pointer (&self->dpauth, lab_credential_unref);
  g_clear_pointer (&self->dppb, lab_credential_unref);
  g_clear_pointer (&self->ci, lab_cert_unref);
  g_clear_pointer (&self->pki, lab_pki_unref);
  g_clear_object (&self->client_ca);
  lab_smdp_faults_clear (&self->faults);
  g_free (self->host);
  g_free (self->oid);
  g_free (self->operator_url);
  g_rec_mutex_clear (&self->lock);
  G_OBJECT_CLASS (lab_smdp_parent_class)->finalize (object);
}

static void
lab_smdp_class_init (LabSmdpClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = lab_smdp_dispose;
  G_OBJECT_CLASS (klass)->finalize = lab_smdp_finalize;
}

static void
lab_smdp_init (LabSmdp *self)
{
  g_rec_mutex_init (&self->lock);
  self->sessions = g_hash_table_new_full (g_str_hash, g_str_equal, NULL,
                                          (GDestroyNotify) lab_session_free);
}

static gboolean
take_credentials (LabSmdp *self, const LabSmdpOptions *options, GError **error)
{
  self->tls = options->tls != NULL ? lab_credential_ref (options->tls)
                                   : lab_pki_dup_tls (self->pki, self->host, error);
  if (self->tls == NULL)
    return FALSE;
  self->dpauth = options->dpauth != NULL ? lab_credential_ref (options->dpauth)
                                         : lab_pki_dup_dpauth (self->pki, error);
  if (self->dpauth == NULL)
    return FALSE;
  self->dppb = options->dppb != NULL ? lab_credential_ref (options->dppb)
                                     : lab_pki_dup_dppb (self->pki, error);
  return self->dppb != NULL;
}

static gboolean
read_certificates (LabSmdp *self, GError **error)
{
  g_autoptr (LabCert) dpauth = lab_cert_parse (self->dpauth->cert_der, error);
  g_autoptr (GBytes) ci = lab_pki_dup_ci_cert (self->pki);

  if (dpauth == NULL)
    return FALSE;
  self->oid = g_strdup (dpauth->registered_ids[0] != NULL ? dpauth->registered_ids[0]
                                                          : LAB_PKI_SMDP_OID);
  self->ci = lab_cert_parse (ci, error);
  return self->ci != NULL;
}

static gboolean
read_client_ca (LabSmdp *self, const LabSmdpOptions *options, GError **error)
{
  g_autoptr (GBytes) pem = NULL;

  self->clients = options->clients;
  if (self->clients == LAB_SMDP_CLIENTS_ANY)
    return TRUE;
  pem = options->client_ca != NULL ? g_bytes_ref (options->client_ca)
                                   : lab_pki_dup_ci_pem (self->pki);
  self->client_ca = g_tls_certificate_new_from_pem (g_bytes_get_data (pem, NULL),
                                                    (gssize) g_bytes_get_size (pem), NULL);
  return self->client_ca != NULL
         || kt_error_set (error, KT_ERROR_INVALID_INPUT, "smdp.client-ca",
                          "the clients' CA is no PEM certificate");
}

LabSmdp *
lab_smdp_new (const LabSmdpOptions *options, GError **error)
{
  g_autoptr (LabSmdp) self = NULL;

  g_return_val_if_fail (options != NULL && options->host != NULL, NULL);
  g_return_val_if_fail (options->pki != NULL && options->env != NULL, NULL);

  self = g_object_new (LAB_TYPE_SMDP, NULL);
  self->host = g_ascii_strdown (options->host, -1);
  self->wanted_port = options->port;
  self->env = options->env;
  self->pki = lab_pki_ref (options->pki);
  self->operator_url = g_strdup (options->operator_url);
  self->confirmation_tries = options->confirmation_tries > 0 ? options->confirmation_tries
                                                             : DEFAULT_CONFIRMATION_TRIES;
  self->download_tries
      = options->download_tries > 0 ? options->download_tries : DEFAULT_DOWNLOAD_TRIES;
  self->order_seconds = options->order_seconds;
  self->session_seconds
      = options->session_seconds > 0 ? options->session_seconds : DEFAULT_SESSION_SECONDS;
  self->use_ppk = options->use_ppk;
  self->refuse_rebinding = options->refuse_rebinding;
  if (!take_credentials (self, options, error) || !read_certificates (self, error)
      || !read_client_ca (self, options, error))
    return NULL;
  self->store = lab_store_open (options->state_dir, self->env, error);
  if (self->store == NULL)
    return NULL;
  return g_steal_pointer (&self);
}

/* ---- serving ---- */

gboolean
lab_smdp_start (LabSmdp *self, GError **error)
{
  g_return_val_if_fail (LAB_IS_SMDP (self), FALSE);
  g_return_val_if_fail (self->server == NULL && self->thread == NULL, FALSE);

  return lab_smdp_listen (self, error);
}

typedef struct
{
  LabSmdp *self;
  GMutex lock;
  GCond changed;
  gboolean tried;
  gboolean ok;
  GError *error;
} Start;

static gpointer
serve (gpointer data)
{
  Start *start = data;
  LabSmdp *self = start->self;
  GMainContext *context = self->context;
  GMainLoop *loop = self->loop;
  gboolean ok;

  g_main_context_push_thread_default (context);
  ok = lab_smdp_listen (self, &start->error);
  g_mutex_lock (&start->lock);
  start->ok = ok;
  start->tried = TRUE;
  g_cond_signal (&start->changed);
  g_mutex_unlock (&start->lock);
  /* @start is the starter's and gone from here on. */
  if (ok)
    {
      g_main_loop_run (loop);
      lab_smdp_unlisten (self);
      /* closing connections finish in the context */
      while (g_main_context_iteration (context, FALSE))
        ;
    }
  g_main_context_pop_thread_default (context);
  return NULL;
}

static void
drop_thread (LabSmdp *self)
{
  g_thread_join (g_steal_pointer (&self->thread));
  g_clear_pointer (&self->loop, g_main_loop_unref);
  g_clear_pointer (&self->context, g_main_context_unref);
}

gboolean
lab_smdp_start_thread (LabSmdp *self, GError **error)
{
  Start start = { .self = self };

  g_return_val_if_fail (LAB_IS_SMDP (self), FALSE);
  g_return_val_if_fail (self->server == NULL && self->thread == NULL, FALSE);

  self->context = g_main_context_new ();
  self->loop = g_main_loop_new (self->context, FALSE);
  g_mutex_init (&start.lock);
  g_cond_init (&start.changed);
  self->thread = g_thread_new ("smdp", serve, &start);
  g_mutex_lock (&start.lock);
  while (!start.tried)
    g_cond_wait (&start.changed, &start.lock);
  g_mutex_unlock (&start.lock);
  g_mutex_clear (&start.lock);
  g_cond_clear (&start.changed);
  if (!start.ok)
    {
      drop_thread (self);
      g_propagate_error (error, start.error);
    }
  return start.ok;
}

static gboolean
quit_loop (gpointer data)
{
  g_main_loop_quit (data);
  return G_SOURCE_REMOVE;
}

void
lab_smdp_stop (LabSmdp *self)
{
  g_autoptr (GSource) source = NULL;

  g_return_if_fail (LAB_IS_SMDP (self));

  if (self->thread == NULL)
    {
      lab_smdp_unlisten (self);
      return;
    }
  /* From within the loop: a quit before it runs would be lost. */
  source = g_idle_source_new ();
  g_source_set_callback (source, quit_loop, g_main_loop_ref (self->loop),
                         (GDestroyNotify) g_main_loop_unref);
  g_source_attach (source, self->context);
  drop_thread (self);
}

guint16
lab_smdp_get_port (LabSmdp *self)
{
  guint16 port;

  g_return_val_if_fail (LAB_IS_SMDP (self), 0);

  g_rec_mutex_lock (&self->lock);
  port = self->port;
  g_rec_mutex_unlock (&self->lock);
  return port;
}

const char *
lab_smdp_get_host (LabSmdp *self)
{
  g_return_val_if_fail (LAB_IS_SMDP (self), NULL);

  return self->host;
}

char *
lab_smdp_dup_address (LabSmdp *self)
{
  guint16 port;

  g_return_val_if_fail (LAB_IS_SMDP (self), NULL);

  port = lab_smdp_get_port (self);
  if (port == 0)
    port = self->wanted_port;
  if (port == 0 || port == HTTPS_PORT)
    return g_strdup (self->host);
  return g_strdup_printf ("%s:%u", self->host, port);
}

const KtEnv *
lab_smdp_get_env (LabSmdp *self)
{
  g_return_val_if_fail (LAB_IS_SMDP (self), NULL);

  return self->env;
}

const char *
lab_smdp_get_oid (LabSmdp *self)
{
  g_return_val_if_fail (LAB_IS_SMDP (self), NULL);

  return self->oid;
}

void
lab_smdp_set_announce (LabSmdp *self, LabSmdpAnnounce announce, gpointer data,
                       GDestroyNotify destroy)
{
  g_return_if_fail (LAB_IS_SMDP (self));

  g_rec_mutex_lock (&self->lock);
  if (self->announce_destroy != NULL)
    self->announce_destroy (self->announce_data);
  self->announce = announce;
  self->announce_data = data;
  self->announce_destroy = destroy;
  g_rec_mutex_unlock (&self->lock);
}
