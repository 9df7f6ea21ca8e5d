/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-lpd"

#include "lpd-agent.h"

#include "kt-bytes.h"
#include "kt-error.h"

/* What the worker asks the person, and the person's answer on its way back. */
typedef enum
{
  QUESTION_NONE,
  QUESTION_REVIEW,
  QUESTION_CODE,
  QUESTION_TRUST,
} QuestionKind;

typedef struct
{
  QuestionKind kind;
  gconstpointer subject;
  const char *server;
  const char *authority;
  gboolean emitted;
  gboolean answered;
  LpdDecision decision;
  char *code;
  gboolean trust;
} Question;

struct _LpdAgent
{
  GObject parent_instance;

  LpdContext context;
  LpdOutbox *outbox;
  GMainContext *main_context;
  GThread *worker;
  GAsyncQueue *jobs;

  /* under @lock: between the worker and the main context */
  GMutex lock;
  GCond answered;
  Question question;
  LpdProgress progress;
  gboolean progress_queued;
};

typedef struct
{
  LpdAgentWork work;
  gpointer data;
  GDestroyNotify data_free;
  GDestroyNotify result_free;
} Work;

enum
{
  SIGNAL_PROGRESS,
  SIGNAL_REVIEW,
  SIGNAL_CONFIRMATION_CODE,
  SIGNAL_TRUST_PUBLIC,
  N_SIGNALS,
};
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (LpdAgent, lpd_agent, G_TYPE_OBJECT)

/* The end of the queue; never dereferenced. */
static char stop_mark;

static void
work_free (gpointer data)
{
  Work *work = data;

  if (work->data_free != NULL)
    work->data_free (work->data);
  g_free (work);
}

static gboolean
emit_progress (gpointer data)
{
  LpdAgent *self = data;
  LpdProgress progress;

  g_mutex_lock (&self->lock);
  progress = self->progress;
  self->progress_queued = FALSE;
  g_mutex_unlock (&self->lock);
  g_signal_emit (self, signals[SIGNAL_PROGRESS], 0, &progress);
  return G_SOURCE_REMOVE;
}

/* Only the newest report matters: a main loop that is behind gets one, not a hundred. */
static void
on_progress (const LpdProgress *progress, gpointer data)
{
  LpdAgent *self = data;
  gboolean queue;

  g_mutex_lock (&self->lock);
  self->progress = *progress;
  queue = !self->progress_queued;
  self->progress_queued = TRUE;
  g_mutex_unlock (&self->lock);
  if (queue)
    g_main_context_invoke_full (self->main_context, G_PRIORITY_DEFAULT, emit_progress,
                                g_object_ref (self), g_object_unref);
}

static gboolean
emit_question (gpointer data)
{
  LpdAgent *self = data;
  Question question;

  g_mutex_lock (&self->lock);
  question = self->question;
  self->question.emitted = TRUE;
  g_mutex_unlock (&self->lock);
  /* Late for its own question, it must not ask the next one a second time. */
  if (question.answered || question.emitted)
    return G_SOURCE_REMOVE;
  switch (question.kind)
    {
    case QUESTION_REVIEW:
      g_signal_emit (self, signals[SIGNAL_REVIEW], 0, question.subject);
      break;
    case QUESTION_CODE:
      g_signal_emit (self, signals[SIGNAL_CONFIRMATION_CODE], 0, question.subject);
      break;
    case QUESTION_TRUST:
      g_signal_emit (self, signals[SIGNAL_TRUST_PUBLIC], 0, question.server, question.authority);
      break;
    case QUESTION_NONE:
      break;
    }
  return G_SOURCE_REMOVE;
}

static void
on_cancelled (GCancellable *cancellable, gpointer data)
{
  LpdAgent *self = data;

  g_mutex_lock (&self->lock);
  self->question.answered = TRUE;
  g_cond_signal (&self->answered);
  g_mutex_unlock (&self->lock);
}

/* On the worker: asks on the main context and waits; a cancelled job gets the cautious answer. */
static Question
ask (LpdAgent *self, Question question)
{
  GCancellable *cancellable = g_cancellable_get_current ();
  gulong handler;

  question.decision = LPD_NOT_NOW;
  g_mutex_lock (&self->lock);
  self->question = question;
  g_mutex_unlock (&self->lock);
  g_main_context_invoke_full (self->main_context, G_PRIORITY_DEFAULT, emit_question,
                              g_object_ref (self), g_object_unref);
  handler = cancellable != NULL
                ? g_cancellable_connect (cancellable, G_CALLBACK (on_cancelled), self, NULL)
                : 0;
  g_mutex_lock (&self->lock);
  while (!self->question.answered)
    g_cond_wait (&self->answered, &self->lock);
  question = self->question;
  self->question = (Question){ 0 };
  g_mutex_unlock (&self->lock);
  if (cancellable != NULL)
    g_cancellable_disconnect (cancellable, handler);
  return question;
}

static LpdDecision
on_review (gpointer data, const LpdReview *review)
{
  return ask (data, (Question){ .kind = QUESTION_REVIEW, .subject = review }).decision;
}

static char *
on_confirmation_code (gpointer data, const LpdCodeQuestion *question)
{
  return ask (data, (Question){ .kind = QUESTION_CODE, .subject = question }).code;
}

static gboolean
on_trust_public (gpointer data, const char *server, const char *authority)
{
  return ask (data, (Question){ .kind = QUESTION_TRUST, .server = server, .authority = authority })
      .trust;
}

static void
run_job (LpdAgent *self, GTask *task)
{
  Work *work = g_task_get_task_data (task);
  GCancellable *cancellable = g_task_get_cancellable (task);
  g_autoptr (LpdChip) chip = NULL;
  GError *error = NULL;
  gpointer result = NULL;
  LpdJob job;

  lpd_job_init (&job, &self->context, cancellable);
  if (cancellable != NULL)
    g_cancellable_push_current (cancellable);
  chip = lpd_chip_open (self->context.card, self->context.channel, cancellable, &error);
  if (chip != NULL)
    result = work->work (&job, chip, self->outbox, work->data, &error);
  if (cancellable != NULL)
    g_cancellable_pop_current (cancellable);
  /* Closed before the result is told: whoever hears of it may end the program. */
  g_clear_pointer (&chip, lpd_chip_close);
  if (error != NULL)
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, result, work->result_free);
}

/* Knows the agent by its tasks only: the last of them may be what kept the agent alive. */
static gpointer
worker_thread (gpointer data)
{
  g_autoptr (GAsyncQueue) jobs = data;

  for (;;)
    {
      gpointer item = g_async_queue_pop (jobs);

      if (item == &stop_mark)
        break;
      run_job (g_task_get_source_object (item), item);
      g_object_unref (item);
    }
  return NULL;
}

static void
lpd_agent_finalize (GObject *object)
{
  LpdAgent *self = LPD_AGENT (object);

  /* Every queued task holds a reference to its agent, so the queue is empty by now. */
  g_async_queue_push (self->jobs, &stop_mark);
  if (self->worker == g_thread_self ())
    g_thread_unref (self->worker);
  else
    g_thread_join (self->worker);
  g_async_queue_unref (self->jobs);
  if (self->context.card != NULL)
    card_close (self->context.card);
  g_clear_object (&self->context.card);
  g_clear_object (&self->context.http);
  g_main_context_unref (self->main_context);
  kt_wipe_string (self->question.code);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->answered);
  G_OBJECT_CLASS (lpd_agent_parent_class)->finalize (object);
}

static void
lpd_agent_class_init (LpdAgentClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = lpd_agent_finalize;
  signals[SIGNAL_PROGRESS] = g_signal_new ("progress", LPD_TYPE_AGENT, G_SIGNAL_RUN_LAST, 0, NULL,
                                           NULL, NULL, G_TYPE_NONE, 1, G_TYPE_POINTER);
  signals[SIGNAL_REVIEW] = g_signal_new ("review", LPD_TYPE_AGENT, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                         NULL, G_TYPE_NONE, 1, G_TYPE_POINTER);
  signals[SIGNAL_CONFIRMATION_CODE]
      = g_signal_new ("confirmation-code", LPD_TYPE_AGENT, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                      G_TYPE_NONE, 1, G_TYPE_POINTER);
  signals[SIGNAL_TRUST_PUBLIC]
      = g_signal_new ("trust-public", LPD_TYPE_AGENT, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                      G_TYPE_NONE, 2, G_TYPE_STRING, G_TYPE_STRING);
}

static void
lpd_agent_init (LpdAgent *self)
{
  g_mutex_init (&self->lock);
  g_cond_init (&self->answered);
  self->jobs = g_async_queue_new ();
  self->main_context = g_main_context_ref_thread_default ();
}

LpdAgent *
lpd_agent_new (const LpdContext *context, LpdOutbox *outbox)
{
  LpdAgent *self = g_object_new (LPD_TYPE_AGENT, NULL);

  self->context = *context;
  g_object_ref (self->context.card);
  if (self->context.http != NULL)
    g_object_ref (self->context.http);
  self->context.user = (LpdUser){ on_review, on_confirmation_code, on_trust_public, self };
  self->context.progress = on_progress;
  self->context.progress_data = self;
  self->outbox = outbox;
  self->worker = g_thread_new ("kaitsu-lpd", worker_thread, g_async_queue_ref (self->jobs));
  return self;
}

static void
answer (LpdAgent *self, QuestionKind kind, LpdDecision decision, const char *code, gboolean trust)
{
  g_mutex_lock (&self->lock);
  /* An answer to a question that cancelling has closed is late, and nothing else. */
  if (self->question.kind == kind && !self->question.answered)
    {
      self->question.decision = decision;
      self->question.code = g_strdup (code);
      self->question.trust = trust;
      self->question.answered = TRUE;
      g_cond_signal (&self->answered);
    }
  g_mutex_unlock (&self->lock);
}

void
lpd_agent_decide (LpdAgent *self, LpdDecision decision)
{
  g_return_if_fail (LPD_IS_AGENT (self));

  answer (self, QUESTION_REVIEW, decision, NULL, FALSE);
}

void
lpd_agent_give_code (LpdAgent *self, const char *code)
{
  g_return_if_fail (LPD_IS_AGENT (self));

  answer (self, QUESTION_CODE, LPD_NOT_NOW, code, FALSE);
}

void
lpd_agent_give_trust (LpdAgent *self, gboolean trust)
{
  g_return_if_fail (LPD_IS_AGENT (self));

  answer (self, QUESTION_TRUST, LPD_NOT_NOW, NULL, trust);
}

void
lpd_agent_run_async (LpdAgent *self, LpdAgentWork work, gpointer data, GDestroyNotify data_free,
                     GDestroyNotify result_free, GCancellable *cancellable,
                     GAsyncReadyCallback callback, gpointer user_data)
{
  GTask *task;
  Work *own;

  g_return_if_fail (LPD_IS_AGENT (self));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, lpd_agent_run_async);
  /* The flow itself says how it was cancelled, and what has happened until then. */
  g_task_set_check_cancellable (task, FALSE);
  own = g_new0 (Work, 1);
  own->work = work;
  own->data = data;
  own->data_free = data_free;
  own->result_free = result_free;
  g_task_set_task_data (task, own, work_free);
  g_async_queue_push (self->jobs, task);
}

gpointer
lpd_agent_run_finish (LpdAgent *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
