/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-lpd"

#include "lpd-network.h"

#include "net-client-certificate.h"
#include "net-init.h"
#include "net-session.h"

struct _LpdNetwork
{
  NetTrust *trust;
  NetSession *session;
};

void
lpd_network_init (void)
{
  net_init ();
}

LpdNetwork *
lpd_network_new (const char *anchors, const KtEnv *env, GError **error)
{
  g_autoptr (LpdNetwork) network = g_new0 (LpdNetwork, 1);
  NetSessionOptions options = { .env = env };

  network->trust = net_trust_new (env, NULL);
  if (anchors != NULL && !net_trust_load_anchors (network->trust, anchors, NULL, error))
    return NULL;
  network->session = net_session_new (network->trust, &options);
  return g_steal_pointer (&network);
}

void
lpd_network_free (LpdNetwork *network)
{
  if (network == NULL)
    return;
  g_clear_object (&network->session);
  g_clear_object (&network->trust);
  g_free (network);
}

gboolean
lpd_network_use_client_certificate (LpdNetwork *network, const char *certificate, const char *key,
                                    GError **error)
{
  g_autoptr (GTlsCertificate) loaded = net_client_certificate_load (certificate, key, error);

  if (loaded == NULL)
    return FALSE;
  net_session_set_client_certificate (network->session, loaded, NULL);
  return TRUE;
}

static void
set_pkids (gpointer data, GPtrArray *pkids)
{
  net_trust_set_pkids (((LpdNetwork *) data)->trust, pkids);
}

static char *
dup_vouched_by (gpointer data, const char *server)
{
  g_autoptr (NetVerdict) verdict = net_trust_dup_verdict (((LpdNetwork *) data)->trust, server);

  return verdict != NULL ? g_strdup (verdict->authority) : NULL;
}

static void
accept_public (gpointer data, const char *server)
{
  net_trust_accept_public (((LpdNetwork *) data)->trust, server);
}

void
lpd_network_fill_context (LpdNetwork *network, LpdContext *context)
{
  g_set_object (&context->http, NET_HTTP (network->session));
  context->trust = (LpdServerTrust){ set_pkids, dup_vouched_by, accept_public, network };
}
