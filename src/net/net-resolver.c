/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-net"

#include "net-resolver.h"

#include <ifaddrs.h>
#include <net/if.h>
#include <netdb.h>
#include <netinet/in.h>

struct _NetResolver
{
  GResolver parent_instance;

  GResolver *inner;
};

G_DEFINE_FINAL_TYPE (NetResolver, net_resolver, G_TYPE_RESOLVER)

typedef struct
{
  char *name;
  GResolverNameLookupFlags flags;
} Question;

static void
question_free (gpointer data)
{
  Question *question = data;

  g_free (question->name);
  g_free (question);
}

static gboolean
leads_out (const struct ifaddrs *at)
{
  if (at->ifa_addr == NULL || (at->ifa_flags & IFF_LOOPBACK) != 0)
    return FALSE;
  if (at->ifa_addr->sa_family == AF_INET6)
    return !IN6_IS_ADDR_LINKLOCAL (&((struct sockaddr_in6 *) (gpointer) at->ifa_addr)->sin6_addr);
  return at->ifa_addr->sa_family == AF_INET;
}

static gboolean
is_isolated (void)
{
  struct ifaddrs *all;
  gboolean out = FALSE;

  if (getifaddrs (&all) != 0)
    return FALSE;
  for (struct ifaddrs *at = all; at != NULL && !out; at = at->ifa_next)
    out = leads_out (at);
  freeifaddrs (all);
  return !out;
}

static int
family_of (GResolverNameLookupFlags flags)
{
  if (flags == G_RESOLVER_NAME_LOOKUP_FLAGS_IPV4_ONLY)
    return AF_INET;
  return flags == G_RESOLVER_NAME_LOOKUP_FLAGS_IPV6_ONLY ? AF_INET6 : AF_UNSPEC;
}

static GList *
list_addresses (const struct addrinfo *found)
{
  GList *list = NULL;

  for (; found != NULL; found = found->ai_next)
    {
      g_autoptr (GSocketAddress) address
          = g_socket_address_new_from_native (found->ai_addr, found->ai_addrlen);

      if (G_IS_INET_SOCKET_ADDRESS (address))
        list = g_list_prepend (list, g_object_ref (g_inet_socket_address_get_address (
                                         G_INET_SOCKET_ADDRESS (address))));
    }
  return g_list_reverse (list);
}

static GList *
resolve (const char *name, GResolverNameLookupFlags flags, GError **error)
{
  const struct addrinfo hints = { .ai_family = family_of (flags), .ai_socktype = SOCK_STREAM };
  struct addrinfo *found = NULL;
  int code = getaddrinfo (name, NULL, &hints, &found);
  GList *list = code == 0 ? list_addresses (found) : NULL;

  if (code == 0)
    freeaddrinfo (found);
  if (list == NULL)
    g_set_error (error, G_RESOLVER_ERROR,
                 code == EAI_AGAIN ? G_RESOLVER_ERROR_TEMPORARY_FAILURE
                                   : G_RESOLVER_ERROR_NOT_FOUND,
                 "Error resolving “%s”: %s", name,
                 gai_strerror (code != 0 ? code : EAI_NONAME));
  return list;
}

static void
free_list (gpointer list)
{
  g_resolver_free_addresses (list);
}

static void
resolve_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  const Question *question = data;
  GError *error = NULL;
  GList *list = resolve (question->name, question->flags, &error);

  if (list == NULL)
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, list, free_list);
}

/* ---- by name ---- */

static GList *
lookup_by_name_with_flags (GResolver *resolver, const char *name, GResolverNameLookupFlags flags,
                           GCancellable *cancellable, GError **error)
{
  NetResolver *self = NET_RESOLVER (resolver);

  if (is_isolated ())
    return resolve (name, flags, error);
  return g_resolver_lookup_by_name_with_flags (self->inner, name, flags, cancellable, error);
}

static void
lookup_by_name_with_flags_async (GResolver *resolver, const char *name,
                                 GResolverNameLookupFlags flags, GCancellable *cancellable,
                                 GAsyncReadyCallback callback, gpointer data)
{
  NetResolver *self = NET_RESOLVER (resolver);
  g_autoptr (GTask) task = NULL;
  Question *question;

  if (!is_isolated ())
    {
      /* The result is the inner one's, as its source object says. */
      g_resolver_lookup_by_name_with_flags_async (self->inner, name, flags, cancellable, callback,
                                                  data);
      return;
    }
  question = g_new0 (Question, 1);
  question->name = g_strdup (name);
  question->flags = flags;
  task = g_task_new (self, cancellable, callback, data);
  g_task_set_source_tag (task, net_resolver_new);
  g_task_set_task_data (task, question, question_free);
  g_task_set_return_on_cancel (task, TRUE);
  g_task_run_in_thread (task, resolve_in_thread);
}

static GList *
lookup_by_name_with_flags_finish (GResolver *resolver, GAsyncResult *result, GError **error)
{
  NetResolver *self = NET_RESOLVER (resolver);

  if (g_async_result_is_tagged (result, net_resolver_new))
    return g_task_propagate_pointer (G_TASK (result), error);
  return g_resolver_lookup_by_name_with_flags_finish (self->inner, result, error);
}

static GList *
lookup_by_name (GResolver *resolver, const char *name, GCancellable *cancellable, GError **error)
{
  return lookup_by_name_with_flags (resolver, name, G_RESOLVER_NAME_LOOKUP_FLAGS_DEFAULT,
                                    cancellable, error);
}

static void
lookup_by_name_async (GResolver *resolver, const char *name, GCancellable *cancellable,
                      GAsyncReadyCallback callback, gpointer data)
{
  lookup_by_name_with_flags_async (resolver, name, G_RESOLVER_NAME_LOOKUP_FLAGS_DEFAULT,
                                   cancellable, callback, data);
}

/* ---- what is handed on ---- */

static char *
lookup_by_address (GResolver *resolver, GInetAddress *address, GCancellable *cancellable,
                   GError **error)
{
  return g_resolver_lookup_by_address (NET_RESOLVER (resolver)->inner, address, cancellable,
                                       error);
}

static void
lookup_by_address_async (GResolver *resolver, GInetAddress *address, GCancellable *cancellable,
                         GAsyncReadyCallback callback, gpointer data)
{
  g_resolver_lookup_by_address_async (NET_RESOLVER (resolver)->inner, address, cancellable,
                                      callback, data);
}

static char *
lookup_by_address_finish (GResolver *resolver, GAsyncResult *result, GError **error)
{
  return g_resolver_lookup_by_address_finish (NET_RESOLVER (resolver)->inner, result, error);
}

/* Services are asked for by the name in DNS that is made of their parts. */
static GList *
lookup_service (GResolver *resolver, const char *name, GCancellable *cancellable, GError **error)
{
  GResolver *inner = NET_RESOLVER (resolver)->inner;

  return G_RESOLVER_GET_CLASS (inner)->lookup_service (inner, name, cancellable, error);
}

static void
lookup_service_async (GResolver *resolver, const char *name, GCancellable *cancellable,
                      GAsyncReadyCallback callback, gpointer data)
{
  GResolver *inner = NET_RESOLVER (resolver)->inner;

  G_RESOLVER_GET_CLASS (inner)->lookup_service_async (inner, name, cancellable, callback, data);
}

static GList *
lookup_service_finish (GResolver *resolver, GAsyncResult *result, GError **error)
{
  return g_resolver_lookup_service_finish (NET_RESOLVER (resolver)->inner, result, error);
}

static GList *
lookup_records (GResolver *resolver, const char *name, GResolverRecordType type,
                GCancellable *cancellable, GError **error)
{
  return g_resolver_lookup_records (NET_RESOLVER (resolver)->inner, name, type, cancellable,
                                    error);
}

static void
lookup_records_async (GResolver *resolver, const char *name, GResolverRecordType type,
                      GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
  g_resolver_lookup_records_async (NET_RESOLVER (resolver)->inner, name, type, cancellable,
                                   callback, data);
}

static GList *
lookup_records_finish (GResolver *resolver, GAsyncResult *result, GError **error)
{
  return g_resolver_lookup_records_finish (NET_RESOLVER (resolver)->inner, result, error);
}

static void
net_resolver_dispose (GObject *object)
{
  NetResolver *self = NET_RESOLVER (object);

  g_clear_object (&self->inner);
  G_OBJECT_CLASS (net_resolver_parent_class)->dispose (object);
}

static void
net_resolver_class_init (NetResolverClass *class)
{
  GResolverClass *resolver_class = G_RESOLVER_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = net_resolver_dispose;
  resolver_class->lookup_by_name = lookup_by_name;
  resolver_class->lookup_by_name_async = lookup_by_name_async;
  resolver_class->lookup_by_name_finish = lookup_by_name_with_flags_finish;
  resolver_class->lookup_by_name_with_flags = lookup_by_name_with_flags;
  resolver_class->lookup_by_name_with_flags_async = lookup_by_name_with_flags_async;
  resolver_class->lookup_by_name_with_flags_finish = lookup_by_name_with_flags_finish;
  resolver_class->lookup_by_address = lookup_by_address;
  resolver_class->lookup_by_address_async = lookup_by_address_async;
  resolver_class->lookup_by_address_finish = lookup_by_address_finish;
  resolver_class->lookup_service = lookup_service;
  resolver_class->lookup_service_async = lookup_service_async;
  resolver_class->lookup_service_finish = lookup_service_finish;
  resolver_class->lookup_records = lookup_records;
  resolver_class->lookup_records_async = lookup_records_async;
  resolver_class->lookup_records_finish = lookup_records_finish;
}

static void
net_resolver_init (NetResolver *self)
{
}

GResolver *
net_resolver_new (GResolver *inner)
{
  NetResolver *self;

  g_return_val_if_fail (G_IS_RESOLVER (inner), NULL);

  self = g_object_new (NET_TYPE_RESOLVER, NULL);
  self->inner = g_object_ref (inner);
  return G_RESOLVER (self);
}
