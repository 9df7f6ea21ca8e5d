/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/*
 * BER-TLV with DER lengths, as SGP.22 uses it. Reading is a bounded cursor over borrowed memory:
 * nothing is copied, nothing is read past the end, and "absent" is never taken for "malformed".
 */

/** TlvTag: the tag's bytes as one big-endian number: 0x5A, 0x9F70, 0xBF38. */
typedef guint32 TlvTag;

enum
{
  TLV_BOOLEAN = 0x01,
  TLV_INTEGER = 0x02,
  TLV_BIT_STRING = 0x03,
  TLV_OCTET_STRING = 0x04,
  TLV_NULL = 0x05,
  TLV_OID = 0x06,
  TLV_UTF8 = 0x0C,
  TLV_SEQUENCE = 0x30,
  TLV_SET = 0x31,
};

/**
 * Tlv:
 * @raw: start of the tag
 * @raw_len: tag + length + value
 *
 * One element, borrowed from the memory that the reader walks.
 */
typedef struct
{
  TlvTag tag;
  const guint8 *value;
  gsize len;
  const guint8 *raw;
  gsize raw_len;
} Tlv;

typedef struct
{
  const guint8 *p;
  const guint8 *end;
} TlvReader;

/* ---- reading ---- */

void tlv_reader_init (TlvReader *reader, gconstpointer data, gsize len);
void tlv_reader_init_bytes (TlvReader *reader, GBytes *bytes);
/** tlv_reader_enter: walks the value of @parent. */
void tlv_reader_enter (TlvReader *reader, const Tlv *parent);
gboolean tlv_reader_at_end (const TlvReader *reader);

/**
 * tlv_read_header:
 * @header_len: (out): bytes of tag and length
 *
 * Reads tag and length alone; the value may lie (partly) beyond the end: @tlv->value points behind
 * the header and @tlv->len is what the length octets say. For cutting a BoundProfilePackage.
 */
gboolean tlv_read_header (gconstpointer data, gsize len, Tlv *tlv, gsize *header_len,
                          GError **error);

/**
 * tlv_read:
 *
 * Reads the next element. Fails with %KT_ERROR_MISSING at the end, %KT_ERROR_MALFORMED on
 * indefinite, non-minimal or overlong lengths, on tags of more than three bytes, and on a value
 * that runs past the end.
 */
gboolean tlv_read (TlvReader *reader, Tlv *tlv, GError **error);

/** tlv_expect: reads the next element, which must be @tag (%KT_ERROR_MISSING otherwise). */
gboolean tlv_expect (TlvReader *reader, TlvTag tag, Tlv *tlv, GError **error);

/**
 * tlv_next_is: reads the next element if it is @tag; leaves the reader alone otherwise.
 * A malformed next element is left for the following tlv_read() to report.
 */
gboolean tlv_next_is (TlvReader *reader, TlvTag tag, Tlv *tlv);

/** tlv_expect_end: %KT_ERROR_MALFORMED if bytes are left. */
gboolean tlv_expect_end (const TlvReader *reader, GError **error);

/**
 * tlv_parse_bytes:
 *
 * @bytes must be exactly one element with tag @tag. @tlv borrows from @bytes.
 */
gboolean tlv_parse_bytes (GBytes *bytes, TlvTag tag, Tlv *tlv, GError **error);
gboolean tlv_parse (gconstpointer data, gsize len, TlvTag tag, Tlv *tlv, GError **error);

typedef enum
{
  TLV_MALFORMED = -1,
  TLV_ABSENT = 0,
  TLV_FOUND = 1,
} TlvFound;

/**
 * tlv_find:
 *
 * Looks for the first child @tag of @parent. All children before it must be well-formed; unknown
 * ones are skipped (EXTENSIBILITY IMPLIED). @error is set for %TLV_MALFORMED only.
 */
TlvFound tlv_find (const Tlv *parent, TlvTag tag, Tlv *child, GError **error);

/** tlv_need: as tlv_find(), but absence is %KT_ERROR_MISSING. */
gboolean tlv_need (const Tlv *parent, TlvTag tag, Tlv *child, GError **error);

/* ---- values; each fails with %KT_ERROR_MALFORMED ---- */

/** tlv_get_int: a signed DER INTEGER of at most 8 bytes. */
gboolean tlv_get_int (const Tlv *tlv, gint64 *out, GError **error);
/** tlv_get_uint: a big-endian unsigned number of 1 to 8 bytes, not DER (extCardResource). */
gboolean tlv_get_uint (const Tlv *tlv, guint64 *out, GError **error);
/** tlv_get_bool: one byte; any value but 00 is true, as BER allows. */
gboolean tlv_get_bool (const Tlv *tlv, gboolean *out, GError **error);
/** tlv_get_bits: a BIT STRING; named bit n becomes 1 << n; bits above 31 are dropped. */
gboolean tlv_get_bits (const Tlv *tlv, guint32 *out, GError **error);
/**
 * tlv_dup_string: Returns: (transfer full) (nullable): a UTF8String of at most @max bytes, valid
 * UTF-8 without NUL; %KT_ERROR_LIMIT if longer.
 */
char *tlv_dup_string (const Tlv *tlv, gsize max, GError **error);
/** tlv_dup_oid: Returns: (transfer full) (nullable): dotted text of an OBJECT IDENTIFIER's value. */
char *tlv_dup_oid (const Tlv *tlv, GError **error);
/** tlv_dup_value: Returns: (transfer full): a copy of the value. */
GBytes *tlv_dup_value (const Tlv *tlv);
/** tlv_dup_raw: Returns: (transfer full): a copy of tag, length and value. */
GBytes *tlv_dup_raw (const Tlv *tlv);
/** tlv_check_len: %KT_ERROR_MALFORMED unless @min <= length <= @max. */
gboolean tlv_check_len (const Tlv *tlv, gsize min, gsize max, GError **error);

/* ---- writing ---- */

typedef struct _TlvWriter TlvWriter;

TlvWriter *tlv_writer_new (void);
void tlv_writer_free (TlvWriter *writer);
/** tlv_writer_finish: Returns: (transfer full): what was written; frees the writer. */
GBytes *tlv_writer_finish (TlvWriter *writer);

void tlv_begin (TlvWriter *writer, TlvTag tag);
void tlv_end (TlvWriter *writer);
void tlv_put (TlvWriter *writer, TlvTag tag, gconstpointer data, gsize len);
void tlv_put_bytes (TlvWriter *writer, TlvTag tag, GBytes *bytes);
void tlv_put_string (TlvWriter *writer, TlvTag tag, const char *utf8);
/** tlv_put_int: signed, shortest DER form: 200 is 02 02 00 C8. */
void tlv_put_int (TlvWriter *writer, TlvTag tag, gint64 value);
void tlv_put_bool (TlvWriter *writer, TlvTag tag, gboolean value);
/** tlv_put_bits: a named-bit list, trailing zero bits removed: {enable} is 06 40. */
void tlv_put_bits (TlvWriter *writer, TlvTag tag, guint32 bits);
/** tlv_put_oid: dotted text; g_return_if_fail on an invalid one: check with kt_oid_is_valid(). */
void tlv_put_oid (TlvWriter *writer, TlvTag tag, const char *dotted);
/** tlv_put_raw: bytes that are elements already. */
void tlv_put_raw (TlvWriter *writer, gconstpointer data, gsize len);
void tlv_put_raw_bytes (TlvWriter *writer, GBytes *bytes);

/** KT_OID_MAX_ARCS: most arcs that an OBJECT IDENTIFIER has here, read or written. */
#define KT_OID_MAX_ARCS 32

/** kt_oid_is_valid: whether @dotted is an OBJECT IDENTIFIER in dotted form, arcs below 2^32. */
gboolean kt_oid_is_valid (const char *dotted);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TlvWriter, tlv_writer_free)

G_END_DECLS
