/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-test"

#include <string.h>

#include "net-test-server.h"

#define NET_TYPE_TEST_RESOLVER (net_test_resolver_get_type ())
G_DECLARE_FINAL_TYPE (NetTestResolver, net_test_resolver, NET, TEST_RESOLVER, GResolver)

struct _NetTestResolver
{
  GResolver parent_instance;
};

G_DEFINE_FINAL_TYPE (NetTestResolver, net_test_resolver, G_TYPE_RESOLVER)

static gint lookups;

static GList *
look_up (const char *name, GResolverNameLookupFlags flags, GError **error)
{
  if (strcmp (name, "missing.example") == 0
      || (flags & G_RESOLVER_NAME_LOOKUP_FLAGS_IPV6_ONLY) != 0)
    {
      g_set_error (error, G_RESOLVER_ERROR, G_RESOLVER_ERROR_NOT_FOUND, "no such name");
      return NULL;
    }
  return g_list_append (NULL, g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4));
}

static void
free_addresses (gpointer data)
{
  g_list_free_full (data, g_object_unref);
}

static GList *
net_test_resolver_with_flags (GResolver *resolver, const char *name,
                              GResolverNameLookupFlags flags, GCancellable *cancellable,
                              GError **error)
{
  g_atomic_int_inc (&lookups);
  return look_up (name, flags, error);
}

static GList *
net_test_resolver_by_name (GResolver *resolver, const char *name, GCancellable *cancellable,
                           GError **error)
{
  return net_test_resolver_with_flags (resolver, name, G_RESOLVER_NAME_LOOKUP_FLAGS_DEFAULT,
                                       cancellable, error);
}

/* Nobody answers: only whoever asked can end it. */
static void
on_given_up (GCancellable *cancellable, gpointer data)
{
  g_task_return_error_if_cancelled (data);
}

static gboolean
on_given_up_source (GCancellable *cancellable, gpointer data)
{
  on_given_up (cancellable, data);
  return G_SOURCE_REMOVE;
}

static void
net_test_resolver_with_flags_async (GResolver *resolver, const char *name,
                                    GResolverNameLookupFlags flags, GCancellable *cancellable,
                                    GAsyncReadyCallback callback, gpointer data)
{
  g_autoptr (GTask) task = g_task_new (resolver, cancellable, callback, data);
  g_autoptr (GSource) source = NULL;
  GError *error = NULL;
  GList *addresses;

  g_atomic_int_inc (&lookups);
  if (strcmp (name, "slow.example") == 0)
    {
      source = g_cancellable_source_new (cancellable);
      g_source_set_callback (source, G_SOURCE_FUNC (on_given_up_source), g_object_ref (task),
                             g_object_unref);
      g_source_attach (source, g_main_context_get_thread_default ());
      return;
    }
  addresses = look_up (name, flags, &error);
  if (addresses != NULL)
    g_task_return_pointer (task, addresses, free_addresses);
  else
    g_task_return_error (task, error);
}

static void
net_test_resolver_by_name_async (GResolver *resolver, const char *name, GCancellable *cancellable,
                                 GAsyncReadyCallback callback, gpointer data)
{
  net_test_resolver_with_flags_async (resolver, name, G_RESOLVER_NAME_LOOKUP_FLAGS_DEFAULT,
                                      cancellable, callback, data);
}

static GList *
net_test_resolver_finish (GResolver *resolver, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
net_test_resolver_class_init (NetTestResolverClass *klass)
{
  GResolverClass *resolver_class = G_RESOLVER_CLASS (klass);

  resolver_class->lookup_by_name = net_test_resolver_by_name;
  resolver_class->lookup_by_name_async = net_test_resolver_by_name_async;
  resolver_class->lookup_by_name_finish = net_test_resolver_finish;
  resolver_class->lookup_by_name_with_flags = net_test_resolver_with_flags;
  resolver_class->lookup_by_name_with_flags_async = net_test_resolver_with_flags_async;
  resolver_class->lookup_by_name_with_flags_finish = net_test_resolver_finish;
}

static void
net_test_resolver_init (NetTestResolver *self)
{
}

void
net_test_resolver_install (void)
{
  g_autoptr (GResolver) resolver = g_object_new (NET_TYPE_TEST_RESOLVER, NULL);

  g_resolver_set_default (resolver);
}

guint
net_test_resolver_get_lookups (void)
{
  return (guint) g_atomic_int_get (&lookups);
}
