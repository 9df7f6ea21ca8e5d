/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "net-cert.h"

#include <gnutls/x509.h>

G_BEGIN_DECLS

struct _NetCert
{
  gatomicrefcount refs;
  GBytes *der;
  gnutls_x509_crt_t crt;

  /* borrowed from der */
  gnutls_datum_t tbs;
  gnutls_datum_t signature;
  char *signature_oid;
  gboolean has_key;
  NetEcKey key;

  GBytes *raw_subject;
  GBytes *raw_issuer;
  char *subject;
  char *issuer;
  char *organization;
  char *serial_number;
  GBytes *subject_key_id;
  GBytes *authority_key_id;
  gint64 not_before;
  gint64 not_after;

  gboolean ca;
  int path_len;
  gboolean has_key_usage;
  guint key_usage;
  NetPurpose purposes;
  guint roles;
  gboolean unknown_critical;
  char *oid;
  GPtrArray *dns_names;
  GPtrArray *addresses;
};

/** net_cert_read_extensions: fills what the extensions say; FALSE if one does not parse. */
gboolean net_cert_read_extensions (NetCert *cert);

G_END_DECLS
