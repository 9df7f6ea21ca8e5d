/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-rsp"

#include "rsp-bpp.h"

#include "kt-error.h"
#include "rsp-tags.h"
#include "tlv.h"

#define MAC_BYTES 8
#define MAX_SEGMENTS 4096

static void
segment_free (gpointer data)
{
  RspSegment *segment = data;

  g_bytes_unref (segment->bytes);
  g_free (segment);
}

static gboolean
add (RspBpp *bpp, GBytes *package, RspSegmentKind kind, const guint8 *start, gsize len,
     GError **error)
{
  const guint8 *base = g_bytes_get_data (package, NULL);
  RspSegment *segment;

  if (bpp->segments->len >= MAX_SEGMENTS)
    return kt_error_set (error, KT_ERROR_LIMIT, NULL, "more than %u segments", MAX_SEGMENTS);
  segment = g_new0 (RspSegment, 1);
  segment->kind = kind;
  segment->bytes = g_bytes_new_from_bytes (package, (gsize) (start - base), len);
  bpp->size += len;
  g_ptr_array_add (bpp->segments, segment);
  return TRUE;
}

static gsize
header_of (const Tlv *tlv)
{
  return (gsize) (tlv->value - tlv->raw);
}

/* A sequence whose header goes alone and whose elements (@element) go one by one. */
static gboolean
add_sequence (RspBpp *bpp, GBytes *package, const Tlv *sequence, TlvTag element,
              RspSegmentKind header_kind, RspSegmentKind kind, GError **error)
{
  TlvReader reader;

  if (!add (bpp, package, header_kind, sequence->raw, header_of (sequence), error))
    return FALSE;
  tlv_reader_enter (&reader, sequence);
  if (tlv_reader_at_end (&reader))
    return kt_error_set (error, KT_ERROR_MISSING, NULL, "empty sequence %X", sequence->tag);
  while (!tlv_reader_at_end (&reader))
    {
      Tlv tlv;

      if (!tlv_expect (&reader, element, &tlv, error)
          || !tlv_check_len (&tlv, MAC_BYTES + 1, G_MAXUINT16, error)
          || !add (bpp, package, kind, tlv.raw, tlv.raw_len, error))
        return FALSE;
    }
  return TRUE;
}

/* A sequence that goes as one segment; its elements must all be 87. */
static gboolean
add_whole (RspBpp *bpp, GBytes *package, const Tlv *sequence, RspSegmentKind kind, GError **error)
{
  TlvReader reader;

  tlv_reader_enter (&reader, sequence);
  if (tlv_reader_at_end (&reader))
    return kt_error_set (error, KT_ERROR_MISSING, NULL, "empty sequence %X", sequence->tag);
  while (!tlv_reader_at_end (&reader))
    {
      Tlv tlv;

      if (!tlv_expect (&reader, 0x87, &tlv, error)
          || !tlv_check_len (&tlv, MAC_BYTES + 1, G_MAXUINT16, error))
        return FALSE;
    }
  return add (bpp, package, kind, sequence->raw, sequence->raw_len, error);
}

static gboolean
read_transaction_id (RspBpp *bpp, const Tlv *initialise, GError **error)
{
  Tlv tid;

  if (!tlv_need (initialise, 0x80, &tid, error) || !tlv_check_len (&tid, 1, 16, error))
    return FALSE;
  bpp->transaction_id = tlv_dup_value (&tid);
  return TRUE;
}

/* The metadata may be spread over several 88; each carries 8 MAC bytes at its end. */
static gboolean
read_metadata (RspBpp *bpp, const Tlv *sequence, GError **error)
{
  g_autoptr (GByteArray) plain = g_byte_array_new ();
  TlvReader reader;

  tlv_reader_enter (&reader, sequence);
  while (!tlv_reader_at_end (&reader))
    {
      Tlv tlv;

      if (!tlv_expect (&reader, 0x88, &tlv, error)
          || !tlv_check_len (&tlv, MAC_BYTES + 1, G_MAXUINT16, error))
        return FALSE;
      g_byte_array_append (plain, tlv.value, (guint) (tlv.len - MAC_BYTES));
    }
  bpp->metadata = g_byte_array_free_to_bytes (g_steal_pointer (&plain));
  return TRUE;
}

static gboolean
cut (RspBpp *bpp, GBytes *package, GError **error)
{
  TlvReader reader;
  Tlv outer;
  Tlv part;

  if (!tlv_parse_bytes (package, RSP_TAG_BOUND_PROFILE_PACKAGE, &outer, error))
    return FALSE;
  tlv_reader_enter (&reader, &outer);
  if (!tlv_expect (&reader, RSP_TAG_INITIALISE_SECURE_CHANNEL, &part, error)
      || !read_transaction_id (bpp, &part, error)
      /* the first segment is BF36's header together with the whole BF23 */
      || !add (bpp, package, RSP_SEGMENT_INITIALISE, outer.raw, header_of (&outer) + part.raw_len,
               error))
    return FALSE;
  if (!tlv_expect (&reader, 0xA0, &part, error)
      || !add_whole (bpp, package, &part, RSP_SEGMENT_CONFIGURE_ISDP, error))
    return FALSE;
  if (!tlv_expect (&reader, 0xA1, &part, error)
      || !add_sequence (bpp, package, &part, 0x88, RSP_SEGMENT_METADATA_HEADER,
                        RSP_SEGMENT_METADATA, error)
      || !read_metadata (bpp, &part, error))
    return FALSE;
  if (tlv_next_is (&reader, 0xA2, &part)
      && !add_whole (bpp, package, &part, RSP_SEGMENT_SESSION_KEYS, error))
    return FALSE;
  return tlv_expect (&reader, 0xA3, &part, error)
         && add_sequence (bpp, package, &part, 0x86, RSP_SEGMENT_PROFILE_HEADER,
                          RSP_SEGMENT_PROFILE, error)
         && tlv_expect_end (&reader, error);
}

RspBpp *
rsp_bpp_parse (GBytes *bytes, GError **error)
{
  g_autoptr (RspBpp) bpp = g_new0 (RspBpp, 1);
  g_autoptr (GError) local = NULL;

  bpp->segments = g_ptr_array_new_with_free_func (segment_free);
  if (g_bytes_get_size (bytes) > RSP_BPP_MAX)
    kt_error_set (&local, KT_ERROR_LIMIT, NULL, "larger than %d bytes", RSP_BPP_MAX);
  else if (cut (bpp, bytes, &local))
    return g_steal_pointer (&bpp);
  kt_error_detail (local)->key = "bpp.invalid";
  g_propagate_prefixed_error (error, g_steal_pointer (&local), "profile package: ");
  return NULL;
}

void
rsp_bpp_free (RspBpp *bpp)
{
  if (bpp == NULL)
    return;
  g_clear_pointer (&bpp->segments, g_ptr_array_unref);
  g_clear_pointer (&bpp->transaction_id, g_bytes_unref);
  g_clear_pointer (&bpp->metadata, g_bytes_unref);
  g_free (bpp);
}
