/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-net"

#include "net-fault.h"

#include "kt-error.h"
#include "net-failure.h"

#define RANDOM_DELAY_MS 20
#define RANDOM_BYTES 64

typedef struct
{
  guint n;
  NetFaultKind kind;
  guint argument;
} Fault;

struct _NetFault
{
  NetWrapper parent_instance;

  GMutex lock;
  GArray *planned;
  const KtEnv *env;
  guint one_in;
  guint kinds;
  guint requests;
  guint faults;
};

G_DEFINE_FINAL_TYPE (NetFault, net_fault, NET_TYPE_WRAPPER)

static guint
draw (NetFault *self, guint below)
{
  guint32 number;

  kt_env_random (self->env, (guint8 *) &number, sizeof number);
  return number % below;
}

static gboolean
draw_fault (NetFault *self, Fault *fault)
{
  static const guint statuses[] = { 400, 403, 404, 500, 502, 503 };

  if (self->one_in == 0 || draw (self, self->one_in) != 0)
    return FALSE;
  do
    fault->kind = (NetFaultKind) draw (self, NET_FAULT_KINDS);
  while ((self->kinds & (1u << fault->kind)) == 0);
  if (fault->kind == NET_FAULT_STATUS)
    fault->argument = statuses[draw (self, G_N_ELEMENTS (statuses))];
  else
    fault->argument = draw (self, fault->kind == NET_FAULT_DELAY ? RANDOM_DELAY_MS : RANDOM_BYTES);
  return TRUE;
}

static gboolean
next_fault (NetFault *self, Fault *fault)
{
  gboolean found = FALSE;

  g_mutex_lock (&self->lock);
  self->requests++;
  for (guint i = 0; i < self->planned->len && !found; i++)
    {
      *fault = g_array_index (self->planned, Fault, i);
      found = fault->n == self->requests;
    }
  found = found || draw_fault (self, fault);
  self->faults += found ? 1 : 0;
  g_mutex_unlock (&self->lock);
  return found;
}

/* Nothing reaches the server. */
static gboolean
fail_before (const Fault *fault, guint *status, GError **error)
{
  if (fault->kind == NET_FAULT_REFUSE)
    {
      kt_error_set (error, KT_ERROR_CONNECT, "net.connect", "injected: connection refused");
      return TRUE;
    }
  if (fault->kind == NET_FAULT_STATUS)
    {
      *status = fault->argument;
      g_propagate_error (error, net_failure_new_status (fault->argument, NULL));
      return TRUE;
    }
  return FALSE;
}

static gboolean
wait_for (guint ms, GCancellable *cancellable, GError **error)
{
  GPollFD fd;

  if (cancellable == NULL || !g_cancellable_make_pollfd (cancellable, &fd))
    g_usleep (ms * 1000ul);
  else
    {
      g_poll (&fd, 1, (int) ms);
      g_cancellable_release_fd (cancellable);
    }
  return !g_cancellable_is_cancelled (cancellable)
         || kt_error_set (error, KT_ERROR_CANCELLED, "cancelled", "cancelled while waiting");
}

/* The server has done what was asked: what comes of its @answer. */
static GBytes *
spoil (const Fault *fault, GBytes *answer, GCancellable *cancellable, GError **error)
{
  switch (fault->kind)
    {
    case NET_FAULT_LOSE:
      kt_error_set (error, KT_ERROR_CLOSED, "net.closed", "injected: the answer is lost");
      return NULL;
    case NET_FAULT_TIMEOUT:
      kt_error_set (error, KT_ERROR_TIMED_OUT, "net.timeout-idle", "injected: no answer in time");
      return NULL;
    case NET_FAULT_GARBAGE:
      return g_bytes_new_static ("<html>\001", 7);
    case NET_FAULT_TRUNCATE:
      return g_bytes_new_from_bytes (answer, 0, MIN (fault->argument, g_bytes_get_size (answer)));
    case NET_FAULT_DELAY:
      return wait_for (fault->argument, cancellable, error) ? g_bytes_ref (answer) : NULL;
    case NET_FAULT_REFUSE:
    case NET_FAULT_STATUS:
    default:
      g_assert_not_reached ();
    }
}

static GBytes *
net_fault_post (NetHttp *http, const char *server, const char *path, GBytes *body,
                NetProgressFunc progress, gpointer data, guint *status,
                GCancellable *cancellable, GError **error)
{
  NetFault *self = NET_FAULT (http);
  Fault fault = { 0 };
  gboolean faulty = next_fault (self, &fault);
  g_autoptr (GBytes) answer = NULL;

  if (faulty && fail_before (&fault, status, error))
    return NULL;
  answer = net_http_post (net_wrapper_get_inner (NET_WRAPPER (self)), server, path, body, progress,
                          data, status, cancellable, error);
  if (!faulty || answer == NULL)
    return g_steal_pointer (&answer);
  return spoil (&fault, answer, cancellable, error);
}

static void
net_fault_finalize (GObject *object)
{
  NetFault *self = NET_FAULT (object);

  g_array_unref (self->planned);
  g_mutex_clear (&self->lock);
  G_OBJECT_CLASS (net_fault_parent_class)->finalize (object);
}

static void
net_fault_class_init (NetFaultClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = net_fault_finalize;
  NET_HTTP_CLASS (klass)->post = net_fault_post;
}

static void
net_fault_init (NetFault *self)
{
  g_mutex_init (&self->lock);
  self->planned = g_array_new (FALSE, FALSE, sizeof (Fault));
}

NetFault *
net_fault_new (NetHttp *inner)
{
  NetFault *self;

  g_return_val_if_fail (NET_IS_HTTP (inner), NULL);

  self = g_object_new (NET_TYPE_FAULT, NULL);
  net_wrapper_set_inner (NET_WRAPPER (self), inner);
  return self;
}

void
net_fault_at (NetFault *self, guint n, NetFaultKind kind, guint argument)
{
  Fault fault = { n, kind, argument };

  g_return_if_fail (NET_IS_FAULT (self));
  g_return_if_fail (n > 0 && (guint) kind < NET_FAULT_KINDS);

  g_mutex_lock (&self->lock);
  g_array_append_val (self->planned, fault);
  g_mutex_unlock (&self->lock);
}

void
net_fault_random (NetFault *self, const KtEnv *env, guint one_in, guint kinds)
{
  g_return_if_fail (NET_IS_FAULT (self));
  g_return_if_fail (env != NULL);
  g_return_if_fail ((kinds & ((1u << NET_FAULT_KINDS) - 1)) != 0);

  g_mutex_lock (&self->lock);
  self->env = env;
  self->one_in = one_in;
  self->kinds = kinds;
  g_mutex_unlock (&self->lock);
}

static guint
read_counter (NetFault *self, const guint *counter)
{
  guint value;

  g_mutex_lock (&self->lock);
  value = *counter;
  g_mutex_unlock (&self->lock);
  return value;
}

guint
net_fault_get_requests (NetFault *self)
{
  g_return_val_if_fail (NET_IS_FAULT (self), 0);

  return read_counter (self, &self->requests);
}

guint
net_fault_get_faults (NetFault *self)
{
  g_return_val_if_fail (NET_IS_FAULT (self), 0);

  return read_counter (self, &self->faults);
}
