/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** RSP_BPP_MAX: most bytes a BoundProfilePackage may have; real ones stay below 100 KB. */
#define RSP_BPP_MAX (1536 * 1024)

/** RspSegmentKind: what one segment carries, for progress and for naming the failing step. */
typedef enum
{
  RSP_SEGMENT_INITIALISE,
  RSP_SEGMENT_CONFIGURE_ISDP,
  RSP_SEGMENT_METADATA_HEADER,
  RSP_SEGMENT_METADATA,
  RSP_SEGMENT_SESSION_KEYS,
  RSP_SEGMENT_PROFILE_HEADER,
  RSP_SEGMENT_PROFILE,
} RspSegmentKind;

/** RspSegment: @bytes go to the chip in one STORE DATA chain. */
typedef struct
{
  RspSegmentKind kind;
  GBytes *bytes;
} RspSegment;

/**
 * RspBpp:
 * @segments: (element-type RspSegment): in the order of SGP.22 section 2.5.5
 * @transaction_id: as in InitialiseSecureChannel
 * @metadata: the StoreMetadataRequest (BF25): MACed, not encrypted, so the LPA can compare it
 * @size: bytes of all segments
 */
typedef struct
{
  GPtrArray *segments;
  GBytes *transaction_id;
  GBytes *metadata;
  gsize size;
} RspBpp;

/**
 * rsp_bpp_parse:
 * @bytes: a whole BF36
 *
 * Checks the structure to the last byte before anything goes to the chip. The segments share
 * @bytes' memory. Segments of any size are taken: servers exceed the 1020 bytes of SGP.22.
 *
 * Returns: (transfer full) (nullable): %KT_ERROR_MALFORMED, %KT_ERROR_MISSING or %KT_ERROR_LIMIT,
 *   key "bpp.invalid"
 */
RspBpp *rsp_bpp_parse (GBytes *bytes, GError **error);
void rsp_bpp_free (RspBpp *bpp);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RspBpp, rsp_bpp_free)

G_END_DECLS
