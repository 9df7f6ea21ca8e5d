/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/*
 * How the lab's SM-DP+ says no: a KT_ERROR_SERVER_REFUSED whose detail carries the subject and
 * reason codes of SGP.22 section 5.2.6, which become statusCodeData; or KT_ERROR_HTTP_STATUS where
 * the request is not even one.
 */

/**
 * lab_refuse:
 * @subject: "8.2.6"
 * @reason: "3.8"
 * @format: the server's text, in English, without identifiers
 *
 * Returns: %FALSE
 */
gboolean lab_refuse (GError **error, const char *subject, const char *reason, const char *format,
                     ...) G_GNUC_PRINTF (4, 5);

/** lab_refuse_about: as lab_refuse(), naming a subjectIdentifier. */
gboolean lab_refuse_about (GError **error, const char *subject, const char *reason,
                           const char *subject_id, const char *format, ...) G_GNUC_PRINTF (5, 6);

/** lab_refuse_http: a bare HTTP status. Returns: %FALSE */
gboolean lab_refuse_http (GError **error, guint status, const char *message);

G_END_DECLS
