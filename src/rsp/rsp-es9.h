/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/*
 * ES9+ and ES11 as JSON over HTTPS: SGP.22 sections 5.6, 5.8 and 6.5. Requests carry no "header"
 * object. The server's verdict is functionExecutionStatus and nothing else: an answer that says
 * "Failed" is an error even if all members are there.
 */

#define RSP_ES9_PATH "/gsma/rsp2/es9plus/"

typedef enum
{
  RSP_ES9_INITIATE_AUTHENTICATION,
  RSP_ES9_AUTHENTICATE_CLIENT,
  RSP_ES9_GET_BOUND_PROFILE_PACKAGE,
  RSP_ES9_HANDLE_NOTIFICATION,
  RSP_ES9_CANCEL_SESSION,
} RspEs9Function;

/** rsp_es9_name: "initiateAuthentication" … */
const char *rsp_es9_name (RspEs9Function function);
/** rsp_es9_path: path of the function's URL. */
const char *rsp_es9_path (RspEs9Function function);

GBytes *rsp_es9_initiate_authentication (GBytes *challenge, GBytes *euicc_info1, const char *address);

/** RspInitiateAuthentication: @transaction_id as text, to be sent back exactly; TLVs whole. */
typedef struct
{
  char *transaction_id;
  GBytes *transaction_id_raw;
  GBytes *server_signed1;
  GBytes *server_signature1;
  GBytes *ci_pkid;
  GBytes *server_certificate;
} RspInitiateAuthentication;

RspInitiateAuthentication *rsp_es9_initiate_authentication_parse (GBytes *body, GError **error);
void rsp_initiate_authentication_free (RspInitiateAuthentication *answer);

GBytes *rsp_es9_authenticate_client (const char *transaction_id, GBytes *authenticate_response);

typedef struct
{
  GBytes *metadata;
  GBytes *smdp_signed2;
  GBytes *smdp_signature2;
  GBytes *smdp_certificate;
} RspAuthenticateClient;

RspAuthenticateClient *rsp_es9_authenticate_client_parse (GBytes *body, const char *transaction_id,
                                                          GError **error);
void rsp_authenticate_client_free (RspAuthenticateClient *answer);

GBytes *rsp_es9_get_bound_profile_package (const char *transaction_id, GBytes *prepare_response);
/** rsp_es9_get_bound_profile_package_parse: Returns: (transfer full) (nullable): the BF36. */
GBytes *rsp_es9_get_bound_profile_package_parse (GBytes *body, const char *transaction_id,
                                                 GError **error);

GBytes *rsp_es9_handle_notification (GBytes *pending_notification);
GBytes *rsp_es9_cancel_session (const char *transaction_id, GBytes *cancel_response);

/**
 * rsp_es9_status_check:
 * @body: may be empty, which is fine (204)
 *
 * For functions without output: an answer that carries a functionExecutionStatus must say that it
 * was executed.
 */
gboolean rsp_es9_status_check (GBytes *body, GError **error);

/** RspEvent entry of an SM-DS. */
typedef struct
{
  char *event_id;
  char *server;
} RspEventEntry;

/** rsp_es11_authenticate_client_parse: Returns: (element-type RspEventEntry): maybe empty. */
GPtrArray *rsp_es11_authenticate_client_parse (GBytes *body, const char *transaction_id,
                                               GError **error);
void rsp_event_entry_free (RspEventEntry *entry);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RspInitiateAuthentication, rsp_initiate_authentication_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RspAuthenticateClient, rsp_authenticate_client_free)

G_END_DECLS
