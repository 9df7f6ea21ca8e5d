/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "net-init.h"
#include "net-resolver.h"

#include <glib/gstdio.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#define NAME "smdp.example.com"
#define HOSTS "127.0.0.1 localhost\n127.0.0.9 " NAME "\n"

/* No interface but a loopback one, and a hosts file of our own; for this process alone. */
static gboolean
retire (void)
{
  g_autofree char *dir = g_dir_make_tmp ("kt-hosts-XXXXXX", NULL);
  g_autofree char *hosts = g_build_filename (dir, "hosts", NULL);
  gboolean ok;

  if (unshare (CLONE_NEWNET | CLONE_NEWNS) != 0
      && unshare (CLONE_NEWUSER | CLONE_NEWNET | CLONE_NEWNS) != 0)
    return FALSE;
  g_assert_true (g_file_set_contents (hosts, HOSTS, -1, NULL));
  ok = mount (NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0
       && mount (hosts, "/etc/hosts", NULL, MS_BIND, NULL) == 0;
  g_remove (hosts);
  g_rmdir (dir);
  return ok;
}

static void
assert_found (GList *found)
{
  g_autofree char *text = NULL;

  g_assert_nonnull (found);
  text = g_inet_address_to_string (found->data);
  g_assert_cmpstr (text, ==, "127.0.0.9");
  g_assert_null (found->next);
  g_resolver_free_addresses (found);
}

static void
on_result (GObject *source, GAsyncResult *result, gpointer data)
{
  GAsyncResult **kept = data;

  *kept = g_object_ref (result);
}

static GAsyncResult *
ask (GResolver *resolver, const char *name, GResolverNameLookupFlags flags)
{
  GAsyncResult *result = NULL;

  g_resolver_lookup_by_name_with_flags_async (resolver, name, flags, NULL, on_result, &result);
  while (result == NULL)
    g_main_context_iteration (NULL, TRUE);
  return result;
}

/* As SoupSession asks: for each family by itself. */
static void
check_families (GResolver *resolver)
{
  g_autoptr (GAsyncResult) four = ask (resolver, NAME, G_RESOLVER_NAME_LOOKUP_FLAGS_IPV4_ONLY);
  g_autoptr (GAsyncResult) six = ask (resolver, NAME, G_RESOLVER_NAME_LOOKUP_FLAGS_IPV6_ONLY);
  g_autoptr (GError) error = NULL;

  assert_found (g_resolver_lookup_by_name_with_flags_finish (resolver, four, &error));
  g_assert_no_error (error);
  g_assert_null (g_resolver_lookup_by_name_with_flags_finish (resolver, six, &error));
  g_assert_nonnull (error);
  g_assert_true (error->domain == G_RESOLVER_ERROR);
}

static void
check_isolated (void)
{
  g_autoptr (GResolver) resolver = NULL;
  g_autoptr (GError) error = NULL;

  net_init_libraries ();
  resolver = g_resolver_get_default ();
  g_assert_true (NET_IS_RESOLVER (resolver));
  assert_found (g_resolver_lookup_by_name (resolver, NAME, NULL, &error));
  g_assert_no_error (error);
  check_families (resolver);
  g_assert_null (g_resolver_lookup_by_name (resolver, "nowhere.invalid", NULL, &error));
  g_assert_nonnull (error);
  g_assert_true (error->domain == G_RESOLVER_ERROR);
}

/* A machine without any network and a server on it: the lab's server by another name. */
static void
test_isolated (void)
{
  if (g_test_subprocess ())
    {
      if (!retire ())
        exit (0);
      check_isolated ();
      return;
    }
  g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_INHERIT_STDERR);
  g_test_trap_assert_passed ();
}

/* What is no name's address is the inner resolver's affair. */
static void
test_handed_on (void)
{
  g_autoptr (GResolver) before = g_resolver_get_default ();
  g_autoptr (GResolver) resolver = net_resolver_new (before);
  g_autoptr (GInetAddress) address = g_inet_address_new_from_string ("127.0.0.1");
  g_autoptr (GError) error = NULL;
  g_autofree char *name = NULL;

  assert_found (g_resolver_lookup_by_name (resolver, "127.0.0.9", NULL, &error));
  g_assert_no_error (error);
  name = g_resolver_lookup_by_address (resolver, address, NULL, &error);
  g_assert_true (name != NULL || error->domain == G_RESOLVER_ERROR);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/net/resolver/isolated", test_isolated);
  g_test_add_func ("/net/resolver/handed-on", test_handed_on);
  return g_test_run ();
}
